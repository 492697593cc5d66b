"""The known questionnaires: their scales, items and possible answers.

The scales of an instrument are a table in ``data/instruments``; a further one is a further file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

_FOLDER = Path(__file__).resolve().parents[1] / "data" / "instruments"
_FILES = {"QLQ-C30": "qlqc30.csv", "QLQ-GI.NET21": "ginet21.csv"}

INSTRUMENTS = tuple(_FILES)
"""The questionnaires that can be scored from items."""


@dataclass(frozen=True)
class Scale:
    """A scale of a questionnaire.

    Attributes
    ----------
    instrument, code, name : str
        The questionnaire, the manual's abbreviation and the full name.
    type : str
        "global", "functional", "symptom", "summary", or "" where it is not known.
    higher_is : str
        "better", "worse", or "" where it is not known.
    verified : bool
        The items were checked against the scoring manual.
    source : str
        Where items and rule come from.
    items : tuple of int
        Its items; empty for a summary, and for a scale known only from scores.
    lowest, highest : int
        Least and largest answer to its items.
    not_applicable : tuple of int
        Its items that also offer "not applicable".
    min_items : int
        Answered items that it takes to score it.
    in_summary : bool
        Part of the summary score.
    aliases : tuple of str
        Other spellings of the code.
    """

    instrument: str
    code: str
    name: str
    type: str = ""
    higher_is: str = ""
    verified: bool = False
    source: str = ""
    items: tuple[int, ...] = ()
    lowest: int = 0
    highest: int = 0
    not_applicable: tuple[int, ...] = ()
    min_items: int = 0
    in_summary: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """The direction in words, with the range where it is known."""
        return f"0-100, higher is {self.higher_is}" if self.higher_is else "direction not known"


@cache
def scales_of(instrument: str) -> tuple[Scale, ...]:
    """Read the scales of a questionnaire.

    Parameters
    ----------
    instrument : str
        One of `INSTRUMENTS`.

    Returns
    -------
    tuple of Scale
        In the manual's order; empty for a questionnaire not known here.
    """
    if instrument not in _FILES:
        return ()
    rows = pd.read_csv(_FOLDER / _FILES[instrument], dtype=str, keep_default_na=False)
    return tuple(
        Scale(
            instrument=instrument,
            code=row["scale"],
            name=row["name"],
            type=row["type"],
            higher_is=row["higher_is"],
            verified=row["verified"] == "yes",
            source=row["source"],
            items=_whole_numbers(row["items"]),
            lowest=int(row["lowest"] or 0),
            highest=int(row["highest"] or 0),
            not_applicable=_whole_numbers(row["not_applicable_items"]),
            min_items=int(row["min_items"] or 0),
            in_summary=row["in_summary"] == "yes",
            aliases=tuple(filter(None, row["aliases"].split(";"))),
        )
        for row in rows.to_dict("records")
    )


def _whole_numbers(cell: str) -> tuple[int, ...]:
    return tuple(int(word) for word in cell.split())
