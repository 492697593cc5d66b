"""The patients of a REDCap export: one row a record, taken together from all its base rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.placed import Placed, with_placed
from retnet_core.intake.layouts.redcap.export import Export, schedule_of
from retnet_core.intake.layouts.redcap.forms import Form
from retnet_core.intake.layouts.redcap.questions import (
    Question,
    best_of,
    called_as_ours,
    tell_rivals,
)
from retnet_core.intake.layouts.redcap.values import kind_of
from retnet_core.intake.layouts.values import (
    Ends,
    Texts,
    as_meant,
    blanked,
    ends_of,
    first_filled,
    texts,
)
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.sheets import BLANK, Column, as_text, stack
from retnet_core.trial import join_words

Places = NDArray[np.intp]
_LAST = ("last_contact_date", "last_imaging_date")
"""Days that are written anew at each visit, of which the latest counts."""


def asked_of(export: Export, forms: Sequence[tuple[Form, str]]) -> list[tuple[Question, bool]]:
    """Give the fields of base rows that are not used yet, as `best_of` takes them.

    In a form of something else names must be sure: a site may be one of a puncture. Without a
    dictionary the form is not known so well, and a field with the very name of ours is ours,
    unless the form is named for another table.

    Parameters
    ----------
    export : Export
    forms : sequence of (Form, str)
        The forms of the base rows, each with the table it gives, "" for none.
    """
    asked = []
    for form, table in forms:
        of_another = bool(form.name and (table or form.answers))
        is_open = not export.has_dictionary and form.named in ("", "patients")
        for question in form.questions:
            if not export.is_used(question.first):
                is_ours = is_open and bool(called_as_ours(question, "patients"))
                asked.append((question, of_another and not is_ours))
    return asked


def _tell_elsewhere(
    export: Export, questions: Sequence[Question], found: Mapping[str, Column]
) -> None:
    """Say of a field with the name of a column of patients that its form is of something else."""
    for question in questions:
        ours, first = called_as_ours(question, "patients"), question.first
        if ours and ours not in found and not export.is_used(first):
            export.column(first)
            export.note(
                Severity.SET_ASIDE, "patients", first.title,
                f"This column is called as {ours} of a patient, but stands in the form "
                f"'{first.form}', which is of something else. It was not used.",
                f"If it is {ours} of the patient, choose it for {ours} under Columns on the page "
                "Data.",
            )  # fmt: skip


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
    asked = asked_of(export, forms)
    matched = best_of(asked, "patients", mapped)
    of_form = {id(one): form for form, _ in forms for one in form.questions}
    found = {}
    for ours, question in matched.items():
        form = of_form[id(question)]
        found[ours] = blanked(form.column(question, "patients", ours), ~export.base)
    tell_rivals(export, "patients", [question for question, sure in asked if not sure], matched)
    _tell_elsewhere(export, [question for question, sure in asked if sure], found)
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


def with_days(
    export: Export,
    columns: Mapping[str, Column],
    forms: Sequence[Form],
    mapped: Mapping[str, str],
) -> dict[str, Column]:
    """Add the days that repeating instruments tell of their patient, such as a follow-up's.

    Parameters
    ----------
    export : Export
    columns : mapping of str to Column
        What `columns_of` gave.
    forms : sequence of Form
        Repeating instruments that are rows of no table.
    mapped : mapping of str to str
        Headers that the user gave for our columns, whatever they hold.
    """
    found = dict(columns)
    for form in forms:
        matched = best_of([(one, True) for one in form.questions], "patients", mapped)
        for ours, question in matched.items():
            if kind_of("patients", ours) != "date" and ours not in mapped:
                continue
            column = blanked(form.column(question, "patients", ours), ~form.rows)
            found[ours] = first_filled([found[ours], column]) if ours in found else column
            export.note(
                Severity.NOTE, "patients", question.first.title,
                f"{ours} was also looked for in the repeating instrument '{form.name}'.",
                "Nothing, if its days are meant; else leave the instrument out.",
            )  # fmt: skip
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


def parts(
    exports: Sequence[Export], columns: Sequence[Mapping[str, Column]], mapping: ExportMapping
) -> Iterator[Part]:
    """Make a row a record: the first value over its rows, the latest of last days.

    Other values are reported.

    Parameters
    ----------
    exports : sequence of Export
    columns : sequence of mapping
        What `columns_of` gave for each.
    mapping : ExportMapping
        How the user says that the columns are read.

    Returns
    -------
    iterator of Part
        One an export, with the records that begin in it.
    """
    ids = np.concatenate([one.ids for one in exports])
    record, _ = pd.factorize(ids)
    sheet = np.repeat(np.arange(len(exports)), [len(one.ids) for one in exports])
    ours = dict.fromkeys(name for one in columns for name in one)
    laid = {name: _laid(exports, columns, name) for name in ours}
    says = np.zeros(len(ids), dtype=bool)
    chosen = {}
    for name, column in laid.items():
        says |= column.codes != BLANK
        reading = mapping.reading("patients", name)
        chosen[name] = _Kept.of(record, column, name, reading)
        _tell_others(exports, sheet, record, column, name, chosen[name])
    rows = _first_of_each(record, says)
    _mark_used(exports, sheet, says, rows)
    own = _texts_column(ids[rows], exports[0].of("record"))
    numbers = np.concatenate([one.rows for one in exports]) + 1
    placed = {}
    for name, column in laid.items():
        kept = chosen[name].rows
        cells = np.where(kept == BLANK, rows, kept)
        sheets = [
            export.sheet.name
            for export, one in zip(exports, columns, strict=True)
            for _ in (one[name].values if name in one else ())
        ]
        taken = blanked(column.take(cells), kept == BLANK)
        placed[name] = Placed(taken, sheets, numbers[cells])
    for at, export in enumerate(exports):
        here = sheet[rows] == at
        if here.any():
            part = Part(
                "patients",
                export.sheet.name,
                numbers[rows[here]],
                {"patient_id": own.take(here)},
                repeats=np.zeros(int(here.sum()), dtype=bool),
            )
            yield with_placed(part, {name: one.take(here) for name, one in placed.items()})


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


@dataclass(frozen=True, eq=False)
class _Kept:
    """Which cells of a column are kept.

    ``rows`` gives each record's row, `BLANK` for none, and ``column`` the cells as the user says
    that they are read; ``ends`` tells the last days of columns that have them.
    """

    rows: Places
    column: Column
    ends: Ends | None

    @classmethod
    def of(cls, record: Places, column: Column, name: str, reading: Reading) -> _Kept:
        """Find each record's first cell that holds a value; of its last days, the latest."""
        said = as_meant(column, reading)
        ends = ends_of(record, column, reading, latest=True) if name in _LAST else None
        rows = np.flatnonzero(column.codes != BLANK)
        later = ~ends.rows[rows] if ends else np.zeros(len(rows), dtype=bool)
        rows = rows[np.lexsort((later, said.codes[rows] == BLANK))]
        if ends:
            rows = rows[~ends.open[rows]]
        records, first = np.unique(record[rows], return_index=True)
        found = np.full(int(record.max(initial=-1)) + 1, BLANK, dtype=np.intp)
        found[records] = rows[first]
        return cls(found, said, ends)


