"""The child process that parses a file: name and bytes on stdin, one JSON answer on stdout.

Run as ``python -I reader.py workbook|archive|text``; the first line of stdin is the file's name as
JSON (a command line has no room for a long one), the rest the file. A hostile file can make a
parser ask for any amount of memory and time, so parsing happens here, under limits, and only plain
columns of a limited size go back:
``{"sheets": [{"name", "title", "height", "columns"}], "notes": [...]}`` or ``{"error": sentence}``.
 A column is the list of its different cells and, for each row from the sheet's first,
the number of its cell in that list (-1: blank). Dates are lists of one ISO string. Imports stay
few: they are paid at every upload.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import itertools
import json
import re
import sys
import zipfile
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

MEMORY = 4 << 30
CPU_SECONDS = 120
MOST_CELLS = 40_000_000
"""Cells of one sheet, blank ones included: a workbook with a far stray cell spans them all."""
MOST_CELLS_TOGETHER = 50_000_000
MOST_COLUMNS = 2_000
MOST_ANSWER = 300 << 20
"""Characters of the answer: the parent, which takes it apart, has no limit of its own."""
OUT_OF_MEMORY = 3
"""Exit code; a fault that nobody foresaw has Python's own, 1."""

TOO_MUCH = (
    "This file holds far more text than a trial export. Leave out what is not needed, or split it."
)

DELIMITERS = ",;\t|"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SNIFFED_ROWS = 50
MOST_CONTROLS = 0.05
"""Share of control characters above which a file is no text."""

Cell = str | float | bool | dt.date | dt.time | dt.timedelta


class RefusedError(Exception):
    """A file that is not read; ``str()`` is the sentence for the user."""


def limit_resources() -> None:
    """Limit memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has the parent's timeout only
        return
    for kind, amount in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS)):
        hard = resource.getrlimit(kind)[1]
        soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):  # macOS refuses to limit the address space
            continue


def encode(cells: Iterable[Cell]) -> dict[str, Any]:
    """Write a column as its different cells and a code a row."""
    codes: dict[tuple[type, Cell], int] = {}
    values: list[Cell] = []
    rows = array("i")
    for cell in cells:
        key = (cell.__class__, cell)  # True, 1 and 1.0 are equal, but not the same cell
        code = codes.get(key)
        if code is None:
            kept = cell.strip() if isinstance(cell, str) else cell
            code = -1 if kept == "" else len(values)
            if code >= 0:
                values.append(kept)
            codes[key] = code
        rows.append(code)
    return {"values": values, "codes": base64.b64encode(rows.tobytes()).decode("ascii")}


def encode_sheet(name: str, title: str, rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """Write a sheet column by column, shorter rows filled up with blanks."""
    columns = [encode(column) for column in itertools.zip_longest(*rows, fillvalue="")]
    return {"name": name, "title": title, "height": len(rows), "columns": columns}


def check_size(sheet: str, height: int, width: int, before: int) -> int:
    """Refuse a sheet that spans more cells than an export holds.

    ``before`` counts the cells of the sheets before it; they and this sheet's are given back.
    """
    if width > MOST_COLUMNS or width * height > MOST_CELLS:
        raise RefusedError(
            f"The sheet '{sheet}' spreads over {height:,} rows and {width:,} columns, far more "
            "than an export holds. Delete stray cells far from the table, save and upload again."
        )
    if before + width * height > MOST_CELLS_TOGETHER:
        raise RefusedError(
            f"The sheets of this file span more than {MOST_CELLS_TOGETHER:,} cells together, far "
            "more than an export holds. Leave out sheets that are not needed, and upload again."
        )
    return before + width * height


# Workbooks


def read_workbook(content: bytes) -> dict[str, Any]:
    """Read every sheet of an xlsx workbook."""
    import python_calamine as calamine

    lost = lost_cells(content)
    try:
        book = calamine.load_workbook(io.BytesIO(content))
        return {"sheets": read_sheets(book, lost), "notes": []}
    except calamine.PasswordError:
        raise RefusedError(
            "This workbook is protected by a password. Open it in Excel, remove the password, "
            "save and upload again."
        ) from None
    except calamine.CalamineError:
        raise RefusedError(
            "This workbook is damaged and cannot be read. Open it in Excel, save it again as "
            ".xlsx and upload that."
        ) from None


Lost = dict[tuple[int, int], str]
"""Row and column, from 0, of cells that the parser leaves blank, and what they hold."""


def read_sheets(book: Any, lost: dict[str, Lost]) -> list[dict[str, Any]]:
    """Read the sheets, each from its first row on so that row numbers hold."""
    sheets = []
    cells = 0
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        here = lost.get(name, {})
        corners = [*here, *([sheet.end] if sheet.end else [])]
        height = max((row + 1 for row, _ in corners), default=0)
        width = max((column + 1 for _, column in corners), default=0)
        cells = check_size(name, height, width, cells)
        rows = sheet.to_python(skip_empty_area=False) if sheet.end else []
        put_back(rows, here)
        sheets.append(encode_sheet(name, name, rows))
    return sheets


def put_back(rows: list[list[Cell]], lost: Lost) -> None:
    """Put the cells that the parser leaves blank back in their places."""
    for (row, column), text in lost.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = text


_FAR_CELL = re.compile(rb' r="[A-Z]{3}[0-9]')
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(?:' + _FORMULA + rb")?<(?:\w+:)?v>([^<]+)<"
)
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>" + _FORMULA + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</"
)
NO_RESULT = "a formula without a result"
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([1-9][0-9]*)"')


def lost_cells(content: bytes) -> dict[str, Lost]:
    """Find the cells that calamine gives as blank although they hold something.

    These are cells in error (#N/A, #REF!) and formulas saved without their result. The same look
    at the XML refuses cells beyond column ZZ before the parser reserves memory up to them.
    """
    found: dict[str, Lost] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, path in sheet_paths(archive):
            xml = archive.read(path)
            if _FAR_CELL.search(xml):
                raise RefusedError(
                    f"The sheet '{name}' has a cell far outside any table (beyond column ZZ). "
                    "Delete the stray cells, save and upload again."
                )
            cells: Lost = {}
            if b't="e"' in xml:
                errors = _ERROR_CELL.finditer(xml)
                cells |= {place(m[1], name): m[2].decode() for m in errors}
            if any(start in xml for start in (b"<f>", b"<f ", b"<f/", b":f>", b":f ")):
                formulas = _EMPTY_FORMULA.finditer(xml)
                cells |= {place(m[1], name): NO_RESULT for m in formulas}
            if cells:
                found[name] = cells
    return found


def place(attributes: bytes, sheet: str) -> tuple[int, int]:
    """Read a cell's reference ("B3") as row and column from 0."""
    match = _REFERENCE.search(attributes)
    if not match:  # blank, it would pass for "no event"
        raise RefusedError(
            f"The sheet '{sheet}' has cells in error (#N/A or the like), or formulas without a "
            "result, that do not say where they stand. Open the workbook in Excel, save it again "
            "as .xlsx and upload that."
        )
    column = 0
    for letter in match[1]:
        column = column * 26 + letter - 64
    return int(match[2]) - 1, column - 1


def sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Give each worksheet's name and its path in the archive."""
    from xml.etree import ElementTree

    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return  # calamine says what is wrong
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    members = set(archive.namelist())
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            link = next((v for k, v in element.items() if k.endswith("}id")), None)
            target = targets.get(link, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if path in members:
                yield element.get("name", ""), path


# Text files


def read_archive(content: bytes) -> dict[str, Any]:
    """Read every text file of a zip archive."""
    sheets, notes = [], []
    cells = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            path = PurePosixPath(info.filename)
            folder = info.filename.endswith("/")
            if folder or path.parts[:1] == ("__MACOSX",) or path.name.startswith("."):
                continue
            if path.suffix.casefold() in TEXT_SUFFIXES:
                one = read_text(archive.read(info), info.filename, cells)
                cells += sum(sheet["height"] * len(sheet["columns"]) for sheet in one["sheets"])
                sheets += one["sheets"]
                notes += one["notes"]
            else:
                notes.append(
                    [
                        info.filename,
                        "This file of the archive is not a CSV file and was not read.",
                        "If it holds data, save it as CSV and add it to the archive.",
                    ]
                )
    return {"sheets": sheets, "notes": notes}


def read_text(content: bytes, name: str, before: int = 0) -> dict[str, Any]:
    """Read a text file with separators; ``before`` counts the cells of the files before it."""
    text = decode(content)
    notes = []
    if "\0" in text:
        text = text.replace("\0", "")
        notes.append(
            [
                name,
                "The file holds NUL characters, which no export should; they were left out.",
                "Check that the file was not damaged on its way.",
            ]
        )
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))
    except csv.Error:
        raise RefusedError(
            f"'{name}' could not be read as a table: a cell is longer than any spreadsheet "
            'allows, most often because a quotation mark (") is not closed.'
        ) from None
    check_size(name, len(rows), max(map(len, rows), default=0), before)
    title = PurePosixPath(name).stem
    return {"sheets": [encode_sheet(name, title, rows)], "notes": notes}


def decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 or Windows-1252; anything else is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif (wide := utf_16_without_mark(content)) is not None:
        encodings = [wide]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(n for c, n in Counter(text).items() if c < " " and c not in "\t\r\n")
        if controls <= MOST_CONTROLS * len(text):
            return text
    raise RefusedError(
        "This file is not a spreadsheet. Upload an Excel workbook (.xlsx), a CSV file, or a zip of "
        "CSV files."
    )


def utf_16_without_mark(content: bytes) -> str | None:
    """Recognise UTF-16 by the zero bytes that Western text has in every other place."""
    sample = content[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def delimiter_of(text: str) -> str:
    """Choose the separator that cuts the most rows into the same number of cells.

    The header settles a tie: in "a;b" over "1,5;2,5" the comma is a decimal one.
    """

    def agreement(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row in itertools.islice(reader, SNIFFED_ROWS) if row)
        return max(((n, width) for width, n in widths.items() if width > 1), default=(0, 0))

    return max(DELIMITERS, key=agreement)


def plain(cell: Any) -> Any:
    """Write what JSON has no word for: a date in a list, other things as text."""
    return [cell.isoformat()] if isinstance(cell, dt.date) else str(cell)


def answer_to(kind: str, name: str, content: bytes) -> dict[str, Any]:
    """Read a file, or say in a sentence why it is not read."""
    try:
        if kind == "workbook":
            return read_workbook(content)
        if kind == "archive":
            return read_archive(content)
        return read_text(content, name)
    except RefusedError as refused:
        return {"error": str(refused)}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return {"error": "This file is damaged and cannot be unpacked. Export it again."}


def main(kind: str) -> None:
    """Read stdin, answer on stdout."""
    limit_resources()
    name = json.loads(sys.stdin.buffer.readline())
    answer = answer_to(kind, name, sys.stdin.buffer.read())
    text = json.dumps(answer, default=plain)  # json.dump is several times slower
    if len(text) > MOST_ANSWER:
        text = json.dumps({"error": TOO_MUCH})
    sys.stdout.write(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
