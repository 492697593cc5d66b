"""Cumulative incidence of competing events, and the states that patients are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core.analysis._groups import (
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis.causes import CompetingRisks, cause_codes, response
from retnet_core.analysis.kaplan_meier import TIE
from retnet_core.analysis.result import Result
from retnet_core.protocol import DAYS_PER_MONTH

FREE = "free"
"""The state of patients who have had none of the events."""
_CURVE = ["group", "cause", "days", "months", "at_risk", "events",
          "incidence", "std_err", "lower", "upper"]  # fmt: skip
_NAN = float("nan")
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class CumulativeIncidence(Result):
    """Cumulative incidence of each competing event in groups of patients.

    Attributes
    ----------
    by : str or None
        The column that divides the patients.
    groups : tuple of str
        The groups with patients, in display order.
    causes : tuple of str
        The competing events; the first is the one of interest.
    curve : pandas.DataFrame
        group, cause, days, months, at_risk, events (of the cause), incidence, std_err, lower,
        upper: a row for each distinct time of a group and cause, as R's ``survfit`` prints; 95%
        limits, missing where the incidence is 0 or 1.
    occupancy : pandas.DataFrame
        group, months, state (``"free"`` or a cause), share: for each group, at 0 and at each
        distinct time, shares that sum to 1.
    origin : str
        Where time starts, in words (`TimeToEvent.origin`).
    """

    by: str | None
    groups: tuple[str, ...]
    causes: tuple[str, ...]
    curve: pd.DataFrame
    occupancy: pd.DataFrame
    origin: str = ""

    def at(self, months: Sequence[float] | _Floats) -> pd.DataFrame:
        """Read the incidences at given months.

        Parameters
        ----------
        months : sequence of float
            Where to read.

        Returns
        -------
        pandas.DataFrame
            group, cause, months, incidence, std_err, lower, upper: for each group and cause, a
            row a month. Missing past the group's last time, unless all its patients had an event
            by then.
        """
        ticks = np.asarray(months, dtype=float)
        columns = ["incidence", "std_err", "lower", "upper"]
        parts = []
        for group, of_cause in self._by_group():
            lasting = _all_had_an_event(of_cause)
            for cause, rows in of_cause.items():
                start = [0.0, 0.0, _NAN, _NAN]
                values = _read(rows, rows[columns].to_numpy(), start, ticks, lasting)
                read = dict(zip(columns, values.T, strict=True))
                parts.append(
                    pd.DataFrame({"group": group, "cause": cause, "months": ticks, **read})
                )
        return _stack(parts, ["group", "cause", "months", *columns])

    def numbers_at(self, months: Sequence[float] | _Floats) -> pd.DataFrame:
        """Count under the curve, as `KaplanMeier.numbers_at` does.

        Parameters
        ----------
        months : sequence of float
            Ticks.

        Returns
        -------
        pandas.DataFrame
            group, months, at_risk (times of at least that month), censored, and a column a cause
            (all strictly before): they sum to the patients of the group.
        """
        ticks = np.asarray(months, dtype=float)
        parts = []
        for group, of_cause in self._by_group():
            rows = of_cause[self.causes[0]]
            before = np.searchsorted(rows["days"], ticks * DAYS_PER_MONTH - TIE, side="left")
            at_risk = np.append(rows["at_risk"], 0)[before]
            events = {
                cause: np.concatenate([[0], np.cumsum(found["events"])])[before]
                for cause, found in of_cause.items()
            }
            censored = rows["at_risk"].iloc[0] - at_risk - sum(events.values())
            counts = {"at_risk": at_risk, "censored": censored, **events}
            parts.append(pd.DataFrame({"group": group, "months": ticks, **counts}))
        return _stack(parts, ["group", "months", "at_risk", "censored", *self.causes])

    def naive(self, months: Sequence[float] | _Floats) -> pd.DataFrame:
        """Say how much too high 1 - Kaplan-Meier is for the event of interest.

        Parameters
        ----------
        months : sequence of float
            Where to read.

        Returns
        -------
        pandas.DataFrame
            group, months, naive (1 - Kaplan-Meier of the first cause, the others censored),
            incidence, difference (naive - incidence): for each group, a row a month.
        """
        ticks = np.asarray(months, dtype=float)
        interest = self.causes[0]
        at = self.at(ticks)
        parts = []
        for group, of_cause in self._by_group():
            rows = of_cause[interest]
            survival = (1 - rows["events"] / rows["at_risk"]).cumprod()
            rising = (1 - survival).to_numpy()[:, None]
            naive = _read(rows, rising, [0.0], ticks, bool(rising[-1, 0] == 1))[:, 0]
            chosen = at["group"].eq(group) & at["cause"].eq(interest)
            incidence = at.loc[chosen, "incidence"].to_numpy()
            read = {"naive": naive, "incidence": incidence, "difference": naive - incidence}
            parts.append(pd.DataFrame({"group": group, "months": ticks, **read}))
        return _stack(parts, ["group", "months", "naive", "incidence", "difference"])

    def _by_group(self) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
        """Go through groups with the rows of each cause."""
        rows = dict(list(self.curve.groupby(["group", "cause"], sort=False)))
        for group in self.groups:
            yield group, {cause: rows[(group, cause)] for cause in self.causes}


def cumulative_incidence(cr: CompetingRisks, by: str | None = "arm") -> CumulativeIncidence:
    """Estimate the cumulative incidence of each cause by the Aalen-Johansen method.

    Parameters
    ----------
    cr : CompetingRisks
        The first events.
    by : str or None
        Column of ``cr.frame`` that divides the patients; None takes all together.

    Returns
    -------
    CumulativeIncidence
        Incidence and its delta-method standard error from greenwood, 95% limits on the log-log
        scale: R's ``survfit(Surv(time, factor) ~ group, conf.type = "log-log")``.

    Raises
    ------
    ValueError
        If ``by`` is no column of the frame.
    """
    labels = group_labels(cr.any_event, by)
    groups = ordered_groups(cr.any_event, by, labels)
    codes = group_codes(labels, groups)
    days, _ = times(cr.any_event)
    which = cause_codes(cr)
    parts = []
    for i, group in enumerate(groups):
        part = _curve(days[codes == i], which[codes == i], cr.causes)
        parts.append(part.assign(group=group))
    curve = _stack(parts, _CURVE)
    return CumulativeIncidence(
        by=by,
        groups=groups,
        causes=cr.causes,
        curve=curve,
        occupancy=_occupancy(curve, groups, cr.causes),
        origin=cr.any_event.origin,
        method=f"Cumulative incidence by {by_words(by)} (Aalen-Johansen) with 95% log-log "
        f"confidence limits. {cr.method}",
        notes=tuple(dict.fromkeys([*guard_notes(cr.any_event), *cr.notes])),
    )


def _curve(days: _Floats, which: npt.NDArray[np.int64], causes: tuple[str, ...]) -> pd.DataFrame:
    """Estimate one group's incidences: a row a cause and distinct time."""
    fit = greenwood.AalenJohansen(conf_type="log-log").fit(response(days, which, len(causes)))
    found = fit.to_frame(format="pandas")
    distinct, place = np.unique(days, return_inverse=True)
    counts = [
        np.bincount(place[which == cause], minlength=len(distinct))
        for cause in range(1, len(causes) + 1)
    ]
    incidence = found["estimate"].to_numpy()
    limits = found[["conf_low", "conf_high"]].to_numpy(copy=True)
    # As in R: log(-log) has no value at 0 and 1, which sums of floats miss by a hair.
    limits[(incidence == 0) | (incidence > 1 - 1e-12)] = np.nan
    return pd.DataFrame(
        {
            "cause": np.repeat(np.array(causes, dtype=object), len(distinct)),
            "days": found["time"].to_numpy(),
            "months": found["time"].to_numpy() / DAYS_PER_MONTH,
            "at_risk": found["n_risk"].astype(np.int64),
            "events": np.concatenate(counts),
            "incidence": incidence,
            "std_err": found["std_error"],
            "lower": limits[:, 0],
            "upper": limits[:, 1],
        }
    )


