"""One row an adverse event, graded by CTCAE."""

import pandera.pandas as pa

from retnet_core.tables.columns import date, number, text, yes_no

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "term": text("Adverse event term.", "ae", "adverse event", "event term", "preferred term",
                     "ae term", "ctcae term", "aedecod", "pt", "toxicity", "Ereignis",
                     "unerwünschtes Ereignis", "Nebenwirkung", "événement",
                     "événement indésirable", "toxicité", "evento", "evento adverso",
                     "toxicidad"),
        "system_organ_class": text("System organ class.", "soc", "organ class", "body system",
                                   "aebodsys", "Organsystem", "Systemorganklasse",
                                   "classe d'organe", "clase de órganos"),
        "grade": number("CTCAE grade, 1 to 5; blank counts as not graded.",
                        "ctcae grade", "ae grade", "toxicity grade", "aetoxgr",
                        "Grad", "CTCAE-Grad", "Schweregrad", "grade CTCAE", "grado",
                        "grado CTCAE",
                        least=1, most=5, whole=True),
        "ctcae_version": text("CTCAE version of the grade.", "ctcae", "version"),
        "start_date": date("Onset.", "onset", "onset date", "ae start date", "start", "aestdt",
                           "Beginn", "Beginndatum", "Datum des Beginns", "début",
                           "date de début", "inicio", "fecha de inicio"),
        "end_date": date("Resolution.", "resolution date", "stop date", "ae end date", "end",
                         "aeendt", "Ende", "Enddatum", "fin", "date de fin", "fecha de fin"),
        "treatment_emergent": yes_no("Began under or after treatment.", "teae", "trtemfl",
                                     "treatment emergent"),
        "serious": yes_no("Serious adverse event.", "sae", "aeser", "schwerwiegend", "grave"),
        "related": yes_no("Related to the embolization.", "relatedness", "related to treatment",
                          "causality", "attribution", "aerel", "relationship",
                          "Zusammenhang", "Kausalität", "imputabilité", "causalidad"),
        "action": text("Action taken.", "action taken", "Maßnahme", "mesure prise",
                       "acción tomada"),
        "outcome": text("Outcome.", "ae outcome", "Ausgang", "évolution", "desenlace"),
    },
    name="adverse_events",
    description="adverse event",
    metadata={"aliases": ("ae", "aes", "adverse event", "toxicity", "toxicities", "safety",
                          "Nebenwirkungen", "unerwünschte Ereignisse", "événements indésirables",
                          "eventos adversos")},
)  # fmt: skip
