"""DM, with what DS and EX say of its patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.joined import part_of
from retnet_core.intake.layouts.cdisc.subjects import (
    NO_ARM,
    NOT_TREATED,
    folded,
    leave_out_failure,
    sexes,
)
from retnet_core.intake.layouts.cdisc.units import in_years
from retnet_core.intake.layouts.placed import Placed
from retnet_core.intake.layouts.sdtm.dates import deaths, first_treatment, randomisation
from retnet_core.intake.layouts.units import split
from retnet_core.intake.layouts.values import (
    Mask,
    among,
    combine,
    first_filled,
    texts,
)
from retnet_core.intake.sheets import Cell, Column, as_text

_UNPLANNED = "unplannedtreatment"


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
    joined: dict[str, Placed] = {}
    actual = _actual_arms(dm)
    columns |= _arms(dm, actual)
    if dm.mapped_column("first_embolization_date") is None:
        first = first_treatment(dm, ex, _is_untreated(actual))
        if first is None:
            columns["treated"] = combine([actual], _treated)
        else:
            joined["first_embolization_date"] = first
    given = dm.mapped_column("randomization_date")
    if ds and given is None and (days := randomisation(dm, ds)):
        joined["randomization_date"] = days
    joined["death_date"] = deaths(dm, ds)
    if "sex" in columns:
        columns["sex"] = sexes(columns["sex"])
    if dm.of("AGE"):
        columns["age"] = _ages(dm)
    _tell_end_of_participation(dm, columns.get("last_contact_date"))
    return part_of(
        dm,
        {ours: column for ours, column in columns.items() if _is_there(column)},
        {ours: one for ours, one in joined.items() if _is_there(one.column)},
    )


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
    """Take ages in years; what has no unit is taken for that."""
    age, unit = in_years(dm), dm.of("AGEU") or dm.blank()
    said = (texts(unit) != "") | bool(split(age.header).unit)
    dm.tell(
        Severity.ASSUMED,
        (texts(age) != "") & ~said,
        age,
        "The age has no unit (AGEU) and was taken as years.",
        "Nothing, if that is so.",
        listed=1,
    )
    return age
