"""At the end of a complete run without failures, writes what was checked against what."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from retnet_core import methods
from tests import validation

HERE = Path(__file__).resolve().parent
STALE = "test_the_committed_page_is_that_of_the_statistics"
"""The one test that may fail in a run that writes: it fails until the page is written anew."""


def pytest_configure(config: pytest.Config) -> None:
    # Data sets that tests bring do not stay with those of who runs them; servers that tests start
    # inherit the place.
    folder = tempfile.TemporaryDirectory(prefix="retnet_tests_")
    config.add_cleanup(folder.cleanup)
    os.environ["RETNET_DATABASE_URL"] = f"sqlite:///{folder.name}/datasets.sqlite"
    config.pluginmanager.register(Writer(config, methods.VALIDATION), "validation")


class Writer:
    """Writes the page where the run was whole, and fails it where a statistic has no record."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self.config, self.path = config, path
        self.narrowed = bool(config.option.collectonly)
        self.failed = self.ended = 0
        self.said = ""

    def pytest_deselected(self) -> None:
        self.narrowed = True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # Files count too: --ignore and --last-failed leave whole files out without a word.
        start = self.config.invocation_params.dir
        paths = {(start / path).resolve() for path in self.config.args}
        files = {item.path.resolve() for item in items}
        self.narrowed |= not paths <= {HERE, HERE.parent} or not {*HERE.rglob("test_*.py")} <= files

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed += report.failed and STALE not in report.nodeid
        self.ended += report.when == "teardown"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.narrowed or self.failed or self.ended < session.testscollected:
            return
        self.said = validation.unchecked(validation.RECORDS)
        if self.said:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            return
        text = methods.page(validation.RECORDS)
        if not self.path.is_file() or self.path.read_text(encoding="utf-8") != text:
            self.path.write_text(text, encoding="utf-8")
            self.said = f"{self.path.name} was written anew."

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.said:
            terminalreporter.section("what was checked against what")
            terminalreporter.line(self.said)
