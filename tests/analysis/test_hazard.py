"""Event rates by interval against R's poisson.test, lifelines, and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import PiecewiseExponentialFitter

from retnet_core.analysis.hazard import PiecewiseHazard, piecewise_hazard, summary
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import COUNTED, HAND, LIFELINES
from retnet_core.protocol import DAYS_PER_MONTH
from tests.analysis.survival_data import GROUPS, load
from tests.validation import agree

MONTH = DAYS_PER_MONTH


def arms(days: list[float], event: list[int], arm: str) -> TimeToEvent:
    """One letter of ``arm`` a patient."""
    return TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": np.array(event, bool), "arm": list(arm)})
    )


def column(result: PiecewiseHazard, name: str, group: str) -> list[float]:
    return result.table.loc[result.table["group"] == group, name].tolist()


def test_hand_worked_example() -> None:
    # Months 1 (event), 2 (event), 3 (censored), 6 (event), 7 (censored), intervals of 3 months.
    # (0, 3]: 1 + 2 + 3 + 3 + 3 = 12 months, 2 events; (3, 6]: 3 + 3 = 6, 1; (6, 9]: 1, none.
    found = piecewise_hazard(
        arms([month * MONTH for month in (1, 2, 3, 6, 7)], [1, 1, 0, 1, 0], "AAAAA"), width=3
    )
    assert found.table["start"].tolist() == [0, 3, 6]
    assert found.table["end"].tolist() == [3, 6, 9]
    rates = [200 / 12, 100 / 6, 0]
    agree("hazard", found.table["events"], [2, 1, 0], reference=HAND, rtol=0)
    agree("hazard", found.table["person_months"], [12, 6, 1], reference=HAND, rtol=1e-12)
    agree("hazard", found.table["hazard"], rates, reference=HAND, rtol=1e-12)
    assert found.table["lower"].iloc[2] == 0
    # poisson.test(0)$conf.int: 0.000000 3.688879
    agree("hazard_limits", found.table["upper"].iloc[2], 368.8879, rtol=1e-6)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    # R: poisson.test(x)$conf.int
    [(10, 4.795389, 18.390356), (3, 0.6186721, 8.7672731), (0, 0.0, 3.688879)],
)
def test_limits_equal_poisson_test(events: int, lower: float, upper: float) -> None:
    # 20 patients for 5 months each: 100 patient-months, so that the rate is the count.
    tte = arms([5 * MONTH] * 20, [1] * events + [0] * (20 - events), "A" * 20)
    row = piecewise_hazard(tte).table.iloc[0]
    assert row["hazard"] == pytest.approx(events, rel=1e-12)
    agree("hazard_limits", row[["lower", "upper"]], [lower, upper], atol=5e-7)


@pytest.mark.parametrize(("name", "width"), [("colon_death_rx", 24.0), ("lung_sex", 6.0)])
def test_rates_equal_the_likelihoods_maximum(name: str, width: float) -> None:
    # lifelines maximises the likelihood numerically; its parameters are mean times.
    tte, by = load(name), GROUPS[name]
    found = piecewise_hazard(tte, by=by, width=width).table.query("events > 0")
    for group, rows in found.groupby("group"):
        mine = tte.frame[tte.frame[by].astype(str) == group]
        # Without an event the likelihood has no maximum: the last breakpoint is the last event's.
        until = rows["end"].max()
        event = mine["event"] & (mine["months"] <= until)
        fit = PiecewiseExponentialFitter(rows["end"].to_numpy()[:-1] / width)
        fit._scipy_fit_method = "TNC"  # its usual method stops 1e-5 short
        fit._scipy_fit_options = {"ftol": 1e-14, "gtol": 1e-10}
        fit.fit(mine["months"].clip(upper=until) / width, event)
        rates = 100 / width / fit.summary["coef"].to_numpy()
        agree("hazard", rows["hazard"], rates, reference=LIFELINES, rtol=1e-6)


def test_rates_equal_a_count_patient_by_patient() -> None:
    # R: pyears(Surv(days, event) ~ tcut(rep(0, n), w * 0:k)); the same by its definition.
    tte, width = load("colon_death_rx"), 12 * MONTH
    found = piecewise_hazard(tte, by="rx", width=12).table
    for row in found.itertuples():
        mine = tte.frame[tte.frame["rx"] == row.group]
        start, end = row.start * MONTH, row.end * MONTH
        time = (mine["days"].clip(upper=end) - start).clip(lower=0).sum() / MONTH
        events = (mine["event"] & (mine["days"] > start) & (mine["days"] <= end)).sum()
        agree("hazard", row.events, events, reference=COUNTED, rtol=0)
        agree("hazard", row.person_months, time, reference=COUNTED, rtol=1e-10, atol=1e-10)
        assert end - start == pytest.approx(width)


patients = st.lists(
    st.tuples(st.integers(0, 1500), st.booleans(), st.sampled_from("ABC")), min_size=1, max_size=40
)


@given(patients, st.sampled_from([1.0, 2.5, 6.0, 100.0]))
def test_intervals_sum_to_the_whole(rows: list[tuple[int, bool, str]], width: float) -> None:
    days, event, arm = zip(*rows, strict=True)
    tte = arms(list(days), list(event), "".join(arm))
    table = piecewise_hazard(tte, width=width).table
    by_group = table.groupby("group")[["events", "person_months"]].sum()
    whole = tte.frame.groupby("arm")[["event", "months"]].sum()
    assert by_group["events"].to_dict() == whole["event"].to_dict()
    np.testing.assert_allclose(by_group["person_months"], whole["months"], atol=1e-9)
    assert table["person_months"].ge(0).all()
    known = table.dropna(subset=["hazard"])
    assert known["lower"].le(known["hazard"]).all()
    assert known["hazard"].lt(known["upper"]).all()
    assert table["hazard"].isna().equals(table["person_months"] == 0)
    # Rates weighted by their time are the rate of the whole.
    if width == 100:
        rate = 100 * whole["event"] / whole["months"].where(whole["months"] > 0)
        hazard = table.set_index("group").loc[rate.index, "hazard"]
        np.testing.assert_allclose(hazard, rate, rtol=1e-12)


def test_a_time_at_the_end_of_an_interval_belongs_to_it() -> None:
    # 6 x 30.4375 carries no noise, 8.3 x 30.4375 does: 252.63125000000002.
    tte = TimeToEvent.from_frame(
        pd.DataFrame({"months": [8.3, 8.3, 9.0], "event": [True, True, False]})
    )
    found = piecewise_hazard(tte, by=None, width=8.3).table
    assert found["events"].tolist() == [2, 0]
    np.testing.assert_allclose(found["person_months"], [24.9, 0.7], rtol=1e-9)


def test_a_group_without_person_time_in_an_interval_has_no_rate_there() -> None:
    found = piecewise_hazard(arms([MONTH, 20 * MONTH], [1, 0], "AB"), width=6)
    assert column(found, "person_months", "A") == [1, 0, 0, 0]
    assert np.isnan(column(found, "hazard", "A")[1:]).all()
    assert np.isnan(column(found, "lower", "A")[1:]).all()
    assert column(found, "hazard", "B") == [0, 0, 0, 0]
    assert "Nothing" not in " ".join(found.notes)
    assert any("months 18 to 24, rests on these patient-months: none of A and 2.0 of B" in note
               for note in found.notes)  # fmt: skip


def test_events_at_time_0_count_in_the_first_interval() -> None:
    found = piecewise_hazard(arms([0, 100 * MONTH], [1, 0], "AA"), width=200).table
    assert found["events"].tolist() == [1]
    assert found["hazard"].tolist() == [pytest.approx(1)]


def test_all_on_day_0_have_no_rate() -> None:
    found = piecewise_hazard(arms([0, 0, 0], [1, 0, 1], "AAB"))
    assert found.table["events"].tolist() == [1, 1]
    assert found.table["hazard"].isna().all()
    assert "All times of A and B are 0: events without time have no rate." in found.notes
    assert summary(found) == "All times are 0: there is no rate."
    some = piecewise_hazard(arms([0, 5 * MONTH], [1, 0], "AB"))
    assert summary(some) == (
        "In the first 6 months there were 0.0 events per 100 patient-months (95% CI 0.0-73.8) "
        "with B."
    )


def test_all_events_on_one_day() -> None:
    found = piecewise_hazard(arms([6 * MONTH] * 4, [1] * 4, "AABB")).table
    assert found["start"].tolist() == [0, 0]
    np.testing.assert_allclose(found["hazard"], 100 * 2 / 12, rtol=1e-12)


def test_nobody_and_no_event() -> None:
    nobody = piecewise_hazard(arms([], [], ""))
    assert nobody.table.empty
    assert summary(nobody) == "No patients to show."
    none = piecewise_hazard(arms([MONTH, MONTH], [0, 0], "AB"))
    assert none.table["hazard"].tolist() == [0, 0]
    assert none.table["upper"].gt(0).all()
    assert any(note.startswith("Few events (0)") for note in none.notes)
    assert "2 of 2 rates rest on fewer than 5 events" in " ".join(none.notes)


@pytest.mark.parametrize("width", [0, -6, float("nan"), float("inf")])
def test_a_width_that_is_none_is_refused_in_words(width: float) -> None:
    with pytest.raises(ValueError, match="width is a number of months above 0, not"):
        piecewise_hazard(load("lung_sex"), by="sex", width=width)


def test_the_method_states_the_rule() -> None:
    method = piecewise_hazard(load("lung_sex"), by="sex", width=3).method
    assert "by sex in intervals of 3 months" in method
    assert "exact Poisson (Garwood) 95% confidence limits" in method


def test_the_summary_says_the_first_and_the_last_interval_with_enough_events() -> None:
    # lung: sex 1 has 51 events in 694.99 months, sex 2 15 in 497.27; in months 18 to 24 10 in
    # 66.12 and 6 in 60.05, later 3 or fewer. poisson.test(51, 6.9499)$conf.int: 5.46 9.65
    assert summary(piecewise_hazard(load("lung_sex"), by="sex")) == (
        "In the first 6 months there were 7.3 events per 100 patient-months (95% CI 5.5-9.6) with "
        "sex 1 and 3.0 (1.7-5.0) with sex 2; in months 18 to 24, the last with at least 5 events "
        "in every group, 15.1 (7.3-27.8) with sex 1 and 10.0 (3.7-21.7) with sex 2."
    )
    alone = summary(piecewise_hazard(load("colon_death_rx"), by=None, width=12))
    # 78 events in 10797.9 months: below 1 two decimals are told.
    assert alone.startswith(
        "In the first 12 months there were 0.72 events per 100 patient-months (95% CI 0.57-0.90); "
        "in months 84 to 96, the last with at least 5 events, 0.63"
    )
