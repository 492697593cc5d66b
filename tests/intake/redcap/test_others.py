"""REDCap exports made by others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from retnet_core import ExportError, Trial, load_export
from retnet_core.analysis import questionnaires
from retnet_core.intake.files import bundle
from retnet_core.intake.mapping import ExportMapping
from retnet_core.intake.understanding import PersonalDataError
from tests.intake.redcap.project import (
    accounted,
)

TRYOUT = os.environ.get("RETNET_TRYOUT_DATA")
tryout = pytest.mark.skipif(not TRYOUT, reason="RETNET_TRYOUT_DATA names no folder of exports")


def together(paths: Sequence[Path]) -> Trial:
    """Open files together; columns that look personal are dropped, as a user would."""
    name, content = paths[0].name, paths[0].read_bytes()
    if len(paths) > 1:
        name, content = "export.zip", bundle([(path.name, path.read_bytes()) for path in paths])
    try:
        return load_export(content, name)
    except PersonalDataError as stopped:
        places = tuple((one.sheet, one.column) for one in stopped.personal)
        return load_export(content, name, ExportMapping(dropped=places))


@tryout
@pytest.mark.parametrize("data", ["TRIAL_DATA_2*.csv", "TRIAL_DATA_LABELS_*.csv"])
def test_scores_of_the_qlq_c30_equal_those_expected(data: str) -> None:
    folder = Path(TRYOUT or "") / "redcap_qlqc30"
    trial = accounted(together([*folder.glob(data), *folder.glob("*Dictionary*.csv")]))
    expected = pd.read_csv(folder / "expected_scale_scores.csv", dtype={"record_id": str})
    assert trial.source.rows_read == 2400 + 33
    scales = list(expected.columns[3:])
    found = questionnaires.score(trial).table
    found = found.assign(visit=found["visit"].str.upper()).set_index(["patient_id", "visit"])
    wide = found.pivot(columns="scale", values="score").reindex(columns=scales)
    wanted = expected.set_index(["record_id", "AVISIT"])[scales].rename_axis(wide.index.names)
    pd.testing.assert_frame_equal(
        wide.round(4).sort_index(), wanted.sort_index(), rtol=0, atol=1e-9, check_names=False
    )
    assert ("1400", "CYCLE 5 DAY 1") not in wide.index
    assert ("1400", "CYCLE 4 DAY 1") in wide.index
    arms = {"A: Drug X": 134, "B: Placebo": 134, "C: Combination": 132}
    assert trial.patients["arm"].value_counts().to_dict() == arms


@tryout
def test_small_exports_open_or_are_refused_with_a_sentence() -> None:
    folders = [one for one in (Path(TRYOUT or "") / "redcap_small").iterdir() if one.is_dir()]
    assert folders
    for folder in folders:
        files = sorted(folder.glob("*.csv"))
        accounted(together(files))
        for file in files:
            if file.name == "data.csv":
                accounted(together([file]))
            else:
                with pytest.raises(ExportError) as refused:
                    together([file])
                assert str(refused.value).endswith(".")
