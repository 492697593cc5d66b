"""Findings by problem: what is wrong is said once, with how many cells it concerns, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from retnet_core.intake.findings import Severity
from retnet_core.wording import count

COLUMNS = ("severity", "cells", "where", "problem", "remedy")
MOST_PLACES = 3
"""Columns that the places name."""
MOST_ROWS = 3
MOST_VALUES = 3
_COUNTED = re.compile(r" This concerns ([0-9,]+) cells \((rows .*?)\)\.$")
"""How a finding ends that counts its cells (`retnet_core.intake.findings.about_cells`)."""


class _Finding(NamedTuple):
    """The columns of a finding that tell problem and place."""

    severity: str
    sheet: str
    row: Any
    column: str
    value: str
    problem: str
    remedy: str


_Found = Sequence[tuple[_Finding, int | None, str]]
"""Findings that say the same: each with how many cells it concerns, and their rows if counted."""


def by_problem(findings: pd.DataFrame) -> pd.DataFrame:
    """Group findings that say the same.

    Parameters
    ----------
    findings : pandas.DataFrame
        As `retnet_core.intake.findings.as_frame` lays them out.

    Returns
    -------
    pandas.DataFrame
        severity, cells (how many it concerns; missing where it concerns a sheet or the file),
        where (the first places in words), problem, remedy. A row a problem: the worst first, of
        equals what concerns more than single cells, then by the number of cells.
    """
    groups: dict[tuple[str, str, str], list[tuple[_Finding, int | None, str]]] = {}
    for one in map(_Finding._make, findings[list(_Finding._fields)].itertuples(index=False)):
        counted = _COUNTED.search(one.problem)
        problem = one.problem[: counted.start()] if counted else one.problem
        size = None if pd.isna(one.row) else 1
        if counted:
            size = int(counted[1].replace(",", ""))
        rows = counted[2] if counted else ""
        groups.setdefault((one.severity, problem, one.remedy), []).append((one, size, rows))
    frame = pd.DataFrame(
        [
            (severity, _sum(size for _, size, _ in found), _where(found), problem, remedy)
            for (severity, problem, remedy), found in groups.items()
        ],
        columns=list(COLUMNS),
    ).astype({"cells": "Int64"})
    worst = frame["severity"].map({str(one): at for at, one in enumerate(Severity)})
    order = pd.DataFrame({"worst": worst, "cells": -frame["cells"]})
    ordered = order.sort_values(["worst", "cells"], kind="stable", na_position="first").index
    return frame.loc[ordered].reset_index(drop=True)


def _sum(sizes: Iterable[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if known else None


def _where(found: _Found) -> str:
    """Name the first places: sheet, column, rows and what stands there."""
    places: dict[tuple[str, str], list[tuple[_Finding, str]]] = {}
    for one, _, rows in found:
        places.setdefault((one.sheet, one.column), []).append((one, rows))
    shown = [_place(*place, its) for place, its in list(places.items())[:MOST_PLACES]]
    more = len(places) - MOST_PLACES
    told = "; ".join(filter(None, shown))
    return f"{told}; and {count(more, 'more column')}" if more > 0 else told


def _place(sheet: str, column: str, its: Sequence[tuple[_Finding, str]]) -> str:
    name = ", ".join(filter(None, (sheet, column)))
    # A finding that counts its cells names several of their values already.
    values = list(dict.fromkeys(one.value if rows else f"'{one.value}'"
                                for one, rows in its if one.value))  # fmt: skip
    told = ", ".join(values[:MOST_VALUES])
    if len(values) > MOST_VALUES:
        told += ", ..."
    rows = ", ".join(_rows(its))
    return " ".join(filter(None, (f"{name}:" if name and rows else name, rows,
                                  f"({told})" if told else "")))  # fmt: skip


def _rows(its: Sequence[tuple[_Finding, str]]) -> Iterator[str]:
    yield from (rows for _, rows in its if rows)
    single = [int(one.row) for one, rows in its if not rows and pd.notna(one.row)]
    if single:
        shown = ", ".join(str(row) for row in single[:MOST_ROWS])
        more = f" and {len(single) - MOST_ROWS:,} more" if len(single) > MOST_ROWS else ""
        yield f"{'row' if len(single) == 1 else 'rows'} {shown}{more}"
