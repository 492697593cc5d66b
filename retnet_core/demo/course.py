"""Imaging with its RECIST calls, the dates read off it, embolizations, symptoms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.demo.common import (
    CTACE,
    DEB,
    Array,
    Rng,
    after,
    blank,
    days_between,
    ids,
    on_workday,
    visits,
)

_SCANS = {0: 1.0} | dict.fromkeys(range(3, 88, 3), 0.95)
_TECHNIQUES = {
    CTACE: "Lipiodol chemoembolization, then microspheres",
    DEB: "Drug-eluting beads, 100-300 µm",
}
_BLAND = "Microspheres to stasis"
_TARGETS = np.array(
    [
        ["whole liver", "", ""],
        ["right lobe", "left lobe", ""],
        ["right lobe, posterior", "right lobe, anterior", "left lobe"],
    ],
    object,
)
_CYCLES, _SESSIONS = 3, 3
_STAYS, _STAY_CHANCES = (1.0, 2.0, 3.0, 4.0, 6.0), (0.5, 0.3, 0.1, 0.07, 0.03)


def assessments(patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Image every three months until hepatic progression is seen, or a visit or two longer."""
    scans = visits(patients, _SCANS, rng)
    n = len(scans)
    who, follow_up = scans["who"].to_numpy(), (scans["month"] > 0).to_numpy()
    day = days_between(patients["start"].iloc[who].reset_index(drop=True), scans["date"])
    evaluable = ~follow_up | (rng.random(n) > 0.03)
    seen = evaluable & follow_up
    hepatic = seen & (day >= patients["hepatic_day"].to_numpy()[who])
    elsewhere = seen & (day >= patients["elsewhere_day"].to_numpy()[who])
    # Some sites image once or twice more after hepatic progression.
    more = rng.choice([0, 1, 2], len(patients), p=[0.6, 0.25, 0.15])[who]
    kept = (pd.Series(hepatic).groupby(who).cumsum() - hepatic <= more).to_numpy()
    scans = scans.assign(
        patient_id=ids(patients, who),
        criteria="RECIST 1.1",
        evaluable=evaluable,
        hepatic=hepatic,
        elsewhere=elsewhere,
    )[kept].reset_index(drop=True)
    return _with_calls(_with_sizes(scans, len(patients), rng), rng)


def _with_sizes(scans: pd.DataFrame, n: int, rng: Rng) -> pd.DataFrame:
    """Add sums of diameters that shrink, then grow, by 30% or more where the liver progresses."""
    who, month = scans["who"].to_numpy(), scans["month"].to_numpy()
    first = np.clip(rng.lognormal(np.log(85), 0.45, n), 45, 320)[who]
    best = np.clip(rng.normal(0.78, 0.16, n), 0.48, 1.0)[who]
    by_new_lesion = (rng.random(n) < 0.35)[who]
    growth = rng.uniform(1.30, 1.55, n)[who]
    shrunk = 1 - (1 - best) * np.minimum(month / 6, 1)
    # Slow regrowth stays under the 20% over the smallest sum that would be a progression.
    regrown = 1 + np.clip(0.004 * (month - 6), 0, 0.10)
    noise = np.where(month > 0, rng.uniform(0.975, 1.025, len(scans)), 1.0)
    ratio = pd.Series(shrunk * regrown * noise)
    before = ratio.where(scans["evaluable"] & ~scans["hepatic"])
    smallest = before.groupby(who).cummin().groupby(who).ffill()
    larger = scans["hepatic"].to_numpy() & ~by_new_lesion
    times = scans["hepatic"].groupby(who).cumsum().to_numpy()
    size = first * np.where(larger, smallest * growth * 1.08**times, ratio)
    new_lesion = scans["hepatic"] & by_new_lesion & (times == 1)
    return scans.assign(size=np.round(size), new_lesion=new_lesion)


