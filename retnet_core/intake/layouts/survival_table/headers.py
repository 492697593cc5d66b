"""What a header says in a table of times and events: a time or a status, of which endpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from retnet_core.intake.cells.units import TIMES
from retnet_core.intake.layouts import units
from retnet_core.protocol import ENDPOINTS, find_endpoint, fold

Role = Literal["time", "status", "bare", ""]
Direction = Literal["status", "event", "cnsr", "censored", "censoring", "alive"]
"""What 1 or yes would mean: "status" most likely the event, "event" the event by its name, "cnsr"
and "censored" that it did not happen; of "censoring" and "alive" both readings are in use."""

_PHRASES = tuple(
    (re.compile(rf"\b{words}\b"), key)
    for words, key in {
        r"(?:from|since|after) \w+": "",
        r"(?:hepatic|liver) progress(?:ion)? free(?: survival)?": "hpfs",
        r"progress(?:ion)? free(?: survival)?": "pfs",
        r"distant metastas[ie]s free(?: survival)?": "dmfs",
        r"metastas[ie]s free(?: survival)?": "mfs",
        r"disease free interval": "dfi",
        r"disease free(?: survival)?": "dfs",
        r"(?:recurrence|relapse) free(?: survival)?": "rfs",
        r"event free(?: survival)?": "efs",
        r"disease specific(?: survival)?": "dss",
        r"cancer specific(?: survival)?": "css",
        r"overall surv(?:ival)?": "os",
        r"time to progression": "ttp time",
        r"time to (?:event|censoring)": "time",
        r"follow up": "followup",
        r"vital stat(?:us)?": "vital status",
    }.items()
)
"""Names of several words, and the one word that is read for them."""

_ENDPOINT = re.compile(r"[a-z]{1,4}fs[0-9]?|os|[dc]ss|tt[pfr]|ttnt|dfi|pfi|dor|bcr")
_DEATH = frozenset({"death", "dead", "died", "deceased", "vital"})
_OTHER_EVENTS = {"progression": "progression", "progressed": "progression",
                 "recurrence": "recurrence", "recurred": "recurrence", "recur": "recurrence",
                 "relapse": "relapse", "relapsed": "relapse",
                 "metastasis": "metastasis"}  # fmt: skip
_TIME = frozenset({"time", "tte", "futime", "duration", "aval"})
_ALSO_TIME = frozenset({"survival", "surv", "followup", "fu", "interval", "length"})
"""Words of a time that also stand in names of a status."""
_EVENT = frozenset({"event", "events", "evt"})
_CENSORING = frozenset({"cens", "censor", "censoring", "censorship"})
_STATUS = frozenset({"status", "stat", "fustat", "cnsr", "censored", "indicator"}
                    ) | _EVENT | _CENSORING  # fmt: skip
_ALIVE = frozenset({"alive", "living", "survived", "vital"})
_OUTCOME = "outcome"
_FILLERS = frozenset({"to", "of", "in", "until", "the", "is", "a", "for", "or", "last", "code",
                      "flag", "total", "s", "patient", "patients"})  # fmt: skip
_NOT_HERE = frozenset({"date", "dates", "dt", "datetime", "year", "reason", "cause", "desc"})
"""Words of columns that are neither a time nor a status, whatever else they say."""
_LEGEND = re.compile(r"\b([0-9])\s*[=:]\s*([^\W\d_][^,;=:()\[\]0-9]*)")
_ENDS = tuple(sorted(_TIME | _ALSO_TIME | _STATUS | _DEATH | set(TIMES), key=len, reverse=True))


@dataclass(frozen=True)
class Header:
    """A header, as far as it is one of a time or a status.

    Attributes
    ----------
    at : int
        Place of the column.
    title : str
        As typed.
    role : str
        "time", "status", "bare" for the name of an endpoint and nothing else, "" for neither.
    key : str
        The endpoint, in one spelling for the time and the status of it; "" where none is named.
    unit : str
        Of a time, "" where none is named.
    direction : str
        Of a status.
    legend : dict of str to str
        Codes that the header itself explains: "status (1 = dead, 0 = alive)".
    known : bool
        The endpoint is one that is known, or none is named.
    rank : int
        Of several columns for one endpoint the highest wins.
    """

    at: int
    title: str
    role: Role = ""
    key: str = ""
    unit: str = ""
    direction: Direction = "status"
    legend: dict[str, str] = field(default_factory=dict)
    known: bool = True
    rank: int = 0


def read_header(title: str, at: int = 0) -> Header:
    """Read a header.

    Examples
    --------
    >>> one = read_header("OS_MONTHS")
    >>> one.role, one.key, one.unit
    ('time', 'os', 'months')
    >>> one = read_header("hpfs.event")
    >>> one.role, one.key, one.direction
    ('status', 'hpfs', 'event')
    """
    legend = {code: meaning.strip() for code, meaning in _LEGEND.findall(title)}
    words = _words(_LEGEND.sub(" ", title))
    if _NOT_HERE & set(words) or any(word.isdigit() for word in words):
        return Header(at, title)
    unit = next((one for word in words if (one := _unit(word))), "")
    key, known = _key(words)
    role = _role(words, bool(unit), key if known else "")
    if not role or not _is_meant(words, role, key, known):
        return Header(at, title)
    rank = _rank(words, unit)
    return Header(at, title, role, key, unit, _direction(words), legend, known, rank)


def _rank(words: list[str], unit: str) -> int:
    """Prefer names of an endpoint to others, and to all a time with its unit."""
    named = bool(_named(words))
    plain = bool(set(words) & (_TIME | _STATUS)) or _named(words) == words
    return 4 if named and unit else 2 * plain + named


def _words(title: str) -> list[str]:
    """Split a header into words; names of several words become one."""
    text = " ".join(re.findall(r"[^\W\d_][^\W_]*|[0-9]+", title.casefold()))
    for phrase, key in _PHRASES:
        text = phrase.sub(key, text)
    return [part for word in text.split() for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """Split what was written together: "ostime", "survdays"."""
    end = next((one for one in _ENDS if word.endswith(one) and word != one), "")
    start = word.removesuffix(end)
    if end and word not in _TIME | _STATUS and (
        _ENDPOINT.fullmatch(start) or start in _ALSO_TIME | _TIME | _DEATH | _EVENT
    ):  # fmt: skip
        return [start, end]
    return [word]


def _unit(word: str) -> str:
    unit = units.known(word).unit
    return unit if unit in TIMES else ""


def _named(words: list[str]) -> list[str]:
    return [word for word in words if _ENDPOINT.fullmatch(word)]


def _key(words: list[str]) -> tuple[str, bool]:
    """Give what is left of a header without role, unit and fillers; tell whether it is known."""
    named, key = bool(_named(words)), []
    for word in words:
        if word in _DEATH or word in _ALIVE:
            key += [] if named else ["os"]
        elif word in _OTHER_EVENTS:
            key += [] if named else [_OTHER_EVENTS[word]]
        elif not (word in _TIME | _ALSO_TIME | _STATUS | _FILLERS | {_OUTCOME} or _unit(word)):
            key.append(word)
    known = any(_ENDPOINT.fullmatch(word) or word in _OTHER_EVENTS.values() for word in key)
    return " ".join(dict.fromkeys(key)), known or not key


def _role(words: list[str], has_unit: bool, known: str) -> Role:
    here = set(words)
    status = bool(here & _STATUS)
    if here & _TIME or has_unit:
        plural = len(words) > 1 or words[0].endswith("s") or bool(here & _TIME)
        after = status and words[-1] in _STATUS - _EVENT - {"censored"}
        return "status" if after else "time" if plural else ""
    if status:
        return "status"
    if here & _ALSO_TIME:
        return "time"
    if here & (_DEATH | _ALIVE | set(_OTHER_EVENTS)) or words == [_OUTCOME]:
        return "status"
    return "bare" if known and _named(words) == words else ""


def _is_meant(words: list[str], role: Role, key: str, known: bool) -> bool:
    """Tell whether a header is of an endpoint: smoking has years and a status, and is none."""
    return known or "time" in words or (role == "status" and bool(_EVENT & set(words)))


def _direction(words: list[str]) -> Direction:
    here = set(words)
    events = here & (_EVENT | _DEATH | set(_OTHER_EVENTS)) - {"vital"}
    if "cnsr" in here:
        return "cnsr"
    if here & _CENSORING or ("censored" in here and events):
        return "censoring"
    if "censored" in here:
        return "censored"
    if here & _ALIVE or (here & {"survival", "surv"} and not events):
        return "alive"
    return "event" if events else "status"


def label_of(key: str) -> str:
    """Name an endpoint: RETNET's as it is called there, other abbreviations in capitals.

    Examples
    --------
    >>> label_of("hpfs"), label_of("dfs"), label_of("recurrence")
    ('hPFS', 'DFS', 'Recurrence')
    """
    known = find_endpoint(key)
    if known.code in ENDPOINTS:
        return known.short
    words = [word.upper() if _ENDPOINT.fullmatch(word) else word for word in key.split()]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


def same(title: str, wanted: str) -> bool:
    """Tell whether a header is the one that was named."""
    return title == wanted or fold(title) == fold(wanted)
