"""Items and scales of the EORTC's forms, by the names that CDISC or a sponsor gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from retnet_core.instruments import scales_of
from retnet_core.intake.findings import Severity
from retnet_core.intake.layouts import Part
from retnet_core.intake.layouts.cdisc.dataset import Dataset
from retnet_core.intake.layouts.cdisc.parameters import (
    full_name,
    leave_out_parameters,
    named,
    parameter,
)
from retnet_core.intake.layouts.eortc import C30, GI, LAST_ITEM
from retnet_core.intake.layouts.names import INSTRUMENT_OF
from retnet_core.intake.layouts.values import Mask, among, combine, numbers, texts
from retnet_core.intake.sheets import Cell, Column, as_text
from retnet_core.protocol import fold

_ITEM = re.compile(r"(?:QS028|EOR01)(0[1-9]|[12][0-9]|30)")
"""Short names of the QLQ-C30's items, as CDISC numbers them: the older and the newer."""
_OF_GI = re.compile(r"(?:EORTC|QLQ)?_?(?:GINET21|GINET|GI21|G21|GI)_?(.*)")
"""A short name that a sponsor gives an item or a scale of the GI.NET21, with what follows."""
_VERSION = r"(?:[\W_]*v(?:ersion)?[\W_]*[0-9.]+)?"
_MENTION = {
    C30: re.compile(rf"(?:eortc[\W_]*)?qlq[\W_]*c[\W_]*30{_VERSION}", re.IGNORECASE),
    GI: re.compile(rf"(?:eortc[\W_]*)?(?:qlq[\W_]*)?gi[\W_]*net[\W_]*21{_VERSION}", re.IGNORECASE),
}
_NUMBERED = re.compile(
    r"\b(?:item|question|q)[\W_]*0*([1-9][0-9]?)\b|^[\W_]*0*([1-9][0-9]?)(?:[.):]|\s*[-–]\s|\s*$)",
    re.IGNORECASE,
)
_IN_SCALE_NAME = re.compile(r"\b(?:sub)?(?:scale|score)s?\b", re.IGNORECASE)
_SCALES = {
    C30: {
        fold(word): scale.code
        for scale in scales_of(C30)
        for word in (scale.code, *scale.aliases)
        if " " not in word
    },
    GI: {fold(scale.code): scale.code for scale in scales_of(GI)},
}
_GI_NAMES = {
    fold(re.sub(r"\(.*\)", "", scale.name)).removesuffix("s"): scale.code for scale in scales_of(GI)
}
"""Full names of the GI.NET21's scales; sponsors write symptom or symptoms."""
_LARGEST_ANSWER = {"QL": 7}
"""Of a scale's items, where it is not 4."""


def questionnaires(data: Dataset, categories: Sequence[str], untold: str = "") -> Iterator[Part]:
    """Take items and scale scores of the EORTC's forms; other parameters are set aside.

    Parameters
    ----------
    data : Dataset
    categories : sequence of str
        Variables that name the questionnaire.
    untold : str
        The questionnaire of a sheet that has none of them.
    """
    instrument = _instruments(data, categories, untold)
    item, scale = _items(data, instrument), _scales(data, instrument)
    items = texts(item) != ""
    scores = (texts(scale) != "") & ~items
    leave_out_parameters(
        data,
        ~(items | scores),
        "Parameters that are not known for sure as items or scales of the QLQ-C30 or GI.NET21",
        "Nothing, if it is not needed; else give it in a RETNET workbook, sheet questionnaires or "
        "scores.",
    )
    value = data.column("value") or data.blank()
    _leave_out_raw(data, scores, scale, value)
    scores &= data.kept
    columns = data.columns("value") | {"instrument": instrument}
    if items.any():
        yield data.part({**columns, "item": item, "value": value}, "questionnaires", items)
    if scores.any():
        yield data.part({**columns, "scale": scale, "score": value}, "scores", scores)


# Which form


def _instruments(data: Dataset, categories: Sequence[str], untold: str) -> Column:
    """Give each row's questionnaire: by category, else by the full name of the parameter."""
    given = [column for name in categories if (column := data.of(name))]
    if not given and untold:
        return Column.constant(untold, len(data.rows))
    return combine([full_name(data), *given], _instrument)


