"""What intake found in the open export: rows that add up, tables, findings."""

from __future__ import annotations

import streamlit as st

from pages._ui import table
from pages._ui.figure import XLSX
from pages._ui.findings import show_findings
from pages._ui.text import escape
from retnet_core import Trial
from retnet_core.charts import readout
from retnet_core.publish import corrections


def show(trial: Trial) -> None:
    """Say what was found, and offer what is to be corrected as a workbook."""
    source = trial.source
    st.caption(
        f"{escape(source.layout)} · SHA-256 {source.sha256[:12]} · "
        + (f"data cut {source.data_cut:%d %b %Y}" if source.data_cut else "data cut unknown")
    )
    st.markdown(
        f"**{source.rows_read:,}** rows read = **{source.rows_used:,}** used + "
        f"**{source.rows_set_aside:,}** set aside"
    )
    table.show(readout.contents(trial), "Rows of each table")
    if trial.findings.empty:
        st.success("Intake found nothing to remark.")
    else:
        show_findings(trial.findings, "retnet", trial)
        st.download_button(
            "To correct (XLSX)", lambda: corrections.workbook(trial.whole),
            "retnet_to_correct.xlsx", XLSX, key="to_correct", on_click="ignore",
            icon=":material/download:",
            help="A workbook to send back to who keeps the data: a row for each cell, with room "
            "for the corrected value.",
        )  # fmt: skip
