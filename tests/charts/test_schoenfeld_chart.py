"""What the figure of Schoenfeld residuals draws is what the test found."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis.proportional_hazards import ProportionalHazards, proportional_hazards
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts.figure import Figure
from retnet_core.charts.schoenfeld import schoenfeld_figure
from retnet_core.protocol import arm_title
from retnet_core.publish import image
from tests.analysis.survival_data import load

ODD = 'A <b> & "c"'


def draw(result: ProportionalHazards) -> Figure:
    return schoenfeld_figure(result, "S")


def random_test(n: int, arms: tuple[str, ...], seed: int = 1) -> ProportionalHazards:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "days": [*np.ceil(rng.exponential(300, n - 2)).clip(max=900), 900.0, 900.0],
            "event": [*(rng.random(n - 2) < 0.7), True, True],
            "arm": [*rng.choice(arms, n - 2), *arms[:2]],
        }
    )
    return proportional_hazards(TimeToEvent.from_frame(frame))


def drawn_by_hand(log_ratios: list[float], line: float, half: float) -> ProportionalHazards:
    """A result with these residuals, and a level line with its band."""
    n = len(log_ratios)
    months = np.arange(1.0, n + 1)
    residuals = pd.DataFrame(
        {
            "term": "arm: cTACE",
            "days": months * 30.4375,
            "months": months,
            "residual": log_ratios,
            "smooth": line,
            "lower": line - half,
            "upper": line + half,
        }
    )
    found = random_test(40, ("TAE", "cTACE"))
    return replace(
        found,
        residuals=residuals,
        coefficients=found.coefficients.assign(term="arm: cTACE", hr=np.exp(line)),
        table=found.table.assign(term=["arm: cTACE", "GLOBAL"], p=[0.412, 0.412]),
        reference="TAE",
    )


def test_line_band_and_points_are_hazard_ratios() -> None:
    log2 = np.log(2)
    # The band reaches from 1/4 to 4, and so does the axis; 8 and 1/16 lie beyond.
    result = drawn_by_hand([0, log2, 3 * log2, -4 * log2, -log2], 0.0, 2 * log2)
    figure = draw(result)
    points, line = figure.data["points0"], figure.data["line0"]
    assert points["months"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(points["ratio"], [1, 2, 4, 0.25, 0.5])
    assert points["side"].tolist() == ["inside", "inside", "above", "below", "inside"]
    np.testing.assert_allclose(line[["ratio", "lower", "upper"]], [[1, 0.25, 4]] * 5)
    assert figure.data["model0"]["ratio"].tolist() == [1]
    assert figure.data["reading0"]["ratio"].tolist() == ["1.00 (95% CI 0.25-4.00)"] * 5
    assert "2 of 5 points lie beyond the axis" in " ".join(figure.notes)
    assert figure.data["heading0"]["text"].tolist() == [
        "cTACE over TAE: p = 0.412 for a change over time; hazard ratio of the model 1.00 (dashed)"
    ]
    assert figure.title == "Hazard ratio over time, cTACE over TAE"


def test_the_axis_is_that_of_the_line_and_its_band() -> None:
    log2 = np.log(2)

    def axis(result: ProportionalHazards) -> list[float]:
        panel = draw(result).spec["vconcat"][1]
        return next(
            layer["encoding"]["y"]["axis"]["values"]
            for layer in panel["layer"]
            if "axis" in layer["encoding"].get("y", {})
        )

    far = [50.0, -50, 0, 0, 0]
    assert axis(drawn_by_hand(far, 0.0, 1.5 * log2)) == [0.25, 0.5, 1, 2, 4]
    # A wide band is cut at 1/8 and 8, the line never.
    assert axis(drawn_by_hand(far, 0.0, 40.0)) == [0.125, 0.25, 0.5, 1, 2, 4, 8]
    assert axis(drawn_by_hand(far, 4 * log2, 0.1))[-1] == 16
    # Ratios near 1, as of a year of age, have an axis of their own.
    assert axis(drawn_by_hand(far, 0.01, 0.02)) == [0.96, 0.98, 1, 1.02, 1.04]


def test_points_of_two_groups_lie_on_either_side_of_the_model() -> None:
    tte = load("lung_sex")
    result = proportional_hazards(tte, by="sex")
    figure = draw(result)
    days = tte.frame.loc[tte.frame["event"]].groupby("sex")["days"]
    hr = result.coefficients["hr"].iloc[0]
    above = result.residuals[np.exp(result.residuals["residual"]) > hr]
    assert sorted(above["days"]) == sorted(days.get_group(2))
    assert (
        "Points are single events: those above the dashed line in sex 2, those below in sex 1; on "
        "it only one group was still followed. Only the line shows a course." in figure.notes
    )


def test_a_panel_a_term_with_the_groups_first_and_four_at_most() -> None:
    result = proportional_hazards(
        load("veteran_trt"), by="trt", covariates=("celltype", "karno", "age")
    )
    figure = draw(result)
    assert len(figure.spec["vconcat"]) == 2 * 4 + 1
    headings = [figure.data[f"heading{i}"]["text"].iloc[0].split(":")[0] for i in range(4)]
    assert headings == [
        "trt 2 over trt 1",
        "celltype smallcell",
        "celltype adeno",
        "celltype large",
    ]
    assert "Not drawn, for want of room: karno, per unit and age, per year." in figure.notes
    assert "points4" not in figure.data
    assert not any("single events" in note for note in figure.notes)
    assert figure.title == "Hazard ratio over time"


def test_each_panel_has_the_events_of_its_term() -> None:
    result = proportional_hazards(load("colon_death_rx"), by="rx", covariates=("age",))
    figure = draw(result)
    for i, term in enumerate(("rx: Lev", "rx: Lev+5FU", "age")):
        own = result.residuals[result.residuals["term"] == term]
        points, line = figure.data[f"points{i}"], figure.data[f"line{i}"]
        assert points["months"].tolist() == own["months"].tolist()
        inside = points["side"].eq("inside").to_numpy()
        np.testing.assert_allclose(
            np.log(points["ratio"][inside]), own["residual"][inside], atol=1e-12
        )
        assert line["months"].is_unique
        at = own.drop_duplicates("months")
        np.testing.assert_allclose(np.log(line["lower"]), at["lower"], atol=1e-12)
        assert figure.data[f"model{i}"]["ratio"].item() == result.coefficients["hr"][i]


def test_few_events_are_points_without_a_line() -> None:
    frame = pd.DataFrame({"days": [3.0, 4, 5, 6], "event": True, "arm": list("ABBA")})
    figure = draw(proportional_hazards(TimeToEvent.from_frame(frame)))
    assert len(figure.data["points0"]) == 4
    assert figure.data["line0"].empty
    assert "Too few event times for a line: B over A." in figure.notes
    assert "<svg" in image.svg(figure)


def test_nothing_to_test_is_refused_in_words() -> None:
    frame = pd.DataFrame({"days": [1.0, 2], "event": False, "arm": ["A", "B"]})
    with pytest.raises(ValueError, match=r"no residuals to draw\. .*no events"):
        draw(proportional_hazards(TimeToEvent.from_frame(frame)))


def test_specs_are_built_once_per_shape_and_hold_no_data() -> None:
    log2 = np.log(2)
    one, two = (draw(drawn_by_hand([shift] * 6, shift, 1.5 * log2)) for shift in (0.0, 0.1))
    assert one.spec is two.spec
    assert one.data["line0"]["ratio"].tolist() != two.data["line0"]["ratio"].tolist()
    assert "datasets" not in json.dumps(one.spec)
    assert one.spec["autosize"]["type"] == "fit-x"


@pytest.mark.parametrize(
    "result",
    [
        random_test(60, ("TAE", "cTACE")),
        random_test(90, ("TAE", "cTACE", "DEB-TACE")),
        random_test(40, (ODD, "TAE: x")),
        drawn_by_hand([900.0, -900, 0, 0, 0], 300.0, 800.0),
    ],
    ids=["two arms", "three arms", "odd names", "endless ratios"],
)
def test_edge_cases_draw(result: ProportionalHazards) -> None:
    figure = draw(result)
    drawn = image.svg(figure.stamped("Data cut 2026-01-01"))
    assert "Data cut 2026-01-01" in drawn
    assert "Hazard ratio" in drawn
    assert figure.alt.startswith("Scaled Schoenfeld residuals over time with a smoothed line. ")
    level = arm_title(result.coefficients["term"].iloc[0].removeprefix("arm: "))
    assert figure.data["heading0"]["text"].iloc[0].startswith(f"{level} over {result.reference}: ")
