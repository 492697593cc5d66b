"""Text inside a figure with curves: names at their ends, medians at the foot."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from retnet_core import wording
from retnet_core.charts.theme import TEXT

NARROWEST = 560
"""Width of a plot on a small screen, in pixels: what has room there has room anywhere."""
_LETTER = 7.4
_LONGEST_NAME = 190
_BEFORE_NAME = 22
_LINE = 17
_MEDIAN_WIDTH = 34
_FOOT = 0.035


def spread(places: Sequence[float], gap: float, low: float = 0, high: float = 1) -> list[float]:
    """Move places on a line apart, each as little as the others allow (least squares).

    Parameters
    ----------
    places : sequence of float
        Where the labels want to be.
    gap : float
        Least distance of neighbours.
    low, high : float
        Ends of the line; overrun equally on both sides where there are too many labels for it.

    Returns
    -------
    list of float
        In the order of ``places``.

    Examples
    --------
    >>> spread([0.5, 0.5], 0.1)
    [0.45, 0.55]
    """
    if not len(places):
        return []
    order = np.argsort(places, kind="stable")
    needed = gap * np.arange(len(order))
    free = isotonic_regression(np.asarray(places, dtype=float)[order] - needed).x
    room = high - low - needed[-1]
    first, last = (low, low + room) if room >= 0 else (low + room / 2, low + room / 2)
    moved = np.empty(len(order))
    moved[order] = free.clip(first, last) + needed
    return [float(place) for place in moved]


def months_with_names(end: int, last: float, names: Sequence[str]) -> int:
    """Give the month to which a view reaches that holds names right of its curves.

    Parameters
    ----------
    end : int
        Last month of the axis.
    last : float
        Where the longest curve ends.
    names : sequence of str
        The names.

    Returns
    -------
    int
    """
    longest = max((len(name) for name in names), default=0)
    width = _BEFORE_NAME + min(longest * _LETTER, _LONGEST_NAME)
    return max(end, math.ceil(last / (1 - width / NARROWEST)))


def end_labels(steps: pd.DataFrame, height: int, rising: bool) -> pd.DataFrame:
    """Place the names of curves in a column right of all of them.

    Of curves that end at one height, the one that came there last is named nearer to where all
    began.

    Parameters
    ----------
    steps : pandas.DataFrame
        Corners of the curves in order: group, months, survival.
    height : int
        Height of the plot in pixels.
    rising : bool
        The curves rise from 0, instead of falling from 1.

    Returns
    -------
    pandas.DataFrame
        group, column (months) and label (the height at which the name stands).
    """
    ends = steps.groupby("group", sort=False)[["months", "survival"]].last()
    ends = ends.sort_values("months", ascending=not rising, kind="stable")
    half = _LINE / 2 / height
    label = spread(ends["survival"].tolist(), 2 * half, half, 1 - half)
    placed = ends.assign(column=ends["months"].max(), label=label)
    return placed[["column", "label"]].reset_index()


def name_layers(colour: alt.Color) -> list[alt.Chart]:
    """Draw the names that `end_labels` placed, each with a dot in the colour of its curve.

    No line leads to the curve's end: it would look like a course after follow-up.
    """
    labels = alt.Chart(alt.NamedData(name="labels"))
    y = alt.Y("label:Q")
    column = alt.X("column:Q")
    dot = labels.mark_point(filled=True, size=70, opacity=1, xOffset=8).encode(
        x=column, y=y, color=colour
    )
    name = labels.mark_text(
        align="left", baseline="middle", dx=17, fontSize=13, limit=_LONGEST_NAME, color=TEXT
    ).encode(x=column, y=y, text="group:N")
    return [dot, name]


def median_marks(medians: pd.DataFrame, end: int, view_end: int) -> pd.DataFrame:
    """Place the lines at medians, and their months at the foot where these have room.

    Parameters
    ----------
    medians : pandas.DataFrame
        group, median (months; missing where not reached).
    end : int
        Last month of the axis; later medians are left out.
    view_end : int
        The month at the right edge of the view.

    Returns
    -------
    pandas.DataFrame
        group, months, share (0.5), axis (0), text, middle (months; the middle of the text,
        missing where there is no room) and foot (its height).
    """
    reached = medians.loc[medians["median"] <= end, ["group", "median"]]
    months = reached["median"].tolist()
    width = _MEDIAN_WIDTH / NARROWEST * view_end
    return pd.DataFrame(
        {
            "group": reached["group"].to_numpy(),
            "months": months,
            "share": 0.5,
            "axis": 0.0,
            "text": [wording.decimal(month) for month in months],
            "middle": beside(months, width, end),
            "foot": _FOOT,
        }
    )


def beside(lines: Sequence[float], width: float, end: float) -> list[float]:
    """Find room for a text beside each of some upright lines: right of it, else left.

    Parameters
    ----------
    lines : sequence of float
        Where the lines stand.
    width : float
        Width of a text.
    end : float
        Texts stay between 0 and here.

    Returns
    -------
    list of float
        The middle of each text, missing where it would cross a line or another text.
    """
    middles = [math.nan] * len(lines)
    taken = math.inf
    # From the right, so that each text leaves as much room as it can to those left of it.
    for i in sorted(range(len(lines)), key=lambda i: -lines[i]):
        for left in (lines[i], lines[i] - width):
            right = left + width
            crossed = any(left < line < right for line in lines)
            if left >= 0 and right <= min(end, taken) and not crossed:
                middles[i], taken = left + width / 2, left
                break
    return middles


def median_layers(x: alt.X, colour: alt.Color) -> list[alt.Chart]:
    """Draw what `median_marks` placed, and one line from the axis at 50% to the last median."""
    marks = alt.Chart(alt.NamedData(name="medians"))
    half = (
        alt.Chart(alt.NamedData(name="half"))
        .mark_rule(strokeWidth=1, strokeDash=[4, 3], opacity=0.6, color=TEXT)
        .encode(x=x, x2="to:Q", y=alt.Y("share:Q"))
    )
    drops = marks.mark_rule(strokeWidth=1.5, strokeDash=[4, 3]).encode(
        x=x, y=alt.Y("share:Q"), y2="axis:Q", color=colour
    )
    text = marks.mark_text(fontSize=12, color=TEXT).encode(
        x=alt.X("middle:Q"), y=alt.Y("foot:Q"), text="text:N"
    )
    return [half, drops, text]


def half_line(marks: pd.DataFrame) -> pd.DataFrame:
    """Give the line at 50%: months (0), to (the last median drawn) and share; empty without one."""
    last = marks["months"].max()
    return pd.DataFrame({"months": [0.0], "to": [last], "share": [0.5]}).dropna()
