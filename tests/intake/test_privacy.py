"""Which columns stop a file because they look personal, and which do not."""

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retnet_core import ExportError, load_export
from retnet_core.intake.files import open_file
from retnet_core.intake.headers import names_of
from retnet_core.intake.privacy import Personal, personal_columns
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet
from tests.exports import workbook

DEMO = Path(__file__).parents[2] / "data" / "demo" / "retnet_demo_export.xlsx"


def sheet(*rows: list[Cell | None], name: str = "Sheet1") -> Sheet:
    columns = []
    for cells in zip(*rows, strict=True):
        values = list(dict.fromkeys(cell for cell in cells if cell is not None))
        codes = [BLANK if cell is None else values.index(cell) for cell in cells]
        columns.append(Column.of(values, np.array(codes, dtype=np.intp), ""))
    return Sheet(name, name, columns, len(rows))


def under(header: str, *cells: Cell | None, ids: bool = False) -> list[Personal]:
    """What is found in a column beside one of grades, which is nobody's."""
    rows = [["patient_id" if ids else "grade", header]]
    rows += [[f"P{at:02d}" if ids else "G1", cell] for at, cell in enumerate(cells, start=1)]
    return personal_columns([sheet(*rows)])


NAMES = ("Anna", "Ben", "Clara")
DATES = ("1951-03-07", "1948-11-30", "1962-01-15")

