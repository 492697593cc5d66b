"""A file as it is brought: read, understood, and what others at the same time notice of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pandas as pd

from benchmarks import steps
from benchmarks.table import duration
from pages._ui import session
from retnet_core import Trial
from retnet_core.demo import make_tables
from retnet_core.intake.files import bundle
from retnet_core.intake.load import read_file, understand

N_PATIENTS, N_EVENTS = 20_000, 500_000
_SCREEN = "Survival"
_TIMES_ALONE = 10

Content = tuple[bytes, str]
"""A file's bytes and its name."""


def demo() -> Content:
    """Give the demonstration workbook."""
    return session.DEMO.read_bytes(), session.DEMO.name


def many_events() -> Content:
    """Write patients and adverse events, nothing else, as a zip of CSV files.

    The events are those of the synthetic trial, several times over at later dates.
    """
    tables = make_tables(n_patients=N_PATIENTS)
    events = tables["adverse_events"]
    dates = ["start_date", "end_date"]
    weeks = range(-(-N_EVENTS // len(events)))
    later = [
        events.assign(**{date: events[date] + pd.Timedelta(weeks=week) for date in dates})
        for week in weeks
    ]
    several = {"patients": tables["patients"], "adverse_events": pd.concat(later)[:N_EVENTS]}
    content = bundle(
        (f"{name}.csv", table.to_csv(index=False).encode()) for name, table in several.items()
    )
    return content, "events.zip"


def bring(content: Content) -> steps.Seconds:
    """Time the two steps in which a file is opened."""
    opened = []
    reading = steps.timed(lambda: opened.append(read_file(*content)))
    understanding = steps.timed(lambda: understand(opened[0]))
    return {
        "Read, in its own process": reading,
        "Understood": understanding,
        "Both": reading + understanding,
    }


def beside(trial: Trial, content: Content) -> str:
    """Say how much longer a page takes while a file is read and understood in another thread."""
    visit = steps.visits(trial, _SCREEN)
    alone = [visit() for _ in range(_TIMES_ALONE)]
    meanwhile = []
    with ThreadPoolExecutor(max_workers=1) as other:
        reading = other.submit(bring, content)
        while not reading.done():
            meanwhile.append(visit())
        seconds = reading.result()["Both"]
    told = ", ".join(
        f"{kind} in {duration(slow)} instead of {duration(fast)} "
        f"({median(slow) / median(fast):.1f} times)"
        for kind in alone[0]
        for fast, slow in [([one[kind] for one in alone], [one[kind] for one in meanwhile])]
    )
    return (
        f"While one visitor opened the file of {N_EVENTS:,} events, in {seconds:.0f} seconds, "
        f"another one looked at the demonstration without a pause. {told}."
    )
