"""Competing risks: cumulative incidence with the numbers under it, and stacked states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.competing_risks import (
    DEATH,
    FREE,
    HEPATIC,
    OTHER,
    CumulativeIncidence,
    summary,
)
from retnet_core.charts import theme
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import strip
from retnet_core.charts.survival import CURVE_HEIGHT
from retnet_core.charts.timeline import (
    axis_ticks,
    fade_from,
    faded,
    faint,
    faint_line,
    grid,
    grid_frame,
    months_axis,
    months_since,
    percent_axis,
    pointer_rule,
    read,
    thin,
    x_scale,
)
from retnet_core.protocol import arm_title

STATE_COLOURS = {HEPATIC: "#882255", OTHER: "#DDAA33", DEATH: "#3B3B6D", FREE: "#BFD5CB"}
"""Colours of states, none of them an arm's."""
_MORE_COLOURS = ("#AA4499", "#999933", "#661100", "#6699CC")
_LABEL_INK = {"#882255": "white", "#3B3B6D": "white", "#AA4499": "white", "#661100": "white"}
"""Ink of a label on a dark state; on the others it is black, whatever the page's theme."""
_PANELS_HEIGHT = 380
_LEAST_PANEL = 110
_LEAST_ROOM = 0.12
"""The least share that has room for a line of text."""
_LETTER = 8.0
"""Width of a letter of a label, in pixels, with some air."""
_VALUES = ["incidence", "lower", "upper"]


def incidence_figure(
    result: CumulativeIncidence, title: str, subtitle: str, among: Sequence[str] = ()
) -> Figure:
    """Draw the cumulative incidence of the event of interest, a step curve a group.

    Steps with their log-log band, faint where fewer than 10 are at risk, a rule that reads every
    group at the month under the pointer, and under the curve the numbers at risk, censored and
    with each event at each tick.

    Parameters
    ----------
    result : CumulativeIncidence
        The result; its first cause is drawn.
    title, subtitle : str
        What is shown, and of whom.
    among : sequence of str
        All groups of the trial in fixed order, for colours that do not move.

    Returns
    -------
    Figure
    """
    ticks = axis_ticks(float(result.curve["months"].max()))
    spec = _incidence_spec(result.groups, result.causes, tuple(among), ticks, result.origin)
    names = {group: arm_title(group) for group in result.groups}
    counted = {cause: f"c{i}" for i, cause in enumerate(result.causes)}
    numbers = result.numbers_at(ticks).rename(columns=counted)
    data = {
        "steps": _steps(result, ticks[-1]).replace({"group": names}),
        "reading": _reading(result, ticks[-1]),
        "numbers": numbers.replace({"group": names}),
    }
    return Figure(
        spec, data, title, subtitle, _alternative(result, title, subtitle), result.method,
        result.notes,
    )  # fmt: skip


def occupancy_figure(result: CumulativeIncidence, title: str, subtitle: str) -> Figure:
    """Draw which share of the patients is in which state, stacked, a panel a group.

    The event of interest stands on the axis, the competing events on it, those free of all on
    top. Areas are faint where fewer than 10 are at risk, and end at the group's last time.

    Parameters
    ----------
    result : CumulativeIncidence
        The result.
    title, subtitle : str
        What is shown, and of whom.

    Returns
    -------
    Figure
    """
    ticks = axis_ticks(float(result.curve["months"].max()))
    states = (*result.causes, FREE)
    spec = _occupancy_spec(result.groups, states, ticks, result.origin)
    at = result.at(grid(ticks[-1]))
    data = {}
    for i, group in enumerate(result.groups):
        areas = _areas(result, group, states, ticks[-1])
        data[f"areas{i}"] = areas
        data[f"labels{i}"] = _labels(areas, states, ticks[-1])
        data[f"reading{i}"] = _state_reading(at, group, result.causes)
    return Figure(
        spec, data, title, subtitle, _alternative(result, title, subtitle), result.method,
        result.notes,
    )  # fmt: skip


def state_title(state: str) -> str:
    """Name a state for a legend.

    Examples
    --------
    >>> state_title("death")
    'Death first'
    """
    if state == FREE:
        return "None of these yet"
    return f"{state[:1].upper()}{state[1:]} first"


