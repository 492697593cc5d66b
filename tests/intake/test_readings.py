"""Cells read as the user says, and what stays known of those that cannot be read."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retnet_core import ExportError, Trial, load_export
from retnet_core.intake import typed
from retnet_core.intake.layouts import Part
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.sheets import BLANK, Cell, Column
from retnet_core.intake.typed import UNITS, Table
from retnet_core.trial import UNREADABLE
from tests.exports import workbook


def column(header: str, cells: list[Cell | None]) -> Column:
    different = list(dict.fromkeys(cell for cell in cells if cell is not None))
    codes = [BLANK if cell is None else different.index(cell) for cell in cells]
    return Column.of(different, np.array(codes, dtype=np.intp), header)


def part(table: str, sheet: str = "Blatt 1", **cells: list[Cell | None]) -> Part:
    """Rows of a sheet from row 2, whose headers are ours in capitals."""
    (size,) = {len(one) for one in cells.values()}
    ids: list[Cell | None] = [f"p{n}" for n in range(size)]
    columns = {name: column(name.upper(), one) for name, one in cells.items()}
    columns.setdefault("patient_id", column("ID", ids))
    return Part(table, sheet, np.arange(2, size + 2), columns)


def read(
    table: str, name: str, cells: list[Cell | None], reading: Reading | None = None, **said: object
) -> Table:
    """Read one column by what the user says of it."""
    readings = {(table, name): reading} if reading else {}
    mapping = ExportMapping(readings=readings, **said)  # type: ignore[arg-type]
    return typed.read(table, [part(table, **{name: cells})], mapping)


def values(table: Table, name: str) -> list[object]:
    return [None if pd.isna(one) else one for one in table.frame[name]]


def told(table: Table, word: str) -> str:
    """Give the problem of the one finding that holds a word."""
    (found,) = [one.problem for one in table.findings if word in one.problem]
    return found


def quiet(table: Table, *words: str) -> bool:
    return not any(word in one.problem for one in table.findings for word in words)


# Codes


def test_codes_mean_what_the_user_says() -> None:
    cells: list[Cell | None] = ["A", "a ", "B", 9.0, None, "TAE"]
    table = read("patients", "arm", cells, Reading({"A": "TAE", "b": "Arm 2", "9": "", "C": "DEB"}))
    assert values(table, "arm") == ["TAE", "TAE", "cTACE", "unknown", "unknown", "TAE"]
    assert told(table, "by the codes of the mapping") == (
        "Cells were read by the codes of the mapping: 'A' means TAE (2 cells), 'b' means Arm 2 "
        "(1 cell) and '9' means no value (1 cell)."
    )
    assert "does not hold: 'C'" in told(table, "does not hold")
    (note,) = [one for one in table.findings if "codes of the mapping" in one.problem]
    assert (note.severity, note.sheet, note.row, note.column) == ("note", "Blatt 1", None, "ARM")
    assert not table.emptied["arm"]


def test_a_meaning_is_parsed_as_any_cell() -> None:
    """The meaning need not be our code: R's status of 1 and 2 is clear once it is said."""
    table = read("time_to_event", "event", [1.0, "2", 2.0, "1.0"], Reading({"1": "no", "2": "ja"}))
    assert values(table, "event") == [False, True, True, False]
    graded = read("adverse_events", "grade", ["mild", "bad"], Reading({"bad": "Grade III"}))
    assert values(graded, "grade") == [None, 3]
    assert "no CTCAE grade" in told(graded, "how severe")
    wrong = read("patients", "sex", ["1", "2"], Reading({"1": "female", "2": "lady"}))
    assert values(wrong, "sex") == ["female", None]
    assert wrong.unreadable()["value"].tolist() == ["2"]


def test_a_cell_beside_the_codes_is_read_as_without() -> None:
    table = read("time_to_event", "event", ["1", "2", "yes"], Reading({"1": "no"}))
    assert values(table, "event") == [False, None, True]
    assert "what 1 and 2 mean cannot be known" in told(table, "code 2")


def test_a_code_is_the_whole_cell() -> None:
    reading = Reading({"A": "cTACE", "01": "DEB"})
    table = read("patients", "arm", ["A B", "AA", "TAE", "1", "01"], reading)
    assert values(table, "arm") == ["A B", "AA", "TAE", "1", "DEB-TACE"]


def test_codes_that_differ_in_case_alone_are_told_apart_where_typed_so() -> None:
    table = read("patients", "arm", ["a", "A"], Reading({"A": "TAE", "a": "cTACE"}))
    assert values(table, "arm") == ["cTACE", "TAE"]


