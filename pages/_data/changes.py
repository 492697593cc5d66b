"""What changed since an earlier export: patients, cells, and the estimates with ghost curves."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages._ui import figure, kept, session, table
from pages._ui.session import compute
from pages._ui.text import escape
from retnet_core import ExportError, Trial
from retnet_core.analysis import changes
from retnet_core.charts import readout
from retnet_core.charts.survival import Ghost, kaplan_meier_figure
from retnet_core.store import Record, StoreError

_MOST_SHOWN = 1_000
"""Cells listed on the page; the workbook has all."""


def show(trial: Trial) -> None:
    """Compare the open export with one that is kept."""
    try:
        records = [one for one in kept.store().list() if one.key != trial.source.key]
        if not records:
            st.info(
                "There is no other export to compare with. The next one that you bring can be "
                "compared with this one."
            )
            return
        then = session.find(_earlier(records, trial).key[: session.KEY_LENGTH])
    except (StoreError, ExportError) as problem:
        st.error(escape(str(problem)))
        return
    if then is None:
        st.info("This export was deleted in the meantime.")
        return
    view = session.view()
    tables = compute(changes.tables, then, now=trial)
    estimates = compute(changes.estimates, then, now=trial, cohort=view.cohort,
                        include_closed=view.include_closed)  # fmt: skip
    st.markdown(f"Compared with **{escape(then.source.name)}**. "
                + escape(changes.summary(tables, estimates)))  # fmt: skip
    _curves(estimates, replace(view, concurrent=True).efficacy())  # as estimates compares
    table.show(readout.changed_estimates(estimates), "Estimates then and now")
    figure.explain(estimates)
    _tables(tables, estimates, trial)


def _earlier(records: list[Record], trial: Trial) -> Record:
    """Choose the export to compare with: by default the one of the same make brought last before.

    The list is another one for each export and each change of what is kept: a choice made in one
    list never stands over the numbers of another.
    """
    now = kept.store().find(trial.source.key)
    if now:
        records = sorted(
            records,
            key=lambda one: (one.fingerprint != now.fingerprint, one.opened_at > now.opened_at),
        )
    labels = {
        f"{one.name}, brought {one.opened_at:%d %b %Y, %H:%M} UTC ({one.key[:6]})": one
        for one in records
    }
    of = hashlib.sha256("".join([trial.source.key, *labels]).encode()).hexdigest()[:8]
    return labels[st.selectbox("Compared with", list(labels), key=f"compared_with_{of}")]


def _curves(estimates: changes.Estimates, trial: Trial) -> None:
    now, then = estimates.curves_now, estimates.curves_then
    if now is None or then is None or not now.groups:
        return
    drawn = compute(
        kaplan_meier_figure, now, title="hPFS now and then", subtitle=estimates.population,
        among=trial.arms, ghost=Ghost(then, estimates.then_name),
    )  # fmt: skip
    figure.heading(drawn)
    figure.chart(drawn, trial, "changes")


def _tables(tables: changes.Tables, estimates: changes.Estimates, trial: Trial) -> None:
    table.show(readout.changed_tables(tables), "Rows of each table")
    frames = {"Patients": tables.patients, "Cells": tables.cells, "Rows": tables.rows}
    for title, frame in frames.items():
        _listed(title, frame)
    figure.explain(tables)
    figure.numbers(
        "What changed", {"Estimates": estimates.table, "Tables": tables.summary, **frames}, trial,
        "what_changed", [tables, estimates],
    )  # fmt: skip


def _listed(title: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        return
    more = f", the first {_MOST_SHOWN:,} listed" if len(frame) > _MOST_SHOWN else ""
    with st.expander(f"{title} that differ: {len(frame):,}{more}"):
        st.dataframe(frame.head(_MOST_SHOWN), hide_index=True, alt=f"{title} that differ")
