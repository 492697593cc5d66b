"""The unit of each time of ADTTE: as it is stated, held against the dates of the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import DAYS_IN, unit_of
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import (
    full_name,
    leave_out_parameters,
    named,
    parameter,
)
from retnet_core.intake.layouts.cdisc.units import BRACKET
from retnet_core.intake.layouts.values import Mask, Texts, among, combine, dates, numbers, texts
from retnet_core.intake.mapping import Reading
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold

_LENGTHS = {"days": (1.0, 1.0), "weeks": (7.0, 7.0), "months": (30.0, 30.5),
            "years": (365.0, 365.25)}  # fmt: skip
"""Between which lengths a unit is taken: months of 30, 30.4, 30.4375 days are all in use."""
_TELLING = 14
"""Days from which the dates tell one unit from another."""
_BOTH = (
    "Correct AVALU and upload again; or choose AVAL for days under Columns on the page Data and "
    "say its unit there."
)


def units(adtte: Dataset) -> Texts:
    """Give each row's unit of time, "" where it is asked for.

    Times in no unit of time are set aside; so are those without a unit, unless the user says which
    column holds the times: then the unit is his.
    """
    stated = texts(combine([adtte.of("AVALU") or adtte.blank()], _stated))
    in_name = texts(combine([full_name(adtte)], _in_name))
    words = np.where(stated != "", stated, in_name)
    leave_out_parameters(
        adtte,
        (words != "") & ~among(words, DAYS_IN),
        "Parameters that are not given in a unit of time",
        "Nothing, if it is no time (a count); else write DAYS, WEEKS, MONTHS or YEARS in AVALU.",
    )
    if adtte.mapped.keys() & {"days", "months"}:
        return words
    times = _Times.of(adtte)
    words[_proven(adtte, times, words)] = "days"
    for rows in _groups(adtte, words):
        if _is_in_doubt(adtte, times, rows, words, np.where(stated != "", in_name, "")):
            words[rows] = ""
    _tell_differences(adtte, times, words)
    return words


def _stated(cell: Cell) -> Cell | None:
    """Give a unit of time, or a word that is none."""
    return _unit(as_text(cell)) or cell if cell != "" else None


def _unit(text: str) -> str:
    """Give the unit of time that a word says, "" for none: also "Month(s)" is one."""
    unit = unit_of(text) or unit_of(fold(text))
    return unit if unit in DAYS_IN else ""


def _in_name(name: Cell) -> Cell | None:
    bracket = BRACKET.search(as_text(name))
    return _unit(bracket[1]) or None if bracket else None


@dataclass(frozen=True, eq=False)
class _Times:
    """The times of all rows, and beside them the days from STARTDT to ADT (NaN where unknown).

    ``last`` is the worth of the last decimal of a time: 0.1 of 12.3.
    """

    column: Column | None
    values: NDArray[np.float64]
    days: NDArray[np.float64]
    last: NDArray[np.float64]

    @classmethod
    def of(cls, adtte: Dataset) -> _Times:
        """Take the variables."""
        column, end = adtte.of("AVAL"), adtte.of("ADT", "ADTM")
        start = adtte.of("STARTDT", "STARTDTM")
        value = column or adtte.blank()
        days = np.full(len(adtte.rows), np.nan)
        if end and start:
            said = Reading(dates=adtte.said.dates, missing=adtte.said.missing)  # of the whole file
            days = (dates(end, said) - dates(start, said)) / np.timedelta64(1, "D")
        places = [len(text.partition(".")[2]) for text in texts(value)]
        last = 10.0 ** -np.minimum(np.array(places, dtype=float), 6)
        return cls(column, numbers(value), days, last)

    def agree(self, units: Texts) -> Mask:
        """Tell which times are those between the dates, the last day counted or not."""
        shortest, longest = (
            np.array([_LENGTHS.get(unit, (np.nan, np.nan))[end] for unit in units])
            for end in (0, 1)
        )
        slack = np.where(units == "days", 0, self.last * longest) + 1e-6
        ends = self.values * shortest, self.values * longest
        low, high = np.minimum(*ends), np.maximum(*ends)
        agreeing: Mask = (low - slack <= self.days + 1) & (high + slack >= self.days)
        return agreeing

    def meant(self) -> Texts:
        """Give the unit that the dates of each row point to, "" where they tell nothing."""
        found = np.full(len(self.values), "", dtype=object)
        told = (self.days >= _TELLING) & (self.values > 0)
        ratio = np.log((self.days[told] + 0.5) / self.values[told])
        names = np.array([*DAYS_IN], dtype=object)
        lengths = np.log([*DAYS_IN.values()])
        found[told] = names[np.abs(ratio[:, None] - lengths).argmin(axis=1)]
        return found


def _proven(adtte: Dataset, times: _Times, words: Texts) -> Mask:
    """Tell rows without a unit that are days by their dates; the others are set aside."""
    unknown = (words == "") & (texts(times.column or adtte.blank()) != "") & adtte.kept
    offset, codes = times.values - times.days, texts(parameter(adtte))
    proven = [
        code
        for code in set(codes[unknown])
        if (own := offset[unknown & (codes == code)])[0] in (0, 1) and (own == own[0]).all()
    ]
    in_days = unknown & among(codes, proven)
    if in_days.any():
        adtte.note(
            Severity.NOTE,
            "AVAL",
            f"The unit is not stated (AVALU) of {named(adtte, in_days)}. On every row AVAL is the "
            "number of days from STARTDT to ADT, so it was read as days.",
            "Nothing, if that is so.",
        )
    leave_out_parameters(
        adtte,
        unknown & ~in_days,
        "Parameters whose unit is not stated (AVALU is blank or missing) and is not proven to be "
        "days by ADT and STARTDT",
        "Write DAYS, WEEKS, MONTHS or YEARS in AVALU and upload again.",
    )
    return in_days


def _groups(adtte: Dataset, words: Texts) -> Iterator[Mask]:
    """Give the rows kept of each parameter, those of one unit together."""
    codes = pd.Series(texts(parameter(adtte)), dtype=object)
    for code, unit in dict.fromkeys(zip(codes, words, strict=True)):
        rows = adtte.kept & (codes == code).to_numpy() & (words == unit)
        if unit and rows.any():
            yield rows


def _is_in_doubt(adtte: Dataset, times: _Times, rows: Mask, words: Texts, in_name: Texts) -> bool:
    """Tell whether the unit of a parameter is contradicted, and ask which is right.

    Parameters
    ----------
    rows : numpy.ndarray of bool
        The rows of the parameter, all of one unit.
    words, in_name : numpy.ndarray of str
        The unit of each row; the one in PARAM where AVALU states one too.
    """
    unit = words[rows][0]
    meant = times.meant()
    told, other = rows & (meant != ""), rows & (meant != "") & (meant != unit)
    what = named(adtte, rows)
    if other.any() and 2 * other.sum() >= told.sum():
        at = int(np.flatnonzero(other)[0])
        problem = (
            f"The times of {what} are said to be in {unit}, but by STARTDT and ADT most of "
            f"them are in {pd.Series(meant[other]).mode()[0]}: AVAL is "
            f"{times.values[at]:.6g} for {times.days[at]:.0f} days. "
        )
    elif (differs := rows & (in_name != "") & (in_name != words)).any():
        both = f"PARAM says {in_name[differs][0]} and AVALU says {unit} for {what}"
        if told.any():
            adtte.note(
                Severity.NOTE, "AVALU",
                f"{both}. By STARTDT and ADT the times are in {unit}, and were read so.",
                "Nothing, if that is so; else correct AVALU.",
            )  # fmt: skip
            return False
        problem = f"{both}, and there are no dates (STARTDT and ADT) to tell. "
    else:
        return False
    adtte.tell(
        Severity.SET_ASIDE,
        rows,
        times.column,
        f"{problem}Which unit is right? The times were emptied, the rows are kept.",
        _BOTH,
        listed=1,
    )
    return True


def _tell_differences(adtte: Dataset, times: _Times, words: Texts) -> None:
    """Say which single times are not those between their dates."""
    known = among(words, DAYS_IN) & ~np.isnan(times.values) & ~np.isnan(times.days)
    adtte.tell(
        Severity.NOTE,
        known & ~times.agree(words),
        times.column,
        "The time is not the one from STARTDT to ADT of this row. AVAL is used, and all three are "
        "kept.",
        "Find out in the source which of the time and the two dates is wrong.",
    )
