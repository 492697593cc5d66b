"""Event rates by interval of time: the hazard as a function that is constant within intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core import wording
from retnet_core.analysis._groups import (
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis._sentences import NOBODY, counted_months, group_name
from retnet_core.analysis.kaplan_meier import TIE
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH, Endpoint, arm_title
from retnet_core.trial import join_words

FEW = 5
"""Events of an interval below which its rate says little."""
_PER = 100
"""Patient-months that rates are given for."""
_COLUMNS = ["group", "start", "end", "events", "person_months", "hazard", "lower", "upper"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class PiecewiseHazard(Result):
    """Event rates of groups by interval of time.

    Attributes
    ----------
    by : str or None
        The column that divides the patients.
    groups : tuple of str
        The groups with patients, in display order.
    width : float
        Months of an interval.
    endpoint : Endpoint
        What was timed.
    origin : str
        Where time starts, in words (`TimeToEvent.origin`).
    table : pandas.DataFrame
        group, start, end (months), events, person_months, hazard (events per 100 patient-months),
        lower, upper: for each group the same intervals, up to the last time of all patients; rate
        and limits are NaN where nobody of the group was followed.
    """

    by: str | None
    groups: tuple[str, ...]
    width: float
    endpoint: Endpoint
    origin: str
    table: pd.DataFrame


def piecewise_hazard(
    tte: TimeToEvent, by: str | None = "arm", width: float = 6.0
) -> PiecewiseHazard:
    """Estimate event rates by interval of time.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str or None
        Column of ``tte.frame`` that divides the patients; None takes all together.
    width : float
        Months of an interval. The intervals are (0, width], (width, 2 width], ...; an event at
        time 0 belongs to the first.

    Returns
    -------
    PiecewiseHazard
        Events over patient-months, the maximum likelihood estimate of a hazard that is constant
        within intervals (R's ``pyears`` with ``tcut``), with exact Poisson limits (Garwood,
        Biometrika 1936; R's ``poisson.test``).

    Raises
    ------
    ValueError
        If ``width`` is not a number of months above 0, or ``by`` is no column of the frame.
    """
    if not 0 < width < math.inf:
        raise ValueError(f"width is a number of months above 0, not {width:g}")
    labels = group_labels(tte, by)
    groups = ordered_groups(tte, by, labels)
    days, event = times(tte)
    table = _table(days, event, group_codes(labels, groups), groups, width)
    return PiecewiseHazard(
        by=by,
        groups=groups,
        width=width,
        endpoint=tte.endpoint,
        origin=tte.origin,
        table=table,
        method=f"Events per {_PER} patient-months by {by_words(by)} in intervals of {width:g} "
        "months, each with its end and without its start (an event at time 0 is in the first): "
        "events over the patient-months followed within the interval, with exact Poisson "
        "(Garwood) 95% confidence limits.",
        notes=(*guard_notes(tte, by), *_notes(table)),
    )


def summary(result: PiecewiseHazard) -> str:
    """Say event rates in a paragraph.

    The first interval is told, and the last in which every group had at least 5 events.

    Parameters
    ----------
    result : PiecewiseHazard
        The result.

    Returns
    -------
    str
        Such as "In the first 6 months there were 4.1 events per 100 patient-months (95% CI
        3.0-5.5) with TAE and 3.0 (2.1-4.2) with cTACE."
    """
    if not result.groups:
        return NOBODY
    if result.table["hazard"].isna().all():
        return "All times are 0: there is no rate."
    fewest = result.table.groupby("start")["events"].min()
    told = [0.0, *fewest.index[(fewest >= FEW) & (fewest.index > 0)][-1:]]
    texts = []
    for start in told:
        rates = _rates(result, start, first=start == 0)
        if start == 0:
            months = counted_months(result.width, result.origin)
            texts.append(f"In the first {months} there were {rates}")
        else:
            each = " in every group" if len(result.groups) > 1 else ""
            why = f", the last with at least {FEW} events{each}"
            texts.append(f"in months {start:g} to {start + result.width:g}{why}, {rates}")
    return "; ".join(texts) + "."


def rate_words(hazard: float, lower: float, upper: float) -> tuple[str, str]:
    """Write a rate and its limits: "4.1" and "3.0-5.5"; two decimals for rates below 1."""
    digits = 2 if 0 < hazard < 1 else 1
    return f"{hazard:.{digits}f}", f"{lower:.{digits}f}-{upper:.{digits}f}"


def _rates(result: PiecewiseHazard, start: float, first: bool) -> str:
    """Say each group's rate in an interval; the unit and what limits are, only once."""
    texts = []
    for row in result.table[result.table["start"] == start].to_dict("records"):
        name = group_name(result.by, row["group"])
        end = f" with {name}" if name else ""
        if math.isnan(row["hazard"]):  # all times of the group are 0, as a note says
            continue
        unit, interval = (f" events per {_PER} patient-months", "95% CI ") if first else ("", "")
        rate, limits = rate_words(row["hazard"], row["lower"], row["upper"])
        texts.append(f"{rate}{unit} ({interval}{limits}){end}")
        first = False
    return join_words(texts)


