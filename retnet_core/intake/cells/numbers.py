"""Numbers as people type them, with their marks, units and limits."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
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
from retnet_core.intake.cells.units import CONVERSIONS, unit_of
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold

_EXACT = 10
"""Decimals of a converted number: 0.29 as a share is 29%, not 28.999999999999996."""

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
_LIMITS = (
    (re.compile(r"(?:<=|=<|≤|up to|at most)\s*(.+)", re.IGNORECASE), "at most"),
    (re.compile(r"(?:<|less than|below|under)\s*(.+)", re.IGNORECASE), "below"),
    (re.compile(r"(?:>=|=>|≥|at least)\s*(.+)", re.IGNORECASE), "at least"),
    (re.compile(r"(?:>|more than|above|over)\s*(.+)", re.IGNORECASE), "above"),
)
_UPPER = ("at most", "below")
_ABOUT = re.compile(
    r"(?:[~≈]|ca\.?|circa|about|approx\.?|etwa|environ)\s*=?\s*[0-9].*"
    r"|[0-9].*\W(?:est|estimated|estimate|approx)\W*",
    re.IGNORECASE,
)
_INEXACT = re.compile(
    r"up to|less|below|under|more|above|over|at least|at most|ca|circa|about|approx|etwa|environ",
    re.I,
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
_SHARE = unread(
    "Other cells of the column carry the sign %, and this one is below 1 without it: is 0.4 a "
    "share of one (40%) or 0.4%?",
    "Write the sign % in every cell: 40% for 0.4, if it is a share, else 0.4%.",
)
_PERCENTAGE = unread(
    "This is a percentage, not a number of this column: 41% can mean 41 or 0.41.",
    "Write the number that is meant, without %.",
)
_ONE_MARK = "Write numbers with a point for decimals (2.5) and no mark for thousands."
_AS_POINT = Remark(
    "The point was read as that of decimals: 1.234 is between 1 and 2. German exports write "
    "thousands so, and no other cell shows which is meant.",
    "Nothing, if that is right; else write the numbers without a mark for thousands (1234).",
)


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

    def __init__(self, unit: str, names: Iterable[str] = ()) -> None:
        self.unit = unit
        self.names = {fold(name) for name in names}
        self.initials = {name[:1] for name in self.names}
        self.is_name: dict[str, bool] = {}
        self.marks: dict[str, str] = {}
        self.has_signs = False

    def read(self, cell: Cell, given: str = "") -> Any:
        """Read a cell; what only the column can decide stays a `_Number`.

        ``given`` is the unit of a cell that carries none, "" for the column's.
        """
        if isinstance(cell, float):
            return self.converted(cell, given) if math.isfinite(cell) else NOT_A_NUMBER
        if isinstance(cell, bool | dt.date) or len(text := as_text(cell)) > LONGEST:
            return NOT_A_NUMBER
        found = self.of_text(text, given)
        if found is NOT_A_NUMBER and (text := undoubted(text)):
            found = in_doubt(self.of_text(text, given))
        return found

    def of_text(self, text: str, given: str) -> Any:
        """Read text as a number, or as what bounds one."""
        number = None if text[:1] in _COMPARES else self.number(text)
        if number is None:
            return self.bounds(text, given)
        if number.mark:
            self.marks.setdefault(number.mark, number.text)
        return number if number.value is None else self.taken(number, number.value, given)

    def taken(self, number: _Number, value: float, given: str) -> float | Assumed:
        """Convert a number, and say so where its unit is neither ours nor the header's."""
        self.has_signs |= number.unit == "%"
        converted = self.converted(value, number.unit or given)
        if number.unit in ("", self.unit, given):
            return converted
        return Assumed(
            converted,
            Remark(
                f"The cell gives its unit ({number.unit}); it was converted to {self.unit}.",
                f"Nothing, if that is meant; else write the number in {self.unit}.",
            ),
        )

    def converted(self, value: float, unit: str) -> float:
        """Give a number in our unit."""
        factor = CONVERSIONS.get(self.unit, {}).get(unit)
        return round(value * factor, _EXACT) if factor else value

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
        unit = unit_of(match[2]) if match else ""
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

    def bounds(self, text: str, given: str) -> Unread:
        """Say of what is no number between which it lies, as far as it says so."""
        text = self.without_name(text)
        if text[:1].isalpha() and not _INEXACT.match(text):
            return NOT_A_NUMBER
        for pattern, words in _LIMITS:
            if (match := pattern.fullmatch(text)) and (limit := self.bound(match[1], given)):
                known = Known(f"{words} {self.in_words(limit)}", limit, "")
                if words in _UPPER:
                    known = known._replace(least="", most=limit)
                return Unread(_LIMIT.remark, known)
        if match := _RANGE.fullmatch(text):
            least = self.bound(match[1], self.without_unit(match[2])[1] or given)
            most = self.bound(match[2], given)
            if not (least and most and float(least) < float(most)):
                return NOT_A_NUMBER
            known = Known(f"from {least} to {self.in_words(most)}", least, most)
            return Unread(_SPAN.remark, known)
        if _ABOUT.fullmatch(text):
            return _LIMIT
        return (
            _PERCENTAGE if text.endswith("%") and _as_written(text[:-1].rstrip()) else NOT_A_NUMBER
        )

    def bound(self, text: str, given: str) -> str:
        """Write a bound in our unit, "" where it cannot be read for sure."""
        number = self.number(text)
        if number is None or number.value is None:
            return ""
        return f"{self.converted(number.value, number.unit or given):.12g}"

    def in_words(self, bound: str) -> str:
        """Write a bound with our unit."""
        return f"{bound}{'' if self.unit == '%' else ' '}{self.unit}".rstrip()

    def settle(self, parsed: Parsed, given: Sequence[str], elsewhere: Callable[[], str]) -> None:
        """Read what can mean thousands or decimals by the other cells of the column."""
        unclear = {at: one for at, one in enumerate(parsed.values) if isinstance(one, _Number)}
        if not unclear:
            return
        decimal = next(iter(self.marks)) if len(self.marks) == 1 else ""
        points = not self.marks and all("," not in one.text for one in unclear.values())
        comma = elsewhere() if points else ""
        is_usual = decimal == "." and all("," not in one.text for one in unclear.values())
        decided = self.decided(next(iter(unclear.values())), decimal) if decimal else None
        if decided and is_usual:  # 1.234 among 2.5
            parsed.notes.append(decided)
        for at, one in unclear.items():
            if decided:
                found = self.taken(one, one.by(decimal), given[at])
                value = found.value if isinstance(found, Assumed) else found
                parsed.take(at, found if is_usual else Assumed(value, decided))
            elif points and not comma:  # programs write decimals so
                value = self.converted(one.by("."), one.unit or given[at])
                parsed.take(at, Assumed(value, _AS_POINT))
            else:
                parsed.take(at, self.question(one, comma))

    def decided(self, example: _Number, decimal: str) -> Remark:
        """Say by which other cell of the column numbers of unclear mark are read."""
        name = "comma" if decimal == "," else "point"
        return Remark(
            f"Numbers such as '{example.text}' were read with a decimal {name}, as "
            f"'{self.marks[decimal]}' can only be read so.",
            _ONE_MARK,
        )

    def doubt_shares(self, cells: Sequence[Cell], given: Sequence[str], parsed: Parsed) -> None:
        """Ask of numbers below 1 whether they are shares, where others carry the sign %."""
        if not self.has_signs or self.unit != "%":
            return
        for at, (cell, value) in enumerate(zip(cells, parsed.values, strict=True)):
            is_bare = given[at] in ("", "%") and not (isinstance(cell, str) and "%" in cell)
            if is_bare and value and 0 < value < 1:
                parsed.take(at, _SHARE)

    def question(self, number: _Number, comma: str) -> Unread:
        """Ask what a mark means that may part thousands or decimals."""
        name = "comma" if "," in number.text else "point"
        why = f" {comma} has a decimal comma." if comma else ""
        if len(self.marks) == 2:
            why = f" The column holds both kinds, '{self.marks[',']}' and '{self.marks['.']}'."
        return unread(f"The {name} can mark thousands or decimals.{why}", _ONE_MARK)


