"""What the codes of a status mean: read where it is plain, asked about where it is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from retnet_core.intake.cells import YES_NO, is_missing, labelled, parse_yes_no
from retnet_core.intake.findings import Finding, Severity
from retnet_core.intake.layouts.deaths import DEATH_WORDS, word_of
from retnet_core.intake.layouts.survival_table.headers import Direction, Header, label_of
from retnet_core.intake.layouts.values import Mask, combine
from retnet_core.intake.sheets import BLANK, Cell, Column, as_text, spelling
from retnet_core.trial import join_words
from retnet_core.wording import count

MOST_CODES = 12
"""A column with more different cells is no status."""

_ALWAYS = {
    **dict.fromkeys(("event", "hadevent", "eventoccurred", "deadwithtumor", "deadoftumor"), True),
    **dict.fromkeys(("censored", "censor", "noevent", "eventfree", "aliveordeadtumorfree"), False),
}
"""Words that say the same of every endpoint."""
_DISEASE = {
    **dict.fromkeys(("progression", "progressed", "diseaseprogression", "progressivedisease", "pd",
                     "recurred", "recurrence", "recurredprogressed", "relapse", "relapsed",
                     "metastasis"), True),
    **dict.fromkeys(("diseasefree", "progressionfree", "recurrencefree", "relapsefree",
                     "notrecurred", "norecurrence", "noprogression", "norelapse",
                     "notprogressed"), False),
}  # fmt: skip
"""Words of the disease, which say nothing of overall survival."""
_YES_NO = {word: said for word, said in YES_NO.items() if word not in ("0", "1")}
_MEANT = {**_YES_NO, **_ALWAYS, **DEATH_WORDS, **_DISEASE}
_KNOWN_TO_THE_TABLE = {"event": True, "noevent": False, "censored": False, "censor": False,
                       "dead": True, "died": True, "deceased": True, "alive": False}  # fmt: skip
"""Words, beside yes and no, that the table reads by itself; others are translated for it."""
_NUMBER = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
_ASKS: dict[Direction, str] = {
    "censoring": "under such a header some write 1 for censored, others 1 for the event",
    "alive": "under such a header 1 can mean that the patient lives, or that the event happened",
}


@dataclass(frozen=True)
class Codes:
    """What the codes of a status mean.

    Attributes
    ----------
    meanings : dict of str to bool
        For a cell as text, whether it is the event. Cells that are not in it are not read.
    question : str
        Why nothing is read, "" where something is.
    is_said : bool
        The words of the file say it themselves.
    is_death : bool
        The event is a death by these words.
    by_label : tuple of str
        Bare codes that are read by the words that stand with them in other cells.
    """

    meanings: dict[str, bool] = field(default_factory=dict)
    question: str = ""
    is_said: bool = True
    is_death: bool = False
    by_label: tuple[str, ...] = ()


def counts_of(column: Column, rows: Mask, no_value: Collection[str] = ()) -> dict[str, int]:
    """Count the cells of a column in some rows by their text; those that say nothing do not."""
    codes = column.codes[rows]
    counted: Counter[str] = Counter()
    for code, n in enumerate(np.bincount(codes[codes != BLANK])):
        if n and not _says_nothing(column.values[code], no_value):
            counted[as_text(column.values[code])] += int(n)
    return dict(sorted(counted.items()))


def _says_nothing(cell: Cell, no_value: Collection[str]) -> bool:
    """Tell a cell that means no value, by itself or by what the user says."""
    return is_missing(cell) or (bool(no_value) and spelling(cell) in set(map(spelling, no_value)))


def read_codes(header: Header, cells: Collection[str], has_blanks: bool) -> Codes:
    """Find out what the codes of a status mean.

    Parameters
    ----------
    header : Header
        Of the status.
    cells : collection of str
        Its different cells.
    has_blanks : bool
        Some rows have none.
    """
    of_cells = _labels(cells)
    legend = {code: labels[0] for code, labels in of_cells.items()} | header.legend
    if question := _contradiction(header.legend, of_cells):
        return Codes(question=question)
    numbers, answers, words = {}, {}, {}
    by_label = []
    for text in cells:
        match = _NUMBER.fullmatch(text)
        code = str(int(match[1])) if match else ""
        said = legend.get(code, "") if match else text
        word = word_of(said)
        if not said and match:
            numbers[text] = int(match[1])
        elif word in _YES_NO:
            answers[text] = _YES_NO[word]
        else:
            words[text] = word
        if said and match and code not in header.legend:
            by_label.append(text)
    read = [
        _of_words(header, words),
        _of_answers(header, answers),
        _of_numbers(header, numbers, legend),
    ]
    question = next((one.question for one in read if one.question), "")
    meanings = {text: said for one in read for text, said in one.meanings.items()}
    if not question and cells:
        question = _doubt(meanings, has_blanks, [text for text in cells if text not in meanings])
    if question:
        return Codes(question=question)
    return Codes(
        meanings,
        "",
        all(one.is_said for one in read),
        any(one.is_death for one in read),
        tuple(text for text in by_label if text in meanings),
    )


def _labels(cells: Collection[str]) -> dict[str, list[str]]:
    """Give the words that stand with a code in a cell: "1:DECEASED", "Dead (1)"."""
    found: dict[str, list[str]] = {}
    for text in cells:
        pair = labelled(text)
        if pair and pair.code.isdigit():
            found.setdefault(str(int(pair.code)), []).append(pair.label)
    return found


def _contradiction(legend: Mapping[str, str], of_cells: Mapping[str, Collection[str]]) -> str:
    """Say where the words with one code, in cells or in the header, do not mean the same."""
    for code, labels in of_cells.items():
        every = [*labels, *filter(None, [legend.get(code, "")])]
        meant = {_MEANT.get(word_of(label)) for label in every}
        if len(meant) > 1 and len(set(map(word_of, every))) > 1:
            quoted = join_words([f"'{label}'" for label in dict.fromkeys(every)])
            return f"the code {code} stands with words that contradict each other: {quoted}"
    return ""


def _doubt(meanings: Mapping[str, bool], has_blanks: bool, unknown: Sequence[str]) -> str:
    if not meanings:
        return "none of these codes is known here"
    if has_blanks and len(set(meanings.values())) == 1:
        other = "censored" if True in meanings.values() else "the event"
        return f"other cells are blank, which can mean {other}, or that it is not known"
    if unknown and len(set(meanings.values())) == 1:
        only = "the event" if True in meanings.values() else "censored"
        quoted = join_words([f"'{text}'" for text in unknown])
        return f"{quoted} is not known here, so that all that could be read would be {only}"
    return ""


def _of_words(header: Header, words: Mapping[str, str]) -> Codes:
    kinds = {
        name: {text: kind[word] for text, word in words.items() if word in kind}
        for name, kind in (("always", _ALWAYS), ("death", DEATH_WORDS), ("disease", _DISEASE))
    }
    is_survival = "os" in header.key.split()
    about = label_of(header.key) if header.key else ""
    if kinds["death"] and kinds["disease"]:
        return Codes(question="some of these words tell of death, others of the disease")
    if kinds["death"] and header.key and not is_survival:
        return Codes(question=f"these words say whether the patient lives, not what {about} needs")
    if kinds["disease"] and is_survival:
        return Codes(question=f"these words tell of the disease, not what {about} needs")
    meanings = {text: said for kind in kinds.values() for text, said in kind.items()}
    return Codes(meanings, is_death=bool(kinds["death"]))


def _of_answers(header: Header, answers: Mapping[str, bool]) -> Codes:
    """Read yes and no, of whatever the header asks."""
    if answers and header.direction in _ASKS:
        return Codes(question=_ASKS[header.direction].replace(" 1 ", " yes "))
    turned = header.direction in ("cnsr", "censored")
    is_said = not answers or header.direction in ("event", "censored")
    return Codes({text: said != turned for text, said in answers.items()}, is_said=is_said)


def _of_numbers(header: Header, numbers: Mapping[str, int], legend: Mapping[str, str]) -> Codes:
    here = set(numbers.values())
    if not here:
        return Codes()
    if header.direction in _ASKS:
        return Codes(question=_ASKS[header.direction])
    if header.legend:
        return Codes(question="the header explains some of these codes and not others")
    if legend:
        return Codes(question="some of these codes stand with a word, and others never do")
    if header.direction == "cnsr" and min(here) >= 0:
        return Codes({text: number == 0 for text, number in numbers.items()}, is_said=False)
    if here == {1} and header.direction == "status":
        return Codes(question="where there is no 0, R takes 1 for censored, others for the event")
    if not here <= {0, 1}:
        return Codes(
            question="R takes 2 for the event and 1 for censored, others take 1 for the event"
            if here <= {1, 2}
            else "beside 0 and 1 there are others, which can be other events or other states"
        )
    event = 0 if header.direction == "censored" else 1
    return Codes({text: number == event for text, number in numbers.items()}, is_said=False)


def event_column(
    column: Column, codes: Codes, alone: bool, no_value: Collection[str] = ()
) -> Column:
    """Write a status so that the table reads it as it is meant.

    Cells stay as typed where the table reads them so by itself, and where it asks too. Else they
    become yes and no, and a code that must not be read stands with its header ("cens is 1"): in
    another column the same code need not mean the same.

    Parameters
    ----------
    column : Column
        The status.
    codes : Codes
        What its cells mean.
    alone : bool
        No other column says whether an event happened.
    no_value : collection of str
        Cells that mean no value by what the user says: they stay for the table to read so.
    """
    cells = [
        column.values[code]
        for code in np.unique(column.codes)
        if code != BLANK and not _says_nothing(column.values[code], no_value)
    ]
    meant = [codes.meanings.get(as_text(cell)) for cell in cells]
    # The table takes 9 or 99 beside 0 and 1 for no value, and reads the others.
    passed = {spelling(cell) for cell in cells} - {"0", "1", "2"}
    read = parse_yes_no(cells, _KNOWN_TO_THE_TABLE, no_value=passed).values
    are_numbers = all(_NUMBER.fullmatch(as_text(cell)) for cell in cells)
    if read == meant and (not codes.question or (alone and are_numbers)):
        return combine([column], lambda cell: None if cell == "" else cell)

    def rule(cell: Cell) -> Cell | None:
        if cell == "" or _says_nothing(cell, no_value):
            return cell or None
        event = codes.meanings.get(as_text(cell))
        if event is None:
            return f"{column.header} is {as_text(cell)}"
        return "yes" if event else "no"

    return combine([column], rule)


def tell(
    column: Column,
    codes: Codes,
    counts: Mapping[str, int],
    sheet: str,
    alone: bool,
    no_value: Collection[str] = (),
) -> Iterator[Finding]:
    """Say how a status was read, or ask; with the number of rows of each code."""
    if not counts:
        return
    if codes.question:
        shown = [f"'{text}' in {count(n, 'row')}" for text, n in counts.items()]
        as_asked = event_column(column, codes, alone, no_value)
        written = list(counts_of(as_asked, as_asked.codes != BLANK, no_value))
        quoted = ", ".join(f"'{text}'" for text in written)
        yield Finding(
            Severity.SET_ASIDE, "time_to_event", sheet, None, column.header, "",
            f"{column.header}: which code is the event? There is {', '.join(shown)}; "
            f"{codes.question}. It is not guessed: without an answer no event is read.",
            f"Say under Columns on the page Data which codes of event mean yes (the event) and "
            f"which no (censored): {quoted}. Or write yes and no in this column.",
        )  # fmt: skip
        return
    told = {True: "the event", False: "censored"}
    known = [text for text in counts if codes.meanings.get(text)]
    known += [text for text in counts if codes.meanings.get(text) is False]
    read = [
        f"'{text}' {'was read ' if not at else ''}as {told[codes.meanings[text]]} in "
        f"{count(counts[text], 'row')}"
        for at, text in enumerate(known)
    ]
    if not read:
        return
    bare = [f"'{text}'" for text in codes.by_label]
    also = (
        f" {join_words(bare)} {'stands' if len(bare) == 1 else 'stand'} without a word, and "
        f"{'was' if len(bare) == 1 else 'were'} read by the word that other cells give with it."
        if bare
        else ""
    )
    yield Finding(
        Severity.NOTE if codes.is_said and not bare else Severity.ASSUMED, "time_to_event", sheet,
        None, column.header, "", f"{column.header}: {', '.join(read)}.{also}",
        "Nothing, if that is so; else say under Columns on the page Data what the codes of event "
        "mean, which wins over this.",
    )  # fmt: skip
