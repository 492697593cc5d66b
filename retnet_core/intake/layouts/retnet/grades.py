"""Grades that may not be the tumour's: of toxicity, or "WHO", which is a performance status too."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import is_missing
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.layouts.headings import Head, Heading
from retnet_core.intake.layouts.names import spellings
from retnet_core.intake.layouts.retnet.numbered import parse
from retnet_core.intake.layouts.retnet.rivals import Matched, column_name
from retnet_core.intake.layouts.values import texts
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

_OURS = "who_grade"
_BARE = ("grade", "grad", "grading", "grado")
_WHO = ("who", "oms")
_TERMS = {fold(word) for word, name in spellings("adverse_events").items() if name == "term"}
_TERMS = (_TERMS | {"event", "aes", "sideeffect", "complication", "komplikation"}) - {"pt"}
"""Headers of events, folded; PT is the primary tumour as well."""
_GRADE = re.compile(r"\bg(?:r|rade?|rado)?[\s.:-]*(?:[1-3x]|i{1,3})\b|low|intermediate|high", re.I)
_OF_TOXICITY = re.compile(r"(?:g(?:rade?)?\s*)?[045]", re.I)
_SPEAKS = re.compile(
    r"tox|adverse|\bs?aes?\b|\bctc|side.?effect|complication|komplikation|unerw|nebenwirk|worst"
    r"|indésirable|efecto|evento|nausea|übelkeit|vomit|emesis|erbrechen|fatigue|müdigkeit|\bpain\b"
    r"|schmerz|douleur|dolor|fever|fieber|fièvre|fiebre|pyrexia|\bpes\b|post.?emboli[sz]ation.?synd"
    r"|postembol|diarrh|durchfall|ascites|abscess|abszess|infection|cholangitis|cholecystitis"
    r"|pancreatitis|encephalopath|liver failure|anorexia|appetite|rash|alopecia|neutropen"
    r"|thrombocytop|leukopen|an[a]?emia|bleeding|h[a]?emorrhage|clavien",
    re.IGNORECASE,
)
"""Headers that speak of an adverse event, or name one."""
_OF_TUMOUR = re.compile(
    r"\b(?:who|oms|nets?|necs?|enets|tumou?r|neoplas|histolog|patholog|biops|primar|ki.?67"
    r"|g\s*[1-3x]|[1-3]\s*[-/,–]|baseline|at (?:entry|diagnosis))|tumor|(?<![a-z])i+(?![a-z])",
    re.IGNORECASE,
)
"""Remarks on a grade that is the tumour's."""
_REMARK = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_FEW = 0.05
"""Share of the cells up to which a 4 is a slip of the pen."""


def judge(
    found: Matched,
    sheet: Sheet,
    heading: Heading,
    rows: NDArray[np.intp],
    several: dict[str, list[int]],
    mapped: Mapping[str, str],
    taken: set[int],
) -> None:
    """Leave columns out that are another grade, and ask about those that may be.

    Parameters
    ----------
    found : Matched
        Is added to: what is said of them.
    sheet, heading : Sheet, Heading
    rows : numpy.ndarray of int
        The rows of data, from 0.
    several : dict of str to list of int
        The places of the columns that may be ours; is changed.
    mapped : mapping of str to str
        Headers that the user named: they are what the user says.
    taken : set of int
        Columns that are something else.
    """
    if _OURS in mapped:
        return
    kept = []
    for at in several.pop(_OURS, []):
        cells = _cells(sheet, at, rows)
        finding = _other_grade(sheet.name, heading, at, cells) if cells else None
        if finding is None:
            kept.append(at)
            continue
        found.told.add(at)
        found.findings.append(finding)
    named = {at for places in several.values() for at in places} | taken | set(kept)
    for at in [at for at, head in enumerate(heading.heads) if _bare(head) in _WHO]:
        cells = _cells(sheet, at, rows)
        if at in named or not cells or heading.heads[at].group:
            continue
        if all(map(_GRADE.search, cells)):
            kept.append(at)  # the last: another column of grades wins
        else:
            found.told.add(at)
            found.findings.append(_which(sheet.name, column_name(heading, at), cells))
    if kept:
        several[_OURS] = kept


def _bare(head: Head) -> str:
    return fold(units.split(head.name).header)


def _cells(sheet: Sheet, at: int, rows: NDArray[np.intp]) -> list[str]:
    """Give the filled cells of a column that say something."""
    return [cell for cell in texts(sheet.columns[at].take(rows)) if cell and not is_missing(cell)]


