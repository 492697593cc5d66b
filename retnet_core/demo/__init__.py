"""Makes the synthetic export: every table of a trial that looks like RETNET and is not.

All of it is drawn at random. No number here comes from a patient or from a result of RETNET;
what is public about the trial (162 patients, DEB-TACE closed after 10 of them, 4 of those with a
grade 3 event, the names of the sites) is set by hand. ``python -m retnet_core.demo`` writes
``data/demo/retnet_demo_export.xlsx``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import numpy as np
import pandas as pd

from retnet_core.demo.adverse_events import adverse_events
from retnet_core.demo.common import DATA_CUT, N_PATIENTS, typed
from retnet_core.demo.course import assessments, embolizations, symptom_free, with_dates
from retnet_core.demo.forms import forms, items, scores
from retnet_core.demo.labs import labs
from retnet_core.demo.patients import baseline, with_fate
from retnet_core.publish.workbook import sheets
from retnet_core.tables import SCHEMAS
from retnet_core.version import __version__

SEED = 2
"""Of the shipped export: a draw in which the two open arms look alike."""

STATEMENT = "Synthetic demonstration data: no real patient, no result of RETNET."


def make_tables(seed: int = SEED, n_patients: int = N_PATIENTS) -> dict[str, pd.DataFrame]:
    """Simulate the tables of a trial.

    Patients come first, then their fate (days to progression and death, loss to follow-up), then
    imaging, from which the progression dates are read as a site would, then everything else.

    Parameters
    ----------
    seed : int
        The same seed gives the same tables.
    n_patients : int
        Patients randomised; 10 in 162 to the arm that closes early.

    Returns
    -------
    dict of str to pandas.DataFrame
        Every table of ``retnet_core.tables``, with its columns and dtypes. Arms carry the
        labels of the trial's documents ("Arm 1 - BE"), to be recognised at intake.
    """
    # A stream a step, so that a change to one leaves the others as they were.
    streams = iter(np.random.default_rng(seed).spawn(9))
    patients = with_fate(baseline(n_patients, next(streams)), next(streams))
    scans = assessments(patients, next(streams))
    patients = with_dates(patients, scans, next(streams))
    sessions = embolizations(patients, next(streams))
    answers = forms(patients, next(streams))
    made = {
        "patients": patients,
        "embolizations": sessions,
        "assessments": scans,
        "adverse_events": adverse_events(patients, sessions, next(streams)),
        "questionnaires": items(answers),
        "scores": scores(answers),
        "labs": labs(patients, sessions, next(streams)),
        "time_to_event": symptom_free(patients, next(streams)),
    }
    return {name: typed(name, made[name]) for name in SCHEMAS}


def export(seed: int = SEED, n_patients: int = N_PATIENTS) -> bytes:
    """Write the tables of `make_tables` as an export workbook, with a sheet that says what it is.

    Parameters
    ----------
    seed, n_patients : int
        As in `make_tables`. A sheet holds a million rows, which 4,500 patients fill.

    Returns
    -------
    bytes
        An xlsx file, the same bytes for the same seed and versions of the packages.
    """
    about = {
        "title": "A trial in the shape of RETNET (NCT02724540), made by a program",
        "synthetic": "yes",
        "statement": STATEMENT,
        "data_cut": DATA_CUT.isoformat(),
        "made_by": f"retnet_core.demo {__version__}, seed {seed}",
        "remark": "The Carcinoid Symptom Severity Scale is given as CSSS, with a made-up range.",
    }
    tables = make_tables(seed, n_patients)
    frames = {name: _as_typed_by_hand(table) for name, table in tables.items()}
    sheet = pd.DataFrame(list(about.items()), columns=["field", "value"])
    return _without_time_of_writing(sheets({"about": sheet, **frames}))


def _as_typed_by_hand(table: pd.DataFrame) -> pd.DataFrame:
    """Write yes and no, and leave out columns that hold nothing."""
    flags = table.select_dtypes("boolean").columns
    words = {name: table[name].astype(object).map({True: "yes", False: "no"}) for name in flags}
    return table.assign(**words).dropna(axis="columns", how="all")


def _without_time_of_writing(xlsx: bytes) -> bytes:
    """Date a workbook and its parts at the data cut, so that the same content is the same file."""
    moment = dt.datetime.combine(DATA_CUT, dt.time())
    stamped = f">{moment.isoformat()}Z</dcterms:".encode()
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb">[^<>]*</dcterms:", stamped, part)
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            new.writestr(info, part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
