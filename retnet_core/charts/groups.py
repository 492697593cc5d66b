"""How groups look: one colour, one dash and one legend for all figures with lines."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from retnet_core.charts import theme
from retnet_core.protocol import arm_title


def channels(
    field: str, groups: Sequence[str], among: Sequence[str]
) -> tuple[alt.Color, alt.StrokeDash]:
    """Give the colour and dash channels of a line a group, sharing one legend.

    Parameters
    ----------
    field : str
        The column that holds the groups' titles (`arm_title`).
    groups : sequence of str
        The groups drawn.
    among : sequence of str
        All groups of the trial in fixed order.

    Returns
    -------
    tuple of altair.Color and altair.StrokeDash
    """
    names = [arm_title(group) for group in groups]
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1,
                        symbolSize=900, symbolStrokeWidth=3, labelFontSize=14, labelLimit=400,
                        offset=2)  # fmt: skip
    colour = alt.Scale(domain=names, range=theme.colours(groups, among))
    dash = alt.Scale(domain=names, range=theme.dashes(groups, among))
    return (
        alt.Color(f"{field}:N", scale=colour, legend=legend),
        alt.StrokeDash(f"{field}:N", scale=dash, legend=legend),
    )
