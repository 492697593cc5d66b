"""REDCap: what is taken from which form and event, and that every row is accounted for.

The exports are built here as REDCap writes them: one table of all forms, with the columns of
events and repeats, a column of completeness at the end of each form, and the data dictionary.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, Trial, load_export
from retnet_core.analysis import questionnaires
from retnet_core.intake.files import bundle
from retnet_core.intake.layouts.redcap.dictionary import Entry, parse_choices
from retnet_core.intake.layouts.redcap.headers import read_fields
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.understanding import PersonalDataError
from tests.exports import workbook

HEADERS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number",
)  # fmt: skip
ANSWERS = "1, Not at all | 2, A little | 3, Quite a bit | 4, Very much"

Variable = tuple[str, str, str, str, str, str]
"""Name, form, type, label, choices, validation."""

DICTIONARY: list[Variable] = [
    ("record_id", "baseline", "text", "Record ID", "", ""),
    ("arm_assigned", "baseline", "radio", "Treatment arm", "1, TAE | 2, Arm 2 - TACE | 3, DEB", ""),
    ("sex", "baseline", "radio", "Sex", "0, Female | 1, Male", ""),
    ("ecog", "baseline", "radio", "ECOG",
     "0, 0 - Fully active | 1, 1 - Restricted | 2, 2 - No work", ""),
    ("primary_site", "baseline", "dropdown", "Primary", "1, Pancreas (head or tail) | 2, Ileum",
     ""),
    ("features", "baseline", "checkbox", "Features",
     "1, Functional tumor | 2, Symptomatic | 3, Travels far", ""),
    ("death_date", "baseline", "text", "Date of death", "", "date_ymd"),
    ("ae_term", "adverse_event", "text", "Event", "", ""),
    ("ae_grade", "adverse_event", "radio", "How bad", "1, Grade 1 (mild) | 2, Grade 2 | 3, Grade 3",
     ""),
    ("ae_start", "adverse_event", "text", "When", "", "date_ymd"),
    ("ae_serious", "adverse_event", "yesno", "Serious", "", ""),
    ("qlq_date", "qlq_c30", "text", "Filled in on", "", "date_ymd"),
    ("c30_q01", "qlq_c30", "radio", "Strenuous", ANSWERS, ""),
    ("c30_q02", "qlq_c30", "radio", "Long walk", ANSWERS, ""),
    ("c30_q29", "qlq_c30", "radio", "Health", "1, Very poor | 2, 2 | 7, Excellent", ""),
    ("scan_date", "imaging", "text", "Scan", "", "date_ymd"),
    ("overall_response", "imaging", "radio", "Response", "1, CR | 2, PR | 3, SD | 4, PD", ""),
    ("shoe_size", "imaging", "text", "Shoe size", "", ""),
]  # fmt: skip
FORMS = ["baseline", "adverse_event", "qlq_c30", "imaging"]
SYSTEM = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
}

Row = Mapping[str, Any]
START = "baseline_arm_1"
ROWS: list[Row] = [
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "arm_assigned": 1, "sex": 0, "ecog": 1, "primary_site": 1, "features___1": 1,
     "features___2": 0, "features___3": 1, "baseline_complete": 2, "qlq_date": "2020-01-02",
     "c30_q01": 2, "c30_q02": 4, "c30_q29": 7, "qlq_c30_complete": 2},
    {"record_id": "001", "redcap_event_name": "month_3_arm_1", "redcap_data_access_group": "oslo",
     "qlq_date": "2020-04-02", "c30_q01": 1, "qlq_c30_complete": 1, "scan_date": "2020-04-03",
     "overall_response": 3, "imaging_complete": 2},
    {"record_id": "001", "redcap_event_name": "month_6_arm_1", "redcap_data_access_group": "oslo",
     "scan_date": "2020-07-03", "overall_response": 4, "shoe_size": 41, "imaging_complete": 2},
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "redcap_repeat_instrument": "adverse_event", "redcap_repeat_instance": 1, "ae_term": "Pain",
     "ae_grade": 1, "ae_start": "2020-01-05", "ae_serious": 0, "adverse_event_complete": 2},
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "redcap_repeat_instrument": "adverse_event", "redcap_repeat_instance": 2, "ae_term": "Fever",
     "ae_grade": 3, "ae_start": "2020-02-05", "ae_serious": 1, "adverse_event_complete": 2},
    {"record_id": "002", "redcap_event_name": START, "redcap_data_access_group": "bergen",
     "arm_assigned": 2, "sex": 1, "ecog": 0, "primary_site": 2, "features___1": 0,
     "features___2": 0, "features___3": 0, "death_date": "2021-03-01", "baseline_complete": 0},
]  # fmt: skip


def variables(dictionary: Sequence[Variable], rows: Sequence[Row]) -> list[str]:
    """The columns of an export, in REDCap's order; those of events only where they occur."""
    here = {name for row in rows for name in row}
    first = dictionary[0]
    names = [first[0], *(name for name in SYSTEM if name in here)]
    for form, several in itertools.groupby(dictionary, lambda one: one[1]):
        for name, _, kind, _, choices, _ in several:
            if kind == "checkbox":
                names += [f"{name}___{code}" for code in parse_choices(choices)]
            elif name != first[0]:
                names.append(name)
        names.append(f"{form}_complete")
    return names


