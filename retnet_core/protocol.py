"""RETNET as data: its arms, grades, endpoints with their rules, and the design's hypothesis.

Only what the public record holds (ClinicalTrials.gov NCT02724540, the protocol paper and the
trial's poster). What is not public is an assumption with a switch, and marked as such; results
of the trial are never written here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DAYS_PER_MONTH = 30.4375
"""Days in a month, used for display only; every comparison of times is made in days."""

UNKNOWN = "unknown"
"""The level of patients whose covariate is missing: a stratum of its own, never dropped."""


@dataclass(frozen=True)
class Arm:
    """A treatment arm of RETNET.

    Attributes
    ----------
    code : str
        The name shown everywhere.
    label : str
        The treatment in words.
    closed : bool
        Closed early: left out of efficacy comparisons by default, always shown under safety.
    aliases : tuple of str
        Spellings seen in registries, papers and exports.
    """

    code: str
    label: str
    closed: bool
    aliases: tuple[str, ...]


ARMS = (
    Arm(
        "TAE",
        "bland embolization",
        False,
        (
            "Arm 1 - BE",
            "Arm 1 - TAE",
            "Arm 1",
            "BE",
            "Bland",
            "Bland embolization",
            "Bland embolisation",
            "TAE: bland embolization",
            "HAE",
        ),
    ),
    Arm(
        "cTACE",
        "conventional chemoembolization with lipiodol",
        False,
        (
            "Arm 2 - TACE",
            "Arm 2 - cTACE",
            "Arm 2",
            "TACE",
            "c-TACE",
            "Conventional TACE",
            "Conventional cTACE",
            "Lipiodol",
            "Lipiodol chemoembolization",
            "Lipiodol chemoembolisation",
            "Transarterial chemoembolization",
            "Transarterial chemoembolisation",
        ),
    ),
    Arm(
        "DEB-TACE",
        "chemoembolization with drug-eluting beads",
        True,
        (
            "Arm 3 - DEB - CLOSED",
            "Arm 3 - DEB",
            "Arm 3 - DEB-TACE",
            "Arm 3",
            "DEB",
            "DEBDOX",
            "DEB-DOX",
            "Drug Eluting Beads Embolization",
            "Drug-eluting Bead Chemoembolization",
            "DEM-TACE",
        ),
    ),
)

REFERENCE_ARM = "TAE"
CLOSED_ARMS = frozenset(arm.code for arm in ARMS if arm.closed)
WHO_GRADES = ("G1", "G2", "G3", UNKNOWN)
PRIMARY_SITES = ("pancreas", "gut", "lung", "other", UNKNOWN)
HISTOLOGIC_SUBTYPES = ("carcinoid", "islet-cell", UNKNOWN)

DESIGN_HAZARD_RATIO = 1.78
"""Hazard ratio bland / chemoembolization of the design (protocol paper; the registry says 1.76)."""

TRIAL_SUMMARY = (
    "RETNET (NCT02724540) is an open-label, randomised, multicentre phase 2 trial of three ways "
    "to embolize neuroendocrine liver metastases: bland embolization (TAE), chemoembolization "
    "with lipiodol (cTACE) and drug-eluting beads (DEB-TACE).",
    "Its primary endpoint is hepatic progression-free survival (hPFS) after the first "
    "embolization; the design expects chemoembolization to be nearly twice as durable "
    "(hazard ratio TAE / TACE 1.78).",
    "DEB-TACE was closed at the first safety review: it stays out of efficacy comparisons unless "
    "switched in, and is always shown under safety.",
)


def fold(text: str) -> str:
    """Fold a label for comparison: case, blanks and punctuation do not count, symbols do.

    Examples
    --------
    >>> fold("Arm 1 - BE")
    'arm1be'
    >>> fold("TAE + drug")
    'tae+drug'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "PZC")


SITE_REGIONS = {
    "University of California San Francisco": "North America",
    "Stanford University": "North America",
    "Moffitt Cancer Center": "North America",
    "Ochsner Medical Center": "North America",
    "Mount Sinai School of Medicine": "North America",
    "Memorial Sloan Kettering Cancer Center": "North America",
    "Oregon Health & Science University": "North America",
    "Hospital of the University of Pennsylvania": "North America",
    "MD Anderson Cancer Center": "North America",
    "Medical College of Wisconsin (Froedtert)": "North America",
    "Sunnybrook Health Sciences Centre": "North America",
    "Hospital Italiano de Buenos Aires": "South America",
    "Ospedale San Raffaele": "Europe",
}
"""The sites that the registry lists (July 2020), with the part of the world they lie in."""
_REGION_OF_FOLDED = {fold(site): region for site, region in SITE_REGIONS.items()}


def site_region(site: object) -> str:
    """Say in which part of the world a site of the registry lies; ``"unknown"`` for any other.

    Examples
    --------
    >>> site_region("Ospedale San Raffaele")
    'Europe'
    >>> site_region("Site 7")
    'unknown'
    """
    return _REGION_OF_FOLDED.get(fold(str(site)), UNKNOWN)


