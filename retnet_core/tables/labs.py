"""One row a laboratory measurement."""

import pandera.pandas as pa

from retnet_core.tables.columns import VISIT, date, number, text

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "test": text("Laboratory test.", "lab test", "parameter", "analyte", "lab"),
        "date": date("Day of the sample.", "sample date", "lab date", "date of sample", "Datum",
                     "Abnahmedatum", "date du prélèvement", "fecha"),
        "visit": text("Visit as the export names it.", *VISIT),
        "value": number("Result, in the unit of its row.", "result", "lab value"),
        "unit": text("Unit of value and limits.", "units"),
        "lower_limit": number("Lower limit of normal.", "lln", "lower limit of normal"),
        "upper_limit": number("Upper limit of normal.", "uln", "upper limit of normal"),
    },
    name="labs",
    description="measurement",
    metadata={"aliases": ("lab", "laboratory", "biomarkers", "blood")},
)  # fmt: skip
