"""What the user changed in how a file is read, and has not had it read by yet."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages._data import draft as drafts
from pages._data.draft import Draft
from retnet_core.intake import rereading
from retnet_core.intake.mapping import ExportMapping

_KEY = "said_of_columns"


@dataclass(frozen=True)
class _Kept:
    """The changes to one draft; ``turn`` counts how often its widgets began anew."""

    draft: str
    turn: int = 0
    mapping: ExportMapping | None = None


@dataclass(frozen=True, eq=False)
class Said:
    """The changes that wait, of one draft: they stay while the user looks at other columns."""

    draft: Draft

    @property
    def mapping(self) -> ExportMapping:
        """The mapping with the changes that wait."""
        waiting = self._kept.mapping
        return self.draft.mapping if waiting is None else waiting

    @property
    def waiting(self) -> tuple[str, ...]:
        """The changes that wait, each in words."""
        return rereading.changes(self.draft.mapping, self.mapping)

    def key(self, name: str) -> str:
        """Name a widget that says something: it begins anew after changes were read or dropped."""
        return f"{self.draft.id}_{self._kept.turn}_mapping_{name}"

    def place(self, name: str) -> str:
        """Name a widget that chooses what is looked at: it stays for the file."""
        return f"{self.draft.id}_mapping_{name}"

    def change(self, mapping: ExportMapping) -> None:
        """Add a change to those that wait."""
        st.session_state[_KEY] = _Kept(self.draft.id, self._kept.turn, mapping)

    def drop(self) -> None:
        """Forget the changes that wait."""
        st.session_state[_KEY] = _Kept(self.draft.id, self._kept.turn + 1)

    def read(self, mapping: ExportMapping) -> None:
        """Read the file by a mapping; what came of it is kept only when the user says so."""
        with st.spinner("Reading the file again"):
            drafts.put(self.draft.read_by(mapping))
        self.drop()
        st.rerun()

    @property
    def _kept(self) -> _Kept:
        kept = st.session_state.get(_KEY)
        if isinstance(kept, _Kept) and kept.draft == self.draft.id:
            return kept
        return _Kept(self.draft.id)
