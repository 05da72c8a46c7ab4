"""The command that runs the tests: what it refuses, and which Chromium it takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import run


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A PATH with nothing on it but what the test puts there, and a Playwright without browser."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(run.CHROMIUM_VARIABLE, raising=False)
    monkeypatch.setattr(run, "playwright_chromium", lambda python: None)

    def put(name: str, script: str) -> str:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return str(program)

    return put


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14), (4, 0)])
def test_another_python_is_refused_in_one_sentence(version):
    with pytest.raises(
        run.Missing, match=r"^This is Python \d\.\d+; use 3\.11, 3\.12 or 3\.13.*\.$"
    ):
        run.check_version(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13, 2)])
def test_the_supported_pythons_are_taken(version):
    run.check_version(version)


def test_a_chromium_on_the_path_is_taken(programs):
    chromium = programs("chromium", "exit 0")
    assert run.chromium(sys.executable) == chromium


def test_one_that_does_not_start_is_passed_over(programs):
    programs("chromium", "exit 1")
    chrome = programs("google-chrome", "exit 0")
    assert run.chromium(sys.executable) == chrome


def test_playwrights_own_comes_before_an_installation(programs, monkeypatch):
    own = programs("playwrights-own", "exit 0")
    programs("apt-get", f"touch {Path(own).parent}/installed")
    monkeypatch.setattr(run, "playwright_chromium", lambda python: own)
    assert run.chromium(sys.executable) == own
    assert not (Path(own).parent / "installed").exists()


def test_debians_package_is_the_last_resort(programs, tmp_path):
    chromium = tmp_path / "chromium"
    programs("env", 'shift; exec "$@"')
    programs("sudo", 'shift; exec "$@"')
    programs("true", "exit 0")
    programs(
        "apt-get",
        f'case "$*" in *install*chromium) printf "#!/bin/sh\\n" > {chromium}; '
        f"/bin/chmod +x {chromium};; esac",
    )
    python = programs("python-without-browsers", "exit 1")
    assert run.chromium(python) == str(chromium)


def test_without_any_chromium_one_line_says_what_to_do(programs):
    python = programs("python-without-browsers", "exit 1")
    with pytest.raises(
        run.Missing, match=r"need a Chromium.*EXPLORER_CHROMIUM.*not browser"
    ) as said:
        run.chromium(python)
    assert "\n" not in str(said.value)


def test_a_named_chromium_that_does_not_start_is_not_replaced(programs, monkeypatch):
    programs("chromium", "exit 0")
    monkeypatch.setenv(run.CHROMIUM_VARIABLE, "/nowhere/chromium")
    with pytest.raises(run.Missing, match="names /nowhere/chromium, which does not start"):
        run.chromium(sys.executable)


def test_what_was_installed_is_installed_again_only_after_a_change(programs, tmp_path, monkeypatch):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("streamlit==1.67.0\n")
    monkeypatch.setattr(run, "REQUIREMENTS", (requirements,))
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path)
    python = programs("python", f"echo installed >> {tmp_path}/log")
    for _ in range(2):
        run.install(python)
    assert (tmp_path / "log").read_text().split() == ["installed"]
    requirements.write_text("streamlit==1.68.0\n")
    run.install(python)
    assert (tmp_path / "log").read_text().split() == ["installed"] * 2


def test_a_failed_installation_is_said_and_tried_again(programs, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path)
    python = programs("python", "exit 1")
    for _ in range(2):
        with pytest.raises(run.Missing, match="could not be installed"):
            run.install(python)


def test_only_an_explicit_wish_leaves_the_browser_tests_out():
    assert run.leaves_browser_out(["-m", "not browser"])
    assert not run.leaves_browser_out([])
    assert not run.leaves_browser_out(["tests/browser", "-k", "not drag"])
