"""Kaplan-Meier curves with the numbers under them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.charts import theme
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import strip
from retnet_core.protocol import arm_title

FADE_BELOW = 10
"""At risk below which a curve is drawn faint (Pocock, Clayton and Altman, Lancet 2002)."""
CURVE_HEIGHT = 262
_MOST_STEPS = 1000
_GRID = 240


def kaplan_meier_figure(
    km: KaplanMeier, title: str, subtitle: str, axis_title: str, among: Sequence[str] = ()
) -> Figure:
    """Draw the curves of a Kaplan-Meier result.

    Steps with their log-log band, faint where fewer than 10 are at risk, censoring ticks, a rule
    that reads every group at the month under the pointer, and under the curve the numbers at
    risk, censored and with an event at each tick (KMunicate: Morris et al., BMJ Open 2019).

    Parameters
    ----------
    km : KaplanMeier
        The result.
    title, subtitle : str
        What is shown, and of whom.
    axis_title : str
        Title of the vertical axis.
    among : sequence of str
        All groups of the trial in fixed order, for colours that do not move.

    Returns
    -------
    Figure
    """
    ticks = axis_ticks(float(km.curve["months"].max()))
    spec = _spec(km.groups, tuple(among), ticks, axis_title)
    names = {group: arm_title(group) for group in km.groups}
    numbers = km.numbers_at(ticks).replace({"group": names})
    data = {
        "steps": _steps(km, ticks[-1]).replace({"group": names}),
        "censorings": _censorings(km, ticks[-1]).replace({"group": names}),
        "reading": _reading(km, ticks[-1]),
        "numbers": numbers,
    }
    subtitle = f"{subtitle}; {int(km.medians['n'].sum())} analysed"
    alternative = _alternative(km, title, subtitle)
    notes = (*km.notes, f"Curves are pale where fewer than {FADE_BELOW} are at risk.")
    return Figure(spec, data, title, subtitle, alternative, km.method, notes)


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


def _steps(km: KaplanMeier, end: float) -> pd.DataFrame:
    """Corners of the curves: group, months, survival, lower, upper, part (0 full, 1 faint)."""
    return pd.concat([_group_steps(km.curve, group, end) for group in km.groups])


def _group_steps(curve: pd.DataFrame, group: str, end: float) -> pd.DataFrame:
    rows = curve[curve["group"] == group]
    columns = ["months", "survival", "lower", "upper"]
    drops = _thin(rows[rows["events"] > 0], end)[columns]
    start = pd.DataFrame([[0.0, 1.0, 1.0, 1.0]], columns=columns)
    full = pd.concat([start, drops, rows.tail(1)[columns]], ignore_index=True)
    full[["lower", "upper"]] = full[["lower", "upper"]].ffill()
    few = rows.loc[rows["at_risk"] < FADE_BELOW, "months"]
    fade_from = float(few.iloc[0]) if len(few) else math.inf
    solid, faint = full[full["months"] < fade_from], full[full["months"] >= fade_from]
    if len(faint):
        # The step holds its height up to the change, so both parts own the corner between them.
        corner = solid.tail(1).assign(months=fade_from)
        solid, faint = pd.concat([solid, corner]), pd.concat([corner, faint])
    return pd.concat([solid.assign(part="0"), faint.assign(part="1")]).assign(group=group)


def _thin(rows: pd.DataFrame, end: float) -> pd.DataFrame:
    """Keep one row a pixel where there are more steps than a screen can show."""
    if len(rows) <= _MOST_STEPS:
        return rows
    pixel = (rows["months"] / end * _MOST_STEPS).astype(int)
    return rows[~pixel.duplicated(keep="last")]


def _censorings(km: KaplanMeier, end: float) -> pd.DataFrame:
    rows = km.curve[km.curve["censored"] > 0]
    thinned = [_thin(rows[rows["group"] == group], end) for group in km.groups]
    return pd.concat(thinned)[["group", "months", "survival"]]


def _reading(km: KaplanMeier, end: float) -> pd.DataFrame:
    """Read each group at each month of a grid: month, and a text column a group (g0, g1)."""
    months = np.linspace(0, end, _GRID + 1)
    at = km.survival_at(months)
    risk = km.numbers_at(months)
    frame = pd.DataFrame({"months": months, "month": [f"{m:.1f}" for m in months]})
    for i, group in enumerate(km.groups):
        rows = at[at["group"] == group]
        left = risk.loc[risk["group"] == group, "at_risk"]
        frame[f"g{i}"] = [
            _read(*values)
            for values in zip(rows["survival"], rows["lower"], rows["upper"], left, strict=True)
        ]
    return frame


def _read(survival: float, lower: float, upper: float, at_risk: int) -> str:
    if math.isnan(survival):
        return "no longer followed"
    limits = "" if math.isnan(lower) else f" ({100 * lower:.0f}-{100 * upper:.0f})"
    if survival == 1:
        limits = " (no event yet)"
    return f"{wording.percent(survival)}{limits}, {at_risk} at risk"


def _alternative(km: KaplanMeier, title: str, subtitle: str) -> str:
    medians = "; ".join(
        f"{arm_title(row.group)}: {row.events} events in {row.n} patients, median "
        f"{wording.median(row.median, row.lower, row.upper)} months"
        for row in rows(km.medians)
    )
    return f"Kaplan-Meier curves. {title}. {subtitle}. {medians}."


@lru_cache(maxsize=64)
def _spec(
    groups: tuple[str, ...], among: tuple[str, ...], ticks: tuple[int, ...], axis_title: str
) -> dict[str, Any]:
    """Build the chart once per shape; building Altair objects costs more than all statistics."""
    names = [arm_title(group) for group in groups]
    domain = [0, ticks[-1]]
    scale = alt.Scale(domain=domain, nice=False)
    axis = alt.Axis(values=list(ticks), title="Months", grid=False, labelFlush=False,
                    titlePadding=2)  # fmt: skip
    x = alt.X("months:Q", scale=scale, axis=axis)
    no_axis = alt.X("months:Q", scale=scale, axis=None)
    curve = alt.layer(*_layers(names, groups, among, x, axis_title)).properties(
        width=PRINT_WIDTH, height=CURVE_HEIGHT
    )
    tables = [
        strip("numbers", column, title, names, no_axis, PRINT_WIDTH)
        for column, title in (
            ("at_risk", "At risk"),
            ("censored", "Censored so far"),
            ("events", "Events so far"),
        )
    ]
    return finish(alt.vconcat(curve, *tables, stamp_view()))


def _layers(
    names: list[str], groups: tuple[str, ...], among: tuple[str, ...], x: alt.X, axis_title: str
) -> list[alt.Chart]:
    colour, dash = channels("group", groups, among)
    y_axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], titlePadding=8)
    y = alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1]), axis=y_axis, title=axis_title)
    faint = alt.Opacity("part:O", scale=alt.Scale(domain=["0", "1"], range=[1, 0.45]), legend=None)
    steps = alt.Chart(alt.NamedData(name="steps"))
    band = steps.mark_area(interpolate="step-after", opacity=0.13, line=False).encode(
        x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour, detail="part:O"
    )
    lines = steps.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        x=x,
        y=y,
        color=colour,
        strokeDash=dash,
        opacity=faint,
    )
    censorings = (
        alt.Chart(alt.NamedData(name="censorings"))
        .mark_point(shape="M0,-1L0,1", size=36, strokeWidth=1.3, opacity=0.9)
        .encode(x=x, y=y, color=colour)
    )
    nearest = alt.selection_point(
        name="month",
        on="pointermove",
        nearest=True,
        encodings=["x"],
        empty=False,
        clear="pointerout",
    )
    rule = (
        alt.Chart(alt.NamedData(name="reading"))
        .mark_rule(color=theme.TEXT, strokeWidth=1)
        .encode(
            x=x,
            opacity=alt.condition(nearest, alt.value(0.5), alt.value(0)),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                *(alt.Tooltip(f"g{i}:N", title=name) for i, name in enumerate(names)),
            ],
        )
        .add_params(nearest)
    )
    return [band, lines, censorings, rule]
