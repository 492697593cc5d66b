"""Bytes become sheets: a file is looked at from outside, then parsed in a limited child process."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.reader import OUT_OF_MEMORY
from retnet_core.intake.sheets import Cell, Column, Sheet

_LOG = logging.getLogger(__name__)

MOST_BYTES = 100 * 2**20
MOST_UNPACKED = 2**30
MOST_RATIO = 300
"""How many times larger than packed an archive may be, once it unpacks to more than 20 MB."""
RATIO_COUNTS_FROM = 20 * 2**20
MOST_MEMBERS = 2_000
SECONDS = 150
"""How long the child may take; its processor time is limited too, where the system can."""

_CHILDREN = threading.BoundedSemaphore(2)
"""Files that are read at a time, whoever uploads them: the limits hold for each child alone."""
MOST_LOGGED = 4_000
"""Characters, the last ones, that are logged of what a child that failed said."""

READER = Path(__file__).with_name("reader.py")
ACCEPTED = "Upload an Excel workbook (.xlsx), a CSV file, or a zip of CSV files."
DAMAGED = "This file is damaged and could not be read. Export it again and upload the new file."
BEYOND_LIMITS = (
    "Reading this file needs more memory or time than it may have, so it was stopped. Most often a "
    "sheet has a stray cell far from its table: delete it, or save the sheets as CSV files, and "
    "upload again."
)

Kind = Literal["workbook", "archive", "text"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (rar)"),
    (b"{\\rtf", "a text document"),
)
_OFFICE = (
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
)
_PACKED = re.compile(r"\.(zip|xls[xmb]?|ods|docx?|gz|7z|rar|bz2|xz)$", re.IGNORECASE)


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
    kind = _kind(content)
    answer = _parse(content, kind, name)
    return Opened(
        name,
        hashlib.sha256(content).hexdigest(),
        [_sheet(one, lone=kind == "text") for one in answer["sheets"]],
        [
            Finding(Severity.NOTE, "", sheet, None, "", "", problem, remedy)
            for sheet, problem, remedy in answer["notes"]
        ],
    )


def bundle(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack several CSV files, uploaded together, into the one archive that `load_export` takes.

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


def _kind(content: bytes) -> Kind:
    """Tell what a file is by its first bytes, never by its name."""
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise ExportError(
                "This workbook is protected by a password. Open it in Excel, remove the password, "
                "save and upload again."
            )
        raise ExportError(
            "This is an old Excel workbook (.xls). Open it in Excel, save it as .xlsx and upload "
            "that."
        )
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise ExportError(f"This file is {what}, not a spreadsheet. {ACCEPTED}")
    if content.lstrip().startswith((b"<", b"{")):
        raise ExportError(f"This file is a web page or program data, not a spreadsheet. {ACCEPTED}")
    if not content.startswith(b"PK"):
        return "text"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ExportError(DAMAGED) from None
    return _kind_of_archive(members, len(content))


def _kind_of_archive(members: list[zipfile.ZipInfo], size: int) -> Kind:
    """Check an archive's directory, before anything is unpacked."""
    names = [member.filename for member in members]
    unpacked = sum(member.file_size for member in members)
    bomb = unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * size
    if bomb or unpacked > MOST_UNPACKED or len(members) > MOST_MEMBERS:
        raise ExportError(
            f"This file would unpack to {unpacked / 2**20:,.0f} MB in {len(members):,} parts, far "
            "more than a trial export holds, and was not opened."
        )
    if any(member.flag_bits & 1 for member in members):
        raise ExportError(
            "This archive is protected by a password. Pack the files again without one."
        )
    if "[Content_Types].xml" in names:
        return _kind_of_office(names)
    if "mimetype" in names or any(name.startswith("xl/") for name in names):
        raise ExportError(
            "This is a spreadsheet of another kind. Save it as an Excel workbook (.xlsx) and "
            "upload that."
        )
    if any(name.startswith(("/", "\\")) or ".." in PurePosixPath(name).parts for name in names):
        raise ExportError("This archive holds file names that are not safe, and was not opened.")
    if any(_PACKED.search(name) for name in names):
        raise ExportError(
            "This archive holds workbooks or further archives. Upload the workbook by itself, or a "
            "zip that holds only CSV files."
        )
    return "archive"


def _kind_of_office(names: list[str]) -> Kind:
    for folder, what in _OFFICE:
        if any(name.startswith(folder) for name in names):
            raise ExportError(f"This file is {what}, not a spreadsheet. {ACCEPTED}")
    if "xl/workbook.bin" in names:
        raise ExportError(
            "This is a binary Excel workbook (.xlsb). Open it in Excel, save it as .xlsx and "
            "upload that."
        )
    return "workbook"


def _parse(content: bytes, kind: Kind, name: str) -> dict[str, Any]:
    """Run the reader; whatever happens to it, this process only sees a sentence."""
    command = [sys.executable, "-I", str(READER), kind]
    told = json.dumps(name).encode() + b"\n" + content
    try:
        with _CHILDREN:
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


def _sheet(answer: dict[str, Any], lone: bool) -> Sheet:
    columns = [
        Column.of(
            [_cell(value) for value in column["values"]],
            np.frombuffer(base64.b64decode(column["codes"]), dtype=np.int32).astype(np.intp),
            "",
        )
        for column in answer["columns"]
    ]
    return Sheet(answer["name"], answer["title"], columns, answer["height"], lone)


def _cell(value: Any) -> Cell:
    """Undo how the reader writes dates."""
    if isinstance(value, list):
        stamp = dt.datetime.fromisoformat(value[0])
        return stamp if stamp.time() != dt.time() else stamp.date()
    cell: Cell = value
    return cell
