"""Units that headers name: "Sum of diameters (cm)", "Age, years", a row of units under them."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from retnet_core.intake.cells import CONVERSIONS, unit_of
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.sheets import Column
from retnet_core.tables import about

_IN_BRACKETS = re.compile(r"[(\[{]\s*(?:in\s+)?([^)\]}]*?)\s*[)\]}]")
_AT_END = re.compile(r"(.+?)(?:\s*,\s*(?:in\s+)?|\s+in\s+|[\s_]+)([^\s_,]+)\s*")
_FORMAT = re.compile(
    r"[dmytj]{1,4}([-/. ])[dmytj]{1,4}\1[dmytj]{1,4}|yes\s*/\s*no|y\s*/\s*n|[01]\s*/\s*[01]|date"
    r"|text|number|datum|-", re.IGNORECASE,
)  # fmt: skip
_MEANS_MORE = ("w",)
"""Units that at the end of a header may be something else: "sex_w"."""
_LIKE_A_UNIT = re.compile(r"[^\W\d_]{1,4}(?:[/^.][^\W_]{1,4}[23²³]?)?|‰")


@dataclass(frozen=True)
class Named:
    """A header without its unit, and the unit: as typed, and as it is known here ("" if not)."""

    header: str
    typed: str = ""
    unit: str = ""


@functools.lru_cache(maxsize=4096)
def split(header: str) -> Named:
    """Take the unit off a header.

    Examples
    --------
    >>> split("Sum of diameters (cm)").unit, split("Age, years").header
    ('cm', 'Age')
    >>> split("Ki-67").unit
    ''
    """
    for match in _IN_BRACKETS.finditer(header):
        typed = match[1].strip()
        if unit := unit_of(typed):
            bare = f"{header[: match.start()]} {header[match.end() :]}".strip()
            return Named(" ".join(bare.split()), typed, unit)
    remarks = [match[1].strip() for match in _IN_BRACKETS.finditer(header)]
    bare = " ".join(_IN_BRACKETS.sub(" ", header).split())
    ending = _AT_END.fullmatch(bare)
    if ending and ending[2].casefold() not in _MEANS_MORE and (unit := unit_of(ending[2])):
        return Named(ending[1].strip(), ending[2], unit)
    return Named(bare or header, next(filter(_LIKE_A_UNIT.fullmatch, remarks), ""))


def in_brackets(header: str) -> str:
    """Give what a header has in brackets, "" where it has nothing: "CgA (ng/mL)"."""
    match = _IN_BRACKETS.search(header)
    return match[1] if match else ""


def is_unit(text: str) -> bool:
    """Tell whether a cell of a row under the headers holds a unit or a format, and nothing else."""
    named = known(text)
    return bool(named.unit or _FORMAT.fullmatch(named.typed))


def are_units(texts: Sequence[str]) -> bool:
    """Tell a row of units; a row with an m or a dash alone may be a patient's."""
    return all(map(is_unit, texts)) and any(len(text) > 1 or text == "%" for text in texts)


def known(text: str) -> Named:
    """Read a cell of a row of units."""
    bare = text.strip().strip("()[]{}").strip().removeprefix("in ")
    return Named("", bare, unit_of(bare))


def in_our_unit(
    column: Column, named: Named, table: str, ours: str, sheet: str
) -> tuple[Column | None, list[Finding]]:
    """Give a column the unit that its header names; its cells stay as typed.

    Returns
    -------
    column : Column or None
        None where the numbers are of another kind and cannot be converted.
    findings : list of Finding
    """
    said = about(table, ours)
    wanted = said.unit
    if said.kind != "number" or not wanted or not named.typed or named.unit == wanted:
        return column, []
    if named.unit and named.unit not in CONVERSIONS.get(wanted, {}):
        return None, [
            Finding(
                Severity.SET_ASIDE, table, sheet, None, column.header, "",
                f"The header says {named.typed}, but {ours} is in {wanted}, and one cannot be "
                "converted to the other. This column was not used. What are its numbers?",
                f"Give the numbers in {wanted}, or correct the header.",
            )
        ]  # fmt: skip
    return column.in_unit(named.typed), []
