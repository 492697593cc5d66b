"""How two exports are called apart, and what to know of them before comparing."""

from __future__ import annotations

import datetime as dt

from retnet_core.trial import Source, Trial


def names(then: Trial, now: Trial) -> tuple[str, str]:
    """Name two exports by what tells them apart: data cut, else file, else order.

    Examples
    --------
    ("export of 1 March 2024", "export of 2 September 2024")
    """
    one, other = then.source, now.source
    if one.data_cut and other.data_cut and _named_by_cut(one, other):
        return f"export of {_day(one.data_cut)}", f"export of {_day(other.data_cut)}"
    if one.name and other.name and one.name != other.name:
        return f"export {one.name}", f"export {other.name}"
    return "earlier export", "later export"


def remarks(then: Trial, now: Trial) -> list[str]:
    """Say what speaks against comparing the exports, or taking them in this order."""
    one, other = then.source, now.source
    found = []
    if one.key == other.key:
        found.append("Both are the same export: the same file, read in the same way.")
    if one.data_cut and other.data_cut and one.data_cut > other.data_cut:
        found.append(
            f"The earlier export has the later data cut ({_day(one.data_cut)}, the other "
            f"{_day(other.data_cut)}): are they the right way round?"
        )
    if one.synthetic != other.synthetic:
        found.append("One of the exports is synthetic demonstration data, the other is not.")
    if one.layout != other.layout:
        found.append(
            f"The exports come in different layouts ({one.layout}, then {other.layout}): part of "
            "the changes may be due to this."
        )
    if set(then.patients["patient_id"]).isdisjoint(now.patients["patient_id"]):
        found.append(
            "No patient_id is in both exports: are they of one trial, with the same pseudonyms?"
        )
    if _named_by_cut(one, other):
        found += [
            f"The {name} does not state its data cut: that is its latest date."
            for source, name in zip((one, other), names(then, now), strict=True)
            if not source.data_cut_stated
        ]
    return found


def _named_by_cut(one: Source, other: Source) -> bool:
    return None not in (one.data_cut, other.data_cut) and one.data_cut != other.data_cut


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
