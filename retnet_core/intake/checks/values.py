"""Times, answers and shares that cannot be used as they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.instruments import INSTRUMENTS, scales_of
from retnet_core.intake import doctor
from retnet_core.intake.cells.missing_codes import NO_VALUE
from retnet_core.intake.doctor import Tables
from retnet_core.intake.findings import Severity
from retnet_core.intake.typed import Table
from retnet_core.protocol import DAYS_PER_MONTH
from retnet_core.tables import SCHEMAS, about
from retnet_core.wording import count

_MANY_SILENT = 0.2
"""Share of the patients with a time whose event is not known, from which that is asked about."""


def given_times(tables: Tables) -> None:
    """Report given times that cannot be used."""
    table = tables["time_to_event"]
    given = table.frame
    for column in ("days", "months"):
        table.about(
            column, _not_told(table, column, given.index[given[column] < 0]), Severity.NOTE,
            "The time is negative. It is kept, but the patient is not analysed for this endpoint.",
            "Correct the time.",
        )  # fmt: skip
    key = given["endpoint"].str.casefold()
    twice = given.assign(endpoint=key).duplicated(["patient_id", "endpoint"], keep=False)
    table.about(
        "endpoint", twice.to_numpy().nonzero()[0], Severity.NOTE,
        "The patient has more than one row of this endpoint. All are kept, but the patient is not "
        "analysed for it.",
        "Keep one row for each patient and endpoint.",
    )  # fmt: skip
    apart = (given["days"] - given["months"] * DAYS_PER_MONTH).abs() > DAYS_PER_MONTH
    table.about(
        "days", apart.to_numpy().nonzero()[0], Severity.NOTE,
        "Days and months of the row are not the same time. The days are used.",
        "Find out which of the two is right.",
    )  # fmt: skip
    timed = given[given[["days", "months"]].notna().any(axis=1)]
    for name, rows in timed.groupby("endpoint"):
        if len(rows) >= doctor.LEAST:
            _events_of_one_kind(table, str(name), rows)


def _events_of_one_kind(table: Table, name: str, rows: pd.DataFrame) -> None:
    """Report an endpoint that everybody has, or of whose events one kind alone is known."""
    events, silent = rows["event"].dropna().astype(bool), rows["event"].isna()
    if not len(events) or events.nunique() > 1:
        return
    happened = bool(events.iloc[0])
    if not silent.any() and happened:
        coded = table.typed_as("event", ("1",))[rows.index.to_numpy()].any()
        also = " Some programs write 1 for censored and 2 for the event." if coded else ""
        table.about(
            "event", rows.index.to_numpy()[:1], Severity.ASSUMED,
            f"All {len(rows)} patients have the event of {name}, and nobody is censored. Is "
            f"that so?{also}",
            "Nothing, if that is so; else say under Columns on the page Data what the "
            f"{'codes' if coded else 'words'} of event mean.",
        )  # fmt: skip
    elif silent.any() and (happened or silent.mean() > _MANY_SILENT):
        known = ("has", "have") if happened else ("is censored for", "are censored for")
        rest = "censored" if happened else "that it happened"
        words = "the event of " if happened else ""
        table.about(
            "event", silent.index[silent][:1], Severity.ASSUMED,
            f"{count(len(events), f'patient {known[0]}', f'patients {known[1]}')} {words}{name}, "
            f"and of {int(silent.sum())} nothing is known (blank, or not read), though they have a "
            f"time. A blank may mean {rest}. They are left out of the analysis, which then "
            f"rests on the {len(events)} alone.",
            f"If it means {rest}, write so in these cells; else find out what happened.",
        )  # fmt: skip


def answers(tables: Tables) -> None:
    """Report answers that a known form does not offer.

    Where an item also offers "not applicable", any answer beyond the graded ones is taken for
    that when the form is scored, and questionnaires not known here offer what they like.
    """
    table = tables["questionnaires"]
    for instrument in INSTRUMENTS:
        given = table.frame[table.frame["instrument"] == instrument]
        value = given["value"]
        for scale in scales_of(instrument):
            asked = given["item"].isin(set(scale.items) - set(scale.not_applicable))
            offered = value.between(scale.lowest, scale.highest) & (value % 1 == 0)
            table.about(
                "value",
                _not_told(table, "value", given.index[asked & value.notna() & ~offered]),
                Severity.NOTE,
                f"The form does not offer this answer (it has {scale.lowest} to {scale.highest}). "
                "It is kept, but counts as missing when the form is scored.",
                "Correct the answer.",
            )


def _not_told(table: Table, column: str, rows: pd.Index) -> list[int]:
    """Leave out cells of which a finding says already that they may stand for no value."""
    told = {(one.sheet, at) for one in table.findings if NO_VALUE in one.remedy
            for at in one.places}  # fmt: skip

    def is_told(row: int) -> bool:
        places = table.places(column, [row])
        return any((sheet, at) in told for sheet, here in places.items() for at in here)

    return [row for row in rows if not is_told(row)]


def _has_sign(table: Table, column: str, row: int) -> bool:
    """Tell whether a cell is typed with the sign %."""
    return any("%" in at.value for here in table.places(column, [row]).values() for at in here)


def shares_for_percentages(tables: Tables) -> None:
    """Report columns of percentages that look like shares of one."""
    patients = tables["patients"]
    for name in SCHEMAS["patients"].columns:
        values = patients.frame[name].dropna() if about("patients", name).unit == "%" else ()
        shares = [value for value in values if 0 < value < 1]
        if shares and max(values) > 1 and name != "ki67_percent":  # which is often below 1
            below = np.flatnonzero(patients.frame[name].between(0, 1, "neither"))
            patients.empty_cells(
                name, below[[not _has_sign(patients, name, row) for row in below.tolist()]],
                f"This is below 1, and other cells of {name} are not: is 0.4 a share of one (40%), "
                "as a spreadsheet stores 40%, or 0.4%?",
                "Write 40% for 0.4, if it is a share, else 0.4%.",
            )  # fmt: skip
        elif len(values) > 1 and shares and max(values) <= 1:
            patients.note(
                f"No value of {name} is above 1: these may be shares of one, or cells that the "
                "spreadsheet shows as percentages. They were read as percentages, so 0.4 is 0.4%.",
                "Write 40 for 40%.",
                Severity.ASSUMED,
            )
