"""The screen Data: bring, ask, keep, open again, correct the reading, compare, delete and undo."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui import kept, session
from retnet_core.intake.load import read_file
from retnet_core.intake.mapping import ExportMapping, to_yaml
from retnet_core.store import StoreError
from tests.exports import workbook
from tests.pages.app import visit, words

PATIENTS = pd.DataFrame(
    {
        "patient_id": ["p1", "p2", "p3", "p4"],
        "arm": ["TAE", "cTACE", "TAE", "cTACE"],
        "first_embolization_date": ["2020-01-10"] * 4,
        "hepatic_progression_date": ["2020-06-01", None, None, "2021-01-10"],
        "last_imaging_date": ["2020-06-01", "2021-02-01", "2021-03-01", "2021-01-10"],
        "Region": ["north", "south", "south", "north"],
    }
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Begin without data sets; those of the tests before are gone for good."""
    for record in kept.store().list(include_deleted=True):
        kept.store().erase(record.key)
        session.forget(record.key)


def bring(app: AppTest, frame: pd.DataFrame, name: str = "export.xlsx", *more: tuple) -> AppTest:
    """Drop a workbook with a sheet of patients, and other files."""
    content = workbook({"patients": frame})
    files = [(name, content, "application/octet-stream"), *more]
    return app.file_uploader[0].set_value(files).run()


def part(app: AppTest, name: str) -> AppTest:
    return app.segmented_control(key="part").set_value(name).run()


def named(widgets, ending: str):
    """The widget of that name for the file at hand."""
    return next(one for one in widgets if one.key and one.key.endswith(ending))


def keys() -> list[str]:
    return [record.key for record in kept.store().list()]


def test_what_opens_is_kept_and_found_again_by_its_link() -> None:
    app = bring(visit("upload.py"), PATIENTS)
    assert "Open now: export.xlsx" in words(app)
    (key,) = keys()
    session.forget(key)  # as after a restart
    link = key[: session.KEY_LENGTH]
    again = visit("survival.py", None, data=link)
    assert not again.exception
    assert "4 of 4" in words(again)


def test_a_file_that_does_not_open_changes_nothing_and_makes_room_for_the_next() -> None:
    app = bring(visit("upload.py"), PATIENTS.drop(columns="patient_id"))
    assert "has no column of patient ids" in words(app)
    assert keys() == []
    assert app.file_uploader[0].value == []
    app = bring(app, PATIENTS, "next.xlsx")  # read by itself, not with the one before
    assert "Open now: next.xlsx" in words(app)
    assert "has no column of patient ids" not in words(app)


def test_a_file_that_is_let_go_of_leaves_an_empty_box() -> None:
    app = bring(visit("upload.py"), PATIENTS.drop(columns="patient_id"))
    next(one for one in app.button if one.label == "Let go of this file").click().run()
    assert "Open now: retnet_demo_export.xlsx" in words(app)
    assert "was not opened" not in words(app)
    assert app.file_uploader[0].value == []


def test_what_was_refused_is_said_until_the_next_file_or_until_dismissed() -> None:
    app = visit("upload.py")
    mapping = ("x.yaml", b"[]", "application/yaml")
    for _ in range(2):
        bring(app, PATIENTS, "export.xlsx", mapping)
        assert "This is not a mapping file" in words(app)
        assert app.file_uploader[0].value == []
        assert "This is not a mapping file" in words(app.run())
        app.button(key="dismiss_error").click().run()
        assert "This is not a mapping file" not in words(app)
    bring(app, PATIENTS, "export.xlsx", mapping)
    assert "This is not a mapping file" not in words(bring(app, PATIENTS))


def test_what_opened_shows_its_findings_and_says_what_needs_attention() -> None:
    app = part(visit("upload.py"), "Data sets")
    bring(app, PATIENTS, "first.xlsx")
    assert app.segmented_control(key="part").value == "Findings"
    assert "first.xlsx is open: 4 patients; 4 rows read = 4 used + 0 set aside." in words(app)
    assert "new version" not in words(app)
    part(app, "Columns")
    unclear = PATIENTS.assign(last_imaging_date=["01/02/2021", "03/04/2021"] * 2)
    bring(app, unclear, "second.xlsx")
    assert app.segmented_control(key="part").value == "Findings"
    assert "1 question: answer it under Columns." in words(app)
    assert "It is a new version of first.xlsx" in words(app)
    app.button(key="dismiss_info").click().run()
    assert "new version" not in words(app)
    part(app, "Data sets")
    assert app.segmented_control(key="part").value == "Data sets"


