"""Workbooks as people keep them: headers in rows, units, odd rows, sheets of any name."""

from __future__ import annotations

import pytest

from retnet_core import ExportError, Trial, load_export
from retnet_core.intake.mapping import ExportMapping, Reading
from tests.intake.hand_kept import DAY, Rows, book, cells, counts, read, told
from tests.intake.opening import adds_up

# Headers


def test_a_group_over_its_columns() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Embolization 1", None, "Embolization 2", None, "Died on"],
            [None, None, "Date", "Technique", "Date", "Technique", None],
            ["001", "TAE", DAY(2019, 3, 12), "bland", DAY(2019, 5, 2), "lobar", None],
            ["002", "cTACE", DAY(2019, 3, 13), "lipiodol", None, None, None],
        ]
    )
    assert cells(trial.embolizations, "patient_id", "date", "technique") == [
        ["001", DAY(2019, 3, 12), "bland"],
        ["001", DAY(2019, 5, 2), "lobar"],
        ["002", DAY(2019, 3, 13), "lipiodol"],
    ]
    assert cells(trial.patients, "patient_id", "arm", "first_embolization_date") == [
        ["001", "TAE", DAY(2019, 3, 12)],
        ["002", "cTACE", DAY(2019, 3, 13)],
    ]
    assert counts(trial) == (2, 2, 0)
    assert told(trial, "no column of the first embolization")[0][:2] == ("assumed", "patients")
    assert told(trial, "not known and was not used")[0][3] == "Died on"


def test_the_names_stand_under_groups_that_begin_above_them() -> None:
    trial = read(
        [
            ["RETNET, site 1"],
            [None, None, "Demographics", None, "Scan 1", None, None],
            ["ID", "Arm", "Age", "Sex", "Date", "RECIST", "Date of death"],
            ["001", "TAE", 61, "f", DAY(2019, 6, 1), "PD", DAY(2020, 1, 1)],
        ]
    )
    assert cells(trial.patients, "age", "sex", "death_date") == [[61, "female", DAY(2020, 1, 1)]]
    assert cells(trial.assessments, "date", "visit", "overall_response") == [
        [DAY(2019, 6, 1), "scan 1", "PD"]
    ]


def test_a_name_under_a_session_is_no_column_of_patients() -> None:
    trial = read(
        [
            ["ID", "Arm", "Embolization 1", None, None],
            [None, None, "Date", "Technique", "Grade"],
            ["001", "TAE", DAY(2019, 3, 12), "bland", 3],
        ]
    )
    assert trial.patients["who_grade"].tolist() == ["unknown"]
    assert told(trial, "not known and was not used")[0][3] == "Grade"


def test_a_value_of_a_later_visit_is_not_that_of_baseline() -> None:
    rows: Rows = [
        ["ID", "Arm", "Follow-up", None, "Baseline", None],
        [None, None, "ECOG", "Date of death", "ECOG", "Age"],
        ["001", "TAE", 2, DAY(2020, 1, 1), 0, 61],
    ]
    trial = read(rows)
    assert cells(trial.patients, "ecog", "age", "death_date") == [[0, 61, DAY(2020, 1, 1)]]
    later = read([[*row[:4]] for row in rows])
    assert cells(later.patients, "ecog", "death_date") == [[None, DAY(2020, 1, 1)]]


def test_rows_of_labels_and_units_are_part_of_the_heading() -> None:
    trial = read(
        [
            ["patient_id", "arm", "age", "ki67_percent"],
            ["Subject identifier", "Arm assigned", "Age at consent", "Proliferation"],
            [None, None, "years", "(%)"],
            ["001", "TAE", 61, 12],
        ]
    )
    assert cells(trial.patients, "patient_id", "arm", "age", "ki67_percent") == [
        ["001", "TAE", 61, 12]
    ]
    assert counts(trial) == (1, 1, 0)
    under = told(trial, "a part of the headers")
    assert [(one[2], one[4]) for one in under] == [
        (2, "Subject identifier, Arm assigned, Age at consent, Proliferation"),
        (3, "years, (%)"),
    ]


