"""The patients: one row a subject, joined from all forms that say something of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from retnet_core.intake.cells import DateOrder, parse_dates
from retnet_core.intake.findings import LISTED, Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.edc import deaths
from retnet_core.intake.layouts.edc.facts import facts_of, folded, status_of
from retnet_core.intake.layouts.edc.form import Form
from retnet_core.intake.layouts.edc.joined import Joined, Places
from retnet_core.intake.layouts.edc.names import (
    EARLIEST,
    LATEST,
    NOT_RANDOMISED,
)
from retnet_core.intake.layouts.edc.tables import matches, said
from retnet_core.intake.layouts.edc.values import ARMS, meaning_of, text_of
from retnet_core.intake.layouts.placed import Placed, first_placed, with_placed
from retnet_core.intake.layouts.values import (
    Ends,
    Mask,
    Texts,
    among,
    as_meant,
    blanked,
    combine,
    ends_of,
    texts,
)
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.rows import NO_ID, REPEATED_ROW, REPEATED_SHEET
from retnet_core.intake.sheets import BLANK, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import about


def leave_out(forms: Sequence[Form]) -> None:
    """Set rows aside that have no id or repeat another of their sheet or of an earlier one."""
    twice = "Nothing, if the row was exported twice; else add what tells the two apart."
    seen: set[tuple[object, ...]] = set()
    for form in forms:
        subject = form.id_column()
        form.leave_out(
            np.asarray(form.ids == "", dtype=bool), subject, NO_ID,
            "Give the row the id of its subject.", LISTED,
        )  # fmt: skip
        form.leave_out(form.repeats, subject, REPEATED_ROW, twice, LISTED)
        headers = tuple(form.titles)
        cells = [tuple(form.sheet.row(int(row))) for row in form.rows]
        again = np.array([(headers, one) in seen for one in cells], dtype=bool)
        form.leave_out(again, subject, REPEATED_SHEET, twice, LISTED)
        seen.update((headers, one) for one in cells)


# Joining


def join(forms: Sequence[Form], mapping: ExportMapping) -> tuple[list[Part], frozenset[str]]:
    """Make a row a subject.

    Parameters
    ----------
    forms : sequence of Form
        The forms of patients, rows set aside left out.
    mapping : ExportMapping
        How the user says that the columns are read.

    Returns
    -------
    parts : list of Part
        One a form, with the subjects that begin in it.
    failures : frozenset of str
        Who was never randomised; their rows are set aside.
    """
    failures = _leave_out_failures(forms)
    facts = [facts_of(form) for form in forms]
    columns = [one.columns for one in facts]
    names = dict.fromkeys(ours for one in columns for ours in one)
    rows = Joined(list(forms))
    laid = {ours: rows.lay([one.get(ours) for one in columns]) for ours in names}
    own = np.unique(rows.record, return_index=True)[1]
    says = [status_of(form) for form in forms]
    status = rows.lay(says)
    dead = deaths.undated(rows, status, _said_death(laid, mapping))
    followed = rows.lay([one.dead for one in facts])
    _leave_out_silent(rows, {**laid, "": followed}, own, dead)
    chosen = {}
    for ours, column in laid.items():
        at = _choose(rows, ours, column, mapping.reading("patients", ours))
        chosen[ours] = rows.placed([one.get(ours) for one in columns], own, at)
    chosen |= deaths.contacts(rows, chosen, followed, mapping)
    if len(dead):
        said = rows.placed(says, own, deaths.first_of(rows, dead))
        known = [_without(chosen["death_date"], said)] if "death_date" in chosen else []
        chosen["death_date"] = first_placed([*known, said])
    return list(_parts(rows, chosen, own)), failures


def _said_death(laid: Mapping[str, Column], mapping: ExportMapping) -> Column | None:
    """Give the days of death, without those that the user says stand for no value."""
    column = laid.get("death_date")
    return column and as_meant(column, mapping.reading("patients", "death_date"))


def _without(known: Placed, said: Placed) -> Placed:
    """Empty the days of death that stand for none, where a form says that the patient died."""
    return replace(known, column=blanked(known.column, said.column.codes != BLANK))


def _leave_out_failures(forms: Sequence[Form]) -> frozenset[str]:
    """Set the subjects aside whose arm says that they were never randomised."""
    failed: set[str] = set()
    for form in forms:
        arms = _arms(form)
        if arms:
            no_arm = among(texts(combine([arms], folded)), NOT_RANDOMISED)
            failed |= set(form.ids[no_arm & form.kept])
    for form in forms:
        form.leave_out(
            among(form.ids, failed),
            form.id_column(),
            "The subject was never randomised (a screen failure) and is no patient of an arm; the "
            "row was set aside.",
            "Nothing, if that is so; else correct the arm.",
        )
    return frozenset(failed)


def _arms(form: Form) -> Column | None:
    items = matches(form, "patients", named=False).get("arm")
    return text_of(form, items[0]) if items else None


def _leave_out_silent(rows: Joined, laid: Mapping[str, Column], own: Places, dead: Places) -> None:
    """Set rows aside that say nothing of their patient but the site."""
    says = np.zeros(len(rows.ids), dtype=bool)
    says[own] = says[dead] = True
    for ours, column in laid.items():
        if ours != "site":
            says |= column.codes != BLANK
    for at, form in enumerate(rows.forms):
        silent = np.zeros(len(form.rows), dtype=bool)
        silent[rows.row[(rows.form == at) & ~says]] = True
        form.leave_out(
            silent,
            form.id_column(),
            "The row holds nothing of the patient that is read; it was set aside.",
            "Nothing, if that is so; else say which of our columns its items are.",
        )


def _choose(rows: Joined, ours: str, column: Column, reading: Reading) -> Places:
    """Choose a subject's value among its rows, and say where they differ.

    A cell that the user says stands for no value is chosen only where there is no other.
    """
    said = as_meant(column, reading)
    keys, readable = _readings(ours, said, reading.dates)
    at = np.flatnonzero(column.codes != BLANK)
    facts = pd.DataFrame(
        {"record": rows.record[at], "at": at, "key": keys[said.codes[at]],
         "readable": readable[said.codes[at]], "valued": said.codes[at] != BLANK, "end": False}
    )  # fmt: skip
    if ours in (*LATEST, *EARLIEST):
        ends = ends_of(rows.record, column, reading, latest=ours in LATEST)
        _tell_open(rows, ours, column, ends)
        facts["end"] = ends.rows[at]
        facts["readable"] |= ends.days[at]
        facts = facts[~ends.open[at]]
    ranked = facts.sort_values(
        ["record", "valued", "end", "readable", "at"], ascending=[True, False, False, False, True]
    )
    first = ranked.drop_duplicates("record")
    kept = dict(zip(first["record"], first["at"], strict=True))
    _tell_others(rows, ours, column, facts[facts["valued"]], kept)
    found = np.full(int(rows.record.max(initial=-1)) + 1, BLANK, dtype=np.intp)
    found[first["record"]] = first["at"]
    return found


def _tell_open(rows: Joined, ours: str, column: Column, ends: Ends) -> None:
    """Ask for the order of dates where it decides which day of a subject is taken."""
    rows.tell(
        Severity.SET_ASIDE, np.flatnonzero(ends.open & ends.unsure).tolist(), column,
        f"The patient has several days that stand for {ours}. Which of them is the "
        f"{'latest' if ours in LATEST else 'earliest'} depends on the order of day and month, "
        "which is not known: none was taken.",
        f"Say under Columns on the page Data in which order the dates of {ours} are written.",
    )  # fmt: skip


def _readings(ours: str, column: Column, order: DateOrder) -> tuple[Texts, Mask]:
    """Give for each different cell what it says, and whether that can be read; a blank at last."""
    if about("patients", ours).kind == "date":
        days = parse_dates(column.values, order).values
        known = [day is not None for day in days]
        found = [day or fold(as_text(cell)) for day, cell in zip(days, column.values, strict=True)]
    else:
        meaning = meaning_of("patients", ours)
        any_word = about("patients", ours).kind == "text" and ours not in ARMS
        found = [said(meaning, cell) for cell in column.values]
        known = [any_word or meaning(cell) is not None for cell in column.values]
    keys = np.empty(len(found) + 1, dtype=object)
    keys[:] = [*found, ""]
    return keys, np.array([*known, False], dtype=bool)


def _tell_others(
    rows: Joined, ours: str, column: Column, facts: pd.DataFrame, kept: Mapping[int, int]
) -> None:
    """Say which values of a subject are not used, each with the one that is."""
    chosen = facts["record"].map(kept)
    key = dict(zip(facts["at"], facts["key"], strict=True))
    other = facts[facts["key"] != chosen.map(key)]
    if ours in (*LATEST, *EARLIEST):
        several = other[other["readable"]]
        which = "latest" if ours in LATEST else "earliest"
        records = several["record"].unique()
        rows.tell(
            Severity.ASSUMED, [kept[record] for record in records], column,
            f"The patient has several days that stand for {ours}; the {which} was taken.",
            "Nothing, if that is what is meant.", 1,
        )  # fmt: skip
        other = other[~other["readable"]]
    for at in other["at"].tolist()[:LISTED]:
        place = rows.place(kept[rows.record[at]], column)
        sheet = rows.forms[rows.form[kept[rows.record[at]]]].sheet.name
        rows.tell(
            Severity.SET_ASIDE, [at], column,
            f"The patient has another {ours} ('{place.value}' in '{sheet}', row {place.row}, "
            f"{place.column}), which was kept; this value ('{column.text(at)}') is not used.",
            "Find out in the source which of the two is right, and correct the other.",
        )  # fmt: skip
    rows.tell(
        Severity.SET_ASIDE, other["at"].tolist()[LISTED:], column,
        f"The patient has another {ours}, which was kept; this value is not used.",
        "Find out in the source which of the two is right, and correct the other.", 1,
    )  # fmt: skip


def _parts(rows: Joined, chosen: Mapping[str, Placed], own: Places) -> Iterator[Part]:
    """Hand over each subject in the form where it begins."""
    subjects = rows.lay([form.id_column() for form in rows.forms])
    for at, form in enumerate(rows.forms):
        here = rows.form[own] == at
        if here.any():
            part = Part(
                "patients",
                form.sheet.name,
                rows.numbers[own[here]],
                {"patient_id": subjects.take(own[here])},
                repeats=np.zeros(int(here.sum()), dtype=bool),
            )
            yield with_placed(part, {ours: one.take(here) for ours, one in chosen.items()})
