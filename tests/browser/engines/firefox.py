"""Firefox as it is installed, driven by WebDriver BiDi, which it speaks without a driver."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.browser.engines import actions
from tests.browser.engines.tab import PATIENCE_MS, Gone, Point, Tab
from tests.browser.steps import until

_PREFERENCES = {
    # The app must work without a network, and so must its tests: a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1, localhost",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
}
# What stands in a tab whose content process has died.
_CRASHED = "about:tabcrashed"
# Longer than a page waits for anything.
_LONGEST_ANSWER_SECONDS = 2 * PATIENCE_MS / 1000


class Firefox(Tab):
    """A page in a headless Firefox with a profile of its own.

    Args:
        program: path of Firefox.
        folder: for its profiles.
        dark: whether the person's system is dark.
    """

    name = "firefox"

    def __init__(self, program: str, folder: Path, *, dark: bool = False) -> None:
        self._program, self._folder = program, folder
        scheme = {"layout.css.prefers-color-scheme.content-override": 0 if dark else 1}
        self._preferences = "".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in (_PREFERENCES | scheme).items()
        )
        self._numbers = count(1)

    def _start(self) -> None:
        profile = Path(tempfile.mkdtemp(dir=self._folder))
        (profile / "user.js").write_text(self._preferences)
        self._errors: list[str] = []
        self._open = ExitStack()
        output = profile / "firefox.log"
        with output.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(self._program, "--headless", "--no-remote", "--profile", str(profile)),
                    *("--remote-debugging-port", "0"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._connect(profile / "WebDriverBiDiServer.json")
        except RuntimeError as error:
            said = output.read_text(errors="replace")
            raise RuntimeError(f"{self._program} cannot be driven: {error}\n{said}") from error

    def _end(self) -> None:
        # Killed, lest its end is waited for; its connection ends with it.
        self._process.kill()
        self._process.wait()
        self._open.close()

    def _connect(self, address: Path) -> None:
        def spoken() -> dict[str, Any] | None:
            if self._process.poll() is not None:
                raise RuntimeError(f"it ended with {self._process.returncode}")
            try:
                return json.loads(address.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                return None  # not there yet, or not written to its end

        server = until(spoken, "it opens a port", 60)
        url = f"ws://{server['ws_host']}:{server['ws_port']}/session"
        self._socket = self._open.enter_context(connect(url, max_size=None, proxy=None))
        self._send("session.new", capabilities={})
        events = ["log.entryAdded", "browsingContext.navigationCommitted"]
        self._send("session.subscribe", events=events)
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; events that come meanwhile are noted."""
        number = next(self._numbers)
        try:
            self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
            while True:
                message = json.loads(self._socket.recv(timeout=_LONGEST_ANSWER_SECONDS))
                if message["type"] == "event":
                    self._note(message)
                elif message["id"] == number:
                    break
        except (TimeoutError, ConnectionClosed) as error:
            raise Gone(f"Firefox to {method}: {error!r}") from error
        if message["type"] == "error":
            raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def _note(self, event: dict[str, Any]) -> None:
        method, told = event["method"], event["params"]
        if method == "log.entryAdded" and told["level"] == "error":
            frames = (told.get("stackTrace") or {}).get("callFrames") or [{}]
            self._errors.append(f"{told['text']} at {frames[0].get('url', 'no place')}")
        elif method == "browsingContext.navigationCommitted" and told["url"].startswith(_CRASHED):
            raise Gone("Firefox goes on without the process that drew the page")

    def load(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._context, url=url, wait="interactive")

    def resize(self, width: int, height: int) -> None:
        self._send(
            "browsingContext.setViewport",
            context=self._context,
            viewport={"width": width, "height": height},
        )

    def call(self, function: str, text: str) -> str:
        answer = self._send(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": text}],
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"]["value"]

    def hold(self, path: Sequence[Point]) -> None:
        self._act(actions.held(path))

    def let_go(self) -> None:
        self._act(actions.released())

    def press(self, *keys: str) -> None:
        self._act(actions.pressed(keys))

    def _act(self, what: actions.Actions) -> None:
        self._send("input.performActions", context=self._context, actions=what)

    def picture(self) -> bytes:
        shot = self._send("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(shot["data"])

    def errors(self) -> list[str]:
        # Whatever was logged before the answer to this has come before it.
        self._send("session.status")
        errors, self._errors = self._errors, []
        return errors
