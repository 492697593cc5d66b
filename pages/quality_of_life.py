"""Patient-reported outcomes: mean scores by visit, with the forms completed."""

from __future__ import annotations

import streamlit as st

from pages._ui import choices, figure, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import pro, questionnaires
from retnet_core.charts import readout
from retnet_core.charts.pro import trajectory_figure

view = session.view()
trial = view.efficacy()
session.need_patients(trial, view)
scales = compute(pro.available, view.trial)
if scales.empty:
    st.info(escape(pro.why_no_scale(view.trial)))
    st.stop()

# Choose
with st.container(horizontal=True, vertical_alignment="bottom"):
    names = {f"{row.name} ({row.instrument} {row.scale})": row for row in
             scales.itertuples(index=False)}  # fmt: skip
    scale = names[
        st.selectbox("Scale", list(names), key="scale", bind="query-params",
                     width=380)
    ]  # fmt: skip
    by = choices.compare_by(view)
    change = choices.one("Show", {"Score": False, "Change from baseline": True}, "show")
    individual = st.toggle("Individual patients", key="individual", bind="query-params")

# Compute
scores = compute(questionnaires.score, view.trial, scale.instrument)
result = compute(
    pro.trajectories, trial, scale.instrument, scale.scale, by=by, change=change, scores=scores
)
if result.table.empty:
    st.info(escape(pro.why_no_visit(scores, result.scale.code)))
    st.stop()
drawn = compute(
    trajectory_figure, result, trial.population, view.trial.arms, individual=individual
)  # fmt: skip

# Draw
figure.heading(drawn)
figure.chart(drawn, trial, "trajectories")
st.markdown(escape(pro.summary(result)))
numbers, files = st.tabs(["Table and method", "Downloads"])
with numbers:
    table.show(readout.trajectories(result), "Scores and forms by visit")
    figure.explain(drawn)
with files:
    frames = {"By visit": result.table, "Individual scores": result.individual}
    figure.downloads(drawn, frames, trial, f"{scale.instrument}_{scale.scale}_by_{by}")
