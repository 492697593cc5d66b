"""Fields that say that something happened, and not on which day: "Died? yes"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from retnet_core.intake.cells import YES_NO
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.deaths import DEATH_WORDS, word_of
from retnet_core.intake.layouts.redcap.choices import is_marked, offered, says_nothing
from retnet_core.intake.layouts.redcap.export import Export
from retnet_core.intake.layouts.redcap.headers import Field
from retnet_core.intake.layouts.redcap.questions import Question, best_of
from retnet_core.intake.layouts.redcap.values import kind_of
from retnet_core.intake.layouts.values import Mask, blanked, combine, first_filled, with_value
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text
from retnet_core.protocol import fold

_YES = "yes"
"""Put for the day it cannot be read: who died on a day that is not known is not taken for alive."""


def take(
    export: Export, asked: Sequence[tuple[Question, bool, Mask]], mapped: Mapping[str, str]
) -> dict[str, Column]:
    """Take the fields that say yes or no where our column is a day.

    Fields whose codes are not clear are left to be read as days, which they are not: that is told.

    Parameters
    ----------
    export : Export
    asked : sequence of (Question, bool, numpy.ndarray of bool)
        With True, only names that mean the same in a form of something else; with the rows.
    mapped : mapping of str to str
        Headers that the user gave for our columns: these are left as they are.

    Returns
    -------
    dict of str to Column
        For a day of ours, a cell where the answer is yes, and blank ones.
    """
    found: dict[str, Column] = {}
    told: set[int] = set()
    free = [one for one in asked if one[0].undated and not export.is_used(one[0].first)]
    for question, sure, rows in free:
        first = question.first
        for ours in best_of([(question, sure)], "patients", mapped):
            column = _yes(export.cells(first), first, ours) if _is_day(ours, mapped) else None
            if column is None:
                continue
            own = blanked(column, ~rows)
            found[ours] = first_filled([found[ours], own]) if ours in found else own
            if first.at not in told:
                _tell(export, first, ours)
            told.add(first.at)
    return found


def _is_day(ours: str, mapped: Mapping[str, str]) -> bool:
    return ours not in mapped and kind_of("patients", ours) == "date"


def _tell(export: Export, field: Field, ours: str) -> None:
    export.column(field)
    export.note(
        Severity.ASSUMED, "patients", field.title,
        f"This column says yes or no, and {ours} is a day. It was used only where a patient has a "
        f"yes and no day of {ours}: that day counts as not known.",
        "Nothing, if that is right; else give the day.",
    )  # fmt: skip


def _yes(column: Column, field: Field, ours: str) -> Column | None:
    """Keep the cells that say yes, None where some say neither yes nor no."""
    said = {code: _said(column.values[code], field, ours)
            for code in pd.unique(column.codes) if code != BLANK}  # fmt: skip
    if not all(one in (True, False, "") for one in said.values()):
        return None
    return combine([column], lambda cell: _YES if _said(cell, field, ours) is True else None)


def _said(cell: Cell, field: Field, ours: str) -> bool | str | None:
    """Tell what a cell says; "" nothing, None what is not known here."""
    label = offered(cell, field)
    text = as_text(label)
    if text == "" or says_nothing(text):
        return ""
    if is_marked(label):
        return None
    death = DEATH_WORDS.get(word_of(text)) if ours == "death_date" else None
    return YES_NO.get(fold(text)) if death is None else death


def with_happened(
    exports: Sequence[Export],
    columns: Sequence[Mapping[str, Column]],
    happened: Sequence[Mapping[str, Column]],
    mapping: ExportMapping,
) -> list[dict[str, Column]]:
    """Put a yes in the place of a day where no row of the record has one.

    Parameters
    ----------
    exports : sequence of Export
    columns : sequence of mapping of str to Column
        Our columns of patients in each.
    happened : sequence of mapping of str to Column
        What `take` gave for each.
    mapping : ExportMapping
        A day that it says is none counts for none.
    """
    made = [dict(own) for own in columns]
    for ours in dict.fromkeys(name for own in happened for name in own):
        reading = mapping.reading("patients", ours)
        dated = {
            record
            for export, own in zip(exports, columns, strict=True) if ours in own
            for record in export.ids[with_value(own[ours], reading).codes != BLANK]
        }  # fmt: skip
        for export, own, said in zip(exports, made, happened, strict=True):
            if ours in said:
                known = pd.Series(export.ids, dtype=object).isin(dated).to_numpy()
                left = blanked(said[ours], known)
                days = own.get(ours)
                layers = [with_value(days, reading), left, days] if days else [left]
                own[ours] = first_filled(layers)
    return made
