"""RS and TR: which of their rows are visits, and whose judgement counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc import imaging as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import leave_out_parameters, parameter
from retnet_core.intake.layouts.cdisc.subjects import folded
from retnet_core.intake.layouts.cdisc.units import in_millimetres
from retnet_core.intake.layouts.sdtm.results import in_one_unit, leave_out_not_done
from retnet_core.intake.layouts.values import among, combine, texts
from retnet_core.intake.sheets import Column


def assessments(
    responses: Sequence[Dataset], tumours: Sequence[Dataset], ids: frozenset[str]
) -> Iterator[Part]:
    """Take the imaging visits of RS and TR, a sum going into the row of its response.

    Parameters
    ----------
    responses, tumours : sequence of Dataset
        Sheets of RS and of TR.
    ids : frozenset of str
        Patients whose rows are used.
    """
    judged = shared.INVESTIGATOR
    for rs in responses:
        leave_out_not_done(rs)
        leave_out_parameters(
            rs,
            ~among(texts(parameter(rs)), ["OVRLRESP"]),
            "Tests that are no overall response by visit",
            "Nothing: best responses and the like are derived from the visits.",
        )
        shared.keep_one_criteria(rs)
        judged = shared.keep_one_evaluator(rs, judged)
    for tr in tumours:
        _keep_sums(tr)
        shared.keep_one_evaluator(tr, judged)
    return shared.assessments(
        [(rs, rs.columns()) for rs in responses], [(tr, _sums(tr)) for tr in tumours], ids
    )


def _keep_sums(tr: Dataset) -> None:
    """Keep the sums of the diameters of target lesions."""
    leave_out_not_done(tr)
    leave_out_parameters(
        tr,
        ~among(texts(parameter(tr)), ["SUMDIAM"]),
        "Tests that are no sum of diameters",
        "Nothing, if single lesions are not needed.",
    )
    group = tr.of("TRGRPID")
    if group:
        tr.leave_out(
            ~among(texts(combine([group], folded)), ["", "target"]),
            group,
            "The sum is not of the target lesions (TRGRPID); the row was set aside.",
            "Nothing, if that is so.",
        )


def _sums(tr: Dataset) -> dict[str, Column]:
    """Take the columns of TR, its sums in millimetres."""
    columns = tr.columns(shared.SUM)
    value = tr.mapped_column(shared.SUM) or in_one_unit(tr, ("TRSTRESN", "TRSTRESC"), "TRORRES")
    if value is not None:
        unit = in_one_unit(tr, ("TRSTRESU",), "TRORRESU") or tr.blank()
        columns[shared.SUM] = in_millimetres(tr, value, unit, "TRSTRESU")
    return columns
