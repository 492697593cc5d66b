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
        "first embolization. Arms that RETNET does not have stand in the order of `TRT01PN` or "
        "`ARMN`, else as in the file. A patient who died (`DTHFL`) without a date of death is left "
        "out where deaths count."
    ),
    "ADTTE": (
        "`CNSR` 0 is the event, any positive whole number is censored. `AVALU` tells the unit: "
        "days, weeks (x 7), months (of 30.4375 days), years (x 365.25); where it is missing, the "
        "unit in brackets in `PARAM`, or days if `AVAL` is `ADT` - `STARTDT` (+ 1) on every row of "
        "the parameter. Where most times of a parameter are in another unit by `STARTDT` and "
        "`ADT`, or "
        "`PARAM` and `AVALU` name two units and no dates tell, the times are emptied and the unit "
        "is asked for; who chooses `AVAL` for days, or months, and its unit, answers that. "
        "Parameters "
        "that are no time are set aside."
    ),
    "ADAE": (
        "`AESEV` (mild, moderate, severe) is no CTCAE grade: an event without `ATOXGR` or "
        "`AETOXGR` is not graded. A blank `TRTEMFL` means no where any event has a yes. An event "
        "that did not occur (`AEOCCUR` N) is set aside."
    ),
    "ADQS": (
        "Items and scales of the QLQ-C30: `PARAMCD` QS02801 to QS02830 or EOR0101 to EOR0130, or a "
        "scale of the scoring manual (`QL2`, `PF2`, `EF`, ...), where `PARCAT1`, `PARCAT2`, "
        "`PARCAT` or `QSCAT` names the form (`ADQLQC` needs none), else `PARAM`. Items of the "
        "GI.NET21 are known by their number (`PARAMCD` GI31, G2131, GINET31; `PARAM` Item 31, Q31, "
        "31.), scales by code (GIED) or full name; what is not sure is set aside. Scales go to the "
        "table scores, if their values are scores from 0 to 100. Derived rows (`DTYPE`) are set "
        "aside, and rows of a visit of which another is flagged (`ANL01FL`)."
    ),
    "ADLB": "The unit is `AVALU`, else the one in brackets in `PARAM`: (U/L).",
    "ADRS": (
        "Overall responses by visit only (`PARAMCD` OVR...; of several evaluators, also by "
        "`PARQUAL`, `RSEVAL`, `RSEVALID` and `RSACPTFL`, the investigator). Best responses and "
        "other derived parameters are set aside."
    ),
    "ADTR": (
        "Sums of diameters only. The unit is `AVALU`, else the one in brackets in `PARAM`; where "
        "the two differ the row is set aside, without either it is mm. A sum of the same patient "
        "and day as a response goes into its row."
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
