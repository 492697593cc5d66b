"""Rows of adverse events that say that there was none: a term such as "none", a grade 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retnet_core.intake.cells import is_missing, labelled, parse_text, parse_yes_no
from retnet_core.intake.cells.missing_codes import WHERE
from retnet_core.intake.denials import may_say_none, plain, says_none
from retnet_core.intake.findings import Finding, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import is_blank
from retnet_core.intake.layouts.values import Mask
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.rows import Used
from retnet_core.intake.sheets import as_text, where_is
from retnet_core.intake.typed.parsers import parser_of
from retnet_core.intake.typed.said import Said, reading_of
from retnet_core.protocol import fold

__all__ = ["left_out", "says_none"]

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
DOUBTFUL = "This may say that there was no event; it counts as one."
NOT_OCCURRED = (
    "This column says no, so there may have been no event; the row has a term, grade or date and "
    "counts as one."
)
NO_CTCAE = (
    "This was not taken for the CTCAE grade: how severe an event was (mild, moderate, severe, or "
    "1 to 3 for them) is no CTCAE grade. The events count as not graded."
)
_IS_GRADE = f"If the column holds CTCAE grades, say {WHERE} that it is the grade; else nothing."
_REMOVE = "Remove the row if the patient had no such event; else write what the event was."
_NO_EVENT = "Nothing, if the patient had no event; else write what it was."
_NO_SUCH = (
    "Nothing, if the patient had no such event; else write the grade, or say "
    f"{WHERE} that 0 stands for no value."
)
_WHICH = "Write what the event was, or leave grade and seriousness blank."

_DESCRIBES = ("term", "verbatim", "descr", "beschreib", "specif", "comment", "bemerk", "llt", "sev")
"""What the header of a column that is none of ours has where it may say what the event was."""
_OCCURRED = {
    "occurred", "occurrence", "eventoccurred", "aeoccurred", "didaeoccur", "aeoccur", "occur",
    "anyae", "anyaes", "anyevent", "anyadverseevent", "anyadverseevents", "aeyesno", "aeyn",
    "adverseeventyesno", "adverseeventyn", "adverseeventoccurred", "aepresent", "uejanein",
    "aufgetreten",
}  # fmt: skip
"""Headers, folded, of a column that says whether there was an event."""
_SEVERITIES = {"severity", "intensity", "aeseverity", "aeintensity", "eventseverity",
               "adverseeventseverity"}  # fmt: skip
_HIGHEST = 5
_TELLS = ("system_organ_class", "start_date", "end_date", "serious", "related", "action", "outcome")


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
            kept.findings += [*_doubts(part, mapping), *_severities(part)]
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


def _doubts(part: Part, mapping: ExportMapping) -> list[Finding]:
    """Say which rows are kept as events though they may say that there was none."""
    terms = _read(part, "term", mapping)
    unsure = _per_row(part, "term", [one is not None and may_say_none(one) for one in terms])
    found = _told(part, "term", unsure, Severity.ASSUMED, DOUBTFUL, _REMOVE)
    for name, column in part.unused.items():
        if plain(column.header) in _OCCURRED:
            told = [parse_yes_no([one]).values[0] is False for one in column.values]
            rows = np.array([*told, False], dtype=bool)[column.codes]
            with_it = replace(part, columns={**part.columns, name: column})
            found += _told(with_it, name, rows, Severity.ASSUMED, NOT_OCCURRED, _REMOVE)
    return found


def _severities(part: Part) -> list[Finding]:
    """Ask about a severity that stands where no column is the CTCAE grade."""
    if "grade" in part.columns:
        return []
    found = [
        column
        for column in part.unused.values()
        if plain(column.header) in _SEVERITIES and not is_blank(column)
    ]
    return [
        Finding(Severity.SET_ASIDE, part.table, sheet, None, header, "", NO_CTCAE, _IS_GRADE)
        for sheet, header in (where_is(column.header, part.sheet) for column in found)
    ]


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
