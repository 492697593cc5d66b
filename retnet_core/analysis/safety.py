"""Adverse events: patients by worst CTCAE grade, overall, by system organ class and by term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from retnet_core.analysis._spelling import one_spelling
from retnet_core.analysis.result import Result
from retnet_core.analysis.treatment import first_embolization, records_treatment, treated
from retnet_core.protocol import CLOSED_ARMS, arm_title
from retnet_core.trial import Trial, join_words
from retnet_core.wording import count, percent

By = Literal["overall", "soc", "term"]

NO_CLASS = "(no class)"
NO_TERM = "(no term)"
GRADES = ("grade_1", "grade_2", "grade_3", "grade_4", "grade_5")
COUNTS = ("any", *GRADES, "not_graded", "grade_3_or_more")
LIMITS = ("any_lower", "any_upper", "grade_3_or_more_lower", "grade_3_or_more_upper")

_KEYS = ["system_organ_class", "term"]


@dataclass(frozen=True, eq=False, kw_only=True)
class GradeTable(Result):
    """Patients by worst grade.

    Attributes
    ----------
    table : pandas.DataFrame
        system_organ_class, term, arm (received), n_treated; any, grade_1 ... grade_5, not_graded,
        grade_3_or_more (patients; any = the five grades + not_graded); any_lower, any_upper,
        grade_3_or_more_lower, grade_3_or_more_upper (Clopper-Pearson 95% limits, shares of one).
        One overall row an arm (class and term empty), one a class (term empty), one a term.
    denominators : dict of str to int
        Treated patients of each arm, in display order.
    n_events : int
        Events counted.
    kind : str
        Which events, in words: "adverse events", "serious adverse events", ...
    """

    table: pd.DataFrame
    denominators: dict[str, int]
    n_events: int
    kind: str


def grade_table(
    trial: Trial,
    by: By = "term",
    related_only: bool = False,
    serious_only: bool = False,
    minimum_percent: float = 0.0,
) -> GradeTable:
    """Count treated patients by their worst CTCAE grade.

    A patient counts once a row, at the worst grade; a missing grade counts under "any" and "not
    graded" and never overrides a graded one. Counted are treatment-emergent events of treated
    patients, by arm received (blank: as assigned).

    Parameters
    ----------
    trial : Trial
        The whole trial or a part of it.
    by : {"term", "soc", "overall"}
        How far down to count.
    related_only, serious_only : bool
        Count only events recorded as related to the embolization, or as serious.
    minimum_percent : float
        List a class or term only where at least one arm reaches this percentage at any grade.

    Returns
    -------
    GradeTable
        Classes and terms by falling frequency over all arms, then by name.

    Raises
    ------
    ValueError
        If ``by`` is none of the three.

    Notes
    -----
    Confidence limits are Clopper and Pearson's (``statsmodels``, method "beta"; R's
    ``binom.test``).
    """
    if by not in get_args(By):
        raise ValueError(f"by={by!r} is not known: use 'overall', 'soc' or 'term'")
    arms = _arm_received(trial)[treated(trial)]
    present = arms.value_counts()
    denominators = {arm: int(present[arm]) for arm in trial.arms if arm in present.index}
    events, remarks = _counted(trial, arms, related_only, serious_only)
    table = _count(events, denominators, by)
    return GradeTable(
        table=_arrange(table, minimum_percent),
        denominators=denominators,
        n_events=len(events),
        kind=_kind(related_only, serious_only),
        method=_method(events, related_only, serious_only, minimum_percent),
        notes=(
            *_population_notes(trial, arms, denominators),
            *remarks,
            *_grade_notes(trial, events),
        ),
    )


def summary(result: GradeTable) -> str:
    """Say the overall row in a sentence.

    Returns
    -------
    str
        "Grade 3 or worse adverse events: 12 of 76 TAE patients (15.8%), 14 of 76 cTACE patients
        (18.4%); DEB-TACE (closed) 4 of 10 (40.0%)."
    """
    if not result.denominators:
        return "No treated patient is in this selection."
    if not result.n_events:
        n = sum(result.denominators.values())
        return f"No {result.kind} are counted in {count(n, 'treated patient')}."
    overall = result.table[result.table["system_organ_class"] == ""]
    ungraded = int(overall["not_graded"].sum())
    if ungraded == overall["any"].sum():
        return f"No {result.kind} have a grade: how many were grade 3 or worse is not known."
    open_arms, closed = [], []
    for arm, worst, n in overall[["arm", "grade_3_or_more", "n_treated"]].itertuples(index=False):
        share = percent(worst / n, 1)
        if arm in CLOSED_ARMS:
            closed.append(f"{arm_title(arm)} {worst} of {n} ({share})")
        else:
            open_arms.append(
                f"{worst} of {n} {arm} {'patient' if n == 1 else 'patients'} ({share})"
            )
    told = "; ".join(filter(None, [", ".join(open_arms), *closed]))
    unknown = (
        f" {count(ungraded, 'patient')} with events but without any grade: not among them."
        if ungraded
        else ""
    )
    return f"Grade 3 or worse {result.kind}: {told}.{unknown}"


def _arm_received(trial: Trial) -> pd.Series:
    arms = trial.levels("arms", "arm_received")
    return pd.Series(arms.to_numpy(), index=trial.patients["patient_id"].to_numpy())


def _counted(
    trial: Trial, arms: pd.Series, related_only: bool, serious_only: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the events that count, with arm, tidy class and term; and say what was left out."""
    known = trial.adverse_events["patient_id"].isin(trial.patients["patient_id"])
    recorded = trial.adverse_events[known]
    events = recorded[recorded["patient_id"].isin(arms.index)]
    start = events["patient_id"].map(first_embolization(trial))
    onset = events["start_date"]
    given = events["treatment_emergent"]
    # A comparison with a missing date is false, so an event of unknown onset counts.
    emergent = given.fillna((~(onset < start)).astype("boolean")).astype(bool)
    undated = int((given.isna() & (onset.isna() | start.isna())).sum())
    remarks = []
    if untreated := len(recorded) - len(events):
        remarks.append(f"{count(untreated, 'event')} of patients not treated: not counted.")
    if before := int((~emergent).sum()):
        remarks.append(f"{count(before, 'event')} not treatment-emergent: not counted.")
    if undated:
        remarks.append(
            f"{count(undated, 'event')} without a usable onset or day of first embolization: "
            "counted as treatment-emergent."
        )
    events = events[emergent]
    for chosen, column in ((related_only, "related"), (serious_only, "serious")):
        if chosen:
            if blank := int(events[column].isna().sum()):
                remarks.append(
                    f"{count(blank, 'event')} not recorded as {column} or not {column}: "
                    "not counted."
                )
            events = events[events[column].fillna(False).astype(bool)]
    events = events.assign(
        arm=events["patient_id"].map(arms),
        system_organ_class=_named(events["system_organ_class"], NO_CLASS),
        term=_named(events["term"], NO_TERM),
    )
    return events, remarks


