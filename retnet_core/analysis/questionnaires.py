"""Questionnaires: answered items become scale scores, by the scoring manuals' rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from retnet_core.analysis._spelling import one_spelling
from retnet_core.analysis.result import Result
from retnet_core.instruments import INSTRUMENTS as INSTRUMENTS
from retnet_core.instruments import Scale as Scale
from retnet_core.instruments import scales_of
from retnet_core.protocol import fold
from retnet_core.tables.questionnaires import INSTRUMENTS as SPELLINGS
from retnet_core.trial import Trial, join_words
from retnet_core.wording import count

COLUMNS = ("patient_id", "instrument", "scale", "visit", "date", "score")
_FORM = ["patient_id", "visit", "date"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores(Result):
    """Scale scores.

    Attributes
    ----------
    table : pandas.DataFrame
        patient_id, instrument, scale, visit, date, score (0 to 100 for the questionnaires scored
        here). A form with at least one answered item has a row for each scale, whose score is
        missing where too few items were answered; pre-scored forms have the scales they came with.
    """

    table: pd.DataFrame


def scales(instrument: str) -> pd.DataFrame:
    """List the scales of a questionnaire.

    Parameters
    ----------
    instrument : str
        One of `INSTRUMENTS`.

    Returns
    -------
    pandas.DataFrame
        scale, name, type, higher_is ("better", "worse"), verified; without rows where the
        questionnaire is not among `INSTRUMENTS`.
    """
    rows = [{"scale": one.code, **asdict(one)} for one in scales_of(instrument)]
    return pd.DataFrame(rows, columns=["scale", "name", "type", "higher_is", "verified"])


def scale_info(instrument: str, scale: str) -> Scale:
    """Look a scale up by code, name or alias, ignoring case.

    Parameters
    ----------
    instrument, scale : str
        The questionnaire and its scale.

    Returns
    -------
    Scale
        A scale not known here keeps the name it comes with, and its direction is unknown.

    Examples
    --------
    >>> scale_info("QLQ-C30", "ql2").name
    'Global health status/QoL'
    """
    instrument = find_instrument(instrument)
    for one in scales_of(instrument):
        if fold(scale) in {fold(word) for word in (one.code, one.name, *one.aliases)}:
            return one
    return Scale(instrument, scale, scale)


def find_instrument(name: str) -> str:
    """Give a questionnaire's usual name; one not known here keeps its own.

    Examples
    --------
    >>> find_instrument("EORTC QLQ-C30")
    'QLQ-C30'
    """
    for usual, spellings in SPELLINGS.items():
        if fold(name) in {fold(word) for word in (usual, *spellings)}:
            return usual
    return name


def score(trial: Trial, instrument: str | None = None) -> Scores:
    """Score the questionnaires of a trial.

    A form is one patient's questionnaire at one visit; where the visit has no name, its date
    identifies it. Items outside the possible answers, and items answered twice differently in a
    form, count as missing. A form that has both items and scores is scored from its items.

    Parameters
    ----------
    trial : Trial
        The whole trial or a part of it.
    instrument : str, optional
        Only this questionnaire.

    Returns
    -------
    Scores
        Forms in the order of the export, their scales in the order of the manual.

    Notes
    -----
    QLQ-C30 version 3.0: EORTC QLQ-C30 Scoring Manual (Fayers 2001); a scale needs half of its
    items; the summary score is the mean of 13 scales and needs them all (Giesinger 2016).
    QLQ-GI.NET21: the manual's arithmetic, with an item map that is not verified.
    """
    wanted = INSTRUMENTS if instrument is None else (find_instrument(instrument),)
    answers = trial.questionnaires.dropna(subset=["value"])
    visits = one_spelling(pd.concat([answers["visit"], trial.scores["visit"]]))
    answers = answers.assign(visit=answers["visit"].map(visits).astype(object))
    scores = trial.scores.assign(visit=trial.scores["visit"].map(visits).astype(object))
    parts, remarks = [], []
    for name in wanted:
        if name in INSTRUMENTS:
            part, said = _score_items(answers[answers["instrument"] == name], name)
            parts.append(part)
            remarks += said
    unknown = answers[~answers["instrument"].isin(INSTRUMENTS)]
    if instrument is None and len(unknown):
        names = join_words(sorted(unknown["instrument"].fillna("no questionnaire").unique()))
        remarks.append(f"{count(len(unknown), 'answer')} of {names}: no scoring known.")
    scored = pd.concat(parts) if parts else _no_scores()
    given, said = _given(scores, instrument and find_instrument(instrument), scored)
    used = [part for part in (scored, given) if len(part)]
    table = pd.concat(used, ignore_index=True) if used else _no_scores()
    return Scores(
        table=table,
        method=_method(scored, given),
        notes=(*_unverified(table), *remarks, *said),
    )


def _unverified(table: pd.DataFrame) -> list[str]:
    return [
        f"{name}: items and scales are not verified against the scoring manual."
        for name in table["instrument"].unique()
        if not all(one.verified for one in scales_of(name))
    ]


def _no_scores() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS}).astype(
        {"date": "datetime64[ns]", "score": "float64"}
    )


def _method(scored: pd.DataFrame, given: pd.DataFrame) -> str:
    present = set(scored["instrument"])
    words = []
    if "QLQ-C30" in present:
        words.append(
            "QLQ-C30 version 3.0 scored by its manual: a scale needs at least half of its items, "
            "the summary score all 13 scales."
        )
    if "QLQ-GI.NET21" in present:
        words.append("QLQ-GI.NET21 scored in the same way: a scale needs half of its items.")
    if len(given):
        words.append("Scores that the export gives are used as they are.")
    return " ".join(words) or "No questionnaire was scored."


def _score_items(rows: pd.DataFrame, instrument: str) -> tuple[pd.DataFrame, list[str]]:
    """Score every form of one questionnaire; rows of its forms x scales, and remarks."""
    if rows.empty:
        return _no_scores(), []
    forms, answers, remarks = _forms(rows, scales_of(instrument))
    columns = {item: place for place, item in enumerate(_items(scales_of(instrument)))}
    scored: dict[str, np.ndarray] = {}
    for one in scales_of(instrument):
        if one.type == "summary":
            scored[one.code] = _summary_score(scored, instrument)
        else:
            scored[one.code] = _scale_score(answers[:, [columns[i] for i in one.items]], one)
    codes = np.array(list(scored), dtype=object)
    table = forms.loc[forms.index.repeat(len(codes))].reset_index(drop=True)
    table["instrument"] = instrument
    table["scale"] = np.tile(codes, len(forms))
    table["score"] = np.column_stack(list(scored.values())).ravel()
    return table[list(COLUMNS)], remarks


def _items(of: tuple[Scale, ...]) -> list[int]:
    return sorted({item for one in of for item in one.items})


def _scale_score(answers: np.ndarray, scale: Scale) -> np.ndarray:
    """Turn forms x items into scores: the mean of the answered items, stretched to 0-100."""
    answered = np.isfinite(answers).sum(axis=1)
    enough = answered >= scale.min_items
    mean = np.where(enough, np.nansum(answers, axis=1), np.nan) / np.maximum(answered, 1)
    part = (mean - scale.lowest) / (scale.highest - scale.lowest)
    return 100 * (1 - part) if scale.type == "functional" else 100 * part


def _summary_score(scored: dict[str, np.ndarray], instrument: str) -> np.ndarray:
    """Take the mean of the scales in the summary, turned so that higher is better; needs all."""
    parts = [
        scored[one.code] if one.higher_is == "better" else 100 - scored[one.code]
        for one in scales_of(instrument)
        if one.in_summary
    ]
    return np.column_stack(parts).mean(axis=1)


def _forms(rows: pd.DataFrame, of: tuple[Scale, ...]) -> tuple[pd.DataFrame, np.ndarray, list[str]]:
    """Lay answers out as forms x items, missing where not answered or not usable.

    Returns the forms with an answer (patient_id, visit, date), the answers, and remarks.
    """
    items = _items(of)
    place = pd.Series(range(len(items)), index=items, dtype=float)
    column = rows["item"].map(place).to_numpy()
    known = np.isfinite(column)
    remarks = []
    if foreign := int((~known).sum()):
        remarks.append(
            f"{count(foreign, 'answer')} to items that {of[0].instrument} does not have: left out."
        )
    form, forms = _number_forms(rows)
    cell = form[known] * len(items) + column[known].astype(np.int64)
    value = rows["value"].to_numpy(dtype=float)[known]
    least = np.full(len(forms) * len(items), np.inf)
    most = np.full(len(forms) * len(items), -np.inf)
    np.minimum.at(least, cell, value)
    np.maximum.at(most, cell, value)
    answers = np.where(least == most, least, np.nan).reshape(len(forms), len(items))
    if differing := int((least < most).sum()):
        remarks.append(f"{count(differing, 'item')} answered twice differently: missing.")
    remarks += _drop_impossible(answers, items, of)
    some = np.isfinite(answers).any(axis=1)
    return forms.take(np.flatnonzero(some)).reset_index(drop=True), answers[some], remarks


def _number_forms(rows: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the number of each row's form, in order of appearance, and the forms."""
    patient = pd.factorize(rows["patient_id"])[0].astype(np.int64)
    visit, visits = pd.factorize(rows["visit"])
    day, days = pd.factorize(rows["date"])
    # The visit identifies the form; without one (-1) the date does.
    moment = np.where(visit >= 0, visit, len(visits) + 1 + day).astype(np.int64)
    number = pd.factorize(patient * (len(visits) + len(days) + 1) + moment)[0]
    first = np.unique(number, return_index=True)[1]
    forms = rows[_FORM].iloc[first].reset_index(drop=True)
    forms["date"] = rows["date"].groupby(number).min().to_numpy()
    return number, forms


