"""CDISC ADaM: the times of ADTTE, their units and their events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import time_to_event
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.intake.adam import finding, opened, place, rows, silent, time

# ADTTE


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


# The unit against the dates


def timed(days: int, value: Any, patient: int = 1, **more: Any) -> dict[str, Any]:
    return {**dated(days, value, patient), "AVALU": "DAYS", **more}


@pytest.mark.parametrize(
    ("said", "meant", "times"),
    [
        ("DAYS", "months", [(374, 12.3), (200, 6.57), (30, 1)]),
        ("MONTHS", "days", [(373, 374), (200, 200), (3, 4)]),
        ("DAYS", "years", [(731, 2.0), (365, 1)]),
        ("MONTHS", "weeks", [(70, 10), (15, 2.1)]),
        ("WEEKS", "days", [(70, 70), (71, 10.1)]),  # half of them
    ],
)
def test_times_that_are_in_another_unit_by_their_dates_are_asked_about(
    said: str, meant: str, times: list[tuple[int, float]]
) -> None:
    given = [timed(days, value, at + 1, AVALU=said) for at, (days, value) in enumerate(times)]
    trial = opened(rows("ADTTE", *given, time("PFS", AVAL=5)))
    own = trial.time_to_event[trial.time_to_event["endpoint"] == "OS"]
    assert len(own) == len(times)
    assert own[["days", "months"]].isna().all(axis=None)
    assert own["event"].tolist() == [True] * len(times)
    question = finding(trial, "Which unit is right?")
    assert place(question)[:4] == ("set aside", "ADTTE", 2, "AVAL")
    assert f"are said to be in {said.lower()}, but" in question["problem"]
    assert f"most of them are in {meant}: AVAL is {times[0][1]:g}" in question["problem"]
    # Another endpoint has nothing to do with it.
    assert trial.time_to_event["days"].dropna().tolist() == [5]
    assert time_to_event.available_endpoints(trial) == ("pfs",)


def test_what_the_user_says_of_the_unit_answers_the_question() -> None:
    table = rows("ADTTE", timed(374, 12.3), timed(200, 6.5, 2))
    for unit, days in (
        ("months", [374.38125, 197.84375]),
        ("days", [12.3, 6.5]),
        ("", [12.3, 6.5]),
    ):
        said = ExportMapping(
            columns={"time_to_event": {"days": "AVAL"}},
            readings={("time_to_event", "days"): Reading(unit=unit)},
        )
        trial = opened(table, mapping=said)
        np.testing.assert_allclose(trial.time_to_event["days"], days, rtol=1e-12)
        assert trial.time_to_event["months"].isna().all()
        assert silent(trial, "Which unit is right?")


def test_what_the_user_says_of_the_unit_answers_for_times_without_one() -> None:
    table = rows("ADTTE", {**time(), "AVALU": None, "AVAL": 2})
    assert opened(table).time_to_event.empty
    said = ExportMapping(
        columns={"time_to_event": {"days": "AVAL"}},
        readings={("time_to_event", "days"): Reading(unit="weeks")},
    )
    assert opened(table, mapping=said).time_to_event["days"].tolist() == [14]


@pytest.mark.parametrize(
    ("unit", "value", "days"),
    [("DAYS", 374, 373), ("DAYS", 374, 374), ("WEEKS", 53.4, 374), ("MONTHS", 12.3, 374),
     ("MONTHS", 12, 371), ("MONTHS", 12.29, 373), ("MONTHS", 12.47, 374), ("YEARS", 1.02, 374),
     ("DAYS", 0, 0), ("DAYS", 1, 0)],
)  # fmt: skip
def test_times_that_agree_with_their_dates_are_no_matter(
    unit: str, value: float, days: int
) -> None:
    trial = opened(rows("ADTTE", timed(days, value, AVALU=unit)))
    assert silent(trial, "STARTDT")
    assert trial.time_to_event[["days", "months"]].notna().any(axis=None)


def test_a_single_time_that_is_not_that_of_its_dates_is_told_and_kept() -> None:
    given = [timed(374, 375), timed(200, 200, 2), timed(100, 300, 3), timed(50, 52)]
    trial = opened(rows("ADTTE", *given))
    assert trial.time_to_event["days"].tolist() == [375, 200, 300, 52]
    told = trial.findings[trial.findings["problem"].str.contains("not the one from STARTDT to ADT")]
    assert told[["severity", "row", "column", "value"]].values.tolist() == [
        ["note", 4, "AVAL", "300"], ["note", 5, "AVAL", "52"],
    ]  # fmt: skip


def test_two_units_for_a_parameter_are_asked_about_unless_dates_tell() -> None:
    both = {"PARAM": "Overall Survival (days)", "AVALU": "MONTHS"}
    trial = opened(rows("ADTTE", {**time(AVAL=12), **both}, time("PFS")))
    np.testing.assert_array_equal(trial.time_to_event["days"], [np.nan, 10])
    assert trial.time_to_event["months"].isna().all()
    said = finding(trial, "PARAM says days and AVALU says months for OS")
    assert place(said) == ("set aside", "ADTTE", 2, "AVAL", "12")
    told = opened(rows("ADTTE", timed(374, 12.3, **both)))
    assert told.time_to_event["months"].tolist() == [12.3]
    assert finding(told, "PARAM says days and AVALU says months")["severity"] == "note"


def test_of_two_records_of_an_endpoint_the_one_for_the_analysis_counts() -> None:
    trial = opened(rows("ADTTE", time(AVAL=20), time(ANL01FL="Y")))
    assert trial.time_to_event["days"].tolist() == [10]
    assert finding(trial, "is the one for the analysis")["row"] == 2
