"""What parsers remark of cells becomes findings of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from retnet_core.intake import cells
from retnet_core.intake.cells import CONVERSIONS, Known, Parsed, Remark, unit_of
from retnet_core.intake.cells.missing_codes import MISSING_CODES, NO_VALUE, WHERE, is_code
from retnet_core.intake.findings import LISTED, Finding, Severity, about_cells
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.sheets import BLANK, Cell, Column, where_is
from retnet_core.intake.typed.table import Table
from retnet_core.tables import about

CONSEQUENCES = {
    ("adverse_events", "grade"): " The event counts as not graded.",
    ("patients", "who_grade"): " The patient counts under unknown.",
    ("patients", "primary_site"): " The patient counts under unknown.",
    ("patients", "histologic_subtype"): " The patient counts under unknown.",
}
_BLANK_MEANS = {
    ("patients", "death_date"): "that the patient is alive",
    ("patients", "progression_date"): "that there was no progression",
    ("patients", "hepatic_progression_date"): "that there was no progression in the liver",
    ("patients", "other_therapy_date"): "that there was no other therapy",
}
"""Dates whose blank cells say something: words that say "not known" there must be told."""
_LOOK_UP = "Look "
"""How a remedy begins that is of each cell and not of the column: a value in doubt."""
_LEAVES_OPEN = (cells.NOT_KNOWN | cells.AWAITED) - {"not applicable", "not done"}


def say_left_open(table: str, name: str, values: Sequence[Cell], parsed: Parsed) -> None:
    """Say where a cell that says "not known" is read as a blank one, which says something else."""
    means = _BLANK_MEANS.get((table, name))
    if not means:
        return
    remark = Remark(
        f"The cell says that the day is not known, and was read as blank, which means {means}.",
        "Nothing, if that is meant. If it happened on a day that is not known, write the year or "
        "the month, such as 2019 or 2019-03: then no time is computed from it.",
    )
    for at, cell in enumerate(values):
        if cells.is_missing(cell, _LEAVES_OPEN):
            parsed.assumed[at] = remark


def tell(table: Table, name: str, raw: Column, parsed: Parsed) -> None:
    """Turn a parser's remarks into findings, and remember the emptied cells."""
    consequence = CONSEQUENCES.get((table.name, name), "")
    by_remark: dict[tuple[Severity, Remark], list[int]] = defaultdict(list)
    for severity, remarks in (
        (Severity.SET_ASIDE, parsed.emptied), (Severity.ASSUMED, parsed.assumed)
    ):  # fmt: skip
        for code, (problem, remedy) in remarks.items():
            hint = f" {NO_VALUE}" if is_code(raw.values[code], MISSING_CODES) else ""
            by_remark[severity, Remark(problem, remedy + hint)].append(code)
    for (severity, remark), codes in by_remark.items():
        if severity == Severity.SET_ASIDE:
            few = np.isin(raw.codes, codes).sum() <= LISTED
            for words, told in _worded(codes, parsed.known if few else {}):
                rows = np.flatnonzero(np.isin(raw.codes, told))
                problem = f"{remark.problem}{words}{consequence}"
                table.about(name, rows, severity, problem, remark.remedy)
                table.emptied[name] += rows.tolist()
            continue
        rows = np.flatnonzero(np.isin(raw.codes, codes))
        # An assumption holds for the column: it is said once. A value in doubt is one cell's own.
        own = remark.remedy.startswith(_LOOK_UP)
        for sheet, places in table.places(name, rows).items():
            table.findings += about_cells(
                severity, table.name, sheet, places, *remark, listed=1, to_look_up=own
            )
    if parsed.known:
        of_row = enumerate(raw.codes.tolist())
        table.known[name] = {row: parsed.known[at] for row, at in of_row if at in parsed.known}
    sheet, header = where_is(_title(raw), table.parts[0].sheet)
    for remark in parsed.notes:
        table.findings.append(Finding(Severity.NOTE, table.name, sheet, None, header, "", *remark))


def _title(raw: Column) -> str:
    """Give a column's header, or that of its first cell where none of its cells is under it."""
    headers = [raw.headers[code] for code in np.unique(raw.codes[raw.codes != BLANK])]
    return raw.header if raw.header in headers or not headers else headers[0]


def tell_units(table: Table, name: str, raw: Column, said: str) -> None:
    """Say of each unit that is given beside the cells how their numbers were read."""
    used = [code for code in np.unique(raw.codes).tolist() if code != BLANK and raw.units]
    headers: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for code in used:
        sheet, header = where_is(raw.headers[code], table.parts[0].sheet)
        headers[raw.units[code], sheet].setdefault(header)
    for (unit, sheet), under in headers.items():
        if unit and not (said and unit_of(unit) == said):
            severity, problem, remedy = _of_unit(unit, about(table.name, name).unit, said)
            column = some_of(list(under))
            table.findings.append(
                Finding(severity, table.name, sheet, None, column, "", problem, remedy)
            )


def _of_unit(unit: str, ours: str, said: str) -> tuple[Severity, str, str]:
    """Say how numbers of a unit were read; ``said`` is the unit that the mapping gives them."""
    if said:
        return (
            Severity.NOTE,
            f"The unit is given as {unit}; numbers were read in {said}, as the mapping says.",
            f"Nothing, if that is meant; else change it {WHERE}.",
        )
    if factor := CONVERSIONS.get(ours, {}).get(unit_of(unit)):
        return (
            Severity.ASSUMED,
            f"The unit is given as {unit}; numbers were converted to {ours} (times {factor:.6g}).",
            f"Nothing, if the cells are in {unit}; else correct the unit.",
        )
    return (
        Severity.ASSUMED,
        f"'{unit}' is no unit that is known here; the numbers were read as {ours}. Is that right?",
        f"Nothing, if they are in {ours}; else give them in {ours}.",
    )


def _worded(codes: list[int], known: Mapping[int, Known]) -> Iterable[tuple[str, list[int]]]:
    """Add what is known to what is said of cells, where they are few enough to be told apart."""
    if not any(code in known for code in codes):
        return [("", codes)]
    return [(f" Known is: {known[code].words}." if code in known else "", [code]) for code in codes]
