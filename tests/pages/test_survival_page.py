"""The Survival screen's own choices: what they change, and that they hold in a link."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui import session
from retnet_core import Cohort, Trial, load_export
from retnet_core.analysis import landmark, survival, time_to_event
from retnet_core.analysis.design import events_needed
from retnet_core.protocol import DESIGN_HAZARD_RATIO
from tests.exports import workbook
from tests.pages.app import visit, words


def compared() -> time_to_event.TimeToEvent:
    """hPFS of the demonstration's open arms, as the page has it by default."""
    trial = session.open_demo()
    return time_to_event.derive(trial.select(trial.efficacy_cohort(Cohort())), "hpfs")


def drawn(app: AppTest) -> dict[str, object]:
    """The spec of the first chart."""
    spec: dict[str, object] = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    return spec


def cells(app: AppTest, column: str) -> list[str]:
    """The cells of the first table that has a column."""
    tables = [table.value for table in app.table if column in table.value]
    assert tables, f"no table has {column!r}"
    return [re.sub(r"\\(.)", r"\1", str(cell)) for cell in tables[0][column]]


def test_a_landmark_counts_from_there_and_says_so() -> None:
    app = visit("survival.py", from_month="6")
    assert not app.exception
    later = landmark.from_month(compared(), 6)
    counted = later.frame.groupby("arm", sort=False)["event"].agg(["sum", "count"])
    expected = {f"{row['sum']}/{row['count']}" for _, row in counted.iterrows()}
    assert set(cells(app, "Events/n")) == expected
    said = words(app)
    assert "by arm, from month 6" in said
    assert "no longer as randomised" in said
    assert "Months since the landmark at month 6" in json.dumps(drawn(app))


def test_a_landmark_past_everyone_is_a_sentence() -> None:
    app = visit("survival.py", from_month="240")
    assert not app.exception
    assert "Nobody was followed without the event for longer than 240 months." in words(app)


def test_strata_covariates_and_weights_reach_tests_and_models() -> None:
    app = visit("survival.py", tab="Comparison", strata="WHO grade", adjust="age")
    app.selectbox(key="weights").set_value("more late: Fleming-Harrington (0, 1)").run()
    assert not app.exception
    tte = compared()
    ratio = survival.hazard_ratios(tte, strata=("who_grade",), covariates=("age",)).table.iloc[0]
    test = survival.logrank(tte, strata=("who_grade",), gamma=1)
    models = cells(app, "Model")
    assert models == ["Unadjusted", "Adjusted for age, stratified by WHO grade"]
    assert f"{ratio.hr:.2f} ({ratio.lower:.2f}-{ratio.upper:.2f})" in words(app)
    tests = cells(app, "Test")
    assert tests[1] == "Fleming-Harrington (rho 0, gamma 1), stratified by WHO grade"
    assert f"{test.statistic:.2f}" in words(app)


def test_a_chosen_horizon_of_the_restricted_means() -> None:
    app = visit("survival.py", tab="Comparison", tau="12")
    assert not app.exception
    assert "up to tau = 12.00 months, as chosen" in words(app)
    for endpoint in ("OS", "hPFS"):  # hPFS reaches 0 in both arms, and so has a last month too
        app = visit("survival.py", tab="Comparison", tau="600", endpoint=endpoint)
        assert not app.exception
        assert "choose a smaller tau" in words(app)


def test_months_of_the_estimates_and_their_differences() -> None:
    app = visit("survival.py", tab="Estimates", months="9")
    assert not app.exception
    km = survival.kaplan_meier(compared())
    tae = km.survival_at([9]).set_index("group").loc["TAE"]
    apart = landmark.differences(km, [9]).table.iloc[0]
    assert any(cell.startswith(f"{100 * tae.survival:.1f}%") for cell in cells(app, "9 months"))
    assert f"{100 * apart.difference:+.1f} ({100 * apart.lower:.1f} to" in words(app)


@pytest.mark.parametrize("alpha", ["0.05", "0.1"])
def test_alpha_moves_the_events_that_the_design_needs(alpha: str) -> None:
    app = visit("survival.py", tab="Design", alpha=alpha)
    assert not app.exception
    needed = events_needed(DESIGN_HAZARD_RATIO, alpha=float(alpha))
    assert f"{needed} that the assumed design needs" in words(app)


def test_alpha_above_power_is_a_sentence() -> None:
    app = visit("survival.py", tab="Design", alpha="0.5", power="50")
    assert not app.exception
    assert "must be below power" in words(app)


def test_the_hazard_is_drawn_in_the_intervals_chosen() -> None:
    app = visit("survival.py", tab="Hazard over time", interval="12 months")
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 2
    assert "In the first 12 months after first embolization there were" in words(app)


@pytest.mark.parametrize(
    ("switch", "part"), [("band", '"area"'), ("ticks", "censorings"), ("numbers", "At risk")]
)
def test_what_is_switched_off_is_not_drawn(switch: str, part: str) -> None:
    app = visit("survival.py")
    assert part in json.dumps(drawn(app))
    app.toggle(key=switch).set_value(False).run()
    assert not app.exception
    assert part not in json.dumps(drawn(app))


