"""Raw parts become a typed table: cells are parsed, then pandera checks what they may hold."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from retnet_core import tables
from retnet_core.intake import cells
from retnet_core.intake.cells import CONVERSIONS, Known, Parsed, Remark
from retnet_core.intake.findings import (
    LISTED,
    ExportError,
    Finding,
    Place,
    Severity,
    about_cells,
)
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.units import as_typed
from retnet_core.intake.mapping import AS_FOUND, ExportMapping, Reading
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import UNKNOWN, recognise_arm
from retnet_core.trial import UNREADABLE, join_words
from retnet_core.wording import count

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
    "event": {
        **dict.fromkeys(("event", "dead", "died", "deceased", "death", "deadofdisease",
                         "deadwithtumor", "deadwithtumour", "relapse", "relapsed", "recurrence",
                         "recurred", "progression", "progressed", "progressivedisease",
                         "recurredprogressed", "failure"), True),
        **dict.fromkeys(("noevent", "eventfree", "censored", "censor", "alive", "living",
                         "aliveordeadtumorfree", "relapsefree", "norelapse", "recurrencefree",
                         "norecurrence", "progressionfree", "noprogression", "notprogressed",
                         "diseasefree"), False),
    },
    "functional": {"functional": True, "functioning": True, "nonfunctional": False,
                   "nonfunctioning": False, "notfunctional": False},
    "symptomatic": {"symptomatic": True, "asymptomatic": False},
    "treated": {"treated": True, "nottreated": False, "untreated": False},
    "evaluable": {"evaluable": True, "notevaluable": False, "inevaluable": False, "ne": False},
}  # fmt: skip
_INITIALS = {
    "grade": ("g", "gr", "ctc", "ctcae", "nci ctc", "grad", "ctc grade"),
    "item": ("q",),
    "cycle": ("c",),
}

_CONSEQUENCES = {
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
_LEAVES_OPEN = (cells.NOT_KNOWN | cells.AWAITED) - {"not applicable", "not done"}

_OFTEN_MISSING = (-9.0, *(sign * (10.0**size - 1) for sign in (-1, 1) for size in (3, 4, 5, 6)),
                  -99.0)  # fmt: skip
"""Numbers by which programs write that there is no value, told also where they are allowed."""
_MISSING_CODES = (*_OFTEN_MISSING, 9.0, 99.0, 88.0, -88.0, 888.0, 77.0, -77.0, 777.0, -1.0, -7.0,
                  -8.0)  # fmt: skip
"""Those that are told where the column does not allow them."""

UNITS: dict[tuple[str, str], dict[str, float]] = {
    (table, name): CONVERSIONS[spec.metadata["unit"]]
    for table, schema in tables.SCHEMAS.items()
    for name, spec in schema.columns.items()
    if spec.metadata["unit"] in CONVERSIONS
}
"""For a table's column, the units that its numbers may have in the file beside ours."""
_WITH_UNIT = re.compile(r"(?<=[0-9])[a-z]+$")
"""The unit that a layout takes from a header and gives to each cell, codes for no value too."""
NOTHING_SAID = ExportMapping()
_WHERE = "under Columns on the page Data"


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
    """

    name: str
    frame: pd.DataFrame
    parts: list[Part]
    emptied: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, dict[int, Known]] = field(default_factory=lambda: defaultdict(dict))
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


def _places(part: Part, column: str, rows: NDArray[np.intp]) -> list[Place]:
    raw = part.columns.get(column)
    if raw is None:
        return [Place(int(part.rows[row]), "", "") for row in rows]
    return [Place(int(part.rows[row]), raw.header_of(row), raw.text(row)) for row in rows]


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
    readings = {column: _reading(mapping, name, column) for column in tables.SCHEMAS[name].columns}
    said = {column: _Said(reading) for column, reading in readings.items() if reading != AS_FOUND}
    one = [_typed(part, mapping, readings, said) for part in parts]
    table = Table(name, tables.empty(name), list(parts))
    start = 0
    for typed in one:
        table.findings += typed.findings
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
    _fill_unknown(table)
    _check(table)
    _say_missing_codes(table)
    _fill_unknown(table)
    return table


def _reading(mapping: ExportMapping, table: str, column: str) -> Reading:
    """Give what the user said of a column; ids are taken as they stand, whatever is said."""
    reading = AS_FOUND if column == "patient_id" else mapping.reading(table, column)
    about: Mapping[str, Any] = tables.SCHEMAS[table].columns[column].metadata or {}
    ours = about["unit"] if about["kind"] == "number" else ""
    unit, others = reading.unit.strip().casefold(), UNITS.get((table, column), {})
    if unit not in ("", ours, *others):
        allowed = join_words([ours, *others], "or")
        raise ExportError(
            f"The mapping gives {column} of {table} the unit '{reading.unit}'. "
            + (f"Allowed is {allowed}." if ours else "This column has no unit.")
        )
    return replace(reading, unit="" if unit == ours else unit)


@dataclass
class _Said:
    """What a user said of a column's cells, and how many cells of the file it held for."""

    reading: Reading
    applied: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def cells(self, raw: Column) -> list[Cell]:
        """Put what the user's codes mean in their place; "" is no value."""
        meanings = {spelling(code): code for code in self.reading.codes}
        missing = {spelling(code): code for code in self.reading.missing}
        if not meanings and not missing:
            return raw.values
        sizes = np.bincount(raw.codes[raw.codes != BLANK], minlength=len(raw.values))
        found: list[Cell] = []
        for cell, size in zip(raw.values, sizes.tolist(), strict=True):
            typed = spelling(cell)
            text = as_text(cell)
            if code := text if text in self.reading.codes else meanings.get(typed):
                self.applied[code] += size
                found.append(self.reading.codes[code].strip())
            elif code := missing.get(typed) or missing.get(_WITH_UNIT.sub("", typed)):
                self.missing[code] += size
                found.append("")
            else:
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
        change = f"Nothing, if that is meant; else change it {_WHERE}."
        notes = []
        if means:
            notes.append(f"Cells were read by the codes of the mapping: {join_words(means)}.")
        if absent:
            notes.append(f"The mapping gives codes that the column does not hold: "
                         f"{join_words(absent)}.")  # fmt: skip
        if blank:
            notes.append(f"The mapping says that these cells stand for no value: "
                         f"{join_words(blank)}. They were read as blank.")  # fmt: skip
        if self.reading.unit:
            ours = (tables.SCHEMAS[table.name].columns[column].metadata or {})["unit"]
            notes.append(
                f"The mapping says that the numbers are in {self.reading.unit}; they were "
                f"converted to {ours}."
            )
        part, raw = raws[0]
        return [
            Finding(Severity.NOTE, table.name, part.sheet, None, raw.header, "", note, change)
            for note in notes
        ]


