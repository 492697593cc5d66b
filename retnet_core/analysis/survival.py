"""Survival analysis: Kaplan-Meier curves, tests, hazard ratios and restricted means."""

from retnet_core.analysis.cox import HazardRatios, hazard_ratios
from retnet_core.analysis.kaplan_meier import (
    FollowUp,
    KaplanMeier,
    kaplan_meier,
    median_follow_up,
)
from retnet_core.analysis.logrank import LogRank, logrank
from retnet_core.analysis.proportional_hazards import (
    ProportionalHazards,
    curves_cross,
    proportional_hazards,
)
from retnet_core.analysis.rmst import RMST, rmst
from retnet_core.analysis.summary import summary

__all__ = [
    "RMST",
    "FollowUp",
    "HazardRatios",
    "KaplanMeier",
    "LogRank",
    "ProportionalHazards",
    "curves_cross",
    "hazard_ratios",
    "kaplan_meier",
    "logrank",
    "median_follow_up",
    "proportional_hazards",
    "rmst",
    "summary",
]
