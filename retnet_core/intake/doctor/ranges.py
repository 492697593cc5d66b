"""Columns of numbers whose values look like codes of ranges: 1 for under 25%, 2 for up to 50%."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from retnet_core.intake.doctor.spelt import typed_cells
from retnet_core.intake.doctor.words import LEAST, Tables, rows_of
from retnet_core.intake.typed import Table
from retnet_core.protocol import UNKNOWN

_AGREE = 0.8
"""Share of the grades that fit the Ki-67, from which its values are what they seem to be."""


class _Doubted(NamedTuple):
    """A column of patients, in words, and the largest number that a code may be."""

    column: str
    words: str
    most: int
    remedy: str


_PERCENT = "If they are percentages, write them with the sign, such as 3%; else give the percentage"
_DOUBTED = (
    _Doubted("liver_burden_percent", "liver burden", 5, f"{_PERCENT} of each patient."),
    _Doubted("ki67_percent", "Ki-67", 4, f"{_PERCENT} of each patient."),
    _Doubted("age", "age", 9, "Give the age of each patient in years."),
)


def codes_of_ranges(tables: Tables) -> None:
    """Empty a column of patients whose numbers seem to be codes, and ask what they mean."""
    table = tables["patients"]
    for one in _DOUBTED:
        values = table.frame[one.column].dropna()
        if not _are_codes(values, one.most) or _has_sign(table, one.column):
            continue
        if one.column == "ki67_percent" and not _are_codes_of_ki67(table.frame):
            continue
        table.empty_cells(
            one.column, rows_of(table.frame[one.column].notna()),
            f"Every {one.words} is a whole number of {values.min():g} to {values.max():g}. Are "
            "these codes of ranges, or the values themselves? It is not guessed.",
            one.remedy,
        )  # fmt: skip


def _are_codes(values: pd.Series, most: int) -> bool:
    return len(values) >= LEAST and bool(((values % 1 == 0) & (values <= most)).all())


def _has_sign(table: Table, column: str) -> bool:
    """Tell whether a cell was written as a percentage."""
    return any("%" in cell for cell in typed_cells(table, column))


def _are_codes_of_ki67(frame: pd.DataFrame) -> bool:
    """Tell numbers in turn from 0 or 1, which the patients' grades do not confirm."""
    ki67 = frame["ki67_percent"]
    here = set(ki67.dropna())
    if len(here) < 2 or min(here) > 1 or here != set(np.arange(min(here), max(here) + 1)):
        return False
    graded = frame[ki67.notna() & (frame["who_grade"] != UNKNOWN)]
    # G1 was up to 2%, or under 3%, and 3% has been either.
    low = (graded["who_grade"] == "G1") & (graded["ki67_percent"] <= 3)
    second = (graded["who_grade"] == "G2") & (graded["ki67_percent"] >= 3)
    return 2 * len(graded) < ki67.notna().sum() or bool((low | second).mean() < _AGREE)