def parse_numbers(
    cells: Sequence[Cell],
    unit: str = "",
    names: Sequence[str] = (),
    given: str | Sequence[str] = "",
    elsewhere: Callable[[], str] = str,
) -> Parsed:
    """Read numbers; of marks that can be read two ways, one that cannot decides for all.

    Parameters
    ----------
    unit : str
        Unit of the column, which a cell may carry: "12 mg", "45%". A cell that carries another
        unit of `CONVERSIONS` is converted.
    names : sequence of str
        Names of the column, which a cell may carry too: "Grade 3".
    given : str or sequence of str
        Unit of the cells that carry none, of all or of each, by any spelling; one that cannot be
        converted, and "", stand for the column's.
    elsewhere : callable
        Is asked, where nothing in the column tells the meaning of a point, for a cell of other
        columns that shows decimal commas, in words; "" is none.
    """
    every = [given] * len(cells) if isinstance(given, str) else given or [""] * len(cells)
    units = {one: unit_of(one) for one in set(every)}
    known = [units[one] for one in every]
    column = Numbers(unit, names)
    parsed = each(cells, column.read, beside=[known])
    column.settle(parsed, known, elsewhere)
    column.doubt_shares(cells, known, parsed)
    return parsed


def is_decimal_comma(cell: Cell) -> bool:
    """Tell a cell that can only be a number with a decimal comma."""
    if not isinstance(cell, str) or "," not in cell or len(cell) > LONGEST:
        return False
    number = _as_written(cell)
    return number is not None and number.mark == ","
