"""CDISC SDTM: what is taken from which variable, and that every row is accounted for.

The exports are built here, in the shape that such exports have: supplemental qualifiers, partial
dates, screen failures, several evaluators and criteria, data sets in several files.
"""

from __future__ import annotations

import datetime as dt
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, load_export
from retnet_core.analysis import time_to_event, treatment
from retnet_core.intake.layouts.sdtm.names import NAMES, PARAMETERS, RULES, SOURCES
from retnet_core.intake.mapping import ExportMapping
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.opening import archive
from tests.intake.sdtm import DAY, dm, finding, opened, place, rows

# Recognition


def test_an_export_says_what_it_was_read_as() -> None:
    told = finding(opened(rows("AE", {"AETERM": "Pain"})), "Read as CDISC SDTM")
    assert "The sheets DM and AE are named as in CDISC SDTM." in told["problem"]
    assert "DM has the variable USUBJID and says DOMAIN DM." in told["problem"]


def test_a_sheet_dm_needs_the_ids_or_the_domain_of_cdisc() -> None:
    assert opened({"DM": dm().drop(columns="DOMAIN")}).source.rows_used == 3
    assert opened({"DM": dm(SUBJID=["1", "2", "3"]).drop(columns="USUBJID")}).source.rows_used == 3
    for columns in ({"SUBJID": ["1"], "AGE": [50]}, {"DOMAIN": ["DM"], "AGE": [50]}):
        with pytest.raises(ExportError, match=r"CDISC SDTM \(with the data set DM\)"):
            load_export(workbook({"DM": pd.DataFrame(columns)}))


def test_analysis_data_sets_win_over_those_they_were_made_of() -> None:
    adsl = pd.DataFrame({"USUBJID": ["S1-001", "S1-002"], "TRT01P": ["TAE", "TACE"]})
    trial = load_export(workbook({"DM": dm(), "ADSL": adsl}))
    assert trial.source.layout == "CDISC ADaM"
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (2, 3)


def test_without_ids_nothing_opens() -> None:
    with pytest.raises(ExportError, match=r"'DM' has no variable USUBJID or SUBJID \(it has AGE"):
        load_export(
            workbook({"DM": pd.DataFrame({"AGE": [50], "SEX": ["M"]})}),
            mapping=ExportMapping(layout="CDISC SDTM"),
        )


def test_the_declared_sources_are_columns_of_ours() -> None:
    assert set(SOURCES) == set(NAMES) == set(RULES)
    assert set(PARAMETERS) <= set(NAMES)
    for name, columns in SOURCES.items():
        assert set(columns) <= set(SCHEMAS[NAMES[name]].columns)


def test_a_zip_of_transport_files_opens(tmp_path: Path) -> None:
    """A data set in several files is known by its domain; others are counted."""
    glucose = {"LBTESTCD": "GLUC", "LBSTRESN": 5.0, "LBSTRESU": "mmol/L", "LBDTC": "2019-03-01"}
    tables = {
        "dm": dm(),
        "lbch": rows("LB", glucose)["LB"],
        "lbur": rows("LB", {**glucose, "LBSTRESN": 0.1, "LBCAT": "URINALYSIS"})["LB"],
        "lbxx": rows("XX", glucose)["XX"],
        "cm": rows("CM", {"CMTRT": "x"})["CM"],
    }
    files: dict[str, bytes | str] = {}
    for name, frame in tables.items():
        path = tmp_path / f"{name}.xpt"
        pyreadstat.write_xport(frame, str(path), table_name=name.upper(), file_format_version=5)
        files[f"sdtm/{name}.xpt"] = path.read_bytes()
    trial = load_export(archive(files), "sdtm.zip")
    assert trial.source.layout == "CDISC SDTM"
    assert trial.labs[["test", "value"]].values.tolist() == [["GLUC", 5.0], ["GLUC (URINE)", 0.1]]
    source = trial.source
    assert (source.rows_read, source.rows_used, source.rows_set_aside) == (7, 5, 2)
    foreign = trial.findings[trial.findings["problem"].str.contains("none of the tables")]
    assert sorted(foreign["sheet"]) == ["sdtm/cm.xpt: CM", "sdtm/lbxx.xpt: LBXX"]


