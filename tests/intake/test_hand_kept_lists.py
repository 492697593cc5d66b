"""Lists with a row a patient: numbered columns of sessions, imaging, events and values."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake.hand_kept import DAY, Rows, cells, counts, read, told

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


def test_a_session_with_a_blank_column_is_not_dated_by_the_patients_own() -> None:
    headers = ["patient_id", "arm", "first_embolization_date", "Embo1_Date"]
    for more, sessions in (([], []), (["Embo2_Date"], [[DAY(2019, 5, 2)]])):
        trial = read(
            [
                [*headers, *more],
                ["001", "TAE", DAY(2019, 3, 12), None, *[DAY(2019, 5, 2) for _ in more]],
                ["002", "TAE", DAY(2019, 4, 2), None, *[None for _ in more]],
            ]
        )
        assert cells(trial.embolizations, "date") == sessions
        assert cells(trial.patients, "first_embolization_date") == [
            [DAY(2019, 3, 12)], [DAY(2019, 4, 2)],
        ]  # fmt: skip
        assert told(trial, "is not known and was not used") == []


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
    assert told(trial, "Another sheet holds the table embolizations")[0][0] == "set aside"
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
    asked = told(trial, "does not say what the cells are")
    assert [one[3] for one in asked] == ["Embo 1", "Embo 2"]
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


@pytest.mark.parametrize(
    ("first", "second", "factor"),
    [
        ("Scan1 sum of diameters (cm)", "Scan2 sum of diameters (cm)", 10),
        ("Scan 1 Sum of diameters (cm)", "Scan 2 Sum of diameters (cm)", 10),
        ("CT 1 sum of target diameters cm", "CT 2 SLD, cm", None),
        ("CT 1 SLD mm", "CT 2 SLD mm", 1),
    ],
)
def test_a_unit_at_the_end_of_a_numbered_header(
    first: str, second: str, factor: float | None
) -> None:
    dates = ["Scan1 date", "Scan2 date"] if first.startswith("Scan") else ["CT1 date", "CT2 date"]
    trial = read(
        [
            ["patient_id", "arm", dates[0], first, dates[1], second],
            ["001", "TAE", DAY(2019, 6, 1), 5.5, DAY(2019, 9, 1), 4.25],
        ]
    )
    expected = [[None], [42.5]] if factor is None else [[5.5 * factor], [4.25 * factor]]
    assert cells(trial.assessments, "sum_of_diameters_mm") == expected


def test_a_code_for_no_value_does_not_hide_that_a_numbered_column_holds_dates() -> None:
    trial = read([
        ["patient no", "Arm", "Staging1_Day", "Staging1_sum"],
        ["001", "TAE", -99, 16.02], ["002", "cTACE", "February 4, 2015", 55],
    ])  # fmt: skip
    days = trial.assessments.set_index("patient_id")["date"]
    assert days["002"] == pd.Timestamp(2015, 2, 4)
    assert told(trial, "not a date") == [("set aside", "assessments", 2, "Staging1_Day", "-99")]
