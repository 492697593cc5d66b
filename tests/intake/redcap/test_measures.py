"""Units that a project names: in labels, in names of variables and in field notes."""

from __future__ import annotations

from typing import Any

import pytest

from retnet_core import Trial, load_export
from retnet_core.intake.files import bundle
from tests.intake.redcap.project import (
    HEADERS,
    accounted,
    cells,
    finding,
    opened,
    silent,
    written,
)

ARM = ("arm", "baseline", "radio", "Arm", "1, TAE | 2, cTACE", "")
PLACES = {
    "age": "patients", "ki67_percent": "patients", "liver_burden_percent": "patients",
    "doxorubicin_mg": "embolizations", "length_of_stay_days": "embolizations",
    "sum_of_diameters_mm": "assessments",
}  # fmt: skip
_DAYS = {"embolizations": "embolization_date", "assessments": "scan_date"}
FORMS = {"patients": "baseline", "embolizations": "embolization", "assessments": "imaging"}


def read(
    ours: str, variable: str, label: str, number: Any, note: str = "", header: str = ""
) -> tuple[Any, Trial]:
    """Open a project with one field of a unit; give its number, and the trial.

    ``header`` is "raw" or "labelled" where there is no dictionary.
    """
    table = PLACES[ours]
    form = FORMS[table]
    day = "embo_date" if variable.startswith("embo_") else _DAYS.get(table, "")
    dates = [] if table == "patients" else [(day, form, "text", "Date", "", "date_ymd")]
    fields = [("record_id", "baseline", "text", "Record ID", "", ""), ARM, *dates,
              (variable, form, "text", label, "", "number")]  # fmt: skip
    repeats = ["redcap_repeat_instrument", "redcap_repeat_instance"] if dates else []
    if header == "labelled":
        names = ["Record ID", *(["Repeat Instrument", "Repeat Instance"] if dates else []), "Arm",
                 *(["Date"] if dates else []), label, "Complete?"]  # fmt: skip
    else:
        names = ["record_id", *repeats, "arm", *([day] if dates else []), variable,
                 f"{form}_complete"]  # fmt: skip
    about = [form, 1] if dates else []
    first = ["1", *(["", ""] if dates else []), "TAE", *([""] if dates else [])]
    rows = [[*first, "" if dates else number, 2]]
    if dates:
        rows.append(["1", *about, "", "2020-03-04", number, 2])
    data = written([names, *rows])
    if header:
        trial = opened(data, dictionary=None)
    else:
        lines = [[*one[:2], "", *one[2:5], note if one[0] == variable else "", one[5]]
                 for one in fields]  # fmt: skip
        files = [("DATA.csv", data), ("dictionary.csv", written([HEADERS, *lines]))]
        trial = accounted(load_export(bundle(files), "export.zip"))
    [[value]] = cells(getattr(trial, table), ours) or [[None]]
    return value, trial


CONVERTED = [
    ("sum_of_diameters_mm", "scan_sld", "Sum of diameters (cm)", 5.3, "cm", 53),
    ("sum_of_diameters_mm", "scan_sld", "SLD in cm", 5.3, "cm", 53),
    ("doxorubicin_mg", "embo_dox", "Doxorubicin (g)", 0.05, "g", 50),
    ("length_of_stay_days", "embo_los", "Length of stay (weeks)", 2, "weeks", 14),
    ("ki67_percent", "ki67", "Ki-67 (fraction)", 0.03, "fraction", 3),
    ("liver_burden_percent", "liver_burden", "Liver burden (fraction)", 0.3, "fraction", 30),
]


@pytest.mark.parametrize(("ours", "variable", "label", "number", "unit", "value"), CONVERTED)
@pytest.mark.parametrize("header", ["", "labelled"])
def test_a_number_is_read_in_the_unit_of_its_label(
    ours: str, variable: str, label: str, number: float, unit: str, value: float, header: str
) -> None:
    found, trial = read(ours, variable, label, number, header=header)
    assert found == pytest.approx(value)
    said = finding(trial, f"given as {unit}; numbers were converted")
    assert (said["severity"], said["column"]) == ("assumed", label if header else variable)
    if not header:
        assert f"('{label}')" in finding(trial, "stands in its label")["problem"]


