"""Codes of a status: read where one reading is possible, asked about where two are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from retnet_core import load_export
from retnet_core.analysis import time_to_event
from retnet_core.intake.layouts import survival_table
from retnet_core.intake.layouts.survival_table.headers import read_header
from retnet_core.intake.load import read_file
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.intake.opening import said
from tests.intake.timed import csv, events, finding, opened, statuses

# Codings


@pytest.mark.parametrize(
    ("header", "cells", "severity"),
    [
        ("event", [1, 0, 1], "assumed"),
        ("status", [1, 0, 1], "assumed"),
        ("fustat", ["1.0", "0.0", "1.0"], "assumed"),
        ("status", ["TRUE", "FALSE", "TRUE"], "assumed"),
        ("event", ["Y", "N", "Y"], "note"),
        ("death", ["yes", "no", "yes"], "note"),
        ("status", ["dead", "alive", "died"], "note"),
        ("status", ["event", "censored", "event"], "note"),
        ("OS_STATUS", ["1:DECEASED", "0:LIVING", "1:DECEASED"], "note"),
        ("DFS_STATUS", ["1:Recurred/Progressed", "0:DiseaseFree", "1:Recurred/Progressed"], "note"),
        ("DSS_STATUS", ["1:DEAD WITH TUMOR", "0:ALIVE OR DEAD TUMOR FREE", "1:DEAD WITH TUMOR"],
         "note"),
        ("CNSR", [0, 1, 0], "assumed"),
        ("CNSR", [0, 3, 0], "assumed"),
        ("censored", [0, 1, 0], "assumed"),
        ("censored", ["no", "yes", "no"], "note"),
        ("status (1 = dead, 0 = alive)", [1, 0, 1], "note"),
        ("status (0 = dead, 1 = alive)", [0, 1, 0], "note"),
        ("cens (1 = censored, 2 = event)", [2, 1, 2], "note"),
        ("cens", ["event", "censored", "event"], "note"),
        ("vital_status", ["Dead", "Alive", "Dead"], "note"),
    ],
)  # fmt: skip
def test_codings_that_can_be_read_one_way_only(
    header: str, cells: list[Any], severity: str
) -> None:
    key = read_header(header).key
    trial = statuses(header, cells, f"{key}_days" if key else "days")
    assert events(trial) == [True, False, True]
    told = finding(trial, "was read as the event in ")
    assert told["problem"].startswith(f"{header}: '{cells[0]}' was read as the event in ")
    assert f"'{cells[1]}' as censored in 1 row" in told["problem"]
    assert (told["severity"], told["column"]) == (severity, header)
    assert trial.unreadable.empty


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("status", [1, 2, 2], "R takes 2 for the event and 1 for censored"),
        ("event", [1, 2, 2], "R takes 2 for the event and 1 for censored"),
        ("status", [0, 1, 2], "other events or other states"),
        ("status", [1, 1, 1], "where there is no 0"),
        ("cens", [0, 1, 1], "some write 1 for censored"),
        ("censor", [0, 1, 1], "some write 1 for censored"),
        ("censoring", ["TRUE", "FALSE", "TRUE"], "some write yes for censored"),
        ("alive", [0, 1, 1], "that the patient lives"),
        ("vital_status", [0, 1, 1], "that the patient lives"),
        ("survival_status", [0, 1, 1], "that the patient lives"),
        ("PFS_STATUS", ["dead", "alive", "alive"], "not what PFS needs"),
        ("OS_STATUS", ["progressed", "censored", "censored"], "not what OS needs"),
        ("status", ["dead", "relapse", "alive"], "others of the disease"),
        ("status", ["A", "B", "B"], "none of these codes is known"),
        ("event", ["yes", None, None], "other cells are blank"),
        ("event (1 = dead)", [1, 0, 1], "some of these codes and not others"),
        ("OS_event", [0, 1, 9], "beside 0 and 1 there are others"),
        ("OS_event", [1, 9, 1], "beside 0 and 1 there are others"),
        ("OS_event", [0, 1, 99], "beside 0 and 1 there are others"),
    ],
)
def test_codings_that_can_be_read_two_ways_are_asked_about(
    header: str, cells: list[Any], why: str
) -> None:
    key = read_header(header).key
    trial = statuses(header, cells, f"{key}_days" if key else "days")
    assert events(trial) == [None, None, None]
    asked = finding(trial, "which code is the event?")
    assert asked["severity"] == "set aside"
    assert why in asked["problem"]
    counts = pd.Series(cells).dropna().map(str).value_counts()
    for code, n in counts.items():
        assert f"'{code.removesuffix('.0')}' in {n} row" in asked["problem"]
    filled = {f"P{at}" for at, cell in enumerate(cells, start=1) if cell is not None}
    unread = trial.unreadable.query("table == 'time_to_event' and column == 'event'")
    assert set(unread["patient_id"]) == filled
    tte = time_to_event.derive(trial, trial.time_to_event["endpoint"][0])
    assert tte.frame.empty


def test_codes_beside_0_and_1_are_answered_as_they_are_asked() -> None:
    rows = [("id", "OS_days", "OS_event"), ("1", 10, 1), ("2", 20, 0), ("3", 30, 9)]
    asked = finding(opened(*rows), "which code is the event?")["remedy"]
    assert "'OS_event is 0', 'OS_event is 1', 'OS_event is 9'" in asked
    said_so = Reading(codes={"OS_event is 1": "yes", "OS_event is 0": "no"},
                      missing=("OS_event is 9",))  # fmt: skip
    mapping = ExportMapping(readings={("time_to_event", "event"): said_so})
    assert events(opened(*rows, mapping=mapping)) == [True, False, None]


@pytest.mark.parametrize(
    ("cells", "some_write"),
    [([1] * 8, True), (["dead"] * 8, False), (["yes"] * 8, False), ([True] * 8, False)],
)
def test_events_of_all_are_asked_about_by_what_is_written(
    cells: list[Any], some_write: bool
) -> None:
    trial = statuses("event", cells)
    assert events(trial) == [True] * 8
    asked = finding(trial, "All 8 patients have the event")
    assert ("1 for censored and 2 for the event" in asked["problem"]) == some_write
    assert f"what the {'codes' if some_write else 'words'} of event mean" in asked["remedy"]


def test_a_code_of_one_column_is_not_taken_for_the_code_of_another() -> None:
    trial = opened(
        ("id", "OS_days", "OS_event", "PFS_days", "PFS_cens"),
        ("1", 10, 1, 5, 1), ("2", 20, 0, 6, 0),
    )  # fmt: skip
    assert events(trial) == [True, False, None, None]
    assert (
        "'PFS_cens is 0', 'PFS_cens is 1'" in finding(trial, "which code is the event?")["remedy"]
    )


def test_a_word_that_is_not_known_empties_its_cell_only() -> None:
    trial = statuses("status", ["dead", "alive", "lost"])
    assert events(trial) == [True, False, None]
    assert trial.unreadable["patient_id"].tolist() == ["P3"]


def test_counts_are_of_the_rows_that_are_used() -> None:
    trial = opened(("id", "days", "event"), ("1", 5, 1), ("2", 6, 0), ("2", 6, 0), (None, 7, 1))
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (2, 2)
    assert said(trial, "event: '1' was read as the event in 1 row, '0' as censored in 1 row.")


# Codes that stand with a word in some cells


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["0:DECEASED", "1:LIVING", "0", "1"], [True, False, True, False]),
        (["0:LIVING", "1:DECEASED", "0", "1"], [False, True, False, True]),
        (["Dead (1)", "Alive (2)", "1", "2"], [True, False, True, False]),
        (["1 - progression", "2 - no progression", "2", "1"], [True, False, False, True]),
    ],
)
def test_bare_codes_are_read_by_the_words_of_the_others(
    cells: list[str], expected: list[bool]
) -> None:
    trial = statuses("status", cells)
    assert events(trial) == expected
    told = finding(trial, "stand without a word, and were read by the word")
    assert told["severity"] == "assumed"
    assert f"'{cells[2]}' was read as the event" in told["problem"] or not expected[2]


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("status", ["0:LIVING", "1:DECEASED", "0:DECEASED", "1"],
         "the code 0 stands with words that contradict each other: 'DECEASED' and 'LIVING'"),
        ("status (1 = dead, 0 = alive)", ["0:DECEASED", "1:LIVING", "0"],
         "contradict each other: 'DECEASED' and 'alive'"),
        ("status", ["0:LIVING", "1:DECEASED", "2"], "and others never do"),
        ("status", ["0:ON STUDY", "1:DECEASED", "0", "1"], "'0:ON STUDY' is not known here"),
        ("status", ["dead", "lost", "dead"], "all that could be read would be the event"),
    ],
)  # fmt: skip
def test_words_that_contradict_or_leave_codes_open_are_asked_about(
    header: str, cells: list[str], why: str
) -> None:
    trial = statuses(header, cells)
    assert events(trial) == [None] * len(cells)
    assert why in finding(trial, "which code is the event?")["problem"]


# Codes for no value


def test_a_code_for_no_value_is_blank_before_the_coding_is_judged() -> None:
    content = csv(("id", "days", "status"), ("1", 5, 0), ("2", 6, 1), ("3", 7, "-99.0"))
    sheets = read_file(content, "t.csv").sheets
    asked = survival_table.read(sheets, ExportMapping()).unless_said["time_to_event", "event"]
    assert "'-99.0' in 1 row" in asked[0].problem
    draft = survival_table.read(sheets, ExportMapping(missing=("-99",)))
    (told,) = draft.unless_said["time_to_event", "event"]
    assert told.problem == "status: '1' was read as the event in 1 row, '0' as censored in 1 row."
    (part,) = [part for part in draft.parts if part.table == "time_to_event"]
    written = [part.columns["event"].text(row) for row in range(3)]
    assert written == ["0", "1", "-99.0"]  # stays for the table, which says that it is blank


def test_a_code_for_no_value_beside_codes_that_are_asked_about() -> None:
    content = csv(("id", "days", "status"), ("1", 5, 1), ("2", 6, 2), ("3", 7, -99))
    sheets = read_file(content, "t.csv").sheets
    draft = survival_table.read(sheets, ExportMapping(missing=("-99",)))
    (asked,) = draft.unless_said["time_to_event", "event"]
    assert "There is '1' in 1 row, '2' in 1 row; R takes 2" in asked.problem
    assert "-99" not in asked.remedy


def test_a_code_for_no_value_of_the_whole_file_reaches_the_status() -> None:
    content = csv(("id", "days", "status"), ("1", 5, 0), ("2", 6, 1), ("3", 7, -99))
    trial = load_export(content, "t.csv", ExportMapping(missing=("-99",)))
    assert events(trial) == [False, True, None]
    told = finding(trial, "stand for no value")
    assert (told["column"], told["severity"]) == ("status", "note")
