"""Data sets with a row a parameter: which one a row is about."""

from __future__ import annotations

import pandas as pd

from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.common import some_of
from retnet_core.intake.layouts.values import Mask, texts
from retnet_core.intake.sheets import Column
from retnet_core.trial import join_words

IN_FULL = 3
"""Parameters beyond which a finding names them by their short names only."""


def parameter(data: Dataset) -> Column:
    """Take the short name of each row's parameter, its full name where there is none."""
    return data.of(*data.parameters) or data.blank()


def full_name(data: Dataset) -> Column:
    """Take the full name of each row's parameter, its short one where there is none."""
    return data.of(*reversed(data.parameters)) or data.blank()


def named(data: Dataset, rows: Mask) -> str:
    """Name the parameters of some of the rows kept, in full where they are few."""
    rows = rows & data.kept
    pairs = pd.DataFrame(
        {"code": texts(parameter(data))[rows], "name": texts(full_name(data))[rows]}
    )
    pairs = pairs.drop_duplicates("code")
    if len(pairs) > IN_FULL:
        return some_of(list(pairs["code"]))
    same = pairs["code"] == pairs["name"]
    said = pairs["code"].where(same, pairs["code"] + " (" + pairs["name"] + ")")
    return join_words([one or "without a name" for one in said]) if len(said) else ""


def leave_out_parameters(data: Dataset, rows: Mask, problem: str, remedy: str) -> None:
    """Set rows aside, with a finding that names their parameters."""
    problem = f"{problem}: {named(data, rows)}. The rows were set aside."
    data.leave_out(rows, parameter(data), problem, remedy)
