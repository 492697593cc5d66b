"""Numbers as people type them, with their marks, units and limits."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from retnet_core.intake.cells.parsed import (
    LONGEST,
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
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import DAYS_PER_MONTH, fold

CONVERSIONS: dict[str, dict[str, float]] = {
    "mm": {"cm": 10.0},
    "%": {"share": 100.0, "fraction": 100.0},
    "days": {"weeks": 7.0, "months": DAYS_PER_MONTH, "years": 365.25},
    "months": {"days": 1 / DAYS_PER_MONTH, "weeks": 7 / DAYS_PER_MONTH, "years": 12.0},
    "mg": {"g": 1000.0},
}
"""Our units, and by what a number in another unit is multiplied."""
_EXACT = 10
"""Decimals of a converted number: 0.29 as a share is 29%, not 28.999999999999996."""

_UNIT_WORDS = {
    word: unit
    for unit, words in {
        "%": ("%", "percent", "per cent", "pct", "prozent"),
        "mm": ("mm",),
        "cm": ("cm",),
        "mg": ("mg",),
        "g": ("g",),
        "days": ("days", "day", "d", "tage", "tag", "jours", "días", "dias"),
        "weeks": ("weeks", "week", "wk", "wks", "w", "wochen", "woche", "semaines", "semanas"),
        "months": ("months", "month", "mo", "mos", "monate", "monat", "mois", "meses"),
        "years": ("years", "year", "yr", "yrs", "y", "jahre", "jahr", "ans", "años", "anos"),
    }.items()
    for word in words
}

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{4,},[0-9]+)")
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+|[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"
)
_GROUPED_COMMA = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+|[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"
)
_GROUPED_BLANK = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?")
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_SIGNS_OF_NUMBERS = frozenset("0123456789+-.,eE '’")
_PLAIN_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
"""The minus sign, and the blanks that do not break, which group thousands."""
_WITH_UNIT = re.compile(r"(.*[0-9.])\s*([^\W\d_]+|%)\.?")
_COMPARES = frozenset("<>≤≥=~≈")
_BELOW = re.compile(r"(?:<|≤|=<|up to|less than|below|under)\s*=?\s*(.+)", re.IGNORECASE)
_ABOVE = re.compile(r"(?:>|≥|=>|more than|above|over|at least)\s*=?\s*(.+)", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:[~≈]|ca\.?|circa|about|approx\.?|etwa|environ)\s*=?\s*[0-9].*"
    r"|[0-9].*\W(?:est|estimated|estimate|approx)\W*",
    re.IGNORECASE,
)
_INEXACT = re.compile(
    r"up to|less|below|under|more|above|over|at least|ca|circa|about|approx|etwa|environ", re.I
)
_RANGE = re.compile(r"([0-9].*?)\s*(?:[-–—]|\b(?:to|bis|à|a)\b)\s*([0-9].*)", re.IGNORECASE)
_VALUE_STARTS = re.compile(
    r"(?:(?<=[^\W\d_])[\s:=.-]*|(?<=[0-9])[\s:=.-]+)(?=[0-9<>≤≥]|[iv]+\b)", re.IGNORECASE
)
_LONGEST_NAME = 40
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}

NOT_A_NUMBER = unread(
    "This is not a number.", "Write the number alone, such as 2.5, or leave the cell blank."
)
KEPT = "What it says is kept, but nothing is computed from it."
_OWN_NUMBER = "Give a number, in a way the analysis plan allows, or leave the cell blank."
_LIMIT = unread(f"This is a limit or an estimate, not a number. {KEPT}", _OWN_NUMBER)
_SPAN = unread(f"This is a range, not a number. {KEPT}", _OWN_NUMBER)
_ONE_MARK = "Write numbers with a point for decimals (2.5) and no mark for thousands."


class _Number(NamedTuple):
    """A number as written.

    ``value`` is None where the mark can be that of thousands or of decimals: "1,234". ``mark`` is
    the decimal mark that the number shows for sure, ``unit`` the unit it carries; "" for none.
    """

    text: str
    value: float | None
    mark: str = ""
    unit: str = ""

    def by(self, decimal: str) -> float:
        """Read a number of unclear mark by the column's decimal mark."""
        thousands = "," if decimal == "." else "."
        return float(self.text.replace(thousands, "").replace(decimal, "."))


