"""Codes of which the export does not tell what they mean: asked about, or said to be assumed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.redcap.choices import (
    CODE,
    EITHER,
    is_doubtful,
    says_nothing,
)
from retnet_core.intake.layouts.redcap.headers import Field
from retnet_core.intake.layouts.redcap.values import is_answered_by_code, is_graded_by_code
from retnet_core.intake.layouts.values import combine
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.tables import about
from retnet_core.trial import join_words
from retnet_core.wording import count

MOST_SHOWN = 8
"""Codes that a question lists."""
_CODE = re.compile(r"[0-9]{1,2}(?:\.0*)?")
_FEW = 6
"""The largest number that a category may have, where a percentage is wanted."""
_WITH_DICTIONARY = (
    "Upload the data dictionary of the project together with the export, or export labels."
)
_RIGHT = (
    "Nothing, if that is right; else upload the data dictionary of the project together with the "
    "export, or export labels."
)
_WHERE = "say under Columns on the page Data what"
ARMS = ("arm", "arm_received")


@dataclass(frozen=True)
class Doubt:
    """What is asked or assumed of a column's codes.

    Attributes
    ----------
    asks : bool
        The codes are not read.
    problem, remedy : str
    """

    asks: bool
    problem: str
    remedy: str

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity.SET_ASIDE if self.asks else Severity.ASSUMED


def doubt_of(column: Column, field: Field, table: str, ours: str) -> Doubt | None:
    """Say what of a field's cells is asked or assumed, None where nothing is.

    Parameters
    ----------
    column : Column
        Its cells as the export has them.
    field : Field
    table, ours : str
        Our column that it fills.
    """
    counts = counts_of([column])
    if field.choices:
        if is_graded_by_code(field, ours):
            return Doubt(
                False,
                "The choices are words with the codes 1 to 5; the codes were taken for CTCAE "
                "grades.",
                "Nothing, if that is so.",
            )
        return code_or_label(counts, field, ours)
    if field.known or field.cells == "labels" or not _are_codes(counts):
        return None
    return _without_dictionary(counts, table, ours)


def marked(column: Column) -> Column:
    """Mark the codes of a column, so that they are not read, but can be named by the user."""

    def mark(cell: Cell) -> Cell | None:
        text = as_text(cell)
        return (f"{CODE}{_whole(text)}" if _CODE.fullmatch(text) else cell) if text else None

    return combine([column], mark)


def counts_of(columns: Iterable[Column]) -> dict[str, int]:
    """Count the different cells of columns that say something, by their text."""
    counted: Counter[str] = Counter()
    for column in columns:
        codes = column.codes[column.codes != BLANK]
        for code, n in enumerate(np.bincount(codes).tolist()):
            text = as_text(column.values[code]) if n else ""
            if text and not says_nothing(text):
                counted[_whole(text)] += n
    return dict(sorted(counted.items()))


def _whole(text: str) -> str:
    """Write a code as it is meant: 1.0 is 1."""
    return text.partition(".")[0] if _CODE.fullmatch(text) else text


def _are_codes(counts: Mapping[str, int]) -> bool:
    return bool(counts) and all(map(_CODE.fullmatch, counts))


def _shown(counts: Mapping[str, int], what: str = "row") -> str:
    listed = [f"'{text}' in {count(n, what)}" for text, n in list(counts.items())[:MOST_SHOWN]]
    return ", ".join(listed) + (", ..." if len(counts) > MOST_SHOWN else "")


def _quoted(cells: Sequence[str]) -> str:
    return join_words([f"'{cell}'" for cell in cells[:MOST_SHOWN]])


# Codes or labels


def code_or_label(counts: Mapping[str, int], field: Field, ours: str) -> Doubt | None:
    """Ask about cells that are a code of one choice and the label of another."""
    if field.cells != "either":
        return None
    doubtful = {text: n for text, n in counts.items() if is_doubtful(text, field.choices)}
    if not doubtful:
        return None
    choices = ", ".join(f"{code} = {label}" for code, label in field.choices.items())
    cells = [f"{EITHER}{text}" for text in doubtful]
    return Doubt(
        True,
        f"Does this column of {ours} hold codes or labels? By the data dictionary the choices are "
        f"{choices}; there is {_shown(doubtful)}, each the code of one choice and the label of "
        "another, and nothing else in the file tells which was exported. It is not guessed: the "
        "cells were emptied.",
        f"Look at the settings of the export, and {_WHERE} {_quoted(cells)} "
        f"{'means' if len(cells) == 1 else 'mean'}.",
    )


# Codes without a dictionary


def _without_dictionary(counts: Mapping[str, int], table: str, ours: str) -> Doubt | None:
    """Ask what codes mean; say so where they are read all the same."""
    kind = about(table, ours).kind
    here = {int(text) for text in counts}
    if ours == "visit" or (kind == "number" and not _may_be_codes(ours, here)):
        return None
    if kind == "text" or (ours in ("ecog", "grade") and not _hints_at_codes(ours, here)):
        said = (
            "They were kept as names of arms." if ours in ARMS
            else "They were read as they stand."
        )  # fmt: skip
        return Doubt(False, f"{_holds(counts, ours)} {said}", _RIGHT)
    if kind == "yes_no" and 0 in here and here <= {0, 1}:
        said = "1 was read as yes and 0 as no, as REDCap writes them."
        return Doubt(False, f"{_holds(counts, ours)} {said}", _RIGHT)
    why = f" {_WHY[ours]}" if ours in _WHY else ""
    return Doubt(
        True,
        f"{_holds(counts, ours)}{why} It is not guessed: the cells were emptied.",
        f"{_WITH_DICTIONARY} Or {_WHERE} {_asked(counts)}.",
    )


_WHY = {
    "ecog": "No cell is 0, as ECOG begins: a 1 may be the code of ECOG 0.",
    "grade": "They do not go from 1 to 5, as grades do.",
    "ki67_percent": "They may be codes of ranges.",
    "liver_burden_percent": "They may be codes of ranges.",
}


def _holds(counts: Mapping[str, int], ours: str) -> str:
    return (
        f"This column of {ours} holds codes or numbers ({_shown(counts)}), and without the data "
        "dictionary what they mean is not known."
    )


def _asked(counts: Mapping[str, int]) -> str:
    cells = [f"{CODE}{text}" for text in counts]
    return f"{_quoted(cells)} {'means' if len(cells) == 1 else 'mean'}"


def _may_be_codes(ours: str, here: set[int]) -> bool:
    """Tell whether numbers in a column of numbers may be codes of choices."""
    if ours in ("ki67_percent", "liver_burden_percent"):
        in_turn = here == set(range(min(here), max(here) + 1))
        return in_turn and len(here) > 1 and min(here) <= 1 and max(here) <= _FEW
    return ours in ("ecog", "grade")


def _hints_at_codes(ours: str, here: set[int]) -> bool:
    """Tell whether numbers are unlike those that are meant: ECOG from 0, grades from 1 to 5."""
    if ours == "ecog":
        return 0 not in here or max(here) > 5
    return max(here) > 5 or (0 in here and 5 not in here)


# Answers of questionnaires

_BY_CODE = Doubt(
    False,
    "The answers are words that are not known here; their codes, which begin at 1, were taken for "
    "the numbers that are circled on the form.",
    "Nothing, if that is so; else say under Columns on the page Data what the words mean.",
)


def answers_doubt(columns: Sequence[Column], field: Field) -> Doubt | None:
    """Say what of the answers to questions with the same choices is asked or assumed.

    Answers are circled from 1: where no choices are known, a 0 among them shows that they are
    codes which begin there.

    Parameters
    ----------
    columns : sequence of Column
        Their cells as the export has them.
    field : Field
        The first of the questions.
    """
    counts = counts_of(columns)
    if field.choices:
        by_code = is_answered_by_code(field) and counts
        return _BY_CODE if by_code else code_or_label(counts, field, "answers")
    if field.known or field.cells == "labels" or not _are_codes(counts):
        return None
    if "0" in counts:
        return Doubt(
            True,
            f"Answers of this form hold codes ({_shown(counts, 'cell')}), and without the data "
            "dictionary what they mean is not known. The forms begin at 1, and there is a 0. It is "
            "not guessed: the cells were emptied.",
            f"{_WITH_DICTIONARY} Or {_WHERE} {_asked(counts)}.",
        )
    return Doubt(
        False,
        "Without the data dictionary it is not known what the codes of the answers mean "
        f"({_shown(counts, 'cell')}). They were read as they are circled on the form.",
        _RIGHT,
    )
