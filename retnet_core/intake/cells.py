"""Raw cells become typed values: numbers, dates, yes or no, codes, as people type them.

A parser takes the different cells of a column and gives one value for each (None: missing), with
what it could not read and what it assumed. It never guesses: a cell that can be read two ways is
emptied and asked about. What such a cell does say is kept: a month, a limit.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from retnet_core.intake.mapping import DateOrder
from retnet_core.intake.reading.look import NO_RESULT
from retnet_core.intake.sheets import Cell, as_text
from retnet_core.protocol import DAYS_PER_MONTH, fold
from retnet_core.trial import join_words

ABSENT = frozenset({"", ".", "-", "--", "–", "—", "?", "/", "na", "n/a", "<na>", "nan",
                    "null", "n.a.", "n. a."})  # fmt: skip
"""Spellings of an empty cell, in lower case."""

NOT_KNOWN = frozenset({"nd", "n.d.", "nk", "n.k.", "unk", "unknown", "not known", "not done",
                       "missing", "not available", "not applicable", "not reported",
                       "unbekannt", "nicht bekannt", "k.a.", "k. a.", "keine angabe",
                       "inconnu", "inconnue", "non connu", "non connue",
                       "s/d", "sin dato", "sin datos", "desconocido", "desconocida",
                       "sconosciuto", "non noto"})  # fmt: skip
"""Spellings of "nobody knows", which count as missing except in ids and names."""

AWAITED = frozenset({"pending", "awaited", "tbd", "ausstehend", "en attente", "pendiente",
                     "in attesa"})  # fmt: skip
"""Spellings of "not known yet", which count as missing except in text."""

MISSING = ABSENT | NOT_KNOWN | AWAITED

ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!",
                    NO_RESULT})  # fmt: skip
"""What a spreadsheet shows for a formula that failed, in lower case."""

LONGEST = 60
"""Characters beyond which no cell is tried as a number or a date."""

EMPTIED = "The cell was emptied, the row is kept."
CORRECT = "Correct the cell and export again, or leave it blank if it is not known."


class Remark(NamedTuple):
    """What is said about a cell: the problem, with what was kept, and the remedy."""

    problem: str
    remedy: str


class Known(NamedTuple):
    """What is known of a value that a cell does not give: in words, and its bounds ("": none)."""

    words: str
    least: str
    most: str


class Unread(NamedTuple):
    """What a reader gives for a cell that it cannot read."""

    remark: Remark
    known: Known | None = None


class Assumed(NamedTuple):
    """What a reader gives for a cell that it reads by an assumption."""

    value: Any
    remark: Remark


@dataclass
class Parsed:
    """The values of the different cells of a column.

    Attributes
    ----------
    values : list
        One for each cell, None where it is missing or could not be read.
    emptied : dict of int to Remark
        Cells (by position) that hold something that could not be read.
    assumed : dict of int to Remark
        Cells that were read by an assumption.
    known : dict of int to Known
        What is known of the emptied ones.
    notes : list of Remark
        What holds for the column as a whole.
    """

    values: list[Any] = field(default_factory=list)
    emptied: dict[int, Remark] = field(default_factory=dict)
    assumed: dict[int, Remark] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)

    def take(self, at: int, found: Any) -> None:
        """Put in what a reader made of a cell."""
        if isinstance(found, Unread):
            self.emptied[at] = found.remark
            self.assumed.pop(at, None)
            if found.known:
                self.known[at] = found.known
            self.values[at] = None
        elif isinstance(found, Assumed):
            self.assumed[at] = found.remark
            self.values[at] = found.value
        else:
            self.values[at] = found


def unread(problem: str, remedy: str = CORRECT, known: Known | None = None) -> Unread:
    """Say of a cell that it cannot be read, and why."""
    return Unread(Remark(f"{problem} {EMPTIED}", remedy), known)


FAILED = unread("The cell holds a formula that failed in the spreadsheet.")


def is_missing(cell: Cell, spellings: Collection[str] = MISSING) -> bool:
    """Tell whether a cell says that there is no value."""
    return isinstance(cell, str) and cell.casefold() in spellings


def _each(
    cells: Sequence[Cell], read: Callable[[Cell], Any], missing: Collection[str] = MISSING
) -> Parsed:
    """Read each cell by itself; a reader that knows a spelling wins over its being missing."""
    parsed = Parsed([None] * len(cells))
    for at, cell in enumerate(cells):
        failed = isinstance(cell, str) and cell.casefold() in ERRORS
        found = FAILED if failed else read(cell)
        if not (isinstance(found, Unread) and is_missing(cell, missing)):
            parsed.take(at, found)
    return parsed


def parse_text(cells: Sequence[Cell], missing: Collection[str] = ABSENT | NOT_KNOWN) -> Parsed:
    """Read text as it stands; a number is written without a trailing ".0"."""
    return _each(cells, lambda cell: None if is_missing(cell, missing) else as_text(cell))


# Doubt

_DOUBTFUL = Remark(
    "A question mark or an asterisk after the value was left out, and the value was read as it "
    "stands.",
    "Look the value up in the source: write it without the mark if it is right, or leave the cell "
    "blank.",
)


def _undoubted(text: str) -> str:
    """Take a question mark or an asterisk off the end; "" where there is none."""
    return text[:-1].rstrip() if text[-1:] in ("?", "*") else ""


def _in_doubt(found: Any) -> Any:
    """Say of what was read without its mark that it was assumed."""
    if isinstance(found, Unread):
        return found
    return Assumed(found.value if isinstance(found, Assumed) else found, _DOUBTFUL)


# Codes and labels

_CODE_FIRST = re.compile(
    r"([0-9]+|[^\W\d_])\s*(?:[-–=:.)]\s*(.*[^\W\d_].*)|[(\[](.*[^\W\d_].*)[)\]])"
)
_CODE_LAST = re.compile(r"(.*[^\W\d_].*?)\s*(?:[=:]\s*([0-9]+)|[(\[]([0-9]+|[^\W\d_])[)\]])")

_SEPARATORS = frozenset("=:([")


class Labelled(NamedTuple):
    """A cell such as "1 - Female" or "Female (1)"."""

    code: str
    label: str


def labelled(text: str) -> Labelled | None:
    """Split a code from its label, where a cell holds both.

    Examples
    --------
    >>> labelled("1 - Female")
    Labelled(code='1', label='Female')
    >>> labelled("Female (1)")
    Labelled(code='1', label='Female')
    >>> labelled("not dead") is None
    True
    """
    if match := _CODE_FIRST.fullmatch(text):
        return Labelled(match[1], (match[2] or match[3]).strip())
    if not _SEPARATORS.isdisjoint(text):
        match = _CODE_LAST.fullmatch(text)
        return Labelled(match[2] or match[3], match[1]) if match else None
    return None


CONTRADICTED = unread(
    "The code and the word beside it contradict each other, here or in another cell of the column.",
    "Correct the cell, or write the word alone.",
)


def _by_label(
    cells: Sequence[Cell],
    parsed: Parsed,
    meanings: Mapping[str, Any],
    said: Callable[[str], Any],
) -> None:
    """Read the cells that hold a code and a label by the label, where it is known.

    ``meanings`` are those of folded words, codes among them, and ``said`` is what is made of such
    a word. A letter must be a known code too: a sentence may begin with one.
    """
    pairs: dict[int, tuple[str, str]] = {}
    meant: dict[str, set[Any]] = {}
    for at, cell in enumerate(cells):
        pair = labelled(cell) if isinstance(cell, str) and len(cell) <= LONGEST else None
        if pair is None:
            continue
        code, label = pair.code.casefold(), fold(pair.label)
        if label not in meanings:
            if code.isdigit() and is_missing(pair.label):
                parsed.emptied.pop(at, None)
                parsed.take(at, None)
        elif fold(as_text(cell)) in meanings:
            continue
        elif code.isdigit() or code in meanings:
            pairs[at] = code, label
            meant.setdefault(code, {meanings.get(code, meanings[label])}).add(meanings[label])
    for at, (_, label) in pairs.items():
        parsed.emptied.pop(at, None)
        parsed.take(at, said(label))
    unclear = {code for code, said_so in meant.items() if len(said_so) > 1}
    for at, cell in enumerate(cells if unclear else ()):
        if (pairs[at][0] if at in pairs else _whole(cell)) in unclear:
            parsed.take(at, CONTRADICTED)


def _whole(cell: Cell) -> str:
    """Fold a cell for comparison with codes; 1.0 is 1, as programs write numbers with gaps."""
    text = as_text(cell)
    return fold(text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text)


def parse_codes(cells: Sequence[Cell], values: Mapping[str, Sequence[str]]) -> Parsed:
    """Read codes by their spellings; others are left as typed, for the table's own check.

    A cell may hold a code and its label: "1 - Female". The two must agree, in the whole column.

    Parameters
    ----------
    values : mapping of str to sequence of str
        Code to its spellings, compared by `retnet_core.protocol.fold`.
    """
    codes = {fold(word): code for code, words in values.items() for word in (code, *words)}

    def read(cell: Cell) -> str | Assumed | None:
        code = codes.get(_whole(cell))
        if code is None:
            return None if is_missing(cell) else as_text(cell)
        return _in_doubt(code) if _undoubted(as_text(cell)) else code

    parsed = _each(cells, read)
    _by_label(cells, parsed, codes, codes.__getitem__)
    return parsed


_YES = ("yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "sí", "sì", "s", "x", "checked",
        "present", "wahr", "vrai", "verdadero", "vero", "✓", "✔", "☑")  # fmt: skip
_NO = ("no", "n", "false", "0", "nein", "non", "unchecked", "absent", "none", "never", "falsch",
       "faux", "falso", "☐")  # fmt: skip
YES_NO = {fold(word): word in _YES for word in (*_YES, *_NO)}

_NEITHER = unread(
    "This is neither yes nor no.", "Write yes or no, without further words, or 1 or 0."
)
_WHICH_CODE = unread(
    "The column holds the code 2, so what 1 and 2 mean cannot be known.",
    "Write yes and no (or 1 for yes and 0 for no) in this column.",
)
_LETTER_O = unread(
    "This is the letter O in a column of 0 and 1: it may stand for zero.",
    "Write yes or no, or 1 or 0.",
)


def parse_yes_no(
    cells: Sequence[Cell],
    also: Mapping[str, bool] | None = None,
    assumed: Mapping[str, bool] | None = None,
) -> Parsed:
    """Read yes and no, as words, signs or 1 and 0.

    A column with the codes 1 and 2 is asked about: some mean yes and no by it, others no and yes
    (R's status: 1 censored, 2 dead).

    Parameters
    ----------
    also, assumed : mapping of str to bool, optional
        Folded words of this column; those of ``assumed`` are said to be an assumption.
    """
    words = {**YES_NO, **(also or {}), **(assumed or {})}
    short = {_whole(cell) for cell in cells if not isinstance(cell, str) or len(cell) <= 3}
    unclear = dict.fromkeys(("0", "1", "2"), _WHICH_CODE) if "2" in short else {}
    if short & {"0", "1"}:
        unclear["o"] = _LETTER_O

    def said(word: str) -> bool | Assumed:
        return _likely(words[word]) if assumed and word in assumed else words[word]

    def read(cell: Cell) -> bool | Unread | Assumed:
        word = _whole(cell)
        if word in unclear:
            return unclear[word]
        if word not in words:
            return _NEITHER
        return _in_doubt(said(word)) if _undoubted(as_text(cell)) else said(word)

    parsed = _each(cells, read)
    _by_label(cells, parsed, words, said)
    return parsed


def _likely(yes: bool) -> Assumed:
    problem = (
        f"This was read as {'yes' if yes else 'no'}: possible or more likely counts as yes, "
        "unlikely as no."
    )
    return Assumed(yes, Remark(problem, "Nothing, if that is meant; else write yes or no."))


# Numbers

CONVERSIONS: dict[str, dict[str, float]] = {
    "mm": {"cm": 10.0},
    "%": {"share": 100.0, "fraction": 100.0},
    "days": {"weeks": 7.0, "months": DAYS_PER_MONTH, "years": 365.25},
    "months": {"days": 1 / DAYS_PER_MONTH, "weeks": 7 / DAYS_PER_MONTH, "years": 12.0},
    "mg": {"g": 1000.0},
}
"""Our units, and by what a number in another unit is multiplied."""
_EXACT = 10
"""Decimals of a converted number: 0.29 as a share is 29%, not 28.999999999999996."""

_UNIT_WORDS = {
    word: unit
    for unit, words in {
        "%": ("%", "percent", "per cent", "pct", "prozent"),
        "mm": ("mm",),
        "cm": ("cm",),
        "mg": ("mg",),
        "g": ("g",),
        "days": ("days", "day", "d", "tage", "tag", "jours", "días", "dias"),
        "weeks": ("weeks", "week", "wk", "wks", "w", "wochen", "woche", "semaines", "semanas"),
        "months": ("months", "month", "mo", "mos", "monate", "monat", "mois", "meses"),
        "years": ("years", "year", "yr", "yrs", "y", "jahre", "jahr", "ans", "años", "anos"),
    }.items()
    for word in words
}

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{4,},[0-9]+)")
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+|[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"
)
_GROUPED_COMMA = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+|[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"
)
_GROUPED_BLANK = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?")
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_SIGNS_OF_NUMBERS = frozenset("0123456789+-.,eE '’")
_PLAIN_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
"""The minus sign, and the blanks that do not break, which group thousands."""
_WITH_UNIT = re.compile(r"(.*[0-9.])\s*([^\W\d_]+|%)\.?")
_COMPARES = frozenset("<>≤≥=~≈")
_BELOW = re.compile(r"(?:<|≤|=<|up to|less than|below|under)\s*=?\s*(.+)", re.IGNORECASE)
_ABOVE = re.compile(r"(?:>|≥|=>|more than|above|over|at least)\s*=?\s*(.+)", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:[~≈]|ca\.?|circa|about|approx\.?|etwa|environ)\s*=?\s*[0-9].*"
    r"|[0-9].*\W(?:est|estimated|estimate|approx)\W*",
    re.IGNORECASE,
)
_INEXACT = re.compile(
    r"up to|less|below|under|more|above|over|at least|ca|circa|about|approx|etwa|environ", re.I
)
_RANGE = re.compile(r"([0-9].*?)\s*(?:[-–—]|\b(?:to|bis|à|a)\b)\s*([0-9].*)", re.IGNORECASE)
_VALUE_STARTS = re.compile(
    r"(?:(?<=[^\W\d_])[\s:=.-]*|(?<=[0-9])[\s:=.-]+)(?=[0-9<>≤≥]|[iv]+\b)", re.IGNORECASE
)
_LONGEST_NAME = 40
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}

NOT_A_NUMBER = unread(
    "This is not a number.", "Write the number alone, such as 2.5, or leave the cell blank."
)
_KEPT = "What it says is kept, but nothing is computed from it."
_OWN_NUMBER = "Give a number, in a way the analysis plan allows, or leave the cell blank."
_LIMIT = unread(f"This is a limit or an estimate, not a number. {_KEPT}", _OWN_NUMBER)
_SPAN = unread(f"This is a range, not a number. {_KEPT}", _OWN_NUMBER)
_ONE_MARK = "Write numbers with a point for decimals (2.5) and no mark for thousands."


class _Number(NamedTuple):
    """A number as written.

    ``value`` is None where the mark can be that of thousands or of decimals: "1,234". ``mark`` is
    the decimal mark that the number shows for sure, ``unit`` the unit it carries; "" for none.
    """

    text: str
    value: float | None
    mark: str = ""
    unit: str = ""

    def by(self, decimal: str) -> float:
        """Read a number of unclear mark by the column's decimal mark."""
        thousands = "," if decimal == "." else "."
        return float(self.text.replace(thousands, "").replace(decimal, "."))


def _as_written(text: str) -> _Number | None:
    """Read a number without unit or name."""
    if not _SIGNS_OF_NUMBERS.issuperset(text):
        return None
    if _PLAIN.fullmatch(text):
        if "." in text and _EITHER.fullmatch(text):
            return _Number(text, None)
        value = float(text)
        return _Number(text, value, "." if "." in text else "") if math.isfinite(value) else None
    if _DECIMAL_COMMA.fullmatch(text):
        return _Number(text, float(text.replace(",", ".")), ",")
    if _GROUPED.fullmatch(text):
        return _Number(text, float(text.replace(",", "")), ".")
    if _GROUPED_COMMA.fullmatch(text):
        return _Number(text, float(text.replace(".", "").replace(",", ".")), ",")
    if _GROUPED_BLANK.fullmatch(text):
        mark = "," if "," in text else "." if "." in text else ""
        return _Number(text, float(re.sub("[ '’]", "", text).replace(",", ".")), mark)
    return _Number(text, None) if _EITHER.fullmatch(text) else None


class _Numbers:
    """Reads the numbers of one column, and remembers the decimal marks that it shows for sure."""

    def __init__(self, unit: str, names: Iterable[str], given: str, header: str = "") -> None:
        self.unit, self.given = unit, given or unit
        words = re.findall(r"[^\W\d_]+|%", header.casefold())
        self.plain_units = {"", unit, *(_UNIT_WORDS.get(word, "") for word in words)}
        self.names = {fold(name) for name in names}
        self.initials = {name[:1] for name in self.names}
        self.is_name: dict[str, bool] = {}
        self.marks: dict[str, str] = {}

    def read(self, cell: Cell) -> Any:
        """Read a cell; what only the column can decide stays a `_Number`."""
        if isinstance(cell, float):
            return self.converted(cell) if math.isfinite(cell) else NOT_A_NUMBER
        if isinstance(cell, bool | dt.date) or len(text := as_text(cell)) > LONGEST:
            return NOT_A_NUMBER
        found = self.of_text(text)
        if found is NOT_A_NUMBER and (text := _undoubted(text)):
            found = _in_doubt(self.of_text(text))
        return found

    def of_text(self, text: str) -> Any:
        number = None if text[:1] in _COMPARES else self.number(text)
        if number is None:
            return self.bounds(text)
        if number.mark:
            self.marks.setdefault(number.mark, number.text)
        return number if number.value is None else self.taken(number, number.value)

    def taken(self, number: _Number, value: float) -> float | Assumed:
        """Convert a number, and say so where its unit is neither ours nor the header's."""
        converted = self.converted(value, number.unit)
        if number.unit in self.plain_units:
            return converted
        return Assumed(
            converted,
            Remark(
                f"The cell gives its unit ({number.unit}); it was converted to {self.unit}.",
                f"Nothing, if that is meant; else write the number in {self.unit}.",
            ),
        )

    def converted(self, value: float, unit: str = "") -> float:
        unit = unit or self.given
        if unit == self.unit:
            return value
        return round(value * CONVERSIONS[self.unit][unit], _EXACT)

    def number(self, text: str) -> _Number | None:
        """Read a number with the column's unit or name, whatever its marks."""
        number = _as_written(text)
        if number is not None:
            return number
        alone, unit = self.without_unit(text if text.isascii() else text.translate(_PLAIN_SIGNS))
        alone = self.without_name(alone)
        number = None if alone == text else _as_written(alone)
        return number and number._replace(unit=unit)

    def without_unit(self, text: str) -> tuple[str, str]:
        """Take a unit off the end that is the column's, or can be converted to it."""
        match = _WITH_UNIT.fullmatch(text) if self.unit and not text[-1:].isdigit() else None
        unit = _UNIT_WORDS.get(match[2].casefold(), "") if match else ""
        if match and (unit == self.unit or unit in CONVERSIONS.get(self.unit, ())):
            return match[1], unit
        return text, ""

    def without_name(self, text: str) -> str:
        """Take the column's own name off a value: "Grade 3" and "G III" in a column of grades."""
        if text[:1].casefold() not in self.initials:
            return text
        for match in _VALUE_STARTS.finditer(text, 0, _LONGEST_NAME):
            name = text[: match.start()]
            if name not in self.is_name:
                self.is_name[name] = fold(name) in self.names
            if self.is_name[name]:
                value = text[match.end() :]
                return _ROMAN.get(value.casefold(), value)
        return text

    def bounds(self, text: str) -> Unread:
        """Say of what is no number between which it lies, as far as it says so."""
        text = self.without_name(text)
        if text[:1].isalpha() and not _INEXACT.match(text):
            return NOT_A_NUMBER
        least = most = words = ""
        if match := _BELOW.fullmatch(text):
            most = self.bound(match[1])
            words = f"at most {most}"
        elif match := _ABOVE.fullmatch(text):
            least = self.bound(match[1])
            words = f"at least {least}"
        elif match := _RANGE.fullmatch(text):
            least, most = self.bound(match[1], self.without_unit(match[2])[1]), self.bound(match[2])
            if not (least and most and float(least) < float(most)):
                return NOT_A_NUMBER
            return Unread(_SPAN.remark, Known(f"from {least} to {most}", least, most))
        if least or most:
            return Unread(_LIMIT.remark, Known(words, least, most))
        return _LIMIT if _ABOUT.fullmatch(text) else NOT_A_NUMBER

    def bound(self, text: str, unit: str = "") -> str:
        """Write a bound in our unit, "" where it cannot be read for sure."""
        number = self.number(text)
        if number is None or number.value is None:
            return ""
        return f"{self.converted(number.value, number.unit or unit):.12g}"

    def settle(self, parsed: Parsed) -> None:
        """Read what can mean thousands or decimals by the other cells of the column."""
        unclear = {at: one for at, one in enumerate(parsed.values) if isinstance(one, _Number)}
        if not unclear:
            return
        used = {"," if "," in one.text else "." for one in unclear.values()}
        decimal = next(iter(self.marks)) if len(self.marks) == 1 else ""
        if not self.marks and used == {"."}:
            decimal = "."  # programs write decimals so, and nothing in the column speaks against it
        for at, one in unclear.items():
            parsed.take(at, self.taken(one, one.by(decimal)) if decimal else self.question(one))
        if self.marks and decimal:
            example = next(iter(unclear.values())).text
            name = "comma" if decimal == "," else "point"
            parsed.notes.append(
                Remark(
                    f"Numbers such as '{example}' were read with a decimal {name}, as "
                    f"'{self.marks[decimal]}' can only be read so.",
                    _ONE_MARK,
                )
            )

    def question(self, number: _Number) -> Unread:
        name = "comma" if "," in number.text else "point"
        why = ""
        if len(self.marks) == 2:
            why = f" The column holds both kinds, '{self.marks[',']}' and '{self.marks['.']}'."
        return unread(f"The {name} can mark thousands or decimals.{why}", _ONE_MARK)


def parse_numbers(
    cells: Sequence[Cell],
    unit: str = "",
    names: Sequence[str] = (),
    given: str = "",
    header: str = "",
) -> Parsed:
    """Read numbers; of marks that can be read two ways, one that cannot decides for all.

    Parameters
    ----------
    unit : str
        Unit of the column, which a cell may carry: "12 mg", "45%". A cell that carries another
        unit of `CONVERSIONS` is converted.
    names : sequence of str
        Names of the column, which a cell may carry too: "Grade 3".
    given : str
        Unit of the cells that carry none, where it is not the column's.
    header : str
        The column's header in the file; a unit that it names is no surprise in a cell.
    """
    column = _Numbers(unit, names, given, header)
    parsed = _each(cells, column.read)
    column.settle(parsed)
    return parsed


# Grades

_SEVERITIES = {
    fold(word): grade
    for grade, words in {
        1: ("mild", "minor", "leicht", "léger", "leve"),
        2: ("moderate", "mäßig", "mittel", "moderat", "modéré", "moderado"),
        3: ("severe", "severe or medically significant", "schwer", "sévère"),
        4: ("life-threatening", "life threatening", "lebensbedrohlich"),
        5: ("death", "fatal", "death related to AE", "tod", "tödlich", "décès", "muerte"),
    }.items()
    for word in words
}
_ROMAN_FIRST = re.compile(r"^(?:iv|v|i{1,3})\b", re.IGNORECASE)
_TWO_GRADES = re.compile(r"([1-5])\s*(?:/|-|–|\bor\b|\bto\b|\boder\b)\s*([1-5])", re.IGNORECASE)
_GRADE = "Write the CTCAE grade as a number, 1 to 5."
_NO_GRADE = unread("This is not a number, so it is no CTCAE grade.", _GRADE)
_SEVERITY = unread(
    "This is not a number: a word for how severe an event was is no CTCAE grade.", _GRADE
)
_BETWEEN_GRADES = unread(
    f"This names more than one grade. {_KEPT}", "Write the highest grade, as one number."
)
_GRADE_CONTRADICTED = unread(
    "The grade and the word beside it contradict each other.", "Correct the cell. " + _GRADE
)
_GRADE_REMARKED = unread(
    "A grade stands here with words that are not known, so the grade may not be meant as it is.",
    _GRADE,
)


def parse_grades(cells: Sequence[Cell], names: Sequence[str] = ()) -> Parsed:
    """Read CTCAE grades: 3, "Grade 3", "III", "°3", "3 - severe".

    Parameters
    ----------
    names : sequence of str
        Names of the column, which a cell may carry.
    """
    named, numbers = _Numbers("", names, ""), _Numbers("", (), "")

    def read(cell: Cell) -> Any:
        if not isinstance(cell, str) or len(cell) > LONGEST:
            found = numbers.read(cell)
            return found if isinstance(found, float) else _NO_GRADE
        text = named.without_name(cell.replace("°", "").replace("º", "").strip())
        text = _ROMAN_FIRST.sub(lambda match: _ROMAN[match[0].casefold()], text)
        found = numbers.read(text)
        return found if isinstance(found, float | Assumed) else _no_plain_grade(text, found)

    return _each(cells, read)


def _no_plain_grade(text: str, found: Any) -> Any:
    """Read a grade with a word beside it, or say why there is none."""
    if match := _TWO_GRADES.fullmatch(text):
        least, most = sorted(match.groups())
        known = Known(f"from {least} to {most}", least, most)
        return Unread(_BETWEEN_GRADES.remark, known if least < most else None)
    if fold(text) in _SEVERITIES:
        return _SEVERITY
    pair = labelled(text)
    if pair and pair.code.isdigit():
        meant = _SEVERITIES.get(fold(pair.label))
        if meant is None:
            return _GRADE_REMARKED
        return float(meant) if meant == int(pair.code) else _GRADE_CONTRADICTED
    return found if isinstance(found, Unread) and found.known else _NO_GRADE


# Dates

_WORD = r"[^\W\d_]{3,10}"
_OF = r"(?i:de |del |of )?"
_TIME = (
    r"(?:(?:[T:]| +|, *)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"\s*(?:[AaPp][Mm]|Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:T[0-9]{4,6}Z?)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})" + _TIME)
