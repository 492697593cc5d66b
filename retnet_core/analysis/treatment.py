"""Who was treated, and since when: the one reading of it that all analyses share."""

from __future__ import annotations

import pandas as pd

from retnet_core.trial import Trial


def first_embolization(trial: Trial) -> pd.Series:
    """Give the day of each patient's first embolization.

    Parameters
    ----------
    trial : Trial
        The whole trial or a part of it.

    Returns
    -------
    pandas.Series
        Dates by patient_id: the date of ``patients``, where that is blank the earliest session,
        else missing. Missing too where a date that would decide could not be read.
    """
    stated = trial.patients.set_index("patient_id")["first_embolization_date"]
    sessions = trial.embolizations.groupby("patient_id")["date"].min()
    unreadable = stated.index.isin(_unreadable(trial, "patients", "first_embolization_date"))
    unreadable |= stated.isna() & stated.index.isin(_unreadable(trial, "embolizations", "date"))
    return stated.fillna(sessions).mask(unreadable)


def records_treatment(trial: Trial) -> bool:
    """Tell whether the export, not only the patients looked at, says who was treated."""
    whole = trial.whole
    return bool(
        whole.patients["treated"].notna().any()
        or whole.patients["first_embolization_date"].notna().any()
        or len(whole.embolizations)
        or len(_unreadable(trial, "patients", "first_embolization_date"))
    )


def treated(trial: Trial) -> pd.Series:
    """Say of each patient whether an embolization was given.

    Parameters
    ----------
    trial : Trial
        The whole trial or a part of it.

    Returns
    -------
    pandas.Series
        Booleans by patient_id: ``treated`` where given, else whether there is a first
        embolization (a date that could not be read is one) or any session; everyone where the
        export says nothing about treatment.
    """
    patients = trial.patients.set_index("patient_id")
    if not records_treatment(trial):
        return pd.Series(True, index=patients.index)
    ids = patients.index
    dated = patients["first_embolization_date"].notna()
    implied = dated | ids.isin(trial.embolizations["patient_id"])
    implied |= ids.isin(_unreadable(trial, "patients", "first_embolization_date"))
    return patients["treated"].fillna(implied.astype("boolean")).astype(bool)


def _unreadable(trial: Trial, table: str, column: str) -> pd.Series:
    cells = trial.unreadable
    return cells.loc[(cells["table"] == table) & (cells["column"] == column), "patient_id"]
