"""A process of its own that writes to a store, for the tests that write at once or end it by force.

``python -m tests.store_child URL COUNT`` waits for a line, then keeps data sets 0 to COUNT - 1 and
says the key of each once it is kept. ``... URL 1 STATEMENT`` instead says "halfway" in the middle
of the transaction, once a statement that begins so was done, and goes no further. With ``... OLD``
after that, data set 0 replaces the one of that key.
"""

import datetime as dt
import hashlib
import random
import sys
from typing import Any

from sqlalchemy import event

from retnet_core.store import Record, Store, engine_for

FIRST_DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LARGE = 2**21
"""Bytes that are not written at one stroke."""


def data_set(number: int, size: int = LARGE, **known: Any) -> tuple[Record, bytes]:
    """A data set that is the same wherever it is made; one of a higher number is newer."""
    content = random.Random(number).randbytes(size)
    sha256 = hashlib.sha256(content).hexdigest()
    opened_at = FIRST_DAY + dt.timedelta(days=number)
    values = {"key": sha256, "name": f"export {number}.xlsx", "opened_at": opened_at, **known}
    return Record(sha256=sha256, **values), content


def main(url: str, count: str, halt_after: str = "", old: str = "") -> None:
    say("ready")
    sys.stdin.readline()
    engine = engine_for(url)
    store = Store(engine)

    def halt(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if halt_after and statement.startswith(f"{halt_after} "):
            say("halfway")
            sys.stdin.readline()

    event.listen(engine, "after_cursor_execute", halt)
    for number in range(int(count)):
        record, content = data_set(number)
        if old:
            store.replace(old, record, content)
        else:
            store.keep(record, content)
        say(record.key)
    engine.dispose()


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
