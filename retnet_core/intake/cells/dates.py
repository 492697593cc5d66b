"""Dates as people type them: in four languages, in any order, whole or in part."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from retnet_core.intake.cells.parsed import (
    DOUBTFUL,
    LONGEST,
    MISSING,
    Assumed,
    Known,
    Parsed,
    Remark,
    Unread,
    each,
    in_doubt,
    undoubted,
    unread,
)
from retnet_core.intake.mapping import DateOrder
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
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})" + _TIME)
_DAY_MONTH = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|er|º)?[-/. ]*{_OF}({_WORD})[-/., ]*{_OF}([0-9]{{4}}|[0-9]{{2}})"
    + _TIME
)
_MONTH_DAY = re.compile(
    rf"({_WORD})[-/. ]*([0-9]{{1,2}})(?:st|nd|rd|th)?(?:, ?| )([0-9]{{4}})" + _TIME
)
_YEAR_MONTH_DAY = re.compile(rf"([0-9]{{4}})[-/. ]*({_WORD})[-/. ]*([0-9]{{1,2}})" + _TIME)
_TOKEN = r"[0-9]{1,2}|[^\W\d_]{1,10}\.?"
_UNKNOWN = r"\?{1,2}|-{1,2}|_{1,2}"
_YEAR = r"((?:19|20)[0-9]{2})"
_YEAR_MONTH = re.compile(
    rf"{_YEAR}(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?"
)
_MONTH_YEAR = re.compile(
    rf"(?:({_TOKEN})[-/. ]|({_UNKNOWN})[-/. ]?)?"
    rf"(?:({_TOKEN}|{_UNKNOWN})[-/., ]{{1,2}}|({_WORD}\.?)){_YEAR}"
)
_LINKS = re.compile(r" (?:de|del|of) ", re.IGNORECASE)
_NOT_GIVEN = frozenset({"un", "unk", "unkn", "uk", "nk", "nd", "na", "x", "xx", "xxx"})
"""What stands for a day or month that is not known, beside signs and zeros."""
_SAYS_NOT_GIVEN = re.compile(r"\b(?:un|unk|xx)\b", re.IGNORECASE)

_MONTHS = (
    ("january", "januar", "jänner", "jaenner", "janvier", "enero", "gennaio"),
    ("february", "februar", "feber", "février", "febrero", "febbraio"),
    ("march", "märz", "maerz", "mrz", "mars", "marzo"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio"),
    ("june", "juni", "juin", "junio", "giugno"),
    ("july", "juli", "juillet", "julio", "luglio"),
    ("august", "août", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "settembre"),
    ("october", "oktober", "octobre", "octubre", "ottobre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "décembre", "diciembre", "dicembre"),
)
"""In English, German, French, Spanish and Italian; an abbreviation is the beginning of a name."""


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _abbreviations() -> dict[str, set[int]]:
    """Give the months that each name, and each beginning of one, can mean."""
    found: dict[str, set[int]] = {}
    for number, names in enumerate(_MONTHS, start=1):
        for name in map(_unaccented, names):
            for size in range(3, len(name) + 1):
                found.setdefault(name[:size], set()).add(number)
    return found


_MONTHS_OF = _abbreviations()

_NO_DATE = frozenset({"none", "no", "never", "not reached", "ongoing", "continuing", "alive",
                      "living", "lebt", "lebend", "nein", "keine", "non", "aucun", "aucune",
                      "vivant", "vivante", "ninguno", "ninguna", "vivo", "viva"})  # fmt: skip
"""Words that say in a column of dates that there was no such day: blank, not unreadable."""

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 1, 1)
_SERIAL_FROM, _SERIAL_TO = 32874, 54789
"""Day numbers of a spreadsheet for 1990-01-01 and 2050-01-01; others are taken for no date."""
_SERIAL_ZERO = dt.date(1899, 12, 30)
_ZERO_DAYS = (_SERIAL_ZERO, dt.date(1899, 12, 31))
"""What spreadsheets make of a zero that is formatted as a date."""

WRITE_ISO = "Write dates as year-month-day, for example 2019-03-12."
NOT_A_DATE = unread("This is not a date.", WRITE_ISO)
_NOT_IN_CALENDAR = unread("This day is not in the calendar.", WRITE_ISO)
_IMPLAUSIBLE = unread("This date is not in a plausible year.", WRITE_ISO)
_WHOLE_DATE = f"Give the whole date, if it is known. {WRITE_ISO}"
_NO_DAY = unread("This date has no day.", _WHOLE_DATE)
_ONLY_MONTH = unread(
    "This date has no day: only its month is known. That is kept, but no time is computed from it.",
    _WHOLE_DATE,
)
_ONLY_YEAR = unread(
    "This date has no day and month: only its year is known. That is kept, but no time is computed "
    "from it.",
    _WHOLE_DATE,
)
_NO_MONTH = unread(
    "This date has no month: its year and day are known. That is kept, but no time is computed "
    "from it.",
    _WHOLE_DATE,
)
_YEAR_FIRST_TOO = unread(
    "Does the year come first or last here? It has two digits, and another date of the column can "
    "only begin with it, so it was not guessed.",
    WRITE_ISO,
)

_ZERO = Assumed(
    None,
    Remark(
        "A date of zeros was read as no date, as a blank cell is.",
        "Nothing, if there is no date; else correct the cell. " + WRITE_ISO,
    ),
)
_DAY_NUMBER = Remark(
    "A number in a column of dates was read as the spreadsheet's number of a day "
    "(43536 is 2019-03-12).",
    "Format the column as dates in the spreadsheet.",
)
_SHORT_YEAR = Remark(
    "A year of two digits, at the end of the date, was read as 2000 to 2049 or 1950 to 1999.",
    WRITE_ISO,
)


class TwoWays(NamedTuple):
    """A date of three numbers with the year last: day first or month first."""

    first: int
    second: int
    year: int
    short: bool

    def read(self, day_first: bool) -> dt.date | Unread | Assumed:
        """Read it one way."""
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        return _calendar(self.year, month, day)

    @property
    def only(self) -> bool | None:
        """Day first (True) or month first (False), where it can only be read so."""
        if (self.first > 12) == (self.second > 12):
            return None
        day_first = self.first > 12
        return day_first if isinstance(self.read(day_first), dt.date) else None


def parse_dates(cells: Sequence[Cell], order: DateOrder = "") -> Parsed:
    """Read dates; of those with the year last, one that reads only one way decides for all.

    Parameters
    ----------
    order : {"", "day first", "month first"}
        How the user says that dates with the year last are read; "" leaves it to the column.

    Returns
    -------
    Parsed
        Dates as ``datetime.date``. Where no cell decides, or two contradict each other, those
        that can be read both ways are emptied, with a question.
    """
    parsed = each(cells, _date, MISSING | _NO_DATE)
    two_ways = {at: v for at, v in enumerate(parsed.values) if isinstance(v, TwoWays)}
    if not two_ways:
        return parsed
    if any(one.short and one.first > 31 for one in two_ways.values()):
        for at in [at for at, one in two_ways.items() if one.short]:
            del two_ways[at]
            parsed.take(at, _YEAR_FIRST_TOO)
    only = {at: one.only for at, one in two_ways.items()}
    if order:
        _read_as_said(parsed, two_ways, only, order)
    else:
        _read_by_column(cells, parsed, two_ways, only)
    return parsed


def _read_by_column(
    cells: Sequence[Cell],
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
) -> None:
    """Read dates with the year last by those of the column that can be read one way only."""
    deciding = {
        way: at
        for at, way in only.items()
        if way is not None and parsed.assumed.get(at) is not DOUBTFUL
    }
    one_way = next(iter(deciding)) if len(deciding) == 1 else None
    question = _question(both=bool(deciding))
    for at, one in two_ways.items():
        way = one_way if only[at] is None else only[at]
        asked = way is None and one.first != one.second and max(one.first, one.second) <= 12
        parsed.take(at, question if asked else one.read(day_first=way is not False))
    if one_way is not None:
        _say_order(cells, parsed, two_ways, only, as_text(cells[deciding[one_way]]))


def _read_as_said(
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
    order: DateOrder,
) -> None:
    """Read dates with the year last as the user says; what contradicts that is emptied."""
    day_first = order == "day first"
    contradicted = unread(
        f"This date cannot be read {order}, as the mapping says of its column.",
        f"Correct the cell, or change the order of the column's dates. {WRITE_ISO}",
    )
    for at, one in two_ways.items():
        parsed.take(at, contradicted if only[at] is (not day_first) else one.read(day_first))
    parsed.notes.append(
        Remark(f"Dates with the year last were read {order}, as the mapping says.", WRITE_ISO)
    )


def _question(both: bool) -> Unread:
    why = "the column holds dates of both kinds" if both else "nothing in the column tells which"
    return unread(
        f"Is this day-month-year or month-day-year? Here {why}, so it was not guessed.",
        f"{WRITE_ISO} Or say which comes first under Columns on the page Data.",
    )


def _say_order(
    cells: Sequence[Cell],
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
    example: str,
) -> None:
    """Note how dates with the year last were read, and where a spreadsheet may have swapped."""
    order = "day" if True in only.values() else "month"
    if any(way is None and two_ways[at].first != two_ways[at].second for at, way in only.items()):
        parsed.notes.append(
            Remark(f"Dates were read {order} first, as '{example}' can only be read so.", WRITE_ISO)
        )
    own = [cell for cell in cells if isinstance(cell, dt.date)]
    if own and all(one.day <= 12 for one in own) and None not in only.values():
        parsed.notes.append(
            Remark(
                f"Some dates are text ('{example}'), and those that the spreadsheet took for dates "
                "all have a day of 12 or less: it may have swapped their day and month. They were "
                "read as they stand.",
                "Compare a few dates with the source. " + WRITE_ISO,
            )
        )


def _date(cell: Cell) -> Any:
    """Read a date; one that only the column can decide is a `TwoWays`."""
    if isinstance(cell, dt.date):
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        return _ZERO if day in _ZERO_DAYS else _plausible(day)
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
        return _calendar(*map(int, match.groups()))
    if _SERIAL.fullmatch(text) and _SERIAL_FROM <= float(text) <= _SERIAL_TO:
        return Assumed(_SERIAL_ZERO + dt.timedelta(days=int(float(text))), _DAY_NUMBER)
    return _partly(int(text), None, None) if re.fullmatch(_YEAR, text) else NOT_A_DATE


def _of_text(text: str) -> Any:
    if not text[:1].isdigit():
        match = _MONTH_DAY.fullmatch(text)
        return _named(match[3], match[1], match[2]) if match else _incomplete(text)
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4])
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[3], match[2], match[1])
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        return _named(match[1], match[2], match[3])
    found = _of_number(text)
    return _incomplete(text) if found is NOT_A_DATE else found


def _year_last(first: int, second: int, written: str) -> Any:
    """Take a date of three numbers; a zero stands for what is not known."""
    year = _year(written)
    if first and second:
        two_ways = TwoWays(first, second, year, short=len(written) == 2)
        return Assumed(two_ways, _SHORT_YEAR) if two_ways.short else two_ways
    if not (first or second or int(written)):
        return _ZERO
    if year == 1900 and first + second == 1:  # a spreadsheet's zero: 00/01/1900, 1/0/1900
        return _ZERO
    return _partly(year, second if second <= 12 else None, None) if second else _partly(year)


def _named(written: str, name: str, day: str) -> Any:
    """Take a date with the name of its month."""
    months = _months(name)
    year = _year(written)
    if not months:
        unknown = name.casefold() in _NOT_GIVEN and len(written) == 4
        return _partly(year, None, int(day)) if unknown else NOT_A_DATE
    if len(months) > 1:
        words = join_words([_MONTHS[month - 1][0].title() for month in months], "or")
        return unread(f"The month can be {words}.", f"Write the month in full. {WRITE_ISO}")
    found = _calendar(year, months[0], int(day))
    short = len(written) == 2 and isinstance(found, dt.date)
    return Assumed(found, _SHORT_YEAR) if short else found


@functools.lru_cache(maxsize=1024)
def _months(name: str) -> list[int]:
    """Give the months that a name or an abbreviation can mean."""
    return sorted(_MONTHS_OF.get(_unaccented(name.removesuffix(".")), ()))


def _incomplete(text: str) -> Unread:
    """Say of what is no whole date what it says all the same: a year, a month."""
    plain = _LINKS.sub(" ", text) if text[-4:].isdigit() else text
    if match := _YEAR_MONTH.fullmatch(plain) if plain[:4].isdigit() else None:
        year, month, day = match.groups()
        decimal = text[4:5] == "." and not day  # 2019.5 may be the middle of the year
        return _tokens(int(year), None if decimal else month, day)
    if match := _MONTH_YEAR.fullmatch(plain) if plain[-4:].isdigit() else None:
        day, month = match[1] or match[2], match[3] or match[4]
        # In 03/??/2019 the number may be the day or the month: only the year is sure.
        unsure = day and day.isdigit() and _says_unknown(month)
        return _tokens(int(match[5]), month, None if unsure else day)
    return _NO_DAY if _SAYS_NOT_GIVEN.search(text) else NOT_A_DATE


def _tokens(year: int, month: str | None, day: str | None) -> Unread:
    known = _month_of(month)
    if known is None or (day and not day.isdigit() and not _says_unknown(day)):
        return NOT_A_DATE
    return _partly(year, known or None, int(day) if day and day.isdigit() else None)


def _month_of(token: str | None) -> int | None:
    """Read a month: 0 where it is not given, None where this is none."""
    if token is None or _says_unknown(token):
        return 0
    if token.isdigit():
        return int(token) if int(token) <= 12 else None
    months = _months(token)
    return months[0] if len(months) == 1 else None


def _says_unknown(token: str) -> bool:
    return not token.strip("?-_0") or token.casefold() in _NOT_GIVEN


def _partly(year: int, month: int | None = None, day: int | None = None) -> Unread:
    """Say what is known of a date that lacks its day, or its month."""
    if not EARLIEST.year < year < LATEST.year:
        return _IMPLAUSIBLE
    if (day and day > 31) or (month and month > 12):
        return _NOT_IN_CALENDAR
    if month:
        last = calendar.monthrange(year, month)[1]
        words = f"{_MONTHS[month - 1][0].title()} {year}"
        known = Known(words, f"{year}-{month:02}-01", f"{year}-{month:02}-{last}")
        return Unread(_ONLY_MONTH.remark, known)
    if day:
        known = Known(
            f"day {day} of a month of {year}", f"{year}-01-{day:02}", f"{year}-12-{day:02}"
        )
        return Unread(_NO_MONTH.remark, known)
    known = Known(f"the year {year}", f"{year}-01-01", f"{year}-12-31")
    return Unread(_ONLY_YEAR.remark, known)


def _calendar(year: int, month: int, day: int) -> dt.date | Unread | Assumed:
    if not (month and day):
        if not (year or month or day) or (year, month, day) == (1900, 1, 0):
            return _ZERO
        return _partly(year, month or None, day or None)
    try:
        return _plausible(dt.date(year, month, day))
    except ValueError:
        return _NOT_IN_CALENDAR


def _plausible(date: dt.date) -> dt.date | Unread:
    return date if EARLIEST < date < LATEST else _IMPLAUSIBLE


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 50 else 1900)
