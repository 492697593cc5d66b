"""Words by which columns of names, addresses and the like are told, in four languages."""

from __future__ import annotations

from collections.abc import Mapping

EMAILS = "e-mail addresses"
PHONES = "telephone numbers"
ADDRESSES = "postal addresses"
BIRTHS = "dates of birth"
INSURANCE = "social security or insurance numbers"
RECORDS = "record numbers"
NAMES = "names"


def _numbered(*stems: str) -> tuple[str, ...]:
    """Give the ways to say that something is a number: "fall nummer", "fall nr"."""
    ends = ("number", "numbers", "no", "nr", "num", "nummer", "id")
    return tuple(f"{stem} {end}" for stem in stems for end in ends)


HEADERS: Mapping[str, tuple[str, ...]] = {
    EMAILS: ("email", "emails", "e mail", "emailaddress", "emailadresse", "mailadresse",
             "courriel", "adresse mail", "correo electronico"),
    PHONES: ("phone", "phones", "phonenumber", "phone no", "telephone", "telephonenumber", "tel",
             "telno", "telnr", "telefon", "telefonnummer", "telefono", "mobile", "mobil", "movil",
             "mobilnummer", "mobilephone", "mobiltelefon", "cellphone", "handy", "handynummer",
             "natel", "fax", "faxnumber", "faxnummer", "faxno", "contact number", "contact no",
             "numero de contact"),
    ADDRESSES: ("address", "addresses", "addr", "homeaddress", "street", "streetaddress",
                "strasse", "hausnummer", "zip", "zipcode", "zip5", "postalcode", "post code", "plz",
                "postleitzahl", "adresse", "wohnadresse", "anschrift", "wohnort", "code postal",
                "direccion", "domicilio", "calle", "codigo postal", "place of residence"),
    BIRTHS: ("dob", "date of birth", "dateofbirth", "birth date", "birthdate", "birthday",
             "birth dt", "birth dat", "birth day", "birth month", "brthdtc", "brthdt", "brthdat",
             "brthdtn", "brthdtm", "bdate", "geburtsdatum", "geburtstag", "geb datum", "geb dat",
             "gebdat", "gebdatum", "geboren am", "geb am", "date de naissance", "date naissance",
             "datenaissance", "ddn", "ne le", "nee le", "fecha de nacimiento", "fecha nacimiento",
             "fechanacimiento", "fnac", "fec nac", "fecha nac", "fecha de nac", "date naiss",
             "date de naiss", "born", "born on", "geboren"),
    INSURANCE: ("ssn", "social security", "socialsecurity", *_numbered("ahv", "avs", "sv"), "ahv",
                "svnr", "sozialversicherung", "sozialversicherungsnummer", "insurance",
                *_numbered("policy", "medicare", "medicaid", "health card", "passport", "national",
                           "national identification", "national identity"),
                "versicherungsnummer", "versichertennummer", "versichertennr", "kvnr",
                "krankenversichertennummer", "krankenversicherungsnummer", "securite sociale",
                "seguridad social",
                "tarjeta sanitaria", "numero afiliacion", "dni", "codice fiscale", "passport",
                "personnummer", "ssnid"),
    RECORDS: ("mrn", "medrec", "medicalrecord", "medical record", "medical records",
              *_numbered("hospital", "hosp", "nhs", "chi", "fall", "chart", "akten", "medrec",
                         "kis"),
              "nhs", "hospitalnumber", "fallnummer", "fallnr", "fallzahlnummer", "aktenzeichen",
              "aktennummer", "patientenakte", "krankenakte", "numero de dossier", "no de dossier",
              "numero dossier", "n de dossier", "n dossier", "medical rec", "numero ipp",
              "historia clinica", "nhc"),
    NAMES: ("patient name", "patients name", "patientname", "patname", "pat name", "ptname",
            "pt name", "participant name", "participants name", "name of patient",
            "name of the patient", "name patient", "name of participant",
            "subject full name", "first name",
            "last name", "firstname", "lastname", "family name", "familyname", "maiden name",
            "maidenname", "given name", "given names", "givenname", "middle name", "middlename",
            "full name", "fullname", "second name", "surname", "surnames", "forename", "forenames",
            "fname", "lname", "mname", "name first", "name last", "kin contact name", "kin name",
            "next of kin name", "emergency contact name", "mother name", "mothers name",
            "father name", "fathers name", "spouse name", "spouses name", "partner name",
            "caregiver name", "guardian name", "patientenname", "name des patienten",
            "name der patientin", "vorname", "vornamen", "nachname", "zuname", "familienname",
            "geburtsname", "madchenname", "maedchenname", "nom du patient", "nom patient",
            "nom de famille", "nom de naissance", "nom de jeune fille", "prenom", "prenoms",
            "nombre del paciente", "nombre de la paciente", "nombre paciente", "nombre completo",
            "nombre y apellidos", "primer nombre", "apellido", "apellidos",
            "initials", "initial s", "patient initial", "pat init", "patinit", "pt init", "ptinit",
            "subj init", "subjinit", "subject init", "initialen", "initiales", "iniciales"),
}  # fmt: skip
"""Words of a header for each kind, best first; how they are spaced, and accents, do not count."""
BARE_NAMES = {"name", "names", "nom", "noms", "nombre", "nombres", "namen"}
"""Headers that name whatever a row is of: personal where each patient has one of their own."""
YEAR_WORDS = {"year", "yr", "yy", "yyyy", "jahr", "annee", "ano"}
DAY_WORDS = {"day", "month", "dd", "mm", "mmm", "mon", "tt", "jj", "date"}
"""Words of a header of a year of birth alone, and of a whole date."""
BIRTH_WORDS = {"birth", "geburt", "geburts", "naissance", "nacimiento", "geb", "brth"}

