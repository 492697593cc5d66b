"""The cells of an Excel sheet one by one: right for any way to write XML, and several times slower.

`xlsx` finds cells by patterns that know how spreadsheets write them; other programs quote, indent
and comment as they like.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.parsers import expat

from retnet_core.intake.reading.comments import number_of
from retnet_core.intake.reading.kinds import DAMAGED
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import NO_RESULT

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def lost_cells(xml: bytes) -> list[tuple[str, str]]:
    """Find the cells in error, and the formulas without a result.

    Returns
    -------
    list of (reference, text)
        The cell's reference ("B3"), empty where it has none, and what it holds.
    """
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.say
    _run(parser, xml)
    return walk.lost


def cells_of_styles(xml: bytes, styles: Collection[str]) -> list[tuple[int, int]]:
    """Give row and column, from 0, of the cells with one of some styles.

    A cell that does not say where it stands follows the one before it.
    """
    found: list[tuple[int, int]] = []
    row = column = -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        kind = tag.rpartition(" ")[2]
        if kind == "row":
            stated = attributes.get("r", "")
            row, column = int(stated) - 1 if stated.isdecimal() else row + 1, -1
        elif kind == "c":
            stands = _REFERENCE.fullmatch(attributes.get("r", ""))
            column += 1
            if stands:
                row, column = int(stands[2]) - 1, number_of(stands[1].encode())
            if attributes.get("s") in styles:
                found.append((row, column))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    _run(parser, xml)
    return found


def _run(parser: expat.XMLParserType, xml: bytes) -> None:
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise RefusedError(DAMAGED) from None


class _Walk:
    """Follows the cells of a sheet."""

    def __init__(self) -> None:
        self.lost: list[tuple[str, str]] = []
        self.cell: dict[str, str] | None = None
        self.has_formula = self.in_value = False
        self.value: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(" ")[2]
        if kind == "c":
            self.cell, self.value, self.has_formula = attributes, [], False
        elif kind == "f":
            self.has_formula = True
        elif kind in ("v", "t"):
            self.in_value = True

    def say(self, text: str) -> None:
        if self.in_value:
            self.value.append(text)

    def end(self, tag: str) -> None:
        kind = tag.rpartition(" ")[2]
        if kind in ("v", "t"):
            self.in_value = False
        elif kind == "c" and self.cell is not None:
            place, text = self.cell.get("r", ""), "".join(self.value)
            if self.cell.get("t") == "e":
                self.lost.append((place, text or "an error"))
            elif self.has_formula and not text:
                self.lost.append((place, NO_RESULT))
            self.cell = None
