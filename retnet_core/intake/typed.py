"""Raw parts become a typed table: cells are parsed, then pandera checks what they may hold."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from retnet_core import tables
from retnet_core.intake import cells
from retnet_core.intake.cells import Parsed, Remark
from retnet_core.intake.findings import LISTED, Finding, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.sheets import BLANK, Cell, Column
from retnet_core.protocol import UNKNOWN, recognise_arm

COUNTS_AS_UNKNOWN = {
    "patients": ("arm", "primary_site", "histologic_subtype", "who_grade"),
    "time_to_event": ("endpoint",),
}
"""Columns whose missing values are a level of their own."""

ARMS = ("arm", "arm_received")
NAMES = ("patient_id", "test")
"""Columns of names, which a spelling of "missing" may be: sodium is Na, a patient may be ND."""

_LIKELIHOODS = {
    **dict.fromkeys(("possible", "possibly", "probable", "probably", "likely", "verylikely",
                     "highlyprobable", "definite", "definitely", "certain"), True),
    **dict.fromkeys(("unlikely", "doubtful", "remote"), False),
}  # fmt: skip
_YES_NO_WORDS: dict[str, dict[str, bool]] = {
    "related": {"related": True, "notrelated": False, "unrelated": False, "nonrelated": False},
    "serious": {"serious": True, "notserious": False, "nonserious": False, "sae": True},
    "event": {"event": True, "dead": True, "died": True, "deceased": True, "censored": False,
              "censor": False, "alive": False, "noevent": False},
    "functional": {"functional": True, "functioning": True, "nonfunctional": False,
                   "nonfunctioning": False, "notfunctional": False},
    "symptomatic": {"symptomatic": True, "asymptomatic": False},
    "treated": {"treated": True, "nottreated": False, "untreated": False},
    "evaluable": {"evaluable": True, "notevaluable": False, "inevaluable": False, "ne": False},
}  # fmt: skip
_INITIALS = {"grade": ("g", "gr"), "item": ("q",), "cycle": ("c",)}

_CONSEQUENCES = {
    ("adverse_events", "grade"): " The event counts as not graded.",
    ("patients", "who_grade"): " The patient counts under unknown.",
    ("patients", "primary_site"): " The patient counts under unknown.",
    ("patients", "histologic_subtype"): " The patient counts under unknown.",
}


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
    findings : list of Finding
    """

    name: str
    frame: pd.DataFrame
    parts: list[Part]
    emptied: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)

    def about(
        self,
        column: str,
        rows: Iterable[int] | NDArray[np.intp],
        severity: Severity,
        problem: str,
        remedy: str,
    ) -> None:
        """Add findings on the cells of a column, sheet by sheet."""
        wanted = np.sort(np.fromiter(rows, dtype=np.intp))
        start = 0
        for part in self.parts:
            end = start + len(part.rows)
            here = wanted[(wanted >= start) & (wanted < end)] - start
            places = _places(part, column, here)
            self.findings += about_cells(severity, self.name, part.sheet, places, problem, remedy)
            start = end

    def note(self, problem: str, remedy: str, severity: Severity = Severity.NOTE) -> None:
        """Add a finding on the table as a whole."""
        self.findings.append(Finding(severity, self.name, "", None, "", "", problem, remedy))

    def empty_cells(self, column: str, rows: NDArray[np.intp], problem: str, remedy: str) -> None:
        """Empty cells that cannot be used, with a finding each."""
        self.about(column, rows, Severity.SET_ASIDE, f"{problem} {cells.EMPTIED}", remedy)
        self.emptied[column] += rows.tolist()
        self.frame.loc[rows, column] = None if self.frame[column].dtype == object else pd.NA

    def unreadable(self) -> pd.DataFrame:
        """List the emptied cells: table, column, patient_id."""
        ids = self.frame["patient_id"].to_numpy()
        emptied = [
            (self.name, column, ids[row]) for column, rows in self.emptied.items() for row in rows
        ]
        frame = pd.DataFrame(emptied, columns=["table", "column", "patient_id"], dtype=object)
        return frame.drop_duplicates(ignore_index=True)


def _places(part: Part, column: str, rows: NDArray[np.intp]) -> list[Place]:
    raw = part.columns.get(column)
    if raw is None:
        return [Place(int(part.rows[row]), "", "") for row in rows]
    return [Place(int(part.rows[row]), raw.header_of(row), raw.text(row)) for row in rows]


def read(name: str, parts: Sequence[Part]) -> Table:
    """Type the parts of a table and check its columns.

    Parameters
    ----------
    name : str
        The table.
    parts : sequence of Part
        Its rows; several sheets follow each other.

    Returns
    -------
    Table
        As the table's schema wants it. What could not be used is emptied, with a finding.
    """
    one = [_typed(part) for part in parts]
    table = Table(name, tables.empty(name), list(parts))
    start = 0
    for typed in one:
        table.findings += typed.findings
        for column, rows in typed.emptied.items():
            table.emptied[column] += [start + row for row in rows]
        start += len(typed.frame)
    if one:
        table.frame = pd.concat([typed.frame for typed in one], ignore_index=True)
    _fill_unknown(table)
    _check(table)
    _fill_unknown(table)
    return table


