"""Findings by problem: each said once, worst first, with its cells and places."""

from __future__ import annotations

from retnet_core.intake.findings import Finding, Place, Severity, about_cells, as_frame
from retnet_core.intake.grouped import by_problem


def one(severity: Severity, problem: str, row: int | None = None, column: str = "age",
        value: str = "") -> Finding:  # fmt: skip
    return Finding(severity, "patients", "Sheet", row, column, value, problem, "Correct it.")


def many(size: int, problem: str = "Not a number.", column: str = "age") -> list[Finding]:
    places = [Place(row, column, f"v{row % 2}") for row in range(2, 2 + size)]
    return about_cells(Severity.SET_ASIDE, "patients", "Sheet", places, problem, "Correct it.")


def test_equal_findings_are_a_row_with_their_number_and_places() -> None:
    told = by_problem(as_frame(many(5)))
    assert told.to_numpy().tolist() == [
        ["set aside", 5, "Sheet, age: rows 2, 3, 4 and 2 more ('v0', 'v1')", "Not a number.",
         "Correct it."]
    ]  # fmt: skip


def test_findings_that_count_their_cells_are_counted_and_told_without_the_count() -> None:
    told = by_problem(as_frame([*many(1234), *many(3, column="ecog")]))
    (row,) = told.to_numpy().tolist()
    assert row[1] == 1237
    assert row[2] == (
        "Sheet, age: rows 2, 3, 4 and 1,231 more (v0, v1); Sheet, ecog: rows 2, 3, 4 ('v0', 'v1')"
    )
    assert row[3] == "Not a number."


def test_the_worst_comes_first_then_whole_sheets_then_the_most_cells() -> None:
    found = [
        one(Severity.NOTE, "a note", 3),
        one(Severity.SET_ASIDE, "one cell", 3),
        *many(2, "two cells"),
        one(Severity.SET_ASIDE, "a sheet", None, ""),
        one(Severity.BLOCKS, "the file"),
        one(Severity.ASSUMED, "an assumption"),
    ]
    told = by_problem(as_frame(found))
    assert told["problem"].tolist() == [
        "the file", "a sheet", "two cells", "one cell", "an assumption", "a note",
    ]  # fmt: skip
    assert told["cells"].isna().tolist() == [True, True, False, False, True, False]


def test_the_same_words_of_two_severities_or_with_two_remedies_stay_apart() -> None:
    other = Finding(Severity.NOTE, "", "Sheet", 4, "age", "", "Odd.", "Do nothing.")
    told = by_problem(as_frame([one(Severity.NOTE, "Odd.", 3), other,
                                one(Severity.ASSUMED, "Odd.", 3)]))  # fmt: skip
    assert told["cells"].tolist() == [1, 1, 1]


def test_of_many_places_the_first_are_named() -> None:
    found = [one(Severity.NOTE, "Odd.", 2, f"c{i}", "x") for i in range(6)]
    (where,) = by_problem(as_frame(found))["where"]
    assert where == (
        "Sheet, c0: row 2 ('x'); Sheet, c1: row 2 ('x'); Sheet, c2: row 2 ('x'); and 3 more columns"
    )


def test_without_findings_there_is_no_row() -> None:
    assert by_problem(as_frame([])).empty


def test_nothing_is_lost_or_counted_twice() -> None:
    found = as_frame([*many(30), *many(7, "Other."), *many(20, column="ecog")])
    assert by_problem(found)["cells"].sum() == 57
