"""REDCap: one table of all forms, a row a record, event and repeat, with its data dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from retnet_core.intake import rows
from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Mappings, Recognition
from retnet_core.intake.layouts.common import (
    about_fields,
    about_rows,
    data_rows,
    first_filled,
    is_about,
    some_of,
)
from retnet_core.intake.layouts.redcap import patients
from retnet_core.intake.layouts.redcap.dictionary import Entry, is_dictionary, read_dictionary
from retnet_core.intake.layouts.redcap.export import Export, open_export
from retnet_core.intake.layouts.redcap.forms import Form, forms_of
from retnet_core.intake.layouts.redcap.happened import take, with_happened
from retnet_core.intake.layouts.redcap.headers import Signs, signs
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Column, Sheet, where_is
from retnet_core.protocol import fold
from retnet_core.trial import join_words
from retnet_core.wording import count

NAME = "REDCap"
KIND = "a REDCap export (with its data dictionary)"
ONLY_DICTIONARY = (
    "This is the data dictionary of a REDCap project without its data. Export the data too, and "
    "upload the two files together."
)
_SHARE_KNOWN = 0.5
"""Share of a sheet's headers that the data dictionary has, from which it is an export."""


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell an export by the headers that only REDCap writes, or by its data dictionary."""
    dictionary = _dictionary(sheets)
    found = [(sheet, one) for sheet in sheets if (one := _signs(sheet, dictionary))]
    if not found:
        is_alone = any(map(is_dictionary, sheets))
        return Recognition(0.4) if is_alone else NOT_RECOGNISED
    sheet, best = max(found, key=lambda one: len(one[1].raw) + len(one[1].labelled))
    own = list(dict.fromkeys((*best.raw, *best.labelled)))
    reasons = []
    if own:
        words = f"columns {join_words(own[:3])}" if len(own) > 1 else f"column {own[0]}"
        reasons.append(f"The sheet '{sheet.name}' has the {words}, as REDCap exports do.")
    if dictionary:
        reasons.append(
            f"The data dictionary lists {best.known} of its {len(_titles(sheet))} columns."
        )
    is_sure = dictionary or best.only or len(own) > 1 or fold(_titles(sheet)[0]) == "recordid"
    return Recognition(0.95 if is_sure else 0.5, tuple(reasons))


def _dictionary(sheets: Sequence[Sheet]) -> list[Entry]:
    return [entry for sheet in sheets if is_dictionary(sheet) for entry in read_dictionary(sheet)]


def _titles(sheet: Sheet) -> list[str]:
    return [text for text in sheet.row(first_filled(sheet)) if text] if sheet.height else []


def _signs(sheet: Sheet, dictionary: Sequence[Entry]) -> Signs | None:
    """Give what shows that a sheet is an export, None where nothing does."""
    titles = _titles(sheet)
    if not titles or is_dictionary(sheet) or is_about(sheet):
        return None
    found = signs(titles, dictionary)
    known = found.known >= _SHARE_KNOWN * len(titles)
    return found if found.raw or found.labelled or known else None


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find our tables in an export of REDCap.

    Parameters
    ----------
    sheets : sequence of Sheet
        Data, as codes or labels, with the data dictionary or without.
    mapping : ExportMapping
        Its headers of our columns win over the known spellings.

    Raises
    ------
    ExportError
        If there are no data or no column of ids.
    """
    draft = Draft()
    dictionary = _dictionary(sheets)
    found = [at for at, sheet in enumerate(sheets) if _signs(sheet, dictionary)]
    if not found:
        raise ExportError(ONLY_DICTIONARY)
    record = mapping.columns.get("patients", {}).get("patient_id", "")
    opened = {at: _opened(sheets[at], dictionary, record) for at in found}
    codes = {at for at, one in opened.items() if not one.labels}
    exports = []
    for at, sheet in enumerate(sheets):
        if at in (codes or found):
            exports.append(opened[at])
        elif is_dictionary(sheet):
            draft.about_rows += int(data_rows(sheet, first_filled(sheet)).sum())
        elif is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        else:
            draft.foreign_rows += _set_aside(sheet, draft, is_copy=at in found)
    _fill(draft, exports, mapping)
    return draft


