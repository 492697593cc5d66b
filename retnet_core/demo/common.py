"""What every part of the simulation uses: the calendar, random choice, visits, types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.tables import SCHEMAS, about

N_PATIENTS = 162
DATA_CUT = dt.date(2023, 6, 30)
CUT = pd.Timestamp(DATA_CUT)

TAE, CTACE, DEB = "Arm 1 - BE", "Arm 2 - TACE", "Arm 3 - DEB - CLOSED"

Rng = np.random.Generator
Array = npt.NDArray[Any]
Column = pd.Series  # of whatever the table holds


def share_of(n_patients: int, count: int) -> int:
    """Scale a count of the 162 patients to a trial of another size."""
    return round(n_patients * count / N_PATIENTS)


def after(dates: Column, days: Array) -> Column:
    """Move dates by whole days; missing where either is."""
    whole = np.round(np.asarray(days, dtype=float))
    # Not to_timedelta of floats: with missing days it rounds uninitialised memory and may warn.
    missing = np.isnan(whole)
    moved = np.where(missing, 0, whole).astype("timedelta64[D]").astype("timedelta64[ns]")
    moved[missing] = np.timedelta64("NaT")
    return dates + moved


def on_workday(dates: Column) -> Column:
    """Move Saturdays and Sundays to the Monday after."""
    weekday = dates.dt.day_of_week.to_numpy()
    return after(dates, np.select([weekday == 5, weekday == 6], [2.0, 1.0], 0.0))


def days_between(earlier: Column, later: Column) -> Array:
    """Count days as numbers, NaN where a date is missing."""
    return (later - earlier).dt.total_seconds().to_numpy(float) / 86_400


def pick(rng: Rng, n: int, weights: Mapping[str, float]) -> Array:
    """Draw n names by weight."""
    chances = np.array(list(weights.values()), float)
    return rng.choice(np.array(list(weights), object), n, p=chances / chances.sum())


def blank(rng: Rng, values: Array, share: float) -> Array:
    """Empty a share of the cells, as in any real export."""
    cells = np.asarray(values).astype(object)
    cells[rng.random(len(cells)) < share] = None
    return cells


def visits(patients: pd.DataFrame, attendance: Mapping[int, float], rng: Rng) -> pd.DataFrame:
    """Draw the visits that patients came to.

    Parameters
    ----------
    patients : pandas.DataFrame
        With ``start`` (day of the first embolization), ``randomization_date``, ``treated`` and
        ``last_contact_date``.
    attendance : mapping of int to float
        Month of the visit (0 is baseline), and the chance of coming while under observation.

    Returns
    -------
    pandas.DataFrame
        ``who`` (row number of the patient), ``month``, ``visit``, ``date``, ordered by patient
        and month; untreated patients have their baseline only.
    """
    months = np.array(list(attendance))
    n, k = len(patients), len(months)
    came = rng.random((n, k)) < np.array(list(attendance.values()))
    shift = np.clip(rng.normal(0, 7, (n, k)), -20, 20)
    who, column = np.nonzero(came)
    rows = patients.iloc[who].reset_index(drop=True)
    month = months[column]
    wait = days_between(rows["randomization_date"], rows["start"])
    first = after(rows["randomization_date"], np.floor(wait * rng.random(len(rows))))
    date = on_workday(after(rows["start"], month * DAYS_PER_MONTH + shift[who, column]))
    date = date.where(month > 0, first)
    visit = np.array(["Baseline" if m == 0 else f"Month {m}" for m in months], object)[column]
    frame = pd.DataFrame({"who": who, "month": month, "visit": visit, "date": date})
    seen = (date <= rows["last_contact_date"]) & (rows["treated"] | (month == 0))
    return frame[seen].reset_index(drop=True)


def ids(patients: pd.DataFrame, who: Array) -> Array:
    """Look up the patients' ids by row number."""
    return patients["patient_id"].to_numpy(object)[who]


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame exactly the columns and dtypes of its table."""
    columns = SCHEMAS[table].columns
    whole = frame.reindex(columns=list(columns)).reset_index(drop=True)
    for name, column in columns.items():
        cells = whole[name]
        if about(table, name).kind in ("text", "coded"):
            missing = cells.isna()
            text = cells.astype(object)
            whole[name] = text.where(~missing, None) if missing.any() else text
        else:
            whole[name] = cells.astype(column.dtype.type)
    return whole
