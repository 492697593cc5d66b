"""A trial as a list kept by hand: a row a patient, what repeats in numbered columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.intake.round_trip.export import Export, Grid, headers_of
from tests.intake.round_trip.files import ARCHIVES, BOOKS, LONE
from tests.intake.round_trip.retnet import columns
from tests.intake.round_trip.styles import Style, styles
from tests.intake.round_trip.truth import Row, Truth

FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "embolizations": {
        "target": ("Target", "Lobe", "side"),
        "date": ("Date", "date", "Datum"),
        "technique": ("Technique", "Type"),
        "doxorubicin_mg": ("Doxorubicin", "Dose", "doxorubicin_mg"),
        "length_of_stay_days": ("LOS", "length of stay"),
    },
    "assessments": {
        "date": ("Date", "Day", "Datum"),
        "sum_of_diameters_mm": ("sum", "SLD", "sum of diameters"),
        "overall_response": ("RECIST", "Response", "Ansprechen"),
        "hepatic_response": ("hepatic response", "liver response"),
        "new_hepatic_lesion": ("new hepatic lesion", "new liver lesion"),
    },
    "adverse_events": {
        "term": ("Term", "Name", "Event"),
        "grade": ("Grade", "CTC", "Grad"),
        "start_date": ("Date", "Start", "Onset"),
        "end_date": ("End", "Stop"),
        "serious": ("SAE", "serious"),
    },
}
STEMS = {
    "embolizations": ("Embo", "Embolization", "TACE", "Sitzung"),
    "assessments": ("Scan", "CT", "Staging"),
    "adverse_events": ("AE", "Toxicity", "Nebenwirkung"),
}
PATTERNS = ("{stem}{n}_{field}", "{stem} {n} {field}", "{stem}_{n}_{field}", "{field} {stem} {n}",
            "{field} of {stem} #{n}")  # fmt: skip
TESTS = {"CgA": "ng/mL", "ALT": "U/L"}


@dataclass
class List:
    """The one sheet, with the row of each patient."""

    export: Export
    grid: Grid
    row_of: dict[str, int]

    def put(self, table: str, at: int, column: str, patient: str, header: str, row: Row) -> None:
        self.grid.rows[self.row_of[patient]][header] = row[column]
        self.export.place(table, at, column, self.grid, self.row_of[patient], header)


@st.composite
def written(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("RETNET workbook", draw(BOOKS | ARCHIVES | LONE))
    # The day of the first embolization is that of the first session: no column of its own.
    others = [name for name in headers_of("patients")[1:] if name != "first_embolization_date"]
    more = draw(st.lists(st.sampled_from(others), unique=True, max_size=8))
    names = ["patient_id", "arm", *more]
    headers, found = draw(columns("patients", names))
    sheet = draw(st.sampled_from(["patients", "Master list", "Tabelle1"]))
    grid = export.table(sheet, "patients", truth["patients"], headers, found)
    made = List(export, grid, {row["patient_id"]: at for at, row in enumerate(truth["patients"])})
    for table in FIELDS:
        _numbered(draw, made, table, truth[table])
    _labs(draw, made, truth["labs"])
    _answers(draw, made, truth["questionnaires"])
    return export


def _numbered(draw: st.DrawFn, made: List, table: str, rows: Sequence[Row]) -> None:
    """Write rows into numbered columns, of each patient from 1; one that says nothing is none."""
    rows = [row for row in rows if any(row[ours] is not None for ours in FIELDS[table])]
    if not rows:
        return
    stem, pattern = draw(st.sampled_from(STEMS[table])), draw(st.sampled_from(PATTERNS))
    fields = {ours: draw(st.sampled_from(words)) for ours, words in FIELDS[table].items()}
    typed = {ours: draw(styles(table, ours, headers=False)) for ours in fields}
    turns: dict[str, int] = defaultdict(int)
    several: list[tuple[int, Row]] = []
    for row in rows:
        turns[row["patient_id"]] += 1
        several.append((turns[row["patient_id"]], row))

    def header(n: int, ours: str) -> str:
        return pattern.format(stem=stem, n=n, field=fields[ours])

    for n in range(1, max(2, *turns.values()) + 1):
        made.grid.styles.update({header(n, ours): typed[ours] for ours in fields})
    for n, row in several:
        visit = {"visit": f"{stem} {n}"} if table == "assessments" else {}
        at = made.export.expect(table, {**row, **visit}, [*visit, *fields])
        for ours in fields:
            made.put(table, at, ours, row["patient_id"], header(n, ours), row)


def _labs(draw: st.DrawFn, made: List, rows: Sequence[Row]) -> None:
    """Write values under a test and a visit, with the unit in brackets."""
    pattern = draw(st.sampled_from(["{test} {visit} ({unit})", "{test}_{visit} ({unit})"]))
    typed = draw(styles("labs", "value", headers=False))
    for row in rows:
        unit = TESTS.get(row["test"])
        if unit is None or row["value"] is None:
            continue
        header = pattern.format(test=row["test"], visit=row["visit"], unit=unit)
        made.grid.styles[header] = Style(typed.name, typed.write)
        at = made.export.expect("labs", {**row, "unit": unit}, ["test", "visit", "value", "unit"])
        made.put("labs", at, "value", row["patient_id"], header, row)


def _answers(draw: st.DrawFn, made: List, rows: Sequence[Row]) -> None:
    pattern = draw(st.sampled_from(["c30_q{item}_{visit}", "QLQ-C30 q{item} {visit}"]))
    for row in rows:
        header = pattern.format(item=row["item"], visit=row["visit"].lower())
        made.grid.styles[header] = Style("as it is", lambda value: value)
        names = ["instrument", "visit", "item", "value"]
        at = made.export.expect("questionnaires", row, names)
        made.put("questionnaires", at, "value", row["patient_id"], header, row)
