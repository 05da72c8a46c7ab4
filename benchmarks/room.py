"""A hall in one room: how soon all phones show what the host drags, and follow, and forecast.

    python benchmarks/room.py [--participants 300] [--browsers 3] [--pushes 60] [--json]

The host is a session of its own on the divergence page that moves q ten times a second at most and
asks for its previews as the bar editor does. A few participants are real browsers; the others are
sockets with a Streamlit session each, in processes of their own, all connected before anything is
measured. Painted means that a browser has drawn the plots of that q and shown a frame after it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.chromium import CHROMIUM_ARGUMENTS, chromium_path
from benchmarks.client_processes import clients
from benchmarks.room_clients import EDITOR, room_socket
from benchmarks.streamlit_client import Tab

PUSH_EVERY_S = 0.25
GOALS = {"painted_p95_ms": 300, "push_p95_ms": 200, "turn_followed_s": 10}

WATCH_PAINT = """() => {
    // The first frame that was shown after a plot was drawn, by the q that its page then showed.
    window.painted = {};
    const seconds = () => (performance.timeOrigin + performance.now()) / 1000;
    const drawn = () => {
        const bar = document.querySelector('[role=slider][aria-label="q of outcome 1"]');
        if (!bar) return;
        const q = Number(bar.getAttribute("aria-valuenow")).toFixed(4);
        requestAnimationFrame(() => { window.painted[q] ??= seconds(); });
    };
    const options = { subtree: true, attributeFilter: ["data-draws"] };
    new MutationObserver(drawn).observe(document.body, options);
}"""


class Host:
    """The host: a session on the divergence page, and its place in the room."""

    def __init__(self, port: int) -> None:
        self.tab = Tab(port, "divergence")
        self.sent: dict[str, float] = {}
        self._port = port
        self._answers: list[asyncio.Future[dict[str, Any]]] = []

    async def open(self, stack: AsyncExitStack) -> str:
        """Open a room and return its code."""
        await stack.enter_async_context(self.tab)
        await self.tab.run()
        self._socket = await stack.enter_async_context(room_socket(self._port))
        listening = asyncio.create_task(self._listen())
        stack.callback(listening.cancel)
        code = (await self.ask("open"))["code"]
        token = self.tab.data("follow")["preview"]
        if not (await self.ask("previews", token=token))["pushed"]:
            raise RuntimeError("The host's page is not pushed.")
        return code

    async def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Ask for something and return what came of it."""
        self._answers.append(asyncio.get_running_loop().create_future())
        number = len(self._answers)
        await self._socket.send(json.dumps({"id": number, "do": what, **details}))
        said = await asyncio.wait_for(self._answers[-1], 60)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["ok"]

    async def _listen(self) -> None:
        # All of it is read, as a browser does: views of the room come whenever somebody joins.
        async for message in self._socket:
            said = json.loads(message) if isinstance(message, str) else {}
            if "re" in said:
                self._answers[said["re"] - 1].set_result(said)

    async def drag(self, number: int) -> None:
        """Move q once, as a dragged bar does."""
        moved = 0.0005 * (1 + number)
        q = [0.25 + moved, 0.25 - moved, 0.25, 0.25]
        now = self.tab.data(EDITOR)["state"]
        self.sent[f"{q[0]:.4f}"] = time.time()
        await self.tab.preview(EDITOR, now | {"values": now["values"] | {"q": q}})


async def joined(browser: Browser, url: str, code: str, number: int) -> Page:
    """Join the room with a real browser of a phone's size."""
    page = await (await browser.new_context(viewport={"width": 390, "height": 780})).new_page()
    await page.goto(f"{url}/room?room={code}")
    await page.get_by_label("Nickname, or none").fill(f"Browser {number}")
    await page.get_by_role("button", name="Join", exact=True).click()
    await page.locator(".cee-phone").wait_for(timeout=60_000)
    return page


def percentile_ms(seconds: Sequence[float], share: float) -> float | None:
    """Return a percentile in milliseconds, None of fewer than two."""
    if len(seconds) < 2:
        return None
    return round(1000 * statistics.quantiles(seconds, n=100)[round(100 * share) - 1], 1)


def delays(sent: dict[str, float], seen: Sequence[dict[str, float]]) -> tuple[list[float], int]:
    """Return how long each value was on its way to everybody, and how many never came."""
    found = [at[value] - start for at in seen for value, start in sent.items() if value in at]
    return found, len(seen) * len(sent) - len(found)


