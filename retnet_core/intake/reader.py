"""The child process that parses a file: name and bytes on stdin, one JSON answer on stdout.

Run as ``python -I reader.py KIND``; the first line of stdin is the file's name as JSON (a command
line has no room for a long one), the rest the file. A hostile file can make a parser ask for any
amount of memory and time, so parsing happens here, under limits, and only plain columns of a
limited size go back: ``{"sheets": [{"name", "title", "height", "columns", "lone"}],
"notes": [...]}`` or ``{"error": sentence}``. A column is the list of its different cells and, for
each row from the sheet's first, the number of its cell in that list (-1: blank). Dates are lists of
one ISO string. Imports stay few: they are paid at every upload. The readers are in `reading`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MEMORY = 4 << 30
CPU_SECONDS = 120
OF_A_PAGE = 20
"""Seconds for HTML, whose parser takes the square of its length for tags that never end."""
NICENESS = 5
MOST_ANSWER = 300 << 20
"""Characters of the answer: the parent, which takes it apart, has no limit of its own."""
OUT_OF_MEMORY = 3
"""Exit code; a fault that nobody foresaw has Python's own, 1."""

TOO_MUCH = (
    "This file holds far more text than a trial export. Leave out what is not needed, or split it."
)


def limit_resources(seconds: int) -> None:
    """Limit memory and processor time, and let those who look at charts go first."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    try:
        import resource
    except ImportError:  # Windows has the parent's timeout only
        return
    for kind, amount in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):  # macOS refuses to limit the address space
            continue


def stand_alone() -> None:
    """Let the readers be imported without their packages, whose own imports take seconds."""
    here = Path(__file__).resolve().parent
    for name, folder in (("retnet_core", here.parent), ("retnet_core.intake", here)):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def plain(cell: Any) -> Any:
    """Write what JSON has no word for: a date in a list, other things as text."""
    return [cell.isoformat()] if isinstance(cell, dt.date) else str(cell)


def answer_to(kind: Any, name: str, content: bytes) -> dict[str, Any]:
    """Read a file, or say in a sentence why it is not read."""
    from retnet_core.intake.reading.contents import read
    from retnet_core.intake.reading.limits import RefusedError

    try:
        return read(kind, content, name)
    except RefusedError as refused:
        return {"error": str(refused)}


def main(kind: str) -> None:
    """Read stdin, answer on stdout."""
    limit_resources(OF_A_PAGE if kind == "page" else CPU_SECONDS)
    name = json.loads(sys.stdin.buffer.readline())
    answer = answer_to(kind, name, sys.stdin.buffer.read())
    text = json.dumps(answer, default=plain)  # json.dump is several times slower
    if len(text) > MOST_ANSWER:
        text = json.dumps({"error": TOO_MUCH})
    sys.stdout.write(text)


if __name__ == "__main__":
    stand_alone()
    try:
        main(sys.argv[1])
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
