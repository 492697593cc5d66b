"""Restricted mean survival time against R's survRM2 and survfit, and where there is no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis.rmst import rmst
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import HAND, SECOND
from retnet_core.protocol import DAYS_PER_MONTH
from tests.analysis.survival_data import GROUPS, load, reference
from tests.validation import agree

EXACT = {"rtol": 1e-8}
AREAS = reference("rmst")
DIFFERENCES = reference("rmst2_diff").query("measure == 'RMST (arm=1)-(arm=0)'")


def arms(days: list[float], event: list[int], arm: str) -> TimeToEvent:
    """One letter of ``arm`` a patient."""
    return TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": np.array(event, bool), "arm": list(arm)})
    )


@pytest.mark.parametrize(
    ("name", "tau"), list(AREAS[["dataset", "tau"]].drop_duplicates().itertuples(index=False))
)
def test_areas_equal_r(name: str, tau: float) -> None:
    # summary(survfit(Surv(time, event) ~ group), rmean = tau); survRM2:::rmst1(time, event, tau)
    expected = AREAS.query("dataset == @name and tau == @tau").set_index("group")
    found = rmst(load(name), by=GROUPS[name], tau=tau / DAYS_PER_MONTH)
    table = found.table.set_index("group")
    assert set(table.index) == set(expected.index)
    for ours, theirs in {
        "rmst": ("survfit_rmean", "survRM2_rmst"),
        "se": ("survfit_se", "survRM2_se"),
        "lower": ("survRM2_lower",),
        "upper": ("survRM2_upper",),
    }.items():
        for column in theirs:
            days = expected.loc[table.index, column] / DAYS_PER_MONTH
            agree("rmst", table[ours], days, **EXACT)


@pytest.mark.parametrize(
    ("name", "tau"), list(DIFFERENCES[["dataset", "tau"]].itertuples(index=False))
)
def test_differences_equal_rmst2(name: str, tau: float) -> None:
    # survRM2::rmst2(time, status, arm = group == max(group), tau)$unadjusted.result
    expected = DIFFERENCES.query("dataset == @name and tau == @tau").iloc[0]
    found = rmst(load(name), by=GROUPS[name], reference="1", tau=tau / DAYS_PER_MONTH)
    assert found.tau_months == pytest.approx(tau / DAYS_PER_MONTH)
    row = found.differences.iloc[0]
    assert (row["level"], row["reference"]) == ("2", "1")
    agree(
        "rmst_difference",
        row[["difference", "lower", "upper"]].astype(float) * DAYS_PER_MONTH,
        expected[["Est.", "lower .95", "upper .95"]],
        **EXACT,
    )
    agree("rmst_difference", row["p"], expected["p"], **EXACT)


@pytest.mark.parametrize("name", ["lung_sex", "veteran_celltype", "colon_death_rx"])
def test_tau_is_the_smallest_last_time_unless_chosen(name: str) -> None:
    # reference.R's last tau: floor(min(tapply(time, group, max)))
    found = rmst(load(name), by=GROUPS[name])
    tau = AREAS.query("dataset == @name")["tau"].max()
    assert found.tau_months == pytest.approx(tau / DAYS_PER_MONTH, rel=1e-12)
    assert f"up to tau = {tau / DAYS_PER_MONTH:.2f} months, the end of follow-up of" in found.method
    chosen = rmst(load(name), by=GROUPS[name], tau=3)
    assert chosen.tau_months == 3
    assert "up to tau = 3.00 months, as chosen" in chosen.method


def test_swapping_the_reference_changes_the_sign() -> None:
    forth = rmst(load("lung_sex"), by="sex", reference="1").differences.iloc[0]
    back = rmst(load("lung_sex"), by="sex", reference="2").differences.iloc[0]
    assert forth["difference"] == -back["difference"]
    assert forth["lower"] == pytest.approx(-back["upper"], rel=1e-12)
    assert forth["p"] == back["p"]


def test_three_arms_are_each_compared_with_the_reference_up_to_one_tau() -> None:
    found = rmst(load("colon_death_rx"), by="rx", reference="Lev")
    assert found.differences["level"].tolist() == ["Obs", "Lev+5FU"]
    areas = found.table.set_index("group")
    for row in found.differences.itertuples():
        gap = areas.loc[row.level, "rmst"] - areas.loc["Lev", "rmst"]
        half = 1.959963984540054 * np.hypot(areas.loc[row.level, "se"], areas.loc["Lev", "se"])
        agree(
            "rmst_difference",
            [row.difference, row.lower, row.upper],
            [gap, gap - half, gap + half],
            reference=SECOND,
            rtol=1e-9,
        )


def test_tau_past_follow_up_is_refused_in_words() -> None:
    tte = arms([30.4375, 60.875, 91.3125, 121.75], [1, 0, 1, 0], "ABBA")
    # The last of A is censored at 4 months; the curve of B is at 0 from month 3.
    with pytest.raises(ValueError, match=r"tau of 4\.5 months .* of A, which ends at 4\.00 months"):
        rmst(tte, tau=4.5)
    assert rmst(tte, tau=4).tau_months == 4
    with pytest.raises(ValueError, match="above 0, not 0"):
        rmst(tte, tau=0)
    with pytest.raises(ValueError, match="above 0, not nan"):
        rmst(tte, tau=float("nan"))


def test_tau_may_pass_a_curve_that_has_reached_0() -> None:
    # A: 1 until day 10, then 0: 10 days whatever tau. B: 1 until 40.
    tte = arms([10, 10, 40, 40], [1, 1, 0, 0], "AABB")
    found = rmst(tte, tau=30 / DAYS_PER_MONTH)
    agree("rmst", found.table["rmst"] * DAYS_PER_MONTH, [10, 30], reference=HAND)
    assert rmst(tte).tau_months == pytest.approx(10 / DAYS_PER_MONTH)


def test_hand_worked_area() -> None:
    # S = 1 to day 10, 2/3 to 20, then 1/3: up to 25 days 10 + 20/3 + 5/3.
    # Greenwood: (25/3)^2 / (3 x 2) + (5/3)^2 / (2 x 1).
    found = rmst(arms([10, 20, 30], [1, 1, 0], "AAA"), tau=25 / DAYS_PER_MONTH)
    row = found.table.iloc[0]
    agree("rmst", row["rmst"] * DAYS_PER_MONTH, 55 / 3, reference=HAND, rtol=1e-12)
    error = np.sqrt((25 / 3) ** 2 / 6 + (5 / 3) ** 2 / 2)
    agree("rmst", row["se"] * DAYS_PER_MONTH, error, reference=HAND, rtol=1e-10)
    assert found.differences.empty
    assert "Nothing to compare: fewer than two groups have patients." in found.notes


def test_no_event_gives_tau_and_no_interval_of_the_difference() -> None:
    found = rmst(arms([50, 60, 70, 80], [0, 0, 0, 0], "ABAB"))
    agree("rmst", found.table["rmst"], 70 / DAYS_PER_MONTH, reference=HAND)
    row = found.differences.iloc[0]
    assert row["difference"] == pytest.approx(0, abs=1e-12)
    assert row[["lower", "upper", "p"]].isna().all()
    assert any("does not vary up to tau" in note for note in found.notes)


def test_all_events_on_one_day_and_one_patient_an_arm_are_no_error() -> None:
    one_day = rmst(arms([9, 9, 9, 9], [1, 1, 1, 1], "ABAB"))
    assert one_day.table["rmst"].tolist() == pytest.approx([9 / DAYS_PER_MONTH] * 2)
    assert np.isnan(one_day.differences["p"].iloc[0])
    single = rmst(arms([9, 12], [1, 0], "AB"))
    assert single.tau_months == pytest.approx(9 / DAYS_PER_MONTH)
    nobody_followed = rmst(arms([0, 12], [0, 1], "AB"))
    assert nobody_followed.table["rmst"].tolist() == [0, 0]
    assert any("no time to average" in note for note in nobody_followed.notes)


def test_nobody_is_a_sentence() -> None:
    found = rmst(arms([], [], ""))
    assert np.isnan(found.tau_months)
    assert found.table.empty
    assert found.differences.empty
    assert found.method.endswith("no patients.")
    assert "Nothing to compare: fewer than two groups have patients." in found.notes
