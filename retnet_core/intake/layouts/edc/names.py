"""The forms and items of electronic data capture systems, and which are which of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retnet_core.intake.layouts.deaths import DEATH_WORDS
from retnet_core.intake.layouts.names import table_of
from retnet_core.protocol import fold


@dataclass(frozen=True)
class Style:
    """The standard columns of a system, which every form has; headers are written folded.

    Attributes
    ----------
    name : str
    subject, site, visit, form, date, hidden : tuple of str
        Headers that give a row's patient, site, visit, form, day of the visit, and whether the row
        was taken back; of several the first that a sheet has.
    own : frozenset of str
        Headers that only this system writes.
    others : frozenset of str
        Further standard headers.
    prefix : str
        What every header of the system itself begins with, "" where there is no such sign.
    """

    name: str
    subject: tuple[str, ...]
    site: tuple[str, ...]
    visit: tuple[str, ...]
    form: tuple[str, ...]
    date: tuple[str, ...]
    hidden: tuple[str, ...]
    own: frozenset[str]
    others: frozenset[str]
    prefix: str = ""

    def is_own(self, header: str) -> bool:
        """Tell whether only this system writes a header."""
        word = fold(header)
        return word in self.own or bool(self.prefix and word.startswith(self.prefix))

    def is_standard(self, header: str) -> bool:
        """Tell whether a header is one of the system's and no item of the trial."""
        word = fold(header)
        roles = (self.subject, self.site, self.visit, self.form, self.date, self.hidden)
        return self.is_own(header) or word in self.others or any(word in role for role in roles)


RAVE = Style(
    "Medidata Rave",
    subject=("subject",),
    site=("site", "sitenumber"),
    visit=("instancename", "foldername", "folder"),
    form=("datapagename",),
    date=("recorddate",),
    hidden=("recordactive",),
    own=frozenset({
        "projectid", "environmentname", "subjectid", "studysiteid", "sitegroup", "instanceid",
        "instancename", "instancerepeatnumber", "folderid", "foldername", "folderseq",
        "targetdays", "datapageid", "datapagename", "pagerepeatnumber", "recordposition",
        "recordactive", "mincreated", "maxupdated", "savets", "studyenvsitenumber", "sdvtier",
    }),
    others=frozenset({"project", "studyid", "siteid", "folder", "recordid"}),
)  # fmt: skip
VEEVA = Style(
    "Veeva Vault CDMS",
    subject=("subject", "subjectname", "subjid", "subjectid"),
    site=("site", "studysite", "sitenum", "studysitenumber", "sitenumber"),
    visit=("event", "eventname", "eventlabel"),
    form=("form", "formname", "formlabel"),
    date=("eventdate", "eventdt"),
    hidden=(),
    own=frozenset({
        "eventgroup", "eventgroupname", "eventgroupsequence", "eventgroupsequencenumber",
        "eventsequence", "eventsequencenumber", "formsequence", "formsequencenumber", "itemgroup",
        "itemgroupname", "itemgroupsequence", "itemgroupsequencenumber", "studycountry",
        "egroup", "egroupdef", "egroupeid", "egseq", "eventdef", "eventeid", "eventdt", "eseq",
        "eventseq", "formdef", "formeid", "formseq", "fseq", "igseq", "sitenum", "dlastmod",
    }),
    others=frozenset({
        "study", "studyid", "studyname", "country", "formstatus", "eventstatus", "subjectstatus",
        "formid", "casebookversion", "rowid", "externalid", "restricted",
    }),
)  # fmt: skip
SECUTRIAL = Style(
    "secuTrial",
    subject=("mnpaid", "patid", "mnpatid", "mnppid"),
    site=("mnpctrname", "centre", "center"),
    visit=("mnpvislabel", "visitname"),
    form=(),
    date=(),
    hidden=("mnphide",),
    own=frozenset(),
    others=frozenset({"sigstatus", "sigreason", "fgid", "position"}),
    prefix="mnp",
)
STYLES = (RAVE, VEEVA, SECUTRIAL)

RANDOMISED_TO = re.compile(r"mnp_rando_.*_gr", re.IGNORECASE)
"""secuTrial's own column of the group that a patient was randomised to."""

