"""The columns of the table that were not used, in words."""

from __future__ import annotations

from collections.abc import Sequence

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.common import is_blank, missing_mapped, some_of
from retnet_core.intake.layouts.survival_table.columns import Columns
from retnet_core.intake.layouts.survival_table.headers import Header, same
from retnet_core.intake.layouts.survival_table.times import UNITS
from retnet_core.protocol import fold
from retnet_core.trial import join_words
from retnet_core.wording import count


def tell_columns(table: Columns, used: set[int]) -> None:
    """Name the columns that are of no use here, and those of the mapping that are not there.

    Parameters
    ----------
    table : Columns
    used : set of int
        Columns that are used beside those of times, statuses and patients.
    """
    _tell_unpaired(table)
    taken = {*table.of_pairs, *table.patient_places.values(), *used}
    unused = [
        title or f"column {at + 1} (without a header)"
        for at, title in enumerate(table.titles)
        if at not in taken and not is_blank(table.column(at)) and fold(title) not in UNITS
    ]
    if unused:
        table.say(
            Severity.NOTE, "patients", some_of(unused),
            f"{count(len(unused), 'column is', 'columns are')} not known and not used. "
            "Those that put the patients into a few groups can still be chosen to divide them.",
            "Nothing, if that will do; else give them the names of the template.",
        )  # fmt: skip
    for name, places in (("patients", table.patient_places), ("time_to_event", _of_times(table))):
        columns = {ours: table.column(at) for ours, at in places.items()}
        mapped = table.mapping.get(name, {}) if name == "patients" else table.mapped
        table.findings += missing_mapped(table.sheet, name, mapped, columns)


def _of_times(table: Columns) -> dict[str, int]:
    """Give the columns that the user named for time_to_event and that are there."""
    return {
        ours: at
        for ours, wanted in table.mapped.items()
        for at, title in enumerate(table.titles)
        if same(title, wanted)
    }


def _tell_unpaired(table: Columns) -> None:
    """Name the times without a status and the statuses without a time."""
    keys = {pair.key for pair in table.pairs} if table.pairs else set()
    left: Sequence[Header] = [
        one for one in table.headers
        if one.known and one.at not in table.of_pairs and one.key not in keys
    ]  # fmt: skip
    if left:
        named = join_words([f"'{one.title}'" for one in left])
        table.say(
            Severity.NOTE if table.pairs else Severity.SET_ASIDE, "time_to_event",
            some_of([one.title for one in left]),
            f"Which time belongs to which status? {named} could not be paired with certainty "
            "and were not used for an endpoint.",
            "Choose the time (days or months) and the event under Columns on the page Data, or "
            "give the two columns of an endpoint its name: OS_MONTHS and OS_STATUS.",
        )  # fmt: skip
