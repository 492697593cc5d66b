"""A form as a sheet holds it: its rows, whose they are, and its items with their companions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.headers import WITHIN
from retnet_core.intake.layouts.common import (
    data_rows,
    is_blank,
)
from retnet_core.intake.layouts.dataset import Rows, label_rows
from retnet_core.intake.layouts.edc.names import (
    RANDOMISED_TO,
    STYLES,
    Style,
    reason_not_read,
    table_of_form,
)
from retnet_core.intake.layouts.edc.secutrial import Project, bare
from retnet_core.intake.layouts.units import Named, split
from retnet_core.intake.layouts.values import combine, first_filled, texts
from retnet_core.intake.sheets import Cell, Column, Sheet, as_text
from retnet_core.protocol import fold
from retnet_core.wording import count

_COMPANIONS = {
    "_raw": "raw",
    "_std_un": "code unit",
    "_un": "unit",
    "_std": "code",
    "_int": "filled in",
    "_dec": "label",
    " (coded)": "code",
    " (decode)": "label",
    " (raw)": "raw",
    "_c": "raw",
}
"""What a column beside an item holds, by the end of its header. What is filled in by the system is
never read."""
_PARTS = {"_yyyy": "year", "_mm": "month", "_dd": "day"}
_ALONE = ("_raw", "_std")
"""Ends that tell a companion even where the item itself was not exported."""
_TAKEN_BACK = {"recordactive": ("0", "false", "no"), "mnphide": ("1", "true", "yes", "ja")}


@dataclass(frozen=True, eq=False)
class Item:
    """An item of a form.

    Attributes
    ----------
    name : str
        As its header names it.
    places : mapping of str to int
        Where the sheet holds it: "own", and its companions "raw" (as typed), "code", "label",
        "year", "month", "day", "filled in", "unit", "code unit".
    """

    name: str
    places: Mapping[str, int]


@dataclass(eq=False)
class Form(Rows):
    """Rows of a sheet that belong to one form.

    Attributes
    ----------
    style : Style
    names : tuple of str
        What the form is called: its sheet, its title.
    project : Project
        What secuTrial's further tables say.
    mapping : mapping
        Headers that the user gave for our columns, by table.
    is_named : bool
        Its name says which table its rows go into, not only its items.
    labels : list of list of str
        Rows of the sheet that hold labels of the headers.
    """

    style: Style
    names: tuple[str, ...]
    project: Project
    mapping: Mapping[str, Mapping[str, str]]
    is_named: bool = False
    labels: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        """Begin with all rows but those that were taken back."""
        super().__post_init__()
        column = self.role(self.style.hidden)
        if column:
            words = _TAKEN_BACK[fold(column.header)]
            gone = [as_text(cell).casefold() in words for cell in column.values]
            self.leave_out(
                np.array([*gone, False], dtype=bool)[column.codes],
                column,
                "The row was taken back in the system of the trial (it is inactive or hidden) and "
                "was set aside.",
                "Nothing, if that is so.",
            )

    # Columns

    @cached_property
    def items(self) -> list[Item]:
        """The items, each with its companions."""
        return _items(self.titles, self.style)

    def layer(self, item: Item, what: str) -> Column | None:
        """Take an item or a companion of it, None where the sheet does not have it."""
        return self.take(item.places[what]) if what in item.places else None

    def unit_item(self, item: Item) -> Column | None:
        """Take the item that holds the unit of another: `SUMDIAMU`, `DOXDOSU`."""
        name = fold(item.name)
        names = {f"{name}{end}" for end in ("u", "unit", "units")}
        names |= {f"{name.removesuffix('e')}u"} if name.endswith("dose") else set()
        own = next((one for one in self.items if fold(one.name) in names), None)
        return self.layer(own, "own") if own else None

    def named_units(self, item: Item) -> list[Named]:
        """Give the different units that the name of an item and its labels say."""
        at = item.places.get("own")
        labels = [row[at] for row in self.labels] if at is not None else []
        found = {one.unit: one for one in map(split, (item.name, *labels)) if one.unit}
        return list(found.values()) or [split(item.name)]

    def holds(self, item: Item) -> bool:
        """Tell whether any cell of an item is filled."""
        columns = [self.sheet.columns[at].take(self.rows) for at in item.places.values()]
        return not all(map(is_blank, columns))

    def role(self, headers: Sequence[str]) -> Column | None:
        """Take a standard column: row by row the first of some that is filled."""
        here = [fold(title) for title in self.titles]
        columns = [self.take(here.index(header)) for header in headers if header in here]
        return first_filled(columns) if columns else None

    def id_column(self) -> Column | None:
        """Take the column of ids, with secuTrial's inner ids translated."""
        named = fold(self.mapping.get(self.table, {}).get("patient_id", ""))
        here = {fold(title) for title in self.titles}
        header = next((one for one in (named, *self.style.subject) if one in here - {""}), "")
        column = self.role([header]) if header else None
        if column is None or header != "mnppid":
            return column
        return combine([column], lambda cell: self.project.ids.get(as_text(cell), cell) or None)

    def site(self) -> Column | None:
        """Take the site of each row, by its name where there is one."""
        column = self.role(self.style.site)
        inner = self.role(["mnppid"]) if column is None and self.project.sites else None
        if inner is None:
            return column
        return combine([inner], lambda cell: self.project.sites.get(as_text(cell)))

    def visit(self) -> Column | None:
        """Take the visit of each row."""
        column = self.role(self.style.visit)
        inner = self.role(["mnpvisid"]) if column is None and self.project.visits else None
        if inner is not None:
            return combine([inner], lambda cell: self.project.visits.get(as_text(cell)))
        return combine([column], _without_bars) if column else None

    def randomised_to(self) -> Item | None:
        """Find secuTrial's own column of the group that a patient was randomised to."""
        at = next((at for at, one in enumerate(self.titles) if RANDOMISED_TO.fullmatch(one)), None)
        return None if at is None else Item(self.titles[at], {"own": at})

    def tell_unused(self) -> None:
        """Name the items that are not used; standard columns are no items."""
        unused = [
            item.name or f"column {item.places['own'] + 1} (without a header)"
            for item in self.items
            if self.is_unused([*item.places.values()])
        ]
        self.name_unused(
            unused,
            f"{count(len(unused), 'item of the form is', 'items of the form are')} not known "
            "and not used.",
            "Nothing, if they are not needed; else say which of our columns they are.",
        )


