"""Which column of a sheet is which of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells.units import TIMES
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import arms, units
from retnet_core.intake.layouts.common import is_blank, some_of
from retnet_core.intake.layouts.headings import Head, Heading, find_heading
from retnet_core.intake.layouts.names import (
    answers_among,
    column_in_unit,
    column_of,
    with_mapped,
    words_of_any_table,
)
from retnet_core.intake.layouts.retnet import grades, undated
from retnet_core.intake.layouts.retnet.contents import is_dated
from retnet_core.intake.layouts.retnet.numbered import is_bare, is_field, parse
from retnet_core.intake.layouts.retnet.rivals import Matched, choose, column_name, rank_of
from retnet_core.intake.layouts.retnet.unit_columns import in_units, unit_place
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold
from retnet_core.tables import about

_LATER = re.compile(
    r"follow|month|week|visit|progress|after|post|\bend\b|\beot\b|last|relapse|verlauf|suivi"
    r"|seguimiento|nach",
    re.IGNORECASE,
)
_TOXICITY = re.compile(
    r"toxi|adverse|\baes?\b|ctcae|side.?effect|complication|komplikation|unerw|nebenwirk"
    r"|indésirable|efecto",
    re.IGNORECASE,
)
_OTHER_PHASE = re.compile(
    r"\blines?\b|linie\b|\bligne|línea|second\b|\b2nd\b|third\b|\b3rd\b|subsequent|further|salvage"
    r"|cross-?over|retreat|prior|previous|before|zweit|dritt|folge|früher|vorbehandl|vortherapie"
    r"|ultérieur|antérieur|précédent|previo|previa|anterior|other (?:therap|treatment|trial)",
    re.IGNORECASE,
)
"""Groups of columns that are about other treatment than the trial's."""
_ANYWHERE = ("patient_id", "randomization_date", "other_therapy_date", "death_date",
             "last_contact_date")  # fmt: skip
"""Columns that mean the same under any group."""
_SURE = ("arm", "age", "sex", "ecog", "ki67", "death", "died")


def heading_of(sheet: Sheet, table: str, known: Mapping[str, str]) -> Heading:
    """Find the headers of a sheet that is to be one of our tables."""

    def is_id(text: str) -> bool:
        return column_of(text, known) == "patient_id"

    def is_known(text: str) -> bool:
        is_numbered = table == "patients" and parse(text) is not None
        return bool(column_in_unit(text, known) or answers_among([text], set(), "")) or is_numbered

    def is_part(text: str) -> bool:
        bare = units.split(text).header
        return fold(bare) in words_of_any_table() or is_field(bare) or is_known(text)

    return find_heading(sheet, is_id, is_known, is_part)


def names_of(
    head: Head, table: str, known: Mapping[str, str], mapped: Mapping[str, str]
) -> list[str]:
    """Find our column for what stands over a column of a sheet; what the user said wins.

    The user may say that one column of a sheet is several of ours.
    """
    own = {fold(head.title), fold(head.name), fold(head.joined)}
    said = [ours for ours, header in mapped.items() if fold(header) in own]
    return said or list(filter(None, [name_of(head, table, known)]))


def name_of(head: Head, table: str, known: Mapping[str, str]) -> str | None:
    """Find our column for what stands over a column of a sheet."""
    found = (_column(text, table, known) for text in _names(head, table, known))
    return next(filter(None, found), None)


def _names(head: Head, table: str, known: Mapping[str, str]) -> Iterator[str]:
    """Give the texts that may name a column, the nearest first."""
    if not head.group:
        yield from (head.name, *head.labels)
        return
    yield head.joined
    if parse(head.group):  # one of several: what is under it is no column of its own
        if head.spread and _is_sure(head.name):
            yield head.name
        return
    for text in (head.name, *head.labels):
        ours = _column(text, table, known)
        if ours and _belongs(ours, text, head.group, table):
            yield text


def _belongs(ours: str, text: str, group: str, table: str) -> bool:
    """Tell whether a column keeps its meaning under its group: "Age" does not "At progression"."""
    is_patients = table == "patients"
    if ours in _ANYWHERE:
        return True
    if is_patients and _OTHER_PHASE.search(group):
        return False
    if not (_LATER.search(group) or (is_patients and _TOXICITY.search(group))):
        return True
    if ours == "first_embolization_date" and "embo" not in fold(text):
        return False  # "First treatment date" of another treatment
    return about(table, ours).kind == "date"


