"""Which column of such a table is what, and which of its rows are of a patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts import Mappings
from retnet_core.intake.layouts.arms import received_among, told
from retnet_core.intake.layouts.asides import set_aside
from retnet_core.intake.layouts.common import data_rows, is_blank, repeats
from retnet_core.intake.layouts.names import column_of, spellings
from retnet_core.intake.layouts.survival_table.headers import same
from retnet_core.intake.layouts.survival_table.pairs import candidates, pair_up
from retnet_core.intake.layouts.values import Mask, Texts, ids_of, texts
from retnet_core.intake.sheets import Column, Sheet
from retnet_core.protocol import fold

_ARMS = ("rx", "trt", "treat", "armcode", "armcd", "trt01p", "trtp", "treatmentgroup", "studyarm")
"""Headers of arms, folded, beside those that RETNET's own layout knows."""


@dataclass(eq=False)
class Columns:
    """The columns of the table, told apart.

    Attributes
    ----------
    sheet : Sheet
    header : int
        The row (from 0) of its headers.
    mapping : mapping
        What the user said of its columns.
    no_value : collection of str
        Cells of a status that mean no value, as the user said.
    findings : list of Finding
    """

    sheet: Sheet
    header: int
    mapping: Mappings
    no_value: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the rows and the columns."""
        self.titles = self.sheet.row(self.header)
        self.rows = np.flatnonzero(data_rows(self.sheet, self.header))
        self.mapped = self._mapped()
        every = [self.column(at) for at in range(len(self.titles))]
        self.headers = candidates(self.titles, every, self.mapped)
        self.pairs = pair_up(self.headers)
        self.left_out = 0
        if "patient_id" in self.patient_places:
            self._leave_out_remarks(self.patient_places["patient_id"])

    def _mapped(self) -> dict[str, str]:
        """Give the headers that the user named for times and events, each for one thing only."""
        mapped = dict(self.mapping.get("time_to_event", {}))
        roles = [ours for ours in ("days", "months", "event") if ours in mapped]
        for header in dict.fromkeys(mapped[ours] for ours in roles):
            several = [ours for ours in roles if same(mapped[ours], header)]
            if len(several) > 1:
                self.say(
                    Severity.SET_ASIDE, "time_to_event", header,
                    f"This column was named as {' and as '.join(several)}. It can be one of them "
                    "only, so what was said of it was not used.",
                    "Choose it for one of them under Columns on the page Data.",
                )  # fmt: skip
                mapped = {ours: own for ours, own in mapped.items() if ours not in several}
        return mapped

    def _leave_out_remarks(self, id_at: int) -> None:
        """Set totals and footnotes aside, and the headers once more."""
        aside, findings = set_aside(
            self.sheet, self.rows, id_at, self.titles, [self.titles], "patients"
        )
        self.rows, self.left_out = self.rows[~aside], int(aside.sum())
        self.findings += findings

    def column(self, at: int) -> Column:
        """Take a column's cells in the rows."""
        return self.sheet.columns[at].take(self.rows).named(self.titles[at])

    def say(self, severity: Severity, table: str, column: str, problem: str, remedy: str) -> None:
        """Add a finding on a column, or on the sheet as a whole."""
        self.findings.append(
            Finding(severity, table, self.sheet.name, None, column, "", problem, remedy)
        )

    # Which columns

    @cached_property
    def of_pairs(self) -> set[int]:
        """Places of the times and statuses of all endpoints."""
        return {one.at for pair in self.pairs for one in (*pair.times, pair.status)}

    @cached_property
    def patient_places(self) -> dict[str, int]:
        """Our columns of patients, with their place; the user's choice wins, then our own name."""
        mapped = dict(self.mapping.get("patients", {}))
        if "patient_id" in self.mapped:
            mapped.setdefault("patient_id", self.mapped["patient_id"])
        chosen = {
            ours: at
            for ours, wanted in mapped.items()
            for at in [next((at for at, one in enumerate(self.titles) if same(one, wanted)), -1)]
            if at >= 0
        }
        found = self._found_places(chosen, mapped)
        return {ours: at for ours, (_, at) in found.items()} | chosen

    def _found_places(
        self, chosen: Mapping[str, int], mapped: Mapping[str, str]
    ) -> dict[str, tuple[int, int]]:
        """Find columns of patients by their headers, each with its rank and its place."""
        known = {word: ours for word, ours in spellings("patients").items() if ours not in mapped}
        taken = self.of_pairs | {one.at for one in self.headers} | set(chosen.values())
        found: dict[str, tuple[int, int]] = {}
        arms: dict[int, int] = {}
        for at, title in enumerate(self.titles):
            if at in taken or is_blank(self.column(at)):
                continue
            if one := column_of(title, known):
                ours, rank = one, 1 + (fold(one) != fold(title))
            elif fold(title) in _ARMS and "arm" not in mapped:
                ours, rank = "arm", 3
            else:
                continue
            if ours == "arm":
                arms[at] = rank
            if ours not in found or found[ours][0] > rank:
                found[ours] = (rank, at)
        if len(arms) > 1:
            self._divide_arms(found, arms)
        return found

    def _divide_arms(self, found: dict[str, tuple[int, int]], arms: dict[int, int]) -> None:
        """Take a treatment beside an allocation for the arm received; say which is not used."""
        received = received_among({at: self.titles[at] for at in arms})
        if received is not None and "arm_received" not in found:
            found["arm_received"] = (arms.pop(received), received)
            found["arm"] = min((rank, at) for at, rank in arms.items())
            self.findings.append(
                told(self.sheet.name, self.titles[found["arm"][1]], self.titles[received])
            )
        used = found["arm"][1]
        for at in arms:
            if at != used and (texts(self.column(at)) != texts(self.column(used))).any():
                self.say(
                    Severity.SET_ASIDE, "patients", self.titles[at],
                    f"Two columns stand for arm: '{self.titles[used]}' was used, this one "
                    f"('{self.titles[at]}') was not.",
                    "Leave one of the two, or choose the arm under Columns on the page Data.",
                )  # fmt: skip

    @cached_property
    def ids(self) -> Texts:
        """Each row's patient id, "" where it has none; without a column the row's number."""
        if "patient_id" not in self.patient_places:
            return np.array([f"row {row + 1}" for row in self.rows], dtype=object)
        return ids_of(self.column(self.patient_places["patient_id"]))

    # Which rows

    @cached_property
    def repeats(self) -> Mask:
        """Rows that repeat an earlier one in every cell; without ids they are other patients."""
        if "patient_id" not in self.patient_places:
            return np.zeros(len(self.rows), dtype=bool)
        return repeats(self.sheet, self.rows)

    @cached_property
    def usable(self) -> Mask:
        """Rows with an id that repeat no other."""
        return np.asarray((self.ids != "") & ~self.repeats, dtype=bool)

    @cached_property
    def first(self) -> Mask:
        """The first usable row of each patient."""
        again = pd.Series(self.ids).where(self.usable).duplicated()
        return np.asarray(self.usable & ~again, dtype=bool)
