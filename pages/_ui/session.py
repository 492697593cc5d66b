"""The open trial of a visit, and results computed once for all visitors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from retnet_core import Cohort, Trial, load_export
from retnet_core.trial import ArmColumn

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo" / "retnet_demo_export.xlsx"
_KEY_LENGTH = 12
_MOST_TRIALS = 8
_trials: OrderedDict[str, Trial] = OrderedDict()
_lock = threading.Lock()

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class View:
    """What a visitor looks at: a whole trial, and the cohort that the filters choose."""

    trial: Trial
    cohort: Cohort
    include_closed: bool

    def efficacy(self) -> Trial:
        """Narrow the trial for efficacy: by arm assigned, closed arms only if switched in."""
        cohort = self.trial.efficacy_cohort(self.cohort, self.include_closed)
        return _narrowed(self.trial, cohort)

    def safety(self) -> Trial:
        """Narrow the trial for safety: by arm received, closed arms always."""
        cohort = self.trial.safety_cohort(self.cohort)
        return _narrowed(self.trial, cohort, "arm_received")

    def everyone(self) -> Trial:
        """Narrow the trial as chosen, by arm assigned, closed arms with the others."""
        return _narrowed(self.trial, self.cohort)


@lru_cache(maxsize=32)
def _narrowed(trial: Trial, cohort: Cohort, arm_column: ArmColumn = "arm") -> Trial:
    """Narrow once for all visitors; few are kept, since each holds its rows of every table."""
    return trial.select(cohort, arm_column)


@lru_cache(maxsize=512)
def _cached(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return function(*args, **options)


def compute(function: Callable[..., Value], *args: Any, **options: Any) -> Value:
    """Call a function of the core once for the same arguments, for all visitors.

    Trials, results and figures never change and are compared by identity, so that the key holds
    no copy or sample of their data: the same object gives the same answer, and a new upload is
    a new object.
    """
    value: Value = _cached(function, *args, **options)
    return value


def key_of(trial: Trial) -> str:
    """Give the name of a data set in links: the start of its file's hash."""
    return trial.source.sha256[:_KEY_LENGTH]


def keep(trial: Trial) -> str:
    """Keep an opened trial for all visitors who have its link; the oldest makes room."""
    key = key_of(trial)
    with _lock:
        _trials.setdefault(key, trial)
        _trials.move_to_end(key)
        while len(_trials) > _MOST_TRIALS:
            _trials.popitem(last=False)
    return key


@lru_cache(maxsize=1)
def open_demo() -> Trial:
    """Open the synthetic export that comes with the program."""
    return load_export(DEMO)


def find(key: str) -> Trial | None:
    """Find the trial of a link; None where it is not open any more."""
    if key == key_of(open_demo()):
        return open_demo()
    with _lock:
        return _trials.get(key)


def choose(key: str) -> None:
    """Make a data set the one this visit looks at; filters of another trial do not hold."""
    st.session_state["data"] = st.query_params["data"] = key
    st.session_state["other_data"] = True


def current_key() -> str:
    """Give the data set of this visit: named by the link, else chosen before, else the demo.

    A change of page drops the link's parameters that belong to no widget, so the visit keeps it.
    """
    known = st.session_state.get("data")
    key = st.query_params.get("data") or known or key_of(open_demo())
    if known and key != known:  # back or forward in the browser's history
        st.session_state["other_data"] = True
    st.session_state["data"] = st.query_params["data"] = key
    return str(key)


def view() -> View:
    """Give the view that the door prepared; a page that the door did not open stops here."""
    prepared: View | None = st.session_state.get("view")
    if prepared is None:
        st.info("This page opens from the dashboard's start page.")
        st.page_link("overview.py", label="Go to the start page")
        st.stop()
    return prepared


def need_patients(narrowed: Trial, whole: View) -> None:
    """Stop a page that has nobody to show, and say why."""
    if len(narrowed.patients):
        return
    chosen = whole.cohort.arms
    if chosen and set(chosen) <= set(whole.trial.closed_arms) and not whole.include_closed:
        closed = " and ".join(chosen)
        st.info(
            f"Only {closed} is chosen, which was closed early and stays out of efficacy "
            "comparisons. Switch it in, or choose another arm, in the filters on the left."
        )
    else:
        st.info(
            f"No patient is left with these filters ({whole.cohort}). "
            "Choose more in the filters on the left."
        )
    st.stop()
