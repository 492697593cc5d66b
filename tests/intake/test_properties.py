"""Whatever an export holds, every row is accounted for and every lost cell is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retnet_core import ExportError, load_export
from retnet_core.intake.cells import ABSENT, NOT_KNOWN
from retnet_core.intake.sheets import as_text
from tests.exports import workbook

GARBAGE = "garbage §"
"""A cell that no typed column can read."""

IDS = st.sampled_from(["001", "1", "1.0", 1, 2, "P-3", "p-3", None, "", "NA", "Ä 4"])
ARMS = st.sampled_from(["TAE", "Arm 2 - TACE", "deb", "Lev+5FU", '<b>&"', 1, None, "NA"])
DATES = st.one_of(
    st.dates(dt.date(2015, 1, 1), dt.date(2024, 12, 31)),
    st.dates(dt.date(2015, 1, 1), dt.date(2024, 12, 31)).map(lambda day: day.strftime("%d/%m/%Y")),
    st.sampled_from([None, "NA", GARBAGE, "2019-13-45", 43536, "Mar 2019"]),
)
GRADES = st.sampled_from([1, 5, "Grade 3", 7, 2.5, None, "ND", GARBAGE])
YES_NO = st.sampled_from(["yes", "N", 1, 0, True, None, GARBAGE])

PATIENTS = {"patient_id": IDS, "arm": ARMS, "who_grade": st.sampled_from(["G1", 2, "G7", None]),
            "age": st.sampled_from([50, "61,5", 400, GARBAGE, None]), "progression_date": DATES,
            "death_date": DATES, "functional": YES_NO, "not ours": ARMS}  # fmt: skip
EVENTS = {"patient_id": IDS, "term": st.sampled_from(["Pain", None, "=1+1"]), "grade": GRADES,
          "start_date": DATES, "related": YES_NO}  # fmt: skip
ANSWERS = {"patient_id": IDS, "date": DATES, "q1": st.sampled_from([1, 4, 9, GARBAGE, None]),
           "q31": st.sampled_from([1, None, GARBAGE])}  # fmt: skip


def rows(columns: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[pd.DataFrame]:
    """Rows of a sheet; a blank row and a repeat of an earlier row come now and then."""
    row = st.one_of(
        st.tuples(*columns.values()), st.just((None,) * len(columns)), st.just((1,) * len(columns))
    )
    return st.lists(row, max_size=12).map(
        lambda found: pd.DataFrame(found, columns=list(columns), dtype=object)
    )


def filled(frame: pd.DataFrame) -> int:
    """Rows that hold anything."""
    return int((frame.notna() & (frame != "")).any(axis=1).sum())


def garbage_of(frame: pd.DataFrame, ids: set[str], columns: tuple[str, ...]) -> set[str]:
    """Columns with garbage in a row of a known patient that repeats no other."""
    known = frame["patient_id"].map(lambda one: one is not None and as_text(one) in ids)
    kept = frame[known.astype(bool)]
    return {name for name in columns if (kept[name] == GARBAGE).any()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows(PATIENTS), rows(EVENTS), rows(ANSWERS), rows({"a": ARMS, "b": DATES}))
def test_every_row_is_accounted_for_and_every_lost_cell_is_told(
    patients: pd.DataFrame, events: pd.DataFrame, answers: pd.DataFrame, other: pd.DataFrame
) -> None:
    sheets = {"patients": patients, "AE": events, "qlq": answers, "notes": other}
    try:
        trial = load_export(workbook(sheets))
    except ExportError as error:
        assert "has no patients" in str(error)
        usable = patients["patient_id"].map(lambda one: as_text(one or "").casefold())
        assert usable.isin(ABSENT).all()
        return
    source = trial.source
    assert source.rows_read == sum(map(filled, sheets.values()))
    assert source.rows_read == source.rows_used + source.rows_set_aside

    typed = [as_text(one) for one in patients["patient_id"] if one not in (None, "", "NA")]
    assert trial.patients["patient_id"].tolist() == list(dict.fromkeys(typed))
    assert set(trial.adverse_events["patient_id"]) <= set(typed)
    assert trial.source.rows_used <= filled(patients) + filled(events) + filled(answers)

    told = set(zip(trial.findings["table"], trial.findings["column"], strict=True))
    emptied = set(zip(trial.unreadable["table"], trial.unreadable["column"], strict=True))
    first = patients[~patients["patient_id"].map(str).duplicated()]
    for column in garbage_of(first, set(typed), ("age", "progression_date", "functional")):
        assert ("patients", column) in told
        assert ("patients", column) in emptied
    for column in garbage_of(events, set(typed), ("grade", "start_date", "related")):
        assert ("adverse_events", column) in told
        assert ("adverse_events", column) in emptied
    for column in garbage_of(answers, set(typed), ("q1", "q31")):
        assert ("questionnaires", column) in told
    assert trial.patients["arm"].notna().all()
    assert not trial.patients["arm"].str.casefold().isin(ABSENT | NOT_KNOWN - {"unknown"}).any()
