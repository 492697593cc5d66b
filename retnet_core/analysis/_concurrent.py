"""With whom an arm that was closed early is compared, in words."""

from __future__ import annotations

from dataclasses import replace

from retnet_core import wording
from retnet_core.protocol import CLOSED_ARMS
from retnet_core.trial import Trial, join_words


def closed_note(trial: Trial) -> list[str]:
    """Say whom a narrowed trial compares with its arms closed early; nothing without them."""
    there = set(trial.patients["arm"])
    closed = [arm for arm in trial.arms if arm in CLOSED_ARMS & there]
    if not closed or (there == set(closed) and not trial.cohort.concurrent_with):
        return []
    name, period = join_words(closed), trial.open_period(closed)
    if trial.cohort.concurrent_with and period:
        first, last = (f"{day.day} {day:%b %Y}" for day in period)
        everyone = trial.whole.select(replace(trial.cohort, concurrent_with=None)).patients
        undated = everyone["randomization_date"].isna()
        theirs = everyone["arm"].isin(closed)
        lost = wording.count(int((undated & ~theirs).sum()), "patient")
        unknown = wording.count(int((undated & theirs).sum()), f"{name} patient")
        return [
            f"Of all arms only patients randomised between the first and the last of {name} in the "
            f"data are compared ({first} to {last}); it may have been open for longer."
            + f" {lost} without that date: left out." * bool((undated & ~theirs).any())
            + f" {unknown} without that date." * bool((undated & theirs).any())
        ]
    why = "" if period else " The export has no randomisation date of it."
    return [
        f"{name} is compared with all patients, also those randomised when it was not open.{why}"
    ]
