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
        others = everyone[~everyone["arm"].isin(closed)]
        undated = int(others["randomization_date"].isna().sum())
        lost = f" {wording.count(undated, 'patient')} without that date: left out." * bool(undated)
        return [
            f"Of all arms only patients randomised while {name} was open are compared: from "
            f"{first} to {last}, its first and last randomisation in the data.{lost}"
        ]
    why = "" if period else " The export has no randomisation date of it."
    return [
        f"{name} is compared with all patients, also those randomised when it was not open.{why}"
    ]
