"""Gray's test of cumulative incidences."""

from __future__ import annotations

from dataclasses import dataclass

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core.analysis._groups import (
    FEW_EVENTS,
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis.causes import CompetingRisks, cause_codes, response
from retnet_core.analysis.result import Result

_NAN = float("nan")
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Gray(Result):
    """Gray's test of each cause.

    Attributes
    ----------
    by : str
        The column that divides the patients.
    table : pandas.DataFrame
        cause, statistic (chi-square), df, p (two-sided): a row a cause; NaN where there is
        nothing to test.
    """

    by: str
    table: pd.DataFrame


def gray(cr: CompetingRisks, by: str = "arm") -> Gray:
    """Test whether the cumulative incidences of groups differ, by Gray's test.

    Parameters
    ----------
    cr : CompetingRisks
        The first events.
    by : str
        Column of ``cr.frame`` that divides the patients.

    Returns
    -------
    Gray
        Gray, Ann Stat 1988, unstratified, rho 0, as R's ``cmprsk::cuminc``; computed by greenwood.
        A group of which nobody is at risk at any event of a cause takes no part in its test.

    Raises
    ------
    ValueError
        If ``by`` is no column of the frame.
    """
    labels = group_labels(cr.any_event, by)
    groups = ordered_groups(cr.any_event, by, labels)
    codes = group_codes(labels, groups)
    which = cause_codes(cr)
    tested, notes = [], []
    for place, cause in enumerate(cr.causes, start=1):
        statistic, df, p, trouble = _gray(cr, which, codes, groups, place)
        tested.append((cause, statistic, df, p))
        notes += trouble
    return Gray(
        by=by,
        table=pd.DataFrame(tested, columns=["cause", "statistic", "df", "p"]),
        method=f"Gray's test of each cumulative incidence by {by_words(by)}, two-sided, no "
        "adjustment for multiple testing.",
        notes=(*guard_notes(cr.any_event), *notes),
    )


def _gray(
    cr: CompetingRisks,
    which: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int64],
    groups: tuple[str, ...],
    place: int,
) -> tuple[float, int, float, list[str]]:
    """Test one cause: statistic, df, p, and what a reader must know."""
    cause = cr.causes[place - 1]
    days, _ = times(cr.any_event)
    events = int((which == place).sum())
    first = days[which == place].min() if events else np.inf
    # Who is no longer at risk at the first event of the cause changes no term of the statistic.
    present = np.unique(codes[days >= first])
    if len(groups) < 2 or not events:
        why = "fewer than two groups have patients" if len(groups) < 2 else "no events"
        return _NAN, 0, _NAN, [f"No test of {cause}: {why}."]
    if len(present) < 2:
        return _NAN, 0, _NAN, [f"No test of {cause}: only one group is at risk at its events."]
    taking = np.isin(codes, present)
    surv = response(days[taking], which[taking], len(cr.causes))
    notes = [
        f"{group}: nobody at risk at any event of {cause}, not tested for it."
        for i, group in enumerate(groups)
        if i not in present
    ]
    if events < FEW_EVENTS:
        notes.append(f"Few events of {cause} ({events}): its test has little power.")
    try:
        with np.errstate(all="ignore"):
            found = greenwood.grays_test(surv, codes[taking], cause=place)
    except np.linalg.LinAlgError:
        found = None
    if found is None or not np.isfinite(found.statistic):
        return _NAN, len(present) - 1, _NAN, [*notes, f"No test of {cause}: nothing varies."]
    return float(found.statistic), int(found.df), float(found.p_value), notes
