"""Frames become an Excel workbook or a CSV file in which no text can turn into a formula."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from retnet_core.publish.provenance import Stamp

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_SHEET_NAME = 31
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_576  # with the header
_WIDTHS = (8, 60)
_ROWS_MEASURED = 200
_BOLD = Font(bold=True)


def workbook(frames: Mapping[str, pd.DataFrame], stamp: Stamp) -> bytes:
    """Write a workbook: a sheet that says where the numbers come from, then a sheet a frame.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Frames by the name their sheet is to have; the index is not written.
    stamp : Stamp
        What the first sheet, "Source", says.

    Returns
    -------
    bytes
        An xlsx file. Missing cells are blank, dates and numbers keep their type, and text is
        never a formula.
    """
    source = pd.DataFrame(stamp.rows(), columns=["Item", "Value"])
    return sheets({"Source": source, **frames})


def sheets(frames: Mapping[str, pd.DataFrame]) -> bytes:
    """Write frames as the sheets of an xlsx file, as `workbook` does but without a stamp.

    Raises
    ------
    ValueError
        If a frame has more rows than a sheet can hold.
    """
    for name, frame in frames.items():
        if len(frame) >= _MOST_ROWS:
            raise ValueError(f"{name} has {len(frame):,} rows, too many for a sheet")
    book = Workbook(write_only=True)
    for name, frame in zip(_sheet_names(frames), frames.values(), strict=True):
        columns = [_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for i, (header, values) in enumerate(zip(frame.columns, columns, strict=True), start=1):
            width = _width([str(header), *values[:_ROWS_MEASURED]])
            sheet.column_dimensions[get_column_letter(i)].width = width
        sheet.append([_cell(sheet, str(header), bold=True) for header in frame.columns])
        for row in zip(*columns, strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _values(column: pd.Series[Any]) -> list[Any]:
    """Give plain Python values: text, numbers, truth, dates; None where missing."""
    pairs = zip(column.astype(object), column.isna(), strict=True)
    return [None if missing else _plain(value) for value, missing in pairs]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        midnight = value == value.normalize()
        return value.date() if midnight else value.to_pydatetime().replace(tzinfo=None)
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    if isinstance(value, (bool, int, dt.date)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
        cell = WriteOnlyCell(sheet, text)
        # openpyxl takes "=..." for a formula and "#N/A" for an error.
        cell.data_type = TYPE_STRING
        # Excel asks again when such a cell is edited, unless it is marked as text.
        cell.quotePrefix = text.startswith(_FORMULA_STARTS)
        if bold:
            cell.font = _BOLD
        if len(text) > _WIDTHS[1]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell
    if isinstance(value, dt.date):
        cell = WriteOnlyCell(sheet, value)
        timed = isinstance(value, dt.datetime)
        cell.number_format = "yyyy-mm-dd hh:mm:ss" if timed else "yyyy-mm-dd"
        return cell
    return value


def _width(values: Iterable[Any]) -> float:
    least, most = _WIDTHS
    # A float is shown with far fewer digits than it has.
    longest = max(len(f"{v:.6g}" if isinstance(v, float) else str(v)) for v in values)
    return min(max(longest + 2, least), most)


def _sheet_names(names: Iterable[str]) -> list[str]:
    """Make names that Excel accepts: no brackets or slashes, 31 characters, each once."""
    taken: list[str] = []
    for name in names:
        clean = ILLEGAL_CHARACTERS_RE.sub("", re.sub(r"[\[\]:*?/\\]", " ", name)).strip(" '")
        if clean.casefold() in ("", "history"):  # Excel keeps "History" for itself
            clean = f"Table {clean}".strip()
        candidate, again = clean[:_LONGEST_SHEET_NAME], 1
        while candidate.casefold() in (one.casefold() for one in taken):
            again += 1
            suffix = f" ({again})"
            candidate = clean[: _LONGEST_SHEET_NAME - len(suffix)] + suffix
        taken.append(candidate)
    return taken
