"""What every layout does with a sheet, whatever its headers are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.findings import Finding, Place, Severity
from retnet_core.intake.sheets import BLANK, Column, Sheet
from retnet_core.protocol import fold
from retnet_core.trial import join_words
from retnet_core.wording import count

ABOUT = "about"
_ABOUT_FIELDS = {
    fold(word): field
    for field, words in {
        "data_cut": ("data cut", "data cut-off", "cut-off", "cut-off date", "data cut date",
                     "data cut-off date"),
        "synthetic": ("synthetic", "synthetic data"),
    }.items()
    for word in words
}  # fmt: skip
MOST_NAMED = 20
"""Columns that a finding or a sentence names."""


def places_of(
    rows: NDArray[np.intp], column: Column | None, chosen: NDArray[np.bool_]
) -> list[Place]:
    """Name the cells of a column in the chosen rows; of no column, the rows.

    ``rows`` gives the row of each in the sheet, from 0.
    """
    return [
        Place(
            int(rows[at]) + 1,
            column.header_of(at) if column else "",
            column.text(at) if column else "",
        )
        for at in np.flatnonzero(chosen).tolist()
    ]


def some_of(names: Sequence[str]) -> str:
    """List names, the first ones where there are many."""
    return ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")


# Rows


def first_filled(sheet: Sheet) -> int:
    """Give the first row (from 0) that holds anything."""
    filled = sheet.filled()
    return int(filled.argmax()) if filled.any() else 0


def data_rows(sheet: Sheet, header: int) -> NDArray[np.bool_]:
    """Tell which rows below the header hold anything."""
    rows = sheet.filled()
    rows[: header + 1] = False
    return rows


def repeats(sheet: Sheet, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which rows repeat an earlier one of the sheet in every cell."""
    cells = pd.DataFrame({at: column.codes[rows] for at, column in enumerate(sheet.columns)})
    return cells.duplicated().to_numpy()


def foreign(sheet: Sheet, findings: list[Finding], names: Sequence[str]) -> int:
    """Count the rows of a sheet that is none of the layout's, with a finding.

    Parameters
    ----------
    names : sequence of str
        What the layout calls its sheets.
    """
    rows = int(data_rows(sheet, first_filled(sheet)).sum())
    if rows:
        findings.append(
            Finding(
                Severity.SET_ASIDE,
                "",
                sheet.name,
                None,
                "",
                "",
                "The sheet is none of the tables of an export; "
                f"{count(rows, 'row was', 'rows were')} not used.",
                "Nothing, if it holds no trial data; else give it the name of its table: "
                f"{join_words(list(names), 'or')}.",
            )
        )
    return rows


# Columns


def unused_columns(
    sheet: Sheet, titles: Sequence[str], used: set[int], rows: NDArray[np.intp]
) -> dict[str, Column]:
    """Give the other columns by header; of several alike, each by its turn."""
    found: dict[str, Column] = {}
    turns: Counter[str] = Counter()
    for at, title in enumerate(titles):
        if at not in used:
            word = fold(title)
            found[f"{word} {turns[word]}"] = sheet.columns[at].take(rows).named(title)
            turns[word] += 1
    return found


def is_blank(column: Column) -> bool:
    """Tell whether no cell of a column holds anything."""
    return not len(column.codes) or column.codes.max() == BLANK


# The mapping that a user gives


def missing_mapped(
    sheet: Sheet, table: str, mapped: Mapping[str, str], columns: Mapping[str, Column]
) -> Iterator[Finding]:
    """Report columns of the mapping that a sheet does not have."""
    for name in mapped:
        if name not in columns:
            yield Finding(
                Severity.SET_ASIDE, table, sheet.name, None, mapped[name], "",
                f"This column was named as {name}, but the sheet does not have it.",
                "Choose a column that the sheet has.",
            )  # fmt: skip


# What the export says of itself


def is_about(sheet: Sheet) -> bool:
    """Tell whether a sheet says what the export is, a field a row."""
    return fold(sheet.title) == ABOUT


def about_fields(sheet: Sheet) -> dict[str, str]:
    """Read the fields of the sheet about."""
    return {
        _ABOUT_FIELDS.get(fold(name), name): value
        for name, value, *_ in (
            [*sheet.row(int(row)), "", ""]
            for row in np.flatnonzero(data_rows(sheet, _about_header(sheet)))
        )
        if value
    }


def about_rows(sheet: Sheet) -> int:
    """Count the rows of the sheet about, its header left out."""
    return int(data_rows(sheet, _about_header(sheet)).sum())


def _about_header(sheet: Sheet) -> int:
    first = first_filled(sheet)
    texts = [fold(text) for text in sheet.row(first)] if sheet.height else []
    return first if texts[:1] in (["field"], ["name"], ["key"]) else first - 1
