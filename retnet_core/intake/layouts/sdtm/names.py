"""The data sets of CDISC SDTM that are read, and which of their variables are which of ours."""

from __future__ import annotations

import re

from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts.cdisc.dataset import variable
from retnet_core.intake.sheets import BLANK, Sheet, as_text

NAMES = {
    "DM": "patients",
    "DS": "patients",
    "EX": "patients",
    "AE": "adverse_events",
    "SUPPAE": "adverse_events",
    "QS": "questionnaires",
    "LB": "labs",
    "RS": "assessments",
    "TR": "assessments",
}
"""The table that a data set's rows, or their values, go into."""

SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "DM": {
        "arm": ("ARM", "ARMCD"),
        "arm_received": ("ACTARM", "ACTARMCD", "ACTARMUD", "ARMNRS"),
        "treated": ("ACTARM", "ACTARMCD", "ARMNRS"),
        "site": ("SITEID",),
        "first_embolization_date": ("RFXSTDTC", "RFSTDTC"),
        "age": ("AGE",),
        "sex": ("SEX",),
        "death_date": ("DTHDTC",),
        "last_contact_date": ("RFPENDTC",),
    },
    "DS": {
        "randomization_date": ("DSSTDTC",),
        "death_date": ("DSSTDTC",),
    },
    "EX": {
        "first_embolization_date": ("EXSTDTC",),
    },
    "AE": {
        "term": ("AEDECOD", "AETERM"),
        "system_organ_class": ("AEBODSYS", "AESOC"),
        "grade": ("AETOXGR",),
        "start_date": ("AESTDTC",),
        "end_date": ("AEENDTC",),
        "treatment_emergent": ("TRTEMFL", "AETRTEM"),
        "serious": ("AESER",),
        "related": ("AEREL",),
        "action": ("AEACN",),
        "outcome": ("AEOUT",),
    },
    "SUPPAE": {
        "treatment_emergent": ("QVAL",),
    },
    "QS": {
        "visit": ("VISIT",),
        "date": ("QSDTC",),
        "value": ("QSSTRESN", "QSSTRESC"),
    },
    "LB": {
        "test": ("LBTESTCD", "LBTEST"),
        "date": ("LBDTC",),
        "visit": ("VISIT",),
        "value": ("LBSTRESN", "LBSTRESC", "LBORRES"),
        "unit": ("LBSTRESU", "LBORRESU"),
        "lower_limit": ("LBSTNRLO", "LBORNRLO"),
        "upper_limit": ("LBSTNRHI", "LBORNRHI"),
    },
    "RS": {
        "date": ("RSDTC",),
        "visit": ("VISIT",),
        "criteria": ("RSCAT",),
        "overall_response": ("RSSTRESC", "RSORRES"),
    },
    "TR": {
        "date": ("TRDTC",),
        "visit": ("VISIT",),
        "sum_of_diameters_mm": ("TRSTRESN", "TRSTRESC", "TRORRES"),
    },
}
"""For a data set, each of our columns and the variables it is taken from: of several, row by row
the first that is filled, unless the rules say otherwise."""

PARAMETERS = {
    "QS": ("QSTESTCD", "QSTEST"),
    "LB": ("LBTESTCD", "LBTEST"),
    "RS": ("RSTESTCD", "RSTEST"),
    "TR": ("TRTESTCD", "TRTEST"),
}
"""For a data set with a row a test, the short and the full name of the test."""

EMERGENT = ("AETRTEM", "TRTEMFL")
"""Supplemental qualifiers that say whether an event is treatment-emergent."""

