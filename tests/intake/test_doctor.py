"""Contradictions across tables: each rule fires where it must, and not where all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retnet_core import Trial, load_export
from retnet_core.analysis import questionnaires
from retnet_core.intake.mapping import ExportMapping, Reading
from retnet_core.protocol import DAYS_PER_MONTH
from tests.exports import workbook

DEMO = Path(__file__).parents[2] / "data" / "demo" / "retnet_demo_export.xlsx"
START = pd.Timestamp("2019-01-10")


def ids(size: int, first: int = 1) -> list[str]:
    return [f"{n:03d}" for n in range(first, first + size)]


def cohort(size: int = 10, **columns: object) -> pd.DataFrame:
    """Patients treated on one day, of whom every second died, a half to many years later."""
    ends = [START + pd.Timedelta(days=200 + 100 * at) for at in range(size)]
    frame = pd.DataFrame({
        "patient_id": ids(size), "arm": "TAE", "site": "Bern", "randomization_date": START,
        "first_embolization_date": START, "last_contact_date": ends,
        "death_date": [end if at % 2 else None for at, end in enumerate(ends)],
    })  # fmt: skip
    return frame.assign(**columns)


def survival(patients: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """OS as the dates of the patients have it."""
    end = patients["death_date"].fillna(patients["last_contact_date"])
    days = (pd.to_datetime(end) - START).dt.days + 1
    frame = pd.DataFrame({
        "patient_id": patients["patient_id"], "endpoint": "OS", "days": days,
        "event": ["yes" if died else "no" for died in patients["death_date"].notna()],
    })  # fmt: skip
    return frame.assign(**columns)


def opened(patients: pd.DataFrame | None = None, **tables: pd.DataFrame) -> Trial:
    patients = cohort() if patients is None else patients
    return load_export(workbook({"patients": patients, **tables}, {"data_cut": "2024-01-01"}))


def cells(trial: Trial, words: str) -> list[tuple[str, str, str, str]]:
    """Every cell of which something is said: row and column, patient and value."""
    found = trial.cells_to_check
    told = found[found["problem"].str.contains(words, regex=False)]
    return [
        (f"{at.sheet} {at.row}", at.column, at.patient_id, at.value)
        for at in told.itertuples(index=False)
    ]


def severity(trial: Trial, words: str) -> str:
    found = trial.findings[trial.findings["problem"].str.contains(words, regex=False)]
    (only,) = set(found["severity"])
    return str(only)


def silent(trial: Trial) -> bool:
    """Nothing is said but what the small export lacks."""
    said = trial.findings["problem"]
    lacks = "has no column for|no arm received|no column 'treated'|date of a first embolization and"
    return bool(said.str.contains(lacks).all())


def test_an_export_without_contradictions_is_not_remarked_on():
    patients = cohort()
    assert silent(opened(patients, time_to_event=survival(patients)))


def test_the_demo_export_has_no_contradiction():
    problems = set(load_export(DEMO).findings["problem"])
    assert {problem.partition(";")[0] for problem in problems} == {
        "The event began before the first embolization",
        "The patient has no date of a first embolization and no session: endpoints that start "
        "there cannot be timed.",
    }


# Given times and events


def test_events_that_are_the_opposite_of_the_dates():
    patients = cohort()
    turned = survival(patients)["event"].map({"yes": "no", "no": "yes"})
    trial = opened(patients, time_to_event=survival(patients, event=turned))
    found = cells(trial, "the opposite of the dates")
    assert found[:2] == [
        ("time_to_event 2", "event", "001", "yes"),
        ("time_to_event 3", "event", "002", "no"),
    ]
    assert len(found) == 10
    (problem,) = set(trial.findings.loc[trial.findings["column"] == "event", "problem"])
    assert problem.startswith("OS: for 10 of 10 patients the event is the opposite of the dates.")
    assert trial.time_to_event["event"].tolist() == [True, False] * 5  # nothing was changed
    assert severity(trial, "the opposite of the dates") == "assumed"


def test_events_of_progression_that_are_the_opposite_of_the_dates():
    patients = cohort(death_date=None)
    patients["progression_date"] = [START + pd.Timedelta(days=90) if at < 6 else None
                                    for at in range(10)]  # fmt: skip
    progressed = patients["progression_date"].notna()
    given = pd.DataFrame({"patient_id": ids(10), "endpoint": "PFS", "days": [90] * 10})
    right = opened(patients, time_to_event=given.assign(event=progressed))
    wrong = opened(patients, time_to_event=given.assign(event=~progressed))
    assert cells(right, "opposite") == []
    assert len(cells(wrong, "PFS: for 10 of 10 patients")) == 10


def test_few_or_unclear_events_are_not_taken_for_swapped():
    patients = cohort(4)
    turned = survival(patients)["event"].map({"yes": "no", "no": "yes"})
    assert cells(opened(patients, time_to_event=survival(patients, event=turned)), "opp") == []
    patients = cohort()
    half = ["yes", "yes", "yes", "no", "no", "yes", "no", "yes", "no", "yes"]
    assert cells(opened(patients, time_to_event=survival(patients, event=half)), "opp") == []


def test_a_death_that_only_one_table_knows_of():
    patients = cohort()
    event = survival(patients)["event"].tolist()
    event[0], event[1] = "yes", "no"
    trial = opened(patients, time_to_event=survival(patients, event=event))
    assert cells(trial, "the table patients has no date of death") == [
        ("time_to_event 2", "event", "001", "yes")
    ]
    assert cells(trial, "OS is censored, but the table patients has a date of death") == [
        ("time_to_event 3", "event", "002", "no")
    ]


@pytest.mark.parametrize(
    ("column", "length", "unit"),
    [("months", 1.0, "days"), ("months", 7.0, "weeks"), ("days", DAYS_PER_MONTH, "months"),
     ("days", 365.25, "years")],
)  # fmt: skip
def test_times_that_fit_the_dates_in_another_unit(column, length, unit):
    patients = cohort()
    given = survival(patients)
    times = (given["days"] / length).round(2)
    given = given.drop(columns="days").assign(**{column: times})
    trial = opened(patients, time_to_event=given)
    found = cells(trial, f"stand under {column}, but they fit the dates of the patients only as")
    assert len(found) == 10
    assert {at[1] for at in found} == {column}
    assert trial.findings["problem"].str.contains(f"only as {unit}.", regex=False).sum() == 10
    assert severity(trial, f"only as {unit}.") == "assumed"
    assert cells(trial, "differs by more than a month") == []


def test_times_in_their_own_unit_are_not_doubted():
    patients = cohort(randomization_date=START - pd.Timedelta(days=20))
    given = survival(patients)
    months = given.drop(columns="days").assign(months=(given["days"] / DAYS_PER_MONTH).round(1))
    assert cells(opened(patients, time_to_event=months), "") == []
    assert cells(opened(patients, time_to_event=given), "") == []
    from_randomisation = given.assign(days=given["days"] + 20)
    assert cells(opened(patients, time_to_event=from_randomisation), "") == []


def test_days_under_40_for_everybody_who_was_seen_for_years():
    patients = cohort(death_date=None)
    given = pd.DataFrame({"patient_id": ids(10), "endpoint": "PFS", "days": range(10, 20),
                          "event": "yes"})  # fmt: skip
    assert (
        len(cells(opened(patients, time_to_event=given), "PFS: the times stand under days")) == 10
    )
    longer = given.assign(days=range(35, 45))
    assert cells(opened(patients, time_to_event=longer), "stand under") == []
    short = patients.assign(last_contact_date=START + pd.Timedelta(days=100))
    assert cells(opened(short, time_to_event=given), "stand under") == []


def test_more_than_25_years():
    given = pd.DataFrame({"patient_id": ids(2), "endpoint": ["Relapse"] * 2,
                          "months": [301, 299], "event": "yes"})  # fmt: skip
    trial = opened(time_to_event=given)
    assert cells(trial, "more than 25 years") == [("time_to_event 2", "months", "001", "301")]
    assert severity(trial, "more than 25 years") == "assumed"


@pytest.mark.parametrize("year", [1904, 1918, 1998])
def test_dates_that_are_decades_from_the_others(year):
    patients = cohort()
    patients.loc[1, "death_date"] = pd.Timestamp(year, 5, 1)
    sessions = pd.DataFrame({"patient_id": ids(2), "date": [START, pd.Timestamp(year, 1, 2)]})
    trial = opened(patients, embolizations=sessions)
    assert cells(trial, "more than 20 years from most dates") == [
        ("embolizations 3", "date", "002", f"{year}-01-02"),
        ("patients 3", "death_date", "002", f"{year}-05-01"),
    ]
    assert severity(trial, "more than 20 years from most dates") == "assumed"
    assert trial.patients["death_date"].dropna().iloc[0] == pd.Timestamp(year, 5, 1)


def test_dates_of_the_future_are_an_assumption_and_said_once():
    patients = cohort()
    patients.loc[1, "death_date"] = pd.Timestamp(2091, 5, 1)
    trial = opened(patients)
    assert severity(trial, "in the future") == "assumed"
    assert cells(trial, "more than 20 years from most dates") == []


def test_more_than_50_years():
    given = pd.DataFrame({"patient_id": ids(3), "endpoint": ["Relapse"] * 3,
                          "days": [1_000_000, 18_200, 18_300], "event": "yes"})  # fmt: skip
    assert cells(opened(time_to_event=given), "more than 50 years") == [
        ("time_to_event 2", "days", "001", "1000000"),
        ("time_to_event 4", "days", "003", "18300"),
    ]


def test_a_time_to_death_against_the_dates():
    patients = cohort()
    days = survival(patients)["days"].tolist()
    days[1], days[3], days[2] = days[1] + 32, days[3] - 31, days[2] + 90  # the third is alive
    trial = opened(patients, time_to_event=survival(patients, days=days))
    assert cells(trial, "differs by more than a month") == [
        ("time_to_event 3", "days", "002", str(days[1]))
    ]


# Patients


def test_two_arms_for_one_patient():
    patients = cohort(3)
    again = patients.iloc[[1]].assign(arm="cTACE")
    trial = opened(pd.concat([patients, again, patients.iloc[[2]].assign(arm="Bland", age=50)]))
    assert cells(trial, "with another arm: 'TAE' was kept, this row with 'cTACE' is not used") == [
        ("patients 5", "patient_id", "002", "002")
    ]
    assert cells(trial, "which reads otherwise") == [("patients 6", "patient_id", "003", "003")]
    assert trial.patients["arm"].tolist() == ["TAE"] * 3
    assert trial.source.rows_set_aside == 2


def test_arms_that_are_swapped_for_everybody():
    arm = ["TAE", "cTACE"] * 5
    swapped = cohort(arm=arm, arm_received=arm[::-1])
    found = cells(opened(swapped), "Every patient assigned to TAE received cTACE")
    assert len(found) == 10
    assert found[0] == ("patients 2", "arm_received", "001", "cTACE")
    one_as_assigned = cohort(arm=arm, arm_received=["TAE", *arm[::-1][1:]])
    assert cells(opened(one_as_assigned), "swapped") == []
    assert cells(opened(cohort(arm=arm, arm_received=arm)), "swapped") == []


def test_grades_that_do_not_fit_the_ki67():
    grades = ["G1", "G1", "G2", "G2", "G2", "G2", "G3", "G3", None, "G1"]
    ki67 = [2.9, 3, 2.9, 3, 20, 20.5, 20, 21, 50, None]
    found = cells(opened(cohort(who_grade=grades, ki67_percent=ki67)), "does not fit the patient's")
    assert [(at[2], at[3]) for at in found] == [
        ("002", "3"), ("003", "2.9"), ("006", "20.5"), ("007", "20"),
    ]  # fmt: skip
    shares = [0.02, 0.1, 0.15, 0.05, 0.2, 0.12, 0.3, 0.4, 0.5, None]
    assert cells(opened(cohort(who_grade=grades, ki67_percent=shares)), "does not fit") == []


def test_children():
    ages = [17, 18, None, *[60] * 7]
    assert cells(opened(cohort(age=ages)), "younger than 18") == [
        ("patients 2", "age", "001", "17")
    ]


# Order in time


def test_what_comes_before_randomisation():
    day = [START - pd.Timedelta(days=1), START]
    sessions = pd.DataFrame({"patient_id": ids(2), "date": day})
    events = pd.DataFrame({"patient_id": ids(2), "term": "Pain", "grade": 1, "start_date": day})
    trial = opened(embolizations=sessions, adverse_events=events)
    words = "is before the patient's randomisation"
    assert [at[:2] for at in cells(trial, words)] == [
        ("adverse_events 2", "start_date"),
        ("embolizations 2", "date"),
    ]


def test_a_last_contact_before_a_later_date():
    patients = cohort(2, death_date=None, progression_date=[START, "2021-01-01"])
    patients["last_contact_date"] = pd.to_datetime(["2019-06-01", "2020-01-01"])
    labs = pd.DataFrame({"patient_id": ids(2), "test": "ALT", "value": 20,
                         "date": pd.to_datetime(["2019-06-02", "2020-01-01"])})  # fmt: skip
    trial = opened(patients, labs=labs)
    assert [at[:3] for at in cells(trial, "is before the latest sample in the table labs")] == [
        ("patients 2", "last_contact_date", "001")
    ]
    assert [at[:3] for at in cells(trial, "The date of last contact is before progression")] == [
        ("patients 3", "last_contact_date", "002")
    ]


def test_what_comes_after_death_is_not_said_of_the_last_contact_too():
    patients = cohort(2)
    labs = pd.DataFrame({"patient_id": ["002"], "test": "ALT", "value": 20,
                         "date": pd.to_datetime(["2023-06-02"])})  # fmt: skip
    trial = opened(patients, labs=labs)
    assert len(cells(trial, "after the patient's death")) == 1
    assert cells(trial, "is before the latest") == []


def test_adverse_events_that_stand_twice():
    events = pd.DataFrame({
        "patient_id": ["001", "001", "001", "001", "002", "003", "003"],
        "term": ["Pain", "pain", "Pain", "Pain", "Pain", "Rash", "Rash"],
        "grade": [2, 2, 3, 2, 2, None, None],
        "start_date": [START, START, START, None, START, START, START],
        "outcome": list("abcdefg"),
    })  # fmt: skip
    trial = opened(adverse_events=events)
    assert cells(trial, "has this event already") == [("adverse_events 3", "term", "001", "pain")]


# Units


def labs(values: list[float], unit: str = "g/dL") -> pd.DataFrame:
    return pd.DataFrame({"patient_id": ids(len(values)), "test": "Albumin", "value": values,
                         "unit": unit})  # fmt: skip


ALBUMIN = [4.0, 4.1, 3.8, 4.4, 3.9, 4.2, 3.7, 4.3, 4.0, 4.1]


def test_a_patient_whose_values_are_ten_times_those_of_the_others():
    trial = opened(labs=labs([*ALBUMIN[:9], 41.0]))
    words = "Albumin (g/dL): the values of this patient are about 10 times those of the others."
    assert cells(trial, words) == [("labs 11", "value", "010", "41")]
    trial = opened(labs=labs([*ALBUMIN[:9], 0.0041]))
    assert len(cells(trial, "this patient are about 1/1,000 of those")) == 1


def test_a_site_whose_values_are_a_hundredth_of_those_of_the_others():
    patients = cohort(site=["Bern"] * 6 + ["Basel"] * 4)
    values = [*ALBUMIN[:6], *(one / 100 for one in ALBUMIN[6:])]
    found = cells(
        opened(patients, labs=labs(values)),
        "Albumin (g/dL): the values of site 'Basel' are about 1/100 of those of the others.",
    )
    assert [at[2] for at in found] == ["007", "008", "009", "010"]


@pytest.mark.parametrize(
    "values",
    [
        ALBUMIN,
        [*ALBUMIN[:9], 20.0],  # five times: no power of ten
        [*ALBUMIN[:4], 41.0],  # too few to compare with
        [3, 10, 40, 100, 300, 1000, 3000, 20, 90, 500],  # a test that spreads so far
    ],
)
def test_values_that_chance_explains_are_not_doubted(values):
    assert cells(opened(labs=labs(values)), "Their unit") == []


def test_another_unit_that_is_stated_is_none_to_doubt():
    unit = ["g/dL"] * 9 + ["g/L"]
    assert cells(opened(labs=labs([*ALBUMIN[:9], 41.0]).assign(unit=unit)), "Their unit") == []


def test_a_site_that_measures_in_centimetres():
    patients = cohort(14, site=["Bern"] * 8 + ["Basel"] * 6)
    sizes = [80.0, 95, 110, 70, 100, 88, 92, 105]
    in_cm = [*sizes, *(one / 10 for one in sizes[:6])]
    scans = pd.DataFrame({"patient_id": ids(14), "date": START, "sum_of_diameters_mm": in_cm})
    found = cells(opened(patients, assessments=scans), "The sums of diameters of site 'Basel' are")
    assert [at[1:3] for at in found] == [("sum_of_diameters_mm", one) for one in ids(6, 9)]
    alike = scans.assign(sum_of_diameters_mm=[*sizes, *sizes[:6]])
    assert cells(opened(patients, assessments=alike), "of site") == []


def test_a_site_that_gives_shares_of_one():
    sites = ["Bern"] * 6 + ["Basel"] * 4
    burden = [10, 40, 25, 60, 5, 30, 0.4, 0.1, 0.25, 1]
    found = cells(opened(cohort(site=sites, liver_burden_percent=burden)), "No tumour burden of")
    assert [at[3] for at in found] == ["0.4", "0.1", "0.25", "1"]
    whole = [*burden[:6], 1, 1, 1, 1]
    assert cells(opened(cohort(site=sites, liver_burden_percent=whole)), "No tumour") == []
    low, grade = [5, 10, 3, 15, 8, 4, 0.5, 0.8, 1, 0.2], ["G2"] * 6 + ["G1"] * 4
    assert cells(opened(cohort(site=sites, ki67_percent=low, who_grade=grade)), "No Ki-67") == []


# Questionnaires


def answers(seed: int = 3, size: int = 120) -> pd.DataFrame:
    """Five items of one trait, answered 1 to 4, mostly low; the fifth runs the other way."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(1.8, 0.8, size)
    wide = {item: np.clip(np.rint(trait + rng.normal(0, 0.4, size)), 1, 4) for item in range(1, 6)}
    wide[5] = 5 - wide[5]
    frame = pd.DataFrame({"patient_id": ids(size), **wide})
    long = frame.melt("patient_id", var_name="item", value_name="value")
    return long.assign(instrument="QLQ-C30", visit="Baseline")


