"""What a user said of a column's cells: codes, units, the order of dates, cells without a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.cells.missing_codes import WHERE
from retnet_core.intake.findings import ExportError, Finding, Severity
from retnet_core.intake.layouts.values import meant
from retnet_core.intake.mapping import AS_FOUND, ExportMapping, Reading
from retnet_core.intake.sheets import BLANK, Cell, Column, where_is
from retnet_core.intake.typed.table import Table
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import join_words
from retnet_core.wording import count

UNITS: dict[tuple[str, str], dict[str, float]] = {
    (table, name): CONVERSIONS[unit]
    for table, schema in SCHEMAS.items()
    for name in schema.columns
    if (unit := about(table, name).unit) in CONVERSIONS
}
"""For a table's column, the units that its numbers may have in the file beside ours."""


def reading_of(mapping: ExportMapping, table: str, column: str) -> Reading:
    """Give what the user said of a column; ids are taken as they stand, whatever is said."""
    reading = AS_FOUND if column == "patient_id" else mapping.reading(table, column)
    declared = about(table, column)
    ours = declared.unit if declared.kind == "number" else ""
    others = UNITS.get((table, column), {})
    unit = unit_of(reading.unit) or reading.unit.strip()
    if unit not in ("", ours, *others):
        allowed = join_words([ours, *others], "or")
        raise ExportError(
            f"The mapping gives {column} of {table} the unit '{reading.unit}'. "
            + (f"Allowed is {allowed}." if ours else "This column has no unit.")
        )
    return replace(reading, unit=unit)


@dataclass
class Said:
    """What a user said of a column's cells, and how many cells of the file it held for."""

    reading: Reading
    applied: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def cells(self, raw: Column) -> list[Cell]:
        """Put what the user's codes mean in their place; "" is no value."""
        if not self.reading.codes and not self.reading.missing:
            return raw.values
        sizes = np.bincount(raw.codes[raw.codes != BLANK], minlength=len(raw.values))
        found: list[Cell] = []
        for (cell, code), size in zip(meant(raw.values, self.reading), sizes.tolist(), strict=True):
            if code:
                (self.applied if code in self.reading.codes else self.missing)[code] += size
            found.append(cell)
        return found

    def findings(self, table: Table, column: str) -> list[Finding]:
        """Say once for the column what was done, and which codes it does not hold."""
        raws = [(part, part.columns[column]) for part in table.parts if column in part.columns]
        if not raws:
            return []
        codes = {code: self.applied[code] for code in self.reading.codes}
        used = {code: n for code, n in codes.items() if n}
        absent = [f"'{code}'" for code, n in codes.items() if not n]
        blank = [f"'{code}' ({count(n, 'cell')})" for code, n in self.missing.items() if n]
        means = [
            f"'{code}' means {self.reading.codes[code] or 'no value'} ({count(n, 'cell')})"
            for code, n in used.items()
        ]
        change = f"Nothing, if that is meant; else change it {WHERE}."
        notes = []
        if means:
            notes.append(f"Cells were read by the codes of the mapping: {join_words(means)}.")
        if absent:
            notes.append(f"The mapping gives codes that the column does not hold: "
                         f"{join_words(absent)}.")  # fmt: skip
        if blank:
            notes.append(f"The mapping says that these cells stand for no value: "
                         f"{join_words(blank)}. They were read as blank.")  # fmt: skip
        ours = about(table.name, column).unit
        if self.reading.unit not in ("", ours):
            notes.append(
                f"The mapping says that the numbers are in {self.reading.unit}; they were "
                f"converted to {ours}."
            )
        part, raw = raws[0]
        sheet, header = where_is(raw.header, part.sheet)
        return [
            Finding(Severity.NOTE, table.name, sheet, None, header, "", note, change)
            for note in notes
        ]
