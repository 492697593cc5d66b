"""The layouts that the door knows, in the order in which equals are preferred."""

from __future__ import annotations

from retnet_core.intake.layouts import Layout, adam, edc, redcap, retnet, sdtm, survival_table

LAYOUTS: tuple[Layout, ...] = (
    retnet,
    redcap,
    adam,
    edc,
    sdtm,
    survival_table,
)
