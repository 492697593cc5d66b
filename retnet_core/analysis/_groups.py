"""Groups of patients, shared by the survival methods: their labels, their order, their caveats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.result import Caution
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import CLOSED_ARMS, REFERENCE_ARM, UNKNOWN
from retnet_core.trial import join_words

ALL_PATIENTS = "All patients"
_TIMEFIX_DIGITS = 9
"""Of a day: 8.3 months x 30.4375 is 252.63125000000002 and must tie with 252.63125."""
FEW_EVENTS = 10


def group_labels(tte: TimeToEvent, by: str | None) -> pd.Series:
    """Give each row's group as text; ``"unknown"`` where it is missing, one group for None.

    Raises
    ------
    ValueError
        If the frame has no such column.
    """
    if by is None:
        return pd.Series(ALL_PATIENTS, index=tte.frame.index, dtype=object)
    if by not in tte.frame.columns:
        columns = ", ".join(map(str, tte.frame.columns))
        raise ValueError(f"there is no column {by!r} to divide patients by; there are {columns}")
    column = tte.frame[by]
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    text = column.map(lambda value: f"{value:g}" if number else str(value)).astype(object)
    return text.where(column.notna(), UNKNOWN)


def ordered_groups(tte: TimeToEvent, by: str | None, labels: pd.Series) -> tuple[str, ...]:
    """Order the groups that have patients: known levels first, numbers by size, then as they come.

    Labels not among the known levels follow in the order of the data; ``"unknown"`` is last.
    """
    present = list(dict.fromkeys(labels))
    known = [level for level in tte.levels.get(by or "", ()) if level in present]
    others = [level for level in present if level not in known and level != UNKNOWN]
    if by is not None and pd.api.types.is_numeric_dtype(tte.frame[by]):
        others = sorted(others, key=float)
    last = [UNKNOWN] if UNKNOWN in present and UNKNOWN not in known else []
    return (*known, *others, *last)


def group_codes(labels: pd.Series, groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give each row the place of its group."""
    places = {group: i for i, group in enumerate(groups)}
    return np.asarray(labels.map(places), dtype=np.int64)


def strata_codes(tte: TimeToEvent, strata: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give each row the number of its combination of levels; all zero without strata."""
    if not strata:
        return np.zeros(len(tte.frame), dtype=np.int64)
    levels = pd.DataFrame({name: group_labels(tte, name) for name in strata})
    return np.asarray(levels.groupby(list(strata)).ngroup(), dtype=np.int64)


def times(tte: TimeToEvent) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Give days and events as arrays; times that differ by float noise are one (R's timefix)."""
    days = tte.frame["days"].to_numpy(dtype=float).round(_TIMEFIX_DIGITS)
    return days, tte.frame["event"].to_numpy(dtype=bool)


def by_words(by: str | None) -> str:
    """Say what divides patients in words: "arm", "WHO grade"."""
    return "all patients together" if by is None else wording.column(by)


def guard_notes(tte: TimeToEvent, by: str | None = None) -> tuple[str, ...]:
    """Warn of few events, of a group without a value, and of arms that were closed early.

    What the times themselves are cautioned of goes with everything that is made of them.
    """
    notes: list[str] = [note for note in tte.notes if isinstance(note, Caution)]
    unknown = int(group_labels(tte, by).eq(UNKNOWN).sum())
    if by != "arm" and unknown:
        notes.append(
            f"{wording.count(unknown, 'patient')} with unknown {by_words(by)}: a group of their "
            "own, in tests and models as well."
        )
    if tte.landmark:
        notes.append(
            f"Counted from month {tte.landmark:g}: the groups are no longer as randomised, only "
            "those who got that far are in them."
        )
    events = int(tte.frame["event"].sum())
    if len(tte.frame) and events < FEW_EVENTS:
        notes.append(f"Few events ({events}): estimates are imprecise, tests have little power.")
    closed = [arm for arm in dict.fromkeys(tte.frame["arm"]) if arm in CLOSED_ARMS]
    if closed:
        notes.append(f"{join_words(closed)} was closed early, after a safety review.")
    return tuple(notes)


def choose_reference(groups: tuple[str, ...], asked: str | None) -> str:
    """Take the level asked for, else TAE, else the first; "" without groups.

    Raises
    ------
    ValueError
        If there are groups to compare and the level asked for is not among them.
    """
    if len(groups) < 2:
        return groups[0] if groups else ""
    if asked is None:
        return REFERENCE_ARM if REFERENCE_ARM in groups else groups[0]
    if asked not in groups:
        raise ValueError(
            f"no patients in {asked!r} to compare with; there are {join_words(groups)}"
        )
    return asked


def no_test(groups: int, events: int) -> str:
    """Say why groups cannot be compared."""
    if groups < 2:
        return "Nothing to compare: fewer than two groups have patients."
    if not events:
        return "Nothing to compare: no events."
    return "Nothing to compare: fewer than two groups were at risk at any event."


def stratified(strata: Sequence[str]) -> str:
    """Say by which columns a method is stratified, as the end of its name; "" by none."""
    return f", stratified by {join_words([by_words(name) for name in strata])}" if strata else ""
