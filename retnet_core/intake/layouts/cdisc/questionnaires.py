"""Items and scales of the QLQ-C30, by the names that CDISC gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retnet_core.instruments import scales_of
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import leave_out_parameters, parameter
from retnet_core.intake.layouts.values import combine, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold
from retnet_core.tables.questionnaires import INSTRUMENTS

C30 = "QLQ-C30"
_ITEM = re.compile(r"(?:QS028|EOR01)(0[1-9]|[12][0-9]|30)")
"""Short names of the QLQ-C30's items, as CDISC numbers them: the older and the newer."""
_INSTRUMENT_OF = {
    fold(word): code for code, words in INSTRUMENTS.items() for word in (code, *words)
}
_SCALES = {
    fold(word): scale.code
    for scale in scales_of(C30)
    for word in (scale.code, *scale.aliases)
    if " " not in word
}


def questionnaires(data: Dataset, categories: Sequence[str], untold: str = "") -> Iterator[Part]:
    """Take items and scale scores of the QLQ-C30; other parameters are set aside.

    Parameters
    ----------
    data : Dataset
    categories : sequence of str
        Variables that name the questionnaire.
    untold : str
        The questionnaire of a sheet that has none of them.
    """
    code = parameter(data)
    instrument = _instruments(data, categories, untold)
    here = texts(instrument) == C30
    item = combine([code], _item)
    scale = combine([code], lambda cell: _SCALES.get(fold(as_text(cell))))
    items = here & (texts(item) != "")
    scores = here & (texts(scale) != "") & ~items
    leave_out_parameters(
        data,
        ~(items | scores),
        "Parameters that are not known as items or scales of the QLQ-C30",
        "Nothing, if it is not needed; else give it in a RETNET workbook, sheet questionnaires or "
        "scores.",
    )
    columns = data.columns("value") | {"instrument": instrument}
    value = data.column("value") or data.blank()
    if items.any():
        yield data.part({**columns, "item": item, "value": value}, "questionnaires", items)
    if scores.any():
        yield data.part({**columns, "scale": scale, "score": value}, "scores", scores)


def _item(cell: Cell) -> Cell | None:
    match = _ITEM.fullmatch(as_text(cell).upper())
    return str(int(match[1])) if match else None


def _instruments(data: Dataset, categories: Sequence[str], untold: str) -> Column:
    """Give each row's questionnaire, None where no category names one that is known."""
    given = [column for name in categories if (column := data.of(name))]
    if not given:
        return Column.constant(untold, len(data.rows))
    return combine(given, lambda *cells: next(filter(None, map(_instrument, cells)), None))


def _instrument(cell: Cell) -> str | None:
    word = re.sub(r"v(?:ersion)?[0-9]+$", "", fold(as_text(cell)))
    return _INSTRUMENT_OF.get(word)
