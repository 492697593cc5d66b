"""How a file is read: which column is which, what its codes mean, and how to change that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages._data import draft as drafts
from pages._data.bring import open_draft
from pages._data.draft import Draft
from pages._ui import kept
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.intake.layouts.known import LAYOUTS
from retnet_core.intake.mapping import DATE_ORDERS, ExportMapping, Reading, from_yaml, to_yaml
from retnet_core.intake.typed import UNITS
from retnet_core.intake.understanding import kind, meanings
from retnet_core.store import StoreError
from retnet_core.tables import SCHEMAS

AS_FOUND, NOT_USED = "as the program finds it", "not used"
_HEIGHT = 330


def show(draft: Draft) -> None:
    """Draw the file's first rows beside what was understood of them, and take corrections."""
    found = draft.understood
    if draft.replaces and found.error:
        st.error(escape(str(found.error)))
    how = f"Read as **{escape(found.layout)}**. " if found.layout else ""
    st.markdown(how + escape(" ".join(found.reasons)))
    left, right = st.columns([5, 6], gap="medium")
    with right:
        here = [name for name in SCHEMAS if (found.columns["table"] == name).any()]
        table = st.selectbox("Our table", here or list(SCHEMAS), key=f"{draft.id}_mapping_table")
        columns = found.columns[found.columns["table"] == table]
        if columns.empty:
            st.caption(
                "Nothing was found for this table yet. Choose below which column of the file is "
                "which of ours."
            )
        else:
            _overview(columns)
        _change(draft, table)
    with left:
        sheets = [sheet.name for sheet in draft.opened.sheets]
        its = [sheets.index(name) for name in columns["sheet"] if name in sheets]
        sheet = st.selectbox(
            "First rows of", sheets, its[0] if its else 0, key=f"{draft.id}_mapping_rows_of_{table}"
        )
        st.dataframe(found.first_rows(sheet), height=_HEIGHT, alt=f"First rows of {sheet}")
    _others(found.others)
    _whole_file(draft)
    _keep(draft)


def _overview(columns: pd.DataFrame) -> None:
    shown = columns.assign(
        read=[
            f"{row.read:,} of {row.filled:,}" if row.header else ""
            for row in columns.itertuples(index=False)
        ]
    )
    st.dataframe(
        shown,
        hide_index=True,
        height=_HEIGHT,
        column_order=["column", "header", "read", "why", "samples", "meaning"],
        column_config={
            "column": "Our column",
            "header": "Column of the file",
            "read": st.column_config.TextColumn("Cells read", help="Of those that hold anything"),
            "why": "Why",
            "samples": "Cells",
            "meaning": "What it means",
        },
        alt="What was found for each of our columns",
    )


def _change(draft: Draft, table: str) -> None:
    """Take what the user says of one of our columns."""
    columns = list(SCHEMAS[table].columns)
    with st.container(border=True):
        name = st.selectbox(
            "Change how this column is read", columns, key=f"{draft.id}_mapping_of_{table}"
        )
        header = _header(draft, table, name)
        reading = _reading(draft, table, name)
        if st.button("Use this", key=f"{draft.id}_mapping_use", type="primary"):
            _try(draft, draft.mapping.with_column(table, name, header, reading))


def _header(draft: Draft, table: str, name: str) -> str | None:
    found = draft.understood
    mine = found.columns.query("table == @table and sheet != ''")
    sheets = dict.fromkeys(mine["sheet"]) or [sheet.name for sheet in draft.opened.sheets]
    headers = [header for sheet in sheets for header in found.headers(sheet)]
    said = draft.mapping.columns.get(table, {}).get(name)
    options = [AS_FOUND, *dict.fromkeys([*([said] if said else []), *headers])]
    picked = st.selectbox(
        "Column of the file", options, options.index(said) if said else 0,
        key=f"{draft.id}_mapping_header_{table}_{name}",
    )  # fmt: skip
    return None if picked == AS_FOUND else picked


def _reading(draft: Draft, table: str, name: str) -> Reading:
    said = draft.mapping.readings.get((table, name), Reading())
    key = f"{draft.id}_mapping_{table}_{name}"
    holds = kind(table, name)
    codes, unit, order = dict(said.codes), said.unit, said.dates
    if holds == "date":
        words = {AS_FOUND: "", "day first: 31/12/2019": "day first",
                 "month first: 12/31/2019": "month first"}  # fmt: skip
        names = list(words)
        at = list(words.values()).index(said.dates)
        picked = st.segmented_control("Dates with the year last are", names, default=names[at],
                                      required=True, key=f"{key}_dates")  # fmt: skip
        order = DATE_ORDERS[words[picked or AS_FOUND]]
    elif holds == "number":
        options = ["", *UNITS.get((table, name), ())]
        unit = st.selectbox(
            "Unit in the file", options, options.index(said.unit) if said.unit in options else 0,
            format_func=lambda one: one or "ours", key=f"{key}_unit",
        )  # fmt: skip
    else:
        codes = _codes(draft, table, name, said)
    missing = st.text_input(
        "Cells that mean no value, separated by semicolons", "; ".join(said.missing),
        placeholder="-99; 999", key=f"{key}_missing",
    )  # fmt: skip
    return Reading(codes, unit, order, tuple(filter(None, map(str.strip, missing.split(";")))))