SITES = ["Bern", "Basel", "Chur", "Genf"] * 30


def of_site(long: pd.DataFrame, site: str) -> pd.Series:
    return long["patient_id"].map(dict(zip(ids(120), SITES, strict=True))) == site


def test_a_site_that_counts_an_item_backwards():
    long = answers()
    turned = of_site(long, "Basel") & (long["item"] == 2)
    long["value"] = long["value"].where(~turned, 5 - long["value"])
    found = cells(opened(cohort(120, site=SITES), questionnaires=long), "run the other way")
    assert len(found) == 30
    assert {at[2] for at in found} == set(long.loc[turned, "patient_id"])


def test_a_site_that_counts_the_whole_form_backwards():
    long = answers()
    here = of_site(long, "Chur")
    long["value"] = long["value"].where(~here, 5 - long["value"])
    trial = opened(cohort(120, site=SITES), questionnaires=long)
    assert len(cells(trial, "the answers of site 'Chur' run the other way")) == 150
    problems = trial.findings["problem"]
    assert problems.str.contains("QLQ-C30, item 5: ", regex=False).any()
    assert not problems.str.contains("site 'Bern'", regex=False).any()


@pytest.mark.parametrize("seed", range(5))
def test_sites_alike_are_not_doubted(seed):
    trial = opened(cohort(120, site=SITES), questionnaires=answers(seed))
    assert cells(trial, "run the other way") == []


