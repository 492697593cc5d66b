"""What the figure of event rates draws is what the result says."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis.hazard import FEW, PiecewiseHazard, piecewise_hazard
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts import theme
from retnet_core.charts.figure import Figure
from retnet_core.charts.hazard import hazard_figure
from retnet_core.protocol import DAYS_PER_MONTH, order_arms
from retnet_core.publish import image
from tests.analysis.survival_data import load

ODD = 'A <b> & "c"'


def rates(
    months: list[float], event: list[bool], arm: list[str], width: float = 6
) -> PiecewiseHazard:
    frame = pd.DataFrame({"days": np.array(months) * DAYS_PER_MONTH, "event": event, "arm": arm})
    tte = TimeToEvent.from_frame(frame, levels={"arm": order_arms(arm)})
    return piecewise_hazard(tte, width=width)


def random_rates(n: int, arms: tuple[str, ...], seed: int = 1, width: float = 6) -> PiecewiseHazard:
    rng = np.random.default_rng(seed)
    months = [*np.ceil(rng.exponential(12, n - 1)).clip(max=30).tolist(), 30.0]
    return rates(months, (rng.random(n) < 0.7).tolist(), rng.choice(arms, n).tolist(), width)


def draw(result: PiecewiseHazard) -> Figure:
    return hazard_figure(result, "T", "S")


def test_a_level_line_over_each_interval() -> None:
    # TAE, 10 patients: 6 events at month 3, 4 followed to 12 with one event.
    # (0, 6]: 6 events in 6 x 3 + 4 x 6 = 42 months; (6, 12]: 1 in 24.
    figure = draw(rates([3] * 6 + [12] * 4, [True] * 7 + [False] * 3, ["TAE"] * 10))
    levels = figure.data["levels"].sort_values(["interval", "months"])
    assert levels["months"].tolist() == [0, 6, 6, 12]
    np.testing.assert_allclose(levels["hazard"], [600 / 42, 600 / 42, 100 / 24, 100 / 24])
    assert levels["part"].tolist() == ["0", "0", "1", "1"]
    numbers = figure.data["numbers"]
    assert numbers["months"].tolist() == [3, 9]
    assert numbers["events"].tolist() == [6, 1]
    assert numbers["followed"].tolist() == ["42", "24"]
    reading = figure.data["reading"]
    assert reading["month"].tolist() == ["0 to 6", "6 to 12"]
    # poisson.test(6, 0.42), poisson.test(1, 0.24): 5.24263-31.0942, 0.1054908-23.21514
    assert reading["g0"].tolist() == ["14.3 (5.2-31.1), 6 events", "4.2 (0.1-23.2), 1 event"]


def test_no_line_where_nobody_was_followed_and_one_at_0_without_an_event() -> None:
    figure = draw(rates([6, 18], [True, False], ["TAE", "cTACE"]))
    levels = figure.data["levels"]
    assert levels.loc[levels["group"] == "TAE", "months"].tolist() == [0, 6]
    assert levels.loc[levels["group"] == "cTACE", "hazard"].tolist() == [0] * 6
    bars = figure.data["bars"]
    assert (bars["group"] == "TAE").sum() == 1
    assert figure.data["reading"]["g0"].tolist()[1:] == ["nobody followed"] * 2
    numbers = figure.data["numbers"]
    assert numbers.loc[numbers["group"] == "TAE", "followed"].tolist() == ["6.0", "0", "0"]


def test_limits_stand_beside_each_other_inside_their_interval() -> None:
    result = random_rates(200, ("TAE", "cTACE", "DEB-TACE"))
    bars = draw(result).data["bars"]
    known = result.table.dropna(subset=["hazard"])
    assert bars["months"].between(known["start"], known["end"]).all()
    assert not bars["months"].duplicated().any()
    first = bars.drop_duplicates("group")["months"]
    np.testing.assert_allclose(first.mean(), 3)


def test_what_rests_on_few_events_does_not_set_the_axis() -> None:
    # 20 events in 60 months, then one in 0.1 month: 1000 per 100, far above the axis.
    figure = draw(rates([3] * 20 + [6.1], [True] * 21, ["TAE"] * 21))
    # poisson.test(20, 0.66)$conf.int: 18.50967 46.8; 1.5 x 20/0.66 = 45.45 is less.
    bars = figure.data["bars"]
    np.testing.assert_allclose(bars["upper"].max(), 1.5 * 2000 / 66)
    assert figure.data["levels"]["months"].tolist() == [0, 6]
    assert bars["hazard"].isna().tolist() == [False, True]
    assert len(figure.data["arrows"]) == 2
    assert "1 rate above the axis: only the arrow is drawn." in figure.notes
    assert any("end in an arrow" in note for note in figure.notes)


def test_without_limits_beyond_the_axis_nothing_is_cut() -> None:
    # 40 events in 40 x 3 months: 33.3 (23.8-45.4), and 1.5 x 33.3 = 50.
    figure = draw(rates([3] * 40, [True] * 40, ["TAE"] * 40))
    np.testing.assert_allclose(figure.data["bars"]["upper"], 45.39, atol=0.01)
    assert figure.data["arrows"].empty
    assert not any("arrow" in note for note in figure.notes)


def test_few_events_are_pale_and_said_to_be() -> None:
    result = random_rates(80, ("TAE", "cTACE"))
    figure = draw(result)
    known = result.table.dropna(subset=["hazard"])
    assert (figure.data["bars"]["part"] == "1").tolist() == (known["events"] < FEW).tolist()
    assert "Rates that rest on fewer than 5 events are pale." in figure.notes


def test_many_intervals_have_no_numbers_under_them() -> None:
    result = random_rates(80, ("TAE",), width=1)
    figure = draw(result)
    assert "numbers" not in figure.data
    assert "Too many intervals to write events and patient-months under them." in figure.notes
    assert len(figure.spec["vconcat"]) == 2
    assert len(draw(random_rates(80, ("TAE",), width=1.5)).spec["vconcat"]) == 4


def test_arms_keep_their_colours_and_the_axis_says_where_time_starts() -> None:
    result = random_rates(60, ("cTACE", "X"))
    among = ("TAE", "cTACE", "X")
    spec = hazard_figure(result, "T", "S", among).spec
    encodings = [layer["encoding"] for layer in spec["vconcat"][0]["layer"]]
    colour = next(one["color"] for one in encodings if "strokeDash" in one)
    assert colour["scale"]["range"] == theme.colours(result.groups, among)
    assert {one["x"]["axis"]["title"] for one in encodings} == {"Months"}


def test_specs_are_built_once_per_shape_and_hold_no_data() -> None:
    one, two = (draw(random_rates(90, ("TAE", "cTACE"), seed)) for seed in (1, 2))
    assert one.spec is two.spec
    assert "datasets" not in json.dumps(one.spec)
    assert one.spec["autosize"]["type"] == "fit-x"
    assert one.data["bars"]["hazard"].tolist() != two.data["bars"]["hazard"].tolist()


@pytest.mark.parametrize(
    "result",
    [
        random_rates(30, ("TAE",)),
        random_rates(30, (ODD, "DEB-TACE")),
        rates([1, 2], [False, False], ["TAE", "cTACE"]),
        rates([0, 0], [True, False], ["TAE", "cTACE"]),
        rates([5], [True], ["TAE"]),
        piecewise_hazard(load("colon_death_rx"), by=None),
    ],
    ids=["one arm", "odd name", "no event", "time 0", "one patient", "all together"],
)
def test_edge_cases_draw(result: PiecewiseHazard) -> None:
    figure = draw(result)
    drawn = image.svg(figure.stamped("Data cut 2026-01-01"))
    assert "Data cut 2026-01-01" in drawn
    assert "Events per 100 patient-months" in drawn
    assert figure.alt.startswith("Event rates by interval of time. T. S. ")
