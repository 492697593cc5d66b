"""What is measured: loading, analyses, charts, files and pages, as functions that time a step."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import token_hex

import pandas as pd
from streamlit.testing.v1 import AppTest

from pages._ui import session
from retnet_core import Cohort, Trial
from retnet_core.analysis import (
    competing_risks,
    hazard,
    landmark,
    pro,
    questionnaires,
    safety,
    subgroups,
    survival,
    time_to_event,
)
from retnet_core.analysis.accrual import accrual
from retnet_core.charts import accrual as accrual_chart
from retnet_core.charts import competing_risks as competing_risks_chart
from retnet_core.charts import forest as forest_chart
from retnet_core.charts import pro as pro_chart
from retnet_core.charts import safety as safety_chart
from retnet_core.charts import survival as survival_chart
from retnet_core.charts.figure import Figure
from retnet_core.demo import make_tables
from retnet_core.intake.files import bundle
from retnet_core.publish import image, provenance, workbook

Seconds = dict[str, float]
Sample = Callable[[], Seconds]
"""Does something once and says how long each part of it took."""

GRADES = ["G1", "G2"]
SCALE = ("QLQ-C30", "QL")
PAGES = {
    "Overview": "overview.py",
    "Survival": "survival.py",
    "Safety": "safety.py",
    "Quality of life": "quality_of_life.py",
    "Data": "upload.py",
}
_DOOR = Path(__file__).resolve().parent.parent / "pages" / "_door.py"
_CHARTS = (
    accrual_chart,
    competing_risks_chart,
    forest_chart,
    pro_chart,
    safety_chart,
    survival_chart,
)


def sample(name: str, step: Callable[[], object]) -> Sample:
    """Make a sample of a step that has one part."""
    return lambda: {name: timed(step)}


def timed(step: Callable[[], object]) -> float:
    """Run a step and give its seconds; rubbish of the steps before is not on its bill."""
    gc.collect()
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def archive(n_patients: int) -> bytes:
    """Write a synthetic trial as a zip of CSV files; 20,000 patients fit in no workbook."""
    about = pd.DataFrame({"field": ["synthetic"], "value": ["yes"]})
    tables = {"about": about, **make_tables(n_patients=n_patients)}
    return bundle((f"{name}.csv", table.to_csv(index=False).encode()) for name, table in
                  tables.items())  # fmt: skip


def analyses(trial: Trial) -> Iterator[Sample]:
    """Time each analysis of all patients of a trial."""
    tte = time_to_event.derive(trial, "hpfs")
    curves = survival.kaplan_meier(tte)
    causes = competing_risks.derive(trial)
    steps: Mapping[str, Callable[[], object]] = {
        "Narrow to G1-G2": lambda: trial.select(Cohort(who_grades=tuple(GRADES))),
        "Derive hPFS": lambda: time_to_event.derive(trial, "hpfs"),
        "Kaplan-Meier by arm": lambda: survival.kaplan_meier(tte),
        "Log-rank": lambda: survival.logrank(tte),
        "Hazard ratios (Cox)": lambda: survival.hazard_ratios(tte),
        "Differences at months": lambda: landmark.differences(curves, (6, 12, 24)),
        "Piecewise hazard": lambda: hazard.piecewise_hazard(tte),
        "Proportional hazards": lambda: survival.proportional_hazards(tte),
        "Restricted means (RMST)": lambda: survival.rmst(tte),
        "Median follow-up": lambda: survival.median_follow_up(tte),
        "Subgroups": lambda: subgroups.forest(tte),
        "Survival screen, all numbers, forest on": lambda: _survival_screen(trial),
        "Competing risks: derive": lambda: competing_risks.derive(trial),
        "Competing risks: incidence": lambda: competing_risks.cumulative_incidence(causes),
        "Competing risks: Gray's test": lambda: competing_risks.gray(causes),
        "Accrual": lambda: accrual(trial),
        "Grades by system organ class": lambda: safety.grade_table(trial, "soc"),
        "Grades by term": lambda: safety.grade_table(trial, "term"),
        "Score all questionnaires": lambda: questionnaires.score(trial),
        "Trajectories of one scale": lambda: pro.trajectories(trial, *SCALE),
    }
    for name, step in steps.items():
        yield sample(name, step)


def _survival_screen(trial: Trial) -> None:
    """Compute what the curves, their first tab and the forest need, from the tables on."""
    tte = time_to_event.derive(trial, "hpfs")
    km = survival.kaplan_meier(tte)
    survival.summary(km)
    survival.logrank(tte)
    survival.hazard_ratios(tte)
    survival.median_follow_up(tte)
    survival.curves_cross(km)
    survival.proportional_hazards(tte)
    survival.rmst(tte)
    landmark.differences(km, (6, 12, 24))
    subgroups.forest(tte)


def charts(trial: Trial) -> Iterator[Sample]:
    """Time each chart: the first of its shape, whose spec is built, and the next."""
    population, arms = trial.population, trial.arms
    tte = time_to_event.derive(trial, "hpfs")
    km, forest = survival.kaplan_meier(tte), subgroups.forest(tte)
    incidence = competing_risks.cumulative_incidence(competing_risks.derive(trial))
    grades = safety.grade_table(trial, "term")
    means = pro.trajectories(trial, *SCALE)
    enrolled = accrual(trial)
    steps: Mapping[str, Callable[[], object]] = {
        "Kaplan-Meier": lambda: _curves(km, trial),
        "Subgroups": lambda: forest_chart.forest_figure(forest, population),
        "Competing risks": lambda: competing_risks_chart.incidence_figure(
            incidence, "By arm", population, arms
        ),
        "Grades by term": lambda: safety_chart.grade_figure(grades, population),
        "Trajectories": lambda: pro_chart.trajectory_figure(means, population, arms),
        "Accrual": lambda: accrual_chart.accrual_figure(enrolled, population, arms),
    }
    for name, step in steps.items():
        yield partial(_first_and_again, name, step)


def _first_and_again(name: str, step: Callable[[], object]) -> Seconds:
    _forget_specs()
    return {f"{name}: first of its shape": timed(step), f"{name}: again": timed(step)}


def files(trial: Trial) -> Iterator[Sample]:
    """Time the downloads of the survival page."""
    tte = time_to_event.derive(trial, "hpfs")
    km = survival.kaplan_meier(tte)
    stamp = provenance.stamp(trial, km.method, title="hPFS by arm")
    figure = _curves(km, trial).stamped(stamp.line())
    frames = {"Curve": km.curve, "Medians": km.medians, "Patients": tte.frame}
    steps: Mapping[str, Callable[[], object]] = {
        "PNG, 300 dpi": lambda: image.png(figure),
        "SVG": lambda: image.svg(figure),
        "XLSX with a row a patient": lambda: workbook.workbook(frames, stamp),
    }
    for name, step in steps.items():
        yield sample(name, step)


def _curves(km: survival.KaplanMeier, trial: Trial) -> Figure:
    return survival_chart.kaplan_meier_figure(km, "hPFS by arm", trial.population, trial.arms)


def empty_page() -> Seconds:
    """Time a rerun of a page without content: what the measuring itself costs."""
    app = AppTest.from_string("").run()
    return {"A page without content": timed(app.run)}


def pages(trial: Trial) -> Iterator[Sample]:
    """Time each page: with nothing computed before, after a change of filter, and once more."""
    for name, page in PAGES.items():
        yield partial(_visit, trial, name, page)


def visits(trial: Trial, name: str) -> Sample:
    """Make a sample of one page: a visit, a change of filter, and the same once more."""
    return partial(_visit, trial, name, PAGES[name])


def _visit(trial: Trial, name: str, page: str) -> Seconds:
    key = session.keep(_as_new(trial))
    app = AppTest.from_file(_DOOR, default_timeout=300)
    app.query_params["data"] = "not open"  # the door stops there: a visit, nothing computed
    app.run()
    app.query_params["data"] = key
    _forget_specs()
    app.switch_page(page)
    first = _run(app)
    app.pills(key="grade").set_value(GRADES)
    return {
        f"{name}: first visit": first,
        f"{name}: new filter": _run(app),
        f"{name}: nothing new": _run(app),
    }


def _run(app: AppTest) -> float:
    seconds = timed(app.run)
    for trouble in (*app.exception, *app.warning):
        raise RuntimeError(f"The page was not drawn: {trouble.value}")
    return seconds


def _as_new(trial: Trial) -> Trial:
    """Give the same tables as if they came in another file, of which nothing is computed yet."""
    name = token_hex(32)
    return replace(trial, source=replace(trial.source, sha256=name, key=name))


def _forget_specs() -> None:
    """Bring the charts to where none was drawn yet."""
    for kept in (kept for chart in _CHARTS for kept in vars(chart).values()):
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