def test_names_may_have_prefixes_and_a_supplement_is_not_its_domain() -> None:
    supplement = rows("SUPP-DM", {"QNAM": "ITT", "QVAL": "Y"})
    labels = pd.DataFrame([["Domain", "Unique Subject Identifier", "Arm"], ["DM", "7", "TAE"]],
                          columns=["DOMAIN", "USUBJID", "ARM"])  # fmt: skip
    trial = load_export(workbook({"S1_dm_2024": labels, **supplement}))
    assert trial.patients[["patient_id", "arm"]].values.tolist() == [["7", "TAE"]]
    assert finding(trial, "holds labels")["row"] == 2
    assert finding(trial, "none of the tables")["sheet"] == "SUPP-DM"
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (2, 1)


def test_the_mapping_wins() -> None:
    table = dm(NR=["a", "b", "c"], COHORT=["DEB", "DEB", "TACE"])
    trial = opened({"DM": table}, mapping={"patients": {"patient_id": "Nr", "arm": "COHORT"}})
    assert trial.patients["patient_id"].tolist() == ["a", "b", "c"]
    assert trial.patients["arm"].tolist() == ["DEB-TACE", "DEB-TACE", "cTACE"]


# DM


def test_patients() -> None:
    table = dm(
        ACTARM=["Arm 2 - TACE", "Not Treated", None],
        SITEID=["701", "702", "702"],
        SEX=["F", "M", "U"],
        AGE=[50, 60, 720],
        AGEU=["YEARS", None, "MONTHS"],
        RFICDTC=["2019-01-01"] * 3,
        RFSTDTC=["2019-02-20"] * 3,
        RFXSTDTC=["2019-02-24T11", None, "2019-02-26T09:05"],
        RFPENDTC=["2020-03-05", "2020", None],
        DTHDTC=["2020-03-06", None, "2020-04"],
    )
    trial = opened({"DM": table})
    patients = trial.patients
    assert patients["arm"].tolist() == ["TAE", "cTACE", "cTACE"]
    assert patients["arm_received"].tolist() == ["cTACE", None, None]
    assert patients["site"].tolist() == ["701", "702", "702"]
    assert patients["sex"].tolist() == ["female", "male", None]
    np.testing.assert_array_equal(patients["age"], [50, 60, np.nan])
    # The consent is no randomisation, and the reference start no treatment where one is stated.
    assert patients["randomization_date"].isna().all()
    assert patients["first_embolization_date"].tolist() == [
        DAY("2019-02-24"), pd.NaT, DAY("2019-02-26"),
    ]  # fmt: skip
    assert patients["death_date"].tolist() == [DAY("2020-03-06"), pd.NaT, pd.NaT]
    assert patients["last_contact_date"].tolist() == [DAY("2020-03-05"), pd.NaT, pd.NaT]
    assert treatment.treated(trial).tolist() == [True, False, True]
    first = finding(trial, "was taken for the first embolization")
    assert (first["severity"], first["column"]) == ("assumed", "RFXSTDTC")
    assert place(finding(trial, "not in years")) == ("set aside", "DM", 4, "AGEU", "MONTHS")
    assert place(finding(trial, "was taken as years")) == ("assumed", "DM", 3, "AGE", "60")
    assert finding(trial, "end of participation was taken")["severity"] == "assumed"
    told = trial.findings[trial.findings["problem"].str.contains("has no day")]
    assert sorted(told["value"]) == ["2020", "2020-04"]


def test_what_no_variable_says_is_missing() -> None:
    trial = opened({"DM": dm().drop(columns="ARM")})
    told = trial.findings[trial.findings["problem"].str.contains("The export has no column for")]
    assert "arm" in told.iloc[0]["problem"]
    assert "death_date or last_contact_date" in told.iloc[0]["problem"]
    assert trial.patients["arm"].tolist() == ["unknown"] * 3


