"""CDISC ADaM: adverse events, questionnaires, laboratory, imaging."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.intake.adam import (
    adsl,
    diameters,
    finding,
    opened,
    place,
    response,
    rows,
    silent,
    visit,
)

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


def test_a_severity_stands_for_no_grade_in_single_events_either() -> None:
    events = [{"AEDECOD": "a", "AETOXGR": "2", "AESEV": "MILD"}, {"AEDECOD": "b", "AESEV": "MILD"}]
    trial = opened(rows("ADAE", *events))
    np.testing.assert_array_equal(trial.adverse_events["grade"], [2, np.nan])
    assert place(finding(trial, "no CTCAE grade")) == ("note", "ADAE", 3, "AESEV", "MILD")


def test_an_event_that_did_not_occur_is_none() -> None:
    trial = opened(rows("ADAE", {"AEDECOD": "a", "AEOCCUR": "N"}, {"AEDECOD": "b", "AEOCCUR": "Y"}))
    assert trial.adverse_events["term"].tolist() == ["b"]
    assert place(finding(trial, "did not happen")) == ("set aside", "ADAE", 2, "AEOCCUR", "N")


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


GI = {"PARCAT1": "EORTC QLQ-GI.NET21", "AVISIT": "Week 3", "ADT": dt.datetime(2019, 3, 1)}


def test_items_and_scales_of_the_gi_net21() -> None:
    trial = opened(
        rows(
            "ADQS",
            {**GI, "PARAMCD": "GI31", "PARAM": "Hot flushes", "AVAL": 2},
            {**GI, "PARAMCD": "X1", "PARAM": "EORTC QLQ-GI.NET21 - Item 51", "AVAL": 3},
            {**GI, "PARAMCD": "G2144", "PARAM": "Question 44", "AVAL": 1},
            {"PARAMCD": "X2", "PARAM": "QLQ-GI.NET21 Q34", "AVAL": 4},
            {**GI, "PARAMCD": "GIED", "AVAL": 33.3},
            {**GI, "PARAMCD": "X3", "PARAM": "Gastrointestinal symptom scale", "AVAL": 50},
        )
    )
    items, scores = trial.questionnaires, trial.scores
    assert items[["item", "value"]].values.tolist() == [[31, 2], [51, 3], [44, 1], [34, 4]]
    assert scores[["scale", "score"]].values.tolist() == [["ED", 33.3], ["GI", 50]]
    assert {*items["instrument"], *scores["instrument"]} == {"QLQ-GI.NET21"}
    assert silent(trial, "not known for sure")


@pytest.mark.parametrize(
    "row",
    [
        {**GI, "PARAMCD": "GI32", "PARAM": "Question 33"},  # two numbers
        {**GI, "PARAMCD": "GINET21"},  # the form's name, no item 21
        {**GI, "PARAMCD": "GI52"},  # the form ends at 51
        {**GI, "PARAMCD": "HOT", "PARAM": "Hot flushes"},
        {"PARCAT1": "EQ-5D", "PARAMCD": "X", "PARAM": "Q34 of QLQ-GI.NET21"},
    ],
)
def test_what_is_not_sure_to_be_an_item_of_the_gi_net21_is_set_aside(row: dict[str, Any]) -> None:
    sure = {**GI, "PARAMCD": "GI31", "AVAL": 1}
    trial = opened(rows("ADQS", sure, {**row, "AVAL": 2}))
    assert trial.questionnaires["item"].tolist() == [31]
    assert finding(trial, "not known for sure")["row"] == 3


def test_items_of_the_gi_net21_numbered_from_1_are_told() -> None:
    trial = opened(rows("ADQS", {**GI, "PARAMCD": "GI01", "AVAL": 2}, {**GI, "PARAMCD": "GIQ21"}))
    assert trial.questionnaires["item"].tolist() == [31, 51]
    assert finding(trial, "are numbered from 1 (GI01 and GIQ21)")["severity"] == "assumed"


def test_answers_are_no_scores() -> None:
    c30 = {"PARCAT1": "QLQ-C30"}
    trial = opened(
        rows("ADQS", {**c30, "PARAMCD": "QL2", "AVAL": 6.5},
             {**c30, "PARAMCD": "PF2", "AVAL": 6.67},
             {**GI, "PARAMCD": "X", "PARAM": "Body image", "AVAL": 2})
    )  # fmt: skip
    assert trial.scores[["scale", "score"]].values.tolist() == [["PF", 6.67]]
    said = finding(trial, "look like answers or their means")
    assert "QL2 and X (Body image)" in said["problem"]


def test_of_records_of_a_visit_the_one_for_the_analysis_counts() -> None:
    one = {**GI, "PARAMCD": "GI31"}
    trial = opened(
        rows("ADQS", {**one, "AVAL": 1, "ANL01FL": "Y"}, {**one, "AVAL": 2},
             {**one, "AVAL": 3, "AVISIT": "Week 6"}, {**one, "AVAL": 4, "AVISIT": None})
    )  # fmt: skip
    assert trial.questionnaires["value"].tolist() == [1, 3, 4]
    assert place(finding(trial, "is the one for the analysis"))[:4] == (
        "set aside", "ADQS", 3, "ANL01FL",
    )  # fmt: skip


def test_measurements_count_once_whatever_their_baselines_and_flags() -> None:
    alt = {"PARAMCD": "ALT", "ADT": dt.datetime(2019, 3, 1), "AVISIT": "Week 3"}
    trial = opened(
        rows("ADLB", {**alt, "AVAL": 30, "BASETYPE": "LAST", "ANL01FL": "Y"},
             {**alt, "AVAL": 30, "BASETYPE": "WORST"}, {**alt, "AVAL": 90, "BASETYPE": "LAST"})
    )  # fmt: skip
    # Both were measured; the second is no record for the analysis and still a high value.
    assert trial.labs["value"].tolist() == [30, 90]
    assert place(finding(trial, "the baseline 'LAST'"))[2:] == (3, "BASETYPE", "WORST")


# ADRS, ADTR


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


@pytest.mark.parametrize("who", ["PARQUAL", "RSEVAL"])
def test_evaluators_of_one_parameter_are_told_apart(who: str) -> None:
    other = response(1, "PD", **{who: "INDEPENDENT ASSESSOR"})
    trial = opened(rows("ADRS", other, response(1, "SD", **{who: "INVESTIGATOR"})))
    assert trial.assessments["overall_response"].tolist() == ["SD"]
    said = finding(trial, "another evaluator than INVESTIGATOR, which is used")
    assert place(said) == ("set aside", "ADRS", 2, who, "INDEPENDENT ASSESSOR")


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


def test_a_joined_sum_is_named_where_it_stands() -> None:
    sums = [diameters(1, 50), diameters(8, 999), diameters(9, 40)]
    trial = opened({**rows("ADRS", response(8, "SD"), response(9, "SD")), **rows("ADTR", *sums)})
    doubted = finding(trial, "looks like a code for no value")
    assert place(doubted) == ("assumed", "ADTR", 3, "AVAL", "999")
    cells = trial.cells_to_check[["sheet", "row", "column", "patient_id"]].values.tolist()
    assert ["ADTR", 3, "AVAL", "S1-001"] in cells


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


SUM_IN = "Target Lesions Sum of Diameters ({}) by Investigator"


@pytest.mark.parametrize(
    ("unit", "name", "expected"),
    [
        (None, "cm", 45), ("", "mm", 4.5), ("cm", "cm", 45), ("Centimeters", "RECIST 1.1", 45),
        ("mm", "Target Lesions", 4.5), ("cm", "", 45),
    ],
)  # fmt: skip
def test_the_unit_of_sums_is_that_of_their_variable_or_name(
    unit: str | None, name: str, expected: float
) -> None:
    trial = opened(rows("ADTR", diameters(2, 4.5, AVALU=unit, PARAM=SUM_IN.format(name))))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [expected]
    assert silent(trial, "without a unit")


def test_sums_are_converted_once_and_kept_as_typed() -> None:
    sums = [diameters(8, 4.5, AVALU="cm"), diameters(9, 30), diameters(10, 999, AVALU="cm")]
    for more in ({}, rows("ADRS", *(response(day, "SD") for day in (8, 9, 10)))):
        trial = opened({**rows("ADTR", *sums), **more})
        assert trial.assessments["sum_of_diameters_mm"].tolist() == [45, 30, 9990]
        converted = finding(trial, "converted to mm (times 10)")
        assert (converted["sheet"], converted["column"]) == ("ADTR", "AVAL")
        doubted = finding(trial, "looks like a code for no value")
        assert place(doubted) == ("assumed", "ADTR", 4, "AVAL", "999")


def test_two_units_of_a_sum_are_asked_about() -> None:
    name = SUM_IN.format("cm")
    sums = [diameters(2, 4.5, PARAM=name, AVALU="cm"), diameters(3, 45, PARAM=name)]
    trial = opened(rows("ADTR", *sums))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [45]
    asked = finding(trial, "Which unit is right?")
    assert place(asked) == ("set aside", "ADTR", 3, "AVALU", "mm")
    assert "says cm and AVALU says mm" in asked["problem"]
    cells = trial.cells_to_check[["sheet", "row", "column", "patient_id"]].values.tolist()
    assert ["ADTR", 3, "AVALU", "S1-001"] in cells


def test_the_users_own_column_of_sums_wins_where_it_stands() -> None:
    sums = [diameters(8, 4.5, OWN=50, AVALU=None)]
    tables = {**rows("ADRS", response(8, "SD", AVAL=2)), **rows("ADTR", *sums)}
    for header, expected in (("OWN", 50), ("AVAL", 4.5)):
        trial = opened(tables, mapping={"assessments": {"sum_of_diameters_mm": header}})
        # ADRS has a variable AVAL too: it is the code of the response.
        assert trial.assessments["sum_of_diameters_mm"].tolist() == [expected]


@pytest.mark.parametrize(
    ("ages", "place_of"),
    [
        ({"AGE": [61, 732, 50], "AGEU": ["YEARS", "MONTHS", None]}, (3, "AGEU", "MONTHS")),
        ({"AGE (months)": [732, None, None]}, (2, "AGE (months)", "732")),
    ],
)
def test_ages_in_another_unit_are_emptied(
    ages: dict[str, list[object]], place_of: tuple[object, ...]
) -> None:
    trial = opened({"ADSL": adsl(**ages)})
    expected = [61, np.nan, 50] if "AGEU" in ages else [np.nan] * 3
    np.testing.assert_array_equal(trial.patients["age"].astype(float), expected)
    assert place(finding(trial, "not in years")) == ("set aside", "ADSL", *place_of)
