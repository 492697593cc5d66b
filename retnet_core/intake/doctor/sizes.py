"""Values that are a power of ten away from the others': another unit, or shares of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from retnet_core.intake.doctor.spelt import typed_cells
from retnet_core.intake.doctor.words import AS_THEY_STAND, LEAST, Tables, of_patients
from retnet_core.intake.findings import Severity, about_cells
from retnet_core.intake.typed import Table


class _Group(NamedTuple):
    """A site or a patient whose values are a power of ten away from the others'."""

    name: str
    power: int
    rows: pd.Index


TEN = (0.85, 1.15)
"""From 7 to 14 times: a factor of ten, and what chance does to it."""
SURE = 4.0
"""Distances of the others, in their spread, that chance does not explain."""


def _far_away(values: pd.Series, patients: pd.Series, groups: pd.Series) -> Iterator[_Group]:
    """Find groups whose patients lie a power of ten away from all others.

    Patients are compared by the median of their values, as logarithms: groups are told by their
    median, whose distance must be large for the spread between patients.
    """
    known = values[values > 0]
    logs = pd.DataFrame({
        "log": np.log10(known), "patient": patients[known.index], "group": groups[known.index],
    }).dropna()  # fmt: skip
    each = logs.groupby(["group", "patient"], sort=False)["log"].median().reset_index()
    if each["patient"].nunique() <= LEAST:
        return
    by_group = each.groupby("group", sort=False)["log"]
    middles, sizes = by_group.median(), by_group.size()
    apart = (middles - each["log"].median()).abs()
    # Half the limits, on all patients: what passes is few, and worth an exact look.
    worth = (apart > TEN[0] / 2) & (apart > _limit(each["log"], sizes) / 2)
    for name in middles.index[worth]:
        own = each.loc[each["group"] == name, "log"]
        others = each.loc[each["group"] != name, "log"]
        if len(others) < LEAST or len(own) > len(others):
            continue
        distance = own.median() - others.median()
        power = round(distance)
        if (
            power
            and TEN[0] <= abs(distance) - abs(power) + 1 <= TEN[1]
            and abs(distance) >= max(_limit(others, len(own)), _limit(others, len(others)))
        ):
            yield _Group(str(name), power, logs.index[logs["group"] == name])


def _limit(logs: pd.Series, size: Any) -> Any:
    """Give the distance that chance does not give the median of ``size`` patients."""
    spread = 1.4826 * (logs - logs.median()).abs().median() or 0.01
    return SURE * spread * np.sqrt(np.pi / 2 / size)


def _times(power: int) -> str:
    """Say a power of ten: "10 times", "a 100th of"."""
    return f"about {10**power:,} times" if power > 0 else f"about 1/{10**-power:,} of"


def lab_units(tables: Tables) -> None:
    """Report sites and patients whose values of a test are in a unit of another size."""
    table = tables["labs"]
    frame = table.frame[table.frame["test"].notna() & table.frame["value"].notna()]
    if frame.empty:
        return
    sites = of_patients(table, tables, "site")
    keys = frame[["test", "unit"]].fillna("")
    for (test, unit), rows in frame.groupby([keys["test"], keys["unit"]], sort=False):
        told: set[str] = set()
        named = f"{test} ({unit})" if unit else str(test)
        for site in _far_away(rows["value"], rows["patient_id"], sites[rows.index]):
            told |= set(frame.loc[site.rows, "patient_id"])
            _tell_unit(table, "value", site, f"{named}: the values of site '{site.name}'")
        left = rows[~rows["patient_id"].isin(told)]
        for one in _far_away(left["value"], left["patient_id"], left["patient_id"]):
            _tell_unit(table, "value", one, f"{named}: the values of this patient")


def _tell_unit(table: Table, column: str, group: _Group, whose: str) -> None:
    table.about(
        column, group.rows, Severity.NOTE,
        f"{whose} are {_times(group.power)} those of the others. Their unit may be another one. "
        f"{AS_THEY_STAND}",
        "Check the unit in the source, and give all values in the same one.",
    )  # fmt: skip


_SIZES = (
    ("assessments", "sum_of_diameters_mm", "sums of diameters"),
    ("embolizations", "doxorubicin_mg", "doses of doxorubicin"),
)


def sizes_by_site(tables: Tables) -> None:
    """Report sites that give centimetres for millimetres, or grams for milligrams."""
    for name, column, words in _SIZES:
        table = tables[name]
        sites, ids = of_patients(table, tables, "site"), table.frame["patient_id"]
        for site in _far_away(table.frame[column], ids, sites):
            _tell_unit(table, column, site, f"The {words} of site '{site.name}'")


def shares_by_site(tables: Tables) -> None:
    """Report sites that give shares of one where the others give percentages."""
    table = tables["patients"]
    for column, words in (("liver_burden_percent", "tumour burden"), ("ki67_percent", "Ki-67")):
        for name, own in table.frame.groupby("site", sort=False)[column]:
            others = table.frame.loc[table.frame["site"] != name, column].dropna()
            values = own.dropna()
            higher = table.frame.loc[values.index, "who_grade"].isin(["G2", "G3"])
            is_share = values.max() <= 1 and (values % 1 > 0).any() and len(values) >= 3
            plausible = column == "ki67_percent" and not higher.any()
            if is_share and not plausible and len(others) and others.median() > 2:
                table.about(
                    column, values.index, Severity.NOTE,
                    f"No {words} of site '{name}' is above 1, those of other sites are. These may "
                    f"be shares of one: 0.4 is read as 0.4%, not as 40%. {AS_THEY_STAND}",
                    "Write 40 for 40%.",
                )  # fmt: skip


_COUNTED = 0.1
"""Percent below which no Ki-67 is: one cell of a thousand."""


def shares_among_ki67(tables: Tables) -> None:
    """Say that a Ki-67 below 1 was taken for a percentage, where it looks like a share of one."""
    table = tables["patients"]
    ki67 = table.frame["ki67_percent"]
    low = ki67[(ki67 > 0) & (ki67 < 1)]
    if low.empty or not (ki67 > 1).any():
        return
    fine = (low * 10 - (low * 10).round()).abs() > 1e-6  # 0.12 and 0.05, not 0.5
    many = 3 * len(low) >= ki67.notna().sum() and (ki67 > 5).any()
    if fine.sum() < 2 and not many and low.min() >= _COUNTED:
        return
    if any("%" in cell for cell in typed_cells(table, "ki67_percent")):
        return
    for sheet, places in table.places("ki67_percent", low.index).items():
        table.findings += about_cells(
            Severity.ASSUMED, table.name, sheet, places,
            "The Ki-67 is below 1 and others are not. It may be a share of one: 0.12 was read as "
            "0.12%, not as 12%.",
            "Nothing, if it is a percentage; else write 12 for 12%.", listed=1, to_look_up=True,
        )  # fmt: skip
