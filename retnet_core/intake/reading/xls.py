"""Old Excel workbooks (.xls): the cells in error, found in the records ([MS-XLS], [MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from retnet_core.intake.reading.kinds import DAMAGED, LOCKED
from retnet_core.intake.reading.limits import RefusedError
from retnet_core.intake.reading.look import Look, counted_from_1904, error_name
from retnet_core.intake.reading.parts import linked
from retnet_core.intake.reading.percent import BUILT_IN, is_percent

_END = 0xFFFFFFFC
"""Sector numbers from here on mark the end of a chain."""
_SMALL = 4096
"""Streams shorter than this are kept in the mini stream."""

_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_SUPBOOK, _WITHOUT_PATH = 0x01AE, 4
"""Another file, named by its path; this workbook itself and add-ins are named without one."""
_FORMULA, _BOOLERR = 0x0006, 0x0205
_DATEMODE = 0x0022
_ERROR_KINDS = (_FORMULA, _BOOLERR)
_FORMAT, _XF, _NOTE = 0x041E, 0x00E0, 0x001C
_NUMBER, _RK, _MULRK = 0x0203, 0x027E, 0x00BD
_BIFF8 = 0x0600


def look_into(content: bytes) -> Look:
    """Find the cells in error of every sheet."""
    try:
        return _look_into(workbook_stream(content))
    except (struct.error, IndexError, ValueError):
        raise RefusedError(DAMAGED) from None


def _look_into(stream: bytes) -> Look:
    look = Look()
    sheets: list[tuple[int, str]] = []
    version = 0
    is_linked = False
    percents = set(BUILT_IN)
    styles: list[int] = []
    for kind, at, size in records(stream, 0):
        if kind == _BOF:
            version = struct.unpack_from("<H", stream, at)[0]
        elif kind == _FILEPASS:
            raise RefusedError(LOCKED)
        elif kind == _SUPBOOK and size > _WITHOUT_PATH:
            is_linked = True
        elif kind == _FORMAT and is_percent(format_code(stream[at + 2 : at + size], version)):
            percents.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", stream, at + 2)[0])
        elif kind == _DATEMODE and stream[at]:
            look.notes.append(counted_from_1904())
        elif kind == _BOUNDSHEET:
            position = struct.unpack_from("<I", stream, at)[0]
            sheets.append((position, sheet_name(stream[at + 6 : at + size], version)))
    if is_linked:
        look.notes.append(linked())
    shown = {style for style, code in enumerate(styles) if code in percents}
    for position, name in sheets:
        for kind, at, size in records(stream, position):
            error = error_in(kind, stream[at : at + size]) if kind in _ERROR_KINDS else None
            if error is not None:
                row, column = struct.unpack_from("<HH", stream, at)
                look.lose(name, row, column, error_name(error))
            elif kind == _NOTE:
                look.comment(name, *struct.unpack_from("<HH", stream, at))
            elif shown and kind in (_NUMBER, _RK, _FORMULA, _MULRK):
                for row, column in cells_of_styles(kind, stream[at : at + size], shown):
                    look.percent(name, row, column)
    return look


def cells_of_styles(kind: int, record: bytes, styles: set[int]) -> Iterator[tuple[int, int]]:
    """Give row and column of the numbers of a record that have one of some styles."""
    row, first = struct.unpack_from("<HH", record)
    step, size = (6, len(record) - 6) if kind == _MULRK else (2, 2)
    for column, at in enumerate(range(4, 4 + size, step), first):
        if struct.unpack_from("<H", record, at)[0] in styles:
            yield row, column


def format_code(text: bytes, version: int) -> str:
    """Read the code of a format of numbers."""
    if version < _BIFF8:
        return sheet_name(text, version)
    return text[3:].decode("utf-16-le" if text[2] & 1 else "latin-1", errors="replace")


def error_in(kind: int, record: bytes) -> int | None:
    """Give the error that a cell holds, None where it holds something else."""
    if kind == _BOOLERR:
        return record[6] if record[7] else None
    return record[8] if record[6] == 2 and record[12:14] == b"\xff\xff" else None


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Give kind, start and length of each record up to the end of the sheet that begins here."""
    depth = 0
    header = struct.Struct("<HH")
    while at + 4 <= len(stream):
        kind, size = header.unpack_from(stream, at)
        at += 4
        depth += (kind == _BOF) - (kind == _EOF)
        yield kind, at, size
        at += size
        if depth <= 0:
            return


def sheet_name(text: bytes, version: int) -> str:
    """Read a sheet's name: of one byte or two a letter, as its flag says."""
    if version < _BIFF8:
        return text[1 : 1 + text[0]].decode("cp1252")
    if text[1] & 1:
        return text[2 : 2 + 2 * text[0]].decode("utf-16-le")
    return text[2 : 2 + text[0]].decode("latin-1")


# The compound file


def workbook_stream(content: bytes) -> bytes:
    """Take the stream of the workbook out of the compound file."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or small_shift != 6:
        raise RefusedError(DAMAGED)
    sector = 1 << shift
    table = sector_table(content, sector)
    directory_at, small_table_at = struct.unpack_from("<I8xI", content, 48)
    directory = chain(content, table, directory_at, sector, sector)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    root = entries[0]
    for entry in entries:
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le")
        if name.casefold() in ("workbook", "book"):
            start, size = struct.unpack_from("<II", entry, 116)
            if size >= _SMALL:
                return chain(content, table, start, sector, sector)[:size]
            root_start = struct.unpack_from("<I", root, 116)[0]
            small = chain(content, table, root_start, sector, sector)
            small_table = numbers(chain(content, table, small_table_at, sector, sector))
            return chain(small, small_table, start, 64, 0)[:size]
    raise RefusedError(DAMAGED)


def sector_table(content: bytes, sector: int) -> list[int]:
    """Read which sector follows which, from the sectors that the header names."""
    parts = list(struct.unpack_from("<109I", content, 76))
    more = struct.unpack_from("<I", content, 68)[0]
    for _ in range(len(content) // sector):
        if more >= _END:
            break
        *named, more = numbers(content[(more + 1) * sector : (more + 2) * sector])
        parts += named
    table: list[int] = []
    for part in parts:
        if part < _END:
            table += numbers(content[(part + 1) * sector : (part + 2) * sector])
    return table


def numbers(content: bytes) -> list[int]:
    """Read numbers of four bytes."""
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def chain(content: bytes, table: list[int], at: int, sector: int, first: int) -> bytes:
    """Join the sectors of a chain; ``first`` is where sector 0 begins."""
    parts: list[bytes] = []
    while at < _END:
        if len(parts) > len(table):
            raise RefusedError(DAMAGED)  # it runs in a circle
        start = first + at * sector
        parts.append(content[start : start + sector])
        at = table[at]
    return b"".join(parts)
