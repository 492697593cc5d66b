"""Data sets with a row a parameter: ADTTE, ADQS and ADLB."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from retnet_core.intake.cells import parse_numbers
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc import questionnaires as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import (
    full_name,
    leave_out_parameters,
    named,
    parameter,
)
from retnet_core.intake.layouts.cdisc.questionnaires import C30
from retnet_core.intake.layouts.values import (
    Mask,
    Texts,
    among,
    blanked,
    combine,
    dates,
    numbers,
    texts,
)
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import ENDPOINTS, find_endpoint, fold

_BRACKET = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")
"""What stands in brackets at the end of PARAM, most often the unit."""


def leave_out_derived(data: Dataset) -> None:
    """Set rows aside that were not observed but derived from others (DTYPE says how)."""
    column = data.of("DTYPE")
    if column:
        data.leave_out(
            texts(column) != "",
            column,
            "The row was not observed but derived from others (DTYPE); it was set aside.",
            "Nothing: what the program needs it derives itself.",
        )


# Time to event

_DAYS_IN = {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": np.nan, "YEARS": 365.25}
"""Days in a unit; months stay what they are, the analysis knows their length."""
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "DAYS": ("day", "days", "d"),
        "WEEKS": ("week", "weeks", "wk", "wks", "w"),
        "MONTHS": ("month", "months", "mo", "mos", "mth", "mths"),
        "YEARS": ("year", "years", "yr", "yrs", "y"),
    }.items()
    for spelling in spellings
}
_HAPPENED = frozenset({"death", "died", "dead", "diseaseprogression", "progression",
                       "progressivedisease", "relapse", "recurrence"})  # fmt: skip
_DID_NOT = frozenset({"alive", "censored", "noevent", "alivewithoutprogression"})


def time_to_event(adtte: Dataset) -> Part:
    """Take the endpoints of ADTTE."""
    unit = _units(adtte)
    columns = {"endpoint": _endpoints(adtte)}
    value = adtte.of("AVAL")
    if value:
        columns["days"] = combine([value, unit], _in_days)
        columns["months"] = combine([value, unit], lambda cell, of: _if(of == "MONTHS", cell))
    event = _events(adtte)
    if event:
        columns["event"] = event
        _tell_contradictions(adtte, texts(event))
    return adtte.part(columns)


def _if(wanted: bool, cell: Cell) -> Cell | None:
    return cell if wanted and cell != "" else None


def _in_days(cell: Cell, unit: Cell) -> Cell | None:
    """Write a time in days; what is no number is left for the table's own check."""
    factor = _DAYS_IN.get(as_text(unit), np.nan)
    if cell == "" or np.isnan(factor):
        return None
    if factor == 1:
        return cell
    number = parse_numbers([cell]).values[0]
    return cell if number is None else number * factor


def _endpoints(adtte: Dataset) -> Column:
    """Name the endpoints: RETNET's by either name where that is clear, others by PARAMCD."""
    code, name = parameter(adtte), full_name(adtte)
    pairs = set(zip(texts(code), texts(name), strict=True))
    by_code = {_known(short) for short, _ in pairs}
    by_name = [_known(long) for _, long in pairs]

    def rule(short: Cell, long: Cell) -> Cell | None:
        known = _known(as_text(long))
        clear = known not in by_code and by_name.count(known) == 1
        if known and clear and not _known(as_text(short)):
            return find_endpoint(as_text(long)).short
        return short if short != "" else None

    return combine([code, name], rule)


def _known(name: str) -> str:
    code = find_endpoint(name).code
    return code if code in ENDPOINTS else ""


def _units(adtte: Dataset) -> Column:
    """Give each row's unit of time; times of which it is not known, or none, are set aside."""
    stated = adtte.of("AVALU") or adtte.blank()
    words = texts(combine([stated, full_name(adtte)], _unit))
    leave_out_parameters(
        adtte,
        (words != "") & ~among(words, _DAYS_IN),
        "Parameters that are not given in a unit of time",
        "Nothing, if it is no time (a count); else write DAYS, WEEKS, MONTHS or YEARS in AVALU.",
    )
    unknown = (words == "") & (texts(adtte.of("AVAL") or adtte.blank()) != "")
    in_days = _proven_days(adtte, unknown)
    if (in_days & adtte.kept).any():
        adtte.note(
            Severity.NOTE,
            "AVAL",
            f"The unit is not stated (AVALU) of {named(adtte, in_days)}. On every row AVAL is the "
            "number of days from STARTDT to ADT, so it was read as days.",
            "Nothing, if that is so.",
        )
    leave_out_parameters(
        adtte,
        unknown & ~in_days,
        "Parameters whose unit is not stated (AVALU is blank or missing) and is not proven to be "
        "days by ADT and STARTDT",
        "Write DAYS, WEEKS, MONTHS or YEARS in AVALU and upload again.",
    )
    words[in_days] = "DAYS"
    codes, units = pd.factorize(words)
    return Column.of(list(units), codes, stated.header)


