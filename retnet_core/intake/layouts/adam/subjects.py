"""ADSL and ADAE: a row a patient, a row an adverse event."""

from __future__ import annotations

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset, variable
from retnet_core.intake.layouts.cdisc.subjects import (
    NO_ARM,
    NOT_TREATED,
    emergent,
    folded,
    leave_out_failure,
    sexes,
    tell_first_treatment,
    tell_severity,
)
from retnet_core.intake.layouts.values import among, combine, texts
from retnet_core.intake.sheets import Cell, Column

_SAID_BY = "ARM, ARMCD and RANDFL"


def leave_out_failures(adsl: Dataset) -> None:
    """Set the patients of ADSL aside who were never randomised."""
    for name in ("ARM", "ARMCD", "TRT01P"):
        column = adsl.of(name)
        if column:
            failed = among(texts(combine([column], folded)), NO_ARM)
            leave_out_failure(adsl, column, failed, _SAID_BY)
    flag = adsl.of("RANDFL")
    if flag and "Y" in texts(flag):  # where nobody was randomised, N sets nobody apart
        leave_out_failure(adsl, flag, texts(flag) == "N", _SAID_BY)


def patients(adsl: Dataset) -> Part:
    """Take the patients of ADSL."""
    columns = adsl.columns()
    received = columns.get("arm_received")
    if received:
        columns["arm_received"] = combine([received], _given_arm)
    if "sex" in columns:
        columns["sex"] = sexes(columns["sex"])
    first = columns.get("first_embolization_date")
    if first:
        tell_first_treatment(adsl, first.header, ", or if endpoints are given in ADTTE")
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


def _given_arm(cell: Cell) -> Cell | None:
    return None if cell == "" or folded(cell) in NOT_TREATED else cell


def adverse_events(adae: Dataset) -> Part:
    """Take the adverse events of ADAE."""
    columns = adae.columns()
    if "treatment_emergent" in columns:
        columns["treatment_emergent"] = emergent(columns["treatment_emergent"])
    if "grade" not in columns:
        tell_severity(adae, ("ASEV", "AESEV"), ("ATOXGR", "AETOXGR"))
    _tell_imputed(adae, "ASTDT", "AENDT")
    return adae.part(columns)


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
