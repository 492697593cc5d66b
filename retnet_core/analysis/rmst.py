"""Restricted mean survival time: the average time free of the event up to a horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core.analysis._groups import (
    by_words,
    choose_reference,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis._sentences import NOBODY, Comparison, counted_months, group_name
from retnet_core.analysis.kaplan_meier import TIE
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH, Endpoint
from retnet_core.trial import join_words

_NAN = float("nan")
_TIME = Comparison("longer", "shorter", "long", " months", digits=1)
_FINE = replace(_TIME, digits=2)
_SHORTEST = 1.0
"""Months below which means over the time say nothing."""
_DIFFERENCES = ["level", "reference", "difference", "lower", "upper", "p"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class RMST(Result):
    """Restricted mean survival times of groups, and how they differ.

    Attributes
    ----------
    endpoint : Endpoint
        What was timed.
    by : str
        The column that divides the patients.
    reference : str
        The level compared with; "" where there is none.
    tau_months : float
        The horizon; NaN without patients.
    table : pandas.DataFrame
        group, rmst, se, lower, upper (months).
    differences : pandas.DataFrame
        level, reference, difference (level minus reference), lower, upper (months), p: a row for
        each level but the reference; limits and p are NaN where neither group varies.
    origin : str
        Where time starts, in words (`TimeToEvent.origin`).
    """

    endpoint: Endpoint
    by: str
    reference: str
    tau_months: float
    table: pd.DataFrame
    differences: pd.DataFrame
    origin: str = ""


def rmst(
    tte: TimeToEvent,
    by: str = "arm",
    reference: str | None = None,
    tau: float | None = None,
) -> RMST:
    """Compare groups by restricted mean survival time, the area under the curve up to tau.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str
        Column of ``tte.frame`` that divides the patients.
    reference : str, optional
        The level that others are compared with; by default TAE, else the first level.
    tau : float, optional
        The horizon in months; by default the smallest of the groups' last follow-up times.

    Returns
    -------
    RMST
        Areas and their variance by greenwood, normal 95% limits and p: R's
        ``survRM2::rmst2`` without covariates, and ``print(survfit, rmean = tau)``.

    Raises
    ------
    ValueError
        If ``tau`` is not positive or past the follow-up of a group whose curve has not reached 0,
        where the area is not known, or ``reference`` is not a level that has patients.
    """
    labels = group_labels(tte, by)
    groups = ordered_groups(tte, by, labels)
    chosen = choose_reference(groups, reference)
    days, event = times(tte)
    codes = group_codes(labels, groups)
    last = {group: float(days[codes == i].max()) for i, group in enumerate(groups)}
    if tau is not None:
        _check(tau, {g: last[g] for i, g in enumerate(groups) if _open(days, event, codes == i)})
    if tau is not None and tau * DAYS_PER_MONTH > max(last.values(), default=np.inf) + TIE:
        raise ValueError(
            f"tau of {tau:g} months is past everybody's follow-up, which ends at "
            f"{max(last.values()) / DAYS_PER_MONTH:.2f} months: choose a smaller tau."
        )
    horizon = min(last.values(), default=_NAN) if tau is None else tau * DAYS_PER_MONTH
    table = _table(days, event, codes, groups, horizon)
    differences = _differences(days, event, codes, groups, chosen, horizon)
    return RMST(
        endpoint=tte.endpoint,
        by=by,
        reference=chosen,
        tau_months=horizon / DAYS_PER_MONTH,
        table=table,
        differences=differences,
        origin=tte.origin,
        method=_method(by, chosen, horizon, last if tau is None else {}),
        notes=(*guard_notes(tte), *_notes(table, horizon)),
    )


def summary(result: RMST) -> str:
    """Say how restricted means differ in a paragraph.

    Parameters
    ----------
    result : RMST
        The result.

    Returns
    -------
    str
        Such as "Over the first 24.3 months the time free of hepatic progression or death was on
        average 1.2 months longer with cTACE than with TAE (95% CI 0.9 shorter to 3.3 longer)."
        Limits are left out where neither group varies; one group's mean is said as it is.
    """
    if result.table.empty:
        return NOBODY
    if result.tau_months < _SHORTEST:
        return f"No time to average: a group was followed for {result.tau_months:.2f} months only."
    horizon = counted_months(round(result.tau_months, 1), result.origin)
    words = f"Over the first {horizon} the time free of {result.endpoint.event} was on average "
    if result.differences.empty:
        return f"{words}{_mean(result)}."
    gaps = result.differences[["difference", "lower", "upper"]].to_numpy(dtype=float)
    # A limit printed as 0.0 would hide on which side of 0 it lies.
    hidden = ((np.abs(gaps[:, 1:]) < 0.05) & (gaps[:, 1:] != 0)).any()
    say = _FINE if hidden else _TIME
    reference = group_name(result.by, result.reference)
    texts = [
        say.say(gap, group_name(result.by, level), reference)
        for level, gap in zip(result.differences["level"], gaps, strict=True)
    ]
    return f"{words}{join_words(texts)}."


def _mean(result: RMST) -> str:
    """Say the mean of the only group."""
    (group, mean, se, lower, upper), *_ = result.table.itertuples(index=False)
    limits = f" (95% CI {lower:.1f}-{upper:.1f})" if se else ""
    return f"{mean:.1f} months{limits} with {group_name(result.by, group)}"


def _open(days: _Floats, event: npt.NDArray[np.bool_], rows: npt.NDArray[np.bool_]) -> bool:
    """Say whether a group's curve ends above 0, so that nothing is known past its last time."""
    return not event[rows & (days == days[rows].max())].all()


