"""Columns that look personal, found in raw sheets before anything of them is understood.

A header says most: the words for names, addresses and the like are listed here in English, German,
French and Spanish, with the names that EDC systems and CDISC give them. What no header says is
looked for in the cells. Each different cell of a column is looked at once, and rows are only
counted where something was found.
"""

from __future__ import annotations

import datetime as dt
import re
import statistics
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, NOT_KNOWN, YES_NO
from retnet_core.intake.headers import column_names, header_row
from retnet_core.intake.personal_words import (
    ABOUT_IT,
    ADDRESSES,
    BARE_NAMES,
    BIRTH_WORDS,
    BIRTHS,
    DAY_WORDS,
    EMAILS,
    EVENT_STEMS,
    FIRST_NAMES,
    HEADERS,
    INSURANCE,
    NAMES,
    NEEDS_DIGITS,
    NO_PERSON,
    PHONES,
    PLACES,
    RECORDS,
    STAFF,
    THINGS,
    YEAR_WORDS,
)
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet, as_text
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS
from retnet_core.wording import count

ROWS_TOLD = 3
LOOKED_AT = 2_000
"""Different cells of a column that are looked at where most must be of a kind."""


@dataclass(frozen=True)
class Personal:
    """A column that looks personal.

    Attributes
    ----------
    sheet : str
        The sheet as the user named it.
    column : str
        The column's header as typed, or its place where it has none.
    row : int or None
        The header's row as the spreadsheet numbers it; None where it has none.
    kind : str
        What it seems to hold, in the plural: "names", "dates of birth".
    by : {"header", "content"}
        What it was found by.
    reason : str
        Why it looks personal: a plain sentence.
    cells : int
        How many cells hold it.
    rows : tuple of int
        The first rows with it, as the spreadsheet numbers them.
    """

    sheet: str
    column: str
    row: int | None
    kind: str
    by: Literal["header", "content"]
    reason: str
    cells: int
    rows: tuple[int, ...]


def personal_columns(sheets: Sequence[Sheet]) -> list[Personal]:
    """Find columns that look personal, in sheets of any layout.

    Parameters
    ----------
    sheets : sequence of Sheet
        As read, with their headers still in the rows.

    Returns
    -------
    list of Personal
        In the order of the sheets and their columns, each header of a sheet once.
    """
    looks = [look for sheet in sheets if sheet.height for look in _looks(sheet)]
    year = _trial_year(looks)
    found: dict[tuple[str, str], Personal] = {}
    for look in looks:
        one = _by_header(look) or _by_content(look, year)
        if one:
            found.setdefault((one.sheet, one.column), one)
    return list(found.values())


class _Years(NamedTuple):
    """The years of a column of dates."""

    first: int
    middle: int
    last: int
    dates: int


@dataclass(frozen=True, eq=False)
class _Look:
    """A column of a sheet: what it may be called, and its different cells under the header."""

    sheet: Sheet
    column: Column
    name: str
    top: int
    """The header's row, from 0."""
    titles: tuple[str, ...]
    values: list[Cell]
    id_column: Column | None

    @property
    def row(self) -> int | None:
        """The header's row as the spreadsheet numbers it."""
        return self.top + 1 if self.column.text(self.top) else None

    @cached_property
    def below(self) -> NDArray[np.intp]:
        """The codes of the cells under the header."""
        return self.column.codes[self.top + 1 :]

    @cached_property
    def texts(self) -> list[str]:
        """The first different cells that are text and hold anything."""
        texts = (value for value in self.values if isinstance(value, str))
        return [text for text, _ in zip(filter(_says, texts), range(LOOKED_AT), strict=False)]

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each title."""
        return [_words(title) for title in self.titles]

    @cached_property
    def years(self) -> _Years | None:
        """The years of a column of dates, None where it holds other things."""
        values = [value for value in self.values[:LOOKED_AT] if _says(value)]
        if not any(map(_is_date, values[:LEAST_DATES])):
            return None
        years = [year for value in values if (year := _year(value))]
        if len(years) < 0.9 * len(values):
            return None
        return _Years(min(years), int(statistics.median(years)), max(years), len(years))

    def found(self, kind: str, by: Literal["header", "content"], reason: str,
              cells: NDArray[np.bool_]) -> Personal | None:  # fmt: skip
        """Name the column, with the cells under the header that hold what was found."""
        rows = np.flatnonzero(cells)
        first = tuple(int(row) + self.top + 2 for row in rows[:ROWS_TOLD])
        return (
            Personal(self.sheet.name, self.name, self.row, kind, by, reason, len(rows), first)
            if len(rows)
            else None
        )

    def holding(self, test: Callable[[str], object]) -> NDArray[np.bool_]:
        """Tell which cells under the header hold text that passes a test."""
        passes = [isinstance(value, str) and bool(test(value)) for value in self.column.values]
        assert BLANK == -1  # the last
        return np.array([*passes, False])[self.below]


_SAYS_NOTHING = ABSENT | NOT_KNOWN


def _says(cell: Cell) -> bool:
    return not isinstance(cell, str) or cell.casefold() not in _SAYS_NOTHING


def _looks(sheet: Sheet) -> Iterator[_Look]:
    """Look at each column of a sheet."""
    top = header_row(sheet)
    labels = _labels_under(sheet, top)
    ids = next((one for one in sheet.columns if fold(one.text(top)) in _ID_HEADERS), None)
    for at, (column, name) in enumerate(zip(sheet.columns, column_names(sheet), strict=True)):
        titles = [column.text(row) for row in range(top + 1)] + ([labels[at]] if labels else [])
        above = set(column.codes[: top + (2 if labels else 1)].tolist())
        values = [value for code, value in enumerate(column.values) if code not in above]
        yield _Look(
            sheet, column, name, top,
            tuple(filter(None, titles)), values, None if ids is column else ids,
        )  # fmt: skip


def _labels_under(sheet: Sheet, top: int) -> list[str]:
    """Give the labels of the row under the header, where it is one of labels.

    Then its cells are all text that is not seen again further down, and a column of numbers or
    dates has a label without any.
    """
    at = top + 1
    if sheet.height < at + 2:
        return []
    for column in sheet.columns:
        code = column.codes[at]
        if code != BLANK and (
            not isinstance(column.values[code], str) or bool((column.codes[at + 1 :] == code).any())
        ):
            return []
    labels, first = sheet.row(at), sheet.row(at + 1)
    over_numbers = (
        label and not _digits(label) and _digits(cell)
        for label, cell in zip(labels, first, strict=True)
    )
    return labels if any(over_numbers) else []


_ID_HEADERS = {
    fold(word)
    for name, spec in SCHEMAS["patients"].columns.items()
    if name == "patient_id"
    for word in (name, *(spec.metadata or {})["aliases"], "subjid", "subject number", "patient")
}

# Headers


def _plain(text: str) -> str:
    """Take accents and apostrophes off: "prénom" is "prenom", "patient's" is "patients"."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in apart if not unicodedata.combining(c) and c not in "'’")


