"""Forms of Veeva Vault CDMS and secuTrial, and what systems and forms are known by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from retnet_core import load_export
from retnet_core.intake.files import open_file
from retnet_core.intake.layouts import edc
from retnet_core.intake.layouts.edc.names import (
    FORMS,
    ITEMS,
    NEEDED,
    RULES,
    reason_not_read,
    table_of_form,
)
from retnet_core.tables import SCHEMAS
from tests.exports import workbook
from tests.intake.edc import TRIAL, Forms, Row, day, finding, place, table, zipped
from tests.intake.opening import adds_up, archive, said

# Veeva Vault CDMS


def veeva(form: str, subject: str, **items: Any) -> Row:
    return {
        "Study": "TRIAL1", "Study Country": "Norway", "Site": "101", "Subject": subject,
        "Event Group": "Treatment", "Event": items.pop("event", "Baseline"),
        "Event Date": items.pop("event_date", "2020-01-01"), "Form": form, "Form Sequence": 1,
        "Item Group": "Main", "Item Group Sequence Number": items.pop("turn", 1), **items,
    }  # fmt: skip


VEEVA: Forms = {
    "Demographics": [
        veeva("Demographics", "101-1", Sex="Female", **{"Sex (Coded)": "F", "Age": 61}),
        veeva("Demographics", "101-2", Sex="Male", **{"Sex (Coded)": "M", "Age": 62}),
    ],
    "Randomization": [
        veeva("Randomization", "101-1", RANDDAT=dt.datetime(2020, 1, 12), ARM="A", ARM_DEC="TAE"),
        veeva("Randomization", "101-2", RANDDAT=dt.datetime(2020, 1, 13), ARM="B", ARM_DEC="TACE"),
    ],
    "Adverse Events": [
        veeva("Adverse Events", "101-1", turn=1, AETERM="fever", AETOXGR="3",
              AETOXGR_DEC="Grade 3", AESTDAT=None, AESTDAT_C="UN-JAN-2020"),
        veeva("Adverse Events", "101-1", turn=2, AETERM="pain", AETOXGR="2",
              AETOXGR_DEC="Grade 2", AESTDAT=dt.datetime(2020, 1, 15), AESTDAT_C="15-JAN-2020"),
    ],
    "Labs": [
        veeva("Labs", "101-2", event="Month 3", event_date=dt.datetime(2020, 4, 1),
              LBTEST="CgA", LBORRES=12.5, LBORRESU="nmol/L"),
    ],
}  # fmt: skip


def test_a_workbook_of_veeva() -> None:
    book = workbook({name: pd.DataFrame(rows) for name, rows in VEEVA.items()},
                    {"data_cut": "2021-01-01"})  # fmt: skip
    trial = load_export(book, "export.xlsx")
    assert adds_up(trial)
    assert trial.source.rows_read == 8
    assert str(trial.source.data_cut) == "2021-01-01"
    assert trial.patients["patient_id"].tolist() == ["101-1", "101-2"]
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["sex"].tolist() == ["female", "male"]
    assert trial.patients["age"].tolist() == [61, 62]
    assert trial.patients["site"].tolist() == ["101", "101"]
    assert trial.patients["randomization_date"].tolist() == [day("2020-01-12"), day("2020-01-13")]
    assert trial.adverse_events["grade"].tolist() == [3, 2]
    assert trial.adverse_events["start_date"].tolist() == [pd.NaT, day("2020-01-15")]
    assert finding(trial, "This date has no day")["value"] == "UN-JAN-2020"
    lab = trial.labs.iloc[0]
    assert tuple(lab[["test", "value", "unit", "visit", "date"]]) == (
        "CgA", 12.5, "nmol/L", "Month 3", day("2020-04-01"),
    )  # fmt: skip
    assert "as forms of Veeva Vault CDMS do" in finding(trial, "Read as")["problem"]


def test_several_forms_in_one_sheet_of_veeva() -> None:
    rows = [*VEEVA["Demographics"], *VEEVA["Randomization"], *VEEVA["Adverse Events"],
            veeva("Shoes", "101-1", SHOESIZE=44)]  # fmt: skip
    text = table([{key: cell for key, cell in row.items() if cell is not None} for row in rows])
    trial = load_export(text.encode(), "listing.csv")
    assert adds_up(trial)
    assert trial.source.rows_read == 7
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert len(trial.adverse_events) == 2
    assert (
        "(form 'Shoes'); 1 row was not used" in finding(trial, "The form is not known")["problem"]
    )


# secuTrial


def secutrial(inner: int, **items: Any) -> Row:
    return {
        "mnppid": inner, "mnpdocid": 100 + inner, "mnplastedit": "2020-01-01 10:00:00",
        "mnpptnid": 381, "mnpvisid": items.pop("visit", 11), "mnpvisno": 1,
        "mnpvispdt": "2020-01-01", "mnpfcs0": 4, "sigstatus": 1, "position": 0,
        "mnphide": items.pop("hide", 0), **items,
    }  # fmt: skip


SECUTRIAL: Forms = {
    "cn": [
        {"mnppid": 1, "mnpaid": "RT-01", "mnpctrid": 5, "mnpvisstartdate": "2020-01-01"},
        {"mnppid": 2, "mnpaid": "RT-02", "mnpctrid": 6, "mnpvisstartdate": "2020-01-02"},
    ],
    "ctr": [{"mnpctrid": 5, "mnpctrname": "Basel"}, {"mnpctrid": 6, "mnpctrname": "Bern"}],
    "vp": [{"mnpvisid": 11, "mnpvislabel": "|   Month 3   |", "visitnumber": 1}],
    "fs": [{"formid": 1, "formtablename": "mnpp7tumresp", "formname": "Tumor response"}],
    "cl": [
        {"column": "mnpp7baseline.gender", "code": 1, "value": "male"},
        {"column": "mnpp7baseline.gender", "code": 2, "value": "female"},
        {"column": "mnpp7other.gender", "code": 1, "value": "female"},
        {"column": "mnpp7tumresp.ovrlresp", "code": 4, "value": "PD"},
    ],
    "is": [{"ffid": 1, "ffcolname": "gender"}],
    "baseline": [
        secutrial(1, gender=1, age=61, randdat="20200112", mnp_rando_done_gr="TAE"),
        secutrial(2, gender=2, age=62, randdat="202001131030", mnp_rando_done_gr="TACE"),
        secutrial(1, gender=2, age=99, randdat="", mnp_rando_done_gr="", hide=1),
    ],
    "tumresp": [secutrial(2, rsdat="20200401", ovrlresp=4)],
    "ae": [secutrial(1, aeterm="fever", aetoxgr=2, aestdat="20200115")],
    "atae": [secutrial(1, aeterm="fever", aetoxgr=1, aestdat="20200115")],
}  # fmt: skip


@pytest.mark.parametrize("stamp", ["", "_TRIAL1_20240501-101500"])
def test_an_export_of_secutrial(stamp: str) -> None:
    members = {f"{name}{stamp}.xls": table(rows, sep="\t") for name, rows in SECUTRIAL.items()}
    trial = load_export(archive(members), "s_export.zip")
    assert adds_up(trial)
    assert trial.source.rows_read == sum(map(len, SECUTRIAL.values()))
    assert trial.patients["patient_id"].tolist() == ["RT-01", "RT-02"]
    assert trial.patients["site"].tolist() == ["Basel", "Bern"]
    assert trial.patients["sex"].tolist() == ["male", "female"]
    assert trial.patients["age"].tolist() == [61, 62]
    assert trial.patients["arm"].tolist() == ["TAE", "cTACE"]
    assert trial.patients["randomization_date"].tolist() == [day("2020-01-12"), day("2020-01-13")]
    assert trial.assessments["overall_response"].tolist() == ["PD"]
    assert trial.assessments["visit"].tolist() == ["Month 3"]
    assert trial.assessments["patient_id"].tolist() == ["RT-02"]
    assert not said(trial, "the label was used")  # the meaning of its code is known
    # The trail of changes of the form is not read beside it.
    assert trial.adverse_events["grade"].tolist() == [2]
    # Set aside: the items table, the trail, and the hidden form.
    assert trial.source.rows_set_aside == 3
    assert place(finding(trial, "was taken back"))[2:] == (4, "mnphide", "1")
    assert trial.findings["problem"].str.contains("the trail of its changes").sum() == 2
    assert "as forms of secuTrial do" in finding(trial, "Read as")["problem"]


def test_ids_of_secutrial_are_the_same_in_every_form() -> None:
    with_id = [{"mnpaid": "RT-01", **row} for row in SECUTRIAL["baseline"][:1]]
    forms = {"baseline": with_id, "ae": SECUTRIAL["ae"]}
    trial = load_export(zipped(forms), "export.zip")
    assert trial.adverse_events["patient_id"].tolist() == ["RT-01"]


# Recognition and names


def recognised(content: bytes) -> tuple[float, tuple[str, ...]]:
    found = edc.recognise(open_file(content, "export.zip").sheets)
    return found.confidence, found.reasons


def test_recognition() -> None:
    confidence, reasons = recognised(zipped(TRIAL))
    assert confidence == 0.9
    assert reasons[0] == (
        "The sheet 'DM.csv' has the columns projectid, environmentName and subjectId, as forms of "
        "Medidata Rave do."
    )
    assert "'DM', 'RAND'" in reasons[1]
    assert recognised(zipped({"SHOES": TRIAL["SHOES"]}))[0] == 0.5
    assert recognised(zipped({"patients": [{"patient_id": 1, "arm": "TAE"}]}))[0] == 0
    # One column of a system's own may be anybody's.
    assert recognised(zipped({"DM": [{"Subject": 1, "FolderName": "x", "SEX": "F"}]}))[0] == 0
    no_subject = [{key: cell for key, cell in row.items() if key != "Subject"}
                  for row in TRIAL["DM"]]  # fmt: skip
    assert recognised(zipped({"DM": no_subject}))[0] == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DM", "patients"),
        ("TRIAL1_AE_20240501", "adverse_events"),
        ("mnpctu05ae_CTU05_20190710-110208", "adverse_events"),
        ("ctu05_baseline", None),
        ("Follow-up", "patients"),
        ("LB2", "labs"),
        ("QLQC30", "questionnaires"),
        ("End of treatment", None),
        ("Concomitant Medications", None),
        ("SAE", None),
        ("AE_DM", None),
    ],
)
def test_names_of_forms(name: str, expected: str | None) -> None:
    assert table_of_form([name]) == expected


def test_names_and_items_are_of_our_tables() -> None:
    assert set(FORMS.values()) <= set(SCHEMAS)
    assert set(NEEDED) == set(SCHEMAS)
    assert set(ITEMS) == set(RULES) <= set(SCHEMAS)
    for table_name, items in ITEMS.items():
        assert set(items) <= set(SCHEMAS[table_name].columns)
        names = [name.casefold() for several in items.values() for name in several]
        assert len(names) == len(set(names))
    assert reason_not_read(["SAE"]).startswith("Serious adverse events")
    assert not any("BRTH" in name for items in ITEMS["patients"].values() for name in items)
