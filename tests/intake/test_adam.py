"""CDISC ADaM: what is taken from which variable, and that every row is accounted for.

The exports are built here, in the shape that such exports have: a row of labels over or under the
names, screen failures, several parameters a data set.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, Trial, load_export
from retnet_core.analysis import safety, survival, time_to_event
from retnet_core.intake.layouts import retnet
from retnet_core.intake.layouts.adam.names import NAMES, SOURCES
from retnet_core.intake.mapping import ExportMapping
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.adam import (
    adsl,
    finding,
    labelled,
    opened,
    place,
    response,
    rows,
    silent,
    time,
)

# Recognition


def test_an_export_says_what_it_was_read_as() -> None:
    said = finding(opened(rows("ADTTE", {"PARAMCD": "OS"})), "Read as CDISC ADaM")
    assert said["severity"] == "note"
    assert "The sheets ADSL and ADTTE are named as in CDISC ADaM." in said["problem"]
    assert "ADSL has the variable USUBJID." in said["problem"]


def test_a_retnet_workbook_wins_by_its_own_name_only() -> None:
    patients = pd.DataFrame({"patient_id": ["1"], "arm": ["TAE"]})
    trial = load_export(workbook({"ADSL": adsl(), "patients": patients}))
    assert trial.source.layout == "RETNET workbook"
    assert silent(trial, "Read as")
    assert opened({"Demographics": patients}).source.rows_set_aside == 1


def test_what_is_not_recognised_names_the_kinds_that_are() -> None:
    with pytest.raises(ExportError, match=r"'ADTTE'.*RETNET workbook .*CDISC ADaM \(with"):
        load_export(workbook(rows("ADTTE", {"PARAMCD": "OS"})))


def test_without_ids_nothing_opens() -> None:
    with pytest.raises(ExportError, match=r"'ADSL' has no variable USUBJID or SUBJID \(it has AGE"):
        load_export(workbook({"ADSL": pd.DataFrame({"AGE": [50], "SEX": ["M"]})}))


def test_a_zip_of_csv_files_with_prefixes_and_folders_opens() -> None:
    events = rows("x", {"AEDECOD": "Nausea", "ATOXGR": "2"})["x"]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("adam/study1_adsl.csv", labelled(adsl(), under=True).to_csv(index=False))
        archive.writestr("adam/study1_adae.csv", labelled(events).to_csv(index=False))
    trial = load_export(stream.getvalue(), "export.zip")
    assert len(trial.patients) == 3
    assert trial.adverse_events[["term", "grade"]].values.tolist() == [["Nausea", 2]]


def test_na_is_a_blank_cell_as_r_writes_it() -> None:
    blanks = {"AVALU": "NA", "PARAM": "OS (days)", "DTYPE": "NA", "EVNTDESC": "NA"}
    times = rows("x", time(**blanks, CNSDTDSC="NA"), time("PFS", CNSR=1, CNSDTDSC="."))["x"]
    calls = rows("x", response(8, "SD", DTYPE="NA"))["x"]
    patients = adsl(TRT01P=["NA"] * 3, ARM=["TAE"] * 3, LSTALVDT=["NA"] * 3)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, frame in (("adsl", patients), ("adtte", times), ("adrs", calls)):
            archive.writestr(f"{name}.csv", frame.to_csv(index=False, na_rep="NA"))
    trial = load_export(stream.getvalue(), "export.zip")
    assert trial.source.rows_set_aside == 0
    assert trial.patients["arm"].tolist() == ["TAE"] * 3
    assert trial.time_to_event[["days", "event"]].values.tolist() == [[10, True], [10, False]]
    assert trial.assessments["overall_response"].tolist() == ["SD"]
    assert silent(trial, "opposite")


@pytest.mark.parametrize("under", [False, True])
def test_a_row_of_labels_is_no_data(under: bool) -> None:
    table = labelled(adsl(AGE=[50, 60, 400]), under)
    trial = load_export(workbook({"ADSL": table}))
    assert (trial.source.rows_read, trial.source.rows_used) == (3, 3)
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE", "cTACE"]
    assert finding(trial, "holds labels")["row"] == (2 if under else 1)
    # The row as the spreadsheet shows it: two rows of names and labels stand over the data.
    assert place(finding(trial, "between 0 and 120")) == ("set aside", "ADSL", 5, "AGE", "400")


def test_a_patient_is_no_label() -> None:
    table = adsl(AGE=[50, 60, 70]).assign(USUBJID=["Subject ID 1", "Subject ID 2", "Subject ID 3"])
    assert len(opened({"ADSL": table}).patients) == 3


def test_a_title_over_the_names_is_no_label() -> None:
    assert silent(opened({}), "holds labels")
    frame = adsl()
    title = ["Study S1", *[f"Unnamed {n}" for n in range(2)]]
    table = pd.DataFrame([frame.columns, *frame.to_numpy()], columns=title)
    content = workbook({"ADSL": table.rename(columns=lambda one: "" if "Unn" in one else one)})
    assert silent(load_export(content), "holds labels")


def test_sheets_that_are_not_read_are_counted() -> None:
    trial = opened({"ADEX": adsl(), **rows("ADTTE", {"PARAMCD": "OS"})})
    assert len(trial.time_to_event) == 1
    assert trial.source.rows_set_aside == 3
    assert "ADSL, ADTTE" in finding(trial, "none of the tables")["remedy"]


def test_columns_that_are_not_used_are_named() -> None:
    assert place(finding(opened({"ADSL": adsl(RACE=["a"] * 3)}), "not used"))[3] == "STUDYID, RACE"


def test_the_sheet_about_states_the_data_cut() -> None:
    trial = load_export(workbook({"ADSL": adsl()}, {"data_cut": "2023-05-31"}))
    assert trial.source.data_cut == dt.date(2023, 5, 31)
    assert (trial.source.rows_read, trial.source.rows_used) == (4, 4)


def test_the_mapping_wins() -> None:
    table = adsl(NR=["a", "b", "c"], COHORT=["DEB", "DEB", "TACE"])
    trial = opened({"ADSL": table}, mapping={"patients": {"patient_id": "Nr", "arm": "COHORT"}})
    assert trial.patients["patient_id"].tolist() == ["a", "b", "c"]
    assert trial.patients["arm"].tolist() == ["DEB-TACE", "DEB-TACE", "cTACE"]


def test_the_mapping_takes_a_column_as_it_stands() -> None:
    table = rows("ADTTE", {"PARAMCD": "OS", "CNSR": 0, "STATUS": "alive"})
    trial = opened(table, mapping={"time_to_event": {"event": "STATUS", "months": "NONE"}})
    assert trial.time_to_event["event"].tolist() == [False]
    assert finding(trial, "the sheet does not have it")["column"] == "NONE"


def test_the_declared_sources_are_columns_of_ours() -> None:
    assert set(SOURCES) == set(NAMES)
    for name, columns in SOURCES.items():
        assert set(columns) <= set(SCHEMAS[NAMES[name]].columns)
    assert retnet.NAME != "CDISC ADaM"


# ADSL


def test_patients() -> None:
    table = adsl(
        TRT01A=["Arm 2 - TACE", "Not Treated", None],
        SAFFL=["Y", "N", "Y"],
        SITEID=["701", "702", "702"],
        SEX=["F", "M", "U"],
        BECOG=[0, 1, 2],
        RANDDT=[dt.datetime(2019, 2, 1)] * 3,
        TRTSDTM=["2019-02-24 11:09:25", None, "2019-02-26 09:05:10"],
        DTHDTC=["2020-03-06", "", "2020-04"],
        LSTALVDT=["2020-03-05", None, None],
        EOSDT=["2020-03-01", "2020-02-02", "2020-02-03"],
    )
    trial = opened({"ADSL": table})
    patients = trial.patients
    assert patients["arm_received"].tolist() == ["cTACE", None, None]
    assert patients["treated"].tolist() == [True, False, True]
    assert patients["site"].tolist() == ["701", "702", "702"]
    assert patients["sex"].tolist() == ["female", "male", None]
    assert patients["ecog"].tolist() == [0, 1, 2]
    day = pd.Timestamp
    assert patients["randomization_date"].tolist() == [day("2019-02-01")] * 3
    assert patients["first_embolization_date"].tolist() == [
        day("2019-02-24"), pd.NaT, day("2019-02-26"),
    ]  # fmt: skip
    assert patients["death_date"].tolist() == [day("2020-03-06"), pd.NaT, pd.NaT]
    assert patients["last_contact_date"].tolist() == [
        day("2020-03-05"), day("2020-02-02"), day("2020-02-03"),
    ]  # fmt: skip
    first = finding(trial, "was taken for the first embolization")
    assert (first["severity"], first["column"]) == ("assumed", "TRTSDTM")
    end = finding(trial, "the end of study was taken")
    assert place(end)[:4] == ("assumed", "ADSL", 3, "EOSDT")
    assert "2 cells" in end["problem"]
    partial = finding(trial, "has no day")
    assert place(partial) == ("set aside", "ADSL", 4, "DTHDTC", "2020-04")


def test_an_arm_that_is_blank_is_taken_from_the_next_variable() -> None:
    trial = opened({"ADSL": adsl(TRT01P=["DEB", None, None], ARM=["x", "Placebo", "TACE"])})
    assert trial.patients["arm"].tolist() == ["DEB-TACE", "Placebo", "cTACE"]
    assert place(finding(trial, "'Placebo' is no arm"))[1:4] == ("ADSL", 3, "ARM")
    received = adsl(TRT01A=["TAE", None, "TAE"], ACTARM=["TAE", "X", "TAE"])
    told = finding(opened({"ADSL": received}), "'X' is no arm")
    assert place(told)[1:4] == ("ADSL", 3, "ACTARM")


def test_subjid_serves_where_there_is_no_usubjid() -> None:
    trial = opened({"ADSL": adsl(SUBJID=["1", "2", "3"]).drop(columns="USUBJID")})
    assert trial.patients["patient_id"].tolist() == ["1", "2", "3"]
    both = opened({"ADSL": adsl(SUBJID=["1", "2", "3"])})
    assert both.patients["patient_id"].tolist() == ["S1-001", "S1-002", "S1-003"]


@pytest.mark.parametrize(
    "column",
    [
        {"TRT01P": ["TAE", "Screen Failure", "SCREEN FAILURE"]},
        {"ARMCD": ["A", "SCRNFAIL", "NOTASSGN"]},
        {"RANDFL": ["Y", "N", "N"]},
    ],
)
def test_screen_failures_are_counted_and_set_aside(column: dict[str, list[str]]) -> None:
    events = rows("ADAE", {"AEDECOD": "a"}, {"USUBJID": "S1-002"}, {"USUBJID": "S1-009"})
    trial = opened({"ADSL": adsl(**column), **events})
    assert trial.patients["patient_id"].tolist() == ["S1-001"]
    assert trial.adverse_events["patient_id"].tolist() == ["S1-001"]
    assert (trial.source.rows_read, trial.source.rows_set_aside) == (6, 4)
    said = finding(trial, "was never randomised (a screen failure) and")
    assert place(said)[:4] == ("set aside", "ADSL", 3, next(iter(column)))
    assert "2 cells" in said["problem"]
    other = finding(trial, "(a screen failure of ADSL)")
    assert place(other) == ("set aside", "ADAE", 3, "USUBJID", "S1-002")
    assert finding(trial, "is not in the table patients")["value"] == "S1-009"


def test_where_nobody_was_randomised_the_flag_sets_nobody_aside() -> None:
    assert len(opened({"ADSL": adsl(RANDFL=["N", "N", None])}).patients) == 3


def test_arms_stand_in_the_order_of_their_numbers() -> None:
    names = {"TRT01P": ["Zeta", "Alpha", "Mid"]}
    assert opened({"ADSL": adsl(**names)}).arms == ("Zeta", "Alpha", "Mid")
    for number in ("TRT01PN", "ARMN"):
        trial = opened({"ADSL": adsl(**names, **{number: [3, 1, 2]}, AGE=[1, 2, 400])})
        assert trial.arms == ("Alpha", "Mid", "Zeta")
        # Rows keep their place in the file.
        assert place(finding(trial, "between 0 and 120"))[2:] == (4, "AGE", "400")
    partly = opened({"ADSL": adsl(**names, TRT01PN=[None, 2, 1])})
    assert partly.arms == ("Mid", "Alpha", "Zeta")


def test_an_arm_that_another_variable_contradicts_is_told() -> None:
    table = adsl(ARM=["TACE", "TACE", "TACE"], TRT01A=["A", "B", "B"], ACTARM=["a arm", "b", "c"])
    trial = opened({"ADSL": table})
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE", "cTACE"]
    told = finding(trial, "ARM names another arm than TRT01P, which was kept")
    assert place(told) == ("assumed", "ADSL", 2, "ARM", "TACE")
    # Another name for the same arm is no contradiction.
    assert place(finding(trial, "ACTARM names another arm than TRT01A"))[2:] == (4, "ACTARM", "c")


def test_of_two_rows_of_a_patient_the_first_counts_whatever_its_arms_number() -> None:
    table = adsl(TRT01P=["Zeta", "Alpha"], TRT01PN=[2, 1]).assign(USUBJID=["1", "1"])
    trial = opened({"ADSL": table})
    assert trial.patients["arm"].tolist() == ["Zeta"]
    assert finding(trial, "with another arm")["row"] == 3


def test_who_died_on_an_unknown_day_is_not_taken_for_alive() -> None:
    day = dt.datetime(2020, 1, 1)
    table = adsl(DTHFL=["Y", None, "N"], TRTSDT=[day] * 3, LSTALVDT=[dt.datetime(2021, 1, 1)] * 3)
    trial = opened({"ADSL": table})
    deaths = time_to_event.derive(trial, "os")
    assert deaths.frame["patient_id"].tolist() == ["S1-002", "S1-003"]
    assert deaths.not_analysed["patient_id"].tolist() == ["S1-001"]
    assert place(finding(trial, "is not taken for alive")) == ("note", "ADSL", 2, "DTHFL", "Y")


# Whatever the cells hold

CELLS = st.sampled_from([None, "", "NA", "S1-001", "S1-002", "S1-004", 0, 1, -2, "2", "DAYS",
                         "WEEKS", "COUNT", "Y", "OS", "PFS", "TNE", "OVRINV", "SDIAM", "QS02801",
                         "Screen Failure", "2020-01-02", dt.datetime(2020, 1, 2), "§"])  # fmt: skip
PARAMETERS = ("PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU", "CNSR", "ADT", "STARTDT", "DTYPE")


def _filled(row: list[Any]) -> bool:
    return any(isinstance(cell, dt.date) or cell not in (None, "", np.nan) for cell in row)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_row_is_accounted_for(data: st.DataObject) -> None:
    def table(*names: str) -> pd.DataFrame:
        given = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)),
                                   max_size=6))  # fmt: skip
        return pd.DataFrame(given, columns=names, dtype=object)

    tables = {name: table("USUBJID", *PARAMETERS) for name in ("ADTTE", "ADRS", "ADTR", "ADQLQC")}
    tables["ADSL"] = pd.concat([adsl(), table("USUBJID", "TRT01P", "RANDFL")])
    trial = opened(tables)
    filled = [row for frame in tables.values() for row in frame.to_numpy().tolist() if _filled(row)]
    source = trial.source
    assert source.rows_read == len(filled) == source.rows_used + source.rows_set_aside
    told = trial.findings[trial.findings["severity"] == "set aside"]
    assert (trial.source.rows_set_aside == 0) or len(told)


# Exports made by others

TRYOUT = os.environ.get("RETNET_TRYOUT_DATA")
tryout = pytest.mark.skipif(not TRYOUT, reason="RETNET_TRYOUT_DATA names no folder of exports")


def tried(folder: str) -> tuple[Trial, dict[str, Any]]:
    path = Path(TRYOUT or "") / folder
    birth = ExportMapping(dropped=(("ADSL", "Date/Time of Birth"),))
    trial = load_export(path / "export.xlsx", mapping=birth)
    source = trial.source
    assert source.rows_read == source.rows_used + source.rows_set_aside
    return trial, json.loads((path / "reference_results.json").read_text())


def same_at_6_decimals(found: Any, expected: Any) -> None:
    numbers = np.array([expected], dtype=float)  # None is NaN: not reached
    np.testing.assert_allclose(np.array([found], dtype=float), numbers, rtol=0, atol=1.01e-6)


def same_survival(trial: Trial, endpoint: str, expected: dict[str, Any]) -> None:
    """Compare medians, log-rank test and hazard ratios with R 4.2.2, survival 3.5-3.

    survfit(Surv(time, event) ~ arm, conf.type = "log-log"), survdiff and coxph(ties = "efron").
    """
    tte = time_to_event.derive(trial, endpoint)
    medians = survival.kaplan_meier(tte, by="arm").medians.set_index("group")
    for group in expected["groups"]:
        row = medians.loc[group["group"]]
        assert (row["n"], row["events"]) == (group["n"], group["events"])
        days = row[["median", "lower", "upper"]] * 30.4375
        same_at_6_decimals(days, [group["median"], *group["median_ci95_loglog"]])
    test, r = survival.logrank(tte, by="arm"), expected["logrank"]
    same_at_6_decimals([test.statistic, test.df, test.p], [r["chisq"], r["df"], r["p"]])
    cox = next(one for one in expected["cox"] if one["ties"] == "efron")
    ratios = survival.hazard_ratios(tte, by="arm", reference=cox["reference"]).table
    for term in cox["terms"]:
        if term["hr"]:  # R's estimate of an arm without an event has run off to 0
            row = ratios.set_index("level").loc[term["level"]]
            found = row[["hr", "lower", "upper", "p"]]
            same_at_6_decimals(found, [term["hr"], *term["ci95"], term["wald_p"]])


@tryout
@pytest.mark.parametrize("endpoint", ["CRSD", "EFS", "OS", "PFS"])
def test_the_survival_of_a_trial_of_three_arms_equals_r(endpoint: str) -> None:
    trial, expected = tried("three_arm_oncology")
    same_survival(trial, endpoint, expected[f"TTE_{endpoint}"])


@tryout
def test_a_trial_of_three_arms_opens() -> None:
    trial, expected = tried("three_arm_oncology")
    assert len(trial.patients) == 400
    assert trial.source.rows_read == 400 + 1934 + 2000 + 3200 + 2800
    assert "TNE" not in set(trial.time_to_event["endpoint"])
    # Each of the 2,400 responses has a sum of the same day; 400 minima are no visits.
    assert len(trial.assessments) == 2400
    table = safety.grade_table(trial, by="overall").table.set_index("arm")
    for arm in expected["ae_max_grade"]:
        row = table.loc[arm["arm"]]
        assert (row["n_treated"], row["any"]) == (arm["N"], arm["any"])
        assert row["grade_3_or_more"] == arm["grade3plus"]
        assert {n: row[f"grade_{n}"] for n in arm["by_max_grade"]} == arm["by_max_grade"]


@tryout
def test_a_trial_with_screen_failures_and_hardly_an_event_opens() -> None:
    trial, expected = tried("adam_oncology")
    screened, by_flag = expected["adsl_trap"], expected["SAFFL"]
    planned, actual = screened["TRT01P"], screened["TRT01A"]
    failures = planned.pop("Screen Failure")
    assert actual.pop("Screen Failure") == failures
    assert trial.patients["arm"].value_counts().to_dict() == planned
    assert trial.patients["arm_received"].value_counts().to_dict() == actual
    assert int(trial.patients["treated"].sum()) == by_flag["Y"]
    assert f"{failures} cells" in finding(trial, "(a screen failure) and")["problem"]
    same_survival(trial, "OS", expected["OS"])
    same_survival(trial, "PFS", expected["PFS"])
    given = trial.time_to_event
    duration = given[given["endpoint"] == "RSD"]
    assert (len(duration), int(duration["event"].sum())) == tuple(expected["RSD"].values())
