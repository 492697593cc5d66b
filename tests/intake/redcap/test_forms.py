"""What is taken from which form and event of a REDCap export."""

from __future__ import annotations

import pandas as pd
import pytest

from retnet_core import load_export
from retnet_core.intake.files import bundle
from retnet_core.intake.layouts.redcap.dictionary import Entry, parse_choices
from retnet_core.intake.layouts.redcap.headers import read_fields
from tests.intake.redcap.project import (
    ANSWERS,
    DICTIONARY,
    ROWS,
    START,
    accounted,
    cells,
    dictionary_file,
    finding,
    form,
    labelled,
    one_form,
    opened,
    raw,
    written,
)


def test_repeating_embolizations() -> None:
    fields = form("embolization", ("emb_date", "text", ""), ("emb_lobe", "checkbox", "r, R | l, L"),
                  ("emb_dose", "text", ""))  # fmt: skip
    trial = one_form(
        fields, {"emb_date": "2020-01-01", "emb_lobe___r": 1, "emb_lobe___l": 1, "emb_dose": 50},
        {"emb_date": "2020-02-01", "emb_lobe___r": 0, "emb_lobe___l": 1}, instrument="embolization",
    )  # fmt: skip
    assert cells(trial.embolizations, "date", "target", "doxorubicin_mg") == [
        ["2020-01-01", "R; L", 50], ["2020-02-01", "L", None],
    ]  # fmt: skip


def test_repeating_labs_take_the_visit_of_their_instance() -> None:
    fields = form("blood", ("lab_test", "text", ""), ("lab_value", "text", ""),
                  ("units", "text", ""), ("drawn_date", "text", ""))  # fmt: skip
    trial = one_form(
        fields,
        {"lab_test": "CgA", "lab_value": 120, "units": "ug/L", "drawn_date": "2020-01-01"},
        {"lab_test": "NSE", "lab_value": 9, "units": "ug/L", "drawn_date": "2020-02-01"},
        instrument="blood",
    )
    assert cells(trial.labs, "test", "visit", "value", "unit", "date") == [
        ["CgA", "blood 1", 120, "ug/L", "2020-01-01"], ["NSE", "blood 2", 9, "ug/L", "2020-02-01"],
    ]  # fmt: skip


def test_an_instrument_that_is_no_table_is_set_aside() -> None:
    fields = form("pressure", ("sbp", "text", ""), ("dbp", "text", ""))
    group = {"redcap_data_access_group": "oslo"}
    trial = one_form(fields, {"sbp": 120, **group}, {"sbp": 130, **group}, instrument="pressure")
    assert trial.source.rows_set_aside == 2
    said = finding(trial, "of the repeating instrument 'pressure'")
    assert (said["severity"], said["row"]) == ("set aside", 3)
    assert finding(trial, "not known and not used")["column"] == "sbp"


def test_rows_without_an_id_and_repeats_are_set_aside() -> None:
    trial = opened(raw([*ROWS, {**ROWS[0], "record_id": ""}, ROWS[3]]))
    assert finding(trial, "no patient id")["row"] == 8
    assert finding(trial, "repeats an earlier one")["row"] == 9
    assert trial.source.rows_set_aside == 2
    assert len(trial.adverse_events) == 2


def test_alike_events_of_two_instances_are_two_events() -> None:
    again = {**ROWS[4], "redcap_repeat_instance": 3}
    assert len(opened(raw([*ROWS, again])).adverse_events) == 3


@pytest.mark.parametrize(
    ("event", "visit"),
    [("visit_2_arm_1", "visit 2"), ("follow_up_arm_12b", "follow up b"), ("Week 2", "Week 2"),
     ("Week 2 (Arm 1: Drug A)", "Week 2"), ("arm_1", "arm_1")],
)  # fmt: skip
def test_an_event_becomes_a_visit(event: str, visit: str) -> None:
    trial = opened(raw([{**ROWS[0], "redcap_event_name": event}]))
    assert set(trial.questionnaires["visit"]) == {visit}
    assert trial.arms == ("TAE",)


