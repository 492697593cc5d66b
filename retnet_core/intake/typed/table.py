"""A typed table that remembers where each of its rows came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake import cells
from retnet_core.intake.cells import Known
from retnet_core.intake.cells.missing_codes import is_code
from retnet_core.intake.date_orders import ShownOrder
from retnet_core.intake.findings import Finding, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.sheets import where_is
from retnet_core.trial import UNREADABLE


@dataclass(eq=False)
class Table:
    """A typed table that remembers where each of its rows came from.

    Attributes
    ----------
    name : str
    frame : pandas.DataFrame
        Every column of the schema, rows numbered from 0.
    parts : list of Part
        The raw parts, whose rows follow each other in ``frame``.
    emptied : dict of str to list of int
        For a column, rows that held something that could not be used.
    known : dict of str to dict of int to Known
        For a column, what is known of the emptied cells, by row.
    findings : list of Finding
    orders : list of ShownOrder
        The order of day and month that each of its columns of dates shows.
    """

    name: str
    frame: pd.DataFrame
    parts: list[Part]
    emptied: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, dict[int, Known]] = field(default_factory=lambda: defaultdict(dict))
    findings: list[Finding] = field(default_factory=list)
    orders: list[ShownOrder] = field(default_factory=list)

    def about(
        self,
        column: str,
        rows: Iterable[int] | NDArray[np.intp],
        severity: Severity,
        problem: str,
        remedy: str,
    ) -> None:
        """Add findings on the cells of a column, sheet by sheet."""
        for sheet, places in self.places(column, rows).items():
            self.findings += about_cells(severity, self.name, sheet, places, problem, remedy)

    def places(self, column: str, rows: Iterable[int] | NDArray[np.intp]) -> dict[str, list[Place]]:
        """Say where cells of a column stand, by the sheet that holds them."""
        wanted = np.sort(np.fromiter(rows, dtype=np.intp))
        found: dict[str, list[Place]] = {}
        start = 0
        for part in self.parts:
            end = start + len(part.rows)
            for row in wanted[(wanted >= start) & (wanted < end)].tolist():
                sheet, place = part.cell(column, row - start)
                found.setdefault(sheet, []).append(place)
            start = end
        return found

    def note(self, problem: str, remedy: str, severity: Severity = Severity.NOTE) -> None:
        """Add a finding on the table as a whole."""
        self.findings.append(Finding(severity, self.name, "", None, "", "", problem, remedy))

    def empty_cells(self, column: str, rows: NDArray[np.intp], problem: str, remedy: str) -> None:
        """Empty cells that cannot be used, with a finding each."""
        self.about(column, rows, Severity.SET_ASIDE, f"{problem} {cells.EMPTIED}", remedy)
        self.emptied[column] += rows.tolist()
        self.frame.loc[rows, column] = None if self.frame[column].dtype == object else pd.NA

    def typed_as(self, column: str, codes: Collection[str]) -> NDArray[np.bool_]:
        """Tell which rows have one of some codes, as typed and as the mapping leaves it."""
        found = []
        for part in self.parts:
            raw = part.columns.get(column)
            if raw is None:
                found.append(np.zeros(len(part.rows), dtype=bool))
            else:
                says = [is_code(cell, codes) for cell in raw.values]
                found.append(np.array([*says, False])[raw.codes])
        return np.concatenate(found) if found else np.empty(0, dtype=bool)

    def unreadable(self) -> pd.DataFrame:
        """List the emptied cells, as `retnet_core.trial.Trial.unreadable` has them."""
        ids = self.frame["patient_id"].to_numpy()
        sizes = [len(part.rows) for part in self.parts]
        part_of = np.repeat(np.arange(len(sizes)), sizes)
        starts = np.cumsum([0, *sizes])
        nothing = Known("", "", "")
        found = []
        for column, rows in self.emptied.items():
            known = self.known[column]
            for row in sorted(rows):
                raw = self.parts[part_of[row]].columns.get(column)
                value = raw.text(row - int(starts[part_of[row]])) if raw else ""
                told = known.get(row, nothing)
                found.append((self.name, column, ids[row], value, told.least, told.most))
        return pd.DataFrame(found, columns=list(UNREADABLE), dtype=object).drop_duplicates(
            ignore_index=True
        )


def used_headers(tables: Mapping[str, Table]) -> set[tuple[str, str]]:
    """Give sheet and header of every column of the file that was used."""
    return {
        where_is(header, part.sheet)
        for table in tables.values()
        for part in table.parts
        for column in part.columns.values()
        for header in (column.header, *column.headers)
    }
