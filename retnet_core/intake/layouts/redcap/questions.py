"""The fields of a form as questions, and which column of ours each is by its name."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retnet_core.intake.cells import YES_NO
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.deaths import DEATH_WORDS
from retnet_core.intake.layouts.names import column_of, spellings
from retnet_core.intake.layouts.redcap.choices import says_nothing
from retnet_core.intake.layouts.redcap.export import Export
from retnet_core.intake.layouts.redcap.headers import Field, copied_from
from retnet_core.intake.layouts.redcap.measures import without_unit
from retnet_core.intake.sheets import Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about

_CODE = re.compile(r"[0-9]{1,2}(?:\.0*)?")
_LAST = 100
"""Added to the rank of a field that cannot be what it is called."""
_spellings = functools.cache(spellings)
_SURE = ("arm", "age", "sex", "ecog")
"""Columns of patients of one word that mean the same in a form of something else; a site may be
one of a puncture."""


@dataclass(frozen=True, eq=False)
class Question:
    """A field of a form: a column, or the columns of a checkbox.

    Attributes
    ----------
    fields : tuple of Field
    undated : bool
        Its cells are codes, or words of yes and no or of death: none can be a day.
    """

    fields: tuple[Field, ...]
    undated: bool = False

    @property
    def first(self) -> Field:
        """The column that names it."""
        return self.fields[0]

    @property
    def ticked(self) -> bool:
        """It is a checkbox."""
        return self.first.role == "checkbox"


def questions_of(fields: Sequence[Field], export: Export) -> Iterator[Question]:
    """Take checkboxes whose choices are columns of ours by themselves, others together."""
    boxes: dict[str, list[Field]] = {}
    for one in fields:
        if one.role != "checkbox":
            yield Question((one,), _is_undated(export.cells(one), one))
        else:
            boxes.setdefault(one.name, []).append(one)
    for same in boxes.values():
        alone = [one for one in same if _is_yes_no(one.choice)]
        yield from (Question((one,)) for one in alone)
        rest = tuple(one for one in same if one not in alone)
        if rest:
            yield Question(rest)


def _is_undated(column: Column, field: Field) -> bool:
    """Tell a field whose cells cannot be days; its column holds the header too."""
    cells = [text for cell in column.values if (text := as_text(cell)) not in ("", field.title)]
    return bool(field.choices) or (
        any(not says_nothing(text) for text in cells) and all(map(_is_no_day, cells))
    )


def _is_no_day(text: str) -> bool:
    is_word = fold(text) in YES_NO or fold(text) in DEATH_WORDS
    return bool(_CODE.fullmatch(text)) or is_word or says_nothing(text)


def _is_yes_no(word: str) -> bool:
    return any(
        about(table, ours).kind == "yes_no"
        for table in SCHEMAS
        if (ours := column_of(word, _spellings(table)))
    )


def best_of(
    asked: Iterable[tuple[Question, bool]], table: str, mapped: Mapping[str, str], prefix: str = ""
) -> dict[str, Question]:
    """Give each column of a table the question whose name is nearest to it.

    Parameters
    ----------
    asked : iterable of (Question, bool)
        With True, only names that mean the same in a form of something else.
    table : str
    mapped : mapping of str to str
        Headers that the user gave for our columns: they win.
    prefix : str
        What the form's variables begin with.
    """
    known = _spellings(table)
    for ours, header in mapped.items():
        known = {word: column for word, column in known.items() if column != ours}
        known |= {fold(header): ours}
    told = {fold(header) for header in mapped.values()}
    found: dict[str, tuple[int, Question]] = {}
    for question, sure in asked:
        named = {fold(question.first.title), fold(question.first.variable)} & told
        rank, ours = _ours(question, table, known, prefix, sure and not named)
        if ours and (ours not in found or rank < found[ours][0]):
            found[ours] = rank, question
    return {ours: question for ours, (_, question) in found.items()}


def called_as_ours(question: Question, table: str) -> str:
    """Give the column of a table whose very name a field bears, "" for none."""
    names = {fold(question.first.variable), fold(question.first.label)}
    return next((ours for ours in SCHEMAS[table].columns if fold(ours) in names), "")


def tell_rivals(
    export: Export, table: str, questions: Iterable[Question], matched: Mapping[str, Question]
) -> None:
    """Report columns that stand for one of ours which another column fills."""
    known = _spellings(table)
    taken = {one.at for question in matched.values() for one in question.fields}
    for question in questions:
        title = question.first.title
        ours = _ours(question, table, known, "", sure=False)[1]
        if ours in matched and question.first.at not in taken:
            export.column(question.first)
            export.note(
                Severity.SET_ASIDE, table, title,
                f"Two columns stand for {ours}: '{matched[ours].first.title}' was used, this one "
                f"('{title}') was not.",
                "Leave one of the two, or rename the one that means something else.",
            )  # fmt: skip


def _ours(
    question: Question, table: str, known: Mapping[str, str], prefix: str, sure: bool
) -> tuple[int, str]:
    """Find the column of ours that a question is, with how far its name is from ours."""
    one = question.first
    words = [one.variable, one.label]
    if copied := copied_from(one.variable):
        words.append(copied)
    if question.ticked and len(question.fields) == 1:
        words = [one.choice, *words]
    if prefix and one.variable.startswith(prefix):
        words += [(copied or one.variable).removeprefix(prefix)]
    for rank, word in enumerate(words):
        ours = column_of(word, known) or "" if word else ""
        bare = word
        if not ours:
            bare, ours = without_unit(word, known, table)
        if not ours or ours == "patient_id" or (sure and not _is_sure(bare, ours)):
            continue
        if question.ticked and not _can_be_ticked(question, table, ours):
            continue
        is_date = about(table, ours).kind == "date"
        rank += _LAST if question.undated and is_date else 0
        return 2 * rank + (fold(word) != fold(ours)), ours
    return 0, ""


def _is_sure(word: str, ours: str) -> bool:
    """Tell a name that means the same in any form: one of several words, or these of ours."""
    return len(re.split(r"[_\s-]+", word.strip())) > 1 or fold(word) == ours in _SURE


def _can_be_ticked(question: Question, table: str, ours: str) -> bool:
    """Tell whether a checkbox can fill a column: one box a yes or no, several with labels text."""
    kind = about(table, ours).kind
    if kind == "yes_no":
        return len(question.fields) == 1
    return kind in ("text", "coded") and all(one.choice for one in question.fields)