STOPPED = [
    ("names", NAMES, [
        "Patient name", "patient_name", "PatientName", "PATNAME", "Patient's name", "First name",
        "FIRSTNAME", "first_name", "FName", "Last Name", "Surname", "Family name", "Maiden name",
        "demo_last_name", "Pat. Name", "Name (patient)", "Name, Vorname", "Middle Name",
        "Full name", "Name of patient", "next_of_kin_contact_name",
        "Mother's name", "Vorname", "Nachname", "Familienname", "Geburtsname", "Mädchenname",
        "Patientenname", "Name des Patienten", "Prénom", "Nom du patient", "Nom de famille",
        "Nom de jeune fille", "Apellido", "Apellidos", "Primer nombre", "Nombre del paciente",
    ]),
    ("names", ("AB", "C-D", "EFG"), [
        "Initials", "pat_initials", "Patient initials", "PATINIT", "SUBJINIT", "Initialen",
        "Subject Initials (FML)", "iniciales",
    ]),
    ("record numbers", ("4711234", "4711235", "4711300"), [
        "MRN", "mrn", "Medical record no", "Medical Record Number", "medical_record_number",
        "Hospital number", "hospital no.", "NHS number", "nhs_no", "Fallnummer", "Fall-Nr.",
        "Fallnr", "Hosp. No.", "Med Rec Num", "N° de dossier", "Aktenzeichen",
        "Numéro de dossier", "Historia clínica", "Chart number",
    ]),
    ("social security or insurance numbers", ("756.1234.5678.97", "756.1234.5678.98"), [
        "SSN", "ssn", "Social security number", "AHV", "AHV-Nr.", "AVS No", "Insurance number",
        "insurance_id", "Versichertennummer", "Sozialversicherungsnummer",
        "Numéro de sécurité sociale", "Número de seguridad social", "Passport no", "DNI",
    ]),
    ("postal addresses", ("12 High Street", "3 Low Road"), [
        "Address", "Home address", "address_1", "street", "Street and number", "Strasse", "Straße",
        "Adresse", "Anschrift", "Dirección", "next_of_kin_contact_address",
    ]),
    ("postal addresses", ("8091", "D-80331"), [
        "ZIP", "zip code", "zipcode", "Postal code", "Postcode", "PLZ", "Postleitzahl",
        "Code postal", "Código postal",
    ]),
    ("e-mail addresses", ("a.b(at)example.org", "c.d"), [
        "E-mail", "email", "eMail", "Email address", "patient_email", "Courriel",
        "Correo electrónico",
    ]),
    ("telephone numbers", ("4155551212", "4155551213"), [
        "Phone", "phone number", "telephone_1", "Telefon", "Telefonnummer", "Téléphone", "Teléfono",
        "Mobile", "Mobile no", "Handynummer", "cell phone", "Fax", "ec_phone", "Tel.",
    ]),
    ("dates of birth", DATES, [
        "Date of birth", "DOB", "dob", "demo_dob", "Birth date", "birthdate", "Birthday",
        "Geburtsdatum", "Geb.-Datum", "BRTHDTC", "BRTHDT", "brthdat", "DM_BRTHDAT", "BRTHDAT_RAW",
        "Date de naissance", "Fecha de nacimiento", "Date/Time of Birth", "Born on", "GebDatum",
        "Fecha nac.", "Date of birth (dd/mm/yyyy)",
        "What is the patient's date of birth?",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "cells", "header"),
    [(kind, cells, header) for kind, cells, headers in STOPPED for header in headers],
)
def test_a_header_stops(kind, cells, header):
    (found,) = under(header, *cells)
    assert found == Personal(
        "Sheet1", header, 1, kind, "header", f"The header '{header}' says that it holds {kind}.",
        len(cells), (2, 3, 4)[: len(cells)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("site name", ("Massachusetts General Hospital", "Mayo Clinic")),
        ("Test name", ("Chromogranin A", "Albumin")),
        (
            "Investigator name",
            ("Smith, John", "Meier, Anna", "Roth, Eva", "Lang, Karl", "Ott, Uwe"),
        ),
        ("INVNAM", ("Smith, John", "Meier, Anna", "Roth, Eva", "Lang, Karl", "Ott, Uwe")),
        ("investigator_initials", ("JS", "AM")),
        ("InstanceName", ("Screening", "Cycle")),
        ("DataPageName", ("Demographics", "Vital Signs")),
        ("FolderName", ("Screening", "Follow-up")),
        ("Event Name", ("Baseline", "Month")),
        ("redcap_event_name", ("baseline_arm_1", "month_6_arm_1")),
        ("visit name", ("Baseline", "End of study")),
        ("drug name", ("Octreotide", "Lanreotide")),
        ("drug family name", ("Somatostatin analogue", "Other")),
        ("column name", ("first_name", "dob")),
        ("Form Name", ("demographics", "labs")),
        ("studyEnvName", ("Prod", "Test")),
        ("Subject Name", ("001-001", "001-002")),
        ("Patient Name", ("P001", "P002")),
        ("username", ("jsmith", "ameier")),
        ("Variable / Field Name", ("first_name", "last_name")),
        ("patient number", ("1000123", "1000124")),
        ("Patient ID", ("1000123", "1000124")),
        ("record_id", ("1", "2")),
        ("case number", ("1000123", "1000124")),
        ("birth year", (1951.0, 1948.0)),
        ("YOB", ("1951", "1948")),
        ("Geburtsjahr", ("1951", "1948")),
        ("Date of birth", ("1951", "1948")),
        ("BRTHDTC", ("1951", "UN-UNK-1948")),
        ("BRTHDAT_YYYY", (1951.0, 1948.0)),
        ("BRTHDAT_YY", (51.0, 48.0)),
        ("given_birth", ("1", "0")),
        ("birth control", ("pill", "none")),
        ("birth weight", (3500.0, 2900.0)),
        ("BRTHDTF", ("D", "M")),
        ("Insurance", ("public", "private")),
        ("insurance", ("yes", "no")),
        ("phone", ("yes", "no")),
        ("Phone visit date", ("2019-03-12", "2019-04-12")),
        ("phone", (dt.date(2019, 3, 12), dt.date(2019, 4, 12))),
        ("mobile", ("fully", "with help")),
        ("email_consent", ("agreed", "not agreed")),
        ("address confirmed", ("complete", "not asked")),
        ("Site address", ("Boston", "Zurich")),
        ("Action to address the event", ("dose reduced", "drug stopped")),
        ("street drugs", ("never", "once")),
        ("cell type", ("large cells", "small cells")),
        ("hospital no", ("101", "102")),
        ("number of falls", (1.0, 2.0)),
        ("initial dose", ("50 mg", "75 mg")),
        ("Surname", (None, None)),
        ("Surname", ("n/a", "unknown")),
    ],
)
def test_a_header_does_not_stop(header, cells):
    assert under(header, *cells) == []


@pytest.mark.parametrize("header", ["name", "Name", "Nom", "nombre"])
def test_a_bare_name_stops_where_patients_have_one_each(header):
    (found,) = under(header, *NAMES, ids=True)
    assert (found.column, found.kind, found.by) == (header, "names", "header")


def test_a_bare_name_of_tests_or_arms_does_not_stop():
    labs = [["patient_id", "name"]]
    labs += [[f"P{at % 3}", test] for at in range(6) for test in ("Albumin", "Bilirubin")]
    arms = [["arm_num", "name"], ["1", "Bland"], ["2", "Lipiodol"]]
    few = [["patient_id", "name"], *([f"P{at}", f"Arm {'AB'[at % 2]}"] for at in range(9))]
    assert personal_columns([sheet(*labs), sheet(*arms), sheet(*few)]) == []


def test_the_header_is_found_under_titles_and_with_labels():
    titled = [["Export of 2024", None, None], [None, None, None]]
    titled += [["patient_id", "arm", "Nachname"], ["P1", "TAE", "Meier"], ["P2", "TAE", "Roth"]]
    rows = [["P1", 61.0, "1951-02-03"], ["P2", 62.0, "1950-02-03"]]
    under_names = [["USUBJID", "AGE", "X1"], ["Subject", "Age", "Date of birth"], *rows]
    over_names = [["Unique subject", "Age in years", "Birth"], ["USUBJID", "AGE", "BRTHDTC"], *rows]
    found = personal_columns(
        [sheet(*titled, name="a"), sheet(*under_names, name="b"), sheet(*over_names, name="c")]
    )
    assert [(one.sheet, one.column, one.row, one.kind) for one in found] == [
        ("a", "Nachname", 3, "names"),
        ("b", "X1", 1, "dates of birth"),
        ("c", "Birth", 1, "dates of birth"),
    ]


def test_what_is_found_goes_by_a_name_that_can_be_dropped():
    rows = [["patient_id", None, "DOB"], ["P1", "a@example.org", "1951-02-03"],
            ["P2", None, "1952-02-03"]]  # fmt: skip
    one = sheet(*rows)
    found = personal_columns([one])
    assert [(each.column, each.row) for each in found] == [
        ("column 2 (without a header)", None),
        ("DOB", 1),
    ]
    assert found[0].column in names_of(one)[1]
    assert found[1].column in names_of(one)[2]


def test_a_header_that_stands_twice_is_told_once():
    rows = [["phone", "phone"], ["4155551212", "4155551213"]]
    (found,) = personal_columns([sheet(*rows)])
    assert (found.column, found.cells, found.rows) == ("phone", 1, (2,))


def test_a_dictionary_of_names_is_no_list_of_names():
    rows = [["Variable / Field Name", "Form Name", "Field Type", "Field Label"],
            ["record_id", "demographics", "text", "Record ID"],
            ["first_name", "demographics", "text", "First Name"],
            ["dob", "demographics", "text", "Date of birth"],
            ["email", "demographics", "text", "E-mail"]]  # fmt: skip
    assert personal_columns([sheet(*rows)]) == []


# Cells


@pytest.mark.parametrize(
    ("kind", "cells", "holding"),
    [
        ("e-mail addresses", ("fine", "write to anna.meier@spital.ch", "fine"), 1),
        ("telephone numbers", ("fine", "call +49 170 1234567 first", "fine"), 1),
        ("telephone numbers", ("+41 44 668 18 00", "see notes", "fine"), 1),
        ("telephone numbers", ("Tel. 089 1234567", "fine", "well"), 1),
        ("telephone numbers", ("phone: (415) 555-1212", "fine", "well"), 1),
        ("telephone numbers", ("(415) 555-1212", "415-555-1213", "212.555.0187", "none"), 3),
        ("telephone numbers", ("06 12 34 56 78", "06 98 76 54 32", "07 11 22 33 44"), 3),
        ("telephone numbers", ("0170-1234567", "089/123456", "0151 234 5678"), 3),
        ("telephone numbers", ("020 7946 0958", "07700 900123", "07700 900124"), 3),
        ("telephone numbers", ("044 668 18 00", "044 668 18 01", "0041 44 668 18 02"), 3),
        ("telephone numbers", ("612 345 678", "699 123 456", "712 987 654"), 3),
        ("names", ("Smith, John", "Meier, Anna", "Roth, Eva", "Lang, Karl", "Ott, Uwe"), 5),
        ("names", ("John Smith", "Anna Meier", "Dr. Maria García", "Karl Lang", "unknown",
                   "Jean-Pierre Dupont"), 5),
        ("names", ("DUPONT Jean", "MARTIN Claire", "PETIT Luc", "BLANC Marie", "ROUX Hugo"), 5),
        ("names", ("MEIER ANNA, P", "Nguyen, Thi", "Smith, John", "Lang, Karl", "Ott, Uwe"), 5),
    ],
)  # fmt: skip
def test_cells_stop(kind, cells, holding):
    (found,) = under("X1", *cells)
    assert (found.column, found.kind, found.by, found.cells) == ("X1", kind, "content", holding)
    assert found.reason.startswith(f"{holding} cell{'s look' if holding > 1 else ' looks'} like ")
    assert found.rows[0] == 2 + next(at for at, cell in enumerate(cells) if cell not in
                                     ("fine", "see notes"))  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        ("07-0123", "07-0124", "08-0001"),
        ("001-001-0001", "001-001-0002", "101-001-0003"),
        ("101-001-0001", "101-001-0002", "101-001-0003"),
        ("0101-000123", "0101-000124", "0102-000125"),
        ("1000123", "1000124", "1000125"),
        ("01-02-2019", "03-04-2019", "05-06-2019"),
        ("2019-03-12", "2019-03-13", "2019-03-14"),
        ("0.00012345", "0.00012346", "+1.23456789"),
        ("<0.5", "1,234,567", "12 345 678"),
        ("phone visit 3", "phone visit 4", "phone 2019-03-12"),
        ("see @day 3", "50 mg @ 8:00", "user@host"),
        (4155551212.0, 4155551213.0, 4155551214.0),
        ("Abdominal Pain", "Alanine Aminotransferase Increased", "Nausea", "Fatigue", "Vomiting"),
        ("Pain, Abdominal", "Nausea, Severe", "Fever, Chills", "Liver, Right", "Cough, Dry"),
        ("Carcinoma, Neuroendocrine", "Islet Cell Tumor", "Small Cell", "Carcinoid", "Mixed Type"),
        ("Massachusetts General Hospital", "Mayo Clinic", "Johns Hopkins", "Mount Sinai",
         "Charlotte Medical Center"),
        ("University of California San Francisco", "Hospital Italiano de Buenos Aires",
         "Ospedale San Raffaele", "Moffitt Cancer Center", "Mary Washington Hospital"),
        ("Boston, Massachusetts", "Houston, Texas", "Paris, France", "Zurich, Switzerland",
         "Milan, Italy"),
        ("John Smith", "Octreotide", "Lanreotide", "Everolimus", "Sunitinib", "None"),
        ("Stable Disease", "Partial Response", "Complete Response", "Not Evaluable", "Unknown"),
        ("North America", "South America", "Western Europe", "East Asia", "Middle East"),
    ],
)  # fmt: skip
def test_cells_do_not_stop(cells):
    assert under("X1", *cells) == []


