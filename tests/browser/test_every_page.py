"""Every page: opened first of all, on a phone, on one screen, and by other senses and hands."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from explorer.core.recorded_race import RECORDED_RACE
from explorer.teaching.exercises import EXERCISES
from pages.components.frontend.frontend import loader
from pages.components.registry import PAGES
from pages.components.registry import Page as AppPage
from tests.browser.steps import follow, settle, until

FOLDER = Path(__file__).resolve().parents[2] / "pages"

# Pages of words, and those that have nothing to draw before something was trained.
WITHOUT_PLOTS = {
    *("glossary", "recap", "host_notes", "notes_checked"),
    *("live", "sweep", "compare", "draw", "room"),
}
# A laptop, and a projector at 125 %.
SCREENS = ({"width": 1280, "height": 720}, {"width": 1024, "height": 576})
WIDTH = """() => Math.max(
    document.documentElement.scrollWidth, document.querySelector(".stMain").scrollWidth,
)"""


@pytest.fixture(scope="module", params=PAGES.values(), ids=lambda page: page.address)
def one(request) -> AppPage:
    """Each page of the app; all tests of a page come in a row."""
    return request.param


@pytest.fixture
def shown(one, kept_page, app_url) -> Page:
    """The page in a browser, visited once for all of its tests."""
    page = kept_page
    address = "" if one is next(iter(PAGES.values())) else one.address
    # Where other tests have trained, the page waits for the next race.
    link = f"live?run={RECORDED_RACE}" if address == "live" else address
    if urlsplit(page.url).path.strip("/") != address or not page.url.startswith(app_url):
        follow(page, f"{app_url}/{link}")
    page.get_by_role("heading", level=1).wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    if one.address not in WITHOUT_PLOTS:
        expect(page.locator(".cee-plot[data-draws]").first).to_be_attached()
    return page


@pytest.fixture
def schemes(request) -> tuple[str, ...]:
    """The colour schemes in which each page is looked at; a change of it draws all of it anew."""
    return ("dark", "light") if request.config.getoption("--all") else ("light",)


def test_a_page_fits_a_phone_and_tells_its_plots_in_words(one, shown, schemes):
    page = shown
    page.set_viewport_size({"width": 390, "height": 844})
    for plot in page.locator(".cee-plot-canvas").all():
        expect(plot).to_have_attribute("aria-label", re.compile(r"\.$"))
        expect(plot.locator(".main-svg").first).to_be_visible()
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        # Plots follow the width of the window a moment later.
        until(lambda: page.evaluate(WIDTH) <= 390, "the page fits")
    expect(page.locator(".stException")).to_have_count(0)
    if one.sight and one.sight.sticks:
        # The plot stays at the lower edge and leaves what one moves to be seen above it.
        page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
        until(
            lambda: page.evaluate(
                """([control, plot]) => {
                    const { top } = document.querySelector(control).getBoundingClientRect();
                    const box = document.querySelector(plot).getBoundingClientRect();
                    return box.bottom <= innerHeight + 1 && top >= 0 && top + 60 <= box.top;
                }""",
                [f".{_class(one.sight.control)}", f".{_class(one.sight.plot)}"],
            ),
            f"{one.sight} are in view on a phone",
        )


def test_what_one_moves_and_what_answers_are_on_one_screen(one, shown, request):
    if one.sight is None:
        pytest.skip("nothing on it is moved")
    for size in SCREENS:
        on_one_screen(shown, one.sight.control, one.sight.plot, size)
    head = shown.locator(".st-key-page-head").bounding_box()
    assert head["y"] + head["height"] - 44 <= 90, "the head takes more than 90 px"


def test_the_plot_that_answers_stays_in_view_on_a_phone_on_every_page():
    style = (FOLDER / "components" / "frontend" / "page.css").read_text()
    for page in PAGES.values():
        if page.sight and page.sight.sticks:
            assert len(re.findall(rf"\.{_class(page.sight.plot)}[,)]", style)) == 2, page


SET_PAGES = [
    pytest.param(page, number, id=f"{page}-{number}")
    for page, exercises in EXERCISES.items()
    for number in range(1, len(exercises) + 1)
]


@pytest.mark.long
@pytest.mark.parametrize(("address", "number"), SET_PAGES)
def test_an_exercise_that_is_set_is_on_one_screen_with_what_it_asks_for(
    kept_page, app_url, address, number, request
):
    exercise = EXERCISES[address][number - 1]
    follow(kept_page, f"{app_url}/{address}")
    links = kept_page.get_by_role("link", name="Set the page")
    links.nth(number - 1).click()
    bar = kept_page.locator(".st-key-pinned-exercise")
    expect(bar).to_contain_text(f"{number} of 3")
    settle(kept_page)
    sight = PAGES[address].sight
    for size in SCREENS:
        on_one_screen(
            kept_page, exercise.control or sight.control, exercise.plot or sight.plot, size
        )
        expect(bar).to_be_in_viewport(ratio=1)


def on_one_screen(page: Page, control: str, plot: str, size: dict[str, int]) -> None:
    """Check that a control and what answers are wholly in view, in front of what is pinned."""
    page.set_viewport_size(size)
    answers = ":is(.cee-plot[data-draws], table, blockquote)"
    # It is not shown while an exercise asks.
    page.locator(f".{_class(plot)} {answers}").first.wait_for(state="attached")
    until(
        lambda: page.evaluate(
            """([control, plot]) => {
                const header = document.querySelector("[data-testid=stHeader]");
                const { bottom: high } = header.getBoundingClientRect();
                const bar = document.querySelector(".st-key-pinned > *")?.getBoundingClientRect();
                const low = bar?.height ? bar.top : innerHeight;
                const inside = (one) => {
                    const box = one?.getBoundingClientRect();
                    return box?.height > 20 && box.top >= high && box.bottom <= low + 1;
                };
                const answer = document.querySelector(plot);
                const picture = answer?.querySelector(".cee-plot-canvas, table") ?? answer;
                // What plays a race again belongs to both.
                const player = answer?.querySelector(".cee-race-foot") ?? picture;
                return [document.querySelector(control), picture, player].every(inside);
            }""",
            [f".{_class(control)}", f".{_class(plot)}"],
        ),
        f"{control} and {plot} are in view at {size}",
        seconds=4,
    )


def _class(key: str) -> str:
    """The class that Streamlit gives an element with this key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)