_DAY_MONTH = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|er|º)?[-/. ]*{_OF}({_WORD})[-/., ]*{_OF}([0-9]{{4}}|[0-9]{{2}})"
    + _TIME
)
_MONTH_DAY = re.compile(
    rf"({_WORD})[-/. ]*([0-9]{{1,2}})(?:st|nd|rd|th)?(?:, ?| )([0-9]{{4}})" + _TIME
)
_YEAR_MONTH_DAY = re.compile(rf"([0-9]{{4}})[-/. ]*({_WORD})[-/. ]*([0-9]{{1,2}})" + _TIME)
_TOKEN = r"[0-9]{1,2}|[^\W\d_]{1,10}\.?"
_UNKNOWN = r"\?{1,2}|-{1,2}|_{1,2}"
_YEAR = r"((?:19|20)[0-9]{2})"
_YEAR_MONTH = re.compile(
    rf"{_YEAR}(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?(?:[-/. ]({_TOKEN}|{_UNKNOWN}))?"
)
_MONTH_YEAR = re.compile(
    rf"(?:({_TOKEN})[-/. ]|({_UNKNOWN})[-/. ]?)?"
    rf"(?:({_TOKEN}|{_UNKNOWN})[-/., ]{{1,2}}|({_WORD}\.?)){_YEAR}"
)
_LINKS = re.compile(r" (?:de|del|of) ", re.IGNORECASE)
_NOT_GIVEN = frozenset({"un", "unk", "unkn", "uk", "nk", "nd", "na", "x", "xx", "xxx"})
"""What stands for a day or month that is not known, beside signs and zeros."""
_SAYS_NOT_GIVEN = re.compile(r"\b(?:un|unk|xx)\b", re.IGNORECASE)