def test_findings_show_the_cell_as_typed() -> None:
    table = read("patients", "age", ["x", "61"], Reading({"x": "old"}))
    (found,) = [one for one in table.findings if one.severity == "set aside"]
    assert (found.value, found.row, found.column) == ("x", 2, "AGE")


def test_codes_are_told_once_for_all_sheets() -> None:
    parts = [
        part("patients", "first", sex=["1", "2"]),
        part("patients", "second", sex=["1"], patient_id=["q"]),
    ]
    reading = Reading({"1": "male", "2": "female"})
    table = typed.read("patients", parts, ExportMapping(readings={("patients", "sex"): reading}))
    assert values(table, "sex") == ["male", "female", "male"]
    assert "'1' means male (2 cells)" in told(table, "codes of the mapping")
    assert quiet(table, "does not hold")


# Missing codes


@pytest.mark.parametrize("code", ["-99", "-99.0", " -99 "])
def test_declared_missing_codes_are_no_value(code: str) -> None:
    cells: list[Cell | None] = [-99.0, "-99", "-99.0", "\u221299", 140.0, "-98"]
    table = read("labs", "value", cells, Reading(missing=(code,)))
    assert values(table, "value") == [None, None, None, None, 140, -98]
    assert table.unreadable().empty
    assert "(4 cells). They were read as blank." in told(table, "stand for no value")


def test_a_code_for_the_whole_file_holds_in_every_column_but_ids() -> None:
    mapping = ExportMapping(missing=("999", "9999-12-31"))
    one = part(
        "patients", patient_id=["999", "1"], age=["61", 999.0], site=["999", "Moffitt"],
        death_date=[dt.datetime(9999, 12, 31), dt.date(2019, 3, 12)],
    )  # fmt: skip
    table = typed.read("patients", [one], mapping)
    assert values(table, "patient_id") == ["999", "1"]
    assert values(table, "age") == [61, None]
    assert values(table, "site") == [None, "Moffitt"]
    assert values(table, "death_date") == [None, pd.Timestamp("2019-03-12")]
    assert table.unreadable().empty
    notes = [one.column for one in table.findings if "stand for no value" in one.problem]
    assert sorted(notes) == ["AGE", "DEATH_DATE", "SITE"]


def test_a_code_of_the_column_wins_over_a_missing_one() -> None:
    table = read("patients", "arm", ["9"], Reading({"9": "TAE"}), missing=("9",))
    assert values(table, "arm") == ["TAE"]


def test_what_the_user_says_of_ids_is_told_to_be_left_out() -> None:
    table = read("patients", "patient_id", ["1"], Reading({"1": "2"}))
    assert values(table, "patient_id") == ["1"]
    assert told(table, "ids are always taken")


def test_missing_codes_are_never_guessed() -> None:
    table = read("patients", "age", [-99.0, 999.0, 400.0, 50.0])
    assert values(table, "age") == [None, None, None, 50]
    remedies = {one.value: one.remedy for one in table.findings if one.severity == "set aside"}
    asks = "If it stands for no value, say so under Columns on the page Data."
    assert [asks in remedies[value] for value in ("-99", "999", "400")] == [True, True, False]


def test_a_number_like_a_missing_code_that_the_column_allows_is_said() -> None:
    table = read("labs", "value", [-99.0, 999.0, 140.0])
    assert values(table, "value") == [-99, 999, 140]
    said = [one for one in table.findings if "looks like a code" in one.problem]
    assert [(one.severity, one.value) for one in said] == [("assumed", "-99"), ("assumed", "999")]


# Units


@pytest.mark.parametrize(
    ("table", "name", "unit", "typed_as", "ours"),
    [
        ("assessments", "sum_of_diameters_mm", "cm", 6.3, 63),
        ("patients", "ki67_percent", "share", 0.29, 29),
        ("patients", "ki67_percent", "fraction", "0,07", 7),
        ("time_to_event", "days", "weeks", 52.0, 364),
        ("time_to_event", "days", "months", 12.0, 365.25),
        ("time_to_event", "days", "Years", 2.0, 730.5),
        ("time_to_event", "months", "days", 365.25, 12),
        ("time_to_event", "months", "weeks", 30.4375, 7),
        ("time_to_event", "months", "years", 1.5, 18),
        ("embolizations", "doxorubicin_mg", "g", 0.05, 50),
        ("embolizations", "doxorubicin_mg", "mg", 50.0, 50),
    ],
)
def test_a_unit_is_converted_to_ours(
    table: str, name: str, unit: str, typed_as: Cell, ours: float
) -> None:
    found = read(table, name, [typed_as], Reading(unit=unit))
    assert values(found, name) == [ours]
    assert quiet(found, "numbers are in") is (unit == "mg")


