"""The hazard in intervals of time: events per 100 patient-months."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import hazard
from retnet_core.charts.hazard import hazard_figure

_WIDTHS = {"3 months": 3.0, "6 months": 6.0, "12 months": 12.0}


def show(choice: Choice) -> None:
    """Draw the piecewise hazard of each group."""
    width = choices.one("In intervals of", _WIDTHS, "interval", first="6 months")
    result = compute(hazard.piecewise_hazard, choice.tte, by=choice.by, width=width)
    drawn = compute(
        hazard_figure, result, f"Hazard of {choice.tte.endpoint.event} {choice.divided}",
        choice.population, choice.view.trial.arms,
    )  # fmt: skip
    figure.heading(drawn)
    figure.chart(drawn, choice.trial, "hazard")
    st.markdown(escape(hazard.summary(result)))
    figure.explain(drawn)
    figure.downloads(drawn, {"Hazard": result.table}, choice.trial, f"{choice.name}_hazard")
