"""Landmarks: patients from a month on, and differences between curves at given months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core import wording
from retnet_core.analysis._groups import choose_reference
from retnet_core.analysis.kaplan_meier import TIE, KaplanMeier
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.trial import join_words

_DIFFERENCES = ["level", "reference", "months", "difference", "lower", "upper"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Differences(Result):
    """How far curves are apart at given months.

    Attributes
    ----------
    table : pandas.DataFrame
        level, reference, months, difference (level minus reference, as a share of one), lower,
        upper: for each level, a row a month. All are missing past the last time of a curve that
        has not reached 0, the limits also where a curve is at 0 or still at 1: Greenwood's
        variance says nothing there.
    """

    table: pd.DataFrame


def from_month(tte: TimeToEvent, months: float) -> TimeToEvent:
    """Take the patients still under observation without the event after a landmark.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    months : float
        The landmark L, in months of 30.4375 days.

    Returns
    -------
    TimeToEvent
        The patients whose time lies strictly after L, with times counted from L (Anderson, Cain
        and Gelber, J Clin Oncol 1983); the notes say who is left out.

    Raises
    ------
    ValueError
        If ``months`` is negative or not a number.

    Examples
    --------
    >>> tte = TimeToEvent.from_frame(pd.DataFrame({"months": [3, 6, 10], "event": True}))
    >>> from_month(tte, 6).frame["months"].tolist()
    [4.0]
    """
    if not months >= 0:
        raise ValueError(f"a landmark is a month from 0 on, not {months:g}")
    landmark = months * DAYS_PER_MONTH
    after = tte.frame["days"] > landmark + TIE
    kept = tte.frame[after].reset_index(drop=True)
    days = kept["days"] - landmark
    frame = kept.assign(days=days, months=days / DAYS_PER_MONTH)
    return replace(
        tte,
        frame=frame,
        landmark=months,
        origin=f"the landmark at month {months:g}",
        method=f"{tte.method} Landmark analysis: patients followed without {tte.endpoint.event} "
        f"for longer than {months:g} months, times counted from month {months:g}.",
        notes=(*tte.notes, *_notes(tte.frame[~after], len(tte.frame), months)),
    )


def differences(
    km: KaplanMeier, months: Sequence[float] | _Floats, reference: str | None = None
) -> Differences:
    """Compare groups by the difference of their curves at given months.

    Parameters
    ----------
    km : KaplanMeier
        The curves.
    months : sequence of float
        Where to compare.
    reference : str, optional
        The group that others are compared with; by default TAE, else the first group.

    Returns
    -------
    Differences
        Kaplan-Meier estimates subtracted, with Greenwood's variances added and limits on the plain
        scale.

    Raises
    ------
    ValueError
        If ``reference`` is not a group that has patients.
    """
    chosen = choose_reference(km.groups, reference)
    ticks = np.asarray(months, dtype=float)
    survival = km.survival_at(ticks).groupby("group")["survival"]
    curves = {
        group: (survival.get_group(group).to_numpy(), _greenwood(km, group, ticks))
        for group in km.groups
    }
    parts = []
    for level in km.groups:
        if level == chosen:
            continue
        (ours, our_variance), (theirs, their_variance) = curves[level], curves[chosen]
        both = (our_variance > 0) & (their_variance > 0)
        variance = np.where(both, our_variance + their_variance, np.nan)
        half = stats.norm.ppf(0.975) * np.sqrt(variance)
        gap = ours - theirs
        columns = [level, chosen, ticks, gap, gap - half, gap + half]
        parts.append(pd.DataFrame(dict(zip(_DIFFERENCES, columns, strict=True))))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_DIFFERENCES)
    return Differences(
        table=table,
        method=f"Difference of Kaplan-Meier estimates from {chosen or 'none'} with Greenwood's "
        "variance, 95% confidence limits on the plain scale, no adjustment for multiple testing.",
    )


def _greenwood(km: KaplanMeier, group: str, ticks: _Floats) -> _Floats:
    """Give the variance of a group's curve at each month; missing once the curve is at 0."""
    rows = km.curve[km.curve["group"] == group]
    at_risk, events = rows["at_risk"].to_numpy(dtype=float), rows["events"].to_numpy(dtype=float)
    left = np.where(at_risk > events, at_risk - events, np.nan)
    steps = np.concatenate([[0.0], rows["survival"] ** 2 * np.cumsum(events / (at_risk * left))])
    until = np.searchsorted(rows["days"], ticks * DAYS_PER_MONTH + TIE, side="right")
    return np.asarray(steps[until], dtype=float)


def _notes(left_out: pd.DataFrame, n: int, months: float) -> tuple[str, ...]:
    if left_out.empty:
        return ()
    events = int(left_out["event"].sum())
    why = [
        f"{wording.count(count, 'patient')} {what}"
        for count, what in (
            (events, "had the event up to then"),
            (len(left_out) - events, "not followed beyond it"),
        )
        if count
    ]
    arms = [f"{arm} {count}" for arm, count in left_out["arm"].value_counts(sort=False).items()]
    return (
        f"{len(left_out)} of {wording.count(n, 'patient')} left out at month {months:g}: "
        f"{join_words(why)} (by arm: {join_words(arms)}).",
    )