def test_a_code_of_an_arm_takes_the_name_that_it_has_elsewhere() -> None:
    table = dm(
        ARM=["Beads", None, "Lipiodol"],
        ARMCD=["A", "A", "B"],
        ACTARM=["Beads", None, None],
        ACTARMCD=["A", "B", "C"],
    )
    patients = opened({"DM": table}).patients
    assert patients["arm"].tolist() == ["Beads", "Beads", "cTACE"]
    assert patients["arm_received"].tolist() == ["Beads", "cTACE", "C"]


def test_an_unplanned_treatment_is_an_arm_of_its_own() -> None:
    table = dm(
        ACTARM=[None, None, None],
        ACTARMUD=["DEB", None, None],
        ARMNRS=["UNPLANNED TREATMENT", "UNPLANNED TREATMENT", "ASSIGNED, NOT TREATED"],
    )
    trial = opened({"DM": table})
    assert trial.patients["arm_received"].tolist() == ["DEB-TACE", "UNPLANNED TREATMENT", None]
    # Nothing dates a treatment: then the arm received says who was treated.
    assert treatment.treated(trial).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "columns",
    [
        {"ARM": ["TAE", "Screen Failure", "NOT ASSIGNED"]},
        {"ARMCD": ["A", "SCRNFAIL", "NOTASSGN"]},
        {"ARMNRS": [None, "SCREEN FAILURE", "NOT ASSIGNED"]},
        {"ARM": ["TAE", None, None], "ARMNRS": [None, "Withdrew", "Withdrew"]},
    ],
)
def test_screen_failures_are_counted_and_set_aside(columns: dict[str, list[Any]]) -> None:
    failed = {"USUBJID": "S1-002"}
    trial = opened(
        {
            "DM": dm(**columns),
            **rows("AE", {"AETERM": "a"}, failed, {"USUBJID": "S1-009"}),
            **rows("DS", {"DSDECOD": "RANDOMIZED", "DSSTDTC": "2019-01-01"}, failed),
        }
    )
    assert trial.patients["patient_id"].tolist() == ["S1-001"]
    assert trial.adverse_events["patient_id"].tolist() == ["S1-001"]
    # Used: the patient, one event, the randomisation.
    assert (trial.source.rows_read, trial.source.rows_used) == (8, 3)
    told = finding(trial, "was never randomised (a screen failure) and")
    assert "2 cells" in told["problem"]
    assert told["row"] == 3
    other = trial.findings[trial.findings["problem"].str.contains("(a screen failure of DM)",
                                                                   regex=False)]  # fmt: skip
    assert sorted(other["sheet"]) == ["AE", "DS"]
    assert finding(trial, "is not in the table patients")["value"] == "S1-009"


# DS, EX


def disposition(what: str, date: Any, patient: int = 1) -> dict[str, Any]:
    return {"DSDECOD": what, "DSSTDTC": date, "USUBJID": f"S1-00{patient}"}


def test_randomisation_and_death_come_from_the_disposition() -> None:
    trial = opened(
        {
            "DM": dm(DTHDTC=["2020-01-01", None, None], RFPENDTC=["2020-06-01"] * 3),
            **rows(
                "DS",
                disposition("INFORMED CONSENT OBTAINED", "2018-12-01"),
                disposition("RANDOMIZED", "2019-01-01"),
                disposition("Randomized", "2019-01", 2),
                disposition("RANDOMIZED", "2019-01-03", 9),
                disposition("DEATH", "2020-01-02"),
                disposition("DEATH", "2020-02-02T10:00", 2),
            ),
        }
    )
    patients = trial.patients
    assert patients["randomization_date"].tolist() == [DAY("2019-01-01"), pd.NaT, pd.NaT]
    assert patients["death_date"].tolist() == [DAY("2020-01-01"), DAY("2020-02-02"), pd.NaT]
    assert place(finding(trial, "has no day")) == ("set aside", "DS", 4, "DSSTDTC", "2019-01")
    told = finding(trial, "the disposition DEATH in DS was taken")
    assert place(told) == ("assumed", "DS", 7, "DSSTDTC", "2020-02-02T10:00")
    listed = trial.cells_to_check.query("problem == @told.problem")
    assert listed["patient_id"].tolist() == ["S1-002"]
    assert finding(trial, "is not in the table patients")["value"] == "S1-009"
    rest = finding(trial, "Of the disposition only")
    assert "2 cells" in rest["problem"]
    # Three patients, two randomisations and one death.
    assert (trial.source.rows_read, trial.source.rows_used) == (9, 6)


