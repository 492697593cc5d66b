"""The five kinds of column, declared once: type, checks, unit, meaning and hand-kept spellings.

Each function returns a pandera column. What pandera has no place for is in its metadata:
``kind``, ``unit``, ``aliases`` (header spellings), ``values`` (code -> spellings) and
``required`` (the export must have it). In a validated frame every column is present.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

Kind = str
DTYPES: dict[Kind, Any] = {
    "text": object,
    "coded": object,
    "number": "float64",
    "date": "datetime64[ns]",
    "yes_no": pd.BooleanDtype(),
}
"""The dtype of each kind of column; missing is None (text, coded), NaN, NaT or NA."""

VISIT = ("timepoint", "time point", "Visite", "Zeitpunkt", "visita")
FORM_DATE = ("form date", "completion date", "date of completion", "Datum", "Ausfülldatum",
             "date de remplissage", "fecha")  # fmt: skip
"""Spellings of headers that several tables share."""


def _column(
    kind: Kind,
    meaning: str,
    aliases: Sequence[str],
    *,
    required: bool = False,
    unit: str = "",
    values: Mapping[str, Sequence[str]] | None = None,
    checks: Sequence[pa.Check] = (),
    unique: bool = False,
) -> pa.Column:
    return pa.Column(
        DTYPES[kind],
        checks=list(checks),
        nullable=not required,
        unique=unique,
        description=meaning,
        metadata={
            "kind": kind,
            "unit": unit,
            "aliases": tuple(aliases),
            "values": dict(values or {}),
            "required": required,
        },
    )


def text(meaning: str, *aliases: str, required: bool = False, unique: bool = False) -> pa.Column:
    """Declare a column of free text."""
    return _column("text", meaning, aliases, required=required, unique=unique)


def coded(
    meaning: str, *aliases: str, values: Mapping[str, Sequence[str]], others: bool = False
) -> pa.Column:
    """Declare a column of codes; ``values`` maps each code to its spellings in exports.

    With ``others``, what is none of the codes is kept as typed.
    """
    check = pa.Check.isin(list(values), error="one of " + ", ".join(values))
    return _column("coded", meaning, aliases, values=values, checks=[] if others else [check])


def number(
    meaning: str,
    *aliases: str,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    whole: bool = False,
    required: bool = False,
) -> pa.Column:
    """Declare a column of numbers, in ``unit``, between ``least`` and ``most`` where given."""
    checks = []
    if least is not None and most is not None:
        checks.append(pa.Check.in_range(least, most, error=f"between {least:g} and {most:g}"))
    elif least is not None:
        checks.append(pa.Check.ge(least, error=f"{least:g} or more"))
    if whole:
        checks.append(pa.Check(lambda column: column % 1 == 0, error="a whole number"))
    return _column("number", meaning, aliases, unit=unit, checks=checks, required=required)


def date(meaning: str, *aliases: str) -> pa.Column:
    """Declare a column of calendar dates."""
    return _column("date", meaning, aliases, unit="date")


def yes_no(meaning: str, *aliases: str) -> pa.Column:
    """Declare a column of yes or no."""
    return _column("yes_no", meaning, aliases)