def _instrument(name: Cell, *categories: Cell) -> str | None:
    for category in categories:
        word = re.sub(r"v(?:ersion)?[0-9]+$", "", fold(as_text(category)))
        if known := INSTRUMENT_OF.get(word):
            return known
    said = [code for code, mention in _MENTION.items() if mention.search(as_text(name))]
    return said[0] if len(said) == 1 and not any(categories) else None


# Items


def _items(data: Dataset, instrument: Column) -> Column:
    """Give each row's item by its number in the form, where that is sure.

    The GI.NET21 has items 31 to 51, which some number from 1 within the form: they are taken for
    that where no number of the sheet says otherwise.
    """
    number = combine([instrument, parameter(data), full_name(data)], _number)
    of_gi = among(texts(instrument), [GI])
    found = numbers(number)
    told = of_gi & (found > 0)
    from_one = bool(told.any() and found[told].max() <= _ITEMS_OF_GI)
    if from_one:
        data.note(
            Severity.ASSUMED,
            parameter(data).header,
            f"The items of the QLQ-GI.NET21 are numbered from 1 ({named(data, told)}); "
            f"they were taken for its items {_FIRST_OF_GI} to {LAST_ITEM[GI]} in this order.",
            "Nothing, if that is so; else number them as on the form.",
        )

    def rule(form: Cell, cell: Cell) -> Cell | None:
        item = int(as_text(cell) or 0) + (_FIRST_OF_GI - 1 if form == GI and from_one else 0)
        first = _FIRST_OF_GI if form == GI else 1
        return str(item) if first <= item <= LAST_ITEM.get(as_text(form), 0) else None

    return combine([instrument, number], rule)


_FIRST_OF_GI = LAST_ITEM[C30] + 1
_ITEMS_OF_GI = LAST_ITEM[GI] - LAST_ITEM[C30]


def _number(form: Cell, code: Cell, name: Cell) -> str | None:
    """Give the number of an item that its names tell; None where they tell two."""
    if form not in _MENTION:
        return None
    by_code = _ITEM.fullmatch(as_text(code).upper()) if form == C30 else None
    rest = _after_form(code) if form == GI else ""
    own = re.fullmatch("Q?0*([1-9][0-9]?)", rest)
    said = _NUMBERED.search(_MENTION[as_text(form)].sub("", as_text(name)))
    found = {int(match[1]) for match in (by_code, own) if match}
    found |= {int(said[1] or said[2])} if said else set()
    return str(found.pop()) if len(found) == 1 else None


def _after_form(code: Cell) -> str:
    """Take the form's name off the short name of a parameter: "31" of GI31, "ED" of G21ED."""
    match = _OF_GI.fullmatch(as_text(code).upper())
    return match[1] if match else ""


# Scales


def _scales(data: Dataset, instrument: Column) -> Column:
    return combine([instrument, parameter(data), full_name(data)], _scale)


def _scale(form: Cell, code: Cell, name: Cell) -> str | None:
    if form not in _SCALES:
        return None
    known = _SCALES[as_text(form)]
    if by_code := known.get(fold(as_text(code))):
        return by_code
    if form != GI:
        return None
    bare = _IN_SCALE_NAME.sub("", _MENTION[GI].sub("", re.sub(r"\(.*\)", "", as_text(name))))
    return known.get(fold(_after_form(code))) or _GI_NAMES.get(fold(bare).removesuffix("s"))


def _leave_out_raw(data: Dataset, scores: Mask, scale: Column, value: Column) -> None:
    """Set scales aside whose values are answers or their means, not scores from 0 to 100.

    Answers are all from 1 to 4 (7 in QL); no score lies between 0 and 6.7, one of 15 steps.
    """
    found = pd.DataFrame({"scale": texts(scale), "value": numbers(value)})
    found["value"] = found["value"].where(scores & data.kept)
    by_scale = found.groupby("scale")["value"]
    most = found["scale"].map(_LARGEST_ANSWER).fillna(4)
    raw = (by_scale.transform("min") >= 1) & (by_scale.transform("max") <= most)
    leave_out_parameters(
        data,
        scores & raw.to_numpy(),
        "Scales whose values look like answers or their means, not like scores from 0 to 100",
        "Give the scores from 0 to 100, or the items.",
    )
