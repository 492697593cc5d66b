"""Follow-ups of electronic data capture that say that a patient had died."""

from __future__ import annotations

import pandas as pd

from retnet_core import Trial
from retnet_core.analysis import time_to_event
from tests.intake.edc import A, day, finding, opened, place, rave, subjects
from tests.intake.opening import said


def followed(died: str | None, *visits: tuple[str, str], **more: str) -> Trial:
    forms = {
        "DM": subjects(ARM=["TAE"]),
        "SURV": [rave("SURV", A, 3 + at, SSDAT=on, SSORRES=status)
                 for at, (on, status) in enumerate(visits)],
        "PROG": [rave("PROG", A, 9, HPDDAT="2020-06-01")],
        "DEATH": [rave("Death", A, 2, DTHDAT=died)] if died else [],
    }  # fmt: skip
    return opened({name: rows for name, rows in forms.items() if rows})


ALIVE, DEAD = ("2020-03-01", "Alive"), ("2020-08-20", "Dead")


def test_who_is_found_dead_was_followed_until_death() -> None:
    trial = followed("2020-08-01", ALIVE, DEAD)
    patient = trial.patients.iloc[0]
    assert patient["death_date"] == patient["last_contact_date"] == day("2020-08-01")
    assert not said(trial, "last contact is before")
    assert not said(trial, "before the last contact")
    assert not said(trial, "before hepatic progression")
    told = finding(trial, "followed until the day of death")
    assert place(told) == ("assumed", "SURV.csv", 3, "SSDAT", "2020-08-20")
    assert trial.source.rows_set_aside == 0
    assert (
        trial.patients["last_contact_date"].tolist()
        == followed("2020-08-01", DEAD).patients["last_contact_date"].tolist()
    )


def test_a_follow_up_after_death_is_not_hidden() -> None:
    trial = followed("2020-08-01", ("2020-08-05", "Alive"), DEAD)
    assert trial.patients["last_contact_date"].tolist() == [day("2020-08-05")]
    assert said(trial, "before the last contact")


def test_who_was_found_dead_before_the_day_of_death_is_asked_about() -> None:
    trial = followed("2020-09-01", ALIVE, DEAD)
    assert trial.patients["last_contact_date"].tolist() == [day("2020-03-01")]
    told = finding(trial, "its day is before the day of death")
    assert place(told) == ("set aside", "SURV.csv", 3, "SSDAT", "2020-08-20")


def test_the_day_of_a_dead_follow_up_is_no_day_of_death() -> None:
    trial = followed(None, ALIVE, DEAD)
    patient = trial.patients.iloc[0]
    assert patient["last_contact_date"] == day("2020-03-01")
    assert pd.isna(patient["death_date"])
    assert time_to_event.derive(trial, "os").frame.empty
    assert finding(trial, "there is no day of death to compare")["row"] == 3
