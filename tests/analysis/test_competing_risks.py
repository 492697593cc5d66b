"""Competing risks against R's survival 3.5-3 and cmprsk 2.2-11, and by hand."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import greenwood
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core import Trial, load_export
from retnet_core.analysis import competing_risks, survival, time_to_event
from retnet_core.analysis.competing_risks import (
    CENSORED,
    DEATH,
    FREE,
    HEPATIC,
    OTHER,
    CompetingRisks,
)
from retnet_core.demo.__main__ import PATH
from retnet_core.methods import HAND, SECOND
from retnet_core.protocol import DAYS_PER_MONTH, EndpointRules
from tests.analysis.build import make_trial
from tests.analysis.survival_data import reference
from tests.validation import agree

EXACT = {"rtol": 1e-8}
GROUPED = {
    "pbc_all": None,
    "pbc_trt": "trt",
    "pbc_sex": "sex",
    "mgus2_sex": "sex",
    "mgus2_all": None,
}
CAUSES = {"pbc": ("transplant", "death"), "mgus2": ("pcm", "death")}
ROWS = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sampled_from([CENSORED, "a", "b", "c"]),
        st.sampled_from(["A", "B"]),
    ),
    min_size=1,
    max_size=60,
)


@cache
def r_data(name: str) -> CompetingRisks:
    """R's data as reference.R built them; mgus2 is in months, taken for days."""
    kind = name.split("_")[0]
    data = greenwood.load_dataset(kind, backend="pandas")
    if kind == "pbc":
        event = data["status"].map({0: CENSORED, 1: "transplant", 2: "death"})
        data = data.assign(days=data["time"], event=event)
        data = data[data["trt"].notna()] if name == "pbc_trt" else data
    else:
        pcm, died = data["pstat"] == 1, data["death"] == 1
        event = np.select([pcm, died], ["pcm", "death"], CENSORED)
        data = data.assign(days=data["ptime"].where(pcm, data["futime"]), event=event)
    return CompetingRisks.from_frame(data, CAUSES[kind])


def of(days: list[float], event: str, arm: str = "") -> CompetingRisks:
    """One letter of ``event`` (. for censored) and of ``arm`` a patient."""
    words = [CENSORED if letter == "." else letter for letter in event]
    arms = list(arm) or ["A"] * len(days)
    frame = pd.DataFrame({"days": days, "event": words, "arm": arms})
    return CompetingRisks.from_frame(frame, ("a", "b"))


def incidence(cr: CompetingRisks, months: list[float], by: str | None = None) -> pd.DataFrame:
    return competing_risks.cumulative_incidence(cr, by).at(months)


@pytest.fixture(scope="module")
def demo() -> Trial:
    return load_export(PATH)


@pytest.mark.parametrize("name", GROUPED)
def test_cumulative_incidence_equals_survfit(name: str) -> None:
    # summary(survfit(Surv(t, ev) ~ g, conf.type = "log-log"), times = ...): pstate, std.err
    expected = reference("cif_survfit_aj").query("dataset == @name and conf_type == 'log-log'")
    found = competing_risks.cumulative_incidence(r_data(name), GROUPED[name])
    assert len(expected) == len(found.groups) * len(found.causes) * expected["time"].nunique()
    for (group, cause), theirs in expected.groupby(["group", "cause"]):
        at = found.at(theirs["time"].to_numpy() / DAYS_PER_MONTH)
        rows = at[at["cause"] == cause]
        ours = rows[rows["group"] == group] if GROUPED[name] else rows
        for key, column, r_column in (
            ("cif", "incidence", "cif"), ("cif_error", "std_err", "std_err"),
            ("cif_limits", "lower", "lower"), ("cif_limits", "upper", "upper"),
        ):  # fmt: skip
            agree(key, ours[column], theirs[r_column], **EXACT)


def test_no_incidence_has_no_limits() -> None:
    # the same R call: cif 0, lower and upper NA
    zero = reference("cif_survfit_aj").query("cif == 0 and conf_type == 'log-log'")
    assert zero[["lower", "upper"]].isna().all(axis=None)
    rows = incidence(r_data("pbc_all"), [365.25 / DAYS_PER_MONTH]).iloc[0]
    assert (rows["incidence"], rows["std_err"]) == (0, 0)
    assert np.isnan(rows["lower"])
    assert np.isnan(rows["upper"])


@pytest.mark.parametrize("name", ["pbc_trt", "pbc_sex", "mgus2_sex"])
def test_gray_equals_cuminc(name: str) -> None:
    # cmprsk::cuminc(time, status, group, cencode = 0)$Tests
    expected = reference("gray_test").query("dataset == @name").set_index("cause")
    found = competing_risks.gray(r_data(name), str(GROUPED[name])).table.set_index("cause")
    assert set(found.index) == set(expected.index)
    theirs = expected.loc[found.index]
    agree("gray", found["statistic"], theirs["gray_stat"], **EXACT)
    agree("gray", found["p"], theirs["p"], **EXACT)
    assert found["df"].tolist() == theirs["df"].tolist()


