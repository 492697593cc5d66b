"""When visits took place: by the days of their forms, else by what their names say."""

from __future__ import annotations

import re

import pandas as pd

from retnet_core.protocol import DAYS_PER_MONTH, fold

_MONTHS_OF = {
    "d": 1 / DAYS_PER_MONTH,
    "w": 7 / DAYS_PER_MONTH,
    "m": 1.0,
    "y": 12.0,
}
_UNIT = r"(d|days?|w|wks?|weeks?|m|mos?|mths?|months?|y|yrs?|years?)"
_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT_FIRST = re.compile(rf"(?<![a-z\d]){_UNIT}[\s_-]*{_NUMBER}")
_CYCLE = re.compile(r"cycle|course|zyklus|(?<![a-z])c\d+\s*d\d+")
_NUMBERS = re.compile(r"\d+")
_NUMBER_FIRST = re.compile(rf"(?<![a-z\d.]){_NUMBER}[\s_-]*{_UNIT}(?![a-z\d])")


def schedule_of(forms: pd.DataFrame) -> pd.DataFrame:
    """Place the visits in time: day, month and whether dated, by visit, in order of time.

    A visit without a usable date takes the time that its name says. Where any visit stays without
    a time, all keep the order of the export, but names alike save for numbers follow these.
    """
    by_visit = forms.dropna(subset=["visit"]).groupby("visit", sort=False)["day"]
    days = by_visit.median()
    dated = days.notna()
    named = pd.Series({visit: _named_month(visit) for visit in days.index}, dtype=float)
    month = (days / DAYS_PER_MONTH).fillna(named)
    schedule = pd.DataFrame({"month": month, "dated": dated}, index=days.index)
    schedule["day"] = schedule["month"] * DAYS_PER_MONTH
    if schedule["month"].notna().all():
        schedule = schedule.sort_values("month", kind="stable")
    else:
        schedule = schedule.loc[_by_number(list(schedule.index))]
    return schedule


def _by_number(visits: list[str]) -> list[str]:
    """Keep visits in their order, but those whose names differ in numbers only by the numbers."""
    skeletons = [_NUMBERS.sub("#", visit.casefold()) for visit in visits]
    place = {skeleton: skeletons.index(skeleton) for skeleton in skeletons}
    counted = {visit: [int(one) for one in _NUMBERS.findall(visit)] for visit in visits}
    order = zip(visits, skeletons, strict=True)
    return [visit for visit, _ in sorted(order, key=lambda one: (place[one[1]], counted[one[0]]))]


def _named_month(visit: str) -> float:
    """Read the time in a visit's name, in months: 6 in "Month 6", 0 in "Baseline".

    None is read where a cycle is named: its days begin anew.
    """
    if names_baseline(visit):
        return 0.0
    name = visit.casefold()
    if _CYCLE.search(name):
        return float("nan")
    if found := _UNIT_FIRST.search(name):
        return float(found[2]) * _MONTHS_OF[found[1][0]]
    if found := _NUMBER_FIRST.search(name):
        return float(found[1]) * _MONTHS_OF[found[2][0]]
    return float("nan")


def names_baseline(visit: str) -> bool:
    """Say whether a visit's name calls it the baseline."""
    return "baseline" in fold(visit) or fold(visit) == "bl"
