"""The cells and rows of a file that somebody can correct, with the patient whose they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from retnet_core.intake.cells import is_missing
from retnet_core.intake.findings import Finding, Severity, cells_of
from retnet_core.intake.layouts import Part
from retnet_core.intake.typed import Table


def to_correct(
    findings: Sequence[Finding], asked: Iterable[Finding], tables: Mapping[str, Table]
) -> pd.DataFrame:
    """List what somebody can correct: cells and rows of patients, and ids that are missing.

    Left out are titles, totals and remarks of a sheet, what holds for a column as a whole, and the
    cells of a column of which a question is asked: its answer mends them all.

    Parameters
    ----------
    findings : sequence of Finding
    asked : iterable of Finding
        What is asked or assumed of columns of codes.
    tables : mapping of str to Table
        The typed tables, which tell whose each row is.

    Returns
    -------
    pandas.DataFrame
        As `retnet_core.intake.findings.cells_of` gives it.
    """
    questions = {(one.sheet, one.column) for one in asked if one.severity == Severity.SET_ASIDE}
    ids = _ids(findings, tables)
    return cells_of(_of_patients(one, ids, questions) for one in findings)


def _of_patients(
    one: Finding, ids: Mapping[tuple[str, int], str], questions: Collection[tuple[str, str]]
) -> Finding:
    """Name the patients of a finding's places, and leave out the places that are of none."""
    named = [
        replace(at, patient_id=at.patient_id or ids.get((one.sheet, at.row), ""))
        for at in one.places
        if (one.sheet, at.column) not in questions
    ]
    return replace(one, places=tuple(at for at in named if at.patient_id or is_missing(at.value)))


def _ids(findings: Iterable[Finding], tables: Mapping[str, Table]) -> dict[tuple[str, int], str]:
    """Tell whose the rows are that findings are about."""
    wanted: dict[str, set[int]] = {}
    for one in findings:
        wanted.setdefault(one.sheet, set()).update(at.row for at in one.places if not at.patient_id)
    ids: dict[tuple[str, int], str] = {}
    for table in tables.values():
        start = 0
        for part in table.parts:
            own = table.frame["patient_id"].to_numpy()[start : start + len(part.rows)]
            for at in np.flatnonzero(np.isin(part.rows, [*wanted.get(part.sheet, ())])).tolist():
                ids[part.sheet, int(part.rows[at])] = own[at]
            for sheet, row, at in _joined(part, wanted):
                ids.setdefault((sheet, row), own[at])
            start += len(part.rows)
    return ids


def _joined(part: Part, wanted: Mapping[str, set[int]]) -> Iterator[tuple[str, int, int]]:
    """Find the wanted rows of which cells were joined to rows of a part, and to which."""
    all_wanted = [row for rows in wanted.values() for row in rows]
    for column, rows in part.cell_rows.items():
        for at in np.flatnonzero(np.isin(rows, all_wanted)).tolist():
            sheet, place = part.cell(column, at)
            if place.row in wanted.get(sheet, ()):
                yield sheet, place.row, at
