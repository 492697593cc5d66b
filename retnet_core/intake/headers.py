"""The headers of a sheet before anything of it is understood, and what they say of the export."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

WITHIN = 10
"""Headers are looked for among that many first rows; title rows may stand above them."""
_MOSTLY = 0.6


def header_row(sheet: Sheet) -> int:
    """Give the row (from 0) that most likely holds the headers: the first that is well filled.

    Lines of remarks, which begin with #, hold none.
    """
    rows = [sheet.row(row) for row in range(min(WITHIN, sheet.height))]
    filled = [0 if _is_remark(cells) else sum(map(bool, cells)) for cells in rows]
    enough = _MOSTLY * max(filled, default=0)
    return next((row for row, cells in enumerate(filled) if cells and cells >= enough), 0)


def _is_remark(cells: Sequence[str]) -> bool:
    return next(filter(None, cells), "").startswith("#")


def headers(sheet: Sheet) -> list[str]:
    """Give the headers of a sheet, "" where a column has none."""
    return sheet.row(header_row(sheet)) if sheet.height else [""] * len(sheet.columns)


def fingerprint(sheets: Sequence[Sheet]) -> str:
    """Tell exports of the same make by their sheets and headers, whatever rows they hold.

    Numbers in the names of sheets, which may be dates, do not count, nor does their order, nor the
    name of a file that is alone.

    Returns
    -------
    str
        A hash in hexadecimal.
    """
    told = sorted(
        f"{'' if sheet.lone else fold(re.sub(r'[0-9]', '', sheet.title))}\n"
        + "\t".join(map(fold, headers(sheet)))
        for sheet in sheets
    )
    return hashlib.sha256("\n\n".join(told).encode()).hexdigest()


def column_names(sheet: Sheet) -> list[str]:
    """Name the columns by their headers, by their place where they have none."""
    return [
        title or f"column {at} (without a header)"
        for at, title in enumerate(headers(sheet), start=1)
    ]


def names_of(sheet: Sheet) -> list[set[str]]:
    """Give all that each column may go by: its header, and the labels over and under it."""
    rows = [sheet.row(row) for row in range(min(header_row(sheet) + 2, sheet.height))]
    return [
        {name, *(row[at] for row in rows if row[at])} for at, name in enumerate(column_names(sheet))
    ]
