"""What the user says of the file as a whole: sheets, layout, all columns, or by a mapping file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages._data.columns.change import AS_FOUND, ORDERS, cells_of
from pages._data.said import Said
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.intake import readings
from retnet_core.intake.layouts.known import LAYOUTS
from retnet_core.intake.mapping import DATE_ORDERS, from_yaml, to_yaml
from retnet_core.intake.questions import Question
from retnet_core.intake.understanding import kind
from retnet_core.tables import SCHEMAS
from retnet_core.trial import join_words

_NOT_USED = "not used"


def show(said: Said) -> None:
    """Take what concerns more than a column; it waits with the other changes."""
    with st.expander("Sheets, layout, and the mapping as a file"):
        _settings(said)
        st.download_button(
            "Mapping (YAML)", to_yaml(said.draft.mapping), "retnet_mapping.yaml",
            "application/yaml", key=said.key("file"), on_click="ignore",
            icon=":material/download:", help="The mapping that the file is read by now.",
        )  # fmt: skip
        file = st.file_uploader(
            "Use a mapping file", type=["yaml", "yml"], key=said.key("upload"),
            help="It takes the place of all that was said of this file.",
        )  # fmt: skip
        if file and st.button("Read the file by this mapping", key=said.key("use_file")):
            try:
                said.read(from_yaml(file.getvalue()))
            except ExportError as problem:
                st.error(escape(str(problem)))


def dates(said: Said, asked: Sequence[Question]) -> None:
    """Take the order of all dates of the file at once, where some of them are asked about."""
    before = said.mapping
    if not before.dates and not any(kind(one.table, one.column) == "date" for one in asked):
        return
    at = list(ORDERS.values()).index(before.dates)
    picked = st.segmented_control(
        "All dates of this file are", list(ORDERS), default=list(ORDERS)[at], required=True,
        key=said.key("all_order"),
        help="A column for which another order is chosen below keeps that one.",
    )  # fmt: skip
    order = DATE_ORDERS[ORDERS[picked or AS_FOUND]]
    if order != before.dates:
        said.change(replace(before, dates=order))
    if order and (others := readings.in_another_order(said.draft.understood, order)):
        st.warning(
            f"Dates of {escape(join_words(others))} are read otherwise so far, by what the column "
            "holds. If that is right, choose its order below; else its dates are read "
            f"{order} too."
        )


def _settings(said: Said) -> None:
    before = said.mapping
    names = list(dict.fromkeys(["", *(layout.NAME for layout in LAYOUTS), before.layout]))
    layout = st.selectbox(
        "Layout", names, names.index(before.layout), format_func=lambda one: one or AS_FOUND,
        key=said.key("layout"),
    )  # fmt: skip
    told = {
        sheet.name: _sheet(sheet.name, before.sheets, said.key(f"sheet_{at}"))
        for at, sheet in enumerate(said.draft.opened.sheets)
    }
    absent = {name: table for name, table in before.sheets.items() if name not in told}
    missing = cells_of(
        "Cells that mean no value in every column, separated by semicolons", before.missing,
        said.key("missing"),
    )  # fmt: skip
    after = replace(before.with_sheets({**absent, **told}), layout=layout, missing=missing)
    if after != before:
        said.change(after)


def _sheet(name: str, said: Mapping[str, str], key: str) -> str | None:
    options = [AS_FOUND, _NOT_USED, *SCHEMAS]
    known = said.get(name)
    at = 0 if known is None else options.index(known or _NOT_USED)
    picked = st.selectbox(f"The sheet {escape(name)} holds", options, at, key=key)
    return {AS_FOUND: None, _NOT_USED: ""}.get(picked, picked)
