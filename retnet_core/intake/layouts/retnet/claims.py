"""Which sheet of a workbook is which table: by its name, and patients by what a sheet holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from retnet_core.intake.cells import ABSENT, is_missing
from retnet_core.intake.layouts.asides import set_aside
from retnet_core.intake.layouts.common import ABOUT, data_rows, is_about
from retnet_core.intake.layouts.names import spellings, table_of
from retnet_core.intake.layouts.retnet.columns import heading_of, name_of
from retnet_core.intake.layouts.retnet.groups import has_repeats
from retnet_core.intake.layouts.retnet.rivals import column_name
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

_MOSTLY = 0.8
"""Share of the ids of a list with a row a patient that come once, at least."""


@dataclass
class Claims:
    """The sheets of a workbook with their tables.

    Attributes
    ----------
    tables : list of (Sheet, str or None)
        In the order in which they are read: sheets bearing the table's own name come first.
    reasons : tuple of str
        Why a sheet of another name was taken for patients.
    rivals : tuple of str
        Names of several sheets of which each could be the patients.
    """

    tables: list[tuple[Sheet, str | None]] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()

    @property
    def patients(self) -> Sheet | None:
        """The first sheet of patients."""
        return next((sheet for sheet, table in self.tables if table == "patients"), None)


def claims_of(sheets: Sequence[Sheet]) -> Claims:
    """Give each sheet its table."""
    tables = [(sheet, ABOUT if is_about(sheet) else table_of(sheet.title)) for sheet in sheets]
    found = Claims(tables)
    if found.patients is None:
        likely = [one for sheet, table in tables if table is None if (one := _likely(sheet))]
        best = [one for one in likely if one.has_arm and one.is_unique] or likely
        if len(best) == 1:
            chosen = best[0].sheet
            found.tables = [(one, "patients" if one is chosen else table) for one, table in tables]
            found.reasons = () if len(sheets) == 1 and chosen.lone else (best[0].reason,)
        elif best:
            found.rivals = tuple(one.sheet.name for one in best)
    found.tables.sort(key=lambda claim: fold(claim[0].title) != fold(claim[1] or ""))
    return found


@dataclass(frozen=True)
class _Likely:
    """A sheet that may hold the patients."""

    sheet: Sheet
    reason: str
    has_arm: bool
    is_unique: bool


def _likely(sheet: Sheet) -> _Likely | None:
    """Look whether a sheet has a row a patient: ids that come once, arms or numbered columns."""
    known = spellings("patients")
    heading = heading_of(sheet, "patients", known)
    if heading.id_at is None:
        return None
    places = {name_of(head, "patients", known): at for at, head in enumerate(heading.heads)}
    arm = places.get("arm")
    if arm is None and not has_repeats(heading):
        return None
    rows = np.flatnonzero(data_rows(sheet, heading.last))
    headers = [sheet.row(row) for row in range(heading.last + 1)]
    aside, _ = set_aside(sheet, rows, heading.id_at, heading.titles, headers, "patients")
    ids = texts(sheet.columns[heading.id_at].take(rows[~aside]))
    given = [one for one in ids if not is_missing(one, ABSENT)]
    once = len(set(given))
    if not given or once < _MOSTLY * len(given):
        return None
    also = (
        f"one of arms ('{column_name(heading, arm)}')"
        if arm is not None
        else "numbered columns of sessions, imaging or events"
    )
    reason = (
        f"This is a list kept by hand. The sheet '{sheet.name}' was taken for patients: it has a "
        f"column of ids ('{column_name(heading, heading.id_at)}') and {also}, and a row a patient."
    )
    return _Likely(sheet, reason, arm is not None, once == len(given))