def _with_calls(scans: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Add the responses that the sizes and new lesions imply."""
    who = scans["who"].to_numpy()
    start_size = scans["size"].groupby(who).transform("first")
    shrunk = (scans["size"] <= 0.7 * start_size).to_numpy()
    evaluable = scans["evaluable"].to_numpy()
    follow_up = (scans["month"] > 0).to_numpy()
    conditions = [~follow_up, ~evaluable, scans["hepatic"].to_numpy(), shrunk]
    hepatic = np.select(conditions, np.array([None, "NE", "PD", "PR"], object), "SD")
    overall = np.where(scans["elsewhere"] & evaluable, "PD", hepatic)
    first_elsewhere = scans["elsewhere"] & (scans["elsewhere"].groupby(who).cumsum() == 1)
    judged = evaluable & follow_up
    return scans.assign(
        sum_of_diameters_mm=blank(rng, scans["size"].where(evaluable).to_numpy(), 0.02),
        hepatic_response=hepatic,
        overall_response=overall,
        new_hepatic_lesion=scans["new_lesion"].astype(object).where(judged),
        new_extrahepatic_lesion=first_elsewhere.astype(object).where(judged),
    )


def with_dates(patients: pd.DataFrame, scans: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Add the dates that a site reads off its imaging, and the start of other therapy."""

    def by_patient(rows: pd.DataFrame, which: str) -> pd.Series:
        return rows.groupby("who")["date"].agg(which).reindex(range(len(patients)))

    hepatic = by_patient(scans[scans["hepatic"]], "min")
    anywhere = by_patient(scans[scans["hepatic"] | scans["elsewhere"]], "min")
    return patients.assign(
        hepatic_progression_date=hepatic.to_numpy(),
        progression_date=anywhere.to_numpy(),
        last_imaging_date=by_patient(scans[scans["evaluable"]], "max").to_numpy(),
        other_therapy_date=_other_therapy(patients, hepatic, anywhere, rng).to_numpy(),
    )


def _other_therapy(
    patients: pd.DataFrame, hepatic: pd.Series, anywhere: pd.Series, rng: Rng
) -> pd.Series:
    """Begin other therapy mostly after hepatic progression; the untreated get theirs elsewhere."""
    n = len(patients)
    under_observation = days_between(patients["start"], patients["last_contact_date"])
    only_elsewhere = anywhere.notna() & (anywhere != hepatic)
    choices = [
        after(hepatic, rng.integers(14, 90, n)).where(rng.random(n) < 0.7),
        after(anywhere, rng.integers(14, 60, n)).where(only_elsewhere & (rng.random(n) < 0.4)),
        after(patients["start"], under_observation * rng.random(n)).where(rng.random(n) < 0.05),
        after(patients["start"], rng.integers(10, 60, n)).where(~patients["treated"]),
    ]
    earliest = pd.concat(choices, axis="columns").min(axis="columns")
    return earliest.where(earliest <= patients["last_contact_date"])


def embolizations(patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Embolize in up to three cycles of lobar sessions, until other therapy begins."""
    n = len(patients)
    sessions = rng.choice([1, 2, 3], (n, _CYCLES), p=[0.28, 0.62, 0.10])
    going_on = rng.random((n, _CYCLES)) < np.array([1.0, 0.40, 0.35])
    going_on[(patients["arm"] == DEB).to_numpy(), 1:] = False
    begun = np.logical_and.accumulate(going_on, axis=1)
    cycle_day = np.cumsum(rng.integers(150, 421, (n, _CYCLES)), axis=1)
    cycle_day -= cycle_day[:, :1]
    pauses = rng.integers(25, 43, (n, _CYCLES, _SESSIONS))
    session_day = cycle_day[:, :, None] + np.cumsum(pauses, axis=2) - pauses[:, :, :1]
    planned = begun[:, :, None] & (np.arange(_SESSIONS) < sessions[:, :, None])
    who, cycle, session = np.nonzero(planned & patients["treated"].to_numpy()[:, None, None])
    rows = patients.iloc[who].reset_index(drop=True)
    date = on_workday(after(rows["start"], session_day[who, cycle, session]))
    end = rows[["other_therapy_date", "last_contact_date"]].min(axis="columns")
    frame = pd.DataFrame(
        {
            "who": who,
            "patient_id": rows["patient_id"],
            "cycle": cycle + 1,
            "session": session + 1,
            "date": date,
            "technique": rows["arm_received"].map(_TECHNIQUES).fillna(_BLAND),
            "target": _TARGETS[sessions[who, cycle] - 1, session],
            "doxorubicin_mg": _doxorubicin(rows["arm_received"], rng),
            "length_of_stay_days": rng.choice(_STAYS, len(who), p=_STAY_CHANCES),
        }
    )
    return frame[(date == rows["start"]) | (date < end)].reset_index(drop=True)


def _doxorubicin(received: pd.Series, rng: Rng) -> Array:
    n = len(received)
    with_oil = rng.choice([50.0, 40.0, 30.0], n, p=[0.85, 0.1, 0.05])
    on_beads = rng.choice([100.0, 75.0, 50.0], n, p=[0.5, 0.3, 0.2])
    return np.select([received == CTACE, received == DEB], [with_oil, on_beads], np.nan)


def symptom_free(patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Give symptomatic patients the days until tumour symptoms came back, or follow-up ended."""
    chosen = patients["treated"] & patients["symptomatic"].eq(True)
    rows = patients[chosen]
    observed = days_between(rows["start"], rows["last_contact_date"]) + 1
    until_return = np.ceil(rng.weibull(1.2, len(rows)) * 400)
    return pd.DataFrame(
        {
            "patient_id": rows["patient_id"],
            "endpoint": "Symptom-free interval",
            "days": np.minimum(until_return, observed),
            "event": until_return <= observed,
        }
    )
