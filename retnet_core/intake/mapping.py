"""What a user said about an export: which column is which, and how its cells are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import yaml

from retnet_core.intake.findings import ExportError
from retnet_core.tables import SCHEMAS
from retnet_core.trial import join_words

DateOrder = Literal["", "day first", "month first"]
DATE_ORDERS: dict[str, DateOrder] = {
    "": "",
    "day first": "day first",
    "month first": "month first",
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
        Unit of the file's numbers where it is not ours: "cm", "weeks", "share".
    dates : str
        "day first" or "month first", for dates that can be read both ways.
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
    dropped: tuple[Place, ...] = ()
    not_personal: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables and columns that do not exist."""
        tables = [*self.columns, *(table for table, _ in self.readings), *self.sheets.values()]
        for table in filter(None, tables):
            if table not in SCHEMAS:
                raise ExportError(f"The mapping names the table '{table}', which does not exist.")
        ours = [(table, name) for table, named in self.columns.items() for name in named]
        for table, name in (*ours, *self.readings):
            if name not in SCHEMAS[table].columns:
                raise ExportError(
                    f"The mapping names the column '{name}', which {table} does not have."
                )

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return not any(getattr(self, one.name) for one in fields(self))

    def reading(self, table: str, column: str) -> Reading:
        """Give how a column is read, with the cells that mean nothing anywhere."""
        own = self.readings.get((table, column), AS_FOUND)
        return Reading(own.codes, own.unit, own.dates, (*own.missing, *self.missing))

    def with_column(
        self, table: str, column: str, header: str | None, reading: Reading
    ) -> ExportMapping:
        """Say which header one of our columns has (None: as the program finds it), and its reading.

        A header can be one column of ours only: what had it before goes back to what is found.
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
        if reading != AS_FOUND:
            readings[table, column] = reading
        columns = {name: named for name, named in columns.items() if named}
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
        "dropped": [list(place) for place in mapping.dropped],
        "not_personal": [list(place) for place in mapping.not_personal],
    }
    kept = {key: value for key, value in content.items() if value}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)


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
        raise ExportError(f"{_NOT_A_MAPPING}: it cannot be read as YAML.") from error
    if not isinstance(content, dict) or content.get("retnet_mapping") != str(VERSION):
        raise ExportError(f"{_NOT_A_MAPPING}: it does not begin with 'retnet_mapping: {VERSION}'.")
    try:
        return _from_content(content)
    except (TypeError, ValueError) as error:
        raise ExportError(f"{_NOT_A_MAPPING}, or it was damaged: {error}") from error
    except AttributeError as error:
        raise ExportError(
            f"{_NOT_A_MAPPING}, or it was damaged: a list or a word stands where names and what "
            "they mean are needed."
        ) from error


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar as text: codes like 1, yes and 2019-01-01 stay as they are typed."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, with which a short file can grow without limit."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_TextLoader.yaml_implicit_resolvers = {}

_KNOWN = {"retnet_mapping", *(one.name for one in fields(ExportMapping))} - {"readings"}


def _from_content(content: Mapping[str, Any]) -> ExportMapping:
    unknown = sorted(set(content) - _KNOWN)
    if unknown:
        raise ValueError(f"it holds {join_words(unknown)}, which is not known.")
    columns: dict[str, dict[str, str]] = {}
    readings: dict[Place, Reading] = {}
    for table, named in content.get("columns", {}).items():
        for name, said in named.items():
            if not isinstance(said, Mapping):
                raise ValueError("a column needs 'header:' and the like under its name.")
            if "header" in said:
                columns.setdefault(table, {})[name] = _text(said["header"])
            reading = _reading(said)
            if reading != AS_FOUND:
                readings[table, name] = reading
    return ExportMapping(
        layout=_text(content.get("layout", "")),
        sheets={_text(name): _text(table) for name, table in content.get("sheets", {}).items()},
        columns=columns,
        readings=readings,
        missing=_texts(content.get("missing", [])),
        dropped=_places(content.get("dropped", [])),
        not_personal=_places(content.get("not_personal", [])),
    )


def _reading(said: Mapping[str, Any]) -> Reading:
    unknown = sorted(set(said) - {"header", *(one.name for one in fields(Reading))})
    if unknown:
        raise ValueError(f"it says {join_words(unknown)} of a column, which is not known.")
    order = _text(said.get("dates", ""))
    if order not in DATE_ORDERS:
        raise ValueError("dates are 'day first' or 'month first'.")
    codes = {_text(cell): _text(meaning) for cell, meaning in said.get("codes", {}).items()}
    unit, missing = _text(said.get("unit", "")), _texts(said.get("missing", []))
    return Reading(codes, unit, DATE_ORDERS[order], missing)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a name or a code is not a single word or line.")
    return value


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError("a list is needed where one word stands.")
    return tuple(_text(value) for value in values)


def _places(values: Sequence[Any]) -> tuple[Place, ...]:
    places = [_texts(value) for value in values]
    if any(len(place) != 2 for place in places):
        raise ValueError("a column is named by its sheet and its header.")
    return tuple((sheet, header) for sheet, header in places)
