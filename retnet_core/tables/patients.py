"""One row a patient: arm, disease at baseline, and the dates that endpoints are derived from."""

import pandera.pandas as pa

from retnet_core.protocol import UNKNOWN
from retnet_core.tables.columns import coded, date, number, text, yes_no

NOT_KNOWN = ("unk", "u", "not known", "missing", "nk", "na", "n/a", "nd", "not done")

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text(
            "Pseudonym of the patient, kept as typed (007 stays 007); never a name.",
            "id", "patient", "subject", "subject id", "usubjid", "record id", "study id",
            "patient no", "patient number", "pat id", "pid",
            "Pat.-Nr.", "Patienten-Nr.", "Patientennummer", "Patienten-ID", "Pseudonym",
            "N° patient", "numéro patient", "numéro de patient", "code patient", "ID patient",
            "paciente", "Nº paciente", "número de paciente", "ID paciente", "código de paciente",
            required=True,
            unique=True,
        ),
        "arm": text(
            "Arm assigned at randomisation.",
            "treatment", "treatment arm", "arm assigned", "assigned arm", "randomized arm",
            "randomised arm", "randomization arm", "allocation", "planned arm", "group",
            "Behandlungsarm", "Studienarm", "Therapiearm", "Behandlungsgruppe", "bras",
            "bras de traitement", "bras de randomisation", "brazo", "brazo de tratamiento",
            "brazo asignado", "grupo de tratamiento",
            required=True,
        ),
        "arm_received": text(
            "Arm of the treatment actually given; blank means as assigned.",
            "actual arm", "treatment received", "arm treated", "received arm",
            "erhaltene Behandlung", "traitement reçu", "tratamiento recibido",
        ),
        "treated": yes_no(
            "Had at least one embolization.", "safety population", "saffl", "embolized",
            "behandelt", "traité", "tratado",
        ),
        "site": text(
            "Study site.",
            "centre", "center", "site name", "institution", "hospital",
            "Zentrum", "Studienzentrum", "Prüfzentrum", "centre investigateur", "centro",
        ),
        "randomization_date": date(
            "Day of randomisation.",
            "randomisation date", "date of randomization", "date of randomisation",
            "randomized", "randomised", "rand date", "randomized on",
            "Datum der Randomisierung", "Datum der Randomisation", "Randomisierungsdatum",
            "Randomisierung", "Datum Randomisierung",
            "Randomisationsdatum", "randomisiert am", "date de randomisation",
            "fecha de randomización", "fecha de aleatorización",
        ),
        "first_embolization_date": date(
            "Day of the first embolization; day 1 of the endpoints.",
            "first embolisation date", "first treatment date", "date of first embolization",
            "date of first embolisation", "treatment start", "treatment start date",
            "first embo date", "embo1 date", "embolization date", "trtsdt",
            "Datum der ersten Embolisation", "Datum erste Embolisation", "erste Embolisation",
            "date de la première embolisation", "date de première embolisation",
            "fecha de la primera embolización", "fecha de primera embolización",
        ),
        "age": number("Age at randomisation.", "age years", "Alter", "âge", "edad",
                      unit="years", least=0, most=120),
        "sex": coded(
            "Sex.", "gender", "Geschlecht", "sexe", "sexo",
            values={
                "female": ("f", "w", "woman", "weiblich", "Frau", "femme", "féminin", "mujer",
                           "femenino"),
                "male": ("m", "man", "männlich", "Mann", "homme", "masculin", "hombre",
                         "masculino"),
            },
        ),
        "ecog": number(
            "ECOG performance status at baseline.",
            "ecog ps", "performance status", "ps", "ECOG-Status", "statut ECOG", "estado ECOG",
            least=0, most=5, whole=True,
        ),
        "primary_site": coded(
            "Where the primary tumour is.",
            "primary", "primary tumor", "primary tumour", "primary tumor site", "origin",
            "Primärtumor", "Primärlokalisation", "Primarius", "tumeur primitive",
            "site primitif", "localisation primitive", "tumor primario", "origen",
            values={
                "pancreas": ("pancreatic", "pnet", "pan", "Pankreas", "pancréas", "páncreas"),
                "gut": (
                    "gi", "midgut", "small bowel", "small intestine", "ileum", "jejunum",
                    "rectum", "colon", "gastrointestinal", "gi tract", "hindgut", "appendix",
                    "Dünndarm", "Mitteldarm", "intestin grêle", "grêle", "intestino delgado",
                ),
                "lung": ("bronchus", "pulmonary", "thoracic", "bronchial", "Lunge", "poumon",
                         "pulmón"),
                "other": ("others", "andere", "anderer", "autre", "otro"),
                UNKNOWN: (*NOT_KNOWN, "cup", "unknown primary"),
            },
        ),
        "histologic_subtype": coded(
            "Histologic subtype of the trial's stratification.",
            "histology", "subtype", "histological subtype",
            "Histologie", "histologischer Subtyp", "sous-type histologique", "histología",
            "subtipo histológico",
            values={
                "carcinoid": ("carcinoid tumor", "carcinoid tumour"),
                "islet-cell": ("islet cell", "islet", "islet cell tumor", "islet cell tumour"),
                UNKNOWN: NOT_KNOWN,
            },
        ),
        "differentiation": text("Differentiation as reported.", "tumor differentiation",
                                "Differenzierung", "différenciation", "diferenciación"),
        "who_grade": coded(
            "WHO grade (G1: Ki-67 < 3%, G2: 3-20%, G3: > 20%).",
            "grade", "tumor grade", "tumour grade", "net grade", "who",
            "Grad", "WHO-Grad", "Tumorgrad", "Grading", "grade OMS", "grado", "grado OMS",
            values={
                "G1": ("1", "grade 1", "i", "grade i", "net g1", "low", "low grade"),
                "G2": ("2", "grade 2", "ii", "grade ii", "net g2", "intermediate",
                       "intermediate grade"),
                "G3": ("3", "grade 3", "iii", "grade iii", "net g3", "high", "high grade"),
                UNKNOWN: (*NOT_KNOWN, "gx"),
            },
        ),
        "ki67_percent": number(
            "Ki-67 proliferation index.",
            "ki67", "ki-67", "ki 67", "ki-67 percent", "ki67 index", "mib1",
            "indice Ki-67", "índice Ki-67",
            unit="%", least=0, most=100,
        ),
        "functional": yes_no(
            "Hormonally functional tumour.", "functioning", "functional tumor", "functionality",
            "funktionell", "funktionell aktiv", "hormonaktiv", "fonctionnel", "funcional",
        ),
        "symptomatic": yes_no(
            "Tumour symptoms at baseline.", "symptoms", "symptomatic at baseline",
            "symptomatisch", "Symptome", "symptomatique", "symptômes", "sintomático", "síntomas",
        ),
        "liver_burden_percent": number(
            "Share of the liver replaced by tumour.",
            "liver burden", "tumor burden", "tumour burden", "hepatic tumor burden",
            "liver tumor burden", "liver involvement",
            "Lebertumorlast", "hepatische Tumorlast", "Leberbefall",
            "charge tumorale hépatique", "envahissement hépatique",
            "carga tumoral hepática", "afectación hepática",
            unit="%", least=0, most=100,
        ),
        "extrahepatic_disease": yes_no(
            "Disease outside the liver at baseline.", "extrahepatic", "extrahepatic metastases",
            "extrahepatische Metastasen", "maladie extra-hépatique",
            "métastases extra-hépatiques", "enfermedad extrahepática",
            "metástasis extrahepáticas",
        ),
        "hepatic_progression_date": date(
            "First progression in the liver; blank means none.",
            "hepatic progression", "liver progression date", "date of hepatic progression",
            "liver progression", "date of liver progression", "hpd date",
            "Leberprogress", "hepatische Progression", "Datum der Leberprogression",
            "Datum der hepatischen Progression", "Datum hepatischer Progress",
            "hepatischer Progress", "progression hépatique",
            "date de progression hépatique", "progresión hepática",
            "fecha de progresión hepática",
        ),
        "progression_date": date(
            "First progression anywhere; blank means none.",
            "progression", "date of progression", "pd date", "progressive disease date",
            "Progress", "Progressionsdatum", "Progressdatum", "Datum der Progression",
            "Datum des Progresses", "Datum Progress", "date de progression", "progresión",
            "fecha de progresión",
        ),
        "last_imaging_date": date(
            "Last evaluable liver imaging.",
            "last imaging", "date of last imaging", "last scan", "last scan date",
            "last evaluable imaging",
            "letzte Bildgebung", "Datum der letzten Bildgebung", "dernière imagerie",
            "date de la dernière imagerie", "date de dernière imagerie", "última imagen",
            "fecha de última imagen", "fecha de la última imagen",
        ),
        "other_therapy_date": date(
            "Start of another anti-tumour therapy; blank means none.",
            "other therapy", "new therapy date", "start of other therapy",
            "subsequent therapy date", "new anticancer therapy",
            "andere Therapie", "Folgetherapie", "Beginn der Folgetherapie", "autre traitement",
            "date d'un autre traitement", "otro tratamiento", "fecha de otro tratamiento",
        ),
        "death_date": date(
            "Day of death; blank means alive.",
            "date of death", "death", "died",
            "Todesdatum", "Sterbedatum", "Datum des Todes", "verstorben am", "date de décès",
            "date du décès", "décès", "fecha de muerte", "fecha de fallecimiento",
            "fecha de defunción",
        ),
        "last_contact_date": date(
            "Last day known alive.",
            "last contact", "last follow-up", "last follow up", "last follow-up date",
            "last known alive", "date of last contact", "follow-up date", "last fu",
            "letzter Kontakt", "Datum des letzten Kontakts", "letzte Nachsorge",
            "dernier contact", "date de dernier contact", "date des dernières nouvelles",
            "último contacto", "fecha de último contacto", "fecha del último contacto",
            "último seguimiento", "fecha del último seguimiento",
        ),
    },
    name="patients",
    description="patient",
    metadata={
        "aliases": ("patient", "subjects", "demographics", "baseline", "master", "master list",
                    "Patienten", "Patientenliste", "Stammdaten", "pacientes")
    },
)  # fmt: skip