def _steps(result: CumulativeIncidence, end: float) -> pd.DataFrame:
    """Corners of the curves: group, months, incidence, lower, upper, part (0 full, 1 faint)."""
    curve = result.curve[result.curve["cause"] == result.causes[0]]
    return pd.concat([_group_steps(curve[curve["group"] == group], end) for group in result.groups])


def _group_steps(curve: pd.DataFrame, end: float) -> pd.DataFrame:
    group = curve["group"].iloc[0]
    jumps = thin(curve[curve["events"] > 0], end)
    start = pd.DataFrame([[0.0, 0.0, math.nan, math.nan]], columns=["months", *_VALUES])
    whole = [start, jumps[["months", *_VALUES]], curve.tail(1)[["months", *_VALUES]]]
    full = pd.concat(whole, ignore_index=True)
    full[["lower", "upper"]] = full[["lower", "upper"]].ffill()
    return faded(full, fade_from(curve)).assign(group=group)


def _reading(result: CumulativeIncidence, end: float) -> pd.DataFrame:
    """Read each group at each month of a grid: month, and a text column a group (g0, g1)."""
    months = grid(end)
    at = result.at(months)
    at = at[at["cause"] == result.causes[0]]
    risk = result.numbers_at(months)
    frame = grid_frame(months)
    for i, group in enumerate(result.groups):
        left = risk.loc[risk["group"] == group, "at_risk"]
        frame[f"g{i}"] = [
            read(row.incidence, row.lower, row.upper, at_risk)
            for row, at_risk in zip(rows(at[at["group"] == group]), left, strict=True)
        ]
    return frame


def _state_reading(at: pd.DataFrame, group: str, causes: tuple[str, ...]) -> pd.DataFrame:
    """Read one group's states at each month of a grid: month, and a text column a state."""
    rows = at[at["group"] == group]
    incidence = rows["incidence"].to_numpy().reshape(len(causes), -1)
    shares = [*incidence, (1 - incidence.sum(axis=0)).clip(min=0)]
    frame = grid_frame(rows["months"].to_numpy()[: incidence.shape[1]])
    for i, share in enumerate(shares):
        frame[f"s{i}"] = [_followed(value) for value in share]
    return frame


def _followed(share: float) -> str:
    return "no longer followed" if math.isnan(share) else wording.percent(share)


def _areas(
    result: CumulativeIncidence, group: str, states: tuple[str, ...], end: float
) -> pd.DataFrame:
    """Stack one group's states: months, state, low, high, share, part."""
    occupancy = result.occupancy[result.occupancy["group"] == group]
    curve = result.curve[result.curve["group"] == group]
    pale_from = fade_from(curve[curve["cause"] == result.causes[0]])
    parts: list[pd.DataFrame] = []
    high: pd.Series | float = 0.0
    for state in states:
        own = thin(occupancy[occupancy["state"] == state], end).reset_index(drop=True)
        low, high = high, high + own["share"]
        stacked = own[["months", "share"]].assign(low=low, high=high)
        parts.append(faded(stacked, pale_from).assign(state=state_title(state)))
    return pd.concat(parts, ignore_index=True)


def _labels(areas: pd.DataFrame, states: tuple[str, ...], end: float) -> pd.DataFrame:
    """Place each state's name where its area holds it: months, middle, state, ink.

    The full part of the area comes first, then the faint one, where the page's own ink is legible;
    an area too thin for its name has the legend only.
    """
    found = []
    for state, colour in zip(states, _state_colours(states), strict=True):
        name = state_title(state)
        for part, ink in (("0", _LABEL_INK.get(colour, "black")), ("1", theme.TEXT)):
            own = areas[areas["state"].eq(name) & areas["part"].eq(part)]
            place = _room(own, len(name) * _LETTER / PRINT_WIDTH * end)
            if place:
                found.append((*place, name, ink))
                break
    return pd.DataFrame(found, columns=["months", "middle", "state", "ink"])


def _room(area: pd.DataFrame, width: float) -> tuple[float, float] | None:
    """Find the middle of the highest box of this width (months) inside a stepped area."""
    if not len(area):
        return None
    months, low, high = (area[name].to_numpy() for name in ("months", "low", "high"))
    best, place = _LEAST_ROOM, None
    for left in np.arange(months[0], months[-1] - width, width / 8):
        inside = slice(np.searchsorted(months, left, side="right") - 1,
                       np.searchsorted(months, left + width, side="left"))  # fmt: skip
        floor, ceiling = low[inside].max(), high[inside].min()
        if ceiling - floor > best:
            best, place = ceiling - floor, (left + width / 2, (floor + ceiling) / 2)
    return place


