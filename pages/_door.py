"""Every visit passes here: page set-up, data set, filters, navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages._ui import filters, kept, session
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.store import Record, StoreError
from retnet_core.store.listing import SHORT_KEY, fate

HERE = Path(__file__).parent


def _what_became(key: str) -> tuple[str, Record | None]:
    """Say why the data set of a link is not there, and give the new reading where there is one."""
    store = kept.store()
    record = store.find_by_prefix(key)
    if record is None:
        return (
            "This link shows an export that is not kept here. Upload the file again to see it, and "
            "read it the same way: Data sets then shows it with a reading that starts with "
            f"{key[:SHORT_KEY]}."
        ), None
    by = store.find(record.replaced_by)
    newest = by
    while newest and newest.replaced_by:
        newest = store.find(newest.replaced_by)
    part = "Earlier readings" if record.replaced_by else "Deleted"
    said = (
        f"This link shows {record.name}, which was {fate(record, [by] if by else [])}. "
        f"It can be put back on the page Data, under Data sets, {part}."
    )
    return said, newest if newest and not newest.deleted_at else None


st.set_page_config("RETNET dashboard", HERE / "_ui" / "icon.png", layout="wide")
st.html(HERE / "_ui" / "style.css")
page = st.navigation(
    [
        st.Page("overview.py", title="Overview", default=True),
        st.Page("survival.py", title="Survival"),
        st.Page("safety.py", title="Safety"),
        st.Page("quality_of_life.py", title="Quality of life"),
        st.Page("upload.py", title="Data"),
        st.Page("methods.py", title="Methods"),
    ]
)

key = session.current_key()
why, newer = "", None
try:
    trial = session.find(key)
    if trial is None:
        why, newer = _what_became(key)
except (StoreError, ExportError) as problem:
    trial, why = None, f"The data set of this link cannot be opened. {problem}"
st.session_state[session.PREPARED] = None
if trial is None:
    st.warning(escape(why))
    if newer:
        st.button(
            "Open the new reading", type="primary", on_click=session.choose,
            args=(newer.key[: session.KEY_LENGTH],),
        )  # fmt: skip
    demo = session.key_of(session.open_demo())
    st.button("Open the synthetic export instead", on_click=session.choose, args=(demo,))
    if page.title not in ("Data", "Methods"):
        st.page_link("upload.py", label="Upload an export", icon=":material/upload:")
        st.stop()
else:
    if trial.source.synthetic:
        st.html('<div class="synthetic" role="note">SYNTHETIC DEMONSTRATION DATA</div>')
    with st.sidebar:
        st.session_state[session.PREPARED] = filters.show(trial)
        cut = trial.source.data_cut
        st.caption(
            f"**{escape(trial.source.name)}**  \n"
            + (f"data cut {cut:%d %b %Y}" if cut else "data cut unknown")
            + ("" if trial.source.data_cut_stated or not cut else " (latest date in the file)")
        )
page.run()
