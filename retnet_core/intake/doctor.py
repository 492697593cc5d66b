"""Contradictions between the tables of an export that a reader of one table cannot see.

Times against dates, units that differ by a power of ten, scales that a site counts backwards:
these rules compare patients, sites and tables with each other. As everywhere in intake, nothing is
changed: both values stay as they are, and the finding says what does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.findings import Severity
from retnet_core.intake.typed import Table
from retnet_core.protocol import DAYS_PER_MONTH, ENDPOINTS, UNKNOWN, Endpoint, find_endpoint, fold
from retnet_core.wording import count

Tables = Mapping[str, Table]

KEPT = "Both are kept as they stand."
WHICH = "Find out in the source which of the two is right."
AS_THEY_STAND = "They are kept as they stand."

DATED = (
    ("embolizations", "date", "embolization"),
    ("assessments", "date", "imaging"),
    ("adverse_events", "start_date", "onset of the event"),
    ("questionnaires", "date", "questionnaire"),
    ("labs", "date", "sample"),
)
"""Dates of other tables than patients, in words."""

LEAST = 5
"""Patients, of whom most must agree before a column as a whole is doubted."""


def check(tables: Tables) -> None:
    """Add the findings of these rules to the tables they concern.

    Parameters
    ----------
    tables : mapping of str to Table
        All tables of an export, typed.
    """
    for rule in (
        given_endpoints, endless_times, swapped_arms, grades_of_ki67, children,
        before_randomisation, after_last_contact, repeated_events, lab_units, sizes_by_site,
        shares_by_site, reversed_answers,
    ):  # fmt: skip
        rule(tables)


def _rows(chosen: pd.Series) -> NDArray[np.intp]:
    return np.flatnonzero(chosen.to_numpy(dtype=bool, na_value=False))


def of_patients(table: Table, tables: Tables, column: str) -> pd.Series:
    """Look a column of patients up for each row of another table."""
    patients = tables["patients"].frame.set_index("patient_id")
    return table.frame["patient_id"].map(patients[column])


# Given times and events against dates

_HAPPENED = {
    "os": ("death_date",),
    "hpfs": ("hepatic_progression_date", "death_date"),
    "pfs": ("hepatic_progression_date", "progression_date", "death_date"),
    "ttp": ("hepatic_progression_date", "progression_date"),
}
"""The dates of which the first is the event of an endpoint; the first column must have any."""
_STARTS = ("first_embolization_date", "randomization_date")
_UNITS = {"days": 1.0, "weeks": 7.0, "months": DAYS_PER_MONTH, "years": 365.25}
_WITHIN = 1.25
"""How far, as a ratio, a time may be from its dates and still have that unit."""
MONTH = 31
LONGEST_MONTHS = 300


def given_endpoints(tables: Tables) -> None:
    """Compare given events and times of an endpoint with the dates of the patients.

    Where events seem to be swapped, or times in another unit, that is all that is said of them.
    """
    table = tables["time_to_event"]
    if table.frame.empty:
        return
    dated = table.frame.merge(_dates_of_patients(tables), on="patient_id", how="left")
    names = table.frame["endpoint"].unique()
    codes = table.frame["endpoint"].map({name: find_endpoint(name).code for name in names})
    for code, endpoint in ENDPOINTS.items():
        rows = dated[codes == code]
        if len(rows) and not _events_swapped(table, endpoint, rows):
            if not _other_unit(table, endpoint, rows) and code == "os":
                _time_to_death(table, rows)
            if code == "os":
                _events_of_death(table, rows)


def _dates_of_patients(tables: Tables) -> pd.DataFrame:
    """Give the dates of each patient, with the last date that any table has of them."""
    patients = tables["patients"].frame
    dates = patients.select_dtypes("datetime").assign(patient_id=patients["patient_id"])
    seen = [
        tables[name].frame[["patient_id", column]].set_axis(["patient_id", "seen"], axis=1)
        for name, column, _ in DATED
    ]
    own = dates.drop(columns="randomization_date").set_index("patient_id").max(axis=1)
    seen.append(own.rename("seen").reset_index())
    last = pd.concat(seen).dropna().groupby("patient_id")["seen"].max()
    return dates.assign(seen=dates["patient_id"].map(last))


def _happened(endpoint: Endpoint, rows: pd.DataFrame) -> pd.Series:
    """Give the date of an endpoint's event, missing where there was none."""
    return rows[list(_HAPPENED[endpoint.code])].min(axis=1)


