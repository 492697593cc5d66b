"""Results as tables for reading: text cells, formatted as the field writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from retnet_core import wording
from retnet_core.analysis.accrual import Accrual
from retnet_core.analysis.changes import Estimates, Tables
from retnet_core.analysis.changes.estimates import (
    EVENTS,
    MEDIAN,
    PATIENTS,
    RATIO,
    SEVERE,
    TREATED,
)
from retnet_core.analysis.competing_risks import Gray
from retnet_core.analysis.design import Design
from retnet_core.analysis.landmark import Differences
from retnet_core.analysis.pro import Trajectories
from retnet_core.analysis.proportional_hazards import SMALL_P, comparison_title
from retnet_core.analysis.safety import GRADES, GradeTable
from retnet_core.analysis.survival import (
    RMST,
    FollowUp,
    HazardRatios,
    KaplanMeier,
    LogRank,
    ProportionalHazards,
)
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts.frames import rows
from retnet_core.charts.safety import label
from retnet_core.protocol import DESIGN_HAZARD_RATIO, Endpoint, arm_title
from retnet_core.tables import SCHEMAS
from retnet_core.trial import Trial, join_words


def medians(km: KaplanMeier) -> pd.DataFrame:
    """Give patients, events and the median in months, a row a group."""
    return pd.DataFrame(
        {
            "": [arm_title(group) for group in km.medians["group"]],
            "Events/n": [f"{row.events}/{row.n}" for row in rows(km.medians)],
            "Median, months (95% CI)": [
                wording.median(row.median, row.lower, row.upper).replace("95% CI ", "")
                for row in rows(km.medians)
            ],
        }
    )


def contents(trial: Trial) -> pd.DataFrame:
    """Give the rows of each table, a column a table."""
    sizes = {name.replace("_", " "): len(getattr(trial, name)) for name in SCHEMAS}
    return pd.DataFrame({name: [f"{size:,}"] for name, size in sizes.items()})


def problems(groups: pd.DataFrame) -> pd.DataFrame:
    """Give findings by problem (`retnet_core.intake.grouped.by_problem`), a row a problem."""
    return pd.DataFrame(
        {
            "Severity": [row.severity.capitalize() for row in rows(groups)],
            "Cells": [wording.MISSING if pd.isna(n) else f"{n:,}" for n in groups["cells"]],
            "Problem": list(groups["problem"]),
            "What to do": list(groups["remedy"]),
            "Where": list(groups["where"]),
        }
    )


def accrual(result: Accrual) -> pd.DataFrame:
    """Give patients by arm and WHO grade, with a row for all arms."""
    counts = result.table.assign(arm=[arm_title(arm) for arm in result.table["arm"]])
    total = counts.drop(columns="arm").sum().rename(len(counts)).to_frame().T.assign(arm="All")
    return pd.concat([counts, total])[counts.columns].rename(columns={"arm": "", "all": "All"})


def events(curves: Mapping[str, KaplanMeier]) -> pd.DataFrame:
    """Give the events so far of each endpoint, a row an endpoint, a column an arm."""
    return pd.DataFrame(
        [
            {"Endpoint": short}
            | {arm_title(row.group): f"{row.events} of {row.n}" for row in rows(km.medians)}
            for short, km in curves.items()
        ]
    ).fillna(wording.MISSING)


def logrank(test: LogRank) -> str:
    """Say the log-rank test in a line."""
    if math.isnan(test.statistic):
        return "Log-rank test: nothing to compare."
    return f"Log-rank {wording.p_value(test.p)} (chi-square {test.statistic:.2f}, df {test.df})"


def not_analysed(tte: TimeToEvent) -> pd.DataFrame:
    """Give the patients that could not be timed, with the reason."""
    titles = {"patient_id": "Patient", "arm": "Arm", "reason": "Why"}
    return tte.not_analysed.rename(columns=titles)


def landmarks(at: pd.DataFrame) -> pd.DataFrame:
    """Give estimates (``KaplanMeier.survival_at``), a row a group, a column a month."""
    told: dict[str, dict[str, str]] = {}
    for row in rows(at):
        cell = estimate(row.survival, row.lower, row.upper)
        told.setdefault(row.group, {})[f"{row.months:g} months"] = cell
    return pd.DataFrame([{"": arm_title(group), **cells} for group, cells in told.items()])


def differences(result: Differences) -> pd.DataFrame:
    """Give differences of curves, a row a group, a column a month."""
    told: dict[str, dict[str, str]] = {}
    for row in rows(result.table):
        name = f"{arm_title(row.level)} - {arm_title(row.reference)}"
        told.setdefault(name, {})[f"{row.months:g} months"] = _points(
            row.difference, row.lower, row.upper
        )
    return pd.DataFrame([{"Difference, points": name, **cells} for name, cells in told.items()])


def _points(difference: float, lower: float, upper: float) -> str:
    """Write a difference of percentages: "+7.1 (-9.0 to 23.2)"."""
    if pd.isna(difference):
        return "no longer followed"
    limits = "" if pd.isna(lower) else f" ({100 * lower:.1f} to {100 * upper:.1f})"
    return f"{100 * difference:+.1f}{limits}"


def numbers(counts: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers under the curve (``KaplanMeier.numbers_at``), a row a group and tick."""
    records = list(rows(counts))
    return pd.DataFrame(
        {
            "": [arm_title(row.group) for row in records],
            "Month": [f"{row.months:g}" for row in records],
            "At risk": [row.at_risk for row in records],
            "Censored so far": [row.censored for row in records],
            "Events so far": [row.events for row in records],
        }
    )


