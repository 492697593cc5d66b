"""Landmark analyses, and differences between curves at given months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import landmark
from retnet_core.analysis.cox import hazard_ratios
from retnet_core.analysis.kaplan_meier import kaplan_meier
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import HAND, SECOND
from retnet_core.protocol import DAYS_PER_MONTH
from tests.analysis.survival_data import GROUPS, load, reference
from tests.validation import agree

Z = 1.959963984540054


def arms(months: list[float], event: list[int], arm: str) -> TimeToEvent:
    """One letter of ``arm`` a patient."""
    return TimeToEvent.from_frame(
        pd.DataFrame({"months": months, "event": np.array(event, bool), "arm": list(arm)})
    )


def test_a_landmark_keeps_who_is_followed_strictly_longer_and_counts_from_there() -> None:
    tte = arms([2, 6, 6, 6.5, 9, 12, 5], [1, 1, 0, 1, 0, 1, 0], "ABABABA")
    after = landmark.from_month(tte, 6)
    assert after.frame["patient_id"].tolist() == ["4", "5", "6"]
    agree("landmark", after.frame["months"], [0.5, 3, 6], reference=HAND)
    days = np.array([0.5, 3, 6]) * DAYS_PER_MONTH
    agree("landmark", after.frame["days"], days, reference=HAND)
    assert after.frame["event"].tolist() == [True, False, True]
    assert list(after.frame.columns) == list(tte.frame.columns)
    assert (
        "4 of 7 patients left out at month 6: 2 patients had the event up to then and 2 patients "
        "not followed beyond it (by arm: A 3 and B 1)." in after.notes
    )
    assert any("no longer as randomised" in note for note in kaplan_meier(after).notes)
    assert any("no longer as randomised" in note for note in hazard_ratios(after).notes)
    assert after.method == (
        f"{tte.method} Landmark analysis: patients followed without death for longer than 6 "
        "months, times counted from month 6."
    )


def test_month_times_days_is_no_rounding_trap() -> None:
    # 0.7 x 30.4375 days is not exactly what months 0.7 become.
    for month in np.arange(0.1, 6, 0.1):
        tte = TimeToEvent.from_frame(
            pd.DataFrame({"days": [float(month) * DAYS_PER_MONTH * (1 + 1e-15)], "event": [True]})
        )
        assert landmark.from_month(tte, float(month)).frame.empty


def test_the_curve_from_a_landmark_is_the_whole_curve_over_its_value_there() -> None:
    tte = load("lung_sex")
    whole = kaplan_meier(tte, by="sex").survival_at([6, 12, 18])
    after = kaplan_meier(landmark.from_month(tte, 6), by="sex").survival_at([6, 12])
    for group in ("1", "2"):
        at = whole.loc[whole["group"] == group, "survival"].to_numpy()
        from_then = after.loc[after["group"] == group, "survival"].to_numpy()
        agree("landmark", from_then, at[1:] / at[0], reference=SECOND, rtol=1e-10)


def test_a_landmark_of_0_leaves_out_only_day_0() -> None:
    tte = arms([0, 3, 4], [0, 1, 1], "ABA")
    after = landmark.from_month(tte, 0)
    assert after.frame["months"].tolist() == [3, 4]
    assert landmark.from_month(after, 0).notes == after.notes


def test_a_landmark_past_everyone_is_an_empty_result() -> None:
    after = landmark.from_month(arms([3, 4], [1, 0], "AB"), 40)
    assert after.frame.empty
    assert kaplan_meier(after).groups == ()
    assert any(note.startswith("2 of 2 patients left out at month 40") for note in after.notes)
    nobody = landmark.from_month(arms([], [], ""), 6)
    assert nobody.frame.empty
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match="a month from 0 on"):
            landmark.from_month(after, wrong)


@pytest.mark.parametrize("name", ["lung_sex", "colon_death_rx", "pbc_edema", "ovarian_rx"])
def test_differences_equal_those_of_survfit(name: str) -> None:
    # summary(survfit(Surv(time, event) ~ group, conf.type = "plain"), times): surv and std.err
    expected = reference("km_landmarks").query("dataset == @name and conf_type == 'plain'")
    months = [6, 12, 24]
    km = kaplan_meier(load(name), by=GROUPS[name])
    expected = expected.assign(months=(expected["time"] / DAYS_PER_MONTH).round(6))
    r = expected.set_index(["group", "months"])
    found = landmark.differences(km, months).table
    assert found["level"].tolist() == [g for g in km.groups[1:] for _ in months]
    assert set(found["reference"]) == {km.groups[0]}
    for row in found.itertuples():
        ours, theirs = r.loc[(row.level, row.months)], r.loc[(row.reference, row.months)]
        gap = ours["surv"] - theirs["surv"]
        spread = np.array([ours["std_err"], theirs["std_err"]], dtype=float)
        # R gives a curve without an event yet no variance at all: no certainty, so no limits.
        half = Z * np.hypot(*spread) if spread.all() else np.nan
        found_here = [row.difference, row.lower, row.upper]
        agree("km_difference", found_here, [gap, gap - half, gap + half], rtol=1e-8)


def test_a_hand_worked_difference() -> None:
    # A: 1 event of 4 at month 2: 3/4, variance (3/4)^2 / (4 x 3). B: 1 of 3, censored at 1:
    # 1 of 2 left at month 3: 1/2, variance (1/2)^2 / (2 x 1).
    tte = arms([2, 9, 9, 9, 1, 3, 9], [1, 0, 0, 0, 0, 1, 0], "AAAABBB")
    km = kaplan_meier(tte)
    row = landmark.differences(km, [4], reference="A").table.iloc[0]
    half = Z * np.sqrt(0.5625 / 12 + 0.25 / 2)
    expected = [-0.25, -0.25 - half, -0.25 + half]
    agree("km_difference", row[["difference", "lower", "upper"]], expected, reference=HAND)
    back = landmark.differences(km, [4], reference="B").table.iloc[0]
    agree("km_difference", back["difference"], 0.25, reference=HAND)


def test_what_is_not_known_is_missing() -> None:
    # A: at 0 from month 4; B: 2/3 from month 2, followed to 6.
    tte = arms([4, 4, 2, 6, 6], [1, 1, 1, 0, 0], "AABBB")
    found = landmark.differences(kaplan_meier(tte), [1, 3, 5, 7]).table.set_index("months")
    assert found.loc[1, "difference"] == 0
    assert found.loc[1, ["lower", "upper"]].isna().all()  # nobody has had an event
    assert found.loc[3, "difference"] == pytest.approx(-1 / 3)
    assert found.loc[3, ["lower", "upper"]].isna().all()  # A is still at 1
    assert found.loc[5, "difference"] == pytest.approx(2 / 3)
    assert found.loc[5, ["lower", "upper"]].isna().all()
    assert found.loc[7, ["difference", "lower", "upper"]].isna().all()


def test_one_curve_has_no_differences() -> None:
    for tte in (arms([1, 2], [1, 0], "AA"), arms([], [], "")):
        found = landmark.differences(kaplan_meier(tte), [1]).table
        assert found.empty
        assert list(found.columns) == [
            "level", "reference", "months", "difference", "lower", "upper",
        ]  # fmt: skip
    with pytest.raises(ValueError, match="no patients in 'C'"):
        landmark.differences(kaplan_meier(arms([1, 2], [1, 0], "AB")), [1], reference="C")


def test_the_method_of_differences_says_variance_and_scale() -> None:
    method = landmark.differences(kaplan_meier(arms([1, 2], [1, 0], "AB")), [1]).method
    assert "from A with Greenwood's variance, 95% confidence limits on the plain" in method
