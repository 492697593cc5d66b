"""Columns whose cells are translated: the header stays the file's, so that findings name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, is_missing, parse_dates, parse_numbers
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, stack

Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]


def texts(column: Column) -> Texts:
    """Give each row's cell as text, blank as ""."""
    return np.array([*map(as_text, column.values), ""], dtype=object)[column.codes]


def numbers(column: Column) -> NDArray[np.float64]:
    """Give each row's number, NaN where there is none that can be read."""
    values = [np.nan if one is None else one for one in parse_numbers(column.values).values]
    return np.array([*values, np.nan], dtype=float)[column.codes]


def dates(column: Column) -> NDArray[np.datetime64]:
    """Give each row's day, NaT where there is none that can be read."""
    values = parse_dates(column.values).values
    return np.array([*values, None], dtype="datetime64[D]")[column.codes]


def among(cells: Texts, words: Iterable[str]) -> Mask:
    """Tell which cells are one of some words."""
    return pd.Series(cells, dtype=object).isin(list(words)).to_numpy(dtype=bool)


def first_filled(columns: Sequence[Column]) -> Column:
    """Take row by row the first column that is filled; each cell remembers its header."""
    laid = stack(columns, columns[0].header)
    codes = laid.codes.reshape(len(columns), -1)
    filled = (codes != BLANK).argmax(axis=0)
    return Column(laid.values, codes[filled, np.arange(codes.shape[1])], laid.headers, laid.header)


def combine(columns: Sequence[Column], rule: Callable[..., Cell | None]) -> Column:
    """Make a column of several: a cell for each different combination of their cells.

    Parameters
    ----------
    columns : sequence of Column
        Of the same height; the first gives the headers.
    rule : callable
        Takes a cell of each column, "" where it is blank; gives the new one, None for a blank.
    """
    key = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        key = key * (len(column.values) + 1) + column.codes + 1
    _, first, code = np.unique(key, return_index=True, return_inverse=True)
    values: list[Cell] = []
    headers: list[str] = []
    new = np.full(len(first), BLANK, dtype=np.intp)
    for at, row in enumerate(first):
        cell = rule(*(_cell(column, int(row)) for column in columns))
        if cell is not None:
            new[at] = len(values)
            values.append(cell)
            headers.append(columns[0].header_of(int(row)))
    return Column(values, new[code], headers, columns[0].header)


def _cell(column: Column, row: int) -> Cell:
    code = column.codes[row]
    return "" if code == BLANK else column.values[code]


def without_absent(column: Column) -> Column:
    """Take spellings of an empty cell ("NA", ".") for blank ones, as R writes them."""
    absent = [is_missing(one, ABSENT) for one in column.values]
    return blanked(column, np.array([*absent, True])[column.codes]) if any(absent) else column


def blanked(column: Column, rows: Mask) -> Column:
    """Empty the cells of some rows."""
    codes = np.where(rows, BLANK, column.codes)
    return Column(column.values, codes, column.headers, column.header)
