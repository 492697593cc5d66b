"""What is seen of a workbook before the parser is asked."""

from __future__ import annotations

from array import array

from retnet_core.intake.reading.limits import Note, RefusedError

Lost = dict[tuple[int, int], str]
"""Row and column, from 0, of cells that the parser leaves blank, and what they hold."""
NO_RESULT = "a formula without a result"
MOST_LOST = 1_000_000
MOST_PERCENT = 5_000_000
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Cells in error of the binary workbooks ([MS-XLS] 2.5.10 BErr)."""

FROM_1904 = (
    "This workbook counts its days from 1904, as Excel for the Macintosh did. The dates were read "
    "so."
)


def counted_from_1904() -> Note:
    """Say that a workbook counts its days from 1904."""
    return [
        "",
        FROM_1904,
        "Compare one date with the workbook; parts pasted from other workbooks may be four years "
        "and a day off.",
    ]


class Look:
    """What a workbook holds beside the parser's values, by sheet.

    Attributes
    ----------
    lost : dict
        Sheet to its cells that the parser leaves blank.
    merged : dict
        Sheet to its merged cells: first row and column, last row and column, from 0.
    percents : dict
        Sheet to its cells that are formatted as percentages: row and column of each, one after the
        other, from 0.
    comments : dict
        Sheet to row and column, from 0, of its cells with comments.
    notes : list
        What else was noticed.
    content : bytes
        The workbook in a form that the parser takes, where the file's own is not, else empty.
    """

    def __init__(self) -> None:  # importing dataclasses takes longer than a small file
        self.lost: dict[str, Lost] = {}
        self.merged: dict[str, list[tuple[int, int, int, int]]] = {}
        self.percents: dict[str, array[int]] = {}
        self.comments: dict[str, set[tuple[int, int]]] = {}
        self.notes: list[Note] = []
        self.content = b""

    def lose(self, sheet: str, row: int, column: int, text: str) -> None:
        """Keep a cell in error."""
        lost = self.lost.setdefault(sheet, {})
        lost[row, column] = text
        if len(lost) > MOST_LOST:
            raise RefusedError(
                f"The sheet '{sheet}' has more than {MOST_LOST:,} cells in error (#N/A or the "
                "like). Delete the formulas that do not work, save and upload again."
            )

    def percent(self, sheet: str, row: int, column: int) -> None:
        """Keep a cell that is formatted as a percentage."""
        places = self.percents.setdefault(sheet, array("q"))
        places.extend((row, column))
        if len(places) > 2 * MOST_PERCENT:
            raise RefusedError(
                f"The sheet '{sheet}' has more than {MOST_PERCENT:,} cells formatted as "
                "percentages. Take the format off cells that are none, save and upload again."
            )

    def comment(self, sheet: str, row: int, column: int) -> None:
        """Keep a cell with a comment."""
        self.comments.setdefault(sheet, set()).add((row, column))


def error_name(code: int) -> str:
    """Name an error of a binary workbook as the spreadsheet shows it."""
    return ERRORS.get(code, "#ERROR")
