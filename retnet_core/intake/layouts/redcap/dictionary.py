"""The data dictionary of a REDCap project: names of variables, and what their codes mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retnet_core.intake.layouts.common import data_rows, first_filled
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

_HEADERS = {
    "variable": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "type": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": (
        "Choices, Calculations, OR Slider Labels",
        "Choices OR Calculations",
        "select_choices_or_calculations",
    ),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "note": ("Field Note", "field_note"),
}
"""Headers as downloaded by hand, and as the API gives them."""
_NAMED = {fold(header): name for name, headers in _HEADERS.items() for header in headers}
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_CHOSEN = ("radio", "dropdown", "checkbox")
_CODED = (*_CHOSEN, "sql")
"""Types whose cells are codes; the choices of an SQL query stand in no dictionary."""
_FIXED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}


@dataclass(frozen=True, eq=False)
class Entry:
    """A variable of a project.

    Attributes
    ----------
    variable, form, label : str
    choices : mapping of str to str
        Code to its label, as the exports write it.
    checkbox, date : bool
        Several choices can be ticked; it takes a date.
    known : bool
        It is told what its cells mean.
    note : str
        What the form says under the field.
    """

    variable: str
    form: str
    label: str
    choices: Mapping[str, str]
    checkbox: bool
    date: bool
    known: bool = True
    note: str = ""


def is_dictionary(sheet: Sheet) -> bool:
    """Tell a data dictionary by its headers."""
    named = set(_places(sheet))
    return {"variable", "form", "type"} <= named


def read_dictionary(sheet: Sheet) -> list[Entry]:
    """Read the variables, in the project's order."""
    places = _places(sheet)
    rows = np.flatnonzero(data_rows(sheet, first_filled(sheet)))
    entries = []
    for row in rows.tolist():
        cells = {name: sheet.columns[at].text(row) for name, at in places.items()}
        kind = cells["type"].casefold()
        choices = parse_choices(cells.get("choices", "")) if kind in _CHOSEN else {}
        choices = _FIXED.get(kind, choices)
        entries.append(
            Entry(
                cells["variable"].casefold(),
                cells["form"].casefold(),
                without_tags(cells.get("label", "")),
                choices,
                kind == "checkbox",
                cells.get("validation", "").casefold().startswith(("date_", "datetime_")),
                bool(choices) or kind not in _CODED,
                without_tags(cells.get("note", "")),
            )
        )
    return entries


def _places(sheet: Sheet) -> dict[str, int]:
    titles: Sequence[str] = sheet.row(first_filled(sheet)) if sheet.height else ()
    found = [(_NAMED.get(fold(title)), at) for at, title in enumerate(titles)]
    return {name: at for name, at in reversed(found) if name}


def parse_choices(text: str) -> dict[str, str]:
    """Read a field's choices.

    Examples
    --------
    >>> parse_choices("1, TAE | 2, cTACE, with lipiodol")
    {'1': 'TAE', '2': 'cTACE, with lipiodol'}
    """
    pairs = [one.partition(",") for one in re.split(r"[|\n]", text) if "," in one]
    return {code.strip(): without_tags(label) for code, _, label in pairs}


def without_tags(text: str) -> str:
    """Take a label out of its HTML, as REDCap does in its exports."""
    return _TAG.sub("", text).strip()
