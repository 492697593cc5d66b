"""Who was given which treatment, as far as the export says it."""

from __future__ import annotations

import pandas as pd

from retnet_core.intake.doctor import Tables
from retnet_core.intake.findings import Severity
from retnet_core.protocol import UNKNOWN
from retnet_core.wording import count


def arms(tables: Tables) -> None:
    """Report patients without an arm, and those whose arm received is taken from the assigned."""
    patients = tables["patients"]
    without = patients.frame["arm"] == UNKNOWN
    patients.about(
        "arm",
        without.to_numpy().nonzero()[0],
        Severity.ASSUMED,
        f"The patient has no arm and is kept in an arm called '{UNKNOWN}'.",
        "Write the arm assigned at randomisation: TAE, cTACE or DEB-TACE.",
    )
    blank = int((patients.frame["arm_received"].isna() & _may_be_treated(tables)).sum())
    if blank:
        patients.note(
            f"{count(blank, 'patient has', 'patients have')} no arm received; the arm assigned "
            "is taken for it.",
            "Nothing, if all were treated as assigned; else fill in arm_received.",
            Severity.ASSUMED,
        )


def _may_be_treated(tables: Tables) -> pd.Series:
    """Tell who was treated, or of whom nothing says that he was not."""
    patients, sessions = tables["patients"], tables["embolizations"].frame
    dated = patients.frame["first_embolization_date"].notna()
    dated |= patients.frame.index.isin(patients.emptied["first_embolization_date"])
    dated |= patients.frame["patient_id"].isin(sessions["patient_id"])
    said = patients.frame["treated"]
    tells = said.notna().any() or dated.any() or len(sessions) > 0
    return said.fillna(dated.astype("boolean") if tells else True).astype(bool)


def treated(tables: Tables) -> None:
    """Note patients without a treatment date, or an export that does not say who was treated."""
    patients, sessions = tables["patients"].frame, tables["embolizations"].frame
    undated = patients["first_embolization_date"].isna() & ~patients["patient_id"].isin(
        sessions.loc[sessions["date"].notna(), "patient_id"]
    )
    if not undated.all():
        tables["patients"].about(
            "first_embolization_date",
            undated.to_numpy().nonzero()[0],
            Severity.NOTE,
            "The patient has no date of a first embolization and no session: endpoints that start "
            "there cannot be timed.",
            "Nothing, if the patient was never embolized; else add the date.",
        )
    told = patients["treated"].notna() | patients["first_embolization_date"].notna()
    if not told.any() and sessions.empty:
        tables["patients"].note(
            "The export has no date of a first embolization, no sessions and no column 'treated': "
            "every patient counts as treated.",
            "Nothing, if all were treated; else add one of these.",
            Severity.ASSUMED,
        )
