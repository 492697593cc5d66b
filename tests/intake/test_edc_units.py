"""Units of items of electronic data capture: in a label, or in an item of their own."""

from __future__ import annotations

import numpy as np
import pytest

from retnet_core import load_export
from tests.intake.edc import A, finding, opened, place, rave, subjects, table
from tests.intake.opening import archive


@pytest.mark.parametrize("under", [False, True])
@pytest.mark.parametrize(
    ("form", "table_name", "item", "label", "value", "ours", "expected"),
    [
        ("RS", "assessments", "SUMDIAM", "Sum of diameters (cm)", 4.5, "sum_of_diameters_mm", 45),
        ("RS", "assessments", "SUMDIAM", "Sum of diameters", 45, "sum_of_diameters_mm", 45),
        ("EXEMBO", "embolizations", "DOXDOSE", "Dose (g)", 0.05, "doxorubicin_mg", 50),
        ("EXEMBO", "embolizations", "LOSDAYS", "Stay (weeks)", 2, "length_of_stay_days", 14),
    ],
)  # fmt: skip
def test_the_unit_of_an_item_may_stand_in_its_label(
    form: str, table_name: str, item: str, label: str, value: float, ours: str, expected: float,
    under: bool,
) -> None:  # fmt: skip
    dated = {"RSDAT": "2020-02-01", "EXSTDAT": "2020-02-01"}
    rows = [rave(form, A, 2, **dated, **{item: value})]
    labels = {title: f"Label of {title}" for title in rows[0]} | {
        "Subject": "Subject name or identifier", item: label,
    }  # fmt: skip
    over = [] if under else [list(labels.values())]
    text = table([labels, *rows] if under else rows, over)
    files = {"DM.csv": table(subjects(ARM=["TAE"])), f"{form}.csv": text}
    trial = load_export(archive(files), "export.zip")
    assert getattr(trial, table_name)[ours].tolist() == [expected]


@pytest.mark.parametrize(
    ("form", "table_name", "items", "ours", "expected"),
    [
        ("RS", "assessments", {"SUMDIAM": "4.5", "SUMDIAMU": "cm"}, "sum_of_diameters_mm", 45),
        ("EXEMBO", "embolizations", {"DOXDOSE": "0.05", "DOXDOSU": "g"}, "doxorubicin_mg", 50),
        ("EXEMBO", "embolizations", {"DOXDOSE": "50", "DOXDOSE_UN": "mg"}, "doxorubicin_mg", 50),
        ("EXEMBO", "embolizations", {"DOXDOSE": "50", "DOXDOSEU": "mL"}, "doxorubicin_mg", None),
        ("EXEMBO", "embolizations", {"LOSDAYS": "2", "LOSDAYS_UNIT": "weeks"},
         "length_of_stay_days", 14),
        ("DM", "patients", {"AGE": "732", "AGE_UN": "Months"}, "age", None),
        ("DM", "patients", {"AGE": "61", "AGEU": "a"}, "age", 61),
    ],
)  # fmt: skip
def test_a_unit_in_an_item_of_its_own(
    form: str, table_name: str, items: dict[str, str], ours: str, expected: float | None
) -> None:
    dated = {"RSDAT": "2020-02-01", "EXSTDAT": "2020-02-01"} if form != "DM" else {"ARM": "TAE"}
    forms = {"DM": subjects(ARM=["TAE"]), form: [rave(form, A, 2, **dated, **items)]}
    found = getattr(opened(forms), table_name)[ours].tolist()
    assert found == [expected] if expected is not None else np.isnan(found).all()


def test_two_units_of_an_item_are_asked_about() -> None:
    rows = [rave("RS", A, 2, RSDAT="2020-02-01", OVRLRESP="SD", SUMDIAM_MM=45)]
    labels = {title: f"Label of {title}" for title in rows[0]} | {
        "Subject": "Subject name or identifier", "SUMDIAM_MM": "Sum of diameters (cm)",
    }  # fmt: skip
    files = {"DM.csv": table(subjects(ARM=["TAE"])), "RS.csv": table([labels, *rows])}
    trial = load_export(archive(files), "export.zip")
    assert trial.assessments["overall_response"].tolist() == ["SD"]
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    asked = finding(trial, "say two units, MM and cm")
    assert place(asked)[:4:3] == ("set aside", "SUMDIAM_MM")
