"""A sheet of a REDCap export: its rows, whose they are, and which event and form they are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from retnet_core.intake.findings import LISTED, Finding, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import data_rows, first_filled, places_of, repeats, some_of
from retnet_core.intake.layouts.redcap.choices import (
    STATUS,
    is_missing_box,
    is_ticked,
    with_cells,
)
from retnet_core.intake.layouts.redcap.dictionary import Entry
from retnet_core.intake.layouts.redcap.headers import Field, Role, read_fields, signs
from retnet_core.intake.layouts.values import Mask, Texts, among, combine, ids_of, texts
from retnet_core.intake.rows import NO_ID, REPEATED_ROW, REPEATED_SHEET
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet, as_text
from retnet_core.protocol import fold
from retnet_core.wording import count

_EVENT = re.compile(r"(.+)_arm_([0-9]+)([a-z]?)")
_EVENT_LABEL = re.compile(r"(.+?)\s*\(Arm ([0-9]+): .*\)")


def visit_of(event: str) -> str:
    """Name the visit of an event; the number of REDCap's arm, which is a schedule, goes.

    Examples
    --------
    >>> visit_of("cycle_1_day_1_arm_2"), visit_of("Baseline (Arm 1: Drug A)")
    ('cycle 1 day 1', 'Baseline')
    """
    match = _EVENT.fullmatch(event)
    if match:
        return f"{match[1]} {match[3]}".replace("_", " ").strip()
    match = _EVENT_LABEL.fullmatch(event)
    return match[1] if match else event


def schedule_of(event: str) -> str:
    """Give the number of REDCap's arm that an event is of, "" where it has none."""
    match = _EVENT.fullmatch(event) or _EVENT_LABEL.fullmatch(event)
    return match[2] if match else ""


