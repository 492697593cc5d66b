"""The times of an endpoint: in our units, of all patients or of none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from retnet_core.intake.cells import is_missing, parse_numbers
from retnet_core.intake.cells.units import TIMES
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.survival_table import codes as status
from retnet_core.intake.layouts.survival_table.columns import Columns
from retnet_core.intake.layouts.survival_table.pairs import Pair
from retnet_core.intake.layouts.values import Mask, among, numbers, texts
from retnet_core.intake.sheets import BLANK, Column
from retnet_core.protocol import DAYS_PER_MONTH, fold
from retnet_core.trial import join_words
from retnet_core.wording import count

UNITS = ("avalu", "unit", "units", "timeunit", "timeunits", "unitoftime")
"""Headers, folded, of a column of units."""
_ROUNDED = 31
"""Days by which times in days and in rounded months may differ."""
_ENOUGH = 3
"""Rows of one code, none of which has a time, that show that their times stand elsewhere."""


def in_our_units(table: Columns, pair: Pair, rows: Mask) -> dict[str, Column]:
    """Take the times of an endpoint, as days and as months; none where they are not sure."""
    found = {}
    for one in pair.times:
        column = table.column(one.at).take(rows)
        unit = one.unit or _unit_beside(table)
        if not unit:
            _ask_for_unit(table, column)
            continue
        ours = "months" if unit == "months" else "days"
        named = units.Named(one.title, unit, unit)
        taken, said = units.in_our_unit(
            column, named, "time_to_event", ours, table.sheet.name
        )  # fmt: skip
        table.findings += said
        if taken is not None:
            found[ours] = taken
    return found if _agree(table, found) else {}


def _agree(table: Columns, found: Mapping[str, Column]) -> bool:
    """Tell whether days and months, where both are given, are the same times; say so if not."""
    if len(found) < 2:
        return True
    days, months = (numbers(found[unit], unit) for unit in ("days", "months"))
    both = (days >= 0) & (months >= 0)  # what is below 0 is no time
    apart = np.abs(days - months * DAYS_PER_MONTH) > _ROUNDED
    if not (apart & both).any():
        return True
    named = join_words([f"'{one.header}'" for one in found.values()])
    table.say(
        Severity.SET_ASIDE, "time_to_event", found["days"].header,
        f"{named} were taken for the same times in days and in months, but they differ in "
        f"{count(int((apart & both).sum()), 'row')}: which is the time of this endpoint was "
        "not guessed, and neither was read.",
        "Give one of the two another name, or leave it out.",
    )  # fmt: skip
    return False


def _unit_beside(table: Columns) -> str:
    """Give the unit that a column of units says in every row, "" where there is none."""
    for at, title in enumerate(table.titles):
        if fold(title) in UNITS:
            told = status.counts_of(table.column(at), table.usable)
            known = {units.known(text).unit for text in told}
            if len(known) == 1 and known <= set(TIMES):
                return known.pop()
    return ""


def _ask_for_unit(table: Columns, column: Column) -> None:
    used = [column.values[code] for code in np.unique(column.codes) if code != BLANK]
    known = [one for one in parse_numbers(used).values if one is not None]
    shown = (
        f"values from {min(known):,g} to {max(known):,g}: days? months?"
        if known
        else "days? months?"
    )
    table.say(
        Severity.SET_ASIDE, "time_to_event", column.header,
        f"In which unit are these times ({shown})? Nothing says it, so it was not guessed: no "
        "time of this column was read.",
        "Choose this column for days or for months of the table time_to_event under Columns on "
        f"the page Data, or write the unit into its header ('{column.header} (days)').",
    )  # fmt: skip


def one_sided(table: Columns, pair: Pair, found: status.Codes, rows: Mask) -> bool:
    """Tell whether only events have a time (or only the others), and say so."""
    timed = np.zeros(int(rows.sum()), dtype=bool)
    for one in pair.times:
        column = table.column(one.at).take(rows)
        absent = np.array([*map(is_missing, column.values), True])
        timed |= ~absent[column.codes]
    cells = texts(table.column(pair.status.at).take(rows))
    events, others = (
        among(cells, [text for text, event in found.meanings.items() if event is side])
        for side in (True, False)
    )
    for side, other, words in (
        (events, others, "with an event"), (others, events, "that is censored")
    ):  # fmt: skip
        if side.sum() >= _ENOUGH and not timed[side].any() and timed[other].any():
            titles = join_words([f"'{one.title}'" for one in pair.times])
            table.say(
                Severity.SET_ASIDE, "time_to_event", pair.times[0].title,
                f"No row {words} has a time in "
                f"{titles}: their times seem to stand in another column. No time of this "
                "endpoint was read, as the rest alone would mislead.",
                "Put the times of all patients, with the event and without, into one column.",
            )  # fmt: skip
            return True
    return False
