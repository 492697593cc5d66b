"""Exports of CDISC SDTM, in the shape that such exports have, for their tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from retnet_core import Trial, load_export
from tests.exports import workbook
from tests.intake.opening import adds_up

ARMS = ["Arm 1 - BE", "Arm 2 - TACE", "Arm 2 - TACE"]
DAY = pd.Timestamp


def dm(**columns: list[Any]) -> pd.DataFrame:
    """Three patients, of arms of RETNET."""
    size = len(next(iter(columns.values()))) if columns else 3
    return pd.DataFrame(
        {
            "STUDYID": ["S1"] * size,
            "DOMAIN": ["DM"] * size,
            "USUBJID": [f"S1-00{n}" for n in range(1, size + 1)],
            "ARM": [ARMS[n % 3] for n in range(size)],
            **columns,
        },
        dtype=object,
    )


def rows(name: str, *given: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """A data set: a row for each mapping, of the first patient where none is named."""
    found = [{"DOMAIN": name, "USUBJID": "S1-001", **row} for row in given]
    return {name: pd.DataFrame(found, dtype=object)}


def opened(tables: Mapping[str, pd.DataFrame], **more: Any) -> Trial:
    trial = load_export(workbook({"DM": dm(), **tables}), "test.xlsx", **more)
    assert trial.source.layout == "CDISC SDTM"
    assert adds_up(trial)
    return trial


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    assert found.iloc[0]["remedy"]
    return found.iloc[0]


def place(row: pd.Series) -> tuple[Any, ...]:
    return row["severity"], row["sheet"], row["row"], row["column"], row["value"]
