"""CDISC ADaM: what is taken from which variable, and that every row is accounted for.

The exports are built here, in the shape that such exports have: a row of labels over or under the
names, screen failures, several parameters a data set.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, Trial, load_export
from retnet_core.analysis import safety, survival, time_to_event
from retnet_core.intake.layouts import retnet
from retnet_core.intake.layouts.adam.names import NAMES, SOURCES
from retnet_core.intake.mapping import ExportMapping
from retnet_core.tables import SCHEMAS
from tests.exports import workbook

LABELS = {"USUBJID": "Unique Subject Identifier", "SUBJID": "Subject Identifier for the Study"}


def adsl(**columns: list[Any]) -> pd.DataFrame:
    """Three patients, of arms of RETNET."""
    size = len(next(iter(columns.values()))) if columns else 3
    arms = ["Arm 1 - BE", "Arm 2 - TACE", "Arm 2 - TACE"]
    return pd.DataFrame(
        {
            "STUDYID": ["S1"] * size,
            "USUBJID": [f"S1-00{n}" for n in range(1, size + 1)],
            "TRT01P": [arms[n % 3] for n in range(size)],
            **columns,
        },
        dtype=object,
    )


def rows(name: str, *given: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """A data set: a row for each mapping, of the first patient where none is named."""
    return {name: pd.DataFrame([{"USUBJID": "S1-001", **row} for row in given], dtype=object)}


def labelled(frame: pd.DataFrame, under: bool = False) -> pd.DataFrame:
    """Put a row of labels over the names, or under them."""
    labels = [LABELS.get(name, f"Label of {name}") for name in frame.columns]
    names = list(frame.columns)
    first, second = (names, labels) if under else (labels, names)
    return pd.DataFrame([second, *frame.to_numpy().tolist()], columns=first, dtype=object)


def opened(tables: Mapping[str, pd.DataFrame], **more: Any) -> Trial:
    trial = load_export(workbook({"ADSL": adsl(), **tables}), "test.xlsx", **more)
    source = trial.source
    assert source.layout == "CDISC ADaM"
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    assert found.iloc[0]["remedy"]
    return found.iloc[0]


def silent(trial: Trial, word: str) -> bool:
    return not trial.findings["problem"].str.contains(word, regex=False).any()


def place(row: pd.Series) -> tuple[Any, ...]:
    return row["severity"], row["sheet"], row["row"], row["column"], row["value"]


# Recognition


def test_an_export_says_what_it_was_read_as() -> None:
    said = finding(opened(rows("ADTTE", {"PARAMCD": "OS"})), "Read as CDISC ADaM")
    assert said["severity"] == "note"
    assert "The sheets ADSL and ADTTE are named as in CDISC ADaM." in said["problem"]
    assert "ADSL has the variable USUBJID." in said["problem"]


def test_a_retnet_workbook_wins_by_its_own_name_only() -> None:
    patients = pd.DataFrame({"patient_id": ["1"], "arm": ["TAE"]})
    trial = load_export(workbook({"ADSL": adsl(), "patients": patients}))
    assert trial.source.layout == "RETNET workbook"
    assert silent(trial, "Read as")
    assert opened({"Demographics": patients}).source.rows_set_aside == 1


def test_what_is_not_recognised_names_the_kinds_that_are() -> None:
    with pytest.raises(ExportError, match=r"'ADTTE'.*RETNET workbook .*CDISC ADaM \(with"):
        load_export(workbook(rows("ADTTE", {"PARAMCD": "OS"})))


def test_without_ids_nothing_opens() -> None:
    with pytest.raises(ExportError, match=r"'ADSL' has no variable USUBJID or SUBJID \(it has AGE"):
        load_export(workbook({"ADSL": pd.DataFrame({"AGE": [50], "SEX": ["M"]})}))


def test_a_zip_of_csv_files_with_prefixes_and_folders_opens() -> None:
    events = rows("x", {"AEDECOD": "Nausea", "ATOXGR": "2"})["x"]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("adam/study1_adsl.csv", labelled(adsl(), under=True).to_csv(index=False))
        archive.writestr("adam/study1_adae.csv", labelled(events).to_csv(index=False))
    trial = load_export(stream.getvalue(), "export.zip")
    assert len(trial.patients) == 3
    assert trial.adverse_events[["term", "grade"]].values.tolist() == [["Nausea", 2]]


def test_na_is_a_blank_cell_as_r_writes_it() -> None:
    blanks = {"AVALU": "NA", "PARAM": "OS (days)", "DTYPE": "NA", "EVNTDESC": "NA"}
    times = rows("x", time(**blanks, CNSDTDSC="NA"), time("PFS", CNSR=1, CNSDTDSC="."))["x"]
    calls = rows("x", response(8, "SD", DTYPE="NA"))["x"]
    patients = adsl(TRT01P=["NA"] * 3, ARM=["TAE"] * 3, LSTALVDT=["NA"] * 3)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, frame in (("adsl", patients), ("adtte", times), ("adrs", calls)):
            archive.writestr(f"{name}.csv", frame.to_csv(index=False, na_rep="NA"))
    trial = load_export(stream.getvalue(), "export.zip")
    assert trial.source.rows_set_aside == 0
    assert trial.patients["arm"].tolist() == ["TAE"] * 3
    assert trial.time_to_event[["days", "event"]].values.tolist() == [[10, True], [10, False]]
    assert trial.assessments["overall_response"].tolist() == ["SD"]
    assert silent(trial, "opposite")


@pytest.mark.parametrize("under", [False, True])
def test_a_row_of_labels_is_no_data(under: bool) -> None:
    table = labelled(adsl(AGE=[50, 60, 400]), under)
    trial = load_export(workbook({"ADSL": table}))
    assert (trial.source.rows_read, trial.source.rows_used) == (3, 3)
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE", "cTACE"]
    assert finding(trial, "holds labels")["row"] == (2 if under else 1)
    # The row as the spreadsheet shows it: two rows of names and labels stand over the data.
    assert place(finding(trial, "between 0 and 120")) == ("set aside", "ADSL", 5, "AGE", "400")


def test_a_patient_is_no_label() -> None:
    table = adsl(AGE=[50, 60, 70]).assign(USUBJID=["Subject ID 1", "Subject ID 2", "Subject ID 3"])
    assert len(opened({"ADSL": table}).patients) == 3


def test_a_title_over_the_names_is_no_label() -> None:
    assert silent(opened({}), "holds labels")
    frame = adsl()
    title = ["Study S1", *[f"Unnamed {n}" for n in range(2)]]
    table = pd.DataFrame([frame.columns, *frame.to_numpy()], columns=title)
    content = workbook({"ADSL": table.rename(columns=lambda one: "" if "Unn" in one else one)})
    assert silent(load_export(content), "holds labels")


def test_sheets_that_are_not_read_are_counted() -> None:
    trial = opened({"ADEX": adsl(), **rows("ADTTE", {"PARAMCD": "OS"})})
    assert len(trial.time_to_event) == 1
    assert trial.source.rows_set_aside == 3
    assert "ADSL, ADTTE" in finding(trial, "none of the tables")["remedy"]


def test_columns_that_are_not_used_are_named() -> None:
    assert place(finding(opened({"ADSL": adsl(RACE=["a"] * 3)}), "not used"))[3] == "STUDYID, RACE"


def test_the_sheet_about_states_the_data_cut() -> None:
    trial = load_export(workbook({"ADSL": adsl()}, {"data_cut": "2023-05-31"}))
    assert trial.source.data_cut == dt.date(2023, 5, 31)
    assert (trial.source.rows_read, trial.source.rows_used) == (4, 4)


def test_the_mapping_wins() -> None:
    table = adsl(NR=["a", "b", "c"], COHORT=["DEB", "DEB", "TACE"])
    trial = opened({"ADSL": table}, mapping={"patients": {"patient_id": "Nr", "arm": "COHORT"}})
    assert trial.patients["patient_id"].tolist() == ["a", "b", "c"]
    assert trial.patients["arm"].tolist() == ["DEB-TACE", "DEB-TACE", "cTACE"]


def test_the_mapping_takes_a_column_as_it_stands() -> None:
    table = rows("ADTTE", {"PARAMCD": "OS", "CNSR": 0, "STATUS": "alive"})
    trial = opened(table, mapping={"time_to_event": {"event": "STATUS", "months": "NONE"}})
    assert trial.time_to_event["event"].tolist() == [False]
    assert finding(trial, "the sheet does not have it")["column"] == "NONE"


def test_the_declared_sources_are_columns_of_ours() -> None:
    assert set(SOURCES) == set(NAMES)
    for name, columns in SOURCES.items():
        assert set(columns) <= set(SCHEMAS[NAMES[name]].columns)
    assert retnet.NAME != "CDISC ADaM"


# ADSL


def test_patients() -> None:
    table = adsl(
        TRT01A=["Arm 2 - TACE", "Not Treated", None],
        SAFFL=["Y", "N", "Y"],
        SITEID=["701", "702", "702"],
        SEX=["F", "M", "U"],
        BECOG=[0, 1, 2],
        RANDDT=[dt.datetime(2019, 2, 1)] * 3,
        TRTSDTM=["2019-02-24 11:09:25", None, "2019-02-26 09:05:10"],
        DTHDTC=["2020-03-06", "", "2020-04"],
        LSTALVDT=["2020-03-05", None, None],
        EOSDT=["2020-03-01", "2020-02-02", "2020-02-03"],
    )
    trial = opened({"ADSL": table})
    patients = trial.patients
    assert patients["arm_received"].tolist() == ["cTACE", None, None]
    assert patients["treated"].tolist() == [True, False, True]
    assert patients["site"].tolist() == ["701", "702", "702"]
    assert patients["sex"].tolist() == ["female", "male", None]
    assert patients["ecog"].tolist() == [0, 1, 2]
    day = pd.Timestamp
    assert patients["randomization_date"].tolist() == [day("2019-02-01")] * 3
    assert patients["first_embolization_date"].tolist() == [
        day("2019-02-24"), pd.NaT, day("2019-02-26"),
    ]  # fmt: skip
    assert patients["death_date"].tolist() == [day("2020-03-06"), pd.NaT, pd.NaT]
    assert patients["last_contact_date"].tolist() == [
        day("2020-03-05"), day("2020-02-02"), day("2020-02-03"),
    ]  # fmt: skip
    first = finding(trial, "was taken for the first embolization")
    assert (first["severity"], first["column"]) == ("assumed", "TRTSDTM")
    end = finding(trial, "the end of study was taken")
    assert place(end)[:4] == ("assumed", "ADSL", 3, "EOSDT")
    assert "2 cells" in end["problem"]
    partial = finding(trial, "has no day")
    assert place(partial) == ("set aside", "ADSL", 4, "DTHDTC", "2020-04")


def test_an_arm_that_is_blank_is_taken_from_the_next_variable() -> None:
    trial = opened({"ADSL": adsl(TRT01P=["DEB", None, None], ARM=["x", "Placebo", "TACE"])})
    assert trial.patients["arm"].tolist() == ["DEB-TACE", "Placebo", "cTACE"]
    assert place(finding(trial, "'Placebo' is no arm"))[1:4] == ("ADSL", 3, "ARM")
    received = adsl(TRT01A=["TAE", None, "TAE"], ACTARM=["TAE", "X", "TAE"])
    told = finding(opened({"ADSL": received}), "'X' is no arm")
    assert place(told)[1:4] == ("ADSL", 3, "ACTARM")


def test_subjid_serves_where_there_is_no_usubjid() -> None:
    trial = opened({"ADSL": adsl(SUBJID=["1", "2", "3"]).drop(columns="USUBJID")})
    assert trial.patients["patient_id"].tolist() == ["1", "2", "3"]
    both = opened({"ADSL": adsl(SUBJID=["1", "2", "3"])})
    assert both.patients["patient_id"].tolist() == ["S1-001", "S1-002", "S1-003"]


@pytest.mark.parametrize(
    "column",
    [
        {"TRT01P": ["TAE", "Screen Failure", "SCREEN FAILURE"]},
        {"ARMCD": ["A", "SCRNFAIL", "NOTASSGN"]},
        {"RANDFL": ["Y", "N", "N"]},
    ],
)
def test_screen_failures_are_counted_and_set_aside(column: dict[str, list[str]]) -> None:
    events = rows("ADAE", {"AEDECOD": "a"}, {"USUBJID": "S1-002"}, {"USUBJID": "S1-009"})
    trial = opened({"ADSL": adsl(**column), **events})
    assert trial.patients["patient_id"].tolist() == ["S1-001"]
    assert trial.adverse_events["patient_id"].tolist() == ["S1-001"]
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (6, 4)
    said = finding(trial, "was never randomised (a screen failure) and")
    assert place(said)[:4] == ("set aside", "ADSL", 3, next(iter(column)))
    assert "2 cells" in said["problem"]
    other = finding(trial, "(a screen failure of ADSL)")
    assert place(other) == ("set aside", "ADAE", 3, "USUBJID", "S1-002")
    assert finding(trial, "is not in patients")["value"] == "S1-009"


def test_where_nobody_was_randomised_the_flag_sets_nobody_aside() -> None:
    assert len(opened({"ADSL": adsl(RANDFL=["N", "N", None])}).patients) == 3


# ADTTE


def time(code: str = "OS", **more: Any) -> dict[str, Any]:
    return {"PARAMCD": code, "AVAL": 10, "AVALU": "DAYS", "CNSR": 0, **more}


def test_times_keep_days_and_months_and_turn_weeks_and_years_into_days() -> None:
    trial = opened(
        rows(
            "ADTTE",
            time(),
            time("PFS", AVALU="Months", AVAL=2.5),
            time("EFS", AVALU="WEEKS", AVAL="2"),
            time("CRSD", AVALU="years", AVAL=2),
            time("DOR", AVALU=None, PARAM="Duration of Response (weeks)"),
        )
    )
    given = trial.time_to_event
    assert given["endpoint"].tolist() == ["OS", "PFS", "EFS", "CRSD", "DOR"]
    # 2 weeks are 14 days, 2 years 730.5, 10 weeks 70.
    np.testing.assert_array_equal(given["days"], [10, np.nan, 14, 730.5, 70])
    np.testing.assert_array_equal(given["months"], [np.nan, 2.5, np.nan, np.nan, np.nan])
    assert time_to_event.derive(trial, "pfs").frame["days"].dropna().tolist() == [2.5 * 30.4375]


def test_cnsr_0_is_the_event_and_any_other_whole_number_censored() -> None:
    codes = [0, 1, 2, "0", None]
    given = [time(f"E{n}", CNSR=code) for n, code in enumerate(codes)]
    events = opened(rows("ADTTE", *given)).time_to_event["event"]
    assert events.tolist() == [True, False, False, True, pd.NA]


@pytest.mark.parametrize("code", ["Y", -1, 0.5, "no"])
def test_what_is_no_censoring_code_is_emptied(code: Any) -> None:
    trial = opened(rows("ADTTE", time(), time("PFS", CNSR=code)))
    assert trial.time_to_event["event"].tolist() == [True, pd.NA]
    assert place(finding(trial, "no censoring code")) == (
        "set aside", "ADTTE", 3, "CNSR", str(code),
    )  # fmt: skip


def test_counts_are_no_times() -> None:
    trial = opened(rows("ADTTE", time(), time("TNE", PARAM="Number of Events", AVALU="COUNT")))
    assert trial.time_to_event["endpoint"].tolist() == ["OS"]
    said = finding(trial, "unit of time: TNE (Number of Events)")
    assert place(said) == ("set aside", "ADTTE", 3, "PARAMCD", "TNE")


def test_endpoints_of_retnet_are_known_by_their_full_names_where_that_is_clear() -> None:
    trial = opened(
        rows(
            "ADTTE",
            time("HEPPFS", PARAM="Hepatic Progression-Free Survival"),
            time("OS", PARAM="Overall Survival"),
            time("OSSENS", PARAM="Overall Survival"),
            time("PFSINV", PARAM="Progression-Free Survival"),
            time("PFSIRF", PARAM="Progression-Free Survival"),
        )
    )
    names = trial.time_to_event["endpoint"].tolist()
    assert names == ["hPFS", "OS", "OSSENS", "PFSINV", "PFSIRF"]


def dated(days: int, value: int, patient: int = 1) -> dict[str, Any]:
    start = dt.datetime(2020, 1, 1)
    return {
        **time(AVALU=None, AVAL=value), "STARTDT": start, "ADT": start + dt.timedelta(days),
        "USUBJID": f"S1-00{patient}",
    }  # fmt: skip


def test_days_are_proven_by_the_dates_of_every_row() -> None:
    trial = opened(rows("ADTTE", dated(9, 10), dated(19, 20, 2)))
    assert trial.time_to_event["days"].tolist() == [10, 20]
    assert finding(trial, "so it was read as days")["column"] == "AVAL"


def test_a_unit_that_is_not_stated_or_proven_is_asked_for() -> None:
    trial = opened(rows("ADTTE", dated(9, 10), dated(19, 21, 2), time("PFS")))
    assert trial.time_to_event["endpoint"].tolist() == ["PFS"]
    said = finding(trial, "whose unit is not stated")
    assert place(said)[:4] == ("set aside", "ADTTE", 2, "PARAMCD")
    assert "2 cells" in said["problem"]
    assert "AVALU" in said["remedy"]


def test_a_code_that_its_description_contradicts_is_told() -> None:
    rest = [time(f"E{n}", CNSR=1, EVNTDESC="Alive", CNSDTDSC="Last visit") for n in range(3)]
    trial = opened(rows("ADTTE", time(EVNTDESC="Alive"), *rest))
    assert trial.time_to_event["event"].tolist() == [True, False, False, False]
    assert place(finding(trial, "the opposite of this code")) == ("note", "ADTTE", 2, "CNSR", "0")


def test_codes_that_look_turned_round_are_told_once() -> None:
    given = [time(f"E{n}", CNSR=1, EVNTDESC="Death") for n in range(3)]
    trial = opened(rows("ADTTE", *given, time("OS", CNSR=0, CNSDTDSC="Alive at cut-off")))
    assert trial.time_to_event["event"].tolist() == [False, False, False, True]
    said = finding(trial, "may be turned round")
    assert "4 of 4 rows" in said["problem"]
    assert place(said)[:4:3] == ("assumed", "CNSR")


def test_a_censored_row_may_describe_what_ended_it() -> None:
    given = time(CNSR=1, EVNTDESC="Death", CNSDTDSC="Death of another cause, censored")
    trial = opened(rows("ADTTE", given, time("PFS", CNSR=1, EVNTDESC="Adverse Event")))
    assert silent(trial, "opposite")


def test_two_rows_of_an_endpoint_are_kept_but_not_analysed() -> None:
    trial = opened(rows("ADTTE", time(), time(AVAL=20)))
    assert len(trial.time_to_event) == 2
    assert "more than one OS given" in " ".join(time_to_event.derive(trial, "os").notes)


# ADAE


def test_adverse_events() -> None:
    trial = opened(
        rows(
            "ADAE",
            {"AEDECOD": "Nausea", "AETERM": "sick", "AEBODSYS": "Gastro", "AETOXGR": "3",
             "ASTDT": dt.datetime(2019, 3, 1), "AENDTM": "2019-03-04 10:00:00", "TRTEMFL": "Y",
             "AESER": "N", "AEREL": "POSSIBLE", "AEACN": "NONE", "AEOUT": "RECOVERED/RESOLVED"},
            {"AETERM": "odd pain", "AESTDTC": "2019-03"},
        )
    )  # fmt: skip
    first, second = (trial.adverse_events.iloc[n] for n in (0, 1))
    assert first[["term", "system_organ_class", "grade", "outcome"]].tolist() == [
        "Nausea", "Gastro", 3, "RECOVERED/RESOLVED",
    ]  # fmt: skip
    assert (first["start_date"], first["end_date"]) == (
        pd.Timestamp("2019-03-01"), pd.Timestamp("2019-03-04"),
    )  # fmt: skip
    assert (first["treatment_emergent"], first["serious"], first["related"]) == (True, False, True)
    assert second["term"] == "odd pain"
    assert not second["treatment_emergent"]  # a flag of ADaM is Y or blank
    assert pd.isna(second["start_date"])
    assert place(finding(trial, "has no day")) == ("set aside", "ADAE", 3, "AESTDTC", "2019-03")


def test_a_flag_that_nobody_has_says_nothing() -> None:
    trial = opened(rows("ADAE", {"AEDECOD": "Nausea", "TRTEMFL": None}))
    assert trial.adverse_events["treatment_emergent"].isna().all()


def test_a_severity_is_no_grade() -> None:
    trial = opened(rows("ADAE", {"AEDECOD": "Nausea", "AESEV": "SEVERE"}))
    assert trial.adverse_events["grade"].isna().all()
    said = finding(trial, "no CTCAE grade")
    assert (said["sheet"], said["column"]) == ("ADAE", "AESEV")
    graded = opened(rows("ADAE", {"AEDECOD": "Nausea", "AESEV": "SEVERE", "ATOXGR": "Grade 3"}))
    assert graded.adverse_events["grade"].tolist() == [3]
    assert silent(graded, "no CTCAE grade")


def test_dates_that_were_completed_before_are_told() -> None:
    trial = opened(rows("ADAE", {"ASTDT": dt.datetime(2019, 3, 1), "ASTDTF": "D"}))
    assert place(finding(trial, "filled in before the export")) == (
        "assumed", "ADAE", 2, "ASTDTF", "D",
    )  # fmt: skip


# ADQS, ADLB


def test_items_and_scales_of_the_qlq_c30() -> None:
    c30 = {"PARCAT1": "EORTC QLQ-C30 V3.0", "AVISIT": "Week 3", "ADT": dt.datetime(2019, 3, 1)}
    trial = opened(
        rows(
            "ADQS",
            {**c30, "PARAMCD": "QS02801", "AVAL": 2},
            {**c30, "PARAMCD": "QS02830", "AVAL": 7},
            {**c30, "PARAMCD": "QL2", "AVAL": 83.3},
            {**c30, "PARAMCD": "FATIGUE9", "PARAM": "Own sum", "AVAL": 1},
            {"PARCAT1": "EQ-5D", "PARAMCD": "QS02802", "AVAL": 2},
            {**c30, "PARAMCD": "EF", "AVAL": 50, "DTYPE": "LOCF"},
        )
    )
    items = trial.questionnaires
    assert items[["instrument", "visit", "item", "value"]].values.tolist() == [
        ["QLQ-C30", "Week 3", 1, 2], ["QLQ-C30", "Week 3", 30, 7],
    ]  # fmt: skip
    assert trial.scores[["scale", "score"]].values.tolist() == [["QL", 83.3]]
    unknown = finding(trial, "FATIGUE9 (Own sum) and QS02802")
    assert (unknown["row"], unknown["column"]) == (5, "PARAMCD")
    assert place(finding(trial, "derived from others")) == ("set aside", "ADQS", 7, "DTYPE", "LOCF")


def test_a_sheet_named_for_the_qlq_c30_needs_no_category() -> None:
    form = {"PARAMCD": "QS02803", "AVAL": 4}
    assert opened(rows("ADQLQC", form)).questionnaires["item"].tolist() == [3]
    assert opened(rows("ADQS", form)).questionnaires.empty


def test_laboratory() -> None:
    trial = opened(
        rows(
            "ADLB",
            {"PARAMCD": "ALT", "PARAM": "Alanine Aminotransferase (U/L)", "AVAL": 30,
             "ADT": dt.datetime(2019, 3, 1), "AVISIT": "Baseline", "A1LO": 7, "A1HI": 56},
            {"PARAMCD": "BILI", "PARAM": "Bilirubin (Blood)", "AVAL": None, "AVALC": "<5"},
            {"PARAMCD": "ALT", "AVAL": 31, "DTYPE": "AVERAGE"},
        )
    )  # fmt: skip
    assert trial.labs.drop(columns=["patient_id", "date"]).iloc[0].tolist() == [
        "ALT", "Baseline", 30, "U/L", 7, 56,
    ]  # fmt: skip
    assert trial.labs["unit"].tolist() == ["U/L", None]
    assert place(finding(trial, "a limit or an estimate")) == (
        "set aside",
        "ADLB",
        3,
        "AVALC",
        "<5",
    )
    assert finding(trial, "derived from others")["row"] == 4


# ADRS, ADTR


def visit(day: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"ADT": dt.datetime(2020, 1, day), "AVISIT": name or f"Day {day}", **more}


def response(day: int, call: str, code: str = "OVRINV", **more: Any) -> dict[str, Any]:
    param = {"OVRINV": "Overall Response by Investigator", "OVRIRF": "Overall Response by IRF"}
    return visit(day, PARAMCD=code, PARAM=param.get(code, code), AVALC=call, **more)


def diameters(day: int, value: Any, name: str = "", **more: Any) -> dict[str, Any]:
    named = {"PARAMCD": "SDIAM", "PARAM": "Target Lesions Sum of Diameters by Investigator"}
    return visit(day, name, AVAL=value, **{**named, "AVALU": "mm", **more})


def test_responses_by_visit_of_one_evaluator() -> None:
    trial = opened(
        rows(
            "ADRS",
            response(1, "SD", "OVRIRF"),
            response(1, "PR"),
            response(2, "PD"),
            response(2, "PR", "BESRSPI"),
        )
    )
    assert trial.assessments["overall_response"].tolist() == ["PR", "PD"]
    assert finding(trial, "no overall response by visit: BESRSPI")["row"] == 5
    assert finding(trial, "by another evaluator than that of OVRINV")["value"] == "OVRIRF"


def test_a_sum_goes_into_the_row_of_its_response() -> None:
    trial = opened(
        {
            **rows("ADRS", response(8, "SD"), response(9, "PR", AVISIT="late"), response(9, "PD")),
            **rows(
                "ADTR",
                diameters(1, 50),
                diameters(8, 4.5, AVALU="cm"),
                diameters(9, 30),
                diameters(9, 20, "late"),
                diameters(9, 20, "MINIMUM"),
                visit(8, PARAMCD="LDIAM1", PARAM="Target Lesion 1 Diameter", AVAL=10),
            ),
        }
    )
    visits = trial.assessments[["date", "visit", "overall_response", "sum_of_diameters_mm"]]
    days = [8, 9, 9, 1]
    assert visits["date"].dt.day.tolist() == days
    assert visits["overall_response"].tolist() == ["SD", "PR", "PD", None]
    assert visits["sum_of_diameters_mm"].tolist() == [45, 20, 30, 50]
    # Patients 3; responses 3 and sums 4 are used; the minimum and the single lesion are not.
    assert (trial.source.rows_read, trial.source.rows_used) == (12, 10)
    assert place(finding(trial, "is no visit"))[2:] == (6, "AVISIT", "MINIMUM")
    assert finding(trial, "no sum of diameters: LDIAM1")["row"] == 7


def test_a_second_sum_of_a_day_is_set_aside() -> None:
    sums = [diameters(1, 50), diameters(1, 51, "other"), diameters(2, 40), diameters(2, 41, "x")]
    trial = opened({**rows("ADRS", response(2, "SD")), **rows("ADTR", *sums)})
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [40, 50]
    said = finding(trial, "another sum of diameters of the same day")
    assert said["row"] == 3
    assert "2 cells" in said["problem"]


def test_rows_that_repeat_others_are_not_joined() -> None:
    calls, sums = [response(2, "SD")] * 2, [diameters(2, 40)] * 2
    trial = opened({**rows("ADRS", *calls), **rows("ADTR", *sums)})
    visits = trial.assessments
    assert visits[["overall_response", "sum_of_diameters_mm"]].values.tolist() == [["SD", 40]]
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (5, 2)


def test_of_sums_by_several_evaluators_the_investigators_count() -> None:
    other = {"PARAMCD": "SDIAMIRF", "PARAM": "Sum of Diameters by IRF"}
    trial = opened(rows("ADTR", diameters(1, 50, **other), diameters(1, 40)))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [40]
    assert finding(trial, "by another evaluator than that of SDIAM,")["value"] == "SDIAMIRF"


def test_a_sum_that_cannot_be_read_stays_in_its_sheet() -> None:
    sums = [diameters(2, "many"), diameters(3, 20, AVALU="in")]
    trial = opened({**rows("ADRS", response(2, "SD")), **rows("ADTR", *sums)})
    assert place(finding(trial, "not a number")) == ("set aside", "ADTR", 2, "AVAL", "many")
    assert place(finding(trial, "unit that is not known")) == (
        "set aside", "ADTR", 3, "AVALU", "in",
    )  # fmt: skip


def test_sums_without_a_unit_are_millimetres() -> None:
    trial = opened(rows("ADTR", diameters(2, 33, AVALU=None)))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [33]
    assert finding(trial, "taken as millimetres")["severity"] == "assumed"


# Whatever the cells hold

CELLS = st.sampled_from([None, "", "NA", "S1-001", "S1-002", "S1-004", 0, 1, -2, "2", "DAYS",
                         "WEEKS", "COUNT", "Y", "OS", "PFS", "TNE", "OVRINV", "SDIAM", "QS02801",
                         "Screen Failure", "2020-01-02", dt.datetime(2020, 1, 2), "§"])  # fmt: skip
PARAMETERS = ("PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU", "CNSR", "ADT", "STARTDT", "DTYPE")


def _filled(row: list[Any]) -> bool:
    return any(isinstance(cell, dt.date) or cell not in (None, "", np.nan) for cell in row)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_row_is_accounted_for(data: st.DataObject) -> None:
    def table(*names: str) -> pd.DataFrame:
        given = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)),
                                   max_size=6))  # fmt: skip
        return pd.DataFrame(given, columns=names, dtype=object)

    tables = {name: table("USUBJID", *PARAMETERS) for name in ("ADTTE", "ADRS", "ADTR", "ADQLQC")}
    tables["ADSL"] = pd.concat([adsl(), table("USUBJID", "TRT01P", "RANDFL")])
    trial = opened(tables)
    filled = [row for frame in tables.values() for row in frame.to_numpy().tolist() if _filled(row)]
    assert trial.source.rows_read == len(filled)
    told = trial.findings[trial.findings["severity"] == "set aside"]
    assert (trial.source.rows_set_aside == 0) or len(told)


# Exports made by others

TRYOUT = os.environ.get("RETNET_TRYOUT_DATA")
tryout = pytest.mark.skipif(not TRYOUT, reason="RETNET_TRYOUT_DATA names no folder of exports")


def tried(folder: str) -> tuple[Trial, dict[str, Any]]:
    path = Path(TRYOUT or "") / folder
    birth = ExportMapping(dropped=(("ADSL", "Date/Time of Birth"),))
    trial = load_export(path / "export.xlsx", mapping=birth)
    source = trial.source
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial, json.loads((path / "reference_results.json").read_text())


def same_at_6_decimals(found: Any, expected: Any) -> None:
    numbers = np.array([expected], dtype=float)  # None is NaN: not reached
    np.testing.assert_allclose(np.array([found], dtype=float), numbers, rtol=0, atol=1.01e-6)


def same_survival(trial: Trial, endpoint: str, expected: dict[str, Any]) -> None:
    """Compare medians, log-rank test and hazard ratios with R 4.2.2, survival 3.5-3.

    survfit(Surv(time, event) ~ arm, conf.type = "log-log"), survdiff and coxph(ties = "efron").
    """
    tte = time_to_event.derive(trial, endpoint)
    medians = survival.kaplan_meier(tte, by="arm").medians.set_index("group")
    for group in expected["groups"]:
        row = medians.loc[group["group"]]
        assert (row["n"], row["events"]) == (group["n"], group["events"])
        days = row[["median", "lower", "upper"]] * 30.4375
        same_at_6_decimals(days, [group["median"], *group["median_ci95_loglog"]])
    test, r = survival.logrank(tte, by="arm"), expected["logrank"]
    same_at_6_decimals([test.statistic, test.df, test.p], [r["chisq"], r["df"], r["p"]])
    cox = next(one for one in expected["cox"] if one["ties"] == "efron")
    ratios = survival.hazard_ratios(tte, by="arm", reference=cox["reference"]).table
    for term in cox["terms"]:
        if term["hr"]:  # R's estimate of an arm without an event has run off to 0
            row = ratios.set_index("level").loc[term["level"]]
            found = row[["hr", "lower", "upper", "p"]]
            same_at_6_decimals(found, [term["hr"], *term["ci95"], term["wald_p"]])


@tryout
@pytest.mark.parametrize("endpoint", ["CRSD", "EFS", "OS", "PFS"])
def test_the_survival_of_a_trial_of_three_arms_equals_r(endpoint: str) -> None:
    trial, expected = tried("three_arm_oncology")
    same_survival(trial, endpoint, expected[f"TTE_{endpoint}"])


@tryout
def test_a_trial_of_three_arms_opens() -> None:
    trial, expected = tried("three_arm_oncology")
    assert len(trial.patients) == 400
    assert trial.source.rows_read == 400 + 1934 + 2000 + 3200 + 2800
    assert "TNE" not in set(trial.time_to_event["endpoint"])
    # Each of the 2,400 responses has a sum of the same day; 400 minima are no visits.
    assert len(trial.assessments) == 2400
    table = safety.grade_table(trial, by="overall").table.set_index("arm")
    for arm in expected["ae_max_grade"]:
        row = table.loc[arm["arm"]]
        assert (row["n_treated"], row["any"]) == (arm["N"], arm["any"])
        assert row["grade_3_or_more"] == arm["grade3plus"]
        assert {n: row[f"grade_{n}"] for n in arm["by_max_grade"]} == arm["by_max_grade"]


@tryout
def test_a_trial_with_screen_failures_and_hardly_an_event_opens() -> None:
    trial, expected = tried("adam_oncology")
    screened, by_flag = expected["adsl_trap"], expected["SAFFL"]
    planned, actual = screened["TRT01P"], screened["TRT01A"]
    failures = planned.pop("Screen Failure")
    assert actual.pop("Screen Failure") == failures
    assert trial.patients["arm"].value_counts().to_dict() == planned
    assert trial.patients["arm_received"].value_counts().to_dict() == actual
    assert int(trial.patients["treated"].sum()) == by_flag["Y"]
    assert f"{failures} cells" in finding(trial, "(a screen failure) and")["problem"]
    same_survival(trial, "OS", expected["OS"])
    same_survival(trial, "PFS", expected["PFS"])
    given = trial.time_to_event
    duration = given[given["endpoint"] == "RSD"]
    assert (len(duration), int(duration["event"].sum())) == tuple(expected["RSD"].values())
