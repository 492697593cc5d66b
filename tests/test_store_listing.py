"""Data sets in words and tables."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd

from retnet_core import load_export
from retnet_core.intake.load import read_file, understand
from retnet_core.intake.questions import asked
from retnet_core.store import Record, listing
from tests.exports import workbook

DAY = dt.datetime(2026, 11, 1, 9, 5, tzinfo=dt.UTC)


def record(key: str, day: int = 0, **known: object) -> Record:
    values = {"name": f"{key}.xlsx", "sha256": f"file of {key}", "fingerprint": "make"}
    return Record(key=key, opened_at=DAY + dt.timedelta(days=day), **(values | known))


def names(records: list[Record]) -> list[str]:
    return [one.key for one in records]


def test_data_sets_are_laid_out_a_row_each() -> None:
    first = record(
        "aaaabbbbcccc", opened_by="anna", data_cut=dt.date(2026, 10, 31), patients=155,
        rows_read=1_666, rows_used=1_660, rows_set_aside=6, layout="RETNET workbook",
        mapping="columns: {}", sha256="0123456789abcdef",
    )  # fmt: skip
    table = listing.frame([first, record("d")], "aaaabbbb")
    assert table.iloc[0].to_dict() == {
        "": "open",
        "Name": "aaaabbbbcccc.xlsx",
        "Brought (UTC)": pd.Timestamp(DAY),
        "By": "anna",
        "Data cut": dt.date(2026, 10, 31),
        "Patients": 155,
        "Rows used": "1,660 of 1,666",
        "Layout": "RETNET workbook",
        "Mapping": "yes",
        "Reading": "aaaabb",
        "SHA-256": "0123456789ab",
    }
    assert table.iloc[1][["", "By", "Mapping"]].tolist() == ["", "–", "–"]
    assert listing.frame([]).columns.tolist() == table.columns.tolist()
    assert listing.frame([record("d")])[""].tolist() == [""]


def test_what_became_of_a_data_set() -> None:
    new = record("newnewnew")
    gone = record("old", deleted_at=DAY + dt.timedelta(days=2), name=new.name)
    assert listing.fate(record("old")) == ""
    assert listing.fate(gone, [new]) == "deleted on 03 Nov 2026, 09:05 UTC"
    replaced = dataclasses.replace(gone, replaced_by=new.key)
    said = "replaced on 03 Nov 2026, 09:05 UTC by a new reading (newnew)"
    assert listing.fate(replaced, [record("x"), new]) == said
    renamed = dataclasses.replace(new, name="January")
    assert listing.fate(replaced, [renamed]) == f"{said} of January"
    assert listing.fate(replaced, [record("x")]) == f"{said}, which was erased since"


def test_a_data_set_is_told_from_another_of_the_same_name() -> None:
    one, other = record("aaaaaaaaa", name="e.xlsx"), record("bbbbbbbbb", name="e.xlsx")
    assert listing.title(one) == "e.xlsx, brought 01 Nov 2026, 09:05 UTC (aaaaaa)"
    assert listing.title(one) != listing.title(other)


def test_an_export_is_first_compared_with_the_one_of_its_make_before_it() -> None:
    records = [
        record("later", 4),
        record("now", 3),
        record("other make", 2, fingerprint="other"),
        record("before", 1),
        record("first", 0),
    ]
    expected = ["before", "first", "later", "other make"]
    assert names(listing.comparable(records, "now")) == expected
    assert names(listing.comparable(records, "not kept")) == names(records)


def test_the_version_before_is_another_file_of_the_same_make() -> None:
    now = record("now", 3)
    before = record("before", 1)
    records = [
        record("later", 4),
        now,
        record("another reading", 2, sha256=now.sha256),
        record("other make", 2, fingerprint="other"),
        before,
        record("first", 0),
    ]
    assert listing.version_before(records, "now") == before
    assert listing.version_before(records, "first") is None
    assert listing.version_before(records, "not kept") is None


PATIENTS = pd.DataFrame(
    {
        "patient_id": ["p1", "p2", "p3"],
        "arm": ["TAE", "cTACE", "TAE"],
        "arm_received": ["TAE", "cTACE", "TAE"],
        "first_embolization_date": "2020-01-10",
        "last_imaging_date": "2020-06-01",
        "data_cut": "2020-07-01",
    }
)


def test_nothing_to_attend_to_is_said() -> None:
    trial = load_export(workbook({"patients": PATIENTS}), "e.xlsx")
    assert not trial.findings["severity"].isin(["set aside", "assumed"]).any()
    assert listing.arrival(trial) == (
        "e.xlsx is open: 3 patients; 3 rows read = 3 used + 0 set aside. "
        "Nothing was left out or assumed."
    )


def test_questions_come_before_what_was_left_out_or_assumed() -> None:
    # Dates that may be read in two ways are one question a column, not one a cell.
    odd = PATIENTS.assign(
        first_embolization_date=["01/02/2020", "03/04/2020", "05/06/2020"], age=["61", "old", "70"]
    )
    odd = pd.concat([odd, odd.tail(1)], ignore_index=True)  # and the last row twice
    found = understand(read_file(workbook({"patients": odd}), "e.xlsx"))
    assert found.trial
    said = listing.arrival(found.trial, record("before"), "Export of May", asked(found))
    assert said.startswith("e.xlsx is open: 3 patients; 4 rows read = 3 used + 1 set aside. ")
    assert "1 question: answer it under Columns." in said
    assert "2 findings of rows or cells left out" in said
    assert said.endswith(
        "Read by the mapping of 'Export of May', whose sheets and headers are the same: Columns "
        "shows it. It is a new version of before.xlsx, brought 01 Nov 2026, 09:05 UTC (before): "
        "see What changed."
    )
