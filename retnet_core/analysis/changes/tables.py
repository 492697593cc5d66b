"""Which patients, rows and cells differ between two exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.changes.coded import Coded, Codes, code
from retnet_core.analysis.changes.exports import names, remarks
from retnet_core.analysis.changes.rows import KEYS, Matched, key_texts, match
from retnet_core.analysis.result import Result
from retnet_core.tables import SCHEMAS
from retnet_core.trial import Trial, join_words
from retnet_core.wording import MORE

_SUMMARY = ["table", "rows_then", "rows_now", "added", "removed", "changed_cells"]
_PATIENTS = ["patient_id", "what"]
_ROWS = ["table", "patient_id", "key", "what"]
_CELLS = ["table", "patient_id", "key", "column", "then", "now"]
_METHOD = (
    "The whole exports compared cell by cell; patients are matched by patient_id, other rows of a "
    "patient by a key: {keys}. A row whose key has changed is a row removed and a row added. Rows "
    "that have no key, or share it with another row of the patient, are taken as the same only "
    "where every cell is, else as removed and added. Numbers are compared to 12 digits."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tables(Result):
    """What differs between the tables of two exports.

    Attributes
    ----------
    then_name, now_name : str
        What the exports are called, such as "export of 1 March 2024".
    summary : pandas.DataFrame
        table, rows_then, rows_now, added, removed (rows), changed_cells: a row a table;
        rows_then + added - removed is rows_now.
    patients : pandas.DataFrame
        patient_id, what ("new", "removed", "changed": in both exports, with another cell or row
        in any table); patients without a change are not listed.
    rows : pandas.DataFrame
        table, patient_id, key, what ("added", "removed"): rows of the tables but patients.
    cells : pandas.DataFrame
        table, patient_id, key, column, then, now (texts, "" is blank): cells of rows that are in
        both exports. The key says which row of the patient, "" in patients. Further columns of
        the export are called "more: HEADER".
    """

    then_name: str
    now_name: str
    summary: pd.DataFrame
    patients: pd.DataFrame
    rows: pd.DataFrame
    cells: pd.DataFrame


def tables(then: Trial, now: Trial) -> Tables:
    """Compare two exports of the trial, row by row and cell by cell.

    Parameters
    ----------
    then, now : Trial
        The earlier and the later export; of a narrowed one the whole.

    Returns
    -------
    Tables
        Rows are matched by the keys of `rows.KEYS`. A match that is not clear is never made: such
        rows are removed and added, and a note counts them.
    """
    then, now = then.whole, now.whole
    called = names(then, now)
    found = [_compare(name, then, now, called) for name in SCHEMAS]
    rows = _stack([one.rows for one in found if one.name != "patients"], _ROWS)
    cells = _stack([one.cells for one in found], _CELLS)
    return Tables(
        then_name=called[0],
        now_name=called[1],
        summary=pd.DataFrame([one.counts for one in found], columns=_SUMMARY),
        patients=_patients(then, now, rows, cells),
        rows=rows,
        cells=cells,
        method=_METHOD.format(keys=_keys_in_words()),
        notes=(
            *remarks(then, now),
            *_alike_ids(then, now),
            *_more_columns_of_one(then, now, called),
            *(note for one in found for note in one.notes),
            *_set_aside(then, called[0], sum(one.counts[3] for one in found)),
            *_set_aside(now, called[1], sum(one.counts[4] for one in found)),
            *_unreadable(cells, then, now),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Difference:
    """What differs in one table."""

    name: str
    counts: tuple[str, int, int, int, int, int]
    rows: pd.DataFrame
    cells: pd.DataFrame
    notes: tuple[str, ...]


def _compare(name: str, then: Trial, now: Trial, called: tuple[str, str]) -> _Difference:
    before, after = _with_more_columns(name, then, now)
    columns = {str(column): code(before[column], after[column]) for column in before}
    matched = match(columns, KEYS[name])
    cells = _changed_cells(name, columns, matched)
    rows = pd.concat(
        [
            _listed(name, columns, matched.added).assign(what="added"),
            _listed(name, columns, matched.removed).assign(what="removed"),
        ],
        ignore_index=True,
    )
    counts = (
        name, len(before), len(after), len(matched.added), len(matched.removed), len(cells)
    )  # fmt: skip
    compared = len(before) > 0 and len(after) > 0
    notes = _table_notes(name, columns, matched, called) if compared else ()
    return _Difference(name, counts, rows, cells, notes)


def _with_more_columns(name: str, then: Trial, now: Trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a table of both exports, patients with the further columns that both have."""
    before: pd.DataFrame = getattr(then, name)
    after: pd.DataFrame = getattr(now, name)
    if name != "patients":
        return before, after
    both = [title for title in then.more_columns if title in now.more_columns]
    return _beside(before, then.more_columns[both]), _beside(after, now.more_columns[both])


