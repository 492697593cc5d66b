"""Grade tables against R's counts, and by hand where R's tables have no row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retnet_core import load_export
from retnet_core.analysis import safety
from retnet_core.methods import HAND
from retnet_core.trial import Cohort, Trial
from retnet_core.wording import n_percent
from tests.analysis.build import make_trial
from tests.exports import workbook
from tests.validation import agree

REFERENCES = Path(__file__).parents[1] / "references" / "safety"
ARMS = {"BE": "TAE", "TACE": "cTACE", "DEB": "DEB-TACE"}
WORST = {f"worst grade {grade}": f"grade_{grade}" for grade in range(1, 6)}


PATIENT_COLUMNS = {"USUBJID": "patient_id", "ARM": "arm", "SAFFL": "treated"}
EVENT_COLUMNS = {
    "USUBJID": "patient_id",
    "PT": "term",
    "SOC": "system_organ_class",
    "AETOXGR": "grade",
    "TRTEMFL": "treatment_emergent",
    "AESER": "serious",
    "AEREL": "related",
}


@pytest.fixture(scope="module")
def synthetic() -> Trial:
    """Open the made-up ADSL and ADAE as an export workbook."""
    patients = pd.read_csv(REFERENCES / "synthetic_adsl.csv")[list(PATIENT_COLUMNS)]
    events = pd.read_csv(REFERENCES / "synthetic_adae.csv")[list(EVENT_COLUMNS)]
    file = workbook(
        {
            "patients": patients.rename(columns=PATIENT_COLUMNS),
            "adverse_events": events.rename(columns=EVENT_COLUMNS),
        }
    )
    return load_export(file, name="synthetic.xlsx")


@pytest.fixture(scope="module")
def oracle() -> pd.DataFrame:
    # R 4.2.2: distinct patients and events by arm counted with base R on the synthetic ADSL/ADAE
    # (SAFFL = "Y", TRTEMFL = "Y"); limits by binom.test(n_patients, N)$conf.int.
    return pd.read_csv(REFERENCES / "oracle_ae_tables.csv", keep_default_na=False, na_values=[""])


def row(table: pd.DataFrame, arm: str, of_class: str = "", term: str = "") -> pd.Series:
    found = table[
        (table["arm"] == arm) & (table["system_organ_class"] == of_class) & (table["term"] == term)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_counts_equal_r_by_class_term_and_worst_grade(synthetic, oracle):
    table = safety.grade_table(synthetic).table
    columns = {
        **WORST,
        "any TEAE": "any",
        "any": "any",
        "grade>=3": "grade_3_or_more",
        "grade 5": "grade_5",
    }
    rows = oracle[oracle["what"].isin(columns)].fillna({"soc": "", "pt": ""})
    # All but the three rows each of serious and related events, which have their own test.
    assert len(rows) == len(oracle) - 6
    for expected in rows.to_dict("records"):
        found = row(table, ARMS[expected["arm"]], expected["soc"], expected["pt"])
        name = columns[expected["what"]]
        agree("treated", found["n_treated"], expected["N"], rtol=0)
        agree("worst_grade", found[name], expected["n_patients"], rtol=0)
        shown = n_percent(found[name], found["n_treated"]).split("(")[1].removesuffix("%)")
        agree("grade_percent", float(shown), round(expected["pct"], 1), rtol=1e-12)
        if f"{name}_lower" in found.index:
            agree("grade_limits", found[f"{name}_lower"], expected["cp_lower"])
            agree("grade_limits", found[f"{name}_upper"], expected["cp_upper"])


@pytest.mark.parametrize(
    ("what", "options"),
    [("serious", {"serious_only": True}), ("related", {"related_only": True})],
)
def test_serious_and_related_patients_equal_r(synthetic, oracle, what, options):
    table = safety.grade_table(synthetic, by="overall", **options).table
    expected = oracle[(oracle["level"] == "overall") & (oracle["what"] == what)]
    assert len(table) == len(expected) == 3
    theirs = expected.set_index(expected["arm"].map(ARMS))["n_patients"]
    agree("worst_grade", table["any"], theirs.loc[table["arm"]], rtol=0)


def test_the_overall_row_is_first_and_rows_fall_in_frequency(synthetic):
    table = safety.grade_table(synthetic).table
    total = table.groupby(["system_organ_class", "term"], sort=False)["any"].sum()
    assert total.index[0] == ("", "")
    classes = total[total.index.get_level_values("term") == ""].iloc[1:]
    assert list(classes) == sorted(classes, reverse=True)
    for one in classes.index.get_level_values(0):
        terms = total[one].iloc[1:]
        assert list(terms) == sorted(terms, reverse=True)
    # Every row block has every arm, in display order.
    assert list(table["arm"]) == ["TAE", "cTACE", "DEB-TACE"] * len(total)


def small(**events: list[object]) -> Trial:
    """Make four treated patients (two an arm), one without any event, one untreated."""
    return make_trial(
        patients={
            "patient_id": ["1", "2", "3", "4", "5"],
            "arm": ["TAE", "TAE", "cTACE", "cTACE", "cTACE"],
            "first_embolization_date": ["2020-01-10"] * 4 + [None],
        },
        adverse_events=events,
    )


def test_a_patient_counts_once_a_row_at_the_worst_grade():
    trial = small(
        patient_id=["1", "1", "1", "2", "3"],
        term=["Nausea", "Nausea", "Vomiting", "Nausea", "Nausea"],
        system_organ_class=["Gastro"] * 5,
        grade=[1, 3, 2, 2, 4],
    )
    table = safety.grade_table(trial).table
    tae = row(table, "TAE", "Gastro", "Nausea")
    names = ["any", "grade_1", "grade_2", "grade_3"]
    agree("worst_grade", tae[names], [2, 0, 1, 1], reference=HAND, rtol=0)
    gastro = row(table, "TAE", "Gastro")
    names = ["any", "grade_2", "grade_3", "grade_3_or_more"]
    agree("worst_grade", gastro[names], [2, 1, 1, 1], reference=HAND, rtol=0)
    ctace = row(table, "cTACE")
    names = ["n_treated", "any", "grade_4"]
    agree("worst_grade", ctace[names], [2, 1, 1], reference=HAND, rtol=0)
    # An arm without the event still has its row.
    assert row(table, "cTACE", "Gastro", "Vomiting")["any"] == 0


def test_a_missing_grade_counts_as_not_graded_and_overrides_nothing():
    trial = small(
        patient_id=["1", "2", "2"],
        term=["Fever", "Fever", "Fever"],
        system_organ_class=["General"] * 3,
        grade=[None, 2, None],
    )
    result = safety.grade_table(trial)
    fever = row(result.table, "TAE", "General", "Fever")
    counts = fever[["any", "not_graded", "grade_2"]]
    agree("worst_grade", counts, [2, 1, 1], reference=HAND, rtol=0)
    assert fever["grade_3_or_more"] == 0
    assert any(note.startswith("2 events without a grade") for note in result.notes)


def test_blank_class_and_term_have_names_of_their_own():
    trial = small(patient_id=["1", "2"], term=[None, "Fever"], grade=[1, 2])
    table = safety.grade_table(trial).table
    assert row(table, "TAE", "(no class)", "(no term)")["grade_1"] == 1
    assert row(table, "TAE", "(no class)")["any"] == 2


def test_spellings_that_differ_in_case_are_one_term():
    trial = small(
        patient_id=["1", "1", "2"],
        term=["nausea ", "Nausea", "Nausea"],
        system_organ_class=["Gastro"] * 3,
        grade=[1, 1, 1],
    )
    assert row(safety.grade_table(trial).table, "TAE", "Gastro", "Nausea")["any"] == 2


def test_emergence_goes_by_flag_then_by_date_and_unknown_onset_counts():
    trial = small(
        patient_id=["1", "1", "1", "1", "1"],
        term=["before", "same day", "unknown", "flagged yes", "flagged no"],
        start_date=["2020-01-09", "2020-01-10", None, "2020-01-01", "2020-02-01"],
        treatment_emergent=[None, None, None, True, False],
        grade=[1] * 5,
    )
    result = safety.grade_table(trial)
    assert set(result.table["term"]) == {"", "same day", "unknown", "flagged yes"}
    assert "2 events not treatment-emergent: not counted." in result.notes
    assert any(note.startswith("1 event without a usable onset") for note in result.notes)
    assert result.n_events == 3


def test_an_event_of_a_patient_whose_first_date_is_unreadable_counts():
    trial = make_trial(
        unreadable=[("patients", "first_embolization_date", "1")],
        patients={
            "patient_id": ["1", "2"],
            "arm": ["TAE", "TAE"],
            "first_embolization_date": [None, "2020-01-10"],
        },
        adverse_events={"patient_id": ["1"], "start_date": ["2019-01-01"], "grade": [3]},
    )
    overall = safety.grade_table(trial, by="overall").table.iloc[0]
    assert (overall["n_treated"], overall["grade_3"]) == (2, 1)


def test_the_denominator_is_treated_patients_by_arm_received():
    trial = make_trial(
        patients={
            "patient_id": ["1", "2", "3", "4", "5"],
            "arm": ["TAE", "TAE", "cTACE", "DEB-TACE", "DEB-TACE"],
            "arm_received": ["TAE", "cTACE", None, "DEB-TACE", None],
            "treated": [True, None, None, None, False],
            "first_embolization_date": [None, "2020-01-01", None, None, "2020-01-01"],
        },
        embolizations={"patient_id": ["3", "4"]},
        adverse_events={"patient_id": ["2", "5"], "grade": [3, 3], "term": ["Pain", "Pain"]},
    )
    result = safety.grade_table(trial)
    assert list(result.denominators) == ["TAE", "cTACE", "DEB-TACE"]
    treated = list(result.denominators.values())
    agree("treated", treated, [1, 2, 1], reference=HAND, rtol=0)
    assert row(result.table, "cTACE")["grade_3"] == 1
    assert row(result.table, "DEB-TACE")["any"] == 0
    notes = " ".join(result.notes)
    assert "1 patient not treated: left out." in notes
    assert "1 event of patients not treated: not counted." in notes
    assert "1 patient received another arm than assigned" in notes
    assert "1 patient without an arm received: counted under the arm assigned." in notes
    assert "DEB-TACE was closed early: 1 patient" in notes


def test_without_any_word_on_treatment_everyone_counts_as_treated():
    trial = make_trial(
        patients={"patient_id": ["1", "2"], "arm": ["TAE", "cTACE"]},
        adverse_events={"patient_id": ["1"], "grade": [1]},
    )
    result = safety.grade_table(trial)
    assert result.denominators == {"TAE": 1, "cTACE": 1}
    assert any("does not say who was treated" in note for note in result.notes)


def test_a_cohort_of_untreated_patients_stays_untreated():
    # Narrowing must not make the export look like one without treatment dates.
    trial = small(patient_id=["5"], grade=[2]).select(Cohort(arms=("cTACE",)))
    only_5 = make_trial(
        patients={
            "patient_id": ["1", "5"],
            "arm": ["TAE", "cTACE"],
            "first_embolization_date": ["2020-01-10", None],
        },
        adverse_events={"patient_id": ["5"], "grade": [2]},
    ).select(Cohort(arms=("cTACE",)))
    assert safety.grade_table(trial).denominators == {"cTACE": 2}
    result = safety.grade_table(only_5)
    assert result.denominators == {}
    assert result.table.empty
    assert safety.summary(result) == "No treated patient is in this selection."


def test_blank_answers_are_neither_related_nor_serious_and_are_said():
    trial = small(
        patient_id=["1", "1", "2"],
        term=["a", "b", "c"],
        related=[True, None, False],
        serious=[None, None, True],
        grade=[1, 1, 1],
    )
    related = safety.grade_table(trial, related_only=True)
    assert set(related.table["term"]) == {"", "a"}
    assert "1 event not recorded as related or not related: not counted." in related.notes
    assert "related treatment-emergent" in related.method
    serious = safety.grade_table(trial, serious_only=True)
    assert set(serious.table["term"]) == {"", "c"}


def test_a_term_is_listed_where_one_arm_reaches_the_minimum():
    trial = small(
        patient_id=["1", "1", "2"],
        term=["Pain", "Fever", "Fever"],
        system_organ_class=["General", "General", "General"],
        grade=[1, 1, 1],
    )
    # Pain: 1 of 2 TAE patients; Fever: 2 of 2.
    assert set(safety.grade_table(trial, minimum_percent=50).table["term"]) == {"", "Pain", "Fever"}
    half = safety.grade_table(trial, minimum_percent=50.1)
    assert set(half.table["term"]) == {"", "Fever"}
    assert "at least one arm reaches in 50.1% of patients" in half.method
    never = safety.grade_table(trial, related_only=True, minimum_percent=50)
    assert set(never.table["system_organ_class"]) == {""}


def test_by_says_how_far_down(synthetic):
    assert len(safety.grade_table(synthetic, by="overall").table) == 3
    by_class = safety.grade_table(synthetic, by="soc").table
    assert len(by_class) == 3 * 6
    assert set(by_class["term"]) == {""}
    with pytest.raises(ValueError, match="'overall', 'soc' or 'term'"):
        safety.grade_table(synthetic, by="pt")


def test_ctcae_versions_are_never_pooled_in_silence():
    def notes_of(*versions: str | None) -> str:
        n = len(versions)
        trial = small(patient_id=["1"] * n, grade=[1] * n, ctcae_version=list(versions))
        result = safety.grade_table(trial)
        return result.method + " ".join(result.notes)

    assert "(5: 2, 4.03: 1 and not stated: 1 events)" in notes_of("v5.0", "5", "4.03", None)
    assert "worst CTCAE 5 grade" in notes_of("v5.0", "CTCAE 5")
    assert "does not state the CTCAE version" in notes_of(None)


def test_unreadable_grades_are_said():
    trial = make_trial(
        unreadable=[("adverse_events", "grade", "1")],
        patients={"patient_id": ["1"], "arm": ["TAE"], "treated": [True]},
        adverse_events={"patient_id": ["1"], "grade": [None]},
    )
    assert "1 grade could not be read: not graded." in safety.grade_table(trial).notes


def test_an_export_without_adverse_events_says_that_zero_means_nothing():
    result = safety.grade_table(small(patient_id=[]))
    assert list(result.table["any"]) == [0, 0]
    assert any("holds no adverse events" in note for note in result.notes)
    assert safety.summary(result) == "No adverse events are counted in 4 treated patients."


def test_sentence_reads_as_the_table_does(synthetic):
    result = safety.grade_table(synthetic)
    assert safety.summary(result) == (
        "Grade 3 or worse adverse events: 14 of 29 TAE patients (48.3%), 15 of 29 cTACE patients "
        "(51.7%); DEB-TACE (closed) 13 of 29 (44.8%). 2 patients with events but without any "
        "grade: not among them."
    )


def test_without_a_grade_nobody_is_said_to_have_had_none_of_grade_3():
    none = safety.grade_table(small(patient_id=["1", "3"], term=["Pain", "Pain"]))
    assert safety.summary(none) == (
        "No adverse events have a grade: how many were grade 3 or worse is not known."
    )
    some = safety.grade_table(small(patient_id=["1", "3"], term=["Pain", "Pain"], grade=[3, None]))
    assert safety.summary(some) == (
        "Grade 3 or worse adverse events: 1 of 2 TAE patients (50.0%), 0 of 2 cTACE patients "
        "(0.0%). 1 patient with events but without any grade: not among them."
    )


EVENT = st.tuples(
    st.sampled_from("123456"),
    st.sampled_from(["Pain", "pain", "Fever", None]),
    st.sampled_from(["General", "Gastro", None]),
    st.sampled_from([1, 2, 3, 4, 5, None]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENT, max_size=25))
def test_counts_add_up_and_a_class_holds_its_terms(events):
    columns = ("patient_id", "term", "system_organ_class", "grade")
    trial = make_trial(
        patients={
            "patient_id": list("123456"),
            "arm": ["TAE", "TAE", "cTACE", "cTACE", 'A <b> & "c"', "TAE"],
            "treated": [True] * 6,
        },
        adverse_events={name: [event[i] for event in events] for i, name in enumerate(columns)},
    )
    table = safety.grade_table(trial).table
    grades = table[list(safety.GRADES)]
    assert (table["any"] == grades.sum(axis=1) + table["not_graded"]).all()
    assert (table["grade_3_or_more"] == grades.iloc[:, 2:].sum(axis=1)).all()
    assert (table["any"] <= table["n_treated"]).all()
    assert (table["any_lower"] <= table["any"] / table["n_treated"]).all()
    assert (table["any_upper"] >= table["any"] / table["n_treated"]).all()
    below = table[table["system_organ_class"] != ""]
    for name in ("any", "grade_3_or_more"):
        largest = below.groupby(["system_organ_class", "arm"])[name].max()
        classes = below[below["term"] == ""].set_index(["system_organ_class", "arm"])[name]
        assert (classes.reindex(largest.index) == largest).all()
        overall = table[table["system_organ_class"] == ""].set_index("arm")[name]
        assert (overall >= classes.groupby("arm").max().reindex(overall.index).fillna(0)).all()