def _is_sure(name: str) -> bool:
    """Tell a name that means the same wherever it stands."""
    return len(re.split(r"[_\s-]+", name.strip())) > 1 or fold(name) in _SURE


def _column(text: str, table: str, known: Mapping[str, str]) -> str | None:
    ours = column_in_unit(text, known)
    if not ours or fold(text) in known:
        return ours
    is_time = units.split(text).unit in TIMES
    return None if is_time and about(table, ours).kind == "date" else ours


def match(
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    table: str,
    mapped: Mapping[str, str],
    taken: set[int],
) -> Matched:
    """Find our columns in a sheet; of two for one, say which was used.

    Parameters
    ----------
    sheet : Sheet
    heading : Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    table : str
    mapped : mapping of str to str
        Headers that the user gave for our columns.
    taken : set of int
        Columns that are something else.
    """
    found = Matched()
    known = with_mapped(table, mapped)
    several: dict[str, list[int]] = {}
    for at, head in enumerate(heading.heads):
        for ours in names_of(head, table, known, mapped) if at not in taken else ():
            several.setdefault(ours, []).append(at)
    if heading.id_at is not None:
        several["patient_id"] = [
            heading.id_at,
            *(at for at in several.get("patient_id", []) if at != heading.id_at),
        ]
    if table == "patients":
        _leave_out(sheet, heading, rows, several, mapped)
        grades.judge(found, sheet, heading, rows, several, mapped, taken)
        _divide_arms(found, sheet, heading, rows, several)
        undated.dated(sheet, heading, rows, several, taken)
    for ours, places in several.items():
        own = {at: sheet.columns[at].take(rows).named(heading.titles[at]) for at in places}
        filled = [at for at in places if not is_blank(own[at])] or places[:1]
        found.told |= set(places) - set(filled)
        chosen = {at: own[at] for at in filled}
        if table != "labs":  # which have a column of ours for the unit
            _in_units(found, sheet, heading, rows, (table, ours), chosen)
        choose(found, heading, rows, (table, sheet.name, ours), chosen)
    if table == "patients":
        used = taken | {at for places in several.values() for at in places}
        undated.tell(found, sheet, heading, rows, used)
    return found


def _in_units(
    found: Matched,
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    where: tuple[str, str],
    chosen: dict[int, Column],
) -> None:
    """Read numbers in the units of a column beside them, and leave out what cannot be."""
    table, ours = where
    for at in list(chosen):
        place = unit_place(heading, at)
        if place is None:
            continue
        said = sheet.columns[place].take(rows).named(heading.titles[place])
        column, findings = in_units(chosen[at], said, heading.heads[at], (table, sheet.name, ours))
        found.findings += findings
        if about(table, ours).kind == "number" and about(table, ours).unit:
            found.told |= {at, place}
        if column is None:
            del chosen[at]
        else:
            chosen[at] = column


def _leave_out(
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    several: dict[str, list[int]],
    mapped: Mapping[str, str],
) -> None:
    """Leave "First embolization" to the sessions where it holds no dates."""
    ours = "first_embolization_date"
    kept = [
        at
        for at in several.pop(ours, [])
        if ours in mapped
        or not is_bare(heading.heads[at].name)
        or is_dated(sheet.columns[at].take(rows))
    ]
    if kept:
        several[ours] = kept


def _divide_arms(
    found: Matched,
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    several: dict[str, list[int]],
) -> None:
    """Take a treatment that stands beside an allocation for the arm received."""
    filled = {
        at: heading.heads[at].name
        for at in several.get("arm", [])
        if not is_blank(sheet.columns[at].take(rows))
    }
    received = arms.received_among(filled) if "arm_received" not in several else None
    if received is not None:
        several["arm"].remove(received)
        several["arm_received"] = [received]
        best = min(several["arm"], key=lambda at: rank_of(heading.heads[at], "arm"))
        found.findings.append(
            arms.told(sheet.name, column_name(heading, best), column_name(heading, received))
        )


def tell_unused(
    sheet: Sheet, heading: Heading, table: str, used: set[int], told: set[int]
) -> Iterator[Finding]:
    """Name the columns that are not known."""
    unused = [
        column_name(heading, at)
        for at in range(len(heading.heads))
        if at not in used | told and not is_blank(sheet.columns[at])
    ]
    if unused:
        yield Finding(
            Severity.NOTE, table, sheet.name, None, some_of(unused), "",
            f"{len(unused)} columns are not known and were not used."
            if len(unused) > 1 else "This column is not known and was not used.",
            "Nothing, if they are not needed; else give them the names of the template.",
        )  # fmt: skip
