"""Codes, labels, yes and no, as people type them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from retnet_core.intake.cells.parsed import (
    LONGEST,
    Assumed,
    Parsed,
    Remark,
    Unread,
    each,
    in_doubt,
    is_missing,
    undoubted,
    unread,
)
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold

_CODE_FIRST = re.compile(
    r"([0-9]+|[^\W\d_])\s*(?:[-–=:.)]\s*(.*[^\W\d_].*)|[(\[](.*[^\W\d_].*)[)\]])"
)
_CODE_LAST = re.compile(r"(.*[^\W\d_].*?)\s*(?:[=:]\s*([0-9]+)|[(\[]([0-9]+|[^\W\d_])[)\]])")

_SEPARATORS = frozenset("=:([")


class Labelled(NamedTuple):
    """A cell such as "1 - Female" or "Female (1)"."""

    code: str
    label: str


def labelled(text: str) -> Labelled | None:
    """Split a code from its label, where a cell holds both.

    Examples
    --------
    >>> labelled("1 - Female")
    Labelled(code='1', label='Female')
    >>> labelled("Female (1)")
    Labelled(code='1', label='Female')
    >>> labelled("not dead") is None
    True
    """
    if match := _CODE_FIRST.fullmatch(text):
        return Labelled(match[1], (match[2] or match[3]).strip())
    if not _SEPARATORS.isdisjoint(text):
        match = _CODE_LAST.fullmatch(text)
        return Labelled(match[2] or match[3], match[1]) if match else None
    return None


CONTRADICTED = unread(
    "The code and the word beside it contradict each other, here or in another cell of the column.",
    "Correct the cell, or write the word alone.",
)


def _by_label(
    cells: Sequence[Cell],
    parsed: Parsed,
    meanings: Mapping[str, Any],
    said: Callable[[str], Any],
) -> None:
    """Read the cells that hold a code and a label by the label, where it is known.

    ``meanings`` are those of folded words, codes among them, and ``said`` is what is made of such
    a word. A letter must be a known code too: a sentence may begin with one.
    """
    pairs: dict[int, tuple[str, str]] = {}
    meant: dict[str, set[Any]] = {}
    for at, cell in enumerate(cells):
        pair = labelled(cell) if isinstance(cell, str) and len(cell) <= LONGEST else None
        if pair is None:
            continue
        code, label = pair.code.casefold(), fold(pair.label)
        if label not in meanings:
            if code.isdigit() and is_missing(pair.label):
                parsed.emptied.pop(at, None)
                parsed.take(at, None)
        elif fold(as_text(cell)) in meanings:
            continue
        elif code.isdigit() or code in meanings:
            pairs[at] = code, label
            meant.setdefault(code, {meanings.get(code, meanings[label])}).add(meanings[label])
    for at, (_, label) in pairs.items():
        parsed.emptied.pop(at, None)
        parsed.take(at, said(label))
    unclear = {code for code, said_so in meant.items() if len(said_so) > 1}
    for at, cell in enumerate(cells if unclear else ()):
        if (pairs[at][0] if at in pairs else _whole(cell)) in unclear:
            parsed.take(at, CONTRADICTED)


_SIGNED = re.compile(r"[-–—−+.,]\s*[0-9].*|[0-9.,]*[0-9]\s*[-–—−%]")
"""Numbers that another stays of when signs are folded away: -1, 1-, .1, 1%."""


def _whole(cell: Cell) -> str:
    """Fold a cell for comparison with codes; 1.0 is 1, as programs write numbers with gaps.

    A number keeps the signs that make it another one: -1 is not 1.
    """
    text = as_text(cell)
    text = text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdigit() else text
    return text if _SIGNED.fullmatch(text) else fold(text)


def parse_codes(cells: Sequence[Cell], values: Mapping[str, Sequence[str]]) -> Parsed:
    """Read codes by their spellings; others are left as typed, for the table's own check.

    A cell may hold a code and its label: "1 - Female". The two must agree, in the whole column.

    Parameters
    ----------
    values : mapping of str to sequence of str
        Code to its spellings, compared by `retnet_core.protocol.fold`.
    """
    codes = {fold(word): code for code, words in values.items() for word in (code, *words)}

    def read(cell: Cell) -> str | Assumed | None:
        code = codes.get(_whole(cell))
        if code is None:
            return None if is_missing(cell) else as_text(cell)
        return in_doubt(code) if undoubted(as_text(cell)) else code

    parsed = each(cells, read)
    _by_label(cells, parsed, codes, codes.__getitem__)
    return parsed


_YES = ("yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "sí", "sì", "s", "x", "checked",
        "present", "wahr", "vrai", "verdadero", "vero", "✓", "✔", "☑")  # fmt: skip
_NO = ("no", "n", "false", "0", "nein", "non", "unchecked", "absent", "none", "never", "falsch",
       "faux", "falso", "☐")  # fmt: skip
YES_NO = {fold(word): word in _YES for word in (*_YES, *_NO)}

_NEITHER = unread(
    "This is neither yes nor no.", "Write yes or no, without further words, or 1 or 0."
)
_SAY = "Write yes and no (or 1 for yes and 0 for no) in this column."
_WHICH_CODE = unread("The column holds the code 2, so what 1 and 2 mean cannot be known.", _SAY)
_MINUS = unread(
    "Some programs write -1 for yes, others for no value, so what it means cannot be known.",
    "If it means yes, say so under Columns on the page Data.",
)
_FRENCH = frozenset(fold(word) for word in ("oui", "non", "n", "vrai", "faux"))
_CODE = re.compile(r"[0-9]{1,3}(?:[.,][0-9]+)?")
_LETTER_O = unread(
    "This is the letter O: it may stand for zero, or for the French oui.",
    "Write yes or no, or 1 or 0.",
)


def parse_yes_no(
    cells: Sequence[Cell],
    also: Mapping[str, bool] | None = None,
    assumed: Mapping[str, bool] | None = None,
    no_value: Collection[str] = (),
) -> Parsed:
    """Read yes and no, as words, signs or 1 and 0.

    A column with other codes than 0 and 1 is asked about: some mean yes and no by 1 and 2, others
    no and yes (R's status: 1 censored, 2 dead), and of 1 to 5 the 1 may be "not related".

    Parameters
    ----------
    also, assumed : mapping of str to bool, optional
        Folded words of this column; those of ``assumed`` are said to be an assumption.
    no_value : collection of str
        Numbers by which programs write that there is no value: they make no code doubtful.
    """
    words = {**YES_NO, **(also or {}), **(assumed or {})}
    unclear = _unclear({_whole(cell) for cell in cells}, no_value)

    def said(word: str) -> bool | Assumed:
        return _likely(words[word]) if assumed and word in assumed else words[word]

    def read(cell: Cell) -> bool | Unread | Assumed:
        word = _whole(cell)
        if word in unclear:
            return unclear[word]
        if word not in words:
            return _NEITHER
        return in_doubt(said(word)) if undoubted(as_text(cell)) else said(word)

    parsed = each(cells, read)
    _by_label(cells, parsed, words, said)
    return parsed


def _unclear(here: Collection[str], no_value: Collection[str]) -> dict[str, Unread]:
    """Give what cannot be read in a column that holds some folded cells, and why."""
    unclear = {"-1": _MINUS}
    if not _FRENCH.intersection(here) or (YES_NO.keys() & here) - _FRENCH - {"o"}:
        unclear["o"] = _LETTER_O
    codes = {word for word in here if _CODE.fullmatch(word)} - {"0", "1"}
    doubtful = sorted(codes.difference(no_value))
    if "2" in doubtful:
        unclear |= dict.fromkeys(("0", "1", "2"), _WHICH_CODE)
    elif doubtful and {"0", "1"}.intersection(here):
        others = unread(
            f"The column holds other codes than 0 and 1 (such as {doubtful[0]}), so what its codes "
            "mean cannot be known.",
            f"Say under Columns on the page Data what each code means. {_SAY}",
        )
        unclear |= dict.fromkeys(("0", "1", *doubtful), others)
    return unclear


def _likely(yes: bool) -> Assumed:
    problem = (
        f"This was read as {'yes' if yes else 'no'}: possible or more likely counts as yes, "
        "unlikely as no."
    )
    return Assumed(yes, Remark(problem, "Nothing, if that is meant; else write yes or no."))
