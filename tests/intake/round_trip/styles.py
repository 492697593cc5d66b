"""How a value is typed into a cell: a style for a column, and what it cannot say for sure."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from retnet_core.protocol import ARMS
from retnet_core.tables import about

Cell = str | float | bool | dt.date | None
Write = Callable[[Any], Cell]
"""Types a value, which is none of None."""

MISSING_CODE = "-99"
MISSING = (None, None, "", ".", "NA", "n/a", "ND", MISSING_CODE)
"""What stands for no value; the code only where the mapping says so."""


@dataclass(frozen=True)
class Style:
    """How the cells of a column are typed.

    ``blank`` stands for no value, ``unit`` goes into the header.
    """

    name: str
    write: Write
    blank: Cell = None
    unit: str = ""

    def cell(self, value: Any) -> Cell:
        return self.blank if value is None else self.write(value)


# Dates

MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
           "Oktober", "November", "Dezember"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
           "octobre", "novembre", "décembre"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
           "octubre", "noviembre", "diciembre"),
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
           "settembre", "ottobre", "novembre", "dicembre"),
}  # fmt: skip


def named(pattern: str, language: str) -> Write:
    return lambda day: pattern.format(d=day.day, m=MONTHS[language][day.month - 1], y=day.year)


def serial(day: dt.date) -> float:
    return float((day - dt.date(1899, 12, 30)).days)


PLAIN_DATES: dict[str, Write] = {
    "ISO": dt.date.isoformat,
    "spreadsheet": lambda day: day,
    "spreadsheet with time": lambda day: dt.datetime(day.year, day.month, day.day, 9, 30),
    "ISO with time": lambda day: f"{day}T09:30:00",
    "DATE9": lambda day: f"{day:%d}{MONTHS['en'][day.month - 1][:3].upper()}{day.year}",
    "12-Mar-2019": lambda day: f"{day:%d}-{MONTHS['en'][day.month - 1][:3]}-{day.year}",
    "12-Mar-19": lambda day: f"{day:%d}-{MONTHS['en'][day.month - 1][:3]}-{day:%y}",
    "compact": lambda day: f"{day:%Y%m%d}",
    "y/m/d": lambda day: f"{day:%Y/%m/%d}",
    "padded": lambda day: f" {day} ",
    "doubted": lambda day: f"{day}?",
}
NAMED_DATES: dict[str, Write] = {
    "March 12, 2019": named("{m} {d}, {y}", "en"),
    "12 March 2019": named("{d} {m} {y}", "en"),
    "12. März 2019": named("{d}. {m} {y}", "de"),
    "12 mars 2019": named("{d} {m} {y}", "fr"),
    "12 de marzo de 2019": named("{d} de {m} de {y}", "es"),
    "12 marzo 2019": named("{d} {m} {y}", "it"),
    "12th March 2019": named("{d}th {m} {y}", "en"),
}
TURNED_DATES: dict[str, Write] = {
    "d/m/y": lambda day: f"{day:%d/%m/%Y}",
    "m/d/y": lambda day: f"{day:%m/%d/%Y}",
    "d.m.y": lambda day: f"{day.day}.{day.month}.{day.year}",
    "d-m-y": lambda day: f"{day:%d-%m-%Y}",
    "d.m.y, short": lambda day: f"{day:%d.%m.%y}",
}
ANY_DATES = {**PLAIN_DATES, **NAMED_DATES, **TURNED_DATES, "number of a day": serial}


def mixed(ways: Sequence[Write]) -> Write:
    """Type each value in one of several ways, the same value always in the same."""
    return lambda value: ways[zlib.crc32(repr(value).encode()) % len(ways)](value)


# Numbers


def plain(value: Any) -> str:
    """Write a number without needless zeros, as a point number."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def comma(value: Any) -> str:
    return plain(value).replace(".", ",")


def grouped(value: Any) -> str:
    whole, _, rest = plain(value).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def divided(value: Any, by: int) -> Decimal:
    return Decimal(repr(float(value))) / by


NUMBERS: dict[str, Write] = {
    "number": float,
    "text": plain,
    "comma": comma,
    "grouped": grouped,
    "padded": lambda value: f" {plain(value)} ",
    "2 decimals": lambda value: plain(value) if "." in plain(value) else f"{plain(value)}.00",
    "3 decimals": lambda value: f"{value:.3f}",
    "doubted": lambda value: f"{plain(value)}*",
    "1 234,5": lambda value: grouped(value).translate(str.maketrans(",.", "\u00a0,")),
    "1'234.5": lambda value: grouped(value).replace(",", "'"),
}
IN_CELLS: dict[str, dict[str, Write]] = {
    "mm": {"3.3 cm": lambda v: f"{plain(divided(v, 10))} cm", "33mm": lambda v: f"{plain(v)}mm"},
    "%": {"45%": lambda v: f"{plain(v)}%", "4,5 %": lambda v: f"{comma(v)} %"},
    "mg": {"50 mg": lambda v: f"{plain(v)} mg"},
    "days": {"14 d": lambda v: f"{plain(v)} d", "14 days": lambda v: f"{plain(v)} days"},
    "years": {"61 years": lambda v: f"{plain(v)} years"},
}
COMMAS = ("comma", "1 234,5", "4,5 %")
IN_HEADERS: dict[str, dict[str, int]] = {
    "mm": {"mm": 1, "cm": 10}, "%": {"%": 1, "share": 100}, "mg": {"mg": 1, "g": 1000},
    "days": {"days": 1, "weeks": 7}, "years": {"years": 1},
}  # fmt: skip
"""The unit that a header names, and by what a number in ours is divided then."""


