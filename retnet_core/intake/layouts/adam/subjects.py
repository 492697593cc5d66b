"""ADSL and ADAE: a row a patient, a row an adverse event."""

from __future__ import annotations

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.adam.dataset import Dataset, variable
from retnet_core.intake.layouts.adam.values import Mask, among, combine, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold

_NO_ARM = ("screenfailure", "scrnfail", "notassgn", "notassigned")
"""Planned arms, folded, of those who were never randomised."""
_NOT_TREATED = (*_NO_ARM, "nottreated", "nottrt")
"""Actual arms that say that there was none."""


def leave_out_failures(adsl: Dataset) -> None:
    """Set the patients of ADSL aside who were never randomised."""
    for name in ("ARM", "ARMCD", "TRT01P"):
        column = adsl.of(name)
        if column:
            _leave_out(adsl, column, among(texts(combine([column], _folded)), _NO_ARM))
    flag = adsl.of("RANDFL")
    if flag and "Y" in texts(flag):  # where nobody was randomised, N sets nobody apart
        _leave_out(adsl, flag, texts(flag) == "N")


def _leave_out(adsl: Dataset, column: Column, failed: Mask) -> None:
    adsl.leave_out(
        failed,
        column,
        "The patient was never randomised (a screen failure) and is no patient of an arm; the row "
        "was set aside.",
        "Nothing, if that is so; else correct ARM, ARMCD and RANDFL.",
    )


def patients(adsl: Dataset) -> Part:
    """Take the patients of ADSL."""
    columns = adsl.columns()
    received = columns.get("arm_received")
    if received:
        columns["arm_received"] = combine([received], _given_arm)
    if "sex" in columns:
        columns["sex"] = combine([columns["sex"]], _sex)
    first = columns.get("first_embolization_date")
    if first:
        adsl.note(
            Severity.ASSUMED,
            first.header,
            "The date of the first treatment was taken for the first embolization, which is the "
            "treatment of RETNET: endpoints from dates and treatment-emergent events count from "
            "there.",
            "Nothing, if the treatment is the embolization, or if endpoints are given in ADTTE.",
        )
    _tell_imputed(adsl, "DTHDT")
    _tell_end_of_study(adsl, columns.get("last_contact_date"))
    return adsl.part(columns)


def _tell_end_of_study(adsl: Dataset, contact: Column | None) -> None:
    if contact is None:
        return
    used = np.array([*(variable(header) == "EOSDT" for header in contact.headers), False])
    adsl.tell(
        Severity.ASSUMED,
        used[contact.codes],
        contact,
        "There is no date last known alive (LSTALVDT); the end of study was taken for the last "
        "contact.",
        "Nothing, if the patient was alive that day; else fill in LSTALVDT.",
        listed=1,
    )


def _folded(cell: Cell) -> Cell:
    return fold(as_text(cell))


def _given_arm(cell: Cell) -> Cell | None:
    return None if cell == "" or _folded(cell) in _NOT_TREATED else cell


def _sex(cell: Cell) -> Cell | None:
    folded = fold(as_text(cell))
    return {"": None, "u": "unknown", "undifferentiated": "unknown"}.get(folded, cell)


def adverse_events(adae: Dataset) -> Part:
    """Take the adverse events of ADAE."""
    columns = adae.columns()
    emergent = columns.get("treatment_emergent")
    if emergent and "Y" in texts(emergent):
        columns["treatment_emergent"] = combine([emergent], lambda flag: flag or "N")
    if "grade" not in columns:
        _tell_severity(adae)
    _tell_imputed(adae, "ASTDT", "AENDT")
    return adae.part(columns)


def _tell_severity(adae: Dataset) -> None:
    severity = adae.of("ASEV", "AESEV")
    if severity:
        adae.note(
            Severity.NOTE,
            severity.header,
            "The export has no toxicity grade (ATOXGR, AETOXGR). This column says mild, moderate "
            "or severe, which is no CTCAE grade: every event counts as not graded.",
            "Export ATOXGR or AETOXGR, if the events were graded by CTCAE.",
        )


def _tell_imputed(data: Dataset, *dates: str) -> None:
    for date in dates:
        column = data.of(f"{date}F")
        if column and data.of(date):
            data.tell(
                Severity.ASSUMED,
                texts(column) != "",
                column,
                f"Part of the date was not known and was filled in before the export: {date} was "
                "taken as it stands.",
                "Nothing, if the analysis plan says so.",
                listed=1,
            )
