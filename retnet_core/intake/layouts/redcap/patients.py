"""The patients of a REDCap export: one row a record, taken together from all its base rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.redcap.export import Export, schedule_of
from retnet_core.intake.layouts.redcap.forms import Form
from retnet_core.intake.layouts.redcap.questions import best_of, tell_rivals
from retnet_core.intake.layouts.values import Texts, blanked, texts
from retnet_core.intake.sheets import BLANK, Column, as_text, stack
from retnet_core.trial import join_words

Places = NDArray[np.intp]


def columns_of(
    export: Export, forms: Sequence[tuple[Form, str]], mapped: Mapping[str, str]
) -> dict[str, Column]:
    """Take what base rows say of their patient.

    Parameters
    ----------
    export : Export
    forms : sequence of (Form, str)
        The forms of the base rows, each with the table it gives, "" for none.
    mapped : mapping of str to str
        Headers that the user gave for our columns.

    Returns
    -------
    dict of str to Column
        For all rows of the export, blank in those of repeating instruments.
    """
    asked = [
        (question, bool(form.name and (table or form.answers)))
        for form, table in forms
        for question in form.questions
        if not export.is_used(question.first)
    ]
    matched = best_of(asked, "patients", mapped)
    of_form = {id(one): form for form, _ in forms for one in form.questions}
    found = {}
    for ours, question in matched.items():
        form = of_form[id(question)]
        found[ours] = blanked(form.column(question, "patients", ours), ~export.base)
    tell_rivals(export, "patients", [question for question, sure in asked if not sure], matched)
    group = export.of("group")
    if group and "site" not in found and (group.codes != BLANK).any():
        # Every row has the group: it says something of the patient only once.
        later = np.ones(len(export.ids), dtype=bool)
        later[np.unique(export.ids.astype(str), return_index=True)[1]] = False
        found["site"] = blanked(group, later)
        export.note(
            Severity.ASSUMED, "patients", group.header,
            "There is no column of sites; the data access group was taken for the site.",
            "Nothing, if each group is a site.",
        )  # fmt: skip
    if "arm" not in found:
        _tell_schedules(export)
    return found


def _tell_schedules(export: Export) -> None:
    """Say that REDCap's arms are no treatment arms, where there is no other arm."""
    event = export.of("event")
    schedules = sorted({schedule_of(as_text(cell)) for cell in event.values} if event else ())
    if event and len([one for one in schedules if one]) > 1:
        export.note(
            Severity.NOTE, "patients", event.header,
            f"Events are of several arms of REDCap ({join_words([s for s in schedules if s])}). "
            "These are schedules of visits and were not taken for treatment arms.",
            "Export the field with the arm assigned at randomisation.",
        )  # fmt: skip


def parts(exports: Sequence[Export], columns: Sequence[Mapping[str, Column]]) -> Iterator[Part]:
    """Make a row a record: the first value over its rows; others are reported.

    Parameters
    ----------
    exports : sequence of Export
    columns : sequence of mapping
        What `columns_of` gave for each.

    Returns
    -------
    iterator of Part
        One an export, with the records that begin in it.
    """
    ids = np.concatenate([one.ids for one in exports])
    record, _ = pd.factorize(ids)
    sheet = np.repeat(np.arange(len(exports)), [len(one.ids) for one in exports])
    names = dict.fromkeys(name for one in columns for name in one)
    laid = {name: _laid(exports, columns, name) for name in names}
    says = np.zeros(len(ids), dtype=bool)
    for name, column in laid.items():
        filled = column.codes != BLANK
        says |= filled
        _tell_contradictions(exports, sheet, record, column, name)
    rows = _first_of_each(record, says)
    _mark_used(exports, sheet, says, rows)
    taken = {"patient_id": _texts_column(ids[rows], exports[0].of("record"))}
    taken |= {name: _first_filled(record, column) for name, column in laid.items()}
    for at, export in enumerate(exports):
        here = sheet[rows] == at
        start = int((sheet < at).sum())
        part = Part(
            "patients",
            export.sheet.name,
            export.rows[rows[here] - start] + 1,
            {name: column.take(here) for name, column in taken.items()},
            repeats=np.zeros(int(here.sum()), dtype=bool),
        )
        if here.any():
            yield part


def _laid(exports: Sequence[Export], columns: Sequence[Mapping[str, Column]], name: str) -> Column:
    """Lay a column of several exports under each other, blank where one has it not."""
    several = [
        own.get(name) or Column.of([], np.full(len(export.rows), BLANK, dtype=np.intp), "")
        for export, own in zip(exports, columns, strict=True)
    ]
    return stack(several, next(one.header for one in several if one.header or one.values))


def _texts_column(cells: Texts, like: Column | None) -> Column:
    codes, values = pd.factorize(cells)
    return Column.of(list(values), codes.astype(np.intp), like.header if like else "")


def _first_of_each(record: Places, says: NDArray[np.bool_]) -> Places:
    """Find each record's first row that says something of its patient, else its first row."""
    rows = np.arange(len(record))
    order = np.lexsort((rows, ~says, record))
    first = np.unique(record[order], return_index=True)[1]
    return np.asarray(order[first], dtype=np.intp)


def _first_filled(record: Places, column: Column) -> Column:
    """Take each record's first cell that is not blank."""
    rows = np.flatnonzero(column.codes != BLANK)
    records, first = np.unique(record[rows], return_index=True)
    codes = np.full(int(record.max(initial=-1)) + 1, BLANK, dtype=np.intp)
    codes[records] = column.codes[rows[first]]
    return Column(column.values, codes, column.headers, column.header)


def _tell_contradictions(
    exports: Sequence[Export], sheet: Places, record: Places, column: Column, name: str
) -> None:
    """Report the values of a record that are not its first."""
    read = texts(column)
    first = texts(_first_filled(record, column))[record]
    other = (column.codes != BLANK) & (read != first)
    for at, export in enumerate(exports):
        here = other & (sheet == at)
        if here.any():
            own = Column(column.values, column.codes[sheet == at], column.headers, column.header)
            export.tell(
                Severity.SET_ASIDE, "patients", here[sheet == at], own,
                f"The patient has another {name} in an earlier row, which was kept; this value is "
                "not used.",
                "Nothing, if the first is the one at baseline; else correct one of the two.",
            )  # fmt: skip


def _mark_used(
    exports: Sequence[Export], sheet: Places, says: NDArray[np.bool_], rows: Places
) -> None:
    used = says.copy()
    used[rows] = True
    for at, export in enumerate(exports):
        export.used |= used[sheet == at]
