"""The forms of a REDCap project: which table of ours each fills, and which field which column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Mappings, Part
from retnet_core.intake.layouts.eortc import instrument_of
from retnet_core.intake.layouts.names import ANSWER, answers_among, table_of
from retnet_core.intake.layouts.redcap import doubts, measures, values
from retnet_core.intake.layouts.redcap.doubts import Doubt
from retnet_core.intake.layouts.redcap.export import Export
from retnet_core.intake.layouts.redcap.headers import Field, copied_from
from retnet_core.intake.layouts.redcap.questions import (
    Question,
    best_of,
    questions_of,
    tell_rivals,
)
from retnet_core.intake.layouts.values import Mask, combine
from retnet_core.intake.sheets import BLANK, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about

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
    again : bool
        Another form asks the same items: its name tells which is meant.
    mapping : mapping
        Headers that the user gave for our columns.
    """

    export: Export
    rows: Mask
    name: str
    questions: list[Question]
    mapping: Mappings
    answers: dict[tuple[str, int], Field] = field(default_factory=dict)
    again: bool = False

    def __post_init__(self) -> None:
        """Find the items of questionnaires first: nothing else is called so."""
        self.answers = self.answer_columns()
        taken = {one.at for one in self.answers.values()}
        self.questions = [one for one in self.questions if one.first.at not in taken]

    @property
    def named(self) -> str:
        """The table that the form is named for, "" where it is named for none."""
        return table_of(self.name) or ""

    def answer_columns(self) -> dict[tuple[str, int], Field]:
        """Give the field of each questionnaire item that the form asks."""
        singles = [one.first for one in self.questions if not one.ticked]
        instrument = instrument_of(self.name)
        if not instrument and self.named != "questionnaires" and not _is_whole(singles):
            singles = [
                one for one in singles if _says_instrument(copied_from(one.name) or one.name)
            ]
        names = [copied_from(one.name) or one.name or "-" for one in singles]
        found = answers_among(names, set(), instrument)
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
            if self.name and one.first.at not in taken and not (one.ticked or one.undated)
            and (one.first.date or _DATES.search(one.first.name))
            and not best_of([(one, True)], "patients", {})
        ]  # fmt: skip
        if len(dates) == 1:
            return dates[0]
        stamps = [one for one in self.export.fields
                  if one.role == "timestamp" and fold(one.form) == fold(self.name)]  # fmt: skip
        return Question((stamps[0],)) if len(stamps) == 1 and not dates else None

    def column(self, question: Question, table: str, ours: str) -> Column:
        """Take a question's cells, translated, and say what of it is assumed."""
        first, columns = question.first, [self.export.column(one) for one in question.fields]
        if not question.ticked:
            doubt = doubts.doubt_of(columns[0], first, table, ours)
            column = self._doubted(columns[0], doubt, (table, ours), first)
            return self._in_our_unit(
                values.translated(column, first, table, ours), first, table, ours
            )
        if about(table, ours).kind == "yes_no":
            filled = self.export.form_filled(first.form) & ~self.export.not_known(first)
            return values.yes_or_no(columns[0], first, filled, self.export.ticks_by_label)
        return values.ticked_labels(columns, question.fields)

    def _in_our_unit(self, column: Column, one: Field, table: str, ours: str) -> Column:
        """Give a column the unit that its field names; blank where that cannot be read."""
        read, findings = measures.in_our_unit(column, one, table, ours, self.export.sheet.name)
        self.export.findings += [said for said in findings if said not in self.export.findings]
        blank = np.full(len(column.codes), BLANK, dtype=np.intp)
        return Column.of([], blank, column.header) if read is None else read

    def _doubted(
        self, column: Column, doubt: Doubt | None, place: tuple[str, str], one: Field
    ) -> Column:
        """Say what of a column's codes is asked or assumed; codes that are asked are marked."""
        if doubt:
            self.export.ask(place, one, doubt.severity, doubt.problem, doubt.remedy)
        is_marked = doubt is not None and doubt.asks and not one.choices
        return doubts.marked(column) if is_marked else column

    def columns(self, table: str, matched: Mapping[str, Question]) -> dict[str, Column]:
        """Take our columns, and report the columns that they leave over."""
        found = {ours: self.column(one, table, ours) for ours, one in matched.items()}
        tell_rivals(self.export, table, self.questions, matched)
        return found

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
            answers = self._answers()
            yield self._part("questionnaires", columns, list(answers.values()), answers)

    def _answers(self) -> dict[tuple[str, int], Column]:
        """Take the answers to the items of questionnaires."""
        alike: dict[tuple[Any, ...], list[tuple[tuple[str, int], Field]]] = {}
        for item, one in self.answers.items():
            key = (item[0], one.known, one.cells, *one.choices.items())
            alike.setdefault(key, []).append((item, one))
        found = {}
        for several in alike.values():
            columns = [self.export.column(one) for _, one in several]
            doubt = doubts.answers_doubt(columns, several[0][1])
            for (item, one), column in zip(several, columns, strict=True):
                place = ("questionnaires", "value")
                doubted = self._doubted(column, doubt, place, several[0][1])
                found[item] = values.translated(doubted, one, *place)
        return found

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
            columns = {**columns, "visit": self._visits(table)}
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

    def _visits(self, table: str) -> Column:
        """Name each row's visit: its event, with the form where several ask the same items."""
        visits = self.export.visits
        if table != "questionnaires" or not self.again:
            return visits
        return combine([visits], lambda event: f"{as_text(event)} {self.name}".strip() or None)


def forms_of(export: Export, rows: Mask, name: str, mapping: Mappings) -> list[Form]:
    """Divide some rows into forms; a repeating instrument is one form by itself."""
    filled = [one for one in export.data() if (export.filled(one) & rows).any()]
    present = {one.form for one in filled}
    by_form: dict[str, list[Field]] = {}
    for one in export.data():
        if one in filled or (one.role == "checkbox" and one.form and one.form in present):
            by_form.setdefault(name or one.form, []).append(one)
    forms = [
        Form(export, rows, form, list(questions_of(fields, export)), mapping)
        for form, fields in by_form.items()
    ]
    _tell_asked_again(export, forms)
    return forms


def _tell_asked_again(export: Export, forms: Sequence[Form]) -> None:
    """Mark forms that ask the same items, such as a form and its copy, and say so."""
    asked = Counter(item for form in forms for item in form.answers)
    again = [form for form in forms if any(asked[item] > 1 for item in form.answers)]
    for form in again:
        form.again = True
    if again:
        export.note(
            Severity.ASSUMED, "questionnaires", "",
            f"Several forms ask the same items ({', '.join(form.name for form in again)}); each "
            "was taken for a visit that bears its name.",
            "Nothing, if each form is of another visit; else leave one of them out.",
        )  # fmt: skip


def _fits(matched: Iterable[str], needed: Iterable[set[str]]) -> bool:
    columns = set(matched)
    return all(columns & one_of for one_of in needed)


def _says_instrument(name: str) -> bool:
    match = ANSWER.fullmatch(fold(name))
    return bool(match and (match["c30"] or match["gi"]))


def _is_whole(fields: Sequence[Field]) -> bool:
    """Tell whether fields are called q1 to q30: no other form has so many items."""
    numbers = {
        int(match["item"])
        for one in fields
        if (match := ANSWER.fullmatch(fold(one.name))) and match["q"]
    }
    return set(range(1, _WHOLE_FORM + 1)) <= numbers
