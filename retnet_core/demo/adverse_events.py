"""Adverse events: common ones after each session, others at any time, and the few severe ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retnet_core.demo.common import DEB, Array, Rng, after, blank, days_between, share_of

_GASTRO = "Gastrointestinal disorders"
_GENERAL = "General disorders and administration site conditions"
_HEPATIC = "Hepatobiliary disorders"
_INFECTIONS = "Infections and infestations"
_INJURY = "Injury, poisoning and procedural complications"
_TESTS = "Investigations"
_METABOLISM = "Metabolism and nutrition disorders"
_MUSCLES = "Musculoskeletal and connective tissue disorders"
_NERVOUS = "Nervous system disorders"
_CHEST = "Respiratory, thoracic and mediastinal disorders"
_VESSELS = "Vascular disorders"

# Chances of grades 1 to 4.
_MILD = (0.69, 0.30, 0.01, 0.0)
_USUAL = (0.60, 0.37, 0.03, 0.0)
_LABORATORY = (0.605, 0.32, 0.063, 0.012)
_SEVERE = (0.0, 0.30, 0.48, 0.22)


@dataclass(frozen=True)
class _Event:
    """A kind of event: its chance, grades, latest onset and mean duration in days."""

    term: str
    organ_class: str
    chance: float
    grades: tuple[float, ...]
    onset: int
    duration: int


# After each session; the first eight make up the post-embolization syndrome.
_AFTER_SESSION = (
    _Event("Abdominal pain", _GASTRO, 0.44, _USUAL, 4, 6),
    _Event("Nausea", _GASTRO, 0.36, _MILD, 3, 4),
    _Event("Vomiting", _GASTRO, 0.18, _MILD, 3, 3),
    _Event("Pyrexia", _GENERAL, 0.22, _MILD, 6, 4),
    _Event("Fatigue", _GENERAL, 0.38, _USUAL, 10, 18),
    _Event("Alanine aminotransferase increased", _TESTS, 0.28, _LABORATORY, 4, 14),
    _Event("Aspartate aminotransferase increased", _TESTS, 0.30, _LABORATORY, 3, 12),
    _Event("Decreased appetite", _METABOLISM, 0.14, _MILD, 8, 14),
    _Event("Blood alkaline phosphatase increased", _TESTS, 0.12, _MILD, 20, 25),
    _Event("Blood bilirubin increased", _TESTS, 0.07, _USUAL, 6, 10),
    _Event("White blood cell count increased", _TESTS, 0.05, _MILD, 4, 7),
    _Event("Hypoalbuminaemia", _METABOLISM, 0.06, _MILD, 14, 20),
    _Event("Hypertension", _VESSELS, 0.08, _USUAL, 2, 3),
    _Event("Back pain", _MUSCLES, 0.04, _MILD, 5, 7),
    _Event("Puncture site haematoma", _INJURY, 0.03, _MILD, 2, 8),
    _Event("Pleural effusion", _CHEST, 0.02, _MILD, 9, 14),
    _Event("Liver abscess", _INFECTIONS, 0.010, _SEVERE, 45, 30),
    _Event("Carcinoid crisis", "Endocrine disorders", 0.006, _SEVERE, 1, 2),
    _Event("Cholecystitis", _HEPATIC, 0.006, _SEVERE, 20, 12),
    _Event("Acute kidney injury", "Renal and urinary disorders", 0.006, _SEVERE, 5, 9),
)
_RELATED_TERMS = frozenset(event.term for event in _AFTER_SESSION)

_TWO_YEARS = 730
_AT_ANY_TIME = (
    _Event("Diarrhoea", _GASTRO, 0.24, _USUAL, _TWO_YEARS, 40),
    _Event("Flushing", _VESSELS, 0.14, _MILD, _TWO_YEARS, 60),
    _Event("Headache", _NERVOUS, 0.09, _MILD, _TWO_YEARS, 5),
    _Event("Insomnia", "Psychiatric disorders", 0.09, _MILD, _TWO_YEARS, 40),
    _Event("Constipation", _GASTRO, 0.13, _MILD, _TWO_YEARS, 15),
    _Event("Anaemia", "Blood and lymphatic system disorders", 0.11, _USUAL, _TWO_YEARS, 40),
    _Event("Hyperglycaemia", _METABOLISM, 0.11, _LABORATORY, _TWO_YEARS, 30),
    _Event("Platelet count decreased", _TESTS, 0.07, _MILD, _TWO_YEARS, 30),
    _Event("Lymphocyte count decreased", _TESTS, 0.06, _LABORATORY, _TWO_YEARS, 25),
    _Event("Weight decreased", _TESTS, 0.08, _MILD, _TWO_YEARS, 60),
    _Event("Dizziness", _NERVOUS, 0.05, _MILD, _TWO_YEARS, 5),
    _Event("Arthralgia", _MUSCLES, 0.07, _MILD, _TWO_YEARS, 30),
    _Event("Dyspnoea", _CHEST, 0.06, _USUAL, _TWO_YEARS, 20),
    _Event("Oedema peripheral", _GENERAL, 0.07, _MILD, _TWO_YEARS, 40),
    _Event("Upper respiratory tract infection", _INFECTIONS, 0.08, _MILD, _TWO_YEARS, 10),
    _Event("Urinary tract infection", _INFECTIONS, 0.05, _USUAL, _TWO_YEARS, 9),
    _Event("Small intestinal obstruction", _GASTRO, 0.02, _SEVERE, _TWO_YEARS, 8),
    _Event("Deep vein thrombosis", _VESSELS, 0.02, _USUAL, _TWO_YEARS, 60),
)
_BEFORE_TREATMENT = tuple(
    _Event(event.term, event.organ_class, 0.012, _MILD, 27, event.duration)
    for event in _AT_ANY_TIME[:4]
)

# Public about the closed arm: 4 of 10 with grade 3, biliary injuries, intensive care. The terms
# are made up.
_CLOSED_ARM_EVENTS = (
    ("Bile duct stenosis", _HEPATIC),
    ("Biloma", _HEPATIC),
    ("Sepsis", _INFECTIONS),
    ("Acute respiratory failure", _CHEST),
)
_CLOSED_ARM_SEVERE = 4
_FATAL_EVENTS = (("Hepatic failure", _HEPATIC), ("Pneumonia", _INFECTIONS))
_FATAL = 2
_CTCAE_5_FROM = pd.Timestamp(2021, 1, 1)


def adverse_events(patients: pd.DataFrame, sessions: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Draw the adverse events of all patients.

    Parameters
    ----------
    patients, sessions : pandas.DataFrame
        As made by ``baseline`` and its followers, and by ``embolizations``.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    pandas.DataFrame
        The table; whether an event is treatment-emergent is left to its onset.
    """
    everyone = np.arange(len(patients))
    treated = np.flatnonzero(patients["treated"])
    start, randomised = patients["start"], patients["randomization_date"]
    before = _drawn(_BEFORE_TREATMENT, everyone, randomised, rng)
    drawn = [
        _drawn(_AFTER_SESSION, sessions["who"].to_numpy(), sessions["date"], rng),
        _drawn(_AT_ANY_TIME, treated, start.iloc[treated], rng),
        before[before["start_date"].to_numpy() < start.iloc[before["who"]].to_numpy()],
    ]
    common = _within_closed_arm(pd.concat(drawn, ignore_index=True), patients)
    rare = [_closed_arm(patients, sessions, rng), _fatal(patients, rng)]
    events = pd.concat([common, *rare], ignore_index=True)
    events = events.sort_values(["who", "start_date", "term"], ignore_index=True)
    return _described(events, patients.iloc[events["who"]].reset_index(drop=True), rng)


