"""Accrual over time, an arm a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core.analysis.accrual import Accrual
from retnet_core.charts import theme
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.charts.frames import rows
from retnet_core.charts.groups import channels
from retnet_core.protocol import arm_title

_ABOVE_CURVES = 1.1
"""Where labels stand, over the highest curve; the axis makes room for them."""


def accrual_figure(accrual: Accrual, subtitle: str, among: Sequence[str] = ()) -> Figure:
    """Draw cumulative accrual by arm, with the end of accrual to closed arms marked.

    Parameters
    ----------
    accrual : Accrual
        The result.
    subtitle : str
        Of whom.
    among : sequence of str
        All arms of the trial in fixed order, for colours that do not move.

    Returns
    -------
    Figure
    """
    names = {arm: arm_title(arm) for arm in accrual.arms}
    totals = "; ".join(f"{names[row.arm]} {row.all}" for row in rows(accrual.table))
    return Figure(
        _spec(accrual.arms, tuple(among)),
        {"accrual": accrual.curve.replace({"arm": names}), "closures": _closures(accrual)},
        "Accrual by arm",
        subtitle,
        f"Cumulative accrual by arm over time. {subtitle}. Totals: {totals}.",
        accrual.method,
        accrual.notes,
    )


def _closures(accrual: Accrual) -> pd.DataFrame:
    """Place the labels of closed arms above all curves, each on the side that has more room.

    Gives arm, date, label, patients (the height) and side, which the text is aligned to.
    """
    closures, days = accrual.closures, accrual.curve["date"]
    late = closures["date"] - days.min() > days.max() - closures["date"]
    return closures.assign(
        label=[f"last {row.arm} {accrual.event}, {row.date:%b %Y}" for row in rows(closures)],
        patients=accrual.curve["patients"].max() * _ABOVE_CURVES,
        side=late.map({True: "right", False: "left"}).astype(object),
    )


@lru_cache(maxsize=32)
def _spec(arms: tuple[str, ...], among: tuple[str, ...]) -> dict[str, Any]:
    x = alt.X("date:T", title=None, axis=alt.Axis(grid=False, tickCount="year", format="%Y"))
    y = alt.Y("patients:Q", title="Patients", axis=alt.Axis(tickMinStep=1, tickCount=5))
    colour, dash = channels("arm", arms, among)
    lines = (
        alt.Chart(alt.NamedData(name="accrual"))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=colour,
            strokeDash=dash,
            tooltip=[
                alt.Tooltip("arm:N", title="Arm"),
                alt.Tooltip("date:T", title="Date", format="%d %b %Y"),
                alt.Tooltip("patients:Q", title="Patients"),
            ],
        )
    )
    closures = alt.Chart(alt.NamedData(name="closures"))
    rule = closures.mark_rule(color=theme.TEXT, strokeDash=[4, 3], opacity=0.6).encode(x=x)
    label = closures.mark_text(
        color=theme.TEXT,
        align=alt.ExprRef("datum.side"),
        baseline="middle",
        dx=alt.ExprRef("datum.side === 'left' ? 5 : -5"),
        fontSize=12,
    ).encode(x=x, y=y, text="label:N")
    chart = alt.layer(lines, rule, label).properties(width=PRINT_WIDTH, height=230)
    return finish(alt.vconcat(chart, stamp_view()))
