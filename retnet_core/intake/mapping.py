"""What a user said about an export: which column is which, and how its cells are read."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from typing import Any

import yaml

from retnet_core.intake.cells.dates import DateOrder
from retnet_core.intake.findings import ExportError
from retnet_core.tables import SCHEMAS, about
from retnet_core.trial import join_words

DATE_ORDERS: dict[str, DateOrder] = {
    "": "",
    "day first": "day first",
    "month first": "month first",
    "year first": "year first",
}
VERSION = 1
"""Of the file that a mapping is kept in."""
LONGEST_FILE = 2**20
_NOT_A_MAPPING = "This is not a mapping file of the dashboard"

Place = tuple[str, str]
"""A sheet and the header of one of its columns."""


@dataclass(frozen=True)
class Reading:
    """How the cells of one of our columns are read, where the user said so.

    Attributes
    ----------
    codes : mapping of str to str
        A cell as text, and what it means: ``{"A": "TAE", "2": "yes"}``. "" means no value.
    unit : str
        Unit of the file's numbers ("cm", "weeks", "share"), which wins over the header's; ""
        leaves it to cells and headers.
    dates : str
        "day first", "month first" or "year first" (with two digits), for dates that can be read in
        several ways.
    missing : tuple of str
        Cells that stand for no value: "-99".
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    dates: DateOrder = ""
    missing: tuple[str, ...] = ()


AS_FOUND = Reading()


@dataclass(frozen=True)
class ExportMapping:
    """What a user said about an export.

    Attributes
    ----------
    layout : str
        The layout to read it by; "" leaves that to the program.
    sheets : mapping of str to str
        The table of a sheet, by the sheet's name; "" for a sheet that is not used.
    columns : mapping of str to mapping of str to str
        For a table, the header that each of our columns has in the file.
    readings : mapping of (str, str) to Reading
        How the cells of a table's column are read.
    missing : tuple of str
        Cells that stand for no value in every column.
    dates : str
        "day first", "month first" or "year first" (with two digits): the order of all dates of the
        file, but for columns with a reading that says another one.
    dropped : tuple of (str, str)
        Sheet and header of columns that are left out of the import, and of what is kept of it.
    not_personal : tuple of (str, str)
        Sheet and header of columns that looked personal, and are not.
    """

    layout: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    readings: Mapping[Place, Reading] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    dates: DateOrder = ""
    dropped: tuple[Place, ...] = ()
    not_personal: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables and columns that do not exist; leave out what says nothing."""
        tables = [*self.columns, *(table for table, _ in self.readings), *self.sheets.values()]
        for table in filter(None, tables):
            if table not in SCHEMAS:
                raise ExportError(
                    f"The mapping names the table '{table}', which does not exist."
                    f"{_perhaps(table, SCHEMAS)}"
                )
        ours = [(table, name) for table, named in self.columns.items() for name in named]
        for table, name in (*ours, *self.readings):
            if name not in SCHEMAS[table].columns:
                raise ExportError(
                    f"The mapping names the column '{name}', which the table {table} does not have."
                    f"{_perhaps(name, SCHEMAS[table].columns)}"
                )
        said = {table: named for table, named in self.columns.items() if named}
        readings = {place: one for place, one in self.readings.items() if one != AS_FOUND}
        object.__setattr__(self, "columns", said)
        object.__setattr__(self, "readings", readings)

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return not any(getattr(self, one.name) for one in fields(self))

    def reading(self, table: str, column: str) -> Reading:
        """Give how a column is read, with what is said of all columns or dates of the file."""
        own = self.readings.get((table, column), AS_FOUND)
        dates = own.dates or (self.dates if about(table, column).kind == "date" else "")
        return Reading(own.codes, own.unit, dates, (*own.missing, *self.missing))

    def with_column(
        self, table: str, column: str, header: str | None, reading: Reading
    ) -> ExportMapping:
        """Say which header one of our columns has (None: as the program finds it), and its reading.

        On the screen a header is one column of ours only: what had it before goes back to what is
        found. A mapping file may name it for several.
        """
        columns = {
            name: {ours: own for ours, own in named.items() if (name, ours) != (table, column)}
            for name, named in self.columns.items()
        }
        if header is not None:
            columns[table] = {
                ours: own for ours, own in columns.get(table, {}).items() if own != header
            } | {column: header}
        readings = {place: one for place, one in self.readings.items() if place != (table, column)}
        readings[table, column] = reading
        return replace(self, columns=columns, readings=readings)

    def with_sheets(self, sheets: Mapping[str, str | None]) -> ExportMapping:
        """Say what each sheet holds: a table, "" for nothing of use, None as the program finds."""
        return replace(
            self, sheets={name: table for name, table in sheets.items() if table is not None}
        )

    def key(self, sha256: str) -> str:
        """Name a file read by this mapping: the file's own hash where nothing was said."""
        if self.is_empty:
            return sha256
        said = yaml.safe_dump(yaml.safe_load(to_yaml(self)), sort_keys=True)  # in whatever order
        return hashlib.sha256(f"{sha256}\n{said}".encode()).hexdigest()


