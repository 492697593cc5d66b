"""The parser of each of our columns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from retnet_core.intake import cells
from retnet_core.intake.cells import Parsed, Remark
from retnet_core.intake.cells.missing_codes import MISSING_CODES
from retnet_core.intake.findings import LISTED
from retnet_core.intake.layouts import Part
from retnet_core.intake.mapping import Reading
from retnet_core.intake.sheets import BLANK, Cell, Column
from retnet_core.protocol import recognise_arm
from retnet_core.tables import about

ARMS = ("arm", "arm_received")
NAMES = ("patient_id", "test")
"""Columns of names, which a spelling of "missing" may be: sodium is Na, a patient may be ND."""
_LIKELIHOODS = {
    **dict.fromkeys(("possible", "possibly", "probable", "probably", "likely", "verylikely",
                     "highlyprobable", "definite", "definitely", "certain"), True),
    **dict.fromkeys(("unlikely", "doubtful", "remote"), False),
}  # fmt: skip
_YES_NO_WORDS: dict[str, dict[str, bool]] = {
    "related": {"related": True, "notrelated": False, "unrelated": False, "nonrelated": False},
    "serious": {"serious": True, "notserious": False, "nonserious": False, "sae": True},
    "event": {
        **dict.fromkeys(("event", "dead", "died", "deceased", "death", "deadofdisease",
                         "deadwithtumor", "deadwithtumour", "relapse", "relapsed", "recurrence",
                         "recurred", "progression", "progressed", "progressivedisease",
                         "recurredprogressed", "failure"), True),
        **dict.fromkeys(("noevent", "eventfree", "censored", "censor", "alive", "living",
                         "aliveordeadtumorfree", "relapsefree", "norelapse", "recurrencefree",
                         "norecurrence", "progressionfree", "noprogression", "notprogressed",
                         "diseasefree"), False),
    },
    "functional": {"functional": True, "functioning": True, "nonfunctional": False,
                   "nonfunctioning": False, "notfunctional": False},
    "symptomatic": {"symptomatic": True, "asymptomatic": False},
    "treated": {"treated": True, "nottreated": False, "untreated": False},
    "evaluable": {"evaluable": True, "notevaluable": False, "inevaluable": False, "ne": False},
}  # fmt: skip
_INITIALS = {
    "grade": ("g", "gr", "ctc", "ctcae", "nci ctc", "grad", "ctc grade"),
    "item": ("q",),
    "cycle": ("c",),
}


def parser_of(part: Part, name: str, reading: Reading) -> Callable[[Sequence[Cell]], Parsed]:
    """Choose the parser of a column."""
    table = part.table
    declared = about(table, name)
    kind = declared.kind
    if kind == "date":
        return functools.partial(_parse_dates, raw=part.columns[name], order=reading.dates)
    if kind == "number":
        names = (name, *declared.aliases, *_INITIALS.get(name, ()))
        if (table, name) == ("adverse_events", "grade"):
            return functools.partial(cells.parse_grades, names=names)
        return functools.partial(
            cells.parse_numbers,
            unit=declared.unit,
            names=names,
            given=reading.unit or part.columns[name].units,  # what the user says wins
            elsewhere=functools.partial(_decimal_comma, part),
        )
    if kind == "coded":
        return functools.partial(cells.parse_codes, values=declared.values)
    if kind == "yes_no":
        assumed = _LIKELIHOODS if name == "related" else None
        return functools.partial(
            cells.parse_yes_no,
            also=_YES_NO_WORDS.get(name),
            assumed=assumed,
            no_value=MISSING_CODES,
        )
    if name in ARMS:
        return _parse_arms
    if name in NAMES:
        missing = cells.ABSENT - {"na"} if name == "test" else cells.ABSENT
        return functools.partial(cells.parse_text, missing=missing)
    return cells.parse_text


def _decimal_comma(part: Part) -> str:
    """Name a cell with a decimal comma in a column of numbers of the sheet, "" if there is none."""
    for raw in (*part.columns.values(), *part.unused.values()):
        used = [raw.values[code] for code in np.unique(raw.codes).tolist() if code != BLANK]
        shown = next(filter(cells.is_decimal_comma, used), None)
        if shown is not None and not cells.parse_numbers(used).emptied:
            return f"'{shown}' under '{raw.header}'"
    return ""


def _parse_dates(values: Sequence[Cell], raw: Column, order: cells.DateOrder) -> Parsed:
    """Read dates; a cell that no row of the table holds (above the headers) decides nothing."""
    held = set(raw.codes.tolist())
    return cells.parse_dates(
        [cell if code in held else "" for code, cell in enumerate(values)], order
    )


def _parse_arms(values: Sequence[Cell]) -> Parsed:
    """Read arms: RETNET's by any spelling, others under the name they come with."""
    parsed = cells.parse_text(values)
    for at, label in enumerate(parsed.values):
        known = recognise_arm(label) if label else None
        if known:
            parsed.values[at] = known
            if label[-1] in "?*":
                parsed.assumed[at] = Remark(
                    f"'{label}' was read as {known}; the mark after it says that somebody doubts "
                    "it.",
                    "Look the arm up in the source, and write it without the mark.",
                )
        elif label:
            # A column of free text, taken for arms, must not drown the other findings.
            named = f"'{label}'" if len(values) <= LISTED else "A label"
            parsed.assumed[at] = Remark(
                f"{named} is no arm of RETNET; it was kept as an arm of this name.",
                "Nothing, if that is meant; else write TAE, cTACE or DEB-TACE.",
            )
    return parsed
