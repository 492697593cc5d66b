"""Bytes become sheets: a file is looked at from outside, then parsed in a limited child process."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.headers import names_of
from retnet_core.intake.reader import OUT_OF_MEMORY
from retnet_core.intake.reading import kept
from retnet_core.intake.reading.kinds import (
    DAMAGED,
    MOST_MEMBERS,
    MOST_UNPACKED,
    Kind,
    kind_of,
    repeated,
)
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import FROM_1904
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet

_LOG = logging.getLogger(__name__)

MOST_BYTES = 100 * 2**20
SECONDS = 150
"""How long the child may take; its processor time is limited too, where the system can."""

WAIT = 60
"""Seconds for which a file waits until it is read; to those who wait longer, a sentence is better.
"""

_CHILDREN = threading.BoundedSemaphore(2)
"""Files that are read at a time, whoever uploads them: the limits hold for each child alone."""
MOST_LOGGED = 4_000
"""Characters, the last ones, that are logged of what a child that failed said."""

READER = Path(__file__).with_name("reader.py")
BEYOND_LIMITS = (
    "Reading this file needs more memory or time than it may have, so it was stopped. Most often a "
    "sheet has a stray cell far from its table: delete it, or save the sheets as CSV files, and "
    "upload again."
)


@dataclass(frozen=True)
class Opened:
    """What was found in a file.

    Attributes
    ----------
    name, sha256 : str
        File name as uploaded; hash of its bytes, in hexadecimal.
    sheets : list of Sheet
        In the file's order.
    findings : list of Finding
        What was noticed on the way.
    """

    name: str
    sha256: str
    sheets: list[Sheet]
    findings: list[Finding]

    @property
    def from_1904(self) -> bool:
        """Days are counted from 1904, at least in a part of the file."""
        return any(found.problem == FROM_1904 for found in self.findings)

    def without(self, dropped: Iterable[tuple[str, str]]) -> tuple[Opened, bytes | None]:
        """Leave columns out, as if the file had never had them.

        Parameters
        ----------
        dropped : iterable of (sheet, header)
            What the file does not have is passed over.

        Returns
        -------
        opened : Opened
            Of the file as it may be kept: the hash is of that one.
        content : bytes or None
            That file, which `open_file` reads; None where nothing is left out.
        """
        named = set(dropped)
        sheets = [_without(sheet, {title for at, title in named if at == sheet.name or sheet.lone})
                  for sheet in self.sheets]  # fmt: skip
        if all(new is old for new, old in zip(sheets, self.sheets, strict=True)):
            return self, None
        told = {"sheets": [_encoded(sheet) for sheet in sheets]}
        content = kept.pack({**told, "from_1904": True} if self.from_1904 else told)
        sha256 = hashlib.sha256(content).hexdigest()
        return Opened(self.name, sha256, sheets, self.findings), content


def open_file(source: str | os.PathLike[str] | bytes, name: str | None = None) -> Opened:
    """Read a file's sheets without understanding them.

    Parameters
    ----------
    source : path or bytes
        The file.
    name : str, optional
        Its name as uploaded; a path gives its own.

    Raises
    ------
    ExportError
        If nothing can be read; says why in a sentence.
    """
    content, name = _content(source, name)
    name = name.replace("\0", "")  # no workbook that is saved from here can hold it
    try:
        kind = kind_of(content)
    except RefusedError as refused:
        raise ExportError(str(refused)) from None
    answer = _parse(content, kind, name)
    return Opened(
        name,
        hashlib.sha256(content).hexdigest(),
        [_sheet(one) for one in answer["sheets"]],
        [
            Finding(Severity.NOTE, "", sheet, None, "", "", problem, remedy)
            for sheet, problem, remedy in answer["notes"]
        ],
    )


def bundle(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack several files, uploaded together, into the one archive that `load_export` takes.

    Parameters
    ----------
    files : iterable of (name, content)

    Returns
    -------
    bytes
        A zip archive; the same files give the same bytes, whatever their order.

    Raises
    ------
    ExportError
        If the files are larger together than an archive may unpack to, or too many; nothing is
        packed then.
    """
    several = sorted(files)
    if twice := repeated(name for name, _ in several):
        raise ExportError(f"Two of these files are called '{twice}'. Give each its own name.")
    size = sum(len(content) for _, content in several)
    if size > MOST_UNPACKED or len(several) > MOST_MEMBERS:
        raise ExportError(
            f"These {len(several):,} files have {size / 2**20:,.0f} MB together; at most "
            f"{MOST_MEMBERS:,} files of {MOST_UNPACKED / 2**20:,.0f} MB can be opened at once."
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in several:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _content(source: str | os.PathLike[str] | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        size = len(source)
    else:
        path = Path(source)
        name = name or path.name
        if not path.is_file():
            raise ExportError(f"There is no file '{path}'.")
        size = path.stat().st_size
    if size == 0:
        raise ExportError("This file is empty.")
    if size > MOST_BYTES:
        raise ExportError(
            f"This file has {size / 2**20:,.0f} MB; the largest that can be opened has "
            f"{MOST_BYTES / 2**20:.0f} MB. Leave out what is not needed, such as pictures."
        )
    return source if isinstance(source, bytes) else path.read_bytes(), name or "export"


def _parse(content: bytes, kind: Kind, name: str) -> dict[str, Any]:
    """Run the reader; whatever happens to it, this process only sees a sentence."""
    command = [sys.executable, "-I", str(READER), kind]
    told = json.dumps(name).encode() + b"\n" + content
    try:
        with _turn():
            done = subprocess.run(command, input=told, capture_output=True, timeout=SECONDS)
    except OSError as error:
        _LOG.exception("the reader could not be started")
        raise ExportError(
            "The program could not start to read this file, most often because the computer is "
            "short of memory. Try again in a few minutes."
        ) from error
    except subprocess.TimeoutExpired:
        raise ExportError(
            "Reading this file took too long and was stopped. Leave out what is not needed, or "
            "split the export."
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-MOST_LOGGED:]
        _LOG.error("the reader ended with code %d: %s", done.returncode, said)
        # A child that breaks its limits is ended by a signal, a negative code, or says so.
        raise ExportError(
            BEYOND_LIMITS if done.returncode < 0 or done.returncode == OUT_OF_MEMORY else DAMAGED
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise ExportError(answer["error"])
    return answer


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer than two files are being read, but not for as long as they may take."""
    if not _CHILDREN.acquire(timeout=WAIT):
        raise ExportError(
            "Other files are being read at the moment, and this one had to wait for too long. "
            "Upload it again in a few minutes."
        )
    try:
        yield
    finally:
        _CHILDREN.release()


def _sheet(answer: dict[str, Any]) -> Sheet:
    columns = [
        Column.of(
            [_cell(value) for value in column["values"]],
            np.frombuffer(base64.b64decode(column["codes"]), dtype=np.int32).astype(np.intp),
            "",
        )
        for column in answer["columns"]
    ]
    return Sheet(answer["name"], answer["title"], columns, answer["height"], answer["lone"])


def _cell(value: Any) -> Cell:
    """Undo how the reader writes dates."""
    if isinstance(value, list):
        stamp = dt.datetime.fromisoformat(value[0])
        return stamp if stamp.time() != dt.time() else stamp.date()
    cell: Cell = value
    return cell


def _without(sheet: Sheet, titles: set[str]) -> Sheet:
    """Empty the columns that go by some titles."""
    if not titles:
        return sheet
    columns = [
        Column.of([], np.full(sheet.height, BLANK, dtype=np.intp), "") if titles & names else column
        for column, names in zip(sheet.columns, names_of(sheet), strict=True)
    ]
    is_same = all(new is old for new, old in zip(columns, sheet.columns, strict=True))
    return sheet if is_same else replace(sheet, columns=columns)


def _encoded(sheet: Sheet) -> dict[str, Any]:
    """Write a sheet as the reader does."""
    columns = [
        {
            "values": [_plain(value) for value in column.values],
            "codes": base64.b64encode(column.codes.astype(np.int32).tobytes()).decode("ascii"),
        }
        for column in sheet.columns
    ]
    return {"name": sheet.name, "title": sheet.title, "height": sheet.height, "columns": columns,
            "lone": sheet.lone}  # fmt: skip


def _plain(cell: Cell) -> Any:
    return [cell.isoformat()] if isinstance(cell, dt.date) else cell