async def measure(arguments: argparse.Namespace, server: servers.Server) -> dict[str, Any]:
    """Run the whole story against one server."""
    numbers: dict[str, Any] = {"participants": arguments.participants}
    errors: list[str] = []
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        stack.push_async_callback(browser.close)
        host = Host(server.port)
        code = await host.open(stack)
        simulated = arguments.participants - arguments.browsers
        others = await stack.enter_async_context(
            clients("room_clients.py", str(server.port), code, count=simulated)
        )
        pages = [await joined(browser, server.url, code, n) for n in range(arguments.browsers)]

        start = time.time()
        await host.ask("show", address="/divergence")
        for page in pages:
            await page.get_by_role("slider", name="q of outcome 1").wait_for(timeout=120_000)
        shown = time.time()
        told = [await one.ask("turn") for one in others]
        followed = [at for one in told for at in one["followed"]]
        errors += [error for one in told for error in one["errors"]]
        numbers["turn_followed_s"] = round(max([*followed, shown]) - start, 2)

        await asyncio.sleep(2)
        for page in pages:
            await page.evaluate(WATCH_PAINT)
        used, began = server.cpu_s(), time.time()
        for number in range(arguments.pushes):
            due = asyncio.create_task(asyncio.sleep(PUSH_EVERY_S))
            await host.drag(number)
            await due
        await asyncio.sleep(1)
        cpu = server.cpu_s() - used
        receipts = [at for one in others for at in (await one.ask("receipts"))["receipts"]]
        painted = [await page.evaluate("window.painted") for page in pages]
        on_way, missing = delays(host.sent, receipts)
        to_paint, unpainted = delays(host.sent, painted)
        numbers |= {
            "pushes": arguments.pushes,
            "seconds": round(time.time() - began, 1),
            "push_p50_ms": percentile_ms(on_way, 0.5),
            "push_p95_ms": percentile_ms(on_way, 0.95),
            "pushes_passed_over": missing,
            "painted_p50_ms": percentile_ms(to_paint, 0.5),
            "painted_p95_ms": percentile_ms(to_paint, 0.95),
            "paints_passed_over": unpainted,
            "cpu_ms_per_push": round(1000 * cpu / arguments.pushes, 2),
            "cpu_us_per_push_and_participant": round(
                1e6 * cpu / arguments.pushes / arguments.participants, 1
            ),
        }

        question = {"prompt": "Heads?", "outcomes": ["heads", "tails"], "probabilities": [0.5, 0.5]}
        number = (await host.ask("ask", question=question))["round"]
        answers = await asyncio.gather(*(one.ask(f"forecast {number}") for one in others))
        seconds = [one for answer in answers for one in answer["seconds"]]
        errors += [error for answer in answers for error in answer["errors"]]
        await host.ask("close", round=number)
        await host.ask("settle", round=number, outcome="draw")
        rows = (await host.ask("csv"))["csv"].strip().splitlines()[1:]
        numbers |= {
            "forecast_p50_ms": percentile_ms(seconds, 0.5),
            "forecast_p95_ms": percentile_ms(seconds, 0.95),
            "forecasts_lost": simulated - len(rows) // 2,
            "memory_mib": round(server.memory_mib()),
            "errors": len(errors),
            "error_texts": sorted(set(errors))[:5],
        }
    return numbers


def table(numbers: dict[str, Any]) -> str:
    """Return the measurements as lines of text, with what they should be."""
    lines = [f"{numbers['participants']} in the room"]
    for name, value in numbers.items():
        goal = f"   (at most {GOALS[name]})" if name in GOALS else ""
        lines.append(f"  {name:<34}{value!s:>10}{goal}")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description="One room with a hall of participants.")
    parser.add_argument("--participants", type=int, default=300, help="in all (default: 300)")
    parser.add_argument("--browsers", type=int, default=3, help="of them real (default: 3)")
    parser.add_argument("--pushes", type=int, default=60, help="moves of the host (default: 60)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    arguments = parser.parse_args()
    if not 0 <= arguments.browsers < arguments.participants <= 500 or arguments.pushes < 2:
        parser.error(
            "--participants takes 2 to 500, fewer --browsers than that, --pushes 2 or more."
        )
    with tempfile.TemporaryDirectory(prefix="explorer-room-") as folder:
        environment = {"EXPLORER_DATABASE_URL": f"sqlite:///{folder}/runs.sqlite3"}
        with servers.explorer(environment) as server:
            numbers = asyncio.run(measure(arguments, server))
    print(json.dumps(numbers) if arguments.json else table(numbers))


if __name__ == "__main__":
    main()
