"""What cannot be true of a patient: arms the other way round, grades beside the Ki-67, age."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.intake.cells.missing_codes import NO_VALUE
from retnet_core.intake.doctor.words import KEPT, LEAST, Tables, rows_of
from retnet_core.intake.findings import Severity
from retnet_core.protocol import UNKNOWN

_INFANT = 2
_OFTEN = 0.1
"""Share of the patients of 99, from which it is no age."""


def swapped_arms(tables: Tables) -> None:
    """Report two arms of which all patients received the other's treatment."""
    table = tables["patients"]
    both = table.frame[table.frame["arm_received"].notna() & (table.frame["arm"] != UNKNOWN)]
    by_arm = {
        str(arm): (len(rows), set(rows["arm_received"]))
        for arm, rows in both.groupby("arm", sort=False)
    }
    for first, (size, received) in by_arm.items():
        for second, (other_size, other) in by_arm.items():
            if first < second and received == {second} and other == {first}:
                if size + other_size < LEAST:
                    continue
                table.about(
                    "arm_received", both.index[both["arm"].isin([first, second])], Severity.NOTE,
                    f"Every patient assigned to {first} received {second}, and the other way "
                    f"round. The codes of the two arms may be swapped. {KEPT}",
                    "Check the codes of the arm assigned and of the arm received.",
                )  # fmt: skip


def grades_of_ki67(tables: Tables) -> None:
    """Report WHO grades that are not those of the Ki-67."""
    table = tables["patients"]
    ki67, grade = table.frame["ki67_percent"], table.frame["who_grade"]
    if not (ki67 > 1).any():  # shares, of which another rule speaks
        return
    by_ki67 = pd.cut(ki67, [-1, 3, 20, np.inf], labels=["G1", "G2", "G3"]).astype(object)
    by_ki67 = by_ki67.mask(ki67 == 3, "G2")  # G2 is 3 to 20%, both included
    wrong = ki67.notna() & (grade != UNKNOWN) & (grade != by_ki67)
    table.about(
        "ki67_percent", rows_of(wrong), Severity.NOTE,
        "The Ki-67 does not fit the patient's WHO grade (G1 is under 3%, G2 is 3 to 20%, G3 is "
        f"over 20%). {KEPT}",
        "Nothing, if mitoses decided the grade; else find out which of the two is right.",
    )  # fmt: skip


def unlikely_ages(tables: Tables) -> None:
    """Report patients under age, and ages that look like codes."""
    table = tables["patients"]
    age = table.frame["age"]
    table.about(
        "age", rows_of((age < 18) & (age >= _INFANT)), Severity.NOTE,
        "The patient is younger than 18. The age is kept as it stands.",
        "Check the age and its unit (years).",
    )  # fmt: skip
    table.about(
        "age", rows_of(age < _INFANT), Severity.ASSUMED,
        f"The age is below {_INFANT}, and looks like a code or another unit. It was read as years.",
        f"Give the age in years. {NO_VALUE}",
    )  # fmt: skip
    oldest = age == 99
    if oldest.sum() >= 3 and oldest.sum() > _OFTEN * age.notna().sum():
        table.about(
            "age", rows_of(oldest), Severity.ASSUMED,
            "The age is 99 for many patients, and looks like a code for no value. It was read as "
            "years.",
            f"Nothing, if it is the age. {NO_VALUE}",
        )  # fmt: skip
