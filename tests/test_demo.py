import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from retnet_core import load_export
from retnet_core.analysis import safety, survival, time_to_event
from retnet_core.demo import SEED, STATEMENT, export, make_tables
from retnet_core.demo import __main__ as command
from retnet_core.demo.common import CUT
from retnet_core.intake.findings import Severity
from retnet_core.protocol import recognise_arm
from retnet_core.tables import SCHEMAS, about

DATES = {
    table: [name for name in schema.columns if about(table, name).kind == "date"]
    for table, schema in SCHEMAS.items()
}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return make_tables()


@pytest.fixture(scope="module")
def patients(tables) -> pd.DataFrame:
    return tables["patients"].assign(code=lambda frame: frame["arm"].map(recognise_arm))


@pytest.fixture(scope="module")
def shipped():
    return load_export(command.PATH)


def of_patient(table: pd.DataFrame, patients: pd.DataFrame, column: str) -> pd.Series:
    """Look a patients' column up for each row of another table."""
    return table["patient_id"].map(patients.set_index("patient_id")[column])


@pytest.mark.parametrize("table", list(SCHEMAS))
def test_tables_keep_to_their_schemas(tables, table):
    SCHEMAS[table].validate(tables[table], lazy=True)
    assert list(tables[table].columns) == list(SCHEMAS[table].columns)
    assert len(tables[table]) > 0
    assert not tables[table].duplicated().any()


def test_patients_by_arm(patients):
    assert patients["code"].value_counts().to_dict() == {"TAE": 76, "cTACE": 76, "DEB-TACE": 10}
    assert patients["patient_id"].is_unique
    assert patients["patient_id"].str.fullmatch(r"0\d\d-\d{3}").all()


def test_third_arm_closed_early(patients):
    assert patients["randomization_date"].is_monotonic_increasing
    places = np.flatnonzero(patients["code"] == "DEB-TACE")
    assert places.max() < 32


def test_4_of_10_in_the_closed_arm_had_grade_3(tables, patients):
    events = tables["adverse_events"]
    events = events[of_patient(events, patients, "code") == "DEB-TACE"]
    worst = events.groupby("patient_id")["grade"].max()
    assert (worst == 3).sum() == 4
    assert worst.max() == 3


def test_dates_keep_their_order(tables, patients):
    for name, columns in DATES.items():
        for column in columns:
            assert not (tables[name][column] > CUT).any(), (name, column)
    treated = patients[patients["treated"]]
    assert len(treated) == 159
    assert (treated["randomization_date"] <= treated["first_embolization_date"]).all()
    assert patients.loc[~patients["treated"], "first_embolization_date"].isna().all()
    seen = patients.drop(columns=["death_date", "last_contact_date"])
    for column in set(DATES["patients"]) & set(seen):
        assert not (patients[column] > patients["last_contact_date"]).any(), column
        assert not (patients[column] < patients["randomization_date"]).any(), column
    died = patients["death_date"].dropna()
    assert (died == patients.loc[died.index, "last_contact_date"]).all()


@pytest.mark.parametrize("table", [name for name in SCHEMAS if DATES[name] and name != "patients"])
def test_nothing_is_recorded_after_the_last_contact(tables, patients, table):
    last = of_patient(tables[table], patients, "last_contact_date")
    assert last.notna().all()
    for column in DATES[table]:
        assert not (tables[table][column] > last).any()


def test_progression_dates_are_those_of_imaging(tables, patients):
    scans = tables["assessments"].merge(patients, on="patient_id")
    follow_up = scans[scans["visit"] != "Baseline"]
    hepatic = (follow_up["hepatic_response"] == "PD") | follow_up["new_hepatic_lesion"].eq(True)
    anywhere = hepatic | (follow_up["overall_response"] == "PD")
    for rows, column in ((hepatic, "hepatic_progression_date"), (anywhere, "progression_date")):
        first = follow_up[rows].groupby("patient_id")["date"].min()
        pd.testing.assert_series_equal(
            first.reindex(patients["patient_id"]),
            patients.set_index("patient_id")[column],
            check_names=False,
        )
    last = scans[scans["evaluable"]].groupby("patient_id")["date"].max()
    assert (last == patients.set_index("patient_id")["last_imaging_date"].reindex(last.index)).all()


def test_hepatic_progression_is_by_recist(tables):
    scans = tables["assessments"]
    liver = scans["hepatic_response"] == "PD"
    judged = scans["evaluable"] & scans["sum_of_diameters_mm"].notna()
    before = scans["sum_of_diameters_mm"].where(~liver & judged)
    smallest = before.groupby(scans["patient_id"]).cummin().groupby(scans["patient_id"]).ffill()
    growth = scans["sum_of_diameters_mm"] - smallest
    by_size = (growth >= 5) & (growth >= 0.2 * smallest)
    first = liver & (liver.groupby(scans["patient_id"]).cumsum() == 1)
    lesion = scans["new_hepatic_lesion"].eq(True)
    assert first.sum() > 80
    assert (by_size | lesion | ~judged)[first].all()
    assert not (by_size | lesion)[~liver & judged].any()


def test_embolizations_begin_on_day_1_and_cycles_hold_sessions(tables, patients):
    sessions = tables["embolizations"]
    first = sessions.groupby("patient_id")["date"].min()
    treated = patients[patients["treated"]].set_index("patient_id")
    assert (first == treated["first_embolization_date"].reindex(first.index)).all()
    assert len(first) == len(treated)
    assert sessions.groupby(["patient_id", "cycle"])["session"].max().max() > 1
    pauses = sessions.groupby(["patient_id", "cycle"])["date"].diff().dt.days.dropna()
    assert pauses.between(20, 50).all()
    between = sessions[sessions["session"] == 1].groupby("patient_id")["date"].diff().dt.days
    assert between.min() > 100
    technique = of_patient(sessions, patients, "arm_received").map(recognise_arm)
    assert (sessions["doxorubicin_mg"].isna() == (technique == "TAE")).all()


