"""Dates that DS and EX give of the patients of DM: randomisation, first treatment and death."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.cells import DateOrder, parse_dates
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.joined import cells_from, own_cells, tell_joined
from retnet_core.intake.layouts.cdisc.subjects import (
    flagged_dead,
    folded,
    tell_first_treatment,
    undated_deaths,
)
from retnet_core.intake.layouts.placed import Placed, first_placed
from retnet_core.intake.layouts.sdtm.results import leave_out_not_done
from retnet_core.intake.layouts.values import (
    Mask,
    among,
    as_meant,
    blanked,
    combine,
    texts,
    with_value,
)
from retnet_core.intake.sheets import BLANK, Column, as_text

_FIRST = "first_embolization_date"
_RANDOMIZED = ("randomized", "randomised")
_DEATH = ("death", "died")
_WITHOUT_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")


def randomisation(dm: Dataset, ds: Dataset) -> Placed | None:
    """Take the day of randomisation of DS, None where it has none."""
    rows = _dated(ds, _rows_of(ds, _RANDOMIZED), "randomisation", "randomization_date")
    return _bring(dm, ds, rows, ds.of("DSSTDTC"), dm.kept) if rows.any() else None


def first_treatment(dm: Dataset, ex: Dataset | None, untreated: Mask) -> Placed | None:
    """Take the first treatment: of DM or EX, else the day that the sponsor calls the first."""
    stated = with_value(dm.of("RFXSTDTC") or dm.blank(), dm.said.reading("patients", _FIRST))
    layers = [own_cells(dm, stated)]
    if ex and (rows := _first_rows(ex)).any():
        wanted = dm.kept & (texts(stated) == "")
        layers.append(_bring(dm, ex, rows, ex.of("EXSTDTC"), wanted))
    found, instead = first_placed(layers), ""
    if not _is_given(dm, found):
        found = own_cells(dm, blanked(dm.of("RFSTDTC") or dm.blank(), untreated))
        instead = (
            ", and RFSTDTC, which sponsors may define otherwise, is its first day; else export "
            "RFXSTDTC"
        )
    if not _is_given(dm, found):
        return None
    there = np.flatnonzero(found.column.codes != BLANK).tolist()
    told = ex if ex and all(found.sheet_of(row) == ex.sheet.name for row in there) else dm
    column = found.in_sheet(told.sheet.name)
    headers = dict.fromkeys(column.header_of(row) for row in there)
    tell_first_treatment(told, ", ".join(headers), instead)
    return found


def _is_given(dm: Dataset, found: Placed) -> bool:
    return bool((found.column.codes != BLANK)[dm.kept].any())


def _first_rows(ex: Dataset) -> Mask:
    """Tell the earliest treatment of each patient.

    A date without its day counts as the earliest where it may be: the patient's first treatment
    is then not known, and the cell is reported as one that cannot be read.
    """
    leave_out_not_done(ex)
    occurred = ex.of("EXOCCUR")
    if occurred:
        ex.leave_out(
            texts(occurred) == "N",
            occurred,
            "The treatment was not given (EXOCCUR); the row was set aside.",
            "Nothing, if that is so.",
        )
    reading = ex.said.reading("patients", _FIRST)
    column = as_meant(ex.of("EXSTDTC") or ex.blank(), reading)
    keys = np.array([*_sortable(column, reading.dates), ""], dtype=object)[column.codes]
    rows = pd.DataFrame({"patient": ex.ids, "key": keys})
    rows = rows[ex.kept & (texts(column) != "")]
    return _firsts(ex, rows.sort_values("key", kind="stable"))


def _sortable(column: Column, order: DateOrder) -> list[str]:
    """Write dates so that their order is that of their days, and what is no date comes first."""
    parsed = parse_dates(column.values, order).values
    return [
        date.isoformat() if date else as_text(cell) if _WITHOUT_DAY.fullmatch(as_text(cell)) else ""
        for date, cell in zip(parsed, column.values, strict=True)
    ]


def _rows_of(ds: Dataset, words: Sequence[str]) -> Mask:
    """Tell the dispositions that are one of some words."""
    named = ds.of("DSDECOD", "DSTERM") or ds.blank()
    return ds.kept & among(texts(combine([named], folded)), words)


def _dated(ds: Dataset, rows: Mask, what: str, ours: str) -> Mask:
    """Tell the one of some rows of each patient that dates an event; none where two differ."""
    reading = ds.said.reading("patients", ours)
    date = as_meant(ds.of("DSSTDTC") or ds.blank(), reading)
    keys = zip(_sortable(date, reading.dates), date.values, strict=True)
    days = np.array([*(key or as_text(cell) for key, cell in keys), ""], dtype=object)[date.codes]
    given = pd.DataFrame({"patient": ds.ids, "day": days})[rows & (texts(date) != "")]
    differ = given.groupby("patient")["day"].transform("nunique") > 1
    wrong: Mask = np.zeros(len(ds.rows), dtype=bool)
    wrong[given.index[differ]] = True
    ds.leave_out(
        wrong,
        date,
        f"The patient has several dates of {what}; none of them was used, and the row was set "
        "aside.",
        "Find out in the source which is right, and keep one.",
        to_look_up=True,
    )
    return _firsts(ds, given[~differ])


def _firsts(data: Dataset, rows: pd.DataFrame) -> Mask:
    """Tell the first of some rows of each patient."""
    first: Mask = np.zeros(len(data.rows), dtype=bool)
    first[rows.drop_duplicates("patient").index] = True
    return first


def _bring(dm: Dataset, other: Dataset, rows: Mask, column: Column | None, wanted: Mask) -> Placed:
    """Move cells of another sheet, one a patient, to the wanted rows of DM."""
    brought = _cells_of(dm, other, rows, column, wanted)
    other.joined |= rows & among(other.ids, dm.ids[wanted])
    return brought


def _cells_of(
    dm: Dataset, other: Dataset, rows: Mask, column: Column | None, wanted: Mask
) -> Placed:
    if column is None or not rows.any():
        return own_cells(dm, dm.blank())
    place = pd.Series(np.flatnonzero(rows), index=other.ids[rows])
    found = place.reindex(dm.ids).fillna(BLANK).to_numpy(dtype=np.intp)
    return cells_from(dm, other, column, np.where(wanted, found, BLANK))


def deaths(dm: Dataset, ds: Dataset | None) -> Placed:
    """Take the date of death of DM, else that of DS, else a cell that says that there is one.

    Also where the user named DM's: who died by DS alone must not be taken for alive.
    """
    given = dm.mapped_column("death_date") or dm.of("DTHDTC") or dm.blank()
    stated = with_value(given, dm.said.reading("patients", "death_date"))
    layers, said = [own_cells(dm, stated)], []
    if ds:
        wanted = dm.kept & (texts(stated) == "")
        rows = _rows_of(ds, _DEATH) & among(ds.ids, dm.ids[wanted])
        told = _firsts(ds, pd.DataFrame({"patient": ds.ids})[rows])
        said.append(_cells_of(dm, ds, told, ds.of("DSDECOD", "DSTERM"), wanted))
        days = _dated(ds, rows, "death", "death_date")
        _tell_death_of_ds(ds, days, stated.header or "DTHDTC")
        layers.append(_bring(dm, ds, days, ds.of("DSSTDTC"), wanted))
    dated = first_placed(layers)
    flagged = own_cells(dm, flagged_dead(dm))
    undated_deaths(dm, dated.column, flagged.column, "DTHDTC")
    known = first_placed([dated, flagged])
    dead = first_placed([known, *said])
    tell_joined(
        dm,
        Severity.NOTE,
        dead,
        texts(known.column) == "",
        "DS says that the patient died, but there is no date of death, or not one only: the "
        "patient is left out where deaths count, and is not taken for alive.",
        "Fill in DTHDTC of DM.",
    )
    return dead


def _tell_death_of_ds(ds: Dataset, rows: Mask, variable: str) -> None:
    ds.tell(
        Severity.ASSUMED,
        rows,
        ds.of("DSSTDTC"),
        f"DM has no date of death ({variable}) of the patient; that of the disposition DEATH in DS "
        "was taken.",
        f"Nothing, if that is the day of death; else fill in {variable}.",
        listed=1,
    )
