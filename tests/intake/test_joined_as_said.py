"""What is joined from several rows is chosen as the user says that its cells are read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from retnet_core import Trial, load_export
from retnet_core.analysis import time_to_event
from retnet_core.intake.mapping import DATE_ORDERS, ExportMapping, Reading
from tests.exports import workbook
from tests.intake import adam, edc, hand_kept, sdtm
from tests.intake.edc import A, B, day, rave, subjects
from tests.intake.opening import said
from tests.intake.redcap import project

DAY_FIRST = ExportMapping(dates="day first")
NO_VALUE = ExportMapping(missing=("2099-12-31", "-99"))
NOTHING = ExportMapping()
CONTACT = "last_contact_date"
ASKED = "depends on the order of day and month"
OF_BOTH = pytest.mark.parametrize("system", ["rave", "redcap"])


def followed(system: str, days: Sequence[str], mapping: ExportMapping = NOTHING) -> Trial:
    """Open an export with a patient who was alive on some days, a row each."""
    if system == "rave":
        rows = [rave("Follow-up", A, at, LSTALVDT=one) for at, one in enumerate(days, start=2)]
        return edc.opened({"DM": subjects(ARM=["TAE"]), "FU": rows}, mapping=mapping)
    dictionary = project.form("follow_up", (CONTACT, "text", ""))
    rows = [{"record_id": "1", "redcap_event_name": f"visit_{at}_arm_1", CONTACT: one}
            for at, one in enumerate(days)]  # fmt: skip
    first = {"record_id": "1", "redcap_event_name": project.START, "arm_assigned": 1}
    return project.opened(project.raw([first, *rows], dictionary), dictionary, mapping=mapping)


def contact(trial: Trial) -> str | None:
    (found,) = trial.patients[CONTACT]
    return None if pd.isna(found) else found.date().isoformat()


# The order of dates


@OF_BOTH
@pytest.mark.parametrize(
    ("days", "order", "expected"),
    [
        (["03/04/2020", "05/06/2021"], "day first", "2021-06-05"),
        (["05/06/2021", "03/04/2020"], "month first", "2021-05-06"),
        (["03/04/2020", "02/05/2020"], "day first", "2020-05-02"),
        (["03/04/2020", "02/05/2020"], "month first", "2020-03-04"),
        (["2020-06-01", "05/07/2020"], "day first", "2020-07-05"),
        (["2020-06-01", "05/07/2020"], "month first", "2020-06-01"),
    ],
)
def test_the_latest_of_several_days_is_that_of_the_order_that_is_said(
    system: str, days: list[str], order: str, expected: str
) -> None:
    trial = followed(system, days, ExportMapping(dates=DATE_ORDERS[order]))
    assert contact(trial) == expected
    assert not said(trial, ASKED)
    assert not said(trial, "another last_contact_date")


@OF_BOTH
def test_of_days_whose_order_is_only_asked_none_is_taken(system: str) -> None:
    trial = followed(system, ["03/04/2020", "05/06/2021"])
    assert contact(trial) is None
    # It is the later one, in each order, that is asked about.
    told = edc.finding(trial, "Is this day-month-year or month-day-year?")
    assert (told["severity"], told["value"]) == ("set aside", "05/06/2021")


@OF_BOTH
@pytest.mark.parametrize("days", [["03/04/2020", "02/05/2020"], ["2020-06-01", "05/07/2020"]])
def test_where_the_order_decides_which_day_is_the_latest_it_is_asked(
    system: str, days: list[str]
) -> None:
    trial = followed(system, days)
    assert contact(trial) is None
    told = trial.findings[trial.findings["problem"].str.contains(ASKED, regex=False)]
    assert set(told["severity"]) == {"set aside"}
    assert told["value"].tolist() == [one for one in days if "/" in one]
    assert not said(trial, "another last_contact_date")


@OF_BOTH
def test_a_day_that_is_the_latest_in_every_order_needs_no_answer(system: str) -> None:
    trial = followed(system, ["03/04/2020", "2021-01-01", "02/05/2020"])
    assert contact(trial) == "2021-01-01"
    assert not said(trial, ASKED)


def test_a_day_of_death_does_not_decide_which_contact_was_the_latest() -> None:
    forms = {
        "DM": subjects(ARM=["TAE", "TAE"]),
        "SURV": [
            rave("SURV", A, 2, SSDAT="03/04/2020", SSORRES="Alive"),
            rave("SURV", A, 3, SSDAT="02/05/2020", SSORRES="Alive"),
            rave("SURV", B, 4, SSDAT="2021-12-27", SSORRES="Dead"),
        ],
        "DEATH": [rave("Death", B, 5, DTHDAT="25/12/2021")],
    }
    trial = edc.opened(forms)
    assert trial.patients[CONTACT].tolist() == [pd.NaT, day("2021-12-25")]
    assert edc.opened(forms, mapping=DAY_FIRST).patients[CONTACT].tolist() == [
        day("2020-05-02"), day("2021-12-25"),
    ]  # fmt: skip


def test_the_earliest_of_several_days_is_that_of_the_order_that_is_said() -> None:
    rows = [rave("PROG", A, at, PDDAT=one) for at, one in enumerate(["02/05/2020", "03/04/2020"])]
    forms = {"DM": subjects(ARM=["TAE"]), "PROG": rows}
    (told,) = edc.opened(forms, mapping=DAY_FIRST).patients["progression_date"]
    assert told == day("2020-04-03")
    assert edc.opened(forms).patients["progression_date"].isna().all()


def test_sessions_date_the_first_embolization_in_the_order_that_is_said() -> None:
    frames = {
        "patients": pd.DataFrame(
            {"patient_id": ["1"], "arm": ["TAE"], "Embo1_Date": ["05/06/2021"],
             "Embo2_Date": ["03/04/2020"]}
        )
    }  # fmt: skip
    content = workbook(frames)
    for mapping in (
        DAY_FIRST,
        ExportMapping(readings={("embolizations", "date"): Reading(dates="day first")}),
    ):
        trial = load_export(content, mapping=mapping)
        assert trial.patients["first_embolization_date"].tolist() == [day("2020-04-03")]
        assert said(trial, "the earliest session of each patient was taken")
    asked = load_export(content)
    assert asked.patients["first_embolization_date"].isna().all()
    assert not said(asked, "the earliest session of each patient was taken")


def test_the_first_treatment_of_ex_is_that_of_the_order_that_is_said() -> None:
    ex = [{"EXTRT": "TACE", "EXSTDTC": one} for one in ("02/05/2020", "03/04/2020", "2099-12-31")]
    tables = sdtm.rows("EX", *ex)
    mapping = ExportMapping(dates="day first", missing=("2099-12-31",))
    first = sdtm.opened(tables, mapping=mapping).patients["first_embolization_date"]
    assert first.tolist() == [day("2020-04-03"), pd.NaT, pd.NaT]


# Cells that stand for no value


@OF_BOTH
def test_a_day_that_stands_for_no_value_is_not_the_latest(system: str) -> None:
    days = ["2020-03-04", "2099-12-31"]
    trial = followed(system, days, NO_VALUE)
    assert contact(trial) == "2020-03-04"
    assert not said(trial, "several days")
    assert not said(trial, "another")
    code = Reading(codes={"2099-12-31": ""})
    by_code = ExportMapping(readings={("patients", CONTACT): code})
    assert contact(followed(system, days, by_code)) == "2020-03-04"
    assert contact(followed(system, days[1:], NO_VALUE)) is None


def test_a_value_of_a_later_form_is_taken_before_one_that_stands_for_none() -> None:
    forms = {"DM": subjects(ARM=["TAE"], ECOG=[-99]), "ECOG": [rave("ECOG", A, 2, ECOG=2)]}
    trial = edc.opened(forms, mapping=NO_VALUE)
    assert trial.patients["ecog"].tolist() == [2]
    assert not said(trial, "another ecog")
    assert edc.opened(forms).findings["problem"].str.contains("another ecog").any()


def test_a_value_of_a_later_event_is_taken_before_one_that_stands_for_none() -> None:
    rows = [
        {"record_id": "1", "redcap_event_name": project.START, "arm_assigned": 1, "ecog": "-99"},
        {"record_id": "1", "redcap_event_name": "month_3_arm_1", "ecog": 2},
    ]
    trial = project.opened(project.raw(rows), mapping=NO_VALUE)
    assert trial.patients["ecog"].tolist() == [2]
    assert not said(trial, "another ecog")


def test_a_session_that_stands_for_none_is_not_the_first() -> None:
    rows = [["patient_id", "arm", "Embo1_Date", "Embo2_Date"],
            ["1", "TAE", "1900-01-01", "2020-04-03"]]  # fmt: skip
    mapping = ExportMapping(missing=("1900-01-01",))
    trial = load_export(hand_kept.book(patients=rows), mapping=mapping)
    assert trial.patients["first_embolization_date"].tolist() == [day("2020-04-03")]
    ((severity, _, row, header, value),) = hand_kept.told(trial, "session of the patient has no")
    assert (severity, row, header, value) == ("assumed", 2, "Embo1_Date", "1900-01-01")


# Deaths


def test_who_died_on_a_day_that_stands_for_none_is_not_taken_for_alive() -> None:
    days = {"DTHDTC": ["2099-12-31", "", "2021-01-01"], "DTHFL": ["Y", "", "Y"]}
    start = {"RFXSTDTC": ["2020-01-01"] * 3, "RFPENDTC": ["2021-02-01"] * 3}
    by_sdtm = sdtm.opened({"DM": sdtm.dm(**days, **start)}, mapping=NO_VALUE)
    flags = {"DTHDT": days["DTHDTC"], "DTHFL": days["DTHFL"], "TRTSDT": start["RFXSTDTC"]}
    contacts = {"LSTALVDT": ["2020-12-01"] * 3}
    by_adam = adam.opened({"ADSL": adam.adsl(**flags, **contacts)}, mapping=NO_VALUE)
    for trial in (by_sdtm, by_adam):
        assert trial.patients["death_date"].tolist() == [pd.NaT, pd.NaT, day("2021-01-01")]
        assert time_to_event.derive(trial, "os").not_analysed["patient_id"].tolist() == ["S1-001"]
        assert said(trial, "The patient died, but there is no date of death")


def test_a_status_counts_where_the_day_of_death_stands_for_none() -> None:
    forms = {
        "DM": subjects(ARM=["TAE"]),
        "EXEMBO": [rave("EXEMBO", A, 2, EXSTDAT="2020-01-01")],
        "DEATH": [rave("Death", A, 3, DTHDAT="2099-12-31")],
        "FU": [rave("FU", A, 4, FUDAT="2020-12-23", FUSTAT="Dead"),
               rave("FU", A, 5, FUDAT="2020-06-01", FUSTAT="Alive")],
    }  # fmt: skip
    trial = edc.opened(forms, mapping=NO_VALUE)
    assert time_to_event.derive(trial, "os").not_analysed["patient_id"].tolist() == [A]


def test_a_status_counts_where_the_day_of_death_of_another_event_stands_for_none() -> None:
    dictionary = project.form(
        "follow_up", (CONTACT, "text", ""), ("death_date", "text", ""),
        ("first_embolization_date", "text", ""), ("died", "yesno", ""),
    )  # fmt: skip
    row = {"record_id": "1", "redcap_event_name": project.START, "arm_assigned": 1,
           "first_embolization_date": "2020-01-01", CONTACT: "2020-06-01",
           "death_date": "2099-12-31", "died": 1}  # fmt: skip
    trial = project.opened(project.raw([row], dictionary), dictionary, mapping=NO_VALUE)
    assert time_to_event.derive(trial, "os").not_analysed["patient_id"].tolist() == ["1"]


@pytest.mark.parametrize("word", ["Expired", "Died", "deceased"])
def test_every_word_of_death_is_one_of_a_follow_up(word: str) -> None:
    forms = {
        "DM": subjects(ARM=["TAE", "TAE"]),
        "EXEMBO": [rave("EXEMBO", one, 2, EXSTDAT="2020-01-01") for one in (A, B)],
        "FU": [rave("FU", A, 3, FUDAT="2020-06-01", FUSTAT="Alive"),
               rave("FU", A, 4, FUDAT="2020-12-23", FUSTAT=word),
               rave("FU", B, 5, FUDAT="2020-12-23", FUSTAT="Living")],
    }  # fmt: skip
    trial = edc.opened(forms)
    analysed = time_to_event.derive(trial, "os")
    assert analysed.frame["patient_id"].tolist() == [B]
    assert analysed.not_analysed["patient_id"].tolist() == [A]
    assert trial.patients[CONTACT].tolist() == [day("2020-06-01"), day("2020-12-23")]


# Where a finding points


def test_what_was_done_by_the_mapping_is_told_in_the_sheet_of_the_column() -> None:
    forms = {
        "DM": subjects(ARM=["TAE"]),
        "DEATH": [rave("Death", A, 2, DTHDAT="2099-12-31")],
    }
    told = edc.finding(edc.opened(forms, mapping=NO_VALUE), "'2099-12-31' (1 cell)")
    assert (told["sheet"], told["column"]) == ("DEATH.csv", "DTHDAT")
