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
FAINT = 0.45
_MOST_STEPS = 1000
_GRID = 240


def axis_ticks(last_month: float) -> tuple[int, ...]:
    """Choose ticks in months, from 0 to past the last time, at most eleven.

    Examples
    --------
    >>> axis_ticks(31.2)
    (0, 6, 12, 18, 24, 30, 36)
    """
    last = max(last_month, 1.0)
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120)
    step = next((s for s in steps if last / s <= 10), math.ceil(last / 10))
    return tuple(range(0, math.ceil(last / step) * step + 1, step))


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
    if share == 1 and lower == 1:
        limits = " (no event yet)"  # limits of 100 and 100 would read as certainty
    return f"{wording.percent(share)}{limits}, {at_risk} at risk"


def x_scale(ticks: tuple[int, ...]) -> alt.Scale:
    """Give the scale from 0 to the last tick."""
    return alt.Scale(domain=[0, ticks[-1]], nice=False)


def months_axis(ticks: tuple[int, ...], title: str | None = "Months") -> alt.X:
    """Give the horizontal channel in months."""
    axis = alt.Axis(values=list(ticks), title=title, grid=False, labelFlush=False,
                    titlePadding=2)  # fmt: skip
    return alt.X("months:Q", scale=x_scale(ticks), axis=axis)


def percent_axis() -> alt.Axis:
    """Give a vertical axis of shares."""
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], titlePadding=8)


def faint(full: float = 1) -> alt.Opacity:
    """Draw part "1" of steps (`faded`) pale."""
    scale = alt.Scale(domain=["0", "1"], range=[full, FAINT])
    return alt.Opacity("part:O", scale=scale, legend=None)


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
