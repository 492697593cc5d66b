"""The empty template workbook: a sheet a table, explained and checked where one types."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from retnet_core.protocol import ARMS
from retnet_core.tables import SCHEMAS, about

FORMATTED_ROWS = 2_000
"""Rows that have drop-down lists."""

ABOUT = (
    ("data_cut", "Day up to which the data are complete, for example 2023-05-31."),
    ("synthetic", "yes for made-up data, which are then labelled as such; else no."),
)
KINDS = {
    "text": "text",
    "coded": "one of a list",
    "number": "number",
    "date": "date, year-month-day",
    "yes_no": "yes or no",
}
"""The kinds of column in words."""

_HEADER_FILL = PatternFill("solid", fgColor="E8EEF4")
_REQUIRED_FILL = PatternFill("solid", fgColor="CFE0F1")
_COMMENT_SIZE = {"width": 320, "height": 120}


def template() -> bytes:
    """Make the empty template of an export.

    Returns
    -------
    bytes
        An xlsx workbook: a sheet ``about``, then a sheet a table. The header row is frozen; each
        header has a comment with meaning, unit and allowed values; coded columns, arms and yes/no
        columns have drop-down lists. Ids are formatted as text, so that 007 stays 007.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    _about_sheet(book.create_sheet("about"))
    for table in SCHEMAS:
        _table_sheet(book.create_sheet(table), table)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def allowed(table: str, name: str) -> str:
    """Say in words what a column may hold: its codes, or the limits of its numbers."""
    if codes := about(table, name).values:
        return ", ".join(codes)
    if name in ("arm", "arm_received"):
        return ", ".join(arm.code for arm in ARMS) + ", or another arm's own name"
    return ", ".join(str(check.error) for check in SCHEMAS[table].columns[name].checks)


def _about_sheet(sheet: Worksheet) -> None:
    sheet.append(["field", "value", "meaning"])
    for name, meaning in ABOUT:
        sheet.append([name, None, meaning])
    _list(sheet, ("yes", "no"), "B3")
    _style_header(sheet, 3)
    sheet.column_dimensions["C"].width = 70


def _table_sheet(sheet: Worksheet, table: str) -> None:
    names = list(SCHEMAS[table].columns)
    sheet.append(names)
    _style_header(sheet, len(names))
    for at, name in enumerate(names, start=1):
        said, letter = about(table, name), get_column_letter(at)
        cell = sheet.cell(row=1, column=at)
        cell.comment = Comment(_comment(table, name), "RETNET", **_COMMENT_SIZE)
        if said.required:
            cell.fill = _REQUIRED_FILL
        if name == "patient_id":
            sheet.column_dimensions[letter].number_format = "@"
        elif said.kind == "date":
            sheet.column_dimensions[letter].number_format = "yyyy-mm-dd"
        choices: Sequence[str] = tuple(said.values)
        if said.kind == "yes_no":
            choices = ("yes", "no")
        elif name in ("arm", "arm_received"):
            choices = tuple(arm.code for arm in ARMS)
        if choices:
            _list(sheet, choices, f"{letter}2:{letter}{FORMATTED_ROWS + 1}")


def _style_header(sheet: Worksheet, width: int) -> None:
    for at in range(1, width + 1):
        cell = sheet.cell(row=1, column=at)
        cell.font, cell.fill = Font(bold=True), _HEADER_FILL
        cell.alignment = Alignment(vertical="top")
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(12, len(str(cell.value)) + 3)
    sheet.freeze_panes = "A2"


def _comment(table: str, name: str) -> str:
    said = about(table, name)
    lines = [str(SCHEMAS[table].columns[name].description), f"Kind: {KINDS[said.kind]}"]
    if said.unit not in ("", "date"):
        lines.append(f"Unit: {said.unit}")
    if values := allowed(table, name):
        lines.append(f"Allowed: {values}")
    if said.required:
        lines.append("Required.")
    return "\n".join(lines)


def _list(sheet: Worksheet, choices: Sequence[str], cells: str) -> None:
    """Offer a drop-down list; another entry is warned of, not refused, as intake explains it."""
    quoted = '"' + ",".join(choices) + '"'
    rule = DataValidation(type="list", formula1=quoted, allow_blank=True, errorStyle="warning")
    rule.error = "This is not in the list. It can be kept, but may not be understood."
    rule.errorTitle = "Not in the list"
    rule.add(cells)
    sheet.add_data_validation(rule)
