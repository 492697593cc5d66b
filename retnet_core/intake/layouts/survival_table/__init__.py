"""A plain table of times and statuses: a row a patient, as for R, SAS or cBioPortal."""

from __future__ import annotations

from collections.abc import Sequence

from retnet_core.intake.findings import ExportError
from retnet_core.intake.layouts import (
    NOT_RECOGNISED,
    Draft,
    Mappings,
    Recognition,
    adam,
    edc,
    redcap,
    retnet,
    sdtm,
)
from retnet_core.intake.layouts.common import (
    about_fields,
    about_rows,
    data_rows,
    first_filled,
    foreign,
    is_about,
    some_of,
)
from retnet_core.intake.layouts.retnet.columns import heading_of
from retnet_core.intake.layouts.retnet.groups import has_repeats
from retnet_core.intake.layouts.survival_table.table import Table, header_row
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

NAME = "Time and status table"
KIND = "a table with a row a patient and columns of times and statuses"
_OURS = (None, "patients", "time_to_event")
_DATES = ("first_embolization_date", "hepatic_progression_date", "progression_date", "death_date",
          "last_contact_date")  # fmt: skip
"""Columns of a list of patients whose endpoints come from dates."""


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell a table by a time and a status among its headers, where it is all that there is.

    A list of patients with RETNET's dates is left to RETNET's own layout.
    """
    sheet = _table_of(sheets)
    if sheet is None or retnet.table_of(sheet.title) not in _OURS:
        return NOT_RECOGNISED
    if any(other.recognise(sheets).confidence for other in (redcap, adam, edc, sdtm)):
        return NOT_RECOGNISED
    row = header_row(sheet, {})
    if row is None or "domain" in map(fold, sheet.row(row)):
        return NOT_RECOGNISED
    table = Table(sheet, row, {})
    times = [one.title for one in table.headers if one.known and one.role == "time"]
    statuses = [one.title for one in table.headers if one.known and one.role == "status"]
    if not (times and statuses):
        return NOT_RECOGNISED
    reason = (
        f"The only table, '{sheet.name}', has a time ('{times[0]}') and a status ('{statuses[0]}')."
    )
    dated = set(_DATES) & set(table.patient_places) or has_repeats(
        heading_of(sheet, "patients", retnet.spellings("patients"))
    )
    # RETNET's own layout takes any list of ids and arms, and would leave the times out.
    return Recognition(0.5 if dated else 0.65, (reason,))


def _table_of(sheets: Sequence[Sheet]) -> Sheet | None:
    """Give the one sheet that holds data."""
    filled = [sheet for sheet in sheets if not is_about(sheet) and _rows(sheet)]
    return filled[0] if len(filled) == 1 else None


def _rows(sheet: Sheet) -> int:
    return int(data_rows(sheet, first_filled(sheet)).sum())


def read(sheets: Sequence[Sheet], mapping: Mappings) -> Draft:
    """Find patients and times to an event in the table.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : mapping of str to mapping of str to str
        For a table, the header of our column in the file. ``days`` or ``months`` of time_to_event
        also say in which unit a time is.

    Raises
    ------
    ExportError
        If there is no time and no status, or the mapping names what does not exist.
    """
    draft = Draft()
    of_table = None
    for sheet in sorted(sheets, key=lambda one: header_row(one, mapping) is None):
        if is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif of_table is None and (row := header_row(sheet, mapping)) is not None:
            of_table = Table(sheet, row, mapping)
        else:
            draft.foreign_rows += foreign(sheet, draft.findings, ["patients"])
    if of_table is None:
        raise ExportError(_no_times(sheets))
    draft.parts += of_table.parts()
    draft.findings += of_table.findings
    draft.unless_said["time_to_event", "event"] = of_table.about_codes
    # A row gives a patient and a time for each endpoint, and counts once.
    draft.foreign_rows += of_table.left_out
    draft.joined_rows = len(of_table.rows) - sum(len(part.rows) for part in draft.parts)
    return draft


def _no_times(sheets: Sequence[Sheet]) -> str:
    titles = [text for sheet in sheets if sheet.height for text in sheet.row(first_filled(sheet))]
    holds = f" (there are {some_of([one for one in titles if one])})" if any(titles) else ""
    return (
        f"No sheet has a column of times and one of statuses{holds}. Name them 'days' or 'months' "
        "and 'event', or choose them under Columns on the page Data."
    )
