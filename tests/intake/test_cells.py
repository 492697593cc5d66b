"""Cells as people type them: each spelling has one meaning, or is asked about."""

from __future__ import annotations

import datetime as dt

import pytest

from retnet_core.intake.cells import (
    parse_codes,
    parse_dates,
    parse_numbers,
    parse_text,
    parse_yes_no,
)
from retnet_core.intake.sheets import as_text

MARCH_12 = dt.date(2019, 3, 12)


@pytest.mark.parametrize(
    "typed",
    [
        "2019-03-12", "2019/3/12", "2019.03.12", "2019-03-12T10:30:00", "2019-03-12 10:30",
        "2019-03-12T10:30:00.000Z", "20190312", 20190312.0, "12-Mar-2019", "12 March 2019",
        "12.Mar.2019", "12MAR2019", "12th March 2019", "Mar 12, 2019", "March 12 2019",
        dt.date(2019, 3, 12), dt.datetime(2019, 3, 12, 9, 30),
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(typed: str | dt.date) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [MARCH_12]
    assert not parsed.emptied
    assert not parsed.assumed


@pytest.mark.parametrize(
    ("deciding", "expected"),
    [("25/03/2019", dt.date(2019, 3, 12)), ("03/25/2019", dt.date(2019, 12, 3))],
)
def test_one_date_with_one_reading_decides_for_its_column(deciding: str, expected: dt.date) -> None:
    parsed = parse_dates(["12/03/2019", deciding])
    assert parsed.values == [expected, dt.date(2019, 3, 25)]
    assert not parsed.emptied
    assert deciding in parsed.notes[0].problem


@pytest.mark.parametrize("others", [[], ["2019-05-31"], ["25/03/2019", "03/25/2019"]])
def test_an_undecided_date_is_asked_about_and_the_others_stay(others: list[str]) -> None:
    parsed = parse_dates(["12/03/2019", "05/05/2019", *others])
    assert parsed.values[0] is None
    assert list(parsed.emptied) == [0]
    assert "day-month-year or month-day-year?" in parsed.emptied[0].problem
    assert parsed.values[1] == dt.date(2019, 5, 5)
    assert None not in parsed.values[2:]


def test_days_that_a_spreadsheet_may_have_swapped_are_said() -> None:
    swapped = parse_dates([dt.date(2019, 3, 12), "25/03/2019"])
    assert "may have swapped" in swapped.notes[0].problem
    assert not parse_dates([dt.date(2019, 3, 13), "25/03/2019"]).notes


def test_a_day_number_and_a_short_year_are_said_to_be_assumed() -> None:
    parsed = parse_dates([43536.0, "43537", "25/03/19", "12-Mar-68"])
    assert parsed.values == [
        MARCH_12, dt.date(2019, 3, 13), dt.date(2019, 3, 25), dt.date(1968, 3, 12),
    ]  # fmt: skip
    assert set(parsed.assumed) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    "typed",
    [
        "yes", "2019-02-30", "31/31/2019", "2019", 2019.0, "2019-03", "Mar 2019", "UN-MAR-2019",
        "12", 0.0, True, "0012-03-12", "12/03/0019", "9999-12-31", "12 Foo 2019", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_emptied(typed: str) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [None]
    assert list(parsed.emptied) == [0]


@pytest.mark.parametrize("typed", ["NA", "n/a", ".", "-", "ND", "Unknown", "none", "no", "alive"])
def test_no_date_is_blank_and_not_unreadable(typed: str) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [None]
    assert not parsed.emptied


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (7.0, 7), ("7", 7), ("-2.5", -2.5), ("2,5", 2.5), ("0,125", 0.125), (".5", 0.5),
        ("1e3", 1000), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1,234,567", 1234567),
        ("12 mg", 12), ("12mg", 12), ("Grade 3", 3), ("G3", 3), ("grade III", 3),
        ("Toxicity grade: 2", 2),
    ],
)  # fmt: skip
def test_a_number_is_read(typed: str | float, number: float) -> None:
    parsed = parse_numbers([typed], unit="mg", names=("grade", "g", "toxicity grade"))
    assert parsed.values == [number]
    assert not parsed.emptied


@pytest.mark.parametrize(
    "typed",
    ["<0.5", "> 100", "~5", "1,234", "5%", "12 ng", "three", "nan", "inf", "1-2", "Q3", "٣", True,
     dt.date(2019, 1, 2), "3 (severe)", "a" * 30_000 + "1", "1e999",
     float("inf")],
)  # fmt: skip
def test_what_is_no_plain_number_is_emptied(typed: str) -> None:
    parsed = parse_numbers([typed], unit="mg", names=("grade", "g"))
    assert parsed.values == [None]
    assert list(parsed.emptied) == [0] or typed == "nan"


def test_a_percentage_is_a_number_only_where_the_column_is_one() -> None:
    assert parse_numbers(["45%", "45 %"], unit="%").values == [45, 45]


@pytest.mark.parametrize("typed", ["yes", "Y", "TRUE", "1", 1.0, True, "ja", "oui", "x", "Checked"])
def test_yes(typed: str | float) -> None:
    assert parse_yes_no([typed]).values == [True]


@pytest.mark.parametrize("typed", ["no", "N", "False", "0", 0.0, False, "nein", "non", "Unchecked"])
def test_no(typed: str | float) -> None:
    assert parse_yes_no([typed]).values == [False]


def test_codes_one_and_two_are_asked_about() -> None:
    """R's status has 1 for censored and 2 for dead; a questionnaire 1 for yes and 2 for no."""
    parsed = parse_yes_no([1.0, 2.0, "yes", "NA"])
    assert parsed.values == [None, None, True, None]
    assert set(parsed.emptied) == {0, 1}


def test_a_word_that_is_neither_is_emptied() -> None:
    parsed = parse_yes_no(["maybe"])
    assert parsed.values == [None]
    assert "neither yes nor no" in parsed.emptied[0].problem


def test_likelihoods_are_read_by_an_assumption() -> None:
    parsed = parse_yes_no(
        ["possible", "unlikely", "yes"], assumed={"possible": True, "unlikely": False}
    )
    assert parsed.values == [True, False, True]
    assert set(parsed.assumed) == {0, 1}


def test_codes_are_read_by_their_spellings_and_others_left() -> None:
    values = {"G1": ("1", "grade 1"), "unknown": ("nd",)}
    typed = ["g1", 1.0, "GRADE_1", "ND", "n/a", "G9"]
    assert parse_codes(typed, values).values == ["G1", "G1", "G1", "unknown", None, "G9"]


def test_ids_stay_as_typed() -> None:
    assert parse_text(["007", 7.0, "7.0", "A-1"]).values == ["007", "7", "7.0", "A-1"]
    assert as_text(1234567890123.0) == "1234567890123"
    assert as_text(7.25) == "7.25"