def _events_swapped(table: Table, endpoint: Endpoint, rows: pd.DataFrame) -> bool:
    """Report events that are the opposite of the dates: CNSR read the wrong way round."""
    told = rows[rows["event"].notna()]
    by_date, event = _happened(endpoint, told).notna(), told["event"].astype(bool)
    progressed = told[list(_HAPPENED[endpoint.code])[:-1] or ["death_date"]]
    both = min(by_date.sum(), (~by_date).sum()) >= 2 and len(told) >= LEAST
    if not both or not progressed.notna().any(axis=None):
        return False
    wrong = event != by_date
    if wrong[by_date].mean() <= 0.5 or wrong[~by_date].mean() <= 0.5:
        return False
    table.about(
        "event", wrong.index[wrong], Severity.NOTE,
        f"{endpoint.short}: for {int(wrong.sum())} of {count(len(told), 'patient')} the event is "
        "the opposite of the dates. Those with the date of an event count as censored, those "
        f"without as having it. Yes and no may be swapped. {AS_THEY_STAND}",
        "Check which code means that the event happened. In CDISC's CNSR, 0 is the event and 1 or "
        "more is censored.",
    )  # fmt: skip
    return True


def _other_unit(table: Table, endpoint: Endpoint, rows: pd.DataFrame) -> bool:
    """Report times that fit the dates in another unit only: months that are days."""
    found = False
    for column in ("days", "months"):
        times = rows[rows[column] > 0]
        unit = _unit_by_dates(endpoint, times, times[column], column)
        if unit is None and column == "days" and _short_for_their_follow_up(times):
            unit = "months"
        if unit and unit != column:
            found = True
            table.about(
                column, times.index, Severity.NOTE,
                f"{endpoint.short}: the times stand under {column}, but they fit the dates of the "
                f"patients only as {unit}. {AS_THEY_STAND}",
                f"Check the unit. If the times are {unit}, give them in days.",
            )  # fmt: skip
    return found


def _unit_by_dates(
    endpoint: Endpoint, rows: pd.DataFrame, times: pd.Series, own: str
) -> str | None:
    """Give the unit in which most times fit the dates, the column's own if it does, else None."""
    end = _happened(endpoint, rows).where(rows["event"].fillna(False).astype(bool))
    censored = rows["last_contact_date"].fillna(rows["seen"]) if endpoint.code == "os" else (
        rows["last_imaging_date"]
    )  # fmt: skip
    end = end.fillna(censored.where(rows["event"].eq(False).fillna(False).astype(bool)))
    fitting = []
    for start in _STARTS:
        days = (end - rows[start]).dt.days + 1
        ratio = (days / times)[days >= MONTH].dropna()
        for unit, length in _UNITS.items():
            fits = ratio.between(length / _WITHIN, length * _WITHIN)
            if len(ratio) >= LEAST and fits.mean() > 0.5:
                fitting.append(unit)
    return own if own in fitting else next(iter(fitting), None)


def _short_for_their_follow_up(rows: pd.DataFrame) -> bool:
    """Tell whether nobody has 40 days, though most were seen for longer than a year."""
    start = rows[list(_STARTS)].min(axis=1)
    followed = (rows["seen"] - start).dt.days.dropna()
    return len(followed) >= LEAST and followed.median() > 365 and rows["days"].max() < 40


