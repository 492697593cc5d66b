"""Numbers that may be codes, shares or centimetres: told or emptied, and silent where all is well.

Each rule has an honest counterpart of which nothing may be said.
"""

from __future__ import annotations

import pandas as pd
import pytest

from retnet_core import Trial
from tests.intake.test_doctor import START, cells, cohort, forms, ids, opened, scores


def told(trial: Trial, words: str) -> list[tuple[str, str]]:
    """Severity and column of what is said."""
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    return list(zip(found["severity"], found["column"], strict=True))


def of_patients(header: str, values: list[object], **columns: object) -> Trial:
    return opened(cohort(len(values), **{header: values}, **columns))


# Codes of ranges


@pytest.mark.parametrize(
    ("header", "column", "values"),
    [
        ("Ki-67 (%)", "ki67_percent", [1, 2, 1, 2, 2, 1]),
        ("ki67_percent", "ki67_percent", [1, 2, 1, 2, 2, 1]),
        ("Liver burden (%)", "liver_burden_percent", [2, 3, 5, 2, 3, 5]),
        ("liver_burden_percent", "liver_burden_percent", [2, 3, 5, 2, 3, 5]),
    ],
)
def test_numbers_under_a_header_with_percent_are_kept(
    header: str, column: str, values: list[object]
):
    trial = of_patients(header, values)
    assert trial.patients[column].tolist() == values
    assert told(trial, "Are these codes of ranges") == [("assumed", header)]


def test_one_larger_number_does_not_prove_that_the_others_are_no_codes():
    values: list[object] = [1, 2, 3, 4, 1, 2, 3, 2, 1, 4, 3, 25]
    trial = of_patients("Liver burden", values)
    assert trial.patients["liver_burden_percent"].tolist() == values
    assert told(trial, "Nearly every liver burden is a whole number of 1 to 4") == [
        ("assumed", "Liver burden")
    ]
    honest = of_patients("Liver burden", [2, 3, 10, 20, 30, 60, 1, 5, 4, 15, 70, 25])
    assert told(honest, "codes of ranges") == []


def test_a_larger_ki67_beside_low_ones_that_the_grades_confirm():
    ki67: list[object] = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 3, 25]
    grades = [*["G1"] * 10, "G2", "G3"]
    assert told(of_patients("Ki-67", ki67, who_grade=grades), "codes of ranges") == []
    assert told(of_patients("Ki-67", ki67), "codes of ranges") == [("assumed", "Ki-67")]


def test_bare_codes_beside_ranges_are_emptied():
    values: list[object] = [1, "<25", 2, "25-50", 3, ">50", 1, 2]
    trial = of_patients("Liver burden", values)
    assert trial.patients["liver_burden_percent"].isna().all()
    found = cells(trial, "Other cells of the column hold ranges")
    assert [(at[2], at[3]) for at in found] == [
        ("001", "1"), ("003", "2"), ("005", "3"), ("007", "1"), ("008", "2"),
    ]  # fmt: skip


def test_bare_codes_beside_ranges_with_the_sign_are_emptied():
    trial = of_patients("liver_burden_percent", [1, "<25%", 2, "25-50%", 3, ">50%", 1, 2])
    assert trial.patients["liver_burden_percent"].isna().all()
    assert len(cells(trial, "Other cells of the column hold ranges")) == 5


def test_estimates_beside_low_values_make_no_codes_of_them():
    trial = of_patients("Ki-67 (%)", [1, "<1", 2, "5-10", 2.5, "15-20", 1, 2])
    assert trial.patients["ki67_percent"].dropna().tolist() == [1, 2, 2.5, 1, 2]
    assert told(trial, "ranges. Is this") == []
    large = of_patients("Liver burden", [10, "<25", 3, "25-50", 60, 30])
    assert large.patients["liver_burden_percent"].dropna().tolist() == [10, 3, 60, 30]


# Shares of one


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ([0.02, 0.12, 0.3, 5, 10, 2, 1, 3, 4, 15, 0.2, 0.05], 5),
        ([0.03, 3.5, 2.25, 10, 4, 8, 7, 12, 1, 2, 3, 20], 1),
        ([0.2, 0.3, 0.1, 10, 20, 4], 3),
        ([0.12, 0.25, 3, 2, 4, 1, 20, 10, 5, 7], 2),
    ],
)
def test_ki67_that_may_be_shares_is_said_and_kept(values: list[object], asked: int):
    trial = of_patients("Ki-67", values)
    assert trial.patients["ki67_percent"].tolist() == values
    found = cells(trial, "It may be a share of one: 0.12 was read as 0.12%")
    assert [at[3] for at in found] == [str(value) for value in values if float(str(value)) < 1]
    assert len(found) == asked
    assert set(told(trial, "It may be a share of one")) == {("assumed", "Ki-67")}


@pytest.mark.parametrize(
    "values",
    [
        [0.5, 1, 2, 3, 5, 10, 15, 20, 2, 1, 1, 3], [0.5, 0.8, 1, 2, 3, 10, 20, 4],
        ["0.05%", "5%", "10%", "0.12%", "2%"], [0.5, 0.8, 1, 2, 3],
    ],
)  # fmt: skip
def test_low_ki67_is_no_share(values: list[object]):
    assert told(of_patients("Ki-67", values), "It may be a share of one") == []


# Centimetres


def sums(values: list[object], header: str = "SLD", patients: int = 0) -> Trial:
    size = patients or len(values)
    scans = pd.DataFrame({
        "patient_id": [ids(size)[at % size] for at in range(len(values))], "date": START,
        header: values,
    })  # fmt: skip
    return opened(assessments=scans)