def _tell_others(
    exports: Sequence[Export],
    sheet: Places,
    record: Places,
    column: Column,
    name: str,
    kept: _Kept,
) -> None:
    """Report the values of a record that were not kept."""
    cells, nobody = texts(kept.column.spelt_out()), np.zeros(len(record), dtype=bool)
    other = (kept.column.codes != BLANK) & (cells != cells[kept.rows[record]])
    open_ = kept.ends.open & kept.ends.unsure if kept.ends else nobody
    if kept.ends:
        other &= ~kept.ends.open
    earlier = other & kept.ends.days if kept.ends else nobody
    for at, export in enumerate(exports):
        here = sheet == at
        own = column.take(here)
        export.tell(
            Severity.SET_ASIDE, "patients", open_[here], own,
            f"The patient has several days for {name}. Which of them is the latest depends on the "
            "order of day and month, which is not known: none was used.",
            f"Say under Columns on the page Data in which order the dates of {name} are written.",
        )  # fmt: skip
        export.tell(
            Severity.ASSUMED, "patients", earlier[here], own,
            f"The patient has several days for {name}; the latest was used.",
            "Nothing, if that is right.",
            listed=1,
        )  # fmt: skip
        export.tell(
            Severity.SET_ASIDE, "patients", (other & ~earlier)[here], own,
            f"The patient has another {name} in another row, which was kept; this value is not "
            "used.",
            "Nothing, if what was kept is right (of several rows the first, which is most often "
            "the baseline); else correct one of the two.",
        )  # fmt: skip


def _mark_used(
    exports: Sequence[Export], sheet: Places, says: NDArray[np.bool_], rows: Places
) -> None:
    used = says.copy()
    used[rows] = True
    for at, export in enumerate(exports):
        export.used |= used[sheet == at]
