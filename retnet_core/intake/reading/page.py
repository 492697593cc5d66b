"""Tables of web pages, which some programs save under the name of a workbook."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import PurePosixPath

from retnet_core.intake.reading.limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    Answer,
    Note,
    RefusedError,
    check_size,
    encode_sheet,
)
from retnet_core.intake.reading.text import decode, read_as

_BLANKS = re.compile(r"\s+")
MOST_TABLES = 2_000


class _Table:
    """Rows of text; a cell that spans several takes their places, blank."""

    def __init__(self) -> None:
        self.rows: list[dict[int, str]] = []
        self.taken: dict[int, int] = {}
        self.spans = 0
        self.caption = ""
        self.open: tuple[int, int, list[str]] | None = None

    def begin_row(self) -> None:
        self.end_cell()
        self.taken = {column: left - 1 for column, left in self.taken.items() if left > 1}
        self.rows.append({})

    def begin_cell(self, rows: int, columns: int) -> None:
        self.end_cell()
        if not self.rows:
            self.begin_row()
        self.open = (rows, columns, [])

    def end_cell(self) -> None:
        if self.open is None:
            return
        rows, columns, text = self.open
        self.open = None
        row = self.rows[-1]
        at = len(row)
        while at in row or at in self.taken:
            at += 1
        row[at] = _BLANKS.sub(" ", "".join(text)).strip()
        for column in range(at, at + columns):
            row.setdefault(column, "")
            if rows > 1:
                self.taken[column] = rows
        self.spans += (rows > 1 or columns > 1) and len(self.rows) > 1


class _Page(HTMLParser):
    """Collects the tables of a page; one inside another is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.stack: list[_Table] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.stack.append(_Table())
            self.tables.append(self.stack[-1])
        elif self.stack and tag == "tr":
            self.stack[-1].begin_row()
        elif self.stack and tag in ("td", "th"):
            said = dict(attrs)
            rows, columns = _span(said.get("rowspan")), _span(said.get("colspan"))
            self.cells += columns
            if columns > MOST_COLUMNS or self.cells > MOST_CELLS or len(self.tables) > MOST_TABLES:
                raise RefusedError(
                    "The tables of this page hold far more than a trial export. Leave out what is "
                    "not needed, or save the table as CSV and upload that."
                )
            self.stack[-1].begin_cell(rows, columns)
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.stack and tag in ("td", "th", "tr"):
            self.stack[-1].end_cell()
        elif self.stack and tag == "table":
            self.stack.pop().end_cell()

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1].open is not None and self.cdata_elem is None:
            self.stack[-1].open[2].append(data)


def _span(stated: str | None) -> int:
    return max(int(stated), 1) if stated and stated.isdecimal() and len(stated) < 6 else 1


def read_page(content: bytes, name: str, before: int) -> Answer:
    """Read every table of a web page that has more than one cell a row.

    The page is taken apart by Python's own parser; nothing it refers to is fetched.
    """
    text, encoding = decode(content)
    page = _Page()
    page.feed(text)
    page.close()
    while page.stack:
        page.stack.pop().end_cell()
    tables = [one for one in page.tables if any(len(row) > 1 for row in one.rows)]
    answer: Answer = {"sheets": [], "notes": [*read_as(name, encoding), came_as_page(name)]}
    for number, table in enumerate(tables, start=1):
        lone = len(tables) == 1
        title = PurePosixPath(name).stem if lone else f"table {number}"
        width = max(max(row, default=-1) + 1 for row in table.rows)
        before = check_size(title, len(table.rows), width, before)
        rows = [[row.get(at, "") for at in range(width)] for row in table.rows]
        answer["sheets"].append(encode_sheet(name if lone else title, title, rows, lone=lone))
        if table.spans:
            answer["notes"].append(spans(name if lone else title, table.spans))
    if not tables:
        raise RefusedError(
            "This web page has no table with rows and columns. Save the data as a workbook "
            "(.xlsx) or as CSV and upload that."
        )
    return answer


def came_as_page(name: str) -> Note:
    """Say that the file is a page, whatever it is called."""
    return [
        name,
        "This file is a web page with a table, not a workbook. What stands in the table was read "
        "as text.",
        "Compare dates and numbers with their source, or export as .xlsx or CSV.",
    ]


def spans(name: str, number: int) -> Note:
    """Say that cells span several places, of which the first holds the value."""
    return [
        name,
        f"Cells of this table span several rows or columns ({number:,} in all). Only the first "
        "place holds the value; the others were read as blank.",
        "Write the value into each row it holds for, and upload again.",
    ]