def written(rows: Sequence[Sequence[Any]], bom: bool = False) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8")


def raw(rows: Sequence[Row] = ROWS, dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    names = variables(dictionary, rows)
    return written([names, *([row.get(name, "") for name in names] for row in rows)])


def labelled(rows: Sequence[Row] = ROWS, dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    """Write what `raw` writes with labels for headers and codes."""
    known = {one[0]: one for one in dictionary}
    yes_no = {"yesno": {"1": "Yes", "0": "No"}}
    complete = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

    def header(name: str) -> str:
        variable, _, code = name.partition("___")
        if code:
            return f"{known[variable][3]} (choice={parse_choices(known[variable][4])[code]})"
        return SYSTEM.get(name) or (known[name][3] if name in known else "Complete?")

    def cell(name: str, value: Any) -> Any:
        code = name.partition("___")[2]
        if value == "" or name in SYSTEM:
            words = str(value).partition("_arm_")[0].replace("_", " ")
            return words.capitalize() if name == "redcap_event_name" else value
        if code:
            return "Checked" if str(value) == "1" else "Unchecked"
        if name not in known:
            return complete[str(value)]
        choices = yes_no.get(known[name][2]) or parse_choices(known[name][4])
        return choices.get(str(value), value)

    names = variables(dictionary, rows)
    cells = ([cell(name, row.get(name, "")) for name in names] for row in rows)
    return written([[header(name) for name in names], *cells], bom=True)


def dictionary_file(dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    rows = [
        [name, form, "", kind, label, choices, "", validation, "", ""]
        for name, form, kind, label, choices, validation in dictionary
    ]
    return written([[*HEADERS, "Identifier?", "Field Annotation"], *rows])


def accounted(trial: Trial) -> Trial:
    source = trial.source
    assert source.layout == "REDCap"
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial


def opened(data: bytes, dictionary: Sequence[Variable] | None = DICTIONARY, **more: Any) -> Trial:
    """Open an export together with its dictionary, or alone."""
    if dictionary is None:
        return accounted(load_export(data, "STUDY_DATA_2024.csv", **more))
    files = [("STUDY_DATA_2024.csv", data), ("dictionary.csv", dictionary_file(dictionary))]
    return accounted(load_export(bundle(files), "export.zip", **more))


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    assert found.iloc[0]["remedy"]
    return found.iloc[0]


def silent(trial: Trial, word: str) -> bool:
    return not trial.findings["problem"].str.contains(word, regex=False).any()


def cells(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Rows as lists, days as text, missing as None."""
    chosen = frame[list(names)].astype(object)
    return [
        [None if pd.isna(one) else one.date().isoformat() if isinstance(one, pd.Timestamp) else one
         for one in row]
        for row in chosen.to_numpy().tolist()
    ]  # fmt: skip


# What is read


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


# Patients


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


# Forms and events


def form(name: str, *fields: tuple[str, str, str]) -> list[Variable]:
    """A dictionary of one more form: name, type and choices of its fields."""
    return [DICTIONARY[0], DICTIONARY[1],
            *((one, name, kind, one, choices, "") for one, kind, choices in fields)]  # fmt: skip


def one_form(dictionary: Sequence[Variable], *rows: Row, instrument: str = "") -> Trial:
    about = {"redcap_repeat_instrument": instrument} if instrument else {}
    given = [
        {"record_id": "1", **about, "redcap_repeat_instance": at if instrument else "", **row}
        for at, row in enumerate(rows, start=1)
    ]
    return opened(raw([{"record_id": "1", "arm_assigned": 1}, *given], dictionary), dictionary)


def test_repeating_embolizations() -> None:
    fields = form("embolization", ("emb_date", "text", ""), ("emb_lobe", "checkbox", "r, R | l, L"),
                  ("emb_dose", "text", ""))  # fmt: skip
    trial = one_form(
        fields, {"emb_date": "2020-01-01", "emb_lobe___r": 1, "emb_lobe___l": 1, "emb_dose": 50},
        {"emb_date": "2020-02-01", "emb_lobe___r": 0, "emb_lobe___l": 1}, instrument="embolization",
    )  # fmt: skip
    assert cells(trial.embolizations, "date", "target", "doxorubicin_mg") == [
        ["2020-01-01", "R; L", 50], ["2020-02-01", "L", None],
    ]  # fmt: skip


def test_repeating_labs_take_the_visit_of_their_instance() -> None:
    fields = form("blood", ("lab_test", "text", ""), ("lab_value", "text", ""),
                  ("units", "text", ""), ("drawn_date", "text", ""))  # fmt: skip
    trial = one_form(
        fields,
        {"lab_test": "CgA", "lab_value": 120, "units": "ug/L", "drawn_date": "2020-01-01"},
        {"lab_test": "NSE", "lab_value": 9, "units": "ug/L", "drawn_date": "2020-02-01"},
        instrument="blood",
    )
    assert cells(trial.labs, "test", "visit", "value", "unit", "date") == [
        ["CgA", "blood 1", 120, "ug/L", "2020-01-01"], ["NSE", "blood 2", 9, "ug/L", "2020-02-01"],
    ]  # fmt: skip


def test_an_instrument_that_is_no_table_is_set_aside() -> None:
    fields = form("pressure", ("sbp", "text", ""), ("dbp", "text", ""))
    group = {"redcap_data_access_group": "oslo"}
    trial = one_form(fields, {"sbp": 120, **group}, {"sbp": 130, **group}, instrument="pressure")
    assert trial.source.rows_set_aside == 2
    said = finding(trial, "of the repeating instrument 'pressure'")
    assert (said["severity"], said["row"]) == ("set aside", 3)
    assert finding(trial, "not known and not used")["column"] == "sbp"


def test_rows_without_an_id_and_repeats_are_set_aside() -> None:
    trial = opened(raw([*ROWS, {**ROWS[0], "record_id": ""}, ROWS[3]]))
    assert finding(trial, "no patient id")["row"] == 8
    assert finding(trial, "repeats an earlier one")["row"] == 9
    assert trial.source.rows_set_aside == 2
    assert len(trial.adverse_events) == 2


def test_alike_events_of_two_instances_are_two_events() -> None:
    again = {**ROWS[4], "redcap_repeat_instance": 3}
    assert len(opened(raw([*ROWS, again])).adverse_events) == 3


@pytest.mark.parametrize(
    ("event", "visit"),
    [("visit_2_arm_1", "visit 2"), ("follow_up_arm_12b", "follow up b"), ("Week 2", "Week 2"),
     ("Week 2 (Arm 1: Drug A)", "Week 2"), ("arm_1", "arm_1")],
)  # fmt: skip
def test_an_event_becomes_a_visit(event: str, visit: str) -> None:
    trial = opened(raw([{**ROWS[0], "redcap_event_name": event}]))
    assert set(trial.questionnaires["visit"]) == {visit}
    assert trial.arms == ("TAE",)


@pytest.mark.parametrize(
    ("names", "instrument", "items"),
    [
        (["eortc_qlqc30_1", "eortc_qlqc30_30"], "QLQ-C30", [1, 30]),
        (["gi_q31", "gi_q51"], "QLQ-GI.NET21", [31, 51]),
        (["qlq_ginet21_1", "qlq_ginet21_21"], "QLQ-GI.NET21", [31, 51]),
    ],
)
def test_items_of_questionnaires_by_any_name(
    names: list[str], instrument: str, items: list[int]
) -> None:
    fields = form("pro", *((name, "radio", ANSWERS) for name in names))
    trial = one_form(fields, dict.fromkeys(names, 3))
    assert cells(trial.questionnaires, "instrument", "item", "value") == [
        [instrument, item, 3] for item in items
    ]


def test_bare_items_are_those_of_the_form_that_is_named_for_them() -> None:
    depression = form("phq9", *((f"q{n}", "radio", ANSWERS) for n in range(1, 10)))
    trial = one_form(depression, {f"q{n}": 2 for n in range(1, 10)})
    assert trial.questionnaires.empty
    assert finding(trial, "9 columns are not known")["column"].startswith("q1, q2")
    fields = form("eortc_qlq_c30", ("q1", "radio", ANSWERS))
    assert one_form(fields, {"q1": 2}).questionnaires["value"].tolist() == [2]


def test_answers_are_read_as_circled_whatever_their_codes() -> None:
    choices = "0, Not at all | 1, A little | 2, Quite a bit | 3, Very much | 4, Not applicable"
    fields = form("c30", *((f"c30_{n}", "radio", choices) for n in range(1, 6)))
    trial = one_form(fields, {f"c30_{n}": n - 1 for n in range(1, 6)})
    # Code 4 would read as "very much": it has no number of its own and is left blank.
    assert trial.questionnaires["value"].tolist() == [1, 2, 3, 4]


def test_words_with_the_codes_1_to_5_are_grades_and_said_to_be_assumed() -> None:
    words = "1, Mild | 2, Moderate | 3, Severe | 4, Life-threatening | 5, Death"
    fields = form("ae", ("ae_term", "text", ""), ("ae_grade", "radio", words))
    trial = one_form(fields, {"ae_term": "Pain", "ae_grade": 3}, instrument="ae")
    assert trial.adverse_events["grade"].tolist() == [3]
    assert finding(trial, "taken for CTCAE grades")["column"] == "ae_grade"


def test_three_words_are_no_grades() -> None:
    fields = form("ae", ("ae_term", "text", ""),
                  ("ae_grade", "radio", "1, Mild | 2, Moderate | 3, Severe"))  # fmt: skip
    trial = one_form(fields, {"ae_term": "Pain", "ae_grade": 3}, instrument="ae")
    assert trial.adverse_events["grade"].isna().all()
    assert "counts as not graded" in finding(trial, "is not a number")["problem"]


def test_labels_hold_the_number_where_codes_do_not() -> None:
    fields = form("status", ("ecog", "radio", "1, ECOG 0 | 2, ECOG 1 | 3, ECOG 2 (in bed < 50%)"))
    assert one_form(fields, {"ecog": 2}).patients["ecog"].tolist() == [1]
    assert one_form(fields, {"ecog": 3}).patients["ecog"].isna().all()


def test_a_label_that_is_the_code_of_another_choice_stays() -> None:
    fields = form("status", ("ecog", "radio", "1, 0 | 2, 1 | 3, 2"))
    rows = [{"record_id": "1", "ecog": 2}]
    for write in (raw, labelled):
        assert opened(write(rows, fields), fields).patients["ecog"].tolist() == [1]


def test_a_form_of_something_else_says_of_the_patient_what_has_one_meaning() -> None:
    fields = form("ae", ("ae_term", "text", ""), ("ecog", "text", ""), ("site", "text", ""))
    trial = one_form(fields, {"ae_term": "Pain", "ecog": 1, "site": "groin"})
    assert cells(trial.patients, "ecog", "site") == [[1, None]]
    assert finding(trial, "not known and not used")["column"] == "site"


def test_the_treatment_of_an_event_is_no_arm() -> None:
    fields = form("ae", ("ae_term", "text", ""), ("treatment", "text", ""))
    trial = one_form(fields, {"ae_term": "Pain", "treatment": "aspirin"})
    assert trial.arms == ("TAE",)
    assert finding(trial, "not known and not used")["column"] == "treatment"


def test_labels_that_come_twice_are_told_by_their_turn() -> None:
    fields = form("end", ("death_date", "text", ""), ("last_contact_date", "text", ""))
    same = [(*one[:3], "Date", *one[4:]) if one[1] == "end" else one for one in fields]
    rows = [{"record_id": "1", "death_date": "2020-01-01", "last_contact_date": "2019-12-31"}]
    trial = opened(labelled(rows, same), same)
    assert cells(trial.patients, "death_date", "last_contact_date") == [
        ["2020-01-01", "2019-12-31"]
    ]


def test_codes_of_checkboxes_are_written_in_headers_as_redcap_does() -> None:
    fields = read_fields(["record_id", "x____1", "x___a"], _entries("-1, None | A, Alpha"), False)
    assert [one.choice for one in fields] == ["", "None", "Alpha"]


def _entries(choices: str) -> list[Entry]:
    return [
        Entry("record_id", "f", "Record", {}, False, False),
        Entry("x", "f", "X", parse_choices(choices), True, False),
    ]


def test_boxes_of_a_form_that_was_not_filled_in_say_nothing() -> None:
    empty = {"record_id": "003", "redcap_event_name": START, "features___1": 0, "features___2": 0,
             "features___3": 0, "baseline_complete": 0}  # fmt: skip
    trial = opened(raw([*ROWS, empty]))
    assert trial.patients["functional"].isna().tolist() == [False, False, True]


def test_a_checkbox_of_one_column_gives_the_choice_that_is_ticked() -> None:
    fields = form("tumour", ("primary_site", "checkbox", "1, Pancreas | 2, Lung"))
    ticked = {"primary_site___1": 0, "primary_site___2": 1}
    assert one_form(fields, ticked).patients["primary_site"].tolist() == ["lung"]
    both = one_form(fields, {**ticked, "primary_site___1": 1})
    assert both.patients["primary_site"].tolist() == ["unknown"]
    assert finding(both, "This is not one of pancreas")["value"] == "Pancreas; Lung"


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (["record_id", "arm", "chemo_complete"], "REDCap"),
        (["patient_id", "arm", "redcap_event_name"], "REDCap"),
        (["Patient", "Treatment arm", "Event Name", "Complete?"], "REDCap"),
        (["Record ID", "Arm", "Complete?"], "REDCap"),
        (["patient_id", "arm", "Complete?"], "RETNET workbook"),
        (["patient_id", "arm", "Event Name"], "RETNET workbook"),
        (["patient_id", "arm", "chemo_complete"], "RETNET workbook"),
    ],
)
def test_a_header_that_others_write_too_does_not_make_an_export(
    header: list[str], layout: str
) -> None:
    trial = load_export(written([header, ["1", "TAE", "2"]]), "export.csv")
    assert trial.source.layout == layout
    assert trial.patients["arm"].tolist() == ["TAE"]


def test_data_may_be_called_complete() -> None:
    header = ["record_id", "arm", "response_complete", "baseline_complete"]
    trial = accounted(load_export(written([header, ["1", "TAE", "partly", "2"]]), "export.csv"))
    assert finding(trial, "not known and not used")["column"] == "response_complete"


def test_the_time_of_a_survey_is_the_date_of_its_form() -> None:
    header = ["record_id", "arm", "qlq_c30_timestamp", "c30_q1", "qlq_c30_complete"]
    rows = [["1", "TAE", "2020-01-02 10:11:12", 1, 2], ["2", "TAE", "[not completed]", 2, 1]]
    trial = accounted(load_export(written([header, *rows]), "export.csv"))
    assert cells(trial.questionnaires, "date", "value") == [["2020-01-02", 1], [None, 2]]
    assert trial.unreadable.empty


def test_a_form_that_comes_at_every_visit_is_rows_although_it_looks_like_patients() -> None:
    fields = form("visit", ("overall_response", "text", ""), ("ecog", "text", ""),
                  ("age", "text", ""))  # fmt: skip
    here = {"ecog": 1, "age": 60, "overall_response": "SD"}
    rows = [{"record_id": "1", "redcap_event_name": f"{name}_arm_1", **here}
            for name in ("first", "second")]  # fmt: skip
    assert len(opened(raw(rows, fields), fields).assessments) == 2
    assert opened(raw(rows[:1], fields), fields).assessments.empty


def test_a_date_of_the_patient_is_not_the_date_of_a_questionnaire() -> None:
    # Without a dictionary the first form's end is not seen: its date stands in the second.
    header = ["record_id", "arm", "date_of_death", "c30_q1", "qlq_c30_complete"]
    trial = accounted(load_export(written([header, ["1", "TAE", "2021-01-01", 1, 2]]), "a.csv"))
    assert cells(trial.questionnaires, "date", "value") == [[None, 1]]
    assert cells(trial.patients, "arm", "death_date") == [["TAE", "2021-01-01"]]


def test_without_forms_no_date_is_taken_for_that_of_a_questionnaire() -> None:
    header = ["record_id", "redcap_event_name", "group", "some_date", "c30_q1"]
    trial = accounted(load_export(written([header, ["1", "a_arm_1", "BE", "2021-01-01", 1]]), "a"))
    assert cells(trial.questionnaires, "visit", "date", "value") == [["a", None, 1]]
    assert trial.arms == ("TAE",)


def test_headers_as_the_api_gives_them_make_a_dictionary() -> None:
    names = ["field_name", "form_name", "field_type", "field_label",
             "select_choices_or_calculations"]  # fmt: skip
    rows = [list(one[:5]) for one in DICTIONARY]
    files = [("data.csv", raw()), ("dictionary.csv", written([names, *rows]))]
    assert accounted(load_export(bundle(files))).arms == ("TAE", "cTACE")


def test_html_in_labels_does_not_count() -> None:
    tagged = [(*one[:3], f"<b>{one[3]}</b>", *one[4:]) for one in DICTIONARY]
    files = [("data.csv", labelled()), ("dictionary.csv", dictionary_file(tagged))]
    # "How bad" is the grade by its variable only, which the dictionary tells.
    trial = accounted(load_export(bundle(files)))
    assert trial.adverse_events["grade"].tolist() == [1, 3]


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


# Exports made by others

TRYOUT = os.environ.get("RETNET_TRYOUT_DATA")
tryout = pytest.mark.skipif(not TRYOUT, reason="RETNET_TRYOUT_DATA names no folder of exports")


def together(paths: Sequence[Path]) -> Trial:
    """Open files together; columns that look personal are dropped, as a user would."""
    name, content = paths[0].name, paths[0].read_bytes()
    if len(paths) > 1:
        name, content = "export.zip", bundle([(path.name, path.read_bytes()) for path in paths])
    try:
        return load_export(content, name)
    except PersonalDataError as stopped:
        places = tuple((one.sheet, one.column) for one in stopped.personal)
        return load_export(content, name, ExportMapping(dropped=places))


@tryout
@pytest.mark.parametrize("data", ["TRIAL_DATA_2*.csv", "TRIAL_DATA_LABELS_*.csv"])
def test_scores_of_the_qlq_c30_equal_those_expected(data: str) -> None:
    folder = Path(TRYOUT or "") / "redcap_qlqc30"
    trial = accounted(together([*folder.glob(data), *folder.glob("*Dictionary*.csv")]))
    expected = pd.read_csv(folder / "expected_scale_scores.csv", dtype={"record_id": str})
    assert trial.source.rows_read == 2400 + 33
    scales = list(expected.columns[3:])
    found = questionnaires.score(trial).table
    found = found.assign(visit=found["visit"].str.upper()).set_index(["patient_id", "visit"])
    wide = found.pivot(columns="scale", values="score").reindex(columns=scales)
    wanted = expected.set_index(["record_id", "AVISIT"])[scales].rename_axis(wide.index.names)
    pd.testing.assert_frame_equal(
        wide.round(4).sort_index(), wanted.sort_index(), rtol=0, atol=1e-9, check_names=False
    )
    assert ("1400", "CYCLE 5 DAY 1") not in wide.index
    assert ("1400", "CYCLE 4 DAY 1") in wide.index
    arms = {"A: Drug X": 134, "B: Placebo": 134, "C: Combination": 132}
    assert trial.patients["arm"].value_counts().to_dict() == arms


@tryout
def test_small_exports_open_or_are_refused_with_a_sentence() -> None:
    folders = [one for one in (Path(TRYOUT or "") / "redcap_small").iterdir() if one.is_dir()]
    assert folders
    for folder in folders:
        files = sorted(folder.glob("*.csv"))
        accounted(together(files))
        for file in files:
            if file.name == "data.csv":
                accounted(together([file]))
            else:
                with pytest.raises(ExportError) as refused:
                    together([file])
                assert str(refused.value).endswith(".")


def test_a_code_that_the_dictionary_does_not_offer_is_not_read_at_its_face_value() -> None:
    fields = {
        "who_grade": "0, G1 | 1, G2 | 2, G3", "ecog": "1, 0 | 2, 1 | 3, 2",
        "functional": "1, Yes | 2, No", "arm": "1, TAE | 2, cTACE",
    }  # fmt: skip
    listed = pd.DataFrame(
        {
            "Variable / Field Name": ["record_id", *fields],
            "Form Name": "baseline",
            "Field Type": ["text", *["radio"] * len(fields)],
            "Field Label": ["Record", "WHO grade", "ECOG", "Functional", "Arm"],
            "Choices, Calculations, OR Slider Labels": ["", *fields.values()],
        }
    )
    data = pd.DataFrame(
        {"record_id": ["1", "2"], "who_grade": ["3", "2"], "ecog": ["4", "2"],
         "functional": ["0", "2"], "arm": ["1", "2"], "baseline_complete": ["2", "2"]}
    )  # fmt: skip
    files = {"data.csv": data, "dictionary.csv": listed}
    packed = [(name, frame.to_csv(index=False).encode()) for name, frame in files.items()]
    trial = load_export(bundle(packed), "export.zip")
    assert trial.source.layout == "REDCap"
    assert trial.patients["who_grade"].tolist() == ["unknown", "G3"]
    assert trial.patients["ecog"].isna().tolist() == [True, False]
    assert trial.patients["ecog"][1] == 1
    assert trial.patients["functional"].isna().tolist() == [True, False]
    told = trial.findings[trial.findings["value"].str.contains("no choice of the data dictionary")]
    assert sorted(told["column"]) == ["ecog", "functional", "who_grade"]
