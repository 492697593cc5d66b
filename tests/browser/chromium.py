"""Finds a Chromium for the browser tests, or gets one.

``python tests/browser/chromium.py`` prints its path; without one it says what to do and exits 1.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

VARIABLE = "RETNET_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
ADVICE = f"""\
The browser tests need Chromium or Chrome, and none could be found or installed.
Install one (Debian: apt-get install chromium; elsewhere google.com/chrome or
`.venv/bin/python -m playwright install chromium`), or set {VARIABLE} to the
path of its program."""


def find() -> str | None:
    """The path of a Chromium that is on this machine."""
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"{VARIABLE} is {named!r}, where there is no program.")
        return named
    on_path = filter(None, map(shutil.which, NAMES))
    for path in (*on_path, *PLACES):
        if _works(path):
            return path
    path = _playwrights_own()
    return path if _works(path) else None


def ensure() -> str:
    """The path of a Chromium, installed first if need be; without one, exits 1."""
    path = find()
    # Debian's comes first: Playwright's download can hang where its host is unreachable.
    if path is None and _is_root() and shutil.which("apt-get"):
        print("Installing Chromium with apt-get...", file=sys.stderr)
        if _run(["apt-get", "update"], minutes=5):
            install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
            _run(install, minutes=15)
        path = find()
    if path is None:
        print("Downloading Playwright's Chromium...", file=sys.stderr)
        _run([sys.executable, "-m", "playwright", "install", "chromium"], minutes=5)
        path = find()
    if path is None:
        sys.exit(ADVICE)
    return path


def _works(path: str) -> bool:
    if not Path(path).is_file():
        return False
    if os.name == "nt":  # where --version opens a window instead
        return True
    # Ubuntu has a chromium-browser that only says it wants snap.
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _run(command: list[str], minutes: float) -> bool:
    """Whether the command succeeded within its time; its own children end with it."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        start_new_session=True,
    )
    try:
        return process.wait(timeout=minutes * 60) == 0
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)} took longer than {minutes} minutes.", file=sys.stderr)
        return False
    finally:
        if process.poll() is None:
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    try:
        print(ensure())
    except FileNotFoundError as error:
        sys.exit(str(error))
