"""What a REDCap export says of its patients."""

from __future__ import annotations

from retnet_core import load_export
from retnet_core.intake.files import bundle
from tests.intake.redcap.project import (
    DICTIONARY,
    ROWS,
    START,
    Row,
    accounted,
    cells,
    dictionary_file,
    finding,
    labelled,
    opened,
    raw,
    silent,
)


def test_two_values_of_a_patient_are_reported_and_the_first_is_kept() -> None:
    trial = opened(raw([*ROWS, {**ROWS[5], "redcap_event_name": "month_3_arm_1", "ecog": 2}]))
    said = finding(trial, "another ecog")
    assert (said["severity"], said["row"], said["column"], said["value"]) == (
        "set aside", 8, "ecog", "2",
    )  # fmt: skip
    assert trial.patients["ecog"].tolist() == [1, 0]
    assert silent(trial, "another sex")


def test_the_first_value_that_is_not_blank_is_taken() -> None:
    rows = [
        {"record_id": "1", "redcap_event_name": START, "arm_assigned": 1},
        {"record_id": "1", "redcap_event_name": "end_arm_1", "death_date": "2021-01-01"},
    ]
    trial = opened(raw(rows))
    assert cells(trial.patients, "arm", "death_date") == [["TAE", "2021-01-01"]]
    assert trial.source.rows_set_aside == 0


def test_a_cell_of_a_later_event_is_named_in_its_own_row() -> None:
    rows = [
        {"record_id": "1", "redcap_event_name": START, "arm_assigned": 1},
        {"record_id": "1", "redcap_event_name": "month_3_arm_1", "scan_date": "2020-05-01"},
        {"record_id": "1", "redcap_event_name": "end_arm_1", "death_date": "2021-02-30"},
        {"record_id": "2", "redcap_event_name": START, "arm_assigned": 2},
        {"record_id": "2", "redcap_event_name": "end_arm_1", "death_date": "2021-03"},
    ]
    trial = opened(raw(rows))
    told = trial.cells_to_check.query("column == 'death_date'")
    assert told[["row", "patient_id", "value"]].values.tolist() == [
        [4, "1", "2021-02-30"], [6, "2", "2021-03"],
    ]  # fmt: skip
    assert finding(trial, "has no day")["row"] == 6


def test_a_cell_of_a_later_file_is_named_in_that_file() -> None:
    first = [{"record_id": "1", "redcap_event_name": START, "arm_assigned": 1}]
    later = [
        {"record_id": "2", "redcap_event_name": START, "arm_assigned": 2},
        {"record_id": "1", "redcap_event_name": "end_arm_1", "death_date": "2021-02-30"},
    ]
    files = [("first.csv", raw(first)), ("later.csv", raw(later)), ("d.csv", dictionary_file())]
    trial = accounted(load_export(bundle(files), "export.zip"))
    said = finding(trial, "not in the calendar")
    assert (said["sheet"], said["row"], said["column"]) == ("later.csv", 3, "death_date")
    listed = trial.cells_to_check.query("value == '2021-02-30'")
    assert listed["patient_id"].tolist() == ["1"]


def test_codes_of_arms_are_not_guessed_without_a_dictionary() -> None:
    trial = opened(raw(), dictionary=None)
    assert trial.arms == ("1", "2")
    said = finding(trial, "This column of arm holds codes")
    assert (said["severity"], said["column"]) == ("assumed", "arm_assigned")
    assert "data dictionary" in said["remedy"]
    assert finding(trial, "'1' is no arm of RETNET")["row"] == 2
    assert finding(trial, "This column of sex holds codes")["column"] == "sex"


def test_labels_need_no_dictionary_where_they_are_known() -> None:
    trial = opened(labelled(), dictionary=None)
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["sex"].tolist() == ["female", "male"]
    assert trial.patients["ecog"].tolist() == [1, 0]
    assert trial.patients["symptomatic"].tolist()[0] is False
    assert silent(trial, "holds codes")


def test_an_export_without_arms_opens_and_says_so() -> None:
    rows: list[Row] = [{k: v for k, v in row.items() if k != "arm_assigned"} for row in ROWS]
    rows[5] = {**rows[5], "redcap_event_name": "baseline_arm_2"}
    without = [one for one in DICTIONARY if one[0] != "arm_assigned"]
    trial = opened(raw(rows, without), without)
    assert trial.arms == ("unknown",)
    assert len(trial.questionnaires) == 4
    assert "an arm called 'unknown'" in trial.findings["problem"].str.cat()
    assert "several arms of REDCap (1 and 2)" in finding(trial, "schedules of visits")["problem"]


def test_a_site_wins_over_the_data_access_group() -> None:
    trial = opened(raw())
    assert finding(trial, "data access group")["severity"] == "assumed"
    with_site = [*DICTIONARY[:2], ("site", "baseline", "text", "Site", "", ""), *DICTIONARY[2:]]
    trial = opened(raw([{**ROWS[0], "site": "Oslo"}, *ROWS[1:]], with_site), with_site)
    assert trial.patients["site"].tolist() == ["Oslo", None]
    assert silent(trial, "data access group")


def test_two_columns_for_one_of_ours_are_reported() -> None:
    twice = [*DICTIONARY[:3], ("gender", "baseline", "text", "Gender", "", ""), *DICTIONARY[3:]]
    trial = opened(raw([{**ROWS[0], "gender": "male"}, *ROWS[1:]], twice), twice)
    assert trial.patients["sex"].tolist() == ["female", "male"]
    assert finding(trial, "Two columns stand for sex")["column"] == "gender"


def test_a_mapping_wins() -> None:
    mapping = {"patients": {"arm": "sex", "patient_id": "record_id", "age": "years"}}
    trial = opened(raw(), mapping=mapping)
    assert trial.patients["arm"].tolist() == ["Female", "Male"]
    assert finding(trial, "named as age")["column"] == "years"
