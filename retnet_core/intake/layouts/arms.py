"""Which of several columns of arms is the arm assigned, and which the arm received."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retnet_core.intake.findings import Finding, Severity
from retnet_core.protocol import fold

_ASSIGNED = re.compile(r"alloc|random|assign|planned|aleator|asign")
_GIVEN = re.compile(r"treat|behandl|therap|trait|tratam")
"""Words of headers, folded. A treatment alone is the arm, as most lists have no other."""


def received_among(headers: Mapping[int, str]) -> int | None:
    """Find the arm received among columns that could each be the arm.

    Parameters
    ----------
    headers : mapping of int to str
        By the place of the column.

    Returns
    -------
    int or None
        The place of a "treatment" that stands beside an "allocation".

    Examples
    --------
    >>> received_among({1: "Treatment", 2: "Allocation"})
    1
    >>> received_among({1: "Treatment", 2: "arm"}) is None
    True
    """
    words = {at: fold(header) for at, header in headers.items()}
    assigned = [at for at, word in words.items() if _ASSIGNED.search(word)]
    given = [at for at, word in words.items() if _GIVEN.search(word) and at not in assigned]
    return given[0] if assigned and len(given) == 1 else None


def told(sheet: str, arm: str, received: str) -> Finding:
    """Say that two columns of arms were told apart by their headers."""
    return Finding(
        Severity.ASSUMED, "patients", sheet, None, received, "",
        f"'{received}' stands beside '{arm}': '{arm}' was read as the arm assigned, '{received}' "
        "as the arm of the treatment given.",
        "Nothing, if that is so; else call the columns arm and arm_received.",
    )  # fmt: skip
