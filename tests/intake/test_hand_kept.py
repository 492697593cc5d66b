"""Workbooks as people keep them: headers in rows, lists with a row a patient, odd rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from retnet_core import ExportError, Trial, load_export
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.intake.opening import adds_up, saved

Rows = Sequence[Sequence[object]]
DAY = dt.date


def book(**sheets: Rows) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


def read(rows: Rows, sheet: str = "patients", **others: Rows) -> Trial:
    trial = load_export(book(**{sheet: rows}, **others))
    assert adds_up(trial)
    return trial


def counts(trial: Trial) -> tuple[int, int, int]:
    source = trial.source
    return source.rows_read, source.rows_used, source.rows_set_aside


def told(trial: Trial, word: str) -> list[tuple[Any, ...]]:
    """Severity, table, row, column and value of the findings whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    rows = [None if pd.isna(row) else int(row) for row in found["row"]]
    return list(
        zip(found["severity"], found["table"], rows, found["column"], found["value"], strict=True)
    )


def cells(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    plain = frame[list(columns)].astype(object)
    for name in columns:
        if frame[name].dtype.kind == "M":
            plain[name] = [None if pd.isna(one) else one.date() for one in frame[name]]
    return plain.where(plain.notna(), None).values.tolist()


# Headers


def test_a_group_over_its_columns() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embolization 1", None, "Embolization 2", None, "Died on"],
            [None, None, "Date", "Technique", "Date", "Technique", None],
            ["001", "TAE", DAY(2019, 3, 12), "bland", DAY(2019, 5, 2), "lobar", None],
            ["002", "cTACE", DAY(2019, 3, 13), "lipiodol", None, None, None],
        ]
    )
    assert cells(trial.embolizations, "patient_id", "date", "technique") == [
        ["001", DAY(2019, 3, 12), "bland"],
        ["001", DAY(2019, 5, 2), "lobar"],
        ["002", DAY(2019, 3, 13), "lipiodol"],
    ]
    assert cells(trial.patients, "patient_id", "arm", "first_embolization_date") == [
        ["001", "TAE", DAY(2019, 3, 12)],
        ["002", "cTACE", DAY(2019, 3, 13)],
    ]
    assert counts(trial) == (2, 2, 0)
    assert told(trial, "no column of the first embolization")[0][:2] == ("assumed", "patients")
    assert told(trial, "not known and was not used")[0][3] == "Died on"


def test_the_names_stand_under_groups_that_begin_above_them() -> None:
    trial = read(
        [
            ["RETNET, site 1"],
            [None, None, "Demographics", None, "Scan 1", None, None],
            ["ID", "Arm", "Age", "Sex", "Date", "RECIST", "Date of death"],
            ["001", "TAE", 61, "f", DAY(2019, 6, 1), "PD", DAY(2020, 1, 1)],
        ]
    )
    assert cells(trial.patients, "age", "sex", "death_date") == [[61, "female", DAY(2020, 1, 1)]]
    assert cells(trial.assessments, "date", "visit", "overall_response") == [
        [DAY(2019, 6, 1), "scan 1", "PD"]
    ]


def test_a_name_under_a_session_is_no_column_of_patients() -> None:
    trial = read(
        [
            ["ID", "Arm", "Embolization 1", None, None],
            [None, None, "Date", "Technique", "Grade"],
            ["001", "TAE", DAY(2019, 3, 12), "bland", 3],
        ]
    )
    assert trial.patients["who_grade"].tolist() == ["unknown"]
    assert told(trial, "not known and was not used")[0][3] == "Grade"


def test_a_value_of_a_later_visit_is_not_that_of_baseline() -> None:
    rows: Rows = [
        ["ID", "Arm", "Follow-up", None, "Baseline", None],
        [None, None, "ECOG", "Date of death", "ECOG", "Age"],
        ["001", "TAE", 2, DAY(2020, 1, 1), 0, 61],
    ]
    trial = read(rows)
    assert cells(trial.patients, "ecog", "age", "death_date") == [[0, 61, DAY(2020, 1, 1)]]
    later = read([[*row[:4]] for row in rows])
    assert cells(later.patients, "ecog", "death_date") == [[None, DAY(2020, 1, 1)]]


