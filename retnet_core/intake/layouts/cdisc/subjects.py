"""Patients and adverse events, of which both standards say the same in the same words."""

from __future__ import annotations

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.values import Mask, among, combine, first_filled, texts, with_value
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold
from retnet_core.trial import join_words

NO_ARM = ("screenfailure", "scrnfail", "notassgn", "notassigned")
"""Planned arms, folded, of those who were never randomised."""
NOT_TREATED = (*NO_ARM, "nottreated", "nottrt")
"""Actual arms that say that there was none."""


def folded(cell: Cell) -> Cell:
    """Fold a cell for comparison."""
    return fold(as_text(cell))


def leave_out_failure(data: Dataset, column: Column, failed: Mask, variables: str) -> None:
    """Set patients aside who were never randomised; ``variables`` are those that say so."""
    data.leave_out(
        failed,
        column,
        "The patient was never randomised (a screen failure) and is no patient of an arm; the row "
        "was set aside.",
        f"Nothing, if that is so; else correct {variables}.",
    )


def sexes(column: Column) -> Column:
    """Translate the codes of SEX that say that it is not known."""
    return combine([column], _sex)


def _sex(cell: Cell) -> Cell | None:
    return {"": None, "u": "unknown", "undifferentiated": "unknown"}.get(str(folded(cell)), cell)


def tell_first_treatment(data: Dataset, header: str, instead: str) -> None:
    """Say that the first treatment is taken for the first embolization."""
    data.note(
        Severity.ASSUMED,
        header,
        "The date of the first treatment was taken for the first embolization, which is the "
        "treatment of RETNET: endpoints from dates and treatment-emergent events count from "
        "there.",
        f"Nothing, if the treatment is the embolization{instead}.",
    )


def emergent(column: Column) -> Column:
    """Take a blank flag of treatment-emergent events for no, where the export has any yes."""
    return combine([column], lambda flag: flag or "N") if "Y" in texts(column) else column


def leave_out_not_occurred(data: Dataset) -> None:
    """Set events aside that were asked for and did not happen, or were not asked for."""
    for name, word in (("AEOCCUR", "n"), ("AESTAT", "notdone")):
        column = data.of(name)
        if column:
            data.leave_out(
                among(texts(combine([column], folded)), [word]),
                column,
                f"The event was asked for and did not happen, or was not asked for ({name}); the "
                "row was set aside.",
                "Nothing, if that is so.",
            )


def tell_severity(data: Dataset, grade: Column | None, severities: tuple[str, ...]) -> None:
    """Say of a severity in words that it is no CTCAE grade, where it stands instead of one."""
    severity = data.of(*severities)
    if severity:
        graded = texts(grade) if grade else texts(data.blank())
        data.tell(
            Severity.NOTE,
            (graded == "") & (texts(severity) != ""),
            severity,
            "The event has no toxicity grade. This column says mild, moderate or severe, which is "
            "no CTCAE grade: the event counts as not graded.",
            f"Export {join_words(data.standard.sources[data.name]['grade'], 'or')}, if the events "
            "were graded by CTCAE.",
            listed=1,
        )


def undated_deaths(data: Dataset, dated: Column, undated: Column, variable: str) -> Column:
    """Put a cell that says that a patient died where there is no date of death.

    It cannot be read as a date: the patient is then left out where deaths count, and is not taken
    for alive. A date that the user says is none counts for none.
    """
    given = with_value(dated, data.said.reading("patients", "death_date"))
    dead = first_filled([given, undated, dated])
    data.tell(
        Severity.NOTE,
        (texts(given) == "") & (texts(undated) != ""),
        dead,
        f"The patient died, but there is no date of death ({variable}), or not one only: the "
        "patient is left out where deaths count, and is not taken for alive.",
        f"Fill in {variable}.",
    )
    return dead


def flagged_dead(data: Dataset) -> Column:
    """Give the flag of death (DTHFL) where it says yes."""
    flag = data.of("DTHFL") or data.blank()
    return combine([flag], lambda cell: cell if folded(cell) == "y" else None)
