"""The forms of a REDCap project: which table of ours each fills, and which field which column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Mappings, Part, retnet
from retnet_core.intake.layouts.redcap import values
from retnet_core.intake.layouts.redcap.export import Export
from retnet_core.intake.layouts.redcap.headers import Field
from retnet_core.intake.layouts.redcap.questions import (
    Question,
    best_of,
    questions_of,
    tell_rivals,
)
from retnet_core.intake.layouts.values import Mask, texts
from retnet_core.intake.sheets import BLANK, Column, Sheet
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS

_NEEDED: dict[str, tuple[set[str], ...]] = {
    "embolizations": (
        {"technique", "target", "doxorubicin_mg", "cycle", "session", "length_of_stay_days"},
    ),
    "assessments": (
        {"hepatic_response", "overall_response", "sum_of_diameters_mm", "new_hepatic_lesion",
         "new_extrahepatic_lesion"},
    ),
    "adverse_events": ({"term"},),
    "questionnaires": ({"item"}, {"value"}),
    "scores": ({"scale"}, {"score"}),
    "labs": ({"test"}, {"value"}),
    "time_to_event": ({"endpoint"}, {"days", "months"}),
}  # fmt: skip
"""Columns of which a form needs one of each set to be rows of a table."""
_NEEDED_IF_NAMED = {**_NEEDED, "embolizations": ({"date"},)}
"""The same for a form that bears the table's name."""
_DATES = re.compile(r"(?:^|_|\b)(?:date|dt)(?:_|\b|$)", re.IGNORECASE)
_WHOLE_FORM = 30
"""Items called q1, q2, ... that only the QLQ-C30 has, where no name tells the form."""


