"""Kaplan-Meier curves with the numbers under them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.charts import theme
from retnet_core.charts.curve_data import censorings, followed_beyond, ghosts, reading, steps
from retnet_core.charts.curve_labels import (
    end_labels,
    half_line,
    median_layers,
    median_marks,
    months_with_names,
    name_layers,
)
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.charts.strip import ROW_HEIGHT, strip
from retnet_core.charts.theme import TEXT
from retnet_core.charts.timeline import (
    FADE_BELOW,
    MOST_TICKS,
    axis_ticks,
    faint_band,
    faint_line,
    months_axis,
    months_since,
    percent_axis,
    pointer_rule,
    x_scale,
)
from retnet_core.protocol import arm_title
from retnet_core.trial import join_words

CURVE_HEIGHT = 262
_STRIPS = (("at_risk", "At risk"), ("censored", "Censored so far"), ("events", "Events so far"))
_STRIP_TITLE = 20
"""Height of a strip's title with the space above the strip, in pixels."""
_TITLE_LETTERS = 44
"""Letters of a title that the height of the curve holds."""
_MOST_TICKS_BESIDE_NAMES = 17
_GHOST_WIDTH = 1.6
_GHOST_OPACITY = 0.6
"""Of lines in the colour of the text, which no group has."""
_ABOVE_CURVE = 12
"""Pixels between title and curve where no legend stands there."""


@dataclass(frozen=True)
class Display:
    """How Kaplan-Meier curves are drawn.

    Attributes
    ----------
    band : bool
        Draw the 95% confidence band.
    censorings : bool
        Draw a tick at each censoring.
    median_lines : bool
        Draw lines from 50% to each group's median, with its months.
    numbers : bool
        Write the numbers at risk, censored and with an event under the curves.
    failure : bool
        Draw 1 - survival, rising.
    end : int or None
        Last month of the axis; None goes past the last time.
    step : int or None
        Months between ticks; None chooses. More than 24 ticks, 17 with direct labels, are never
        drawn: a longer step is taken, and a note says so.
    direct_labels : bool
        Write the groups' names at the ends of their curves, without a legend.

    Raises
    ------
    ValueError
        If the end or the step is shorter than a month.
    """

    band: bool = True
    censorings: bool = True
    median_lines: bool = False
    numbers: bool = True
    failure: bool = False
    end: int | None = None
    step: int | None = None
    direct_labels: bool = False

    def __post_init__(self) -> None:
        if self.end is not None and self.end < 1:
            raise ValueError(f"The axis must end at month 1 or later, not at {self.end}.")
        if self.step is not None and self.step < 1:
            raise ValueError(f"Ticks must be at least 1 month apart, not {self.step}.")


@dataclass(frozen=True)
class Ghost:
    """Curves of before, drawn in grey behind those of a result.

    Attributes
    ----------
    km : KaplanMeier
        The same endpoint of the same groups.
    name : str
        What the legend calls them: "export of 1 March 2024".
    """

    km: KaplanMeier
    name: str


@dataclass(frozen=True)
class _Shape:
    """What a spec depends on; two figures of one shape share it."""

    groups: tuple[str, ...]
    among: tuple[str, ...]
    ticks: tuple[int, ...]
    end: int
    view_end: int
    x_title: str
    y_title: tuple[str, ...]
    display: Display
    ghosts: tuple[str, ...] | None

    @property
    def height(self) -> int:
        """Height of the curves in pixels; without numbers they take their room too."""
        if self.display.numbers:
            return CURVE_HEIGHT
        return CURVE_HEIGHT + len(_STRIPS) * (_STRIP_TITLE + ROW_HEIGHT * len(self.groups))


