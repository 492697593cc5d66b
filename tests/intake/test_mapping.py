"""What a user said about an export: as a file, and as it changes how the export is read."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retnet_core import Cohort, ExportError, load_export
from retnet_core.analysis import survival, time_to_event
from retnet_core.intake.headers import fingerprint
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.mapping import DATE_ORDERS, ExportMapping, Reading, from_yaml, to_yaml
from retnet_core.intake.reading.kept import SIGNATURE
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.opening import adds_up, refusal

PLACES = [(table, name) for table, schema in SCHEMAS.items() for name in schema.columns]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
"""Headers and cells of any kind: over several lines, with colons, tabs and quotes."""
READINGS = st.builds(
    Reading,
    codes=st.dictionaries(TEXTS, st.one_of(st.just(""), TEXTS), max_size=3),
    unit=st.sampled_from(["", "cm", "weeks"]),
    dates=st.sampled_from(list(DATE_ORDERS)),
    missing=st.lists(TEXTS, max_size=2).map(tuple),
)


def _by_table(headers: dict[tuple[str, str], str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (table, name), header in headers.items():
        found.setdefault(table, {})[name] = header
    return found


MAPPINGS = st.builds(
    ExportMapping,
    layout=st.one_of(st.just(""), TEXTS),
    sheets=st.dictionaries(TEXTS, st.sampled_from(["", *SCHEMAS]), max_size=3),
    columns=st.dictionaries(st.sampled_from(PLACES), TEXTS, max_size=6).map(_by_table),
    readings=st.dictionaries(st.sampled_from(PLACES), READINGS, max_size=4),
    missing=st.lists(TEXTS, max_size=3).map(tuple),
    dates=st.sampled_from(list(DATE_ORDERS)),
    dropped=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    not_personal=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
)


@given(MAPPINGS)
@example(
    ExportMapping(missing=("\x85", "a\nb", "\t", "\u2028", "\ufeff", "'", '"', "#", "- a", "é"))
)
def test_a_mapping_file_says_what_the_mapping_says(mapping: ExportMapping) -> None:
    assert from_yaml(to_yaml(mapping).encode()) == mapping
    assert (mapping.key("ab") == "ab") is mapping.is_empty


HEAD = "retnet_mapping: 1\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not begin with"),
        ("patients: {}", "does not begin with"),
        ("retnet_mapping: 2", "does not begin with"),
        ("retnet_mapping: 1\n" * 60_000, "it is too long"),
        ("{" * 4000, "cannot be read as YAML"),
        ("a: &x [1]\nb: *x", "cannot be read as YAML"),
        ("!!python/object/apply:os.system ['true']", "cannot be read as YAML"),
        (f"{HEAD}missing: [a\nlayout: b", "line 3: it cannot be read as YAML"),
        (f"{HEAD}columns:\n\tpatients: {{}}", "line 3 begins with a tab; indent it with blanks"),
        (f"{HEAD}columns:\n  patients:\n  \tarm: {{}}", "line 4 begins with a tab"),
        (f"{HEAD}layout: a\nlayout: b", "line 3: 'layout' stands twice"),
        (f"{HEAD}columns:\n  patients:\n    arm:\n      header: a\n    arm:\n      unit: b",
         "line 6: 'arm' stands twice"),
        (f"{HEAD}foo: 2", "the file says 'foo', which is not known; known are 'columns', "),
        (f"{HEAD}columns: [1]", "columns: a list or a word stands where names"),
        (f"{HEAD}columns: {{patients: arm}}", "patients: a list or a word stands where names"),
        (f"{HEAD}columns: {{patients: {{arm: Group}}}}", "patients, arm: 'header:' and the like"),
        (f"{HEAD}columns: {{patients: {{arm: {{header: [1]}}}}}}",
         "patients, arm, header: this is not a single word or line"),
        (f"{HEAD}columns: {{patients: {{arm: {{codes: [1]}}}}}}",
         "patients, arm, codes: a list or a word stands"),
        (f"{HEAD}columns: {{patients: {{arm: {{codes: {{1: [TAE]}}}}}}}}",
         "patients, arm, codes, 1: this is not a single word"),
        (f"{HEAD}columns: {{patients: {{arm: {{missing: UNK}}}}}}",
         "patients, arm, missing: a list is needed"),
        (f"{HEAD}columns: {{patients: {{arm: {{colour: red}}}}}}",
         "patients, arm says 'colour', which is not known; known are 'codes', 'dates', 'header', "),
        (f"{HEAD}columns: {{patients: {{death_date: {{dates: both}}}}}}",
         "patients, death_date, dates: this is 'day first', 'month first' or 'year first'"),
        (f"{HEAD}columns: {{patient: {{arm: {{header: a}}}}}}",
         "names the table 'patient', which does not exist. Perhaps 'patients' is meant"),
        (f"{HEAD}columns: {{nothing: {{arm: {{header: a}}}}}}",
         "names the table 'nothing', which does not exist."),
        (f"{HEAD}columns: {{patients: {{who_grad: {{header: a}}}}}}",
         "names the column 'who_grad', which the table patients does not have. "
         "Perhaps 'who_grade' is meant"),
        (f"{HEAD}sheets: {{a: [patients]}}", "sheets, a: this is not a single word"),
        (f"{HEAD}sheets: {{a: patiens}}", "Perhaps 'patients' is meant"),
        (f"{HEAD}layout: [REDCap]", "layout: this is not a single word"),
        (f"{HEAD}dropped: [[a]]", "dropped: a column is named by its sheet and its header"),
        (f"{HEAD}dropped: a", "dropped: a list is needed"),
        (f"{HEAD}missing: no", "missing: a list is needed"),
        (f"{HEAD}dates: both", "dates: this is 'day first', 'month first' or 'year first'"),
        (f"{HEAD}dates: [day first]", "dates: this is not a single word"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_is_refused_in_a_sentence(text: str, words: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(ExportError) as refused:
            from_yaml(content)
        assert words in str(refused.value)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)


def test_what_says_nothing_makes_no_other_data_set() -> None:
    said = ExportMapping(columns={"patients": {}}, readings={("patients", "arm"): Reading()})
    assert said.is_empty
    assert said == ExportMapping()
    assert said.key("ab") == "ab"


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


def test_an_order_of_all_dates_holds_where_a_column_has_none_of_its_own() -> None:
    frame = pd.DataFrame(
        {"patient_id": ["p1"], "arm": "TAE", "death_date": "03/04/2020",
         "last_contact_date": "05/06/2020", "last_imaging_date": "2020-02-01"}
    )  # fmt: skip
    said = from_yaml(
        "retnet_mapping: 1\ncolumns: {patients: {death_date: {dates: month first}}}\n"
        "dates: day first"
    )
    assert said.dates == "day first"
    assert said.reading("patients", "last_contact_date").dates == "day first"
    assert said.reading("patients", "arm") == Reading()
    trial = load_export(workbook({"patients": frame}), "x.xlsx", said)
    read = trial.patients.iloc[0]
    assert read["death_date"] == pd.Timestamp(2020, 3, 4)
    assert read["last_contact_date"] == pd.Timestamp(2020, 6, 5)
    assert read["last_imaging_date"] == pd.Timestamp(2020, 2, 1)
    told = trial.findings[trial.findings["problem"].str.contains("as the mapping says")]
    assert dict(zip(told["column"], told["problem"], strict=True)) == {
        "death_date": "Dates with the year last were read month first, as the mapping says.",
        "last_contact_date": "Dates with the year last were read day first, as the mapping says.",
    }


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