_MONTHS = (
    ("january", "januar", "jänner", "jaenner", "janvier", "enero", "gennaio"),
    ("february", "februar", "feber", "février", "febrero", "febbraio"),
    ("march", "märz", "maerz", "mrz", "mars", "marzo"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio"),
    ("june", "juni", "juin", "junio", "giugno"),
    ("july", "juli", "juillet", "julio", "luglio"),
    ("august", "août", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "settembre"),
    ("october", "oktober", "octobre", "octubre", "ottobre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "décembre", "diciembre", "dicembre"),
)
"""In English, German, French, Spanish and Italian; an abbreviation is the beginning of a name."""


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _abbreviations() -> dict[str, set[int]]:
    """Give the months that each name, and each beginning of one, can mean."""
    found: dict[str, set[int]] = {}
    for number, names in enumerate(_MONTHS, start=1):
        for name in map(_unaccented, names):
            for size in range(3, len(name) + 1):
                found.setdefault(name[:size], set()).add(number)
    return found


_MONTHS_OF = _abbreviations()

_NO_DATE = frozenset({"none", "no", "never", "not reached", "ongoing", "continuing", "alive",
                      "living", "lebt", "lebend", "nein", "keine", "non", "aucun", "aucune",
                      "vivant", "vivante", "ninguno", "ninguna", "vivo", "viva"})  # fmt: skip
"""Words that say in a column of dates that there was no such day: blank, not unreadable."""

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 1, 1)
_SERIAL_FROM, _SERIAL_TO = 32874, 54789
"""Day numbers of a spreadsheet for 1990-01-01 and 2050-01-01; others are taken for no date."""
_SERIAL_ZERO = dt.date(1899, 12, 30)
_ZERO_DAYS = (_SERIAL_ZERO, dt.date(1899, 12, 31))
"""What spreadsheets make of a zero that is formatted as a date."""

WRITE_ISO = "Write dates as year-month-day, for example 2019-03-12."
NOT_A_DATE = unread("This is not a date.", WRITE_ISO)
_NOT_IN_CALENDAR = unread("This day is not in the calendar.", WRITE_ISO)
_IMPLAUSIBLE = unread("This date is not in a plausible year.", WRITE_ISO)
_WHOLE_DATE = f"Give the whole date, if it is known. {WRITE_ISO}"
_NO_DAY = unread("This date has no day.", _WHOLE_DATE)
_ONLY_MONTH = unread(
    "This date has no day: only its month is known. That is kept, but no time is computed from it.",
    _WHOLE_DATE,
)
_ONLY_YEAR = unread(
    "This date has no day and month: only its year is known. That is kept, but no time is computed "
    "from it.",
    _WHOLE_DATE,
)
_NO_MONTH = unread(
    "This date has no month: its year and day are known. That is kept, but no time is computed "
    "from it.",
    _WHOLE_DATE,
)
_YEAR_FIRST_TOO = unread(
    "Does the year come first or last here? It has two digits, and another date of the column can "
    "only begin with it, so it was not guessed.",
    WRITE_ISO,
)

_ZERO = Assumed(
    None,
    Remark(
        "A date of zeros was read as no date, as a blank cell is.",
        "Nothing, if there is no date; else correct the cell. " + WRITE_ISO,
    ),
)
_DAY_NUMBER = Remark(
    "A number in a column of dates was read as the spreadsheet's number of a day "
    "(43536 is 2019-03-12).",
    "Format the column as dates in the spreadsheet.",
)
_SHORT_YEAR = Remark(
    "A year of two digits, at the end of the date, was read as 2000 to 2049 or 1950 to 1999.",
    WRITE_ISO,
)


class TwoWays(NamedTuple):
    """A date of three numbers with the year last: day first or month first."""

    first: int
    second: int
    year: int
    short: bool

    def read(self, day_first: bool) -> dt.date | Unread | Assumed:
        """Read it one way."""
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        return _calendar(self.year, month, day)

    @property
    def only(self) -> bool | None:
        """Day first (True) or month first (False), where it can only be read so."""
        if (self.first > 12) == (self.second > 12):
            return None
        day_first = self.first > 12
        return day_first if isinstance(self.read(day_first), dt.date) else None


def parse_dates(cells: Sequence[Cell], order: DateOrder = "") -> Parsed:
    """Read dates; of those with the year last, one that reads only one way decides for all.

    Parameters
    ----------
    order : {"", "day first", "month first"}
        How the user says that dates with the year last are read; "" leaves it to the column.

    Returns
    -------
    Parsed
        Dates as ``datetime.date``. Where no cell decides, or two contradict each other, those
        that can be read both ways are emptied, with a question.
    """
    parsed = _each(cells, _date, MISSING | _NO_DATE)
    two_ways = {at: v for at, v in enumerate(parsed.values) if isinstance(v, TwoWays)}
    if not two_ways:
        return parsed
    if any(one.short and one.first > 31 for one in two_ways.values()):
        for at in [at for at, one in two_ways.items() if one.short]:
            del two_ways[at]
            parsed.take(at, _YEAR_FIRST_TOO)
    only = {at: one.only for at, one in two_ways.items()}
    if order:
        _read_as_said(parsed, two_ways, only, order)
    else:
        _read_by_column(cells, parsed, two_ways, only)
    return parsed


def _read_by_column(
    cells: Sequence[Cell],
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
) -> None:
    """Read dates with the year last by those of the column that can be read one way only."""
    deciding = {
        way: at
        for at, way in only.items()
        if way is not None and parsed.assumed.get(at) is not _DOUBTFUL
    }
    one_way = next(iter(deciding)) if len(deciding) == 1 else None
    question = _question(both=bool(deciding))
    for at, one in two_ways.items():
        way = one_way if only[at] is None else only[at]
        asked = way is None and one.first != one.second and max(one.first, one.second) <= 12
        parsed.take(at, question if asked else one.read(day_first=way is not False))
    if one_way is not None:
        _say_order(cells, parsed, two_ways, only, as_text(cells[deciding[one_way]]))


def _read_as_said(
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
    order: DateOrder,
) -> None:
    """Read dates with the year last as the user says; what contradicts that is emptied."""
    day_first = order == "day first"
    contradicted = unread(
        f"This date cannot be read {order}, as the mapping says of its column.",
        f"Correct the cell, or change the order of the column's dates. {WRITE_ISO}",
    )
    for at, one in two_ways.items():
        parsed.take(at, contradicted if only[at] is (not day_first) else one.read(day_first))
    parsed.notes.append(
        Remark(f"Dates with the year last were read {order}, as the mapping says.", WRITE_ISO)
    )


def _question(both: bool) -> Unread:
    why = "the column holds dates of both kinds" if both else "nothing in the column tells which"
    return unread(
        f"Is this day-month-year or month-day-year? Here {why}, so it was not guessed.",
        f"{WRITE_ISO} Or say which comes first under Columns on the page Data.",
    )


def _say_order(
    cells: Sequence[Cell],
    parsed: Parsed,
    two_ways: Mapping[int, TwoWays],
    only: Mapping[int, bool | None],
    example: str,
) -> None:
    """Note how dates with the year last were read, and where a spreadsheet may have swapped."""
    order = "day" if True in only.values() else "month"
    if any(way is None and two_ways[at].first != two_ways[at].second for at, way in only.items()):
        parsed.notes.append(
            Remark(f"Dates were read {order} first, as '{example}' can only be read so.", WRITE_ISO)
        )
    own = [cell for cell in cells if isinstance(cell, dt.date)]
    if own and all(one.day <= 12 for one in own) and None not in only.values():
        parsed.notes.append(
            Remark(
                f"Some dates are text ('{example}'), and those that the spreadsheet took for dates "
                "all have a day of 12 or less: it may have swapped their day and month. They were "
                "read as they stand.",
                "Compare a few dates with the source. " + WRITE_ISO,
            )
        )


def _date(cell: Cell) -> Any:
    """Read a date; one that only the column can decide is a `TwoWays`."""
    if isinstance(cell, dt.date):
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        return _ZERO if day in _ZERO_DAYS else _plausible(day)
    if isinstance(cell, bool) or len(text := as_text(cell)) > LONGEST:
        return NOT_A_DATE
    if not isinstance(cell, str):
        return _of_number(text)
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    found = _of_text(text)
    if found is NOT_A_DATE and (text := _undoubted(text)):
        found = _in_doubt(_of_text(text))
    return found


def _of_number(text: str) -> Any:
    """Read a number: 20190312, the spreadsheet's number of a day, or a year."""
    if match := _COMPACT.fullmatch(text):
        return _calendar(*map(int, match.groups()))
    if _SERIAL.fullmatch(text) and _SERIAL_FROM <= float(text) <= _SERIAL_TO:
        return Assumed(_SERIAL_ZERO + dt.timedelta(days=int(float(text))), _DAY_NUMBER)
    return _partly(int(text), None, None) if re.fullmatch(_YEAR, text) else NOT_A_DATE


def _of_text(text: str) -> Any:
    if not text[:1].isdigit():
        match = _MONTH_DAY.fullmatch(text)
        return _named(match[3], match[1], match[2]) if match else _incomplete(text)
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4])
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[3], match[2], match[1])
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        return _named(match[1], match[2], match[3])
    found = _of_number(text)
    return _incomplete(text) if found is NOT_A_DATE else found


