"""The RETNET workbook: a sheet a table, headers as declared in ``retnet_core.tables``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Mappings, Part, Recognition
from retnet_core.intake.layouts.common import (
    ABOUT,
    HEADER_WITHIN,
    about_fields,
    about_rows,
    check_mapping,
    data_rows,
    first_filled,
    foreign,
    is_about,
    is_blank,
    missing_mapped,
    repeats,
    some_of,
    unused_columns,
)
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS
from retnet_core.tables.questionnaires import INSTRUMENTS

NAME = "RETNET workbook"
KIND = "a RETNET workbook (with a sheet 'patients')"
_PATIENT_ID = SCHEMAS["patients"].columns["patient_id"]
_IDS = {fold(word) for word in ("patient_id", *(_PATIENT_ID.metadata or {})["aliases"])}
_INSTRUMENT_OF = {
    fold(word): code for code, words in INSTRUMENTS.items() for word in (code, *words)
}
_TABLE_OF = {
    **dict.fromkeys(_INSTRUMENT_OF, "questionnaires"),
    **{
        fold(word): table
        for table, schema in SCHEMAS.items()
        for word in (table, *(schema.metadata or {})["aliases"])
    },
}
ANSWER = re.compile(
    r"(?:eortc)?(?:qlq)?(?:(?P<c30>c30(?:v30?)?)|(?P<gi>gi(?:net)?(?:21)?))?(?P<q>q|item|question)?"
    r"0?(?P<item>[1-9][0-9]?)"
)
C30, GI = "QLQ-C30", "QLQ-GI.NET21"
_FIRST_GI, _LAST_GI = 31, 51


def spellings(table: str) -> dict[str, str]:
    """Give every folded header spelling of a table with the column it stands for."""
    found: dict[str, str] = {}
    for name, column in SCHEMAS[table].columns.items():
        if name == "patient_id":
            found |= dict.fromkeys(_IDS, name)
        else:
            found |= {fold(word): name for word in (name, *(column.metadata or {})["aliases"])}
    return found


def table_of(title: str) -> str | None:
    """Find the table a sheet or file is named for.

    Examples
    --------
    >>> table_of("Adverse Events"), table_of("RETNET_patients_2024-05-01"), table_of("notes")
    ('adverse_events', 'patients', None)
    """
    folded = fold(title)
    bare = re.sub(r"retnet|export|[0-9]", "", folded)
    return _TABLE_OF.get(folded) or _TABLE_OF.get(bare)


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell whether an export has a sheet of patients; one of that very name says it best."""
    sheet = next((sheet for sheet, table in _claims(sheets) if table == "patients"), None)
    if sheet is None:
        return NOT_RECOGNISED
    return Recognition(1.0 if fold(sheet.title) == "patients" else 0.6)


def read(sheets: Sequence[Sheet], mapping: Mappings) -> Draft:
    """Find our tables in the sheets of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : mapping of str to mapping of str to str
        For a table, the header of our column in the file: wins over the known spellings.

    Raises
    ------
    ExportError
        If no sheet of patients has a column of ids, or the mapping names what is not there.
    """
    check_mapping(mapping)
    draft = Draft()
    for sheet, table in _claims(sheets):
        if table == ABOUT:
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif table is None:
            draft.foreign_rows += foreign(sheet, draft.findings, list(SCHEMAS))
        else:
            draft.parts.append(_part(sheet, table, mapping.get(table, {}), draft.findings))
    if not any(part.table == "patients" and "patient_id" in part.columns for part in draft.parts):
        raise ExportError(
            _no_ids([sheet for sheet, table in _claims(sheets) if table == "patients"])
        )
    return draft


def _no_ids(sheets: Sequence[Sheet]) -> str:
    sheet = next(sheet for sheet, table in _claims(sheets) if table == "patients")
    headers = [text for text in sheet.row(first_filled(sheet)) if text] if sheet.height else []
    holds = f" (it has {some_of(headers)})" if headers else ""
    return (
        f"The sheet '{sheet.name}' has no column of patient ids{holds}. Name the column with the "
        "ids 'patient_id' and upload again."
    )


def _claims(sheets: Sequence[Sheet]) -> list[tuple[Sheet, str | None]]:
    """Give each sheet its table; sheets bearing the table's own name come first."""
    claims = [(sheet, ABOUT if is_about(sheet) else table_of(sheet.title)) for sheet in sheets]
    if len(sheets) == 1 and sheets[0].lone and claims[0][1] is None:
        known = spellings("patients")
        header = _header(sheets[0], known)
        if header is not None and "arm" in _recognised(sheets[0], header, known):
            claims = [(sheets[0], "patients")]
    return sorted(claims, key=lambda claim: fold(claim[0].title) != fold(claim[1] or ""))


# Rows and headers


