"""Numbers under a chart, aligned with its horizontal axis: at risk, completed, ..."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from retnet_core.charts.theme import TEXT

ROW_HEIGHT = 15


def strip(
    data: str, value: str, title: str, groups: Sequence[str], x: alt.X, width: int
) -> alt.Chart:
    """Draw a row of numbers a group.

    Parameters
    ----------
    data : str
        Name of a frame with columns group, ``x``'s field and ``value`` (text or number).
    value : str
        The column written.
    title : str
        What the numbers are, above the rows.
    groups : sequence of str
        Row order.
    x : altair.X
        The horizontal channel of the chart above, without an axis.
    width : int
        Width in pixels before fitting to the page.

    Returns
    -------
    altair.Chart
    """
    axis = alt.Axis(
        domain=False, ticks=False, grid=False, labelOverlap=False, labelPadding=18, labelLimit=150
    )
    return (
        alt.Chart(alt.NamedData(name=data))
        .mark_text(fontSize=13, color=TEXT)
        .encode(
            x=x,
            y=alt.Y("group:N", scale=alt.Scale(domain=list(groups)), axis=axis, title=None),
            text=f"{value}:N",
        )
        .properties(
            width=width,
            height=ROW_HEIGHT * len(groups),
            title=alt.TitleParams(title, anchor="start", frame="bounds", fontSize=12,
                                  fontWeight="bold", offset=1),
        )
    )  # fmt: skip
