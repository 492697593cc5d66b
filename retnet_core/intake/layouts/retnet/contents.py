"""What the cells of a numbered column are, where its header gives the number alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retnet_core.intake.cells import ABSENT, is_missing, parse_dates
from retnet_core.intake.cells.missing_codes import MISSING_CODES, is_code
from retnet_core.intake.mapping import DATE_ORDERS
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold, recognise_arm
from retnet_core.tables.assessments import RESPONSES

_NO_VALUE = ABSENT | {"nd", "n.d.", "not done", "not applicable", "nicht durchgeführt"}
"""Cells that say nothing. One that says that something is unknown says that there was something."""
_NONE = {"none", "never", "nil", "keine", "kein", "keiner", "aucun", "aucune", "ninguno", "ninguna",
         "not performed", "not given"}  # fmt: skip
_NO = {"0", "no", "nein", "non"}
_RESPONSE_WORDS = {fold(word) for code, words in RESPONSES.items() for word in (code, *words)}


def never_of(table: str, ours: str) -> frozenset[str]:
    """Give the cells, in small letters, that say that there was none: no row is made of them."""
    if table == "labs" or ours.startswith("new_") or ours == "evaluable":
        return _NO_VALUE
    return _NO_VALUE | _NONE if table == "assessments" else _NO_VALUE | _NONE | _NO


def content_of(table: str, column: Column) -> str:
    """Tell by its cells which of our columns one is whose header gives the number alone."""
    never = never_of(table, "")
    filled = np.unique(column.codes[column.codes != BLANK])  # the header is among the values too
    given = [column.values[code] for code in filled.tolist()]
    cells = [one for one in given if as_text(one).casefold() not in never]
    words = [as_text(one) for one in cells]
    if table == "adverse_events":
        return "term" if cells and not any(_is_number_or_date(one) for one in cells) else ""
    if _are_dates(cells):
        return "date"  # what is none among them is told when it is read
    if table == "assessments" and cells and all(fold(word) in _RESPONSE_WORDS for word in words):
        return "overall_response"
    if table == "embolizations" and cells and all(map(recognise_arm, words)):
        return "technique"
    return ""


def is_dated(column: Column) -> bool:
    """Tell a column of which most cells are dates."""
    filled = np.unique(column.codes[column.codes != BLANK])
    given = [column.values[code] for code in filled.tolist()]
    return _are_dates([one for one in given if not is_missing(one)])


def _are_dates(cells: Sequence[Cell]) -> bool:
    """Tell cells of which most are dates, codes for no value left out."""
    days = [one for one in cells if not is_code(one, MISSING_CODES)]
    return bool(days) and 2 * sum(map(_is_date, days)) > len(days)


def _is_date(cell: Cell) -> bool:
    """Tell a date, be it one that can be read two ways."""
    if isinstance(cell, float | bool):
        return False
    return any(parse_dates([cell], order).values[0] is not None for order in DATE_ORDERS.values())


def _is_number_or_date(cell: Cell) -> bool:
    return not isinstance(cell, str) or cell.replace(".", "", 1).isdigit() or _is_date(cell)