def _as_written(text: str) -> _Number | None:
    """Read a number without unit or name."""
    if not _SIGNS_OF_NUMBERS.issuperset(text):
        return None
    if _PLAIN.fullmatch(text):
        if "." in text and _EITHER.fullmatch(text):
            return _Number(text, None)
        value = float(text)
        return _Number(text, value, "." if "." in text else "") if math.isfinite(value) else None
    if _DECIMAL_COMMA.fullmatch(text):
        return _Number(text, float(text.replace(",", ".")), ",")
    if _GROUPED.fullmatch(text):
        return _Number(text, float(text.replace(",", "")), ".")
    if _GROUPED_COMMA.fullmatch(text):
        return _Number(text, float(text.replace(".", "").replace(",", ".")), ",")
    if _GROUPED_BLANK.fullmatch(text):
        mark = "," if "," in text else "." if "." in text else ""
        return _Number(text, float(re.sub("[ '’]", "", text).replace(",", ".")), mark)
    return _Number(text, None) if _EITHER.fullmatch(text) else None


class Numbers:
    """Reads the numbers of one column, and remembers the decimal marks that it shows for sure."""

    def __init__(self, unit: str, names: Iterable[str], given: str, header: str = "") -> None:
        self.unit, self.given = unit, given or unit
        words = re.findall(r"[^\W\d_]+|%", header.casefold())
        self.plain_units = {"", unit, *(_UNIT_WORDS.get(word, "") for word in words)}
        self.names = {fold(name) for name in names}
        self.initials = {name[:1] for name in self.names}
        self.is_name: dict[str, bool] = {}
        self.marks: dict[str, str] = {}

    def read(self, cell: Cell) -> Any:
        """Read a cell; what only the column can decide stays a `_Number`."""
        if isinstance(cell, float):
            return self.converted(cell) if math.isfinite(cell) else NOT_A_NUMBER
        if isinstance(cell, bool | dt.date) or len(text := as_text(cell)) > LONGEST:
            return NOT_A_NUMBER
        found = self.of_text(text)
        if found is NOT_A_NUMBER and (text := undoubted(text)):
            found = in_doubt(self.of_text(text))
        return found

    def of_text(self, text: str) -> Any:
        """Read text as a number, or as what bounds one."""
        number = None if text[:1] in _COMPARES else self.number(text)
        if number is None:
            return self.bounds(text)
        if number.mark:
            self.marks.setdefault(number.mark, number.text)
        return number if number.value is None else self.taken(number, number.value)

    def taken(self, number: _Number, value: float) -> float | Assumed:
        """Convert a number, and say so where its unit is neither ours nor the header's."""
        converted = self.converted(value, number.unit)
        if number.unit in self.plain_units:
            return converted
        return Assumed(
            converted,
            Remark(
                f"The cell gives its unit ({number.unit}); it was converted to {self.unit}.",
                f"Nothing, if that is meant; else write the number in {self.unit}.",
            ),
        )

    def converted(self, value: float, unit: str = "") -> float:
        """Give a number in our unit; its own unit wins over the column's."""
        unit = unit or self.given
        if unit == self.unit:
            return value
        return round(value * CONVERSIONS[self.unit][unit], _EXACT)

    def number(self, text: str) -> _Number | None:
        """Read a number with the column's unit or name, whatever its marks."""
        number = _as_written(text)
        if number is not None:
            return number
        alone, unit = self.without_unit(text if text.isascii() else text.translate(_PLAIN_SIGNS))
        alone = self.without_name(alone)
        number = None if alone == text else _as_written(alone)
        return number and number._replace(unit=unit)

    def without_unit(self, text: str) -> tuple[str, str]:
        """Take a unit off the end that is the column's, or can be converted to it."""
        match = _WITH_UNIT.fullmatch(text) if self.unit and not text[-1:].isdigit() else None
        unit = _UNIT_WORDS.get(match[2].casefold(), "") if match else ""
        if match and (unit == self.unit or unit in CONVERSIONS.get(self.unit, ())):
            return match[1], unit
        return text, ""

    def without_name(self, text: str) -> str:
        """Take the column's own name off a value: "Grade 3" and "G III" in a column of grades."""
        if text[:1].casefold() not in self.initials:
            return text
        for match in _VALUE_STARTS.finditer(text, 0, _LONGEST_NAME):
            name = text[: match.start()]
            if name not in self.is_name:
                self.is_name[name] = fold(name) in self.names
            if self.is_name[name]:
                value = text[match.end() :]
                return ROMAN.get(value.casefold(), value)
        return text

    def bounds(self, text: str) -> Unread:
        """Say of what is no number between which it lies, as far as it says so."""
        text = self.without_name(text)
        if text[:1].isalpha() and not _INEXACT.match(text):
            return NOT_A_NUMBER
        least = most = words = ""
        if match := _BELOW.fullmatch(text):
            most = self.bound(match[1])
            words = f"at most {most}"
        elif match := _ABOVE.fullmatch(text):
            least = self.bound(match[1])
            words = f"at least {least}"
        elif match := _RANGE.fullmatch(text):
            least, most = self.bound(match[1], self.without_unit(match[2])[1]), self.bound(match[2])
            if not (least and most and float(least) < float(most)):
                return NOT_A_NUMBER
            return Unread(_SPAN.remark, Known(f"from {least} to {most}", least, most))
        if least or most:
            return Unread(_LIMIT.remark, Known(words, least, most))
        return _LIMIT if _ABOUT.fullmatch(text) else NOT_A_NUMBER

    def bound(self, text: str, unit: str = "") -> str:
        """Write a bound in our unit, "" where it cannot be read for sure."""
        number = self.number(text)
        if number is None or number.value is None:
            return ""
        return f"{self.converted(number.value, number.unit or unit):.12g}"

    def settle(self, parsed: Parsed) -> None:
        """Read what can mean thousands or decimals by the other cells of the column."""
        unclear = {at: one for at, one in enumerate(parsed.values) if isinstance(one, _Number)}
        if not unclear:
            return
        used = {"," if "," in one.text else "." for one in unclear.values()}
        decimal = next(iter(self.marks)) if len(self.marks) == 1 else ""
        if not self.marks and used == {"."}:
            decimal = "."  # programs write decimals so, and nothing in the column speaks against it
        for at, one in unclear.items():
            parsed.take(at, self.taken(one, one.by(decimal)) if decimal else self.question(one))
        if self.marks and decimal:
            example = next(iter(unclear.values())).text
            name = "comma" if decimal == "," else "point"
            parsed.notes.append(
                Remark(
                    f"Numbers such as '{example}' were read with a decimal {name}, as "
                    f"'{self.marks[decimal]}' can only be read so.",
                    _ONE_MARK,
                )
            )

    def question(self, number: _Number) -> Unread:
        """Ask what a mark means that may part thousands or decimals."""
        name = "comma" if "," in number.text else "point"
        why = ""
        if len(self.marks) == 2:
            why = f" The column holds both kinds, '{self.marks[',']}' and '{self.marks['.']}'."
        return unread(f"The {name} can mark thousands or decimals.{why}", _ONE_MARK)


def parse_numbers(
    cells: Sequence[Cell],
    unit: str = "",
    names: Sequence[str] = (),
    given: str = "",
    header: str = "",
) -> Parsed:
    """Read numbers; of marks that can be read two ways, one that cannot decides for all.

    Parameters
    ----------
    unit : str
        Unit of the column, which a cell may carry: "12 mg", "45%". A cell that carries another
        unit of `CONVERSIONS` is converted.
    names : sequence of str
        Names of the column, which a cell may carry too: "Grade 3".
    given : str
        Unit of the cells that carry none, where it is not the column's.
    header : str
        The column's header in the file; a unit that it names is no surprise in a cell.
    """
    column = Numbers(unit, names, given, header)
    parsed = each(cells, column.read)
    column.settle(parsed)
    return parsed
