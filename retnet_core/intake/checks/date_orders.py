"""Columns of a sheet whose dates stand in different orders, and what others show of an open one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from retnet_core.intake.cells import NOT_GUESSED, WRITE_ISO
from retnet_core.intake.date_orders import ShownOrder
from retnet_core.intake.doctor import Tables
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.sheets import where_is
from retnet_core.trial import join_words

_ASKS = "Is this "
"""How a question about the order of a date begins."""
_TURNED = ("day first", "month first")
_MOST = 3
"""Columns of a kind that a sentence names."""


def compare_orders(tables: Tables) -> None:
    """Report columns of a sheet that contradict each other, and tell a question what others show.

    Whoever exports a sheet writes all its dates in one way. So of two columns of which one can only
    be day first and the other only month first, one may have been turned on its way; and where
    nothing in a column decides, the others may help whoever is asked.
    """
    shown: dict[str, dict[str, tuple[str, ShownOrder]]] = defaultdict(dict)
    for name, table in tables.items():
        for one in table.orders:
            shown[one.sheet].setdefault(one.header, (name, one))
    agreed: dict[str, list[ShownOrder]] = {}
    for sheet, by_header in shown.items():
        found = [one for _, one in by_header.values()]
        if all(any(one.order == order for one in found) for order in _TURNED):
            name = next(iter(by_header.values()))[0]
            tables[name].findings.append(_contradiction(name, sheet, found))
        elif len({one.order for one in found}) == 1:
            agreed[sheet] = found
    for table in tables.values():
        table.findings = [_with_hint(one, agreed) for one in table.findings]


def _contradiction(table: str, sheet: str, found: list[ShownOrder]) -> Finding:
    first, second = ([one for one in found if one.order == order] for order in _TURNED)
    return Finding(
        Severity.ASSUMED, table, sheet, None, some_of([one.header for one in (*first, *second)]),
        some_of([one.example for one in (*first, *second)]),
        f"The dates of {_named(first)} can only be day first, those of {_named(second)} only "
        "month first. That is a contradiction in one sheet: one of the two may be wrong. Each "
        "column was read in its own order.",
        f"Compare a few dates of both with the source, and correct those that were turned. "
        f"{WRITE_ISO}",
    )  # fmt: skip


def _named(found: list[ShownOrder]) -> str:
    """Name columns with an example each, the first ones where there are many."""
    told = [f"'{one.header}' ('{one.example}')" for one in found[:_MOST]]
    more = len(found) - len(told)
    return join_words([*told, *([f"{more} more"] if more else [])])


def _with_hint(found: Finding, agreed: Mapping[str, list[ShownOrder]]) -> Finding:
    """Add what the other columns of its sheet show to a question about the order of a date."""
    if not (found.problem.startswith(_ASKS) and NOT_GUESSED in found.problem):
        return found
    column = found.places[0].column if found.places else found.column
    sheet, header = where_is(column, found.sheet)
    others = [one for one in agreed.get(sheet, []) if one.header != header]
    if not others:
        return found
    one = others[0]
    which = "Other columns of this sheet are" if others[1:] else "Another column of this sheet is"
    hint = f"{NOT_GUESSED} {which} {one.order} ('{one.example}' in '{one.header}')."
    return replace(
        found,
        problem=found.problem.replace(NOT_GUESSED, hint),
        each=found.each.replace(NOT_GUESSED, hint),
    )
