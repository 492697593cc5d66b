"""The rules of RETNET's endpoints: what they read, and how they read in a sentence."""

from __future__ import annotations

from retnet_core.protocol import (
    DAYS_PER_MONTH,
    ENDPOINTS,
    Endpoint,
    EndpointRules,
    EndpointSource,
    find_endpoint,
)
from retnet_core.trial import join_words

_START_WORDS = {"first_embolization": "first embolization", "randomization": "randomisation"}


def progression_columns(code: str, rules: EndpointRules) -> tuple[str, ...]:
    """Name the date columns of patients that an endpoint's progression is read from."""
    if code == "os":
        return ()
    if code == "hpfs" and rules.extrahepatic == "ignored":
        return ("hepatic_progression_date",)
    return ("hepatic_progression_date", "progression_date")


def deaths_count(code: str, rules: EndpointRules) -> bool:
    """Say whether death is an event of the endpoint."""
    return code in ("os", "pfs") or (code == "hpfs" and rules.death == "event")


def describe_rule(
    endpoint: str, rules: EndpointRules | None = None, source: EndpointSource | None = None
) -> str:
    """Say an endpoint's rule in a sentence.

    Parameters
    ----------
    endpoint : str
        Name of the endpoint.
    rules : EndpointRules, optional
        The switches.
    source : {"given", "dates", "assessments"}, optional
        Where times come from; nothing is said about it if None.

    Examples
    --------
    >>> describe_rule("ttp", EndpointRules(other_therapy="ignored"))
    'TTP: from first embolization to first progression anywhere; censored at last evaluable \
imaging; deaths are censored at last evaluable imaging.'
    """
    rules = rules or EndpointRules()
    found = find_endpoint(endpoint)
    code = found.code
    if source == "given" or code not in ENDPOINTS:
        return (
            f"{found.short}: times and events as the export gives them; days = months x "
            f"{DAYS_PER_MONTH} where only months are given."
        )
    parts = [
        f"{found.short}: from {_START_WORDS[rules.start]} to {_first_event(code, rules)}",
        f"censored at {_censoring(code, rules)}",
    ]
    if code == "hpfs" and rules.extrahepatic == "ignored":
        parts.append("extrahepatic progression alone is ignored")
    if not deaths_count(code, rules):
        parts.append("deaths are censored at last evaluable imaging")
    if source:
        parts += [_reading(code, source), "days = date - start + 1"]
    return "; ".join(parts) + "."


def _reading(code: str, source: EndpointSource) -> str:
    if source == "dates" or code == "os":
        return "derived from dates"
    liver = "a hepatic response of PD or a new liver lesion"
    return (
        f"read off imaging assessments, where progression in the liver is {liver}, elsewhere an "
        "overall response of PD or a new extrahepatic lesion, and an assessment is evaluable "
        "unless marked not or its response is NE"
    )


def _first_event(code: str, rules: EndpointRules) -> str:
    if code == "os":
        return "death of any cause"
    where = "first progression anywhere"
    if code == "hpfs":
        where = (
            "first hepatic or extrahepatic progression"
            if rules.extrahepatic == "event"
            else "first hepatic progression"
        )
    return f"{where} or death of any cause" if deaths_count(code, rules) else where


def _censoring(code: str, rules: EndpointRules) -> str:
    if code == "os":
        return "last contact"
    places = ["last evaluable imaging"]
    if rules.other_therapy == "censored":
        places.append("at the start of other anti-tumour therapy")
    if code == "hpfs" and rules.extrahepatic == "censored":
        places.append("at extrahepatic progression alone")
    if len(places) == 1:
        return places[0]
    return f"{join_words(places, 'or')}, whichever is first; an event on that day counts"


def event_words(endpoint: Endpoint, rules: EndpointRules, source: EndpointSource) -> str:
    """Say what the rules count: "hepatic progression or death" only where deaths do."""
    if endpoint.code != "hpfs" or source == "given":
        return endpoint.event
    event = "progression" if rules.extrahepatic == "event" else "hepatic progression"
    return f"{event} or death" if rules.death == "event" else event


_SWITCHED = {
    ("start", "randomization"): "time from randomisation",
    ("death", "censored"): "deaths censored",
    ("extrahepatic", "event"): "extrahepatic progression an event",
    ("extrahepatic", "censored"): "extrahepatic progression censors",
    ("other_therapy", "ignored"): "other therapy ignored",
}


def switched_rules(
    endpoint: Endpoint, rules: EndpointRules, source: EndpointSource
) -> tuple[str, ...]:
    """Name the rules of an endpoint that are not the default, in words."""
    if source == "given":
        return ()
    return tuple(
        words
        for (rule, choice), words in _SWITCHED.items()
        if rule in endpoint.uses and getattr(rules, rule) == choice
    )
