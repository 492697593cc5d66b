"""Files made to do harm: refused or read in a sentence, and nobody else notices."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import subprocess
import threading
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from retnet_core import ExportError, load_export
from retnet_core.intake import files, template
from retnet_core.intake.load import FAULT
from retnet_core.intake.reading.kept import SIGNATURE, pack
from retnet_core.publish import provenance, workbook
from tests.intake.opening import adds_up, archive, patients_book, refusal, said, saved
from tests.intake.test_files import use_reader
from tests.intake.test_files_kinds import ods, ods_cell, ods_row

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
CSV = "patient_id,arm,death_date\n007,TAE,2020-03-12\n008,cTACE,\n"


@cache
def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def small_book() -> Workbook:
    book = patients_book(["patient_id", "arm", "site"], ["007", "TAE", "Ghent"])
    book.create_sheet("labs").append(["patient_id", "test", "value"])
    return book


XLSX = saved(small_book())
ODS = ods(
    ods_row(*map(ods_cell, ["patient_id", "arm", "site"]))
    + ods_row(*map(ods_cell, ["007", "TAE", "Ghent"]))
)


def changed(content: bytes, **words: tuple[str, str]) -> bytes:
    """Write a packed workbook anew, ``part=(old, new)`` replaced in each part that is named."""
    members = dict(parts(content))
    for path, (old, new) in words.items():
        text = members[path].decode()
        assert old in text
        members[path] = text.replace(old, new).encode()
    return archive(members)


# XML entities

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


def with_doctype(xml: bytes, doctype: str, encoding: str = "utf-8") -> bytes:
    text = re.sub(r"^<\?xml[^>]*\?>", "", xml.decode()).replace("Ghent", "&l9;")
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f"{head}{doctype}{text}".encode(encoding)


def shared_strings(text: str, times: int = 1) -> bytes:
    """A workbook with one shared string, which many cells show."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="rId99"/></Relationships>'
    cells = "".join(
        f'<row r="{n}"><c r="C{n}" t="s"><v>0</v></c></row>' for n in range(3, 3 + times)
    )
    told = changed(
        XLSX,
        **{links: ("</Relationships>", link), SHEET: ("</sheetData>", f"{cells}</sheetData>")},
    )
    strings = f'<sst xmlns="{space}"><si><t>{text}</t></si></sst>'
    return archive({**parts(told), "xl/sharedStrings.xml": strings})


@pytest.mark.parametrize("doctype", ENTITIES.values(), ids=ENTITIES.keys())
@pytest.mark.parametrize(
    ("content", "path"),
    [
        *((XLSX, path) for path in (SHEET, BOOK, "xl/styles.xml", "[Content_Types].xml")),
        (shared_strings("Ghent"), "xl/sharedStrings.xml"),
        (ODS, "content.xml"),
        (ODS, "META-INF/manifest.xml"),
    ],
)
def test_entities_are_refused_wherever_they_are_declared(
    content: bytes, path: str, doctype: str
) -> None:
    members = parts(content)
    for encoding in ("utf-8", "utf-16"):
        hostile = archive({**members, path: with_doctype(members[path], doctype, encoding)})
        assert "DOCTYPE" in refusal(hostile)


@pytest.mark.parametrize(("content", "path"), [(XLSX, SHEET), (ODS, "content.xml")])
@pytest.mark.parametrize("doctype", ENTITIES.values(), ids=ENTITIES.keys())
def test_the_parsers_do_not_follow_entities_either(content: bytes, path: str, doctype: str) -> None:
    """Declared behind more blanks than are looked at."""
    members = parts(content)
    hidden = with_doctype(members[path], f"<!--{' ' * 70_000}-->{doctype}")
    hostile = archive({**members, path: hidden}) if path == SHEET else spreadsheet(hidden)
    sentence = refusal(hostile)
    assert "damaged" in sentence
    assert "root" not in sentence


def spreadsheet(xml: bytes) -> bytes:
    return archive({**parts(ODS), "content.xml": xml})


# Links to other files, macros

