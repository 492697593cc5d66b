"""Cells whose spelling leaves open what they say, or that were read as something else."""

from __future__ import annotations

import re

import numpy as np

from retnet_core.intake.doctor.words import Tables, rows_of
from retnet_core.intake.findings import Severity, about_cells
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.typed import Table
from retnet_core.protocol import UNKNOWN, fold

_WORDS = {"low", "lowgrade", "intermediate", "intermediategrade", "high", "highgrade"}
_DASHED = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*[^\W\d_]")


def typed_cells(table: Table, column: str) -> list[str]:
    """Give each row's cell of a column as it was typed, "" where the export has none."""
    cells: list[str] = []
    for part in table.parts:
        raw = part.columns.get(column)
        cells += [""] * len(part.rows) if raw is None else texts(raw).tolist()
    return cells


def words_of_grades(tables: Tables) -> None:
    """Say that low, intermediate and high were read as G1, G2 and G3."""
    table = tables["patients"]
    spelt = np.array([fold(cell) in _WORDS for cell in typed_cells(table, "who_grade")], dtype=bool)
    read = spelt & (table.frame["who_grade"] != UNKNOWN).to_numpy(dtype=bool)
    for sheet, places in table.places("who_grade", np.flatnonzero(read)).items():
        table.findings += about_cells(
            Severity.ASSUMED, table.name, sheet, places,
            "Words were read as WHO grades: low as G1, intermediate as G2, high as G3.",
            "Nothing, if that is meant; else write G1, G2 or G3.", listed=1,
        )  # fmt: skip


def dashed_responses(tables: Tables) -> None:
    """Empty responses with a dash before them: "-PD" may mean that there is no PD."""
    table = tables["assessments"]
    for column in ("overall_response", "hepatic_response"):
        dashed = np.array(
            [bool(_DASHED.match(cell)) for cell in typed_cells(table, column)], dtype=bool
        )
        table.empty_cells(
            column, rows_of(table.frame[column].notna() & dashed),
            "A dash stands before the response, which may mean that it was not found. It is not "
            "guessed.",
            "Write the response without the dash, or leave the cell blank.",
        )  # fmt: skip
