"""A project as REDCap exports it: one table of all forms, and its data dictionary."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from retnet_core import Trial, load_export
from retnet_core.intake.files import bundle
from retnet_core.intake.layouts.redcap.dictionary import parse_choices

HEADERS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number",
)  # fmt: skip
ANSWERS = "1, Not at all | 2, A little | 3, Quite a bit | 4, Very much"

Variable = tuple[str, str, str, str, str, str]
"""Name, form, type, label, choices, validation."""

DICTIONARY: list[Variable] = [
    ("record_id", "baseline", "text", "Record ID", "", ""),
    ("arm_assigned", "baseline", "radio", "Treatment arm", "1, TAE | 2, Arm 2 - TACE | 3, DEB", ""),
    ("sex", "baseline", "radio", "Sex", "0, Female | 1, Male", ""),
    ("ecog", "baseline", "radio", "ECOG",
     "0, 0 - Fully active | 1, 1 - Restricted | 2, 2 - No work", ""),
    ("primary_site", "baseline", "dropdown", "Primary", "1, Pancreas (head or tail) | 2, Ileum",
     ""),
    ("features", "baseline", "checkbox", "Features",
     "1, Functional tumor | 2, Symptomatic | 3, Travels far", ""),
    ("death_date", "baseline", "text", "Date of death", "", "date_ymd"),
    ("ae_term", "adverse_event", "text", "Event", "", ""),
    ("ae_grade", "adverse_event", "radio", "How bad", "1, Grade 1 (mild) | 2, Grade 2 | 3, Grade 3",
     ""),
    ("ae_start", "adverse_event", "text", "When", "", "date_ymd"),
    ("ae_serious", "adverse_event", "yesno", "Serious", "", ""),
    ("qlq_date", "qlq_c30", "text", "Filled in on", "", "date_ymd"),
    ("c30_q01", "qlq_c30", "radio", "Strenuous", ANSWERS, ""),
    ("c30_q02", "qlq_c30", "radio", "Long walk", ANSWERS, ""),
    ("c30_q29", "qlq_c30", "radio", "Health", "1, Very poor | 2, 2 | 7, Excellent", ""),
    ("scan_date", "imaging", "text", "Scan", "", "date_ymd"),
    ("overall_response", "imaging", "radio", "Response", "1, CR | 2, PR | 3, SD | 4, PD", ""),
    ("shoe_size", "imaging", "text", "Shoe size", "", ""),
]  # fmt: skip
FORMS = ["baseline", "adverse_event", "qlq_c30", "imaging"]
SYSTEM = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
}

Row = Mapping[str, Any]
START = "baseline_arm_1"
ROWS: list[Row] = [
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "arm_assigned": 1, "sex": 0, "ecog": 1, "primary_site": 1, "features___1": 1,
     "features___2": 0, "features___3": 1, "baseline_complete": 2, "qlq_date": "2020-01-02",
     "c30_q01": 2, "c30_q02": 4, "c30_q29": 7, "qlq_c30_complete": 2},
    {"record_id": "001", "redcap_event_name": "month_3_arm_1", "redcap_data_access_group": "oslo",
     "qlq_date": "2020-04-02", "c30_q01": 1, "qlq_c30_complete": 1, "scan_date": "2020-04-03",
     "overall_response": 3, "imaging_complete": 2},
    {"record_id": "001", "redcap_event_name": "month_6_arm_1", "redcap_data_access_group": "oslo",
     "scan_date": "2020-07-03", "overall_response": 4, "shoe_size": 41, "imaging_complete": 2},
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "redcap_repeat_instrument": "adverse_event", "redcap_repeat_instance": 1, "ae_term": "Pain",
     "ae_grade": 1, "ae_start": "2020-01-05", "ae_serious": 0, "adverse_event_complete": 2},
    {"record_id": "001", "redcap_event_name": START, "redcap_data_access_group": "oslo",
     "redcap_repeat_instrument": "adverse_event", "redcap_repeat_instance": 2, "ae_term": "Fever",
     "ae_grade": 3, "ae_start": "2020-02-05", "ae_serious": 1, "adverse_event_complete": 2},
    {"record_id": "002", "redcap_event_name": START, "redcap_data_access_group": "bergen",
     "arm_assigned": 2, "sex": 1, "ecog": 0, "primary_site": 2, "features___1": 0,
     "features___2": 0, "features___3": 0, "death_date": "2021-03-01", "baseline_complete": 0},
]  # fmt: skip


def boxes_of(choices: str) -> dict[str, str]:
    """What the headers of a checkbox end in, as REDCap writes codes there, and their labels."""
    return {
        code.casefold().replace("-", "_"): label for code, label in parse_choices(choices).items()
    }


def variables(dictionary: Sequence[Variable], rows: Sequence[Row]) -> list[str]:
    """The columns of an export, in REDCap's order; those of events only where they occur."""
    here = {name for row in rows for name in row}
    first = dictionary[0]
    names = [first[0], *(name for name in SYSTEM if name in here)]
    for form, several in itertools.groupby(dictionary, lambda one: one[1]):
        for name, _, kind, _, choices, _ in several:
            if kind == "checkbox":
                names += [f"{name}___{code}" for code in boxes_of(choices)]
            elif name != first[0]:
                names.append(name)
        names.append(f"{form}_complete")
    return names