@pytest.mark.parametrize("row", [[None, None, "m"], [None, "TAE", None], ["ABC", "TAE", "f"]])
def test_a_row_that_may_be_of_a_patient_is_no_heading(row: list[object]) -> None:
    trial = read([["patient_id", "arm", "sex"], row, ["ABD", "cTACE", "m"]])
    assert trial.source.rows_read == 2


def test_labels_over_the_names_count_where_the_names_do_not() -> None:
    trial = read(
        [
            ["Subject ID", "Treatment arm", "Date of death"],
            ["SUBJ", "TRT", "DTH"],
            ["001", "TAE", DAY(2020, 1, 1)],
        ]
    )
    assert cells(trial.patients, "patient_id", "arm", "death_date") == [
        ["001", "TAE", DAY(2020, 1, 1)]
    ]
    assert told(trial, "set aside") == []


def test_a_first_row_of_text_is_still_a_patient() -> None:
    trial = read([["patient_id", "arm", "sex", "site"], ["ABC", "TAE", "female", "Boston"]])
    assert cells(trial.patients, "patient_id", "sex", "site") == [["ABC", "female", "Boston"]]


# Units


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("Sum of diameters (cm)", 3.3, 33.0),
        ("Sum of diameters (cm)", "3,3", 33.0),
        ("SLD [cm]", "33 mm", 33.0),  # the cell's own unit wins
        ("Sum of diameters in cm", 4, 40.0),
        ("SOD, mm", 33, 33.0),
        ("sum of diameters (mm)", 33, 33.0),
    ],
)
def test_the_unit_of_a_header_counts(header: str, cell: object, expected: float) -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", header], ["001", DAY(2019, 6, 1), cell]],
    )
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [expected]
    converted = [("assumed", "assessments", None, header, "")] if "cm" in header else []
    assert told(trial, "numbers were converted to mm") == converted


def test_a_row_of_units_counts_too() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod"], [None, None, "[cm]"],
                     ["001", DAY(2019, 6, 1), 3.5]],
    )  # fmt: skip
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [35]
    assert told(trial, "converted to mm")[0][3] == "sod"


def test_a_unit_that_the_header_and_the_user_give_is_converted_once() -> None:
    content = book(
        patients=[["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (cm)"], ["001", DAY(2019, 6, 1), 3.5]],
    )
    said = {("assessments", "sum_of_diameters_mm"): Reading(unit="cm")}
    trial = load_export(content, mapping=ExportMapping(readings=said))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [35]


def test_two_units_for_one_column_are_asked_about() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (mm)"], [None, None, "cm"],
                     ["001", DAY(2019, 6, 1), 3.5]],
    )  # fmt: skip
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    assert told(trial, "Which is it?")[0][3] == "sod (mm)"


def test_times_and_shares_are_converted() -> None:
    trial = read(
        [
            ["patient_id", "arm", "Liver burden (share)"],
            ["001", "TAE", 0.4],
        ],
        embolizations=[["patient_id", "date", "Length of stay (weeks)", "Dose (g)"],
                       ["001", DAY(2019, 3, 12), 2, 0.05]],
        tte=[["patient_id", "endpoint", "time months (weeks)", "event"], ["001", "OS", 10, 1]],
    )  # fmt: skip
    assert trial.patients["liver_burden_percent"].tolist() == [40]
    assert cells(trial.embolizations, "length_of_stay_days", "doxorubicin_mg") == [[14, 50]]
    assert trial.time_to_event["months"].tolist() == [pytest.approx(70 / 30.4375)]
    assert len(told(trial, "; numbers were converted to")) == 4


def test_a_unit_that_cannot_be_converted_sets_the_column_aside() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        embolizations=[["patient_id", "date", "Doxorubicin (mg/m2)"],
                       ["001", DAY(2019, 3, 12), 50]],
    )  # fmt: skip
    assert trial.embolizations["doxorubicin_mg"].isna().all()
    assert told(trial, "What are its numbers?") == [
        ("set aside", "embolizations", None, "Doxorubicin (mg/m2)", "")
    ]


