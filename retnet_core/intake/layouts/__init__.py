"""The layouts that exports come in, a module each; the one that knows a file best reads it.

A layout knows how one kind of export names its sheets, columns and codes, and nothing else: it
hands over which column of which sheet is which of ours. What cells mean, which rows are used and
all checks are the same for every layout and happen after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import Finding, Place
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import BLANK, Column, Sheet, where_is

Mappings = Mapping[str, Mapping[str, str]]
"""For a table, the header that each of our columns has in the file."""


@dataclass(frozen=True)
class Recognition:
    """How surely an export has a layout.

    Attributes
    ----------
    confidence : float
        From 0 (it has not) to 1.
    reasons : tuple of str
        What it was recognised by, in plain sentences; none where the user need not be told.
    """

    confidence: float
    reasons: tuple[str, ...] = ()


NOT_RECOGNISED = Recognition(0.0)


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one sheet that belong to one of our tables, still raw.

    Attributes
    ----------
    table : str
        Our table.
    sheet : str
        The sheet as the user named it.
    rows : numpy.ndarray of int
        Row of each as the spreadsheet numbers it.
    columns : dict of str to Column
        Our column to the file's.
    answers : dict of (str, int) to Column
        Wide questionnaires: instrument and item to the column of its answers.
    repeats : numpy.ndarray of bool
        Rows that repeat an earlier one of the sheet in every cell.
    unused : dict of str to Column
        Columns that are none of ours: they can still tell two rows apart.
    cell_rows : dict of str to numpy.ndarray of int
        For one of our columns whose cells were joined from other rows, the row of each cell as the
        spreadsheet numbers it. Where that is in another sheet, the cell's header says so
        (`retnet_core.intake.sheets.header_in`).
    """

    table: str
    sheet: str
    rows: NDArray[np.intp]
    columns: dict[str, Column]
    answers: dict[tuple[str, int], Column] = field(default_factory=dict)
    repeats: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    unused: dict[str, Column] = field(default_factory=dict)
    cell_rows: dict[str, NDArray[np.intp]] = field(default_factory=dict)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Part:
        """Keep some rows."""
        return replace(
            self,
            rows=self.rows[keep],
            columns={name: column.take(keep) for name, column in self.columns.items()},
            answers={item: column.take(keep) for item, column in self.answers.items()},
            repeats=self.repeats[keep],
            unused={name: column.take(keep) for name, column in self.unused.items()},
            cell_rows={name: rows[keep] for name, rows in self.cell_rows.items()},
        )

    def cell(self, column: str, row: int) -> tuple[str, Place]:
        """Name the cell that a row has in a column: its sheet, and its place there.

        A blank cell is looked for in the row itself.
        """
        ids = self.columns.get("patient_id")
        patient = ids.text(row) if ids else ""
        raw = self.columns.get(column)
        if raw is None or raw.codes[row] == BLANK:
            home, header = where_is(raw.header if raw else "", self.sheet)
            header = header if home == self.sheet else ""
            return self.sheet, Place(int(self.rows[row]), header, "", patient)
        sheet, header = where_is(raw.header_of(row), self.sheet)
        rows = self.cell_rows.get(column, self.rows)
        return sheet, Place(int(rows[row]), header, raw.text(row), patient)


@dataclass
class Draft:
    """What a layout makes of an export.

    Attributes
    ----------
    parts : list of Part
        Rows of our tables.
    about : dict of str to str
        What the export says of itself: ``data_cut``, ``synthetic``, and other fields.
    about_rows, joined_rows, foreign_rows : int
        Rows read for ``about``; rows whose values went into a row of another sheet, less those
        that stand in two parts; rows that are none of our tables'.
    findings : list of Finding
        What was noticed on the way.
    unless_said : dict of (str, str) to list of Finding
        For a table's column, what is asked or assumed of its codes: idle where the user says
        himself what they mean.
    """

    parts: list[Part] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    about_rows: int = 0
    joined_rows: int = 0
    foreign_rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    unless_said: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Non-empty data rows of all sheets."""
        parts = sum(len(part.rows) for part in self.parts)
        return self.about_rows + self.joined_rows + self.foreign_rows + parts


class Layout(Protocol):
    """What a layout's module offers."""

    NAME: str
    KIND: str
    """Name and what it takes, for a sentence: "CDISC ADaM (with ADSL)"."""

    def recognise(self, sheets: Sequence[Sheet]) -> Recognition:
        """Tell how surely an export has this layout, and by what."""

    def read(self, sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
        """Find our tables in its sheets; raises ExportError where patients cannot be told."""
