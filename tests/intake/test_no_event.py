"""Rows that say that a patient had no adverse event are none, in every layout."""

from __future__ import annotations

import pandas as pd
import pytest

from retnet_core import Trial, load_export
from retnet_core.analysis.safety import grade_table
from retnet_core.intake.denials import may_say_none, says_none
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.exports import workbook
from tests.intake import adam
from tests.intake.opening import adds_up

NONE = ["none", "None", "no", "nil", "keine", "kein", "aucun", "ninguno", "No AE", "0", "-",
        "n/a", "no adverse events", "No adverse event reported", "keine Nebenwirkungen",
        "kein UE", "aucun événement indésirable", "Sin eventos adversos", "None known",
        "0 - none", "no AE to report", "AE: none", "none so far", "No acute toxicity", "free of AE",
        "no problems", "nil significant", "geen", "None to report", "No AEs to report",
        "No AE this visit", "No AE reported at this visit", "None at this visit", "(none)",
        "Patient had no complications", "ohne Nebenwirkungen", "pas d'événement indésirable",
        "Nessun evento avverso", "AE-free"]  # fmt: skip
DOUBTFUL = ["no grade 3 AE", "x", "Asymptomatic", "uneventful", "No symptoms",
            "Keine Nebenwirkungen außer Übelkeit"]  # fmt: skip
EVENTS = ["Nausea", "Sinusitis", "No appetite", "Nonunion", "Anosmia", "unknown", "NA", "?",
          "Event", "Nonepileptic seizure", "Non-cardiac chest pain", "None-cardiac chest pain",
          "No taste", "Nil output", "No bowel movement", "Nothing tastes", "Zero appetite",
          "Keine Luft", "Not able to sleep", "Absence seizure", "NOS pain", "sin", "Ae", "AE 0",
          "Complication", "Asymptomatic hypotension", "Patient", "No date", "Na+ low",
          "Adverse event", "Drug free"]  # fmt: skip


def opened(mapping: ExportMapping | None = None, **events: list[object]) -> Trial:
    """Open a row of adverse events a patient."""
    ids = [f"{n:03d}" for n in range(len(next(iter(events.values()))))]
    tables = {
        "patients": pd.DataFrame({"patient_id": ids, "arm": "TAE"}),
        "adverse_events": pd.DataFrame({"patient_id": ids, **events}, dtype=object),
    }
    trial = load_export(workbook(tables), mapping=mapping)
    assert adds_up(trial)
    return trial


def told(trial: Trial, words: str) -> list[object]:
    """Severity, row and problem of the one finding with some words."""
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    return found[["severity", "row", "problem"]].iloc[0].tolist()


def events(trial: Trial) -> list[list[object]]:
    table = trial.adverse_events[["patient_id", "term", "grade"]].astype(object)
    return table.where(table.notna(), None).values.tolist()


def test_words_for_none_are_no_events() -> None:
    trial = opened(term=[*NONE, "Nausea"], grade=[None] * len(NONE) + [2])
    assert events(trial) == [[f"{len(NONE):03d}", "Nausea", 2]]
    severity, row, problem = told(trial, "says that there was no adverse event")
    assert (severity, row) == ("set aside", 2)
    assert f"This concerns {len(NONE)} cells" in problem
    assert trial.source.rows_set_aside == len(NONE)
    overall = grade_table(trial).table.query("term == ''").iloc[0]
    assert (overall["any"], overall["n_treated"]) == (1, len(NONE) + 1)


@pytest.mark.parametrize("typed", EVENTS)
def test_other_words_are_not(typed: str) -> None:
    assert not says_none(typed)
    assert not may_say_none(typed)


def test_words_that_may_mean_none_are_events_and_told() -> None:
    trial = opened(term=[*DOUBTFUL, "Nausea"])
    assert [one[1] for one in events(trial)] == [*DOUBTFUL, "Nausea"]
    severity, row, problem = told(trial, "may say that there was no event; it counts as one")
    assert (severity, row) == ("assumed", 2)
    assert f"This concerns {len(DOUBTFUL)} cells" in str(problem)
    assert trial.source.rows_set_aside == 0


@pytest.mark.parametrize("header", ["occurred", "AEOCCUR", "AE yes/no", "any AE"])
@pytest.mark.parametrize("no", ["no", "nein", 0])
def test_an_event_that_did_not_occur_is_kept_and_told(header: str, no: object) -> None:
    trial = opened(**{"term": ["Pain", "Nausea"], "grade": [2, 1], header: ["ja", no]})
    assert events(trial) == [["000", "Pain", 2], ["001", "Nausea", 1]]
    assert told(trial, "there may have been no event")[:2] == ["assumed", 3]


@pytest.mark.parametrize("header", ["severity", "Intensity"])
@pytest.mark.parametrize("cells", [[1, 2, 3], ["mild", "moderate", "severe"]])
def test_a_severity_is_asked_about_and_is_no_grade(header: str, cells: list[object]) -> None:
    trial = opened(**{"term": ["Pain", "Fever", "Nausea"], header: cells})
    assert [one[2] for one in events(trial)] == [None, None, None]
    severity, row, _ = told(trial, "was not taken for the CTCAE grade")
    assert severity == "set aside"
    assert pd.isna(row)


