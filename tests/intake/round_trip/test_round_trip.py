"""A trial that is written in any layout, typed in any way, reads back as it was.

Where a cell can be read two ways it may be emptied, with a finding that names it; nothing is ever
read as something else, and every row of the file is accounted for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from retnet_core import Trial, load_export
from retnet_core.intake.sheets import as_text
from retnet_core.protocol import UNKNOWN
from tests.intake.round_trip import cdisc, edc, hand_kept, redcap, retnet, survival
from tests.intake.round_trip.export import Export, Grid, Where, pages
from tests.intake.round_trip.truth import KEYS, Row, Truth, trials

WRITERS: dict[str, Callable[[Truth], st.SearchStrategy[Export]]] = {
    "RETNET": retnet.written,
    "hand-kept": hand_kept.written,
    "ADaM": cdisc.adam,
    "SDTM": cdisc.sdtm,
    "Rave": edc.rave,
    "Veeva": edc.veeva,
    "secuTrial": edc.secutrial,
    "REDCap": redcap.written,
    "time and status": survival.written,
}
COUNTS_AS_UNKNOWN = {"arm", "primary_site", "histologic_subtype", "who_grade"}


def plain(value: Any) -> Any:
    """A value as the tables hold it, in plain terms."""
    if value is None or pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def key(table: str, row: Row) -> tuple[str, ...]:
    return tuple(str(plain(row[name])).casefold().removesuffix(".0") for name in KEYS[table])


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and found is not None:
        return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-9))
    return bool(found == expected)


def told(trial: Trial, export: Export, where: Where) -> bool:
    """Tell whether a finding names a cell where it stands."""
    cell = as_text(export.form.as_read(where.grid.cell(where.row, where.header))).strip()
    sheet = export.form.sheet(where.grid.name)
    header = where.grid.titles.get(where.header, where.header)
    row = where.grid.numbers[where.row]
    found = trial.cells_to_check[trial.cells_to_check["value"] == cell]
    return any(
        (one["sheet"], one["row"], one["column"]) == (sheet, row, header)
        for one in found.to_dict("records")
    )


def differences(trial: Trial, export: Export) -> list[str]:
    """Cells that are neither the truth's nor left open and asked about, in words."""
    open_cells = export.left_open()
    wrong = []
    for table, expected in export.expected.items():
        frame = getattr(trial, table)
        found = {key(table, row): row for row in frame.to_dict("records")}
        rows = sorted(key(table, row) for row in expected)
        if sorted(key(table, row) for row in frame.to_dict("records")) != rows:
            wrong.append(f"{table}: not the rows that were written, but {list(found)}")
            continue
        wrong += [
            _difference(trial, export, (table, at, column), found, open_cells)
            for at, row in enumerate(expected)
            for column in row
            if column not in KEYS[table]
        ]
    return [one for one in wrong if one]


def _difference(
    trial: Trial,
    export: Export,
    where: tuple[str, int, str],
    found: dict[tuple[str, ...], Row],
    open_cells: set[tuple[Grid, int, str]],
) -> str:
    """Say what is wrong with a cell, "" where nothing is."""
    table, at, column = where
    row = export.expected[table][at]
    blank = UNKNOWN if column in COUNTS_AS_UNKNOWN else None
    expected = blank if row[column] is None else row[column]
    got = plain(found[key(table, row)][column])
    if same(got, expected):
        return ""
    places = export.places.get(where, [])
    typed = [
        f"{one.grid.name}.{one.header} ({one.grid.styles[one.header].name}): "
        f"{one.grid.cell(one.row, one.header)!r}"
        for one in places
    ]
    words = f"{table}.{column}: {expected!r}, written as {', '.join(typed)},"
    if got != blank:
        return f"{words} was read as {got!r}"
    asked = [one for one in places if (one.grid, one.row, one.header) in open_cells]
    if not asked:
        return f"{words} was emptied"
    return "" if any(told(trial, export, one) for one in asked) else f"{words} was lost in silence"


def check_account(trial: Trial, export: Export) -> None:
    source = trial.source
    assert source.layout == export.layout
    assert source.rows_read == source.rows_used + source.rows_set_aside
    assert source.rows_read == export.rows
    if export.cut:
        assert source.data_cut == export.cut
    findings = trial.findings
    assert (findings["problem"].str.strip() != "").all()
    assert (findings["remedy"].str.strip() != "").all()
    # What two columns say together stands in no row.
    is_of_one = (findings["value"] != "") & ~findings["column"].str.contains(", ", regex=False)
    assert findings.loc[is_of_one, "row"].notna().all()


@pytest.mark.parametrize("name", list(WRITERS))
@settings(
    # What fails names its cells: to look for a smaller trial would take minutes.
    max_examples=18, deadline=None, derandomize=True, phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(st.data())
def test_a_trial_reads_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    truth = data.draw(trials(), label="trial")
    export = data.draw(WRITERS[name](truth))
    content = export.form.save(data.draw(pages(export), label="pages"))
    note(export.form.name)
    trial = load_export(content, export.name, export.mapping())
    assert differences(trial, export) == []
    check_account(trial, export)