@pytest.mark.parametrize(
    ("values", "words", "concerned"),
    [
        ([5.3, 12.1, 25.4, 7.2, 8.8, 19.5], "Most sums of diameters are small", "6 cells"),
        ([3, 5, 8, 12, 15, 9], "Most sums of diameters are small", "6 cells"),
        ([53, 61, 5.3, 6.1, 80], "These sums of diameters have decimals", "2 cells"),
    ],
)
def test_sums_that_may_be_centimetres_are_said_and_kept(
    values: list[object], words: str, concerned: str
):
    trial = sums(values)
    assert trial.assessments["sum_of_diameters_mm"].tolist() == values
    assert told(trial, words) == [("assumed", "SLD")]
    (problem,) = trial.findings.loc[trial.findings["column"] == "SLD", "problem"]
    assert f"This concerns {concerned}" in problem


def test_one_patient_in_two_units():
    values: list[object] = [53, 61, 5.3, 80, 95, 47, 62, 30, 40, 55]
    trial = sums(values, patients=5)  # 5.3 and 30 are of the third patient
    assert told(trial, "others are more than 5 times larger") == [("assumed", "SLD")]
    (row,) = trial.findings[trial.findings["column"] == "SLD"].itertuples()
    assert (row.row, row.value) == (4, "5.3")


@pytest.mark.parametrize(
    ("values", "header"),
    [
        ([53.5, 61.2, 8, 12, 80, 0, 45, 110], "SLD"), ([40, 61, 8, 12, 80, 0, 120, 95], "SLD"),
        ([53.5, 61.2, 8.4, 7.9, 80.1, 95.5], "SLD"), ([3, 5, 8, 12, 15, 9], "SLD (mm)"),
        ([5.3, 12.1, 25.4, 7.2, 8.8, 19.5], "SLD (cm)"),
        (["5.3 cm", "53 mm", "6.1 cm", "61 mm", "80 mm", "72 mm"], "SLD"),
    ],
)  # fmt: skip
def test_honest_sums_are_not_doubted(values: list[object], header: str):
    assert told(sums(values, header), "They may be in centimetres") == []


# Ages


def test_ages_that_are_no_adults():
    values: list[object] = [0, 61, 62, 1, 63, 0.6, 70, 66, 17, 59]
    trial = of_patients("age", values)
    assert trial.patients["age"].tolist() == values
    assert [at[3] for at in cells(trial, "The age is below 2")] == ["0", "1", "0.6"]
    assert set(told(trial, "The age is below 2")) == {("assumed", "age")}
    assert told(trial, "younger than 18") == [("note", "age")]


def test_an_age_of_99_for_many():
    many = of_patients("age", [99, 61, 99, 70, 99, 63, 65, 72, 58, 80])
    assert told(many, "The age is 99 for many patients") == [("assumed", "age")] * 3
    assert many.patients["age"].notna().all()
    few = of_patients("age", [99, 61, 99, 70, 55, 63, 65, 72, 58, 80])
    assert told(few, "The age is 99") == []


# A single item counted from 0


def test_one_item_counted_from_0_is_asked_about():
    long = forms(30)
    right = scores(opened(cohort(30), questionnaires=long))["score"].unstack("scale")
    low = long.assign(value=long["value"].where(long["item"] != 30, long["value"] - 1))
    trial = opened(cohort(30), questionnaires=low)
    found = cells(trial, "QLQ-C30, item 30: the answers hold 0 and no 7")
    assert len(found) == 30
    answers = trial.questionnaires.set_index("item")["value"]
    assert answers[30].isna().all()
    assert answers[29].tolist() == long.loc[long["item"] == 29, "value"].tolist()
    # By the half rule of the manual the score is that of item 29; none is made of item 30.
    scored = scores(trial)["score"].unstack("scale")
    assert scored["QL"].tolist() == pytest.approx(((answers[29] - 1) / 6 * 100).tolist())
    assert scored.drop(columns="QL").equals(right.drop(columns="QL"))


def test_one_stray_0_does_not_ask_of_an_item():
    long = forms(30)
    here = (long["item"] == 30) & (long["patient_id"] == "004")
    long = long[~((long["item"] == 30) & (long["value"] == 7))]
    trial = opened(cohort(30), questionnaires=long.assign(value=long["value"].mask(here, 0)))
    assert cells(trial, "item 30:") == []


def test_zeros_for_missing_answers_in_all_items_do_not_ask_of_those_without_the_highest():
    long = forms(40)
    low = (long["item"] == 5) & (long["value"] == 4)
    long = long.assign(value=long["value"].mask(low, 3))
    missing = ((long["patient_id"].astype(int) + long["item"]) % 7 == 3) & (long["item"] < 29)
    assert (missing & (long["item"] == 5)).sum() == 6
    shown = long.assign(value=long["value"].mask(missing, 0))
    trial = opened(cohort(40), questionnaires=shown)
    assert cells(trial, "item 5:") == []
    expected = scores(opened(cohort(40), questionnaires=long[~missing]))["score"]
    assert scores(trial)["score"].equals(expected)


def test_one_item_of_a_site_counted_from_0():
    sites = ["Bern"] * 15 + ["Basel"] * 15
    long = forms(30)
    here = long["patient_id"].map(dict(zip(ids(30), sites, strict=True))) == "Basel"
    low = here & (long["item"] == 5)
    shown = long.assign(value=long["value"].where(~low, long["value"] - 1))
    trial = opened(cohort(30, site=sites), questionnaires=shown)
    assert len(cells(trial, "item 5: the answers of site 'Basel' hold 0 and no 4")) == 15
    assert int(trial.questionnaires["value"].isna().sum()) == 15
