"""Headers of a list with a row a patient that name one of several: Embo2_Date, "CgA 3 mo"."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from retnet_core.intake.layouts import units
from retnet_core.intake.layouts.names import plain, spellings
from retnet_core.protocol import fold
from retnet_core.tables import SCHEMAS, about

Number = tuple[int, int]
"""Which of several: of sessions also by cycle and session, (0, n) where only one number counts."""

_STEMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "embolizations": (
        ("embo",), ("embos",), ("embol",), ("embolization",), ("embolisation",),
        ("embolizacion",), ("embolisierung",), ("chemoembolization",), ("chemoembolisation",),
        ("tace",), ("tae",), ("procedure",), ("session",), ("sitzung",), ("seance",), ("sesion",),
        ("treatment",), ("behandlung",), ("cycle",), ("zyklus",), ("ciclo",),
    ),
    "assessments": (
        ("scan",), ("imaging",), ("ct",), ("mri",), ("mrt",), ("irm",), ("staging",),
        ("restaging",), ("assessment",), ("bildgebung",), ("imagerie",), ("imagen",),
        ("follow", "up"), ("followup",), ("fu",), ("recist",), ("response",),
    ),
    "adverse_events": (
        ("ae",), ("adverse", "event"), ("toxicity",), ("tox",), ("nebenwirkung",), ("ue",),
        ("evento", "adverso"), ("evenement", "indesirable"), ("ei",),
    ),
}  # fmt: skip
_CYCLES = {("cycle",), ("zyklus",), ("ciclo",)}
_FIELDS = {
    "embolizations": {
        "date": ("day", "datum", "fecha", "tag", "dt"),
        "technique": ("type", "technik", "tecnica"),
        "target": ("side", "seite"),
    },
    "assessments": {
        "date": ("day", "datum", "fecha", "dt"),
        "overall_response": ("recist", "ansprechen", "respuesta", "reponse"),
        "sum_of_diameters_mm": ("sum",),
    },
    "adverse_events": {
        "start_date": ("date", "datum", "fecha", "dt", "startdate", "begin", "beginn"),
        "end_date": ("enddate", "stop"),
        "term": ("name", "event", "description"),
        "grade": ("gr", "ctc", "ctcgrade", "grad"),
    },
}
"""Further names of our columns where the number's word stands beside them."""
_FILLERS = {"of", "the", "no", "nr", "number", "num", "der", "die", "des", "de", "la", "le", "du",
            "del", "for", "at", "l", "d"}  # fmt: skip
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (("first", "erste", "erster", "ersten", "premier", "premiere", "primera", "primer"),
         ("second", "zweite", "zweiter", "zweiten", "deuxieme", "seconde", "segunda", "segundo"),
         ("third", "dritte", "dritter", "dritten", "troisieme", "tercera", "tercer"),
         ("fourth", "vierte", "quatrieme", "cuarta"), ("fifth", "funfte", "cinquieme", "quinta"),
         ("sixth", "sechste", "sixieme", "sexta")),
        start=1,
    )
    for word in words
}  # fmt: skip
_TOKEN = re.compile(r"[0-9]+(?:st|nd|rd|th|er|ere|eme|a|o)?(?![a-z])|[0-9]+|[a-z]+|%")
_VERSION = re.compile(r"\bv[0-9]+(?:\.[0-9]+)?\b|\b[0-9]+\.[0-9]+\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
MOST = 60
"""No list numbers further; a larger number is a year, or something else."""


@dataclass(frozen=True)
class Numbered:
    """A header of one of several.

    Attributes
    ----------
    table : str
        Our table that the column becomes rows of.
    number : (int, int)
    column : str
        Our column, "" where the header gives the number alone.
    stem : str
        The word that is counted, and its number: "scan 2".
    cycle : bool
        The number, or the first of two, counts cycles.
    """

    table: str
    number: Number
    column: str
    stem: str
    cycle: bool = False


def _plain(text: str) -> str:
    """Write a text in small letters without accents, words apart: "Embo1Date"."""
    return plain(_CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold())


@functools.cache
def _columns(table: str) -> dict[str, str]:
    """Give our columns by every name they may have beside a number."""
    known = {fold(_plain(word)): name for word, name in spellings(table).items()
             if name != "patient_id"}  # fmt: skip
    told = [(word, name) for name in SCHEMAS[table].columns if name != "patient_id"
            for word in about(table, name).aliases]  # fmt: skip
    known |= {
        "".join(one for one in _TOKEN.findall(_plain(word)) if one not in _FILLERS): name
        for word, name in told
    }
    return {
        **{fold(word): name for name, words in _FIELDS[table].items() for word in words},
        **known,
        **({"date": "start_date"} if table == "adverse_events" else {}),
    }


@functools.lru_cache(maxsize=4096)
def parse(header: str) -> Numbered | None:
    """Read a header as one of several; None where it is none.

    Examples
    --------
    >>> parse("Embo2_Date").column, parse("2nd embolization date").number
    ('date', (0, 2))
    >>> parse("AE1").column, parse("AE 3 Grade").column
    ('', 'grade')
    >>> parse("Ki-67"), parse("Date of birth")
    (None, None)
    """
    named = units.split(header)
    for text in (named.header,) if named.unit else (header, named.header):
        words = _TOKEN.findall(_plain(_VERSION.sub(" ", text)))
        words = [word for word in words if word not in _FILLERS]
        if found := _in_two(words) or next(_readings(words), None):
            return found
    return None


def is_bare(header: str) -> bool:
    """Tell a header that gives a number alone: "First embolization", "Scan 2"."""
    found = parse(header)
    return found is not None and not found.column


def _in_two(words: list[str]) -> Numbered | None:
    """Read a header with a cycle and a session: "Cycle 1 session 2 date"."""
    if len(words) < 4 or (words[0],) not in _CYCLES or words[2] not in ("session", "s", "sitzung"):
        return None
    if not (words[1].isdigit() and words[3].isdigit()):
        return None
    column = _columns("embolizations").get("".join(words[4:]), "") if words[4:] else ""
    if words[4:] and not column:
        return None
    number = int(words[1]), int(words[3])
    return Numbered("embolizations", number, column, f"cycle {number[0]} session {number[1]}", True)


def _readings(words: list[str]) -> Iterator[Numbered]:
    numbers = [at for at, word in enumerate(words) if _number(word)]
    if len(numbers) != 1:
        return
    n = _number(words[numbers[0]])
    rest = [word for at, word in enumerate(words) if at != numbers[0]]
    for table, stems in _STEMS.items():
        for stem in stems:
            for at in range(len(rest) - len(stem) + 1):
                if tuple(rest[at : at + len(stem)]) == stem:
                    left = "".join(rest[:at] + rest[at + len(stem) :])
                    column = _columns(table).get(left, "") if left else ""
                    if column or not left:
                        number = (n, 1) if stem in _CYCLES else (0, n)
                        yield Numbered(
                            table, number, column, f"{' '.join(stem)} {n}", stem in _CYCLES
                        )


def _number(word: str) -> int:
    """Read a number or an ordinal, 0 where it is neither."""
    match = re.match(r"[0-9]{1,4}", word)
    number = int(match[0]) if match else _ORDINALS.get(word, 0)
    return number if number <= MOST else 0


# Laboratory values

_TESTS = {
    "cga", "chromogranina", "chromogranin", "5hiaa", "hiaa", "nse", "serotonin", "gastrin",
    "pancreastatin", "glucagon", "insulin", "vip", "alt", "ast", "alp", "ggt", "ldh", "bilirubin",
    "totalbilirubin", "albumin", "creatinine", "kreatinin", "inr", "platelets", "hemoglobin",
    "haemoglobin", "hb", "wbc", "got", "gpt",
}  # fmt: skip
_UNIT = r"(?:months?|mos?|mths?|m|weeks?|wks?|w|days?|d|monate?|mois|mes(?:es)?|wochen?|years?|y)"
_WHEN = rf"(?:baseline|bl|screening|{_UNIT}[\s_.-]*[0-9]{{1,3}}|[0-9]{{1,3}}[\s_.-]*{_UNIT})"
_TEST_FIRST = re.compile(rf"(?P<test>.+?)[\s_,:-]+(?:at[\s_]+)?(?P<when>{_WHEN})", re.IGNORECASE)
_WHEN_FIRST = re.compile(rf"(?P<when>{_WHEN})[\s_,:-]+(?P<test>.+)", re.IGNORECASE)


def parse_lab(header: str) -> tuple[str, str] | None:
    """Read a header as a laboratory test and its visit, each as typed.

    Examples
    --------
    >>> parse_lab("CgA_baseline"), parse_lab("CgA 3 mo (ng/mL)"), parse_lab("ECOG baseline")
    (('CgA', 'baseline'), ('CgA', '3 mo'), None)
    """
    bare = re.sub(r"[(\[].*?[)\]]", "", header).strip()
    for pattern in (_TEST_FIRST, _WHEN_FIRST):
        match = pattern.fullmatch(bare)
        if match and fold(match["test"]) in _TESTS:
            return match["test"].replace("_", " "), match["when"].replace("_", " ")
    return None


# Items of questionnaires

_VISIT = re.compile(
    rf"(?P<item>(?:qlq[\s_-]*)?(?:c30|gi(?:net)?(?:21)?).*?[0-9]{{1,2}})[\s_.-]+"
    rf"(?P<visit>v(?:isit)?[\s_.-]*[0-9]{{1,2}}|t[0-9]{{1,2}}|{_WHEN})",
    re.IGNORECASE,
)


def parse_answer(header: str) -> tuple[str, str] | None:
    """Divide the header of an item at a visit: "c30_q1_v2" is "c30_q1" at "v2".

    Examples
    --------
    >>> parse_answer("c30_q1_v2"), parse_answer("c30_q1")
    (('c30_q1', 'v2'), None)
    """
    match = _VISIT.fullmatch(header.strip())
    return (match["item"], match["visit"].replace("_", " ")) if match else None


def is_field(text: str) -> bool:
    """Tell what may stand under the header of one of several: "Date", "RECIST"."""
    folded = fold(_plain(text))
    return any(folded in _columns(table) for table in _STEMS)
