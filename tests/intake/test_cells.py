"""Cells as people type them: each spelling has one meaning, or is asked about."""

from __future__ import annotations

import datetime as dt

import pytest

from retnet_core.intake.cells import (
    Known,
    Parsed,
    labelled,
    parse_codes,
    parse_dates,
    parse_grades,
    parse_numbers,
    parse_text,
    parse_yes_no,
)
from retnet_core.intake.sheets import as_text

MARCH_12 = dt.date(2019, 3, 12)


def asked(parsed: Parsed, *words: str) -> bool:
    """Tell whether every cell is emptied, with these words."""
    told = [remark.problem for remark in parsed.emptied.values()]
    return (
        parsed.values == [None] * len(parsed.values) == [None] * len(told)
        and not parsed.assumed
        and all(word in problem for problem in told for word in words)
    )


# Dates


@pytest.mark.parametrize(
    "typed",
    [
        "2019-03-12", "2019/3/12", "2019.03.12", "2019-03-12T10:30:00", "2019-03-12 10:30",
        "2019-03-12T10:30:00.000Z", "20190312", 20190312.0, "12-Mar-2019", "12 March 2019",
        "12.Mar.2019", "12MAR2019", "12th March 2019", "Mar 12, 2019", "March 12 2019",
        "12MAR2019:10:30:00", "12MAR2019 10:30", "12-MAR-2019", "12 mars 2019", "12. März 2019",
        "12.März 2019", "12. Mrz. 2019", "12 de marzo de 2019", "12 DE MARZO DEL 2019",
        "12 marzo 2019", "März 12, 2019", "ma\u0308rz 12, 2019", "12. Maerz 2019", "12-mär-2019",
        "2019-Mar-12", "2019 March 12", "12 of March 2019", "20190312T1030", "12 Mar 2019, 10:30",
        dt.date(2019, 3, 12), dt.datetime(2019, 3, 12, 9, 30),
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(typed: str | dt.date) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [MARCH_12]
    assert not parsed.emptied
    assert not parsed.assumed


@pytest.mark.parametrize(
    ("month", "spellings"),
    [
        (1, "jan january januar janv janvier ene enero jänner gen"),
        (2, "feb february februar févr fév fevr février febrero febbraio"),
        (3, "mar march märz mrz mars marzo mär"),
        (4, "apr april avr avril abr abril"),
        (5, "may mai mayo maggio"),
        (6, "jun june juni juin junio"),
        (7, "jul july juli juil juillet julio"),
        (8, "aug august août aout aoû ago agosto"),
        (9, "sep sept september septembre septiembre setiembre set"),
        (10, "oct october okt oktober octobre octubre ott"),
        (11, "nov november novembre noviembre"),
        (12, "dec december dez dezember déc décembre dic diciembre"),
    ],
)
def test_a_month_has_a_name_in_five_languages(month: int, spellings: str) -> None:
    typed = [f"12 {name}{end} 2019" for name in spellings.split() for end in ("", ".")]
    typed += [f"12-{name.upper()}-2019" for name in spellings.split()]
    parsed = parse_dates(typed)
    assert set(parsed.values) == {dt.date(2019, month, 12)}


def test_an_abbreviation_of_two_months_is_asked_about() -> None:
    assert asked(parse_dates(["12 jui 2019"]), "The month can be June or July")


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
    assert list(swapped.assumed) == [0]
    assert "may have swapped" in swapped.assumed[0].problem
    assert not parse_dates([dt.date(2019, 3, 13), "25/03/2019"]).assumed


def test_a_day_number_and_a_short_year_are_said_to_be_assumed() -> None:
    parsed = parse_dates([43536.0, "43537", "25/03/19", "12-Mar-68"])
    assert parsed.values == [
        MARCH_12, dt.date(2019, 3, 13), dt.date(2019, 3, 25), dt.date(1968, 3, 12),
    ]  # fmt: skip
    assert set(parsed.assumed) == {0, 1, 2, 3}


def test_the_user_decides_the_order_and_what_contradicts_it_is_emptied() -> None:
    typed = ["12/03/2019", "31/12/2019", "05/05/2019", "2019-06-30", "12.3.19"]
    parsed = parse_dates(typed, "month first")
    december, june = dt.date(2019, 12, 3), dt.date(2019, 6, 30)
    assert parsed.values == [december, None, dt.date(2019, 5, 5), june, december]
    assert list(parsed.emptied) == [1]
    assert "cannot be read month first" in parsed.emptied[1].problem
    assert list(parsed.assumed) == [4]
    assert "month first, as the mapping says" in parsed.notes[0].problem
    assert parse_dates(typed, "day first").values[:2] == [MARCH_12, dt.date(2019, 12, 31)]


def test_a_date_that_is_in_no_calendar_decides_nothing() -> None:
    parsed = parse_dates(["31/04/2019", "12/03/2019"])
    assert "not in the calendar" in parsed.emptied[0].problem
    assert "day-month-year or month-day-year?" in parsed.emptied[1].problem


def test_a_year_of_two_digits_that_may_come_first_is_asked_about() -> None:
    """68/03/12 can only be 1968 or 2068, so 19/03/12 may well be March 2019."""
    parsed = parse_dates(["19/03/12", "68/03/12", "25/03/2019"])
    assert parsed.values == [None, None, dt.date(2019, 3, 25)]
    assert all("year come first or last" in one.problem for one in parsed.emptied.values())
    assert not parsed.assumed


@pytest.mark.parametrize("typed", ["2019-03-12?", "12 Mar 2019 ?", "2019-03-12*"])
def test_a_day_in_doubt_is_read_and_said_to_be_assumed(typed: str) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [MARCH_12]
    assert "question mark or an asterisk" in parsed.assumed[0].problem


def test_a_day_in_doubt_decides_no_order() -> None:
    parsed = parse_dates(["12/03/2019", "25/03/2019?"])
    assert parsed.values == [None, dt.date(2019, 3, 25)]
    assert "nothing in the column tells" in parsed.emptied[0].problem


@pytest.mark.parametrize(
    "typed",
    [
        "yes", "2019-02-30", "31/31/2019", "12", 0.0, True, "0012-03-12", "12/03/0019",
        "9999-12-31", "12 Foo 2019", "9" * 5000, "21620", 21620.0, "1552348800", 1552348800.0,
        "Foo 2019", "13/2019", "2019-13", "032019", "12019", "Dec-19", "spring 2019",
        2019.5, "--03-12", "xx", "12/03", "2019-03-12 and 2019-04-01",
    ],
)  # fmt: skip
def test_what_is_no_date_is_emptied(typed: str) -> None:
    parsed = parse_dates([typed])
    assert asked(parsed)
    assert not parsed.known


MARCH = Known("March 2019", "2019-03-01", "2019-03-31")
YEAR = Known("the year 2019", "2019-01-01", "2019-12-31")
TWELFTH = Known("day 12 of a month of 2019", "2019-01-12", "2019-12-12")


@pytest.mark.parametrize(
    ("known", "words", "spellings"),
    [
        (MARCH, "only its month is known", [
            "2019-03", "03/2019", "3.2019", "Mar 2019", "MAR2019", "März 2019", "marzo de 2019",
            "UNK MAR 2019", "UN-MAR-2019", "??/03/2019", "--MAR-2019", "2019-03-UN", "2019-03-??",
            "00/03/2019", "2019-03-00", "00-MAR-2019", "xx.03.2019", "2019-Mar",
        ]),
        (YEAR, "only its year is known", [
            "2019", 2019.0, "UN UNK 2019", "UN-UNK-2019", "??/??/2019", "2019-UN-UN", "2019-00-00",
            "00/00/2019", "2019-UN", "03/??/2019", "03/00/2019", "2019.5",
        ]),
        (TWELFTH, "year and day are known", ["2019---12", "12-UNK-2019", "2019-UN-12"]),
        (Known("February 2020", "2020-02-01", "2020-02-29"), "only its month", ["2020-02"]),
    ],
)  # fmt: skip
def test_what_is_known_of_an_incomplete_date_is_kept(
    known: Known, words: str, spellings: list[str | float]
) -> None:
    parsed = parse_dates(spellings)
    assert asked(parsed, words, "That is kept, but no time is computed from it")
    assert parsed.known == dict.fromkeys(range(len(spellings)), known)


def test_a_short_year_without_a_day_keeps_nothing() -> None:
    parsed = parse_dates(["UN-MAR-19"])
    assert asked(parsed, "has no day")
    assert not parsed.known


@pytest.mark.parametrize(
    "typed",
    ["00/00/0000", "0000-00-00", "1900-01-00", "1/0/1900", "00/01/1900", dt.date(1899, 12, 30),
     dt.datetime(1899, 12, 31)],
)  # fmt: skip
def test_a_date_of_zeros_is_blank_by_an_assumption(typed: str | dt.date) -> None:
    parsed = parse_dates([typed])
    assert (parsed.values, parsed.emptied) == ([None], {})
    assert "read as no date" in parsed.assumed[0].problem


@pytest.mark.parametrize(
    "typed",
    ["NA", "n/a", "N/A", ".", "-", "ND", "Unknown", "none", "no", "alive", "pending", "ausstehend",
     "not reached", "k.A.", "inconnu", "desconocido", "s/d", "nicht bekannt", "lebt"],
)  # fmt: skip
def test_no_date_is_blank_and_not_unreadable(typed: str) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [None]
    assert not parsed.emptied


# Numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u2009234,5", 1234.5),
        ("1\u202f234.5", 1234.5), ("12 345 678", 12345678), ("1'234.5", 1234.5), ("0,1", 0.1),
        ("1234,567", 1234.567), ("\u22125", -5), ("\u22120,5 mg", -0.5), ("12 MG", 12),
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
     float("inf"), "Inf", "1.2.3", "1/2", "2+", "５", "\u20135", "1 23", "12 34,5", "6 in",
     "5 mg/kg", "4,5,6", "5 (estimated)", "++5"],
)  # fmt: skip
def test_what_is_no_plain_number_is_emptied(typed: str) -> None:
    parsed = parse_numbers([typed], unit="mg", names=("grade", "g"))
    assert parsed.values == [None]
    assert list(parsed.emptied) == [0] or typed == "nan"