_ARM_OF_FOLDED = {
    fold(spelling): arm.code for arm in ARMS for spelling in (arm.code, arm.label, *arm.aliases)
}


def recognise_arm(label: str) -> str | None:
    """Find the RETNET arm that a cell names.

    The whole cell is compared with the known spellings, never a part of it: "TACE" is inside two
    other labels, and "TACE + sorafenib" is no RETNET arm.

    Parameters
    ----------
    label : str
        The cell as typed.

    Returns
    -------
    str or None
        ``"TAE"``, ``"cTACE"``, ``"DEB-TACE"``, or None where the cell names none of them.

    Examples
    --------
    >>> recognise_arm("arm 3 - deb - closed")
    'DEB-TACE'
    >>> recognise_arm("TACE + sorafenib") is None
    True
    """
    return _ARM_OF_FOLDED.get(fold(label))


def order_arms(arms: Iterable[str]) -> tuple[str, ...]:
    """Order arm names: RETNET's first, in the protocol's order, then others as they appear.

    Examples
    --------
    >>> order_arms(["Lev", "cTACE", "TAE", "Lev"])
    ('TAE', 'cTACE', 'Lev')
    """
    present = dict.fromkeys(arms)
    known = [arm.code for arm in ARMS if arm.code in present]
    return (*known, *(name for name in present if name not in known))


def arm_title(arm: str) -> str:
    """Name an arm for a legend; a closed arm always carries the word."""
    return f"{arm} (closed)" if arm in CLOSED_ARMS else arm


@dataclass(frozen=True)
class Endpoint:
    """A time-to-event endpoint.

    Attributes
    ----------
    code : str
        Lower-case key, as used by ``time_to_event.derive``.
    short, name : str
        Abbreviation and full name.
    event : str
        The event in words, for sentences: "free of <event>".
    exploratory : bool
        Not among the endpoints that the public record lists.
    uses : frozenset of str
        The switches of `EndpointRules` that change this endpoint.
    aliases : tuple of str
        Other spellings in exports.
    """

    code: str
    short: str
    name: str
    event: str
    exploratory: bool
    uses: frozenset[str]
    aliases: tuple[str, ...] = ()


ENDPOINTS = {
    endpoint.code: endpoint
    for endpoint in (
        Endpoint(
            "hpfs",
            "hPFS",
            "Hepatic progression-free survival",
            "hepatic progression or death",
            False,
            frozenset({"start", "death", "extrahepatic", "other_therapy", "source"}),
            ("Hepatic PFS", "Liver PFS", "Liver progression-free survival"),
        ),
        Endpoint(
            "pfs",
            "PFS",
            "Progression-free survival",
            "progression or death",
            False,
            frozenset({"start", "other_therapy", "source"}),
        ),
        Endpoint(
            "os",
            "OS",
            "Overall survival",
            "death",
            True,
            frozenset({"start", "source"}),
        ),
        Endpoint(
            "ttp",
            "TTP",
            "Time to progression",
            "progression",
            True,
            frozenset({"start", "other_therapy", "source"}),
        ),
    )
}


_ENDPOINT_OF_FOLDED = {
    fold(spelling): endpoint
    for endpoint in ENDPOINTS.values()
    for spelling in (endpoint.short, endpoint.name, *endpoint.aliases)
}


def find_endpoint(name: str) -> Endpoint:
    """Look an endpoint up by its name or abbreviation; one RETNET does not have keeps its own.

    Examples
    --------
    >>> find_endpoint("h-pfs").short
    'hPFS'
    >>> find_endpoint("Overall survival").short
    'OS'
    >>> find_endpoint("Recurrence").short
    'Recurrence'
    """
    known = _ENDPOINT_OF_FOLDED.get(fold(name))
    if known:
        return known
    label = name.strip()
    return Endpoint(label.casefold(), label, label, "the event", True, frozenset())


Start = Literal["first_embolization", "randomization"]
Death = Literal["event", "censored"]
Extrahepatic = Literal["ignored", "event", "censored"]
OtherTherapy = Literal["censored", "ignored"]
EndpointSource = Literal["given", "dates", "assessments"]


@dataclass(frozen=True)
class EndpointRules:
    """How an endpoint is derived. All defaults are assumptions: the protocol is not public.

    Attributes
    ----------
    start : {"first_embolization", "randomization"}
        Day 1.
    death : {"event", "censored"}
        hPFS only: death of any cause is an event, or progression only and deaths are censored
        at the last evaluable imaging.
    extrahepatic : {"ignored", "event", "censored"}
        hPFS only: what progression outside the liver alone does.
    other_therapy : {"censored", "ignored"}
        What the start of another anti-tumour therapy does to hPFS, PFS and TTP.
    source : {"given", "dates", "assessments"} or None
        Where the endpoint comes from, for the whole export. None takes given rows, else dates,
        else imaging assessments.
    """

    start: Start = "first_embolization"
    death: Death = "event"
    extrahepatic: Extrahepatic = "ignored"
    other_therapy: OtherTherapy = "censored"
    source: EndpointSource | None = None
