"""What every result has: the method in a sentence, and remarks that guard its reading."""

from __future__ import annotations

from dataclasses import dataclass


class Caution(str):
    """A note that must stand at the figure itself, in every picture of it, and not under it alone.

    Examples
    --------
    >>> notes = ("12 events.", Caution("No imaging dates: censored on day 1."))
    >>> [note for note in notes if isinstance(note, Caution)]
    ['No imaging dates: censored on day 1.']
    """

    __slots__ = ()


MANY = 0.05
"""Share of the patients from which what holds for them is a caution, below it a note."""


def weigh(note: str, concerned: int, among: int) -> str:
    """Give a note the rank that it has when it concerns some of the patients."""
    return Caution(note) if among and concerned / among >= MANY else note


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """Tidy frames computed once, from which chart, table, download and sentence are drawn.

    Attributes
    ----------
    method : str
        One sentence: what was done, with which rule.
    notes : tuple of str
        Remarks a reader needs before believing the numbers; a `Caution` stands at the figure.
    """

    method: str
    notes: tuple[str, ...] = ()
