"""Which row of one export is which row of another: the keys of the tables, and the matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.changes.coded import Coded, Codes, Texts
from retnet_core.tables import about

Alternatives = tuple[tuple[str, ...], ...]

KEYS: Mapping[str, Alternatives] = {
    "patients": ((),),
    "embolizations": (("cycle", "session"), ("date",)),
    "assessments": (("date",), ("visit",)),
    "adverse_events": (("term", "start_date"),),
    "questionnaires": (("instrument", "visit", "date", "item"),),
    "scores": (("instrument", "scale", "visit", "date"),),
    "labs": (("test", "date", "visit"),),
    "time_to_event": (("endpoint",),),
}
"""What tells the rows of a patient apart: columns, and columns to take where those are blank."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The rows of a table in two exports, by their place in `Coded` columns.

    Attributes
    ----------
    then, now : numpy.ndarray
        The rows that are in both, pair by pair, in the order of the later export.
    removed, added : numpy.ndarray
        The rows of one export only.
    repeated : int
        Rows among these that share their key with a row of the other export, but not clearly.
    unused : tuple of str
        Columns of the key that do without a value in one export and are left out for both.
    """

    then: Codes
    now: Codes
    removed: Codes
    added: Codes
    repeated: int
    unused: tuple[str, ...]


def match(columns: Mapping[str, Coded], alternatives: Alternatives) -> Matched:
    """Find the rows that are in both exports.

    Rows match where their key is that of one row of the patient in each export. Rows without a
    key, or with one that is repeated, are the same only where every cell is: any other choice
    among them would be a guess.

    Parameters
    ----------
    columns : mapping of str to Coded
        All columns of the table, patient_id among them.
    alternatives : tuple of tuple of str
        The table's entry in `KEYS`.
    """
    split, total = columns["patient_id"].split, len(columns["patient_id"].codes)
    usable, unused = _usable(columns, alternatives)
    chosen = _chosen(columns, usable)
    keys = _key_numbers(columns, usable, chosen)
    counts = [np.bincount(part, minlength=total) for part in (keys[:split], keys[split:])]
    clear = (counts[0] == 1) & (counts[1] == 1)
    alone = clear[keys] & (chosen >= 0)
    partner = np.empty(total, dtype=np.int64)
    partner[keys[:split]] = np.arange(split)
    now = _where(alone, split, total)
    then = partner[keys[now]]
    left_then, left_now = _where(~alone, 0, split), _where(~alone, split, total)
    same_then, same_now = _identical(columns, left_then, left_now)
    now, then = np.concatenate([now, same_now]), np.concatenate([then, same_then])
    order = np.argsort(now)
    removed = np.setdiff1d(left_then, same_then, assume_unique=True)
    added = np.setdiff1d(left_now, same_now, assume_unique=True)
    alike = (counts[0] > 0) & (counts[1] > 0)
    unclear = np.concatenate([removed, added])
    repeated = int((alike[keys[unclear]] & (chosen[unclear] >= 0)).sum())
    return Matched(then[order], now[order], removed, added, repeated, unused)


def key_texts(columns: Mapping[str, Coded], table: str, places: Codes) -> npt.NDArray[np.object_]:
    """Write the keys of some rows: "Fatigue, 2019-03-12", "cycle 1, session 2"."""
    some = {name: Coded(one.codes[places], one.texts, 0) for name, one in columns.items()}
    chosen = _chosen(some, KEYS[table])
    written = np.full(len(places), "", dtype=object)
    for i, names in enumerate(KEYS[table]):
        rows = np.flatnonzero(chosen == i)
        for name in names:
            part = _part(table, name, some[name].texts)[some[name].codes[rows]]
            between = np.where((written[rows] != "") & (part != ""), ", ", "")
            written[rows] = written[rows] + between.astype(object) + part
    return written


def _part(table: str, name: str, texts: Texts) -> Texts:
    """Put the name of a column before its numbers: "item 3"."""
    if about(table, name).kind != "number":
        return texts
    return np.array([f"{wording.column(name)} {text}" if text else "" for text in texts], object)


def _usable(
    columns: Mapping[str, Coded], alternatives: Alternatives
) -> tuple[Alternatives, tuple[str, ...]]:
    """Leave out of the keys what one of the exports never fills."""
    unused = tuple(
        name
        for names in alternatives
        for name in names
        if columns[name].filled_then != columns[name].filled_now
    )
    left = [(names, tuple(name for name in names if name not in unused)) for names in alternatives]
    return tuple(usable for names, usable in left if usable or not names), unused


def _chosen(columns: Mapping[str, Coded], alternatives: Alternatives) -> Codes:
    """Say which alternative each row goes by: the first without a blank, else with a value.

    -1 where all are blank.
    """
    rows = len(columns["patient_id"].codes)
    chosen = np.full(rows, -1, dtype=np.int64)
    for enough in (np.all, np.any):
        for i, names in enumerate(alternatives):
            filled = [~columns[name].blank for name in names] or [np.ones(rows, dtype=bool)]
            chosen[(chosen < 0) & enough(filled, axis=0)] = i
    return chosen


def _key_numbers(columns: Mapping[str, Coded], alternatives: Alternatives, chosen: Codes) -> Codes:
    """Give one number to rows of one patient with the same values of the same alternative."""
    parts = [columns["patient_id"].codes, chosen]
    for i, names in enumerate(alternatives):
        parts += [np.where(chosen == i, columns[name].codes, -1) for name in names]
    return _numbered(parts)


def _numbered(parts: Sequence[Codes]) -> Codes:
    """Give one number to rows that are the same in several columns of codes."""
    frame = pd.DataFrame(dict(enumerate(parts)))
    numbers = frame.groupby(list(frame.columns), sort=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def _where(chosen: npt.NDArray[np.bool_], start: int, end: int) -> Codes:
    return start + np.flatnonzero(chosen[start:end])


def _identical(columns: Mapping[str, Coded], then: Codes, now: Codes) -> tuple[Codes, Codes]:
    """Pair rows that are the same in every cell, as often as both exports have them."""
    places = np.concatenate([then, now])
    whole = pd.Series(_numbered([one.codes[places] for one in columns.values()]), dtype="int64")
    later = np.arange(len(places)) >= len(then)
    nth = whole.groupby([whole, later]).cumcount()
    unique = _numbered([np.asarray(whole), np.asarray(nth, dtype=np.int64)])
    _, i, j = np.intersect1d(
        unique[: len(then)], unique[len(then) :], assume_unique=True, return_indices=True
    )
    return then[i], now[j]
