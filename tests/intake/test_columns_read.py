"""What the screen Columns shows: cells and what they were read as, units, orders, what waits."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from openpyxl import Workbook

from retnet_core import load_export
from retnet_core.intake import readings, rereading
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import AS_FOUND, ExportMapping, Reading
from retnet_core.intake.questions import asked
from retnet_core.intake.understanding import Understanding
from tests.exports import workbook
from tests.intake.opening import patients_book, saved


def understood(mapping: ExportMapping | None = None, **columns: list[object]) -> Understanding:
    size = max(map(len, columns.values()), default=1)
    frame = pd.DataFrame({"patient_id": [f"p{i}" for i in range(size)], "arm": "TAE"} | columns)
    return understand(read_file(workbook({"patients": frame}), "x.xlsx"), mapping)


def as_read(found: Understanding, column: str) -> dict[str, tuple[int, str]]:
    told = readings.read_as(found, "patients", column)
    return {row.cell: (row.rows, row.read_as) for row in told.itertuples()}


def test_each_cell_with_what_it_became() -> None:
    found = understood(
        sex=["f", "M", "f", "x", "unknown", None],
        treated=["ja", "0", "0", "maybe", None, None],
        who_grade=["II", "G1", "7", "7", "unk", None],
    )
    assert as_read(found, "sex") == {
        "f": (2, "female"), "M": (1, "male"), "x": (1, "emptied"), "unknown": (1, "no value"),
    }  # fmt: skip
    assert as_read(found, "treated") == {"0": (2, "no"), "ja": (1, "yes"), "maybe": (1, "emptied")}
    assert as_read(found, "who_grade") == {
        "7": (2, "emptied, counts as unknown"), "II": (1, "G2"), "G1": (1, "G1"),
        "unk": (1, "unknown"),
    }  # fmt: skip


def test_the_same_cell_read_in_two_ways_says_both() -> None:
    grades = ["G1", "G1", "G1"]
    found = understood(who_grade=grades, ki67_percent=[1, 1, 1])
    found.tables["patients"].frame.loc[1, "who_grade"] = "G2"
    assert as_read(found, "who_grade") == {"G1": (3, "G1 or G2")}


def test_what_the_user_said_of_a_cell_is_what_it_was_read_as() -> None:
    said = ExportMapping(readings={("patients", "sex"): Reading(codes={"1": "male", "2": ""})})
    assert as_read(understood(said, sex=["1", "2"]), "sex") == {
        "1": (1, "male"), "2": (1, "no value"),
    }  # fmt: skip


def test_a_column_that_is_not_there_has_no_cells() -> None:
    assert readings.read_as(understood(), "patients", "sex").empty
    assert readings.read_as(understood(), "labs", "test").empty


@pytest.mark.parametrize(
    ("header", "cells", "words"),
    [
        ("Sum of diameters", ["31", "40"], "mm"),
        ("Sum of diameters (cm)", ["3.1", "4"], "mm, file in cm"),
        ("Sum of diameters (cm)", ["3.1", "41 mm"], "mm, file in cm and mm"),
        ("Sum of diameters", ["3.1 cm", "41 mm"], "mm, file in cm and mm"),
        ("Sum of diameters", [None, None], "mm"),
    ],
)
def test_our_unit_and_the_file_s(header: str, cells: list[object], words: str) -> None:
    frames = {
        "patients": pd.DataFrame({"patient_id": ["p1", "p2"], "arm": "TAE"}),
        "assessments": pd.DataFrame({"patient_id": ["p1", "p2"], "date": "2020-01-01",
                                     header: cells}),
    }  # fmt: skip
    found = understand(read_file(workbook(frames), "x.xlsx"))
    assert readings.in_words(found, "assessments", "sum_of_diameters_mm") == words


def test_the_unit_that_the_user_said() -> None:
    said = ExportMapping(readings={("patients", "liver_burden_percent"): Reading(unit="share")})
    found = understood(said, liver_burden_percent=[0.1, 0.25])
    assert readings.in_words(found, "patients", "liver_burden_percent") == "%, file in share"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["13/05/2020", "03/04/2020"], "day first"),
        (["05/13/2020", "03/04/2020"], "month first"),
        (["2020-05-13", "2020-04-03"], "year first"),
        ([date(2020, 5, 13), date(2020, 4, 3)], "already dates"),
        ([date(2020, 5, 13), "2020-04-03"], "already dates and year first"),
        (["03/04/2020", "05/06/2020"], "day or month first: asked"),
        (["13/05/2020", "05/13/2020"], "day first and month first"),
        (["13 May 2020", "soon"], ""),
        (["68-03-12", "19-03-12"], "year first"),
        (["19-03-12", "18-04-11"], "day or year first: asked"),
        (["10-03-12"], "day, month or year first: asked"),
        (["03-03-12"], "day, month or year first: asked"),
        (["25/03/19", "25/04/19"], "day first"),
        (["05/05/2020", "31/04/2019"], ""),
    ],
)
def test_the_order_of_dates(cells: list[object], words: str) -> None:
    found = understood(death_date=cells)
    assert readings.in_words(found, "patients", "death_date") == words


def test_samples_begin_under_the_title_and_the_headers() -> None:
    book = patients_book(
        ["List of site 3", None, None],
        [None, None, None],
        ["patient_id", "arm", "Region"],
        ["p1", "TAE", "north"],
        ["p2", "cTACE", "south"],
    )
    found = understand(read_file(saved(book), "x.xlsx"))
    told = readings.overview(found, "patients").set_index("Our column")
    assert told["Cells"]["patient_id"] == "p1, p2"
    assert told["Cells"]["arm"] == "TAE, cTACE"
    assert found.others.to_numpy().tolist() == [["patients", "Region", "north, south", 2]]


def test_samples_of_a_file_that_does_not_open_begin_under_its_title() -> None:
    book = Workbook()
    for row in (["List of site 3", None], ["Kennziffer", "Gruppe"], ["k1", "TAE"], ["k2", "TAE"]):
        book.active.append(row)
    book.active.title = "patients"
    found = understand(read_file(saved(book), "x.xlsx"))
    assert found.error
    assert found.others[["header", "samples", "filled"]].to_numpy().tolist() == [
        ["Kennziffer", "k1, k2", 2], ["Gruppe", "TAE", 2],
    ]  # fmt: skip


def test_the_overview_is_text_for_each_of_our_columns() -> None:
    found = understood(age=["61", "sixty"])
    told = readings.overview(found, "patients").set_index("Our column")
    assert ["Our column", *told.columns] == [
        "Our column", *(name for name in readings.OVERVIEW if name != "Our column")
    ]  # fmt: skip
    assert told.loc["age"].tolist() == ["", "age", "years", "1 of 2", "the same name", "61, sixty"]
    assert told.loc["site"].tolist() == [""] * 6


def test_the_overview_marks_what_is_to_be_answered() -> None:
    found = understood(sex=["1", "2"])
    told = readings.overview(found, "patients", asked(found)).set_index("Our column")
    marked = told["To answer"]
    assert marked[marked != ""].to_dict() == {"sex": "2 cells"}


def test_why_says_where_values_come_from_that_no_column_holds() -> None:
    frame = pd.DataFrame({"OS (months)": [3, 4, 5], "OS status": ["dead", "alive", "dead"]})
    found = understand(read_file(workbook({"Tabelle": frame}), "x.xlsx"))
    why = found.columns.set_index(["table", "column"])["why"]
    assert why["time_to_event", "patient_id"] == "no column; rows were numbered"
    assert why["patients", "patient_id"] == "no column; rows were numbered"
    assert why["time_to_event", "endpoint"] == "no column; told by the headers of others"


def test_columns_that_an_order_of_all_dates_would_change_are_named() -> None:
    cells = {"death_date": ["05/13/2020", "03/04/2020"], "last_contact_date": ["2020-03-04", None],
             "last_imaging_date": ["03/04/2020", None]}  # fmt: skip
    found = understood(**cells)
    assert readings.in_another_order(found, "day first") == ("death_date",)
    assert readings.in_another_order(found, "month first") == ()
    own = {("patients", "death_date"): Reading(dates="month first")}
    kept = understood(ExportMapping(readings=own), **cells)
    assert readings.in_another_order(kept, "day first") == ()


def test_a_header_that_is_read_as_another_column_is_named() -> None:
    found = understood(sex=["f"], Region=["north"])
    nothing = ExportMapping()
    assert readings.also_read_as(found, nothing, "patients", "site", "sex") == ("sex",)
    assert readings.also_read_as(found, nothing, "patients", "sex", "sex") == ()
    assert readings.also_read_as(found, nothing, "patients", "site", "Region") == ()
    said = nothing.with_column("patients", "site", "Region", AS_FOUND)
    assert readings.also_read_as(found, said, "patients", "primary_site", "Region") == ("site",)
    moved = nothing.with_column("patients", "sex", "Region", AS_FOUND)
    assert readings.also_read_as(found, moved, "patients", "site", "sex") == ()


# What waits, and what came of it


def test_what_differs_between_two_mappings_is_said_column_by_column() -> None:
    before = ExportMapping(
        columns={"patients": {"site": "Region"}},
        readings={("patients", "sex"): Reading(codes={"1": "male", "2": "female"}, unit="")},
        sheets={"Old": "labs"},
    )
    after = ExportMapping(
        columns={"patients": {"arm": "Group"}},
        readings={
            ("patients", "sex"): Reading(codes={"1": "male", "3": ""}, missing=("9",)),
            ("patients", "age"): Reading(unit="months", dates="day first"),
        },
        layout="REDCap",
        missing=("-99", "x"),
        dates="day first",
        sheets={"Old": "", "New": "scores"},
    )
    assert rereading.changes(before, after) == (
        "arm of patients: column 'Group'",
        "site of patients: column as the program finds it",
        "age of patients: unit months, dates day first",
        "sex of patients: '2' as read, '3' means no value, no value: '9'",
        "layout: REDCap",
        "sheet 'Old': not used",
        "sheet 'New': scores",
        "in every column no value: '-99' and 'x'",
        "all dates: day first",
    )
    assert rereading.changes(after, after) == ()


def test_the_outcome_of_a_new_reading_is_said_beside_the_old_one() -> None:
    frame = pd.DataFrame({"patient_id": ["p1", "p2", None], "arm": "TAE", "Age": ["x", "y", "z"]})
    content = workbook({"patients": frame})
    before = load_export(content)
    said = ExportMapping(readings={("patients", "age"): Reading(missing=("x", "y"))})
    now = load_export(content, mapping=said)
    assert len(now.findings) == len(before.findings) - 1
    assert rereading.outcome(before, now) == (
        "Read in the new way there are 2 patients (2 before), 2 of 3 rows used (2 before) and "
        f"{len(now.findings)} findings ({len(before.findings)} before)."
    )
