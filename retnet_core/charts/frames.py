"""Reading the rows of a frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Go through rows as named tuples, whose fields have the types of the columns."""
    return frame.itertuples()
