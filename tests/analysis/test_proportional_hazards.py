"""The test of proportional hazards against R's cox.zph, its residuals, and crossing curves."""

from __future__ import annotations

import greenwood
import numpy as np
import pandas as pd
import patsy
import pytest

from retnet_core.analysis.cox import hazard_ratios
from retnet_core.analysis.kaplan_meier import kaplan_meier
from retnet_core.analysis.proportional_hazards import (
    comparison_title,
    curves_cross,
    proportional_hazards,
    summary,
)
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import GREENWOOD, HAND, PATSY
from tests.analysis.survival_data import load, reference
from tests.validation import agree

EXACT = {"rtol": 1e-8}
CELLS = {f"celltype{cell}": f"celltype: {cell}" for cell in ("smallcell", "adeno", "large")}
LEVELS = {"rxLev": "rx: Lev", "rxLev+5FU": "rx: Lev+5FU"}
# cox.zph(coxph(formula, ties = "efron"), transform = "km", terms = FALSE): data, by, strata,
# covariates, and our terms by R's names
MODELS = {
    "lung": ("lung_sex", "sex", (), ("age", "ph.ecog"), {"sex": "sex: 2"}),
    "lung_sex": ("lung_sex", "sex", (), (), {"sex": "sex: 2"}),
    "veteran": (
        "veteran_trt",
        "trt",
        (),
        ("celltype", "karno", "diagtime", "age", "prior"),
        {"trt": "trt: 2"} | CELLS,
    ),
    "veteran_str": ("veteran_trt", "trt", ("celltype",), ("karno",), {"trt": "trt: 2"}),
    "colon": ("colon_death_rx", "rx", (), ("sex", "age", "node4"), LEVELS),
    "colon_str": ("colon_death_rx", "rx", ("node4", "extent"), (), LEVELS),
    "ovarian": ("ovarian_rx", "rx", (), ("age", "ecog.ps"), {"rx": "rx: 2"}),
}


def arms(days: list[float], event: list[int], arm: str) -> TimeToEvent:
    """One letter of ``arm`` a patient."""
    return TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": np.array(event, bool), "arm": list(arm)})
    )


@pytest.mark.parametrize("model", MODELS)
def test_table_equals_cox_zph(model: str) -> None:
    data, by, strata, covariates, names = MODELS[model]
    rows = reference("cox_zph").query("model == @model and transform == 'km'")
    expected = rows[rows["mode"] == "terms=FALSE"].set_index("term").rename(index=names)
    found = proportional_hazards(load(data), by=by, strata=strata, covariates=covariates)
    table = found.table.set_index("term")
    assert set(table.index) == set(expected.index)
    assert table.index[-1] == "GLOBAL"
    for name in ("chisq", "df", "p"):
        agree("zph", table[name], expected.loc[table.index, name], **EXACT)
    agree("zph", found.global_p, expected.loc["GLOBAL", "p"], **EXACT)
    if len(names) == 1:
        np.testing.assert_allclose(found.group_p, table["p"].iloc[0])


def test_three_groups_are_tested_together_without_the_covariates() -> None:
    # colon_str has the groups alone; its GLOBAL is that of the strata's model.
    tte = load("colon_death_rx")
    adjusted = proportional_hazards(tte, by="rx", covariates=("node4",))
    alone = proportional_hazards(tte, by="rx")
    assert adjusted.group_p == pytest.approx(alone.global_p, rel=1e-12)
    assert alone.group_p == alone.global_p
    assert adjusted.global_p != pytest.approx(adjusted.group_p, rel=1e-3)
    stratified = proportional_hazards(tte, by="rx", strata=("node4", "extent"))
    agree("zph", stratified.group_p, 0.450182361941716, **EXACT)


