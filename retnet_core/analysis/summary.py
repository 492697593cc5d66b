"""A Kaplan-Meier result in a paragraph: estimates at a month, differences and medians."""

from __future__ import annotations

import pandas as pd

from retnet_core import wording
from retnet_core.analysis._sentences import (
    NOBODY,
    Comparison,
    counted_months,
    group_name,
    nobody_followed,
    patients,
    percent_limits,
)
from retnet_core.analysis.kaplan_meier import KaplanMeier
from retnet_core.analysis.landmark import differences
from retnet_core.trial import join_words

_MONTHS = (12.0, 6.0, 3.0, 1.0)
"""Where survival is read, the first at which every group's curve is known."""
_PATIENTS = Comparison("more", "fewer", "many")


def summary(km: KaplanMeier, months: float | None = None, reference: str | None = None) -> str:
    """Say a Kaplan-Meier result in a paragraph.

    Parameters
    ----------
    km : KaplanMeier
        The result.
    months : float, optional
        When survival is read; by default month 12, or the latest of 6, 3 and 1 at which all
        curves are known.
    reference : str, optional
        The group that others are compared with; by default TAE, else the first group.

    Returns
    -------
    str
        Such as "At 12 months an estimated 62% (95% CI 50-72%) of 76 TAE patients and 69% (95% CI
        57-78%) of 74 cTACE patients were free of death. Per 100 patients that is 7 more with
        cTACE than with TAE (95% CI 9 fewer to 23 more). Median OS in months: ...". Differences and
        limits are those of `landmark.differences`, rounded once, limits past 100 patients cut
        there, and left out where a group has had no event; "about" where the percentages in print
        differ by another number.

    Raises
    ------
    ValueError
        If ``reference`` is not a group that has patients.
    """
    if not km.groups:
        return NOBODY
    names = {group: group_name(km.by, group) for group in km.groups}
    months = _month(km) if months is None else months
    at = km.survival_at([months]).set_index("group")
    known = at.dropna(subset="survival")
    unknown = [names[group] for group in km.groups if group not in known.index]
    sentences = []
    if len(known):
        sentences.append(_estimates(km, months, known, names))
        sentences += _per_hundred(km, months, reference, known["survival"], names)
    if unknown:
        sentences.append(nobody_followed(months, unknown))
    return " ".join([*sentences, _medians(km, names)])


def _month(km: KaplanMeier) -> float:
    known = km.survival_at(_MONTHS).groupby("months")["survival"].count()
    return next((month for month in _MONTHS if known[month] == len(km.groups)), _MONTHS[0])


def _estimates(km: KaplanMeier, months: float, known: pd.DataFrame, names: dict[str, str]) -> str:
    sizes = km.medians.set_index("group")["n"]
    shares = [
        f"{_share(*read)} of {patients(int(sizes[group]), km.by, group)}"
        for group, *read in zip(
            known.index, known["survival"], known["lower"], known["upper"], strict=True
        )
    ]
    return (
        f"At {counted_months(months, km.origin)} an estimated {join_words(shares)} were free of "
        f"{km.endpoint.event}."
    )


def _per_hundred(
    km: KaplanMeier, months: float, reference: str | None, shares: pd.Series, names: dict[str, str]
) -> list[str]:
    """Say how many patients of 100 each group has more or fewer than the reference."""
    texts = []
    table = differences(km, [months], reference).table.dropna(subset="difference")
    gaps = 100 * table[["difference", "lower", "upper"]].to_numpy(dtype=float).clip(-1, 1)
    for level, other, gap in zip(table["level"], table["reference"], gaps, strict=True):
        in_print = round(100 * shares[level]) - round(100 * shares[other])
        apart = in_print != round(gap[0])
        texts.append(_PATIENTS.say(gap, names[level], names[other], rounded_apart=apart))
    return [f"Per 100 patients that is {join_words(texts)}."] if texts else []


def _medians(km: KaplanMeier, names: dict[str, str]) -> str:
    rows = km.medians[["median", "lower", "upper"]].to_numpy(dtype=float)
    texts = [
        wording.median(*row) + (f" with {names[group]}" if names[group] else "")
        for group, row in zip(km.groups, rows, strict=True)
    ]
    since = f" after {km.origin}" if km.origin.startswith("the landmark") else ""
    return f"Median {km.endpoint.short} in months{since}: {join_words(texts)}."


def _share(survival: float, lower: float, upper: float) -> str:
    if survival == 1:
        return "100% (no event yet)"  # limits of 100% and 100% would read as certainty
    return f"{wording.percent(survival)}{percent_limits(lower, upper)}"
