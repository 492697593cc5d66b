"""The hazard ratio of two arms in each subgroup, as a forest plot."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice
from pages._ui import choices, figure
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import subgroups
from retnet_core.charts.forest import forest_figure


def show(choice: Choice) -> None:
    """Draw the forest plot of one arm over another."""
    arms = [arm for arm in choice.trial.arms if arm in set(choice.tte.frame["arm"])]
    if len(arms) < 2:
        st.info("Subgroups compare two arms: only one is left with these filters.")
        return
    with choice.options:
        reference = choices.reference(arms, "arm")
    others = {arm: arm for arm in arms if arm != reference}
    level = choices.one("Compare", others, "level") if len(others) > 1 else next(iter(others))
    result = compute(subgroups.forest, choice.tte, level=level, reference=reference)
    drawn = compute(forest_figure, result, choice.population)
    with choice.title:
        figure.heading(drawn)
    figure.chart(drawn, choice.trial, "forest")
    st.markdown(escape(subgroups.summary(result)))
    figure.explain(drawn)
    frames = {"Subgroups": result.table, "Interaction": result.interaction}
    figure.downloads(drawn, frames, choice.trial, f"{choice.name}_subgroups")
