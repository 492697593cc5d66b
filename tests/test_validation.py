"""The record of what was checked against what: its rounding, its page, and when it is written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retnet_core import methods
from retnet_core.methods import HAND, STATISTICS, VALIDATION, Agreement
from tests import conftest, validation
from tests.validation import agree, deviation

FULL = {(one.key, kind): Agreement(1234, 2e-14) for one in STATISTICS for kind in one.reference}


@pytest.fixture(autouse=True)
def no_record(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Agreement]:
    """Keep what is compared here out of the run's record."""
    records: dict[tuple[str, str], Agreement] = {}
    monkeypatch.setattr(validation, "RECORDS", records)
    return records


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1e-13, "1e-13"), (1.1e-13, "1e-12"), (9.9e-9, "1e-8"), (2.2e-16, "1e-15")],
)
def test_deviations_are_rounded_up_to_a_power_of_ten(value: float, shown: str) -> None:
    assert methods.rounded_up(value) == shown


@pytest.mark.parametrize(
    ("found", "expected", "relative"),
    [
        ([2.0, 4.0], [2.0, 5.0], 0.2),
        ([math.nan, 3.0], [math.nan, 3.0], 0),
        ([math.inf], [math.inf], 0),
        # Beside 0 a deviation is told relative to a millionth.
        ([1e-16], [0.0], 1e-10),
    ],
)
def test_the_deviation_is_relative(
    found: list[float], expected: list[float], relative: float
) -> None:
    assert deviation(np.array(found), np.array(expected)) == pytest.approx(relative)


def test_agreement_adds_up_over_a_run(no_record: dict[tuple[str, str], Agreement]) -> None:
    agree("km_survival", [0.5, math.nan], [0.5, math.nan])
    agree("km_survival", 1 + 1e-10, 1)
    agree("km_survival", [[1, 2], [3, 4]], [[1, 2], [3, 4]], reference=HAND)
    assert no_record["km_survival", methods.R].n == 3
    assert no_record["km_survival", methods.R].deviation == pytest.approx(1e-10, rel=1e-5)
    assert no_record["km_survival", HAND] == Agreement(4, 0)


def test_what_does_not_agree_fails_and_is_not_recorded(
    no_record: dict[tuple[str, str], Agreement],
) -> None:
    for found in (1 + 1e-7, math.nan):
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            agree("km_survival", found, 1)
    with pytest.raises(ValueError, match="broadcast"):
        agree("km_survival", [1, 2, 3], [1, 2])
    with pytest.raises(KeyError, match="no 'km_surival' checked against 'R'"):
        agree("km_surival", 1, 1)
    with pytest.raises(KeyError, match="no 'km_survival' checked against 'SAS'"):
        agree("km_survival", 1, 1, reference="SAS")
    with pytest.raises(ValueError, match="no numbers of 'km_survival' to compare"):
        agree("km_survival", [], [])
    assert no_record == {}


def test_the_page_has_a_row_for_each_reference_with_its_numbers() -> None:
    text = methods.page(FULL)
    body = [line for line in text.splitlines() if re.match(r"\| (?!Statistic)", line)]
    assert len(body) == len(FULL)
    assert all(line.count("|") == 7 for line in body)
    assert all(line.endswith("| 1,234 | 1e-13 |") for line in body)
    assert re.findall(r"^\| (\S[^|]*) \|", "\n".join(body), re.MULTILINE) == [
        one.name
        for screen in dict.fromkeys(one.where[0] for one in STATISTICS)
        for one in STATISTICS
        if one.where[0] == screen
    ]
    assert methods.versions_in(text) == methods.versions()
    with pytest.raises(KeyError, match="naive"):
        methods.page({pair: one for pair, one in FULL.items() if pair[0] != "naive"})


def test_keys_and_names_are_unique() -> None:
    assert len({one.key for one in STATISTICS}) == len({one.name for one in STATISTICS})
    assert len({one.key for one in STATISTICS}) == len(STATISTICS)
    assert all(one.reference and one.computed_by and one.where for one in STATISTICS)


