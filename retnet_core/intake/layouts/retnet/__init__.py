"""The RETNET workbook: a sheet a table, headers as declared in ``retnet_core.tables``.

Or as kept by hand: one list with a row a patient, sessions, imaging and events in numbered columns,
headers in several rows, rows of sections and totals among the patients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retnet_core.intake import rows
from retnet_core.intake.findings import ExportError
from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Part, Recognition
from retnet_core.intake.layouts.common import (
    ABOUT,
    about_fields,
    about_rows,
    data_rows,
    first_filled,
    foreign,
    some_of,
)
from retnet_core.intake.layouts.retnet.claims import Claims, claims_of
from retnet_core.intake.layouts.retnet.melted import first_sessions, melted
from retnet_core.intake.layouts.retnet.sheet import Read, read_sheet
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS
from retnet_core.trial import join_words

NAME = "RETNET workbook"
KIND = "a RETNET workbook (with a sheet 'patients', or a list with a row a patient)"
BY_NAME, BY_OTHER_NAME, BY_CONTENT, UNDECIDED = 1.0, 0.6, 0.55, 0.2
"""How sure it is: a sheet called patients, or so by another name, or one that looks like it, or
several that do."""


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell whether an export has a sheet of patients; one of that very name says it best."""
    claims = claims_of(sheets)
    sheet = claims.patients
    if sheet is None:
        return Recognition(UNDECIDED) if claims.rivals else NOT_RECOGNISED
    if claims.reasons:
        return Recognition(BY_CONTENT, claims.reasons)
    return Recognition(BY_NAME if fold(sheet.title) == "patients" else BY_OTHER_NAME)


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find our tables in the sheets of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns win over the known spellings.

    Raises
    ------
    ExportError
        If no sheet of patients has a column of ids, if several sheets may be the patients, or the
        mapping names what is not there.
    """
    claims = claims_of(sheets)
    if claims.rivals:
        raise ExportError(_which(claims))
    draft = Draft()
    reads = []
    elsewhere = {
        table
        for sheet, table in claims.tables
        if table and table != "patients" and data_rows(sheet, first_filled(sheet)).any()
    }
    for sheet, table in claims.tables:
        if table == ABOUT:
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif table is None:
            draft.foreign_rows += foreign(sheet, draft.findings, list(SCHEMAS))
        else:
            one = read_sheet(sheet, table, mapping.columns.get(table, {}), elsewhere)
            draft.foreign_rows += one.left_out
            draft.findings += one.findings
            draft.unless_said.setdefault(("time_to_event", "event"), []).extend(one.about_events)
            reads.append(one)
    if not any(one.part.table == "patients" and "patient_id" in one.part.columns for one in reads):
        raise ExportError(_no_ids(claims.patients))
    draft.parts += [one.part for one in reads]
    reading = mapping.reading("embolizations", "date")
    _melt(draft, [one for one in reads if one.part.table == "patients"], reading)
    return draft


def _melt(draft: Draft, patients: Sequence[Read], days: Reading) -> None:
    """Make rows of the numbered columns, of patients that are used.

    A row of the file counts once, as the patient's; what is made of it is taken off again.
    """
    used = rows.usable([one.part for one in patients]).parts
    for one, left in zip(patients, used, strict=True):
        kept = np.isin(one.part.rows, left.rows)
        for group in one.groups:
            parts, findings = melted(group, one.part, kept)
            draft.findings += findings
            draft.parts += parts
            draft.joined_rows -= sum(len(part.rows) for part in parts)
            if group.table == "embolizations" and "date" in parts[0].columns:
                _fill_first(draft, one, parts[0], days)


def _fill_first(draft: Draft, patients: Read, sessions: Part, days: Reading) -> None:
    """Take the first embolization from the sessions, where patients have no column of it."""
    if "first_embolization_date" not in patients.part.columns:
        column, findings = first_sessions(patients.part, sessions, days)
        patients.part.columns["first_embolization_date"] = column
        draft.findings += findings


def _which(claims: Claims) -> str:
    names = join_words([f"'{name}'" for name in claims.rivals])
    return (
        f"Which sheet has a row a patient? {names} could each be it. Give that one the name "
        "'patients' and upload again, or choose its table under Columns on the page Data."
    )


def _no_ids(sheet: Sheet | None) -> str:
    if sheet is None:
        return "No sheet is called 'patients'. Give the one with a row a patient that name."
    headers = [text for text in sheet.row(first_filled(sheet)) if text] if sheet.height else []
    holds = f" (it has {some_of(headers)})" if headers else ""
    return (
        f"The sheet '{sheet.name}' has no column of patient ids{holds}. Name the column with the "
        "ids 'patient_id' and upload again."
    )
