"""Forest plot: hazard ratios by subgroup, with the numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.subgroups import OVERALL, Forest
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.theme import TEXT
from retnet_core.protocol import arm_title

_ROW_HEIGHT = 17
_HEAD_ROWS = 2.7
_AXIS_ROWS = 2.2
_WIDEST = 8.0
"""Limits may reach this ratio, or its inverse, before they are cut; hazard ratios never are."""
# Where the columns stand, as shares of the width: one scale for text and plot fits any page.
_NAME, _INDENT, _LEVEL, _REFERENCE = 0.0, 0.014, 0.30, 0.395
_PLOT = (0.455, 0.765)
_RATIO, _P = 0.78, 1.0
_LARGEST, _SMALLEST = 190.0, 24.0


@dataclass(frozen=True)
class RatioAxis:
    """A log axis of ratios, as wide below 1 as above, whose ticks are powers of 2.

    Attributes
    ----------
    ticks : tuple of float
        From the lowest to the highest; the axis ends there.
    """

    ticks: tuple[float, ...]

    @classmethod
    def covering(cls, ratios: Sequence[float], limits: Sequence[float]) -> RatioAxis:
        """Choose an axis that holds all ratios, and their limits as far as 1/8 and 8."""
        logs = [abs(math.log2(ratio)) for ratio in ratios if not math.isnan(ratio)]
        far = [min(max(limit, 1 / _WIDEST), _WIDEST) for limit in limits if not math.isnan(limit)]
        logs += [abs(math.log2(limit)) for limit in far]
        doublings = max(1, math.ceil(max(logs, default=1)))
        step = math.ceil(doublings / 4)
        most = math.ceil(doublings / step)
        return cls(tuple(2.0 ** (step * i) for i in range(-most, most + 1)))

    def place(self, ratio: float) -> float:
        """Give the place of a ratio across the figure, at an end where it lies beyond."""
        start, end = _PLOT
        inside = min(max(ratio, self.ticks[0]), self.ticks[-1])
        return (start + end + (end - start) * math.log(inside) / math.log(self.ticks[-1])) / 2


def forest_figure(forest: Forest, subtitle: str) -> Figure:
    """Draw hazard ratios by subgroup.

    A row a level under the heading of its dimension: events and patients of both arms, a square
    whose area grows with the events, 95% limits (an arrow where they leave the axis), the hazard
    ratio in figures and, beside the heading, the p-value of the interaction. The diamond is all
    patients. Where there is no hazard ratio the row says why.

    Parameters
    ----------
    forest : Forest
        The result.
    subtitle : str
        Of whom.

    Returns
    -------
    Figure
    """
    level, reference = arm_title(forest.level), arm_title(forest.reference)
    title = f"Hazard ratio by subgroup, {level} over {reference}"
    axis = _axis(forest.table)
    headings, levels = _laid_out(forest)
    n_rows = len(headings) + len(levels) - 1
    drawn = levels[levels["estimable"]]
    inner = drawn[drawn["dimension"] != OVERALL]
    data = {
        "bands": _bands(headings, n_rows),
        "lines": pd.DataFrame(_lines(drawn, axis, n_rows)),
        "squares": _squares(inner, axis),
        "diamond": _diamond(drawn[drawn["dimension"] == OVERALL], axis),
        "arrows": pd.DataFrame(_arrows(inner, axis), columns=["x", "y", "side"]),
        "texts": pd.DataFrame(
            [
                *_titles(level, reference),
                *_heading_texts(headings),
                *_level_texts(levels),
                *_axis_texts(level, reference, axis, n_rows),
            ]
        ),
    }
    alternative = _alternative(forest, title, subtitle)
    return Figure(_spec(n_rows), data, title, subtitle, alternative, forest.method, forest.notes)


def _axis(table: pd.DataFrame) -> RatioAxis:
    return RatioAxis.covering([*table["hr"]], [*table["lower"], *table["upper"]])


def _laid_out(forest: Forest) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give headings (row, name, tested, faint) and levels (of the table, with row) their rows.

    All patients stand in the row of their heading.
    """
    tests = forest.interaction.set_index("dimension")
    headings: list[dict[str, Any]] = []
    places: list[int] = []
    row = 0
    for dimension, block in forest.table.groupby("dimension", sort=False):
        heading = {"row": row, "name": forest.names[str(dimension)], "tested": "", "faint": False}
        if dimension != OVERALL:
            test = tests.loc[dimension]
            p = wording.p_value(float(test["p"])).removeprefix("p ").removeprefix("= ")
            heading |= {"tested": test["reason"] or p, "faint": bool(test["reason"])}
            row += 1
        headings.append(heading)
        places += range(row, row + len(block))
        row += len(block)
    return pd.DataFrame(headings), forest.table.assign(row=places)


