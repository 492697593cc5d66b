"""What a file holds before anything is understood: sheets of columns of raw cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    """

    values: list[Cell]
    codes: NDArray[np.intp]
    headers: list[str]
    header: str

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
        return Column(self.values, self.codes[rows], self.headers, self.header)

    def named(self, header: str) -> Column:
        """Give the column its header."""
        return Column.of(self.values, self.codes, header)

    def text(self, row: int) -> str:
        """Write a row's cell as text, blank as ""."""
        code = self.codes[row]
        return "" if code == BLANK else as_text(self.values[code])

    def header_of(self, row: int) -> str:
        """Name the header that a row's cell stood under."""
        code = self.codes[row]
        return self.header if code == BLANK else self.headers[code]


def stack(columns: Iterable[Column], header: str) -> Column:
    """Lay columns under each other, each cell remembering its header."""
    values: list[Cell] = []
    headers: list[str] = []
    codes = []
    for column in columns:
        codes.append(np.where(column.codes == BLANK, BLANK, column.codes + len(values)))
        values += column.values
        headers += column.headers
    joined = np.concatenate(codes) if codes else np.empty(0, dtype=np.intp)
    return Column(values, joined, headers, header)


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
