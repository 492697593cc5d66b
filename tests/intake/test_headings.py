"""What a header alone does not tell: whose grade it is, of which treatment, date or yes and no."""

from __future__ import annotations

import pytest

from retnet_core import Trial
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


@pytest.mark.parametrize(
    "header",
    ["Grade (CTCAE)", "Grade [CTC]", "Grade (toxicity)", "Grade (max AE)", "Grad (CTCAE v5)",
     "Grade (steatosis)"],
)  # fmt: skip
def test_a_remark_may_say_that_a_grade_is_not_the_tumours(header: str) -> None:
    trial = read(listed([header], [1, 2, 3]))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    (found,) = told(trial, "grade of the tumour, or the grade of an adverse event?")
    assert found == ("set aside", "patients", None, header, "1, 2, 3")


@pytest.mark.parametrize("header", ["Grade (WHO)", "Grade (G1-G3)", "Grading (NET)", "Grade (1-3)"])
def test_a_remark_may_say_that_a_grade_is_the_tumours(header: str) -> None:
    trial = read(listed([header], [1, 2, 3]))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3


@pytest.mark.parametrize("grade", ["Grade", "Grad", "Grading"])
@pytest.mark.parametrize(
    "event",
    ["Nausea", "Fatigue", "PES", "Post-embolization syndrome", "Toxicities", "Worst AE", "Pain"],
)
def test_digits_after_an_event_are_not_the_tumours_grade(event: str, grade: str) -> None:
    trial = read(listed([event, "Age", grade], ["yes", "no"], [60], [1, 2, 3]))
    assert set(trial.patients["who_grade"]) == {"unknown"}
    (found,) = told(trial, "Is it the tumour grade, or the grade of an adverse event?")
    assert found == ("set aside", "patients", None, grade, "1, 2, 3")
    trial = read(listed([event, "Age", grade], ["yes", "no"], [60], ["G1", "G2", "G3"]))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3
    trial = read(listed([grade, event], [1, 2, 3], ["yes", "no"]))
    assert trial.patients["who_grade"].tolist() == ["G1", "G2", "G3"] * 3


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


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Deceased", ["yes", "no", "yes"]),
        ("Dead", [1, 0, 1]),
        ("Dead (0=yes, 1=no)", [0, 1, 0]),
        ("Tod", ["ja", "nein", "ja"]),
        ("Alive", ["no", "yes", "no"]),
        ("Vital status", ["dead", "alive", "Dead of disease"]),
        ("Vital status (1=dead, 0=alive)", [1, 0, 1]),
        ("Vital status", [1, 0, 1]),
        ("Survival status", ["DOD", "lost to follow-up", "died"]),
        ("Status", ["dead", "alive with disease", "deceased"]),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_dead_without_a_day_are_not_alive(
    header: str, said: list[object], is_first: bool
) -> None:
    columns: list[tuple[str, list[object]]] = [
        (header, said), ("Date of death", [DAY(2020, 5, 1), None, None])
    ]  # fmt: skip
    if not is_first:
        columns.reverse()
    trial = read(listed([name for name, _ in columns], *(of for _, of in columns)))
    assert cells(trial.patients, "death_date") == [[DAY(2020, 5, 1)], [None], [None]] * 3
    unread = trial.unreadable[trial.unreadable["column"] == "death_date"]
    assert unread["patient_id"].tolist() == ["P2", "P5", "P8"]
    (found,) = told(trial, "3 patients have a death here and no date: there death_date counts as")
    assert found[:1] + found[3:4] == ("set aside", header)


def test_a_column_of_the_dead_alone() -> None:
    trial = read(listed(["Dead"], ["yes", "no", "no"]))
    assert trial.unreadable["patient_id"].tolist() == ["P0", "P3", "P6"]
    trial = read(listed(["Deceased"], [DAY(2020, 5, 1), None, None]))
    assert cells(trial.patients, "death_date") == [[DAY(2020, 5, 1)], [None], [None]] * 3
    assert trial.unreadable.empty


def test_a_status_of_something_else_is_left_alone() -> None:
    of: list[list[object]] = [["PD", "SD", "PR"], [DAY(2020, 5, 1), None, None]]
    trial = read(listed(["Status", "Date of death"], *of))
    assert trial.unreadable.empty
    assert [one[3] for one in told(trial, "not known and was not used")] == ["Status"]


