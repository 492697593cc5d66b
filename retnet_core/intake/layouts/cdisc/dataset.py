"""A data set of CDISC as a sheet holds it: where its names stand, which of its rows are data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, parse_text
from retnet_core.intake.findings import LISTED, Finding, Severity, about_cells
from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import (
    data_rows,
    is_blank,
    missing_mapped,
    places_of,
    repeats,
    some_of,
    unused_columns,
)
from retnet_core.intake.layouts.values import (
    Mask,
    Texts,
    combine,
    first_filled,
    without_absent,
)
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet
from retnet_core.wording import count

IDS = ("USUBJID", "SUBJID")
_LABEL_OF_ID = re.compile(r"\b(?:subject|patient)\b.*\b(?:identifier|id)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9.,:/ -]+")
_PART_OF_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[0-9]{2}|-.*)")
"""A whole date with a part of the time, as ISO 8601 writes it: 2019-03-12T11."""


def variable(header: str) -> str:
    """Read a header as the name of a variable; a remark in brackets does not count."""
    return re.sub(r"[(\[].*?[)\]]", "", header).strip().upper()


@dataclass(frozen=True)
class Standard:
    """The data sets of a standard that are read, and where in them our columns are.

    Attributes
    ----------
    patients : str
        The data set with a row a patient.
    tables : mapping of str to str
        For a data set, the table that its rows go into.
    sources : mapping of str to mapping of str to tuple of str
        For a data set, each of our columns and the variables it is taken from: of several, row
        by row the first that is filled.
    parameters : mapping of str to tuple of str
        For a data set, short and full name of what a row tells, where it has a row a parameter.
    name_of : callable
        Finds the data set that a sheet is, None for one that is not read.
    """

    patients: str
    tables: Mapping[str, str]
    sources: Mapping[str, Mapping[str, tuple[str, ...]]]
    parameters: Mapping[str, tuple[str, ...]]
    name_of: Callable[[Sheet], str | None]


@dataclass(eq=False)
class Dataset:
    """The data rows of a sheet; readers set aside the rows and take the columns.

    Attributes
    ----------
    standard : Standard
    name : str
        ADSL, ADTTE, ...
    sheet : Sheet
    titles : list of str
        The headers.
    rows : numpy.ndarray of int
        The sheet's rows (from 0) that are data.
    mapped : mapping of str to str
        Headers that the user gave for our columns: they win.
    set_aside, joined : numpy.ndarray of bool
        Of the data rows, those that are not used, and those whose values went elsewhere.
    findings : list of Finding
    """

    standard: Standard
    name: str
    sheet: Sheet
    titles: list[str]
    rows: NDArray[np.intp]
    mapped: Mapping[str, str]
    set_aside: Mask = field(init=False)
    joined: Mask = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    _used: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Begin with all rows."""
        self.set_aside = np.zeros(len(self.rows), dtype=bool)
        self.joined = np.zeros(len(self.rows), dtype=bool)

    @property
    def table(self) -> str:
        """The table that the rows go into."""
        return self.standard.tables[self.name]

    @property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Our columns and the variables they are taken from."""
        return self.standard.sources[self.name]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The variables of the parameter, short and full; none where a row is no parameter."""
        return self.standard.parameters.get(self.name, ())

    @property
    def kept(self) -> Mask:
        """Of the data rows, those that are rows of our table."""
        return ~self.set_aside & ~self.joined

    def of(self, *names: str) -> Column | None:
        """Take variables, row by row the first that is filled; None where the sheet has none."""
        columns = [column for name in names if (column := self._variable(name))]
        return first_filled(columns) if columns else None

    def _variable(self, name: str) -> Column | None:
        """Take a variable; names stay as typed, sodium may be NA."""
        column = self._as_typed(name)
        if column is None or name in self.parameters:
            return column
        column = without_absent(column)
        return combine([column], _day) if name.endswith("DTC") else column

    def _as_typed(self, name: str) -> Column | None:
        here = [variable(title) for title in self.titles]
        if name not in here:
            return None
        at = here.index(name)
        self._used.add(at)
        return self.sheet.columns[at].take(self.rows).named(self.titles[at])

    def column(self, ours: str) -> Column | None:
        """Take what one of our columns comes from."""
        return self.of(*self.sources[ours])

    def columns(self, *left_out: str) -> dict[str, Column]:
        """Take what our columns come from, those left out that a reader makes itself."""
        found = {ours: self.column(ours) for ours in self.sources if ours not in left_out}
        return {ours: column for ours, column in found.items() if column is not None}

    def blank(self) -> Column:
        """Make a column that holds nothing."""
        return Column.of([], np.full(len(self.rows), BLANK, dtype=np.intp), "")

    def id_column(self) -> Column | None:
        """Take the column of ids; SUBJID only where there is no USUBJID."""
        names = (variable(self.mapped["patient_id"]),) if "patient_id" in self.mapped else IDS
        return next((column for name in names if (column := self._as_typed(name))), None)

    def ids(self) -> Texts:
        """Give each row's patient id, "" where there is none."""
        ids = self.id_column()
        if ids is None:
            return np.full(len(self.rows), "", dtype=object)
        known = [text or "" for text in parse_text(ids.values, ABSENT).values]
        return np.array([*known, ""], dtype=object)[ids.codes]

    @cached_property
    def repeats(self) -> Mask:
        """Tell which rows repeat an earlier one in every cell."""
        return repeats(self.sheet, self.rows)

    def leave_out(self, rows: Mask, column: Column | None, problem: str, remedy: str) -> None:
        """Set rows aside that are not yet, with one finding that counts them."""
        new = rows & self.kept
        self.tell(Severity.SET_ASIDE, new, column, problem, remedy, listed=1)
        self.set_aside |= new

    def tell(
        self,
        severity: Severity,
        rows: Mask,
        column: Column | None,
        problem: str,
        remedy: str,
        listed: int = LISTED,
    ) -> None:
        """Add findings on the cells of a column in some of the rows kept."""
        places = places_of(self.rows, column, rows & self.kept)
        self.findings += about_cells(
            severity, self.table, self.sheet.name, places, problem, remedy, listed
        )

    def note(self, severity: Severity, column: str, problem: str, remedy: str) -> None:
        """Add a finding on the sheet, or on a column of it, as a whole."""
        self.findings.append(
            Finding(severity, self.table, self.sheet.name, None, column, "", problem, remedy)
        )

    def part(
        self, columns: Mapping[str, Column], table: str = "", rows: Mask | None = None
    ) -> Part:
        """Hand over the rows kept (of ``rows``) as rows of our table."""
        found = dict(columns)
        for ours, header in self.mapped.items():
            column = self._as_typed(variable(header))
            if column is not None:
                found[ours] = column
        ids = self.id_column()
        if ids is not None:
            found["patient_id"] = ids
        self.findings += missing_mapped(self.sheet, self.table, self.mapped, found)
        whole = Part(
            table or self.table,
            self.sheet.name,
            self.rows + 1,
            found,
            {},
            self.repeats,
            unused_columns(self.sheet, self.titles, set(), self.rows),
        )
        return whole.take(self.kept if rows is None else self.kept & rows)

    def tell_unused(self) -> None:
        """Name the columns that no reader took."""
        unused = [
            title or f"column {at + 1} (without a header)"
            for at, title in enumerate(self.titles)
            if at not in self._used and not is_blank(self.sheet.columns[at])
        ]
        if unused:
            self.note(
                Severity.NOTE,
                some_of(unused),
                f"{count(len(unused), 'column is', 'columns are')} not used.",
                "Nothing, if the program needs none of them.",
            )