@dataclass(eq=False)
class Export:
    """The rows of a sheet that have an id and repeat no other.

    Attributes
    ----------
    sheet : Sheet
    fields : list of Field
        Its columns.
    has_dictionary : bool
        There is a data dictionary.
    labels : bool
        Its cells are labels; by its headers, where the cells do not tell.
    rows : numpy.ndarray of int
        The sheet's rows, from 0.
    ids : numpy.ndarray of str
        Record of each.
    used : numpy.ndarray of bool
        Rows of which something is used.
    repeated : numpy.ndarray of bool
        Rows that would be rows of our tables, but repeat those of an earlier sheet.
    set_aside : int
        Data rows that are not in ``rows``.
    findings : list of Finding
    asked : list of ((str, str), Finding)
        What is asked or assumed of the codes of a table's column.
    """

    sheet: Sheet
    fields: list[Field]
    has_dictionary: bool
    labels: bool
    rows: np.ndarray = field(init=False)
    ids: Texts = field(init=False)
    used: Mask = field(init=False)
    repeated: Mask = field(init=False)
    set_aside: int = field(default=0, init=False)
    findings: list[Finding] = field(default_factory=list, init=False)
    asked: list[tuple[tuple[str, str], Finding]] = field(default_factory=list, init=False)
    _taken: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Set rows aside that have no id or repeat another."""
        self.rows = np.flatnonzero(data_rows(self.sheet, first_filled(self.sheet)))
        record = self.of("record")
        nobody = np.full(len(self.rows), "", dtype=object)
        self.ids = ids_of(record) if record else nobody
        again = repeats(self.sheet, self.rows) & (self.ids != "")
        self._leave_out(self.ids == "", NO_ID, "Give the row the id of its record.")
        self._leave_out(
            again, REPEATED_ROW,
            "Nothing, if the row was exported twice; else add what tells the two apart.",
        )  # fmt: skip
        kept = (self.ids != "") & ~again
        self.set_aside = int((~kept).sum())
        self.rows, self.ids = self.rows[kept], self.ids[kept]
        self.used = np.zeros(len(self.rows), dtype=bool)
        self.repeated = np.zeros(len(self.rows), dtype=bool)

    def _leave_out(self, rows: Mask, problem: str, remedy: str) -> None:
        self.tell(Severity.SET_ASIDE, "", rows, self.of("record"), problem, remedy)

    # Columns

    def column(self, one: Field) -> Column:
        """Take a column's cells in the rows, and remember that it is used."""
        self._taken.add(one.at)
        return self.cells(one)

    def cells(self, one: Field) -> Column:
        """Look at a column's cells without using them."""
        return self.sheet.columns[one.at].take(self.rows).named(one.title)

    def is_used(self, one: Field) -> bool:
        """Tell whether a column is used already."""
        return one.at in self._taken

    def of(self, role: Role) -> Column | None:
        """Take the first column of a role."""
        return next((self.column(one) for one in self.fields if one.role == role), None)

    def data(self) -> list[Field]:
        """Give the columns of data."""
        return [one for one in self.fields if one.role in ("field", "checkbox")]

    def unused(self) -> dict[str, Column]:
        """Give the columns that tell two rows apart which look alike in ours."""
        roles = ("event", "instrument", "instance")
        return {one.role: self.cells(one) for one in self.fields if one.role in roles}

    # Rows

    @cached_property
    def instruments(self) -> Texts:
        """The repeating instrument each row is of, "" for a record's base rows."""
        column = self.of("instrument")
        return texts(column) if column else np.full(len(self.rows), "", dtype=object)

    @cached_property
    def base(self) -> Mask:
        """The rows that are of no repeating instrument."""
        return np.asarray(self.instruments == "", dtype=bool)

    @cached_property
    def visits(self) -> Column:
        """Name each row's visit: its event, and the instance of what repeats."""
        blank = Column.of([], np.full(len(self.rows), BLANK, dtype=np.intp), "")
        columns = [self.of(role) or blank for role in ("event", "instrument", "instance")]

        def visit(event: Cell, instrument: Cell, instance: Cell) -> Cell | None:
            name = visit_of(as_text(event)) or as_text(instrument).replace("_", " ")
            return f"{name} {as_text(instance)}".strip() or None

        return combine(columns, visit)

    def filled(self, one: Field) -> Mask:
        """Tell in which rows a column holds anything; a box that is not ticked holds nothing."""
        column = self.cells(one)
        if one.role != "checkbox":
            return np.asarray(column.codes != BLANK, dtype=bool)
        ticked = [is_ticked(cell, one) is not False for cell in column.values]
        return np.array([*ticked, False], dtype=bool)[column.codes]

    def not_known(self, box: Field) -> Mask:
        """Tell in which rows another box of a checkbox says that nothing is known."""
        rows = np.zeros(len(self.rows), dtype=bool)
        for one in self.fields:
            if one.role == "checkbox" and one.name == box.name and is_missing_box(one):
                self._taken.add(one.at)
                rows |= self.filled(one)
        return rows

    @cached_property
    def ticks_by_label(self) -> bool:
        """A box that is ticked holds its choice, and one that is not is blank."""
        boxes = [one for one in self.fields if one.role == "checkbox"]
        cells = [(one, as_text(cell)) for one in boxes for cell in _cells(self.sheet, one)]
        by_label = [fold(text) == fold(one.choice) for one, text in cells]
        return any(by_label) and all(by_label)

    def tell_ticks(self) -> None:
        """Say where blank boxes are read as not ticked."""
        boxes = [one.title for one in self.fields if one.role == "checkbox" and self.is_used(one)]
        if self.ticks_by_label and boxes:
            self.note(
                Severity.ASSUMED, "", some_of(boxes),
                "Boxes that are ticked hold the words of their choice; blank ones were read as not "
                "ticked.",
                "Nothing, if that is so.",
            )  # fmt: skip

    def form_filled(self, form: str) -> Mask:
        """Tell in which rows a form was filled in, or said to be complete."""
        filled = np.zeros(len(self.rows), dtype=bool)
        for one in self.fields:
            if one.form == form and one.role in ("field", "checkbox"):
                filled |= self.filled(one)
            elif one.form == form and one.role == "complete":
                filled |= among(texts(self.cells(one)), STATUS[2:])
        return filled

    def mark(self, part: Part, repeated: Mask) -> Part:
        """Remember which rows a part uses, and leave those out that repeat an earlier sheet's."""
        self.used |= np.isin(self.rows + 1, part.rows[~repeated])
        self.repeated |= np.isin(self.rows + 1, part.rows[repeated])
        return part.take(~repeated)

    # Findings

    def ask(
        self, place: tuple[str, str], one: Field, severity: Severity, problem: str, remedy: str
    ) -> None:
        """Add what is asked or assumed of a column's codes: idle where the user says it himself."""
        finding = Finding(severity, place[0], self.sheet.name, None, one.title, "", problem, remedy)
        if (place, finding) not in self.asked:
            self.asked.append((place, finding))

    def tell(
        self,
        severity: Severity,
        table: str,
        rows: Mask,
        column: Column | None,
        problem: str,
        remedy: str,
        listed: int = LISTED,
    ) -> None:
        """Add findings on some of the rows."""
        ids = self.ids[np.flatnonzero(rows)]
        places = [
            replace(at, patient_id=patient)
            for at, patient in zip(places_of(self.rows, column, rows), ids, strict=True)
        ]
        self.findings += about_cells(
            severity, table, self.sheet.name, places, problem, remedy, listed
        )

    def note(self, severity: Severity, table: str, column: str, problem: str, remedy: str) -> None:
        """Add a finding on a column, or on the sheet as a whole."""
        self.findings.append(
            Finding(severity, table, self.sheet.name, None, column, "", problem, remedy)
        )

    def tell_unused(self) -> None:
        """Name the columns and count the rows of which nothing is used."""
        unused = [
            one.title or f"column {one.at + 1} (without a header)"
            for one in self.data()
            if one.at not in self._taken and self.filled(one).any()
        ]
        if unused:
            upload = "" if self.has_dictionary else "upload the data dictionary too, or "
            self.note(
                Severity.NOTE, "", some_of(unused),
                f"{count(len(unused), 'column is', 'columns are')} not known and not used.",
                f"Nothing, if they are not needed; else {upload}give their variables or labels "
                "the names of the template.",
            )  # fmt: skip
        self.tell(
            Severity.SET_ASIDE, "", self.repeated & ~self.used, self.of("record"), REPEATED_SHEET,
            "Nothing, if the rows were exported twice; else add what tells the two apart.",
        )  # fmt: skip
        left = ~self.used & ~self.repeated
        for name in dict.fromkeys(self.instruments[left]):
            problem = (
                f"The row is of the repeating instrument '{name}', of which nothing is read; it "
                "was set aside."
                if name
                else "The row holds nothing that is read; it was set aside."
            )
            self.tell(
                Severity.SET_ASIDE, "", left & (self.instruments == name),
                self.of("instrument") if name else self.of("event"),
                problem,
                "Nothing, if that is so; else give the variables the names of the template.",
                listed=1,
            )  # fmt: skip


