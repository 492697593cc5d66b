"""Codes and labels of REDCap: which of the two a file holds, and codes without a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core import Trial, load_export
from retnet_core.intake.files import bundle
from retnet_core.intake.layouts.eortc import circled_as
from retnet_core.intake.layouts.redcap.choices import code_of, is_label
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.intake.redcap.project import (
    DICTIONARY,
    ROWS,
    Row,
    accounted,
    cells,
    dictionary_file,
    finding,
    form,
    labelled,
    one_form,
    opened,
    raw,
    silent,
    variables,
    written,
)

SHIFTED = "1, 0 | 2, 1 | 3, 2"
STATUS = form("status", ("ecog", "radio", SHIFTED), ("extrahepatic", "yesno", ""))
UNSURE = "codes or labels?"


def headed(header: str, body: str, rows: Sequence[Row], dictionary: Any = STATUS) -> bytes:
    """Take the headers of one kind of export and the cells of another, as the API can."""
    write = {"raw": raw, "labelled": labelled}
    first = write[header](rows, dictionary).decode("utf-8-sig").splitlines()[0]
    rest = write[body](rows, dictionary).decode("utf-8-sig").splitlines()[1:]
    return "\n".join([first, *rest]).encode()


def patients(**columns: list[Any]) -> list[Row]:
    size = len(next(iter(columns.values())))
    return [
        {"record_id": f"{at + 1}", **{name: cells[at] for name, cells in columns.items()}}
        for at in range(size)
    ]


# Codes or labels


@pytest.mark.parametrize("header", ["raw", "labelled"])
@pytest.mark.parametrize("body", ["raw", "labelled"])
@pytest.mark.parametrize("decides", [{"arm_assigned": [1, 2]}, {"status_complete": [2, 2]}])
def test_labels_that_are_numbers_are_read_as_the_whole_file_is_written(
    header: str, body: str, decides: dict[str, list[int]]
) -> None:
    rows = patients(ecog=[2, 3], **decides)
    trial = opened(headed(header, body, rows), STATUS)
    assert trial.patients["ecog"].tolist() == [1, 2]
    assert silent(trial, UNSURE)


def test_one_cell_that_is_no_code_tells_that_a_column_holds_labels() -> None:
    rows = patients(ecog=[1, 2, 3])
    assert opened(headed("raw", "labelled", rows), STATUS).patients["ecog"].tolist() == [0, 1, 2]
    assert opened(raw(rows, STATUS), STATUS).patients["ecog"].tolist() == [0, 1, 2]


def test_where_both_remain_possible_it_is_asked() -> None:
    data = raw(patients(ecog=[2, 2, 1]), STATUS)
    trial = opened(data, STATUS)
    assert trial.patients["ecog"].isna().all()
    said = finding(trial, UNSURE)
    assert (said["severity"], said["column"], said["table"]) == ("set aside", "ecog", "patients")
    assert "1 = 0, 2 = 1, 3 = 2; there is '1' in 1 row, '2' in 2 rows" in said["problem"]
    assert "'code or label 1' and 'code or label 2' mean" in said["remedy"]
    # The question stands for its cells: nobody has to correct them.
    assert "ecog" not in set(trial.cells_to_check["column"])


def test_what_the_user_says_answers_the_question() -> None:
    codes = {"code or label 1": "0", "code or label 2": "1"}
    said = ExportMapping(readings={("patients", "ecog"): Reading(codes=codes)})
    trial = opened(raw(patients(ecog=[2, 2, 1]), STATUS), STATUS, mapping=said)
    assert trial.patients["ecog"].tolist() == [1, 1, 0]
    assert silent(trial, UNSURE)


def test_choices_that_are_their_own_codes_leave_nothing_to_ask() -> None:
    fields = form("status", ("ecog", "radio", "0, 0 | 1, 1 | 2, 2"))
    trial = opened(raw(patients(ecog=[2, 0]), fields), fields)
    assert trial.patients["ecog"].tolist() == [2, 0]
    assert silent(trial, UNSURE)


def test_columns_that_disagree_speak_for_themselves_only() -> None:
    rows = patients(arm_assigned=["TAE", "cTACE"], extrahepatic=[1, 0], ecog=[2, 2])
    trial = opened(raw(rows, STATUS), STATUS)
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["extrahepatic_disease"].tolist() == [True, False]
    assert trial.patients["ecog"].isna().all()
    assert finding(trial, UNSURE)["column"] == "ecog"


def test_a_number_that_is_no_code_is_no_label_among_codes_and_the_other_way_round() -> None:
    rows = patients(arm_assigned=[1, 2, 1, 2], ecog=[0, 1, 2, 3])
    trial = opened(raw(rows, STATUS), STATUS)
    assert cells(trial.patients, "ecog") == [[None], [0], [1], [2]]
    labels = patients(arm_assigned=["TAE"] * 4, ecog=[0, 1, 2, 3])
    trial = opened(raw(labels, STATUS), STATUS)
    assert cells(trial.patients, "ecog") == [[0], [1], [2], [None]]
    told = trial.findings[trial.findings["value"] == "3 (no choice of the data dictionary)"]
    assert told["row"].tolist() == [5]


def test_labels_under_variables_are_a_copy_of_the_codes() -> None:
    files = [
        ("a.csv", headed("raw", "labelled", ROWS, DICTIONARY)),
        ("b.csv", raw()),
        ("c.csv", dictionary_file()),
    ]
    trial = accounted(load_export(bundle(files)))
    assert finding(trial, "holds labels, and another one the codes")["sheet"] == "a.csv"
    assert len(trial.adverse_events) == 2


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=6), st.sampled_from([raw, labelled])
)
def test_no_ecog_is_ever_read_as_another(meant: list[int], write: Any) -> None:
    rows = patients(ecog=[one + 1 for one in meant])
    for decides in ({}, {"extrahepatic": 1}):
        trial = opened(write([{**row, **decides} for row in rows], STATUS), STATUS)
        found = trial.patients["ecog"]
        assert all(found.isna()) or found.tolist() == meant
        assert not decides or found.tolist() == meant


@pytest.mark.parametrize(
    ("text", "code"), [("1", "1"), ("01", "1"), ("1.0", "1"), ("-99.0", "-99"), ("3", None)]
)
def test_a_code_that_a_spreadsheet_wrote_otherwise_is_the_code(text: str, code: str | None) -> None:
    assert code_of(text, {"1": "a", "2": "b", "-99": "c"}) == code


def test_codes_with_zeros_before_them_are_found_without() -> None:
    assert code_of("1", {"01": "a", "02": "b"}) == "01"
    assert code_of("1", {"01": "a", "001": "b"}) is None


def test_a_limit_is_no_number_that_a_label_holds() -> None:
    assert is_label("3", {"1": "<3", "2": "3 to 20"}) is False
    assert is_label("g 1", {"1": "G1"}) is True


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("2 - Ambulatory, up and about more than 50% of waking hours", "2"),
        ("ECOG 1: restricted", "1"), ("Grade 3 (severe)", "3"), ("Grade 3 or higher", None),
        ("3+", None), ("at least 2", None), ("2 or more", None), ("more than 1 - severe", None),
        ("1-2", None), ("0 - 1", None), ("Very poor", "1"),
    ],
)  # fmt: skip
def test_the_number_of_a_label_is_taken_where_it_means_one(label: str, level: str | None) -> None:
    assert circled_as(label) == level


# Codes without a dictionary


def alone(rows: Sequence[Row], **more: Any) -> Trial:
    """Open an export of codes without its dictionary."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    names = [*names, "baseline_complete"]
    filled = ([{**row, "baseline_complete": 2}.get(name, "") for name in names] for row in rows)
    return opened(written([names, *filled]), dictionary=None, **more)


