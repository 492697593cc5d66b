"""Small files and what opening them says, for the tests of files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from openpyxl import Workbook

from retnet_core import ExportError, Trial, load_export


def archive(members: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(ExportError) as refused:
        load_export(content, "upload")
    sentence = str(refused.value)
    assert sentence.endswith(".")
    return sentence


def said(trial: Trial, word: str) -> bool:
    return bool(trial.findings["problem"].str.contains(word, regex=False).any())


def adds_up(trial: Trial) -> bool:
    source = trial.source
    return source.rows_read == source.rows_used + source.rows_set_aside > 0


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def patients_book(*rows: list[object]) -> Workbook:
    book = Workbook()
    book.active.title = "patients"
    for row in rows:
        book.active.append(row)
    return book
