"""No date is guessed: in whatever style, it reads back as itself or is asked about."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from retnet_core import Trial, load_export
from retnet_core.intake.cells import counted_from_1904, parse_dates
from retnet_core.intake.cells.dates import DateOrder
from retnet_core.intake.files import open_file
from retnet_core.intake.mapping import ExportMapping, Reading, from_yaml, to_yaml
from tests.exports import workbook
from tests.intake.opening import archive, patients_book, said, saved

FILES = Path(__file__).with_name("files")
MARCH_12 = dt.date(2019, 3, 12)
Write = Callable[[dt.date], str | float | dt.date]

# Years of two digits


@pytest.mark.parametrize(
    ("typed", "which"),
    [
        (["19-03-12", "21-11-05"], "day-month-year or year-month-day"),
        (["19-03-12", "25-03-19"], "day-month-year or year-month-day"),
        (["09-03-12", "11-11-05"], "day-month-year, month-day-year or year-month-day"),
        (["03-12-19", "03-11-05"], "day-month-year, month-day-year or year-month-day"),
        (["19-03-12 10:30", "2019-03-12", "25-03-2019"], "day-month-year or year-month-day"),
    ],
)
def test_a_year_of_two_digits_may_come_first_with_hyphens(typed: list[str], which: str) -> None:
    parsed = parse_dates(typed)
    questions = [one.problem for one in parsed.emptied.values()]
    assert len(questions) == sum(len(one.split()[0]) == 8 for one in typed)
    assert all(one.startswith(f"Is this {which}? Here nothing") for one in questions)
    assert all("under Columns on the page Data" in one.remedy for one in parsed.emptied.values())
    assert not any(at in parsed.assumed for at in parsed.emptied)
    assert parsed.decided is None


@pytest.mark.parametrize(
    ("deciding", "expected", "order"),
    [
        ("68-03-12", dt.date(2003, 5, 10), "year first"),
        ("12-03-68", dt.date(2010, 5, 3), "day first, as '03-05-10'"),
        ("3-13-19", dt.date(2010, 3, 5), "month first"),
        ("25-3-68", dt.date(2010, 5, 3), "day first"),
        ("25-3-2019", None, ""),
        ("2019-03-25", None, ""),
        ("68-02-30", None, ""),
        ("68-03-12?", None, ""),
    ],
)
def test_what_cannot_be_a_day_or_a_month_decides(
    deciding: str, expected: dt.date | None, order: str
) -> None:
    parsed = parse_dates(["03-05-10", deciding])
    if deciding == "12-03-68":  # that the year is last leaves day and month open
        assert parsed.values == [None, None]
        assert "Is this day-month-year or month-day-year?" in parsed.emptied[0].problem
        return
    assert parsed.values[0] == expected
    assert (parsed.decided is not None) is bool(order)
    if order:
        assert parsed.notes[0].problem.startswith(f"Dates were read {order}")
        assert deciding in parsed.notes[0].problem
    else:
        assert "year-month-day" in parsed.emptied[0].problem


def test_two_dates_decide_together() -> None:
    parsed = parse_dates(["03-05-10", "10-03-45", "25-03-10"])
    assert parsed.values == [dt.date(2010, 5, 3), dt.date(2045, 3, 10), dt.date(2010, 3, 25)]
    assert "as '10-03-45' and '25-03-10' can only be read so" in parsed.notes[0].problem


def test_a_year_that_comes_first_has_two_digits() -> None:
    parsed = parse_dates(["03-05-10", "5-3-19", "25-03-10"])
    assert parsed.values == [dt.date(2010, 5, 3), dt.date(2019, 3, 5), dt.date(2010, 3, 25)]


def test_a_year_that_comes_first_is_said_to_be_assumed() -> None:
    parsed = parse_dates(["68-03-12", "19-03-12", "19-03-00"])
    assert parsed.values == [dt.date(1968, 3, 12), MARCH_12, None]
    assert {one.problem[:51] for one in parsed.assumed.values()} == {
        "A year of two digits, at the beginning of the date,"
    }
    assert parsed.known[2].least == "2019-03-01"
    assert parsed.decided == ("year first", 0)


@pytest.mark.parametrize("mark", ["/", ".", " "])
def test_other_marks_have_the_year_last_as_clinics_write_it(mark: str) -> None:
    typed = [one.replace("/", mark) for one in ("12/03/19", "25/03/19")]
    parsed = parse_dates(typed)
    assert parsed.values == [MARCH_12, dt.date(2019, 3, 25)]
    assert set(parsed.assumed) == {0, 1}
    assert f"day first, as '{typed[1]}' can only be read so" in parsed.notes[0].problem
    first = parse_dates([one.replace("/", mark) for one in ("12/03/19", "68/03/12", "25/03/11")])
    assert first.values == [dt.date(2012, 3, 19), dt.date(1968, 3, 12), dt.date(2025, 3, 11)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day first", [dt.date(2012, 3, 19), None, dt.date(2012, 11, 5), None]),
        ("month first", [None, None, dt.date(2012, 5, 11), dt.date(2019, 3, 25)]),
        ("year first", [MARCH_12, dt.date(1968, 3, 12), dt.date(2005, 11, 12), None]),
    ],
)
def test_the_user_says_which_comes_first(order: DateOrder, expected: list[dt.date | None]) -> None:
    parsed = parse_dates(["19-03-12", "68-03-12", "05-11-12", "03-25-19"], order)
    assert parsed.values == expected
    lost = [at for at, day in enumerate(expected) if day is None]
    assert list(parsed.emptied) == lost
    assert all(f"cannot be read {order}" in parsed.emptied[at].problem for at in lost)
    assert f"{order}, as the mapping says" in parsed.notes[0].problem


def test_year_first_is_said_of_years_of_two_digits_alone() -> None:
    parsed = parse_dates(["19/03/12", "12/03/2019", "05/05/2019"], "year first")
    assert parsed.values == [MARCH_12, None, dt.date(2019, 5, 5)]
    assert "Is this day-month-year or month-day-year?" in parsed.emptied[1].problem
    told = parse_dates(["19/03/12", "12/03/2019", "25/03/2019", "31/11/11"], "year first")
    assert told.values == [MARCH_12, MARCH_12, dt.date(2019, 3, 25), dt.date(2031, 11, 11)]
    assert "day first, as '25/03/2019'" in told.notes[1].problem


def test_year_first_is_kept_in_a_mapping_file() -> None:
    said_so = ExportMapping(readings={("patients", "death_date"): Reading(dates="year first")})
    assert "dates: year first" in to_yaml(said_so)
    assert from_yaml(to_yaml(said_so)) == said_so


@pytest.mark.parametrize("typed", ["00-03-19", "19-00-12", "00-00-19"])
def test_a_zero_may_be_the_year_two_thousand(typed: str) -> None:
    parsed = parse_dates([typed])
    assert parsed.values == [None]
    assert "year-month-day" in parsed.emptied[0].problem
    assert not parsed.known
    assert parse_dates(["00-03-19"], "year first").values == [dt.date(2000, 3, 19)]
    assert parse_dates(["00-03-19"], "day first").known[0].words == "March 2019"


# Every style


def named(pattern: str, names: str) -> Write:
    months = names.split()
    return lambda day: pattern.format(d=day.day, m=months[day.month - 1], y=day.year)


ENGLISH = "January February March April May June July August September October November December"
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
ITALIAN = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

SURE: dict[str, Write] = {
    "ISO": dt.date.isoformat,
    "ISO with time": lambda day: f"{day}T09:30:00Z",
    "ISO with slashes": lambda day: f"{day:%Y/%m/%d}",
    "the spreadsheet's own": lambda day: day,
    "compact": lambda day: f"{day:%Y%m%d}",
    "compact number": lambda day: float(f"{day:%Y%m%d}"),
    "serial": lambda day: float((day - dt.date(1899, 12, 30)).days),
    "serial as text": lambda day: str((day - dt.date(1899, 12, 30)).days),
    "12-Mar-2019": named("{d:02}-{m}-{y}", SHORT),
    "DATE9": named("{d:02}{m}{y}", SHORT.upper()),
    "12-Mar-19": lambda day: named("{d:02}-{m}", SHORT)(day) + f"-{day:%y}",
    "March 12, 2019": named("{m} {d}, {y}", ENGLISH),
    "12 March 2019": named("{d} {m} {y}", ENGLISH),
    "12. März 2019": named("{d}. {m} {y}", GERMAN),
    "12 mars 2019": named("{d} {m} {y}", FRENCH),
    "12 de marzo de 2019": named("{d} de {m} de {y}", SPANISH),
    "12 marzo 2019": named("{d} {m} {y}", ITALIAN),
}
TURNED: dict[str, Write] = {
    "d/m/Y": lambda day: f"{day:%d/%m/%Y}",
    "m/d/Y": lambda day: f"{day:%m/%d/%Y}",
    "m/d/Y, unpadded": lambda day: f"{day.month}/{day.day}/{day.year}",
    "d.m.Y": lambda day: f"{day.day}.{day.month}.{day.year}",
    "d-m-Y": lambda day: f"{day:%d-%m-%Y}",
    "d/m/y": lambda day: f"{day:%d/%m/%y}",
    "m/d/y": lambda day: f"{day:%m/%d/%y}",
    "d.m.y": lambda day: f"{day:%d.%m.%y}",
    "d m y": lambda day: f"{day:%d %m %y}",
    "d-m-y": lambda day: f"{day:%d-%m-%y}",
    "d-m-y, unpadded": lambda day: f"{day.day}-{day.month}-{day:%y}",
    "m-d-y": lambda day: f"{day:%m-%d-%y}",
    "y-m-d": lambda day: f"{day:%y-%m-%d}",
}
OF_TRIALS = st.dates(dt.date(1990, 1, 2), dt.date(2049, 12, 31))
OF_TODAY = st.dates(dt.date(2018, 1, 1), dt.date(2023, 12, 31))
COLUMNS = st.one_of(
    st.lists(OF_TRIALS, min_size=1, max_size=6), st.lists(OF_TODAY, min_size=1, max_size=12)
)


@given(st.sampled_from(sorted(SURE)), COLUMNS)
def test_a_style_with_one_reading_reads_back(style: str, days: list[dt.date]) -> None:
    parsed = parse_dates([SURE[style](day) for day in days])
    assert parsed.values == days
    assert not parsed.emptied


@given(st.sampled_from(sorted(TURNED)), COLUMNS)
def test_a_style_with_several_readings_reads_back_or_is_asked_about(
    style: str, days: list[dt.date]
) -> None:
    parsed = parse_dates([TURNED[style](day) for day in days])
    for at, day in enumerate(days):
        assert parsed.values[at] in (day, None)
        assert (parsed.values[at] is None) is (at in parsed.emptied)
        assert at not in parsed.emptied or "?" in parsed.emptied[at].problem


@given(
    st.sampled_from(sorted(TURNED)), COLUMNS,
    st.lists(st.sampled_from([*SURE, "25/03/2019?", "31/04/2019", "68-02-31"]), max_size=3),
)  # fmt: skip
def test_dates_of_other_styles_beside_them_do_not_mislead(
    style: str, days: list[dt.date], others: list[str]
) -> None:
    beside = [SURE[one](days[0]) if one in SURE else one for one in others]
    parsed = parse_dates([*(TURNED[style](day) for day in days), *beside])
    assert all(
        found in (day, None) for found, day in zip(parsed.values[: len(days)], days, strict=True)
    )


@given(st.sampled_from(sorted(TURNED)), COLUMNS)
def test_what_the_user_says_reads_back_everything(style: str, days: list[dt.date]) -> None:
    orders: dict[str, DateOrder] = {"d": "day first", "m": "month first", "y": "year first"}
    parsed = parse_dates([TURNED[style](day) for day in days], orders[style[0]])
    assert parsed.values == days
    assert not parsed.emptied


PARTS: dict[str, Write] = {
    "2019-03": lambda day: f"{day:%Y-%m}",
    "03/2019": lambda day: f"{day:%m/%Y}",
    "Mar 2019": named("{m} {y}", SHORT),
    "UN-MAR-2019": named("UN-{m}-{y}", SHORT.upper()),
    "2019-03-00": lambda day: f"{day:%Y-%m}-00",
    "??/03/2019": lambda day: f"??/{day:%m/%Y}",
    "12/??/2019": lambda day: f"{day.day}/??/{day.year}",
    "2019-UN-12": lambda day: f"{day.year}-UN-{day.day:02}",
    "12-UNK-2019": lambda day: f"{day.day:02}-UNK-{day.year}",
    "2019": lambda day: f"{day.year}",
    "UN UNK 2019": lambda day: f"UN UNK {day.year}",
    "year as a number": lambda day: float(day.year),
}


@given(st.sampled_from(sorted(PARTS)), COLUMNS)
def test_an_incomplete_date_keeps_bounds_around_the_day(style: str, days: list[dt.date]) -> None:
    parsed = parse_dates([PARTS[style](day) for day in days])
    for at, day in enumerate(days):
        assert parsed.values[at] is None
        least, most = parsed.known[at].least, parsed.known[at].most
        assert least <= day.isoformat() <= most


# Days counted from 1904


def from_1904(*rows: list[object]) -> bytes:
    book = patients_book(*rows)
    book.epoch = CALENDAR_MAC_1904
    return saved(book)


def problems(trial: Trial, word: str) -> list[str]:
    found = trial.findings["problem"]
    return found[found.str.contains(word, regex=False)].tolist()


MIXED = (
    ["patient_id", "arm", "death_date", "randomization_date", "town"],
    ["1", "TAE", MARCH_12, 42074, "a"],
    ["2", "TAE", 42074, 42074, "b"],
    ["3", "cTACE", "42074", None, "c"],
    ["4", "cTACE", 31500, None, "d"],
)


def asked_of_1904(trial: Trial) -> None:
    day = pd.Timestamp(MARCH_12)
    assert trial.patients["death_date"].tolist()[0] == day
    assert trial.patients["death_date"].isna().tolist() == [False, True, True, True]
    assert trial.patients["randomization_date"].isna().all()
    assert len(problems(trial, "from 1904 or, if it was pasted from elsewhere, from 1900")) == 5
    assert any("Known is: 2015-03-11 or 2019-03-12." in one for one in problems(trial, "1904"))
    bounds = trial.unreadable.set_index("patient_id").query("column == 'death_date'")
    assert bounds[["least", "most"]].to_numpy().tolist() == [
        ["2015-03-11", "2019-03-12"], ["2015-03-11", "2019-03-12"], ["", ""],
    ]  # fmt: skip


def test_a_bare_number_is_asked_about_where_days_are_counted_from_1904() -> None:
    asked_of_1904(load_export(from_1904(*MIXED)))
    plain = load_export(saved(patients_book(*MIXED)))
    assert plain.patients["death_date"].dt.date.tolist()[1:3] == [dt.date(2015, 3, 11)] * 2
    assert not said(plain, "1904")
    later = load_export(saved(patients_book(*MIXED)))  # what holds for one file ends with it
    assert later.patients["randomization_date"].notna().sum() == 2


def test_a_file_kept_without_some_columns_still_counts_from_1904() -> None:
    opened = open_file(from_1904(*MIXED), "mac.xlsx")
    _, content = opened.without([("patients", "town")])
    assert content is not None
    asked_of_1904(load_export(content, "mac.xlsx"))
    _, plain = open_file(saved(patients_book(*MIXED)), "pc.xlsx").without([("patients", "town")])
    assert plain is not None
    assert not said(load_export(plain, "pc.xlsx"), "1904")


def test_one_workbook_of_an_archive_is_enough() -> None:
    book = Workbook()
    book.active.title = "labs"
    book.active.append(["patient_id", "test", "date", "value"])
    book.active.append(["1", "CgA", 42074, 3])
    trial = load_export(archive({"mac.xlsx": from_1904(*MIXED), "labs.xlsx": saved(book)}))
    assert trial.labs["date"].isna().all()
    assert trial.patients["death_date"].notna().sum() == 1


def test_a_layout_that_compares_dates_knows_of_1904_too() -> None:
    with counted_from_1904(True):
        assert parse_dates([42074.0]).values == [None]
    assert parse_dates([43536.0]).values == [MARCH_12]


def test_binary_workbooks_say_that_they_count_from_1904() -> None:
    old = (FILES / "small.xls").read_bytes()
    mode = b"\x22\x00\x02\x00\x00\x00"
    assert old.count(mode) == 1
    turned = old.replace(mode, b"\x22\x00\x02\x00\x01\x00")
    assert said(load_export(turned), "counts its days from 1904")
    assert not said(load_export(old), "1904")
    with zipfile.ZipFile(FILES / "small.xlsb") as book:
        members = {name: book.read(name) for name in book.namelist()}
    properties = b"\x99\x01\x24\x00\x00\x00\x00"
    assert members["xl/workbook.bin"].count(properties) == 1
    members["xl/workbook.bin"] = members["xl/workbook.bin"].replace(
        properties, b"\x99\x01\x24\x01\x00\x00\x00"
    )
    assert said(load_export(archive(members)), "counts its days from 1904")
    assert not said(load_export((FILES / "small.xlsb").read_bytes()), "1904")


def test_a_date_above_the_headers_decides_nothing() -> None:
    book = patients_book(
        ["Printed", "Registry", "12/31/2019"],
        ["patient_id", "arm", "death_date"],
        ["1", "TAE", "05/06/2019"],
        ["2", "TAE", "07/08/2019"],
    )
    trial = load_export(saved(book))
    assert trial.patients["patient_id"].tolist() == ["1", "2"]
    assert trial.patients["death_date"].isna().all()
    assert len(problems(trial, "day-month-year or month-day-year?")) == 2


# Columns of one sheet


def patients(**columns: list[object]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    ids = [f"{n:03d}" for n in range(1, size + 1)]
    return pd.DataFrame({"patient_id": ids, "arm": "TAE", **columns}, dtype=object)


def opened(mapping: ExportMapping | None = None, **tables: pd.DataFrame) -> Trial:
    return load_export(workbook(tables), "test.xlsx", mapping)


DAYS, MONTHS = ["25/03/2019", "12/04/2020"], ["03/25/2019", "04/12/2020"]
OPEN = ["05/06/2021", "07/08/2021"]


def test_columns_of_a_sheet_that_contradict_each_other_are_named() -> None:
    sheet = patients(randomization_date=DAYS, death_date=MONTHS, last_contact_date=DAYS)
    trial = opened(patients=sheet)
    (found,) = trial.findings[
        trial.findings["problem"].str.contains("contradiction", regex=False)
    ].itertuples()
    assert (found.severity, found.table, found.sheet) == ("assumed", "patients", "patients")
    assert found.column == "randomization_date, last_contact_date, death_date"
    assert found.problem == (
        "The dates of 'randomization_date' ('25/03/2019') and 'last_contact_date' ('25/03/2019') "
        "can only be day first, those of 'death_date' ('03/25/2019') only month first. That is a "
        "contradiction in one sheet: one of the two may be wrong. Each column was read in its own "
        "order."
    )
    second = pd.Timestamp(2020, 4, 12)
    assert trial.patients["randomization_date"][1] == trial.patients["death_date"][1] == second


def test_columns_contradict_each_other_across_the_tables_of_a_sheet_alone() -> None:
    visits = pd.DataFrame({"patient_id": ["001", "002"], "date": MONTHS})
    apart = opened(patients=patients(death_date=DAYS), assessments=visits)
    assert not problems(apart, "contradiction")
    wide = patients(death_date=DAYS, **{"Embo 1 date": MONTHS, "Embo 2 date": MONTHS})
    (told,) = problems(opened(patients=wide), "contradiction")
    assert "'death_date' ('25/03/2019')" in told
    assert "'Embo 1 date' ('03/25/2019')" in told


def test_what_the_user_says_contradicts_no_other_column() -> None:
    said_so = ExportMapping(readings={("patients", "death_date"): Reading(dates="month first")})
    trial = opened(said_so, patients=patients(randomization_date=DAYS, death_date=MONTHS))
    assert not problems(trial, "contradiction")


def test_a_question_says_what_the_other_columns_show() -> None:
    trial = opened(patients=patients(randomization_date=DAYS, death_date=OPEN))
    hint = (
        "so it was not guessed. Another column of this sheet is day first ('25/03/2019' in "
        "'randomization_date')."
    )
    asked = problems(trial, "Is this day-month-year or month-day-year?")
    assert len(asked) == 2
    assert all(hint in one for one in asked)
    assert trial.patients["death_date"].isna().all()
    cells = trial.cells_to_check.query("column == 'death_date'")["problem"]
    assert cells.str.contains(hint, regex=False).tolist() == [True, True]
    both = patients(randomization_date=DAYS, progression_date=DAYS, death_date=OPEN)
    assert problems(opened(patients=both), "Other columns of this sheet are day first")


def test_many_questions_counted_as_one_say_it_too() -> None:
    several = [f"{day:02}/{month:02}/2021" for day in range(1, 7) for month in range(7, 12)]
    sheet = patients(randomization_date=["25/03/2019"] * len(several), death_date=several)
    trial = opened(patients=sheet)
    (told,) = problems(trial, "Is this day-month-year or month-day-year?")
    assert "Another column of this sheet is day first" in told
    assert "This concerns 30 cells" in told
    cells = trial.cells_to_check.query("column == 'death_date'")["problem"]
    assert cells.str.contains("Another column of this sheet is day first").sum() == 30


def test_columns_that_disagree_or_stand_elsewhere_show_nothing() -> None:
    disagree = patients(randomization_date=DAYS, progression_date=MONTHS, death_date=OPEN)
    assert not problems(opened(patients=disagree), "of this sheet")
    visits = pd.DataFrame({"patient_id": ["001", "002"], "date": DAYS})
    elsewhere = opened(patients=patients(death_date=OPEN), assessments=visits)
    assert not problems(elsewhere, "of this sheet")


def test_the_year_first_that_others_show_is_said() -> None:
    sheet = patients(randomization_date=["68-03-12", "19-03-12"], death_date=["19-04-01", "x"])
    trial = opened(patients=sheet)
    (told,) = problems(trial, "day-month-year or year-month-day")
    assert "Another column of this sheet is year first ('68-03-12' in" in told
    said_so = ExportMapping(readings={("patients", "death_date"): Reading(dates="year first")})
    read = opened(said_so, patients=sheet)
    assert read.patients["death_date"][0] == pd.Timestamp(2019, 4, 1)


# Without a first embolization


def test_an_export_without_a_start_says_so_first_and_names_dates_to_choose() -> None:
    sheet = patients(
        randomization_date=DAYS, Start=["2019-03-12", None], Visit=["05/06/2021", "NA"],
        Note=["a", "b"], Lab=[42074, 42075], death_date=[None, "2020-05-05"],
    )  # fmt: skip
    trial = opened(patients=sheet)
    assumed = trial.findings.query("table == 'patients' and severity == 'assumed'")
    first = assumed.iloc[0]
    assert first["problem"] == (
        "The export has no date of a first embolization and no dated session, so times from the "
        "first embolization (hPFS, PFS, TTP and OS) cannot be computed. It has dates of "
        "randomisation. Columns that hold dates and are not used: 'Start', 'Visit'."
    )
    assert first["remedy"] == (
        "On the page Survival, let times start at randomisation. If one of them is the first "
        "embolization, choose it for first_embolization_date under Columns on the page Data. Else "
        "add a column first_embolization_date."
    )
    assert (first["sheet"], first["column"]) == ("patients", "Start, Visit")


def no_start(trial: Trial) -> bool:
    return bool(problems(trial, "times from the first embolization"))


def test_a_start_that_is_there_or_cannot_be_chosen_is_not_missed() -> None:
    dated = patients(randomization_date=DAYS)
    assert no_start(opened(patients=dated))
    assert not no_start(opened(patients=dated.assign(first_embolization_date=DAYS)))
    unread = dated.assign(first_embolization_date=OPEN)  # asked about: that is told already
    assert not no_start(opened(patients=unread))
    assert not no_start(opened(patients=patients(age=[50, 60], death_date=["2020-05-05", None])))
    given = pd.DataFrame({"patient_id": ["001"], "endpoint": "OS", "days": 10, "event": 1})
    assert not no_start(opened(patients=dated, time_to_event=given))


def test_sessions_stand_in_for_the_first_embolization_and_it_is_said() -> None:
    sessions = pd.DataFrame({"patient_id": ["001"], "date": ["2019-04-01"]})
    trial = opened(patients=patients(randomization_date=DAYS), embolizations=sessions)
    assert not no_start(trial)
    (told,) = problems(trial, "no column for first_embolization_date")
    assert told.endswith("; the first session in the table embolizations is taken for it.")
    missing = problems(trial, "as missing in every row")
    assert missing
    assert not any("first_embolization_date" in one for one in missing)
    undated = opened(patients=patients(age=[50, 60]), embolizations=sessions.assign(date=[None]))
    assert any("first_embolization_date" in one for one in problems(undated, "as missing in every"))
