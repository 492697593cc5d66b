"""Columns of two exports as numbers of their texts, so that millions of cells compare at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

_DIGITS = 12
"""Significant digits of a number: 0.1 + 0.2 read from one file is 0.3 read from another."""


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of two exports, one under the other.

    Attributes
    ----------
    codes : numpy.ndarray
        The place of each cell's text; two cells are the same where their codes are.
    texts : numpy.ndarray
        The distinct texts; the last is "", which stands for a blank.
    split : int
        Cells of the earlier export, which come first.
    """

    codes: Codes
    texts: Texts
    split: int

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Which cells are blank."""
        return np.asarray(self.codes == len(self.texts) - 1)

    @property
    def filled_then(self) -> bool:
        """Whether the earlier export has any value."""
        return not self.blank[: self.split].all()

    @property
    def filled_now(self) -> bool:
        """Whether the later export has any value."""
        return not self.blank[self.split :].all()

    def read(self, places: Codes) -> Texts:
        """Give the texts of some cells."""
        found: Texts = self.texts[self.codes[places]]
        return found


def code(then: pd.Series, now: pd.Series) -> Coded:
    """Give each cell of a column of two exports the number of its text.

    Only distinct values are turned into text: numbers with 12 significant digits, dates as
    2019-03-12, yes or no.
    """
    places, values = pd.factorize(pd.concat([then, now], ignore_index=True))
    # Values of one text are one: 0.30000000000000004 and 0.3, "" and a missing cell.
    written = pd.Series([*_texts(values), ""], dtype=object)
    distinct = written.drop_duplicates(keep="last")
    at = pd.Series(np.arange(len(distinct)), index=distinct.to_numpy())
    codes = at.reindex(written).to_numpy(dtype=np.int64)
    return Coded(codes[places], distinct.to_numpy(dtype=object), len(then))


def _texts(values: Any) -> Iterable[str]:
    distinct = pd.Index(values)
    if isinstance(distinct, pd.DatetimeIndex):
        return distinct.astype(str)
    if pd.api.types.is_bool_dtype(distinct.dtype):
        return ["yes" if value else "no" for value in distinct]
    if pd.api.types.is_numeric_dtype(distinct.dtype):
        return [f"{value:.{_DIGITS}g}" for value in distinct]
    return distinct.astype(str)
