"""What a file leaves open and the user can answer."""

from __future__ import annotations

import pandas as pd

from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.questions import Question, asked, days_of, is_asked, with_place
from retnet_core.intake.understanding import Understanding
from tests.exports import workbook

PLACE = "Or say what the cells mean under Columns on the page Data."


def understood(
    patients: dict[str, list[object]],
    events: dict[str, list[object]] | None = None,
    mapping: ExportMapping | None = None,
) -> Understanding:
    ids = [f"p{i}" for i in range(4)]
    tables = {"patients": pd.DataFrame({"patient_id": ids, "arm": "TAE"} | patients)}
    if events:
        tables["adverse_events"] = pd.DataFrame({"patient_id": ids, "term": "Pain"} | events)
    return understand(read_file(workbook(tables), "x.xlsx"), mapping)


def counts(found: Understanding) -> dict[str, int]:
    return {one.column: one.cells for one in asked(found)}


def test_codes_that_the_user_can_explain_are_asked_column_by_column() -> None:
    found = understood(
        {"arm": ["1", "2", "1", "TAE"], "sex": ["1", "2", "f", None],
         "who_grade": ["7", "G1", "G2", "7"]},
        {"related": ["probable", "yes", "unlikely", "wer weiß"], "grade": [9, 1, 2, 3]},
    )  # fmt: skip
    assert counts(found) == {"arm": 3, "sex": 2, "who_grade": 2, "grade": 1, "related": 3}
    arm, *_, related = asked(found)
    assert arm == Question("patients", "arm", 3, ("arm",), ("1", "2"))
    assert (related.table, related.values) == (
        "adverse_events", ("probable", "unlikely", "wer weiß"),
    )  # fmt: skip


def test_what_was_answered_is_asked_no_more() -> None:
    readings = {
        ("patients", "arm"): Reading({"1": "TAE", "2": "2"}),  # 2 is an arm of this name
        ("patients", "sex"): Reading({"1": "male", "2": "female"}),
        ("patients", "who_grade"): Reading({"7": ""}),
        ("adverse_events", "related"): Reading({"probable": "yes", "unlikely": "no"}),
        ("adverse_events", "grade"): Reading(missing=("9",)),
    }
    found = understood(
        {"arm": ["1", "2", "1", "TAE"], "sex": ["1", "2", "f", None],
         "who_grade": ["7", "G1", "G2", "7"]},
        {"related": ["probable", "yes", "unlikely", "no"], "grade": [9, 1, 2, 3]},
        ExportMapping(readings=readings),
    )  # fmt: skip
    assert found.trial
    assert found.trial.patients["arm"].tolist() == ["TAE", "2", "TAE", "TAE"]
    assert asked(found) == ()


def test_dates_are_asked_only_where_their_order_is_open() -> None:
    found = understood(
        {
            "death_date": ["03/04/2020", "05/06/2020", None, "soon"],
            "last_imaging_date": ["13/05/2020", "03/04/2020", "soon", "05/05/2020"],
            "last_contact_date": ["31/04/2020", "2020-05-01", None, "-99"],
        }
    )
    assert counts(found) == {"death_date": 2, "last_contact_date": 1}


def test_numbers_are_asked_where_they_may_be_codes() -> None:
    found = understood({"age": [61, -99, 70, 65], "ki67_percent": [101, 3, 4, 5],
                        "ecog": [7, 0, 1, "one"]})  # fmt: skip
    assert counts(found) == {"age": 1, "ecog": 1}
    named = understood({"Ki-67 (zz)": [1, 2, 3, None]})
    assert counts(named) == {"ki67_percent": 3}
    said = ExportMapping(readings={("patients", "ki67_percent"): Reading(unit="%")})
    assert asked(understood({"Ki-67 (zz)": [1, 2, 3, None]}, mapping=said)) == ()


def test_free_text_holds_no_codes_to_be_explained() -> None:
    size = 20
    frame = pd.DataFrame({"patient_id": [f"p{i}" for i in range(size)],
                          "arm": [f"text {i}" for i in range(size)]})  # fmt: skip
    found = understand(read_file(workbook({"patients": frame}), "x.xlsx"))
    assert found.trial
    assert asked(found) == ()
    assert asked(understood({})) == ()


def test_findings_of_a_question_are_told_from_others() -> None:
    one = [Question("patients", "sex", 4, ("Sex", "Sex 2"), ("1", "2"))]
    assert is_asked(one, "patients", "Sex", "1")
    assert is_asked(one, "patients", "Sex", "")
    assert is_asked(one, "patients", "Sex, Sex 2", "1, 2")
    assert not is_asked(one, "patients", "Sex", "x")
    assert not is_asked(one, "patients", "Sex of pet", "1")
    assert not is_asked(one, "labs", "Sex", "1")


def test_remedies_name_the_place_where_the_user_can_answer() -> None:
    found = understood({"sex": ["1", "2", "f", "m"], "death_date": ["03/04/2020", "soon"] * 2})
    assert found.trial
    told = with_place(found.trial.findings, asked(found)).set_index("value")["remedy"]
    assert told["1"] == f"Correct the cell: allowed are female, male. {PLACE}"
    assert not told["soon"].str.contains("Columns").any()
    assert not told["03/04/2020"].str.contains(PLACE, regex=False).any()  # it says so by itself
    assert told["03/04/2020"].str.contains("under Columns on the page Data", regex=False).all()


def test_the_orders_of_a_date() -> None:
    assert list(days_of("19-03-12")) == ["day first", "year first"]
    assert list(days_of("19/03/12")) == ["day first", "year first"]
    assert list(days_of("19/03/12", usual=True)) == ["day first"]
    assert days_of("2019-03-12") == {}
