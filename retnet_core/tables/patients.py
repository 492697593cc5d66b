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
            required=True,
            unique=True,
        ),
        "arm": text(
            "Arm assigned at randomisation.",
            "treatment", "treatment arm", "arm assigned", "assigned arm", "randomized arm",
            "randomised arm", "randomization arm", "allocation", "planned arm", "group",
            required=True,
        ),
        "arm_received": text(
            "Arm of the treatment actually given; blank means as assigned.",
            "actual arm", "treatment received", "arm treated", "received arm",
        ),
        "treated": yes_no(
            "Had at least one embolization.", "safety population", "saffl", "embolized"
        ),
        "site": text("Study site.", "centre", "center", "site name", "institution", "hospital"),
        "randomization_date": date(
            "Day of randomisation.",
            "randomisation date", "date of randomization", "date of randomisation",
            "randomized", "randomised", "rand date", "randomized on",
        ),
        "first_embolization_date": date(
            "Day of the first embolization; day 1 of the endpoints.",
            "first embolisation date", "first treatment date", "date of first embolization",
            "date of first embolisation", "treatment start", "treatment start date",
            "first embo date", "embo1 date", "embolization date", "trtsdt",
        ),
        "age": number("Age at randomisation.", "age years", unit="years", least=0, most=120),
        "sex": coded(
            "Sex.", "gender",
            values={
                "female": ("f", "w", "woman", "weiblich"),
                "male": ("m", "man", "männlich"),
            },
        ),
        "ecog": number(
            "ECOG performance status at baseline.",
            "ecog ps", "performance status", "ps",
            least=0, most=5, whole=True,
        ),
        "primary_site": coded(
            "Where the primary tumour is.",
            "primary", "primary tumor", "primary tumour", "primary tumor site", "origin",
            values={
                "pancreas": ("pancreatic", "pnet", "pan"),
                "gut": (
                    "gi", "midgut", "small bowel", "small intestine", "ileum", "jejunum",
                    "rectum", "colon", "gastrointestinal", "gi tract", "hindgut", "appendix",
                ),
                "lung": ("bronchus", "pulmonary", "thoracic", "bronchial"),
                "other": ("others",),
                UNKNOWN: (*NOT_KNOWN, "cup", "unknown primary"),
            },
        ),
        "histologic_subtype": coded(
            "Histologic subtype of the trial's stratification.",
            "histology", "subtype", "histological subtype",
            values={
                "carcinoid": ("carcinoid tumor", "carcinoid tumour"),
                "islet-cell": ("islet cell", "islet", "islet cell tumor", "islet cell tumour"),
                UNKNOWN: NOT_KNOWN,
            },
        ),
        "differentiation": text("Differentiation as reported.", "tumor differentiation"),
        "who_grade": coded(
            "WHO grade (G1: Ki-67 < 3%, G2: 3-20%, G3: > 20%).",
            "grade", "tumor grade", "tumour grade", "net grade", "who",
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
            unit="%", least=0, most=100,
        ),
        "functional": yes_no(
            "Hormonally functional tumour.", "functioning", "functional tumor", "functionality"
        ),
        "symptomatic": yes_no(
            "Tumour symptoms at baseline.", "symptoms", "symptomatic at baseline"
        ),
        "liver_burden_percent": number(
            "Share of the liver replaced by tumour.",
            "liver burden", "tumor burden", "tumour burden", "hepatic tumor burden",
            "liver tumor burden", "liver involvement",
            unit="%", least=0, most=100,
        ),
        "extrahepatic_disease": yes_no(
            "Disease outside the liver at baseline.", "extrahepatic", "extrahepatic metastases"
        ),
        "hepatic_progression_date": date(
            "First progression in the liver; blank means none.",
            "hepatic progression", "liver progression date", "date of hepatic progression",
            "liver progression", "date of liver progression", "hpd date",
        ),
        "progression_date": date(
            "First progression anywhere; blank means none.",
            "progression", "date of progression", "pd date", "progressive disease date",
        ),
        "last_imaging_date": date(
            "Last evaluable liver imaging.",
            "last imaging", "date of last imaging", "last scan", "last scan date",
            "last evaluable imaging",
        ),
        "other_therapy_date": date(
            "Start of another anti-tumour therapy; blank means none.",
            "other therapy", "new therapy date", "start of other therapy",
            "subsequent therapy date", "new anticancer therapy",
        ),
        "death_date": date("Day of death; blank means alive.", "date of death", "death", "died"),
        "last_contact_date": date(
            "Last day known alive.",
            "last contact", "last follow-up", "last follow up", "last follow-up date",
            "last known alive", "date of last contact", "follow-up date", "last fu",
        ),
    },
    name="patients",
    description="patient",
    metadata={
        "aliases": ("patient", "subjects", "demographics", "baseline", "master", "master list")
    },
)  # fmt: skip