def estimate(survival: float, lower: float, upper: float) -> str:
    """Write an estimate with its limits: "62.0% (50.1-72.3)"."""
    if pd.isna(survival):
        return "no longer followed"
    if survival == 1:
        return "100% (no event yet)"
    limits = "" if pd.isna(lower) else f" ({100 * lower:.1f}-{100 * upper:.1f})"
    return f"{wording.percent(survival, 1)}{limits}"


def hazard_ratios(ratios: HazardRatios) -> pd.DataFrame:
    """Give each hazard ratio with its reference in words, a row a group compared."""
    records = list(rows(ratios.table))
    return pd.DataFrame(
        {
            "Hazard ratio": [
                f"{arm_title(row.level)} over {arm_title(row.reference)}" for row in records
            ],
            "HR (95% CI)": [_ratio(row.hr, row.lower, row.upper) for row in records],
            "p": [_p(row.p) for row in records],
        }
    )


def design(ratios: HazardRatios, endpoint: Endpoint) -> str:
    """Say the design's hazard ratio beside the observed one, hPFS by arm only; no verdict."""
    if endpoint.code != "hpfs" or ratios.by != "arm":
        return ""
    pairs = set(zip(ratios.table["level"], ratios.table["reference"], strict=True))
    if ("cTACE", "TAE") in pairs:
        expected = 1 / DESIGN_HAZARD_RATIO
        return f"The design expected cTACE over TAE {expected:.3f} (1/{DESIGN_HAZARD_RATIO})."
    if ("TAE", "cTACE") in pairs:
        return f"The design expected TAE over cTACE {DESIGN_HAZARD_RATIO}."
    return ""


def caveats(km: KaplanMeier, crossed: Sequence[float], hazards: ProportionalHazards) -> str:
    """Say what speaks against one hazard ratio for all times: curves that cross, a small p."""
    told = []
    if len(crossed):
        names = join_words([arm_title(group) for group in km.groups[:2]])
        months = join_words([f"{month:.1f}" for month in crossed[:3]])
        more = " and later" if len(crossed) > 3 else ""
        told.append(f"The estimated curves of {names} cross (month {months}{more}).")
    if hazards.group_p < SMALL_P:
        told.append(f"Proportional hazards: {wording.p_value(hazards.group_p)}.")
    return " ".join(told)


def rmst_line(means: RMST) -> str:
    """Say the differences of restricted means in a line, to stand beside hazard ratios."""
    texts = [
        f"{arm_title(row.level)} - {arm_title(row.reference)} "
        f"{_mean(row.difference, row.lower, row.upper)}, {wording.p_value(row.p)}"
        for row in rows(means.differences)
    ]
    return f"Restricted mean to {means.tau_months:.1f} months, in months: {'; '.join(texts)}."


def tests(results: Sequence[LogRank]) -> pd.DataFrame:
    """Give tests of the same groups, a row a test."""
    return pd.DataFrame(
        {
            "Test": [_test(one) for one in results],
            "Chi-square": [wording.decimal(one.statistic, 2) for one in results],
            "df": [str(one.df) for one in results],
            "p": [_p(one.p) for one in results],
        }
    )


