"""Survival at chosen months, and how far apart the groups are there."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from retnet_core.analysis import landmark, survival
from retnet_core.charts import readout


def show(choice: Choice) -> None:
    """Draw the estimates, their differences and the median follow-up."""
    months = choices.months()
    if not months:
        st.info("Choose at least one month.")
        return
    km = compute(survival.kaplan_meier, choice.tte, by=choice.by)
    at = compute(survival.KaplanMeier.survival_at, km, months)
    table.show(readout.landmarks(at), "Estimates at months, with 95% CI")
    frames = {"Estimates": at}
    results = [km]
    if choice.reference is not None:
        apart = compute(landmark.differences, km, months, reference=choice.reference)
        table.show(readout.differences(apart), "Differences of estimates in percentage points")
        st.caption(landmark.DIFFERENCES_METHOD)
        frames["Differences"] = apart
    follow_up = compute(survival.median_follow_up, choice.tte, by=choice.by)
    figure.explain(follow_up)
    figure.numbers("Estimates at months", frames, choice.trial, f"{choice.name}_estimates", results)
