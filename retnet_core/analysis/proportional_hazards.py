"""Whether hazards are proportional: Grambsch and Therneau's test, and where curves cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core import wording
from retnet_core.analysis._cox_fit import empty_fit, fit_cox
from retnet_core.analysis._groups import by_words
from retnet_core.analysis._sentences import group_name
from retnet_core.analysis.cox import CoxInputs, HazardRatios, cox_inputs
from retnet_core.analysis.kaplan_meier import TIE, KaplanMeier
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.trial import join_words

ENOUGH_AT_RISK = 10
"""Patients at risk in each group below which curves are too uncertain to speak of crossing."""
_GLOBAL = "GLOBAL"
_NO_TEST = "No test of proportional hazards:"
_DF = 4
"""Degrees of freedom of the smoothed line, as in R's ``plot.cox.zph``."""
_GRID = 40
"""Points at which the smoothed line's quantiles and course are laid out, as in R."""
_NAN = float("nan")
_NO_RESIDUAL = 1e-9
"""Standard deviations of a column below which a residual is rounding."""
SMALL_P = 0.05
_RESIDUALS = ["term", "days", "months", "residual", "smooth", "lower", "upper"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ProportionalHazards(Result):
    """A test of proportional hazards in a Cox model.

    Attributes
    ----------
    by : str
        The column that divides the patients.
    reference : str
        The level that has no dummy; "" where there is none.
    table : pandas.DataFrame
        term, chisq, df, p: a row for each dummy and covariate, and GLOBAL; NaN where it can't be
        computed.
    residuals : pandas.DataFrame
        term, days, months, residual (scaled Schoenfeld residual plus the coefficient: an estimate
        of the log hazard ratio at that time), smooth, lower, upper (the smoothed line with 95%
        limits; NaN where there are too few event times): for each term, a row an event in order
        of time. Events in a stratum where the term is the same for all are left out.
    coefficients : pandas.DataFrame
        term, coef, se, hr, lower, upper, p (Wald): the terms of the model tested, as in
        `HazardRatios`; NaN where there is no test.
    global_p : float
        p of the whole model.
    group_p : float
        p of the groups alone: their dummy's for two groups, for three or more GLOBAL of the model
        without covariates.
    origin : str
        Where time starts, in words (`TimeToEvent.origin`).
    """

    by: str
    reference: str
    table: pd.DataFrame
    residuals: pd.DataFrame
    coefficients: pd.DataFrame
    global_p: float
    group_p: float
    origin: str


def proportional_hazards(
    tte: TimeToEvent,
    by: str = "arm",
    strata: Sequence[str] = (),
    covariates: Sequence[str] = (),
    reference: str | None = None,
) -> ProportionalHazards:
    """Test whether hazard ratios stay the same over time.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    by : str
        Column of ``tte.frame`` that divides the patients.
    strata : sequence of str
        Columns to stratify by.
    covariates : sequence of str
        Columns to adjust for, as in ``hazard_ratios``.
    reference : str, optional
        The level that others are compared with; by default TAE, else the first level.

    Returns
    -------
    ProportionalHazards
        Score test of Grambsch and Therneau (Biometrika 1994) against 1 minus the Kaplan-Meier
        curve of all patients, by greenwood: R's ``cox.zph(transform = "km", terms = FALSE)``. The
        line is a natural cubic spline with 4 degrees of freedom, as in R's ``plot.cox.zph``,
        whose band is 2 rather than 1.96 standard errors wide.

    Raises
    ------
    ValueError
        If ``reference`` is not a level that has patients, or a column does not exist.
    """
    cox = cox_inputs(tte, by, reference, strata, covariates)
    model, table, trouble = _test(cox)
    global_p = float(table["p"].iloc[-1])
    group_p = float(table["p"].iloc[0])
    if len(cox.groups) > 2:
        group_p = _groups_alone_p(cox) if covariates else global_p
    return ProportionalHazards(
        by=by,
        reference=cox.reference,
        table=table,
        residuals=_residuals(cox, model) if model else pd.DataFrame(columns=_RESIDUALS),
        coefficients=model.coefficients if model else empty_fit(cox.design),
        global_p=global_p,
        group_p=group_p,
        origin=tte.origin,
        method=_method(by, cox, strata, covariates),
        notes=(*cox.notes, *((trouble,) if trouble else ())),
    )


def summary(result: ProportionalHazards) -> str:
    """Say the test of the groups in a sentence.

    Parameters
    ----------
    result : ProportionalHazards
        The result.

    Returns
    -------
    str
        Such as "The test of proportional hazards gives p = 0.412 for cTACE over TAE; a small p
        suggests that the hazard ratio changes over time, a large one does not show that it stays
        the same." Where there is no test, why.
    """
    tests = result.table[result.table["term"].map(lambda term: is_group(result, term))]
    if tests["p"].isna().all():
        return result.notes[-1]
    texts = [
        f"{wording.p_value(p)} for {comparison_title(result, term)}"
        for term, p in zip(tests["term"], tests["p"], strict=True)
    ]
    if len(tests) > 1:
        alone = " in the model of the groups alone" if _has_covariates(result) else ""
        texts.append(f"{wording.p_value(result.group_p)} for all groups together{alone}")
    told = f"The test of proportional hazards gives {join_words(texts)}"
    small = "a small p suggests that the hazard ratio changes over time"
    if result.group_p < SMALL_P:
        return (
            f"{told}; {small}, so that one number is an average over time; read the restricted "
            "means beside it."
        )
    return f"{told}; {small}, a large one does not show that it stays the same."


def _has_covariates(result: ProportionalHazards) -> bool:
    return not result.coefficients["term"].map(lambda term: is_group(result, term)).all()


def is_group(result: ProportionalHazards | HazardRatios, term: str) -> bool:
    """Say whether a term is a dummy of the groups, rather than a covariate."""
    return term.startswith(f"{result.by}: ")


def comparison_title(result: ProportionalHazards | HazardRatios, term: str) -> str:
    """Name a term in words: "cTACE over TAE", "WHO grade G2", "age, per year"."""
    if term == _GLOBAL:
        return "all terms together"
    if is_group(result, term):
        return " over ".join(compared(result, term))
    name, _, level = term.partition(": ")
    return f"{by_words(name)} {level}" if level else f"{by_words(name)}, per {wording.unit(name)}"


def compared(result: ProportionalHazards | HazardRatios, term: str) -> tuple[str, str]:
    """Name the level of a group's dummy, and the reference, as sentences do."""
    level = term.removeprefix(f"{result.by}: ")
    return group_name(result.by, level), group_name(result.by, result.reference)


def curves_cross(km: KaplanMeier) -> tuple[float, ...]:
    """Find where the curves of the first two groups cross.

    Parameters
    ----------
    km : KaplanMeier
        The curves; the first two groups in display order count (TAE and cTACE).

    Returns
    -------
    tuple of float
        Months at which the difference of the two curves changes its sign. Only times count from
        when both groups have had an event, with at least 10 patients at risk in each: earlier and
        later crossings say little. Touching without changing sides is no crossing.
    """
    if len(km.groups) < 2:
        return ()
    first, second = (km.curve[km.curve["group"] == group] for group in km.groups[:2])
    events = [rows.loc[rows["events"] > 0, "days"].to_numpy() for rows in (first, second)]
    if not all(map(len, events)):
        return ()
    days = np.unique(np.concatenate(events))
    days = days[days >= max(one[0] for one in events) - TIE]
    gap = _survival(first, days) - _survival(second, days)
    many = np.minimum(_at_risk(first, days), _at_risk(second, days)) >= ENOUGH_AT_RISK
    apart = many & (np.abs(gap) > 1e-12)
    side = np.sign(gap[apart])
    return tuple((days[apart][1:][side[1:] != side[:-1]] / DAYS_PER_MONTH).tolist())


def _survival(rows: pd.DataFrame, days: _Floats) -> _Floats:
    steps = np.concatenate([[1.0], rows["survival"]])
    return steps[np.searchsorted(rows["days"], days + TIE, side="right")]


def _at_risk(rows: pd.DataFrame, days: _Floats) -> _Floats:
    steps = np.concatenate([rows["at_risk"], [0]])
    return steps[np.searchsorted(rows["days"], days - TIE, side="left")]


@dataclass(frozen=True, eq=False)
class _Model:
    """A fit to scaled columns, with its Schoenfeld residuals: a row an event, a column a term."""

    coefficients: pd.DataFrame
    fit: Any
    scale: _Floats
    row_of_event: npt.NDArray[np.int64]
    schoenfeld: _Floats


def _test(cox: CoxInputs) -> tuple[_Model | None, pd.DataFrame, str]:
    """Fit and test: the model, the table, and why there are none (or "")."""
    nothing = _empty_table(cox)
    if cox.trouble:
        return None, nothing, cox.trouble
    coefficients, why = fit_cox(
        cox.days, cox.event, cox.design, cox.stratum, groups=len(cox.groups) - 1
    )
    if why:
        return None, nothing, f"{_NO_TEST} {why}"
    lost = coefficients.loc[coefficients["coef"].isna(), "term"].tolist()
    if lost:
        return None, nothing, f"{_NO_TEST} the effect of {join_words(lost)} cannot be estimated."
    values = cox.design.to_numpy(dtype=float)
    scale = values.std(axis=0)  # the model is the same in columns of one size, its steps steadier
    try:
        with np.errstate(all="ignore"):
            fit = greenwood.CoxPH().fit(
                greenwood.Surv(cox.days, event=cox.event),
                (values - values.mean(axis=0)) / scale,
                strata=cox.stratum,
            )
    except np.linalg.LinAlgError:
        return None, nothing, f"{_NO_TEST} the model did not converge."
    # greenwood lists events by stratum, then by time; tied events in the order of the data.
    order = np.lexsort((cox.days, cox.stratum))
    schoenfeld = fit.residuals("schoenfeld", format="pandas").to_numpy()
    model = _Model(coefficients, fit, scale, order[cox.event[order]], schoenfeld)
    lost = _uninformative(cox, model)
    if lost:
        why = f"fewer than two event times tell about {join_words(lost)}."
        return None, nothing, f"{_NO_TEST} {why}"
    chisq = _chisq(model)
    # A trend for each term takes one more event time than there are terms.
    enough = len(np.unique(cox.days[cox.event])) > cox.design.shape[1]
    if not enough or not (np.isfinite(chisq) & (chisq >= 0)).all():
        return None, nothing, f"{_NO_TEST} too few events for this model."
    return model, nothing.assign(chisq=chisq, p=stats.chi2.sf(chisq, nothing["df"])), ""


def _uninformative(cox: CoxInputs, model: _Model) -> list[str]:
    """Name the terms without two event times at which they tell anything apart."""
    days = cox.days[model.row_of_event]
    telling = np.abs(model.schoenfeld) > _NO_RESIDUAL
    counts = [len(np.unique(days[one])) for one in telling.T]
    return [term for term, n in zip(cox.design.columns, counts, strict=True) if n < 2]


def _chisq(model: _Model) -> _Floats:
    """Test each column, and all together."""
    try:
        with np.errstate(all="ignore"):
            zph = model.fit.cox_zph(transform="km")
    except np.linalg.LinAlgError:
        return np.array([_NAN])
    return np.array([test["chisq"] for test in (*zph.per_term.values(), zph.global_test)])


def _empty_table(cox: CoxInputs) -> pd.DataFrame:
    terms = list(cox.design.columns)
    return pd.DataFrame(
        {
            "term": pd.Series([*terms, _GLOBAL], dtype=object),
            "chisq": _NAN,
            "df": [1] * len(terms) + [len(terms)],
            "p": _NAN,
        }
    )


def _groups_alone_p(cox: CoxInputs) -> float:
    """Test all dummies of the groups together, in the model without covariates."""
    _, table, _ = _test(replace(cox, design=cox.design.iloc[:, : len(cox.groups) - 1]))
    return float(table["p"].iloc[-1])


def _residuals(cox: CoxInputs, model: _Model) -> pd.DataFrame:
    """Lay out what R's ``plot.cox.zph`` draws, in the units of the coefficients."""
    scaled, variance = _scale(cox, model)
    scaled = (scaled + model.fit.coef_) / model.scale
    spread = np.sqrt(variance) / model.scale
    days, share = (every[model.row_of_event] for every in (cox.days, _share_with_event(cox)))
    parts = []
    for j, term in enumerate(cox.design.columns):
        known = ~np.isnan(scaled[:, j])
        at = np.argsort(days[known], kind="stable")
        residual = scaled[known, j][at]
        line, error = _spline(share[known][at], residual)
        half = stats.norm.ppf(0.975) * spread[j] * error
        when = days[known][at]
        columns = [term, when, when / DAYS_PER_MONTH, residual, line, line - half, line + half]
        parts.append(pd.DataFrame(dict(zip(_RESIDUALS, columns, strict=True))))
    return pd.concat(parts, ignore_index=True)


def _scale(cox: CoxInputs, model: _Model) -> tuple[_Floats, _Floats]:
    """Scale by the average information of an event, as ``cox.zph`` does; with the variances.

    A column that is the same for all patients of a stratum has no residual there (NaN), and the
    events of that stratum do not count in the average.
    """
    column = pd.DataFrame(cox.design.to_numpy(dtype=float)).groupby(cox.stratum)
    used = (column.transform("max") > column.transform("min")).to_numpy()[model.row_of_event]
    counted = used.T.astype(float) @ used
    mean: _Floats = np.linalg.inv(model.fit.naive_vcov_) / np.where(counted > 0, counted, 1)
    scaled = np.full_like(model.schoenfeld, _NAN)
    for pattern in np.unique(used, axis=0):
        rows = (used == pattern).all(axis=1)
        columns = np.flatnonzero(pattern)
        block = np.ix_(rows, columns)
        # pinv: averages over different strata need not have an inverse where events are few.
        scaled[block] = model.schoenfeld[block] @ np.linalg.pinv(mean[np.ix_(columns, columns)])
    variance = np.diag(np.linalg.pinv(mean))
    return scaled, np.where(variance > 0, variance, _NAN)


def _share_with_event(cox: CoxInputs) -> _Floats:
    """Give 1 minus the Kaplan-Meier curve of all patients just before each patient's time."""
    distinct, place = np.unique(cox.days, return_inverse=True)
    leaving = np.bincount(place)
    at_risk = len(cox.days) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    events = np.bincount(place[cox.event], minlength=len(distinct))
    survival = np.cumprod(1 - events / at_risk)
    return 1 - np.concatenate([[1.0], survival[:-1]])[place]


def _spline(x: _Floats, y: _Floats) -> tuple[_Floats, _Floats]:
    """Fit a natural cubic spline by least squares: the line, and its error for unit variance."""
    nothing = np.full(len(x), _NAN)
    if len(np.unique(x)) <= _DF:
        return nothing, nothing
    # R puts the inner knots at the thirds of the plotting grid and the data together.
    grid = np.linspace(x.min(), x.max(), _GRID)
    inner = np.quantile(np.concatenate([grid, x]), [1 / 3, 2 / 3])
    basis = _natural_basis(x, np.array([x.min(), *inner, x.max()]))
    if np.linalg.matrix_rank(basis) < _DF:
        return nothing, nothing
    q: _Floats = np.linalg.qr(basis)[0]
    return q @ (q.T @ y), np.sqrt((q**2).sum(axis=1))


def _natural_basis(x: _Floats, knots: _Floats) -> _Floats:
    """Give the columns of a cubic spline that is straight beyond its ends.

    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, equation 5.4.
    """
    cubes = np.maximum(x[:, None] - knots, 0) ** 3
    slopes = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return np.column_stack([np.ones_like(x), x, slopes[:, :-1] - slopes[:, -1:]])


def _method(by: str, cox: CoxInputs, strata: Sequence[str], covariates: Sequence[str]) -> str:
    added = [
        f", {verb} {join_words([by_words(name) for name in names])}"
        for verb, names in (("adjusted for", covariates), ("stratified by", strata))
        if names
    ]
    return (
        f"Grambsch-Therneau score test of proportional hazards by {by_words(by)}, reference "
        f"{cox.reference or 'none'}{''.join(added)}, against 1 minus the Kaplan-Meier curve of all "
        "patients; scaled Schoenfeld residuals plus the coefficient, natural cubic spline with "
        f"{_DF} degrees of freedom and 95% limits."
    )
