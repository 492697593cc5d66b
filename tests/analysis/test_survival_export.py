"""Times through the real intake: a real trial, and a date nobody can read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retnet_core import load_export
from retnet_core.analysis import survival, time_to_event
from retnet_core.demo.__main__ import PATH
from retnet_core.trial import Cohort, Trial
from tests.analysis.survival_data import load, reference
from tests.exports import workbook
from tests.validation import agree


def colon() -> Trial:
    """R's colon trial as an export: three arms, recurrence and death as given endpoints."""
    recurrence, death = load("colon_recur_rx").frame, load("colon_death_rx").frame
    times = pd.concat(
        [
            frame.assign(patient_id=frame["id"].map("C{:04d}".format), endpoint=endpoint)
            for endpoint, frame in (("Recurrence", recurrence), ("OS", death))
        ]
    )
    times["event"] = times["event"].map({True: "yes", False: "no"})
    patients = times.drop_duplicates("patient_id").rename(columns={"rx": "arm_assigned"})
    tables = {
        "patients": patients[["patient_id", "arm_assigned"]].rename(
            columns={"arm_assigned": "arm"}
        ),
        "time_to_event": times[["patient_id", "endpoint", "days", "event"]],
    }
    return load_export(workbook(tables), name="colon.xlsx")


def test_a_real_trial_gives_the_numbers_of_r() -> None:
    trial = colon()
    assert time_to_event.available_endpoints(trial) == ("os", "Recurrence")
    for endpoint, name in (("Recurrence", "colon_recur_rx"), ("OS", "colon_death_rx")):
        tte = time_to_event.derive(trial, endpoint)
        assert len(tte.frame) == 929
        assert tte.not_analysed.empty
        curves = reference("km_curves")
        curves = curves[curves["dataset"] == name]
        curve = survival.kaplan_meier(tte).curve
        joined = curve.merge(curves, left_on=["group", "days"], right_on=["group", "time"])
        assert len(joined) == len(curves)
        agree("km_survival", joined["survival"], joined["surv"])
        tests = reference("logrank_survdiff")
        test = tests[(tests["dataset"] == name) & (tests["rho"] == 0)].iloc[0]
        agree("logrank", survival.logrank(tte).p, test["p"])
    # coxph(Surv(time, status) ~ rx, subset(colon, etype == 2)), printed with 9 decimals
    table = survival.hazard_ratios(tte, reference="Obs").table.set_index("level")
    agree("hazard_ratio", table.loc["Lev", "hr"], 0.973714185, atol=5e-10)
    agree("hazard_ratio", table.loc["Lev+5FU", "hr"], 0.689553994, atol=5e-10)


def test_a_date_nobody_can_read_is_not_no_event() -> None:
    patients = pd.DataFrame(
        {
            "patient_id": ["007", "8", "9"],
            "arm": ["Arm 1 - BE", "Arm 2 - TACE", "TAE"],
            "first_embolization_date": ["2020-01-01", "2020-01-01", "2020-01-01"],
            "hepatic_progression_date": ["2020-04-09", "in spring", ""],
            "last_imaging_date": ["2020-04-09", "2020-08-01", "2020-02-29"],
        }
    )
    trial = load_export(workbook({"patients": patients}), name="small.xlsx")
    result = time_to_event.derive(trial, "hpfs")
    assert result.frame["patient_id"].tolist() == ["007", "9"]
    assert result.frame["days"].tolist() == [100, 60]
    assert result.frame["event"].tolist() == [True, False]
    listed = result.not_analysed.iloc[0]
    assert listed.tolist() == ["8", "cTACE", "hepatic_progression_date could not be read"]
    assert any("hepatic_progression_date could not be read: 1" in note for note in result.notes)


def _days(*, may_miss: bool = True) -> st.SearchStrategy[int | None]:
    days = st.integers(0, 1500)
    return st.none() | days if may_miss else days


PATIENT = st.fixed_dictionaries(
    {
        "arm": st.sampled_from(["Arm 1 - BE", "TACE", "DEB", "another"]),
        "first_embolization_date": _days(),
        "hepatic_progression_date": _days(),
        "progression_date": _days(),
        "last_imaging_date": _days(),
        "other_therapy_date": _days(),
        "death_date": _days(),
        "last_contact_date": _days(may_miss=False),
    }
)


@settings(max_examples=20, deadline=None)
@given(st.lists(PATIENT, min_size=1, max_size=25), st.sampled_from(["hpfs", "pfs", "ttp", "os"]))
def test_every_patient_of_an_export_is_counted_at_every_tick(
    patients: list[dict[str, object]], endpoint: str
) -> None:
    frame = pd.DataFrame(patients)
    for column in frame.columns.drop("arm"):
        frame[column] = [
            None if pd.isna(days) else pd.Timestamp("2018-01-01") + pd.Timedelta(days=int(days))
            for days in frame[column]
        ]
    frame.insert(0, "patient_id", [f"{i:03d}" for i in range(len(frame))])
    trial = load_export(workbook({"patients": frame}), name="any.xlsx")
    assert trial.source.rows_read == trial.source.rows_used + trial.source.rows_set_aside
    assume(endpoint in time_to_event.available_endpoints(trial))
    tte = time_to_event.derive(trial, endpoint)
    assert len(tte.frame) + len(tte.not_analysed) == len(frame)
    km = survival.kaplan_meier(tte)
    numbers = km.numbers_at(range(0, 60, 3))
    sizes = tte.frame["arm"].value_counts()
    sums = numbers[["at_risk", "censored", "events"]].sum(axis=1)
    assert (sums == numbers["group"].map(sizes)).all()
    assert km.medians.set_index("group")["n"].to_dict() == sizes.to_dict()


def test_a_model_of_many_sites_keeps_its_ratio() -> None:
    # 12 sites in strata: an overshooting step once gave an infinite likelihood, and no ratio.
    # lifelines, CoxPHFitter().fit(..., strata="who_grade"): 0.559 (0.261-1.197), p = 0.134
    trial = load_export(PATH)
    cohort = trial.efficacy_cohort(Cohort(primary_sites=("gut",)))
    tte = time_to_event.derive(trial.select(cohort), "hPFS")
    ratios = survival.hazard_ratios(tte, strata=("who_grade",), covariates=("site",))
    row = ratios.table.iloc[0]
    expected = [0.559, 0.261, 1.197, 0.134]
    found = row[["hr", "lower", "upper", "p"]].astype(float)
    np.testing.assert_allclose(found, expected, atol=5e-4)
    assert not ratios.notes
