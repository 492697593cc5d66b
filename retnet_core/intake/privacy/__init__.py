"""Columns that look personal, found in raw sheets before anything of them is understood.

A header says most: the words for names, addresses and the like are listed here in English, German,
French and Spanish, with the names that EDC systems and CDISC give them. What no header says is
looked for in the cells. Each different cell of a column is looked at once, and rows are only
counted where something was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from retnet_core.intake.privacy.column import Personal, columns_of
from retnet_core.intake.privacy.contents import by_content, trial_year
from retnet_core.intake.privacy.headers import by_header
from retnet_core.intake.sheets import Sheet

__all__ = ["Personal", "personal_columns"]


def personal_columns(sheets: Sequence[Sheet]) -> list[Personal]:
    """Find columns that look personal, in sheets of any layout.

    Parameters
    ----------
    sheets : sequence of Sheet
        As read, with their headers still in the rows.

    Returns
    -------
    list of Personal
        In the order of the sheets and their columns, each header of a sheet once.
    """
    looks = [look for sheet in sheets if sheet.height for look in columns_of(sheet)]
    year = trial_year(looks)
    found: dict[tuple[str, str], Personal] = {}
    for look in looks:
        one = by_header(look) or by_content(look, year)
        if one:
            found.setdefault((one.sheet, one.column), one)
    return list(found.values())