RULES = {
    "DM": (
        "The id is `USUBJID`; `SUBJID` only where there is no such variable. Screen failures "
        "(`ARM`, `ARMCD` or `ARMNRS` Screen Failure, SCRNFAIL, NOTASSGN, Not Assigned) are set "
        "aside and counted, and so are their rows in the other data sets. A code of an arm stands "
        "in only where its name is blank. The first treatment counts as the first embolization: "
        "`RFXSTDTC`, where it is blank the earliest `EXSTDTC` of `EX`; only where no patient has "
        "either, `RFSTDTC` of those who are not said to be untreated. `treated` is read only where "
        "there is no such date at all. An age in another unit than years (`AGEU`) is emptied. "
        "`RFPENDTC`, the end of participation, counts as the last contact. A patient who died "
        "(`DTHFL`) without a date of death is left out where deaths count."
    ),
    "DS": (
        "`DSDECOD` RANDOMIZED gives the date of randomisation (`RFICDTC`, the consent, does not); "
        "DEATH gives the date of death of a patient without `DTHDTC`, or without a day in the "
        "column named for it. Other rows are set aside."
    ),
    "EX": "The earliest treatment of a patient without `RFXSTDTC`. Other rows are set aside.",
    "AE": (
        "`AESEV` (mild, moderate, severe) is no CTCAE grade: an event without `AETOXGR` is not "
        "graded. An event that did not occur (`AEOCCUR` N) is set aside. A date without a day is "
        "not used."
    ),
    "SUPPAE": (
        "`QNAM` AETRTEM or TRTEMFL, joined to the event by `USUBJID` and `AESEQ` (`IDVAR`, "
        "`IDVARVAL`); an event without one is not treatment-emergent if any other is. Other "
        "qualifiers are set aside."
    ),
    "QS": (
        "Items of the QLQ-C30: `QSTESTCD` EOR0101 to EOR0130 or QS02801 to QS02830, where `QSCAT` "
        "names the form; items of the GI.NET21 by their number, as in ADaM. A scale of the "
        "scoring manual (`QL2`, `PF2`, ...) goes to scores."
    ),
    "LB": (
        "A row is read in standard units (`LBSTRESN` or `LBSTRESC`, `LBSTRESU`, `LBSTNRLO`, "
        "`LBSTNRHI`), else as it was reported (`LBORRES`, `LBORRESU`, `LBORNRLO`, `LBORNRHI`); "
        "the two are never mixed in a row. Tests of urine and the like carry their specimen "
        "(`LBSPEC`, `LBCAT` URINALYSIS) in their name: GLUC (URINE)."
    ),
    "RS": (
        "Overall responses by visit only (`RSTESTCD` OVRLRESP): of several evaluators the "
        "investigator (`RSEVAL`), else the accepted rows (`RSACPTFL`); of several criteria "
        "(`RSCAT`) RECIST 1.1."
    ),
    "TR": (
        "Sums of the target lesions' diameters only (`TRTESTCD` SUMDIAM), of the evaluator "
        "that `RS` is read of. A sum of the same patient and day as a response goes into its row."
    ),
}
"""What else there is to know of a data set, for the documentation."""

_NAME = re.compile(r"(?:^|[^a-z])(" + "|".join(NAMES) + r")(?:[^a-z]|$)", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"(?:^|[^a-z])supp[^a-z]*([a-z]+)", re.IGNORECASE)
_SPLIT = re.compile(r"(?:^|[^a-z])([a-z]{2})[a-z0-9]{1,2}(?:[^a-z0-9]|$)", re.IGNORECASE)
"""A data set in several files (LBCH, LBHE): only its variable DOMAIN tells it from a word."""


def name_of(sheet: Sheet) -> str | None:
    """Find the data set that a sheet or file is named for."""
    supplement = _SUPPLEMENT.search(sheet.title)
    if supplement:
        name = f"SUPP{supplement[1].upper()}"
        return name if name in NAMES else None
    match = _NAME.search(sheet.title)
    if match:
        return match[1].upper()
    split = _SPLIT.search(sheet.title)
    name = split[1].upper() if split else ""
    return name if name in NAMES and domain_of(sheet) == name else None


def domain_of(sheet: Sheet) -> str:
    """Give what the variable DOMAIN says in every row, "" where it is missing or says several."""
    for row in range(min(WITHIN, sheet.height)):
        names = [variable(text) for text in sheet.row(row)]
        if "DOMAIN" in names:
            column = sheet.columns[names.index("DOMAIN")]
            below = {
                as_text(column.values[code]).upper()
                for code in {*column.codes[row + 1 :]} - {BLANK}
            }
            said = {one for one in below if re.fullmatch("[A-Z]{2}", one)}
            return said.pop() if len(said) == 1 else ""
    return ""
