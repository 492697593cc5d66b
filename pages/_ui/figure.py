"""How a figure is shown: who is in it, the chart, how it was made, its numbers, downloads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from pages._ui.text import escape
from retnet_core import Trial
from retnet_core.analysis.result import Caution, Result
from retnet_core.charts.figure import Figure
from retnet_core.publish import image, provenance, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def heading(figure: Figure) -> None:
    """Say what is shown, of whom, and what must be known before it is believed."""
    st.markdown(f"#### {escape(figure.title)}\n:gray[{escape(figure.subtitle)}]")
    for caution in figure.cautions:
        st.markdown(f":orange[:material/warning:] {escape(caution)}")


def chart(figure: Figure, trial: Trial, key: str) -> None:
    """Draw the chart, with the lines that any picture of it carries."""
    lines = (*figure.cautions, _stamp(figure, trial).line())
    # Streamlit would not stretch a concatenation that holds layers by itself.
    st.vega_lite_chart(
        spec=figure.stamped(*lines).on_page(), width="stretch", alt=figure.alt, key=key
    )


def explain(*results: Result | Figure) -> None:
    """Print the methods and the remarks of what is shown; over a figure stand its cautions."""
    over = {note for one in results if isinstance(one, Figure) for note in one.cautions}
    for result in results:
        st.caption(escape(result.method))
    for note in dict.fromkeys(note for result in results for note in result.notes):
        if note not in over:
            icon = "warning" if isinstance(note, Caution) else "info"
            st.caption(f":material/{icon}: {escape(note)}")


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
    stamped = figure.stamped(stamp.line(), stamp.method)
    with st.container(horizontal=True):
        _button("PNG (300 dpi)", lambda: image.png(stamped), name, "png", "image/png")
        _button("SVG", lambda: image.svg(stamped), name, "svg", "image/svg+xml")
        numbers(figure.title, tables, trial, name, [figure, *others])


def numbers(
    title: str,
    tables: Mapping[str, pd.DataFrame],
    trial: Trial,
    name: str,
    results: Sequence[Result | Figure],
) -> None:
    """Offer tables as a workbook that says how all of them were made."""
    stamp = provenance.stamp(
        trial,
        " ".join(dict.fromkeys(result.method for result in results)),
        title=title,
        notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
    )
    _button("XLSX (numbers)", lambda: workbook.workbook(tables, stamp), name, "xlsx", XLSX)


def _button(label: str, make: Callable[[], bytes | str], name: str, ending: str, mime: str) -> None:
    name = re.sub(r"\W+", "_", name).strip("_").lower()
    st.download_button(
        label, make, f"retnet_{name}.{ending}", mime, key=f"{name}_{ending}",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def _stamp(figure: Figure, trial: Trial) -> provenance.Stamp:
    return provenance.stamp(trial, figure.method, title=figure.title, notes=figure.notes)
