"""What a form says of its patients, before the forms are joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.edc.form import Form, Item
from retnet_core.intake.layouts.edc.names import (
    ALIVE,
    AT_BASELINE,
    DEAD,
    FOLLOW_UP,
    STATUS,
)
from retnet_core.intake.layouts.edc.tables import matches, taken
from retnet_core.intake.layouts.edc.values import text_of
from retnet_core.intake.layouts.values import (
    among,
    blanked,
    combine,
    first_filled,
    texts,
    without_absent,
)
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold

_BASELINE = re.compile(r"\b(?:screen|baseline|enrol)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Facts:
    """What a form says of its patients.

    Attributes
    ----------
    columns : dict of str to Column
        By our columns.
    dead : Column or None
        Days of follow-ups that say that the patient had died.
    """

    columns: dict[str, Column]
    dead: Column | None


def facts_of(form: Form) -> Facts:
    """Take what a form says of its patients."""
    columns, dead = {}, None
    for ours, items in matches(form, "patients", named=form.is_named).items():
        if ours == "last_contact_date":
            columns[ours], dead = _contact(form, items)
        else:
            columns[ours] = taken(form, "patients", items, ours)
    for ours in AT_BASELINE:
        if ours in columns:
            columns[ours] = _at_baseline(form, columns[ours], ours)
    if "age" in columns:
        columns["age"] = _in_years(form, columns["age"])
    site = form.site()
    if site and "site" not in columns:
        columns["site"] = site
    return Facts({ours: without_absent(column) for ours, column in columns.items()}, dead)


def _at_baseline(form: Form, column: Column, ours: str) -> Column:
    """Leave out what was seen at later visits, where some are said to be at baseline."""
    visit = form.visit()
    filled = column.codes != BLANK
    if visit is None:
        return column
    first = [bool(_BASELINE.search(as_text(cell))) for cell in visit.values]
    early = np.array([*first, False], dtype=bool)[visit.codes]
    if not (early & filled).any():
        return column
    form.tell(
        Severity.NOTE,
        filled & ~early,
        column,
        f"This is {ours} of a visit other than screening or baseline; it is not used.",
        "Nothing, if that is so.",
        listed=1,
    )
    return blanked(column, ~early)


def _contact(form: Form, items: Sequence[Item]) -> tuple[Column, Column | None]:
    """Take the last day known alive; the day of a follow-up only where the patient was alive.

    Returns
    -------
    column : Column
    dead : Column or None
        Days of follow-ups that say that the patient had died.
    """
    follow_up = [one for one in items if one.name.upper() in FOLLOW_UP]
    sure = [one for one in items if one not in follow_up]
    columns = [taken(form, "patients", sure, "last_contact_date")] if sure else []
    dead = None
    if follow_up:
        days = taken(form, "patients", follow_up, "last_contact_date")
        alive, dead = _by_status(form, days)
        columns.append(alive)
    return first_filled(columns), dead


def status_of(form: Form) -> Column | None:
    """Take whether the patient was alive."""
    item = next((one for one in form.items if one.name.upper() in STATUS), None)
    return text_of(form, item) if item else None


def _by_status(form: Form, days: Column) -> tuple[Column, Column | None]:
    """Divide the days of follow-ups by whether the patient was alive, or had died."""
    says = status_of(form)
    if says is None:
        form.note(
            Severity.ASSUMED,
            days.header,
            "The form does not say whether the patient was alive; the day of the follow-up was "
            "taken for a contact with a living patient.",
            "Nothing, if that is so; else export the status, or the day last known alive.",
        )
        return days, None
    words = texts(combine([says], folded))
    alive, dead = among(words, ALIVE), among(words, DEAD)
    form.tell(
        Severity.SET_ASIDE,
        ~alive & ~dead & (days.codes != BLANK),
        says,
        "The follow-up does not say that the patient was alive; its day does not count as a "
        "contact.",
        "Nothing, if that is so.",
        listed=1,
    )
    return blanked(days, ~alive), blanked(days, ~dead)


def folded(cell: Cell) -> Cell | None:
    """Fold a cell for comparison, None where nothing is left."""
    return fold(as_text(cell)) or None


def _in_years(form: Form, age: Column) -> Column:
    """Say of an age that is not in years which unit it has, so that it is not read as years."""
    unit = next((one for one in form.items if one.name.upper() == "AGEU"), None)
    if unit is None:
        return age

    def with_unit(cell: Cell, of: Cell) -> Cell | None:
        other = cell != "" and fold(as_text(of)) not in _YEARS
        return f"{as_text(cell)} {as_text(of)}" if other else cell if cell != "" else None

    return combine([age, text_of(form, unit)], with_unit)


_YEARS = ("", "year", "years", "yr", "yrs", "y", "a")
