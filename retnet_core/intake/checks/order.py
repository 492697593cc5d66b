"""Dates of a patient that come in an impossible order."""

from __future__ import annotations

from typing import NamedTuple

from retnet_core.intake.doctor import DATED, KEPT, WHICH, Tables
from retnet_core.intake.findings import Severity


class Order(NamedTuple):
    """Two dates of a patient of which the second cannot come before the first."""

    first: str
    first_words: str
    second: str
    second_words: str


ORDERS = (
    Order("randomization_date", "randomisation", "first_embolization_date",
          "the first embolization"),
    Order("randomization_date", "randomisation", "death_date", "death"),
    Order("first_embolization_date", "the first embolization", "hepatic_progression_date",
          "hepatic progression"),
    Order("first_embolization_date", "the first embolization", "progression_date", "progression"),
    Order("first_embolization_date", "the first embolization", "other_therapy_date",
          "the other therapy"),
    Order("first_embolization_date", "the first embolization", "death_date", "death"),
    Order("first_embolization_date", "the first embolization", "last_contact_date",
          "the last contact"),
    Order("hepatic_progression_date", "hepatic progression", "death_date", "death"),
    Order("progression_date", "progression", "death_date", "death"),
    Order("other_therapy_date", "the other therapy", "death_date", "death"),
    Order("last_imaging_date", "the last imaging", "death_date", "death"),
    Order("last_contact_date", "the last contact", "death_date", "death"),
    Order("hepatic_progression_date", "hepatic progression", "last_contact_date",
          "the last contact"),
    Order("progression_date", "progression", "last_contact_date", "the last contact"),
    Order("other_therapy_date", "the other therapy", "last_contact_date", "the last contact"),
    Order("last_imaging_date", "the last imaging", "last_contact_date", "the last contact"),
)  # fmt: skip


def date_orders(tables: Tables) -> None:
    """Report dates of a patient that come in an impossible order."""
    patients = tables["patients"]
    for first, first_words, second, second_words in ORDERS:
        wrong = patients.frame[second] < patients.frame[first]
        patients.about(
            second,
            wrong.to_numpy().nonzero()[0],
            Severity.NOTE,
            f"The date of {second_words.removeprefix('the ')} is before "
            f"{first_words}. {KEPT} Times that would be negative are not analysed.",
            WHICH,
        )


def after_death(tables: Tables) -> None:
    """Report what is dated after a patient's death."""
    death = tables["patients"].frame.set_index("patient_id")["death_date"]
    for name, column, words in DATED:
        table = tables[name]
        wrong = table.frame[column] > table.frame["patient_id"].map(death)
        table.about(
            column,
            wrong.to_numpy().nonzero()[0],
            Severity.NOTE,
            f"The date of the {words} is after the patient's death. {KEPT}",
            WHICH,
        )


def embolization_dates(tables: Tables) -> None:
    """Report patients whose first session is not on the day of their first embolization."""
    patients = tables["patients"]
    sessions = tables["embolizations"].frame.groupby("patient_id")["date"].min()
    first = patients.frame["first_embolization_date"]
    earliest = patients.frame["patient_id"].map(sessions)
    wrong = first.notna() & earliest.notna() & (first != earliest)
    patients.about(
        "first_embolization_date",
        wrong.to_numpy().nonzero()[0],
        Severity.NOTE,
        "The patient's first session in the table embolizations is on another day. The date given "
        "here is used.",
        WHICH,
    )


def adverse_events(tables: Tables) -> None:
    """Report events that end before they start, come before treatment, or kill the living."""
    table = tables["adverse_events"]
    events, patients = table.frame, tables["patients"].frame.set_index("patient_id")
    ends_early = events["end_date"] < events["start_date"]
    table.about(
        "end_date", ends_early.to_numpy().nonzero()[0], Severity.NOTE,
        f"The event ends before it starts. {KEPT}", WHICH,
    )  # fmt: skip
    first = events["patient_id"].map(patients["first_embolization_date"])
    early = (events["start_date"] < first) & events["treatment_emergent"].isna()
    table.about(
        "start_date", early.to_numpy().nonzero()[0], Severity.NOTE,
        "The event began before the first embolization; it does not count as treatment-emergent.",
        "Nothing, if the dates are right.",
    )  # fmt: skip
    alive = events["patient_id"].map(patients["death_date"]).isna()
    fatal = (events["grade"] == 5) & alive
    table.about(
        "grade", fatal.to_numpy().nonzero()[0], Severity.NOTE,
        "The event is graded 5 (death), but the patient has no date of death. The grade is kept, "
        "but survival does not take it for a death.",
        "Add the date of death to the sheet of patients, or correct the grade.",
    )  # fmt: skip
