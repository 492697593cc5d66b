"""Patients by worst grade, as stacked bars an arm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from retnet_core import wording
from retnet_core.analysis.safety import GradeTable
from retnet_core.charts import theme
from retnet_core.charts.figure import PRINT_WIDTH, Figure, finish, stamp_view
from retnet_core.protocol import arm_title

_GRADES = {
    **{f"grade_{grade}": f"Grade {grade}" for grade in range(1, 6)},
    "not_graded": "Not graded",
}
_SEPARATOR = "\ue000"
"""A private character: no name in an export holds it, and any picture format may."""
_NARROWEST = 860
"""Width of names and bars on a small screen, in pixels: what has room there has room anywhere."""
_LONGEST_NAME = 320
_NAME_LETTER, _TOTAL_LETTER = 6.5, 5.6
"""Widths of a letter, in pixels, with some air."""
_BEFORE_TOTAL = 6


def grade_figure(grades: GradeTable, population: str, most_rows: int = 15) -> Figure:
    """Draw the share of treated patients by worst grade.

    Parameters
    ----------
    grades : GradeTable
        The result.
    population : str
        Of whom.
    most_rows : int
        Classes or terms drawn, the most frequent first; the table holds them all.

    Returns
    -------
    Figure
        A block a class or term with a bar an arm; segments are worst grades, and at the bar's
        end stand the patients with any event and with grade 3 or more.
    """
    table, left = _most_frequent(grades.table, most_rows)
    bars, totals = _rows(table, grades.kind)
    treated = sum(grades.denominators.values())
    subtitle = f"{population}; {wording.count(treated, 'patient')} treated, by arm received"
    title = f"{grades.kind.capitalize()}: patients by worst CTCAE grade"
    notes = grades.notes
    if left:
        notes = (*notes, f"Drawn: the {most_rows} most frequent; {left} more are in the table.")
    return Figure(
        _spec(_reach(totals)), {"bars": bars, "totals": totals}, title, subtitle,
        _alternative(grades.table, title, subtitle), grades.method, notes,
    )  # fmt: skip


def label(system_organ_class: str, term: str, kind: str) -> str:
    """Name a row of the grade table: its term, else its class, else all events of the kind."""
    return term or system_organ_class or f"All {kind}"


def _most_frequent(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """Keep overall and the most frequent rows of the finest level, in their order."""
    finest = "term" if (table["term"] != "").any() else "system_organ_class"
    overall = table[(table["system_organ_class"] == "") & (table["term"] == "")]
    rows = table[table[finest] != ""]
    keys = ["system_organ_class", "term"]
    totals = rows.groupby(keys, sort=False)["any"].sum().sort_values(ascending=False, kind="stable")
    kept = totals.head(most).reset_index()[keys]
    return pd.concat([overall, kept.merge(rows, on=keys, how="left")]), max(len(totals) - most, 0)


def _rows(table: pd.DataFrame, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay the bars and the figures at their ends out, a header row above each block."""
    bars: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    row_number = 0
    for (soc, term), block in table.groupby(["system_organ_class", "term"], sort=False):
        name = label(str(soc), str(term), kind)
        head = f"{row_number:04d}{_SEPARATOR}{name}{_SEPARATOR}head"
        totals.append({"row": head, "share": 0.0, "text": ""})
        for row in block.to_dict("records"):
            row_number += 1
            arm = f"{arm_title(row['arm'])}, n = {row['n_treated']}"
            key = f"{row_number:04d}{_SEPARATOR}{arm}{_SEPARATOR}bar"
            treated = row["n_treated"] or 1
            bars += [
                {"row": key, "what": name, "arm": arm, "grade": grade, "patients": row[column],
                 "share": row[column] / treated, "rank": rank}
                for rank, (column, grade) in enumerate(_GRADES.items())
                if row[column]
            ]  # fmt: skip
            totals.append({"row": key, "share": row["any"] / treated, "text": _total(row)})
        row_number += 1
    columns = ["row", "what", "arm", "grade", "patients", "share", "rank"]
    return pd.DataFrame(bars, columns=columns), pd.DataFrame(totals)


def _total(row: Mapping[Any, Any]) -> str:
    """Write the figures at a bar's end; where no event has a grade, none is said."""
    any_event, severe = (
        f"{row[column]} ({wording.percent(row[column] / (row['n_treated'] or 1))})"
        for column in ("any", "grade_3_or_more")
    )
    if not row["not_graded"]:
        return f"{any_event}; grade ≥ 3: {severe}"
    if row["not_graded"] == row["any"]:
        return f"{any_event}; not graded"
    return f"{any_event}; grade ≥ 3: {severe}, {row['not_graded']} not graded"


def _reach(totals: pd.DataFrame) -> float:
    """Give the share at the right edge of a view in which every figure at a bar's end has room."""
    names = totals["row"].str.split(_SEPARATOR).str[1]
    plot = _NARROWEST - min(names.str.len().max() * _NAME_LETTER, _LONGEST_NAME)
    text = _BEFORE_TOTAL + totals["text"].str.len() * _TOTAL_LETTER
    needed = (totals["share"] / (1 - text / plot).clip(lower=0.25)).max()
    return max(1.0, math.ceil(needed * 20) / 20)  # in few steps: the spec is kept for each


def _alternative(table: pd.DataFrame, title: str, subtitle: str) -> str:
    overall = table[(table["system_organ_class"] == "") & (table["term"] == "")]
    arms = "; ".join(
        f"{arm_title(row['arm'])}, {row['n_treated']} treated: {_total(row)}"
        for row in overall.to_dict("records")
    )
    return f"Stacked bars. {title}. {subtitle}. {arms}."


@lru_cache(maxsize=32)
def _spec(reach: float) -> dict[str, Any]:
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelLimit=_LONGEST_NAME,
        labelPadding=6,
        labelFontSize=12,
        labelExpr=f"split(datum.value, '{_SEPARATOR}')[1]",
        labelFontWeight={"condition": {"test": f"split(datum.value, '{_SEPARATOR}')[2] == 'head'",
                                       "value": "bold"}, "value": "normal"},
    )  # fmt: skip
    y = alt.Y("row:N", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.15))
    x_axis = alt.Axis(format=".0%", orient="top", values=[0, 0.25, 0.5, 0.75, 1])
    grades = list(_GRADES.values())
    colour = alt.Color(
        "grade:N",
        scale=alt.Scale(domain=grades, range=[theme.GRADE_COLOURS[grade] for grade in grades]),
        legend=alt.Legend(
            title="Worst grade",
            orient="top",
            symbolType="square",
            symbolStrokeWidth=0,
            symbolSize=160,
        ),
    )
    bars = (
        alt.Chart(alt.NamedData(name="bars"))
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            y=y,
            x=alt.X(
                "share:Q",
                scale=alt.Scale(domain=[0, reach], nice=False),
                axis=x_axis,
                title="Treated patients",
            ),
            color=colour,
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("what:N", title="Event"),
                alt.Tooltip("arm:N", title="Arm"),
                alt.Tooltip("grade:N", title="Worst grade"),
                alt.Tooltip("patients:Q", title="Patients"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )
    totals = (
        alt.Chart(alt.NamedData(name="totals"))
        .mark_text(align="left", dx=_BEFORE_TOTAL, fontSize=11, color=theme.TEXT)
        .encode(y=y, x="share:Q", text="text:N")
    )
    chart = alt.layer(totals, bars).properties(width=PRINT_WIDTH, height=alt.Step(17))
    return finish(alt.vconcat(chart, stamp_view()))
