"""Log-rank test and hazard ratios against R's survival 3.5-3, and where there is no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from lifelines.statistics import multivariate_logrank_test

from retnet_core.analysis import survival
from retnet_core.analysis._cox_fit import fit_cox
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import LIFELINES, SECOND
from tests.analysis.survival_data import GROUPS, load, reference
from tests.validation import agree

EXACT = {"rtol": 1e-8}
TESTS = {
    **{name: (name, column, ()) for name, column in GROUPS.items()},
    "lung_sex_str_ecog": ("lung_ecog", "sex", ("ph.ecog",)),
    "veteran_trt_str_celltype": ("veteran_trt", "trt", ("celltype",)),
    "colon_death_rx_str": ("colon_death_rx", "rx", ("node4", "extent")),
}
# coxph(formula, ties = "efron"): data, by, strata, covariates, and our terms by R's names
MODELS = {
    "lung": ("lung_sex", "sex", (), ("age", "ph.ecog"), {"sex": "sex: 2"}),
    "lung_sex": ("lung_sex", "sex", (), (), {"sex": "sex: 2"}),
    "veteran": (
        "veteran_trt",
        "trt",
        (),
        ("celltype", "karno", "diagtime", "age", "prior"),
        {"trt": "trt: 2"}
        | {f"celltype{cell}": f"celltype: {cell}" for cell in ("smallcell", "adeno", "large")},
    ),
    "veteran_str": ("veteran_trt", "trt", ("celltype",), ("karno",), {"trt": "trt: 2"}),
    "colon": (
        "colon_death_rx",
        "rx",
        (),
        ("sex", "age", "node4"),
        {"rxLev": "rx: Lev", "rxLev+5FU": "rx: Lev+5FU"},
    ),
    "colon_str": (
        "colon_death_rx",
        "rx",
        ("node4", "extent"),
        (),
        {"rxLev": "rx: Lev", "rxLev+5FU": "rx: Lev+5FU"},
    ),
    "ovarian": ("ovarian_rx", "rx", (), ("age", "ecog.ps"), {"rx": "rx: 2"}),
}


def arms(days: list[float], event: list[int], arm: str) -> TimeToEvent:
    """One letter of ``arm`` a patient."""
    return TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": np.array(event, bool), "arm": list(arm)})
    )


def cox_reference(model: str) -> pd.DataFrame:
    return reference("cox_coefs").query("model == @model and ties == 'efron'").set_index("term")


@pytest.mark.parametrize("name", TESTS)
def test_logrank_equals_survdiff(name: str) -> None:
    # survdiff(Surv(time, event) ~ group + strata(...), rho = 0)
    expected = reference("logrank_survdiff").query("dataset == @name and rho == 0").iloc[0]
    data, by, strata = TESTS[name]
    found = survival.logrank(load(data), by=by, strata=strata)
    key = "logrank_stratified" if strata else "logrank"
    agree(key, found.statistic, expected["chisq"], **EXACT)
    agree(key, found.p, expected["p"], **EXACT)
    assert found.df == expected["df"]
    assert found.table["observed"].tolist() == [int(n) for n in expected["obs"].split()]
    # R's expected numbers were written with 12 digits.
    expected_events = [float(n) for n in expected["exp"].split()]
    agree(key, found.table["expected"], expected_events, **EXACT)


@pytest.mark.parametrize("rho", [0.5, 1])
@pytest.mark.parametrize("name", TESTS)
def test_weighted_logrank_equals_survdiff(name: str, rho: float) -> None:
    # survdiff(Surv(time, event) ~ group + strata(...), rho = rho)
    expected = reference("logrank_survdiff").query("dataset == @name and rho == @rho").iloc[0]
    data, by, strata = TESTS[name]
    found = survival.logrank(load(data), by=by, strata=strata, rho=rho)
    agree("logrank_weighted", found.statistic, expected["chisq"], **EXACT)
    agree("logrank_weighted", found.p, expected["p"], **EXACT)
    assert found.df == expected["df"]
    # R's sums of weights were written with 12 digits.
    for column, theirs in (("observed", "obs"), ("expected", "exp")):
        sums = [float(n) for n in expected[theirs].split()]
        agree("logrank_weighted", found.table[column], sums, **EXACT)


@pytest.mark.parametrize(("rho", "gamma"), [(1, 0), (0, 1), (1, 1), (0.5, 0.5)])
@pytest.mark.parametrize("name", ["lung_sex", "veteran_celltype", "ovarian_rx"])
def test_lifelines_gives_the_same_weighted_logrank(name: str, rho: float, gamma: float) -> None:
    tte = load(name)
    second = multivariate_logrank_test(
        tte.frame["days"],
        tte.frame[GROUPS[name]],
        tte.frame["event"],
        weightings="fleming-harrington",
        p=rho,
        q=gamma,
    )
    found = survival.logrank(tte, by=GROUPS[name], rho=rho, gamma=gamma)
    agree("logrank_weighted", found.statistic, second.test_statistic, reference=LIFELINES, **EXACT)


@pytest.mark.parametrize(("rho", "gamma"), [(0, 0), (1, 0), (0.5, 1)])
def test_strata_with_one_level_change_no_logrank(rho: float, gamma: float) -> None:
    tte = load("veteran_celltype")
    one = TimeToEvent.from_frame(tte.frame.assign(site="x"))
    plain = survival.logrank(tte, by="celltype", rho=rho, gamma=gamma)
    stratified = survival.logrank(one, by="celltype", strata=("site",), rho=rho, gamma=gamma)
    agree("logrank_stratified", stratified.statistic, plain.statistic, reference=SECOND, rtol=1e-10)


def test_a_weighted_logrank_says_its_weights() -> None:
    found = survival.logrank(load("lung_sex"), by="sex", rho=0, gamma=1)
    assert "Fleming-Harrington weights (rho = 0, gamma = 1)" in found.method
    assert "weights" not in survival.logrank(load("lung_sex"), by="sex").method
    with pytest.raises(ValueError, match="are 0 or more"):
        survival.logrank(load("lung_sex"), by="sex", rho=-1)


def test_weights_that_leave_no_event_give_a_sentence() -> None:
    # All events on one day, and 1 - S is still 0 there.
    found = survival.logrank(arms([5, 5, 9, 9], [1, 1, 0, 0], "ABAB"), gamma=1)
    assert np.isnan(found.statistic)
    assert np.isnan(found.p)
    assert any("cannot be computed" in note for note in found.notes)


@pytest.mark.parametrize("model", MODELS)
def test_cox_model_equals_coxph(model: str) -> None:
    data, by, strata, covariates, names = MODELS[model]
    expected = cox_reference(model).rename(index=names)
    found = survival.hazard_ratios(load(data), by=by, strata=strata, covariates=covariates)
    coefficients = found.coefficients.set_index("term")
    key = "hazard_ratio" + ("_stratified" if strata else "_adjusted" if covariates else "")
    assert set(coefficients.index) == set(expected.index)
    for ours, theirs in {
        "coef": "coef",
        "se": "se",
        "p": "p",
        "hr": "hr",
        "lower": "hr_lower",
        "upper": "hr_upper",
    }.items():
        agree(key, coefficients[ours], expected.loc[coefficients.index, theirs], **EXACT)
    for _, row in found.table.iterrows():
        term = expected.loc[f"{by}: {row['level']}"]
        theirs = term[["hr", "hr_lower", "hr_upper", "p"]]
        agree(key, row[["hr", "lower", "upper", "p"]], theirs, **EXACT)


def test_cox_model_of_numbers_only_equals_coxph() -> None:
    # coxph(Surv(time, status == 2) ~ age + edema + log(bili) + log(protime) + log(albumin), pbc)
    data = load("pbc_edema").frame
    logs = {f"log({name})": np.log(data[name]) for name in ("bili", "protime", "albumin")}
    design = data[["age", "edema"]].assign(**logs)
    whole = design.notna().all(axis=1)
    found, trouble = fit_cox(
        data.loc[whole, "days"].to_numpy(), data.loc[whole, "event"].to_numpy(), design[whole]
    )
    expected = cox_reference("pbc").loc[found["term"]]
    assert trouble == ""
    for column in ("coef", "se", "p"):
        agree("hazard_ratio_adjusted", found[column], expected[column], **EXACT)


@pytest.mark.parametrize(
    ("data", "levels"),
    [
        (
            "colon_recur_rx",
            {
                "Lev": (0.984990494, 0.798526962, 1.214995009, 310, 172),
                "Lev+5FU": (0.599239984, 0.474926703, 0.756092584, 304, 119),
            },
        ),
        (
            "colon_death_rx",
            {
                "Lev": (0.973714185, 0.784405383, 1.208710870, 310, 161),
                "Lev+5FU": (0.689553994, 0.546367290, 0.870265698, 304, 123),
            },
        ),
    ],
)
def test_hazard_ratios_of_three_arms_equal_coxph(
    data: str, levels: dict[str, tuple[float, float, float, int, int]]
) -> None:
    # coxph(Surv(time, status) ~ rx, subset(colon, etype == ...)): printed with 9 decimals
    table = survival.hazard_ratios(load(data), by="rx", reference="Obs").table.set_index("level")
    assert list(table.index) == list(levels)
    for level, (hr, lower, upper, n, events) in levels.items():
        row = table.loc[level]
        found = [row.hr, row.lower, row.upper]
        agree("hazard_ratio", found, [hr, lower, upper], atol=5e-10)
        agree("events", [row.n, row.events], [n, events], rtol=0)
        assert row.reference == "Obs"


@pytest.mark.parametrize("name", ["lung_sex", "veteran_celltype", "colon_recur_rx", "pbc_trt"])
def test_lifelines_gives_the_same_hazard_ratios(name: str) -> None:
    tte = load(name)
    found = survival.hazard_ratios(tte, by=GROUPS[name])
    labels = tte.frame[GROUPS[name]].map(lambda v: v if isinstance(v, str) else f"{v:g}")
    design = {level: labels.eq(level).astype(float) for level in found.table["level"]}
    frame = pd.DataFrame({**design, "days": tte.frame["days"], "event": tte.frame["event"]})
    second = CoxPHFitter().fit(
        frame, "days", "event", fit_options={"precision": 1e-12, "r_precision": 1e-14}
    )
    agree("hazard_ratio", found.table["hr"], second.hazard_ratios_, reference=LIFELINES, rtol=1e-6)
    limits = np.exp(second.confidence_intervals_.to_numpy())
    agree("hazard_ratio", found.table[["lower", "upper"]], limits, reference=LIFELINES, rtol=1e-6)


def test_the_reference_is_tae_unless_asked() -> None:
    tte = TimeToEvent.from_frame(
        pd.DataFrame(
            {"days": [5, 6, 7, 8, 9, 10], "event": True, "arm": ["cTACE", "TAE", "Z"] * 2}
        ),
        levels={"arm": ("cTACE", "TAE", "Z")},
    )
    assert survival.hazard_ratios(tte).reference == "TAE"
    assert survival.hazard_ratios(tte).table["level"].tolist() == ["cTACE", "Z"]
    assert survival.hazard_ratios(tte, reference="Z").reference == "Z"
    without = TimeToEvent.from_frame(tte.frame[tte.frame["arm"] != "TAE"])
    assert survival.hazard_ratios(without).reference == "cTACE"
    with pytest.raises(ValueError, match="no patients in 'TAE' to compare with"):
        survival.hazard_ratios(without, reference="TAE")


def test_a_level_without_events_has_no_hazard_ratio_but_the_others_do() -> None:
    tte = arms([3, 4, 5, 6, 7, 8, 9, 9], [1, 1, 1, 1, 0, 1, 0, 0], "ABABABCC")
    found = survival.hazard_ratios(tte)
    table = found.table.set_index("level")
    assert np.isnan(table.loc["C", ["hr", "lower", "upper", "p"]].astype(float)).all()
    assert (table.loc["C", "n"], table.loc["C", "events"]) == (2, 0)
    assert "No events in C: no hazard ratio." in found.notes
    # C adds nothing to any risk set when its hazard is 0.
    two = survival.hazard_ratios(arms([3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 0, 1], "ABABAB"))
    np.testing.assert_allclose(table.loc["B", "hr"], two.table["hr"].iloc[0], rtol=1e-5)


def test_a_reference_without_events_gives_no_hazard_ratio() -> None:
    found = survival.hazard_ratios(arms([3, 4, 5, 6], [0, 1, 0, 1], "ABAB"))
    assert found.table["hr"].isna().all()
    assert "No events in A: no hazard ratio against it." in found.notes


def test_events_that_do_not_overlap_in_time_give_no_hazard_ratio() -> None:
    found = survival.hazard_ratios(arms([1, 2, 3, 11, 12, 13], [1] * 6, "AAABBB"))
    assert found.table[["hr", "lower", "upper", "p"]].isna().all(axis=None)
    assert any("do not overlap in time" in note for note in found.notes)


def test_a_separating_covariate_leaves_the_arms_their_ratio() -> None:
    frame = arms([3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1], "ABABAB").frame
    frame["marker"] = ["x", "x", "x", "y", "y", "y"]
    found = survival.hazard_ratios(TimeToEvent.from_frame(frame), covariates=("marker",))
    assert found.coefficients.set_index("term").loc["marker: y"].drop("reason").isna().all()
    assert found.table["hr"].notna().all()
    assert any(note.startswith("The effect of marker: y") for note in found.notes)


@pytest.mark.parametrize(
    ("tte", "words"),
    [
        (arms([1, 2], [1, 1], "AA"), "fewer than two groups have patients"),
        (arms([1, 2], [0, 0], "AB"), "no events"),
        (arms([], [], ""), "fewer than two groups have patients"),
    ],
)
def test_nothing_to_compare_is_a_sentence(tte: TimeToEvent, words: str) -> None:
    test, ratios = survival.logrank(tte), survival.hazard_ratios(tte)
    assert np.isnan(test.statistic)
    assert np.isnan(test.p)
    assert ratios.table["hr"].isna().all()
    for result in (test, ratios):
        assert any(words in note for note in result.notes)


def test_strata_that_are_the_groups_give_no_number() -> None:
    tte = arms([1, 2, 3, 4], [1, 1, 1, 1], "ABAB")
    assert np.isnan(survival.logrank(tte, strata=("arm",)).p)
    found = survival.hazard_ratios(tte, strata=("arm",))
    assert found.table["hr"].isna().all()
    assert any("cannot be told apart" in note for note in found.notes)


def test_a_group_never_at_risk_at_an_event_takes_no_part_in_the_test() -> None:
    # R: survdiff(Surv(c(5,6,7,8,1,1), c(1,1,1,1,0,0)) ~ c(1,2,1,2,3,3)) prints 1 degree of freedom
    with_c = survival.logrank(arms([5, 6, 7, 8, 1, 1], [1, 1, 1, 1, 0, 0], "ABABCC"))
    without = survival.logrank(arms([5, 6, 7, 8], [1, 1, 1, 1], "ABAB"))
    assert with_c.df == 1
    assert with_c.p == pytest.approx(without.p, rel=1e-12)
    assert "C: nobody at risk at any event, not tested." in with_c.notes


def test_patients_without_a_number_are_left_out_and_counted() -> None:
    found = survival.hazard_ratios(load("lung_sex"), by="sex", covariates=("ph.ecog",))
    assert "1 patient without ph.ecog left out of the hazard ratios." in found.notes
    assert found.table["n"].tolist() == [90]


def test_a_covariate_on_another_scale_is_no_warning() -> None:
    tte = load("lung_sex")
    frame = tte.frame.assign(marker=tte.frame["age"] * 1e5)
    large = survival.hazard_ratios(TimeToEvent.from_frame(frame), "sex", covariates=("marker",))
    plain = survival.hazard_ratios(tte, "sex", covariates=("age",))
    np.testing.assert_allclose(large.table["hr"], plain.table["hr"], rtol=1e-9)


def test_methods_say_test_ties_and_interval() -> None:
    tte = load("veteran_trt")
    ratios = survival.hazard_ratios(tte, by="trt", strata=("celltype",), covariates=("age",))
    assert ratios.method == (
        "Cox proportional hazards model by trt, one joint model of 1 and 2, reference 1, adjusted "
        "for age, stratified by celltype; ties by Efron, Wald 95% confidence limits and p-values, "
        "no adjustment for multiple testing."
    )
    test = survival.logrank(tte, by="trt", strata=("celltype",))
    assert test.method.startswith("Stratified log-rank test by trt, stratified by celltype")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.booleans()), min_size=4))
def test_swapping_the_reference_inverts_the_ratio(rows: list[tuple[int, bool, bool]]) -> None:
    tte = TimeToEvent.from_frame(
        pd.DataFrame(rows, columns=["days", "event", "b"]).assign(
            arm=lambda data: np.where(data["b"], "B", "A")
        )
    )
    if tte.frame["arm"].nunique() < 2:
        return
    forth = survival.hazard_ratios(tte, reference="A").table.iloc[0]
    back = survival.hazard_ratios(tte, reference="B").table.iloc[0]
    np.testing.assert_allclose(forth["hr"], 1 / back["hr"], rtol=1e-6)
    np.testing.assert_allclose(forth["lower"], 1 / back["upper"], rtol=1e-6)
    np.testing.assert_allclose(forth["p"], back["p"], rtol=1e-6)


def test_cox_model_of_numbers_alone_in_strata_equals_coxph() -> None:
    # coxph(Surv(time, status == 2) ~ age + ph.karno + strata(sex), lung): no group is compared,
    # so hazard_ratios does not fit it; the fit below it does.
    frame = load("lung_sex").frame.dropna(subset=["age", "ph.karno"])
    found, trouble = fit_cox(
        frame["days"].to_numpy(dtype=float),
        frame["event"].to_numpy(dtype=bool),
        frame[["age", "ph.karno"]],
        pd.factorize(frame["sex"])[0],
    )
    assert trouble == ""
    expected = cox_reference("lung_str").loc[found["term"]]
    for ours, theirs in (("coef", "coef"), ("se", "se"), ("p", "p"), ("hr", "hr"),
                         ("lower", "hr_lower"), ("upper", "hr_upper")):  # fmt: skip
        agree("hazard_ratio_stratified", found[ours], expected[theirs], **EXACT)


def test_patients_gone_before_any_event_cost_nobody_a_ratio() -> None:
    # coxph(Surv(days, event) ~ arm): DEB-TACE is NA, cTACE as without that patient
    days = [1.0, *np.arange(1, 30) * 20.0]
    names = ["DEB-TACE", *["cTACE", "TAE"] * 14, "cTACE"]
    frame = pd.DataFrame({"days": days, "event": [False] + [True] * 29, "arm": names})
    found = survival.hazard_ratios(TimeToEvent.from_frame(frame))
    alone = survival.hazard_ratios(TimeToEvent.from_frame(frame[1:])).table.iloc[0]
    table = found.table.set_index("level")
    columns = ["hr", "lower", "upper", "p"]
    ratio = table.loc["cTACE", columns].astype(float)
    np.testing.assert_allclose(ratio, alone[columns].astype(float), rtol=1e-12)
    assert table.loc["DEB-TACE", columns].isna().all()
    assert any("nobody of it is at risk at an event" in note for note in found.notes)


def test_a_reference_never_at_risk_at_an_event_is_compared_with_nobody() -> None:
    frame = pd.DataFrame(
        {"days": [1, 5, 6, 7, 8], "event": [0, 1, 1, 1, 1], "arm": ["TAE", *"BCBC"]}
    )
    found = survival.hazard_ratios(TimeToEvent.from_frame(frame))
    assert found.table["hr"].isna().all()
    assert "No hazard ratio: nobody of TAE is at risk at an event." in found.notes


def test_an_outlier_who_left_early_costs_nobody_a_ratio() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "days": [0.5, *rng.integers(1, 90, 60)],
            "event": [False] + [True] * 60,
            "arm": ["TAE", "cTACE"] * 30 + ["TAE"],
            "age": [1e6, *rng.normal(60, 9, 60)],
        }
    )
    whole = survival.hazard_ratios(TimeToEvent.from_frame(frame), covariates=("age",))
    rest = survival.hazard_ratios(TimeToEvent.from_frame(frame[1:]), covariates=("age",))
    np.testing.assert_allclose(whole.coefficients["coef"], rest.coefficients["coef"], rtol=1e-9)


def test_a_step_out_of_all_numbers_is_halved() -> None:
    # Weights that underflow made a likelihood of plus infinity, which was taken for the best.
    days = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    design = pd.DataFrame({"x": [0.0, 900, 1, 2, 950, 3, 901, 4]})
    found, trouble = fit_cox(days, np.ones(8, dtype=bool), design)
    assert trouble == ""
    precise = {"precision": 1e-12, "r_precision": 1e-14}
    second = CoxPHFitter().fit(
        design.assign(days=days, event=True), "days", "event", fit_options=precise
    )
    np.testing.assert_allclose(found["coef"], second.params_, rtol=1e-5)


def test_a_column_enters_a_model_once() -> None:
    with pytest.raises(ValueError, match="not twice: arm"):
        survival.hazard_ratios(arms([1, 2], [1, 1], "AB"), covariates=("arm",))
