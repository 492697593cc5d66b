"""DM, with what DS and EX say of its patients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.cells import parse_dates
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.subjects import (
    NO_ARM,
    NOT_TREATED,
    folded,
    leave_out_failure,
    sexes,
    tell_first_treatment,
)
from retnet_core.intake.layouts.sdtm.results import leave_out_not_done
from retnet_core.intake.layouts.values import (
    Mask,
    among,
    blanked,
    combine,
    first_filled,
    texts,
)
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text

_UNPLANNED = "unplannedtreatment"
_YEARS = ("years", "year", "yrs", "yr")
_RANDOMIZED = ("randomized", "randomised")
_DEATH = ("death", "died")
_WITHOUT_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")


def leave_out_failures(dm: Dataset) -> None:
    """Set the patients of DM aside who were never randomised."""
    variables = "ARM, ARMCD and ARMNRS"
    for name in ("ARM", "ARMCD", "ARMNRS"):
        column = dm.of(name)
        if column:
            failed = among(texts(combine([column], folded)), NO_ARM)
            leave_out_failure(dm, column, failed, variables)
    reason = dm.of("ARMNRS")
    if reason:  # it says why there is no arm
        without = texts(dm.of("ARM", "ARMCD") or dm.blank()) == ""
        leave_out_failure(dm, reason, without & (texts(reason) != ""), variables)


def patients(
    several: Sequence[Dataset], dispositions: Sequence[Dataset], exposures: Sequence[Dataset]
) -> Iterator[Part]:
    """Take the patients of DM, with dates of DS and EX."""
    ds, ex = _only(dispositions, "DS"), _only(exposures, "EX")
    for dm in several:
        yield _patients(dm, ds, ex)
    if ds:
        ds.leave_out(
            ds.kept,
            ds.of("DSDECOD", "DSTERM"),
            "Of the disposition only randomisation, and death where DM has no date of it, are "
            "read; the row was set aside.",
            "Nothing, if the program needs no more.",
        )
    if ex:
        ex.leave_out(
            ex.kept,
            ex.of("EXSTDTC"),
            "Of the treatments only the first of each patient is read, and only where DM has no "
            "RFXSTDTC; the row was set aside.",
            "Nothing, if the program needs no more; sessions of embolization can be given in a "
            "RETNET workbook, sheet embolizations.",
        )


def _only(several: Sequence[Dataset], name: str) -> Dataset | None:
    """Give the sheet of a data set; several are set aside, as they may say different things."""
    if len(several) == 1:
        return several[0]
    for data in several:
        data.leave_out(
            data.kept,
            data.id_column(),
            f"There are {len(several)} sheets {name}, and which of them counts is not known; the "
            "row was set aside.",
            f"Give one sheet {name} and upload again.",
        )
    return None


def _patients(dm: Dataset, ds: Dataset | None, ex: Dataset | None) -> Part:
    made = ("arm", "arm_received", "treated", "first_embolization_date", "age", "death_date")
    columns = dm.columns(*made)
    actual = _actual_arms(dm)
    columns |= _arms(dm, actual)
    first = _first_treatment(dm, ex, _is_untreated(actual))
    if first is None:
        columns["treated"] = combine([actual], _treated)
    else:
        columns["first_embolization_date"] = first
    if ds and (rows := _dated(ds, _rows_of(ds, _RANDOMIZED), "randomisation")).any():
        columns["randomization_date"] = _bring(dm, ds, rows, ds.of("DSSTDTC"), dm.kept)
    columns["death_date"] = _deaths(dm, ds)
    if "sex" in columns:
        columns["sex"] = sexes(columns["sex"])
    if dm.of("AGE"):
        columns["age"] = _ages(dm)
    _tell_end_of_participation(dm, columns.get("last_contact_date"))
    return dm.part({ours: column for ours, column in columns.items() if _is_there(column)})


def _is_there(column: Column) -> bool:
    """Tell a column of the file, be it blank, from one that was made of nothing."""
    return bool(column.header or column.values)


# Arms


def _arms(dm: Dataset, actual: Column) -> dict[str, Column]:
    """Name the arms assigned and received; a code only where there is no name."""
    planned = _named(dm, "ARM", "ARMCD", _names(dm))
    received = combine([actual], lambda cell: cell if _is_arm(cell) else None)
    return {"arm": planned, "arm_received": received}


def _actual_arms(dm: Dataset) -> Column:
    """Give what is said of the arm received: its name, or that there was none."""
    reason = dm.of("ARMNRS")
    said = [_named(dm, "ACTARM", "ACTARMCD", _names(dm)), dm.of("ACTARMUD")]
    if reason:
        said.append(combine([reason], _without_actual_arm))
    return first_filled([column for column in said if column])


def _without_actual_arm(reason: Cell) -> Cell | None:
    """Read why there is no actual arm: an unplanned treatment, or none at all."""
    if reason == "":
        return None
    return reason if folded(reason) == _UNPLANNED else "Not Treated"


def _named(dm: Dataset, name: str, code: str, names: dict[str, str]) -> Column:
    """Take the name of an arm, else the name that its code has elsewhere, else the code."""
    own, coded = dm.of(name), dm.of(code)
    if coded:
        coded = combine([coded], lambda cell: names.get(as_text(cell), cell) or None)
    given = [column for column in (own, coded) if column]
    return first_filled(given) if given else dm.blank()


def _names(dm: Dataset) -> dict[str, str]:
    """Give the names of codes of arms that have one name only."""
    found: dict[str, set[str]] = {}
    for code, name in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        codes, names = dm.of(code), dm.of(name)
        if codes and names:
            for one, called in set(zip(texts(codes), texts(names), strict=True)):
                if one and called:
                    found.setdefault(one, set()).add(called)
    return {code: next(iter(names)) for code, names in found.items() if len(names) == 1}


def _is_arm(cell: Cell) -> bool:
    return cell != "" and folded(cell) not in NOT_TREATED


def _treated(cell: Cell) -> Cell | None:
    return None if cell == "" else "yes" if _is_arm(cell) else "no"


def _is_untreated(actual: Column) -> Mask:
    return among(texts(combine([actual], folded)), NOT_TREATED)


# Dates


def _first_treatment(dm: Dataset, ex: Dataset | None, untreated: Mask) -> Column | None:
    """Take the first treatment: of DM or EX, else the day that the sponsor calls the first."""
    layers = [dm.of("RFXSTDTC") or dm.blank()]
    if ex and (rows := _first_rows(ex)).any():
        wanted = dm.kept & (texts(layers[0]) == "")
        layers.append(_bring(dm, ex, rows, ex.of("EXSTDTC"), wanted))
    found, instead = first_filled(layers), ""
    if not (texts(found) != "")[dm.kept].any():
        found = blanked(dm.of("RFSTDTC") or dm.blank(), untreated)
        instead = (
            ", and RFSTDTC, which sponsors may define otherwise, is its first day; else export "
            "RFXSTDTC"
        )
    if not (texts(found) != "")[dm.kept].any():
        return None
    headers = dict.fromkeys(
        found.header_of(row) for row in np.flatnonzero(found.codes != BLANK).tolist()
    )
    tell_first_treatment(dm, ", ".join(headers), instead)
    return found


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
    column = ex.of("EXSTDTC") or ex.blank()
    keys = np.array([*_sortable(column), ""], dtype=object)[column.codes]
    rows = pd.DataFrame({"patient": ex.ids(), "key": keys})
    rows = rows[ex.kept & (texts(column) != "")]
    return _firsts(ex, rows.sort_values("key", kind="stable"))


def _sortable(column: Column) -> list[str]:
    """Write dates so that their order is that of their days, and what is no date comes first."""
    parsed = parse_dates(column.values).values
    return [
        date.isoformat() if date else as_text(cell) if _WITHOUT_DAY.fullmatch(as_text(cell)) else ""
        for date, cell in zip(parsed, column.values, strict=True)
    ]


def _rows_of(ds: Dataset, words: Sequence[str]) -> Mask:
    """Tell the dispositions that are one of some words."""
    named = ds.of("DSDECOD", "DSTERM") or ds.blank()
    return ds.kept & among(texts(combine([named], folded)), words)


def _dated(ds: Dataset, rows: Mask, what: str) -> Mask:
    """Tell the one of some rows of each patient that dates an event; none where two differ."""
    date = ds.of("DSSTDTC") or ds.blank()
    days = np.array([*_sortable(date), ""], dtype=object)[date.codes]
    given = pd.DataFrame({"patient": ds.ids(), "day": days})[rows & (texts(date) != "")]
    differ = given.groupby("patient")["day"].transform("nunique") > 1
    wrong: Mask = np.zeros(len(ds.rows), dtype=bool)
    wrong[given.index[differ]] = True
    ds.leave_out(
        wrong,
        date,
        f"The patient has several dates of {what}; none of them was used, and the row was set "
        "aside.",
        "Find out in the source which is right, and keep one.",
    )
    return _firsts(ds, given[~differ])


def _firsts(data: Dataset, rows: pd.DataFrame) -> Mask:
    """Tell the first of some rows of each patient."""
    first: Mask = np.zeros(len(data.rows), dtype=bool)
    first[rows.drop_duplicates("patient").index] = True
    return first


def _bring(dm: Dataset, other: Dataset, rows: Mask, column: Column | None, wanted: Mask) -> Column:
    """Move cells of another sheet, one a patient, to the wanted rows of DM."""
    brought = _cells_of(dm, other, rows, column, wanted)
    other.joined |= rows & among(other.ids(), dm.ids()[wanted])
    return brought


def _cells_of(
    dm: Dataset, other: Dataset, rows: Mask, column: Column | None, wanted: Mask
) -> Column:
    if column is None or not rows.any():
        return dm.blank()
    place = pd.Series(np.flatnonzero(rows), index=other.ids()[rows])
    found = place.reindex(dm.ids()).to_numpy(dtype=float)
    has = wanted & ~np.isnan(found)
    codes = np.full(len(dm.rows), BLANK, dtype=np.intp)
    codes[has] = column.codes[found[has].astype(np.intp)]
    return Column(column.values, codes, column.headers, column.header)


def _deaths(dm: Dataset, ds: Dataset | None) -> Column:
    """Take the date of death of DM, else that of DS, else a cell that says that there is one.

    The last cannot be read as a date: the patient is then left out where deaths count, and is
    not taken for alive.
    """
    stated, flag = dm.of("DTHDTC") or dm.blank(), dm.of("DTHFL") or dm.blank()
    dated, undated = stated, combine([flag], lambda cell: cell if folded(cell) == "y" else None)
    if ds:
        wanted = dm.kept & (texts(stated) == "")
        rows = _rows_of(ds, _DEATH) & among(ds.ids(), dm.ids()[wanted])
        told = _firsts(ds, pd.DataFrame({"patient": ds.ids()})[rows])
        said = _cells_of(dm, ds, told, ds.of("DSDECOD", "DSTERM"), wanted)
        brought = _bring(dm, ds, _dated(ds, rows, "death"), ds.of("DSSTDTC"), wanted)
        _tell_death_of_ds(dm, brought)
        dated, undated = first_filled([stated, brought]), first_filled([undated, said])
    dead = first_filled([dated, undated])
    dm.tell(
        Severity.NOTE,
        (texts(dated) == "") & (texts(dead) != ""),
        dead,
        "The patient died, but there is no date of death (DTHDTC), or not one only: the patient "
        "is left out where deaths count, and is not taken for alive.",
        "Fill in DTHDTC.",
    )
    return dead


def _tell_death_of_ds(dm: Dataset, brought: Column) -> None:
    dm.tell(
        Severity.ASSUMED,
        texts(brought) != "",
        brought,
        "DM has no date of death (DTHDTC); that of the disposition DEATH in DS was taken.",
        "Nothing, if that is the day of death; else fill in DTHDTC.",
        listed=1,
    )


def _tell_end_of_participation(dm: Dataset, contact: Column | None) -> None:
    if contact is not None:
        dm.tell(
            Severity.ASSUMED,
            texts(contact) != "",
            contact,
            "SDTM has no date last known alive; the end of participation was taken for the last "
            "contact.",
            "Nothing, if the patient was followed up until that day and alive.",
            listed=1,
        )


def _ages(dm: Dataset) -> Column:
    """Take ages in years; others are emptied."""
    age, unit = dm.of("AGE") or dm.blank(), dm.of("AGEU") or dm.blank()
    words = texts(combine([unit], folded))
    dm.tell(
        Severity.SET_ASIDE,
        (texts(age) != "") & ~among(words, ["", *_YEARS]),
        unit,
        "The age is not in years (AGEU). The age was emptied, the row is kept.",
        "Give the age in years.",
    )
    dm.tell(
        Severity.ASSUMED,
        (texts(age) != "") & (words == ""),
        age,
        "The age has no unit (AGEU) and was taken as years.",
        "Nothing, if that is so.",
        listed=1,
    )
    return blanked(age, ~among(words, ["", *_YEARS]))