def test_the_committed_page_is_that_of_the_statistics() -> None:
    """Rewritten by the next complete run, in which this test alone may fail."""
    text = VALIDATION.read_text(encoding="utf-8")
    numbers = re.compile(r"\| [\d,]+ \| (?:0|1e-?\d+) \|$", re.MULTILINE)
    versions = re.compile(r"^The libraries of that run: .*$", re.MULTILINE)
    ours, theirs = (versions.sub("", numbers.sub("", page)) for page in (methods.page(FULL), text))
    assert theirs == ours, "docs/validation.md is out of date: make test writes it anew"


# -- when the page is written


@dataclass
class Option:
    collectonly: bool = False


@dataclass
class Invocation:
    dir: Path = conftest.HERE.parent


@dataclass
class Config:
    args: list[str] = field(default_factory=lambda: ["tests"])
    option: Option = field(default_factory=Option)
    invocation_params: Invocation = field(default_factory=Invocation)


@dataclass
class Item:
    path: Path


@dataclass
class Report:
    nodeid: str
    when: str = "call"
    failed: bool = False


@dataclass
class Session:
    testscollected: int
    exitstatus: int = 0


FILES = sorted(conftest.HERE.rglob("test_*.py"))


def run(
    path: Path,
    config: Config | None = None,
    files: list[Path] = FILES,
    failed: str = "",
    deselected: bool = False,
    ended: int = len(FILES),
) -> tuple[Session, str]:
    """Go through the hooks as a run with a test a file does."""
    writer: Any = conftest.Writer(config or Config(), path)  # type: ignore[arg-type]
    if deselected:
        writer.pytest_deselected()
    writer.pytest_collection_modifyitems([Item(file) for file in files])
    for file in files[:ended]:
        writer.pytest_runtest_logreport(Report(file.name))
        writer.pytest_runtest_logreport(Report(file.name, "teardown"))
    if failed:
        writer.pytest_runtest_logreport(Report(failed, failed=True))
    session = Session(len(files))
    writer.pytest_sessionfinish(session)
    return session, writer.said


def test_a_complete_run_without_failures_writes_once(
    tmp_path: Path, no_record: dict[tuple[str, str], Agreement]
) -> None:
    no_record |= FULL
    page = tmp_path / "validation.md"
    session, said = run(page)
    assert said == "validation.md was written anew."
    assert session.exitstatus == 0
    assert page.read_text(encoding="utf-8") == methods.page(FULL)
    before = page.stat().st_mtime_ns
    assert run(page)[1] == ""
    assert page.stat().st_mtime_ns == before
    for whole in ([str(conftest.HERE)], [str(conftest.HERE.parent)], ["tests/"]):
        page.unlink()
        run(page, Config(whole))
        assert page.is_file()
    # The test that the page is up to date can only pass once it is.
    page.unlink()
    run(page, failed=f"tests/test_validation.py::{conftest.STALE}")
    assert page.is_file()


@pytest.mark.parametrize(
    "narrowed",
    [
        {"config": Config(["tests/analysis"])},
        {"config": Config(["tests/test_validation.py::test_keys_and_names_are_unique"])},
        {"config": Config(option=Option(collectonly=True))},
        {"files": FILES[1:]},
        {"failed": "tests/test_demo.py::test_x"},
        {"deselected": True},
        {"ended": 3},
    ],
)
def test_a_narrowed_or_failed_run_writes_nothing(
    tmp_path: Path, no_record: dict[tuple[str, str], Agreement], narrowed: dict[str, Any]
) -> None:
    no_record |= FULL
    session, said = run(tmp_path / "validation.md", **narrowed)
    assert said == ""
    assert session.exitstatus == 0
    assert not list(tmp_path.iterdir())


def test_a_statistic_that_nothing_was_compared_with_fails_a_complete_run(
    tmp_path: Path, no_record: dict[tuple[str, str], Agreement]
) -> None:
    no_record |= FULL
    del no_record["gray", methods.R]
    session, said = run(tmp_path / "validation.md")
    assert said == (
        "No test compared what retnet_core/methods.py lists: Gray's test (R). docs/validation.md "
        "is left as it was."
    )
    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED
    assert not list(tmp_path.iterdir())
