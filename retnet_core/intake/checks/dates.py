"""The dates of all tables: those of the future, and the latest one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from retnet_core.intake.cells import WRITE_ISO
from retnet_core.intake.doctor import Tables
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.typed import Table
from retnet_core.tables import SCHEMAS, about


def dates(tables: Tables) -> Iterator[tuple[Table, str, pd.Series]]:
    """Give every column of dates with its table and name."""
    for table in tables.values():
        for name in SCHEMAS[table.name].columns:
            if about(table.name, name).kind == "date":
                yield table, name, table.frame[name]


def future_dates(tables: Tables) -> None:
    """Report dates after today."""
    for table, name, column in dates(tables):
        late = (column > pd.Timestamp(dt.date.today())).to_numpy().nonzero()[0]
        table.about(
            name, late, Severity.ASSUMED, "The date is in the future. It is kept as it stands.",
            f"Check the year. {WRITE_ISO}",
        )  # fmt: skip


def latest_date(tables: Tables) -> dt.date | None:
    """Give the latest date of any table that is not in the future."""
    today = pd.Timestamp(dt.date.today())
    latest = [column[column <= today].max() for _, _, column in dates(tables)]
    known = [date.date() for date in latest if not pd.isna(date)]
    return max(known, default=None)


def cut_finding(stated: str, cut: dt.date | None) -> Finding:
    """Say that the data cut is not the file's own."""
    why = f"cannot be read ('{stated}')" if stated else "is not stated in a sheet 'about'"
    instead = f"the latest date of the file, {cut}, is taken for it" if cut else "it is not known"
    return Finding(
        Severity.ASSUMED if stated else Severity.NOTE, "", "about" if stated else "", None, "", "",
        f"The data cut {why}; {instead}.",
        f"Add a row 'data_cut' to the sheet 'about'. {WRITE_ISO}",
    )  # fmt: skip
