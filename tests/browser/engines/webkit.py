"""WebKit as Safari has it, in the small browser that comes with WebKitGTK."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from selenium import webdriver
from selenium.common import (
    InvalidSessionIdException,
    NoSuchWindowException,
    WebDriverException,
)
from selenium.webdriver.common.utils import is_connectable
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.options import Options
from urllib3.exceptions import HTTPError

from tests.browser.engines import actions
from tests.browser.engines.tab import PATIENCE_MS, Gone, Point, Tab
from tests.browser.server import free_port
from tests.browser.steps import until

# WebKit's driver tells nothing of a page's log, so the page keeps it.
_KEEP_ERRORS = """
if (window.keptErrors) return;
window.keptErrors = [];
const keep = (...said) => window.keptErrors.push(said.map(String).join(" "));
addEventListener("error", ({ message, filename, target }) =>
    keep(message ?? `not loaded: ${target.src ?? target.href}`, "at", filename ?? ""), true);
addEventListener("unhandledrejection", ({ reason }) => keep("unhandled:", reason));
const log = console.error;
console.error = (...said) => { keep(...said); log.apply(console, said); };
"""

# Longer than a page waits for anything. WebKit's driver hangs once in some hundred loads.
_LONGEST_ANSWER_SECONDS = 1.5 * PATIENCE_MS / 1000
# What the driver answers when the browser has died, the first of them where it did just now.
_SAID_OF_THE_DEAD = (WebDriverException, InvalidSessionIdException, NoSuchWindowException)


class WebKit(Tab):
    """A page in WebKitGTK's MiniBrowser, in a window without bars.

    Args:
        driver: path of WebKitWebDriver.
        browser: path of MiniBrowser.
        display: an X display, as in `:77`.
        dark: whether the person's system is dark.
    """

    name = "webkit"

    def __init__(self, driver: str, browser: str, display: str, *, dark: bool = False) -> None:
        self._options = Options()
        self._options.binary_location = browser
        # Early, so that the page can be asked to keep its log before the app is drawn.
        self._options.page_load_strategy = "eager"
        scheme = ("--dark-mode",) if dark else ()
        windows = "--javascript-can-open-windows-automatically=true"
        for argument in ("--automation", windows, *scheme):
            self._options.add_argument(argument)
        # Without a graphics card, frames handed over through memory cost half as much time.
        surroundings = {"DISPLAY": display, "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
        self._program, self._surroundings = driver, {**os.environ, **surroundings}

    def _start(self) -> None:
        port = free_port()
        # In a session of its own, which ends as one whichever of its processes have died.
        self._process = subprocess.Popen(
            [self._program, f"--port={port}"],
            env=self._surroundings,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: is_connectable(port), "WebKit's driver listens")
        self._driver = _Driver(f"http://127.0.0.1:{port}", self._options, self.close)
        self._open_window()

    def _end(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _open_window(self) -> None:
        self._driver.set_script_timeout(3 * PATIENCE_MS / 1000)
        # The window that is there has bars and is never narrower than they are.
        bars = self._driver.current_window_handle
        self._driver.execute_script("open('about:blank', '', 'popup,width=1280,height=720');")
        until(lambda: len(self._driver.window_handles) > 1, "a window opens")
        own = next(one for one in self._driver.window_handles if one != bars)
        self._driver.switch_to.window(own)

    def load(self, url: str) -> None:
        self._driver.get(url)
        self._driver.execute_script(_KEEP_ERRORS)

    def resize(self, width: int, height: int) -> None:
        self._driver.set_window_rect(0, 0, width, height)
        self.until("(...size) => innerWidth === size[0] && innerHeight === size[1]", width, height)

    def call(self, function: str, text: str) -> str:
        answer = self._driver.execute_async_script(
            f"""const [text, done] = arguments;
            ({function})(text).then((result) => done({{ result }}),
                (error) => done({{ error: `${{error}} ${{error.stack}}` }}));""",
            text,
        )
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def hold(self, path: Sequence[Point]) -> None:
        self._act(actions.held(path))

    def let_go(self) -> None:
        self._act(actions.released())

    def press(self, *keys: str) -> None:
        self._act(actions.pressed(keys))

    def _act(self, what: actions.Actions) -> None:
        self._driver.execute(Command.W3C_ACTIONS, {"actions": what})

    def picture(self) -> bytes:
        return self._driver.get_screenshot_as_png()

    def errors(self) -> list[str]:
        kept = self._driver.execute_script(
            "const kept = window.keptErrors ?? []; return JSON.stringify(kept.splice(0));"
        )
        return json.loads(kept)


class _Driver(webdriver.Remote):
    """Selenium's side of a WebKitWebDriver.

    Args:
        url: the driver's address.
        options: what the browser is started with.
        end: ends both; called where a question fails because one of them is gone.
    """

    def __init__(self, url: str, options: Options, end: Callable[[], None]) -> None:
        self._end = end
        config = ClientConfig(
            remote_server_addr=url,
            timeout=_LONGEST_ANSWER_SECONDS,
            init_args_for_pool_manager={"init_args_for_pool_manager": {"retries": False}},
        )
        super().__init__(RemoteConnection(client_config=config), options=options)

    def execute(self, command: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            return super().execute(command, params)
        except (HTTPError, OSError, WebDriverException) as error:
            if isinstance(error, WebDriverException) and type(error) not in _SAID_OF_THE_DEAD:
                raise
            self._end()
            raise Gone(f"WebKit to {command}: {error!r}") from error
