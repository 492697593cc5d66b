"""Who is randomised, what disease they have, and what will become of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.demo.common import (
    CTACE,
    CUT,
    DEB,
    TAE,
    Array,
    Rng,
    after,
    blank,
    days_between,
    on_workday,
    pick,
    share_of,
)
from retnet_core.protocol import DAYS_PER_MONTH, UNKNOWN

# The sites of the registry without the one that withdrew; the weights are made up.
SITES = {
    "University of California San Francisco": 9,
    "Stanford University": 7,
    "Moffitt Cancer Center": 10,
    "Mount Sinai School of Medicine": 8,
    "Memorial Sloan Kettering Cancer Center": 16,
    "Oregon Health & Science University": 6,
    "Hospital of the University of Pennsylvania": 24,
    "MD Anderson Cancer Center": 8,
    "Medical College of Wisconsin (Froedtert)": 7,
    "Hospital Italiano de Buenos Aires": 4,
    "Sunnybrook Health Sciences Centre": 5,
    "Ospedale San Raffaele": 5,
}
_FIRST_RANDOMISED = pd.Timestamp(2016, 4, 4)
_ACCRUAL_DAYS = 2330
_DEB_PATIENTS, _WHILE_DEB_OPEN = 10, 32
_UNTREATED, _CROSSED_OVER = 3, 2
_PRIMARY_SITES = {"pancreas": 32, "gut": 48, "lung": 6, "other": 3, UNKNOWN: 11}
_GRADES = {"G1": 45, "G2": 48, "G3": 4, UNKNOWN: 3}
_RISK_OF_GRADE = {"G1": -0.30, "G2": 0.15, "G3": 0.95, UNKNOWN: 0.0}


def baseline(n: int, rng: Rng) -> pd.DataFrame:
    """Draw patients as they are at baseline, in the order in which they were randomised.

    Columns beyond the table's: ``start`` (first embolization, planned where there was none) and
    ``risk`` (log hazard against the average patient).
    """
    arm = _arms(n, rng)
    treated = _treated(arm, rng)
    since = _ACCRUAL_DAYS * np.sort(rng.random(n)) ** 0.85
    randomised = on_workday(after(pd.Series(_FIRST_RANDOMISED, range(n)), since))
    start = on_workday(after(randomised, rng.integers(3, 29, n)))
    site = pick(rng, n, SITES)
    disease = _disease(n, rng)
    received = arm.copy()
    received[~treated] = None
    crossing = np.flatnonzero(treated & (arm == CTACE))
    received[rng.permutation(crossing)[: share_of(n, _CROSSED_OVER)]] = TAE
    return disease.assign(
        patient_id=_ids(site),
        arm=arm,
        arm_received=received,
        treated=treated,
        site=site,
        randomization_date=randomised,
        first_embolization_date=start.where(treated),
        start=start,
        age=blank(rng, np.clip(np.round(rng.normal(61, 11, n)), 24, 86), 0.03),
        sex=pick(rng, n, {"female": 48, "male": 52}),
        ecog=blank(rng, rng.choice([0.0, 1.0, 2.0], n, p=[0.62, 0.34, 0.04]), 0.02),
    )


def _arms(n: int, rng: Rng) -> Array:
    """Randomise 1:1:1 while the third arm is open, 1:1 after it closed."""
    n_deb, n_early = share_of(n, _DEB_PATIENTS), share_of(n, _WHILE_DEB_OPEN)
    two = np.array([TAE, CTACE], object)
    three = np.repeat(np.array([DEB], object), n_deb)
    early = np.concatenate([three, np.resize(two, n_early - n_deb)])
    late = np.resize(two, n - n_early)
    return np.concatenate([rng.permutation(early), rng.permutation(late)])


def _treated(arm: Array, rng: Rng) -> Array:
    """Leave a few patients of the open arms without an embolization."""
    treated = np.ones(len(arm), bool)
    others = rng.permutation(np.flatnonzero(arm != DEB))
    treated[others[: share_of(len(arm), _UNTREATED)]] = False
    return treated


def _ids(site: Array) -> Array:
    """Name patients by their site's number and their own within it: 001-004."""
    number = {name: place for place, name in enumerate(SITES, start=1)}
    within = pd.Series(site).groupby(site).cumcount() + 1
    pairs = zip(site, within, strict=True)
    return np.array([f"{number[name]:03d}-{patient:03d}" for name, patient in pairs], object)


