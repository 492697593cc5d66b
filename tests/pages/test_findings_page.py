"""Findings on the page: by problem, in full, worst first, and by severity."""

from __future__ import annotations

import pandas as pd
from streamlit.testing.v1 import AppTest

from retnet_core import Trial, load_export
from tests.exports import workbook
from tests.pages.app import visit, words

SIZE = 60


def odd(**more: object) -> Trial:
    """Ages that are none, and arms that RETNET does not have."""
    frame = pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in range(SIZE)],
            "arm": ["TAE", "Other"] * (SIZE // 2),
            "age": ["sixty | or <b>so"] * 3 + [60] * (SIZE - 3),
        }
    ).assign(**more)
    return load_export(workbook({"patients": frame}), name="odd.xlsx")


def problems(app: AppTest) -> list[str]:
    """The rows of the table of problems."""
    told = next(one.value for one in app.markdown if one.value.startswith("| Severity"))
    return told.split("\n")[2:]


def test_a_problem_is_a_row_with_cells_places_and_the_whole_text() -> None:
    app = visit("upload.py", odd())
    assert not app.exception
    first = problems(app)[0]
    assert first.startswith("| Set aside | 3 |")
    said = words(app)
    assert "This is not a number. The cell was emptied, the row is kept." in said
    assert "Write the number alone, such as 2.5, or leave the cell blank." in said
    assert "patients, age: rows 2, 3, 4 ('sixty | or <b>so')" in said
    assert "\\<b\\>" in first
    assert "or \\<b" in first
    assert "\\|" in first


def test_one_severity_can_be_chosen() -> None:
    app = visit("upload.py", odd())
    control = next(one for one in app.segmented_control if "severity" in (one.key or ""))
    everything = problems(app)
    control.set_value("assumed").run()
    chosen = problems(app)
    assert 0 < len(chosen) < len(everything)
    assert all(row.startswith("| Assumed |") for row in chosen)


def test_many_problems_are_parted_into_pages() -> None:
    arms = {name: [f"{name} {i % 19}" for i in range(SIZE)] for name in ("arm", "arm_received")}
    app = visit("upload.py", odd(**arms))
    assert not app.exception
    assert len(problems(app)) == 25


def test_every_finding_by_itself_goes_to_the_browser_only_when_asked_for() -> None:
    app = visit("upload.py", odd())
    assert not any("remedy" in one.value for one in app.dataframe)
