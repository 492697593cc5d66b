"""Competing risks: which event came first, cumulative incidence of each cause, and Gray's test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis import time_to_event
from retnet_core.analysis._groups import (
    FEW_EVENTS,
    by_words,
    group_codes,
    group_labels,
    guard_notes,
    ordered_groups,
    times,
)
from retnet_core.analysis._sentences import (
    NOBODY,
    counted_months,
    group_name,
    nobody_followed,
    patients,
    percent_limits,
)
from retnet_core.analysis.kaplan_meier import TIE
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DAYS_PER_MONTH, EndpointRules, EndpointSource
from retnet_core.trial import Trial, join_words

CENSORED = "censored"
FREE = "free"
"""The state of patients who have had none of the events."""
HEPATIC, OTHER, DEATH = "hepatic progression", "other progression", "death"

OtherProgression = Literal["ignored", "competing"]

_CAUSES = {
    "hepatic progression": HEPATIC,
    "extrahepatic progression": OTHER,
    "death": DEATH,
}
"""What ended a time of hPFS -> the cause."""
_SWITCH_WORDS = {
    "ignored": "other progression is ignored",
    "event": "other progression is an event",
    "censored": "other progression censors",
}
_CURVE = ["group", "cause", "days", "months", "at_risk", "events",
          "incidence", "std_err", "lower", "upper"]  # fmt: skip
_NAN = float("nan")

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class CompetingRisks(Result):
    """The first of several competing events of each patient.

    Attributes
    ----------
    causes : tuple of str
        The competing events in display order; the first is the one of interest.
    frame : pandas.DataFrame
        A row a patient: patient_id, arm (assigned), days, months (days / 30.4375), event (one of
        ``causes``, or ``"censored"``), and the covariates of `TimeToEvent.frame`.
    not_analysed : pandas.DataFrame
        patient_id, arm, reason: the patients that could not be timed.
    any_event : TimeToEvent
        The same patients and times with any of the causes as the event.
    """

    causes: tuple[str, ...]
    frame: pd.DataFrame
    not_analysed: pd.DataFrame
    any_event: TimeToEvent

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        causes: Sequence[str],
        levels: Mapping[str, tuple[str, ...]] | None = None,
    ) -> CompetingRisks:
        """Take times and causes as they are.

        Parameters
        ----------
        frame : pandas.DataFrame
            days (or months of 30.4375 days) and event (one of ``causes``, or ``"censored"``),
            without missing values; patient_id, arm and any covariates where there are any.
        causes : sequence of str
            The competing events, the one of interest first.
        levels : mapping, optional
            Column -> its levels in order; others are ordered as they appear.

        Raises
        ------
        ValueError
            If ``event`` holds anything else.

        Examples
        --------
        >>> frame = pd.DataFrame({"days": [30, 61], "event": ["death", "censored"]})
        >>> CompetingRisks.from_frame(frame, ("death",)).frame["event"].tolist()
        ['death', 'censored']
        """
        event = frame["event"].astype(object)
        strange = sorted(set(map(str, event)) - {CENSORED, *causes})
        if strange:
            known = join_words([*causes, CENSORED], "or")
            raise ValueError(f"event {strange[0]!r} is not {known}")
        timed = TimeToEvent.from_frame(frame.assign(event=event.ne(CENSORED)), "event", levels)
        return _with_causes(timed, event, tuple(causes), timed.method, ())


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


def derive(
    trial: Trial,
    rules: EndpointRules | None = None,
    other_progression: OtherProgression = "ignored",
) -> CompetingRisks:
    """Find which came first for every patient: hepatic progression, death, or neither.

    Parameters
    ----------
    trial : Trial
        Whole or narrowed to a cohort; the source is chosen on the whole export.
    rules : EndpointRules, optional
        Start, other therapy and source are taken from it. Its switches ``death`` and
        ``extrahepatic`` are set here: death always competes.
    other_progression : {"ignored", "competing"}
        Progression outside the liver alone: ignored, or an event of its own that competes.

    Returns
    -------
    CompetingRisks
        The times of hPFS, each event by its cause. On one day hepatic progression goes before
        other progression, and that before death.

    Raises
    ------
    ValueError
        If the export cannot give hPFS, or gives it as times only, without the cause.
    """
    if other_progression not in ("ignored", "competing"):
        raise ValueError(
            f"other_progression is 'ignored' or 'competing', not {other_progression!r}"
        )
    competes = other_progression == "competing"
    asked = rules or EndpointRules()
    source, source_notes = _source(trial, asked)
    used = replace(
        asked, death="event", extrahepatic="event" if competes else "ignored", source=source
    )
    hpfs = time_to_event.derive(trial, "hpfs", used)
    event = hpfs.frame["reason"].map(_CAUSES).where(hpfs.frame["event"], CENSORED)
    causes = (HEPATIC, OTHER, DEATH) if competes else (HEPATIC, DEATH)
    return _with_causes(
        hpfs,
        event,
        causes,
        f"Competing risks: what came first, {join_words(causes, 'or')}, on one day in this order. "
        f"{hpfs.method}",
        (*_hpfs_note(asked, used), *source_notes),
    )


def _source(trial: Trial, rules: EndpointRules) -> tuple[EndpointSource | None, tuple[str, ...]]:
    """Choose a source that knows causes: given times do not."""
    sources = time_to_event.available_sources(trial, "hpfs")
    if "given" not in sources or rules.source in ("dates", "assessments"):
        return rules.source, ()
    causal = [source for source in sources if source != "given"]
    if rules.source == "given" or not causal:
        raise ValueError(
            "This export gives times of hPFS without saying whether they ended in progression or "
            "death: competing risks need dates or imaging assessments."
        )
    return causal[0], (
        "The export gives times of hPFS without their cause: these times are derived from "
        f"{'dates' if causal[0] == 'dates' else 'imaging assessments'} and may differ.",
    )


def _hpfs_note(asked: EndpointRules, used: EndpointRules) -> tuple[str, ...]:
    """Say where hPFS under its own switches ends at other events than these times do."""
    there = ["deaths are censored"] if asked.death != used.death else []
    if asked.extrahepatic != used.extrahepatic:
        there.append(_SWITCH_WORDS[asked.extrahepatic])
    return (f"hPFS differs from these times: there {join_words(there)}.",) if there else ()


def _with_causes(
    timed: TimeToEvent,
    event: pd.Series,
    causes: tuple[str, ...],
    method: str,
    notes: tuple[str, ...],
) -> CompetingRisks:
    frame = timed.frame.drop(columns="reason")
    return CompetingRisks(
        causes=causes,
        frame=frame.assign(event=event.to_numpy(dtype=object)),
        not_analysed=timed.not_analysed,
        any_event=timed,
        method=method,
        notes=(*notes, *timed.notes),
    )


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
    which = _cause_codes(cr)
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
        notes=(*guard_notes(cr.any_event), *cr.notes),
    )


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
    which = _cause_codes(cr)
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


def _cause_codes(cr: CompetingRisks) -> npt.NDArray[np.int64]:
    """Give what happened to each patient as a number: 0 censored, 1 the first cause, ..."""
    places = {CENSORED: 0} | {cause: i for i, cause in enumerate(cr.causes, start=1)}
    return np.asarray(cr.frame["event"].map(places), dtype=np.int64)


def _response(days: _Floats, which: npt.NDArray[np.int64], causes: int) -> greenwood.Surv:
    """Give greenwood causes by number, so that no cause's name can clash with another's."""
    event = pd.Categorical(which.astype(str), categories=np.arange(causes + 1).astype(str))
    return greenwood.Surv(days, event=event)


def _curve(days: _Floats, which: npt.NDArray[np.int64], causes: tuple[str, ...]) -> pd.DataFrame:
    """Estimate one group's incidences: a row a cause and distinct time."""
    fit = greenwood.AalenJohansen(conf_type="log-log").fit(_response(days, which, len(causes)))
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
    response = _response(days[taking], which[taking], len(cr.causes))
    notes = [
        f"{group}: nobody at risk at any event of {cause}, not tested for it."
        for i, group in enumerate(groups)
        if i not in present
    ]
    if events < FEW_EVENTS:
        notes.append(f"Few events of {cause} ({events}): its test has little power.")
    try:
        with np.errstate(all="ignore"):
            found = greenwood.grays_test(response, codes[taking], cause=place)
    except np.linalg.LinAlgError:
        found = None
    if found is None or not np.isfinite(found.statistic):
        return _NAN, len(present) - 1, _NAN, [*notes, f"No test of {cause}: nothing varies."]
    return float(found.statistic), int(found.df), float(found.p_value), notes


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
