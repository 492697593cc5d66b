"""Trajectories worked by hand: means, limits, time of a visit, baseline, change, compliance."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core.analysis import pro
from retnet_core.methods import HAND
from retnet_core.trial import Cohort, Trial
from tests.analysis.build import make_trial
from tests.validation import agree

DAY_0 = pd.Timestamp("2020-01-01")


def day(number: int | None) -> pd.Timestamp | None:
    return None if number is None else DAY_0 + pd.Timedelta(days=number)


def trial_of(
    forms: list[tuple[str, str | None, int | None, float]],
    patients: dict[str, list[object]] | None = None,
    data_cut: dt.date | None = None,
    unreadable: list[tuple[str, str, str]] | None = None,
) -> Trial:
    """Make a trial of pre-scored QL forms (patient, visit, day, score), treated on day 0."""
    ids = sorted({form[0] for form in forms})
    who = {"patient_id": ids, "arm": ["TAE"] * len(ids)} if patients is None else dict(patients)
    who.setdefault("first_embolization_date", [DAY_0] * len(who["patient_id"]))
    return make_trial(
        unreadable=unreadable or (),
        data_cut=data_cut,
        patients=who,
        scores={
            "patient_id": [form[0] for form in forms],
            "instrument": ["QLQ-C30"] * len(forms),
            "scale": ["QL"] * len(forms),
            "visit": [form[1] for form in forms],
            "date": [day(form[2]) for form in forms],
            "score": [form[3] for form in forms],
        },
    )


def trajectories(trial: Trial, **options: object) -> pro.Trajectories:
    return pro.trajectories(trial, "QLQ-C30", "QL", **options)


def cell(result: pro.Trajectories, group: str, visit: str) -> pd.Series:
    table = result.table
    found = table[(table["group"] == group) & (table["visit"] == visit)]
    assert len(found) == 1
    return found.iloc[0]


THREE = [("1", "Baseline", -3, 50.0), ("2", "Baseline", -5, 75.0), ("3", "Baseline", -40, 100.0)]


# R: qt(0.975, 2); with it t.test(x)$conf.int is mean(x) -+ qt * sd(x) / sqrt(3).
T_OF_2 = 4.302652729749


def test_mean_and_t_limits_are_those_of_a_t_test():
    # x <- c(50, 75, 100): mean 75, sd 25
    found = cell(trajectories(trial_of(THREE)), "TAE", "Baseline")
    agree("pro_mean", found[["n", "mean", "sd"]], [3, 75, 25], reference=HAND, rtol=0)
    limits = [75 - T_OF_2 * 25 / 3**0.5, 75 + T_OF_2 * 25 / 3**0.5]
    agree("pro_limits", found[["lower", "upper"]], limits, rtol=1e-10)


def test_one_form_has_a_mean_but_no_limits_and_is_remarked_on():
    result = trajectories(trial_of([("1", "Baseline", -3, 50.0)]))
    found = cell(result, "TAE", "Baseline")
    assert (found["n"], found["mean"]) == (1, 50)
    assert found[["sd", "lower", "upper"]].isna().all()
    assert "Fewer than 5 forms: TAE (Baseline)." in result.notes


def test_a_visit_stands_at_the_median_day_over_all_arms():
    forms = [("1", "Late", 180, 1.0), ("2", "Late", 190, 1.0), ("3", "Late", 400, 1.0), *THREE]
    trial = trial_of(forms, {"patient_id": ["1", "2", "3"], "arm": ["TAE", "cTACE", "cTACE"]})
    result = trajectories(trial)
    assert result.visits == ("Baseline", "Late")
    for visit, median_day in (("Late", 190), ("Baseline", -5)):
        month = cell(result, "TAE", visit)["month"]
        agree("visit_month", month, median_day / 30.4375, reference=HAND, rtol=0)
    # The same place when only one arm is looked at.
    narrowed = trajectories(trial.select(Cohort(arms=("TAE",))))
    assert cell(narrowed, "TAE", "Late")["month"] == 190 / 30.4375
    assert narrowed.groups == ("TAE",)


def test_without_dates_a_visit_takes_the_time_of_its_name():
    names = ["Month 6", "Baseline", "week 12", "M3", "1 year", "Day 30"]
    result = trajectories(trial_of([("1", name, None, 50.0) for name in names]))
    assert result.visits == ("Baseline", "Day 30", "week 12", "M3", "Month 6", "1 year")
    months = result.table.set_index("visit")["month"]
    assert list(months.index) == ["Baseline", "Day 30", "week 12", "M3", "Month 6", "1 year"]
    expected = [0, 30 / 30.4375, 84 / 30.4375, 3, 6, 12]
    agree("visit_month", months, expected, reference=HAND)
    assert any(note.startswith("Placed by name") for note in result.notes)


def test_a_visit_without_any_time_keeps_the_order_of_the_export():
    forms = [("1", "Extra", None, 50.0), ("1", "Month 6", None, 50.0), ("1", "Baseline", -1, 50.0)]
    result = trajectories(trial_of(forms))
    assert result.visits == ("Extra", "Month 6", "Baseline")
    assert np.isnan(cell(result, "TAE", "Extra")["month"])
    assert any("No time is known of Extra" in note for note in result.notes)


def test_a_cycle_number_is_no_time():
    result = trajectories(trial_of([("1", "Cycle 3", None, 50.0), ("1", "C30D1", None, 40.0)]))
    assert result.table["month"].isna().all()


def test_change_is_against_the_last_form_on_or_before_the_first_embolization():
    forms = [
        ("1", "Screening", -30, 10.0), ("1", "Baseline", 0, 50.0), ("1", "Month 6", 180, 40.0),
        ("2", "Screening", -30, 60.0), ("2", "Baseline", 3, 90.0), ("2", "Month 6", 180, 80.0),
        ("3", "Baseline", -1, 30.0), ("3", "Month 6", 180, 40.0),
    ]  # fmt: skip
    result = trajectories(trial_of(forms), change=True)
    assert result.baseline_visit == "Baseline"
    # Patient 1: 40 - 50; patient 2: 80 - 60, its Baseline form came after treatment; 3: 40 - 30.
    found = cell(result, "TAE", "Month 6")
    agree("pro_change", found[["n", "mean"]], [3, 20 / 3], reference=HAND)
    # sd(c(-10, 20, 10)) = sqrt(700 / 3)
    half = T_OF_2 * (700 / 3) ** 0.5 / 3**0.5
    agree("pro_limits", found[["lower", "upper"]], [20 / 3 - half, 20 / 3 + half], rtol=1e-10)
    start = cell(result, "TAE", "Baseline")
    assert (start["n"], start["mean"]) == (3, 0)
    assert start[["sd", "lower", "upper"]].isna().all()
    assert cell(result, "TAE", "Screening")["n"] == 0
    lines = result.individual[result.individual["patient_id"] == "1"]
    agree("pro_change", lines["score"], [0, -10], reference=HAND, rtol=0)


def test_without_dates_the_visit_named_baseline_is_the_baseline():
    forms = [("1", "baseline", None, 50.0), ("1", "Month 3", None, 65.0), ("2", "Month 3", None, 1)]
    result = trajectories(trial_of(forms), change=True)
    found = cell(result, "TAE", "Month 3")
    assert (found["n"], found["mean"]) == (1, 15)
    assert "1 patient without a baseline score: left out." in result.notes


def test_expected_forms_leave_out_who_died_or_left_before_the_visit():
    ids = ["1", "2", "3", "4", "5", "6"]
    patients = {
        "patient_id": ids,
        "arm": ["TAE"] * 6,
        "death_date": [day(99), day(100), None, None, None, day(50)],
        "last_contact_date": [None, None, day(99), day(500), None, None],
        "first_embolization_date": [DAY_0] * 4 + [day(200), DAY_0],
    }
    # The visit's day is 100. 1 died the day before, 3 was last seen then, 5 started 200 days late
    # and the data were cut on day 250; 6 died before but answered.
    forms = [("4", "Visit", 100, 50.0), ("6", "Visit", 45, 50.0), ("2", "Visit", 155, 50.0)]
    result = trajectories(trial_of(forms, patients, data_cut=day(250).date()))
    found = cell(result, "TAE", "Visit")
    assert found["month"] == 100 / 30.4375
    agree("compliance", found[["expected", "completed"]], [3, 3], reference=HAND, rtol=0)
    later = trajectories(trial_of(forms, patients, data_cut=day(300).date()))
    expected = cell(later, "TAE", "Visit")["expected"]
    agree("compliance", expected, 4, reference=HAND, rtol=0)


def test_a_completed_form_counts_also_where_the_scale_could_not_be_scored():
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["TAE"], "first_embolization_date": [DAY_0]},
        questionnaires={
            "patient_id": ["1"], "instrument": ["QLQ-C30"], "visit": ["Baseline"], "item": [1],
            "value": [2], "date": [DAY_0],
        },
    )  # fmt: skip
    found = cell(trajectories(trial), "TAE", "Baseline")
    assert (found["n"], found["completed"], found["expected"]) == (0, 1, 1)
    assert np.isnan(found["mean"])


def test_without_a_first_embolization_a_form_is_expected_of_who_filled_in_any():
    patients = {
        "patient_id": ["1", "2"],
        "arm": ["TAE", "TAE"],
        "first_embolization_date": [None, None],
        "death_date": [day(1), None],
    }
    forms = [("1", "Baseline", 0, 50.0), ("1", "Month 6", 180, 50.0)]
    result = trajectories(trial_of(forms, patients))
    assert cell(result, "TAE", "Month 6")["expected"] == 1
    assert any("no day of first embolization" in note for note in result.notes)
    # Counted from randomisation the first patient died before month 6.
    patients["randomization_date"] = [DAY_0, None]
    result = trajectories(trial_of([forms[0], ("2", "Month 6", 180, 50.0)], patients))
    assert cell(result, "TAE", "Baseline")["expected"] == 2
    assert cell(result, "TAE", "Month 6")["expected"] == 1


def test_groups_follow_a_dimension_and_arms_stay_in_order():
    patients = {
        "patient_id": ["1", "2", "3"],
        "arm": ["cTACE", 'A <b> & "c"', "TAE"],
        "who_grade": ["G2", None, "G1"],
    }
    trial = trial_of(THREE, patients)
    assert trajectories(trial).groups == ("TAE", "cTACE", 'A <b> & "c"')
    graded = trajectories(trial, by="who_grade")
    assert graded.groups == ("G1", "G2", "unknown")
    assert cell(graded, "unknown", "Baseline")["mean"] == 75
    with pytest.raises(ValueError, match="use one of arm, who_grade"):
        trajectories(trial, by="colour")


def test_a_scale_that_nobody_knows_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="QL, PF"):
        pro.trajectories(trial_of(THREE), "QLQ-C30", "QLL")


def test_no_forms_at_all_give_an_empty_table_and_say_so():
    trial = make_trial(patients={"patient_id": ["1"], "arm": ["TAE"]})
    for change in (False, True):
        result = trajectories(trial, change=change)
        assert result.table.empty
        assert result.individual.empty
        assert "No scores of Global health status/QoL in this selection." in result.notes
        assert pro.summary(result).endswith("no scores in this selection.")
    assert pro.available(trial).empty


def test_what_was_read_and_what_it_lacks_is_said():
    patients = {"patient_id": ["1"], "arm": ["TAE"]}
    row = {"patient_id": ["1"], "instrument": ["QLQ-C30"], "visit": ["Baseline"]}
    ask = "In Columns on the page Data, say which column it is."
    nothing = pro.why_no_scale(make_trial(patients=patients))
    assert nothing.startswith("This export holds no questionnaire: neither answered items nor")
    answers = make_trial(patients=patients, questionnaires={**row, "value": [3]})
    assert pro.why_no_scale(answers) == (
        f"1 answer was read, but none has the number of an item. {ask}"
    )
    foreign = {**row, "instrument": ["EQ-5D"], "item": [1], "value": [3]}
    assert pro.why_no_scale(make_trial(patients=patients, questionnaires=foreign)) == (
        "1 answer was read, but none belongs to a scale: a score needs a questionnaire and a "
        f"scale, and answers are scored of QLQ-C30 and QLQ-GI.NET21. {ask}"
    )
    both = make_trial(
        patients=patients,
        questionnaires={**row, "value": [3]},
        scores={"patient_id": ["1"], "visit": ["Baseline"], "score": [50.0]},
    )
    assert pro.why_no_scale(both) == (
        "1 score was read, but none has a questionnaire or a scale. "
        f"1 answer was read, but none has the number of an item. {ask}"
    )


def test_an_empty_cohort_gives_no_groups():
    result = trajectories(trial_of(THREE).select(Cohort(arms=())))
    assert result.groups == ()
    assert result.table.empty


def test_forms_without_a_visit_are_in_no_mean_and_are_said():
    result = trajectories(trial_of([*THREE, ("1", None, 50, 0.0)]))
    assert list(result.table["visit"]) == ["Baseline"]
    assert cell(result, "TAE", "Baseline")["n"] == 3
    assert "1 form without a visit: in no mean." in result.notes


def test_unreadable_days_of_death_are_said():
    trial = trial_of(THREE, unreadable=[("patients", "death_date", "1")])
    assert any(
        "1 patient with an unreadable day of death" in one for one in trajectories(trial).notes
    )


def test_unverified_scales_and_the_closed_arm_are_remarked_on():
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["DEB-TACE"]},
        scores={
            "patient_id": ["1", "1"], "instrument": ["QLQ-GI.NET21", "CSSS"],
            "scale": ["ED", "Total"], "visit": ["Baseline"] * 2, "score": [10, 12],
        },
    )  # fmt: skip
    notes = pro.trajectories(trial, "QLQ-GI.NET21", "ED").notes
    assert any(note.startswith("QLQ-GI.NET21: items and scales are not verified") for note in notes)
    assert "DEB-TACE was closed early." in notes
    assert pro.available(trial)["scale"].tolist() == ["ED", "Total"]
    assert "direction not known" in pro.trajectories(trial, "CSSS", "Total").method


def test_available_lists_scales_in_the_manuals_order():
    trial = trial_of(THREE)
    listed = pro.available(trial)
    assert listed.to_dict("records") == [
        {"instrument": "QLQ-C30", "scale": "QL", "name": "Global health status/QoL", "n_forms": 3}
    ]


def test_the_sentence_names_first_and_last_well_filled_visit():
    ids = list("123456")
    forms = [(one, "Baseline", -1, 60.0) for one in ids]
    forms += [(one, "Month 6", 180, 50.0) for one in ids[:5]]
    forms += [("1", "Month 12", 360, 0.0)]
    trial = trial_of(forms)
    assert pro.summary(trajectories(trial)) == (
        "Global health status/QoL (0-100, higher is better): TAE mean 60.0 at Baseline (n = 6) "
        "and 50.0 at Month 6 (n = 5)."
    )
    assert pro.summary(trajectories(trial, change=True)) == (
        "Global health status/QoL (0-100, higher is better), change from baseline: TAE mean -10.0 "
        "at Month 6 (n = 5)."
    )


FORM = st.tuples(
    st.sampled_from("123456"),
    st.sampled_from(["Baseline", "Month 3", "Month 6"]),
    st.one_of(st.none(), st.integers(-20, 250)),
    st.floats(0, 100),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(FORM, max_size=20, unique_by=lambda form: form[:2]), st.booleans())
def test_counts_are_consistent(forms, change):
    patients = {"patient_id": list("123456"), "arm": ["TAE", "cTACE", "DEB-TACE"] * 2}
    patients["death_date"] = [day(60), None] * 3
    result = trajectories(trial_of(forms, patients), change=change)
    table = result.table
    assert (
        table["n"] <= table["completed"].where(table["visit"] != result.baseline_visit, 6)
    ).all()
    assert (table["completed"] <= table["expected"]).all()
    assert table["n"].sum() == len(result.individual)
    assert len(table) == len(result.groups) * len(result.visits)
    if not change:
        assert table["completed"].sum() == len(forms)
    inside = table.dropna(subset=["lower"])
    assert (inside["lower"] <= inside["mean"] + 1e-9).all()
    assert (inside["mean"] <= inside["upper"] + 1e-9).all()


def test_days_of_cycles_are_no_times_and_cycles_come_in_their_order() -> None:
    names = ["Screening", "Cycle 4 Day 1", "Cycle 2 Day 1", "Cycle 10 Day 1"]
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["TAE"]},
        questionnaires={
            "patient_id": ["1"] * 8,
            "instrument": ["QLQ-C30"] * 8,
            "visit": [name for name in names for _ in range(2)],
            "item": [29, 30] * 4,
            "value": [4.0] * 8,
        },
    )
    table = pro.trajectories(trial, "QLQ-C30", "QL").table
    ordered = ["Screening", "Cycle 2 Day 1", "Cycle 4 Day 1", "Cycle 10 Day 1"]
    assert table["visit"].tolist() == ordered
    assert table["month"].isna().all()
