"""A Trial is the validated tables of one export; a Cohort says which of its patients to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import pandas as pd

from retnet_core.protocol import (
    CLOSED_ARMS,
    HISTOLOGIC_SUBTYPES,
    PRIMARY_SITES,
    UNKNOWN,
    WHO_GRADES,
    order_arms,
)
from retnet_core.tables import SCHEMAS
from retnet_core.wording import MORE

BURDEN_CUTS = (25.0, 50.0, 70.0)
_BURDENS = ("up to 25%", "over 25 to 50%", "over 50 to 70%", "over 70%", UNKNOWN)
_YES_NO = ("yes", "no", UNKNOWN)

UNREADABLE = ("table", "column", "patient_id", "value", "least", "most")
"""The columns of `Trial.unreadable`."""

ArmColumn = Literal["arm", "arm_received"]


@dataclass(frozen=True)
class Source:
    """Where a trial came from.

    Attributes
    ----------
    name : str
        File name as uploaded.
    sha256 : str
        Hash of the file's bytes, in hexadecimal.
    layout : str
        The layout that read it.
    data_cut : datetime.date or None
        The data cut that the file states, else its latest date that is not in the future.
    data_cut_stated : bool
        The file states its data cut.
    rows_read, rows_used, rows_set_aside : int
        Non-empty data rows of all sheets; the last two sum to the first.
    synthetic : bool
        The file calls itself a synthetic demonstration.
    key : str
        Names the data set: the file's hash, or that of the file and its mapping where it has one.
    """

    name: str
    sha256: str
    layout: str
    data_cut: dt.date | None
    data_cut_stated: bool
    rows_read: int
    rows_used: int
    rows_set_aside: int
    synthetic: bool = False
    key: str = ""

    def __post_init__(self) -> None:
        """Take the file's hash where nothing else names the data set."""
        object.__setattr__(self, "key", self.key or self.sha256)


def _burden(percent: pd.Series) -> pd.Series:
    bands = pd.cut(percent, [-1, *BURDEN_CUTS, float("inf")], labels=list(_BURDENS[:-1]))
    return bands.astype(object).where(percent.notna(), UNKNOWN)


def _yes_no(flag: pd.Series) -> pd.Series:
    return flag.astype(object).map({True: "yes", False: "no"}).fillna(UNKNOWN)


def _text(column: pd.Series) -> pd.Series:
    return column.fillna(UNKNOWN)


@dataclass(frozen=True)
class Dimension:
    """A way to divide patients: the column it reads, how it reads in words, and its levels."""

    column: str
    name: str
    order: tuple[str, ...] = ()

    def levels(self, patients: pd.DataFrame) -> pd.Series:
        """Give the level of each patient as text, ``"unknown"`` where it is missing."""
        column = patients[self.column]
        if self.column == "liver_burden_percent":
            return _burden(column)
        return _yes_no(column) if column.dtype == "boolean" else _text(column)


DIMENSIONS: dict[str, Dimension] = {
    "arms": Dimension("arm", "arm"),
    "who_grades": Dimension("who_grade", "WHO grade", WHO_GRADES),
    "primary_sites": Dimension("primary_site", "primary site", PRIMARY_SITES),
    "histologic_subtypes": Dimension(
        "histologic_subtype", "histologic subtype", HISTOLOGIC_SUBTYPES
    ),
    "functional": Dimension("functional", "functional", _YES_NO),
    "liver_burdens": Dimension("liver_burden_percent", "liver burden", _BURDENS),
}
"""The dimensions of a cohort, by the name of the field of `Cohort`."""


