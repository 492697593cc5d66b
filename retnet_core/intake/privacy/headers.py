"""Columns whose header says that they are personal, if their cells can be that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from retnet_core.intake.privacy.cells import LETTER, digits_in, is_date, is_yes_no
from retnet_core.intake.privacy.column import Look, Personal, says
from retnet_core.intake.privacy.words import (
    ABOUT_IT,
    ADDRESSES,
    BARE_NAMES,
    BIRTH_WORDS,
    BIRTHS,
    DAY_WORDS,
    EMAILS,
    HEADERS,
    INSURANCE,
    NAMES,
    NEEDS_DIGITS,
    PHONES,
    RECORDS,
    STAFF,
    THINGS,
    YEAR_WORDS,
)
from retnet_core.intake.sheets import BLANK, Cell, as_text

LONGEST_RUN = 5
"""Words of a header that are read together."""
_KINDS = {
    phrase.replace(" ", ""): kind
    for kind, phrases in reversed([*HEADERS.items()])
    for phrase in phrases
}


def by_header(look: Look) -> Personal | None:
    """Find a column by what it is called, if its cells can be that."""
    for title, words in zip(look.titles, look.words, strict=True):
        kind = _kind(words)
        if kind is None and _is_bare_name(words, look):
            kind = NAMES
        if kind and any(_CAN_BE[kind](value, words) for value in look.values if says(value)):
            reason = f"The header '{title}' says that it holds {kind}."
            return look.found(kind, "header", reason, look.below != BLANK)
    return None


def _kind(words: Sequence[str]) -> str | None:
    """Give the kind that a header's words name, the first of `HEADERS` that does."""
    named = set()
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_RUN, len(words)) + 1):
            kind = _KINDS.get("".join(words[start:end]))
            if kind and not _is_of_a_thing(kind, words, start):
                named.add(kind)
    if not named and BIRTH_WORDS & set(words):
        named.add(BIRTHS)
    return next((kind for kind in HEADERS if kind in named), None)


def _is_of_a_thing(kind: str, words: Sequence[str], start: int) -> bool:
    """Tell a drug's family name, a reader's initials and a site's address from a patient's."""
    thing = start > 0 and words[start - 1] in THINGS
    if kind == NAMES:
        return thing or bool(STAFF & set(words))
    return thing and kind == ADDRESSES


def _is_bare_name(words: Sequence[str], look: Look) -> bool:
    """Tell whether a column "name" gives each patient one name, mostly of their own."""
    if len(words) != 1 or words[0] not in BARE_NAMES or look.id_column is None:
        return False
    ids = look.id_column.codes[look.top + 1 :]
    both = (ids != BLANK) & (look.below != BLANK)
    patients = len(np.unique(ids[both]))
    names = len(np.unique(look.below[both]))
    if not 0.5 * patients <= names:
        return False
    pairs = len(np.unique(ids[both] * len(look.column.values) + look.below[both]))
    return pairs <= 1.1 * patients


_WORDS = re.compile(r"[^\W\d_]{2,}")


def _can_be_name(value: Cell, words: Sequence[str]) -> bool:
    """Tell a name from a code, which has a digit, and from yes and no.

    Two words are a name whatever stands beside them: "Meier, Anna (1952)".
    """
    if not isinstance(value, str) or not LETTER.search(value) or is_yes_no(value):
        return False
    return not digits_in(value) or len(_WORDS.findall(value)) > 1


def _can_be_number_of_person(value: Cell, words: Sequence[str]) -> bool:
    return not is_date(value) and digits_in(value) >= (5 if NEEDS_DIGITS & set(words) else 1)


def _can_be_birth(value: Cell, words: Sequence[str]) -> bool:
    """Tell a date of birth from a year, and where the header only speaks of birth, need a date."""
    if is_date(value):
        return not {"control", "child", "children"} & set(words)
    if _kind_is_weak(words) or is_yes_no(value):
        return False
    text = re.sub(r"(?i)\b(?:un|unk|uk|xx|nk|-+)\b|[-/. ?]", "", as_text(value))
    return digits_in(value) > 0 and not re.fullmatch(r"(?:19|20)[0-9]{2}", text)


def _kind_is_weak(words: Sequence[str]) -> bool:
    """Tell whether a header only speaks of birth, or of its year."""
    if YEAR_WORDS & set(words) and not DAY_WORDS & set(words):
        return True
    runs = ("".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    return all(_KINDS.get(run) != BIRTHS for run in runs)


def _can_be_address(value: Cell, words: Sequence[str]) -> bool:
    spoken_of = ABOUT_IT & set(words) or is_yes_no(value) or is_date(value)
    return not spoken_of and (digits_in(value) >= 3 or bool(LETTER.search(as_text(value))))


def _can_be_phone(value: Cell, words: Sequence[str]) -> bool:
    return not (ABOUT_IT & set(words) or is_date(value)) and 6 <= digits_in(value) <= 20


def _can_be_email(value: Cell, words: Sequence[str]) -> bool:
    return not ABOUT_IT & set(words) and not is_yes_no(value) and isinstance(value, str) and (
        bool(LETTER.search(value)) and not is_date(value)
    )  # fmt: skip


_CAN_BE: Mapping[str, Callable[[Cell, Sequence[str]], bool]] = {
    EMAILS: _can_be_email,
    PHONES: _can_be_phone,
    ADDRESSES: _can_be_address,
    BIRTHS: _can_be_birth,
    INSURANCE: _can_be_number_of_person,
    RECORDS: _can_be_number_of_person,
    NAMES: _can_be_name,
}