def test_of_two_dates_of_an_event_none_is_taken() -> None:
    twice = [disposition("RANDOMIZED", "2019-01-01"), disposition("RANDOMIZED", "2019-01-02"),
             disposition("RANDOMIZED", "2019-01-03", 2),
             disposition("RANDOMIZED", "2019-01-03T10:00", 2)]  # fmt: skip
    trial = opened(rows("DS", *twice))
    assert trial.patients["randomization_date"].tolist() == [pd.NaT, DAY("2019-01-03"), pd.NaT]
    told = trial.findings[trial.findings["problem"].str.contains("several dates")]
    assert told["row"].tolist() == [2]
    assert trial.source.rows_used == 4


@pytest.mark.parametrize(
    ("columns", "dispositions", "column"),
    [
        ({"DTHFL": ["Y", None, "N"]}, [disposition("COMPLETED", "2020-01-01")], "DTHFL"),
        ({"DTHDTC": ["2020", None, None]}, [disposition("DEATH", "2020-01-01")], "DTHDTC"),
        ({}, [disposition("DEATH", "2020-01-01"), disposition("DEATH", "2020-02-01")], "DSDECOD"),
        ({}, [disposition("DEATH", None)], "DSDECOD"),
        ({}, [disposition("DEATH", "2020-01")], "DSSTDTC"),
    ],
)
def test_who_died_on_an_unknown_day_is_not_taken_for_alive(
    columns: dict[str, list[Any]], dispositions: list[dict[str, Any]], column: str
) -> None:
    table = dm(
        RFXSTDTC=["2019-01-01"] * 3, RFPENDTC=["2020-05-01", "2020-06-01", "2020-06-01"], **columns
    )
    trial = opened({"DM": table, **rows("DS", *dispositions)})
    assert trial.patients["death_date"].isna().all()
    survival = time_to_event.derive(trial, "os")
    assert survival.frame["patient_id"].tolist() == ["S1-002", "S1-003"]
    assert survival.not_analysed["patient_id"].tolist() == ["S1-001"]
    unreadable = trial.unreadable[trial.unreadable["column"] == "death_date"]
    assert unreadable["patient_id"].tolist() == ["S1-001"]
    told = trial.findings[(trial.findings["row"] == 2) & (trial.findings["column"] == column)]
    assert len(told)


def test_the_first_treatment_is_the_earliest_exposure_where_dm_has_none() -> None:
    doses = [
        {"EXSTDTC": "2019-03-05", "USUBJID": "S1-001"},
        {"EXSTDTC": "2019-02-05T08:00", "USUBJID": "S1-001"},
        {"EXSTDTC": "2019-01-01", "USUBJID": "S1-001", "EXOCCUR": "N"},
        {"EXSTDTC": "2019-02", "USUBJID": "S1-002"},
        {"EXSTDTC": "2019-02-20", "USUBJID": "S1-002"},
        {"EXSTDTC": "2019-02-20", "USUBJID": "S1-003"},
        {"EXSTDTC": "2019-03", "USUBJID": "S1-003"},
    ]
    trial = opened({"DM": dm(RFSTDTC=["2018-01-01"] * 3), **rows("EX", *doses)})
    # Of the second patient nobody knows whether the dose without a day came first.
    assert trial.patients["first_embolization_date"].tolist() == [
        DAY("2019-02-05"), pd.NaT, DAY("2019-02-20"),
    ]  # fmt: skip
    assert place(finding(trial, "has no day")) == ("set aside", "EX", 5, "EXSTDTC", "2019-02")
    listed = trial.cells_to_check.query("column == 'EXSTDTC'")
    assert set(listed["problem"]) > {finding(trial, "has no day")["problem"]}
    assert {*zip(listed["sheet"], listed["row"], listed["patient_id"], strict=True)} == {
        ("EX", 5, "S1-002")
    }
    assert treatment.treated(trial).all()
    assert finding(trial, "was not given")["row"] == 4
    first = finding(trial, "was taken for the first embolization")
    assert (first["sheet"], first["column"]) == ("EX", "EXSTDTC")
    assert (trial.source.rows_read, trial.source.rows_used) == (10, 6)