def test_a_limit_in_the_unit_of_the_header_is_kept_in_ours() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        assessments=[["patient_id", "date", "sod (cm)"], ["001", DAY(2019, 6, 1), "<5"]],
    )
    assert trial.assessments["sum_of_diameters_mm"].isna().all()
    assert told(trial, "a limit or an estimate")[0][2:] == (2, "sod (cm)", "<5")


@pytest.mark.parametrize("header", ["Age (months)", "Doxorubicin (µg)", "SOD (inch)"])
def test_units_that_are_not_converted_are_asked_about(header: str) -> None:
    table = {"A": "patients", "D": "embolizations", "S": "assessments"}[header[0]]
    sheets = {"patients": [["patient_id", "arm"], ["001", "TAE"]]}
    sheets[table] = [["patient_id", "arm", header], ["001", "TAE", 50]]
    trial = load_export(book(**sheets))
    assert [one[3] for one in told(trial, "What are its numbers?")] == [header]


def test_an_unknown_unit_is_asked_about_and_a_remark_is_not() -> None:
    trial = read([["patient_id", "arm", "Age (zz)", "Ki-67 (at biopsy)"], ["001", "TAE", 61, 12]])
    assert cells(trial.patients, "age", "ki67_percent") == [[61, 12]]
    assert [one[3] for one in told(trial, "is no unit that is known")] == ["Age (zz)"]


@pytest.mark.parametrize("header", ["Doxorubicin mg", "Liver burden [%]", "Age, years"])
def test_our_own_unit_is_quiet(header: str) -> None:
    table = "embolizations" if "Dox" in header else "patients"
    sheets = {"patients": [["patient_id", "arm"], ["001", "TAE"]]}
    sheets[table] = [["patient_id", "arm", header], ["001", "TAE", 50]]
    trial = load_export(book(**sheets))
    column = {"D": "doxorubicin_mg", "L": "liver_burden_percent", "A": "age"}[header[0]]
    assert getattr(trial, table)[column].tolist() == [50]
    assert told(trial, header.split()[-1].strip("[]")) == []


def test_months_to_progression_are_no_date() -> None:
    trial = read([["patient_id", "arm", "Progression (months)"], ["001", "TAE", 43536]])
    assert trial.patients["progression_date"].isna().all()
    assert told(trial, "not known and was not used")[0][3] == "Progression (months)"


def test_the_unit_of_laboratory_values_is_kept() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        labs=[["patient_id", "test", "value (ng/mL)"], ["001", "CgA", 120]],
    )
    assert cells(trial.labs, "test", "value", "unit") == [["CgA", 120, "ng/mL"]]


# Columns that come twice


def test_a_column_that_comes_twice_alike_is_noted() -> None:
    trial = read([["patient_id", "arm", "age", "age"], ["001", "TAE", 61, 61]])
    assert trial.patients["age"].tolist() == [61]
    assert told(trial, "holds the same as 'age'") == [("note", "patients", None, "age", "")]


def test_two_columns_of_one_header_with_other_cells_are_asked_about() -> None:
    trial = read([["patient_id", "arm", "age", "age"], ["001", "TAE", 61, 62]])
    assert trial.patients["age"].isna().all()
    assert [one[0] for one in told(trial, "which of them is age?")] == ["set aside"]


def test_sexes_of_two_languages_are_not_mixed_up() -> None:
    trial = read([["paciente", "brazo", "Sexo"], ["001", "TAE", "H"], ["002", "TAE", "M"]])
    assert trial.patients["sex"].isna().all()
    assert told(trial, "M may be a woman")[0][3] == "Sexo"


# Rows that are no data


