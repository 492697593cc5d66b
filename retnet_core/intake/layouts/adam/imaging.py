"""ADRS and ADTR: which of their rows are visits, and whose judgement counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.adam.records import leave_out_derived, leave_out_not_chosen
from retnet_core.intake.layouts.cdisc import imaging as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import full_name, leave_out_parameters, parameter
from retnet_core.intake.layouts.cdisc.units import in_millimetres
from retnet_core.intake.layouts.values import among, texts
from retnet_core.intake.sheets import Column

_BY_VISIT = re.compile(r"OVR\w*", re.IGNORECASE)
_SUM = re.compile(r"\bsum\b.*\bdiameters?\b", re.IGNORECASE)
_OF_SUM = re.compile(r"change|nadir|percent|baseline", re.IGNORECASE)
_DERIVED_VISIT = re.compile(r"\b(?:minimum|maximum|nadir|best|worst|last)\b", re.IGNORECASE)


def assessments(
    responses: Sequence[Dataset], tumours: Sequence[Dataset], ids: frozenset[str]
) -> Iterator[Part]:
    """Take the imaging visits of ADRS and ADTR, a sum going into the row of its response.

    Parameters
    ----------
    responses, tumours : sequence of Dataset
        Sheets of ADRS and of ADTR.
    ids : frozenset of str
        Patients whose rows are used.
    """
    judged = shared.INVESTIGATOR
    for adrs in responses:
        _keep_responses(adrs)
        judged = shared.keep_one_evaluator(adrs, judged)
        leave_out_not_chosen(adrs)
    for adtr in tumours:
        _keep_sums(adtr)
        shared.keep_one_evaluator(adtr, judged)
        leave_out_not_chosen(adtr)
    return shared.assessments(
        [(adrs, adrs.columns()) for adrs in responses],
        [(adtr, _sums(adtr)) for adtr in tumours],
        ids,
    )


def _keep_responses(adrs: Dataset) -> None:
    """Keep the overall response by visit, of the investigator where several judged."""
    leave_out_derived(adrs)
    codes = texts(parameter(adrs))
    by_visit = among(codes, [one for one in set(codes) if _BY_VISIT.fullmatch(one)])
    leave_out_parameters(
        adrs,
        ~by_visit,
        "Parameters that are no overall response by visit",
        "Nothing: best responses and the like are derived from the visits.",
    )
    shared.keep_one_criteria(adrs)
    _keep_one_parameter(adrs)


def _keep_one_parameter(data: Dataset) -> None:
    """Keep one of the parameters that are left, the investigator's where several judged."""
    codes, names = texts(parameter(data)), texts(full_name(data))
    by_code = dict(zip(codes[data.kept], names[data.kept], strict=True))
    chosen = min(by_code, key=lambda one: "investigator" not in by_code[one].casefold(), default="")
    leave_out_parameters(
        data,
        codes != chosen,
        f"Parameters by another evaluator than that of {chosen}, which is used",
        f"Leave {chosen} out of the export, if the other one is to be used.",
    )


def _keep_sums(adtr: Dataset) -> None:
    """Keep the sums of diameters in millimetres, as observed."""
    leave_out_derived(adtr)
    names = texts(full_name(adtr))
    sums = {one for one in set(names) if _SUM.search(one) and not _OF_SUM.search(one)}
    leave_out_parameters(
        adtr,
        ~among(names, sums),
        "Parameters that are no sum of diameters",
        "Nothing, if single lesions are not needed.",
    )
    _keep_one_parameter(adtr)
    visit = adtr.column("visit")
    if visit:
        derived = [one for one in set(texts(visit)) if _DERIVED_VISIT.search(one)]
        adtr.leave_out(
            among(texts(visit), derived),
            visit,
            "The row is no visit but repeats the value of one; it was set aside.",
            "Nothing: the least sum is derived from the visits.",
        )


def _sums(adtr: Dataset) -> dict[str, Column]:
    """Take the columns of ADTR, its sums in millimetres."""
    columns = adtr.columns()
    value = adtr.mapped_column(shared.SUM) or columns.get(shared.SUM)
    if value is not None:
        unit = adtr.of("AVALU", "TRSTRESU") or adtr.blank()
        columns[shared.SUM] = in_millimetres(adtr, value, unit, "AVALU")
    return columns
