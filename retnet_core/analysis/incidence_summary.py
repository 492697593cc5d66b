"""What cumulative incidences and states say, in paragraphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from retnet_core import wording
from retnet_core.analysis._sentences import (
    NOBODY,
    counted_months,
    group_name,
    nobody_followed,
    patients,
    percent_limits,
)
from retnet_core.analysis.causes import DEATH, OTHER
from retnet_core.analysis.incidence import CumulativeIncidence
from retnet_core.trial import join_words

_Floats = npt.NDArray[np.float64]


def summary(result: CumulativeIncidence, months: float = 12) -> str:
    """Say cumulative incidences in a paragraph.

    Parameters
    ----------
    result : CumulativeIncidence
        The result.
    months : float
        When it is read.

    Returns
    -------
    str
        Such as "At 12 months an estimated 31% (95% CI 22-41%) of 76 TAE patients had hepatic
        progression and 4% had died without it. With the competing event censored instead,
        1 - Kaplan-Meier would say 32%: 1 percentage point more."
    """
    if not result.groups:
        return NOBODY
    sizes = result.curve.groupby("group")["at_risk"].first()
    when = counted_months(months, result.origin)
    shares = []
    known, unknown = _known_at(result, months)
    for group, read in known.items():
        shares.append(_shares(read, result.causes, patients(int(sizes[group]), result.by, group)))
    sentences = []
    if shares:
        sentences.append(f"At {when} an estimated {'; '.join(shares)}.")
    if unknown:
        sentences.append(nobody_followed(months, unknown))
    return " ".join([*sentences, *_naive_words(result, months)])


def occupancy_summary(result: CumulativeIncidence, months: float = 12) -> str:
    """Say in a paragraph how many of 100 patients are in each state.

    Parameters
    ----------
    result : CumulativeIncidence
        The result.
    months : float
        When it is read.

    Returns
    -------
    str
        Such as "By 12 months it is estimated that, of 100 TAE patients, 31 had hepatic
        progression, 4 had died without it and 65 had neither." Whole patients that sum to 100, by
        largest remainder; "about" before a number that is not the rounded share.
    """
    if not result.groups:
        return NOBODY
    known, unknown = _known_at(result, months)
    sentences = []
    if known:
        groups = [
            _of_hundred(read, result.causes, patients(100, result.by, group))
            for group, read in known.items()
        ]
        when = counted_months(months, result.origin)
        sentences.append(f"By {when} it is estimated that, {'; '.join(groups)}.")
    if unknown:
        sentences.append(nobody_followed(months, unknown))
    return " ".join(sentences)


def _known_at(
    result: CumulativeIncidence, months: float
) -> tuple[dict[str, dict[str, Mapping[Any, Any]]], list[str]]:
    """Read the causes of each group at a month, and name the groups that end before it."""
    at = result.at([months]).to_dict("records")
    read: dict[str, dict[str, Mapping[Any, Any]]] = {group: {} for group in result.groups}
    for row in at:
        read[row["group"]][row["cause"]] = row
    first = result.causes[0]
    known = {group: rows for group, rows in read.items() if rows[first]["incidence"] >= 0}
    return known, [group_name(result.by, group) for group in read if group not in known]


def _of_hundred(read: Mapping[str, Mapping[Any, Any]], causes: tuple[str, ...], whom: str) -> str:
    """Say one group: patients of 100 with each cause, and with none."""
    had = [float(read[cause]["incidence"]) for cause in causes]
    shares = np.array([*had, max(1 - sum(had), 0)]) * 100
    counts = [
        f"{'' if count == round(share) else 'about '}{count}"
        for count, share in zip(_whole(shares), shares, strict=True)
    ]
    none = {1: "had not", 2: "had neither"}.get(len(causes), "had none of these")
    words = [f"had {causes[0]}", *(_came_first(cause, causes) for cause in causes[1:]), none]
    states = [f"{count} {did}" for count, did in zip(counts, words, strict=True)]
    return f"of {whom}, {join_words(states)}"


def _whole(shares: _Floats) -> list[int]:
    """Round numbers that sum to 100 to whole ones that do, by largest remainder."""
    counts = np.floor(shares).astype(int)
    order = np.argsort(counts - shares, kind="stable")
    counts[order[: 100 - int(counts.sum())]] += 1
    return [int(count) for count in counts]


def _shares(read: Mapping[str, Mapping[Any, Any]], causes: tuple[str, ...], whom: str) -> str:
    """Say one group: the cause of interest with its limits, the others as shares."""
    first = read[causes[0]]
    limits = percent_limits(first["lower"], first["upper"])
    others = [
        f"{wording.percent(read[cause]['incidence'])} {_came_first(cause, causes)}"
        for cause in causes[1:]
    ]
    share = f"{wording.percent(first['incidence'])}{limits} of {whom} had {causes[0]}"
    return join_words([share, *others])


def _came_first(cause: str, causes: tuple[str, ...]) -> str:
    """Say that a competing event came before the one of interest."""
    if cause == DEATH:
        return f"had died without {'either' if OTHER in causes else 'it'}"
    return f"had {cause} first"


def _naive_words(result: CumulativeIncidence, months: float) -> list[str]:
    """Say what censoring the competing events would have given, where it was computed."""
    table = result.naive([months]).dropna()
    if len(result.causes) < 2 or not len(table):
        return []
    names = [group_name(result.by, group) for group in table["group"]]
    texts = [
        wording.percent(naive) + (f" with {name}" if name else "")
        for name, naive in zip(names, table["naive"], strict=True)
    ]
    most = 100 * table["difference"].max()
    points = "1 percentage point" if f"{most:.1f}" == "1.0" else f"{most:.1f} percentage points"
    upto = "up to " if len(table) > 1 else ""
    more = f"{upto}{points} more" if most >= 0.05 else "no more"
    return [
        f"With {join_words(result.causes[1:])} censored instead, 1 - Kaplan-Meier would say "
        f"{join_words(texts)}: {more}."
    ]
