"""Timings as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

Runs = Mapping[str, Mapping[int, Sequence[float]]]
"""Step -> patients -> seconds of each run."""

NOT_MEASURED = "–"


def table(title: str, runs: Runs, sizes: Sequence[int], load: Mapping[int, Sequence[float]]) -> str:
    """Lay steps out, a column a size, with the ratios that hold on other machines too.

    The last columns say how much longer a step takes for the largest trial than for the smallest,
    and, where ``load`` gives the runs of opening that trial, what part of this it is.
    """
    least, most = sizes[0], sizes[-1]
    header = [title, *(f"{size:,} patients" for size in sizes), f"{most:,} over {least:,}"]
    if load:
        header.append(f"part of loading {most:,}")
    lines = [_row(header), _row(["---", *("---:" for _ in header[1:])])]
    for step, by_size in runs.items():
        cells = [duration(by_size[size]) if size in by_size else NOT_MEASURED for size in sizes]
        cells.append(_times(by_size, least, most))
        if load:
            share = 100 * median(by_size[most]) / median(load[most])
            cells.append(f"{share:.1f}%" if share >= 0.1 else "under 0.1%")
        lines.append(_row([step, *cells]))
    return "\n".join(lines)


def duration(runs: Sequence[float]) -> str:
    """Write a median with the least and the most, "4.8 s (4.7-5.2)"; a single run as it is."""
    middle = median(runs)
    unit, scale = ("s", 1.0) if middle >= 1 else ("ms", 1000.0)
    value, low, high = (_short(scale * seconds) for seconds in (middle, min(runs), max(runs)))
    return f"{value} {unit} ({low}-{high})" if len(runs) > 1 else f"{value} {unit}"


def _times(by_size: Mapping[int, Sequence[float]], least: int, most: int) -> str:
    if least not in by_size or most not in by_size:
        return NOT_MEASURED
    return f"{_short(median(by_size[most]) / median(by_size[least]))} times"


def _short(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