def _time_to_death(table: Table, rows: pd.DataFrame) -> None:
    """Report times to death that are not those of the patient's dates."""
    days = rows["days"].fillna(rows["months"] * DAYS_PER_MONTH)
    away = pd.concat(
        [(days - (rows["death_date"] - rows[start]).dt.days - 1).abs() for start in _STARTS], axis=1
    ).min(axis=1)
    wrong = rows["event"].fillna(False).astype(bool) & (away > MONTH)
    for column, here in (("days", rows["days"].notna()), ("months", rows["days"].isna())):
        table.about(
            column, wrong.index[wrong & here], Severity.NOTE,
            "The time to death differs by more than a month from the patient's dates (start of "
            f"treatment or randomisation, to death). {KEPT} The time given here is analysed.",
            "Find out in the source whether the time or one of the dates is right.",
        )  # fmt: skip


def _events_of_death(table: Table, rows: pd.DataFrame) -> None:
    """Report deaths that only one of endpoint and dates knows of."""
    if not rows["death_date"].notna().any():
        return
    died = rows["event"].fillna(False).astype(bool) & rows["death_date"].isna()
    table.about(
        "event", died.index[died], Severity.NOTE,
        f"OS says that the patient died, but patients has no date of death. {KEPT}",
        "Add the date of death to patients, or correct the event.",
    )  # fmt: skip
    alive = rows["event"].eq(False).fillna(False).astype(bool) & rows["death_date"].notna()
    table.about(
        "event", alive.index[alive], Severity.NOTE,
        f"OS is censored, but patients has a date of death. {KEPT}",
        "Nothing, if the patient died after the end of follow-up; else correct the event.",
    )  # fmt: skip


def endless_times(tables: Tables) -> None:
    """Report times of more months than anybody is followed for."""
    table = tables["time_to_event"]
    table.about(
        "months", _rows(table.frame["months"] > LONGEST_MONTHS), Severity.NOTE,
        "This is more than 25 years. The time may be in days, not in months. It is kept as it "
        "stands.",
        "Check the unit. If the time is in days, give it under days.",
    )  # fmt: skip


# Patients


def swapped_arms(tables: Tables) -> None:
    """Report two arms of which all patients received the other's treatment."""
    table = tables["patients"]
    both = table.frame[table.frame["arm_received"].notna() & (table.frame["arm"] != UNKNOWN)]
    by_arm = {
        str(arm): (len(rows), set(rows["arm_received"]))
        for arm, rows in both.groupby("arm", sort=False)
    }
    for first, (size, received) in by_arm.items():
        for second, (other_size, other) in by_arm.items():
            if first < second and received == {second} and other == {first}:
                if size + other_size < LEAST:
                    continue
                table.about(
                    "arm_received", both.index[both["arm"].isin([first, second])], Severity.NOTE,
                    f"Every patient assigned to {first} received {second}, and the other way "
                    f"round. The codes of the two arms may be swapped. {KEPT}",
                    "Check the codes of the arm assigned and of the arm received.",
                )  # fmt: skip


def grades_of_ki67(tables: Tables) -> None:
    """Report WHO grades that are not those of the Ki-67."""
    table = tables["patients"]
    ki67, grade = table.frame["ki67_percent"], table.frame["who_grade"]
    if not (ki67 > 1).any():  # shares, of which another rule speaks
        return
    by_ki67 = pd.cut(ki67, [-1, 3, 20, np.inf], labels=["G1", "G2", "G3"]).astype(object)
    by_ki67 = by_ki67.mask(ki67 == 3, "G2")  # G2 is 3 to 20%, both included
    wrong = ki67.notna() & (grade != UNKNOWN) & (grade != by_ki67)
    table.about(
        "ki67_percent", _rows(wrong), Severity.NOTE,
        "The Ki-67 does not fit the patient's WHO grade (G1 is under 3%, G2 is 3 to 20%, G3 is "
        f"over 20%). {KEPT}",
        "Nothing, if mitoses decided the grade; else find out which of the two is right.",
    )  # fmt: skip


