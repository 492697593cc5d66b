"""Open a screen as a visit would: through the door, then to the page."""

from __future__ import annotations

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages._ui import session
from retnet_core import Trial

DOOR = Path(__file__).resolve().parents[2] / "pages" / "_door.py"
PAGES = (
    "overview.py",
    "survival.py",
    "safety.py",
    "quality_of_life.py",
    "upload.py",
    "methods.py",
)


def visit(page: str, trial: Trial | None = None, **query: str) -> AppTest:
    """Run a page on a trial (the demonstration where None), with query parameters."""
    app = AppTest.from_file(str(DOOR), default_timeout=60)
    if trial is not None:
        app.session_state["data"] = session.keep(trial)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(page).run() if page != "overview.py" else app


def words(app: AppTest) -> str:
    """All that a visitor can read outside of charts, Markdown escapes undone."""
    texts = [block.value for kind in (app.markdown, app.caption, app.info, app.warning, app.error,
                               app.success)
             for block in kind]  # fmt: skip
    cells = [str(cell) for table in app.table for cell in table.value.to_numpy().ravel()]
    return re.sub(r"\\(.)", r"\1", "\n".join([*texts, *cells]))
