"""Which time belongs to which status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from retnet_core.intake.cells import is_missing, parse_numbers
from retnet_core.intake.cells.numbers import Numbers
from retnet_core.intake.layouts.survival_table.codes import MOST_CODES, counts_of
from retnet_core.intake.layouts.survival_table.headers import Header, read_header, same
from retnet_core.intake.sheets import BLANK, Cell, Column

_ASKED_FOR = 9
"""Rank of a column that the user named."""
_MOSTLY = 0.5
"""Share of its different cells that are numbers, from which a column is one of times."""


@dataclass(frozen=True)
class Pair:
    """The columns of an endpoint.

    Attributes
    ----------
    key : str
        The endpoint, "" where no header names one.
    times : tuple of Header
        Of several, each in another unit.
    status : Header
    """

    key: str
    times: tuple[Header, ...]
    status: Header


def candidates(
    titles: Sequence[str], columns: Sequence[Column], mapped: Mapping[str, str]
) -> list[Header]:
    """Find the columns that are times or statuses by their header and by what they hold.

    Parameters
    ----------
    titles, columns : sequence
        Headers and cells of the table.
    mapped : mapping of str to str
        Headers that the user gave for days, months and event.
    """
    found = [read_header(title, at) for at, title in enumerate(titles)]
    forced = {
        at: (ours, replace(found[at], known=True, rank=_ASKED_FOR))
        for ours in ("days", "months", "event")
        if ours in mapped
        for at in [next((n for n, one in enumerate(titles) if same(one, mapped[ours])), -1)]
        if at >= 0
    }
    plain = [one for one in found if one.at not in forced and _holds(one, columns[one.at])]
    kept = [resolved for one in plain if (resolved := _resolved(one, plain)).role != "bare"]
    return _timed_progression([*_named_by_user(list(forced.values())), *kept])


def _timed_progression(headers: list[Header]) -> list[Header]:
    """Take "progression" for the status of a time to progression."""
    if {one.key for one in headers if one.role == "time"} & {"ttp", "progression"} != {"ttp"}:
        return headers
    return [replace(one, key="ttp") if one.key == "progression" else one for one in headers]


def _named_by_user(forced: list[tuple[str, Header]]) -> list[Header]:
    """Give the columns that the user named the role they are named for, and one endpoint."""
    of_status = [one.key for ours, one in forced if ours == "event"]
    keys = [*of_status, *(one.key for _, one in forced)]
    together = next(filter(None, keys), "")
    found = []
    for ours, one in forced:
        key = together if of_status else one.key
        if ours == "event":
            found.append(replace(one, role="status", key=key))
        else:
            found.append(replace(one, role="time", key=key, unit=ours))
    return found


def _resolved(one: Header, all_of_them: Iterable[Header]) -> Header:
    """Tell what the bare name of an endpoint is: the status of a time "OS.time", else a time."""
    if one.role != "bare":
        return one
    roles = {other.role for other in all_of_them if other.key == one.key}
    if "time" in roles:
        return replace(one, role="status") if "status" not in roles else one
    return replace(one, role="time") if "status" in roles else one


def _holds(one: Header, column: Column) -> bool:
    """Tell whether a column holds what its header says."""
    used = {int(code) for code in column.codes if code != BLANK}
    cells = [column.values[code] for code in used if not is_missing(column.values[code])]
    if one.role in ("time", "bare"):
        return bool(cells) and _numbers(cells, one.unit) >= _MOSTLY * len(cells)
    return one.role == "status" and 0 < len(counts_of(column, column.codes != BLANK)) <= MOST_CODES


def _numbers(cells: Sequence[Cell], unit: str) -> int:
    """Count the cells that are numbers, with those whose mark is asked about ("2,021")."""
    reader = Numbers(unit)
    return sum(
        value is not None or (isinstance(cell, str) and reader.number(cell) is not None)
        for cell, value in zip(cells, parse_numbers(cells, unit).values, strict=True)
    )


def pair_up(headers: Sequence[Header]) -> list[Pair]:
    """Pair times with statuses; what can be paired in two ways is not."""
    times, statuses = _by_key(headers, "time"), _by_key(headers, "status")
    found = [
        Pair(key, _best_times(times[key]), status)
        for key in times
        if key in statuses and (status := _best(statuses[key])) and _best_times(times[key])
    ]
    if not found:
        return _across(headers)
    single = set(times) ^ set(statuses)
    is_unclear = any(one.known and one.key in single for one in headers)
    return [pair for pair in found if pair.key or not is_unclear or _asked_for(pair)]


def _asked_for(pair: Pair) -> bool:
    return any(one.rank == _ASKED_FOR for one in (pair.status, *pair.times))


def _by_key(headers: Iterable[Header], role: str) -> dict[str, list[Header]]:
    found: dict[str, list[Header]] = {}
    for one in headers:
        if one.role == role:
            found.setdefault(one.key, []).append(one)
    return found


def _best(several: Sequence[Header]) -> Header | None:
    """Give the one of the highest rank, None where there are two."""
    highest = [one for one in several if one.rank == max(other.rank for other in several)]
    return highest[0] if len(highest) == 1 else None


def _best_times(several: Sequence[Header]) -> tuple[Header, ...]:
    """Give those of the highest rank, one in days and one in months; none where two are alike."""
    highest = [one for one in several if one.rank == max(other.rank for other in several)]
    slots = [one.unit == "months" for one in highest]
    named = all(one.unit for one in highest)
    if len(highest) == 1 or (named and len(set(slots)) == len(slots)):
        return tuple(highest)
    return ()


def _across(headers: Sequence[Header]) -> list[Pair]:
    """Pair the only time with the only status, of which but one names an endpoint."""
    known = [one for one in headers if one.known]
    asked = {role: [one for one in known if one.role == role and one.rank == _ASKED_FOR]
             for role in ("time", "status")}  # fmt: skip
    times = _best_times(asked["time"] or [one for one in known if one.role == "time"])
    keys = {one.key for one in known if one.role == "time"} if not asked["time"] else {""}
    status = asked["status"] or [one for one in known if one.role == "status"]
    if not times or len(keys) > 1 or len(status) != 1:
        return []
    key, other = times[0].key, status[0].key
    if asked["time"] or asked["status"] or "" in (key, other):
        return [Pair(key or other, times, status[0])]
    return []
