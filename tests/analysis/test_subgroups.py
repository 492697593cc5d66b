"""Hazard ratios by subgroup: R's coxph, greenwood and lifelines, and where there is no number."""

from __future__ import annotations

import greenwood
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from scipy import stats

from retnet_core.analysis import subgroups, survival
from retnet_core.analysis.subgroups import Forest
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import GREENWOOD, LIFELINES
from tests.analysis.survival_data import load, reference
from tests.validation import agree

PRECISE = {"precision": 1e-12, "r_precision": 1e-14}
COLON = ("sex", "obstruct", "adhere", "node4", "differ", "extent")
ESTIMATES = ["hr", "lower", "upper", "p"]


@pytest.fixture(scope="module")
def colon() -> Forest:
    return subgroups.forest(load("colon_death_rx"), "Lev+5FU", "Obs", by="rx", dimensions=COLON)


def colon_rows() -> pd.DataFrame:
    frame = load("colon_death_rx").frame
    return frame[frame["rx"].isin(["Lev+5FU", "Obs"])].reset_index(drop=True)


def two_arms(**columns: object) -> TimeToEvent:
    """40 patients of two arms, an event each on a day of its own, and more columns."""
    days = np.random.default_rng(4).permutation(40) + 1
    return TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": True, "arm": ["TAE", "cTACE"] * 20, **columns})
    )


def test_overall_row_equals_coxph() -> None:
    # coxph(Surv(time, status) ~ sex, lung, ties = "efron")
    expected = reference("cox_coefs").query("model == 'lung_sex' and ties == 'efron'").iloc[0]
    found = subgroups.forest(load("lung_sex"), "2", "1", by="sex", dimensions=()).table.iloc[0]
    assert (found["dimension"], found["level"]) == ("overall", "all patients")
    names = {"hr": "hr", "lower": "hr_lower", "upper": "hr_upper", "p": "p"}
    for ours, theirs in names.items():
        agree("subgroup_hr", found[ours], expected[theirs])


def test_each_level_equals_a_cox_model_of_its_patients(colon: Forest) -> None:
    # coxph(Surv(time, status) ~ rx, colon, etype == 2 & rx != "Lev" & sex == 1), and so on:
    # by greenwood and lifelines, since R does not run here.
    data = colon_rows()
    for row in colon.table[colon.table["estimable"]].to_dict("records"):
        dimension = row["dimension"]
        inside = data if dimension == "overall" else data[data[dimension].eq(float(row["level"]))]
        frame = inside[["days", "event"]].assign(rx=inside["rx"].eq("Lev+5FU").astype(float))
        surv = greenwood.Surv(frame["days"].to_numpy(), event=frame["event"].to_numpy())
        first = greenwood.CoxPH().fit(surv, frame[["rx"]].to_numpy())
        logs = [first.coef_[0], first.conf_low_[0], first.conf_high_[0]]
        ours = [row[name] for name in ESTIMATES]
        # 1e-6: greenwood halves its last step away where rounding hides the gain.
        theirs = [*np.exp(logs), first.p_value_[0]]
        agree("subgroup_hr", ours, theirs, reference=GREENWOOD, rtol=1e-6)
        second = CoxPHFitter().fit(frame, "days", "event", fit_options=PRECISE)
        hr = second.hazard_ratios_["rx"]
        agree("subgroup_hr", row["hr"], hr, reference=LIFELINES, rtol=1e-6)


def test_counts_are_those_of_the_two_arms(colon: Forest) -> None:
    # table(colon$rx, colon$node4, colon$status) with etype == 2, without Lev
    table = colon.table.set_index(["dimension", "level"])
    overall = table.loc[("overall", "all patients")]
    agree("events", overall[["n_level", "events_level"]], [304, 123], rtol=0)
    agree("events", overall[["n_reference", "events_reference"]], [315, 168], rtol=0)
    data = colon_rows().query("node4 == 1")
    row = table.loc[("node4", "1")]
    for side, arm in (("level", "Lev+5FU"), ("reference", "Obs")):
        assert row[f"n_{side}"] == data["rx"].eq(arm).sum()
        assert row[f"events_{side}"] == data.loc[data["rx"].eq(arm), "event"].sum()


