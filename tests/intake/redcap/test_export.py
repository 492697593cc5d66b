"""REDCap: which sheets are read, whose the rows are, and that each is accounted for."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, load_export
from retnet_core.intake.files import bundle
from tests.exports import workbook
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
    variables,
    written,
)


@pytest.mark.parametrize("write", [raw, labelled])
def test_an_export_with_its_dictionary_is_read_as_codes_and_as_labels(write: Any) -> None:
    trial = opened(write())
    assert cells(
        trial.patients, "patient_id", "arm", "sex", "ecog", "primary_site", "functional",
        "symptomatic", "site", "death_date",
    ) == [
        ["001", "TAE", "female", 1, "pancreas", True, False, "oslo", None],
        ["002", "cTACE", "male", 0, "gut", False, False, "bergen", "2021-03-01"],
    ]  # fmt: skip
    assert cells(trial.adverse_events, "patient_id", "term", "grade", "start_date", "serious") == [
        ["001", "Pain", 1, "2020-01-05", False],
        ["001", "Fever", 3, "2020-02-05", True],
    ]
    found = trial.questionnaires.assign(visit=trial.questionnaires["visit"].str.lower())
    assert cells(found, "instrument", "visit", "date", "item", "value") == [
        ["QLQ-C30", "baseline", "2020-01-02", 1, 2],
        ["QLQ-C30", "month 3", "2020-04-02", 1, 1],
        ["QLQ-C30", "baseline", "2020-01-02", 2, 4],
        ["QLQ-C30", "baseline", "2020-01-02", 29, 7],
    ]
    found = trial.assessments.assign(visit=trial.assessments["visit"].str.lower())
    assert cells(found, "patient_id", "visit", "date", "overall_response") == [
        ["001", "month 3", "2020-04-03", "SD"],
        ["001", "month 6", "2020-07-03", "PD"],
    ]
    source = trial.source
    assert (source.rows_read, source.rows_set_aside) == (len(ROWS) + len(DICTIONARY), 0)
    unused = finding(trial, "2 columns are not known and not used")["column"]
    assert unused.casefold().replace(" ", "_").split(",_") == (
        ["features___3", "shoe_size"] if write is raw
        else ["features_(choice=travels_far)", "shoe_size"]
    )  # fmt: skip


def test_an_export_says_what_it_was_recognised_by() -> None:
    said = finding(opened(raw()), "Read as REDCap")["problem"]
    assert "'STUDY_DATA_2024.csv' has the columns redcap_event_name" in said
    assert "The data dictionary lists" in said


def test_the_two_files_can_be_sheets_of_a_workbook() -> None:
    tables = {
        name: pd.read_csv(io.BytesIO(content), dtype=object)
        for name, content in (("data", raw()), ("dictionary", dictionary_file()))
    }
    trial = accounted(load_export(workbook(tables, {"data_cut": "2022-01-01"})))
    assert trial.source.data_cut == dt.date(2022, 1, 1)
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert len(trial.adverse_events) == 2


def test_codes_and_labels_of_one_project_are_read_once() -> None:
    files = [("a.csv", labelled()), ("b.csv", raw()), ("c.csv", dictionary_file())]
    trial = accounted(load_export(bundle(files)))
    assert trial.source.rows_set_aside == len(ROWS)
    assert finding(trial, "holds labels, and another one the codes")["sheet"] == "a.csv"
    assert len(trial.adverse_events) == 2


def test_a_file_a_form_makes_one_patient() -> None:
    first = written([["record_id", "arm", "baseline_complete"], ["1", "TAE", 2], ["2", "BE", 2]])
    second = written([["record_id", "death_date", "end_complete"], ["2", "2020-01-01", 2]])
    trial = accounted(load_export(bundle([("a.csv", first), ("b.csv", second)])))
    assert cells(trial.patients, "patient_id", "arm", "death_date") == [
        ["1", "TAE", None], ["2", "TAE", "2020-01-01"],
    ]  # fmt: skip
    assert trial.source.rows_used == 3


def test_a_file_that_was_uploaded_twice_counts_once() -> None:
    files = [("a.csv", raw()), ("b.csv", raw()), ("c.csv", dictionary_file())]
    trial = accounted(load_export(bundle(files)))
    assert [len(trial.patients), len(trial.adverse_events), len(trial.assessments)] == [2, 2, 2]
    assert len(trial.questionnaires) == 4
    # Of the copy, what it says of patients is used once more; events and later visits are not.
    assert trial.source.rows_set_aside == 4
    again = trial.findings[trial.findings["problem"].str.contains("one of an earlier sheet")]
    assert again["row"].tolist() == [3, 4, 5, 6]
    assert set(again["sheet"]) == {"b.csv"}


def test_the_dictionary_alone_is_no_export() -> None:
    with pytest.raises(ExportError, match="without its data"):
        load_export(dictionary_file(), "dictionary.csv")


def test_other_sheets_are_set_aside() -> None:
    events = written([["event_name", "arm_num"], ["Baseline", 1], ["Month 3", 1]])
    files = [("data.csv", raw()), ("dict.csv", dictionary_file()), ("event.csv", events)]
    trial = accounted(load_export(bundle(files)))
    assert finding(trial, "2 rows were not used")["sheet"] == "event.csv"


# Whatever a trial holds

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2022, 12, 31)).map(str)
PATIENT = st.fixed_dictionaries(
    {"arm_assigned": st.sampled_from([1, 2, 3]), "sex": st.sampled_from([0, 1])},
    optional={"ecog": st.sampled_from([0, 1, 2]), "death_date": DAYS},
)
EVENT = st.fixed_dictionaries(
    {"ae_term": st.sampled_from(["Pain", "Fever"]), "ae_grade": st.sampled_from([1, 2, 3]),
     "ae_start": DAYS, "ae_serious": st.sampled_from([0, 1])}
)  # fmt: skip
VISIT = st.fixed_dictionaries(
    {}, optional={"c30_q01": st.integers(1, 4), "c30_q02": st.integers(1, 4), "qlq_date": DAYS,
                  "overall_response": st.sampled_from([1, 2, 3, 4]), "scan_date": DAYS},
)  # fmt: skip
RECORD = st.tuples(PATIENT, st.lists(EVENT, max_size=3), st.lists(VISIT, max_size=3))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RECORD, min_size=1, max_size=5), st.sampled_from([raw, labelled]))
def test_a_trial_written_as_redcap_is_read_back(records: list[Any], write: Any) -> None:
    rows: list[Row] = []
    events, scans, answers = [], [], []
    for n, (patient, several, visits) in enumerate(records, start=1):
        one = {"record_id": f"{n:03d}"}
        rows.append({**one, "redcap_event_name": START, **patient})
        for at, event in enumerate(several, start=1):
            rows.append({**one, "redcap_event_name": START, "redcap_repeat_instrument":
                         "adverse_event", "redcap_repeat_instance": at, **event})  # fmt: skip
            events.append([one["record_id"], event["ae_term"], event["ae_grade"],
                           event["ae_start"], bool(event["ae_serious"])])  # fmt: skip
        for at, visit in enumerate(visits):
            rows.append({**one, "redcap_event_name": f"visit_{at}_arm_1", **visit})
            if "overall_response" in visit:
                scans.append([one["record_id"], f"visit {at}", visit.get("scan_date"),
                              ["CR", "PR", "SD", "PD"][visit["overall_response"] - 1]])  # fmt: skip
            answers += [
                [one["record_id"], f"visit {at}", visit.get("qlq_date"), item, visit[name]]
                for item, name in ((1, "c30_q01"), (2, "c30_q02")) if name in visit
            ]  # fmt: skip
    trial = opened(write(rows))
    assert trial.source.rows_read == len(rows) + len(DICTIONARY)
    arms, sexes = ["TAE", "cTACE", "DEB-TACE"], ["female", "male"]
    assert cells(trial.patients, "patient_id", "arm", "sex", "ecog", "death_date") == [
        [f"{n:03d}", arms[one["arm_assigned"] - 1], sexes[one["sex"]], one.get("ecog"),
         one.get("death_date")]
        for n, (one, _, _) in enumerate(records, start=1)
    ]  # fmt: skip
    names = ("patient_id", "term", "grade", "start_date", "serious")
    assert cells(trial.adverse_events, *names) == events
    found = trial.assessments.assign(visit=trial.assessments["visit"].str.lower())
    assert cells(found, "patient_id", "visit", "date", "overall_response") == scans
    found = trial.questionnaires.assign(visit=trial.questionnaires["visit"].str.lower())
    got = cells(found, "patient_id", "visit", "date", "item", "value")
    assert sorted(got, key=str) == sorted(answers, key=str)


GARBAGE = st.sampled_from(["", "1", "2", "x", "garbage §", "2020-01-01", "NA", "13", "1.5"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_row_is_accounted_for(data: st.DataObject) -> None:
    names = variables(DICTIONARY, ROWS)
    row = st.lists(GARBAGE, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, min_size=1, max_size=8))
    try:
        trial = opened(written([names, *rows]), data.draw(st.sampled_from([None, DICTIONARY])))
    except ExportError as error:
        assert "has no patients" in str(error)
        assert all(one[0] in ("", "NA") for one in rows)
        return
    read = sum(any(cell for cell in one) for one in rows)
    assert trial.source.rows_read in (read, read + len(DICTIONARY))
    assert trial.source.rows_set_aside == 0 or "set aside" in set(trial.findings["severity"])
