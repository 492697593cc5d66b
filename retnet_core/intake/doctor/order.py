"""What comes before or after something that it cannot, or stands twice."""

from __future__ import annotations

from retnet_core.intake.doctor.words import DATED, KEPT, WHICH, Tables, of_patients, rows_of
from retnet_core.intake.findings import Severity
from retnet_core.protocol import fold


def before_randomisation(tables: Tables) -> None:
    """Report sessions and adverse events that come before the patient was randomised."""
    for name, column, words in (DATED[0], DATED[2]):
        table = tables[name]
        early = table.frame[column] < of_patients(table, tables, "randomization_date")
        table.about(
            column, rows_of(early), Severity.NOTE,
            f"The date of the {words} is before the patient's randomisation. {KEPT}", WHICH,
        )  # fmt: skip


def after_last_contact(tables: Tables) -> None:
    """Report last contacts after which something else is dated."""
    patients = tables["patients"]
    contact, death = patients.frame["last_contact_date"], patients.frame["death_date"]
    for name, column, words in DATED:
        dates = tables[name].frame.groupby("patient_id")[column].max()
        latest = patients.frame["patient_id"].map(dates)
        # What comes after death is another rule's.
        late = (latest > contact) & ~(latest > death)
        patients.about(
            "last_contact_date", rows_of(late), Severity.NOTE,
            f"The patient's last contact is before the latest {words} in the table {name}. {KEPT}",
            "Give the last day on which the patient was known to be alive.",
        )  # fmt: skip


def repeated_events(tables: Tables) -> None:
    """Report adverse events that a patient has twice."""
    table = tables["adverse_events"]
    known = table.frame[table.frame[["term", "start_date", "grade"]].notna().all(axis=1)]
    same = known.assign(term=known["term"].map({one: fold(one) for one in known["term"].unique()}))
    again = same.duplicated(["patient_id", "term", "start_date", "grade"])
    table.about(
        "term", again.index[again], Severity.NOTE,
        "The patient has this event already, with the same start and grade. Both rows are kept.",
        "Delete the row, if it was entered twice; else nothing.",
    )  # fmt: skip
