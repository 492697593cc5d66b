"""The data rows of a sheet: whose they are, which are set aside, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.findings import LISTED, Finding, Severity, about_cells
from retnet_core.intake.layouts.common import is_blank, places_of, repeats, some_of
from retnet_core.intake.layouts.values import Mask, Texts, ids_of, texts
from retnet_core.intake.sheets import BLANK, Column, Sheet

_LABEL_OF_ID = re.compile(r"[^0-9]*\b(?:subject|patient|participant)\b[^0-9]*", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9.,:/ -]+")


@dataclass(eq=False)
class Rows:
    """The data rows of a sheet; readers set aside the rows and take the columns.

    Attributes
    ----------
    sheet : Sheet
    titles : list of str
        The headers.
    rows : numpy.ndarray of int
        The sheet's rows (from 0) that are data.
    table : str
        The table that the rows go into, "" while it is not known.
    set_aside : numpy.ndarray of bool
        Of the data rows, those that are not used.
    findings : list of Finding
    """

    sheet: Sheet
    titles: list[str]
    rows: NDArray[np.intp]
    table: str
    set_aside: Mask = field(init=False)
    findings: list[Finding] = field(default_factory=list, init=False)
    _used: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Begin with all rows."""
        self.set_aside = np.zeros(len(self.rows), dtype=bool)

    @property
    def kept(self) -> Mask:
        """Of the data rows, those that are rows of our table."""
        return ~self.set_aside

    # Columns

    def take(self, at: int) -> Column:
        """Take a column's cells in the data rows, and remember that it is used."""
        self._used.add(at)
        return self.sheet.columns[at].take(self.rows).named(self.titles[at])

    def blank(self) -> Column:
        """Make a column that holds nothing."""
        return Column.of([], np.full(len(self.rows), BLANK, dtype=np.intp), "")

    def is_unused(self, places: Sequence[int]) -> bool:
        """Tell whether columns hold something that no reader took."""
        columns = [self.sheet.columns[at].take(self.rows) for at in places]
        return not self._used & set(places) and not all(map(is_blank, columns))

    def id_column(self) -> Column | None:
        """Take the column of ids."""
        raise NotImplementedError

    @cached_property
    def ids(self) -> Texts:
        """Give each row's patient id, "" where there is none."""
        column = self.id_column()
        if column is None:
            return np.full(len(self.rows), "", dtype=object)
        return ids_of(column)

    @cached_property
    def repeats(self) -> Mask:
        """Tell which rows repeat an earlier one in every cell."""
        return repeats(self.sheet, self.rows)

    # Findings

    def leave_out(
        self,
        rows: Mask,
        column: Column | None,
        problem: str,
        remedy: str,
        listed: int = 1,
        to_look_up: bool = False,
    ) -> None:
        """Set rows aside that are not yet, by default with one finding that counts them.

        Rows ``to_look_up`` are each to be corrected in the source, also where one finding counts
        them.
        """
        new = rows & self.kept
        self.tell(Severity.SET_ASIDE, new, column, problem, remedy, listed, to_look_up)
        self.set_aside |= new

    def keep_one(self, column: Column, words: Texts, chosen: str, problem: str) -> None:
        """Keep the rows of one of several who judged, or criteria, with a finding on the others.

        Parameters
        ----------
        column : Column
            Who judged, or by what.
        words : numpy.ndarray of str
            The same, folded.
        chosen : str
            The one of ``words`` that is kept.
        problem : str
            Begins the finding: "Rows of another evaluator than".
        """
        others = words != chosen
        left = texts(column)[others & self.kept]
        told = some_of(list(dict.fromkeys(one or "blank" for one in left)))
        names = dict(zip(words, texts(column), strict=True))
        kept = names.get(chosen, "") or f"those without {column.header}"
        self.leave_out(
            others,
            column,
            f"{problem} {kept}, which is used: {told}. The rows were set aside.",
            f"Leave {kept} out of the export, if the other one is to be used.",
        )

    def tell(
        self,
        severity: Severity,
        rows: Mask,
        column: Column | None,
        problem: str,
        remedy: str,
        listed: int = LISTED,
        to_look_up: bool = False,
    ) -> None:
        """Add findings on the cells of a column in some of the rows kept.

        Cells that are each somebody's concern carry their patient: of rows that are set aside no
        table tells it.
        """
        rows = rows & self.kept
        places = places_of(self.rows, column, rows)
        if places and (listed > 1 or to_look_up):
            places = [
                replace(at, patient_id=patient)
                for at, patient in zip(places, self.ids[rows], strict=True)
            ]
        self.findings += about_cells(
            severity, self.table, self.sheet.name, places, problem, remedy, listed, to_look_up
        )

    def note(
        self, severity: Severity, column: str, problem: str, remedy: str, row: int | None = None
    ) -> None:
        """Add a finding on the sheet, or on a column or a row (from 0) of it, as a whole."""
        at = None if row is None else row + 1
        self.findings.append(
            Finding(severity, self.table, self.sheet.name, at, column, "", problem, remedy)
        )

    def tell_labels(self, labels: Sequence[int], header: int) -> None:
        """Say which rows (from 0) hold labels of the headers."""
        for row in labels:
            self.note(
                Severity.NOTE,
                "",
                f"This row holds labels of the headers in row {header + 1}: it is no data and does "
                "not count as a row.",
                "Nothing, if that is so.",
                row,
            )

    def name_unused(self, names: Sequence[str], problem: str, remedy: str) -> None:
        """Name columns that are not used, if there are any."""
        if names:
            self.note(Severity.NOTE, some_of(names), problem, remedy)


def label_rows(sheet: Sheet, header: int, ids: Sequence[int]) -> list[int]:
    """Find the rows (from 0) of labels over or under the headers.

    Parameters
    ----------
    ids : sequence of int
        Places of the columns of ids, whose label tells a row of labels from a patient's.
    """
    found = [header - 1] if header and _is_wide(sheet.row(header - 1)) else []
    under = sheet.row(header + 1) if header + 1 < sheet.height else []
    is_label = any(_LABEL_OF_ID.fullmatch(under[at]) for at in ids) if under else False
    if is_label and not any(map(_NUMBER.fullmatch, under)):
        found.append(header + 1)
    return found


def _is_wide(cells: Sequence[str]) -> bool:
    """Tell a row of labels from a title over the table, which fills one cell."""
    return sum(map(bool, cells)) > 1
