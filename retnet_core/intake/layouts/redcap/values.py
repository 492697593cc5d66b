"""What the cells of a REDCap export mean, as our columns want it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from retnet_core.intake.cells import is_missing
from retnet_core.intake.layouts.redcap.headers import Field
from retnet_core.intake.layouts.values import Mask, blanked, combine
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS

TICKED = ("1", "checked", "yes", "true")
NOT_COMPLETED = "[not completed]"
"""What stands for the time of a survey that was never finished."""
_ANSWERS = {
    "notatall": "1", "alittle": "2", "quiteabit": "3", "verymuch": "4", "verypoor": "1",
    "excellent": "7",
}  # fmt: skip
"""The answers of the EORTC's forms, folded, and the number each is circled as."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LEVEL = re.compile(r"[^0-9<>≤≥~≈%/]*([0-9]+(?:\.[0-9]+)?)(?:[^\w<>%/]*[^\W\d].*|[\s).:]*)")
_GRADES = {"1", "2", "3", "4", "5"}


def kind_of(table: str, ours: str) -> str:
    """Give the kind of one of our columns."""
    return str(about(table, ours)["kind"])


def about(table: str, ours: str) -> Mapping[str, Any]:
    """Give what is declared of one of our columns."""
    return SCHEMAS[table].columns[ours].metadata or {}


def translated(column: Column, field: Field, table: str, ours: str) -> Column:
    """Translate the cells of a column by its choices, as our column wants them."""
    kind = kind_of(table, ours)
    if table == "questionnaires" and ours == "value":
        return combine([column], functools.partial(answer, field=field))
    if kind == "number" and (field.choices or ours in ("grade", "ecog")):
        by_code = is_graded_by_code(field, ours)
        return combine([column], functools.partial(_number, field=field, by_code=by_code))
    if kind == "coded":
        return combine([column], functools.partial(_coded, field=field, table=table, ours=ours))
    if kind == "date":
        return combine([column], lambda cell: None if cell in ("", NOT_COMPLETED) else cell)
    return combine([column], lambda cell: _offered(cell, field) if cell != "" else None)


def meaning(cell: Cell, field: Field) -> Cell:
    """Give the label of a code; a cell that is none of the codes stays."""
    if field.labels:
        return cell
    text = as_text(cell)
    return field.choices.get(text) or field.choices.get(text.lstrip("0")) or cell


_NOT_OFFERED = " (no choice of the data dictionary)"
_LIKE_MISSING = re.compile(r"-[0-9]+|9{2,}|8{2,}|7{2,}")
"""Codes by which projects write that there is no value, also where no choice says so."""


def _offered(cell: Cell, field: Field) -> Cell:
    """Give the label of a code; a code that is none of the choices is not read at its face value.

    A 3 under choices 0, 1 and 2 is a slip: it must not become a grade 3.
    """
    label = meaning(cell, field)
    text = as_text(cell)
    if not field.choices or field.labels or {text, text.lstrip("0")} & {*field.choices}:
        return label
    if fold(text) in map(fold, field.choices.values()):
        return label
    if is_missing(cell) or _LIKE_MISSING.fullmatch(text):
        return label
    return f"{text}{_NOT_OFFERED}"


def _number(cell: Cell, field: Field, by_code: bool) -> Cell | None:
    """Take the one number that a label holds: "Grade 3 (severe)" is 3."""
    if cell == "":
        return None
    if by_code:
        codes = {label: code for code, label in field.choices.items()}
        return codes.get(as_text(cell), cell)
    label = _offered(cell, field)
    return label if as_text(label).endswith(_NOT_OFFERED) else _level(as_text(label)) or label


def _level(label: str) -> str | None:
    """Give the one number of a label, None where it has none, several, or a limit."""
    match = _LEVEL.fullmatch(label)
    return match[1] if match and len(_NUMBER.findall(label)) == 1 else None


def is_graded_by_code(field: Field, ours: str) -> bool:
    """Tell whether the codes of a field are CTCAE grades: 1 to 5, with words for labels."""
    return (
        ours == "grade"
        and set(field.choices) - {"0"} == _GRADES
        and not any(re.search(r"[0-9]", label) for label in field.choices.values())
    )


def _coded(cell: Cell, field: Field, table: str, ours: str) -> Cell | None:
    """Take a label; a remark in brackets goes where only the rest is a known spelling."""
    if cell == "":
        return None
    label = _offered(cell, field)
    if as_text(label).endswith(_NOT_OFFERED):
        return label
    bare = re.sub(r"\s*[(\[].*?[)\]]", "", as_text(label))
    known = {fold(word) for code, words in about(table, ours)["values"].items()
             for word in (code, *words)}  # fmt: skip
    return bare if fold(as_text(label)) not in known and fold(bare) in known else label


def answer(cell: Cell, field: Field) -> Cell | None:
    """Take an answer as circled on the form, whatever code the project gave it."""
    if cell == "":
        return None
    if not field.choices and not field.labels:
        return cell
    label = meaning(cell, field)
    circled = circled_as(as_text(label))
    if circled or not field.choices:
        return circled or cell
    codes = {text: code for code, text in field.choices.items()}
    code = codes.get(as_text(label), as_text(cell))
    taken = {circled_as(text) for text in field.choices.values()}
    return None if code in taken else code


def circled_as(label: str) -> str | None:
    """Give the number that an answer of an EORTC form is circled as."""
    return _ANSWERS.get(fold(label)) or _level(label)


# Checkboxes


def is_ticked(cell: Cell) -> bool:
    """Tell whether a checkbox's cell says that it is ticked."""
    return as_text(cell).casefold() in TICKED


def yes_or_no(column: Column, filled: Mask) -> Column:
    """Read a checkbox as yes or no; blank in the rows whose form was not filled in."""
    said = combine([column], lambda cell: None if cell == "" else _YES_NO[is_ticked(cell)])
    return blanked(said, ~filled)


_YES_NO = {True: "yes", False: "no"}


def ticked_labels(columns: Sequence[Column], fields: Sequence[Field]) -> Column:
    """Join the labels of the choices that are ticked; blank where none is."""
    joined = _ticked_label([columns[0]], fields[0])
    for column, field in zip(columns[1:], fields[1:], strict=True):
        joined = _ticked_label([column, joined], field)
    return joined


def _ticked_label(columns: Sequence[Column], field: Field) -> Column:
    def label(cell: Cell, before: Cell = "") -> Cell | None:
        said = field.choice if is_ticked(cell) else ""
        return "; ".join(word for word in (as_text(before), said) if word) or None

    return combine(columns, label)
