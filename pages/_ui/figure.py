"""How a figure is shown: who is in it, the chart, how it was made, its numbers, downloads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages._ui.text import escape
from retnet_core import Trial
from retnet_core.analysis.result import Result
from retnet_core.charts.figure import Figure
from retnet_core.publish import image, provenance, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def heading(figure: Figure) -> None:
    """Say what is shown, and of whom."""
    st.markdown(f"#### {escape(figure.title)}\n:gray[{escape(figure.subtitle)}]")


def chart(figure: Figure, trial: Trial, key: str) -> None:
    """Draw the chart, with the line that says where it comes from."""
    line = _stamp(figure, trial).line()
    # Streamlit would not stretch a concatenation that holds layers by itself.
    st.vega_lite_chart(
        spec=figure.stamped(line).on_page(), width="stretch", alt=figure.alt, key=key
    )


def explain(*results: Result) -> None:
    """Print the methods and the remarks of what is shown."""
    for result in results:
        st.caption(escape(result.method))
    for note in dict.fromkeys(note for result in results for note in result.notes):
        st.caption(f":material/info: {escape(note)}")


def downloads(
    figure: Figure,
    tables: Mapping[str, pd.DataFrame],
    trial: Trial,
    name: str,
    others: Sequence[Result] = (),
) -> None:
    """Offer the picture and the numbers; files are made when they are asked for.

    ``others`` are the results besides the figure's own of which tables are in the workbook.
    """
    stamp = _stamp(figure, trial)
    numbers = replace(
        stamp,
        method=" ".join(dict.fromkeys([stamp.method, *(result.method for result in others)])),
        notes=tuple(dict.fromkeys([*stamp.notes, *(n for result in others for n in result.notes)])),
    )
    stamped = figure.stamped(stamp.line(), stamp.method)
    files = (
        ("PNG (300 dpi)", "png", "image/png", lambda: image.png(stamped)),
        ("SVG", "svg", "image/svg+xml", lambda: image.svg(stamped)),
        ("XLSX (numbers)", "xlsx", XLSX, lambda: workbook.workbook(tables, numbers)),
    )
    name = re.sub(r"\W+", "_", name).strip("_").lower()
    with st.container(horizontal=True):
        for label, ending, mime, make in files:
            st.download_button(
                label, make, f"retnet_{name}.{ending}", mime, key=f"{name}_{ending}",
                on_click="ignore", icon=":material/download:",
            )  # fmt: skip


def _stamp(figure: Figure, trial: Trial) -> provenance.Stamp:
    return provenance.stamp(trial, figure.method, title=figure.title, notes=figure.notes)
