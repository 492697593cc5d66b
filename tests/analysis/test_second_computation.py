"""Small made-up trials, computed a second time by lifelines, greenwood, statsmodels, by counting.

Examples are the same in every run (derandomize), so that docs/validation.md is too.
"""

from __future__ import annotations

import greenwood
import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from openpyxl import load_workbook
from statsmodels.stats.rates import confint_poisson

from retnet_core import load_export
from retnet_core.analysis import survival
from retnet_core.analysis.accrual import accrual
from retnet_core.analysis.hazard import piecewise_hazard
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.demo.__main__ import PATH
from retnet_core.methods import COUNTED, GREENWOOD, LIFELINES, SECOND, SMALL, STATSMODELS
from retnet_core.protocol import DAYS_PER_MONTH, recognise_arm
from tests.validation import agree

SAME = settings(max_examples=60, deadline=None, derandomize=True)
ESTIMATES = ["hr", "lower", "upper", "p"]


@st.composite
def trials(draw: st.DrawFn) -> TimeToEvent:
    """8 to 40 patients of two or three arms; a last day of 6 makes nearly all times tied."""
    arms = draw(st.sampled_from(["AB", "ABC"]))
    patient = st.tuples(
        st.integers(1, draw(st.sampled_from([6, 20, 60]))),
        st.booleans(),
        st.sampled_from(arms),
    )
    rows = draw(st.lists(patient, min_size=8, max_size=40))
    assume(len({arm for _, _, arm in rows}) > 1)
    return TimeToEvent.from_frame(
        pd.DataFrame(rows, columns=["days", "event", "arm"]), levels={"arm": tuple(arms)}
    )


def response(frame: pd.DataFrame) -> greenwood.Surv:
    return greenwood.Surv(frame["days"].to_numpy(), event=frame["event"].to_numpy())


