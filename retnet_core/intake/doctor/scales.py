"""Questionnaires, or items of them, that a site counts backwards."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retnet_core.intake.doctor.words import AS_THEY_STAND, Tables
from retnet_core.intake.findings import Severity
from retnet_core.intake.typed import Table

LEAST_FORMS = 20
AGREES, DISAGREES = 0.3, -0.2
"""Correlations of an item with the rest of its form: elsewhere, and at a site that turned it."""
SURE_OF_CORRELATION = 4.5
MIRRORED = 0.7
"""Share of the items whose mean must lie on the other side of the scale."""


def reversed_answers(tables: Tables) -> None:
    """Report sites that count a questionnaire, or an item of it, backwards."""
    table = tables["questionnaires"]
    site_of = tables["patients"].frame.set_index("patient_id")["site"].dropna()
    if site_of.nunique() < 2:
        return
    patients, ids = pd.factorize(table.frame["patient_id"])
    sites = site_of.reindex(ids).to_numpy(dtype=object)
    instruments, names = pd.factorize(table.frame["instrument"])
    for at, instrument in enumerate(names):
        answers = table.frame[instruments == at]
        forms, of_form = _forms(answers, patients[instruments == at])
        site = sites[of_form]
        for name in site_of.unique():
            own, others = forms[site == name], forms[(site != name) & pd.notna(site)]
            if min(len(own), len(others)) >= LEAST_FORMS:
                items = _mirrored(own, others) or _turned(own, others)
                here = answers[sites[patients[instruments == at]] == name] if items else answers
                _tell_reversed(table, here, str(instrument), name, items)


def _forms(
    answers: pd.DataFrame, patients: NDArray[np.intp]
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Lay answers out with a row a form and a column an item; give the patient of each form."""
    visits, dates = pd.factorize(answers["visit"])[0], pd.factorize(answers["date"])[0]
    key = (patients * (visits.max() + 2) + visits + 1) * (dates.max() + 2) + dates + 1
    form, keys = pd.factorize(key)
    item, items = pd.factorize(answers["item"])
    wide = np.full((len(keys), len(items)), np.nan)
    wide[form[item >= 0], item[item >= 0]] = answers["value"].to_numpy()[item >= 0]
    of_form = np.zeros(len(keys), dtype=np.intp)
    of_form[form] = patients
    return pd.DataFrame(wide, columns=items).dropna(axis=1, how="all"), of_form


def _tell_reversed(
    table: Table, rows: pd.DataFrame, instrument: str, site: str, items: list[float]
) -> None:
    for item in items:
        table.about(
            "value", rows.index[rows["item"] == item], Severity.NOTE,
            f"{instrument}, item {item:g}: the answers of site '{site}' run the other way than "
            f"those of the other sites. The site may count the scale backwards. {AS_THEY_STAND}",
            "Compare some forms on paper with the export. If the scale is reversed, "
            "turn the answers of this site round in the file.",
        )  # fmt: skip


def _mirrored(own: pd.DataFrame, others: pd.DataFrame) -> list[float]:
    """Give the items whose mean lies on the other side of the scale, if most of them do."""
    middle = (others.min() + others.max()) / 2
    away, own_away = others.mean() - middle, own.mean() - middle
    clear = away.abs() > 0.15 * (others.max() - others.min())
    turned = clear & (away * own_away < 0) & (own_away.abs() > away.abs() / 2)
    if clear.sum() < 3 or turned.sum() < MIRRORED * clear.sum():
        return []
    return [float(item) for item in turned.index[turned]]


def _turned(own: pd.DataFrame, others: pd.DataFrame) -> list[float]:
    """Give the items that go with the rest of the form elsewhere, and against it here."""
    asked = own.notna().any() & others.notna().any()
    own, others = own.loc[:, asked], others.loc[:, asked]
    if others.shape[1] < 3:
        return []
    signs = np.sign(_with_rest(others, np.ones(others.shape[1])))
    here, there = _with_rest(own, signs) * signs, _with_rest(others, signs) * signs
    limit = SURE_OF_CORRELATION * np.sqrt(1 / (len(own) - 3) + 1 / (len(others) - 3))
    apart = np.arctanh(np.clip(there, -0.99, 0.99)) - np.arctanh(np.clip(here, -0.99, 0.99))
    turned = (there >= AGREES) & (here <= DISAGREES) & (apart >= limit)
    return [float(item) for item in others.columns[turned]]


def _with_rest(forms: pd.DataFrame, signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate each item with the mean of the others, these turned by their signs."""
    values = forms.to_numpy(dtype=float)
    spread = np.nanstd(values, axis=0)
    scaled = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1)
    filled = np.where(np.isfinite(scaled), scaled, 0)
    turned = filled * signs
    rest = turned.sum(axis=1, keepdims=True) - turned
    both = (filled * rest).mean(axis=0) - filled.mean(axis=0) * rest.mean(axis=0)
    size = filled.std(axis=0) * rest.std(axis=0)
    return np.divide(both, size, out=np.zeros_like(both), where=size > 0)
