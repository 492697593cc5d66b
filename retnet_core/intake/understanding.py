"""What was understood of a file, for the user to look at and to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from retnet_core.intake.files import Opened
from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.headers import column_names, header_row
from retnet_core.intake.layouts.common import is_about
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.privacy import Personal
from retnet_core.intake.reading.comments import letters_of
from retnet_core.intake.sheets import BLANK, Column, Sheet, as_text
from retnet_core.intake.typed import ARMS as ARM_COLUMNS
from retnet_core.intake.typed import Table, used_headers
from retnet_core.protocol import ARMS, fold
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import Trial, join_words

SAMPLES = 4
FIRST_ROWS = 12
CODES = 12
"""A column with more different cells holds no codes to be told apart."""

FOUND = ("table", "column", "required", "meaning", "sheet", "header", "why", "samples", "filled",
         "read")  # fmt: skip
OTHERS = ("sheet", "header", "samples", "filled")


class PersonalDataError(ExportError):
    """An export with columns that look personal, which is not opened.

    Attributes
    ----------
    personal : tuple of Personal
        The columns.
    """

    def __init__(self, personal: Sequence[Personal]) -> None:
        named = [f"'{one.column}' (sheet '{one.sheet}')" for one in personal]
        sentence = (
            f"Columns that look personal were found: {join_words(named)}. Nothing was opened or "
            "kept. Drop them, or say that they are not personal."
        )
        findings = [
            Finding(
                Severity.BLOCKS, "", one.sheet, one.row, one.column, "", one.reason,
                "Drop the column, or say that it is not personal.",
            )
            for one in personal
        ]  # fmt: skip
        super().__init__(sentence, findings)
        self.personal = tuple(personal)


@dataclass(frozen=True, eq=False)
class Understanding:
    """What was understood of a file.

    Attributes
    ----------
    opened : Opened
        The file, without the columns that the mapping drops.
    mapping : ExportMapping
        What the user said.
    fingerprint : str
        Of the headers, by which the next export of this make is known.
    kept : bytes or None
        The file to keep where columns were dropped; None where it is the original.
    layout : str
        The layout it was read by, "" where none was recognised.
    reasons : tuple of str
        What the layout was recognised by.
    trial : Trial or None
        The trial, where it opens.
    error : ExportError or None
        Why it does not.
    tables : mapping of str to Table
        The typed tables with their raw columns.
    """

    opened: Opened
    mapping: ExportMapping
    fingerprint: str
    kept: bytes | None = None
    layout: str = ""
    reasons: tuple[str, ...] = ()
    trial: Trial | None = None
    error: ExportError | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)

    @cached_property
    def columns(self) -> pd.DataFrame:
        """What was found for each of our columns, in the tables that the file has.

        Columns: table, column (ours), required, meaning, sheet, header, why (in words), samples
        (text), filled (cells that hold anything), read (of those, cells with a value).
        """
        found = [row for table in self.tables.values() if table.parts for row in _rows(self, table)]
        return pd.DataFrame(found, columns=list(FOUND))

    @cached_property
    def others(self) -> pd.DataFrame:
        """The columns of the file that are none of ours: sheet, header, samples, filled."""
        used = used_headers(self.tables)
        found = [
            (sheet.name, name, _samples(column), int((column.codes != BLANK).sum()))
            for sheet in self.opened.sheets
            if not is_about(sheet)
            for name, column in _columns(sheet, self._data_from(sheet))
            if (sheet.name, name) not in used
        ]
        return pd.DataFrame(found, columns=list(OTHERS))

    def headers(self, sheet: str) -> list[str]:
        """Name the columns of a sheet that hold anything."""
        return [name for one in self.opened.sheets if one.name == sheet
                for name, _ in _columns(one, header_row(one) + 1)]  # fmt: skip

    def _data_from(self, sheet: Sheet) -> int:
        """Give the row (from 0) where data begin: under all rows of headers that were found."""
        rows = [int(part.rows.min()) - 1 for table in self.tables.values() for part in table.parts
                if part.sheet == sheet.name and len(part.rows)]  # fmt: skip
        return min(rows, default=header_row(sheet) + 1)

    def first_rows(self, sheet: str) -> pd.DataFrame:
        """Give the first rows of a sheet as text, as the spreadsheet numbers and letters them."""
        one = next(one for one in self.opened.sheets if one.name == sheet)
        size = min(FIRST_ROWS, one.height)
        rows = [one.row(row) for row in range(size)]
        letters = [letters_of(at) for at in range(len(one.columns))]
        return pd.DataFrame(rows, index=range(1, size + 1), columns=letters)

    def codes(self, table: str, column: str) -> pd.Series:
        """Count the different cells of one of our columns, as typed, the most frequent first.

        Empty where there are too many to be codes.
        """
        counts: dict[str, int] = {}
        for part in self.tables[table].parts if table in self.tables else ():
            raw = part.columns.get(column)
            if raw is not None and len(raw.values) <= 10 * CODES:
                for code, n in enumerate(np.bincount(raw.codes[raw.codes != BLANK])):
                    text = as_text(raw.values[code])
                    counts[text] = counts.get(text, 0) + int(n)
        found = pd.Series({cell: n for cell, n in counts.items() if n}, dtype="int64")
        return found.sort_values(ascending=False) if len(found) <= CODES else found.iloc[:0]


def _rows(found: Understanding, table: Table) -> Iterator[tuple[Any, ...]]:
    for name, spec in SCHEMAS[table.name].columns.items():
        said = about(table.name, name)
        raws = [(part, part.columns[name]) for part in table.parts if name in part.columns]
        sheets = dict.fromkeys(part.sheet for part, _ in raws)
        titles = dict.fromkeys(title for _, raw in raws for title in _titles(raw))
        filled = sum(int((raw.codes != BLANK).sum()) for _, raw in raws)
        yield (
            table.name, name, said.required, spec.description or "",
            join_words(list(sheets)) if sheets else "", ", ".join(titles),
            _why(found, table.name, name, [raw for _, raw in raws], list(titles), said.aliases)
            if raws else "",
            _samples(raws[0][1]) if raws else "", filled,
            filled - len(table.emptied[name]),
        )  # fmt: skip


def _titles(raw: Column) -> list[str]:
    return [title for title in dict.fromkeys((raw.header, *raw.headers)) if title]


def _why(
    found: Understanding,
    table: str,
    name: str,
    raws: Sequence[Column],
    titles: Sequence[str],
    aliases: Sequence[str],
) -> str:
    """Say in words why a column was taken for one of ours."""
    if name in found.mapping.columns.get(table, {}):
        return "you said so"
    if not titles:
        return _without_column(table, name, raws)
    folded = {fold(title) for title in titles}
    if fold(name) in folded:
        return "the same name"
    if folded & {fold(alias) for alias in aliases}:
        return "a known spelling"
    return f"{found.layout} calls it so"


def _without_column(table: str, name: str, raws: Sequence[Column]) -> str:
    """Say where the values of a column come from that no column of the file holds."""
    if name == "patient_id":
        return "no column; rows were numbered"
    values = {raw.values[code] for raw in raws for code in np.unique(raw.codes) if code != BLANK}
    if len(values) > 1 or (table, name) == ("time_to_event", "endpoint"):
        return "no column; told by the headers of others"
    return "no column; the same for the whole sheet"


def _columns(sheet: Sheet, start: int) -> Iterator[tuple[str, Column]]:
    """Give the columns of a sheet that hold anything from a row (from 0) on, by name."""
    for column, name in zip(sheet.columns, column_names(sheet), strict=True):
        if (column.codes[start:] != BLANK).any():
            yield name, column.take(np.arange(start, sheet.height)).named(name)


def _samples(column: Column) -> str:
    """Show some of the cells that a column holds, in the order of its rows, as they are typed."""
    there = dict.fromkeys(column.codes[column.codes != BLANK].tolist())
    texts = list(dict.fromkeys(as_text(column.values[code]) for code in there))
    return ", ".join(texts[:SAMPLES]) + (", ..." if len(texts) > SAMPLES else "")


def meanings(table: str, column: str) -> tuple[str, ...]:
    """Give what the codes of one of our columns may mean; empty where they may mean anything.

    Examples
    --------
    >>> meanings("patients", "sex"), meanings("time_to_event", "event")
    (('female', 'male'), ('yes', 'no'))
    """
    said = about(table, column)
    if column in ARM_COLUMNS:
        return tuple(arm.code for arm in ARMS)
    return ("yes", "no") if said.kind == "yes_no" else tuple(said.values)


def kind(table: str, column: str) -> str:
    """Say what one of our columns holds: "text", "coded", "number", "date" or "yes_no"."""
    return about(table, column).kind
