"""The EORTC's forms: what they are called, and their answers, whatever code stands for them."""

from __future__ import annotations

import re

from retnet_core.protocol import fold

C30, GI = "QLQ-C30", "QLQ-GI.NET21"
LAST_ITEM = {C30: 30, GI: 51}
"""The last item of each form; the GI.NET21 goes on where the QLQ-C30 ends."""
_ANSWERS = {
    "notatall": "1", "alittle": "2", "quiteabit": "3", "verymuch": "4", "verypoor": "1",
    "excellent": "7",
}  # fmt: skip
"""The answers, folded, and the number each is circled as."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NUMBERED = re.compile(r"(?:[^\W\d]+\s+)*([0-9]+)\s*[-–—:=.)]\s*[^\W\d].*", re.DOTALL)
"""A number and what it stands for: "2 - up and about more than 50% of waking hours"."""
_NEGATIVE = re.compile(r"\s*[-\u2212\u2013]\s*[0-9]")
_LIMIT = re.compile(
    r"\b(?:at (?:least|most)|up to|(?:more|less|greater|fewer|lower|higher) than|over|under|above"
    r"|below)\s*[0-9]|[0-9]\s*(?:\+|(?:or|and|&)\s+(?:more|less|higher|lower|above|below|greater"
    r"|worse|better|over|under|up)\b)", re.IGNORECASE,
)  # fmt: skip
"""Several numbers in one label: "grade 3 or higher"."""
_LEVEL = re.compile(r"[^0-9<>≤≥~≈%/]*([0-9]+(?:\.[0-9]+)?)(?:[^\w<>%/]*[^\W\d].*|[\s).:]*)")


def instrument_of(name: str) -> str:
    """Find the questionnaire that a form is named for, "" for none.

    Examples
    --------
    >>> instrument_of("EORTC_QLQ_C30_v3"), instrument_of("GI.NET-21"), instrument_of("EQ-5D")
    ('QLQ-C30', 'QLQ-GI.NET21', '')
    """
    folded = fold(name)
    return C30 if "c30" in folded else GI if re.search("ginet|gi21|net21", folded) else ""


def level_of(label: str) -> str | None:
    """Give the one number of a label, None where it has none, several, a limit or a minus.

    Examples
    --------
    >>> level_of("Grade 3 (severe)"), level_of("1 or 2") is None
    ('3', True)
    >>> level_of("-1") is None
    True
    """
    if _NEGATIVE.match(label):
        return None
    leading = _NUMBERED.fullmatch(label)
    if leading and not _LIMIT.search(label[: leading.end(1)]):
        return leading[1]
    match = None if _LIMIT.search(label) else _LEVEL.fullmatch(label)
    return match[1] if match and len(_NUMBER.findall(label)) == 1 else None


def circled_as(label: str) -> str | None:
    """Give the number that an answer is circled as.

    Examples
    --------
    >>> circled_as("Quite a bit"), circled_as("7 (excellent)")
    ('3', '7')
    """
    return _ANSWERS.get(fold(label)) or level_of(label)