def test_residuals_are_greenwoods_in_the_units_of_the_coefficients() -> None:
    tte = load("veteran_trt")
    found = proportional_hazards(tte, by="trt", covariates=("karno",)).residuals
    frame = tte.frame
    design = np.column_stack([frame["trt"] == 2, frame["karno"]]).astype(float)
    fit = greenwood.CoxPH().fit(greenwood.Surv(frame["days"], event=frame["event"]), design)
    second = fit.residuals("scaledsch", format="pandas").to_numpy()
    for j, term in enumerate(("trt: 2", "karno")):
        mine = found[found["term"] == term]
        agree("schoenfeld", mine["residual"], second[:, j], reference=GREENWOOD, atol=1e-10)
        np.testing.assert_array_equal(mine["days"], np.sort(frame.loc[frame["event"], "days"]))
        np.testing.assert_allclose(mine["months"], mine["days"] / 30.4375)
        # Schoenfeld residuals sum to 0, so these average to the coefficient.
        np.testing.assert_allclose(mine["residual"].mean(), fit.coef_[j], rtol=1e-6)


def test_a_stratum_where_all_are_in_one_group_has_no_residuals() -> None:
    days = [3.0, 4, 5, 6, 7, 8, 2, 9, 11, 13]
    tte = arms(days, [1] * 10, "ABABAB" + "AAAA")
    site = ["x"] * 6 + ["y"] * 4
    both = proportional_hazards(
        TimeToEvent.from_frame(tte.frame.assign(site=site)), strata=("site",)
    )
    only = proportional_hazards(arms(days[:6], [1] * 6, "ABABAB"))
    assert both.residuals["days"].tolist() == [3, 4, 5, 6, 7, 8]
    np.testing.assert_allclose(both.residuals["residual"], only.residuals["residual"], rtol=1e-6)


def test_the_smoothed_line_is_a_natural_spline_of_r_knots() -> None:
    # patsy's cr() spans the same natural cubic splines as R's ns(): a second computation.
    tte = load("lung_sex")
    found = proportional_hazards(tte, by="sex").residuals
    days, event = tte.frame["days"].to_numpy(), tte.frame["event"].to_numpy()
    km = greenwood.KaplanMeier().fit(greenwood.Surv(days, event=event))
    before = km.predict(found["days"].to_numpy() - 0.5)
    x = 1 - np.asarray(before, dtype=float).ravel()
    both = np.concatenate([np.linspace(x.min(), x.max(), 40), x])
    basis = np.asarray(
        patsy.dmatrix(
            "cr(x, knots=knots, lower_bound=low, upper_bound=high) - 1",
            {"x": x, "knots": np.quantile(both, [1 / 3, 2 / 3]), "low": x.min(), "high": x.max()},
        )
    )
    assert basis.shape[1] == 4
    line = basis @ np.linalg.lstsq(basis, found["residual"].to_numpy(), rcond=None)[0]
    agree("schoenfeld_line", found["smooth"], line, reference=PATSY, rtol=1e-7, atol=1e-8)
    design = (tte.frame[["sex"]] == 2).to_numpy(dtype=float)
    fit = greenwood.CoxPH().fit(greenwood.Surv(days, event=event), design)
    hat = np.diag(basis @ np.linalg.inv(basis.T @ basis) @ basis.T)
    half = 1.959963984540054 * np.sqrt(fit.std_error_[0] ** 2 * event.sum() * hat)
    agree("schoenfeld_line", found["upper"], line + half, reference=PATSY, rtol=1e-6, atol=1e-8)
    agree("schoenfeld_line", found["lower"], line - half, reference=PATSY, rtol=1e-6, atol=1e-8)


def test_the_reference_turns_the_residuals_round_and_leaves_the_test() -> None:
    tte = load("lung_sex")
    forth = proportional_hazards(tte, by="sex", reference="1")
    back = proportional_hazards(tte, by="sex", reference="2")
    np.testing.assert_allclose(forth.global_p, back.global_p, rtol=1e-9)
    np.testing.assert_allclose(forth.residuals["smooth"], -back.residuals["smooth"], rtol=1e-6)


def test_strata_with_one_level_change_nothing() -> None:
    tte = load("lung_sex")
    one = TimeToEvent.from_frame(tte.frame.assign(site="x"))
    plain, stratified = (
        proportional_hazards(data, by="sex", strata=strata)
        for data, strata in ((tte, ()), (one, ("site",)))
    )
    pd.testing.assert_frame_equal(plain.table, stratified.table, rtol=1e-10)
    pd.testing.assert_frame_equal(plain.residuals, stratified.residuals, rtol=1e-10)


