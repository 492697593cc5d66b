"""Where the headers of such a table stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import Mappings
from retnet_core.intake.layouts.survival_table.headers import read_header, same
from retnet_core.intake.sheets import Sheet

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_COMMENT = "#"
"""Begins the lines over the header in files of cBioPortal."""


def header_row(sheet: Sheet, mapping: Mappings) -> int | None:
    """Find the row (from 0) of the headers: the first with a time and a status."""
    named = [*mapping.get("time_to_event", {}).values(), *mapping.get("patients", {}).values()]
    with_named = None
    for row in range(min(WITHIN, sheet.height)):
        titles = sheet.row(row)
        if next(filter(None, titles), "").startswith(_COMMENT):
            continue
        roles = {read_header(title).role for title in titles}
        if len(roles & {"time", "status", "bare"}) > 1:
            return row
        if with_named is None and any(same(title, one) for title in titles for one in named):
            with_named = row
        if _is_data(titles):
            break
    return with_named


def _is_data(cells: Sequence[str]) -> bool:
    """Tell a row of data, under which no headers stand: several cells, a number among them."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and any(_NUMBER.fullmatch(cell) for cell in filled)
