"""What follow-ups say of deaths, beside the day of death that a form may give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from retnet_core.intake.findings import LISTED, Severity
from retnet_core.intake.layouts.edc.facts import folded
from retnet_core.intake.layouts.edc.joined import Joined, Places
from retnet_core.intake.layouts.edc.names import DEAD
from retnet_core.intake.layouts.placed import Placed, first_placed
from retnet_core.intake.layouts.values import (
    Mask,
    among,
    as_meant,
    blanked,
    combine,
    dates,
    texts,
)
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import BLANK, Column

_CONTACT = "last_contact_date"


def undated(rows: Joined, status: Column, death: Column | None) -> Places:
    """Find the rows that say that a patient died of whom no form has a day of death."""
    dated = np.zeros(int(rows.record.max(initial=-1)) + 1, dtype=bool)
    if death is not None:
        dated[rows.record[death.codes != BLANK]] = True
    dead = among(texts(combine([status], folded)), DEAD)
    found = np.flatnonzero(dead & ~dated[rows.record])
    rows.tell(
        Severity.NOTE,
        found.tolist(),
        status,
        "The follow-up says that the patient died, but no form has a day of death: the patient is "
        "left out where deaths count, and is not taken for alive.",
        "Add the day of death.",
    )
    return found


def first_of(rows: Joined, dead: Places) -> Places:
    """Give each subject its first row that says that it died on a day that is not known.

    Put for the day it cannot be read as a date: the patient is then left out where deaths count.
    """
    found = np.full(int(rows.record.max(initial=-1)) + 1, BLANK, dtype=np.intp)
    found[rows.record[dead[::-1]]] = dead[::-1]  # the first of a patient's wins
    return found


def contacts(
    rows: Joined, chosen: Mapping[str, Placed], days: Column, mapping: ExportMapping
) -> dict[str, Placed]:
    """Take the day of death for the last contact, where a follow-up knew of it.

    Who is followed up and found dead was followed until the day of death. The day of the follow-up
    itself is none on which the patient lived.

    Parameters
    ----------
    rows : Joined
    chosen : mapping of str to Placed
        The subjects' values.
    days : Column
        Of each row the day of a follow-up that says that the patient had died.
    mapping : ExportMapping
        How the user says that the days are read.

    Returns
    -------
    dict of str to Placed
        The last contact of all subjects; nothing where no follow-up knew of a death.
    """
    died = np.full(int(rows.record.max(initial=-1)) + 1, None, dtype="datetime64[D]")
    if "death_date" in chosen:
        died = dates(chosen["death_date"].column, mapping.reading("patients", "death_date"))
    reading = mapping.reading("patients", _CONTACT)
    followed, of_row = dates(days, reading), died[rows.record]
    known = followed >= of_row
    _tell_days(rows, days, known, followed < of_row)
    subjects = np.zeros(len(died), dtype=bool)
    subjects[rows.record[known]] = True
    if not subjects.any():
        return {}
    contact = chosen[_CONTACT]
    last = dates(contact.column, reading)
    unread = np.isnat(last) & (as_meant(contact.column, reading).codes != BLANK)
    subjects &= ~(last >= died) & ~unread
    death = chosen["death_date"]
    until = replace(death, column=replace(blanked(death.column, ~subjects), header=""))
    return {_CONTACT: first_placed([until, contact])}


def _tell_days(rows: Joined, days: Column, known: Mask, early: Mask) -> None:
    """Say what the days of follow-ups stand for that say that the patient had died."""
    filled = days.codes != BLANK
    rows.tell(
        Severity.ASSUMED,
        np.flatnonzero(known).tolist(),
        days,
        "The follow-up of this day says that the patient had died: the patient was followed until "
        "the day of death, which was taken for the last contact.",
        "Nothing, if that is so.",
        1,
    )
    rows.tell(
        Severity.SET_ASIDE,
        np.flatnonzero(early).tolist(),
        days,
        "The follow-up says that the patient had died, but its day is before the day of death; it "
        "does not count as a contact. The day of death is kept.",
        "Find out in the source which of the two days is right.",
        LISTED,
    )
    rows.tell(
        Severity.SET_ASIDE,
        np.flatnonzero(filled & ~known & ~early).tolist(),
        days,
        "The follow-up says that the patient had died, and there is no day of death to compare its "
        "day with; it does not count as a contact.",
        "Nothing, if that is so; else add the day of death.",
        1,
    )