def test_grades_fit_ki67(patients):
    ki67 = patients.groupby("who_grade")["ki67_percent"]
    assert ki67.max()["G1"] < 3
    assert ki67.min()["G2"] >= 3
    assert ki67.max()["G2"] <= 20
    assert ki67.min()["G3"] > 20
    assert np.isnan(ki67.max()["unknown"])


def test_adverse_events_leave_something_to_derive(tables, patients):
    events = tables["adverse_events"]
    start = of_patient(events, patients, "first_embolization_date")
    assert events["treatment_emergent"].isna().all()
    assert (events["start_date"] < start).sum() >= 3
    assert 0 < events["start_date"].isna().mean() < 0.05
    assert 0 < events["grade"].isna().mean() < 0.05
    assert set(events["ctcae_version"]) == {"4.03", "5.0"}
    late = of_patient(events, patients, "randomization_date") >= "2021-01-01"
    assert (late == (events["ctcae_version"] == "5.0")).all()
    fatal = events[events["grade"] == 5]
    assert len(fatal) == 2
    assert (fatal["end_date"] == of_patient(fatal, patients, "death_date")).all()


def test_questionnaire_forms_are_sent_by_item_or_scored(tables):
    form = ["patient_id", "instrument", "visit"]
    answered = set(tables["questionnaires"][form].itertuples(index=False, name=None))
    scored = set(tables["scores"][form].itertuples(index=False, name=None))
    assert not answered & scored
    answers = tables["questionnaires"]
    assert answers.groupby("instrument")["item"].agg(["min", "max"]).to_numpy().tolist() == [
        [1, 30],
        [31, 51],
    ]
    overall = answers["item"].isin([29, 30])
    assert set(answers.loc[overall, "value"]) <= set(range(1, 8))
    assert set(answers.loc[~overall, "value"]) == {1, 2, 3, 4}
    by_visit = answers[answers["item"] == 29]["visit"].value_counts()
    assert by_visit["Baseline"] > by_visit["Month 6"] > by_visit["Month 24"] > 20


def test_endpoints_of_the_protocol_are_left_to_be_derived(tables):
    assert set(tables["time_to_event"]["endpoint"]) == {"Symptom-free interval"}
    assert tables["time_to_event"]["months"].isna().all()


def test_same_seed_same_content(tables):
    again, other = make_tables(), make_tables(SEED + 1)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])
        assert not table.equals(other[name])


def test_same_seed_same_file():
    assert export(n_patients=12) == export(n_patients=12)


def test_command_writes_the_file_it_is_told(tmp_path, monkeypatch):
    path = tmp_path / "new" / "small.xlsx"
    monkeypatch.setattr(command, "export", lambda: b"workbook")
    monkeypatch.setattr("sys.argv", ["demo", str(path)])
    command.main()
    assert path.read_bytes() == b"workbook"
    assert Path(__file__).parents[1] / "data" / "demo" / "retnet_demo_export.xlsx" == command.PATH


def test_size_is_free():
    made = make_tables(n_patients=500)
    arms = made["patients"]["arm"].map(recognise_arm).value_counts()
    assert arms.to_dict() == {"TAE": 235, "cTACE": 234, "DEB-TACE": 31}


def test_file_says_that_it_is_synthetic():
    book = load_workbook(io.BytesIO(export(n_patients=12)), read_only=True)
    about = dict(book["about"].iter_rows(min_row=2, values_only=True))
    assert about["synthetic"] == "yes"
    assert about["statement"] == STATEMENT
    assert about["data_cut"] == "2023-06-30"
    assert set(book.sheetnames) == {"about", *SCHEMAS}


def test_shipped_file_holds_the_tables(tables, shipped):
    assert command.PATH.stat().st_size < 1_500_000
    for name, table in tables.items():
        read = getattr(shipped, name)
        expected = table.copy()
        for column in {"arm", "arm_received"} & set(expected):
            expected[column] = expected[column].map(recognise_arm, na_action="ignore")
        pd.testing.assert_frame_equal(read.reset_index(drop=True), expected)


def test_shipped_file_opens_whole(shipped):
    assert shipped.source.synthetic
    assert shipped.source.data_cut_stated
    assert shipped.source.data_cut == CUT.date()
    assert shipped.source.rows_set_aside == 0
    assert shipped.source.rows_read == shipped.source.rows_used
    assert not shipped.findings["severity"].isin([Severity.BLOCKS, Severity.SET_ASIDE]).any()
    assert shipped.unreadable.empty
    assert shipped.arms == ("TAE", "cTACE", "DEB-TACE")


def test_open_arms_look_alike(shipped):
    hpfs = time_to_event.derive(shipped, "hpfs")
    medians = survival.kaplan_meier(hpfs, by="arm").medians.set_index("group")["median"]
    assert medians["TAE"] == pytest.approx(15, abs=3)
    assert medians["cTACE"] == pytest.approx(15, abs=3)
    ratios = survival.hazard_ratios(hpfs, by="arm", reference="TAE").table.set_index("level")
    assert 0.8 < ratios.loc["cTACE", "hr"] < 1.25
    assert ratios.loc["cTACE", "p"] > 0.2


def test_safety_counts_the_closed_arm(shipped):
    overall = safety.grade_table(shipped, by="overall").table.set_index("arm")
    assert overall.loc["DEB-TACE", ["n_treated", "grade_3_or_more"]].tolist() == [10, 4]
    assert overall["n_treated"].sum() == 159