def _typed(part: Part) -> Table:
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
        parsed = _parse(part.table, name, spec)(raw.values)
        columns[name] = _take(parsed, raw, spec)
        _tell(table, name, raw, parsed)
    table.frame = pd.DataFrame(columns, index=pd.RangeIndex(size))
    return table


def _take(parsed: Parsed, raw: Column, spec: pa.Column) -> pd.Series:
    """Give each row its cell's value, in the dtype of its column."""
    dtype = spec.dtype.type
    values = pd.Series([*parsed.values, None], dtype=dtype)
    return values.take(raw.codes % len(values)).reset_index(drop=True)


def _tell(table: Table, name: str, raw: Column, parsed: Parsed) -> None:
    """Turn a parser's remarks into findings, and remember the emptied cells."""
    consequence = _CONSEQUENCES.get((table.name, name), "")
    by_remark: dict[tuple[Severity, Remark], list[int]] = defaultdict(list)
    for code, remark in parsed.emptied.items():
        by_remark[Severity.SET_ASIDE, remark].append(code)
    for code, remark in parsed.assumed.items():
        by_remark[Severity.ASSUMED, remark].append(code)
    for (severity, remark), codes in by_remark.items():
        rows = np.flatnonzero(np.isin(raw.codes, codes))
        if severity == Severity.SET_ASIDE:
            table.emptied[name] += rows.tolist()
            table.about(name, rows, severity, remark.problem + consequence, remark.remedy)
        elif len(rows):
            # An assumption holds for the column: it is said once.
            part = table.parts[0]
            table.findings += about_cells(
                severity, table.name, part.sheet, _places(part, name, rows), *remark, listed=1
            )
    for remark in parsed.notes:
        table.findings.append(
            Finding(Severity.NOTE, table.name, table.parts[0].sheet, None, raw.header, "", *remark)
        )


def _parse(table: str, name: str, spec: pa.Column) -> Callable[[Sequence[Cell]], Parsed]:
    """Choose the parser of a column."""
    about: Mapping[str, Any] = spec.metadata or {}
    kind = about["kind"]
    if kind == "date":
        return cells.parse_dates
    if kind == "number":
        names = (name, *about["aliases"], *_INITIALS.get(name, ()))
        return functools.partial(cells.parse_numbers, unit=about["unit"], names=names)
    if kind == "coded":
        return functools.partial(cells.parse_codes, values=about["values"])
    if kind == "yes_no":
        assumed = _LIKELIHOODS if name == "related" else None
        return functools.partial(cells.parse_yes_no, also=_YES_NO_WORDS.get(name), assumed=assumed)
    if name in ARMS:
        return _parse_arms
    if name in NAMES:
        missing = cells.ABSENT - {"na"} if name == "test" else cells.ABSENT
        return functools.partial(cells.parse_text, missing=missing)
    return cells.parse_text


def _parse_arms(values: Sequence[Cell]) -> Parsed:
    """Read arms: RETNET's by any spelling, others under the name they come with."""
    parsed = cells.parse_text(values)
    for at, label in enumerate(parsed.values):
        known = recognise_arm(label) if label else None
        if known:
            parsed.values[at] = known
        elif label:
            # A column of free text, taken for arms, must not drown the other findings.
            named = f"'{label}'" if len(values) <= LISTED else "A label"
            parsed.assumed[at] = Remark(
                f"{named} is no arm of RETNET; it was kept as an arm of this name.",
                "Nothing, if that is meant; else write TAE, cTACE or DEB-TACE.",
            )
    return parsed


def _fill_unknown(table: Table) -> None:
    """Make missing values of some columns a level of their own."""
    for column in COUNTS_AS_UNKNOWN.get(table.name, ()):
        missing = table.frame[column].isna()
        table.frame[column] = table.frame[column].where(~missing, UNKNOWN).astype(object)


def _check(table: Table) -> None:
    """Check the typed columns against the table's schema; what fails is emptied."""
    schema = tables.SCHEMAS[table.name]
    try:
        schema.validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as failed:
        cases = failed.failure_cases
        unforeseen = cases[cases["index"].isna()]
        if len(unforeseen):  # a dtype or a column is wrong: ours to mend, not the user's
            raise
        wanted = cases.groupby(["column", "index"])["check"].agg(" and ".join)
        for (column, check), rows in wanted.reset_index().groupby(["column", "check"])["index"]:
            at = rows.to_numpy(dtype=np.intp)
            table.empty_cells(
                column,
                at,
                f"This is not {check}.{_CONSEQUENCES.get((table.name, column), '')}",
                f"Correct the cell: {_allowed(schema.columns[column])}.",
            )


def _allowed(spec: pa.Column) -> str:
    about = spec.metadata or {}
    if about["values"]:
        return "allowed are " + ", ".join(about["values"])
    checks = " and ".join(str(check.error) for check in spec.checks)
    return f"allowed is {checks}" + (f" ({about['unit']})" if about["unit"] else "")
