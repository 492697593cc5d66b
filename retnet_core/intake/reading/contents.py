"""The reader of each kind of file; what a reader needs is imported only for its kind."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from retnet_core.intake.reading.kinds import DAMAGED, DATASET_JSON, Kind, kind_of
from retnet_core.intake.reading.limits import Answer, RefusedError, cells_of, check_whole

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (
    *TEXT_SUFFIXES, ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xpt", ".sas7bdat", ".json"
)  # fmt: skip
"""Files of an archive that are opened; they too are what their bytes say, not their names."""
_DEFAULT_NAME = re.compile(
    r"(sheet|tabelle|feuil|hoja|foglio|blad|planilha|ark|arkusz|taul|list|munka)\s*1", re.IGNORECASE
)
"""What spreadsheets call the first sheet of a new workbook."""


def read(kind: Kind, content: bytes, name: str, before: int = 0) -> Answer:
    """Read the sheets of a file.

    Parameters
    ----------
    before : int
        Cells of the files read before it, from the same archive.

    Raises
    ------
    RefusedError
        If it is not read; says why.
    """
    try:
        answer = _read(kind, content, name, before)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise RefusedError(DAMAGED) from None
    check_whole(answer)
    return answer


def _read(kind: Kind, content: bytes, name: str, before: int) -> Answer:
    if kind == "archive":
        return read_archive(content)
    if kind == "text":
        from retnet_core.intake.reading.text import read_text

        return read_text(content, name, before)
    if kind == "page":
        from retnet_core.intake.reading.page import read_page

        return read_page(content, name, before)
    if kind == "dataset-json":
        from retnet_core.intake.reading.dataset_json import read_dataset

        return read_dataset(content, before)
    if kind == "kept":
        from retnet_core.intake.reading.kept import read_kept

        return read_kept(content, before)
    if kind in ("xport", "sas7bdat"):
        from retnet_core.intake.reading.sas import read_sas

        return read_sas(kind, content, name, before)
    from retnet_core.intake.reading.workbook import read_workbook

    return read_workbook(kind, content, before)


def read_archive(content: bytes) -> Answer:
    """Read every file of a zip archive that is a table or a workbook."""
    answer: Answer = {"sheets": [], "notes": []}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            path = PurePosixPath(info.filename)
            folder = info.filename.endswith("/")
            if folder or path.parts[:1] == ("__MACOSX",) or path.name.startswith((".", "~$")):
                continue
            if path.suffix.casefold() in SUFFIXES:
                one = read_member(archive.read(info), info.filename, cells_of(answer))
                answer["sheets"] += one["sheets"]
                answer["notes"] += one["notes"]
            else:
                answer["notes"].append(not_read(info.filename))
    from retnet_core.intake.reading.text import together

    return {**answer, "notes": together(answer["notes"])}


def not_read(name: str) -> list[str]:
    """Say that a file of an archive holds no table."""
    return [
        name,
        "This file of the archive is not a CSV file, workbook or data set and was not read.",
        "If it holds data, save it as CSV and add it to the archive.",
    ]


def read_member(content: bytes, name: str, before: int) -> Answer:
    """Read a file of an archive; its sheets carry its name."""
    if not content:
        return {"sheets": [], "notes": [[name, "This file is empty.", "Export it again."]]}
    path = PurePosixPath(name)
    if path.suffix.casefold() == ".json" and DATASET_JSON not in content:
        return {"sheets": [], "notes": [not_read(name)]}  # settings travel with data sets
    try:
        kind: Kind = "text" if path.suffix.casefold() in TEXT_SUFFIXES else kind_of(content)
        if kind == "archive":
            raise RefusedError("It is a further archive. Unpack it and pack its files instead.")
        one = read(kind, content, name, before)
    except RefusedError as refused:
        raise RefusedError(f"In this archive, '{name}': {refused}") from None
    alone = len(one["sheets"]) == 1
    for sheet in one["sheets"]:
        sheet["lone"] = False
        if kind == "text" or sheet["name"] == name:
            continue
        if alone and _DEFAULT_NAME.fullmatch(sheet["title"]):
            sheet["title"] = path.stem
        sheet["name"] = f"{name}: {sheet['name']}"
    one["notes"] = [
        [name if at in ("", name) else f"{name}: {at}", *told] for at, *told in one["notes"]
    ]
    return one