def test_people_with_other_senses_and_hands_can_use_the_page(one, shown, schemes):
    for scheme in schemes:
        shown.emulate_media(color_scheme=scheme)
        # What fades in has the contrast of its last frame only.
        shown.wait_for_function(
            "document.getAnimations().every((one) => one.playState !== 'running')"
        )
        # The colours of code are Streamlit's.
        looked_at = {"exclude": [[".stCode"]]}
        told = Axe().run(shown, looked_at, {"resultTypes": ["violations"]})
        found = told.response["violations"]
        said = [
            f"{rule['id']} ({scheme}): {node['target']} {node['html'][:120]}"
            for rule in found
            for node in rule["nodes"]
        ]
        assert not said, "\n".join(said)


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


def test_a_place_is_drawn_once_by_the_scripts_of_a_server_that_was_renewed(page, app_url):
    # The server gives its scripts whatever the digest in their address is.
    now = loader("components/access/access")
    renewed = re.sub(r"explorer-assets/\w+/", "explorer-assets/another/", now)
    assert renewed != now
    page.goto(app_url)
    forms = page.evaluate(
        """async (scripts) => {
            const parentElement = document.createElement("div");
            document.body.append(parentElement);
            const component = { data: { path: "" }, parentElement, setStateValue() {} };
            const found = [];
            for (const script of scripts) {
                const blob = new Blob([script], { type: "text/javascript" });
                const { default: render } = await import(URL.createObjectURL(blob));
                await render(component);
                found.push(parentElement.querySelectorAll("form").length);
            }
            parentElement.remove();
            return found;
        }""",
        [now, now, renewed],
    )
    assert forms == [1, 1, 1]


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
