"""The dates that an endpoint is made of, per patient, with what stands in the way of using them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retnet_core import wording
from retnet_core.analysis._endpoint_rules import deaths_count, progression_columns
from retnet_core.analysis.result import Caution
from retnet_core.analysis.treatment import first_embolization
from retnet_core.protocol import EndpointRules, EndpointSource
from retnet_core.trial import Trial

START_COLUMNS = {
    "first_embolization": "first_embolization_date",
    "randomization": "randomization_date",
}
"""The column of patients that each start reads."""

_Cell = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Milestones:
    """What is known of each patient; every series is indexed by patient_id.

    Attributes
    ----------
    dates : pandas.DataFrame
        start, hepatic, anywhere (first progression), death, other_therapy, last_seen: last
        evaluable imaging, or last contact for overall survival; NaT where there is none.
    blocked : pandas.Series
        Why the patient can't be analysed at all, or None.
    blocked_if_censored : pandas.Series
        Why the patient can't be analysed unless the event is known, or None.
    notes : tuple of str
        Which source stood in for another.
    """

    dates: pd.DataFrame
    blocked: pd.Series
    blocked_if_censored: pd.Series
    notes: tuple[str, ...]


def gather(trial: Trial, code: str, rules: EndpointRules, source: EndpointSource) -> Milestones:
    """Collect the dates of an endpoint for every patient of a trial.

    Parameters
    ----------
    trial : Trial
        Whole or narrowed; which columns serve is decided on the whole export.
    code : str
        hpfs, pfs, ttp or os.
    rules : EndpointRules
        The switches in force.
    source : {"dates", "assessments"}
        Where progression is read from.

    Returns
    -------
    Milestones
    """
    patients = trial.patients.set_index("patient_id")
    start, start_blocked, notes = _start(trial, rules)
    by_imaging = code != "os" and (
        source == "assessments" or not trial.whole.patients["last_imaging_date"].notna().any()
    )
    dates = pd.DataFrame(
        {
            "start": start,
            "hepatic": patients["hepatic_progression_date"],
            "anywhere": patients["progression_date"],
            "death": patients["death_date"],
            "other_therapy": patients["other_therapy_date"],
        }
    )
    undated = pd.Series(None, index=start.index, dtype=object)
    wanted = "anywhere" if "progression_date" in progression_columns(code, rules) else "hepatic"
    if source == "assessments":
        first, undated, baseline = _progression(trial, wanted, start)
        dates[["hepatic", "anywhere"]] = first
        notes += baseline
    elif code == "hpfs" and wanted == "anywhere":
        notes += _elsewhere_note(trial)
    if by_imaging:
        dates["last_seen"] = _last_evaluable(trial.assessments, code).reindex(start.index)
        notes += _imaging_note(trial, source)
    else:
        column = "last_contact_date" if code == "os" else "last_imaging_date"
        dates["last_seen"] = patients[column]
    notes += _doubtful_dates(trial, dates, code)
    always, if_censored = _cells(code, rules, source, by_imaging)
    blocked = _unreadable(trial, always).combine_first(start_blocked).combine_first(undated)
    return Milestones(dates, blocked, _unreadable(trial, if_censored), notes)


def _doubtful_dates(trial: Trial, dates: pd.DataFrame, code: str) -> tuple[str, ...]:
    """Say which dates are used although they contradict others."""
    if dates.empty:
        return ()
    notes = []
    if code != "os":
        progression = dates[["hepatic"] if code == "hpfs" else ["hepatic", "anywhere"]].max(axis=1)
        if later := int((progression > dates["last_seen"]).sum()):
            notes.append(
                f"{wording.count(later, 'patient')} with a progression later than the last "
                "evaluable imaging: imaging is taken to reach to the progression."
            )
    cut = trial.source.data_cut
    if cut and (after := int((dates > pd.Timestamp(cut)).any(axis=1).sum())):
        notes.append(
            f"{wording.count(after, 'patient')} with a date after the data cut ({cut}): used as "
            "it is. The Data page names the cells."
        )
    return tuple(notes)


def _start(trial: Trial, rules: EndpointRules) -> tuple[pd.Series, pd.Series, tuple[str, ...]]:
    """Give day 1, why it is not known, and a note where sessions stood in for a blank."""
    column = START_COLUMNS[rules.start]
    start = trial.patients.set_index("patient_id")[column]
    blank = start.isna()
    missing = pd.Series(None, index=start.index, dtype=object)
    if rules.start == "randomization":
        missing[blank] = "no randomisation date"
        return start, missing, ()
    filled = first_embolization(trial)
    missing[filled.isna()] = "no first embolization date"
    unreadable = _unreadable(trial, [("embolizations", "date")])
    missing = unreadable.where(blank).combine_first(missing)
    used = int((blank & filled.notna() & missing.isna()).sum())
    if not used:
        return filled, missing, ()
    return filled, missing, (
        f"The first session in embolizations is the start of {wording.count(used, 'patient')} "
        "without a first embolization date.",
    )  # fmt: skip


def _progression(
    trial: Trial, wanted: str, start: pd.Series
) -> tuple[pd.DataFrame, pd.Series, tuple[str, ...]]:
    """Read first progression off assessments on or after the start: hepatic, anywhere.

    Imaging before the start is baseline: progression there is why a patient was treated.
    """
    seen = trial.assessments
    liver = seen["hepatic_response"].eq("PD") | _yes(seen["new_hepatic_lesion"])
    elsewhere = seen["overall_response"].eq("PD") | _yes(seen["new_extrahepatic_lesion"])
    calls = pd.DataFrame({"hepatic": liver, "anywhere": liver | elsewhere})
    before = seen["date"] < seen["patient_id"].map(start)
    dates = calls.apply(lambda call: seen["date"].where(call & ~before))
    first = dates.groupby(seen["patient_id"]).min().reindex(start.index)
    undated = pd.Series(None, index=start.index, dtype=object)
    no_date = seen.loc[calls[wanted] & seen["date"].isna(), "patient_id"]
    undated[undated.index.isin(no_date)] = "progression at an imaging visit without a date"
    ignored = seen.loc[calls[wanted] & before, "patient_id"].nunique()
    if not ignored:
        return first, undated, ()
    return first, undated, (
        "Progression on imaging before the start is not counted "
        f"({wording.count(ignored, 'patient')}).",
    )  # fmt: skip


def _elsewhere_note(trial: Trial) -> tuple[str, ...]:
    if trial.whole.patients["progression_date"].notna().any():
        return ()
    return (
        "The export has no progression_date: extrahepatic progression is not known, so its switch "
        "changes nothing.",
    )


def _last_evaluable(seen: pd.DataFrame, code: str) -> pd.Series:
    liver, overall = seen["hepatic_response"], seen["overall_response"]
    call = liver.fillna(overall) if code == "hpfs" else overall.fillna(liver)
    judged = call.ne("NE") & seen["evaluable"].fillna(True).astype(bool)
    return seen[judged].groupby("patient_id")["date"].max()


def _imaging_note(trial: Trial, source: EndpointSource) -> tuple[str, ...]:
    if not trial.whole.assessments["date"].notna().any():
        return (
            Caution(
                "The export has neither last_imaging_date nor imaging assessments: patients "
                "without an event are censored on day 1."
            ),
        )
    if source == "assessments":
        return ("Last evaluable imaging is taken from the imaging assessments.",)
    return (
        "Last evaluable imaging is taken from the imaging assessments: the export has no "
        "last_imaging_date.",
    )


def _cells(
    code: str, rules: EndpointRules, source: EndpointSource, by_imaging: bool
) -> tuple[list[_Cell], list[_Cell]]:
    """Name the cells (table, column) that an answer rests on: always, and where it is censored."""
    liver = ["hepatic_response", "new_hepatic_lesion"]
    elsewhere = ["overall_response", "new_extrahepatic_lesion"]
    always = [("patients", START_COLUMNS[rules.start])]
    columns = progression_columns(code, rules)
    if source == "assessments" and columns:
        read = ["date", *liver, *(elsewhere if "progression_date" in columns else [])]
        always += [("assessments", column) for column in read]
    else:
        always += [("patients", column) for column in columns]
    if deaths_count(code, rules):
        always.append(("patients", "death_date"))
    if code != "os" and rules.other_therapy == "censored":
        always.append(("patients", "other_therapy_date"))
    if by_imaging:
        call = "hepatic_response" if code == "hpfs" else "overall_response"
        return always, [("assessments", column) for column in ("date", "evaluable", call)]
    last = "last_contact_date" if code == "os" else "last_imaging_date"
    return always, [("patients", last)]


def _unreadable(trial: Trial, cells: Sequence[_Cell]) -> pd.Series:
    """Say, for each patient, which of the cells could not be read, the first of them; or None."""
    emptied = trial.unreadable
    reasons: dict[str, str] = {}
    for table, column in reversed(cells):
        hit = emptied["table"].eq(table) & emptied["column"].eq(column)
        where = "" if table == "patients" else f" in {table}"
        for patient in emptied.loc[hit, "patient_id"]:
            reasons[patient] = f"{column}{where} could not be read"
    patients = pd.Index(trial.patients["patient_id"])
    return pd.Series([reasons.get(p) for p in patients], index=patients, dtype=object)


def _yes(flag: pd.Series) -> pd.Series:
    return flag.fillna(False).astype(bool)
