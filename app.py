"""The RETNET dashboard: ``streamlit run app.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st


@asynccontextmanager
async def warm(_app: st.App) -> AsyncIterator[None]:
    """Import the slow libraries and open the demonstration before the first visitor comes."""
    from pages._ui import figure, session  # noqa: F401
    from retnet_core.charts import accrual, pro, readout, safety, survival  # noqa: F401

    session.open_demo()
    yield


app = st.App("pages/_door.py", lifespan=warm)
