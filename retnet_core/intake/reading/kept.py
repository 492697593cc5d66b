"""A file that was kept without some of its columns: the sheets as they were read."""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from typing import Any

from retnet_core.intake.reading.limits import Answer, RefusedError, check_size

SIGNATURE = b"RETNET kept export 1\n"
MOST_BYTES = 300 * 2**20
_DAMAGED = "This kept export is damaged and was not opened. Upload the original file again."


def pack(answer: Answer) -> bytes:
    """Write sheets as a file; the same sheets give the same bytes."""
    return SIGNATURE + zlib.compress(json.dumps(answer).encode())


def read_kept(content: bytes, before: int) -> Answer:
    """Read the sheets back, trusting nothing: the file may come from anywhere."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(content[len(SIGNATURE) :], MOST_BYTES)
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise RefusedError(_DAMAGED)
    try:
        return {"sheets": [_sheet(one, before) for one in json.loads(text)["sheets"]], "notes": []}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError(_DAMAGED) from None


def _sheet(told: dict[str, Any], before: int) -> dict[str, Any]:
    height = int(told["height"])
    columns = [_column(one, height) for one in told["columns"]]
    check_size(str(told["name"]), height, len(columns), before)
    return {
        "name": str(told["name"]),
        "title": str(told["title"]),
        "height": height,
        "columns": columns,
        "lone": bool(told["lone"]),
    }


def _column(told: dict[str, Any], height: int) -> dict[str, Any]:
    codes = memoryview(base64.b64decode(told["codes"], validate=True)).cast("i")
    values = told["values"]
    if len(codes) != height or (height and not -1 <= min(codes) <= max(codes) < len(values)):
        raise ValueError("codes that name no cell")
    return {"values": [_cell(value) for value in values], "codes": told["codes"]}


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        (stamp,) = value
        dt.datetime.fromisoformat(stamp)
    elif not isinstance(value, str | int | float | bool):
        raise TypeError("no cell")
    return value