def _perhaps(word: str, known: Iterable[str]) -> str:
    """Name what a word that is not known was perhaps meant to be."""
    near = difflib.get_close_matches(word.casefold(), list(known), 1)
    return f" Perhaps '{near[0]}' is meant." if near else ""


def to_yaml(mapping: ExportMapping) -> str:
    """Write a mapping as a file that people can read and change.

    Examples
    --------
    >>> print(to_yaml(ExportMapping(columns={"patients": {"arm": "Group"}})), end="")
    retnet_mapping: 1
    columns:
      patients:
        arm:
          header: Group
    """
    columns: dict[str, dict[str, dict[str, Any]]] = {}
    for table, named in mapping.columns.items():
        for name, header in named.items():
            columns.setdefault(table, {}).setdefault(name, {})["header"] = header
    for (table, name), reading in mapping.readings.items():
        said = {one.name: getattr(reading, one.name) for one in fields(reading)}
        told = {key: _plain(value) for key, value in said.items() if value}
        if told:
            columns.setdefault(table, {}).setdefault(name, {}).update(told)
    content = {
        "retnet_mapping": VERSION,
        "layout": mapping.layout,
        "sheets": dict(mapping.sheets),
        "columns": columns,
        "missing": list(mapping.missing),
        "dates": mapping.dates,
        "dropped": [list(place) for place in mapping.dropped],
        "not_personal": [list(place) for place in mapping.not_personal],
    }
    kept = {key: value for key, value in content.items() if value}
    return yaml.dump(kept, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


class _Dumper(yaml.SafeDumper):
    """Writes breaks of lines and the like as they are read again, which YAML else folds."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)


def _plain(value: Any) -> Any:
    return (
        dict(value) if isinstance(value, Mapping) else value if isinstance(value, str) else [*value]
    )


def from_yaml(text: str | bytes) -> ExportMapping:
    """Read a mapping file.

    Raises
    ------
    ExportError
        If it is none, or names what does not exist; ``str()`` is a sentence for the user.
    """
    if len(text) > LONGEST_FILE:
        raise ExportError(f"{_NOT_A_MAPPING}: it is too long.")
    try:
        content = yaml.load(text, Loader=_TextLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ExportError(f"{_NOT_A_MAPPING}: {_where_broken(error, text)}") from error
    if not isinstance(content, dict) or content.get("retnet_mapping") != str(VERSION):
        raise ExportError(f"{_NOT_A_MAPPING}: it does not begin with 'retnet_mapping: {VERSION}'.")
    try:
        return _from_content(content)
    except ValueError as error:
        raise ExportError(f"{_NOT_A_MAPPING}, or it was damaged: {error}") from error


def _where_broken(error: Exception, text: str | bytes) -> str:
    """Say in which line a file is no YAML, and why where that is plain."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "it cannot be read as YAML."
    lines = (text.decode(errors="replace") if isinstance(text, bytes) else text).splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return f"line {mark.line + 1} begins with a tab; indent it with blanks."
    why = error.problem if isinstance(error, _TwiceError) else "it cannot be read as YAML."
    return f"line {mark.line + 1}: {why}"


class _TwiceError(yaml.MarkedYAMLError):
    """A name stands twice where only one of the two could count."""


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar as text: codes like 1, yes and 2019-01-01 stay as they are typed."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, with which a short file can grow without limit."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse a name that stands twice, of which YAML would take the last."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.id == "scalar" and key.value in seen:
                raise _TwiceError(None, None, f"'{key.value}' stands twice.", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_TextLoader.yaml_implicit_resolvers = {}

_KNOWN = {"retnet_mapping", *(one.name for one in fields(ExportMapping))} - {"readings"}


def _from_content(content: Mapping[str, Any]) -> ExportMapping:
    _refuse_unknown(content, _KNOWN, "the file")
    columns: dict[str, dict[str, str]] = {}
    readings: dict[Place, Reading] = {}
    for table, named in _names(content, "columns").items():
        for name, said in _names({table: named}, table).items():
            where = f"{table}, {name}"
            if not isinstance(said, Mapping):
                raise ValueError(f"{where}: 'header:' and the like are needed under its name.")
            if "header" in said:
                columns.setdefault(table, {})[name] = _text(said["header"], f"{where}, header")
            readings[table, name] = _reading(said, where)
    sheets = _names(content, "sheets").items()
    return ExportMapping(
        layout=_text(content.get("layout", ""), "layout"),
        sheets={name: _text(table, f"sheets, {name}") for name, table in sheets},
        columns=columns,
        readings=readings,
        missing=_texts(content.get("missing", []), "missing"),
        dates=_order(content, "dates"),
        dropped=_places(content.get("dropped", []), "dropped"),
        not_personal=_places(content.get("not_personal", []), "not_personal"),
    )


def _reading(said: Mapping[str, Any], where: str) -> Reading:
    _refuse_unknown(said, {"header", *(one.name for one in fields(Reading))}, where)
    order = _order(said, f"{where}, dates")
    codes = {
        cell: _text(meaning, f"{where}, codes, {cell}")
        for cell, meaning in _names(said, "codes", where).items()
    }
    unit = _text(said.get("unit", ""), f"{where}, unit")
    return Reading(codes, unit, order, _texts(said.get("missing", []), f"{where}, missing"))


def _order(said: Mapping[str, Any], where: str) -> DateOrder:
    order = _text(said.get("dates", ""), where)
    if order not in DATE_ORDERS:
        allowed = join_words([f"'{one}'" for one in DATE_ORDERS if one], "or")
        raise ValueError(f"{where}: this is {allowed}.")
    return DATE_ORDERS[order]


def _refuse_unknown(said: Mapping[str, Any], known: AbstractSet[str], where: str) -> None:
    for key in said:
        if key not in known:
            words = join_words([f"'{one}'" for one in sorted(known - {"retnet_mapping"})])
            raise ValueError(f"{where} says '{key}', which is not known; known are {words}.")


def _names(said: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
    """Give the names under a key with what they mean; none where the key is not there."""
    named = said.get(key, {})
    if not isinstance(named, Mapping):
        raise ValueError(
            f"{where}, {key}: ".removeprefix(", ")
            + "a list or a word stands where names and what they mean are needed."
        )
    return named


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where}: this is not a single word or line.")
    return value


def _texts(values: Any, where: str) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError(f"{where}: a list is needed where one word stands.")
    return tuple(_text(value, where) for value in values)


def _places(values: Any, where: str) -> tuple[Place, ...]:
    if not isinstance(values, list):
        raise ValueError(f"{where}: a list is needed where one word stands.")
    places = [_texts(value, where) for value in values]
    if any(len(place) != 2 for place in places):
        raise ValueError(f"{where}: a column is named by its sheet and its header.")
    return tuple((sheet, header) for sheet, header in places)
