"""The store of opened exports, with SQLite and PostgreSQL alike."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import logging
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError, TimeoutError

from retnet_core.store import Record, Store, StoreError, engine_for, errors
from retnet_core.store import engine as engine_module
from retnet_core.store import record as record_module
from retnet_core.store import store as store_module
from retnet_core.store.engine import reading, writing
from retnet_core.store.record import CONTENTS, DATASETS, META
from tests import postgres
from tests.store_child import data_set

ROOT = Path(__file__).resolve().parents[1]
SMALL = 100
Opener = Callable[[], Store]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of the tests' own."""
    if postgres.find() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as url:
        yield url


@contextmanager
def administrator(server: str) -> Iterator[Connection]:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


_numbers = count()


@pytest.fixture
def postgresql(server: str) -> str:
    """The address of an empty PostgreSQL database."""
    name = f"kept_{next(_numbers)}"
    with administrator(server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "datasets.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of either kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    return f"sqlite:///{request.getfixturevalue('sqlite_file')}"


@pytest.fixture
def open_store(url: str) -> Iterator[Opener]:
    """Opens the database anew, as another process would, as often as it is called."""
    engines: list[Engine] = []

    def opener() -> Store:
        engines.append(engine_for(url))
        return Store(engines[-1])

    yield opener
    for engine in engines:
        engine.dispose()


@pytest.fixture
def store(open_store: Opener) -> Store:
    return open_store()


def small(number: int, **known: Any) -> tuple[Record, bytes]:
    return data_set(number, SMALL, **known)


def keep(store: Store, number: int, **known: Any) -> Record:
    record, content = small(number, **known)
    store.keep(record, content)
    return record


def rows(store: Store, statement: Any) -> list[Any]:
    with store.engine.connect() as connection:
        return list(connection.execute(statement).scalars())


def kept_hashes(store: Store) -> list[str]:
    return sorted(rows(store, select(CONTENTS.c.sha256)))


# What is kept


def test_a_data_set_comes_back_as_it_was_kept(store: Store, open_store: Opener) -> None:
    record, content = data_set(
        1,
        key="0" * 64,
        name="Größe <&> 'x'; -- \\ %.xlsx",
        mapping="layout: RETNET\n",
        fingerprint="f1",
        layout="RETNET workbook",
        data_cut=dt.date(2025, 12, 31),
        synthetic=True,
        patients=162,
        rows_read=9_000,
        rows_used=8_990,
        rows_set_aside=10,
        findings='[{"severity": "note", "value": "\\u0000 ü"}]',
        opened_by="anna@example.org",
    )
    store.keep(record, content)
    again = open_store()
    assert again.find(record.key) == record
    assert again.list() == (record,)
    assert again.content(record.key) == content


def test_the_time_of_opening_is_read_back_in_utc(store: Store) -> None:
    summer = dt.timezone(dt.timedelta(hours=2))
    record = keep(store, 1, opened_at=dt.datetime(2026, 7, 1, 1, 30, tzinfo=summer))
    found = store.find(record.key)
    assert found is not None
    assert found.opened_at == dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert found.opened_at.utcoffset() == dt.timedelta(0)


def test_a_record_without_a_time_was_opened_now(store: Store) -> None:
    before = dt.datetime.now(dt.UTC)
    content = b"export"
    store.keep(Record(key="k", name="n", sha256=hashlib.sha256(content).hexdigest()), content)
    found = store.find("k")
    assert found is not None
    assert before <= found.opened_at <= dt.datetime.now(dt.UTC)


def test_the_newest_is_listed_first(store: Store) -> None:
    for number in (2, 3, 1):
        keep(store, number)
    assert [record.name for record in store.list()] == [
        "export 3.xlsx",
        "export 2.xlsx",
        "export 1.xlsx",
    ]


def test_keeping_again_renames_restores_and_keeps_the_first_opening(store: Store) -> None:
    first = keep(store, 1, opened_by="anna", rows_read=5)
    store.delete(first.key)
    keep(store, 1, name="new.xlsx", opened_by="ben", rows_read=6, opened_at=dt.datetime.now(dt.UTC))
    assert store.list() == (dataclasses.replace(first, name="new.xlsx", rows_read=6),)


def test_a_file_kept_with_two_mappings_is_stored_once(store: Store) -> None:
    one = keep(store, 1, key="one")
    keep(store, 1, key="two", mapping="columns: {}")
    assert len(store.list()) == 2
    assert kept_hashes(store) == [one.sha256]


def test_a_name_that_no_database_takes_is_made_plain(store: Store) -> None:
    record = keep(store, 1, name="a\0b\udc80.xlsx")
    assert store.list()[0].name == "ab?.xlsx"
    store.rename(record.key, "\0c")
    assert store.list()[0].name == "c"


def test_content_of_another_hash_is_not_taken(store: Store) -> None:
    record, _ = small(1)
    with pytest.raises(ValueError, match="not the hash of content"):
        store.keep(record, b"other")
    assert store.list() == ()


def test_another_file_under_the_same_key_is_not_taken(store: Store) -> None:
    first = keep(store, 1, key="same")
    with pytest.raises(StoreError) as refused:
        keep(store, 2, key="same")
    assert str(refused.value) == store_module.TAKEN
    assert store.list() == (first,)
    assert kept_hashes(store) == [first.sha256]


# Finding


def test_a_link_finds_by_the_start_of_the_key(store: Store) -> None:
    one = keep(store, 1, key="aab_1")
    other = keep(store, 2, key="ab%2")
    assert store.find_by_prefix("aa") == one
    assert store.find_by_prefix("ab%") == other
    assert store.find_by_prefix("aab_1") == one
    for nothing in ("", "%", "a_", "AA", "aab_12"):
        assert store.find_by_prefix(nothing) is None
    with pytest.raises(StoreError) as refused:
        store.find_by_prefix("a")
    assert str(refused.value) == store_module.SEVERAL


def test_only_the_whole_key_finds_by_key(store: Store) -> None:
    record = keep(store, 1)
    assert store.find(record.key) == record
    assert store.find(record.key[:12]) is None


def test_the_latest_mapping_of_files_with_the_same_headers(store: Store) -> None:
    older = keep(store, 1, fingerprint="f", mapping="a: 1")
    newest = keep(store, 3, fingerprint="f", mapping="a: 3")
    keep(store, 4, fingerprint="f")
    keep(store, 5, fingerprint="other", mapping="a: 5")
    assert store.latest_mapping("f") == newest
    store.delete(newest.key)
    assert store.latest_mapping("f") == older
    assert store.latest_mapping("none") is None


# Deleting


def test_a_deleted_data_set_is_out_of_the_list_until_restored(store: Store) -> None:
    record = keep(store, 1)
    before = dt.datetime.now(dt.UTC)
    store.delete(record.key)
    assert store.list() == ()
    (deleted,) = store.list(include_deleted=True)
    assert deleted == store.find(record.key) == store.find_by_prefix(record.key[:12])
    assert deleted.deleted_at is not None
    assert before <= deleted.deleted_at <= dt.datetime.now(dt.UTC)
    with pytest.raises(StoreError) as refused:
        store.content(record.key)
    assert str(refused.value) == store_module.DELETED
    store.delete(record.key)  # a second click
    assert store.list(include_deleted=True) == (deleted,)
    store.restore(record.key)
    assert store.list() == (record,)
    assert store.content(record.key) == small(1)[1]


# Replacing


def test_a_new_reading_takes_the_place_of_the_old_under_its_name(store: Store) -> None:
    old = keep(store, 1, key="old")
    store.rename("old", "the name it was given")
    record, content = small(1, key="new", mapping="columns: {}", name="export.xlsx")
    before = dt.datetime.now(dt.UTC)
    new = store.replace("old", record, content)
    assert new == dataclasses.replace(record, name="the name it was given")
    assert store.list() == (new,)
    assert store.content("new") == content
    gone = store.find("old")
    assert gone is not None
    assert gone.deleted_at is not None
    assert before <= gone.deleted_at <= dt.datetime.now(dt.UTC)
    expected = dataclasses.replace(
        old, name=new.name, deleted_at=gone.deleted_at, replaced_by="new"
    )
    assert gone == expected
    assert kept_hashes(store) == [old.sha256]


def test_a_reading_that_was_replaced_is_restored_beside_the_new_one(store: Store) -> None:
    old = keep(store, 1, key="old")
    new = store.replace("old", *small(1, key="new"))
    store.restore("old")
    assert set(store.list()) == {old, new}
    store.delete("old")
    deleted = store.find("old")
    assert deleted is not None
    assert deleted.replaced_by == ""


def test_going_back_to_the_reading_before_brings_it_back(store: Store) -> None:
    old = keep(store, 1, key="old")
    store.replace("old", *small(1, key="new"))
    assert store.replace("new", *small(1, key="old")) == old
    assert store.list() == (old,)
    new = store.find("new")
    assert new is not None
    assert new.replaced_by == "old"


@pytest.mark.parametrize(
    ("lose", "sentence"),
    [("delete", store_module.DELETED), ("erase", store_module.GONE)],
)
def test_a_reading_of_what_another_visitor_took_away_is_not_kept(
    store: Store, lose: str, sentence: str
) -> None:
    keep(store, 1, key="old")
    getattr(store, lose)("old")
    there = store.list(include_deleted=True)
    with pytest.raises(StoreError) as refused:
        store.replace("old", *small(1, key="new"))
    assert str(refused.value) == sentence
    assert store.list(include_deleted=True) == there


def test_what_cannot_replace_a_reading_leaves_it(store: Store) -> None:
    old, other = keep(store, 1, key="old"), keep(store, 2, key="other")
    with pytest.raises(ValueError, match="does not replace itself"):
        store.replace("old", *small(1, key="old"))
    with pytest.raises(ValueError, match="not the hash of content"):
        store.replace("old", small(1, key="new")[0], b"other")
    with pytest.raises(StoreError) as refused:
        store.replace("old", *small(1, key="other"))
    assert str(refused.value) == store_module.TAKEN
    assert store.list() == (other, old)


# Erasing


def test_erasing_removes_the_file_with_its_last_data_set(store: Store) -> None:
    one, other = keep(store, 1, key="one"), keep(store, 1, key="other")
    third = keep(store, 2)
    store.erase("one")
    assert store.list(include_deleted=True) == (third, other)
    assert store.content("other") == small(1)[1]
    store.erase("other")
    assert store.list(include_deleted=True) == (third,)
    assert kept_hashes(store) == [third.sha256]
    store.erase(one.key)  # a second click


PERSON = "Erika Mustermann"


def keep_person(store: Store) -> None:
    """Keep data that name a person in every place, under the key "k"."""
    content = "\n".join([PERSON] * 10_000).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    findings = f'[{{"value": "{PERSON}"}}]'
    store.keep(Record(key="k", name=PERSON, sha256=sha256, findings=findings), content)


def naming_person(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if PERSON.encode() in path.read_bytes()]


def test_what_is_erased_is_not_in_the_files_any_more(sqlite_file: Path) -> None:
    store = Store(engine_for(sqlite_file))
    keep_person(store)
    keep(store, 1)
    assert naming_person(sqlite_file.parent)
    store.erase("k")
    assert naming_person(sqlite_file.parent) == []
    assert [record.name for record in store.list()] == ["export 1.xlsx"]
    store.engine.dispose()


def test_what_could_not_be_overwritten_is_said_and_done_at_the_next_start(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE", 0.05)
    store = Store(engine_for(sqlite_file))
    keep_person(store)
    with reading(store.engine) as reader:
        assert reader.scalar(select(DATASETS.c.name)) == PERSON
        with pytest.raises(StoreError) as said:
            store.erase("k")
    assert str(said.value) == engine_module.NOT_WIPED
    assert store.list(include_deleted=True) == ()
    assert naming_person(sqlite_file.parent)
    Store(store.engine)
    assert naming_person(sqlite_file.parent) == []
    store.engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.rename("gone", "name"),
        lambda store: store.delete("gone"),
        lambda store: store.restore("gone"),
        lambda store: store.content("gone"),
    ],
)
def test_a_data_set_that_another_visitor_erased(
    store: Store, change: Callable[[Store], None]
) -> None:
    record = keep(store, 1)
    with pytest.raises(StoreError) as refused:
        change(store)
    assert str(refused.value) == store_module.GONE
    assert store.list() == (record,)


