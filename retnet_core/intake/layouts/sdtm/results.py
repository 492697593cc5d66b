"""LB and QS, and what all data sets of results have alike."""

from __future__ import annotations

from collections.abc import Iterator

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc import questionnaires as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import full_name, parameter
from retnet_core.intake.layouts.cdisc.subjects import folded
from retnet_core.intake.layouts.cdisc.units import with_name
from retnet_core.intake.layouts.values import (
    Mask,
    among,
    blanked,
    combine,
    first_filled,
    texts,
)
from retnet_core.intake.sheets import Cell, Column

_BLOOD = ("blood", "wholeblood", "serum", "plasma", "serumorplasma", "serumplasma")
"""Specimens, folded, that a test needs no name of."""


def leave_out_not_done(data: Dataset) -> None:
    """Set rows aside that say that nothing was measured."""
    column = data.of(f"{data.name}STAT")
    if column:
        data.leave_out(
            among(texts(combine([column], folded)), ["notdone"]),
            column,
            f"Nothing was measured ({data.name}STAT says so); the row was set aside.",
            "Nothing, if that is so.",
        )


def is_standard(data: Dataset) -> Mask:
    """Tell which rows have a result in standard units."""
    found = data.of(f"{data.name}STRESN", f"{data.name}STRESC") or data.blank()
    return texts(found) != ""


def in_one_unit(data: Dataset, standard: tuple[str, ...], reported: str) -> Column | None:
    """Take a standard variable in rows with a standard result, else the one as reported."""
    rows = is_standard(data)
    own, other = data.of(*standard), data.of(reported)
    parts = [blanked(own, ~rows)] if own else []
    parts += [blanked(other, rows)] if other else []
    return first_filled(parts) if parts else None


def labs(lb: Dataset) -> Part:
    """Take the measurements of LB."""
    leave_out_not_done(lb)
    columns = lb.columns("test", "value", "unit", "lower_limit", "upper_limit")
    columns["test"] = _tests(lb)
    for ours, standard, reported in (
        ("value", ("LBSTRESN", "LBSTRESC"), "LBORRES"),
        ("unit", ("LBSTRESU",), "LBORRESU"),
        ("lower_limit", ("LBSTNRLO",), "LBORNRLO"),
        ("upper_limit", ("LBSTNRHI",), "LBORNRHI"),
    ):
        column = in_one_unit(lb, standard, reported)
        if column is not None:
            columns[ours] = column
    columns["unit"] = with_name(columns.get("unit") or lb.blank(), full_name(lb))
    return lb.part(columns)


def _tests(lb: Dataset) -> Column:
    """Name the tests, with their specimen where it is not blood: glucose of urine is another."""
    specimen, category = lb.of("LBSPEC") or lb.blank(), lb.of("LBCAT") or lb.blank()
    return combine([parameter(lb), specimen, category], _test)


def _test(code: Cell, specimen: Cell, category: Cell) -> Cell | None:
    if code == "":
        return None
    if specimen == "" and "urin" in str(folded(category)):
        specimen = "URINE"
    return code if specimen == "" or folded(specimen) in _BLOOD else f"{code} ({specimen})"


def questionnaires(qs: Dataset) -> Iterator[Part]:
    """Take the answers of QS to the QLQ-C30."""
    leave_out_not_done(qs)
    return shared.questionnaires(qs, ("QSCAT",))
