"""CDISC Dataset-JSON, version 1.1: a data set a file."""

from __future__ import annotations

import json
from typing import Any

from retnet_core.intake.reading.limits import (
    Answer,
    Cell,
    RefusedError,
    check_letters,
    check_size,
    encode_sheet,
)

MOST_BYTES = 100 * 2**20

_MALFORMED = (
    "This Dataset-JSON file does not hold what the standard (version 1.1) asks for: a name, "
    "columns with names, and rows of the same length. Export it again, or as XPT or CSV."
)


def read_dataset(content: bytes, before: int) -> Answer:
    """Read the data set; its variables' names are the first row."""
    if len(content) > MOST_BYTES:
        raise RefusedError(
            f"A Dataset-JSON file may have {MOST_BYTES / 2**20:.0f} MB at most. Export it as XPT "
            "or CSV, which need less memory."
        )
    try:
        told = json.loads(content.decode("utf-8-sig"), parse_constant=lambda _: None)
        check_letters(content, told)
    except (ValueError, RecursionError):
        raise RefusedError(
            "This Dataset-JSON file is damaged or incomplete. Export it again and upload that."
        ) from None
    if not isinstance(told, dict) or not str(told.get("datasetJSONVersion", "")).startswith("1.1"):
        raise RefusedError(
            "Only version 1.1 of Dataset-JSON can be read. Export the data set in that version, or "
            "as XPT or CSV."
        )
    name, header, rows = told.get("name"), _names(told.get("columns")), told.get("rows", [])
    if not isinstance(name, str) or not header or not isinstance(rows, list):
        raise RefusedError(_MALFORMED)
    if not all(isinstance(row, list) and len(row) == len(header) for row in rows):
        raise RefusedError(_MALFORMED)
    check_size(name, len(rows) + 1, len(header), before)
    table: list[list[Cell]] = [list(header), *([_cell(value) for value in row] for row in rows)]
    return {"sheets": [encode_sheet(name, name, table)], "notes": []}


def _names(columns: Any) -> list[str]:
    if not isinstance(columns, list):
        return []
    names = [one.get("name") if isinstance(one, dict) else None for one in columns]
    return (
        [name for name in names if isinstance(name, str)]
        if all(isinstance(name, str) for name in names)
        else []
    )


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, str | int | float | bool) else json.dumps(value)