@pytest.mark.parametrize(
    ("ours", "codes", "nothing"),
    [
        ("sex", [1, 2, 2], None), ("who_grade", [1, 2, 3], "unknown"),
        ("primary_site", [1, 2, 9], "unknown"), ("histologic_subtype", [1, 2, 1], "unknown"),
        ("functional", [1, 2, 1], None), ("functional", [1, 1, 1], None),
        ("ecog", [1, 2, 3], None), ("ecog", [1, 2, 2], None),
        ("liver_burden_percent", [1, 2, 3], None), ("ki67_percent", [1, 2, 1], None),
        ("who_grade", ["1", "UNK", "-99"], "unknown"), ("who_grade", ["1.0", "2.0", ""], "unknown"),
    ],
)  # fmt: skip
def test_codes_are_asked_about_without_a_dictionary(
    ours: str, codes: list[Any], nothing: str | None
) -> None:
    trial = alone(patients(**{ours: codes}))
    assert cells(trial.patients, ours) == [[nothing]] * 3
    said = finding(trial, "what they mean is not known")
    assert (said["severity"], said["column"], said["table"]) == ("set aside", ours, "patients")
    assert "'1' in " in said["problem"]
    assert "the cells were emptied" in said["problem"]
    assert "data dictionary" in said["remedy"]
    assert "'code 1'" in said["remedy"]
    assert ours not in set(trial.cells_to_check["column"])


def test_what_the_user_says_of_codes_answers_the_question() -> None:
    codes = {"code 1": "G1", "code 2": "G2", "code 3": "G3"}
    said = ExportMapping(readings={("patients", "who_grade"): Reading(codes=codes)})
    trial = alone(patients(who_grade=[3, 1, 2]), mapping=said)
    assert trial.patients["who_grade"].tolist() == ["G3", "G1", "G2"]
    assert silent(trial, "what they mean is not known")