def test_few_forms_are_not_compared():
    long = answers()
    few = [site if at < 76 else "Bern" for at, site in enumerate(SITES)]  # 19 in Basel
    turned = (long["item"] == 2) & long["patient_id"].map(
        dict(zip(ids(120), few, strict=True))
    ).eq("Basel")  # fmt: skip
    long["value"] = long["value"].where(~turned, 5 - long["value"])
    assert cells(opened(cohort(120, site=few), questionnaires=long), "run the other") == []


# Answers counted from 0


C30 = {**dict.fromkeys(range(1, 29), 4), 29: 7, 30: 7}
GI = dict.fromkeys(range(31, 52), 4)


def forms(size: int, offered: dict[int, int] = C30, lowest: int = 1) -> pd.DataFrame:
    """Forms of many patients whose answers take every value, shifted to a lowest one."""
    rows = [
        (f"{n:03d}", item, (n + item) % top + lowest)
        for n in range(1, size + 1)
        for item, top in offered.items()
    ]
    long = pd.DataFrame(rows, columns=["patient_id", "item", "value"])
    return long.assign(instrument="QLQ-C30" if 1 in offered else "QLQ-GI.NET21", visit="Baseline")


def scores(trial: Trial) -> pd.DataFrame:
    return questionnaires.score(trial).table.set_index(["patient_id", "instrument", "scale"])


