"""What intake noticed, in words that a data manager can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum

import pandas as pd


@dataclass(frozen=True)
class Place:
    """A cell as the user finds it: row of the spreadsheet, header, the cell as text, whose it is.

    The patient's id is as the export has it, "" where the row is of no patient.
    """

    row: int
    column: str
    value: str
    patient_id: str = ""


class Severity(StrEnum):
    """How much a finding matters, worst first.

    What is set aside is not used: a row, or what a cell held. The problem says which of the two.
    """

    BLOCKS = "blocks the file"
    SET_ASIDE = "set aside"
    ASSUMED = "assumed"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One oddity of an export.

    Attributes
    ----------
    severity : Severity
        How much it matters.
    table : str
        Our table it concerns, or "".
    sheet : str
        Sheet or file as the user named it, or "".
    row : int or None
        Row as the spreadsheet numbers it (the header is usually row 1).
    column : str
        Column as the user named it, or "".
    value : str
        The cell as text, or "".
    problem : str
        What is wrong, and what was kept: a plain sentence.
    remedy : str
        What to do: a plain sentence.
    places : tuple of Place
        Every cell that it is about; with ``each``, what is wrong with one of them, where
        ``problem`` counts them. Neither is a column of `as_frame`.
    """

    severity: Severity
    table: str
    sheet: str
    row: int | None
    column: str
    value: str
    problem: str
    remedy: str
    places: tuple[Place, ...] = field(default=(), compare=False)
    each: str = field(default="", compare=False)


_BESIDE = ("places", "each")
COLUMNS = tuple(one.name for one in fields(Finding) if one.name not in _BESIDE)


CELLS = ("sheet", "row", "column", "patient_id", "value", "problem", "remedy")


def as_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Lay findings out as a frame with the columns of `COLUMNS`, worst first."""
    order = list(Severity)
    ranked = sorted(findings, key=lambda finding: order.index(finding.severity))
    rows = [[getattr(finding, name) for name in COLUMNS] for finding in ranked]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"severity": str, "row": "Int64"})


def cells_of(findings: Iterable[Finding]) -> pd.DataFrame:
    """Lay out every single cell that findings are about, also where they only count them.

    Returns
    -------
    pandas.DataFrame
        The columns of `CELLS`, by sheet and row.
    """
    rows = [
        (one.sheet, at.row, at.column, at.patient_id, at.value, one.each or one.problem, one.remedy)
        for one in findings
        for at in one.places
    ]
    frame = pd.DataFrame(rows, columns=list(CELLS), dtype=object).astype({"row": "int64"})
    return frame.sort_values(["sheet", "row", "column"], kind="stable", ignore_index=True)


class ExportError(Exception):
    """An export of which nothing can be opened; ``str()`` is the sentence for the user.

    Attributes
    ----------
    findings : pandas.DataFrame
        All that was noticed before giving up.
    """

    def __init__(self, sentence: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(sentence)
        self.findings = as_frame(findings)


LISTED = 20
"""Equal findings of a column beyond which they become one that counts them."""
MOST_PLACES = 50_000
"""Cells of a finding that are kept beside it."""
CLIPPED = 120
"""Characters of a cell that a finding shows."""


def about_cells(
    severity: Severity,
    table: str,
    sheet: str,
    places: Iterable[Place],
    problem: str,
    remedy: str,
    listed: int = LISTED,
    to_look_up: bool = False,
) -> list[Finding]:
    """Say the same of many cells: one finding each, or one that counts them.

    Cells that a layout laid out several times (the date of a wide form) are told once. Of an
    assumption that holds for a column (``listed`` is 1) the single cells are nobody's concern,
    unless each is to be looked up.
    """
    unique = list(dict.fromkeys(places))
    if not unique:
        return []
    if len(unique) <= listed or len(unique) == 1:
        return [
            Finding(
                severity, table, sheet, at.row, at.column, _clip(at.value), problem, remedy, (at,)
            )
            for at in unique
        ]
    columns = dict.fromkeys(at.column for at in unique)
    values = dict.fromkeys(at.value for at in unique if at.value)
    rows = list(dict.fromkeys(at.row for at in unique))
    shown = ", ".join(str(row) for row in rows[:3])
    more = f" and {len(rows) - 3:,} more" if len(rows) > 3 else ""
    return [
        Finding(
            severity,
            table,
            sheet,
            rows[0],
            _some(columns),
            _some(values),
            f"{problem} This concerns {len(unique):,} cells (rows {shown}{more}).",
            remedy,
            tuple(unique[:MOST_PLACES]) if listed > 1 or to_look_up else (),
            problem,
        )
    ]


def _some(texts: Iterable[str]) -> str:
    first, *rest = list(texts) or [""]
    shown = ", ".join(_clip(text) for text in (first, *rest[:2]))
    return f"{shown}, ..." if len(rest) > 2 else shown


def _clip(text: str) -> str:
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}..."
