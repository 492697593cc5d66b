"""What changed between two exports: each kind of change, and nothing that did not change."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core import Cohort, Trial, load_export
from retnet_core.analysis import changes, safety, survival, time_to_event
from retnet_core.analysis.changes.estimates import (
    EVENTS,
    MEDIAN,
    PATIENTS,
    RATIO,
    SEVERE,
    SEVERE_SHARE,
    TREATED,
)
from retnet_core.analysis.changes.rows import KEYS
from retnet_core.demo.__main__ import PATH
from retnet_core.tables import SCHEMAS
from tests.analysis.build import make_trial, table
from tests.exports import workbook

Rows = Mapping[str, Sequence[object]]
CUTS = ("2024-03-01", "2024-09-02")


def opened(cut: str, patients: Rows, **tables: Rows) -> Trial:
    frames = {"patients": patients, **tables}
    file = workbook({name: pd.DataFrame(rows) for name, rows in frames.items()}, {"data_cut": cut})
    return load_export(file, name=f"{cut}.xlsx")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def people(*ids: str, **columns: Sequence[object]) -> Rows:
    return {"patient_id": ids, "arm": ["TAE"] * len(ids), **columns}


def both(then: Rows, now: Rows, table: str = "adverse_events") -> changes.Tables:
    """Compare two exports of the patients 1 and 2 that differ in one table."""
    trials = [opened(cut, people("1", "2"), **{table: rows}) for cut, rows in
              zip(CUTS, (then, now), strict=True)]  # fmt: skip
    return changes.tables(*trials)


def listed(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(frame.itertuples(index=False, name=None))


def counts(found: changes.Tables, table: str = "adverse_events") -> list[int]:
    """Rows then, rows now, added, removed, changed cells."""
    row = found.summary.set_index("table").loc[table]
    return [int(value) for value in row]


def unchanged(found: changes.Tables) -> bool:
    return found.patients.empty and found.rows.empty and found.cells.empty


@pytest.fixture(scope="module")
def demo() -> Trial:
    return load_export(PATH)


# Patients


def test_patients_are_new_removed_or_changed_cell_by_cell() -> None:
    then = opened(
        CUTS[0],
        people(
            "1", "2", "007",
            who_grade=["G1", "G2", "G3"],
            age=[61, 62.5, 70],
            death_date=[None, None, day("2022-01-02")],
            functional=["yes", "no", None],
            site=["A", "B", "C"],
        ),
    )  # fmt: skip
    now = opened(
        CUTS[1],
        people(
            "007", "3", "1",
            who_grade=["G3", "G1", "G2"],
            age=[70, 50, 61],
            death_date=[day("2022-02-01"), None, day("2024-05-06")],
            functional=["no", "yes", "yes"],
            site=[None, "B", "A"],
        ),
    )  # fmt: skip
    found = changes.tables(then, now)
    assert listed(found.patients) == [
        ("3", "new"), ("2", "removed"), ("007", "changed"), ("1", "changed")
    ]  # fmt: skip
    assert listed(found.cells) == [
        ("patients", "007", "", "site", "C", ""),
        ("patients", "007", "", "functional", "", "no"),
        ("patients", "007", "", "death_date", "2022-01-02", "2022-02-01"),
        ("patients", "1", "", "who_grade", "G1", "G2"),
        ("patients", "1", "", "death_date", "", "2024-05-06"),
    ]
    assert counts(found, "patients") == [3, 3, 1, 1, 5]
    assert found.rows.empty
    assert (found.then_name, found.now_name) == (
        "export of 1 March 2024", "export of 2 September 2024"
    )  # fmt: skip


def test_columns_of_frames_are_texts_also_where_they_are_empty() -> None:
    found = both({"patient_id": ["1"], "term": ["Pain"]}, {"patient_id": ["1"], "term": ["Pain"]})
    assert unchanged(found)
    for frame in (found.patients, found.rows, found.cells):
        assert frame.dtypes.map(str).eq("object").all()
    assert found.summary["table"].tolist() == list(SCHEMAS)


def test_further_columns_are_compared_where_both_exports_have_them() -> None:
    def trial(**more: list[str]) -> Trial:
        found = make_trial(patients=people("1", "2"))
        return replace(found, more_columns=pd.DataFrame(more, index=found.patients.index))

    found = changes.tables(
        trial(Region=["Asia", "Europe"], Ward=["x", "y"]), trial(Region=["Asia", "Asia"])
    )
    assert listed(found.cells) == [("patients", "2", "", "more: Region", "Europe", "Asia")]
    assert "Only the earlier export can be divided by Ward: not compared." in found.notes


def test_a_column_that_one_export_never_fills_is_named() -> None:
    then = opened(CUTS[0], people("1", "2"))
    found = changes.tables(then, opened(CUTS[1], people("1", "2", ecog=[0, 1])))
    assert counts(found, "patients") == [2, 2, 0, 0, 2]
    assert found.notes[-1] == (
        "patients: ecog is blank in the whole export of 1 March 2024, not in the export of "
        "2 September 2024."
    )


def test_a_narrowed_trial_is_compared_as_a_whole(demo: Trial) -> None:
    assert unchanged(changes.tables(demo.select(Cohort(arms=("TAE",))), demo))


# Rows of other tables


def test_every_table_but_patients_has_a_key_of_its_columns() -> None:
    assert list(KEYS) == list(SCHEMAS)
    for name, alternatives in KEYS.items():
        named = {column for one in alternatives for column in one}
        assert named <= set(SCHEMAS[name].columns)
        assert bool(named) == (name != "patients")


def test_an_event_is_found_by_term_and_onset_wherever_it_stands() -> None:
    found = both(
        {
            "patient_id": ["1", "1", "2", "2"],
            "term": ["Fatigue", "Pain", "Fatigue", "Nausea"],
            "start_date": [day("2019-03-12"), day("2019-03-12"), day("2019-04-01"), None],
            "grade": [1, 2, 1, 3],
            "serious": ["no", "no", "no", "yes"],
        },
        {
            "patient_id": ["2", "1", "2", "1", "1"],
            "term": ["Nausea", "Pain", "Fatigue", "Fatigue", "Fatigue"],
            "start_date": [None, day("2019-03-12"), day("2019-04-02"), day("2019-03-12"),
                           day("2019-06-01")],
            "grade": [3, 2, 1, 3, 1],
            "serious": [None, "no", "no", "no", "no"],
        },
    )  # fmt: skip
    assert listed(found.cells) == [
        ("adverse_events", "2", "Nausea", "serious", "yes", ""),
        ("adverse_events", "1", "Fatigue, 2019-03-12", "grade", "1", "3"),
    ]
    # The onset is part of the key: one moved by a day is another event.
    assert listed(found.rows) == [
        ("adverse_events", "2", "Fatigue, 2019-04-02", "added"),
        ("adverse_events", "1", "Fatigue, 2019-06-01", "added"),
        ("adverse_events", "2", "Fatigue, 2019-04-01", "removed"),
    ]
    assert counts(found) == [4, 5, 2, 1, 2]
    assert listed(found.patients) == [("1", "changed"), ("2", "changed")]


DATES = [day("2020-01-10"), day("2020-04-10")]


@pytest.mark.parametrize(
    ("name", "columns", "edit", "expected"),
    [
        ("embolizations", {"cycle": [1, 1], "session": [1, 2], "date": DATES},
         {"date": [DATES[0], day("2020-04-11")]},
         ("cycle 1, session 2", "date", "2020-04-10", "2020-04-11")),
        ("embolizations", {"date": DATES, "doxorubicin_mg": [50, 50]},
         {"doxorubicin_mg": [50, 37.5]}, ("2020-04-10", "doxorubicin_mg", "50", "37.5")),
        ("assessments", {"date": DATES, "visit": ["Month 3"] * 2, "overall_response": ["SD", "SD"]},
         {"overall_response": ["SD", "PD"]}, ("2020-04-10", "overall_response", "SD", "PD")),
        ("assessments", {"date": [DATES[0], None], "visit": ["Baseline", "Month 3"],
                         "overall_response": ["SD", "SD"]},
         {"overall_response": ["SD", "PD"]}, ("Month 3", "overall_response", "SD", "PD")),
        ("questionnaires", {"instrument": ["QLQ-C30"] * 2, "visit": ["Baseline"] * 2,
                            "date": [DATES[0]] * 2, "item": [1, 2], "value": [1, 4]},
         {"value": [1, 3]}, ("QLQ-C30, Baseline, 2020-01-10, item 2", "value", "4", "3")),
        ("scores", {"instrument": ["QLQ-C30"] * 2, "scale": ["QL", "PF"], "visit": ["Month 3"] * 2,
                    "score": [50, 66.7]},
         {"score": [50, 33.3]}, ("QLQ-C30, PF, Month 3", "score", "66.7", "33.3")),
        ("labs", {"test": ["AST", "AST"], "date": DATES, "visit": ["a", "b"], "value": [10, 20]},
         {"value": [10, None]}, ("AST, 2020-04-10, b", "value", "20", "")),
        ("time_to_event", {"endpoint": ["OS", "hPFS"], "days": [400, 300], "event": ["no", "no"]},
         {"event": ["no", "yes"]}, ("hPFS", "event", "no", "yes")),
    ],
)  # fmt: skip
def test_rows_of_every_table_are_found_by_their_key(
    name: str, columns: Rows, edit: Rows, expected: tuple[str, ...]
) -> None:
    then: Rows = {"patient_id": ["1", "1"], **columns}
    found = both(then, {**then, **edit}, name)
    assert listed(found.cells) == [(name, "1", *expected)]
    assert found.rows.empty
    assert counts(found, name) == [2, 2, 0, 0, 1]


def test_a_key_that_is_repeated_matches_only_what_is_the_same() -> None:
    event = {"patient_id": ["1", "1"], "term": ["Fatigue"] * 2, "start_date": DATES[:1] * 2}
    found = both({**event, "grade": [1, 2]}, {**event, "grade": [2, 3]})
    # Grade 1 may have become 2 and 2 have become 3, or 1 have become 3.
    assert found.cells.empty
    assert [row[3] for row in listed(found.rows)] == ["added", "removed"]
    assert counts(found) == [2, 2, 1, 1, 0]
    assert found.notes == (
        "adverse_events: 2 rows could be any of several rows of the other export: listed as "
        "removed and added.",
    )


def test_a_second_row_of_a_key_leaves_the_first_as_it_is() -> None:
    one = {"patient_id": ["1"], "term": ["Fatigue"], "start_date": DATES[:1], "grade": [1]}
    two = {"patient_id": ["1"] * 2, "term": ["Fatigue"] * 2, "start_date": DATES[:1] * 2,
           "grade": [3, 1]}  # fmt: skip
    found = both(one, two)
    assert counts(found) == [1, 2, 1, 0, 0]
    assert listed(found.rows) == [("adverse_events", "1", "Fatigue, 2020-01-10", "added")]
    assert counts(both({**one, "grade": [2]}, two)) == [1, 2, 2, 1, 0]


def test_rows_that_are_wholly_alike_are_counted() -> None:
    # Intake sets exact repeats aside, a trial made otherwise may hold them.
    def trial(n: int) -> Trial:
        return make_trial(patients=people("1"), labs={"patient_id": ["1"] * n, "test": ["AST"] * n})

    assert counts(changes.tables(trial(2), trial(3)), "labs") == [2, 3, 1, 0, 0]
    assert counts(changes.tables(trial(2), trial(2)), "labs") == [2, 2, 0, 0, 0]


def test_rows_without_a_key_match_only_what_is_the_same() -> None:
    then = {"patient_id": ["1", "2"], "grade": [1, 2], "outcome": ["a", "b"]}
    found = both(then, {**then, "grade": [1, 3]})
    assert found.cells.empty
    assert listed(found.rows) == [
        ("adverse_events", "2", "", "added"), ("adverse_events", "2", "", "removed")
    ]  # fmt: skip


def test_a_column_of_the_key_that_one_export_lacks_is_not_used() -> None:
    then = {"patient_id": ["1", "2"], "term": ["Pain", "Pain"], "grade": [1, 2]}
    found = both(then, {**then, "start_date": DATES})
    assert found.rows.empty
    assert listed(found.cells) == [
        ("adverse_events", "1", "Pain, 2020-01-10", "start_date", "", "2020-01-10"),
        ("adverse_events", "2", "Pain, 2020-04-10", "start_date", "", "2020-04-10"),
    ]
    assert found.notes[-1] == (
        "adverse_events: rows are matched without start_date, which one of the exports leaves "
        "blank."
    )


def test_sessions_are_found_by_date_where_one_export_does_not_count_cycles() -> None:
    then = {"patient_id": ["1", "1"], "date": DATES}
    found = both(then, {**then, "cycle": [1, 2], "session": [1, 1]}, "embolizations")
    assert counts(found, "embolizations") == [2, 2, 0, 0, 4]


def test_a_table_that_one_export_lacks_is_added_row_by_row() -> None:
    then, now = opened(CUTS[0], people("1")), opened(
        CUTS[1], people("1"), labs={"patient_id": ["1"], "test": ["AST"], "date": DATES[:1]}
    )  # fmt: skip
    assert listed(changes.tables(then, now).rows) == [("labs", "1", "AST, 2020-01-10", "added")]
    assert listed(changes.tables(now, then).rows) == [("labs", "1", "AST, 2020-01-10", "removed")]


def test_the_noise_of_decimals_and_an_empty_text_are_no_change() -> None:
    def trial(months: float, arm_received: str | None) -> Trial:
        found = make_trial(
            patients=people("1"),
            time_to_event={"patient_id": ["1"], "endpoint": ["OS"], "months": [months]},
        )
        return replace(found, patients=found.patients.assign(arm_received=[arm_received]))

    assert unchanged(changes.tables(trial(0.1 + 0.2, None), trial(0.3, "")))
    found = changes.tables(trial(0.3, None), trial(0.30000001, None))
    assert listed(found.cells)[0][-2:] == ("0.3", "0.30000001")


# What speaks against a comparison


def test_blanks_that_could_not_be_read_are_counted() -> None:
    event = {"patient_id": ["1", "2"], "term": ["Pain", "Pain"], "start_date": DATES}
    found = both({**event, "grade": [3, 2]}, {**event, "grade": ["severe?!", None]})
    assert counts(found) == [2, 2, 0, 0, 2]
    assert (
        "1 changed cell may be blank only because what stood there could not be read: see what "
        "was noticed when the export was opened." in found.notes
    )


def test_rows_that_were_set_aside_may_be_those_that_are_missing() -> None:
    known, unknown = ({"patient_id": [one], "term": ["Pain"]} for one in ("1", "9"))
    said = (
        "The export of {} had 1 row set aside when it was opened: rows that it seems to lack may "
        "be among them."
    )
    assert both(known, unknown).notes == (said.format("2 September 2024"),)
    assert both(unknown, known).notes == (said.format("1 March 2024"),)
    assert both(unknown, unknown).notes == ()


def test_remarks_on_the_exports() -> None:
    one, later = (opened(cut, people("1", "02", "S 3")) for cut in CUTS)
    assert changes.tables(one, later).notes == ()
    assert changes.tables(one, one).notes == (
        "Both are the same export: the same file, read in the same way.",
    )
    assert changes.tables(later, one).notes == (
        "The earlier export has the later data cut (2 September 2024, the other 1 March 2024): "
        "are they the right way round?",
    )
    other = opened(CUTS[1], people("2", "s3", "5"))
    assert changes.tables(one, other).notes == (
        "No patient_id is in both exports: are they of one trial, with the same pseudonyms?",
        "2 patient_ids of removed and new patients differ only in case, blanks or leading zeros: "
        "probably the same patients, counted as removed and new.",
    )
    source = replace(later.source, layout="REDCap export", synthetic=True, data_cut_stated=False)
    assert changes.tables(one, replace(later, source=source)).notes == (
        "One of the exports is synthetic demonstration data, the other is not.",
        "The exports come in different layouts (RETNET workbook, then REDCap export): part of "
        "the changes may be due to this.",
        "The export of 2 September 2024 does not state its data cut: that is its latest date.",
    )


def test_exports_of_one_data_cut_are_called_by_their_files() -> None:
    one = opened(CUTS[0], people("1"))
    other = replace(one, source=replace(one.source, name="corrected.xlsx", key="2"))
    found = changes.tables(one, other)
    assert (found.then_name, found.now_name) == ("export 2024-03-01.xlsx", "export corrected.xlsx")
    found = changes.tables(one, one)
    assert (found.then_name, found.now_name) == ("earlier export", "later export")


# The demonstration


def test_the_demonstration_has_not_changed_since_itself(demo: Trial) -> None:
    found = changes.tables(demo, load_export(PATH))
    assert unchanged(found)
    assert (found.summary["rows_then"] == [len(getattr(demo, name)) for name in SCHEMAS]).all()
    assert not found.summary[["added", "removed", "changed_cells"]].to_numpy().any()
    estimates = changes.estimates(demo, demo).table
    pd.testing.assert_series_equal(estimates["then"], estimates["now"], check_names=False)


def test_the_demonstration_with_five_cells_edited_and_a_patient_exchanged(demo: Trial) -> None:
    gone, *ids = demo.patients["patient_id"].iloc[[3, 10, 20]]
    frames = {name: getattr(demo, name).copy() for name in SCHEMAS}
    patients = frames["patients"]
    at = patients["patient_id"].eq(ids[0])
    patients.loc[at, "age"] = 99.0
    patients.loc[at, "death_date"] = day("2023-01-02")
    changed = [("patients", ids[0], "age"), ("patients", ids[0], "death_date")]
    for name, column, value in (
        ("labs", "value", 12345.6), ("adverse_events", "outcome", "edited"),
        ("scores", "score", 9.5)
    ):  # fmt: skip
        table = frames[name]
        first = table.index[table["patient_id"].eq(ids[1])][0]
        table.loc[first, column] = value
        changed.append((name, ids[1], column))
    lost = {name: int(table["patient_id"].eq(gone).sum()) for name, table in frames.items()}
    frames = {name: table[table["patient_id"].ne(gone)] for name, table in frames.items()}
    new = patients.tail(1).assign(patient_id="999-001", arm="cTACE")
    frames["patients"] = pd.concat([frames["patients"], new])
    edited = Trial.of(frames, demo.findings, demo.unreadable, replace(demo.source, key="edited"))
    found = changes.tables(demo, edited)
    assert sorted((row[0], row[1], row[3]) for row in listed(found.cells)) == sorted(changed)
    assert listed(found.patients) == [
        ("999-001", "new"), (gone, "removed"), (ids[0], "changed"), (ids[1], "changed")
    ]  # fmt: skip
    assert sum(lost.values()) > 100
    summary = found.summary.set_index("table")
    assert summary["removed"].to_dict() == lost
    assert summary["added"].to_dict() == {name: int(name == "patients") for name in SCHEMAS}
    assert set(found.rows["patient_id"]) == {gone}
    assert set(found.rows["what"]) == {"removed"}


# Estimates


def values(result: changes.Estimates, side: str) -> dict[tuple[str, str], tuple[float, ...]]:
    columns = [side, f"{side}_lower", f"{side}_upper"]
    rows = result.table[["estimate", "group", *columns]].itertuples(index=False, name=None)
    return {(estimate, group): tuple(numbers) for estimate, group, *numbers in rows}


def same(found: Sequence[float], expected: Sequence[float]) -> bool:
    return bool(pd.Series(found, dtype=float).equals(pd.Series(expected, dtype=float)))


def cut_at(trial: Trial, last: str, **source: Any) -> Trial:
    """Make the export as it would have been on a day."""
    when = day(last)
    tables = {name: getattr(trial, name) for name in SCHEMAS}
    patients = tables["patients"][tables["patients"]["randomization_date"] <= when].copy()
    for name in patients.select_dtypes("datetime"):
        patients[name] = patients[name].where(patients[name] <= when)
    scans = trial.assessments[trial.assessments["date"] <= when]
    seen = scans.groupby("patient_id")["date"].max()
    patients["last_imaging_date"] = patients["patient_id"].map(seen)
    events = trial.adverse_events[trial.adverse_events["start_date"] <= when]
    tables |= {"patients": patients, "assessments": scans, "adverse_events": events}
    known = patients["patient_id"]
    tables = {name: rows[rows["patient_id"].isin(known)] for name, rows in tables.items()}
    about = {"data_cut": when.date(), "key": last, **source}
    return Trial.of(tables, trial.findings, trial.unreadable, replace(trial.source, **about))


@pytest.fixture(scope="module")
def earlier(demo: Trial) -> Trial:
    return cut_at(demo, "2021-03-01")


@pytest.mark.parametrize(
    ("cohort", "include_closed", "groups"),
    [
        (None, False, ("TAE", "cTACE")),
        (Cohort(who_grades=("G1", "G2")), False, ("TAE", "cTACE")),
        (Cohort(), True, ("TAE", "cTACE", "DEB-TACE")),
        # Of those assigned to TAE some received cTACE: safety goes by the arm received.
        (Cohort(arms=("TAE",)), False, ("TAE",)),
    ],
)
def test_estimates_are_those_of_the_analyses(
    demo: Trial,
    earlier: Trial,
    cohort: Cohort | None,
    include_closed: bool,
    groups: tuple[str, ...],
) -> None:
    result = changes.estimates(earlier, demo, cohort, include_closed)
    for trial, side in ((earlier, "then"), (demo, "now")):
        found, told = values(result, side), 0
        chosen = trial.efficacy_cohort(cohort or Cohort(), include_closed)
        tte = time_to_event.derive(trial.select(chosen), "hpfs")
        for row in survival.kaplan_meier(tte).medians.itertuples():
            assert found[PATIENTS, row.group][0] == row.n
            assert found[EVENTS, row.group][0] == row.events
            assert same(found[MEDIAN, row.group], (row.median, row.lower, row.upper))
            told += 3
        for row in survival.hazard_ratios(tte).table.itertuples():
            level = "DEB-TACE (closed)" if row.level == "DEB-TACE" else row.level
            assert same(found[RATIO, f"{level} over TAE"], (row.hr, row.lower, row.upper))
            told += 1
        safe = trial.select(trial.safety_cohort(cohort or Cohort()), arm_column="arm_received")
        for row in safety.grade_table(safe, by="overall").table.itertuples():
            assert found[TREATED, row.arm][0] == row.n_treated
            assert found[SEVERE, row.arm][0] == row.grade_3_or_more
            limits = (row.grade_3_or_more_lower, row.grade_3_or_more_upper)
            share = (row.grade_3_or_more / row.n_treated, *limits)
            assert same(found[SEVERE_SHARE, row.arm], share)
            told += 3
        assert told == len(result.table)
    assert result.curves_now is not None
    assert result.curves_now.groups == groups


def test_a_narrowed_trial_is_estimated_as_a_whole(demo: Trial, earlier: Trial) -> None:
    result = changes.estimates(earlier, demo.select(Cohort(arms=("TAE",))))
    pd.testing.assert_frame_equal(result.table, changes.estimates(earlier, demo).table)


def test_the_sentence_of_the_demonstration(demo: Trial, earlier: Trial) -> None:
    tables, result = changes.tables(earlier, demo), changes.estimates(earlier, demo)
    then, now = values(result, "then"), values(result, "now")
    new = len(demo.patients) - len(earlier.patients)
    changed = int(tables.patients["what"].eq("changed").sum())
    events = [int(side[EVENTS, "TAE"][0] + side[EVENTS, "cTACE"][0]) for side in (then, now)]
    ratios = [side[RATIO, "cTACE over TAE"] for side in (then, now)]
    said = [f"{hr:.2f} (95% CI {lower:.2f}-{upper:.2f})" for hr, lower, upper in ratios]
    assert new > 10
    assert events[0] < events[1]
    assert changes.summary(tables, result) == (
        f"Since the export of 1 March 2021, {new} patients were added, the data of {changed} "
        f"patients changed; hPFS events in TAE and cTACE rose from {events[0]} to {events[1]}; "
        f"the hazard ratio of cTACE over TAE went from {said[0]} to {said[1]}."
    )


def test_the_sentence_where_nothing_changed(demo: Trial) -> None:
    tables, result = changes.tables(demo, demo), changes.estimates(demo, demo)
    events = int(result.table.loc[result.table["estimate"] == EVENTS, "now"].sum())
    row = values(result, "now")[RATIO, "cTACE over TAE"]
    assert changes.summary(tables, result) == (
        f"Since the earlier export, no patient was added; hPFS events in TAE and cTACE stayed at "
        f"{events}; the hazard ratio of cTACE over TAE stayed {row[0]:.2f} "
        f"(95% CI {row[1]:.2f}-{row[2]:.2f})."
    )


def timed(cut: str, progressed: Sequence[str | None], arms: Sequence[str], **more: Any) -> Trial:
    """Open patients first treated on 1 January 2020 and last seen on 31 December 2020."""
    n = len(arms)
    columns = {
        "patient_id": [str(i) for i in range(n)],
        "arm": arms,
        "first_embolization_date": [day("2020-01-01")] * n,
        "hepatic_progression_date": [one and day(one) for one in progressed],
        "last_imaging_date": [day("2020-12-31")] * n,
    }
    events = more.pop("adverse_events", {"patient_id": ["0"], "term": ["Pain"], "grade": [3]})
    return opened(cut, columns | more.pop("patients", {}), adverse_events=events, **more)


ARMS = ["TAE", "TAE", "cTACE", "cTACE"]


def test_estimates_by_hand() -> None:
    then = timed(CUTS[0], ["2020-03-01", None, None, None], ARMS)
    now = timed(
        CUTS[1], ["2020-03-01", "2020-05-01", "2020-04-01", None], ARMS,
        adverse_events={"patient_id": ["0", "2", "3"], "term": ["Pain"] * 3, "grade": [3, 4, 1]},
    )  # fmt: skip
    result = changes.estimates(then, now)
    before, after = values(result, "then"), values(result, "now")
    assert [before[EVENTS, arm][0] for arm in ("TAE", "cTACE")] == [1, 0]
    assert [after[EVENTS, arm][0] for arm in ("TAE", "cTACE")] == [2, 1]
    # TAE: events on days 61 and 122; S rests on 0.5 between them.
    assert after[MEDIAN, "TAE"][0] == pytest.approx((61 + 122) / 2 / 30.4375)
    assert [before[SEVERE_SHARE, arm][0] for arm in ("TAE", "cTACE")] == [0.5, 0]
    assert [after[SEVERE_SHARE, arm][0] for arm in ("TAE", "cTACE")] == [0.5, 0.5]
    # cTACE has no event then: no ratio, and a sentence that says so.
    assert all(math.isnan(value) for value in before[RATIO, "cTACE over TAE"])
    assert "Export of 1 March 2024: No events in cTACE: no hazard ratio." in result.notes
    assert "Export of 1 March 2024: No median hPFS of cTACE: not reached." in result.notes
    assert result.table["unit"].drop_duplicates().tolist() == [
        "patients", "events", "months", "ratio", "share of treated"
    ]  # fmt: skip
    sentence = changes.summary(changes.tables(then, now), result)
    assert "hPFS events rose from 1 to 3; " in sentence
    assert "cTACE over TAE went from not estimable to 0." in sentence
    back = changes.summary(changes.tables(now, then), changes.estimates(now, then))
    assert "hPFS events fell from 3 to 1; " in back


def test_different_sources_are_the_first_note() -> None:
    then = timed(CUTS[0], ["2020-03-01", None, "2020-04-01", None], ARMS)
    given = {"patient_id": ["0", "1", "2", "3"], "endpoint": ["hPFS"] * 4,
             "days": [60, 300, 90, 300], "event": ["yes", "no"] * 2}  # fmt: skip
    now = timed(CUTS[1], [None] * 4, ARMS, time_to_event=given)
    assert changes.estimates(then, now).notes[0] == (
        "Times come from different sources and need not agree: hPFS of the export of 1 March 2024 "
        "from dates, hPFS of the export of 2 September 2024 from given times."
    )
    assert changes.estimates(now, now).notes[0] == (
        "Both exports give hPFS as times; they do not say whether by one rule."
    )


def test_a_date_of_the_rule_that_one_export_lacks_is_noted() -> None:
    progressed = ["2020-03-01", None, "2020-04-01", None]
    then = timed(CUTS[0], progressed, ARMS)
    now = timed(CUTS[1], progressed, ARMS,
                patients={"death_date": [None, day("2020-12-01"), None, None]})  # fmt: skip
    assert changes.estimates(then, now).notes[0] == (
        "death_date is blank in the whole export of 1 March 2024, not in the export of 2 September "
        "2024: none yet, or not recorded, and then hPFS is not by one rule."
    )


def test_an_export_without_the_endpoint_says_so_and_has_no_number() -> None:
    then = opened(CUTS[0], people("0", "1"))
    now = timed(CUTS[1], ["2020-03-01", None, "2020-04-01", None], ARMS)
    result = changes.estimates(then, now)
    assert result.curves_then is None
    before = values(result, "then")
    assert all(math.isnan(value) for key in before for value in before[key] if key[0] in
               (PATIENTS, EVENTS, MEDIAN, RATIO))  # fmt: skip
    assert any("The export of 1 March 2024 cannot give hPFS" in note for note in result.notes)
    assert "; the export of 1 March 2024 cannot give hPFS." in changes.summary(
        changes.tables(then, now), result
    )


def test_no_adverse_events_or_no_grades_are_not_a_zero() -> None:
    progressed = ["2020-03-01", None, "2020-04-01", None]
    none = timed(CUTS[0], progressed, ARMS, adverse_events={"patient_id": [], "term": []})
    ungraded = timed(CUTS[1], progressed, ARMS,
                     adverse_events={"patient_id": ["0", "2"], "term": ["Pain"] * 2,
                                     "grade": [None, 1]})  # fmt: skip
    result = changes.estimates(none, ungraded)
    before, after = values(result, "then"), values(result, "now")
    for arm in ("TAE", "cTACE"):
        assert before[TREATED, arm][0] == 2
        assert math.isnan(before[SEVERE, arm][0])
        assert math.isnan(before[SEVERE_SHARE, arm][0])
    assert math.isnan(after[SEVERE, "TAE"][0])
    assert after[SEVERE, "cTACE"][0] == 0
    said = " ".join(result.notes)
    assert "Export of 1 March 2024: The export holds no adverse events" in said
    assert (
        "Export of 2 September 2024: No adverse event of TAE has a grade: how many patients had "
        "grade 3 or more is not known." in result.notes
    )


def test_an_arm_of_one_export_only_is_missing_in_the_other() -> None:
    then = timed(CUTS[0], ["2020-03-01", None], ["TAE", "TAE"])
    now = timed(CUTS[1], ["2020-03-01", None, "2020-04-01", None], ARMS)
    result = changes.estimates(then, now)
    before = values(result, "then")
    assert all(math.isnan(value) for key in before for value in before[key] if "cTACE" in key[1])
    assert before[EVENTS, "TAE"][0] == 1
    assert result.notes[0] == (
        "cTACE: hPFS of no patient in the export of 1 March 2024, so that the models are not of "
        "the same arms."
    )
    assert values(changes.estimates(now, then), "now").keys() == before.keys()


def test_a_cohort_by_a_column_that_one_export_lacks_is_not_estimated(demo: Trial) -> None:
    then = timed(CUTS[0], ["2020-03-01", None, "2020-04-01", None], ARMS)
    column = pd.DataFrame({"Region": ["x", "x", "x", "y"]}, index=then.patients.index)
    now = replace(then, more_columns=column, source=replace(then.source, key="2"))
    result = changes.estimates(then, now, Cohort(more={"Region": ("x",)}))
    assert result.table["then"].isna().all()
    assert values(result, "now")[PATIENTS, "cTACE"][0] == 1
    assert "The earlier export cannot be divided by Region: nothing estimated." in result.notes


def test_a_cohort_of_nobody_has_no_estimates(demo: Trial) -> None:
    result = changes.estimates(demo, demo, Cohort(who_grades=()))
    assert result.table.empty
    sentence = changes.summary(changes.tables(demo, demo), result)
    assert "hPFS events in TAE and cTACE, no WHO grade chosen stayed at 0." in sentence


# Properties, against a plain second computation

IDS = ("1", "2")
EVENT = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(["Pain", "Fatigue", None]),
    st.sampled_from([None, "2020-01-01", "2020-01-02"]),
    st.sampled_from([None, 1.0, 2.0]),
    st.sampled_from([None, True]),
)
EVENTS_LISTS = st.lists(EVENT, max_size=7)
BASE = make_trial(patients=people(*IDS))


def with_events(rows: Sequence[tuple[object, ...]]) -> Trial:
    names = ("patient_id", "term", "start_date", "grade", "serious")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return replace(BASE, adverse_events=table("adverse_events", columns))


def plainly(then: list[Any], now: list[Any]) -> tuple[Counter[Any], Counter[Any], int]:
    """Added and removed rows and changed cells, row by row."""
    used = [i for i in (1, 2) if any(r[i] for r in then) == any(r[i] for r in now)]

    def key(row: Any) -> Any:
        parts = tuple(row[i] for i in used)
        return (row[0], *parts) if any(parts) else None

    keys = [Counter(map(key, rows)) for rows in (then, now)]
    clear = [k for k in keys[1] if k is not None and keys[0][k] == keys[1][k] == 1]
    changed = 0
    for one in clear:
        before = next(row for row in then if key(row) == one)
        after = next(row for row in now if key(row) == one)
        changed += sum(a != b for a, b in zip(before, after, strict=True))
    left = [Counter(row for row in rows if key(row) not in clear) for rows in (then, now)]
    return left[1] - left[0], left[0] - left[1], changed


@settings(max_examples=60, deadline=None)
@given(EVENTS_LISTS, EVENTS_LISTS)
def test_a_plain_comparison_row_by_row_finds_the_same(then: list[Any], now: list[Any]) -> None:
    found = changes.tables(with_events(then), with_events(now))
    added, removed, changed = plainly(then, now)
    assert counts(found) == [
        len(then), len(now), added.total(), removed.total(), changed
    ]  # fmt: skip
    for what, rows in (("added", added), ("removed", removed)):
        ours = found.rows[found.rows["what"] == what]
        expected = Counter((row[0], ", ".join(filter(None, row[1:3]))) for row in rows.elements())
        assert Counter(zip(ours["patient_id"], ours["key"], strict=True)) == expected


@settings(max_examples=30, deadline=None)
@given(EVENTS_LISTS, EVENTS_LISTS, st.permutations([0, 1, 2, 3, 4, 5, 6]))
def test_swapping_swaps_and_order_does_not_count(
    then: list[Any], now: list[Any], order: list[int]
) -> None:
    one, other = with_events(then), with_events(now)
    forth, back = changes.tables(one, other), changes.tables(other, one)
    rows_then, rows_now, added, removed, changed = counts(forth)
    assert rows_then + added - removed == rows_now
    assert counts(back) == [rows_now, rows_then, removed, added, changed]
    turned = back.cells.rename(columns={"then": "now", "now": "then"})
    at = ["patient_id", "column", "then", "now"]
    assert Counter(listed(turned[at])) == Counter(listed(forth.cells[at]))
    mixed = with_events([now[i] for i in order if i < len(now)])
    assert Counter(listed(changes.tables(one, mixed).cells)) == Counter(listed(forth.cells))
    assert Counter(listed(changes.tables(one, mixed).rows)) == Counter(listed(forth.rows))


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
def test_patients_add_up(then: set[int], now: set[int], older: set[int]) -> None:
    def trial(ids: set[int]) -> Trial:
        told = sorted(map(str, ids))
        columns = {**people(*told), "age": [60 + (int(one) in older) for one in told]}
        return replace(BASE, patients=table("patients", columns),
                       more_columns=pd.DataFrame(index=range(len(told))))  # fmt: skip

    found = changes.tables(trial(then), replace(trial(now)))
    what = found.patients.groupby("what")["patient_id"].agg(set).to_dict()
    assert what.get("new", set()) == set(map(str, now - then))
    assert what.get("removed", set()) == set(map(str, then - now))
    assert "changed" not in what
    assert counts(found, "patients") == [len(then), len(now), len(now - then), len(then - now), 0]


def test_names_of_days_have_no_leading_zero() -> None:
    then = opened("2024-03-01", people("1"))
    assert then.source.data_cut == dt.date(2024, 3, 1)
    now = opened("2024-03-11", people("1"))
    assert changes.tables(then, now).now_name == "export of 11 March 2024"
