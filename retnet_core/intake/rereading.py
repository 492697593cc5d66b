"""A file is read in another way: what the user changed, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from retnet_core.intake.mapping import AS_FOUND, ExportMapping, Reading
from retnet_core.tables import SCHEMAS
from retnet_core.trial import Trial, join_words
from retnet_core.wording import count


def changes(before: ExportMapping, after: ExportMapping) -> tuple[str, ...]:
    """Say what differs between two mappings, a column, sheet or setting each.

    Parameters
    ----------
    before, after : ExportMapping

    Returns
    -------
    tuple of str
        Such as "site of patients: column 'Region'"; empty where both say the same.

    Examples
    --------
    >>> said = ExportMapping().with_column("patients", "site", "Region", AS_FOUND)
    >>> changes(ExportMapping(), said)
    ("site of patients: column 'Region'",)
    """
    return tuple(_changes(before, after))


def _changes(before: ExportMapping, after: ExportMapping) -> Iterator[str]:
    for table, schema in SCHEMAS.items():
        for name in schema.columns:
            then = _header(before, table, name), before.readings.get((table, name), AS_FOUND)
            now = _header(after, table, name), after.readings.get((table, name), AS_FOUND)
            if then != now:
                told = [*([now[0]] if then[0] != now[0] else []), *_reading(then[1], now[1])]
                yield f"{name} of {table.replace('_', ' ')}: {', '.join(told)}"
    if before.layout != after.layout:
        yield f"layout: {after.layout or 'as the program finds it'}"
    for sheet in dict.fromkeys([*before.sheets, *after.sheets]):
        if before.sheets.get(sheet) != after.sheets.get(sheet):
            holds = after.sheets.get(sheet)
            as_found = "as the program finds it"
            yield f"sheet '{sheet}': {as_found if holds is None else holds or 'not used'}"
    if before.missing != after.missing:
        yield f"in every column {_no_value(after.missing)}"
    if before.dates != after.dates:
        yield f"all dates: {after.dates or 'as the program finds them'}"


def _header(mapping: ExportMapping, table: str, name: str) -> str:
    header = mapping.columns.get(table, {}).get(name)
    return "column as the program finds it" if header is None else f"column '{header}'"


def _reading(before: Reading, after: Reading) -> Iterator[str]:
    for cell in dict.fromkeys([*before.codes, *after.codes]):
        if before.codes.get(cell) != after.codes.get(cell):
            means = after.codes.get(cell)
            yield f"'{cell}' as read" if means is None else f"'{cell}' means {means or 'no value'}"
    if before.unit != after.unit:
        yield f"unit {after.unit or 'as the program finds it'}"
    if before.dates != after.dates:
        yield f"dates {after.dates or 'as the program finds them'}"
    if before.missing != after.missing:
        yield _no_value(after.missing)


def _no_value(cells: tuple[str, ...]) -> str:
    return f"no value: {join_words([repr(cell) for cell in cells])}" if cells else "no value: none"


def outcome(before: Trial, now: Trial) -> str:
    """Say in a sentence what a new reading of a file gives, beside the reading so far.

    Parameters
    ----------
    before, now : Trial
        The same file, read in two ways.

    Returns
    -------
    str
        Such as "Read in the new way there are 60 patients (58 before), 204 of 210 rows used (190
        before) and 14 findings (31 before)."
    """
    patients = f"{count(len(now.patients), 'patient')} ({len(before.patients):,} before)"
    rows = (
        f"{now.source.rows_used:,} of {count(now.source.rows_read, 'row')} used "
        f"({before.source.rows_used:,} before)"
    )
    findings = f"{count(len(now.findings), 'finding')} ({len(before.findings):,} before)"
    return f"Read in the new way there are {patients}, {rows} and {findings}."