def children(tables: Tables) -> None:
    """Report patients under age."""
    table = tables["patients"]
    table.about(
        "age", _rows(table.frame["age"] < 18), Severity.NOTE,
        "The patient is younger than 18. The age is kept as it stands.",
        "Check the age and its unit (years).",
    )  # fmt: skip


# Order in time


def before_randomisation(tables: Tables) -> None:
    """Report sessions and adverse events that come before the patient was randomised."""
    for name, column, words in (DATED[0], DATED[2]):
        table = tables[name]
        early = table.frame[column] < of_patients(table, tables, "randomization_date")
        table.about(
            column, _rows(early), Severity.NOTE,
            f"The date of the {words} is before the patient's randomisation. {KEPT}", WHICH,
        )  # fmt: skip


def after_last_contact(tables: Tables) -> None:
    """Report last contacts after which something else is dated."""
    patients = tables["patients"]
    contact, death = patients.frame["last_contact_date"], patients.frame["death_date"]
    for name, column, words in DATED:
        dates = tables[name].frame.groupby("patient_id")[column].max()
        latest = patients.frame["patient_id"].map(dates)
        # What comes after death is another rule's.
        late = (latest > contact) & ~(latest > death)
        patients.about(
            "last_contact_date", _rows(late), Severity.NOTE,
            f"The patient's last contact is before the latest {words} in {name}. {KEPT}",
            "Give the last day on which the patient was known to be alive.",
        )  # fmt: skip


def repeated_events(tables: Tables) -> None:
    """Report adverse events that a patient has twice."""
    table = tables["adverse_events"]
    known = table.frame[table.frame[["term", "start_date", "grade"]].notna().all(axis=1)]
    same = known.assign(term=known["term"].map({one: fold(one) for one in known["term"].unique()}))
    again = same.duplicated(["patient_id", "term", "start_date", "grade"])
    table.about(
        "term", again.index[again], Severity.NOTE,
        "The patient has this event already, with the same start and grade. Both rows are kept.",
        "Delete the row, if it was entered twice; else nothing.",
    )  # fmt: skip


# Units


class _Group(NamedTuple):
    """A site or a patient whose values are a power of ten away from the others'."""

    name: str
    power: int
    rows: pd.Index


TEN = (0.85, 1.15)
"""From 7 to 14 times: a factor of ten, and what chance does to it."""
SURE = 4.0
"""Distances of the others, in their spread, that chance does not explain."""


def _far_away(values: pd.Series, patients: pd.Series, groups: pd.Series) -> Iterator[_Group]:
    """Find groups whose patients lie a power of ten away from all others.

    Patients are compared by the median of their values, as logarithms: groups are told by their
    median, whose distance must be large for the spread between patients.
    """
    known = values[values > 0]
    logs = pd.DataFrame({
        "log": np.log10(known), "patient": patients[known.index], "group": groups[known.index],
    }).dropna()  # fmt: skip
    each = logs.groupby(["group", "patient"], sort=False)["log"].median().reset_index()
    if each["patient"].nunique() <= LEAST:
        return
    by_group = each.groupby("group", sort=False)["log"]
    middles, sizes = by_group.median(), by_group.size()
    apart = (middles - each["log"].median()).abs()
    # Half the limits, on all patients: what passes is few, and worth an exact look.
    worth = (apart > TEN[0] / 2) & (apart > _limit(each["log"], sizes) / 2)
    for name in middles.index[worth]:
        own = each.loc[each["group"] == name, "log"]
        others = each.loc[each["group"] != name, "log"]
        if len(others) < LEAST or len(own) > len(others):
            continue
        distance = own.median() - others.median()
        power = round(distance)
        if (
            power
            and TEN[0] <= abs(distance) - abs(power) + 1 <= TEN[1]
            and abs(distance) >= max(_limit(others, len(own)), _limit(others, len(others)))
        ):
            yield _Group(str(name), power, logs.index[logs["group"] == name])


def _limit(logs: pd.Series, size: Any) -> Any:
    """Give the distance that chance does not give the median of ``size`` patients."""
    spread = 1.4826 * (logs - logs.median()).abs().median() or 0.01
    return SURE * spread * np.sqrt(np.pi / 2 / size)