@pytest.mark.parametrize("dimension", COLON)
def test_interaction_is_the_likelihood_ratio_of_nested_models(
    colon: Forest, dimension: str
) -> None:
    # anova(coxph(S ~ rx + factor(x)), coxph(S ~ rx * factor(x))) on the rows whose x is known;
    # R does not run here, so greenwood and lifelines, with precise steps, stand for it.
    data = colon_rows().dropna(subset=[dimension])
    levels = sorted(data[dimension].unique())[1:]
    main = pd.DataFrame({"rx": data["rx"].eq("Lev+5FU").astype(float)})
    main = main.assign(**{f"x{level:g}": data[dimension].eq(level) * 1.0 for level in levels})
    both = main.assign(**{f"rx_x{level:g}": main["rx"] * main[f"x{level:g}"] for level in levels})
    surv = greenwood.Surv(data["days"].to_numpy(), event=data["event"].to_numpy())
    small, large = (greenwood.CoxPH().fit(surv, x.to_numpy()).loglik_ for x in (main, both))
    found = colon.interaction.set_index("dimension").loc[dimension]
    assert found["df"] == len(levels)
    statistic = found["statistic"]
    agree("interaction", statistic, 2 * (large - small), reference=GREENWOOD, atol=1e-9)
    timed = data[["days", "event"]]
    fits = [
        CoxPHFitter().fit(x.join(timed), "days", "event", fit_options=PRECISE).log_likelihood_
        for x in (main, both)
    ]
    gained = 2 * (fits[1] - fits[0])
    p = stats.chi2.sf(gained, len(levels))
    agree("interaction", statistic, gained, reference=LIFELINES, rtol=1e-6, atol=1e-8)
    agree("interaction", found["p"], p, reference=LIFELINES, rtol=1e-6)


def test_fewer_than_5_events_in_an_arm_give_no_hazard_ratio() -> None:
    tte = two_arms(sex=["female"] * 10 + ["male"] * 30)
    frame = tte.frame.assign(event=tte.frame["event"])
    frame.loc[0, "event"] = False  # one TAE patient of the five women
    table = subgroups.forest(TimeToEvent.from_frame(frame), dimensions=["sex"]).table
    table = table.set_index("level")
    assert table.loc["male", "estimable"]
    assert table.loc["male", "reason"] == ""
    assert (table.loc["female", "events_reference"], table.loc["female", "events_level"]) == (4, 5)
    assert not table.loc["female", "estimable"]
    assert table.loc["female", "reason"] == "under 5 events in an arm"
    assert table.loc["female", ESTIMATES].isna().all()
    five = subgroups.forest(tte, dimensions=["sex"]).table.set_index("level")
    assert five.loc["female", "estimable"]


def test_unknown_is_counted_and_kept_out_of_the_interaction() -> None:
    sex = ["female"] * 14 + ["male"] * 14 + [None] * 12
    with_unknown = subgroups.forest(two_arms(sex=sex), dimensions=["sex"])
    row = with_unknown.table.iloc[-1]
    assert (row["level"], row["n"], row["events"], row["estimable"]) == ("unknown", 12, 12, False)
    tte = two_arms(sex=sex)
    known = TimeToEvent.from_frame(tte.frame.dropna(subset=["sex"]))
    without = subgroups.forest(known, dimensions=["sex"])
    assert with_unknown.interaction["p"].iloc[0] == without.interaction["p"].iloc[0]
    assert with_unknown.table["hr"].iloc[0] != without.table["hr"].iloc[0]


def test_age_and_burden_are_cut_as_the_protocol_reads_them() -> None:
    ages = [64.9, 65.0, None, 50.0] * 10
    burdens = ["over 70%", "over 50 to 70%", "up to 25%", "over 25 to 50%"] * 10
    found = subgroups.forest(two_arms(age=ages, liver_burden=burdens))
    levels = found.table.groupby("dimension", sort=False)["level"].apply(list)
    assert levels["age"] == ["< 65", ">= 65", "unknown"]
    assert levels["liver_burden"] == ["up to 25%", "over 25 to 50%", "over 50%"]
    n = found.table.set_index("level")["n"]
    assert (n["< 65"], n[">= 65"], n["over 50%"]) == (20, 10, 20)


def test_dimensions_come_as_the_clinician_reads_them_and_long_ones_stay_out() -> None:
    origins = [f"organ {i % 7}" for i in range(40)]
    found = subgroups.forest(
        two_arms(
            primary_site=origins,
            ecog=[0, 1] * 20,
            sex="male",
            functional=None,
            who_grade=["G1"] * 40,
        )
    )
    assert list(found.table["dimension"].unique()) == ["overall", "who_grade", "sex", "ecog"]
    assert found.interaction["dimension"].tolist() == ["who_grade", "sex", "ecog"]
    assert "Primary site left out: 7 levels, more than 6." in found.notes
    assert "Functional tumour left out: unknown in all patients." in found.notes
    assert found.notes[0] == (
        "Exploratory: 4 subgroups of 3 dimensions looked at, no adjustment for multiple testing."
    )
    tests = found.interaction.set_index("dimension")
    assert tests.loc["sex", "reason"] == "one known level"
    # ECOG divides exactly as the arms do: no level has both.
    assert tests.loc["ecog", "reason"] == "no two levels have patients of both arms"
    assert tests["p"].isna().all()