def test_rows_of_labels_and_units_are_part_of_the_heading() -> None:
    trial = read(
        [
            ["patient_id", "arm", "age", "ki67_percent"],
            ["Subject identifier", "Arm assigned", "Age at consent", "Proliferation"],
            [None, None, "years", "(%)"],
            ["001", "TAE", 61, 12],
        ]
    )
    assert cells(trial.patients, "patient_id", "arm", "age", "ki67_percent") == [
        ["001", "TAE", 61, 12]
    ]
    assert counts(trial) == (1, 1, 0)
    under = told(trial, "a part of the headers")
    assert [(one[2], one[4]) for one in under] == [
        (2, "Subject identifier, Arm assigned, Age at consent, Proliferation"),
        (3, "years, (%)"),
    ]


@pytest.mark.parametrize("row", [[None, None, "m"], [None, "TAE", None], ["ABC", "TAE", "f"]])
def test_a_row_that_may_be_of_a_patient_is_no_heading(row: list[object]) -> None:
    trial = read([["patient_id", "arm", "sex"], row, ["ABD", "cTACE", "m"]])
    assert trial.source.rows_read == 2


def test_labels_over_the_names_count_where_the_names_do_not() -> None:
    trial = read(
        [
            ["Subject ID", "Treatment arm", "Date of death"],
            ["SUBJ", "TRT", "DTH"],
            ["001", "TAE", DAY(2020, 1, 1)],
        ]
    )
    assert cells(trial.patients, "patient_id", "arm", "death_date") == [
        ["001", "TAE", DAY(2020, 1, 1)]
    ]
    assert told(trial, "set aside") == []


def test_a_first_row_of_text_is_still_a_patient() -> None:
    trial = read([["patient_id", "arm", "sex", "site"], ["ABC", "TAE", "female", "Boston"]])
    assert cells(trial.patients, "patient_id", "sex", "site") == [["ABC", "female", "Boston"]]


# Units


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("Sum of diameters (cm)", 3.3, 33.0),
        ("Sum of diameters (cm)", "3,3", 33.0),
        ("SLD [cm]", "33 mm", 33.0),  # the cell's own unit wins
        ("Sum of diameters in cm", 4, 40.0),
        ("SOD, mm", 33, 33.0),
        ("sum of diameters (mm)", 33, 33.0),
    ],
)
def test_the_unit_of_a_header_counts(header: str, cell: object, expected: float) -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", header], ["001", DAY(2019, 6, 1), cell]],
    )
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [expected]
    converted = [("assumed", "assessments", None, header, "")] if "cm" in header else []
    assert told(trial, "numbers were converted to mm") == converted


def test_a_row_of_units_counts_too() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod"], [None, None, "[cm]"],
                     ["001", DAY(2019, 6, 1), 3.5]],
    )  # fmt: skip
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [35]
    assert told(trial, "converted to mm")[0][3] == "sod"


def test_a_unit_that_the_header_and_the_user_give_is_converted_once() -> None:
    content = book(
        patients=[["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (cm)"], ["001", DAY(2019, 6, 1), 3.5]],
    )
    said = {("assessments", "sum_of_diameters_mm"): Reading(unit="cm")}
    trial = load_export(content, mapping=ExportMapping(readings=said))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [35]


def test_two_units_for_one_column_are_asked_about() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (mm)"], [None, None, "cm"],
                     ["001", DAY(2019, 6, 1), 3.5]],
    )  # fmt: skip
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    assert told(trial, "Which is it?")[0][3] == "sod (mm)"


