"""The design's question: the hazard ratio it expects beside the one observed, and its events."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from scipy import stats

from retnet_core import wording
from retnet_core.analysis._sentences import hazard_compared
from retnet_core.analysis.cox import hazard_ratios
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import DESIGN_HAZARD_RATIO, REFERENCE_ARM, Endpoint

ARMS = ("TAE", "cTACE")
"""The arms of the gauge; the design's hazard ratio is bland over chemoembolization."""
_ENDPOINT = "hpfs"


@dataclass(frozen=True, eq=False, kw_only=True)
class Design(Result):
    """What was observed beside what the design expects; no verdict.

    Attributes
    ----------
    endpoint : Endpoint
        What was timed; the design's is hPFS.
    level, reference : str
        All hazard ratios read level over reference.
    hr, lower, upper : float
        Observed, with 95% limits; NaN where it cannot be estimated.
    design_hr : float
        The design's, turned the same way round.
    n_level, n_reference : int
        Patients of the arms.
    events_level, events_reference : int
        Their events so far.
    events_needed : int
        Events of both arms that the assumed design needs.
    alpha, power : float
        The assumptions behind ``events_needed``.
    """

    endpoint: Endpoint
    level: str
    reference: str
    hr: float
    lower: float
    upper: float
    design_hr: float
    n_level: int
    n_reference: int
    events_level: int
    events_reference: int
    events_needed: int
    alpha: float
    power: float

    @property
    def events(self) -> int:
        """Events so far in both arms."""
        return self.events_level + self.events_reference


def gauge(
    tte: TimeToEvent,
    reference: str = REFERENCE_ARM,
    level: str = "cTACE",
    alpha: float = 0.05,
    power: float = 0.8,
) -> Design:
    """Put the observed hazard ratio and events beside those of the design.

    Parameters
    ----------
    tte : TimeToEvent
        The endpoint; the design's hazard ratio is of hPFS, others get a note.
    reference, level : str
        TAE and cTACE, either way round.
    alpha : float
        Two-sided type I error; an assumption, since the design's is not public.
    power : float
        Power at the design's hazard ratio; an assumption too.

    Returns
    -------
    Design
        The hazard ratio from a Cox model of the two arms only (`hazard_ratios`).

    Raises
    ------
    ValueError
        If the arms are not TAE and cTACE, or alpha or power cannot be.
    """
    if {level, reference} != set(ARMS):
        raise ValueError(f"the design compares TAE and cTACE, not {level!r} and {reference!r}")
    needed = events_needed(DESIGN_HAZARD_RATIO, alpha, power)
    frame = tte.frame[tte.frame["arm"].isin(ARMS)].reset_index(drop=True)
    there = [arm for arm in (reference, level) if frame["arm"].eq(arm).any()]
    ratios = hazard_ratios(
        replace(tte, frame=frame), reference=reference if len(there) == 2 else None
    )
    observed = ratios.table[["hr", "lower", "upper"]].to_numpy(dtype=float)
    hr, lower, upper = observed[0] if len(observed) else (math.nan,) * 3
    counted = {arm: frame.loc[frame["arm"].eq(arm), "event"] for arm in ARMS}
    notes = [
        f"Alpha and power of the design are not public: a two-sided alpha of {alpha:g} and a power "
        f"of {100 * power:g}% are assumed."
    ]
    if tte.endpoint.code != _ENDPOINT:
        notes.append(f"The design's hazard ratio is of hPFS; this is {tte.endpoint.short}.")
    return Design(
        endpoint=tte.endpoint,
        level=level,
        reference=reference,
        hr=float(hr),
        lower=float(lower),
        upper=float(upper),
        design_hr=DESIGN_HAZARD_RATIO if level == "TAE" else 1 / DESIGN_HAZARD_RATIO,
        n_level=len(counted[level]),
        n_reference=len(counted[reference]),
        events_level=int(counted[level].sum()),
        events_reference=int(counted[reference].sum()),
        events_needed=needed,
        alpha=alpha,
        power=power,
        method=_method(level, reference, alpha, power),
        notes=(*ratios.notes, *notes),
    )


