"""One row an endpoint of a patient, where the export gives times rather than dates."""

import pandera.pandas as pa

from retnet_core.tables.columns import number, text, yes_no

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "endpoint": text("Endpoint (hPFS, PFS, OS, TTP, or a name of its own).", "parameter",
                         "paramcd", "outcome", required=True),
        "days": number("Time to event or censoring, in days; used as given.", "time days",
                       "time in days", unit="days"),
        "months": number("The same in months of 30.4375 days, where days are not given.",
                         "time months", "time in months", unit="months"),
        "event": yes_no("The event happened (no: censored).", "status", "event occurred"),
    },
    name="time_to_event",
    description="endpoint of a patient",
    metadata={"aliases": ("tte", "adtte", "endpoints", "survival", "time to event")},
)  # fmt: skip
