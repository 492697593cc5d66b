"""Fields that say yes or no where our column is a day, and fields without a dictionary."""

from __future__ import annotations

from typing import Any

import pytest

from retnet_core import Trial
from tests.intake.redcap.project import (
    Row,
    Variable,
    cells,
    finding,
    opened,
    raw,
    silent,
    written,
)

START: list[Variable] = [
    ("record_id", "baseline", "text", "Record ID", "", ""),
    ("arm", "baseline", "radio", "Arm", "1, TAE | 2, cTACE", ""),
]
YES_NO = "1, Yes | 0, No"


def followed(*fields: tuple[str, str, str, str], rows: list[Row]) -> Trial:
    """Open a project with a form of follow-up: name, type, label and choices of its fields."""
    dictionary = [*START, *((name, "follow_up", kind, label, choices, "")
                            for name, kind, label, choices in fields)]  # fmt: skip
    given = [{"record_id": f"{at}", "arm": 1, **row} for at, row in enumerate(rows, start=1)]
    return opened(raw(given, dictionary), dictionary)


DIED = ("death", "yesno", "Died", "")
DAY = ("death_dt", "text", "Date of death", "")


@pytest.mark.parametrize("order", [(DIED, DAY), (DAY, DIED)])
@pytest.mark.parametrize("kind", [("yesno", ""), ("radio", YES_NO), ("text", "")])
def test_a_yes_does_not_beat_the_day(order: Any, kind: tuple[str, str]) -> None:
    fields = [(name, kind[0], label, kind[1]) if name == "death" else one
              for one in order for name, _, label, _ in [one]]  # fmt: skip
    trial = followed(
        *fields, rows=[{"death": 1, "death_dt": "2020-05-06"}, {"death": 0}, {"death": 1}]
    )
    assert cells(trial.patients, "death_date") == [["2020-05-06"], [None], [None]]
    said = finding(trial, "says yes or no, and death_date is a day")
    assert (said["severity"], said["column"]) == ("assumed", "death")
    # Who died on a day that is not known is not taken for alive.
    told = trial.cells_to_check
    assert told[["patient_id", "column", "value"]].to_numpy().tolist() == [["3", "death", "yes"]]


def test_progression_is_read_from_the_days_too() -> None:
    trial = followed(
        ("progression", "radio", "Progression", "1, Yes | 2, No"),
        ("pd_date", "text", "First day of it", ""),
        rows=[{"progression": 1, "pd_date": "2020-05-06"}, {"progression": 2}],
    )
    assert cells(trial.patients, "progression_date") == [["2020-05-06"], [None]]
    assert trial.cells_to_check.empty


def test_a_yes_without_any_day_is_told_and_a_no_is_not() -> None:
    trial = followed(DIED, rows=[{"death": 1}, {"death": 0}])
    assert cells(trial.patients, "death_date") == [[None], [None]]
    assert trial.cells_to_check["patient_id"].tolist() == ["1"]


def test_the_day_may_stand_in_another_row_than_the_yes() -> None:
    dictionary = [*START, ("death", "follow_up", "yesno", "Died", "", ""),
                  ("death_date", "end", "text", "Day", "", "date_ymd")]  # fmt: skip
    rows: list[Row] = [
        {"record_id": "1", "redcap_event_name": "baseline_arm_1", "arm": 1, "death": 1},
        {"record_id": "1", "redcap_event_name": "end_arm_1", "death_date": "2020-05-06"},
    ]
    trial = opened(raw(rows, dictionary), dictionary)
    assert cells(trial.patients, "death_date") == [["2020-05-06"]]
    assert trial.cells_to_check.empty


def test_codes_that_are_not_clear_do_not_beat_the_day() -> None:
    header = ["record_id", "arm", "death", "death_date", "baseline_complete"]
    rows = [["1", "TAE", 1, "2020-05-06", 2], ["2", "TAE", 2, "", 2]]
    trial = opened(written([header, *rows]), dictionary=None)
    assert cells(trial.patients, "death_date") == [["2020-05-06"], [None]]
    assert finding(trial, "Two columns stand for death_date")["column"] == "death"


def test_what_the_user_says_is_the_day_is_read_as_one() -> None:
    dictionary = [*START, ("death", "baseline", "yesno", "Died", "", "")]
    row = {"record_id": "1", "arm": 1, "death": 1}
    trial = opened(
        raw([row], dictionary), dictionary, mapping={"patients": {"death_date": "death"}}
    )
    assert silent(trial, "says yes or no")
    assert trial.cells_to_check["column"].tolist() == ["death"]


# Without a dictionary


def test_fields_with_the_very_names_of_ours_are_used_without_a_dictionary() -> None:
    header = ["record_id", "arm", "site", "functional", "symptomatic", "extrahepatic_disease",
              "c30_q1", "c30_q2", "baseline_complete"]  # fmt: skip
    rows = [["1", "TAE", "Oslo", 1, 1, 0, 1, 2, 2], ["2", "TAE", "Penn", 0, 2, 1, 3, 4, 2]]
    trial = opened(written([header, *rows]), dictionary=None)
    assert cells(trial.patients, "site", "functional", "symptomatic", "extrahepatic_disease") == [
        ["Oslo", True, None, False], ["Penn", False, None, True],
    ]  # fmt: skip
    assert silent(trial, "not known and not used")
    asked = trial.findings[trial.findings["problem"].str.contains("column of symptomatic holds")]
    assert asked["severity"].tolist() == ["set aside"]


def test_a_site_in_a_form_of_embolizations_is_asked_about() -> None:
    header = ["record_id", "arm", "baseline_complete", "embolization_date", "dose", "site",
              "embolization_complete"]  # fmt: skip
    rows = [["1", "TAE", 2, "2020-01-02", 50, "groin", 2]]
    trial = opened(written([header, *rows]), dictionary=None)
    assert cells(trial.patients, "site") == [[None]]
    said = finding(trial, "called as site of a patient")
    assert (said["severity"], said["column"]) == ("set aside", "site")
