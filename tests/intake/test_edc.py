"""Forms of data capture systems: what each becomes, what is asked, and that every row is counted.

The exports are made up here as Medidata Rave, Veeva Vault CDMS and secuTrial write them: a file a
form, with the systems' own columns in every one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, load_export
from retnet_core.analysis import time_to_event, treatment
from tests.intake.edc import (
    TRIAL,
    A,
    B,
    C,
    Row,
    day,
    finding,
    opened,
    place,
    rave,
    subjects,
    table,
    zipped,
)
from tests.intake.opening import adds_up, archive, said

# Medidata Rave


def test_patients_are_joined_from_all_forms_that_say_something_of_them() -> None:
    trial = opened(TRIAL)
    patients = trial.patients
    assert patients["patient_id"].tolist() == [A, B, C]
    assert patients["arm"].tolist() == ["TAE", "cTACE", "DEB-TACE"]
    assert patients["sex"].tolist() == ["female", "male", "male"]
    assert patients["age"].tolist() == [61, 70, 55]
    assert patients["site"].tolist() == ["Oslo", "Oslo", "Bergen"]
    assert patients["randomization_date"].tolist() == [
        day("2020-01-12"), day("2020-02-03"), pd.NaT,
    ]  # fmt: skip
    assert patients["death_date"].tolist() == [pd.NaT, day("2021-03-01"), pd.NaT]
    # Of A the later of two days alive; B was followed until death, C lost on the day of the form.
    assert patients["last_contact_date"].tolist() == [
        day("2021-07-05"), day("2021-03-01"), pd.NaT,
    ]  # fmt: skip


def test_rows_are_counted_once_whatever_became_of_them() -> None:
    trial = opened(TRIAL)
    # Set aside: the row that says there was no event, and two of a form that nobody knows, and one
    # of the follow-up of a patient who was lost to it.
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (23, 4)
    # 3 patients, 3 sessions, 2 responses, 2 events, 1 lab, 1 form; 7 went into rows of patients.
    assert trial.source.rows_used == 19
    assert trial.source.layout == "EDC export"


def test_rows_of_the_other_tables() -> None:
    trial = opened(TRIAL)
    sessions = trial.embolizations
    assert sessions["date"].tolist() == [day("2020-01-20"), day("2020-02-20"), day("2020-02-10")]
    np.testing.assert_array_equal(sessions["doxorubicin_mg"], [np.nan, np.nan, 50])
    responses = trial.assessments
    assert responses["overall_response"].tolist() == ["SD", "PD"]
    assert responses["visit"].tolist() == ["Month 3", "Month 3"]
    assert responses["date"].tolist() == [day("2020-04-20"), day("2020-05-10")]
    events = trial.adverse_events
    assert events["term"].tolist() == ["Abdominal pain", "fever"]
    assert events["grade"].tolist() == [3, 1]
    assert events["serious"].tolist() == [False, True]
    assert events["related"].tolist() == [True, False]
    assert events["start_date"].tolist() == [day("2020-01-21"), day("2020-01-22")]
    labs = trial.labs.iloc[0]
    assert tuple(labs[["test", "value", "unit", "upper_limit", "visit"]]) == (
        "Chromogranin A", 210, "ng/mL", 100, "Month 3",
    )  # fmt: skip


def test_answers_count_as_circled_whatever_their_code() -> None:
    trial = opened(TRIAL)
    answers = trial.questionnaires
    assert answers[["item", "value"]].to_numpy().tolist() == [[1, 1], [2, 4], [29, 6]]
    assert set(answers["instrument"]) == {"QLQ-C30"}
    assert set(answers["date"]) == {day("2020-04-18")}
    told = trial.findings[trial.findings["problem"].str.contains("the label was used")]
    assert set(told["column"]) == {"ARM", "Q1", "Q2"}
    assert finding(trial, "the day of the visit was taken")["column"] == "RecordDate"


def test_what_is_said_of_an_export_of_rave() -> None:
    trial = opened(TRIAL)
    read_as = finding(trial, "Read as EDC export")["problem"]
    assert "as forms of Medidata Rave do" in read_as
    several = finding(trial, "several days that stand for last_contact_date; the latest was taken")
    assert place(several) == ("assumed", "SURV.csv", 3, "SSDAT", "2021-07-05")
    partial = finding(trial, "This date has no day")
    # The patient begins in DM; the cell stands in another form.
    assert place(partial) == ("set aside", "RAND.csv", 4, "RANDDAT", "UN MAR 2020")
    lost = finding(trial, "does not say that the patient was alive")
    assert (lost["sheet"], lost["row"], lost["column"]) == ("SURV.csv", 5, "SSORRES")
    dead = finding(trial, "followed until the day of death")
    assert place(dead) == ("assumed", "SURV.csv", 4, "SSDAT", "2021-03-02")
    unknown = finding(trial, "The form is not known")
    assert place(unknown)[:2] == ("set aside", "SHOES.csv")
    assert "2 rows were not used" in unknown["problem"]
    none = finding(trial, "The row holds no adverse event")
    assert place(none) == ("set aside", "AE.csv", 4, "Subject", B)
    unused = trial.findings[trial.findings["problem"].str.contains("not known and not used")]
    assert unused.set_index("sheet")["column"].to_dict() == {
        "DM.csv": "BRTHYR", "AE.csv": "AEYN", "LB.csv": "LBSTRESN, LBSTRESU",
        "DEATH.csv": "DTHCAUS",
    }  # fmt: skip


def test_a_row_of_labels_is_no_data() -> None:
    rows = [dict(row) for row in subjects(AGE=[50, 60], ARM=["TAE", "TACE"])]
    labels = {title: f"Label of {title}" for title in rows[0]} | {
        "Subject": "Subject name or identifier"
    }
    for under in (True, False):
        titles = list(rows[0])
        over = [] if under else [[labels[title] for title in titles]]
        text = table([labels, *rows] if under else rows, over)
        trial = load_export(archive({"DM.csv": text, "AE.csv": table(TRIAL["AE"])}))
        assert trial.patients["age"].tolist() == [50, 60]
        assert trial.source.rows_read == 5
        assert adds_up(trial)
        assert finding(trial, "holds labels of the headers")["row"] == (2 if under else 1)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"F": "2019-03-12", "RAW": "12 MAR 2019", "Y": 2019, "M": 3, "D": 12}, "2019-03-12"),
        ({"F": "12MAR2019:00:00:00.000"}, "2019-03-12"),
        ({"Y": 2019, "M": "03", "D": "12"}, "2019-03-12"),
        ({"Y": 2019, "M": "MAR", "D": 12}, "2019-03-12"),
        ({"F": "UN UNK 2019", "Y": 2019, "M": 3, "D": 12}, "2019-03-12"),
        # Day and month can be turned in the date itself, not in its parts or in the typed one.
        ({"F": "03/04/2019", "Y": 2019, "M": 4, "D": 3}, "2019-04-03"),
        ({"F": "03/04/2019", "RAW": "04 MAR 2019"}, "2019-03-04"),
        ({"RAW": "12 MAR 2019"}, "2019-03-12"),
        ({"F": ""}, None),
    ],
)
def test_dates_that_come_in_parts(cells: Mapping[str, Any], expected: str | None) -> None:
    trial = opened({"DM": subjects(ARM=["TAE"], **dated(cells))})
    read = trial.patients["randomization_date"].tolist()
    assert read == [pd.NaT if expected is None else day(expected)]
    assert not said(trial, "emptied")


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"F": "", "RAW": "UN UNK 2019", "Y": 2019, "M": "", "D": ""}, "UN UNK 2019"),
        ({"F": "UN UNK 2019", "Y": 2019, "M": 3, "D": ""}, "UN UNK 2019"),
        ({"Y": 2019, "M": 3, "D": ""}, "2019-3"),
    ],
)
def test_a_partial_date_is_never_filled_in(cells: Mapping[str, Any], value: str) -> None:
    trial = opened({"DM": subjects(ARM=["TAE"], RANDDAT_INT=["2019-07-01"], **dated(cells))})
    assert trial.patients["randomization_date"].isna().all()
    assert finding(trial, "This date has no day")["value"] == value


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"F": "2019-03-12", "RAW": "13 MAR 2019"}, "2019-03-12 or 13 MAR 2019"),
        ({"F": "2019-03-12", "Y": 2019, "M": 3, "D": 13}, "2019-03-12 or 2019-03-13"),
        ({"F": "03/04/2019", "Y": 2019, "M": 5, "D": 6}, "03/04/2019 or 2019-05-06"),
    ],
)
def test_a_date_whose_parts_say_another_day_is_asked_about(
    cells: Mapping[str, Any], shown: str
) -> None:
    trial = opened({"DM": subjects(ARM=["TAE"], **dated(cells))})
    assert trial.patients["randomization_date"].isna().all()
    assert finding(trial, "say different days")["value"] == shown
    assert trial.unreadable[["column", "patient_id"]].to_numpy().tolist() == [
        ["randomization_date", A]
    ]


def test_a_date_that_was_filled_in_is_said() -> None:
    cells = dated({"F": "2019-03-01", "RAW": "UN MAR 2019"})
    trial = opened({"DM": subjects(ARM=["TAE"], **cells)})
    assert trial.patients["randomization_date"].tolist() == [day("2019-03-01")]
    assert finding(trial, "was filled in before the export")["severity"] == "assumed"


def dated(cells: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = {"F": "", "RAW": "_RAW", "Y": "_YYYY", "M": "_MM", "D": "_DD"}
    return {f"RANDDAT{names[name]}": [cell] for name, cell in cells.items()}


@pytest.mark.parametrize(
    ("items", "ours", "expected", "words"),
    [
        ({"SEX": "Female", "SEX_STD": "F"}, "sex", "female", ""),
        ({"SEX": "Female", "SEX_STD": 2}, "sex", "female", "the label was used"),
        ({"SEX": "", "SEX_STD": "F"}, "sex", "female", ""),
        ({"SEX_RAW": "f"}, "sex", "female", ""),
        ({"SEX": "Male", "SEX_STD": "F"}, "sex", None, "say different things"),
        ({"SEX_STD": "F", "SEX_RAW": "male"}, "sex", None, "say different things"),
        ({"SEX": 2, "SEX_STD": 2}, "sex", None, "not one of"),
        ({"WHOGRADE": "G2", "WHOGRADE_STD": 1}, "who_grade", "G2", "the label was used"),
        ({"ECOG": "1 - Restricted", "ECOG_STD": 1}, "ecog", 1, ""),
        ({"ECOG": "Fully active", "ECOG_STD": 0}, "ecog", 0, "the codes were taken"),
        ({"ECOG": "1", "ECOG_STD": 2}, "ecog", None, "say different things"),
        ({"AGE": "61", "AGE_RAW": "61.0"}, "age", 61, ""),
        ({"AGE": "61", "AGEU": "YEARS"}, "age", 61, ""),
        ({"AGE": "732", "AGEU": "MONTHS"}, "age", None, "not a number"),
        ({"EXTRAHEP": "No", "EXTRAHEP_STD": 2}, "extrahepatic_disease", False, "the label"),
        ({"EXTRAHEP": "Yes", "EXTRAHEP_STD": "N"}, "extrahepatic_disease", pd.NA, "different"),
    ],
)
def test_a_code_and_its_label(
    items: Mapping[str, Any], ours: str, expected: Any, words: str
) -> None:
    columns = {name: [cell] for name, cell in items.items()}
    trial = opened({"DM": subjects(RANDDAT=["2020-01-01"], **columns)})
    found = trial.patients[ours].tolist()[0]
    assert pd.isna(found) if expected is None or expected is pd.NA else found == expected
    if words:
        assert said(trial, words)
    else:
        assert set(trial.findings["severity"]) <= {"note", "assumed"}
        assert not said(trial, "label was used")


def test_two_arms_of_one_subject_make_no_third() -> None:
    trial = opened({"DM": subjects(ARM=["Bland", "TACE"], ARM_STD=["cTACE", "cTACE"])})
    assert trial.patients["arm"].tolist() == ["unknown", "cTACE"]
    told = finding(trial, "say different things")
    assert place(told) == ("set aside", "DM.csv", 2, "ARM", "cTACE or Bland")


def test_forms_that_contradict_each_other() -> None:
    forms = {
        "DM": subjects(SEX=["Female", "Male"], AGE=[61, 62], DTHDAT=["UN MAR 2021", ""]),
        "RAND": [
            rave("Randomisation", A, 8, ARM="TAE", SEX="f", AGE=66, DTHDAT="2021-03-05"),
            rave("Randomisation", B, 9, ARM="cTACE", SEX="M", AGE="62.0", DTHDAT=""),
        ],
    }
    trial = opened(forms)
    assert trial.patients["sex"].tolist() == ["female", "male"]
    assert trial.patients["age"].tolist() == [61, 62]
    # A date that can be read is kept before one that cannot.
    assert trial.patients["death_date"].tolist() == [day("2021-03-05"), pd.NaT]
    age = finding(trial, "another age")
    assert place(age) == ("set aside", "RAND.csv", 2, "AGE", "66")
    assert "('61' in 'DM.csv', row 2, AGE), which was kept; this value ('66')" in age["problem"]
    death = finding(trial, "another death_date")
    assert place(death) == ("set aside", "DM.csv", 2, "DTHDAT", "UN MAR 2021")
    assert not said(trial, "another sex")


def test_many_contradictions_are_told_in_few_findings() -> None:
    size = 60
    forms = {
        "DM": subjects(AGE=[50] * size, ARM=["TAE"] * size),
        "RAND": [rave("Randomisation", f"01-{at + 1:03d}", at, AGE=51) for at in range(size)],
    }
    trial = opened(forms)
    told = trial.findings[trial.findings["problem"].str.contains("another age")]
    assert len(told) == 21
    assert "40 cells" in told["problem"].iloc[-1]


def test_two_items_that_stand_for_one_column() -> None:
    trial = opened({"RAND": subjects(ARM=["TAE", "TAE"], TRTARM=["TAE", "cTACE"])})
    assert trial.patients["arm"].tolist() == ["TAE", "TAE"]
    told = finding(trial, "'ARM' gives another arm")
    assert place(told) == ("set aside", "RAND.csv", 3, "TRTARM", "cTACE")
    rival = opened({"RAND": subjects(ARM=["TAE"], Group=["A"])})
    assert finding(rival, "Two items stand for arm")["column"] == "Group"


def test_the_earliest_of_several_progressions_and_other_therapies() -> None:
    forms = {
        "DM": subjects(ARM=["TAE"]),
        "PROG": [
            rave("Progression", A, 2, PDDAT="2021-05-05"),
            rave("Progression", A, 3, PDDAT="2021-02-05"),
        ],
    }
    trial = opened(forms)
    assert trial.patients["progression_date"].tolist() == [day("2021-02-05")]
    told = finding(trial, "the earliest was taken")
    assert place(told) == ("assumed", "PROG.csv", 3, "PDDAT", "2021-02-05")


def test_a_follow_up_without_a_status_is_assumed_to_be_of_a_living_patient() -> None:
    forms = {"DM": subjects(ARM=["TAE"]), "FU": [rave("Follow-up", A, 2, FUDAT="2021-05-05")]}
    trial = opened(forms)
    assert trial.patients["last_contact_date"].tolist() == [day("2021-05-05")]
    assert finding(trial, "does not say whether the patient was alive")["severity"] == "assumed"
    sure = {**forms, "FU": [rave("Follow-up", A, 2, FUDAT="2021-05-05", LSTALVDT="2021-04-01")]}
    assert opened(sure).patients["last_contact_date"].tolist() == [day("2021-04-01")]


def test_a_death_without_a_day_is_said() -> None:
    forms = {"DM": subjects(ARM=["TAE"]),
             "SURV": [rave("Survival", A, 2, SSDAT="2021-05-05", SSORRES="Dead")]}  # fmt: skip
    trial = opened(forms)
    assert trial.patients["last_contact_date"].isna().all()
    assert place(finding(trial, "no form has a day of death")) == (
        "note", "SURV.csv", 2, "SSORRES", "Dead",
    )  # fmt: skip
    assert not said(opened(TRIAL), "no form has a day of death")


def test_a_cell_of_another_form_is_named_where_it_stands() -> None:
    died = [rave("Death", B, 3, DTHDAT="01 JAN 2021"), rave("Death", A, 4, DTHDAT="31 FEB 2021")]
    follow_up = [rave("SURV", C, 5, SSDAT="2021-01-01", SSORRES="Dead")]
    trial = opened({"DM": subjects(ARM=["TAE", "TACE", "DEB"]), "DEATH": died, "SURV": follow_up})
    impossible = finding(trial, "not in the calendar")
    assert place(impossible) == ("set aside", "DEATH.csv", 3, "DTHDAT", "31 FEB 2021")
    listed = trial.cells_to_check[["sheet", "row", "column", "patient_id", "value"]]
    cells = list(listed.itertuples(index=False, name=None))
    assert ("DEATH.csv", 3, "DTHDAT", A, "31 FEB 2021") in cells
    assert ("SURV.csv", 2, "SSORRES", C, "Dead") in cells
    assert "DM.csv" not in set(listed["sheet"])


def test_a_blank_cell_is_named_in_the_row_of_its_patient() -> None:
    forms = {"DM": subjects(AGE=[50, 60]), "RAND": [rave("RAND", A, 2, ARM="TAE")]}
    told = finding(opened(forms), "The patient has no arm")
    assert place(told) == ("assumed", "DM.csv", 3, "", "")


def test_ecog_is_that_of_the_baseline() -> None:
    visits = [("Month 3", 2), ("Screening", 1), ("Month 6", 3)]
    rows = [rave("ECOG", A, at, visit=visit, ECOG=ps) for at, (visit, ps) in enumerate(visits)]
    trial = opened({"DM": subjects(ARM=["TAE"]), "ECOG": rows})
    assert trial.patients["ecog"].tolist() == [1]
    later = finding(trial, "a visit other than screening or baseline")
    assert (later["severity"], later["row"]) == ("note", 2)
    nameless = [{**row, "InstanceName": "V", "FolderName": "V"} for row in rows]
    first = opened({"DM": subjects(ARM=["TAE"]), "ECOG": nameless})
    assert first.patients["ecog"].tolist() == [2]
    assert first.findings["problem"].str.contains("another ecog").sum() == 2


def test_an_arm_that_is_known_is_kept_before_a_code() -> None:
    forms = {"DM": subjects(ARM=["A"]), "RAND": [rave("RAND", A, 2, ARM="TACE")]}
    trial = opened(forms)
    assert trial.patients["arm"].tolist() == ["cTACE"]
    assert place(finding(trial, "another arm"))[1:] == ("DM.csv", 2, "ARM", "A")


def test_a_row_that_was_exported_twice_counts_once() -> None:
    event = TRIAL["AE"][0]
    forms = {"DM": [*subjects(ARM=["TAE"]), *subjects(ARM=["TAE"])], "AE": [event, event]}
    trial = opened(forms)
    assert len(trial.patients) == 1
    assert len(trial.adverse_events) == 1
    told = trial.findings[trial.findings["problem"].str.contains("repeats an earlier one")]
    assert told[["sheet", "row"]].to_numpy().tolist() == [["DM.csv", 3], ["AE.csv", 3]]
    again = {"DM": subjects(ARM=["TAE"]), "DM_copy": subjects(ARM=["TAE"])}
    assert place(finding(opened(again), "of an earlier sheet"))[1:3] == ("DM_copy.csv", 2)


def test_rows_that_were_taken_back_and_rows_without_a_subject() -> None:
    forms = {
        "DM": [
            rave("Demography", A, 1, RecordActive=1, ARM="TAE"),
            rave("Demography", B, 2, RecordActive=0, ARM="TAE"),
            rave("Demography", "", 3, RecordActive=1, ARM="TAE"),
        ]
    }
    trial = opened(forms)
    assert trial.patients["patient_id"].tolist() == [A]
    assert place(finding(trial, "was taken back"))[1:4] == ("DM.csv", 3, "RecordActive")
    assert place(finding(trial, "has no patient id"))[1:3] == ("DM.csv", 4)


def test_screen_failures_are_no_patients() -> None:
    forms = {
        "DM": subjects(AGE=[50, 60]),
        "RAND": [
            rave("Randomisation", A, 8, ARM="TAE"),
            rave("Randomisation", B, 9, ARM="Screen Failure"),
        ],
        "AE": [TRIAL["AE"][0], {**TRIAL["AE"][1], "Subject": B}],
    }
    trial = opened(forms)
    assert trial.patients["patient_id"].tolist() == [A]
    assert len(trial.adverse_events) == 1
    told = trial.findings[trial.findings["problem"].str.contains("never randomised")]
    assert told[["sheet", "row"]].to_numpy().tolist() == [
        ["DM.csv", 3], ["RAND.csv", 3], ["AE.csv", 3],
    ]  # fmt: skip


def test_a_subject_of_another_form_alone_is_no_patient() -> None:
    trial = opened({"DM": subjects(ARM=["TAE"]), "AE": [{**TRIAL["AE"][0], "Subject": "99"}]})
    assert trial.adverse_events.empty
    assert finding(trial, "is not in the table patients")["value"] == "99"


def test_serious_events_would_count_twice() -> None:
    trial = opened({"DM": subjects(ARM=["TAE"]), "SAE": TRIAL["AE"]})
    assert trial.adverse_events.empty
    assert place(finding(trial, "they would count twice"))[:2] == ("set aside", "SAE.csv")


def test_a_form_is_known_by_its_items() -> None:
    trial = opened({"DM": subjects(ARM=["TAE"]), "F17": [dict(TRIAL["AE"][0], DataPageName="F17")]})
    assert trial.adverse_events["term"].tolist() == ["Abdominal pain"]
    told = finding(trial, "is not known by its name")
    assert (told["severity"], told["sheet"]) == ("assumed", "F17.csv")


def test_a_form_that_lacks_what_its_name_promises() -> None:
    trial = opened({"DM": subjects(ARM=["TAE"]), "AE": [rave("AE", A, 5, AESTDAT="2020-01-01")]})
    assert trial.adverse_events.empty
    assert finding(trial, "has none of the items that are needed")["table"] == "adverse_events"


def test_responses_with_a_row_for_each_thing_judged() -> None:
    rows = [
        rave("RS", A, at, RSDAT="2020-05-05", RSTEST=test, RSORRES=response)
        for at, (test, response) in enumerate(
            [("Target Response", "PR"), ("Overall Response", "SD"), ("Hepatic response", "PD"),
             ("Overall Response", "")]
        )
    ]  # fmt: skip
    trial = opened({"DM": subjects(ARM=["TAE"]), "RS": rows})
    assert trial.assessments["overall_response"].tolist() == ["SD", None]
    assert trial.assessments["hepatic_response"].tolist() == [None, "PD"]
    assert place(finding(trial, "no overall response"))[2:] == (2, "RSTEST", "Target Response")


def test_severity_is_no_grade_and_exposure_is_assumed_to_be_embolization() -> None:
    event = rave("AE", A, 3, AETERM="fever", AESEV="Severe")
    session = rave("Exposure", A, 4, EXSTDAT="2020-01-05")
    trial = opened({"DM": subjects(ARM=["TAE"]), "AE": [event], "EX": [session]})
    assert trial.adverse_events["grade"].isna().all()
    assert finding(trial, "no toxicity grade")["column"] == "AESEV"
    assert len(trial.embolizations) == 1
    assert finding(trial, "was taken for the embolizations")["severity"] == "assumed"


def test_a_unit_in_a_header_is_heeded() -> None:
    row = rave("RS", A, 3, **{"RSDAT": "2020-05-05", "Sum of diameters (cm)": "3.3"})
    trial = opened({"DM": subjects(ARM=["TAE"]), "RS": [row]})
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [33]
    assert finding(trial, "converted to mm")["severity"] == "assumed"


def test_a_questionnaire_that_is_not_named_is_not_guessed() -> None:
    answers = rave("Questionnaire", A, 3, Q1=1, Q2=2)
    trial = opened({"DM": subjects(ARM=["TAE"]), "QS": [answers]})
    assert trial.questionnaires.empty
    assert said(trial, "has none of the items that are needed")
    named = rave("Questionnaire", A, 3, C30_Q1=1, GI31=2)
    read = opened({"DM": subjects(ARM=["TAE"]), "QS": [named]}).questionnaires
    assert read[["instrument", "item"]].to_numpy().tolist() == [
        ["QLQ-C30", 1], ["QLQ-GI.NET21", 31],
    ]  # fmt: skip


def test_what_the_user_says_wins() -> None:
    mapping = {"patients": {"arm": "GRUPPE", "ecog": "ECOG_RAW", "sex": "nowhere"},
               "adverse_events": {"term": "AEVERB"}}  # fmt: skip
    forms = {
        "DM": subjects(ARM=["x"], GRUPPE=["TAE"], ECOG=["2"], ECOG_RAW=["1"]),
        "AE": [rave("AE", A, 4, AETERM="a", AEVERB="b")],
    }
    trial = opened(forms, mapping=mapping)
    assert trial.patients["arm"].tolist() == ["TAE"]
    assert trial.patients["ecog"].tolist() == [1]
    assert trial.adverse_events["term"].tolist() == ["b"]
    assert finding(trial, "no form of patients has it")["column"] == "nowhere"


def test_an_export_without_patients_says_what_to_add() -> None:
    with pytest.raises(ExportError, match="No form of this export says who the patients are"):
        load_export(zipped({"AE": TRIAL["AE"]}))


# What must not be read in silence


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({"SUMDIAM": "4.5", "SUMDIAM_UN": "cm"}, 45),
        ({"SUMDIAM": "45", "SUMDIAM_UN": "mm"}, 45),
        ({"SUMDIAM": "4.5", "SUMDIAM_RAW": "4.5", "SUMDIAM_UN": "cm", "SUMDIAM_STD": "45",
          "SUMDIAM_STD_UN": "mm"}, 45),
        ({"SUMDIAM": "4.5", "SUMDIAM_UN": "cm", "SUMDIAM_STD": "45"}, 45),
        ({"SUMDIAM": "4.5", "SUMDIAM_UN": "cm", "SUMDIAM_STD": "46", "SUMDIAM_STD_UN": "mm"}, None),
        ({"SUMDIAM": "4.5", "SUMDIAM_UN": "inch"}, None),
    ],
)  # fmt: skip
def test_a_unit_in_an_item_of_its_own_is_heeded(
    items: dict[str, str], expected: float | None
) -> None:
    trial = opened({"DM": subjects(ARM=["TAE"]), "RS": [rave("RS", A, 3, RSDAT="2020-05-05",
                                                             **items)]})  # fmt: skip
    found = trial.assessments["sum_of_diameters_mm"].tolist()
    np.testing.assert_array_equal(found, [np.nan if expected is None else expected])
    assert said(trial, "emptied") == (expected is None) or said(trial, "none of them was used")


def test_the_unit_of_a_measurement_may_stand_beside_it() -> None:
    lab = rave("LB", A, 3, LBTEST="CgA", LBORRES="5", LBORRES_UN="nmol/L", LBDAT="2020-01-01")
    trial = opened({"DM": subjects(ARM=["TAE"]), "LB": [lab]})
    assert trial.labs[["value", "unit"]].values.tolist() == [[5, "nmol/L"]]


def test_responses_of_one_evaluator() -> None:
    call = {"RSDAT": "2020-05-05"}
    rows = [
        rave("RS", A, 3, OVRLRESP="PD", RSEVAL="Independent assessor", **call),
        rave("RS", A, 4, OVRLRESP="SD", RSEVAL="Investigator", **call),
    ]
    trial = opened({"DM": subjects(ARM=["TAE"]), "RS": rows})
    assert trial.assessments["overall_response"].tolist() == ["SD"]
    told = finding(trial, "another evaluator than Investigator, which is used")
    assert place(told)[1:] == ("RS.csv", 2, "RSEVAL", "Independent assessor")


def test_a_code_column_of_veeva_is_told_where_it_gives_the_number() -> None:
    event = rave("AE", A, 3, AETERM="a", AETOXGR="Severe", AETOXGR_C="3")
    trial = opened({"DM": subjects(ARM=["TAE"]), "AE": [event]})
    assert trial.adverse_events["grade"].tolist() == [3]
    assert finding(trial, "the codes were taken")["severity"] == "assumed"


def test_a_severity_stands_for_no_grade_in_single_events_either() -> None:
    events = [rave("AE", A, 3, AETERM="a", AETOXGR="2", AESEV="Mild"),
              rave("AE", A, 4, AETERM="b", AESEV="Mild")]  # fmt: skip
    trial = opened({"DM": subjects(ARM=["TAE"]), "AE": events})
    np.testing.assert_array_equal(trial.adverse_events["grade"], [2, np.nan])
    assert place(finding(trial, "no toxicity grade"))[1:] == ("AE.csv", 3, "AESEV", "Mild")


def test_who_died_on_an_unknown_day_is_not_taken_for_alive() -> None:
    follow_up = [rave("SURV", A, 3, SSDAT="2021-01-01", SSORRES="Dead"),
                 rave("SURV", B, 4, SSDAT="2021-01-01", SSORRES="Alive")]  # fmt: skip
    session = [rave("EXEMBO", one, 5, EXSTDAT="2020-01-01") for one in (A, B)]
    trial = opened({"DM": subjects(ARM=["TAE", "TAE"]), "SURV": follow_up, "EXEMBO": session})
    deaths = time_to_event.derive(trial, "os")
    assert deaths.frame["patient_id"].tolist() == [B]
    assert deaths.not_analysed["patient_id"].tolist() == [A]
    told = finding(trial, "no form has a day of death")
    assert place(told) == ("note", "SURV.csv", 2, "SSORRES", "Dead")
    assert "is not taken for alive" in told["problem"]
    assert trial.source.rows_set_aside == 0


def test_sessions_date_the_first_embolization_where_no_form_does() -> None:
    forms = {
        "DM": subjects(ARM=["TAE", "TACE"]),
        "EXEMBO": [rave("EXEMBO", A, 5, EXSTDAT="2020-02-01"),
                   rave("EXEMBO", A, 6, EXSTDAT="2020-01-01")],
    }  # fmt: skip
    trial = opened(forms)
    assert treatment.first_embolization(trial).tolist() == [day("2020-01-01"), pd.NaT]
    assert "first_embolization" not in finding(trial, "as missing in every row")["problem"]
    told = finding(trial, "the first session in the table embolizations is taken")
    assert told["severity"] == "note"
    assert "no column for first_embolization_date" in told["problem"]
    given = opened({**forms, "DM": subjects(ARM=["TAE", "TACE"], FEMBDAT=["2019-12-31", ""])})
    assert not said(given, "the first session in the table")
    alone = opened({"DM": subjects(ARM=["TAE"], DTHDAT=["2020-01-01"])})
    assert "first_embolization" in finding(alone, "as missing in every row")["problem"]


# A round trip

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2022, 12, 31))
PATIENT = st.fixed_dictionaries(
    {
        "arm": st.sampled_from(["TAE", "cTACE", "DEB-TACE"]),
        "sex": st.sampled_from(["female", "male"]),
        "age": st.integers(18, 90),
        "randomization_date": DAYS,
        "death_date": st.none() | DAYS,
        "events": st.lists(
            st.tuples(st.sampled_from(["Fever", "Pain"]), st.integers(1, 5), DAYS), max_size=4
        ),
    }
)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def typed(date: dt.date | None) -> str:
    return f"{date.day:02d} {MONTHS[date.month - 1]} {date.year}" if date else ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PATIENT, min_size=1, max_size=6), st.booleans())
def test_a_trial_written_as_rave_writes_it_reads_back_the_same(
    patients: list[dict[str, Any]], split: bool
) -> None:
    ids = [f"01-{at:03d}" for at in range(len(patients))]
    codes = {"female": "F", "male": "M"}

    def date(name: str, value: dt.date | None) -> dict[str, Any]:
        parts = [value.year, value.month, value.day] if value else ["", "", ""]
        of_parts = dict(zip((f"{name}_YYYY", f"{name}_MM", f"{name}_DD"), parts, strict=True))
        return {name: "" if split else typed(value), f"{name}_RAW": typed(value), **of_parts}

    both = list(zip(ids, patients, strict=True))
    forms: dict[str, list[Row]] = {
        "DM": [
            rave("DM", one, 1, SEX=p["sex"].title(), SEX_STD=codes[p["sex"]], AGE=p["age"])
            for one, p in both
        ],
        "RAND": [
            rave("RAND", one, 2, ARM=p["arm"], **date("RANDDAT", p["randomization_date"]))
            for one, p in both
        ],
        "DEATH": [
            rave("DEATH", one, 3, **date("DTHDAT", p["death_date"]))
            for one, p in both if p["death_date"]
        ],
        "AE": [
            rave("AE", one, 100 + at, AETERM=term, AETOXGR=f"Grade {grade}", AETOXGR_STD=grade,
                 **date("AESTDAT", start))
            for one, p in both for at, (term, grade, start) in enumerate(p["events"])
        ],
    }  # fmt: skip
    trial = opened({name: rows for name, rows in forms.items() if rows})
    read = trial.patients
    assert read["patient_id"].tolist() == ids
    for name in ("arm", "sex", "age"):
        assert read[name].tolist() == [p[name] for p in patients]
    for name in ("randomization_date", "death_date"):
        expected = [pd.Timestamp(p[name]) if p[name] else pd.NaT for p in patients]
        assert read[name].tolist() == expected
    events = [
        (one, term, float(grade), pd.Timestamp(start))
        for one, p in both
        for term, grade, start in p["events"]
    ]
    found = trial.adverse_events[["patient_id", "term", "grade", "start_date"]]
    assert list(found.itertuples(index=False, name=None)) == events
    assert trial.source.rows_set_aside == 0