@dataclass(frozen=True)
class Cohort:
    """Which patients are looked at. None restricts nothing, an empty tuple is nobody.

    Parameters
    ----------
    arms, who_grades, primary_sites, histologic_subtypes, functional, liver_burdens
        Levels to keep; ``"unknown"`` names the patients without a value. ``functional`` takes
        ``"yes"``, ``"no"``; ``liver_burdens`` takes ``"up to 25%"``, ``"over 25 to 50%"``,
        ``"over 50 to 70%"``, ``"over 70%"``.
    concurrent_with
        Arms that were closed early: keep their patients, and of the others those randomised while
        these arms were open, from their first to their last randomisation in the whole export.
    more
        Levels to keep of further columns of the export (`Trial.more_columns`), by their header.

    Examples
    --------
    >>> str(Cohort(arms=("TAE", "cTACE"), who_grades=("G1", "G2")))
    'TAE and cTACE, G1-G2'
    >>> str(Cohort())
    'all patients'
    >>> str(Cohort(more={"Region": ("Asia", "Europe")}))
    'Region Asia or Europe'
    """

    arms: tuple[str, ...] | None = None
    who_grades: tuple[str, ...] | None = None
    primary_sites: tuple[str, ...] | None = None
    histologic_subtypes: tuple[str, ...] | None = None
    functional: tuple[str, ...] | None = None
    liver_burdens: tuple[str, ...] | None = None
    concurrent_with: tuple[str, ...] | None = None
    more: Mapping[str, tuple[str, ...]] | tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        """Accept any sequence of levels, so that a list does not break hashing."""
        more = tuple((title, tuple(levels)) for title, levels in dict(self.more).items())
        object.__setattr__(self, "more", more)
        for one in fields(self):
            chosen = getattr(self, one.name)
            if isinstance(chosen, str):
                raise TypeError(f"{one.name} takes several levels: use ({chosen!r},)")
            if chosen is not None:
                object.__setattr__(self, one.name, tuple(chosen))

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """What restricts: the dimension (`Trial.levels`), with the levels kept."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "more"}
        values |= {MORE + title: levels for title, levels in dict(self.more).items()}
        return {name: levels for name, levels in values.items() if levels is not None}

    def __str__(self) -> str:
        """Say the restriction in words."""
        return ", ".join(_words(name, levels) for name, levels in self.chosen.items()) or (
            "all patients"
        )


def dimension_name(dimension: str) -> str:
    """Say a dimension in words: "WHO grade"; a further column of the export by its header."""
    known = DIMENSIONS.get(dimension)
    return known.name if known else dimension.removeprefix(MORE)


def _words(dimension: str, levels: tuple[str, ...]) -> str:
    if dimension == "concurrent_with":
        return f"{join_words(levels)} and concurrent controls"
    name = dimension_name(dimension)
    if not levels:
        return f"no {name} chosen"
    if dimension == "who_grades":
        run = tuple(g for g in WHO_GRADES[:-1] if g in levels)
        if len(run) > 1 and run == WHO_GRADES[WHO_GRADES.index(run[0]) :][: len(run)]:
            span = f"{run[0]}-{run[-1]}"
            return span if len(run) == len(levels) else f"{span} and grade unknown"
        return join_words([f"grade {UNKNOWN}" if g == UNKNOWN else g for g in levels])
    if dimension == "arms":
        return join_words(levels)
    return f"{name} {join_words(levels, 'or')}"


def _by_number(level: str) -> tuple[bool, float, str]:
    try:
        return False, float(level), ""
    except ValueError:
        return True, 0.0, level.casefold()


def join_words(words: tuple[str, ...] | list[str], last: str = "and") -> str:
    """Join words as a sentence does: "a, b and c"."""
    *most, final = words
    return f"{', '.join(most)} {last} {final}" if most else final


@dataclass(frozen=True, eq=False)
class Trial:
    """The validated tables of one export, whole or narrowed to a cohort.

    Every table has every column of its schema (``retnet_core.tables``) and is empty, never None,
    where the export has none of it.

    Attributes
    ----------
    patients, embolizations, assessments, adverse_events, questionnaires, scores, labs, \
