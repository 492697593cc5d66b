"""Scale scores against R's PROscorer, and the rules of a form by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core.analysis import questionnaires
from retnet_core.trial import Trial
from tests.analysis.build import make_trial
from tests.validation import agree

REFERENCES = Path(__file__).parents[1] / "references" / "pro"


def trial_of(forms: pd.DataFrame, instrument: str, items: range) -> Trial:
    """Make a trial of one form a patient, from a frame with a column an item."""
    ids = forms["row_id"].astype(str)
    names = [f"q{item}" for item in items]
    answers = forms.melt("row_id", names, "item", "value").dropna(subset=["value"])
    n = len(answers)
    return make_trial(
        patients={"patient_id": ids, "arm": ["TAE"] * len(ids)},
        questionnaires={
            "patient_id": answers["row_id"].astype(str),
            "instrument": [instrument] * n,
            "visit": ["Baseline"] * n,
            "item": answers["item"].str[1:].astype(int),
            "value": answers["value"],
        },
    )


def wide_scores(trial: Trial, ids: pd.Series) -> pd.DataFrame:
    table = questionnaires.score(trial).table
    wide = table.pivot(index="patient_id", columns="scale", values="score")
    return wide.reindex(ids.astype(str))


def test_qlq_c30_equals_proscorer_on_all_412_forms():
    # R 4.2.2, PROscorer: qlqc30(forms) for scales and summary; QoLR: scoring.QLQC30 agrees.
    forms = pd.read_csv(REFERENCES / "oracle_qlqc30_proscorer.csv")
    assert len(forms) == 412
    scored = wide_scores(trial_of(forms, "QLQ-C30", range(1, 31)), forms["row_id"])
    scales = list(questionnaires.scales("QLQ-C30")["scale"])
    assert sorted(scored.columns) == sorted(scales)
    for scale in scales:
        agree("qlq_c30", scored[scale], forms[scale], rtol=0, atol=1e-9)


def test_ginet21_arithmetic_equals_proscorertools():
    # R 4.2.2, PROscorerTools::scoreScale(type = "pomp") with the half rule, once a scale; 9 stands
    # for "not applicable". Only the arithmetic is checked: the map of the items is not verified.
    forms = pd.read_csv(REFERENCES / "oracle_ginet21_proscorertools.csv")
    trial = trial_of(forms, "QLQ-GI.NET21", range(31, 52))
    scored = wide_scores(trial, forms["row_id"])
    for scale in questionnaires.scales("QLQ-GI.NET21")["scale"]:
        agree("ginet21", scored[scale], forms[f"module__{scale}"], rtol=0, atol=1e-9)
    notes = " ".join(questionnaires.score(trial).notes)
    assert "not verified against the scoring manual" in notes
    assert "to items 39, 40 and 51 beyond the graded answers: taken as not applicable" in notes


def answers(*rows: tuple[str, str | None, str | None, int, float]) -> Trial:
    """Make a trial of QLQ-C30 answers: patient, visit, date, item, value."""
    patient, visit, date, item, value = (list(column) for column in zip(*rows, strict=True))
    return make_trial(
        patients={"patient_id": sorted(set(patient)), "arm": ["TAE"] * len(set(patient))},
        questionnaires={
            "patient_id": patient,
            "instrument": ["QLQ-C30"] * len(rows),
            "visit": visit,
            "date": date,
            "item": item,
            "value": value,
        },
    )


def score_of(table: pd.DataFrame, scale: str, **form: object) -> float:
    for name, value in form.items():
        table = table[table[name] == value]
    found = table.loc[table["scale"] == scale, "score"]
    assert len(found) == 1
    return float(found.iloc[0])


def test_an_impossible_answer_is_missing_and_never_clipped():
    result = questionnaires.score(
        answers(("1", "V1", None, 29, 8), ("1", "V1", None, 30, 4), ("1", "V1", None, 8, 2.5))
    )
    # (4 - 1) / 6: item 29 = 8 does not count; item 8 has no half answers.
    assert score_of(result.table, "QL") == pytest.approx(50)
    assert np.isnan(score_of(result.table, "DY"))
    assert "2 answers outside the possible answers: missing." in result.notes


def test_an_item_answered_twice_counts_once_where_equal_and_not_where_different():
    result = questionnaires.score(
        answers(
            ("1", "V1", None, 29, 4),
            ("1", "V1", None, 29, 4),
            ("1", "V1", None, 30, 2),
            ("1", "V1", None, 30, 6),
        )
    )
    assert score_of(result.table, "QL") == pytest.approx(50)
    assert "1 item answered twice differently: missing." in result.notes


def test_the_visit_identifies_a_form_and_its_earliest_date_is_kept():
    table = questionnaires.score(
        answers(
            ("1", "V1", "2020-03-02", 29, 7),
            ("1", "V1", "2020-03-01", 30, 7),
            ("1", "V2", None, 30, 1),
        )
    ).table
    first = table[table["visit"] == "V1"]
    assert set(first["date"]) == {pd.Timestamp("2020-03-01")}
    assert score_of(first, "QL") == 100
    assert score_of(table, "QL", visit="V2") == 0
    assert table["date"][table["visit"] == "V2"].isna().all()


def test_without_a_visit_the_date_identifies_a_form():
    table = questionnaires.score(
        answers(("1", None, "2020-03-02", 29, 7), ("1", None, "2020-04-02", 29, 1))
    ).table
    assert score_of(table, "QL", date=pd.Timestamp("2020-03-02")) == 100
    assert score_of(table, "QL", date=pd.Timestamp("2020-04-02")) == 0


def test_a_form_without_a_usable_answer_is_no_form():
    result = questionnaires.score(answers(("1", "V1", None, 29, 9), ("1", "V2", None, 55, 1)))
    assert result.table.empty
    assert "1 answer to items that QLQ-C30 does not have: left out." in result.notes


def given_scores(**columns: list[object]) -> dict[str, list[object]]:
    n = len(columns["score"])
    blank = {"instrument": ["EORTC QLQ-C30"] * n, "visit": ["V1"] * n, "patient_id": ["1"] * n}
    return {**blank, **columns}


def test_given_scores_are_used_as_they_are_under_our_names():
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["TAE"]},
        scores=given_scores(
            instrument=["EORTC QLQ-C30", "qlqc30", "CSSS"],
            scale=["QL2", "Pain", "Total"],
            score=[61.25, 0, 312],
        ),
    )
    result = questionnaires.score(trial)
    found = result.table[["instrument", "scale", "score"]].to_records(index=False).tolist()
    assert found == [("QLQ-C30", "QL", 61.25), ("QLQ-C30", "PA", 0), ("CSSS", "Total", 312)]
    assert "Scores that the export gives are used as they are." in result.method


def test_items_win_over_given_scores_of_the_same_form_only():
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["TAE"]},
        questionnaires={
            "patient_id": ["1"], "instrument": ["QLQ-C30"], "visit": ["V1"], "item": [29],
            "value": [7],
        },
        scores=given_scores(scale=["QL", "PF", "QL"], visit=["V1", "V1", "V2"], score=[5, 5, 40]),
    )  # fmt: skip
    result = questionnaires.score(trial)
    assert score_of(result.table, "QL", visit="V1") == 100
    # Physical functioning of that form stays missing: its given score belongs to other answers.
    assert np.isnan(score_of(result.table, "PF", visit="V1"))
    assert score_of(result.table, "QL", visit="V2") == 40
    assert "1 form with both items and scores: scored from the items." in result.notes


def test_given_scores_that_contradict_each_other_or_the_range_are_left_out():
    trial = make_trial(
        patients={"patient_id": ["1"], "arm": ["TAE"]},
        scores=given_scores(
            scale=["QL", "QL", "PF", "PF", "RF"],
            date=["2020-01-02", "2020-01-02", "2020-01-02", "2020-01-01", "2020-01-03"],
            score=[50, 60, 70, 70, 101],
        ),
    )
    result = questionnaires.score(trial)
    assert result.table[["scale", "score"]].to_records(index=False).tolist() == [("PF", 70)]
    # A form has one date, the earliest of its rows.
    assert list(result.table["date"]) == [pd.Timestamp("2020-01-01")]
    assert "1 given score outside 0 to 100: left out." in result.notes
    assert "1 scale given twice differently in a form: left out." in result.notes


def test_nothing_to_score_gives_a_table_without_rows():
    table = questionnaires.score(make_trial(patients={"patient_id": ["1"], "arm": ["TAE"]})).table
    assert list(table.columns) == list(questionnaires.COLUMNS)
    assert table.empty


def test_scales_say_their_direction():
    scales = questionnaires.scales("QLQ-C30").set_index("scale")
    assert scales.loc["PF", "higher_is"] == "better"
    assert scales.loc["PA", "higher_is"] == "worse"
    assert scales["verified"].all()
    assert not questionnaires.scales("QLQ-GI.NET21")["verified"].any()
    assert questionnaires.scale_info("QLQ-C30", "pf2").direction == "0-100, higher is better"
    unknown = questionnaires.scale_info("CSSS", "Total")
    assert (unknown.name, unknown.direction) == ("Total", "direction not known")
    assert questionnaires.scales("CSSS").empty


def test_every_item_belongs_to_exactly_one_scale():
    for instrument, items in (("QLQ-C30", range(1, 31)), ("QLQ-GI.NET21", range(31, 52))):
        codes = questionnaires.scales(instrument)["scale"]
        used = [i for code in codes for i in questionnaires.scale_info(instrument, code).items]
        assert sorted(used) == list(items)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(-1, 9)), min_size=1, max_size=40))
def test_scores_stay_between_0_and_100_and_do_not_depend_on_the_order(pairs):
    rows = [("1", "V1", None, item, value) for item, value in pairs]
    table = questionnaires.score(answers(*rows)).table
    assert table["score"].dropna().between(-1e-9, 100 + 1e-9).all()
    turned = questionnaires.score(answers(*rows[::-1])).table
    pd.testing.assert_frame_equal(table, turned)


def test_visits_that_differ_only_in_case_or_blanks_are_one():
    trial = make_trial(
        patients={"patient_id": ["1", "2", "3"], "arm": ["TAE"] * 3},
        questionnaires={
            "patient_id": ["1", "2", "3"],
            "instrument": ["QLQ-C30"] * 3,
            "visit": ["Month 3", "month  3", "Month 3"],
            "item": [29.0, 29.0, 29.0],
            "value": [4.0, 4.0, 4.0],
        },
    )
    assert set(questionnaires.score(trial).table["visit"]) == {"Month 3"}
