"""Sheets become files: workbooks and texts of every kind that people save them as."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.intake.opening import archive, saved
from tests.intake.round_trip.styles import Cell, plain

Rows = list[list[Cell]]


@dataclass
class Page:
    """A sheet as it is saved.

    Attributes
    ----------
    name : str
    rows : list of list of Cell
        From the sheet's first row, headers and blank rows included.
    """

    name: str
    rows: Rows = field(default_factory=list)


Save = Callable[[Sequence[Page]], bytes]


# Workbooks


def xlsx(pages: Sequence[Page], epoch: dt.datetime | None = None) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    if epoch:
        book.epoch = epoch
    for page in pages:
        sheet = book.create_sheet(page.name)
        for at, row in enumerate(page.rows, start=1):
            for place, cell in enumerate(row, start=1):
                if cell is not None:
                    sheet.cell(at, place, cell).data_type = _type(cell)
    return saved(book)


def _type(cell: Cell) -> str:
    """Keep text that looks like a formula or an error what it is."""
    if isinstance(cell, str):
        return "s"
    return "b" if isinstance(cell, bool) else "d" if isinstance(cell, dt.date) else "n"


def xlsx_1904(pages: Sequence[Page]) -> bytes:
    return xlsx(pages, CALENDAR_MAC_1904)


_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)

_MANIFEST = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def ods(pages: Sequence[Page]) -> bytes:
    tables = "".join(
        f'<table:table table:name="{escape(page.name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row)) or _ods_cell(None)}</table:table-row>"
            for row in page.rows
        )
        + "</table:table>"
        for page in pages
    )
    content = (
        f"<office:document-content {_SPACES}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": _MANIFEST,
            "content.xml": content,
        }
    )


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    kind, shown = "string", str(cell)
    value = ""
    if isinstance(cell, bool):
        kind, value = "boolean", f'office:boolean-value="{str(cell).lower()}"'
    elif isinstance(cell, dt.date):
        kind, value = "date", f'office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int | float):
        kind, value = "float", f'office:value="{cell}"'
    return (
        f'<table:table-cell office:value-type="{kind}" {value}>'
        f"<text:p>{escape(shown)}</text:p></table:table-cell>"
    )


FROM_1904 = "xlsx, 1904"
WORKBOOKS: Mapping[str, Save] = {"xlsx": xlsx, FROM_1904: xlsx_1904, "ods": ods}


# Texts


@dataclass(frozen=True)
class Text:
    """How a text file is written."""

    ending: str = ".csv"
    separator: str = ","
    encoding: str = "utf-8"
    comma: bool = False

    def cell(self, cell: Cell) -> str:
        """Write a cell as a spreadsheet saves it into a text file."""
        if cell is None or isinstance(cell, str):
            return cell or ""
        if isinstance(cell, bool):
            return str(cell).upper()
        if isinstance(cell, dt.datetime):
            return cell.isoformat(sep=" ")
        if isinstance(cell, dt.date):
            return cell.isoformat()
        return plain(cell).replace(".", "," if self.comma else ".")

    def one(self, page: Page) -> bytes:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=self.separator)
        writer.writerows([self.cell(cell) for cell in row] for row in page.rows)
        return stream.getvalue().encode(self.encoding)

    def save(self, pages: Sequence[Page]) -> bytes:
        """A file a sheet, in an archive."""
        return archive({f"{page.name}{self.ending}": self.one(page) for page in pages})


TEXTS: Mapping[str, Text] = {
    "csv": Text(),
    "csv with a mark": Text(encoding="utf-8-sig"),
    "csv of Excel in Europe": Text(separator=";", encoding="cp1252", comma=True),
    "csv with semicolons": Text(separator=";", encoding="utf-8", comma=True),
    "tab": Text(".txt", "\t", "utf-16"),
    "tsv": Text(".tsv", "\t"),
}


@dataclass(frozen=True)
class Form:
    """How sheets are saved; texts name their files, which findings show.

    Attributes
    ----------
    name : str
    text : Text or None
        None for a workbook.
    lone : bool
        A text file by itself, not one of an archive.
    """

    name: str
    text: Text | None = None
    lone: bool = False

    @property
    def from_1904(self) -> bool:
        """The workbook counts its days from 1904."""
        return self.name == FROM_1904

    def save(self, pages: Sequence[Page]) -> bytes:
        if not self.text:
            return WORKBOOKS[self.name](pages)
        return self.text.one(pages[0]) if self.lone else self.text.save(pages)

    def sheet(self, name: str) -> str:
        """Name a sheet as findings do."""
        return f"{name}{self.text.ending}" if self.text else name

    def as_read(self, cell: Cell) -> Cell:
        """Give a cell as the file holds it."""
        return self.text.cell(cell).strip() if self.text else cell


BOOKS = st.sampled_from([Form(name) for name in WORKBOOKS])
ARCHIVES = st.sampled_from([Form(name, text) for name, text in TEXTS.items()])
LONE = st.sampled_from([Form(f"lone {name}", text, True) for name, text in TEXTS.items()])