def dated(born: list[Cell], header: str = "X1", seen: int = 2018) -> list[Personal]:
    rows = [["patient_id", "randomization_date", header]]
    rows += [[f"P{at}", dt.date(seen, 1 + at, 1), one] for at, one in enumerate(born)]
    return personal_columns([sheet(*rows)])


BORN = [dt.date(1938 + 6 * at, 5, 17) for at in range(6)]


def test_dates_a_life_before_the_others_stop():
    (found,) = dated(list(BORN))
    assert (found.column, found.kind, found.by, found.cells) == (
        "X1", "dates of birth", "content", 6,
    )  # fmt: skip
    assert found.reason == (
        "The dates lie in 1938 to 1968, other dates of the file about 2018: they can be dates of "
        "birth of people aged 50 to 80."
    )
    assert [one.column for one in dated([day.strftime("%d.%m.%Y") for day in BORN])] == ["X1"]


def test_other_dates_do_not_stop():
    assert dated([dt.date(2003 + at, 5, 17) for at in range(6)]) == []  # 15 years before
    assert dated([*BORN[:5], dt.date(2010, 1, 1)]) == []
    assert dated([*BORN[:5], dt.date(1900, 1, 1)]) == []  # 118 years old
    assert dated(BORN[:4]) == []
    assert dated(list(BORN), header="First diagnosis") == []
    assert personal_columns([sheet(["X1"], *([day] for day in BORN))]) == []  # no other dates


