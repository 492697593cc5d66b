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
from retnet_core.intake.sheets import BLANK, Column, Sheet, as_text, where_is
from retnet_core.intake.typed import ARMS as ARM_COLUMNS
from retnet_core.intake.typed import Table
from retnet_core.protocol import ARMS, fold
from retnet_core.tables import SCHEMAS
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
        used = {
            where_is(header, part.sheet)
            for table in self.tables.values()
            for part in table.parts
            for column in part.columns.values()
            for header in (column.header, *column.headers)
        }
        found = [
            (sheet.name, name, _samples(column), int((column.codes != BLANK).sum()) - 1)
            for sheet in self.opened.sheets
            if not is_about(sheet)
            for name, column in _columns(sheet)
            if (sheet.name, name) not in used
        ]
        return pd.DataFrame(found, columns=list(OTHERS))

    def headers(self, sheet: str) -> list[str]:
        """Name the columns of a sheet that hold anything."""
        return [name for one in self.opened.sheets if one.name == sheet
                for name, _ in _columns(one)]  # fmt: skip

    def first_rows(self, sheet: str) -> pd.DataFrame:
        """Give the first rows of a sheet as text, as the spreadsheet numbers and letters them."""
        one = next(one for one in self.opened.sheets if one.name == sheet)
        size = min(FIRST_ROWS, one.height)
        rows = [one.row(row) for row in range(size)]
        return pd.DataFrame(
            rows, index=range(1, size + 1), columns=[_letters(at) for at in range(len(one.columns))]
        )

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
        about: Mapping[str, Any] = spec.metadata or {}
        raws = [(part, part.columns[name]) for part in table.parts if name in part.columns]
        sheets = dict.fromkeys(part.sheet for part, _ in raws)
        titles = dict.fromkeys(title for _, raw in raws for title in _titles(raw))
        filled = sum(int((raw.codes != BLANK).sum()) for _, raw in raws)
        yield (
            table.name, name, bool(about["required"]), spec.description or "",
            join_words(list(sheets)) if sheets else "", ", ".join(titles),
            _why(found, table.name, name, list(titles), about["aliases"]) if raws else "",
            _samples(raws[0][1]) if raws else "", filled,
            filled - len(table.emptied[name]),
        )  # fmt: skip


def _titles(raw: Column) -> list[str]:
    return [title for title in dict.fromkeys((raw.header, *raw.headers)) if title]


def _why(
    found: Understanding, table: str, name: str, titles: Sequence[str], aliases: Sequence[str]
) -> str:
    """Say in words why a column was taken for one of ours."""
    if name in found.mapping.columns.get(table, {}):
        return "you said so"
    if not titles:
        return "the same for the whole sheet"
    folded = {fold(title) for title in titles}
    if fold(name) in folded:
        return "the same name"
    if folded & {fold(alias) for alias in aliases}:
        return "a known spelling"
    return f"{found.layout} calls it so"


def _columns(sheet: Sheet) -> Iterator[tuple[str, Column]]:
    """Give the columns of a sheet that hold anything under their header, by name."""
    row = header_row(sheet)
    for column, name in zip(sheet.columns, column_names(sheet), strict=True):
        if (column.codes[row + 1 :] != BLANK).any():
            yield name, column.take(np.arange(row, sheet.height)).named(name)


def _samples(column: Column) -> str:
    """Show some of a column's cells."""
    texts = [as_text(value) for value in column.values if as_text(value) != column.header]
    return ", ".join(texts[:SAMPLES]) + (", ..." if len(texts) > SAMPLES else "")


def _letters(at: int) -> str:
    """Letter a column (from 0) as spreadsheets do.

    Examples
    --------
    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def meanings(table: str, column: str) -> tuple[str, ...]:
    """Give what the codes of one of our columns may mean; empty where they may mean anything.

    Examples
    --------
    >>> meanings("patients", "sex"), meanings("time_to_event", "event")
    (('female', 'male'), ('yes', 'no'))
    """
    about: Mapping[str, Any] = SCHEMAS[table].columns[column].metadata or {}
    if column in ARM_COLUMNS:
        return tuple(arm.code for arm in ARMS)
    return ("yes", "no") if about["kind"] == "yes_no" else tuple(about["values"])


def kind(table: str, column: str) -> str:
    """Say what one of our columns holds: "text", "coded", "number", "date" or "yes_no"."""
    return str((SCHEMAS[table].columns[column].metadata or {})["kind"])
