"""ADQS and ADLB: questionnaires and measurements."""

from __future__ import annotations

from collections.abc import Iterator

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.adam.records import (
    leave_out_derived,
    leave_out_not_chosen,
    leave_out_other_baselines,
)
from retnet_core.intake.layouts.cdisc import questionnaires as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import full_name
from retnet_core.intake.layouts.cdisc.units import with_name
from retnet_core.intake.layouts.eortc import C30


def questionnaires(adqs: Dataset) -> Iterator[Part]:
    """Take items and scale scores; a sheet ADQLQC holds nothing but the QLQ-C30."""
    leave_out_derived(adqs)
    leave_out_not_chosen(adqs)
    leave_out_other_baselines(adqs)
    untold = C30 if adqs.name == "ADQLQC" else ""
    return shared.questionnaires(adqs, ("PARCAT1", "PARCAT2", "PARCAT", "QSCAT"), untold)


def labs(adlb: Dataset) -> Part:
    """Take the measurements of ADLB."""
    leave_out_derived(adlb)
    leave_out_other_baselines(adlb)
    columns = adlb.columns("unit")
    stated = adlb.column("unit") or adlb.blank()
    columns["unit"] = with_name(stated, full_name(adlb))
    return adlb.part(columns)
