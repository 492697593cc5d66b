"""Patient-reported outcomes over time: means of a scale by visit and group, and compliance.

Baseline is the last form on or before the first embolization, else the visit so named. The month
of a visit is the median day of its completed forms over all patients of the export, counted from
the day of the first embolization (day 0), over 30.4375. A form is completed with one item
answered or a score given. It is expected unless death, last contact or data cut came before the
visit's day, or it was completed; where there was no embolization, days count from randomisation.
Limits of a mean are t intervals (R's ``t.test``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from retnet_core.analysis._concurrent import closed_note
from retnet_core.analysis._visits import names_baseline, schedule_of
from retnet_core.analysis.questionnaires import (
    INSTRUMENTS,
    Scale,
    Scores,
    scale_info,
    scales,
    score,
)
from retnet_core.analysis.result import Result
from retnet_core.analysis.treatment import first_embolization
from retnet_core.protocol import CLOSED_ARMS, arm_title
from retnet_core.trial import DIMENSIONS, Trial, join_words
from retnet_core.wording import MORE, column, count

FEW_FORMS = 5
"""Below this many forms at a visit a mean is remarked on."""

_NEEDED = {
    "instrument": "a questionnaire",
    "scale": "a scale",
    "score": "a number",
    "item": "the number of an item",
    "value": "an answer",
}
_ASK = "In Columns on the page Data, say which column it is."

_FORM = ["patient_id", "visit", "date"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trajectories(Result):
    """A scale over time.

    Attributes
    ----------
    scale : Scale
        The scale, with its name and direction.
    change : bool
        Scores are changes from baseline.
    by : str
        What the groups are.
    groups, visits : tuple of str
        In display order; visits by time.
    baseline_visit : str
        The visit at which most patients have their baseline form, or "".
    table : pandas.DataFrame
        group, visit, month, n (scores), mean, sd, lower, upper (95% limits of the mean; missing
        where n < 2), expected, completed (forms). A row for every group and visit. In changes the
        baseline visit has mean 0 and no limits.
    individual : pandas.DataFrame
        patient_id, group, visit, month, score: what the lines of single patients draw.
    """

    scale: Scale
    change: bool
    by: str
    groups: tuple[str, ...]
    visits: tuple[str, ...]
    baseline_visit: str
    table: pd.DataFrame
    individual: pd.DataFrame


def available(trial: Trial) -> pd.DataFrame:
    """List the scales that the export has scores of.

    Returns
    -------
    pandas.DataFrame
        instrument, scale, name, n_forms; QLQ-C30 and QLQ-GI.NET21 first, in their manuals' order.
    """
    table = score(trial).table.dropna(subset=["score"])
    counted = table.groupby(["instrument", "scale"], sort=False).size()
    known = [(one, code) for one in INSTRUMENTS for code in scales(one)["scale"]]
    order = [pair for pair in known if pair in counted.index]
    order += [pair for pair in counted.index if pair not in set(known)]
    rows = [(*pair, scale_info(*pair).name, int(counted[pair])) for pair in order]
    return pd.DataFrame(rows, columns=["instrument", "scale", "name", "n_forms"])


def why_no_scale(trial: Trial) -> str:
    """Say why an export has no scale to show: what was read, and what it lacks.

    Returns
    -------
    str
        What `available` without rows means, for whoever can change it.
    """
    read = {"score": len(trial.scores), "answer": len(trial.questionnaires)}
    if not any(read.values()):
        return (
            "This export holds no questionnaire: neither answered items nor scale scores. "
            "The Data page says what was found in the file."
        )
    lacking = [
        f"{_were_read(n, what)}, but {_lacks(rows, needed)}."
        for what, n, rows, needed in (
            ("score", read["score"], trial.scores, ("instrument", "scale", "score")),
            ("answer", read["answer"], trial.questionnaires, ("instrument", "item", "value")),
        )
        if n
    ]
    return " ".join([*lacking, _ASK])


def why_no_visit(scores: Scores, scale: str) -> str:
    """Say why a scale has no mean: its forms have no visit, or there is no form.

    Parameters
    ----------
    scores : Scores
        The scores of the whole export.
    scale : str
        The scale.

    Returns
    -------
    str
    """
    forms = scores.table[(scores.table["scale"] == scale) & scores.table["score"].notna()]
    if len(forms) and forms["visit"].isna().all():
        return (
            f"{_were_read(len(forms), 'score', ' of this scale')}, but none has a visit, and "
            f"means are by visit. {_ASK}"
        )
    return "No form with this scale was filled in by these patients."


def _were_read(n: int, what: str, of: str = "") -> str:
    return f"{count(n, what)}{of} {'was' if n == 1 else 'were'} read"


def _lacks(rows: pd.DataFrame, needed: tuple[str, ...]) -> str:
    """Name what no row has; where each is there in some rows, what no scale is known for."""
    empty = [_NEEDED[name] for name in needed if rows[name].isna().all()]
    if empty:
        return f"none has {join_words(empty, 'or')}"
    return (
        "none belongs to a scale: a score needs a questionnaire and a scale, and answers are "
        f"scored of {join_words(list(INSTRUMENTS))}"
    )


def trajectories(
    trial: Trial,
    instrument: str,
    scale: str,
    by: str = "arm",
    change: bool = False,
    scores: Scores | None = None,
) -> Trajectories:
    """Average a scale by visit and group, with 95% limits, and count forms against expectation.

    Parameters
    ----------
    trial : Trial
        The whole trial or a part of it; the time of a visit is that of the whole trial.
    instrument, scale : str
        For example "QLQ-C30" and "QL".
    by : str
        "arm" (as assigned), or another column of patients that divides them, such as "who_grade".
    change : bool
        Subtract each patient's baseline score; patients without one are left out, with a note.
    scores : Scores, optional
        The scores of the whole export, where they are at hand: scoring takes longest.

    Returns
    -------
    Trajectories
        See there.

    Raises
    ------
    ValueError
        If ``by`` does not divide patients, or the scale is neither known nor in the export.
    """
    info = scale_info(instrument, scale)
    group = _groups(trial, by)
    scores = scores or score(trial.whole, instrument)
    _check_scale(info, scores.table)
    schedule = schedule_of(_dated_forms(scores, trial.whole))
    ours = scores.table["patient_id"].isin(trial.patients["patient_id"])
    forms = _forms(replace(scores, table=scores.table[ours]), trial, info, group, schedule)
    baseline_visit = _most_frequent(forms.loc[forms["baseline"], "visit"])
    values, remarks = _values(forms, schedule, baseline_visit, change)
    groups = _ordered(trial, by, group)
    table = _means(values, groups, schedule).join(_compliance(forms, trial, group, schedule))
    if change:
        # Zero by definition: limits would pretend that it was estimated.
        at_baseline = table.index.get_level_values("visit") == baseline_visit
        table.loc[at_baseline, ["sd", "lower", "upper"]] = np.nan
    table = table.reset_index()
    return Trajectories(
        scale=info,
        change=change,
        by=by,
        groups=groups,
        visits=tuple(schedule.index),
        baseline_visit=baseline_visit,
        table=table,
        individual=values[["patient_id", "group", "visit", "month", "score"]],
        method=_method(info, by, change),
        notes=(
            *_guards(info, table, groups),
            *closed_note(trial),
            *remarks,
            *_timing_notes(forms, schedule, trial),
            *_scoring_notes(scores, trial),
        ),
    )


def _scoring_notes(scores: Scores, trial: Trial) -> list[str]:
    """Say what scoring remarked; its counts are of the whole export."""
    where = "" if trial is trial.whole else "In the whole export: "
    return [where + note if note[0].isdigit() else note for note in scores.notes]


def summary(result: Trajectories) -> str:
    """Say the means in a sentence: at baseline and at the last visit that has enough forms.

    Returns
    -------
    str
        "Global health status/QoL (0-100, higher is better): TAE mean 62.1 at Baseline (n = 70)
        and 58.3 at Month 6 (n = 51)."
    """
    name = f"{result.scale.name} ({result.scale.direction})"
    if result.change:
        name += ", change from baseline"
    table = result.table[result.table["n"] > 0]
    if result.change:
        table = table[table["visit"] != result.baseline_visit]
    if table.empty:
        return f"{name}: no scores in this selection."
    seen = [visit for visit in result.visits if visit in set(table["visit"])]
    last = _last_well_filled(table, seen)
    first = result.baseline_visit if result.baseline_visit in seen else seen[0]
    told = [last] if result.change or last == first else [first, last]
    cells = table.set_index(["group", "visit"])
    parts = []
    for group in result.groups:
        means = [
            f"{cells.at[(group, visit), 'mean']:.1f} at {visit} "
            f"(n = {cells.at[(group, visit), 'n']})"
            for visit in told
            if (group, visit) in cells.index
        ]
        if means:
            parts.append(f"{arm_title(group)} mean {join_words(means)}")
    return f"{name}: {'; '.join(parts)}."


def _last_well_filled(table: pd.DataFrame, visits: list[str]) -> str:
    """Find the last visit at which every group has enough forms, else any has, else the last."""
    least = table.groupby("visit")["n"].agg(["min", "max", "size"])
    every = least[(least["min"] >= FEW_FORMS) & (least["size"] == table["group"].nunique())]
    some = least[least["max"] >= FEW_FORMS]
    for enough in (every, some):
        filled = [visit for visit in visits if visit in enough.index]
        if filled:
            return filled[-1]
    return visits[-1]


def _check_scale(info: Scale, table: pd.DataFrame) -> None:
    in_export = set(table["scale"])
    if info.higher_is or info.code in in_export:
        return
    known = dict.fromkeys([*scales(info.instrument)["scale"], *sorted(in_export)])
    choices = ", ".join(known) or "none: the export has no forms of it"
    raise ValueError(f"scale {info.code!r} is not among those of {info.instrument}: {choices}")


def _groups(trial: Trial, by: str) -> pd.Series:
    """Give each patient's group, by patient_id."""
    names = _dimensions(trial)
    if by not in names:
        raise ValueError(f"by={by!r} does not divide patients: use one of {', '.join(names)}")
    ids = trial.patients["patient_id"].to_numpy()
    return pd.Series(trial.levels(names[by]).to_numpy(), index=ids, dtype=object)


