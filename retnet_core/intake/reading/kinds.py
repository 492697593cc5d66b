"""What a file is, told by its bytes and never by its name, before any of it is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from retnet_core.intake.reading.kept import SIGNATURE as KEPT
from retnet_core.intake.reading.limits import RefusedError

Kind = Literal[
    "xlsx",
    "xlsb",
    "xls",
    "ods",
    "text",
    "page",
    "xport",
    "sas7bdat",
    "dataset-json",
    "archive",
    "kept",
]

MOST_UNPACKED = 2**30
MOST_RATIO = 300
"""How many times larger than packed an archive may be, once it unpacks to more than 20 MB."""
RATIO_COUNTS_FROM = 20 * 2**20
MOST_MEMBERS = 2_000

ACCEPTED = (
    "Upload a workbook (.xlsx, .xlsm, .xls, .xlsb, .ods), a CSV file, a SAS data set (.xpt, "
    ".sas7bdat), CDISC Dataset-JSON, or a zip of them."
)
DAMAGED = "This file is damaged and could not be read. Export it again and upload the new file."
LOCKED = (
    "This workbook is protected by a password. Open it in Excel, remove the password, save and "
    "upload again."
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_XPORT = (
    b"HEADER RECORD*******LIBRARY HEADER RECORD",
    b"HEADER RECORD*******LIBV8   HEADER RECORD",
)
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (rar)"),
    (b"{\\rtf", "a text document"),
    (b"**COMPRESSED**", "a SAS file made by PROC CPORT, which only SAS reads"),
)
_OFFICE = (
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
)
_OLE_STREAMS = (
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
)
MIME_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
"""Of an .ods file."""
DATASET_JSON = b'"datasetJSONVersion"'
_ARCHIVES = re.compile(r"\.(zip|gz|tgz|7z|rar|bz2|xz)$", re.IGNORECASE)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)
_ZIP = re.compile(rb"PK(?:[\x01-\x08]|00PK|\Z)")
"""Text may begin with these letters too."""
_LOCAL_HEADER = 30
"""Bytes before each file of an archive, and at least its name's on top."""
_UNSAFE = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)", re.DOTALL)
"""A path that leads out of the folder in which an archive is unpacked."""


def kind_of(content: bytes) -> Kind:
    """Tell what a file is.

    Raises
    ------
    RefusedError
        If it is nothing that can be read, or would unpack to too much.
    """
    if content.startswith(_OLE):
        return _kind_of_ole(content)
    if content.startswith(_SAS7BDAT):
        return "sas7bdat"
    if content.startswith(_XPORT):
        return "xport"
    if content.startswith(KEPT):
        return "kept"
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise RefusedError(f"This file is {what}, not a spreadsheet. {ACCEPTED}")
    start = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{") and DATASET_JSON in content:
        return "dataset-json"
    if start.startswith(b"<") and _TABLE.search(content):
        return "page"
    if start.startswith((b"<", b"{")):
        raise RefusedError(
            f"This file is a web page or program data, not a spreadsheet. {ACCEPTED}"
        )
    return _kind_of_zip(content) if _ZIP.match(content) else "text"


def _kind_of_ole(content: bytes) -> Kind:
    """Tell what an old Office file is by the names of its streams."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise RefusedError(LOCKED)
    if holds("Workbook"):
        return "xls"
    for stream, what in _OLE_STREAMS:
        if holds(stream):
            raise RefusedError(f"This file is {what}, not a spreadsheet. {ACCEPTED}")
    if holds("Book"):  # asked last: in a document it may be a font's name
        return "xls"
    raise RefusedError(f"This file is an Office file without a workbook. {ACCEPTED}")


def _kind_of_zip(content: bytes) -> Kind:
    """Check an archive's directory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            _check_members(members, len(content))
            if "[Content_Types].xml" in names:
                return _kind_of_office(names)
            if "mimetype" in names:
                return _kind_of_open_document(archive.read("mimetype"))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise RefusedError(DAMAGED) from None
    if any(name.startswith("xl/") for name in names):
        raise RefusedError(DAMAGED)
    if any(map(_UNSAFE.match, names)):
        raise RefusedError("This archive holds file names that are not safe, and was not opened.")
    if any(_ARCHIVES.search(name) for name in names):
        raise RefusedError(
            "This archive holds further archives. Unpack them, pack all files of the export into "
            "one zip and upload that."
        )
    return "archive"


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what would unpack to too much, and what is locked."""
    unpacked = sum(member.file_size for member in members)
    bomb = unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * size
    if bomb or unpacked > MOST_UNPACKED or len(members) > MOST_MEMBERS:
        raise RefusedError(
            f"This file would unpack to {unpacked / 2**20:,.0f} MB in {len(members):,} parts, far "
            "more than a trial export holds, and was not opened."
        )
    if twice := repeated(member.filename.replace("\\", "/").casefold() for member in members):
        raise RefusedError(
            f"This archive holds two files called '{twice}'. Give each its own name and pack them "
            "again."
        )
    _check_places(members)
    if any(member.flag_bits & 1 for member in members):
        raise RefusedError(
            "This archive is protected by a password. Pack the files again without one."
        )


def _check_places(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share their bytes: a few of them would unpack to any size."""
    end = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            raise RefusedError(DAMAGED)
        end = member.header_offset + _LOCAL_HEADER + member.compress_size


def repeated(names: Iterable[str]) -> str:
    """Give the first name that comes twice, else ""."""
    return next((name for name, times in Counter(names).items() if times > 1), "")


def _kind_of_office(names: list[str]) -> Kind:
    for folder, what in _OFFICE:
        if any(name.startswith(folder) for name in names):
            raise RefusedError(f"This file is {what}, not a spreadsheet. {ACCEPTED}")
    return "xlsb" if "xl/workbook.bin" in names else "xlsx"


def _kind_of_open_document(stated: bytes) -> Kind:
    if not stated.strip().startswith(MIME_TYPE):
        raise RefusedError(
            f"This file is an OpenDocument file of another kind, not a spreadsheet. {ACCEPTED}"
        )
    return "ods"
