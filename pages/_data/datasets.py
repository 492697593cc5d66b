"""The data sets that stay: open, rename, delete, and undo that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages._data import bring
from pages._ui import kept, session
from pages._ui.text import escape
from retnet_core import wording
from retnet_core.store import Record, StoreError, listing

_NAME = "name_"


def show() -> None:
    """List the kept data sets."""
    try:
        records = kept.store().list(include_deleted=True)
    except StoreError as problem:
        st.error(escape(str(problem)))
        return
    if not_done := st.session_state.pop("not_done", ""):
        st.error(escape(not_done))
    there = [one for one in records if one.deleted_at is None]
    if there:
        _list(there)
    else:
        st.info("No export is kept yet. What you bring and open stays here until it is deleted.")
    gone = [one for one in records if one.deleted_at]
    _gone(
        "Deleted",
        "Deleted data sets can be brought back until they are erased for good.",
        [one for one in gone if not one.replaced_by],
        records,
    )
    _gone(
        "Earlier readings",
        "A reading that was replaced can be brought back: it then stands beside the one that "
        "replaced it.",
        [one for one in gone if one.replaced_by],
        records,
    )


def _list(records: list[Record]) -> None:
    picked = st.dataframe(
        listing.frame(records, session.current_key()),
        hide_index=True,
        key=f"kept_data_sets_{st.session_state.get('lists', 0)}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Brought (UTC)": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Reading": st.column_config.TextColumn(
                help="Tells the readings of a file apart: the data set's link begins with it."
            ),
        },
        alt="The data sets that are kept",
    ).selection.rows
    st.caption("Tick a data set to open, rename or delete it.")
    if picked:
        _actions(records[picked[0]])


def _actions(record: Record) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", record.name, key=_NAME + record.key, width=340)
        st.button("Rename", on_click=_try, args=(_rename, record.key))
        st.button("Open", type="primary", on_click=session.choose,
                  args=(record.key[: session.KEY_LENGTH],))  # fmt: skip
        st.button("Delete", icon=":material/delete:", on_click=_try,
                  args=(_delete, record.key))  # fmt: skip


def _try(change: Callable[..., None], *args: str) -> None:
    """Change what is kept; why it could not be done is said over the list."""
    bring.dismiss()  # what a banner says of other data sets may be true no more
    try:
        change(*args)
    except StoreError as problem:
        st.session_state["not_done"] = str(problem)


def _rename(key: str) -> None:
    # What was typed just before the click is in the session, not yet in what the page has drawn.
    if name := st.session_state[_NAME + key].strip():
        kept.store().rename(key, name)
        session.forget(key)
        st.toast(f"The data set is called {escape(name)} now.")


def _restore(key: str) -> None:
    kept.store().restore(key)
    st.toast("The data set was brought back: it is in the list again.")


def _delete(key: str) -> None:
    kept.store().delete(key)
    session.forget(key)
    st.session_state["lists"] = st.session_state.get("lists", 0) + 1  # nothing stays ticked
    st.toast("The data set was deleted. It can be brought back under Deleted.")
    if key.startswith(session.current_key()):
        session.choose(session.key_of(session.open_demo()))


def _gone(title: str, about: str, records: Sequence[Record], among: Sequence[Record]) -> None:
    """List data sets that are deleted, with when and why."""
    if not records:
        return
    with st.expander(f"{title} ({len(records)})"):
        st.caption(about)
        for one in records:
            said, undo, erase = st.columns([7, 1.3, 1.7], vertical_alignment="center")
            said.markdown(
                f"{escape(listing.title(one))}: {wording.count(one.patients, 'patient')}, "
                + escape(listing.fate(one, among))
            )
            undo.button("Bring back", key=f"undo_{one.key}", on_click=_try,
                        args=(_restore, one.key))  # fmt: skip
            with erase.popover("Erase for good"):
                st.markdown(
                    f"{escape(one.name)}, {one.patients:,} patients: this cannot be undone."
                )
                st.button("Erase it", key=f"erase_{one.key}", on_click=_try,
                          args=(kept.store().erase, one.key))  # fmt: skip
