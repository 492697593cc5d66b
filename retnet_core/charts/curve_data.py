"""The frames of the Kaplan-Meier figure: a result cut at the end of the axis, as S or 1 - S."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from retnet_core.analysis.kaplan_meier import TIE
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.charts.timeline import fade_from, faded, grid, grid_frame, read, thin
from retnet_core.protocol import DAYS_PER_MONTH, arm_title

_VALUES = ["survival", "lower", "upper"]


def steps(km: KaplanMeier, end: int, failure: bool) -> pd.DataFrame:
    """Give the corners of the curves, up to the end of the axis and there exactly.

    Parameters
    ----------
    km : KaplanMeier
        The result.
    end : int
        Last month of the axis.
    failure : bool
        Give 1 - survival, and its limits.

    Returns
    -------
    pandas.DataFrame
        group, months, survival, lower, upper, part (0 full, 1 faint).
    """
    return pd.concat([_group_steps(km.curve, group, end, failure) for group in km.groups])


def ghosts(
    km: KaplanMeier, groups: Sequence[str], end: int, failure: bool, name: str
) -> pd.DataFrame:
    """Give the corners of curves to compare with, those of the groups that are drawn.

    Parameters
    ----------
    km, end, failure
        As for `steps`.
    groups : sequence of str
        The groups drawn.
    name : str
        What the legend calls the curves, after their group.

    Returns
    -------
    pandas.DataFrame
        group, months, survival, part (0 full, 1 faint), title (of the curve in the legend).
    """
    shared = replace(km, groups=tuple(group for group in groups if group in km.groups))
    columns = ["group", "months", "survival", "part"]
    if not shared.groups:
        return pd.DataFrame(columns=[*columns, "title"])
    drawn = steps(shared, end, failure)[columns]
    return drawn.assign(title=[f"{arm_title(group)}, {name}" for group in drawn["group"]])


def censorings(km: KaplanMeier, end: int, failure: bool) -> pd.DataFrame:
    """Give where patients were censored, up to the end of the axis.

    Parameters
    ----------
    km, end, failure
        As for `steps`.

    Returns
    -------
    pandas.DataFrame
        group, months, survival.
    """
    marks = _until(km.curve[km.curve["censored"] > 0], end)
    thinned = [thin(marks[marks["group"] == group], end) for group in km.groups]
    drawn = pd.concat(thinned)
    return (_mirrored(drawn) if failure else drawn)[["group", "months", "survival"]]


def reading(km: KaplanMeier, end: int, failure: bool) -> pd.DataFrame:
    """Read each group at each month of a grid, for the pointer.

    Parameters
    ----------
    km, end, failure
        As for `steps`.

    Returns
    -------
    pandas.DataFrame
        months, month (text), and a text column a group (g0, g1).
    """
    months = grid(end)
    at = km.survival_at(months)
    at = _mirrored(at) if failure else at
    risk = km.numbers_at(months)
    frame = grid_frame(months)
    for i, group in enumerate(km.groups):
        own = at[at["group"] == group]
        left = risk.loc[risk["group"] == group, "at_risk"]
        frame[f"g{i}"] = [
            read(*values)
            for values in zip(own["survival"], own["lower"], own["upper"], left, strict=True)
        ]
    return frame


def followed_beyond(km: KaplanMeier, end: int) -> int:
    """Count the patients with times past the end of the axis."""
    later = km.curve[~_within(km.curve, end)]
    return int(later["events"].sum() + later["censored"].sum())


def _group_steps(curve: pd.DataFrame, group: str, end: int, failure: bool) -> pd.DataFrame:
    whole = curve[curve["group"] == group]
    own = _until(whole, end)
    drops = thin(own[own["events"] > 0], end)[["months", *_VALUES]]
    start = pd.DataFrame([[0.0, 1.0, 1.0, 1.0]], columns=["months", *_VALUES])
    full = pd.concat([start, drops], ignore_index=True)
    full[["lower", "upper"]] = full[["lower", "upper"]].ffill()
    last = full.tail(1).assign(months=min(whole["months"].iloc[-1], end))
    full = pd.concat([full, last], ignore_index=True)
    full = _mirrored(full) if failure else full
    return faded(full, fade_from(own)).assign(group=group)


def _until(curve: pd.DataFrame, end: int) -> pd.DataFrame:
    """Keep the rows up to the end of the axis; a time that ties with it stands on it."""
    kept = curve[_within(curve, end)]
    return kept.assign(months=kept["months"].clip(upper=end))


def _within(curve: pd.DataFrame, end: int) -> pd.Series[bool]:
    return curve["days"] <= end * DAYS_PER_MONTH + TIE


def _mirrored(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn survival into 1 - survival; the limits change places."""
    values = dict(zip(_VALUES, ("survival", "upper", "lower"), strict=True))
    return frame.assign(**{name: 1 - frame[of] for name, of in values.items() if of in frame})
