"""Words by which a row of adverse events says that there was none."""

from __future__ import annotations

import re
import unicodedata

from retnet_core.intake.cells import ABSENT, labelled
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import fold

_ALONE = {
    "n", "nein", "non", "never", "nothing", "nada", "rien", "neant", "false", "0", "ohne", "no",
    "none", "nil", "zero", "kein", "keine", "keiner", "keinen", "aucun", "aucune", "ninguno",
    "ninguna", "ningun", "nessun", "nessuno", "nessuna", "geen", "notapplicable", "ohnebefund",
    "ob", "noae", "noaes", "nosae", "nosaes",
}  # fmt: skip
"""Folded, these say so alone."""
_STROKES = ABSENT - {"", "?", "<na>", "na", "nan", "null"}
"""Spellings of an empty cell that a person writes for "nothing", and no program."""
_NEGATION = re.compile(
    r"(?:no|none|nil|zero|nothing|not any|without|free (?:of|from)|kein(?:e[nrs]?)?|ohne|frei von|"
    r"aucune?s?|pas de?|sans|ningun[oa]?|sin|nessun[oa]?|senza|geen)\b"
)
_ABOUT = re.compile(
    r"(?:(?:patient|pt|there (?:is|was|were)|has|had|reports|s?aes?|adverse events?|events?|"
    r"toxicit(?:y|ies)|complications?|side effects?|nebenwirkungen|komplikationen) )+"
)
"""What may stand before the negation: "AE: none", "Patient had no complications"."""
_EVENTS = (
    "ae", "aes", "sae", "saes", "event", "events", "adverse event", "adverse events",
    "adverse effect", "adverse effects", "adverse reaction", "adverse reactions", "toxicity",
    "toxicities", "side effect", "side effects", "complication", "complications", "problem",
    "problems", "issue", "issues", "complaint", "complaints", "ue", "ues", "nebenwirkung",
    "nebenwirkungen", "ereignis", "ereignisse", "unerwunschte ereignisse",
    "unerwunschten ereignisse", "unerwunschtes ereignis", "komplikation", "komplikationen",
    "toxizitat", "toxizitaten", "probleme", "beschwerden", "evenement", "evenements",
    "evenement indesirable", "evenements indesirables", "effet indesirable", "effets indesirables",
    "effet secondaire", "effets secondaires", "toxicite", "probleme", "evento", "eventos",
    "evento adverso", "eventos adversos", "efecto adverso", "efectos adversos",
    "efectos secundarios", "toxicidad", "complicacion", "complicaciones", "problemas",
    "evento avverso", "eventi avversi", "effetti collaterali", "tossicita", "complicanze",
    "bijwerking", "bijwerkingen", "complicaties",
)  # fmt: skip
_SAID = (
    "to report", "so far", "this visit", "last visit", "significant", "reported", "observed",
    "noted", "of note", "known", "occurred", "recorded", "documented", "bekannt", "berichtet",
    "beobachtet", "bisher", "rapporte", "signale", "reportado", "conocido",
)  # fmt: skip
_BESIDE = (
    "any", "new", "further", "other", "acute", "late", "relevant", "clinically", "treatment",
    "related", "emergent", "at", "the", "since", "during", "in", "on", "period", "up", "until",
    "now", "yet", "today", "date", "were", "was", "is", "have", "has", "been", "d", "neue",
    "neuen", "weitere", "weiteren", "akute", "akuten", "relevanten",
)  # fmt: skip
_KNOWN = {word for phrase in (*_EVENTS, *_SAID, *_BESIDE) for word in phrase.split()}
_UNSURE = {
    "x", "asymptomatic", "uneventful", "unremarkable", "symptomfree", "asymptomatisch",
    "beschwerdefrei", "symptomfrei", "komplikationslos", "ereignislos", "unauffallig",
    "asymptomatique", "asintomatico", "asintomatica", "patient", "course", "verlauf",
}  # fmt: skip
"""Where all words of a term are among these, it may say that the patient was well."""
_UNSURE_EVENTS = (*_EVENTS, "symptom", "symptoms", "symptome", "symptomes", "sintomas", "sintomi",
                  "finding", "findings")  # fmt: skip
_LONGEST = 100


def plain(text: str) -> str:
    """Fold a word, without accents."""
    return _unaccented(fold(text))


def says_none(cell: Cell) -> bool:
    """Tell whether the term of an adverse event says that there was none.

    Examples
    --------
    >>> says_none("No AE to report"), says_none("0 - keine"), says_none("No appetite")
    (True, True, False)
    """
    text = as_text(cell).strip()
    if text.casefold() in _STROKES:
        return True
    pair = labelled(text)
    return _denies(text) or (pair is not None and _denies(pair.label))


def may_say_none(cell: Cell) -> bool:
    """Tell whether a term that is kept as an event may say that there was none.

    Examples
    --------
    >>> may_say_none("no grade 3 AE"), may_say_none("asymptomatic"), may_say_none("No taste")
    (True, True, False)
    """
    text = as_text(cell)
    if says_none(text) or len(text) > _LONGEST:
        return False
    words = _words(text)
    tail = _denied(words)
    if tail is not None:
        return _holds(tail, _UNSURE_EVENTS)
    return bool(words) and set(words.split()) <= _UNSURE and words not in ("patient", "course")


def _denies(text: str) -> bool:
    """Tell words that say that there was no event, and nothing else."""
    if plain(text) in _ALONE:
        return True
    if len(text) > _LONGEST:
        return False
    words = _words(text)
    if words.endswith((" free", " frei")):
        return words.rsplit(" ", 1)[0] in _EVENTS
    tail = _denied(words)
    if tail is None:
        return False
    if not tail:
        return plain(_ABOUT.sub("", words, count=1)) in _ALONE
    return set(tail.split()) <= _KNOWN and _holds(tail, (*_EVENTS, *_SAID))


def _denied(words: str) -> str | None:
    """Give what follows a negation with which a text begins, None where none does."""
    about = _ABOUT.match(words)
    for start in {0, about.end() if about else 0}:
        if found := _NEGATION.match(words, start):
            return words[found.end() :].strip()
    return None


def _holds(words: str, phrases: tuple[str, ...]) -> bool:
    return any(f" {phrase} " in f" {words} " for phrase in phrases)


def _words(text: str) -> str:
    """Write a text in small letters without accents, a blank for every other sign."""
    return " ".join(re.findall(r"[^\W_]+", _unaccented(text.casefold())))


def _unaccented(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text)
    return "".join(one for one in marked if not unicodedata.combining(one))
