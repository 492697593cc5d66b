"""Columns of patients that are none of ours, and by which patients can still be divided."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from retnet_core.intake.layouts import Part
from retnet_core.intake.sheets import BLANK, Column, as_text, spelling
from retnet_core.intake.typed import Table

MOST_LEVELS = 12


def more_columns(patients: Table, missing: Collection[str] = ()) -> pd.DataFrame:
    """Give the other columns of patients that sort them into a few groups.

    Parameters
    ----------
    patients : Table
        The typed table, with its raw parts.
    missing : collection of str
        Cells that the user said to mean no value.

    Returns
    -------
    pandas.DataFrame
        A row a patient in the order of patients; a column a header, with cells as text, None where
        blank. Left out are columns with one level, with more than twelve, or with one a patient.
    """
    parts = [dict(others(part)) for part in patients.parts]
    nothing = {spelling(cell) for cell in missing}
    titles = dict.fromkeys(title for part in parts for title in part)
    found = {}
    for title in titles:
        texts = np.concatenate([
            _texts(columns.get(title), len(part.rows), nothing)
            for columns, part in zip(parts, patients.parts, strict=True)
        ])  # fmt: skip
        levels = {text for text in texts if text is not None}
        filled = sum(text is not None for text in texts)
        if 2 <= len(levels) <= MOST_LEVELS and len(levels) < max(filled, 3):
            found[title] = texts
    return pd.DataFrame(found, index=patients.frame.index, dtype=object)


def others(part: Part) -> Iterator[tuple[str, Column]]:
    """Give the columns that are none of ours by header; of several alike, the first."""
    used = {header for one in part.columns.values() for header in (one.header, *one.headers)}
    told: set[str] = set()
    for column in part.unused.values():
        if column.header and column.header not in used | told:
            told.add(column.header)
            yield column.header, column


def _texts(
    column: Column | None, size: int, nothing: set[str]
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    if column is None:
        return np.full(size, None, dtype=object)
    assert BLANK == -1  # the last of the texts
    texts = [None if spelling(cell) in nothing else as_text(cell) for cell in column.values]
    return np.array([*texts, None], dtype=object)[column.codes]
