"""Units that headers name: "Sum of diameters (cm)", "Age, years", a row of units under them."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from retnet_core.intake.cells import CONVERSIONS, parse_numbers
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts.values import combine
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.tables import SCHEMAS

_SPELLINGS = {
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres", "millimètres",
           "milímetros"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres", "zentimeter",
           "centimètres", "centímetros"),
    "m": ("m",),
    "inch": ("inch", "inches"),
    "%": ("%", "percent", "per cent", "pct", "prozent", "pour cent", "por ciento"),
    "share": ("share", "fraction", "proportion", "0-1", "anteil"),
    "mg": ("mg", "milligram", "milligrams"),
    "g": ("g", "gram", "grams"),
    "µg": ("µg", "ug", "mcg"),
    "mg/m²": ("mg/m²", "mg/m2", "mg/qm", "mg/sqm"),
    "mg/kg": ("mg/kg",),
    "mg/ml": ("mg/ml",),
    "ml": ("ml", "cc", "cm³", "cm3"),
    "mmol": ("mmol", "µmol", "umol"),
    "hours": ("hours", "hour", "hrs", "hr", "stunden", "heures", "horas"),
    "days": ("days", "day", "d", "tage", "jours", "días"),
    "weeks": ("weeks", "week", "wks", "wk", "wochen", "semaines", "semanas"),
    "months": ("months", "month", "mo", "mos", "mths", "monate", "mois", "meses"),
    "years": ("years", "year", "yrs", "yr", "y", "yo", "y/o", "jahre", "jahren", "ans", "années",
              "años"),
}  # fmt: skip
_UNIT_OF = {word.casefold(): unit for unit, words in _SPELLINGS.items() for word in words}

_MISSING = re.compile(r"-(?:1|7|8|9|77|88|888|9{2,})|9{3,}|8{3,}")
"""Numbers by which programs write that there is no value: they carry no unit."""
_ENDS_IN_NUMBER = re.compile(r"(.*[0-9.])(\s*[?*]?)")

_IN_BRACKETS = re.compile(r"[(\[{]\s*(?:in\s+)?([^)\]}]*?)\s*[)\]}]")
_AT_END = re.compile(r"(.+?)(?:\s*,\s*(?:in\s+)?|\s+in\s+|[\s_]+)([^\s_,]+)\s*")
_FORMAT = re.compile(
    r"[dmytj]{1,4}([-/. ])[dmytj]{1,4}\1[dmytj]{1,4}|yes\s*/\s*no|y\s*/\s*n|[01]\s*/\s*[01]|date"
    r"|text|number|datum|-", re.IGNORECASE,
)  # fmt: skip
_LIKE_A_UNIT = re.compile(r"[^\W\d_]{1,4}(?:[/^.][^\W_]{1,4}[23²³]?)?|‰")


@dataclass(frozen=True)
class Named:
    """A header without its unit, and the unit: as typed, and as it is known here ("" if not)."""

    header: str
    typed: str = ""
    unit: str = ""


@functools.lru_cache(maxsize=4096)
def split(header: str) -> Named:
    """Take the unit off a header.

    Examples
    --------
    >>> split("Sum of diameters (cm)").unit, split("Age, years").header
    ('cm', 'Age')
    >>> split("Ki-67").unit
    ''
    """
    for match in _IN_BRACKETS.finditer(header):
        typed = match[1].strip()
        if unit := _UNIT_OF.get(typed.casefold().rstrip("."), ""):
            bare = f"{header[: match.start()]} {header[match.end() :]}".strip()
            return Named(" ".join(bare.split()), typed, unit)
    remarks = [match[1].strip() for match in _IN_BRACKETS.finditer(header)]
    bare = " ".join(_IN_BRACKETS.sub(" ", header).split())
    ending = _AT_END.fullmatch(bare)
    if ending and (unit := _UNIT_OF.get(ending[2].casefold(), "")):
        return Named(ending[1].strip(), ending[2], unit)
    return Named(bare or header, next(filter(_LIKE_A_UNIT.fullmatch, remarks), ""))


def in_brackets(header: str) -> str:
    """Give what a header has in brackets, "" where it has nothing: "CgA (ng/mL)"."""
    match = _IN_BRACKETS.search(header)
    return match[1] if match else ""


def is_unit(text: str) -> bool:
    """Tell whether a cell of a row under the headers holds a unit or a format, and nothing else."""
    bare = text.strip().strip("()[]{}").strip().removeprefix("in ")
    return bare.casefold() in _UNIT_OF or bool(_FORMAT.fullmatch(bare))


def are_units(texts: Sequence[str]) -> bool:
    """Tell a row of units; a row with an m or a dash alone may be a patient's."""
    return all(map(is_unit, texts)) and any(len(text) > 1 or text == "%" for text in texts)