def open_dataset(
    standard: Standard, sheet: Sheet, name: str, mapped: Mapping[str, str]
) -> Dataset | None:
    """Find the names and the data rows of a sheet; None where no row has a name of an id."""
    header = _header(standard, sheet, name, mapped)
    if header is None:
        return None
    filled = data_rows(sheet, header)
    labels = [header - 1] if header and _is_wide(sheet.row(header - 1)) else []
    if header + 1 < sheet.height and _holds_labels(sheet.row(header), sheet.row(header + 1)):
        labels.append(header + 1)
        filled[header + 1] = False
    data = Dataset(standard, name, sheet, sheet.row(header), np.flatnonzero(filled), mapped)
    for row in labels:
        data.findings.append(
            Finding(
                Severity.NOTE, data.table, sheet.name, row + 1, "", "",
                f"This row holds labels of the variables, whose names stand in row {header + 1}: "
                "it is no data and does not count as a row.",
                "Nothing, if that is so.",
            )
        )  # fmt: skip
    return data


def _day(cell: Cell) -> Cell | None:
    """Take a part of a time off a date."""
    match = _PART_OF_TIME.fullmatch(cell) if isinstance(cell, str) else None
    return match[1] if match else None if cell == "" else cell


def _header(standard: Standard, sheet: Sheet, name: str, mapped: Mapping[str, str]) -> int | None:
    """Find the row of names (from 0): the first with an id and another name that is read."""
    ids = {variable(mapped["patient_id"])} if "patient_id" in mapped else set(IDS)
    known = {one for names in standard.sources[name].values() for one in names}
    known |= {*standard.parameters.get(name, ())}
    only_id = None
    for row in range(min(WITHIN, sheet.height)):
        here = {variable(text) for text in sheet.row(row)}
        if here & ids:
            if here & known:
                return row
            only_id = row if only_id is None else only_id
    return only_id


def _is_wide(cells: Sequence[str]) -> bool:
    """Tell a row of labels from a title over the table, which fills one cell."""
    return sum(map(bool, cells)) > 1


def _holds_labels(titles: Sequence[str], cells: Sequence[str]) -> bool:
    """Tell whether a row under the names holds their labels: an id's label, and no number."""
    under_ids = [cell for title, cell in zip(titles, cells, strict=True) if variable(title) in IDS]
    return any(map(_LABEL_OF_ID.search, under_ids)) and not any(map(_NUMBER.fullmatch, cells))