@pytest.mark.parametrize(
    ("names", "instrument", "items"),
    [
        (["eortc_qlqc30_1", "eortc_qlqc30_30"], "QLQ-C30", [1, 30]),
        (["gi_q31", "gi_q51"], "QLQ-GI.NET21", [31, 51]),
        (["qlq_ginet21_1", "qlq_ginet21_21"], "QLQ-GI.NET21", [31, 51]),
    ],
)
def test_items_of_questionnaires_by_any_name(
    names: list[str], instrument: str, items: list[int]
) -> None:
    fields = form("pro", *((name, "radio", ANSWERS) for name in names))
    trial = one_form(fields, dict.fromkeys(names, 3))
    assert cells(trial.questionnaires, "instrument", "item", "value") == [
        [instrument, item, 3] for item in items
    ]


def test_bare_items_are_those_of_the_form_that_is_named_for_them() -> None:
    depression = form("phq9", *((f"q{n}", "radio", ANSWERS) for n in range(1, 10)))
    trial = one_form(depression, {f"q{n}": 2 for n in range(1, 10)})
    assert trial.questionnaires.empty
    assert finding(trial, "9 columns are not known")["column"].startswith("q1, q2")
    fields = form("eortc_qlq_c30", ("q1", "radio", ANSWERS))
    assert one_form(fields, {"q1": 2}).questionnaires["value"].tolist() == [2]


def test_answers_are_read_as_circled_whatever_their_codes() -> None:
    choices = "0, Not at all | 1, A little | 2, Quite a bit | 3, Very much | 4, Not applicable"
    fields = form("c30", *((f"c30_{n}", "radio", choices) for n in range(1, 6)))
    trial = one_form(fields, {f"c30_{n}": n - 1 for n in range(1, 6)})
    # Code 4 would read as "very much": it has no number of its own and is left blank.
    assert trial.questionnaires["value"].tolist() == [1, 2, 3, 4]


def test_words_with_the_codes_1_to_5_are_grades_and_said_to_be_assumed() -> None:
    words = "1, Mild | 2, Moderate | 3, Severe | 4, Life-threatening | 5, Death"
    fields = form("ae", ("ae_term", "text", ""), ("ae_grade", "radio", words))
    trial = one_form(fields, {"ae_term": "Pain", "ae_grade": 3}, instrument="ae")
    assert trial.adverse_events["grade"].tolist() == [3]
    assert finding(trial, "taken for CTCAE grades")["column"] == "ae_grade"


def test_three_words_are_no_grades() -> None:
    fields = form("ae", ("ae_term", "text", ""),
                  ("ae_grade", "radio", "1, Mild | 2, Moderate | 3, Severe"))  # fmt: skip
    trial = one_form(fields, {"ae_term": "Pain", "ae_grade": 3}, instrument="ae")
    assert trial.adverse_events["grade"].isna().all()
    assert "counts as not graded" in finding(trial, "is not a number")["problem"]


def test_labels_hold_the_number_where_codes_do_not() -> None:
    fields = form("status", ("ecog", "radio", "1, ECOG 0 | 2, ECOG 1 | 3, ECOG 2 (in bed < 50%)"))
    assert one_form(fields, {"ecog": 2}).patients["ecog"].tolist() == [1]
    assert one_form(fields, {"ecog": 3}).patients["ecog"].isna().all()


def test_a_form_of_something_else_says_of_the_patient_what_has_one_meaning() -> None:
    fields = form("ae", ("ae_term", "text", ""), ("ecog", "text", ""), ("site", "text", ""))
    trial = one_form(fields, {"ae_term": "Pain", "ecog": 1, "site": "groin"})
    assert cells(trial.patients, "ecog", "site") == [[1, None]]
    assert finding(trial, "called as site of a patient")["column"] == "site"
    row = {"record_id": "1", "ae_term": "Pain", "site": "Oslo"}
    trial = opened(raw([row], fields), fields, mapping={"patients": {"site": "site"}})
    assert cells(trial.patients, "site") == [["Oslo"]]


