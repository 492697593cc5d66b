"""R's example data as time-to-event results, named as in tests/references/survival."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import greenwood
import pandas as pd

from retnet_core.analysis.time_to_event import TimeToEvent

REFERENCES = Path(__file__).parents[1] / "references" / "survival"
GROUPS = {
    "lung_sex": "sex",
    "lung_ecog": "ph.ecog",
    "veteran_trt": "trt",
    "veteran_celltype": "celltype",
    "colon_death_rx": "rx",
    "colon_recur_rx": "rx",
    "ovarian_rx": "rx",
    "pbc_trt": "trt",
    "pbc_edema": "edema",
}
"""Data set of the references -> the column that divides it."""
_LEVELS = {
    "celltype": ("squamous", "smallcell", "adeno", "large"),
    "rx": ("Obs", "Lev", "Lev+5FU"),
}


@cache
def _raw(name: str) -> pd.DataFrame:
    return greenwood.load_dataset(name, backend="pandas")


def _rows(name: str) -> pd.DataFrame:
    """Rows and events as reference.R chose them."""
    data = _raw(name.split("_")[0])
    if name.startswith("lung"):
        data = data.assign(event=data["status"] == 2)
        return data[data["ph.ecog"].notna()] if "ecog" in name else data
    if name.startswith("colon"):
        kind = {"death": 2, "recur": 1}[name.split("_")[1]]
        return data[data["etype"] == kind].assign(event=data["status"] == 1)
    if name.startswith("pbc"):
        data = data.assign(event=data["status"] == 2)
        return data[data["trt"].notna()] if name == "pbc_trt" else data
    if name.startswith("ovarian"):
        return data.assign(event=data["fustat"] == 1, time=data["futime"])
    return data.assign(event=data["status"] == 1)


def load(name: str) -> TimeToEvent:
    rows = _rows(name).rename(columns={"time": "days"})
    return TimeToEvent.from_frame(rows, endpoint="event", levels=_LEVELS)


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCES / f"{name}.csv", dtype={"group": str, "strata": str})