def _named(column: pd.Series, blank: str) -> pd.Series:
    return column.map(one_spelling(column)).replace("", pd.NA).fillna(blank).astype(object)


def _count(events: pd.DataFrame, denominators: dict[str, int], by: By) -> pd.DataFrame:
    """Count patients by worst grade for every class, term and arm; a missing grade is 0."""
    rows = events[[*_KEYS, "arm", "patient_id", "grade"]].fillna({"grade": 0.0})
    levels = [rows.assign(system_organ_class="", term="")]
    if by != "overall":
        levels.append(rows.assign(term=""))
    if by == "term":
        levels.append(rows)
    every = pd.concat(levels)
    worst = every.groupby([*_KEYS, "arm", "patient_id"], sort=False)["grade"].max().reset_index()
    sizes = worst.groupby([*_KEYS, "arm", "grade"]).size().unstack(fill_value=0)
    names = list(dict.fromkeys([("", ""), *zip(worst[_KEYS[0]], worst[_KEYS[1]], strict=True)]))
    index = pd.MultiIndex.from_tuples(
        [(*name, arm) for name in names for arm in denominators], names=[*_KEYS, "arm"]
    )
    wide = sizes.reindex(index=index, columns=range(6), fill_value=0).astype("int64")
    table = wide.rename(columns=dict(enumerate(("not_graded", *GRADES)))).reset_index()
    table = table.rename_axis(columns=None)
    table["n_treated"] = table["arm"].map(denominators).astype("int64")
    table["any"] = table[[*GRADES, "not_graded"]].sum(axis=1)
    table["grade_3_or_more"] = table[list(GRADES[2:])].sum(axis=1)
    for name in ("any", "grade_3_or_more"):
        limits = proportion_confint(
            table[name].to_numpy(), table["n_treated"].to_numpy(), method="beta"
        )
        table[f"{name}_lower"], table[f"{name}_upper"] = (np.asarray(one, float) for one in limits)
    return table[[*_KEYS, "arm", "n_treated", *COUNTS, *LIMITS]]