def test_times_and_shares_are_converted() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Liver burden (share)"],
            ["001", "TAE", 0.4],
        ],
        embolizations=[["patient_id", "date", "Length of stay (weeks)", "Dose (g)"],
                       ["001", DAY(2019, 3, 12), 2, 0.05]],
        tte=[["patient_id", "endpoint", "time months (weeks)", "event"], ["001", "OS", 10, 1]],
    )  # fmt: skip
    assert trial.patients["liver_burden_percent"].tolist() == [40]
    assert cells(trial.embolizations, "length_of_stay_days", "doxorubicin_mg") == [[14, 50]]
    assert trial.time_to_event["months"].tolist() == [pytest.approx(70 / 30.4375)]
    assert len(told(trial, "; numbers were converted to")) == 4


def test_a_unit_that_cannot_be_converted_sets_the_column_aside() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        embolizations=[["patient_id", "date", "Doxorubicin (mg/m2)"],
                       ["001", DAY(2019, 3, 12), 50]],
    )  # fmt: skip
    assert trial.embolizations["doxorubicin_mg"].isna().all()
    assert told(trial, "What are its numbers?") == [
        ("set aside", "embolizations", None, "Doxorubicin (mg/m2)", "")
    ]


def test_a_limit_in_the_unit_of_the_header_is_kept_in_ours() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (cm)"], ["001", DAY(2019, 6, 1), "<5"]],
    )
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    assert told(trial, "a limit or an estimate")[0][2:] == (2, "sod (cm)", "<5 cm")


@pytest.mark.parametrize("header", ["Age (months)", "Doxorubicin (µg)", "SOD (inch)"])
def test_units_that_are_not_converted_are_asked_about(header: str) -> None:
    table = {"A": "patients", "D": "embolizations", "S": "assessments"}[header[0]]
    sheets = {"patients": [["patient_id", "arm"], ["001", "TAE"]]}
    sheets[table] = [["patient_id", "arm", header], ["001", "TAE", 50]]
    trial = load_export(book(**sheets))
    assert [one[3] for one in told(trial, "What are its numbers?")] == [header]


def test_an_unknown_unit_is_asked_about_and_a_remark_is_not() -> None:
    trial = read([["patient_id", "arm", "Age (zz)", "Ki-67 (at biopsy)"], ["001", "TAE", 61, 12]])
    assert cells(trial.patients, "age", "ki67_percent") == [[61, 12]]
    assert [one[3] for one in told(trial, "is no unit that is known")] == ["Age (zz)"]


@pytest.mark.parametrize("header", ["Doxorubicin mg", "Liver burden [%]", "Age, years"])
def test_our_own_unit_is_quiet(header: str) -> None:
    table = "embolizations" if "Dox" in header else "patients"
    sheets = {"patients": [["patient_id", "arm"], ["001", "TAE"]]}
    sheets[table] = [["patient_id", "arm", header], ["001", "TAE", 50]]
    trial = load_export(book(**sheets))
    column = {"D": "doxorubicin_mg", "L": "liver_burden_percent", "A": "age"}[header[0]]
    assert getattr(trial, table)[column].tolist() == [50]
    assert told(trial, header.split()[-1].strip("[]")) == []


def test_months_to_progression_are_no_date() -> None:
    trial = read([["patient_id", "arm", "Progression (months)"], ["001", "TAE", 43536]])
    assert trial.patients["progression_date"].isna().all()
    assert told(trial, "not known and was not used")[0][3] == "Progression (months)"


def test_the_unit_of_laboratory_values_is_kept() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        labs=[["patient_id", "test", "value (ng/mL)"], ["001", "CgA", 120]],
    )
    assert cells(trial.labs, "test", "value", "unit") == [["CgA", 120, "ng/mL"]]


# Columns that come twice


def test_a_column_that_comes_twice_alike_is_noted() -> None:
    trial = read([["patient_id", "arm", "age", "age"], ["001", "TAE", 61, 61]])
    assert trial.patients["age"].tolist() == [61]
    assert told(trial, "holds the same as 'age'") == [("note", "patients", None, "age", "")]


