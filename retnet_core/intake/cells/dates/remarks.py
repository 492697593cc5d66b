"""What is said of dates that cannot be read, or are read by an assumption."""

from __future__ import annotations

from collections.abc import Iterable

from retnet_core.intake.cells.parsed import Assumed, Remark, Unread, unread
from retnet_core.trial import join_words

WRITE_ISO = "Write dates as year-month-day, for example 2019-03-12."
WHOLE_DATE = f"Give the whole date, if it is known. {WRITE_ISO}"
SAY_WHICH = f"{WRITE_ISO} Or say which comes first under Columns on the page Data."
NOT_GUESSED = "so it was not guessed."
"""The end of every question about the order of a date's numbers."""

NOT_A_DATE = unread("This is not a date.", WRITE_ISO)
NOT_IN_CALENDAR = unread("This day is not in the calendar.", WRITE_ISO)
IMPLAUSIBLE = unread("This date is not in a plausible year.", WRITE_ISO)
NO_DAY = unread("This date has no day.", WHOLE_DATE)
ONLY_MONTH = unread(
    "This date has no day: only its month is known. That is kept, but no time is computed from it.",
    WHOLE_DATE,
)
ONLY_YEAR = unread(
    "This date has no day and month: only its year is known. That is kept, but no time is computed "
    "from it.",
    WHOLE_DATE,
)
NO_MONTH = unread(
    "This date has no month: its year and day are known. That is kept, but no time is computed "
    "from it.",
    WHOLE_DATE,
)
YEAR_FIRST_TOO = unread(
    "Does the year come first or last here? It has two digits, and another date of the column can "
    f"only begin with it, {NOT_GUESSED}",
    SAY_WHICH,
)

ZERO = Assumed(
    None,
    Remark(
        "A date of zeros was read as no date, as a blank cell is.",
        "Nothing, if there is no date; else correct the cell. " + WRITE_ISO,
    ),
)
SHORT_YEAR = Remark(
    "A year of two digits, at the end of the date, was read as 2000 to 2049 or 1950 to 1999.",
    WRITE_ISO,
)
SHORT_YEAR_FIRST = Remark(
    "A year of two digits, at the beginning of the date, was read as 2000 to 2049 or 1950 to 1999.",
    WRITE_ISO,
)

_IN_WORDS = {
    "day first": "day-month-year",
    "month first": "month-day-year",
    "year first": "year-month-day",
}


def question(orders: Iterable[str], both: bool) -> Unread:
    """Ask in which of several orders the numbers of a date stand."""
    why = "the column holds dates of both kinds" if both else "nothing in the column tells which"
    which = join_words([words for order, words in _IN_WORDS.items() if order in orders], "or")
    return unread(f"Is this {which}? Here {why}, {NOT_GUESSED}", SAY_WHICH)


def contradicted(order: str) -> Unread:
    """Say of a date that it cannot be what the user says of its column."""
    return unread(
        f"This date cannot be read {order}, as the mapping says of its column.",
        f"Correct the cell, or change the order of the column's dates. {WRITE_ISO}",
    )
