"""Rules across columns and tables: what cannot be true together is said, and kept as it stands.

Which of two cells is wrong is not for the program to guess: both stay, and the analyses leave out
what they cannot use (a time that would be negative) and say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from retnet_core.instruments import INSTRUMENTS, scales_of
from retnet_core.intake import doctor
from retnet_core.intake.cells import WRITE_ISO
from retnet_core.intake.doctor import DATED, KEPT, WHICH, Tables
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.typed import Table
from retnet_core.protocol import DAYS_PER_MONTH, UNKNOWN
from retnet_core.tables import SCHEMAS
from retnet_core.wording import count


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

NEEDED_FOR_DATES = (
    "first_embolization_date", "hepatic_progression_date", "last_imaging_date", "death_date",
    "last_contact_date",
)  # fmt: skip
ALWAYS_NEEDED = {
    "patients": ("arm", "who_grade"),
    "embolizations": ("date",),
    "assessments": ("date", "overall_response"),
    "adverse_events": ("term", "grade"),
    "questionnaires": ("instrument", "item", "value"),
    "scores": ("instrument", "scale", "score"),
    "labs": ("test", "date", "value"),
    "time_to_event": ("endpoint", "event"),
}


def run(tables: Tables) -> None:
    """Add the findings of every rule to the tables they concern.

    Parameters
    ----------
    tables : mapping of str to Table
        All tables of an export, typed.
    """
    for rule in (
        missing_columns, arms, date_orders, after_death, embolization_dates, adverse_events,
        treated, given_times, answers, shares_for_percentages, future_dates,
    ):  # fmt: skip
        rule(tables)
    doctor.check(tables)
    for table in tables.values():
        name_patients(table)


def name_patients(table: Table) -> None:
    """Give the cells of a table's findings the id of their patient."""
    wanted = {(found.sheet, at.row) for found in table.findings for at in found.places}
    ids: dict[tuple[str, int], str] = {}
    start = 0
    for part in table.parts:
        rows = [row for sheet, row in wanted if sheet == part.sheet]
        own = table.frame["patient_id"].to_numpy()[start : start + len(part.rows)]
        for at in np.flatnonzero(np.isin(part.rows, rows)):
            ids[part.sheet, int(part.rows[at])] = own[at]
        start += len(part.rows)
    table.findings = [
        replace(
            found,
            places=tuple(
                replace(at, patient_id=ids.get((found.sheet, at.row), at.patient_id))
                for at in found.places
            ),
        )
        for found in table.findings
    ]


def missing_columns(tables: Tables) -> None:
    """Note columns that an analysis needs and the export does not have."""
    needed = dict(ALWAYS_NEEDED)
    if tables["time_to_event"].frame.empty:
        needed["patients"] += NEEDED_FOR_DATES
    for name, columns in needed.items():
        parts = tables[name].parts
        missing = [one for one in columns if all(one not in part.columns for part in parts)]
        if parts and missing:
            tables[name].note(
                f"The export has no column for {', '.join(missing)}; it counts as missing in "
                "every row.",
                "Nothing, if it is not known; else add the column with this name.",
            )


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
    blank = int(patients.frame["arm_received"].isna().sum())
    if blank:
        patients.note(
            f"{count(blank, 'patient has', 'patients have')} no arm received; the arm assigned "
            "is taken for it.",
            "Nothing, if all were treated as assigned; else fill in arm_received.",
            Severity.ASSUMED,
        )


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
        "The first session in embolizations is on another day. This date is used.",
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
        "The event is graded 5 (death), but the patient has no date of death. The grade is kept; "
        "the patient counts as alive.",
        "Add the date of death to patients, or correct the grade.",
    )  # fmt: skip


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


