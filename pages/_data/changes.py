"""What changed since an earlier export: patients, cells, and the estimates with ghost curves."""

from __future__ import annotations

from collections.abc import Mapping
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
from retnet_core.store import Record, StoreError, listing

_MOST_SHOWN = 1_000
"""Cells listed on the page; the workbook has all."""


def show(trial: Trial) -> None:
    """Compare the open export with one that is kept."""
    try:
        records = listing.comparable(kept.store().list(), trial.source.key)
        if not records:
            _say_if_gone({})
            st.info(
                "There is no other export to compare with. The next one that you bring can be "
                "compared with this one."
            )
            return
        earlier = _earlier(records, trial)
        then = session.find(earlier) if earlier else None
    except (StoreError, ExportError) as problem:
        st.error(escape(str(problem)))
        return
    if then is None:
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


def _earlier(records: list[Record], trial: Trial) -> str | None:
    """Choose the export to compare with; None where the link names one that is not there.

    The link always names it, so that it opens the same comparison later too, when the likeliest
    may be another one.
    """
    titles = {one.key[: session.KEY_LENGTH]: listing.title(one) for one in records}
    said = st.query_params.get(session.COMPARED)
    if said in (None, session.key_of(trial)):
        said = st.query_params[session.COMPARED] = next(iter(titles))
    # A list of its own for each export: a choice made in one never stands over another's numbers.
    key = f"compared_with_{session.key_of(trial)}"
    st.session_state[key] = said if said in titles else None
    st.selectbox(
        "Compared with", list(titles), format_func=titles.__getitem__, key=key,
        on_change=_compare, args=(key,), placeholder="Choose an export",
    )  # fmt: skip
    _say_if_gone(titles)
    return said if said in titles else None


def _say_if_gone(titles: Mapping[str, str]) -> None:
    said = st.query_params.get(session.COMPARED)
    if said and said not in titles:
        st.warning(
            f"The export that this link compares with ({escape(said)}) is not kept here, or was "
            "deleted. Choose another one."
        )


def _compare(key: str) -> None:
    st.query_params[session.COMPARED] = st.session_state[key]


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
