"""The headers of a REDCap export: which column is which variable of which form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from retnet_core.intake.layouts.redcap.dictionary import Entry, without_tags
from retnet_core.protocol import fold

Role = Literal[
    "record", "event", "instrument", "instance", "group", "complete", "timestamp", "survey",
    "checkbox", "field",
]  # fmt: skip

Cells = Literal["codes", "labels", "either"]

_RAW: dict[str, Role] = {
    "redcap_event_name": "event",
    "redcap_repeat_instrument": "instrument",
    "redcap_repeat_instance": "instance",
    "redcap_data_access_group": "group",
    "redcap_survey_identifier": "survey",
}
_LABELLED: dict[str, Role] = {
    "Event Name": "event",
    "Repeat Instrument": "instrument",
    "Repeat Instance": "instance",
    "Data Access Group": "group",
    "Survey Identifier": "survey",
    "Survey Timestamp": "timestamp",
    "Complete?": "complete",
}
_COMMON = ("Event Name", "Complete?")
"""Labels that others write too."""
_COMPLETE, _TIMESTAMP = "_complete", "_timestamp"
_TICK = re.compile(r"(.+?)___(.+)")
_CHOICE = re.compile(r"(.*)\(choice=(.*)\)", re.DOTALL)
_COPY = re.compile(r"(.+?)(?:_v[0-9]+)+")


@dataclass(frozen=True, eq=False)
class Field:
    """A column of an export.

    Attributes
    ----------
    at : int
        Its place in the sheet.
    title : str
        The header as it stands.
    role : str
        What it is for; data are "field" and "checkbox".
    variable, label : str
        The variable's name and its label, "" where the export does not tell.
    form : str
        The form it belongs to, "" where that is not known.
    choices : mapping of str to str
        Code to label, empty where there are none or they are not known.
    choice : str
        What a checkbox column is ticked for, "" where that is not known.
    date, known : bool
        It takes a date; the data dictionary tells what its cells mean.
    cells : str
        Its cells are "codes" or "labels", or what of the two is not known: "either".
    note : str
        What the form says under the field, "" where the export does not tell.
    """

    at: int
    title: str
    role: Role
    variable: str = ""
    label: str = ""
    form: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    choice: str = ""
    date: bool = False
    known: bool = False
    cells: Cells = "either"
    note: str = ""

    @property
    def name(self) -> str:
        """The variable, else the label."""
        return self.variable or self.label

    @property
    def code(self) -> str:
        """The code that a checkbox's header ends in: -999 of "features____999"."""
        match = _TICK.fullmatch(self.title)
        code = match[2] if match else ""
        return f"-{code[1:]}" if code.startswith("_") else code


def copied_from(variable: str) -> str:
    """Take off what REDCap adds to the variables of a form that is copied, "" where there is none.

    Examples
    --------
    >>> copied_from("ae_term_v2_v2"), copied_from("ae_term")
    ('ae_term', '')
    """
    match = _COPY.fullmatch(variable)
    return match[1] if match else ""


@dataclass(frozen=True)
class Signs:
    """What in a row of headers is REDCap's own.

    Attributes
    ----------
    raw, labelled : tuple of str
        Headers that an export of codes, or of labels, has.
    only : tuple of str
        Those of them that nothing but REDCap writes.
    known : int
        Headers that the data dictionary has.
    labels : bool
        The headers are labels.
    """

    raw: tuple[str, ...]
    labelled: tuple[str, ...]
    only: tuple[str, ...]
    known: int
    labels: bool


def signs(titles: Sequence[str], dictionary: Sequence[Entry]) -> Signs:
    """Look for what only REDCap writes into headers."""
    variables = {one.variable for one in dictionary}
    labels = {fold(one.label) for one in dictionary}
    raw = [one for one in titles if _raw_role(one)]
    labelled = [one for one in titles if one in _LABELLED or _CHOICE.fullmatch(one)]
    by_variable = sum(_variable(title) in variables for title in titles)
    by_label = sum(fold(_label(title)) in labels for title in titles if title)
    return Signs(
        tuple(raw),
        tuple(labelled),
        tuple(one for one in (*raw, *labelled) if _is_only_redcap(one)),
        max(by_variable, by_label),
        by_label + len(labelled) > by_variable + len(raw),
    )


def _is_only_redcap(title: str) -> bool:
    """Tell a header that no other table has; others have events, and things that are complete."""
    return (
        title.casefold() in _RAW
        or (title in _LABELLED and title not in _COMMON)
        or bool(_CHOICE.fullmatch(title))
    )


def _raw_role(title: str) -> Role | None:
    name = title.casefold()
    if name in _RAW:
        return _RAW[name]
    if name.endswith(_COMPLETE) and name != _COMPLETE and " " not in name:
        return "complete"
    return "checkbox" if _TICK.fullmatch(name) else None


def _variable(title: str) -> str:
    match = _TICK.fullmatch(title.casefold())
    return match[1] if match else title.casefold()


