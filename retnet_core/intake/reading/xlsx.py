"""Excel workbooks (.xlsx, .xlsm): what the XML says beside the values the parser gives."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from retnet_core.intake.reading.comments import (
    commented_cells,
    number_of,
    parts_with_comments,
)
from retnet_core.intake.reading.limits import Note, RefusedError
from retnet_core.intake.reading.look import NO_RESULT, Look, counted_from_1904
from retnet_core.intake.reading.marks import marks, styles_of
from retnet_core.intake.reading.parts import folded, links, one_part_each, parts

_FAR_CELL = re.compile(rb' r="[A-Z]{3}[0-9]')
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_ANY_FORMULA = re.compile(rb"[<:]f[ />]")
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(?:' + _FORMULA + rb")?<(?:\w+:)?v>([^<]+)<"
)
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>" + _FORMULA + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</"
)
_UNUSUAL = re.compile(rb"""<!|=\s*'|\s=|=\s|>\s+<""")
"""Ways to write XML that no spreadsheet program has and that the patterns here do not know."""
_LOOKED_AT = 2**16
"""Bytes at the start of a sheet that show how a program writes XML."""
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([1-9][0-9]*)"')
_MERGED = re.compile(rb'mergeCell\b[^>]*\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\b[^>]*\bhidden="(?:1|true)"')
_FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')


def look_into(content: bytes) -> Look:
    """Find the cells that calamine gives as blank although they hold something.

    These are cells in error (#N/A, #REF!) and formulas saved without their result. The same look
    at the XML refuses cells beyond column ZZ before the parser reserves memory up to them, and
    finds merged cells, hidden rows and columns, and dates counted from 1904.
    """
    look = Look()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if from_1904(archive):
            look.notes.append(counted_from_1904())
        look.notes += links(archive)
        styles = styles_of(archive)
        for name, path in one_part_each(sheet_paths(archive)):
            xml = archive.read(path)
            if _FAR_CELL.search(xml):
                raise RefusedError(
                    f"The sheet '{name}' has a cell far outside any table (beyond column ZZ). "
                    "Delete the stray cells, save and upload again."
                )
            _lost_cells(look, name, xml)
            if b"mergeCell " in xml[xml.rfind(b"sheetData>") :]:  # they come after the cells
                look.merged[name] = [
                    (int(m[2]) - 1, number_of(m[1]), int(m[4]) - 1, number_of(m[3]))
                    for m in _MERGED.finditer(xml)
                ]
            if b' hidden="' in xml:
                look.notes += hidden_parts(name, xml)
            look.notes += marks(name, xml, styles)
            _percent_cells(look, name, xml, styles.percent)
            for part in parts_with_comments(archive, path):
                for row, column in commented_cells(part):
                    look.comment(name, row, column)
    return look


def _lost_cells(look: Look, name: str, xml: bytes) -> None:
    # Each look at the XML takes as long as a read of it; most sheets have no formulas at all.
    has_error = b'"e"' in xml or b"'e'" in xml
    has_formula = (b"<f" in xml or b":f" in xml) and _ANY_FORMULA.search(xml)
    if not has_error and not has_formula:
        return
    errors = _ERROR_CELL.findall(xml) if has_error else []
    if len(errors) != xml.count(b't="e"') or _UNUSUAL.search(xml):
        from retnet_core.intake.reading.walk import lost_cells

        lost = [(f'r="{at}"'.encode(), text) for at, text in lost_cells(xml)]
    else:
        empty = _EMPTY_FORMULA.findall(xml) if has_formula else []
        lost = [(cell, text.decode()) for cell, text in errors]
        lost += [(cell, NO_RESULT) for cell in empty]
    for cell, text in lost:
        look.lose(name, *place(cell, name), text)


def _percent_cells(look: Look, name: str, xml: bytes, styles: list[int]) -> None:
    """Find the cells that are formatted as percentages."""
    which = [str(style).encode() for style in styles]
    uses = sum(xml.count(b' s="' + style + b'"') for style in which)
    is_unusual = bool(which and _UNUSUAL.search(xml, 0, _LOOKED_AT))
    if not uses and not is_unusual:
        return
    wanted = rb' s="(?:' + b"|".join(which) + rb')"'
    cells = re.findall(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"' + wanted + rb"([^>]*)>", xml)
    rows = re.findall(rb"<(?:\w+:)?row\b[^>]*" + wanted, xml)
    if is_unusual or len(cells) + len(rows) != uses:
        from retnet_core.intake.reading.walk import cells_of_styles

        for row, column in cells_of_styles(xml, frozenset(map(str, styles))):
            look.percent(name, row, column)
        return
    columns = {letters: number_of(letters) for letters in {one[0] for one in cells}}
    for letters, number, rest in cells:
        if not rest.endswith(b"/"):
            look.percent(name, int(number) - 1, columns[letters])


def place(attributes: bytes, sheet: str) -> tuple[int, int]:
    """Read a cell's reference ("B3") as row and column from 0."""
    match = _REFERENCE.search(attributes)
    if not match:  # blank, it would pass for "no event"
        raise RefusedError(
            f"The sheet '{sheet}' has cells in error (#N/A or the like), or formulas without a "
            "result, that do not say where they stand. Open the workbook in Excel, save it again "
            "as .xlsx and upload that."
        )
    return int(match[2]) - 1, number_of(match[1])


def hidden_parts(name: str, xml: bytes) -> list[Note]:
    """Say that rows or columns are hidden, by a filter or by hand."""
    kinds = [match[1] for match in _HIDDEN.finditer(xml)]
    said = [word for kind, word in ((b"row", "rows"), (b"col", "columns")) if kind in kinds]
    if not said:
        return []
    return [
        [
            name,
            f"Some {' and '.join(said)} of this sheet are hidden in the workbook, by a filter or "
            "by hand; they were read like the others.",
            "If they are not to count, delete them and upload again.",
        ]
    ]


def from_1904(archive: zipfile.ZipFile) -> bool:
    """Tell whether the days of a workbook are counted from 1904."""
    try:
        return bool(_FROM_1904.search(archive.read(parts(archive)["xl/workbook.xml"])))
    except KeyError:
        return False  # calamine says what is wrong


def sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Give each worksheet's name and its path in the archive."""
    from xml.etree import ElementTree

    try:
        book = ElementTree.fromstring(archive.read(parts(archive)["xl/workbook.xml"]))
        links = ElementTree.fromstring(archive.read(parts(archive)["xl/_rels/workbook.xml.rels"]))
    except (KeyError, ElementTree.ParseError):
        return  # calamine says what is wrong
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    members = parts(archive)
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            link = next((v for k, v in element.items() if k.endswith("}id")), None)
            target = targets.get(link, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if folded(path) in members:
                yield element.get("name", ""), members[folded(path)]