def test_the_treatment_of_an_event_is_no_arm() -> None:
    fields = form("ae", ("ae_term", "text", ""), ("treatment", "text", ""))
    trial = one_form(fields, {"ae_term": "Pain", "treatment": "aspirin"})
    assert trial.arms == ("TAE",)
    assert finding(trial, "not known and not used")["column"] == "treatment"


def test_labels_that_come_twice_are_told_by_their_turn() -> None:
    fields = form("end", ("death_date", "text", ""), ("last_contact_date", "text", ""))
    same = [(*one[:3], "Date", *one[4:]) if one[1] == "end" else one for one in fields]
    rows = [{"record_id": "1", "death_date": "2020-01-01", "last_contact_date": "2019-12-31"}]
    trial = opened(labelled(rows, same), same)
    assert cells(trial.patients, "death_date", "last_contact_date") == [
        ["2020-01-01", "2019-12-31"]
    ]


def test_codes_of_checkboxes_are_written_in_headers_as_redcap_does() -> None:
    fields = read_fields(["record_id", "x____1", "x___a"], _entries("-1, None | A, Alpha"), False)
    assert [one.choice for one in fields] == ["", "None", "Alpha"]


def _entries(choices: str) -> list[Entry]:
    return [
        Entry("record_id", "f", "Record", {}, False, False),
        Entry("x", "f", "X", parse_choices(choices), True, False),
    ]


def test_boxes_of_a_form_that_was_not_filled_in_say_nothing() -> None:
    empty = {"record_id": "003", "redcap_event_name": START, "features___1": 0, "features___2": 0,
             "features___3": 0, "baseline_complete": 0}  # fmt: skip
    trial = opened(raw([*ROWS, empty]))
    assert trial.patients["functional"].isna().tolist() == [False, False, True]


def test_a_checkbox_of_one_column_gives_the_choice_that_is_ticked() -> None:
    fields = form("tumour", ("primary_site", "checkbox", "1, Pancreas | 2, Lung"))
    ticked = {"primary_site___1": 0, "primary_site___2": 1}
    assert one_form(fields, ticked).patients["primary_site"].tolist() == ["lung"]
    both = one_form(fields, {**ticked, "primary_site___1": 1})
    assert both.patients["primary_site"].tolist() == ["unknown"]
    assert finding(both, "This is not one of pancreas")["value"] == "Pancreas; Lung"


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (["record_id", "arm", "chemo_complete"], "REDCap"),
        (["patient_id", "arm", "redcap_event_name"], "REDCap"),
        (["Patient", "Treatment arm", "Event Name", "Complete?"], "REDCap"),
        (["Record ID", "Arm", "Complete?"], "REDCap"),
        (["patient_id", "arm", "Complete?"], "RETNET workbook"),
        (["patient_id", "arm", "Event Name"], "RETNET workbook"),
        (["patient_id", "arm", "chemo_complete"], "RETNET workbook"),
    ],
)
def test_a_header_that_others_write_too_does_not_make_an_export(
    header: list[str], layout: str
) -> None:
    trial = load_export(written([header, ["1", "TAE", "2"]]), "export.csv")
    assert trial.source.layout == layout
    assert trial.patients["arm"].tolist() == ["TAE"]


def test_data_may_be_called_complete() -> None:
    header = ["record_id", "arm", "response_complete", "baseline_complete"]
    trial = accounted(load_export(written([header, ["1", "TAE", "partly", "2"]]), "export.csv"))
    assert finding(trial, "not known and not used")["column"] == "response_complete"


def test_the_time_of_a_survey_is_the_date_of_its_form() -> None:
    header = ["record_id", "arm", "qlq_c30_timestamp", "c30_q1", "qlq_c30_complete"]
    rows = [["1", "TAE", "2020-01-02 10:11:12", 1, 2], ["2", "TAE", "[not completed]", 2, 1]]
    trial = accounted(load_export(written([header, *rows]), "export.csv"))
    assert cells(trial.questionnaires, "date", "value") == [["2020-01-02", 1], [None, 2]]
    assert trial.unreadable.empty


