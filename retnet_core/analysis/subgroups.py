"""Two arms compared within subgroups: hazard ratios a level, and tests for interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from retnet_core import wording
from retnet_core.analysis._cox_fit import fit_cox, maximise, told_apart
from retnet_core.analysis._groups import by_words, group_labels, guard_notes, ordered_groups, times
from retnet_core.analysis._sentences import group_name, hazard_compared
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import REFERENCE_ARM, UNKNOWN, Endpoint
from retnet_core.trial import join_words

DIMENSIONS = {
    "who_grade": "WHO grade",
    "histologic_subtype": "Histologic subtype",
    "primary_site": "Primary site",
    "functional": "Functional tumour",
    "liver_burden": "Liver tumour burden",
    "sex": "Sex",
    "age": "Age, years",
    "ecog": "ECOG performance status",
    "site_region": "Site region",
}
"""Columns that divide patients, in the order a clinician reads them, with their headings."""
OVERALL = "overall"
ALL_PATIENTS = "all patients"
FEWEST_EVENTS = 5
"""Events in each arm below which a level gets no hazard ratio."""
MOST_LEVELS = 6
"""Known levels above which a dimension is left out."""
AGE_CUT = 65
_APART = "events do not overlap in time"
_BURDENS = ("up to 25%", "over 25 to 50%", "over 50%", UNKNOWN)
_LARGEST_BURDENS = ("over 50 to 70%", "over 70%")
_NAN = float("nan")

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Forest(Result):
    """Two arms compared in all patients and in each level of each dimension.

    Attributes
    ----------
    endpoint : Endpoint
        What was timed.
    by, level, reference : str
        The column that holds the arms; the hazard ratios read level over reference.
    table : pandas.DataFrame
        dimension (a column, or ``"overall"`` in the first row), level, n, events, n_level,
        events_level, n_reference, events_reference, hr, lower, upper, p (Wald), estimable (bool),
        reason (why there is no hazard ratio, or ""); hr, lower, upper and p are NaN where it
        cannot be estimated. Only patients of the two arms count.
    interaction : pandas.DataFrame
        dimension, statistic (chi-square), df, p, reason (why there is no test, or ""): a row a
        dimension of ``table``.
    names : mapping of str to str
        Dimension -> its heading.
    """

    endpoint: Endpoint
    by: str
    level: str
    reference: str
    table: pd.DataFrame
    interaction: pd.DataFrame
    names: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class _Pair:
    """Patients of the two arms: times, events, and who is of the level compared."""

    tte: TimeToEvent
    days: _Floats
    event: _Flags
    treated: _Flags
    level: str
    reference: str


def forest(
    tte: TimeToEvent,
    level: str = "cTACE",
    reference: str = REFERENCE_ARM,
    by: str = "arm",
    dimensions: Sequence[str] | None = None,
) -> Forest:
    """Compare two arms in each level of several dimensions.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint.
    level, reference : str
        The arms compared: hazard ratios read ``level`` over ``reference``.
    by : str
        Column of ``tte.frame`` that holds the arms.
    dimensions : sequence of str, optional
        Columns of ``tte.frame`` that divide the patients; by default those of `DIMENSIONS` that
        it has. Age is cut at 65 years, liver burden at 25 and 50%. A dimension with more than
        six known levels, or with none, is left out, with a note.

    Returns
    -------
    Forest
        A Cox model of the two arms a level, ties by Efron, Wald limits and p (R's ``coxph`` on
        the level's patients); none where an arm has fewer than 5 events in the level, nor where
        the level is unknown. Interaction: likelihood-ratio test of the models with and without
        arm x dimension, both with both main effects, known levels only (R's ``anova`` of two
        ``coxph``); interaction terms that no patients can tell apart are dropped.

    Raises
    ------
    ValueError
        If an arm or a column does not exist, or both arms are the same.
    """
    pair = _pair(tte, level, reference, by)
    asked = dimensions
    if asked is None:
        asked = [name for name in DIMENSIONS if name in tte.frame.columns and name != by]
    divided = {name: group_labels(pair.tte, name) for name in asked}
    drawn = {name: labels for name, labels in divided.items() if 0 < _known(labels) <= MOST_LEVELS}
    everyone = np.ones(len(pair.days), dtype=bool)
    records = [_row(pair, OVERALL, ALL_PATIENTS, everyone, fewest=1)]
    for name, labels in drawn.items():
        for one in ordered_groups(pair.tte, name, labels):
            inside = labels.eq(one).to_numpy(dtype=bool)
            records.append(_row(pair, name, one, inside, FEWEST_EVENTS))
    tests = [{"dimension": name, **_interaction(pair, labels)} for name, labels in drawn.items()]
    return Forest(
        endpoint=tte.endpoint,
        by=by,
        level=level,
        reference=reference,
        table=pd.DataFrame(records),
        interaction=pd.DataFrame(tests, columns=["dimension", "statistic", "df", "p", "reason"]),
        names={OVERALL: "All patients"} | {name: _heading(name) for name in drawn},
        method=_method(level, reference),
        notes=(*guard_notes(pair.tte), *_notes(pair, divided, drawn)),
    )


def summary(forest: Forest) -> str:
    """Say a forest in a paragraph; no verdict.

    Parameters
    ----------
    forest : Forest
        The result.

    Returns
    -------
    str
        Such as "In all patients the hazard of death with cTACE was 0.92 times that with TAE (95%
        CI 0.63-1.34). 20 of 26 subgroups have a hazard ratio; 6 are too small for one. The
        smallest of 8 interaction p-values is 0.084 (WHO grade), before any adjustment for looking
        at 8. Subgroups are exploratory." Subgroups are known levels, as in the notes.
    """
    level, reference = (group_name(forest.by, one) for one in (forest.level, forest.reference))
    overall = forest.table.iloc[0]
    if overall["estimable"]:
        hazard = hazard_compared(
            forest.endpoint.event, level, reference,
            float(overall["hr"]), float(overall["lower"]), float(overall["upper"]),
        )  # fmt: skip
        first = f"In all patients the {hazard}."
    else:
        first = (
            f"The hazard ratio of {level} over {reference} in all patients cannot be estimated: "
            f"{overall['reason']}."
        )
    rest = [_counted(forest), _smallest_p(forest), "Subgroups are exploratory."]
    return " ".join([first, *rest]) if len(forest.interaction) else first


def _counted(forest: Forest) -> str:
    """Say how many known levels have a hazard ratio, and why others have none."""
    known = forest.table["dimension"].ne(OVERALL) & forest.table["level"].ne(UNKNOWN)
    reasons = forest.table.loc[known, "reason"]
    ratios, apart = int(reasons.eq("").sum()), int(reasons.eq(_APART).sum())
    small = len(reasons) - ratios - apart
    texts = [
        f"{ratios} of {wording.count(len(reasons), 'subgroup')} "
        f"{'has' if 1 in (ratios, len(reasons)) else 'have'} a hazard ratio"
    ]
    if small:
        texts.append(f"{small} {'is' if small == 1 else 'are'} too small for one")
    if apart:
        texts.append(f"in {apart} the {_APART}")
    return f"{'; '.join(texts)}."


def _smallest_p(forest: Forest) -> str:
    """Say the smallest p of the tests for interaction, and how many there are."""
    tested = forest.interaction.dropna(subset="p")
    if tested.empty:
        return "No interaction could be tested."
    smallest = tested.loc[tested["p"].astype(float).idxmin()]
    p = wording.p_value(float(smallest["p"])).removeprefix("p ").removeprefix("= ")
    found = f"is {p} ({forest.names[str(smallest['dimension'])]})"
    if len(tested) == 1:
        return f"The only interaction p-value {found}."
    return (
        f"The smallest of {len(tested)} interaction p-values {found}, before any adjustment for "
        f"looking at {len(tested)}."
    )


def _pair(tte: TimeToEvent, level: str, reference: str, by: str) -> _Pair:
    """Keep the patients of the two arms, with age and liver burden cut as the forest shows them."""
    labels = group_labels(tte, by)
    there = tuple(dict.fromkeys([*tte.levels.get(by, ()), *ordered_groups(tte, by, labels)]))
    absent = [name for name in (level, reference) if name not in there]
    if absent:
        raise ValueError(f"there is no {by} {absent[0]!r} to compare; there are {join_words(there)}"
                         if there else f"there is no {by} to compare")  # fmt: skip
    if level == reference:
        raise ValueError(f"level and reference are both {level!r}: choose two")
    kept = labels.isin([level, reference])
    two = _banded(replace(tte, frame=tte.frame[kept].reset_index(drop=True)))
    days, event = times(two)
    treated = labels[kept].eq(level).to_numpy(dtype=bool)
    return _Pair(two, days, event, treated, level, reference)


def _banded(tte: TimeToEvent) -> TimeToEvent:
    frame, levels = tte.frame, dict(tte.levels)
    if "age" in frame and pd.api.types.is_numeric_dtype(frame["age"]):
        levels["age"] = (f"< {AGE_CUT}", f">= {AGE_CUT}", UNKNOWN)
        bands = np.where(frame["age"].lt(AGE_CUT), *levels["age"][:2]).astype(object)
        frame = frame.assign(age=pd.Series(bands, index=frame.index).where(frame["age"].notna()))
    if "liver_burden" in frame:
        levels["liver_burden"] = _BURDENS
        largest = frame["liver_burden"].isin(_LARGEST_BURDENS)
        frame = frame.assign(liver_burden=frame["liver_burden"].mask(largest, _BURDENS[2]))
    return replace(tte, frame=frame, levels=levels)


def _known(labels: pd.Series) -> int:
    """Count the known levels that have patients."""
    return int(labels[labels != UNKNOWN].nunique())


def _heading(dimension: str) -> str:
    return DIMENSIONS.get(dimension) or by_words(dimension)


def _row(pair: _Pair, dimension: str, level: str, inside: _Flags, fewest: int) -> dict[str, object]:
    """Count and compare the patients inside a level."""
    sides = (inside & pair.treated, inside & ~pair.treated)
    n = [int(side.sum()) for side in sides]
    events = [int(pair.event[side].sum()) for side in sides]
    reason = _too_few(pair, level, n, events, fewest)
    estimate = (_NAN,) * 4
    if not reason:
        estimate = _hazard_ratio(pair.days[inside], pair.event[inside], pair.treated[inside])
        reason = _APART if np.isnan(estimate[0]) else ""
    return {
        "dimension": dimension,
        "level": level,
        "n": sum(n),
        "events": sum(events),
        "n_level": n[0],
        "events_level": events[0],
        "n_reference": n[1],
        "events_reference": events[1],
        **dict(zip(("hr", "lower", "upper", "p"), estimate, strict=True)),
        "estimable": not reason,
        "reason": reason,
    }


def _too_few(pair: _Pair, level: str, n: list[int], events: list[int], fewest: int) -> str:
    """Say why a level gets no hazard ratio, or nothing."""
    if level == UNKNOWN:
        return "not compared"
    empty = [arm for arm, many in zip((pair.level, pair.reference), n, strict=True) if not many]
    if empty:
        return f"no patients in {join_words(empty, 'or')}"
    if min(events) >= fewest:
        return ""
    none = [arm for arm, many in zip((pair.level, pair.reference), events, strict=True) if not many]
    return (
        f"no events in {join_words(none, 'or')}"
        if fewest == 1
        else f"under {fewest} events in an arm"
    )


def _hazard_ratio(
    days: _Floats, event: _Flags, treated: _Flags
) -> tuple[float, float, float, float]:
    """Give hazard ratio, 95% limits and Wald p; NaN where the ratio is infinite."""
    design = pd.DataFrame({"arm": treated.astype(float)})
    row = fit_cox(days, event, design)[0].iloc[0]
    return float(row["hr"]), float(row["lower"]), float(row["upper"]), float(row["p"])


def _interaction(pair: _Pair, labels: pd.Series) -> dict[str, object]:
    """Test whether the hazard ratio differs between the known levels of a dimension."""
    known = labels.ne(UNKNOWN).to_numpy(dtype=bool)
    failed: dict[str, object] = {"statistic": _NAN, "df": 0, "p": _NAN}
    if _known(labels) < 2:
        return {**failed, "reason": "one known level"}
    if not pair.event[known].any():
        return {**failed, "reason": "no events"}
    # Whoever left before the first event is in no risk set, and tells no term from another.
    known &= pair.days >= pair.days[known & pair.event].min()
    days, event, inside = pair.days[known], pair.event[known], labels[known]
    dummies = np.column_stack([inside.eq(one) for one in sorted(inside.unique())]).astype(float)
    treated = pair.treated[known][:, None].astype(float)
    main = _apart(np.hstack([treated, dummies]))
    both = _apart(np.hstack([main, treated * dummies]))
    df = both.shape[1] - main.shape[1]
    if not df:
        return {**failed, "reason": "no two levels have patients of both arms"}
    larger, smaller = (maximise(days, event, columns) for columns in (both, main))
    gained = larger.log_likelihood - smaller.log_likelihood
    statistic = max(2 * gained, 0.0)
    return {"statistic": statistic, "df": df, "p": float(stats.chi2.sf(statistic, df)),
            "reason": ""}  # fmt: skip


def _apart(columns: _Floats) -> _Floats:
    return columns[:, told_apart(columns, np.zeros(len(columns), dtype=np.int64))[1]]


def _notes(
    pair: _Pair, divided: Mapping[str, pd.Series], drawn: Mapping[str, pd.Series]
) -> tuple[str, ...]:
    """Say how many subgroups were looked at, and what was left out."""
    looked_at = sum(map(_known, drawn.values()))
    notes = [
        f"Exploratory: {wording.count(looked_at, 'subgroup')} of "
        f"{wording.count(len(drawn), 'dimension')} looked at, "
        "no adjustment for multiple testing."
    ]
    for name, labels in divided.items():
        levels = _known(labels)
        if levels > MOST_LEVELS:
            notes.append(f"{_heading(name)} left out: {levels} levels, more than {MOST_LEVELS}.")
        elif not levels and len(pair.days):
            notes.append(f"{_heading(name)} left out: unknown in all patients.")
    return tuple(notes)


def _method(level: str, reference: str) -> str:
    return (
        f"Hazard ratios {level} over {reference} by a Cox model a subgroup, ties by Efron, Wald "
        f"95% confidence limits, none where an arm has fewer than {FEWEST_EVENTS} events; "
        "interaction by likelihood-ratio test, both main effects in both models, known levels "
        "only."
    )
