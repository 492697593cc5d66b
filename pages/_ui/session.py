"""The open trial of a visit, and results computed once for all visitors."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import streamlit as st

from pages._ui import kept
from pages._ui.text import escape
from retnet_core import Cohort, Trial, load_export
from retnet_core.analysis.result import Result
from retnet_core.trial import ArmColumn

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo" / "retnet_demo_export.xlsx"
KEY_LENGTH = 12
COMPARED = "compared"
"""The parameter of links that names the export compared with, as ``data`` names the open one."""
PREPARED = "prepared_by_door"
"""Where a visit keeps its view; no widget has this key, or Streamlit would write it in the link."""
_MOST_TRIALS = 8
_trials: OrderedDict[str, Trial] = OrderedDict()
_kept: set[str] = set()
"""Of the trials that are open, those that the store keeps: who deletes one closes it for all."""
_MOST_RESULTS = 200
"""Results kept of one trial or result; tau, landmark and axes are free numbers."""
_results: WeakKeyDictionary[Trial | Result, OrderedDict[Any, Future[Any]]] = WeakKeyDictionary()
_lock = threading.RLock()

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class View:
    """What a visitor looks at: a whole trial, and the cohort that the filters choose.

    ``more`` names the further columns of the export that the filters show.
    """

    trial: Trial
    cohort: Cohort
    include_closed: bool
    concurrent: bool = True
    more: tuple[str, ...] = ()

    def efficacy(self) -> Trial:
        """Narrow the trial for efficacy: by arm assigned, closed arms only if switched in."""
        cohort = self.trial.efficacy_cohort(self.cohort, self.include_closed, self.concurrent)
        return _narrowed(self.trial, cohort)

    def open_arms(self) -> Trial:
        """Narrow the trial for efficacy to the arms that stayed open."""
        return _narrowed(self.trial, self.trial.efficacy_cohort(self.cohort))

    def safety(self) -> Trial:
        """Narrow the trial for safety: by arm received, closed arms always."""
        cohort = self.trial.safety_cohort(self.cohort)
        return _narrowed(self.trial, cohort, "arm_received")

    def everyone(self) -> Trial:
        """Narrow the trial as chosen, by arm assigned, closed arms with the others."""
        return _narrowed(self.trial, self.cohort)


@lru_cache(maxsize=16)
def _select(trial: Trial, cohort: Cohort, arm_column: ArmColumn) -> Trial:
    return trial.select(cohort, arm_column)


def _narrowed(trial: Trial, cohort: Cohort, arm_column: ArmColumn = "arm") -> Trial:
    """Narrow once for all visitors; few are kept, since each holds its rows of every table."""
    with _lock:
        return _select(trial, cohort, arm_column)


def compute(
    function: Callable[..., Value], of: Trial | Result, *args: Any, **options: Any
) -> Value:
    """Call a function of the core once for the same arguments, for all visitors.

    Trials and results never change, so the object itself is the key: no copy or sample of its
    data is compared, and a new upload is a new object. What is computed of an object is dropped
    with it. Two visitors who ask at once wait for one computation.
    """
    key = (function, tuple(map(_weakly, args)),
           tuple((name, _weakly(value)) for name, value in sorted(options.items())))  # fmt: skip
    with _lock:
        known = _results.setdefault(of, OrderedDict())
        first = key not in known
        future: Future[Value] = known.setdefault(key, Future())
        known.move_to_end(key)
        if len(known) > _MOST_RESULTS:
            known.popitem(last=False)
    if first:
        try:
            future.set_result(function(of, *args, **options))
        except BaseException as error:
            with _lock:
                known.pop(key, None)
            future.set_exception(error)
    return future.result()


def _weakly(value: Any) -> Any:
    """Hold no trial or result in a key, or it would stay as long as what it is compared with."""
    return weakref.ref(value) if isinstance(value, Trial | Result) else value


def key_of(trial: Trial) -> str:
    """Give the name of a data set in links: the start of the hash of its file (and mapping)."""
    return trial.source.key[:KEY_LENGTH]


def keep(trial: Trial, kept_too: bool = False) -> str:
    """Keep an opened trial for all visitors who have its link; the oldest makes room.

    ``kept_too`` says that the store has it as well, and decides how long it is there.
    """
    key = key_of(trial)
    with _lock:
        if kept_too:
            _kept.add(key)
        _trials[key] = trial  # the same file under a new name goes by that name
        _trials.move_to_end(key)
        while len(_trials) > _MOST_TRIALS:
            _trials.popitem(last=False)
    return key


@lru_cache(maxsize=1)
def _demo() -> Trial:
    return load_export(DEMO)


def open_demo() -> Trial:
    """Open the synthetic export that comes with the program."""
    with _lock:
        return _demo()


def find(key: str) -> Trial | None:
    """Find the trial of a link, open or kept; None where it is neither.

    Raises
    ------
    StoreError or ExportError
        If it is kept, but cannot be opened.
    """
    if key == key_of(open_demo()):
        return open_demo()
    with _lock:
        known = _trials.get(key)
    if known is not None and key in _kept and not kept.is_there(key):  # deleted by someone else
        forget(key)
        return None
    if known is None and (known := kept.reopen(key)) and kept.is_there(key):
        keep(known, kept_too=True)
    return known


def forget(key: str) -> None:
    """Let go of a trial that was renamed or deleted."""
    with _lock:
        _trials.pop(key[:KEY_LENGTH], None)
        _select.cache_clear()


def choose(key: str) -> None:
    """Make a data set the one this visit looks at; filters of another trial do not hold.

    Nor does what another one was compared with.
    """
    st.session_state["data"] = st.query_params["data"] = key
    st.query_params.pop(COMPARED, None)
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
    prepared: View | None = st.session_state.get(PREPARED)
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
            f"No patient is left with these filters ({escape(str(whole.cohort))}). "
            "Choose more in the filters on the left."
        )
    st.stop()
