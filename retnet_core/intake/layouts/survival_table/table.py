"""The one table of such an export: its rows become patients and times to an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from retnet_core.intake.cells import ABSENT, is_missing, parse_numbers, parse_text
from retnet_core.intake.findings import Finding, Severity, about_cells
from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts import Mappings, Part, units
from retnet_core.intake.layouts.asides import set_aside
from retnet_core.intake.layouts.common import (
    data_rows,
    is_blank,
    missing_mapped,
    places_of,
    repeats,
    some_of,
    unused_columns,
)
from retnet_core.intake.layouts.retnet import column_of, spellings
from retnet_core.intake.layouts.survival_table import codes as status
from retnet_core.intake.layouts.survival_table.headers import (
    TIME_UNITS,
    Header,
    label_of,
    read_header,
    same,
)
from retnet_core.intake.layouts.survival_table.pairs import Pair, candidates, pair_up
from retnet_core.intake.layouts.values import Mask, Texts, among, numbers, texts
from retnet_core.intake.sheets import BLANK, Column, Sheet
from retnet_core.protocol import DAYS_PER_MONTH, fold
from retnet_core.trial import join_words
from retnet_core.wording import count

UNNAMED = "Time to event"
"""The endpoint where nothing in the table names it."""
_ARMS = ("rx", "trt", "treat", "armcode", "armcd", "trt01p", "trtp", "treatmentgroup", "studyarm")
"""Headers of arms, folded, beside those that RETNET's own layout knows."""
_ENDPOINTS = ("endpoint", "paramcd", "parameter", "param", "endpointname")
_ALSO_ENDPOINTS = ("etype", "eventtype", "typeofevent", "outcome")
"""Headers of an endpoint, folded, that can also mean the kind of event that happened."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_UNITS = ("avalu", "unit", "units", "timeunit", "timeunits", "unitoftime")
_COMMENT = "#"
"""Begins the lines over the header in files of cBioPortal."""
_ROUNDED = 31
"""Days by which times in days and in rounded months may differ."""
_ENOUGH = 3
"""Rows of one code, none of which has a time, that show that their times stand elsewhere."""


def header_row(sheet: Sheet, mapping: Mappings) -> int | None:
    """Find the row (from 0) of the headers: the first with a time and a status."""
    named = [*mapping.get("time_to_event", {}).values(), *mapping.get("patients", {}).values()]
    with_named = None
    for row in range(min(WITHIN, sheet.height)):
        titles = sheet.row(row)
        if next(filter(None, titles), "").startswith(_COMMENT):
            continue
        roles = {read_header(title).role for title in titles}
        if len(roles & {"time", "status", "bare"}) > 1:
            return row
        if with_named is None and any(same(title, one) for title in titles for one in named):
            with_named = row
        if _is_data(titles):
            break
    return with_named


def _is_data(cells: Sequence[str]) -> bool:
    """Tell a row of data, under which no headers stand: several cells, a number among them."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and any(_NUMBER.fullmatch(cell) for cell in filled)


