"""SAS data sets: transport files (XPT, versions 5 and 8) and sas7bdat, by pyreadstat."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from retnet_core.intake.reading.kinds import DAMAGED, Kind
from retnet_core.intake.reading.limits import (
    Answer,
    Cell,
    Note,
    RefusedError,
    check_sheets,
    check_size,
    encode_sheet,
)
from retnet_core.intake.reading.text import read_as

_LIBRARY = 240
"""Bytes of a transport file before its first data set."""
_MEMBER = re.compile(rb"HEADER RECORD\*{7}(?:MEMBER |MEMBV8 ) HEADER RECORD")


def read_sas(kind: Kind, content: bytes, name: str, before: int) -> Answer:
    """Read the data sets of a file; the variables' names are the first row, labels are left."""
    import pyreadstat

    read = pyreadstat.read_xport if kind == "xport" else pyreadstat.read_sas7bdat
    answer: Answer = {"sheets": [], "notes": []}
    several = data_sets(content) if kind == "xport" else [content]
    check_sheets(len(several))
    for data in several:
        sheet, notes = _read_one(read, data, name, before)
        before += sheet["height"] * len(sheet["columns"])
        answer["sheets"].append(sheet)
        answer["notes"] += notes
    return answer


def data_sets(content: bytes) -> list[bytes]:
    """Cut a transport file into its data sets, each under the library's header.

    The parser reads the first one only. Records have 80 bytes, and so the headers begin at
    multiples of 80.
    """
    starts = [at for match in _MEMBER.finditer(content) if (at := match.start()) % 80 == 0]
    if not starts:
        raise RefusedError(DAMAGED)
    return [
        content[:_LIBRARY] + content[start:end]
        for start, end in itertools.pairwise([*starts, len(content)])
    ]


Reader = Callable[..., tuple[Mapping[str, Sequence[Any]], Any]]


def _read_one(
    read: Reader, content: bytes, name: str, before: int
) -> tuple[dict[str, Any], list[Note]]:
    notes: list[Note] = []
    try:
        try:
            table, about = _parse(read, content, name, before, None)
        except UnicodeDecodeError:  # the file does not say its encoding
            table, about = _parse(read, content, name, before, "WINDOWS-1252")
            notes = read_as(name, "Windows-1252")
    except RefusedError:
        raise
    except Exception:  # the parser's own errors have no public name
        raise RefusedError(DAMAGED) from None
    title = (about.table_name or "").strip() or PurePosixPath(name).stem
    columns = [[variable, *map(_cell, cells)] for variable, cells in table.items()]
    height = max(map(len, columns), default=0)
    check_size(title, height, len(columns), before)
    return encode_sheet(title, title, list(zip(*columns, strict=True))), notes


def _parse(
    read: Reader, content: bytes, name: str, before: int, encoding: str | None
) -> tuple[Mapping[str, Sequence[Any]], Any]:
    """Read a data set, its stated size first."""
    _, about = read(io.BytesIO(content), metadataonly=True, encoding=encoding)
    check_size(name, about.number_rows or 0, about.number_columns or 0, before)
    return read(io.BytesIO(content), output_format="dict", encoding=encoding)


def _cell(value: Any) -> Cell:
    """Write a missing value as blank."""
    if value is None or value != value:
        return ""
    cell: Cell = value
    return cell
