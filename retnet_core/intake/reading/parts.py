"""The parts of a workbook that is packed as a zip: what none of them may hold, and their links."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from retnet_core.intake.reading.kinds import DAMAGED
from retnet_core.intake.reading.limits import Note, RefusedError, check_sheets

_DECLARED_WITHIN = 2**16
"""Bytes at the start of a part; what declares entities comes before all else."""
_LINK = re.compile(r"xl/externallinks/_rels/[^/]+\.rels")
_TARGET = re.compile(r"\bTarget=\"([^\"]*)\"")
_NAMED = 3
"""Files that a note names."""


def refuse_entities(content: bytes) -> None:
    """Refuse a workbook whose XML declares a document type.

    Spreadsheets never write one. It can declare entities, which unpack to any size or name files of
    this computer; no parser here follows them, but what stands in their place would be lost.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if not folded(member.filename).endswith((".xml", ".rels")):
                continue
            with archive.open(member) as part:
                start = part.read(_DECLARED_WITHIN)
            if b"<!DOCTYPE" in start.replace(b"\0", b""):  # without them, UTF-16 reads alike
                raise RefusedError(
                    "This workbook declares entities of its own (DOCTYPE), as no spreadsheet "
                    "program does, and was not opened. Save it anew in Excel or LibreOffice, and "
                    "upload that."
                )


def folded(path: str) -> str:
    """Write a part's path as the parser compares it: in small letters, without backslashes."""
    return path.replace("\\", "/").casefold()


def parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the names of an archive's members by their folded paths."""
    return {folded(name): name for name in archive.namelist()}


def one_part_each(paths: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pass sheets and their parts on, unless two share one: a small file would hold any number."""
    seen: set[str] = set()
    for name, path in paths:
        if path in seen:
            raise RefusedError(DAMAGED)
        seen.add(path)
        check_sheets(len(seen))
        yield name, path


def links(archive: zipfile.ZipFile) -> list[Note]:
    """Say that an Excel workbook takes values from other files."""
    members = parts(archive)
    if not any(name.startswith("xl/externallinks/") for name in members):
        return []
    from html import unescape
    from urllib.parse import unquote

    told = [
        archive.read(name).decode(errors="replace")
        for path, name in members.items()
        if _LINK.fullmatch(path)
    ]
    targets = [unquote(unescape(target)) for one in told for target in _TARGET.findall(one)]
    return [linked([re.split(r"[/\\]", target)[-1] for target in targets])]


def linked(names: Sequence[str] = ()) -> Note:
    """Say that a workbook takes values from other files, which were not opened."""
    several = [f"'{name}'" for name in dict.fromkeys(names) if name]
    more = ", ..." if len(several) > _NAMED else ""
    which = f" ({', '.join(several[:_NAMED])}{more})" if several else ""
    return [
        "",
        f"This workbook is linked to other files{which}. They were not opened: cells that take "
        "their value from there were read as this workbook was last saved.",
        "If the other files have changed since, open the workbook, update its links, save and "
        "upload again.",
    ]
