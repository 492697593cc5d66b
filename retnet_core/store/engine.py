"""Connections to the database that keeps data sets, set up so that nothing is lost."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from retnet_core.store.errors import READ_ONLY, StoreError, told

_LOG = logging.getLogger(__name__)

PATIENCE = 30
"""Seconds that a write waits for the writes of others."""
_PAUSE = 0.05
_CONNECTING = 10
"""Seconds after which a server that does not answer counts as unreachable."""
_LOCK = 0x5E7_0E7
"""The advisory lock in PostgreSQL that writes of data sets take; any number of our own."""
_BEGIN = "retnet_begin"
NO_DATABASE = (
    "The address of the database that keeps the data sets is not one of SQLite or PostgreSQL. It "
    "reads like postgresql+psycopg://user:password@host/database."
)
NOT_WIPED = (
    "This data set is erased and does not open any more, but its bytes are not overwritten on the "
    "disk yet. Tell who looks after the program to start it again, with space on the disk."
)

_prepared: WeakSet[Engine] = WeakSet()


def engine_for(url_or_path: str | os.PathLike[str]) -> Engine:
    """Make an engine for a store.

    Parameters
    ----------
    url_or_path : str or path
        The address of a PostgreSQL database (``postgresql+psycopg://...``) or the path of an
        SQLite file, which is made with its folder where it does not exist.

    Raises
    ------
    StoreError
        If it is no such address, or the folder cannot be made.
    """
    text = os.fspath(url_or_path)
    path = str(Path(text).absolute())
    try:
        engine = create_engine(text if "://" in text else URL.create("sqlite", database=path))
    except (ArgumentError, ImportError) as error:  # its message may hold the password
        raise StoreError(NO_DATABASE) from error
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Set up an engine made elsewhere; `Store` does so with the engine it is given.

    SQLite waits for other writers, keeps readers apart from them (WAL), flushes every commit to
    the disk and overwrites what is deleted; PostgreSQL is asked whether a connection still lives
    before it is used. Errors name no values, which may be patients' data.

    Raises
    ------
    StoreError
        If the engine is of another database, or the folder of its file cannot be made.
    """
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise StoreError(NO_DATABASE)
    if engine in _prepared:
        return
    engine.hide_parameters = True
    if engine.dialect.name == "sqlite":
        _make_place(engine.url.database)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "do_connect", _give_up_in_time)
        event.listen(engine, "checkout", partial(_see_whether_alive, engine))
    engine.dispose()  # connections made before are not set up
    _prepared.add(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database throughout."""
    with told(), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one write: all of it is kept at the end, or none after an error.

    Writes follow one another, also those of other processes. So what one has read stays true until
    it has written, with both databases alike.
    """
    with told(), engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def wipe(engine: Engine) -> bool:
    """Take what was erased out of SQLite's log of changes too; elsewhere there is nothing to do.

    Returns
    -------
    bool
        False where it could not be done: a reader needs the log just now, or the disk is full.
    """
    if engine.dialect.name != "sqlite":
        return True
    until = time.monotonic() + PATIENCE
    try:
        with engine.execution_options(**{_BEGIN: ""}).connect() as connection:
            while _log_is_in_use(connection):  # by a reader, or another such call
                if time.monotonic() > until:
                    return False
                time.sleep(_PAUSE)
    except SQLAlchemyError:
        _LOG.exception("what was erased could not be overwritten yet")
        return False
    return True


def _log_is_in_use(connection: Connection) -> bool:
    """Try to empty the log of changes; SQLite waits for readers, not for others who do so."""
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar())


def _make_place(database: str | None) -> None:
    """Make the file, and its folder, so that only the program's own user can read them."""
    if not database or database == ":memory:" or database.startswith("file:"):
        return
    path = Path(database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(READ_ONLY) from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The mode is the file's: who holds it just now opens it too, and sets it. Where WAL
            # cannot be had, writes are as safe, and readers wait for them.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise


def _begin_sqlite(connection: Connection) -> None:
    """Begin a write as one: begun as a read it could not wait for another writer."""
    how = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if how:
        connection.exec_driver_sql(how)


def _give_up_in_time(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
    options.setdefault("connect_timeout", _CONNECTING)


def _see_whether_alive(engine: Engine, connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool connect anew where the server was started again since."""
    try:
        engine.dialect.do_ping(connection)
    except Exception as error:  # whatever a dead connection raises
        raise DisconnectionError from error
