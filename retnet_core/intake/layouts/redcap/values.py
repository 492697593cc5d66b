"""What the cells of a REDCap export mean, as our columns want it."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from retnet_core.intake.cells import is_missing
from retnet_core.intake.layouts.eortc import circled_as, level_of
from retnet_core.intake.layouts.redcap.choices import (
    is_marked,
    is_ticked,
    offered,
    says_nothing,
)
from retnet_core.intake.layouts.redcap.headers import Field
from retnet_core.intake.layouts.values import Mask, blanked, combine
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import about

NOT_COMPLETED = "[not completed]"
"""What stands for the time of a survey that was never finished."""
_CIRCLED = ({"1", "2", "3", "4"}, {"1", "2", "3", "4", "5", "6", "7"})
_GRADES = {"1", "2", "3", "4", "5"}
_MILD, _WORST = ("mild",), ("death", "dead", "fatal", "lethal", "died")


def kind_of(table: str, ours: str) -> str:
    """Give the kind of one of our columns."""
    return about(table, ours).kind


def translated(column: Column, field: Field, table: str, ours: str) -> Column:
    """Translate the cells of a column by its choices, as our column wants them."""
    kind = about(table, ours).kind
    if table == "questionnaires" and ours == "value":
        return combine([column], functools.partial(answer, field=field))
    if kind == "number" and (field.choices or ours in ("grade", "ecog")):
        by_code = is_graded_by_code(field, ours)
        return combine([column], functools.partial(_number, field=field, by_code=by_code))
    if kind == "coded":
        return combine([column], functools.partial(_coded, field=field, table=table, ours=ours))
    if kind == "date":
        return combine([column], lambda cell: None if cell in ("", NOT_COMPLETED) else cell)
    return combine([column], lambda cell: offered(cell, field) if cell != "" else None)


def _number(cell: Cell, field: Field, by_code: bool) -> Cell | None:
    """Take the one number that a label holds: "Grade 3 (severe)" is 3."""
    if cell == "":
        return None
    label = offered(cell, field)
    if by_code:
        codes = {label: code for code, label in field.choices.items()}
        return codes.get(as_text(label), label)
    return label if is_marked(label) else level_of(as_text(label)) or label


def is_graded_by_code(field: Field, ours: str) -> bool:
    """Tell whether the codes of a field are CTCAE grades: 1 to 5, with words for labels."""
    if ours != "grade" or set(field.choices) - {"0"} != _GRADES:
        return False
    words = {code: label.casefold() for code, label in field.choices.items()}
    turned = any(word in words["1"] for word in _WORST) or any(word in words["5"] for word in _MILD)
    return not turned and not any(re.search(r"[0-9]", label) for label in words.values())


def _coded(cell: Cell, field: Field, table: str, ours: str) -> Cell | None:
    """Take a label; a remark in brackets goes where only the rest is a known spelling."""
    if cell == "":
        return None
    label = offered(cell, field)
    if is_marked(label):
        return label
    bare = re.sub(r"\s*[(\[].*?[)\]]", "", as_text(label))
    known = {fold(word) for code, words in about(table, ours).values.items()
             for word in (code, *words)}  # fmt: skip
    return bare if fold(as_text(label)) not in known and fold(bare) in known else label


def answer(cell: Cell, field: Field) -> Cell | None:
    """Take an answer as circled on the form, whatever code the project gave it."""
    if cell == "":
        return None
    label = offered(cell, field)
    if is_marked(label) or says_nothing(as_text(label)):
        return None if is_missing(label) else label
    if is_answered_by_code(field):
        codes = {text: code for code, text in field.choices.items()}
        return codes.get(as_text(label), label)
    is_worded = bool(field.choices) or field.cells == "labels"
    return (circled_as(as_text(label)) if is_worded else None) or label


def is_answered_by_code(field: Field) -> bool:
    """Tell whether the codes of a field are what is circled: words that are not the EORTC's."""
    words = {code: label for code, label in field.choices.items() if not says_nothing(label)}
    return set(words) in _CIRCLED and not any(map(circled_as, words.values()))


# Checkboxes


def yes_or_no(column: Column, field: Field, filled: Mask, blank_is_no: bool) -> Column:
    """Read a checkbox as yes or no; blank in the rows whose form was not filled in."""

    def said(cell: Cell) -> Cell | None:
        if cell == "":
            return "no" if blank_is_no else None
        ticked = is_ticked(cell, field)
        return cell if ticked is None else _YES_NO[ticked]

    return blanked(combine([column], said), ~filled)


_YES_NO = {True: "yes", False: "no"}


def ticked_labels(columns: Sequence[Column], fields: Sequence[Field]) -> Column:
    """Join the labels of the choices that are ticked; blank where none is."""
    joined = _ticked_label([columns[0]], fields[0])
    for column, field in zip(columns[1:], fields[1:], strict=True):
        joined = _ticked_label([column, joined], field)
    return joined


def _ticked_label(columns: Sequence[Column], field: Field) -> Column:
    def label(cell: Cell, before: Cell = "") -> Cell | None:
        ticked = is_ticked(cell, field) if cell != "" else False
        said = as_text(cell) if ticked is None else field.choice if ticked else ""
        return "; ".join(word for word in (as_text(before), said) if word) or None

    return combine(columns, label)
