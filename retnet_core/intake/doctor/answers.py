"""Answers that seem to be counted from 0, where the form counts from 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from retnet_core.instruments import INSTRUMENTS, scales_of
from retnet_core.intake.doctor.words import Tables, of_patients
from retnet_core.intake.findings import Finding, about_cells
from retnet_core.intake.typed import Table

_SEVERAL = 2
"""Forms with a 0, from which all of a file, a site or a visit may be counted from 0."""
_CHANCE = 0.05
"""How often forms that count from 0 may all be without one, for that to say that they do not."""
_OFTENER = 3
"""How many times as often an item holds 0 as others, from which its 0 is another one."""
_WHERE = "under Columns on the page Data"


class _Items(NamedTuple):
    """The items of a questionnaire that offer the same answers."""

    instrument: str
    lowest: int
    highest: int
    items: frozenset[int]
    graded: frozenset[int]
    """Those of the items that do not also offer "not applicable"."""


class _Question(NamedTuple):
    """Answers of which it is not known from where they are counted, and why."""

    of: _Items
    rows: pd.Index
    why: str


class _Scope(NamedTuple):
    """The file, or a site or visit of it, whose answers to some items seem to count from 0."""

    whose: str
    rows: pd.Series
    """Tells the answers of it, to any items."""


_PARTS = (("site",), ("visit",), ("site", "visit"))
"""What may be counted from 0 while the rest of a file is not."""


def from_zero(tables: Tables) -> None:
    """Empty answers that hold 0 and not the highest answer, and ask what 0 means.

    Where several forms of the file, of a site or of a visit hold a 0 and none of its forms the
    highest answer, all their answers are asked about: a form without a 0 may be counted from 0 as
    well, and so may items with other answers. Where only a single item is so, all answers to it
    are asked about. Few forms hold the lowest answer to two items with seven, so that the share of
    the forms with a 0 says little. Else those forms are asked about that hold a 0. A form that
    also holds the highest answer counts from 1, so that its 0 is an answer that the form does not
    offer.
    """
    table = tables["questionnaires"]
    given = table.frame.dropna(subset=["value"])
    given = given.assign(site=of_patients(table, tables, "site")[given.index])
    questions = [
        question
        for instrument in INSTRUMENTS
        for question in _questions(instrument, given[given["instrument"] == instrument])
    ]
    everything = sum(len(question.rows) for question in questions) == len(given)
    for question in questions:
        _ask(table, question, everything)


def _items_of(instrument: str) -> list[_Items]:
    """Group the items of a questionnaire by the answers they offer, the most items first."""
    scales = [scale for scale in scales_of(instrument) if scale.items]
    found = []
    for lowest, highest in {(scale.lowest, scale.highest) for scale in scales}:
        same = [one for one in scales if (one.lowest, one.highest) == (lowest, highest)]
        items = frozenset(item for scale in same for item in scale.items)
        graded = items - {item for scale in same for item in scale.not_applicable}
        found.append(_Items(instrument, lowest, highest, items, graded))
    return sorted(found, key=lambda one: -len(one.items))


def _questions(instrument: str, given: pd.DataFrame) -> Iterator[_Question]:
    """Ask of the file, of some of its sites, or of single forms."""
    scopes: list[_Scope] = []
    if not (given["value"] == 0).any():
        return
    for of in _items_of(instrument):
        answers = _marked(of, given)
        hold = f"hold {of.lowest - 1} and no {of.highest}"
        for whose, rows in scopes:
            own = answers[rows[answers.index]]
            if len(own) and not own["top"].any():
                others = f"hold no {of.highest}, and those to other items hold 0"
                why = hold if own["zero"].any() else others
                yield _Question(of, own.index, f"{whose} {why}")
                answers = answers.drop(own.index)
        for scope in _scopes(answers, given):
            own = answers[scope.rows[answers.index]]
            yield _Question(of, own.index, f"{scope.whose} {hold}")
            scopes.append(scope)
            answers = answers.drop(own.index)
        for question in _single_items(of, answers, given):
            yield question._replace(why=f"{question.why} {hold}")
            answers = answers.drop(question.rows)
        unclear = answers[answers["form"].isin(_unclear_forms(answers))]
        if len(unclear):
            yield _Question(of, unclear.index, f"the answers of this form {hold}")


def _marked(of: _Items, given: pd.DataFrame) -> pd.DataFrame:
    """Give the answers to some items with their form, and whether they are 0 or the highest."""
    answers = given[given["item"].isin(of.items)]
    graded = answers["item"].isin(of.graded)
    moment = answers["visit"].fillna(answers["date"].astype(str))
    return answers.assign(
        form=answers.groupby([answers["patient_id"], moment], sort=False).ngroup(),
        zero=graded & (answers["value"] == of.lowest - 1),
        other=graded & (answers["value"] >= of.lowest),
        top=graded & (answers["value"] >= of.highest),
    )


def _scopes(answers: pd.DataFrame, given: pd.DataFrame) -> Iterator[_Scope]:
    """Find the file, or parts of it, that seem to count from 0: each answer is of one of them."""
    if _counts_from_zero(answers) and _may_all(answers):
        yield _Scope("the answers", pd.Series(True, index=given.index))
        return
    for keys in _PARTS:
        for names, own in answers.groupby(list(keys), sort=False):
            if _counts_from_zero(own):
                parts = dict(zip(keys, map(str, names), strict=True))
                rows = (given[list(keys)] == list(names)).all(axis=1)
                whose = " at ".join(f"{key} '{name}'" for key, name in parts.items())
                yield _Scope(f"the answers of {whose}", rows)
                answers = answers.drop(own.index)


def _single_items(of: _Items, answers: pd.DataFrame, given: pd.DataFrame) -> Iterator[_Question]:
    """Find items that alone seem to count from 0, while their neighbours count from 1."""
    for item in sorted(of.graded):
        own = answers[answers["item"] == item]
        for scope in _scopes(own, given) if own["zero"].sum() >= _SEVERAL else ():
            asked = own[scope.rows[own.index]]
            here = answers[scope.rows[answers.index]]
            right = here.loc[here.groupby("item")["top"].transform("any"), "zero"]
            # As often in items that count from 1, a 0 says that there is no answer.
            if right.sum() < _SEVERAL or asked["zero"].mean() > _OFTENER * right.mean():
                yield _Question(of._replace(items=frozenset({item})), asked.index, scope.whose)


def _counts_from_zero(answers: pd.DataFrame) -> bool:
    forms = answers.groupby("form")[["zero", "top"]].any()
    return bool(forms["zero"].sum() >= _SEVERAL) and not forms["top"].any()


def _may_all(answers: pd.DataFrame) -> bool:
    """Tell whether no site has so many forms without a 0 that it must count from 1."""
    forms = answers.groupby("form").agg({"zero": "any", "site": "first"})
    share = forms["zero"].mean()
    without = forms["zero"].groupby(forms["site"]).agg(["any", "size"])
    return bool((without["any"] | ((1 - share) ** without["size"] > _CHANCE)).all())


def _unclear_forms(answers: pd.DataFrame) -> pd.Index:
    """Give the forms with a 0 and no highest answer, whose others would be scored beside it."""
    forms = answers.groupby("form")[["zero", "other", "top"]].any()
    return forms.index[forms["zero"] & forms["other"] & ~forms["top"]]


def _ask(table: Table, question: _Question, everything: bool) -> None:
    of = question.of
    first, last = min(of.items), max(of.items)
    items = f"items {first} to {last}" if first < last else f"item {first}"
    zero, top = of.lowest - 1, of.highest - 1
    codes = ", ".join(f"{code} means {code + 1}" for code in range(zero, top + 1))
    shifted = (
        f"If {zero} is the lowest answer, say {_WHERE} what the codes of the column value mean: "
        f"{codes}."
        if everything
        else f"If {zero} is the lowest answer, add 1 to these answers in the file."
    )
    told = len(table.findings)
    table.empty_cells(
        "value", question.rows.to_numpy(dtype=np.intp),
        f"{of.instrument}, {items}: {question.why}, but the form has {of.lowest} "
        f"to {of.highest}. Do they count from {zero} to {top}, or does {zero} mean that there is "
        "no answer? The scores would differ, so these answers are not scored.",
        f"{shifted} If {zero} means no answer, say {_WHERE} that it stands for no value in the "
        "column value.",
    )  # fmt: skip
    table.findings[told:] = _as_one(table.findings[told:])


def _as_one(found: list[Finding]) -> list[Finding]:
    """Make one question of what is said of a few cells, sheet by sheet, as of many."""
    single: dict[str, list[Finding]] = {}
    for one in found:
        single.setdefault(one.sheet, []).append(one)
    joined = []
    for sheet, own in single.items():
        first, places = own[0], [at for one in own for at in one.places]
        joined += own if first.each else about_cells(
            first.severity, first.table, sheet, places, first.problem, first.remedy, listed=2
        )  # fmt: skip
    return joined