def _codes(draft: Draft, table: str, name: str, said: Reading) -> dict[str, str]:
    """Show the different cells of a column with counts, and take what each means."""
    counts = draft.understood.codes(table, name)
    cells = [*counts.index, *(cell for cell in said.codes if cell not in counts.index)]
    if not cells:
        return dict(said.codes)
    frame = pd.DataFrame(
        {
            "Cell": cells,
            "Rows": [int(counts.get(cell, 0)) for cell in cells],
            "Means": [said.codes.get(cell) for cell in cells],
        }
    )
    allowed = meanings(table, name)
    edited = st.data_editor(
        frame, hide_index=True, disabled=["Cell", "Rows"],
        key=f"{draft.id}_mapping_codes_{table}_{name}",
        column_config={
            "Means": st.column_config.SelectboxColumn(options=[*allowed])
            if allowed
            else st.column_config.TextColumn(),
        },
    )  # fmt: skip
    st.caption("A blank under 'Means' leaves the cell to the program.")
    told = zip(edited["Cell"], edited["Means"], strict=True)
    return {cell: meaning for cell, meaning in told if meaning}


def _others(others: pd.DataFrame) -> None:
    if others.empty:
        return
    with st.expander(f"Columns of the file that are none of ours ({len(others)})"):
        st.caption(
            "They are kept in the file. Those of patients that sort them into a few groups are "
            "filters under More columns."
        )
        st.dataframe(others, hide_index=True, alt="Columns of the file that are none of ours")


def _whole_file(draft: Draft) -> None:
    """Take what the user says of sheets, of the layout, of all columns, or by a mapping file."""
    mapping = draft.mapping
    with st.expander("Sheets, layout, and the mapping as a file"):
        names = ["", *(layout.NAME for layout in LAYOUTS)]
        layout = st.selectbox(
            "Layout", names, names.index(mapping.layout) if mapping.layout in names else 0,
            format_func=lambda one: one or AS_FOUND, key=f"{draft.id}_mapping_layout",
        )  # fmt: skip
        sheets = {
            sheet.name: _sheet(sheet.name, mapping.sheets, f"{draft.id}_mapping_sheet_{at}")
            for at, sheet in enumerate(draft.opened.sheets)
        }
        missing = st.text_input(
            "Cells that mean no value in every column, separated by semicolons",
            "; ".join(mapping.missing), placeholder="-99; 999", key=f"{draft.id}_mapping_missing",
        )  # fmt: skip
        cells = tuple(filter(None, map(str.strip, missing.split(";"))))
        if st.button("Use this", key=f"{draft.id}_mapping_use_sheets"):
            said = mapping.with_sheets(sheets)
            _try(draft, replace(said, layout=layout, missing=cells))
        st.download_button(
            "Mapping (YAML)", to_yaml(mapping), "retnet_mapping.yaml", "application/yaml",
            key=f"{draft.id}_mapping_file", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        file = st.file_uploader(
            "Use a mapping file", type=["yaml", "yml"], key=f"{draft.id}_mapping_upload"
        )
        if file and st.button("Use this mapping", key=f"{draft.id}_mapping_use_file"):
            try:
                _try(draft, from_yaml(file.getvalue()))
            except ExportError as problem:
                st.error(escape(str(problem)))


def _sheet(name: str, said: Mapping[str, str], key: str) -> str | None:
    options = [AS_FOUND, NOT_USED, *SCHEMAS]
    known = said.get(name)
    at = 0 if known is None else options.index(known or NOT_USED)
    picked = st.selectbox(f"The sheet {escape(name)} holds", options, at, key=key)
    return {AS_FOUND: None, NOT_USED: ""}.get(picked, picked)


def _try(draft: Draft, mapping: ExportMapping) -> None:
    """Read the file by what was said; it is kept only when the user says so."""
    with st.spinner("Reading the file again"):
        drafts.put(draft.read_by(mapping))
    st.rerun()


def _keep(draft: Draft) -> None:
    trial = draft.understood.trial
    if not draft.replaces or (trial and trial.source.key == draft.replaces):
        return
    if trial is None:
        _discard()
        return
    st.info(
        f"Read in the new way: {len(trial.patients):,} patients, {len(trial.findings):,} findings. "
        "Nothing is changed until you keep it; the reading so far stays under Data sets, Deleted."
    )
    with st.container(horizontal=True):
        if st.button("Keep this reading", type="primary"):
            open_draft(draft)
        _discard()


def _discard() -> None:
    if st.button("Discard"):
        drafts.put(None)
        st.rerun()


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
            draft = drafts.of_kept(record)
            drafts.put(draft)
    except (StoreError, ExportError) as problem:
        st.error(escape(str(problem)))
        return
    show(draft)
