"""The headers of a sheet: in one row or several, with groups over them, labels and units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retnet_core.intake.cells import is_missing
from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import first_filled
from retnet_core.intake.sheets import BLANK, Column, Sheet
from retnet_core.protocol import fold

MOST_ROWS = 2
"""Rows of headers, labels or units that are looked for on either side of the row of names."""
SAMPLE = 30
"""Rows of data that a row of labels is held against."""
_ID_LABEL = re.compile(r"\b(?:id|ids|identifier|number|no|nr|subject|patient|pseudonym)\b", re.I)

Tell = Callable[[str], bool]


@dataclass(frozen=True)
class Head:
    """What stands over a column.

    Attributes
    ----------
    title : str
        How findings name the column: its name, with the group's where the name comes twice.
    name : str
        The innermost header.
    group : str
        The header over it, "" where there is none.
    spread : bool
        The group's text stands further left: the cells were merged, or it is another's.
    labels : tuple of str
        What stands beside the name and may stand for it.
    unit : str
        What a row of units says.
    """

    title: str
    name: str
    group: str = ""
    spread: bool = False
    labels: tuple[str, ...] = ()
    unit: str = ""

    @property
    def joined(self) -> str:
        """Group and name as one text."""
        return f"{self.group} {self.name}".strip()


@dataclass(frozen=True)
class Heading:
    """The headers of a sheet.

    Attributes
    ----------
    base : int
        The row (from 0) with the names of most columns.
    last : int
        The last row of the heading: data begin below.
    heads : tuple of Head
        One a column.
    id_at : int or None
        The column of ids.
    """

    base: int
    last: int
    heads: tuple[Head, ...]
    id_at: int | None

    @property
    def titles(self) -> list[str]:
        """How findings name the columns."""
        return [head.title for head in self.heads]


def find_heading(sheet: Sheet, is_id: Tell, is_known: Tell, is_part: Tell) -> Heading:
    """Find the headers of a sheet among its first rows.

    Parameters
    ----------
    sheet : Sheet
    is_id : callable
        Tells the header of a column of ids.
    is_known : callable
        Tells the header of another column that is known.
    is_part : callable
        Tells what may stand under the header of a group.

    Returns
    -------
    Heading
        Of the first row with an id and something else that is known, else the first with an id,
        else the first that holds anything.
    """
    base = _base(sheet, is_id, is_known)
    if base is None:
        first = first_filled(sheet)
        texts = sheet.row(first) if sheet.height else []
        return Heading(first, first, tuple(Head(text, text) for text in texts), None)
    names = sheet.row(base)
    id_at = next(at for at, text in enumerate(names) if is_id(text))
    search = _Search(sheet, names, id_at, is_id, is_known, is_part)
    over = search.over(base)
    under = search.under(base)
    return Heading(base, base + len(under), _heads(names, over, under), id_at)


def _base(sheet: Sheet, is_id: Tell, is_known: Tell) -> int | None:
    with_id = None
    for row in range(min(WITHIN, sheet.height)):
        texts = sheet.row(row)
        ids = [at for at, text in enumerate(texts) if text and is_id(text)]
        if ids:
            if any(text and at != ids[0] and is_known(text) for at, text in enumerate(texts)):
                return row
            with_id = row if with_id is None else with_id
    return with_id


@dataclass(frozen=True)
class _Row:
    """A row beside the names: "groups" (over), "names" (under a group), "labels" or "units"."""

    kind: str
    texts: list[str]


@dataclass(frozen=True)
class _Search:
    """Looks at the rows beside the names."""

    sheet: Sheet
    names: list[str]
    id_at: int
    is_id: Tell
    is_known: Tell
    is_part: Tell

    def over(self, base: int) -> list[_Row]:
        """Find rows of groups or labels over the names, the nearest first."""
        found: list[_Row] = []
        for row in range(base - 1, max(base - 1 - MOST_ROWS, -1), -1):
            texts = self.sheet.row(row)
            filled = [at for at, text in enumerate(texts) if text]
            if not self._is_text(row) or not filled or max(filled) <= self.id_at:
                break  # blank, data, or the sheet's title
            labels = self._labels(row, texts)
            found.append(_Row("labels" if labels else "groups", texts))
        return found

    def under(self, base: int) -> list[_Row]:
        """Find rows of names, labels or units under the names."""
        found: list[_Row] = []
        for row in range(base + 1, min(base + 1 + MOST_ROWS, self.sheet.height)):
            texts = self.sheet.row(row)
            kind = self._kind(row, texts) if self._is_text(row) and any(texts) else ""
            if not kind or kind in [one.kind for one in found]:
                break
            found.append(_Row(kind, texts))
        return found

    def _is_text(self, row: int) -> bool:
        """Tell whether a row holds no numbers and dates of the spreadsheet."""
        codes = [(column, column.codes[row]) for column in self.sheet.columns]
        return all(code == BLANK or isinstance(one.values[code], str) for one, code in codes)

    def _labels(self, row: int, texts: Sequence[str]) -> bool:
        """Tell a row that names every column once more, the ids too."""
        here = texts[self.id_at]
        both = sum(bool(text and name) for text, name in zip(texts, self.names, strict=True))
        if not here or re.search(r"[0-9]", here) or 2 * both < sum(map(bool, self.names)):
            return False
        return self.is_id(here) or bool(_ID_LABEL.search(here)) or self._is_unlike_data(row)

    def _is_unlike_data(self, row: int) -> bool:
        """Tell a row that has words, in the ids and elsewhere, where those below have numbers."""
        unlike = {
            at
            for at, column in enumerate(self.sheet.columns)
            if _is_word(column.text(row)) and _are_numbers(column, row + 1)
        }
        return self.id_at in unlike and len(unlike) > 1

    def _kind(self, row: int, texts: Sequence[str]) -> str:
        here = texts[self.id_at]
        filled = [text for at, text in enumerate(texts) if text and at != self.id_at]
        if filled and (not here or units.is_unit(here)) and units.are_units(filled):
            return "units"
        if filled and (not here or self.is_id(here)) and self._are_names(texts, filled):
            return "names"
        return "labels" if self._labels(row, texts) else ""

    def _are_names(self, texts: Sequence[str], filled: Sequence[str]) -> bool:
        """Tell a row of names under groups: known ones, under blanks or under something else."""
        known = sum(map(self.is_part, filled))
        under_blank = any(text and not name for text, name in zip(texts, self.names, strict=True))
        under_known = any(
            text and name and self.is_known(name) and fold(text) != fold(name) and at != self.id_at
            for at, (text, name) in enumerate(zip(texts, self.names, strict=True))
        )
        if under_blank:
            return 2 * known >= len(filled) and known > 0
        return known == len(filled) and not under_known


def _is_word(text: str) -> bool:
    return bool(text) and not re.search(r"[0-9]", text) and not is_missing(text)


def _are_numbers(column: Column, start: int) -> bool:
    """Tell whether the next cells of a column all hold digits."""
    cells = [text for at in range(start, min(start + SAMPLE, len(column.codes)))
             if (text := column.text(at))]  # fmt: skip
    return bool(cells) and all(re.search(r"[0-9]", text) for text in cells)


def _heads(names: Sequence[str], over: Sequence[_Row], under: Sequence[_Row]) -> tuple[Head, ...]:
    """Read the rows of a heading column by column."""
    size = len(names)
    unit = next((row.texts for row in under if row.kind == "units"), [""] * size)
    labels = [row.texts for row in (*over, *under) if row.kind == "labels"]
    below = next((row.texts for row in under if row.kind == "names"), None)
    above = next((row.texts for row in over if row.kind == "groups"), None)
    if below:
        inner = [text or name for text, name in zip(below, names, strict=True)]
        outer = [name if text else "" for text, name in zip(below, names, strict=True)]
        reaches = list(map(bool, below))
    else:
        inner, outer = list(names), list(above or [""] * size)
        reaches = [bool(above) and bool(name) for name in names]
    groups = _spread(outer, reaches)
    turns = Counter(map(fold, inner))
    heads = []
    for at, (name, (group, spread)) in enumerate(zip(inner, groups, strict=True)):
        joined = f"{group} {name}".strip()
        title = joined if turns[fold(name)] > 1 else name
        beside = tuple(row[at] for row in labels if row[at])
        heads.append(Head(title, name, group, spread, beside, unit[at]))
    return tuple(heads)


def _spread(outer: Sequence[str], reaches: Sequence[bool]) -> list[tuple[str, bool]]:
    """Give each column the group over it: merged cells hold their text in the first."""
    found = []
    group = ""
    for text, reached in zip(outer, reaches, strict=True):
        group = text or (group if reached else "")
        found.append((group, bool(group) and not text))
    return found