def _recognised(sheet: Sheet, row: int, known: Mapping[str, str]) -> dict[str, int]:
    """Give our columns that a row names, with their place; our own name wins over a spelling."""
    found: dict[str, int] = {}
    for at, text in enumerate(sheet.row(row)):
        name = column_of(text, known)
        if name and (name not in found or _is_own(text, name, sheet.row(row)[found[name]])):
            found[name] = at
    return found


def _is_own(text: str, name: str, rival: str) -> bool:
    return fold(text) == fold(name) != fold(rival)


def column_of(header: str, known: Mapping[str, str]) -> str | None:
    """Find our column for a header; a remark in brackets does not count."""
    return known.get(fold(header)) or known.get(fold(re.sub(r"[(\[].*?[)\]]", "", header)))


def _header(sheet: Sheet, known: Mapping[str, str]) -> int | None:
    """Find the header row (from 0): the first with an id and another known column."""
    first_with_id = None
    for row in range(min(HEADER_WITHIN, sheet.height)):
        names = _recognised(sheet, row, known)
        if "patient_id" in names:
            if len(names) > 1 or answer_columns(sheet, row, {}, ""):
                return row
            first_with_id = row if first_with_id is None else first_with_id
    return first_with_id


# Sheets of tables


def _part(sheet: Sheet, table: str, mapped: Mapping[str, str], findings: list[Finding]) -> Part:
    known = spellings(table)
    for name, own in mapped.items():
        known = {word: column for word, column in known.items() if column != name}
        known[fold(own)] = name
    header = _header(sheet, known)
    if header is None:
        header = first_filled(sheet)
    rows = np.flatnonzero(data_rows(sheet, header))
    titles = sheet.row(header) if sheet.height else []
    places = _recognised(sheet, header, known) if sheet.height else {}
    columns = {name: sheet.columns[at].take(rows).named(titles[at]) for name, at in places.items()}
    by_title = _INSTRUMENT_OF.get(fold(sheet.title), "")
    answers = (
        answer_columns(sheet, header, places, by_title)
        if table == "questionnaires" and not {"item", "value"} <= set(columns)
        else {}
    )
    if table == "questionnaires" and by_title and not answers and "instrument" not in columns:
        columns["instrument"] = Column.constant(by_title, len(rows))
    findings += _about_headers(sheet, table, titles, places, set(answers.values()), known)
    findings += missing_mapped(sheet, table, mapped, columns)
    return Part(
        table,
        sheet.name,
        rows + 1,
        columns,
        {item: sheet.columns[at].take(rows).named(titles[at]) for item, at in answers.items()},
        repeats(sheet, rows),
        unused_columns(sheet, titles, {*places.values(), *answers.values()}, rows),
    )


def answer_columns(
    sheet: Sheet, row: int, taken: Mapping[str, int], by_title: str
) -> dict[tuple[str, int], int]:
    """Find columns of answers in a wide form: q1, qlq_c30_1, c30_q1, gi31, q31.

    The prefix tells the instrument, else the sheet's name, else the item's number.
    """
    found: dict[tuple[str, int], int] = {}
    for at, text in enumerate(sheet.row(row)):
        match = ANSWER.fullmatch(fold(text))
        if not match or at in taken.values() or not (match["c30"] or match["gi"] or match["q"]):
            continue
        item = int(match["item"])
        by_number = by_title == GI or (by_title != C30 and item >= _FIRST_GI)
        gi = bool(match["gi"]) or (not match["c30"] and by_number)
        if gi and item <= _LAST_GI - _FIRST_GI + 1:
            item += _FIRST_GI - 1  # numbered from 1 within its own form
        if (gi and item <= _LAST_GI) or (not gi and item < _FIRST_GI):
            found.setdefault((GI if gi else C30, item), at)
    return found


def _about_headers(
    sheet: Sheet,
    table: str,
    titles: Sequence[str],
    places: Mapping[str, int],
    answers: set[int],
    known: Mapping[str, str],
) -> Iterator[Finding]:
    """Tell which headers come twice and which are not used."""
    unused = []
    for at, title in enumerate(titles):
        name = column_of(title, known)
        if at in places.values() or at in answers or is_blank(sheet.columns[at]):
            continue
        if name:
            used = titles[places[name]]
            yield Finding(
                Severity.SET_ASIDE, table, sheet.name, None, title, "",
                f"Two columns stand for {name}: '{used}' was used, this one ('{title}') was not.",
                "Leave one of the two, or rename the one that means something else.",
            )  # fmt: skip
        else:
            unused.append(title or f"column {at + 1} (without a header)")
    if unused:
        yield Finding(
            Severity.NOTE, table, sheet.name, None, some_of(unused), "",
            f"{len(unused)} columns are not known and were not used."
            if len(unused) > 1 else "This column is not known and was not used.",
            "Nothing, if they are not needed; else give them the names of the template.",
        )  # fmt: skip
