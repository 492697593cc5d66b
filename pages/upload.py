"""The data: bring an export, see what intake found, go back to the demonstration."""

from __future__ import annotations

import streamlit as st

from pages._ui import session, table
from pages._ui.figure import XLSX
from pages._ui.findings import show_findings
from pages._ui.text import escape
from retnet_core import ExportError, Trial, load_export
from retnet_core.charts import readout
from retnet_core.intake import template
from retnet_core.intake.files import bundle


def open_files() -> None:
    """Read what was dropped; only an export that opens changes what is looked at."""
    number = st.session_state.setdefault("uploads", 0)
    files = st.file_uploader(
        "Export", accept_multiple_files=True, key=f"upload_{number}", label_visibility="collapsed"
    )
    if not files:
        return
    dropped = tuple(file.file_id for file in files)
    names = ", ".join(file.name for file in files)
    # A file that cannot be read stays in the box: it is told again, but not read again.
    read, error = st.session_state.get("rejected", ((), None))
    if read != dropped:
        try:
            with st.spinner(f"Reading {escape(names)}"):
                trial = _load([(file.name, file.getvalue()) for file in files], names)
        except ExportError as problem:
            error = problem
            st.session_state["rejected"] = (dropped, error)
        else:
            session.choose(session.keep(trial))
            st.session_state["uploads"] = number + 1
            st.rerun()
    st.error(f"{escape(names)} was not opened. {escape(str(error))}")
    if len(error.findings) > 1:  # the first is the sentence itself
        show_findings(error.findings, "rejected")


def _load(content: list[tuple[str, bytes]], names: str) -> Trial:
    if len(content) == 1:
        return load_export(content[0][1], content[0][0])
    return load_export(bundle(content), names)


def describe(trial: Trial) -> None:
    """Say what is open: rows that add up, tables, findings."""
    source = trial.source
    st.markdown(f"#### Open now: {escape(source.name)}")
    st.caption(
        f"{escape(source.layout)} · SHA-256 {source.sha256[:12]} · "
        + (f"data cut {source.data_cut:%d %b %Y}" if source.data_cut else "data cut unknown")
    )
    st.markdown(
        f"**{source.rows_read:,}** rows read = **{source.rows_used:,}** used + "
        f"**{source.rows_set_aside:,}** set aside"
    )
    if trial.findings.empty:
        st.success("Intake found nothing to remark.")
    else:
        show_findings(trial.findings, "retnet", trial)
    table.show(readout.contents(trial), "Rows of each table")


st.markdown("#### Bring an export")
st.markdown(
    "A workbook (xlsx, xls, xlsb, ods), or a file a table (CSV, SAS, Dataset-JSON): drop them "
    "together, or as a zip. Files stay on this machine; what cannot be read leaves the open data "
    "as they are."
)
open_files()
with st.container(horizontal=True):
    st.download_button(
        "Empty template", template.template, "retnet_template.xlsx", XLSX, on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
    demo = session.open_demo()
    if session.current_key() != session.key_of(demo):
        st.button(
            "Back to the synthetic export", on_click=session.choose, args=(session.key_of(demo),)
        )
opened = session.find(session.current_key())
if opened is not None:
    describe(opened)
