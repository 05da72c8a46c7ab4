"""Run the tests from nothing: `python3 tests/run.py [arguments for pytest]`.

Makes the environment `.venv` if there is none, installs what the tests need, finds the browsers
and starts pytest. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt")
CHROMIUM_VARIABLE = "EXPLORER_CHROMIUM"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FIREFOX_VARIABLE = "EXPLORER_FIREFOX"
FIREFOXES = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")
# Below the root, as Debian, Fedora and Arch have it.
MINI_BROWSERS = (
    "usr/lib/*/webkit2gtk-4.*/MiniBrowser",
    "usr/libexec/webkit2gtk-4.*/MiniBrowser",
    "usr/lib/webkit2gtk-4.*/MiniBrowser",
)
NO_FIREFOX = (
    "Firefox's tests need a Firefox on the PATH that is no snap, or named in EXPLORER_FIREFOX "
    "(on Debian: apt-get install firefox-esr)."
)
NO_WEBKIT = (
    "WebKit's tests need Linux with WebKitWebDriver, WebKitGTK's MiniBrowser and Xvfb "
    "(on Debian: apt-get install webkit2gtk-driver xvfb)."
)
OLDEST, NEWEST = (3, 11), (3, 13)


class Missing(Exception):
    """Something is not there and cannot be had from here; the text says how to get it."""


def main(arguments: Sequence[str]) -> int:
    """Run pytest with these arguments and return its exit status, or 1 if it cannot start."""
    try:
        check_version(sys.version_info[:2])
        python = environment()
        install(python)
        variables = dict(os.environ)
        # Tests start the app many times over, and each start would compile all of it.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        if not leaves_browser_out(arguments):
            variables[CHROMIUM_VARIABLE] = chromium(python)
            find_other_engines()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    # Tests that are named are few, and start sooner in one process.
    spread = [] if names_tests(arguments) else whole_suite()
    return subprocess.call([python, "-m", "pytest", *spread, *arguments], cwd=ROOT, env=variables)


def check_version(version: tuple[int, ...]) -> None:
    """Raise Missing unless the tests are made for this version of Python."""
    if not OLDEST <= version[:2] <= NEWEST:
        raise Missing(
            f"This is Python {version[0]}.{version[1]}; use 3.11, 3.12 or 3.13, "
            "as in python3.12 tests/run.py."
        )


def whole_suite() -> list[str]:
    """Return pytest's arguments for all tests, spread over a few processes.

    One process for each core: more make every test slower, and no run shorter. Browser tests
    stand first in the order of the files and so fall to the first process, which is often waiting
    for a page while the others compute. Whoever has done its part takes half of what another one
    has left, until the last test.
    """
    processes = min(6, max(2, os.cpu_count() or 1))
    # Dash brings a plugin that every process would load, and no test uses it.
    return ["-p", "no:dash", "-n", str(processes), "--dist", "worksteal"]


def names_tests(arguments: Sequence[str]) -> bool:
    """Tell whether pytest is asked for the tests of some files, or for those of some names."""
    return any(
        argument.startswith("-k") or (ROOT / argument.partition("::")[0]).exists()
        for argument in arguments
    )


def leaves_browser_out(arguments: Sequence[str]) -> bool:
    """Tell whether pytest is asked, as `-m "not browser"`, for no browser test."""
    return any("not browser" in argument for argument in arguments)


# -------------------------------------------------------------------------------- environment


def environment() -> str:
    """Return the Python of `.venv`, made first if there is none."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        say(f"Making the environment {ENVIRONMENT}.")
        if not succeeds(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            raise Missing(
                "No environment could be made: install Python's venv and pip "
                "(on Debian: apt-get install python3-venv)."
            )
    shown = output(str(python), "-c", "import sys; print(*sys.version_info[:2])")
    if shown is None:
        raise Missing(f"The Python in {ENVIRONMENT} does not start: delete that folder.")
    check_version(tuple(map(int, shown.split())))
    return str(python)


def install(python: str) -> None:
    """Install what the tests need, unless exactly that has been installed before."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in REQUIREMENTS)).hexdigest()
    stamp = ENVIRONMENT / "tests-installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    say("Installing what the tests need; the first time takes minutes and about 6 GB.")
    pip = (python, "-m", "pip", "install", "--disable-pip-version-check", "-qq")
    if not succeeds(*pip, "-r", str(REQUIREMENTS[-1])):
        raise Missing(
            "What the tests need could not be installed: pip says above why; "
            "check the connection and the free space, then run this again."
        )
    stamp.write_text(digest)


# ------------------------------------------------------------------------------------ browser


def chromium(python: str) -> str:
    """Return the path of a Chromium that starts, installed if need be and possible."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    for candidate in [named] if named else candidates(python):
        if candidate and succeeds(candidate, "--headless", "--no-sandbox", "--version", quiet=True):
            say(f"The browser tests use {candidate}.")
            return candidate
    if named:
        raise Missing(
            f"{CHROMIUM_VARIABLE} names {named}, which does not start: correct or unset it."
        )
    raise Missing(
        "The browser tests need a Chromium, and none could be found or installed: put one on the "
        f'PATH or name it in {CHROMIUM_VARIABLE}, or leave these tests out with -m "not browser".'
    )


def candidates(python: str) -> Iterator[str | None]:
    """Yield where a Chromium may be, the cheapest way first; a later one may install it."""
    yield from map(shutil.which, BROWSERS)
    yield playwright_chromium(python)
    say("Asking Playwright for its Chromium.")
    if succeeds(python, "-m", "playwright", "install", "chromium", quiet=True):
        yield playwright_chromium(python)
    if debian_installs("chromium"):
        yield shutil.which("chromium")


def playwright_chromium(python: str) -> str | None:
    """Return where Playwright keeps its own Chromium, whether it is there or not."""
    return output(
        python,
        "-c",
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)",
    )