def given_times(tables: Tables) -> None:
    """Report given times that cannot be used."""
    table = tables["time_to_event"]
    given = table.frame
    for column in ("days", "months"):
        table.about(
            column, (given[column] < 0).to_numpy().nonzero()[0], Severity.NOTE,
            "The time is negative. It is kept, but the patient is not analysed for this endpoint.",
            "Correct the time.",
        )  # fmt: skip
    key = given["endpoint"].str.casefold()
    twice = given.assign(endpoint=key).duplicated(["patient_id", "endpoint"], keep=False)
    table.about(
        "endpoint", twice.to_numpy().nonzero()[0], Severity.NOTE,
        "The patient has more than one row of this endpoint. All are kept, but the patient is not "
        "analysed for it.",
        "Keep one row for each patient and endpoint.",
    )  # fmt: skip
    apart = (given["days"] - given["months"] * DAYS_PER_MONTH).abs() > DAYS_PER_MONTH
    table.about(
        "days", apart.to_numpy().nonzero()[0], Severity.NOTE,
        "Days and months of the row are not the same time. The days are used.",
        "Find out which of the two is right.",
    )  # fmt: skip
    for name, rows in given.groupby("endpoint"):
        if len(rows) >= doctor.LEAST and rows["event"].eq(True).all():
            table.about(
                "event", rows.index.to_numpy()[:1], Severity.ASSUMED,
                f"All {len(rows)} patients have the event of {name}, and nobody is censored. Is "
                "that so? Some programs write 1 for censored and 2 for the event.",
                "Nothing, if that is so; else say under Columns on the page Data what the codes "
                "of event mean.",
            )  # fmt: skip


def answers(tables: Tables) -> None:
    """Report answers that a known form does not offer.

    Where an item also offers "not applicable", any answer beyond the graded ones is taken for
    that when the form is scored, and questionnaires not known here offer what they like.
    """
    table = tables["questionnaires"]
    for instrument in INSTRUMENTS:
        given = table.frame[table.frame["instrument"] == instrument]
        value = given["value"]
        for scale in scales_of(instrument):
            asked = given["item"].isin(set(scale.items) - set(scale.not_applicable))
            offered = value.between(scale.lowest, scale.highest) & (value % 1 == 0)
            table.about(
                "value",
                given.index[asked & value.notna() & ~offered],
                Severity.NOTE,
                f"The form does not offer this answer (it has {scale.lowest} to {scale.highest}). "
                "It is kept, but counts as missing when the form is scored.",
                "Correct the answer.",
            )


def shares_for_percentages(tables: Tables) -> None:
    """Report columns of percentages that look like shares of one."""
    patients = tables["patients"]
    for name, spec in SCHEMAS["patients"].columns.items():
        values = patients.frame[name].dropna() if (spec.metadata or {})["unit"] == "%" else ()
        shares = [value for value in values if 0 < value < 1]
        if shares and max(values) > 1 and name != "ki67_percent":  # which is often below 1
            patients.about(
                name, patients.frame.index[patients.frame[name].between(0, 1, "neither")],
                Severity.ASSUMED,
                f"This is below 1, and other cells of {name} are not: it may be a share of one, or "
                "a cell that the spreadsheet shows as a percentage. It was read as it stands, so "
                "0.4 is 0.4%.",
                "Write 40 for 40%.",
            )  # fmt: skip
        elif len(values) > 1 and shares and max(values) <= 1:
            patients.note(
                f"No value of {name} is above 1: these may be shares of one, or cells that the "
                "spreadsheet shows as percentages. They were read as percentages, so 0.4 is 0.4%.",
                "Write 40 for 40%.",
                Severity.ASSUMED,
            )


def dates(tables: Tables) -> Iterator[tuple[Table, str, pd.Series]]:
    """Give every column of dates with its table and name."""
    for table in tables.values():
        for name, spec in SCHEMAS[table.name].columns.items():
            if (spec.metadata or {})["kind"] == "date":
                yield table, name, table.frame[name]


def future_dates(tables: Tables) -> None:
    """Report dates after today."""
    for table, name, column in dates(tables):
        late = (column > pd.Timestamp(dt.date.today())).to_numpy().nonzero()[0]
        table.about(
            name, late, Severity.NOTE, "The date is in the future. It is kept as it stands.",
            f"Check the year. {WRITE_ISO}",
        )  # fmt: skip


def latest_date(tables: Tables) -> dt.date | None:
    """Give the latest date of any table that is not in the future."""
    today = pd.Timestamp(dt.date.today())
    latest = [column[column <= today].max() for _, _, column in dates(tables)]
    known = [date.date() for date in latest if not pd.isna(date)]
    return max(known, default=None)


def cut_finding(stated: str, cut: dt.date | None) -> Finding:
    """Say that the data cut is not the file's own."""
    why = f"cannot be read ('{stated}')" if stated else "is not stated in a sheet 'about'"
    instead = f"the latest date of the file, {cut}, is taken for it" if cut else "it is not known"
    return Finding(
        Severity.ASSUMED if stated else Severity.NOTE, "", "about" if stated else "", None, "", "",
        f"The data cut {why}; {instead}.",
        f"Add a row 'data_cut' to the sheet 'about'. {WRITE_ISO}",
    )  # fmt: skip