def test_a_file_whose_answers_count_from_0_is_asked_about_and_answered():
    right, shifted = forms(10), forms(10, lowest=0)
    trial = opened(questionnaires=shifted)
    asked = trial.findings[
        trial.findings["problem"].str.contains("Do they count from", regex=False)
    ]
    assert asked["problem"].str.contains("items 1 to 28: the answers hold 0 and no 4").sum() == 1
    assert asked["problem"].str.contains("items 29 to 30: the answers hold 0 and no 7").sum() == 1
    assert asked["severity"].tolist() == ["set aside", "set aside"]
    assert asked["remedy"].str.contains("the column value mean: 0 means 1, 1 means 2").all()
    assert trial.questionnaires["value"].isna().all()
    assert scores(trial)["score"].isna().all()
    codes = Reading({f"{code}": f"{code + 1}" for code in range(7)})
    content = workbook({"patients": cohort(), "questionnaires": shifted})
    answered = load_export(
        content, mapping=ExportMapping(readings={("questionnaires", "value"): codes})
    )
    assert answered.questionnaires["value"].tolist() == right["value"].tolist()
    assert scores(answered)["score"].equals(scores(opened(questionnaires=right))["score"])


def test_other_items_of_a_form_that_counts_from_0_are_asked_about_too():
    low = forms(10, lowest=0)
    low["value"] = low["value"].where(low["item"] < 29, low["value"].clip(lower=2))
    trial = opened(questionnaires=low)
    assert trial.questionnaires["value"].isna().all()
    problems = trial.findings["problem"]
    assert problems.str.contains(
        "items 29 to 30: the answers hold no 7, and those to other items hold 0"
    ).any()


