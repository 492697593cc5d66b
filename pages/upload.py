"""The data: bring an export, see what was found, how it is read, what is kept, what changed."""

from __future__ import annotations

import streamlit as st

from pages._data import bring, changes, columns, datasets, found
from pages._data import draft as drafts
from pages._ui import choices, session
from pages._ui.figure import XLSX
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.intake import template
from retnet_core.intake.understanding import PersonalDataError
from retnet_core.store import StoreError

PARTS = {
    "Findings": "findings",
    "Columns": "columns",
    "What changed": "changes",
    "Data sets": "datasets",
}

st.markdown("#### Bring an export")
st.caption(
    "A workbook (xlsx, xls, xlsb, ods), or a file a table (CSV, SAS, Dataset-JSON), with its "
    "mapping file if there is one: drop them together, or as a zip. Files stay on this machine; "
    "what cannot be read leaves the open data as they are."
)
box, buttons = st.columns([4, 1], vertical_alignment="center")
with box:
    bring.take()
with buttons:
    st.download_button(
        "Empty template", template.template, "retnet_template.xlsx", XLSX, on_click="ignore",
        icon=":material/download:", width="stretch",
    )  # fmt: skip
    demo = session.key_of(session.open_demo())
    if session.current_key() != demo:
        st.button("Back to the synthetic export", on_click=session.choose, args=(demo,),
                  width="stretch")  # fmt: skip
bring.answer()

waiting = drafts.current()
if waiting and not waiting.replaces:
    if isinstance(waiting.understood.error, PersonalDataError):
        st.stop()
    st.markdown(f"#### How {escape(waiting.opened.name)} is read")
    columns.show(waiting)
    st.stop()
try:
    opened = session.find(session.current_key())
except (StoreError, ExportError):  # the door has said so
    opened = None
if opened is None:
    datasets.show()
    st.stop()
st.markdown(f"#### Open now: {escape(opened.source.name)}")
if st.session_state.pop(bring.SHOW_FINDINGS, False):
    st.session_state["part"] = next(iter(PARTS))
part = choices.one("Show", PARTS, "part")
if part != "columns" and waiting and waiting.changed and waiting.replaces == opened.source.key:
    so_far = " The findings below are those of the reading so far." if part == "findings" else ""
    st.info(f"A new reading of this export waits under Columns: keep or discard it there.{so_far}")
if part == "findings":
    found.show(opened)
elif part == "columns":
    columns.of_open(session.current_key())
elif part == "changes":
    changes.show(opened)
else:
    datasets.show()
