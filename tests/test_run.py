"""The command that runs the tests: what it refuses, and which browsers it takes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests import run


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A PATH with nothing on it but what the test puts there, and a Playwright without browser."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(run.CHROMIUM_VARIABLE, raising=False)
    monkeypatch.delenv(run.FIREFOX_VARIABLE, raising=False)
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


@pytest.fixture
def nothing_else(programs, tmp_path, monkeypatch):
    """No WebKit but below the test's own folder, and an apt-get that notes what it installs."""
    monkeypatch.setattr(run, "FIREFOXES", ("firefox-esr", "firefox"))
    monkeypatch.setattr(run, "MINI_BROWSERS", (f"{str(tmp_path)[1:]}/MiniBrowser",))
    programs("env", 'shift; exec "$@"')
    programs("sudo", 'shift; exec "$@"')
    programs("true", "exit 0")
    programs("apt-get", f'echo "$*" >> {tmp_path}/apt')
    return tmp_path / "apt"


def test_firefox_and_webkit_that_are_there_are_taken_and_nothing_is_installed(
    programs, nothing_else, capsys
):
    firefox = programs("firefox", "exit 0")
    driver, browser = programs("WebKitWebDriver", "exit 0"), programs("MiniBrowser", "exit 0")
    programs("Xvfb", "exit 0")
    run.find_other_engines()
    assert run.firefox() == firefox
    assert run.webkit() == (driver, browser)
    assert not nothing_else.exists()
    assert capsys.readouterr().out == ""


def test_what_is_missing_of_the_other_engines_is_installed_or_said_in_a_line_each(
    programs, nothing_else, capsys
):
    programs("WebKitWebDriver", "exit 0")
    programs("MiniBrowser", "exit 0")
    run.find_other_engines()
    assert run.firefox() is None
    assert run.webkit() is None, "there is no Xvfb"
    installed = [line for line in nothing_else.read_text().splitlines() if "install" in line]
    assert [line.split("recommends ")[1] for line in installed] == [
        "firefox-esr",
        "webkit2gtk-driver xvfb",
    ]
    said = [line for line in capsys.readouterr().out.splitlines() if "Left out" in line]
    assert said == [f"Left out: {run.NO_FIREFOX}", f"Left out: {run.NO_WEBKIT}"]


def test_without_the_right_to_install_nothing_is_and_the_tests_go_on(
    programs, nothing_else, monkeypatch, capsys
):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    programs("sudo", "exit 1")
    run.find_other_engines()
    assert not nothing_else.exists()
    assert capsys.readouterr().out.count("Left out") == 2


def test_a_firefox_that_is_a_snap_is_passed_over(programs, nothing_else):
    programs("firefox-esr", 'exec /snap/bin/firefox "$@"')
    assert run.firefox() is None
    firefox = programs("firefox", "exit 0")
    assert run.firefox() == firefox


def test_a_named_firefox_that_does_not_start_is_not_replaced(programs, monkeypatch):
    programs("firefox", "exit 0")
    monkeypatch.setenv(run.FIREFOX_VARIABLE, programs("other", "exit 1"))
    with pytest.raises(run.Missing, match=r"names .*other, which does not start"):
        run.firefox()


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


def test_all_tests_are_spread_over_processes_unless_some_are_named():
    for everything in ([], ["--all"], ["--durations=9", "-x"], ["-m", "not browser"]):
        assert not run.names_tests(everything)
    for some in (["tests/core"], ["--all", "tests/test_run.py::test_it"], ["-k", "entropy"]):
        assert run.names_tests(some)
