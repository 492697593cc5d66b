"""What the main estimates of the trial were in two exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from retnet_core.analysis import safety, time_to_event
from retnet_core.analysis.changes.exports import names, remarks
from retnet_core.analysis.cox import hazard_ratios
from retnet_core.analysis.kaplan_meier import KaplanMeier, kaplan_meier
from retnet_core.analysis.result import Result
from retnet_core.analysis.time_to_event import TimeToEvent
from retnet_core.protocol import arm_title, find_endpoint
from retnet_core.trial import Cohort, Trial, join_words

ENDPOINT = "hpfs"
SHORT = find_endpoint(ENDPOINT).short
PATIENTS, EVENTS = f"{SHORT} patients", f"{SHORT} events"
MEDIAN, RATIO = f"median {SHORT}", f"{SHORT} hazard ratio"
TREATED, SEVERE = "treated patients", "patients with grade 3 or more"
SEVERE_SHARE = "share with grade 3 or more"
_UNITS = {PATIENTS: "patients", EVENTS: "events", MEDIAN: "months", RATIO: "ratio",
          TREATED: "patients", SEVERE: "patients", SEVERE_SHARE: "share of treated"}  # fmt: skip
_VALUES = ["value", "lower", "upper"]
_COLUMNS = ["estimate", "group", "then", "then_lower", "then_upper", "now", "now_lower",
            "now_upper", "unit"]  # fmt: skip
_RULE_DATES = ("first_embolization_date", "last_imaging_date", "other_therapy_date", "death_date")
"""Columns that the rule of hPFS reads: it cannot apply where an export never fills one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Estimates(Result):
    """Estimates of two exports, side by side.

    Attributes
    ----------
    then_name, now_name : str
        What the exports are called, such as "export of 1 March 2024".
    population : str
        Whom the efficacy estimates look at: the cohort in words.
    table : pandas.DataFrame
        estimate, group (arm, or "cTACE over TAE"), then, then_lower, then_upper, now, now_lower,
        now_upper, unit. Limits are 95% limits. Missing is what cannot be estimated; a note says
        why. Estimates: hPFS patients, hPFS events, median hPFS (months), hPFS hazard ratio,
        treated patients, patients with grade 3 or more, share with grade 3 or more (of treated;
        worst grade of treatment-emergent adverse events, by arm received).
    curves_then, curves_now : KaplanMeier or None
        hPFS by arm; None where an export cannot give it.
    """

    then_name: str
    now_name: str
    population: str
    table: pd.DataFrame
    curves_then: KaplanMeier | None
    curves_now: KaplanMeier | None


