"""Numbers by which programs write that there is no value: 99, 999, -9."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.sheets import Cell, spelling

OFTEN_MISSING = frozenset({"-9", "-99", "-999", "-9999", "-99999", "-999999", "999", "9999",
                            "99999", "999999"})  # fmt: skip
"""Numbers, as typed, by which programs write that there is no value; told where they are allowed.
"""
MISSING_CODES = OFTEN_MISSING | {"9", "99", "88", "-88", "888", "77", "-77", "777", "-1", "-7",
                                   "-8"}  # fmt: skip
"""The others are told only where the column does not allow them, or nothing in it comes near."""
_LONGEST_CODE = 12
_FAR = 2
"""A number that is larger than all others so many times is far from them."""
WHERE = "under Columns on the page Data"
NO_VALUE = f"If it stands for no value, say so {WHERE}."


def far_from(others: NDArray[np.float64], numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell numbers beside which all others are small, or none is negative."""
    if not len(others):
        return np.zeros(len(numbers), dtype=bool)
    far: NDArray[np.bool_] = numbers > _FAR * max(others.max(), 0)
    return far | ((numbers < 0) & (others.min() >= 0))


def is_code(cell: Cell, codes: Collection[str]) -> bool:
    """Tell whether a cell is one of some numbers, as `spelling` writes them."""
    if isinstance(cell, bool | dt.date) or (isinstance(cell, str) and len(cell) > _LONGEST_CODE):
        return False
    return spelling(cell) in codes
