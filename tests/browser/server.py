"""The app as its users start it, on a free port and with a data folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.processes import end_processes_at_home, processes_at_home

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """One `streamlit run app.py`.

    Args:
        folder: of its own; runs, caches and the log go there.
        environment: variables beside those that every server gets.
        port: where to listen; a free one by default.
        script: what is run in place of the app.

    Attributes:
        url: address of the app, without a slash at its end.
        process: the running server, None when it is stopped.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        port: int | None = None,
        script: str = "app.py",
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.script = script
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if "EXPLORER_" not in name},
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "EXPLORER_DATABASE_URL": f"sqlite:///{folder / 'runs.sqlite3'}",
            "EXPLORER_DOWNLOAD": "0",
            **(environment or {}),
        }

    @property
    def log(self) -> str:
        """What the server has printed so far, over all its starts."""
        return (self.folder / "server.log").read_text(errors="replace")

    def start(self, patience: float = 60) -> Server:
        """Start and return when the app can be visited.

        Raises:
            RuntimeError: it ended, or does not answer in time; with the server's log.
        """
        command = [sys.executable, "-m", "streamlit", "run", self.script, "--server.headless=true"]
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [*command, f"--server.port={self.port}"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + patience
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The app did not come up. Its log:\n{self.log}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """End the server alone, as a restart would; its workers go on."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def workers(self) -> list[psutil.Process]:
        """Return the processes beside the server that run with its data folder."""
        own = self.process.pid if self.process else None
        return [process for process in processes_at_home(self.folder) if process.pid != own]

    def close(self) -> None:
        """End the server at once, and the workers that it or an earlier start left behind."""
        end_processes_at_home(self.folder)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
