"""The patients: one row a subject, joined from all forms that say something of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import parse_dates
from retnet_core.intake.findings import LISTED, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.edc.form import Form, Item
from retnet_core.intake.layouts.edc.names import (
    ALIVE,
    AT_BASELINE,
    DEAD,
    EARLIEST,
    FOLLOW_UP,
    LATEST,
    NOT_RANDOMISED,
    STATUS,
)
from retnet_core.intake.layouts.edc.tables import matches, said, taken
from retnet_core.intake.layouts.edc.values import ARMS, meaning_of, text_of
from retnet_core.intake.layouts.redcap.values import kind_of
from retnet_core.intake.layouts.values import (
    Mask,
    Texts,
    among,
    blanked,
    combine,
    first_filled,
    texts,
    without_absent,
)
from retnet_core.intake.rows import NO_ID, REPEATED_ROW, REPEATED_SHEET
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, header_in, stack
from retnet_core.protocol import fold

Places = NDArray[np.intp]
_EPOCH = pd.Timestamp(1970, 1, 1)
_BASELINE = re.compile(r"\b(?:screen|baseline|enrol)", re.IGNORECASE)


@dataclass(eq=False)
class Joined:
    """The rows of all forms of patients under each other.

    Attributes
    ----------
    forms : list of Form
    record : numpy.ndarray of int
        The subject of each row, numbered as they appear.
    ids : numpy.ndarray of str
        The id of each row.
    form, row : numpy.ndarray of int
        The form of each row, and its place in it.
    """

    forms: list[Form]

    def __post_init__(self) -> None:
        """Lay the rows under each other."""
        kept = [np.flatnonzero(form.kept) for form in self.forms]
        self.row: Places = np.concatenate([*kept, np.empty(0, dtype=np.intp)])
        self.form: Places = np.repeat(np.arange(len(kept)), [len(rows) for rows in kept])
        self.ids: Texts = np.concatenate(
            [form.ids[rows] for form, rows in zip(self.forms, kept, strict=True)]
            or [np.empty(0, dtype=object)]
        )
        self.record: Places = pd.factorize(self.ids)[0].astype(np.intp)

    def lay(self, columns: Sequence[Column | None]) -> Column:
        """Lay a column of each form under each other."""
        several = []
        for at, (form, column) in enumerate(zip(self.forms, columns, strict=True)):
            own = (column or form.blank()).take(self.row[self.form == at])
            headers = [f"{header}\n{form.sheet.name}" for header in own.headers]
            several.append(Column(own.values, own.codes, headers, own.header))
        title = next((one.header for one in columns if one is not None), "")
        return stack(several, title)

    def place(self, at: int, column: Column) -> Place:
        """Name a cell as the user finds it."""
        form = self.forms[self.form[at]]
        return Place(int(form.rows[self.row[at]]) + 1, _title(column.header_of(at)),
                     column.text(at))  # fmt: skip

    def tell(
        self,
        severity: Severity,
        rows: Sequence[int],
        column: Column,
        problem: str,
        remedy: str,
        listed: int = LISTED,
    ) -> None:
        """Add findings on cells, each in the sheet that holds it."""
        for at, form in enumerate(self.forms):
            places = [self.place(row, column) for row in rows if self.form[row] == at]
            form.findings += about_cells(
                severity, "patients", form.sheet.name, places, problem, remedy, listed
            )


def leave_out(forms: Sequence[Form]) -> None:
    """Set rows aside that have no id or repeat another of their sheet or of an earlier one."""
    twice = "Nothing, if the row was exported twice; else add what tells the two apart."
    seen: set[tuple[object, ...]] = set()
    for form in forms:
        subject = form.subject()
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


def columns_of(form: Form) -> dict[str, Column]:
    """Take what a form says of its patients."""
    columns = {}
    for ours, items in matches(form, "patients", named=form.is_named).items():
        if ours == "last_contact_date":
            columns[ours] = _contact(form, items)
        else:
            columns[ours] = taken(form, "patients", items, ours)
    for ours in AT_BASELINE:
        if ours in columns:
            columns[ours] = _at_baseline(form, columns[ours], ours)
    if "age" in columns:
        columns["age"] = _in_years(form, columns["age"])
    site = form.site()
    if site and "site" not in columns:
        columns["site"] = site
    return {ours: without_absent(column) for ours, column in columns.items()}


def _at_baseline(form: Form, column: Column, ours: str) -> Column:
    """Leave out what was seen at later visits, where some are said to be at baseline."""
    visit = form.visit()
    filled = column.codes != BLANK
    if visit is None:
        return column
    first = [bool(_BASELINE.search(as_text(cell))) for cell in visit.values]
    early = np.array([*first, False], dtype=bool)[visit.codes]
    if not (early & filled).any():
        return column
    form.tell(
        Severity.NOTE,
        filled & ~early,
        column,
        f"This is {ours} of a visit other than screening or baseline; it is not used.",
        "Nothing, if that is so.",
        listed=1,
    )
    return blanked(column, ~early)


def _contact(form: Form, items: Sequence[Item]) -> Column:
    """Take the last day known alive; the day of a follow-up only where the patient was alive."""
    follow_up = [one for one in items if one.name.upper() in FOLLOW_UP]
    sure = [one for one in items if one not in follow_up]
    columns = [taken(form, "patients", sure, "last_contact_date")] if sure else []
    if follow_up:
        days = taken(form, "patients", follow_up, "last_contact_date")
        columns.append(_while_alive(form, days))
    return first_filled(columns)


def _status(form: Form) -> Column | None:
    """Take whether the patient was alive."""
    item = next((one for one in form.items if one.name.upper() in STATUS), None)
    return text_of(form, item) if item else None


def _while_alive(form: Form, days: Column) -> Column:
    says = _status(form)
    if says is None:
        form.note(
            Severity.ASSUMED,
            days.header,
            "The form does not say whether the patient was alive; the day of the follow-up was "
            "taken for a contact with a living patient.",
            "Nothing, if that is so; else export the status, or the day last known alive.",
        )
        return days
    alive = among(texts(combine([says], _folded)), ALIVE)
    form.tell(
        Severity.SET_ASIDE,
        ~alive & (days.codes != BLANK),
        says,
        "The follow-up does not say that the patient was alive; its day does not count as a "
        "contact.",
        "Nothing, if that is so.",
        listed=1,
    )
    return blanked(days, ~alive)


def _folded(cell: Cell) -> Cell | None:
    return fold(as_text(cell)) or None


def _in_years(form: Form, age: Column) -> Column:
    """Say of an age that is not in years which unit it has, so that it is not read as years."""
    unit = next((one for one in form.items if one.name.upper() == "AGEU"), None)
    if unit is None:
        return age

    def with_unit(cell: Cell, of: Cell) -> Cell | None:
        other = cell != "" and fold(as_text(of)) not in _YEARS
        return f"{as_text(cell)} {as_text(of)}" if other else cell if cell != "" else None

    return combine([age, text_of(form, unit)], with_unit)


_YEARS = ("", "year", "years", "yr", "yrs", "y", "a")


# Joining


def join(forms: Sequence[Form]) -> tuple[list[Part], frozenset[str]]:
    """Make a row a subject.

    Parameters
    ----------
    forms : sequence of Form
        The forms of patients, rows set aside left out.

    Returns
    -------
    parts : list of Part
        One a form, with the subjects that begin in it.
    failures : frozenset of str
        Who was never randomised; their rows are set aside.
    """
    failures = _leave_out_failures(forms)
    columns = [columns_of(form) for form in forms]
    names = dict.fromkeys(ours for one in columns for ours in one)
    rows = Joined(list(forms))
    laid = {ours: rows.lay([one.get(ours) for one in columns]) for ours in names}
    own = np.unique(rows.record, return_index=True)[1]
    _leave_out_silent(rows, laid, own)
    chosen = {ours: _choose(rows, ours, column) for ours, column in laid.items()}
    _tell_undated_deaths(rows, chosen.get("death_date"))
    return list(_parts(rows, chosen, own)), failures


def _leave_out_failures(forms: Sequence[Form]) -> frozenset[str]:
    """Set the subjects aside whose arm says that they were never randomised."""
    failed: set[str] = set()
    for form in forms:
        arms = _arms(form)
        if arms:
            no_arm = among(texts(combine([arms], _folded)), NOT_RANDOMISED)
            failed |= set(form.ids[no_arm & form.kept])
    for form in forms:
        form.leave_out(
            among(form.ids, failed),
            form.subject(),
            "The subject was never randomised (a screen failure) and is no patient of an arm; the "
            "row was set aside.",
            "Nothing, if that is so; else correct the arm.",
        )
    return frozenset(failed)


def _arms(form: Form) -> Column | None:
    items = matches(form, "patients", named=False).get("arm")
    return text_of(form, items[0]) if items else None


def _leave_out_silent(rows: Joined, laid: Mapping[str, Column], own: Places) -> None:
    """Set rows aside that say nothing of their patient but the site."""
    says = np.zeros(len(rows.ids), dtype=bool)
    says[own] = True
    for ours, column in laid.items():
        if ours != "site":
            says |= column.codes != BLANK
    for at, form in enumerate(rows.forms):
        silent = np.zeros(len(form.rows), dtype=bool)
        silent[rows.row[(rows.form == at) & ~says]] = True
        form.leave_out(
            silent,
            form.subject(),
            "The row holds nothing of the patient that is read; it was set aside.",
            "Nothing, if that is so; else say which of our columns its items are.",
        )


def _choose(rows: Joined, ours: str, column: Column) -> Column:
    """Choose a subject's value among its rows, and say where they differ."""
    keys, readable = _readings(ours, column)
    at = np.flatnonzero(column.codes != BLANK)
    facts = pd.DataFrame(
        {"record": rows.record[at], "at": at, "key": keys[column.codes[at]],
         "readable": readable[column.codes[at]]}
    )  # fmt: skip
    facts["order"] = 0
    if ours in (*LATEST, *EARLIEST):
        days = pd.to_datetime(facts["key"].where(facts["readable"]))
        facts["order"] = (days - _EPOCH).dt.days.fillna(0) * (-1 if ours in LATEST else 1)
    ranked = facts.sort_values(
        ["record", "readable", "order", "at"], ascending=[True, False, True, True]
    )
    first = ranked.drop_duplicates("record")
    kept = dict(zip(first["record"], first["at"], strict=True))
    _tell_others(rows, ours, column, facts, kept)
    codes = np.full(int(rows.record.max(initial=-1)) + 1, BLANK, dtype=np.intp)
    codes[first["record"]] = column.codes[first["at"]]
    return Column(column.values, codes, column.headers, column.header)