def _shown(cells: list[str]) -> str:
    return some_of(sorted(set(cells))[:5])


def _other_grade(sheet: str, heading: Heading, at: int, cells: list[str]) -> Finding | None:
    """Say why a column called grade is not taken for the tumour's, None where it is."""
    if _bare(heading.heads[at]) not in _BARE:
        return None
    title, shown = column_name(heading, at), _shown(cells)
    remark = _other_remark(heading.heads[at])
    if remark:
        return _aside(
            sheet, title, shown,
            f"Is this the grade of the tumour, or the grade of an adverse event? '{remark}' does "
            "not say that it is the tumour's. It was not used.",
            "If it is the tumour's grade, call it who_grade.",
        )  # fmt: skip
    event = _event_before(heading, at)
    if event is None and not any(map(_GRADE.search, cells)):
        event = _spoken_of(heading, at)
    if event is None and not any(map(_GRADE.search, cells)):
        event = _event_after(heading, at)
    if event is not None:
        return _aside(
            sheet, title, shown,
            f"The grade stands beside '{event}', so it may be the grade of that event (CTCAE) and "
            "not the tumour's. Is it the tumour grade, or the grade of an adverse event? It was "
            "not used.",
            "If it is the tumour's grade, call it who_grade. Give events a sheet of their own, or "
            "number them: 'AE 1', 'AE 1 grade'.",
        )  # fmt: skip
    if sum(_OF_TOXICITY.fullmatch(cell) is not None for cell in cells) > _FEW * len(cells):
        return _aside(
            sheet, title, shown,
            "The grade of a tumour is 1, 2 or 3, and that of toxicity (CTCAE) goes up to 5. Which "
            "of them is this? It was not used.",
            "If it is the tumour's grade, call it who_grade and correct the other cells.",
        )  # fmt: skip
    return None


def _which(sheet: str, title: str, cells: list[str]) -> Finding:
    return _aside(
        sheet, title, _shown(cells),
        "Is this the WHO grade of the tumour, or the WHO performance status? The cells may be "
        "either. It was not used.",
        "Call the column who_grade or ecog, whichever it is.",
    )  # fmt: skip


def _aside(sheet: str, title: str, shown: str, problem: str, remedy: str) -> Finding:
    return Finding(Severity.SET_ASIDE, "patients", sheet, None, title, shown, problem, remedy)


def _event_before(heading: Heading, at: int) -> str | None:
    """Name the column of the event that a grade is of: columns of the event stand between."""
    ours, events = spellings("patients"), spellings("adverse_events")
    for before in range(at - 1, -1, -1):
        head = heading.heads[before]
        one = parse(head.name)
        if _is_term(head):
            return column_name(heading, before)
        is_between = one is not None and one.table == "adverse_events" and one.column != "grade"
        word = _bare(head)
        if not is_between and (word not in events or word in ours):
            return None
    return None


def _other_remark(head: Head) -> str:
    """Give what stands in brackets, or beside the name, and is not of a tumour: "(CTCAE)"."""
    remarks = [one.strip() for one in _REMARK.findall(head.name)]
    wrong = [one for one in remarks if one and (_says(one) or not _OF_TUMOUR.search(one))]
    return next(iter([*wrong, *filter(_says, head.labels)]), "")


def _says(text: str) -> bool:
    """Tell a header that speaks of an adverse event."""
    return _SPEAKS.search(text.replace("_", " ")) is not None


def _spoken_of(heading: Heading, at: int) -> str | None:
    """Name the nearest column before a grade that speaks of an adverse event."""
    for before in range(at - 1, -1, -1):
        head = heading.heads[before]
        one = parse(head.name)
        numbered = one is not None and one.table == "adverse_events"
        if numbered or _is_term(head) or _says(head.joined):
            return column_name(heading, before)
    return None


def _event_after(heading: Heading, at: int) -> str | None:
    """Name a column of an event that stands after a grade and has no other."""
    heads = heading.heads[at + 1 :]
    if not heads or not _is_term(heads[0]) or parse(heads[0].name):
        return None
    events = spellings("adverse_events")
    return None if any(events.get(_bare(one)) == "grade" for one in heads) else heads[0].title


def _is_term(head: Head) -> bool:
    """Tell the header of an event: "AE", "Toxicity", "AE 1"."""
    one = parse(head.name)
    numbered = one is not None and one.table == "adverse_events" and one.column in ("", "term")
    return numbered or _bare(head) in _TERMS