def _label(title: str) -> str:
    match = _CHOICE.fullmatch(title)
    return match[1] if match else title


def read_fields(
    titles: Sequence[str], dictionary: Sequence[Entry], labels: bool, record: str = ""
) -> list[Field]:
    """Tell what each column of an export is.

    Parameters
    ----------
    titles : sequence of str
    dictionary : sequence of Entry
        Empty where there is none.
    labels : bool
        The headers are labels.
    record : str
        Header of the column of ids, where the user named it.
    """
    found = _of_labels(titles, dictionary) if labels else _of_variables(titles, dictionary)
    at = _record(found, dictionary, record)
    forms = _forms(found, dictionary)
    return [
        replace(one, role="record" if one.at == at else one.role, form=forms[one.at])
        for one in found
    ]


def _record(fields: Sequence[Field], dictionary: Sequence[Entry], named: str) -> int | None:
    """Find the column of record ids: named, the project's first variable, or the first column."""
    data = [one for one in fields if one.role == "field" and one.title]
    first = dictionary[0].variable if dictionary else "record_id"
    by_name = [one.at for one in data if named and fold(one.title) == fold(named)]
    by_variable = [one.at for one in data if fold(one.name) == fold(first)]
    return next(iter([*by_name, *by_variable, *(one.at for one in data)]), None)


def _of_variables(titles: Sequence[str], dictionary: Sequence[Entry]) -> list[Field]:
    known = {one.variable: one for one in dictionary}
    forms = {one.form for one in dictionary} | {
        title.casefold().removesuffix(_COMPLETE) for title in titles
    }
    fields = []
    for at, title in enumerate(titles):
        name = title.casefold()
        entry = known.get(_variable(title))
        role = None if name in known else _raw_role(title)
        if name.endswith(_TIMESTAMP) and name.removesuffix(_TIMESTAMP) in forms:
            fields.append(Field(at, title, "timestamp", form=name.removesuffix(_TIMESTAMP)))
        elif role == "complete":
            fields.append(Field(at, title, role, form=name.removesuffix(_COMPLETE)))
        elif role and role != "checkbox":
            fields.append(Field(at, title, role))
        elif entry is None:
            variable = _variable(title) if role else name
            fields.append(Field(at, title, role or "field", variable))
        else:
            fields.append(_known(at, title, entry, name.removeprefix(f"{entry.variable}___")))
    return fields


def _known(at: int, title: str, entry: Entry, code: str) -> Field:
    """Describe a column that the dictionary has; a checkbox's header ends in its code."""
    ticked = {choice.casefold().replace("-", "_"): label for choice, label in entry.choices.items()}
    return Field(
        at, title, "checkbox" if entry.checkbox else "field", entry.variable, entry.label,
        entry.form, entry.choices, ticked.get(code, "") if entry.checkbox else "", entry.date,
        entry.known, note=entry.note,
    )  # fmt: skip


def _of_labels(titles: Sequence[str], dictionary: Sequence[Entry]) -> list[Field]:
    """Match labels with variables; of several with one label, each by its turn."""
    entries: dict[str, list[Entry]] = {}
    for one in dictionary:
        entries.setdefault(fold(one.label), []).append(one)
    turns: Counter[str] = Counter()
    fields = []
    for at, title in enumerate(titles):
        role = _LABELLED.get(title)
        ticked = _CHOICE.fullmatch(title)
        label = without_tags(ticked[1] if ticked else title)
        choice = without_tags(ticked[2]) if ticked else ""
        same = [
            one
            for one in entries.get(fold(label), [])
            if one.checkbox is bool(ticked) and (not ticked or choice in one.choices.values())
        ]
        turn = turns[fold(title)]
        turns[fold(title)] += 1
        if role and not same:
            fields.append(Field(at, title, role))
        elif turn < len(same):
            entry = same[turn]
            fields.append(
                Field(
                    at, title, "checkbox" if ticked else "field", entry.variable, entry.label,
                    entry.form, entry.choices, choice, entry.date, entry.known,
                    note=entry.note,
                )
            )  # fmt: skip
        else:
            fields.append(
                Field(at, title, "checkbox" if ticked else "field", label=label, choice=choice)
            )
    return fields


def _forms(fields: Sequence[Field], dictionary: Sequence[Entry]) -> dict[int, str]:
    """Give each column its form: the dictionary's, else the one whose end follows next."""
    forms: dict[int, str] = {}
    waiting: list[int] = []
    last = ""
    for one in fields:
        if one.role not in ("field", "checkbox", "complete", "timestamp"):
            forms[one.at] = ""
            continue
        if one.role == "complete":
            form = one.form or last or f"form {one.at + 1}"
            forms |= dict.fromkeys(waiting, form)
            forms[one.at], waiting, last = form, [], ""
        elif one.form:
            forms[one.at] = one.form
            last = one.form if dictionary else last
        else:
            forms[one.at] = ""
            waiting.append(one.at)
    return forms
