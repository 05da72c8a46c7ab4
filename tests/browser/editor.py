"""Handles on an information page: its bars, its fields and the numbers that the server shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page

from explorer.core.comparison import compare
from explorer.core.information import entropy, maximum_entropy, perplexity
from explorer.figures.numbers import measured, written
from pages.information.parts.base_choice import BASES
from tests.browser.steps import follow, until

# A whole address: what `follow` is not told stays as the test before left it.
NAMES = "&".join(f"name=outcome+{number}" for number in range(1, 5))
SKEWED = f"p=0.1,0.1,0.1,0.7&q=0.25,0.25,0.25,0.25&{NAMES}&unit=bits&view=Terms"


class Editor:
    """The bars of the page that is open, with everything the server says of them.

    Args:
        page: a browser's page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> Editor:
        """Go to the address and wait until its bars and numbers are there."""
        follow(self.page, address)
        self.page.get_by_role("slider").first.wait_for()
        self.in_step()
        return self

    def drawn(self) -> Editor:
        """Wait until every plot has been drawn once."""
        until(lambda: self.draws() and all(self.draws().values()), "every plot is drawn")
        return self

    # -- what a person works with

    def bar(self, series: str, name: str) -> Locator:
        return self.page.get_by_role("slider", name=f"{series} of {name}", exact=True)

    def field(self, series: str) -> Locator:
        return self.page.get_by_label({"p": "p (true)", "q": "q (model)"}[series], exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def message(self, series: str) -> Locator:
        return self.field(series).locator("xpath=..").get_by_role("status")

    def type(self, series: str, text: str) -> None:
        self.field(series).fill(text)
        self.field(series).press("Enter")

    def preset(self, name: str) -> None:
        self.button("Examples").click()
        self.page.get_by_role("menuitem", name=name, exact=True).click()

    def drag(self, bar: Locator, share: float, release: bool = True, steps: int = 8) -> None:
        """Drag a bar with the mouse to a height, 0 at its bottom and 1 at its top."""
        box = bar.locator(".cee-track").bounding_box()
        x = box["x"] + box["width"] / 2
        self.page.mouse.move(x, box["y"] + box["height"] * 0.9)
        self.page.mouse.down()
        self.page.mouse.move(x, box["y"] + box["height"] * (1 - share), steps=steps)
        if release:
            self.page.mouse.up()

    # -- what the page shows

    def bars(self) -> dict[str, list[float]]:
        """The values of all bars by series, as the browser holds them."""
        values: dict[str, list[float]] = {}
        for label, value in self.page.evaluate(
            """() => [...document.querySelectorAll('.cee-bar[role=slider]')].map(
                (bar) => [bar.getAttribute("aria-label"), Number(bar.getAttribute("aria-valuenow"))]
            )"""
        ):
            values.setdefault(label.partition(" of ")[0], []).append(value)
        return values

    def names(self) -> list[str]:
        return self.page.locator(".cee-name").evaluate_all("all => all.map((one) => one.value)")

    def numbers(self) -> dict[str, str]:
        """The numbers above the plots by name, each with its unit."""
        return dict(
            self.page.locator(".cee-quantities > div").evaluate_all(
                "all => all.map((one) => [...one.children].map((part) => part.textContent))"
            )
        )

    def link(self) -> dict[str, list[str]]:
        """The parameters in the browser's address."""
        return parse_qs(self.page.evaluate("() => window.location.search.slice(1)"))

    def unit(self) -> str:
        """The unit in use, read off the entropy, which always has one."""
        first = next(iter(self.numbers().values()), " ")
        return first.split()[-1].removesuffix("s") + "s"  # "1 bit" is one of the bits

    def in_step(self) -> None:
        """Wait until the server has answered, and the numbers are those of the bars."""
        until(self._is_in_step, "the numbers are those of the bars")

    def address_in_step(self) -> None:
        """Wait until the address holds the bars, digit for digit."""

        def held() -> bool:
            link = self.link()
            return all(
                list(map(float, link.get(series, ["nan"])[0].split(","))) == values
                for series, values in self.bars().items()
            )

        until(held, "the address holds the bars")

    def _is_in_step(self) -> bool:
        bars, shown = self.bars(), self.numbers()
        if not shown or self.unit() not in BASES:
            return False
        if self.page.locator(".cee-bars:not([data-settled=true])").count():
            return False
        unit, base = self.unit(), BASES[self.unit()]
        if "q" in bars:
            quantities = compare(bars["p"], bars["q"], base=base).quantities()
            expected = {name: measured(v, unit) for name, v in quantities.items()}
            # Which of them are shown depends on what is looked at beside the bars.
            return "H(p,q)" in shown and shown.items() <= expected.items()
        p = bars["p"]
        return (
            shown["Entropy H(p)"] == measured(float(entropy(p, base=base)), unit)
            and shown["Maximum"] == measured(maximum_entropy(len(p), base), unit)
            and shown["Perplexity"] == written(float(perplexity(p)))
        )

    # -- plots

    def plot(self, alt: str) -> Locator:
        """The plot whose description contains `alt`, with its tools."""
        return self.page.locator(".cee-plot").filter(
            has=self.page.locator(f'.cee-plot-canvas[aria-label*="{alt}"]')
        )

    def draws(self) -> dict[str, int]:
        """How often each plot on the page has been drawn, by its description."""
        return dict(
            self.page.locator(".cee-plot").evaluate_all(
                """all => all.map((one) => [
                    one.querySelector(".cee-plot-canvas").getAttribute("aria-label") ?? "",
                    Number(one.dataset.draws ?? 0),
                ])"""
            )
        )

    def traces(self, alt: str) -> list[dict[str, Any]]:
        """The curves of a plot as it holds them: name, x, y."""
        return self.plot(alt).evaluate(
            """(one) => one.querySelector(".cee-plot-canvas")._fullData.map((trace) => ({
                name: trace.name, x: Array.from(trace.x ?? []), y: Array.from(trace.y ?? []),
            }))"""
        )
