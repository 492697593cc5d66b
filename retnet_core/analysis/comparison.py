"""Comparing groups: the log-rank test and hazard ratios from Cox's model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd
from lifelines.statistics import multivariate_logrank_test
from scipy import stats

from retnet_core import wording
from retnet_core.analysis._groups import (
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    strata_codes,
    times,
)
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import REFERENCE_ARM
from retnet_core.trial import join_words

_NAN = float("nan")
_TOO_WIDE = 10.0
"""Standard error of a log hazard ratio above which it is infinite (its limits span e to the 39)."""
_MOST_EXPONENT = 700.0
"""Log hazard ratio beyond which the ratio is no floating-point number."""

_ALIASED = "No hazard ratio: groups, covariates and strata cannot be told apart in these patients."

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
    """

    statistic: float
    df: int
    p: float
    table: pd.DataFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class HazardRatios(Result):
    """Hazard ratios of groups against a reference, from one Cox model.

    Attributes
    ----------
    by : str
        The column that divides the patients.
    reference : str
        The level compared with; "" where there is none.
    table : pandas.DataFrame
        level, reference, hr, lower, upper, p (Wald), n, events (of the level): a row for each
        level but the reference; NaN where it can't be estimated.
    coefficients : pandas.DataFrame
        term, coef, se, hr, lower, upper, p: every term of the model.
    """

    by: str
    reference: str
    table: pd.DataFrame
    coefficients: pd.DataFrame


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
        As R's ``survdiff``: lifelines' test, greenwood's where stratified or weighted. A group of
        which nobody is at risk at any event takes no part.

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
    stratum = strata_codes(tte, strata) if strata else None
    days, event = times(tte)
    at_risk = _ever_at_risk(days, event, stratum)
    present = np.unique(codes[at_risk])
    n, counted = (np.bincount(part, minlength=len(groups)) for part in (codes, codes[event]))
    table = pd.DataFrame({"group": list(groups), "n": n, "observed": counted, "expected": 0.0})
    statistic = _NAN
    if len(present) > 1:
        within = None if stratum is None else stratum[at_risk]
        statistic, observed, table.loc[present, "expected"] = _logrank(
            days[at_risk], event[at_risk], codes[at_risk], within, (rho, gamma)
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
        method=f"{'Stratified log-rank' if strata else 'Log-rank'} test by {by_words(by)}"
        f"{_stratified(strata)}{_weighted(rho, gamma)}, two-sided, no adjustment for multiple "
        "testing.",
        notes=(*guard_notes(tte), *_logrank_notes(groups, present, int(event.sum()), statistic)),
    )


def hazard_ratios(
    tte: TimeToEvent,
    by: str = "arm",
    reference: str | None = None,
    strata: Sequence[str] = (),
    covariates: Sequence[str] = (),
) -> HazardRatios:
    """Estimate hazard ratios by Cox's proportional hazards model.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str
        Column of ``tte.frame`` that divides the patients.
    reference : str, optional
        The level that others are compared with; by default TAE, else the first level.
    strata : sequence of str
        Columns to stratify by.
    covariates : sequence of str
        Columns to adjust for: numbers as they are, texts as dummies against their first level.
        Patients without a number are left out, with a note.

    Returns
    -------
    HazardRatios
        One joint model over all levels, ties by Efron, Wald limits and p (R's ``coxph``), fitted
        by greenwood. What can't be estimated is NaN, with a note that says why.

    Raises
    ------
    ValueError
        If ``reference`` is not a level that has patients.
    """
    cox = cox_inputs(tte, by, reference, strata, covariates)
    trouble, notes = cox.trouble, cox.notes
    if trouble:
        coefficients = _empty_fit(cox.design)
    else:
        coefficients, trouble = fit_cox(cox.days, cox.event, cox.design, cox.stratum)
    others = [group for group in cox.groups if group != cox.reference]
    table = _level_table(coefficients, cox.labels, cox.event, others, cox.reference)
    if not trouble:
        among_reference = cox.labels.eq(cox.reference)
        notes += _not_estimable(coefficients, table, bool(cox.event[among_reference].any()))
    notes += (trouble,) if trouble else ()
    return HazardRatios(
        by=by,
        reference=cox.reference,
        table=table,
        coefficients=coefficients,
        method=_cox_method(by, cox.groups, cox.reference, strata, covariates),
        notes=notes,
    )


