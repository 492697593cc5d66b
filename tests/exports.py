"""Small exports built in the test that uses them."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd
from openpyxl import Workbook


def workbook(tables: Mapping[str, pd.DataFrame], about: Mapping[str, str] | None = None) -> bytes:
    """Write frames as the sheets of an xlsx file; missing cells stay blank.

    ``about`` becomes the sheet "about", one field and value a row ("data_cut", "synthetic").
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, frame in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            sheet.append([cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell
                          for cell in row])  # fmt: skip
    if about:
        sheet = book.create_sheet("about")
        sheet.append(["field", "value"])
        for item in about.items():
            sheet.append(item)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
