"""Patients and adverse events, of which both standards say the same in the same words."""

from __future__ import annotations

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.values import Mask, combine, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold

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


def tell_severity(data: Dataset, severities: tuple[str, ...], grades: tuple[str, ...]) -> None:
    """Say of a severity in words that it is no CTCAE grade."""
    severity = data.of(*severities)
    if severity:
        data.note(
            Severity.NOTE,
            severity.header,
            f"The export has no toxicity grade ({', '.join(grades)}). This column says mild, "
            "moderate or severe, which is no CTCAE grade: every event counts as not graded.",
            f"Export {' or '.join(grades)}, if the events were graded by CTCAE.",
        )
