"""Units that headers name, codes for no value beside them, marks that other columns decide."""

from __future__ import annotations

import numpy as np
import pytest
from openpyxl import Workbook

from retnet_core import Trial, load_export
from retnet_core.intake import typed
from retnet_core.intake.cells.units import CONVERSIONS, SPELLINGS, unit_of
from retnet_core.intake.layouts import Part, units
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.intake.sheets import Cell, Column, stack
from retnet_core.intake.typed import Table
from retnet_core.tables import SCHEMAS, about
from tests.intake.opening import archive, saved

SUM = ("assessments", "sum_of_diameters_mm")
PATIENTS = "patient_id,arm\n1,TAE\n2,TAE\n3,TAE\n"


def opened(mapping: ExportMapping | None = None, **sheets: list[list[object]]) -> Trial:
    """Open a workbook of sheets by rows; patients are 1, 2 and 3."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets.setdefault("patients", [["patient_id", "arm"], [1, "TAE"], [2, "TAE"], [3, "TAE"]])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return load_export(saved(book), mapping=mapping)


def scans(header: str, *cells: object) -> list[list[object]]:
    rows = [[at, f"2020-0{at}-01", cell] for at, cell in enumerate(cells, 1)]
    return [["patient_id", "date", header], *rows]


def said(trial: Trial, words: str) -> list[tuple[str, str, str]]:
    """Give severity, column and value of the findings that hold some words."""
    rows = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    return list(rows[["severity", "column", "value"]].itertuples(index=False, name=None))


def sums(trial: Trial) -> list[float | None]:
    return [None if np.isnan(one) else one for one in trial.assessments[SUM[1]]]


def column(header: str, unit: str, *cells: Cell) -> Column:
    one = Column.of(list(cells), np.arange(len(cells)), header)
    return one.in_unit(unit) if unit else one


def typed_sums(*columns: Column) -> Table:
    one = stack(columns, "sums")
    size = len(one.codes)
    ids = Column.of([f"p{at}" for at in range(size)], np.arange(size), "ID")
    rows = np.arange(2, size + 2)
    return typed.read(SUM[0], [Part(SUM[0], "s", rows, {"patient_id": ids, SUM[1]: one})])


# One table of units


def test_every_unit_of_ours_is_in_the_one_table() -> None:
    ours = {
        about(table, name).unit
        for table, schema in SCHEMAS.items()
        for name in schema.columns
        if about(table, name).kind == "number"
    }
    assert set(CONVERSIONS) < ours <= {"", *SPELLINGS}
    assert {unit for others in CONVERSIONS.values() for unit in others} <= set(SPELLINGS)
    words = [word.casefold() for words in SPELLINGS.values() for word in words]
    assert len(words) == len(set(words))
    assert [unit_of(word) for word in ("Wochen", "YRS.", "Fraction", "mg/qm", "CgA", "")] == [
        "weeks", "years", "share", "mg/m²", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "unit"),
    [("SOD (cm)", "cm"), ("SOD w", ""), ("stay (w)", "weeks"), ("Alter Jahr", "years"),
     ("dose_g", "g"), ("Ki-67 (fraction)", "share")],
)  # fmt: skip
def test_the_unit_of_a_header_is_told(header: str, unit: str) -> None:
    assert units.split(header).unit == unit


# Headers


def test_cells_stay_as_typed_beside_the_unit_of_their_header() -> None:
    trial = opened(assessments=scans("SOD (cm)", "<2", "3,3", "3-4"))
    assert sums(trial) == [None, 33, None]
    kept = trial.unreadable[["value", "least", "most"]].to_numpy().tolist()
    assert kept == [["<2", "", "20"], ["3-4", "30", "40"]]
    limit = trial.findings.set_index("value").loc["<2", "problem"]
    assert limit.endswith("Known is: below 20 mm.")
    assert said(trial, "converted to mm (times 10)") == [("assumed", "SOD (cm)", "")]


def test_sheets_of_different_units_are_each_read_in_their_own() -> None:
    trial = opened(
        assessments=scans("SOD (cm)", 3.3, 4.0), scans=scans("SOD (mm)", 5.0), rest=[["x"], ["y"]]
    )
    assert sorted(filter(None, sums(trial))) == [5, 33, 40]


def test_scans_under_each_other_keep_the_units_of_their_headers() -> None:
    trial = opened(
        patients=[
            ["patient_id", "arm", "Scan1_Date", "Scan1_SOD (cm)", "Scan2_Date", "Scan2_SOD (mm)",
             "Scan3_Date", "Scan3_SOD"],
            [1, "TAE", "2020-01-01", 3.0, "2020-02-01", 3.0, "2020-03-01", "3 cm"],
        ]
    )  # fmt: skip
    assert sums(trial) == [30, 3, 30]
    assert said(trial, "numbers were converted") == [("assumed", "Scan1_SOD (cm)", "")]
    assert said(trial, "The cell gives its unit (cm)") == [("assumed", "Scan3_SOD", "3 cm")]


def test_stacked_columns_are_read_cell_by_cell() -> None:
    table = typed_sums(
        column("a (cm)", "cm", 3.0, "<3"), column("b", "", 3.0, "<3"), column("c (x)", "x", 4.0)
    )
    assert table.frame[SUM[1]].fillna(0).tolist() == [30, 0, 3, 0, 4]
    assert [known.most for known in table.known[SUM[1]].values()] == ["30", "3"]
    told = {one.column: one.problem for one in table.findings if not one.row}
    assert "The unit is given as cm; numbers were converted" in told["a (cm)"]
    assert "'x' is no unit that is known here" in told["c (x)"]
    assert "b" not in told


@pytest.mark.parametrize(("unit", "wanted"), [("mm", 3.3), ("cm", 33.0)])
def test_the_mapping_wins_over_the_header_and_that_is_said(unit: str, wanted: float) -> None:
    trial = opened(
        ExportMapping(readings={SUM: Reading(unit=unit)}), assessments=scans("SOD (cm)", 3.3)
    )
    assert sums(trial) == [wanted]
    assert not said(trial, "The unit is given as cm; numbers were converted")
    contradicted = said(
        trial, "The unit is given as cm; numbers were read in mm, as the mapping says"
    )
    assert contradicted == ([("note", "SOD (cm)", "")] if unit == "mm" else [])


def test_shares_of_a_header_are_percentages_with_bounds() -> None:
    trial = opened(
        patients=[["patient_id", "arm", "Ki-67 (fraction)"], [1, "TAE", 0.29], [2, "TAE", "<0.02"],
                  [3, "TAE", "45%"]]
    )  # fmt: skip
    assert trial.patients["ki67_percent"].fillna(-1).tolist() == [29, -1, 45]
    assert trial.unreadable[["value", "least", "most"]].to_numpy().tolist() == [["<0.02", "", "2"]]
    assert said(trial, "The unit is given as fraction; numbers were converted to % (times 100)")


def test_columns_of_the_same_numbers_in_different_units_are_not_the_same() -> None:
    rows = [["patient_id", "date", "SOD (cm)", "SOD (mm)"], [1, "2020-01-01", 3, 3]]
    trial = opened(assessments=rows)
    assert not said(trial, "holds the same as")
    assert sums(trial) == [None]
    assert len(said(trial, "which of them is sum_of_diameters_mm")) == 1


# Codes for no value


@pytest.mark.parametrize("header", ["SOD", "SOD (cm)", "SOD (mm)"])
def test_declared_codes_hold_in_every_unit(header: str) -> None:
    mapping = ExportMapping(missing=("777", "99"))
    trial = opened(mapping, assessments=scans(header, 777, 3, "99"))
    factor = 10 if "cm" in header else 1
    assert sums(trial) == [None, 3 * factor, None]
    assert trial.unreadable.empty


def test_a_code_is_told_by_the_number_as_typed() -> None:
    trial = opened(assessments=scans("SOD (cm)", 777, 3.3, 9.9))
    assert sums(trial) == [7770, 33, 99]
    assert said(trial, "looks like a code for no value") == [("assumed", "SOD (cm)", "777")]
    often = opened(assessments=scans("SOD (cm)", 999, 800, 99.9))
    assert said(often, "looks like a code for no value") == [("assumed", "SOD (cm)", "999")]


def test_a_code_among_numbers_like_it_is_a_number() -> None:
    trial = opened(patients=[["patient_id", "arm", "age"], [1, "TAE", 88], [2, "TAE", 77]])
    assert not said(trial, "looks like a code")
    stays = [["patient_id", "date", "length of stay"], [1, "2020-01-01", 77],
             [2, "2020-01-02", 3], [3, "2020-01-03", 4]]  # fmt: skip
    assert said(opened(embolizations=stays), "looks like a code") == [
        ("assumed", "length of stay", "77")
    ]


def test_a_cell_has_one_finding_and_one_remedy_for_a_code() -> None:
    trial = opened(
        patients=[["patient_id", "arm", "age", "sex", "ecog", "ki67", "death_date", "functional"],
                  [1, "TAE", -99, "-99", -99, -99, "-99", "-99"]]
    )  # fmt: skip
    told = trial.findings[trial.findings["value"] == "-99"]
    assert sorted(told["column"]) == ["age", "death_date", "ecog", "functional", "ki67", "sex"]
    hint = "If it stands for no value, say so under Columns on the page Data."
    assert told["remedy"].str.endswith(hint).all()


# Marks


@pytest.mark.parametrize(
    ("other", "expected", "severity"),
    [("2,5", None, "set aside"), ("2.5", 1.234, "assumed"), ("", 1.234, "assumed")],
)
def test_decimal_commas_of_another_column_ask_about_a_point(
    other: str, expected: float | None, severity: str
) -> None:
    labs = f"patient_id;test;value;upper_limit\n1;CgA;1.234;{other}\n2;CgA;7;\n"
    content = archive({"patients.csv": PATIENTS, "labs.csv": labs})
    trial = load_export(content)
    assert trial.labs["value"].fillna(0).tolist() == [expected or 0, 7]
    (found,) = [one for one in said(trial, "point") if one[1] == "value"]
    assert found == (severity, "value", "1.234")
    if expected is None:
        assert said(trial, "'2,5' under 'upper_limit' has a decimal comma")


def test_lists_with_commas_are_no_decimal_commas() -> None:
    labs = 'patient_id,test,value,segments\n1,CgA,1.234,"5,6"\n2,CgA,7,"2,3,4"\n'
    trial = load_export(archive({"patients.csv": PATIENTS, "labs.csv": labs}))
    assert trial.labs["value"].tolist() == [1.234, 7]