def test_a_death_in_ds_is_named_where_it_stands() -> None:
    dispositions = [disposition("COMPLETED", "2020-01-01", 2), disposition("DEATH", None, 3),
                    disposition("DEATH", "2020-04-31", 2)]  # fmt: skip
    trial = opened({"DM": dm(DTHFL=["Y", None, None]), **rows("DS", *dispositions)})
    told = finding(trial, "not in the calendar")
    assert place(told) == ("set aside", "DS", 4, "DSSTDTC", "2020-04-31")
    undated = finding(trial, "DS says that the patient died")
    assert place(undated) == ("note", "DS", 3, "DSDECOD", "DEATH")
    flagged = finding(trial, "The patient died, but there is no date of death")
    assert place(flagged) == ("note", "DM", 2, "DTHFL", "Y")
    listed = trial.cells_to_check[["sheet", "row", "column", "patient_id"]].values.tolist()
    assert ["DS", 4, "DSSTDTC", "S1-002"] in listed
    assert ["DS", 3, "DSDECOD", "S1-003"] in listed
    assert ["DM", 2, "DTHFL", "S1-001"] in listed


def test_a_column_of_dm_that_the_user_named_wins_over_ds() -> None:
    table = dm(DIED=["2020-02-30", None, None])
    trial = opened(
        {"DM": table, **rows("DS", disposition("DEATH", "2020-01-01", 2))},
        mapping={"patients": {"death_date": "DIED"}},
    )
    told = finding(trial, "not in the calendar")
    assert place(told) == ("set aside", "DM", 2, "DIED", "2020-02-30")
    # Whom only DS says to be dead is not taken for alive, and it is said where that is from.
    assert trial.patients["death_date"].tolist() == [pd.NaT, DAY("2020-01-01"), pd.NaT]
    of_ds = finding(trial, "DM has no date of death (DIED)")
    assert place(of_ds) == ("assumed", "DS", 2, "DSSTDTC", "2020-01-01")


def test_an_exposure_fills_a_blank_only() -> None:
    doses = [{"EXSTDTC": "2019-02-01", "USUBJID": f"S1-00{n}"} for n in (1, 2)]
    trial = opened({"DM": dm(RFXSTDTC=["2019-01-01", None, None]), **rows("EX", *doses)})
    mixed = finding(trial, "was taken for the first embolization")
    assert (mixed["sheet"], mixed["column"]) == ("DM", "RFXSTDTC, EXSTDTC (in 'EX')")
    first = trial.patients["first_embolization_date"]
    assert first.tolist() == [DAY("2019-01-01"), DAY("2019-02-01"), pd.NaT]
    assert trial.source.rows_used == 4


def test_the_reference_start_serves_those_who_were_treated() -> None:
    table = dm(RFSTDTC=["2019-01-01"] * 3, ACTARMCD=["A", "NOTTRT", None])
    trial = opened({"DM": table})
    first = trial.patients["first_embolization_date"]
    assert first.tolist() == [DAY("2019-01-01"), pd.NaT, DAY("2019-01-01")]
    told = finding(trial, "was taken for the first embolization")
    assert told["column"] == "RFSTDTC"
    assert "RFSTDTC, which sponsors may define otherwise" in told["remedy"]


