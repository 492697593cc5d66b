"""A cell becomes a date, or three numbers whose order only the column can tell."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from retnet_core.intake.cells.dates.day_numbers import ZERO_DAYS, of_number
from retnet_core.intake.cells.dates.days import day_of, partly, plausible, year_of
from retnet_core.intake.cells.dates.incomplete import NOT_GIVEN, YEAR, incomplete
from retnet_core.intake.cells.dates.months import months_of, name_of
from retnet_core.intake.cells.dates.orders import MAY_BEGIN_WITH_YEAR, Numbered
from retnet_core.intake.cells.dates.remarks import (
    NOT_A_DATE,
    SHORT_YEAR,
    WRITE_ISO,
    ZERO,
)
from retnet_core.intake.cells.parsed import LONGEST, Assumed, in_doubt, undoubted, unread
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.trial import join_words

_WORD = r"[^\W\d_]{3,10}"
_OF = r"(?i:de |del |of )?"
_TIME = (
    r"(?:(?:[T:]| +|, *)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"\s*(?:[AaPp][Mm]|Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:T[0-9]{4,6}Z?)?")
_NUMBERS = re.compile(r"([0-9]{1,2})([-/. ])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})" + _TIME)
_DAY_MONTH = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|er|º)?[-/. ]*{_OF}({_WORD})[-/., ]*{_OF}([0-9]{{4}}|[0-9]{{2}})"
    + _TIME
)
_MONTH_DAY = re.compile(
    rf"({_WORD})[-/. ]*([0-9]{{1,2}})(?:st|nd|rd|th)?(?:, ?| )([0-9]{{4}})" + _TIME
)
_YEAR_MONTH_DAY = re.compile(rf"([0-9]{{4}})[-/. ]*({_WORD})[-/. ]*([0-9]{{1,2}})" + _TIME)


def date_of(cell: Cell) -> Any:
    """Read a date; one that only the column can decide is `Numbered`."""
    if isinstance(cell, dt.date):
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        return ZERO if day in ZERO_DAYS else plausible(day)
    if isinstance(cell, bool) or len(text := as_text(cell)) > LONGEST:
        return NOT_A_DATE
    if not isinstance(cell, str):
        return _of_number(text)
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    found = _of_text(text)
    if found is NOT_A_DATE and (text := undoubted(text)):
        found = in_doubt(_of_text(text))
    return found


def _of_number(text: str) -> Any:
    """Read a number: 20190312, the spreadsheet's number of a day, or a year."""
    if match := _COMPACT.fullmatch(text):
        return day_of(*map(int, match.groups()))
    return partly(int(text)) if re.fullmatch(YEAR, text) else of_number(text)


def _of_text(text: str) -> Any:
    if not text[:1].isdigit():
        match = _MONTH_DAY.fullmatch(text)
        return _named(match[3], match[1], match[2]) if match else incomplete(text)
    if match := _YEAR_FIRST.fullmatch(text):
        return day_of(int(match[1]), int(match[3]), int(match[4]))
    if match := _NUMBERS.fullmatch(text):
        return _numbered(match[1], match[3], match[4], match[2])
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[3], match[2], match[1])
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        return _named(match[1], match[2], match[3])
    found = _of_number(text)
    return incomplete(text) if found is NOT_A_DATE else found


def _numbered(first: str, second: str, third: str, mark: str) -> Any:
    """Take a date of three numbers; a zero stands for what is not known."""
    if not (int(first) or int(second) or int(third)):
        return ZERO
    found = Numbered(first, int(second), third, mark)
    if (int(first) and int(second)) or (found.short and mark == MAY_BEGIN_WITH_YEAR):
        return Assumed(found, SHORT_YEAR) if found.short else found
    year, month = year_of(third), int(second)
    if year == 1900 and int(first) + month == 1:  # a spreadsheet's zero: 00/01/1900, 1/0/1900
        return ZERO
    return partly(year, month if month <= 12 else None) if month else partly(year)


def _named(written: str, name: str, day: str) -> Any:
    """Take a date with the name of its month; a year of two digits is the last of it."""
    months = months_of(name)
    year = year_of(written)
    if not months:
        unknown = name.casefold() in NOT_GIVEN and len(written) == 4
        return partly(year, None, int(day)) if unknown else NOT_A_DATE
    if len(months) > 1:
        words = join_words([name_of(month) for month in months], "or")
        return unread(f"The month can be {words}.", f"Write the month in full. {WRITE_ISO}")
    found = day_of(year, months[0], int(day))
    short = len(written) == 2 and isinstance(found, dt.date)
    return Assumed(found, SHORT_YEAR) if short else found
