"""What figures over time share: the axis in months, pale ends, and the rule that reads a month."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.charts import theme

FADE_BELOW = 10
"""At risk below which a curve is drawn faint (Pocock, Clayton and Altman, Lancet 2002)."""
FAINT = 0.55
FAINT_LINE = 0.9
"""Of a line that is thin as well: any paler, and the darkest colour is lost on a dark page."""
THIN = 1.2
"""Width of a line where few are at risk."""
_BAND, _FAINT_BAND = 0.14, 0.1
MOST_TICKS = 24
"""Above this the numbers under a curve would run into each other."""
_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
_MOST_STEPS = 1000
_GRID = 240


def axis_ticks(
    last_month: float, end: int | None = None, step: int | None = None, most: int = MOST_TICKS
) -> tuple[int, ...]:
    """Choose ticks in months, from 0 to past the last time.

    Parameters
    ----------
    last_month : float
        The last time drawn.
    end : int or None
        Last month of the axis; None goes past the last time.
    step : int or None
        Months between ticks, at least 1; None chooses one that gives at most eleven ticks.
    most : int
        How many ticks fit; a step that would give more is replaced by the shortest usual one that
        does not.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> axis_ticks(31.2)
    (0, 6, 12, 18, 24, 30, 36)
    >>> axis_ticks(31.2, end=28, step=12)
    (0, 12, 24)
    """
    reach = max(last_month, 1.0) if end is None else end
    if step is None:
        step = _step(reach, 10)
    elif math.ceil(reach / step) >= most:
        step = _step(reach, most - 1)
    last = math.ceil(reach / step) * step if end is None else end
    return tuple(range(0, last + 1, step))


def _step(reach: float, most: int) -> int:
    """Give the shortest usual step of which so many reach the end."""
    return next((step for step in _STEPS if reach / step <= most), math.ceil(reach / most))


def thin(steps: pd.DataFrame, end: float) -> pd.DataFrame:
    """Keep one row a pixel where there are more steps than a screen can show."""
    if len(steps) <= _MOST_STEPS:
        return steps
    pixel = (steps["months"] / end * _MOST_STEPS).astype(int)
    return steps[~pixel.duplicated(keep="last")]


def fade_from(curve: pd.DataFrame) -> float:
    """Give the first month with few at risk, in the rows of one group; infinity without one."""
    few = curve.loc[curve["at_risk"] < FADE_BELOW, "months"]
    return float(few.iloc[0]) if len(few) else math.inf


def faded(full: pd.DataFrame, start: float) -> pd.DataFrame:
    """Divide steps into part "0" (full) and, from a month on, part "1" (faint)."""
    solid, faint = full[full["months"] < start], full[full["months"] >= start]
    if len(faint):
        # The step holds its height up to the change, so both parts own the corner between them.
        corner = solid.tail(1).assign(months=start)
        solid, faint = pd.concat([solid, corner]), pd.concat([corner, faint])
    return pd.concat([solid.assign(part="0"), faint.assign(part="1")], ignore_index=True)


def grid(end: float) -> npt.NDArray[np.float64]:
    """Give the months at which the pointer's rule reads."""
    return np.linspace(0, end, _GRID + 1)


def grid_frame(months: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Start the frame that the rule reads: months, and month as text."""
    return pd.DataFrame({"months": months, "month": [f"{m:.1f}" for m in months]})


def read(share: float, lower: float, upper: float, at_risk: int) -> str:
    """Write an estimate for the pointer: "62% (50-72), 41 at risk"."""
    if math.isnan(share):
        return "no longer followed"
    limits = "" if math.isnan(lower) else f" ({100 * lower:.0f}-{100 * upper:.0f})"
    if lower == upper:
        limits = " (no event yet)"  # limits of 100 and 100 would read as certainty
    return f"{wording.percent(share)}{limits}, {at_risk} at risk"


def x_scale(ticks: tuple[int, ...], end: int | None = None) -> alt.Scale:
    """Give the scale from 0 to a month, or to the last tick."""
    return alt.Scale(domain=[0, ticks[-1] if end is None else end], nice=False)


def months_axis(
    ticks: tuple[int, ...], title: str | None = "Months", end: int | None = None
) -> alt.X:
    """Give the horizontal channel in months."""
    axis = alt.Axis(values=list(ticks), title=title, grid=False, labelFlush=False,
                    format="d", titlePadding=2)  # fmt: skip
    return alt.X("months:Q", scale=x_scale(ticks, end), axis=axis)


def months_since(origin: str) -> str:
    """Title the axis by where time starts, where that is known."""
    return f"Months since {origin}" if origin else "Months"


def percent_axis() -> alt.Axis:
    """Give a vertical axis of shares."""
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], titlePadding=8)


def faint(full: float = 1) -> alt.Opacity:
    """Draw part "1" of steps (`faded`) pale."""
    scale = alt.Scale(domain=["0", "1"], range=[full, FAINT])
    return alt.Opacity("part:O", scale=scale, legend=None)


def faint_line(full: float) -> tuple[alt.Opacity, alt.StrokeWidth]:
    """Draw part "1" of a line of so many pixels thin and a little paler."""
    parts = ["0", "1"]
    return (
        alt.Opacity("part:O", scale=alt.Scale(domain=parts, range=[1, FAINT_LINE]), legend=None),
        alt.StrokeWidth("part:O", scale=alt.Scale(domain=parts, range=[full, THIN]), legend=None),
    )


def faint_band() -> alt.FillOpacity:
    """Draw a confidence band, paler where its curve is pale."""
    scale = alt.Scale(domain=["0", "1"], range=[_BAND, _FAINT_BAND])
    return alt.FillOpacity("part:O", scale=scale, legend=None)


def pointer_rule(data: str, name: str, x: alt.X, columns: Sequence[tuple[str, str]]) -> alt.Chart:
    """Draw the rule under the pointer that reads text columns, (column, title), at its month.

    A nearest-point tooltip on the curves themselves would name the wrong group where they meet.
    """
    nearest = alt.selection_point(
        name=name, on="pointermove", nearest=True, encodings=["x"], empty=False, clear="pointerout"
    )
    return (
        alt.Chart(alt.NamedData(name=data))
        .mark_rule(color=theme.TEXT, strokeWidth=1)
        .encode(
            x=x,
            opacity=alt.condition(nearest, alt.value(0.5), alt.value(0)),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                *(alt.Tooltip(f"{column}:N", title=title) for column, title in columns),
            ],
        )
        .add_params(nearest)
    )