def test_sections_totals_and_notes_are_no_patients() -> None:
    trial = read(
        [
            ["ID", "Arm", "Age"],
            ["TAE arm"],
            ["001", "TAE", 61],
            ["002", "TAE", 62],
            ["Site 2 Boston"],
            ["ID", "Arm", "Age"],
            ["003", "cTACE", 63],
            ["004"],
            ["Mittelwert", None, 62],
            ["n = 4"],
            ["Total", 4],
            ["* CTCAE v5"],
            ["Note: ages at consent"],
        ]
    )
    assert trial.patients["patient_id"].tolist() == ["001", "002", "003", "004"]
    assert counts(trial) == (12, 4, 8)
    aside = [one[1:] for one in told(trial, "set aside") if one[0] == "set aside"]
    assert sorted(aside, key=lambda one: one[1]) == [
        ("patients", 2, "ID", "TAE arm"),
        ("patients", 5, "ID", "Site 2 Boston"),
        ("patients", 6, "ID", "ID"),
        ("patients", 9, "ID", "Mittelwert"),
        ("patients", 10, "ID", "n = 4"),
        ("patients", 11, "ID", "Total"),
        ("patients", 12, "ID", "* CTCAE v5"),
        ("patients", 13, "ID", "Note: ages at consent"),
    ]


@pytest.mark.parametrize(
    "ids",
    [
        ["SUM-01", "SUM-02", "003"],  # words of totals as part of ids
        ["*001", "002", "003*"],
        ["AB", "SD", "MIN"],  # initials
        ["Patient 1", "Patient 2", "Patient 3"],
        ["Site 1 - 1", "Site 1 - 2", "Site 2 - 1"],
        ["#1", "#2", "#3"],
    ],
)
def test_ids_of_any_kind_stay_patients(ids: list[str]) -> None:
    trial = read([["ID", "Arm"], [ids[0], "TAE"], [ids[1], "cTACE"], [ids[2]]])
    assert trial.patients["patient_id"].tolist() == ids
    assert counts(trial) == (3, 3, 0)


def test_a_sheet_of_ids_alone_is_kept() -> None:
    trial = read([["patient_id", "arm"], ["Anna K."], ["Total recall"]])
    assert len(trial.patients) == 2


def test_odd_rows_of_other_tables_are_set_aside_too() -> None:
    trial = read(
        [["patient_id", "arm"], ["001", "TAE"]],
        adverse_events=[["patient_id", "term", "grade"], ["Grade 3 and worse"],
                        ["001", "Pain", 3], ["Total", 1, None]],
    )  # fmt: skip
    assert cells(trial.adverse_events, "patient_id", "term", "grade") == [["001", "Pain", 3]]
    assert counts(trial) == (4, 2, 2)
    assert [one[1:3] for one in told(trial, "set aside.")] == [
        ("adverse_events", 2),
        ("adverse_events", 4),
    ]


# Which sheet


def test_a_single_sheet_of_any_name_is_taken_for_patients() -> None:
    rows: Rows = [["Pat.-Nr.", "Behandlungsarm"], ["001", "TAE"], ["002", "cTACE"]]
    trial = read(rows, "Tabelle1")
    assert cells(trial.patients, "patient_id", "arm") == [["001", "TAE"], ["002", "cTACE"]]
    assert told(trial, "'Tabelle1' was taken for patients")[0][0] == "note"


def test_a_list_without_arms_but_with_numbered_columns_is_one_of_patients() -> None:
    trial = read(
        [["ID", "Embo1_Date", "Embo2_Date"], ["001", DAY(2019, 3, 12), DAY(2019, 5, 2)]], "Blatt 1"
    )
    assert len(trial.embolizations) == 2
    assert len(told(trial, "numbered columns of sessions")) == 1


def test_of_several_sheets_the_one_with_arms_and_ids_that_come_once_is_taken() -> None:
    trial = read(
        [["ID", "Arm"], ["001", "TAE"], ["002", "cTACE"]],
        "Sheet1",
        Sheet2=[["ID", "Arm", "note"], ["001", "TAE", "a"], ["001", "TAE", "b"]],
        Sheet3=[["ID", "what"], ["001", "x"]],
    )
    assert trial.patients["patient_id"].tolist() == ["001", "002"]
    assert counts(trial) == (5, 2, 3)


def test_two_sheets_that_could_be_it_are_asked_about() -> None:
    rows: Rows = [["ID", "Arm"], ["001", "TAE"]]
    with pytest.raises(ExportError, match=r"'Boston' and 'Paris' could each be it") as refused:
        load_export(book(Boston=rows, Paris=rows))
    assert "choose its table" in str(refused.value)


