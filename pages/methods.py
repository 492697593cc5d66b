"""Methods: every statistic shown, its definition, and what it was checked against."""

from __future__ import annotations

import re

import streamlit as st

from pages._ui.text import escape
from retnet_core import methods
from retnet_core.wording import MISSING

text = methods.VALIDATION.read_text(encoding="utf-8")
installed, recorded = methods.versions(), methods.versions_in(text)
differ = [
    f"{name} {version} (checked with {recorded.get(name, MISSING)})"
    for name, version in installed.items()
    if recorded.get(name) != version
]

st.markdown(
    "#### Methods\n"
    "What each number of the dashboard is, what computes it, and how closely it agrees with R or "
    "another computation of the same number. How a figure was made stands under the figure."
)
if differ:
    st.warning(
        "The libraries installed here are not those that the numbers below were checked with: "
        f"{escape('; '.join(differ))}. Run the tests to check again."
    )
# Without its title, and the word to whoever would change it; a page's headings are smaller.
st.markdown(re.sub(r"^##", "#####", text.split("\n\n", 2)[2], flags=re.MULTILINE))
