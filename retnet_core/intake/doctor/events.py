"""Given events against the dates of the patients."""

from __future__ import annotations

import pandas as pd

from retnet_core.intake.doctor.words import AS_THEY_STAND, DATED, KEPT, LEAST, Tables
from retnet_core.intake.findings import Severity
from retnet_core.intake.typed import Table
from retnet_core.protocol import Endpoint
from retnet_core.wording import count

HAPPENED = {
    "os": ("death_date",),
    "hpfs": ("hepatic_progression_date", "death_date"),
    "pfs": ("hepatic_progression_date", "progression_date", "death_date"),
    "ttp": ("hepatic_progression_date", "progression_date"),
}
"""The dates of which the first is the event of an endpoint; the first column must have any."""


def dates_of_patients(tables: Tables) -> pd.DataFrame:
    """Give the dates of each patient, with the last date that any table has of them."""
    patients = tables["patients"].frame
    dates = patients.select_dtypes("datetime").assign(patient_id=patients["patient_id"])
    seen = [
        tables[name].frame[["patient_id", column]].set_axis(["patient_id", "seen"], axis=1)
        for name, column, _ in DATED
    ]
    own = dates.drop(columns="randomization_date").set_index("patient_id").max(axis=1)
    seen.append(own.rename("seen").reset_index())
    last = pd.concat(seen).dropna().groupby("patient_id")["seen"].max()
    return dates.assign(seen=dates["patient_id"].map(last))


def happened(endpoint: Endpoint, rows: pd.DataFrame) -> pd.Series:
    """Give the date of an endpoint's event, missing where there was none."""
    return rows[list(HAPPENED[endpoint.code])].min(axis=1)


def are_swapped(table: Table, endpoint: Endpoint, rows: pd.DataFrame) -> bool:
    """Report events that are the opposite of the dates: CNSR read the wrong way round."""
    told = rows[rows["event"].notna()]
    by_date, event = happened(endpoint, told).notna(), told["event"].astype(bool)
    progressed = told[list(HAPPENED[endpoint.code])[:-1] or ["death_date"]]
    both = min(by_date.sum(), (~by_date).sum()) >= 2 and len(told) >= LEAST
    if not both or not progressed.notna().any(axis=None):
        return False
    wrong = event != by_date
    if wrong[by_date].mean() <= 0.5 or wrong[~by_date].mean() <= 0.5:
        return False
    table.about(
        "event", wrong.index[wrong], Severity.ASSUMED,
        f"{endpoint.short}: for {int(wrong.sum())} of {count(len(told), 'patient')} the event is "
        "the opposite of the dates. Those with the date of an event count as censored, those "
        f"without as having it. Yes and no may be swapped. {AS_THEY_STAND}",
        "Check which code means that the event happened. In CDISC's CNSR, 0 is the event and 1 or "
        "more is censored.",
    )  # fmt: skip
    return True


def of_death(table: Table, rows: pd.DataFrame) -> None:
    """Report deaths that only one of endpoint and dates knows of."""
    if not rows["death_date"].notna().any():
        return
    died = rows["event"].fillna(False).astype(bool) & rows["death_date"].isna()
    table.about(
        "event", died.index[died], Severity.NOTE,
        f"The endpoint OS says that the patient died, but the table patients has no date of death. "
        f"{KEPT}",
        "Add the date of death to the sheet of patients, or correct the event.",
    )  # fmt: skip
    alive = rows["event"].eq(False).fillna(False).astype(bool) & rows["death_date"].notna()
    table.about(
        "event", alive.index[alive], Severity.NOTE,
        f"The endpoint OS is censored, but the table patients has a date of death. {KEPT}",
        "Nothing, if the patient died after the end of follow-up; else correct the event.",
    )  # fmt: skip