@dataclass(eq=False)
class Form:
    """A form as some rows have it filled in.

    Attributes
    ----------
    export : Export
    rows : numpy.ndarray of bool
        The rows, of all of the export.
    name : str
        Of the form or the repeating instrument, "" where it is not known.
    questions : list of Question
    answers : dict of (str, int) to Field
        Items of the EORTC's questionnaires.
    mapping : mapping
        Headers that the user gave for our columns.
    """

    export: Export
    rows: Mask
    name: str
    questions: list[Question]
    mapping: Mappings
    answers: dict[tuple[str, int], Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the items of questionnaires first: nothing else is called so."""
        self.answers = self.answer_columns()
        taken = {one.at for one in self.answers.values()}
        self.questions = [one for one in self.questions if one.first.at not in taken]

    @property
    def named(self) -> str:
        """The table that the form is named for, "" where it is named for none."""
        return retnet.table_of(self.name) or ""

    def answer_columns(self) -> dict[tuple[str, int], Field]:
        """Give the field of each questionnaire item that the form asks."""
        singles = [one.first for one in self.questions if not one.ticked]
        instrument = _instrument(self.name)
        if not instrument and self.named != "questionnaires" and not _is_whole(singles):
            singles = [one for one in singles if _says_instrument(one.name)]
        header = [Column.of([one.name or "-"], np.zeros(1, dtype=np.intp), "") for one in singles]
        found = retnet.answer_columns(Sheet("", "", header, 1), 0, {}, instrument)
        return {item: singles[at] for item, at in found.items()}

    def match(self, table: str) -> dict[str, Question]:
        """Find the questions that are columns of a table."""
        prefix = "" if table == "patients" else self._prefix()
        asked = [(one, False) for one in self.questions]
        return best_of(asked, table, self.mapping.get(table, {}), prefix)

    def _prefix(self) -> str:
        """Give what at least half of the form's variables begin with: ``ae_``."""
        heads = [one.first.variable.split("_")[0] for one in self.questions
                 if "_" in one.first.variable]  # fmt: skip
        [(head, turns)] = Counter(heads).most_common(1) or [("", 0)]
        return f"{head}_" if turns > 1 and 2 * turns >= len(self.questions) else ""

    def date(self, matched: Mapping[str, Question], table: str) -> Question | None:
        """Find the form's only date, where none bears a name that is known."""
        if "date" not in SCHEMAS[table].columns or "date" in matched:
            return matched.get("date")
        taken = {one.first.at for one in matched.values()}
        dates = [
            one for one in self.questions
            if self.name and one.first.at not in taken and not one.ticked
            and (one.first.date or _DATES.search(one.first.name))
            and not best_of([(one, True)], "patients", {})
        ]  # fmt: skip
        if len(dates) == 1:
            return dates[0]
        stamps = [one for one in self.export.fields
                  if one.role == "timestamp" and one.form == self.name]  # fmt: skip
        return Question((stamps[0],)) if len(stamps) == 1 and not dates else None

    def column(self, question: Question, table: str, ours: str) -> Column:
        """Take a question's cells, translated, and say what of it is assumed."""
        columns = [self.export.column(one) for one in question.fields]
        if not question.ticked:
            self._tell_codes(table, ours, question.first, columns[0])
            return values.translated(columns[0], question.first, table, ours)
        if values.kind_of(table, ours) == "yes_no":
            return values.yes_or_no(columns[0], self.export.form_filled(question.first.form))
        return values.ticked_labels(columns, question.fields)

    def columns(self, table: str, matched: Mapping[str, Question]) -> dict[str, Column]:
        """Take our columns, and report the columns that they leave over."""
        found = {ours: self.column(one, table, ours) for ours, one in matched.items()}
        tell_rivals(self.export, table, self.questions, matched)
        return found

    def _tell_codes(self, table: str, ours: str, one: Field, column: Column) -> None:
        if values.is_graded_by_code(one, ours):
            self.export.note(
                Severity.ASSUMED, table, one.title,
                "The choices are words with the codes 1 to 5; the codes were taken for CTCAE "
                "grades.",
                "Nothing, if that is so.",
            )  # fmt: skip
        cells = [cell for cell in np.unique(texts(column)) if cell]
        coded = values.kind_of(table, ours) in ("coded", "text") and ours != "visit"
        if not coded or self.export.has_dictionary or one.labels or not _are_codes(cells):
            return
        said = (
            "they were kept as names of arms." if ours in ("arm", "arm_received")
            else "they were read as they stand."
        )  # fmt: skip
        self.export.note(
            Severity.ASSUMED, table, one.title,
            f"This column of {ours} holds codes, and without the data dictionary what they mean "
            f"is not known; {said}",
            "Upload the data dictionary of the project together with the export, or export labels.",
        )  # fmt: skip

    # Rows of our tables

    def table(self, base: bool) -> str:
        """Choose the table whose rows the form gives, "" for none but patients."""
        scores = {table: self.match(table) for table in _NEEDED}
        fitting = {
            table: len(matched)
            for table, matched in scores.items()
            if _fits(matched, (_NEEDED_IF_NAMED if self.named == table else _NEEDED)[table])
        }
        if self.named in fitting:
            return self.named
        if not fitting or (base and self.named == "patients"):
            return ""
        best = max(fitting, key=lambda table: fitting[table])
        of_patients = len(self.match("patients")) if base else 0
        return best if fitting[best] >= of_patients or self._comes_again() else ""

    def _comes_again(self) -> bool:
        """Tell whether some record has the form filled in more than once."""
        filled = [self.export.filled(one) for question in self.questions for one in question.fields]
        ids = self.export.ids[self.rows & np.logical_or.reduce(filled)]
        return len(np.unique(ids.astype(str))) < len(ids)

    def parts(self, table: str) -> Iterator[Part]:
        """Make rows of our tables: of the form's table, and of its questionnaires' items."""
        if table:
            matched = self.match(table)
            date = self.date(matched, table)
            matched = {**matched, "date": date} if date else matched
            columns = self.columns(table, matched)
            filled = [one for ours, one in columns.items() if ours not in ("visit", "date")]
            if table == "embolizations" and date:
                filled.append(columns["date"])
            yield self._part(table, columns, filled)
        if self.answers:
            matched = {} if table else self._about_form()
            columns = self.columns("questionnaires", matched)
            answers = {
                item: values.translated(self.export.column(one), one, "questionnaires", "value")
                for item, one in self.answers.items()
            }
            yield self._part("questionnaires", columns, list(answers.values()), answers)

    def _about_form(self) -> dict[str, Question]:
        """Find when a questionnaire was filled in, and at which visit."""
        matched = self.match("questionnaires")
        date = self.date(matched, "questionnaires")
        found = {ours: one for ours, one in matched.items() if ours in ("visit", "date")}
        return {**found, "date": date} if date else found

    def _part(
        self,
        table: str,
        columns: dict[str, Column],
        filled: Iterable[Column],
        answers: Mapping[tuple[str, int], Column] | None = None,
    ) -> Part:
        rows = np.zeros(len(self.rows), dtype=bool)
        for column in filled:
            rows |= column.codes != BLANK
        rows &= self.rows
        record = self.export.of("record")
        if record:
            columns = {"patient_id": record, **columns}
        if "visit" in SCHEMAS[table].columns and "visit" not in columns:
            columns = {**columns, "visit": self.export.visits}
        part = Part(
            table,
            self.export.sheet.name,
            self.export.rows + 1,
            columns,
            dict(answers or {}),
            np.zeros(len(self.rows), dtype=bool),
            self.export.unused(),
        )
        return part.take(rows)


def forms_of(export: Export, rows: Mask, name: str, mapping: Mappings) -> list[Form]:
    """Divide some rows into forms; a repeating instrument is one form by itself."""
    filled = [one for one in export.data() if (export.filled(one) & rows).any()]
    present = {one.form for one in filled}
    by_form: dict[str, list[Field]] = {}
    for one in export.data():
        if one in filled or (one.role == "checkbox" and one.form and one.form in present):
            by_form.setdefault(name or one.form, []).append(one)
    return [
        Form(export, rows, form, list(questions_of(fields)), mapping)
        for form, fields in by_form.items()
    ]


def _fits(matched: Iterable[str], needed: Iterable[set[str]]) -> bool:
    columns = set(matched)
    return all(columns & one_of for one_of in needed)


def _instrument(form: str) -> str:
    """Find the EORTC questionnaire that a form is named for, "" for none."""
    folded = fold(form)
    if "c30" in folded:
        return retnet.C30
    return retnet.GI if re.search("ginet|gi21|net21", folded) else ""


def _says_instrument(name: str) -> bool:
    match = retnet.ANSWER.fullmatch(fold(name))
    return bool(match and (match["c30"] or match["gi"]))


def _is_whole(fields: Sequence[Field]) -> bool:
    """Tell whether fields are called q1 to q30: no other form has so many items."""
    numbers = {
        int(match["item"])
        for one in fields
        if (match := retnet.ANSWER.fullmatch(fold(one.name))) and match["q"]
    }
    return set(range(1, _WHOLE_FORM + 1)) <= numbers


def _are_codes(cells: Sequence[str]) -> bool:
    return bool(cells) and all(re.fullmatch(r"[0-9]{1,2}(?:\.0)?", cell) for cell in cells)