@pytest.mark.parametrize(
    "typed",
    ["N/A", ".", "ND", "pending", "k.A.", "nicht bekannt", "s/d", "inconnu", "desconocido", "?"],
)
def test_no_number_is_blank_and_not_unreadable(typed: str) -> None:
    for parsed in (parse_numbers([typed]), parse_yes_no([typed]), parse_grades([typed])):
        assert (parsed.values, parsed.emptied) == ([None], {})


def test_a_percentage_is_a_number_only_where_the_column_is_one() -> None:
    assert parse_numbers(["45%", "45 %", "45 percent"], unit="%").values == [45, 45, 45]
    assert asked(parse_numbers(["45%"], unit="mm"), "not a number")


def test_a_cell_with_a_unit_of_its_own_is_converted_and_said() -> None:
    parsed = parse_numbers(["6 cm", "6.5cm", "60 mm", "60"], unit="mm")
    assert parsed.values == [60, 65, 60, 60]
    assert set(parsed.assumed) == {0, 1}
    assert "its unit (cm); it was converted to mm" in parsed.assumed[0].problem
    assert not parse_numbers(["6 cm"], unit="mm", given="cm").assumed
    days = parse_numbers(["2 weeks", "1 year", "3 d"], unit="days")
    assert days.values == [14, 365.25, 3]