def _drawn(kinds: Sequence[_Event], who: Array, since: pd.Series, rng: Rng) -> pd.DataFrame:
    """Draw each kind of event for each exposure: who was exposed, and since when."""
    happened = rng.random((len(who), len(kinds))) < [kind.chance for kind in kinds]
    exposure, kind = np.nonzero(happened)
    n = len(kind)
    thresholds = np.cumsum([one.grades for one in kinds], axis=1)[kind]
    grade = 1 + (rng.random((n, 1)) > thresholds[:, :-1]).sum(axis=1)
    latest = np.array([one.onset for one in kinds])[kind]
    mean_days = np.array([one.duration for one in kinds])[kind]
    onset = after(since.iloc[exposure].reset_index(drop=True), rng.integers(0, latest + 1))
    lasted = np.ceil(rng.exponential(mean_days * (0.6 + 0.4 * grade)))
    return pd.DataFrame(
        {
            "who": who[exposure],
            "term": np.array([one.term for one in kinds], object)[kind],
            "system_organ_class": np.array([one.organ_class for one in kinds], object)[kind],
            "grade": grade.astype(float),
            "start_date": onset,
            "end_date": after(onset, lasted),
        }
    )


def _within_closed_arm(events: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Keep the closed arm's common events at grade 2 or less; its severe ones are set by hand."""
    closed = (patients["arm"] == DEB).to_numpy()[events["who"]]
    return events.assign(grade=np.where(closed, np.minimum(events["grade"], 2), events["grade"]))


def _closed_arm(patients: pd.DataFrame, sessions: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Give 4 of 10 patients of the closed arm a grade 3 event within weeks of a session."""
    first = sessions.drop_duplicates("who")
    closed = first[(patients["arm"] == DEB).to_numpy()[first["who"]]]
    chosen = closed.iloc[: share_of(len(patients), _CLOSED_ARM_SEVERE)].reset_index(drop=True)
    n = len(chosen)
    kind = np.arange(n) % len(_CLOSED_ARM_EVENTS)
    onset = after(chosen["date"], rng.integers(2, 25, n))
    # The biliary injuries were permanent.
    permanent = [_CLOSED_ARM_EVENTS[one][1] == _HEPATIC for one in kind]
    lasted = np.where(permanent, np.nan, rng.integers(10, 90, n))
    return _severe(chosen["who"].to_numpy(), _CLOSED_ARM_EVENTS, kind, 3.0, onset, lasted)


def _fatal(patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Give the earliest deaths of treated patients an event that ends with them."""
    open_arms = patients.reset_index(drop=True)
    open_arms = open_arms[open_arms["treated"] & (open_arms["arm"] != DEB)]
    survived = open_arms["death_date"] - open_arms["start"]
    chosen = survived.nsmallest(share_of(len(patients), _FATAL)).index
    death, start = open_arms.loc[chosen, "death_date"], open_arms.loc[chosen, "start"]
    onset = after(death, -rng.integers(2, 12, len(chosen)))
    kind = np.arange(len(chosen)) % len(_FATAL_EVENTS)
    lasted = days_between(onset.clip(lower=start), death)
    return _severe(chosen.to_numpy(), _FATAL_EVENTS, kind, 5.0, onset.clip(lower=start), lasted)


def _severe(
    who: Array,
    kinds: Sequence[tuple[str, str]],
    kind: Array,
    grade: float,
    onset: pd.Series,
    lasted: Array,
) -> pd.DataFrame:
    terms = np.array(kinds, object)[kind].reshape(-1, 2)
    onset = onset.reset_index(drop=True)
    return pd.DataFrame(
        {
            "who": who,
            "term": terms[:, 0],
            "system_organ_class": terms[:, 1],
            "grade": grade,
            "start_date": onset,
            "end_date": after(onset, lasted),
        }
    )


def _described(events: pd.DataFrame, patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Add what else the form asks for, and drop what happened after the last contact."""
    n = len(events)
    grade = events["grade"].to_numpy()
    fatal, severe = grade == 5, grade >= 3
    ongoing = ~fatal & ~(events["end_date"] <= patients["last_contact_date"]).to_numpy()
    treatment = events["start_date"] >= patients["start"]
    likely = np.where(events["term"].isin(_RELATED_TERMS), 0.93, 0.2)
    related = treatment & (severe & ~fatal | (rng.random(n) < likely))
    acted = np.select([grade >= 4, severe, grade == 2], [2, rng.integers(1, 3, n), 1], 0)
    actions = np.array(["none", "medication given", "hospital stay prolonged"], object)
    outcome = np.select([fatal, ongoing], np.array(["fatal", "not recovered"], object), "recovered")
    version = np.where(patients["randomization_date"] >= _CTCAE_5_FROM, "5.0", "4.03")
    mild = grade < 3
    told = events.assign(
        patient_id=patients["patient_id"],
        grade=np.where(mild & (rng.random(n) < 0.02), np.nan, grade),
        ctcae_version=version,
        start_date=events["start_date"].mask(mild & (rng.random(n) < 0.01)),
        end_date=events["end_date"].mask(ongoing | (mild & (rng.random(n) < 0.03))),
        serious=(acted == 2) | (rng.random(n) < 0.01),
        related=blank(rng, related, 0.02),
        action=actions[acted],
        outcome=outcome,
    )
    known = (events["start_date"] <= patients["last_contact_date"]).to_numpy()
    told = told[known].drop(columns="who")
    return told.drop_duplicates(ignore_index=True)