def test_the_axis_ends_where_asked_and_one_minus_survival_rises() -> None:
    app = visit("survival.py", axis_end="18", axis_step="3", curve="With the event")
    assert not app.exception
    spec = json.dumps(drawn(app))
    assert '"domain": [0, 18]' in spec
    assert "Probability of hepatic progression or death" in spec


def test_a_closed_arm_switched_in_meets_its_concurrent_controls() -> None:
    trial = session.open_demo()
    period = trial.open_period(["DEB-TACE"])
    assert period is not None
    patients = trial.patients
    during = patients["randomization_date"].between(*period) | patients["arm"].eq("DEB-TACE")
    app = visit("survival.py", closed="true")
    assert not app.exception
    said = words(app)
    assert f"DEB-TACE and concurrent controls: {during.sum()} of 162 patients" in said
    assert "randomised between the first and the last of DEB-TACE in the data" in said
    assert "The design expected" not in said
    app.toggle(key="everyone").set_value(True).run()
    assert "All patients: 162 of 162" in words(app)
    assert "also those randomised when it was not open" in words(app)


def test_switched_rules_are_said_over_the_figure_and_keep_the_design_out() -> None:
    app = visit("survival.py", start="Randomisation", death="Censored")
    said = words(app)
    assert "rules switched: time from randomisation, deaths censored" in said
    assert "The design expected" not in said
    assert "The design expected" in words(visit("survival.py"))


def test_a_landmark_holds_for_subgroups_and_not_for_competing_risks() -> None:
    later = landmark.from_month(compared(), 6)
    app = visit("survival.py", view="Subgroups", from_month="6")
    assert not app.exception
    ratio = survival.hazard_ratios(later).table.iloc[0]
    assert f"was {ratio.hr:.2f} times that with TAE" in words(app)
    app = visit("survival.py", view="Competing risks", from_month="6")
    assert not app.exception
    assert app.number_input(key="from_month").disabled
    assert "from month 6" not in words(app)


def test_the_design_counts_all_patients_of_its_arms_whatever_else_is_switched_in() -> None:
    tte = compared()
    events = int(tte.frame["event"].sum())
    app = visit("survival.py", tab="Design", closed="true")
    assert not app.exception
    assert f"{events} events have happened" in words(app)


def small(days: list[int], event: list[bool]) -> Trial:
    """Two arms in turn, hPFS given in days, a grade of its own for each pair of patients."""
    ids = [f"P{i}" for i in range(len(days))]
    tables = {
        "patients": pd.DataFrame(
            {
                "patient_id": ids,
                "arm": [("TAE", "cTACE")[i % 2] for i in range(len(ids))],
                "who_grade": [("G1", "G2", "G3")[i // 2 % 3] for i in range(len(ids))],
                "age": [50 + i for i in range(len(ids))],
            }
        ),
        "time_to_event": pd.DataFrame(
            {"patient_id": ids, "endpoint": "hPFS", "days": days, "event": event}
        ),
    }
    return load_export(workbook(tables), name="small.xlsx")


@pytest.mark.parametrize(
    "tab", ["Estimates", "Numbers under the curve", "Comparison", "Hazard over time", "Design",
            "Rules and patients", "Downloads"]
)  # fmt: skip
@pytest.mark.parametrize(
    "trial",
    [
        pytest.param(lambda: small([100] * 12, [True] * 12), id="all events on one day"),
        pytest.param(lambda: small([50, 80], [True, True]), id="one patient an arm"),
        pytest.param(lambda: small([50, 80, 60, 90, 70, 99], [True] * 6), id="one a stratum"),
        pytest.param(lambda: small([9, 90] * 6, [True, False] * 6), id="events in one arm only"),
        pytest.param(lambda: small([0, 0, 0, 0], [True, False] * 2), id="all on day 0"),
    ],
)
def test_extreme_trials_show_sense(tab: str, trial: Callable[[], Trial]) -> None:
    app = visit("survival.py", trial(), tab=tab, strata="WHO grade", adjust="age")
    assert not app.exception
    assert "nan" not in words(app).lower().split()


def test_what_must_be_known_of_a_curve_stands_over_it_and_in_its_picture() -> None:
    frame = pd.DataFrame(
        {
            "patient_id": [f"P{i}" for i in range(20)],
            "arm": ["TAE", "cTACE"] * 10,
            "first_embolization_date": [None] * 4 + ["2020-01-01"] * 16,
            "hepatic_progression_date": ["2020-06-01"] * 12 + [None] * 8,
        }
    )
    app = visit("survival.py", load_export(workbook({"patients": frame}), name="small.xlsx"))
    assert not app.exception
    over = [one.value for one in app.markdown if ":material/warning:" in one.value]
    assert len(over) == 3
    assert "4 of 20 patients cannot be analysed" in over[0]
    assert "8 of 16 patients had neither an event nor evaluable imaging" in over[1]
    assert "neither last" in over[2]
    assert "censored on day 1" in over[2]
    notes = [one.value for one in app.caption if ":material" in one.value]
    assert not any("cannot be analysed" in note for note in notes)
    stamp = next(one for one in app.get("vega_lite_chart")[0].proto.datasets if one.name == "stamp")
    assert b"4 of 20 patients cannot be analysed" in stamp.data.data
