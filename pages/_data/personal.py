"""Columns that look personal: the user drops them, or says that they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages._data import draft as drafts
from pages._data.draft import Draft
from pages._ui.text import escape
from retnet_core.intake.privacy import Personal

_DROP, _KEEP = "Drop it", "It is not personal"


def show(draft: Draft, columns: Sequence[Personal]) -> None:
    """Ask about each column, and read the file again by the answers."""
    with st.form("personal"):
        answers = {}
        for at, one in enumerate(columns):
            left, right = st.columns([3, 2], vertical_alignment="center")
            left.markdown(
                f"**{escape(one.column)}** in *{escape(one.sheet)}*: {escape(one.reason)}"
            )
            answers[one.sheet, one.column] = right.segmented_control(
                one.column, [_DROP, _KEEP], key=f"personal_{at}", default=_DROP, required=True,
                label_visibility="collapsed",
            )  # fmt: skip
        st.caption(
            "A dropped column is read by nobody and kept nowhere: the file that is kept does not "
            "have it. The answers go with the mapping, for the next export of this make."
        )
        if not st.form_submit_button("Go on", type="primary"):
            return
    mapping = replace(
        draft.mapping,
        dropped=(
            *draft.mapping.dropped,
            *(place for place, answer in answers.items() if answer == _DROP),
        ),
        not_personal=(
            *draft.mapping.not_personal,
            *(place for place, answer in answers.items() if answer == _KEEP),
        ),
    )
    with st.spinner("Reading the file again"):
        drafts.put(draft.read_by(mapping))
    st.rerun()
