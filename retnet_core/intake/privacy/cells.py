"""What a cell or a header says at first sight: its words, its digits, whether it is a date."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from retnet_core.intake.cells import YES_NO
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold


def unaccented(text: str) -> str:
    """Take accents and apostrophes off: "prénom" is "prenom", "patient's" is "patients"."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in apart if not unicodedata.combining(c) and c not in "'’")


def words_of(text: str) -> list[str]:
    """Split a header into words: "PatientName_1" is patient, name, 1.

    Examples
    --------
    >>> words_of("PatientName_1"), words_of("Date de naissance")
    (['patient', 'name', '1'], ['date', 'de', 'naissance'])
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", unaccented(text))
    return [part.lower() for part in parts]


def digits_in(value: Cell) -> int:
    """Count the digits of a cell."""
    return sum(c.isdigit() for c in as_text(value))


def is_yes_no(value: Cell) -> bool:
    """Tell whether a cell says yes or no."""
    return fold(as_text(value)) in YES_NO


LETTER = re.compile(r"[^\W\d_]")
_DATE = re.compile(
    r"([0-9]{4})[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b.*"
    r"|[0-9]{1,2}[-/. ] ?[0-9]{1,2}[-/. ] ?([0-9]{4})\b.*"
    r"|[0-9]{1,2}[-/. ]*[^\W\d_]{3,9}[-/., ]*([0-9]{4})\b.*",
)


def year_of(value: Cell) -> int | None:
    """Give the year of a full date, None for anything else."""
    if isinstance(value, dt.date):
        return value.year
    match = _DATE.fullmatch(value) if isinstance(value, str) and len(value) < 30 else None
    return int(next(filter(None, match.groups()))) if match else None


def is_date(value: Cell) -> bool:
    """Tell whether a cell is a full date."""
    return year_of(value) is not None
