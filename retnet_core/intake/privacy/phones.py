"""E-mail addresses and telephone numbers in cells."""

from __future__ import annotations

import re

from retnet_core.intake.privacy.cells import LETTER, digits_in, is_date

_EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_INTERNATIONAL = re.compile(r"(?<![\w.+])\+[1-9][0-9]{0,2}[-/. (]{0,2}[0-9][-/. ()0-9]{5,}")
_CALLED = re.compile(
    r"\b(?:tel|phone|telephone|telefon|telefono|téléphone|teléfono|fax)\b[.:, ]*"
    r"(?:(?:no|nr|number)\b[.:, ]*)?(\(?[0-9][-/. ()0-9]{6,})",
    re.IGNORECASE,
)
_NATIONAL = re.compile(
    r"\(?[2-9][0-9]{2}\)?[-. ] ?[2-9][0-9]{2}[-. ][0-9]{4}"  # (415) 555-1212
    r"|\(0[1-9][0-9]{0,4}\)[-/ ]?[0-9][- 0-9]{4,9}"  # (089) 123456
    r"|0[1-9][0-9]{1,4} ?/ ?[0-9][- 0-9]{4,9}"  # 089/123 456
    r"|0[1-9](?:[ .-][0-9]{2}){4}"  # 06 12 34 56 78
    r"|0[1-9][0-9]{1,3}(?: [0-9]{2,6}){1,4}"  # 020 7946 0958, 044 668 18 00
    r"|0[1-9][0-9]{2,3}-[1-9][0-9]{5,7}"  # 0170-1234567
    r"|00 ?[1-9][0-9]{1,2}(?: [0-9]{2,6}){2,5}"  # 0041 44 668 18 00
    r"|[6-9][0-9]{2} [0-9]{3} [0-9]{3}"  # 612 345 678
)


def has_email(text: str) -> bool:
    """Tell whether text holds an e-mail address."""
    return "@" in text and bool(_EMAIL.search(text))


def has_phone(text: str) -> bool:
    """Tell whether text holds a number that says of itself that it is one to call."""
    if "+" in text and not re.fullmatch(r"\+[0-9]+\.[0-9]+", text):
        return any(8 <= digits_in(one[0]) <= 15 for one in _INTERNATIONAL.finditer(text))
    called = _CALLED.search(text) if LETTER.search(text) else None
    return called is not None and digits_in(called[1]) >= 7 and not is_date(called[1].strip())


def is_phone(text: str) -> bool:
    """Tell whether text is a telephone number as a country writes it."""
    return len(text) <= 20 and 9 <= digits_in(text) <= 14 and bool(_NATIONAL.fullmatch(text))