def test_two_columns_of_one_header_with_other_cells_are_asked_about() -> None:
    trial = read([["patient_id", "arm", "age", "age"], ["001", "TAE", 61, 62]])
    assert trial.patients["age"].isna().all()
    assert [one[0] for one in told(trial, "which of them is age?")] == ["set aside"]


def test_sexes_of_two_languages_are_not_mixed_up() -> None:
    trial = read([["paciente", "brazo", "Sexo"], ["001", "TAE", "H"], ["002", "TAE", "M"]])
    assert trial.patients["sex"].isna().all()
    assert told(trial, "M may be a woman")[0][3] == "Sexo"


# Rows that are no data


def test_sections_totals_and_notes_are_no_patients() -> None:
    trial = read(
        [
            ["ID", "Arm", "Age"],
            ["TAE arm"],
            ["001", "TAE", 61],
            ["002", "TAE", 62],
            ["Site 2 Boston"],
            ["ID", "Arm", "Age"],
            ["003", "cTACE", 63],
            ["004"],
            ["Mittelwert", None, 62],
            ["n = 4"],
            ["Total", 4],
            ["* CTCAE v5"],
            ["Note: ages at consent"],
        ]
    )
    assert trial.patients["patient_id"].tolist() == ["001", "002", "003", "004"]
    assert counts(trial) == (12, 4, 8)
    aside = [one[1:] for one in told(trial, "set aside") if one[0] == "set aside"]
    assert sorted(aside, key=lambda one: one[1]) == [
        ("patients", 2, "ID", "TAE arm"),
        ("patients", 5, "ID", "Site 2 Boston"),
        ("patients", 6, "ID", "ID"),
        ("patients", 9, "ID", "Mittelwert"),
        ("patients", 10, "ID", "n = 4"),
        ("patients", 11, "ID", "Total"),
        ("patients", 12, "ID", "* CTCAE v5"),
        ("patients", 13, "ID", "Note: ages at consent"),
    ]


@pytest.mark.parametrize(
    "ids",
    [
        ["SUM-01", "SUM-02", "003"],  # words of totals as part of ids
        ["*001", "002", "003*"],
        ["AB", "SD", "MIN"],  # initials
        ["Patient 1", "Patient 2", "Patient 3"],
        ["Site 1 - 1", "Site 1 - 2", "Site 2 - 1"],
        ["#1", "#2", "#3"],
    ],
)
def test_ids_of_any_kind_stay_patients(ids: list[str]) -> None:
    trial = read([["ID", "Arm"], [ids[0], "TAE"], [ids[1], "cTACE"], [ids[2]]])
    assert trial.patients["patient_id"].tolist() == ids
    assert counts(trial) == (3, 3, 0)


def test_a_sheet_of_ids_alone_is_kept() -> None:
    trial = read([["patient_id", "arm"], ["Anna K."], ["Total recall"]])
    assert len(trial.patients) == 2


def test_odd_rows_of_other_tables_are_set_aside_too() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        adverse_events=[["patient_id", "term", "grade"], ["Grade 3 and worse"],
                        ["001", "Pain", 3], ["Total", 1, None]],
    )  # fmt: skip
    assert cells(trial.adverse_events, "patient_id", "term", "grade") == [["001", "Pain", 3]]
    assert counts(trial) == (4, 2, 2)
    assert [one[1:3] for one in told(trial, "set aside.")] == [
        ("adverse_events", 2),
        ("adverse_events", 4),
    ]


# Lists with a row a patient


HEADERS = {
    "Embo1_Date": "Embo2_Date", "Embo 1 date": "Embo 2 date", "date_embo_1": "date_embo_2",
    "1st embolization date": "2nd embolization date", "Embo1Date": "Embo2Date",
    "1. Embolisation Datum": "2. Embolisation Datum", "TACE 1: Datum": "TACE 2: Datum",
    "fecha embolización 1": "fecha embolización 2",
}  # fmt: skip


