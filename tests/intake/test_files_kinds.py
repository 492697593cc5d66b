"""Every kind of workbook gives the same table; what it hides or cannot say is told."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
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


# Numbers that a workbook shows as percentages


def shown(content: bytes, column: int) -> list[str]:
    """Give the cells of a column of the first sheet under its header."""
    sheet = files.open_file(content, "x").sheets[0]
    return [sheet.columns[column].text(row) for row in range(1, sheet.height)]


def percent_book() -> bytes:
    book = patients_book(
        ["patient_id", "arm", "Ki-67 (%)", "liver burden", "age"],
        ["1", "TAE", 0.03, 0.29, 61], ["2", "TAE", 5, 0.4, 62], ["3", "TAE", "12%", 0.505, 63],
        ["4", "TAE", 0.005, None, 64],
    )  # fmt: skip
    for cell, code in (("C1", "0%"), ("C2", "0%"), ("C5", "0.00%"), ("D2", "0.0%;[Red]-0.0%"),
                       ("D3", "0%"), ("D4", "0%"), ("D5", "0%"), ("E2", '0"%"'), ("E3", "0\\%")
                       ):  # fmt: skip
        book.active[cell].number_format = code
    return saved(book)


def with_xml(content: bytes, path: str, *changes: tuple[str, str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    text = members[path].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return archive({**members, path: text})


def test_percentages_are_read_as_they_are_shown() -> None:
    trial = load_export(percent_book())
    assert trial.patients["ki67_percent"].tolist() == [3, 5, 12, 0.5]
    assert trial.patients["liver_burden_percent"].fillna(0).tolist() == [29, 40, 50.5, 0]
    assert trial.patients["age"].tolist() == [61, 62, 63, 64]
    told = trial.findings["problem"]
    assert told[told.str.contains("formatted as")].tolist() == [
        "Column C ('Ki-67 (%)'): 2 cells are formatted as a percentage and read as the spreadsheet "
        "shows them, 0.03 as 3%. 1 other number is not, and stayed as typed.",
        "Column D ('liver burden'): 3 cells are formatted as a percentage and read as the "
        "spreadsheet shows them, 0.03 as 3%.",
    ]
    assert not said(trial, "shares of one")


def test_a_percentage_of_three_decimals_is_no_number_of_thousands() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "patients"
    for row in (("patient_id", "arm", "Ki-67 %"), ("1", "TAE", 0.01234), ("2", "TAE", "45,5%"),
                ("3", "TAE", 0.125)):  # fmt: skip
        sheet.append(row)
    sheet["C2"].number_format = sheet["C4"].number_format = "0.00%"
    trial = load_export(saved(book))
    assert trial.patients["ki67_percent"].tolist() == [1.234, 45.5, 12.5]
    assert said(trial, "Column C ('Ki-67 %'): 2 cells are formatted as a percentage")
    assert not said(trial, "thousands")


@pytest.mark.parametrize(
    "changes",
    [
        [("<sheetData>", "<!-- --><sheetData>")],
        [('<c r="C2" s="', '<c  r="C2"  s="')],
        [('<c r="C2" ', "<c ")],
        [('<c r="C2" ', "<c r='C2' ")],
    ],
)
def test_they_are_found_however_the_xml_is_written(changes: list[tuple[str, str]]) -> None:
    content = percent_book()
    if changes[0][1] == "<c ":  # the cells of the row before it must be numbered too
        changes = [*changes, ('<c r="A2" ', "<c "), ('<c r="B2" ', "<c ")]
    odd = with_xml(content, "xl/worksheets/sheet1.xml", *changes)
    assert shown(odd, 2) == shown(content, 2) == ["3%", "5", "12%", "0.5%"]


def test_a_share_of_the_header_is_no_share_where_it_is_shown_as_a_percentage() -> None:
    book = patients_book(["patient_id", "arm", "Ki-67 (fraction)"], ["1", "TAE", 0.03],
                         ["2", "TAE", 0.2])  # fmt: skip
    book.active["C2"].number_format = "0%"
    trial = load_export(saved(book))
    assert trial.patients["ki67_percent"].tolist() == [3, 20]


def test_a_percentage_among_laboratory_values_is_asked_about() -> None:
    book = patients_book(["patient_id", "arm"], ["1", "TAE"])
    labs = book.create_sheet("labs")
    for row in (["patient_id", "test", "value"], ["1", "Hct", 0.41], ["1", "CgA", 0.41]):
        labs.append(row)
    labs["C2"].number_format = "0%"
    trial = load_export(saved(book))
    assert trial.labs["value"].fillna(0).tolist() == [0, 0.41]
    assert trial.unreadable["value"].tolist() == ["41%"]
    assert said(trial, "41% can mean 41 or 0.41")


def test_percentages_of_other_workbooks_are_found_too() -> None:
    style = bytes.fromhex("e00014000700090001002000")
    plain = bytes.fromhex("e00014000700a40001002000")
    assert XLS.count(plain) == 1
    assert shown(XLS, 2) == ["61.5", "70"]
    assert shown(XLS.replace(plain, style), 2) == ["6150%", "7000%"]
    table = bytes.fromhex("2f10") + bytes(16)
    percent = bytes.fromhex("2f10000009000000") + bytes(10)
    assert shown(with_member(XLSB, "xl/styles.bin", table, percent), 2) == ["6150%", "7000%"]
    cells = [
        ods_cell("3"), ods_cell("TAE"),
        '<table:table-cell office:value-type="percentage" office:value="0.29" '
        'table:number-columns-repeated="2"/>', ods_cell(0.29),
    ]  # fmt: skip
    content = ods(ods_row(*map(ods_cell, HEADER[:5])) + ods_row(*cells, repeated=2))
    assert [shown(content, at) for at in (2, 3, 4)] == [["29%"] * 2, ["29%"] * 2, ["0.29"] * 2]


def test_many_columns_of_percentages_are_counted() -> None:
    book = patients_book(["patient_id", "arm", *(f"x{at}" for at in range(14))],
                         ["1", "TAE", *[0.5] * 14])  # fmt: skip
    for cell in book.active[2][2:]:
        cell.number_format = "0%"
    notes = [one.problem for one in files.open_file(saved(book), "x").findings]
    assert len(notes) == 11
    assert notes[-1] == ("The same holds for 4 more columns with cells formatted as percentages.")


# Comments


def test_comments_on_cells_are_told() -> None:
    book = patients_book(["patient_id", "arm"], *([str(at), "TAE"] for at in range(8)))
    assert not said(load_export(saved(book)), "comment")
    for cell in ("B9", "A2", "B1"):
        book.active[cell].comment = Comment("from the site", "someone")
    book.create_sheet("labs").append(["patient_id", "test", "value"])
    book["labs"]["C1"].comment = Comment("in ng/mL", "someone")
    found = files.open_file(saved(book), "x").findings
    assert [(one.severity, one.sheet, one.problem) for one in found] == [
        ("note", "patients", "3 cells carry comments (B1, A2, B9). Comments are not read."),
        ("note", "labs", "1 cell carries a comment (C1). Comments are not read."),
    ]


def test_threaded_comments_are_told_once() -> None:
    book = patients_book(["patient_id", "arm"], *([str(at), "TAE"] for at in range(8)))
    for row in range(2, 9):
        book.active.cell(row, 2).comment = Comment("[Threaded comment]", "someone")
    content = saved(book)
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    link = f'<Relationship Id="t" Type="{kind}" Target="../threadedComments/one.xml"/>'
    content = with_xml(content, rels, ("</Relationships>", f"{link}</Relationships>"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    thread = "<ThreadedComments xmlns='x'><threadedComment id='1' ref='{}'/></ThreadedComments>"
    path = "xl/threadedComments/one.xml"
    same = archive({**members, path: thread.format("B2")})
    assert said(load_export(same), "7 cells carry comments (B2, B3, B4, B5, B6, ...).")
    other = archive({**members, path: thread.format("AA2")})
    assert said(load_export(other), "8 cells carry comments (B2, AA2, B3, B4, B5, ...).")


def test_comments_of_an_open_document_are_told() -> None:
    note = "<office:annotation><text:p>#N/A</text:p></office:annotation>"
    noted = ods_cell("TAE").replace("<text:p>", f"{note}<text:p>")
    content = ods(ods_row(*map(ods_cell, HEADER[:2])) + ods_row(ods_cell("007"), noted))
    trial = load_export(content)
    assert trial.patients["arm"].tolist() == ["TAE"]
    assert said(trial, "1 cell carries a comment (B2).")
