"""Responses and sums of diameters, which share a row a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.joined import cells_from, part_of
from retnet_core.intake.layouts.cdisc.subjects import folded
from retnet_core.intake.layouts.placed import Placed
from retnet_core.intake.layouts.values import Mask, combine, dates, numbers, texts
from retnet_core.intake.sheets import BLANK, Column

SUM = "sum_of_diameters_mm"
INVESTIGATOR = "investigator"
_RECIST = ("recist11", "recistv11", "recist")
"""Criteria, folded, in the order in which they are preferred."""

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
    joined: dict[str, Placed] = {}
    if len(responses) == len(sums) == 1:  # of several sheets, which go together is not known
        joined = _joined(*responses[0], *sums[0], ids)
    for data, columns in responses:
        yield part_of(data, columns, joined)
    for data, columns in sums:
        yield data.part(columns, heeded=(SUM,))


def keep_one_criteria(rs: Dataset) -> None:
    """Keep the responses by RECIST, its newest version first, where several criteria were used."""
    column = rs.of("RSCAT")
    if column is None:
        return
    words = texts(combine([column], folded))
    found = list(dict.fromkeys(words[rs.kept]))
    chosen = next((one for one in _RECIST if one in found), found[0] if found else "")
    rs.keep_one(column, words, chosen, "Responses by other criteria than")


def keep_one_evaluator(data: Dataset, preferred: str) -> str:
    """Keep the rows of one evaluator where several judged, of the readings the accepted one.

    Returns
    -------
    str
        The evaluator kept, folded: sums are taken of the same as responses, if they can be.
    """
    chosen, domain = preferred, data.name[-2:]
    role, reader = data.of("PARQUAL", f"{domain}EVAL"), data.of(f"{domain}EVALID")
    if role:
        words = texts(combine([role], folded))
        found = list(dict.fromkeys(words[data.kept]))
        order = (preferred, INVESTIGATOR, "")
        known = (one for one in order if one in found)
        chosen = next(known, found[0] if found else preferred)
        data.keep_one(role, words, chosen, "Rows of another evaluator than")
    accepted = data.of(f"{domain}ACPTFL")
    if accepted and "Y" in texts(accepted)[data.kept]:
        data.leave_out(
            texts(accepted) != "Y",
            accepted,
            f"Of several readings this one was not accepted ({domain}ACPTFL); the row was set "
            "aside.",
            "Nothing, if that is so.",
        )
    elif reader:
        words = texts(combine([reader], folded))
        found = list(dict.fromkeys(words[data.kept]))
        data.keep_one(reader, words, min(found, default=""), "Rows of another reader than")
    return chosen


def _joined(
    calls: Dataset,
    responses: dict[str, Column],
    tumours: Dataset,
    sums: dict[str, Column],
    ids: frozenset[str],
) -> dict[str, Placed]:
    """Move sums into the rows of responses of the same patient and day.

    Only sums that need no finding are moved: a row of a known patient with a date and a number
    that can be read. The others stay rows of their own sheet, which their findings name.
    """
    value = sums.get(SUM)
    if calls.mapped_column(SUM) and not tumours.mapped_column(SUM):
        return {}  # the user's own column of sums stands beside the responses
    if value is None or "date" not in sums or "date" not in responses:
        return {}
    left, right = _keys(calls, responses, ids), _keys(tumours, sums, ids)
    right = right[(texts(value) == "")[right.index] | (numbers(value) >= 0)[right.index]]
    pairs = _pairs(left, right, ["patient", "day", "visit"])
    pairs = pd.concat(
        [
            pairs,
            _pairs(left.drop(pairs["left"]), right.drop(pairs["right"]), ["patient", "day"]),
        ]
    )
    at = np.full(len(calls.rows), BLANK, dtype=np.intp)
    at[pairs["left"]] = pairs["right"]
    tumours.joined[pairs["right"]] = True
    _leave_out_seconds(tumours, left, right.drop(pairs["right"]), value)
    return {SUM: cells_from(calls, tumours, value, at)}


def _keys(data: Dataset, columns: dict[str, Column], ids: frozenset[str]) -> pd.DataFrame:
    """Give patient, day and visit of the rows that can be joined, by position."""
    visit = columns.get("visit") or data.blank()
    days = dates(columns["date"], data.said.reading(data.table, "date"))
    keys = pd.DataFrame({"patient": data.ids, "day": days, "visit": texts(visit)})
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
        to_look_up=True,
    )
