"""AE and SUPPAE: adverse events, and what a supplement says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.joined import cells_from, part_of
from retnet_core.intake.layouts.cdisc.subjects import (
    emergent,
    leave_out_not_occurred,
    tell_severity,
)
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.layouts.placed import Placed
from retnet_core.intake.layouts.sdtm.names import EMERGENT
from retnet_core.intake.layouts.values import Mask, Texts, among, combine, numbers, texts
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text

FLAG = "treatment_emergent"
Event = tuple[str, float]
"""A patient and AESEQ."""


def adverse_events(events: Sequence[Dataset], supplements: Sequence[Dataset]) -> Iterator[Part]:
    """Take the adverse events of AE, with the flags that SUPPAE has of them."""
    for supplement in supplements:
        _keep_flags(supplement)
    single = len(events) == 1  # of several sheets, which a supplement is of is not known
    for ae in events:
        leave_out_not_occurred(ae)
        columns = ae.columns()
        joined = {}
        own = ae.mapped_column(FLAG) or columns.get(FLAG)
        if own is not None and texts(own).any():
            columns[FLAG] = emergent(own)
        elif single and len(supplements) == 1:
            joined[FLAG] = _joined(ae, supplements[0])
        tell_severity(ae, columns.get("grade"), ("AESEV",))
        yield part_of(ae, columns, joined)
    for supplement in supplements:
        supplement.leave_out(
            supplement.kept,
            supplement.of("QNAM"),
            "The flag was not joined to an event: AE has a flag itself, or is not one sheet, or "
            "there are several sheets SUPPAE; the row was set aside.",
            "Nothing, if AE has a variable TRTEMFL; else give one sheet AE and one SUPPAE.",
        )


def _keep_flags(supplement: Dataset) -> None:
    """Keep the qualifiers that say whether an event is treatment-emergent."""
    name, by = supplement.of("QNAM") or supplement.blank(), supplement.of("IDVAR")
    names = texts(combine([name], _upper))
    others = dict.fromkeys(names[~among(names, EMERGENT) & supplement.kept])
    supplement.leave_out(
        ~among(names, EMERGENT),
        name,
        "Supplemental qualifiers that are not read: "
        f"{some_of([one or 'without QNAM' for one in others])}. The rows were set aside.",
        "Nothing, if the program needs none of them.",
    )
    supplement.leave_out(
        texts(combine([by or supplement.blank()], _upper)) != "AESEQ",
        by,
        "The flag names its event by another variable than AESEQ (IDVAR); the row was set aside.",
        "Name the event by AESEQ and upload again, or add a variable TRTEMFL to AE.",
    )


def _upper(cell: Cell) -> Cell:
    return as_text(cell).upper()


def _joined(ae: Dataset, supplement: Dataset) -> Placed:
    """Give each event its flag; where two could be meant, neither is taken."""
    flag = supplement.column(FLAG) or supplement.blank()
    events = _numbered(ae, "AESEQ", ae.kept & ~ae.repeats)
    said = _numbered(supplement, "IDVARVAL", supplement.kept)
    unclear = _unclear(events, said, texts(flag))
    _leave_out(
        supplement,
        [row for row, event in said.items() if event in unclear],
        "Which flag is the event's is not clear: AE has several rows with this AESEQ, or SUPPAE "
        "several flags that differ. None was taken, and the row was set aside.",
        "Give every event of a patient its own AESEQ, and one flag.",
    )
    known = set(events.values()) - unclear
    by_event = {event: row for row, event in said.items() if event in known}
    at = np.full(len(ae.rows), BLANK, dtype=np.intp)
    for row, event in events.items():
        at[row] = by_event.get(event, BLANK)
    supplement.joined[[row for row, event in said.items() if event in known]] = True
    _leave_out(
        supplement,
        np.flatnonzero(supplement.kept),
        "AE has no such event of this patient; the row was set aside.",
        "Compare IDVARVAL with AESEQ.",
    )
    given = cells_from(ae, supplement, flag, at)
    column = given.column
    if "Y" in texts(column):  # no flag is a no, unless it is only not clear which
        no = (column.codes == BLANK) & [events.get(row) not in unclear for row in range(len(at))]
        codes = np.where(no, len(flag.values), column.codes)
        # A flag that nobody gave stands under no header.
        column = Column([*flag.values, "N"], codes, [*flag.headers, ""], flag.header)
        given = replace(given, column=column, sheets=[*given.sheets, ae.sheet.name])
    return given


def _numbered(data: Dataset, number: str, rows: Mask) -> dict[int, Event]:
    """Give patient and number of the event of some rows, by position."""
    found, ids = numbers(data.of(number) or data.blank()), data.ids
    return {
        int(row): (ids[row], float(found[row])) for row in np.flatnonzero(rows & ~np.isnan(found))
    }


def _unclear(events: dict[int, Event], said: dict[int, Event], flags: Texts) -> set[Event]:
    """Name events of which two have the same number, or two flags contradict each other."""
    twice = {event for event, rows in Counter(events.values()).items() if rows > 1}
    told = {(event, flags[row]) for row, event in said.items()}
    several = Counter(event for event, _ in told)
    return twice | {event for event, different in several.items() if different > 1}


def _leave_out(
    supplement: Dataset, at: Sequence[int] | NDArray[np.intp], problem: str, remedy: str
) -> None:
    rows: Mask = np.zeros(len(supplement.rows), dtype=bool)
    rows[at] = True
    column = supplement.of("IDVARVAL")
    supplement.leave_out(rows, column, problem, remedy, to_look_up=True)
