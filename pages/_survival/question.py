"""The question of the design: the hazard ratio observed beside the one it expects."""

from __future__ import annotations

import streamlit as st

from pages._survival.choice import Choice, population
from pages._ui import choices, figure
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import design, time_to_event
from retnet_core.charts import readout
from retnet_core.charts.design import gauge_figure


def show(choice: Choice) -> None:
    """Draw the gauge: hPFS of the two arms that stayed open, whole time, no verdict."""
    trial = choice.view.open_arms()
    tte = compute(time_to_event.derive, trial, choice.tte.endpoint.short, choice.tte.rules)
    if tte.endpoint.code != "hpfs" or not set(design.ARMS) <= set(tte.frame["arm"]):
        st.info(
            "The design's question is hPFS of cTACE against TAE: choose hPFS above, and both arms "
            "in the filters on the left."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        turned = choices.one("Read", {"cTACE over TAE": False, "TAE over cTACE": True}, "turned")
        alpha, power = choices.assumed_design()
    level, reference = ("TAE", "cTACE") if turned else ("cTACE", "TAE")
    try:
        result = compute(
            design.gauge, tte, reference=reference, level=level, alpha=alpha, power=power
        )
    except ValueError as problem:
        st.info(escape(str(problem)))
        return
    drawn = compute(gauge_figure, result, population(trial, tte))
    figure.heading(drawn)
    figure.chart(drawn, trial, "design")
    st.markdown(escape(design.summary(result)))
    figure.explain(drawn)
    if choice.months_from:
        st.caption("Counted from the start, whatever the landmark.")
    figure.downloads(drawn, {"Design": readout.gauge(result)}, trial, "design")