def test_codes_are_not_offered_where_they_would_change_other_answers():
    items = forms(10, lowest=0).assign(value=lambda rows: rows["value"] + (rows["item"] > 28))
    trial = opened(questionnaires=items)
    (remedy,) = trial.findings.loc[
        trial.findings["problem"].str.contains("Do they count from", regex=False), "remedy"
    ]
    assert remedy.startswith("If 0 is the lowest answer, add 1 to these answers in the file.")
    scored = scores(trial)["score"].unstack("scale")
    assert scored["QL"].notna().all()
    assert scored.drop(columns="QL").isna().all(axis=None)


def test_a_site_whose_answers_count_from_0():
    long, low = forms(20, GI), forms(20, GI, lowest=0)
    sites = ["Bern", "Basel"] * 10
    here = long["patient_id"].map(dict(zip(ids(20), sites, strict=True))) == "Basel"
    long["value"] = long["value"].where(~here, low["value"])
    without = here & (long["patient_id"] == "002") & (long["value"] == 0)
    trial = opened(cohort(20, site=sites), questionnaires=long[~without])
    found = cells(trial, "items 31 to 51: the answers of site 'Basel' hold 0 and no 4")
    assert len(found) == int((here & ~without).sum())
    assert "002" in {at[2] for at in found}  # though this form has no 0 itself
    scored = scores(trial)["score"]
    assert set(scored.dropna().index.get_level_values("patient_id")) == set(ids(20)[::2])