LINK = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="file:///C:\\Users\\me\\Other%20export.xlsx"'
    ' TargetMode="External"/></Relationships>'
)
FORMULA = ("<is><t>Ghent</t></is></c>", "<f>[1]Sites!$A$1</f><v>Ghent</v></c>")


def test_values_from_other_files_are_read_as_saved_and_said() -> None:
    linked = archive(
        {
            **parts(changed(changed(XLSX, **{SHEET: FORMULA}),
                            **{SHEET: ('r="C2" t="inlineStr"', 'r="C2" t="str"')})),
            "xl/externalLinks/externalLink1.xml": "<externalLink/>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": LINK,
        }
    )  # fmt: skip
    trial = load_export(linked)
    assert trial.patients["site"].tolist() == ["Ghent"]
    assert said(trial, "linked to other files ('Other export.xlsx'). They were not opened")
    assert not said(load_export(XLSX), "linked")


@pytest.mark.parametrize(
    "formula",
    [
        "of:=['file:///tmp/other.ods'#$Sites.A1]",
        "of:=[&apos;file:///tmp/other.ods&apos;#$Sites.A1]",
        "of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;x&quot;)",
    ],
)
def test_links_of_open_documents_are_read_as_saved_and_said(formula: str) -> None:
    text = '<table:table-cell office:value-type="string"><text:p>Ghent'
    cell = text.replace(" office", f' table:formula="{formula}" office')
    trial = load_export(changed(ODS, **{"content.xml": (text, cell)}))
    assert trial.patients["site"].tolist() == ["Ghent"]
    assert said(trial, "linked to other files. They were not opened")
    assert not said(load_export(ODS), "linked")


def test_links_of_old_workbooks_are_said() -> None:
    """A record that no reader needs is turned into one that names another file."""
    small = (Path(__file__).with_name("files") / "small.xls").read_bytes()
    written_by, of_another_file = struct.pack("<HH", 0x5C, 112), struct.pack("<HH", 0x01AE, 112)
    assert small.count(written_by) == 1
    assert not said(load_export(small), "linked")
    assert said(load_export(small.replace(written_by, of_another_file)), "linked to other files.")


def test_macros_are_never_run() -> None:
    """Nothing in a workbook can be run here; what its cells say is read as saved."""
    macros = {**parts(XLSX), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"Sub Auto_Open()" * 99}
    macros[BOOK] = macros[BOOK].replace(
        b"<definedNames", b'<definedNames><definedName name="_xlnm.Auto_Open">x</definedName>'
    )
    assert load_export(archive(macros), "x.xlsm").patients.equals(load_export(XLSX).patients)


# The directory of a zip


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "x/../../a.csv", "..", "..\\a.csv", "/a.csv", "\\a.csv", "C:\\a.csv", "c:a.csv",
     "\\\\host\\share\\a.csv"],
)  # fmt: skip
def test_paths_that_lead_out_of_an_archive_are_refused(name: str) -> None:
    assert "not safe" in refusal(archive({"patients.csv": CSV, name: "a,b\n1,2\n"}))


@pytest.mark.parametrize(
    "name", ["CON.csv", "nul.csv", "com1.csv", "~/a.csv", "a..b/c.csv", "a\x1b[31m.csv", "$(x).csv",
             "\u202egnp.csv", "a|b.csv", "=1+1.csv"],
)  # fmt: skip
def test_other_odd_names_are_names(name: str) -> None:
    """Nothing of an archive is ever written to a disk."""
    trial = load_export(archive({"patients.csv": CSV, name: "a,b\n1,2\n"}))
    assert trial.patients["patient_id"].tolist() == ["007", "008"]
    assert name in set(trial.findings["sheet"])
    assert adds_up(trial)


