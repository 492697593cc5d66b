"""CDISC ADaM: analysis data sets, a sheet or file each, of which ADSL has a row a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Part, Recognition
from retnet_core.intake.layouts.adam import imaging, results, subjects, times
from retnet_core.intake.layouts.adam.names import NAMES, PARAMETER, SOURCES, name_of
from retnet_core.intake.layouts.cdisc.dataset import Standard
from retnet_core.intake.layouts.cdisc.export import (
    Found,
    account,
    id_name,
    leave_out_failures,
    named_sheets,
    open_datasets,
    patients_of,
)
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Sheet
from retnet_core.trial import join_words

NAME = "CDISC ADaM"
KIND = "CDISC ADaM (with the data set ADSL)"
STANDARD = Standard(
    patients="ADSL",
    tables=NAMES,
    sources=SOURCES,
    parameters=dict.fromkeys(NAMES, PARAMETER),
    name_of=lambda sheet: name_of(sheet.title),
)


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell an export by its sheet or file ADSL, more surely where that has CDISC's ids."""
    named = named_sheets(STANDARD, sheets)
    if "ADSL" not in named:
        return NOT_RECOGNISED
    many = len(named) > 1
    reason = (
        f"The sheets {join_words(list(named))} are named as in CDISC ADaM."
        if many
        else "The sheet ADSL is named as in CDISC ADaM."
    )
    found = id_name(named["ADSL"])
    if not found:
        return Recognition(0.7, (reason,))
    return Recognition(0.95, (reason, f"ADSL has the variable {found}."))


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find our tables in the data sets of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns win over ADaM's variables.

    Raises
    ------
    ExportError
        If ADSL has no ids.
    """
    draft, found = open_datasets(STANDARD, sheets, mapping)
    draft.parts += _parts(found)
    account(draft, found)
    return draft


def _parts(found: Found) -> Iterator[Part]:
    """Read the data sets, ADSL first: it says who is no patient."""
    for adsl in found["ADSL"]:
        subjects.leave_out_failures(adsl)
        yield subjects.patients(adsl)
    leave_out_failures(STANDARD, found)
    for adtte in found["ADTTE"]:
        yield times.time_to_event(adtte)
    for adae in found["ADAE"]:
        yield subjects.adverse_events(adae)
    for adqs in (*found["ADQS"], *found["ADQLQC"]):
        yield from results.questionnaires(adqs)
    for adlb in found["ADLB"]:
        yield results.labs(adlb)
    yield from imaging.assessments(found["ADRS"], found["ADTR"], patients_of(STANDARD, found))