def _readings(ours: str, column: Column) -> tuple[Texts, Mask]:
    """Give for each different cell what it says, and whether that can be read."""
    if kind_of("patients", ours) == "date":
        days = parse_dates(column.values).values
        known = [day is not None for day in days]
        found = [day or fold(as_text(cell)) for day, cell in zip(days, column.values, strict=True)]
    else:
        meaning = meaning_of("patients", ours)
        any_word = kind_of("patients", ours) == "text" and ours not in ARMS
        found = [said(meaning, cell) for cell in column.values]
        known = [any_word or meaning(cell) is not None for cell in column.values]
    keys = np.empty(len(found), dtype=object)
    keys[:] = found
    return keys, np.array(known, dtype=bool)


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


def _tell_undated_deaths(rows: Joined, death: Column | None) -> None:
    """Say of whom a follow-up says that the patient died, without a day of death anywhere."""
    status = rows.lay([_status(form) for form in rows.forms])
    dead = among(texts(combine([status], _folded)), DEAD)
    undated = np.ones(int(rows.record.max(initial=-1)) + 1, dtype=bool)
    if death is not None:
        undated = death.codes == BLANK
    rows.tell(
        Severity.NOTE,
        np.flatnonzero(dead & undated[rows.record]).tolist(),
        status,
        "The follow-up says that the patient died, but no form has a day of death: the patient "
        "counts as alive.",
        "Add the day of death.",
    )


def _parts(rows: Joined, chosen: Mapping[str, Column], own: Places) -> Iterator[Part]:
    """Hand over each subject in the form where it begins."""
    subjects = rows.lay([form.subject() for form in rows.forms])
    for at, form in enumerate(rows.forms):
        here = rows.form[own] == at
        if not here.any():
            continue
        columns = {"patient_id": subjects.take(own), **chosen}
        yield Part(
            "patients",
            form.sheet.name,
            form.rows[rows.row[own[here]]] + 1,
            {ours: _headed(column.take(here), form) for ours, column in columns.items()},
            repeats=np.zeros(int(here.sum()), dtype=bool),
        )


def _headed(column: Column, form: Form) -> Column:
    """Name the sheet in the headers of cells that stand in another one."""
    headers = []
    for header in column.headers:
        title, _, sheet = header.rpartition("\n")
        headers.append(title if sheet == form.sheet.name else header_in(title, sheet))
    return Column(column.values, column.codes, headers, column.header)


def _title(header: str) -> str:
    return header.rpartition("\n")[0] or header
