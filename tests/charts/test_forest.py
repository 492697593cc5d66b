"""The forest plot and the design's gauge draw what their results say."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import design, subgroups
from retnet_core.analysis.subgroups import Forest
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts.design import gauge_figure
from retnet_core.charts.figure import Figure
from retnet_core.charts.forest import RatioAxis, forest_figure
from retnet_core.publish import image

ODD = 'A <b> & "c"'


def tte_of(arms: tuple[str, ...] = ("TAE", "cTACE"), n: int = 120) -> TimeToEvent:
    rng = np.random.default_rng(3)
    return TimeToEvent.from_frame(
        pd.DataFrame(
            {
                "days": rng.integers(1, 900, n),
                "event": rng.random(n) < 0.7,
                "arm": rng.choice(list(arms), n),
                "who_grade": rng.choice(["G1", "G2", "unknown"], n, p=[0.5, 0.45, 0.05]),
                "age": rng.integers(50, 80, n),
                "sex": np.where(np.arange(n) < 6, "female", "male"),
            }
        ),
        "hpfs",
        {"arm": ("TAE", "cTACE"), "who_grade": ("G1", "G2", "G3", "unknown")},
    )


@pytest.fixture(scope="module")
def forest() -> Forest:
    return subgroups.forest(tte_of())


@pytest.fixture(scope="module")
def figure(forest: Forest) -> Figure:
    return forest_figure(forest, "TAE and cTACE: 120 of 162 patients")


def line(figure: Figure, name: str) -> list[str]:
    """All that is written in the row of a name, from left to right."""
    texts = figure.data["texts"]
    row = texts.loc[texts["text"].eq(name), "y"].iloc[0]
    return texts[texts["y"].eq(row)].sort_values("x", kind="stable")["text"].tolist()


def test_each_row_writes_its_counts_and_ratio(forest: Forest, figure: Figure) -> None:
    row = forest.table.set_index("level").loc["G2"]
    assert line(figure, "G2") == [
        "G2",
        f"{row['events_level']}/{row['n_level']}",
        f"{row['events_reference']}/{row['n_reference']}",
        f"{row['hr']:.2f} ({row['lower']:.2f}-{row['upper']:.2f})",
    ]
    assert line(figure, "≥ 65")[0] == "≥ 65"
    assert line(figure, "female")[3] == "under 5 events in an arm"
    p = forest.interaction.set_index("dimension").loc["who_grade", "p"]
    assert line(figure, "WHO grade") == ["WHO grade", f"{p:.3f}"]
    texts = figure.data["texts"].set_index("text")
    assert texts.loc["under 5 events in an arm", "faint"]
    assert texts.loc["All patients", "bold"]


def test_rows_stand_in_the_order_of_the_table(forest: Forest, figure: Figure) -> None:
    texts = figure.data["texts"]
    names = texts[texts["x"].lt(0.1) & texts["y"].ge(0)].sort_values("y")["text"].tolist()
    expected = ["All patients"]
    for dimension, block in forest.table.iloc[1:].groupby("dimension", sort=False):
        expected += [forest.names[str(dimension)], *block["level"].str.replace(">=", "≥")]
    assert names == expected


def test_squares_stand_at_their_ratio_and_grow_with_events(forest: Forest, figure: Figure) -> None:
    squares = figure.data["squares"].set_index("level")
    table = forest.table[forest.table["estimable"]].iloc[1:].set_index("level")
    assert list(squares.index) == list(table.index)
    share = table["events"] / table["events"].max()
    np.testing.assert_allclose(squares["size"] / squares["size"].max(), share)
    # Equal steps on the axis are equal ratios.
    one = figure.data["lines"].query("kind == 'one'")["x"].iloc[0]
    pace = (squares["x"] - one) / np.log(table["hr"])
    np.testing.assert_allclose(pace, pace.iloc[0])
    diamond = figure.data["diamond"]
    overall = forest.table.iloc[0][["lower", "hr", "upper"]].to_numpy(dtype=float)
    np.testing.assert_allclose((diamond["x"] - one) / np.log(overall), pace.iloc[0])


def test_limits_beyond_the_axis_become_arrows(forest: Forest) -> None:
    table = forest.table.copy()
    at = table.index[table["level"].eq("G1")][0]
    table.loc[at, ["lower", "upper"]] = [0.01, 40.0]
    wide = forest_figure(replace(forest, table=table), "")
    arrows = wide.data["arrows"]
    assert arrows["side"].tolist() == ["left", "right"]
    limits = wide.data["lines"].query("kind == 'limits'")
    drawn = limits[limits["y"].eq(arrows["y"].iloc[0])].iloc[0]
    assert [drawn["x"], drawn["x2"]] == pytest.approx(arrows["x"].tolist())
    assert forest_figure(forest, "").data["arrows"].empty


@pytest.mark.parametrize(
    ("ratios", "limits", "ends"),
    [
        ([1.0], [0.6, 1.5], (0.5, 2)),
        ([0.9], [0.3, 1.5], (0.25, 4)),
        ([0.9, math.nan], [0.001, math.inf], (0.125, 8)),
        ([20.0], [1.0, 300.0], (1 / 64, 64)),
        ([], [], (0.5, 2)),
    ],
)
def test_the_axis_holds_every_ratio_and_limits_up_to_8(
    ratios: list[float], limits: list[float], ends: tuple[float, float]
) -> None:
    axis = RatioAxis.covering(ratios, limits)
    assert (axis.ticks[0], axis.ticks[-1]) == ends
    assert 1.0 in axis.ticks
    assert axis.place(1e-9) == axis.place(ends[0])


def test_sides_are_named_by_level_and_reference() -> None:
    turned = forest_figure(subgroups.forest(tte_of(), "TAE", "cTACE"), "")
    texts = turned.data["texts"].set_index("text")
    assert texts.loc["← favours TAE", "align"] == "right"
    assert texts.loc["favours cTACE →", "align"] == "left"
    assert turned.title == "Hazard ratio by subgroup, TAE over cTACE"


def test_any_name_is_only_a_value(figure: Figure) -> None:
    odd = forest_figure(subgroups.forest(tte_of((ODD, "TAE")), ODD), "")
    assert ODD not in json.dumps(odd.spec)
    assert f"← favours {ODD}" in odd.data["texts"]["text"].tolist()
    same = forest_figure(subgroups.forest(tte_of((ODD, "TAE"), 110), ODD), "")
    assert same.spec is odd.spec
    assert "under 5 events in an arm" in image.svg(figure)


def test_the_closed_arm_carries_the_word() -> None:
    closed = forest_figure(subgroups.forest(tte_of(("TAE", "DEB-TACE")), "DEB-TACE"), "")
    assert "DEB-TACE (closed)" in closed.data["texts"]["text"].tolist()
    assert any("closed early" in note for note in closed.notes)


@pytest.mark.parametrize("arms", [("TAE",), ("DEB-TACE",)])
def test_figures_without_a_comparison_still_draw(arms: tuple[str, ...]) -> None:
    one = forest_figure(subgroups.forest(tte_of(arms)), "")
    assert one.data["squares"].empty
    assert "no patients in cTACE" in image.svg(one)
    gauge = gauge_figure(design.gauge(tte_of(arms)), "")
    assert gauge.data["observed"].empty
    assert "Observed not estimable" in image.svg(gauge)


def test_the_gauge_draws_observed_design_and_events() -> None:
    found = design.gauge(tte_of())
    drawn = gauge_figure(found, "Everyone")
    observed = drawn.data["observed"].iloc[0]
    assert [observed["hr"], observed["lower"], observed["upper"]] == [
        found.hr,
        found.lower,
        found.upper,
    ]
    lines = drawn.data["lines"].set_index("kind")
    assert lines.loc["design", "at"] == 1 / 1.78
    assert lines.loc["design", "words"] == "Design 0.562 (1/1.78)"
    assert lines.loc["design", "align"] == "right"
    events = drawn.data["events"].iloc[0]
    assert (events["events"], events["needed"]) == (found.events, 95)
    assert f"Needed by the assumed design: {found.events_needed}." in drawn.alt
    turned = gauge_figure(design.gauge(tte_of(), "cTACE", "TAE"), "").data["lines"]
    assert turned.set_index("kind").loc["design", "words"] == "Design 1.78"
    cut = gauge_figure(replace(found, lower=0.01), "").data
    assert cut["arrows"]["side"].tolist() == ["left"]
    assert cut["observed"]["lower"].iloc[0] == cut["arrows"]["at"].iloc[0]
