"""Colours and type of every figure. Colours belong to arms and grades and never move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retnet_core.protocol import UNKNOWN

ARM_COLOURS = {"TAE": "#0072B2", "cTACE": "#D55E00", "DEB-TACE": "#767676"}
LEVEL_COLOURS = {"G1": "#009E73", "G2": "#E69F00", "G3": "#CC79A7", UNKNOWN: "#8A8A8A"}
OTHER_COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#7570B3")
"""Okabe-Ito without the arms' colours, for arms that RETNET does not have."""

GRADE_COLOURS = {
    "Grade 1": "#FDD9A0",
    "Grade 2": "#FDAE6B",
    "Grade 3": "#E6550D",
    "Grade 4": "#A63603",
    "Grade 5": "#5B0F00",
    "Not graded": "#B8B8B8",
}
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 4), (12, 4))
"""A dash a group, so that no meaning hangs on colour alone."""

TEXT = "currentColor"
"""Text drawn by a mark takes the page's text colour, light or dark; black in a file."""

PRINT_CONFIG: dict[str, Any] = {
    "background": "white",
    "font": "Liberation Sans, Arial, Helvetica, sans-serif",
    "axis": {
        "titleFontWeight": "normal",
        "gridColor": "#E6E6E6",
        "domainColor": "#555555",
        "tickColor": "#555555",
    },
    "title": {"fontSize": 16, "subtitleFontSize": 12, "anchor": "start", "subtitlePadding": 4},
}
"""What Streamlit's theme does on the page, for pictures made without a browser."""


def colours(groups: Sequence[str], among: Sequence[str] = ()) -> list[str]:
    """Give each group its colour.

    Parameters
    ----------
    groups : sequence of str
        The groups drawn.
    among : sequence of str
        All groups of the trial in their fixed order, so that an arm unknown to RETNET keeps its
        colour when filters hide another.

    Returns
    -------
    list of str
        Hexadecimal colours, in the order of ``groups``.
    """
    fixed = ARM_COLOURS | LEVEL_COLOURS
    others = _others(groups, among)
    return [
        fixed.get(group) or OTHER_COLOURS[others.index(group) % len(OTHER_COLOURS)]
        for group in groups
    ]


def dashes(groups: Sequence[str], among: Sequence[str] = ()) -> list[list[int]]:
    """Give each group its dash, as fixed as its colour; other arms follow RETNET's."""
    known = {name: i for names in (ARM_COLOURS, LEVEL_COLOURS) for i, name in enumerate(names)}
    before = sum(name in known for name in {*among, *groups})
    others = {name: before + i for i, name in enumerate(_others(groups, among))}
    place = known | others
    return [list(DASHES[place[group] % len(DASHES)]) for group in groups]


def _others(groups: Sequence[str], among: Sequence[str]) -> list[str]:
    """Name the groups without a colour of their own, in fixed order."""
    fixed = ARM_COLOURS | LEVEL_COLOURS
    return [name for name in dict.fromkeys([*among, *groups]) if name not in fixed]
