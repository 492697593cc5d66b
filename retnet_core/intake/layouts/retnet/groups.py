"""Numbered columns of a list with a row a patient become rows of our other tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import is_blank, some_of
from retnet_core.intake.layouts.headings import Head, Heading
from retnet_core.intake.layouts.names import answers_among
from retnet_core.intake.layouts.retnet.contents import content_of, is_dated
from retnet_core.intake.layouts.retnet.numbered import (
    Numbered,
    is_bare,
    parse,
    parse_answer,
    parse_lab,
)
from retnet_core.intake.layouts.retnet.rivals import converted
from retnet_core.intake.layouts.retnet.unit_columns import in_units, unit_place
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold
from retnet_core.wording import count

Key = tuple[str | int, ...]
"""What tells the rows of a patient apart: a number, or a test and a visit."""

_FOLLOW_UP = ("follow up", "followup", "fu")
_IMAGING = {"overall_response", "hepatic_response", "sum_of_diameters_mm", "new_hepatic_lesion",
            "new_extrahepatic_lesion", "criteria", "evaluable"}  # fmt: skip


@dataclass
class Group:
    """Columns of one sheet that become rows of a table, one a key with any filled cell.

    Attributes
    ----------
    table : str
    columns : dict of Key to dict of str to Column
        For each key our columns, in the rows of the sheet's data.
    constants : dict of Key to dict of str to str
        What holds for every row of a key.
    places : set of int
        Where the columns stand.
    answers : dict of Key to dict of (str, int) to Column
        Items of questionnaires.
    """

    table: str
    columns: dict[Key, dict[str, Column]] = field(default_factory=dict)
    constants: dict[Key, dict[str, str]] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)
    answers: dict[Key, dict[tuple[str, int], Column]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Member:
    """A numbered column: where it stands, what it is of, its cells, and units beside them."""

    at: int
    head: Head
    numbered: Numbered
    column: Column
    unit: Column | None = None

    def read(self, table: str, sheet: str, ours: str) -> tuple[Column | None, list[Finding]]:
        """Give the cells in the unit of the column beside them, or of their header."""
        given: Column | None = self.column
        said: list[Finding] = []
        if self.unit is not None:
            given, said = in_units(self.column, self.unit, self.head, (table, sheet, ours))
        return (None, said) if given is None else converted(given, self.head, table, ours, sheet)


@dataclass
class Found:
    """The groups of a sheet.

    Attributes
    ----------
    groups : list of Group
    taken : set of int
        Columns that are of a group, or would be and are told to be unclear.
    findings : list of Finding
    """

    groups: list[Group] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def find_groups(
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    known: Mapping[str, str],
    mapped: Sequence[str],
    elsewhere: set[str],
) -> Found:
    """Find the numbered columns of a sheet of patients.

    Parameters
    ----------
    sheet, heading : Sheet, Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    known : mapping of str to str
        The spellings of the columns of patients.
    mapped : sequence of str
        Headers that the user named: they are no others.
    elsewhere : set of str
        Tables that have a sheet of their own: it is used, and the columns are set aside.
    """
    found = Found()
    chosen = {fold(header) for header in mapped}
    columns = {
        at: sheet.columns[at].take(rows).named(_title(head))
        for at, head in enumerate(heading.heads)
        if at != heading.id_at and not {fold(head.title), fold(head.name)} & chosen
    }
    filled = {at: column for at, column in columns.items() if not is_blank(column)}
    groups = [
        *_numbered(sheet, heading, columns, known, found),
        *_labs(sheet, heading, filled, found),
        *_answers(heading, filled),
    ]
    for group in groups:
        titles = [columns[at].header for at in sorted(group.places)]
        if not titles or not (group.columns or group.answers):
            found.taken |= group.places  # told already
            continue
        if group.table in elsewhere:
            found.taken |= {at for at in group.places if fold(heading.heads[at].name) not in known}
            found.findings.append(_elsewhere(group.table, sheet.name, titles))
        else:
            found.taken |= {
                at for at in group.places
                if not _is_shared(heading.heads[at], columns[at], known)
            }  # fmt: skip
            found.groups.append(group)
            found.findings.append(_read_as(group, sheet.name, titles))
    return found


def _title(head: Head) -> str:
    """Name a column for findings with its number: "Embolization 1 Technique"."""
    return head.joined if head.group and parse(head.group) else head.title


def has_repeats(heading: Heading) -> bool:
    """Tell whether the headers number anything up to two or further."""
    numbers = {(one.table, one.number) for head in heading.heads if (one := _parsed(head))}
    return len(numbers) > len({table for table, _ in numbers})


def _elsewhere(table: str, sheet: str, titles: Sequence[str]) -> Finding:
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, some_of(titles), "",
        f"Another sheet holds the table {table}: that one was used, and these columns were not.",
        "If these hold what the sheet does not, add it there, or leave the sheet out.",
    )  # fmt: skip


def _read_as(group: Group, sheet: str, titles: Sequence[str]) -> Finding:
    return Finding(
        Severity.NOTE, group.table, sheet, None, some_of(titles), "",
        f"{count(len(titles), 'column was', 'columns were')} read as rows of the table "
        f"{group.table}: one for each number or visit with a filled cell.",
        "Nothing, if that is meant; else rename them.",
    )  # fmt: skip


# Sessions, imaging visits, adverse events


def _parsed(head: Head) -> Numbered | None:
    """Read what stands over a column as one of several."""
    if head.group and (found := parse(head.joined)):
        return found
    return None if head.group and parse(head.group) else parse(head.name)


def _is_shared(head: Head, column: Column, known: Mapping[str, str]) -> bool:
    """Tell "First embolization date", a column of patients and of the first session too."""
    if fold(head.name) not in known or any(one.isdigit() for one in head.name):
        return False
    return not is_bare(head.name) or is_dated(column)


def _numbered(
    sheet: Sheet,
    heading: Heading,
    columns: Mapping[int, Column],
    known: Mapping[str, str],
    found: Found,
) -> Iterator[Group]:
    by_table: dict[str, list[_Member]] = {}
    for at, column in columns.items():
        head = heading.heads[at]
        one = _parsed(head)
        if one:
            unit_at = unit_place(heading, at)
            unit = columns.get(unit_at) if unit_at is not None else None
            by_table.setdefault(one.table, []).append(_Member(at, head, one, column, unit))
            found.taken |= {unit_at} if unit_at is not None and unit is not None else set()
    for table, members in by_table.items():
        members = _imaging(members) if table == "assessments" else members
        own = [
            one
            for one in members
            if fold(one.head.name) not in known
            or (is_bare(one.head.name) and not is_dated(one.column))
        ]
        numbers = {one.numbered.number for one in members}
        if not own and len(numbers) < 2:
            continue  # "Embo1 date" alone is the day of the first embolization
        found.taken |= {one.at for one in own if is_blank(one.column)}
        dated = {  # a session with a blank column for its day is not listed
            one.numbered.number
            for one in members
            if one.numbered.column == "date" and not _is_shared(one.head, one.column, known)
        }
        members = [
            one for one in members
            if not is_blank(one.column)
            and not (_is_shared(one.head, one.column, known) and one.numbered.number in dated)
        ]  # fmt: skip
        group = _group(sheet, table, members, found)
        if table == "adverse_events":
            _ask_terms(sheet.name, group, found)
        yield group


def _imaging(members: Sequence[_Member]) -> list[_Member]:
    """Leave out visits of a follow-up that say nothing of imaging."""
    seen = {
        one.numbered.stem.rpartition(" ")[0]
        for one in members
        if (one.numbered.column or content_of("assessments", one.column)) in _IMAGING
    }
    stems = [one.numbered.stem.rpartition(" ")[0] for one in members]
    return [
        one
        for one, stem in zip(members, stems, strict=True)
        if stem not in _FOLLOW_UP or stem in seen
    ]


def _group(sheet: Sheet, table: str, members: Sequence[_Member], found: Found) -> Group:
    """Put the columns of a table together by their numbers, and ask where two are the same."""
    group = Group(table)
    for key, ours, same in _together(table, members):
        first = same[0]
        if not ours:
            found.taken |= {one.at for one in same}
            found.findings += [_unclear(table, sheet.name, one.column.header) for one in same]
            continue
        cells = [one.read(table, sheet.name, ours) for one in same]
        found.findings += cells[0][1]
        group.places |= {one.at for one in same}
        column = cells[0][0]
        others = [other for other, _ in cells[1:]]
        if column is not None and all(
            other is not None and (texts(column.spelt_out()) == texts(other.spelt_out())).all()
            for other in others
        ):
            group.columns.setdefault(key, {})[ours] = column
        elif column is not None:
            found.findings += [_twice(table, sheet.name, one.column.header, ours) for one in same]
        group.constants.setdefault(key, {}).update(_constants(table, first.numbered))
    return group


def _ask_terms(sheet: str, group: Group, found: Found) -> None:
    """Set numbers without a term aside: "AE grade 3" may count events of grade 3."""
    for key in [key for key, own in group.columns.items() if "term" not in own]:
        titles = [column.header for column in group.columns.pop(key).values()]
        found.findings.append(
            Finding(
                Severity.SET_ASIDE, group.table, sheet, None, some_of(titles), "",
                "The header reads like the number of an adverse event, but no column says which "
                "event it is. It was not used.",
                "Add a column with the term, for example 'AE 1'; or rename it, if it is none.",
            )
        )  # fmt: skip


def _together(table: str, members: Sequence[_Member]) -> Iterator[tuple[Key, str, list[_Member]]]:
    """Give the columns of each number, by ours; words that count apart are kept apart."""
    columns = [one.numbered.column or content_of(table, one.column) for one in members]
    stems: dict[tuple[tuple[int, int], str], set[str]] = {}
    for one, ours in zip(members, columns, strict=True):
        stem = one.numbered.stem.rpartition(" ")[0] if not one.numbered.cycle else "cycle"
        stems.setdefault((one.numbered.number, ours), set()).add(stem)
    apart = any(len(words) > 1 for (_, ours), words in stems.items() if ours)
    found: dict[tuple[Key, str], list[_Member]] = {}
    for one, ours in zip(members, columns, strict=True):
        word = one.numbered.stem.rpartition(" ")[0] if apart and not one.numbered.cycle else ""
        found.setdefault(((*one.numbered.number, word), ours), []).append(one)
    for (key, ours), same in found.items():
        yield key, ours, same


def _unclear(table: str, sheet: str, title: str) -> Finding:
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, title, "",
        f"The header numbers a row of the table {table}, but does not say what the cells are. The "
        "column was not used.",
        "Name it by number and what it holds, for example 'Embo 2 date' or 'AE 1 grade'.",
    )  # fmt: skip


def _twice(table: str, sheet: str, title: str, ours: str) -> Finding:
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, title, "",
        f"Two columns of the same number stand for {ours} of the table {table} and hold different "
        "cells: which is right? Neither was used.",
        "Leave one of the two, or rename the one that means something else.",
    )  # fmt: skip


def _constants(table: str, numbered: Numbered) -> dict[str, str]:
    """Say what a number itself tells: the visit, the cycle and its session."""
    if table == "assessments":
        return {"visit": numbered.stem}
    if not numbered.cycle:
        return {}
    cycle, session = numbered.number
    in_two = " session " in numbered.stem
    return {"cycle": str(cycle), **({"session": str(session)} if in_two else {})}


# Laboratory values and questionnaires


def _labs(
    sheet: Sheet, heading: Heading, columns: Mapping[int, Column], found: Found
) -> Iterator[Group]:
    group = Group("labs")
    several: dict[tuple[str, str], list[int]] = {}
    for at in columns:
        head = heading.heads[at]
        if one := parse_lab(head.joined if head.group else head.name):
            several.setdefault(one, []).append(at)
    for (test, visit), places in several.items():
        group.places |= set(places)
        first = columns[places[0]]
        if any((texts(columns[at]) != texts(first)).any() for at in places[1:]):
            found.findings += [
                _twice("labs", sheet.name, columns[at].header, f"{test} at {visit}")
                for at in places
            ]
            continue
        head = heading.heads[places[0]]
        unit = units.in_brackets(head.name) or units.known(head.unit).typed
        group.columns[test, visit] = {"value": first}
        group.constants[test, visit] = {"test": test, "visit": visit, "unit": unit}
    if group.columns:
        yield group


def _answers(heading: Heading, columns: Mapping[int, Column]) -> Iterator[Group]:
    group = Group("questionnaires")
    for at, column in columns.items():
        if one := parse_answer(heading.heads[at].name):
            item, visit = one
            for which in answers_among([item], set(), ""):
                if group.answers.setdefault((visit,), {}).setdefault(which, column) is column:
                    group.places.add(at)
                    group.constants[(visit,)] = {"visit": visit}
    if group.answers:
        yield group
