"""One row an answered questionnaire item; wide forms are melted at intake."""

import pandera.pandas as pa

from retnet_core.tables.columns import FORM_DATE, VISIT, coded, date, number, text

INSTRUMENTS = {
    "QLQ-C30": ("qlqc30", "eortc qlq-c30", "c30", "qlq c30", "eortc c30", "qlq-c30 v3.0"),
    "QLQ-GI.NET21": ("qlq-ginet21", "ginet21", "gi.net21", "eortc qlq-gi.net21", "gi net21",
                     "qlq gi.net21"),
}  # fmt: skip

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "instrument": coded("Questionnaire.", "questionnaire", "form", values=INSTRUMENTS,
                            others=True),
        "visit": text("Visit as the export names it.", *VISIT),
        "date": date("Day the form was filled in.", *FORM_DATE),
        "item": number("Number of the item in the instrument (1-30 or 31-51).",
                       "question", "item number", least=1, whole=True),
        "value": number("Answer as circled on the form (1-4, or 1-7 for items 29 and 30).",
                        "answer", "response"),
    },
    name="questionnaires",
    description="answered item",
    metadata={"aliases": ("questionnaire", "pro", "qol", "quality of life", "qlq", "qlq-c30",
                          "qlqc30", "items")},
)  # fmt: skip