# What must never happen to it


def test_a_file_that_changed_on_the_disk_is_not_opened(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    record = keep(store, 1)
    with store.engine.begin() as connection:
        connection.execute(update(CONTENTS).values(content=b"damaged"))
    with caplog.at_level(logging.CRITICAL), pytest.raises(StoreError) as refused:
        store.content(record.key)
    assert str(refused.value) == store_module.CHANGED
    keep(store, 1)  # uploaded again, as the sentence says
    assert store.content(record.key) == small(1)[1]


@contextmanager
def child(url: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to write, and waits for a line before it does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store_child", url, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert heard(process) == "ready"
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def assert_sound(store: Store, at_least: set[str]) -> None:
    """Whatever was said to be kept is there, and nothing is there by half."""
    records = store.list()
    assert at_least <= {record.key for record in records}
    for record in records:
        assert hashlib.sha256(store.content(record.key)).hexdigest() == record.sha256
    assert kept_hashes(store) == sorted({record.sha256 for record in records})
    if store.engine.dialect.name == "sqlite":
        assert rows(store, text("PRAGMA integrity_check")) == ["ok"]
        assert rows(store, text("PRAGMA foreign_key_check")) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize(
    ("statement", "replaces"),
    [
        ("INSERT INTO contents", False),
        ("INSERT INTO datasets", False),
        ("INSERT INTO datasets", True),
        ("UPDATE datasets", True),
    ],
)
def test_a_process_that_is_killed_halfway_leaves_nothing(
    url: str, store: Store, open_store: Opener, statement: str, replaces: bool
) -> None:
    before = keep(store, 100)
    old = [before.key] if replaces else []
    with child(url, "1", statement, *old) as process:
        start(process)
        assert heard(process) == "halfway"
        assert store.list() == (before,)  # readers neither wait nor see the half
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    again = open_store()
    assert again.list(include_deleted=True) == (before,)
    assert_sound(again, {before.key})
    written, content = data_set(0)
    again.keep(written, content)  # the lock went with the process
    assert store.list() == (before, written)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("kept_first", [1, 3, 6])
def test_a_process_that_is_killed_while_it_writes_loses_nothing(
    url: str, store: Store, open_store: Opener, kept_first: int
) -> None:
    before = keep(store, 100)
    with child(url, "200") as process:
        start(process)
        said = {heard(process) for _ in range(kept_first)}
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert process.stdout is not None
        said |= {line.strip() for line in process.stdout if line.endswith("\n")}
    again = open_store()
    assert said == {data_set(number)[0].key for number in range(len(said))}
    assert_sound(again, {before.key} | said)
    keep(again, 101)
    assert len(again.list()) - len(said) in (2, 3)  # at most one was kept and could not say so


def test_processes_that_start_and_write_at_once_all_succeed(url: str, open_store: Opener) -> None:
    """The database is empty: they make the tables at once, and keep the same data sets."""
    with child(url, "8") as one, child(url, "8") as two, child(url, "8") as three:
        processes = (one, two, three)
        for process in processes:
            start(process)
        expected = [data_set(number)[0] for number in range(8)]
        for process in processes:
            assert [heard(process) for _ in expected] == [record.key for record in expected]
            assert process.wait() == 0
    store = open_store()
    assert store.list() == tuple(reversed(expected))
    assert_sound(store, {record.key for record in expected})
    assert rows(store, select(META.c.version)) == [record_module.VERSION]


def test_many_visitors_write_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as visitors:
        list(visitors.map(lambda number: keep(store, number), range(24)))
        list(visitors.map(lambda number: store.erase(small(number)[0].key), range(0, 24, 2)))
    assert_sound(store, {small(number)[0].key for number in range(1, 24, 2)})
    assert len(store.list()) == 12


def test_a_full_disk_changes_nothing(sqlite_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = engine_for(sqlite_file)
    store = Store(engine)
    before = keep(store, 1)
    engine.dispose()
    event.listen(engine, "connect", set_full)
    record, content = data_set(2, name="Erika Mustermann.xlsx")
    for _ in range(2):
        with caplog.at_level(logging.ERROR), pytest.raises(StoreError) as refused:
            store.keep(record, content)
        assert str(refused.value).startswith(
            "The disk that keeps the data sets is full; nothing was changed."
        )
    assert "database or disk is full" in caplog.text
    assert "Erika" not in caplog.text
    store.rename(before.key, "still works")
    store.erase(before.key)
    assert_sound(store, set())
    event.remove(engine, "connect", set_full)
    engine.dispose()
    store.keep(record, content)
    assert store.list() == (record,)
    assert_sound(store, {record.key})
    engine.dispose()


def set_full(connection: sqlite3.Connection, _record: Any) -> None:
    """Let the file grow no further, as a full disk does."""
    connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size for it


# Errors


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("53100", errors.FULL),
        ("55P03", errors.BUSY),
        ("53300", errors.BUSY),
        ("25006", errors.READ_ONLY),
        ("42501", errors.READ_ONLY),
        ("XX001", errors.DAMAGED),
        ("57P01", errors.UNREACHABLE),
        ("28P01", errors.UNREACHABLE),
        ("3D000", errors.UNREACHABLE),
        ("08006", errors.UNREACHABLE),
        ("42P01", errors.FAULT),
    ],
)
def test_sentences_for_what_postgresql_says(state: str, sentence: str) -> None:
    cause = psycopg.errors.lookup(state)("it failed")
    assert cause.sqlstate == state
    assert errors.sentence_of(OperationalError("INSERT", {}, cause)) == sentence


def test_sentences_for_what_has_no_code() -> None:
    unreachable = psycopg.OperationalError("connection refused")
    assert errors.sentence_of(OperationalError(None, None, unreachable)) == errors.UNREACHABLE
    other = psycopg.InternalError("odd")
    assert errors.sentence_of(InternalError(None, None, other)) == errors.FAULT
    assert errors.sentence_of(TimeoutError("pool")) == errors.BUSY


def test_a_fault_is_logged_and_not_shown(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with store.engine.begin() as connection:
        DATASETS.drop(connection)
    with caplog.at_level(logging.ERROR), pytest.raises(StoreError) as refused:
        store.rename("key", "Erika Mustermann")
    assert str(refused.value) == errors.FAULT
    assert isinstance(refused.value.__cause__, OperationalError | ProgrammingError)
    assert "datasets" in caplog.text
    assert "Erika" not in caplog.text


def test_a_writer_that_takes_too_long_is_not_waited_for(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    long, store = open_store(), open_store()
    store.engine.dispose()
    record, content = small(1)
    with writing(long.engine) as connection:
        connection.execute(DATASETS.delete())
        monkeypatch.setattr(engine_module, "PATIENCE", 0.05)
        with caplog.at_level(logging.CRITICAL), pytest.raises(StoreError) as refused:
            store.keep(record, content)
    assert str(refused.value) == errors.BUSY
    store.keep(record, content)
    assert store.list() == (record,)


def test_a_newer_version_is_left_alone(store: Store, open_store: Opener) -> None:
    keep(store, 1)
    with store.engine.begin() as connection:
        connection.execute(update(META).values(version=record_module.VERSION + 1))
    with pytest.raises(StoreError) as refused:
        open_store()
    assert str(refused.value) == record_module.NEWER
    assert rows(store, select(META.c.version)) == [record_module.VERSION + 1]


def test_tables_of_the_first_version_are_brought_up(store: Store, open_store: Opener) -> None:
    record, deleted = keep(store, 1), keep(store, 2)
    store.delete(deleted.key)
    with store.engine.begin() as connection:  # as the first version left them
        connection.exec_driver_sql("ALTER TABLE datasets DROP COLUMN replaced_by")
        connection.execute(update(META).values(version=1))
    for _ in range(2):
        again = open_store()
        assert again.list() == (record,)
        assert [one.replaced_by for one in again.list(include_deleted=True)] == ["", ""]
        assert rows(again, select(META.c.version)) == [2]
    new = again.replace(record.key, *small(1, key="new"))
    assert again.list() == (new,)


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:geheim@host/db",
        "postgresql+nothing://u:geheim@host/db",
        "nonsense://geheim",
        "://",
    ],
)
def test_an_address_of_no_known_database(address: str) -> None:
    with pytest.raises(StoreError) as refused:
        engine_for(address)
    assert str(refused.value).startswith("The address of the database that keeps the data sets is")
    assert "geheim" not in str(refused.value)


def test_a_server_that_does_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and never listens
        port = nobody.getsockname()[1]
        engine = engine_for(f"postgresql+psycopg://retnet:geheim@127.0.0.1:{port}/kept")
        with caplog.at_level(logging.ERROR), pytest.raises(StoreError) as refused:
            Store(engine)
    assert str(refused.value) == errors.UNREACHABLE
    assert "refused" in caplog.text
    assert "geheim" not in caplog.text


def test_a_wrong_password(server: str, caplog: pytest.LogCaptureFixture) -> None:
    wrong = make_url(server).set(password="geheim")
    with caplog.at_level(logging.ERROR), pytest.raises(StoreError) as refused:
        Store(engine_for(wrong.render_as_string(hide_password=False)))
    assert str(refused.value) == errors.UNREACHABLE
    assert "geheim" not in caplog.text


def test_a_server_that_was_started_again(server: str, postgresql: str) -> None:
    store = Store(engine_for(postgresql))
    record = keep(store, 1)
    end_connections(server, postgresql)
    assert store.list() == (record,)
    store.engine.dispose()


def test_a_server_that_goes_away_in_the_middle_of_a_write(
    server: str, postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(engine_for(postgresql))
    record = keep(store, 1)
    with (
        caplog.at_level(logging.CRITICAL),
        pytest.raises(StoreError) as refused,
        writing(store.engine) as connection,
    ):
        connection.execute(DATASETS.delete())
        end_connections(server, postgresql)
        connection.execute(CONTENTS.delete())
    assert str(refused.value) == errors.UNREACHABLE
    assert store.list() == (record,)
    store.engine.dispose()


def end_connections(server: str, url: str) -> None:
    with administrator(server) as connection:
        ended = connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            (make_url(url).database,),
        ).scalars()
        assert set(ended) == {True}


# SQLite's file


def opened(path: Path) -> str:
    """Open and close a store; gives the sentence if that fails."""
    engine = engine_for(path)
    try:
        Store(engine)
    except StoreError as error:
        return str(error)
    finally:
        engine.dispose()
    return ""


def test_a_file_that_is_no_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "datasets.sqlite"
    path.write_bytes(b"This is a letter to the editor. " * 100)
    with caplog.at_level(logging.CRITICAL):
        assert opened(path) == errors.DAMAGED
    assert path.read_bytes().startswith(b"This is a letter")


def test_a_path_that_is_a_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        assert opened(tmp_path) == errors.UNREACHABLE


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as refused:
        engine_for(tmp_path / "file" / "kept" / "datasets.sqlite")
    assert str(refused.value) == errors.READ_ONLY


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_the_own_user_can_read_what_is_kept(sqlite_file: Path) -> None:
    store = Store(engine_for(sqlite_file))
    keep(store, 1)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sqlite_file.parent.iterdir()}
    assert stat.S_IMODE(sqlite_file.parent.stat().st_mode) == 0o700
    assert {name: oct(mode) for name, mode in modes.items()} == {
        "datasets.sqlite": "0o600",
        "datasets.sqlite-shm": "0o600",
        "datasets.sqlite-wal": "0o600",
    }
    store.engine.dispose()


