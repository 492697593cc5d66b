"""Files from outside: what cannot be opened gives one plain sentence and nothing else."""

from __future__ import annotations

import io
import logging
import random
import subprocess
import threading
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from retnet_core import ExportError, load_export
from retnet_core.intake import checks, files
from tests.exports import workbook

PATIENTS = pd.DataFrame({"patient_id": ["001", "002"], "arm": ["TAE", "cTACE"]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(members: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(ExportError) as refused:
        load_export(content, "upload")
    return str(refused.value)


def with_part(content: bytes, path: str, old: str, new: str) -> bytes:
    """Write a workbook anew with other words in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    text = members[path].decode()
    assert old in text
    return archive({**members, path: text.replace(old, new)})


def use_reader(monkeypatch: pytest.MonkeyPatch, folder: Path, **words: str) -> None:
    """Let files be read by a reader with other constants: ``NAME="value"``."""
    here = files.READER.parent
    sources = {path: path.read_text(encoding="utf-8") for path in here.glob("reading/*.py")}
    sources[files.READER] = files.READER.read_text(encoding="utf-8")
    for name, value in words.items():
        lines = [
            (path, line)
            for path, source in sources.items()
            for line in source.splitlines()
            if line.startswith(f"{name} = ")
        ]
        (path, line) = lines[0]
        assert len(lines) == 1
        sources[path] = sources[path].replace(line, f"{name} = {value}")
    folder /= str(len(list(folder.iterdir())))  # an own one, since Python keeps what it compiled
    for path, source in sources.items():
        changed = folder / path.relative_to(here)
        changed.parent.mkdir(parents=True, exist_ok=True)
        changed.write_text(source, encoding="utf-8")
    monkeypatch.setattr(files, "READER", folder / "reader.py")


NOT_A_SPREADSHEET = {
    "empty": (b"", "empty"),
    "random bytes": (random.Random(1).randbytes(4000), "not a spreadsheet"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
    "web page": (b"<html><table></table></html>", "web page"),
    "Word": (archive({"[Content_Types].xml": "", "word/document.xml": ""}), "Word"),
    "other spreadsheet": (archive({"mimetype": "x", "content.xml": ""}), ".xlsx"),
    "binary workbook": (archive({"[Content_Types].xml": "", "xl/workbook.bin": ""}), "damaged"),
    "old Excel": (OLE + bytes(600), ".xls"),
    "cut off": (workbook({"patients": PATIENTS})[:2000], "damaged"),
    "damaged inside": (archive({"[Content_Types].xml": "", "xl/workbook.xml": "<a"}), "damaged"),
}


@pytest.mark.parametrize("kind", NOT_A_SPREADSHEET)
def test_what_is_no_spreadsheet_is_named(kind: str) -> None:
    content, word = NOT_A_SPREADSHEET[kind]
    sentence = refusal(content)
    assert word in sentence
    assert sentence.endswith(".")


def test_a_password_is_named() -> None:
    locked = OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    assert "password" in refusal(locked)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"There is no file '.*gone\.xlsx'"):
        load_export(tmp_path / "gone.xlsx")


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    large = tmp_path / "large.xlsx"
    with large.open("wb") as stream:
        stream.truncate(200 * 2**20)  # sparse: takes no space
    with pytest.raises(ExportError, match=r"200 MB.*100 MB"):
        load_export(large)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"patients.csv": b"0" * (40 * 2**20)}, "would unpack to 40 MB"),
        ({f"{n}.csv": "a" for n in range(2001)}, "2,001 parts"),
        ({"patients.csv": "a", "inner.zip": "PK"}, "further archives"),
        ({"patients.csv": "a", "export.xlsx": "PK"}, "'export.xlsx': This file is damaged"),
        ({"../patients.csv": "a"}, "not safe"),
        ({"/etc/patients.csv": "a"}, "not safe"),
        ({"readme.pdf": "a"}, "No sheet or file is called 'patients'"),
    ],
)
def test_an_odd_archive_is_refused(members: dict[str, bytes | str], words: str) -> None:
    assert words in refusal(archive(members))


def test_a_workbook_that_inflates_hugely_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    blanks = " " * (40 * 2**20)
    bomb = with_part(
        workbook({"patients": PATIENTS}), sheet, "</sheetData>", f"</sheetData>{blanks}"
    )
    assert len(bomb) < 60_000
    monkeypatch.setattr(files, "_parse", pytest.fail)
    assert "would unpack to 40 MB" in refusal(bomb)


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    """Only the directory can be looked at before unpacking; the child finds out the rest."""
    sheet = "xl/worksheets/sheet1.xml"
    blanks = " " * (40 * 2**20)
    bomb = with_part(
        workbook({"patients": PATIENTS}), sheet, "</sheetData>", f"</sheetData>{blanks}"
    )
    with zipfile.ZipFile(io.BytesIO(bomb)) as packed:
        size = packed.getinfo(sheet).file_size.to_bytes(4, "little")
    assert "damaged" in refusal(bomb.replace(size, (5000).to_bytes(4, "little")))


@pytest.mark.parametrize("name", [".", "./", "a/.", "..."])
def test_a_member_without_a_name_is_no_fault(name: str) -> None:
    trial = load_export(archive({"patients.csv": "patient_id,arm\n007,TAE\n", name: "a"}))
    assert trial.patients["patient_id"].tolist() == ["007"]


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(archive({"patients.csv": "a"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
    assert "password" in refusal(bytes(content))


@pytest.mark.parametrize("cells", [("XFD1048576",), ("A1", "XFD1048576"), ("A1", "ZZ1048576")])
def test_a_far_cell_is_refused_and_this_process_lives(cells: tuple[str, ...]) -> None:
    book = Workbook()
    book.active.title = "patients"
    for cell in cells:
        book.active[cell] = "x"
    stream = io.BytesIO()
    book.save(stream)
    assert len(stream.getvalue()) < 6000
    assert "stray cell" in refusal(stream.getvalue())


def test_the_limits_of_the_child_hold_without_the_look_ahead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The parser itself asks for 512 GB here; the child dies of it, and only the child."""
    use_reader(monkeypatch, tmp_path, _FAR_CELL='re.compile(b"NEVER")', MEMORY="1 << 30")
    book = Workbook()
    book.active["A1"] = book.active["XFD1048576"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    assert "more memory or time" in refusal(stream.getvalue())


def test_a_reader_that_is_killed_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, -9, b"", b"")

    monkeypatch.setattr(files.subprocess, "run", killed)
    assert "was stopped" in refusal(workbook({"patients": PATIENTS}))


@pytest.mark.parametrize(
    ("code", "words"), [(-9, "more memory or time"), (3, "more memory or time"), (1, "damaged")]
)
def test_a_reader_that_fails_says_why_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    def failed(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, code, b"", b"Traceback: the reason")

    monkeypatch.setattr(files.subprocess, "run", failed)
    assert words in refusal(workbook({"patients": PATIENTS}))
    assert "Traceback: the reason" in caplog.text


def test_a_reader_short_of_memory_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_reader(monkeypatch, tmp_path, MEMORY="150 << 20")
    many = "patient_id,arm\n" + "".join(f"{n},TAE\n" for n in range(1_000_000))
    assert "more memory or time" in refusal(many.encode())


def test_a_fault_of_the_reader_is_not_blamed_on_its_limits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    use_reader(monkeypatch, tmp_path, DELIMITERS="None")
    assert "damaged and could not be read" in refusal(b"patient_id,arm\n1,TAE\n")
    assert "TypeError" in caplog.text


def test_a_reader_that_cannot_start_gives_a_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(command: list[str], **_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(files.subprocess, "run", full)
    assert "could not start" in refusal(workbook({"patients": PATIENTS}))
    assert "Cannot allocate memory" in caplog.text


def test_a_very_long_name_is_fine() -> None:
    name = "é\n" * 500_000 + ".csv"
    assert load_export(b"patient_id,arm\n1,TAE\n", name).source.name == name


def test_two_files_are_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most = 0, 0
    lock, pair = threading.Lock(), threading.Barrier(2)

    def slow(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pair.wait(timeout=30)  # two are in here at once, or the test fails
        with lock:
            now -= 1
        return subprocess.CompletedProcess(command, -9, b"", b"")

    monkeypatch.setattr(files.subprocess, "run", slow)
    threads = [threading.Thread(target=refusal, args=(b"a,b\n1,2\n",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    "content",
    [
        workbook({"patients": PATIENTS, "labs": PATIENTS}),
        archive({"patients.csv": "patient_id,arm\n1,TAE\n2,TAE\n", "labs.csv": "a,b\n" * 3}),
    ],
)
def test_the_cells_of_all_sheets_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    use_reader(monkeypatch, tmp_path, MOST_CELLS_TOGETHER="12")
    load_export(content)
    use_reader(monkeypatch, tmp_path, MOST_CELLS_TOGETHER="11")
    assert "more than 11 cells together" in refusal(content)


def test_the_answer_of_the_reader_is_limited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_reader(monkeypatch, tmp_path, MOST_ANSWER="2_000")
    assert "far more text" in refusal(b"patient_id,arm\n1," + b"x" * 2_000)


def test_a_fault_of_the_program_gives_a_sentence_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(tables: checks.Tables) -> None:
        raise KeyError("".join(["Ann", "Lee"]))

    monkeypatch.setattr(checks, "arms", faulty)
    with pytest.raises(ExportError, match=r"fault in the program; it was logged") as refused:
        load_export(workbook({"patients": PATIENTS}))
    assert isinstance(refused.value.__cause__, KeyError)
    assert refused.value.findings["severity"].tolist() == ["blocks the file"]
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "KeyError" in record.message
    assert "in faulty" in record.message
    assert "AnnLee" not in record.message  # what a cell said


def test_a_reader_that_takes_too_long_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, files.SECONDS)

    monkeypatch.setattr(files.subprocess, "run", slow)
    assert "too long" in refusal(workbook({"patients": PATIENTS}))


def test_a_refused_file_leaves_an_open_trial_alone() -> None:
    trial = load_export(workbook({"patients": PATIENTS}))
    before = trial.patients.copy()
    refusal(b"%PDF")
    pd.testing.assert_frame_equal(trial.patients, before)


# Text files

CSV = "patient_id;arm;age\n007;TAE;61,5\n8;cTACE;70\n"


@pytest.mark.parametrize(
    "encoded",
    [
        CSV.encode(), CSV.encode("utf-8-sig"), CSV.encode("utf-16"), CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"), CSV.encode("cp1252"), CSV.replace("\n", "\r\n").encode(),
        CSV.replace("\n", "\r").encode(), CSV.replace(";", "\t").encode(),
        CSV.replace(";", "|").encode(), CSV.replace("61,5", "61.5").replace(";", ",").encode(),
        b"sep=;\n" + CSV.encode(),
    ],
)  # fmt: skip
def test_a_csv_of_patients_opens_in_any_dress(encoded: bytes) -> None:
    trial = load_export(encoded, "extract.csv")
    assert trial.patients["patient_id"].tolist() == ["007", "8"]
    assert trial.patients["age"].tolist() == [61.5, 70]
    assert trial.source.rows_read == trial.source.rows_used == 2


def test_letters_beyond_ascii_are_kept() -> None:
    text = "patient_id,arm,site\n1,TAE,Zürich\n"
    for encoding in ("utf-8", "cp1252", "utf-16"):
        assert load_export(text.encode(encoding)).patients["site"].tolist() == ["Zürich"]


def test_nul_characters_are_left_out_and_said() -> None:
    trial = load_export(b"patient_id,arm,site\n1,T\0AE,Ghent\n2,TAE,Here in the clinic\n")
    assert trial.patients["arm"].tolist() == ["TAE", "TAE"]
    assert trial.findings["problem"].str.contains("NUL").any()


def test_an_open_quotation_mark_gives_a_sentence() -> None:
    assert "quotation mark" in refusal(b'patient_id,arm\n1,"TAE\n' + b"2,TAE\n" * 30_000)


def test_a_zip_of_csv_files_opens() -> None:
    members = {
        "export/patients.csv": "patient_id,arm\n007,TAE\n",
        "export/RETNET_adverse-events_2024-05-01.csv": "patient_id,term,grade\n007,Pain,2\n",
        "export/about.csv": "field,value\ndata_cut,2023-05-01\n",
        "__MACOSX/patients.csv": "junk",
        "export/readme.pdf": "junk",
    }
    trial = load_export(archive(members), "export.zip")
    assert trial.adverse_events["grade"].tolist() == [2]
    assert str(trial.source.data_cut) == "2023-05-01"
    assert trial.source.rows_read == trial.source.rows_used == 3
    said = trial.findings[trial.findings["sheet"] == "export/readme.pdf"]
    assert "not a CSV file, workbook" in said["problem"].item()


def test_several_csv_files_are_bundled_into_one() -> None:
    several = [
        ("labs.csv", b"patient_id,test,value\n007,CgA,12\n"),
        ("patients.csv", b"patient_id,arm\n007,TAE\n"),
    ]
    packed = files.bundle(several)
    assert packed == files.bundle(reversed(several))
    assert load_export(packed, "2 files").labs["value"].tolist() == [12]


def test_too_much_is_refused_before_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.zipfile, "ZipFile", pytest.fail)
    monkeypatch.setattr(files, "MOST_UNPACKED", 3 * 2**20)
    with pytest.raises(ExportError, match=r"These 4 files have 4 MB together; at most .* 3 MB"):
        files.bundle((f"{n}.csv", bytes(2**20)) for n in range(4))
    with pytest.raises(ExportError, match=r"These 2,001 files .*at most 2,000 files"):
        files.bundle((f"{n}.csv", b"a") for n in range(2001))


# What a spreadsheet holds beside values


def test_cells_in_error_are_no_blanks() -> None:
    """The parser gives #N/A as blank; a progression date in error is not "no progression"."""
    book = Workbook()
    sheet = book.active
    sheet.title = "patients"
    sheet.append(["patient_id", "arm", "progression_date", "death_date"])
    sheet.append(["001", "TAE", "#N/A", "=TODAY()"])
    sheet["C2"].data_type = "e"
    stream = io.BytesIO()
    book.save(stream)
    trial = load_export(stream.getvalue())
    emptied = trial.unreadable
    assert set(emptied["column"]) == {"progression_date", "death_date"}
    values = set(trial.findings.loc[trial.findings["severity"] == "set aside", "value"])
    assert values == {"#N/A", "a formula without a result"}


def test_a_cell_in_error_is_found_in_any_row() -> None:
    """Also below and beside the last cell that the parser sees."""
    book = Workbook()
    sheet = book.active
    sheet.title = "patients"
    sheet.append(["patient_id", "arm", "progression_date", "death_date"])
    sheet["A20400"], sheet["B20400"], sheet["C20400"] = "001", "TAE", "#N/A"
    sheet["C20400"].data_type = "e"
    sheet["A20401"] = sheet["A20402"] = "#REF!"
    sheet["A20401"].data_type = sheet["A20402"].data_type = "e"
    stream = io.BytesIO()
    book.save(stream)
    trial = load_export(stream.getvalue())
    where = trial.unreadable[["table", "column", "patient_id"]]
    assert where.values.tolist() == [["patients", "progression_date", "001"]]
    assert trial.findings.loc[trial.findings["value"] == "#N/A", "row"].tolist() == [20_400]
    assert trial.source.rows_read == 3
    assert trial.source.rows_set_aside == 2


def test_a_cell_in_error_that_does_not_say_where_it_stands_is_no_blank() -> None:
    book = Workbook()
    book.active.title = "patients"
    book.active.append(["patient_id", "arm", "progression_date"])
    book.active.append(["001", "TAE", "#N/A"])
    book.active["C2"].data_type = "e"
    stream = io.BytesIO()
    book.save(stream)
    placeless = with_part(stream.getvalue(), "xl/worksheets/sheet1.xml", ' r="C2"', "")
    assert "do not say where they stand" in refusal(placeless)


def test_rows_are_numbered_as_the_spreadsheet_does() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "patients"
    sheet["B2"] = "An export of the trial"
    for at, text in enumerate(["patient_id", "arm", "age"], start=2):
        sheet.cell(row=4, column=at).value = text
    for row, cells in ((5, ["001", "TAE", 50]), (9, ["002", "TAE", "old"])):
        for at, cell in enumerate(cells, start=2):
            sheet.cell(row=row, column=at).value = cell
    stream = io.BytesIO()
    book.save(stream)
    trial = load_export(stream.getvalue())
    assert trial.patients["patient_id"].tolist() == ["001", "002"]
    assert trial.findings.loc[trial.findings["value"] == "old", "row"].item() == 9
    assert trial.source.rows_read == 2
