"""The data sets that stay: open, rename, delete, and undo that."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages._ui import kept, session
from pages._ui.text import escape
from retnet_core.store import Record, StoreError


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
    _deleted([one for one in records if one.deleted_at])


def as_frame(records: list[Record], open_now: str) -> pd.DataFrame:
    """Lay records out for reading."""
    return pd.DataFrame(
        [
            {
                "": "open" if one.key.startswith(open_now) else "",
                "Name": one.name,
                "Brought": one.opened_at,
                "By": one.opened_by or "–",
                "Data cut": one.data_cut,
                "Patients": one.patients,
                "Rows used": f"{one.rows_used:,} of {one.rows_read:,}",
                "Layout": one.layout,
                "Mapping": "yes" if one.mapping else "–",
                "SHA-256": one.sha256[:12],
            }
            for one in records
        ]
    )


def _list(records: list[Record]) -> None:
    picked = st.dataframe(
        as_frame(records, session.current_key()),
        hide_index=True,
        key=f"kept_data_sets_{st.session_state.get('lists', 0)}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Brought": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
        alt="The data sets that are kept",
    ).selection.rows
    st.caption("Tick a data set to open, rename or delete it.")
    if picked:
        _actions(records[picked[0]])


def _actions(record: Record) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", record.name, key=f"name_{record.key}", width=340)
        st.button("Rename", on_click=_try, args=(_rename, record.key, name))
        st.button("Open", type="primary", on_click=session.choose,
                  args=(record.key[: session.KEY_LENGTH],))  # fmt: skip
        st.button("Delete", icon=":material/delete:", on_click=_try,
                  args=(_delete, record.key))  # fmt: skip


def _try(change: Callable[..., None], *args: str) -> None:
    """Change what is kept; why it could not be done is said over the list."""
    try:
        change(*args)
    except StoreError as problem:
        st.session_state["not_done"] = str(problem)


def _rename(key: str, name: str) -> None:
    if name.strip():
        kept.store().rename(key, name.strip())
        session.forget(key)


def _delete(key: str) -> None:
    kept.store().delete(key)
    session.forget(key)
    st.session_state["lists"] = st.session_state.get("lists", 0) + 1  # nothing stays ticked
    st.toast("The data set was deleted. It can be brought back under Deleted.")
    if key.startswith(session.current_key()):
        session.choose(session.key_of(session.open_demo()))


def _deleted(records: list[Record]) -> None:
    if not records:
        return
    with st.expander(f"Deleted ({len(records)})"):
        st.caption("Deleted data sets can be brought back until they are erased for good.")
        for one in records:
            row = st.container(horizontal=True, vertical_alignment="center")
            row.markdown(f"{escape(one.name)} · {one.patients:,} patients · {one.sha256[:12]}")
            row.button("Undo", key=f"undo_{one.key}", on_click=_try,
                       args=(kept.store().restore, one.key))  # fmt: skip
            with row.popover("Erase for good"):
                st.markdown(
                    f"{escape(one.name)}, {one.patients:,} patients: this cannot be undone."
                )
                st.button("Erase it", key=f"erase_{one.key}", on_click=_try,
                          args=(kept.store().erase, one.key))  # fmt: skip
