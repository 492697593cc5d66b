"""The orders of day and month that the columns of a sheet show, each with a cell that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retnet_core.intake.cells import Parsed
from retnet_core.intake.sheets import Cell, Column, as_text, where_is


class ShownOrder(NamedTuple):
    """A column whose dates are in one order: "day first", as '25/03/2019' shows."""

    sheet: str
    header: str
    order: str
    example: str


def shown_order(
    sheet: str, raw: Column, values: Sequence[Cell], parsed: Parsed
) -> list[ShownOrder]:
    """Give the order that a column of dates shows, none where nothing in it decides.

    Parameters
    ----------
    sheet : str
        The sheet of its rows; a cell that was brought from another one is of that.
    raw : Column
        The column as it stands in the file.
    values : sequence of Cell
        Its different cells, as they were parsed.
    parsed : Parsed
        What came of them.
    """
    if parsed.decided is None:
        return []
    order, at = parsed.decided
    where, header = where_is(raw.headers[at], sheet)
    return [ShownOrder(where, header, order, as_text(values[at]))]
