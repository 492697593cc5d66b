"""An export being written: its sheets, what it must read back as, and where each value stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from retnet_core.intake.mapping import ExportMapping
from retnet_core.tables import SCHEMAS
from tests.intake.round_trip.files import Form, Page
from tests.intake.round_trip.styles import MISSING_CODE, Cell, Style, left_open
from tests.intake.round_trip.truth import Row

PLAIN = Style("as it is", lambda value: value)


@dataclass(eq=False)
class Grid:
    """A sheet of an export.

    Attributes
    ----------
    name : str
    styles : dict of str to Style
        For each header how its cells are typed.
    rows : list of dict
        For each row the value under each header, in our terms.
    decorate : bool
        A title may stand over the headers, and rows may be blank.
    titles : dict of str to str
        Headers as they are written, where several columns have the same.
    numbers : list of int
        The row of each as the spreadsheet numbers it, once the sheet is laid out.
    """

    name: str
    styles: dict[str, Style]
    rows: list[dict[str, Any]] = field(default_factory=list)
    decorate: bool = True
    titles: dict[str, str] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def add(self, row: Mapping[str, Any]) -> int:
        """Add a row; gives its place among the grid's."""
        self.rows.append(dict(row))
        return len(self.rows) - 1

    def cell(self, at: int, header: str) -> Cell:
        style, row = self.styles[header], self.rows[at]
        return style.cell(row[header]) if header in row else None


@dataclass(frozen=True)
class Where:
    """Where a value was written."""

    grid: Grid
    row: int
    header: str


@dataclass
class Export:
    """What a layout's writer makes of a trial.

    Attributes
    ----------
    layout : str
        Under which the program must recognise it.
    grids : list of Grid
    expected : dict of str to list of Row
        For each table what must be read back, in the columns that the layout carries.
    places : dict
        For a table, a row of it and a column: where it was written.
    form : Form
    cut : date or None
        The data cut that the export states.
    """

    layout: str
    form: Form
    grids: list[Grid] = field(default_factory=list)
    expected: dict[str, list[Row]] = field(default_factory=dict)
    places: dict[tuple[str, int, str], list[Where]] = field(default_factory=dict)
    cut: dt.date | None = None

    def grid(self, name: str, styles: Mapping[str, Style], decorate: bool = True) -> Grid:
        made = Grid(name, dict(styles), decorate=decorate)
        self.grids.append(made)
        return made

    def expect(self, table: str, row: Row, columns: Sequence[str]) -> int:
        """Say what a row must be read back as."""
        rows = self.expected.setdefault(table, [])
        rows.append({name: row[name] for name in ("patient_id", *columns)})
        return len(rows) - 1

    def place(self, table: str, at: int, column: str, grid: Grid, row: int, header: str) -> None:
        """Say where a value stands; a second place is where it stands too."""
        self.places.setdefault((table, at, column), []).append(Where(grid, row, header))

    def table(
        self,
        name: str,
        table: str,
        rows: Sequence[Row],
        headers: Mapping[str, str],
        styles: Mapping[str, Style],
        more: Mapping[str, Any] | None = None,
        decorate: bool = True,
    ) -> Grid:
        """Write a table with a row a row.

        Parameters
        ----------
        headers : mapping of str to str
            Our columns and their headers.
        styles : mapping of str to Style
            Of our columns; others are typed as they are.
        more : mapping of str to value or callable
            Further headers; a callable takes the row, and its place.
        """
        more = more or {}
        own = {header: styles.get(ours, PLAIN) for ours, header in headers.items()}
        grid = self.grid(name, {**dict.fromkeys(more, PLAIN), **own}, decorate)
        for number, row in enumerate(rows):
            rest = {key: one(row, number) if callable(one) else one for key, one in more.items()}
            at = grid.add({**rest, **{header: row[ours] for ours, header in headers.items()}})
            place = self.expect(table, row, [ours for ours in headers if ours != "patient_id"])
            for ours, header in headers.items():
                self.place(table, place, ours, grid, at, header)
        return grid

    @property
    def name(self) -> str:
        """The file's."""
        return self.form.sheet(self.grids[0].name) if self.form.lone else "export"

    @property
    def rows(self) -> int:
        """Data rows that hold anything."""
        return sum(
            any(self.form.as_read(grid.cell(at, one)) not in (None, "") for one in grid.styles)
            for grid in self.grids
            for at in range(len(grid.rows))
        )

    def mapping(self) -> ExportMapping:
        blanks = [style.blank for grid in self.grids for style in grid.styles.values()]
        missing = (MISSING_CODE,) if MISSING_CODE in map(str, blanks) else ()
        return ExportMapping(missing=missing)

    def left_open(self) -> set[tuple[Grid, int, str]]:
        """Cells that the program may ask about."""
        found = set()
        for grid in self.grids:
            for header in grid.styles:
                cells = [self.form.as_read(grid.cell(at, header)) for at in range(len(grid.rows))]
                found |= {
                    (grid, at, header)
                    for at, asked in enumerate(left_open(cells))
                    if asked or self._is_number_of_a_day(grid, at, header)
                }
        return found

    def _is_number_of_a_day(self, grid: Grid, at: int, header: str) -> bool:
        """Tell a bare number of a day in a workbook that counts days from 1904."""
        if not (self.form.from_1904 and isinstance(grid.rows[at].get(header), dt.date)):
            return False
        return isinstance(grid.cell(at, header), float)


@st.composite
def pages(draw: st.DrawFn, export: Export) -> list[Page]:
    """Lay the grids out, with titles, blank rows and a sheet of notes here and there."""
    laid = []
    if not export.form.lone and draw(st.integers(0, 3)) == 0:
        notes = export.grid("notes", {"who": PLAIN, "what": PLAIN}, decorate=False)
        notes.add({"who": "AB", "what": "asked the site"})
        notes.add({"what": "answered"})
    for grid in export.grids:
        page = Page(grid.name)
        headers = list(grid.styles)
        if grid.decorate and draw(st.integers(0, 3)) == 0:
            page.rows.append(["RETNET, status of May"])
            page.rows.append([])
        page.rows.append([grid.titles.get(header, header) for header in headers])
        grid.numbers = []
        for at in range(len(grid.rows)):
            if grid.decorate and draw(st.integers(0, 9)) == 0:
                page.rows.append([None] * len(headers))
            page.rows.append([grid.cell(at, header) for header in headers])
            grid.numbers.append(len(page.rows))
        laid.append(page)
    return laid


def headers_of(table: str) -> list[str]:
    """Give every column of a table but the patient's id."""
    return [name for name in SCHEMAS[table].columns if name != "patient_id"]
