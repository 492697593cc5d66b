"""What people call our tables and columns: spellings of headers and names of sheets."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence

from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.eortc import C30, GI, LAST_ITEM
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about
from retnet_core.tables.questionnaires import INSTRUMENTS


def plain(text: str) -> str:
    """Write a text without accents: "Date de deces"."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFKD", text)
    return "".join(one for one in split if not unicodedata.combining(one))


_IDS = {
    form
    for word in ("patient_id", *about("patients", "patient_id").aliases)
    for form in (fold(word), fold(plain(word)))
}
INSTRUMENT_OF = {fold(word): code for code, words in INSTRUMENTS.items() for word in (code, *words)}
_TABLE_OF = {
    **dict.fromkeys(INSTRUMENT_OF, "questionnaires"),
    **{
        form: table
        for table, schema in SCHEMAS.items()
        for word in (table, *(schema.metadata or {})["aliases"])
        for form in (fold(word), fold(plain(word)))
    },
}
ANSWER = re.compile(
    r"(?:eortc)?(?:qlq)?(?:(?P<c30>c30(?:v30?)?)|(?P<gi>gi(?:net)?(?:21)?))?(?P<q>q|item|question)?"
    r"0?(?P<item>[1-9][0-9]?)"
)
_FIRST_GI = LAST_ITEM[C30] + 1


def spellings(table: str) -> dict[str, str]:
    """Give every folded header spelling of a table with the column it stands for."""
    found: dict[str, str] = {}
    for name in SCHEMAS[table].columns:
        if name == "patient_id":
            found |= dict.fromkeys(_IDS, name)
        else:
            words = (name, *about(table, name).aliases)
            found |= {fold(plain(word)): name for word in words}
            found |= {fold(word): name for word in words}
    return found


def with_mapped(table: str, mapped: Mapping[str, str]) -> dict[str, str]:
    """Give the spellings of a table where the user named the headers of some columns."""
    known = spellings(table)
    for name, own in mapped.items():
        known = {word: column for word, column in known.items() if column != name}
        known[fold(own)] = name
    return known


@functools.cache
def words_of_any_table() -> frozenset[str]:
    """Give every folded spelling of a column of any table."""
    return frozenset(word for table in SCHEMAS for word in spellings(table))


def table_of(title: str) -> str | None:
    """Find the table a sheet or file is named for.

    Examples
    --------
    >>> table_of("Adverse Events"), table_of("RETNET_patients_2024-05-01"), table_of("notes")
    ('adverse_events', 'patients', None)
    """
    folded = fold(title)
    bare = re.sub(r"retnet|export|[0-9]", "", folded)
    return _TABLE_OF.get(folded) or _TABLE_OF.get(bare) or _TABLE_OF.get(plain(bare))


def column_of(header: str, known: Mapping[str, str]) -> str | None:
    """Find our column for a header; a remark in brackets does not count."""
    bare = re.sub(r"[(\[].*?[)\]]", "", header)
    words = (header, bare) if header.isascii() else (header, bare, plain(header), plain(bare))
    return next((known[word] for one in words if (word := fold(one)) in known), None)


def column_in_unit(header: str, known: Mapping[str, str]) -> str | None:
    """Find our column for a header that may end in a unit: what unit must be looked at then."""
    return column_of(header, known) or known.get(fold(units.split(header).header))


def answers_among(
    titles: Sequence[str], taken: set[int], by_title: str
) -> dict[tuple[str, int], int]:
    """Find columns of answers in a wide form: q1, qlq_c30_1, c30_q1, gi31, q31.

    The prefix tells the instrument, else the sheet's name, else the item's number.
    """
    found: dict[tuple[str, int], int] = {}
    for at, text in enumerate(titles):
        match = ANSWER.fullmatch(fold(text))
        if not match or at in taken or not (match["c30"] or match["gi"] or match["q"]):
            continue
        item = int(match["item"])
        by_number = by_title == GI or (by_title != C30 and item >= _FIRST_GI)
        gi = bool(match["gi"]) or (not match["c30"] and by_number)
        if gi and item <= LAST_ITEM[GI] - LAST_ITEM[C30]:
            item += LAST_ITEM[C30]  # numbered from 1 within its own form
        if (gi and item <= LAST_ITEM[GI]) or (not gi and item < _FIRST_GI):
            found.setdefault((GI if gi else C30, item), at)
    return found
