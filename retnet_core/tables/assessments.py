"""One row an imaging visit with its RECIST calls."""

import pandera.pandas as pa

from retnet_core.tables.columns import VISIT, coded, date, number, text, yes_no

RESPONSES = {
    "CR": ("complete response", "complete"),
    "PR": ("partial response", "partial"),
    "SD": ("stable disease", "stable"),
    "PD": ("progressive disease", "progression", "progressive", "progress", "progredient"),
    "NE": ("not evaluable", "inevaluable", "non evaluable"),
}

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "date": date("Day of the imaging.", "imaging date", "scan date", "assessment date",
                     "date of imaging", "date of scan", "date of assessment", "Datum",
                     "Datum der Bildgebung", "Untersuchungsdatum", "date de l'imagerie",
                     "date du scanner", "fecha", "fecha de imagen", "fecha de la imagen"),
        "visit": text("Visit as the export names it.", *VISIT),
        "criteria": text("Response criteria, with version.", "response criteria", "Kriterien",
                         "critères", "criterios"),
        "sum_of_diameters_mm": number("Sum of target diameters.", "sum of diameters", "sod", "sld",
                                      "Summe der Durchmesser", "Summe der Zielläsionen",
                                      "somme des diamètres", "suma de diámetros",
                                      "suma de los diámetros",
                                      unit="mm", least=0),
        "hepatic_response": coded("Response in the liver.", "liver response", "hepatic recist",
                                  "liver recist", "Ansprechen der Leber",
                                  "hepatisches Ansprechen", "réponse hépatique",
                                  "respuesta hepática", values=RESPONSES),
        "overall_response": coded("Overall response.", "response", "overall recist", "recist",
                                  "Ansprechen", "Gesamtansprechen", "réponse", "réponse globale",
                                  "respuesta", "respuesta global",
                                  values=RESPONSES),
        "new_hepatic_lesion": yes_no("New lesion in the liver.", "new liver lesion",
                                     "neue Leberläsion", "nouvelle lésion hépatique",
                                     "nueva lesión hepática"),
        "new_extrahepatic_lesion": yes_no("New lesion outside the liver.",
                                          "neue extrahepatische Läsion",
                                          "nouvelle lésion extra-hépatique",
                                          "nueva lesión extrahepática"),
        "evaluable": yes_no("The imaging can be judged; blank means yes."),
    },
    name="assessments",
    description="imaging visit",
    metadata={"aliases": ("imaging", "response", "responses", "tumor assessments",
                          "tumour assessments", "recist", "scans", "Bildgebung", "imagerie",
                          "évaluations", "imágenes", "evaluaciones")},
)  # fmt: skip