_FORMS: dict[str, tuple[str, ...]] = {
    "patients": (
        "DM", "DEMOG", "DEMO", "Demography", "RAND", "RANDO", "RND", "Randomization",
        "Randomisation", "Enrollment", "Enrolment", "Eligibility and randomisation", "TUMHX",
        "Tumor history", "Tumour history", "Disease history", "Cancer history", "ECOG",
        "DEATH", "DD", "DTH", "Death report", "SURV", "Survival", "Survival follow-up",
        "Survival status", "SS", "FU", "Follow-up", "Long-term follow-up", "Study termination",
        "PROG", "Progression", "Disease progression", "NEWTX", "SUBTX",
        "Subsequent therapy", "Subsequent anticancer therapy",
    ),
    "embolizations": (
        "EXEMBO", "EMBO", "EX", "Exposure", "Study treatment", "TACE", "Chemoembolization",
        "Chemoembolisation",
    ),
    "assessments": (
        "RS", "RESP", "TUMOR", "TUMOUR", "Tumor assessment", "Tumour assessment",
        "Tumor response", "Tumour response", "Response assessment", "Disease response",
        "Overall response", "RECIST 1.1",
    ),
    "adverse_events": ("AE", "AELOG", "Adverse events log"),
    "questionnaires": ("QLQC30", "QLQ", "EORTC", "QLQGINET21", "GINET21", "QS"),
    "labs": ("LB", "LAB", "Local lab", "Central lab", "Laboratory results"),
}  # fmt: skip
FORMS: dict[str, str] = {form: table for table, forms in _FORMS.items() for form in forms}
"""The table that a form's rows go into, by the form's name; case and punctuation do not count.
The names of our tables and their other spellings are understood too."""

NOT_READ = {
    "SAE": "Serious adverse events stand in the form of adverse events too: read from both, they "
    "would count twice",
    "Serious adverse events": "Serious adverse events stand in the form of adverse events too: "
    "read from both, they would count twice",
    "MH": "Medical history is not read",
    "Medical history": "Medical history is not read",
    "CM": "Concomitant medication is not read",
    "Concomitant medications": "Concomitant medication is not read",
    "VS": "Vital signs are not read",
    "Vital signs": "Vital signs are not read",
    "PE": "Physical examinations are not read",
    "EG": "Electrocardiograms are not read",
    "IE": "Criteria of eligibility are not read",
}
"""Forms that are known and not read, with the reason."""

