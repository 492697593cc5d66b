"""What intake found: a row a problem, worst first, and every finding by itself, with a download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.figure import XLSX
from pages._ui.text import escape
from retnet_core import Trial
from retnet_core.charts import readout
from retnet_core.intake.grouped import by_problem
from retnet_core.publish import provenance, workbook

_EVERY = "everything"
_A_PAGE = 25
"""Problems that a page of the table has: each cell of it is laid out by the browser."""
_WIDTHS = {
    "severity": 85, "sheet": 110, "row": 55, "column": 130, "value": 100, "problem": 330,
    "remedy": 240,
}  # fmt: skip


def show_findings(findings: pd.DataFrame, name: str, trial: Trial | None = None) -> None:
    """Draw findings by problem, worst first, and offer all as a file.

    The file is stamped where the findings are of an opened trial. Other findings have other
    choices and pages: their number is in the keys, so that none is left over.
    """
    problems = by_problem(findings)
    shown = _of_severity(problems, name)
    pages = -(-len(shown) // _A_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"{name}_page_of_{len(shown)}")
    part = shown.iloc[(page - 1) * _A_PAGE : page * _A_PAGE]
    _table(part)
    _one_by_one(findings, name)

    def make() -> bytes:
        frames = {"Findings": findings}
        if trial is None:
            return workbook.sheets(frames)
        stamp = provenance.stamp(trial.whole, "Intake of the file.", title="Findings")
        return workbook.workbook(frames, stamp)

    st.download_button(
        "Findings (XLSX)", make, f"{name}_findings.xlsx", XLSX, key=f"{name}_file",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def _table(problems: pd.DataFrame) -> None:
    """Lay out problems so that all of their text can be read: `st.table` cuts long cells."""
    told = readout.problems(problems)
    cells = told.map(lambda text: escape(" ".join(text.split())))
    lines = [[str(title) for title in told], ["---"] * told.shape[1], *cells.to_numpy().tolist()]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _of_severity(problems: pd.DataFrame, name: str) -> pd.DataFrame:
    """Take the problems of one severity, or all; the choice says how many there are."""
    counts = problems["severity"].value_counts(sort=False).to_dict()
    if len(counts) < 2:
        return problems
    counts = {_EVERY: len(problems), **counts}
    picked = st.segmented_control(
        "Problems", list(counts), default=_EVERY, required=True,
        key=f"{name}_severity_{len(problems)}",
        format_func=lambda one: f"{one.capitalize()} ({counts[one]:,})",
        label_visibility="collapsed",
    )  # fmt: skip
    return problems if picked in (_EVERY, None) else problems[problems["severity"] == picked]


def _one_by_one(findings: pd.DataFrame, name: str) -> None:
    """List every finding by itself; a long list goes to the browser only when it is opened."""
    box = st.expander(
        f"Every finding by itself ({len(findings):,})", key=f"{name}_each", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        st.dataframe(
            findings,
            hide_index=True,
            column_order=list(_WIDTHS),
            column_config={
                column: st.column_config.Column(column.capitalize(), width=width)
                for column, width in _WIDTHS.items()
            },
            height=min(35 * len(findings) + 38, 420),
            placeholder="",
            alt="Every finding of intake",
        )
