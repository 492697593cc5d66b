"""Columns whose cells are translated: the header stays the file's, so that findings name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, is_missing, parse_dates, parse_numbers, parse_text
from retnet_core.intake.mapping import AS_FOUND, DATE_ORDERS, Reading
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, spelling, stack

Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]


def texts(column: Column) -> Texts:
    """Give each row's cell as text, blank as ""."""
    return np.array([*map(as_text, column.values), ""], dtype=object)[column.codes]


def numbers(column: Column, unit: str = "") -> NDArray[np.float64]:
    """Give each row's number, NaN where there is none that can be read."""
    parsed = parse_numbers(column.values, unit, given=column.units)
    values = [np.nan if one is None else one for one in parsed.values]
    return np.array([*values, np.nan], dtype=float)[column.codes]


def ids_of(column: Column) -> Texts:
    """Give each row's patient id as text, "" where there is none."""
    known = [text or "" for text in parse_text(column.values, ABSENT).values]
    return np.array([*known, ""], dtype=object)[column.codes]


# What the user said of a column


def meant(cells: Sequence[Cell], reading: Reading) -> list[tuple[Cell, str]]:
    """Put what the user says that cells mean in their place, "" where they stand for no value.

    Returns
    -------
    list of (Cell, str)
        What each means, and the code of the mapping that says so: "" where none does.
    """
    codes = {spelling(code): code for code in reading.codes}
    missing = {spelling(code): code for code in reading.missing}
    found: list[tuple[Cell, str]] = []
    for cell in cells:
        text, typed = as_text(cell), spelling(cell)
        if code := text if text in reading.codes else codes.get(typed, ""):
            found.append((reading.codes[code].strip(), code))
        elif code := missing.get(typed, ""):
            found.append(("", code))
        else:
            found.append((cell, ""))
    return found


def as_meant(column: Column, reading: Reading) -> Column:
    """Give a column as the user says that it is read; cells that stand for no value are blank."""
    if not reading.codes and not reading.missing:
        return column
    values = [cell for cell, _ in meant(column.values, reading)]
    none = np.array([*(cell == "" for cell in values), True])
    return replace(column, values=values, codes=np.where(none[column.codes], BLANK, column.codes))


def with_value(column: Column, reading: Reading) -> Column:
    """Empty the cells that the user says stand for no value."""
    return blanked(column, as_meant(column, reading).codes == BLANK)


def dates(column: Column, reading: Reading = AS_FOUND) -> NDArray[np.datetime64]:
    """Give each row's day as the user says it is read, NaT where there is none."""
    said = as_meant(column, reading)
    values = parse_dates(said.values, reading.dates).values
    return np.array([*values, None], dtype="datetime64[D]")[said.codes]


@dataclass(frozen=True, eq=False)
class Ends:
    """The last or the first of several days, where their order of day and month tells it.

    Attributes
    ----------
    rows : numpy.ndarray of bool
        Rows with that day of their record, in whatever order their dates may be.
    days : numpy.ndarray of bool
        Rows with a day.
    unsure : numpy.ndarray of bool
        Those whose day nothing decides: it can be read in several orders.
    open : numpy.ndarray of bool
        Rows of records of which it depends on the order.
    """

    rows: Mask
    days: Mask
    unsure: Mask
    open: Mask


def ends_of(record: NDArray[np.intp], column: Column, reading: Reading, latest: bool) -> Ends:
    """Find the latest day of each record, or the earliest; never by a guess of the order.

    Parameters
    ----------
    record : numpy.ndarray of int
        The record of each row, numbered from 0.
    column : Column
    reading : Reading
        How the user says that the column is read.
    latest : bool
        Else the earliest.
    """
    decided = dates(column, reading)
    orders = [dates(column, replace(reading, dates=one)) for one in DATE_ORDERS.values() if one]
    unsure = np.isnat(decided) & ~np.all([np.isnat(days) for days in orders], axis=0)
    rows, known = np.ones(len(record), dtype=bool), np.zeros(len(record), dtype=bool)
    for other in orders if unsure.any() else [decided]:
        days = pd.Series(np.where(unsure, other, decided))
        fits = ~pd.Series(unsure & np.isnat(other)).groupby(record).transform("any")
        best = days.groupby(record).transform("max" if latest else "min")
        known |= (fits & best.notna()).to_numpy()
        rows &= (~fits | (days == best)).to_numpy()
    rows &= known
    some, asked = (pd.Series(one).groupby(record).transform("any") for one in (rows, unsure))
    return Ends(rows, ~np.isnat(decided) | unsure, unsure, (asked & ~some).to_numpy(dtype=bool))


def among(cells: Texts, words: Iterable[str]) -> Mask:
    """Tell which cells are one of some words."""
    return pd.Series(cells, dtype=object).isin(list(words)).to_numpy(dtype=bool)


def first_filled(columns: Sequence[Column]) -> Column:
    """Take row by row the first column that is filled; each cell remembers its header."""
    laid = stack(columns, columns[0].header)
    codes = laid.codes.reshape(len(columns), -1)
    filled = (codes != BLANK).argmax(axis=0)
    return replace(laid, codes=codes[filled, np.arange(codes.shape[1])])


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
    return replace(column, codes=np.where(rows, BLANK, column.codes))