def test_a_file_that_is_asked_about_opens_at_its_findings() -> None:
    app = part(visit("upload.py"), "Data sets")
    bring(app, PATIENTS.assign(**{"Patient name": ["Ann Lee", "Bo Chan", "Cy Day", "Di Fox"]}))
    next(one for one in app.button if one.label == "Go on").click().run()
    next(one for one in app.button if one.label == "Open it").click().run()
    assert app.segmented_control(key="part").value == "Findings"
    assert "export.xlsx is open: 4 patients" in words(app)


def test_the_reading_can_be_corrected_before_it_opens() -> None:
    odd = PATIENTS.rename(columns={"patient_id": "Kennziffer"})
    app = bring(visit("upload.py"), odd)
    assert "was not opened" in words(app)
    named(app.selectbox, "mapping_header_patients_patient_id").set_value("Kennziffer").run()
    named(app.button, "mapping_use").click().run()
    assert "The export can be read now." in words(app)
    assert keys() == []
    next(one for one in app.button if one.label == "Open it").click().run()
    assert "Open now: export.xlsx" in words(app)
    (record,) = kept.store().list()
    assert "Kennziffer" in record.mapping

    later = pd.concat([odd, odd.tail(1).assign(Kennziffer="p5")], ignore_index=True)
    app = bring(visit("upload.py"), later, "later.xlsx")
    assert "Open now: later.xlsx" in words(app)
    assert "Read by the mapping of 'export.xlsx'" in words(app)
    assert [one.patients for one in kept.store().list()] == [5, 4]


def test_personal_columns_stop_the_import_until_they_are_dropped() -> None:
    named = PATIENTS.assign(**{"Patient name": ["Ann Lee", "Bo Chan", "Cy Day", "Di Fox"]})
    app = bring(visit("upload.py"), named)
    assert "Columns that look personal were found: 'Patient name'" in words(app)
    assert keys() == []
    next(one for one in app.button if one.label == "Go on").click().run()
    next(one for one in app.button if one.label == "Open it").click().run()
    assert "Open now: export.xlsx" in words(app)
    (record,) = kept.store().list()
    content = kept.store().content(record.key)
    cells = {text for sheet in read_file(content).sheets for row in range(sheet.height)
             for text in sheet.row(row)}  # fmt: skip
    assert "p1" in cells
    assert not cells & {"Ann Lee", "Patient name"}
    trial = kept.reopen(record.key[: session.KEY_LENGTH])
    assert trial is not None
    assert trial.source.key == record.key
    assert "Patient name" not in trial.more_columns


def test_a_mapping_file_goes_with_the_export() -> None:
    odd = PATIENTS.rename(columns={"patient_id": "Kennziffer"})
    said = to_yaml(ExportMapping(columns={"patients": {"patient_id": "Kennziffer"}}))
    file = ("retnet_mapping.yaml", said.encode(), "application/yaml")
    app = bring(visit("upload.py"), odd, "export.xlsx", file)
    assert "Open now: export.xlsx" in words(app)
    app = bring(visit("upload.py"), odd, "export.xlsx", ("x.yaml", b"[]", "application/yaml"))
    assert "This is not a mapping file" in words(app)


def test_an_open_data_set_is_read_in_another_way_and_the_first_stays_under_deleted() -> None:
    app = part(bring(visit("upload.py"), PATIENTS), "Columns")
    (before,) = keys()
    named(app.selectbox, "mapping_of_patients").set_value("site").run()
    named(app.selectbox, "mapping_header_patients_site").set_value("Region").run()
    named(app.button, "mapping_use").click().run()
    assert keys() == [before]
    assert "A new reading of this export waits under Columns" in words(part(app, "Findings"))
    kept.store().rename(before, "Export of May")
    part(app, "Columns")
    next(one for one in app.button if one.label == "Keep this reading").click().run()
    (after,) = keys()
    assert after != before
    assert "Open now: Export of May" in words(app)
    assert "waits under Columns" not in words(app)
    text = words(part(app, "Data sets"))
    assert re.search(
        rf"Export of May, brought .* \({before[:6]}\): 4 patients, replaced on .* UTC by a new "
        rf"reading \({after[:6]}\)",
        text,
    )
    assert [one.label for one in app.expander if one.label[-1] == ")"] == ["Earlier readings (1)"]
    trial = kept.reopen(after[: session.KEY_LENGTH])
    assert trial is not None
    assert trial.patients["site"].tolist() == ["north", "south", "south", "north"]
    assert {one.key for one in kept.store().list(include_deleted=True)} == {before, after}