def _arrange(table: pd.DataFrame, minimum_percent: float) -> pd.DataFrame:
    """Keep frequent classes and terms, and sort them by falling frequency, then by name."""
    share = 100 * table["any"] / table["n_treated"]
    keys = [table[name] for name in _KEYS]
    reached = share.groupby(keys).transform("max") >= minimum_percent - 1e-9
    table = table[reached | (table["system_organ_class"] == "")]
    total = table.groupby(_KEYS)["any"].transform("sum")
    is_class = table["term"] == ""
    of_class = total[is_class].groupby(table["system_organ_class"]).first()
    order = pd.DataFrame(
        {
            "below_overall": table["system_organ_class"] != "",
            "class_total": -table["system_organ_class"].map(of_class),
            "class_name": table["system_organ_class"].str.casefold(),
            "below_class": ~is_class,
            "total": -total,
            "name": table["term"].str.casefold(),
        }
    )
    # Stable, so the arms of a row keep their display order.
    ranked = order.sort_values(list(order.columns), kind="stable").index
    return table.loc[ranked].reset_index(drop=True)


def _kind(related_only: bool, serious_only: bool) -> str:
    words = [name for name, on in (("serious", serious_only), ("related", related_only)) if on]
    return " ".join([*words, "adverse events"])


def _method(
    events: pd.DataFrame, related_only: bool, serious_only: bool, minimum_percent: float
) -> str:
    words = [name for name, on in (("related", related_only), ("serious", serious_only)) if on]
    kind = " ".join([*words, "treatment-emergent"])
    versions = list(_versions(events).index)
    scale = f"CTCAE {versions[0]}".strip() if len(versions) == 1 else "CTCAE"
    least = (
        f"; classes and terms that at least one arm reaches in {minimum_percent:g}% of patients"
        if minimum_percent > 0
        else ""
    )
    return (
        f"Treated patients by worst {scale} grade of their {kind} adverse events, by arm "
        "received; a patient counts once in each row; percentages are of all treated patients of "
        f"the arm (95% Clopper-Pearson limits in the download){least}."
    )


def _population_notes(trial: Trial, arms: pd.Series, denominators: dict[str, int]) -> list[str]:
    notes = [
        f"{arm} was closed early: {count(n, 'patient')}, so its percentages are imprecise."
        for arm, n in denominators.items()
        if arm in CLOSED_ARMS
    ]
    if not records_treatment(trial):
        notes.append("The export does not say who was treated: every patient counts as treated.")
    elif left_out := len(trial.patients) - len(arms):
        notes.append(f"{count(left_out, 'patient')} not treated: left out.")
    patients = trial.patients.set_index("patient_id").loc[arms.index]
    if differs := int((patients["arm"] != arms).sum()):
        notes.append(
            f"{count(differs, 'patient')} received another arm than assigned: counted under the "
            "arm received."
        )
    blank = int(patients["arm_received"].isna().sum())
    if blank and trial.whole.patients["arm_received"].notna().any():
        notes.append(
            f"{count(blank, 'patient')} without an arm received: counted under the arm assigned."
        )
    return notes


def _versions(events: pd.DataFrame) -> pd.Series:
    """Count events by CTCAE version ("v5.0" and "5" are one), "" where it is not stated."""
    stated = events["ctcae_version"].fillna("").astype(str).str.strip()
    number = stated.str.extract(r"(\d+(?:\.\d*[1-9])?)", expand=False)
    return number.fillna(stated).value_counts().sort_index(ascending=False)


def _grade_notes(trial: Trial, events: pd.DataFrame) -> list[str]:
    if trial.whole.adverse_events.empty:
        return ["The export holds no adverse events: a zero does not mean that there were none."]
    notes = []
    versions = _versions(events)
    if len(versions) > 1:
        words = [f"{name or 'not stated'}: {n:,}" for name, n in versions.items()]
        notes.append(
            f"Grades of different CTCAE versions stand together ({join_words(words)} events); "
            "they are not the same scale."
        )
    elif list(versions.index) == [""]:
        notes.append("The export does not state the CTCAE version of its grades.")
    if ungraded := int(events["grade"].isna().sum()):
        notes.append(
            f"{count(ungraded, 'event')} without a grade: such a patient counts under any grade, "
            "and under not graded unless another event of the row has a grade."
        )
    cells = trial.unreadable
    cells = cells[(cells["table"] == "adverse_events") & (cells["column"] == "grade")]
    if unreadable := int(cells["patient_id"].isin(events["patient_id"]).sum()):
        notes.append(f"{count(unreadable, 'grade')} could not be read: not graded.")
    return notes
