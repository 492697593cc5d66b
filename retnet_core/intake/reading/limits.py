"""What every reader keeps to: how much a file may hold, and how a sheet goes back."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

MOST_CELLS = 40_000_000
"""Cells of one sheet, blank ones included: a workbook with a far stray cell spans them all."""
MOST_CELLS_TOGETHER = 50_000_000
MOST_COLUMNS = 2_000

Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Note = list[str]
"""A sheet or file, what was noticed, what to do."""
Answer = dict[str, Any]
"""``{"sheets": [{"name", "title", "height", "columns"}], "notes": [Note]}``"""


class RefusedError(Exception):
    """A file that is not read; ``str()`` is the sentence for the user."""


def encode(cells: Iterable[Cell]) -> dict[str, Any]:
    """Write a column as its different cells and a code a row."""
    codes: dict[tuple[type, Cell], int] = {}
    values: list[Cell] = []
    rows = array("i")
    for cell in cells:
        key = (cell.__class__, cell)  # True, 1 and 1.0 are equal, but not the same cell
        code = codes.get(key)
        if code is None:
            kept = cell.strip() if isinstance(cell, str) else cell
            code = -1 if kept == "" else len(values)
            if code >= 0:
                values.append(kept)
            codes[key] = code
        rows.append(code)
    return {"values": values, "codes": base64.b64encode(rows.tobytes()).decode("ascii")}


def encode_sheet(
    name: str, title: str, rows: Sequence[Sequence[Cell]], lone: bool = False
) -> dict[str, Any]:
    """Write a sheet column by column, shorter rows filled up with blanks."""
    columns = [encode(column) for column in itertools.zip_longest(*rows, fillvalue="")]
    return {"name": name, "title": title, "height": len(rows), "columns": columns, "lone": lone}


def check_size(sheet: str, height: int, width: int, before: int) -> int:
    """Refuse a sheet that spans more cells than an export holds.

    ``before`` counts the cells of the sheets before it; they and this sheet's are given back.
    """
    if width > MOST_COLUMNS or width * height > MOST_CELLS:
        raise RefusedError(
            f"The sheet '{sheet}' spreads over {height:,} rows and {width:,} columns, far more "
            "than an export holds. Delete stray cells far from the table, save and upload again."
        )
    if before + width * height > MOST_CELLS_TOGETHER:
        raise RefusedError(
            f"The sheets of this file span more than {MOST_CELLS_TOGETHER:,} cells together, far "
            "more than an export holds. Leave out sheets that are not needed, and upload again."
        )
    return before + width * height


def cells_of(answer: Answer) -> int:
    """Count the cells of sheets that were read."""
    return sum(sheet["height"] * len(sheet["columns"]) for sheet in answer["sheets"])
