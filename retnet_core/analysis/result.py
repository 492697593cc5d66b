"""What every result has: the method in a sentence, and remarks that guard its reading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """Tidy frames computed once, from which chart, table, download and sentence are drawn.

    Attributes
    ----------
    method : str
        One sentence: what was done, with which rule.
    notes : tuple of str
        Remarks a reader needs before believing the numbers.
    """

    method: str
    notes: tuple[str, ...] = ()