def test_a_form_with_0_and_without_the_highest_answer_is_not_scored():
    long = forms(10)
    low = long["patient_id"] == "003"
    long.loc[low & (long["value"] >= 4) & (long["item"] < 29), "value"] = 0
    trial = opened(questionnaires=long)
    found = cells(trial, "items 1 to 28: the answers of this form hold 0 and no 4")
    assert {at[2] for at in found} == {"003"}
    assert len(found) == 28
    scored = scores(trial)["score"].unstack("scale")
    assert scored["PF"].isna().tolist() == [patient == "003" for patient in ids(10)]


def test_a_0_beside_the_highest_answer_is_one_missing_answer():
    long = forms(10)
    long.loc[(long["patient_id"] == "003") & (long["item"] == 1), "value"] = 0
    trial = opened(questionnaires=long)
    assert cells(trial, "Do they count from") == []
    assert trial.questionnaires["value"].notna().all()
    expected = scores(opened(questionnaires=long[long["value"] > 0]))["score"]
    assert scores(trial)["score"].equals(expected)


def with_low_answers(long: pd.DataFrame, low: pd.Series) -> pd.DataFrame:
    """Count the items 29 and 30 of some forms from 0, where their sum is 2 to 12: no 7 is left."""
    here = low & (long["item"] > 28)
    return long.assign(value=long["value"].where(~here, long["value"] - 1))


