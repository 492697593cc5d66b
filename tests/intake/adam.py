"""Exports of CDISC ADaM, in the shape that such exports have, for their tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from retnet_core import Trial, load_export
from tests.exports import workbook

LABELS = {"USUBJID": "Unique Subject Identifier", "SUBJID": "Subject Identifier for the Study"}


def adsl(**columns: list[Any]) -> pd.DataFrame:
    """Three patients, of arms of RETNET."""
    size = len(next(iter(columns.values()))) if columns else 3
    arms = ["Arm 1 - BE", "Arm 2 - TACE", "Arm 2 - TACE"]
    return pd.DataFrame(
        {
            "STUDYID": ["S1"] * size,
            "USUBJID": [f"S1-00{n}" for n in range(1, size + 1)],
            "TRT01P": [arms[n % 3] for n in range(size)],
            **columns,
        },
        dtype=object,
    )


def rows(name: str, *given: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """A data set: a row for each mapping, of the first patient where none is named."""
    return {name: pd.DataFrame([{"USUBJID": "S1-001", **row} for row in given], dtype=object)}


def labelled(frame: pd.DataFrame, under: bool = False) -> pd.DataFrame:
    """Put a row of labels over the names, or under them."""
    labels = [LABELS.get(name, f"Label of {name}") for name in frame.columns]
    names = list(frame.columns)
    first, second = (names, labels) if under else (labels, names)
    return pd.DataFrame([second, *frame.to_numpy().tolist()], columns=first, dtype=object)


def opened(tables: Mapping[str, pd.DataFrame], **more: Any) -> Trial:
    trial = load_export(workbook({"ADSL": adsl(), **tables}), "test.xlsx", **more)
    source = trial.source
    assert source.layout == "CDISC ADaM"
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    assert found.iloc[0]["remedy"]
    return found.iloc[0]


def silent(trial: Trial, word: str) -> bool:
    return not trial.findings["problem"].str.contains(word, regex=False).any()


def place(row: pd.Series) -> tuple[Any, ...]:
    return row["severity"], row["sheet"], row["row"], row["column"], row["value"]


def time(code: str = "OS", **more: Any) -> dict[str, Any]:
    return {"PARAMCD": code, "AVAL": 10, "AVALU": "DAYS", "CNSR": 0, **more}


def visit(day: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"ADT": dt.datetime(2020, 1, day), "AVISIT": name or f"Day {day}", **more}


def response(day: int, call: str, code: str = "OVRINV", **more: Any) -> dict[str, Any]:
    param = {"OVRINV": "Overall Response by Investigator", "OVRIRF": "Overall Response by IRF"}
    return visit(day, PARAMCD=code, PARAM=param.get(code, code), AVALC=call, **more)


def diameters(day: int, value: Any, name: str = "", **more: Any) -> dict[str, Any]:
    named = {"PARAMCD": "SDIAM", "PARAM": "Target Lesions Sum of Diameters by Investigator"}
    return visit(day, name, AVAL=value, **{**named, "AVALU": "mm", **more})