def _dimensions(trial: Trial) -> dict[str, str]:
    """Give the dimension of each column that can divide patients."""
    more = [MORE + str(title) for title in trial.more_columns]
    return {one.column: name for name, one in DIMENSIONS.items()} | {name: name for name in more}


def _ordered(trial: Trial, by: str, group: pd.Series) -> tuple[str, ...]:
    order = trial.level_order(_dimensions(trial)[by])
    present = set(group)
    return tuple(level for level in order if level in present)


def _dated_forms(scores: Scores, trial: Trial) -> pd.DataFrame:
    """List completed forms: patient_id, visit, date, day (from the first embolization)."""
    forms = scores.table[_FORM].drop_duplicates().reset_index(drop=True)
    start = forms["patient_id"].map(first_embolization(trial))
    return forms.assign(day=(forms["date"] - start).dt.days)


def _forms(
    scores: Scores, trial: Trial, info: Scale, group: pd.Series, schedule: pd.DataFrame
) -> pd.DataFrame:
    """List completed forms with their score (missing where not scored), group and time."""
    forms = _dated_forms(scores, trial)
    of_scale = scores.table.loc[scores.table["scale"] == info.code, [*_FORM, "score"]]
    forms = forms.merge(of_scale, on=_FORM, how="left")
    forms["group"] = forms["patient_id"].map(group)
    forms["month"] = forms["visit"].map(schedule["month"])
    forms["baseline"] = _is_baseline(forms)
    return forms