def spelling(cell: Cell) -> str:
    """Write a cell for comparison with a code: case and blanks do not count, -99.0 is -99."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    text = "".join(as_text(cell).casefold().split()).replace("\u2212", "-")
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _typed(
    part: Part,
    mapping: ExportMapping,
    readings: Mapping[str, Reading],
    said: Mapping[str, _Said],
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
        if mapping.reading(part.table, name).unit:  # what the user says wins over the header
            raw = replace(raw, values=list(map(as_typed, raw.values, raw.headers)))
        values = said[name].cells(raw) if name in said else raw.values
        parsed = _parse(part.table, name, spec, readings[name], raw.header)(values)
        _say_left_open(part.table, name, values, parsed)
        columns[name] = _take(parsed, raw, spec)
        _tell(table, name, raw, parsed)
    table.frame = pd.DataFrame(columns, index=pd.RangeIndex(size))
    return table


def _say_left_open(table: str, name: str, values: Sequence[Cell], parsed: Parsed) -> None:
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
        if severity == Severity.SET_ASIDE:
            few = np.isin(raw.codes, codes).sum() <= LISTED
            for words, told in _worded(codes, parsed.known if few else {}):
                rows = np.flatnonzero(np.isin(raw.codes, told))
                problem = f"{remark.problem}{words}{consequence}"
                table.about(name, rows, severity, problem, remark.remedy)
                table.emptied[name] += rows.tolist()
            continue
        rows = np.flatnonzero(np.isin(raw.codes, codes))
        if len(rows):
            # An assumption holds for the column: it is said once.
            part = table.parts[0]
            table.findings += about_cells(
                severity, table.name, part.sheet, _places(part, name, rows), *remark, listed=1
            )
    if parsed.known:
        of_row = enumerate(raw.codes.tolist())
        table.known[name] = {row: parsed.known[at] for row, at in of_row if at in parsed.known}
    for remark in parsed.notes:
        table.findings.append(
            Finding(Severity.NOTE, table.name, table.parts[0].sheet, None, raw.header, "", *remark)
        )


def _worded(codes: list[int], known: Mapping[int, Known]) -> Iterable[tuple[str, list[int]]]:
    """Add what is known to what is said of cells, where they are few enough to be told apart."""
    if not any(code in known for code in codes):
        return [("", codes)]
    return [(f" Known is: {known[code].words}." if code in known else "", [code]) for code in codes]


def _parse(
    table: str, name: str, spec: pa.Column, reading: Reading, header: str
) -> Callable[[Sequence[Cell]], Parsed]:
    """Choose the parser of a column."""
    about: Mapping[str, Any] = spec.metadata or {}
    kind = about["kind"]
    if kind == "date":
        return functools.partial(cells.parse_dates, order=reading.dates)
    if kind == "number":
        names = (name, *about["aliases"], *_INITIALS.get(name, ()))
        if (table, name) == ("adverse_events", "grade"):
            return functools.partial(cells.parse_grades, names=names)
        return functools.partial(
            cells.parse_numbers,
            unit=about["unit"],
            names=names,
            given=reading.unit,
            header=header,
        )
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
            if label[-1] in "?*":
                parsed.assumed[at] = Remark(
                    f"'{label}' was read as {known}; the mark after it says that somebody doubts "
                    "it.",
                    "Look the arm up in the source, and write it without the mark.",
                )
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
        wanted = cases[["column", "index", "check"]].copy()
        several = wanted.duplicated(["column", "index"], keep=False)
        if several.any():
            checks = wanted[several].groupby(["column", "index"])["check"]
            wanted.loc[several, "check"] = checks.transform(" and ".join)
            wanted = wanted.drop_duplicates(["column", "index"])
        for (column, check), rows in wanted.groupby(["column", "check"])["index"]:
            at = rows.to_numpy(dtype=np.intp)
            problem = f"This is not {check}.{_CONSEQUENCES.get((table.name, column), '')}"
            remedy = f"Correct the cell: {_allowed(schema.columns[column])}."
            code = table.frame[column].iloc[at].isin(_MISSING_CODES).to_numpy()
            table.empty_cells(column, at[~code], problem, remedy)
            table.empty_cells(
                column,
                at[code],
                problem,
                f"{remedy} If the number stands for no value, say so {_WHERE}.",
            )


def _say_missing_codes(table: Table) -> None:
    """Say where a number that its column allows looks like a code for no value."""
    for name, spec in tables.SCHEMAS[table.name].columns.items():
        if (spec.metadata or {})["kind"] == "number":
            table.about(
                name,
                np.flatnonzero(np.isin(table.frame[name].to_numpy(), _OFTEN_MISSING)),
                Severity.ASSUMED,
                "The number looks like a code for no value. It was read as the number it is.",
                f"Nothing, if it is a number; if it stands for no value, say so {_WHERE}.",
            )


def _allowed(spec: pa.Column) -> str:
    about = spec.metadata or {}
    if about["values"]:
        return "allowed are " + ", ".join(about["values"])
    checks = " and ".join(str(check.error) for check in spec.checks)
    return f"allowed is {checks}" + (f" ({about['unit']})" if about["unit"] else "")
