"""One row an embolization session; a cycle treats the whole burden, in one or more sessions."""

import pandera.pandas as pa

from retnet_core.tables.columns import date, number, text

SCHEMA = pa.DataFrameSchema(
    {
        "patient_id": text("The patient, as in patients.", required=True),
        "cycle": number("Cycle of embolotherapy.", "cycle no", "Zyklus", "ciclo",
                        least=1, whole=True),
        "session": number(
            "Session within the cycle (a lobe each, about a month apart).",
            "session no", "procedure", "procedure no", "Sitzung", "séance", "sesión",
            least=1, whole=True,
        ),
        "date": date("Day of the session.", "embolization date", "embolisation date",
                     "procedure date", "session date", "Datum", "Embolisationsdatum",
                     "Datum der Embolisation", "Behandlungsdatum", "date d'embolisation",
                     "date de l'embolisation", "fecha", "fecha de embolización",
                     "fecha de la embolización"),
        "technique": text("Technique used.", "embolization technique", "method", "procedure type",
                          "Technik", "Verfahren", "Methode", "técnica"),
        "target": text("Part of the liver treated.", "lobe", "treated lobe", "liver segment",
                       "Leberlappen", "Zielgebiet", "lobe traité", "lóbulo", "lóbulo tratado"),
        "doxorubicin_mg": number("Doxorubicin given.", "doxorubicin", "dox", "dose", "Dosis",
                                 "doxorubicine", "doxorrubicina",
                                 unit="mg", least=0),
        "length_of_stay_days": number("Days in hospital.", "length of stay", "los",
                                      "Aufenthaltsdauer", "Krankenhausaufenthalt",
                                      "durée de séjour", "durée d'hospitalisation",
                                      "estancia hospitalaria", "días de estancia",
                                      unit="days", least=0),
    },
    name="embolizations",
    description="embolization session",
    metadata={"aliases": ("embolisations", "procedures", "treatments", "sessions", "embolization",
                          "treatment", "Embolisationen", "Behandlungen", "traitements",
                          "embolizaciones", "tratamientos")},
)  # fmt: skip
