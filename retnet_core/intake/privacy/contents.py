"""Columns whose cells are personal, whatever the header says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import pairwise

from retnet_core.intake.privacy.column import LEAST_DATES, Look, Personal
from retnet_core.intake.privacy.persons import has_first_name, is_name
from retnet_core.intake.privacy.phones import has_email, has_phone, is_phone
from retnet_core.intake.privacy.words import (
    BIRTHS,
    EMAILS,
    EVENT_STEMS,
    NAMES,
    PHONES,
    PLACES,
    STAFF,
    THINGS,
)
from retnet_core.intake.sheets import BLANK
from retnet_core.wording import count

MOSTLY = 0.6
LEAST_NAMES = 5
LEAST_PHONES = 3
ADULT, OLDEST = 18, 100
"""Years of age that patients of a trial can have."""


def trial_year(looks: Sequence[Look]) -> int | None:
    """Give the year about which the trial ran: that of its latest column of dates."""
    today = dt.date.today().year
    middles = [look.years.middle for look in looks if look.years]
    return max((year for year in middles if year <= today), default=None)


def by_content(look: Look, trial_year: int | None) -> Personal | None:
    """Find a column by its cells."""
    for kind, test, enough, words in (
        (EMAILS, has_email, _any, "an e-mail address"),
        (PHONES, has_phone, _any, "a telephone number"),
        (PHONES, is_phone, _most_are_phones, "a telephone number"),
        (NAMES, is_name, _most_are_names, "the name of a person"),
    ):
        if enough(look, test):
            cells = look.holding(test)
            told = count(int(cells.sum()), "cell looks", "cells look")
            return look.found(kind, "content", f"{told} like {words}.", cells)
    return _birth_by_content(look, trial_year)


def _any(look: Look, test: Callable[[str], object]) -> bool:
    return any(isinstance(value, str) and test(value) for value in look.values)


def _most(look: Look, test: Callable[[str], object], least: int) -> bool:
    """Tell whether most different cells pass, and enough of them."""
    if len(look.texts) < least or not any(map(test, look.texts[: 5 * least])):
        return False
    return sum(map(bool, map(test, look.texts))) >= max(MOSTLY * len(look.texts), least)


def _most_are_phones(look: Look, test: Callable[[str], object]) -> bool:
    return _most(look, test, LEAST_PHONES)


def _is_of_things(words: Sequence[str]) -> bool:
    """Tell whether a header says that its cells are staff, places or things."""
    named = {before for before, word in pairwise(words) if word == "name"}
    return bool(STAFF & set(words) or THINGS & named or PLACES & set(words[-1:]))


def _most_are_names(look: Look, test: Callable[[str], object]) -> bool:
    """Tell whether most cells are names; where few first names are known, they are terms."""
    if any(_is_of_things(words) for words in look.words):
        return False
    if not _most(look, test, LEAST_NAMES):
        return False
    return sum(map(has_first_name, look.texts)) >= max(0.3 * len(look.texts), 2)


def _birth_by_content(look: Look, trial_year: int | None) -> Personal | None:
    """Find dates that, as dates of birth, make every patient an adult at the trial's dates."""
    years = look.years
    if not years or not trial_year or years.dates < LEAST_DATES:
        return None
    ages = (trial_year - years.last, trial_year - years.first)
    told = any(word.startswith(EVENT_STEMS) for words in look.words for word in words)
    if told or not ADULT <= ages[0] < ages[1] <= OLDEST:
        return None
    reason = (
        f"The dates lie in {years.first} to {years.last}, other dates of the file about "
        f"{trial_year}: they can be dates of birth of people aged {ages[0]} to {ages[1]}."
    )
    return look.found(BIRTHS, "content", reason, look.below != BLANK)