def test_two_items_counted_from_0_are_asked_about_though_few_forms_hold_a_0():
    long = forms(30)
    right = scores(opened(cohort(30), questionnaires=long))["score"].unstack("scale")
    low = with_low_answers(long, long["item"] > 0)
    holding = low[low["value"] == 0]["patient_id"].nunique()
    assert holding < 15  # fewer than half of the forms
    trial = opened(cohort(30), questionnaires=low)
    found = cells(trial, "items 29 to 30: the answers hold 0 and no 7")
    assert len(found) == 60
    scored = scores(trial)["score"].unstack("scale")
    assert scored["QL"].isna().all()
    assert scored.drop(columns="QL").equals(right.drop(columns="QL"))


def test_one_visit_counted_from_0_is_asked_about():
    visits = [forms(30).assign(visit=visit) for visit in ("Baseline", "Month 3", "Month 6")]
    long = pd.concat(visits, ignore_index=True)
    trial = opened(cohort(30), questionnaires=with_low_answers(long, long["visit"] == "Month 3"))
    found = cells(trial, "items 29 to 30: the answers of visit 'Month 3' hold 0 and no 7")
    assert len(found) == 60
    key = ["patient_id", "visit", "scale"]
    right = questionnaires.score(opened(cohort(30), questionnaires=long)).table
    right, ours = (
        table.set_index(key)["score"]
        for table in (right, questionnaires.score(trial).table)
    )  # fmt: skip
    emptied = (ours.index.get_level_values("visit") == "Month 3") & (
        ours.index.get_level_values("scale") == "QL"
    )
    assert emptied.sum() == 30
    assert ours[emptied].isna().all()
    assert ours[~emptied].equals(right[~emptied])


def test_one_visit_of_a_site_counted_from_0_is_asked_about():
    sites = ["Bern", "Basel"] * 15
    long = pd.concat([forms(30), forms(30).assign(visit="Month 3")], ignore_index=True)
    here = long["patient_id"].map(dict(zip(ids(30), sites, strict=True))) == "Basel"
    low = with_low_answers(long, here & (long["visit"] == "Month 3"))
    trial = opened(cohort(30, site=sites), questionnaires=low)
    assert len(cells(trial, "the answers of site 'Basel' at visit 'Month 3' hold 0 and no 7")) == 30
    assert int(trial.questionnaires["value"].isna().sum()) == 30


def test_a_stray_0_among_7s_is_one_missing_answer():
    long = forms(30)  # the form of 004 has a 7
    stray = (long["patient_id"] == "004") & (long["item"] == 29)
    shown = long.assign(value=long["value"].mask(stray, 0))
    trial = opened(cohort(30), questionnaires=shown)
    assert cells(trial, "Do they count from") == []
    assert trial.questionnaires["value"].notna().all()
    expected = scores(opened(cohort(30), questionnaires=long[~stray]))["score"]
    assert scores(trial)["score"].equals(expected)


def test_not_applicable_written_as_0_is_no_lowest_answer():
    long = forms(10, GI)
    long.loc[long["item"].isin([39, 40, 51]), "value"] = 0
    long = long[long["value"] < 4]
    assert cells(opened(questionnaires=long), "Do they count from") == []