@pytest.mark.parametrize("style", HEADERS)
def test_sessions_are_numbered_in_many_ways(style: str) -> None:
    trial = read(
        [
            ["patient_id", "arm", style, HEADERS[style]],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)],
            ["002", "TAE", None, DAY(2019, 6, 2)],
        ]
    )
    assert cells(trial.embolizations, "patient_id", "date") == [
        ["001", DAY(2019, 3, 12)],
        ["001", DAY(2019, 5, 2)],
        ["002", DAY(2019, 6, 2)],
    ]
    assert cells(trial.patients, "first_embolization_date") == [
        [DAY(2019, 3, 12)],
        [DAY(2019, 6, 2)],
    ]
    assert counts(trial) == (2, 2, 0)


def test_a_bad_cell_of_a_numbered_column_keeps_its_row_and_header() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embo1_Date", "Embo2_Date", "Scan2_SOD (cm)", "AE1", "AE1_Grade"],
            ["001", "TAE", DAY(2019, 3, 12), "soon", "big", "Pain", 7],
        ]
    )
    assert told(trial, "not a date")[0][1:] == ("embolizations", 2, "Embo2_Date", "soon")
    assert told(trial, "not a number")[0][1:] == ("assessments", 2, "Scan2_SOD (cm)", "big")
    assert told(trial, "not between 1 and 5")[0][1:] == ("adverse_events", 2, "AE1_Grade", "7")
    # Which session came first is not known where the date of one cannot be read.
    assert trial.patients["first_embolization_date"].isna().all()


def test_scans_and_events_and_labs_become_rows() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Scan1_Date", "Scan1_RECIST", "Scan2_Date", "Scan2_RECIST",
             "Scan2_SLD (cm)", "AE1", "AE1_Grade", "AE1_Date", "AE2", "CgA_baseline (ng/mL)",
             "CgA 3 mo (ng/mL)", "shoe"],
            ["001", "TAE", DAY(2019, 6, 1), "SD", DAY(2019, 9, 1), "PD", 4.5, "Pain", 2,
             DAY(2019, 3, 13), "Fever", 100, "NA", 40],
            ["002", "TAE", DAY(2019, 6, 2), "PR", "-", None, None, "none", 0, None, None, 0, 90,
             41],
        ]
    )  # fmt: skip
    assert cells(
        trial.assessments, "patient_id", "date", "visit", "overall_response", "sum_of_diameters_mm"
    ) == [
        ["001", DAY(2019, 6, 1), "scan 1", "SD", None],
        ["001", DAY(2019, 9, 1), "scan 2", "PD", 45],
        ["002", DAY(2019, 6, 2), "scan 1", "PR", None],
    ]
    assert cells(trial.adverse_events, "patient_id", "term", "grade", "start_date") == [
        ["001", "Pain", 2, DAY(2019, 3, 13)],
        ["001", "Fever", None, None],
    ]
    assert cells(trial.labs, "patient_id", "test", "visit", "value", "unit") == [
        ["001", "CgA", "baseline", 100, "ng/mL"],
        ["002", "CgA", "baseline", 0, "ng/mL"],
        ["002", "CgA", "3 mo", 90, "ng/mL"],
    ]
    assert counts(trial) == (2, 2, 0)
    none = told(trial, "there was none")
    assert {one[1] for one in none} == {"assessments", "adverse_events", "labs"}
    assert told(trial, "not known and was not used")[0][3] == "shoe"


def test_cycles_and_their_sessions_keep_their_numbers() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Cycle 1 session 1 date", "Cycle 1 session 2 date",
             "Cycle 2 session 1 date"],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 4, 12), DAY(2019, 8, 1)],
        ]
    )  # fmt: skip
    assert cells(trial.embolizations, "cycle", "session", "date") == [
        [1, 1, DAY(2019, 3, 12)],
        [1, 2, DAY(2019, 4, 12)],
        [2, 1, DAY(2019, 8, 1)],
    ]


