"""CDISC SDTM: data sets as collected, a sheet or file each, of which DM has a row a patient.

SDTM has no endpoint: times are derived from the dates of patients and from imaging, as for any
export without given times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.layouts import NOT_RECOGNISED, Draft, Part, Recognition
from retnet_core.intake.layouts.cdisc.dataset import Standard
from retnet_core.intake.layouts.cdisc.export import (
    Found,
    account,
    id_name,
    leave_out_failures,
    leave_out_unusable,
    named_sheets,
    open_datasets,
    patients_of,
)
from retnet_core.intake.layouts.sdtm import events, imaging, results, subjects
from retnet_core.intake.layouts.sdtm.names import NAMES, PARAMETERS, SOURCES, domain_of, name_of
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.sheets import Sheet
from retnet_core.trial import join_words

NAME = "CDISC SDTM"
KIND = "CDISC SDTM (with the data set DM)"
STANDARD = Standard(
    patients="DM", tables=NAMES, sources=SOURCES, parameters=PARAMETERS, name_of=name_of
)


def recognise(sheets: Sequence[Sheet]) -> Recognition:
    """Tell an export by its sheet or file DM, if that has CDISC's ids or domain.

    Less surely than ADaM is told: of an export with both, the analysis data sets are read.
    """
    named = named_sheets(STANDARD, sheets)
    if "DM" not in named:
        return NOT_RECOGNISED
    found, domain = id_name(named["DM"]), domain_of(named["DM"]) == "DM"
    if not found or not (domain or found == "USUBJID"):
        return NOT_RECOGNISED
    many = len(named) > 1
    reason = (
        f"The sheets {join_words(list(named))} are named as in CDISC SDTM."
        if many
        else "The sheet DM is named as in CDISC SDTM."
    )
    has = f"the variable {found}" + (" and says DOMAIN DM" if domain else "")
    return Recognition(0.9 if domain else 0.65, (reason, f"DM has {has}."))


def read(sheets: Sequence[Sheet], mapping: ExportMapping) -> Draft:
    """Find our tables in the data sets of an export.

    Parameters
    ----------
    sheets : sequence of Sheet
    mapping : ExportMapping
        Its headers of our columns win over SDTM's variables.

    Raises
    ------
    ExportError
        If DM has no ids.
    """
    draft, found = open_datasets(STANDARD, sheets, mapping)
    draft.parts += _parts(found)
    account(draft, found)
    return draft


def _parts(found: Found) -> Iterator[Part]:
    """Read the data sets, DM first: it says who is no patient."""
    for dm in found["DM"]:
        subjects.leave_out_failures(dm)
    leave_out_failures(STANDARD, found)
    patients = patients_of(STANDARD, found)
    for name in ("DS", "EX", "SUPPAE"):  # whose rows go into those of others
        for data in found[name]:
            leave_out_unusable(data, patients)
    yield from subjects.patients(found["DM"], found["DS"], found["EX"])
    yield from events.adverse_events(found["AE"], found["SUPPAE"])
    for qs in found["QS"]:
        yield from results.questionnaires(qs)
    for lb in found["LB"]:
        yield results.labs(lb)
    yield from imaging.assessments(found["RS"], found["TR"], patients)