def test_a_status_with_every_day_is_noted_and_one_that_says_alive_is_told() -> None:
    of: list[list[object]] = [["dead", "alive", "alive"], [DAY(2020, 5, 1), DAY(2020, 6, 1), None]]
    trial = read(listed(["Vital status", "Date of death"], *of))
    assert trial.unreadable.empty
    denied = told(trial, "says that the patient lives, but 'Date of death' has a date")
    assert [one[2:] for one in denied] == [(row, "Vital status", "alive") for row in (3, 6, 9)]


@pytest.mark.parametrize("header", ["PD", "Progressed", "Progression"])
@pytest.mark.parametrize("yes", ["yes", "PD"])
def test_a_progression_without_a_day_is_not_none(header: str, yes: str) -> None:
    of: list[list[object]] = [[yes, "no", yes], [DAY(2020, 5, 1), None, None]]
    trial = read(listed([header, "PD date"], *of))
    assert cells(trial.patients, "progression_date") == [[DAY(2020, 5, 1)], [None], [None]] * 3
    unread = trial.unreadable[trial.unreadable["column"] == "progression_date"]
    assert unread["patient_id"].tolist() == ["P2", "P5", "P8"]


# Units in a column of their own


def scans(headers: list[str], *columns: list[object]) -> Trial:
    rows = listed(headers, *columns)
    return read(listed(["Age"], [60]), assessments=[[one[0], *one[3:]] for one in rows])


@pytest.mark.parametrize("header", ["unit", "Units", "Einheit", "SLD unit", "Unit of SLD"])
def test_a_column_of_units_counts(header: str) -> None:
    trial = scans(["Scan date", "SLD", header], [TODAY], [5.3, 61, 61], ["cm", "mm", "cm"])
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [53.0, 61.0, 610.0] * 3
    (found,) = told(trial, "The unit is given as cm; numbers were converted to mm (times 10)")
    assert found[:1] + found[3:4] == ("assumed", "SLD")
    assert told(trial, "not known and was not used") == []


@pytest.mark.parametrize(
    ("header", "said", "shown"),
    [
        ("SLD", ["cm", "", "mm"], "(blank), cm, mm"),
        ("SLD", ["cm", "ells", "mm"], "cm, ells, mm"),
        ("SLD (mm)", ["cm", "mm", "mm"], "cm, mm"),
    ],
)
def test_units_that_are_not_clear_are_asked_about(
    header: str, said: list[object], shown: str
) -> None:
    trial = scans(["Scan date", header, "unit"], [TODAY], [5.3, 61, 70], said)
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    (found,) = told(trial, "The column 'unit' gives the units of these numbers")
    assert found == ("set aside", "assessments", None, header, shown)


def test_units_of_a_numbered_column() -> None:
    headers = ["Scan1 date", "Scan1 SOD", "Scan1 unit", "Embo1 date", "Embo1 dose"]
    of: list[list[object]] = [[TODAY], [5.3, 61, 70], ["cm", "mm", "mm"], [TODAY], [0.05, 50, 50]]
    trial = read(listed([*headers, "Embo1 dose unit"], *of, ["g", "mg", "mg"]))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [53.0, 61.0, 70.0] * 3
    assert trial.embolizations["doxorubicin_mg"].tolist() == [50.0] * 9
    trial = read(listed(headers[:3], [TODAY], [5.3, 61, 70], ["cm", "mm", "ells"]))
    assert len(told(trial, "The column 'Scan1 unit' gives the units of these numbers")) == 1
    assert "sum_of_diameters_mm" not in trial.assessments.dropna(axis=1, how="all")


def test_an_age_in_months_is_asked_about() -> None:
    trial = read(listed(["age", "age unit"], [720, 61, 62], ["months", "years", "years"]))
    assert trial.patients["age"].isna().all()
    assert len(told(trial, "The column 'age unit' gives the units of these numbers")) == 1
    trial = read(listed(["age", "age unit"], [60, 61, 62], ["years"]))
    assert trial.patients["age"].tolist() == [60.0, 61.0, 62.0] * 3


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
