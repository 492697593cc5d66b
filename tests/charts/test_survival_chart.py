"""The display options of the Kaplan-Meier figure draw the right values."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retnet_core.analysis import survival
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts.curve_labels import NARROWEST, beside, spread
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import Display, kaplan_meier_figure
from retnet_core.charts.timeline import MOST_TICKS, axis_ticks
from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.publish import image

ODD = 'A <b> & "c"'


def km_of(months: list[float], event: list[bool], arm: list[str]) -> KaplanMeier:
    days = [month * DAYS_PER_MONTH for month in months]
    frame = pd.DataFrame({"days": days, "event": event, "arm": arm})
    return survival.kaplan_meier(TimeToEvent.from_frame(frame))


def by_hand() -> KaplanMeier:
    """Events at 2, 6 and 14, censored at 8 and 10: S is 0.8, 0.6 and, from 14, 0."""
    return km_of([2, 6, 8, 10, 14], [True, True, False, False, True], ["TAE"] * 5)


def random_km(n: int, arms: int = 2, seed: int = 1) -> KaplanMeier:
    rng = np.random.default_rng(seed)
    months = np.ceil(rng.exponential(15, n))
    names = [ODD, *"BCDEF"][:arms]
    return km_of(list(months), list(rng.random(n) < 0.7), list(rng.choice(names, n)))


def draw(km: KaplanMeier, **options: Any) -> Figure:
    return kaplan_meier_figure(km, "Title", "Everyone", km.groups, Display(**options))


def values(frame: pd.DataFrame, *columns: str) -> list[tuple[float, ...]]:
    return [tuple(row) for row in frame[list(columns)].round(9).drop_duplicates().to_numpy()]


def units(spec: Any) -> list[dict[str, Any]]:
    """Every layer and view of a spec that has a mark."""
    found = [layer for view in spec["vconcat"] for layer in view.get("layer", [view])]
    assert all("mark" in unit for unit in found)
    return found


def test_steps_are_cut_at_the_end_and_hold_the_last_value() -> None:
    steps = draw(by_hand(), end=9).data["steps"]
    assert values(steps, "months", "survival") == [
        (0, 1), (2, 1), (2, 0.8), (6, 0.6), (9, 0.6)
    ]  # fmt: skip
    last, before = steps.iloc[-1], steps[steps["months"] == 6].iloc[0]
    assert last[["lower", "upper"]].tolist() == before[["lower", "upper"]].tolist()
    assert last["part"] == "1"  # fewer than 10 at risk from the first time on


def test_the_pale_part_is_cut_too() -> None:
    # 12 patients, one event at each month: 9 are at risk at month 4.
    km = km_of([float(m) for m in range(1, 13)], [True] * 12, ["TAE"] * 12)
    before, after = draw(km, end=3).data["steps"], draw(km, end=6).data["steps"]
    assert set(before["part"]) == {"0"}
    assert after.loc[after["part"] == "1", "months"].agg(["min", "max"]).tolist() == [4, 6]


def test_an_event_at_the_end_is_drawn_and_later_censorings_are_not() -> None:
    data = draw(by_hand(), end=6).data
    assert values(data["steps"], "months", "survival") == [(0, 1), (2, 1), (2, 0.8), (6, 0.6)]
    assert data["censorings"].empty
    assert values(draw(by_hand(), end=8).data["censorings"], "months", "survival") == [(8, 0.6)]


def test_an_event_at_a_month_with_float_noise_is_within_the_end() -> None:
    # 0.1 + 0.2 > 0.3: times that an export gives in months carry such noise.
    km = km_of([3 * (0.1 + 0.2) / 0.9 * 7, 9], [True, True], ["TAE"] * 2)
    assert draw(km, end=7).data["steps"]["survival"].iloc[-1] == 0.5


def test_an_end_beyond_the_data_leaves_the_curve_as_it_is() -> None:
    short, long = draw(by_hand()), draw(by_hand(), end=60)
    pd.testing.assert_frame_equal(short.data["steps"], long.data["steps"])
    assert long.data["numbers"]["months"].tolist() == list(range(0, 61, 6))
    assert not any("followed for longer" in note for note in long.notes)


def test_a_note_counts_those_followed_beyond_the_axis() -> None:
    assert "The axis ends at month 9; 2 patients were followed for longer." in (
        draw(by_hand(), end=9).notes
    )
    assert "The axis ends at month 10; 1 patient was followed for longer." in (
        draw(by_hand(), end=10).notes
    )


def test_numbers_stand_at_the_ticks_up_to_the_end() -> None:
    figure = draw(by_hand(), end=9, step=4)
    columns = ("months", "at_risk", "censored", "events")
    assert values(figure.data["numbers"], *columns) == [(0, 5, 0, 0), (4, 4, 0, 1), (8, 3, 0, 2)]
    x = units(figure.spec)[0]["encoding"]["x"]
    assert x["scale"]["domain"] == [0, 9]
    assert x["axis"]["values"] == [0, 4, 8]


@pytest.mark.parametrize(
    ("last", "end", "step", "ticks"),
    [
        (14, None, None, (0, 2, 4, 6, 8, 10, 12, 14)),
        (14, None, 5, (0, 5, 10, 15)),
        (14, 24, None, (0, 3, 6, 9, 12, 15, 18, 21, 24)),
        (14, 5, 12, (0,)),
        (14, 23, 1, tuple(range(24))),
        (14, 24, 1, tuple(range(0, 25, 2))),
        (60, 60, 2, tuple(range(0, 61, 3))),
    ],
)
def test_ticks(last: float, end: int | None, step: int | None, ticks: tuple[int, ...]) -> None:
    assert axis_ticks(last, end, step) == ticks


@given(
    st.floats(0, 2000), st.one_of(st.none(), st.integers(1, 2000)),
    st.one_of(st.none(), st.integers(1, 300)), st.integers(11, MOST_TICKS),
)  # fmt: skip
def test_ticks_are_few_even_and_within_the_axis(
    last: float, end: int | None, step: int | None, most: int
) -> None:
    ticks = axis_ticks(last, end, step, most)
    assert ticks[0] == 0
    assert len(ticks) <= most
    assert len({b - a for a, b in itertools.pairwise(ticks)}) <= 1
    assert ticks[-1] >= last if end is None else ticks[-1] <= end


def test_a_step_that_does_not_fit_is_replaced_and_that_is_said() -> None:
    km = km_of([5, 60], [True, False], ["TAE"] * 2)
    assert "Ticks every 3 months: every month would not fit." in draw(km, step=1).notes
    assert "Ticks every 6 months: every 2 months would not fit." in (
        draw(km, step=2, end=72, direct_labels=True).notes
    )
    assert not any("would not fit" in note for note in draw(km, step=12).notes)


@pytest.mark.parametrize(("options", "message"), [({"end": 0}, "end at"), ({"step": 0}, "Ticks")])
def test_an_end_or_step_below_a_month_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Display(**options)


def test_failure_mirrors_curve_limits_censorings_and_reading() -> None:
    km = by_hand()
    plain, turned = draw(km).data, draw(km, failure=True).data
    for mine, of in (("survival", "survival"), ("lower", "upper"), ("upper", "lower")):
        assert np.allclose(turned["steps"][mine], 1 - plain["steps"][of])
    assert values(turned["censorings"], "months", "survival") == [(8, 0.4), (10, 0.4)]
    # At 6 months S is 0.6; `survfit(conf.type = "log-log")` limits are those of the result.
    at = km.survival_at([6]).iloc[0]
    limits = f"({100 * (1 - at['upper']):.0f}-{100 * (1 - at['lower']):.0f})"
    reading = turned["reading"].set_index("months")["g0"]
    assert reading[7.0] == f"40% {limits}, 3 at risk"
    assert reading[0.0] == "0% (no event yet), 5 at risk"
    pd.testing.assert_frame_equal(turned["numbers"], plain["numbers"])


def test_failure_says_so_in_the_axis_the_notes_and_the_text_alternative() -> None:
    plain, turned = draw(by_hand()), draw(by_hand(), failure=True)
    assert units(turned.spec)[1]["encoding"]["y"]["title"] == ["Probability of death"]
    assert units(plain.spec)[1]["encoding"]["y"]["title"] == ["Free of death"]
    assert turned.alt.startswith("Kaplan-Meier curves of 1 - survival.")
    assert "Drawn as 1 - survival." in turned.notes
    assert "1 - survival" not in plain.alt + " ".join(plain.notes)


def test_the_horizontal_axis_names_the_origin_where_it_is_known() -> None:
    known = draw(replace(by_hand(), origin="month 6"))
    assert units(known.spec)[0]["encoding"]["x"]["axis"]["title"] == "Months since month 6"
    assert units(draw(by_hand()).spec)[0]["encoding"]["x"]["axis"]["title"] == "Months"


def test_median_lines_stand_at_medians_that_are_reached_within_the_axis() -> None:
    # TAE: S passes 0.5 at 14. B: 0.75, then 0.5 from 4 to 8, median 6. C: not reached.
    km = km_of(
        [2, 6, 8, 10, 14, 2, 4, 8, 9, 5, 20],
        [True, True, False, False, True, True, True, True, False, False, False],
        ["TAE"] * 5 + ["B"] * 4 + ["C"] * 2,
    )
    whole, cut = draw(km, median_lines=True).data, draw(km, median_lines=True, end=12).data
    shown = whole["medians"].set_index("group")
    assert shown["months"].round(9).to_dict() == {"TAE": 14, "B": 6}
    assert shown["text"].to_dict() == {"TAE": "14.0", "B": "6.0"}
    assert values(whole["half"], "months", "to", "share") == [(0, 14, 0.5)]
    assert cut["medians"]["group"].tolist() == ["B"]
    assert values(cut["half"], "months", "to", "share") == [(0, 6, 0.5)]
    assert draw(km, median_lines=True, end=3).data["half"].empty


def test_medians_that_are_close_are_written_on_either_side() -> None:
    # The left one has no room on its right; of three, the middle one has none at all.
    assert beside([15.0, 15.5], 2, 36) == [14.0, 16.5]
    assert np.isnan(beside([15.0, 15.2, 15.5], 2, 36)[1])
    assert beside([35.0], 2, 36) == [34.0]


@given(st.lists(st.floats(0, 60), max_size=6), st.floats(0.5, 5))
def test_texts_beside_lines_cross_no_line_and_no_other_text(
    lines: list[float], width: float
) -> None:
    middles = [m for m in beside(lines, width, 60) if not np.isnan(m)]
    half = width / 2 - 1e-9
    assert all(half <= m <= 60 - half for m in middles)
    assert all(abs(m - line) >= half for m in middles for line in lines)
    assert all(b - a >= 2 * half for a, b in itertools.pairwise(sorted(middles)))


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.3))
def test_labels_pushed_apart_keep_order_distance_and_range(places: list[float], gap: float) -> None:
    moved = spread(places, gap)
    order = np.argsort(places, kind="stable")
    assert all(b - a >= gap - 1e-9 for a, b in itertools.pairwise(np.array(moved)[order]))
    if gap * (len(places) - 1) <= 1:
        assert all(-1e-9 <= place <= 1 + 1e-9 for place in moved)
    if all(b - a >= gap for a, b in itertools.pairwise(sorted(places))):
        assert np.allclose(moved, places)


def test_names_stand_in_a_column_right_of_all_curves_with_room_in_the_view() -> None:
    figure = draw(random_km(80, 6), direct_labels=True)
    labels, steps = figure.data["labels"], figure.data["steps"]
    assert set(labels["column"]) == {steps["months"].max()}
    ends = steps.groupby("group")["survival"].last()
    assert set(labels["group"]) == set(ends.index)
    heights = labels.sort_values("label")
    assert heights["group"].map(ends).is_monotonic_increasing
    assert heights["label"].diff().min() * 262 >= 16.9
    view = units(figure.spec)[0]["encoding"]["x"]["scale"]["domain"][1]
    widest = max(map(len, labels["group"]))
    assert (1 - steps["months"].max() / view) * NARROWEST >= 7 * widest


def test_direct_labels_replace_the_legend() -> None:
    def legends(figure: Figure) -> list[Any]:
        channels = [unit["encoding"].get(c) for unit in units(figure.spec)
                    for c in ("color", "strokeDash")]  # fmt: skip
        return [channel["legend"] for channel in channels if channel and "field" in channel]

    km = random_km(40)
    assert set(map(str, legends(draw(km, direct_labels=True)))) == {"None"}
    assert all(legends(draw(km)))


def test_numbers_share_the_horizontal_scale_of_the_curves() -> None:
    for direct in (False, True):
        spec = draw(random_km(40), direct_labels=direct, end=25, step=6).spec
        drawn = [unit["encoding"]["x"] for unit in units(spec)]
        domains = {str(x["scale"]["domain"]) for x in drawn if "scale" in x}
        assert len(domains) == 1


def test_without_numbers_the_curve_takes_their_height() -> None:
    with_them, without = draw(random_km(40)), draw(random_km(40), numbers=False)
    assert [len(figure.spec["vconcat"]) for figure in (with_them, without)] == [5, 2]
    strips = sum(view["height"] for view in with_them.spec["vconcat"][1:4])
    assert without.spec["vconcat"][0]["height"] >= with_them.spec["vconcat"][0]["height"] + strips
    pd.testing.assert_frame_equal(without.data["numbers"], with_them.data["numbers"])


def test_band_and_censorings_can_be_left_out() -> None:
    figure = draw(random_km(40), band=False, censorings=False)
    marks = {unit["mark"]["type"] for unit in units(figure.spec)}
    assert not marks & {"area", "point"}
    assert "censorings" not in figure.data


def test_a_spec_is_built_once_a_shape() -> None:
    options = {"median_lines": True, "direct_labels": True, "end": 20}
    one, other = draw(random_km(60), **options), draw(random_km(60), **options)
    assert one.spec is other.spec
    assert one.spec is not draw(random_km(60), median_lines=True, end=20).spec


def test_an_odd_name_is_only_a_value() -> None:
    figure = draw(random_km(60), direct_labels=True, median_lines=True)
    assert ODD in set(figure.data["labels"]["group"])
    assert not any(ODD in column for frame in figure.data.values() for column in frame.columns)
    fields = [
        channel["field"]
        for unit in units(figure.spec)
        for channel in unit["encoding"].values()
        if isinstance(channel, dict) and "field" in channel
    ]
    assert fields
    assert not any(ODD in field for field in fields)
    assert json.dumps(ODD)[1:-1] in json.dumps(figure.filled())


def test_many_steps_are_thinned_with_an_end() -> None:
    rng = np.random.default_rng(1)
    km = km_of(list(rng.exponential(15, 20_000)), [True] * 20_000, ["TAE"] * 20_000)
    data = draw(km, end=24, failure=True).data
    assert len(data["steps"]) < 1_100
    at = km.survival_at([24])["survival"].iloc[0]
    assert data["steps"].iloc[-1][["months", "survival"]].tolist() == [24, 1 - at]


_SWITCHES = ("band", "censorings", "median_lines", "numbers", "failure", "direct_labels")


@pytest.mark.parametrize("turned", [(), *itertools.combinations(_SWITCHES, 2), _SWITCHES])
def test_options_are_drawn_together(turned: tuple[str, ...]) -> None:
    options: dict[str, Any] = {name: not getattr(Display(), name) for name in turned}
    figure = draw(random_km(40), end=25, step=6, **options)
    # The converter keeps Vega-Lite's warnings to itself, so the schema is asked.
    alt.VConcatChart.from_dict(figure.filled())
    picture = image.svg(figure)
    assert "A &lt;b&gt; &amp; " in picture
    assert ">24</text>" in picture
    assert "NaN" not in picture