def test_the_unit_of_the_cell_wins_over_that_of_the_column() -> None:
    parsed = parse_numbers([0.29, "0,5", "45%", "<0.02", "0.1-0.2", "3-20%"], "%", given="share")
    assert parsed.values == [29, 50, 45, None, None, None]
    assert not parsed.assumed
    bounds = [(one.words, one.least, one.most) for one in parsed.known.values()]
    assert bounds == [
        ("below 2%", "", "2"), ("from 10 to 20%", "10", "20"), ("from 3 to 20%", "3", "20"),
    ]  # fmt: skip


def test_each_cell_has_the_unit_of_its_own_header() -> None:
    parsed = parse_numbers([3.0, "3", "3 mm", 3.0, "<2"], "mm", given=["cm", "", "cm", "x", "cm"])
    assert parsed.values == [30, 3, 3, 3, None]
    assert parsed.known[4] == Known("below 20 mm", "", "20")


def test_a_share_beside_cells_with_the_sign_is_asked_about() -> None:
    parsed = parse_numbers(["3%", 5.0, 0.4, "0.2%", "<0.5", 1.0], "%")
    assert parsed.values == [3, 5, None, 0.2, None, 1]
    assert "share of one (40%) or 0.4%?" in parsed.emptied[2].problem
    assert parse_numbers(["3", 0.4], "%").values == [3, 0.4]
    assert parse_numbers(["3%", 0.4], "%", given="fraction").values == [3, 40]


