"""The tables of an export: a module a table, each with a pandera schema called ``SCHEMA``."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from retnet_core.tables import (
    adverse_events,
    assessments,
    embolizations,
    labs,
    patients,
    questionnaires,
    scores,
    time_to_event,
)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    str(module.SCHEMA.name): module.SCHEMA
    for module in (
        patients,
        embolizations,
        assessments,
        adverse_events,
        questionnaires,
        scores,
        labs,
        time_to_event,
    )
}
"""The schema of every table, by name, in the order in which a workbook holds them."""


@dataclass(frozen=True)
class About:
    """What is declared of a column beside its type and its checks.

    Attributes
    ----------
    kind : str
        "text", "coded", "number", "date" or "yes_no".
    unit : str
        Of its numbers, "" for none.
    aliases : tuple of str
        Hand-kept spellings of its header.
    values : mapping of str to sequence of str
        Of a coded column each code and its spellings.
    required : bool
        An export must have it.
    """

    kind: str
    unit: str
    aliases: tuple[str, ...]
    values: Mapping[str, Sequence[str]]
    required: bool


@functools.cache
def about(table: str, column: str) -> About:
    """Say what is declared of a column.

    Examples
    --------
    >>> about("assessments", "sum_of_diameters_mm").unit, about("patients", "sex").kind
    ('mm', 'coded')
    """
    return About(**(SCHEMAS[table].columns[column].metadata or {}))


def empty(table: str) -> pd.DataFrame:
    """Make a frame without rows that has every column of a table, with its dtype."""
    schema = SCHEMAS[table]
    return pd.DataFrame(
        {name: pd.Series(dtype=column.dtype.type) for name, column in schema.columns.items()}
    )


__all__ = ["SCHEMAS", "About", "about", "empty"]