def known(text: str) -> Named:
    """Read a cell of a row of units."""
    bare = text.strip().strip("()[]{}").strip().removeprefix("in ")
    return Named("", bare, _UNIT_OF.get(bare.casefold(), ""))


def in_our_unit(
    column: Column, named: Named, table: str, ours: str, sheet: str
) -> tuple[Column | None, list[Finding]]:
    """Turn a column whose header names a unit into one in ours, and say so.

    Returns
    -------
    column : Column or None
        None where the numbers are of another kind and cannot be converted.
    findings : list of Finding
    """
    about = SCHEMAS[table].columns[ours].metadata or {}
    wanted = str(about["unit"])
    if about["kind"] != "number" or not wanted or not named.typed or named.unit == wanted:
        return column, []

    def say(severity: Severity, problem: str, remedy: str) -> list[Finding]:
        return [Finding(severity, table, sheet, None, column.header, "", problem, remedy)]

    if factor := CONVERSIONS.get(wanted, {}).get(named.unit):
        share = factor if wanted == "%" else 0.0
        rule = functools.partial(_with_unit, unit=named.unit, share=share)
        return combine([column], rule), say(
            Severity.ASSUMED,
            f"The header says {named.typed}; numbers were converted to {wanted} (times "
            f"{factor:.6g}).",
            f"Nothing, if the cells are in {named.typed}; else correct the header.",
        )
    if named.unit:
        return None, say(
            Severity.SET_ASIDE,
            f"The header says {named.typed}, and {ours} is in {wanted}: one cannot be told from "
            "the other, so this column was not used. What are its numbers?",
            f"Give the numbers in {wanted}, or correct the header.",
        )
    return column, say(
        Severity.ASSUMED,
        f"'{named.typed}' in the header is no unit that is known here; the numbers were read as "
        f"{wanted}. Is that right?",
        f"Nothing, if they are in {wanted}; else give them in {wanted}.",
    )


def _with_unit(cell: Cell, unit: str, share: float) -> Cell | None:
    """Give a cell the unit of its header: cells that carry a unit are converted when read.

    A share, which no cell carries, is written as a percentage.
    """
    if cell == "":
        return None
    text = as_text(cell)
    is_number = not isinstance(cell, bool | dt.date) and re.search(r"[0-9]", text)
    if not is_number or _MISSING.fullmatch(text):
        return cell
    if not share:
        number = _ENDS_IN_NUMBER.fullmatch(text)
        return f"{number[1]} {unit}{number[2]}" if number else cell
    (value,) = parse_numbers([cell], "%", given=unit).values
    return f"{text} (share)" if value is None else f"{value:.12g} %"


def as_typed(cell: Cell, header: str) -> Cell:
    """Take off a cell the unit that `in_our_unit` gave it from its header.

    Examples
    --------
    >>> as_typed("3.3 cm", "Sum of diameters (cm)"), as_typed("3.3 cm", "Sum of diameters")
    ('3.3', '3.3 cm')
    """
    unit = split(header).unit
    return cell.removesuffix(f" {unit}") if unit and isinstance(cell, str) else cell
