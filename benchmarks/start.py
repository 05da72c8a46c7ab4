"""Cold start: from the command that serves to a page that one can use.

    python benchmarks/start.py [--starts 5] [--json]

Each start is a new server and a new browser profile; what the system has cached of either stays
cached. A page can be used once it is drawn to the end: ours are the divergence page, with its bars
and its three charts, and the live page, with its button; the baseline is the same divergence page
as one would first write it, with `st.slider` and `st.plotly_chart`. They take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.chromium import launch_chromium

CHARTS = 3


@dataclass
class Contender:
    """One page and how long its starts took.

    Attributes:
        name: as printed.
        id: prefix of its figures in the JSON.
        serve: starts the server and waits until it answers.
        address: of the page on the server.
        usable: waits until the page can be used.
        answers: seconds from the command to the server's first answer.
        pages: seconds from the command to the page.
    """

    name: str
    id: str
    serve: Callable[[], AbstractContextManager[servers.Server]]
    address: str
    usable: Callable[[Page], None]
    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)

    def start(self, browser: Browser) -> None:
        """Start once, and end the server again."""
        begun = time.perf_counter()
        with self.serve() as server:
            self.answers.append(time.perf_counter() - begun)
            page = browser.new_page()
            page.goto(server.url + self.address)
            self.usable(page)
            self.pages.append(time.perf_counter() - begun)
            page.close()


def _all_drawn(page: Page) -> None:
    page.get_by_role("slider").first.wait_for(state="attached", timeout=60_000)
    page.wait_for_function(
        "n => document.querySelectorAll('.js-plotly-plot:has(.cartesianlayer path)').length === n",
        arg=CHARTS,
    )


def _train_offered(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).wait_for(timeout=60_000)


def result(contenders: list[Contender]) -> dict[str, object]:
    """Return medians in seconds and how ours compare, as one flat object."""
    numbers: dict[str, object] = {"starts": len(contenders[0].pages)}
    for one in contenders:
        numbers[f"{one.id}_answer_s"] = round(statistics.median(one.answers), 2)
        numbers[f"{one.id}_page_s"] = round(statistics.median(one.pages), 2)
    plain = float(numbers["plain_page_s"])
    numbers["ratio_to_plain_streamlit"] = round(float(numbers["ours_page_s"]) / plain, 2)
    return numbers


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description="Time from the command to a page one can use.")
    parser.add_argument("--starts", type=int, default=5, help="of each server (default: 5)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    arguments = parser.parse_args()
    if arguments.starts < 1:
        parser.error("--starts needs at least 1.")
    with (
        tempfile.TemporaryDirectory(prefix="explorer-runs-") as folder,
        sync_playwright() as driver,
    ):
        settings = {
            "EXPLORER_DATABASE_URL": f"sqlite:///{Path(folder) / 'runs.sqlite3'}",
            "EXPLORER_IDLE_MINUTES": "0.05",
        }
        ours = partial(servers.explorer, settings)
        contenders = [
            Contender("ours, divergence", "ours", ours, "/divergence", _all_drawn),
            Contender("ours, live", "ours_live", ours, "/live", _train_offered),
            Contender("plain Streamlit", "plain", servers.plain_streamlit, "/", _all_drawn),
        ]
        for _ in range(arguments.starts):
            for one in contenders:
                browser = launch_chromium(driver)
                one.start(browser)
                browser.close()
    numbers = result(contenders)
    if arguments.json:
        print(json.dumps(numbers))
        return
    print(f"{numbers['starts']} starts of each, in turn; medians from the command on")
    for one in contenders:
        answer, page = numbers[f"{one.id}_answer_s"], numbers[f"{one.id}_page_s"]
        print(f"{one.name:>18}: server answers after {answer} s, page usable after {page} s")
    print(f"ours / plain Streamlit = {numbers['ratio_to_plain_streamlit']}")


if __name__ == "__main__":
    main()
