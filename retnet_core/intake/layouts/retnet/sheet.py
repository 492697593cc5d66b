"""A sheet of a RETNET workbook becomes rows of one of our tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import Part, deaths, units
from retnet_core.intake.layouts.asides import set_aside
from retnet_core.intake.layouts.common import (
    data_rows,
    missing_mapped,
    repeats,
    some_of,
    unused_columns,
)
from retnet_core.intake.layouts.headings import Heading
from retnet_core.intake.layouts.names import INSTRUMENT_OF, answers_among, with_mapped
from retnet_core.intake.layouts.retnet.columns import heading_of, match, tell_unused
from retnet_core.intake.layouts.retnet.groups import Group, find_groups
from retnet_core.intake.layouts.retnet.rivals import Matched
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold


@dataclass
class Read:
    """What was made of a sheet.

    Attributes
    ----------
    part : Part
        Its rows.
    groups : list of Group
        Numbered columns, of which rows of other tables are made.
    left_out : int
        Rows that are no data: sections, totals, notes, headers once more.
    findings : list of Finding
    about_events : list of Finding
        What is asked of the codes of events, idle where the user says what they mean.
    """

    part: Part
    groups: list[Group] = field(default_factory=list)
    left_out: int = 0
    findings: list[Finding] = field(default_factory=list)
    about_events: list[Finding] = field(default_factory=list)


def read_sheet(sheet: Sheet, table: str, mapped: Mapping[str, str], elsewhere: set[str]) -> Read:
    """Read a sheet as one of our tables.

    Parameters
    ----------
    sheet : Sheet
    table : str
        Our table.
    mapped : mapping of str to str
        Headers that the user gave for our columns.
    elsewhere : set of str
        Tables that other sheets are of.
    """
    known = with_mapped(table, mapped)
    heading = heading_of(sheet, table, known)
    rows, left_out, findings = _data(sheet, heading, table)
    groups, taken = [], set[int]()
    if table == "patients":
        found = find_groups(sheet, heading, rows, known, list(mapped.values()), elsewhere)
        groups, taken = found.groups, found.taken
        findings += found.findings
    matched = match(sheet, heading, rows, table, mapped, taken)
    columns = matched.columns
    answers = _answers(sheet, heading, table, matched)
    by_title = INSTRUMENT_OF.get(fold(sheet.title), "")
    if table == "questionnaires" and by_title and not answers and "instrument" not in columns:
        columns["instrument"] = Column.constant(by_title, len(rows))
    if table == "labs":
        _add_unit(heading, matched, len(rows))
    if table == "patients":
        findings += _ask_sex(sheet, columns)
    asked = deaths.ask(columns, sheet.name) if table == "time_to_event" else []
    used = {*matched.places.values(), *answers.values(), *taken}
    findings += [*matched.findings, *tell_unused(sheet, heading, table, used, matched.told)]
    findings += missing_mapped(sheet, table, mapped, columns)
    titles = heading.titles
    part = Part(
        table,
        sheet.name,
        rows + 1,
        columns,
        {item: sheet.columns[at].take(rows).named(titles[at]) for item, at in answers.items()},
        repeats(sheet, rows),
        unused_columns(sheet, titles, used, rows),
    )
    return Read(part, groups, left_out, findings, asked)


def _data(
    sheet: Sheet, heading: Heading, table: str
) -> tuple[NDArray[np.intp], int, list[Finding]]:
    """Find the rows of data, and say which of the others are none."""
    rows = np.flatnonzero(data_rows(sheet, heading.last))
    if heading.id_at is None:
        return rows, 0, []
    headers = [sheet.row(row) for row in range(heading.last + 1)]
    aside, findings = set_aside(sheet, rows, heading.id_at, heading.titles, headers, table)
    under = [
        Finding(
            Severity.NOTE, table, sheet.name, row + 1, heading.titles[heading.id_at],
            some_of([text for text in headers[row] if text]),
            "This row was taken for a part of the headers: names, labels or units.",
            "Nothing, if that is so; else put the names of the columns into one row.",
        )
        for row in range(heading.base + 1, heading.last + 1)
    ]  # fmt: skip
    return rows[~aside], int(aside.sum()), [*findings, *under]


def _answers(
    sheet: Sheet, heading: Heading, table: str, matched: Matched
) -> dict[tuple[str, int], int]:
    """Find the items of a wide questionnaire."""
    if table != "questionnaires" or {"item", "value"} <= set(matched.columns):
        return {}
    names = [head.name for head in heading.heads]
    by_title = INSTRUMENT_OF.get(fold(sheet.title), "")
    return answers_among(names, set(matched.places.values()), by_title)


def _add_unit(heading: Heading, matched: Matched, size: int) -> None:
    """Take the unit of laboratory values from their header, where no column gives it."""
    at = matched.places.get("value")
    if at is not None and "unit" not in matched.columns:
        head = heading.heads[at]
        unit = units.in_brackets(head.name) or units.known(head.unit).typed
        if unit:
            matched.columns["unit"] = Column.constant(unit, size)


def _ask_sex(sheet: Sheet, columns: dict[str, Column]) -> list[Finding]:
    """Set a column of sexes aside that holds H and M: M is a woman then, or a man."""
    column = columns.get("sex")
    if column is None or not {"h", "m"} <= set(map(fold, texts(column))):
        return []
    del columns["sex"]
    return [
        Finding(
            Severity.SET_ASIDE, "patients", sheet.name, None, column.header, "H, M",
            "The column holds H and M, so M may be a woman (mujer) or a man. It was not used.",
            "Write female and male in this column.",
        )
    ]  # fmt: skip
