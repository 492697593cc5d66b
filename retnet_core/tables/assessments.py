"""One row an imaging visit with its RECIST calls."""

import pandera.pandas as pa

from retnet_core.tables.columns import coded, date, number, text, yes_no

RESPONSES = {
    "CR": ("complete response", "complete"),
    "PR": ("partial response", "partial"),
    "SD": ("stable disease", "stable"),
    "PD": ("progressive disease", "progression", "progressive"),
    "NE": ("not evaluable", "inevaluable", "non evaluable"),
}

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "date": date("Day of the imaging.", "imaging date", "scan date", "assessment date"),
        "visit": text("Visit as the export names it.", "timepoint", "time point"),
        "criteria": text("Response criteria, with version.", "response criteria"),
        "sum_of_diameters_mm": number("Sum of target diameters.", "sum of diameters", "sod", "sld",
                                      unit="mm", least=0),
        "hepatic_response": coded("Response in the liver.", "liver response", "hepatic recist",
                                  "liver recist", values=RESPONSES),
        "overall_response": coded("Overall response.", "response", "overall recist", "recist",
                                  values=RESPONSES),
        "new_hepatic_lesion": yes_no("New lesion in the liver.", "new liver lesion"),
        "new_extrahepatic_lesion": yes_no("New lesion outside the liver."),
        "evaluable": yes_no("The imaging can be judged; blank means yes."),
    },
    name="assessments",
    description="imaging visit",
    metadata={"aliases": ("imaging", "response", "responses", "tumor assessments",
                          "tumour assessments", "recist", "scans")},
)  # fmt: skip
