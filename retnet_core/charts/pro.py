"""Patient-reported outcomes: means with their intervals by visit, completion under them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.pro import Trajectories
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import strip
from retnet_core.charts.timeline import axis_ticks
from retnet_core.protocol import arm_title

_DODGE = 0.008
"""Share of the axis by which groups stand apart, so that intervals do not hide each other."""
_ABOUT_DAY_0 = 0.25
"""Months before day 0 from which a baseline is seen to stand left of it."""


def trajectory_figure(
    result: Trajectories,
    subtitle: str,
    among: Sequence[str] = (),
    individual: bool = False,
) -> Figure:
    """Draw mean scores with 95% intervals by visit, and the forms completed of those expected.

    Parameters
    ----------
    result : Trajectories
        The result.
    subtitle : str
        Of whom.
    among : sequence of str
        All groups of the trial in fixed order, for colours that do not move.
    individual : bool
        Also draw a thin line a patient.

    Returns
    -------
    Figure
    """
    what = "change from baseline" if result.change else "mean score"
    title = f"{result.scale.name}: {what} by visit"
    table, individuals, labels = _placed(result)
    ticks = tuple(range(len(labels))) or axis_ticks(round(float(table["month"].max())))
    start = min(0, math.floor(float(table["month"].min())))  # a baseline before day 0
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1
    ticks = (*reversed(range(-step, start - 1, -step)), *ticks)
    names = {group: arm_title(group) for group in result.groups}
    drawn = _dodged(table, result.groups, ticks[-1])
    means = _within(drawn, result).replace({"group": names})
    forms = means.assign(forms=[f"{row.completed}/{row.expected}" for row in rows(means)])
    data = {
        "means": means.assign(reading=[_read(row) for row in rows(table)]),
        "forms": forms[["group", "month", "forms"]],
    }
    if individual:
        lines = individuals[["patient_id", "group", "month", "score"]]
        data["individual"] = lines.replace({"group": names})
    return Figure(
        _spec(result.groups, tuple(among), ticks, start, labels, _axis_title(result), individual),
        data,
        title,
        subtitle,
        _alternative(result, title, subtitle),
        result.method,
        (*result.notes, *_notes(result, "" if labels else result.baseline_visit)),
    )


def _bounds(result: Trajectories) -> tuple[int, int] | None:
    """Give the least and largest value that can be; None where the scale is not known."""
    if not result.scale.higher_is:
        return None
    return (-100, 100) if result.change else (0, 100)


def _within(table: pd.DataFrame, result: Trajectories) -> pd.DataFrame:
    """Cut limits at the bounds of the scale: so the axis holds no value that cannot be."""
    bounds = _bounds(result)
    if bounds is None:
        return table
    limits = ["lower", "upper"]
    return table.assign(**table[limits].clip(*bounds))


def _notes(result: Trajectories, placed_baseline: str) -> list[str]:
    """Say what is drawn otherwise than it is counted, and where a baseline before day 0 stands."""
    notes = []
    bounds, table = _bounds(result), result.table
    if bounds and ((table["lower"] < bounds[0]) | (table["upper"] > bounds[1])).any():
        notes.append(
            f"Values lie between {bounds[0]} and {bounds[1]}. Some 95% limits reach beyond: they "
            "are drawn up to there, and the table has them in full."
        )
    month = table.loc[table["visit"] == placed_baseline, "month"].min()
    if month < -_ABOUT_DAY_0:
        notes.append(
            f"{placed_baseline} stands at month {wording.decimal(month)}, the median day of its "
            "forms: before the first embolization."
        )
    return notes


def _axis_title(result: Trajectories) -> str:
    if not result.change:
        return f"Mean score ({result.scale.direction})"
    higher = result.scale.higher_is
    return f"Change from baseline (higher is {higher})" if higher else "Change from baseline"


def _placed(result: Trajectories) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Place visits on the axis: by month, or side by side under their names without months."""
    if result.table["month"].notna().all():
        return result.table, result.individual, ()
    place = {visit: float(i) for i, visit in enumerate(result.visits)}
    table, individual = (
        frame.assign(month=frame["visit"].map(place)) for frame in (result.table, result.individual)
    )
    return table, individual, result.visits


def _dodged(table: pd.DataFrame, groups: Sequence[str], end: float) -> pd.DataFrame:
    place = {group: i - (len(groups) - 1) / 2 for i, group in enumerate(groups)}
    return table.assign(drawn=table["month"] + table["group"].map(place) * _DODGE * end)


def _read(row: Any) -> str:
    limits = "" if pd.isna(row.lower) else f" (95% CI {row.lower:.1f} to {row.upper:.1f})"
    return "no score" if pd.isna(row.mean) else f"{row.mean:.1f}{limits}, n = {row.n}"


def _alternative(result: Trajectories, title: str, subtitle: str) -> str:
    last = result.table.dropna(subset=["mean"]).groupby("group", sort=False).tail(1)
    ends = "; ".join(
        f"{arm_title(row.group)}: mean {row.mean:.1f} at {row.visit} (n = {row.n})"
        for row in rows(last)
    )
    return f"Mean score by visit with 95% confidence intervals. {title}. {subtitle}. {ends}."


@lru_cache(maxsize=64)
def _spec(
    groups: tuple[str, ...],
    among: tuple[str, ...],
    ticks: tuple[int, ...],
    start: int,
    labels: tuple[str, ...],
    axis_title: str,
    individual: bool,
) -> dict[str, Any]:
    names = [arm_title(group) for group in groups]
    pad = (ticks[-1] - start) * 0.03 or 0.5
    scale = alt.Scale(domain=[start - pad, ticks[-1] + pad], nice=False)
    colour, dash = channels("group", groups, among)
    axis = alt.Axis(values=list(ticks), grid=False, titlePadding=2)
    if labels:
        axis.title, axis.labelExpr = "Visit", f"{json.dumps(labels)}[datum.value]"
    else:
        axis.title = "Months from first embolization"
    x = alt.X("drawn:Q", scale=scale, axis=axis)
    y = alt.Y("mean:Q", title=axis_title, scale=alt.Scale(zero=False, nice=True),
              axis=alt.Axis(tickCount=6))  # fmt: skip
    means = alt.Chart(alt.NamedData(name="means"))
    lines_of_patients = (
        alt.Chart(alt.NamedData(name="individual"))
        .mark_line(strokeWidth=0.7, opacity=0.25)
        .encode(x=alt.X("month:Q", scale=scale), y="score:Q", color=colour, detail="patient_id:N")
    )
    bars = means.mark_rule(strokeWidth=1.5).encode(
        x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour
    )
    lines = means.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash)
    points = means.mark_point(filled=True, size=55, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("visit:N", title="Visit"),
            alt.Tooltip("reading:N", title="Mean"),
            alt.Tooltip("completed:Q", title="Forms completed"),
            alt.Tooltip("expected:Q", title="Forms expected"),
        ],
    )
    layers = [lines_of_patients] if individual else []
    chart = alt.layer(*layers, bars, lines, points).properties(width=PRINT_WIDTH, height=290)
    below = alt.X("month:Q", scale=scale, axis=None)
    table = strip("forms", "forms", "Forms completed / expected", names, below, PRINT_WIDTH)
    return finish(alt.vconcat(chart, table, stamp_view()))