def _table(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    codes: npt.NDArray[np.int64],
    groups: tuple[str, ...],
    width: float,
) -> pd.DataFrame:
    """Count events and time, and divide."""
    place = _interval(days, width * DAYS_PER_MONTH)
    n = int(place.max()) + 1 if len(place) else 0
    starts = width * np.arange(n, dtype=np.float64)
    parts = []
    for i, group in enumerate(groups):
        mine = codes == i
        events = np.bincount(place[mine & event], minlength=n)
        months = _person_months(days[mine] / DAYS_PER_MONTH, place[mine], starts, width)
        part = {"group": group, "start": starts, "end": starts + width, "events": events,
                "person_months": months}  # fmt: skip
        parts.append(pd.DataFrame(part | _poisson(events, months)))
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


def _interval(days: _Floats, width: float) -> npt.NDArray[np.int64]:
    """Give the place of the interval in which each time ends; its end belongs to it."""
    return np.maximum(np.ceil((days - TIE) / width) - 1, 0).astype(np.int64)


def _person_months(
    months: _Floats, place: npt.NDArray[np.int64], starts: _Floats, width: float
) -> _Floats:
    """Sum the time followed in each interval: whole ones passed, and the part of the last."""
    ended = np.bincount(place, minlength=len(starts))
    passed = (len(place) - np.cumsum(ended)).astype(np.float64)
    last = np.zeros(len(starts))
    np.add.at(last, place, months - starts[place])
    return passed * width + last


def _poisson(events: npt.NDArray[np.int64], months: _Floats) -> dict[str, _Floats]:
    """Give rates with Garwood's limits; NaN without person-time."""
    time = np.where(months * DAYS_PER_MONTH > TIE, months, np.nan) / _PER
    lower = np.where(events > 0, stats.chi2.ppf(0.025, 2 * np.maximum(events, 1)) / 2, 0)
    upper = stats.chi2.ppf(0.975, 2 * (events + 1)) / 2
    return {"hazard": events / time, "lower": lower / time, "upper": upper / time}


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    few = table["hazard"].notna() & (table["events"] < FEW)
    if few.any():
        notes.append(
            f"{int(few.sum())} of {wording.count(int(table['hazard'].notna().sum()), 'rate')} "
            f"rest on fewer than {FEW} events: their limits are wide, and little can be read "
            "from how they rise and fall."
        )
    last = table[table["end"] == table["end"].max()]
    if len(last) and table["end"].max() > table["end"].min():
        followed = [
            f"{months:.1f} of {arm_title(group)}" if months else f"none of {arm_title(group)}"
            for group, months in zip(last["group"], last["person_months"], strict=True)
        ]
        notes.append(
            f"The last interval, months {last['start'].iloc[0]:g} to {last['end'].iloc[0]:g}, "
            f"rests on these patient-months: {join_words(followed)}."
        )
    lost = table.loc[table["hazard"].isna() & (table["events"] > 0), "group"].tolist()
    if lost:
        notes.append(f"All times of {join_words(lost)} are 0: events without time have no rate.")
    return tuple(notes)
