"""Hazard ratios over time: scaled Schoenfeld residuals with their smoothed line."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.proportional_hazards import (
    ProportionalHazards,
    compared,
    comparison_title,
    summary,
)
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.forest import RatioAxis
from retnet_core.charts.frames import rows
from retnet_core.charts.theme import TEXT
from retnet_core.charts.timeline import axis_ticks, months_axis, months_since, pointer_rule, thin
from retnet_core.trial import join_words

_MOST_PANELS = 4
_PANELS_HEIGHT = 330
_LEAST_PANEL = 105
_HEADING_HEIGHT = 18
_MOST = 256.0
"""Ratios beyond it, or its inverse, are never held by an axis."""
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Steps of an axis of ratios too near 1 for powers of 2, such as those of a year of age."""


def schoenfeld_figure(result: ProportionalHazards, subtitle: str) -> Figure:
    """Draw the course of hazard ratios over time, a panel a term, at most four, groups first.

    Points are the scaled Schoenfeld residuals plus the coefficient, one an event; the line is
    their smooth course with its 95% band, missing where event times are too few. A level dashed
    line is the hazard ratio of the model, a thin one a ratio of 1. The axis is that of the line
    and its band; points beyond it are triangles at its edge.

    Parameters
    ----------
    result : ProportionalHazards
        The result.
    subtitle : str
        Of whom.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If ``result.residuals`` is empty: there is no test, and the result's notes say why.
    """
    if result.residuals.empty:
        raise ValueError(f"there are no residuals to draw. {' '.join(result.notes[-1:])}")
    every = list(result.coefficients["term"])
    terms = every[:_MOST_PANELS]
    ticks = axis_ticks(float(result.residuals["months"].max()))
    data: dict[str, pd.DataFrame] = {}
    axes, beyond = [], 0
    for i, term in enumerate(terms):
        axis, frames = _drawn(result, term, ticks[-1])
        axes.append(axis)
        beyond += int((frames["points"]["side"] != "inside").sum())
        data |= {f"{name}{i}": frame for name, frame in frames.items()}
    title = "Hazard ratio over time"
    if len(every) == 1:
        title = f"{title}, {comparison_title(result, every[0])}"
    alternative = (
        "Scaled Schoenfeld residuals over time with a smoothed line. "
        f"{title}. {subtitle}. {summary(result)}"
    )
    notes = (*result.notes, *_notes(result, terms, every[_MOST_PANELS:], beyond))
    spec = _spec(tuple(axes), ticks, result.origin)
    return Figure(spec, data, title, subtitle, alternative, result.method, notes)


def _drawn(
    result: ProportionalHazards, term: str, end: float
) -> tuple[tuple[float, ...], dict[str, pd.DataFrame]]:
    """Give a panel's ticks and frames."""
    own = result.residuals[result.residuals["term"] == term]
    ratio = float(result.coefficients.loc[result.coefficients["term"] == term, "hr"].iloc[0])
    axis = _axis(own, ratio)
    line = thin(_line(own), end)
    return axis, {
        "points": _points(own, axis),
        "line": line,
        "model": pd.DataFrame({"ratio": [ratio]}),
        "reading": _reading(line),
        "heading": pd.DataFrame({"text": [_heading(result, term, ratio)]}),
    }


def _axis(own: pd.DataFrame, ratio: float) -> tuple[float, ...]:
    """Choose the ticks of a panel, which ends at the outer ones: it holds line and band."""
    known = own.dropna(subset=["smooth", "lower"])
    line = [ratio, *_ratios(known["smooth"])]
    limits = _ratios(known[["lower", "upper"]] if len(known) else own["residual"]).ravel()
    line, limits = (np.clip(values, 1 / _MOST, _MOST).tolist() for values in (line, limits))
    furthest = max(max(value, 1 / value) for value in (*line, *limits)) - 1
    step = next((step for step in _STEPS if 2 * step >= furthest), None)
    if step is None:
        return RatioAxis.covering(line, limits).ticks
    return tuple(round(1 + k * step, 2) for k in range(-2, 3))


def _ratios(logs: pd.Series | pd.DataFrame) -> npt.NDArray[np.float64]:
    """Give hazard ratios for their logs; no axis holds what is cut here, and e^10000 is none."""
    ratios: npt.NDArray[np.float64] = np.exp(logs.to_numpy(dtype=float).clip(-10, 10))
    return ratios


def _points(own: pd.DataFrame, axis: tuple[float, ...]) -> pd.DataFrame:
    """Give the points: months, ratio (at the edge where it lies beyond), side."""
    ratio = _ratios(own["residual"])
    side = np.where(ratio > axis[-1], "above", np.where(ratio < axis[0], "below", "inside"))
    inside = ratio.clip(axis[0], axis[-1])
    return pd.DataFrame({"months": own["months"].to_numpy(), "ratio": inside, "side": side})


