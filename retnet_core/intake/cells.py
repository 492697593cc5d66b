"""Raw cells become typed values: numbers, dates, yes or no, codes, as people type them.

A parser takes the different cells of a column and gives one value for each (None: missing), with
what it could not read and what it assumed. It never guesses: a cell that can be read two ways is
emptied and asked about.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from retnet_core.intake.reading.look import NO_RESULT
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold

ABSENT = frozenset({"", ".", "-", "--", "–", "—", "?", "/", "na", "n/a", "<na>", "nan",
                    "null", "n.a.", "n. a."})  # fmt: skip
"""Spellings of an empty cell, in lower case."""

NOT_KNOWN = frozenset({"nd", "n.d.", "nk", "n.k.", "unk", "unknown", "not known", "not done",
                       "missing", "not available", "not applicable", "unbekannt",
                       "inconnu"})  # fmt: skip
"""Spellings of "nobody knows", which count as missing except in ids and names."""

ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!",
                    NO_RESULT})  # fmt: skip
"""What a spreadsheet shows for a formula that failed, in lower case."""

LONGEST = 60
"""Characters beyond which no cell is tried as a number or a date."""

EMPTIED = "The cell was emptied, the row is kept."
CORRECT = "Correct the cell and export again, or leave it blank if it is not known."


class Remark(NamedTuple):
    """What is said about a cell: the problem, with what was kept, and the remedy."""

    problem: str
    remedy: str


@dataclass
class Parsed:
    """The values of the different cells of a column.

    Attributes
    ----------
    values : list
        One for each cell, None where it is missing or could not be read.
    emptied : dict of int to Remark
        Cells (by position) that hold something that could not be read.
    assumed : dict of int to Remark
        Cells that were read by an assumption.
    notes : list of Remark
        What holds for the column as a whole.
    """

    values: list[Any] = field(default_factory=list)
    emptied: dict[int, Remark] = field(default_factory=dict)
    assumed: dict[int, Remark] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)


class UnreadableError(ValueError):
    """A cell that cannot be read; ``str()`` is the problem."""

    def __init__(self, problem: str, remedy: str = CORRECT) -> None:
        super().__init__(problem)
        self.remark = Remark(f"{problem} {EMPTIED}", remedy)


def is_missing(cell: Cell, spellings: Collection[str] = ABSENT | NOT_KNOWN) -> bool:
    """Tell whether a cell says that there is no value."""
    return isinstance(cell, str) and cell.casefold() in spellings


def _each(
    cells: Sequence[Cell],
    read: Callable[[Cell], Any],
    missing: Collection[str] = ABSENT | NOT_KNOWN,
) -> Parsed:
    """Read each cell by itself; a reader that knows a spelling wins over its being missing."""
    parsed = Parsed()
    for at, cell in enumerate(cells):
        value = None
        try:
            if isinstance(cell, str) and cell.casefold() in ERRORS:
                raise UnreadableError("The cell holds a formula that failed in the spreadsheet.")
            value = read(cell)
        except UnreadableError as unreadable:
            if not is_missing(cell, missing):
                parsed.emptied[at] = unreadable.remark
        parsed.values.append(value)
    return parsed


def parse_text(cells: Sequence[Cell], missing: Collection[str] = ABSENT | NOT_KNOWN) -> Parsed:
    """Read text as it stands; a number is written without a trailing ".0"."""
    return _each(cells, lambda cell: None if is_missing(cell, missing) else as_text(cell))


# Codes


def parse_codes(cells: Sequence[Cell], values: Mapping[str, Sequence[str]]) -> Parsed:
    """Read codes by their spellings; others are left as typed, for the table's own check.

    Parameters
    ----------
    values : mapping of str to sequence of str
        Code to its spellings, compared by `retnet_core.protocol.fold`.
    """
    codes = {fold(word): code for code, words in values.items() for word in (code, *words)}

    def read(cell: Cell) -> str | None:
        return codes.get(fold(as_text(cell))) or (None if is_missing(cell) else as_text(cell))

    return _each(cells, read)


_YES = ("yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "s", "x", "checked", "present",
        "✓", "✔", "☑")  # fmt: skip
_NO = ("no", "n", "false", "0", "nein", "non", "unchecked", "absent", "none", "never", "☐")
YES_NO = {fold(word): word in _YES for word in (*_YES, *_NO)}


def parse_yes_no(
    cells: Sequence[Cell],
    also: Mapping[str, bool] | None = None,
    assumed: Mapping[str, bool] | None = None,
) -> Parsed:
    """Read yes and no, as words, signs or 1 and 0.

    A column with the codes 1 and 2 is asked about: some mean yes and no by it, others no and yes
    (R's status: 1 censored, 2 dead).

    Parameters
    ----------
    also, assumed : mapping of str to bool, optional
        Folded words of this column; those of ``assumed`` are said to be an assumption.
    """
    words = {**YES_NO, **(also or {}), **(assumed or {})}
    other_codes = any(fold(as_text(cell)) == "2" for cell in cells)

    def read(cell: Cell) -> bool:
        word = fold(as_text(cell))
        if other_codes and word in ("0", "1", "2"):
            raise UnreadableError(
                "The column holds the code 2, so what 1 and 2 mean cannot be known.",
                "Write yes and no (or 1 for yes and 0 for no) in this column.",
            )
        if word not in words:
            raise UnreadableError("This is neither yes nor no.", "Write yes or no.")
        return words[word]

    parsed = _each(cells, read)
    for at, cell in enumerate(cells):
        word = fold(as_text(cell))
        if assumed and word in assumed:
            meant = "yes" if assumed[word] else "no"
            parsed.assumed[at] = Remark(
                f"This was read as {meant}: possible or more likely counts as yes, unlikely as no.",
                "Nothing, if that is meant; else write yes or no.",
            )
    return parsed


# Numbers

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+)")
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+|[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"
)
_GROUPED_COMMA = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+|[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"
)
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_LIMIT = re.compile(r"([<>≤≥~≈]|ca\.?|about|approx\.?)\s*=?\s*[0-9.,]+.*", re.IGNORECASE)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}


def parse_numbers(cells: Sequence[Cell], unit: str = "", names: Sequence[str] = ()) -> Parsed:
    """Read numbers.

    Parameters
    ----------
    unit : str
        Unit of the column, which a cell may carry: "12 mg", "45%".
    names : sequence of str
        Names of the column, which a cell may carry too: "Grade 3".
    """
    carried = {fold(name) for name in names}
    return _each(cells, lambda cell: _number(cell, unit, carried))


def _number(cell: Cell, unit: str, names: set[str]) -> float:
    if isinstance(cell, bool | dt.date):
        raise UnreadableError("This is not a number.")
    text = as_text(cell)
    if len(text) > LONGEST:
        raise UnreadableError("This is not a number.")
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)].strip()
    text = _without_name(text, names)
    if _PLAIN.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    if _GROUPED.fullmatch(text):
        return float(text.replace(",", ""))
    if _GROUPED_COMMA.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if _EITHER.fullmatch(text):
        raise UnreadableError(
            "The comma can mark thousands or decimals.", "Write the number without commas."
        )
    if _LIMIT.fullmatch(text):
        raise UnreadableError(
            "This is a limit or an estimate, not a number.",
            "Give a number, in a way the analysis plan allows, or leave the cell blank.",
        )
    raise UnreadableError("This is not a number.")


def _without_name(text: str, names: set[str]) -> str:
    """Take the column's own name off a value: "Grade 3" and "G III" in a column of grades."""
    match = re.fullmatch(r"(.*?[^\W\d_].*?)[\s:=-]*([0-9]+|\b[iv]+)", text, re.IGNORECASE)
    if match and fold(match[1]) in names:
        return _ROMAN.get(match[2].casefold(), match[2])
    return text


# Dates

_TIME = (
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"\s*(?:[AaPp][Mm]|Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})" + _TIME)
_DAY_MONTH = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})" + _TIME, re.I
)
_MONTH_DAY = re.compile(
    r"([a-z]{3,9})[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?(?:, ?| )([0-9]{4})" + _TIME, re.I
)
_PARTIAL = re.compile(
    r"[0-9]{4}|[0-9]{4}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{4}|[a-z]{3,9}[-/. ]*[0-9]{4}"
    r"|.*\b(?:un|unk|xx)\b.*",
    re.I,
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_NO_DATE = frozenset({"none", "no", "never", "alive"})
"""Words that say in a column of dates that there was no such day: blank, not unreadable."""

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 1, 1)
_SERIAL_FROM, _SERIAL_TO = 32874, 54789
"""Day numbers of a spreadsheet for 1990-01-01 and 2050-01-01; others are taken for no date."""
_SERIAL_ZERO = dt.date(1899, 12, 30)

