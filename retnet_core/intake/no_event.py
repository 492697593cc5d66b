"""Rows of adverse events that say that there was none: a term such as "none", a grade 0."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import replace

import numpy as np

from retnet_core.intake.cells import ABSENT, is_missing, labelled, parse_text
from retnet_core.intake.findings import Finding, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.values import Mask
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.rows import Used
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.intake.typed.missing_codes import WHERE
from retnet_core.intake.typed.parsers import parser_of
from retnet_core.intake.typed.said import Said, reading_of
from retnet_core.protocol import fold

TABLE = "adverse_events"
SAYS_NONE = "The row says that there was no adverse event; no event was made of it."
HOLDS_NOTHING = (
    "The row holds nothing of an adverse event (no term, grade or date); no event was made of it."
)
GRADE_0 = (
    "The grade is 0, by which CTCAE says that there was no such event; none was made of the row."
)
CONTRADICTED = (
    "The term says that there was no event, but the row has a grade or is serious. It was kept as "
    "an event."
)
_NO_EVENT = "Nothing, if the patient had no event; else write what it was."
_NO_SUCH = (
    "Nothing, if the patient had no such event; else write the grade, or say "
    f"{WHERE} that 0 stands for no value."
)
_WHICH = "Write what the event was, or leave grade and seriousness blank."

_ALONE = ("n", "nein", "non", "never", "nothing", "nada", "rien", "neant", "false", "0", "ohne",
          "notapplicable", "ohnebefund", "ob")  # fmt: skip
_NEGATIONS = ("no", "none", "nil", "kein", "keine", "keiner", "keinen", "aucun", "aucune", "pasd",
              "ninguno", "ninguna", "ningun", "sin", "nessun", "nessuno", "nessuna", "without",
              "zero")  # fmt: skip
_EVENTS = (
    "", "ae", "aes", "sae", "event", "events", "adverseevent", "adverseevents", "adverseeffect",
    "adverseeffects", "adversereaction", "adversereactions", "toxicity", "toxicities", "sideeffect",
    "sideeffects", "complication", "complications", "ue", "nebenwirkung", "nebenwirkungen",
    "ereignis", "ereignisse", "unerwunschteereignisse", "unerwunschtenereignisse",
    "unerwunschtesereignis", "komplikation", "komplikationen", "toxizitat", "toxizitaten",
    "evenement", "evenementindesirable", "evenementsindesirables", "effetindesirable",
    "effetsindesirables", "effetsecondaire", "effetssecondaires", "toxicite", "evento",
    "eventoadverso", "eventosadversos", "efectoadverso", "efectosadversos", "toxicidad",
    "complicacion", "complicaciones", "eventoavverso", "eventiavversi", "tossicita",
)  # fmt: skip
_REPORTED = ("", "reported", "observed", "noted", "known", "occurred", "bekannt", "berichtet",
             "beobachtet")  # fmt: skip
_WORDS = {"".join(parts) for parts in itertools.product(_NEGATIONS, _EVENTS, _REPORTED)} | {*_ALONE}
_WORDS -= {"sin", "pasd", "without"}
_STROKES = ABSENT - {"", "?", "<na>", "na", "nan", "null"}
"""Spellings of an empty cell that a person writes for "nothing", and no program."""
_DESCRIBES = ("term", "verbatim", "descr", "beschreib", "specif", "comment", "bemerk", "llt", "sev")
"""What the header of a column that is none of ours has where it may say what the event was."""
_HIGHEST = 5
_TELLS = ("system_organ_class", "start_date", "end_date", "serious", "related", "action", "outcome")


def says_none(cell: Cell) -> bool:
    """Tell whether the term of an adverse event says that there was none.

    Examples
    --------
    >>> says_none("No adverse events"), says_none("0 - keine"), says_none("Nausea")
    (True, True, False)
    """
    text = as_text(cell).strip()
    if text.casefold() in _STROKES:
        return True
    pair = labelled(text)
    return _plain(text) in _WORDS or (pair is not None and _plain(pair.label) in _WORDS)


def _plain(text: str) -> str:
    """Fold a word, without accents."""
    marked = unicodedata.normalize("NFKD", fold(text))
    return "".join(one for one in marked if not unicodedata.combining(one))


def left_out(used: Used, mapping: ExportMapping) -> Used:
    """Set rows of adverse events aside that say that there was none."""
    kept = replace(used, parts=[], findings=list(used.findings))
    left: list[tuple[str, int]] = []
    for part in used.parts:
        if part.table == TABLE:
            aside, findings = _no_events(part, mapping)
            kept.findings += findings
            left += [(part.sheet, row) for row in part.rows[aside].tolist()]
            part = part.take(~aside)
        kept.parts.append(part)
    sheets = {sheet for sheet, _ in left}
    still = {(one.sheet, row) for one in kept.parts if one.sheet in sheets for row in one.rows}
    gone = len(set(left) - still)
    kept.set_aside += gone
    kept.shared += len(left) - gone
    return kept


def _no_events(part: Part, mapping: ExportMapping) -> tuple[Mask, list[Finding]]:
    """Tell which rows are no event, and say so."""
    size = len(part.rows)
    terms = _read(part, "term", mapping)
    grades = _read(part, "grade", mapping)
    serious = _per_row(part, "serious", [one == "TRUE" for one in _read(part, "serious", mapping)])
    none = _per_row(part, "term", [one is not None and says_none(one) for one in terms])
    unnamed = ~_per_row(part, "term", [one is not None for one in terms]) | none
    zero = _per_row(part, "grade", [one is not None and _is_zero(one) for one in grades])
    graded = _per_row(part, "grade", [one is not None and _is_grade(one) for one in grades])
    says = none & ~graded & ~serious
    empty = unnamed & ~none & ~graded & ~_tells(part, size)
    grade_0 = zero & ~none & ~empty & ~serious
    found = [
        *_told(part, "term", says, Severity.SET_ASIDE, SAYS_NONE, _NO_EVENT),
        *_told(part, "patient_id", empty, Severity.SET_ASIDE, HOLDS_NOTHING, _NO_EVENT),
        *_told(part, "grade", grade_0, Severity.SET_ASIDE, GRADE_0, _NO_SUCH),
        *_told(part, "term", none & (graded | serious), Severity.ASSUMED, CONTRADICTED, _WHICH),
    ]
    return says | empty | grade_0, found


def _read(part: Part, name: str, mapping: ExportMapping) -> list[str | None]:
    """Give what each different cell of a column says, as the mapping has it; None is nothing."""
    raw = part.columns.get(name)
    if raw is None:
        return []
    reading = reading_of(mapping, part.table, name)
    cells = Said(reading).cells(raw)
    if name == "term":
        texts = parse_text(cells).values
        return [
            as_text(cell) if says_none(cell) else text
            for cell, text in zip(cells, texts, strict=True)
        ]
    parsed = parser_of(part, name, reading)(cells)
    return [
        as_text(cell) if at in parsed.emptied else None if value is None else as_text(value)
        for at, (cell, value) in enumerate(zip(cells, parsed.values, strict=True))
    ]


def _is_zero(grade: str) -> bool:
    """Tell a grade 0, as a number or with a word beside it."""
    pair = labelled(grade)
    return grade in ("0", "0.0") or says_none(grade) or (pair is not None and pair.code == "0")


def _is_grade(grade: str) -> bool:
    """Tell a grade that a CTCAE event may have, or words that may stand for one."""
    try:
        return 0 < float(grade) <= _HIGHEST
    except ValueError:
        return not _is_zero(grade)


def _per_row(part: Part, name: str, told: list[bool]) -> Mask:
    """Give each row what holds for its cell; a blank cell says nothing."""
    raw = part.columns.get(name)
    if raw is None:
        return np.zeros(len(part.rows), dtype=bool)
    return np.array([*told, False], dtype=bool)[raw.codes]


def _tells(part: Part, size: int) -> Mask:
    """Tell which rows say anything of an event beside term and grade; a no says nothing."""
    columns = [part.columns[name] for name in _TELLS if name in part.columns]
    columns += [
        column
        for name, column in part.unused.items()
        if "term" not in part.columns or any(word in fold(column.header) for word in _DESCRIBES)
    ]
    tells = np.zeros(size, dtype=bool)
    for column in columns:
        told = [not (is_missing(one) or says_none(one)) for one in column.values]
        tells |= np.array([*told, False], dtype=bool)[column.codes]
    return tells


def _told(
    part: Part, name: str, rows: Mask, severity: Severity, problem: str, remedy: str
) -> list[Finding]:
    """Say it once a sheet."""
    places: dict[str, list[Place]] = {}
    for row in np.flatnonzero(rows).tolist():
        sheet, place = part.cell(name, row)
        places.setdefault(sheet, []).append(place)
    return [
        finding
        for sheet, here in places.items()
        for finding in about_cells(
            severity, part.table, sheet, here, problem, remedy, listed=1, to_look_up=True
        )
    ]
