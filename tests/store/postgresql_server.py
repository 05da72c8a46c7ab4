"""A PostgreSQL server of the tests' own, in a temporary folder, behind a socket in that folder."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

# The tests end their server by killing it, so nothing need survive that.
_SETTINGS = (
    "listen_addresses=''",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=200",
)


class NoServer(Exception):
    """No server can be started here; the text says why."""


class Server:
    """A running server.

    Args:
        folder: Where its socket is.
        control: Runs pg_ctl with these arguments.
    """

    def __init__(self, folder: Path, control: Callable[..., None]) -> None:
        self._folder, self._control, self._count = folder, control, 0
        self._engine = sa.create_engine(
            self._url("public"), isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )

    def fresh_url(self) -> str:
        """Return the address of a schema that is as empty as a database of its own, but quicker."""
        self._count += 1
        name = f"store_{self._count}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        return self._url(name)

    def start(self) -> None:
        """Start it again after a stop."""
        options = " ".join(f"-c {setting}" for setting in _SETTINGS)
        self._control(
            "start", "-w", "-l", self._folder / "log", "-o", f"{options} -k {self._folder}"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop it; "fast" cuts every connection."""
        self._control("stop", "-m", mode)

    def close(self) -> None:
        """Let go of the connection."""
        self._engine.dispose()

    def _url(self, schema: str) -> str:
        path = quote(f"-csearch_path={schema}")
        host = quote(str(self._folder))
        return f"postgresql+psycopg://explorer@/postgres?host={host}&options={path}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, and end it with the `with` block.

    Raises:
        NoServer: There is no PostgreSQL here, or it does not start.
    """
    programs, user = find_programs(), _unprivileged_user()
    # The path of a socket must be short, and the server does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="explorer-pg-"))
    try:
        shutil.chown(folder, user)
        data = folder / "data"
        _run(user, programs / "initdb", "--pgdata", data, "--username=explorer", "--auth=trust",
             "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip

        def control(act: str, *options: object) -> None:
            _run(user, programs / "pg_ctl", act, "-D", data, *options)

        server = Server(folder, control)
        server.start()
        try:
            yield server
        finally:
            server.close()
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server_or_skip() -> Iterator[Server]:
    """Start a server like `running_server`, or skip what needs one and say why."""
    try:
        with running_server() as server:
            yield server
    except NoServer as error:
        pytest.skip(f"No PostgreSQL server can be started here: {error}.")


def find_programs() -> Path:
    """Return the folder of initdb and pg_ctl, which Debian keeps off the path.

    Raises:
        NoServer: They, or the driver, are not there.
    """
    if sys.platform == "win32":
        raise NoServer("the tests know PostgreSQL only behind a Unix socket")
    if importlib.util.find_spec("psycopg") is None:
        raise NoServer("psycopg is not installed")
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else []
    found += Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if not found:
        raise NoServer("there is no initdb")
    return max(found, key=lambda program: program.resolve().parent.parent.name).parent


def _unprivileged_user() -> str:
    if os.getuid() != 0:
        return getpass.getuser()
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise NoServer("a server does not run as root, and there is no other user")


def _run(user: str, *command: object) -> None:
    other = user if os.getuid() == 0 else None
    done = subprocess.run(
        [str(part) for part in command],
        user=other,
        extra_groups=[] if other else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise NoServer(f"{Path(str(command[0])).name} says {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running server, or a skipped test."""
    with server_or_skip() as server:
        yield server
