"""Kaplan-Meier curves and, under them, the tabs of everything that belongs to them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages._survival import comparison, estimates, hazards, question
from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import landmark, survival
from retnet_core.analysis.result import Result
from retnet_core.charts import readout
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import kaplan_meier_figure

_TABS = (
    "Estimates",
    "Numbers under the curve",
    "Comparison",
    "Hazard over time",
    "Design",
    "Rules and patients",
    "Downloads",
)


def show(choice: Choice) -> None:
    """Draw the curves of an endpoint and what belongs to them."""
    with choice.options:
        months = choices.landmark()
    if months:
        later = compute(landmark.from_month, choice.tte, months)
        if later.frame.empty:
            st.info(f"Nobody was followed without the event for longer than {months} months.")
            return
        choice = choice.from_month(later, months)
    tte, by = choice.tte, choice.by
    km = compute(survival.kaplan_meier, tte, by=by)
    with choice.options:
        choice = replace(choice, reference=choices.reference(km.groups, by))
    with choice.tools, st.popover("Display", icon=":material/visibility:"):
        display = choices.display()
    try:
        drawn = compute(
            kaplan_meier_figure, km, f"{tte.endpoint.name} {choice.divided}",
            choice.trial.population, choice.view.trial.arms, display=display,
        )  # fmt: skip
    except ValueError as problem:
        st.info(escape(str(problem)))
        return
    _first_screen(choice, km, drawn)

    panes = st.tabs(_TABS, key="tab", bind="query-params")
    tabs = dict(zip(_TABS, panes, strict=True))
    for name, of in {"Estimates": estimates, "Comparison": comparison, "Design": question,
                     "Hazard over time": hazards}.items():  # fmt: skip
        if tabs[name].open:
            with tabs[name]:
                of.show(choice)
    if tabs["Numbers under the curve"].open:
        with tabs["Numbers under the curve"]:
            table.show(readout.numbers(drawn.data["numbers"]), "Numbers under the curve")
    if tabs["Rules and patients"].open:
        with tabs["Rules and patients"]:
            _patients(choice)
    if tabs["Downloads"].open:
        with tabs["Downloads"]:
            _downloads(choice, km, drawn)


def _first_screen(choice: Choice, km: survival.KaplanMeier, drawn: Figure) -> None:
    """Draw the curve with the numbers a reader looks for first, and say it in a paragraph."""
    with choice.title:
        figure.heading(drawn)
    left, right = st.columns([0.67, 0.33], gap="medium")
    with left:
        figure.chart(drawn, choice.trial, "kaplan_meier")
    with right:
        table.show(readout.medians(km), "Events and medians")
        if choice.reference is not None:
            ratios, test = _compared(choice)
            table.show(readout.hazard_ratios(ratios), "Hazard ratios")
            st.markdown(readout.logrank(test))
            st.caption(readout.design(ratios, choice.tte.endpoint))
            st.caption(readout.crossings(compute(survival.curves_cross, km)))
        follow_up = compute(survival.median_follow_up, choice.tte, by=choice.by)
        table.show(readout.follow_up(follow_up), "Median follow-up")
    st.markdown(escape(compute(survival.summary, km, months=12, reference=choice.reference)))
    figure.explain(drawn)


def _compared(choice: Choice) -> tuple[survival.HazardRatios, survival.LogRank]:
    tte, by = choice.tte, choice.by
    ratios = compute(survival.hazard_ratios, tte, by=by, reference=choice.reference)
    return ratios, compute(survival.logrank, tte, by=by)


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


def _downloads(choice: Choice, km: survival.KaplanMeier, drawn: Figure) -> None:
    tte = choice.tte
    follow_up = compute(survival.median_follow_up, tte, by=choice.by)
    frames: dict[str, pd.DataFrame] = {
        "Curve": km.curve,
        "Medians": km.medians,
        "Numbers at ticks": drawn.data["numbers"],
        "Median follow-up": follow_up.table,
    }
    results: list[Result] = [follow_up]
    if choice.reference is not None:
        ratios, test = _compared(choice)
        frames["Hazard ratios"] = ratios.table
        frames["Log-rank"] = test.table.assign(statistic=test.statistic, df=test.df, p=test.p)
        results += [ratios, test]
    frames |= {"Patients": tte.frame, "Not analysed": tte.not_analysed}
    figure.downloads(drawn, frames, choice.trial, choice.name, results)
