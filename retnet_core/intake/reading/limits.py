"""What every reader keeps to: how much a file may hold, and how a sheet goes back."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

MOST_CELLS = 40_000_000
"""Cells of one sheet, blank ones included: a workbook with a far stray cell spans them all."""
MOST_CELLS_TOGETHER = 50_000_000
MOST_COLUMNS = 2_000
MOST_SHEETS = 1_000
MOST_COLUMNS_TOGETHER = 100_000
"""Sheets and columns cost the program memory each, however few rows they have."""
MOST_DIFFERENT = 3_000_000
"""Cells of all columns, those that say the same in a column counted once: each is understood in the
process that serves all visitors."""
LONGEST_CELL = 131_072
"""Characters; spreadsheets hold a quarter of it, and Python's reader of CSV files takes no more."""

Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Note = list[str]
"""A sheet or file, what was noticed, what to do."""
Answer = dict[str, Any]
"""``{"sheets": [{"name", "title", "height", "columns"}], "notes": [Note]}``"""

_HALF = re.compile(rb"\\u[dD][89aAbBcCdDeEfF]")
"""Half a character, as JSON writes it; two in a row make a whole one."""


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
            kept = _stripped(cell) if isinstance(cell, str) else cell
            code = -1 if kept == "" else len(values)
            if code >= 0:
                values.append(kept)
            codes[key] = code
        rows.append(code)
    return {"values": values, "codes": base64.b64encode(rows.tobytes()).decode("ascii")}


def _stripped(text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise RefusedError(
            f"A cell of this file holds {len(text):,} characters, far more than any spreadsheet "
            f"allows; it begins with '{text[:40].strip()}'. Shorten it and upload again."
        )
    return text.strip()


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
    cells = max(width, 1) * height  # rows cost memory even where they are blank
    if width > MOST_COLUMNS or cells > MOST_CELLS:
        raise RefusedError(
            f"The sheet '{sheet}' spreads over {height:,} rows and {width:,} columns, far more "
            "than an export holds. Delete stray cells far from the table, save and upload again."
        )
    if before + cells > MOST_CELLS_TOGETHER:
        raise RefusedError(
            f"The sheets of this file span more than {MOST_CELLS_TOGETHER:,} cells together, far "
            "more than an export holds. Leave out sheets that are not needed, and upload again."
        )
    return before + cells


def check_sheets(number: int) -> None:
    """Refuse more sheets than an export has."""
    if number > MOST_SHEETS:
        raise RefusedError(
            f"This file has {number:,} sheets or tables, far more than an export (at most "
            f"{MOST_SHEETS:,}). Leave out those that are not needed, and upload again."
        )


def check_whole(answer: Answer) -> None:
    """Refuse what would cost the program too much although each of its sheets is small enough."""
    check_sheets(len(answer["sheets"]))
    columns = [column for sheet in answer["sheets"] for column in sheet["columns"]]
    if len(columns) > MOST_COLUMNS_TOGETHER:
        raise RefusedError(
            f"The sheets of this file have {len(columns):,} columns together, far more than an "
            f"export (at most {MOST_COLUMNS_TOGETHER:,}). Leave out sheets that are not needed, "
            "and upload again."
        )
    different = sum(len(column["values"]) for column in columns)
    if different > MOST_DIFFERENT:
        raise RefusedError(
            f"This file holds {different:,} different values, far more than an export (at most "
            f"{MOST_DIFFERENT:,}). Leave out what is not needed, such as columns that number the "
            "rows, and upload again."
        )


def check_letters(text: bytes, told: Any) -> None:
    """Raise ValueError for JSON with half characters, which no page and no file can hold."""
    if _HALF.search(text):
        json.dumps(told, ensure_ascii=False).encode()


def cells_of(answer: Answer) -> int:
    """Count the cells of sheets that were read."""
    return sum(sheet["height"] * max(len(sheet["columns"]), 1) for sheet in answer["sheets"])
