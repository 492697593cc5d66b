"""The cells of an Excel sheet one by one: right for any way to write XML, and several times slower.

`xlsx` finds cells by patterns that know how spreadsheets write them; other programs quote, indent
and comment as they like.
"""

from __future__ import annotations

from xml.parsers import expat

from retnet_core.intake.reading.kinds import DAMAGED
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import NO_RESULT


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
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise RefusedError(DAMAGED) from None
    return walk.lost


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
