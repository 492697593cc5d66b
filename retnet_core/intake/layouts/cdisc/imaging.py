"""Responses and sums of diameters, which share a row a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.cells import parse_numbers
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.values import Mask, among, combine, dates, numbers, texts
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold

SUM = "sum_of_diameters_mm"
_MILLIMETRES = {"mm": 1.0, "cm": 10.0}

Taken = tuple[Dataset, dict[str, Column]]
"""A data set, and what our columns come from."""


def assessments(
    responses: Sequence[Taken], sums: Sequence[Taken], ids: frozenset[str]
) -> Iterator[Part]:
    """Take imaging visits, a sum of diameters going into the row of its response.

    Parameters
    ----------
    responses, sums : sequence of (Dataset, dict of str to Column)
        Sheets of responses and of sums in millimetres.
    ids : frozenset of str
        Patients whose rows are used.
    """
    if len(responses) == len(sums) == 1:  # of several sheets, which go together is not known
        _join(*responses[0], *sums[0], ids)
    for data, columns in [*responses, *sums]:
        yield data.part(columns)


def in_millimetres(data: Dataset, value: Column, unit: Column, unit_name: str) -> Column:
    """Write sums of diameters in millimetres; those in a unit that is not known are set aside.

    Parameters
    ----------
    unit_name : str
        The variable of the unit, for findings.
    """
    known = among(texts(combine([unit], _folded)), ["", *_MILLIMETRES])
    data.leave_out(
        ~known,
        unit,
        "The sum of diameters is in a unit that is not known; the row was set aside.",
        "Give it in mm or cm.",
    )
    if ((texts(unit) == "") & (texts(value) != "") & data.kept).any():
        data.note(
            Severity.ASSUMED,
            value.header,
            f"Sums of diameters without a unit ({unit_name}) were taken as millimetres, the unit "
            "of RECIST.",
            f"Nothing, if that is so; else write the unit in {unit_name}.",
        )
    return combine([value, unit], _in_mm)


def _in_mm(cell: Cell, unit: Cell) -> Cell | None:
    if cell == "":
        return None
    factor = _MILLIMETRES.get(fold(as_text(unit)), 1.0)
    if factor == 1:
        return cell
    number = parse_numbers([cell]).values[0]
    return cell if number is None else number * factor


def _folded(cell: Cell) -> Cell:
    return fold(as_text(cell))


def _join(
    calls: Dataset,
    responses: dict[str, Column],
    tumours: Dataset,
    sums: dict[str, Column],
    ids: frozenset[str],
) -> None:
    """Move sums into the rows of responses of the same patient and day.

    Only sums that need no finding are moved: a row of a known patient with a date and a number
    that can be read. The others stay rows of their own sheet, which their findings name.
    """
    value = sums.get(SUM)
    if value is None or "date" not in sums or "date" not in responses:
        return
    left, right = _keys(calls, responses, ids), _keys(tumours, sums, ids)
    right = right[(texts(value) == "")[right.index] | (numbers(value) >= 0)[right.index]]
    pairs = _pairs(left, right, ["patient", "day", "visit"])
    pairs = pd.concat(
        [
            pairs,
            _pairs(left.drop(pairs["left"]), right.drop(pairs["right"]), ["patient", "day"]),
        ]
    )
    codes = np.full(len(calls.rows), BLANK, dtype=np.intp)
    codes[pairs["left"]] = value.codes[pairs["right"]]
    responses[SUM] = Column(value.values, codes, value.headers, value.header)
    tumours.joined[pairs["right"]] = True
    _leave_out_seconds(tumours, left, right.drop(pairs["right"]), value)


def _keys(data: Dataset, columns: dict[str, Column], ids: frozenset[str]) -> pd.DataFrame:
    """Give patient, day and visit of the rows that can be joined, by position."""
    visit = columns.get("visit") or data.blank()
    keys = pd.DataFrame(
        {"patient": data.ids(), "day": dates(columns["date"]), "visit": texts(visit)}
    )
    known = keys["patient"].isin(ids) & keys["day"].notna()
    return keys.loc[known.to_numpy() & data.kept & ~data.repeats]


def _pairs(left: pd.DataFrame, right: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Pair rows that agree, each with one: the first with the first, the second with the second."""
    both = [
        side[by].assign(turn=side.groupby(by).cumcount(), **{name: side.index})
        for name, side in (("left", left), ("right", right))
    ]
    return both[0].merge(both[1], on=[*by, "turn"])[["left", "right"]]


def _leave_out_seconds(
    tumours: Dataset, left: pd.DataFrame, unpaired: pd.DataFrame, value: Column
) -> None:
    """Set aside further sums of a day that has one already."""
    by = ["patient", "day"]
    days = pd.MultiIndex.from_frame(left[by])
    second = unpaired.duplicated(by) | pd.MultiIndex.from_frame(unpaired[by]).isin(days)
    rows: Mask = np.zeros(len(tumours.rows), dtype=bool)
    rows[unpaired.index[second]] = True
    tumours.leave_out(
        rows,
        value,
        "The patient has another sum of diameters of the same day, which is used; the row was set "
        "aside.",
        "Keep one sum for each day of imaging.",
    )
