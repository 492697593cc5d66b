"""Kaplan-Meier curves and, under them, the tabs of everything that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from pages._survival import comparison, estimates, hazards, question
from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import survival
from retnet_core.analysis.result import Result
from retnet_core.charts import readout
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import kaplan_meier_figure


def show(choice: Choice) -> None:
    """Draw the curves of an endpoint and what belongs to them."""
    tte, by = choice.tte, choice.by
    km = compute(survival.kaplan_meier, tte, by=by)
    with choice.options:
        choice = replace(choice, reference=choices.reference(km.groups, by))
    with choice.tools, st.popover("Display", icon=":material/visibility:"):
        display = choices.display()
    drawn = compute(
        kaplan_meier_figure, km, f"{tte.endpoint.name} {choice.divided}",
        choice.population, choice.view.trial.arms, display=display,
    )  # fmt: skip
    _first_screen(choice, km, drawn)

    tabs: dict[str, Callable[[Choice], None]] = {
        "Estimates": estimates.show,
        "Numbers under the curve": partial(_numbers, drawn),
        "Comparison": comparison.show,
        "Hazard over time": hazards.show,
        "Design": question.show,
        "Rules and patients": _patients,
        "Downloads": partial(_downloads, km, drawn),
    }
    panes = st.tabs(list(tabs), key="tab", bind="query-params")
    for pane, draw in zip(panes, tabs.values(), strict=True):
        if pane.open:
            with pane:
                draw(choice)


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
            _how_they_compare(choice, km)
        follow_up = compute(survival.median_follow_up, choice.tte, by=choice.by)
        table.show(readout.follow_up(follow_up), "Median follow-up")
    st.markdown(escape(compute(survival.summary, km, reference=choice.reference)))
    figure.explain(drawn)


def _how_they_compare(choice: Choice, km: survival.KaplanMeier) -> None:
    """Draw hazard ratios and test; where one ratio may not tell all, restricted means beside."""
    tte, by, reference = choice.tte, choice.by, choice.reference
    ratios, test = _compared(choice)
    table.show(readout.hazard_ratios(ratios), "Hazard ratios")
    st.markdown(readout.logrank(test))
    if choice.as_designed:
        st.caption(readout.design(ratios, tte.endpoint))
    hazards = compute(survival.proportional_hazards, tte, by=by, reference=reference)
    doubt = readout.caveats(km, compute(survival.curves_cross, km), hazards)
    if doubt:
        means = compute(survival.rmst, tte, by=by, reference=reference)
        st.caption(f"{escape(doubt)} {escape(readout.rmst_line(means))}")


def _compared(choice: Choice) -> tuple[survival.HazardRatios, survival.LogRank]:
    tte, by = choice.tte, choice.by
    ratios = compute(survival.hazard_ratios, tte, by=by, reference=choice.reference)
    return ratios, compute(survival.logrank, tte, by=by)


def _numbers(drawn: Figure, _: Choice) -> None:
    table.show(readout.numbers(drawn.data["numbers"]), "Numbers under the curve")


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


def _downloads(km: survival.KaplanMeier, drawn: Figure, choice: Choice) -> None:
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
        frames["Log-rank"] = test.numbers
        results += [ratios, test]
    frames |= {"Patients": tte.frame, "Not analysed": tte.not_analysed}
    figure.downloads(drawn, frames, choice.trial, choice.name, results)
