"""Cells that were joined from other rows or sheets, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.values import first_filled
from retnet_core.intake.sheets import BLANK, Column, header_in


@dataclass(frozen=True, eq=False)
class Placed:
    """A column whose cells stand in several rows or sheets.

    Attributes
    ----------
    column : Column
    sheets : list of str
        For each of its different cells the sheet that holds it.
    rows : numpy.ndarray of int
        The row of each row's cell as the spreadsheet numbers it.
    home : str
        The sheet that the column's header stands in, "" where that is the sheet of its rows.
    """

    column: Column
    sheets: list[str]
    rows: NDArray[np.intp]
    home: str = ""

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Placed:
        """Keep some rows."""
        return replace(self, column=self.column.take(rows), rows=self.rows[rows])

    def sheet_of(self, row: int) -> str:
        """Name the sheet that holds a row's cell, "" where it is blank."""
        code = self.column.codes[row]
        return "" if code == BLANK else self.sheets[code]

    def in_sheet(self, own: str) -> Column:
        """Name the sheet in the headers of cells that stand in another one than ``own``."""
        headed = list(zip(self.column.headers, self.sheets, strict=True))
        header = self.column.header
        if self.home not in ("", own):
            there = (title for title, sheet in headed if title and sheet == own)
            header = next(there, header_in(header, self.home))
        headers = [title if sheet == own else header_in(title, sheet) for title, sheet in headed]
        return replace(self.column, headers=headers, header=header)


def first_placed(layers: Sequence[Placed]) -> Placed:
    """Take row by row the first column that is filled, as `first_filled` does."""
    filled = np.array([layer.column.codes != BLANK for layer in layers]).argmax(axis=0)
    rows = np.array([layer.rows for layer in layers])
    titled = next((layer for layer in layers if layer.column.header), layers[0])
    return Placed(
        replace(first_filled([layer.column for layer in layers]), header=titled.column.header),
        [sheet for layer in layers for sheet in layer.sheets],
        rows[filled, np.arange(len(filled))],
        titled.home,
    )


def with_placed(part: Part, placed: Mapping[str, Placed]) -> Part:
    """Put columns into a part, and remember where their cells stand."""
    columns = {name: one.in_sheet(part.sheet) for name, one in placed.items()}
    rows = {name: one.rows for name, one in placed.items()}
    return replace(part, columns={**part.columns, **columns}, cell_rows={**part.cell_rows, **rows})
