"""Names of persons in cells."""

from __future__ import annotations

import re

from retnet_core.intake.privacy.cells import unaccented
from retnet_core.intake.privacy.first_names import FIRST_NAMES, NO_PERSON

_TITLE = re.compile(
    r"(?:(?:dr|prof|mr|mrs|ms|miss|herr|frau|mme|mlle|sr|sra|srta|med)\.? +)+", re.IGNORECASE
)
_NAME_WORD = r"(?:[^\W\d_]['’])?[^\W\d_][^\W\d_]*(?:[-'’][^\W\d_]+)*\.?"
_LAST_FIRST = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD})?, ?{_NAME_WORD}(?: {_NAME_WORD})?")
_FIRST_LAST = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{1,3}}")


def _name_words(text: str) -> list[str]:
    """Give the words of text in the shape of a name, none of other text."""
    if len(text) > 50:
        return []
    text = _TITLE.sub("", text, count=1)
    if not (_LAST_FIRST.fullmatch(text) or _FIRST_LAST.fullmatch(text)):
        return []
    words = text.replace(",", " ").split()
    small = {"de", "la", "del", "von", "van", "der", "den", "di", "da", "du", "le", "y", "zu", "el"}
    is_capital = all(word[0].isupper() or word in small for word in words)
    known = {unaccented(word).casefold().strip(".") for word in words} & NO_PERSON
    return words if is_capital and not known else []


def has_first_name(text: str) -> bool:
    """Tell whether text in the shape of a name has a common first name where one stands."""
    words = _name_words(text)
    if len(words) < 2:
        return False
    comma = _TITLE.sub("", text, count=1).partition(",")[2].split()
    surname_first = words[0].isupper() and not words[-1].isupper() and len(words[0]) > 1
    first = comma[0] if comma else words[-1] if surname_first else words[0]
    return unaccented(first).casefold().partition("-")[0].strip(".") in FIRST_NAMES


def is_name(text: str) -> bool:
    """Tell whether text is the name of a person."""
    return ("," in text and len(_name_words(text)) > 1) or has_first_name(text)