def twice(first: str, second: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr(first, CSV)
        packed.writestr(second, CSV)
    return stream.getvalue()


@pytest.mark.parametrize("second", ["a/patients.csv", "A/Patients.csv", "a\\patients.csv"])
def test_two_files_of_one_name_are_refused(second: str) -> None:
    assert "two files called 'a/patients.csv'" in refusal(twice("a/patients.csv", second))


def test_two_files_of_one_name_are_not_packed_together() -> None:
    with pytest.raises(ExportError, match=r"Two of these files are called 'a\.csv'"):
        files.bundle([("a.csv", b"1"), ("a.csv", b"2")])


def test_a_nul_ends_a_name() -> None:
    hostile = archive({"patients.csv": CSV, "a.csv_.exe": "a,b\n1,2\n"}).replace(
        b"a.csv_.exe", b"a.csv\0.exe"
    )
    assert "a.csv" in set(load_export(hostile).findings["sheet"])


def test_a_directory_that_disagrees_with_its_files_is_damage() -> None:
    content = archive({"patients.csv": CSV})
    assert content.count(b"patients.csv") == 2
    assert "damaged" in refusal(content.replace(b"patients.csv", b"patientz.csv", 1))


def test_files_that_share_their_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a bomb does whose members all unpack the same kernel."""
    content = archive({"patients.csv": CSV, "labs.csv": CSV})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        second = packed.getinfo("labs.csv").header_offset
    end = content.rindex(b"PK\x01\x02")
    overlapping = content[: end + 42] + bytes(4) + content[end + 46 :]
    assert second != 0
    monkeypatch.setattr(files, "_parse", pytest.fail)
    assert "damaged" in refusal(overlapping)


def test_text_that_begins_like_a_zip_is_text() -> None:
    trial = load_export(b"PKDAY,patient_id,arm\n1,007,TAE\n", "pk.csv")
    assert trial.patients["patient_id"].tolist() == ["007"]


# Sizes


def with_sheets(number: int, path: str = "") -> bytes:
    """A workbook with many sheets of one row, or with many that share a part."""
    book = patients_book(["patient_id", "arm"], ["007", "TAE"])
    if not path:
        for at in range(1, number):
            book.create_sheet(f"s{at}").append(["a"])
        return saved(book)
    more = "".join(f'<sheet name="s{at}" sheetId="{at + 9}" r:id="rId1"/>' for at in range(number))
    return changed(saved(book), **{BOOK: ("</sheets>", f"{more}</sheets>")})


def test_sheets_are_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tables = '<table:table table:name="patients">'
    many = "".join(f'<table:table table:name="t{n}"></table:table>' for n in range(10_000))
    crowded = changed(ODS, **{"content.xml": (tables, many + tables)})
    assert "has 10,001 sheets or tables" in refusal(crowded)
    assert "damaged" in refusal(with_sheets(10_000, SHEET))
    use_reader(monkeypatch, tmp_path, MOST_SHEETS="9")
    load_export(with_sheets(9))
    assert "at most 9" in refusal(with_sheets(10))
    zipped = {f"{n}.csv": "a,b\n1,2\n" for n in range(9)}
    assert "has 10 sheets" in refusal(archive({"patients.csv": CSV, **zipped}))


def test_columns_and_different_values_are_limited_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = archive({"patients.csv": CSV, "labs.csv": "patient_id,test,value\n007,CgA,1\n"})
    use_reader(monkeypatch, tmp_path, MOST_COLUMNS_TOGETHER="6", MOST_DIFFERENT="14")
    load_export(content)
    use_reader(monkeypatch, tmp_path, MOST_DIFFERENT="13")
    assert "holds 14 different values" in refusal(content)
    use_reader(monkeypatch, tmp_path, MOST_COLUMNS_TOGETHER="5")
    assert "6 columns together" in refusal(content)


def test_a_huge_cell_is_refused() -> None:
    for content in (shared_strings("x" * 200_000), kept(height=1, columns=[column("x" * 200_000)]),
                    dataset_json([["x" * 200_000, "TAE"]])):  # fmt: skip
        sentence = refusal(content)
        assert "200,000 characters" in sentence or "kept export is damaged" in sentence


def test_a_huge_string_in_many_cells_ends_only_the_child(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_reader(monkeypatch, tmp_path, MEMORY="300 << 20")
    assert "more memory or time" in refusal(shared_strings("x" * 100_000, 5_000))


@pytest.mark.parametrize("text", ["x " * 4_000_000, "a," * 2_000_000, '"' * 4_000_000])
def test_one_endless_line_is_refused(text: str) -> None:
    assert "could not be read as a table" in refusal(f"patient_id,arm\n{text}\n1,2\n".encode())
    several = {"patients.csv": CSV, "labs.csv": f"a,b\n{text}{CSV * 9_000}"}
    assert "'labs.csv'" in refusal(archive(several))


def test_many_columns_and_many_blank_rows_are_refused() -> None:
    assert "3,000 columns" in refusal(("a," * 2_999 + "a\n1,2\n").encode())
    assert "40,000,001 rows" in refusal(kept(height=40_000_001, columns=[]))


# Files that were kept without some of their columns


def column(*values: object, codes: list[int] | None = None) -> dict[str, object]:
    codes = list(range(len(values))) if codes is None else codes
    packed = base64.b64encode(struct.pack(f"{len(codes)}i", *codes)).decode()
    return {"values": list(values), "codes": packed}


def kept(**other: object) -> bytes:
    told = {"name": "patients", "title": "patients", "height": 2, "lone": False,
            "columns": [column("patient_id", "007"), column("arm", "TAE")]}  # fmt: skip
    return pack({"sheets": [{**told, **other}]})


def dates(stamp: object) -> bytes:
    return kept(columns=[column("patient_id", "007"), column("death_date", stamp)])


def test_a_kept_export_opens() -> None:
    trial = load_export(dates(["2020-03-12"]))
    assert trial.patients["death_date"].tolist() == [pd.Timestamp("2020-03-12")]


@pytest.mark.parametrize(
    "content",
    [
        kept(title=["patients"]), kept(name=None), kept(lone=0), kept(height="2"),
        kept(height=True), kept(height=3), kept(height=-1), kept(height=-5, columns=[]),
        kept(columns={}), kept(columns=[7]), kept(more=1),
        kept(columns=[column("patient_id", "007", codes=[0, 2])]),
        kept(columns=[column("patient_id", "007", codes=[0, -2])]),
        kept(columns=[{"values": ["a", "b"], "codes": "AAAA"}]),
        kept(columns=[{"values": ["a", "b"], "codes": "not base64"}]),
        kept(columns=[{"values": 7, "codes": column(1, 2)["codes"]}]),
        kept(columns=[column("patient_id", " 007")]), kept(columns=[column("patient_id", "")]),
        kept(columns=[column("patient_id", None)]), kept(columns=[column("patient_id", {})]),
        kept(columns=[column("patient_id", "\ud800")]),
        dates(["2020-13-45"]), dates(["2020-03-12T00:00:00+05:00"]), dates([5]), dates([]),
        dates(["2020-03-12", "2020-03-13"]), dates(["25:00"]),
        pack({"sheets": 7}), pack({}), SIGNATURE, SIGNATURE + b"junk", kept() + b"junk",
        kept()[:-4], kept()[:60] + b"\xff\xff" + kept()[62:],
        SIGNATURE + zlib.compress(b"[" * 10**6), SIGNATURE + zlib.compress(b"\xff"),
        SIGNATURE + zlib.compress(b" " * (301 << 20), 9),
    ],
)  # fmt: skip
def test_a_kept_export_that_was_changed_is_refused(content: bytes) -> None:
    assert refusal(content).startswith("This kept export is damaged and was not opened.")


# Data sets


def dataset_json(rows: list[list[object]], **other: object) -> bytes:
    columns = [{"name": "patient_id"}, {"name": "arm"}]
    told = {"datasetJSONVersion": "1.1.0", "name": "patients", "columns": columns, "rows": rows}
    return json.dumps({**told, **other}).encode()


def test_half_characters_of_json_are_damage() -> None:
    """No page can show them, and no file hold them."""
    assert "damaged" in refusal(dataset_json([["007", "TAE \ud800"]]))
    trial = load_export(dataset_json([["007", "TAE \U0001f600"]]))
    assert trial.patients["arm"].tolist() == ["TAE \U0001f600"]


@pytest.mark.parametrize("number", [10**4000, -(10**400), 10**15 + 1])
def test_numbers_of_any_length_are_read(number: int) -> None:
    trial = load_export(dataset_json([[number, "TAE"]]))
    assert trial.patients["patient_id"].tolist() == [str(number)]


@cache
def xport() -> bytes:
    frame = pd.DataFrame({"patient_id": ["007", "008"], "arm": ["TAE", "cTACE"], "AGE": [61.5, 4]})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "patients.xpt"
        pyreadstat.write_xport(frame, str(path), table_name="patients", file_format_version=8)
        return path.read_bytes()


def test_headers_of_a_transport_file_that_lie_give_a_sentence_or_its_rows() -> None:
    """Each of its counts is made larger; what is claimed beyond the file is not there."""
    content = xport()
    counts = {match[0] for match in re.finditer(rb"0{6,}[1-9][0-9]*", content[:2000])}
    assert len(counts) > 1
    for digits in counts:
        opens_or_says_why(content.replace(digits, b"9" * len(digits)))
    for at in range(720, 1_000, 70):  # the variables: kind, length, place
        opens_or_says_why(content[:at] + b"\xff" * 8 + content[at + 8 :])


# Cells in error, however their XML is written

ERROR = '<c r="C2" t="e"><v>#N/A</v></c>'
GHENT = '<c r="C2" t="inlineStr"><is><t>Ghent</t></is></c>'


@pytest.mark.parametrize(
    "cell",
    [
        ERROR, ERROR.replace('"', "'"), ERROR.replace("=", " = "), ERROR.replace("><v>", ">\n <v>"),
        ERROR.replace("#N/A", "<![CDATA[#N/A]]>"), ERROR.replace("<v>", "<!-- x --><v>"),
        ERROR.replace("<v>#N/A</v>", "<v/>"), ERROR.replace("<v>", "<f>[1]A!A1</f>\n<v>"),
        '<c r="C2">\n<f>TODAY()</f>\n</c>', "<c r='C2'><f>TODAY()</f></c>",
    ],
)  # fmt: skip
def test_a_cell_in_error_is_never_a_blank(cell: str) -> None:
    trial = load_export(changed(XLSX, **{SHEET: (GHENT, cell)}))
    assert trial.patients["site"].tolist() != ["Ghent"]
    (sheet, _) = files.open_file(changed(XLSX, **{SHEET: (GHENT, cell)})).sheets
    assert sheet.row(1)[2] in ("#N/A", "an error", "a formula without a result")


@pytest.mark.parametrize(
    ("path", "other"),
    [
        (SHEET, "xl/worksheets/Sheet1.xml"), (SHEET, "xl\\worksheets\\sheet1.xml"),
        (BOOK, "xl/Workbook.xml"), ("xl/_rels/workbook.xml.rels", "xl/_rels/Workbook.xml.rels"),
    ],
)  # fmt: skip
def test_a_cell_in_error_is_found_by_whatever_path_the_parser_takes(path: str, other: str) -> None:
    members = dict(parts(changed(XLSX, **{SHEET: (GHENT, ERROR)})))
    members[other] = members.pop(path)
    (sheet, _) = files.open_file(archive(members)).sheets
    assert sheet.row(1)[2] == "#N/A"


# What is written

STARTS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]


def test_nothing_that_is_written_becomes_a_formula() -> None:
    """Ids, arms, terms, sites and headers of an export, its name, and its findings."""
    harm = [f'{start}HYPERLINK("http://x")' for start in STARTS]
    quoted = ['"' + one.replace('"', '""') + '"' for one in harm]
    rows = "".join(f"{one},{one},{one}\n" for one in quoted)
    export = archive(
        {
            "patients.csv": f"patient_id,arm,site\n{rows}",
            "adverse_events.csv": f"patient_id,term,grade\n{rows}",
            "=cmd|calc.csv": rows,
        }
    )
    trial = load_export(export, harm[0])
    assert (len(trial.patients), len(trial.adverse_events)) == (9, 10)
    assert set(trial.patients["site"]) <= {one.strip() for one in harm}
    stamp = provenance.stamp(trial, harm[0], title=harm[0])
    written = [
        workbook.workbook(
            {harm[0]: trial.patients, "AE": trial.adverse_events, "found": trial.findings}, stamp
        ),
        template.template(),
    ]
    for content in written:
        cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content))
                 for row in sheet.iter_rows() for cell in row]  # fmt: skip
        assert len(cells) > 50
        assert "f" not in {cell.data_type for cell in cells}
        texts = [cell for cell in cells if cell.data_type == "s"]
        assert all(cell.quotePrefix for cell in texts if cell.value.startswith(tuple(STARTS)))
        assert b"<f>" not in b"".join(parts(content).values())


# One bad upload and the others


def test_a_good_file_opens_while_a_hostile_one_is_read_to_its_limits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_reader(monkeypatch, tmp_path, OF_A_PAGE="1")
    endless = b"<table>" + b"<a<a" * 400_000
    begun, is_good = threading.Event(), threading.Event()
    run = subprocess.run
    sentences: list[str] = []

    def watched(command: list[str], **told: object) -> subprocess.CompletedProcess[bytes]:
        if command[-1] != "page":
            return run(command, **told)
        begun.set()
        done = run(command, **told)
        assert is_good.wait(timeout=60)  # its turn ends only when the good file was opened
        return done

    monkeypatch.setattr(files.subprocess, "run", watched)
    hostile = threading.Thread(target=lambda: sentences.append(refusal(endless)))
    hostile.start()
    assert begun.wait(timeout=60)
    assert load_export(CSV.encode()).patients["patient_id"].tolist() == ["007", "008"]
    is_good.set()
    hostile.join()
    assert "more memory or time" in sentences[0]


def test_who_waits_for_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WAIT", 0.01)
    with files._CHILDREN, files._CHILDREN:
        assert "Other files are being read" in refusal(CSV.encode())
    assert len(load_export(CSV.encode()).patients) == 2


# Any bytes at all


def opens_or_says_why(content: bytes) -> None:
    try:
        trial = load_export(content, "upload")
    except ExportError as refused:
        assert str(refused) != FAULT
        assert str(refused).endswith(".")
        assert refused.findings["severity"].iloc[0] == "blocks the file"
        return
    assert trial.source.rows_read == trial.source.rows_used + trial.source.rows_set_aside


EVENTS = "patient_id,term,grade,start_date\n007,Pain,2,2019-04-02\n008,Nausea,3,\n"
PAGE = "<html><table><tr><th>patient_id<th>arm</tr><tr><td>007<td>TAE</tr></table></html>"
SEEDS: Mapping[str, bytes] = {
    "csv": CSV.encode(),
    "zip": archive({"patients.csv": CSV, "adverse_events.csv": EVENTS}),
    "xlsx": XLSX,
    "ods": ODS,
    "xpt": xport(),
    "json": dataset_json([["007", "TAE"], ["008", None]]),
    "kept": kept(),
    "page": PAGE.encode(),
}
INNER: Mapping[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "sheet": (parts(XLSX)[SHEET], lambda part: archive({**parts(XLSX), SHEET: part})),
    "book": (parts(XLSX)[BOOK], lambda part: archive({**parts(XLSX), BOOK: part})),
    "content": (parts(ODS)["content.xml"], spreadsheet),
    "told": (zlib.decompress(kept()[len(SIGNATURE) :]),
             lambda part: SIGNATURE + zlib.compress(part)),
}  # fmt: skip
"""Parts of packed files, changed before they are packed: else all that is found is damage."""

CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["flip", "insert", "delete", "repeat"]),
        st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"-1", b"99999", b"null"])),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    for share, kind, other in changes:
        at = int(share * len(content))
        until = {"flip": at + len(other), "insert": at, "delete": at + len(other), "repeat": at}
        new = {"flip": other, "insert": other, "delete": b"", "repeat": content[at : at + 40]}
        content = content[:at] + new[kind] + content[until[kind] :]
    return content


@pytest.mark.parametrize("kind", SEEDS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
def test_a_damaged_file_opens_or_says_why(
    kind: str, changes: list[tuple[float, str, bytes]]
) -> None:
    opens_or_says_why(damaged(SEEDS[kind], changes))


@pytest.mark.parametrize("kind", INNER)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
def test_a_file_with_a_damaged_part_opens_or_says_why(
    kind: str, changes: list[tuple[float, str, bytes]]
) -> None:
    part, packed = INNER[kind]
    opens_or_says_why(packed(damaged(part, changes)))
