"""Forms as Medidata Rave writes them, a file a form, for the tests of such exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from retnet_core import Trial, load_export
from tests.intake.opening import adds_up, archive

Row = Mapping[str, Any]
Forms = Mapping[str, Sequence[Row]]
day = pd.Timestamp


def rave(name: str, subject: str, at: int, **items: Any) -> Row:
    """A row as Rave writes it."""
    return {
        "projectid": 12, "project": "TRIAL1", "studyid": 5, "environmentName": "Prod",
        "subjectId": 900 + at, "StudySiteId": 3, "Subject": subject, "siteid": 7,
        "Site": "Oslo" if subject < "01-003" else "Bergen", "SiteNumber": "01",
        "SiteGroup": "World",
        "instanceId": at, "InstanceName": items.pop("visit", "Baseline"), "folderid": 1,
        "Folder": "BL", "FolderName": "Baseline", "DataPageName": name,
        "RecordDate": items.pop("record_date", "2020-01-01"), "RecordId": at, "recordposition": 0,
        "MinCreated": "2020-01-01T10:00:00", "MaxUpdated": "2020-01-01T10:00:00",
        "StudyEnvSiteNumber": "001", **items,
    }  # fmt: skip


def table(rows: Sequence[Row], before: Sequence[Sequence[Any]] = (), sep: str = ",") -> str:
    titles = list(dict.fromkeys(title for row in rows for title in row))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=sep)
    writer.writerows([*before, titles, *([row.get(title, "") for title in titles] for row in rows)])
    return stream.getvalue()


def zipped(forms: Forms, ending: str = ".csv") -> bytes:
    return archive({f"{name}{ending}": table(rows) for name, rows in forms.items()})


def opened(forms: Forms, **more: Any) -> Trial:
    trial = load_export(zipped(forms), "export.zip", **more)
    assert adds_up(trial)
    assert trial.source.rows_read == sum(map(len, forms.values()))
    return trial


def finding(trial: Trial, words: str) -> pd.Series:
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    assert len(found) == 1, found["problem"].tolist()
    return found.iloc[0]


def place(told: pd.Series) -> tuple[Any, ...]:
    return tuple(told[["severity", "sheet", "row", "column", "value"]])


def subjects(**items: Sequence[Any]) -> list[Row]:
    """A form DM of as many subjects as there are values."""
    size = max(map(len, items.values()), default=2)
    rows = [{name: cells[at] for name, cells in items.items()} for at in range(size)]
    return [rave("Demography", f"01-{at + 1:03d}", at, **row) for at, row in enumerate(rows)]


A, B, C = "01-001", "01-002", "01-003"
TRIAL: Forms = {
    "DM": [
        rave("Demography", A, 1, AGE=61, SEX="Female", SEX_STD="F", BRTHYR=1959),
        rave("Demography", B, 2, AGE=70, SEX="Male", SEX_STD="M", BRTHYR=1950),
        rave("Demography", C, 3, AGE=55, SEX="Male", SEX_STD="M", BRTHYR=1965),
    ],
    "RAND": [
        rave("Randomisation", A, 4, RANDDAT="12 JAN 2020", RANDDAT_RAW="12 JAN 2020",
             RANDDAT_INT="2020-01-12", RANDDAT_YYYY=2020, RANDDAT_MM=1, RANDDAT_DD=12,
             ARM="Bland embolization", ARM_STD="1"),
        rave("Randomisation", B, 5, RANDDAT="03 FEB 2020", RANDDAT_RAW="03 FEB 2020",
             RANDDAT_INT="2020-02-03", RANDDAT_YYYY=2020, RANDDAT_MM=2, RANDDAT_DD=3,
             ARM="Arm 2 - TACE", ARM_STD="2"),
        rave("Randomisation", C, 6, RANDDAT="", RANDDAT_RAW="UN MAR 2020", RANDDAT_INT="2020-03-15",
             RANDDAT_YYYY=2020, RANDDAT_MM=3, RANDDAT_DD="", ARM="DEB", ARM_STD="3"),
    ],
    "EXEMBO": [
        rave("Embolization", A, 7, EXSTDAT="2020-01-20", EXCYCLE=1, DOXDOSE=""),
        rave("Embolization", A, 8, EXSTDAT="2020-02-20", EXCYCLE=1, DOXDOSE=""),
        rave("Embolization", B, 9, EXSTDAT="2020-02-10", EXCYCLE=1, DOXDOSE=50),
    ],
    "RS": [
        rave("Tumor Response", A, 10, visit="Month 3", RSDAT="2020-04-20",
             OVRLRESP="Stable disease", OVRLRESP_STD="SD"),
        rave("Tumor Response", B, 11, visit="Month 3", RSDAT="2020-05-10",
             OVRLRESP="Progressive disease", OVRLRESP_STD="PD"),
    ],
    "AE": [
        rave("Adverse Events", A, 12, AEYN="Yes", AETERM="tummy ache", AEDECOD="Abdominal pain",
             AETOXGR="Grade 3: severe", AETOXGR_STD="3", AESTDAT="2020-01-21", AESER="No",
             AESER_STD="N", AEREL="Possible"),
        rave("Adverse Events", A, 13, AEYN="Yes", AETERM="fever", AEDECOD="",
             AETOXGR="Grade 1: mild", AETOXGR_STD="1", AESTDAT="2020-01-22", AESER="Yes",
             AESER_STD="Y", AEREL="Not related"),
        rave("Adverse Events", B, 14, AEYN="No"),
    ],
    "LB": [
        rave("Laboratory", A, 15, visit="Month 3", LBTEST="Chromogranin A", LBDAT="2020-04-19",
             LBORRES="210", LBORRESU="ng/mL", LBORNRHI="100", LBSTRESN="0.21", LBSTRESU="mg/L"),
    ],
    "QLQC30": [
        rave("EORTC QLQ-C30", A, 16, visit="Month 3", record_date="2020-04-18", Q1="Not at all",
             Q1_STD=0, Q2="Very much", Q2_STD=3, Q29="6", Q29_STD=6),
    ],
    "DEATH": [rave("Death", B, 17, DTHDAT="2021-03-01", DTHCAUS="disease")],
    "SURV": [
        rave("Survival", A, 18, SSDAT="2021-01-05", SSORRES="Alive"),
        rave("Survival", A, 19, SSDAT="2021-07-05", SSORRES="Alive"),
        rave("Survival", B, 20, SSDAT="2021-03-02", SSORRES="Dead"),
        rave("Survival", C, 21, SSDAT="2021-02-01", SSORRES="Lost to follow-up"),
    ],
    "SHOES": [rave("Shoes", A, 22, SHOESIZE=41), rave("Shoes", B, 23, SHOESIZE=44)],
}  # fmt: skip
