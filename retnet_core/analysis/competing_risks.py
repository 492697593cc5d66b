"""Competing risks: what came first, cumulative incidence of each cause, and Gray's test."""

from retnet_core.analysis.causes import (
    CENSORED,
    DEATH,
    HEPATIC,
    OTHER,
    CompetingRisks,
    OtherProgression,
    derive,
)
from retnet_core.analysis.gray import Gray, gray
from retnet_core.analysis.incidence import FREE, CumulativeIncidence, cumulative_incidence
from retnet_core.analysis.incidence_summary import occupancy_summary, summary

__all__ = [
    "CENSORED",
    "DEATH",
    "FREE",
    "HEPATIC",
    "OTHER",
    "CompetingRisks",
    "CumulativeIncidence",
    "Gray",
    "OtherProgression",
    "cumulative_incidence",
    "derive",
    "gray",
    "occupancy_summary",
    "summary",
]
