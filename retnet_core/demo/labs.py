"""Laboratory: liver tests that spike after sessions, and tumour markers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retnet_core.demo.common import Rng, after, ids, visits

_ATTENDANCE = {0: 1.0, 3: 0.92, 6: 0.92, 9: 0.90, 12: 0.88, 18: 0.84, 24: 0.80}
_MARKER_COURSE = {0: 1.0, 3: 0.65, 6: 0.55, 9: 0.60, 12: 0.70, 18: 0.85, 24: 1.0}
_SI_SITES = ("Sunnybrook Health Sciences Centre", "Ospedale San Raffaele")
_SOON, _LATER = "After session, days 1-3", "After session, weeks 2-4"


@dataclass(frozen=True)
class _Test:
    """A test: limits, median, log spread, factor just after a session, unit at SI sites."""

    name: str
    unit: str
    lower: float
    upper: float
    median: float
    spread: float
    spike: float
    si_unit: str
    si_factor: float = 1.0
    marker: bool = False


_TESTS = (
    _Test("ALT", "U/L", 7, 56, 26, 0.35, 5.0, "U/L"),
    _Test("AST", "U/L", 10, 40, 25, 0.30, 5.5, "U/L"),
    _Test("ALP", "U/L", 40, 130, 95, 0.35, 1.3, "U/L"),
    _Test("Total bilirubin", "mg/dL", 0.2, 1.2, 0.6, 0.30, 1.6, "µmol/L", 17.1),
    _Test("Albumin", "g/dL", 3.5, 5.0, 4.1, 0.07, 0.9, "g/L", 10),
    _Test("Chromogranin A", "ng/mL", 0, 93, 400, 1.2, 1.0, "ng/mL", marker=True),
    _Test("5-HIAA (24 h urine)", "mg/24 h", 0, 10, 7, 0.6, 1.0, "µmol/24 h", 5.23, marker=True),
)


def labs(patients: pd.DataFrame, sessions: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Draw laboratory values at visits, and liver tests days and weeks after each session."""
    planned = visits(patients, _ATTENDANCE, rng)
    soon, later = (_after_sessions(sessions, visit, days, rng)
                   for visit, days in ((_SOON, (1, 4)), (_LATER, (14, 29))))  # fmt: skip
    samples = pd.concat([planned, soon, later], ignore_index=True)
    known = samples["date"] <= patients["last_contact_date"].iloc[samples["who"]].to_numpy()
    samples = samples[known].drop_duplicates(["who", "date"], ignore_index=True)
    frames = [_measured(test, samples, patients, rng) for test in _TESTS]
    measured = pd.concat(frames, ignore_index=True)
    return measured.sort_values(["who", "date", "test"], ignore_index=True)


def _after_sessions(
    sessions: pd.DataFrame, visit: str, days: tuple[int, int], rng: Rng
) -> pd.DataFrame:
    taken = after(sessions["date"], rng.integers(*days, len(sessions)))
    return pd.DataFrame({"who": sessions["who"], "visit": visit, "date": taken})


def _measured(test: _Test, samples: pd.DataFrame, patients: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Measure one test in the samples it belongs to; one in twenty-five was not done."""
    n = len(patients)
    functional = patients["functional"].eq(True).to_numpy()
    own_level = test.spread * rng.standard_normal(n) + test.marker * (functional - 0.5)
    done = rng.random(len(samples)) > 0.04
    done &= ~(test.marker & samples["month"].isna()).to_numpy()
    if test.marker:
        done &= (rng.random(n) < 0.8)[samples["who"]]
    rows = samples[done].reset_index(drop=True)
    who = rows["who"].to_numpy()
    course = rows["month"].map(_MARKER_COURSE).to_numpy() if test.marker else 1.0
    spike = test.spike ** rng.gamma(4, 0.25, len(rows))
    factor = np.select([rows["visit"] == _SOON, rows["visit"] == _LATER], [spike, spike**0.15], 1.0)
    noise = np.exp(0.4 * test.spread * rng.standard_normal(len(rows)))
    value = test.median * np.exp(own_level[who]) * noise * factor * course
    in_si = patients["site"].isin(_SI_SITES).to_numpy()[who]
    units = np.where(in_si, test.si_factor, 1.0)
    # Three digits, or a whole number.
    scale = 10.0 ** np.maximum(2 - np.floor(np.log10(value * units)), 0)
    return rows.assign(
        patient_id=ids(patients, who),
        test=test.name,
        value=np.round(value * units * scale) / scale,
        unit=np.where(in_si, test.si_unit, test.unit),
        lower_limit=np.round(test.lower * units, 1),
        upper_limit=np.round(test.upper * units, 1),
    )