# Codes of ranges


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("liver_burden_percent", [1, 2, 3, 4], "Every liver burden is a whole number of 1 to 4"),
        ("liver_burden_percent", [2, 3, 5], "Every liver burden is a whole number of 2 to 5"),
        ("ki67_percent", [1, 2, 3], "Every Ki-67 is a whole number of 1 to 3"),
        ("age", [1, 2, 3], "Every age is a whole number of 1 to 3"),
    ],
)
def test_codes_of_ranges_are_asked_about(column: str, values: list[int], words: str):
    cells_of = [values[at % len(values)] for at in range(12)]
    header = {"liver_burden_percent": "Liver burden", "ki67_percent": "Ki-67"}.get(column, column)
    trial = opened(cohort(12, **{header: cells_of}))
    assert trial.patients[column].isna().all()
    assert [(at[2], at[3]) for at in cells(trial, words)] == [
        (patient, str(value)) for patient, value in zip(ids(12), cells_of, strict=True)
    ]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("liver_burden_percent", [1, 2, 3, 25]), ("liver_burden_percent", [1, 2.5, 3]),
        ("liver_burden_percent", ["1%", "2%", "3%"]), ("ki67_percent", [2, 3, 4]),
        ("ki67_percent", [1, 2, 3, 20]), ("ki67_percent", [1, 2, 2.5]), ("age", [1, 61, 62]),
    ],
)  # fmt: skip
def test_numbers_that_are_no_codes_are_kept(column: str, values: list[object]):
    trial = opened(cohort(12, **{column: [values[at % len(values)] for at in range(12)]}))
    kept = [float(str(value).rstrip("%")) for value in values]
    assert trial.patients[column].tolist() == [kept[at % len(kept)] for at in range(12)]
    assert cells(trial, "codes of ranges") == []


def test_a_low_ki67_that_the_grades_confirm_is_kept():
    ki67 = [1, 2, 3] * 4
    right = opened(cohort(12, ki67_percent=ki67, who_grade=["G1", "G1", "G2"] * 4))
    assert right.patients["ki67_percent"].tolist() == ki67
    grades = ["G1", "G2", "G3"] * 4
    coded = opened(cohort(12, **{"Ki-67": ki67}, who_grade=grades))
    assert coded.patients["ki67_percent"].isna().all()
    assert len(cells(coded, "codes of ranges")) == 12


def test_sums_of_diameters_that_look_like_centimetres():
    def sums(values: list[float], header: str = "sum of diameters") -> Trial:
        scans = pd.DataFrame({"patient_id": ids(8), "date": START, header: values})
        return opened(assessments=scans)

    small = [5.3, 6.4, 5.8, 6.1, 5.5, 6.0, 5.9, 6.2]
    trial = sums(small)
    (row,) = trial.findings[
        trial.findings["problem"].str.contains("No sum of diameters is 20 or more", regex=False)
    ].itertuples()
    assert (row.severity, row.column) == ("assumed", "sum of diameters")
    assert trial.assessments["sum_of_diameters_mm"].tolist() == small
    for quiet in (
        sums([*small[:-1], 62.0], "sum of diameters (mm)"),
        sums([5.0, 6, 7, 8, 9, 10, 11, 12], "sum of diameters (mm)"),
        sums(small, "sum of diameters (cm)"),
    ):  # fmt: skip
        assert not quiet.findings["problem"].str.contains("centimetres; they").any()


# Spellings


def test_words_of_grades_are_said_to_be_read():
    grades = ["low", "high grade", "intermediate", "G3", "3"] * 2
    trial = opened(cohort(who_grade=grades))
    assert trial.patients["who_grade"].tolist() == ["G1", "G3", "G2", "G3", "G3"] * 2
    (row,) = trial.findings[
        trial.findings["problem"].str.startswith("Words were read as WHO grades: low as G1")
    ].itertuples()
    assert (row.severity, row.column) == ("assumed", "who_grade")
    assert "This concerns 6 cells" in row.problem


def test_a_response_after_a_dash_is_asked_about():
    scans = pd.DataFrame(
        {"patient_id": ids(4), "date": START, "overall_response": ["-PD", "PD", "SD", "- PR"]}
    )
    trial = opened(assessments=scans)
    assert trial.assessments["overall_response"].tolist() == [None, "PD", "SD", None]
    found = cells(trial, "A dash stands before the response")
    assert [(at[2], at[3]) for at in found] == [("001", "-PD"), ("004", "- PR")]


# Every cell


def test_many_cells_are_one_finding_that_knows_each_of_them():
    trial = opened(cohort(30, age=17))
    (row,) = trial.findings[trial.findings["column"] == "age"].itertuples()
    assert "This concerns 30 cells (rows 2, 3, 4 and 27 more)." in row.problem
    found = cells(trial, "younger than 18")
    assert [at[2] for at in found] == ids(30)
