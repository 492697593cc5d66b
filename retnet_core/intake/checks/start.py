"""Where the times of an export can start when it has no first embolization."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from retnet_core.intake.cells import ABSENT, NOT_GUESSED, is_missing, parse_dates
from retnet_core.intake.doctor import Tables
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.more import others
from retnet_core.intake.sheets import BLANK, Column, where_is
from retnet_core.intake.typed import used_headers

FIRST = "first_embolization_date"
_MOSTLY = 0.5
_COLUMNS = "under Columns on the page Data"


def has_sessions(tables: Tables) -> bool:
    """Tell whether a session has a date, be it one that could not be read."""
    sessions = tables["embolizations"]
    return bool(sessions.frame["date"].notna().any() or sessions.emptied.get("date"))


def without_start(tables: Tables) -> None:
    """Report first of all that nothing says when patients were first embolized, if dates might.

    Given endpoints need no start. Where the export has neither a date of randomisation nor a column
    of dates that is not used, there is nothing to choose, and what it lacks is said elsewhere.
    """
    patients = tables["patients"]
    known = patients.frame[FIRST].notna().any() or patients.emptied.get(FIRST)
    if known or has_sessions(tables) or len(tables["time_to_event"].frame):
        return
    unused = list(_unused_dates(tables))
    randomised = bool(patients.frame["randomization_date"].notna().any())
    if not (randomised or unused):
        return
    sentences = [
        "The export has no date of a first embolization and no dated session, so times from the "
        "first embolization (hPFS, PFS, TTP and OS) cannot be computed."
    ]
    remedies = []
    if randomised:
        sentences.append("It has dates of randomisation.")
        remedies.append("On the page Survival, let times start at randomisation.")
    if unused:
        names = some_of([f"'{header}'" for _, header in unused])
        sentences.append(f"Columns that hold dates and are not used: {names}.")
        remedies.append(
            f"If one of them is the first embolization, choose it for {FIRST} {_COLUMNS}."
        )
    remedies.append(f"Else add a column {FIRST}.")
    sheet = next((part.sheet for part in patients.parts), "")
    patients.findings.insert(
        0,
        Finding(
            Severity.ASSUMED, "patients", sheet, None, some_of([header for _, header in unused]),
            "", " ".join(sentences), " ".join(remedies),
        ),
    )  # fmt: skip


def _unused_dates(tables: Tables) -> Iterator[tuple[str, str]]:
    """Give sheet and header of the columns of patients' sheets that hold dates and are not used."""
    used = used_headers(tables)
    told: set[tuple[str, str]] = set()
    for part in tables["patients"].parts:
        for header, column in others(part):
            place = where_is(header, part.sheet)
            if place not in used | told and _holds_dates(column):
                told.add(place)
                yield place


def _holds_dates(column: Column) -> bool:
    """Tell whether most cells are dates, be they asked about; a bare number is none."""
    filled = np.unique(column.codes[column.codes != BLANK]).tolist()
    cells = [column.values[code] for code in filled]
    given = [cell for cell in cells if not is_missing(cell, ABSENT)]
    parsed = parse_dates([cell for cell in given if not isinstance(cell, float)])
    days = sum(value is not None for value in parsed.values)
    asked = sum(NOT_GUESSED in remark.problem for remark in parsed.emptied.values())
    return days + asked > _MOSTLY * len(given)
