"""A Figure: a Vega-Lite spec made once per shape, and the frames that fill it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from retnet_core.analysis.result import Caution
from retnet_core.charts.theme import PRINT_CONFIG, TEXT

PRINT_WIDTH = 900
_STAMP = "stamp"
_STAMP_WIDTH = 105
_CAUTION_WIDTH = 110
"""Letters of a line over a picture, in the size of its subtitle."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart with everything that must travel with it.

    Attributes
    ----------
    spec : dict
        Vega-Lite whose data are names only; shared between figures, never changed.
    data : mapping of str to pandas.DataFrame
        The frames by those names.
    title, subtitle : str
        What is shown, and of whom.
    alt : str
        The figure in words, for those who cannot see it.
    method : str
        How the numbers were made, in a sentence.
    notes : tuple of str
        Remarks a reader needs.
    """

    spec: Mapping[str, Any]
    data: Mapping[str, pd.DataFrame]
    title: str
    subtitle: str
    alt: str
    method: str
    notes: tuple[str, ...] = ()

    @property
    def cautions(self) -> tuple[str, ...]:
        """The notes that stand at the figure itself."""
        return tuple(dict.fromkeys(note for note in self.notes if isinstance(note, Caution)))

    def stamped(self, *lines: str) -> Figure:
        """Give a copy with lines drawn under the chart that say where it comes from."""
        wrapped = [part for line in lines for part in textwrap.wrap(line, _STAMP_WIDTH)]
        stamp = pd.DataFrame({"line": ["\n".join(wrapped)]})
        return replace(self, data={**self.data, _STAMP: stamp})

    def on_page(self) -> dict[str, Any]:
        """Give the spec with its frames, for ``st.vega_lite_chart``."""
        return {**self.spec, "datasets": dict(self.data)}

    def filled(self) -> dict[str, Any]:
        """Give a self-contained light spec with title, cautions and records, for a picture file."""
        records = {name: _records(frame) for name, frame in self.data.items()}
        config = _merged(self.spec.get("config", {}), PRINT_CONFIG)
        told = [part for line in self.cautions for part in textwrap.wrap(line, _CAUTION_WIDTH)]
        title = {"text": self.title, "subtitle": [self.subtitle, *told] if told else self.subtitle}
        return {
            **self.spec,
            "title": title,
            "config": config,
            "datasets": records,
            "padding": 12,
        }


def _merged(config: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one Vega-Lite config over another, block by block."""
    blocks = {
        name: {**config.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in over.items()
    }
    return {**config, **blocks}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as plain values: dates as text, missing as null, floats in full."""
    as_json = frame.to_json(orient="records", date_format="iso", double_precision=15)
    rows: list[dict[str, Any]] = json.loads(as_json)
    return rows


def stamp_view() -> alt.Chart:
    """Draw the provenance line; it belongs under every figure, so that any picture carries it."""
    return (
        alt.Chart(alt.NamedData(name=_STAMP))
        .mark_text(
            align="left", baseline="top", fontSize=9, opacity=0.75, lineBreak="\n", color=TEXT
        )
        .encode(x=alt.value(0), y=alt.value(0), text=alt.Text("line:N"))
        .properties(height=22, width=PRINT_WIDTH)
    )


def finish(chart: alt.VConcatChart) -> dict[str, Any]:
    """Turn a concatenated chart into the spec of a Figure that fits the page's width."""
    spec: dict[str, Any] = (
        chart.configure_view(stroke=None)
        .configure_concat(spacing=4)
        .configure_axis(labelFontSize=13, titleFontSize=13, labelPadding=5)
        .configure_legend(labelFontSize=13, titleFontSize=13)
        .to_dict(validate=False)
    )
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec
