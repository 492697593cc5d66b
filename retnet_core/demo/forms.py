"""Questionnaires: QLQ-C30 and QLQ-GI.NET21 by item, one site's scored, and a symptom scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from retnet_core.demo.common import CTACE, Array, Rng, ids, visits

_ATTENDANCE = {0: 0.95, 3: 0.86, 6: 0.81, 9: 0.77, 12: 0.73, 18: 0.65, 24: 0.58}
_SHIFTS = {0: 0.0, 3: 0.38, 6: 0.10, 9: -0.08, 12: -0.05, 18: 0.06, 24: 0.15}
"""How much worse the average patient feels than at baseline, in standard deviations."""

_PRESCORING_SITE = "Oregon Health & Science University"
_C30, _GINET = "QLQ-C30", "QLQ-GI.NET21"
_N_C30, _N_ITEMS = 30, 51
_GLOBAL = (29, 30)
_OF_EMBOLIZATION = (9, 10, 12, 13, 14, 18, 19)
_OF_HORMONES = (17, 31, 32, 33)
_OFTEN_SKIPPED = 51
_STEP = 0.75

# Items, range of the answers, and whether a higher score is better than a higher answer
# (EORTC QLQ-C30 Scoring Manual, version 3.0).
_C30_SCALES: dict[str, tuple[tuple[int, ...], int, bool]] = {
    "QL": ((29, 30), 6, False),
    "PF": ((1, 2, 3, 4, 5), 3, True),
    "RF": ((6, 7), 3, True),
    "EF": ((21, 22, 23, 24), 3, True),
    "CF": ((20, 25), 3, True),
    "SF": ((26, 27), 3, True),
    "FA": ((10, 12, 18), 3, False),
    "NV": ((14, 15), 3, False),
    "PA": ((9, 19), 3, False),
    "DY": ((8,), 3, False),
    "SL": ((11,), 3, False),
    "AP": ((13,), 3, False),
    "CO": ((16,), 3, False),
    "DI": ((17,), 3, False),
    "FI": ((28,), 3, False),
}


@dataclass(frozen=True)
class Forms:
    """Filled-in forms.

    Attributes
    ----------
    visits : pandas.DataFrame
        One row a form: patient_id, visit, date, symptomatic, prescored.
    answers : numpy.ndarray of float32
        One row a form, one column an item (1-30, 31-51); NaN where skipped.
    severity : numpy.ndarray
        How the patient felt, behind the answers.
    """

    visits: pd.DataFrame
    answers: npt.NDArray[np.float32]
    severity: Array


def forms(patients: pd.DataFrame, rng: Rng) -> Forms:
    """Draw who filled in which form, and the answers."""
    came = visits(patients, _ATTENDANCE, rng)
    who = came["who"].to_numpy()
    rows = patients.iloc[who].reset_index(drop=True)
    progressed = (came["date"] > rows["progression_date"]).to_numpy()
    month = came["month"]
    severity = rng.normal(0, 0.6, len(patients))[who] + rng.normal(0, 0.25, len(came))
    severity += month.map(_SHIFTS).to_numpy() + 0.35 * progressed
    severity += 0.10 * ((rows["arm"] == CTACE) & (month == 3)).to_numpy()
    functional = rows["functional"].eq(True).to_numpy()
    hormones = np.where(functional, np.where(month > 0, 0.4, 0.9), 0.0)
    answers = _answers(severity, hormones, (month == 3).to_numpy(), rng)
    came = came.assign(
        patient_id=ids(patients, who),
        symptomatic=rows["symptomatic"].eq(True),
        prescored=rows["site"] == _PRESCORING_SITE,
    )
    return Forms(came, answers, severity)


def _answers(
    severity: Array, hormones: Array, after_sessions: Array, rng: Rng
) -> npt.NDArray[np.float32]:
    """Answer every item on its scale, skip a few, now and then the whole second form."""
    n = len(severity)
    felt = rng.standard_normal((n, _N_ITEMS), dtype=np.float32) * np.float32(0.65)
    felt += severity[:, None].astype(np.float32)
    felt[:, _columns(_OF_HORMONES)] += hormones[:, None].astype(np.float32)
    felt[:, _columns(_OF_EMBOLIZATION)] += 0.25 * after_sessions[:, None].astype(np.float32)
    difficulty = rng.uniform(0.1, 1.1, _N_ITEMS).astype(np.float32)
    answers = np.ones_like(felt)
    for step in range(3):
        answers += felt > difficulty + np.float32(step * _STEP)
    overall = _columns(_GLOBAL)
    answers[:, overall] = np.clip(np.round(5.2 - 1.1 * felt[:, overall]), 1, 7)
    skipped = rng.random((n, _N_ITEMS), dtype=np.float32) < 0.012
    skipped[:, _OFTEN_SKIPPED - 1] |= rng.random(n) < 0.3
    skipped[:, _N_C30:] |= (rng.random(n) < 0.04)[:, None]
    answers[skipped] = np.nan
    return answers


def _columns(items: tuple[int, ...]) -> list[int]:
    return [item - 1 for item in items]


def items(filled: Forms) -> pd.DataFrame:
    """Lay the answers out, one row an item, without the forms that a site sent scored."""
    given = ~np.isnan(filled.answers)
    given[filled.visits["prescored"].to_numpy(), :_N_C30] = False
    form, column = np.nonzero(given)
    names = np.repeat(np.array([_C30, _GINET], object), [_N_C30, _N_ITEMS - _N_C30])
    told = filled.visits
    return pd.DataFrame(
        {
            "patient_id": told["patient_id"].to_numpy(object)[form],
            "instrument": names[column],
            "visit": told["visit"].to_numpy(object)[form],
            "date": told["date"].to_numpy()[form],
            "item": column + 1.0,
            "value": filled.answers[form, column].astype(float),
        }
    )


def scores(filled: Forms) -> pd.DataFrame:
    """Score the QLQ-C30 of the site that sends no items, and symptoms on a made-up scale."""
    of_site = filled.visits["prescored"].to_numpy()
    told, answers = filled.visits[of_site], filled.answers[of_site].astype(float)
    parts = []
    for scale, (numbers, span, better) in _C30_SCALES.items():
        # A skipped item leaves its scale without a score: enough for a demonstration.
        share = (answers[:, _columns(numbers)].mean(axis=1) - 1) / span
        score = 100 * (1 - share if better else share)
        parts.append(told.assign(instrument=_C30, scale=scale, score=np.round(score, 2)))
    symptomatic = filled.visits["symptomatic"].to_numpy()
    severity = np.clip(np.round(4 + 3 * filled.severity[symptomatic]), 0, 12)
    told = filled.visits[symptomatic]
    parts.append(told.assign(instrument="CSSS", scale="Total", score=severity))
    return pd.concat(parts, ignore_index=True).dropna(subset="score")
