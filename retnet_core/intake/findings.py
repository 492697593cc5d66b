"""What intake noticed, in words that a data manager can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

import pandas as pd


class Severity(StrEnum):
    """How much a finding matters, worst first."""

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
    """

    severity: Severity
    table: str
    sheet: str
    row: int | None
    column: str
    value: str
    problem: str
    remedy: str


COLUMNS = tuple(one.name for one in fields(Finding))


def as_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Lay findings out as a frame with the columns of `Finding`, worst first."""
    order = list(Severity)
    ranked = sorted(findings, key=lambda finding: order.index(finding.severity))
    frame = pd.DataFrame([astuple(finding) for finding in ranked], columns=list(COLUMNS))
    return frame.astype({"severity": str, "row": "Int64"})


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
CLIPPED = 120
"""Characters of a cell that a finding shows."""


@dataclass(frozen=True)
class Place:
    """A cell as the user finds it: row of the spreadsheet, header, and the cell as text."""

    row: int
    column: str
    value: str


def about_cells(
    severity: Severity,
    table: str,
    sheet: str,
    places: Iterable[Place],
    problem: str,
    remedy: str,
    listed: int = LISTED,
) -> list[Finding]:
    """Say the same of many cells: one finding each, or one that counts them.

    Cells that a layout laid out several times (the date of a wide form) are told once.
    """
    unique = list(dict.fromkeys(places))
    if not unique:
        return []
    if len(unique) <= listed or len(unique) == 1:
        return [
            Finding(severity, table, sheet, at.row, at.column, _clip(at.value), problem, remedy)
            for at in unique
        ]
    columns = dict.fromkeys(at.column for at in unique)
    values = dict.fromkeys(at.value for at in unique if at.value)
    rows = list(dict.fromkeys(at.row for at in unique))
    told = ", ".join(str(row) for row in rows[:3])
    more = f" and {len(rows) - 3:,} more" if len(rows) > 3 else ""
    return [
        Finding(
            severity,
            table,
            sheet,
            rows[0],
            _some(columns),
            _some(values),
            f"{problem} This concerns {len(unique):,} cells (rows {told}{more}).",
            remedy,
        )
    ]


def _some(texts: Iterable[str]) -> str:
    first, *rest = list(texts) or [""]
    shown = ", ".join(_clip(text) for text in (first, *rest[:2]))
    return f"{shown}, ..." if len(rest) > 2 else shown


def _clip(text: str) -> str:
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}..."
