"""The Methods screen: the page of the tests, with or without data, and a word on other versions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retnet_core import methods
from tests.pages.app import visit, words


def test_the_page_of_the_tests_is_shown_with_every_row() -> None:
    app = visit("methods.py")
    assert not app.exception
    shown = "\n".join(block.value for block in app.markdown)
    page = methods.VALIDATION.read_text(encoding="utf-8")  # itself held to the statistics elsewhere
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) > 50
    assert [row for row in rows if row not in shown] == []
    assert "##### Survival: curves" in shown
    assert not re.search(r"^#{1,3} ", shown, re.MULTILINE)
    assert not app.warning


def test_it_needs_no_data_set() -> None:
    app = visit("methods.py", data="0123456789ab")
    assert not app.exception
    assert "not kept here" in words(app)
    assert "Kaplan-Meier curve" in words(app)


def test_other_versions_than_those_checked_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = methods.VALIDATION.read_text(encoding="utf-8")
    other = tmp_path / "validation.md"
    scipy = methods.versions()["scipy"]
    text = re.sub(r"pandas \d\S+, ", "", text).replace(f"scipy {scipy}", "scipy 0.1")
    other.write_text(text, encoding="utf-8")
    monkeypatch.setattr(methods, "VALIDATION", other)
    app = visit("methods.py")
    assert len(app.warning) == 1
    assert f"scipy {scipy} (checked with 0.1)" in words(app)
    assert f"pandas {methods.versions()['pandas']} (checked with –)" in words(app)