time_to_event : pandas.DataFrame
        The tables.
    findings : pandas.DataFrame
        What intake noticed: severity, table, sheet, row, column, value, problem, remedy.
    unreadable : pandas.DataFrame
        Cells that held something and were emptied: table, column, patient_id, value (the cell as
        typed), least and most. These are the bounds that the cell does give, as text, "" where it
        gives none: "2019-03-01" and "2019-03-31" of "UNK MAR 2019", "" and "0.5" of "<0.5". An
        analysis that reads such a column must not take the blank for an answer.
    source : Source
        The file.
    cells_to_check : pandas.DataFrame
        Every single cell that ``findings`` are about, also where they only count cells: sheet,
        row, column, patient_id, value, problem, remedy.
    more_columns : pandas.DataFrame
        Columns of patients that are none of its table's and sort them into a few groups: a row a
        patient, a column a header of the file, cells as text (None: blank).
    arms : tuple of str
        All arms of the export in display order, also after `select`, so that colours stay.
    cohort : Cohort
        The restriction in force.
    export_size : int
        Patients in the whole export.
    narrowed_from : Trial or None
        The whole trial, where this one is narrowed; read it through `whole`.
    """

    patients: pd.DataFrame
    embolizations: pd.DataFrame
    assessments: pd.DataFrame
    adverse_events: pd.DataFrame
    questionnaires: pd.DataFrame
    scores: pd.DataFrame
    labs: pd.DataFrame
    time_to_event: pd.DataFrame
    findings: pd.DataFrame
    unreadable: pd.DataFrame
    source: Source
    cells_to_check: pd.DataFrame
    more_columns: pd.DataFrame
    arms: tuple[str, ...]
    export_size: int
    cohort: Cohort = field(default_factory=Cohort)
    narrowed_from: Trial | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        findings: pd.DataFrame,
        unreadable: pd.DataFrame,
        source: Source,
        cells_to_check: pd.DataFrame | None = None,
        more_columns: pd.DataFrame | None = None,
    ) -> Trial:
        """Build a trial from its validated tables."""
        patients = tables["patients"]
        named: dict[str, Any] = {name: tables[name] for name in SCHEMAS}
        received = patients["arm_received"].dropna()
        return cls(
            **named,
            findings=findings,
            unreadable=unreadable.reindex(columns=list(UNREADABLE), fill_value=""),
            source=source,
            cells_to_check=pd.DataFrame() if cells_to_check is None else cells_to_check,
            more_columns=pd.DataFrame(index=patients.index)
            if more_columns is None
            else more_columns,
            arms=order_arms([*patients["arm"], *received]),
            export_size=len(patients),
        )

    def select(self, cohort: Cohort, arm_column: ArmColumn = "arm") -> Trial:
        """Narrow to the patients of a cohort.

        Parameters
        ----------
        cohort : Cohort
            The restriction. It replaces the one in force only if that one restricts nothing:
            narrow the whole trial, not a part of it.
        arm_column : {"arm", "arm_received"}
            Efficacy goes by the arm assigned, safety by the arm received.

        Returns
        -------
        Trial
            With the same findings, source and arms.

        Raises
        ------
        ValueError
            If this trial is already narrowed.
        """
        if self.cohort != Cohort():
            raise ValueError("select from the whole trial: this one is already narrowed")
        keep = pd.Series(True, index=self.patients.index)
        for name, levels in replace(cohort, concurrent_with=None).chosen.items():
            keep &= self.levels(name, arm_column).isin(levels)
        closed = cohort.concurrent_with or ()
        if self.patients.loc[keep, "arm"].isin(closed).any():
            keep &= self._randomised_while_open(closed)
        else:  # nobody is left to be compared with
            cohort = replace(cohort, concurrent_with=None)
        patients = self.patients[keep]
        kept: dict[str, Any] = {"patients": patients, "more_columns": self.more_columns[keep]}
        for name in SCHEMAS:
            if name != "patients":
                table: pd.DataFrame = getattr(self, name)
                kept[name] = table[table["patient_id"].isin(patients["patient_id"])]
        return replace(self, cohort=cohort, narrowed_from=self, **kept)

    @property
    def whole(self) -> Trial:
        """The trial before it was narrowed; what holds for the export moves with no filter."""
        return self.narrowed_from or self

    def levels(self, dimension: str, arm_column: ArmColumn = "arm") -> pd.Series:
        """Give each patient's level of a dimension of `DIMENSIONS`, as text.

        ``arm_received`` falls back on the arm assigned where it is blank. "more: HEADER" is the
        column of that header in ``more_columns``.
        """
        if dimension.startswith(MORE):
            return self.more_columns[dimension.removeprefix(MORE)].fillna(UNKNOWN)
        if dimension == "arms":
            assigned = self.patients["arm"]
            if arm_column == "arm":
                return assigned
            return self.patients["arm_received"].fillna(assigned)
        return DIMENSIONS[dimension].levels(self.patients)

    def level_counts(self, dimension: str) -> dict[str, int]:
        """Count patients by level, in the dimension's order, levels without patients left out."""
        counts = self.levels(dimension).value_counts()
        order = self.level_order(dimension)
        return {level: int(counts[level]) for level in order if level in counts.index}

    def level_order(self, dimension: str) -> tuple[str, ...]:
        """Order the levels of a dimension, those that a cohort leaves out among them.

        Levels of a further column of the export stand in the order of their numbers, else of the
        alphabet.
        """
        if dimension == "arms":
            return self.arms
        if dimension in DIMENSIONS:
            return DIMENSIONS[dimension].order
        levels = self.whole.more_columns[dimension.removeprefix(MORE)].dropna().unique()
        return (*sorted(set(levels) - {UNKNOWN}, key=_by_number), UNKNOWN)

    def open_period(self, arms: Sequence[str]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """Give the first and the last day that arms randomised a patient of the whole export.

        None where none of their patients has a randomisation date.
        """
        patients = self.whole.patients
        days = patients.loc[patients["arm"].isin(arms), "randomization_date"].dropna()
        return (days.min(), days.max()) if len(days) else None

    def _randomised_while_open(self, arms: tuple[str, ...]) -> pd.Series:
        period = self.open_period(arms)
        kept = self.patients["arm"].isin(arms)
        return (
            kept if period is None else kept | self.patients["randomization_date"].between(*period)
        )

    def efficacy_cohort(
        self, cohort: Cohort, include_closed: bool = False, concurrent: bool = True
    ) -> Cohort:
        """Say whom an efficacy analysis looks at.

        Parameters
        ----------
        cohort : Cohort
            What was chosen.
        include_closed : bool
            Keep arms that were closed early.
        concurrent : bool
            Compare such arms with the patients randomised while they were open; with everybody
            where the export does not say when that was.

        Returns
        -------
        Cohort
        """
        chosen = self.arms if cohort.arms is None else cohort.arms
        kept = tuple(
            arm for arm in self.arms if arm in chosen and (include_closed or arm not in CLOSED_ARMS)
        )
        closed = tuple(arm for arm in kept if arm in CLOSED_ARMS)
        compared = concurrent and closed not in ((), kept) and self.open_period(closed) is not None
        return replace(
            cohort,
            arms=None if kept == self.arms else kept,
            concurrent_with=closed if compared else None,
        )

    def safety_cohort(self, cohort: Cohort) -> Cohort:
        """Say whom a safety analysis looks at: arms closed early always, whatever is chosen."""
        if cohort.arms is None:
            return cohort
        kept = tuple(arm for arm in self.arms if arm in cohort.arms or arm in CLOSED_ARMS)
        return replace(cohort, arms=None if kept == self.arms else kept)

    @property
    def closed_arms(self) -> tuple[str, ...]:
        """Arms of this export that were closed early."""
        return tuple(arm for arm in self.arms if arm in CLOSED_ARMS)

    @property
    def population(self) -> str:
        """Say who is looked at: "TAE and cTACE, G1-G2: 118 of 162 patients"."""
        counted = f"{len(self.patients)} of {self.export_size}"
        if self.cohort == Cohort():
            return f"All patients: {counted}"
        return f"{self.cohort}: {counted} patients"
