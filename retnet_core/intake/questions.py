"""What a file leaves open and the user can answer: codes, a unit, an order of dates, no value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.cells.dates.orders import MAY_BEGIN_WITH_YEAR, YEAR_FIRST, Numbered
from retnet_core.intake.cells.missing_codes import (
    MISSING_CODES,
    OFTEN_MISSING,
    WHERE,
    far_from,
    is_code,
)
from retnet_core.intake.cells.parsed import DOUBTFUL
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.mapping import AS_FOUND, Reading
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, spelling, where_is
from retnet_core.intake.typed import ARMS as ARM_COLUMNS
from retnet_core.intake.typed import UNITS, Table
from retnet_core.intake.typed.parsers import parser_of
from retnet_core.intake.typed.said import Said, reading_of
from retnet_core.intake.understanding import Understanding, kind
from retnet_core.protocol import ARMS, UNKNOWN
from retnet_core.tables import about

Mask = NDArray[np.bool_]
_SEVERITIES = (Severity.SET_ASIDE, Severity.ASSUMED)
_NUMBERS = re.compile(r"([0-9]{1,2})(\D)\s?([0-9]{1,2})\D\s?([0-9]{4}|[0-9]{2})(?![0-9])")
"""How a date begins whose order its numbers alone may not tell."""
_CODE = re.compile(r"-?[0-9]+(\.0+)?")
_OWN = {arm.code for arm in ARMS} | {UNKNOWN}


@dataclass(frozen=True)
class Question:
    """One of our columns with cells of which the user can say what they mean.

    Attributes
    ----------
    table, column : str
        Our table and column.
    cells : int
        How many cells are open.
    headers : tuple of str
        Headers of the file that they stand under.
    values : tuple of str
        The different open cells, as text.
    """

    table: str
    column: str
    cells: int
    headers: tuple[str, ...]
    values: tuple[str, ...]


def asked(found: Understanding) -> tuple[Question, ...]:
    """Find the columns of ours whose cells the user can still explain.

    That are codes that were not read, or read by an assumption; arms under names of their own;
    dates that can be read in several orders; numbers that may stand for no value; units that are
    not known. What the user has said of a cell is not asked again.

    Parameters
    ----------
    found : Understanding
        A file that was understood.

    Returns
    -------
    tuple of Question
        One a column, as the tables and their columns follow each other.
    """
    return tuple(
        question
        for table in found.tables.values()
        for column in table.frame.columns
        if column != "patient_id" and (question := _question(found, table, column))
    )


def is_asked(asked: Sequence[Question], table: str, column: str, value: str) -> bool:
    """Tell whether a finding is about cells of an open question.

    ``table``, ``column`` and ``value`` are as `retnet_core.intake.findings.Finding` has them: of
    several headers or cells it names the first ones.
    """
    return any(
        one.table == table
        and _names(column, one.headers)
        and (not value or _names(value, one.values))
        for one in asked
    )


def with_place(findings: pd.DataFrame, asked: Sequence[Question]) -> pd.DataFrame:
    """Let the remedies of findings that the user can answer on the screen say where.

    Parameters
    ----------
    findings : pandas.DataFrame
        As `retnet_core.intake.findings.as_frame` lays them out.
    asked : sequence of Question

    Returns
    -------
    pandas.DataFrame
        The same findings.
    """
    remedies = [
        f"{row.remedy} Or say what the cells mean {WHERE}."
        if WHERE not in str(row.remedy)
        and row.severity in _SEVERITIES
        and is_asked(asked, str(row.table), str(row.column), str(row.value))
        else row.remedy
        for row in findings.itertuples(index=False)
    ]
    return findings.assign(remedy=pd.Series(remedies, index=findings.index, dtype=object))


def days_of(text: str, usual: bool = False) -> dict[str, dt.date]:
    """Read a date of three numbers in each order that makes a day of it.

    Parameters
    ----------
    text : str
        The cell.
    usual : bool
        Without a year of two digits in front where hardly anybody writes so.

    Examples
    --------
    >>> list(days_of("03/04/2020")), list(days_of("13/04/2020")), days_of("soon")
    (['day first', 'month first'], ['day first'], {})
    """
    match = _NUMBERS.match(text)
    if not match:
        return {}
    numbers = Numbered(match[1], int(match[3]), match[4], match[2])
    return {
        order: day
        for order in numbers.orders
        if isinstance(day := numbers.read(order), dt.date)
        and not (usual and order == YEAR_FIRST and numbers.mark != MAY_BEGIN_WITH_YEAR)
    }


def _names(told: str, known: Sequence[str]) -> bool:
    return any(told == one or told.startswith(f"{one}, ") for one in known)


def _question(found: Understanding, table: Table, column: str) -> Question | None:
    """Ask about a column, None where nothing of it is open."""
    reading = reading_of(found.mapping, table.name, column)
    has_codes = not found.codes(table.name, column).empty
    emptied = np.zeros(len(table.frame), dtype=bool)
    emptied[table.emptied[column]] = True
    start, cells = 0, 0
    headers: dict[str, None] = {}
    values: dict[str, None] = {}
    for part in table.parts:
        end = start + len(part.rows)
        raw = part.columns.get(column)
        if raw is not None:
            can = _by_cell(part, column, raw, reading, has_codes)
            rows = emptied[start:end] & can.answer[raw.codes]
            rows |= can.confirm[raw.codes]
            if kind(table.name, column) == "number":
                rows |= _may_be_missing(table, column)[start:end]
            cells += int(rows.sum())
            for code in np.unique(raw.codes[rows & (raw.codes != BLANK)]).tolist():
                headers.setdefault(where_is(raw.headers[code], part.sheet)[1])
                values.setdefault(as_text(raw.values[code]))
        start = end
    return Question(table.name, column, cells, tuple(headers), tuple(values)) if cells else None


@dataclass(frozen=True, eq=False)
class _Can:
    """Of the different cells of a column (and a blank one): what could be said of them.

    ``answer`` are those to be asked about where they were emptied, ``confirm`` those that were
    read by an assumption.
    """

    answer: Mask
    confirm: Mask


def _by_cell(part: Part, column: str, raw: Column, reading: Reading, has_codes: bool) -> _Can:
    table = part.table
    said = {spelling(cell) for cell in (*reading.codes, *reading.missing)}
    answer = [_can_answer(table, column, cell, has_codes) for cell in raw.values]
    confirm = [False] * len(raw.values)
    if has_codes and kind(table, column) != "number":
        for at in _assumed(part, column, raw, reading):
            confirm[at] = spelling(raw.values[at]) not in said
    if (table, column) in UNITS and not reading.unit:
        ours = about(table, column).unit
        known = {"", ours, *CONVERSIONS[ours]}
        for at, unit in enumerate(raw.units):
            confirm[at] = (unit_of(unit) or unit) not in known
    return _Can(np.array([*answer, False]), np.array([*confirm, False]))


def _can_answer(table: str, column: str, cell: Cell, has_codes: bool) -> bool:
    """Tell whether the user could say what an emptied cell means."""
    if is_code(cell, MISSING_CODES):
        return True
    holds = kind(table, column)
    text = as_text(cell)
    if holds == "date":
        return len(set(days_of(text, usual=True).values())) > 1
    if holds == "number":  # a measurement out of range is mistyped, and no code
        return has_codes and not about(table, column).unit and bool(_CODE.fullmatch(text))
    return has_codes


def _assumed(part: Part, column: str, raw: Column, reading: Reading) -> Iterator[int]:
    """Give the positions of cells that were read by an assumption about what they mean."""
    values = Said(reading).cells(raw) if reading != AS_FOUND else raw.values
    parsed = parser_of(part, column, reading)(values)
    if column in ARM_COLUMNS:
        yield from (at for at, arm in enumerate(parsed.values) if arm and arm not in _OWN)
    elif kind(part.table, column) in ("coded", "yes_no"):
        yield from (at for at, remark in parsed.assumed.items() if remark != DOUBTFUL)


def _may_be_missing(table: Table, column: str) -> Mask:
    """Tell numbers that were read as such, and look like codes for no value."""
    numbers = table.frame[column].to_numpy(dtype=float, na_value=np.nan)
    codes = table.typed_as(column, MISSING_CODES) & ~np.isnan(numbers)
    others = numbers[~codes & ~np.isnan(numbers)]
    if not codes.any():
        return codes
    return codes & (table.typed_as(column, OFTEN_MISSING) | far_from(others, numbers))