def _drop_impossible(answers: np.ndarray, items: list[int], of: tuple[Scale, ...]) -> list[str]:
    """Empty answers that the form does not offer, in place; say how many."""
    by_item = {item: one for one in of for item in one.items}
    lowest = np.array([by_item[item].lowest for item in items])
    highest = np.array([by_item[item].highest for item in items])
    with np.errstate(invalid="ignore"):
        bad = (answers < lowest) | (answers > highest) | (answers % 1 != 0)
    bad &= np.isfinite(answers)
    answers[bad] = np.nan
    offers = np.array([item in by_item[item].not_applicable for item in items])
    remarks = []
    if impossible := int(bad[:, ~offers].sum()):
        remarks.append(f"{count(impossible, 'answer')} outside the possible answers: missing.")
    if not_applicable := int(bad[:, offers].sum()):
        where = join_words([str(item) for item, one in zip(items, offers, strict=True) if one])
        remarks.append(
            f"{count(not_applicable, 'answer')} to items {where} beyond the graded answers: taken "
            "as not applicable."
        )
    return remarks


def _given(
    rows: pd.DataFrame, instrument: str | None, scored: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Take the export's own scores for forms that were not scored from items."""
    rows = rows.dropna(subset=["score"])
    nameless = int(rows[["instrument", "scale"]].isna().any(axis=1).sum())
    remarks = []
    if nameless and instrument is None:
        remarks.append(
            f"{count(nameless, 'given score')} without questionnaire or scale: left out."
        )
    rows = rows.dropna(subset=["instrument", "scale"])
    rows = rows.assign(instrument=_renamed(rows["instrument"]))
    if instrument is not None:
        rows = rows[rows["instrument"] == instrument]
    if rows.empty:
        return _no_scores(), remarks
    pairs = rows[["instrument", "scale"]].drop_duplicates()
    codes = [scale_info(one, name).code for one, name in pairs.itertuples(index=False)]
    rows = rows.merge(pairs.assign(code=codes), on=["instrument", "scale"])
    rows = rows.assign(scale=rows["code"], moment=_moment(rows))
    key = ["patient_id", "instrument", "moment"]
    done = scored.assign(moment=_moment(scored))[key].drop_duplicates()
    both = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(done))
    if n := len(rows.loc[both, key].drop_duplicates()):
        remarks.append(f"{count(n, 'form')} with both items and scores: scored from the items.")
    rows = rows[~both]
    kept, said = _one_score(rows, key)
    return kept[list(COLUMNS)], remarks + said


def _one_score(rows: pd.DataFrame, key: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Keep one plausible score for each form and scale, on the form's earliest date."""
    remarks = []
    rows = rows.assign(date=rows.groupby(key)["date"].transform("min"))
    outside = rows["instrument"].isin(INSTRUMENTS) & ~rows["score"].between(0, 100)
    if n := int(outside.sum()):
        remarks.append(f"{count(n, 'given score')} outside 0 to 100: left out.")
    rows = rows[~outside].drop_duplicates([*key, "scale", "score"])
    twice = rows.duplicated([*key, "scale"], keep=False)
    if n := len(rows.loc[twice, [*key, "scale"]].drop_duplicates()):
        remarks.append(f"{count(n, 'scale')} given twice differently in a form: left out.")
    return rows[~twice], remarks


def _renamed(names: pd.Series) -> pd.Series:
    return names.map({name: find_instrument(name) for name in names.unique()}).astype(object)


def _moment(rows: pd.DataFrame) -> pd.Series:
    """Give what identifies a patient's form: the visit, without one the date, as text."""
    return rows["visit"].fillna(rows["date"].dt.strftime("%Y-%m-%d")).fillna("").astype(object)
