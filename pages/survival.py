"""Time to event: an endpoint chosen once, looked at as curves, causes or subgroups."""

from __future__ import annotations

import streamlit as st

from pages._survival import causes, curves, subgroups
from pages._survival.choice import Choice
from pages._ui import choices, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import landmark, time_to_event
from retnet_core.charts import readout

VIEWS = {"Curves": curves.show, "Subgroups": subgroups.show}
OF_HPFS = {"Competing risks": causes.show}

view = session.view()
trial = view.efficacy()
session.need_patients(trial, view)

available = compute(time_to_event.available_endpoints, view.trial)
if not available:
    st.info(
        "This export holds no endpoint: neither times, nor dates of progression or death, nor "
        "imaging assessments. The Data page says what was found in the file."
    )
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    endpoint = choices.endpoint(available)
    views = VIEWS | (OF_HPFS if endpoint.code == "hpfs" else {})
    show = choices.one("View", views, "view")
    idle = "Subgroups compare two arms." if show is subgroups.show else ""
    by = choices.compare_by(view, idle)
line = st.container(horizontal=True, vertical_alignment="center")
title, tools = line.container(), line.container(horizontal=True, width="content")
options = tools.popover("Rules", icon=":material/tune:")
with options:
    sources = compute(time_to_event.available_sources, view.trial, endpoint.code)
    rules = choices.rules(endpoint, sources)

try:
    tte = compute(time_to_event.derive, trial, endpoint.short, rules)
except ValueError as problem:
    st.info(escape(str(problem)))
    st.stop()
if tte.frame.empty:
    st.info(
        "No patient of this choice can be analysed; the reasons are listed below. What cells of "
        "the file mean can be said under Columns on the page Data."
    )
    table.show(readout.not_analysed(tte), "Patients not analysed")
    st.stop()
with options:
    month = choices.landmark("" if show is not causes.show else "Here time runs from the start.")
later = compute(landmark.from_month, tte, month) if month else tte
if later.frame.empty:
    st.info(f"Nobody was followed without the event for longer than {month} months.")
    st.stop()
show(Choice(view, trial, tte, later, by, title, tools, options, months_from=month))
