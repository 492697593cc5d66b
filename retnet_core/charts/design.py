"""The design's question: the observed hazard ratio on its axis, and the events so far."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.design import Design
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.forest import RatioAxis
from retnet_core.charts.theme import TEXT
from retnet_core.protocol import DESIGN_HAZARD_RATIO, arm_title

_GAUGE_HEIGHT = 118
_BAR_HEIGHT = 26
_FONT = 13
_NARROWEST = 4.0
"""The axis reaches at least this ratio, so that the words beside the design's line have room."""
_MARK, _OBSERVED, _LABELS = 58, 36, 12
"""Heights in pixels from the top: the estimate, its words, and the words of the lines."""


def gauge_figure(design: Design, subtitle: str) -> Figure:
    """Draw the observed hazard ratio beside 1 and the design's, and the events beside those needed.

    Parameters
    ----------
    design : Design
        The result.
    subtitle : str
        Of whom.

    Returns
    -------
    Figure
        A log axis with the estimate and its 95% limits (an arrow where they leave the axis), a
        line at 1 and one at the design's hazard ratio; under it a bar of the events so far.
        It states no verdict.
    """
    level, reference = arm_title(design.level), arm_title(design.reference)
    title = f"Hazard ratio observed and expected by the design, {level} over {reference}"
    limits = [design.lower, design.upper, _NARROWEST]
    axis = RatioAxis.covering([design.hr, design.design_hr], limits)
    ends = axis.ticks[0], axis.ticks[-1]
    observed = pd.DataFrame(
        [
            {
                "hr": design.hr,
                "lower": max(design.lower, ends[0]),
                "upper": min(design.upper, ends[1]),
                "words": _observed(design),
            }
        ]
    )
    data = {
        "observed": observed.dropna(),
        "without": pd.DataFrame({"words": [] if len(observed.dropna()) else [_observed(design)]}),
        "arrows": _arrows(design, ends),
        "lines": _lines(design),
        "sides": _sides(level, reference),
        "events": pd.DataFrame(
            [{"events": design.events, "needed": design.events_needed, "words": _events(design)}]
        ),
    }
    most = max(design.events, design.events_needed)
    alternative = f"{title}. {subtitle}. {_told(design)}"
    spec = _spec(axis.ticks, most)
    return Figure(spec, data, title, subtitle, alternative, design.method, design.notes)


def _observed(design: Design) -> str:
    return f"Observed {wording.hazard_ratio(design.hr, design.lower, design.upper)}"


def _events(design: Design) -> str:
    """Say the events so far and those needed."""
    return (
        f"Events so far: {design.events} ({arm_title(design.level)} {design.events_level}, "
        f"{arm_title(design.reference)} {design.events_reference}). Needed by the assumed design: "
        f"{design.events_needed}."
    )


def _expected(design: Design) -> str:
    if design.design_hr > 1:
        return f"Design {design.design_hr:.2f}"
    return f"Design {design.design_hr:.3f} (1/{DESIGN_HAZARD_RATIO:g})"


def _told(design: Design) -> str:
    return f"{_observed(design)}. {_expected(design)}. {_events(design)}"


def _lines(design: Design) -> pd.DataFrame:
    """Give the lines at 1 and at the design's value; their words stand outside of both."""
    left = design.design_hr < 1
    return pd.DataFrame(
        [
            {"at": 1.0, "words": "No difference (1)", "kind": "one",
             "align": "left" if left else "right", "dx": 6 if left else -6},
            {"at": design.design_hr, "words": _expected(design), "kind": "design",
             "align": "right" if left else "left", "dx": -6 if left else 6},
        ]
    )  # fmt: skip


def _sides(level: str, reference: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"at": 1.0, "words": f"← favours {level}", "align": "right", "dx": -10},
            {"at": 1.0, "words": f"favours {reference} →", "align": "left", "dx": 10},
        ]
    )


def _arrows(design: Design, ends: tuple[float, float]) -> pd.DataFrame:
    """Mark limits beyond the axis."""
    low, high = ends
    beyond = [(low, "left")] if design.lower < low else []
    beyond += [(high, "right")] if design.upper > high else []
    return pd.DataFrame(beyond, columns=["at", "side"])