def _check(tau: float, last: dict[str, float]) -> None:
    """Refuse a horizon at which a curve is not known; ``last`` in days of curves that end open."""
    if not tau > 0:
        raise ValueError(f"tau is a number of months above 0, not {tau:g}")
    if not last or tau * DAYS_PER_MONTH <= min(last.values()) + TIE:
        return
    group = min(last, key=lambda name: last[name])
    months = last[group] / DAYS_PER_MONTH
    raise ValueError(
        f"tau of {tau:g} months is past the follow-up of {group}, which ends at {months:.2f} "
        "months: choose a smaller tau."
    )


def _table(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    codes: npt.NDArray[np.int64],
    groups: tuple[str, ...],
    horizon: float,
) -> pd.DataFrame:
    """Estimate each group's area."""
    z = stats.norm.ppf(0.975)
    rows = []
    for i in range(len(groups)):
        mine = codes == i
        fit = greenwood.KaplanMeier().fit(greenwood.Surv(days[mine], event=event[mine]))
        value, _, upper = fit.rmst(horizon, ci=True)
        # greenwood cuts the lower limit at 0, R does not.
        rows.append((value, (upper - value) / z, 2 * value - upper, upper))
    table = pd.DataFrame(rows, columns=["rmst", "se", "lower", "upper"], dtype=float)
    table /= DAYS_PER_MONTH
    table.insert(0, "group", pd.Series(list(groups), dtype=object))
    return table


def _differences(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    codes: npt.NDArray[np.int64],
    groups: tuple[str, ...],
    reference: str,
    horizon: float,
) -> pd.DataFrame:
    """Compare each level with the reference."""
    rows = []
    for i, level in enumerate(groups):
        if level == reference:
            continue
        base = codes == groups.index(reference)
        pair = base | (codes == i)
        # greenwood subtracts the second group in sorted order from the first.
        test = greenwood.rmst_test(
            greenwood.Surv(days[pair], event=event[pair]), horizon, base[pair].astype(int)
        )
        found = np.array([test.estimate, test.lower_ci, test.upper_ci]) / DAYS_PER_MONTH
        p = 2 * stats.norm.sf(abs(test.statistic))
        if test.se == 0:
            found[1:], p = _NAN, _NAN
        rows.append((level, reference, *found, p))
    return pd.DataFrame(rows, columns=_DIFFERENCES)


def _notes(table: pd.DataFrame, horizon: float) -> tuple[str, ...]:
    notes = []
    if len(table) < 2:
        notes.append("Nothing to compare: fewer than two groups have patients.")
    still = table.loc[table["se"] == 0, "group"].tolist()
    if horizon == 0:
        notes.append("A group has no follow-up beyond day 0: there is no time to average.")
    elif still:
        notes.append(
            f"The time of {join_words(still)} does not vary up to tau, so its standard error is 0: "
            "that is no certainty."
        )
    return tuple(notes)


def _method(by: str, reference: str, horizon: float, last: dict[str, float]) -> str:
    if np.isnan(horizon):
        return f"Restricted mean survival time by {by_words(by)}; no patients."
    shortest = [group for group, days in last.items() if days == horizon]
    why = f", the end of follow-up of {join_words(shortest)}" if shortest else ", as chosen"
    return (
        f"Restricted mean survival time by {by_words(by)} up to tau = "
        f"{horizon / DAYS_PER_MONTH:.2f} months{why}: the area under the Kaplan-Meier curve, "
        f"differences against {reference}, normal 95% confidence limits and two-sided p-values, "
        "no adjustment for multiple testing."
    )
