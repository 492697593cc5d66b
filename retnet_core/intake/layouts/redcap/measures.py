"""Units of a field: as its header or variable, its label and its field note name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from retnet_core.intake.cells.units import TIMES
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.redcap.headers import Field, copied_from
from retnet_core.intake.layouts.units import Named
from retnet_core.intake.sheets import Column
from retnet_core.protocol import fold
from retnet_core.tables import about
from retnet_core.trial import join_words

_KINDS = (
    frozenset({"mm", "cm", "m", "inch"}), frozenset({"%", "share"}), frozenset({"mg", "g", "µg"}),
    frozenset(TIMES),
)  # fmt: skip
"""Units of the same kind: a variable may end in anything, such as the m of "size_m"."""
_WORD = r"[^\s,;:()\[\]]+?"
_ENDS = r"(?=\.?\s*(?:$|[,;()\[\]]|\.\s))"
_IN_NOTE = re.compile(
    rf"(?:^|[(\[,;])\s*({_WORD}){_ENDS}"
    rf"|\b(?:in|as|units?|number of)\b(?:\s+(?:a|an|whole|full|completed))?[\s:=]+({_WORD})"
    r"(?=$|[\s,;.()\[\]])"
    r"|^([^\W\d_]{5,})\b",
    re.IGNORECASE,
)
"""Where a field note names its unit: "cm", "in cm", "Unit: cm", "Weeks from admission". A unit
after a number is a limit: "lesions of at least 1 cm"."""


def without_unit(word: str, known: Mapping[str, str], table: str) -> tuple[str, str]:
    """Take a unit off a variable or label that is then one of our columns: "sld_cm".

    The unit must be of the column's kind: what "age_m" is nobody can tell.

    Returns
    -------
    bare, ours : str
        "" where there is no such column.
    """
    named = units.split(word)
    ours = known.get(fold(named.header), "")
    return (named.header, ours) if ours and _is_kind(named.unit, table, ours) else ("", "")


def _is_kind(unit: str, table: str, ours: str) -> bool:
    said = about(table, ours)
    return said.kind == "number" and any({unit, said.unit} <= kind for kind in _KINDS)


def in_our_unit(
    column: Column, field: Field, table: str, ours: str, sheet: str
) -> tuple[Column | None, list[Finding]]:
    """Give a column the unit that its field names; where its names contradict each other, ask.

    Parameters
    ----------
    column : Column
    field : Field
    table, ours : str
        Our column that it fills.
    sheet : str

    Returns
    -------
    column : Column or None
        None where its numbers cannot be read.
    findings : list of Finding
    """
    if not about(table, ours).unit or about(table, ours).kind != "number":
        return column, []
    said = list(_said(field, table, ours))
    different: dict[str, tuple[str, Named]] = {}
    for where, one in said:
        if one.unit:
            different.setdefault(one.unit, (where, one))
    if len(different) > 1:
        return None, [_contradicted(different, column, table, ours, sheet)]
    where, named = next(iter(different.values()), said[0] if said else ("", Named("")))
    read, findings = units.in_our_unit(column, named, table, ours, sheet)
    is_told = read is None or bool(read.units)
    if is_told and where not in ("", _HEADER):
        findings = [*findings, _from(where, named, column, field, table, sheet)]
    return read, findings


_HEADER, _LABEL, _NOTE = "header", "label", "field note"


def _said(field: Field, table: str, ours: str) -> Iterator[tuple[str, Named]]:
    """Give every unit that a field names, with where it stands."""
    variable = units.split(copied_from(field.variable) or field.variable)
    if _is_kind(variable.unit, table, ours):
        yield _HEADER if fold(field.title) == fold(field.variable) else "variable", variable
    label = units.split(field.label)
    if label.typed:
        yield _HEADER if fold(field.title) == fold(field.label) else _LABEL, label
    whole = units.known(field.note)
    if whole.unit:
        yield _NOTE, whole
        return
    for match in _IN_NOTE.finditer(field.note):
        one = units.known(next(filter(None, match.groups())).rstrip("."))
        if _is_kind(one.unit, table, ours):
            yield _NOTE, one


def _contradicted(
    different: Mapping[str, tuple[str, Named]], column: Column, table: str, ours: str, sheet: str
) -> Finding:
    said = [f"the {where} says {named.typed}" for where, named in different.values()]
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, column.header, "",
        f"In which unit are the numbers of {ours}? Of this field {join_words(said)}. It is not "
        "guessed: the column was not used.",
        "Correct the one that is wrong, in the export and its data dictionary, and upload them "
        "again.",
    )  # fmt: skip


def _from(
    where: str, named: Named, column: Column, field: Field, table: str, sheet: str
) -> Finding:
    text = {_LABEL: field.label, _NOTE: field.note}.get(where, field.variable)
    return Finding(
        Severity.NOTE, table, sheet, None, column.header, "",
        f"The unit of this column, {named.typed}, stands in its {where} in the data dictionary "
        f"('{text}').",
        "Nothing, if that is right; else correct it there, and upload the two again.",
    )  # fmt: skip
