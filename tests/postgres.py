"""Starts a PostgreSQL of the tests' own, or gets the program first.

``python tests/postgres.py`` installs Debian's where there is none and that can be done. It never
fails: without PostgreSQL its tests are skipped, and say so.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "PostgreSQL is not installed, so nothing was tested with it. Debian: apt-get install "
    "postgresql; elsewhere put its initdb and pg_ctl on the PATH."
)
NOT_ROOT = ("postgres", "nobody")
"""Users that the server may run as; it refuses to run as root."""


def find() -> Path | None:
    """The folder of the server's programs, of the newest version where there are several."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("pg_ctl"):
        return Path(on_path).parent
    debians = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(debians, key=lambda folder: float(folder.parent.name), default=None)


def ensure() -> Path | None:
    """The folder of the server's programs, installed first if need be and possible."""
    if find() is None and _is_root() and shutil.which("apt-get"):
        print("Installing PostgreSQL with apt-get...", file=sys.stderr)
        _apt_get("update")
        _apt_get("install", "-y", "--no-install-recommends", "postgresql")
    return find()


@contextmanager
def running() -> Iterator[str]:
    """The address of a new server's empty database; the server answers this computer only."""
    programs = find()
    assert programs is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="retnet-postgres-"))
    try:
        password = secrets.token_hex(16)
        (folder / "password").write_text(password, encoding="ascii")
        user = _hand_over(folder)
        data = ["-D", str(folder / "data")]
        initdb = [
            *(programs / "initdb", *data, "-U", "retnet", "-A", "scram-sha-256", "-E", "UTF8"),
            *("--no-locale", "--no-sync", f"--pwfile={folder / 'password'}"),
        ]
        _as(user, folder, initdb)
        port = _free_port()
        # Nothing of it is meant to outlive the machine, so it need not wait for the disk.
        options = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
        log = folder / "log"
        pg_ctl = [programs / "pg_ctl", *data, "-w"]
        _as(user, folder, [*pg_ctl, "-t", "60", "-l", log, "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://retnet:{password}@127.0.0.1:{port}/postgres"
        finally:
            _as(user, folder, [*pg_ctl, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _hand_over(folder: Path) -> tuple[int, int] | None:
    """Give the folder to the user that the server runs as, where that is not ours."""
    if not _is_root():
        return None
    import pwd

    users = {one.pw_name: one for one in pwd.getpwall()}
    user = next(users[name] for name in NOT_ROOT if name in users)
    for path in (folder, folder / "password"):
        os.chown(path, user.pw_uid, user.pw_gid)
    return user.pw_uid, user.pw_gid


def _as(user: tuple[int, int] | None, folder: Path, command: list[object]) -> None:
    """Run a program; where it fails, the error says what it and the server said."""
    rights = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
    with (folder / "said").open("a+", encoding="utf-8") as said:  # a pipe would wait for the server
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            **rights,
        )
    if done.returncode:
        logs = [path.read_text(encoding="utf-8") for path in map(folder.joinpath, ("said", "log"))
                if path.exists()]  # fmt: skip
        raise RuntimeError(f"{command[0]} failed:\n" + "\n".join(logs))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _apt_get(*arguments: str) -> None:
    command = ["apt-get", *arguments]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=quiet, timeout=600)
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)} took longer than 10 minutes.", file=sys.stderr)


if __name__ == "__main__":
    print(ensure() or MISSING)