def written(rows: Sequence[Sequence[Any]], bom: bool = False) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8")


def raw(rows: Sequence[Row] = ROWS, dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    names = variables(dictionary, rows)
    return written([names, *([row.get(name, "") for name in names] for row in rows)])


def labelled(rows: Sequence[Row] = ROWS, dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    """Write what `raw` writes with labels for headers and codes."""
    known = {one[0]: one for one in dictionary}
    yes_no = {"yesno": {"1": "Yes", "0": "No"}}
    complete = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

    def header(name: str) -> str:
        variable, _, code = name.partition("___")
        if code:
            return f"{known[variable][3]} (choice={boxes_of(known[variable][4])[code]})"
        return SYSTEM.get(name) or (known[name][3] if name in known else "Complete?")

    def cell(name: str, value: Any) -> Any:
        code = name.partition("___")[2]
        if value == "" or name in SYSTEM:
            words = str(value).partition("_arm_")[0].replace("_", " ")
            return words.capitalize() if name == "redcap_event_name" else value
        if code:
            return "Checked" if str(value) == "1" else "Unchecked"
        if name not in known:
            return complete[str(value)]
        choices = yes_no.get(known[name][2]) or parse_choices(known[name][4])
        return choices.get(str(value), value)

    names = variables(dictionary, rows)
    cells = ([cell(name, row.get(name, "")) for name in names] for row in rows)
    return written([[header(name) for name in names], *cells], bom=True)


def dictionary_file(dictionary: Sequence[Variable] = DICTIONARY) -> bytes:
    rows = [
        [name, form, "", kind, label, choices, "", validation, "", ""]
        for name, form, kind, label, choices, validation in dictionary
    ]
    return written([[*HEADERS, "Identifier?", "Field Annotation"], *rows])


def accounted(trial: Trial) -> Trial:
    source = trial.source
    assert source.layout == "REDCap"
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial


def opened(data: bytes, dictionary: Sequence[Variable] | None = DICTIONARY, **more: Any) -> Trial:
    """Open an export together with its dictionary, or alone."""
    if dictionary is None:
        return accounted(load_export(data, "STUDY_DATA_2024.csv", **more))
    files = [("STUDY_DATA_2024.csv", data), ("dictionary.csv", dictionary_file(dictionary))]
    return accounted(load_export(bundle(files), "export.zip", **more))


def finding(trial: Trial, word: str) -> pd.Series:
    """The one finding whose problem holds a word."""
    found = trial.findings[trial.findings["problem"].str.contains(word, regex=False)]
    assert len(found) == 1, trial.findings["problem"].tolist()
    assert found.iloc[0]["remedy"]
    return found.iloc[0]


def silent(trial: Trial, word: str) -> bool:
    return not trial.findings["problem"].str.contains(word, regex=False).any()


def cells(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Rows as lists, days as text, missing as None."""
    chosen = frame[list(names)].astype(object)
    return [
        [None if pd.isna(one) else one.date().isoformat() if isinstance(one, pd.Timestamp) else one
         for one in row]
        for row in chosen.to_numpy().tolist()
    ]  # fmt: skip


def form(name: str, *fields: tuple[str, str, str]) -> list[Variable]:
    """A dictionary of one more form: name, type and choices of its fields."""
    return [DICTIONARY[0], DICTIONARY[1],
            *((one, name, kind, one, choices, "") for one, kind, choices in fields)]  # fmt: skip


def one_form(dictionary: Sequence[Variable], *rows: Row, instrument: str = "") -> Trial:
    about = {"redcap_repeat_instrument": instrument} if instrument else {}
    given = [
        {"record_id": "1", **about, "redcap_repeat_instance": at if instrument else "", **row}
        for at, row in enumerate(rows, start=1)
    ]
    return opened(raw([{"record_id": "1", "arm_assigned": 1}, *given], dictionary), dictionary)
