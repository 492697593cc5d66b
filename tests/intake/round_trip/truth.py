"""A small trial in our own terms: what every export is written from, and has to read back as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from retnet_core.tables import SCHEMAS

Row = dict[str, Any]
Truth = dict[str, list[Row]]
"""For each table its rows; None is a blank."""

KEYS = {
    "patients": ("patient_id",),
    "embolizations": ("patient_id", "target"),
    "assessments": ("patient_id", "visit"),
    "adverse_events": ("patient_id", "term"),
    "questionnaires": ("patient_id", "instrument", "visit", "item"),
    "scores": ("patient_id", "scale", "visit"),
    "labs": ("patient_id", "test", "visit"),
    "time_to_event": ("patient_id", "endpoint"),
}
"""What tells the rows of a table apart; none of it is ever blank."""

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2022, 12, 31))


def maybe(*values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of some values, now and then none."""
    return st.one_of(*values, *values, *values, st.none())


SOME_DAYS = maybe(DAYS)
YES_NO = st.sampled_from([True, False, None])
RESPONSES = st.sampled_from(["CR", "PR", "SD", "PD", "NE", None])
VISITS = st.sampled_from(["Baseline", "Month 3", "Month 6"])


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None])


def numbers(least: int, most: int, per: int = 1) -> st.SearchStrategy[Any]:
    """Whole numbers over ``per``, or none."""
    return maybe(st.integers(least * per, most * per).map(lambda n: n / per))


PERCENTAGES = numbers(0, 100) | numbers(1, 100, 10) | numbers(1, 99, 1000)
"""None below 1 but 0: beside others those may be shares, and are asked about."""
IDS = ("R-{:03d}", "{:03d}", "01-{:03d}", "UCSF{:04d}")
ARMS = some("TAE", "cTACE", "DEB-TACE", "Lev+5FU")
PATIENT = {
    "arm": ARMS,
    "arm_received": ARMS,
    "treated": YES_NO,
    "site": some("Boston", "Genève", "UCSF"),
    "randomization_date": SOME_DAYS,
    "first_embolization_date": SOME_DAYS,
    "age": numbers(18, 90) | numbers(18, 90, 10),
    "sex": some("female", "male"),
    "ecog": numbers(0, 4),
    "primary_site": some("pancreas", "gut", "lung", "other"),
    "histologic_subtype": some("carcinoid", "islet-cell"),
    "differentiation": some("well", "well differentiated"),
    "who_grade": some("G1", "G2", "G3"),
    "ki67_percent": PERCENTAGES,
    "functional": YES_NO,
    "symptomatic": YES_NO,
    "liver_burden_percent": PERCENTAGES,
    "extrahepatic_disease": YES_NO,
    "hepatic_progression_date": SOME_DAYS,
    "progression_date": SOME_DAYS,
    "last_imaging_date": SOME_DAYS,
    "other_therapy_date": SOME_DAYS,
    "death_date": SOME_DAYS,
    "last_contact_date": SOME_DAYS,
}
OTHERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "embolizations": {
        "cycle": numbers(1, 3),
        "session": numbers(1, 2),
        "date": SOME_DAYS,
        "technique": some("bland", "lipiodol"),
        "target": st.sampled_from(["right lobe", "left lobe", "segment IV"]),
        "doxorubicin_mg": numbers(0, 150) | numbers(0, 75, 2),
        "length_of_stay_days": numbers(0, 20),
    },
    "assessments": {
        "date": SOME_DAYS,
        "visit": VISITS,
        "criteria": some("RECIST 1.1"),
        "sum_of_diameters_mm": numbers(0, 300) | numbers(0, 300, 10) | numbers(1, 30, 100),
        "hepatic_response": RESPONSES,
        "overall_response": RESPONSES,
        "new_hepatic_lesion": YES_NO,
        "new_extrahepatic_lesion": YES_NO,
        "evaluable": YES_NO,
    },
    "adverse_events": {
        "term": st.sampled_from(["Abdominal pain", "Fever", "ALT increased"]),
        "system_organ_class": some("General disorders"),
        "grade": numbers(1, 5),
        "ctcae_version": some("4.03", "5.0"),
        "start_date": SOME_DAYS,
        "end_date": SOME_DAYS,
        "treatment_emergent": YES_NO,
        "serious": YES_NO,
        "related": YES_NO,
        "action": some("dose not changed"),
        "outcome": some("recovered"),
    },
    "labs": {
        "test": st.sampled_from(["CgA", "ALT", "Na"]),
        "date": SOME_DAYS,
        "visit": VISITS,
        "value": numbers(0, 3000) | numbers(0, 3000, 10) | numbers(1, 30, 1000),
        "unit": some("ng/mL", "U/L"),
        "lower_limit": numbers(0, 10),
        "upper_limit": numbers(10, 1200),
    },
    "time_to_event": {
        "endpoint": st.sampled_from(["hPFS", "PFS", "OS", "Recurrence"]),
        "days": numbers(1, 3000),
        "event": YES_NO,
    },
}
FORM = {"visit": VISITS, "date": SOME_DAYS}
C30 = "QLQ-C30"
ITEMS = (1, 2, 29)
ANSWERS = (numbers(1, 4), numbers(1, 4), numbers(1, 7))
SCALES = ("QL", "PF")
SCORES = some(25.0, 33.3, 50.0, 66.7, 100.0)
"""None that looks like the mean of answers, which is asked about."""


def of_patients(
    draw: st.DrawFn, table: str, ids: Sequence[str], columns: Mapping[str, Any], most: int
) -> list[Row]:
    """Rows of a table, each with a key of its own, in the order of the patients."""
    row = st.fixed_dictionaries({"patient_id": st.sampled_from(ids), **columns})
    key = [name for name in KEYS[table] if name == "patient_id" or name in columns]
    rows = draw(st.lists(row, max_size=most, unique_by=lambda one: tuple(one[k] for k in key)))
    return sorted(rows, key=lambda one: ids.index(one["patient_id"]))


def answered(draw: st.DrawFn, ids: Sequence[str]) -> list[Row]:
    """Answers to the QLQ-C30: forms of a patient at a visit on a day."""
    forms = of_patients(draw, "scores", ids, FORM, 3)
    return [
        {"patient_id": form["patient_id"], "instrument": C30, "visit": form["visit"],
         "date": form["date"], "item": item, "value": value}
        for form in forms
        for item, answer in zip(ITEMS, ANSWERS, strict=True)
        if (value := draw(answer)) is not None
    ]  # fmt: skip


def scored(draw: st.DrawFn, ids: Sequence[str]) -> list[Row]:
    forms = of_patients(draw, "scores", ids, FORM, 3)
    return [
        {"patient_id": form["patient_id"], "instrument": C30, "scale": scale,
         "visit": form["visit"], "date": form["date"], "score": draw(SCORES)}
        for form in forms
        for scale in SCALES
    ]  # fmt: skip


@st.composite
def trials(draw: st.DrawFn) -> Truth:
    """Up to four patients; every table, questionnaires as answers or as scores."""
    pattern = draw(st.sampled_from(IDS))
    ids = [pattern.format(n) for n in range(1, draw(st.integers(1, 4)) + 1)]
    truth: Truth = {name: [] for name in SCHEMAS}
    truth["patients"] = [{"patient_id": one, **draw(st.fixed_dictionaries(PATIENT))} for one in ids]
    for table, columns in OTHERS.items():
        truth[table] = of_patients(draw, table, ids, columns, 4)
    if draw(st.booleans()):
        truth["questionnaires"] = answered(draw, ids)
    else:
        truth["scores"] = scored(draw, ids)
    return truth
