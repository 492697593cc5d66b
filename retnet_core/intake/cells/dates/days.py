"""Year, month and day become a date, or what is known of one."""

from __future__ import annotations

import calendar
import datetime as dt

from retnet_core.intake.cells.dates.months import name_of
from retnet_core.intake.cells.dates.remarks import (
    IMPLAUSIBLE,
    NO_MONTH,
    NOT_IN_CALENDAR,
    ONLY_MONTH,
    ONLY_YEAR,
    ZERO,
)
from retnet_core.intake.cells.parsed import Assumed, Known, Unread

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 1, 1)


def day_of(year: int, month: int, day: int) -> dt.date | Unread | Assumed:
    """Give the day; a zero stands for what is not known."""
    if not (month and day):
        if not (year or month or day) or (year, month, day) == (1900, 1, 0):
            return ZERO
        return partly(year, month or None, day or None)
    try:
        return plausible(dt.date(year, month, day))
    except ValueError:
        return NOT_IN_CALENDAR


def plausible(date: dt.date) -> dt.date | Unread:
    """Refuse a date that no trial has."""
    return date if EARLIEST < date < LATEST else IMPLAUSIBLE


def year_of(text: str) -> int:
    """Read a year; one of two digits is of 1950 to 2049."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def partly(year: int, month: int | None = None, day: int | None = None) -> Unread:
    """Say what is known of a date that lacks its day, or its month."""
    if not EARLIEST.year < year < LATEST.year:
        return IMPLAUSIBLE
    if (day and day > 31) or (month and month > 12):
        return NOT_IN_CALENDAR
    if month:
        last = calendar.monthrange(year, month)[1]
        words = f"{name_of(month)} {year}"
        known = Known(words, f"{year}-{month:02}-01", f"{year}-{month:02}-{last}")
        return Unread(ONLY_MONTH.remark, known)
    if day:
        known = Known(
            f"day {day} of a month of {year}", f"{year}-01-{day:02}", f"{year}-12-{day:02}"
        )
        return Unread(NO_MONTH.remark, known)
    known = Known(f"the year {year}", f"{year}-01-01", f"{year}-12-31")
    return Unread(ONLY_YEAR.remark, known)
