"""What a visitor chooses on a page: endpoint, rules, groups. All choices live in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from pages._ui.session import View
from pages._ui.text import escape
from retnet_core import wording
from retnet_core.charts.survival import Display
from retnet_core.protocol import (
    REFERENCE_ARM,
    Death,
    Endpoint,
    EndpointRules,
    EndpointSource,
    Extrahepatic,
    OtherTherapy,
    Start,
    arm_title,
    find_endpoint,
)

_START: dict[str, Start] = {
    "First embolization": "first_embolization",
    "Randomisation": "randomization",
}
_DEATH: dict[str, Death] = {"An event": "event", "Censored": "censored"}
_EXTRAHEPATIC: dict[str, Extrahepatic] = {
    "Ignored": "ignored",
    "An event": "event",
    "Censored": "censored",
}
_OTHER: dict[str, OtherTherapy] = {"Censors": "censored", "Ignored": "ignored"}
_SOURCE: dict[str, EndpointSource | None] = {
    "Automatic": None,
    "Given times": "given",
    "Dates": "dates",
    "Imaging assessments": "assessments",
}

ASSUMED = "RETNET's protocol is not public: these rules are assumptions, and each can be switched."
ASSUMED_DESIGN = "Not public: assumed, and only the events needed depend on it."

Value = TypeVar("Value")


def one(
    label: str, options: Mapping[str, Value], key: str, idle: str = "", first: str = ""
) -> Value:
    """Draw a choice of exactly one, by name, the first by default; greyed where idle says why."""
    first = first or next(iter(options))
    picked = st.segmented_control(
        label, list(options), default=first, required=True, format_func=escape, key=key,
        bind="query-params", disabled=bool(idle), help=idle or None,
    )  # fmt: skip
    return options[picked or first]


def endpoint(available: Sequence[str]) -> Endpoint:
    """Choose one of the endpoints that the export has."""
    found = [find_endpoint(code) for code in available]
    return one("Endpoint", {endpoint.short: endpoint for endpoint in found}, "endpoint")


def compare_by(view: View, idle: str = "") -> str:
    """Choose what divides the patients; greyed where idle says why.

    Beside arm and WHO grade stand the further columns of the export that the filters show.
    """
    by = {"Arm": "arm"}
    if len(view.trial.level_counts("who_grades")) > 1:
        by["WHO grade"] = "who_grade"
    by |= {title: wording.MORE + title for title in view.more}
    return one("Compare by", by, "by", idle) if len(by) > 1 else "arm"


def reference(groups: Sequence[str], by: str) -> str | None:
    """Choose the group that hazard ratios are read over; None where there is none to choose."""
    if len(groups) < 2:
        return None
    default = groups.index(REFERENCE_ARM) if REFERENCE_ARM in groups else 0
    return st.selectbox(
        "Hazard ratios over", groups, default, format_func=arm_title,
        key=f"over_{by}", bind="query-params",
    )  # fmt: skip


def rules(endpoint: Endpoint, sources: Sequence[EndpointSource]) -> EndpointRules:
    """Draw the switches of an endpoint's rules and give those chosen.

    A switch that the endpoint does not have, or that given times make idle, is greyed.
    """
    words = {name: source for name, source in _SOURCE.items() if source in (None, *sources)}
    source = one("Times are read from", words, "source")
    given = (source or sources[0]) == "given"
    if not given:
        st.caption(ASSUMED)

    def choose(label: str, options: Mapping[str, Value], name: str) -> Value:
        if given:
            idle = "Idle: the export gives this endpoint's times, nothing is derived."
        else:
            idle = "" if name in endpoint.uses else f"{endpoint.short} has no such rule."
        return one(label, options, name, idle)

    return EndpointRules(
        start=choose("Time runs from", _START, "start"),
        death=choose("Death without hepatic progression is", _DEATH, "death"),
        extrahepatic=choose(
            "Progression outside the liver alone is", _EXTRAHEPATIC, "extrahepatic"
        ),
        other_therapy=choose("Other anti-tumour therapy", _OTHER, "other_therapy"),
        source=source,
    )


def landmark(idle: str) -> int:
    """Choose the month from which patients are looked at; 0, the start, where idle says why."""
    month = st.number_input(
        "Landmark: count from month", min_value=0, max_value=240, value=0, step=1,
        key="from_month", bind="query-params", disabled=bool(idle),
        help=idle
        or "Takes only patients followed without the event for strictly longer, and counts their "
        "time from there. The groups are then no longer as randomised.",
    )  # fmt: skip
    return 0 if idle else month


def display() -> Display:
    """Choose how curves are drawn."""

    def on(label: str, key: str, by_default: bool) -> bool:
        return st.toggle(label, by_default, key=key, bind="query-params")

    def months(label: str, key: str) -> int | None:
        return st.number_input(
            label, min_value=1, max_value=600, value=None, step=1, placeholder="automatic",
            key=key, bind="query-params",
        )  # fmt: skip

    return Display(
        failure=one("Curves show", {"Free of the event": False, "With the event": True}, "curve"),
        band=on("95% confidence band", "band", True),
        censorings=on("Censoring ticks", "ticks", True),
        numbers=on("Numbers under the curve", "numbers", True),
        median_lines=on("Lines at the medians", "medians", False),
        direct_labels=on("Names at the curves' ends", "names", False),
        end=months("Axis ends at month", "axis_end"),
        step=months("Months between ticks", "axis_step"),
    )


_MONTHS = ("3", "6", "9", "12", "18", "24", "30", "36", "48", "60")


def months() -> tuple[int, ...]:
    """Choose the months at which curves are read."""
    picked = st.pills(
        "Months", _MONTHS, selection_mode="multi", default=["6", "12", "24"], key="months",
        bind="query-params",
    )  # fmt: skip
    return tuple(sorted(map(int, picked)))


_WEIGHTS = {
    "the same at all times": (0.0, 0.0),
    "more early: Fleming-Harrington (1, 0)": (1.0, 0.0),
    "more in the middle: Fleming-Harrington (1, 1)": (1.0, 1.0),
    "more late: Fleming-Harrington (0, 1)": (0.0, 1.0),
}


@dataclass(frozen=True)
class Model:
    """What tests are stratified by and weighted with, and models adjusted for."""

    strata: tuple[str, ...]
    covariates: tuple[str, ...]
    weights: tuple[float, float]

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The parts that a Cox model takes; empty where nothing was chosen."""
        parts = {"strata": self.strata, "covariates": self.covariates}
        return {name: columns for name, columns in parts.items() if columns}