def _beside(patients: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    parts = [patients.reset_index(drop=True), more.reset_index(drop=True).add_prefix(MORE)]
    return pd.concat(parts, axis=1)


def _listed(name: str, columns: Mapping[str, Coded], places: Codes) -> pd.DataFrame:
    """Say which rows these are: table, patient_id, key."""
    return pd.DataFrame(
        {
            "table": np.full(len(places), name, dtype=object),
            "patient_id": columns["patient_id"].read(places),
            "key": key_texts(columns, name, places),
        }
    )


def _changed_cells(name: str, columns: Mapping[str, Coded], matched: Matched) -> pd.DataFrame:
    parts = []
    for column, coded in columns.items():
        differs = np.flatnonzero(coded.codes[matched.then] != coded.codes[matched.now])
        if not len(differs):
            continue
        then, now = matched.then[differs], matched.now[differs]
        part = _listed(name, columns, now).assign(
            column=column, then=coded.read(then), now=coded.read(now)
        )
        parts.append(part.set_index(now))
    if not parts:
        return _stack([], _CELLS)
    # By row in the order of the later export, then by column in that of the table.
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)[_CELLS]


def _stack(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=columns, dtype=object)
    return pd.concat(filled, ignore_index=True)[columns]


def _patients(then: Trial, now: Trial, rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    before, after = then.patients["patient_id"], now.patients["patient_id"]
    kept = after[after.isin(before)]
    touched = pd.concat([rows["patient_id"], cells["patient_id"]])
    parts = {
        "new": after[~after.isin(before)],
        "removed": before[~before.isin(after)],
        "changed": kept[kept.isin(touched)],
    }
    listed = [pd.DataFrame({"patient_id": ids, "what": what}) for what, ids in parts.items()]
    return _stack(listed, _PATIENTS)


def _keys_in_words() -> str:
    told = []
    for name, alternatives in KEYS.items():
        ways = [join_words([wording.column(column) for column in one]) for one in alternatives
                if one]  # fmt: skip
        told += [f"{wording.column(name)} by {', else by '.join(ways)}"] if ways else []
    return "; ".join(told)


def _table_notes(
    name: str, columns: Mapping[str, Coded], matched: Matched, called: tuple[str, str]
) -> tuple[str, ...]:
    """Say what a reader must know of one table before believing its counts."""
    notes = []
    for column, coded in columns.items():
        if coded.filled_then != coded.filled_now:
            which, other = called if coded.filled_now else called[::-1]
            notes.append(f"{name}: {column} is blank in the whole {which}, not in the {other}.")
    if matched.unused:
        notes.append(
            f"{name}: rows are matched without {join_words(list(matched.unused))}, which one of "
            "the exports leaves blank."
        )
    if matched.repeated:
        notes.append(
            f"{name}: {wording.count(matched.repeated, 'row')} could be any of several rows of "
            "the other export: listed as removed and added."
        )
    return tuple(notes)


def _alike_ids(then: Trial, now: Trial) -> list[str]:
    """Say that ids of one export only could be the same patients, written in another way."""
    before, after = (set(trial.patients["patient_id"]) for trial in (then, now))
    gone, new = ({_plain(one) for one in ids} for ids in (before - after, after - before))
    alike = len(gone & new)
    if not alike:
        return []
    return [
        f"{wording.count(alike, 'patient_id')} of removed and new patients differ only in case, "
        "blanks or leading zeros: probably the same patients, counted as removed and new."
    ]


def _plain(patient_id: str) -> str:
    return "".join(patient_id.split()).casefold().lstrip("0")


def _more_columns_of_one(then: Trial, now: Trial, called: tuple[str, str]) -> list[str]:
    notes = []
    for one, other, name in ((then, now, called[0]), (now, then, called[1])):
        alone = [str(title) for title in one.more_columns if title not in other.more_columns]
        if alone:
            notes.append(f"Only the {name} can be divided by {join_words(alone)}: not compared.")
    return notes


def _set_aside(trial: Trial, name: str, lacking: int) -> list[str]:
    """Say that rows which an export lacks may be in its file all the same."""
    n = trial.source.rows_set_aside
    if not n or not lacking:
        return []
    return [
        f"The {name} had {wording.count(n, 'row')} set aside when it was opened: rows that it "
        "seems to lack may be among them."
    ]


def _unreadable(cells: pd.DataFrame, then: Trial, now: Trial) -> list[str]:
    """Count changed cells whose blank may stand for something that intake could not read."""
    where = ["table", "column", "patient_id"]
    at = pd.MultiIndex.from_frame(cells[where])
    blank = np.zeros(len(cells), dtype=bool)
    for trial, side in ((then, "then"), (now, "now")):
        emptied = pd.MultiIndex.from_frame(trial.unreadable[where].astype(object))
        blank |= cells[side].eq("").to_numpy(dtype=bool) & at.isin(emptied)
    n = int(blank.sum())
    if not n:
        return []
    return [
        f"{wording.count(n, 'changed cell')} may be blank only because what stood there could not "
        "be read: see what was noticed when the export was opened."
    ]
