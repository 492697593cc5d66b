"""Rows among the data that are no data: sections, totals, footnotes, headers once more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retnet_core.intake.cells import ABSENT, is_missing
from retnet_core.intake.findings import Finding, Severity, about_cells
from retnet_core.intake.layouts.common import places_of
from retnet_core.intake.layouts.values import Mask
from retnet_core.intake.sheets import BLANK, Cell, Column, Sheet, as_text

_TOTAL = re.compile(
    r"(?:(?:sub|grand\s?)?total(?:s|e|es)?|sums?|means?|average|median|min|max|minimum"
    r"|maximum|range|sd|std|iqr|count|summe|zwischensumme|gesamt|insgesamt|mittelwert|mittel"
    r"|anzahl|spannweite|somme|moyenne|médiane|mediane|media|promedio|mediana|suma"
    r"|étendue)\b(?![-_/.]?[0-9])|n\s*[=:]",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"[*†‡§¶]+(?:[^0-9]*$|.*\s)|[0-9a-z]\)\s|(?:notes?|nb|footnotes?|legend|key|abbreviations?"
    r"|abbr|source|remarks?|comments?|printed|page|updated|created|version|hinweise?"
    r"|anmerkung(?:en)?|legende|abkürzungen|quelle|stand|seite|légende|notas?|leyenda|fuente"
    r"|remarques?|abréviations?)\b(?![-_/.]?[0-9])",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:arm|arms|group|cohort|site|centre|center|section|part|stratum|gruppe|zentrum|kohorte"
    r"|abschnitt|bras|groupe|centro|brazo|grupo)\s",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")
_APART = re.compile(r"[\s=:]")
_INITIALS = 3
"""Letters that an id of initials may have: MIN, SD."""
_SENTENCE = 3
"""Words from which a lone text is no id, unless other ids have as many."""

SECTION = (
    "The row holds one cell, which is unlike the ids of the sheet; it was taken for the title of "
    "a section or a remark, and set aside."
)
TOTAL = "The row begins like a total or an average of the others, not like an id; it was set aside."
FOOTNOTE = "The row begins like a note to the table, not like an id; it was set aside."
HEADERS = "The row repeats the headers, as on a new page; it was set aside."
_AS_OTHERS = "Nothing, if it is no patient; else write the id as the others are written."
_REMEDIES = {
    SECTION: "If it says something of the rows under it (an arm, a site), write that into a column "
    "of its own; if it is a patient, write the id as the others are written.",
    TOTAL: _AS_OTHERS,
    FOOTNOTE: _AS_OTHERS,
    HEADERS: "Nothing.",
}


def set_aside(
    sheet: Sheet,
    rows: NDArray[np.intp],
    id_at: int,
    titles: Sequence[str],
    headers: Sequence[Sequence[str]],
    table: str,
) -> tuple[Mask, list[Finding]]:
    """Find the rows of a sheet that are no data.

    Parameters
    ----------
    sheet : Sheet
    rows : numpy.ndarray of int
        The rows under the headers that hold anything, from 0.
    id_at : int
        Place of the column of ids.
    titles : sequence of str
        How findings name the columns.
    headers : sequence of sequence of str
        The rows of headers as they stand.
    table : str
        Our table, for the findings.

    Returns
    -------
    rows : numpy.ndarray of bool
        The rows to leave out; a row that may be a patient's is never among them.
    findings : list of Finding
    """
    ids = sheet.columns[id_at].take(rows).named(titles[id_at])
    reasons = np.full(len(rows), "", dtype=object)
    reasons[_repeats_headers(sheet, rows, headers)] = HEADERS
    lone = (_filled(sheet, rows) == 1) & (ids.codes != BLANK)
    by_code = np.full(len(ids.values) + 1, "", dtype=object)  # the last for BLANK
    for code, reason in _unlike(ids, lone, reasons == "").items():
        by_code[code] = reason
    reasons = np.where(reasons == "", by_code[ids.codes], reasons)
    findings = [
        finding
        for reason, remedy in _REMEDIES.items()
        for finding in about_cells(
            Severity.SET_ASIDE, table, sheet.name, places_of(rows, ids, reasons == reason), reason,
            remedy,
        )
    ]  # fmt: skip
    return reasons != "", findings


def _filled(sheet: Sheet, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Count the filled cells of each row."""
    filled = np.zeros(len(rows), dtype=np.intp)
    for column in sheet.columns:
        filled += column.codes[rows] != BLANK
    return filled


def _repeats_headers(
    sheet: Sheet, rows: NDArray[np.intp], headers: Sequence[Sequence[str]]
) -> Mask:
    """Tell which rows hold nothing but a row of headers, cell by cell."""
    found = np.zeros(len(rows), dtype=bool)
    for header in headers:
        alike = np.ones(len(rows), dtype=bool)
        for column, title in zip(sheet.columns, header, strict=True):
            if title and alike.any():  # the first cell is hardly ever the same
                alike &= np.array([*(_is(one, title) for one in column.values), False])[
                    column.codes[rows]
                ]
        if alike.any():
            alike &= _filled(sheet, rows) == sum(map(bool, header))
            found |= alike
    return found


def _is(cell: Cell, title: str) -> bool:
    return isinstance(cell, str) and cell.casefold() == title.casefold()


@dataclass(frozen=True)
class _Ids:
    """What the ids of full rows have in common."""

    all_digits: bool
    all_upper: bool
    words: int
    length: int
    apart: bool
    dates: bool

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> _Ids:
        """Look at ids."""
        texts = list(map(as_text, cells))
        return cls(
            all(map(_DIGIT.search, texts)),
            all(map(str.isupper, texts)),
            max(len(text.split()) for text in texts),
            max(map(len, texts)),
            any(map(_APART.search, texts)),
            any(isinstance(cell, dt.date) for cell in cells),
        )

    def unlike(self, cell: Cell, reason: str) -> bool:
        """Tell a cell that is no id among these."""
        text = as_text(cell)
        digit, apart = bool(_DIGIT.search(text)), bool(_APART.search(text)) and not self.apart
        if self.all_digits and not digit:
            return True
        if len(text.split()) >= max(_SENTENCE, self.words + 1):
            return True
        if reason != SECTION:
            longer = len(text) > max(self.length, _INITIALS)
            return apart or (not digit and (longer or (self.all_upper and not text.isupper())))
        if isinstance(cell, dt.date):
            return not self.dates
        return apart and (not digit or bool(_SECTION.match(text)))


def _unlike(ids: Column, lone: Mask, usable: Mask) -> dict[int, str]:
    """Give the ids (by code) that are none, with the reason."""
    asked: dict[int, str] = {}
    full: list[Cell] = []
    of_full = set(ids.codes[usable & ~lone].tolist())
    for code in np.unique(ids.codes[usable & (ids.codes != BLANK)]).tolist():
        text = as_text(ids.values[code])
        if is_missing(text, ABSENT):
            continue
        if _TOTAL.match(text):
            asked[code] = TOTAL
        elif _FOOTNOTE.match(text):
            asked[code] = FOOTNOTE
        elif code in of_full:
            full.append(ids.values[code])
        else:
            asked[code] = SECTION
    if not full:
        return {}
    known = _Ids.of(full)
    return {code: why for code, why in asked.items() if known.unlike(ids.values[code], why)}
