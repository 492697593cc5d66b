"""What the figures draw is what the results say."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retnet_core import Cohort, Trial, load_export
from retnet_core.analysis import pro, safety, survival, time_to_event
from retnet_core.analysis.accrual import accrual
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts import readout, theme
from retnet_core.charts.accrual import accrual_figure
from retnet_core.charts.figure import Figure
from retnet_core.charts.pro import trajectory_figure
from retnet_core.charts.safety import grade_figure
from retnet_core.charts.survival import kaplan_meier_figure
from retnet_core.charts.timeline import FADE_BELOW, axis_ticks
from retnet_core.demo.__main__ import PATH
from tests.analysis.build import make_trial

ODD = 'A <b> & "c"'


@pytest.fixture(scope="module")
def demo() -> Trial:
    return load_export(PATH)


def km_of(days: list[float], event: list[bool], arm: list[str]) -> survival.KaplanMeier:
    frame = pd.DataFrame({"days": days, "event": event, "arm": arm})
    return survival.kaplan_meier(TimeToEvent.from_frame(frame))


def km_figure(km: survival.KaplanMeier, among: tuple[str, ...] = ()) -> Figure:
    return kaplan_meier_figure(km, "Title", "Everyone: 3 of 3", among)


def random_km(n: int, seed: int = 1) -> survival.KaplanMeier:
    rng = np.random.default_rng(seed)
    days = np.ceil(rng.exponential(400, n))
    return km_of(list(days), list(rng.random(n) < 0.7), list(rng.choice(["TAE", "cTACE"], n)))


def test_steps_begin_at_1_hold_every_drop_and_end_at_the_last_time() -> None:
    km = random_km(120)
    steps = km_figure(km).data["steps"]
    for group in km.groups:
        drawn = steps[steps["group"] == group]
        rows = km.curve[km.curve["group"] == group]
        drops = rows[rows["events"] > 0]
        assert drawn.iloc[0][["months", "survival"]].tolist() == [0, 1]
        assert drawn["months"].max() == rows["months"].max()
        assert set(drops["survival"]) <= set(drawn["survival"])
        assert (drawn["survival"].diff().dropna() <= 0).all()


def test_a_curve_is_faint_from_the_first_time_with_fewer_than_10_at_risk() -> None:
    km = random_km(120)
    steps = km_figure(km).data["steps"]
    for group in km.groups:
        rows = km.curve[(km.curve["group"] == group) & (km.curve["at_risk"] < FADE_BELOW)]
        drawn = steps[steps["group"] == group]
        assert drawn.loc[drawn["part"] == "1", "months"].min() == rows["months"].min()
        assert drawn.loc[drawn["part"] == "0", "months"].max() == rows["months"].min()


def test_the_pointer_reads_the_step_in_force() -> None:
    # S = 0.75 from day 100; at month 6 (182.6 days) 3 of 4 are at risk.
    km = km_of([100, 300, 400, 500], [True, False, False, False], ["TAE"] * 4)
    reading = km_figure(km).data["reading"].set_index("month")
    assert reading.loc["6.0", "g0"].startswith("75% (")
    assert reading.loc["6.0", "g0"].endswith(", 3 at risk")
    assert reading.loc["18.0", "g0"] == "no longer followed"


def test_numbers_under_the_curve_sum_to_n_at_every_tick() -> None:
    km = random_km(75)
    numbers = km_figure(km).data["numbers"]
    sums = numbers[["at_risk", "censored", "events"]].sum(axis=1)
    n = numbers["group"].map(km.medians.set_index("group")["n"])
    assert (sums == n).all()
    assert set(numbers["months"]) == set(axis_ticks(km.curve["months"].max()))


@pytest.mark.parametrize(("last", "end"), [(0.5, 1), (9.9, 10), (31.2, 36), (84.1, 96), (400, 420)])
def test_ticks_reach_past_the_last_time_and_are_few(last: float, end: int) -> None:
    ticks = axis_ticks(last)
    assert ticks[0] == 0
    assert ticks[-1] == end >= last
    assert len(ticks) <= 11


def test_many_steps_are_thinned_but_the_ends_stay() -> None:
    km = random_km(20_000)
    steps = km_figure(km).data["steps"]
    for group in km.groups:
        drawn = steps[steps["group"] == group]
        assert len(drawn) < 1_100
        assert drawn["survival"].min() == km.curve[km.curve["group"] == group]["survival"].min()


def test_a_spec_is_built_once_a_shape_and_holds_no_data() -> None:
    one, other = km_figure(random_km(50, 1)), km_figure(random_km(50, 1))
    assert one.spec is other.spec
    assert "datasets" not in one.spec
    views = [layer for view in one.spec["vconcat"] for layer in view.get("layer", [view])]
    assert all(set(view["data"]) == {"name"} for view in views)


def test_arm_colours_do_not_move_when_a_filter_hides_an_arm() -> None:
    among = ("TAE", "cTACE", "DEB-TACE", "Lev", "Obs")
    everyone = dict(zip(among, theme.colours(among, among), strict=True))
    dashes = dict(zip(among, map(tuple, theme.dashes(among, among)), strict=True))
    assert everyone["TAE"] == "#0072B2"
    assert everyone["DEB-TACE"] == "#767676"
    assert theme.colours(["Obs", "cTACE"], among) == [everyone["Obs"], everyone["cTACE"]]
    assert tuple(theme.dashes(["Obs"], among)[0]) == dashes["Obs"]
    assert len(set(everyone.values())) == len(among)
    assert len(set(dashes.values())) == len(among)


def test_any_name_is_only_ever_a_value() -> None:
    km = km_of([10, 20, 30], [True, False, True], [ODD, ODD, "TAE"])
    figure = km_figure(km, (ODD, "TAE"))
    assert set(figure.data["reading"].columns) == {"months", "month", "g0", "g1"}
    text = json.dumps(figure.filled())
    assert json.dumps(ODD)[1:-1] in text


def test_a_closed_arm_says_so_in_every_figure(demo: Trial) -> None:
    closed = "DEB-TACE (closed)"
    km = survival.kaplan_meier(time_to_event.derive(demo, "hpfs"))
    scores = pro.trajectories(demo, "QLQ-C30", "QL")
    assert closed in set(km_figure(km).data["numbers"]["group"])
    assert closed in set(accrual_figure(accrual(demo), "").data["accrual"]["arm"])
    assert closed in set(trajectory_figure(scores, "").data["means"]["group"])
    labels = grade_figure(safety.grade_table(demo, by="soc"), "").data["bars"]["arm"]
    assert labels.str.startswith(closed).any()


def test_bars_of_an_arm_sum_to_the_share_with_any_event(demo: Trial) -> None:
    grades = safety.grade_table(demo, by="term")
    data = grade_figure(grades, demo.population).data
    sums = data["bars"].groupby("row")["share"].sum()
    ends = data["totals"].set_index("row")["share"]
    assert np.allclose(sums, ends[sums.index])
    overall = grades.table.iloc[0]
    assert sums.iloc[0] == pytest.approx(overall["any"] / overall["n_treated"])


def test_only_the_most_frequent_terms_are_drawn_and_that_is_said(demo: Trial) -> None:
    grades = safety.grade_table(demo, by="term")
    figure = grade_figure(grades, demo.population, most_rows=4)
    assert figure.data["bars"]["what"].nunique() == 5
    totals = grades.table[grades.table["term"] != ""].groupby("term")["any"].sum()
    assert set(figure.data["bars"]["what"].unique()[1:]) == set(totals.nlargest(4).index)
    assert any(f"{len(totals) - 4} more are in the table" in note for note in figure.notes)


def test_trajectories_draw_means_and_count_forms(demo: Trial) -> None:
    trial = demo.select(Cohort(arms=("TAE", "cTACE")))
    result = pro.trajectories(trial, "QLQ-C30", "QL")
    data = trajectory_figure(result, trial.population, individual=True).data
    assert data["means"]["mean"].tolist() == result.table["mean"].tolist()
    first = result.table.iloc[0]
    assert data["forms"]["forms"].iloc[0] == f"{first['completed']}/{first['expected']}"
    assert len(data["individual"]) == len(result.individual)
    assert "individual" not in trajectory_figure(result, trial.population).data


def scores(*given: tuple[str, str, str, float], scale: str = "QL") -> Trial:
    """Scores of patients treated on 1 June 2020: patient, visit, date, score."""
    ids = list(dict.fromkeys(one[0] for one in given))
    return make_trial(
        patients={"patient_id": ids, "arm": ["TAE"] * len(ids),
                  "first_embolization_date": ["2020-06-01"] * len(ids)},
        scores={
            "patient_id": [one[0] for one in given],
            "instrument": ["QLQ-C30"] * len(given),
            "scale": [scale] * len(given),
            "visit": [one[1] for one in given],
            "date": [one[2] for one in given],
            "score": [one[3] for one in given],
        },
    )  # fmt: skip


TWO = (
    ("1", "Baseline", "2020-04-07", 60.0), ("2", "Baseline", "2020-04-07", 80.0),
    ("1", "Month 3", "2020-09-01", 10.0), ("2", "Month 3", "2020-09-01", 90.0),
)  # fmt: skip


@pytest.mark.parametrize(("change", "lowest", "highest"), [(False, 0, 100), (True, -100, 100)])
def test_limits_end_at_the_bounds_of_the_scale_and_the_numbers_stay(
    change: bool, lowest: int, highest: int
) -> None:
    result = pro.trajectories(scores(*TWO), "QLQ-C30", "QL", change=change)
    far = result.table["visit"] == "Month 3"
    assert (result.table.loc[far, "lower"] < lowest).all()
    assert (result.table.loc[far, "upper"] > highest).all()
    figure = trajectory_figure(result, "")
    drawn = figure.data["means"].loc[far]
    assert drawn[["lower", "upper"]].to_numpy().tolist() == [[lowest, highest]]
    assert f"95% CI {result.table.loc[far, 'lower'].iloc[0]:.1f} to" in drawn["reading"].iloc[0]
    assert (
        f"Values lie between {lowest} and {highest}. Some 95% limits reach beyond: they are drawn "
        "up to there, and the table has them in full." in figure.notes
    )


def test_limits_of_a_scale_without_known_bounds_are_not_cut() -> None:
    result = pro.trajectories(scores(*TWO, scale="own"), "QLQ-C30", "own")
    figure = trajectory_figure(result, "")
    pd.testing.assert_frame_equal(
        figure.data["means"][["lower", "upper"]], result.table[["lower", "upper"]]
    )
    assert "reach beyond" not in " ".join(figure.notes)


def test_a_baseline_before_day_0_has_ticks_and_is_said() -> None:
    figure = trajectory_figure(pro.trajectories(scores(*TWO), "QLQ-C30", "QL"), "")
    (x,) = {json.dumps(one["encoding"]["x"]["axis"]["values"])
            for one in figure.spec["vconcat"][0]["layer"]}  # fmt: skip
    assert json.loads(x) == [-2, -1, 0, 1, 2, 3]
    # 55 days before
    assert (
        "Baseline stands at month -1.8, the median day of its forms: before the first embolization."
        in figure.notes
    )
    later = pro.trajectories(scores(("1", "Baseline", "2020-05-30", 60.0)), "QLQ-C30", "QL")
    assert "stands at" not in " ".join(trajectory_figure(later, "").notes)


@pytest.mark.parametrize("graded", [True, False])
def test_the_figures_at_a_bars_end_have_room(graded: bool) -> None:
    ids = [str(i) for i in range(100)]
    grades: list[float | None] = [3.0] * 100
    if not graded:
        grades[:45] = [None] * 45
    trial = make_trial(
        patients={"patient_id": ids, "arm": ["TAE"] * 100},
        adverse_events={"patient_id": ids, "term": ["Pain"] * 100, "grade": grades},
    )
    figure = grade_figure(safety.grade_table(trial, by="term"), "")
    bars = figure.spec["vconcat"][0]["layer"][1]
    reach = bars["encoding"]["x"]["scale"]["domain"][1]
    assert bars["encoding"]["x"]["axis"]["values"][-1] == 1
    # The bars have 750 pixels beside such names where the window has 1280; a letter takes 4.7.
    for row in figure.data["totals"].to_dict("records"):
        assert 750 * row["share"] / reach + 6 + 4.7 * len(row["text"]) <= 750


def test_bars_that_leave_room_take_the_whole_width() -> None:
    trial = make_trial(
        patients={"patient_id": ["1", "2", "3", "4"], "arm": ["TAE"] * 4},
        adverse_events={"patient_id": ["1"], "term": ["Pain"], "grade": [3]},
    )
    figure = grade_figure(safety.grade_table(trial, by="term"), "")
    layers = figure.spec["vconcat"][0]["layer"]
    assert layers[1]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def _contrast(colour: str, page: str, opacity: float) -> float:
    """Contrast of a mark on a page, by WCAG 2."""
    over, under = (
        np.array([int(one[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for one in (colour, page)
    )

    def light(mixed: np.ndarray) -> float:
        parts = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
        return float(parts @ [0.2126, 0.7152, 0.0722])

    lights = sorted([light(opacity * over + (1 - opacity) * under), light(under)])
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def test_where_few_are_at_risk_a_curve_is_thin_and_can_be_seen_on_a_dark_page() -> None:
    layers = km_figure(random_km(40)).spec["vconcat"][0]["layer"]
    (line,) = [one["encoding"] for one in layers if one["mark"]["type"] == "line"]
    full, few = line["strokeWidth"]["scale"]["range"]
    assert few < full / 2
    faint = line["opacity"]["scale"]["range"][1]
    for colour in (*theme.ARM_COLOURS.values(), *theme.OTHER_COLOURS):
        assert _contrast(colour, "#11151D", faint) >= 3


def test_the_closure_is_named_above_all_curves_on_the_side_with_room(demo: Trial) -> None:
    result = accrual(demo)
    figure = accrual_figure(result, "")
    for share, side in ((0.2, "left"), (0.8, "right")):
        days = result.curve["date"]
        when = days.min() + share * (days.max() - days.min())
        moved = replace(result, closures=result.closures.assign(date=when))
        (row,) = accrual_figure(moved, "").data["closures"].to_dict("records")
        assert row["side"] == side
        # Half a line of text is 6 of the 230 pixels of the plot.
        assert row["patients"] * (1 - 6 / 230) > result.curve["patients"].max()
    label = figure.spec["vconcat"][0]["layer"][2]
    assert label["mark"]["align"] == {"expr": "datum.side"}
    assert label["encoding"]["y"]["field"] == "patients"


def test_accrual_ends_at_the_number_of_patients_and_marks_the_closure(demo: Trial) -> None:
    result = accrual(demo)
    ends = result.curve.groupby("arm")["patients"].max()
    assert ends.to_dict() == {"TAE": 76, "cTACE": 76, "DEB-TACE": 10}
    deb = demo.patients.loc[demo.patients["arm"] == "DEB-TACE", "randomization_date"]
    assert result.closures["date"].tolist() == [deb.max()]
    assert result.table["all"].sum() == 162


def test_a_figure_for_a_file_holds_title_data_and_stamp(demo: Trial) -> None:
    figure = km_figure(random_km(30)).stamped("from a file")
    filled = figure.filled()
    assert filled["title"] == {"text": "Title", "subtitle": "Everyone: 3 of 3; 30 analysed"}
    assert filled["datasets"]["stamp"] == [{"line": "from a file"}]
    assert "stamp" not in km_figure(random_km(30)).data
    json.dumps(filled)


def test_bars_and_cells_without_any_grade_say_so() -> None:
    trial = make_trial(
        patients={"patient_id": ["1", "2", "3"], "arm": ["TAE", "TAE", "cTACE"]},
        adverse_events={
            "patient_id": ["1", "2", "3"],
            "term": ["Pain", "Pain", "Pain"],
            "grade": [3, None, None],
        },
    )
    grades = safety.grade_table(trial, by="overall")
    totals = grade_figure(grades, "").data["totals"]["text"].tolist()
    assert totals[1:] == ["2 (100%); grade ≥ 3: 1 (50%), 1 not graded", "1 (100%); not graded"]
    cells = readout.grades(grades)
    assert cells["3 or more"].tolist() == ["1 (50.0%)", "–"]
    assert cells["Not graded"].tolist() == ["1 (50.0%)", "1 (100.0%)"]


def test_doubts_about_one_ratio_are_said_with_restricted_means_beside() -> None:
    # A is better up to day 30 and worse after it; 40 patients an arm, all with the event.
    days = [float(day) for day in [*range(31, 51), *range(31, 51), *range(5, 25), *range(60, 80)]]
    tte = TimeToEvent.from_frame(
        pd.DataFrame({"days": days, "event": True, "arm": ["A"] * 40 + ["B"] * 40})
    )
    km, crossed = survival.kaplan_meier(tte), survival.curves_cross(survival.kaplan_meier(tte))
    hazards, means = survival.proportional_hazards(tte), survival.rmst(tte)
    told = readout.caveats(km, crossed, hazards)
    assert f"The estimated curves of A and B cross (month {crossed[0]:.1f})." in told
    assert ("Proportional hazards: p" in told) == (hazards.group_p < 0.05)
    assert readout.caveats(km, (), replace(hazards, group_p=0.05)) == ""
    row = means.differences.iloc[0]
    assert readout.rmst_line(means) == (
        f"Restricted mean to {means.tau_months:.1f} months, in months: B - A {row.difference:.1f} "
        f"({row.lower:.1f} to {row.upper:.1f}), p = {row.p:.3f}."
    )