def test_a_unit_comes_before_the_limits_of_a_column() -> None:
    table = read("patients", "ki67_percent", [0.5, 1.2], Reading(unit="share"))
    assert values(table, "ki67_percent") == [50, None]
    assert "in share; they were converted to %" in told(table, "numbers are in")


@pytest.mark.parametrize(
    ("table", "name", "unit", "words"),
    [
        ("assessments", "sum_of_diameters_mm", "in", "Allowed is mm or cm."),
        ("time_to_event", "days", "hours", "Allowed is days, weeks, months or years."),
        ("patients", "age", "months", "Allowed is years."),
        ("adverse_events", "grade", "cm", "This column has no unit."),
        ("patients", "death_date", "days", "This column has no unit."),
    ],
)
def test_an_unknown_unit_is_refused(table: str, name: str, unit: str, words: str) -> None:
    with pytest.raises(ExportError) as refused:
        read(table, name, ["1"], Reading(unit=unit))
    assert str(refused.value) == f"The mapping gives {name} of {table} the unit '{unit}'. {words}"


def test_the_units_to_choose_from_are_those_that_can_be_read() -> None:
    assert list(UNITS["time_to_event", "months"]) == ["days", "weeks", "years"]
    for (table, name), units in UNITS.items():
        for unit in units:
            assert values(read(table, name, [1.0], Reading(unit=unit)), name) != [1]


# Dates


def test_the_order_of_dates_is_what_the_user_says() -> None:
    cells: list[Cell | None] = ["12/03/2019", "31/12/2019", "2019-06-30"]
    table = read("patients", "death_date", cells, Reading(dates="month first"))
    december, june = pd.Timestamp("2019-12-03"), pd.Timestamp("2019-06-30")
    assert values(table, "death_date") == [december, None, june]
    assert "cannot be read month first" in told(table, "cannot be read")
    assert table.unreadable()["value"].tolist() == ["31/12/2019"]
    other = read("patients", "death_date", cells, Reading(dates="day first"))
    assert values(other, "death_date")[:2] == [
        pd.Timestamp("2019-03-12"),
        pd.Timestamp("2019-12-31"),
    ]


@pytest.mark.parametrize(
    ("name", "means"),
    [("death_date", "alive"), ("progression_date", "no progression"),
     ("other_therapy_date", "no other therapy")],
)  # fmt: skip
def test_not_known_where_a_blank_says_something_is_told(name: str, means: str) -> None:
    table = read("patients", name, ["unknown", "pending", "N/A", "none", None])
    assert values(table, name) == [None] * 5
    said = told(table, "says that the day is not known")
    assert means in said
    assert "2 cells" in said
    assert quiet(read("patients", "last_contact_date", ["unknown"]), "not known")


# What stays known


def opened(**columns: list[object]) -> Trial:
    size = len(next(iter(columns.values())))
    given = {"patient_id": [f"p{n}" for n in range(size)], "arm": "TAE", **columns}
    return load_export(workbook({"patients": pd.DataFrame(given, dtype=object)}))


def test_bounds_are_kept_beside_the_emptied_cell() -> None:
    trial = opened(
        death_date=["UN UNK 2019", "UNK MAR 2019", "soon", "2019-03-12"],
        ki67_percent=["<0,5", "3-20%", "about 5", 400],
    )
    kept = trial.unreadable.set_index(["column", "value"])[["least", "most"]]
    assert trial.unreadable.columns.tolist() == list(UNREADABLE)
    assert {key: tuple(row) for key, row in zip(kept.index, kept.to_numpy(), strict=True)} == {
        ("death_date", "UN UNK 2019"): ("2019-01-01", "2019-12-31"),
        ("death_date", "UNK MAR 2019"): ("2019-03-01", "2019-03-31"),
        ("death_date", "soon"): ("", ""),
        ("ki67_percent", "<0,5"): ("", "0.5"),
        ("ki67_percent", "3-20%"): ("3", "20"),
        ("ki67_percent", "about 5"): ("", ""),
        ("ki67_percent", "400"): ("", ""),
    }
    assert trial.unreadable["patient_id"].tolist() == ["p0", "p1", "p2", "p3", "p0", "p1", "p2"]
    problems = trial.findings.set_index("value")["problem"]
    assert problems["UNK MAR 2019"].endswith("Known is: March 2019.")
    assert problems["3-20%"].endswith("Known is: from 3 to 20%.")
    assert problems["<0,5"].endswith("Known is: below 0.5%.")
    assert problems["soon"] == "This is not a date. The cell was emptied, the row is kept."


