"""Which column of a sheet is which of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import is_blank, some_of
from retnet_core.intake.layouts.headings import Head, Heading, find_heading
from retnet_core.intake.layouts.retnet.names import (
    answers_among,
    column_in_unit,
    column_of,
    with_mapped,
    words_of_any_table,
)
from retnet_core.intake.layouts.retnet.numbered import is_field, parse
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS

_BASELINE = re.compile(r"baseline|screening|demograph|at entry|basis|inclusion", re.IGNORECASE)
_LATER = re.compile(
    r"follow|month|week|visit|progress|after|post|\bend\b|\beot\b|last|relapse|verlauf|suivi"
    r"|seguimiento|nach",
    re.IGNORECASE,
)
_TIMES = ("hours", "days", "weeks", "months", "years")
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


def name_of(
    head: Head,
    table: str,
    known: Mapping[str, str],
    mapped: Mapping[str, str] = MappingProxyType({}),
) -> str | None:
    """Find our column for what stands over a column of a sheet; what the user said wins."""
    for ours, header in mapped.items():
        if fold(header) in {fold(head.title), fold(head.name), fold(head.joined)}:
            return ours
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
    ours = _column(head.name, table, known)
    is_date = bool(ours) and _about(table, ours)["kind"] == "date"
    if not _LATER.search(head.group) or ours == "patient_id" or is_date:
        yield head.name
    yield from head.labels


def _is_sure(name: str) -> bool:
    """Tell a name that means the same wherever it stands."""
    return len(re.split(r"[_\s-]+", name.strip())) > 1 or fold(name) in _SURE


def _column(text: str, table: str, known: Mapping[str, str]) -> str | None:
    ours = column_in_unit(text, known)
    if not ours or fold(text) in known:
        return ours
    is_time = units.split(text).unit in _TIMES
    return None if is_time and _about(table, ours)["kind"] == "date" else ours


def _about(table: str, ours: str | None) -> Mapping[str, object]:
    return SCHEMAS[table].columns[ours].metadata or {} if ours else {}


@dataclass
class Matched:
    """Our columns among those of a sheet.

    Attributes
    ----------
    columns : dict of str to Column
        In our units.
    places : dict of str to int
        Where they stand.
    told : set of int
        Columns of which the findings tell already why they are not used.
    findings : list of Finding
    """

    columns: dict[str, Column] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


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
        ours = name_of(head, table, known, mapped) if at not in taken else None
        if ours:
            several.setdefault(ours, []).append(at)
    if heading.id_at is not None:
        several["patient_id"] = [
            heading.id_at,
            *(at for at in several.get("patient_id", []) if at != heading.id_at),
        ]
    for ours, places in several.items():
        own = {at: sheet.columns[at].take(rows).named(heading.titles[at]) for at in places}
        filled = [at for at in places if not is_blank(own[at])] or places[:1]
        _choose(found, sheet, heading, table, ours, {at: own[at] for at in filled})
    return found


def _choose(
    found: Matched,
    sheet: Sheet,
    heading: Heading,
    table: str,
    ours: str,
    own: Mapping[int, Column],
) -> None:
    """Take one of the columns that stand for one of ours."""
    ranks = {at: _rank(heading.heads[at], ours) for at in own}
    best = min(own, key=lambda at: (ours == "patient_id" and at != heading.id_at, ranks[at]))
    column, said = converted(own[best], heading.heads[best], table, ours, sheet.name)
    found.findings += said
    found.told.add(best)
    unsure = False
    for at, rival in own.items():
        if at == best:
            continue
        other, _ = converted(rival, heading.heads[at], table, ours, sheet.name)
        is_same = bool(column and other) and _same(column, other)
        unclear = not is_same and _alike(
            heading.heads[at], heading.heads[best], ranks[at], ranks[best]
        )
        unsure |= unclear and ours != "patient_id"
        found.told.add(at)
        found.findings.append(
            _about_rival(table, sheet.name, ours, column_name(heading, best),
                         column_name(heading, at), is_same, unclear and ours != "patient_id")
        )  # fmt: skip
    if column is not None and not unsure:
        found.columns[ours] = column
        found.places[ours] = best


def column_name(heading: Heading, at: int) -> str:
    """Name a column for a finding."""
    return heading.titles[at] or f"column {at + 1} (without a header)"


def _rank(head: Head, ours: str) -> int:
    """Order the columns that stand for one of ours: by its own name, of the baseline, others."""
    if fold(head.name) == fold(ours) and not head.group:
        return 0
    return 1 if head.group and _BASELINE.search(head.group) else 2


def _alike(one: Head, two: Head, rank: int, other: int) -> bool:
    """Tell two headers that nothing tells apart."""
    names = (fold(units.split(head.name).header) for head in (one, two))
    return rank == other and len(set(names)) == 1


def _same(one: Column | None, two: Column | None) -> bool:
    return bool(one and two) and bool((texts(one) == texts(two)).all())  # type: ignore[arg-type]


def _about_rival(
    table: str, sheet: str, ours: str, best: str, title: str, is_same: bool, unclear: bool
) -> Finding:
    if is_same:
        return Finding(
            Severity.NOTE, table, sheet, None, title, "",
            f"This column holds the same as '{best}', which was used for {ours}.",
            "Nothing; one of the two can be left out.",
        )  # fmt: skip
    if unclear:
        return Finding(
            Severity.SET_ASIDE, table, sheet, None, title, "",
            f"Two columns are called '{title}' and hold different cells: which of them is {ours}? "
            "Neither was used.",
            "Leave one of the two, or rename the one that means something else.",
        )  # fmt: skip
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, title, "",
        f"Two columns stand for {ours}: '{best}' was used, this one ('{title}') was not.",
        "Leave one of the two, or rename the one that means something else.",
    )  # fmt: skip


def converted(
    column: Column, head: Head, table: str, ours: str, sheet: str
) -> tuple[Column | None, list[Finding]]:
    """Turn a column into our unit, by the unit in its header or in the row under it.

    Gives None where it cannot be, and what is to be said.
    """
    named = units.split(head.name)
    under = units.known(head.unit) if head.unit else named
    if head.unit and named.unit and under.unit and named.unit != under.unit:
        return None, [
            Finding(
                Severity.SET_ASIDE, table, sheet, None, column.header, "",
                f"The header says {named.typed}, the row under it {under.typed}. Which is it? The "
                "column was not used.",
                "Leave one of the two units.",
            )
        ]  # fmt: skip
    return units.in_our_unit(column, named if named.unit else under, table, ours, sheet)


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
