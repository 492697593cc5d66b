"""The workbook that goes back to who keeps the data."""

import io

import pandas as pd
from openpyxl import load_workbook

from retnet_core import Trial, load_export
from retnet_core.intake.files import bundle
from retnet_core.intake.findings import as_frame, cells_of
from retnet_core.publish import corrections


def trial(**columns: object) -> Trial:
    ids = [f"{n:03d}" for n in range(1, 26)]
    patients = pd.DataFrame({"patient_id": ids, "arm": "TAE", "age": 17}).assign(**columns)
    events = pd.DataFrame({"patient_id": ["002", "001", "999"], "term": ["Pain", "Fever", "Rash"],
                           "grade": [7, "=2", 1]})  # fmt: skip
    tables = {"patients.csv": patients, "adverse_events.csv": events}
    files = [(name, table.to_csv(index=False).encode()) for name, table in tables.items()]
    return load_export(bundle(files), "export.zip")


def read(content: bytes):
    return load_workbook(io.BytesIO(content))


def test_a_row_a_cell_by_sheet_and_row():
    sheet = read(corrections.workbook(trial()))["To correct"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header == (
        "no.", "sheet", "row", "column", "patient id", "value", "problem", "what to do",
        "corrected value", "comment",
    )  # fmt: skip
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[1:6] for row in rows[:3]] == [
        ("adverse_events.csv", 2, "grade", "002", "7"),
        ("adverse_events.csv", 3, "grade", "001", "=2"),
        ("adverse_events.csv", 4, "patient_id", "999", "999"),
    ]
    ages = [row for row in rows if row[3] == "age"]
    assert [row[2] for row in ages] == list(range(2, 27))
    assert [row[4] for row in ages] == [f"{n:03d}" for n in range(1, 26)]
    assert {row[6] for row in ages} == {
        "The patient is younger than 18. The age is kept as it stands."
    }
    assert {row[8:] for row in rows} == {(None, None)}


def test_it_says_where_it_comes_from_and_how_to_use_it():
    book = read(corrections.workbook(trial()))
    assert book.sheetnames == ["Source", "To correct", "Remarks"]
    told_rows = list(book["Source"].iter_rows(min_row=2, values_only=True))
    said = dict(told_rows)
    assert said["Shown"] == "28 cells to correct or to check"
    assert said["File"] == "export.zip"
    assert said["File hash (SHA-256)"] == trial().source.sha256[:12]
    assert said["Data cut"] == "not known"
    assert [text for label, text in told_rows if label == "Note"] == list(corrections.HOW)


def test_what_concerns_no_cell_is_a_remark():
    opened = trial()
    remarks = list(read(corrections.workbook(opened))["Remarks"].iter_rows(values_only=True))
    assert remarks[0] == corrections.REMARK_COLUMNS
    said = {row[3] for row in remarks[1:]}
    assert said == set(opened.findings.loc[opened.findings["row"].isna(), "problem"])
    assert any("has no column for" in text for text in said)


def test_it_can_be_read_and_filtered():
    sheet = read(corrections.workbook(trial()))["To correct"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions == "A1:J29"
    assert sheet.column_dimensions["G"].width == 60
    assert sheet["G2"].alignment.wrap_text


def test_no_text_becomes_a_formula():
    book = read(corrections.workbook(trial(site="=HYPERLINK(1)", age="=9")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert risky
    assert all(cell.quotePrefix for cell in risky)


def test_an_export_in_order_has_an_empty_list():
    empty = trial()
    object.__setattr__(empty, "findings", as_frame([]))
    object.__setattr__(empty, "cells_to_check", cells_of([]))
    book = read(corrections.workbook(empty))
    assert book["To correct"].max_row == book["Remarks"].max_row == 1


def test_more_cells_than_can_be_corrected_are_counted(monkeypatch):
    monkeypatch.setattr(corrections, "MOST_ROWS", 3)
    book = read(corrections.workbook(trial()))
    assert book["To correct"].max_row == 4
    said = [text for _, text in book["Source"].iter_rows(min_row=2, values_only=True)]
    assert any(text.startswith("25 further cells are not listed") for text in said)