def test_a_form_that_comes_at_every_visit_is_rows_although_it_looks_like_patients() -> None:
    fields = form("visit", ("overall_response", "text", ""), ("ecog", "text", ""),
                  ("age", "text", ""))  # fmt: skip
    here = {"ecog": 1, "age": 60, "overall_response": "SD"}
    rows = [{"record_id": "1", "redcap_event_name": f"{name}_arm_1", **here}
            for name in ("first", "second")]  # fmt: skip
    assert len(opened(raw(rows, fields), fields).assessments) == 2
    assert opened(raw(rows[:1], fields), fields).assessments.empty


def test_a_date_of_the_patient_is_not_the_date_of_a_questionnaire() -> None:
    # Without a dictionary the first form's end is not seen: its date stands in the second.
    header = ["record_id", "arm", "date_of_death", "c30_q1", "qlq_c30_complete"]
    trial = accounted(load_export(written([header, ["1", "TAE", "2021-01-01", 1, 2]]), "a.csv"))
    assert cells(trial.questionnaires, "date", "value") == [[None, 1]]
    assert cells(trial.patients, "arm", "death_date") == [["TAE", "2021-01-01"]]


def test_without_forms_no_date_is_taken_for_that_of_a_questionnaire() -> None:
    header = ["record_id", "redcap_event_name", "group", "some_date", "c30_q1"]
    trial = accounted(load_export(written([header, ["1", "a_arm_1", "BE", "2021-01-01", 1]]), "a"))
    assert cells(trial.questionnaires, "visit", "date", "value") == [["a", None, 1]]
    assert trial.arms == ("TAE",)


def test_headers_as_the_api_gives_them_make_a_dictionary() -> None:
    names = ["field_name", "form_name", "field_type", "field_label",
             "select_choices_or_calculations"]  # fmt: skip
    rows = [list(one[:5]) for one in DICTIONARY]
    files = [("data.csv", raw()), ("dictionary.csv", written([names, *rows]))]
    assert accounted(load_export(bundle(files))).arms == ("TAE", "cTACE")


def test_html_in_labels_does_not_count() -> None:
    tagged = [(*one[:3], f"<b>{one[3]}</b>", *one[4:]) for one in DICTIONARY]
    files = [("data.csv", labelled()), ("dictionary.csv", dictionary_file(tagged))]
    # "How bad" is the grade by its variable only, which the dictionary tells.
    trial = accounted(load_export(bundle(files)))
    assert trial.adverse_events["grade"].tolist() == [1, 3]


def test_a_code_that_the_dictionary_does_not_offer_is_not_read_at_its_face_value() -> None:
    fields = {
        "who_grade": "0, G1 | 1, G2 | 2, G3", "ecog": "1, 0 | 2, 1 | 3, 2",
        "functional": "1, Yes | 2, No", "arm": "1, TAE | 2, cTACE",
    }  # fmt: skip
    listed = pd.DataFrame(
        {
            "Variable / Field Name": ["record_id", *fields],
            "Form Name": "baseline",
            "Field Type": ["text", *["radio"] * len(fields)],
            "Field Label": ["Record", "WHO grade", "ECOG", "Functional", "Arm"],
            "Choices, Calculations, OR Slider Labels": ["", *fields.values()],
        }
    )
    data = pd.DataFrame(
        {"record_id": ["1", "2"], "who_grade": ["3", "2"], "ecog": ["4", "2"],
         "functional": ["0", "2"], "arm": ["1", "2"], "baseline_complete": ["2", "2"]}
    )  # fmt: skip
    files = {"data.csv": data, "dictionary.csv": listed}
    packed = [(name, frame.to_csv(index=False).encode()) for name, frame in files.items()]
    trial = load_export(bundle(packed), "export.zip")
    assert trial.source.layout == "REDCap"
    assert trial.patients["who_grade"].tolist() == ["unknown", "G3"]
    assert trial.patients["ecog"].isna().tolist() == [True, False]
    assert trial.patients["ecog"][1] == 1
    assert trial.patients["functional"].isna().tolist() == [True, False]
    told = trial.findings[trial.findings["value"].str.contains("no choice of the data dictionary")]
    assert sorted(told["column"]) == ["ecog", "functional", "who_grade"]
