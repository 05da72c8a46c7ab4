"""Start a web server as a process of its own on a free loopback port, and end it for certain."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60.0
HEALTH = "/_stcore/health"
# What default settings still need so that nothing leaves this machine: no telemetry, no look-up
# of the address under which the world would see it.
LOOPBACK_ONLY = ("--browser.gatherUsageStats", "false", "--server.address", "127.0.0.1")


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: on 127.0.0.1.
        process: its process, for memory readings.
        log: file with everything that it printed.
    """

    port: int
    process: psutil.Process
    log: Path

    @property
    def url(self) -> str:
        """Address without a closing slash."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mib(self) -> float:
        """Return the resident memory of the server's own process in MiB."""
        return self.process.memory_info().rss / 2**20

    def cpu_s(self) -> float:
        """Return the processor time that the server has used so far, in seconds."""
        used = self.process.cpu_times()
        return used.user + used.system


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    *,
    folder: Path,
    ready: str,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server for the length of a `with` block.

    Args:
        command: program and arguments; `{port}` in them is replaced by the port.
        folder: working folder.
        ready: path that answers with status 200 once the server can be used.
        environment: variables added to the caller's, of which Streamlit's own are left out.

    Raises:
        RuntimeError: the server ended or did not answer within a minute; its last lines are in
            the message.
    """
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    with tempfile.TemporaryDirectory(prefix="explorer-benchmark-") as scratch:
        log = Path(scratch) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [part.replace("{port}", str(port)) for part in command],
                cwd=folder,
                # A home of its own: nobody's personal Streamlit settings take part.
                env=kept | {"HOME": scratch} | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(port, psutil.Process(process.pid), log)
        try:
            _wait(process, f"{server.url}{ready}", log)
            yield server
        finally:
            _end(process)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start. It said:\n{log.read_text()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server's whole process group to end, and end it after five seconds."""
    for kind, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        if process.poll() is None:
            os.killpg(process.pid, kind)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return


def streamlit(script: Path | str) -> list[str]:
    """Return the command that serves `script` with only the port and the browser window set."""
    return [
        sys.executable,
        *("-m", "streamlit", "run", str(script)),
        *("--server.port", "{port}", "--server.headless", "true"),
    ]


@contextmanager
def explorer(environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Serve the app with README's command and the settings that come with it."""
    command = streamlit("app.py")
    with serving(command, folder=ROOT, ready=HEALTH, environment=environment) as server:
        yield server


@contextmanager
def explorer_under_defaults(environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Serve the same pages as an ordinary script under Streamlit's default settings.

    A folder without `.streamlit/config.toml` holds links to the packages and a script that shows
    them. It defines no `st.App`, so nothing is imported early and kept out of collections.
    """
    with tempfile.TemporaryDirectory(prefix="explorer-defaults-") as name:
        folder = Path(name)
        for package in ("pages", "explorer"):
            (folder / package).symlink_to(ROOT / package)
        (folder / "explorer_app.py").write_bytes((ROOT / "app.py").read_bytes())
        (folder / "ordinary.py").write_text("from explorer_app import run_page\n\nrun_page()\n")
        command = [*streamlit("ordinary.py"), *LOOPBACK_ONLY]
        with serving(command, folder=folder, ready=HEALTH, environment=environment) as server:
            yield server


@contextmanager
def plain_streamlit() -> Iterator[Server]:
    """Serve the divergence page as one would first write it, under default settings."""
    script = ROOT / "benchmarks" / "baselines" / "plain_streamlit.py"
    with (
        tempfile.TemporaryDirectory(prefix="explorer-plain-") as empty,
        serving(
            [*streamlit(script), *LOOPBACK_ONLY],
            folder=Path(empty),
            ready=HEALTH,
            environment={"PYTHONPATH": str(ROOT)},
        ) as server,
    ):
        yield server