def _cells(sheet: Sheet, one: Field) -> list[Cell]:
    """Give the different cells of a column under its header."""
    column = sheet.columns[one.at]
    codes = np.unique(column.codes[first_filled(sheet) + 1 :])
    return [column.values[code] for code in codes if code != BLANK]


def _is_status(column: Column, title: str) -> bool:
    """Tell whether a column says how complete a form is, and is not data of such a name."""
    return all(as_text(cell) in (title, *STATUS) for cell in column.values)


def open_export(sheet: Sheet, dictionary: Sequence[Entry], record: str) -> Export:
    """Read the headers of a sheet and find its rows."""
    titles = sheet.row(first_filled(sheet))
    labels = signs(titles, dictionary).labels
    fields = [
        replace(one, role="field", variable=one.title)
        if one.role == "complete" and not _is_status(sheet.columns[one.at], one.title)
        else one
        for one in read_fields(titles, dictionary, labels, record)
    ]
    cells = {
        one.at: [as_text(cell) for cell in _cells(sheet, one)]
        for one in fields
        if one.choices or one.role in ("complete", "checkbox")
    }
    fields = with_cells(fields, cells)
    told = {one.cells for one in fields} - {"either"}
    return Export(sheet, fields, bool(dictionary), told == {"labels"} if told else labels)
