"""A typed table against its schema: what its columns may not hold is emptied."""

from __future__ import annotations

import numpy as np
import pandera.pandas as pa

from retnet_core.intake.cells.missing_codes import MISSING_CODES, NO_VALUE, OFTEN_MISSING, far_from
from retnet_core.intake.findings import Severity
from retnet_core.intake.typed.remarks import CONSEQUENCES
from retnet_core.intake.typed.table import Table
from retnet_core.protocol import UNKNOWN
from retnet_core.tables import SCHEMAS, about

COUNTS_AS_UNKNOWN = {
    "patients": ("arm", "primary_site", "histologic_subtype", "who_grade"),
    "time_to_event": ("endpoint",),
}
"""Columns whose missing values are a level of their own."""
_NEGATIVE = " A time below 0 is no time: the patient is not analysed for this endpoint."


def fill_unknown(table: Table) -> None:
    """Make missing values of some columns a level of their own."""
    for column in COUNTS_AS_UNKNOWN.get(table.name, ()):
        missing = table.frame[column].isna()
        table.frame[column] = table.frame[column].where(~missing, UNKNOWN).astype(object)


def check(table: Table) -> None:
    """Check the typed columns against the table's schema; what fails is emptied."""
    schema = SCHEMAS[table.name]
    try:
        schema.validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as failed:
        cases = failed.failure_cases
        unforeseen = cases[cases["index"].isna()]
        if len(unforeseen):  # a dtype or a column is wrong: ours to mend, not the user's
            raise
        wanted = cases[["column", "index", "check"]].copy()
        several = wanted.duplicated(["column", "index"], keep=False)
        if several.any():
            checks = wanted[several].groupby(["column", "index"])["check"]
            wanted.loc[several, "check"] = checks.transform(" and ".join)
            wanted = wanted.drop_duplicates(["column", "index"])
        for (column, check), rows in wanted.groupby(["column", "check"])["index"]:
            at = rows.to_numpy(dtype=np.intp)
            problem = f"This is not {check}.{CONSEQUENCES.get((table.name, column), '')}"
            remedy = f"Correct the cell: {_allowed(table.name, column)}."
            code = table.typed_as(column, MISSING_CODES)[at]
            table.empty_cells(column, at[~code], problem, remedy)
            table.empty_cells(column, at[code], problem, f"{remedy} {NO_VALUE}")


def say_missing_codes(table: Table) -> None:
    """Say where a number that its column allows looks like a code for no value."""
    for name in SCHEMAS[table.name].columns:
        if about(table.name, name).kind == "number":
            numbers = table.frame[name].to_numpy()
            is_code = table.typed_as(name, MISSING_CODES) & ~np.isnan(numbers)
            others = numbers[~is_code & ~np.isnan(numbers)]
            if is_code.any():
                often = table.typed_as(name, OFTEN_MISSING)
                doubtful = is_code & (often | far_from(others, numbers))
                unused = doubtful & (numbers < 0) & (table.name == "time_to_event")
                for rows, then in ((doubtful & ~unused, ""), (unused, _NEGATIVE)):
                    table.about(
                        name, np.flatnonzero(rows), Severity.ASSUMED,
                        "The number looks like a code for no value. It was read as the number it "
                        f"is.{then}",
                        f"{'Correct the time' if then else 'Nothing'}, if it is a number. "
                        f"{NO_VALUE}",
                    )  # fmt: skip


def _allowed(table: str, column: str) -> str:
    declared = about(table, column)
    if declared.values:
        return "allowed are " + ", ".join(declared.values)
    checks = " and ".join(str(check.error) for check in SCHEMAS[table].columns[column].checks)
    return f"allowed is {checks}" + (f" ({declared.unit})" if declared.unit else "")
