"""A trial as REDCap exports it: one table of all forms, with events and repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from retnet_core.tables import about
from tests.intake.round_trip.export import Export, Grid
from tests.intake.round_trip.files import ARCHIVES, BOOKS
from tests.intake.round_trip.styles import ARM_WORDS, Style, styles
from tests.intake.round_trip.truth import Row, Truth

HEADERS = ("Variable / Field Name", "Form Name", "Field Type", "Field Label",
           "Choices, Calculations, OR Slider Labels",
           "Text Validation Type OR Show Slider Number")  # fmt: skip
EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
)  # fmt: skip
SYSTEM = {EVENT: "Event Name", INSTRUMENT: "Repeat Instrument", INSTANCE: "Repeat Instance"}
LABELS = {
    "ae_term": "Adverse event", "ae_grade": "Grade", "ae_start": "Start date", "ae_end": "End date",
    "ae_serious": "Serious", "ae_related": "Related", "emb_date": "Date",
    "emb_target": "Target", "emb_technique": "Technique", "emb_dose": "Doxorubicin",
    "scan_date": "Scan date", "lab_test": "Test", "lab_date": "Lab date", "lab_value": "Result",
    "lab_unit": "Unit",
}  # fmt: skip
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "baseline": ("patients", {name: name for name in (
        "arm", "site", "age", "sex", "ecog", "primary_site", "histologic_subtype", "who_grade",
        "ki67_percent", "functional", "liver_burden_percent", "symptomatic",
        "extrahepatic_disease", "randomization_date", "hepatic_progression_date",
        "progression_date", "death_date", "last_contact_date")}),
    "imaging": ("assessments", {"date": "scan_date", "sum_of_diameters_mm": "sum_of_diameters",
                                "overall_response": "overall_response",
                                "hepatic_response": "hepatic_response",
                                "new_hepatic_lesion": "new_hepatic_lesion"}),
    "embolization": ("embolizations", {"date": "emb_date", "target": "emb_target",
                                       "technique": "emb_technique",
                                       "doxorubicin_mg": "emb_dose"}),
    "adverse_event": ("adverse_events", {"term": "ae_term", "grade": "ae_grade",
                                         "start_date": "ae_start", "end_date": "ae_end",
                                         "serious": "ae_serious", "related": "ae_related"}),
    "lab": ("labs", {"test": "lab_test", "date": "lab_date", "value": "lab_value",
                     "unit": "lab_unit"}),
}  # fmt: skip
REPEATED = ("embolization", "adverse_event", "lab")
NEEDED = {"embolizations": "date", "labs": "value"}
"""What a form must hold to be one of its table."""
ANSWERS = {1: "c30_q01", 2: "c30_q02", 29: "c30_q29"}
WORDS = ("Not at all", "A little", "Quite a bit", "Very much")


@dataclass
class Project:
    """A project being exported: its columns, and its dictionary.

    Attributes
    ----------
    labels : bool
        The export is one of labels.
    """

    draw: st.DrawFn
    export: Export
    labels: bool
    grid: Grid
    dictionary: list[dict[str, str]] = field(default_factory=list)

    def variable(self, name: str, form: str, kind: str, choices: str = "", date: str = "") -> None:
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        cells = (name, form, kind, label, choices, date)
        self.dictionary.append(dict(zip(HEADERS, cells, strict=True)))
        self.grid.titles[name] = label if self.labels else name

    def field(self, form: str, table: str, ours: str, name: str) -> None:
        """Declare a field of one of our columns and choose how its cells are written."""
        choices = self.choices(table, ours)
        kind = about(table, ours).kind
        if choices:
            codes = {value: at for at, value in enumerate(choices, start=1)}
            said = " | ".join(f"{codes[value]}, {label}" for value, label in choices.items())
            self.variable(name, form, "radio", said)
            shown: Mapping[Any, Any] = choices if self.labels else codes
            self.grid.styles[name] = Style("a choice", lambda value: shown[value])
        elif kind == "yes_no":
            self.variable(name, form, "yesno")
            pair = ("Yes", "No") if self.labels else (1, 0)
            self.grid.styles[name] = Style("yes or no", lambda value: pair[0 if value else 1])
        else:
            self.variable(name, form, "text", date="date_ymd" if kind == "date" else "")
            self.grid.styles[name] = self.draw(styles(table, ours, headers=False))

    def choices(self, table: str, ours: str) -> dict[Any, str]:
        """Labels of what can be chosen, by value; none where the field is typed."""
        if ours == "arm":
            words = {code: self.draw(st.sampled_from(spelt)) for code, spelt in ARM_WORDS.items()}
            return {**words, "Lev+5FU": "Lev+5FU"}
        if ours == "ecog":
            labels = ("Fully active", "Restricted", "No work", "Limited", "Disabled")
            return {float(at): f"{at} - {label}" for at, label in enumerate(labels)}
        if ours == "grade":
            return {float(at): f"Grade {at}" for at in range(1, 6)}
        values: Mapping[str, Sequence[str]] = about(table, ours).values
        return {
            code: self.draw(st.sampled_from([code, *spelt]))
            for code, spelt in values.items()
            if code != "unknown"
        }

    def put(self, table: str, at: int, line: int, names: Mapping[str, str], row: Row) -> None:
        """Fill fields of a row with those of ours."""
        for ours, name in names.items():
            self.grid.rows[line][name] = row[ours]
            self.export.place(table, at, ours, self.grid, line, name)


def event_of(visit: str) -> str:
    return f"{visit.lower().replace(' ', '_')}_arm_1"


@st.composite
def written(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("REDCap", draw(ARCHIVES | BOOKS))
    labels = draw(st.booleans())
    plain = Style("as it is", lambda value: value)
    event = Style("label", lambda visit: visit) if labels else Style("code", event_of)
    grid = export.grid(
        "STUDY_DATA", {"record_id": plain, EVENT: event, INSTRUMENT: plain, INSTANCE: plain},
        decorate=False,
    )  # fmt: skip
    project = Project(draw, export, labels, grid)
    grid.titles |= SYSTEM if labels else {}
    project.variable("record_id", "baseline", "text")
    for form, (table, names) in FORMS.items():
        for ours, name in names.items():
            project.field(form, table, ours, name)
        _complete(project, form)
    _questions(project)
    _records(project, truth)
    if labels and draw(st.booleans()):
        return export  # labels say by themselves what they are
    dictionary = export.grid("dictionary", dict.fromkeys(HEADERS, plain), decorate=False)
    for one in project.dictionary:
        dictionary.add({key: cell or None for key, cell in one.items()})
    return export


def _complete(project: Project, form: str) -> None:
    name = f"{form}_complete"
    words = {2: "Complete", 0: "Incomplete"} if project.labels else {2: 2, 0: 0}
    project.grid.styles[name] = Style("state", words.__getitem__)
    if project.labels:
        project.grid.titles[name] = "Complete?"


def _questions(project: Project) -> None:
    said = " | ".join(f"{at}, {word}" for at, word in enumerate(WORDS, start=1))
    project.field("qlq_c30", "questionnaires", "date", "qlq_date")
    for item, name in ANSWERS.items():
        scale = "1, Very poor | 2, 2 | 3, 3 | 4, 4 | 5, 5 | 6, 6 | 7, Excellent"
        project.variable(name, "qlq_c30", "radio", scale if item == 29 else said)
        words = ("Very poor", *"23456", "Excellent") if item == 29 else WORDS
        project.grid.styles[name] = Style(
            "answer",
            (lambda value, of=words: of[int(value) - 1]) if project.labels else int,
        )
    _complete(project, "qlq_c30")


def _records(project: Project, truth: Truth) -> None:
    """Write a row a record and event, and one for each repeat."""
    grid, export = project.grid, project.export
    lines: dict[tuple[str, str], int] = {}

    def line(patient: str, visit: str) -> int:
        if (patient, visit) not in lines:
            lines[patient, visit] = grid.add({"record_id": patient, EVENT: visit})
        return lines[patient, visit]

    for row in truth["patients"]:
        names = FORMS["baseline"][1]
        at = export.expect("patients", row, list(names))
        own = line(row["patient_id"], "Baseline")
        project.put("patients", at, own, names, row)
        grid.rows[own]["baseline_complete"] = 2
    for row in truth["assessments"]:
        names = FORMS["imaging"][1]
        if any(row[ours] is not None for ours in names if ours != "date"):
            at = export.expect("assessments", row, ["visit", *names])
            project.put("assessments", at, line(row["patient_id"], row["visit"]), names, row)
    for row in truth["questionnaires"]:
        own = line(row["patient_id"], row["visit"])
        at = export.expect("questionnaires", row, ["instrument", "visit", "item", "value", "date"])
        answer = {"value": ANSWERS[row["item"]], "date": "qlq_date"}
        project.put("questionnaires", at, own, answer, row)
    for form in REPEATED:
        table, names = FORMS[form]
        needed = NEEDED.get(table, "term")
        filled = [row for row in truth[table] if row[needed] is not None]
        for number, row in enumerate(filled, start=1):
            visit = row.get("visit", "Baseline")
            # What repeats within an event has the number of its turn in the visit's name.
            of_visit = {"visit": f"{visit} {number}"} if table == "labs" else {}
            at = export.expect(table, {**row, **of_visit}, [*of_visit, *names])
            own = grid.add({"record_id": row["patient_id"], EVENT: visit, INSTRUMENT: form,
                            INSTANCE: number})  # fmt: skip
            project.put(table, at, own, names, row)
