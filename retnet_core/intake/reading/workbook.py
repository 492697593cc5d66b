"""Workbooks of every kind, by calamine; what it leaves blank is put back."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

from retnet_core.intake.reading.comments import commented
from retnet_core.intake.reading.kinds import LOCKED, Kind
from retnet_core.intake.reading.limits import (
    Answer,
    Cell,
    Note,
    RefusedError,
    check_sheets,
    check_size,
    encode_sheet,
)
from retnet_core.intake.reading.look import Look
from retnet_core.intake.reading.parts import refuse_entities
from retnet_core.intake.reading.percent import as_shown


def read_workbook(kind: Kind, content: bytes, before: int) -> Answer:
    """Read every sheet of a workbook."""
    import python_calamine as calamine

    look = look_into(kind, content)
    try:
        book = calamine.load_workbook(io.BytesIO(look.content or content))
        return read_sheets(book, look, before)
    except calamine.PasswordError:
        raise RefusedError(LOCKED) from None
    except (calamine.CalamineError, OSError):  # it has no error of its own for too many cells
        raise RefusedError(
            "This workbook cannot be read: it is damaged, or has stray cells far from its table. "
            "Open it, delete such cells, save it as .xlsx and upload that."
        ) from None


def look_into(kind: Kind, content: bytes) -> Look:
    """Find what the parser leaves out, before it is asked, by the module of the kind's name."""
    if kind != "xls":
        refuse_entities(content)
    look: Look = import_module(f"retnet_core.intake.reading.{kind}").look_into(content)
    return look


def read_sheets(book: Any, look: Look, cells: int) -> Answer:
    """Read the sheets, each from its first row on so that row numbers hold."""
    check_sheets(len(book.sheet_names))
    sheets = []
    notes = list(look.notes)
    hidden = {one.name for one in book.sheets_metadata if not str(one.visible).endswith(".Visible")}
    unplaced = set(look.lost) - set(book.sheet_names)
    if unplaced:  # blank, cells in error would pass for "no event"
        raise RefusedError(
            "This workbook has cells in error (#N/A or the like) on a sheet that cannot be told. "
            "Open it in Excel, save it again as .xlsx and upload that."
        )
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        here = look.lost.get(name, {})
        corners = [*here, *([sheet.end] if sheet.end else [])]
        height = max((row + 1 for row, _ in corners), default=0)
        width = max((column + 1 for _, column in corners), default=0)
        cells = check_size(name, height, width, cells)
        rows = sheet.to_python(skip_empty_area=False) if sheet.end else []
        put_back(rows, here)
        if name in look.percents:
            notes += as_shown(name, rows, look.percents[name])
        sheets.append(encode_sheet(name, name, rows))
        if name in hidden and height:
            notes.append(hidden_sheet(name))
        notes += commented(name, look.comments.get(name, ()))
        notes += merged_cells(name, rows, look.merged.get(name, []))
    return {"sheets": sheets, "notes": notes}


def put_back(rows: list[list[Cell]], lost: dict[tuple[int, int], str]) -> None:
    """Put the cells that the parser leaves blank back in their places."""
    for (row, column), text in lost.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = text


def hidden_sheet(name: str) -> Note:
    """Say that a sheet is hidden."""
    return [
        name,
        "This sheet is hidden in the workbook; it was read like the others.",
        "If it is an old copy, delete it and upload again.",
    ]


def merged_cells(
    name: str, rows: list[list[Cell]], merged: list[tuple[int, int, int, int]]
) -> list[Note]:
    """Say that merged cells reach into the data, where only the first of them holds the value.

    The header is taken for the first row with two cells or more; a title merged above it is no
    matter.
    """
    filled = (at for at, row in enumerate(rows) if sum(cell != "" for cell in row) > 1)
    header = next(filled, len(rows))
    inside = [one for one in merged if one[2] > header]
    if not inside:
        return []
    row, column = min(inside)[:2]
    more = f" and {len(inside) - 1:,} more times" if len(inside) > 1 else ""
    return [
        [
            name,
            f"Merged cells reach into the data at row {row + 1}, column {column + 1}{more}. Only "
            "the first cell of such a group holds the value; the others were read as blank.",
            "Unmerge the cells, write the value into each row it holds for, and upload again.",
        ]
    ]
