"""A trial as forms of data capture systems: Medidata Rave, Veeva Vault CDMS and secuTrial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from retnet_core.tables import about
from tests.intake.round_trip.export import Export, Grid, headers_of
from tests.intake.round_trip.files import ARCHIVES, BOOKS, TEXTS, Form
from tests.intake.round_trip.styles import MISSING, MONTHS, Style, styles
from tests.intake.round_trip.truth import Row, Truth

ITEMS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "DM": {"patients": {"age": "AGE", "sex": "SEX", "ecog": "ECOG",
                        "first_embolization_date": "EMBO1DAT"}},
    "RAND": {"patients": {"arm": "ARM", "arm_received": "ACTARM", "randomization_date": "RANDDAT"}},
    "TUMHX": {"patients": {"primary_site": "PRIMSITE", "histologic_subtype": "HISTSUB",
                           "differentiation": "HISTDIFF", "who_grade": "WHOGRADE",
                           "ki67_percent": "KI67", "functional": "FUNCTNET",
                           "symptomatic": "SYMPTYN", "liver_burden_percent": "LIVBURD",
                           "extrahepatic_disease": "EXTRAHEP"}},
    "PROG": {"patients": {"hepatic_progression_date": "HPDDAT", "progression_date": "PDDAT",
                          "other_therapy_date": "NEWTXDAT"}},
    "SURV": {"patients": {"death_date": "DTHDAT", "last_contact_date": "LSTALVDAT",
                          "last_imaging_date": "LSTIMGDAT"}},
    "EMBO": {"embolizations": {"cycle": "EXCYCLE", "session": "EXSESS", "date": "EXSTDAT",
                               "technique": "EXTRT", "target": "EXLOC",
                               "doxorubicin_mg": "DOXDOSE", "length_of_stay_days": "LOSDAYS"}},
    "RS": {"assessments": {"date": "RSDAT", "criteria": "RSCAT", "sum_of_diameters_mm": "SUMDIAM",
                           "hepatic_response": "HEPRESP", "overall_response": "OVRLRESP",
                           "new_hepatic_lesion": "NEWHEP", "new_extrahepatic_lesion": "NEWEXHEP",
                           "evaluable": "RSEVALYN"}},
    "AE": {"adverse_events": {"term": "AETERM", "system_organ_class": "AESOC", "grade": "AETOXGR",
                              "ctcae_version": "AECTCV", "start_date": "AESTDAT",
                              "end_date": "AEENDAT", "serious": "AESER", "related": "AEREL",
                              "action": "AEACN", "outcome": "AEOUT"}},
    "LB": {"labs": {"test": "LBTEST", "date": "LBDAT", "value": "LBORRES", "unit": "LBORRESU",
                    "lower_limit": "LBORNRLO", "upper_limit": "LBORNRHI"}},
}  # fmt: skip
OF_VISITS = ("assessments", "labs")
"""Tables whose rows have the visit of their form."""


def rave_row(form: str, row: Row, at: int) -> dict[str, Any]:
    return {
        "projectid": 12, "environmentName": "Prod", "subjectId": 900 + at, "StudySiteId": 3,
        "Subject": row["patient_id"], "Site": row.get("site", "Boston"), "instanceId": at,
        "InstanceName": row.get("visit", "Baseline"), "FolderName": "Folder", "DataPageName": form,
        "RecordId": at, "MinCreated": "2020-01-01T10:00:00", "MaxUpdated": "2020-01-01T10:00:00",
    }  # fmt: skip


def veeva_row(form: str, row: Row, at: int) -> dict[str, Any]:
    return {
        "Study": "TRIAL1", "Study Country": "Norway", "Site": row.get("site", "Boston"),
        "Subject": row["patient_id"], "Event Group": "Treatment",
        "Event": row.get("visit", "Baseline"), "Form": form, "Form Sequence": 1,
        "Item Group": "Main", "Item Group Sequence Number": at + 1,
    }  # fmt: skip


def secutrial_row(form: str, row: Row, at: int) -> dict[str, Any]:
    return {
        "mnppid": 100 + at, "mnpaid": row["patient_id"], "mnpctrname": row.get("site", "Boston"),
        "mnpdocid": 100 + at, "mnpptnid": 381, "mnpvisno": 1,
        "mnpvislabel": row.get("visit", "Baseline"), "mnpfcs0": 4, "position": 0, "mnphide": 0,
    }  # fmt: skip


@dataclass
class System:
    """How a system writes a form.

    Attributes
    ----------
    row : callable
        Its own columns of a row.
    coded : str
        What the header of an item's codes ends in, "" where there are none.
    lower : bool
        Items are written in small letters.
    sites : dict of str to str
        The site of each patient.
    """

    draw: st.DrawFn
    export: Export
    row: Callable[[str, Row, int], dict[str, Any]]
    coded: str = ""
    lower: bool = False
    sites: dict[str, str] = field(default_factory=dict)

    def form(self, name: str, table: str, rows: Sequence[Row], items: Mapping[str, str]) -> None:
        """Write a form; its rows become those of a table, or go into those of patients."""
        if not rows:
            return
        items = {ours: item.lower() if self.lower else item for ours, item in items.items()}
        typed = {item: self.draw(styles(table, ours, headers=False, blanks=MISSING[2:]))
                 for ours, item in items.items()}  # fmt: skip
        own = dict.fromkeys(self.row(name, rows[0], 0), Style("as it is", lambda value: value))
        grid = self.export.grid(name, {**own, **typed}, decorate=False)
        codes = self.codes(table, items, grid)
        for at, row in enumerate(rows):
            site = {"site": self.sites[row["patient_id"]]}
            values = {item: row[ours] for ours, item in items.items()}
            line = grid.add({**self.row(name, {**row, **site}, at), **values, **{
                title: row[ours] for ours, title in codes.items()}})  # fmt: skip
            place = at if table == "patients" else self.expected(table, row, items)
            for ours, item in items.items():
                if table == "patients":
                    self.export.expected[table][place][ours] = row[ours]
                self.export.place(table, place, ours, grid, line, item)

    def expected(self, table: str, row: Row, items: Mapping[str, str]) -> int:
        visit = ["visit"] if table in OF_VISITS else []
        return self.export.expect(table, row, [*visit, *items])

    def codes(self, table: str, items: Mapping[str, str], grid: Grid) -> dict[str, str]:
        """Give codes to some items that are chosen from a list, beside their labels."""
        found = {}
        for ours, item in items.items():
            values = list(about(table, ours).values)
            if ours == "arm":
                values = ["TAE", "cTACE", "DEB-TACE", "Lev+5FU"]
            if values and self.coded and self.draw(st.booleans()):
                found[ours] = f"{item}{self.coded}"
                numbers = {value: at for at, value in enumerate(values, start=1)}
                grid.styles[found[ours]] = Style("codes", lambda one, of=numbers: of.get(one))
        return found


def _forms(system: System, truth: Truth) -> Export:
    export, patients = system.export, truth["patients"]
    system.sites = {row["patient_id"]: row["site"] or "Boston" for row in patients}
    for row in patients:
        export.expect("patients", {**row, "site": system.sites[row["patient_id"]]}, ["site"])
    for form, tables in ITEMS.items():
        for table, items in tables.items():
            system.form(form, table, [row for row in truth[table] if _says(table, row)], items)
    _answers(system, truth["questionnaires"])
    return export


def _says(table: str, row: Row) -> bool:
    """Tell whether a form would have been filled in."""
    if table == "assessments":
        return any(row[name] is not None for name in ("overall_response", "sum_of_diameters_mm"))
    return table != "labs" or row["value"] is not None


def _answers(system: System, rows: Sequence[Row]) -> None:
    """Write a row a form, with an item a column."""
    if not rows:
        return
    export = system.export
    system_row, style = system.row, Style("as it is", lambda value: value)
    dated = system.draw(styles("questionnaires", "date", blanks=MISSING[2:]))
    date = "qsdat" if system.lower else "QSDAT"
    own = dict.fromkeys(system_row("QLQC30", rows[0], 0), style)
    answers = {row["item"]: f"{'q' if system.lower else 'Q'}{row['item']}" for row in rows}
    columns = {**own, date: dated, **dict.fromkeys(answers.values(), style)}
    grid = export.grid("QLQC30", columns, decorate=False)
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["patient_id"], row["visit"]
        if key not in lines:
            site = {"site": system.sites[row["patient_id"]]}
            own_cells = system_row("QLQC30", {**row, **site}, len(lines))
            lines[key] = grid.add({**own_cells, date: row["date"]})
        grid.rows[lines[key]][answers[row["item"]]] = row["value"]
        at = export.expect("questionnaires", row, headers_of("questionnaires"))
        export.place("questionnaires", at, "value", grid, lines[key], answers[row["item"]])
        export.place("questionnaires", at, "date", grid, lines[key], date)


@st.composite
def rave(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("EDC export", draw(ARCHIVES | BOOKS))
    export = _forms(System(draw, export, rave_row, "_STD"), truth)
    for grid in export.grids:
        for name in [name for name in grid.styles if name.endswith("DAT")]:
            if draw(st.booleans()):
                _parts(grid, name)
    return export


def _parts(grid: Grid, name: str) -> None:
    """Give a date as typed and its parts beside it, as Rave does."""
    short = [month[:3].upper() for month in MONTHS["en"]]
    grid.styles |= {
        f"{name}_RAW": Style("as typed", lambda d: f"{d.day:02d} {short[d.month - 1]} {d.year}"),
        f"{name}_YYYY": Style("year", lambda d: d.year),
        f"{name}_MM": Style("month", lambda d: d.month),
        f"{name}_DD": Style("day", lambda d: d.day),
    }
    for row in grid.rows:
        row.update({f"{name}_{part}": row[name] for part in ("RAW", "YYYY", "MM", "DD")})


@st.composite
def veeva(draw: st.DrawFn, truth: Truth) -> Export:
    export = Export("EDC export", draw(BOOKS | ARCHIVES))
    return _forms(System(draw, export, veeva_row, draw(st.sampled_from(["", " (Coded)"]))), truth)


@st.composite
def secutrial(draw: st.DrawFn, truth: Truth) -> Export:
    text = draw(st.sampled_from([TEXTS["tsv"], TEXTS["csv of Excel in Europe"], TEXTS["csv"]]))
    export = Export("EDC export", Form("secuTrial", text))
    return _forms(System(draw, export, secutrial_row, lower=True), truth)