ITEMS: dict[str, dict[str, tuple[str, ...]]] = {
    "patients": {
        "arm": ("ARM", "TRTARM", "RANDARM", "RANDTRT", "TRTASGN", "ARMDESC"),
        "arm_received": ("ACTARM", "ARMACT", "TRTACT"),
        "randomization_date": ("RANDDAT", "RANDDT", "RANDDTC", "DSSTDAT_RAND", "RNDDAT"),
        "first_embolization_date": ("EMBO1DAT", "FEMBDAT", "TRTSDAT"),
        "age": ("AGE",),
        "sex": ("SEX",),
        "ecog": ("ECOG", "ECOGPS", "ECOGSC"),
        "primary_site": ("PRIMSITE", "PRIMLOC", "PRIMTUM"),
        "histologic_subtype": ("HISTSUB", "HISTTYPE", "HISTOTYP"),
        "differentiation": ("HISTDIFF", "DIFFER"),
        "who_grade": ("WHOGRADE", "WHOGR", "NETGRADE"),
        "ki67_percent": ("KI67", "KI67PCT"),
        "functional": ("FUNCTNET", "FUNCTUM"),
        "symptomatic": ("SYMPTYN",),
        "liver_burden_percent": ("LIVBURD", "LIVBURDPCT", "HEPBURD"),
        "extrahepatic_disease": ("EXTRAHEP", "EHDIS", "EXTHEPYN"),
        "hepatic_progression_date": ("HPDDAT", "HEPPDDAT", "HPROGDAT"),
        "progression_date": ("PDDAT", "PROGDAT"),
        "last_imaging_date": ("LSTIMGDAT", "LASTIMGDAT", "LSTSCANDAT"),
        "other_therapy_date": ("NEWTXDAT", "SUBTXDAT", "OTHTXDAT"),
        "death_date": ("DTHDAT", "DTHDT", "DTHDTC", "DDDAT", "DEATHDAT"),
        "last_contact_date": (
            "LSTALVDT", "LSTALVDAT", "LSALVDAT", "LASTALVDAT", "LSTCONDAT", "LSTCONTDAT", "SSDAT",
            "SURVDAT", "FUDAT",
        ),
    },
    "embolizations": {
        "cycle": ("EXCYCLE", "EMBOCYC", "CYCLE"),
        "session": ("EXSESS", "EMBOSESS"),
        "date": ("EXSTDAT", "EMBODAT", "EXDAT", "EXSTDT"),
        "technique": ("EXTRT", "EMBOTECH"),
        "target": ("EXLOC", "EMBOLOC", "EMBOTARG"),
        "doxorubicin_mg": ("DOXDOSE", "DOXMG"),
        "length_of_stay_days": ("LOSDAYS",),
    },
    "assessments": {
        "date": ("RSDAT", "RSDT", "SCANDAT", "IMGDAT", "TUDAT"),
        "criteria": ("RSCAT", "RSCRIT"),
        "sum_of_diameters_mm": ("SUMDIAM", "SUMDIAM_MM", "SUMLD", "TLSUM"),
        "hepatic_response": ("HEPRESP", "LIVRESP", "HEPORRES"),
        "overall_response": ("OVRLRESP", "OVERRESP", "OVRESP", "RSORRES"),
        "new_hepatic_lesion": ("NEWHEP", "NEWLIVER"),
        "new_extrahepatic_lesion": ("NEWEXHEP", "NEWEXTRAHEP"),
        "evaluable": ("RSEVALYN", "EVALYN"),
    },
    "adverse_events": {
        "term": ("AEDECOD", "AETERM_PT", "AEPT", "AETERM"),
        "system_organ_class": ("AEBODSYS", "AESOC", "AETERM_SOC"),
        "grade": ("AETOXGR", "AEGR", "AEGRADE", "AECTCGR", "AECTCAE"),
        "ctcae_version": ("AECTCV", "CTCAEVER", "AETOXVER"),
        "start_date": ("AESTDAT", "AESTDT", "AESTDTC"),
        "end_date": ("AEENDAT", "AEENDT", "AEENDTC"),
        "treatment_emergent": ("TRTEMFL", "AETRTEM"),
        "serious": ("AESER",),
        "related": ("AEREL",),
        "action": ("AEACN",),
        "outcome": ("AEOUT",),
    },
    "questionnaires": {
        "date": ("QSDAT", "QLQDAT", "QSDTC"),
    },
    "labs": {
        "test": ("LBTEST", "LBTESTCD", "LBNAM"),
        "date": ("LBDAT", "LBDT", "LBDTC"),
        "value": ("LBORRES", "LBSTRESN", "LBSTRESC"),
        "unit": ("LBORRESU", "LBSTRESU"),
        "lower_limit": ("LBORNRLO", "LBSTNRLO"),
        "upper_limit": ("LBORNRHI", "LBSTNRHI"),
    },
}  # fmt: skip
"""For a table, each of our columns and the items it is taken from: of several, row by row the first
that is filled. The spellings of our own columns are understood after these."""

NEEDED: dict[str, tuple[frozenset[str], ...]] = {
    "patients": (),
    "embolizations": (frozenset({"date"}),),
    "assessments": (
        frozenset({
            "hepatic_response", "overall_response", "sum_of_diameters_mm", "new_hepatic_lesion",
            "new_extrahepatic_lesion",
        }),
    ),
    "adverse_events": (frozenset({"term"}),),
    "questionnaires": (frozenset({"item"}), frozenset({"value"})),
    "scores": (frozenset({"scale"}), frozenset({"score"})),
    "labs": (frozenset({"test"}), frozenset({"value"})),
    "time_to_event": (frozenset({"endpoint"}), frozenset({"days", "months"})),
}  # fmt: skip
"""Columns of which a form needs one of each set to be rows of a table."""

LATEST = ("last_contact_date", "last_imaging_date")
EARLIEST = (
    "first_embolization_date", "hepatic_progression_date", "progression_date",
    "other_therapy_date",
)  # fmt: skip
"""Columns of patients of which several rows give the last day, or the first."""

FOLLOW_UP = ("SSDAT", "SURVDAT", "FUDAT")
"""Days of a follow-up: the patient was alive only where the form does not say otherwise."""
STATUS = ("SSORRES", "SURVSTAT", "FUSTAT", "VITSTAT", "SSSTAT")
AT_BASELINE = ("ecog", "symptomatic", "liver_burden_percent", "extrahepatic_disease")
"""Columns of patients that are seen at every visit; the baseline counts."""
DEAD = frozenset(word for word, dead in DEATH_WORDS.items() if dead)
ALIVE = frozenset({
    *(word for word, dead in DEATH_WORDS.items() if not dead),
    "alivewithdisease", "alivewithoutdisease",
})  # fmt: skip

PLAIN = frozenset({"term", "system_organ_class", "test", "unit", "lower_limit", "upper_limit"})
"""Columns whose items say the same in other words or are given twice on purpose; where items of
another column differ in a row, that is told."""

