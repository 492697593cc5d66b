"""The sheets of an export as data sets of a standard, and the account of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retnet_core.intake.findings import ExportError
from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import Draft
from retnet_core.intake.layouts.cdisc.dataset import IDS, Dataset, Standard, open_dataset, variable
from retnet_core.intake.layouts.common import (
    about_fields,
    about_rows,
    first_filled,
    foreign,
    is_about,
    some_of,
)
from retnet_core.intake.layouts.values import among
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.rows import ADD_PATIENT, NO_ID, REPEATED_ROW, UNKNOWN_ID
from retnet_core.intake.sheets import Sheet
from retnet_core.trial import join_words

Found = Mapping[str, list[Dataset]]
"""For the name of a data set, its sheets."""


def named_sheets(standard: Standard, sheets: Sequence[Sheet]) -> dict[str, Sheet]:
    """Give the sheets that are data sets of a standard, by the data set's name."""
    return {name: sheet for sheet in sheets if (name := standard.name_of(sheet))}


def id_name(sheet: Sheet) -> str:
    """Find the variable of ids among the first rows of a sheet, "" where there is none."""
    rows = range(min(WITHIN, sheet.height))
    names = {variable(text) for row in rows for text in sheet.row(row)}
    return next((name for name in IDS if name in names), "")


def open_datasets(
    standard: Standard, sheets: Sequence[Sheet], mapping: ExportMapping
) -> tuple[Draft, Found]:
    """Open the data sets of an export; other sheets are counted in the draft.

    Parameters
    ----------
    standard : Standard
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns win over the standard's variables.

    Raises
    ------
    ExportError
        If the data set of patients has no ids.
    """
    draft = Draft()
    found: dict[str, list[Dataset]] = {name: [] for name in standard.tables}
    for sheet in sheets:
        name = standard.name_of(sheet)
        data = open_dataset(standard, sheet, name, mapping) if name else None
        if name and data:
            found[name].append(data)
        elif is_about(sheet):
            draft.about.update(about_fields(sheet))
            draft.about_rows += about_rows(sheet)
        elif name == standard.patients:
            raise ExportError(_no_ids(sheet))
        else:
            draft.foreign_rows += foreign(sheet, draft.findings, list(standard.tables))
    return draft, found


def _no_ids(sheet: Sheet) -> str:
    headers = [text for text in sheet.row(first_filled(sheet)) if text] if sheet.height else []
    holds = f" (it has {some_of(headers)})" if headers else ""
    return (
        f"The sheet '{sheet.name}' has no variable {join_words(list(IDS), 'or')}{holds}. Name the "
        "column with the ids USUBJID and upload again."
    )


def patients_of(standard: Standard, found: Found) -> frozenset[str]:
    """Name the patients whose rows are used."""
    return frozenset(one for data in found[standard.patients] for one in data.ids[data.kept] if one)


def leave_out_failures(standard: Standard, found: Found) -> None:
    """Set aside the rows, in every data set, of patients whose own row was set aside."""
    main = found[standard.patients]
    failures = {one for data in main for one in data.ids[data.set_aside]}
    failures -= patients_of(standard, found)
    for name in found:
        for data in found[name] if name != standard.patients else ():
            data.leave_out(
                among(data.ids, failures),
                data.id_column(),
                f"The patient was never randomised (a screen failure of {standard.patients}); the "
                "row was set aside.",
                "Nothing, if that is so.",
            )


def leave_out_unusable(data: Dataset, patients: frozenset[str]) -> None:
    """Set rows aside of no known patient, and repeats, where rows go into those of others."""
    ids, column = data.ids, data.id_column()
    for rows, problem, remedy in (
        (ids == "", NO_ID, "Give the row the id of its patient."),
        (~among(ids, patients), UNKNOWN_ID, ADD_PATIENT),
        (data.repeats, REPEATED_ROW, "Nothing, if the row was exported twice."),
    ):
        data.leave_out(rows, column, problem, remedy, to_look_up=True)


def account(draft: Draft, found: Found) -> None:
    """Count the rows that are in no part of the draft, and take over the findings."""
    for data in (data for several in found.values() for data in several):
        data.tell_unused()
        draft.findings += data.findings
        draft.foreign_rows += int(data.set_aside.sum())
        draft.joined_rows += int(data.joined.sum())
