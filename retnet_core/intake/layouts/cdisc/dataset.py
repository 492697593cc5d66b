"""A data set of CDISC as a sheet holds it: where its names stand, which of its rows are data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import (
    data_rows,
    missing_mapped,
    unused_columns,
)
from retnet_core.intake.layouts.dataset import Rows, label_rows
from retnet_core.intake.layouts.values import (
    Mask,
    combine,
    first_filled,
    without_absent,
)
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Cell, Column, Sheet
from retnet_core.wording import count

IDS = ("USUBJID", "SUBJID")
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
class Dataset(Rows):
    """The data rows of a sheet of a standard.

    Attributes
    ----------
    standard : Standard
    name : str
        ADSL, ADTTE, ...
    said : ExportMapping
        What the user said of the export.
    joined : numpy.ndarray of bool
        Of the data rows, those whose values went elsewhere.
    """

    standard: Standard
    name: str
    said: ExportMapping
    joined: Mask = field(init=False)

    def __post_init__(self) -> None:
        """Begin with all rows."""
        super().__post_init__()
        self.joined = np.zeros(len(self.rows), dtype=bool)

    @property
    def mapped(self) -> Mapping[str, str]:
        """Headers that the user gave for our columns: they win."""
        return self.said.columns.get(self.table, {})

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
        return super().kept & ~self.joined

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
        return self.take(here.index(name))

    def column(self, ours: str) -> Column | None:
        """Take what one of our columns comes from."""
        return self.of(*self.sources[ours])

    def mapped_column(self, ours: str) -> Column | None:
        """Take what the user named for one of our columns, None where it is not here."""
        named = variable(self.mapped.get(ours, ""))
        return self._as_typed(named) if named else None

    def columns(self, *left_out: str) -> dict[str, Column]:
        """Take what our columns come from, those left out that a reader makes itself."""
        found = {ours: self.column(ours) for ours in self.sources if ours not in left_out}
        return {ours: column for ours, column in found.items() if column is not None}

    def id_column(self) -> Column | None:
        """Take the column of ids; SUBJID only where there is no USUBJID."""
        names = (variable(self.mapped["patient_id"]),) if "patient_id" in self.mapped else IDS
        return next((column for name in names if (column := self._as_typed(name))), None)

    def part(
        self,
        columns: Mapping[str, Column],
        table: str = "",
        rows: Mask | None = None,
        heeded: Collection[str] = (),
    ) -> Part:
        """Hand over the rows kept (of ``rows``) as rows of our table.

        What the user named wins, but for columns whose reader ``heeded`` that itself.
        """
        found = dict(columns)
        for ours in self.mapped:
            column = self.mapped_column(ours)
            if column is not None and ours not in heeded:
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
            if self.is_unused([at])
        ]
        self.name_unused(
            unused,
            f"{count(len(unused), 'column is', 'columns are')} not used.",
            "Nothing, if the program needs none of them.",
        )


def open_dataset(
    standard: Standard, sheet: Sheet, name: str, said: ExportMapping
) -> Dataset | None:
    """Find the names and the data rows of a sheet; None where no row has a name of an id."""
    header = _header(standard, sheet, name, said.columns.get(standard.tables[name], {}))
    if header is None:
        return None
    titles = sheet.row(header)
    ids = [at for at, title in enumerate(titles) if variable(title) in IDS]
    labels = label_rows(sheet, header, ids)
    filled = data_rows(sheet, header)
    filled[labels] = False
    rows = np.flatnonzero(filled)
    data = Dataset(sheet, titles, rows, standard.tables[name], standard, name, said)
    data.tell_labels(labels, header)
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