@dataclass(frozen=True, eq=False)
class CoxInputs:
    """What a Cox model of groups is fitted to: the patients that have all it needs.

    Attributes
    ----------
    labels : pandas.Series
        Group of each patient.
    groups : tuple of str
        In display order.
    reference : str
        The group that has no dummy.
    design : pandas.DataFrame
        A column a term: the groups' dummies first, then the covariates.
    days, event : numpy.ndarray
        Times, and whether the event happened.
    stratum : numpy.ndarray or None
        The stratum of each patient.
    trouble : str
        Why there is nothing to fit, or "".
    notes : tuple of str
        Few events, closed arms, patients left out.
    """

    labels: pd.Series
    groups: tuple[str, ...]
    reference: str
    design: pd.DataFrame
    days: _Floats
    event: npt.NDArray[np.bool_]
    stratum: _Codes | None
    trouble: str
    notes: tuple[str, ...]


def cox_inputs(
    tte: TimeToEvent,
    by: str,
    reference: str | None,
    strata: Sequence[str],
    covariates: Sequence[str],
) -> CoxInputs:
    """Lay out a Cox model of groups; parameters and errors are those of `hazard_ratios`."""
    kept, notes = _complete(tte, covariates)
    labels = group_labels(kept, by)
    groups = ordered_groups(kept, by, labels)
    chosen = choose_reference(groups, reference)
    others = [group for group in groups if group != chosen]
    design = _dummies(labels, others, by)
    for name in covariates:
        design = design.join(_covariate(kept, name))
    days, event = times(kept)
    return CoxInputs(
        labels=labels,
        groups=groups,
        reference=chosen,
        design=design,
        days=days,
        event=event,
        stratum=strata_codes(kept, strata) if strata else None,
        trouble="" if others and event.any() else _no_test(len(groups), int(event.sum())),
        notes=(*guard_notes(kept), *notes),
    )


def fit_cox(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    design: pd.DataFrame,
    stratum: _Codes | None = None,
) -> tuple[pd.DataFrame, str]:
    """Fit Cox's model with Efron's ties.

    Parameters
    ----------
    days, event : numpy.ndarray
        Times, and whether the event happened.
    design : pandas.DataFrame
        A column a term, without missing values.
    stratum : numpy.ndarray, optional
        The stratum of each row.

    Returns
    -------
    coefficients : pandas.DataFrame
        term, coef, se, hr, lower, upper, p; NaN where a coefficient is infinite.
    trouble : str
        Why there is no model at all, or "".
    """
    fit, scale, trouble = fit_scaled(days, event, design, stratum)
    if trouble:
        return _empty_fit(design), trouble
    return coefficient_table(fit, scale, design), ""


def coefficient_table(fit: Any, scale: _Floats, design: pd.DataFrame) -> pd.DataFrame:
    """Lay out the coefficients of `fit_scaled` as `fit_cox` returns them."""
    found = np.array([fit.coef_, fit.std_error_, fit.conf_low_, fit.conf_high_]) / scale
    dummy = np.isin(design.to_numpy(dtype=float), (0.0, 1.0)).all(axis=0)
    spread = np.where(dummy, found[1], fit.std_error_)
    finite = (spread < _TOO_WIDE) & (np.abs(found) < _MOST_EXPONENT).all(axis=0)
    coef, se, low, high, p = np.where(finite, [*found, fit.p_value_], _NAN)
    ratios = {"hr": np.exp(coef), "lower": np.exp(low), "upper": np.exp(high)}
    return pd.DataFrame({"term": list(design.columns), "coef": coef, "se": se, **ratios, "p": p})