def test_a_severity_that_is_the_grade_by_what_the_user_says() -> None:
    mapping = ExportMapping(columns={"adverse_events": {"grade": "severity"}})
    trial = opened(mapping, term=["Pain", "Fever"], severity=[1, 3])
    assert [one[2] for one in events(trial)] == [1, 3]
    assert not trial.findings["problem"].str.contains("not taken for the CTCAE grade").any()


def test_a_severity_beside_a_grade_is_not_asked_about() -> None:
    trial = opened(term=["Pain", "Fever"], severity=[1, 3], grade=[2, 2])
    assert [one[2] for one in events(trial)] == [2, 2]
    assert not trial.findings["problem"].str.contains("not taken for the CTCAE grade").any()


def test_none_with_a_grade_is_kept_and_told() -> None:
    trial = opened(term=["none", "none", "none", "None", "none"], grade=[3, 0, "mild", None, "ND"],
                   serious=[None, None, None, "yes", "no"])  # fmt: skip
    assert events(trial) == [["000", "none", 3], ["002", "none", None], ["003", "None", None]]
    severity, row, problem = told(trial, "but the row has a grade or is serious")
    assert (severity, row) == ("assumed", 2)
    assert "This concerns 3 cells (rows 2, 4, 5)." in problem


def test_grade_0_is_no_such_event() -> None:
    trial = opened(term=["Nausea", "Pain", "Fever", None], grade=[0, 1, "Grade 0", 0],
                   serious=["no", None, None, None])  # fmt: skip
    assert events(trial) == [["001", "Pain", 1]]
    assert told(trial, "by which CTCAE says")[:2] == ["set aside", 2]
    assert told(trial, "holds nothing of an adverse event")[1] == 5


def test_grade_0_that_stands_for_no_value_is_an_event_without_a_grade() -> None:
    mapping = ExportMapping(readings={("adverse_events", "grade"): Reading(missing=("0",))})
    trial = opened(mapping, term=["Nausea", "Pain"], grade=[0, 1])
    assert events(trial) == [["000", "Nausea", None], ["001", "Pain", 1]]


def test_a_serious_event_of_grade_0_is_kept() -> None:
    trial = opened(term=["Nausea"], grade=[0], serious=["yes"])
    assert events(trial) == [["000", "Nausea", None]]
    assert told(trial, "not between 1 and 5")[0] == "set aside"  # the cell


def test_a_row_with_nothing_but_patient_and_visit_is_no_event() -> None:
    day = pd.Timestamp(2019, 5, 1)
    trial = opened(
        term=[None, None, None, "Pain"], grade=[None, None, 2, None],
        visit=["M1", "M2", "M3", "M4"], start_date=[None, day, None, None],
        related=["no", None, None, None],
    )  # fmt: skip
    assert [one[0] for one in events(trial)] == ["001", "002", "003"]
    assert told(trial, "holds nothing of an adverse event")[:2] == ["set aside", 2]


def test_a_row_whose_term_stands_in_an_unknown_column_is_kept() -> None:
    trial = opened(grade=[None, None], Beschreibung=["Schmerzen", None])
    assert [one[0] for one in events(trial)] == ["000"]


def test_numbered_columns_that_say_none_make_no_row() -> None:
    people = pd.DataFrame({
        "patient_id": ["001", "002"], "arm": "TAE", "AE1": ["Pain", "no adverse events"],
        "AE1_Grade": [2, None], "AE2": [None, None], "AE2_Grade": [None, None],
    })  # fmt: skip
    trial = load_export(workbook({"patients": people}))
    assert adds_up(trial)
    assert events(trial) == [["001", "Pain", 2]]


def test_a_patient_with_events_of_grade_0_beside_him_is_still_used() -> None:
    people = pd.DataFrame({
        "patient_id": ["001", "002"], "arm": "TAE", "AE1": ["Pain", "Fever"], "AE1_Grade": [2, 0],
        "AE2": ["Nausea", "Pain"], "AE2_Grade": [0, 0],
    })  # fmt: skip
    trial = load_export(workbook({"patients": people}))
    assert events(trial) == [["001", "Pain", 2]]
    source = trial.source
    assert (source.rows_read, source.rows_used, source.rows_set_aside) == (2, 2, 0)
    assert "This concerns 3 cells" in str(told(trial, "by which CTCAE says")[2])


def test_no_event_in_adam() -> None:
    given = adam.rows(
        "ADAE",
        {"AETERM": "NONE", "AEDECOD": "None", "TRTEMFL": "Y"},
        {"AETERM": "Nausea", "AEDECOD": None},
        {"AETERM": "Nausea", "AEDECOD": "Nausea", "ATOXGR": "0"},
        {"AETERM": "Pain", "AEDECOD": "Pain", "ATOXGR": "2"},
    )
    trial = adam.opened(given)
    # A term that nobody coded is an event.
    assert [one[2] for one in events(trial)] == [None, 2]
    assert told(trial, "says that there was no adverse event")[:2] == ["set aside", 2]
    assert told(trial, "by which CTCAE says")[:2] == ["set aside", 4]
    assert trial.source.rows_set_aside == 2
