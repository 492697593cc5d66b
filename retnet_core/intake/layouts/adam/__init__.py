"""CDISC ADaM: analysis data sets, a sheet or file each, of which ADSL has a row a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.findings import ExportError
from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Mappings, Part, Recognition
from retnet_core.intake.layouts.adam import imaging, parameters, subjects
from retnet_core.intake.layouts.adam.dataset import Dataset, open_dataset, variable
from retnet_core.intake.layouts.adam.names import IDS, NAMES, name_of
from retnet_core.intake.layouts.adam.values import among
from retnet_core.intake.layouts.common import (
    HEADER_WITHIN,
    about_fields,
    about_rows,
    check_mapping,
    first_filled,
    foreign,
    is_about,
    some_of,
)
from retnet_core.intake.sheets import Sheet
from retnet_core.trial import join_words

NAME = "CDISC ADaM"
KIND = "CDISC ADaM (with the data set ADSL)"


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell an export by its sheet or file ADSL, more surely where that has CDISC's ids."""
    named = {name: sheet for sheet in sheets if (name := name_of(sheet.title))}
    if "ADSL" not in named:
        return NOT_RECOGNISED
    many = len(named) > 1
    reason = (
        f"The sheets {join_words(list(named))} are named as in CDISC ADaM."
        if many
        else "The sheet ADSL is named as in CDISC ADaM."
    )
    id_name = _id_name(named["ADSL"])
    if not id_name:
        return Recognition(0.7, (reason,))
    return Recognition(0.95, (reason, f"ADSL has the variable {id_name}."))


def _id_name(sheet: Sheet) -> str:
    rows = range(min(HEADER_WITHIN, sheet.height))
    names = {variable(text) for row in rows for text in sheet.row(row)}
    return next((name for name in IDS if name in names), "")


def read(sheets: Sequence[Sheet], mapping: Mappings) -> Draft:
    """Find our tables in the data sets of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : mapping of str to mapping of str to str
        For a table, the header of our column in the file: wins over ADaM's variables.

    Raises
    ------
    ExportError
        If ADSL has no ids, or the mapping names what is not there.
    """
    check_mapping(mapping)
    draft = Draft()
    found: dict[str, list[Dataset]] = {name: [] for name in NAMES}
    for sheet in sheets:
        name = name_of(sheet.title)
        data = open_dataset(sheet, name, mapping.get(NAMES[name], {})) if name else None
        if name and data:
            found[name].append(data)
        elif is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif name == "ADSL":
            raise ExportError(_no_ids(sheet))
        else:
            draft.foreign_rows += foreign(sheet, draft.findings, list(NAMES))
    draft.parts += _parts(found)
    for data in (data for several in found.values() for data in several):
        data.tell_unused()
        draft.findings += data.findings
        draft.foreign_rows += int(data.set_aside.sum())
        draft.joined_rows += int(data.joined.sum())
    return draft


def _no_ids(sheet: Sheet) -> str:
    headers = [text for text in sheet.row(first_filled(sheet)) if text] if sheet.height else []
    holds = f" (it has {some_of(headers)})" if headers else ""
    return (
        f"The sheet '{sheet.name}' has no variable {join_words(list(IDS), 'or')}{holds}. Name the "
        "column with the ids USUBJID and upload again."
    )


def _parts(found: dict[str, list[Dataset]]) -> Iterator[Part]:
    """Read the data sets, ADSL first: it says who is no patient."""
    for adsl in found["ADSL"]:
        subjects.leave_out_failures(adsl)
        yield subjects.patients(adsl)
    patients = frozenset(one for adsl in found["ADSL"] for one in adsl.ids()[adsl.kept] if one)
    failures = {one for adsl in found["ADSL"] for one in adsl.ids()[adsl.set_aside]} - patients
    for name in found:
        for data in found[name] if name != "ADSL" else ():
            data.leave_out(
                among(data.ids(), failures),
                data.id_column(),
                "The patient was never randomised (a screen failure of ADSL); the row was set "
                "aside.",
                "Nothing, if that is so.",
            )
    for adtte in found["ADTTE"]:
        yield parameters.time_to_event(adtte)
    for adae in found["ADAE"]:
        yield subjects.adverse_events(adae)
    for adqs in (*found["ADQS"], *found["ADQLQC"]):
        yield from parameters.questionnaires(adqs)
    for adlb in found["ADLB"]:
        yield parameters.labs(adlb)
    yield from imaging.assessments(found["ADRS"], found["ADTR"], patients)
