"""Cells that go from the rows of one data set into those of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.placed import Placed, with_placed
from retnet_core.intake.layouts.values import Mask
from retnet_core.intake.sheets import BLANK, Column


def own_cells(data: Dataset, column: Column) -> Placed:
    """Say of a data set's own column where its cells stand: in its rows."""
    name = data.sheet.name
    return Placed(column, [name] * len(column.values), data.rows + 1, name)


def cells_from(data: Dataset, other: Dataset, column: Column, at: NDArray[np.intp]) -> Placed:
    """Bring cells of another data set into the rows of a data set.

    Parameters
    ----------
    data, other : Dataset
    column : Column
        A column of ``other``.
    at : numpy.ndarray of int
        For each row of ``data`` the row of ``other`` (as it counts them) whose cell it gets,
        `BLANK` for none.
    """
    has = at != BLANK
    codes = np.full(len(at), BLANK, dtype=np.intp)
    codes[has] = column.codes[at[has]]
    rows = data.rows + 1
    rows[has] = other.rows[at[has]] + 1
    name = other.sheet.name
    return Placed(replace(column, codes=codes), [name] * len(column.values), rows, name)


def part_of(data: Dataset, columns: Mapping[str, Column], joined: Mapping[str, Placed]) -> Part:
    """Hand over the rows kept, with joined cells, whose readers heed what the user named."""
    both = {**columns, **{name: one.column for name, one in joined.items()}}
    part = data.part(both, heeded=joined)
    return with_placed(part, {name: one.take(data.kept) for name, one in joined.items()})


def tell_joined(
    data: Dataset, severity: Severity, found: Placed, rows: Mask, problem: str, remedy: str
) -> None:
    """Add findings on the cells that some of the rows kept were given, where those stand."""
    places: dict[str, list[Place]] = {}
    for at in np.flatnonzero(rows & data.kept & (found.column.codes != BLANK)).tolist():
        header, value = found.column.header_of(at), found.column.text(at)
        place = Place(int(found.rows[at]), header, value, data.ids[at])
        places.setdefault(found.sheet_of(at), []).append(place)
    for sheet, several in places.items():
        data.findings += about_cells(severity, data.table, sheet, several, problem, remedy)
