"""Every page: opened first of all, and on a phone in a dark room."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from pages.components.frontend.frontend import loader
from pages.components.registry import PAGES
from tests.browser.steps import follow

FOLDER = Path(__file__).resolve().parents[2] / "pages"

# Pages of words, and those that have nothing to draw before something was trained.
WITHOUT_PLOTS = {"glossary", "recap", "notes_checked", "live", "sweep", "compare", "draw", "room"}


def test_a_fresh_server_shows_the_page_that_its_first_visitor_links_to(start_app, page):
    server = start_app()
    page.goto(f"{server.url}/divergence?p=0.5,0.5&q=0.25,0.75")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cross-entropy and KL divergence")
    expect(page.get_by_role("slider", name="q of outcome 2")).to_have_attribute(
        "aria-valuenow", "0.75"
    )
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_every_page_fits_a_phone_and_tells_its_plots_in_words(phone_page, app_url):
    page = phone_page
    first, *others = PAGES.values()
    for one, address in ((first, ""), *((one, one.address) for one in others)):
        follow(page, f"{app_url}/{address}")
        page.get_by_role("heading", level=1).wait_for()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        if one.address not in WITHOUT_PLOTS:
            expect(page.locator(".cee-plot[data-draws]").first).to_be_attached()
        for plot in page.locator(".cee-plot-canvas").all():
            expect(plot).to_have_attribute("aria-label", re.compile(r"\.$"))
            expect(plot.locator(".main-svg").first).to_be_visible()
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            width = page.evaluate(
                """() => Math.max(
                    document.documentElement.scrollWidth,
                    document.querySelector(".stMain").scrollWidth,
                )"""
            )
            assert width <= 390, one.title
        expect(page.locator(".stException")).to_have_count(0)


def test_no_script_waits_at_its_top_level(page):
    # WebKit gives "Cannot access uninitialized variable" to all but the first component that
    # imports such a script. A function's body may not wait either, and is parsed without being run.
    scripts = {
        path.relative_to(FOLDER).as_posix(): path.read_text() for path in FOLDER.rglob("*.js")
    }
    scripts |= {
        f"the loader of {name}": loader(name.removesuffix(".js")) for name in tuple(scripts)
    }
    parsed = page.evaluate(
        r"""(scripts) => Object.entries(scripts).map(([name, text]) => {
            const body = text
                .replace(/^import\s[^(][^;]*;$/gm, "")
                .replace(/^export (default )?/gm, "");
            try { new Function(body); return ""; } catch (error) { return `${name}: ${error}`; }
        })""",
        scripts,
    )
    assert not any(parsed), "\n".join(filter(None, parsed))


def test_a_rendering_that_a_newer_one_overtakes_takes_nothing_away(page, app_url):
    """Streamlit's client calls its clean-up before it calls the newer rendering.

    On a busy machine a plot would vanish and be drawn anew, its zoom lost.
    """
    page.goto(f"{app_url}/glossary")
    page.get_by_role("heading", level=1).wait_for()
    seen = page.evaluate(
        """async (script) => {
            const address = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
            const { default: render } = await import(address);
            const parentElement = document.body.appendChild(document.createElement("div"));
            const figure = { data: [{ type: "scatter", x: [0, 1], y: [0, 1] }] };
            const payload = { figure: { ...figure, layout: { height: 200 } }, palette: [],
                alt: "", name: "overtaken", seq: 0 };
            const data = new TextEncoder().encode(JSON.stringify(payload));
            const component = { data, parentElement, setStateValue() {} };
            const plots = () => [...parentElement.querySelectorAll(".cee-plot")];
            const first = await render(component);
            const [before] = plots();
            first();
            const second = await render(component);
            const [after] = plots();
            const stays = before === after && plots().length === 1;
            parentElement.remove();
            second();
            return [stays, plots().length];
        }""",
        loader("components/plot/plot"),
    )
    assert seen == [True, 0]