def _line(own: pd.DataFrame) -> pd.DataFrame:
    """Give the smoothed line: months, ratio, lower, upper; a row an event time, none without."""
    known = own.dropna(subset=["smooth"]).drop_duplicates("months")
    ratios = _ratios(known[["smooth", "lower", "upper"]])
    frame = pd.DataFrame(ratios, columns=["ratio", "lower", "upper"])
    frame.insert(0, "months", known["months"].to_numpy())
    return frame


def _reading(line: pd.DataFrame) -> pd.DataFrame:
    """Read the line at each event time: months, month and ratio as text."""
    return pd.DataFrame(
        {
            "months": line["months"],
            "month": [f"{months:.1f}" for months in line["months"]],
            "ratio": [wording.hazard_ratio(r.ratio, r.lower, r.upper) for r in rows(line)],
        }
    )


def _heading(result: ProportionalHazards, term: str, ratio: float) -> str:
    p = float(result.table.loc[result.table["term"] == term, "p"].iloc[0])
    return (
        f"{comparison_title(result, term)}: {wording.p_value(p)} for a change over time; "
        f"hazard ratio of the model {ratio:.2f} (dashed)"
    )


def _notes(
    result: ProportionalHazards, terms: list[str], left_out: list[str], beyond: int
) -> tuple[str, ...]:
    notes = []
    if len(result.coefficients) == 1:
        above, below = compared(result, terms[0])
        notes.append(
            f"Points are single events: those above the dashed line in {above}, those below in "
            f"{below}; on it only one group was still followed. Only the line shows a course."
        )
    drawn = result.residuals[result.residuals["term"].isin(terms)]
    if beyond:
        notes.append(
            f"{beyond} of {wording.count(len(drawn), 'point')} lie beyond the axis, which is that "
            "of the line and its band: triangles at the edge."
        )
    without = drawn.groupby("term", sort=False)["smooth"].apply(lambda line: line.isna().all())
    bare = [comparison_title(result, term) for term in without.index[without]]
    if bare:
        notes.append(f"Too few event times for a line: {join_words(bare)}.")
    if left_out:
        names = join_words([comparison_title(result, term) for term in left_out])
        notes.append(f"Not drawn, for want of room: {names}.")
    return tuple(notes)


@lru_cache(maxsize=64)
def _spec(
    axes: tuple[tuple[float, ...], ...], ticks: tuple[int, ...], origin: str
) -> dict[str, Any]:
    """Build the panels once per shape: their ticks and their number."""
    height = max(_PANELS_HEIGHT // len(axes), _LEAST_PANEL)
    title = months_since(origin)
    parts: list[Any] = []
    for i, axis in enumerate(axes):
        x = months_axis(ticks, title if i == len(axes) - 1 else None)
        panel = alt.layer(*_panel(i, axis, x))
        parts += [_heading_view(i), panel.properties(width=PRINT_WIDTH, height=height)]
    return finish(alt.vconcat(*parts, stamp_view()))


def _heading_view(i: int) -> alt.Chart:
    return (
        alt.Chart(alt.NamedData(name=f"heading{i}"))
        .mark_text(align="left", baseline="top", fontSize=13, fontWeight="bold", color=TEXT)
        .encode(x=alt.value(0), y=alt.value(2), text="text:N")
        .properties(width=PRINT_WIDTH, height=_HEADING_HEIGHT)
    )


def _panel(i: int, axis: tuple[float, ...], x: alt.X) -> list[alt.Chart]:
    scale = alt.Scale(type="log", base=2, domain=[axis[0], axis[-1]], nice=False)
    ticks = alt.Axis(values=list(axis), format=".3~g", labelOverlap="parity", labelSeparation=3,
                     titlePadding=8)  # fmt: skip
    y = alt.Y("ratio:Q", scale=scale, axis=ticks, title="Hazard ratio")
    line, model = (alt.Chart(alt.NamedData(name=f"{name}{i}")) for name in ("line", "model"))
    band = line.mark_area(color=TEXT, opacity=0.14, line=False, clip=True).encode(
        x=x, y=alt.Y("lower:Q", scale=scale), y2="upper:Q"
    )
    course = line.mark_line(color=TEXT, strokeWidth=2.5, clip=True).encode(x=x, y=y)
    one = model.mark_rule(color=TEXT, opacity=0.5).encode(y=alt.datum(1, type="quantitative"))
    ratio = model.mark_rule(color=TEXT, strokeDash=[6, 4], strokeWidth=1.5, clip=True).encode(y=y)
    sides = alt.Scale(
        domain=["inside", "above", "below"], range=["circle", "triangle-up", "triangle-down"]
    )
    points = (
        alt.Chart(alt.NamedData(name=f"points{i}"))
        .mark_point(filled=True, size=22, opacity=0.4, color=TEXT)
        .encode(x=x, y=y, shape=alt.Shape("side:N", scale=sides, legend=None))
    )
    rule = pointer_rule(f"reading{i}", f"month{i}", x, [("ratio", "Hazard ratio")])
    return [band, one, ratio, points, course, rule]
