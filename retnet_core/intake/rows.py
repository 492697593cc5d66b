"""Which rows are used: those of a known patient that do not repeat another in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.cells import parse_text
from retnet_core.intake.findings import Finding, Place, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.values import ids_of
from retnet_core.intake.sheets import BLANK, Column, as_text, stack
from retnet_core.protocol import fold, recognise_arm

NO_ID = "The row has no patient id and was set aside."
REPEATED_ROW = "The row repeats an earlier one in every cell, which was kept; it was set aside."
REPEATED_SHEET = (
    "The row repeats one of an earlier sheet of this table in every cell, which was kept; it was "
    "set aside."
)
REPEATED_ID = (
    "The patient has a row already, which reads otherwise and was kept; this row is not used."
)
OTHER_ARM = "The patient has a row already, with another arm"
UNKNOWN_ID = "This patient is not in the table patients; the row was set aside."
ADD_PATIENT = "Add the patient to the sheet of patients, or correct the id."


@dataclass
class Used:
    """The rows of an export that are used.

    Attributes
    ----------
    parts : list of Part
        With the rows kept; patients first.
    set_aside : int
        How many rows are not in them.
    shared : int
        How many rows are not in one of them, but in another: a patient's, with events beside him.
    findings : list of Finding
        Why not.
    """

    parts: list[Part] = field(default_factory=list)
    set_aside: int = 0
    shared: int = 0
    findings: list[Finding] = field(default_factory=list)

    def count(self, table: str = "") -> int:
        """Count the rows used, of one table or of all."""
        return sum(len(part.rows) for part in self.parts if table in ("", part.table))


def usable(parts: Iterable[Part]) -> Used:
    """Set aside rows without a usable patient, and exact duplicates."""
    used = Used()
    patients: dict[str, str] = {}
    ordered = sorted(parts, key=lambda part: part.table != "patients")
    for part, elsewhere in zip(ordered, repeats_across(ordered), strict=True):
        ids = _ids(part)
        reasons = _reasons(part, ids, patients, elsewhere)
        used.findings += _findings(part, ids, reasons, patients)
        keep = reasons == ""
        used.set_aside += int((~keep).sum())
        if part.table == "patients":
            patients.update(zip(ids[keep], _arms(part)[keep], strict=True))
            used.findings += _alike(part, ids, keep)
        used.parts.append(part.take(keep))
    return used


def _alike(part: Part, ids: NDArray[np.object_], keep: NDArray[np.bool_]) -> list[Finding]:
    """Report patients whose ids differ only in zeros, case or punctuation: 007 and 7."""
    loose = pd.Series([_loose(one) for one in ids])
    rows = np.flatnonzero(loose.where(keep).duplicated(keep=False).to_numpy() & keep)
    column = part.columns.get("patient_id")
    places = [
        Place(int(part.rows[at]), column.header, column.text(int(at)))
        for at in rows.tolist()
        if column
    ]
    return about_cells(
        Severity.ASSUMED, part.table, part.sheet, places,
        "This id differs from another one only in zeros, case or punctuation. They were taken for "
        "two patients.",
        "Nothing, if they are two; else write the id alike and keep one row.",
    )  # fmt: skip


def _ids(part: Part) -> NDArray[np.object_]:
    """Give each row's patient id as text, "" where there is none."""
    column = part.columns.get("patient_id")
    if column is None:
        return np.full(len(part.rows), "", dtype=object)
    return ids_of(column)


def _arms(part: Part) -> NDArray[np.object_]:
    """Give each row's arm, RETNET's by their code, "" where there is none."""
    column = part.columns.get("arm")
    if column is None:
        return np.full(len(part.rows), "", dtype=object)
    texts = [text or "" for text in parse_text(column.values).values]
    arms = [recognise_arm(text) or text for text in texts]
    return np.array([*arms, ""], dtype=object)[column.codes]


def repeats_across(parts: Sequence[Part]) -> list[NDArray[np.bool_]]:
    """Tell for each part which rows repeat one of an earlier part of its table in every cell."""
    repeats = [np.zeros(len(part.rows), dtype=bool) for part in parts]
    for table in {part.table for part in parts}:
        places = [at for at, part in enumerate(parts) if part.table == table and len(part.rows)]
        if len(places) < 2:
            continue
        sheet = np.repeat(places, [len(parts[at].rows) for at in places])
        cells = _under_each_other([parts[at] for at in places])
        alike = cells.groupby(list(cells.columns), sort=False).ngroup().to_numpy()
        first = np.unique(alike, return_index=True)[1]
        earlier = sheet[first[alike]] < sheet
        for at in places:
            repeats[at] = earlier[sheet == at]
    return repeats