def _unit(stated: Cell, name: Cell) -> Cell | None:
    """Give DAYS, WEEKS, MONTHS, YEARS, or a word that is none of them, None where none is said."""
    if stated != "":
        return _UNITS.get(fold(as_text(stated)), as_text(stated))
    bracket = _BRACKET.search(as_text(name))
    return _UNITS.get(fold(bracket[1])) if bracket else None


def _proven_days(adtte: Dataset, rows: Mask) -> Mask:
    """Tell which of some rows belong to a parameter all of whose AVAL are ADT - STARTDT (+ 1)."""
    value, end = adtte.of("AVAL"), adtte.of("ADT", "ADTM")
    start = adtte.of("STARTDT", "STARTDTM")
    if value is None or end is None or start is None:
        return np.zeros(len(rows), dtype=bool)
    days = (dates(end) - dates(start)) / np.timedelta64(1, "D")
    rows = rows & adtte.kept
    codes, offset = texts(parameter(adtte)), numbers(value) - days
    proven = [
        code
        for code in set(codes[rows])
        if (own := offset[rows & (codes == code)])[0] in (0, 1) and (own == own[0]).all()
    ]
    return rows & among(codes, proven)


def _events(adtte: Dataset) -> Column | None:
    """Turn CNSR round: 0 is the event, any positive whole number is censored."""
    censored = adtte.column("event")
    if censored is None:
        return None
    codes = numbers(censored)
    wrong = (texts(censored) != "") & ~((codes >= 0) & (codes % 1 == 0))
    adtte.tell(
        Severity.SET_ASIDE,
        wrong,
        censored,
        "This is no censoring code: CNSR is 0 for an event and a positive whole number for a "
        "censored time. The cell was emptied, the row is kept, and the patient is not analysed "
        "for this endpoint.",
        "Write 0 for an event, 1 for a censored time.",
    )
    return combine([blanked(censored, wrong)], _event)


def _event(cell: Cell) -> Cell | None:
    if cell == "":
        return None
    return "yes" if parse_numbers([cell]).values[0] == 0 else "no"


def _tell_contradictions(adtte: Dataset, event: Texts) -> None:
    """Say where CNSR and the descriptions beside it say the opposite of each other."""
    codes = adtte.column("event")
    described, why = adtte.of("EVNTDESC"), adtte.of("CNSDTDSC")
    blank = np.full(len(event), "", dtype=object)
    words = texts(combine([described], lambda cell: fold(as_text(cell)))) if described else blank
    reason = texts(why) if why else blank
    happened, did_not = among(words, _HAPPENED), among(words, _DID_NOT)
    told = adtte.kept & (event != "") & (happened | did_not | (reason != ""))
    wrong = told & np.where(event == "yes", did_not | (reason != ""), happened & (reason == ""))
    if wrong.sum() * 2 > told.sum():
        adtte.note(
            Severity.ASSUMED,
            codes.header if codes else "",
            f"By EVNTDESC and CNSDTDSC, {int(wrong.sum()):,} of {int(told.sum()):,} rows mean the "
            "opposite of their code: CNSR may be turned round (1 for the event). It was read as "
            "CDISC defines it, 0 for the event.",
            "Compare a few rows with the source; write 0 for an event and 1 for censored.",
        )
        return
    adtte.tell(
        Severity.NOTE,
        wrong,
        codes,
        "EVNTDESC or CNSDTDSC says the opposite of this code. It was read as CDISC defines it: 0 "
        "is the event, any other number is censored.",
        "Find out in the source which of the two is right.",
    )


# Questionnaires


def questionnaires(adqs: Dataset) -> Iterator[Part]:
    """Take items and scale scores of the QLQ-C30; a sheet ADQLQC holds nothing else."""
    leave_out_derived(adqs)
    untold = C30 if adqs.name == "ADQLQC" else ""
    return shared.questionnaires(adqs, ("PARCAT1", "PARCAT2", "PARCAT", "QSCAT"), untold)


# Laboratory

_UNIT = re.compile(r"\S*[/%^*]\S*|10\S* \S*/\S+")
"""What looks like a unit, unlike a remark such as (Blood)."""


def labs(adlb: Dataset) -> Part:
    """Take the measurements of ADLB."""
    leave_out_derived(adlb)
    columns = adlb.columns("unit")
    stated = adlb.column("unit") or adlb.blank()
    columns["unit"] = combine([stated, full_name(adlb)], _lab_unit)
    return adlb.part(columns)


def _lab_unit(stated: Cell, name: Cell) -> Cell | None:
    if stated != "":
        return stated
    bracket = _BRACKET.search(as_text(name))
    return bracket[1] if bracket and _UNIT.fullmatch(bracket[1]) else None