# Languages


@pytest.mark.parametrize(
    "headers",
    [
        ["Pat.-Nr.", "Studienarm", "Geschlecht", "Alter", "Datum der Randomisierung",
         "Todesdatum", "Primärtumor"],
        ["N° patient", "Bras", "Sexe", "Âge", "Date de randomisation", "Date de décès",
         "Tumeur primitive"],
        ["Numéro patient", "Bras", "Sexe", "Age", "Date de randomisation", "Date de deces",
         "Tumeur primitive"],
        ["Número de paciente", "Brazo", "Sexo", "Edad", "Fecha de randomización",
         "Fecha de muerte", "Tumor primario"],
    ],
)  # fmt: skip
def test_headers_of_other_languages(headers: list[str]) -> None:
    trial = read([headers, ["001", "TAE", "f", 61, DAY(2019, 3, 1), DAY(2020, 1, 1), "Pankreas"]])
    assert cells(
        trial.patients, "patient_id", "arm", "sex", "age", "randomization_date", "death_date",
        "primary_site",
    ) == [["001", "TAE", "female", 61, DAY(2019, 3, 1), DAY(2020, 1, 1), "pancreas"]]  # fmt: skip


def test_sheets_of_other_languages() -> None:
    trial = read(
        [["Pat.-Nr.", "Arm"], ["001", "TAE"]],
        "Patienten",
        Nebenwirkungen=[["Pat.-Nr.", "Ereignis", "Schweregrad"], ["001", "Schmerz", 2]],
        imagerie=[["Pat.-Nr.", "Fecha", "Réponse hépatique"], ["001", DAY(2019, 6, 1), "PR"]],
    )
    assert cells(trial.adverse_events, "term", "grade") == [["Schmerz", 2]]
    assert cells(trial.assessments, "date", "hepatic_response") == [[DAY(2019, 6, 1), "PR"]]


# Arms


def arms(*headers: str, rows: Rows = (("TAE", "TAE"), ("cTACE", "TAE"))) -> Trial:
    return read([["patient_id", *headers], *([f"{n}", *row] for n, row in enumerate(rows))])


@pytest.mark.parametrize(
    "headers",
    [("Allocation", "Treatment"), ("randomised arm", "Behandlungsarm"),
     ("Assigned arm", "Treatment arm"), ("bras de randomisation", "Bras de traitement")],
)  # fmt: skip
def test_a_treatment_beside_an_allocation_is_the_arm_received(headers: tuple[str, str]) -> None:
    for turned in (False, True):
        rows = [("TAE", "TAE"), ("cTACE", "TAE")]
        given = arms(
            *(headers[::-1] if turned else headers),
            rows=[row[::-1] for row in rows] if turned else rows,
        )
        assert cells(given.patients, "arm", "arm_received") == [["TAE", "TAE"], ["cTACE", "TAE"]]
        assert told(given, "as the arm of the treatment given") == [
            ("assumed", "patients", None, headers[1], "")
        ]


def test_a_treatment_alone_is_the_arm() -> None:
    trial = arms("Treatment", rows=[("TAE",), ("cTACE",)])
    assert cells(trial.patients, "arm", "arm_received") == [["TAE", None], ["cTACE", None]]
    assert told(trial, "as the arm of the treatment given") == []


def test_of_two_columns_that_could_be_the_arm_the_other_is_told() -> None:
    trial = arms("arm", "Treatment")
    assert cells(trial.patients, "arm", "arm_received") == [["TAE", None], ["cTACE", None]]
    assert told(trial, "Two columns stand for arm: 'arm' was used, this one ('Treatment')") == [
        ("set aside", "patients", None, "Treatment", "")
    ]


def test_a_column_of_the_arm_received_is_not_replaced() -> None:
    trial = arms("Allocation", "Treatment", "arm_received", rows=[("TAE", "cTACE", "TAE")])
    assert cells(trial.patients, "arm", "arm_received") == [["TAE", "TAE"]]
    assert [one[3] for one in told(trial, "Two columns stand for arm")] == ["Treatment"]


