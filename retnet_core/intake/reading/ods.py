"""OpenDocument spreadsheets (.ods): the cells in error, which the parser gives as blank or 0."""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

from retnet_core.intake.reading.kinds import DAMAGED, LOCKED, MIME_TYPE
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import MOST_LOST, NO_RESULT, Look
from retnet_core.intake.reading.parts import linked

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_SUSPECT = re.compile(rb'value-type="(?:error|percentage)"|\bformula="|>#|>Err:|<office:annotation')
_SPACE = re.compile(rb">\s+(?=</?(?:table|office):)")
"""Blanks between rows and cells, at which the parser stumbles."""
_MANIFEST = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_LINKED = re.compile(
    rb"""formula="[^"]*(?:'|&apos;)(?:file|https?):|\bDDE\(|<table:table-source\b|<office:dde-source\b"""
)
_ERROR_TEXT = re.compile(r"#[A-Z]|Err:[0-9]")


def look_into(content: bytes) -> Look:
    """Find the cells in error, and the formulas saved without their result, of every sheet."""
    look = Look()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and (
            b"encryption-data" in archive.read("META-INF/manifest.xml")
        ):
            raise RefusedError(LOCKED.replace("Excel", "LibreOffice"))
        if "content.xml" not in names:
            raise RefusedError(DAMAGED)
        xml = archive.read("content.xml")
    if _LINKED.search(xml):
        look.notes.append(linked())
    if _SUSPECT.search(xml):
        try:
            _Walk(look).run(xml)
        except expat.ExpatError:
            raise RefusedError(DAMAGED) from None
    if _SPACE.search(xml):
        look.content = _packed(_SPACE.sub(b">", xml))
    return look


def _packed(xml: bytes) -> bytes:
    """Write the spreadsheet anew, without its other parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", MIME_TYPE)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", xml)
    return stream.getvalue()


class _Walk:
    """Follows rows and columns through the document, repeated ones counted."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.depth = 0
        self.sheet = ""
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []
        self.found: list[tuple[int, int, str]] = []
        self.percents: list[int] = []

    def run(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.say
        parser.Parse(xml, True)

    def say(self, text: str) -> None:
        if self.cell is not None:
            self.text.append(text)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _OFFICE + "annotation" and self.cell is not None:
            self.look.comment(self.sheet, self.row, self.column)
        if not tag.startswith(_TABLE):
            return
        kind = tag[len(_TABLE) :]
        if kind == "table":
            self.depth += 1
            if self.depth == 1:
                self.sheet, self.row = attributes.get(_TABLE + "name", ""), 0
        elif self.depth != 1:
            return
        elif kind == "table-row":
            self.rows = _repeated(attributes, "number-rows-repeated")
            self.column, self.found, self.percents = 0, [], []
        elif kind in ("table-cell", "covered-table-cell"):
            self.columns = _repeated(attributes, "number-columns-repeated")
            self.cell, self.text = attributes, []

    def end(self, tag: str) -> None:
        if not tag.startswith(_TABLE):
            return
        kind = tag[len(_TABLE) :]
        if kind == "table":
            self.depth -= 1
        elif self.depth != 1:
            return
        elif kind == "table-row":
            for row in range(self.row, self.row + (self.rows if self.found else 0)):
                for first, repeated, text in self.found:
                    for column in range(first, first + repeated):
                        self.look.lose(self.sheet, row, column, text)
            for row in range(self.row, self.row + (self.rows if self.percents else 0)):
                for column in self.percents:
                    self.look.percent(self.sheet, row, column)
            self.row += self.rows
        elif self.cell is not None and kind in ("table-cell", "covered-table-cell"):
            if text := _lost(self.cell, "".join(self.text)):
                self.found.append((self.column, self.columns, text))
            elif self.cell.get(_OFFICE + "value-type") == "percentage":
                self.percents += range(self.column, self.column + self.columns)
            self.column += self.columns
            self.cell = None


def _repeated(attributes: dict[str, str], name: str) -> int:
    stated = attributes.get(_TABLE + name, "1")
    return min(int(stated), MOST_LOST + 1) if stated.isdecimal() and len(stated) < 12 else 1


def _lost(cell: dict[str, str], text: str) -> str:
    """Tell what a cell holds that the parser does not give, else ""."""
    value_type = cell.get(_OFFICE + "value-type")
    if cell.get(_CALC + "value-type") == "error":
        return text or "an error"
    if _TABLE + "formula" not in cell:
        return ""
    if value_type is None and not text:
        return NO_RESULT
    return text if _ERROR_TEXT.match(text) else ""