def test_a_percentage_elsewhere_is_asked_about() -> None:
    parsed = parse_numbers(["41%", "0,5 %", "%"])
    assert parsed.values == [None] * 3
    assert ["41% can mean 41 or 0.41" in parsed.emptied[at].problem for at in range(3)] == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "least", "most"),
    [
        ("<0.5", "", "0.5"), ("< 0,5", "", "0.5"), ("<=2%", "", "2"), ("≤ 2 %", "", "2"),
        (">20%", "20", ""), (">= 20", "20", ""), ("at least 20", "20", ""), ("up to 5", "", "5"),
        ("3-20%", "3", "20"), ("3% - 20%", "3", "20"), ("3 to 20", "3", "20"), ("3–20", "3", "20"),
        ("3 bis 20", "3", "20"), ("2,5-3,5", "2.5", "3.5"),
    ],
)  # fmt: skip
def test_a_limit_is_no_number_but_kept(typed: str, least: str, most: str) -> None:
    parsed = parse_numbers([typed], unit="%")
    assert asked(parsed, "not a number", "What it says is kept, but nothing is computed from it")
    assert parsed.known[0][1:] == (least, most)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("<2", "below 2 mm"), ("less than 2", "below 2 mm"), ("under 2", "below 2 mm"),
        ("<=2", "at most 2 mm"), ("≤2", "at most 2 mm"), ("up to 2", "at most 2 mm"),
        ("at most 2", "at most 2 mm"), (">2", "above 2 mm"), ("over 2", "above 2 mm"),
        ("more than 2 cm", "above 20 mm"), (">=2", "at least 2 mm"), ("≥ 2", "at least 2 mm"),
        ("at least 2", "at least 2 mm"), ("2-3", "from 2 to 3 mm"),
    ],
)  # fmt: skip
def test_a_limit_is_told_as_it_is_meant(typed: str, words: str) -> None:
    assert parse_numbers([typed], unit="mm").known[0].words == words


@pytest.mark.parametrize("typed", ["~5", "ca. 5", "about 5", "≈5", "5 (estimated)", "<1,234 est."])
def test_an_estimate_has_no_bounds(typed: str) -> None:
    parsed = parse_numbers([typed])
    assert asked(parsed, "not a number")
    assert not parsed.known


def test_a_limit_that_can_be_read_two_ways_keeps_nothing() -> None:
    parsed = parse_numbers(["<1,234", "20-3"])
    assert asked(parsed, "not a number")
    assert not parsed.known


def test_a_number_in_doubt_is_read_and_said_to_be_assumed() -> None:
    parsed = parse_numbers(["5?", "2,5*", "x?"])
    assert parsed.values == [5, 2.5, None]
    assert set(parsed.assumed) == {0, 1}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["1.234", "2,5"], [1234, 2.5]), (["1,234", "2,5"], [1.234, 2.5]),
        (["1.234", "2.5"], [1.234, 2.5]), (["1,234", "2.5"], [1234, 2.5]),
        (["1.234", "1.234,5"], [1234, 1234.5]), (["1,234", "1,234.5"], [1234, 1234.5]),
        (["1.234", "7.125"], [1.234, 7.125]), (["1.234", 2.5], [1.234, 2.5]),
        (["1,234?", "2,5"], [1.234, 2.5]),
    ],
)  # fmt: skip
def test_the_column_tells_thousands_from_decimals(
    typed: list[str | float], expected: list[float]
) -> None:
    parsed = parse_numbers(typed)
    assert parsed.values == expected
    assert not parsed.emptied


