"""The tables of an export: a module a table, each with a pandera schema called ``SCHEMA``."""

from __future__ import annotations

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


def empty(table: str) -> pd.DataFrame:
    """Make a frame without rows that has every column of a table, with its dtype."""
    schema = SCHEMAS[table]
    return pd.DataFrame(
        {name: pd.Series(dtype=column.dtype.type) for name, column in schema.columns.items()}
    )


__all__ = ["SCHEMAS", "empty"]