def _state_colours(states: Sequence[str]) -> list[str]:
    others = [state for state in states if state not in STATE_COLOURS]
    return [
        STATE_COLOURS.get(state) or _MORE_COLOURS[others.index(state) % len(_MORE_COLOURS)]
        for state in states
    ]


def _alternative(result: CumulativeIncidence, title: str, subtitle: str) -> str:
    return f"Cumulative incidence. {title}. {subtitle}. {summary(result)}"


@lru_cache(maxsize=64)
def _incidence_spec(
    groups: tuple[str, ...],
    causes: tuple[str, ...],
    among: tuple[str, ...],
    ticks: tuple[int, ...],
    origin: str,
) -> dict[str, Any]:
    """Build the chart once per shape; building Altair objects costs more than all statistics."""
    names = [arm_title(group) for group in groups]
    x = months_axis(ticks, months_since(origin))
    no_axis = alt.X("months:Q", scale=x_scale(ticks), axis=None)
    colour, dash = channels("group", groups, among)
    heading = causes[0][:1].upper() + causes[0][1:]
    y = alt.Y("incidence:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title=heading)
    steps = alt.Chart(alt.NamedData(name="steps"))
    band = steps.mark_area(interpolate="step-after", opacity=0.13, line=False).encode(
        x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour, detail="part:O"
    )
    opacity, width = faint_line(2.5)
    lines = steps.mark_line(interpolate="step-after").encode(
        x=x, y=y, color=colour, strokeDash=dash, opacity=opacity, strokeWidth=width
    )
    rule = pointer_rule("reading", "month", x, [(f"g{i}", name) for i, name in enumerate(names)])
    curve = alt.layer(band, lines, rule).properties(width=PRINT_WIDTH, height=CURVE_HEIGHT)
    tables = [
        strip("numbers", column, title, names, no_axis, PRINT_WIDTH)
        for column, title in (
            ("at_risk", "At risk"),
            ("censored", "Censored so far"),
            *((f"c{i}", f"{state_title(cause)}, so far") for i, cause in enumerate(causes)),
        )
    ]
    return finish(alt.vconcat(curve, *tables, stamp_view()))


@lru_cache(maxsize=64)
def _occupancy_spec(
    groups: tuple[str, ...], states: tuple[str, ...], ticks: tuple[int, ...], origin: str
) -> dict[str, Any]:
    """Build the panels once per shape."""
    height = max(_PANELS_HEIGHT // len(groups), _LEAST_PANEL)
    last = len(groups) - 1
    panels = [
        alt.layer(
            *_panel(i, states, months_axis(ticks, months_since(origin) if i == last else None))
        ).properties(
            width=PRINT_WIDTH,
            height=height,
            title=alt.TitleParams(
                arm_title(group), anchor="start", frame="bounds", fontSize=13, offset=3
            ),
        )
        for i, group in enumerate(groups)
    ]
    return finish(alt.vconcat(*panels, stamp_view()))


def _panel(i: int, states: tuple[str, ...], x: alt.X) -> list[alt.Chart]:
    names = [state_title(state) for state in states]
    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1,
                        labelFontSize=14, labelLimit=400, offset=2)  # fmt: skip
    colour = alt.Color(
        "state:N", scale=alt.Scale(domain=names, range=_state_colours(states)), legend=legend
    )
    y = alt.Y(
        "low:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title="Share of patients"
    )
    areas = (
        alt.Chart(alt.NamedData(name=f"areas{i}"))
        .mark_area(interpolate="step-after", line=False)
        .encode(x=x, y=y, y2="high:Q", color=colour, opacity=faint(0.95))
    )
    labels = (
        alt.Chart(alt.NamedData(name=f"labels{i}"))
        .mark_text(fontSize=13)
        .encode(x=x, y="middle:Q", text="state:N", color=alt.Color("ink:N", scale=None))
    )
    columns = [(f"s{j}", name) for j, name in enumerate(names)]
    return [areas, labels, pointer_rule(f"reading{i}", f"month{i}", x, columns)]
