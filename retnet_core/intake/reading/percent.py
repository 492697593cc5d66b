"""Numbers that a workbook shows as percentages: it shows 3% and stores 0.03."""

from __future__ import annotations

import re
from array import array

from retnet_core.intake.reading.comments import letters_of
from retnet_core.intake.reading.limits import Cell, Note

BUILT_IN = (9, 10)
"""Formats 0% and 0.00%, which no workbook declares."""
_NO_SIGN = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')
"""Parts of a format in which % is no sign: quoted, escaped, filled, a colour."""
_LIKE_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_TOLD = 10
"""Columns of a sheet that are told one by one."""


def is_percent(code: str) -> bool:
    """Tell a format of numbers that shows percentages.

    Examples
    --------
    >>> is_percent("0.0%"), is_percent('0.0" %"'), is_percent("0.00")
    (True, False, False)
    """
    return "%" in _NO_SIGN.sub("", code)


def as_shown(sheet: str, rows: list[list[Cell]], places: array[int]) -> list[Note]:
    """Write numbers as the percentages that the workbook shows, and say so.

    Parameters
    ----------
    rows : list of list of Cell
        Of the sheet; changed in place.
    places : array of int
        Row and column, from 0, of each cell with such a format, one after the other.
    """
    found: dict[int, int] = {}
    for row, column in zip(places[::2], places[1::2], strict=True):
        cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            rows[row][column] = _percentage(cell)
            found[column] = found.get(column, 0) + 1
    notes = [_told(sheet, rows, column, found[column]) for column in sorted(found)[:_TOLD]]
    if (more := len(found) - _TOLD) > 0:
        notes.append(
            [
                sheet,
                f"The same holds for {more:,} more {'column' if more == 1 else 'columns'} with "
                "cells formatted as percentages.",
                "Look whether cells without that format stand among them.",
            ]
        )
    return notes


def _percentage(cell: float) -> str:
    """Write a share as a percentage, so that its point cannot be taken for a mark of thousands."""
    text = f"{cell * 100:.12g}"
    return f"{text}0%" if _LIKE_THOUSANDS.fullmatch(text) else f"{text}%"


def _told(sheet: str, rows: list[list[Cell]], column: int, shown: int) -> Note:
    cells = [row[column] for row in rows if column < len(row)]
    plain = sum(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)
    header = next((cell for cell in cells if cell != ""), "")
    named = header if isinstance(header, str) else ""
    is_cell = named.removesuffix("%")[-1:].isdigit()
    title = f" ('{named[:40]}')" if named and not is_cell else ""
    are = "1 cell is" if shown == 1 else f"{shown:,} cells are"
    others = "1 other number is" if plain == 1 else f"{plain:,} other numbers are"
    mixed = f" {others} not, and stayed as typed." if plain else ""
    return [
        sheet,
        f"Column {letters_of(column)}{title}: {are} formatted as a percentage and read as the "
        f"spreadsheet shows them, 0.03 as 3%.{mixed}",
        "Give all cells of the column the same format."
        if plain
        else "Nothing, if the spreadsheet shows what is meant.",
    ]
