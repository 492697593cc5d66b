"""ADRS and ADTR: responses and sums of diameters, which share a row a visit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.cells import parse_numbers
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.adam.dataset import Dataset
from retnet_core.intake.layouts.adam.parameters import (
    full_name,
    leave_out_derived,
    leave_out_parameters,
    parameter,
)
from retnet_core.intake.layouts.adam.values import Mask, among, combine, dates, numbers, texts
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold

_BY_VISIT = re.compile(r"OVR\w*", re.IGNORECASE)
_SUM = re.compile(r"\bsum\b.*\bdiameters?\b", re.IGNORECASE)
_OF_SUM = re.compile(r"change|nadir|percent|baseline", re.IGNORECASE)
_DERIVED_VISIT = re.compile(r"\b(?:minimum|maximum|nadir|best|worst|last)\b", re.IGNORECASE)
_MILLIMETRES = {"mm": 1.0, "cm": 10.0}


def assessments(
    responses: Sequence[Dataset], tumours: Sequence[Dataset], ids: frozenset[str]
) -> Iterator[Part]:
    """Take the imaging visits of ADRS and ADTR, a sum going into the row of its response.

    Parameters
    ----------
    responses, tumours : sequence of Dataset
        Sheets of ADRS and of ADTR.
    ids : frozenset of str
        Patients whose rows are used.
    """
    for adrs in responses:
        _keep_responses(adrs)
    for adtr in tumours:
        _keep_sums(adtr)
    taken: list[dict[str, Column]] = [adrs.columns() for adrs in responses]
    own = [_own_columns(adtr) for adtr in tumours]
    if len(responses) == len(tumours) == 1:  # of several sheets, which go together is not known
        _join(responses[0], taken[0], tumours[0], own[0], ids)
    for data, columns in zip([*responses, *tumours], [*taken, *own], strict=True):
        yield data.part(columns)


def _keep_responses(adrs: Dataset) -> None:
    """Keep the overall response by visit, of the investigator where several judged."""
    leave_out_derived(adrs)
    codes = texts(parameter(adrs))
    by_visit = among(codes, [one for one in set(codes) if _BY_VISIT.fullmatch(one)])
    leave_out_parameters(
        adrs,
        ~by_visit,
        "Parameters that are no overall response by visit",
        "Nothing: best responses and the like are derived from the visits.",
    )
    _keep_one_evaluator(adrs)


def _keep_one_evaluator(data: Dataset) -> None:
    """Keep one of the parameters that are left, the investigator's where several judged."""
    codes, names = texts(parameter(data)), texts(full_name(data))
    by_code = dict(zip(codes[data.kept], names[data.kept], strict=True))
    chosen = min(by_code, key=lambda one: "investigator" not in by_code[one].casefold(), default="")
    leave_out_parameters(
        data,
        codes != chosen,
        f"Parameters by another evaluator than that of {chosen}, which is used",
        f"Leave {chosen} out of the export, if the other one is to be used.",
    )


def _keep_sums(adtr: Dataset) -> None:
    """Keep the sums of diameters in millimetres, as observed."""
    leave_out_derived(adtr)
    names = texts(full_name(adtr))
    sums = {one for one in set(names) if _SUM.search(one) and not _OF_SUM.search(one)}
    leave_out_parameters(
        adtr,
        ~among(names, sums),
        "Parameters that are no sum of diameters",
        "Nothing, if single lesions are not needed.",
    )
    _keep_one_evaluator(adtr)
    visit = adtr.column("visit")
    if visit:
        derived = [one for one in set(texts(visit)) if _DERIVED_VISIT.search(one)]
        adtr.leave_out(
            among(texts(visit), derived),
            visit,
            "The row is no visit but repeats the value of one; it was set aside.",
            "Nothing: the least sum is derived from the visits.",
        )
    unit = adtr.of("AVALU", "TRSTRESU")
    if unit:
        known = among(texts(combine([unit], _folded)), ["", *_MILLIMETRES])
        adtr.leave_out(
            ~known,
            unit,
            "The sum of diameters is in a unit that is not known; the row was set aside.",
            "Give it in mm or cm.",
        )


def _own_columns(adtr: Dataset) -> dict[str, Column]:
    """Take the columns of ADTR, its sums in millimetres."""
    columns = adtr.columns()
    value = columns.get("sum_of_diameters_mm")
    if value is None:
        return columns
    unit = adtr.of("AVALU", "TRSTRESU") or adtr.blank()
    if ((texts(unit) == "") & (texts(value) != "") & adtr.kept).any():
        adtr.note(
            Severity.ASSUMED,
            value.header,
            "Sums of diameters without a unit (AVALU) were taken as millimetres, the unit of "
            "RECIST.",
            "Nothing, if that is so; else write the unit in AVALU.",
        )
    columns["sum_of_diameters_mm"] = combine([value, unit], _in_mm)
    return columns


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
    adrs: Dataset,
    responses: dict[str, Column],
    adtr: Dataset,
    sums: dict[str, Column],
    ids: frozenset[str],
) -> None:
    """Move sums into the rows of responses of the same patient and day.

    Only sums that need no finding are moved: a row of a known patient with a date and a number
    that can be read. The others stay rows of their own sheet, which their findings name.
    """
    value = sums.get("sum_of_diameters_mm")
    if value is None or "date" not in sums or "date" not in responses:
        return
    left, right = _keys(adrs, responses, ids), _keys(adtr, sums, ids)
    right = right[(texts(value) == "")[right.index] | (numbers(value) >= 0)[right.index]]
    pairs = _pairs(left, right, ["patient", "day", "visit"])
    pairs = pd.concat(
        [
            pairs,
            _pairs(left.drop(pairs["left"]), right.drop(pairs["right"]), ["patient", "day"]),
        ]
    )
    codes = np.full(len(adrs.rows), BLANK, dtype=np.intp)
    codes[pairs["left"]] = value.codes[pairs["right"]]
    responses["sum_of_diameters_mm"] = Column(value.values, codes, value.headers, value.header)
    adtr.joined[pairs["right"]] = True
    _leave_out_seconds(adtr, left, right.drop(pairs["right"]), value)


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
    adtr: Dataset, left: pd.DataFrame, unpaired: pd.DataFrame, value: Column
) -> None:
    """Set aside further sums of a day that has one already."""
    by = ["patient", "day"]
    days = pd.MultiIndex.from_frame(left[by])
    second = unpaired.duplicated(by) | pd.MultiIndex.from_frame(unpaired[by]).isin(days)
    rows: Mask = np.zeros(len(adtr.rows), dtype=bool)
    rows[unpaired.index[second]] = True
    adtr.leave_out(
        rows,
        value,
        "The patient has another sum of diameters of the same day, which is used; the row was set "
        "aside.",
        "Keep one sum for each day of imaging.",
    )
