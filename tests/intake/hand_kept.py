"""Workbooks as people keep them, made in a test, and what opening them says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook

from retnet_core import Trial, load_export
from tests.intake.opening import adds_up, saved

Rows = Sequence[Sequence[object]]
DAY = dt.date


def book(**sheets: Rows) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


def read(rows: Rows, sheet: str = "patients", **others: Rows) -> Trial:
    trial = load_export(book(**{sheet: rows}, **others))
    assert adds_up(trial)
    return trial


def counts(trial: Trial) -> tuple[int, int, int]:
    source = trial.source
    return source.rows_read, source.rows_used, source.rows_set_aside


def told(trial: Trial, word: str) -> list[tuple[Any, ...]]:
    """Severity, table, row, column and value of the findings whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    rows = [None if pd.isna(row) else int(row) for row in found["row"]]
    return list(
        zip(found["severity"], found["table"], rows, found["column"], found["value"], strict=True)
    )


def cells(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    plain = frame[list(columns)].astype(object)
    for name in columns:
        if frame[name].dtype.kind == "M":
            plain[name] = [None if pd.isna(one) else one.date() for one in frame[name]]
    return plain.where(plain.notna(), None).values.tolist()
