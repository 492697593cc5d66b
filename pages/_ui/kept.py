"""The data sets that stay, in the database of this machine or of a server."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from retnet_core import Trial, load_export
from retnet_core.intake.mapping import ExportMapping, from_yaml, to_yaml
from retnet_core.intake.understanding import Understanding
from retnet_core.store import NO_DATABASE, Record, Store, StoreError

URL = "RETNET_DATABASE_URL"
"""The environment variable that names the database, where it is not the file below."""
FILE = Path(__file__).resolve().parents[2] / "data" / "kept" / "datasets.sqlite"


def store() -> Store:
    """Open the store; raises StoreError where its database cannot be reached."""
    url = os.environ.get(URL) or f"sqlite:///{FILE}"
    try:
        return _store(st.connection("datasets", type="sql", url=url).engine)
    except (ArgumentError, ImportError) as error:  # its message may hold the password
        raise StoreError(NO_DATABASE) from error


@lru_cache(maxsize=4)
def _store(engine: Engine) -> Store:
    return Store(engine)


def keep(understood: Understanding, trial: Trial, original: bytes, replaces: str = "") -> Trial:
    """Keep an export that opened: its file, its mapping, what was found.

    ``replaces`` is the key of the data set that this is a new reading of, "" where it is none. The
    trial comes back under the name that the data set has.
    """
    source = trial.source
    mapping = understood.mapping
    record = Record(
        key=source.key,
        name=source.name,
        file=source.name,
        sha256=source.sha256,
        mapping="" if mapping.is_empty else to_yaml(mapping),
        fingerprint=understood.fingerprint,
        layout=source.layout,
        data_cut=source.data_cut,
        synthetic=source.synthetic,
        patients=len(trial.patients),
        rows_read=source.rows_read,
        rows_used=source.rows_used,
        rows_set_aside=source.rows_set_aside,
        findings=trial.findings.to_json(orient="records", force_ascii=False),
        opened_by=_visitor(),
    )
    content = original if understood.kept is None else understood.kept
    if not replaces:
        store().keep(record, content)
        return trial
    return _called(trial, store().replace(replaces, record, content).name)


def _called(trial: Trial, name: str) -> Trial:
    return replace(trial, source=replace(trial.source, name=name))


def reopen(start: str) -> Trial | None:
    """Open the data set of a link again; None where it is not kept, or was deleted."""
    record = store().find_by_prefix(start)
    if record is None or record.deleted_at:
        return None
    trial = load_export(store().content(record.key), record.file, mapping_of(record))
    return _called(trial, record.name)


def is_there(start: str) -> bool:
    """Tell whether a data set is kept and not deleted."""
    record = store().find_by_prefix(start)
    return record is not None and record.deleted_at is None


def mapping_of(record: Record) -> ExportMapping:
    """Give the mapping that a data set was opened with."""
    return from_yaml(record.mapping) if record.mapping else ExportMapping()


def _visitor() -> str:
    """Name who is signed in, "" where nobody signs in."""
    return str(st.user.get("email") or st.user.get("name") or "")
