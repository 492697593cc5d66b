"""CTCAE grades as people type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from retnet_core.intake.cells.codes import labelled
from retnet_core.intake.cells.numbers import KEPT, ROMAN, Numbers
from retnet_core.intake.cells.parsed import LONGEST, Assumed, Known, Parsed, Unread, each, unread
from retnet_core.intake.sheets import Cell
from retnet_core.protocol import fold

_SEVERITIES = {
    fold(word): grade
    for grade, words in {
        1: ("mild", "minor", "leicht", "léger", "leve"),
        2: ("moderate", "mäßig", "mittel", "moderat", "modéré", "moderado"),
        3: ("severe", "severe or medically significant", "schwer", "sévère"),
        4: ("life-threatening", "life threatening", "lebensbedrohlich"),
        5: ("death", "fatal", "death related to AE", "tod", "tödlich", "décès", "muerte"),
    }.items()
    for word in words
}
_ROMAN_FIRST = re.compile(r"^(?:iv|v|i{1,3})\b", re.IGNORECASE)
_TWO_GRADES = re.compile(r"([1-5])\s*(?:/|-|–|\bor\b|\bto\b|\boder\b)\s*([1-5])", re.IGNORECASE)
_GRADE = "Write the CTCAE grade as a number, 1 to 5."
_NO_GRADE = unread("This is not a number, so it is no CTCAE grade.", _GRADE)
_SEVERITY = unread(
    "This is not a number: a word for how severe an event was is no CTCAE grade.", _GRADE
)
_BETWEEN_GRADES = unread(
    f"This names more than one grade. {KEPT}", "Write the highest grade, as one number."
)
_GRADE_CONTRADICTED = unread(
    "The grade and the word beside it contradict each other.", "Correct the cell. " + _GRADE
)
_GRADE_REMARKED = unread(
    "A grade stands here with words that are not known, so the grade may not be meant as it is.",
    _GRADE,
)


def parse_grades(cells: Sequence[Cell], names: Sequence[str] = ()) -> Parsed:
    """Read CTCAE grades: 3, "Grade 3", "III", "°3", "3 - severe".

    Parameters
    ----------
    names : sequence of str
        Names of the column, which a cell may carry.
    """
    named, numbers = Numbers("", names), Numbers("")

    def read(cell: Cell) -> Any:
        if not isinstance(cell, str) or len(cell) > LONGEST:
            found = numbers.read(cell)
            return found if isinstance(found, float) else _NO_GRADE
        text = named.without_name(cell.replace("°", "").replace("º", "").strip())
        text = _ROMAN_FIRST.sub(lambda match: ROMAN[match[0].casefold()], text)
        found = numbers.read(text)
        return found if isinstance(found, float | Assumed) else _no_plain_grade(text, found)

    return each(cells, read)


def _no_plain_grade(text: str, found: Any) -> Any:
    """Read a grade with a word beside it, or say why there is none."""
    if match := _TWO_GRADES.fullmatch(text):
        least, most = sorted(match.groups())
        known = Known(f"from {least} to {most}", least, most)
        return Unread(_BETWEEN_GRADES.remark, known if least < most else None)
    if fold(text) in _SEVERITIES:
        return _SEVERITY
    pair = labelled(text)
    if pair and pair.code.isdigit():
        meant = _SEVERITIES.get(fold(pair.label))
        if meant is None:
            return _GRADE_REMARKED
        return float(meant) if meant == int(pair.code) else _GRADE_CONTRADICTED
    return found if isinstance(found, Unread) and found.known else _NO_GRADE
