"""How each column of a file was read, in words: which cells as what, in which unit and order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.cells.numbers import Numbers
from retnet_core.intake.mapping import AS_FOUND, ExportMapping
from retnet_core.intake.questions import Question, days_of
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, where_is
from retnet_core.intake.understanding import Understanding, kind
from retnet_core.protocol import UNKNOWN
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import join_words
from retnet_core.wording import count

EMPTIED = "emptied"
NO_VALUE = "no value"
OVERVIEW = ("To answer", "Our column", "Column of the file", "Unit or order of dates", "Cells read",
            "Why", "Cells")  # fmt: skip
_LONG_YEAR_FIRST = re.compile(r"[0-9]{4}\D[0-9]{1,2}\D")


@dataclass(frozen=True, eq=False)
class _Piece:
    """A raw column of one sheet beside the values that its rows have in our table."""

    raw: Column
    values: pd.Series
    emptied: NDArray[np.bool_]


def overview(found: Understanding, table: str, asked: Iterable[Question] = ()) -> pd.DataFrame:
    """Say what was found for each of our columns, as text cells.

    Parameters
    ----------
    found : Understanding
    table : str
        Our table.
    asked : iterable of Question
        What is open (`retnet_core.intake.questions.asked`).

    Returns
    -------
    pandas.DataFrame
        The columns of `OVERVIEW`, a row for each of our columns.
    """
    rows = found.columns[found.columns["table"] == table]
    open_ = {one.column: count(one.cells, "cell") for one in asked if one.table == table}
    return pd.DataFrame(
        [
            (
                open_.get(str(row.column), ""),
                row.column,
                row.header,
                in_words(found, table, str(row.column)),
                f"{row.read:,} of {row.filled:,}" if row.header else "",
                row.why,
                row.samples,
            )
            for row in rows.itertuples(index=False)
        ],
        columns=list(OVERVIEW),
    )


def in_words(found: Understanding, table: str, column: str) -> str:
    """Say in which unit a column's numbers are, or in which order its dates were read.

    Examples
    --------
    "mm, file in cm", "years", "day first", "already dates and year first"; "" for
    other columns.
    """
    holds = kind(table, column)
    if holds == "date":
        return _order(found, table, column)
    return _unit(found, table, column) if holds == "number" else ""


def in_another_order(found: Understanding, order: str) -> tuple[str, ...]:
    """Name our columns of dates with a cell that one order would make another day of.

    Columns of which the user said the order themselves keep it, and are left out.
    """
    return tuple(
        name
        for table in found.tables
        for name in SCHEMAS[table].columns
        if kind(table, name) == "date"
        and not found.mapping.readings.get((table, name), AS_FOUND).dates
        and any(
            not pd.isna(value := piece.values.iloc[row])
            and days_of(as_text(cell), usual=True).get(order, value.date()) != value.date()
            for piece in _pieces(found, table, name)
            for row, cell, _ in _cells(piece)
        )
    )


def read_as(found: Understanding, table: str, column: str) -> pd.DataFrame:
    """Say what the different cells of a column were read as.

    Parameters
    ----------
    found : Understanding
    table, column : str
        One of our columns.

    Returns
    -------
    pandas.DataFrame
        cell (as typed), rows (how many hold it), read_as (in words, such as "female", "yes",
        "emptied", "no value"); the most frequent cell first. Empty where there are too many
        different cells to be codes.
    """
    counts = found.codes(table, column)
    told: dict[str, list[str]] = {cell: [] for cell in counts.index}
    for piece in _pieces(found, table, column):
        for code, cell in enumerate(map(as_text, piece.raw.values)):
            if cell in told:
                told[cell] += _told(piece, piece.raw.codes == code)
    return pd.DataFrame(
        {
            "cell": list(told),
            "rows": counts.to_numpy(),
            "read_as": [join_words(list(dict.fromkeys(words)), "or") for words in told.values()],
        }
    )


def also_read_as(
    found: Understanding, mapping: ExportMapping, table: str, column: str, header: str
) -> tuple[str, ...]:
    """Name the other columns of a table that a header of the file is read as.

    Parameters
    ----------
    found : Understanding
    mapping : ExportMapping
        What the user says by now, beyond what ``found`` was read by.
    table, column : str
        The column of ours that the header is chosen for.
    header : str

    Returns
    -------
    tuple of str
        Columns of ours.
    """
    said = mapping.columns.get(table, {})
    parts = found.tables[table].parts if table in found.tables else []
    by_now = {
        name
        for part in parts
        for name, raw in part.columns.items()
        if name not in said
        and header in {where_is(one, part.sheet)[1] for one in (raw.header, *raw.headers)}
    }
    by_now |= {name for name, own in said.items() if own == header}
    return tuple(name for name in SCHEMAS[table].columns if name in by_now - {column})


def _pieces(found: Understanding, table: str, column: str) -> Iterator[_Piece]:
    typed = found.tables.get(table)
    if typed is None:
        return
    emptied = np.zeros(len(typed.frame), dtype=bool)
    emptied[typed.emptied[column]] = True
    start = 0
    for part in typed.parts:
        end = start + len(part.rows)
        raw = part.columns.get(column)
        if raw is not None:
            yield _Piece(raw, typed.frame[column].iloc[start:end], emptied[start:end])
        start = end


def _told(piece: _Piece, rows: NDArray[np.bool_]) -> Iterable[str]:
    """Say what the cells of some rows became."""
    for value, was_emptied in zip(piece.values[rows], piece.emptied[rows], strict=True):
        words = _words(value)
        if was_emptied:
            words = f"{EMPTIED}, counts as {UNKNOWN}" if words == UNKNOWN else EMPTIED
        yield words


def _words(value: Any) -> str:
    if pd.isna(value):
        return NO_VALUE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value)


def _cells(piece: _Piece) -> Iterator[tuple[int, Cell, str]]:
    """Give the different cells that the rows hold: a row of each, the cell, its header's unit."""
    codes, rows = np.unique(piece.raw.codes, return_index=True)
    named = piece.raw.units or [""] * len(piece.raw.values)
    for code, row in zip(codes.tolist(), rows.tolist(), strict=True):
        if code != BLANK:
            yield row, piece.raw.values[code], named[code]


