"""CDISC SDTM: adverse events, laboratory, questionnaires, imaging."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from retnet_core.analysis import time_to_event
from tests.intake.sdtm import DAY, dm, finding, opened, place, rows

# AE, SUPPAE


def test_adverse_events() -> None:
    trial = opened(
        rows(
            "AE",
            {"AEDECOD": "Nausea", "AETERM": "sick", "AEBODSYS": "Gastro", "AETOXGR": "3",
             "AESTDTC": "2019-03-01", "AEENDTC": "2019-03-04T10:00", "AESER": "N",
             "AEREL": "POSSIBLE", "AEACN": "DOSE NOT CHANGED", "AEOUT": "RECOVERED/RESOLVED",
             "TRTEMFL": "Y"},
            {"AETERM": "odd pain", "AESTDTC": "2019-03"},
        )
    )  # fmt: skip
    first, second = (trial.adverse_events.iloc[n] for n in (0, 1))
    assert first[["term", "system_organ_class", "grade", "action", "outcome"]].tolist() == [
        "Nausea", "Gastro", 3, "DOSE NOT CHANGED", "RECOVERED/RESOLVED",
    ]  # fmt: skip
    assert (first["start_date"], first["end_date"]) == (DAY("2019-03-01"), DAY("2019-03-04"))
    assert (first["treatment_emergent"], first["serious"], first["related"]) == (True, False, True)
    assert second["term"] == "odd pain"
    assert not second["treatment_emergent"]  # where any event has the flag, a blank is a no
    assert pd.isna(second["start_date"])
    assert place(finding(trial, "has no day")) == ("set aside", "AE", 3, "AESTDTC", "2019-03")


def test_a_severity_is_no_grade() -> None:
    trial = opened(rows("AE", {"AEDECOD": "Nausea", "AESEV": "SEVERE"}))
    assert trial.adverse_events["grade"].isna().all()
    assert finding(trial, "no CTCAE grade")["column"] == "AESEV"


def event(number: int, patient: int = 1) -> dict[str, Any]:
    return {"AETERM": f"e{number}", "AESEQ": number, "USUBJID": f"S1-00{patient}"}


def flag(number: Any, value: str, name: str = "AETRTEM", patient: int = 1) -> dict[str, Any]:
    return {"RDOMAIN": "AE", "USUBJID": f"S1-00{patient}", "IDVAR": "AESEQ",
            "IDVARVAL": number, "QNAM": name, "QVAL": value}  # fmt: skip


def test_the_flag_of_a_supplement_goes_to_its_event() -> None:
    flags = [
        flag("1", "Y"),
        flag(" 2 ", "N"),
        flag("1.0", "Y", patient=2),
        flag("7", "Y"),
        flag("1", "Y", "AESOSP"),
        flag("1", "Y", patient=8),
        {**flag("E1", "Y"), "IDVAR": "AESPID"},
    ]
    events = [event(1), event(2), event(3), event(1, 2), event(2, 3)]
    trial = opened({**rows("AE", *events), **rows("SUPPAE", *flags)})
    assert trial.adverse_events["treatment_emergent"].tolist() == [True, False, False, True, False]
    # Patients 3, events 5, flags 3.
    assert (trial.source.rows_read, trial.source.rows_used) == (15, 11)
    assert place(finding(trial, "no such event"))[1:] == ("SUPPAE", 5, "IDVARVAL", "7")
    assert finding(trial, "not read: AESOSP")["row"] == 6
    assert finding(trial, "is not in the table patients")["row"] == 7
    assert finding(trial, "another variable than AESEQ")["value"] == "AESPID"


def test_a_flag_that_two_events_could_have_is_not_taken() -> None:
    """What is not clear is neither yes nor no; the dates decide then."""
    events = [event(1), {**event(1), "AETERM": "other"}, event(2), event(3)]
    flags = [flag("1", "Y"), flag("2", "Y"), flag("2", "N"), flag("3", "Y")]
    trial = opened({**rows("AE", *events), **rows("SUPPAE", *flags)})
    found = trial.adverse_events["treatment_emergent"]
    assert [None if pd.isna(one) else bool(one) for one in found] == [None, None, None, True]
    told = finding(trial, "is not clear")
    assert told["row"] == 2
    assert "3 cells" in told["problem"]
    assert trial.source.rows_used == 3 + 4 + 1


def test_a_flag_of_ae_itself_wins() -> None:
    events = {**event(1), "TRTEMFL": "Y"}
    trial = opened({**rows("AE", events, event(2)), **rows("SUPPAE", flag("2", "Y"))})
    assert trial.adverse_events["treatment_emergent"].tolist() == [True, False]
    assert finding(trial, "AE has a flag itself")["sheet"] == "SUPPAE"


# LB, QS


def test_laboratory() -> None:
    trial = opened(
        rows(
            "LB",
            {"LBTESTCD": "ALT", "LBTEST": "Alanine Aminotransferase", "LBSTRESN": 30,
             "LBSTRESC": "30", "LBSTRESU": "U/L", "LBSTNRLO": 7, "LBSTNRHI": 56, "LBORRES": "0.5",
             "LBORRESU": "ukat/L", "LBORNRLO": "0.1", "LBDTC": "2019-03-01", "VISIT": "BASELINE"},
            {"LBTESTCD": "BILI", "LBSTRESC": "<5", "LBSTRESU": "umol/L"},
            {"LBTESTCD": "CREAT", "LBORRES": "1.1", "LBORRESU": "mg/dL", "LBORNRHI": "1.2",
             "LBSTRESU": "umol/L", "LBSTNRHI": 106},
            {"LBTESTCD": "NA", "LBSTRESN": 140, "LBSPEC": "SERUM", "LBORRESU": "mEq/dL"},
            {"LBTESTCD": "NA", "LBSTRESN": 90, "LBSPEC": "URINE"},
            {"LBTESTCD": "LBALL", "LBSTAT": "NOT DONE"},
        )
    )  # fmt: skip
    labs = trial.labs.drop(columns=["patient_id", "date", "visit"])
    assert labs.astype(object).where(labs.notna(), None).values.tolist() == [
        ["ALT", 30, "U/L", 7, 56],
        ["BILI", None, "umol/L", None, None],
        ["CREAT", 1.1, "mg/dL", None, 1.2],
        ["NA", 140, None, None, None],
        ["NA (URINE)", 90, None, None, None],
    ]
    assert trial.labs.loc[0, ["date", "visit"]].tolist() == [DAY("2019-03-01"), "BASELINE"]
    limit = finding(trial, "a limit or an estimate")
    assert place(limit) == ("set aside", "LB", 3, "LBSTRESC", "<5")
    assert place(finding(trial, "Nothing was measured")) == (
        "set aside", "LB", 7, "LBSTAT", "NOT DONE",
    )  # fmt: skip


def test_items_of_the_qlq_c30() -> None:
    c30 = {"QSCAT": "EORTC QLQ-C30 V3.0", "VISIT": "WEEK 3", "QSDTC": "2019-03-01"}
    trial = opened(
        rows(
            "QS",
            {**c30, "QSTESTCD": "EOR0101", "QSSTRESN": 2, "QSSTRESC": "2", "QSORRES": "A LITTLE"},
            {**c30, "QSTESTCD": "QS02830", "QSSTRESC": "7"},
            {**c30, "QSTESTCD": "EOR0102", "QSSTAT": "NOT DONE"},
            {"QSCAT": "EQ-5D-5L", "QSTESTCD": "EOR0103", "QSSTRESN": 1},
        )
    )
    items = trial.questionnaires
    assert items[["instrument", "visit", "item", "value"]].values.tolist() == [
        ["QLQ-C30", "WEEK 3", 1, 2], ["QLQ-C30", "WEEK 3", 30, 7],
    ]  # fmt: skip
    assert finding(trial, "Nothing was measured")["row"] == 4
    assert finding(trial, "not known for sure")["value"] == "EOR0103"


# RS, TR


def response(day: int, call: Any, **more: Any) -> dict[str, Any]:
    return {"RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSCAT": "RECIST 1.1",
            "RSSTRESC": call, "RSDTC": f"2020-01-{day:02}", "VISIT": f"Day {day}",
            **more}  # fmt: skip


def diameters(day: int, value: Any, **more: Any) -> dict[str, Any]:
    return {"TRTESTCD": "SUMDIAM", "TRTEST": "Sum of Diameter", "TRGRPID": "TARGET",
            "TRSTRESN": value, "TRSTRESU": "mm", "TRDTC": f"2020-01-{day:02}",
            "VISIT": f"Day {day}", **more}  # fmt: skip


def test_responses_by_visit_of_the_investigator() -> None:
    reader = {"RSEVAL": "INDEPENDENT ASSESSOR", "RSEVALID": "RADIOLOGIST 1", "RSACPTFL": "Y"}
    own = {"RSEVAL": "INVESTIGATOR"}
    trial = opened(
        rows(
            "RS",
            response(1, "SD", **reader),
            response(1, "PR", **own),
            response(2, None, RSORRES="PD", **own),
            response(2, "CR", RSTESTCD="TRGRESP", RSTEST="Target Response", **own),
            response(3, None, RSSTAT="NOT DONE", **own),
            response(4, "SD", RSCAT="IRECIST", **own),
        )
    )
    found = trial.assessments[["date", "visit", "criteria", "overall_response"]]
    assert found.values.tolist() == [
        [DAY("2020-01-01"), "Day 1", "RECIST 1.1", "PR"],
        [DAY("2020-01-02"), "Day 2", "RECIST 1.1", "PD"],
    ]
    assert (trial.source.rows_read, trial.source.rows_used) == (9, 5)
    other = finding(trial, "another evaluator than INVESTIGATOR, which is used")
    assert place(other) == ("set aside", "RS", 2, "RSEVAL", "INDEPENDENT ASSESSOR")
    assert finding(trial, "no overall response by visit: TRGRESP")["row"] == 5
    assert finding(trial, "Nothing was measured")["row"] == 6
    assert finding(trial, "other criteria than RECIST 1.1, which is used: IRECIST")["row"] == 7


def test_without_the_investigator_the_accepted_reading_counts() -> None:
    first, second = ({"RSEVAL": "INDEPENDENT ASSESSOR", "RSEVALID": f"R{n}"} for n in (1, 2))
    calls = [
        response(1, "SD", RSACPTFL="Y", **first), response(1, "PR", **second),
        response(2, "SD", **first), response(2, "PD", RSACPTFL="Y", **second),
    ]  # fmt: skip
    trial = opened(rows("RS", *calls))
    assert trial.assessments["overall_response"].tolist() == ["SD", "PD"]
    assert "2 cells" in finding(trial, "was not accepted (RSACPTFL)")["problem"]
    for call in calls:
        del call["RSEVAL"]
        call.pop("RSACPTFL", None)
    trial = opened(rows("RS", *calls))
    assert trial.assessments["overall_response"].tolist() == ["SD", "SD"]
    assert "2 cells" in finding(trial, "another reader than R1, which is used: R2")["problem"]


def test_progression_is_read_from_the_responses() -> None:
    table = dm(RFXSTDTC=["2019-12-31"] * 3, DTHDTC=[None, "2020-02-01", None])
    calls = [response(5, "SD"), response(9, "PD"), response(12, "SD", USUBJID="S1-003")]
    trial = opened({"DM": table, **rows("RS", *calls)})
    assert time_to_event.available_endpoints(trial) == ("pfs", "os", "ttp")
    times = time_to_event.derive(trial, "pfs").frame
    assert times[["patient_id", "days", "event"]].values.tolist() == [
        ["S1-001", 10, True], ["S1-002", 33, True], ["S1-003", 13, False],
    ]  # fmt: skip


def test_a_sum_goes_into_the_row_of_its_response() -> None:
    trial = opened(
        {
            **rows("RS", response(8, "SD"), response(9, "PD")),
            **rows(
                "TR",
                diameters(1, 50),
                diameters(8, 4.5, TRSTRESU="cm"),
                diameters(9, None, TRORRES="30", TRORRESU="mm", TRSTRESU=None),
                diameters(9, 31),
                diameters(8, 12, TRGRPID="NON-TARGET"),
                diameters(8, 10, TRTESTCD="LDIAM", TRTEST="Longest Diameter"),
                diameters(3, 2, TRSTRESU="in"),
                diameters(4, None, TRSTAT="NOT DONE"),
            ),
        }
    )
    visits = trial.assessments
    assert visits["date"].dt.day.tolist() == [8, 9, 1]
    assert visits["overall_response"].tolist() == ["SD", "PD", None]
    assert visits["sum_of_diameters_mm"].tolist() == [45, 30, 50]
    # Patients 3, responses 2, sums 3.
    assert (trial.source.rows_read, trial.source.rows_used) == (13, 8)
    assert finding(trial, "another sum of diameters of the same day")["row"] == 5
    assert finding(trial, "not of the target lesions")["row"] == 6
    assert finding(trial, "no sum of diameters: LDIAM")["row"] == 7
    assert finding(trial, "unit that is not known")["value"] == "in"


def test_a_joined_cell_is_named_where_it_stands() -> None:
    trial = opened(
        {
            **rows("RS", response(7, "SD"), response(8, "SD")),
            **rows("TR", diameters(1, 50), diameters(7, 40), diameters(8, 999)),
            **rows("AE", event(1), event(2)),
            **rows("SUPPAE", flag("7", "Y"), flag("2", "perhaps")),
        }
    )
    doubted = finding(trial, "looks like a code for no value")
    assert place(doubted) == ("assumed", "TR", 4, "TRSTRESN", "999")
    told = trial.findings[trial.findings["value"] == "perhaps"]
    assert told[["sheet", "row", "column"]].values.tolist() == [["SUPPAE", 3, "QVAL"]]
    cells = trial.cells_to_check[["sheet", "row", "patient_id"]].values.tolist()
    assert ["TR", 4, "S1-001"] in cells
    assert ["SUPPAE", 3, "S1-001"] in cells


def test_sums_are_taken_of_the_evaluator_of_the_responses() -> None:
    trial = opened(
        {
            **rows("RS", response(8, "SD", RSEVAL="INDEPENDENT ASSESSOR")),
            **rows(
                "TR",
                diameters(8, 40, TREVAL="INVESTIGATOR"),
                diameters(8, 50, TREVAL="INDEPENDENT ASSESSOR"),
            ),
        }
    )
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [50]
    assert finding(trial, "another evaluator than INDEPENDENT ASSESSOR")["value"] == "INVESTIGATOR"


def test_sums_without_a_unit_are_millimetres() -> None:
    trial = opened(rows("TR", diameters(2, 33, TRSTRESU=None)))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == [33]
    assert "TRSTRESU" in finding(trial, "taken as millimetres")["problem"]


# What must not be read in silence


def test_a_severity_stands_for_no_grade_in_single_events_either() -> None:
    events = [{"AETERM": "a", "AETOXGR": "2", "AESEV": "MILD"}, {"AETERM": "b", "AESEV": "MILD"}]
    trial = opened(rows("AE", *events))
    np.testing.assert_array_equal(trial.adverse_events["grade"], [2, np.nan])
    assert place(finding(trial, "no CTCAE grade")) == ("note", "AE", 3, "AESEV", "MILD")


@pytest.mark.parametrize("said", [{"AEOCCUR": "N"}, {"AESTAT": "NOT DONE"}])
def test_an_event_that_did_not_occur_is_none(said: dict[str, str]) -> None:
    trial = opened(rows("AE", {"AETERM": "a", **said}, {"AETERM": "b"}))
    assert trial.adverse_events["term"].tolist() == ["b"]
    assert finding(trial, "did not happen")["row"] == 2


def test_items_of_the_gi_net21() -> None:
    gi = {"QSCAT": "EORTC QLQ-GI.NET21", "VISIT": "WEEK 3", "QSSTRESN": 2}
    trial = opened(
        rows(
            "QS",
            {**gi, "QSTESTCD": "GI31", "QSTEST": "Hot flushes"},
            {**gi, "QSTESTCD": "X", "QSTEST": "Item 51"},
            {**gi, "QSTESTCD": "Y", "QSTEST": "Hot flushes"},
        )
    )
    items = trial.questionnaires
    assert items[["instrument", "item"]].values.tolist() == [
        ["QLQ-GI.NET21", 31], ["QLQ-GI.NET21", 51],
    ]  # fmt: skip
    assert finding(trial, "not known for sure")["value"] == "Y"


def test_results_keep_the_unit_of_their_row() -> None:
    test = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM"}
    trial = opened(
        rows("LB", {**test, "LBSTRESN": 90.5, "LBSTRESU": "umol/L"},
             {**test, "LBSTRESN": 1.1, "LBSTRESU": "mg/dL"})
    )  # fmt: skip
    assert trial.labs[["value", "unit"]].values.tolist() == [[90.5, "umol/L"], [1.1, "mg/dL"]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"TRSTRESU": None, "TRTEST": "Sum of Diameter (cm)"}, [45]),
        ({"TRSTRESU": "cm"}, [45]),
        ({"TRSTRESN": None, "TRSTRESU": None, "TRORRES": "4.5", "TRORRESU": "cm"}, [45]),
        ({"TRSTRESN": 45, "TRORRES": "4.5", "TRORRESU": "cm"}, [45]),
        ({"TRSTRESU": "mm", "TRTEST": "Sum of Diameter (cm)"}, []),
    ],
)
def test_the_unit_of_sums(given: dict[str, Any], expected: list[float]) -> None:
    trial = opened(rows("TR", diameters(2, 4.5, **given)))
    assert trial.assessments["sum_of_diameters_mm"].tolist() == expected
    if not expected:
        asked = finding(trial, "Which unit is right?")
        assert place(asked) == ("set aside", "TR", 2, "TRSTRESU", "mm")


def test_the_unit_of_a_test_may_stand_in_its_name() -> None:
    tests = [{"LBTESTCD": "CGA", "LBTEST": "Chromogranin A (ng/mL)", "LBORRES": "210",
              "LBDTC": "2020-01-02", "LBORRESU": unit} for unit in (None, "ug/L")]  # fmt: skip
    trial = opened(rows("LB", *tests))
    assert trial.labs["unit"].tolist() == ["ng/mL", "ug/L"]
