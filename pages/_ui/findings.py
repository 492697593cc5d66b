"""What intake found, as a sortable table with a download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.figure import XLSX
from pages._ui.text import escape
from retnet_core import Trial
from retnet_core.publish import provenance, workbook

_WIDTHS = {
    "severity": 85, "sheet": 110, "row": 55, "column": 130, "value": 100, "problem": 330,
    "remedy": 240,
}  # fmt: skip


def show_findings(findings: pd.DataFrame, name: str, trial: Trial | None = None) -> None:
    """Draw findings, worst first, one of them in full, and offer all as a file.

    The file is stamped where the findings are of an opened trial.
    """
    picked = st.dataframe(
        findings,
        hide_index=True,
        column_order=list(_WIDTHS),
        column_config={
            column: st.column_config.Column(column.capitalize(), width=width)
            for column, width in _WIDTHS.items()
        },
        height=min(35 * len(findings) + 38, 320),
        key=f"{name}_findings",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}},
        placeholder="",
        alt="What intake found",
    ).selection.rows

    st.caption("Tick a row to read it in full.")

    def make() -> bytes:
        frames = {"Findings": findings}
        if trial is None:
            return workbook.sheets(frames)
        stamp = provenance.stamp(trial.whole, "Intake of the file.", title="Findings")
        return workbook.workbook(frames, stamp)

    if picked:
        finding = findings.iloc[picked[0]]
        st.info(f"**{escape(finding['problem'])}** {escape(finding['remedy'])}")
    st.download_button(
        "Findings (XLSX)", make, f"{name}_findings.xlsx", XLSX, key=f"{name}_file",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