def _year_last(first: int, second: int, written: str) -> Any:
    """Take a date of three numbers; a zero stands for what is not known."""
    year = _year(written)
    if first and second:
        two_ways = TwoWays(first, second, year, short=len(written) == 2)
        return Assumed(two_ways, _SHORT_YEAR) if two_ways.short else two_ways
    if not (first or second or int(written)):
        return _ZERO
    if year == 1900 and first + second == 1:  # a spreadsheet's zero: 00/01/1900, 1/0/1900
        return _ZERO
    return _partly(year, second if second <= 12 else None, None) if second else _partly(year)


def _named(written: str, name: str, day: str) -> Any:
    """Take a date with the name of its month."""
    months = _months(name)
    year = _year(written)
    if not months:
        unknown = name.casefold() in _NOT_GIVEN and len(written) == 4
        return _partly(year, None, int(day)) if unknown else NOT_A_DATE
    if len(months) > 1:
        words = join_words([_MONTHS[month - 1][0].title() for month in months], "or")
        return unread(f"The month can be {words}.", f"Write the month in full. {WRITE_ISO}")
    found = _calendar(year, months[0], int(day))
    short = len(written) == 2 and isinstance(found, dt.date)
    return Assumed(found, _SHORT_YEAR) if short else found


@functools.lru_cache(maxsize=1024)
def _months(name: str) -> list[int]:
    """Give the months that a name or an abbreviation can mean."""
    return sorted(_MONTHS_OF.get(_unaccented(name.removesuffix(".")), ()))


