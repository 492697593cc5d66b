"""What a visitor chooses on a page: endpoint, rules, groups. All choices live in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st

from pages._ui.text import escape
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
_BY = {"Arm": "arm", "WHO grade": "who_grade"}

Value = TypeVar("Value")


def one(label: str, options: Mapping[str, Value], key: str, idle: str = "") -> Value:
    """Draw a choice of exactly one, by name, the first by default; greyed where idle says why."""
    first = next(iter(options))
    picked = st.segmented_control(
        label, list(options), default=first, required=True, format_func=escape, key=key,
        bind="query-params", disabled=bool(idle), help=idle or None,
    )  # fmt: skip
    return options[picked or first]


def endpoint(available: Sequence[str]) -> Endpoint:
    """Choose one of the endpoints that the export has."""
    found = [find_endpoint(code) for code in available]
    return one("Endpoint", {endpoint.short: endpoint for endpoint in found}, "endpoint")


def compare_by() -> str:
    """Choose what divides the patients: arm or WHO grade."""
    return one("Compare by", _BY, "by")


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
