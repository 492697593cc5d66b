"""Units in a column of their own beside numbers: "SLD | unit", "Scan1 SOD | Scan1 unit"."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.common import is_blank, some_of
from retnet_core.intake.layouts.headings import Head, Heading
from retnet_core.intake.layouts.retnet.numbered import parse
from retnet_core.intake.sheets import BLANK, Column
from retnet_core.protocol import fold
from retnet_core.tables import about

_WORD = r"(?:units?|uom|einheit(?:en)?|unités?|unidad(?:es)?)"
_AT_END = re.compile(rf"(?P<of>.*?)[\s_.-]*\b{_WORD}", re.IGNORECASE)
_IN_FRONT = re.compile(rf"{_WORD}\s+(?:of|for)\s+(?P<of>.+)", re.IGNORECASE)


def unit_place(heading: Heading, at: int) -> int | None:
    """Find the column of the units of a column of numbers, None where there is none."""
    head = heading.heads[at]
    names = {fold(units.split(head.name).header), fold(head.name)}
    for place, other in enumerate(heading.heads):
        of = _of(other.name)
        if of is None or place == at or other.group != head.group:
            continue
        if fold(of) in names or (place == at + 1 and (not of or _counts_same(of, head.name))):
            return place
    return None


def _counts_same(of: str, name: str) -> bool:
    """Tell "Scan1" of "Scan1 unit" and "Scan1 SOD"."""
    one, other = parse(of), parse(name)
    if one is None or other is None or one.column:
        return False
    return (one.table, one.number) == (other.table, other.number)


def _of(name: str) -> str | None:
    """Give what a header of units names: "dose" of "dose unit", "" of "unit"."""
    text = re.sub(r"[(\[{].*?[)\]}]", "", name).strip().replace("_", " ")
    match = _AT_END.fullmatch(text) or _IN_FRONT.fullmatch(text)
    return match["of"].strip() if match else None


def in_units(
    column: Column, said: Column, head: Head, where: tuple[str, str, str]
) -> tuple[Column | None, list[Finding]]:
    """Give each number the unit that stands beside it.

    Parameters
    ----------
    column, said : Column
        The numbers, and the units.
    head : Head
        What stands over the numbers.
    where : (str, str, str)
        Our table, the sheet's name and our column.

    Returns
    -------
    column : Column or None
        None where a unit lacks, is not known, or is not what the header says.
    findings : list of Finding
    """
    table, _, ours = where
    wanted = about(table, ours).unit
    if about(table, ours).kind != "number" or not wanted or is_blank(said):
        return column, []
    filled = column.codes != BLANK
    known = [unit_of(said.text(row)) for row in np.flatnonzero(filled).tolist()]
    named = units.split(head.name)
    over = unit_of(head.name) or named.unit or named.typed or units.known(head.unit).typed
    over = unit_of(over) or over
    can = {over} if over else {wanted, *CONVERSIONS.get(wanted, {})}
    if not set(known) <= can:
        texts = {said.text(row) or "(blank)" for row in np.flatnonzero(filled).tolist()}
        return None, [_question(where, column.header, said.header, sorted(texts))]
    return (column if over else _each_in(column, said, wanted)), []


def _each_in(column: Column, said: Column, wanted: str) -> Column:
    """Give the cells their units; a number that comes in two units is two different cells."""
    key = (column.codes + 1) * (len(said.values) + 1) + said.codes + 1
    _, first, code = np.unique(key, return_index=True, return_inverse=True)
    rows = [int(row) for row in first]
    typed = [said.text(row) for row in rows]
    own = column.codes[first]
    new = np.where(own[code] == BLANK, BLANK, code)
    return replace(
        column,
        values=["" if at == BLANK else column.values[at] for at in own.tolist()],
        codes=new.astype(np.intp),
        headers=[column.header_of(row) for row in rows],
        units=["" if unit_of(one) == wanted else one for one in typed],
    )


def _question(where: tuple[str, str, str], title: str, beside: str, held: list[str]) -> Finding:
    table, sheet, ours = where
    wanted = about(table, ours).unit
    return Finding(
        Severity.SET_ASIDE, table, sheet, None, title, some_of(held),
        f"The column '{beside}' gives the units of these numbers, and not each of them is known, "
        f"can be converted to {wanted} and agrees with the header. The numbers were not used.",
        f"Give the numbers in {wanted} and write {wanted} into '{beside}' in every row.",
    )  # fmt: skip
