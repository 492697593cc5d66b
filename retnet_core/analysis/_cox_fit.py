"""Fitting Cox's model to columns of numbers, with a sentence where there is no fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

_NAN = float("nan")
_Z = float(stats.norm.ppf(0.975))
_TOO_WIDE = 10.0
"""Standard error of a log hazard ratio above which it is infinite (its limits span e to the 39)."""
_MOST_EXPONENT = 700.0
"""Log hazard ratio beyond which the ratio is no floating-point number."""
_MOST_STEPS = 20
_SAME = 1e-9
"""Most Newton steps, and the relative gain in log-likelihood that ends them: R's ``coxph``."""
_ROUNDING = 1e-13
_NO_DIFFERENCE = "groups, covariates and strata cannot be told apart in these patients."
_NOT_CONVERGED = "the model did not converge."
UNVARYING = "it does not vary among those at risk"
ALIASED = "other terms say the same"
SEPARATING = "it separates patients with and without events"
UNWRITABLE = "its unit is too large or small"
"""Why a term has no number, as are the three before."""
_CONSTANT, _ALIASES = 1e-12, 1e-6
"""Relative sizes below which a column varies by rounding only, or says nothing new (R: 1e-6)."""
_COLUMNS = ["coef", "se", "hr", "lower", "upper", "p"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
_Value = tuple[float, Floats, Floats]
"""A log-likelihood, its gradient, and the information (minus its second derivative)."""


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a partial likelihood is highest.

    Attributes
    ----------
    coef : numpy.ndarray
        A coefficient a column; infinite ones are large numbers.
    information : numpy.ndarray
        The information there, whose inverse is their covariance.
    log_likelihood : float
        The value there; its supremum where a coefficient is infinite.
    converged : bool
        The last step gained next to nothing.
    """

    coef: Floats
    information: Floats
    log_likelihood: float
    converged: bool


def fit_cox(
    days: Floats,
    event: Flags,
    design: pd.DataFrame,
    stratum: Codes | None = None,
    groups: int = 0,
) -> tuple[pd.DataFrame, str]:
    """Fit Cox's model with Efron's ties.

    Parameters
    ----------
    days, event : numpy.ndarray
        Times, and whether the event happened; at least one event.
    design : pandas.DataFrame
        A column a term, without missing values.
    stratum : numpy.ndarray, optional
        The stratum of each row.
    groups : int
        How many of the first columns tell the levels of one division from its reference. Where
        one of them says what others say, no coefficient would be against the reference.

    Returns
    -------
    coefficients : pandas.DataFrame
        term, coef, se, hr, lower, upper, p (Wald, 95%), reason ("", or why it is NaN).
    trouble : str
        Why there is no model at all, to follow "no hazard ratio:", or "".
    """
    where = np.zeros(len(days), dtype=np.int64) if stratum is None else stratum
    telling = ever_at_risk(days, event, where)
    values = design.to_numpy(dtype=float)[telling]
    varying, kept = told_apart(values, where[telling])
    if not kept or {*range(groups)} & ({*varying} - {*kept}):
        return empty_fit(design), _NO_DIFFERENCE
    x = values[:, kept]
    scale = x.std(axis=0)
    # The model is the same in columns of one size, and its steps are steadier.
    found = maximise(days[telling], event[telling], (x - x.mean(axis=0)) / scale, where[telling])
    try:
        variance = np.diag(np.linalg.inv(found.information))
    except np.linalg.LinAlgError:
        return empty_fit(design), _NOT_CONVERGED
    spread = np.sqrt(np.where(variance > 0, variance, np.inf))
    coef, se = found.coef / scale, spread / scale
    low, high = coef - _Z * se, coef + _Z * se
    dummy = np.isin(x, (0.0, 1.0)).all(axis=0)
    settled = np.where(dummy, se, spread) < _TOO_WIDE
    written = (np.abs([coef, low, high]) < _MOST_EXPONENT).all(axis=0)
    if (settled & written).all() and not found.converged:  # infinite ones never settle
        return empty_fit(design), _NOT_CONVERGED
    p = 2 * stats.norm.sf(np.abs(coef / se))
    numbers = np.where(settled & written, [coef, se, coef, low, high, p], _NAN)
    numbers[2:5] = np.exp(numbers[2:5])
    table = empty_fit(design)
    table["reason"] = [ALIASED if place in varying else UNVARYING for place in range(len(table))]
    table.loc[kept, _COLUMNS] = numbers.T
    table.loc[kept, "reason"] = np.where(settled, np.where(written, "", UNWRITABLE), SEPARATING)
    return table, ""


def empty_fit(design: pd.DataFrame) -> pd.DataFrame:
    """Give the coefficients of a model that cannot be fitted: a row a term, all missing."""
    terms = pd.Series(list(design.columns), dtype=object)
    return pd.DataFrame({"term": terms, **dict.fromkeys(_COLUMNS, _NAN), "reason": "no model"})


def ever_at_risk(days: Floats, event: Flags, stratum: Codes) -> Flags:
    """Say who is still at risk at the first event of the own stratum; others tell nothing."""
    first = np.full(stratum.max(initial=-1) + 1, np.inf)
    np.minimum.at(first, stratum[event], days[event])
    return np.asarray(days >= first[stratum], dtype=bool)


def told_apart(columns: Floats, stratum: Codes) -> tuple[list[int], list[int]]:
    """Find the columns that vary within strata, and of these what those before do not give.

    As R does, the later one of columns that say the same is given up.
    """
    sums = np.zeros((stratum.max(initial=-1) + 1, columns.shape[1]))
    np.add.at(sums, stratum, columns)
    centred = columns - sums[stratum] / np.bincount(stratum)[stratum][:, None]
    basis = np.zeros((0, len(columns)))
    varying, kept = [], []
    for place, column in enumerate(centred.T):
        size = np.linalg.norm(column)
        if size <= _CONSTANT * np.abs(columns[:, place]).max(initial=0) * len(columns) ** 0.5:
            continue
        varying.append(place)
        rest = column / size
        for _ in range(2):  # once more against rounding
            rest = rest - basis.T @ (basis @ rest)
        if np.linalg.norm(rest) > _ALIASES:
            basis = np.vstack([basis, rest / np.linalg.norm(rest)])
            kept.append(place)
    return varying, kept


def maximise(days: Floats, event: Flags, columns: Floats, stratum: Codes | None = None) -> Maximum:
    """Find the maximum of Cox's partial likelihood with Efron's ties.

    The steps end by the rule of R's ``coxph``, so that numbers are R's to all digits: greenwood's
    halve the last step away where rounding hides its gain, which moves a ratio by some 1e-8. They
    also go through the event times one by one, too slow for the forty models of a forest.

    Parameters
    ----------
    days, event : numpy.ndarray
        Times, and whether the event happened; at least one event.
    columns : numpy.ndarray
        A column a term, linearly independent.
    stratum : numpy.ndarray, optional
        The stratum of each row.

    Returns
    -------
    Maximum
    """
    where = np.zeros(len(days), dtype=np.int64) if stratum is None else stratum
    # A stratum without an event says nothing.
    within = [where == one for one in np.unique(where[event])]
    parts = [_likelihood(days[rows], event[rows], columns[rows]) for rows in within]

    def together(beta: Floats) -> _Value:
        values, gradients, informations = zip(*(part(beta) for part in parts), strict=True)
        return float(sum(values)), np.sum(gradients, axis=0), np.sum(informations, axis=0)

    with np.errstate(all="ignore"):
        return _climb(together, columns.shape[1])


def _likelihood(days: Floats, event: Flags, columns: Floats) -> Callable[[Floats], _Value]:
    """Give the likelihood of a stratum as a function of the coefficients, all events at once."""
    order = np.lexsort((~event, -days))
    days, event, x = days[order], event[order], columns[order]
    # Place of the last patient at risk, and Efron's share of the tied events already taken away.
    last = np.searchsorted(-days, -days[event], side="right") - 1
    _, first, tied, size = np.unique(
        -days[event], return_index=True, return_inverse=True, return_counts=True
    )
    share = (np.arange(len(last)) - first[tied]) / size[tied]
    happened = x[event].sum(axis=0)

    def at_events(every: Floats) -> Floats:
        """Sum over the risk set of each event."""
        shape = (-1,) + (1,) * (every.ndim - 1)
        gone = np.add.reduceat(every[event], first, axis=0)[tied]
        return every.cumsum(axis=0)[last] - share.reshape(shape) * gone

    def likelihood(beta: Floats) -> _Value:
        eta = x @ beta
        weight = np.exp(eta - eta.max())
        weighted = weight[:, None] * x
        total = at_events(weight)
        mean = at_events(weighted) / total[:, None]
        second = at_events(weighted[:, :, None] * x[:, None, :]) / total[:, None, None]
        value = float((eta[event] - eta.max()).sum() - np.log(total).sum())
        return value, happened - mean.sum(axis=0), second.sum(axis=0) - mean.T @ mean

    return likelihood


def _climb(likelihood: Callable[[Floats], _Value], terms: int) -> Maximum:
    """Go up a likelihood by Newton's steps, halved where they overshoot."""
    beta = np.zeros(terms)
    value, gradient, information = likelihood(beta)
    converged = False
    for _ in range(_MOST_STEPS):
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        higher = likelihood(beta + step)
        # Written so that a step out of all numbers, which gives NaN, is halved too.
        # No likelihood is above 0: weights that underflow give an infinite one, to be halved too.
        while (
            not _ROUNDING >= higher[0] >= value * (1 + _ROUNDING) and np.abs(step).max() > _ROUNDING
        ):
            step = step / 2
            higher = likelihood(beta + step)
        gained = higher[0] - value
        beta, (value, gradient, information) = beta + step, higher
        converged = gained <= _SAME * abs(value)
        if converged:
            break
    return Maximum(beta, information, value, converged)