def _test(test: LogRank) -> str:
    name = "Log-rank"
    if test.rho or test.gamma:
        name = f"Fleming-Harrington (rho {test.rho:g}, gamma {test.gamma:g})"
    return name + _within(test.strata)


def models(results: Sequence[HazardRatios]) -> pd.DataFrame:
    """Give the hazard ratios of the same groups by several models, a row a model and group."""
    tables = []
    for one in results:
        parts = [f"adjusted for {_columns(one.covariates)}"] if one.covariates else []
        parts += [f"stratified by {_columns(one.strata)}"] if one.strata else []
        told = hazard_ratios(one)
        told.insert(0, "Model", _sentence(", ".join(parts) or "unadjusted"))
        told.insert(2, "Events/n in the model", f"{one.events}/{one.n}")
        tables.append(told)
    return pd.concat(tables, ignore_index=True)


def _sentence(words: str) -> str:
    """Begin with a capital, and leave names as they are."""
    return words[0].upper() + words[1:]


def terms(ratios: HazardRatios) -> pd.DataFrame:
    """Give every term of a model."""
    records = list(rows(ratios.coefficients))
    return pd.DataFrame(
        {
            "Term": [comparison_title(ratios, row.term) for row in records],
            "HR (95% CI)": [_ratio(row.hr, row.lower, row.upper) for row in records],
            "p": [_p(row.p) for row in records],
        }
    )


def _within(strata: Sequence[str]) -> str:
    return f", stratified by {_columns(strata)}" if strata else ""


def _columns(names: Sequence[str]) -> str:
    return join_words([wording.column(name) for name in names])


def _ratio(hr: float, lower: float, upper: float) -> str:
    return wording.hazard_ratio(hr, lower, upper).replace("95% CI ", "")


def proportional_hazards(result: ProportionalHazards) -> pd.DataFrame:
    """Give the test of proportional hazards, a row a term."""
    records = list(rows(result.table))
    return pd.DataFrame(
        {
            "Term": [comparison_title(result, row.term) for row in records],
            "Chi-square": [wording.decimal(row.chisq, 2) for row in records],
            "df": [f"{row.df:g}" for row in records],
            "p": [_p(row.p) for row in records],
        }
    )


def rmst(result: RMST) -> pd.DataFrame:
    """Give the restricted mean of each group in months."""
    records = list(rows(result.table))
    return pd.DataFrame(
        {
            "": [arm_title(row.group) for row in records],
            f"Months of the first {result.tau_months:.1f} (95% CI)": [
                _mean(row.rmst, row.lower, row.upper) for row in records
            ],
        }
    )


def rmst_differences(result: RMST) -> pd.DataFrame:
    """Give the differences of restricted means in months."""
    records = list(rows(result.differences))
    return pd.DataFrame(
        {
            "Difference": [
                f"{arm_title(row.level)} - {arm_title(row.reference)}" for row in records
            ],
            "Months (95% CI)": [_mean(row.difference, row.lower, row.upper) for row in records],
            "p": [_p(row.p) for row in records],
        }
    )


def gray(result: Gray) -> pd.DataFrame:
    """Give Gray's test, a row a cause."""
    records = list(rows(result.table))
    return pd.DataFrame(
        {
            "Gray's test": [row.cause for row in records],
            "Chi-square": [wording.decimal(row.statistic, 2) for row in records],
            "df": [f"{row.df:g}" for row in records],
            "p": [_p(row.p) for row in records],
        }
    )


def gauge(result: Design) -> pd.DataFrame:
    """Give the design's question as a row."""
    names = [field.name for field in fields(result) if field.name not in ("method", "notes")]
    return pd.DataFrame({name: [getattr(result, name)] for name in names})


def audit(tte: TimeToEvent) -> pd.DataFrame:
    """Give why each patient is an event or censored, and on which day."""
    titles = {"patient_id": "Patient", "arm": "Arm", "days": "Day", "reason": "Why"}
    told = tte.frame[["patient_id", "arm", "days", "event", "reason"]].rename(columns=titles)
    return told.assign(Event=told.pop("event").map({True: "yes", False: "no"}))


def _p(value: float) -> str:
    return wording.p_value(value).removeprefix("p ").removeprefix("= ")


