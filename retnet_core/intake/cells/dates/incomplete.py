"""Dates that lack their day or their month: what they say all the same."""

from __future__ import annotations

import re

from retnet_core.intake.cells.dates.days import partly
from retnet_core.intake.cells.dates.months import months_of
from retnet_core.intake.cells.dates.remarks import NO_DAY, NOT_A_DATE
from retnet_core.intake.cells.parsed import Unread

YEAR = r"((?:19|20)[0-9]{2})"
_WORD = r"[^\W\d_]{3,10}"
_TOKEN = r"[0-9]{1,2}|[^\W\d_]{1,10}\.?"
_UNKNOWN = r"\?{1,2}|-{1,2}|_{1,2}"
_YEAR_MONTH = re.compile(rf"{YEAR}(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?")
_MONTH_YEAR = re.compile(
    rf"(?:({_TOKEN})[-/. ]|({_UNKNOWN})[-/. ]?)?"
    rf"(?:({_TOKEN}|{_UNKNOWN})[-/., ]{{1,2}}|({_WORD}\.?)){YEAR}"
)
_LINKS = re.compile(r" (?:de|del|of) ", re.IGNORECASE)
NOT_GIVEN = frozenset({"un", "unk", "unkn", "uk", "nk", "nd", "na", "x", "xx", "xxx"})
"""What stands for a day or month that is not known, beside signs and zeros."""
_SAYS_NOT_GIVEN = re.compile(r"\b(?:un|unk|xx)\b", re.IGNORECASE)


def incomplete(text: str) -> Unread:
    """Say of what is no whole date what it says all the same: a year, a month."""
    plain = _LINKS.sub(" ", text) if text[-4:].isdigit() else text
    if match := _YEAR_MONTH.fullmatch(plain) if plain[:4].isdigit() else None:
        year, month, day = match.groups()
        decimal = text[4:5] == "." and not day  # 2019.5 may be the middle of the year
        return _tokens(int(year), None if decimal else month, day)
    if match := _MONTH_YEAR.fullmatch(plain) if plain[-4:].isdigit() else None:
        day, month = match[1] or match[2], match[3] or match[4]
        # In 03/??/2019 the number may be the day or the month: only the year is sure.
        unsure = day and day.isdigit() and _says_unknown(month)
        return _tokens(int(match[5]), month, None if unsure else day)
    return NO_DAY if _SAYS_NOT_GIVEN.search(text) else NOT_A_DATE


def _tokens(year: int, month: str | None, day: str | None) -> Unread:
    known = _month_of(month)
    if known is None or (day and not day.isdigit() and not _says_unknown(day)):
        return NOT_A_DATE
    return partly(year, known or None, int(day) if day and day.isdigit() else None)


def _month_of(token: str | None) -> int | None:
    """Read a month: 0 where it is not given, None where this is none."""
    if token is None or _says_unknown(token):
        return 0
    if token.isdigit():
        return int(token) if int(token) <= 12 else None
    months = months_of(token)
    return months[0] if len(months) == 1 else None


def _says_unknown(token: str) -> bool:
    return not token.strip("?-_0") or token.casefold() in NOT_GIVEN
