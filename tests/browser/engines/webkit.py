"""WebKit as Safari has it, in the small browser that comes with WebKitGTK."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence

import psutil
from selenium import webdriver
from selenium.common import WebDriverException
from selenium.webdriver.remote.command import Command
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from urllib3.exceptions import HTTPError

from tests.browser.engines import actions
from tests.browser.engines.tab import PATIENCE_MS, Point, Tab
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

_TRIES = 3
_LONGEST_LOAD_SECONDS = 40.0
_LONGEST_PICTURE_SECONDS = 15.0


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
        self._start()

    def _start(self) -> None:
        self._is_killed = False
        self._service = Service(self._program, env=self._surroundings)
        self._driver = webdriver.WebKitGTK(options=self._options, service=self._service)
        try:
            self._open_window()
        except Exception:
            self._driver.quit()
            raise

    def _kill(self) -> None:
        self._is_killed = True
        driver = psutil.Process(self._service.process.pid)
        for process in (*driver.children(recursive=True), driver):
            process.kill()

    def _open_window(self) -> None:
        self._driver.set_script_timeout(3 * PATIENCE_MS / 1000)
        # The window that is there has bars and is never narrower than they are.
        bars = self._driver.current_window_handle
        self._driver.execute_script("open('about:blank', '', 'popup,width=1280,height=720');")
        until(lambda: len(self._driver.window_handles) > 1, "a window opens")
        own = next(one for one in self._driver.window_handles if one != bars)
        self._driver.switch_to.window(own)

    def load(self, url: str) -> None:
        # Once in some hundred loads the driver never answers the first question to a new page,
        # and nobody's limit of time ends that: then another browser is started.
        for _ in range(_TRIES):
            watchdog = threading.Timer(_LONGEST_LOAD_SECONDS, self._kill)
            watchdog.start()
            try:
                self._driver.get(url)
                self._driver.execute_script(_KEEP_ERRORS)
                return
            except (WebDriverException, HTTPError, OSError):
                if not self._is_killed:
                    raise
                watchdog.join()
                self._start()
            finally:
                watchdog.cancel()
        raise TimeoutError(f"WebKit did not load {url} in {_TRIES} tries.")

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
        # The driver may hang here as well; that must not hide why a test failed.
        watchdog = threading.Timer(_LONGEST_PICTURE_SECONDS, self._kill)
        watchdog.start()
        try:
            return self._driver.get_screenshot_as_png()
        except (WebDriverException, HTTPError, OSError):
            if not self._is_killed:
                raise
            return b""
        finally:
            watchdog.cancel()

    def errors(self) -> list[str]:
        kept = self._driver.execute_script(
            "const kept = window.keptErrors ?? []; return JSON.stringify(kept.splice(0));"
        )
        return json.loads(kept)

    def close(self) -> None:
        self._driver.quit()
