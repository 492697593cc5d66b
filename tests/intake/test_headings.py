"""What a header alone does not tell: whose grade it is, of which treatment, date or yes and no."""

from __future__ import annotations

import pytest

from tests.intake.hand_kept import DAY, Rows, cells, counts, read, told

TODAY = DAY(2019, 1, 5)


def listed(headers: list[str], *columns: list[object], over: list[object] | None = None) -> Rows:
    """A list of nine patients; the cells of each column come again and again."""
    above: list[list[object]] = [over] if over else []
    return [
        *above,
        ["ID", "Arm", "Randomized", *headers],
        *(
            [f"P{at}", "TAE", TODAY, *(column[at % len(column)] for column in columns)]
            for at in range(9)
        ),
    ]


# Whose grade


@pytest.mark.parametrize("digits", [[1, 2, 1], [0, 1, 2]])
def test_who_with_digits_is_asked_about_and_is_no_grade(digits: list[object]) -> None:
    trial = read(listed(["WHO"], digits))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    assert trial.patients["ecog"].isna().all()
    ((severity, table, row, column, value),) = told(trial, "or the WHO performance status?")
    assert (severity, table, row, column) == ("set aside", "patients", None, "WHO")
    assert value == ", ".join(map(str, sorted(set(digits))))


def test_who_with_grades_is_the_grade() -> None:
    trial = read(listed(["WHO"], ["G1", "Grade 2", "G 3"]))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3
    assert told(trial, "performance status?") == []


@pytest.mark.parametrize("headers", [["WHO", "Grading"], ["Grading", "WHO"]])
def test_who_never_wins_over_another_grade(headers: list[str]) -> None:
    of = {"WHO": ["G1", "G1", "G1"], "Grading": ["G1", "G2", "G3"]}
    trial = read(listed(headers, *(of[one] for one in headers)))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3
    assert told(trial, "'Grading' was used, this one ('WHO') was not")
    trial = read(listed(headers, *({**of, "WHO": [1, 2, 1]}[one] for one in headers)))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3
    assert len(told(trial, "performance status?")) == 1


@pytest.mark.parametrize("term", ["AE", "Event", "Term", "Toxicity", "AE1"])
def test_a_grade_beside_an_event_is_not_the_tumours(term: str) -> None:
    trial = read(listed([term, "Onset", "Grade"], ["Pain"], [TODAY], [2, 3, 1]))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    (found,) = told(trial, f"The grade stands beside '{term}'")
    assert found == ("set aside", "patients", None, "Grade", "1, 2, 3")


def test_a_grade_before_an_event_is_not_the_tumours_unless_the_event_has_its_own() -> None:
    trial = read(listed(["Grade", "AE"], [2, 3, 1], ["Pain"]))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    assert len(told(trial, "The grade stands beside 'AE'")) == 1
    trial = read(listed(["Grade", "AE", "CTCAE grade"], [2, 3, 1], ["Pain"], [1]))
    assert trial.patients["who_grade"].tolist() == ["G2", "G3", "G1"] * 3
    trial = read(listed(["AE1", "AE1_Grade", "Grade"], ["Pain"], [4], ["G1", "G2"]))
    assert trial.patients["who_grade"].tolist() == [*["G1", "G2"] * 4, "G1"]
    assert trial.adverse_events["grade"].tolist() == [4.0] * 9


@pytest.mark.parametrize("header", ["Grade", "Grading", "Grad"])
def test_digits_up_to_5_are_asked_about(header: str) -> None:
    trial = read(listed([header], [1, 2, 4]))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    (found,) = told(trial, "that of toxicity (CTCAE) goes up to 5")
    assert found == ("set aside", "patients", None, header, "1, 2, 4")
    trial = read(listed([header], [1, 2, 3]))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3


@pytest.mark.parametrize("group", ["Toxicity", "Worst toxicity", "AE"])
def test_a_grade_under_toxicity_is_not_the_tumours(group: str) -> None:
    over = ["", "", "", "Tumour", "", group, ""]
    of = [["gut"], ["yes", "no"], ["Pain"], [1, 2, 3]]
    trial = read(listed(["Primary", "Functional", "Term", "Grade"], *of, over=over))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    assert trial.patients["functional"].tolist() == [*[True, False] * 4, True]
    assert "Term, Grade" in [found[3] for found in told(trial, "are not known and were not used")]


# Of which treatment