def test_a_level_without_events_in_an_arm_leaves_the_interaction_its_supremum() -> None:
    tte = two_arms(sex=["female"] * 12 + ["male"] * 28)
    women = tte.frame["sex"].eq("female") & tte.frame["arm"].eq("TAE")
    frame = tte.frame.assign(event=~women)
    test = subgroups.forest(TimeToEvent.from_frame(frame), dimensions=["sex"]).interaction.iloc[0]
    # The likelihood without those women's hazard is that of the other three groups.
    groups = frame["arm"].str.cat(frame["sex"])
    dummies = pd.DataFrame({g: groups.eq(g) * 1.0 for g in ("cTACEfemale", "cTACEmale")})
    rest = ~women
    surv = greenwood.Surv(frame.loc[rest, "days"].to_numpy(), event=np.ones(rest.sum(), dtype=bool))
    top = greenwood.CoxPH().fit(surv, dummies[rest].to_numpy()).loglik_
    everyone = greenwood.Surv(frame["days"].to_numpy(), event=frame["event"].to_numpy())
    main = np.column_stack([frame["arm"].eq("cTACE"), frame["sex"].eq("male")]).astype(float)
    low = greenwood.CoxPH().fit(everyone, main).loglik_
    assert test["df"] == 1
    # R's rule ends the steps a relative 1e-9 of the log-likelihood below the supremum.
    np.testing.assert_allclose(test["statistic"], 2 * (top - low), rtol=1e-6)


def test_events_that_do_not_overlap_in_time_are_said() -> None:
    frame = pd.DataFrame(
        {"days": range(1, 13), "event": True, "arm": ["TAE"] * 6 + ["cTACE"] * 6, "sex": "male"}
    )
    table = subgroups.forest(TimeToEvent.from_frame(frame)).table
    assert table["reason"].tolist() == ["events do not overlap in time"] * 2
    assert table[ESTIMATES].isna().all(axis=None)


def test_an_arm_without_patients_is_said() -> None:
    one = TimeToEvent.from_frame(
        pd.DataFrame({"days": [3, 4], "event": [True, False], "arm": "TAE", "sex": "male"}),
        levels={"arm": ("TAE", "cTACE")},
    )
    found = subgroups.forest(one)
    assert set(found.table["reason"]) == {"no patients in cTACE"}
    assert found.table["n_level"].tolist() == [0, 0]
    none = subgroups.forest(TimeToEvent.from_frame(one.frame.iloc[:0], levels=dict(one.levels)))
    assert none.table["reason"].tolist() == ["no patients in cTACE or TAE"]


def test_no_event_in_an_arm_is_said() -> None:
    tte = two_arms(sex=["male", "female"] * 20)
    frame = tte.frame.assign(event=False)
    found = subgroups.forest(TimeToEvent.from_frame(frame))
    assert found.table["reason"].iloc[0] == "no events in cTACE or TAE"
    assert found.interaction["reason"].tolist() == ["no events"]


def test_wrong_names_are_refused() -> None:
    tte = two_arms()
    with pytest.raises(ValueError, match="no arm 'TACE' to compare; there are TAE and cTACE"):
        subgroups.forest(tte, "TACE")
    with pytest.raises(ValueError, match="both 'TAE'"):
        subgroups.forest(tte, "TAE")
    with pytest.raises(ValueError, match="no column 'grade'"):
        subgroups.forest(tte, dimensions=["grade"])


def test_a_third_arm_takes_no_part() -> None:
    tte = two_arms(sex=["male", "male", "female", "female"] * 10)
    more = pd.DataFrame({"days": [1, 2, 50], "event": True, "arm": "DEB-TACE", "sex": "male"})
    three = TimeToEvent.from_frame(pd.concat([tte.frame, more]))
    pd.testing.assert_frame_equal(subgroups.forest(three).table, subgroups.forest(tte).table)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30))
def test_turning_the_arms_round_inverts_and_counts_add_up(seed: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "days": rng.integers(1, days + 1, 90),
            "event": rng.random(90) < 0.7,
            "arm": rng.choice(["TAE", "cTACE"], 90),
            "sex": rng.choice(["female", "male"], 90),
            "who_grade": rng.choice(["G1", "G2", "G3", "unknown"], 90),
        }
    )
    tte = TimeToEvent.from_frame(frame)
    forth, back = subgroups.forest(tte), subgroups.forest(tte, "TAE", "cTACE")
    one, two = forth.table, back.table
    np.testing.assert_allclose(one["hr"], 1 / two["hr"], rtol=1e-8)
    np.testing.assert_allclose(one["lower"], 1 / two["upper"], rtol=1e-8)
    np.testing.assert_allclose(forth.interaction["p"], back.interaction["p"], rtol=1e-6, atol=1e-9)
    sums = one.groupby("dimension")[["n", "events", "n_level", "events_reference"]].sum()
    assert (sums == sums.loc["overall"]).all(axis=None)
    whole = survival.hazard_ratios(tte, reference="TAE").table.iloc[0]
    np.testing.assert_allclose(
        one.iloc[0][ESTIMATES].astype(float), whole[ESTIMATES].astype(float), rtol=1e-7
    )