@pytest.mark.parametrize(
    ("ours", "codes", "read", "words"),
    [
        ("ecog", [0, 1, 2], [0, 1, 2], "'0' in 1 row, '1' in 1 row, '2' in 1 row"),
        ("functional", [0, 1, 1], [False, True, True], "1 was read as yes and 0 as no"),
        ("functional", [0, 0, 0], [False] * 3, "1 was read as yes and 0 as no"),
        ("arm", [1, 2, 2], ["1", "2", "2"], "kept as names of arms"),
    ],
)
def test_numbers_that_are_read_without_a_dictionary_are_said_with_their_counts(
    ours: str, codes: list[int], read: list[Any], words: str
) -> None:
    trial = alone(patients(**{ours: codes}))
    assert trial.patients[ours].tolist() == read
    said = finding(trial, "what they mean is not known")
    assert (said["severity"], said["column"]) == ("assumed", ours)
    assert words in said["problem"]


@pytest.mark.parametrize(
    ("ours", "numbers"),
    [("age", [61, 62, 63]), ("liver_burden_percent", [10, 25, 3]), ("ki67_percent", [2, 2.5, 8])],
)
def test_numbers_that_are_no_codes_are_not_remarked_on(ours: str, numbers: list[float]) -> None:
    trial = alone(patients(**{ours: numbers}))
    assert trial.patients[ours].tolist() == numbers
    assert silent(trial, "what they mean is not known")


@pytest.mark.parametrize(("grades", "asks"), [([1, 2, 3], False), ([0, 1, 4], True)])
def test_grades_of_events_are_read_or_asked(grades: list[int], asks: bool) -> None:
    header = ["record_id", "ae_term", "ae_grade", "ae_complete"]
    rows = [[at, "Pain", grade, 2] for at, grade in enumerate(grades, start=1)]
    trial = opened(written([header, *rows]), dictionary=None)
    assert trial.adverse_events["grade"].isna().all() == asks
    assert asks or trial.adverse_events["grade"].tolist() == grades
    assert finding(trial, "what they mean is not known")["column"] == "ae_grade"


@pytest.mark.parametrize(("answers", "asks"), [([1, 4, 2], False), ([0, 3, 1], True)])
def test_answers_are_read_as_circled_or_asked(answers: list[int], asks: bool) -> None:
    header = ["record_id", "arm", "c30_q1", "c30_q2", "c30_q3", "qlq_c30_complete"]
    trial = opened(written([header, ["1", "TAE", *answers, 2]]), dictionary=None)
    found = trial.questionnaires["value"]
    assert found.isna().all() if asks else found.tolist() == answers
    said = finding(trial, "the codes of the answers" if not asks else "Answers of this form hold")
    assert (said["severity"], said["column"]) == ("set aside" if asks else "assumed", "c30_q1")


def test_a_dictionary_in_the_same_upload_leaves_nothing_to_ask() -> None:
    fields = form(
        "baseline", ("sex", "radio", "1, Male | 2, Female"), ("ecog", "radio", SHIFTED),
        ("who_grade", "radio", "1, G2 | 2, G1"), ("functional", "radio", "1, No | 2, Yes"),
    )  # fmt: skip
    rows = patients(sex=[1, 2], ecog=[1, 3], who_grade=[1, 2], functional=[2, 1])
    rows = [{**row, "baseline_complete": 2} for row in rows]
    data = raw(rows, fields)
    trial = opened(data, dictionary=None)
    assert trial.patients[["sex", "ecog", "functional"]].isna().all(axis=None)
    assert trial.findings["problem"].str.contains("what they mean is not known").sum() == 4
    trial = opened(data, fields)
    assert cells(trial.patients, "sex", "ecog", "who_grade", "functional") == [
        ["male", 0, "G2", True], ["female", 2, "G1", False],
    ]  # fmt: skip
    assert silent(trial, "what they mean is not known")


def test_a_field_that_the_dictionary_does_not_have_is_asked_about() -> None:
    fields = form("baseline", ("age", "text", ""))
    names = [*variables(fields, []), "who_grade"]
    row = {"record_id": 1, "age": 60, "who_grade": 2, "baseline_complete": 2}
    trial = opened(written([names, [row.get(name, "") for name in names]]), fields)
    assert trial.patients["who_grade"].tolist() == ["unknown"]
    assert finding(trial, "what they mean is not known")["column"] == "who_grade"


def test_a_query_has_codes_that_no_dictionary_explains() -> None:
    fields = form("baseline", ("who_grade", "sql", "select code, label from redcap_data"))
    trial = one_form(fields, {"who_grade": 2, "baseline_complete": 2})
    assert trial.patients["who_grade"].tolist() == ["unknown"]
    assert finding(trial, "what they mean is not known")["column"] == "who_grade"


def test_labels_alone_leave_nothing_to_ask() -> None:
    header = ["record_id", "arm", "ecog", "who_grade", "baseline_complete"]
    trial = opened(written([header, ["1", "TAE", "1", "G2", "Complete"]]), dictionary=None)
    assert cells(trial.patients, "arm", "ecog", "who_grade") == [["TAE", 1, "G2"]]
    assert silent(trial, "what they mean is not known")
