"""Kaplan-Meier curves with the numbers under them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import strip
from retnet_core.charts.timeline import (
    FADE_BELOW,
    axis_ticks,
    fade_from,
    faded,
    faint,
    grid,
    grid_frame,
    months_axis,
    percent_axis,
    pointer_rule,
    read,
    thin,
    x_scale,
)
from retnet_core.protocol import arm_title

CURVE_HEIGHT = 262


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


def _steps(km: KaplanMeier, end: float) -> pd.DataFrame:
    """Corners of the curves: group, months, survival, lower, upper, part (0 full, 1 faint)."""
    return pd.concat([_group_steps(km.curve, group, end) for group in km.groups])


def _group_steps(curve: pd.DataFrame, group: str, end: float) -> pd.DataFrame:
    rows = curve[curve["group"] == group]
    columns = ["months", "survival", "lower", "upper"]
    drops = thin(rows[rows["events"] > 0], end)[columns]
    start = pd.DataFrame([[0.0, 1.0, 1.0, 1.0]], columns=columns)
    full = pd.concat([start, drops, rows.tail(1)[columns]], ignore_index=True)
    full[["lower", "upper"]] = full[["lower", "upper"]].ffill()
    return faded(full, fade_from(rows)).assign(group=group)


def _censorings(km: KaplanMeier, end: float) -> pd.DataFrame:
    rows = km.curve[km.curve["censored"] > 0]
    thinned = [thin(rows[rows["group"] == group], end) for group in km.groups]
    return pd.concat(thinned)[["group", "months", "survival"]]


def _reading(km: KaplanMeier, end: float) -> pd.DataFrame:
    """Read each group at each month of a grid: month, and a text column a group (g0, g1)."""
    months = grid(end)
    at = km.survival_at(months)
    risk = km.numbers_at(months)
    frame = grid_frame(months)
    for i, group in enumerate(km.groups):
        rows = at[at["group"] == group]
        left = risk.loc[risk["group"] == group, "at_risk"]
        frame[f"g{i}"] = [
            read(*values)
            for values in zip(rows["survival"], rows["lower"], rows["upper"], left, strict=True)
        ]
    return frame


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
    x = months_axis(ticks)
    no_axis = alt.X("months:Q", scale=x_scale(ticks), axis=None)
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
    y = alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title=axis_title)
    steps = alt.Chart(alt.NamedData(name="steps"))
    band = steps.mark_area(interpolate="step-after", opacity=0.13, line=False).encode(
        x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour, detail="part:O"
    )
    lines = steps.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        x=x,
        y=y,
        color=colour,
        strokeDash=dash,
        opacity=faint(),
    )
    censorings = (
        alt.Chart(alt.NamedData(name="censorings"))
        .mark_point(shape="M0,-1L0,1", size=36, strokeWidth=1.3, opacity=0.9)
        .encode(x=x, y=y, color=colour)
    )
    columns = [(f"g{i}", name) for i, name in enumerate(names)]
    rule = pointer_rule("reading", "month", x, columns)
    return [band, lines, censorings, rule]
