"""The one table of such an export: its rows become patients and times to an event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from retnet_core.intake.findings import Finding, Severity, about_cells
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.common import places_of, repeats, some_of, unused_columns
from retnet_core.intake.layouts.survival_table import codes as status
from retnet_core.intake.layouts.survival_table.columns import Columns
from retnet_core.intake.layouts.survival_table.headers import label_of, same
from retnet_core.intake.layouts.survival_table.pairs import Pair
from retnet_core.intake.layouts.survival_table.times import in_our_units, one_sided
from retnet_core.intake.layouts.survival_table.unused import tell_columns
from retnet_core.intake.layouts.values import Mask, texts
from retnet_core.intake.sheets import BLANK, Column
from retnet_core.protocol import fold
from retnet_core.wording import count

UNNAMED = "Time to event"
"""The endpoint where nothing in the table names it."""
_ENDPOINTS = ("endpoint", "paramcd", "parameter", "param", "endpointname")
_ALSO_ENDPOINTS = ("etype", "eventtype", "typeofevent", "outcome")
"""Headers of an endpoint, folded, that can also mean the kind of event that happened."""


@dataclass(eq=False)
class Table(Columns):
    """The table, and the rows that are made of it.

    Attributes
    ----------
    about_codes : list of Finding
        How the codes of events were read, or that they are not.
    """

    about_codes: list[Finding] = field(default_factory=list)

    @cached_property
    def endpoint_at(self) -> int | None:
        """The column that says which endpoint a row is of."""
        wanted = self.mapped.get("endpoint")
        free = [at for at in range(len(self.titles)) if at not in self.of_pairs]
        if wanted:
            return next((at for at in free if same(self.titles[at], wanted)), None)
        if len(self.pairs) != 1 or self.pairs[0].key:
            return None
        words = {fold(self.titles[at]): at for at in reversed(free)}
        for word in (*_ENDPOINTS, *_ALSO_ENDPOINTS):
            if word in words and (word in _ENDPOINTS or self._tells_apart(words[word])):
                return words[word]
        return None

    def _tells_apart(self, at: int) -> bool:
        """Tell whether rows of one patient differ by a column, as they do by the endpoint."""
        rows = pd.DataFrame({"id": self.ids, "cell": texts(self.column(at))})[~self.repeats]
        return bool(rows["id"].duplicated().any()) and not rows.duplicated().any()

    @cached_property
    def timed(self) -> Mask:
        """Rows that tell a time: each patient's first, or with a column of endpoints all."""
        if self.endpoint_at is not None:
            return self.usable
        return self.first & ~np.isin(self.ids, list(self._disagreeing()))

    def _disagreeing(self) -> set[str]:
        """Give the patients whose rows tell different times, and say so."""
        cells = pd.DataFrame({at: texts(self.column(at)) for at in sorted(self.of_pairs)})
        cells["id"] = self.ids
        often = cells[self.usable].drop_duplicates()
        found = sorted(set(often.loc[often["id"].duplicated(), "id"]))
        if found:
            self.say(
                Severity.SET_ASIDE, "time_to_event", "",
                f"{count(len(found), 'patient has', 'patients have')} several rows with different "
                f"times or events ({some_of(found)}), and no column says which endpoint a row is "
                "of: no time of theirs was used.",
                "Keep one row for each patient, or add a column 'endpoint'.",
            )  # fmt: skip
        return set(found)

    # Parts

    def parts(self) -> Iterator[Part]:
        """Make rows of patients and of times to an event."""
        yield self._patients()
        for pair in self.pairs:
            yield self._times(pair)
        tell_columns(self, self._endpoint_places())

    def _patients(self) -> Part:
        by_endpoint = self.endpoint_at is not None
        columns = {ours: self.column(at) for ours, at in self.patient_places.items()}
        if "patient_id" not in columns:
            self._tell_ids()
            columns["patient_id"] = Column.of(list(self.ids), np.arange(len(self.ids)), "")
        if by_endpoint:
            columns = {ours: self._first_filled(ours, one) for ours, one in columns.items()}
        used = {*self.of_pairs, *self.patient_places.values(), *self._endpoint_places()}
        unused = unused_columns(self.sheet, self.titles, used, self.rows)
        whole = Part("patients", self.sheet.name, self.rows + 1, columns, {}, self.repeats, unused)
        return whole.take(~self.usable | self.first) if by_endpoint else whole

    def _endpoint_places(self) -> set[int]:
        return set() if self.endpoint_at is None else {self.endpoint_at}

    def _tell_ids(self) -> None:
        alike = int(repeats(self.sheet, self.rows).sum())
        also = (
            f" {count(alike, 'row')} that read like an earlier one in every cell count as other "
            "patients."
            if alike
            else ""
        )
        self.say(
            Severity.ASSUMED, "patients", "",
            "The table has no column of patient ids: each row was taken for a patient and named "
            f"by its place in the file ('row 2').{also}",
            "Nothing, if each row is a patient; else add a column 'patient_id'.",
        )  # fmt: skip

    def _first_filled(self, ours: str, column: Column) -> Column:
        """Take each patient's first filled cell, and say where other rows say otherwise."""
        place = np.arange(len(self.rows))
        filled = self.usable & (column.codes != BLANK)
        first = pd.Series(place[filled]).groupby(self.ids[filled], sort=False).first()
        source = pd.Series(self.ids).map(first).fillna(-1).to_numpy(dtype=np.intp)
        taken = np.where(source < 0, BLANK, column.codes[source])
        other = filled & (column.codes != taken)
        self.findings += about_cells(
            Severity.SET_ASIDE, "patients", self.sheet.name,
            places_of(self.rows, column, other),
            f"An earlier row of this patient says otherwise of {ours}; the earlier one was used.",
            "Find out in the source which of the two is right.",
        )  # fmt: skip
        return replace(column, codes=np.where(self.usable, taken, column.codes))

    def _times(self, pair: Pair) -> Part:
        """Make the rows of one endpoint."""
        rows = self.timed
        whole = self.column(pair.status.at)
        no_value = self.no_value
        happened, counts = whole.take(rows), status.counts_of(whole, rows, no_value)
        every = status.counts_of(whole, self.usable, no_value)
        found = status.read_codes(pair.status, every, sum(counts.values()) < int(rows.sum()))
        alone = len(self.pairs) == 1
        columns = {"patient_id": self._id_column(rows)}
        columns["endpoint"] = self._endpoint(pair, found.is_death, rows)
        if not one_sided(self, pair, found, rows):
            columns |= in_our_units(self, pair, rows)
        columns["event"] = status.event_column(happened, found, alone, no_value)
        self.about_codes += status.tell(happened, found, counts, self.sheet.name, alone, no_value)
        return Part("time_to_event", self.sheet.name, self.rows[rows] + 1, columns, {},
                    np.zeros(int(rows.sum()), dtype=bool))  # fmt: skip

    def _id_column(self, rows: Mask) -> Column:
        if "patient_id" in self.patient_places:
            return self.column(self.patient_places["patient_id"]).take(rows)
        ids = self.ids[rows]
        return Column.of(list(ids), np.arange(len(ids)), "")

    def _endpoint(self, pair: Pair, is_death: bool, rows: Mask) -> Column:
        """Name the endpoint: by its column, by the headers, by its event, or not at all."""
        if self.endpoint_at is not None:
            column = self.column(self.endpoint_at).take(rows)
            self._tell_endpoint_codes(column)
            return column
        name = label_of(pair.key) if pair.key else "OS" if is_death else UNNAMED
        if not pair.key:
            why = ", as its event is death" if is_death else ""
            self.say(
                Severity.ASSUMED, "time_to_event", pair.status.title,
                f"No header names the endpoint; it is called '{name}'{why}.",
                "Nothing, if that is meant; else write the endpoint into the headers "
                "(PFS_MONTHS, PFS_STATUS) or add a column 'endpoint'.",
            )  # fmt: skip
        return Column.constant(name, int(rows.sum()))

    def _tell_endpoint_codes(self, column: Column) -> None:
        named = status.counts_of(column, column.codes != BLANK)
        in_codes = [f"'{text}' in {count(n, 'row')}" for text, n in named.items() if text.isdigit()]
        if in_codes:
            self.say(
                Severity.ASSUMED, "time_to_event", column.header,
                f"This column says which endpoint a row is of, in codes ({', '.join(in_codes)}); "
                "they were kept as the endpoints' names.",
                "Nothing, if that will do; else write the endpoints in words (OS, Recurrence).",
            )  # fmt: skip
