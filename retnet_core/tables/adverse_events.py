"""One row an adverse event, graded by CTCAE."""

import pandera.pandas as pa

from retnet_core.tables.columns import date, number, text, yes_no

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "term": text("Adverse event term.", "ae", "adverse event", "event term", "preferred term",
                     "ae term", "ctcae term", "aedecod", "pt", "toxicity"),
        "system_organ_class": text("System organ class.", "soc", "organ class", "body system",
                                   "aebodsys"),
        "grade": number("CTCAE grade, 1 to 5; blank counts as not graded.",
                        "ctcae grade", "ae grade", "toxicity grade", "severity", "aetoxgr",
                        least=1, most=5, whole=True),
        "ctcae_version": text("CTCAE version of the grade.", "ctcae", "version"),
        "start_date": date("Onset.", "onset", "onset date", "ae start date", "start", "aestdt"),
        "end_date": date("Resolution.", "resolution date", "stop date", "ae end date", "end",
                         "aeendt"),
        "treatment_emergent": yes_no("Began under or after treatment.", "teae", "trtemfl",
                                     "treatment emergent"),
        "serious": yes_no("Serious adverse event.", "sae", "aeser"),
        "related": yes_no("Related to the embolization.", "relatedness", "related to treatment",
                          "causality", "attribution", "aerel", "relationship"),
        "action": text("Action taken.", "action taken"),
        "outcome": text("Outcome.", "ae outcome"),
    },
    name="adverse_events",
    description="adverse event",
    metadata={"aliases": ("ae", "aes", "adverse event", "toxicity", "toxicities", "safety")},
)  # fmt: skip