def _opened(sheet: Sheet, dictionary: Sequence[Entry], record: str) -> Export:
    export = open_export(sheet, dictionary, record)
    if all(one.role != "record" for one in export.fields):
        raise ExportError(
            f"The sheet '{sheet.name}' has no column of record ids (it has "
            f"{some_of(_titles(sheet))}). Export it with the record id as its first column."
        )
    return export


def _set_aside(sheet: Sheet, draft: Draft, is_copy: bool) -> int:
    """Count the rows of a sheet that is not read, with a finding."""
    found = int(data_rows(sheet, first_filled(sheet)).sum())
    why = (
        "The sheet holds labels, and another one the codes of the same project, which was read"
        if is_copy
        else "The sheet is neither an export of REDCap nor its data dictionary"
    )
    if found:
        draft.findings.append(
            Finding(
                Severity.SET_ASIDE, "", sheet.name, None, "", "",
                f"{why}; {count(found, 'row was', 'rows were')} not used.",
                "Nothing, if it holds no other trial data.",
            )
        )  # fmt: skip
    return found


def _fill(draft: Draft, exports: Sequence[Export], said: ExportMapping) -> None:
    """Make the rows of our tables, and count what became of the export's rows."""
    mapping = said.columns
    columns: list[dict[str, Column]] = []
    happened: list[dict[str, Column]] = []
    made = []
    for export in exports:
        forms = [(form, form.table(base=True)) for form in _base_forms(export, mapping)]
        repeating = [(form, form.table(base=False)) for form in _repeating(export, mapping)]
        for form, table in (*forms, *repeating):
            made += [(export, part) for part in form.parts(table)]
        mapped = mapping.get("patients", {})
        idle = [form for form, table in repeating if not table and not form.answers]
        happenings = _happened(export, forms, idle, mapped)
        of_patients = patients.columns_of(export, forms, mapped)
        columns.append(patients.with_days(export, of_patients, idle, mapped))
        happened.append(happenings)
    columns = with_happened(exports, columns, happened, said)
    again = rows.repeats_across([part for _, part in made])
    for (export, part), repeated in zip(made, again, strict=True):
        draft.parts.append(export.mark(part, repeated))
    draft.parts += patients.parts(exports, columns, said)
    _tell_missing(draft, exports[0].sheet, mapping)
    used = sum(int(export.used.sum()) for export in exports)
    # A row can give a patient and forms: each row counts once, however many parts it is in.
    draft.joined_rows = used - sum(len(part.rows) for part in draft.parts)
    for export in exports:
        draft.foreign_rows += export.set_aside + int((~export.used).sum())
        export.tell_ticks()
        export.tell_unused()
        draft.findings += export.findings
        for place, asked in export.asked:
            draft.unless_said.setdefault(place, []).append(asked)


def _happened(
    export: Export,
    forms: Sequence[tuple[Form, str]],
    idle: Sequence[Form],
    mapped: Mapping[str, str],
) -> dict[str, Column]:
    """Take what base rows and follow-ups that repeat say of events without their day."""
    asked = [(one, sure, export.base) for one, sure in patients.asked_of(export, forms)]
    asked += [(one, True, form.rows) for form in idle for one in form.questions]
    return take(export, asked, mapped)


def _base_forms(export: Export, mapping: Mappings) -> list[Form]:
    return forms_of(export, export.base, "", mapping)


def _repeating(export: Export, mapping: Mappings) -> list[Form]:
    names = dict.fromkeys(export.instruments[~export.base])
    return [
        form
        for name in names
        for form in forms_of(export, np.asarray(export.instruments == name), name, mapping)
    ]


def _tell_missing(draft: Draft, sheet: Sheet, mapping: Mappings) -> None:
    """Report headers of the mapping that no sheet has."""
    for table, named in mapping.items():
        here = {
            fold(where_is(column.header, part.sheet)[1])
            for part in draft.parts
            if part.table == table
            for column in part.columns.values()
        }
        for ours, header in named.items():
            if fold(header) not in here:
                draft.findings.append(
                    Finding(
                        Severity.SET_ASIDE, table, sheet.name, None, header, "",
                        f"This column was named as {ours}, but the export does not have it in "
                        f"rows of the table {table}.",
                        "Choose a column that the export has.",
                    )
                )  # fmt: skip
