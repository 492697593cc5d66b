"""The trial at a glance: what it is, who is in it, how far it is; every number leads on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from pages._ui import figure, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core import wording
from retnet_core.analysis import survival, time_to_event
from retnet_core.analysis.accrual import accrual
from retnet_core.analysis.result import Caution, Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts import readout
from retnet_core.charts.accrual import accrual_figure
from retnet_core.protocol import TRIAL_SUMMARY, recognise_arm
from retnet_core.trial import join_words

Shown = TypeVar("Shown", bound=Result)


def _warn(endpoints: Sequence[TimeToEvent]) -> None:
    """Say what must be known of endpoints before their numbers are believed."""
    concerned: dict[str, list[str]] = {}
    for tte in endpoints:
        for note in tte.notes:
            if isinstance(note, Caution):
                concerned.setdefault(note, []).append(tte.endpoint.short)
    for note, names in concerned.items():
        st.markdown(f":orange[:material/warning:] {escape(f'{join_words(names)}: {note}')}")


def _less_warned(result: Shown) -> Shown:
    """Leave out what stands over the numbers already."""
    return replace(result, notes=tuple(n for n in result.notes if not isinstance(n, Caution)))


view = session.view()
everyone = view.everyone()
session.need_patients(everyone, view)
source = view.trial.source

if any(recognise_arm(arm) for arm in view.trial.arms):
    st.markdown("#### RETNET at a glance\n" + " ".join(map(escape, TRIAL_SUMMARY)))
else:
    st.markdown(f"#### {escape(source.name)} at a glance\nNone of its arms is one of RETNET's.")

efficacy = replace(view, concurrent=False).efficacy()  # counted here, not compared
derived = [
    compute(time_to_event.derive, efficacy, code)
    for code in compute(time_to_event.available_endpoints, view.trial)
]
timed = [tte for tte in derived if len(tte.frame)]
curves = {tte.endpoint.short: compute(survival.kaplan_meier, tte, by="arm") for tte in timed}
leads: list[tuple[str, str, str, str]] = [
    ("Patients", str(len(everyone.patients)), "upload.py", "Data"),
    (
        "Data cut",
        f"{source.data_cut:%d %b %Y}" if source.data_cut else "unknown",
        "upload.py",
        "Data",
    ),
]
if timed:
    first = timed[0]
    name = first.endpoint.short
    overall = compute(survival.kaplan_meier, first, by=None).medians.iloc[0]
    months = compute(survival.median_follow_up, first, by=None).table["median"].iloc[0]
    leads += [
        (f"{name} events", f"{overall.events} of {overall.n}", "survival.py", "Survival"),
        (
            f"Median follow-up, {name}",
            wording.NOT_REACHED if math.isnan(months) else f"{wording.decimal(months)} months",
            "survival.py",
            "Survival",
        ),
    ]
leads += [
    ("Adverse events", f"{len(everyone.adverse_events):,}", "safety.py", "Safety"),
    ("Findings at intake", f"{len(view.trial.findings):,}", "upload.py", "Data"),
]
for column, (name, value, page, link) in zip(st.columns(len(leads)), leads, strict=True):
    column.metric(name, value)
    column.page_link(page, label=link, icon=":material/arrow_forward:")

_warn(timed[:1])

result = compute(accrual, everyone)
drawn = compute(accrual_figure, result, everyone.population, view.trial.arms)
figure.heading(drawn)
left, right = st.columns([0.62, 0.38], gap="medium")
with left:
    figure.chart(drawn, everyone, "accrual")
with right:
    table.show(readout.accrual(result), "Patients by arm and grade")
    figure.explain(result)
    frames = {"Accrual": result.curve, "By arm and grade": result.table}
    figure.downloads(drawn, frames, everyone, "accrual")

if timed:
    st.markdown(f"#### Events so far\n:gray[{escape(efficacy.population)}]")
    _warn(timed)
    follow_up = compute(survival.median_follow_up, timed[0])
    left, right = st.columns(2, gap="medium")
    with left:
        table.show(readout.events(curves), "Events of each endpoint by arm")
        st.caption(
            "Of the patients that can be timed, by the rules named below. "
            + escape(time_to_event.mixed_sources(timed))
        )
    with right:
        table.show(readout.follow_up(follow_up), "Median follow-up")
        figure.explain(_less_warned(follow_up))
        frames = {"Events so far": readout.events(curves), "Median follow-up": follow_up.table}
        figure.numbers("Events so far", frames, efficacy, "events", [follow_up, *timed])
    with st.expander("Rules and patients left out"):
        figure.explain(*map(_less_warned, timed))
