"""Plain tables of times and statuses: what is read, what is asked, and that no row is lost.

Times and medians of real trials are R's: ``survfit(Surv(time, status) ~ x, conf.type =
"log-log")`` on ``survival::lung``, ``colon`` and ``ovarian``, in tests/references/survival.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import greenwood
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, Trial, load_export
from retnet_core.analysis import survival, time_to_event
from retnet_core.intake.layouts import survival_table
from retnet_core.intake.layouts.survival_table.headers import read_header
from retnet_core.intake.load import read_file
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.protocol import DAYS_PER_MONTH
from tests.exports import workbook
from tests.intake.opening import adds_up, said
from tests.intake.timed import csv, events, finding, opened

REFERENCES = Path(__file__).resolve().parents[1] / "references" / "survival"
DAYS = {"time_to_event": {"days": "time"}}


def dataset(name: str) -> bytes:
    return greenwood.load_dataset(name, backend="pandas").to_csv(index=False).encode()


def check_medians(trial: Trial, endpoint: str, reference: str) -> None:
    quantiles = pd.read_csv(REFERENCES / "km_quantiles.csv", dtype={"group": str})
    expected = quantiles.query(
        "dataset == @reference and conf_type == 'log-log' and p == 0.5"
    ).set_index("group")
    tte = time_to_event.derive(trial, endpoint)
    found = survival.kaplan_meier(tte, by="arm").medians.set_index("group")
    assert set(found.index) == set(expected.index)
    for group, row in expected.iterrows():
        days = found.loc[group, ["median", "lower", "upper"]].to_numpy(float) * DAYS_PER_MONTH
        assert days == pytest.approx(row[["quantile", "lower", "upper"]].to_numpy(float),
                                     nan_ok=True)  # fmt: skip


# Real tables


def test_lung_is_not_guessed() -> None:
    trial = load_export(dataset("lung"), "lung.csv")
    assert adds_up(trial)
    assert (trial.source.layout, trial.source.rows_used) == ("Time and status table", 228)
    unit = finding(trial, "In which unit are these times")
    assert "values from 5 to 1,022" in unit["problem"]
    assert unit["severity"] == "set aside"
    codes = finding(trial, "which code is the event?")
    assert "'1' in 63 rows, '2' in 165 rows" in codes["problem"]
    assert "R takes 2 for the event" in codes["problem"]
    assert trial.time_to_event["days"].isna().all()
    assert trial.time_to_event["event"].isna().all()
    assert len(trial.unreadable.query("table == 'time_to_event' and column == 'event'")) == 228
    assert time_to_event.available_endpoints(trial) == ()
    assert trial.patients["patient_id"].tolist()[:2] == ["row 2", "row 3"]
    assert finding(trial, "has no column of patient ids")["severity"] == "assumed"


def test_the_codes_of_lung_stay_as_typed_for_the_user_to_explain() -> None:
    draft = survival_table.read(
        read_file(dataset("lung"), "lung.csv").sheets, ExportMapping(columns=DAYS)
    )
    part = next(part for part in draft.parts if part.table == "time_to_event")
    assert part.columns["days"].header == "time"
    assert sorted(map(str, part.columns["event"].values)) == ["1", "2"]


def test_lung_opens_by_what_the_user_says_as_r_reads_it() -> None:
    mapping = ExportMapping(
        columns={"patients": {"arm": "sex"}, **DAYS},
        readings={("time_to_event", "event"): Reading({"1": "no", "2": "yes"})},
    )
    trial = load_export(dataset("lung"), "lung.csv", mapping)
    check_medians(trial, "Time to event", "lung_sex")
    assert not trial.findings["problem"].str.contains("which code is the event").any()


def test_lung_in_words_is_read_as_r_reads_it() -> None:
    lung = greenwood.load_dataset("lung", backend="pandas")
    lung["status"] = lung["status"].map({1: "alive", 2: "dead"})
    content = lung.rename(columns={"time": "time (days)", "sex": "group"}).to_csv(index=False)
    trial = load_export(content.encode(), "lung.csv")
    told = finding(trial, "was read as the event")
    assert told["problem"] == (
        "status: 'dead' was read as the event in 165 rows, 'alive' as censored in 63 rows."
    )
    assert told["severity"] == "note"
    check_medians(trial, "OS", "lung_sex")


def test_colon_has_both_endpoints() -> None:
    trial = load_export(dataset("colon"), "colon.csv", DAYS)
    assert adds_up(trial)
    source = trial.source
    assert (source.rows_read, source.rows_used, len(trial.patients)) == (1858, 1858, 929)
    assert set(time_to_event.available_endpoints(trial)) == {"1", "2"}
    check_medians(trial, "1", "colon_recur_rx")
    check_medians(trial, "2", "colon_death_rx")
    assert finding(trial, "in codes")["severity"] == "assumed"
    assert said(trial, "status: '1' was read as the event in 920 rows, '0' as censored in 938 rows")


def test_ovarian_once_its_unit_is_said() -> None:
    asked = load_export(dataset("ovarian"), "ovarian.csv")
    assert "values from 59 to 1,227" in finding(asked, "In which unit")["problem"]
    mapping = {"time_to_event": {"days": "futime"}}
    trial = load_export(dataset("ovarian"), "ovarian.csv", mapping)
    assert not said(trial, "In which unit")
    assert said(trial, "fustat: '1' was read as the event in 12 rows, '0' as censored in 14 rows.")
    check_medians(trial, "Time to event", "ovarian_rx")
    assert trial.arms == ("1", "2")
    arms = trial.findings[trial.findings["problem"].str.contains("is no arm of RETNET")]
    assert (set(arms["severity"]), set(arms["column"])) == ({"assumed"}, {"rx"})


def test_a_clinical_file_of_cbioportal() -> None:
    lines = [
        "#Patient Identifier\tOverall Survival Status\tOverall Survival (Months)"
        "\tDisease Free Status\tDisease Free (Months)\tSex\tAge",
        "#Identifier\tStatus\tMonths\tStatus\tMonths\tSex\tAge",
        "#STRING\tSTRING\tNUMBER\tSTRING\tNUMBER\tSTRING\tNUMBER",
        "#1\t1\t1\t1\t1\t1\t1",
        "PATIENT_ID\tOS_STATUS\tOS_MONTHS\tDFS_STATUS\tDFS_MONTHS\tSEX\tAGE",
        "P-1\t1:DECEASED\t12.5\t1:Recurred/Progressed\t6\tMale\t61",
        "P-2\t0:LIVING\t30\t0:DiseaseFree\t30\tFemale\t55",
        "P-3\t0:LIVING\t20\t\t\tFemale\t70",
    ]
    trial = load_export("\n".join(lines).encode(), "data_clinical_patient.txt")
    assert (trial.source.rows_read, trial.source.rows_used) == (3, 3)
    given = trial.time_to_event
    assert given["patient_id"].tolist() == ["P-1", "P-2", "P-3"] * 2
    assert given["endpoint"].tolist() == ["OS"] * 3 + ["DFS"] * 3
    assert given["months"].tolist()[:5] == [12.5, 30, 20, 6, 30]
    assert events(trial) == [True, False, False, True, False, None]
    assert trial.patients["sex"].tolist() == ["male", "female", "female"]
    assert trial.patients["age"].tolist() == [61, 55, 70]
    assert finding(trial, "OS_STATUS:")["problem"] == (
        "OS_STATUS: '1:DECEASED' was read as the event in 1 row, '0:LIVING' as censored in 2 rows."
    )
    assert finding(trial, "OS_STATUS:")["severity"] == "note"


def test_a_lone_adtte() -> None:
    trial = opened(
        ("USUBJID", "PARAMCD", "AVAL", "AVALU", "CNSR", "TRT01P"),
        ("1", "OS", 10, "DAYS", 0, "A"), ("1", "PFS", 5, "DAYS", 1, "A"),
        ("2", "OS", 12, "DAYS", 1, "B"), ("2", "PFS", 7, "DAYS", 2, "B"),
        name="adtte.csv",
    )  # fmt: skip
    assert trial.arms == ("A", "B")
    assert trial.time_to_event["endpoint"].tolist() == ["OS", "PFS", "OS", "PFS"]
    assert trial.time_to_event["days"].tolist() == [10, 5, 12, 7]
    assert events(trial) == [True, False, False, False]


# Units


@pytest.mark.parametrize(
    ("header", "column", "factor"),
    [
        ("days", "days", 1), ("time (days)", "days", 1), ("futime_days", "days", 1),
        ("survdays", "days", 1), ("OS_MONTHS", "months", 1), ("PFS (months)", "months", 1),
        ("time.months", "months", 1), ("Overall Survival (Months)", "months", 1),
        ("time (weeks)", "days", 7), ("follow-up (years)", "days", 365.25),
    ],
)  # fmt: skip
def test_the_unit_of_the_header(header: str, column: str, factor: float) -> None:
    trial = opened(("id", header, "event"), ("1", 3, 1), ("2", 4.5, 0))
    assert trial.time_to_event[column].tolist() == pytest.approx([3 * factor, 4.5 * factor])
    other = "months" if column == "days" else "days"
    assert trial.time_to_event[other].isna().all()
    if factor != 1:
        assert finding(trial, f"times {factor:g}")["severity"] == "assumed"
    assert not said(trial, "In which unit")


def test_without_a_unit_the_user_is_asked_and_answers() -> None:
    rows = (("id", "OS_time", "OS_event"), ("1", 5, 1), ("2", 1022, 0), ("3", None, 0))
    trial = opened(*rows)
    assert trial.time_to_event[["days", "months"]].isna().all(axis=None)
    assert "(values from 5 to 1,022: days? months?)" in finding(trial, "In which unit")["problem"]
    for unit in ("days", "months"):
        answered = opened(*rows, mapping={"time_to_event": {unit: "OS_time"}})
        assert answered.time_to_event[unit].tolist()[:2] == [5, 1022]
        assert not said(answered, "In which unit")
        assert answered.time_to_event["endpoint"].tolist() == ["OS"] * 3


def test_a_time_in_days_and_in_months() -> None:
    trial = opened(("id", "OS_months", "OS_days", "OS_event"), ("1", 1.5, 46, 1), ("2", 2, 61, 0))
    assert trial.time_to_event["days"].tolist() == [46, 61]
    assert trial.time_to_event["months"].tolist() == [1.5, 2]


def test_days_and_months_that_are_not_the_same_times_are_asked_about() -> None:
    trial = opened(("id", "survival_months", "days", "event"), ("1", 30, 12, 1), ("2", 2, 61, 0))
    assert trial.time_to_event[["days", "months"]].isna().all(axis=None)
    assert "they differ in 1 row" in finding(trial, "taken for the same times")["problem"]


def test_times_that_only_the_dead_have_are_not_read() -> None:
    dead = [(f"D{at}", 10 * at, None, "Dead") for at in range(1, 4)]
    alive = [(f"A{at}", None, 20 * at, "Alive") for at in range(1, 4)]
    header = ("id", "days_to_death", "days_to_last_follow_up", "vital_status")
    trial = opened(header, *dead, *alive)
    assert trial.time_to_event[["days", "months"]].isna().all(axis=None)
    assert finding(trial, "No row that is censored has a time")["severity"] == "set aside"


# Which columns belong together


def test_endpoints_side_by_side() -> None:
    trial = opened(
        ("Patient ID", "hpfs_time_days", "hpfs_event", "OS.days", "OS", "treatment"),
        ("1", 5, 1, 10, 0, "TAE"), ("2", 6, 0, 20, 1, "TACE"),
    )  # fmt: skip
    assert time_to_event.available_endpoints(trial) == ("hpfs", "os")
    assert trial.time_to_event["days"].tolist() == [5, 6, 10, 20]
    assert events(trial) == [True, False, False, True]
    assert trial.arms == ("TAE", "cTACE")
    assert (trial.source.rows_read, trial.source.rows_used) == (2, 2)


def test_a_time_that_two_statuses_claim_is_paired_by_the_user() -> None:
    rows = (
        ("id", "days", "OS_event", "PFS_event"),
        ("1", 10, 1, 1),
        ("2", 20, 0, 1),
        ("3", 9, 1, 0),
    )
    trial = opened(*rows)
    assert trial.time_to_event.empty
    asked = finding(trial, "Which time belongs to which status?")
    assert (asked["severity"], asked["column"]) == ("set aside", "days, OS_event, PFS_event")
    trial = opened(*rows, mapping={"time_to_event": {"days": "days", "event": "PFS_event"}})
    assert trial.time_to_event["endpoint"].tolist() == ["PFS"] * 3
    assert events(trial) == [True, True, False]


def test_progression_is_the_status_of_a_time_to_progression() -> None:
    trial = opened(
        ("id", "Time to progression (months)", "progression", "days_to_death", "death"),
        ("1", 3, 1, 200, 0), ("2", 5, 0, 160, 1),
    )  # fmt: skip
    assert trial.time_to_event["endpoint"].tolist() == ["TTP", "TTP", "OS", "OS"]
    assert events(trial) == [True, False, False, True]
    assert trial.time_to_event["months"].tolist()[:2] == [3, 5]


def test_a_status_and_an_event_are_not_chosen_from() -> None:
    rows = (("id", "days", "status", "event"), ("1", 10, 1, 0), ("2", 20, 0, 1))
    assert opened(*rows).time_to_event.empty
    trial = opened(*rows, mapping={"time_to_event": {"event": "event"}})
    assert events(trial) == [False, True]


def test_columns_that_are_no_endpoint_are_left_alone() -> None:
    trial = opened(
        ("id", "time (days)", "status", "smoking_years", "smoking_status", "ER_STATUS", "age",
         "WHO grade", "site"),
        ("1", 10, 1, 5, 1, 0, 50, "G1", "Oslo"), ("2", 20, 0, 7, 0, 1, 60, "G2", "Bergen"),
        ("3", 30, 0, 0, 0, 1, 70, "G2", "Oslo"),
    )  # fmt: skip
    assert time_to_event.available_endpoints(trial) == ("Time to event",)
    assert trial.patients["age"].tolist() == [50, 60, 70]
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G2"]
    assert trial.patients["site"].tolist() == ["Oslo", "Bergen", "Oslo"]
    assert list(trial.more_columns) == ["smoking_status", "ER_STATUS"]
    assert "smoking_years" in finding(trial, "not known and not used")["column"]


@pytest.mark.parametrize(
    "header",
    [
        "death_date",
        "PFS 6 months",
        "smoking_years",
        "ER_STATUS",
        "year",
        "etype",
        "age",
        "diagtime",
    ],
)
def test_headers_that_are_neither_a_time_nor_a_status(header: str) -> None:
    assert read_header(header).role == ""


# Patients


def test_of_a_patient_who_comes_twice_no_time_is_guessed() -> None:
    trial = opened(
        ("id", "days", "event", "age"),
        ("1", 10, 1, 50), ("2", 20, 0, 60), ("2", 25, 1, 60), ("3", 7, 0, 70), ("3", 7, 0, 71),
    )  # fmt: skip
    assert trial.patients["patient_id"].tolist() == ["1", "2", "3"]
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (3, 2)
    assert trial.time_to_event["patient_id"].tolist() == ["1", "3"]
    assert trial.time_to_event["days"].tolist() == [10, 7]
    assert "(2)" in finding(trial, "several rows with different times")["problem"]
    aside = trial.findings[trial.findings["problem"].str.contains("has a row already")]
    assert aside["row"].tolist() == [4, 6]


def test_rows_of_a_patient_told_apart_by_their_endpoint() -> None:
    trial = opened(
        ("id", "arm", "endpoint", "months", "event", "age"),
        ("1", "TAE", "hPFS", 5, "yes", None), ("1", "TAE", "OS", 9, "no", 50),
        ("2", "DEB", "hPFS", 6, "no", 60), ("2", "DEB", "OS", 8, "yes", 61),
    )  # fmt: skip
    assert (trial.source.rows_read, trial.source.rows_used) == (4, 4)
    assert trial.time_to_event["endpoint"].tolist() == ["hPFS", "OS"] * 2
    assert trial.patients["age"].tolist() == [50, 60]
    told = finding(trial, "An earlier row of this patient says otherwise of age")
    assert (told["row"], told["value"], told["severity"]) == (5, "61", "set aside")


def test_without_ids_equal_rows_are_several_patients() -> None:
    trial = opened(("days", "event"), (10, 1), (10, 1), (20, 0))
    assert trial.patients["patient_id"].tolist() == ["row 2", "row 3", "row 4"]
    assert trial.source.rows_set_aside == 0
    assert "1 row that read" in finding(trial, "has no column of patient ids")["problem"]


def test_totals_and_notes_under_the_table_are_no_patients() -> None:
    trial = opened(
        ("id", "days", "event"), ("1", 10, 1), ("2", 20, 0), ("Total", 30, 1),
        ("* as of March", None, None),
    )  # fmt: skip
    assert trial.patients["patient_id"].tolist() == ["1", "2"]
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (2, 2)


def test_a_workbook_with_one_table_and_a_sheet_about() -> None:
    table = pd.DataFrame({"id": ["1", "2"], "days": [10, 20], "event": [1, 0], "rx": ["A", "B"]})
    trial = load_export(workbook({"Sheet1": table}, {"data_cut": "2024-03-31"}), "trial.xlsx")
    assert adds_up(trial)
    assert (trial.source.layout, trial.source.rows_read) == ("Time and status table", 3)
    assert trial.source.data_cut_stated
    assert trial.arms == ("A", "B")


# Arms


def test_a_treatment_beside_an_allocation_is_the_arm_received() -> None:
    trial = opened(
        ("id", "days", "event", "treatment", "allocation"),
        ("1", 5, 1, "TAE", "cTACE"), ("2", 6, 0, "TAE", "TAE"),
    )  # fmt: skip
    assert trial.patients["arm"].tolist() == ["cTACE", "TAE"]
    assert trial.patients["arm_received"].tolist() == ["TAE", "TAE"]
    told = finding(trial, "as the arm of the treatment given")
    assert (told["severity"], told["column"]) == ("assumed", "treatment")


def test_of_two_columns_that_could_be_the_arm_the_other_is_told() -> None:
    trial = opened(
        ("id", "days", "event", "rx", "arm"),
        ("1", 5, 1, "TAE", "cTACE"), ("2", 6, 0, "TAE", "TAE"),
    )  # fmt: skip
    assert trial.patients["arm"].tolist() == ["cTACE", "TAE"]
    assert finding(trial, "Two columns stand for arm: 'arm' was used")["column"] == "rx"


def test_the_user_may_name_one_column_for_two_of_ours() -> None:
    trial = opened(
        ("id", "days", "event", "rx"), ("1", 5, 1, "TAE"), ("2", 6, 0, "cTACE"),
        mapping={"patients": {"arm": "rx", "arm_received": "rx"}},
    )  # fmt: skip
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["arm_received"].tolist() == ["TAE", "cTACE"]
    assert not said(trial, "the sheet does not have it")


def test_a_column_is_a_time_in_one_unit_only() -> None:
    trial = opened(
        ("id", "time", "event"), ("1", 5, 1), ("2", 6, 0),
        mapping={"time_to_event": {"days": "time", "months": "time"}},
    )  # fmt: skip
    told = finding(trial, "was named as days and as months")
    assert (told["severity"], told["column"]) == ("set aside", "time")
    assert trial.time_to_event[["days", "months"]].isna().all(axis=None)


# Recognition


def recognised(sheets: Mapping[str, pd.DataFrame]) -> float:
    return survival_table.recognise(read_file(workbook(sheets), "x.xlsx").sheets).confidence


TABLE = pd.DataFrame({"id": ["1"], "days": [10], "event": [1]})


def test_what_is_recognised() -> None:
    assert recognised({"Sheet1": TABLE}) == 0.65
    assert recognised({"Sheet1": TABLE.assign(death_date="2020-01-01")}) == 0.5
    assert recognised({"Sheet1": TABLE, "Sheet2": TABLE}) == 0.65
    assert recognised({"labs": TABLE}) == 0
    assert (
        recognised({"Sheet1": TABLE.assign(redcap_event_name="a", redcap_repeat_instance=1)}) == 0
    )
    assert recognised({"Sheet1": TABLE.assign(DOMAIN="DS")}) == 0
    assert recognised({"Sheet1": TABLE.drop(columns="event")}) == 0
    assert recognised({"Sheet1": TABLE.drop(columns="days")}) == 0
    assert recognised({"Sheet1": TABLE.assign(event="free text").iloc[:0]}) == 0


NOTES = pd.DataFrame({"Note": ["Cut in March", "Second look pending"]})
LEGEND = pd.DataFrame({"Variable": ["days", "event"], "Meaning": ["Days from entry", "1 = died"]})


def test_a_table_beside_sheets_of_notes() -> None:
    table = pd.DataFrame(
        {"id": ["1", "2", "3"], "arm": ["TAE", "cTACE", "TAE"], "os_months": [10, 20.5, 7],
         "os_event": [1, 0, 1]}
    )  # fmt: skip
    for sheets in ({"Notes": NOTES, "Data": table, "Legend": LEGEND}, {"Data": table, "N": NOTES}):
        trial = load_export(workbook(sheets), "trial.xlsx")
        beside = 2 * (len(sheets) - 1)
        assert trial.source.layout == "Time and status table"
        assert (trial.source.rows_used, trial.source.rows_set_aside) == (3, beside)
        assert adds_up(trial)
        assert events(trial) == [True, False, True]
        told = trial.findings[trial.findings["problem"].str.contains("none of the tables")]
        assert set(told["sheet"]) == {*sheets} - {"Data"}
        why = finding(trial, "Read as")["problem"]
        assert "The only sheet of times, 'Data', has a time ('os_months')" in why


def test_of_two_sheets_of_times_the_user_says_which() -> None:
    content = workbook({"First": TABLE, "Second": TABLE.assign(days=[20]), "Notes": NOTES})
    with pytest.raises(
        ExportError, match=r"Which sheet has the times of all patients\? 'First' and 'Second'"
    ):
        load_export(content, "trial.xlsx")
    trial = load_export(content, "trial.xlsx", ExportMapping(sheets={"First": ""}))
    assert trial.time_to_event["days"].tolist() == [20]
    assert adds_up(trial)


def test_a_table_of_times_beside_a_sheet_of_patients_is_none() -> None:
    patients = pd.DataFrame({"id": ["1", "2"], "arm": ["TAE", "cTACE"], "age": [61, 70]})
    assert recognised({"Demographics": patients, "Sheet2": TABLE}) == 0
    assert recognised({"List": patients, "Sheet2": TABLE}) == 0
    assert recognised({"List": patients, "Sheet2": TABLE.assign(arm="TAE")}) == 0
    assert recognised({"patients": patients, "time_to_event": TABLE}) == 0
    assert recognised({"Sheet1": TABLE, "adverse_events": NOTES}) == 0


@pytest.mark.parametrize("times", [["2,021", "1,834", "3,120"], ["2,021", None, "12"]])
def test_times_whose_mark_is_asked_about_are_times(times: list[str | None]) -> None:
    rows = [(str(at), time, at % 2) for at, time in enumerate(times)]
    trial = opened(("id", "OS (months)", "OS status"), *rows)
    assert trial.source.layout == "Time and status table"
    assert set(trial.time_to_event["endpoint"]) == {"OS"}
    asked = sum(time is not None and "," in time for time in times)
    assert trial.time_to_event["months"].notna().sum() == times.count("12")
    found = trial.findings[trial.findings["problem"].str.contains("mark thousands or decimals")]
    assert found["column"].tolist() == ["OS (months)"] * asked
    assert len(trial.unreadable) == asked


def test_the_reason_is_said() -> None:
    trial = opened(("id", "days", "event"), ("1", 10, 1), ("2", 20, 0))
    assert "has a time ('days') and a status ('event')" in finding(trial, "Read as")["problem"]


def test_a_table_without_a_time_is_refused_in_a_sentence() -> None:
    mapping = ExportMapping(layout=survival_table.NAME)
    with pytest.raises(ExportError, match=r"No sheet has a column of times .*\(there are id, x\)"):
        load_export(csv(("id", "x"), ("1", 2)), "x.csv", mapping)


def test_a_column_of_the_mapping_that_is_not_there_is_said() -> None:
    trial = opened(("id", "days", "event"), ("1", 10, 1), ("2", 20, 0),
                   mapping={"time_to_event": {"months": "Monate"}})  # fmt: skip
    assert finding(trial, "named as months, but the sheet does not have it")["column"] == "Monate"
    assert trial.time_to_event["days"].tolist() == [10, 20]


# Whatever is written, it is read back or asked about

CODINGS: dict[str, tuple[str, dict[bool, Any], bool]] = {
    "0/1": ("event", {True: 1, False: 0}, True),
    "words": ("status", {True: "Event", False: "Censored"}, True),
    "CNSR": ("CNSR", {True: 0, False: 1}, True),
    "cBioPortal": ("status", {True: "1:Recurred/Progressed", False: "0:DiseaseFree"}, True),
    "yes/no": ("event", {True: "Y", False: "N"}, True),
    "logical": ("event", {True: True, False: False}, True),
    "censored": ("censored", {True: 0, False: 1}, True),
    "1/2": ("status", {True: 2, False: 1}, False),
    "cens": ("cens", {True: 1, False: 0}, False),
    "cens, 1 = censored": ("cens", {True: 0, False: 1}, False),
}
HEADERS = {
    "{}_days": ("days", 1.0), "{} (months)": ("months", 1.0), "{}_time_days": ("days", 1.0),
    "{} in weeks": ("days", 7.0), "{}.time": ("", 1.0),
}  # fmt: skip
ROWS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 4000), st.integers(1, 9999).map(lambda n: n / 10)),
        st.booleans(),
        st.sampled_from(["TAE", "cTACE", "X", None]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ROWS,
    st.sampled_from(list(CODINGS)),
    st.sampled_from(list(HEADERS)),
    st.sampled_from(["DFS", "hPFS", "pfs"]),
    st.booleans(),
)
def test_what_was_written_is_read_back_or_asked_about(
    rows: list[tuple[float, bool, str | None]], coding: str, style: str, endpoint: str, ids: bool
) -> None:
    status, codes, is_clear = CODINGS[coding]
    unit, factor = HEADERS[style]
    frame = pd.DataFrame(
        {"id": [f"P{at}" for at in range(len(rows))],
         style.format(endpoint): [time for time, _, _ in rows],
         f"{endpoint}_{status}": [codes[event] for _, event, _ in rows],
         "rx": [arm for _, _, arm in rows]}
    )  # fmt: skip
    content = (frame if ids else frame.drop(columns="id")).to_csv(index=False).encode()
    trial = load_export(content, "any.csv")
    assert adds_up(trial)
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (len(rows), 0)
    expected = [event for _, event, _ in rows]
    if said(trial, "which code is the event?"):
        assert not is_clear
        assert events(trial) == [None] * len(rows)
        assert set(trial.unreadable["patient_id"]) == set(trial.patients["patient_id"])
    else:
        assert is_clear
        assert events(trial) == expected
        n = sum(expected)
        assert not n or said(trial, f"as the event in {n} row{'s' if n > 1 else ''}")
    given_times = trial.time_to_event
    if unit:
        assert given_times[unit].tolist() == pytest.approx([time * factor for time, _, _ in rows])
    else:
        assert said(trial, "In which unit")
        assert given_times[["days", "months"]].isna().all(axis=None)
    assert trial.patients["arm"].tolist() == [arm or "unknown" for _, _, arm in rows]


MESSY: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["1", "2", "3", "4", None, "NA", "Total"]),
    "OS_days": st.sampled_from([1, 2.5, "1,5", "x", "NA", None, -3]),
    "OS_STATUS": st.sampled_from([0, 1, 2, "dead", "1:DECEASED", "?", None]),
    "cens": st.sampled_from([0, 1, None]),
    "time": st.sampled_from([5, 6, None]),
    "endpoint": st.sampled_from(["OS", "PFS", None]),
    "rx": st.sampled_from(["A", 1, None]),
}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sets(st.sampled_from(list(MESSY))),
    st.lists(st.tuples(*MESSY.values()), max_size=8),
)
def test_every_row_of_a_messy_table_is_accounted_for(
    left_out: set[str], rows: list[tuple[Any, ...]]
) -> None:
    frame = pd.DataFrame(rows, columns=list(MESSY), dtype=object).drop(columns=list(left_out))
    mapping = ExportMapping(layout=survival_table.NAME)
    try:
        trial = load_export(workbook({"Sheet1": frame}), "x.xlsx", mapping)
    except ExportError as error:
        assert "fault in the program" not in str(error)
        return
    filled = int((frame.notna() & (frame != "")).any(axis=1).sum())
    source = trial.source
    assert source.rows_read == filled == source.rows_used + source.rows_set_aside
    assert 0 <= source.rows_set_aside < filled
    assert not trial.time_to_event.duplicated(["patient_id", "endpoint"]).any() or (
        "endpoint" in frame and said(trial, "more than one row of this endpoint")
    )
    if "cens" in frame and not trial.time_to_event.empty and "OS_STATUS" not in frame:
        assert trial.time_to_event["event"].isna().all()
