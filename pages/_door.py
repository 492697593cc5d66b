"""Every visit passes here: page set-up, data set, filters, navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages._ui import filters, session
from pages._ui.text import escape
from retnet_core import ExportError
from retnet_core.store import StoreError

HERE = Path(__file__).parent

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
why = (
    "This link shows an export that is not kept here. Upload the file again to see it; "
    f"its hash starts with {key}."
)
try:
    trial = session.find(key)
except (StoreError, ExportError) as problem:
    trial, why = None, f"The data set of this link cannot be opened. {problem}"
st.session_state[session.PREPARED] = None
if trial is None:
    st.warning(escape(why))
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
