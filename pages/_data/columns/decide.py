"""What stands over the columns: the changes that wait, and whether a new reading is kept."""

from __future__ import annotations

import streamlit as st

from pages._data import draft as drafts
from pages._data.bring import open_draft
from pages._data.draft import Draft
from pages._data.said import Said
from pages._ui import session
from pages._ui.text import escape
from retnet_core import wording
from retnet_core.intake import rereading

_MOST_NAMED = 4


def show(said: Said) -> None:
    """Say what waits, and what came of the last reading; take the decision."""
    draft = said.draft
    if waiting := said.waiting:
        _waiting(said, waiting)
    trial = draft.understood.trial
    if not draft.replaces or (trial and trial.source.key == draft.replaces):
        return
    if draft.understood.error:
        st.error(
            f"Read in the new way the file cannot be opened. {escape(str(draft.understood.error))}"
        )
        _discard(said)
        return
    _outcome(draft)
    with st.container(horizontal=True):
        if st.button(
            "Keep this reading", type="secondary" if waiting else "primary", disabled=bool(waiting),
            help="Read the file by the changes that wait, or drop them." if waiting else None,
        ):  # fmt: skip
            open_draft(draft)
        _discard(said)


def remind(said: Said) -> None:
    """Say beside the widgets that changes wait: what stands over the columns may be out of sight.

    It is there before anything waits, so that nothing moves under the pointer.
    """
    waiting = len(said.waiting)
    if st.button(
        f"Read the file this way ({wording.count(waiting, 'change')})" if waiting
        else "Read the file this way", disabled=not waiting, key=said.key("use_here"),
    ):  # fmt: skip
        said.read(said.mapping)


def _waiting(said: Said, waiting: tuple[str, ...]) -> None:
    named = "; ".join(waiting[:_MOST_NAMED])
    more = len(waiting) - _MOST_NAMED
    told = f"{named}; and {more} more" if more > 0 else named
    many = wording.count(len(waiting), "change waits", "changes wait")
    st.info(f"**{many}.** {escape(told)}.")
    with st.container(horizontal=True):
        if st.button("Read the file this way", type="primary", key=said.key("use")):
            said.read(said.mapping)
        st.button("Drop these changes", key=said.key("drop"), on_click=said.drop)


def _outcome(draft: Draft) -> None:
    now, before = draft.understood.trial, session.find(draft.replaces[: session.KEY_LENGTH])
    assert now is not None
    told = rereading.outcome(before, now) + " " if before else ""
    st.info(
        f"{escape(told)}Nothing is changed until you keep it; the reading so far then stays under "
        "Data sets, Earlier readings."
    )


def _discard(said: Said) -> None:
    if st.button("Discard"):
        said.drop()
        drafts.put(None)
        st.rerun()