def events_needed(hazard_ratio: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Count the events that a log-rank test of two equal arms needs.

    Parameters
    ----------
    hazard_ratio : float
        The ratio to be found, either way round.
    alpha : float
        Two-sided type I error.
    power : float
        Power at that hazard ratio.

    Returns
    -------
    int
        4 (z_alpha/2 + z_power)^2 / log(hazard_ratio)^2, rounded up (Schoenfeld, Biometrics 1983).

    Raises
    ------
    ValueError
        If alpha or power lies outside 0 to 1, power is not above alpha, or the ratio is 1 or not
        positive.

    Examples
    --------
    >>> events_needed(1.78)
    95
    """
    if not 0 < alpha < power < 1:
        raise ValueError(f"alpha ({alpha:g}) must be below power ({power:g}), both within 0 and 1")
    if hazard_ratio <= 0 or hazard_ratio == 1:
        raise ValueError(f"no number of events finds a hazard ratio of {hazard_ratio:g}")
    z = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))
    return math.ceil(4 * z**2 / math.log(hazard_ratio) ** 2)


def summary(gauge: Design) -> str:
    """Say what was observed and what the design expects in a paragraph; no verdict.

    Parameters
    ----------
    gauge : Design
        The result.

    Returns
    -------
    str
        Such as "The hazard of hepatic progression or death with cTACE was 0.92 times that with TAE
        (95% CI 0.63-1.34); the design expected 0.562 (1/1.78). 88 of the 95 events that the
        assumed design needs have happened (TAE 45, cTACE 43)." Of another endpoint than hPFS it
        says that the design's numbers are of hPFS.
    """
    if math.isnan(gauge.hr):
        observed = f"hazard ratio of {gauge.level} over {gauge.reference} cannot be estimated"
    else:
        observed = hazard_compared(
            gauge.endpoint.event, gauge.level, gauge.reference, gauge.hr, gauge.lower, gauge.upper
        )
    turned = f" ({_turned(gauge.level)})" if gauge.design_hr < 1 else ""
    expected = f"the design expected {gauge.design_hr:.3g}{turned}"
    expected += "" if gauge.endpoint.code == _ENDPOINT else " for hPFS"
    return f"The {observed}; {expected}. {_events_so_far(gauge)}"


def _events_so_far(gauge: Design) -> str:
    """Set the events beside those needed."""
    so_far, needed = gauge.events, gauge.events_needed
    by_arm = f" ({gauge.reference} {gauge.events_reference}, {gauge.level} {gauge.events_level})"
    has = "has" if so_far == 1 else "have"
    if gauge.endpoint.code != _ENDPOINT:
        return (
            f"{wording.count(so_far, 'event')} of {gauge.endpoint.short} {has} happened{by_arm}; "
            f"the {needed} that the assumed design needs are of hPFS."
        )
    if so_far > needed:
        return (
            f"{wording.count(so_far, 'event')} have happened{by_arm}, {so_far - needed} more than "
            f"the {needed} that the assumed design needs."
        )
    if so_far == needed:
        return f"The {needed} events that the assumed design needs have happened{by_arm}."
    return f"{so_far} of the {needed} events that the assumed design needs {has} happened{by_arm}."


def _turned(level: str) -> str:
    return f"{DESIGN_HAZARD_RATIO:g}" if level == "TAE" else f"1/{DESIGN_HAZARD_RATIO:g}"


def _method(level: str, reference: str, alpha: float, power: float) -> str:
    return (
        f"Hazard ratio {level} over {reference} by a Cox model of these two arms, ties by Efron, "
        f"Wald 95% confidence limits; the design's is {_turned(level)}. Events needed by "
        "Schoenfeld's formula: log-rank test of two equal arms, two-sided alpha "
        f"{alpha:g}, power {100 * power:g}%."
    )
