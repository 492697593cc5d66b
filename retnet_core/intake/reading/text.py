"""Text files with separators, in the encodings that exports come in."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import NamedTuple

from retnet_core.intake.reading.kinds import ACCEPTED
from retnet_core.intake.reading.limits import (
    Answer,
    Note,
    RefusedError,
    check_size,
    encode_sheet,
)

DELIMITERS = ",;\t|"
_WORDS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SNIFFED_ROWS = 50
MOST_CONTROLS = 0.05
"""Share of control characters above which a file is no text."""
SNIFFED_LINES = 2_000
"""Lines with letters beyond ASCII that decide between Windows-1252 and Mac Roman."""

_SEPARATED = re.compile(
    r"This file was read with (.+) between its cells"
    r"(?:, and numbers such as (.+) with a decimal comma)?\.", re.DOTALL
)  # fmt: skip
_MOST_FILES = 20
"""Files that a note names."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\r\n"))
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})")
"""Three digits may be thousands; such cells are asked about one by one."""

_LETTERS = "À-ÖØ-öø-ÿŒœŠšŽžŸ"
_FITS = re.compile(
    # a small letter, or a capital one in a word of capitals or at its start, beside ASCII letters
    rf"(?<=[A-Za-z])[ß-öø-ÿœšž]|[ß-öø-ÿœšž](?=[a-z])"
    rf"|(?<=[A-Z])[À-ÖØ-ÞŒŠŽŸ](?![a-z])|\b[À-ÖØ-ÞŒŠŽŸ](?=[A-Za-z])"
    # an apostrophe before a short end or after an article, quotation marks and dashes around words
    rf"|(?<=[a-z])’(?=[a-z]{{1,2}}\b)|\b[A-Za-z]’(?=[A-Z{_LETTERS}h])"
    r"|(?<!\w)[“‘](?=\w)|(?<=[\w.])”(?!\w)|(?<=[\s0-9])[–—](?=[\s0-9])"
)


class Decoded(NamedTuple):
    """A text, and the encoding to be told where it is not UTF-8."""

    text: str
    encoding: str = ""


def read_text(content: bytes, name: str, before: int = 0) -> Answer:
    """Read a text file with separators; ``before`` counts the cells of the files before it."""
    text, encoding = decode(content)
    notes = read_as(name, encoding)
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
        delimiter = delimiter_of(text)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise RefusedError(
            f"'{name}' could not be read as a table: a cell is longer than any spreadsheet "
            'allows, most often because a quotation mark (") is not closed.'
        ) from None
    check_size(name, len(rows), max(map(len, rows), default=0), before)
    title = PurePosixPath(name).stem
    sheet = encode_sheet(name, title, rows, lone=True)
    if delimiter != "," and max(map(len, rows), default=0) > 1:
        notes.append(separated_by(name, delimiter, decimal_comma(sheet["columns"])))
    return {"sheets": [sheet], "notes": notes}


def read_as(name: str, encoding: str) -> list[Note]:
    """Say which encoding was taken, where it is not UTF-8."""
    if not encoding:
        return []
    return [
        [
            name,
            f"This file was read as {encoding}, as it is not UTF-8.",
            "If letters such as é or ü look wrong, save the file as UTF-8 and upload it again.",
        ]
    ]


def separated_by(name: str, delimiter: str, example: str) -> Note:
    """Say what stands between the cells, and that the comma is a decimal one."""
    comma = f", and numbers such as {example} with a decimal comma" if example else ""
    return [
        name,
        f"This file was read with {_WORDS[delimiter]} between its cells{comma}.",
        "If this is wrong, save the file with commas between the cells and points in numbers.",
    ]


def together(notes: list[Note]) -> list[Note]:
    """Say once, for all files of an archive with the same separator, what `separated_by` says."""
    several: dict[str, list[tuple[str, str]]] = {}
    left: list[Note] = []
    for note in notes:
        match = _SEPARATED.fullmatch(note[1])
        if match:
            several.setdefault(match[1], []).append((note[0], match[2] or ""))
        else:
            left.append(note)
    return [*left, *(_of_files(words, found) for words, found in several.items())]


def _of_files(words: str, found: list[tuple[str, str]]) -> Note:
    """Say what stands between the cells of some files, each given with a decimal comma of it."""
    name, example = found[0]
    delimiter = next(sign for sign, word in _WORDS.items() if word == words)
    if len(found) == 1:
        return separated_by(name, delimiter, example)
    commas = [f"{example} in '{name}'" for name, example in found if example]
    comma = f" Numbers were read with a decimal comma: {_some(commas)}." if commas else ""
    names = _some([f"'{name}'" for name, _ in found])
    return [
        "",
        f"These {len(found)} files were read with {words} between their cells: {names}.{comma}",
        "If this is wrong, save the files with commas between the cells and points in numbers.",
    ]


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_FILES
    return ", ".join(names[:_MOST_FILES]) + (f" and {more:,} more" if more > 0 else "")


def decimal_comma(columns: list[dict[str, list[str]]]) -> str:
    """Give the first cell that can only be a number with a decimal comma, else ""."""
    cells = itertools.chain.from_iterable(column["values"] for column in columns)
    return next((cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)), "")


def decode(content: bytes) -> Decoded:
    """Decode UTF-8, UTF-16, Windows-1252 or Mac Roman; anything else is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = _decoded(content, "utf-16", "UTF-16")
    elif wide := utf_16_without_mark(content):
        found = _decoded(content, wide, "UTF-16")
    else:
        found = _decoded(content, "utf-8-sig", "") or _one_byte(content)
    if found is None:
        raise RefusedError(f"This file is not a spreadsheet. {ACCEPTED}")
    return found


def _decoded(content: bytes, encoding: str, told: str) -> Decoded | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    plain = text.encode("utf-8", "surrogatepass")
    controls = len(plain) - len(plain.translate(None, _CONTROLS))
    return Decoded(text, told) if controls <= MOST_CONTROLS * len(text) else None


def _one_byte(content: bytes) -> Decoded | None:
    """Choose between Windows-1252 and Mac Roman.

    The encoding is taken in which more of the characters beyond ASCII are letters that fit their
    word ("Müller", not "MŸller") or marks in their place; Windows-1252 where they are equal. Some
    bytes are nothing in Windows-1252: then most of the characters must fit as Mac Roman, or the
    file is no text.
    """
    lines = (line for line in content.splitlines() if not line.isascii())
    sample = b"\n".join(itertools.islice(lines, SNIFFED_LINES))
    windows = len(_FITS.findall(sample.decode("cp1252", errors="replace")))
    mac = len(_FITS.findall(sample.decode("mac-roman")))
    if mac <= windows:
        return _decoded(content, "cp1252", "Windows-1252")
    beyond = sum(byte > 0x7F for byte in sample)
    return _decoded(content, "mac-roman", "Mac Roman") if 2 * mac >= beyond else None


def utf_16_without_mark(content: bytes) -> str:
    """Recognise UTF-16 by the zero bytes that Western text has in every other place, else ""."""
    sample = content[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def delimiter_of(text: str) -> str:
    """Choose the separator that cuts the most rows into the same number of cells.

    The header settles a tie: in "a;b" over "1,5;2,5" the comma is a decimal one.
    """

    def agreement(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row in itertools.islice(reader, SNIFFED_ROWS) if row)
        return max(((n, width) for width, n in widths.items() if width > 1), default=(0, 0))

    return max(DELIMITERS, key=agreement)
