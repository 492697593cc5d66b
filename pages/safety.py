"""Adverse events: patients by worst CTCAE grade, by arm received."""

from __future__ import annotations

import streamlit as st

from pages._ui import choices, figure, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import safety
from retnet_core.charts import readout
from retnet_core.charts.safety import grade_figure

BY = {"System organ class": "soc", "Term": "term", "Overall": "overall"}

view = session.view()
trial = view.safety()
session.need_patients(trial, view)
if view.trial.adverse_events.empty:
    st.info("This export holds no adverse events. The Data page says what was found in the file.")
    st.stop()

classes = view.trial.adverse_events["system_organ_class"]
with st.container(horizontal=True, vertical_alignment="bottom"):
    # Without classes their one row would only say again what all events are.
    by = choices.one("Rows", BY, "rows", first="" if classes.notna().any() else "Term")
    related = st.toggle("Related only", key="related", bind="query-params")
    serious = st.toggle("Serious only", key="serious", bind="query-params")
    least = st.slider(
        "In at least this share of an arm", 0, 50, 0, 5, format="%d%%", key="least",
        bind="query-params", width=260,
    )  # fmt: skip

grades = compute(
    safety.grade_table, trial, by=by, related_only=related, serious_only=serious,
    minimum_percent=float(least),
)  # fmt: skip
drawn = compute(grade_figure, grades, trial.population)
rows = compute(readout.grades, grades)

figure.heading(drawn)
st.markdown(escape(safety.summary(grades)))
figure.chart(drawn, trial, "grades")
if by != "overall" and least and len(grades.table) == len(grades.denominators):
    st.info(f"No class or term reaches {least}% in any arm.")
numbers, files = st.tabs(["Table", "Downloads"])
with numbers:
    table.show(rows, "Patients by worst grade, n (%)", height=560 if len(rows) > 16 else "content")
    figure.explain(drawn)
with files:
    figure.downloads(
        drawn, {"Grades": rows, "Numbers": grades.table}, trial, f"{grades.kind}_by_{by}"
    )
