"""Numbers that a spreadsheet counts its days by.

Excel counts from 1900 or, in workbooks that began on a Macintosh, from 1904. In a file where days
are counted from 1904 a bare number may still be of either kind (a part pasted from elsewhere, text
that some program wrote), so there it is asked about.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from retnet_core.intake.cells.dates.remarks import NOT_A_DATE
from retnet_core.intake.cells.parsed import Assumed, Known, Remark, Unread, unread

_NUMBER = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_FIRST, _LAST = dt.date(1990, 1, 1), dt.date(2050, 1, 1)
"""Numbers of other days are taken for no date."""
_FROM_1900, _FROM_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
ZERO_DAYS = (_FROM_1900, dt.date(1899, 12, 31))
"""What spreadsheets make of a zero that is formatted as a date."""

_COUNTS_FROM_1904: ContextVar[bool] = ContextVar("counts from 1904", default=False)

_READ = Remark(
    "A number in a column of dates was read as the spreadsheet's number of a day "
    "(43536 is 2019-03-12).",
    "Format the column as dates in the spreadsheet.",
)
_ASKED = unread(
    "This is only the number of a day, and this file counts days from 1904: the number may be "
    "counted from 1904 or, if it was pasted from elsewhere, from 1900, so it was not guessed.",
    "Format the column as dates in the workbook and compare one with the source, or write dates as "
    "year-month-day, for example 2019-03-12.",
)


@contextmanager
def counted_from_1904(is_so: bool) -> Iterator[None]:
    """Read the cells of a file in which days may be counted from 1904.

    It holds for all that reads cells meanwhile, be it a layout or the typed tables: what a bare
    number means is the file's own matter, and no column can tell.
    """
    before = _COUNTS_FROM_1904.set(is_so)
    try:
        yield
    finally:
        _COUNTS_FROM_1904.reset(before)


def of_number(text: str) -> Assumed | Unread:
    """Read a spreadsheet's number of a day."""
    if not _NUMBER.fullmatch(text):
        return NOT_A_DATE
    number = dt.timedelta(days=int(float(text)))
    if not _COUNTS_FROM_1904.get():
        day = _FROM_1900 + number
        return Assumed(day, _READ) if _FIRST <= day <= _LAST else NOT_A_DATE
    days = [day for day in (_FROM_1900 + number, _FROM_1904 + number) if _FIRST <= day <= _LAST]
    if not days:
        return NOT_A_DATE
    if len(days) == 1:  # the other one is not likely, but not impossible
        return _ASKED
    first, last = map(str, days)
    return Unread(_ASKED.remark, Known(f"{first} or {last}", first, last))
