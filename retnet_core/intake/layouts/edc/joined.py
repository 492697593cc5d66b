"""The rows of all forms of patients under each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.findings import LISTED, Place, Severity, about_cells
from retnet_core.intake.layouts.edc.form import Form
from retnet_core.intake.layouts.placed import Placed
from retnet_core.intake.layouts.values import Texts, blanked
from retnet_core.intake.sheets import BLANK, Column, stack

Places = NDArray[np.intp]


@dataclass(eq=False)
class Joined:
    """The rows of all forms of patients under each other.

    Attributes
    ----------
    forms : list of Form
    record : numpy.ndarray of int
        The subject of each row, numbered as they appear.
    ids : numpy.ndarray of str
        The id of each row.
    form, row : numpy.ndarray of int
        The form of each row, and its place in it.
    numbers : numpy.ndarray of int
        Each row as the spreadsheet numbers it.
    """

    forms: list[Form]

    def __post_init__(self) -> None:
        """Lay the rows under each other."""
        kept = [np.flatnonzero(form.kept) for form in self.forms]
        self.row: Places = np.concatenate([*kept, np.empty(0, dtype=np.intp)])
        self.form: Places = np.repeat(np.arange(len(kept)), [len(rows) for rows in kept])
        self.ids: Texts = np.concatenate(
            [form.ids[rows] for form, rows in zip(self.forms, kept, strict=True)]
            or [np.empty(0, dtype=object)]
        )
        self.record: Places = pd.factorize(self.ids)[0].astype(np.intp)
        self.numbers: Places = np.concatenate(
            [form.rows[rows] + 1 for form, rows in zip(self.forms, kept, strict=True)]
            or [np.empty(0, dtype=np.intp)]
        )

    def lay(self, columns: Sequence[Column | None]) -> Column:
        """Lay a column of each form under each other."""
        several = [
            (column or form.blank()).take(self.row[self.form == at])
            for at, (form, column) in enumerate(zip(self.forms, columns, strict=True))
        ]
        title = next((one.header for one in columns if one is not None), "")
        return stack(several, title)

    def placed(self, columns: Sequence[Column | None], own: Places, at: Places) -> Placed:
        """Give each subject a cell of a column of each form.

        Parameters
        ----------
        columns : sequence of Column or None
        own : numpy.ndarray of int
            Each subject's first row.
        at : numpy.ndarray of int
            The row of its cell, `BLANK` where it has none.
        """
        rows = np.where(at == BLANK, own, at)
        named = [(form.sheet.name, one) for form, one in zip(self.forms, columns, strict=True)]
        sheets = [name for name, one in named for _ in (one.values if one else ())]
        home = next((name for name, one in named if one), "")
        laid = blanked(self.lay(columns).take(rows), at == BLANK)
        return Placed(laid, sheets, self.numbers[rows], home)

    def place(self, at: int, column: Column) -> Place:
        """Name a cell as the user finds it."""
        return Place(int(self.numbers[at]), column.header_of(at), column.text(at), self.ids[at])

    def tell(
        self,
        severity: Severity,
        rows: Sequence[int],
        column: Column,
        problem: str,
        remedy: str,
        listed: int = LISTED,
    ) -> None:
        """Add findings on cells, each in the sheet that holds it."""
        for at, form in enumerate(self.forms):
            places = [self.place(row, column) for row in rows if self.form[row] == at]
            form.findings += about_cells(
                severity, "patients", form.sheet.name, places, problem, remedy, listed
            )