def _incomplete(text: str) -> Unread:
    """Say of what is no whole date what it says all the same: a year, a month."""
    plain = _LINKS.sub(" ", text) if text[-4:].isdigit() else text
    if match := _YEAR_MONTH.fullmatch(plain) if plain[:4].isdigit() else None:
        year, month, day = match.groups()
        decimal = text[4:5] == "." and not day  # 2019.5 may be the middle of the year
        return _tokens(int(year), None if decimal else month, day)
    if match := _MONTH_YEAR.fullmatch(plain) if plain[-4:].isdigit() else None:
        day, month = match[1] or match[2], match[3] or match[4]
        # In 03/??/2019 the number may be the day or the month: only the year is sure.
        unsure = day and day.isdigit() and _says_unknown(month)
        return _tokens(int(match[5]), month, None if unsure else day)
    return _NO_DAY if _SAYS_NOT_GIVEN.search(text) else NOT_A_DATE


def _tokens(year: int, month: str | None, day: str | None) -> Unread:
    known = _month_of(month)
    if known is None or (day and not day.isdigit() and not _says_unknown(day)):
        return NOT_A_DATE
    return _partly(year, known or None, int(day) if day and day.isdigit() else None)


def _month_of(token: str | None) -> int | None:
    """Read a month: 0 where it is not given, None where this is none."""
    if token is None or _says_unknown(token):
        return 0
    if token.isdigit():
        return int(token) if int(token) <= 12 else None
    months = _months(token)
    return months[0] if len(months) == 1 else None


