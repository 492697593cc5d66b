"""Columns that an analysis needs and an export lacks."""

from __future__ import annotations

from retnet_core.intake.checks.start import FIRST, has_sessions
from retnet_core.intake.doctor import Tables
from retnet_core.trial import join_words

NEEDED_FOR_DATES = (
    "first_embolization_date", "hepatic_progression_date", "last_imaging_date", "death_date",
    "last_contact_date",
)  # fmt: skip
ALWAYS_NEEDED = {
    "patients": ("arm", "who_grade"),
    "embolizations": ("date",),
    "assessments": ("date", "overall_response"),
    "adverse_events": ("term", "grade"),
    "questionnaires": ("instrument", "item", "value"),
    "scores": ("instrument", "scale", "score"),
    "labs": ("test", "date", "value"),
    "time_to_event": ("endpoint", "event"),
}


def missing_columns(tables: Tables) -> None:
    """Note columns that an analysis needs and the export does not have."""
    needed = dict(ALWAYS_NEEDED)
    if tables["time_to_event"].frame.empty:
        needed["patients"] += NEEDED_FOR_DATES
    for name, columns in needed.items():
        parts = tables[name].parts
        missing = [one for one in columns if all(one not in part.columns for part in parts)]
        if name == "patients" and FIRST in missing and has_sessions(tables):
            missing.remove(FIRST)
            tables[name].note(
                f"The export has no column for {FIRST}; the first session in the table "
                "embolizations is taken for it.",
                "Nothing, if every session is listed; else add the column with this name.",
            )
        if parts and missing:
            one = len(missing) == 1
            tables[name].note(
                f"The export has no column for {join_words(missing, 'or')}; "
                f"{'it counts' if one else 'they count'} as missing in every row.",
                f"Nothing, if {'it is' if one else 'they are'} not known; else add "
                f"{'the column with this name' if one else 'columns with these names'}.",
            )
