"""A sheet of a REDCap export: its rows, whose they are, and which event and form they are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from retnet_core.intake.cells import ABSENT, parse_text
from retnet_core.intake.findings import LISTED, Finding, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import data_rows, first_filled, places_of, repeats, some_of
from retnet_core.intake.layouts.redcap.dictionary import Entry
from retnet_core.intake.layouts.redcap.headers import Field, Role, read_fields, signs
from retnet_core.intake.layouts.redcap.values import is_ticked
from retnet_core.intake.layouts.values import Mask, Texts, among, combine, texts
from retnet_core.intake.rows import NO_ID, REPEATED_ROW, REPEATED_SHEET
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet, as_text
from retnet_core.wording import count

STATUS = ("0", "Incomplete", "1", "Unverified", "2", "Complete")
"""How complete a form is, as codes and labels: not filled in first."""
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
        The codes' meanings are known.
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
    """

    sheet: Sheet
    fields: list[Field]
    has_dictionary: bool
    rows: np.ndarray = field(init=False)
    ids: Texts = field(init=False)
    used: Mask = field(init=False)
    repeated: Mask = field(init=False)
    set_aside: int = field(default=0, init=False)
    findings: list[Finding] = field(default_factory=list, init=False)
    _taken: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Set rows aside that have no id or repeat another."""
        self.rows = np.flatnonzero(data_rows(self.sheet, first_filled(self.sheet)))
        record = self.of("record")
        known: list[str] = []
        if record:
            known = [text or "" for text in parse_text(record.values, ABSENT).values]
            self.ids = np.array([*known, ""], dtype=object)[record.codes]
        else:
            self.ids = np.full(len(self.rows), "", dtype=object)
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
        ticked = [is_ticked(cell) for cell in column.values]
        return np.array([*ticked, False], dtype=bool)[column.codes]

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
        places = places_of(self.rows, column, rows)
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
            what = f"is of the repeating instrument '{name}', of which" if name else "holds"
            self.tell(
                Severity.SET_ASIDE, "", left & (self.instruments == name),
                self.of("instrument") if name else self.of("event"),
                f"The row {what} nothing {'is read' if name else 'that is read'}; it was set "
                "aside.",
                "Nothing, if that is so; else give the variables the names of the template.",
                listed=1,
            )  # fmt: skip


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
    return Export(sheet, fields, bool(dictionary))