def test_an_engine_made_elsewhere_is_set_up_once(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'datasets.sqlite'}")
    with engine.connect() as connection:  # a connection that is not set up goes back to the pool
        assert inspect(connection).get_table_names() == []
    for _ in range(2):
        store = Store(engine)
    record = keep(store, 1)
    assert store.list() == (record,)
    settings = ("journal_mode", "busy_timeout", "foreign_keys", "synchronous", "secure_delete")
    found = {name: rows(store, text(f"PRAGMA {name}"))[0] for name in settings}
    assert found == {
        "journal_mode": "wal",
        "busy_timeout": 30_000,
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
    }
    engine.dispose()


def test_a_moved_folder_opens_where_it_is_now(tmp_path: Path) -> None:
    store = Store(engine_for(tmp_path / "old" / "datasets.sqlite"))
    record = keep(store, 1)
    store.engine.dispose()
    (tmp_path / "old").rename(tmp_path / "new")
    moved = Store(engine_for(tmp_path / "new" / "datasets.sqlite"))
    assert moved.list() == (record,)
    moved.engine.dispose()


# Any sequence of calls

KEYS = ("a", "ab", "b", "c")
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
CALLS = st.one_of(
    st.tuples(st.just("keep"), st.sampled_from(KEYS), NAMES, st.integers(0, 3)),
    st.tuples(st.just("rename"), st.sampled_from(KEYS), NAMES),
    st.tuples(st.sampled_from(["delete", "restore", "erase"]), st.sampled_from(KEYS)),
    st.tuples(st.just("replace"), st.permutations(["a", "ab"]), NAMES, st.integers(0, 3)),
)


