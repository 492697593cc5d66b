"""RS and TR: which of their rows are visits, and whose judgement counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc import imaging as shared
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import leave_out_parameters, parameter
from retnet_core.intake.layouts.cdisc.subjects import folded
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.layouts.sdtm.results import in_one_unit, leave_out_not_done
from retnet_core.intake.layouts.values import Texts, among, combine, texts
from retnet_core.intake.sheets import Column

_RECIST = ("recist11", "recistv11", "recist")
"""Criteria, folded, in the order in which they are preferred."""


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
    judged = "investigator"
    for rs in responses:
        leave_out_not_done(rs)
        leave_out_parameters(
            rs,
            ~among(texts(parameter(rs)), ["OVRLRESP"]),
            "Tests that are no overall response by visit",
            "Nothing: best responses and the like are derived from the visits.",
        )
        _keep_one_criteria(rs)
        judged = _keep_one_evaluator(rs, judged)
    for tr in tumours:
        _keep_sums(tr)
        _keep_one_evaluator(tr, judged)
    return shared.assessments(
        [(rs, rs.columns()) for rs in responses], [(tr, _sums(tr)) for tr in tumours], ids
    )


def _keep_one_criteria(rs: Dataset) -> None:
    """Keep the responses by RECIST, its newest version first, where several criteria were used."""
    column = rs.of("RSCAT")
    if column is None:
        return
    words = texts(combine([column], folded))
    found = list(dict.fromkeys(words[rs.kept]))
    chosen = next((one for one in _RECIST if one in found), found[0] if found else "")
    _keep(rs, column, words, chosen, "Responses by other criteria than")


def _keep_one_evaluator(data: Dataset, preferred: str) -> str:
    """Keep the rows of one evaluator where several judged, of the readings the accepted one.

    Returns
    -------
    str
        The evaluator kept, folded: sums are taken of the same as responses, if they can be.
    """
    chosen = preferred
    role, reader = data.of(f"{data.name}EVAL"), data.of(f"{data.name}EVALID")
    if role:
        words = texts(combine([role], folded))
        found = list(dict.fromkeys(words[data.kept]))
        order = (preferred, "investigator", "")
        known = (one for one in order if one in found)
        chosen = next(known, found[0] if found else preferred)
        _keep(data, role, words, chosen, "Rows of another evaluator than")
    accepted = data.of(f"{data.name}ACPTFL")
    if accepted and "Y" in texts(accepted)[data.kept]:
        data.leave_out(
            texts(accepted) != "Y",
            accepted,
            f"Of several readings this one was not accepted ({data.name}ACPTFL); the row was set "
            "aside.",
            "Nothing, if that is so.",
        )
    elif reader:
        words = texts(combine([reader], folded))
        found = list(dict.fromkeys(words[data.kept]))
        _keep(data, reader, words, min(found, default=""), "Rows of another reader than")
    return chosen


def _keep(data: Dataset, column: Column, words: Texts, chosen: str, problem: str) -> None:
    """Keep the rows of one of several who judged, or criteria, with a finding on the others."""
    others = words != chosen
    left = texts(column)[others & data.kept]
    names = dict(zip(words, texts(column), strict=True))
    told = some_of(list(dict.fromkeys(one or "blank" for one in left)))
    kept = names.get(chosen, "") or f"those without {column.header}"
    data.leave_out(
        others,
        column,
        f"{problem} {kept}, which is used: {told}. The rows were set aside.",
        f"Leave {kept} out of the export, if the other one is to be used.",
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
    value = in_one_unit(tr, ("TRSTRESN", "TRSTRESC"), "TRORRES")
    if value is not None:
        unit = in_one_unit(tr, ("TRSTRESU",), "TRORRESU") or tr.blank()
        columns[shared.SUM] = shared.in_millimetres(tr, value, unit, "TRSTRESU")
    return columns