def test_several_sheets_of_a_disposition_are_asked_about() -> None:
    randomized = rows("DS", disposition("RANDOMIZED", "2019-01-01"))["DS"]
    trial = opened({"DS 1": randomized, "DS 2": randomized.assign(DSSTDTC="2019-01-02")})
    assert trial.patients["randomization_date"].isna().all()
    told = trial.findings[trial.findings["problem"].str.contains("There are 2 sheets DS")]
    assert told["sheet"].tolist() == ["DS 1", "DS 2"]


# A trial written as SDTM and read back

DATES = st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31))
SOME_DATES = st.one_of(st.none(), DATES)
NUMBERS = st.integers(1, 400).map(lambda n: n / 4)
OURS = {
    "patients": {
        "arm": st.sampled_from(["TAE", "cTACE", "DEB-TACE", "Other"]),
        "arm_received": st.sampled_from(["TAE", "cTACE", None]),
        "site": st.sampled_from(["701", "Ghent"]),
        "randomization_date": SOME_DATES,
        "first_embolization_date": SOME_DATES,
        "age": st.integers(18, 90),
        "sex": st.sampled_from(["female", "male", None]),
        "death_date": SOME_DATES,
        "last_contact_date": SOME_DATES,
    },
    "adverse_events": {
        "term": st.sampled_from(["Pain", "Nausea"]),
        "grade": st.integers(1, 5),
        "start_date": SOME_DATES,
        "treatment_emergent": st.booleans(),
        "serious": st.booleans(),
    },
    "labs": {
        "test": st.sampled_from(["ALT", "SODIUM", "GLUC (URINE)"]),
        "date": DATES,
        "value": NUMBERS,
        "unit": st.sampled_from(["U/L", "g/L"]),
    },
    "assessments": {
        "date": DATES,
        "criteria": st.just("RECIST 1.1"),
        "overall_response": st.sampled_from(["CR", "PR", "SD", "PD", "NE"]),
        "sum_of_diameters_mm": NUMBERS,
    },
}