def estimates(
    then: Trial, now: Trial, cohort: Cohort | None = None, include_closed: bool = False
) -> Estimates:
    """Set the main estimates of two exports side by side.

    Parameters
    ----------
    then, now : Trial
        The earlier and the later export; of a narrowed one the whole.
    cohort : Cohort, optional
        Whom to look at in both, by default everybody.
    include_closed : bool
        Keep arms that were closed early among the efficacy estimates, as
        `Trial.efficacy_cohort` does.

    Returns
    -------
    Estimates
        Those of `time_to_event.derive` (hPFS, default rules), `survival.kaplan_meier`,
        `survival.hazard_ratios` and `safety.grade_table`.
    """
    chosen = cohort or Cohort()
    called = names(then.whole, now.whole)
    sides = (
        _estimate(then.whole, called[0], chosen, include_closed),
        _estimate(now.whole, called[1], chosen, include_closed),
    )
    return Estimates(
        then_name=called[0],
        now_name=called[1],
        population=sides[1].population,
        table=_side_by_side(*sides),
        curves_then=sides[0].curves,
        curves_now=sides[1].curves,
        method="The same analyses of both exports. Many patients are in both, so that a change "
        "between them is no independent finding, and is not tested. "
        f"{' '.join(dict.fromkeys([*sides[1].methods, *sides[0].methods]))}",
        notes=(
            *_different_times(*sides),
            *_different_arms(*sides),
            *remarks(then.whole, now.whole),
            *_notes(*sides),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """The estimates of one export: a row an estimate and group, with value, lower and upper."""

    name: str
    population: str
    rows: pd.DataFrame
    tte: TimeToEvent | None
    curves: KaplanMeier | None
    patients: pd.DataFrame
    methods: tuple[str, ...]
    notes: tuple[str, ...]


_Row = tuple[str, str, float, float, float]
_NONE = float("nan")


def _estimate(whole: Trial, name: str, cohort: Cohort, include_closed: bool) -> _Side:
    lacking = [title for title in dict(cohort.more) if title not in whole.more_columns]
    efficacy = whole.efficacy_cohort(cohort, include_closed)
    if lacking:
        note = f"The {name} cannot be divided by {join_words(lacking)}: nothing estimated."
        none = pd.DataFrame(columns=["estimate", "group", *_VALUES])
        return _Side(name, str(efficacy), none, None, None, whole.patients, (), (note,))
    tte, curves, rows, methods, notes = None, None, [], [], []
    try:
        tte = time_to_event.derive(whole.select(efficacy), ENDPOINT)
    except ValueError as error:
        notes.append(str(error).replace("This export", f"The {name}"))
    else:
        curves, ratios = kaplan_meier(tte), hazard_ratios(tte)
        rows += [*_of_curves(curves), *_of_ratios(ratios.table)]
        methods += [curves.method, ratios.method]
        notes += [*curves.notes, *ratios.notes, *_not_reached(curves)]
    safe = whole.select(whole.safety_cohort(cohort), arm_column="arm_received")
    grades = safety.grade_table(safe, by="overall")
    rows += _of_grades(grades.table, whole)
    return _Side(
        name=name,
        population=str(efficacy),
        rows=pd.DataFrame(rows, columns=["estimate", "group", *_VALUES]),
        tte=tte,
        curves=curves,
        patients=whole.patients,
        methods=(*methods, grades.method),
        notes=(*notes, *grades.notes, *_without_grades(grades.table)),
    )


def _of_curves(curves: KaplanMeier) -> Iterator[_Row]:
    for row in curves.medians.to_dict("records"):
        yield (PATIENTS, row["group"], row["n"], _NONE, _NONE)
        yield (EVENTS, row["group"], row["events"], _NONE, _NONE)
        yield (MEDIAN, row["group"], row["median"], row["lower"], row["upper"])


def _of_ratios(table: pd.DataFrame) -> Iterator[_Row]:
    for row in table.to_dict("records"):
        contrast = f"{arm_title(row['level'])} over {arm_title(row['reference'])}"
        yield (RATIO, contrast, row["hr"], row["lower"], row["upper"])


def _of_grades(table: pd.DataFrame, whole: Trial) -> Iterator[_Row]:
    for row in table.to_dict("records"):
        arm, n, severe = row["arm"], row["n_treated"], row["grade_3_or_more"]
        yield (TREATED, arm, n, _NONE, _NONE)
        if whole.adverse_events.empty or _ungraded(row):
            yield from ((name, arm, _NONE, _NONE, _NONE) for name in (SEVERE, SEVERE_SHARE))
            continue
        yield (SEVERE, arm, severe, _NONE, _NONE)
        limits = row["grade_3_or_more_lower"], row["grade_3_or_more_upper"]
        yield (SEVERE_SHARE, arm, severe / n, *limits)


def _ungraded(row: Mapping[Any, Any]) -> bool:
    """Whether no event of the arm has a grade: none of grade 3 is then not known to be none."""
    return bool(0 < row["any"] == row["not_graded"])


def _side_by_side(then: _Side, now: _Side) -> pd.DataFrame:
    """Lay out the estimates of both, in the order of the later export."""
    at = ["estimate", "group"]
    both = pd.concat([now.rows[at], then.rows[at]]).drop_duplicates()
    order = both["estimate"].map({name: i for i, name in enumerate(_UNITS)})
    table = both.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    for side, rows in (("then", then.rows), ("now", now.rows)):
        told = rows.rename(columns=dict(zip(_VALUES, [side, f"{side}_lower", f"{side}_upper"],
                                            strict=True)))  # fmt: skip
        table = table.merge(told, on=at, how="left")
    table["unit"] = table["estimate"].map(_UNITS)
    numbers = dict.fromkeys(_COLUMNS[2:-1], float)
    return table[_COLUMNS].astype(numbers)


def _different_times(then: _Side, now: _Side) -> list[str]:
    """Say first that times of the exports do not come about in the same way."""
    if then.tte is None or now.tte is None:
        return []
    mixed = time_to_event.mixed_sources(
        [
            replace(tte, endpoint=replace(tte.endpoint, short=f"{SHORT} of the {side.name}"))
            for tte, side in ((then.tte, then), (now.tte, now))
        ]
    )
    if mixed:
        return [mixed]
    if now.tte.source == "given":
        return [f"Both exports give {SHORT} as times; they do not say whether by one rule."]
    return [
        f"{column} is blank in the whole {blank.name}, not in the {filled.name}: none yet, or not "
        f"recorded, and then {SHORT} is not by one rule."
        for blank, filled in ((then, now), (now, then))
        for column in _RULE_DATES
        if blank.patients[column].isna().all() and filled.patients[column].notna().any()
    ]


def _different_arms(then: _Side, now: _Side) -> list[str]:
    """Say that arms have patients in one export only, so that models are not of the same arms."""
    if then.curves is None or now.curves is None:
        return []
    one, other = then.curves.groups, now.curves.groups
    return [
        f"{join_words(alone)}: {SHORT} of no patient in the {side.name}, so that the models are "
        "not of the same arms."
        for alone, side in (
            ([arm for arm in other if arm not in one], then),
            ([arm for arm in one if arm not in other], now),
        )
        if alone
    ]


def _not_reached(curves: KaplanMeier) -> list[str]:
    lost = curves.medians.loc[curves.medians["median"].isna(), "group"]
    return [f"No median {SHORT} of {join_words(list(lost))}: not reached."] if len(lost) else []


def _without_grades(table: pd.DataFrame) -> list[str]:
    arms = [row["arm"] for row in table.to_dict("records") if _ungraded(row)]
    if not arms:
        return []
    return [
        f"No adverse event of {join_words(arms)} has a grade: how many patients had grade 3 or "
        "more is not known."
    ]


def _notes(then: _Side, now: _Side) -> Iterator[str]:
    """Give the notes of both, each once, with the export that it is about."""
    both = [note for note in now.notes if note in then.notes]
    yield from dict.fromkeys(both)
    for side in (then, now):
        for note in dict.fromkeys(side.notes):
            if note not in both:
                yield note if side.name in note else f"{_capital(side.name)}: {note}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
