"""A plain table of times and statuses: a row a patient, as for R, SAS or cBioPortal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retnet_core.intake.findings import ExportError
from retnet_core.intake.layouts import (
    NOT_RECOGNISED,
    Draft,
    Mappings,
    Recognition,
    adam,
    edc,
    redcap,
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
from retnet_core.intake.layouts.names import spellings, table_of
from retnet_core.intake.layouts.retnet.claims import claims_of
from retnet_core.intake.layouts.retnet.columns import heading_of
from retnet_core.intake.layouts.retnet.groups import has_repeats
from retnet_core.intake.layouts.survival_table.heading import header_row
from retnet_core.intake.layouts.survival_table.table import Table
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold
from retnet_core.trial import join_words

NAME = "Time and status table"
KIND = "a table with a row a patient and columns of times and statuses"
_OURS = (None, "patients", "time_to_event")
_DATES = ("first_embolization_date", "hepatic_progression_date", "progression_date", "death_date",
          "last_contact_date")  # fmt: skip
"""Columns of a list of patients whose endpoints come from dates."""


@dataclass(frozen=True)
class _Found:
    """A sheet with a time and a status: their headers, and whether it has RETNET's dates too."""

    sheet: Sheet
    time: str
    status: str
    is_dated: bool


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell a table by a time and a status among its headers, where no other sheet is a table.

    A list of patients with RETNET's dates is left to RETNET's own layout. Where several sheets
    have times and statuses, `read` asks which it is.
    """
    filled = [sheet for sheet in sheets if not is_about(sheet) and _rows(sheet)]
    if any(table_of(sheet.title) not in _OURS for sheet in filled):
        return NOT_RECOGNISED
    found = [one for sheet in filled if (one := _look(sheet))]
    if not found or _are_of_retnet(filled, [one.sheet.name for one in found]):
        return NOT_RECOGNISED
    if any(other.recognise(sheets).confidence for other in (redcap, adam, edc, sdtm)):
        return NOT_RECOGNISED
    # RETNET's own layout takes any list of ids and arms, and would leave the times out.
    confidence = 0.5 if any(one.is_dated for one in found) else 0.65
    one, which = found[0], "only table" if len(filled) == 1 else "only sheet of times"
    reason = (
        f"The {which}, '{one.sheet.name}', has a time ('{one.time}') and a status ('{one.status}')."
    )
    return Recognition(confidence, (reason,) if len(found) == 1 else ())


def _look(sheet: Sheet) -> _Found | None:
    """Look for a time and a status among the headers of a sheet."""
    row = header_row(sheet, {})
    if row is None or "domain" in map(fold, sheet.row(row)):
        return None
    table = Table(sheet, row, {})
    times = [one.title for one in table.headers if one.known and one.role == "time"]
    statuses = [one.title for one in table.headers if one.known and one.role == "status"]
    if not (times and statuses):
        return None
    dated = set(_DATES) & set(table.patient_places) or has_repeats(
        heading_of(sheet, "patients", spellings("patients"))
    )
    return _Found(sheet, times[0], statuses[0], bool(dated))


def _are_of_retnet(filled: Sequence[Sheet], timed: Sequence[str]) -> bool:
    """Tell a workbook of several tables: a sheet beside the times holds patients, or may."""
    named = [sheet.name for sheet in filled if table_of(sheet.title)]
    claims = claims_of(filled)
    patients = [*claims.rivals, *([claims.patients.name] if claims.patients else [])]
    return len(named) > 1 or bool({*named, *patients} - {*timed})


def _rows(sheet: Sheet) -> int:
    return int(data_rows(sheet, first_filled(sheet)).sum())


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find patients and times to an event in the table.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns; ``days`` or ``months`` of time_to_event also say in which unit
        a time is. Its cells of event that mean no value are blank before it is judged what the
        codes mean.

    Raises
    ------
    ExportError
        If there is no time and no status, several sheets have both, or the mapping names what does
        not exist.
    """
    draft, columns = Draft(), mapping.columns
    no_value = mapping.reading("time_to_event", "event").missing
    of_table = _table_among(sheets, columns, no_value)
    for sheet in sheets:
        if is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif of_table is None or sheet is not of_table.sheet:
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


def _table_among(
    sheets: Sequence[Sheet], columns: Mappings, no_value: Collection[str]
) -> Table | None:
    """Find the sheet with the times: by its headers, else by those that the user named.

    Raises
    ------
    ExportError
        If several sheets have times and statuses.
    """
    headed = [
        Table(sheet, row, columns, no_value)
        for sheet in sheets
        if not is_about(sheet) and (row := header_row(sheet, columns)) is not None
    ]
    best = [one for one in headed if {"time", "status"} <= {head.role for head in one.headers}]
    if len(best) > 1:
        names = join_words([f"'{one.sheet.name}'" for one in best])
        raise ExportError(
            f"Which sheet has the times of all patients? {names} each have a time and a status, "
            "and one of them can be read. Choose 'not used' for the others under Columns on the "
            "page Data, or upload a file with that sheet alone."
        )
    return next(iter(best or headed), None)


def _no_times(sheets: Sequence[Sheet]) -> str:
    titles = [text for sheet in sheets if sheet.height for text in sheet.row(first_filled(sheet))]
    holds = f" (there are {some_of([one for one in titles if one])})" if any(titles) else ""
    return (
        f"No sheet has a column of times and one of statuses{holds}. Name them 'days' or 'months' "
        "and 'event', or choose them under Columns on the page Data."
    )