def _says_unknown(token: str) -> bool:
    return not token.strip("?-_0") or token.casefold() in _NOT_GIVEN


def _partly(year: int, month: int | None = None, day: int | None = None) -> Unread:
    """Say what is known of a date that lacks its day, or its month."""
    if not EARLIEST.year < year < LATEST.year:
        return _IMPLAUSIBLE
    if (day and day > 31) or (month and month > 12):
        return _NOT_IN_CALENDAR
    if month:
        last = calendar.monthrange(year, month)[1]
        words = f"{_MONTHS[month - 1][0].title()} {year}"
        known = Known(words, f"{year}-{month:02}-01", f"{year}-{month:02}-{last}")
        return Unread(_ONLY_MONTH.remark, known)
    if day:
        known = Known(
            f"day {day} of a month of {year}", f"{year}-01-{day:02}", f"{year}-12-{day:02}"
        )
        return Unread(_NO_MONTH.remark, known)
    known = Known(f"the year {year}", f"{year}-01-01", f"{year}-12-31")
    return Unread(_ONLY_YEAR.remark, known)


def _calendar(year: int, month: int, day: int) -> dt.date | Unread | Assumed:
    if not (month and day):
        if not (year or month or day) or (year, month, day) == (1900, 1, 0):
            return _ZERO
        return _partly(year, month or None, day or None)
    try:
        return _plausible(dt.date(year, month, day))
    except ValueError:
        return _NOT_IN_CALENDAR


def _plausible(date: dt.date) -> dt.date | Unread:
    return date if EARLIEST < date < LATEST else _IMPLAUSIBLE


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 50 else 1900)
