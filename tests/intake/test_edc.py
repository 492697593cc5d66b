"""Forms of data capture systems: what each becomes, what is asked, and that every row is counted.

The exports are made up here as Medidata Rave, Veeva Vault CDMS and secuTrial write them: a file a
form, with the systems' own columns in every one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, Trial, load_export
from retnet_core.intake.files import open_file
from retnet_core.intake.layouts import edc
from retnet_core.intake.layouts.edc.names import (
    FORMS,
    ITEMS,
    NEEDED,
    RULES,
    reason_not_read,
    table_of_form,
)
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.opening import adds_up, archive, said

Row = Mapping[str, Any]
Forms = Mapping[str, Sequence[Row]]
day = pd.Timestamp


def rave(name: str, subject: str, at: int, **items: Any) -> Row:
    """A row as Rave writes it."""
    return {
        "projectid": 12, "project": "TRIAL1", "studyid": 5, "environmentName": "Prod",
        "subjectId": 900 + at, "StudySiteId": 3, "Subject": subject, "siteid": 7,
        "Site": "Oslo" if subject < "01-003" else "Bergen", "SiteNumber": "01",
        "SiteGroup": "World",
        "instanceId": at, "InstanceName": items.pop("visit", "Baseline"), "folderid": 1,
        "Folder": "BL", "FolderName": "Baseline", "DataPageName": name,
        "RecordDate": items.pop("record_date", "2020-01-01"), "RecordId": at, "recordposition": 0,
        "MinCreated": "2020-01-01T10:00:00", "MaxUpdated": "2020-01-01T10:00:00",
        "StudyEnvSiteNumber": "001", **items,
    }  # fmt: skip


def table(rows: Sequence[Row], before: Sequence[Sequence[Any]] = (), sep: str = ",") -> str:
    titles = list(dict.fromkeys(title for row in rows for title in row))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=sep)
    writer.writerows([*before, titles, *([row.get(title, "") for title in titles] for row in rows)])
    return stream.getvalue()


def zipped(forms: Forms, ending: str = ".csv") -> bytes:
    return archive({f"{name}{ending}": table(rows) for name, rows in forms.items()})


def opened(forms: Forms, **more: Any) -> Trial:
    trial = load_export(zipped(forms), "export.zip", **more)
    assert adds_up(trial)
    assert trial.source.rows_read == sum(map(len, forms.values()))
    return trial


def finding(trial: Trial, words: str) -> pd.Series:
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    assert len(found) == 1, found["problem"].tolist()
    return found.iloc[0]


def place(told: pd.Series) -> tuple[Any, ...]:
    return tuple(told[["severity", "sheet", "row", "column", "value"]])


def subjects(**items: Sequence[Any]) -> list[Row]:
    """A form DM of as many subjects as there are values."""
    size = max(map(len, items.values()), default=2)
    rows = [{name: cells[at] for name, cells in items.items()} for at in range(size)]
    return [rave("Demography", f"01-{at + 1:03d}", at, **row) for at, row in enumerate(rows)]


A, B, C = "01-001", "01-002", "01-003"
TRIAL: Forms = {
    "DM": [
        rave("Demography", A, 1, AGE=61, SEX="Female", SEX_STD="F", BRTHYR=1959),
        rave("Demography", B, 2, AGE=70, SEX="Male", SEX_STD="M", BRTHYR=1950),
        rave("Demography", C, 3, AGE=55, SEX="Male", SEX_STD="M", BRTHYR=1965),
    ],
    "RAND": [
        rave("Randomisation", A, 4, RANDDAT="12 JAN 2020", RANDDAT_RAW="12 JAN 2020",
             RANDDAT_INT="2020-01-12", RANDDAT_YYYY=2020, RANDDAT_MM=1, RANDDAT_DD=12,
             ARM="Bland embolization", ARM_STD="1"),
        rave("Randomisation", B, 5, RANDDAT="03 FEB 2020", RANDDAT_RAW="03 FEB 2020",
             RANDDAT_INT="2020-02-03", RANDDAT_YYYY=2020, RANDDAT_MM=2, RANDDAT_DD=3,
             ARM="Arm 2 - TACE", ARM_STD="2"),
        rave("Randomisation", C, 6, RANDDAT="", RANDDAT_RAW="UN MAR 2020", RANDDAT_INT="2020-03-15",
             RANDDAT_YYYY=2020, RANDDAT_MM=3, RANDDAT_DD="", ARM="DEB", ARM_STD="3"),
    ],
    "EXEMBO": [
        rave("Embolization", A, 7, EXSTDAT="2020-01-20", EXCYCLE=1, DOXDOSE=""),
        rave("Embolization", A, 8, EXSTDAT="2020-02-20", EXCYCLE=1, DOXDOSE=""),
        rave("Embolization", B, 9, EXSTDAT="2020-02-10", EXCYCLE=1, DOXDOSE=50),
    ],
    "RS": [
        rave("Tumor Response", A, 10, visit="Month 3", RSDAT="2020-04-20",
             OVRLRESP="Stable disease", OVRLRESP_STD="SD"),
        rave("Tumor Response", B, 11, visit="Month 3", RSDAT="2020-05-10",
             OVRLRESP="Progressive disease", OVRLRESP_STD="PD"),
    ],
    "AE": [
        rave("Adverse Events", A, 12, AEYN="Yes", AETERM="tummy ache", AEDECOD="Abdominal pain",
             AETOXGR="Grade 3: severe", AETOXGR_STD="3", AESTDAT="2020-01-21", AESER="No",
             AESER_STD="N", AEREL="Possible"),
        rave("Adverse Events", A, 13, AEYN="Yes", AETERM="fever", AEDECOD="",
             AETOXGR="Grade 1: mild", AETOXGR_STD="1", AESTDAT="2020-01-22", AESER="Yes",
             AESER_STD="Y", AEREL="Not related"),
        rave("Adverse Events", B, 14, AEYN="No"),
    ],
    "LB": [
        rave("Laboratory", A, 15, visit="Month 3", LBTEST="Chromogranin A", LBDAT="2020-04-19",
             LBORRES="210", LBORRESU="ng/mL", LBORNRHI="100", LBSTRESN="0.21", LBSTRESU="mg/L"),
    ],
    "QLQC30": [
        rave("EORTC QLQ-C30", A, 16, visit="Month 3", record_date="2020-04-18", Q1="Not at all",
             Q1_STD=0, Q2="Very much", Q2_STD=3, Q29="6", Q29_STD=6),
    ],
    "DEATH": [rave("Death", B, 17, DTHDAT="2021-03-01", DTHCAUS="disease")],
    "SURV": [
        rave("Survival", A, 18, SSDAT="2021-01-05", SSORRES="Alive"),
        rave("Survival", A, 19, SSDAT="2021-07-05", SSORRES="Alive"),
        rave("Survival", B, 20, SSDAT="2021-03-02", SSORRES="Dead"),
        rave("Survival", C, 21, SSDAT="2021-02-01", SSORRES="Lost to follow-up"),
    ],
    "SHOES": [rave("Shoes", A, 22, SHOESIZE=41), rave("Shoes", B, 23, SHOESIZE=44)],
}  # fmt: skip


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
    # Of A the later of two days alive; B was dead and C lost on the day of the form.
    assert patients["last_contact_date"].tolist() == [day("2021-07-05"), pd.NaT, pd.NaT]


def test_rows_are_counted_once_whatever_became_of_them() -> None:
    trial = opened(TRIAL)
    # Set aside: the row that says there was no event, and two of a form that nobody knows, and two
    # of the follow-up that say nothing of a living patient.
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (23, 5)
    # 3 patients, 3 sessions, 2 responses, 2 events, 1 lab, 1 form; 6 went into rows of patients.
    assert trial.source.rows_used == 18
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
    # The patient begins in DM; the header says where the cell stands.
    assert place(partial) == (
        "set aside", "DM.csv", 4, "RANDDAT (in 'RAND.csv')", "UN MAR 2020",
    )  # fmt: skip
    lost = finding(trial, "does not say that the patient was alive")
    assert (lost["sheet"], lost["row"], lost["column"]) == ("SURV.csv", 4, "SSORRES")
    assert "2 cells" in lost["problem"]
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
        row = finding(trial, "holds labels of the headers")["problem"].split()[1]
        assert row == ("2" if under else "1")


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
    assert finding(trial, "is not in patients")["value"] == "99"


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


# Veeva Vault CDMS


def veeva(form: str, subject: str, **items: Any) -> Row:
    return {
        "Study": "TRIAL1", "Study Country": "Norway", "Site": "101", "Subject": subject,
        "Event Group": "Treatment", "Event": items.pop("event", "Baseline"),
        "Event Date": items.pop("event_date", "2020-01-01"), "Form": form, "Form Sequence": 1,
        "Item Group": "Main", "Item Group Sequence Number": items.pop("turn", 1), **items,
    }  # fmt: skip


VEEVA: Forms = {
    "Demographics": [
        veeva("Demographics", "101-1", Sex="Female", **{"Sex (Coded)": "F", "Age": 61}),
        veeva("Demographics", "101-2", Sex="Male", **{"Sex (Coded)": "M", "Age": 62}),
    ],
    "Randomization": [
        veeva("Randomization", "101-1", RANDDAT=dt.datetime(2020, 1, 12), ARM="A", ARM_DEC="TAE"),
        veeva("Randomization", "101-2", RANDDAT=dt.datetime(2020, 1, 13), ARM="B", ARM_DEC="TACE"),
    ],
    "Adverse Events": [
        veeva("Adverse Events", "101-1", turn=1, AETERM="fever", AETOXGR="3",
              AETOXGR_DEC="Grade 3", AESTDAT=None, AESTDAT_C="UN-JAN-2020"),
        veeva("Adverse Events", "101-1", turn=2, AETERM="pain", AETOXGR="2",
              AETOXGR_DEC="Grade 2", AESTDAT=dt.datetime(2020, 1, 15), AESTDAT_C="15-JAN-2020"),
    ],
    "Labs": [
        veeva("Labs", "101-2", event="Month 3", event_date=dt.datetime(2020, 4, 1),
              LBTEST="CgA", LBORRES=12.5, LBORRESU="nmol/L"),
    ],
}  # fmt: skip


def test_a_workbook_of_veeva() -> None:
    book = workbook({name: pd.DataFrame(rows) for name, rows in VEEVA.items()},
                    {"data_cut": "2021-01-01"})  # fmt: skip
    trial = load_export(book, "export.xlsx")
    assert adds_up(trial)
    assert trial.source.rows_read == 8
    assert str(trial.source.data_cut) == "2021-01-01"
    assert trial.patients["patient_id"].tolist() == ["101-1", "101-2"]
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["sex"].tolist() == ["female", "male"]
    assert trial.patients["age"].tolist() == [61, 62]
    assert trial.patients["site"].tolist() == ["101", "101"]
    assert trial.patients["randomization_date"].tolist() == [day("2020-01-12"), day("2020-01-13")]
    assert trial.adverse_events["grade"].tolist() == [3, 2]
    assert trial.adverse_events["start_date"].tolist() == [pd.NaT, day("2020-01-15")]
    assert finding(trial, "This date has no day")["value"] == "UN-JAN-2020"
    lab = trial.labs.iloc[0]
    assert tuple(lab[["test", "value", "unit", "visit", "date"]]) == (
        "CgA", 12.5, "nmol/L", "Month 3", day("2020-04-01"),
    )  # fmt: skip
    assert "as forms of Veeva Vault CDMS do" in finding(trial, "Read as")["problem"]


def test_several_forms_in_one_sheet_of_veeva() -> None:
    rows = [*VEEVA["Demographics"], *VEEVA["Randomization"], *VEEVA["Adverse Events"],
            veeva("Shoes", "101-1", SHOESIZE=44)]  # fmt: skip
    text = table([{key: cell for key, cell in row.items() if cell is not None} for row in rows])
    trial = load_export(text.encode(), "listing.csv")
    assert adds_up(trial)
    assert trial.source.rows_read == 7
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert len(trial.adverse_events) == 2
    assert (
        "(form 'Shoes'); 1 row was not used" in finding(trial, "The form is not known")["problem"]
    )


# secuTrial


def secutrial(inner: int, **items: Any) -> Row:
    return {
        "mnppid": inner, "mnpdocid": 100 + inner, "mnplastedit": "2020-01-01 10:00:00",
        "mnpptnid": 381, "mnpvisid": items.pop("visit", 11), "mnpvisno": 1,
        "mnpvispdt": "2020-01-01", "mnpfcs0": 4, "sigstatus": 1, "position": 0,
        "mnphide": items.pop("hide", 0), **items,
    }  # fmt: skip


SECUTRIAL: Forms = {
    "cn": [
        {"mnppid": 1, "mnpaid": "RT-01", "mnpctrid": 5, "mnpvisstartdate": "2020-01-01"},
        {"mnppid": 2, "mnpaid": "RT-02", "mnpctrid": 6, "mnpvisstartdate": "2020-01-02"},
    ],
    "ctr": [{"mnpctrid": 5, "mnpctrname": "Basel"}, {"mnpctrid": 6, "mnpctrname": "Bern"}],
    "vp": [{"mnpvisid": 11, "mnpvislabel": "|   Month 3   |", "visitnumber": 1}],
    "fs": [{"formid": 1, "formtablename": "mnpp7tumresp", "formname": "Tumor response"}],
    "cl": [
        {"column": "mnpp7baseline.gender", "code": 1, "value": "male"},
        {"column": "mnpp7baseline.gender", "code": 2, "value": "female"},
        {"column": "mnpp7other.gender", "code": 1, "value": "female"},
        {"column": "mnpp7tumresp.ovrlresp", "code": 4, "value": "PD"},
    ],
    "is": [{"ffid": 1, "ffcolname": "gender"}],
    "baseline": [
        secutrial(1, gender=1, age=61, randdat="20200112", mnp_rando_done_gr="TAE"),
        secutrial(2, gender=2, age=62, randdat="202001131030", mnp_rando_done_gr="TACE"),
        secutrial(1, gender=2, age=99, randdat="", mnp_rando_done_gr="", hide=1),
    ],
    "tumresp": [secutrial(2, rsdat="20200401", ovrlresp=4)],
    "ae": [secutrial(1, aeterm="fever", aetoxgr=2, aestdat="20200115")],
    "atae": [secutrial(1, aeterm="fever", aetoxgr=1, aestdat="20200115")],
}  # fmt: skip


@pytest.mark.parametrize("stamp", ["", "_TRIAL1_20240501-101500"])
def test_an_export_of_secutrial(stamp: str) -> None:
    members = {f"{name}{stamp}.xls": table(rows, sep="\t") for name, rows in SECUTRIAL.items()}
    trial = load_export(archive(members), "s_export.zip")
    assert adds_up(trial)
    assert trial.source.rows_read == sum(map(len, SECUTRIAL.values()))
    assert trial.patients["patient_id"].tolist() == ["RT-01", "RT-02"]
    assert trial.patients["site"].tolist() == ["Basel", "Bern"]
    assert trial.patients["sex"].tolist() == ["male", "female"]
    assert trial.patients["age"].tolist() == [61, 62]
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["randomization_date"].tolist() == [day("2020-01-12"), day("2020-01-13")]
    assert trial.assessments["overall_response"].tolist() == ["PD"]
    assert trial.assessments["visit"].tolist() == ["Month 3"]
    assert trial.assessments["patient_id"].tolist() == ["RT-02"]
    assert not said(trial, "the label was used")  # the meaning of its code is known
    # The trail of changes of the form is not read beside it.
    assert trial.adverse_events["grade"].tolist() == [2]
    # Set aside: the items table, the trail, and the hidden form.
    assert trial.source.rows_set_aside == 3
    assert place(finding(trial, "was taken back"))[2:] == (4, "mnphide", "1")
    assert trial.findings["problem"].str.contains("the trail of its changes").sum() == 2
    assert "as forms of secuTrial do" in finding(trial, "Read as")["problem"]


def test_ids_of_secutrial_are_the_same_in_every_form() -> None:
    with_id = [{"mnpaid": "RT-01", **row} for row in SECUTRIAL["baseline"][:1]]
    forms = {"baseline": with_id, "ae": SECUTRIAL["ae"]}
    trial = load_export(zipped(forms), "export.zip")
    assert trial.adverse_events["patient_id"].tolist() == ["RT-01"]


# Recognition and names


def recognised(content: bytes) -> tuple[float, tuple[str, ...]]:
    found = edc.recognise(open_file(content, "export.zip").sheets)
    return found.confidence, found.reasons


def test_recognition() -> None:
    confidence, reasons = recognised(zipped(TRIAL))
    assert confidence == 0.9
    assert reasons[0] == (
        "The sheet 'DM.csv' has the columns projectid, environmentName and subjectId, as forms of "
        "Medidata Rave do."
    )
    assert "'DM', 'RAND'" in reasons[1]
    assert recognised(zipped({"SHOES": TRIAL["SHOES"]}))[0] == 0.5
    assert recognised(zipped({"patients": [{"patient_id": 1, "arm": "TAE"}]}))[0] == 0
    # One column of a system's own may be anybody's.
    assert recognised(zipped({"DM": [{"Subject": 1, "FolderName": "x", "SEX": "F"}]}))[0] == 0
    no_subject = [{key: cell for key, cell in row.items() if key != "Subject"}
                  for row in TRIAL["DM"]]  # fmt: skip
    assert recognised(zipped({"DM": no_subject}))[0] == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DM", "patients"),
        ("TRIAL1_AE_20240501", "adverse_events"),
        ("mnpctu05ae_CTU05_20190710-110208", "adverse_events"),
        ("ctu05_baseline", None),
        ("Follow-up", "patients"),
        ("LB2", "labs"),
        ("QLQC30", "questionnaires"),
        ("End of treatment", None),
        ("Concomitant Medications", None),
        ("SAE", None),
        ("AE_DM", None),
    ],
)
def test_names_of_forms(name: str, expected: str | None) -> None:
    assert table_of_form([name]) == expected


def test_names_and_items_are_of_our_tables() -> None:
    assert set(FORMS.values()) <= set(SCHEMAS)
    assert set(NEEDED) == set(SCHEMAS)
    assert set(ITEMS) == set(RULES) <= set(SCHEMAS)
    for table_name, items in ITEMS.items():
        assert set(items) <= set(SCHEMAS[table_name].columns)
        names = [name.casefold() for several in items.values() for name in several]
        assert len(names) == len(set(names))
    assert reason_not_read(["SAE"]).startswith("Serious adverse events")
    assert not any("BRTH" in name for items in ITEMS["patients"].values() for name in items)


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