def fit_scaled(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    design: pd.DataFrame,
    stratum: _Codes | None = None,
) -> tuple[Any, _Floats, str]:
    """Fit Cox's model to centred and scaled columns: the model is the same, Newton is steadier.

    Parameters
    ----------
    days, event, design, stratum
        As in `fit_cox`.

    Returns
    -------
    fit : greenwood.CoxPH or None
        Its coefficients are those of the design times ``scale``; infinite ones are large numbers.
    scale : numpy.ndarray
        What each column was divided by.
    trouble : str
        Why there is no model, or "".
    """
    values = design.to_numpy(dtype=float)
    scale = np.ones(values.shape[1])
    if not _full_rank(values, stratum):
        return None, scale, _ALIASED
    scale = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / scale
    try:
        with np.errstate(all="ignore"):
            fit = greenwood.CoxPH().fit(greenwood.Surv(days, event=event), scaled, strata=stratum)
    except np.linalg.LinAlgError:
        return None, scale, "No hazard ratio: the model did not converge."
    return fit, scale, ""


def _ever_at_risk(
    days: _Floats, event: npt.NDArray[np.bool_], stratum: _Codes | None
) -> npt.NDArray[np.bool_]:
    """Say who is still at risk at the first event of the own stratum; others tell nothing."""
    where = np.zeros(len(days), dtype=np.int64) if stratum is None else stratum
    first = pd.Series(np.where(event, days, np.inf)).groupby(where).transform("min")
    return days >= first.to_numpy()


def _logrank(
    days: _Floats,
    event: npt.NDArray[np.bool_],
    codes: _Codes,
    stratum: _Codes | None,
    weights: tuple[float, float],
) -> tuple[float, _Floats, _Floats]:
    """Compute the statistic, and the groups' observed and expected in the order of their codes."""
    dummies = (codes[:, None] == np.unique(codes)[1:]).astype(float)
    nothing = np.full(dummies.shape[1] + 1, _NAN)
    if not _full_rank(dummies, stratum):
        return _NAN, nothing, nothing
    rho, gamma = weights
    try:
        test = greenwood.logrank_test(
            greenwood.Surv(days, event=event), codes, strata=stratum, rho=rho, gamma=gamma
        )
    except np.linalg.LinAlgError:  # all at risk have the event at once: nothing varies
        return _NAN, nothing, nothing
    statistic = test.statistic
    if stratum is None and not any(weights):
        statistic = multivariate_logrank_test(days, codes, event).test_statistic
    observed, expected = (np.array(list(part.values())) for part in (test.observed, test.expected))
    return float(statistic), observed, expected


def _logrank_notes(
    groups: Sequence[str], present: _Codes, events: int, statistic: float
) -> tuple[str, ...]:
    """Say why there is no statistic, or which groups take no part in it."""
    if len(present) < 2:
        return (_no_test(len(groups), events),)
    if np.isnan(statistic):
        return (
            "The log-rank test cannot be computed: at no event time that counts do the groups "
            "differ in who is at risk.",
        )
    idle = [group for i, group in enumerate(groups) if i not in present]
    return (f"{join_words(idle)}: nobody at risk at any event, not tested.",) if idle else ()


def _full_rank(values: _Floats, stratum: _Codes | None) -> bool:
    """Say whether the columns can be told apart within strata."""
    if values.shape[1] == 0:
        return True
    where = np.zeros(len(values), dtype=np.int64) if stratum is None else stratum
    frame = pd.DataFrame(values)
    centred = (frame - frame.groupby(where).transform("mean")).to_numpy()
    spread = np.sqrt((centred**2).mean(axis=0))
    if not (spread > 1e-12 * np.abs(values).max(axis=0)).all():
        return False
    return bool(np.linalg.matrix_rank((centred / spread).T @ (centred / spread)) == len(spread))


def _complete(tte: TimeToEvent, covariates: Sequence[str]) -> tuple[TimeToEvent, tuple[str, ...]]:
    """Leave out patients who lack a number the model needs, and say how many."""
    absent = [name for name in covariates if name not in tte.frame.columns]
    if absent:
        raise ValueError(f"there is no column {absent[0]!r} to adjust for")
    missing = tte.frame[[name for name in covariates if _is_number(tte, name)]].isna()
    lacking = missing.any(axis=1)
    if not lacking.any():
        return tte, ()
    names = join_words([by_words(name) for name in missing.columns[missing.any()]], "or")
    note = (
        f"{wording.count(int(lacking.sum()), 'patient')} without {names} left out of the "
        "hazard ratios."
    )
    return replace(tte, frame=tte.frame[~lacking].reset_index(drop=True)), (note,)


