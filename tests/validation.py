"""Compares numbers with a reference, and keeps a record of it for docs/validation.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from retnet_core import methods
from retnet_core.methods import STATISTICS, TINY, Agreement

REFERENCES = {(one.key, kind) for one in STATISTICS for kind in one.reference}
RECORDS: dict[tuple[str, str], Agreement] = {}
"""What this run has compared so far."""


def agree(
    statistic: str,
    found: Any,
    expected: Any,
    *,
    reference: str = methods.R,
    rtol: float = 1e-8,
    atol: float = 0.0,
) -> None:
    """Assert that numbers agree (NaN with NaN), and record how well.

    ``statistic`` and ``reference`` are a key of ``methods.STATISTICS`` and one of its references;
    others raise a KeyError, and so that nothing passes untested, no numbers raise a ValueError.
    """
    if (statistic, reference) not in REFERENCES:
        raise KeyError(f"methods.STATISTICS has no {statistic!r} checked against {reference!r}")
    ours, theirs = np.broadcast_arrays(np.asarray(found, float), np.asarray(expected, float))
    if not ours.size:
        raise ValueError(f"no numbers of {statistic!r} to compare")
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    before = RECORDS.get((statistic, reference), Agreement(0, 0.0))
    RECORDS[(statistic, reference)] = Agreement(
        before.n + ours.size, max(before.deviation, deviation(ours, theirs))
    )


def deviation(found: np.ndarray, expected: np.ndarray) -> float:
    """Give the largest |found - expected| / max(|expected|, TINY); 0 where equal or both NaN."""
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    gap = np.abs(found[~same] - expected[~same]) / np.maximum(np.abs(expected[~same]), TINY)
    return float(gap.max(initial=0.0))


def unchecked(records: Mapping[tuple[str, str], Agreement]) -> str:
    """Name what has no record in a sentence, or nothing."""
    missing = [
        f"{one.name} ({kind})"
        for one in STATISTICS
        for kind in one.reference
        if (one.key, kind) not in records
    ]
    if not missing:
        return ""
    return (
        f"No test compared what retnet_core/methods.py lists: {'; '.join(missing)}. "
        "docs/validation.md is left as it was."
    )
