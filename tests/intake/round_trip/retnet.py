"""A trial as a RETNET workbook, or as an archive of the same tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from hypothesis import strategies as st

from retnet_core.tables import SCHEMAS, about
from tests.intake.round_trip.export import PLAIN, Export, headers_of
from tests.intake.round_trip.files import ARCHIVES, BOOKS
from tests.intake.round_trip.styles import Style, styles
from tests.intake.round_trip.truth import Row, Truth

_UNIT = re.compile(r"percent|_mm|_mg|mg|days|months|years|time", re.IGNORECASE)


@st.composite
def header(draw: st.DrawFn, table: str, column: str, unit: str = "") -> str:
    """A spelling of one of our columns, with its unit."""
    words = [column, *about(table, column).aliases]
    if unit:
        words = [word for word in words if not _UNIT.search(word)]
    word = draw(st.sampled_from([column, *words] if not unit else words))
    word = draw(st.sampled_from([str, str, str.title, str.upper]))(word)
    pattern = draw(st.sampled_from(["{} ({})", "{} [{}]", "{} in {}"])) if unit else "{}"
    return pattern.format(word, unit)


def has_unit_headers(table: str, column: str) -> bool:
    return table != "time_to_event" and any(
        not _UNIT.search(word) for word in about(table, column).aliases
    )


@st.composite
def columns(
    draw: st.DrawFn, table: str, names: Sequence[str]
) -> tuple[dict[str, str], dict[str, Style]]:
    """Headers and styles of some of our columns."""
    found: dict[str, Style] = {}
    headers: dict[str, str] = {}
    for name in names:
        allowed = has_unit_headers(table, name)
        found[name] = draw(styles(table, name, headers=allowed))
        headers[name] = draw(header(table, name, found[name].unit))
    return headers, found


@st.composite
def written(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("RETNET workbook", draw(BOOKS | ARCHIVES))
    for table, rows in truth.items():
        if not rows:
            continue
        names = ["patient_id", *(name for name in headers_of(table) if name in rows[0])]
        sheet = draw(sheet_name(table))
        if table == "questionnaires" and draw(st.booleans()):
            _wide(draw, export, rows)
            continue
        headers, found = draw(columns(table, draw(st.permutations(names))))
        grid = export.table(sheet, table, rows, headers, found)
        if draw(st.integers(0, 3)) == 0:
            grid.add(draw(st.sampled_from(grid.rows)))  # exported twice
        if table != "patients" and draw(st.integers(0, 3)) == 0:
            grid.add({**grid.rows[0], headers["patient_id"]: "nobody known"})
    if draw(st.booleans()):
        about = export.grid("about", {"field": PLAIN, "value": PLAIN}, decorate=False)
        about.add({"field": "data_cut", "value": "2023-05-31"})
        export.cut = dt.date(2023, 5, 31)
    return export


@st.composite
def sheet_name(draw: st.DrawFn, table: str) -> str:
    """A name of the sheet of a table; patients keep theirs, which makes the layout."""
    words = [table, *(SCHEMAS[table].metadata or {})["aliases"]]
    return table if table == "patients" else draw(st.sampled_from(words))


def _wide(draw: st.DrawFn, export: Export, rows: Sequence[Row]) -> None:
    """Write answers with a row a form and a column an item."""
    pattern = draw(st.sampled_from(["c30_q{}", "qlq_c30_{}", "q{}", "C30 Q{}"]))
    items = sorted({row["item"] for row in rows})
    names = ("patient_id", "visit", "date")
    headers, found = draw(columns("questionnaires", names))
    answers = {item: pattern.format(item) for item in items}
    plain = {title: Style("as it is", lambda value: value) for title in answers.values()}
    grid = export.grid("QLQ-C30", {**{headers[name]: found[name] for name in names}, **plain})
    places: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["patient_id"], row["visit"]
        if key not in places:
            places[key] = grid.add({headers[name]: row[name] for name in names})
        grid.rows[places[key]][answers[row["item"]]] = row["value"]
        at = export.expect("questionnaires", row, headers_of("questionnaires"))
        export.place("questionnaires", at, "value", grid, places[key], answers[row["item"]])
        export.place("questionnaires", at, "date", grid, places[key], headers["date"])
