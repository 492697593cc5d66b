"""Projects as they are: each cell that was written is read, or it is said why not.

Longitudinal events, repeating instruments, data access groups, checkboxes, codes for missing
values, calculated fields, surveys, and forms that REDCap copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from retnet_core import Trial
from tests.intake.redcap.project import (
    ANSWERS,
    Row,
    Variable,
    cells,
    finding,
    labelled,
    opened,
    raw,
    silent,
    written,
)

GRADES = "1, Grade 1 - mild | 2, Grade 2 | 3, Grade 3 - severe | 4, Grade 4 | 5, Grade 5 - death"
PROJECT: list[Variable] = [
    ("study_id", "screening", "text", "Study ID", "", ""),
    ("arm", "screening", "dropdown", "Arm",
     "1, Arm 1 - BE | 2, Arm 2 - TACE | 3, Arm 3 - DEB - CLOSED", ""),
    ("sex", "screening", "radio", "Sex", "1, Male | 2, Female | UNK, Unknown", ""),
    ("age", "screening", "calc", "Age at consent", "datediff([dob], [consent], 'y')", ""),
    ("ecog", "screening", "radio", "ECOG", "1, 0 | 2, 1 | 3, 2 | -999, Missing", ""),
    ("who_grade", "screening", "radio", "WHO grade",
     "1, G1 (Ki-67 < 3%) | 2, G2 (3-20%) | 3, G3 (> 20%) | 9, Unknown", ""),
    ("ki67_percent", "screening", "text", "Ki-67 (%)", "", "number"),
    ("primary_site", "screening", "radio", "Primary",
     "1, Pancreas | 2, Small bowel | 3, Lung | 99, Other", ""),
    ("clinical", "screening", "checkbox", "Clinical",
     "1, Functional | 2, Symptomatic | -999, Not assessed", ""),
    ("randomization_date", "screening", "text", "Randomised on", "", "date_mdy"),
    ("emb_date", "embolization", "text", "Date", "", "date_ymd"),
    ("emb_technique", "embolization", "radio", "Technique", "1, Bland | 2, Lipiodol", ""),
    ("emb_target", "embolization", "checkbox", "Lobe", "r, Right | l, Left", ""),
    ("emb_dose", "embolization", "text", "Dose", "", "number_comma_decimal"),
    ("ae_term", "adverse_events", "text", "Term", "", ""),
    ("ae_grade", "adverse_events", "radio", "Grade", GRADES, ""),
    ("ae_start_date", "adverse_events", "text", "Start", "", "date_ymd"),
    ("ae_related", "adverse_events", "radio", "Related", "1, Unrelated | 2, Definite", ""),
    ("last_contact_date", "follow_up", "text", "Last contact", "", "date_ymd"),
    ("death_date", "follow_up", "text", "Death", "", "date_ymd"),
    ("c30_q1", "eortc_qlq_c30", "radio", "Q1", ANSWERS, ""),
    ("c30_q29", "eortc_qlq_c30", "radio", "Q29", "1, 1 Very poor | 2, 2 | 6, 6 | 7, 7 Excellent",
     ""),
]  # fmt: skip
SITE = {"redcap_data_access_group": "msk"}


def at(record: str, event: str, **fields: Any) -> Row:
    return {"study_id": record, "redcap_event_name": f"{event}_arm_1", **SITE, **fields}


def again(record: str, instrument: str, instance: int, **fields: Any) -> Row:
    about = {"redcap_repeat_instrument": instrument, "redcap_repeat_instance": instance}
    return at(record, "baseline", **about, **fields, **{f"{instrument}_complete": 2})


RECORDS: list[Row] = [
    at("M-001", "baseline", arm=1, sex=1, age=61, ecog=2, who_grade=2, ki67_percent="12.5",
       primary_site=99, clinical___1=1, clinical___2=0, clinical____999=0,
       randomization_date="2019-01-02", screening_complete=2, c30_q1=1, c30_q29=6),
    again("M-001", "embolization", 1, emb_date="2019-01-20", emb_technique=1, emb_target___r=1,
          emb_target___l=0, emb_dose="37,5"),
    again("M-001", "embolization", 2, emb_date="2019-02-20", emb_technique=2, emb_target___r=1,
          emb_target___l=1),
    again("M-001", "adverse_events", 1, ae_term="Nausea", ae_grade=2, ae_start_date="2019-01-22",
          ae_related=2),
    again("M-001", "adverse_events", 2, ae_term="Nausea", ae_grade=3, ae_related=1),
    at("M-001", "month_3", last_contact_date="2019-04-01", follow_up_complete=2, c30_q1=2),
    at("M-001", "month_6", last_contact_date="2019-07-01", death_date="2019-08-01",
       follow_up_complete=2),
    at("M-002", "baseline", arm=2, sex="UNK", ecog=-999, who_grade=9, primary_site=1,
       clinical___1=0, clinical___2=0, clinical____999=1, randomization_date="2019-02-02",
       screening_complete=2),
    at("M-002", "month_3", last_contact_date="2019-09-09", follow_up_complete=1),
    at("M-002", "month_6", last_contact_date="UNK", follow_up_complete=1),
]  # fmt: skip


@pytest.mark.parametrize("write", [raw, labelled])
def test_a_project_is_read_cell_by_cell(write: Any) -> None:
    trial = opened(write(RECORDS, PROJECT), PROJECT)
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (10 + len(PROJECT), 0)
    assert cells(
        trial.patients, "patient_id", "arm", "site", "sex", "age", "ecog", "who_grade",
        "ki67_percent", "primary_site", "functional", "symptomatic", "randomization_date",
        "last_contact_date", "death_date",
    ) == [
        ["M-001", "TAE", "msk", "male", 61, 1, "G2", 12.5, "other", True, False, "2019-01-02",
         "2019-07-01", "2019-08-01"],
        ["M-002", "cTACE", "msk", None, None, None, "unknown", None, "pancreas", None, None,
         "2019-02-02", "2019-09-09", None],
    ]  # fmt: skip
    assert cells(trial.embolizations, "date", "technique", "target", "doxorubicin_mg") == [
        ["2019-01-20", "Bland", "Right", 37.5],
        ["2019-02-20", "Lipiodol", "Right; Left", None],
    ]
    assert cells(trial.adverse_events, "term", "grade", "start_date", "related") == [
        ["Nausea", 2, "2019-01-22", True],
        ["Nausea", 3, None, False],
    ]
    found = trial.questionnaires.assign(visit=trial.questionnaires["visit"].str.lower())
    assert cells(found, "patient_id", "visit", "item", "value") == [
        ["M-001", "baseline", 1, 1], ["M-001", "month 3", 1, 2], ["M-001", "baseline", 29, 6],
    ]  # fmt: skip
    assert silent(trial, "not known and not used")
    # The one cell that is not read is named, with its patient.
    told = trial.cells_to_check[trial.cells_to_check["value"] == "UNK"]
    assert told[["row", "patient_id"]].values.tolist() == [[11, "M-002"]]


def test_the_last_of_several_days_is_the_last() -> None:
    trial = opened(raw(RECORDS, PROJECT), PROJECT)
    said = finding(trial, "several days for last_contact_date")
    assert (said["severity"], said["row"], said["value"]) == ("assumed", 7, "2019-04-01")
    kept = finding(trial, "another last_contact_date")
    assert (kept["severity"], kept["row"], kept["value"]) == ("set aside", 11, "UNK")


# Checkboxes

BOXES: list[Variable] = [
    ("record_id", "screening", "text", "ID", "", ""),
    ("arm", "screening", "radio", "Arm", "1, TAE | 2, cTACE", ""),
    ("clinical", "screening", "checkbox", "C", "1, Functional | 2, Symptomatic | 99, Hot", ""),
]  # fmt: skip
HEADER = ["record_id", "arm", "clinical___1", "clinical___2", "clinical___99", "screening_complete"]


def boxes(*rows: Sequence[Any]) -> Trial:
    return opened(written([HEADER, *rows]), BOXES)


def test_boxes_may_hold_the_words_of_their_choice() -> None:
    trial = boxes(
        ["1", "TAE", "Functional", "", "", "Complete"], ["2", "TAE", "", "", "", "Complete"]
    )
    assert cells(trial.patients, "functional", "symptomatic") == [[True, False], [False, False]]
    said = finding(trial, "blank ones were read as not ticked")
    assert (said["severity"], said["column"]) == ("assumed", "clinical___1, clinical___2")


def test_a_blank_box_is_no_no_where_others_are_not_ticked() -> None:
    trial = boxes(["1", "1", "1", "0", "0", "2"], ["2", "1", "", "0", "0", "2"])
    assert cells(trial.patients, "functional", "symptomatic") == [[True, False], [None, False]]
    assert silent(trial, "not ticked")


def test_what_is_neither_ticked_nor_not_is_told() -> None:
    trial = boxes(["1", "1", "-999", "UNK", "0", "2"], ["2", "1", "1", "0", "1", "2"])
    assert cells(trial.patients, "functional", "symptomatic") == [[None, None], [True, False]]
    assert finding(trial, "neither yes nor no")["value"] == "-999"


@pytest.mark.parametrize(("code", "read"), [("_999", None), ("unk", None), ("5", False)])
def test_a_box_for_what_is_not_known_empties_the_others(code: str, read: bool | None) -> None:
    header = [*HEADER[:4], f"clinical___{code}", "screening_complete"]
    trial = opened(written([header, ["1", "1", 0, 0, 1, 2]]), BOXES)
    assert cells(trial.patients, "functional") == [[read]]


# Forms that come again


def test_forms_that_redcap_copied_are_read_by_the_names_they_were_copied_from() -> None:
    fields: list[Variable] = [
        *BOXES[:2],
        ("ecog", "screening", "radio", "ECOG", "0, 0 | 1, 1", ""),
        *((f"c30_q{n}", "qlq_c30", "radio", f"Q{n}", ANSWERS, "") for n in (1, 2)),
        *((f"c30_q{n}_v2", "qlq_c30_v2", "radio", f"Q{n}", ANSWERS, "") for n in (1, 2)),
        ("ae_term_v2_v2", "adverse_events_v2_v2", "text", "What", "", ""),
        ("ae_grade_v2_v2", "adverse_events_v2_v2", "radio", "How bad", GRADES, ""),
        ("ecog_v2", "later", "radio", "ECOG later", "0, 0 | 1, 1", ""),
    ]
    row = {"record_id": "1", "arm": 1, "ecog": 1, "c30_q1": 1, "c30_q2": 2, "c30_q1_v2": 3,
           "c30_q2_v2": 4, "ae_term_v2_v2": "Pain", "ae_grade_v2_v2": 3, "ecog_v2": 0}  # fmt: skip
    trial = opened(raw([row], fields), fields)
    assert cells(trial.patients, "arm", "ecog") == [["TAE", 1]]
    assert cells(trial.adverse_events, "term", "grade") == [["Pain", 3]]
    assert cells(trial.questionnaires, "visit", "item", "value") == [
        ["qlq_c30", 1, 1], ["qlq_c30", 2, 2], ["qlq_c30_v2", 1, 3], ["qlq_c30_v2", 2, 4],
    ]  # fmt: skip
    assert "qlq_c30, qlq_c30_v2" in finding(trial, "Several forms ask the same items")["problem"]
    assert finding(trial, "Two columns stand for ecog")["column"] == "ecog_v2"


def test_days_of_the_patient_in_a_repeating_instrument() -> None:
    fields: list[Variable] = [
        *BOXES[:2],
        ("last_contact_date", "visits", "text", "Seen", "", "date_ymd"),
        ("death_date", "visits", "text", "Died", "", "date_ymd"),
        ("state", "visits", "radio", "State", "1, Alive | 2, Dead", ""),
    ]
    seen = [
        {"last_contact_date": "2019-05-01", "state": 1},
        {"last_contact_date": "2019-01-01", "death_date": "2019-06-01"},
        {"state": 2},
    ]
    about = {"record_id": "1", "redcap_repeat_instrument": "visits"}
    rows: list[Row] = [{"record_id": "1", "arm": 1}]
    rows += [{**about, "redcap_repeat_instance": n, **one} for n, one in enumerate(seen, start=1)]
    trial = opened(raw(rows, fields), fields)
    assert cells(trial.patients, "last_contact_date", "death_date") == [
        ["2019-05-01", "2019-06-01"]
    ]
    assert trial.source.rows_set_aside == 1
    assert finding(trial, "of which nothing is read")["row"] == 5
    assert finding(trial, "death_date was also looked for")["column"] == "death_date"
    ecog = opened(raw(rows, fields), fields, mapping={"patients": {"differentiation": "state"}})
    assert ecog.patients["differentiation"].tolist() == ["Alive"]


# Answers and grades


def answered(choices: str, *answers: Any) -> Trial:
    names = [f"c30_q{n}" for n in range(1, len(answers) + 1)]
    fields: list[Variable] = [
        *BOXES[:2], *((name, "qlq_c30", "radio", name, choices, "") for name in names)
    ]  # fmt: skip
    return opened(raw([{"record_id": "1", "arm": 1, **dict(zip(names, answers, strict=True))}],
                      fields), fields)  # fmt: skip


def test_answers_in_another_language_are_taken_by_codes_that_begin_at_1() -> None:
    words = "Überhaupt nicht", "Wenig", "Mäßig", "Sehr"
    from_1 = " | ".join(f"{code}, {word}" for code, word in enumerate(words, start=1))
    trial = answered(f"{from_1} | 9, Not applicable", 1, 4, 9)
    assert trial.questionnaires["value"].tolist() == [1, 4]
    assert finding(trial, "words that are not known here")["severity"] == "assumed"
    from_0 = " | ".join(f"{code}, {word}" for code, word in enumerate(words))
    trial = answered(from_0, 0, 3)
    assert trial.questionnaires["value"].isna().tolist() == [True, True]
    assert set(trial.findings.loc[trial.findings["table"] == "questionnaires", "value"]) == {
        "Überhaupt nicht", "Sehr",
    }  # fmt: skip


def test_answers_of_which_nobody_knows_whether_they_are_codes_are_asked_about_once() -> None:
    trial = answered("0, 1 | 1, 2 | 2, 3 | 3, 4", 1, 2, 3)
    assert trial.questionnaires["value"].tolist() == [2, 3, 4]  # by the code of the arm
    fields = [BOXES[0], *((f"c30_q{n}", "qlq_c30", "radio", f"c30_q{n}",
                           "0, 1 | 1, 2 | 2, 3 | 3, 4", "") for n in (1, 2))]  # fmt: skip
    asked = opened(raw([{"record_id": "1", "c30_q1": 1, "c30_q2": 2}], fields), fields)
    assert asked.questionnaires["value"].isna().all()
    said = finding(asked, "codes or labels?")
    assert "'1' in 1 row, '2' in 1 row" in said["problem"]


def test_an_answer_that_the_form_does_not_have_is_told() -> None:
    trial = answered("0, Not at all | 1, A little | 2, Quite a bit | 3, Very much | 4, Worst", 4)
    assert trial.questionnaires["value"].isna().tolist() == [True]
    assert trial.findings["value"].eq("Worst").sum() == 1


def test_words_that_run_from_death_to_mild_are_no_grades_by_code() -> None:
    turned = "1, Death | 2, Life-threatening | 3, Severe | 4, Moderate | 5, Mild"
    fields: list[Variable] = [
        *BOXES[:2],
        ("ae_term", "ae", "text", "What", "", ""),
        ("ae_grade", "ae", "radio", "Grade", turned, ""),
    ]
    row = {"record_id": "1", "arm": 1, "ae_term": "Pain", "ae_grade": 5}
    trial = opened(raw([row], fields), fields)
    assert trial.adverse_events["grade"].isna().tolist() == [True]
    assert silent(trial, "taken for CTCAE grades")
