"""One row a scale score of a pre-scored export; never mixed with scored items of a form."""

import pandera.pandas as pa

from retnet_core.tables.columns import FORM_DATE, VISIT, date, number, text

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "instrument": text("Questionnaire.", "questionnaire", "form"),
        "scale": text("Scale of the questionnaire, as its scoring manual abbreviates it.",
                      "scale name", "domain", "Skala"),
        "visit": text("Visit as the export names it.", *VISIT),
        "date": date("Day the form was filled in.", *FORM_DATE),
        "score": number("Scale score.", "value", "result"),
    },
    name="scores",
    description="scale score",
    metadata={"aliases": ("score", "scale scores", "pro scores")},
)  # fmt: skip
