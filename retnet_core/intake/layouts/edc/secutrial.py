"""The further tables of an export of secuTrial: patients, centres, visits, forms and codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from retnet_core.intake.layouts.common import data_rows, first_filled
from retnet_core.intake.sheets import Sheet
from retnet_core.protocol import fold

_TABLES = {
    "cases": ("cn", "casenodes"),
    "centres": ("ctr", "centres", "centers"),
    "visits": ("vp", "visitplan"),
    "forms": ("fs", "forms"),
    "codes": ("cl",),
    "other": ("qs", "questions", "is", "items", "vpfs", "visitplanforms", "miv", "cts", "qac",
              "qacs", "comments", "queries", "reviews", "sdv", "atcn", "atcvp", "atmiv",
              "atcasenodes"),
}  # fmt: skip
_NEEDED = {
    "cases": {"mnppid"},
    "centres": {"mnpctrid"},
    "visits": {"mnpvisid"},
    "forms": {"formtablename"},
    "codes": {"column", "code", "value"},
    "other": set(),
}
_STAMP = re.compile(r"_[^_]*_[0-9]{8}-[0-9]{6}$")


def bare(title: str) -> str:
    """Take the project and the time of the export off the title of a sheet.

    Examples
    --------
    >>> bare("baseline_TRIAL1_20240501-101500")
    'baseline'
    """
    return _STAMP.sub("", title)


@dataclass
class Project:
    """What the further tables of an export say.

    Attributes
    ----------
    ids, sites : dict of str to str
        The visible id, and the centre, of each inner id (``mnppid``).
    visits : dict of str to str
        The name of each visit (``mnpvisid``).
    titles : dict of str to str
        The title of each form, by the name of its table.
    labels : dict of (str, str) to dict of str to str
        For the table of a form and its item, what each code means.
    """

    ids: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    labels: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def title_of(self, sheet: str) -> str:
        """Give the title of the form that a sheet holds, "" where it is not known."""
        name = fold(bare(sheet))
        found = {title for table, title in self.titles.items() if fold(table).endswith(name)}
        return found.pop() if len(found) == 1 else ""

    def labels_of(self, sheet: str, item: str) -> Mapping[str, str]:
        """Give what the codes of an item mean, nothing where that is not known for sure."""
        name = fold(bare(sheet))
        same = {table: one for (table, of), one in self.labels.items() if of == item.casefold()}
        own = [one for table, one in same.items() if fold(table).endswith(name)]
        return own[0] if len(own) == 1 else {}


def kind_of(sheet: Sheet, titles: Sequence[str]) -> str:
    """Tell which further table a sheet is, "audit" for the trail of a form, "" for none.

    Parameters
    ----------
    sheet : Sheet
    titles : sequence of str
        Of all sheets of the export.
    """
    name = bare(sheet.title).casefold()
    headers = {one.casefold() for one in sheet.row(first_filled(sheet))} if sheet.height else set()
    for kind, names in _TABLES.items():
        if name in names and headers >= _NEEDED[kind]:
            return kind
    others = {bare(title).casefold() for title in titles}
    return "audit" if name.startswith("at") and name.removeprefix("at") in others else ""


def read_project(tables: Mapping[str, Sequence[Sheet]], forms: Sequence[Sheet]) -> Project:
    """Read the further tables, by their kind; forms that have both ids of a patient say more."""
    project = Project()
    for form in forms:
        if {"mnppid", "mnpaid"} <= {title.casefold() for title in form.row(first_filled(form))}:
            project.ids.update((row["mnppid"], row["mnpaid"]) for row in _rows(form))
    centres = {
        row["mnpctrid"]: row.get("mnpctrname", "") for row in _all_rows(tables.get("centres", ()))
    }
    for row in _all_rows(tables.get("cases", ())):
        project.ids[row["mnppid"]] = row.get("mnpaid", "")
        project.sites[row["mnppid"]] = row.get("mnpctrname", "") or centres.get(
            row.get("mnpctrid", ""), ""
        )
    for row in _all_rows(tables.get("visits", ())):
        project.visits[row["mnpvisid"]] = row.get("mnpvislabel", "").strip("| \t")
    for row in _all_rows(tables.get("forms", ())):
        project.titles[row["formtablename"]] = row.get("formname", "")
    for row in _all_rows(tables.get("codes", ())):
        table, dot, item = row["column"].rpartition(".")
        if dot:
            project.labels.setdefault((table, item.casefold()), {})[row["code"]] = row["value"]
    for known in (project.ids, project.sites, project.visits):
        for key in [key for key, value in known.items() if not value]:
            del known[key]
    return project


def _all_rows(sheets: Sequence[Sheet]) -> list[dict[str, str]]:
    return [row for sheet in sheets for row in _rows(sheet)]


def _rows(sheet: Sheet) -> list[dict[str, str]]:
    """Give the rows of a table by their headers."""
    header = first_filled(sheet)
    titles = [title.casefold() for title in sheet.row(header)]
    return [
        dict(zip(titles, sheet.row(int(row)), strict=True))
        for row in np.flatnonzero(data_rows(sheet, header))
    ]