@pytest.mark.parametrize("group", ["Second line", "2nd line", "Prior therapy", "Progression"])
def test_dates_of_another_treatment_are_not_the_trials(group: str) -> None:
    headers = ["Therapy", "First treatment date", "Date of death"]
    of = [["PRRT"], [DAY(2021, 1, 1)], [DAY(2022, 1, 1)]]
    trial = read(listed(headers, *of, over=["", "", "", group, "", ""]))
    assert trial.patients["first_embolization_date"].isna().all()
    assert cells(trial.patients, "death_date") == [[DAY(2022, 1, 1)]] * 9
    unused = [found[3] for found in told(trial, "not known and were not used")]
    assert unused == ["Therapy, First treatment date"]
    trial = read(listed(headers, *of, over=["", "", "", "Embolization", "", ""]))
    assert cells(trial.patients, "first_embolization_date") == [[DAY(2021, 1, 1)]] * 9


def test_the_first_embolization_is_a_date_where_its_cells_are() -> None:
    trial = read(listed(["First embolization"], [DAY(2019, 2, 1)]))
    assert cells(trial.patients, "first_embolization_date") == [[DAY(2019, 2, 1)]] * 9
    assert told(trial, "There is no column of the first embolization") == []
    trial = read(listed(["First embolization"], ["yes"]))
    assert trial.patients["first_embolization_date"].isna().all()
    assert told(trial, "not a date") == []
    asked = told(trial, "does not say what the cells are. The column was not used")
    assert [found[3] for found in asked] == ["First embolization"]


# Dates, or yes and no


@pytest.mark.parametrize("yes_no", [("yes", "no"), (1, 0), ("dead", "alive")])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_yes_and_no_and_dates_the_dates_are_used(
    yes_no: tuple[object, object], order: tuple[int, int]
) -> None:
    yes, no = yes_no
    headers = ["Death", "Date of death"]
    of: list[list[object]] = [[yes, no, no], [DAY(2020, 5, 1), None, None]]
    trial = read(listed([headers[at] for at in order], *(of[at] for at in order)))
    assert cells(trial.patients, "death_date") == [[DAY(2020, 5, 1)], [None], [None]] * 3
    assert told(trial, "not a date") == []
    (found,) = told(trial, "'Date of death' was used for death_date, as it holds the dates")
    assert found[:1] + found[3:4] == ("note", "Death")


def test_progression_with_yes_and_no_and_with_dates() -> None:
    of: list[list[object]] = [["yes", "no", "no"], [DAY(2020, 5, 1), None, None]]
    trial = read(listed(["Progression", "Date of progression"], *of))
    assert cells(trial.patients, "progression_date") == [[DAY(2020, 5, 1)], [None], [None]] * 3


def test_a_death_without_a_date_is_not_a_life() -> None:
    of: list[list[object]] = [["yes", "no", "yes"], [DAY(2020, 5, 1), DAY(2020, 6, 1), None]]
    trial = read(listed(["Death", "Date of death"], *of))
    days = cells(trial.patients, "death_date")
    assert days == [[DAY(2020, 5, 1)], [DAY(2020, 6, 1)], [None]] * 3
    (found,) = told(trial, "3 patients have a yes here and no date: there death_date counts as not")
    assert found[:1] + found[3:4] == ("set aside", "Death")
    unread = trial.unreadable[trial.unreadable["column"] == "death_date"]
    assert unread["patient_id"].tolist() == ["P2", "P5", "P8"]
    emptied = told(trial, "not a date")
    assert [one[2:] for one in emptied] == [
        (row, "Death", "yes") for row in (4, 7, 10)
    ]  # rows of the list
    denied = told(trial, "The cell says no, but 'Date of death' has a date")
    assert [one[2:] for one in denied] == [(row, "Death", "no") for row in (3, 6, 9)]


# Units that cannot be read


def test_a_column_in_another_unit_is_not_said_to_be_used() -> None:
    trial = read(listed(["Liver burden (cm)", "Tumor burden (%)"], [3], [25]))
    assert trial.patients["liver_burden_percent"].tolist() == [25.0] * 9
    assert [found[3] for found in told(trial, "This column was not used")] == ["Liver burden (cm)"]
    assert told(trial, "was used, this one") == []
    trial = read(listed(["Liver burden (cm)", "Tumor burden (ml)"], [3], [200]))
    assert trial.patients["liver_burden_percent"].isna().all()
    assert len(told(trial, "This column was not used")) == 2
    assert told(trial, "was used") == []
    assert counts(trial) == (9, 9, 0)
