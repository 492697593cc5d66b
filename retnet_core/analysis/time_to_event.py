"""Time to event: a trial's tables become one time and one event per patient, by a stated rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from retnet_core import wording
from retnet_core.analysis._concurrent import closed_note
from retnet_core.analysis._endpoint_rules import (
    deaths_count,
    describe_rule,
    event_words,
    progression_columns,
    switched_rules,
)
from retnet_core.analysis._milestones import Milestones, gather
from retnet_core.analysis.result import Result, weigh
from retnet_core.protocol import (
    DAYS_PER_MONTH,
    ENDPOINTS,
    SITE_REGIONS,
    UNKNOWN,
    Endpoint,
    EndpointRules,
    EndpointSource,
    Start,
    find_endpoint,
    site_region,
)
from retnet_core.trial import DIMENSIONS, Trial, join_words
from retnet_core.wording import MORE

SOURCES: tuple[EndpointSource, ...] = ("given", "dates", "assessments")
_COVARIATE_DIMENSIONS = {
    "who_grade": "who_grades",
    "primary_site": "primary_sites",
    "histologic_subtype": "histologic_subtypes",
    "functional": "functional",
    "liver_burden": "liver_burdens",
}
_OUTCOME = ["patient_id", "arm", "days", "months", "event", "reason"]
_NO_IMAGING = "censored: no evaluable imaging after the start"
_NO_EVENT = ("no event given", "event could not be read")
_ORIGINS: dict[Start, str] = {
    "first_embolization": "first embolization",
    "randomization": "randomisation",
}
_SOURCE_WORDS: dict[EndpointSource, str] = {
    "given": "given times",
    "dates": "dates",
    "assessments": "imaging assessments",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class TimeToEvent(Result):
    """One endpoint of the patients of a trial.

    Attributes
    ----------
    endpoint : Endpoint
        What was timed; its ``event`` says in words what the rules count.
    rules : EndpointRules
        The switches in force.
    source : {"given", "dates", "assessments"}
        Where all times come from.
    frame : pandas.DataFrame
        A row a patient: patient_id, arm (assigned), days, months (days / 30.4375), event (bool),
        reason (what ended the time, in words), and the covariates who_grade, primary_site,
        histologic_subtype, functional, liver_burden (a band), site, site_region, sex (text,
        ``"unknown"`` where missing), age (years), ecog.
    not_analysed : pandas.DataFrame
        patient_id, arm, reason: the patients that could not be timed.
    levels : dict
        Column -> its levels in display order.
    available_sources : tuple of str
        The sources this export has for the endpoint.
    origin : str
        Where time starts, in words: "first embolization", "the landmark at month 6"; "" where the
        export gives times without saying so.
    landmark : float
        The month from which time is counted (`landmark.from_month`); 0 is the start.
    """

    endpoint: Endpoint
    rules: EndpointRules
    source: EndpointSource
    frame: pd.DataFrame
    not_analysed: pd.DataFrame
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    available_sources: tuple[EndpointSource, ...] = ("given",)
    origin: str = ""
    landmark: float = 0.0

    @property
    def switched(self) -> tuple[str, ...]:
        """The rules in force that are not the default, in words."""
        return switched_rules(self.endpoint, self.rules, self.source)

    def covariates(self, without: str | None = None) -> tuple[str, ...]:
        """Name the columns that tell patients apart, in the order of the frame.

        Parameters
        ----------
        without : str, optional
            A column to leave out, such as the one that divides the patients.

        Returns
        -------
        tuple of str
            Those of the arm and the covariates that have at least two levels among the patients,
            missing ones not counted.
        """
        among = ["arm", *(str(name) for name in self.frame if name not in _OUTCOME)]
        known = {name: self.frame[name][self.frame[name].ne(UNKNOWN)] for name in among}
        return tuple(name for name in among if name != without and known[name].nunique() > 1)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        endpoint: str = "os",
        levels: Mapping[str, tuple[str, ...]] | None = None,
    ) -> TimeToEvent:
        """Take times as they are.

        Parameters
        ----------
        frame : pandas.DataFrame
            days (or months of 30.4375 days) and event, without missing values; patient_id, arm,
            reason and any covariates where there are any.
        endpoint : str
            Name of the endpoint.
        levels : mapping, optional
            Column -> its levels in order; others are ordered as they appear.

        Examples
        --------
        >>> tte = TimeToEvent.from_frame(pd.DataFrame({"days": [61, 30], "event": [True, False]}))
        >>> tte.frame["months"].round(2).tolist()
        [2.0, 0.99]
        """
        found = find_endpoint(endpoint)
        taken = frame.reset_index(drop=True)
        days = taken["days"] if "days" in taken else taken["months"] * DAYS_PER_MONTH
        event = taken["event"].astype(bool)
        filled = {
            "patient_id": [str(i + 1) for i in range(len(taken))],
            "arm": "all",
            "reason": np.where(event, found.event, "censored"),
        } | {name: taken[name] for name in taken}
        timed = filled | {"days": days.astype(float), "months": days / DAYS_PER_MONTH}
        timed["event"] = event
        ordered = [*_OUTCOME, *(name for name in taken if name not in _OUTCOME)]
        return cls(
            endpoint=found,
            rules=EndpointRules(),
            source="given",
            frame=pd.DataFrame(timed, index=taken.index)[ordered],
            not_analysed=pd.DataFrame(columns=["patient_id", "arm", "reason"], dtype=object),
            levels=dict(levels or {}),
            method=describe_rule(endpoint, source="given"),
        )


def available_sources(trial: Trial, endpoint: str) -> tuple[EndpointSource, ...]:
    """Name the sources that the whole export has for an endpoint, best first.

    A date column with any value is a source, and its blanks mean no event.

    Examples
    --------
    ``available_sources(trial, "hPFS")`` may give ``("dates", "assessments")``.
    """
    export, code = trial.whole, find_endpoint(endpoint).code
    given = export.time_to_event
    rows = given[given["endpoint"].map(lambda name: find_endpoint(name).code == code).astype(bool)]
    seen = export.assessments[export.assessments["date"].notna()]

    def any_in(table: pd.DataFrame, *columns: str) -> bool:
        return bool(table[list(columns)].notna().any(axis=None))

    has = {
        "given": any_in(rows, "days", "months"),
        "dates": code in ENDPOINTS and any_in(export.patients, *_KEY_DATES[code]),
        "assessments": code in _KEY_CALLS and any_in(seen, *_KEY_CALLS[code]),
    }
    return tuple(source for source in SOURCES if has[source])


_KEY_DATES = {
    "hpfs": ("hepatic_progression_date",),
    "pfs": ("progression_date",),
    "ttp": ("progression_date",),
    "os": ("death_date", "last_contact_date"),
}
_KEY_CALLS = {
    "hpfs": ("hepatic_response", "new_hepatic_lesion"),
    "pfs": ("overall_response", "new_extrahepatic_lesion"),
    "ttp": ("overall_response", "new_extrahepatic_lesion"),
}


def available_endpoints(trial: Trial) -> tuple[str, ...]:
    """Name the endpoints that the whole export can give.

    Returns
    -------
    tuple of str
        Codes of RETNET's endpoints in the protocol's order, then other given endpoints as the
        export spells them.
    """
    others: dict[str, str] = {}
    for found in map(find_endpoint, trial.whole.time_to_event["endpoint"].unique()):
        if found.code not in ENDPOINTS:
            others.setdefault(found.code, found.short)
    return tuple(name for name in (*ENDPOINTS, *others.values()) if available_sources(trial, name))


def derive(trial: Trial, endpoint: str, rules: EndpointRules | None = None) -> TimeToEvent:
    """Time an endpoint for every patient of a trial.

    Parameters
    ----------
    trial : Trial
        Whole or narrowed to a cohort; the source is chosen on the whole export.
    endpoint : str
        hPFS, PFS, TTP, OS in any case, or the name of an endpoint the export gives.
    rules : EndpointRules, optional
        The switches; the defaults are assumptions, since the protocol is not public.

    Returns
    -------
    TimeToEvent
        Days derived from dates are event date - start date + 1 (the ADaM convention), so an
        event on the start day is on day 1. Given days are used as they are, given months times
        30.4375. Patients whose needed cells are missing or could not be read, or whose time would
        be negative, are in ``not_analysed``.

    Raises
    ------
    ValueError
        If the export has no such endpoint, or not from the source asked for.
    """
    rules = rules or EndpointRules()
    found = find_endpoint(endpoint)
    sources = available_sources(trial, endpoint)
    source = _choose_source(trial, found, rules, sources)
    notes: tuple[str, ...] = ()
    if source == "given":
        timed = _given(trial, found)
    else:
        milestones = gather(trial, found.code, rules, source)
        timed, notes = _time(milestones, found.code, rules), milestones.notes
    found = replace(found, event=event_words(found, rules, source))
    patients = trial.patients[["patient_id", "arm"]].merge(timed, on="patient_id", how="left")
    lost = patients["problem"].notna()
    covariates = _covariates(trial).set_axis(patients.index)
    kept = patients[~lost].assign(
        months=lambda rows: rows["days"] / DAYS_PER_MONTH,
        event=lambda rows: rows["event"].astype(bool),
    )
    not_analysed = patients.loc[lost, ["patient_id", "arm", "problem"]]
    frame = kept[_OUTCOME].join(covariates).reset_index(drop=True)
    return TimeToEvent(
        endpoint=found,
        rules=rules,
        source=source,
        frame=frame,
        not_analysed=not_analysed.rename(columns={"problem": "reason"}).reset_index(drop=True),
        levels=_levels(trial),
        available_sources=sources,
        origin="" if source == "given" else _ORIGINS[rules.start],
        method=describe_rule(endpoint, rules, source),
        notes=(*_notes(trial, found, source, frame, not_analysed), *notes),
    )


def mixed_sources(endpoints: Sequence[TimeToEvent]) -> str:
    """Say that endpoints shown together come from different sources; "" where they do not.

    Examples
    --------
    "Times come from different sources and need not agree: PFS from given times, TTP from imaging
    assessments."
    """
    if len({tte.source for tte in endpoints}) < 2:
        return ""
    named = [f"{tte.endpoint.short} from {_SOURCE_WORDS[tte.source]}" for tte in endpoints]
    return f"Times come from different sources and need not agree: {', '.join(named)}."


def _choose_source(
    trial: Trial,
    endpoint: Endpoint,
    rules: EndpointRules,
    sources: tuple[EndpointSource, ...],
) -> EndpointSource:
    if not sources:
        there = [find_endpoint(name).short for name in available_endpoints(trial)]
        holds = f"it has {join_words(there)}" if there else "it has no endpoint at all"
        raise ValueError(f"This export cannot give {endpoint.short}: {holds}.")
    if rules.source is None:
        return sources[0]
    if rules.source not in sources:
        had = join_words([_SOURCE_WORDS[source] for source in sources])
        raise ValueError(
            f"This export has no {_SOURCE_WORDS[rules.source]} for {endpoint.short}; it has {had}."
        )
    return rules.source


def _given(trial: Trial, endpoint: Endpoint) -> pd.DataFrame:
    """Take given rows: patient_id, days, event, reason, problem."""
    rows = trial.time_to_event
    named = rows["endpoint"].map(lambda name: find_endpoint(name).code == endpoint.code)
    rows = rows[named.astype(bool)]
    often = rows["patient_id"].duplicated(keep=False)
    twice = rows.loc[often, "patient_id"]
    once = rows[~often].set_index("patient_id")
    once = once.reindex(pd.Index(trial.patients["patient_id"]))
    days = once["days"].fillna(once["months"] * DAYS_PER_MONTH)
    happened = once["event"].fillna(False).astype(bool)
    emptied = trial.unreadable[trial.unreadable["table"].eq("time_to_event")]
    problem = pd.Series(None, index=once.index, dtype=object)
    problem[days < 0] = "negative time"
    for what, columns, missing in (
        ("event", ["event"], once["event"].isna()),
        ("time", ["days", "months"], days.isna()),
    ):
        unread = emptied.loc[emptied["column"].isin(columns), "patient_id"]
        problem[missing] = f"no {what} given"
        problem[missing & problem.index.isin(unread)] = f"{what} could not be read"
    problem[once["endpoint"].isna()] = f"no {endpoint.short} given"
    problem[problem.index.isin(twice)] = f"more than one {endpoint.short} given"
    timed = pd.DataFrame({"days": days, "event": happened, "problem": problem})
    timed["reason"] = np.where(happened, endpoint.event, "censored")
    return timed.rename_axis("patient_id").reset_index()


def _time(milestones: Milestones, code: str, rules: EndpointRules) -> pd.DataFrame:
    """Apply the rules to dates: patient_id, days, event, reason, problem."""
    dates = milestones.dates
    event = _earliest(_events(dates, code, rules), dates.index)
    stop = _earliest(_stops(dates, code, rules), dates.index)
    # An event on the day of a censoring counts; last_seen never hides an event.
    happened = event["date"].notna() & ~(stop["date"] < event["date"])
    ends = [*_stops(dates, code, rules), *_last_seen(dates, code)]
    censored = _earliest(ends, dates.index)
    ended = event.where(happened, censored)
    days = (ended["date"] - dates["start"]).dt.days + 1.0
    problem = milestones.blocked.combine_first(milestones.blocked_if_censored.where(~happened))
    open_end = pd.Series(None, index=dates.index, dtype=object)
    open_end[days.isna()] = "no date of death or last contact"
    early = days < 1
    what = ended["reason"].str.removeprefix("censored: ")
    open_end[early] = what[early] + " before the start"
    timed = pd.DataFrame(
        {
            "days": days,
            "event": happened,
            "reason": ended["reason"],
            "problem": problem.combine_first(open_end),
        }
    )
    return timed.rename_axis("patient_id").reset_index()


_Candidates = list[tuple[str, pd.Series]]


def _events(dates: pd.DataFrame, code: str, rules: EndpointRules) -> _Candidates:
    """List what counts as the event; on one day the first in the list names it."""
    found: _Candidates = []
    columns = progression_columns(code, rules)
    if columns:
        found.append(("hepatic progression", dates["hepatic"]))
    if code in ("pfs", "ttp"):
        found.append(("progression", dates["anywhere"]))
    elif code == "hpfs" and rules.extrahepatic == "event":
        found.append(("extrahepatic progression", _extrahepatic(dates)))
    if deaths_count(code, rules):
        found.append(("death", dates["death"]))
    return found


def _stops(dates: pd.DataFrame, code: str, rules: EndpointRules) -> _Candidates:
    """List what censors, so that later events no longer count."""
    if code == "os":
        return []
    found: _Candidates = []
    if rules.other_therapy == "censored":
        found.append(("censored: other therapy", dates["other_therapy"]))
    if code == "hpfs" and rules.extrahepatic == "censored":
        found.append(("censored: extrahepatic progression", _extrahepatic(dates)))
    return found


def _last_seen(dates: pd.DataFrame, code: str) -> _Candidates:
    """List where time ends without an event: last contact, last imaging, or day 1."""
    if code == "os":
        return [("censored: last contact", dates["last_seen"])]
    # A progression was seen on imaging, whatever the column of the last imaging says.
    progressions = ["hepatic"] if code == "hpfs" else ["hepatic", "anywhere"]
    seen = dates[["last_seen", *progressions]].max(axis=1)
    after = seen > dates["start"]
    return [
        ("censored: last evaluable imaging", seen.where(after)),
        (_NO_IMAGING, dates["start"].mask(after)),
    ]


def _extrahepatic(dates: pd.DataFrame) -> pd.Series:
    """First progression where it came before any in the liver, so was elsewhere alone."""
    alone = dates["hepatic"].isna() | (dates["anywhere"] < dates["hepatic"])
    return dates["anywhere"].where(alone)


def _earliest(candidates: _Candidates, index: pd.Index) -> pd.DataFrame:
    """Take the earliest of several dates a patient: date, reason; the first named wins a tie."""
    if not candidates:
        return pd.DataFrame({"date": pd.NaT, "reason": ""}, index=index)
    words = np.array([reason for reason, _ in candidates], dtype=object)
    days = np.column_stack([when.to_numpy(dtype="datetime64[ns]") for _, when in candidates])
    # argmin takes NaT for the least; a missing date must come after every other.
    first = np.argmin(np.where(np.isnat(days), np.datetime64(2**63 - 1, "ns"), days), axis=1)
    return pd.DataFrame(
        {"date": days[np.arange(len(index)), first], "reason": words[first]}, index=index
    )


def _covariates(trial: Trial) -> pd.DataFrame:
    """Covariates of each patient, in the order of patients."""
    patients = trial.patients
    coded = {name: trial.levels(dim) for name, dim in _COVARIATE_DIMENSIONS.items()}
    texts = {
        "site": patients["site"].fillna(UNKNOWN),
        "site_region": patients["site"].map(site_region).astype(object),
        "sex": patients["sex"].fillna(UNKNOWN),
    }
    numbers = {"age": patients["age"], "ecog": patients["ecog"]}
    more = {MORE + str(name): one.fillna(UNKNOWN) for name, one in trial.more_columns.items()}
    return pd.DataFrame({**coded, **texts, **numbers, **more})


def _levels(trial: Trial) -> dict[str, tuple[str, ...]]:
    sites = sorted(trial.whole.patients["site"].dropna().unique())
    coded = {name: DIMENSIONS[dim].order for name, dim in _COVARIATE_DIMENSIONS.items()}
    more = [MORE + str(title) for title in trial.more_columns]
    return {
        "arm": trial.arms,
        **coded,
        **{name: trial.level_order(name) for name in more},
        "site": (*sites, UNKNOWN),
        "site_region": (*dict.fromkeys(SITE_REGIONS.values()), UNKNOWN),
        "sex": ("female", "male", UNKNOWN),
    }


def _notes(
    trial: Trial,
    endpoint: Endpoint,
    source: EndpointSource,
    analysed: pd.DataFrame,
    not_analysed: pd.DataFrame,
) -> tuple[str, ...]:
    """Say what a reader must know before believing the times."""
    notes = []
    if endpoint.code in ENDPOINTS and endpoint.exploratory:
        notes.append(
            f"{endpoint.short} is not among the endpoints the trial lists in public: exploratory."
        )
    if source == "given":
        notes.append("The export gives these times, so the switches of the rule do not apply.")
    elif endpoint.code == "os" and not trial.whole.patients["death_date"].notna().any():
        notes.append("The export has no death_date: nobody is counted as dead.")
    notes += closed_note(trial)
    if len(not_analysed):
        counts = not_analysed["problem"].value_counts()
        reasons = "; ".join(f"{reason}: {n}" for reason, n in counts.items())
        note = (
            f"{len(not_analysed)} of {wording.count(len(trial.patients), 'patient')} cannot be "
            f"analysed ({reasons}) and are left out."
        )
        notes.append(weigh(note, len(not_analysed), len(trial.patients)))
    silent = int(not_analysed["problem"].isin(_NO_EVENT).sum())
    if silent and analysed["event"].nunique() == 1:
        all_of_them = "has the event" if analysed["event"].iloc[0] else "is censored"
        note = (
            f"Every patient analysed {all_of_them}; what happened to "
            f"{wording.count(silent, 'other')} is not known, who may be the contrary."
        )
        notes.append(weigh(note, silent, len(analysed) + silent))
    unseen = int(analysed["reason"].eq(_NO_IMAGING).sum())
    if unseen:
        note = (
            f"{unseen} of {wording.count(len(analysed), 'patient')} had neither an event nor "
            "evaluable imaging after the start: censored on day 1."
        )
        notes.append(weigh(note, unseen, len(analysed)))
    return tuple(notes)
