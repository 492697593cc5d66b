import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from retnet_core.publish.provenance import Stamp
from retnet_core.publish.workbook import sheets, workbook
from retnet_core.trial import Source

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x","y")']
SOURCE = Source("=cmd|calc.xlsx", "ab" * 32, "RETNET", dt.date(2023, 6, 30), True, 1, 1, 0)


def read(content: bytes):
    return load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_never_becomes_a_formula(text):
    stamp = Stamp(text, SOURCE, text, text, (text,))
    book = read(workbook({"numbers": pd.DataFrame({text: [text]})}, stamp))
    assert book.sheetnames == ["Source", "numbers"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    numbers = book["numbers"]
    # XML reads a carriage return back as a line feed.
    assert numbers["A1"].value == numbers["A2"].value == text.replace("\r", "\n")
    assert numbers["A1"].quotePrefix
    assert numbers["A2"].quotePrefix


def test_source_sheet_holds_the_stamp():
    stamp = Stamp("hPFS", SOURCE, "all patients: 1 of 1 patients", "Kaplan-Meier.")
    sheet = read(workbook({}, stamp))["Source"]
    told = [(label.value, value.value) for label, value in sheet.iter_rows(min_row=2)]
    assert told == stamp.rows()


def test_types_survive():
    frame = pd.DataFrame(
        {
            "hr": [2 / 3, np.nan],
            "n": pd.array([7, None], dtype="Int64"),
            "yes": pd.array([True, None], dtype="boolean"),
            "day": pd.to_datetime(["2020-02-29", None]),
            "moment": pd.to_datetime(["2020-02-29 13:30", None]),
            "level": pd.Categorical(["007", None]),
            "upper": [np.inf, -np.inf],
        }
    )
    sheet = read(sheets({"all": frame}))["all"]
    hr, *others = [cell.value for cell in sheet[2]]
    assert hr == pytest.approx(2 / 3, rel=1e-14)  # a workbook holds 15 digits
    days = [dt.datetime(2020, 2, 29), dt.datetime(2020, 2, 29, 13, 30)]
    assert others == [7, True, *days, "007", "inf"]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "b", "d", "d", "s", "s"]
    assert [cell.value for cell in sheet[3]] == [None] * 6 + ["-inf"]


def test_header_is_bold_and_stays_in_view():
    sheet = read(sheets({"all": pd.DataFrame({"patient_id": ["1"], "x": ["a" * 200]})}))["all"]
    assert sheet.freeze_panes == "A2"
    assert [cell.font.bold for cell in sheet[1]] == [True, True]
    assert not sheet["A2"].font.bold
    assert sheet.column_dimensions["A"].width == len("patient_id") + 2
    assert sheet.column_dimensions["B"].width == 60


def test_a_frame_without_rows_keeps_its_header():
    sheet = read(sheets({"none": pd.DataFrame(columns=["a", "b"])}))["none"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["a", "b"]]


def test_too_many_rows_for_a_sheet_are_refused():
    with pytest.raises(ValueError, match="labs has 1,048,576 rows, too many"):
        sheets({"labs": pd.DataFrame({"value": np.zeros(1_048_576)})})


def test_characters_that_xml_forbids_are_left_out():
    sheet = read(sheets({"x": pd.DataFrame({"a": ["bell\x07", "x" * 40_000]})}))["x"]
    assert sheet["A2"].value == "bell"
    assert len(sheet["A3"].value) == 32_767


def test_sheet_names_are_valid_and_unique():
    frame = pd.DataFrame({"a": [1]})
    stamp = Stamp("t", SOURCE, "p", "m")
    long = "QLQ-C30: global health status / quality of life"
    names = read(
        workbook({long: frame, long + "!": frame, "source": frame, "'[]'": frame}, stamp)
    ).sheetnames
    assert names[0] == "Source"
    assert names[1] == "QLQ-C30  global health status  "
    assert names[2] == "QLQ-C30  global health stat (2)"
    assert names[3] == "source (2)"
    assert names[4] == "Table"
    assert all(len(name) <= 31 for name in names)
