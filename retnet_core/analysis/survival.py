"""Survival analysis: Kaplan-Meier curves, log-rank test and hazard ratios."""

from retnet_core.analysis.comparison import HazardRatios, LogRank, hazard_ratios, logrank
from retnet_core.analysis.kaplan_meier import (
    FollowUp,
    KaplanMeier,
    kaplan_meier,
    median_follow_up,
    summary,
)

__all__ = [
    "FollowUp",
    "HazardRatios",
    "KaplanMeier",
    "LogRank",
    "hazard_ratios",
    "kaplan_meier",
    "logrank",
    "median_follow_up",
    "summary",
]