@lru_cache(maxsize=64)
def _spec(ticks: tuple[float, ...], most_events: int) -> dict[str, Any]:
    """Build the chart once for each axis."""
    gauge = alt.layer(*_gauge_layers(ticks)).properties(width=PRINT_WIDTH, height=_GAUGE_HEIGHT)
    bar = alt.layer(*_bar_layers(most_events)).properties(
        width=PRINT_WIDTH,
        height=_BAR_HEIGHT,
        title=alt.TitleParams(" ", fontSize=4, offset=0),
    )
    return finish(alt.vconcat(gauge, bar, stamp_view()))


def _gauge_layers(ticks: tuple[float, ...]) -> list[alt.Chart]:
    scale = alt.Scale(type="log", domain=[ticks[0], ticks[-1]], nice=False)
    axis = alt.Axis(values=list(ticks), format=".3~g", grid=False, title="Hazard ratio",
                    titlePadding=2, labelFlush=False)  # fmt: skip

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, axis=axis)

    kinds = ["one", "design"]
    dash = alt.StrokeDash("kind:N", legend=None,
                          scale=alt.Scale(domain=kinds, range=[[1, 0], [6, 4]]))  # fmt: skip
    shape = alt.Shape("side:N", legend=None, scale=alt.Scale(
        domain=["left", "right"], range=["triangle-left", "triangle-right"]))  # fmt: skip
    mark, above = alt.value(_MARK), alt.value(_OBSERVED)
    lines = _named("lines").mark_rule(color=TEXT, strokeWidth=1.3, opacity=0.8)
    limits = _named("observed").mark_rule(color=TEXT, strokeWidth=2.5)
    point = _named("observed").mark_square(color=TEXT, size=170, opacity=1)
    arrows = _named("arrows").mark_point(color=TEXT, fill=TEXT, size=80, opacity=1)
    return [
        # The lines leave out the height of the estimate's words, which may lie across them.
        lines.encode(x=x("at"), y=alt.value(2), y2=alt.value(_OBSERVED - 11), strokeDash=dash),
        lines.encode(x=x("at"), y=alt.value(_OBSERVED + 9), y2=alt.value(_GAUGE_HEIGHT),
                     strokeDash=dash),
        limits.encode(x=x("lower"), x2="upper:Q", y=mark),
        point.encode(x=x("hr"), y=mark),
        arrows.encode(x=x("at"), y=mark, shape=shape),
        _words("lines").encode(x=x("at"), y=alt.value(_LABELS), text="words:N"),
        _words("sides").encode(x=x("at"), y=alt.value(_GAUGE_HEIGHT - 12), text="words:N"),
        _named("observed").mark_text(fontSize=_FONT, fontWeight="bold", color=TEXT)
        .encode(x=x("hr"), y=above, text="words:N"),
        _named("without").mark_text(fontSize=_FONT, color=TEXT, opacity=0.7, align="left")
        .encode(x=alt.value(6), y=mark, text="words:N"),
    ]  # fmt: skip


def _bar_layers(most_events: int) -> list[alt.Chart]:
    scale = alt.Scale(domain=[0, math.ceil(most_events * 1.05)], nice=False)
    events = _named("events")
    x = alt.X("events:Q", scale=scale, axis=alt.Axis(title="Events", grid=False, tickCount=6,
                                                     tickMinStep=1, titlePadding=2))  # fmt: skip
    return [
        events.mark_bar(color=TEXT, opacity=0.28, height=14).encode(x=x, y=alt.value(17)),
        events.mark_rule(color=TEXT, strokeWidth=2).encode(
            x=alt.X("needed:Q", scale=scale), y=alt.value(6), y2=alt.value(_BAR_HEIGHT)
        ),
        events.mark_text(fontSize=_FONT, color=TEXT, align="left").encode(
            x=alt.value(0), y=alt.value(-2), text="words:N"
        ),
    ]


def _named(data: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=data))


def _words(data: str) -> alt.Chart:
    return _named(data).mark_text(
        fontSize=_FONT, color=TEXT, align=alt.expr("datum.align"), dx=alt.expr("datum.dx")
    )
