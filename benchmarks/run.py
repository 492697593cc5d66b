"""Times the program on synthetic trials of three sizes: ``python benchmarks/run.py [--write]``.

Prints Markdown tables; with ``--write`` they also replace those in docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import logging
import os
import platform
import re
import sys
import zipfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is there, the project's is not

from benchmarks import bringing, steps  # noqa: E402
from benchmarks.table import table  # noqa: E402
from pages._ui import session  # noqa: E402
from retnet_core import Trial, load_export  # noqa: E402

SIZES = (180, 2_000, 20_000)
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- timings: begin -->", "<!-- timings: end -->"
PACKAGES = ("streamlit", "pandas", "numpy", "altair", "lifelines", "greenwood", "vl-convert-python")

LOADING, ANALYSES, CHARTS, FILES, RERUNS = "Loading", "Analysis", "Chart", "File", "Page"
GROUPS = (LOADING, ANALYSES, CHARTS, FILES, RERUNS)
LOAD, DEMO = "Zip of CSV files", "The demonstration workbook (xlsx, 162 patients)"

BRINGING = "A file as it is brought"
DEMO_PATIENTS = 162

NOISE = "streamlit.runtime.scriptrunner_utils.script_run_context"

MOST_RUNS = 5
ENOUGH_SECONDS = 6.0

Runs = dict[str, dict[int, list[float]]]


def repeat(take: steps.Sample) -> dict[str, list[float]]:
    """Take a sample five times, or until six seconds were spent on it."""
    found: dict[str, list[float]] = {}
    spent = 0.0
    for _ in range(MOST_RUNS):
        one = take()
        for name, seconds in one.items():
            found.setdefault(name, []).append(seconds)
        spent += sum(one.values())
        if spent > ENOUGH_SECONDS:
            break
    return found


def measure(n_patients: int, groups: dict[str, Runs]) -> str:
    """Measure everything on a trial of one size; give a line on how large its export is."""

    def record(group: str, sample: steps.Sample) -> None:
        for name, seconds in repeat(sample).items():
            groups[group].setdefault(name, {})[n_patients] = seconds

    content = steps.archive(n_patients)
    opened: dict[str, Trial] = {}
    record(LOADING, steps.sample(LOAD, lambda: opened.update(trial=load_export(content))))
    trial = opened["trial"]
    if n_patients == SIZES[0]:
        record(LOADING, steps.sample(DEMO, lambda: load_export(session.DEMO)))
        record(RERUNS, steps.empty_page)
    for group, samples in (
        (ANALYSES, steps.analyses(trial)),
        (CHARTS, steps.charts(trial)),
        (FILES, steps.files(trial)),
        (RERUNS, steps.pages(trial)),
    ):
        for sample in samples:
            record(group, sample)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(member.file_size for member in packed.infolist())
    return (
        f"{n_patients:,} patients: {trial.source.rows_read:,} rows, {len(content) / 2**20:,.1f} MB "
        f"packed, {unpacked / 2**20:,.0f} MB unpacked."
    )


def bring() -> str:
    """Measure how long a small and a large file take to open, and what others notice of it."""
    large = bringing.many_events()
    runs: Runs = {}
    for n_patients, content in ((DEMO_PATIENTS, bringing.demo()), (bringing.N_PATIENTS, large)):
        for name, seconds in repeat(partial(bringing.bring, content)).items():
            runs.setdefault(name, {})[n_patients] = seconds
    laid_out = table(BRINGING, runs, (DEMO_PATIENTS, bringing.N_PATIENTS), {})
    about = (
        f"{bringing.N_PATIENTS:,} patients are a zip of two CSV files here, patients and "
        f"{bringing.N_EVENTS:,} adverse events ({len(large[0]) / 2**20:.0f} MB packed); "
        f"{DEMO_PATIENTS} are the demonstration workbook with all its tables."
    )
    return "\n\n".join([laid_out, about, bringing.beside(session.open_demo(), large)])


def warm_up() -> None:
    """Pay for imports and for starting the drawing engine before anything is measured."""
    demo = session.open_demo()
    for samples in (steps.analyses, steps.charts, steps.files, steps.pages):
        for sample in samples(demo):
            sample()


def machine() -> str:
    """Say when and on what was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Measured {dt.date.today():%d %B %Y} on {os.cpu_count()} cores ({platform.machine()}, "
        f"{platform.system()}), Python {platform.python_version()}, {packages}."
    )


def report() -> str:
    """Measure all sizes and lay the tables out."""
    groups: dict[str, Runs] = {group: {} for group in GROUPS}
    warm_up()
    print("Measuring files as they are brought...", file=sys.stderr)
    brought = bring()
    sizes = []
    for n_patients in SIZES:
        print(f"Measuring {n_patients:,} patients...", file=sys.stderr)
        sizes.append(measure(n_patients, groups))
    load = groups[LOADING][LOAD]
    tables = [
        table(group, runs, SIZES, load if group == ANALYSES else {})
        for group, runs in groups.items()
    ]
    return "\n\n".join([machine(), brought, " ".join(sizes), *tables])


def write(text: str) -> None:
    """Put the tables between their marks in docs/performance.md."""
    page = PAGE.read_text(encoding="utf-8")
    block = f"{BEGIN}\n\n{text}\n\n{END}"
    changed, found = re.subn(f"{BEGIN}.*{END}", lambda _: block, page, flags=re.DOTALL)
    if not found:
        raise SystemExit(f"docs/performance.md has no {BEGIN} ... {END} to write between.")
    PAGE.write_text(changed, encoding="utf-8")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="also put it in docs/performance.md")
    asked = parser.parse_args()
    # AppTest runs pages outside of a server, and Streamlit warns of that at every turn.
    logging.getLogger(NOISE).disabled = True
    text = report()
    print(text)
    if asked.write:
        write(text)


if __name__ == "__main__":
    main()
