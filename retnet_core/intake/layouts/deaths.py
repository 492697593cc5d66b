"""Words of death and life under an endpoint of progression, which they do not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from retnet_core.intake.cells import is_missing, labelled
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts.values import Mask, Texts, among, combine, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import ENDPOINTS, find_endpoint, fold
from retnet_core.trial import join_words
from retnet_core.wording import count

DEATH_WORDS = {
    **dict.fromkeys(("dead", "died", "deceased", "death", "expired"), True),
    **dict.fromkeys(("alive", "living"), False),
}
"""Words of survival, folded: who lives may still have progressed."""

_OF_DISEASE = re.compile(r"progress|recur|relaps|free|fs$|^tt[pr]$")
"""Further names of endpoints, folded, that are about more than death."""


def word_of(text: str) -> str:
    """Fold a word; of "1:DECEASED" and "Dead (1)" the number goes."""
    pair = labelled(text)
    return fold(pair.label if pair and pair.code.isdigit() else text)


def is_of_disease(endpoint: str) -> bool:
    """Tell an endpoint that needs to know of the disease, not of death alone."""
    code = find_endpoint(endpoint).code
    return code != "os" if code in ENDPOINTS else bool(_OF_DISEASE.search(fold(endpoint)))


def ask(columns: dict[str, Column], sheet: str) -> list[Finding]:
    """Take words of death and life out of endpoints of progression, and ask what they tell.

    They are written with their endpoint ("PFS: alive"), so that the table does not read them, and
    the user can say what they mean. Where other cells of the endpoint tell of the disease, alive
    says what it seems to.

    Parameters
    ----------
    columns : dict of str to Column
        Of a sheet of time_to_event; the event is replaced.
    sheet : str
    """
    if not {"endpoint", "event"} <= set(columns):
        return []
    endpoint, event = columns["endpoint"], columns["event"]
    names, cells = texts(endpoint), texts(event)
    unclear = {
        name: rows
        for name in dict.fromkeys(names)
        if is_of_disease(name) and (rows := _unclear(name, names == name, cells)).any()
    }
    if not unclear:
        return []
    columns["event"] = combine([event, endpoint], lambda cell, name: _marked(cell, name, unclear))
    return [_question(name, rows, cells, event.header, sheet) for name, rows in unclear.items()]


def _unclear(name: str, own: Mask, cells: Texts) -> Mask:
    """Give the rows of an endpoint whose words of death leave open whether its event happened.

    Beside words of the disease they do not, but for a time to progression: death is no event of it.
    """
    words = np.array([word_of(cell) for cell in cells], dtype=object)
    deaths = own & among(words, DEATH_WORDS)
    others = own & ~deaths & ~np.array([is_missing(cell) for cell in cells], dtype=bool)
    died = deaths & among(words, [word for word, dead in DEATH_WORDS.items() if dead])
    apart = fold(find_endpoint(name).code).startswith("tt") and died.any()
    return deaths if apart or not others.any() else np.zeros_like(own)


def _marked(cell: Cell, name: Cell, unclear: Mapping[str, Mask]) -> Cell | None:
    if cell == "":
        return None
    is_asked = as_text(name) in unclear and word_of(as_text(cell)) in DEATH_WORDS
    return f"{as_text(name)}: {as_text(cell)}" if is_asked else cell


def _question(name: str, rows: Mask, cells: Texts, header: str, sheet: str) -> Finding:
    counts = pd.Series(cells[rows]).value_counts().sort_index()
    held = ", ".join(f"'{cell}' in {count(int(n), 'row')}" for cell, n in counts.items())
    codes = join_words([f"'{name}: {cell}'" for cell in counts.index])
    return Finding(
        Severity.SET_ASIDE, "time_to_event", sheet, None, header, "",
        f"{name}: does the event tell of the disease, or only who died and who lives ({held})? A "
        f"patient who lives may have progressed, which {name} needs to know. It is not guessed: "
        "these cells were emptied.",
        f"Write yes or no for the event of {name}. If these words do tell it, say under Columns on "
        "the page Data which codes of event mean yes (the event) and which no (censored): "
        f"{codes}.",
    )  # fmt: skip
