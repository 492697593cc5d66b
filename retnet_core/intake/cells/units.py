"""Units as people write them, and by what a number in one becomes a number in another."""

from __future__ import annotations

from retnet_core.protocol import DAYS_PER_MONTH

CONVERSIONS: dict[str, dict[str, float]] = {
    "mm": {"cm": 10.0},
    "%": {"share": 100.0},
    "days": {"weeks": 7.0, "months": DAYS_PER_MONTH, "years": 365.25},
    "months": {"days": 1 / DAYS_PER_MONTH, "weeks": 7 / DAYS_PER_MONTH, "years": 12.0},
    "mg": {"g": 1000.0},
}
"""Our units, and by what a number in another unit is multiplied."""

DAYS_IN = {"days": 1.0, **CONVERSIONS["days"]}
"""The length of each unit of time that becomes days."""

SPELLINGS = {
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
    "days": ("days", "day", "d", "tage", "tag", "jours", "días", "dias"),
    "weeks": ("weeks", "week", "wks", "wk", "w", "wochen", "woche", "semaines", "semanas"),
    "months": ("months", "month", "mo", "mos", "mth", "mths", "monate", "monat", "mois", "meses"),
    "years": ("years", "year", "yrs", "yr", "y", "yo", "y/o", "jahre", "jahren", "jahr", "ans",
              "années", "años", "anos"),
}  # fmt: skip
"""Every unit that is told from a remark, and how it is written."""

TIMES = ("hours", "days", "weeks", "months", "years")
"""Units of a time."""

_UNIT_OF = {word.casefold(): unit for unit, words in SPELLINGS.items() for word in words}


def unit_of(text: str) -> str:
    """Name the unit that a text says, "" where it says none.

    Examples
    --------
    >>> unit_of("Centimetres"), unit_of("mo."), unit_of("baseline")
    ('cm', 'months', '')
    """
    return _UNIT_OF.get(text.strip().casefold().rstrip("."), "")