def test_gray_of_three_groups_does_not_depend_on_their_order() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "days": rng.integers(1, 60, 120),
            "event": rng.choice([CENSORED, "a", "b"], 120),
            "arm": rng.choice(["X", "Y", "Z"], 120),
        }
    )
    tables = [
        competing_risks.gray(CompetingRisks.from_frame(frame, ("a", "b"), {"arm": order})).table
        for order in permutations(("X", "Y", "Z"))
    ]
    for table in tables:
        assert table["df"].tolist() == [2, 2]
        np.testing.assert_allclose(table["statistic"], tables[0]["statistic"], rtol=1e-10)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(ROWS)
def test_incidences_sum_to_one_minus_survival(rows: list[tuple[int, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["days", "event", "arm"])
    cr = CompetingRisks.from_frame(frame, ("a", "b", "c"))
    found = competing_risks.cumulative_incidence(cr)
    km = survival.kaplan_meier(cr.any_event)
    total = found.curve.groupby(["group", "days"])["incidence"].sum()
    overall = km.curve.set_index(["group", "days"])["survival"]
    agree("cif", total.loc[overall.index], 1 - overall, reference=SECOND, atol=1e-12)
    states = found.occupancy.groupby(["group", "months"])["share"]
    agree("occupancy", states.sum(), 1, reference=SECOND, atol=1e-12)
    assert states.size().eq(4).all()
    assert found.occupancy["share"].between(-1e-12, 1 + 1e-12).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(ROWS)
def test_naive_is_kaplan_meier_and_never_lower(rows: list[tuple[int, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["days", "event", "arm"])
    cr = CompetingRisks.from_frame(frame, ("a", "b", "c"))
    months = np.unique(frame["days"]) / DAYS_PER_MONTH
    naive = competing_risks.cumulative_incidence(cr).naive(months)
    alone = time_to_event.TimeToEvent.from_frame(frame.assign(event=frame["event"].eq("a")))
    km = survival.kaplan_meier(alone)
    order = list(km.groups)
    theirs = km.survival_at(months)["survival"].to_numpy()
    ours = pd.concat([naive[naive["group"] == group] for group in order])
    agree("naive", ours["naive"], 1 - theirs, reference=SECOND, atol=1e-12)
    assert (naive["difference"].dropna() >= -1e-12).all()


@settings(max_examples=40, deadline=None)
@given(ROWS, st.lists(st.floats(0, 3), min_size=1, max_size=5))
def test_numbers_sum_to_the_patients(rows: list[tuple[int, str, str]], months: list[float]) -> None:
    frame = pd.DataFrame(rows, columns=["days", "event", "arm"])
    cr = CompetingRisks.from_frame(frame, ("a", "b", "c"))
    numbers = competing_risks.cumulative_incidence(cr).numbers_at(months)
    total = numbers[["at_risk", "censored", "a", "b", "c"]].sum(axis=1)
    sizes = frame["arm"].value_counts()
    assert total.tolist() == numbers["group"].map(sizes).tolist()
    assert (numbers[["at_risk", "censored"]] >= 0).all(axis=None)


def test_incidence_by_hand() -> None:
    # 4 patients: a on day 30, b on day 60, censored on day 90, a on day 120.
    cr = of([30, 60, 90, 120], "ab.a")
    found = competing_risks.cumulative_incidence(cr, None)
    months = [29 / DAYS_PER_MONTH, 30 / DAYS_PER_MONTH, 100 / DAYS_PER_MONTH, 10]
    at = found.at(months).set_index("cause")
    agree("cif", at.loc["a", "incidence"], [0, 0.25, 0.25, 0.75], reference=HAND)
    agree("cif", at.loc["b", "incidence"], [0, 0, 0.25, 0.25], reference=HAND)
    # Naive: b is censored, so 1 - 3/4 x 0 at the end.
    naive = found.naive(months)
    agree("naive", naive["naive"], [0, 0.25, 0.25, 1.0], reference=HAND)
    agree("naive", naive["difference"], [0, 0, 0, 0.25], reference=HAND)
    numbers = found.numbers_at([0, 60 / DAYS_PER_MONTH, 10])
    counts = [[4, 0, 0, 0], [3, 0, 1, 0], [0, 1, 2, 1]]
    columns = ["at_risk", "censored", "a", "b"]
    agree("cif_numbers", numbers[columns], counts, reference=HAND, rtol=0)
    states = found.occupancy.set_index("state")["share"]
    agree("occupancy", states[FREE], [1, 0.75, 0.5, 0.5, 0], reference=HAND, atol=1e-15)
    agree("occupancy", states["b"], [0, 0, 0.25, 0.25, 0.25], reference=HAND)


def test_incidence_is_unknown_past_the_last_time_unless_all_had_an_event() -> None:
    ends_censored = incidence(of([30, 60], "a."), [2, 3]).query("cause == 'a'")["incidence"]
    # Censored and event on the last day: half of the patients then at risk are free for ever.
    both = incidence(of([30, 30], "a."), [3])["incidence"]
    all_had = incidence(of([30, 60], "ab"), [3])["incidence"]
    assert ends_censored.isna().all()
    assert both.isna().all()
    assert all_had.tolist() == [0.5, 0.5]


def trial_of_four() -> Trial:
    """P1 liver, then dies; P2 dies; P3 progresses elsewhere, then in the liver; P4 is followed."""
    return make_trial(
        patients={
            "patient_id": ["P1", "P2", "P3", "P4"],
            "arm": ["TAE", "TAE", "cTACE", "cTACE"],
            "first_embolization_date": ["2020-01-01"] * 4,
            "hepatic_progression_date": ["2020-01-31", None, "2020-03-01", None],
            "progression_date": ["2020-01-31", None, "2020-02-10", None],
            "death_date": ["2020-01-31", "2020-02-20", None, None],
            "last_imaging_date": ["2020-01-31", "2020-02-01", "2020-03-01", "2020-06-01"],
            "last_contact_date": ["2020-01-31", "2020-02-20", "2020-06-01", "2020-06-01"],
        }
    )


def test_causes_are_what_came_first() -> None:
    cr = competing_risks.derive(trial_of_four())
    assert cr.causes == (HEPATIC, DEATH)
    assert cr.frame["event"].tolist() == [HEPATIC, DEATH, HEPATIC, CENSORED]
    agree("first_event", cr.frame["days"], [31, 51, 61, 153], reference=HAND, rtol=0)
    assert cr.notes == ()
    assert "reason" not in cr.frame
    assert {"who_grade", "site", "age"} <= set(cr.frame)


def test_other_progression_competes_by_a_switch() -> None:
    cr = competing_risks.derive(trial_of_four(), other_progression="competing")
    assert cr.causes == (HEPATIC, OTHER, DEATH)
    assert cr.frame["event"].tolist() == [HEPATIC, DEATH, OTHER, CENSORED]
    agree("first_event", cr.frame["days"], [31, 51, 41, 153], reference=HAND, rtol=0)
    assert cr.notes == ("hPFS differs from these times: there other progression is ignored.",)
    same = EndpointRules(extrahepatic="event")
    assert competing_risks.derive(trial_of_four(), same, "competing").notes == ()
    with pytest.raises(ValueError, match="'ignored' or 'competing', not 'event'"):
        competing_risks.derive(trial_of_four(), other_progression="event")  # type: ignore[arg-type]


def test_death_competes_whatever_the_switch_of_hpfs() -> None:
    cr = competing_risks.derive(
        trial_of_four(), EndpointRules(death="censored", extrahepatic="censored")
    )
    assert cr.frame["event"].tolist() == [HEPATIC, DEATH, HEPATIC, CENSORED]
    assert cr.notes == (
        "hPFS differs from these times: there deaths are censored and other progression censors.",
    )


def test_given_times_do_not_know_the_cause() -> None:
    given_times = {"patient_id": ["P1"], "endpoint": ["hPFS"], "days": [31], "event": [True]}
    patients = {"patient_id": ["P1"], "arm": ["TAE"]}
    only = make_trial(patients=patients, time_to_event=given_times)
    with pytest.raises(ValueError, match="without saying whether they ended in progression"):
        competing_risks.derive(only)
    dated = patients | {
        "first_embolization_date": ["2020-01-01"],
        "hepatic_progression_date": ["2020-01-31"],
    }
    both = make_trial(patients=dated, time_to_event=given_times)
    cr = competing_risks.derive(both)
    assert cr.any_event.source == "dates"
    assert cr.frame["event"].tolist() == [HEPATIC]
    assert any("derived from dates and may differ" in note for note in cr.notes)
    with pytest.raises(ValueError, match="need dates or imaging assessments"):
        competing_risks.derive(both, EndpointRules(source="given"))


def test_the_demo_keeps_every_hpfs_event(demo: Trial) -> None:
    cr = competing_risks.derive(demo)
    hpfs = time_to_event.derive(demo, "hPFS")
    assert cr.frame["days"].tolist() == hpfs.frame["days"].tolist()
    assert cr.frame["event"].ne(CENSORED).tolist() == hpfs.frame["event"].tolist()
    assert set(cr.frame["event"]) == {HEPATIC, DEATH, CENSORED}
    assert len(cr.frame) + len(cr.not_analysed) == len(demo.patients)


def test_an_unknown_event_is_named() -> None:
    frame = pd.DataFrame({"days": [1], "event": ["relapse"]})
    with pytest.raises(ValueError, match="event 'relapse' is not death or censored"):
        CompetingRisks.from_frame(frame, ("death",))


def test_one_arm_has_incidences_and_no_test() -> None:
    cr = of([10, 20, 30], "ab.")
    assert competing_risks.cumulative_incidence(cr).groups == ("A",)
    found = competing_risks.gray(cr)
    assert found.table["p"].isna().all()
    assert found.table["df"].tolist() == [0, 0]
    assert "No test of a: fewer than two groups have patients." in found.notes


def test_no_event_is_no_incidence() -> None:
    cr = of([10, 20, 30, 40], "....", "ABAB")
    found = competing_risks.cumulative_incidence(cr)
    assert found.curve["incidence"].eq(0).all()
    assert found.curve[["lower", "upper"]].isna().all(axis=None)
    assert found.occupancy.query("state == 'free'")["share"].eq(1).all()
    assert "No test of a: no events." in competing_risks.gray(cr).notes
    assert "an estimated 0% of 2 A patients had a" in competing_risks.summary(found, 0.5)


def test_one_cause_only_is_one_minus_kaplan_meier() -> None:
    cr = CompetingRisks.from_frame(
        pd.DataFrame({"days": [10, 20, 30, 40], "event": ["a", CENSORED, "a", "a"]}), ("a",)
    )
    found = competing_risks.cumulative_incidence(cr)
    km = survival.kaplan_meier(cr.any_event)
    np.testing.assert_allclose(found.curve["incidence"], 1 - km.curve["survival"], atol=1e-15)
    assert np.isnan(found.curve["upper"].iloc[-1])  # everyone had it: no limits at 1
    assert competing_risks.summary(found, 0.5) == (
        "At 0.5 months an estimated 25% (95% CI 1-67%) of 4 all patients had a."
    )


def test_nobody_is_a_sentence() -> None:
    found = competing_risks.cumulative_incidence(of([], ""))
    assert found.groups == ()
    assert found.curve.empty
    assert found.at([12]).empty
    assert found.numbers_at([0]).empty
    assert competing_risks.summary(found) == "No patients to show."
    assert competing_risks.gray(of([], "")).table["p"].isna().all()


def test_a_group_gone_before_the_first_event_takes_no_part_in_the_test() -> None:
    with_c = competing_risks.gray(of([5, 6, 7, 8, 1, 2], "aaba.b", "ABABCC"))
    without = competing_risks.gray(of([5, 6, 7, 8], "aaba", "ABAB"))
    ours, theirs = (found.table.set_index("cause").loc["a"] for found in (with_c, without))
    assert ours["df"] == 1
    assert ours["p"] == pytest.approx(theirs["p"], rel=1e-12)
    assert "C: nobody at risk at any event of a, not tested for it." in with_c.notes


def test_events_all_on_one_day_with_nobody_left_are_a_sentence() -> None:
    found = competing_risks.gray(of([5, 5, 5, 5], "aaaa", "ABAB"))
    assert found.table["p"].isna().all()
    assert "No test of a: nothing varies." in found.notes


def test_groups_can_be_any_column(demo: Trial) -> None:
    found = competing_risks.cumulative_incidence(competing_risks.derive(demo), "who_grade")
    assert found.groups[:2] == ("G1", "G2")
    assert found.method.startswith("Cumulative incidence by WHO grade (Aalen-Johansen)")
    with pytest.raises(ValueError, match="no column 'grade' to divide patients by"):
        competing_risks.cumulative_incidence(competing_risks.derive(demo), "grade")


def test_summary_says_both_causes_and_the_naive_excess() -> None:
    liver = [HEPATIC, DEATH, HEPATIC, CENSORED]
    frame = pd.DataFrame({"days": [30, 60, 90, 600], "event": liver, "arm": "TAE"})
    found = competing_risks.cumulative_incidence(CompetingRisks.from_frame(frame, (HEPATIC, DEATH)))
    assert competing_risks.summary(found, 12) == (
        "At 12 months an estimated 50% (95% CI 6-84%) of 4 TAE patients had hepatic progression "
        "and 25% had died without it. With death censored instead, 1 - Kaplan-Meier would say 62% "
        "with TAE: 12.5 percentage points more."
    )
    assert competing_risks.summary(found, 24) == "Nobody was followed for 24 months: TAE."
