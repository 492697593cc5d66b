"""A file that was kept without some of its columns: the sheets as they were read."""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from typing import Any

from retnet_core.intake.reading.limits import (
    LONGEST_CELL,
    Answer,
    RefusedError,
    check_letters,
    check_size,
)
from retnet_core.intake.reading.look import counted_from_1904

SIGNATURE = b"RETNET kept export 1\n"
MOST_BYTES = 300 * 2**20
_DAMAGED = "This kept export is damaged and was not opened. Upload the original file again."


def pack(answer: Answer) -> bytes:
    """Write sheets as a file; the same sheets give the same bytes.

    ``from_1904`` stands beside them where days are counted so: a bare number must not change its
    meaning.
    """
    return SIGNATURE + zlib.compress(json.dumps(answer).encode())


def read_kept(content: bytes, before: int) -> Answer:
    """Read the sheets back, trusting nothing: the file may come from anywhere."""
    try:
        text = _unpacked(content[len(SIGNATURE) :])
        told = json.loads(text)
        check_letters(text, told)
        sheets = []
        for one in told["sheets"]:
            sheet = _sheet(one)
            before = check_size(sheet["name"], sheet["height"], len(sheet["columns"]), before)
            sheets.append(
                {**sheet, "columns": [_column(c, sheet["height"]) for c in one["columns"]]}
            )
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise RefusedError(_DAMAGED) from None
    return {"sheets": sheets, "notes": [counted_from_1904()] if told.get("from_1904") else []}


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(content, MOST_BYTES)
    if unpacker.unconsumed_tail or unpacker.unused_data or not unpacker.eof:
        raise ValueError("more or less than was packed")
    return text


def _sheet(told: dict[str, Any]) -> dict[str, Any]:
    """Take what a sheet says of itself, each of the kind that it must be."""
    kinds = {"name": str, "title": str, "height": int, "columns": list, "lone": bool}
    if {key: type(value) for key, value in told.items()} != kinds or told["height"] < 0:
        raise TypeError("no sheet")
    return told


def _column(told: dict[str, Any], height: int) -> dict[str, Any]:
    codes = memoryview(base64.b64decode(told["codes"], validate=True)).cast("i")
    values = told["values"]
    if len(codes) != height or (height and not -1 <= min(codes) <= max(codes) < len(values)):
        raise ValueError("codes that name no cell")
    return {"values": [_cell(value) for value in values], "codes": told["codes"]}


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        (stamp,) = value
        if dt.datetime.fromisoformat(stamp).tzinfo:
            raise ValueError("a time of some zone, as no sheet holds")
    elif isinstance(value, str):
        if value != value.strip() or not 0 < len(value) <= LONGEST_CELL:
            raise ValueError("no cell that a reader gives")
    elif not isinstance(value, int | float):
        raise TypeError("no cell")
    return value
