"""Units of results: a variable of its own, or what a name has in brackets."""

from __future__ import annotations

import re

import numpy as np

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import full_name
from retnet_core.intake.layouts.units import split
from retnet_core.intake.layouts.values import (
    Texts,
    among,
    blanked,
    combine,
    first_filled,
    texts,
)
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold

BRACKET = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")
"""What stands in brackets at the end of PARAM, most often the unit."""
_OF_TEST = re.compile(r"\S*[/%^*]\S*|10\S* \S*/\S+")
"""What looks like the unit of a test, unlike a remark such as (Blood)."""
_YEARS = ("years", "year", "yrs", "yr")
_MM = "mm"


def with_name(stated: Column, name: Column) -> Column:
    """Give the unit of a laboratory test: as stated, else the one in brackets in its name."""
    return combine([stated, name], _unit_of_test)


def _unit_of_test(stated: Cell, name: Cell) -> Cell | None:
    if stated != "":
        return stated
    bracket = BRACKET.search(as_text(name))
    return bracket[1] if bracket and _OF_TEST.fullmatch(bracket[1]) else None


def in_millimetres(data: Dataset, value: Column, unit: Column, unit_name: str) -> Column:
    """Give sums of diameters their unit; the numbers stay as typed.

    The unit is that of its variable, else the one that the name of the parameter, or the header,
    says. Sums in a unit that is not known, or of which two units are named, are set aside.

    Parameters
    ----------
    unit_name : str
        The variable of the unit, for findings.
    """
    stated = texts(combine([unit], _folded))
    in_name = texts(combine([full_name(data)], lambda cell: split(as_text(cell)).unit or None))
    in_header = np.array([split(value.header_of(row)).unit for row in range(len(data.rows))])
    filled = texts(value) != ""
    _leave_out_two_units(data, unit, filled, stated, np.where(in_name != "", in_name, in_header))
    words = np.where(stated != "", stated, np.where(in_name != "", in_name, in_header))
    data.leave_out(
        ~among(words, ["", _MM, *CONVERSIONS[_MM]]),
        unit,
        "The sum of diameters is in a unit that is not known; the row was set aside.",
        "Give it in mm or cm.",
        to_look_up=True,
    )
    bare = np.array([cell[-1:].isdigit() for cell in texts(value)], dtype=bool)
    if ((words == "") & bare & data.kept).any():
        data.note(
            Severity.ASSUMED,
            value.header,
            f"Sums of diameters without a unit ({unit_name}) were taken as millimetres, the unit "
            "of RECIST.",
            f"Nothing, if that is so; else write the unit in {unit_name}.",
        )
    return _in_units(value, np.where(words == _MM, "", words))


def _folded(cell: Cell) -> Cell | None:
    """Name the unit that a cell says, or give its own word."""
    return unit_of(as_text(cell)) or fold(as_text(cell)) or cell or None


def _leave_out_two_units(
    data: Dataset, unit: Column, filled: Texts, stated: Texts, named: Texts
) -> None:
    """Set sums aside whose name says another unit than their variable does."""
    differ = filled & (stated != "") & (named != "") & (stated != named)
    pairs = dict.fromkeys(zip(named[differ], stated[differ], strict=True))
    for said, other in pairs:
        data.leave_out(
            differ & (named == said) & (stated == other),
            unit,
            f"The name of the parameter says {said} and {unit.header} says {other} for this sum of "
            "diameters. Which unit is right? The row was set aside.",
            f"Correct {unit.header} or the name, and upload again.",
            to_look_up=True,
        )


def _in_units(value: Column, units: Texts) -> Column:
    """Say of each row in which unit its number is, "" for ours."""
    several = dict.fromkeys(units) or [""]
    return first_filled([blanked(value, units != one).in_unit(one) for one in several])


def in_years(data: Dataset) -> Column:
    """Take ages in years; others are emptied."""
    age, unit = data.of("AGE") or data.blank(), data.of("AGEU") or data.blank()
    words = texts(combine([unit], lambda cell: fold(as_text(cell))))
    words = np.where(words != "", words, split(age.header).unit)
    wrong = (texts(age) != "") & ~among(words, ["", *_YEARS])
    data.tell(
        Severity.SET_ASIDE,
        wrong,
        unit if unit.header else age,
        "The age is not in years (AGEU). The age was emptied, the row is kept.",
        "Give the age in years.",
    )
    return blanked(age, wrong)
