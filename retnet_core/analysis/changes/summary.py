"""What changed between two exports, in a sentence to read out."""

from __future__ import annotations

from retnet_core import wording
from retnet_core.analysis.changes.estimates import EVENTS, RATIO, SHORT, Estimates
from retnet_core.analysis.changes.tables import Tables
from retnet_core.trial import Cohort


def summary(tables: Tables, estimates: Estimates) -> str:
    """Say what changed between two exports.

    Parameters
    ----------
    tables : Tables
        Their rows and cells (`changes.tables`).
    estimates : Estimates
        Their estimates (`changes.estimates`), of the same exports.

    Returns
    -------
    str
        Such as "Since the export of 1 March 2024, 12 patients were added; hPFS events in TAE and
        cTACE rose from 80 to 95; the hazard ratio of cTACE over TAE went from 0.71 (95% CI
        0.46-1.09) to 0.68 (95% CI 0.45-1.01)." What cannot be given is said to be so.
    """
    parts = [_patients(tables), *_events(estimates), *_ratios(estimates)]
    return f"Since the {tables.then_name}, {'; '.join(parts)}."


def _patients(tables: Tables) -> str:
    counts = tables.patients["what"].value_counts()
    new, removed, changed = (int(counts.get(what, 0)) for what in ("new", "removed", "changed"))
    told = [_were(new, "added")] if new or not removed else []
    told += [_were(removed, "removed")] if removed else []
    told += [f"the data of {wording.count(changed, 'patient')} changed"] if changed else []
    return ", ".join(told)


def _were(n: int, what: str) -> str:
    if not n:
        return f"no patient was {what}"
    return f"{wording.count(n, 'patient')} {'was' if n == 1 else 'were'} {what}"


def _events(estimates: Estimates) -> list[str]:
    table = estimates.table[estimates.table["estimate"] == EVENTS]
    among = "" if estimates.population == str(Cohort()) else f" in {estimates.population}"
    what = f"{SHORT} events{among}"
    lost = [
        name
        for name, curves in (
            (estimates.then_name, estimates.curves_then),
            (estimates.now_name, estimates.curves_now),
        )
        if curves is None
    ]
    if lost:
        return [f"the {name} cannot give {SHORT}" for name in lost]
    then, now = int(table["then"].sum()), int(table["now"].sum())
    if then == now:
        return [f"{what} stayed at {now:,}"]
    return [f"{what} {'rose' if now > then else 'fell'} from {then:,} to {now:,}"]


def _ratios(estimates: Estimates) -> list[str]:
    if estimates.curves_then is None or estimates.curves_now is None:
        return []
    table = estimates.table[estimates.table["estimate"] == RATIO]
    told = []
    for row in table.to_dict("records"):
        then = wording.hazard_ratio(row["then"], row["then_lower"], row["then_upper"])
        now = wording.hazard_ratio(row["now"], row["now_lower"], row["now_upper"])
        what = f"the hazard ratio of {row['group']}"
        told.append(f"{what} stayed {now}" if then == now else f"{what} went from {then} to {now}")
    return told
