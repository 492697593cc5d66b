"""What a user said about an export: as a file, and as it changes how the export is read."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retnet_core import Cohort, ExportError, load_export
from retnet_core.analysis import survival, time_to_event
from retnet_core.intake.headers import fingerprint
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import ExportMapping, Reading, from_yaml, to_yaml
from retnet_core.intake.reading.kept import SIGNATURE
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.opening import adds_up, refusal

PLACES = [(table, name) for table, schema in SCHEMAS.items() for name in schema.columns]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"),
    min_size=1, max_size=12,
)  # fmt: skip
READINGS = st.builds(
    Reading,
    codes=st.dictionaries(TEXTS, st.one_of(st.just(""), TEXTS), max_size=3),
    unit=st.sampled_from(["", "cm", "weeks"]),
    dates=st.sampled_from(["", "day first", "month first"]),
    missing=st.lists(TEXTS, max_size=2).map(tuple),
)
MAPPINGS = st.builds(
    lambda headers, readings, **rest: ExportMapping(
        columns={table: {name: one} for (table, name), one in headers.items()},
        readings={place: one for place, one in readings.items() if one != Reading()},
        **rest,
    ),
    st.dictionaries(st.sampled_from(PLACES), TEXTS, max_size=4),
    st.dictionaries(st.sampled_from(PLACES), READINGS, max_size=3),
    layout=st.sampled_from(["", "REDCap"]),
    sheets=st.dictionaries(TEXTS, st.sampled_from(["", *SCHEMAS]), max_size=3),
    missing=st.lists(TEXTS, max_size=3).map(tuple),
    dropped=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    not_personal=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
)


@given(MAPPINGS)
def test_a_mapping_file_says_what_the_mapping_says(mapping: ExportMapping) -> None:
    assert from_yaml(to_yaml(mapping)) == mapping
    assert (mapping.key("ab") == "ab") is mapping.is_empty


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "does not begin with"),
        ("patients: {}", "does not begin with"),
        ("retnet_mapping: 2", "does not begin with"),
        ("{" * 4000, "cannot be read as YAML"),
        ("a: &x [1]\nb: *x", "cannot be read as YAML"),
        ("!!python/object/apply:os.system ['true']", "cannot be read as YAML"),
        ("retnet_mapping: 1\nfoo: 2", "foo"),
        ("retnet_mapping: 1\ncolumns: [1]", "a list or a word"),
        ("retnet_mapping: 1\ncolumns: {patients: {arm: {header: [1]}}}", "not a single word"),
        ("retnet_mapping: 1\ncolumns: {patients: {arm: {colour: red}}}", "colour"),
        ("retnet_mapping: 1\ncolumns: {patients: {death_date: {dates: both}}}", "day first"),
        ("retnet_mapping: 1\ncolumns: {nothing: {arm: {header: a}}}", "nothing"),
        ("retnet_mapping: 1\ncolumns: {patients: {nothing: {header: a}}}", "nothing"),
        ("retnet_mapping: 1\ndropped: [[a]]", "its sheet and its header"),
        ("retnet_mapping: 1\nmissing: no", "a list is needed"),
    ],
)
def test_what_is_no_mapping_is_refused_in_a_sentence(text: str, word: str) -> None:
    with pytest.raises(ExportError, match=word) as refused:
        from_yaml(text)
    assert str(refused.value).endswith(".")


def test_codes_in_a_file_stay_as_they_are_typed() -> None:
    text = "retnet_mapping: 1\ncolumns: {patients: {arm: {codes: {1: TAE, no: cTACE, 007: TAE}}}}"
    reading = from_yaml(text).readings["patients", "arm"]
    assert dict(reading.codes) == {"1": "TAE", "no": "cTACE", "007": "TAE"}


def odd_export() -> bytes:
    """A hand-kept workbook with sheets, headers and codes of its own."""
    patients = pd.DataFrame(
        {"Kennung": ["a1", "a2", "a3"], "Gruppe": [1, 2, 2], "Exitus": [None, "03/04/2020", None],
         "Region": ["north", "south", "south"], "Telefon dienstlich": [None, None, None]}
    )  # fmt: skip
    notes = pd.DataFrame({"x": ["nothing", "here"]})
    return workbook({"Blatt A": patients, "Notizen": notes})


SAID = ExportMapping(
    sheets={"Blatt A": "patients", "Notizen": ""},
    columns={"patients": {"patient_id": "Kennung", "arm": "Gruppe", "death_date": "Exitus"}},
    readings={
        ("patients", "arm"): Reading({"1": "TAE", "2": "cTACE"}),
        ("patients", "death_date"): Reading(dates="day first"),
    },
)


def test_sheets_columns_codes_and_dates_are_read_as_was_said() -> None:
    trial = load_export(odd_export(), "odd.xlsx", SAID)
    assert trial.patients["patient_id"].tolist() == ["a1", "a2", "a3"]
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE", "cTACE"]
    assert trial.patients["death_date"][1] == pd.Timestamp(2020, 4, 3)
    assert adds_up(trial)
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (5, 2)
    left_out = trial.findings[trial.findings["sheet"] == "Notizen"].iloc[0]
    assert "leaves this sheet out; 2 rows were not used" in left_out["problem"]


def test_a_file_read_in_two_ways_is_two_data_sets() -> None:
    content = odd_export()
    month_first = SAID.with_column("patients", "death_date", "Exitus", Reading(dates="month first"))
    one, other = (load_export(content, "odd.xlsx", said) for said in (SAID, month_first))
    assert other.patients["death_date"][1] == pd.Timestamp(2020, 3, 4)
    assert one.source.sha256 == other.source.sha256
    assert len({one.source.key, other.source.key, one.source.sha256}) == 3


def test_a_layout_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ExportError, match="the layout 'Excel'; known are RETNET workbook"):
        load_export(odd_export(), mapping=ExportMapping(layout="Excel"))


def test_a_header_is_one_column_only() -> None:
    again = SAID.with_column("patients", "site", "Gruppe", Reading())
    assert again.columns["patients"] == {
        "patient_id": "Kennung", "death_date": "Exitus", "site": "Gruppe"
    }  # fmt: skip
    back = again.with_column("patients", "site", None, Reading())
    assert "site" not in back.columns["patients"]
    sheets = SAID.with_sheets({"Blatt A": "patients", "Notizen": None}).sheets
    assert sheets == {"Blatt A": "patients"}


def test_the_next_export_of_the_same_make_is_known_by_its_headers() -> None:
    def printed(sheets: dict[str, pd.DataFrame]) -> str:
        return fingerprint(read_file(workbook(sheets)).sheets)

    patients = pd.DataFrame({"id": ["1"], "arm": ["TAE"], "free": ["x"]})
    later = pd.DataFrame({"id": ["1", "2"], "arm": ["TAE", "BE"], "free": ["y", "z"]})
    events = pd.DataFrame({"id": ["1"], "term": ["Pain"]})
    first = printed({"patients 2024-01": patients, "ae": events})
    assert first == printed({"ae": events, "patients 2025-02": later})
    assert first != printed({"patients": patients.rename(columns={"free": "new"}), "ae": events})


def test_what_was_understood_is_shown_column_by_column() -> None:
    understood = understand(read_file(odd_export(), "odd.xlsx"), SAID)
    found = understood.columns.set_index("column")
    assert found.loc["patient_id", ["sheet", "header", "why", "filled", "read"]].tolist() == [
        "Blatt A", "Kennung", "you said so", 3, 3
    ]  # fmt: skip
    assert found.loc["death_date", ["samples", "filled", "read"]].tolist() == ["03/04/2020", 1, 1]
    assert found.loc["site", ["header", "why", "filled"]].tolist() == ["", "", 0]
    assert understood.others.values.tolist() == [
        ["Blatt A", "Region", "north, south", 3],
        ["Notizen", "x", "nothing, here", 2],
    ]
    assert understood.codes("patients", "arm").to_dict() == {"2": 2, "1": 1}
    assert understood.headers("Blatt A") == ["Kennung", "Gruppe", "Exitus", "Region"]
    assert understood.first_rows("Blatt A").loc[3].tolist() == [
        "a2",
        "2",
        "03/04/2020",
        "south",
        "",
    ]


def test_a_file_that_does_not_open_still_shows_its_sheets() -> None:
    understood = understand(read_file(odd_export(), "odd.xlsx"), ExportMapping(layout="REDCap"))
    assert understood.trial is None
    assert understood.error is not None
    assert understood.headers("Notizen") == ["x"]


def test_a_dropped_column_is_nowhere_in_what_is_kept() -> None:
    said = ExportMapping(**{**SAID.__dict__, "dropped": (("Blatt A", "Region"),)})
    understood = understand(read_file(odd_export(), "odd.xlsx"), said)
    kept, trial = understood.kept, understood.trial
    assert kept is not None
    assert trial is not None
    assert kept.startswith(SIGNATURE)
    again = read_file(kept, "odd.xlsx")
    texts = {text for sheet in again.sheets for row in range(sheet.height)
             for text in sheet.row(row)}  # fmt: skip
    assert "Kennung" in texts
    assert not texts & {"Region", "north", "south"}
    reopened = load_export(kept, "odd.xlsx", said)
    pd.testing.assert_frame_equal(reopened.patients, trial.patients)
    assert reopened.source == trial.source
    assert trial.more_columns.empty


@pytest.mark.parametrize(
    "content",
    [b"", b"no zlib", b"\x78\x9c\x00"],
    ids=["nothing", "rubbish", "broken"],
)
def test_a_kept_file_that_was_tampered_with_is_refused(content: bytes) -> None:
    assert "damaged" in refusal(SIGNATURE + content)


def test_further_columns_divide_patients() -> None:
    trial = load_export(odd_export(), "odd.xlsx", SAID)
    assert trial.more_columns.to_dict("list") == {"Region": ["north", "south", "south"]}
    south = trial.select(Cohort(more={"Region": ("south",)}))
    assert south.patients["patient_id"].tolist() == ["a2", "a3"]
    assert south.population == "Region south: 2 of 3 patients"
    assert south.levels("more: Region").tolist() == ["south", "south"]
    assert trial.level_counts("more: Region") == {"north": 1, "south": 2}
    assert south.level_order("more: Region") == ("north", "south", "unknown")


def test_further_columns_divide_curves() -> None:
    patients = pd.DataFrame(
        {"patient_id": list("abcd"), "arm": ["TAE"] * 4, "Days": ["x", "x", "y", None],
         "long text": list("wxyz"), "constant": ["1"] * 4}
    )  # fmt: skip
    given = pd.DataFrame({"patient_id": list("abcd"), "endpoint": "OS", "days": [10, 20, 30, 40],
                          "event": [1, 1, 0, 1]})  # fmt: skip
    trial = load_export(workbook({"patients": patients, "time_to_event": given}))
    assert list(trial.more_columns) == ["Days"]
    km = survival.kaplan_meier(time_to_event.derive(trial, "os"), by="more: Days")
    assert km.medians[["group", "n", "events"]].values.tolist() == [
        ["x", 2, 2], ["y", 1, 0], ["unknown", 1, 1]
    ]  # fmt: skip


def test_a_cell_that_means_no_value_is_none_in_further_columns_too() -> None:
    patients = pd.DataFrame({"patient_id": list("abcde"), "arm": "TAE",
                             "Stage": [-99, 1, 2, 1, -99]})  # fmt: skip
    content = workbook({"patients": patients})
    trial = load_export(content, mapping=ExportMapping(missing=("-99",)))
    assert trial.level_counts("more: Stage") == {"1": 2, "2": 1, "unknown": 2}
    assert "-99" in load_export(content).level_counts("more: Stage")