def test_the_user_may_name_one_column_for_two_of_ours() -> None:
    content = book(patients=[["patient_id", "Gruppe A"], ["001", "TAE"], ["002", "cTACE"]])
    named = {"arm": "Gruppe A", "arm_received": "Gruppe A"}
    trial = load_export(content, mapping={"patients": named})
    assert adds_up(trial)
    assert cells(trial.patients, "arm", "arm_received") == [["TAE", "TAE"], ["cTACE", "cTACE"]]
    assert told(trial, "the sheet does not have it") == []


# Words of codes


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("gut", ["Rektum", "rectum", "Dünndarm", "Magen", "Appendix", "Caecum", "colon", "ileum",
                 "jejunum", "duodenum", "small bowel", "midgut", "STOMACH", "Zökum"]),
        ("pancreas", ["Pankreas", "pancreas", "PNET"]),
        ("lung", ["Lunge", "Bronchus", "lung"]),
    ],
)  # fmt: skip
def test_primary_sites_by_any_usual_name(site: str, words: list[str]) -> None:
    rows = [[f"{n}", "TAE", word] for n, word in enumerate(words)]
    trial = read([["patient_id", "arm", "Primary"], *rows])
    assert trial.patients["primary_site"].tolist() == [site] * len(words)


def test_a_primary_site_that_several_may_be_is_asked_about() -> None:
    trial = read([["patient_id", "arm", "Primary"], ["1", "TAE", "foregut"]])
    assert trial.patients["primary_site"].tolist() == ["unknown"]
    assert told(trial, "counts under unknown") == [
        ("set aside", "patients", 2, "Primary", "foregut")
    ]


# Given events


def events(*rows: tuple[str, str], mapping: ExportMapping | None = None) -> Trial:
    given = [[f"{n}", endpoint, 10 * n, event] for n, (endpoint, event) in enumerate(rows, 1)]
    content = book(
        patients=[["patient_id", "arm"], *([f"{n}", "TAE"] for n in range(1, len(rows) + 1))],
        time_to_event=[["patient_id", "endpoint", "days", "event"], *given],
    )
    trial = load_export(content, mapping=mapping)
    assert adds_up(trial)
    return trial


ALIVE = [("PFS", "alive"), ("PFS", "dead"), ("OS", "alive"), ("OS", "dead")]


def test_words_of_death_do_not_tell_of_progression() -> None:
    trial = events(*ALIVE)
    assert cells(trial.time_to_event, "event") == [[None], [None], [False], [True]]
    assert told(trial, "PFS: does the event tell of the disease") == [
        ("set aside", "time_to_event", None, "event", "")
    ]
    assert told(trial, "('alive' in 1 row, 'dead' in 1 row)") != []


def test_the_user_says_that_they_do() -> None:
    codes = Reading({"PFS: alive": "no", "PFS: dead": "yes"})
    trial = events(*ALIVE, mapping=ExportMapping(readings={("time_to_event", "event"): codes}))
    assert cells(trial.time_to_event, "event") == [[False], [True], [False], [True]]
    assert told(trial, "does the event tell of the disease") == []


@pytest.mark.parametrize(
    ("rows", "read_as"),
    [
        ([("PFS", "alive"), ("PFS", "progressed"), ("PFS", "dead")], [False, True, True]),
        ([("TTP", "alive"), ("TTP", "progressed"), ("TTP", "dead")], [None, True, None]),
        ([("hPFS", "0:LIVING"), ("hPFS", "1:DECEASED")], [None, None]),
        ([("DFS", "dead"), ("DSS", "dead")], [None, True]),
        ([("PFS", "yes"), ("PFS", "no")], [True, False]),
    ],
)
def test_words_of_death_beside_others(
    rows: list[tuple[str, str]], read_as: list[bool | None]
) -> None:
    trial = events(*rows)
    assert [one for (one,) in cells(trial.time_to_event, "event")] == read_as
    assert bool(told(trial, "does the event tell of the disease")) == (None in read_as)
