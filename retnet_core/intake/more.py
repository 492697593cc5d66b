"""Columns of patients that are none of ours, and by which patients can still be divided."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from retnet_core.intake.layouts import Part
from retnet_core.intake.sheets import BLANK, Column, as_text
from retnet_core.intake.typed import Table

MOST_LEVELS = 12


def more_columns(patients: Table) -> pd.DataFrame:
    """Give the other columns of patients that sort them into a few groups.

    Parameters
    ----------
    patients : Table
        The typed table, with its raw parts.

    Returns
    -------
    pandas.DataFrame
        A row a patient in the order of patients; a column a header, with cells as text, None where
        blank. Left out are columns with one level, with more than twelve, or with one a patient.
    """
    parts = [dict(_others(part)) for part in patients.parts]
    titles = dict.fromkeys(title for part in parts for title in part)
    found = {}
    for title in titles:
        texts = np.concatenate([
            _texts(columns.get(title), len(part.rows))
            for columns, part in zip(parts, patients.parts, strict=True)
        ])  # fmt: skip
        levels = {text for text in texts if text is not None}
        filled = sum(text is not None for text in texts)
        if 2 <= len(levels) <= MOST_LEVELS and len(levels) < max(filled, 3):
            found[title] = texts
    return pd.DataFrame(found, index=patients.frame.index, dtype=object)


def _others(part: Part) -> Iterator[tuple[str, Column]]:
    """Give the columns that are none of ours by header; of several alike, the first."""
    used = {header for one in part.columns.values() for header in (one.header, *one.headers)}
    told: set[str] = set()
    for column in part.unused.values():
        if column.header and column.header not in used | told:
            told.add(column.header)
            yield column.header, column


def _texts(column: Column | None, size: int) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    if column is None:
        return np.full(size, None, dtype=object)
    assert BLANK == -1  # the last of the texts
    return np.array([*map(as_text, column.values), None], dtype=object)[column.codes]