@dataclass(eq=False)
class Table:
    """The table, with its columns told apart.

    Attributes
    ----------
    sheet : Sheet
    header : int
        The row (from 0) of its headers.
    mapping : mapping
        What the user said of its columns.
    findings : list of Finding
    about_codes : list of Finding
        How the codes of events were read, or that they are not.
    """

    sheet: Sheet
    header: int
    mapping: Mappings
    findings: list[Finding] = field(default_factory=list)
    about_codes: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the rows and the columns."""
        self.titles = self.sheet.row(self.header)
        self.rows = np.flatnonzero(data_rows(self.sheet, self.header))
        self.mapped = dict(self.mapping.get("time_to_event", {}))
        every = [self.column(at) for at in range(len(self.titles))]
        self.headers = candidates(self.titles, every, self.mapped)
        self.pairs = pair_up(self.headers)
        self.left_out = 0
        if "patient_id" in self.patient_places:
            self._leave_out_remarks(self.patient_places["patient_id"])

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
    def _of_pairs(self) -> set[int]:
        return {one.at for pair in self.pairs for one in (*pair.times, pair.status)}

    @cached_property
    def patient_places(self) -> dict[str, int]:
        """Our columns of patients, with their place; the user's choice wins, then our own name."""
        mapped = {fold(title): ours for ours, title in self.mapping.get("patients", {}).items()}
        if "patient_id" in self.mapped:
            mapped.setdefault(fold(self.mapped["patient_id"]), "patient_id")
        known = {word: ours for word, ours in spellings("patients").items()
                 if ours not in mapped.values()}  # fmt: skip
        taken = self._of_pairs | {one.at for one in self.headers}
        found: dict[str, tuple[int, int]] = {}
        for at, title in enumerate(self.titles):
            if fold(title) in mapped:
                ours, rank = mapped[fold(title)], 0
            elif at in taken or is_blank(self.column(at)):
                continue
            elif one := column_of(title, known):
                ours, rank = one, 1 + (fold(one) != fold(title))
            elif fold(title) in _ARMS and "arm" not in mapped.values():
                ours, rank = "arm", 3
            else:
                continue
            if ours not in found or found[ours][0] > rank:
                found[ours] = (rank, at)
        return {ours: at for ours, (_, at) in found.items()}

    @cached_property
    def ids(self) -> Texts:
        """Each row's patient id, "" where it has none; without a column the row's number."""
        if "patient_id" not in self.patient_places:
            return np.array([f"row {row + 1}" for row in self.rows], dtype=object)
        column = self.column(self.patient_places["patient_id"])
        known = [text or "" for text in parse_text(column.values, ABSENT).values]
        return np.array([*known, ""], dtype=object)[column.codes]

    @cached_property
    def endpoint_at(self) -> int | None:
        """The column that says which endpoint a row is of."""
        wanted = self.mapped.get("endpoint")
        free = [at for at in range(len(self.titles)) if at not in self._of_pairs]
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

    @cached_property
    def timed(self) -> Mask:
        """Rows that tell a time: each patient's first, or with a column of endpoints all."""
        if self.endpoint_at is not None:
            return self.usable
        return self.first & ~np.isin(self.ids, list(self._disagreeing()))

    def _disagreeing(self) -> set[str]:
        """Give the patients whose rows tell different times, and say so."""
        cells = pd.DataFrame({at: texts(self.column(at)) for at in sorted(self._of_pairs)})
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
        self._tell_columns()

    def _patients(self) -> Part:
        by_endpoint = self.endpoint_at is not None
        columns = {ours: self.column(at) for ours, at in self.patient_places.items()}
        if "patient_id" not in columns:
            self._tell_ids()
            columns["patient_id"] = Column.of(list(self.ids), np.arange(len(self.ids)), "")
        if by_endpoint:
            columns = {ours: self._first_filled(ours, one) for ours, one in columns.items()}
        used = {*self._of_pairs, *self.patient_places.values(), *self._endpoint_places()}
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
        happened, counts = whole.take(rows), status.counts_of(whole, rows)
        every = status.counts_of(whole, self.usable)
        found = status.read_codes(pair.status, every, sum(counts.values()) < int(rows.sum()))
        alone = len(self.pairs) == 1
        columns = {"patient_id": self._id_column(rows)}
        columns["endpoint"] = self._endpoint(pair, found.is_death, rows)
        if not self._one_sided(pair, found, rows):
            columns |= self._in_our_units(pair, rows)
        columns["event"] = status.event_column(happened, found, alone)
        self.about_codes += status.tell(happened, found, counts, self.sheet.name, alone)
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

    # Times

    def _in_our_units(self, pair: Pair, rows: Mask) -> dict[str, Column]:
        found = {}
        for one in pair.times:
            column = self.column(one.at).take(rows)
            unit = one.unit or self._unit_beside()
            if not unit:
                self._ask_for_unit(column)
                continue
            ours = "months" if unit == "months" else "days"
            named = units.Named(one.title, unit, unit)
            taken, said = units.in_our_unit(
                column, named, "time_to_event", ours, self.sheet.name
            )  # fmt: skip
            self.findings += said
            if taken is not None:
                found[ours] = taken
        return found if self._agree(found) else {}

    def _agree(self, found: dict[str, Column]) -> bool:
        """Tell whether days and months, where both are given, are the same times; say so if not."""
        if len(found) < 2:
            return True
        days, months = numbers(found["days"]), numbers(found["months"])
        both = ~np.isnan(days) & ~np.isnan(months)
        apart = np.abs(days - months * DAYS_PER_MONTH) > _ROUNDED
        if not (apart & both).any():
            return True
        named = join_words([f"'{one.header}'" for one in found.values()])
        self.say(
            Severity.SET_ASIDE, "time_to_event", found["days"].header,
            f"{named} were taken for the same times in days and in months, but they differ in "
            f"{count(int((apart & both).sum()), 'row')}: which is the time of this endpoint was "
            "not guessed, and neither was read.",
            "Give one of the two another name, or leave it out.",
        )  # fmt: skip
        return False

    def _unit_beside(self) -> str:
        """Give the unit that a column of units says in every row, "" where there is none."""
        for at, title in enumerate(self.titles):
            if fold(title) in _UNITS:
                told = status.counts_of(self.column(at), self.usable)
                known = {units.known(text).unit for text in told}
                if len(known) == 1 and known <= set(TIME_UNITS):
                    return known.pop()
        return ""

    def _ask_for_unit(self, column: Column) -> None:
        used = [column.values[code] for code in np.unique(column.codes) if code != BLANK]
        known = [one for one in parse_numbers(used).values if one is not None]
        shown = (
            f"values from {min(known):,g} to {max(known):,g}: days? months?"
            if known
            else "days? months?"
        )
        self.say(
            Severity.SET_ASIDE, "time_to_event", column.header,
            f"In which unit are these times ({shown})? Nothing says it, so it was not guessed: no "
            "time of this column was read.",
            "Choose this column for days or for months of time_to_event under Columns on the page "
            f"Data, or write the unit into its header ('{column.header} (days)').",
        )  # fmt: skip

    def _one_sided(self, pair: Pair, found: status.Codes, rows: Mask) -> bool:
        """Tell whether only events have a time (or only the others), and say so."""
        timed = np.zeros(int(rows.sum()), dtype=bool)
        for one in pair.times:
            column = self.column(one.at).take(rows)
            absent = np.array([*map(is_missing, column.values), True])
            timed |= ~absent[column.codes]
        cells = texts(self.column(pair.status.at).take(rows))
        events, others = (
            among(cells, [text for text, event in found.meanings.items() if event is side])
            for side in (True, False)
        )
        for side, other, words in (
            (events, others, "with an event"), (others, events, "that is censored")
        ):  # fmt: skip
            if side.sum() >= _ENOUGH and not timed[side].any() and timed[other].any():
                titles = join_words([f"'{one.title}'" for one in pair.times])
                self.say(
                    Severity.SET_ASIDE, "time_to_event", pair.times[0].title,
                    f"No row {words} has a time in "
                    f"{titles}: their times seem to stand in another column. No time of this "
                    "endpoint was read, as the rest alone would mislead.",
                    "Put the times of all patients, with the event and without, into one column.",
                )  # fmt: skip
                return True
        return False

    # What was not used

    def _tell_columns(self) -> None:
        self._tell_unpaired()
        taken = {*self._of_pairs, *self.patient_places.values(), *self._endpoint_places()}
        unused = [
            title or f"column {at + 1} (without a header)"
            for at, title in enumerate(self.titles)
            if at not in taken and not is_blank(self.column(at)) and fold(title) not in _UNITS
        ]
        if unused:
            self.say(
                Severity.NOTE, "patients", some_of(unused),
                f"{count(len(unused), 'column is', 'columns are')} none of those that are read. "
                "Those that sort the patients into a few groups can still divide them.",
                "Nothing, if that will do; else give them the names of the template.",
            )  # fmt: skip
        for table, places in (("patients", self.patient_places), ("time_to_event", self._tte())):
            columns = {ours: self.column(at) for ours, at in places.items()}
            mapped = self.mapping.get(table, {})
            self.findings += missing_mapped(self.sheet, table, mapped, columns)

    def _tte(self) -> dict[str, int]:
        """Give the columns that the user named for time_to_event and that are there."""
        return {
            ours: at
            for ours, wanted in self.mapped.items()
            for at, title in enumerate(self.titles)
            if same(title, wanted)
        }

    def _tell_unpaired(self) -> None:
        """Name the times without a status and the statuses without a time."""
        keys = {pair.key for pair in self.pairs} if self.pairs else set()
        left: Sequence[Header] = [
            one for one in self.headers
            if one.known and one.at not in self._of_pairs and one.key not in keys
        ]  # fmt: skip
        if left:
            named = join_words([f"'{one.title}'" for one in left])
            self.say(
                Severity.NOTE if self.pairs else Severity.SET_ASIDE, "time_to_event",
                some_of([one.title for one in left]),
                f"Which time belongs to which status? {named} could not be paired with certainty "
                "and were not used for an endpoint.",
                "Choose the time (days or months) and the event under Columns on the page Data, or "
                "give the two columns of an endpoint its name: OS_MONTHS and OS_STATUS.",
            )  # fmt: skip
