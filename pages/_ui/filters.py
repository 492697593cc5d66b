"""The filters in the sidebar: whom to look at. They hold across pages and live in the URL."""

from __future__ import annotations

import hashlib
import re

import streamlit as st

from pages._ui.session import View
from pages._ui.text import escape
from retnet_core import Cohort, Trial
from retnet_core.protocol import arm_title
from retnet_core.trial import dimension_name, join_words
from retnet_core.wording import MORE

_KEYS = {
    "arms": "arm",
    "who_grades": "grade",
    "primary_sites": "primary",
    "histologic_subtypes": "subtype",
    "functional": "functional",
    "liver_burdens": "burden",
}
_FIRST = ("arms", "who_grades")
_CLOSED, _EVERYONE, _MORE = "closed", "everyone", "more"


def show(trial: Trial) -> View:
    """Draw the filters of a trial and give the view they choose."""
    if st.session_state.pop("other_data", False):
        _let_all_in(trial)
    chosen = {name: _pills(trial, name) for name in _FIRST}
    include_closed, concurrent = _closed_switches(trial)
    rest = [name for name in _KEYS if name not in _FIRST]
    with st.expander("More filters"):
        chosen |= {name: _pills(trial, name) for name in rest}
        columns = _more_columns(trial)
        levels = {title: _pills(trial, MORE + title) for title in columns}
    more = {title: kept for title, kept in levels.items() if kept is not None}
    return View(trial, Cohort(**chosen, more=more), include_closed, concurrent, columns)


def _more_columns(trial: Trial) -> tuple[str, ...]:
    """Choose among the columns that the export has beside those of our tables."""
    titles = [str(title) for title in trial.more_columns]
    if not titles:
        return ()
    picked = st.multiselect(
        "More columns", titles, key=_MORE, bind="query-params",
        placeholder="none", select_all=False,
        help="Columns of the file that the program does not know. Each chosen one becomes a "
        "filter here, and divides patients on Survival and Quality of life.",
    )  # fmt: skip
    return tuple(picked)


def _key(dimension: str) -> str:
    """Name a dimension's widget, and its parameter in the address."""
    if dimension in _KEYS:
        return _KEYS[dimension]
    digest = hashlib.sha256(dimension.encode()).hexdigest()[:4]  # headers may differ in a sign only
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', dimension)}_{digest}"


def _let_all_in(trial: Trial) -> None:
    """Forget what was chosen in another trial.

    The browser still sends it, and of it the levels that both trials have: it is not enough to
    delete the key, the value must be set.
    """
    for dimension, key in _KEYS.items():
        st.session_state[key] = list(_levels(trial, dimension))
    st.session_state[_CLOSED] = st.session_state[_EVERYONE] = False
    if len(trial.more_columns.columns):
        st.session_state[_MORE] = []


def _levels(trial: Trial, dimension: str) -> dict[str, int]:
    """Count patients by level; an arm that was only received, not assigned, is one as well."""
    counts = trial.level_counts(dimension)
    if dimension == "arms":
        return {arm: counts.get(arm, 0) for arm in trial.arms}
    return counts


def _pills(trial: Trial, dimension: str) -> tuple[str, ...] | None:
    """Draw the levels of a dimension, all on; None while nothing is left out."""
    counts = _levels(trial, dimension)
    if len(counts) < 2:
        return None
    name = dimension_name(dimension)
    chosen = st.pills(
        escape(name[0].upper() + name[1:]),
        list(counts),
        selection_mode="multi",
        default=list(counts),
        format_func=escape,
        key=_key(dimension),
        bind="query-params",
    )
    title = arm_title if dimension == "arms" else str
    st.caption(" · ".join(f"{escape(title(level))} {n}" for level, n in counts.items()))
    return None if len(chosen) == len(counts) else tuple(lv for lv in counts if lv in chosen)


def _closed_switches(trial: Trial) -> tuple[bool, bool]:
    """Ask whether arms closed early come in, and against whom: (closed arms in, concurrent)."""
    if not trial.closed_arms:
        return False, True
    closed = join_words(trial.closed_arms)
    include = st.toggle(
        f"{closed} in efficacy",
        key=_CLOSED,
        bind="query-params",
        help="Closed early at the first safety review: left out of survival and quality of "
        "life unless switched in; always shown under safety.",
    )
    if not include or trial.open_period(trial.closed_arms) is None:
        return include, True
    everyone = st.toggle(
        "Against all patients",
        key=_EVERYONE,
        bind="query-params",
        help=f"By default {closed} is compared only with the patients randomised while it was "
        "open: those randomised at another time may differ in more than their treatment.",
    )
    return include, not everyone
