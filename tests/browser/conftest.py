"""A running app and a browser for the tests in this folder."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import chromium

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_SECONDS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The hook sees every test. The slow ones of this folder go last; Playwright also leaves an
    # event loop running, which tests after it would meet.
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    items[:] = [item for item in items if item not in ours] + ours
    if ours and chromium.find() is None:
        # `make test` does not come here: chromium.py has failed before.
        reason = f"no Chromium found (set {chromium.VARIABLE}, or run make test)"
        for item in ours:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    args = [
        "--disable-gpu",
        "--no-first-run",
        # Chromium's own errands fail, many at a time, on a closed network.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium refuses to start as root with it
    return {**browser_type_launch_args, "executable_path": chromium.find(), "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 720},
        "accept_downloads": True,
    }


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one app that all tests share."""
    with serve(tmp_path_factory.mktemp("app_server") / "output.txt") as url:
        yield url


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    """The address of an app that nobody has visited yet."""
    with serve(tmp_path / "output.txt") as url:
        yield url


@contextmanager
def serve(output: Path) -> Iterator[str]:
    """Run an app of its own; what it prints goes to a file."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*command, *options, "--server.headless", "true"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(process, url)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # The page hides errors, the log has them: pytest shows this under a failed test.
        print(output.read_text(errors="replace"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen, url: str) -> None:
    # A proxy set for the machine has no business with 127.0.0.1.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    pause = threading.Event()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The app ended with exit code {process.returncode} at its start.")
        try:
            with opener.open(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:  # not listening yet
            pass
        pause.wait(0.1)
    raise RuntimeError(f"The app did not answer within {START_SECONDS} seconds.")
