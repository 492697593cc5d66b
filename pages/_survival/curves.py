"""Kaplan-Meier curves, medians, estimates at months, and how the groups compare."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import design, survival
from retnet_core.analysis.result import Result
from retnet_core.charts import readout
from retnet_core.charts.design import gauge_figure
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import kaplan_meier_figure

LANDMARKS = (6, 12, 24)
_TABS = (
    f"At {', '.join(map(str, LANDMARKS))} months",
    "Numbers under the curve",
    "Comparison",
    "Design",
    "Rules and patients",
    "Downloads",
)


def show(choice: Choice) -> None:
    """Draw the curves of an endpoint and what belongs to them."""
    tte, by = choice.tte, choice.by
    km = compute(survival.kaplan_meier, tte, by=by)
    with choice.options:
        reference = choices.reference(km.groups, by)
    ratios = compute(survival.hazard_ratios, tte, by=by, reference=reference)
    test = compute(survival.logrank, tte, by=by)
    follow_up = compute(survival.median_follow_up, tte, by=by)
    drawn = compute(
        kaplan_meier_figure, km, f"{tte.endpoint.name} {choice.divided}",
        choice.trial.population, f"Free of {tte.endpoint.event}", choice.view.trial.arms,
    )  # fmt: skip

    figure.heading(drawn)
    left, right = st.columns([0.67, 0.33], gap="medium")
    with left:
        figure.chart(drawn, choice.trial, "kaplan_meier")
    with right:
        table.show(readout.medians(km), "Events and medians")
        if len(km.groups) > 1:
            table.show(readout.hazard_ratios(ratios), "Hazard ratios")
            st.markdown(readout.logrank(test))
            st.caption(readout.design(ratios, tte.endpoint))
            st.caption(readout.crossings(compute(survival.curves_cross, km)))
        table.show(readout.follow_up(follow_up), "Median follow-up")
    st.markdown(escape(survival.summary(km, months=12)))
    figure.explain(drawn)

    compared: list[Result] = [ratios, test] if len(km.groups) > 1 else []
    estimates, numbers, comparison, design_tab, rules, files = st.tabs(
        _TABS, key="tab", bind="query-params"
    )
    if estimates.open:
        with estimates:
            table.show(readout.landmarks(km, LANDMARKS), "Estimates at months, with 95% CI")
            figure.explain(*compared, follow_up)
    if numbers.open:
        with numbers:
            table.show(readout.numbers(drawn.data["numbers"]), "Numbers under the curve")
    if comparison.open:
        with comparison:
            _compare(choice, reference)
    if design_tab.open:
        with design_tab:
            _question_of_the_design(choice)
    if rules.open:
        with rules:
            _patients(choice)
    if files.open:
        with files:
            frames = _frames(km, ratios, test, follow_up, drawn)
            frames |= {"Patients": tte.frame, "Not analysed": tte.not_analysed}
            results = [*compared, follow_up]
            figure.downloads(drawn, frames, choice.trial, choice.name, results)


def _compare(choice: Choice, reference: str | None) -> None:
    """Check proportional hazards, and read the restricted mean beside the hazard ratio."""
    if reference is None:
        st.info("There is only one group: nothing to compare.")
        return
    hazards = compute(survival.proportional_hazards, choice.tte, by=choice.by, reference=reference)
    means = compute(survival.rmst, choice.tte, by=choice.by, reference=reference)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Are hazards proportional?**")
        table.show(readout.proportional_hazards(hazards), "Test of proportional hazards")
        figure.explain(hazards)
    with right:
        st.markdown("**Restricted mean survival time**")
        table.show(readout.rmst(means), "Restricted mean survival time, months")
        table.show(readout.rmst_differences(means), "Differences in months")
        figure.explain(means)
    frames = {"Proportional hazards": hazards.table, "RMST": means.table,
              "RMST differences": means.differences}  # fmt: skip
    figure.numbers(
        "Comparison", frames, choice.trial, f"{choice.name}_comparison", [hazards, means]
    )


def _question_of_the_design(choice: Choice) -> None:
    """Set the observed hazard ratio beside the one the design expects; no verdict."""
    arms = set(choice.tte.frame["arm"])
    if choice.tte.endpoint.code != "hpfs" or not {"TAE", "cTACE"} <= arms:
        st.info("The design's question is hPFS of cTACE against TAE.")
        return
    turned = choices.one("Read", {"cTACE over TAE": False, "TAE over cTACE": True}, "turned")
    level, reference = ("TAE", "cTACE") if turned else ("cTACE", "TAE")
    result = compute(design.gauge, choice.tte, reference=reference, level=level)
    drawn = compute(gauge_figure, result, choice.trial.population)
    figure.heading(drawn)
    figure.chart(drawn, choice.trial, "design")
    figure.explain(drawn)
    figure.downloads(drawn, {"Design": readout.gauge(result)}, choice.trial, "design")


def _patients(choice: Choice) -> None:
    if choice.tte.source != "given":
        st.markdown(choices.ASSUMED)
    figure.explain(choice.tte)
    if len(choice.tte.not_analysed):
        st.markdown("**Not analysed**")
        table.show(readout.not_analysed(choice.tte), "Patients not analysed")
    st.markdown("**Why each patient is an event or censored, and when**")
    st.dataframe(
        readout.audit(choice.tte), hide_index=True, height=320, alt="Time and reason by patient"
    )


def _frames(
    km: survival.KaplanMeier,
    ratios: survival.HazardRatios,
    test: survival.LogRank,
    follow_up: survival.FollowUp,
    drawn: Figure,
) -> dict[str, pd.DataFrame]:
    return {
        "Curve": km.curve,
        "Medians": km.medians,
        "Numbers at ticks": drawn.data["numbers"],
        "Estimates at months": km.survival_at(LANDMARKS),
        "Hazard ratios": ratios.table,
        "Log-rank": test.table.assign(statistic=test.statistic, df=test.df, p=test.p),
        "Median follow-up": follow_up.table,
    }
