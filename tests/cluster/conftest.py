"""Every test here has a machine of its own; those on Ray share one, and a PostgreSQL."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from explorer.runs.run import ENDED
from explorer.store.run_store import RunStore
from tests.own_machine import machine_of_its_own
from tests.processes import end_processes_at_home
from tests.store.postgresql_server import server_or_skip

__all__ = ["machine_of_its_own"]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with server_or_skip() as server:
        yield server.fresh_url()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of the server, whose processes are ended with the last test."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install -r deploy/requirements-cluster.txt.")
    home = tmp_path_factory.mktemp("server")
    yield home
    end_processes_at_home(home)


@pytest.fixture
def _server(ray_address: str, database: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server's environment has."""
    monkeypatch.setenv("EXPLORER_DATABASE_URL", database)
    monkeypatch.setenv("EXPLORER_RAY_ADDRESS", ray_address)
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(home))


@pytest.fixture
def store(database: str) -> Iterator[RunStore]:
    with closing(RunStore(database)) as store:
        yield store
        for run in store.runs.list():
            if run.status not in ENDED:
                store.requests.stop(run.id)
