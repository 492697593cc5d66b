"""Raw parts become a typed table: cells are parsed, then pandera checks what they may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa

from retnet_core import tables
from retnet_core.intake.cells import Parsed
from retnet_core.intake.date_orders import shown_order
from retnet_core.intake.layouts import Part
from retnet_core.intake.mapping import AS_FOUND, ExportMapping, Reading
from retnet_core.intake.sheets import BLANK, Column
from retnet_core.intake.typed.parsers import ARMS, parser_of
from retnet_core.intake.typed.remarks import say_left_open, tell, tell_units
from retnet_core.intake.typed.said import UNITS, Said, reading_of
from retnet_core.intake.typed.schema import check, fill_unknown, say_missing_codes
from retnet_core.intake.typed.table import Table, used_headers

__all__ = ["ARMS", "UNITS", "Table", "read", "used_headers"]

NOTHING_SAID = ExportMapping()


def read(name: str, parts: Sequence[Part], mapping: ExportMapping = NOTHING_SAID) -> Table:
    """Type the parts of a table and check its columns.

    Parameters
    ----------
    name : str
        The table.
    parts : sequence of Part
        Its rows; several sheets follow each other.
    mapping : ExportMapping
        How the user says that the cells of its columns are read.

    Returns
    -------
    Table
        As the table's schema wants it. What could not be used is emptied, with a finding.

    Raises
    ------
    ExportError
        If the mapping gives a column a unit that cannot be converted to ours.
    """
    ours = tables.SCHEMAS[name].columns
    readings = {column: reading_of(mapping, name, column) for column in ours}
    said = {column: Said(reading) for column, reading in readings.items() if reading != AS_FOUND}
    one = [_typed(part, readings, said) for part in parts]
    table = Table(name, tables.empty(name), list(parts))
    start = 0
    for typed in one:
        table.findings += typed.findings
        table.orders += typed.orders
        for column, rows in typed.emptied.items():
            table.emptied[column] += [start + row for row in rows]
            known = typed.known[column].items()
            table.known[column] |= {start + row: bounds for row, bounds in known}
        start += len(typed.frame)
    for column, told in said.items():
        table.findings += told.findings(table, column)
    if (name, "patient_id") in mapping.readings:
        table.note(
            "The mapping says how patient_id is read; ids are always taken as they stand.",
            "Nothing, if that is right; else change the ids in the file.",
        )
    if one:
        table.frame = pd.concat([typed.frame for typed in one], ignore_index=True)
    fill_unknown(table)
    check(table)
    say_missing_codes(table)
    fill_unknown(table)
    return table


def _typed(
    part: Part,
    readings: Mapping[str, Reading],
    said: Mapping[str, Said],
) -> Table:
    """Parse the columns of one part."""
    schema = tables.SCHEMAS[part.table]
    size = len(part.rows)
    table = Table(part.table, pd.DataFrame(index=pd.RangeIndex(size)), [part])
    columns = {}
    for name, spec in schema.columns.items():
        raw = part.columns.get(name)
        if raw is None:
            blank = np.full(size, BLANK)
            columns[name] = _take(Parsed([]), Column.of([], blank, ""), spec)
            continue
        values = said[name].cells(raw) if name in said else raw.values
        parsed = parser_of(part, name, readings[name])(values)
        say_left_open(part.table, name, values, parsed)
        columns[name] = _take(parsed, raw, spec)
        table.orders += shown_order(part.sheet, raw, values, parsed)
        tell(table, name, raw, parsed)
        tell_units(table, name, raw, readings[name].unit)
    table.frame = pd.DataFrame(columns, index=pd.RangeIndex(size))
    return table


def _take(parsed: Parsed, raw: Column, spec: pa.Column) -> pd.Series:
    """Give each row its cell's value, in the dtype of its column."""
    dtype = spec.dtype.type
    values = pd.Series([*parsed.values, None], dtype=dtype)
    return values.take(raw.codes % len(values)).reset_index(drop=True)
