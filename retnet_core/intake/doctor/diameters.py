"""Sums of diameters that were taken for millimetres, and look like centimetres."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from retnet_core.intake.doctor.spelt import typed_cells
from retnet_core.intake.doctor.words import LEAST, Tables
from retnet_core.intake.findings import Severity, about_cells
from retnet_core.intake.layouts.units import split
from retnet_core.intake.typed import Table

_COLUMN = "sum_of_diameters_mm"
_SMALL = 20
"""Millimetres that the sums of most patients seldom stay below, and centimetres seldom reach."""
_WHOLE = 15
"""The same for sums without decimals, of which less is known."""
_APART = 5
"""How many times larger the next sum is, where sums in two units stand beside each other."""
_LETTERS = re.compile(r"[^\W\d_]")


def small_sums(tables: Tables) -> None:
    """Say that sums of diameters were taken for millimetres, where they look like centimetres."""
    table = tables["assessments"]
    sums = table.frame[_COLUMN]
    known = sums[sums > 0]
    patients = table.frame["patient_id"]
    enough = patients[known.index].nunique() >= LEAST
    if enough and known.max() < _SMALL and (known % 1 > 0).any():
        _tell(
            table, known.index, f"No sum of diameters is {_SMALL} or more, and some have decimals"
        )
        return
    bare = known[_without_unit(table)[known.index]]
    if enough and _is_small(bare):
        _tell(table, bare.index, "Most sums of diameters are small for millimetres")
        return
    mixed = _apart(bare, 2) if enough else bare.index[:0]
    if mixed.empty:
        groups = bare.groupby(patients[bare.index], sort=False)
        mixed = pd.Index([row for _, own in groups for row in _apart(own, 1)])
    words = f"These sums of diameters have decimals, and others are more than {_APART} times larger"
    _tell(table, mixed, words)


def _without_unit(table: Table) -> pd.Series:
    """Tell the rows whose unit neither the header nor the cell says."""
    said = [
        raw is None or any(raw.units) or any(split(header).unit for header in raw.headers)
        for part in table.parts
        for raw in [part.columns.get(_COLUMN)]
    ]
    by_header = np.repeat(np.array(said, dtype=bool), [len(part.rows) for part in table.parts])
    by_cell = [bool(_LETTERS.search(cell)) for cell in typed_cells(table, _COLUMN)]
    return pd.Series(~(by_header | np.array(by_cell, dtype=bool)), index=table.frame.index)


def _is_small(sums: pd.Series) -> bool:
    decimals = (sums % 1 > 0).mean()
    middle = sums.median()
    return bool((decimals > 0.5 and middle < _SMALL) or (decimals == 0 and middle < _WHOLE))


def _apart(sums: pd.Series, least: int) -> pd.Index:
    """Give the small sums, with decimals, that a gap divides from large ones, mostly whole."""
    ordered = sums.sort_values()
    steps = ordered.to_numpy()[1:] / ordered.to_numpy()[:-1]
    if not len(steps) or steps.max() < _APART:
        return sums.index[:0]
    at = int(steps.argmax()) + 1
    small, large = ordered.iloc[:at], ordered.iloc[at:]
    decimals = [(part % 1 > 0).mean() for part in (small, large)]
    # Tumours that nearly vanished are small as well, and written like the others.
    found = len(small) >= least and small.max() < _SMALL and decimals[0] > 0.5 > decimals[1]
    return small.index if found else sums.index[:0]


def _tell(table: Table, rows: Iterable[int], problem: str) -> None:
    for sheet, places in table.places(_COLUMN, rows).items():
        table.findings += about_cells(
            Severity.ASSUMED, table.name, sheet, places,
            f"{problem}. They may be in centimetres; they were read as millimetres.",
            "Nothing, if they are in mm; else write the unit into the header: sum of diameters "
            "(cm), or beside each number where the units differ: 5.3 cm.",
            listed=1,
        )  # fmt: skip