def kaplan_meier_figure(
    km: KaplanMeier,
    title: str,
    subtitle: str,
    among: Sequence[str] = (),
    display: Display = Display(),
    ghost: Ghost | None = None,
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
    among : sequence of str
        All groups of the trial in fixed order, for colours that do not move.
    display : Display
        How it is drawn.
    ghost : Ghost or None
        Curves to compare with: grey lines in the dash of their group, without band, ticks and
        numbers. Groups that the result does not have are left out, with a note.

    Returns
    -------
    Figure
        Its data hold "numbers" (group, months, at_risk, censored, events) whether drawn or not,
        and "ghosts" where there is a ghost.

    Raises
    ------
    ValueError
        If the ghost is of another endpoint, or divides patients by something else.
    """
    if ghost and (ghost.km.endpoint.code, ghost.km.by) != (km.endpoint.code, km.by):
        raise ValueError("Curves to compare with must be of the same endpoint and groups.")
    shape = _shape(km, tuple(among), display, ghost)
    data = _frames(km, shape, ghost)
    names = {group: arm_title(group) for group in km.groups}
    data = {
        name: frame.replace({"group": names}) if "group" in frame else frame
        for name, frame in data.items()
    }
    subtitle = f"{subtitle}; {int(km.medians['n'].sum())} analysed"
    alternative = _alternative(km, title, subtitle, display.failure)
    notes = (*km.notes, *_notes(km, shape))
    if ghost:
        alternative += f" Grey lines, {ghost.name}: {_medians(ghost.km) or 'nobody'}."
        notes += _ghost_notes(km, ghost)
    return Figure(_spec(shape), data, title, subtitle, alternative, km.method, notes)


def _shape(
    km: KaplanMeier, among: tuple[str, ...], display: Display, ghost: Ghost | None
) -> _Shape:
    names = [arm_title(group) for group in km.groups]
    last = max(float(one.curve["months"].max()) for one in [km, *([ghost.km] if ghost else [])])
    most = _MOST_TICKS_BESIDE_NAMES if display.direct_labels else MOST_TICKS
    ticks = axis_ticks(last, display.end, display.step, most)
    end = ticks[-1] if display.end is None else display.end
    what = "Probability of" if display.failure else "Free of"
    return _Shape(
        groups=km.groups,
        among=among,
        ticks=ticks,
        end=end,
        view_end=months_with_names(end, min(last, end), names) if display.direct_labels else end,
        x_title=months_since(km.origin),
        y_title=tuple(textwrap.wrap(f"{what} {km.endpoint.event}", _TITLE_LETTERS)),
        display=display,
        ghosts=_shared(km, ghost) if ghost else None,
    )


def _shared(km: KaplanMeier, ghost: Ghost) -> tuple[str, ...]:
    return tuple(group for group in km.groups if group in ghost.km.groups)


def _frames(km: KaplanMeier, shape: _Shape, ghost: Ghost | None) -> dict[str, pd.DataFrame]:
    display, end = shape.display, shape.end
    curves = steps(km, end, display.failure)
    frames = {
        "steps": curves,
        "reading": reading(km, end, display.failure),
        "numbers": km.numbers_at(shape.ticks),
    }
    if display.censorings:
        frames["censorings"] = censorings(km, end, display.failure)
    if display.median_lines:
        frames["medians"] = median_marks(km.medians, end, shape.view_end)
        frames["half"] = half_line(frames["medians"])
    if display.direct_labels:
        frames["labels"] = end_labels(curves, shape.height, display.failure)
    if ghost:
        frames["ghosts"] = ghosts(ghost.km, shape.ghosts or (), end, display.failure, ghost.name)
        if display.direct_labels:  # names stand right of ghosts as well
            right = max(curves["months"].max(), frames["ghosts"]["months"].max())
            frames["labels"] = frames["labels"].assign(column=right)
    return frames


def _notes(km: KaplanMeier, shape: _Shape) -> list[str]:
    """Say what a reader needs to know of how it is drawn."""
    notes = [f"Curves are thin where fewer than {FADE_BELOW} are at risk."]
    if shape.display.failure:
        notes.append("Drawn as 1 - survival.")
    later = followed_beyond(km, shape.end)
    if later:
        were = "was" if later == 1 else "were"
        notes.append(
            f"The axis ends at month {shape.end}; {wording.count(later, 'patient')} {were} "
            "followed for longer."
        )
    wanted = shape.display.step
    drawn = shape.ticks[1] if len(shape.ticks) > 1 else wanted
    if wanted is not None and drawn != wanted:
        every = "month" if wanted == 1 else f"{wanted} months"
        notes.append(f"Ticks every {drawn} months: every {every} would not fit.")
    return notes


def _ghost_notes(km: KaplanMeier, ghost: Ghost) -> tuple[str, ...]:
    """Say what the grey lines are, and what they are not."""
    notes = [
        f"Grey lines: {ghost.name}, in the dash of each group. Band, ticks and numbers are those "
        "of the coloured lines alone."
    ]
    alone = [arm_title(group) for group in ghost.km.groups if group not in km.groups]
    if alone:
        notes.append(f"Only in the {ghost.name}, and not drawn: {join_words(alone)}.")
    if ghost.km.origin != km.origin:
        notes.append(
            f"Grey lines count months since {ghost.km.origin or 'a day that is not stated'}, "
            f"coloured lines since {km.origin or 'a day that is not stated'}."
        )
    return tuple(notes)


def _alternative(km: KaplanMeier, title: str, subtitle: str, failure: bool) -> str:
    what = "Kaplan-Meier curves of 1 - survival" if failure else "Kaplan-Meier curves"
    return f"{what}. {title}. {subtitle}. {_medians(km)}."


def _medians(km: KaplanMeier) -> str:
    return "; ".join(
        f"{arm_title(row.group)}: {row.events} events in {row.n} patients, median "
        f"{wording.median(row.median, row.lower, row.upper)} months"
        for row in rows(km.medians)
    )


@lru_cache(maxsize=64)
def _spec(shape: _Shape) -> dict[str, Any]:
    """Build the chart once per shape; building Altair objects costs more than all statistics."""
    names = [arm_title(group) for group in shape.groups]
    no_axis = alt.X("months:Q", scale=x_scale(shape.ticks, shape.view_end), axis=None)
    curve = alt.layer(*_layers(names, shape)).properties(width=PRINT_WIDTH, height=shape.height)
    if shape.ghosts is not None:
        # Colour as well: only then do colour and dash of the curves share a legend.
        curve = curve.resolve_scale(color="independent", strokeDash="independent")
    tables = [
        strip("numbers", column, title, names, no_axis, PRINT_WIDTH)
        for column, title in _STRIPS
        if shape.display.numbers
    ]
    chart = alt.vconcat(curve, *tables, stamp_view())
    if shape.display.direct_labels:
        chart = chart.configure_title(offset=_ABOVE_CURVE)
    return finish(chart)


def _layers(names: list[str], shape: _Shape) -> list[alt.Chart]:
    display = shape.display
    x = months_axis(shape.ticks, shape.x_title, shape.view_end)
    colour, dash = channels("group", shape.groups, shape.among)
    if display.direct_labels:
        colour, dash = colour.legend(None), dash.legend(None)
    plain = colour if shape.ghosts is None else colour.legend(None)
    y = alt.Y(
        "survival:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=percent_axis(),
        title=list(shape.y_title),
    )
    corners = alt.Chart(alt.NamedData(name="steps"))
    band = corners.mark_area(interpolate="step-after", line=False).encode(
        x=x,
        y=alt.Y("lower:Q"),
        y2="upper:Q",
        color=plain,
        detail="part:O",
        fillOpacity=faint_band(),
    )
    opacity, width = faint_line(2.5)
    lines = corners.mark_line(interpolate="step-after").encode(
        x=x, y=y, color=colour, strokeDash=dash, opacity=opacity, strokeWidth=width
    )
    marks = (
        alt.Chart(alt.NamedData(name="censorings"))
        .mark_point(shape="M0,-1L0,1", size=36, strokeWidth=1.3, opacity=0.9)
        .encode(x=x, y=y, color=plain)
    )
    columns = [(f"g{i}", name) for i, name in enumerate(names)]
    return [
        *([band] if display.band else []),
        *([_ghosts(x, y, shape.ghosts, shape.among)] if shape.ghosts is not None else []),
        *(median_layers(x, plain) if display.median_lines else []),
        lines,
        *([marks] if display.censorings else []),
        *(name_layers(plain) if display.direct_labels else []),
        pointer_rule("reading", "month", x, columns),
    ]


def _ghosts(x: alt.X, y: alt.Y, groups: tuple[str, ...], among: tuple[str, ...]) -> alt.Chart:
    """Draw curves of before in grey, in the dash of their group, each with a legend of its own."""
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=900,
                        symbolOpacity=_GHOST_OPACITY, symbolStrokeWidth=_GHOST_WIDTH,
                        symbolStrokeColor=TEXT, labelFontSize=14, labelLimit=400,
                        offset=2)  # fmt: skip
    # The titles are values of the data, in the order of the groups, so that the spec is the same
    # for every export.
    dashes = alt.Scale(type="ordinal", range=theme.dashes(groups, among))
    return (
        alt.Chart(alt.NamedData(name="ghosts"))
        .mark_line(
            interpolate="step-after",
            strokeWidth=_GHOST_WIDTH,
            color=TEXT,
            opacity=_GHOST_OPACITY,
        )
        .encode(
            x=x,
            y=y,
            detail="part:O",
            strokeDash=alt.StrokeDash("title:N", sort=None, scale=dashes, legend=legend),
        )
    )