# Units


def _unit(found: Understanding, table: str, column: str) -> str:
    ours = about(table, column).unit
    others = CONVERSIONS.get(ours, {})
    said = unit_of(found.mapping.reading(table, column).unit)
    reader = Numbers(ours)
    there: dict[str, None] = {}
    for piece in _pieces(found, table, column):
        for _, cell, named in _cells(piece):
            there.setdefault(_unit_of(cell, reader, said or unit_of(named)) or ours)
    if not there or list(there) == [ours] or not others:
        return ours
    return f"{ours}, file in {join_words(list(there))}"


def _unit_of(cell: Cell, reader: Numbers, known: str) -> str:
    """Give the unit of a cell: its own, else what the user or the header says; "" for ours."""
    unit = (reader.without_unit(cell)[1] if isinstance(cell, str) else "") or known
    return unit if unit in CONVERSIONS.get(reader.unit, {}) else ""


# Dates


def _order(found: Understanding, table: str, column: str) -> str:
    there: dict[str, None] = {}
    for piece in _pieces(found, table, column):
        for row, cell, _ in _cells(piece):
            if words := _order_of(cell, piece.values.iloc[row], bool(piece.emptied[row])):
                there.setdefault(words)
    return join_words(list(there)) if there else ""


def _order_of(cell: Cell, value: Any, was_emptied: bool) -> str:
    """Say in which order a date was read; "" where there was no choice."""
    if isinstance(cell, dt.date):
        return "already dates"
    text = as_text(cell)
    if _LONG_YEAR_FIRST.match(text):
        return "year first"
    if not pd.isna(value):
        read = [order for order, day in days_of(text).items() if day == value.date()]
        return read[0] if len(read) == 1 else ""
    days = days_of(text, usual=True)
    if not was_emptied or len(set(days.values())) < 2:
        return ""
    return f"{join_words([order.removesuffix(' first') for order in days], 'or')} first: asked"