def _words(text: str) -> list[str]:
    """Split a header into words: "PatientName_1" is patient, name, 1.

    Examples
    --------
    >>> _words("PatientName_1"), _words("Date de naissance")
    (['patient', 'name', '1'], ['date', 'de', 'naissance'])
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", _plain(text))
    return [part.lower() for part in parts]


LONGEST_RUN = 5
"""Words of a header that are read together."""


_KINDS = {
    phrase.replace(" ", ""): kind
    for kind, phrases in reversed([*HEADERS.items()])
    for phrase in phrases
}


def _by_header(look: _Look) -> Personal | None:
    """Find a column by what it is called, if its cells can be that."""
    for title, words in zip(look.titles, look.words, strict=True):
        kind = _kind(words)
        if kind is None and _is_bare_name(words, look):
            kind = NAMES
        if kind and any(_CAN_BE[kind](value, words) for value in look.values if _says(value)):
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


def _is_bare_name(words: Sequence[str], look: _Look) -> bool:
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


def _digits(value: Cell) -> int:
    return sum(c.isdigit() for c in as_text(value))


def _is_yes_no(value: Cell) -> bool:
    return fold(as_text(value)) in YES_NO


_WORDS = re.compile(r"[^\W\d_]{2,}")


def _can_be_name(value: Cell, words: Sequence[str]) -> bool:
    """Tell a name from a code, which has a digit, and from yes and no.

    Two words are a name whatever stands beside them: "Meier, Anna (1952)".
    """
    if not isinstance(value, str) or not _LETTER.search(value) or _is_yes_no(value):
        return False
    return not _digits(value) or len(_WORDS.findall(value)) > 1


def _can_be_number_of_person(value: Cell, words: Sequence[str]) -> bool:
    return not _is_date(value) and _digits(value) >= (5 if NEEDS_DIGITS & set(words) else 1)


def _can_be_birth(value: Cell, words: Sequence[str]) -> bool:
    """Tell a date of birth from a year, and where the header only speaks of birth, need a date."""
    if _is_date(value):
        return not {"control", "child", "children"} & set(words)
    if _kind_is_weak(words) or _is_yes_no(value):
        return False
    text = re.sub(r"(?i)\b(?:un|unk|uk|xx|nk|-+)\b|[-/. ?]", "", as_text(value))
    return _digits(value) > 0 and not re.fullmatch(r"(?:19|20)[0-9]{2}", text)


def _kind_is_weak(words: Sequence[str]) -> bool:
    """Tell whether a header only speaks of birth, or of its year."""
    if YEAR_WORDS & set(words) and not DAY_WORDS & set(words):
        return True
    runs = ("".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    return all(_KINDS.get(run) != BIRTHS for run in runs)


def _can_be_address(value: Cell, words: Sequence[str]) -> bool:
    spoken_of = ABOUT_IT & set(words) or _is_yes_no(value) or _is_date(value)
    return not spoken_of and (_digits(value) >= 3 or bool(_LETTER.search(as_text(value))))


def _can_be_phone(value: Cell, words: Sequence[str]) -> bool:
    return not (ABOUT_IT & set(words) or _is_date(value)) and 6 <= _digits(value) <= 20


def _can_be_email(value: Cell, words: Sequence[str]) -> bool:
    return not ABOUT_IT & set(words) and not _is_yes_no(value) and isinstance(value, str) and (
        bool(_LETTER.search(value)) and not _is_date(value)
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
_LETTER = re.compile(r"[^\W\d_]")

# Cells

_DATE = re.compile(
    r"([0-9]{4})[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b.*"
    r"|[0-9]{1,2}[-/. ] ?[0-9]{1,2}[-/. ] ?([0-9]{4})\b.*"
    r"|[0-9]{1,2}[-/. ]*[^\W\d_]{3,9}[-/., ]*([0-9]{4})\b.*",
)


def _year(value: Cell) -> int | None:
    """Give the year of a full date, None for anything else."""
    if isinstance(value, dt.date):
        return value.year
    match = _DATE.fullmatch(value) if isinstance(value, str) and len(value) < 30 else None
    return int(next(filter(None, match.groups()))) if match else None


def _is_date(value: Cell) -> bool:
    return _year(value) is not None


MOSTLY = 0.6
LEAST_NAMES = 5
LEAST_PHONES = 3
LEAST_DATES = 5
ADULT, OLDEST = 18, 100
"""Years of age that patients of a trial can have."""


def _trial_year(looks: Sequence[_Look]) -> int | None:
    """Give the year about which the trial ran: that of its latest column of dates."""
    today = dt.date.today().year
    middles = [look.years.middle for look in looks if look.years]
    return max((year for year in middles if year <= today), default=None)


def _by_content(look: _Look, trial_year: int | None) -> Personal | None:
    """Find a column by its cells."""
    for kind, test, enough, words in (
        (EMAILS, _has_email, _any, "an e-mail address"),
        (PHONES, _has_phone, _any, "a telephone number"),
        (PHONES, _is_phone, _most_are_phones, "a telephone number"),
        (NAMES, _is_name, _most_are_names, "the name of a person"),
    ):
        if enough(look, test):
            cells = look.holding(test)
            told = count(int(cells.sum()), "cell looks", "cells look")
            return look.found(kind, "content", f"{told} like {words}.", cells)
    return _birth_by_content(look, trial_year)


def _any(look: _Look, test: Callable[[str], object]) -> bool:
    return any(isinstance(value, str) and test(value) for value in look.values)


def _most(look: _Look, test: Callable[[str], object], least: int) -> bool:
    """Tell whether most different cells pass, and enough of them."""
    if len(look.texts) < least or not any(map(test, look.texts[: 5 * least])):
        return False
    return sum(map(bool, map(test, look.texts))) >= max(MOSTLY * len(look.texts), least)


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


def _has_email(text: str) -> bool:
    return "@" in text and bool(_EMAIL.search(text))


def _has_phone(text: str) -> bool:
    """Tell whether text holds a number that says of itself that it is one to call."""
    if "+" in text and not re.fullmatch(r"\+[0-9]+\.[0-9]+", text):
        return any(8 <= _digits(one[0]) <= 15 for one in _INTERNATIONAL.finditer(text))
    called = _CALLED.search(text) if _LETTER.search(text) else None
    return called is not None and _digits(called[1]) >= 7 and not _is_date(called[1].strip())


def _is_phone(text: str) -> bool:
    """Tell whether text is a telephone number as a country writes it."""
    return len(text) <= 20 and 9 <= _digits(text) <= 14 and bool(_NATIONAL.fullmatch(text))


def _most_are_phones(look: _Look, test: Callable[[str], object]) -> bool:
    return _most(look, test, LEAST_PHONES)


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
    known = {_plain(word).casefold().strip(".") for word in words} & NO_PERSON
    return words if is_capital and not known else []


def _has_first_name(text: str) -> bool:
    """Tell whether text in the shape of a name has a common first name where one stands."""
    words = _name_words(text)
    if len(words) < 2:
        return False
    comma = _TITLE.sub("", text, count=1).partition(",")[2].split()
    surname_first = words[0].isupper() and not words[-1].isupper() and len(words[0]) > 1
    first = comma[0] if comma else words[-1] if surname_first else words[0]
    return _plain(first).casefold().partition("-")[0].strip(".") in FIRST_NAMES


def _is_name(text: str) -> bool:
    return ("," in text and len(_name_words(text)) > 1) or _has_first_name(text)


def _is_of_things(words: Sequence[str]) -> bool:
    """Tell whether a header says that its cells are staff, places or things."""
    named = {before for before, word in pairwise(words) if word == "name"}
    return bool(STAFF & set(words) or THINGS & named or PLACES & set(words[-1:]))


def _most_are_names(look: _Look, test: Callable[[str], object]) -> bool:
    """Tell whether most cells are names; where few first names are known, they are terms."""
    if any(_is_of_things(words) for words in look.words):
        return False
    if not _most(look, test, LEAST_NAMES):
        return False
    return sum(map(_has_first_name, look.texts)) >= max(0.3 * len(look.texts), 2)


def _birth_by_content(look: _Look, trial_year: int | None) -> Personal | None:
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
