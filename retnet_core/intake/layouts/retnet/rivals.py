"""Several columns of a sheet that stand for one of ours: which is used, and what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import is_missing, parse_yes_no
from retnet_core.intake.findings import Finding, Severity, about_cells
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import places_of
from retnet_core.intake.layouts.deaths import DEATH_WORDS
from retnet_core.intake.layouts.headings import Head, Heading
from retnet_core.intake.layouts.retnet.contents import is_dated
from retnet_core.intake.layouts.values import blanked, combine, first_filled, texts
from retnet_core.intake.sheets import BLANK, Column
from retnet_core.protocol import fold
from retnet_core.tables import about
from retnet_core.wording import count

_BASELINE = re.compile(r"baseline|screening|demograph|at entry|basis|inclusion", re.IGNORECASE)


@dataclass
class Matched:
    """Our columns among those of a sheet.

    Attributes
    ----------
    columns : dict of str to Column
        With the units that their headers name.
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


def column_name(heading: Heading, at: int) -> str:
    """Name a column for a finding."""
    return heading.titles[at] or f"column {at + 1} (without a header)"


def choose(
    found: Matched,
    heading: Heading,
    rows: NDArray[np.intp],
    where: tuple[str, str, str],
    own: Mapping[int, Column],
) -> None:
    """Take one of the columns that stand for one of ours.

    Of two for a date the one with dates is taken, then the one that says no yes and no.

    Parameters
    ----------
    found : Matched
        Is added to.
    heading : Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    where : (str, str, str)
        Our table, the sheet's name and our column.
    own : mapping of int to Column
        The columns by their place, in the rows of data.
    """
    table, sheet, ours = where
    heads = heading.heads
    given = {at: converted(one, heads[at], table, ours, sheet) for at, one in own.items()}
    found.told |= set(own)
    for column, said in given.values():
        found.findings += said if column is None else []
    columns = {at: column for at, (column, _) in given.items() if column is not None}
    if not columns:
        return
    is_date = about(table, ours).kind == "date"
    kinds = {at: _kind(one) if is_date and len(columns) > 1 else 0 for at, one in columns.items()}
    ranks = {at: rank_of(heads[at], ours) for at in columns}
    is_id = ours == "patient_id"
    best = min(columns, key=lambda at: (is_id and at != heading.id_at, kinds[at], ranks[at]))
    found.findings += given[best][1]
    column, unsure = columns[best], False
    for at, rival in columns.items():
        if at == best:
            continue
        if kinds[at] == _YES_NO > kinds[best]:
            read = _answers(rival)
            if read is not None:
                column, said = beside(column, rival, read, rows, where)
                found.findings += said
            continue
        is_same = _same(columns[best], rival)
        alike = _alike(heads[at], heads[best], ranks[at], ranks[best])
        unclear = not is_same and alike and kinds[at] == kinds[best] and not is_id
        unsure |= unclear
        names = column_name(heading, best), column_name(heading, at)
        found.findings.append(_about_rival(table, sheet, ours, *names, is_same, unclear))
    if not unsure:
        found.columns[ours] = column
        found.places[ours] = best


_YES_NO = 2
_HAPPENED = {**DEATH_WORDS, "pd": True, "nopd": False}


def _kind(column: Column) -> int:
    """Order the columns for a date: of dates, of something else, of yes and no."""
    return 0 if is_dated(column) else _YES_NO if _answers(column) is not None else 1


def _answers(column: Column) -> NDArray[np.object_] | None:
    """Read a column of yes and no, of dead and alive, None where it is none."""
    used = np.unique(column.codes[column.codes != BLANK]).tolist()
    parsed = parse_yes_no([column.values[code] for code in used], _HAPPENED)
    if parsed.emptied or all(one is None for one in parsed.values):
        return None
    read = np.full(len(column.values) + 1, None, dtype=object)
    read[used] = parsed.values
    return read[column.codes]


@dataclass(frozen=True)
class Said:
    """How it is told that a column says whether something happened.

    Attributes
    ----------
    tells : str
        What the column says.
    happened, denied : str
        What a cell says.
    written : str
        What is written where the day is not known.
    """

    tells: str = "yes and no"
    happened: str = "a yes"
    denied: str = "no"
    written: str = "yes"


def beside(
    dates: Column,
    answers: Column,
    read: NDArray[np.object_],
    rows: NDArray[np.intp],
    where: tuple[str, str, str],
    words: Said = Said(),
) -> tuple[Column, list[Finding]]:
    """Hold yes and no against the dates that were used; a yes without a date is kept as one.

    A blank date says that it did not happen, so that the yes is written there: no date is read
    from it, and the day counts as not known.

    Parameters
    ----------
    dates, answers : Column
    read : numpy.ndarray of object
        What the answers say: True, False or None.
    rows : numpy.ndarray of int
        The rows of data, from 0.
    where : (str, str, str)
        Our table, the sheet's name and our column.
    words : Said
    """
    table, sheet, ours = where
    blank = np.array([is_missing(cell) or not cell for cell in texts(dates)], dtype=bool)
    undated, denied = (read == True) & blank, (read == False) & ~blank  # noqa: E712 (of objects)
    title = dates.header or ours
    named = f"'{dates.header}' was used for {ours}, as it holds the dates" if dates.header else (
        f"No column was used for {ours}"
    )  # fmt: skip
    size = int(undated.sum())
    lacks = (
        f" {count(size, 'patient has', 'patients have')} {words.happened} here and no date: there "
        f"{ours} counts as not known."
    )
    findings = [
        Finding(
            Severity.SET_ASIDE if size else Severity.NOTE, table, sheet, None, answers.header, "",
            f"{named}; this column ('{answers.header}') says {words.tells}.{lacks if size else ''}",
            f"Write the day, the month or the year into '{title}'." if size
            else "Nothing.",
        ),
        *about_cells(
            Severity.NOTE, table, sheet, places_of(rows, answers, denied),
            f"The cell says {words.denied}, but '{title}' has a date. The date was kept.",
            "Find out in the source which of the two is right.",
        ),
    ]  # fmt: skip
    if not size:
        return dates, findings
    left = blanked(answers, ~undated)
    said = combine([left], lambda cell: None if cell == "" else words.written)
    return first_filled([blanked(dates, undated), said]), findings


def rank_of(head: Head, ours: str) -> int:
    """Order the columns that stand for one of ours: by its own name, of the baseline, others."""
    if fold(head.name) == fold(ours) and not head.group:
        return 0
    return 1 if head.group and _BASELINE.search(head.group) else 2


def _alike(one: Head, two: Head, rank: int, other: int) -> bool:
    """Tell two headers that nothing tells apart."""
    names = (fold(units.split(head.name).header) for head in (one, two))
    return rank == other and len(set(names)) == 1


def _same(one: Column | None, two: Column | None) -> bool:
    if one is None or two is None:
        return False
    return bool((texts(one.spelt_out()) == texts(two.spelt_out())).all())


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
    """Give a column the unit in its header or in the row under it.

    Gives None where that is none that can be read, and what is to be said.
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