def test_items_at_visits_become_answers() -> None:
    trial = read(
        [
            ["patient_id", "arm", "c30_q1_baseline", "c30_q2_baseline", "c30_q1_m3"],
            ["001", "TAE", 1, 2, 3],
            ["002", "TAE", 4, None, None],
        ]
    )
    answers = trial.questionnaires.sort_values(["patient_id", "visit", "item"])
    assert cells(answers, "patient_id", "instrument", "visit", "item", "value") == [
        ["001", "QLQ-C30", "baseline", 1, 1],
        ["001", "QLQ-C30", "baseline", 2, 2],
        ["001", "QLQ-C30", "m3", 1, 3],
        ["002", "QLQ-C30", "baseline", 1, 4],
    ]
    assert counts(trial) == (2, 2, 0)


def test_the_first_session_may_have_a_column_of_patients() -> None:
    trial = read(
        [
            ["patient_id", "arm", "First embolization date", "2nd embolization date"],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)],
        ]
    )
    assert cells(trial.embolizations, "date") == [[DAY(2019, 3, 12)], [DAY(2019, 5, 2)]]
    assert cells(trial.patients, "first_embolization_date") == [[DAY(2019, 3, 12)]]
    assert told(trial, "no column of the first embolization") == []


def test_one_date_alone_is_no_list_of_sessions() -> None:
    trial = read([["patient_id", "arm", "Embo1 date"], ["001", "TAE", DAY(2019, 3, 12)]])
    assert trial.embolizations.empty
    assert cells(trial.patients, "first_embolization_date") == [[DAY(2019, 3, 12)]]


def test_a_sheet_of_its_own_wins_over_numbered_columns() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embo1_Date", "Embo2_Date"],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)],
        ],
        embolizations=[["patient_id", "date"], ["001", DAY(2019, 3, 12)]],
    )
    assert cells(trial.embolizations, "date") == [[DAY(2019, 3, 12)]]
    assert told(trial, "Another sheet holds embolizations")[0][0] == "set aside"
    assert cells(trial.patients, "first_embolization_date") == [[DAY(2019, 3, 12)]]


def test_rows_of_patients_that_are_set_aside_give_no_sessions() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embo1_Date", "Embo2_Date"],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)],
            ["001", "TAE", DAY(2019, 3, 13), DAY(2019, 5, 3)],
            [None, "TAE", DAY(2019, 3, 14), DAY(2019, 5, 4)],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)],
        ]
    )
    assert cells(trial.embolizations, "date") == [[DAY(2019, 3, 12)], [DAY(2019, 5, 2)]]
    assert counts(trial) == (4, 1, 3)


def test_events_of_a_grade_are_no_event_of_that_number() -> None:
    trial = read([["patient_id", "arm", "AE1", "AE grade 3"], ["001", "TAE", "Pain", 2]])
    assert cells(trial.adverse_events, "term", "grade") == [["Pain", None]]
    assert told(trial, "no column says which event")[0][3] == "AE grade 3"
    numbered = read([["patient_id", "arm", "AE_Term_1", "AE_Grade_1"], ["001", "TAE", "Pain", 2]])
    assert cells(numbered.adverse_events, "term", "grade") == [["Pain", 2]]


def test_an_empty_sheet_of_the_template_does_not_win() -> None:
    trial = read(
        [["patient_id", "arm", "Embo1_Date", "Embo2_Date"],
         ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)]],
        embolizations=[["patient_id", "date"]],
    )  # fmt: skip
    assert len(trial.embolizations) == 2


def test_a_number_without_saying_of_what_is_asked_about() -> None:
    trial = read([["patient_id", "arm", "Embo 1", "Embo 2"], ["001", "TAE", "left", "right"]])
    assert trial.embolizations.empty
    assert [one[3] for one in told(trial, "not what the cells are")] == ["Embo 1", "Embo 2"]
    dated = read(
        [["patient_id", "arm", "Embo 1", "Embo 2"],
         ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 5, 2)]]
    )  # fmt: skip
    assert cells(dated.embolizations, "date") == [[DAY(2019, 3, 12)], [DAY(2019, 5, 2)]]


