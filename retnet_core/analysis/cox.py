"""Hazard ratios of groups from Cox's model, stratified and adjusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis._cox_fit import SEPARATING, UNVARYING, empty_fit, ever_at_risk, fit_cox
from retnet_core.analysis._groups import (
    by_words,
    choose_reference,
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

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]


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
        term, coef, se, hr, lower, upper, p, reason ("", or why it is NaN): every term of the
        model.
    strata, covariates : tuple of str
        The columns it is stratified by and adjusted for.
    n, events : int
        Patients in the model, and their events.
    """

    by: str
    reference: str
    table: pd.DataFrame
    coefficients: pd.DataFrame
    strata: tuple[str, ...]
    covariates: tuple[str, ...]
    n: int
    events: int


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
        One joint model over all levels, ties by Efron, Wald limits and p, fitted to R's ``coxph``
        in all digits. What can't be estimated is NaN, with a note that says why.

    Raises
    ------
    ValueError
        If ``reference`` is not a level that has patients, a column does not exist, or one is asked
        for twice.
    """
    cox = cox_inputs(tte, by, reference, strata, covariates)
    trouble, notes = cox.trouble, cox.notes
    if trouble:
        coefficients = empty_fit(cox.design)
    else:
        coefficients, why = fit_cox(
            cox.days, cox.event, cox.design, cox.stratum, groups=len(cox.groups) - 1
        )
        trouble = f"No hazard ratio: {why}" if why else ""
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
        strata=tuple(strata),
        covariates=tuple(covariates),
        n=len(cox.days),
        events=int(cox.event.sum()),
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
    stratum : numpy.ndarray
        The stratum of each patient; all 0 without strata.
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
    stratum: _Codes
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
    twice = {by, *strata} & {*covariates}
    if twice or len({*covariates}) < len(covariates):
        named = join_words(sorted(twice) or list(covariates))
        raise ValueError(
            f"a column enters a model once, as group, stratum or covariate, not twice: {named}"
        )
    kept, notes = _complete(tte, covariates)
    labels = group_labels(kept, by)
    groups = ordered_groups(kept, by, labels)
    chosen = choose_reference(groups, reference)
    others = [group for group in groups if group != chosen]
    design = _dummies(labels, others, by)
    for name in covariates:
        design = design.join(_covariate(kept, name))
    days, event = times(kept)
    stratum = strata_codes(kept, strata)
    trouble = "" if others and event.any() else no_test(len(groups), int(event.sum()))
    telling = ever_at_risk(days, event, stratum)
    if not trouble and not labels[telling].eq(chosen).any():
        trouble = f"No hazard ratio: nobody of {chosen} is at risk at an event."
    return CoxInputs(
        labels=labels,
        groups=groups,
        reference=chosen,
        design=design,
        days=days,
        event=event,
        stratum=stratum,
        trouble=trouble,
        notes=(*guard_notes(kept), *notes),
    )


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


def _not_estimable(
    coefficients: pd.DataFrame, table: pd.DataFrame, reference_events: bool
) -> tuple[str, ...]:
    """Say why single terms have no number."""
    lost = table[table["hr"].isna()]
    if len(lost) and not reference_events:
        return (f"No events in {table['reference'].iloc[0]}: no hazard ratio against it.",)
    why = dict(zip(table["level"], coefficients["reason"], strict=False))
    notes = [
        _why_no_ratio(str(row.level), bool(row.events), why[row.level]) for row in lost.itertuples()
    ]
    others = coefficients.iloc[len(table) :]
    notes += [
        f"The effect of {row.term} cannot be estimated: {row.reason}."
        for row in others[others["hr"].isna()].itertuples()
    ]
    return tuple(notes)


def _why_no_ratio(level: str, events: bool, reason: str) -> str:
    if reason == UNVARYING:
        return f"No hazard ratio for {level}: nobody of it is at risk at an event beside others."
    if not events:
        return f"No events in {level}: no hazard ratio."
    overlap = "the events of the groups do not overlap in time" if reason == SEPARATING else reason
    return f"No hazard ratio for {level}: {overlap}."


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
        f"{adjusted}{stratified(strata)}; ties by Efron, Wald "
        "95% confidence limits and p-values, no adjustment for multiple testing."
    )
