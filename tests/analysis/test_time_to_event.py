"""Endpoints worked out by hand: every rule, every switch, every way not to be analysed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from retnet_core.analysis import survival, time_to_event
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.methods import HAND
from retnet_core.protocol import EndpointRules, find_endpoint
from retnet_core.trial import Cohort, Trial
from tests.analysis.build import make_trial
from tests.validation import agree

START = pd.Timestamp("2020-01-01")


def on(day: int | None) -> pd.Timestamp | None:
    """Date of a day, where the start is day 1."""
    return None if day is None else START + pd.Timedelta(days=day - 1)


def one(unreadable: Sequence[tuple[str, str]] = (), **days: int | None) -> Trial:
    """A trial of patient "a", its dates given as days; "z" makes every date column a source."""
    columns = {
        "start": "first_embolization_date",
        "randomised": "randomization_date",
        "hepatic": "hepatic_progression_date",
        "anywhere": "progression_date",
        "imaging": "last_imaging_date",
        "therapy": "other_therapy_date",
        "death": "death_date",
        "contact": "last_contact_date",
    }
    given: dict[str, int | None] = {"start": 1, **days}
    patients: dict[str, list[Any]] = {
        column: [on(given.get(name)), on(900)] for name, column in columns.items()
    }
    patients["first_embolization_date"][1] = on(1)
    patients["randomization_date"][1] = on(1)
    return make_trial(
        unreadable=[(table, column, "a") for table, column in unreadable],
        patients={"patient_id": ["a", "z"], "arm": ["TAE", "cTACE"], **patients},
    )


def outcome(trial: Trial, endpoint: str, **rules: Any) -> tuple[float, bool, str]:
    frame = time_to_event.derive(trial, endpoint, EndpointRules(**rules)).frame
    row = frame.set_index("patient_id").loc["a"]
    return float(row["days"]), bool(row["event"]), str(row["reason"])


def not_analysed(trial: Trial, endpoint: str, **rules: Any) -> str:
    result = time_to_event.derive(trial, endpoint, EndpointRules(**rules))
    assert "a" not in set(result.frame["patient_id"])
    return str(result.not_analysed.set_index("patient_id").loc["a", "reason"])


@pytest.mark.parametrize(
    ("endpoint", "days", "rules", "expected"),
    [
        # the endpoint table of the protocol
        ("hpfs", {"hepatic": 100, "death": 200, "imaging": 100}, {},
         (100, True, "hepatic progression")),
        ("hpfs", {"death": 200, "imaging": 90}, {}, (200, True, "death")),
        ("hpfs", {"imaging": 90, "contact": 300}, {},
         (90, False, "censored: last evaluable imaging")),
        ("hpfs", {"anywhere": 50, "imaging": 90}, {},
         (90, False, "censored: last evaluable imaging")),
        ("pfs", {"hepatic": 100, "anywhere": 50, "death": 200}, {}, (50, True, "progression")),
        ("pfs", {"hepatic": 40, "anywhere": 50}, {}, (40, True, "hepatic progression")),
        ("pfs", {"hepatic": 40}, {}, (40, True, "hepatic progression")),
        ("pfs", {"death": 200, "imaging": 90}, {}, (200, True, "death")),
        ("ttp", {"anywhere": 50, "death": 200}, {}, (50, True, "progression")),
        ("ttp", {"death": 200, "imaging": 90}, {}, (90, False, "censored: last evaluable imaging")),
        ("os", {"death": 200, "contact": 150, "therapy": 20}, {}, (200, True, "death")),
        ("os", {"contact": 150, "imaging": 90}, {}, (150, False, "censored: last contact")),
        # death
        ("hpfs", {"death": 200, "imaging": 90}, {"death": "censored"},
         (90, False, "censored: last evaluable imaging")),
        ("hpfs", {"hepatic": 100, "death": 200}, {"death": "censored"},
         (100, True, "hepatic progression")),
        # other therapy
        ("hpfs", {"hepatic": 100, "therapy": 60, "imaging": 100}, {},
         (60, False, "censored: other therapy")),
        # The progression itself shows that there was imaging after the therapy began.
        ("hpfs", {"hepatic": 100, "therapy": 60}, {}, (60, False, "censored: other therapy")),
        ("hpfs", {"hepatic": 60, "therapy": 60}, {}, (60, True, "hepatic progression")),
        ("hpfs", {"death": 200, "therapy": 60, "imaging": 100}, {},
         (60, False, "censored: other therapy")),
        ("hpfs", {"hepatic": 100, "therapy": 60}, {"other_therapy": "ignored"},
         (100, True, "hepatic progression")),
        ("hpfs", {"therapy": 95, "imaging": 90}, {},
         (90, False, "censored: last evaluable imaging")),
        ("hpfs", {"therapy": 90, "imaging": 90}, {}, (90, False, "censored: other therapy")),
        ("pfs", {"anywhere": 100, "therapy": 60, "imaging": 100}, {},
         (60, False, "censored: other therapy")),
        ("ttp", {"anywhere": 100, "therapy": 60}, {"other_therapy": "ignored"},
         (100, True, "progression")),
        # progression outside the liver alone
        ("hpfs", {"hepatic": 100, "anywhere": 50}, {"extrahepatic": "event"},
         (50, True, "extrahepatic progression")),
        ("hpfs", {"hepatic": 50, "anywhere": 50}, {"extrahepatic": "event"},
         (50, True, "hepatic progression")),
        ("hpfs", {"hepatic": 100, "anywhere": 50}, {"extrahepatic": "censored"},
         (50, False, "censored: extrahepatic progression")),
        ("hpfs", {"hepatic": 50, "anywhere": 50}, {"extrahepatic": "censored"},
         (50, True, "hepatic progression")),
        ("hpfs", {"anywhere": 50, "death": 50}, {"extrahepatic": "censored"}, (50, True, "death")),
        # start
        ("hpfs", {"hepatic": 100, "randomised": -9}, {"start": "randomization"},
         (110, True, "hepatic progression")),
        # day 1 and no imaging
        ("hpfs", {"hepatic": 1}, {}, (1, True, "hepatic progression")),
        ("hpfs", {"contact": 300}, {},
         (1, False, "censored: no evaluable imaging after the start")),
        ("hpfs", {"imaging": -20}, {},
         (1, False, "censored: no evaluable imaging after the start")),
        ("hpfs", {"death": 200}, {}, (200, True, "death")),
        ("ttp", {"death": 200}, {}, (1, False, "censored: no evaluable imaging after the start")),
        ("hpfs", {"hepatic": 80, "death": 80}, {}, (80, True, "hepatic progression")),
    ],
)  # fmt: skip
def test_rules(
    endpoint: str,
    days: dict[str, int],
    rules: dict[str, Any],
    expected: tuple[float, bool, str],
) -> None:
    found = outcome(one(**days), endpoint, **rules)
    agree("endpoint_times", found[:2], expected[:2], reference=HAND, rtol=0)
    assert found[2] == expected[2]


@pytest.mark.parametrize(
    ("endpoint", "days", "reason"),
    [
        ("hpfs", {"start": None, "hepatic": 50}, "no first embolization date"),
        ("hpfs", {"hepatic": 0}, "hepatic progression before the start"),
        ("os", {"death": 0}, "death before the start"),
        ("os", {"contact": -5}, "last contact before the start"),
        ("hpfs", {"therapy": -5, "imaging": 90}, "other therapy before the start"),
        ("os", {"imaging": 90}, "no date of death or last contact"),
    ],
)
def test_who_cannot_be_timed_is_listed(endpoint: str, days: dict[str, int], reason: str) -> None:
    trial = one(**days)
    assert not_analysed(trial, endpoint) == reason
    notes = time_to_event.derive(trial, endpoint).notes
    assert any(note.startswith(f"1 of 2 patients cannot be analysed ({reason}") for note in notes)


def test_without_a_randomisation_date_the_switch_lists_the_patient() -> None:
    trial = one(hepatic=50)
    assert not_analysed(trial, "hpfs", start="randomization") == "no randomisation date"


@pytest.mark.parametrize(
    ("endpoint", "days", "column", "rules"),
    [
        ("hpfs", {"imaging": 90}, "hepatic_progression_date", {}),
        ("hpfs", {"hepatic": 100, "imaging": 100}, "death_date", {}),
        ("hpfs", {"hepatic": 100}, "other_therapy_date", {}),
        ("hpfs", {"contact": 90}, "last_imaging_date", {}),
        ("hpfs", {"start": None, "hepatic": 100}, "first_embolization_date", {}),
        ("hpfs", {"hepatic": 100}, "progression_date", {"extrahepatic": "event"}),
        ("pfs", {"hepatic": 100}, "progression_date", {}),
        ("os", {"imaging": 90}, "last_contact_date", {}),
        ("os", {"contact": 90}, "death_date", {}),
    ],
)
def test_a_cell_that_could_not_be_read_is_never_taken_for_no_event(
    endpoint: str, days: dict[str, int], column: str, rules: dict[str, Any]
) -> None:
    trial = one(unreadable=[("patients", column)], **days)
    assert not_analysed(trial, endpoint, **rules) == f"{column} could not be read"


@pytest.mark.parametrize(
    ("endpoint", "days", "column", "rules"),
    [
        ("hpfs", {"hepatic": 100}, "last_imaging_date", {}),
        ("hpfs", {"hepatic": 100}, "progression_date", {}),
        ("hpfs", {"hepatic": 100}, "other_therapy_date", {"other_therapy": "ignored"}),
        ("hpfs", {"hepatic": 100}, "death_date", {"death": "censored"}),
        ("ttp", {"anywhere": 100}, "death_date", {}),
        ("os", {"death": 100}, "last_contact_date", {}),
        ("os", {"death": 100}, "hepatic_progression_date", {}),
        ("hpfs", {"hepatic": 100}, "randomization_date", {}),
    ],
)
def test_an_unreadable_cell_that_the_answer_does_not_rest_on_is_no_obstacle(
    endpoint: str, days: dict[str, int], column: str, rules: dict[str, Any]
) -> None:
    trial = one(unreadable=[("patients", column)], **days)
    assert outcome(trial, endpoint, **rules)[:2] == (100, True)


def sessions(*days: int, unreadable: Sequence[tuple[str, str, str]] = ()) -> Trial:
    return make_trial(
        unreadable=unreadable,
        patients={
            "patient_id": ["a", "b"],
            "arm": ["TAE", "TAE"],
            "first_embolization_date": [None, on(1)],
            "death_date": [on(100), on(100)],
        },
        embolizations={"patient_id": ["a"] * len(days), "date": [on(day) for day in days]},
    )


def test_the_first_session_stands_in_for_a_blank_first_embolization() -> None:
    trial = sessions(41, 11)
    assert outcome(trial, "os")[0] == 90
    notes = time_to_event.derive(trial, "os").notes
    assert (
        "The first session in embolizations is the start of 1 patient without a first "
        "embolization date." in notes
    )


def test_an_unreadable_session_leaves_the_start_unknown() -> None:
    trial = sessions(41, unreadable=[("embolizations", "date", "a")])
    assert not_analysed(trial, "os") == "date in embolizations could not be read"
    trial = sessions(41, unreadable=[("patients", "first_embolization_date", "a")])
    assert not_analysed(trial, "os") == "first_embolization_date could not be read"


# -- imaging assessments


def imaged(
    *visits: dict[str, Any],
    patients: dict[str, list[Any]] | None = None,
    unreadable: Sequence[tuple[str, str, str]] = (),
) -> Trial:
    """A trial of patient "a" with imaging visits; "z" has a visit with every column filled."""
    full = {
        "patient_id": "z", "date": on(60), "hepatic_response": "SD", "overall_response": "SD",
        "new_hepatic_lesion": False, "new_extrahepatic_lesion": False, "evaluable": True,
    }  # fmt: skip
    rows = [{"patient_id": "a", **visit, "date": on(visit.get("day"))} for visit in visits]
    assessments = {name: [row.get(name) for row in [*rows, full]] for name in full}
    start = {"first_embolization_date": [on(1), on(1)]}
    people = {"patient_id": ["a", "z"], "arm": ["TAE", "TAE"], **start, **(patients or {})}
    return make_trial(unreadable=unreadable, patients=people, assessments=assessments)


STABLE = {"day": 60, "hepatic_response": "SD", "overall_response": "SD"}


@pytest.mark.parametrize(
    ("endpoint", "visits", "rules", "expected"),
    [
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "PD"}], {},
         (90, True, "hepatic progression")),
        ("hpfs", [STABLE, {"day": 90, "new_hepatic_lesion": True}], {},
         (90, True, "hepatic progression")),
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "SD", "overall_response": "PD"}], {},
         (90, False, "censored: last evaluable imaging")),
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "SD", "overall_response": "PD"}],
         {"extrahepatic": "event"}, (90, True, "extrahepatic progression")),
        ("hpfs", [STABLE, {"day": 90, "new_extrahepatic_lesion": True}],
         {"extrahepatic": "censored"}, (90, False, "censored: extrahepatic progression")),
        ("pfs", [STABLE, {"day": 90, "overall_response": "PD"}], {}, (90, True, "progression")),
        ("ttp", [STABLE, {"day": 90, "new_extrahepatic_lesion": True}], {},
         (90, True, "progression")),
        ("pfs", [STABLE, {"day": 90, "hepatic_response": "PD", "overall_response": "SD"}], {},
         (90, True, "hepatic progression")),
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "NE"}], {},
         (60, False, "censored: last evaluable imaging")),
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "SD", "overall_response": "NE"}], {},
         (90, False, "censored: last evaluable imaging")),
        ("pfs", [STABLE, {"day": 90, "hepatic_response": "SD", "overall_response": "NE"}], {},
         (60, False, "censored: last evaluable imaging")),
        ("hpfs", [STABLE, {"day": 90, "hepatic_response": "SD", "evaluable": False}], {},
         (60, False, "censored: last evaluable imaging")),
        ("hpfs", [STABLE, {"day": 90}], {}, (90, False, "censored: last evaluable imaging")),
        # Progression before the start is why the patient was treated.
        ("hpfs", [{"day": -20, "hepatic_response": "PD"}, STABLE], {},
         (60, False, "censored: last evaluable imaging")),
    ],
)  # fmt: skip
def test_assessments(
    endpoint: str,
    visits: list[dict[str, Any]],
    rules: dict[str, Any],
    expected: tuple[float, bool, str],
) -> None:
    trial = imaged(*visits)
    assert time_to_event.derive(trial, endpoint).source == "assessments"
    found = outcome(trial, endpoint, **rules)
    agree("endpoint_times", found[:2], expected[:2], reference=HAND, rtol=0)
    assert found[2] == expected[2]


def test_baseline_progression_is_noted() -> None:
    trial = imaged({"day": -20, "hepatic_response": "PD"}, STABLE)
    assert (
        "Progression on imaging before the start is not counted (1 patient)."
        in time_to_event.derive(trial, "hpfs").notes
    )


def test_progression_at_an_undated_visit_is_never_no_event() -> None:
    trial = imaged(STABLE, {"hepatic_response": "PD"})
    assert not_analysed(trial, "hpfs") == "progression at an imaging visit without a date"


@pytest.mark.parametrize("column", ["date", "hepatic_response", "new_hepatic_lesion"])
def test_an_unreadable_call_is_never_no_event(column: str) -> None:
    trial = imaged(STABLE, unreadable=[("assessments", column, "a")])
    assert not_analysed(trial, "hpfs") == f"{column} in assessments could not be read"


def test_an_unreadable_evaluable_matters_only_where_imaging_censors() -> None:
    cells = [("assessments", "evaluable", "a")]
    censored = imaged(STABLE, unreadable=cells)
    assert not_analysed(censored, "hpfs") == "evaluable in assessments could not be read"
    event = imaged({"day": 90, "hepatic_response": "PD"}, unreadable=cells)
    assert outcome(event, "hpfs")[0] == 90


def test_imaging_comes_from_assessments_where_nobody_has_a_last_imaging_date() -> None:
    progressed = {"hepatic_progression_date": [None, on(70)]}
    trial = imaged(STABLE, patients=progressed)
    result = time_to_event.derive(trial, "hpfs")
    assert result.source == "dates"
    assert outcome(trial, "hpfs") == (60, False, "censored: last evaluable imaging")
    assert any("the export has no last_imaging_date" in note for note in result.notes)
    dated = imaged(STABLE, patients={**progressed, "last_imaging_date": [None, on(80)]})
    assert outcome(dated, "hpfs") == (1, False, "censored: no evaluable imaging after the start")


def test_an_export_without_any_imaging_says_that_censoring_is_on_day_1() -> None:
    trial = make_trial(
        patients={
            "patient_id": ["a", "z"],
            "arm": ["TAE", "TAE"],
            "first_embolization_date": [on(1), on(1)],
            "hepatic_progression_date": [None, on(70)],
        }
    )
    result = time_to_event.derive(trial, "hpfs")
    assert result.frame["days"].tolist() == [1, 70]
    assert any("neither last_imaging_date nor imaging assessments" in note for note in result.notes)


def test_the_switch_for_extrahepatic_progression_says_when_it_is_idle() -> None:
    trial = imaged(STABLE, patients={"hepatic_progression_date": [None, on(70)]})
    result = time_to_event.derive(trial, "hpfs", EndpointRules(extrahepatic="event"))
    assert any("its switch changes nothing" in note for note in result.notes)
    known = time_to_event.derive(one(hepatic=9), "hpfs", EndpointRules(extrahepatic="event"))
    assert not any("its switch changes nothing" in note for note in known.notes)


# -- given times


def given(rows: list[tuple[Any, ...]], unreadable: Sequence[tuple[str, str, str]] = ()) -> Trial:
    columns = ["patient_id", "endpoint", "days", "months", "event"]
    table = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
    return make_trial(
        unreadable=unreadable,
        patients={
            "patient_id": ["a", "z"],
            "arm": ["TAE", "TAE"],
            "first_embolization_date": [on(1), on(1)],
            "hepatic_progression_date": [on(10), on(20)],
            "last_imaging_date": [on(10), on(20)],
        },
        time_to_event=table,
    )


def test_given_times_win_and_are_used_as_they_are() -> None:
    trial = given([("a", "HPFS", 12.5, 99, True), ("z", "hpfs", None, 2, False)])
    result = time_to_event.derive(trial, "hPFS")
    assert result.source == "given"
    assert result.available_sources == ("given", "dates")
    assert result.frame["days"].tolist() == [12.5, 2 * 30.4375]
    assert result.frame["months"].tolist() == [12.5 / 30.4375, 2.0]
    assert result.frame["event"].tolist() == [True, False]
    assert result.frame["reason"].tolist() == ["hepatic progression or death", "censored"]
    assert any("switches of the rule do not apply" in note for note in result.notes)


def test_one_source_serves_all_patients() -> None:
    trial = given([("z", "hpfs", 20, None, True)])
    assert not_analysed(trial, "hpfs") == "no hPFS given"
    assert outcome(trial, "hpfs", source="dates")[0] == 10


@pytest.mark.parametrize(
    ("rows", "cells", "reason"),
    [
        ([("a", "os", None, None, True)], [], "no time given"),
        ([("a", "os", None, None, True)], [("time_to_event", "days", "a")],
         "time could not be read"),
        ([("a", "os", 5, None, None)], [], "no event given"),
        ([("a", "os", 5, None, None)], [("time_to_event", "event", "a")],
         "event could not be read"),
        ([("a", "os", -5, None, True)], [], "negative time"),
        ([("a", "os", 5, None, True), ("a", "OS", 6, None, True)], [], "more than one OS given"),
    ],
)  # fmt: skip
def test_given_rows_without_an_answer_are_listed(
    rows: list[tuple[Any, ...]], cells: list[tuple[str, str, str]], reason: str
) -> None:
    trial = given([*rows, ("z", "os", 9, None, True)], cells)
    assert not_analysed(trial, "os") == reason


def test_an_unreadable_time_of_another_endpoint_is_no_obstacle() -> None:
    rows = [("a", "os", 5, None, True), ("a", "hpfs", None, None, True)]
    trial = given(rows, [("time_to_event", "days", "a")])
    assert outcome(trial, "os")[0] == 5


def test_other_endpoints_keep_their_name() -> None:
    trial = given([("a", "Recurrence", 5, None, True), ("z", "recurrence", 6, None, False)])
    assert time_to_event.available_endpoints(trial) == ("hpfs", "Recurrence")
    result = time_to_event.derive(trial, "recurrence")
    assert result.frame["days"].tolist() == [5, 6]
    assert time_to_event.derive(trial, "Recurrence").endpoint.short == "Recurrence"


# -- sources


def test_an_endpoint_the_export_lacks_is_a_sentence_that_names_what_is_there() -> None:
    trial = given([("a", "Recurrence", 5, None, True)])
    with pytest.raises(
        ValueError, match=r"^This export cannot give OS: it has hPFS and Recurrence\.$"
    ):
        time_to_event.derive(trial, "os")
    with pytest.raises(ValueError, match="it has no endpoint at all"):
        time_to_event.derive(make_trial(patients={"patient_id": ["a"], "arm": ["TAE"]}), "os")


def test_a_source_that_holds_nothing_is_a_sentence() -> None:
    trial = one(hepatic=50)
    message = r"^This export has no imaging assessments for hPFS; it has dates\.$"
    with pytest.raises(ValueError, match=message):
        time_to_event.derive(trial, "hpfs", EndpointRules(source="assessments"))
    with pytest.raises(ValueError, match="has no given times for OS"):
        time_to_event.derive(trial, "os", EndpointRules(source="given"))


def test_the_source_does_not_move_with_the_filter() -> None:
    """Nobody of TAE progressed, yet progression dates stay the source."""
    trial = one(imaging=90)
    narrowed = trial.select(Cohort(arms=("TAE",)))
    assert time_to_event.available_endpoints(narrowed) == ("hpfs", "pfs", "os", "ttp")
    result = time_to_event.derive(narrowed, "hpfs")
    assert result.frame["days"].tolist() == [90]
    nobody = time_to_event.derive(trial.select(Cohort(arms=())), "hpfs")
    assert nobody.frame.empty
    assert list(nobody.frame.columns) == list(result.frame.columns)
    assert survival.kaplan_meier(nobody).groups == ()


@pytest.mark.parametrize("endpoint", ["hpfs", "pfs", "ttp"])
def test_nobody_is_no_failure_whatever_the_source(endpoint: str) -> None:
    nobody = imaged(STABLE).select(Cohort(arms=()))
    assert time_to_event.derive(nobody, endpoint).frame.empty
    given_to_nobody = given([("a", endpoint, 5, None, True)]).select(Cohort(arms=()))
    assert time_to_event.derive(given_to_nobody, endpoint).frame.empty


def test_without_any_death_overall_survival_says_so() -> None:
    trial = make_trial(
        patients={
            "patient_id": ["a"],
            "arm": ["TAE"],
            "first_embolization_date": [on(1)],
            "last_contact_date": [on(50)],
        }
    )
    assert "The export has no death_date: nobody is counted as dead." in (
        time_to_event.derive(trial, "os").notes
    )


# -- what the result carries


def test_frame_carries_covariates_with_unknown_where_they_are_missing() -> None:
    trial = make_trial(
        patients={
            "patient_id": ["007", "b"],
            "arm": ["cTACE", "TAE"],
            "first_embolization_date": [on(1), on(1)],
            "death_date": [on(30), on(61)],
            "who_grade": ["G2", None],
            "site": ["Ospedale San Raffaele", None],
            "primary_site": [None, "gut"],
            "histologic_subtype": ["carcinoid", None],
            "functional": [True, None],
            "liver_burden_percent": [25, 51],
            "sex": ["female", None],
            "age": [61, None],
            "ecog": [None, 1],
        }
    )
    result = time_to_event.derive(trial, "os")
    assert result.frame["patient_id"].tolist() == ["007", "b"]
    assert result.frame["days"].tolist() == [30, 61]
    expected = {
        "arm": ["cTACE", "TAE"],
        "who_grade": ["G2", "unknown"],
        "site": ["Ospedale San Raffaele", "unknown"],
        "site_region": ["Europe", "unknown"],
        "primary_site": ["unknown", "gut"],
        "histologic_subtype": ["carcinoid", "unknown"],
        "functional": ["yes", "unknown"],
        "liver_burden": ["up to 25%", "over 50 to 70%"],
        "sex": ["female", "unknown"],
    }
    for column, values in expected.items():
        assert result.frame[column].tolist() == values
    assert result.frame["age"].isna().tolist() == [False, True]
    assert result.frame["ecog"].isna().tolist() == [True, False]
    assert result.levels["arm"] == ("TAE", "cTACE")
    assert result.levels["who_grade"] == ("G1", "G2", "G3", "unknown")
    assert survival.kaplan_meier(result, by="who_grade").groups == ("G2", "unknown")


def test_covariates_stay_with_their_patient_when_others_are_set_aside() -> None:
    trial = make_trial(
        patients={
            "patient_id": ["a", "b"],
            "arm": ["TAE", "TAE"],
            "first_embolization_date": [None, on(1)],
            "death_date": [on(30), on(61)],
            "who_grade": ["G1", "G3"],
        }
    )
    frame = time_to_event.derive(trial, "os").frame
    assert frame["patient_id"].tolist() == ["b"]
    assert frame["who_grade"].tolist() == ["G3"]


@pytest.mark.parametrize(
    ("endpoint", "rules", "source", "words"),
    [
        ("hpfs", EndpointRules(), "dates",
         "hPFS: from first embolization to first hepatic progression or death of any cause; "
         "censored at last evaluable imaging or at the start of other anti-tumour therapy, "
         "whichever is first; an event on that day counts; extrahepatic progression alone is "
         "ignored; derived from dates; "
         "days = date - start + 1."),
        ("hpfs",
         EndpointRules(start="randomization", death="censored", extrahepatic="event",
                       other_therapy="ignored"),
         None,
         "hPFS: from randomisation to first hepatic or extrahepatic progression; censored at last "
         "evaluable imaging; deaths are censored at last evaluable imaging."),
        ("hpfs", EndpointRules(extrahepatic="censored", other_therapy="ignored"), "assessments",
         "hPFS: from first embolization to first hepatic progression or death of any cause; "
         "censored at last evaluable imaging or at extrahepatic progression alone, whichever is "
         "first; an event on that day counts; read off imaging assessments, where progression in "
         "the liver is a hepatic response of PD or a new liver lesion, elsewhere an overall "
         "response of PD or a new extrahepatic lesion, and an assessment is evaluable unless "
         "marked not or its response is NE; days = date - start + 1."),
        ("os", EndpointRules(), None,
         "OS: from first embolization to death of any cause; censored at last contact."),
        ("Recurrence", EndpointRules(), None,
         "Recurrence: times and events as the export gives them; days = months x 30.4375 where "
         "only months are given."),
    ],
)  # fmt: skip
def test_rules_in_words(endpoint: str, rules: EndpointRules, source: Any, words: str) -> None:
    assert time_to_event.describe_rule(endpoint, rules, source) == words


def test_the_event_in_words_follows_the_switches() -> None:
    trial = one(hepatic=50)
    assert time_to_event.derive(trial, "hpfs").endpoint.event == "hepatic progression or death"
    only = EndpointRules(death="censored")
    assert time_to_event.derive(trial, "hpfs", only).endpoint.event == "hepatic progression"
    wide = EndpointRules(extrahepatic="event")
    assert time_to_event.derive(trial, "hpfs", wide).endpoint.event == "progression or death"


def test_exploratory_endpoints_say_so() -> None:
    trial = one(hepatic=50, death=60)
    assert any("exploratory" in note for note in time_to_event.derive(trial, "os").notes)
    assert not any("exploratory" in note for note in time_to_event.derive(trial, "hpfs").notes)


def test_from_frame_takes_days_or_months() -> None:
    frame = pd.DataFrame({"months": [2.0], "event": [1], "rx": ["Lev"]})
    tte = TimeToEvent.from_frame(frame, endpoint="pfs")
    assert tte.frame["days"].tolist() == [60.875]
    assert tte.frame["event"].dtype == bool
    assert list(tte.frame.columns) == [
        "patient_id", "arm", "days", "months", "event", "reason", "rx",
    ]  # fmt: skip


def test_endpoints_of_different_sources_are_told_apart() -> None:
    given = TimeToEvent.from_frame(pd.DataFrame({"days": [3], "event": [True]}), "pfs")
    dated = replace(given, endpoint=find_endpoint("ttp"), source="dates")
    assert time_to_event.mixed_sources([given, given]) == ""
    assert time_to_event.mixed_sources([given, dated]) == (
        "Times come from different sources and need not agree: PFS from given times, TTP from "
        "dates."
    )
