"""Event rates by interval of time, with their limits and the numbers they are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.hazard import FEW, PiecewiseHazard, rate_words, summary
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import strip
from retnet_core.charts.timeline import (
    axis_ticks,
    faint,
    months_axis,
    months_since,
    pointer_rule,
    x_scale,
)
from retnet_core.protocol import arm_title

_HEIGHT = 262
_MOST_INTERVALS = 20
"""Intervals under which there is room for their numbers."""
_HEADROOM = 1.5
"""How far above the highest rate the axis may reach for limits, as a ratio."""
_DODGE = 0.22
"""Share of an interval by which groups' limits stand apart, so that they do not hide each other."""


def hazard_figure(
    result: PiecewiseHazard, title: str, subtitle: str, among: Sequence[str] = ()
) -> Figure:
    """Draw event rates by interval, a step function a group.

    Each rate is a level line over its interval with its exact 95% limits as a bar, beside those
    of the other groups; pale where it rests on fewer than 5 events, no line where nobody was
    followed. The axis ends at the highest limit of the other rates, or half again above the
    highest of them where that is less; what lies above ends in an arrow.
    Under each interval stand events and patient-months, as long as there is room.

    Parameters
    ----------
    result : PiecewiseHazard
        The result, of at least one patient.
    title, subtitle : str
        What is shown, and of whom.
    among : sequence of str
        All groups of the trial in fixed order, for colours that do not move.

    Returns
    -------
    Figure
    """
    ticks = axis_ticks(float(result.table["end"].max()))
    names = {group: arm_title(group) for group in result.groups}
    top = _top(result.table)
    known = result.table[result.table["hazard"].notna()].assign(
        part=lambda table: np.where(table["events"] < FEW, "1", "0")
    )
    n_intervals = result.table["start"].nunique()
    roomy = n_intervals <= _MOST_INTERVALS
    bars = _bars(known, result, top)
    data = {
        "levels": _levels(known, top).replace({"group": names}),
        "bars": bars.replace({"group": names}),
        "arrows": bars.loc[bars["cut"], ["group", "months", "upper", "part"]].replace(
            {"group": names}
        ),
        "reading": _reading(result),
    }
    if roomy:
        data["numbers"] = _numbers(result.table).replace({"group": names})
    spec = _spec(result.groups, tuple(among), ticks, result.origin, roomy)
    alternative = f"Event rates by interval of time. {title}. {subtitle}. {summary(result)}"
    notes = (*result.notes, *_notes(known, top, roomy))
    return Figure(spec, data, title, subtitle, alternative, result.method, notes)


def _top(table: pd.DataFrame) -> float:
    """Choose where the axis ends: what rests on few events, and wide limits, may leave it."""
    enough = table["events"].ge(FEW) & table["hazard"].notna()
    if not enough.any():  # then those to which a patient gave the whole interval
        enough = table["person_months"] >= table["end"] - table["start"]
    shown = table[enough] if enough.any() else table
    highest = float(shown["hazard"].max()) or math.inf
    return min(float(shown["upper"].max()), _HEADROOM * highest)


def _levels(known: pd.DataFrame, top: float) -> pd.DataFrame:
    """Give the level lines: group, months, hazard, interval, part (0 full, 1 faint).

    Two rows an interval, its ends; a rate above the axis has no line, only its arrow.
    """
    inside = known[known["hazard"] <= top]
    ends = [inside.assign(months=inside[end]) for end in ("start", "end")]
    found = pd.concat(ends).assign(interval=lambda both: both["start"])
    return found[["group", "months", "hazard", "interval", "part"]]


def _bars(known: pd.DataFrame, result: PiecewiseHazard, top: float) -> pd.DataFrame:
    """Give the limits: group, months (beside the middle), hazard, lower, upper, cut, part."""
    apart = min(_DODGE, 0.7 / len(result.groups)) * result.width
    offset = {g: (i - (len(result.groups) - 1) / 2) * apart for i, g in enumerate(result.groups)}
    return pd.DataFrame(
        {
            "group": known["group"],
            "months": (known["start"] + known["end"]) / 2 + known["group"].map(offset),
            "hazard": known["hazard"].where(known["hazard"] <= top),
            "lower": known["lower"].clip(upper=top),
            "upper": known["upper"].clip(upper=top),
            "cut": known["upper"] > top,
            "part": known["part"],
        }
    )