@st.composite
def trials(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows of our tables; no row repeats another, and a patient has one imaging a day."""
    ids = [f"S1-{n}" for n in range(draw(st.integers(1, 4)))]
    ours: dict[str, list[dict[str, Any]]] = {
        "patients": [
            {"patient_id": one, **draw(st.fixed_dictionaries(OURS["patients"]))} for one in ids
        ]
    }
    for table in ("adverse_events", "labs", "assessments"):
        row = st.fixed_dictionaries({"patient_id": st.sampled_from(ids), **OURS[table]})
        day = ("patient_id", "date") if table == "assessments" else ("patient_id", *OURS[table])
        key = itemgetter(*day)
        ours[table] = draw(st.lists(row, max_size=6, unique_by=key))
    return ours


def _iso(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def written(ours: dict[str, list[dict[str, Any]]]) -> tuple[dict[str, pd.DataFrame], int]:
    """Write a trial as SDTM; gives the number of its rows too."""
    sexes = {"female": "F", "male": "M", None: "U"}
    sheets: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES if name != "QS"}
    for row in ours["patients"]:
        one = {"USUBJID": row["patient_id"]}
        sheets["DM"].append(
            {**one, "DOMAIN": "DM", "ARM": row["arm"], "ACTARM": row["arm_received"],
             "SITEID": row["site"], "AGE": row["age"], "AGEU": "YEARS", "SEX": sexes[row["sex"]],
             "DTHDTC": _iso(row["death_date"]), "RFPENDTC": _iso(row["last_contact_date"])}
        )  # fmt: skip
        for what, date in (("RANDOMIZED", row["randomization_date"]), ("COMPLETED", None)):
            sheets["DS"].append({**one, "DSDECOD": what, "DSSTDTC": _iso(date)})
        if row["first_embolization_date"]:
            first = row["first_embolization_date"]
            for days in (40, 0):
                day = first + dt.timedelta(days)
                sheets["EX"].append({**one, "EXTRT": "x", "EXSTDTC": _iso(day)})
    for number, row in enumerate(ours["adverse_events"]):
        one = {"USUBJID": row["patient_id"]}
        sheets["AE"].append(
            {**one, "AESEQ": number, "AEDECOD": row["term"], "AETOXGR": str(row["grade"]),
             "AESTDTC": _iso(row["start_date"]), "AESER": "NY"[row["serious"]]}
        )  # fmt: skip
        sheets["SUPPAE"].append(
            {**one, "IDVAR": "AESEQ", "IDVARVAL": str(number), "QNAM": "AETRTEM",
             "QVAL": "NY"[row["treatment_emergent"]]}
        )  # fmt: skip
    for row in ours["labs"]:
        code, _, rest = row["test"].partition(" ")
        sheets["LB"].append(
            {"USUBJID": row["patient_id"], "LBTESTCD": code, "LBDTC": _iso(row["date"]),
             "LBSTRESN": row["value"], "LBSTRESU": row["unit"],
             "LBSPEC": "URINE" if rest else "SERUM"}
        )  # fmt: skip
    for row in ours["assessments"]:
        one = {"USUBJID": row["patient_id"]}
        sheets["RS"].append(
            {**one, "RSTESTCD": "OVRLRESP", "RSCAT": row["criteria"], "RSDTC": _iso(row["date"]),
             "RSSTRESC": row["overall_response"], "RSEVAL": "INVESTIGATOR"}
        )  # fmt: skip
        sheets["TR"].append(
            {**one, "TRTESTCD": "SUMDIAM", "TRSTRESN": row["sum_of_diameters_mm"],
             "TRSTRESU": "mm", "TRDTC": _iso(row["date"]), "TREVAL": "INVESTIGATOR"}
        )  # fmt: skip
    frames = {name: pd.DataFrame(found, dtype=object) for name, found in sheets.items() if found}
    return frames, sum(map(len, sheets.values()))


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trials())
def test_a_trial_written_as_sdtm_reads_back(ours: dict[str, list[dict[str, Any]]]) -> None:
    frames, size = written(ours)
    trial = opened(frames)
    assert trial.source.rows_read == size
    for table, expected in ours.items():
        columns = ["patient_id", *OURS[table]]
        found = getattr(trial, table)[columns]
        read = [dict(zip(columns, map(_plain, row), strict=True)) for row in found.values]
        assert read == expected, table
    assert trial.unreadable.empty
    # Not used are the dispositions that date no randomisation, and all treatments but the first.
    treated = sum(row["first_embolization_date"] is not None for row in ours["patients"])
    undated = sum(row["randomization_date"] is None for row in ours["patients"])
    assert trial.source.rows_set_aside == len(ours["patients"]) + undated + treated


# Whatever the cells hold

CELLS = st.sampled_from([None, "", "NA", "S1-001", "S1-002", "S1-004", 0, 1, "1", "2", "Y", "N",
                         "AESEQ", "AETRTEM", "OVRLRESP", "SUMDIAM", "RANDOMIZED", "DEATH", "ALT",
                         "NOT DONE", "INVESTIGATOR", "Screen Failure", "2020-01", "2020-01-02",
                         dt.datetime(2020, 1, 2), "§"])  # fmt: skip
SHEETS = {
    "DM": ("ARM", "ACTARM", "ARMNRS", "RFXSTDTC", "RFSTDTC", "DTHFL", "DTHDTC", "AGE", "AGEU"),
    "DS": ("DSDECOD", "DSSTDTC"),
    "EX": ("EXSTDTC", "EXOCCUR"),
    "AE": ("AESEQ", "AETERM"),
    "SUPPAE": ("IDVAR", "IDVARVAL", "QNAM", "QVAL"),
    "LB": ("LBTESTCD", "LBSTRESN", "LBORRES", "LBSTAT"),
    "RS": ("RSTESTCD", "RSSTRESC", "RSDTC", "RSEVAL", "RSCAT", "RSACPTFL"),
    "TR": ("TRTESTCD", "TRSTRESN", "TRSTRESU", "TRDTC", "TREVAL"),
}


def _filled(row: list[Any]) -> bool:
    return any(isinstance(cell, dt.date) or cell not in (None, "", np.nan) for cell in row)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_row_is_accounted_for(data: st.DataObject) -> None:
    tables = {}
    for name, columns in SHEETS.items():
        row = st.tuples(*[CELLS] * (len(columns) + 1))
        drawn = data.draw(st.lists(row, max_size=6))
        tables[name] = pd.DataFrame(drawn, columns=["USUBJID", *columns], dtype=object)
    tables["DM"] = pd.concat([dm(), tables["DM"]])
    trial = opened(tables)
    filled = [row for frame in tables.values() for row in frame.to_numpy().tolist() if _filled(row)]
    source = trial.source
    assert source.rows_read == len(filled) == source.rows_used + source.rows_set_aside
    told = trial.findings["severity"].eq("set aside").any()
    assert told or trial.source.rows_set_aside == 0


def test_what_the_user_named_is_not_said_to_be_taken_from_elsewhere() -> None:
    table = dm(
        DTHDTC=["2020-01-02", None, None],
        GIVEN=["2019-02-01"] * 3,
        RANDED=["2019-01-01"] * 3,
        RFXSTDTC=["2019-03-01"] * 3,
    )
    facts = rows(
        "DS",
        disposition("DEATH", "2020-01-05"),
        disposition("RANDOMIZED", "2019-01-09"),
        disposition("DEATH", "2020-02-02", 2),
    )
    named = {
        "death_date": "DTHDTC",
        "first_embolization_date": "GIVEN",
        "randomization_date": "RANDED",
    }
    trial = opened({"DM": table, **facts}, mapping={"patients": named})
    patients = trial.patients
    assert patients["death_date"].tolist() == [DAY("2020-01-02"), DAY("2020-02-02"), pd.NaT]
    assert patients["first_embolization_date"].tolist() == [DAY("2019-02-01")] * 3
    assert patients["randomization_date"].tolist() == [DAY("2019-01-01")] * 3
    # It is said of the one death that is taken from there, and of nothing else.
    told = finding(trial, "the disposition DEATH in DS was taken")
    assert place(told) == ("assumed", "DS", 4, "DSSTDTC", "2020-02-02")
    assert not trial.findings["problem"].str.contains("for the first embolization").any()
    # Three patients and that death; the other dispositions are set aside.
    assert (trial.source.rows_used, trial.source.rows_set_aside) == (4, 2)
    named_alone = opened(
        {
            "DM": dm(DTHDTC=["2020-01-02", None, None]),
            **rows("DS", disposition("DEATH", "2020-01-05")),
        },
        mapping={"patients": {"death_date": "DTHDTC"}},
    )
    assert not named_alone.findings["problem"].str.contains("disposition DEATH").any()


def test_rows_that_contradict_each_other_are_to_be_corrected() -> None:
    deaths = [disposition("DEATH", "2020-01-01", 2), disposition("DEATH", "2020-02-01", 2)]
    trial = opened(rows("DS", *deaths, disposition("RANDOMIZED", "2019-01-01", 9)))
    cells = trial.cells_to_check[["sheet", "row", "column", "patient_id"]].values.tolist()
    assert ["DS", 2, "DSSTDTC", "S1-002"] in cells
    assert ["DS", 3, "DSSTDTC", "S1-002"] in cells
    assert ["DS", 4, "USUBJID", "S1-009"] in cells
    # Who is left out as a screen failure is nobody's to correct.
    failed = opened({"DM": dm(ARM=["Arm 1 - BE", "Screen Failure"])})
    assert "S1-002" not in set(failed.cells_to_check["patient_id"])
