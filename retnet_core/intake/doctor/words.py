"""What the rules share: the dates of other tables, and words for what is kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.typed import Table

Tables = Mapping[str, Table]

KEPT = "Both are kept as they stand."
WHICH = "Find out in the source which of the two is right."
AS_THEY_STAND = "They are kept as they stand."

DATED = (
    ("embolizations", "date", "embolization"),
    ("assessments", "date", "imaging"),
    ("adverse_events", "start_date", "onset of the event"),
    ("questionnaires", "date", "questionnaire"),
    ("labs", "date", "sample"),
)
"""Dates of other tables than patients, in words."""

LEAST = 5
"""Patients, of whom most must agree before a column as a whole is doubted."""


def rows_of(chosen: pd.Series) -> NDArray[np.intp]:
    """Give the places of the chosen rows."""
    return np.flatnonzero(chosen.to_numpy(dtype=bool, na_value=False))


def of_patients(table: Table, tables: Tables, column: str) -> pd.Series:
    """Look a column of patients up for each row of another table."""
    patients = tables["patients"].frame.set_index("patient_id")
    return table.frame["patient_id"].map(patients[column])