def model(columns: Sequence[str]) -> Model:
    """Choose strata, covariates and the weights of the log-rank test."""

    def several(label: str, key: str, options: Sequence[str]) -> tuple[str, ...]:
        picked = st.multiselect(
            label, options, format_func=wording.column, key=key, bind="query-params",
            placeholder="nothing", select_all=False,
        )  # fmt: skip
        return tuple(picked)

    left, middle, right = st.columns(3, gap="medium")
    with left:
        strata = several("Stratify by", "strata", [name for name in columns if name != "age"])
    with middle:
        covariates = several("Adjust for", "adjust", columns)
    with right:
        weights = st.selectbox(
            "The log-rank test weighs differences", list(_WEIGHTS), key="weights",
            bind="query-params",
        )  # fmt: skip
    return Model(
        strata, tuple(name for name in covariates if name not in strata), _WEIGHTS[weights]
    )


def tau() -> float | None:
    """Choose the horizon of restricted means in months; None leaves it to the follow-up."""
    return st.number_input(
        "Up to month (tau)", min_value=1.0, max_value=600.0, value=None, step=1.0,
        placeholder="automatic", key="tau", bind="query-params", width=220,
        help="Automatic: the shortest of the groups' last follow-up times.",
    )  # fmt: skip


def assumed_design() -> tuple[float, float]:
    """Choose the alpha and power that the design is assumed to have."""
    alpha = st.number_input(
        "Two-sided alpha", min_value=0.001, max_value=0.5, value=0.05, step=0.01, format="%.3f",
        key="alpha", bind="query-params", width=160, help=ASSUMED_DESIGN,
    )  # fmt: skip
    power = st.number_input(
        "Power, %", min_value=50, max_value=99, value=80, step=5,
        key="power", bind="query-params", width=160, help=ASSUMED_DESIGN,
    )  # fmt: skip
    return alpha, power / 100
