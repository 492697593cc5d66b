"""Given times against the dates of the patients, and against a life."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from retnet_core.intake.cells import DAYS_IN, WRITE_ISO
from retnet_core.intake.doctor.events import (
    are_swapped,
    dates_of_patients,
    happened,
    of_death,
)
from retnet_core.intake.doctor.words import AS_THEY_STAND, KEPT, LEAST, Tables, rows_of
from retnet_core.intake.findings import Severity
from retnet_core.intake.typed import Table
from retnet_core.protocol import DAYS_PER_MONTH, ENDPOINTS, Endpoint, find_endpoint

STARTS = ("first_embolization_date", "randomization_date")
_WITHIN = 1.25
"""How far, as a ratio, a time may be from its dates and still have that unit."""
MONTH = 31
_FAR = pd.Timedelta(days=20 * DAYS_IN["years"])
LONGEST_MONTHS = 300
LONGEST_DAYS = 50 * DAYS_IN["years"]


def given_endpoints(tables: Tables) -> None:
    """Compare given events and times of an endpoint with the dates of the patients.

    Where events seem to be swapped, or times in another unit, that is all that is said of them.
    """
    table = tables["time_to_event"]
    if table.frame.empty:
        return
    dated = table.frame.merge(dates_of_patients(tables), on="patient_id", how="left")
    names = table.frame["endpoint"].unique()
    codes = table.frame["endpoint"].map({name: find_endpoint(name).code for name in names})
    for code, endpoint in ENDPOINTS.items():
        rows = dated[codes == code]
        if len(rows) and not are_swapped(table, endpoint, rows):
            if not _other_unit(table, endpoint, rows) and code == "os":
                _time_to_death(table, rows)
            if code == "os":
                of_death(table, rows)


def _other_unit(table: Table, endpoint: Endpoint, rows: pd.DataFrame) -> bool:
    """Report times that fit the dates in another unit only: months that are days."""
    found = False
    for column in ("days", "months"):
        times = rows[rows[column] > 0]
        unit = _unit_by_dates(endpoint, times, times[column], column)
        if unit is None and column == "days" and _short_for_their_follow_up(times):
            unit = "months"
        if unit and unit != column:
            found = True
            table.about(
                column, times.index, Severity.ASSUMED,
                f"{endpoint.short}: the times stand under {column}, but they fit the dates of the "
                f"patients only as {unit}. {AS_THEY_STAND}",
                f"Check the unit. If the times are {unit}, give them in days.",
            )  # fmt: skip
    return found


def _unit_by_dates(
    endpoint: Endpoint, rows: pd.DataFrame, times: pd.Series, own: str
) -> str | None:
    """Give the unit in which most times fit the dates, the column's own if it does, else None."""
    end = happened(endpoint, rows).where(rows["event"].fillna(False).astype(bool))
    censored = rows["last_contact_date"].fillna(rows["seen"]) if endpoint.code == "os" else (
        rows["last_imaging_date"]
    )  # fmt: skip
    end = end.fillna(censored.where(rows["event"].eq(False).fillna(False).astype(bool)))
    fitting = []
    for start in STARTS:
        days = (end - rows[start]).dt.days + 1
        ratio = (days / times)[days >= MONTH].dropna()
        for unit, length in DAYS_IN.items():
            fits = ratio.between(length / _WITHIN, length * _WITHIN)
            if len(ratio) >= LEAST and fits.mean() > 0.5:
                fitting.append(unit)
    return own if own in fitting else next(iter(fitting), None)


def _short_for_their_follow_up(rows: pd.DataFrame) -> bool:
    """Tell whether nobody has 40 days, though most were seen for longer than a year."""
    start = rows[list(STARTS)].min(axis=1)
    followed = (rows["seen"] - start).dt.days.dropna()
    return len(followed) >= LEAST and followed.median() > 365 and rows["days"].max() < 40


def _time_to_death(table: Table, rows: pd.DataFrame) -> None:
    """Report times to death that are not those of the patient's dates."""
    days = rows["days"].fillna(rows["months"] * DAYS_PER_MONTH)
    away = pd.concat(
        [(days - (rows["death_date"] - rows[start]).dt.days - 1).abs() for start in STARTS], axis=1
    ).min(axis=1)
    wrong = rows["event"].fillna(False).astype(bool) & (away > MONTH)
    for column, here in (("days", rows["days"].notna()), ("months", rows["days"].isna())):
        table.about(
            column, wrong.index[wrong & here], Severity.NOTE,
            "The time to death differs by more than a month from the patient's dates (start of "
            f"treatment or randomisation, to death). {KEPT} The time given here is analysed.",
            "Find out in the source whether the time or one of the dates is right.",
        )  # fmt: skip


def far_dates(tables: Tables) -> None:
    """Report dates of the past that are far from nearly all others of the export."""
    dates = {name: table.frame.select_dtypes("datetime") for name, table in tables.items()}
    every = pd.concat([frame[name] for frame in dates.values() for name in frame]).dropna()
    if len(every) < LEAST:
        return
    middle, today = every.median(), pd.Timestamp(dt.date.today())
    for name, frame in dates.items():
        for column in frame:
            far = (frame[column] - middle).abs() > _FAR
            tables[name].about(
                str(column), rows_of(far & (frame[column] <= today)), Severity.ASSUMED,
                "The date is more than 20 years from most dates of the export. It is kept as it "
                "stands, and times are counted with it.",
                f"Check the year. {WRITE_ISO}",
            )  # fmt: skip


def endless_times(tables: Tables) -> None:
    """Report times that are longer than anybody is followed for."""
    table = tables["time_to_event"]
    table.about(
        "months", rows_of(table.frame["months"] > LONGEST_MONTHS), Severity.ASSUMED,
        "This is more than 25 years. The time may be in days, not in months. It is kept as it "
        "stands.",
        "Check the unit. If the time is in days, give it under days.",
    )  # fmt: skip
    table.about(
        "days", rows_of(table.frame["days"] > LONGEST_DAYS), Severity.ASSUMED,
        "This is more than 50 years. The time may be in hours, a date as a number, or a code for "
        "no value. It is kept as it stands, and is analysed.",
        "Check the time and its unit, and correct it.",
    )  # fmt: skip
