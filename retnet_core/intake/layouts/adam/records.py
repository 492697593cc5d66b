"""Which records of a data set are those that were observed and are to be analysed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import parameter
from retnet_core.intake.layouts.values import Mask, texts

_VISIT = ("AVISIT", "VISIT")


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


def leave_out_not_chosen(data: Dataset) -> None:
    """Set rows aside where another of the same visit is flagged for the analysis (ANL01FL).

    Not meant for measurements, which were all taken.
    """
    flag, visit = data.of("ANL01FL"), data.of(*_VISIT)
    if flag:
        chosen = data.kept & (texts(flag) == "Y")
        told = texts(visit) != "" if visit else np.ones(len(chosen), dtype=bool)
        data.leave_out(
            told & ~chosen & _among_those_of(data, chosen, _VISIT),
            flag,
            "Another row of the same patient, parameter and visit is the one for the analysis "
            "(ANL01FL is Y); this row was set aside.",
            "Nothing, if that is so; else correct ANL01FL.",
        )


def leave_out_other_baselines(data: Dataset) -> None:
    """Set rows aside that give a record once more for another baseline (BASETYPE)."""
    baseline = data.of("BASETYPE")
    if baseline:
        kinds = texts(baseline)
        first = next((one for one in kinds[data.kept] if one), "")
        own = data.kept & (kinds == first)
        again = _among_those_of(data, own, (*_VISIT, "ADT", "ADTM", "AVAL", "AVALC"))
        data.leave_out(
            again & (kinds != first),
            baseline,
            f"The row repeats one with the baseline '{first}' (BASETYPE) for another baseline; it "
            "was set aside.",
            "Nothing: the program takes the baseline itself.",
        )


def _among_those_of(data: Dataset, rows: Mask, names: Sequence[str]) -> Mask:
    """Tell which rows say the same of some variables as one of some rows does."""
    columns = [column for name in names if (column := data.of(name))]
    cells = pd.DataFrame(dict(enumerate([data.ids, *map(texts, [parameter(data), *columns])])))
    alike = cells.groupby(list(cells.columns), sort=False).ngroup().to_numpy()
    return np.isin(alike, alike[rows])