def test_the_mark_that_decided_is_said() -> None:
    (note,) = parse_numbers(["1.234", "2.5"]).notes
    assert note.problem == (
        "Numbers such as '1.234' were read with a decimal point, as '2.5' can only be read so."
    )
    assert not parse_numbers(["1.234", "7.125"]).notes


@pytest.mark.parametrize(
    ("typed", "value", "mark"),
    [(["1.234", "2,5"], 1234, "comma"), (["1,234", "2.5"], 1234, "point"),
     (["2,125", "2,5"], 2.125, "comma")],
)  # fmt: skip
def test_thousands_that_another_cell_decided_are_an_assumption(
    typed: list[str], value: float, mark: str
) -> None:
    parsed = parse_numbers(typed)
    assert parsed.values[0] == value
    assert list(parsed.assumed) == [0]
    assert f"read with a decimal {mark}, as '{typed[1]}'" in parsed.assumed[0].problem
    assert not parsed.notes


def test_marks_of_both_kinds_are_asked_about() -> None:
    parsed = parse_numbers(["1.234", "2,5", "2.5", "1,234"])
    assert parsed.values == [None, 2.5, 2.5, None]
    assert "The column holds both kinds, '2,5' and '2.5'" in parsed.emptied[0].problem
    assert not parse_numbers(["1.234", "2,5", "2.5"]).assumed
    assert asked(parse_numbers(["1.234", "1,234"]), "thousands or decimals")
    assert asked(parse_numbers(["1,234"]), "thousands or decimals")


def test_a_point_that_nothing_decides_is_read_and_said() -> None:
    parsed = parse_numbers(["1.234", "7.125", 2.5, "2.345 cm"], "mm")
    assert parsed.values == [1.234, 7.125, 2.5, 23.45]
    assert set(parsed.assumed) == {0, 1, 3}
    assert len(set(parsed.assumed.values())) == 1
    assert "1.234 is between 1 and 2" in parsed.assumed[0].problem
    assert not parse_numbers(["1.234", "2.5"]).assumed
    assert not parse_numbers(["0.234", "12.5"]).assumed


def test_a_decimal_comma_elsewhere_asks_about_the_point() -> None:
    parsed = parse_numbers(["1.234", 5.0], elsewhere=lambda: "'2,5' under 'Ki-67'")
    assert parsed.values == [None, 5]
    assert "'2,5' under 'Ki-67' has a decimal comma" in parsed.emptied[0].problem
    assert parse_numbers(["1.234", "2.5"], elsewhere=lambda: "'2,5'").values == [1.234, 2.5]


# Grades

NAMES = ("grade", "g", "gr", "ctc", "ctcae", "grad", "ctcae grade")


@pytest.mark.parametrize(
    ("typed", "grade"),
    [
        ("G2", 2), ("Grade 2", 2), ("grade II", 2), ("II", 2), ("iv", 4), ("3 - severe", 3),
        ("3 (severe)", 3), ("severe (3)", 3), ("3=severe", 3), ("III (severe)", 3), ("3.0", 3),
        ("Grade 3 (Severe)", 3), ("CTC 3", 3), ("CTCAE grade 4", 4), ("°3", 3), ("3°", 3),
        ("Grad 3", 3), ("Gr. 3", 3), (3.0, 3), ("4: life-threatening", 4), ("5 - death", 5),
        ("2 - moderate", 2),
    ],
)  # fmt: skip
def test_a_grade_is_read(typed: str | float, grade: float) -> None:
    parsed = parse_grades([typed], NAMES)
    assert parsed.values == [grade]
    assert not parsed.emptied


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("severe", "how severe an event was is no CTCAE grade"),
        ("Stufe 3", "is no CTCAE grade"), ("2 - severe", "contradict each other"),
        ("3 - see note", "words that are not known"), (True, "is no CTCAE grade"),
        (dt.date(2019, 3, 4), "is no CTCAE grade"), ("3/3", "more than one grade"),
    ],
)  # fmt: skip
def test_what_is_no_grade_is_emptied(typed: str | bool, word: str) -> None:
    parsed = parse_grades([typed], NAMES)
    assert asked(parsed, word)
    assert not parsed.known