def _is_baseline(forms: pd.DataFrame) -> pd.Series:
    """Mark each patient's last form on or before the first embolization, else one so named."""
    before = forms[forms["day"] <= 0].sort_values("day", kind="stable")
    before = before.drop_duplicates("patient_id", keep="last")
    names = [visit for visit in forms["visit"].dropna().unique() if names_baseline(visit)]
    named = forms[forms["visit"].isin(names)]
    named = named[~named["patient_id"].isin(before["patient_id"])].drop_duplicates("patient_id")
    return pd.Series(forms.index.isin([*before.index, *named.index]), index=forms.index)


def _most_frequent(visits: pd.Series) -> str:
    counts = visits.value_counts(sort=False)
    return str(counts.idxmax()) if len(counts) else ""


def _values(
    forms: pd.DataFrame, schedule: pd.DataFrame, baseline_visit: str, change: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Give the scores to average (all, or changes from baseline), and what was left out."""
    scored = forms.dropna(subset=["score"])
    if not change:
        return scored.dropna(subset=["visit"]).reset_index(drop=True), []
    base = scored[scored["baseline"]].set_index("patient_id")
    without = scored.loc[~scored["patient_id"].isin(base.index), "patient_id"].nunique()
    remarks = []
    if without:
        remarks.append(f"{count(without, 'patient')} without a baseline score: left out.")
    scored = scored[scored["patient_id"].isin(base.index)]
    scored = scored.assign(score=scored["score"] - scored["patient_id"].map(base["score"]))
    # Baselines stand at one visit, however the export names it; forms before them are no change.
    month = schedule["month"].get(baseline_visit, float("nan"))
    at_baseline = scored[scored["baseline"]].assign(visit=baseline_visit or None, month=month)
    base_day, base_month = (scored["patient_id"].map(base[name]) for name in ("day", "month"))
    earlier = (scored["day"] < base_day) | (scored["day"].isna() & (scored["month"] < base_month))
    later = scored[~scored["baseline"] & ~earlier & (scored["visit"] != baseline_visit)]
    kept = pd.concat([at_baseline, later]).dropna(subset=["visit"])
    return kept.sort_index().reset_index(drop=True), remarks


def _means(values: pd.DataFrame, groups: tuple[str, ...], schedule: pd.DataFrame) -> pd.DataFrame:
    """Average by group and visit, with t limits; every group has a row for every visit."""
    rows = pd.MultiIndex.from_product([groups, schedule.index], names=["group", "visit"])
    by_visit = values.groupby(["group", "visit"])["score"].agg(["size", "mean", "std"])
    table = by_visit.reindex(rows).rename(columns={"size": "n", "std": "sd"})
    table["n"] = table["n"].fillna(0).astype("int64")
    several = table["n"].where(table["n"] > 1)
    half = stats.t.ppf(0.975, several - 1) * table["sd"] / np.sqrt(several)
    table["lower"], table["upper"] = table["mean"] - half, table["mean"] + half
    month = schedule["month"].reindex(rows.get_level_values("visit"))
    table.insert(0, "month", month.to_numpy())
    return table


def _compliance(
    forms: pd.DataFrame, trial: Trial, group: pd.Series, schedule: pd.DataFrame
) -> pd.DataFrame:
    """Count completed and expected forms by group and visit.

    A patient without a first embolization is followed from randomisation. Where the day of a
    visit is still not known, the form is expected of whoever filled in any.
    """
    ids = group.index
    forms = forms.dropna(subset=["visit"])
    patient = ids.get_indexer(pd.Index(forms["patient_id"]))
    visit = schedule.index.get_indexer(pd.Index(forms["visit"]))
    completed = np.zeros((len(ids), len(schedule)), dtype=bool)
    completed[patient, visit] = True
    randomised = trial.patients.set_index("patient_id")["randomization_date"]
    start = first_embolization(trial).fillna(randomised).reindex(ids)
    last = (_last_day(trial).reindex(ids) - start).dt.days.to_numpy(dtype=float)
    day = schedule["day"].to_numpy(dtype=float)
    # A comparison with a missing day is false: whoever is not known to have left is expected.
    left = np.less(last[:, None], day[None, :])
    known = start.notna().to_numpy()[:, None] & np.isfinite(day)[None, :]
    filled_any = completed.any(axis=1, keepdims=True)
    expected = completed | np.where(known, ~left, filled_any)
    index = pd.MultiIndex.from_product([ids, schedule.index], names=["patient_id", "visit"])
    long = pd.DataFrame({"expected": expected.ravel(), "completed": completed.ravel()}, index)
    by = [np.repeat(group.to_numpy(), len(schedule)), index.get_level_values("visit")]
    return long.groupby(by, sort=False).sum().rename_axis(["group", "visit"])


def _last_day(trial: Trial) -> pd.Series:
    """Give the day after which nothing can be expected: death, last contact or data cut."""
    days = trial.patients.set_index("patient_id")[["death_date", "last_contact_date"]]
    last = days.min(axis=1)
    if trial.source.data_cut is None:
        return last
    cut = pd.Timestamp(trial.source.data_cut)
    return last.where(last < cut, cut)


def _method(info: Scale, by: str, change: bool) -> str:
    divided = column(by)
    what = f"change in {info.name} from baseline" if change else info.name
    baseline = (
        " Baseline: the last form on or before the first embolization, else the visit so named."
        if change
        else ""
    )
    return (
        f"{info.instrument}: mean {what} ({info.direction}) with 95% limits (t) by visit and "
        f"{divided}{' assigned' if by == 'arm' else ''}.{baseline} A visit stands at the median "
        "day of its completed forms after the first embolization (day 0), over 30.4375. Expected: "
        "no death, last contact or data cut before that day, or completed."
    )


def _guards(info: Scale, table: pd.DataFrame, groups: tuple[str, ...]) -> list[str]:
    notes = []
    if not table["n"].any():
        notes.append(f"No scores of {info.name} in this selection.")
    few = table[table["n"].between(1, FEW_FORMS - 1)]
    if len(few):
        where = [
            f"{group} ({', '.join(part['visit'])})"
            for group, part in few.groupby("group", sort=False)
        ]
        notes.append(f"Fewer than {FEW_FORMS} forms: {join_words(where)}.")
    notes += [f"{arm} was closed early." for arm in groups if arm in CLOSED_ARMS]
    if table["n"].any():
        notes.append(
            "Means are of patients who answered. Death is not missing data: nothing is expected "
            "after it."
        )
    return notes


def _timing_notes(forms: pd.DataFrame, schedule: pd.DataFrame, trial: Trial) -> list[str]:
    notes = []
    undated = schedule[~schedule["dated"]]
    if guessed := list(undated.index[undated["month"].notna()]):
        notes.append(f"Placed by name, without usable dates: {join_words(guessed)}.")
    if nowhere := list(undated.index[undated["month"].isna()]):
        notes.append(
            f"No time is known of {join_words(nowhere)}: visits keep the order of the export."
        )
    if nameless := int(forms["visit"].isna().sum()):
        notes.append(f"{count(nameless, 'form')} without a visit: in no mean.")
    start = first_embolization(trial)
    if without := int((~forms["patient_id"].drop_duplicates().isin(start.dropna().index)).sum()):
        notes.append(
            f"{count(without, 'patient')} with forms but no day of first embolization: "
            "their visits count from randomisation, else are all expected."
        )
    late = forms["baseline"] & (forms["day"] > 0)
    if n := int(late.sum()):
        notes.append(f"{count(n, 'baseline form')} dated after the first embolization.")
    cells = trial.unreadable
    ends = cells["column"].isin(["death_date", "last_contact_date"])
    lost = cells.loc[ends & (cells["table"] == "patients"), "patient_id"]
    if n := int(trial.patients["patient_id"].isin(lost).sum()):
        notes.append(
            f"{count(n, 'patient')} with an unreadable day of death or last contact: may be "
            "expected after it."
        )
    return notes
