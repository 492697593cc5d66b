"""Columns of numbers whose values look like codes of ranges: 1 for under 25%, 2 for up to 50%."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from retnet_core.intake.cells import Known
from retnet_core.intake.doctor.spelt import typed_cells
from retnet_core.intake.doctor.words import AS_THEY_STAND, LEAST, Tables, rows_of
from retnet_core.intake.findings import Severity, about_cells
from retnet_core.intake.layouts.units import split
from retnet_core.intake.typed import Table
from retnet_core.protocol import UNKNOWN

_AGREE = 0.8
"""Share of the grades that fit the Ki-67, from which its values are what they seem to be."""


_MOST = 0.9
"""Share of the numbers that may be codes, from which a few larger ones are no proof against it."""


class _Doubted(NamedTuple):
    """A column of patients, in words, and what to do where its numbers may be codes."""

    column: str
    words: str
    most: int
    """The largest number that a code may be."""
    remedy: str


_PERCENT = "If they are percentages, write them with the sign, such as 3%; else give the percentage"
_DOUBTED = (
    _Doubted("liver_burden_percent", "liver burden", 5, f"{_PERCENT} of each patient."),
    _Doubted("ki67_percent", "Ki-67", 4, f"{_PERCENT} of each patient."),
    _Doubted("age", "age", 9, "Give the age of each patient in years."),
)


def codes_of_ranges(tables: Tables) -> None:
    """Ask what the numbers of a column of patients mean, where they seem to be codes.

    They are emptied, unless the header says that they are percentages, or a few are too large to
    be codes. Beside ranges such as 25-50 they are emptied in any case.
    """
    table = tables["patients"]
    for one in _DOUBTED:
        values = table.frame[one.column].dropna()
        codes = values[(values % 1 == 0) & (values <= one.most)]
        if len(codes) < _MOST * len(values) or codes.empty or _has_sign(table, one.column, values):
            continue
        if one.column == "ki67_percent" and not _are_codes_of_ki67(table.frame, codes):
            continue
        if _has_ranges(table.known[one.column].values(), codes.max()):
            _ask_beside_ranges(table, one, codes)
        elif len(values) >= LEAST:
            _ask(table, one, values, codes)


def _ask(table: Table, one: _Doubted, values: pd.Series, codes: pd.Series) -> None:
    """Ask of a column of numbers without ranges."""
    some = "Every" if len(codes) == len(values) else "Nearly every"
    problem = (
        f"{some} {one.words} is a whole number of {codes.min():g} to {codes.max():g}. Are "
        "these codes of ranges, or the values themselves?"
    )
    if len(codes) == len(values) and not _says_percent(table, one.column):
        rows = rows_of(table.frame[one.column].notna())
        table.empty_cells(one.column, rows, f"{problem} It is not guessed.", one.remedy)
        return
    for sheet, places in table.places(one.column, codes.index).items():
        table.findings += about_cells(
            Severity.ASSUMED, table.name, sheet, places,
            f"{problem} They were read as the values. {AS_THEY_STAND}",
            f"Nothing, if they are the values. {one.remedy}", listed=1,
        )  # fmt: skip


def _ask_beside_ranges(table: Table, one: _Doubted, codes: pd.Series) -> None:
    table.empty_cells(
        one.column, codes.index.to_numpy(dtype=np.intp),
        f"Other cells of the column hold ranges. Is this {one.words} the code of a range, or the "
        "value itself? It is not guessed.",
        one.remedy,
    )  # fmt: skip


def _has_ranges(known: Iterable[Known], most: float) -> bool:
    """Tell ranges that follow each other (under 25, 25 to 50) above all numbers of a column.

    A Ki-67 of "<1" or "5-10" is an estimate among others, and says nothing of the numbers.
    """
    ranges = set(known)
    ends = [float(one.most) for one in ranges if one.most]
    starts = [float(one.least) for one in ranges if one.least]
    # 25-50 follows <25, and so does 26-50.
    return any(end > most and 0 <= start - end <= 1 for end in ends for start in starts)


def _has_sign(table: Table, column: str, values: pd.Series) -> bool:
    """Tell whether a cell of a value was written as a percentage: ranges say nothing of it."""
    typed = typed_cells(table, column)
    return any("%" in typed[row] for row in values.index)


def _says_percent(table: Table, column: str) -> bool:
    """Tell whether the headers say that the cells are percentages."""
    headers = {
        header
        for part in table.parts
        if (raw := part.columns.get(column)) is not None
        for header in (raw.header, *raw.headers)
    }
    return bool(headers) and all(
        split(header).unit == "%" or "%" in header or "percent" in header.casefold()
        for header in headers
    )


def _are_codes_of_ki67(frame: pd.DataFrame, codes: pd.Series) -> bool:
    """Tell numbers in turn from 0 or 1, which the patients' grades do not confirm."""
    here = set(codes)
    if len(here) < 2 or min(here) > 1 or here != set(np.arange(min(here), max(here) + 1)):
        return False
    own = frame.loc[codes.index]
    graded = own[own["who_grade"] != UNKNOWN]
    # G1 was up to 2%, or under 3%, and 3% has been either.
    low = (graded["who_grade"] == "G1") & (graded["ki67_percent"] <= 3)
    second = (graded["who_grade"] == "G2") & (graded["ki67_percent"] >= 3)
    return 2 * len(graded) < len(codes) or bool((low | second).mean() < _AGREE)
