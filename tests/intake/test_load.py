"""What intake makes of bad cells and rows, in plain words, and what it keeps."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from retnet_core import Cohort, ExportError, Trial, load_export
from retnet_core.analysis.result import Caution
from retnet_core.analysis.time_to_event import derive
from retnet_core.intake import load
from retnet_core.intake.layouts import names
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about
from tests.exports import workbook


def patients(**columns: list[object]) -> pd.DataFrame:
    size = len(next(iter(columns.values()))) if columns else 2
    ids = [f"{n:03d}" for n in range(1, size + 1)]
    return pd.DataFrame({"patient_id": ids, "arm": ["TAE"] * size, **columns}, dtype=object)


def opened(about: dict[str, str] | None = None, **tables: pd.DataFrame) -> Trial:
    trial = load_export(workbook({"patients": patients(), **tables}, about), "test.xlsx")
    source = trial.source
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    return found.iloc[0]


def refusal(tables: dict[str, pd.DataFrame]) -> ExportError:
    with pytest.raises(ExportError) as refused:
        load_export(workbook(tables))
    return refused.value


# The file as a whole


def test_every_table_has_every_column_in_its_dtype() -> None:
    trial = opened()
    for name, schema in SCHEMAS.items():
        table = getattr(trial, name)
        assert list(table.columns) == list(schema.columns)
        schema.validate(table)
    assert list(trial.findings.columns) == [
        "severity", "table", "sheet", "row", "column", "value", "problem", "remedy",
    ]  # fmt: skip
    assert trial.source.name == "test.xlsx"
    assert len(trial.source.sha256) == 64


def test_no_patients_sheet() -> None:
    error = refusal({"adverse_events": pd.DataFrame({"patient_id": ["1"], "term": ["Pain"]})})
    assert "No sheet or file is called 'patients'" in str(error)
    assert "'adverse_events'" in str(error)
    assert error.findings["severity"].tolist() == ["blocks the file"]


def test_no_id_column() -> None:
    error = refusal({"patients": pd.DataFrame({"arm": ["TAE"], "age": [50]})})
    assert "'patients' has no column of patient ids (it has arm, age)" in str(error)


def test_a_sheet_of_another_name_is_not_taken_for_patients_without_arms() -> None:
    assert "it holds 'people'" in str(refusal({"people": patients()[["patient_id"]]}))


def test_the_plain_workbook_is_read_without_reasons() -> None:
    assert not opened().findings["problem"].str.contains("Read as").any()


@pytest.mark.parametrize("ids", [[], [None, "NA"]])
def test_no_patients(ids: list[str | None]) -> None:
    frame = pd.DataFrame({"patient_id": ids, "arm": ["TAE"] * len(ids)}, dtype=object)
    assert "has no patients" in str(refusal({"patients": frame}))


def test_the_data_cut_is_stated_or_the_latest_date() -> None:
    stated = opened({"data_cut": "2023-05-31", "synthetic": "yes"})
    assert stated.source.data_cut == dt.date(2023, 5, 31)
    assert stated.source.data_cut_stated
    assert stated.source.synthetic
    late = dt.datetime(2090, 1, 1)
    table = patients(death_date=[dt.datetime(2020, 3, 1), late])
    taken = load_export(workbook({"patients": table}))
    assert taken.source.data_cut == dt.date(2020, 3, 1)
    assert not taken.source.data_cut_stated
    assert not taken.source.synthetic
    assert "2020-03-01, is taken" in finding(taken, "data cut")["problem"]
    assert finding(taken, "in the future")[["row", "severity"]].tolist() == [3, "assumed"]


def test_an_ambiguous_data_cut_is_not_guessed() -> None:
    trial = opened({"data_cut": "03/04/2023"})
    assert trial.source.data_cut is None
    assert "03/04/2023" in finding(trial, "data cut")["problem"]


@pytest.mark.parametrize(
    ("said", "synthetic"), [("yes", True), ("SYNTHETIC DEMONSTRATION", True), ("No", False)]
)
def test_synthetic_data_say_so(said: str, synthetic: bool) -> None:
    assert opened({"synthetic": said}).source.synthetic is synthetic


def test_about_rows_count_as_used() -> None:
    source = opened({"data_cut": "2023-05-31", "contact": "office"}).source
    assert (source.rows_read, source.rows_used, source.rows_set_aside) == (4, 4, 0)


def test_a_sheet_that_is_no_table_is_set_aside() -> None:
    trial = opened(notes=pd.DataFrame({"a": [1, 2, 3]}))
    assert trial.source.rows_set_aside == 3
    assert finding(trial, "none of the tables")["sheet"] == "notes"


def test_an_empty_sheet_is_fine() -> None:
    trial = opened(adverse_events=pd.DataFrame({"patient_id": [], "term": []}), labs=pd.DataFrame())
    assert trial.adverse_events.empty
    assert trial.source.rows_set_aside == 0


# Sheets and headers


def test_sheets_and_headers_are_recognised_by_their_spellings() -> None:
    table = pd.DataFrame(
        {
            "Subject ID": ["007"], "Treatment Arm": ["Arm 2 - TACE"], "AGE (years)": [61],
            "Ki-67 (%)": ["12%"], "Date of death (dd.mm.yyyy)": ["25.03.2019"], "Gender": ["F"],
        }
    )  # fmt: skip
    events = pd.DataFrame({"USUBJID": ["007"], "ae_term": ["Pain"], "Toxicity grade": ["Grade 2"]})
    trial = load_export(workbook({"Demographics": table, "AEs": events}))
    row = trial.patients.iloc[0]
    assert (row["patient_id"], row["arm"], row["age"], row["sex"]) == ("007", "cTACE", 61, "female")
    assert (row["ki67_percent"], row["death_date"]) == (12, pd.Timestamp("2019-03-25"))
    assert trial.adverse_events["grade"].tolist() == [2]


def test_no_spelling_means_two_things() -> None:
    for table, schema in SCHEMAS.items():
        words = [
            word
            for name in schema.columns
            for word in {fold(one) for one in (name, *about(table, name).aliases)}
        ]
        assert len(words) == len(set(words))
    sheets = [
        word
        for name, schema in SCHEMAS.items()
        for word in {fold(one) for one in (name, *schema.metadata["aliases"])}
    ]
    assert len(sheets) == len(set(sheets))
    assert all(names.table_of(name) == name for name in SCHEMAS)


def test_the_mapping_wins_over_the_spellings() -> None:
    table = pd.DataFrame({"Nr": ["1"], "arm": ["cTACE"], "Strategy": ["Bland"]})
    mapping = {"patients": {"patient_id": "Nr", "arm": "Strategy"}}
    trial = load_export(workbook({"patients": table}), mapping=mapping)
    assert trial.patients[["patient_id", "arm"]].values.tolist() == [["1", "TAE"]]


@pytest.mark.parametrize("mapping", [{"people": {"arm": "x"}}, {"patients": {"colour": "x"}}])
def test_a_mapping_to_nothing_is_refused(mapping: dict[str, dict[str, str]]) -> None:
    with pytest.raises(ExportError, match=r"The mapping names"):
        load_export(workbook({"patients": patients()}), mapping=mapping)


def test_a_mapping_from_nothing_is_said() -> None:
    content = workbook({"patients": patients()})
    trial = load_export(content, mapping={"patients": {"age": "Years"}})
    assert finding(trial, "the sheet does not have it")["column"] == "Years"


def test_columns_that_are_not_used_are_named() -> None:
    trial = opened(patients=patients(shoe_size=[40, 41], eyes=["blue", "grey"]))
    assert finding(trial, "are not known")["column"] == "shoe_size, eyes"


def test_of_two_columns_for_one_the_exact_name_is_used() -> None:
    trial = opened(patients=patients(gender=["m", "m"], sex=["f", "f"]))
    assert trial.patients["sex"].tolist() == ["female", "female"]
    assert finding(trial, "Two columns stand for sex")["column"] == "gender"


def test_two_sheets_of_one_table_follow_each_other() -> None:
    one = pd.DataFrame({"patient_id": ["001"], "visit": ["baseline"], "item": [1], "value": [2]})
    trial = opened(**{"QLQ-C30": one, "GI.NET21": one.assign(item=31)})
    assert trial.questionnaires["instrument"].tolist() == ["QLQ-C30", "QLQ-GI.NET21"]
    assert trial.questionnaires.index.tolist() == [0, 1]


# Rows


def test_ids_are_text_and_differ_by_their_zeros() -> None:
    table = pd.DataFrame({"patient_id": ["007", 8, "8.0"], "arm": ["TAE"] * 3}, dtype=object)
    events = pd.DataFrame({"patient_id": [7, 8, "007"], "term": ["a", "b", "c"]}, dtype=object)
    trial = load_export(workbook({"patients": table, "adverse_events": events}))
    assert trial.patients["patient_id"].tolist() == ["007", "8", "8.0"]
    assert trial.adverse_events["patient_id"].tolist() == ["8", "007"]
    said = finding(trial, "not in the table patients")
    assert (said["row"], said["value"], said["severity"]) == (2, "7", "set aside")
    assert "'007'" in said["remedy"]


def test_of_a_repeated_patient_the_first_row_is_kept() -> None:
    table = patients(age=[50, 60, 70])
    table["patient_id"] = ["1", "2", "1"]
    trial = opened(patients=table)
    assert trial.patients["age"].tolist() == [50, 60]
    assert trial.source.rows_set_aside == 1
    said = finding(trial, "has a row already")
    assert (said["row"], said["value"]) == (4, "1")


def test_exact_duplicates_are_set_aside() -> None:
    events = pd.DataFrame({"patient_id": ["001"] * 3, "term": ["Pain"] * 3, "note": ["", "b", ""]})
    trial = opened(adverse_events=events.replace("", None))
    assert len(trial.adverse_events) == 2
    assert finding(trial, "repeats an earlier one")["row"] == 4


def test_exact_duplicates_in_two_sheets_of_a_table_are_set_aside() -> None:
    one = pd.DataFrame({"patient_id": ["001"] * 2, "term": ["Pain", "Fever"], "note": ["a", None]})
    two = pd.DataFrame(
        {
            "note": [None, None, "b"],
            "Term": ["Fever", "Nausea", "Pain"],
            "id": ["001"] * 3,
            "x": None,
        }
    )
    trial = opened(**{"adverse_events": one, "AE": two})
    assert trial.adverse_events["term"].tolist() == ["Pain", "Fever", "Nausea", "Pain"]
    said = finding(trial, "repeats one of an earlier sheet")
    assert (said["sheet"], said["row"], said["severity"]) == ("AE", 2, "set aside")
    assert trial.source.rows_set_aside == 1


def test_equal_cells_under_forms_of_two_names_are_no_duplicates() -> None:
    form = pd.DataFrame({"patient_id": ["001"], "visit": ["baseline"], "q1": [2], "q2": [3]})
    trial = opened(**{"QLQ-C30": form, "GI.NET21": form, "QLQ": form})
    assert trial.questionnaires["item"].tolist() == [1, 2, 31, 32]
    assert finding(trial, "repeats one of an earlier sheet")["sheet"] == "QLQ"


def test_a_patient_repeated_in_another_sheet_is_set_aside_once() -> None:
    trial = opened(**{"patients": patients(age=[50, 60]), "Demographics": patients(age=[50, 61])})
    assert trial.patients["age"].tolist() == [50, 60]
    assert finding(trial, "repeats one of an earlier sheet")["row"] == 2
    assert finding(trial, "has a row already")["row"] == 3


def test_rows_without_an_id_are_set_aside() -> None:
    events = pd.DataFrame({"patient_id": [None, "001", "N/A"], "term": ["a", "b", "c"]})
    trial = opened(adverse_events=events)
    assert trial.adverse_events["term"].tolist() == ["b"]
    rows = trial.findings.loc[trial.findings["problem"].str.contains("no patient id"), "row"]
    assert rows.tolist() == [2, 4]


def test_a_table_without_ids_is_set_aside_whole() -> None:
    trial = opened(labs=pd.DataFrame({"test": ["CgA", "ALT"], "value": [1, 2]}))
    assert trial.labs.empty
    assert trial.source.rows_set_aside == 2


def test_many_equal_findings_become_one_that_counts() -> None:
    events = pd.DataFrame({"patient_id": "999", "term": [f"t{n}" for n in range(500)]})
    said = finding(opened(adverse_events=events), "not in the table patients")
    assert "500 cells (rows 2, 3, 4 and 497 more)" in said["problem"]


# Cells


def test_a_grade_of_seven_is_not_graded() -> None:
    events = pd.DataFrame(
        {"patient_id": "001", "term": ["a", "b", "c", "d"], "grade": [7, 2.5, "severe", 3]},
        dtype=object,
    )
    trial = opened(adverse_events=events)
    assert trial.adverse_events["grade"].isna().tolist() == [True, True, True, False]
    assert trial.adverse_events["term"].tolist() == ["a", "b", "c", "d"]
    said = finding(trial, "not between 1 and 5")
    assert (said["sheet"], said["row"], said["column"]) == ("adverse_events", 2, "grade")
    assert said["value"] == "7"
    assert "counts as not graded" in said["problem"]
    assert finding(trial, "not a whole number")["value"] == "2.5"
    assert finding(trial, "not a number")["value"] == "severe"
    where = trial.unreadable[["table", "column", "patient_id"]]
    assert where.drop_duplicates().values.tolist() == [["adverse_events", "grade", "001"]]


def test_text_in_a_number_empties_the_cell_and_keeps_the_row() -> None:
    trial = opened(patients=patients(age=["about fifty", 400]))
    assert trial.patients["age"].isna().all()
    assert finding(trial, "not a number")["row"] == 2
    said = finding(trial, "not between 0 and 120")
    assert (said["row"], said["value"], said["severity"]) == (3, "400", "set aside")
    assert "row is kept" in said["problem"]


def test_dates_in_three_styles() -> None:
    styles = ["2019-03-12", "12-Mar-2019", dt.datetime(2019, 3, 12), "25/12/2019", "12/03/2019"]
    trial = opened(patients=patients(death_date=styles))
    march, christmas = pd.Timestamp("2019-03-12"), pd.Timestamp("2019-12-25")
    assert trial.patients["death_date"].tolist() == [march, march, march, christmas, march]
    assert finding(trial, "read day first")["column"] == "death_date"


def test_a_column_of_ambiguous_dates_is_set_aside_with_a_question() -> None:
    trial = opened(patients=patients(progression_date=["03/04/2019", "05/06/2019", None]))
    assert trial.patients["progression_date"].isna().all()
    assert trial.unreadable["patient_id"].tolist() == ["001", "002"]
    asked = trial.findings["problem"].str.contains("day-month-year or month-day-year?", regex=False)
    assert asked.sum() == 2


def test_an_unreadable_progression_is_not_no_progression() -> None:
    trial = opened(patients=patients(progression_date=["yes", "NA"]))
    assert trial.patients["progression_date"].isna().all()
    where = trial.unreadable[["table", "column", "patient_id"]]
    assert where.values.tolist() == [["patients", "progression_date", "001"]]


def test_unknown_is_a_level_of_its_own() -> None:
    table = patients(
        who_grade=["G9", None, "n/a"], primary_site=["spleen", "ileum", None],
        histologic_subtype=["ND", "islet", None],
    )  # fmt: skip
    trial = opened(patients=table)
    assert trial.patients["who_grade"].tolist() == ["unknown"] * 3
    assert trial.patients["primary_site"].tolist() == ["unknown", "gut", "unknown"]
    assert trial.patients["histologic_subtype"].tolist() == ["unknown", "islet-cell", "unknown"]
    said = finding(trial, "not one of G1, G2, G3")
    assert (said["value"], said["row"]) == ("G9", 2)
    assert set(trial.unreadable["column"]) == {"who_grade", "primary_site"}


def test_arms_are_recognised_or_kept_under_their_name() -> None:
    table = patients(arm_received=["DEBDOX", None, None, None])
    table["arm"] = ["arm 1 - be", ' Lev & <b>"5FU" ', 1, None]
    trial = opened(patients=table)
    assert trial.patients["arm"].tolist() == ["TAE", 'Lev & <b>"5FU"', "1", "unknown"]
    assert trial.patients["arm_received"].tolist() == ["DEB-TACE", None, None, None]
    assert trial.arms == ("TAE", "DEB-TACE", 'Lev & <b>"5FU"', "1", "unknown")
    assert finding(trial, "'1' is no arm of RETNET")["row"] == 4
    assert finding(trial, "has no arm and is kept")["row"] == 5
    assert "3 patients have no arm received" in finding(trial, "no arm received")["problem"]


def test_only_patients_who_may_be_treated_lack_an_arm_received() -> None:
    table = patients(arm_received=["TAE", None, None, None], treated=["yes", "no", "yes", None])
    day = dt.datetime(2019, 5, 1)
    table["first_embolization_date"] = [day, None, None, None]
    # The second was not treated, nor the fourth, as far as his blank date says it.
    said = finding(opened(patients=table), "no arm received")
    assert said["problem"].startswith("1 patient has no arm received")
    table["treated"] = ["yes", "no", "no", "no"]
    assert "no arm received" not in " ".join(opened(patients=table).findings["problem"])


def test_many_unknown_arms_are_said_once() -> None:
    table = patients(age=[50] * 30)
    table["arm"] = [f"drug {n}" for n in range(30)]
    said = finding(opened(patients=table), "no arm of RETNET")
    assert "30 cells" in said["problem"]
    assert said["value"] == "drug 0, drug 1, drug 2, ..."


def test_sodium_is_no_missing_test() -> None:
    labs = pd.DataFrame({"patient_id": "001", "test": ["Na", "NA", "-"], "value": [140, 141, 142]})
    assert opened(labs=labs).labs["test"].tolist() == ["Na", "NA", None]


def test_relatedness_is_read_by_a_stated_rule() -> None:
    words = ["possible", "Not related", "unlikely", "yes", "perhaps"]
    events = pd.DataFrame({"patient_id": "001", "term": list("abcde"), "causality": words})
    trial = opened(adverse_events=events)
    assert trial.adverse_events["related"].tolist()[:4] == [True, False, False, True]
    assert trial.adverse_events["related"].isna().tolist()[4]
    assert finding(trial, "read as yes")["severity"] == "assumed"


def test_the_codes_one_and_two_of_an_event_are_asked_about() -> None:
    given = pd.DataFrame(
        {"patient_id": ["001", "002"], "endpoint": "OS", "days": [10, 20], "event": [1, 2]}
    )
    trial = opened(time_to_event=given)
    assert trial.time_to_event["event"].isna().all()
    assert trial.unreadable["column"].tolist() == ["event", "event"]


def test_an_endpoint_without_a_name_is_kept() -> None:
    given = pd.DataFrame({"patient_id": ["001"], "endpoint": [None], "days": [10], "event": [1]})
    assert opened(time_to_event=given).time_to_event["endpoint"].tolist() == ["unknown"]


# Wide questionnaires


def test_a_wide_form_becomes_a_row_an_answer() -> None:
    wide = pd.DataFrame(
        {
            "patient_id": ["001", "002", "999"], "visit": ["baseline", "month 3", "month 3"],
            "q1": [1, None, 1], "QLQ_C30_2": [2, 3, 1], "c30_q30": [7, "x", 1], "GI31": [4, 9, 1],
            "q32": [None, 1, 1],
        }
    )  # fmt: skip
    trial = opened(qlq=wide)
    items = trial.questionnaires.sort_values(["patient_id", "item"])
    assert items["patient_id"].tolist() == ["001"] * 4 + ["002"] * 4
    assert items["item"].tolist() == [1, 2, 30, 31, 2, 30, 31, 32]
    assert items["instrument"].tolist()[:4] == ["QLQ-C30"] * 3 + ["QLQ-GI.NET21"]
    assert items["value"].tolist()[:5] == [1, 2, 7, 4, 3]
    assert items["value"].isna().tolist()[5]
    assert trial.source.rows_used == 4  # rows of the spreadsheet, not answers
    said = finding(trial, "not a number")
    assert (said["column"], said["row"], said["value"]) == ("c30_q30", 3, "x")
    assert finding(trial, "does not offer")["column"] == "GI31"


def test_what_stands_once_in_a_wide_form_is_said_once() -> None:
    wide = pd.DataFrame({"patient_id": ["001"], "date": ["soon"], "q1": [1], "q2": [2], "q3": [3]})
    assert finding(opened(qlq=wide), "not a date")["value"] == "soon"


# Rules across columns


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"death_date": "2018-01-01"}, "death is before the first embolization"),
        ({"hepatic_progression_date": "2018-01-01"}, "hepatic progression is before"),
        ({"randomization_date": "2020-01-01"}, "embolization is before randomisation"),
        (
            {"death_date": "2019-05-01", "last_imaging_date": "2019-06-01"},
            "before the last imaging",
        ),
        ({"death_date": "2019-05-01", "progression_date": "2019-06-01"}, "before progression"),
    ],
)
def test_an_event_before_its_start_is_said_and_kept(columns: dict[str, str], word: str) -> None:
    dates = {name: [value] for name, value in columns.items()}
    trial = opened(patients=patients(first_embolization_date=["2019-03-12"], **dates))
    said = finding(trial, word)
    assert said["row"] == 2
    assert "kept as they stand" in said["problem"]
    for name, value in columns.items():
        assert trial.patients[name].tolist() == [pd.Timestamp(value)]


def test_adverse_events_are_held_against_the_patient() -> None:
    table = patients(first_embolization_date=["2019-03-12", None], death_date=[None, "2019-03-12"])
    events = pd.DataFrame(
        {
            "patient_id": ["001", "001", "002"], "term": ["a", "b", "c"], "grade": [5, 1, 5],
            "start_date": ["2019-03-01", "2019-04-01", "2019-04-01"],
            "end_date": [None, "2019-03-30", None],
        }
    )  # fmt: skip
    trial = opened(patients=table, adverse_events=events)
    assert finding(trial, "no date of death")["row"] == 2
    assert finding(trial, "began before the first embolization")["row"] == 2
    assert finding(trial, "ends before it starts")["row"] == 3
    assert finding(trial, "after the patient's death")["row"] == 4
    assert trial.adverse_events["grade"].tolist() == [5, 1, 5]


def test_the_first_session_is_held_against_the_patient() -> None:
    sessions = pd.DataFrame({"patient_id": ["001"], "date": ["2019-04-01"]})
    table = patients(first_embolization_date=["2019-03-12"])
    trial = opened(patients=table, embolizations=sessions)
    assert finding(trial, "first session")["column"] == "first_embolization_date"


def test_an_export_that_does_not_say_who_was_treated_says_so() -> None:
    assert finding(opened(), "every patient counts as treated")["severity"] == "assumed"
    dated = opened(patients=patients(first_embolization_date=["2019-03-12", None]))
    assert not dated.findings["problem"].str.contains("counts as treated").any()


def test_given_times_that_cannot_be_used_are_said() -> None:
    given = pd.DataFrame(
        {
            "patient_id": ["001", "001", "002"], "endpoint": ["OS", "os", "OS"],
            "days": [10, 11, -5], "event": [1, 0, 0],
        }
    )  # fmt: skip
    trial = opened(time_to_event=given)
    said = finding(trial, "negative")
    assert (said["row"], said["severity"]) == (4, "note")
    assert "set aside" not in set(trial.findings["severity"])  # all are kept
    rows = trial.findings.loc[trial.findings["problem"].str.contains("more than one row"), "row"]
    assert rows.tolist() == [2, 3]
    assert trial.time_to_event["days"].tolist() == [10, 11, -5]


def test_a_number_that_looks_like_a_code_is_said_once() -> None:
    times = pd.DataFrame(
        {"patient_id": ["001", "002"], "endpoint": "OS", "days": [-99, -5], "event": [1, 0]}
    )
    trial = opened(time_to_event=times)
    for words, value in (("negative", "-5"), ("looks like a code", "-99")):
        assert finding(trial, words)["value"] == value
    answers = pd.DataFrame(
        {"patient_id": ["001"], "visit": ["baseline"], "q1": [999], "q2": [99], "q3": [6],
         "q4": [2]}
    )  # fmt: skip
    trial = opened(qlq=answers)
    assert finding(trial, "does not offer")["column"] == "q3"
    coded = trial.findings["problem"].str.contains("looks like a code")
    assert trial.findings.loc[coded, "column"].tolist() == ["q1", "q2"]


def test_answers_that_a_known_form_does_not_offer_are_said() -> None:
    """Values of other questionnaires, and what counts as not applicable, are no mistakes."""
    answers = pd.DataFrame(
        {
            "patient_id": "001", "visit": "baseline",
            "instrument": ["QLQ-C30"] * 4 + ["GI.NET21"] * 3 + ["EQ-5D"],
            "item": [1, 2, 29, 30, 31, 39, 51, 6], "value": [4, 5, 7, 0.5, 0, 5, 5, 85],
        }
    )  # fmt: skip
    trial = opened(items=answers)
    said = trial.findings[trial.findings["problem"].str.contains("does not offer")]
    assert sorted(zip(said["row"], said["value"], said["severity"], strict=True)) == [
        (3, "5", "note"), (5, "0.5", "note"), (6, "0", "note"),
    ]  # fmt: skip
    assert "1 to 7" in said.set_index("row").loc[5, "problem"]
    assert trial.questionnaires["value"].tolist() == [4, 5, 7, 0.5, 0, 5, 5, 85]


def test_percentages_that_look_like_shares_are_said() -> None:
    trial = opened(patients=patients(ki67_percent=[0.02, 0.15]))
    assert "0.4 is 0.4%" in finding(trial, "shares of one")["problem"]
    assert trial.patients["ki67_percent"].tolist() == [0.02, 0.15]


def test_missing_columns_that_matter_are_named() -> None:
    assert "who_grade" in finding(opened(), "no column for")["problem"]


def test_the_trial_can_be_narrowed() -> None:
    table = patients(who_grade=["G1", "G2"])
    events = pd.DataFrame({"patient_id": ["001", "002"], "term": ["a", "b"]})
    trial = opened(patients=table, adverse_events=events).select(Cohort(who_grades=("G2",)))
    assert trial.adverse_events["term"].tolist() == ["b"]


def test_more_patients_than_any_trial_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MOST_PATIENTS", 2)
    with pytest.raises(ExportError, match="has 3 patients; at most 2 can be opened"):
        load_export(workbook({"patients": pd.DataFrame({"patient_id": list("abc"), "arm": "TAE"})}))


def test_ids_that_differ_in_zeros_or_case_are_two_patients_and_are_said() -> None:
    frame = pd.DataFrame({"patient_id": ["007", "7", "8"], "arm": "TAE"})
    trial = load_export(workbook({"patients": frame}))
    assert trial.patients["patient_id"].tolist() == ["007", "7", "8"]
    told = trial.findings[trial.findings["problem"].str.contains("differs from another one only")]
    assert told["value"].tolist() == ["007", "7"]


def test_a_mark_of_doubt_after_an_arm_is_said() -> None:
    frame = pd.DataFrame({"patient_id": ["1", "2"], "arm": ["TAE?", "TACE"]})
    trial = load_export(workbook({"patients": frame}))
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    (told,) = trial.findings.loc[trial.findings["value"] == "TAE?", "problem"]
    assert "doubts" in told


def test_shares_among_percentages_are_asked_about() -> None:
    frame = pd.DataFrame({"patient_id": ["1", "2", "3"], "arm": "TAE",
                          "liver_burden_percent": [0.25, 40, 35]})  # fmt: skip
    trial = load_export(workbook({"patients": frame}))
    assert trial.patients["liver_burden_percent"].fillna(-1).tolist() == [-1, 40, 35]
    told = trial.findings[trial.findings["problem"].str.contains("a share of one")]
    assert told[["row", "value", "severity"]].values.tolist() == [[2, "0.25", "set aside"]]
    signed = frame.assign(liver_burden_percent=["0.25%", 40, 35])
    trial = load_export(workbook({"patients": signed}))
    assert trial.patients["liver_burden_percent"].tolist() == [0.25, 40, 35]


def test_times_that_contradict_each_other_and_endpoints_of_events_alone_are_said() -> None:
    ids = list("abcde")
    patients = pd.DataFrame({"patient_id": ids, "arm": "TAE"})
    given = pd.DataFrame({"patient_id": ids, "endpoint": "PFS", "event": 1,
                          "days": [365, 31, 61, 91, 122], "months": [24, 1, 2, 3, 4]})  # fmt: skip
    trial = load_export(workbook({"patients": patients, "time_to_event": given}))
    said = trial.findings.set_index("column")
    assert said.loc["days", ["row", "value"]].tolist() == [2, "365"]
    assert "nobody is censored" in said.loc["event", "problem"]


def test_only_what_somebody_can_correct_is_listed_with_its_patient() -> None:
    frame = pd.DataFrame(
        {
            "patient_id": ["Site 1: Oslo", "001", "002", None, "Total"],
            "arm": [None, "TAE", "X", "TAE", None],
            "age": [None, "fifty", "51", "52", "103"],
            "death_date": [None, "2020-25-01", "2020-13-12", None, None],
        },
        dtype=object,
    )
    events = pd.DataFrame({"patient_id": ["002", "009"], "term": "Pain", "grade": [7, 1]})
    trial = load_export(workbook({"patients": frame, "adverse_events": events}))
    rows = trial.findings.loc[trial.findings["severity"] == "set aside", "row"].tolist()
    assert {2, 6} <= set(rows)  # the title and the total are findings, and nothing to correct
    listed = trial.cells_to_check[["sheet", "row", "column", "patient_id", "value"]]
    cells = list(listed.itertuples(index=False, name=None))
    assert ("patients", 3, "age", "001", "fifty") in cells
    assert ("patients", 5, "patient_id", "", "") in cells  # an id is to be filled in
    assert ("adverse_events", 2, "grade", "002", "7") in cells
    assert ("adverse_events", 3, "patient_id", "009", "009") in cells
    assert not listed["row"][listed["sheet"] == "patients"].isin([2, 6]).any()
    assert trial.cells_to_check[["problem", "remedy"]].ne("").all(axis=None)


def test_what_holds_for_a_column_is_no_cell_to_correct() -> None:
    frame = patients(death_date=["03.04.2020", "04.05.2020", "25.12.2020"])
    trial = opened(patients=frame, adverse_events=pd.DataFrame())
    assumed = trial.findings[trial.findings["problem"].str.contains("day first")]
    assert len(assumed) == 1
    assert "death_date" not in set(trial.cells_to_check["column"])


def test_values_in_doubt_are_said_once_and_each_is_listed() -> None:
    trial = opened(patients=patients(sex=["f?", "f", "m*"]))
    told = trial.findings[trial.findings["problem"].str.contains("question mark or an asterisk")]
    assert told["severity"].tolist() == ["assumed"]
    assert "2 cells (rows 2, 4)" in told["problem"].iloc[0]
    listed = trial.cells_to_check[trial.cells_to_check["remedy"] == told["remedy"].iloc[0]]
    ids = trial.patients["patient_id"].tolist()
    assert listed[["row", "column", "patient_id", "value"]].values.tolist() == [
        [2, "sex", ids[0], "f?"], [4, "sex", ids[2], "m*"],
    ]  # fmt: skip
    assert not listed["problem"].str.contains("This concerns").any()


def test_arms_in_doubt_are_listed_one_by_one() -> None:
    trial = opened(patients=patients(arm=["TAE?", "TAE", "TAE?"]))
    (told,) = trial.findings.loc[trial.findings["value"] == "TAE?", "problem"]
    assert "2 cells (rows 2, 4)" in told
    listed = trial.cells_to_check[trial.cells_to_check["value"] == "TAE?"]
    assert listed["row"].tolist() == [2, 4]
    assert listed["patient_id"].tolist() == trial.patients["patient_id"][[0, 2]].tolist()


def test_cells_of_a_layout_of_its_own_have_their_patient_too() -> None:
    rows = "record_id,arm,ecog,a_complete\n1,TAE,1,2\n1,,0,2\n2,cTACE,0,2\n"
    trial = load_export(rows.encode(), "redcap.csv")
    listed = trial.cells_to_check
    told = listed[listed["problem"].str.contains("another ecog")]
    assert told[["row", "column", "patient_id", "value"]].values.tolist() == [[3, "ecog", "1", "0"]]


def _given(events: list[object], **columns: object) -> Trial:
    ids = [f"{n:03d}" for n in range(len(events))]
    given = pd.DataFrame(
        {"patient_id": ids, "endpoint": "OS", "days": 100, "event": events, **columns}, dtype=object
    )
    people = pd.DataFrame({"patient_id": ids, "arm": "TAE"})
    return load_export(workbook({"patients": people, "time_to_event": given}))


def test_blank_events_beside_deaths_alone_are_said_and_not_that_everybody_died() -> None:
    trial = _given([*["yes"] * 5, *[None] * 6, "maybe"])
    assert "nobody is censored" not in " ".join(trial.findings["problem"])
    said = finding(trial, "nothing is known")
    assert said["problem"].startswith("5 patients have the event of OS, and of 7 nothing is known")
    assert said["severity"] == "assumed"
    (note,) = [one for one in derive(trial, "OS").notes if "Every patient analysed" in one]
    assert isinstance(note, Caution)
    assert note.startswith("Every patient analysed has the event; what happened to 7 others")


def test_some_blank_events_beside_censored_patients_are_not_asked_about() -> None:
    few, many = _given([*["no"] * 9, None]), _given([*["no"] * 6, *[None] * 4])
    assert "nothing is known" not in " ".join(few.findings["problem"])
    assert "6 patients are censored for OS, and of 4" in finding(many, "nothing is")["problem"]
    both = _given(["yes", *["no"] * 3, *[None] * 6])
    assert "nothing is known" not in " ".join(both.findings["problem"])


def test_that_everybody_has_the_event_is_said_of_those_with_a_time() -> None:
    days = [100] * 5 + [None] * 3
    trial = _given([*["yes"] * 5, *[None] * 3], days=days)
    assert finding(trial, "nobody is censored")["problem"].startswith("All 5 patients have")


def test_a_negative_time_that_looks_like_a_code_is_not_analysed() -> None:
    trial = _given([*["yes"] * 3, *["no"] * 3], days=[100, 200, -99, 300, 400, 500])
    said = finding(trial, "looks like a code for no value")
    assert "the patient is not analysed for this endpoint" in said["problem"]
    assert said["remedy"].startswith("Correct the time, if it is a number.")
    lost = derive(trial, "OS").not_analysed
    assert lost[["patient_id", "reason"]].values.tolist() == [["002", "negative time"]]
