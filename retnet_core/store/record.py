"""A kept data set, and the tables that hold it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.types import TypeDecorator

from retnet_core.store.engine import reading, writing
from retnet_core.store.errors import StoreError

VERSION = 2
"""Of the tables below."""
NEWER = (
    "The data sets are kept by a newer version of the program than this one, so they are left "
    "alone. Start the newer version."
)


def now() -> dt.datetime:
    """Give the time in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of a kept data set without opening its file.

    Attributes
    ----------
    key : str
        Tells file and mapping together from all others; links hold its start.
    name : str
        What users call it; the file's name at first.
    file : str
        The file's name as it was uploaded: it is read by that name again, whatever it is called.
    sha256 : str
        Hash of the kept file's bytes, in hexadecimal.
    mapping : str
        The mapping as YAML, "" where the file opens without.
    fingerprint : str
        The fingerprint of the file's sheets and headers.
    layout : str
        The layout that read it.
    data_cut : datetime.date or None
        Its data cut.
    synthetic : bool
        The file calls itself a synthetic demonstration.
    patients, rows_read, rows_used, rows_set_aside : int
        Patients, and the rows of all sheets.
    findings : str
        The findings of intake as JSON, a list with an object each.
    opened_at : datetime.datetime
        When it was first kept, with its time zone; read back in UTC.
    opened_by : str
        Who kept it first, "" where nobody signs in.
    deleted_at : datetime.datetime or None
        When it was deleted, None where it was not.
    replaced_by : str
        The key of the reading that took its place when it was deleted, "" where none did.
    """

    key: str
    name: str
    sha256: str
    file: str = ""
    mapping: str = ""
    fingerprint: str = ""
    layout: str = ""
    data_cut: dt.date | None = None
    synthetic: bool = False
    patients: int = 0
    rows_read: int = 0
    rows_used: int = 0
    rows_set_aside: int = 0
    findings: str = "[]"
    opened_at: dt.datetime = field(default_factory=now)
    opened_by: str = ""
    deleted_at: dt.datetime | None = None
    replaced_by: str = ""


class _Utc(TypeDecorator[dt.datetime]):
    """A time in UTC, also where the database (SQLite) knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value and value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value and value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value and value.astimezone(dt.UTC)


_METADATA = MetaData()

META = Table("meta", _METADATA, Column("version", Integer, nullable=False))

CONTENTS = Table(
    "contents",
    _METADATA,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

DATASETS = Table(
    "datasets",
    _METADATA,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, ForeignKey(CONTENTS.c.sha256), nullable=False, index=True),
    Column("mapping", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("layout", Text, nullable=False),
    Column("data_cut", Date),
    Column("synthetic", Boolean, nullable=False),
    Column("patients", Integer, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_used", Integer, nullable=False),
    Column("rows_set_aside", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    Column("opened_at", _Utc, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("deleted_at", _Utc),
    Column("replaced_by", Text, nullable=False, server_default=""),
)

_SINCE_2 = "ALTER TABLE datasets ADD COLUMN replaced_by TEXT NOT NULL DEFAULT ''"


def make_tables(engine: Engine) -> None:
    """Make the tables, or bring older ones up, also where two processes start at once.

    Raises
    ------
    StoreError
        If they are of a newer version of the program.
    """
    with reading(engine) as connection:
        version = _version(connection)
    if version is None or version < VERSION:
        with writing(engine) as connection:
            version = _version(connection)  # another process may have come first
            if version is None:
                _METADATA.create_all(connection)
                connection.execute(META.insert().values(version=VERSION))
            elif version < VERSION:
                connection.exec_driver_sql(_SINCE_2)
                connection.execute(META.update().values(version=VERSION))
    if version is not None and version > VERSION:
        raise StoreError(NEWER)


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(META.name):
        return None
    return connection.scalar(select(META.c.version))
