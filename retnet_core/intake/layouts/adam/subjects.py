"""ADSL and ADAE: a row a patient, a row an adverse event."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset, variable
from retnet_core.intake.layouts.cdisc.subjects import (
    NO_ARM,
    NOT_TREATED,
    emergent,
    flagged_dead,
    folded,
    leave_out_failure,
    leave_out_not_occurred,
    sexes,
    tell_first_treatment,
    tell_severity,
    undated_deaths,
)
from retnet_core.intake.layouts.cdisc.units import in_years
from retnet_core.intake.layouts.values import among, combine, numbers, texts
from retnet_core.intake.sheets import Cell, Column
from retnet_core.protocol import ARMS, recognise_arm

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
    for kept, other in (("TRT01P", "ARM"), ("TRT01A", "ACTARM")):
        _tell_other_arms(adsl, kept, other)
    if "sex" in columns:
        columns["sex"] = sexes(columns["sex"])
    if "age" in columns:
        columns["age"] = in_years(adsl)
    first = columns.get("first_embolization_date")
    if first:
        tell_first_treatment(adsl, first.header, ", or if endpoints are given in ADTTE")
    _tell_imputed(adsl, "DTHDT")
    _tell_end_of_study(adsl, columns.get("last_contact_date"))
    dead = undated_deaths(
        adsl, columns.get("death_date") or adsl.blank(), flagged_dead(adsl), "DTHDT"
    )
    if dead.header or dead.values:
        columns["death_date"] = dead
    return _in_order_of_arms(adsl, adsl.part(columns))


def _tell_other_arms(adsl: Dataset, kept: str, other: str) -> None:
    """Say of whom a second variable names another arm than for those of the same arm."""
    used, beside = adsl.of(kept), adsl.of(other)
    if used is None or beside is None:
        return
    pairs = pd.DataFrame(
        {"used": texts(combine([used], _arm)), "arm": texts(combine([beside], _arm))}
    )
    told = adsl.kept & (pairs["used"] != "").to_numpy() & (pairs["arm"] != "").to_numpy()
    usual = pairs[told].groupby("used")["arm"].agg(lambda arms: arms.mode()[0])
    unusual = pairs["arm"] != pairs["used"].map(usual)
    known = pairs.isin([arm.code for arm in ARMS]).all(axis=1)
    adsl.tell(
        Severity.ASSUMED,
        told & (pairs["arm"] != pairs["used"]).to_numpy() & (unusual | known).to_numpy(),
        beside,
        f"{other} names another arm than {kept}, which was kept.",
        f"Find out in the source which is right, and correct {other} or {kept}.",
    )


def _arm(cell: Cell) -> Cell:
    return recognise_arm(str(cell)) or folded(cell)


def _in_order_of_arms(adsl: Dataset, part: Part) -> Part:
    """Put the patients in the order of their arms' numbers, which is that of the arms shown.

    Rows of one patient stay together: the first in the file is the one that counts.
    """
    numbered = adsl.of("TRT01PN", "ARMN")
    if numbered is None:
        return part
    by_row = pd.Series(numbers(numbered)[adsl.kept])
    by_patient = by_row.groupby(adsl.ids[adsl.kept]).transform("first").to_numpy()
    order = by_patient.argsort(kind="stable")  # who has no number comes last
    return part.take(order)


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
    leave_out_not_occurred(adae)
    columns = adae.columns()
    if "treatment_emergent" in columns:
        columns["treatment_emergent"] = emergent(columns["treatment_emergent"])
    tell_severity(adae, columns.get("grade"), ("ASEV", "AESEV"))
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