def _is_number(tte: TimeToEvent, column: str) -> bool:
    values = tte.frame[column]
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def choose_reference(groups: tuple[str, ...], asked: str | None) -> str:
    """Take the level asked for, else TAE, else the first; "" without groups.

    Raises
    ------
    ValueError
        If there are groups to compare and the level asked for is not among them.
    """
    if len(groups) < 2:
        return groups[0] if groups else ""
    if asked is None:
        return REFERENCE_ARM if REFERENCE_ARM in groups else groups[0]
    if asked not in groups:
        raise ValueError(
            f"no patients in {asked!r} to compare with; there are {join_words(groups)}"
        )
    return asked


def _dummies(labels: pd.Series, levels: Sequence[str], column: str) -> pd.DataFrame:
    """Code levels as 0 and 1, a column each named "column: level"."""
    columns = {f"{column}: {level}": labels.eq(level).astype(float) for level in levels}
    return pd.DataFrame(columns, index=labels.index)


def _covariate(tte: TimeToEvent, name: str) -> pd.DataFrame:
    """Give the columns of a covariate: the number itself, or dummies against the first level."""
    if _is_number(tte, name):
        return tte.frame[[name]].astype(float)
    labels = group_labels(tte, name)
    return _dummies(labels, ordered_groups(tte, name, labels)[1:], name)


def _level_table(
    coefficients: pd.DataFrame,
    labels: pd.Series,
    event: npt.NDArray[np.bool_],
    levels: Sequence[str],
    reference: str,
) -> pd.DataFrame:
    """Lay out the rows of the levels: they are the first terms of the model."""
    rows = coefficients.iloc[: len(levels)]
    table = rows[["hr", "lower", "upper", "p"]].reset_index(drop=True)
    table.insert(0, "level", pd.Series(list(levels), dtype=object))
    table.insert(1, "reference", reference)
    table["n"] = [int(labels.eq(level).sum()) for level in levels]
    table["events"] = [int(event[labels.eq(level)].sum()) for level in levels]
    return table


def _empty_fit(design: pd.DataFrame) -> pd.DataFrame:
    columns = ["coef", "se", "hr", "lower", "upper", "p"]
    terms = pd.Series(list(design.columns), dtype=object)
    return pd.DataFrame({"term": terms, **dict.fromkeys(columns, _NAN)})


def _not_estimable(
    coefficients: pd.DataFrame, table: pd.DataFrame, reference_events: bool
) -> tuple[str, ...]:
    """Say why single terms have no number."""
    lost = table[table["hr"].isna()]
    if len(lost) and not reference_events:
        return (f"No events in {table['reference'].iloc[0]}: no hazard ratio against it.",)
    notes = [
        f"No events in {row.level}: no hazard ratio."
        if not row.events
        else f"No hazard ratio for {row.level}: the events of the groups do not overlap in time."
        for row in lost.itertuples()
    ]
    others = coefficients.iloc[len(table) :]
    notes += [
        f"The effect of {term} cannot be estimated: it separates patients with and without events."
        for term in others.loc[others["hr"].isna(), "term"]
    ]
    return tuple(notes)


def _no_test(groups: int, events: int) -> str:
    if groups < 2:
        return "Nothing to compare: fewer than two groups have patients."
    if not events:
        return "Nothing to compare: no events."
    return "Nothing to compare: fewer than two groups were at risk at any event."


def _stratified(strata: Sequence[str]) -> str:
    return f", stratified by {join_words([by_words(name) for name in strata])}" if strata else ""


def _weighted(rho: float, gamma: float) -> str:
    if not (rho or gamma):
        return ""
    return f", Fleming-Harrington weights (rho = {rho:g}, gamma = {gamma:g})"


def _cox_method(
    by: str,
    groups: tuple[str, ...],
    reference: str,
    strata: Sequence[str],
    covariates: Sequence[str],
) -> str:
    adjusted = (
        f", adjusted for {join_words([by_words(name) for name in covariates])}"
        if covariates
        else ""
    )
    return (
        f"Cox proportional hazards model by {by_words(by)}, one joint model of "
        f"{join_words(groups) if groups else 'no group'}, reference {reference or 'none'}"
        f"{adjusted}{_stratified(strata)}; ties by Efron, Wald "
        "95% confidence limits and p-values, no adjustment for multiple testing."
    )
