"""Binary workbooks (.xlsb): the cells in error, found in the records ([MS-XLSB])."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from retnet_core.intake.reading.comments import parts_with_comments
from retnet_core.intake.reading.kinds import DAMAGED
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import Look, counted_from_1904, error_name
from retnet_core.intake.reading.parts import folded, links, one_part_each, parts
from retnet_core.intake.reading.percent import BUILT_IN, is_percent

_PROPERTIES, _SHEET = 153, 156
_ROW, _ERROR, _FORMULA_ERROR = 0, 3, 11
_NUMBERS = (2, 5, 9)
_FORMAT, _STYLE, _STYLES, _END_STYLES = 44, 47, 617, 618
_COMMENT = 635
_SHORT = range(12, 19)
"""Cells that do not name their column; the parser passes them over."""


def look_into(content: bytes) -> Look:
    """Find the cells in error of every sheet."""
    look = Look()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if from_1904(archive):
                look.notes.append(counted_from_1904())
            look.notes += links(archive)
            styles = percent_styles(archive)
            for name, path in one_part_each(sheet_paths(archive)):
                _look_at_sheet(look, name, archive.read(path), styles)
                for part in parts_with_comments(archive, path):
                    for kind, at, _ in records(part):
                        if kind == _COMMENT:
                            row, _, column = struct.unpack_from("<III", part, at + 4)
                            look.comment(name, row, column)
    except (struct.error, LookupError, ValueError, ElementTree.ParseError):
        raise RefusedError(DAMAGED) from None
    return look


def _look_at_sheet(look: Look, name: str, data: bytes, percents: set[int]) -> None:
    row = 0
    for kind, at, _ in records(data):
        if kind == _ROW:
            row = struct.unpack_from("<I", data, at)[0]
        elif kind in (_ERROR, _FORMULA_ERROR):
            column = struct.unpack_from("<I", data, at)[0]
            look.lose(name, row, column, error_name(data[at + 8]))
        elif percents and kind in _NUMBERS:
            column, style = struct.unpack_from("<II", data, at)
            if style & 0xFFFFFF in percents:
                look.percent(name, row, column)
        elif kind in _SHORT:
            raise RefusedError(
                f"The sheet '{name}' of this binary workbook (.xlsb) was written in a short form "
                "that cannot be read. Open it in Excel, save it as .xlsx and upload that."
            )


def records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give kind, start and length of each record."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        yield kind, at, size
        at += size


def from_1904(archive: zipfile.ZipFile) -> bool:
    """Tell whether the days of a workbook are counted from 1904."""
    book = archive.read(parts(archive)["xl/workbook.bin"])
    return any(kind == _PROPERTIES and size and book[at] & 1 for kind, at, size in records(book))


def percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Give the numbers of the cell styles that show percentages."""
    path = parts(archive).get("xl/styles.bin")
    if path is None:
        return set()
    data, codes, formats = archive.read(path), set(BUILT_IN), []
    inside = False
    for kind, at, _ in records(data):
        if kind == _FORMAT and is_percent(_text(data, at + 2)[0]):
            codes.add(struct.unpack_from("<H", data, at)[0])
        elif kind in (_STYLES, _END_STYLES):
            inside = kind == _STYLES
        elif kind == _STYLE and inside:
            formats.append(struct.unpack_from("<H", data, at + 2)[0])
    return {style for style, code in enumerate(formats) if code in codes}


def sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Give each worksheet's name and its path in the archive."""
    members = parts(archive)
    links = ElementTree.fromstring(archive.read(members["xl/_rels/workbook.bin.rels"]))
    targets = {link.get("Id"): link.get("Target", "").lstrip("/") for link in links}
    book = archive.read(members["xl/workbook.bin"])
    for kind, at, _ in records(book):
        if kind == _SHEET:
            link, after = _text(book, at + 8)
            target = targets.get(link, "")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if "worksheets/" in folded(path):
                yield _text(book, after)[0], members[folded(path)]


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text with its length before it; give where the next thing begins."""
    letters = struct.unpack_from("<I", data, at)[0]
    if letters == 0xFFFFFFFF:  # there is none
        return "", at + 4
    end = at + 4 + 2 * letters
    return data[at + 4 : end].decode("utf-16-le"), end
