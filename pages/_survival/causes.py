"""Competing risks: cumulative incidence of hepatic progression, with death competing."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice, population
from pages._ui import choices, figure, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import competing_risks
from retnet_core.charts import readout
from retnet_core.charts.competing_risks import incidence_figure, occupancy_figure

_OTHER = {"Ignored": "ignored", "A competing event": "competing"}


def show(choice: Choice) -> None:
    """Draw the cumulative incidence of each cause, and the states over time."""
    with choice.options:
        other = choices.one("Progression outside the liver is", _OTHER, "other_progression")
    try:
        causes = compute(
            competing_risks.derive, choice.trial, choice.whole.rules, other_progression=other
        )
    except ValueError as problem:
        st.info(escape(str(problem)))
        return
    if causes.frame.empty:
        st.info("No patient of this choice can be analysed.")
        return
    result = compute(competing_risks.cumulative_incidence, causes, by=choice.by)
    test = compute(competing_risks.gray, causes, by=choice.by)
    whom, arms = population(choice.trial, causes.any_event), choice.view.trial.arms
    title = f"Hepatic progression and competing events {choice.by_what}"
    drawn = compute(incidence_figure, result, title, whom, arms)
    with choice.title:
        figure.heading(drawn)
    figure.chart(drawn, choice.trial, "incidence")
    st.markdown(escape(competing_risks.summary(result)))
    if len(result.groups) > 1:
        table.show(readout.gray(test), "Gray's test by cause")
    figure.explain(drawn, test)
    frames = {"Incidence": result.curve, "Gray": test.table, "Patients": causes.frame}
    figure.downloads(drawn, frames, choice.trial, f"causes_by_{choice.by}", [test])

    states = compute(occupancy_figure, result, f"States over time {choice.by_what}", whom)
    figure.heading(states)
    figure.chart(states, choice.trial, "occupancy")
    st.markdown(escape(competing_risks.occupancy_summary(result)))
    figure.explain(states)
    frames = {"States": result.occupancy}
    figure.downloads(states, frames, choice.trial, f"states_by_{choice.by}")
