"""What every test gets: a data folder of its own, no download, and no deadline for hypothesis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from explorer.jobs import launcher
from explorer.store import run_store
from explorer.store.run_store import RunStore
from tests.processes import end_processes_at_home

# How long an example takes says more of the machine's other work than of the code; and a change
# shall not fail in CI on an example that has nothing to do with it.
settings.register_profile(
    "explorer", deadline=None, derandomize="CI" in os.environ, max_examples=25
)
settings.register_profile("all", deadline=None, max_examples=100)
# pytest --hypothesis-profile=thorough, after a change to what it tests.
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("explorer")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the long tests too")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--all") and not config.getoption("--hypothesis-profile"):
        settings.load_profile("all")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: run with --all"))


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests' runs and downloads out of the user's folders and databases."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.delenv("EXPLORER_DATABASE_URL", raising=False)
        patch.setenv("EXPLORER_DOWNLOAD", "0")
        yield
    end_processes_at_home(home)


@pytest.fixture(scope="session", autouse=True)
def _warm_app_tests() -> Iterator[None]:
    """Spare every run of an `AppTest` what a server does once, and what takes longer than a page.

    That is a search through all installed packages for Streamlit components, of which the app has
    its own alone, and compiling the scripts.
    """
    compiled = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            BidiComponentManager, "discover_and_register_components", lambda *_, **__: None
        )
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: compiled)
        yield


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunStore:
    """A store of the test's own without what comes with the app, and no training process."""
    monkeypatch.setattr(run_store, "SHIPPED_FOLDER", None)
    return _own_store(monkeypatch, tmp_path)


@pytest.fixture
def fresh_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunStore:
    """A store as on a fresh machine: what comes with the app is in it, and nothing else."""
    return _own_store(monkeypatch, tmp_path)


def _own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunStore:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/store/runs.sqlite3")
    monkeypatch.delenv("EXPLORER_DATA_DIR", raising=False)
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)
    return launcher.default_store()
