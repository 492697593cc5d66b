"""The names of months, in English, German, French, Spanish and Italian."""

from __future__ import annotations

import functools
import unicodedata

_MONTHS = (
    ("january", "januar", "jänner", "jaenner", "janvier", "enero", "gennaio"),
    ("february", "februar", "feber", "février", "febrero", "febbraio"),
    ("march", "märz", "maerz", "mrz", "mars", "marzo"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio"),
    ("june", "juni", "juin", "junio", "giugno"),
    ("july", "juli", "juillet", "julio", "luglio"),
    ("august", "août", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "settembre"),
    ("october", "oktober", "octobre", "octubre", "ottobre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "décembre", "diciembre", "dicembre"),
)
"""An abbreviation is the beginning of a name."""


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _abbreviations() -> dict[str, set[int]]:
    """Give the months that each name, and each beginning of one, can mean."""
    found: dict[str, set[int]] = {}
    for number, names in enumerate(_MONTHS, start=1):
        for name in map(_unaccented, names):
            for size in range(3, len(name) + 1):
                found.setdefault(name[:size], set()).add(number)
    return found


_MONTHS_OF = _abbreviations()


@functools.lru_cache(maxsize=1024)
def months_of(name: str) -> list[int]:
    """Give the months that a name or an abbreviation can mean."""
    return sorted(_MONTHS_OF.get(_unaccented(name.removesuffix(".")), ()))


def name_of(month: int) -> str:
    """Name a month in English."""
    return _MONTHS[month - 1][0].title()
