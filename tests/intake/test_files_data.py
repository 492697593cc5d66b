"""Text, web pages, data sets and archives of them; what was assumed in reading them is told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from retnet_core import load_export
from retnet_core.intake import files
from retnet_core.intake.reading.text import decode
from tests.intake.opening import adds_up, archive, patients_book, refusal, said, saved

XLS = (Path(__file__).with_name("files") / "small.xls").read_bytes()
MARCH = dt.date(2019, 3, 12)

# Text under another name, and pages

TABLE = "<tr><th>patient_id</th><th>arm</th><th>site</th></tr>{}"


def test_text_under_the_name_of_a_workbook_opens() -> None:
    trial = load_export(b"patient_id\tarm\n007\tTAE\n", "export.xls")
    assert trial.patients["patient_id"].tolist() == ["007"]
    assert said(trial, "tabs between its cells")


def test_a_page_with_a_table_opens() -> None:
    page = (
        "\ufeff<html><head><style>td {color: red}</style><script>'<td>no'</script></head>"
        f"<p>Export <table border=1>{TABLE.format('<tr><td>007<td> T<b>A</b>E <td>Z&uuml;rich')}"
    )
    trial = load_export(page.encode(), "export.xls")
    assert trial.patients[["patient_id", "arm", "site"]].values.tolist() == [
        ["007", "TAE", "Zürich"]
    ]
    assert said(trial, "web page")
    assert adds_up(trial)


def test_the_tables_of_a_page_are_sheets_and_spans_keep_the_columns() -> None:
    rows = "<tr><td rowspan=2>1<td colspan=2>TAE</tr><tr><td>cTACE<td>Ghent</tr>"
    page = f"<table><tr><td>menu</table><table>{TABLE.format(rows)}</table><table>{TABLE}</table>"
    opened = files.open_file(page.encode(), "export.htm")
    assert [sheet.title for sheet in opened.sheets] == ["table 1", "table 2"]
    assert [opened.sheets[0].row(at) for at in (1, 2)] == [["1", "TAE", ""], ["", "cTACE", "Ghent"]]
    assert any("2 in all" in finding.problem for finding in opened.findings)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<table><tr><td>a</table>", "no table with rows and columns"),
        ("<table>" + "<tr><td rowspan=65000 colspan=99999>" * 9, "far more than a trial export"),
        ("<table><tr><td>" * 3000, "far more than a trial export"),
        ("<p>no such thing", "web page"),
    ],
)
def test_an_odd_page_gives_a_sentence(page: str, words: str) -> None:
    assert words in refusal(page.encode())


# Encodings and separators

NAMES = "patient_id,arm,site\n1,TAE,Müller\n2,TAE,José\n3,TAE,naïve\n4,TAE,MÜLLER\n5,TAE,Ørsted\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"), ("latin-1", "Windows-1252"), ("mac-roman", "Mac Roman"),
    ],
)  # fmt: skip
def test_the_encoding_is_recognised_and_said(encoding: str, told: str) -> None:
    trial = load_export(NAMES.encode(encoding), "sites.csv")
    assert trial.patients["site"].tolist() == ["Müller", "José", "naïve", "MÜLLER", "Ørsted"]
    assert said(trial, "read as") == bool(told)
    assert said(trial, told)


@pytest.mark.parametrize("word", ["Müller", "José", "naïve", "ÉCOLE", "España", "Noël", "façade"])
def test_one_word_is_enough(word: str) -> None:
    for encoding in ("cp1252", "mac-roman"):
        assert decode(f"a,{word}\n".encode(encoding)).text == f"a,{word}\n"


@pytest.mark.parametrize("text", ["the patient’s own", "“no” – 5 µg", "±3 °C", "25 €"])
def test_signs_of_windows_are_no_letters_of_a_mac(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


def test_separator_and_decimal_comma_are_said_where_they_are_not_english() -> None:
    trial = load_export(b"patient_id;arm;age\n1;TAE;61,5\n")
    assert trial.patients["age"].tolist() == [61.5]
    assert said(trial, "semicolons between its cells, and numbers such as 61,5")
    assert not said(load_export(b"patient_id,arm,age\n1,TAE,61.5\n"), "between its cells")


def test_files_of_an_archive_with_one_separator_are_said_together() -> None:
    files = {
        "patients.csv": "patient_id;arm;age\n1;TAE;61,5\n",
        "labs.csv": "patient_id;test;value\n1;CgA;210\n",
        "adverse_events.csv": "patient_id\tterm\n1\tNausea\n",
        "scores.csv": "patient_id,scale,score\n1,QL,50\n",
    }
    trial = load_export(archive(files), "export.zip")
    told = trial.findings[trial.findings["problem"].str.contains("between")]
    assert sorted(zip(told["sheet"], told["problem"], strict=True)) == [
        ("", "These 2 files were read with semicolons between their cells: 'patients.csv', "
         "'labs.csv'. Numbers were read with a decimal comma: 61,5 in 'patients.csv'."),
        ("adverse_events.csv", "This file was read with tabs between its cells."),
    ]  # fmt: skip
    assert trial.patients["age"].tolist() == [61.5]


# Archives


def test_a_zip_of_workbooks_and_text_opens() -> None:
    events = patients_book(["patient_id", "term", "grade"], ["008", "Nausea", 3])
    events.active.title = "Sheet1"
    members: dict[str, bytes | str] = {
        "export/patients.xls": XLS,
        "export/adverse_events.xlsx": saved(events),
        "export/labs.csv": "patient_id,test,value\n007,CgA,12\n",
        "export/readme.docx": "x",
        "export/settings.json": "{}",
    }
    trial = load_export(archive(members), "mail.zip")
    assert trial.patients["patient_id"].tolist() == ["007", "008"]
    assert trial.adverse_events["grade"].tolist() == [2, 3]
    assert trial.labs["value"].tolist() == [12]
    assert adds_up(trial)
    sheets = set(trial.findings["sheet"])
    assert {"export/patients.xls: patients", "export/readme.docx", "export/settings.json"} <= sheets


def test_what_cannot_be_read_in_an_archive_is_named() -> None:
    inner = archive({"patients.csv": "patient_id\n1\n"})
    said = refusal(archive({"patients.csv": "patient_id\n1\n", "more.xlsx": inner}))
    assert "'more.xlsx': It is a further archive" in said
    bomb = archive({"[Content_Types].xml": "", "xl/a": b" " * (40 * 2**20)})
    assert "would unpack to 40 MB" in refusal(archive({"patients.csv": "a", "more.xlsx": bomb}))


# CDISC transport and Dataset-JSON

ADSL = pd.DataFrame(
    {
        "USUBJID": ["007", "008"],
        "TRT01P": ["TAE", "cTACE"],
        "AGE": [61.5, np.nan],
        "RANDDT": [MARCH, None],
        "SITEID": ["Zürich", ""],
    }
)


def xport(folder: Path, frame: pd.DataFrame, name: str, version: int = 5) -> bytes:
    path = folder / f"{name}{version}.xpt"
    labels = [f"Label of {column}" for column in frame]
    pyreadstat.write_xport(
        frame, str(path), table_name=name, file_format_version=version, column_labels=labels
    )
    return path.read_bytes()


@pytest.mark.parametrize("version", [5, 8])
def test_a_sas_transport_file_is_a_sheet(tmp_path: Path, version: int) -> None:
    content = xport(tmp_path, ADSL, "ADSL", version)
    (sheet,) = files.open_file(content, "no name").sheets
    assert (sheet.name, sheet.title, sheet.height) == ("ADSL", "ADSL", 3)
    assert [sheet.row(at) for at in range(3)] == [
        list(ADSL),
        ["007", "TAE", "61.5", "2019-03-12", "Zürich"],
        ["008", "cTACE", "", "", ""],
    ]
    assert isinstance(sheet.columns[3].values[1], dt.date)


def test_a_transport_file_in_windows_letters_is_read_and_said(tmp_path: Path) -> None:
    content = xport(tmp_path, ADSL, "ADSL").replace("Zürich".encode(), "Zürich ".encode("cp1252"))
    opened = files.open_file(content, "adsl.xpt")
    assert opened.sheets[0].row(1)[4] == "Zürich"
    assert "Windows-1252" in opened.findings[0].problem


def test_data_sets_open_together(tmp_path: Path) -> None:
    """As one transport file of several data sets, and as several files packed by `bundle`."""
    events = pd.DataFrame({"USUBJID": ["007"], "AETERM": ["Pain"], "AETOXGR": ["2"]})
    first, second = xport(tmp_path, ADSL, "ADSL"), xport(tmp_path, events, "ADAE")
    library = 240
    together = load_export(first + second[library:])
    packed = load_export(files.bundle([("a.xpt", first), ("b.xpt", second)]), "2 files")
    for trial in (together, packed):
        assert trial.source.layout.startswith("CDISC ADaM")
        assert trial.patients["age"].iloc[0] == 61.5
        assert trial.adverse_events["grade"].tolist() == [2]
        assert adds_up(trial)


@pytest.mark.parametrize("cut", [90, 250, 700, 900])
def test_a_broken_sas_file_gives_a_sentence(tmp_path: Path, cut: int) -> None:
    assert "damaged" in refusal(xport(tmp_path, ADSL, "ADSL")[:cut])


def test_a_broken_sas_data_set_gives_a_sentence() -> None:
    magic = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
    assert "damaged" in refusal(magic + b"\xff" * 5000)
    assert "PROC CPORT" in refusal(b"**COMPRESSED** " * 9)


def dataset_json(**other: object) -> bytes:
    columns = [{"itemOID": f"IT.{name}", "name": name, "label": "L"} for name in ADSL]
    rows = [["007", "TAE", 61.5, "2019-03-12", "Zürich"], ["008", "cTACE", None, None, ""]]
    told = {"datasetJSONVersion": "1.1.0", "itemGroupOID": "IG.ADSL", "name": "ADSL",
            "columns": columns, "rows": rows}  # fmt: skip
    return json.dumps({**told, **other}).encode()


def test_dataset_json_is_a_sheet() -> None:
    trial = load_export(dataset_json(), "no name")
    assert trial.patients["patient_id"].tolist() == ["007", "008"]
    assert trial.patients["age"].iloc[0] == 61.5
    assert trial.patients["randomization_date"].iloc[0] == pd.Timestamp(MARCH)
    assert trial.source.rows_read == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (dataset_json(datasetJSONVersion="1.0.0"), "version 1.1"),
        (dataset_json(rows=[["007"]]), "rows of the same length"),
        (dataset_json(rows=7), "rows of the same length"),
        (dataset_json(columns=[{}]), "columns with names"),
        (dataset_json(name=None), "a name"),
        (dataset_json()[:-20], "incomplete"),
        (b'{"datasetJSONVersion": "1.1.0", "rows": ' + b"[" * 10**6, "incomplete"),
        (b'{"some": "settings"}', "program data"),
    ],
)
def test_other_json_gives_a_sentence(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_broken_dataset_json_in_an_archive_is_no_mere_note() -> None:
    members = {"patients.csv": b"patient_id\n1\n", "adsl.json": dataset_json()[:-20]}
    assert "'adsl.json': This Dataset-JSON file is damaged" in refusal(archive(members))


def test_odd_values_of_dataset_json_are_no_fault() -> None:
    content = dataset_json(rows=[["007", ["TAE"], float("nan"), True, {"a": 1}]])
    (sheet,) = files.open_file(content, "x.json").sheets
    assert sheet.row(1) == ["007", '["TAE"]', "", "TRUE", '{"a": 1}']
