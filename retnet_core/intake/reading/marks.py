"""What an Excel workbook says by the look of its cells: struck through, coloured. It is told."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from typing import Any

from retnet_core.intake.reading.limits import Note
from retnet_core.intake.reading.parts import parts
from retnet_core.intake.reading.percent import BUILT_IN, is_percent

_WHITE = ("FFFFFF", "9", "64")
_OFF = ("0", "false")
_FILLED = re.compile(rb'<(?:\w+:)?c r="[A-Z]{1,3}([0-9]{1,7})"[^>]*[^/]>')
MOST_BYTES = 2**25
"""Of a sheet that are looked through; what lies beyond is not counted."""


class Styles:
    """Numbers of the cell styles that strike through, that colour, and that show percentages."""

    def __init__(self, struck: list[int], coloured: list[int], percent: list[int]) -> None:
        self.struck, self.coloured, self.percent = struck, coloured, percent


def styles_of(archive: zipfile.ZipFile) -> Styles:
    """Find the styles of cells that say something by their look."""
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(archive.read(parts(archive)["xl/styles.xml"]))
    except (KeyError, ElementTree.ParseError):
        return Styles([], [], [])
    found = {one.tag.rpartition("}")[2]: list(one) for one in root}
    fonts = [any(map(_strikes, font)) for font in found.get("fonts", [])]
    fills = [any(map(_colours, fill)) for fill in found.get("fills", [])]
    styles = found.get("cellXfs", [])

    def using(kind: str, numbers: Iterable[object]) -> list[int]:
        wanted = {str(number) for number in numbers}
        return [at for at, style in enumerate(styles) if style.get(kind) in wanted]

    def marked(kinds: list[bool]) -> list[int]:
        return [at for at, one in enumerate(kinds) if one]

    percents = [
        one.get("numFmtId")
        for one in found.get("numFmts", [])
        if is_percent(one.get("formatCode", ""))
    ]
    return Styles(
        using("fontId", marked(fonts)),
        using("fillId", marked(fills)),
        using("numFmtId", [*BUILT_IN, *percents]),
    )


def _strikes(part: Any) -> bool:
    return part.tag.endswith("}strike") and part.get("val") not in _OFF


def _colours(pattern: Any) -> bool:
    """Tell a solid fill that is not white."""
    if pattern.get("patternType") != "solid":
        return False
    for one in pattern:
        if one.tag.endswith("}fgColor"):
            named = one.get("rgb", "")[-6:] or one.get("indexed")
            is_theme_white = one.get("theme") == "0" and not one.get("tint")
            return named not in _WHITE and not is_theme_white
    return False


def marks(name: str, xml: bytes, styles: Styles) -> list[Note]:
    """Say that cells of a sheet are struck through or coloured; headers may be coloured."""
    struck = _rows(xml, styles.struck)
    coloured = _rows(xml, styles.coloured)
    if not struck and not coloured:
        return []
    header = _header(xml)
    coloured = [row for row in coloured if row > header]
    notes = []
    if struck:
        notes.append(
            [
                name,
                f"{_cells(struck, xml)} struck through; they were read as they stand.",
                "Delete what is not to count, and upload again.",
            ]
        )
    if coloured:
        notes.append(
            [
                name,
                f"{_cells(coloured, xml)} coloured; colour is not read.",
                "If a colour means something, write that into a column of its own.",
            ]
        )
    return notes


def _cells(rows: list[int], xml: bytes) -> str:
    first = f"(the first in row {min(rows)})"
    least = "At least " if len(xml) > MOST_BYTES else ""
    are = "cell {} is" if len(rows) == 1 else "cells {} are"
    return f"{least}{len(rows):,} {are.format(first)}"


def _rows(xml: bytes, styles: list[int]) -> list[int]:
    """Give the row of each filled cell that has one of some styles."""
    if not styles:
        return []
    which = b"|".join(str(style).encode() for style in styles)
    place = rb'<(?:\w+:)?c r="[A-Z]{1,3}([0-9]{1,7})"'
    cell = re.compile(place + rb' s="(?:' + which + rb')"[^>]*(?<!/)>')
    return [int(match[1]) for match in cell.finditer(xml, 0, MOST_BYTES)]


def _header(xml: bytes) -> int:
    """Find the row of headers: the first with two cells or more."""
    before = 0
    for match in _FILLED.finditer(xml, 0, MOST_BYTES):
        row = int(match[1])
        if row == before:
            return row
        before = row
    return before
