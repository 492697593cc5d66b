"""What the competing-risks figures draw is what the result says."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import competing_risks
from retnet_core.analysis.competing_risks import (
    CENSORED,
    DEATH,
    FREE,
    HEPATIC,
    OTHER,
    CompetingRisks,
    CumulativeIncidence,
)
from retnet_core.charts import theme
from retnet_core.charts.competing_risks import (
    STATE_COLOURS,
    incidence_figure,
    occupancy_figure,
    state_title,
)
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import FADE_BELOW
from retnet_core.protocol import DAYS_PER_MONTH, order_arms
from retnet_core.publish import image

CAUSES = (HEPATIC, OTHER, DEATH)
ODD = 'A <b> & "c"'


def result_of(
    days: list[float], event: list[str], arm: list[str], causes: tuple[str, ...] = CAUSES
) -> CumulativeIncidence:
    frame = pd.DataFrame({"days": days, "event": event, "arm": arm})
    cr = CompetingRisks.from_frame(frame, causes, {"arm": order_arms(arm)})
    return competing_risks.cumulative_incidence(cr)


def random_result(n: int, arms: tuple[str, ...], seed: int = 1) -> CumulativeIncidence:
    rng = np.random.default_rng(seed)
    days = rng.integers(1, 900, n).astype(float)
    event = rng.choice([CENSORED, *CAUSES], n)
    return result_of(days.tolist(), event.tolist(), rng.choice(arms, n).tolist())


def both(result: CumulativeIncidence) -> list[Figure]:
    return [incidence_figure(result, "T", "S"), occupancy_figure(result, "T", "S")]


def blocks(spec: Any, mark: str) -> list[dict[str, Any]]:
    """Every unit of a spec with that mark."""
    if isinstance(spec, list):
        return [found for part in spec for found in blocks(part, mark)]
    if not isinstance(spec, dict):
        return []
    own = [spec] if isinstance(spec.get("mark"), dict) and spec["mark"]["type"] == mark else []
    return own + [found for part in spec.values() for found in blocks(part, mark)]


def test_the_curve_draws_the_first_cause() -> None:
    result = result_of(
        [30, 60, 90, 120], [HEPATIC, DEATH, CENSORED, HEPATIC], ["TAE"] * 4, (HEPATIC, DEATH)
    )
    steps = incidence_figure(result, "T", "S").data["steps"]
    drawn = steps.drop_duplicates(["months", "incidence"])
    np.testing.assert_allclose(drawn["months"] * DAYS_PER_MONTH, [0, 30, 30, 120])
    np.testing.assert_allclose(drawn["incidence"], [0, 0, 0.25, 0.75])


def test_the_curve_fades_where_few_are_at_risk() -> None:
    result = random_result(80, ("TAE",))
    steps = incidence_figure(result, "T", "S").data["steps"]
    rows = result.curve[result.curve["cause"] == HEPATIC]
    few = rows.loc[rows["at_risk"] < FADE_BELOW, "months"].iloc[0]
    assert steps.loc[steps["part"] == "1", "months"].min() == few
    assert steps.loc[steps["part"] == "0", "months"].max() == few


def test_the_numbers_under_the_curve_sum_to_the_patients() -> None:
    result = random_result(60, ("TAE", "cTACE"))
    figure = incidence_figure(result, "T", "S")
    numbers = figure.data["numbers"]
    sizes = result.curve.groupby("group")["at_risk"].first()
    total = numbers[["at_risk", "censored", "c0", "c1", "c2"]].sum(axis=1)
    assert total.tolist() == numbers["group"].map(sizes).tolist()
    titles = [part["title"]["text"] for part in figure.spec["vconcat"][1:-1]]
    assert titles == [
        "At risk",
        "Censored so far",
        "Hepatic progression first, so far",
        "Other progression first, so far",
        "Death first, so far",
    ]


def test_areas_stack_from_nobody_to_everybody() -> None:
    result = random_result(120, ("TAE", "cTACE"))
    figure = occupancy_figure(result, "T", "S")
    for i, group in enumerate(result.groups):
        areas = figure.data[f"areas{i}"]
        order = [state_title(state) for state in (*CAUSES, FREE)]
        assert list(dict.fromkeys(areas["state"])) == order
        bottom, top = (areas[areas["state"] == order[j]] for j in (0, -1))
        assert bottom["low"].eq(0).all()
        np.testing.assert_allclose(top["high"], 1, atol=1e-12)
        for below, above in pairwise(order):
            np.testing.assert_allclose(
                areas.loc[areas["state"] == above, "low"],
                areas.loc[areas["state"] == below, "high"],
                atol=1e-12,
            )
        at = result.at([12]).set_index(["group", "cause"])["incidence"]
        drawn = bottom[bottom["months"] <= 12].iloc[-1]["share"]
        assert drawn == pytest.approx(at[(group, HEPATIC)], rel=1e-12)


def test_labels_lie_inside_their_areas() -> None:
    figure = occupancy_figure(random_result(300, ("TAE",)), "T", "S")
    areas, labels = figure.data["areas0"], figure.data["labels0"]
    assert len(labels)
    for _, label in labels.iterrows():
        own = areas[areas["state"].eq(label["state"]) & (areas["months"] <= label["months"])]
        there = own.iloc[-1]
        assert there["low"] < label["middle"] < there["high"]


def test_states_keep_colours_that_no_arm_has() -> None:
    arms = {*theme.ARM_COLOURS.values(), *theme.OTHER_COLOURS}
    assert not arms & set(STATE_COLOURS.values())
    two = result_of([1, 2, 3], [HEPATIC, DEATH, CENSORED], ["TAE"] * 3, (HEPATIC, DEATH))
    for result in (two, random_result(30, ("TAE",))):
        scale = blocks(occupancy_figure(result, "T", "S").spec, "area")[0]["encoding"]["color"]
        found = dict(zip(scale["scale"]["domain"], scale["scale"]["range"], strict=True))
        for state in (*result.causes, FREE):
            assert found[state_title(state)] == STATE_COLOURS[state]


def test_arms_keep_their_colours_and_dashes() -> None:
    result = random_result(40, ("cTACE", "X"))
    spec = incidence_figure(result, "T", "S", ("TAE", "cTACE", "X")).spec
    encoding = blocks(spec, "line")[0]["encoding"]
    among = ("TAE", "cTACE", "X")
    assert encoding["color"]["scale"]["range"] == theme.colours(result.groups, among)
    assert encoding["strokeDash"]["scale"]["range"] == theme.dashes(result.groups, among)


def test_a_panel_an_arm_on_one_axis() -> None:
    figure = occupancy_figure(random_result(60, ("TAE", "cTACE", "DEB-TACE")), "T", "S")
    *panels, stamp = figure.spec["vconcat"]
    assert {panel["title"]["text"] for panel in panels} == {"TAE", "cTACE", "DEB-TACE (closed)"}
    domains = [unit["encoding"]["x"]["scale"]["domain"] for unit in blocks(panels, "area")]
    assert domains == [domains[0]] * 3
    assert stamp["data"]["name"] == "stamp"


def test_the_pointer_reads_what_the_result_says() -> None:
    result = result_of([30, 60, 90], [HEPATIC, DEATH, CENSORED], ["TAE"] * 3, (HEPATIC, DEATH))
    curve, states = both(result)
    assert curve.data["reading"]["g0"].iloc[0] == "0%, 3 at risk"
    assert curve.data["reading"].query("months == 2.5")["g0"].item() == "33% (1-77), 1 at risk"
    # The axis ends at month 3, after the last time (day 90 is month 2.96).
    assert curve.data["reading"]["g0"].iloc[-1] == "no longer followed"
    row = states.data["reading0"].query("months == 2.5")[["s0", "s1", "s2"]]
    assert row.to_numpy().tolist() == [["33%", "33%", "33%"]]


def test_specs_are_built_once_per_shape_and_hold_no_data() -> None:
    for one, two in zip(
        both(random_result(50, ("TAE", "cTACE"), 1)),
        both(random_result(50, ("TAE", "cTACE"), 2)),
        strict=True,
    ):
        assert one.spec is two.spec
        assert "datasets" not in json.dumps(one.spec)
        assert one.spec["autosize"]["type"] == "fit-x"


@pytest.mark.parametrize(
    "result",
    [
        random_result(30, ("TAE",)),
        random_result(30, (ODD, "TAE")),
        result_of([10, 20, 30], [CENSORED] * 3, ["TAE", "TAE", "cTACE"]),
        result_of([10, 20, 30], ["x", CENSORED, "x"], ["TAE"] * 3, ("x",)),
        result_of([0, 0, 5], [HEPATIC, CENSORED, DEATH], ["TAE"] * 3),
        result_of([5], [DEATH], ["TAE"]),
    ],
    ids=["one arm", "odd name", "no event", "one cause", "time 0", "one patient"],
)
def test_edge_cases_draw(result: CumulativeIncidence) -> None:
    for figure in both(result):
        drawn = image.svg(figure.stamped("Data cut 2026-01-01"))
        assert "Data cut 2026-01-01" in drawn
        assert "Months" in drawn
        assert figure.alt.startswith("Cumulative incidence. T. S.")


def test_many_times_are_thinned_to_what_a_screen_shows() -> None:
    rng = np.random.default_rng(3)
    days = np.arange(1, 6001).astype(float)
    event = rng.choice([HEPATIC, DEATH], 6000)
    result = result_of(days.tolist(), event.tolist(), ["TAE"] * 6000, (HEPATIC, DEATH))
    curve, states = both(result)
    assert len(curve.data["steps"]) < 1010
    assert len(states.data["areas0"]) < 3 * 1010
    last = states.data["areas0"].query("state == 'Death first'")["share"].iloc[-1]
    assert last == pytest.approx((event == DEATH).mean())