STAFF = {
    "investigator", "investigators", "inv", "invnam", "physician", "doctor", "nurse", "monitor",
    "reviewer", "radiologist", "pathologist", "operator", "surgeon", "oncologist", "user", "users",
    "username", "staff", "coordinator", "pi", "assessor", "rater", "reader", "arzt", "prufer",
    "pruefer", "medecin", "medico", "investigador", "by", "evaluator", "interviewer", "author",
    "cra", "sponsor",
}  # fmt: skip
"""Words of headers of staff, whose names are no patients'."""
PLACES = {"site", "hospital", "centre", "center", "clinic", "institution", "term", "drug"}
"""Words of headers of cells that are no persons, even where they read like one."""
NEEDS_DIGITS = {"insurance", "hospital", "hosp", "fall", "policy", "national", "chart"}
"""Words of headers that are of a person's number only where it is a long one."""
THINGS = {
    "site", "test", "drug", "form", "event", "visit", "column", "folder", "page", "instance",
    "study", "env", "lab", "laboratory", "file", "arm", "group", "country", "hospital", "centre",
    "center", "clinic", "institution", "product", "trade", "brand", "generic", "scale", "item",
    "variable", "field", "param", "parameter", "device", "procedure", "treatment", "medication",
    "sheet", "table", "instrument", "questionnaire", "term", "company", "category", "dataset",
    "domain", "label", "protocol", "project", "region", "city", "school", "cohort", "lesion",
    "organ", "step", "version", "code", "ip", "mac", "web", "url", "server", "to", "regimen",
}  # fmt: skip
"""Words before "name", "full name" or "address" that say of what: of no person."""
ABOUT_IT = {
    "consent", "sent", "confirmed", "verified", "known", "date", "datum", "fecha", "visit",
    "call", "status", "reminder", "method", "type", "preference", "changed", "control", "drug",
    "drugs", "reason", "result", "time", "flag", "given", "weight", "year", "jahr", "annee", "ano",
}  # fmt: skip
"""Words beside which an address or a number is only spoken of."""

EVENT_STEMS = ("diagn", "surg", "resect", "opera", "ther", "treat", "start", "end", "stop", "onset",
               "consent", "menopaus", "smok", "quit", "visit", "random", "death", "progress", "mh",
               "cm", "pr", "history", "prior", "previous", "first", "erst", "expir", "lot",
               "version", "approv")  # fmt: skip
"""Beginnings of words that say what a date is of, where it can lie long before the trial."""
