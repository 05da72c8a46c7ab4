"""Find a Chromium and start it without a window."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Error, Playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


def chromium_path() -> str | None:
    """Return the Chromium of `EXPLORER_CHROMIUM`, else one on the PATH; None for Playwright's."""
    named = os.environ.get("EXPLORER_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def launch_chromium(playwright: Playwright) -> Browser:
    """Start the Chromium of `EXPLORER_CHROMIUM`, one on the PATH, or Playwright's own.

    Raises:
        SystemExit: there is none, with what to do about it.
    """
    named = os.environ.get("EXPLORER_CHROMIUM")
    try:
        return playwright.chromium.launch(
            executable_path=chromium_path(), headless=True, args=CHROMIUM_ARGUMENTS
        )
    except Error as error:
        if named:
            raise SystemExit(f"EXPLORER_CHROMIUM names {named}, which does not start.") from error
        raise SystemExit(
            "There is no Chromium. Install one (`python -m playwright install chromium`, or your "
            "system's package) or set EXPLORER_CHROMIUM to its path."
        ) from error
