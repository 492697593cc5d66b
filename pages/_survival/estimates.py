"""Survival at chosen months, and how far apart the groups are there."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure, table
from pages._ui.session import compute
from retnet_core.analysis import landmark, survival
from retnet_core.analysis.result import Result
from retnet_core.charts import readout


def show(choice: Choice) -> None:
    """Draw the estimates and their differences."""
    months = choices.months()
    if not months:
        st.info("Choose at least one month.")
        return
    km = compute(survival.kaplan_meier, choice.tte, by=choice.by)
    at = compute(survival.KaplanMeier.survival_at, km, months)
    table.show(readout.landmarks(at), "Estimates at months, with 95% CI")
    frames: dict[str, pd.DataFrame] = {"Estimates": at}
    results: list[Result] = [km]
    if choice.reference is not None:
        apart = compute(landmark.differences, km, months, reference=choice.reference)
        table.show(readout.differences(apart), "Differences of estimates in percentage points")
        figure.explain(apart)
        frames["Differences"] = apart.table
        results.append(apart)
    figure.numbers("Estimates at months", frames, choice.trial, f"{choice.name}_estimates", results)
