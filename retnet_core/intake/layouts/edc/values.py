"""What an item says: its own cell, the text as typed, the code and the parts of a date together.

Where they say different things, none is believed: both are handed over as one cell ("M or female"),
which no column can read, so that it is emptied and asked about.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from retnet_core.intake.cells import CONVERSIONS, parse_dates, parse_numbers, parse_yes_no
from retnet_core.intake.findings import LISTED, Severity
from retnet_core.intake.layouts.edc.form import Form, Item
from retnet_core.intake.layouts.eortc import circled_as
from retnet_core.intake.layouts.values import Mask, blanked, combine, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold, recognise_arm
from retnet_core.tables import about

Meaning = Callable[[Cell], Any]
"""Gives what a cell says, None where that is not known."""

Rule = Callable[..., tuple[Cell | None, str]]
"""Takes the own cell, the code and the text as typed; gives the cell, and what is to be said."""

_BARE = re.compile(r"[0-9]+(?:\.0+)?")
_SHORT = re.compile(r"[A-Za-z]|[0-9]+(?:\.0+)?")
_SAS_TIME = re.compile(r"([0-9]{1,2}[A-Za-z]{3}[0-9]{4}):[0-9:.]+")
_COMPACT_TIME = re.compile(r"((?:19|20)[0-9]{6})[0-9]{4}(?:[0-9]{2})?")
_PARTIAL = re.compile(r"\b(?:un|unk|xx|nk)\b|^un[a-z]{3}[0-9]{4}$", re.IGNORECASE)
_ORDERS = ("25/12/2000", "12/25/2000")
"""Beside a date of two readings, a date that decides for day or month first."""
_OR = " or "
ARMS = ("arm", "arm_received")
GRADED = ("grade", "ecog")
"""Columns of numbers that have labels."""


def meaning_of(table: str, ours: str, coded: bool = False) -> Meaning:
    """Give what tells whether two cells of one of our columns say the same.

    Parameters
    ----------
    coded : bool
        Cells are labels of codes: one with a single number means that number.
    """
    declared = about(table, ours)
    kind = declared.kind
    if ours in ARMS:
        return lambda cell: recognise_arm(as_text(cell))
    if kind == "number":
        read = _level if coded or ours in GRADED else _number
        return functools.partial(read, unit=declared.unit)
    if kind == "yes_no":
        return lambda cell: parse_yes_no([cell]).values[0]
    if kind == "date":
        return lambda cell: parse_dates([cell]).values[0]
    if kind == "coded":
        codes = {fold(word): code for code, words in declared.values.items()
                 for word in (code, *words)}  # fmt: skip
        return lambda cell: codes.get(fold(as_text(cell)))
    return lambda cell: None


def _number(cell: Cell, unit: str = "") -> float | None:
    value: float | None = parse_numbers([cell], unit).values[0]
    return value


def _level(cell: Cell, unit: str = "") -> float | None:
    """Read the one number of a label: "Grade 3 (severe)" is 3."""
    value = _number(cell, unit)
    level = circled_as(as_text(cell)) if value is None else None
    return float(level) if level else value


def column_of(form: Form, item: Item, table: str, ours: str) -> Column:
    """Take an item of a form for one of our columns, and say what of it is assumed."""
    if about(table, ours).kind == "date":
        return _date_column(form, item)
    own, code = form.layer(item, "own"), form.layer(item, "code")
    label, raw = form.layer(item, "label"), form.layer(item, "raw")
    if label is not None:  # the item holds the code then
        own, code = label, own or code
    labels = form.project.labels_of(form.sheet.title, item.name)
    if labels and own is not None and code is None:
        # A label says what its code does; only numbers may have to be taken from the code.
        code = own if about(table, ours).kind == "number" else None
        own = combine([own], lambda cell: labels.get(as_text(cell), cell) or None)
    unit = about(table, ours).unit if about(table, ours).kind == "number" else ""
    of_item = form.layer(item, "unit") if unit else None
    if of_item is None and unit in CONVERSIONS:  # the unit of an age is read with the patient's
        of_item = form.unit_item(item)
    if of_item:
        of_code = form.layer(item, "code unit")
        own, raw = _in_unit(own, of_item), _in_unit(raw, of_item)
        code = _in_unit(code, of_code) if of_code else None  # in which unit it is nobody knows
    layers = _named(form, [own, code, raw])
    if table == "questionnaires" and ours == "value":
        return _told(form, layers, _answer)[0]
    meaning = meaning_of(table, ours, coded=code is not None)
    rule: Rule = functools.partial(_code_rule, meaning)
    if about(table, ours).kind == "number":
        rule = functools.partial(_number_rule, meaning, unit)
    found, clash = _told(form, layers, rule)
    # An arm of any name is an arm: what is asked about must not become one.
    return blanked(found, clash) if ours in ARMS else found


def _in_unit(column: Column | None, unit: Column) -> Column | None:
    """Write beside each number the unit that an item of its own gives."""

    def rule(cell: Cell, of: Cell) -> Cell | None:
        bare = cell != "" and of != "" and as_text(cell)[-1].isdigit()
        return f"{as_text(cell)} {as_text(of)}" if bare else cell if cell != "" else None

    return combine([column, unit], rule) if column else None


def text_of(form: Form, item: Item) -> Column:
    """Take an item of words."""
    return column_of(form, item, "assessments", "visit")


def _named(form: Form, layers: Sequence[Column | None]) -> list[Column]:
    """Give layers that the sheet does not have the header of one that it has."""
    blank = form.blank().named(next((one.header for one in layers if one), ""))
    return [one or blank for one in layers]


CLASH, BY_LABEL, BY_CODE = "clash", "by label", "by code"
_SAY = {
    CLASH: (
        Severity.SET_ASIDE,
        "The label, the code and the text as typed of this item say different things; none of "
        "them was used.",
        "Find out in the source which is right, and correct the item.",
    ),
    BY_LABEL: (
        Severity.ASSUMED,
        "The code of this item is a number whose meaning is not known or not that of its label; "
        "the label was used.",
        "Nothing, if the labels are right.",
    ),
    BY_CODE: (
        Severity.ASSUMED,
        "The labels of this item are words and its codes are numbers; the codes were taken for "
        "the numbers that are meant.",
        "Nothing, if that is so; else choose the right column.",
    ),
}


def _told(form: Form, layers: list[Column], rule: Rule) -> tuple[Column, Mask]:
    """Apply a rule to the layers of an item, say what it did, and tell where they clash."""
    found = combine(layers, lambda *cells: rule(*cells)[0])
    said = texts(combine(layers, lambda *cells: rule(*cells)[1] or None))
    for word, (severity, problem, remedy) in _SAY.items():
        listed = LISTED if word == CLASH else 1
        form.tell(severity, said == word, found, problem, remedy, listed)
    return found, said == CLASH


def _code_rule(meaning: Meaning, own: Cell, code: Cell, raw: Cell) -> tuple[Cell | None, str]:
    """Take the code where it means something, else the label."""
    worded = own != "" and not _BARE.fullmatch(as_text(own))
    cells = [one for one in (code, own, raw)
             if one != "" and not (worded and _BARE.fullmatch(as_text(one)))]  # fmt: skip
    known = {meaning(one): one for one in reversed(cells) if meaning(one) is not None}
    if len(known) > 1:
        return _OR.join(as_text(one) for one in reversed(known.values())), CLASH
    if known:
        chosen = next(iter(known.values()))
    else:
        longer = [one for one in cells if not _SHORT.fullmatch(as_text(one))]
        chosen = next(iter([*longer, *cells]), "")
    dropped = worded and code != "" and code not in cells
    return (None if chosen == "" else chosen), BY_LABEL if dropped else ""


def _number_rule(
    meaning: Meaning, unit: str, own: Cell, code: Cell, raw: Cell
) -> tuple[Cell | None, str]:
    """Take the number that the code, the label and the text as typed agree on."""
    cells = [one for one in (code, own, raw) if one != ""]
    known = {meaning(one): one for one in reversed(cells) if meaning(one) is not None}
    if len(known) > 1:
        return _OR.join(as_text(one) for one in reversed(known.values())), CLASH
    if not known:
        return (own if own != "" else next(iter(cells), None)), ""
    number, cell = next(iter(known.items()))
    by_code = own != "" and meaning(own) is None
    return (number if _number(cell, unit) is None else cell), BY_CODE if by_code else ""


def _answer(own: Cell, code: Cell, raw: Cell) -> tuple[Cell | None, str]:
    """Take an answer as circled on the form, whatever its code."""
    circled = circled_as(as_text(own)) if own != "" else None
    if circled is None:
        by_code = own != "" and (code != "" or (raw not in ("", own) and _number(raw) is not None))
        taken = next((one for one in (code, own, raw) if one != ""), None)
        return taken, BY_CODE if by_code else ""
    other = any(one != "" and _number(one) not in (None, float(circled)) for one in (code, raw))
    return circled, BY_LABEL if other else ""


# Dates


def _date_column(form: Form, item: Item) -> Column:
    layers = _named(
        form, [form.layer(item, what) for what in ("own", "raw", "year", "month", "day")]
    )
    found = combine(layers, lambda *cells: _date(*cells)[0])
    said = texts(combine(layers, lambda *cells: _date(*cells)[1] or None))
    form.tell(
        Severity.SET_ASIDE,
        said == CLASH,
        found,
        "The date, the text as typed and the parts of the date say different days; none of them "
        "was used.",
        "Find out in the source which is right, and correct the item.",
    )
    form.tell(
        Severity.ASSUMED,
        said == _FILLED_IN,
        found,
        "Part of the date was not known when it was typed, and was filled in before the export: it "
        "was taken as it stands.",
        "Nothing, if the analysis plan says so; else leave the date blank.",
        listed=1,
    )
    return found


_FILLED_IN = "filled in"


def _date(own: Cell, raw: Cell, year: Cell, month: Cell, day: Cell) -> tuple[Cell | None, str]:
    """Take the whole date; its parts where only they are whole; else what there is of it."""
    own, raw = _without_time(own), _without_time(raw)
    parts = _of_parts(year, month, day)
    readings = [found for found in (_readings(own), _readings(raw), parts and {parts}) if found]
    common = set.intersection(*readings) if readings else set()
    if readings and not common:
        shown = [as_text(one) for one in (own, raw, parts or "") if one != "" and _readings(one)]
        return _OR.join(shown), CLASH
    if parts:
        return parts, ""
    typed = raw != "" and bool(_PARTIAL.search(as_text(raw)))
    if own != "" and _readings(own):
        if len(common) == 1 and len(_readings(own)) > 1:
            return common.pop(), ""
        return own, _FILLED_IN if typed else ""
    if raw != "" and _readings(raw):
        return raw, ""
    left = "-".join(as_text(one) for one in (year, month, day) if one != "")
    return next((one for one in (own, raw, left) if one != ""), None), ""


def _readings(cell: Cell) -> set[dt.date]:
    """Give the days that a cell can mean: none, one, or two where day and month can be turned."""
    if cell == "":
        return set()
    found = {parse_dates([cell, order]).values[0] for order in _ORDERS}
    return {one for one in found if one is not None}


def _of_parts(year: Cell, month: Cell, day: Cell) -> dt.date | None:
    """Put a date together of which all parts are there."""
    words = [as_text(one) for one in (year, month, day)]
    if not all(words):
        return None
    numbers = all(_BARE.fullmatch(word) for word in words)
    text = "-".join(words) if numbers else " ".join(reversed(words))
    found: dt.date | None = parse_dates([text]).values[0]
    return found


def _without_time(cell: Cell) -> Cell:
    """Take the time off a date as SAS and secuTrial write it."""
    if not isinstance(cell, str):
        return cell
    match = _SAS_TIME.fullmatch(cell) or _COMPACT_TIME.fullmatch(cell)
    return match[1] if match else cell
