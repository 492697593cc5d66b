"""The log-rank test, stratified and weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core.analysis._cox_fit import ever_at_risk, told_apart
from retnet_core.analysis._groups import (
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    no_test,
    ordered_groups,
    strata_codes,
    stratified,
    times,
)
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.trial import join_words

_NAN = float("nan")
_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class LogRank(Result):
    """A log-rank test.

    Attributes
    ----------
    statistic : float
        Chi-square; NaN where there is nothing to test.
    df : int
        Groups at risk at any event, minus one.
    p : float
        Two-sided.
    table : pandas.DataFrame
        group, n, observed, expected (events; sums of weights in a weighted test, as R prints).
    strata : tuple of str
        The columns it is stratified by.
    rho, gamma : float
        Its Fleming-Harrington weights; 0 and 0 in the log-rank test proper.
    """

    statistic: float
    df: int
    p: float
    table: pd.DataFrame
    strata: tuple[str, ...]
    rho: float
    gamma: float

    @property
    def numbers(self) -> pd.DataFrame:
        """The table with statistic, df and p beside it, to be written to a file."""
        return self.table.assign(statistic=self.statistic, df=self.df, p=self.p)


def logrank(
    tte: TimeToEvent,
    by: str = "arm",
    strata: Sequence[str] = (),
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogRank:
    """Test whether groups differ, by the log-rank test.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str
        Column of ``tte.frame`` that divides the patients.
    strata : sequence of str
        Columns to stratify by.
    rho, gamma : float
        Fleming-Harrington weights S(t-)^rho (1 - S(t-))^gamma at each event, S of all patients
        of the stratum together: rho weighs early differences up (rho = 1 is the Peto-Peto form
        of the Wilcoxon test), gamma late ones.

    Returns
    -------
    LogRank
        As R's ``survdiff``, by greenwood. A group of which nobody is at risk at any event takes
        no part.

    Raises
    ------
    ValueError
        If ``rho`` or ``gamma`` is negative.
    """
    if rho < 0 or gamma < 0:
        raise ValueError("the weights rho and gamma of the log-rank test are 0 or more")
    labels = group_labels(tte, by)
    groups = ordered_groups(tte, by, labels)
    codes = group_codes(labels, groups)
    stratum = strata_codes(tte, strata)
    days, event = times(tte)
    at_risk = ever_at_risk(days, event, stratum)
    present = np.unique(codes[at_risk])
    n, counted = (np.bincount(part, minlength=len(groups)) for part in (codes, codes[event]))
    table = pd.DataFrame({"group": list(groups), "n": n, "observed": counted, "expected": _NAN})
    statistic = _NAN
    if len(present) > 1:
        statistic, observed, table.loc[present, "expected"] = _logrank(
            days[at_risk], event[at_risk], codes[at_risk], stratum[at_risk], (rho, gamma)
        )
        table["expected"] = table["expected"].where(
            table.index.isin(present) | np.isnan(statistic), 0.0
        )
        if rho or gamma:
            table["observed"] = table["observed"].astype(float)
            table.loc[present, "observed"] = observed
    df = max(len(present) - 1, 0)
    return LogRank(
        statistic=statistic,
        df=df,
        p=float(stats.chi2.sf(statistic, df)) if df else _NAN,
        table=table,
        strata=tuple(strata),
        rho=rho,
        gamma=gamma,
        method=f"{'Stratified log-rank' if strata else 'Log-rank'} test by {by_words(by)}"
        f"{stratified(strata)}{_weighted(rho, gamma)}, two-sided, no adjustment for multiple "
        "testing.",
        notes=(*guard_notes(tte), *_logrank_notes(groups, present, int(event.sum()), statistic)),
    )


def _logrank(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    codes: _Codes,
    stratum: _Codes,
    weights: tuple[float, float],
) -> tuple[float, _Floats, _Floats]:
    """Compute the statistic, and the groups' observed and expected in the order of their codes."""
    dummies = (codes[:, None] == np.unique(codes)[1:]).astype(float)
    nothing = np.full(dummies.shape[1] + 1, _NAN)
    if len(told_apart(dummies, stratum)[1]) < dummies.shape[1]:
        return _NAN, nothing, nothing
    rho, gamma = weights
    try:
        test = greenwood.logrank_test(
            greenwood.Surv(days, event=event), codes, strata=stratum, rho=rho, gamma=gamma
        )
    except np.linalg.LinAlgError:  # all at risk have the event at once: nothing varies
        return _NAN, nothing, nothing
    observed, expected = (np.array(list(part.values())) for part in (test.observed, test.expected))
    return float(test.statistic), observed, expected


def _logrank_notes(
    groups: Sequence[str], present: _Codes, events: int, statistic: float
) -> tuple[str, ...]:
    """Say why there is no statistic, or which groups take no part in it."""
    if len(present) < 2:
        return (no_test(len(groups), events),)
    if np.isnan(statistic):
        return (
            "The log-rank test cannot be computed: at no event time that counts do the groups "
            "differ in who is at risk.",
        )
    idle = [group for i, group in enumerate(groups) if i not in present]
    return (f"{join_words(idle)}: nobody at risk at any event, not tested.",) if idle else ()


def _weighted(rho: float, gamma: float) -> str:
    if not (rho or gamma):
        return ""
    return f", Fleming-Harrington weights (rho = {rho:g}, gamma = {gamma:g})"
