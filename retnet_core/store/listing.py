"""Data sets in words and tables, for reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pandas as pd

from retnet_core import wording
from retnet_core.intake.findings import Severity
from retnet_core.intake.questions import Question, is_asked
from retnet_core.store.record import Record
from retnet_core.trial import Trial, join_words

SHORT_KEY = 6
"""Characters of a key that tell the readings of a file apart for a reader."""
_COLUMN = ["table", "sheet", "column"]
_COLUMNS = ("", "Name", "Brought (UTC)", "By", "Data cut", "Patients", "Rows used", "Layout",
            "Mapping", "Reading", "SHA-256")  # fmt: skip


def frame(records: Iterable[Record], open_now: str = "") -> pd.DataFrame:
    """Lay data sets out as a table, a row each, in the order given.

    ``open_now`` is the start of the key of the one that is open. "Reading" tells readings of the
    same file apart.
    """
    laid_out = [
        (
            "open" if open_now and one.key.startswith(open_now) else "",
            one.name,
            one.opened_at,
            one.opened_by or wording.MISSING,
            one.data_cut,
            one.patients,
            f"{one.rows_used:,} of {one.rows_read:,}",
            one.layout,
            "yes" if one.mapping else wording.MISSING,
            one.key[:SHORT_KEY],
            one.sha256[:12],
        )
        for one in records
    ]
    return pd.DataFrame(laid_out, columns=list(_COLUMNS))


def title(record: Record) -> str:
    """Tell a data set from all others: its name, when it was brought, the start of its key."""
    return f"{record.name}, brought {_time(record.opened_at)} ({record.key[:SHORT_KEY]})"


def fate(record: Record, among: Iterable[Record] = ()) -> str:
    """Say when a data set was deleted, or when and by what it was replaced.

    ``among`` are the data sets of which one may have taken its place; one that is not there was
    erased.
    """
    when = _time(record.deleted_at) if record.deleted_at else ""
    if not record.replaced_by:
        return f"deleted on {when}" if when else ""
    by = next((one for one in among if one.key == record.replaced_by), None)
    what = f"a new reading ({record.replaced_by[:SHORT_KEY]})"
    what += f" of {by.name}" if by and by.name != record.name else ""
    what += "" if by else ", which was erased since"
    return f"replaced on {when} by {what}"


def comparable(records: Sequence[Record], key: str) -> list[Record]:
    """Give the data sets that the one of a key can be compared with, the likeliest first.

    That is the one of the same make that was brought last before it. ``records`` are the newest
    first; where the key is of none of them, they stay so.
    """
    others = [one for one in records if one.key != key]
    for now in records:
        if now.key == key:
            others.sort(key=lambda one: (one.fingerprint != now.fingerprint,
                                         one.opened_at > now.opened_at))  # fmt: skip
    return others


def version_before(records: Sequence[Record], key: str) -> Record | None:
    """Find the file of the same make that was brought last before the data set of a key."""
    alike = [
        one
        for now in records
        if now.key == key
        for one in records
        if one.fingerprint == now.fingerprint
        and one.sha256 != now.sha256
        and one.opened_at < now.opened_at
    ]
    return max(alike, key=lambda one: one.opened_at, default=None)


def arrival(
    trial: Trial,
    before: Record | None = None,
    mapping_of: str = "",
    asked: Sequence[Question] = (),
) -> str:
    """Say of an export that was just opened what needs the user's attention.

    Parameters
    ----------
    trial : Trial
        The export.
    before : Record or None
        The version of it that was brought before.
    mapping_of : str
        The name of the data set whose mapping it was read by, "" where it was none.
    asked : sequence of Question
        What the user can answer of it (`retnet_core.intake.questions.asked`).

    Returns
    -------
    str
        Such as "155 patients; 1,666 rows read = 1,660 used + 6 set aside. 3 questions: answer them
        under Columns. 2 assumptions: see Findings."
    """
    source = trial.source
    told = [
        f"{source.name} is open: {wording.count(len(trial.patients), 'patient')}; "
        f"{source.rows_read:,} rows read = {source.rows_used:,} used + "
        f"{source.rows_set_aside:,} set aside.",
        *_to_do(trial.findings, asked),
    ]
    if mapping_of:
        told.append(
            f"Read by the mapping of '{mapping_of}', whose sheets and headers are the same: "
            "Columns shows it."
        )
    if before:
        told.append(f"It is a new version of {title(before)}: see What changed.")
    return " ".join(told)


def _to_do(findings: pd.DataFrame, asked: Sequence[Question]) -> Sequence[str]:
    """Say how many questions there are, one a column, and what else was left out or assumed."""
    cells = zip(findings["table"], findings["column"], findings["value"], strict=True)
    rest = findings[[not is_asked(asked, *cell) for cell in cells]]
    assumed = rest[rest["severity"] == Severity.ASSUMED]
    others = []
    if n := int((rest["severity"] == Severity.SET_ASIDE).sum()):
        others.append(f"{wording.count(n, 'finding')} of rows or cells left out")
    if n := len(assumed.drop_duplicates([*_COLUMN, "problem"])):
        others.append(wording.count(n, "assumption"))
    told = []
    if asked:
        them = "it" if len(asked) == 1 else "them"
        told.append(f"{wording.count(len(asked), 'question')}: answer {them} under Columns.")
    if others:
        told.append(f"{join_words(others)}: see Findings.")
    return told or ["Nothing was left out or assumed."]


def _time(when: dt.datetime) -> str:
    return f"{when:%d %b %Y, %H:%M} UTC"
