"""An arm closed early, compared with the patients randomised while it was open."""

from __future__ import annotations

from retnet_core import Cohort, Trial
from retnet_core.analysis import survival, time_to_event
from tests.analysis.build import make_trial

ARMS = ["TAE", "TAE", "TAE", "TAE", "cTACE", "DEB-TACE", "DEB-TACE", "DEB-TACE"]
RANDOMISED = ["2016-01-31", "2016-02-01", "2016-05-31", "2016-06-01", None,
              "2016-02-01", "2016-05-31", None]  # fmt: skip


def trial(randomised: list[str | None] = RANDOMISED) -> Trial:
    return make_trial(
        patients={
            "patient_id": list("abcdefgh"),
            "arm": ARMS,
            "randomization_date": randomised,
            "first_embolization_date": ["2016-07-01"] * 8,
            "death_date": ["2017-01-01"] * 8,
            "who_grade": ["G1", "G2"] * 4,
        }
    )


def test_closed_arms_are_left_out_unless_switched_in() -> None:
    cohort = trial().efficacy_cohort(Cohort())
    assert cohort.arms == ("TAE", "cTACE")
    assert cohort.concurrent_with is None


def test_controls_were_randomised_from_the_first_to_the_last_day_of_the_closed_arm() -> None:
    whole = trial()
    narrowed = whole.select(whole.efficacy_cohort(Cohort(), include_closed=True))
    # Of the others b and c: both days count. The closed arm keeps its patient without a date.
    assert narrowed.patients["patient_id"].tolist() == ["b", "c", "f", "g", "h"]
    assert narrowed.population == ("DEB-TACE and concurrent controls: 5 of 8 patients")
    notes = time_to_event.derive(narrowed, "os").notes
    assert any("(1 Feb 2016 to 31 May 2016)" in note for note in notes)
    assert any("1 patient without that date: left out" in note for note in notes)
    assert any("1 DEB-TACE patient without that date." in note for note in notes)


def test_filters_do_not_move_the_period() -> None:
    whole = trial()
    chosen = whole.efficacy_cohort(Cohort(who_grades=("G2",)), include_closed=True)
    assert str(chosen) == "G2, DEB-TACE and concurrent controls"
    assert whole.select(chosen).patients["patient_id"].tolist() == ["b", "f", "h"]


def test_nobody_of_the_closed_arm_left_restricts_nobody() -> None:
    whole = trial()
    grades = Cohort(who_grades=("G2",), arms=("TAE", "DEB-TACE"))
    # With only the G1 patient of DEB-TACE gone, the period would still cut TAE.
    alone = make_trial(
        patients={
            "patient_id": ["a", "b", "c"],
            "arm": ["TAE", "TAE", "DEB-TACE"],
            "randomization_date": ["2016-01-01", "2017-01-01", "2016-06-01"],
            "who_grade": ["G2", "G2", "G1"],
        }
    )
    narrowed = alone.select(alone.efficacy_cohort(grades, include_closed=True))
    assert narrowed.patients["patient_id"].tolist() == ["a", "b"]
    assert narrowed.cohort.concurrent_with is None
    assert whole.open_period(["DEB-TACE"]) is not None


def test_undated_patients_are_counted_within_the_filters() -> None:
    whole = trial(["2016-02-01", None, "2016-02-01", None, None, "2016-02-01", None, None])
    cohort = whole.efficacy_cohort(Cohort(who_grades=("G2",)), include_closed=True)
    notes = time_to_event.derive(whole.select(cohort), "os").notes
    # Of G2, b and d (TAE) have no date; e (cTACE) is G1.
    assert any("2 patients without that date: left out" in note for note in notes)


def test_everybody_on_request_and_where_the_period_is_unknown() -> None:
    whole = trial()
    asked = whole.efficacy_cohort(Cohort(), include_closed=True, concurrent=False)
    assert asked == Cohort()
    notes = time_to_event.derive(whole.select(asked), "os").notes
    assert any("compared with all patients" in note for note in notes)

    undated = trial([None] * 8)
    cohort = undated.efficacy_cohort(Cohort(), include_closed=True)
    assert cohort == Cohort()
    notes = time_to_event.derive(undated.select(cohort), "os").notes
    assert any("no randomisation date of it" in note for note in notes)


def test_the_closed_arm_alone_is_compared_with_nobody() -> None:
    whole = trial()
    cohort = whole.efficacy_cohort(Cohort(arms=("DEB-TACE",)), include_closed=True)
    assert cohort.concurrent_with is None
    tte = time_to_event.derive(whole.select(cohort), "os")
    assert not any("compared with" in note for note in tte.notes)
    closed = survival.kaplan_meier(tte).notes
    assert any("closed early, after a safety review" in note for note in closed)
