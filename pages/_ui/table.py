"""Small tables that a browser, a screen reader and a copy-and-paste can read."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from pages._ui.text import escape

_MOST_ROWS = 300


def show(frame: pd.DataFrame, alt: str, height: int | Literal["content"] = "content") -> None:
    """Draw a frame of text cells as it is; a height in pixels makes it scroll.

    A browser lays out each cell of a table: a long one is drawn as a grid instead.
    """
    if len(frame) > _MOST_ROWS:
        st.dataframe(frame, hide_index=True, alt=alt, height=560)
        return
    shown = frame.astype(str).map(escape).rename(columns=escape)
    st.table(shown, border="horizontal", hide_index=True, alt=alt, height=height)
