"""ADTTE: the times of endpoints, and whether the event happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retnet_core.intake.cells import DAYS_IN, parse_numbers
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.adam.records import leave_out_not_chosen
from retnet_core.intake.layouts.adam.units import units
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import full_name, parameter
from retnet_core.intake.layouts.values import Texts, among, blanked, combine, numbers, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import ENDPOINTS, find_endpoint, fold

_HAPPENED = frozenset({"death", "died", "dead", "diseaseprogression", "progression",
                       "progressivedisease", "relapse", "recurrence"})  # fmt: skip
_DID_NOT = frozenset({"alive", "censored", "noevent", "alivewithoutprogression"})


def time_to_event(adtte: Dataset) -> Part:
    """Take the endpoints of ADTTE."""
    leave_out_not_chosen(adtte)
    codes, names = pd.factorize(units(adtte))
    columns = {"endpoint": _endpoints(adtte)}
    value = adtte.of("AVAL")
    if value and not adtte.mapped.keys() & {"days", "months"}:
        unit = Column.of(list(names), codes, "")
        columns["days"] = combine([value, unit], _in_days)
        columns["months"] = combine([value, unit], lambda cell, of: _if(of == "months", cell))
    event = _events(adtte)
    if event:
        columns["event"] = event
        _tell_contradictions(adtte, texts(event))
    return adtte.part(columns)


def _if(wanted: bool, cell: Cell) -> Cell | None:
    return cell if wanted and cell != "" else None


def _in_days(cell: Cell, unit: Cell) -> Cell | None:
    """Write a time in days; what is no number is left for the table's own check."""
    factor = DAYS_IN.get(as_text(unit), 0)
    if cell == "" or not factor or unit == "months":  # the analysis knows how long a month is
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
