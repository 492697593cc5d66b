"""Who was randomised when, to which arm, with which grade."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from retnet_core.analysis.result import Result
from retnet_core.protocol import CLOSED_ARMS
from retnet_core.trial import Trial


@dataclass(frozen=True, eq=False, kw_only=True)
class Accrual(Result):
    """Accrual of a trial.

    Attributes
    ----------
    curve : pandas.DataFrame
        arm, date, patients (randomised up to and with that day); a row a day with accrual, and
        one at the last day of all so that every arm's line reaches it.
    closures : pandas.DataFrame
        arm, date: the last randomisation to each arm that was closed early.
    table : pandas.DataFrame
        arm, a column a WHO grade, all: patients.
    arms : tuple of str
        Arms with patients, in display order.
    event : str
        What dates a patient: "randomisation", or "first embolization".
    """

    curve: pd.DataFrame
    closures: pd.DataFrame
    table: pd.DataFrame
    arms: tuple[str, ...]
    event: str


def accrual(trial: Trial) -> Accrual:
    """Count patients by arm over time and by grade.

    Parameters
    ----------
    trial : Trial
        Whole or narrowed.

    Returns
    -------
    Accrual
        Dated by randomisation, or by first embolization where the export has no randomisation
        date at all; patients without that date are in the table but not in the curve.
    """
    patients = trial.patients
    randomised = patients["randomization_date"].notna().any()
    column = "randomization_date" if randomised else "first_embolization_date"
    event = "randomisation" if randomised else "first embolization"
    dated = patients.dropna(subset=[column])
    daily = dated.groupby(["arm", column]).size().rename("patients").reset_index()
    daily["patients"] = daily.groupby("arm")["patients"].cumsum()
    curve = daily.rename(columns={column: "date"})
    if len(curve):
        last = curve.groupby("arm", as_index=False).last().assign(date=curve["date"].max())
        curve = pd.concat([curve, last]).drop_duplicates(["arm", "date"])
    missing = len(patients) - len(dated)
    arms = tuple(trial.level_counts("arms"))
    return Accrual(
        curve=curve.sort_values(["arm", "date"], ignore_index=True),
        closures=dated[dated["arm"].isin(CLOSED_ARMS)]
        .groupby("arm")[column]
        .max()
        .rename("date")
        .reset_index(),
        table=_by_grade(trial, arms),
        arms=arms,
        event=event,
        method=f"Patients by arm assigned, counted on the day of {event}.",
        notes=(f"{missing} without a date of {event}: not in the curve.",) if missing else (),
    )  # fmt: skip


def _by_grade(trial: Trial, arms: tuple[str, ...]) -> pd.DataFrame:
    grades = list(trial.level_counts("who_grades"))
    counts = pd.crosstab(trial.patients["arm"], trial.levels("who_grades"))
    table = counts.reindex(index=list(arms), columns=grades, fill_value=0)
    table["all"] = table.sum(axis=1)
    return table.rename_axis(index="arm", columns=None).reset_index()
