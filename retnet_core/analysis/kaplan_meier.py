"""Kaplan-Meier curves with log-log limits, medians, numbers at risk and follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from lifelines import KaplanMeierFitter

from retnet_core.analysis._groups import (
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH, Endpoint

TIE = 1e-6
"""Days below which two times are one: months times 30.4375 carry float noise."""
FLAT = 1.5e-8
"""How near a curve must lie to a quantile to rest on it: R's tolerance, the root of its epsilon."""

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class KaplanMeier(Result):
    """Kaplan-Meier curves of groups of patients.

    Attributes
    ----------
    endpoint : Endpoint
        What was timed.
    by : str or None
        The column that divides the patients.
    groups : tuple of str
        The groups with patients, in display order.
    curve : pandas.DataFrame
        group, days, months, at_risk, events, censored, survival, lower, upper: a row for each
        distinct time of a group, as R's ``survfit`` prints; 95% limits, missing where survival
        is 0.
    medians : pandas.DataFrame
        group, n, events, median, lower, upper (months; NaN where not reached).
    origin : str
        Where time starts, in words (`TimeToEvent.origin`).
    """

    endpoint: Endpoint
    by: str | None
    groups: tuple[str, ...]
    curve: pd.DataFrame
    medians: pd.DataFrame
    origin: str = ""

    def numbers_at(self, months: Sequence[float] | _Floats) -> pd.DataFrame:
        """Count under the curve, as KMunicate does.

        At risk counts times of at least that month, censored and events those strictly before,
        so that the three sum to the patients of the group (Morris et al., BMJ Open 2019).

        Parameters
        ----------
        months : sequence of float
            Ticks.

        Returns
        -------
        pandas.DataFrame
            group, months, at_risk, censored, events: for each group, a row a tick.
        """
        ticks = np.asarray(months, dtype=float)
        parts = []
        for group, n, rows in self._by_group():
            before = np.searchsorted(rows["days"], ticks * DAYS_PER_MONTH - TIE, side="left")
            events = _running(rows["events"])[before]
            censored = _running(rows["censored"])[before]
            parts.append(
                pd.DataFrame(
                    {
                        "group": group,
                        "months": ticks,
                        "at_risk": n - events - censored,
                        "censored": censored,
                        "events": events,
                    }
                )
            )
        return _stack(parts, ["group", "months", "at_risk", "censored", "events"])

    def survival_at(self, months: Sequence[float] | _Floats) -> pd.DataFrame:
        """Read the curves at given months.

        Parameters
        ----------
        months : sequence of float
            Where to read.

        Returns
        -------
        pandas.DataFrame
            group, months, survival, lower, upper: for each group, a row a month. Missing past the
            group's last time, but 0 once the curve has reached 0.
        """
        ticks = np.asarray(months, dtype=float)
        parts = []
        for group, _, rows in self._by_group():
            days = rows["days"].to_numpy()
            until = np.searchsorted(days, ticks * DAYS_PER_MONTH + TIE, side="right")
            unknown = (ticks * DAYS_PER_MONTH > days[-1] + TIE) & (rows["survival"].iloc[-1] > 0)
            values = np.vstack([[1.0, 1.0, 1.0], rows[["survival", "lower", "upper"]]])[until]
            values[unknown] = np.nan
            part = pd.DataFrame(values, columns=["survival", "lower", "upper"])
            part.insert(0, "group", group)
            part.insert(1, "months", ticks)
            parts.append(part)
        return _stack(parts, ["group", "months", "survival", "lower", "upper"])

    def quantiles(self, shares: Sequence[float] = (0.25, 0.5, 0.75)) -> pd.DataFrame:
        """Give the times by which given shares of the patients have had the event.

        Parameters
        ----------
        shares : sequence of float
            Between 0 and 1; 0.5 is the median.

        Returns
        -------
        pandas.DataFrame
            group, share, time, lower, upper (months; NaN where not reached). On a flat stretch
            the time is its middle, as in R and SAS.
        """
        rows_out = []
        for group, _, rows in self._by_group():
            days = rows["days"].to_numpy()
            curves = [rows[name].to_numpy() for name in ("survival", "lower", "upper")]
            for share in shares:
                found = [_quantile(days, curve, share) / DAYS_PER_MONTH for curve in curves]
                rows_out.append((group, share, *found))
        return pd.DataFrame(rows_out, columns=["group", "share", "time", "lower", "upper"])

    def _by_group(self) -> list[tuple[str, int, pd.DataFrame]]:
        rows = dict(list(self.curve.groupby("group", sort=False)))
        sizes = zip(self.medians["group"], self.medians["n"], strict=True)
        return [(group, int(n), rows[group]) for group, n in sizes]


@dataclass(frozen=True, eq=False, kw_only=True)
class FollowUp(Result):
    """Median follow-up.

    Attributes
    ----------
    table : pandas.DataFrame
        group, n, median, lower, upper (months; NaN where not reached).
    """

    table: pd.DataFrame


def kaplan_meier(tte: TimeToEvent, by: str | None = "arm") -> KaplanMeier:
    """Estimate survival by the Kaplan-Meier method.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str or None
        Column of ``tte.frame`` that divides the patients; None takes all together.

    Returns
    -------
    KaplanMeier
        Survival and Greenwood's variance from lifelines, 95% limits on the log-log scale (R's
        ``survfit(conf.type = "log-log")``, the default of SAS).

    Raises
    ------
    ValueError
        If ``by`` is no column of the frame.
    """
    days, event = times(tte)
    groups, curve = _curves(tte, by, days, event)
    return KaplanMeier(
        endpoint=tte.endpoint,
        by=by,
        groups=groups,
        curve=curve,
        medians=_medians(groups, curve),
        origin=tte.origin,
        method=f"Kaplan-Meier estimate by {by_words(by)} with 95% log-log confidence limits; at "
        "risk at a month are times of at least that month, events and censored so far those before "
        "it. "
        f"{tte.method}",
        notes=tuple(dict.fromkeys([*guard_notes(tte, by), *tte.notes])),
    )


def median_follow_up(tte: TimeToEvent, by: str | None = "arm") -> FollowUp:
    """Estimate median follow-up by reverse Kaplan-Meier: censoring is the event.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str or None
        Column that divides the patients; None takes all together.

    Returns
    -------
    FollowUp
        Schemper and Smith, Control Clin Trials 1996; limits log-log.
    """
    days, event = times(tte)
    table = _medians(*_curves(tte, by, days, ~event)).drop(columns="events")
    return FollowUp(
        table=table,
        method=f"Median follow-up for {tte.endpoint.short} by reverse Kaplan-Meier (censoring is "
        "the event) with 95% log-log confidence limits.",
    )


def _curves(
    tte: TimeToEvent, by: str | None, days: _Floats, event: npt.NDArray[np.bool_]
) -> tuple[tuple[str, ...], pd.DataFrame]:
    labels = group_labels(tte, by)
    groups = ordered_groups(tte, by, labels)
    codes = group_codes(labels, groups)
    parts = []
    for i, group in enumerate(groups):
        part = _curve(days[codes == i], event[codes == i])
        part.insert(0, "group", group)
        parts.append(part)
    columns = ["group", "days", "months", "at_risk", "events", "censored",
               "survival", "lower", "upper"]  # fmt: skip
    return groups, _stack(parts, columns)


def _curve(days: _Floats, event: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Estimate one group's curve: a row a distinct time."""
    distinct, place = np.unique(days, return_inverse=True)
    leaving = np.bincount(place)
    events = np.bincount(place[event], minlength=len(distinct))
    with np.errstate():  # lifelines changes numpy's settings for the whole process
        fit = KaplanMeierFitter().fit(days, event, timeline=distinct)
    survival = fit.survival_function_.to_numpy()[:, 0]
    limits = fit.confidence_interval_.to_numpy()
    limits[survival == 0] = np.nan  # lifelines has 0 and 0; a limit at 0 makes medians finite
    return pd.DataFrame(
        {
            "days": distinct,
            "months": distinct / DAYS_PER_MONTH,
            "at_risk": len(days) - _running(leaving)[:-1],
            "events": events,
            "censored": leaving - events,
            "survival": survival,
            "lower": limits[:, 0],
            "upper": limits[:, 1],
        }
    )


def _medians(groups: tuple[str, ...], curve: pd.DataFrame) -> pd.DataFrame:
    rows_out = []
    for group in groups:
        rows = curve[curve["group"] == group]
        days = rows["days"].to_numpy()
        curves = [rows[name].to_numpy() for name in ("survival", "lower", "upper")]
        found = [_quantile(days, one, 0.5) / DAYS_PER_MONTH for one in curves]
        rows_out.append((group, int(rows["at_risk"].iloc[0]), int(rows["events"].sum()), *found))
    return pd.DataFrame(
        rows_out, columns=["group", "n", "events", "median", "lower", "upper"]
    ).astype({"n": int, "events": int})


def _quantile(days: _Floats, curve: _Floats, share: float) -> float:
    """Find when a falling curve passes ``1 - share``, by the rule of R's ``quantile.survfit``.

    Where the curve rests on the level, the middle of the stretch counts, which ends at the next
    drop or at the last time. lifelines takes its left end.
    """
    known = ~np.isnan(curve)
    level = 1 - share
    reached = np.flatnonzero(known & (curve <= level + FLAT))
    if not len(reached):
        return float("nan")
    first = reached[0]
    if curve[first] < level - FLAT:
        return float(days[first])
    below = np.flatnonzero(known & (curve < level - FLAT))
    end = days[below[0]] if len(below) else days[-1]
    return float((days[first] + end) / 2)


def _running(counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Sum counts up, with 0 before the first."""
    return np.concatenate([[0], np.cumsum(np.asarray(counts, dtype=np.int64))])


def _stack(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in columns}).astype(
            {"group": object}
        )
    return pd.concat(parts, ignore_index=True)[columns]