def test_many_incomplete_dates_are_one_finding() -> None:
    months = [f"{year}-{month:02}" for year in range(2015, 2020) for month in range(1, 13)]
    trial = opened(death_date=months)
    said = trial.findings[trial.findings["problem"].str.contains("has no day", regex=False)]
    assert len(said) == 1
    assert "60 cells" in said["problem"].iloc[0]
    assert trial.unreadable["least"].tolist() == [f"{month}-01" for month in months]


def test_bounds_belong_to_their_row_in_every_sheet() -> None:
    parts = [
        part("labs", "first", value=["<2", None, "5"]),
        part("labs", "second", value=["x", ">7", "<2"]),
    ]
    kept = typed.read("labs", parts).unreadable()
    assert kept[["patient_id", "value", "least", "most"]].to_numpy().tolist() == [
        ["p0", "<2", "", "2"], ["p0", "x", "", ""], ["p1", ">7", "7", ""], ["p2", "<2", "", "2"],
    ]  # fmt: skip


def test_bounds_are_in_our_unit() -> None:
    kept = read("assessments", "sum_of_diameters_mm", ["<2", "3-4 cm"], Reading(unit="cm"))
    assert kept.unreadable()[["least", "most"]].to_numpy().tolist() == [["", "20"], ["30", "40"]]


# Columns with words of their own


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (True, ["dead", "deceased", "1:DECEASED", "1:Recurred/Progressed", "event", "relapse",
                "Progressed", "progression", "1:PROGRESSION", "1:DEAD WITH TUMOR"]),
        (False, ["living", "alive", "0:LIVING", "0:DiseaseFree", "censored", "0:CENSORED",
                 "no event", "progression-free", "0:ALIVE OR DEAD TUMOR FREE"]),
    ],
)  # fmt: skip
def test_an_event_has_words(happened: bool, words: list[str]) -> None:
    table = read("time_to_event", "event", list(words))
    assert values(table, "event") == [happened] * len(words)
    assert not table.findings


def test_an_event_whose_code_contradicts_its_word_is_asked_about() -> None:
    table = read("time_to_event", "event", ["1:LIVING", "0:LIVING", "1:DECEASED", "dead or alive"])
    assert values(table, "event") == [None, False, None, None]
    said = [one.value for one in table.findings if "contradict each other" in one.problem]
    assert said == ["1:LIVING", "1:DECEASED"]


def test_a_grade_is_read_in_its_column_alone() -> None:
    cells: list[Cell | None] = ["G3", "3 - severe", "Grad 2", "Severity: 4", "Stufe 2", "Grade 2-3"]
    table = read("adverse_events", "grade", cells)
    assert values(table, "grade") == [3, 3, 2, None, None, None]
    assert "The event counts as not graded" in told(table, "is no CTCAE grade")
    assert values(read("labs", "value", ["G3", "3 - severe"]), "value") == [None, None]


@pytest.mark.parametrize("label", ["TACE + sorafenib", "TAE/TACE", "TAE or TACE", "1 - TAE"])
def test_an_arm_is_a_whole_cell(label: str) -> None:
    table = read("patients", "arm", [label, "TACE", "tae"])
    assert values(table, "arm") == [label, "cTACE", "TAE"]
    assert told(table, "no arm of RETNET").startswith(f"'{label}' is no arm of RETNET")


def test_who_grades_with_further_words_count_as_unknown_and_are_told() -> None:
    cells: list[Cell | None] = ["NET G2", "II", "2 (Ki-67 5%)", "G1/G2", "2 - G2"]
    table = read("patients", "who_grade", cells)
    assert values(table, "who_grade") == ["G2", "G2", "unknown", "unknown", "G2"]
    assert sorted(table.unreadable()["value"]) == ["2 (Ki-67 5%)", "G1/G2"]


@pytest.mark.parametrize(("said", "wanted"), [("", 33.0), ("mm", 3.3), ("cm", 33.0)])
def test_a_unit_that_the_user_says_wins_over_the_header(said: str, wanted: float) -> None:
    visits = pd.DataFrame({"patient_id": ["a"], "date": ["2020-01-01"], "SLD (cm)": [3.3]})
    patients = pd.DataFrame({"patient_id": ["a"], "arm": ["TAE"]})
    place = ("assessments", "sum_of_diameters_mm")
    mapping = ExportMapping(readings={place: Reading(unit=said)} if said else {})
    content = workbook({"patients": patients, "assessments": visits})
    assert load_export(content, mapping=mapping).assessments[place[1]].tolist() == [wanted]