def test_few_events_have_residuals_but_no_line() -> None:
    found = proportional_hazards(arms([3, 4, 5, 6], [1, 1, 1, 1], "ABBA"))
    assert found.residuals["residual"].notna().all()
    assert found.residuals[["smooth", "lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("tte", "words"),
    [
        (arms([1, 2], [1, 1], "AA"), "fewer than two groups have patients"),
        (arms([], [], ""), "fewer than two groups have patients"),
        (arms([1, 2], [0, 0], "AB"), "no events"),
        (arms([5, 5, 5, 5, 5], [1, 1, 1, 0, 1], "ABABA"), "fewer than two event times"),
        (arms([1, 2, 3, 11, 12, 13], [1] * 6, "AAABBB"), "effect of arm: B cannot be estimated"),
        (arms([3, 4, 5, 6], [1, 0, 1, 0], "ABAB"), "effect of arm: B cannot be estimated"),
    ],
)
def test_nothing_to_test_is_a_sentence(tte: TimeToEvent, words: str) -> None:
    found = proportional_hazards(tte)
    assert np.isnan(found.global_p)
    assert np.isnan(found.group_p)
    assert found.table[["chisq", "p"]].isna().all(axis=None)
    assert found.residuals.empty
    assert any(words in note for note in found.notes)


def test_one_patient_a_stratum_is_a_sentence() -> None:
    frame = arms([1, 2, 3, 4], [1, 1, 1, 1], "ABAB").frame.assign(site=list("wxyz"))
    found = proportional_hazards(TimeToEvent.from_frame(frame), strata=("site",))
    assert np.isnan(found.global_p)
    assert any("cannot be told apart" in note for note in found.notes)


def test_as_many_terms_as_event_times_is_a_sentence() -> None:
    frame = arms([1, 2, 3, 3, 2, 3, 1, 1], [1] * 8, "ABABBAAB").frame
    frame = frame.assign(age=[50, 64, 55, 61, 58, 49, 66, 52], size=[3, 1, 4, 1, 5, 9, 2, 6])
    found = proportional_hazards(TimeToEvent.from_frame(frame), covariates=("age", "size"))
    assert np.isnan(found.global_p)
    assert "No test of proportional hazards: too few events for this model." in found.notes
    # Three event times are enough for the arms alone.
    assert np.isfinite(proportional_hazards(TimeToEvent.from_frame(frame)).global_p)


def test_the_method_says_model_transform_and_line() -> None:
    found = proportional_hazards(
        load("veteran_trt"), by="trt", strata=("celltype",), covariates=("karno",)
    )
    assert found.method.startswith(
        "Grambsch-Therneau score test of proportional hazards by trt, reference 1, adjusted for "
        "karno, stratified by celltype, against 1 minus the Kaplan-Meier curve"
    )


def crossing(early: int, late: int) -> TimeToEvent:
    """A: ``early`` of 30 at months 1 to early; B: 1 in month 2, ``late`` at 11 and after."""
    months = [*range(1, early + 1), *[40] * (30 - early), 2, *range(11, 11 + late)]
    months += [40] * (60 - len(months))
    event = [month < 40 for month in months]
    return TimeToEvent.from_frame(
        pd.DataFrame({"months": months, "event": event, "arm": ["A"] * 30 + ["B"] * 30})
    )


def test_curves_cross_where_the_difference_changes_its_sign() -> None:
    # A falls to 25/30 by month 5, B to 29/30 in month 2 and by 1/30 a month from month 11:
    # after month 14 both have 25/30, after month 15 B lies below.
    agree("crossing", curves_cross(kaplan_meier(crossing(5, 8))), (15,), reference=HAND)
    # One event less than needed: they touch and stay.
    assert curves_cross(kaplan_meier(crossing(5, 4))) == ()


def test_crossings_do_not_count_below_ten_at_risk_nor_before_both_had_an_event() -> None:
    # A rests at 11/30 from month 19; B has 11/30 after month 28, with 11 at risk in each.
    agree("crossing", curves_cross(kaplan_meier(crossing(19, 20))), (29,), reference=HAND)
    # One event more in A: B passes it in month 30, with 10 at risk in each; then with 9.
    agree("crossing", curves_cross(kaplan_meier(crossing(20, 21))), (30,), reference=HAND)
    assert curves_cross(kaplan_meier(crossing(21, 22))) == ()
    # A lies below until B's first events take B lower at once: nothing was known of B before.
    early = arms([10] + [90] * 19 + [20, 20] + [90] * 18, [1] + [0] * 19 + [1, 1] + [0] * 18,
                 "A" * 20 + "B" * 20)  # fmt: skip
    assert curves_cross(kaplan_meier(early)) == ()


def test_no_second_curve_or_no_event_is_no_crossing() -> None:
    assert curves_cross(kaplan_meier(load("lung_sex"), by=None)) == ()
    assert curves_cross(kaplan_meier(arms([1, 2], [1, 0], "AB"))) == ()
    assert curves_cross(kaplan_meier(arms([], [], ""))) == ()


def test_coefficients_are_those_of_the_model() -> None:
    tte = load("veteran_trt")
    found = proportional_hazards(tte, by="trt", covariates=("karno",))
    expected = hazard_ratios(tte, by="trt", covariates=("karno",)).coefficients
    pd.testing.assert_frame_equal(found.coefficients, expected)
    nothing = proportional_hazards(arms([1, 2], [0, 0], "AB")).coefficients
    assert nothing["term"].tolist() == ["arm: B"]
    assert nothing.columns.tolist() == expected.columns.tolist()
    assert nothing.drop(columns=["term", "reason"]).isna().all(axis=None)


def test_the_summary_says_p_and_what_it_does_not_show() -> None:
    # cox.zph(coxph(Surv(time, status) ~ rx), transform = "km", terms = FALSE): 0.666, 0.417
    assert summary(proportional_hazards(load("colon_death_rx"), by="rx")) == (
        "The test of proportional hazards gives p = 0.666 for rx Lev over rx Obs, p = 0.417 for "
        "rx Lev+5FU over rx Obs and p = 0.477 for all groups together; a small p suggests that the "
        "hazard ratio changes over time, a large one does not show that it stays the same."
    )


def test_the_summary_of_a_ratio_that_changes_points_to_the_restricted_means() -> None:
    # A fails early, B late; the covariate's own test is no part of the sentence.
    days = [*range(1, 31), *range(20, 50)]
    tte = arms([float(day) for day in days], [1] * 60, "A" * 30 + "B" * 15 + "AB" * 7 + "B")
    found = proportional_hazards(tte)
    told = summary(found)
    assert found.group_p < 0.05
    assert told.startswith("The test of proportional hazards gives p ")
    assert told.endswith(
        "for B over A; a small p suggests that the hazard ratio changes over time, so that one "
        "number is an average over time; read the restricted means beside it."
    )


def test_the_summary_says_why_there_is_no_test() -> None:
    found = proportional_hazards(arms([1, 2], [0, 0], "AB"))
    assert summary(found) == found.notes[-1]
    assert "no events" in summary(found)
    assert "fewer than two groups" in summary(proportional_hazards(arms([], [], "")))


def test_terms_are_named_in_words() -> None:
    frame = load("colon_death_rx").frame.assign(who_grade="G1", arm="TAE")
    frame.loc[::2, "who_grade"] = "G2"
    frame.loc[::3, "arm"] = "DEB-TACE"
    tte = TimeToEvent.from_frame(frame)
    by_arm = proportional_hazards(tte, covariates=("who_grade", "age"))
    assert [comparison_title(by_arm, term) for term in by_arm.coefficients["term"]] == [
        "DEB-TACE (closed) over TAE",
        f"WHO grade {by_arm.coefficients['term'][1].split()[-1]}",
        "age, per year",
    ]
    by_grade = proportional_hazards(tte, by="who_grade", reference="G1")
    assert comparison_title(by_grade, "who_grade: G2") == "G2 over G1"
