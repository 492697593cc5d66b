"""Competing risks: which event came first for each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import greenwood
import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core.analysis import time_to_event
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import EndpointRules, EndpointSource
from retnet_core.trial import Trial, join_words

CENSORED = "censored"
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


def cause_codes(cr: CompetingRisks) -> npt.NDArray[np.int64]:
    """Give what happened to each patient as a number: 0 censored, 1 the first cause, ..."""
    places = {CENSORED: 0} | {cause: i for i, cause in enumerate(cr.causes, start=1)}
    return np.asarray(cr.frame["event"].map(places), dtype=np.int64)


def response(days: _Floats, which: npt.NDArray[np.int64], causes: int) -> greenwood.Surv:
    """Give greenwood causes by number, so that no cause's name can clash with another's."""
    event = pd.Categorical(which.astype(str), categories=np.arange(causes + 1).astype(str))
    return greenwood.Surv(days, event=event)