def test_two_kinds_of_imaging_are_kept_apart() -> None:
    trial = read(
        [
            ["patient_id", "arm", "CT 1 date", "CT 1 RECIST", "MRI 1 date", "MRI 1 RECIST"],
            ["001", "TAE", DAY(2019, 6, 1), "SD", DAY(2019, 6, 8), "PD"],
        ]
    )
    assert cells(trial.assessments, "date", "overall_response", "visit") == [
        [DAY(2019, 6, 1), "SD", "ct 1"],
        [DAY(2019, 6, 8), "PD", "mri 1"],
    ]


def test_visits_of_a_follow_up_are_no_imaging() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Follow-up 1 date", "Follow-up 2 date"],
            ["001", "TAE", DAY(2019, 6, 1), DAY(2019, 9, 1)],
        ]
    )
    assert trial.assessments.empty
    assert len(told(trial, "are not known and were not used")) == 1


def test_the_same_number_twice_is_asked_about() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embo1_Date", "Embo 1 date", "Embo1_Technique"],
            ["001", "TAE", DAY(2019, 3, 12), DAY(2019, 3, 13), "bland"],
        ]
    )
    assert cells(trial.embolizations, "date", "technique") == [[None, "bland"]]
    assert [one[3] for one in told(trial, "which is right?")] == ["Embo1_Date", "Embo 1 date"]


# Which sheet


def test_a_single_sheet_of_any_name_is_taken_for_patients() -> None:
    rows: Rows = [["Pat.-Nr.", "Behandlungsarm"], ["001", "TAE"], ["002", "cTACE"]]
    trial = read(rows, "Tabelle1")
    assert cells(trial.patients, "patient_id", "arm") == [["001", "TAE"], ["002", "cTACE"]]
    assert told(trial, "'Tabelle1' was taken for patients")[0][0] == "note"


def test_a_list_without_arms_but_with_numbered_columns_is_one_of_patients() -> None:
    trial = read(
        [["ID", "Embo1_Date", "Embo2_Date"], ["001", DAY(2019, 3, 12), DAY(2019, 5, 2)]], "Blatt 1"
    )
    assert len(trial.embolizations) == 2
    assert len(told(trial, "numbered columns of sessions")) == 1


def test_of_several_sheets_the_one_with_arms_and_ids_that_come_once_is_taken() -> None:
    trial = read(
        [["ID", "Arm"], ["001", "TAE"], ["002", "cTACE"]],
        "Sheet1",
        Sheet2=[["ID", "Arm", "note"], ["001", "TAE", "a"], ["001", "TAE", "b"]],
        Sheet3=[["ID", "what"], ["001", "x"]],
    )
    assert trial.patients["patient_id"].tolist() == ["001", "002"]
    assert counts(trial) == (5, 2, 3)


def test_two_sheets_that_could_be_it_are_asked_about() -> None:
    rows: Rows = [["ID", "Arm"], ["001", "TAE"]]
    with pytest.raises(ExportError, match=r"'Boston' and 'Paris' could each be it") as refused:
        load_export(book(Boston=rows, Paris=rows))
    assert "choose its table" in str(refused.value)


# Languages


@pytest.mark.parametrize(
    "headers",
    [
        ["Pat.-Nr.", "Studienarm", "Geschlecht", "Alter", "Datum der Randomisierung",
         "Todesdatum", "Primärtumor"],
        ["N° patient", "Bras", "Sexe", "Âge", "Date de randomisation", "Date de décès",
         "Tumeur primitive"],
        ["Numéro patient", "Bras", "Sexe", "Age", "Date de randomisation", "Date de deces",
         "Tumeur primitive"],
        ["Número de paciente", "Brazo", "Sexo", "Edad", "Fecha de randomización",
         "Fecha de muerte", "Tumor primario"],
    ],
)  # fmt: skip
def test_headers_of_other_languages(headers: list[str]) -> None:
    trial = read([headers, ["001", "TAE", "f", 61, DAY(2019, 3, 1), DAY(2020, 1, 1), "Pankreas"]])
    assert cells(
        trial.patients, "patient_id", "arm", "sex", "age", "randomization_date", "death_date",
        "primary_site",
    ) == [["001", "TAE", "female", 61, DAY(2019, 3, 1), DAY(2020, 1, 1), "pancreas"]]  # fmt: skip


