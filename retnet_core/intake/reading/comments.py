"""Comments on the cells of a workbook: they are no data, and it is told where they are."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from posixpath import join, normpath, split

from retnet_core.intake.reading.limits import Note
from retnet_core.intake.reading.parts import folded, parts

_KINDS = ("/comments", "/threadedComment")
_OF_CELL = re.compile(
    rb"""<(?:\w+:)?(?:comment|threadedComment)\s[^>]*?\bref\s*=\s*["']([A-Z]{1,3})([1-9][0-9]{0,6})["']"""
)
_NAMED = 5
"""Cells that a note names."""


def parts_with_comments(archive: zipfile.ZipFile, sheet: str) -> Iterator[bytes]:
    """Give the parts of an archive that hold the comments of a sheet, by the sheet's path."""
    from xml.etree import ElementTree

    folder, name = split(sheet)
    members = parts(archive)
    links = members.get(folded(f"{folder}/_rels/{name}.rels"))
    if links is None:
        return
    try:
        root = ElementTree.fromstring(archive.read(links))
    except ElementTree.ParseError:  # nothing but comments is looked up there
        return
    for link in root:
        if link.get("Type", "").endswith(_KINDS):
            target = link.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            if folded(path) in members:
                yield archive.read(members[folded(path)])


def commented_cells(xml: bytes) -> set[tuple[int, int]]:
    """Give row and column, from 0, of the cells that a part of an .xlsx file has comments on."""
    return {(int(match[2]) - 1, number_of(match[1])) for match in _OF_CELL.finditer(xml)}


def number_of(letters: bytes) -> int:
    """Count a column's letters from 0."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def letters_of(column: int) -> str:
    """Write a column, from 0, in letters.

    Examples
    --------
    >>> letters_of(0), letters_of(27)
    ('A', 'AB')
    """
    before, last = divmod(column, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)


def commented(sheet: str, cells: Collection[tuple[int, int]]) -> list[Note]:
    """Say which cells of a sheet carry comments."""
    if not cells:
        return []
    first = [f"{letters_of(column)}{row + 1}" for row, column in sorted(cells)[:_NAMED]]
    named = ", ".join(first) + (", ..." if len(cells) > _NAMED else "")
    carry = (
        "1 cell carries a comment" if len(cells) == 1 else f"{len(cells):,} cells carry comments"
    )
    return [
        [
            sheet,
            f"{carry} ({named}). Comments are not read.",
            "If a comment says something that counts, write it into a column of its own.",
        ]
    ]