@st.composite
def number_styles(draw: st.DrawFn, unit: str, headers: bool) -> Style:
    """A number by itself, with its unit beside it, or with a unit in the header."""
    ways = {**NUMBERS, **IN_CELLS.get(unit, {})}
    of_header = IN_HEADERS.get(unit, {}) if headers else {}
    name = draw(st.sampled_from([*ways, *(f"header: {one}" for one in of_header)]))
    if name in ways:
        # Only ways with the same decimal mark: one that shows its own decides for the column.
        alike = [one for one in ways if (one in COMMAS) is (name in COMMAS) and one != "number"]
        several = draw(st.lists(st.sampled_from(alike), max_size=0 if name == "number" else 2))
        return Style(name, mixed([ways[one] for one in (name, *several)]))
    told = name.removeprefix("header: ")
    by = of_header[told]
    write = draw(st.sampled_from([float, plain, comma]))
    return Style(f"{name}, {write.__name__}", lambda v: write(divided(v, by)), unit=told)


# Words

YES_NO = (
    (True, False), ("yes", "no"), ("Y", "N"), ("ja", "nein"), ("oui", "non"), ("sí", "no"),
    (1, 0), ("1", "0"), ("TRUE", "FALSE"), ("Checked", "Unchecked"), ("X", "no"),
    ("wahr", "falsch"), ("1 - Yes", "0 - No"), ("Yes (1)", "No (0)"), ("yes?", "no"),
)  # fmt: skip
ROMAN = ("", "I", "II", "III", "IV", "V")
SEVERITY = ("", "mild", "moderate", "severe", "life-threatening", "death")
GRADES: dict[str, Write] = {
    "number": float,
    "text": plain,
    "G2": lambda g: f"G{g:.0f}",
    "Grade 2": lambda g: f"Grade {g:.0f}",
    "grade II": lambda g: f"grade {ROMAN[int(g)]}",
    "II": lambda g: ROMAN[int(g)],
    "°2": lambda g: f"°{g:.0f}",
    "2 - moderate": lambda g: f"{g:.0f} - {SEVERITY[int(g)]}",
    "2.0": lambda g: f"{g:.1f}",
}
ARM_WORDS = {arm.code: (arm.code, arm.label, *arm.aliases) for arm in ARMS}


def yes_no_style(pair: tuple[Any, Any]) -> Style:
    return Style(f"{pair[0]}/{pair[1]}", lambda value: pair[0] if value else pair[1])


@st.composite
def word_styles(draw: st.DrawFn, words: Mapping[str, Sequence[str]]) -> Style:
    """Codes by one spelling each, for the whole column."""
    chosen = {code: draw(st.sampled_from([code, *spelt])) for code, spelt in words.items()}
    case = draw(st.sampled_from([str, str, str.upper, str.casefold]))
    return Style(
        ", ".join(chosen.values()), lambda value: case(chosen[value]) if value in chosen else value
    )


@st.composite
def styles(
    draw: st.DrawFn,
    table: str,
    column: str,
    dates: Mapping[str, Write] = ANY_DATES,
    headers: bool = True,
    blanks: Sequence[Cell] = MISSING,
) -> Style:
    """How a column of ours is typed where an export leaves that to people."""
    kind = about(table, column).kind
    if column in ("patient_id", "term", "test", "visit", "target", "endpoint", "instrument",
                  "scale", "item"):  # fmt: skip
        return Style("as it is", lambda value: value)
    if column in ("arm", "arm_received"):
        found = draw(word_styles(ARM_WORDS))
    elif (table, column) == ("adverse_events", "grade"):
        name = draw(st.sampled_from(list(GRADES)))
        found = Style(name, mixed([GRADES[name], GRADES[draw(st.sampled_from(list(GRADES)))]]))
    elif kind == "date":
        name = draw(st.sampled_from(list(dates)))
        others = [dates[one] for one in dates if one not in TURNED_DATES]
        several = draw(st.lists(st.sampled_from(others), max_size=2))
        found = Style(name, mixed([dates[name], *several]))
    elif kind == "number":
        found = draw(number_styles(about(table, column).unit, headers))
    elif kind == "yes_no":
        found = yes_no_style(draw(st.sampled_from(YES_NO)))
    elif kind == "coded":
        found = draw(word_styles(about(table, column).values))
    else:
        found = Style("as it is", lambda value: value)
    blank = draw(st.sampled_from(blanks))
    return Style(found.name, found.write, blank, found.unit)


# What a column leaves open

_TURNED = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2[0-9]{2,4}")
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}(?![0-9])")


def left_open(cells: Sequence[Cell]) -> list[bool]:
    """Tell which cells of a column may be asked about: they can be read two ways.

    A mark that can part thousands or decimals is open by itself. Day and month are open as long
    as no date of the column has a day after the 12th.
    """
    turned = [_TURNED.fullmatch(one) if isinstance(one, str) else None for one in cells]
    decided = any(one and max(int(one[1]), int(one[3])) > 12 for one in turned)
    return [
        bool(date and not decided and date[1] != date[3])
        or bool(isinstance(cell, str) and _EITHER.match(cell.strip()))
        for cell, date in zip(cells, turned, strict=True)
    ]