NOT_RANDOMISED = frozenset({
    "screenfailure", "screenfail", "scrnfail", "notassigned", "notassgn", "notrandomized",
    "notrandomised",
})  # fmt: skip
"""Arms, folded, of those who were never randomised."""

RULES: dict[str, str] = {
    "patients": (
        "The facts of a patient stand in several forms (demography, randomisation, tumour history, "
        "death, follow-up) and are joined into one row. Where two forms contradict each other the "
        "first that can be read is kept, and both are told. Of several days the latest is the last "
        "contact and the last imaging, the earliest the first progression, embolization and other "
        "therapy. The day of a follow-up (`SSDAT`, `SURVDAT`, `FUDAT`) counts as a contact only "
        "where the form's status, if it has one, says alive; where it says dead, the day of death "
        "of another form does. What is seen at every visit (`ECOG`) "
        "is taken from screening or baseline, where visits are called so. Who was never randomised "
        "(an arm Screen Failure) is set aside. Who died, by the status of a follow-up, without a "
        "day of death is left out "
        "where deaths count. A date of birth is never read. Without an item for it the first "
        "embolization is that of the first session."
    ),
    "embolizations": "A form `EX` or Exposure is taken for the embolizations, which is told.",
    "assessments": (
        "Where `RSTEST` or `RSTESTCD` tells rows apart, only overall responses and those of the "
        "liver are read; where `RSEVAL` tells evaluators apart, only the investigator's. A unit "
        "beside an item (`SUMDIAM_UN`, `SUMDIAMU`), in its name or in a row of labels is heeded. "
        "Rows without a response, sum or lesion are set "
        "aside."
    ),
    "adverse_events": (
        "The coded term is taken before the term as typed. `AESEV` (mild, moderate, severe) is no "
        "CTCAE grade. Rows that say only that there was no event are set aside, and so is the form "
        "of serious events, which stand in the form of adverse events too."
    ),
    "questionnaires": (
        "One row a form with one item a column: `QLQC30_Q1`, `C30_Q01`, `GI31`; `Q1` alone only in "
        "a form named for its questionnaire. An answer in words counts as circled on the form, "
        "whatever its code. Without a day of its own the form takes the day of the visit."
    ),
    "labs": (
        "One row a measurement. Results as collected (`LBORRES`) are read with their unit and "
        "limits, the standardised ones only where there are no others."
    ),
}
"""What else there is to know of a table, for the documentation."""

_KNOWN = {fold(form): table for form, table in FORMS.items()}
_KNOWN_NOT_READ = {fold(form): reason for form, reason in NOT_READ.items()}
_SHORT = {fold(form) for form in (*FORMS, *NOT_READ) if form.isupper()}
"""Names that say the same as one word of several, unlike "treatment" in "end of treatment"."""
_STAMP = re.compile(r"[_ -]*[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[-_T]?[0-9]{4,6})?$")
_OF_PROJECT = re.compile(r"^e?mnp[a-z]*[0-9]*_?", re.IGNORECASE)


def table_of_form(names: Sequence[str]) -> str | None:
    """Find the table that a form is named for.

    Parameters
    ----------
    names : sequence of str
        What the form is called: its file or sheet, its title.

    Examples
    --------
    >>> table_of_form(["TRIAL1_AE_20240501"]), table_of_form(["End of treatment"])
    ('adverse_events', None)
    >>> table_of_form(["Patients"]), table_of_form(["CM"])
    ('patients', None)
    """
    for name in names:
        for words in _words(name):
            if any(word in _KNOWN_NOT_READ for word in words):
                return None
            found = {_KNOWN[word] for word in words if word in _KNOWN}
            if len(found) == 1:
                return found.pop()
        if table := table_of(name):
            return table
    return None


def reason_not_read(names: Sequence[str]) -> str:
    """Say why a form that is known is not read, "" where it is not known."""
    words = (word for name in names for several in _words(name) for word in several)
    return next((_KNOWN_NOT_READ[word] for word in words if word in _KNOWN_NOT_READ), "")


def _words(name: str) -> list[list[str]]:
    """Give what a name may be known by: the whole of it first, then its words."""
    bare = _OF_PROJECT.sub("", _STAMP.sub("", name)) or name
    parts = [fold(part) for part in re.split(r"[^A-Za-z0-9]+", bare) if part]
    whole = fold(bare)
    return [
        [fold(name)],
        [whole],
        [whole.rstrip("0123456789")],
        [word for word in parts if word in _SHORT],
    ]
