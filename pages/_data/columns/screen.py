"""The screen: what was found for each of our columns, the file's first rows, corrections."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._data import draft as drafts
from pages._data.columns import change, decide, whole_file
from pages._data.draft import Draft
from pages._data.said import Said
from pages._ui import kept
from pages._ui.text import escape
from retnet_core import ExportError, wording
from retnet_core.intake import questions, readings
from retnet_core.intake.questions import Question
from retnet_core.intake.understanding import Understanding
from retnet_core.store import StoreError
from retnet_core.tables import SCHEMAS

_HEIGHT = 330


def of_open(key: str) -> None:
    """Show how the open data set is read."""
    draft = drafts.current()
    try:
        record = kept.store().find_by_prefix(key)
        if record is None:
            st.info(
                "This is the synthetic export that comes with the program. Bring an export to see "
                "and change how it is read."
            )
            return
        if draft is None or draft.replaces != record.key:
            if draft and draft.changed:
                st.toast(f"The new reading of {escape(draft.opened.name)} was not kept.")
            with st.spinner("Reading the file"):
                draft = drafts.of_kept(record)
            drafts.put(draft)
    except (StoreError, ExportError) as problem:
        st.error(escape(str(problem)))
        return
    show(draft)


def show(draft: Draft) -> None:
    """Draw what was understood of the file beside its first rows, and take corrections."""
    found, said = draft.understood, Said(draft)
    asked = questions.asked(found)
    top = st.container()
    if asked:
        st.markdown(f"**To answer:** {escape(_named(asked))}.")
    whole_file.dates(said, asked)
    how = f"Read as **{escape(found.layout)}**. " if found.layout else ""
    st.markdown(how + escape(" ".join(found.reasons)))
    table = _table(found, said, asked)
    columns = found.columns[found.columns["table"] == table]
    if columns.empty:
        st.caption(
            "Nothing was found for this table. Choose below which column of the file is which of "
            "ours, or under 'Sheets, layout' which sheet holds it."
        )
    else:
        _overview(found, table, asked)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        change.show(said, table, asked)
        beside = st.container()
    with right:
        _first_rows(said, table, columns)
    _others(found.others)
    whole_file.show(said)
    with top:  # what is said below is known only now
        decide.show(said)
    with beside:
        decide.remind(said)


def _named(asked: Sequence[Question]) -> str:
    """Name the columns with questions, by table."""
    return ", ".join(
        f"{wording.column(one.column)} ({one.table.replace('_', ' ')}, "
        f"{wording.count(one.cells, 'cell')})"
        for one in asked
    )


def _table(found: Understanding, said: Said, asked: Sequence[Question]) -> str:
    """Choose a table; those that the file has come first, and that of the first question shows."""
    here = [name for name in SCHEMAS if (found.columns["table"] == name).any()]
    absent = [name for name in SCHEMAS if name not in here]
    words = {name: name.replace("_", " ") for name in here}
    words |= {name: f"{name.replace('_', ' ')} (nothing found)" for name in absent}
    first = list(words).index(asked[0].table) if asked else 0
    return st.selectbox(
        "Our table", list(words), first, format_func=words.__getitem__, key=said.place("table")
    )


def _overview(found: Understanding, table: str, asked: Sequence[Question]) -> None:
    its = [one for one in asked if one.table == table]
    st.dataframe(
        readings.overview(found, table, its),
        hide_index=True,
        column_order=readings.OVERVIEW if its else readings.OVERVIEW[1:],
        height=_HEIGHT,
        column_config={
            "To answer": st.column_config.TextColumn(width=80),
            "Our column": st.column_config.TextColumn(width=160),
            "Column of the file": st.column_config.TextColumn(width=135),
            "Unit or order of dates": st.column_config.TextColumn(width=150),
            "Cells read": st.column_config.TextColumn(width=80, help="Of those that hold anything"),
            "Why": st.column_config.TextColumn(width=165),
            "Cells": st.column_config.TextColumn(width=240),
        },
        alt="What was found for each of our columns",
    )


def _first_rows(said: Said, table: str, columns: pd.DataFrame) -> None:
    sheets = [sheet.name for sheet in said.draft.opened.sheets]
    its = [sheets.index(name) for name in columns["sheet"] if name in sheets]
    sheet = st.selectbox(
        "First rows of", sheets, its[0] if its else 0,
        key=said.place(f"rows_of_{table}"),
    )  # fmt: skip
    st.dataframe(
        said.draft.understood.first_rows(sheet), height=_HEIGHT, alt=f"First rows of {sheet}"
    )


def _others(others: pd.DataFrame) -> None:
    if others.empty:
        return
    with st.expander(f"Columns of the file that are none of ours ({len(others)})"):
        st.caption(
            "They are kept in the file. Those of patients that sort them into a few groups are "
            "filters under More columns."
        )
        st.dataframe(
            others, hide_index=True, alt="Columns of the file that are none of ours",
            column_config={"sheet": "Sheet", "header": "Column of the file", "samples": "Cells",
                           "filled": "Filled cells"},
        )  # fmt: skip