def _without_bars(cell: Cell) -> Cell | None:
    """Take the bars off a visit that secuTrial draws around it."""
    return as_text(cell).strip("| \t") or None


def _items(titles: Sequence[str], style: Style) -> list[Item]:
    """Put the columns of a form together that belong to one item."""
    names = [title.casefold() for title in titles]
    places: dict[str, dict[str, int]] = {}
    shown: dict[str, str] = {}
    for at, title in enumerate(titles):
        base, what = _part_of(names[at], set(names))
        if style.is_standard(title) or (what != "own" and style.is_standard(base)):
            continue
        key = base if what not in places.get(base, {}) else f"{base}\n{at}"
        places.setdefault(key, {})[what] = at
        if what == "own" or key not in shown:
            shown[key] = title[: len(base)] if what != "own" else title
    return [Item(shown[key], found) for key, found in places.items()]


def _part_of(name: str, names: set[str]) -> tuple[str, str]:
    """Tell which item a column belongs to, and what of it it holds."""
    for end, what in _PARTS.items():
        base = name.removesuffix(end)
        if base != name and {f"{base}{one}" for one in _PARTS} <= names:
            return base, what
    for end, what in _COMPANIONS.items():
        base = name.removesuffix(end)
        if base not in ("", name) and (base in names or end in _ALONE):
            return base, what
    return name, "own"


# Where the headers stand


def own_headers(titles: Sequence[str], style: Style) -> list[str]:
    """Give the headers that only a system writes."""
    return [title for title in titles if title and style.is_own(title)]


def style_of(titles: Sequence[str]) -> Style | None:
    """Tell the system that wrote some headers, by two or more that only it writes."""
    found = {style.name: len(own_headers(titles, style)) for style in STYLES}
    best = max(STYLES, key=lambda style: found[style.name])
    return best if found[best.name] > 1 else None


def header_of(sheet: Sheet) -> int | None:
    """Find the row of headers (from 0): the one with most headers of a system's own."""
    best, found = 0, None
    for row in range(min(WITHIN, sheet.height)):
        titles = sheet.row(row)
        style = style_of(titles)
        own = len(own_headers(titles, style)) if style else 0
        if own > best:
            best, found = own, row
    return found


def forms_of(
    sheet: Sheet, project: Project, mapping: Mapping[str, Mapping[str, str]]
) -> list[Form]:
    """Read the headers of a sheet and find its rows, divided by forms where it holds several."""
    header = header_of(sheet)
    style = style_of(sheet.row(header)) if header is not None else None
    if header is None or style is None:
        return []
    titles = sheet.row(header)
    ids = [at for at, title in enumerate(titles) if fold(title) in style.subject]
    labels = label_rows(sheet, header, ids)
    filled = data_rows(sheet, header)
    filled[labels] = False
    rows = np.flatnonzero(filled)
    titled = [name for name in (bare(sheet.title), project.title_of(sheet.title)) if name]
    named = [sheet.row(row) for row in labels]
    forms = [
        Form(sheet, titles, own, "", style, names, project, mapping, labels=named)
        for names, own in _divided(sheet, titles, style, rows, titled)
    ]
    forms[0].tell_labels(labels, header)
    return forms


def _divided(
    sheet: Sheet, titles: Sequence[str], style: Style, rows: NDArray[np.intp], titled: Sequence[str]
) -> list[tuple[tuple[str, ...], NDArray[np.intp]]]:
    """Divide rows by their form, where the sheet itself is named for none and holds several.

    Returns
    -------
    list of (names, rows)
        What each form is called, and its rows.
    """
    named = [fold(title) for title in titles]
    at = next((named.index(one) for one in style.form if one in named), None)
    inside = texts(sheet.columns[at].take(rows)) if at is not None else np.array([], dtype=object)
    several = [str(name) for name in pd.unique(inside)]
    if len(several) < 2 or table_of_form(titled) or reason_not_read(titled):
        also = several if len(several) == 1 else []
        return [(tuple(name for name in (*titled, *also) if name) or (sheet.name,), rows)]
    return [((name or sheet.title,), rows[inside == name]) for name in several]
