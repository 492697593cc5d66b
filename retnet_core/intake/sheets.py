"""What a file holds before anything is understood: sheets of columns of raw cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Cell = str | float | bool | dt.date
"""A raw cell: text as typed (stripped), a number, yes or no, or a spreadsheet's own date."""

BLANK = -1
"""The code of a blank cell."""


def as_text(cell: Cell) -> str:
    """Write a raw cell as a person would type it.

    Examples
    --------
    >>> as_text(7.0), as_text("007"), as_text(dt.date(2019, 3, 12))
    ('7', '007', '2019-03-12')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(int(cell)) if abs(cell) < 1e15 and cell == int(cell) else repr(cell)


def spelling(cell: Cell) -> str:
    """Write a cell for comparison with a code: case and blanks do not count, -99.0 is -99."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    text = "".join(as_text(cell).casefold().split()).replace("\u2212", "-")
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its different cells, and for each row which of them it holds.

    Cells repeat (arms, dates, answers), so each different one is parsed once.

    Attributes
    ----------
    values : list of Cell
        The different cells.
    codes : numpy.ndarray of int
        For each row the position in ``values``, `BLANK` where the cell is blank.
    headers : list of str
        The header each of ``values`` stood under: the same for all, except where several columns
        were laid under each other.
    header : str
        The column's header as typed.
    units : sequence of str
        For each of ``values`` the unit that its header names, as typed, where that is not ours; ""
        where it names none. Empty where none of them has one.
    """

    values: list[Cell]
    codes: NDArray[np.intp]
    headers: list[str]
    header: str
    units: Sequence[str] = ()

    @classmethod
    def of(cls, values: Sequence[Cell], codes: NDArray[np.intp], header: str) -> Column:
        """Make a column of one header."""
        return cls(list(values), codes, [header] * len(values), header)

    @classmethod
    def constant(cls, value: Cell, size: int) -> Column:
        """Make a column that says the same in every row, without a header in the file."""
        return cls.of([value], np.zeros(size, dtype=np.intp), "")

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Column:
        """Keep some rows."""
        return replace(self, codes=self.codes[rows])

    def named(self, header: str) -> Column:
        """Give the column its header."""
        return replace(self, headers=[header] * len(self.values), header=header)

    def in_unit(self, unit: str) -> Column:
        """Say in which unit the cells are that carry none themselves."""
        return replace(self, units=[unit] * len(self.values))

    def spelt_out(self) -> Column:
        """Write each cell with its unit, to be compared with a column of another: "3.3 cm"."""
        if not self.units:
            return self
        pairs = zip(self.values, self.units, strict=True)
        values = [f"{as_text(cell)} {unit}" if unit else cell for cell, unit in pairs]
        return replace(self, values=values, units=())

    def text(self, row: int) -> str:
        """Write a row's cell as text, blank as ""."""
        code = self.codes[row]
        return "" if code == BLANK else as_text(self.values[code])

    def header_of(self, row: int) -> str:
        """Name the header that a row's cell stood under."""
        code = self.codes[row]
        return self.header if code == BLANK else self.headers[code]


def stack(columns: Iterable[Column], header: str) -> Column:
    """Lay columns under each other, each cell remembering its header and its unit."""
    values: list[Cell] = []
    headers: list[str] = []
    units: list[str] = []
    codes = []
    for column in columns:
        codes.append(np.where(column.codes == BLANK, BLANK, column.codes + len(values)))
        values += column.values
        headers += column.headers
        units += column.units or [""] * len(column.values)
    joined = np.concatenate(codes) if codes else np.empty(0, dtype=np.intp)
    return Column(values, joined, headers, header, units if any(units) else ())


_FROM = re.compile(r"(.*) \(in '(.*)'\)", re.DOTALL)


def header_in(header: str, sheet: str) -> str:
    """Name a header of another sheet, for a cell that was brought from there."""
    return f"{header} (in '{sheet}')"


def where_is(header: str, sheet: str) -> tuple[str, str]:
    """Give the sheet and the header of a cell of ``sheet``, undoing `header_in`.

    Examples
    --------
    >>> where_is("DTHDAT (in 'DEATH.csv')", "DM.csv"), where_is("AGE", "DM.csv")
    (('DEATH.csv', 'DTHDAT'), ('DM.csv', 'AGE'))
    """
    match = _FROM.fullmatch(header)
    return (match[2], match[1]) if match else (sheet, header)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of a workbook, or a file of an archive.

    Attributes
    ----------
    name : str
        As the user named it, for findings.
    title : str
        The name without folder and ending, for recognition.
    columns : list of Column
        All of the same height, from the sheet's first row.
    height : int
        Rows, blank ones included.
    lone : bool
        A text file by itself, whose name need not say what it holds.
    """

    name: str
    title: str
    columns: list[Column]
    height: int
    lone: bool = False

    def row(self, at: int) -> list[str]:
        """Write a row's cells as text; rows count from 0."""
        return [column.text(at) for column in self.columns]

    def filled(self) -> NDArray[np.bool_]:
        """Tell which rows hold anything."""
        filled = np.zeros(self.height, dtype=bool)
        for column in self.columns:
            filled |= column.codes != BLANK
        return filled
