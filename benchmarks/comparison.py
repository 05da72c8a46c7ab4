"""Two hundred curves in one panel against thirty: the server's work, what is sent, and the paint.

    python benchmarks/comparison.py [--rounds 5] [--json]

Every curve has 4,000 training losses and 100 validation losses. The server's work is the whole of
a drawing: the figure, the table's numbers and the JSON, in seconds of the processor, so that other
work of the machine does not count. The paint is `Plotly.react` in headless Chromium up to the
frame after it, in seconds of the clock. Rounds of both take turns; the median counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import plotly
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.chromium import launch_chromium
from explorer.figures.comparison import MOST_SENT, ComparedLine, metric_panels, results
from explorer.runs.meaning import meanings_of
from explorer.runs.metric_panels import ComparedCurve
from explorer.runs.series import CurveData, Series

FEW, MANY = 30, 200
STEPS, EVERY = 4_000, 40
PAINT = """async (figure) => {
    const canvas = document.createElement("div");
    canvas.style.width = "860px";
    document.body.replaceChildren(canvas);
    const begun = performance.now();
    await Plotly.react(canvas, figure.data, figure.layout);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return (performance.now() - begun) / 1000;
}"""


def lines(count: int) -> list[ComparedLine]:
    """Return curves that fall like losses, with noise."""
    generator = np.random.default_rng(count)
    steps = np.arange(STEPS)
    found = []
    for place in range(count):
        train = 2.3 * np.exp(-steps / 800) + generator.normal(0.2, 0.05, STEPS).clip(0.01)
        data = CurveData(
            {
                "loss": Series(steps, train),
                "val_loss": Series(steps[::EVERY], train[::EVERY] + 0.05),
            }
        )
        curve = ComparedCurve(data, meanings_of(data))
        found.append(ComparedLine(f"curve {place}", place % FEW, (curve,)))
    return found


def drawn(of: list[ComparedLine]) -> tuple[float, str, int]:
    """Return seconds of the processor, the figure as JSON, and the number of its points."""
    begun = time.process_time()
    figure = metric_panels(of, ["loss"])
    results(of, ["loss"], goals={"loss": 0.5})
    text = json.dumps(figure.to_dict(), default=lambda array: array.tolist())
    seconds = time.process_time() - begun
    return seconds, text, sum(len(one.x) for one in figure.data)


def measured(page: Page, rounds: int) -> dict[str, float]:
    """Return the medians of both, and their ratios."""
    groups = {FEW: lines(FEW), MANY: lines(MANY)}
    server: dict[int, list[float]] = {FEW: [], MANY: []}
    paint: dict[int, list[float]] = {FEW: [], MANY: []}
    found: dict[str, float] = {}
    for round_ in range(rounds + 1):
        for count, of in groups.items():
            seconds, text, points = drawn(of)
            painted = page.evaluate(PAINT, json.loads(text))
            if round_:  # the first one warms up
                server[count].append(seconds)
                paint[count].append(painted)
            found |= {f"points_{count}": points, f"megabytes_{count}": len(text) / 1e6}
    for name, times in (("server", server), ("paint", paint)):
        medians = {count: statistics.median(own) for count, own in times.items()}
        found |= {f"{name}_seconds_{count}": median for count, median in medians.items()}
        found[f"{name}_ratio"] = medians[MANY] / medians[FEW]
    return found


def main() -> None:
    """Measure and print a table, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
        found = measured(page, options.rounds)
        browser.close()
    if options.json:
        print(json.dumps(found))
        return
    print(f"{'':28}{FEW:>9} curves{MANY:>9} curves     ratio   goal")
    for name, label, goal in (
        ("server", "server, processor seconds", "≤ 1 s"),
        ("paint", "paint, seconds", "≤ 2 s"),
    ):
        few, many = (found[f"{name}_seconds_{count}"] for count in (FEW, MANY))
        print(f"{label:28}{few:>16.3f}{many:>16.3f}{found[f'{name}_ratio']:>10.2f}   {goal}")
    sent = [found[f"points_{count}"] for count in (FEW, MANY)]
    print(f"{'points sent':28}{sent[0]:>16,.0f}{sent[1]:>16,.0f}{sent[1] / sent[0]:>10.2f}   "
          f"≤ {MOST_SENT:,}")  # fmt: skip


if __name__ == "__main__":
    main()
