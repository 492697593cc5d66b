"""A column of dates: each cell by itself, and the order of numbers by them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from retnet_core.intake.cells.dates.cell import date_of
from retnet_core.intake.cells.dates.orders import YEAR_FIRST, DateOrder, Numbered, Numbers
from retnet_core.intake.cells.dates.remarks import SHORT_YEAR_FIRST, WRITE_ISO
from retnet_core.intake.cells.parsed import DOUBTFUL, MISSING, Decided, Parsed, Remark, each
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.trial import join_words

_NO_DATE = frozenset({"none", "no", "never", "not reached", "ongoing", "continuing", "alive",
                      "living", "lebt", "lebend", "nein", "keine", "non", "aucun", "aucune",
                      "vivant", "vivante", "ninguno", "ninguna", "vivo", "viva"})  # fmt: skip
"""Words that say in a column of dates that there was no such day: blank, not unreadable."""


def parse_dates(cells: Sequence[Cell], order: DateOrder = "") -> Parsed:
    """Read dates; of three numbers, those that fit a few orders only decide for all.

    Parameters
    ----------
    order : {"", "day first", "month first", "year first"}
        How the user says that dates of three numbers are read, where no year of four digits begins
        them; "" leaves it to the column.

    Returns
    -------
    Parsed
        Dates as ``datetime.date``. Where nothing decides, or two cells contradict each other,
        those that can be read in several ways are emptied, with a question.
    """
    parsed = each(cells, date_of, MISSING | _NO_DATE)
    dates = {at: value for at, value in enumerate(parsed.values) if isinstance(value, Numbered)}
    if not dates:
        return parsed
    doubted = {at for at in dates if parsed.assumed.get(at) is DOUBTFUL}
    numbers = Numbers(dates, doubted, order)
    for at, one in dates.items():
        found = numbers.read(one)
        parsed.take(at, found)
        year_first = isinstance(found, dt.date) and numbers.orders(one) == [YEAR_FIRST]
        if year_first and at not in doubted:
            parsed.assumed[at] = SHORT_YEAR_FIRST
    if order:
        _say_said(parsed, order)
    if decided := numbers.decided():
        deciding = numbers.deciding()
        parsed.decided = Decided(decided, deciding[0])
        _say_order(cells, parsed, numbers, deciding)
    return parsed


def _say_said(parsed: Parsed, order: DateOrder) -> None:
    which = "with a year of two digits" if order == YEAR_FIRST else "with the year last"
    parsed.notes.append(Remark(f"Dates {which} were read {order}, as the mapping says.", WRITE_ISO))


def _say_order(
    cells: Sequence[Cell], parsed: Parsed, numbers: Numbers, deciding: Sequence[int]
) -> None:
    """Note how dates of three numbers were read, and where a spreadsheet may have swapped."""
    example = join_words([f"'{as_text(cells[at])}'" for at in deciding])
    order = numbers.decided()
    if any(map(numbers.is_unclear_alone, numbers.dates.values())):
        parsed.notes.append(
            Remark(f"Dates were read {order}, as {example} can only be read so.", WRITE_ISO)
        )
    own = {at: cell for at, cell in enumerate(cells) if isinstance(cell, dt.date)}
    if (
        own
        and all(one.day <= 12 for one in own.values())
        and all(len(numbers.alone(one)) == 1 for one in numbers.dates.values())
    ):
        swapped = Remark(
            f"Some dates are text ({example}), and those that the spreadsheet took for dates "
            "all have a day of 12 or less: it may have swapped their day and month. They were "
            "read as they stand.",
            "Compare a few dates with the source. " + WRITE_ISO,
        )
        parsed.assumed |= dict.fromkeys(own, swapped)
