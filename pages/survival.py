"""Time to event: Kaplan-Meier curves, medians, estimates at months, hazard ratios."""

from __future__ import annotations

import streamlit as st

from pages._ui import choices, figure, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core.analysis import survival, time_to_event
from retnet_core.charts import readout
from retnet_core.charts.survival import kaplan_meier_figure

LANDMARKS = (6, 12, 24)

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

# Choose
with st.container(horizontal=True, vertical_alignment="bottom"):
    endpoint = choices.endpoint(available)
    by = choices.compare_by()
    options = st.popover("Rules and reference", icon=":material/tune:")
with options:
    sources = compute(time_to_event.available_sources, view.trial, endpoint.code)
    rules = choices.rules(endpoint, sources)

# Compute
try:
    tte = compute(time_to_event.derive, trial, endpoint.code, rules)
except ValueError as problem:
    st.info(escape(str(problem)))
    st.stop()
if tte.frame.empty:
    st.info("No patient of this choice can be analysed; the reasons are listed below.")
    table.show(readout.not_analysed(tte), "Patients not analysed")
    st.stop()
km = compute(survival.kaplan_meier, tte, by=by)
with options:
    reference = choices.reference(km.groups, by)
ratios = compute(survival.hazard_ratios, tte, by=by, reference=reference)
test = compute(survival.logrank, tte, by=by)
follow_up = compute(survival.median_follow_up, tte, by=by)
drawn = compute(
    kaplan_meier_figure, km, f"{endpoint.name} by {'arm' if by == 'arm' else 'WHO grade'}",
    trial.population, f"Free of {tte.endpoint.event}", view.trial.arms,
)  # fmt: skip

# Draw
figure.heading(drawn)
left, right = st.columns([0.67, 0.33], gap="medium")
with left:
    figure.chart(drawn, trial, "kaplan_meier")
with right:
    table.show(readout.medians(km), "Events and medians")
    if len(km.groups) > 1:
        table.show(readout.hazard_ratios(ratios), "Hazard ratios")
        st.markdown(readout.logrank(test))
        st.caption(readout.design(ratios, endpoint))
    table.show(readout.follow_up(follow_up), "Median follow-up")
st.markdown(escape(survival.summary(km, months=12)))
figure.explain(drawn)

# Offer
estimates, numbers, rules_tab, files = st.tabs(
    [
        f"At {', '.join(map(str, LANDMARKS))} months",
        "Numbers under the curve",
        "Rules and patients",
        "Downloads",
    ]
)
with estimates:
    table.show(readout.landmarks(km, LANDMARKS), "Estimates at months, with 95% CI")
    figure.explain(ratios, test, follow_up)
with numbers:
    table.show(readout.numbers(drawn.data["numbers"]), "Numbers under the curve")
with rules_tab:
    if tte.source != "given":
        st.markdown(choices.ASSUMED)
    figure.explain(tte)
    if len(tte.not_analysed):
        st.markdown("**Not analysed**")
        table.show(readout.not_analysed(tte), "Patients not analysed")
with files:
    frames = {
        "Curve": km.curve,
        "Medians": km.medians,
        "Numbers at ticks": drawn.data["numbers"],
        "Estimates at months": km.survival_at(LANDMARKS),
        "Hazard ratios": ratios.table,
        "Log-rank": test.table.assign(statistic=test.statistic, df=test.df, p=test.p),
        "Median follow-up": follow_up.table,
        "Patients": tte.frame,
        "Not analysed": tte.not_analysed,
    }
    name = f"{endpoint.code}_by_{by}"
    figure.downloads(drawn, frames, trial, name, [ratios, test, follow_up])
