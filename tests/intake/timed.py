"""Small tables of times and statuses, and what opening them says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from retnet_core import Trial, load_export
from tests.intake.opening import adds_up


def csv(*rows: Sequence[Any]) -> bytes:
    return pd.DataFrame(rows[1:], columns=list(rows[0]), dtype=object).to_csv(index=False).encode()


def opened(*rows: Sequence[Any], mapping: Any = None, name: str = "table.csv") -> Trial:
    trial = load_export(csv(*rows), name, mapping)
    assert adds_up(trial)
    return trial


def statuses(header: str, cells: Sequence[Any], time: str = "days") -> Trial:
    """Open a table with a row a cell, on days 10, 20, ..."""
    rows = [(f"P{at}", 10 * at, cell) for at, cell in enumerate(cells, start=1)]
    return opened(("id", time, header), *rows)


def events(trial: Trial) -> list[bool | None]:
    return [None if pd.isna(one) else bool(one) for one in trial.time_to_event["event"]]


def finding(trial: Trial, words: str) -> pd.Series:
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    return found.iloc[0]
