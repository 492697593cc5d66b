"""The template is an export that has yet to be filled in."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from retnet_core import ExportError, load_export
from retnet_core.docs import EXPORT_FORMAT, export_format
from retnet_core.intake.template import template
from retnet_core.tables import SCHEMAS, about


def test_every_column_is_there_with_its_meaning() -> None:
    book = load_workbook(io.BytesIO(template()))
    assert book.sheetnames == ["about", *SCHEMAS]
    for name, schema in SCHEMAS.items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == list(schema.columns)
        assert sheet.freeze_panes == "A2"
        for cell in sheet[1]:
            assert schema.columns[cell.value].description in cell.comment.text


def test_coded_columns_have_drop_down_lists() -> None:
    sheet = load_workbook(io.BytesIO(template()))["patients"]
    lists = {str(rule.sqref).split("2:")[0]: rule.formula1 for rule in
             sheet.data_validations.dataValidation}  # fmt: skip
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    assert lists[letters["arm"]] == '"TAE,cTACE,DEB-TACE"'
    assert lists[letters["who_grade"]] == '"G1,G2,G3,unknown"'
    assert lists[letters["treated"]] == '"yes,no"'
    assert letters["age"] not in lists


def test_a_filled_template_opens_without_remarks_on_its_columns() -> None:
    book = load_workbook(io.BytesIO(template()))
    values = {"date": "2019-03-12", "number": 3, "yes_no": "yes", "text": "001"}
    for name, schema in SCHEMAS.items():
        row = []
        for column in schema.columns:
            codes = list(about(name, column).values)
            row.append("TAE" if column == "arm" else codes[0] if codes else
                       values[about(name, column).kind])  # fmt: skip
        book[name].append(row)
    book["about"]["B2"] = "2023-05-31"
    stream = io.BytesIO()
    book.save(stream)
    trial = load_export(stream.getvalue(), "template.xlsx")
    assert str(trial.source.data_cut) == "2023-05-31"
    assert trial.source.rows_set_aside == 0
    for name in SCHEMAS:
        assert getattr(trial, name).notna().all(axis=None), name
    assert trial.unreadable.empty
    assert not (trial.findings["severity"] == "set aside").any()


def test_an_untouched_template_has_no_patients() -> None:
    with pytest.raises(ExportError, match=r"no patients"):
        load_export(template())


def test_the_page_on_the_format_is_up_to_date() -> None:
    """`make docs` writes it."""
    assert EXPORT_FORMAT.read_text(encoding="utf-8") == export_format()