def _occupancy(
    curve: pd.DataFrame, groups: tuple[str, ...], causes: tuple[str, ...]
) -> pd.DataFrame:
    """Divide each group among the states, at 0 and at each of its times."""
    parts = []
    for group in groups:
        rows = curve[curve["group"] == group]
        months = rows.loc[rows["cause"] == causes[0], "months"].to_numpy()
        had = rows["incidence"].to_numpy().reshape(len(causes), len(months))
        shares = np.vstack([np.clip(1 - had.sum(axis=0), 0, 1), had])
        begin = np.zeros((len(shares), 1))
        begin[0] = 1
        shares = np.hstack([begin, shares])
        parts.append(
            pd.DataFrame(
                {
                    "group": group,
                    "months": np.tile([0.0, *months], len(shares)),
                    "state": np.repeat(np.array([FREE, *causes], dtype=object), shares.shape[1]),
                    "share": shares.ravel(),
                }
            )
        )
    return _stack(parts, ["group", "months", "state", "share"])


def _all_had_an_event(of_cause: Mapping[str, pd.DataFrame]) -> bool:
    last = [rows.iloc[-1] for rows in of_cause.values()]
    return bool(sum(row["events"] for row in last) == last[0]["at_risk"])


def _read(
    rows: pd.DataFrame, values: _Floats, start: Sequence[float], ticks: _Floats, lasting: bool
) -> _Floats:
    """Read steps at months: ``start`` before the first; missing past the last unless lasting."""
    days = rows["days"].to_numpy()
    until = np.searchsorted(days, ticks * DAYS_PER_MONTH + TIE, side="right")
    read: _Floats = np.vstack([start, values])[until]
    if not lasting:
        read[ticks * DAYS_PER_MONTH > days[-1] + TIE] = np.nan
    return read


def _stack(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return pd.concat(parts, ignore_index=True)[columns]
