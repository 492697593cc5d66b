"""What a database says, in sentences for users; the cause goes to the log only."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, TimeoutError

_LOG = logging.getLogger(__name__)

FULL = (
    "The disk that keeps the data sets is full; nothing was changed. Tell who looks after the "
    "program to free some space, then try again."
)
BUSY = (
    "The database that keeps the data sets is busy with other work; nothing was changed. Try again "
    "in a minute."
)
READ_ONLY = (
    "The program may not write where the data sets are kept; nothing was changed. Tell who looks "
    "after the program."
)
DAMAGED = (
    "The database that keeps the data sets is damaged. Tell who looks after the program to put "
    "back the last backup."
)
UNREACHABLE = (
    "The database that keeps the data sets cannot be reached. Try again in a minute; if it stays "
    "so, tell who looks after the program."
)
FAULT = (
    "The database that keeps the data sets reported a fault, which was logged. Try again; if it "
    "stays so, tell who looks after the program."
)

_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
}
_POSTGRESQL = {
    "53100": FULL,
    "55P03": BUSY,  # the wait for the lock of another write was too long
    "53300": BUSY,  # too many connections
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_NO_CONNECTION = ("08", "28", "3D", "57P")
"""Classes of SQLSTATE: connection, sign-in, no such database, shut down."""


class StoreError(Exception):
    """The store could not do what it was asked; ``str()`` is a sentence for the user."""


def sentence_of(error: SQLAlchemyError) -> str:
    """Say in a sentence for the user what a database's error means."""
    if isinstance(error, TimeoutError):  # all connections of this process are in use
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest tells kinds of it apart
        return _SQLITE.get(code, FAULT)
    state = getattr(cause, "sqlstate", None) or ""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    never = isinstance(error, OperationalError) and not state  # no server has given it a code
    if lost or never or state.startswith(_NO_CONNECTION):
        return UNREACHABLE
    return _POSTGRESQL.get(state, FAULT)


@contextmanager
def told() -> Iterator[None]:
    """Turn every error of the database into a `StoreError`, and log what it was."""
    try:
        yield
    except SQLAlchemyError as error:
        _LOG.error("the store of data sets failed", exc_info=error)
        raise StoreError(sentence_of(error)) from error
