"""Curves of an earlier export behind those of a later one, and their estimates as a table."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import changes, survival
from retnet_core.analysis.survival import KaplanMeier
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.charts import readout, theme
from retnet_core.charts.curve_data import steps
from retnet_core.charts.curve_labels import NARROWEST
from retnet_core.charts.figure import Figure
from retnet_core.charts.survival import Display, Ghost, kaplan_meier_figure
from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.publish import image
from tests.analysis.build import make_trial

ODD = 'export of <b> & "c"'
NAME = "export of 1 March 2024"


def km_of(months: list[float], event: list[bool], arm: list[str], what: str = "os") -> KaplanMeier:
    days = [month * DAYS_PER_MONTH for month in months]
    frame = pd.DataFrame({"days": days, "event": event, "arm": arm})
    return survival.kaplan_meier(TimeToEvent.from_frame(frame, what))


def random_km(n: int, arms: tuple[str, ...] = ("TAE", "cTACE"), seed: int = 1) -> KaplanMeier:
    rng = np.random.default_rng(seed)
    months = np.ceil(rng.exponential(15, n))
    return km_of(list(months), list(rng.random(n) < 0.7), list(rng.choice(arms, n)))


def draw(now: KaplanMeier, then: KaplanMeier | None, name: str = NAME, **options: Any) -> Figure:
    ghost = then and Ghost(then, name)
    return kaplan_meier_figure(now, "Title", "Everyone", now.groups, Display(**options), ghost)


def units(figure: Figure, data: str) -> list[dict[str, Any]]:
    """Layers of the curves that draw a frame."""
    layers: list[dict[str, Any]] = figure.spec["vconcat"][0]["layer"]
    return [layer for layer in layers if layer["data"]["name"] == data]


def lines(figure: Figure, data: str) -> dict[str, Any]:
    (line,) = [unit for unit in units(figure, data) if unit["mark"]["type"] == "line"]
    return line


def test_ghosts_are_the_curves_of_the_earlier_result() -> None:
    now, then = random_km(120), random_km(60, seed=2)
    figure = draw(now, then)
    drawn = figure.data["ghosts"]
    end = units(figure, "steps")[0]["encoding"]["x"]["scale"]["domain"][1]
    columns = ["group", "months", "survival", "part"]
    expected = steps(then, end, False)[columns]
    for arm in ("TAE", "cTACE"):
        pd.testing.assert_frame_equal(
            drawn.loc[drawn["group"] == arm, columns], expected[expected["group"] == arm]
        )
    assert drawn["title"].unique().tolist() == [f"{arm}, {NAME}" for arm in now.groups]
    assert set(drawn["part"]) == {"0", "1"}


def test_ghosts_are_cut_and_turned_as_the_curves_are() -> None:
    then = km_of([2, 6, 8, 10, 14], [True, True, False, False, True], ["TAE"] * 5)
    drawn = draw(random_km(50), then, end=9, failure=True).data["ghosts"]
    corners = [
        tuple(row) for row in drawn[["months", "survival"]].round(9).drop_duplicates().to_numpy()
    ]
    assert corners == [(0, 0), (2, 0), (2, 0.2), (6, 0.4), (9, 0.4)]


def test_ghosts_are_grey_and_keep_the_dash_of_their_arm() -> None:
    figure = draw(random_km(80), random_km(40, seed=2))
    now, then = lines(figure, "steps"), lines(figure, "ghosts")
    assert "color" not in then["encoding"]
    assert (then["mark"]["color"], then["mark"]["opacity"]) == (theme.TEXT, 0.6)
    ranges = [line["encoding"]["strokeDash"]["scale"]["range"] for line in (now, then)]
    drawn = figure.data["ghosts"]["group"].unique()  # in this order the dashes are dealt out
    assert ranges == [theme.dashes(list(drawn))] * 2
    assert ranges[0][0] != ranges[0][1]
    layers = figure.spec["vconcat"][0]["layer"]
    assert layers.index(then) < layers.index(now)  # behind


def test_the_only_arm_of_before_keeps_its_own_dash() -> None:
    then = lines(draw(random_km(80), random_km(40, ("cTACE",))), "ghosts")
    assert then["encoding"]["strokeDash"]["scale"]["range"] == [[7, 3]]


def test_in_a_picture_each_grey_line_has_its_name() -> None:
    figure = draw(random_km(80), random_km(40, seed=2))
    picture = image.svg(figure)
    legend = re.findall(r'class="mark-text role-legend-label".*?</text>', picture)
    named = re.findall(r">([^<>]+)</text>", "".join(legend))
    assert sorted(named) == sorted(["TAE", "cTACE", f"TAE, {NAME}", f"cTACE, {NAME}"])
    assert "NaN" not in picture
    drawn = re.findall(
        r'role="graphics-symbol"[^>]* stroke="(#?\w+)"[^>]* stroke-width="(\S+)"', picture
    )
    grey, full = ({colour for colour, width in drawn if width == one} for one in ("1.6", "2.5"))
    assert (grey, full) == ({theme.TEXT}, {"#0072B2", "#D55E00"})
    assert NAME not in image.svg(draw(random_km(80), None))


def test_a_figure_without_a_ghost_is_as_before() -> None:
    plain = draw(random_km(80), None)
    assert "ghosts" not in plain.data
    assert units(plain, "ghosts") == []
    assert "resolve" not in plain.spec["vconcat"][0]
    assert "Grey" not in plain.alt + " ".join(plain.notes)
    ghosted = draw(random_km(80), random_km(80))
    for name, frame in plain.data.items():
        pd.testing.assert_frame_equal(frame, ghosted.data[name])


def test_a_spec_with_ghosts_is_built_once_whatever_the_export_is_called() -> None:
    now, then = random_km(80), random_km(40, seed=2)
    one, other = draw(now, then), draw(random_km(80), then, ODD)
    assert one.spec is other.spec
    assert one.spec is not draw(now, None).spec
    assert NAME not in json.dumps(one.spec)
    assert {Ghost(then, NAME)} == {Ghost(then, NAME)}  # so that a page finds the figure again
    assert "export of &lt;b&gt; &amp; " in image.svg(other)


def test_notes_and_text_alternative_say_what_the_grey_lines_are() -> None:
    then = km_of([2, 6, 8], [True, True, False], ["TAE"] * 3)
    figure = draw(random_km(80), then)
    assert (
        f"Grey lines: {NAME}, in the dash of each group. Band, ticks and numbers are those of the "
        "coloured lines alone." in figure.notes
    )
    assert f"Grey lines, {NAME}: TAE: 2 events in 3 patients, median 6.0" in figure.alt
    later = draw(random_km(80), replace(then, origin="first embolization"))
    assert (
        "Grey lines count months since first embolization, coloured lines since a day that is not "
        "stated." in later.notes
    )


def test_an_arm_of_the_earlier_export_only_is_not_drawn_and_named() -> None:
    now = random_km(80)
    figure = draw(now, random_km(90, ("TAE", "cTACE", "DEB-TACE")))
    assert set(figure.data["ghosts"]["group"]) == {"TAE", "cTACE"}
    assert f"Only in the {NAME}, and not drawn: DEB-TACE (closed)." in figure.notes
    alone = draw(now, random_km(30, ("A",)))
    assert alone.data["ghosts"].empty
    assert "NaN" not in image.svg(alone)


def test_an_earlier_export_without_anybody_has_no_grey_line() -> None:
    nobody = random_km(20)
    nobody = replace(
        nobody, groups=(), curve=nobody.curve.iloc[:0], medians=nobody.medians.iloc[:0]
    )
    figure = draw(random_km(40), nobody, direct_labels=True)
    assert figure.data["ghosts"].empty
    assert figure.alt.endswith(f"Grey lines, {NAME}: nobody.")
    assert "NaN" not in image.svg(figure)


@pytest.mark.parametrize("then", [km_of([1, 2], [True] * 2, ["TAE"] * 2, "pfs"),
                                  replace(random_km(20), by="who_grade")])  # fmt: skip
def test_curves_of_something_else_are_refused(then: KaplanMeier) -> None:
    with pytest.raises(ValueError, match="same endpoint and groups"):
        draw(random_km(20), then)


def test_axis_and_names_have_room_for_a_ghost_that_is_longer() -> None:
    now = km_of([2, 6, 10], [True, False, True], ["TAE"] * 3)
    then = km_of([2, 6, 30], [True, False, True], ["TAE"] * 3)
    figure = draw(now, then, direct_labels=True)
    assert figure.data["ghosts"]["months"].max() == pytest.approx(30)
    labels = figure.data["labels"]
    assert labels["column"].tolist() == pytest.approx([30])
    view = units(figure, "steps")[0]["encoding"]["x"]["scale"]["domain"][1]
    assert (1 - 30 / view) * NARROWEST >= 7 * len("TAE")
    assert lines(figure, "steps")["encoding"]["color"]["legend"] is None
    assert lines(figure, "ghosts")["encoding"]["strokeDash"]["legend"] is not None


_SWITCHES = ("band", "censorings", "median_lines", "numbers", "failure", "direct_labels")


@pytest.mark.parametrize("turned", [(), *itertools.combinations(_SWITCHES, 1), _SWITCHES])
def test_options_are_drawn_with_a_ghost(turned: tuple[str, ...]) -> None:
    options: dict[str, Any] = {name: not getattr(Display(), name) for name in turned}
    figure = draw(random_km(40), random_km(30, seed=2), end=25, step=6, **options)
    alt.VConcatChart.from_dict(figure.filled())
    picture = image.svg(figure)
    assert NAME in picture
    assert "NaN" not in picture


# Estimates as a table


def export(progressed: list[str | None], arms: list[str], grades: list[float | None]) -> Any:
    n = len(arms)
    return make_trial(
        patients={
            "patient_id": [str(i) for i in range(n)],
            "arm": arms,
            "first_embolization_date": ["2020-01-01"] * n,
            "hepatic_progression_date": progressed,
            "last_imaging_date": ["2020-12-31"] * n,
        },
        adverse_events={
            "patient_id": [str(i) for i in range(n)], "term": ["Pain"] * n, "grade": grades
        },
    )  # fmt: skip


def test_rows_of_two_exports_read_side_by_side() -> None:
    then = export(["2020-03-01", None], ["TAE", "TAE"], [3, 1])
    now = export(["2020-03-01", None, None], ["TAE"] * 3, [3, 2, 1])
    table = readout.changed_tables(changes.tables(then, now))
    assert list(table) == [
        "Table", "Rows, earlier export", "Rows, later export", "Added", "Removed", "Cells changed"
    ]  # fmt: skip
    told = [tuple(row) for row in table.to_numpy()]
    assert told[0] == ("patients", 2, 3, 1, 0, 0)
    assert told[3] == ("adverse events", 2, 3, 1, 0, 1)


def test_estimates_of_two_exports_read_side_by_side() -> None:
    then = export(["2020-03-01", None], ["TAE", "TAE"], [3, 1])
    now = export(["2020-03-01", "2020-05-01", None, "2020-04-01"],
                 ["TAE", "TAE", "DEB-TACE", "DEB-TACE"], [3, 1, None, None])  # fmt: skip
    result = changes.estimates(then, now, include_closed=True)
    ratio = result.table.set_index("estimate").loc["hPFS hazard ratio"]
    table = readout.changed_estimates(result)
    assert list(table) == ["Estimate", "", "Earlier export", "Later export"]
    told = [tuple(row) for row in table.to_numpy()]
    limits = f"({ratio['now_lower']:.2f}-{ratio['now_upper']:.2f})"
    medians = [row for row in told if row[0].startswith("Median")]
    assert [row for row in told if row not in medians] == [
        ("hPFS events/n", "TAE", "1/2", "2/2"),
        ("hPFS events/n", "DEB-TACE (closed)", "–", "1/2"),
        ("hPFS hazard ratio (95% CI)", "DEB-TACE (closed) over TAE", "not estimable",
         f"{ratio['now']:.2f} {limits}"),
        ("Patients with grade 3 or more, of treated", "TAE", "1 of 2 (50.0%)", "1 of 2 (50.0%)"),
        ("Patients with grade 3 or more, of treated", "DEB-TACE (closed)", "–",
         "not known, of 2"),
    ]  # fmt: skip
    assert [row[:3] for row in medians][1] == (
        "Median hPFS, months (95% CI)", "DEB-TACE (closed)", "–"
    )  # fmt: skip
    assert medians[0][3].startswith("3.0 (")  # events on days 61 and 122, S at 0.5 between