def debian_installs(*packages: str) -> bool:
    """Install Debian's packages where this user may, and tell whether that worked."""
    if not shutil.which("apt-get"):
        return False
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not root and not succeeds("sudo", "-n", "true", quiet=True):
        return False
    say(f"Installing Debian's {', '.join(packages)}.")
    apt = () if root else ("sudo", "-n")
    apt += ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    return succeeds(*apt, "update") and succeeds(
        *apt, "install", "-y", "--no-install-recommends", *packages
    )


# -------------------------------------------------------------------------------- other engines


def find_other_engines() -> None:
    """Install Firefox and WebKit if need be and possible; say what is skipped without them."""
    for find, packages, missing in (
        (firefox, ("firefox-esr",), NO_FIREFOX),
        (webkit, ("webkit2gtk-driver", "xvfb"), NO_WEBKIT),
    ):
        if not find() and not (debian_installs(*packages) and find()):
            say(f"Left out: {missing}")


def firefox() -> str | None:
    """Return the path of a Firefox that the tests can drive, None if there is none.

    Raises:
        Missing: the one that EXPLORER_FIREFOX names does not start.
    """
    named = os.environ.get(FIREFOX_VARIABLE)
    for path in [named] if named else map(shutil.which, FIREFOXES):
        if path and succeeds(path, "--version", quiet=True) and not is_snap(path):
            return path
    if named:
        raise Missing(
            f"{FIREFOX_VARIABLE} names {named}, which does not start, or is a snap: "
            "correct or unset it."
        )
    return None


def is_snap(path: str) -> bool:
    """Tell whether a program is a snap, or Ubuntu's script that starts one.

    A snap sees none of the folders where tests keep their profiles.
    """
    with open(path, "rb") as program:
        start = program.read(4096)
    return Path(path).resolve().name == "snap" or (start[:2] == b"#!" and b"/snap/" in start)


def webkit() -> tuple[str, str] | None:
    """Return the paths of WebKit's driver and small browser; None if one is missing, or Xvfb."""
    driver = shutil.which("WebKitWebDriver")
    browsers = [path for place in MINI_BROWSERS for path in sorted(Path("/").glob(place))]
    return (driver, str(browsers[-1])) if driver and browsers and shutil.which("Xvfb") else None


# ----------------------------------------------------------------------------------- commands


def succeeds(*command: str, quiet: bool = False) -> bool:
    """Run a command and tell whether it ended well; `quiet` drops what it prints."""
    sink = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(command, stdout=sink, stderr=sink, timeout=1800).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def output(*command: str) -> str | None:
    """Return what a command prints, or None if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def say(sentence: str) -> None:
    """Tell the person at once what is being done."""
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