def follow_up(follow: FollowUp) -> pd.DataFrame:
    """Give the median follow-up in months, a row a group."""
    return pd.DataFrame(
        {
            "": [arm_title(group) for group in follow.table["group"]],
            "Median follow-up, months (95% CI)": [
                wording.median(row.median, row.lower, row.upper).replace("95% CI ", "")
                for row in rows(follow.table)
            ],
        }
    )


def grades(result: GradeTable) -> pd.DataFrame:
    """Give patients by worst grade, n (%), a row an arm under each class or term."""
    columns = {
        "any": "Any grade",
        **{grade: grade[-1] for grade in GRADES},
        "grade_3_or_more": "3 or more",
        "not_graded": "Not graded",
    }
    records = result.table.to_dict("records")
    inset = "\u2003"  # a term stands under its class
    names = [
        (inset if row["term"] else "") + label(row["system_organ_class"], row["term"], result.kind)
        for row in records
    ]
    return pd.DataFrame(
        {
            "Adverse event": names,
            "Arm received": [f"{arm_title(row['arm'])}, n = {row['n_treated']}" for row in records],
        }
        | {title: [_patients(row, column) for row in records] for column, title in columns.items()}
    )


def _patients(row: Mapping[Any, Any], column: str) -> str:
    """Write a cell of the grade table; a grade is not known where no event of the row has one."""
    if row["any"] and row["not_graded"] == row["any"] and column not in ("any", "not_graded"):
        return wording.MISSING
    return wording.n_percent(row[column], row["n_treated"])


def trajectories(result: Trajectories) -> pd.DataFrame:
    """Give mean, limits and forms by visit, a row a visit and group."""
    records = list(rows(result.table))
    return pd.DataFrame(
        {
            "Visit": [row.visit for row in records],
            "Month": [wording.decimal(row.month) for row in records],
            "Group": [arm_title(row.group) for row in records],
            "n": [str(row.n) for row in records],
            "Mean (95% CI)": [_mean(row.mean, row.lower, row.upper) for row in records],
            "SD": [wording.decimal(row.sd) for row in records],
            "Forms completed / expected": [f"{row.completed} / {row.expected}" for row in records],
        }
    )


def _mean(mean: float, lower: float, upper: float) -> str:
    limits = "" if pd.isna(lower) else f" ({lower:.1f} to {upper:.1f})"
    return f"{wording.decimal(mean)}{limits}"


def changed_tables(result: Tables) -> pd.DataFrame:
    """Give the rows of each table then and now, and what differs, a row a table."""
    titles = {"added": "Added", "removed": "Removed", "changed_cells": "Cells changed"}
    titles |= {"rows_then": f"Rows, {result.then_name}", "rows_now": f"Rows, {result.now_name}"}
    told = result.summary.assign(table=result.summary["table"].str.replace("_", " "))
    return told.rename(columns={"table": "Table", **titles})


def changed_estimates(result: Estimates) -> pd.DataFrame:
    """Give the estimates of two exports, a row an estimate and arm, a column an export."""
    titles = {
        EVENTS: f"{EVENTS}/n",
        MEDIAN: f"{_sentence(MEDIAN)}, months (95% CI)",
        RATIO: f"{RATIO} (95% CI)",
        SEVERE: f"{_sentence(SEVERE)}, of treated",
    }
    records = {(row.estimate, row.group): row for row in rows(result.table)}
    return pd.DataFrame(
        [
            {"Estimate": titles[row.estimate], "": arm_title(row.group)}
            | {
                _sentence(name): _changed_estimate(records, row, side)
                for side, name in (("then", result.then_name), ("now", result.now_name))
            }
            for row in records.values()
            if row.estimate in titles
        ]
    )


def _changed_estimate(records: Mapping[tuple[str, str], Any], row: Any, side: str) -> str:
    value, lower, upper = (getattr(row, side + end) for end in ("", "_lower", "_upper"))
    if row.estimate == RATIO:
        return _ratio(value, lower, upper)
    among = TREATED if row.estimate == SEVERE else PATIENTS
    of = getattr(records[among, row.group], side)
    if math.isnan(of):  # the export has no such arm, or no such endpoint
        return wording.MISSING
    if row.estimate == MEDIAN:
        return wording.median(value, lower, upper).replace("95% CI ", "")
    if math.isnan(value):
        return f"not known, of {of:.0f}"
    if row.estimate == SEVERE:
        return f"{value:.0f} of {of:.0f} ({wording.percent(value / of, 1)})"
    return f"{value:.0f}/{of:.0f}"