def _times(power: int) -> str:
    """Say a power of ten: "10 times", "a 100th of"."""
    return f"about {10**power:,} times" if power > 0 else f"about 1/{10**-power:,} of"


def lab_units(tables: Tables) -> None:
    """Report sites and patients whose values of a test are in a unit of another size."""
    table = tables["labs"]
    frame = table.frame[table.frame["test"].notna() & table.frame["value"].notna()]
    if frame.empty:
        return
    sites = of_patients(table, tables, "site")
    keys = frame[["test", "unit"]].fillna("")
    for (test, unit), rows in frame.groupby([keys["test"], keys["unit"]], sort=False):
        told: set[str] = set()
        named = f"{test} ({unit})" if unit else str(test)
        for site in _far_away(rows["value"], rows["patient_id"], sites[rows.index]):
            told |= set(frame.loc[site.rows, "patient_id"])
            _tell_unit(table, "value", site, f"{named}: the values of site '{site.name}'")
        left = rows[~rows["patient_id"].isin(told)]
        for one in _far_away(left["value"], left["patient_id"], left["patient_id"]):
            _tell_unit(table, "value", one, f"{named}: the values of this patient")


def _tell_unit(table: Table, column: str, group: _Group, whose: str) -> None:
    table.about(
        column, group.rows, Severity.NOTE,
        f"{whose} are {_times(group.power)} those of the others. Their unit may be another one. "
        f"{AS_THEY_STAND}",
        "Check the unit in the source, and give all values in the same one.",
    )  # fmt: skip


_SIZES = (
    ("assessments", "sum_of_diameters_mm", "sums of diameters"),
    ("embolizations", "doxorubicin_mg", "doses of doxorubicin"),
)


def sizes_by_site(tables: Tables) -> None:
    """Report sites that give centimetres for millimetres, or grams for milligrams."""
    for name, column, words in _SIZES:
        table = tables[name]
        sites, ids = of_patients(table, tables, "site"), table.frame["patient_id"]
        for site in _far_away(table.frame[column], ids, sites):
            _tell_unit(table, column, site, f"The {words} of site '{site.name}'")


def shares_by_site(tables: Tables) -> None:
    """Report sites that give shares of one where the others give percentages."""
    table = tables["patients"]
    for column, words in (("liver_burden_percent", "tumour burden"), ("ki67_percent", "Ki-67")):
        for name, own in table.frame.groupby("site", sort=False)[column]:
            values, others = own.dropna(), table.frame.loc[table.frame["site"] != name, column]
            higher = table.frame.loc[values.index, "who_grade"].isin(["G2", "G3"])
            is_share = values.max() <= 1 and (values % 1 > 0).any() and len(values) >= 3
            plausible = column == "ki67_percent" and not higher.any()
            if is_share and not plausible and others.median() > 2:
                table.about(
                    column, values.index, Severity.NOTE,
                    f"No {words} of site '{name}' is above 1, those of other sites are. These may "
                    f"be shares of one: 0.4 is read as 0.4%, not as 40%. {AS_THEY_STAND}",
                    "Write 40 for 40%.",
                )  # fmt: skip


# Questionnaires

LEAST_FORMS = 20
AGREES, DISAGREES = 0.3, -0.2
"""Correlations of an item with the rest of its form: elsewhere, and at a site that turned it."""
SURE_OF_CORRELATION = 4.5
MIRRORED = 0.7
"""Share of the items whose mean must lie on the other side of the scale."""


