"""Every kind of workbook gives the same table; what it hides or cannot say is told."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from retnet_core import load_export
from retnet_core.intake import files
from tests.intake.opening import adds_up, archive, patients_book, refusal, said, saved

FILES = Path(__file__).with_name("files")
XLS = (FILES / "small.xls").read_bytes()
"""Two sheets, one hidden, by xlwt; #N/A as such a cell, #DIV/0! as the result of a formula."""
XLSB = (FILES / "small.xlsb").read_bytes()
"""The same, by SheetJS, whose short cells (BrtShort...) were written out as Excel does."""

HEADER = ["patient_id", "arm", "age", "randomization_date", "progression_date", "death_date"]
MARCH, APRIL, JANUARY = dt.date(2019, 3, 12), dt.date(2019, 4, 2), dt.date(2020, 1, 5)


# OpenDocument, written by hand

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_MANIFEST = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest>'


def ods(rows: str, manifest: str = "") -> bytes:
    content = (
        f"<office:document-content {_SPACES} {_CALC}><office:body><office:spreadsheet>"
        f'<table:table table:name="patients">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": _MANIFEST.format(manifest),
            "content.xml": content,
        }
    )


def ods_row(*cells: str, repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(cells)}</table:table-row>"


def ods_cell(value: object = "", more: str = "") -> str:
    if isinstance(value, dt.date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"{more}/>'
    if isinstance(value, float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"{more}/>'
    text = f"<text:p>{value}</text:p>"
    return f'<table:table-cell office:value-type="string"{more}>{text}</table:table-cell>'


def ods_error(text: str, value: str = "", more: str = "") -> str:
    """A formula in error as LibreOffice writes it: as an empty text, or as the number 0."""
    return (
        f'<table:table-cell table:formula="of:=1/0" {value or OLD_ERROR}{more}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


NEW_ERROR = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
OLD_ERROR = 'office:value-type="float" office:value="0"'
BLANKS = ods_row('<table:table-cell table:number-columns-repeated="1024"/>', repeated=1_000_000)

ODS = ods(
    ods_row(*map(ods_cell, HEADER))
    + ods_row(*map(ods_cell, ["007", "TAE", 61.5, MARCH]), ods_error("#N/A", NEW_ERROR))
    + ods_row(*map(ods_cell, ["008", "cTACE", 70.0, APRIL, JANUARY]), ods_error("#DIV/0!"))
    + BLANKS
)


@pytest.mark.parametrize("content", [XLS, XLSB, ODS], ids=["xls", "xlsb", "ods"])
def test_a_workbook_of_another_kind_opens(content: bytes) -> None:
    trial = load_export(content, "no matter.txt")
    patients = trial.patients.set_index("patient_id")
    assert patients["arm"].tolist() == ["TAE", "cTACE"]
    assert patients["age"].tolist() == [61.5, 70]
    assert patients["randomization_date"].dt.date.tolist() == [MARCH, APRIL]
    assert patients.loc["008", "progression_date"] == pd.Timestamp(JANUARY)
    assert adds_up(trial)


@pytest.mark.parametrize("content", [XLS, XLSB, ODS], ids=["xls", "xlsb", "ods"])
def test_their_cells_in_error_are_no_blanks(content: bytes) -> None:
    trial = load_export(content)
    unread = trial.findings[trial.findings["severity"] == "set aside"]
    cells = unread[["sheet", "row", "column", "value"]].values.tolist()
    assert sorted(cells) == [
        ["patients", 2, "progression_date", "#N/A"],
        ["patients", 3, "death_date", "#DIV/0!"],
    ]
    assert sorted(trial.unreadable["patient_id"]) == ["007", "008"]


@pytest.mark.parametrize("content", [XLS, XLSB], ids=["xls", "xlsb"])
def test_a_hidden_sheet_is_read_and_said(content: bytes) -> None:
    trial = load_export(content)
    assert trial.adverse_events["grade"].tolist() == [2]
    hidden = trial.findings[trial.findings["problem"].str.contains("hidden")]
    assert hidden["sheet"].tolist() == ["adverse_events"]


def test_macros_are_left_alone() -> None:
    book = saved(patients_book(["patient_id", "arm"], ["007", "TAE"]))
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    plain = b"spreadsheetml.sheet.main+xml"
    types = members["[Content_Types].xml"]
    assert plain in types
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument." + plain,
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert macro != types
    trial = load_export(
        archive({**members, "[Content_Types].xml": macro, "xl/vbaProject.bin": "x"})
    )
    assert trial.patients["patient_id"].tolist() == ["007"]


# Old workbooks


def test_a_locked_old_workbook_is_named() -> None:
    """FILEPASS begins the globals of a workbook that is encrypted, after its first record."""
    at = XLS.index(struct.pack("<HHHH", 0x0809, 16, 0x0600, 0x0005)) + 20
    locked = XLS[:at] + struct.pack("<H", 0x002F) + XLS[at + 2 :]
    assert "password" in refusal(locked)


@pytest.mark.parametrize(
    "broken",
    [
        XLS[:1000], XLS[:512] + bytes(5000) + "Workbook".encode("utf-16-le"),
        XLS[:30] + b"\xff" * 100 + XLS[130:], XLS[:76] + bytes(436) + XLS[512:],
        XLS[:44] + b"\x00\x00\x00\x70" * 8 + XLS[76:],
    ],
)  # fmt: skip
def test_a_broken_old_workbook_gives_a_sentence(broken: bytes) -> None:
    refusal(broken)


def test_an_old_word_document_is_named() -> None:
    ole = XLS[:512] + "WordDocument Bookman Old Style".encode("utf-16-le")
    assert "a Word document" in refusal(ole)


# Binary workbooks


def with_member(content: bytes, path: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    assert old in members[path]
    return archive({**members, path: members[path].replace(old, new, 1)})


SHEET = "xl/worksheets/sheet1.bin"
CELL = struct.pack("<BBII", 5, 16, 4, 1) + struct.pack("<d", 43835)
"""BrtCellReal in column 4 with the style of dates: 2020-01-05."""


def test_a_far_cell_of_a_binary_workbook_gives_a_sentence() -> None:
    """The parser asks for all cells up to there; the child dies of it, and only the child."""
    row = struct.pack("<BBI21x", 0, 25, 1_048_575)
    far = struct.pack("<BBII", 5, 16, 16_383, 1) + CELL[10:]
    with zipfile.ZipFile(io.BytesIO(XLSB)) as packed:
        assert CELL in packed.read(SHEET)
    assert "stray cell" in refusal(with_member(XLSB, SHEET, CELL, CELL + row + far))


def test_short_cells_are_not_passed_over_in_silence() -> None:
    short = struct.pack("<BBI", 16, 12, 1) + CELL[10:]
    assert "short form" in refusal(with_member(XLSB, SHEET, CELL, short))


@pytest.mark.parametrize("path", [SHEET, "xl/workbook.bin", "xl/_rels/workbook.bin.rels"])
def test_a_broken_binary_workbook_gives_a_sentence(path: str) -> None:
    with zipfile.ZipFile(io.BytesIO(XLSB)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members[path] = members[path][: len(members[path]) // 2] + b"\x9c\x81\x80"
    refusal(archive(members))


# OpenDocument


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(ods_cell("x", ' table:number-columns-repeated="16384"'), repeated=1_048_576),
        ods_row(ods_cell("x")) + BLANKS + ods_row(ods_cell("x")) * 2 + ods_row(
            '<table:table-cell table:number-columns-repeated="16000"/>', ods_cell("x")),
        ods_row(ods_error("#N/A", more=' table:number-columns-repeated="16384"'), repeated=10**6),
        "<table:table-row>",
    ],
)  # fmt: skip
def test_an_odd_open_document_gives_a_sentence(rows: str) -> None:
    refusal(ods(rows))


def test_repeated_cells_in_error_stand_where_they_are() -> None:
    twice = ods_error("#REF!", NEW_ERROR, ' table:number-columns-repeated="2"')
    rows = ods_row(*map(ods_cell, HEADER)) + ods_row(
        *map(ods_cell, ["007", "TAE", 61.5, MARCH]), twice, repeated=2
    )
    (sheet,) = files.open_file(ods(rows), "x.ods").sheets
    assert sheet.row(1)[4:] == sheet.row(2)[4:] == ["#REF!", "#REF!"]


def test_blanks_between_the_tags_of_an_open_document_do_not_matter() -> None:
    rows = ods_row(*map(ods_cell, HEADER)) + ods_row(*map(ods_cell, ["007", "TAE", 61.5]))
    spaced = rows.replace("><table:", ">\n  <table:")
    assert load_export(ods(spaced)).patients["age"].tolist() == [61.5]


def test_a_locked_open_document_is_named() -> None:
    assert "password" in refusal(ods("", "<encryption-data/>"))


# What an Excel workbook says beside its values


def test_dates_counted_from_1904_are_read_and_said() -> None:
    book = patients_book(["patient_id", "arm", "randomization_date"], ["007", "TAE", MARCH])
    plain = load_export(saved(book))
    book.epoch = CALENDAR_MAC_1904
    trial = load_export(saved(book))
    assert trial.patients["randomization_date"].dt.date.tolist() == [MARCH]
    assert said(trial, "counts its days from 1904")
    assert not said(plain, "1904")


def test_hidden_sheets_rows_and_columns_are_read_and_said() -> None:
    book = patients_book(["patient_id", "arm", "age"], ["007", "TAE", 61], ["008", "TAE", 62])
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["C"].hidden = True
    labs = book.create_sheet("labs")
    for row in (["patient_id", "test", "value"], ["007", "CgA", 12]):
        labs.append(row)
    labs.sheet_state = "veryHidden"
    trial = load_export(saved(book))
    assert trial.patients["age"].tolist() == [61, 62]
    assert trial.labs["value"].tolist() == [12]
    assert said(trial, "Some rows and columns of this sheet")
    assert said(trial, "This sheet is hidden")


def test_merged_cells_are_said_where_they_reach_into_the_data() -> None:
    book = patients_book(
        ["An export of the trial"], ["patient_id", "arm", "age"], ["007", "TAE", 61],
        ["008", None, 62], ["009", "TAE", 63], ["010", None, 64],
    )  # fmt: skip
    book.active.merge_cells("A1:C1")
    assert not said(load_export(saved(book)), "Merged")
    book.active.merge_cells("B3:B4")
    book.active.merge_cells("B5:B6")
    trial = load_export(saved(book))
    assert said(trial, "at row 3, column 2 and 1 more times")
    assert trial.patients["arm"].tolist() == ["TAE", "unknown", "TAE", "unknown"]


def test_cells_struck_through_and_coloured_are_read_and_said() -> None:
    book = patients_book(
        ["patient_id", "arm", "age"], ["007", "TAE", 61], ["008", "TAE", 62], ["009", "TAE", 63]
    )
    for cell in book.active[1]:
        cell.fill = PatternFill("solid", fgColor="E8EEF4")  # headers may be coloured
    book.active["D9"].fill = PatternFill("solid", fgColor="FFFF00")  # nothing stands there
    book.active["A2"].fill = PatternFill("solid", fgColor="FFFFFF")
    assert not said(load_export(saved(book)), "coloured")
    book.active["B3"].font = Font(strike=True)
    book.active["C3"].fill = book.active["C4"].fill = PatternFill("solid", fgColor="FFFF00")
    trial = load_export(saved(book))
    assert trial.patients["age"].tolist() == [61, 62, 63]
    assert said(trial, "1 cell (the first in row 3) is struck through")
    assert said(trial, "2 cells (the first in row 3) are coloured")


def test_a_strike_that_is_taken_back_is_none() -> None:
    book = patients_book(["patient_id", "arm"], ["007", "TAE"])
    book.active["A2"].font = Font(strike=False)
    assert not said(load_export(saved(book)), "struck")
