"""A workbook of cells to correct, to send back to who keeps the data."""

from __future__ import annotations

import io

import pandas as pd
from openpyxl import load_workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from retnet_core.publish import workbook as workbooks
from retnet_core.publish.provenance import stamp
from retnet_core.trial import Trial
from retnet_core.wording import count

TO_CORRECT = "To correct"
REMARKS = "Remarks"
COLUMNS = ("no.", "sheet", "row", "column", "patient id", "value", "problem", "what to do",
           "corrected value", "comment")  # fmt: skip
REMARK_COLUMNS = ("sheet", "table", "column", "remark", "what to do")
_TITLES = {"patient_id": "patient id", "remedy": "what to do"}
MOST_ROWS = 50_000
"""Cells that the workbook lists; more are nobody's to correct by hand."""
HOW = (
    f"The sheet '{TO_CORRECT}' has a row for each cell that could not be used, or that does not "
    "fit another. 'row' and 'column' say where the cell is in the file.",
    "Look the value up in the source. Write what is right under 'corrected value', or why the "
    "value is right under 'comment'.",
    "Send this workbook back, and correct the cells where the data are kept. Nothing in the file "
    "was changed. This workbook cannot be opened as an export.",
    f"The sheet '{REMARKS}' says what concerns a sheet or the whole file.",
)
_WIDTHS = {"value": 24, "problem": 60, "what to do": 45, "remark": 80, "corrected value": 24,
           "comment": 40, "column": 24, "Value": 100}  # fmt: skip


def workbook(trial: Trial) -> bytes:
    """Write the cells that need a look as a workbook.

    Parameters
    ----------
    trial : Trial
        The whole trial, with the findings of intake.

    Returns
    -------
    bytes
        An xlsx file with three sheets: where it comes from and how to use it; a row a cell, with
        room for the corrected value, by sheet and row; and what concerns no single cell. Text is
        never a formula. Of patients it holds the ids of the export only.
    """
    cells, more = to_correct(trial.cells_to_check)
    notes = (*HOW, *([f"{count(more, 'further cell is', 'further cells are')} not listed: there "
                      "are too many to correct by hand. Correct the column as a whole."]
                     if more else []))  # fmt: skip
    source = stamp(
        trial,
        "What intake noticed when the file was read: what cannot be read or used, and what "
        "cannot be true together.",
        title=f"{count(len(cells) + more, 'cell')} to correct or to check",
        notes=notes,
    )
    content = workbooks.workbook({TO_CORRECT: cells, REMARKS: remarks(trial.findings)}, source)
    return _to_work_with(content)


def to_correct(cells: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Give the cells numbers and room for answers; and how many are not listed."""
    listed = cells.head(MOST_ROWS).rename(columns=_TITLES)
    listed.insert(0, "no.", range(1, len(listed) + 1))
    return listed.reindex(columns=list(COLUMNS)), len(cells) - len(listed)


def remarks(findings: pd.DataFrame) -> pd.DataFrame:
    """List what concerns a sheet, a table or the whole file."""
    titles = {"problem": "remark", "remedy": "what to do"}
    whole = findings[findings["row"].isna()].rename(columns=titles)
    return whole[list(REMARK_COLUMNS)].reset_index(drop=True)


def _to_work_with(content: bytes) -> bytes:
    """Add filters, and wrap long text, so that the sheets can be read and filled in."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book:
        headers = [str(cell.value) for cell in sheet[1]]
        for at, header in enumerate(headers, start=1):
            if header in _WIDTHS:
                sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[header]
        for row in sheet.iter_rows():
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        if sheet.title in (TO_CORRECT, REMARKS):
            sheet.auto_filter.ref = sheet.dimensions
    book.active = book.sheetnames.index(TO_CORRECT)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