def content_of(key: str) -> int:
    """Number of the content of a key: "a" and "ab" share one."""
    return 0 if key.startswith("a") else KEYS.index(key)


def call(store: Store, what: str, key: Any, *rest: Any) -> str:
    """Call the store; gives the sentence where it says that the data set is gone."""
    try:
        if what == "keep":
            keep(store, content_of(key), key=key, **_known(*rest))
        elif what == "replace":
            old, new = key
            store.replace(old, *small(content_of(new), key=new, **_known(*rest)))
        else:
            getattr(store, what)(key, *rest)
    except StoreError as error:
        return str(error)
    return ""


def _known(name: str, day: int) -> dict[str, Any]:
    return {"name": name, "opened_at": dt.datetime(2026, 1, 1 + day, tzinfo=dt.UTC)}


Model = dict[str, tuple[str, int, bool, str]]
"""Name, day of opening, deleted and replaced by, of each key."""


def expect(model: Model, what: str, key: Any, *rest: Any) -> str:
    """Do the same to a dict."""
    if what == "replace":
        old, new = key
        if old not in model:
            return store_module.GONE
        name, day, deleted, _ = model[old]
        if deleted:
            return store_module.DELETED
        model[new] = (name, model[new][1] if new in model else rest[1], False, "")
        model[old] = (name, day, True, new)
        return ""
    known = model.get(key)
    if what == "keep":
        name, day = rest
        model[key] = (name, known[1] if known else day, False, "")
    elif what == "erase":
        model.pop(key, None)
    elif known is None:
        return store_module.GONE
    elif what == "rename":
        model[key] = (rest[0], *known[1:])
    elif what == "delete":
        model[key] = (*known[:2], True, known[3])
    else:
        model[key] = (*known[:2], False, "")
    return ""


@settings(deadline=None, max_examples=60)
@given(st.lists(CALLS, max_size=15))
def test_the_store_is_a_dict_that_lasts(calls: list[tuple[Any, ...]]) -> None:
    model: Model = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(engine_for(Path(folder) / "datasets.sqlite"))
        for one in calls:
            assert call(store, *one) == expect(model, *one)
        order = sorted(model, key=lambda key: (-model[key][1], key))
        found = [
            (one.key, (one.name, one.opened_at.day - 1, bool(one.deleted_at), one.replaced_by))
            for one in store.list(include_deleted=True)
        ]
        assert found == [(key, model[key]) for key in order]
        assert [one.key for one in store.list()] == [key for key in order if not model[key][2]]
        for record in store.list():
            assert store.content(record.key) == small(content_of(record.key))[1]
        assert kept_hashes(store) == sorted({small(content_of(key))[0].sha256 for key in model})
        store.engine.dispose()