@pytest.mark.parametrize(
    ("typed", "least", "most"),
    [("Grade 3/4", "3", "4"), ("2-3", "2", "3"), ("4/3", "3", "4"), ("3 or 4", "3", "4"),
     ("≥3", "3", ""), ("Grade >= 3", "3", "")],
)  # fmt: skip
def test_a_range_of_grades_is_kept(typed: str, least: str, most: str) -> None:
    parsed = parse_grades([typed], NAMES)
    assert asked(parsed, "is kept, but nothing is computed from it")
    assert parsed.known[0][1:] == (least, most)


# Yes and no, codes, text


@pytest.mark.parametrize(
    "typed",
    ["yes", "Y", "TRUE", "1", 1.0, "1.0", True, "ja", "oui", "sí", "si", "x", "X", "Checked",
     "1 - Yes", "1=yes", "1: Ja", "Yes (1)", "Y - Yes", "WAHR"],
)  # fmt: skip
def test_yes(typed: str | float) -> None:
    assert parse_yes_no([typed]).values == [True]


@pytest.mark.parametrize(
    "typed",
    ["no", "N", "False", "0", 0.0, "0.0", False, "nein", "non", "Unchecked", "0 - No", "2 - No",
     "No (0)"],
)  # fmt: skip
def test_no(typed: str | float) -> None:
    assert parse_yes_no([typed]).values == [False]


def test_codes_one_and_two_are_asked_about() -> None:
    """R's status has 1 for censored and 2 for dead; a questionnaire 1 for yes and 2 for no."""
    parsed = parse_yes_no([1.0, 2.0, "yes", "NA"])
    assert parsed.values == [None, None, True, None]
    assert set(parsed.emptied) == {0, 1}


@pytest.mark.parametrize("typed", [-1.0, "-1", "-1.0", "–1", "−1", "1-", ".1", "1%", "+1"])
def test_a_number_with_a_sign_is_not_the_number_without_it(typed: str | float) -> None:
    parsed = parse_yes_no([typed, 0.0])
    assert parsed.values == [None, False]
    assert list(parsed.emptied) == [0]
    assert parse_codes([typed], WHO).values[0] not in WHO


def test_minus_one_is_asked_about() -> None:
    """Access writes -1 for yes, others for no value."""
    problem, remedy = parse_yes_no(["-1", "0", "1"]).emptied[0]
    assert "Some programs write -1 for yes, others for no value" in problem
    assert "under Columns on the page Data" in remedy


@pytest.mark.parametrize(
    "typed", [[0.0, 1.0, 3.0], ["1", "3", "4", "5"], [1.0, 1.5], ["0", "1", "10"], [1.0, 7.0]]
)
def test_a_column_with_larger_codes_is_asked_about(typed: list[str | float]) -> None:
    parsed = parse_yes_no([*typed, "yes"], no_value=["9", "99"])
    assert parsed.values == [None] * len(typed) + [True]
    assert set(parsed.emptied) == set(range(len(typed)))
    assert "other codes than 0 and 1" in parsed.emptied[0].problem


def test_a_code_for_no_value_makes_no_other_code_doubtful() -> None:
    parsed = parse_yes_no([0.0, 1.0, 9.0, "99", "-9"], no_value=["9", "99", "-9"])
    assert parsed.values == [False, True, None, None, None]
    assert set(parsed.emptied) == {2, 3, 4}


@pytest.mark.parametrize("typed", ["maybe", "Yes, mild", "not dead", "1 - maybe", "10", "yes/no"])
def test_a_word_that_is_neither_is_emptied(typed: str) -> None:
    assert asked(parse_yes_no([typed], also={"dead": True}), "neither yes nor no")


