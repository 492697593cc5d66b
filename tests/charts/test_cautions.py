"""Cautions: notes that stand at the figure itself, on the page and in every picture."""

from __future__ import annotations

import pandas as pd
import pytest

from retnet_core import Trial, load_export
from retnet_core.analysis import subgroups, survival, time_to_event
from retnet_core.analysis.result import Caution, weigh
from retnet_core.charts.survival import kaplan_meier_figure
from retnet_core.publish import image
from tests.exports import workbook

SIZE = 20


def trial(without_start: int = 0, seen: int = SIZE) -> Trial:
    """Patients of two arms, every fourth with a progression, some without start or imaging."""
    number = range(SIZE)
    frame = pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in number],
            "arm": ["TAE", "cTACE"] * (SIZE // 2),
            "first_embolization_date": [None if i < without_start else "2020-01-01"
                                        for i in number],
            "hepatic_progression_date": ["2020-06-01" if i % 4 == 3 else None for i in number],
            "last_imaging_date": ["2020-09-01" if i < seen else None for i in number],
        }
    )  # fmt: skip
    return load_export(workbook({"patients": frame}))


def figure(of: Trial):
    km = survival.kaplan_meier(time_to_event.derive(of, "hpfs"))
    return kaplan_meier_figure(km, "hPFS", "Everyone")


@pytest.mark.parametrize(("concerned", "grave"), [(1, False), (4, False), (5, True), (100, True)])
def test_what_concerns_one_in_twenty_is_a_caution(concerned: int, grave: bool) -> None:
    assert isinstance(weigh("Odd.", concerned, 100), Caution) is grave
    assert weigh("Odd.", concerned, 100) == "Odd."


def test_nobody_is_no_caution() -> None:
    assert not isinstance(weigh("Odd.", 0, 0), Caution)


def test_who_has_no_start_and_is_left_out_is_said_at_the_figure() -> None:
    (caution,) = figure(trial(without_start=12)).cautions
    assert caution == (
        "12 of 20 patients cannot be analysed (no first embolization date: 12) and are left out."
    )


def test_without_imaging_dates_the_rule_is_said_at_the_figure() -> None:
    cautions = figure(trial(seen=0)).cautions
    assert cautions == (
        "15 of 20 patients had neither an event nor evaluable imaging after the start: censored "
        "on day 1.",
        "The export has neither last_imaging_date nor imaging assessments: patients without an "
        "event are censored on day 1.",
    )


def test_where_all_is_known_nothing_is_said_at_the_figure() -> None:
    assert figure(trial()).cautions == ()


def test_a_picture_carries_the_cautions() -> None:
    drawn = figure(trial(without_start=12))
    assert drawn.filled()["title"]["subtitle"] == [drawn.subtitle, *drawn.cautions]
    picture = image.svg(drawn)
    assert "12 of 20 patients cannot be analysed" in picture
    assert figure(trial()).filled()["title"]["subtitle"] == "Everyone; 20 analysed"


def test_all_that_is_made_of_the_times_carries_their_cautions_once() -> None:
    tte = time_to_event.derive(trial(without_start=8), "hpfs")
    told = [note for note in tte.notes if isinstance(note, Caution)]
    assert len(told) == 1
    results = [
        survival.kaplan_meier(tte), survival.logrank(tte), survival.hazard_ratios(tte),
        survival.rmst(tte), subgroups.forest(tte, level="cTACE", reference="TAE"),
    ]  # fmt: skip
    for result in results:
        assert [note for note in result.notes if isinstance(note, Caution)] == told