@pytest.mark.parametrize(
    ("ours", "variable", "label", "number", "value"),
    [
        ("sum_of_diameters_mm", "scan_sld_cm", "SLD", 5.3, 53),
        ("sum_of_diameters_mm", "sld_cm", "What", 5.3, 53),
        ("doxorubicin_mg", "embo_dox_g", "Doxorubicin", 0.05, 50),
        ("length_of_stay_days", "embo_los_weeks", "Stay", 2, 14),
        ("length_of_stay_days", "los_d", "Stay", 2, 2),
        ("length_of_stay_days", "los_mo", "Stay", 1, 30.4375),
        ("ki67_percent", "ki67_fraction", "Ki-67", 0.03, 3),
        ("age", "age_y", "At consent", 61, 61),
    ],
)
@pytest.mark.parametrize("header", ["", "raw"])
def test_a_number_is_read_in_the_unit_of_its_variable(
    ours: str, variable: str, label: str, number: float, value: float, header: str
) -> None:
    found, trial = read(ours, variable, label, number, header=header)
    assert found == pytest.approx(value)
    assert silent(trial, "not known and not used")


@pytest.mark.parametrize(
    ("ours", "variable"),
    [("age", "age_m"), ("sum_of_diameters_mm", "sld_d"), ("doxorubicin_mg", "dox_w"),
     ("ki67_percent", "ki67_y")],
)  # fmt: skip
def test_a_letter_that_is_no_unit_of_the_column_is_no_unit(ours: str, variable: str) -> None:
    found, trial = read(ours, variable, "What", 40, header="raw")
    assert found is None
    assert variable in finding(trial, "not known and not used")["column"]


@pytest.mark.parametrize(
    ("ours", "note", "number", "value"),
    [
        ("sum_of_diameters_mm", "cm", 5.3, 53), ("sum_of_diameters_mm", "in cm", 5.3, 53),
        ("sum_of_diameters_mm", "Unit: cm. Five lesions at most", 5.3, 53),
        ("sum_of_diameters_mm", "lesions of at least 1 cm", 53, 53),
        ("sum_of_diameters_mm", "slices of 2 cm, in mm", 53, 53),
        ("length_of_stay_days", "Weeks from admission to discharge", 2, 14),
        ("length_of_stay_days", "number of weeks", 2, 14),
        ("liver_burden_percent", "as a fraction", 0.3, 30),
        ("liver_burden_percent", "share of the liver (0-1)", 0.3, 30),
        ("liver_burden_percent", "0-100", 30, 30),
    ],
)  # fmt: skip
def test_a_number_is_read_in_the_unit_of_its_field_note(
    ours: str, note: str, number: float, value: float
) -> None:
    words = {"sum_of_diameters_mm": "SLD", "length_of_stay_days": "LOS"}
    variable = words.get(ours, "liver burden").casefold().replace(" ", "_")
    found, trial = read(ours, variable, words.get(ours, "Liver burden"), number, note)
    assert found == pytest.approx(value)
    assert silent(trial, "stands in its field note") == (number == value)


@pytest.mark.parametrize(
    ("variable", "label", "note", "words"),
    [
        ("scan_sld", "SLD (mm)", "cm", "the label says mm and the field note says cm"),
        ("scan_sld_cm", "SLD (mm)", "", "the header says cm and the label says mm"),
        ("sum_of_diameters_mm", "Sum", "in cm", "the header says mm and the field note says cm"),
    ],
)
def test_units_that_contradict_each_other_are_asked_about(
    variable: str, label: str, note: str, words: str
) -> None:
    found, trial = read("sum_of_diameters_mm", variable, label, 5.3, note)
    assert found is None
    said = finding(trial, "In which unit are the numbers of sum_of_diameters_mm?")
    assert (said["severity"], said["column"]) == ("set aside", variable)
    assert words in said["problem"]


@pytest.mark.parametrize(
    ("ours", "variable", "label", "note"),
    [
        ("age", "age", "Age (months)", ""), ("age", "age_months", "Age in months", ""),
        ("age", "age", "Age", "months"), ("doxorubicin_mg", "dox", "Doxorubicin (mg/m²)", ""),
        ("sum_of_diameters_mm", "sld", "SLD", "inches"),
    ],
)  # fmt: skip
def test_a_unit_that_cannot_be_converted_is_asked_about(
    ours: str, variable: str, label: str, note: str
) -> None:
    found, trial = read(ours, variable, label, 60, note)
    assert found is None
    said = finding(trial, "one cannot be converted to the other")
    assert (said["severity"], said["column"]) == ("set aside", variable)


def test_the_same_unit_said_twice_is_one() -> None:
    found, trial = read("sum_of_diameters_mm", "sld_cm", "SLD (cm)", 5.3, "centimetres")
    assert found == pytest.approx(53)
    assert silent(trial, "In which unit")
