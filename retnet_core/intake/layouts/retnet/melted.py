"""Rows of our other tables, made of the numbered columns of patients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake import no_event
from retnet_core.intake.cells import parse_dates
from retnet_core.intake.findings import Finding, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import places_of, some_of
from retnet_core.intake.layouts.retnet.contents import never_of
from retnet_core.intake.layouts.retnet.groups import Group, Key
from retnet_core.intake.layouts.values import Mask, as_meant
from retnet_core.intake.mapping import Reading
from retnet_core.intake.sheets import BLANK, Column, as_text, stack


def melted(group: Group, part: Part, kept: Mask) -> tuple[list[Part], list[Finding]]:
    """Make rows of a table of a group's columns.

    Parameters
    ----------
    group : Group
    part : Part
        The patients of the sheet.
    kept : numpy.ndarray of bool
        Its rows that are used.

    Returns
    -------
    parts : list of Part
        In the order of the patients, then of the numbers.
    findings : list of Finding
        On cells that say that there was none.
    """
    ids = part.columns["patient_id"].take(kept)
    rows = part.rows[kept]
    if group.answers:
        return [_answered(group, part.sheet, key, rows, ids, kept) for key in group.answers], []
    keys = list(group.columns) if group.table == "labs" else sorted(group.columns)
    laid = {key: {ours: one.take(kept) for ours, one in group.columns[key].items()} for key in keys}
    said = np.concatenate([_says(group.table, laid[key], len(rows)) for key in keys])
    which = np.repeat(np.arange(len(keys)), len(rows))
    row = np.tile(np.arange(len(rows)), len(keys))
    chosen = np.flatnonzero(said)
    order = chosen[np.lexsort((which[chosen], row[chosen]))]
    columns = {"patient_id": ids.take(row[order])}
    for ours in dict.fromkeys(ours for own in laid.values() for ours in own):
        columns[ours] = _stacked(laid, ours, len(rows)).take(order)
    for ours in dict.fromkeys(name for key in keys for name in group.constants.get(key, {})):
        columns[ours] = _constant(group, keys, ours).take(which[order])
    number = Column.of([str(key) for key in keys], np.arange(len(keys)), "")
    return [
        Part(
            group.table,
            part.sheet,
            rows[row[order]],
            columns,
            repeats=np.zeros(len(order), dtype=bool),
            unused={"number": number.take(which[order])},
        )
    ], _none(group.table, part.sheet, laid, rows, said.reshape(len(keys), -1))


def _stacked(laid: Mapping[Key, Mapping[str, Column]], ours: str, size: int) -> Column:
    """Lay one of our columns under each other for every key."""
    blank = Column.of([], np.full(size, BLANK, dtype=np.intp), "")
    titles = [own[ours].header for own in laid.values() if ours in own]
    return stack((own.get(ours, blank) for own in laid.values()), some_of(titles))


def _constant(group: Group, keys: Sequence[Key], ours: str) -> Column:
    """Say for each key what holds for its rows."""
    values = [group.constants.get(key, {}).get(ours, "") for key in keys]
    codes = np.array([at if value else BLANK for at, value in enumerate(values)], dtype=np.intp)
    return Column.of(values, codes, "")


def _says(table: str, columns: Mapping[str, Column], size: int) -> Mask:
    """Tell in which rows any of the columns of a number says something."""
    says = np.zeros(size, dtype=bool)
    for ours, column in columns.items():
        never = never_of(table, ours)
        is_term = table == no_event.TABLE and ours == "term"
        told = [
            not (as_text(value).casefold() in never or (is_term and no_event.says_none(value)))
            for value in column.values
        ]
        says |= np.array([*told, False], dtype=bool)[column.codes]
    return says


def _none(
    table: str,
    sheet: str,
    laid: Mapping[Key, Mapping[str, Column]],
    rows: NDArray[np.intp],
    said: NDArray[np.bool_],
) -> list[Finding]:
    """Tell the cells of which no row was made."""
    places = [
        place
        for own, says in zip(laid.values(), said, strict=True)
        for column in own.values()
        for place in places_of(rows - 1, column, (column.codes != BLANK) & ~says)
    ]
    return about_cells(
        Severity.NOTE, table, sheet, places,
        f"The cell was taken to say that there was none; no row of the table {table} was "
        "made of it.",
        "Nothing, if that is so; else write what there was.", listed=1,
    )  # fmt: skip


def _answered(
    group: Group, sheet: str, key: Key, rows: NDArray[np.intp], ids: Column, kept: Mask
) -> Part:
    """Take the answers of one visit."""
    answers = {item: column.take(kept) for item, column in group.answers[key].items()}
    filled = np.zeros(len(rows), dtype=bool)
    for column in answers.values():
        filled |= column.codes != BLANK
    columns = {"patient_id": ids, "visit": Column.constant(str(key[0]), len(rows))}
    repeats = np.zeros(len(rows), dtype=bool)
    return Part("questionnaires", sheet, rows, columns, answers, repeats).take(filled)


def first_sessions(part: Part, sessions: Part, reading: Reading) -> tuple[Column, list[Finding]]:
    """Take the earliest session of each patient for the first embolization.

    Where a session's date cannot be read the earliest is not known: the cell stays blank.

    Parameters
    ----------
    part, sessions : Part
        The patients of a sheet, and their sessions.
    reading : Reading
        How the user says that the days of sessions are read.
    """
    dates = as_meant(sessions.columns["date"], reading)
    parsed = parse_dates(dates.values, reading.dates)
    earliest: dict[int, tuple[dt.date, str]] = {}
    unread: set[int] = set()
    undated = np.zeros(len(sessions.rows), dtype=bool)
    for at, (row, code) in enumerate(
        zip(sessions.rows.tolist(), dates.codes.tolist(), strict=True)
    ):
        day = None if code == BLANK else parsed.values[code]
        if code in parsed.emptied:
            unread.add(row)
        elif day is None:
            undated[at] = True
        elif row not in earliest or day < earliest[row][0]:
            earliest[row] = day, dates.headers[code]
    cells = [None if row in unread else earliest.get(row) for row in part.rows.tolist()]
    different = list(dict.fromkeys(cell for cell in cells if cell))
    place = {cell: at for at, cell in enumerate(different)}
    codes = np.array([place[cell] if cell else BLANK for cell in cells], dtype=np.intp)
    column = Column(
        [day for day, _ in different], codes, [title for _, title in different], dates.header
    )
    undated &= np.isin(sessions.rows, list(earliest))
    if not different:  # every day is asked about
        return column, []
    return column, [
        Finding(
            Severity.ASSUMED, "patients", part.sheet, None, dates.header, "",
            "There is no column of the first embolization; the earliest session of each patient "
            "was taken for it.",
            "Nothing, if every session is listed; else add a column first_embolization_date.",
        ),
        *about_cells(
            Severity.ASSUMED, "embolizations", part.sheet,
            places_of(sessions.rows - 1, sessions.columns["date"], undated),
            "A session of the patient has no date; the earliest of those with a date was taken for "
            "the first embolization.",
            "Add the date of the session.",
        ),
    ]  # fmt: skip