def _under_each_other(parts: Sequence[Part]) -> pd.DataFrame:
    """Give every cell of several sheets a number, the same for cells that read the same.

    Columns that only some of the sheets have are blank in the others.
    """
    sheets = [_all_columns(part) for part in parts]
    blank = [Column.of([], np.full(len(part.rows), BLANK), "") for part in parts]
    numbers = {}
    for key in dict.fromkeys(key for sheet in sheets for key in sheet):
        column = stack(
            (sheet.get(key, none) for sheet, none in zip(sheets, blank, strict=True)), ""
        )
        cells = [*map(as_text, column.spelt_out().values), ""]  # the last for BLANK
        texts = np.array(cells, dtype=object)
        numbers[key] = pd.factorize(texts)[0][column.codes]
    return pd.DataFrame(dict(enumerate(numbers.values())))


def _all_columns(part: Part) -> dict[tuple[str, str | int], Column]:
    """Give a part's columns, each under what tells it in every sheet of the table."""
    found: dict[tuple[str, str | int], Column] = {}
    found.update(part.answers.items())
    found.update((("", name), column) for name, column in part.columns.items())
    found.update((("unused", name), column) for name, column in part.unused.items())
    return found


def _reasons(
    part: Part,
    ids: NDArray[np.object_],
    patients: Mapping[str, str],
    elsewhere: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Give each row the reason why it is set aside, "" where it is used."""
    reasons = np.full(len(ids), "", dtype=object)
    if part.table == "patients":
        seen = dict(patients)
        for at, (one, arm) in enumerate(zip(ids, _arms(part), strict=True)):
            if one in seen:
                reasons[at] = _repeated(arm, seen[one])
            else:
                seen[one] = arm
    reasons[part.repeats] = REPEATED_ROW
    reasons[elsewhere] = REPEATED_SHEET
    if part.table != "patients":
        reasons[[one not in patients for one in ids]] = UNKNOWN_ID
    reasons[ids == ""] = NO_ID
    return reasons


def _repeated(arm: str, kept: str) -> str:
    """Say that a patient has a row already; two arms for one patient matter most."""
    if not arm or not kept or fold(arm) == fold(kept):
        return REPEATED_ID
    return f"{OTHER_ARM}: '{kept}' was kept, this row with '{arm}' is not used."


def _findings(
    part: Part,
    ids: NDArray[np.object_],
    reasons: NDArray[np.object_],
    patients: Mapping[str, str],
) -> list[Finding]:
    column = part.columns.get("patient_id")
    header = column.header if column else ""
    twice = "Nothing, if the row was exported twice; else add what tells the two apart."
    remedies = {
        NO_ID: "Give the row the id of its patient.",
        REPEATED_ROW: twice,
        REPEATED_SHEET: twice,
        REPEATED_ID: "Compare the two rows and keep one, with what is right.",
        UNKNOWN_ID: ADD_PATIENT,
    }
    remedies |= {
        reason: "Find out in the source which arm was assigned, and keep that row only."
        for reason in dict.fromkeys(reasons)
        if reason.startswith(OTHER_ARM)
    }
    alike = {_loose(one): one for one in patients}
    is_alike = reasons == UNKNOWN_ID
    is_alike[is_alike] = [_loose(one) in alike for one in ids[is_alike]]
    groups = [
        (reason, (reasons == reason) & ~is_alike, remedy) for reason, remedy in remedies.items()
    ]
    if is_alike.any():
        hint = _hint(ids[is_alike], alike)
        groups.append((UNKNOWN_ID, is_alike, remedies[UNKNOWN_ID] + hint))
    found = []
    for reason, rows, remedy in groups:
        places = [
            Place(int(part.rows[at]), header, column.text(int(at)) if column else "", ids[at])
            for at in np.flatnonzero(rows)
        ]
        found += about_cells(Severity.SET_ASIDE, part.table, part.sheet, places, reason, remedy)
    return found


def _hint(unknown: Iterable[str], alike: Mapping[str, str]) -> str:
    """Name a patient whose id differs only in zeros, case or punctuation."""
    one = min(unknown)
    return (
        f" There is a patient '{alike[_loose(one)]}': if that is the same as '{one}', write both "
        "alike (format the column as text, so that zeros stay)."
    )


def _loose(one: str) -> str:
    return fold(one).lstrip("0")


def melt(part: Part) -> Part:
    """Lay the columns of a wide questionnaire under each other: one row an answered item."""
    if not part.answers:
        return part
    answered = {item: column.codes != BLANK for item, column in part.answers.items()}
    order = np.concatenate([np.flatnonzero(rows) for rows in answered.values()])
    columns = {name: column.take(order) for name, column in part.columns.items()}

    def repeated(texts: Iterable[str]) -> Column:
        sizes = [int(rows.sum()) for rows in answered.values()]
        return stack(map(Column.constant, texts, sizes), "")

    columns.setdefault("instrument", repeated(instrument for instrument, _ in answered))
    columns["item"] = repeated(str(item) for _, item in answered)
    columns["value"] = stack(
        (part.answers[item].take(rows) for item, rows in answered.items()), "answers"
    )
    return replace(part, rows=part.rows[order], columns=columns, answers={}, unused={})