def _text(
    x: float, row: float, text: str, align: str = "left", bold: bool = False, faint: bool = False
) -> dict[str, Any]:
    return {"x": x, "y": row, "text": text, "align": align, "bold": bold, "faint": faint}


def _titles(level: str, reference: str) -> Iterator[dict[str, Any]]:
    """Write the heads of the columns, in two lines."""
    first, second = -2.2, -1.25
    yield _text(_NAME, second, "Subgroup", bold=True)
    for x, arm in ((_LEVEL, level), (_REFERENCE, reference)):
        yield _text(x, first, arm, "center", bold=True)
        yield _text(x, second, "events/n", "center")
    yield _text(_RATIO, second, "HR (95% CI)", bold=True)
    yield _text(_P, first, "Interaction", "right", bold=True)
    yield _text(_P, second, "p", "right")


def _heading_texts(headings: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for heading in rows(headings):
        yield _text(_NAME, heading.row, heading.name, bold=True)
        yield _text(_P, heading.row, heading.tested, "right", faint=heading.faint)


def _level_texts(levels: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Write name, events and patients, and the hazard ratio or why there is none."""
    for row in rows(levels):
        overall = row.dimension == OVERALL
        if not overall:
            yield _text(_INDENT, row.row, row.level.replace(">=", "≥"))
        sides = (
            (_LEVEL, row.events_level, row.n_level),
            (_REFERENCE, row.events_reference, row.n_reference),
        )
        for x, events, n in sides:
            yield _text(x, row.row, f"{events}/{n}", "center", overall)
        words = _ratio(row) if row.estimable else row.reason
        yield _text(_RATIO, row.row, words, bold=overall, faint=not row.estimable)


def _ratio(row: Any) -> str:
    """Write a hazard ratio without repeating the head of its column."""
    return wording.hazard_ratio(row.hr, row.lower, row.upper).replace("95% CI ", "")


def _axis_texts(
    level: str, reference: str, axis: RatioAxis, n_rows: int
) -> Iterator[dict[str, Any]]:
    """Write the ticks, and which side favours whom."""
    for tick in axis.ticks:
        yield _text(axis.place(tick), n_rows + 0.5, f"{tick:.3g}", "center")
    gap = 0.012
    yield _text(axis.place(1) - gap, n_rows + 1.6, f"← favours {level}", "right")
    yield _text(axis.place(1) + gap, n_rows + 1.6, f"favours {reference} →")


def _lines(drawn: pd.DataFrame, axis: RatioAxis, n_rows: int) -> Iterator[dict[str, Any]]:
    """Give axis, ticks, the line at 1, the one at the overall ratio, and the limits."""
    bottom = n_rows - 0.4
    yield _line((_NAME, _P), (-0.65, -0.65), "frame")
    yield _line(_PLOT, (bottom, bottom), "frame")
    for tick in axis.ticks:
        yield _line((axis.place(tick),) * 2, (bottom, bottom + 0.3), "frame")
    yield _line((axis.place(1),) * 2, (-0.65, bottom), "one")
    for row in rows(drawn):
        if row.dimension == OVERALL:
            yield _line((axis.place(row.hr),) * 2, (row.row, bottom), "overall")
        else:
            yield _line((axis.place(row.lower), axis.place(row.upper)), (row.row,) * 2, "limits")


def _line(x: tuple[float, float], y: tuple[float, float], kind: str) -> dict[str, Any]:
    return {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1], "kind": kind}


def _bands(headings: pd.DataFrame, n_rows: int) -> pd.DataFrame:
    """Shade every other dimension."""
    starts = [*headings["row"], n_rows]
    bands = pd.DataFrame({"y": starts[:-1], "y2": starts[1:]}) - 0.5
    return bands.iloc[::2].assign(x=_NAME, x2=_P)


def _squares(inner: pd.DataFrame, axis: RatioAxis) -> pd.DataFrame:
    """Give each level its square: x, y, size (area by events), and what the pointer reads."""
    most = max(inner["events"].max(), 1) if len(inner) else 1
    return pd.DataFrame(
        {
            "x": [axis.place(hr) for hr in inner["hr"]],
            "y": inner["row"].to_list(),
            "size": [max(_LARGEST * events / most, _SMALLEST) for events in inner["events"]],
            "level": inner["level"].to_list(),
            "ratio": [_ratio(row) for row in rows(inner)],
            "p": [wording.p_value(p) for p in inner["p"]],
            "events": [f"{row.events} in {row.n} patients" for row in rows(inner)],
        }
    )


def _diamond(overall: pd.DataFrame, axis: RatioAxis) -> pd.DataFrame:
    """Give the corners of the diamond: x, y (upper edge), y2 (lower edge)."""
    corners = [
        (axis.place(value), row.row - half, row.row + half)
        for row in rows(overall)
        for value, half in ((row.lower, 0.0), (row.hr, 0.36), (row.upper, 0.0))
    ]
    return pd.DataFrame(corners, columns=["x", "y", "y2"])


def _arrows(inner: pd.DataFrame, axis: RatioAxis) -> Iterator[dict[str, Any]]:
    """Mark limits beyond the axis."""
    for row in rows(inner):
        if row.lower < axis.ticks[0]:
            yield {"x": _PLOT[0], "y": row.row, "side": "left"}
        if row.upper > axis.ticks[-1]:
            yield {"x": _PLOT[1], "y": row.row, "side": "right"}


def _alternative(forest: Forest, title: str, subtitle: str) -> str:
    told = "; ".join(
        f"{forest.names[row.dimension]}{'' if row.dimension == OVERALL else ' ' + row.level}: "
        f"{wording.hazard_ratio(row.hr, row.lower, row.upper) if row.estimable else row.reason}"
        for row in rows(forest.table)
    )
    tests = "; ".join(
        f"{forest.names[row.dimension]} {row.reason or wording.p_value(row.p)}"
        for row in rows(forest.interaction)
    )
    return f"Forest plot. {title}. {subtitle}. {told}. Interaction: {tests or 'none tested'}."


@lru_cache(maxsize=64)
def _spec(n_rows: int) -> dict[str, Any]:
    """Build the chart once for each number of rows; all else, the axis too, is data."""
    shown = n_rows + _HEAD_ROWS + _AXIS_ROWS
    domain = [-_HEAD_ROWS, n_rows + _AXIS_ROWS]
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False, zero=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=domain, reverse=True, nice=False, zero=False),
              axis=None)  # fmt: skip
    bands = (
        _named("bands").mark_rect(color=TEXT, opacity=0.05).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    )
    kinds = ["frame", "one", "overall", "limits"]
    lines = (
        _named("lines")
        .mark_rule(color=TEXT)
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            strokeWidth=_by_kind(alt.StrokeWidth, kinds, [1, 1, 1, 1.5]),
            opacity=_by_kind(alt.Opacity, kinds, [0.6, 0.8, 0.45, 1]),
            strokeDash=_by_kind(alt.StrokeDash, kinds, [[1, 0], [1, 0], [3, 3], [1, 0]]),
        )
    )
    diamond = _named("diamond").mark_area(color=TEXT, opacity=1).encode(x=x, y=y, y2="y2:Q")
    read = {"level": "Subgroup", "ratio": "HR (95% CI)", "p": "Wald test", "events": "Events"}
    tooltip = [alt.Tooltip(f"{column}:N", title=name) for column, name in read.items()]
    squares = (
        _named("squares")
        .mark_square(color=TEXT, opacity=1)
        .encode(x=x, y=y, size=alt.Size("size:Q", scale=None), tooltip=tooltip)
    )
    shape = alt.Scale(domain=["left", "right"], range=["triangle-left", "triangle-right"])
    arrows = (
        _named("arrows")
        .mark_point(color=TEXT, fill=TEXT, size=50, opacity=1)
        .encode(x=x, y=y, shape=alt.Shape("side:N", scale=shape, legend=None))
    )
    texts = (
        _named("texts")
        .mark_text(
            fontSize=12.5,
            baseline="middle",
            color=TEXT,
            align=alt.expr("datum.align"),
            fontWeight=alt.expr("datum.bold ? 'bold' : 'normal'"),
            opacity=alt.expr("datum.faint ? 0.6 : 1"),
        )
        .encode(x=x, y=y, text="text:N")
    )
    chart = alt.layer(bands, lines, diamond, squares, arrows, texts)
    sized = chart.properties(width=PRINT_WIDTH, height=round(_ROW_HEIGHT * shown))
    return finish(alt.vconcat(sized, stamp_view()))


def _named(data: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=data))


def _by_kind(channel: Any, kinds: list[str], values: list[Any]) -> Any:
    return channel("kind:O", scale=alt.Scale(domain=kinds, range=values), legend=None)