def test_data_sets_are_deleted_brought_back_and_erased() -> None:
    app = bring(visit("upload.py"), PATIENTS)
    (key,) = keys()
    kept.store().delete(key)
    session.forget(key)
    deleted = words(visit("overview.py", None, data=key[: session.KEY_LENGTH]))
    assert "This link shows export.xlsx, which was deleted on" in deleted
    app = part(visit("upload.py"), "Data sets")
    assert "No export is kept yet" in words(app)
    assert re.search(r"export.xlsx, brought .*: 4 patients, deleted on .* UTC", words(app))
    assert [one.label for one in app.expander if one.label[-1] == ")"] == ["Deleted (1)"]
    app.button(key=f"undo_{key}").click().run()
    assert keys() == [key]
    kept.store().delete(key)
    app.run().button(key=f"erase_{key}").click().run()
    assert kept.store().list(include_deleted=True) == ()
    gone = visit("overview.py", None, data=key[: session.KEY_LENGTH])
    assert "is not kept here" in words(gone)


def test_two_exports_are_compared() -> None:
    app = bring(visit("upload.py"), PATIENTS, "then.xlsx")
    now = PATIENTS.copy()
    now.loc[1, "hepatic_progression_date"] = "2020-09-01"
    now.loc[4] = ["p5", "TAE", "2020-02-01", None, "2020-08-01", "south"]
    app = part(bring(visit("upload.py"), now, "now.xlsx"), "What changed")
    assert not app.exception
    text = words(app)
    assert "1 patient was added" in text
    assert "hPFS events" in text


def _compared(now: str, then: str) -> AppTest:
    return visit("upload.py", None, data=now[:12], part="What changed", compared=then)


def test_a_link_opens_the_same_comparison_again() -> None:
    app = visit("upload.py")
    for patients in (2, 3, 4):
        bring(app, PATIENTS.head(patients), f"export of {patients}.xlsx")
    now, three, two = (one.key for one in kept.store().list())
    part(app, "What changed")
    assert app.query_params["compared"] == three[:12]  # said where nobody chose
    assert "1 patient was added" in words(app)
    app.selectbox(key=f"compared_with_{now[:12]}").set_value(two[:12]).run()
    assert app.query_params["compared"] == two[:12]
    assert "2 patients were added" in words(app)
    assert "2 patients were added" in words(_compared(now, two[:12]))
    kept.store().rename(two, "the first")
    session.forget(two)
    assert "Compared with **the first**" in words(_compared(now, two[:12]))
    bring(app, PATIENTS.head(1), "export of 1.xlsx")  # a choice does not pass to the next export
    assert "compared" not in app.query_params


def test_a_link_to_a_comparison_that_is_gone_says_so() -> None:
    app = bring(bring(visit("upload.py"), PATIENTS.head(2)), PATIENTS)
    now, then = keys()
    kept.store().delete(then)
    gone = f"The export that this link compares with ({then[:12]}) is not kept here"
    assert gone in words(_compared(now, then[:12]))
    bring(app, PATIENTS.head(3))
    app = _compared(now, then[:12])
    assert not app.exception
    assert gone in words(app)
    assert "added" not in words(app)  # nothing else is compared in its place
    other = next(one for one in keys() if one != now)
    app.selectbox(key=f"compared_with_{now[:12]}").set_value(other[:12]).run()
    assert "1 patient was added" in words(app)
    assert gone not in words(app)


def test_a_database_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise StoreError("The database cannot be reached.")

    monkeypatch.setattr(kept, "store", fails)
    app = bring(visit("upload.py"), PATIENTS)
    assert "The database cannot be reached." in words(app)
    assert not app.exception
    link = visit("overview.py", None, data="0123456789ab")
    assert "The database cannot be reached." in words(link)


def test_further_columns_filter_and_divide() -> None:
    app = bring(visit("upload.py"), PATIENTS)
    app.multiselect(key="more").set_value(["Region"]).run()
    app.switch_page("survival.py").run()
    app.segmented_control(key="by").set_value("Region").run()
    assert not app.exception
    assert "by Region" in words(app)
    app.pills(
        key=next(one.key for one in app.pills if one.key.startswith("more_Region"))
    ).set_value(["south"]).run()
    assert "Region south: 2 of 4 patients" in words(app)
