"""The screen Columns: changes gather, are read together, and kept only when the user says so."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui import kept, session
from retnet_core.intake.mapping import ExportMapping, Reading, from_yaml, to_yaml
from tests.pages.app import visit, words
from tests.pages.test_data_page import bring, keys, named, part

LIST = pd.DataFrame(
    {
        "patient_id": ["p1", "p2", "p3", "p4"],
        "arm": ["A", "B", "A", "B"],
        "sex": ["1", "f", "1", "f"],
        "first_embolization_date": ["03/04/2020", "05/06/2020", "07/08/2020", "09/10/2020"],
        "liver_burden_percent": [0.1, 0.2, 0.3, 0.4],
        "Region": ["north", "south", "south", "north"],
    }
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    for record in kept.store().list(include_deleted=True):
        kept.store().erase(record.key)
        session.forget(record.key)


def columns(frame: pd.DataFrame = LIST, *more: tuple) -> AppTest:
    return part(bring(visit("upload.py"), frame, "list.xlsx", *more), "Columns")


def choose(app: AppTest, name: str) -> AppTest:
    return named(app.selectbox, "mapping_of_patients").set_value(name).run()


def give(app: AppTest, name: str, header: str) -> AppTest:
    choose(app, name)
    return named(app.selectbox, f"mapping_header_patients_{name}").set_value(header).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [one.label for one in app.button if not one.disabled]


def overview(app: AppTest) -> pd.DataFrame:
    frames = [one.value for one in app.dataframe]
    return next(one for one in frames if "Our column" in one).set_index("Our column")


def test_changes_to_several_columns_wait_and_are_read_together() -> None:
    app = give(columns(), "site", "Region")
    choose(app, "sex")
    named(app.selectbox, "code_0_patients_sex").set_value("male").run()
    choose(app, "first_embolization_date")
    app.segmented_control(
        key=next(one.key for one in app.segmented_control if one.key.endswith("_dates"))
    ).set_value("month first: 12/31/2019").run()
    said = words(app)
    assert "3 changes wait." in said
    assert "site of patients: column 'Region'" in said
    assert "sex of patients: '1' means male" in said
    assert "first_embolization_date of patients: dates month first" in said
    assert overview(app)["Cells read"]["first_embolization_date"] == "0 of 4"
    choose(app, "site")  # what waits is shown where it was said
    assert named(app.selectbox, "mapping_header_patients_site").value == "Region"

    press(app, "Read the file this way")
    assert "wait" not in words(app)
    found = overview(app)
    assert found["Column of the file"]["site"] == "Region"
    assert found["Cells read"]["sex"] == "4 of 4"
    assert found["Unit or order of dates"]["first_embolization_date"] == "month first"


def test_what_a_new_reading_changes_is_said_before_it_is_kept() -> None:
    app = columns()
    (before,) = keys()
    trial = session.find(before[: session.KEY_LENGTH])
    assert trial is not None
    press(give(app, "site", "Region"), "Read the file this way")
    said = words(app)
    assert "Read in the new way there are 4 patients (4 before)" in said
    assert f"({len(trial.findings)} before)" in said
    assert keys() == [before]
    press(app, "Keep this reading")
    (after,) = keys()
    assert after != before
    record = kept.store().find(after)
    assert record is not None
    assert from_yaml(record.mapping).columns == {"patients": {"site": "Region"}}


def test_a_reading_is_not_kept_without_the_changes_that_still_wait() -> None:
    app = press(give(columns(), "site", "Region"), "Read the file this way")
    give(app, "primary_site", "Region")
    keep = next(one for one in app.button if one.label == "Keep this reading")
    assert keep.disabled
    press(app, "Drop these changes")
    assert named(app.selectbox, "mapping_header_patients_primary_site").value != "Region"
    assert not next(one for one in app.button if one.label == "Keep this reading").disabled


def test_dropped_and_discarded_changes_leave_nothing_behind() -> None:
    app = give(columns(), "site", "Region")
    press(app, "Drop these changes")
    assert "Read the file this way" not in labels(app)
    assert named(app.selectbox, "mapping_header_patients_site").value != "Region"
    press(give(app, "site", "Region"), "Read the file this way")
    press(app, "Discard")
    assert not {"Read the file this way", "Keep this reading", "Discard"} & set(labels(app))
    assert overview(app)["Column of the file"]["site"] == ""


def test_each_cell_says_what_it_was_read_as() -> None:
    app = choose(columns(), "sex")
    said = words(app)
    assert "Read as" in said
    assert "female" in said
    assert "emptied" in said


def test_looking_at_columns_changes_nothing_that_a_mapping_said() -> None:
    mapping = ExportMapping(
        readings={
            ("patients", "arm"): Reading(codes={"A": "TAE", "B": "", "C": "another"}),
            ("patients", "sex"): Reading(codes={"1": "male"}, missing=("-9",)),
            ("patients", "liver_burden_percent"): Reading(unit="Share"),
        },
        sheets={"Gone": "labs"},
        missing=("-99",),
    )
    file = ("retnet_mapping.yaml", to_yaml(mapping).encode(), "application/yaml")
    app = columns(LIST, file)
    for name in ("arm", "sex", "liver_burden_percent", "patient_id", "first_embolization_date"):
        choose(app, name)
        assert not app.exception
        assert "Read the file this way" not in labels(app)


def test_a_header_that_another_column_has_is_said_beside_the_choice() -> None:
    app = give(columns(), "site", "sex")
    warned = "\n".join(one.value for one in app.warning)
    assert "'sex' is read as sex so far." in warned
    press(app, "Read the file this way")
    found = overview(app)["Column of the file"]
    assert (found["site"], found["sex"]) == ("sex", "")


def test_a_reading_that_does_not_open_says_why_and_can_be_discarded() -> None:
    app = columns()
    (before,) = keys()
    for one in app.selectbox:
        if one.label == "The sheet patients holds":
            one.set_value("not used").run()
    press(app, "Read the file this way")
    assert any("cannot be opened" in one.value for one in app.error)
    press(app, "Discard")
    assert keys() == [before]
    assert overview(app)["Cells read"]["patient_id"] == "4 of 4"


def test_the_unit_of_the_file_stands_beside_ours() -> None:
    app = columns(LIST.rename(columns={"liver_burden_percent": "Liver burden (share)"}))
    assert overview(app)["Unit or order of dates"]["liver_burden_percent"] == "%, file in share"


def test_changes_can_be_read_from_beside_the_widgets_too() -> None:
    app = columns()
    assert named(app.button, "mapping_use_here").disabled
    app = give(app, "site", "Region")
    assert named(app.button, "mapping_use_here").label == "Read the file this way (1 change)"
    named(app.button, "mapping_use_here").click().run()
    assert overview(app)["Column of the file"]["site"] == "Region"


def test_dates_that_begin_with_the_year_can_be_said_and_stay_said() -> None:
    dates = ["19-03-12", "18-04-11", "20-05-10", "17-06-09"]
    app = columns(LIST.assign(first_embolization_date=dates))
    name = "first_embolization_date"
    assert overview(app)["Unit or order of dates"][name] == "day or year first: asked"
    choose(app, name)
    key = next(one.key for one in app.segmented_control if one.key.endswith("_dates"))
    app.segmented_control(key=key).set_value("year first: 19-12-31").run()
    press(app, "Read the file this way")
    assert not app.exception
    choose(app, name)
    assert not app.exception
    assert overview(app).loc[name, ["Cells read", "Unit or order of dates"]].tolist() == [
        "4 of 4", "year first",
    ]  # fmt: skip


def test_a_link_to_a_reading_that_was_replaced_leads_to_the_new_one() -> None:
    app = columns()
    (before,) = keys()
    for header in ("Region", "sex"):
        press(give(app, "site", header), "Read the file this way")
        press(app, "Keep this reading")
        app = part(visit("upload.py", None, data=keys()[0][: session.KEY_LENGTH]), "Columns")
    (newest,) = keys()
    session.forget(before)
    app = visit("overview.py", None, data=before[: session.KEY_LENGTH])
    assert not app.exception
    said = words(app)
    assert "This link shows list.xlsx, which was replaced on" in said
    assert "under Data sets, Earlier readings" in said
    press(app, "Open the new reading")
    assert not app.exception
    assert app.query_params["data"] == newest[: session.KEY_LENGTH]
    kept.store().erase(newest)
    session.forget(newest)
    app = visit("overview.py", None, data=before[: session.KEY_LENGTH])
    assert "Open the new reading" not in labels(app)


def test_a_wrong_unit_of_a_header_is_overruled_by_ours() -> None:
    file = LIST.rename(columns={"liver_burden_percent": "Liver burden (share)"})
    app = choose(columns(file), "liver_burden_percent")
    unit = named(app.selectbox, "mapping_patients_liver_burden_percent_unit")
    assert unit.value == ""
    unit.set_value("%").run()
    press(app, "Read the file this way")
    assert overview(app)["Unit or order of dates"]["liver_burden_percent"] == "%"
    press(app, "Keep this reading")
    (key,) = keys()
    trial = session.find(key[: session.KEY_LENGTH])
    assert trial is not None
    assert trial.patients["liver_burden_percent"].tolist() == [0.1, 0.2, 0.3, 0.4]


UNCLEAR = LIST.drop(columns="liver_burden_percent").assign(
    site="north", death_date=["03/04/2021", None, None, None]
)


def test_what_is_to_be_answered_is_named_and_the_screen_opens_on_it() -> None:
    app = columns(UNCLEAR.assign(arm="TAE"))
    assert (
        "To answer: first embolization date (patients, 4 cells), sex (patients, 2 cells), "
        "death date (patients, 1 cell)."
    ) in words(app).replace("*", "")
    assert named(app.selectbox, "mapping_of_patients").value == "first_embolization_date"
    marked = overview(app)["To answer"]
    assert marked[marked != ""].to_dict() == {
        "sex": "2 cells", "first_embolization_date": "4 cells", "death_date": "1 cell",
    }  # fmt: skip


def test_the_banner_counts_the_questions_that_columns_names() -> None:
    app = bring(visit("upload.py"), UNCLEAR, "list.xlsx")
    assert "4 questions: answer them under Columns." in words(app)
    said = words(part(app, "Columns")).replace("*", "")
    line = next(one for one in said.splitlines() if one.startswith("To answer: "))
    assert line.count("(patients, ") == 4


def test_an_arm_of_its_own_name_can_be_confirmed() -> None:
    app = choose(columns(LIST.drop(columns=["sex", "first_embolization_date"])), "arm")
    for at, label in enumerate(("A", "B")):
        named(app.selectbox, f"code_{at}_patients_arm").set_value(label).run()
    press(app, "Read the file this way")
    assert not app.exception
    assert "To answer:" not in words(app).replace("*", "")


def test_a_number_that_is_a_code_can_be_explained() -> None:
    app = columns(LIST[["patient_id"]].assign(arm="TAE", ecog=[7, 0, 1, 0]))
    assert named(app.selectbox, "mapping_of_patients").value == "ecog"
    at = [one.value for one in app.markdown].index("7")
    assert app.markdown[at + 2].value == "emptied"
    key = next(one.key for one in app.selectbox if one.label == "'7' means")
    app.selectbox(key=key).set_value("no value").run()
    press(app, "Read the file this way")
    assert not app.exception
    assert "To answer:" not in words(app).replace("*", "")


def test_one_answer_orders_all_dates_of_the_file() -> None:
    app = columns(UNCLEAR)
    key = next(one.key for one in app.segmented_control if one.key.endswith("all_order"))
    app.segmented_control(key=key).set_value("day first: 31/12/2019").run()
    assert "all dates: day first" in words(app)
    assert not app.warning
    press(app, "Read the file this way")
    orders = overview(app)["Unit or order of dates"]
    assert orders["first_embolization_date"] == orders["death_date"] == "day first"
    press(app, "Keep this reading")
    (key,) = keys()
    trial = session.find(key[: session.KEY_LENGTH])
    assert trial is not None
    assert trial.patients["death_date"][0] == pd.Timestamp(2021, 4, 3)
    record = kept.store().find(key)
    assert record is not None
    assert from_yaml(record.mapping).dates == "day first"


def test_dates_that_the_order_of_all_would_change_are_named() -> None:
    app = columns(UNCLEAR.assign(last_imaging_date=["05/13/2021", "03/04/2021", None, None]))
    key = next(one.key for one in app.segmented_control if one.key.endswith("all_order"))
    app.segmented_control(key=key).set_value("day first: 31/12/2019").run()
    warned = "\n".join(one.value for one in app.warning).replace("\\", "")
    assert "Dates of last_imaging_date are read otherwise so far" in warned


def test_the_order_of_all_dates_is_not_asked_where_no_date_is() -> None:
    app = columns(LIST.assign(first_embolization_date="2020-01-10"))
    assert not [one for one in app.segmented_control if one.key.endswith("all_order")]


def test_codes_of_a_newly_chosen_column_are_announced() -> None:
    app = columns()
    assert "can be said once the file was read this way" not in words(choose(app, "primary_site"))
    give(app, "primary_site", "Region")
    assert "can be said once the file was read this way" in words(app)
    press(app, "Read the file this way")
    assert "can be said once the file was read this way" not in words(app)
    assert not named(app.selectbox, "code_0_patients_primary_site").disabled


def test_an_example_of_cells_without_a_value_does_not_look_like_an_answer() -> None:
    app = choose(columns(), "age")
    hints = {one.placeholder for one in app.text_input if one.label.startswith("Cells that mean")}
    assert hints == {"for example -99; 999"}


def test_findings_beside_a_new_reading_are_said_to_be_of_the_one_so_far() -> None:
    app = press(give(columns(), "site", "Region"), "Read the file this way")
    said = "The findings below are those of the reading so far."
    assert said in words(part(app, "Findings"))
    assert said not in words(part(app, "Data sets"))


def test_renaming_deleting_and_bringing_back_are_confirmed() -> None:
    app = bring(visit("upload.py"), LIST, "list.xlsx")
    (key,) = keys()
    script = (
        "from pages._data import datasets\nfrom pages._ui import kept\n"
        "if kept.store().list():\n    datasets._actions(kept.store().list()[0])\n"
    )
    ticked = AppTest.from_string(script, default_timeout=60).run()
    ticked.text_input(key=f"name_{key}").set_value("May")
    assert said_in_passing(press(ticked, "Rename")) == ["The data set is called May now."]
    deleted = "The data set was deleted. It can be brought back under Deleted."
    assert said_in_passing(press(ticked, "Delete")) == [deleted]
    app = part(visit("upload.py"), "Data sets")
    app.button(key=f"undo_{key}").click().run()
    assert said_in_passing(app) == ["The data set was brought back: it is in the list again."]
    assert keys() == [key]


def said_in_passing(app: AppTest) -> list[str]:
    return [one.value for one in app.toast]


def test_a_link_to_what_is_not_kept_names_the_reading_and_no_hash() -> None:
    said = words(visit("overview.py", None, data="eb0c12345678"))
    assert "with a reading that starts with eb0c12." in said
    assert "hash" not in said