NOT_A_DATE = "This is not a date."
WRITE_ISO = "Write dates as year-month-day, for example 2019-03-12."


class TwoWays(NamedTuple):
    """A date of three numbers with the year last: day first or month first."""

    first: int
    second: int
    year: int

    def read(self, day_first: bool) -> dt.date | None:
        """Read it one way, None where that is no date."""
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        try:
            return _plausible(dt.date(self.year, month, day))
        except ValueError:
            return None


def parse_dates(cells: Sequence[Cell]) -> Parsed:
    """Read dates; of those with the year last, one that reads only one way decides for all.

    Returns
    -------
    Parsed
        Dates as ``datetime.date``. Where no cell decides, or two contradict each other, those
        that can be read both ways are emptied, with a question.
    """
    parsed = _each(cells, _date, ABSENT | NOT_KNOWN | _NO_DATE)
    two_ways = {at: v for at, v in enumerate(parsed.values) if isinstance(v, TwoWays)}
    ways = {at: (v.read(day_first=True), v.read(day_first=False)) for at, v in two_ways.items()}
    deciding = {bool(day): at for at, (day, month) in ways.items() if bool(day) != bool(month)}
    for at, (day, month) in ways.items():
        parsed.values[at] = day or month
        if day and month and day != month:
            if len(deciding) == 1:
                parsed.values[at] = day if True in deciding else month
            else:
                parsed.values[at] = None
                parsed.emptied[at] = _question(both=bool(deciding))
        elif not (day or month):
            parsed.emptied[at] = UnreadableError(NOT_A_DATE, WRITE_ISO).remark
    _say_order(cells, parsed, ways, deciding)
    _say_assumptions(cells, parsed)
    return parsed


