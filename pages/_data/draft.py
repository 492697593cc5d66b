"""A file that is being read: dropped in, or opened again to change how it is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from secrets import token_hex

import streamlit as st

from pages._ui import kept, session
from retnet_core import Trial
from retnet_core.intake.files import Opened
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.understanding import Understanding
from retnet_core.store import Record

_KEY = "draft_of_export"


@dataclass(frozen=True, eq=False)
class Draft:
    """A file as it is understood so far.

    ``replaces`` is the key of the data set that this reading takes the place of, "" where the file
    is new; ``remembered`` names the data set whose mapping was taken. ``id`` is in the keys of the
    widgets: what was chosen for one file, or discarded, is never applied to the next.
    """

    original: bytes
    opened: Opened
    understood: Understanding
    replaces: str = ""
    remembered: str = ""
    id: str = field(default_factory=lambda: token_hex(4))

    @property
    def changed(self) -> bool:
        """Tell whether a data set is read otherwise here than it is kept."""
        trial = self.understood.trial
        return bool(self.replaces) and (trial is None or trial.source.key != self.replaces)

    @property
    def mapping(self) -> ExportMapping:
        """What the user has said so far."""
        return self.understood.mapping

    def read_by(self, mapping: ExportMapping) -> Draft:
        """Read the same file by another mapping."""
        return replace(self, understood=understand(self.opened, mapping), remembered="")


def current() -> Draft | None:
    """Give the file that is being read in this visit."""
    draft: Draft | None = st.session_state.get(_KEY)
    return draft


def put(draft: Draft | None) -> None:
    """Go on with a file; None lets go of it."""
    st.session_state[_KEY] = draft


def of_kept(record: Record) -> Draft:
    """Open the file of a kept data set, to look at how it is read."""
    content = kept.store().content(record.key)
    opened = read_file(content, record.file)
    return Draft(content, opened, understand(opened, kept.mapping_of(record)), replaces=record.key)


def finish(draft: Draft) -> Trial:
    """Keep a file that opened, and make it the one this visit looks at."""
    trial = draft.understood.trial
    assert trial is not None
    named = kept.keep(draft.understood, trial, draft.original, draft.replaces)
    if draft.replaces:
        session.forget(draft.replaces)
    session.choose(session.keep(named, kept_too=True))
    put(None)
    return named
