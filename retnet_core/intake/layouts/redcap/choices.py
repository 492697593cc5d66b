"""The choices of a field: which of its cells are codes, and which are labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from retnet_core.intake.cells import is_missing
from retnet_core.intake.layouts.redcap.headers import Cells, Field
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold

STATUS = ("0", "Incomplete", "1", "Unverified", "2", "Complete")
"""How complete a form is, as codes and labels: not filled in first."""
NOT_OFFERED = " (no choice of the data dictionary)"
EITHER = "code or label "
"""Begins a cell of which is not known whether it is a code or a label."""
CODE = "code "
"""Begins a code of which is not known what it means."""

_TICKED, _NOT_TICKED = ("1", "checked", "yes", "true"), ("0", "unchecked", "no", "false")
_NUMBER = re.compile(r"(-?)0*([0-9]+)(?:\.0*)?")
_DECIMAL = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_LIKE_MISSING = re.compile(r"-[0-9]+|9{2,}|8{2,}|7{2,}")
"""Codes by which projects write that there is no value, also where no choice says so."""


def code_of(text: str, choices: Mapping[str, str]) -> str | None:
    """Find the code that a cell is, None where it is none; 01 and 1.0 are 1.

    Examples
    --------
    >>> code_of("1.0", {"1": "TAE"}), code_of("3", {"1": "TAE"})
    ('1', None)
    """
    if text in choices:
        return text
    same = [code for code in choices if _bare(code) == _bare(text)]
    return same[0] if len(same) == 1 else None


def _bare(text: str) -> str:
    match = _NUMBER.fullmatch(text)
    return f"{match[1]}{match[2]}" if match else text


def is_label(text: str, choices: Mapping[str, str]) -> bool:
    """Tell whether a cell is one of the labels; case and punctuation count in numbers only."""
    if text in choices.values():
        return True
    if _is_number(text):
        return _bare(text) in map(_bare, choices.values())
    return fold(text) in map(fold, choices.values())


def _is_number(text: str) -> bool:
    return bool(_DECIMAL.fullmatch(text))


def says_nothing(text: str) -> bool:
    """Tell whether a cell says that there is no value, in a word or by a code."""
    return is_missing(text) or bool(_LIKE_MISSING.fullmatch(_bare(text)))


def offered(cell: Cell, field: Field) -> Cell:
    """Give the label of a cell; what can be read in two ways, or is no choice, is marked.

    A 3 under choices 0, 1 and 2 is a slip: it must not become a grade 3. Under the choices
    "1, 0 | 2, 1" a 1 is a 0 where codes were exported, and a 1 where labels were.
    """
    text = as_text(cell)
    if not field.choices:
        return cell
    code, label = code_of(text, field.choices), is_label(text, field.choices)
    if code is not None and label and field.cells == "either" and is_doubtful(text, field.choices):
        return f"{EITHER}{text}"
    if code is not None and (field.cells == "codes" or not label):
        return f"{text}{NOT_OFFERED}" if field.cells == "labels" else field.choices[code]
    if says_nothing(text) or (label and not (field.cells == "codes" and _is_number(text))):
        return cell
    # Words of labels may be written otherwise in the file; among codes there are none.
    is_word = field.cells == "labels" and not _is_number(text)
    return cell if is_word else f"{text}{NOT_OFFERED}"


def is_doubtful(text: str, choices: Mapping[str, str]) -> bool:
    """Tell whether a cell means one thing as a code and another as a label."""
    code = code_of(text, choices)
    return (
        code is not None
        and is_label(text, choices)
        and _bare(choices[code]) != _bare(text)
        and fold(choices[code]) != fold(text)
    )


def is_marked(cell: Cell) -> bool:
    """Tell a cell that is marked, so that no column reads it."""
    return as_text(cell).endswith(NOT_OFFERED) or as_text(cell).startswith((EITHER, CODE))


# Checkboxes


def is_ticked(cell: Cell, field: Field) -> bool | None:
    """Tell whether a checkbox's cell says that it is ticked, None where it says something else.

    REDCap's API can write the choice itself where it is ticked, and leave the others blank.
    """
    text = as_text(cell).casefold()
    if text in _TICKED or (field.choice and text == field.choice.casefold()):
        return True
    return False if text in _NOT_TICKED else None


def is_missing_box(field: Field) -> bool:
    """Tell a box that is ticked where nothing is known: by its choice, or a code such as -999."""
    codes = [code for code, label in field.choices.items() if label == field.choice]
    code = field.code or next(iter(codes), "")
    if field.choice and (says_nothing(field.choice) or not code.startswith("-")):
        return says_nothing(field.choice)
    return bool(code) and says_nothing(code)


# The whole file


def with_cells(fields: Sequence[Field], cells: Mapping[int, Iterable[str]]) -> list[Field]:
    """Find out of each field whether its cells are codes or labels.

    REDCap writes codes or labels into the whole of a file, under headers of either kind. Fields
    whose codes and labels cannot be confused decide; where they disagree, each for itself.

    Parameters
    ----------
    fields : sequence of Field
    cells : mapping of int to iterable of str
        The different cells of columns of choices, by their place.
    """
    votes = {one.at: _vote(one, cells.get(one.at, ())) for one in fields}
    cast = set(votes.values()) - {"either"}
    whole = cast.pop() if len(cast) == 1 else "either"
    return [replace(one, cells=votes[one.at] if whole == "either" else whole) for one in fields]


def _vote(field: Field, cells: Iterable[str]) -> Cells:
    """Tell what the cells of a field are, "either" where they do not decide."""
    said = {one for text in cells if (one := _says(field, text)) != "either"}
    return said.pop() if len(said) == 1 else "either"


def _says(field: Field, text: str) -> Cells:
    if field.role == "complete":
        codes: Mapping[str, str] = dict(zip(STATUS[::2], STATUS[1::2], strict=True))
    elif field.role == "checkbox":
        codes = {"0": "Unchecked", "1": "Checked", "": field.choice or "Checked"}
    else:
        codes = field.choices
    is_code, is_one = code_of(text, codes) is not None, is_label(text, codes)
    if text == "" or is_code == is_one:
        return "either"
    return "codes" if is_code else "labels"
