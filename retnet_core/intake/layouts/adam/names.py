"""The data sets of CDISC ADaM that are read, and which of their variables are which of ours."""

from __future__ import annotations

import re

NAMES = {
    "ADSL": "patients",
    "ADTTE": "time_to_event",
    "ADAE": "adverse_events",
    "ADQS": "questionnaires",
    "ADQLQC": "questionnaires",
    "ADLB": "labs",
    "ADRS": "assessments",
    "ADTR": "assessments",
}
"""The table that a data set's rows go into."""

PARAMETER = ("PARAMCD", "PARAM")
_VISIT = {"visit": ("AVISIT", "VISIT")}
_QUESTIONNAIRE = {**_VISIT, "date": ("ADT", "ADTM", "QSDTC"), "value": ("AVAL",)}

SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "ADSL": {
        "arm": ("TRT01P", "ARM"),
        "arm_received": ("TRT01A", "ACTARM"),
        "treated": ("SAFFL",),
        "site": ("SITEID",),
        "randomization_date": ("RANDDT", "RANDDTM"),
        "first_embolization_date": ("TRTSDT", "TRTSDTM"),
        "age": ("AGE",),
        "sex": ("SEX",),
        "ecog": ("BECOG", "ECOGBL", "BLECOG", "ECOG"),
        "death_date": ("DTHDT", "DTHDTM", "DTHDTC"),
        "last_contact_date": ("LSTALVDT", "LSTALVDTM", "EOSDT"),
    },
    "ADTTE": {
        "endpoint": PARAMETER,
        "days": ("AVAL",),
        "months": ("AVAL",),
        "event": ("CNSR",),
    },
    "ADAE": {
        "term": ("AEDECOD", "AETERM"),
        "system_organ_class": ("AEBODSYS", "AESOC"),
        "grade": ("ATOXGR", "ATOXGRN", "AETOXGR"),
        "start_date": ("ASTDT", "ASTDTM", "AESTDTC"),
        "end_date": ("AENDT", "AENDTM", "AEENDTC"),
        "treatment_emergent": ("TRTEMFL",),
        "serious": ("AESER",),
        "related": ("AREL", "AEREL"),
        "action": ("AEACN",),
        "outcome": ("AEOUT",),
    },
    "ADQS": _QUESTIONNAIRE,
    "ADQLQC": _QUESTIONNAIRE,
    "ADLB": {
        "test": PARAMETER,
        "date": ("ADT", "ADTM", "LBDTC"),
        **_VISIT,
        "value": ("AVAL", "AVALC"),
        "unit": ("AVALU",),
        "lower_limit": ("A1LO", "ANRLO"),
        "upper_limit": ("A1HI", "ANRHI"),
    },
    "ADRS": {
        "date": ("ADT", "ADTM", "RSDTC"),
        **_VISIT,
        "overall_response": ("AVALC",),
    },
    "ADTR": {
        "date": ("ADT", "ADTM", "TRDTC"),
        **_VISIT,
        "sum_of_diameters_mm": ("AVAL",),
    },
}
"""For a data set, each of our columns and the variables it is taken from: of several, row by row
the first that is filled."""

RULES = {
    "ADSL": (
        "The id is `USUBJID`; `SUBJID` only where there is no such variable. Screen failures "
        "(`ARM` Screen Failure, `ARMCD` SCRNFAIL or NOTASSGN, `RANDFL` N) are set aside and "
        "counted, and so are their rows in the other data sets. The first treatment counts as the "
        "first embolization."
    ),
    "ADTTE": (
        "`CNSR` 0 is the event, any positive whole number is censored. `AVALU` tells the unit: "
        "days, weeks (x 7), months (of 30.4375 days), years (x 365.25); where it is missing, the "
        "unit in brackets in `PARAM`, or days if `AVAL` is `ADT` - `STARTDT` (+ 1) on every row of "
        "the parameter. Parameters that are no time are set aside."
    ),
    "ADAE": (
        "`AESEV` (mild, moderate, severe) is no CTCAE grade: without `ATOXGR` or `AETOXGR` events "
        "are not graded. A blank `TRTEMFL` means no."
    ),
    "ADQS": (
        "Items and scales of the QLQ-C30: `PARAMCD` QS02801 to QS02830 or EOR0101 to EOR0130, or a "
        "scale of the scoring manual (`QL2`, `PF2`, `EF`, ...), where `PARCAT1`, `PARCAT2`, "
        "`PARCAT` or `QSCAT` names the form (`ADQLQC` needs none). Scales go to the table scores."
    ),
    "ADLB": "The unit is `AVALU`, else the one in brackets in `PARAM`: (U/L).",
    "ADRS": (
        "Overall responses by visit only (`PARAMCD` OVR...; of several evaluators the "
        "investigator). Best responses and other derived parameters are set aside."
    ),
    "ADTR": (
        "Sums of diameters only, in mm. A sum of the same patient and day as a response goes into "
        "its row."
    ),
}
"""What else there is to know of a data set, for the documentation."""

_NAME = re.compile(r"(?:^|[^a-z])(" + "|".join(NAMES) + r")(?:[^a-z]|$)", re.IGNORECASE)


def name_of(title: str) -> str | None:
    """Find the data set that a sheet or file is named for.

    Examples
    --------
    >>> name_of("adsl"), name_of("Study1_ADTTE_2024"), name_of("ADSLX")
    ('ADSL', 'ADTTE', None)
    """
    match = _NAME.search(title)
    return match[1].upper() if match else None