@pytest.mark.parametrize(
    "typed", [["0 - Yes"], ["1 - No"], ["N - Yes"], ["2 - No", "2 - Yes"], ["0 - Yes", "0"]]
)
def test_a_code_that_contradicts_its_word_is_asked_about(typed: list[str]) -> None:
    assert asked(parse_yes_no(typed), "contradict each other")


def test_a_code_whose_word_says_missing_is_missing() -> None:
    parsed = parse_yes_no(["9 - unknown", "1 - yes", "8=N/A"])
    assert (parsed.values, parsed.emptied) == ([None, True, None], {})


def test_the_letter_o_is_a_word_only_where_no_zero_can_be_meant() -> None:
    assert parse_yes_no(["o", "n"]).values == [True, False]
    assert parse_yes_no(["O", "non"]).values == [True, False]
    for other in ("1", "yes", "ja", "FALSE"):
        parsed = parse_yes_no(["O", other])
        assert parsed.values == [None, other != "FALSE"]
        assert "may stand for zero" in parsed.emptied[0].problem
    assert parse_yes_no(["o"]).values == [None]


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


def test_a_word_in_doubt_is_read_and_said_to_be_assumed() -> None:
    for parsed in (parse_yes_no(["yes?", "yes", "?"]), parse_codes(["G2 *", "G2", "?"], WHO)):
        assert parsed.values in ([True, True, None], ["G2", "G2", None])
        assert list(parsed.assumed) == [0]
        assert "question mark or an asterisk" in parsed.assumed[0].problem
        assert not parsed.emptied


SEX = {"female": ("f", "w", "weiblich"), "male": ("m", "man")}
WHO = {"G1": ("1", "i"), "G2": ("2", "ii", "net g2"), "unknown": ("unk",)}


@pytest.mark.parametrize(
    ("values", "typed", "code"),
    [
        (SEX, "1 - Female", "female"), (SEX, "Female (1)", "female"), (SEX, "1=Female", "female"),
        (SEX, "2: m", "male"), (SEX, "F - Female", "female"), (SEX, "Female (F)", "female"),
        (SEX, "9 - not done", None), (SEX, "1 - other", "1 - other"),
        (SEX, "x - Female", "x - Female"),
        (WHO, "NET G2", "G2"), (WHO, "II", "G2"), (WHO, "2.0", "G2"), (WHO, "2 - G2", "G2"),
        (WHO, "9 - unknown", "unknown"), (WHO, "2 (Ki-67 5%)", "2 (Ki-67 5%)"),
        (WHO, "G1/G2", "G1/G2"), (WHO, "G1-G2", "G1-G2"),
    ],
)  # fmt: skip
def test_a_code_with_its_label_is_read_where_the_label_is_known(
    values: dict[str, tuple[str, ...]], typed: str, code: str | None
) -> None:
    """What is not known is left as typed: the table's check says what it allows."""
    parsed = parse_codes([typed], values)
    assert (parsed.values, parsed.emptied) == ([code], {})


@pytest.mark.parametrize(
    ("values", "typed"),
    [(WHO, ["1 - G2"]), (WHO, ["1 - G2", "1", 1.0]), (SEX, ["M - Female"]),
     (SEX, ["1 - Female", "1 - Male"]), (SEX, ["Female (1)", "1=Male"])],
)  # fmt: skip
def test_a_code_and_a_label_that_contradict_each_other_are_asked_about(
    values: dict[str, tuple[str, ...]], typed: list[str]
) -> None:
    assert asked(parse_codes(typed, values), "contradict each other")


@pytest.mark.parametrize("typed", ["Female", "1.5", "a sentence", "(1)", "- no", ""])
def test_what_is_no_code_with_a_label(typed: str) -> None:
    assert labelled(typed) is None


def test_ids_stay_as_typed() -> None:
    assert parse_text(["007", 7.0, "7.0", "A-1"]).values == ["007", "7", "7.0", "A-1"]
    assert as_text(1234567890123.0) == "1234567890123"
    assert as_text(7.25) == "7.25"