def reversed_answers(tables: Tables) -> None:
    """Report sites that count a questionnaire, or an item of it, backwards."""
    table = tables["questionnaires"]
    site_of = tables["patients"].frame.set_index("patient_id")["site"].dropna()
    if site_of.nunique() < 2:
        return
    patients, ids = pd.factorize(table.frame["patient_id"])
    sites = site_of.reindex(ids).to_numpy(dtype=object)
    instruments, names = pd.factorize(table.frame["instrument"])
    for at, instrument in enumerate(names):
        answers = table.frame[instruments == at]
        forms, of_form = _forms(answers, patients[instruments == at])
        site = sites[of_form]
        for name in site_of.unique():
            own, others = forms[site == name], forms[(site != name) & pd.notna(site)]
            if min(len(own), len(others)) >= LEAST_FORMS:
                items = _mirrored(own, others) or _turned(own, others)
                here = answers[sites[patients[instruments == at]] == name] if items else answers
                _tell_reversed(table, here, str(instrument), name, items)


def _forms(
    answers: pd.DataFrame, patients: NDArray[np.intp]
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Lay answers out with a row a form and a column an item; give the patient of each form."""
    visits, dates = pd.factorize(answers["visit"])[0], pd.factorize(answers["date"])[0]
    key = (patients * (visits.max() + 2) + visits + 1) * (dates.max() + 2) + dates + 1
    form, keys = pd.factorize(key)
    item, items = pd.factorize(answers["item"])
    wide = np.full((len(keys), len(items)), np.nan)
    wide[form[item >= 0], item[item >= 0]] = answers["value"].to_numpy()[item >= 0]
    of_form = np.zeros(len(keys), dtype=np.intp)
    of_form[form] = patients
    return pd.DataFrame(wide, columns=items).dropna(axis=1, how="all"), of_form


def _tell_reversed(
    table: Table, rows: pd.DataFrame, instrument: str, site: str, items: list[float]
) -> None:
    for item in items:
        table.about(
            "value", rows.index[rows["item"] == item], Severity.NOTE,
            f"{instrument}, item {item:g}: the answers of site '{site}' run the other way than "
            f"those of the others. The site may count the scale backwards. {AS_THEY_STAND}",
            "Compare some forms on paper with the export. If the scale is reversed, turn it.",
        )  # fmt: skip


def _mirrored(own: pd.DataFrame, others: pd.DataFrame) -> list[float]:
    """Give the items whose mean lies on the other side of the scale, if most of them do."""
    middle = (others.min() + others.max()) / 2
    away, own_away = others.mean() - middle, own.mean() - middle
    clear = away.abs() > 0.15 * (others.max() - others.min())
    turned = clear & (away * own_away < 0) & (own_away.abs() > away.abs() / 2)
    if clear.sum() < 3 or turned.sum() < MIRRORED * clear.sum():
        return []
    return [float(item) for item in turned.index[turned]]


def _turned(own: pd.DataFrame, others: pd.DataFrame) -> list[float]:
    """Give the items that go with the rest of the form elsewhere, and against it here."""
    asked = own.notna().any() & others.notna().any()
    own, others = own.loc[:, asked], others.loc[:, asked]
    if others.shape[1] < 3:
        return []
    signs = np.sign(_with_rest(others, np.ones(others.shape[1])))
    here, there = _with_rest(own, signs) * signs, _with_rest(others, signs) * signs
    limit = SURE_OF_CORRELATION * np.sqrt(1 / (len(own) - 3) + 1 / (len(others) - 3))
    apart = np.arctanh(np.clip(there, -0.99, 0.99)) - np.arctanh(np.clip(here, -0.99, 0.99))
    turned = (there >= AGREES) & (here <= DISAGREES) & (apart >= limit)
    return [float(item) for item in others.columns[turned]]


def _with_rest(forms: pd.DataFrame, signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate each item with the mean of the others, these turned by their signs."""
    values = forms.to_numpy(dtype=float)
    spread = np.nanstd(values, axis=0)
    scaled = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1)
    filled = np.where(np.isfinite(scaled), scaled, 0)
    turned = filled * signs
    rest = turned.sum(axis=1, keepdims=True) - turned
    both = (filled * rest).mean(axis=0) - filled.mean(axis=0) * rest.mean(axis=0)
    size = filled.std(axis=0) * rest.std(axis=0)
    return np.divide(both, size, out=np.zeros_like(both), where=size > 0)
