"""The store of opened exports."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from retnet_core.store.engine import NOT_WIPED, prepare, reading, wipe, writing
from retnet_core.store.errors import StoreError
from retnet_core.store.record import CONTENTS, DATASETS, Record, make_tables, now

_LOG = logging.getLogger(__name__)

GONE = "This data set is not kept any more: it was erased. Upload its file again."
DELETED = "This data set was deleted. Restore it to open it."
CHANGED = (
    "The kept file of this data set is not the one that was uploaded: it changed on the disk, so "
    "it is not opened. Upload the file again."
)
SEVERAL = "This link fits several data sets. Choose one of the list."
TAKEN = (
    "Another file is kept under the same link, so this one was not kept. Tell who looks after the "
    "program."
)
_STAYS = ("key", "opened_at", "opened_by")
"""What a data set that is kept again keeps from the first time."""


@dataclass(frozen=True)
class Store:
    """Opened exports in a database, for all visitors and all processes of the program.

    Every call is one transaction: it is done as a whole, and on the disk, or not at all.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of SQLite or PostgreSQL, from `engine_for` or from elsewhere. Tables are made where there
        are none.

    Raises
    ------
    StoreError
        Here and by every method, where the database fails: ``str()`` is a sentence for the user,
        the cause is logged.
    """

    engine: Engine

    def __post_init__(self) -> None:
        """Make the tables."""
        prepare(self.engine)
        make_tables(self.engine)
        wipe(self.engine)  # what an erasure before could not, see NOT_WIPED

    def keep(self, record: Record, content: bytes) -> None:
        """Keep a data set; one that is there is restored, with what is known of it brought up.

        Parameters
        ----------
        record : Record
            Where the key is kept already, ``opened_at`` and ``opened_by`` stay as they are.
        content : bytes
            The file, as it shall be opened again; ``record.sha256`` is its hash.
        """
        _check(record, content)
        with writing(self.engine) as connection:
            self._keep(connection, record, content)

    def replace(self, old: str, record: Record, content: bytes) -> Record:
        """Keep a new reading of a data set in the place of the old, which is deleted.

        Parameters
        ----------
        old : str
            The key of the data set as it was read so far.
        record : Record
            The new reading, under another key; it goes by the old one's name.
        content : bytes
            As in `keep`.

        Returns
        -------
        Record
            The new reading under the name it has now.

        Raises
        ------
        StoreError
            Also if the old one was deleted or erased in the meantime: nothing is kept then.
        """
        if old == record.key:
            raise ValueError("a data set does not replace itself")
        _check(record, content)
        of = select(DATASETS.c.name, DATASETS.c.deleted_at).where(_is(old))
        with writing(self.engine) as connection:
            there = connection.execute(of).one_or_none()
            if there is None:
                raise StoreError(GONE)
            if there.deleted_at is not None:
                raise StoreError(DELETED)
            renamed = replace(record, name=there.name)
            self._keep(connection, renamed, content)
            past = {"deleted_at": now(), "replaced_by": record.key}
            connection.execute(update(DATASETS).where(_is(old)).values(past))
        return renamed

    def list(self, include_deleted: bool = False) -> tuple[Record, ...]:
        """Give the kept data sets, the newest first."""
        which = () if include_deleted else (DATASETS.c.deleted_at.is_(None),)
        return self._records(*which)

    def find(self, key: str) -> Record | None:
        """Give a data set by its key, also a deleted one; None where it is not kept."""
        return next(iter(self._records(_is(key))), None)

    def find_by_prefix(self, start: str) -> Record | None:
        """Give a data set by the start of its key, as `find` does.

        Raises
        ------
        StoreError
            If several begin so.
        """
        if not start:
            return None
        found = self._records(func.substr(DATASETS.c.key, 1, len(start)) == start)
        if len(found) > 1:
            raise StoreError(SEVERAL)
        return found[0] if found else None

    def latest_mapping(self, fingerprint: str) -> Record | None:
        """Give the newest data set with these sheets and headers that opened with a mapping."""
        alike = self._records(
            DATASETS.c.fingerprint == fingerprint,
            DATASETS.c.mapping != "",
            DATASETS.c.deleted_at.is_(None),
        )
        return alike[0] if alike else None

    def content(self, key: str) -> bytes:
        """Give the file of a data set that is not deleted.

        Raises
        ------
        StoreError
            Also if its bytes are not those that were kept.
        """
        columns = (DATASETS.c.sha256, DATASETS.c.deleted_at, CONTENTS.c.content)
        with reading(self.engine) as connection:
            row = connection.execute(
                select(*columns).join_from(DATASETS, CONTENTS).where(_is(key))
            ).one_or_none()
        if row is None:
            raise StoreError(GONE)
        if row.deleted_at is not None:
            raise StoreError(DELETED)
        if hashlib.sha256(row.content).hexdigest() != row.sha256:
            _LOG.error("the kept file of data set %s has another hash", key)
            raise StoreError(CHANGED)
        return bytes(row.content)

    def rename(self, key: str, name: str) -> None:
        """Call a data set by another name."""
        self._change(key, name=_plain(name))

    def delete(self, key: str) -> None:
        """Take a data set out of the list; `restore` puts it back."""
        self._change(key, deleted_at=func.coalesce(DATASETS.c.deleted_at, now()))

    def restore(self, key: str) -> None:
        """Undo `delete`; a reading that was replaced stands beside the one that replaced it."""
        self._change(key, deleted_at=None, replaced_by="")

    def erase(self, key: str) -> None:
        """Remove a data set and all that is known of it for good.

        Its file goes with it, unless another data set has the same. Where the key is not kept
        nothing happens.

        Raises
        ------
        StoreError
            Also if all is done but for overwriting its bytes on the disk, and says so.
        """
        with writing(self.engine) as connection:
            connection.execute(delete(DATASETS).where(_is(key)))
            unused = CONTENTS.c.sha256.not_in(select(DATASETS.c.sha256))
            connection.execute(delete(CONTENTS).where(unused))
        if not wipe(self.engine):
            raise StoreError(NOT_WIPED)

    def _keep(self, connection: Connection, record: Record, content: bytes) -> None:
        there = connection.scalar(select(DATASETS.c.sha256).where(_is(record.key)))
        if there not in (None, record.sha256):
            raise StoreError(TAKEN)
        insert = self._insert(CONTENTS).values(sha256=record.sha256, content=content)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[CONTENTS.c.sha256],
                set_={"content": insert.excluded.content},
                where=CONTENTS.c.content != insert.excluded.content,  # damaged on the disk
            )
        )
        name, file = _plain(record.name), _plain(record.file)
        values = asdict(replace(record, name=name, file=file, deleted_at=None, replaced_by=""))
        insert = self._insert(DATASETS).values(values)
        renewed = {name: insert.excluded[name] for name in values if name not in _STAYS}
        connection.execute(
            insert.on_conflict_do_update(index_elements=[DATASETS.c.key], set_=renewed)
        )

    def _records(self, *which: ColumnElement[bool]) -> tuple[Record, ...]:
        newest = (DATASETS.c.opened_at.desc(), DATASETS.c.key)
        with reading(self.engine) as connection:
            rows = connection.execute(select(DATASETS).where(*which).order_by(*newest))
            return tuple(Record(**row) for row in rows.mappings())

    def _change(self, key: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            if not connection.execute(update(DATASETS).where(_is(key)).values(values)).rowcount:
                raise StoreError(GONE)

    def _insert(self, table: Any) -> Any:
        """Give the dialect's own insert, which knows what to do where the row is there."""
        dialects = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        return dialects[self.engine.dialect.name](table)


def _check(record: Record, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != record.sha256:
        raise ValueError("record.sha256 is not the hash of content")


def _is(key: str) -> ColumnElement[bool]:
    return DATASETS.c.key == key


def _plain(name: str) -> str:
    """Leave out of a file's name what a database takes for no text."""
    return name.replace("\0", "").encode("utf-8", "replace").decode()
