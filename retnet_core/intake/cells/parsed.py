"""What reading a cell gives: a value, what is known of it, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from retnet_core.intake.reading.look import NO_RESULT
from retnet_core.intake.sheets import Cell, as_text

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


class Decided(NamedTuple):
    """The order that dates of a column show: "day first", and the position of a cell with it."""

    order: str
    at: int


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
    decided : Decided or None
        The order of its dates, where they show one.
    """

    values: list[Any] = field(default_factory=list)
    emptied: dict[int, Remark] = field(default_factory=dict)
    assumed: dict[int, Remark] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)
    decided: Decided | None = None

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


def each(
    cells: Sequence[Cell],
    read: Callable[..., Any],
    missing: Collection[str] = MISSING,
    beside: Iterable[Sequence[str]] = (),
) -> Parsed:
    """Read each cell by itself; a reader that knows a spelling wins over its being missing.

    ``beside`` holds sequences of what the reader takes with each cell.
    """
    parsed = Parsed([None] * len(cells))
    for at, (cell, *more) in enumerate(zip(cells, *beside, strict=True)):
        failed = isinstance(cell, str) and cell.casefold() in ERRORS
        found = FAILED if failed else read(cell, *more)
        if not (isinstance(found, Unread) and is_missing(cell, missing)):
            parsed.take(at, found)
    return parsed


def parse_text(cells: Sequence[Cell], missing: Collection[str] = ABSENT | NOT_KNOWN) -> Parsed:
    """Read text as it stands; a number is written without a trailing ".0"."""
    return each(cells, lambda cell: None if is_missing(cell, missing) else as_text(cell))


# Doubt

DOUBTFUL = Remark(
    "A question mark or an asterisk after the value was left out, and the value was read as it "
    "stands.",
    "Look the value up in the source: write it without the mark if it is right, or leave the cell "
    "blank.",
)


def undoubted(text: str) -> str:
    """Take a question mark or an asterisk off the end; "" where there is none."""
    return text[:-1].rstrip() if text[-1:] in ("?", "*") else ""


def in_doubt(found: Any) -> Any:
    """Say of what was read without its mark that it was assumed."""
    if isinstance(found, Unread):
        return found
    return Assumed(found.value if isinstance(found, Assumed) else found, DOUBTFUL)