def _reading(result: PiecewiseHazard) -> pd.DataFrame:
    """Read each interval: months (its middle), month (as text), and a text a group (g0, g1)."""
    table = result.table
    first = table[table["group"] == result.groups[0]]
    frame = pd.DataFrame(
        {
            "months": ((first["start"] + first["end"]) / 2).to_numpy(),
            "month": [f"{row.start:g} to {row.end:g}" for row in rows(first)],
        }
    )
    for i, group in enumerate(result.groups):
        frame[f"g{i}"] = [_read(row) for row in rows(table[table["group"] == group])]
    return frame


def _read(row: Any) -> str:
    if pd.isna(row.hazard):
        return "nobody followed"
    rate, limits = rate_words(row.hazard, row.lower, row.upper)
    return f"{rate} ({limits}), {wording.count(row.events, 'event')}"


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers under each interval: group, months, events, followed."""
    middle = (table["start"] + table["end"]) / 2
    followed = [f"{months:.0f}" if months >= 10 else f"{months:.1f}" if months else "0"
                for months in table["person_months"]]  # fmt: skip
    return table[["group", "events"]].assign(months=middle, followed=followed)


def _notes(known: pd.DataFrame, top: float, roomy: bool) -> tuple[str, ...]:
    notes = [f"Rates that rest on fewer than {FEW} events are pale."]
    if (known["upper"] > top).any():
        notes.append(
            "Limits that end in an arrow reach beyond the axis; the table of numbers has them."
        )
    above = int((known["hazard"] > top).sum())
    if above:
        notes.append(f"{wording.count(above, 'rate')} above the axis: only the arrow is drawn.")
    if not roomy:
        notes.append("Too many intervals to write events and patient-months under them.")
    return tuple(notes)


@lru_cache(maxsize=64)
def _spec(
    groups: tuple[str, ...],
    among: tuple[str, ...],
    ticks: tuple[int, ...],
    origin: str,
    roomy: bool,
) -> dict[str, Any]:
    """Build the chart once per shape; building Altair objects costs more than all statistics."""
    names = [arm_title(group) for group in groups]
    x = months_axis(ticks, months_since(origin))
    rates = alt.layer(*_layers(names, groups, among, x)).properties(
        width=PRINT_WIDTH, height=_HEIGHT
    )
    no_axis = alt.X("months:Q", scale=x_scale(ticks), axis=None)
    tables = [
        strip("numbers", column, title, names, no_axis, PRINT_WIDTH)
        for column, title in (("events", "Events in the interval"), ("followed", "Patient-months"))
        if roomy
    ]
    return finish(alt.vconcat(rates, *tables, stamp_view()))


def _layers(
    names: list[str], groups: tuple[str, ...], among: tuple[str, ...], x: alt.X
) -> list[alt.Chart]:
    colour, dash = channels("group", groups, among)
    title = "Events per 100 patient-months"
    y = alt.Y("hazard:Q", scale=alt.Scale(zero=True, nice=True), title=title,
              axis=alt.Axis(tickCount=6, titlePadding=8))  # fmt: skip
    bars = alt.Chart(alt.NamedData(name="bars"))
    thick = alt.Scale(domain=["0", "1"], range=[1.8, 1.3])
    limits = bars.mark_rule().encode(
        x=x,
        y=alt.Y("lower:Q"),
        y2="upper:Q",
        color=colour,
        opacity=faint(),
        strokeWidth=alt.StrokeWidth("part:O", scale=thick, legend=None),
    )
    points = bars.mark_point(filled=True, size=50).encode(x=x, y=y, color=colour, opacity=faint())
    levels = (
        alt.Chart(alt.NamedData(name="levels"))
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=y, color=colour, strokeDash=dash, detail="interval:Q", opacity=faint())
    )
    arrows = (
        alt.Chart(alt.NamedData(name="arrows"))
        .mark_point(shape="triangle-up", filled=True, size=55)
        .encode(x=x, y=alt.Y("upper:Q"), color=colour, opacity=faint())
    )
    rule = pointer_rule("reading", "month", x, [(f"g{i}", name) for i, name in enumerate(names)])
    return [limits, levels, points, arrows, rule]