def test_sheets_of_other_languages() -> None:
    trial = read(
        [["Pat.-Nr.", "Arm"], ["001", "TAE"]],
        "Patienten",
        Nebenwirkungen=[["Pat.-Nr.", "Ereignis", "Schweregrad"], ["001", "Schmerz", 2]],
        imagerie=[["Pat.-Nr.", "Fecha", "Réponse hépatique"], ["001", DAY(2019, 6, 1), "PR"]],
    )
    assert cells(trial.adverse_events, "term", "grade") == [["Schmerz", 2]]
    assert cells(trial.assessments, "date", "hepatic_response") == [[DAY(2019, 6, 1), "PR"]]


# A whole trial, written as a list


STYLES = ("Embo{n}_{f}", "Embolization {n} {f}", "{f}_embo_{n}", "{f} of embolization #{n}")
DAYS = st.dates(DAY(2018, 1, 1), DAY(2022, 12, 31))
SESSION = st.tuples(DAYS, st.sampled_from([None, "bland", "lipiodol"]))
PATIENT = st.tuples(
    st.sampled_from(["TAE", "cTACE"]),
    st.one_of(st.none(), st.integers(30, 85)),
    st.lists(SESSION, max_size=3),
)


@st.composite
def lists(draw: st.DrawFn) -> tuple[Rows, list[Any], int]:
    """A sheet, the patients it holds, and how many of its rows are none."""
    patients = draw(st.lists(PATIENT, min_size=1, max_size=6))
    most = max(2, max(len(sessions) for _, _, sessions in patients))
    style = draw(st.sampled_from((*STYLES, "two rows")))
    title = draw(st.lists(st.sampled_from(["RETNET master list", "Stand 2024"]), max_size=2))
    heads = [["Pat-ID", "Arm", "Age, years"]]
    if style == "two rows":
        heads.append([None, None, None])
        for n in range(1, most + 1):
            heads[0] += [f"Embolization {n}", None]
            heads[1] += ["Date", "Technique"]
    else:
        for n in range(1, most + 1):
            heads[0] += [style.format(n=n, f=f) for f in ("Date", "Technique")]
    rows: list[list[object]] = [[one] for one in title] + [list(head) for head in heads]
    odd = 0
    for at, (arm, age, sessions) in enumerate(patients, start=1):
        if draw(st.booleans()):
            rows.append([draw(st.sampled_from(["TAE arm", "Site Boston", "Group B", "page 2"]))])
            odd += 1
        flat = [cell for session in sessions for cell in session]
        rows.append([f"R-{at:03d}", arm, age, *flat])
    feet = [["Total", len(patients)], ["Mean", None, 61.5], ["n = 12"], ["* as of May"]]
    for foot in draw(st.lists(st.sampled_from(feet), max_size=3)):
        rows.append(foot)
        odd += 1
    return rows, patients, odd


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists())
def test_a_list_reads_back_as_the_trial_it_was_written_from(
    written: tuple[Rows, list[Any], int],
) -> None:
    rows, patients, odd = written
    trial = read(rows, "Tabelle1")
    ids = [f"R-{at:03d}" for at in range(1, len(patients) + 1)]
    assert cells(trial.patients, "patient_id", "arm", "age") == [
        [one, arm, age] for one, (arm, age, _) in zip(ids, patients, strict=True)
    ]
    assert cells(trial.embolizations, "patient_id", "date", "technique") == [
        [one, day, technique]
        for one, (_, _, sessions) in zip(ids, patients, strict=True)
        for day, technique in sessions
    ]
    first = [min((day for day, _ in sessions), default=None) for _, _, sessions in patients]
    assert cells(trial.patients, "first_embolization_date") == [[day] for day in first]
    assert counts(trial) == (len(patients) + odd, len(patients), odd)
