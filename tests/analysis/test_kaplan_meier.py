"""Kaplan-Meier against R's survival 3.5-3, and its rules as properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core.analysis import survival
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import HAND
from retnet_core.protocol import DAYS_PER_MONTH
from tests.analysis.survival_data import GROUPS, load, reference
from tests.validation import agree

EXACT = {"rtol": 1e-8, "atol": 1e-12}
DATA_SETS = list(GROUPS)


def times(days: str, events: str) -> TimeToEvent:
    """Times and 0/1 events, separated by blanks."""
    return TimeToEvent.from_frame(
        pd.DataFrame(
            {
                "days": [float(day) for day in days.split()],
                "event": [flag == "1" for flag in events.split()],
            }
        )
    )


@pytest.mark.parametrize("name", DATA_SETS)
def test_curve_equals_survfit(name: str) -> None:
    # survfit(Surv(time, event) ~ group, conf.type = "log-log")
    expected = reference("km_curves").query("dataset == @name").reset_index(drop=True)
    curve = survival.kaplan_meier(load(name), by=GROUPS[name]).curve
    assert curve["group"].tolist() == expected["group"].tolist()
    for ours, theirs in {
        "days": "time",
        "at_risk": "n_risk",
        "events": "n_event",
        "censored": "n_censor",
    }.items():
        agree("numbers_at_risk", curve[ours], expected[theirs], rtol=0)
    agree("km_survival", curve["survival"], expected["surv"], **EXACT)
    for ours, theirs in {"lower": "loglog_lower", "upper": "loglog_upper"}.items():
        agree("km_limits", curve[ours], expected[theirs], **EXACT)
    np.testing.assert_allclose(curve["months"] * DAYS_PER_MONTH, expected["time"], **EXACT)


@pytest.mark.parametrize("name", DATA_SETS)
def test_quantiles_equal_those_of_survfit(name: str) -> None:
    # quantile(survfit(..., conf.type = "log-log"), c(.25, .5, .75))
    expected = reference("km_quantiles").query("dataset == @name and conf_type == 'log-log'")
    km = survival.kaplan_meier(load(name), by=GROUPS[name])
    joined = km.quantiles().merge(expected, left_on=["group", "share"], right_on=["group", "p"])
    assert len(joined) == len(expected) == 3 * len(km.groups)
    half = expected[expected["p"] == 0.5].set_index("group").loc[list(km.groups)]
    quantiles, limits = "km_quantiles", "km_quantile_limits"
    agree(quantiles, joined["time"] * DAYS_PER_MONTH, joined["quantile"], **EXACT)
    agree(quantiles, km.medians["median"] * DAYS_PER_MONTH, half["quantile"], **EXACT)
    for side in ("lower", "upper"):
        agree(limits, joined[f"{side}_x"] * DAYS_PER_MONTH, joined[f"{side}_y"], **EXACT)
        agree(limits, km.medians[side] * DAYS_PER_MONTH, half[side], **EXACT)


def edge_cases() -> list[tuple[str, str, str, float, float, float]]:
    cases = []
    for _, row in reference("edge_medians").query("conf_type == 'log-log'").iterrows():
        marked = row["data"].split()
        days = " ".join(time.rstrip("+") for time in marked)
        events = " ".join("0" if time.endswith("+") else "1" for time in marked)
        cases.append((row["case"], days, events, row["median"], row["lower"], row["upper"]))
    for _, row in reference("edge_medians_more").iterrows():
        cases.append(tuple(row[["case", "t", "e", "median", "lower", "upper"]]))
    return cases


@pytest.mark.parametrize(("case", "days", "events", "median", "lower", "upper"), edge_cases())
def test_median_on_flat_stretches_equals_that_of_survfit(
    case: str, days: str, events: str, median: float, lower: float, upper: float
) -> None:
    # quantile(survfit(Surv(t, e) ~ 1, conf.type = "log-log"), .5)
    found = survival.kaplan_meier(times(days, events), by=None).medians.iloc[0]
    agree("km_quantiles", found["median"], median / DAYS_PER_MONTH, **EXACT)
    expected = np.array([lower, upper]) / DAYS_PER_MONTH
    agree("km_quantile_limits", found[["lower", "upper"]], expected, **EXACT)


@pytest.mark.parametrize("name", DATA_SETS)
def test_landmarks_equal_survfit_up_to_the_last_time_and_nothing_after(name: str) -> None:
    # summary(survfit(..., conf.type = "log-log"), times = c(6, 12, 24, 36, 60) * 30.4375,
    #         extend = TRUE)
    expected = reference("km_landmarks").query("dataset == @name and conf_type == 'log-log'")
    km = survival.kaplan_meier(load(name), by=GROUPS[name])
    last = km.curve.groupby("group")[["days", "survival"]].last()
    found = km.survival_at([6, 12, 24, 36, 60])
    found["time"] = found["months"] * DAYS_PER_MONTH
    joined = found.merge(expected, on=["group", "time"], suffixes=("", "_r"))
    assert len(joined) == len(expected) == 5 * len(km.groups)
    end = last.loc[joined["group"]].reset_index(drop=True)
    unknown = (joined["time"] > end["days"]) & (end["survival"] > 0)
    assert joined.loc[unknown, ["survival", "lower", "upper"]].isna().all(axis=None)
    known = joined[~unknown]
    for ours, theirs in {"survival": "surv", "lower": "lower_r", "upper": "upper_r"}.items():
        agree("km_at_months", known[ours], known[theirs], **EXACT)


def test_some_landmarks_lie_past_the_last_follow_up() -> None:
    km = survival.kaplan_meier(load("ovarian_rx"), by="rx")
    assert km.survival_at([60])["survival"].isna().all()


@pytest.mark.parametrize("name", DATA_SETS)
def test_median_follow_up_equals_reverse_survfit(name: str) -> None:
    # survfit(Surv(time, 1 - event) ~ group, conf.type = "log-log")
    expected = reference("reverse_km_followup").query("dataset == @name")
    found = survival.median_follow_up(load(name), by=GROUPS[name])
    assert found.table["group"].tolist() == expected["group"].tolist()
    agree("events", found.table["n"], expected["n"], rtol=0)
    for ours, theirs in {
        "median": "reverse_km_median_fu",
        "lower": "lower_loglog",
        "upper": "upper_loglog",
    }.items():
        agree("median_follow_up", found.table[ours] * DAYS_PER_MONTH, expected[theirs], **EXACT)


def test_limits_where_survival_is_one_and_where_it_is_zero() -> None:
    curve = survival.kaplan_meier(times("1 2 3", "0 1 1"), by=None).curve
    assert curve.loc[0, ["survival", "lower", "upper"]].tolist() == [1, 1, 1]
    assert curve.loc[2, "survival"] == 0
    assert np.isnan(curve.loc[2, "lower"])
    assert np.isnan(curve.loc[2, "upper"])


def test_numbers_under_the_curve_by_hand() -> None:
    month = DAYS_PER_MONTH
    tte = TimeToEvent.from_frame(
        pd.DataFrame({"months": [1.0, 2.0, 2.0, 3.0], "event": [True, True, False, False]})
    )
    numbers = survival.kaplan_meier(tte, by=None).numbers_at([0, 1, 2, 3, 4])
    # At a tick at risk counts T >= t; events and censored count T < t.
    for column, counts in {
        "at_risk": [4, 4, 3, 1, 0],
        "events": [0, 0, 1, 2, 2],
        "censored": [0, 0, 0, 1, 2],
    }.items():
        agree("numbers_at_risk", numbers[column], counts, reference=HAND, rtol=0)
    assert tte.frame["days"].tolist() == [month, 2 * month, 2 * month, 3 * month]


def test_a_time_equal_to_a_tick_but_for_float_noise_counts_as_equal() -> None:
    noisy = 6 * DAYS_PER_MONTH * (1 - 1e-15) - 1e-12
    tte = TimeToEvent.from_frame(pd.DataFrame({"days": [noisy, 300.0], "event": [True, False]}))
    km = survival.kaplan_meier(tte, by=None)
    assert km.numbers_at([6])["at_risk"].tolist() == [2]
    assert km.survival_at([6])["survival"].tolist() == [0.5]


def test_survival_between_times_and_past_the_end() -> None:
    km = survival.kaplan_meier(times("30 60 90", "1 0 0"), by=None)
    found = km.survival_at([0, 1, 2.5, 4])["survival"]
    agree("km_survival", found, [1, 2 / 3, 2 / 3, np.nan], reference=HAND)
    gone = survival.kaplan_meier(times("30 60", "1 1"), by=None).survival_at([4])
    assert gone["survival"].tolist() == [0]
    assert gone[["lower", "upper"]].isna().all(axis=None)


def test_an_event_at_time_zero_is_a_row_of_its_own() -> None:
    # survfit(Surv(c(0, 1, 2), c(1, 0, 1)) ~ 1): time 0, n.risk 3, surv 2/3
    curve = survival.kaplan_meier(times("0 1 2", "1 0 1"), by=None).curve
    assert curve["at_risk"].tolist() == [3, 2, 1]
    agree("km_survival", curve["survival"], [2 / 3, 2 / 3, 0])


def test_no_patients_give_empty_frames() -> None:
    tte = TimeToEvent.from_frame(pd.DataFrame({"days": [], "event": []}))
    km = survival.kaplan_meier(tte)
    assert km.groups == ()
    assert km.curve.empty
    assert km.medians.empty
    assert km.numbers_at([0, 6]).empty
    assert km.survival_at([6]).empty
    assert km.quantiles().empty
    assert survival.median_follow_up(tte).table.empty
    assert survival.summary(km) == "No patients to show."


def test_groups_follow_the_levels_and_unknown_is_last() -> None:
    frame = pd.DataFrame(
        {
            "days": [1, 2, 3, 4],
            "event": [True] * 4,
            "arm": ["Z", "cTACE", "TAE", "TAE"],
            "ecog": [10, 2, np.nan, 2],
        }
    )
    tte = TimeToEvent.from_frame(frame, levels={"arm": ("TAE", "cTACE", "DEB-TACE", "Z")})
    assert survival.kaplan_meier(tte).groups == ("TAE", "cTACE", "Z")
    assert survival.kaplan_meier(tte, by="ecog").groups == ("2", "10", "unknown")
    with pytest.raises(ValueError, match="no column 'tumor'"):
        survival.kaplan_meier(tte, by="tumor")


def test_any_text_is_a_group() -> None:
    arm = 'A <b> & "c"'
    tte = TimeToEvent.from_frame(pd.DataFrame({"days": [3], "event": [False], "arm": [arm]}))
    assert survival.kaplan_meier(tte).medians["group"].tolist() == [arm]


def test_notes_warn_of_few_events_and_of_the_closed_arm() -> None:
    frame = pd.DataFrame({"days": [1, 2], "event": True, "arm": ["TAE", "DEB-TACE"]})
    notes = survival.kaplan_meier(TimeToEvent.from_frame(frame)).notes
    assert any(note.startswith("Few events (2)") for note in notes)
    assert any(note.startswith("DEB-TACE was closed early") for note in notes)
    many = pd.DataFrame({"days": range(1, 11), "event": True, "arm": "TAE"})
    assert survival.kaplan_meier(TimeToEvent.from_frame(many)).notes == ()


def test_summary_says_survival_and_medians_in_words() -> None:
    frame = pd.DataFrame(
        {
            "days": [100, 400, 500, 600, 50, 60, 70],
            "event": [True, False, True, False, True, True, True],
            "arm": ["TAE"] * 4 + ["DEB-TACE"] * 3,
        }
    )
    km = survival.kaplan_meier(TimeToEvent.from_frame(frame, levels={"arm": ("TAE", "DEB-TACE")}))
    assert survival.summary(km) == (
        "At 12 months an estimated 75% (95% CI 13-96%) of 4 TAE patients and 0% of 3 DEB-TACE "
        "(closed) patients were free of death. Per 100 patients that is 75 fewer with DEB-TACE "
        "(closed) than with TAE. Median OS in months: 16.4 (95% CI 3.3 to not "
        "reached) with TAE and 2.0 (95% CI 1.6 to not reached) with DEB-TACE (closed)."
    )


def test_summary_says_where_nobody_was_followed_long_enough() -> None:
    km = survival.kaplan_meier(times("30 60", "1 0"), by=None)
    assert survival.summary(km, 12).startswith("Nobody was followed for 12 months")
    # By default the sentence is of the latest month that all curves reach.
    assert survival.summary(km).startswith("At 1 month an estimated 50%")


def test_numpy_still_warns_after_a_curve() -> None:
    before = np.geterr()
    survival.kaplan_meier(load("ovarian_rx"), by="rx")
    assert np.geterr() == before


patients = st.lists(
    st.tuples(st.integers(1, 900), st.booleans(), st.sampled_from(["TAE", "cTACE"])),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(patients, st.lists(st.floats(0, 40), min_size=1, max_size=6))
def test_at_risk_censored_and_events_sum_to_the_patients(
    rows: list[tuple[int, bool, str]], months: list[float]
) -> None:
    tte = TimeToEvent.from_frame(pd.DataFrame(rows, columns=["days", "event", "arm"]))
    km = survival.kaplan_meier(tte)
    numbers = km.numbers_at(months)
    sums = numbers[["at_risk", "censored", "events"]].sum(axis=1)
    sizes = tte.frame["arm"].value_counts()
    assert sums.tolist() == [sizes[group] for group in numbers["group"]]
    survived = km.curve.groupby("group")["survival"]
    assert (survived.diff().dropna() <= 0).all()
    known = km.curve.dropna(subset="lower")
    assert (known["lower"] <= known["survival"] + 1e-12).all()
    assert (known["upper"] >= known["survival"] - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(patients)
def test_a_patient_censored_before_any_event_changes_no_estimate(
    rows: list[tuple[int, bool, str]],
) -> None:
    frame = pd.DataFrame(rows, columns=["days", "event", "arm"])
    more = pd.concat([frame, pd.DataFrame([[0.5, False, "TAE"]], columns=frame.columns)])
    before, after = (
        survival.kaplan_meier(TimeToEvent.from_frame(data), by=None).curve for data in (frame, more)
    )
    np.testing.assert_allclose(after["survival"].iloc[1:], before["survival"], rtol=1e-12)


def test_times_that_differ_by_float_noise_are_one():
    # 8.3 months x 30.4375 is 252.63125000000002; R's survfit(timefix = TRUE) ties it with
    # 252.63125, so S = 2/3 after it: the censored patient was still at risk.
    frame = pd.DataFrame({"days": [8.3 * 30.4375, 252.63125, 900.0], "event": [True, False, False]})
    km = survival.kaplan_meier(TimeToEvent.from_frame(frame), by=None)
    assert len(km.curve) == 2
    assert km.curve.loc[0, "survival"] == pytest.approx(2 / 3, rel=1e-12)
    assert km.survival_at([12]).loc[0, "survival"] == pytest.approx(2 / 3, rel=1e-12)