def _disease(n: int, rng: Rng) -> pd.DataFrame:
    primary = pick(rng, n, _PRIMARY_SITES)
    grade = pick(rng, n, _GRADES)
    subtype = np.where(primary == "pancreas", "islet-cell", "carcinoid").astype(object)
    subtype[(primary == UNKNOWN) & (rng.random(n) < 0.4)] = UNKNOWN
    functional = rng.random(n) < np.where(primary == "gut", 0.55, 0.3)
    symptomatic = rng.random(n) < np.where(functional, 0.75, 0.25)
    burden = np.round(14 * rng.beta(1.8, 2.4, n)).clip(1) * 5
    elsewhere = rng.random(n) < 0.36
    of_grade = pd.Series(grade).map(_RISK_OF_GRADE).to_numpy(float)
    risk = of_grade + 0.012 * (burden - 30) + 0.15 * elsewhere + rng.normal(0, 0.35, n)
    return pd.DataFrame(
        {
            "primary_site": primary,
            "histologic_subtype": subtype,
            "differentiation": blank(rng, np.repeat("well differentiated", n), 0.05),
            "who_grade": grade,
            "ki67_percent": blank(rng, _ki67(grade, rng), 0.05),
            "functional": blank(rng, functional, 0.03),
            "symptomatic": blank(rng, symptomatic, 0.02),
            "liver_burden_percent": blank(rng, burden, 0.04),
            "extrahepatic_disease": blank(rng, elsewhere, 0.02),
            "risk": risk,
        }
    )


def _ki67(grade: Array, rng: Rng) -> Array:
    """Draw an index that fits the grade: G1 below 3%, G2 3 to 20%, G3 above 20%."""
    n = len(grade)
    low = rng.choice([0.5, 1.0, 1.5, 2.0, 2.5], n, p=[0.1, 0.4, 0.1, 0.3, 0.1])
    middle = np.round(3 + 17 * rng.beta(1.1, 2.2, n))
    high = rng.integers(21, 46, n)
    known = [grade == "G1", grade == "G2", grade == "G3"]
    return np.select(known, [low, middle, high], np.nan)


def with_fate(patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Add what will happen: death and last contact, and the days of true progression.

    ``hepatic_day`` and ``elsewhere_day`` count from ``start``; imaging finds out later, if the
    patient is still under observation.
    """
    n = len(patients)
    risk = patients["risk"].to_numpy() + 0.03 * (patients["arm_received"] == CTACE).to_numpy()
    hepatic = _weibull(rng, n, 15.5, 1.35, risk)
    elsewhere = _weibull(rng, n, 70, 1.1, 0.6 * risk)
    after_progression = _weibull(rng, n, 42, 1.2, 0.7 * risk)
    death = np.minimum(0.9 * hepatic + after_progression, _weibull(rng, n, 240, 1.0, risk))
    lost = np.where(patients["treated"], _weibull(rng, n, 130, 1.0, np.zeros(n)),
                    rng.integers(20, 300, n))  # fmt: skip
    until_cut = days_between(patients["start"], pd.Series(CUT, patients.index))
    died = death <= np.minimum(lost, until_cut)
    last_seen = np.minimum(lost, until_cut - rng.integers(0, 76, n))
    last_contact = after(patients["start"], np.where(died, death, last_seen))
    return patients.assign(
        hepatic_day=hepatic,
        elsewhere_day=elsewhere,
        death_date=last_contact.where(died),
        last_contact_date=last_contact,
    )


def _weibull(rng: Rng, n: int, median_months: float, shape: float, risk: Array) -> Array:
    """Draw days under proportional hazards, one at least."""
    scale = median_months * DAYS_PER_MONTH / np.log(2) ** (1 / shape)
    drawn = scale * (rng.standard_exponential(n) * np.exp(-risk)) ** (1 / shape)
    return np.ceil(drawn)