def _question(both: bool) -> Remark:
    why = "the column holds dates of both kinds" if both else "nothing in the column tells which"
    return Remark(
        f"Is this day-month-year or month-day-year? Here {why}, so it was not guessed. {EMPTIED}",
        WRITE_ISO,
    )


def _say_order(
    cells: Sequence[Cell],
    parsed: Parsed,
    ways: Mapping[int, tuple[dt.date | None, dt.date | None]],
    deciding: Mapping[bool, int],
) -> None:
    """Note how dates with the year last were read, and where a spreadsheet may have swapped."""
    if len(deciding) != 1:
        return
    ((day_first, at),) = deciding.items()
    order, example = ("day", "month") if day_first else ("month", "day"), as_text(cells[at])
    if any(day and month and day != month for day, month in ways.values()):
        parsed.notes.append(
            Remark(
                f"Dates were read {order[0]} first, as '{example}' can only be read so.", WRITE_ISO
            )
        )
    own = [cell for cell in cells if isinstance(cell, dt.date)]
    if (
        own
        and all(one.day <= 12 for one in own)
        and len(ways) == sum(bool(day) != bool(month) for day, month in ways.values())
    ):
        parsed.notes.append(
            Remark(
                f"Some dates are text ('{example}'), and those that the spreadsheet took for dates "
                "all have a day of 12 or less: it may have swapped their day and month. They were "
                "read as they stand.",
                "Compare a few dates with the source. " + WRITE_ISO,
            )
        )


def _say_assumptions(cells: Sequence[Cell], parsed: Parsed) -> None:
    for at, cell in enumerate(cells):
        text = as_text(cell)
        if parsed.values[at] is None or isinstance(cell, dt.date):
            continue
        if text.replace(".", "", 1).isdigit() and not _COMPACT.fullmatch(text):
            parsed.assumed[at] = Remark(
                "A number in a column of dates was read as the spreadsheet's number of a day "
                "(43536 is 2019-03-12).",
                "Format the column as dates in the spreadsheet.",
            )
        elif _two_digit_year(text):
            parsed.assumed[at] = Remark(
                "A year of two digits was read as 2000 to 2049 or 1950 to 1999.", WRITE_ISO
            )


def _two_digit_year(text: str) -> bool:
    match = _YEAR_LAST.fullmatch(text)
    last = match[4] if match else ""
    match = _DAY_MONTH.fullmatch(text)
    return len(last or (match[3] if match else "")) == 2


def _date(cell: Cell) -> dt.date | TwoWays:
    if isinstance(cell, dt.datetime):
        return _plausible(cell.date())
    if isinstance(cell, dt.date):
        return _plausible(cell)
    if isinstance(cell, bool):
        raise UnreadableError(NOT_A_DATE, WRITE_ISO)
    text = as_text(cell)
    if len(text) > LONGEST:
        raise UnreadableError(NOT_A_DATE, WRITE_ISO)
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(text):
        return _calendar(*match.groups())
    if match := _YEAR_LAST.fullmatch(text):
        return TwoWays(int(match[1]), int(match[3]), _year(match[4]))
    if match := _DAY_MONTH.fullmatch(text):
        return _calendar(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _calendar(match[3], _month(match[1]), match[2])
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text) and _SERIAL_FROM <= float(text) <= _SERIAL_TO:
        return _SERIAL_ZERO + dt.timedelta(days=int(float(text)))
    if _PARTIAL.fullmatch(text):
        raise UnreadableError("This date has no day.", "Give the whole date. " + WRITE_ISO)
    raise UnreadableError(NOT_A_DATE, WRITE_ISO)


def _calendar(year: str, month: str, day: str) -> dt.date:
    try:
        return _plausible(dt.date(_year(year), int(month), int(day)))
    except (ValueError, OverflowError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("This day is not in the calendar.", WRITE_ISO) from None


def _plausible(date: dt.date) -> dt.date:
    if not EARLIEST < date < LATEST:
        raise UnreadableError("This date is not in a plausible year.", WRITE_ISO)
    return date


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def _month(name: str) -> str:
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name.casefold()):
            return str(number)
    raise UnreadableError(NOT_A_DATE, WRITE_ISO)
