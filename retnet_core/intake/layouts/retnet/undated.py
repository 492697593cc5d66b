"""Columns that say that somebody died or progressed, without the day: "Deceased", "Status"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import is_missing, parse_yes_no
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import is_blank, some_of
from retnet_core.intake.layouts.deaths import DEATH_WORDS, word_of
from retnet_core.intake.layouts.headings import Heading
from retnet_core.intake.layouts.retnet.contents import is_dated
from retnet_core.intake.layouts.retnet.rivals import Matched, Said, beside, column_name
from retnet_core.intake.layouts.values import Mask, among, texts
from retnet_core.intake.sheets import BLANK, Column, Sheet, as_text
from retnet_core.protocol import fold

_DIED = ("deceased", "dead", "tod", "tot", "verstorben", "gestorben", "décédé", "decede",
         "fallecido", "muerto", "patientdied", "patientdead", "expired", "exitus")  # fmt: skip
_ALIVE = ("alive", "stillalive", "living", "lebt", "vivant", "vivo", "patientalive")
_STATUS = ("vitalstatus", "survivalstatus", "vitalstate", "lifestatus", "vitalstatut",
           "statutvital", "estadovital", "vitalzustand", "überlebensstatus", "osstatus",
           "deathstatus")  # fmt: skip
_ANY_STATUS = ("status", "patientstatus", "laststatus", "currentstatus", "statusatlastcontact",
               "finalstatus", "statuslastfollowup", "outcome")  # fmt: skip
"""Of anything: they count where their words tell of death."""
_PROGRESSED = ("pd", "progressed", "progress", "progressivedisease", "hasprogressed")
_HEADERS = (*_DIED, *_ALIVE, *_STATUS, *_ANY_STATUS, *_PROGRESSED)

_WORDS = {
    **DEATH_WORDS,
    **dict.fromkeys(("tot", "tod", "verstorben", "gestorben", "exitus", "décédé", "décédée",
                     "fallecido", "fallecida", "muerto", "muerta", "dod", "doc"), True),
    **dict.fromkeys(("lebt", "lebend", "lebendig", "vivant", "vivante", "vivo", "viva", "awd",
                     "ned", "notdead", "notdeceased"), False),
}  # fmt: skip
_PHRASE = re.compile(
    r"(?P<dead>dead|died|deceased|death|verstorben)|(?:alive|living|lebt)", re.IGNORECASE
)
_AFTER = re.compile(r"[\s,;(/-]+(?:of|from|by|due|with|without|on|in|at|an|mit|ohne|ned|\W)", re.I)
_OF_DISEASE = {
    **dict.fromkeys(("pd", "progress", "progression", "progressed", "progressive"), True),
    **dict.fromkeys(("nopd", "noprogression", "notprogressed", "sd", "pr", "cr"), False),
}
_NEUTRAL = re.compile(r"lost|ltfu|unknown|unbekannt|withdr|\?", re.IGNORECASE)
_LEGEND = re.compile(r"([0-9])\s*[=:]\s*([^\s,;/)\]]+)")


def dated(
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    several: dict[str, list[int]],
    taken: set[int],
) -> None:
    """Take a column such as "Deceased" for the date, where it holds dates.

    Parameters
    ----------
    sheet, heading : Sheet, Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    several : dict of str to list of int
        The places of the columns that may be ours; is added to.
    taken : set of int
        Columns that are something else.
    """
    used = taken | {at for places in several.values() for at in places}
    for at, word in _places(heading, used):
        ours = _ours(word)
        is_own = word in _DIED or word in _PROGRESSED
        if is_own and is_dated(sheet.columns[at].take(rows)):
            several.setdefault(ours, []).append(at)


def tell(
    found: Matched,
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    used: set[int],
) -> None:
    """Write into the dates who died or progressed without one: that day is not known.

    Parameters
    ----------
    found : Matched
        Is changed: the dates, and what is said.
    sheet, heading : Sheet, Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    used : set of int
        Columns that are something else.
    """
    for at, word in _places(heading, used):
        column = sheet.columns[at].take(rows).named(heading.titles[at])
        if is_blank(column):
            continue
        ours = _ours(word)
        read, unclear = _read(column, word, heading.heads[at].name)
        if word in _ANY_STATUS and not any(one is True for one in read):
            continue
        found.told.add(at)
        if unclear:
            found.findings.append(_question(sheet.name, column_name(heading, at), ours, unclear))
        none = Column.of([], np.full(len(rows), BLANK, dtype=np.intp), "")
        days = found.columns.get(ours, none)
        if unclear and word not in _ANY_STATUS:
            read = np.where(_in_doubt(column, days, unclear), True, read)
        if all(one is None for one in read):
            continue
        dates, findings = beside(
            days, column, read, rows, ("patients", sheet.name, ours),
            _DEATH if ours == "death_date" else _DISEASE,
        )  # fmt: skip
        found.findings += findings
        if not is_blank(dates):
            found.columns[ours] = dates


_DEATH = Said("who died and who lives", "a death", "that the patient lives", "dead")
_DISEASE = Said("who progressed", "a progression", "no", "yes")


def _ours(word: str) -> str:
    return "progression_date" if word in _PROGRESSED else "death_date"


def _places(heading: Heading, used: set[int]) -> list[tuple[int, str]]:
    """Give the columns with such a header, and the header folded."""
    found = []
    for at, head in enumerate(heading.heads):
        word = fold(units.split(head.name).header)
        counts = not head.group or not (word in _PROGRESSED or word in _ANY_STATUS)
        if at not in used and counts and word in _HEADERS:
            found.append((at, word))
    return found


def _read(column: Column, word: str, header: str) -> tuple[NDArray[np.object_], list[str]]:
    """Tell for each row whether it happened, and which cells do not say."""
    codes = np.unique(column.codes[column.codes != BLANK]).tolist()
    legend = dict(_LEGEND.findall(header))
    cells = [legend.get(as_text(column.values[code]), column.values[code]) for code in codes]
    answers: Sequence[object] = [None] * len(cells)
    if word not in _STATUS and word not in _ANY_STATUS:
        also = _OF_DISEASE if word in _PROGRESSED else None
        answers = parse_yes_no(cells, also).values
    read = np.full(len(column.values) + 1, None, dtype=object)
    unclear = []
    for code, cell, answer in zip(codes, cells, answers, strict=True):
        text = as_text(cell)
        said = None if word in _PROGRESSED else _word(text, _WORDS)
        if said is None and answer is not None:
            said = (not answer) if word in _ALIVE else bool(answer)
        if said is None and not is_missing(cell) and not _NEUTRAL.search(text):
            unclear.append(as_text(column.values[code]))
        read[code] = said
    return read[column.codes], unclear


def _word(text: str, words: Mapping[str, bool]) -> bool | None:
    """Read "dead", "1: dead", "died of disease"."""
    said = words.get(word_of(text))
    if said is not None:
        return said
    match = _PHRASE.match(text)
    return bool(match["dead"]) if match and _AFTER.match(text[match.end() :]) else None


def _in_doubt(column: Column, days: Column, unclear: Sequence[str]) -> Mask:
    """Tell the rows whose code is that of others with a day: it may have happened there too."""
    cells = texts(column)
    with_day = np.array([not is_missing(cell) and cell != "" for cell in texts(days)], dtype=bool)
    return among(cells, unclear) & among(cells, set(cells[with_day]))


def _question(sheet: str, title: str, ours: str, unclear: list[str]) -> Finding:
    what = "died" if ours == "death_date" else "progressed"
    return Finding(
        Severity.SET_ASIDE, "patients", sheet, None, title, some_of(unclear),
        f"This column seems to say who {what}, but what these cells mean is not known. Where a "
        f"cell is that of patients with a day in {ours}, a lacking day counts as not known; the "
        "other cells were not used.",
        f"Write yes or no into a column called '{'Death' if what == 'died' else 'Progression'}', "
        "or the days into the column of the date.",
    )  # fmt: skip
