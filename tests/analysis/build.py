"""Trials built from a few frames, past intake, for the analyses' hand-worked tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from retnet_core.intake.findings import as_frame
from retnet_core.tables import SCHEMAS, empty
from retnet_core.trial import Source, Trial


def table(name: str, columns: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """Make a validated table from the columns that matter; the others are blank."""
    blank = empty(name)
    rows = max((len(cells) for cells in columns.values()), default=0)
    if not rows:
        return blank
    frame = pd.DataFrame(
        {
            key: pd.Series(list(columns.get(key, [None] * rows)), dtype=object)
            for key in blank.columns
        }
    )
    for key, column in blank.items():
        if str(column.dtype).startswith("datetime"):
            frame[key] = pd.to_datetime(frame[key])
        elif column.dtype == object:
            frame[key] = frame[key].where(frame[key].notna(), None)
        frame[key] = frame[key].astype(column.dtype)
    return SCHEMAS[name].validate(frame)


def make_trial(
    unreadable: Sequence[tuple[str, str, str]] = (),
    data_cut: dt.date | None = None,
    **tables: Mapping[str, Sequence[object]],
) -> Trial:
    """Build a trial from columns of its tables, unreadable cells and a data cut."""
    frames = {name: table(name, tables.get(name, {})) for name in SCHEMAS}
    source = Source("made.xlsx", "0" * 64, "RETNET workbook", data_cut, True, 0, 0, 0)
    cells = pd.DataFrame(list(unreadable), columns=["table", "column", "patient_id"])
    return Trial.of(frames, as_frame([]), cells, source)