def dummies(frame: pd.DataFrame, levels: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({level: frame["arm"].eq(level).astype(float) for level in levels})


def more(tte: TimeToEvent, **patient: object) -> TimeToEvent:
    """Add a patient who leaves on day 0.5, before any event."""
    first = pd.DataFrame([{"days": 0.5, "event": False, **patient}])
    frame = pd.concat([tte.frame[["days", "event", "arm"]], first], ignore_index=True)
    return TimeToEvent.from_frame(frame, levels=dict(tte.levels))


@SAME
@given(trials())
def test_curves_equal_those_of_lifelines_and_greenwood(tte: TimeToEvent) -> None:
    curve = survival.kaplan_meier(tte).curve
    for arm, mine in curve.groupby("group"):
        frame = tte.frame[tte.frame["arm"] == arm]
        fit = KaplanMeierFitter().fit(frame["days"], frame["event"])
        first = fit.survival_function_at_times(mine["days"])
        agree("km_survival", mine["survival"], first, reference=LIFELINES, atol=1e-15)
        second = greenwood.KaplanMeier(conf_type="log-log").fit(response(frame))
        theirs = second.to_frame(format="pandas")
        assert mine["days"].tolist() == theirs["time"].tolist()
        agree("km_survival", mine["survival"], theirs["estimate"], reference=GREENWOOD, atol=1e-15)
        for ours, name in (("lower", "conf_low"), ("upper", "conf_high")):
            agree("km_limits", mine[ours], theirs[name], reference=GREENWOOD)
        assert mine["survival"].diff().dropna().le(0).all()


@SAME
@given(trials())
def test_the_logrank_test_equals_that_of_lifelines_and_greenwood(tte: TimeToEvent) -> None:
    found = survival.logrank(tte)
    assume(np.isfinite(found.statistic))  # else there is no event at which the arms could differ
    frame = tte.frame
    first = multivariate_logrank_test(frame["days"], frame["arm"], frame["event"])
    # A statistic near 0 is the square of a difference of sums: its last digits are rounding.
    agree("logrank", found.statistic, first.test_statistic, reference=LIFELINES, atol=1e-12)
    # greenwood raises where nobody of an arm is at risk at any event; such patients tell nothing.
    frame = frame[frame["days"] >= frame.loc[frame["event"], "days"].min()]
    second = greenwood.logrank_test(response(frame), frame["arm"].to_numpy())
    agree("logrank", found.statistic, second.statistic, reference=GREENWOOD, atol=1e-12)
    assert found.df == second.df


@SAME
@given(trials())
def test_hazard_ratios_equal_those_of_greenwood_and_lifelines(tte: TimeToEvent) -> None:
    ratios = survival.hazard_ratios(tte)
    # Not estimable: no events in an arm, or events of the arms that do not overlap in time.
    assume(ratios.table["hr"].notna().all())
    design = dummies(tte.frame, ratios.table["level"])
    first = greenwood.CoxPH().fit(response(tte.frame), design.to_numpy())
    coefficients = ratios.coefficients
    agree("hazard_ratio", coefficients["coef"], first.coef_, reference=GREENWOOD, atol=1e-12)
    agree("hazard_ratio", coefficients["se"], first.std_error_, reference=GREENWOOD)
    agree("hazard_ratio", coefficients["p"], first.p_value_, reference=GREENWOOD)
    theirs = np.exp([first.coef_, first.conf_low_, first.conf_high_]).T
    agree("hazard_ratio", ratios.table[ESTIMATES[:3]], theirs, reference=GREENWOOD)
    # R's rule, which greenwood follows, ends when a step gains less than 1e-9 of the
    # log-likelihood. With few events that is up to some 3e-6 of the ratio away from the maximum,
    # to which lifelines goes on: a true difference, far below what is shown.
    precise = {"precision": 1e-12, "r_precision": 1e-14}
    timed = design.join(tte.frame[["days", "event"]])
    second = CoxPHFitter().fit(timed, "days", "event", fit_options=precise)
    logs = np.column_stack([second.params_, second.confidence_intervals_])
    agree("hazard_ratio", ratios.table[ESTIMATES[:3]], np.exp(logs), reference=SMALL, rtol=1e-5)


@SAME
@given(trials())
def test_one_stratum_changes_no_hazard_ratio(tte: TimeToEvent) -> None:
    one = TimeToEvent.from_frame(tte.frame.assign(site="x"), levels=dict(tte.levels))
    plain, stratified = survival.hazard_ratios(tte), survival.hazard_ratios(one, strata=("site",))
    theirs = plain.table[ESTIMATES]
    agree("hazard_ratio_stratified", stratified.table[ESTIMATES], theirs, reference=SECOND)


@SAME
@given(trials(), st.sampled_from("AB"))
def test_a_patient_censored_before_any_event_changes_no_comparison(
    tte: TimeToEvent, arm: str
) -> None:
    assume(tte.frame["arm"].eq(arm).any())
    after = more(tte, arm=arm)
    np.testing.assert_allclose(
        survival.logrank(after).statistic, survival.logrank(tte).statistic, rtol=1e-9, atol=1e-12
    )
    before, now = survival.hazard_ratios(tte).table, survival.hazard_ratios(after).table
    np.testing.assert_allclose(now[ESTIMATES], before[ESTIMATES], rtol=1e-8)
    numbers = [survival.kaplan_meier(one).numbers_at([0])["at_risk"].sum() for one in (tte, after)]
    assert numbers[1] == numbers[0] + 1


@SAME
@given(trials(), st.sampled_from([5.0, 7.0, 30.0]))
def test_event_rates_equal_a_count_of_each_patient_day_by_day(
    tte: TimeToEvent, width: float
) -> None:
    # Days are whole and a day belongs to the interval in which it ends.
    table = piecewise_hazard(tte, width=width / DAYS_PER_MONTH).table
    for row in table.to_dict("records"):
        start, end = (round(row[side] * DAYS_PER_MONTH) for side in ("start", "end"))
        days = events = 0
        for patient in tte.frame[tte.frame["arm"] == row["group"]].itertuples():
            days += sum(start < day <= end for day in range(1, int(patient.days) + 1))
            events += bool(patient.event) and start < patient.days <= end
        months = days / DAYS_PER_MONTH
        agree("hazard", row["events"], events, reference=COUNTED, rtol=0)
        agree("hazard", row["person_months"], months, reference=COUNTED, atol=1e-12)
        if not days:
            assert np.isnan(row["hazard"])
            continue
        agree("hazard", row["hazard"], 100 * events / months, reference=COUNTED)
        limits = confint_poisson(events, months / 100, method="exact-c")
        agree("hazard_limits", [row["lower"], row["upper"]], limits, reference=STATSMODELS)


def test_accrual_equals_a_count_of_the_spreadsheets_rows() -> None:
    found = accrual(load_export(PATH))
    header, *patients = load_workbook(PATH, read_only=True)["patients"].values
    of = {name: place for place, name in enumerate(header)}
    for row in found.table.to_dict("records"):
        mine = [one for one in patients if recognise_arm(one[of["arm"]]) == row["arm"]]
        agree("accrual", row["all"], len(mine), reference=COUNTED, rtol=0)
        for grade in [name for name in row if name not in ("arm", "all")]:
            n = sum((one[of["who_grade"]] or "unknown") == grade for one in mine)
            agree("accrual", row[grade], n, reference=COUNTED, rtol=0)
        dates = [one[of["randomization_date"]] for one in mine]
        for point in found.curve[found.curve["arm"] == row["arm"]].itertuples():
            n = sum(date is not None and pd.Timestamp(date) <= point.date for date in dates)
            agree("accrual", point.patients, n, reference=COUNTED, rtol=0)
