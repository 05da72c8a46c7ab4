"""Time from a key press to the redrawn charts, in headless Chromium.

    python benchmarks/latency.py [--presses 40] [--json]

Three servers show the same p, q and two figures of KL divergence:

* ours: the divergence page of this app, served by README's command;
* plain Streamlit: `st.slider` and `st.plotly_chart` under default settings;
* Dash: `dcc.Slider` and `dcc.Graph` with one server callback.

The key is pressed on a bar, or on a slider's thumb, of q, one press on each page in turn, so that
whatever else the machine does meets all of them alike. What counts is the same everywhere and is
watched in the page itself by `frame_probe.js`: from the key event's time stamp until the frame is
painted from which on every chart shows its final new marks. Frames in which a chart has no marks
are counted as blank, charts whose element was replaced as remounted. Afterwards one chart is
zoomed with the mouse on each page and the key is pressed again, to see whether the zoom stays.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.chromium import launch_chromium

HERE = Path(__file__).resolve().parent
CHARTS = 2
TERMS = 1  # place of the chart that is zoomed
QUIET_MS = 250
PATIENCE_MS = 10_000
WARM_UP = 6
TURN = 20  # presses upwards, then as many downwards, so that q stays inside
FRAME_MS = 1000 / 60


@dataclass
class Contender:
    """One page under test and what was seen of it.

    Attributes:
        name: as printed.
        id: prefix of its figures in the JSON.
        page: its browser tab.
        control: CSS selector of the bar or thumb that the key is pressed on.
        seen: what `frame_probe.js` says of each press.
        zoom_kept: whether both axes kept their ranges; None before that was tried.
    """

    name: str
    id: str
    page: Page
    control: str
    seen: list[dict[str, float]] = field(default_factory=list)
    zoom_kept: bool | None = None

    def press(self, key: str) -> dict[str, float]:
        """Press `key` on the control and return what was seen until the charts stood still."""
        self.page.bring_to_front()
        control = self.page.locator(self.control).first
        control.focus()
        self.page.evaluate(
            "(asked) => { window.watched = frameProbe.watch(...asked); }",
            [CHARTS, QUIET_MS, PATIENCE_MS],
        )
        self.page.keyboard.press(key)
        return self.page.evaluate("() => window.watched")

    def keeps_zoom(self) -> bool:
        """Zoom into one chart with the mouse, press a key, and compare its ranges.

        Raises:
            RuntimeError: the mouse did not zoom.
        """
        ranges = f"() => frameProbe.ranges({TERMS})"
        whole = self.page.evaluate(ranges)
        area = self.page.locator(".js-plotly-plot").nth(TERMS).locator(".nsewdrag").first
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        mouse = self.page.mouse
        mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 0.2 * box["height"])
        mouse.down()
        mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.95 * box["height"], steps=8)
        mouse.up()
        self.page.wait_for_timeout(600)
        zoomed = self.page.evaluate(ranges)
        if zoomed == whole:
            raise RuntimeError(f"{self.name}: dragging the mouse over the chart did not zoom.")
        mouse.move(5, 5)
        self.press("ArrowUp")
        after = self.page.evaluate(ranges)
        return all(abs(a - b) < 1e-9 for a, b in zip(zoomed, after, strict=True))

    def milliseconds(self, what: str) -> list[float]:
        """Return one of the measured times of every press."""
        return [one[what] for one in self.seen]

    def count(self, what: str) -> int:
        """Return the sum of one of the counted things over all presses."""
        return int(sum(one[what] for one in self.seen))


@contextmanager
def contenders() -> Iterator[list[Contender]]:
    """Start the three servers and open their pages in one browser."""
    with ExitStack() as stack:
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="explorer-dash-")))
        ours = stack.enter_context(servers.explorer())
        plain = stack.enter_context(servers.plain_streamlit())
        dash = stack.enter_context(
            servers.serving(
                [sys.executable, str(HERE / "baselines" / "dash_app.py"), "{port}"],
                folder=empty,
                ready="/",
                environment={"PYTHONPATH": str(servers.ROOT)},
            )
        )
        browser = launch_chromium(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)

        def opened(name: str, prefix: str, address: str, control: str) -> Contender:
            page = browser.new_page(viewport={"width": 1400, "height": 1200})
            page.add_init_script(path=HERE / "frame_probe.js")
            page.goto(address)
            # Streamlit's slider hides the input that takes the keys from view.
            page.locator(control).first.wait_for(state="attached", timeout=60_000)
            page.wait_for_function(
                "(n) => frameProbe.charts().filter((c) => c._fullLayout).length === n", arg=CHARTS
            )
            page.wait_for_timeout(1500)
            return Contender(name, prefix, page, control)

        yield [
            opened("ours", "ours", f"{ours.url}/divergence", '.cee-bar[aria-label^="q of"]'),
            opened("plain Streamlit", "plain_streamlit", plain.url, 'input[type="range"]'),
            opened("Dash", "dash", dash.url, '[role="slider"]'),
        ]


def measure(pages: list[Contender], presses: int) -> None:
    """Press the key in turn on every page, then try the zoom."""
    for number in range(WARM_UP + presses):
        key = "ArrowDown" if number // TURN % 2 else "ArrowUp"
        for one in pages:
            seen = one.press(key)
            if number >= WARM_UP:
                one.seen.append(seen)
    for one in pages:
        one.zoom_kept = one.keeps_zoom()


def result(pages: list[Contender]) -> dict[str, object]:
    """Return everything measured, as one flat object; times in milliseconds."""
    numbers: dict[str, object] = {"presses": len(pages[0].seen)}
    for one in pages:
        for name, what in (("", "redrawn"), ("first_", "first"), ("bar_", "control")):
            times = one.milliseconds(what)
            numbers[f"{one.id}_{name}ms_p50"] = round(statistics.median(times), 2)
            p95 = float(np.percentile(times, 95, method="inverted_cdf"))
            numbers[f"{one.id}_{name}ms_p95"] = round(p95, 2)
        numbers[f"{one.id}_remounts"] = one.count("remounted")
        numbers[f"{one.id}_blank_frames"] = one.count("blank")
        numbers[f"{one.id}_zoom_kept"] = one.zoom_kept
        numbers[f"{one.id}_bar_late_frames"] = one.count("controlFrames")
    ours = float(numbers["ours_ms_p50"])
    numbers |= {
        "ratio_to_plain_streamlit": round(ours / float(numbers["plain_streamlit_ms_p50"]), 3),
        "ratio_to_dash": round(ours / float(numbers["dash_ms_p50"]), 3),
        "remounts": numbers["ours_remounts"],
        "blank_frames": numbers["ours_blank_frames"],
        "zoom_kept": numbers["ours_zoom_kept"],
        "bar_ms_p50": numbers["ours_bar_ms_p50"],
        "bar_ms_p95": numbers["ours_bar_ms_p95"],
        "bar_late_frames": numbers["ours_bar_late_frames"],
    }
    return numbers


def table(numbers: dict[str, object], pages: list[Contender]) -> str:
    """Return the measurements as lines of text, with what they should be."""
    head = ("", "redrawn p50", "p95", "control p50", "remounts", "blank", "zoom kept")
    rows = [
        (
            one.name,
            *(f"{numbers[f'{one.id}_{key}']} ms" for key in ("ms_p50", "ms_p95", "bar_ms_p50")),
            str(numbers[f"{one.id}_remounts"]),
            str(numbers[f"{one.id}_blank_frames"]),
            "yes" if one.zoom_kept else "no",
        )
        for one in pages
    ]
    lines = ["".join(f"{cell:>16}" for cell in row) for row in (head, *rows)]
    return "\n".join(
        [
            f"{numbers['presses']} key presses on each page, in turn",
            *lines,
            f"ours / plain Streamlit = {numbers['ratio_to_plain_streamlit']} (at most 0.5)",
            f"ours / Dash            = {numbers['ratio_to_dash']} (at most 1.25)",
            f"frames in which our bar lagged behind the key: {numbers['bar_late_frames']} (0); "
            f"a frame is {FRAME_MS:.1f} ms",
        ]
    )


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(
        description="Time from a key press to the redrawn charts: ours, plain Streamlit, Dash."
    )
    parser.add_argument("--presses", type=int, default=40, help="on each page (default: 40)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    arguments = parser.parse_args()
    if arguments.presses < 1:
        parser.error("--presses needs at least 1.")
    with contenders() as pages:
        measure(pages, arguments.presses)
        numbers = result(pages)
    print(json.dumps(numbers) if arguments.json else table(numbers, pages))


if __name__ == "__main__":
    main()