# Files


def test_the_demo_export_holds_nothing_personal():
    assert personal_columns(open_file(DEMO).sheets) == []


def tryout(path: str) -> list[tuple[str, str, str]]:
    folder = os.environ.get("RETNET_TRYOUT_DATA")
    if not folder:
        pytest.skip("RETNET_TRYOUT_DATA does not name a folder of exports made by others")
    found = personal_columns(open_file(Path(folder) / path).sheets)
    return [(one.column, one.kind, one.by) for one in found]


@pytest.mark.parametrize(
    "path",
    [
        "three_arm_oncology/export.xlsx",
        "redcap_qlqc30/TRIAL_DATA_2026-01-15_0930.csv",
        "redcap_qlqc30/TRIAL_DATA_LABELS_2026-01-15_0930.csv",
        "redcap_qlqc30/TRIAL_DataDictionary_2026-01-15.csv",
        "redcap_small/checkboxes-1/data.csv",
        "redcap_small/longitudinal/dictionary.csv",
        "redcap_small/longitudinal/arm.csv",
        "redcap_small/longitudinal/event.csv",
        "redcap_small/vignette-repeating/data.csv",
        "redcap_small/vignette-repeating/dictionary.csv",
    ],
)
def test_exports_by_others_without_personal_data_do_not_stop(path):
    assert tryout(path) == []


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("redcap_small/longitudinal/data.csv",
         [("first_name", "names"), ("last_name", "names"), ("telephone_1", "telephone numbers"),
          ("email", "e-mail addresses"), ("dob", "dates of birth")]),
        ("redcap_small/nonnumeric-record-id/data.csv", [("name", "names")]),
        ("redcap_small/repeating-instruments/data.csv",
         [("first_name", "names"), ("dob", "dates of birth")]),
        ("adam_oncology/export.xlsx", [("Date/Time of Birth", "dates of birth")]),
    ],
)  # fmt: skip
def test_exports_by_others_with_personal_data_stop(path, columns):
    assert tryout(path) == [(*one, "header") for one in columns]


def test_a_name_with_a_year_or_a_number_beside_it_is_a_name() -> None:
    named = pd.DataFrame({"patient_id": ["1", "2"], "arm": "TAE",
                          "Patient name": ["Meier, Anna (1952)", "Smith, John 2"]})  # fmt: skip
    with pytest.raises(ExportError, match="'Patient name'"):
        load_export(workbook({"patients": named}))
