"""A column of a sheet as it is looked at, and what is said of one that looks personal."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, NOT_KNOWN
from retnet_core.intake.headers import column_names, header_row
from retnet_core.intake.privacy.cells import digits_in, is_date, words_of, year_of
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet
from retnet_core.protocol import fold
from retnet_core.tables import about

ROWS_TOLD = 3
LOOKED_AT = 2_000
"""Different cells of a column that are looked at where most must be of a kind."""
LEAST_DATES = 5


@dataclass(frozen=True)
class Personal:
    """A column that looks personal.

    Attributes
    ----------
    sheet : str
        The sheet as the user named it.
    column : str
        The column's header as typed, or its place where it has none.
    row : int or None
        The header's row as the spreadsheet numbers it; None where it has none.
    kind : str
        What it seems to hold, in the plural: "names", "dates of birth".
    by : {"header", "content"}
        What it was found by.
    reason : str
        Why it looks personal: a plain sentence.
    cells : int
        How many cells hold it.
    rows : tuple of int
        The first rows with it, as the spreadsheet numbers them.
    """

    sheet: str
    column: str
    row: int | None
    kind: str
    by: Literal["header", "content"]
    reason: str
    cells: int
    rows: tuple[int, ...]


class _Years(NamedTuple):
    """The years of a column of dates."""

    first: int
    middle: int
    last: int
    dates: int


@dataclass(frozen=True, eq=False)
class Look:
    """A column of a sheet: what it may be called, and its different cells under the header."""

    sheet: Sheet
    column: Column
    name: str
    top: int
    """The header's row, from 0."""
    titles: tuple[str, ...]
    values: list[Cell]
    id_column: Column | None

    @property
    def row(self) -> int | None:
        """The header's row as the spreadsheet numbers it."""
        return self.top + 1 if self.column.text(self.top) else None

    @cached_property
    def below(self) -> NDArray[np.intp]:
        """The codes of the cells under the header."""
        return self.column.codes[self.top + 1 :]

    @cached_property
    def texts(self) -> list[str]:
        """The first different cells that are text and hold anything."""
        texts = (value for value in self.values if isinstance(value, str))
        return [text for text, _ in zip(filter(says, texts), range(LOOKED_AT), strict=False)]

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each title."""
        return [words_of(title) for title in self.titles]

    @cached_property
    def years(self) -> _Years | None:
        """The years of a column of dates, None where it holds other things."""
        values = [value for value in self.values[:LOOKED_AT] if says(value)]
        if not any(map(is_date, values[:LEAST_DATES])):
            return None
        years = [year for value in values if (year := year_of(value))]
        if len(years) < 0.9 * len(values):
            return None
        return _Years(min(years), int(statistics.median(years)), max(years), len(years))

    def found(self, kind: str, by: Literal["header", "content"], reason: str,
              cells: NDArray[np.bool_]) -> Personal | None:  # fmt: skip
        """Name the column, with the cells under the header that hold what was found."""
        rows = np.flatnonzero(cells)
        first = tuple(int(row) + self.top + 2 for row in rows[:ROWS_TOLD])
        return (
            Personal(self.sheet.name, self.name, self.row, kind, by, reason, len(rows), first)
            if len(rows)
            else None
        )

    def holding(self, test: Callable[[str], object]) -> NDArray[np.bool_]:
        """Tell which cells under the header hold text that passes a test."""
        passes = [isinstance(value, str) and bool(test(value)) for value in self.column.values]
        assert BLANK == -1  # the last
        return np.array([*passes, False])[self.below]


_SAYS_NOTHING = ABSENT | NOT_KNOWN


def says(cell: Cell) -> bool:
    """Tell whether a cell holds anything but a word for nothing."""
    return not isinstance(cell, str) or cell.casefold() not in _SAYS_NOTHING


def columns_of(sheet: Sheet) -> Iterator[Look]:
    """Look at each column of a sheet."""
    top = header_row(sheet)
    labels = _labels_under(sheet, top)
    ids = next((one for one in sheet.columns if fold(one.text(top)) in _ID_HEADERS), None)
    for at, (column, name) in enumerate(zip(sheet.columns, column_names(sheet), strict=True)):
        titles = [column.text(row) for row in range(top + 1)] + ([labels[at]] if labels else [])
        above = set(column.codes[: top + (2 if labels else 1)].tolist())
        values = [value for code, value in enumerate(column.values) if code not in above]
        yield Look(
            sheet, column, name, top,
            tuple(filter(None, titles)), values, None if ids is column else ids,
        )  # fmt: skip


def _labels_under(sheet: Sheet, top: int) -> list[str]:
    """Give the labels of the row under the header, where it is one of labels.

    Then its cells are all text that is not seen again further down, and a column of numbers or
    dates has a label without any.
    """
    at = top + 1
    if sheet.height < at + 2:
        return []
    for column in sheet.columns:
        code = column.codes[at]
        if code != BLANK and (
            not isinstance(column.values[code], str) or bool((column.codes[at + 1 :] == code).any())
        ):
            return []
    labels, first = sheet.row(at), sheet.row(at + 1)
    over_numbers = (
        label and not digits_in(label) and digits_in(cell)
        for label, cell in zip(labels, first, strict=True)
    )
    return labels if any(over_numbers) else []


_ID_HEADERS = {
    fold(word)
    for word in (
        "patient_id",
        *about("patients", "patient_id").aliases,
        "subjid",
        "subject number",
        "patient",
    )
}
