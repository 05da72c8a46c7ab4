"""The app in every engine that draws pages: what a hand does there, and what it sees.

Chromium has all other browser tests to itself and joins these with --all alone. Firefox and WebKit
tell the shortest of the stories in every run: each page with plots opened, a bar dragged, a key
pressed, a digit drawn.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial, wraps

import psutil
import pytest

from explorer.core.comparison import compare
from explorer.core.recorded_race import RECORDED_RACE
from explorer.figures.numbers import measured
from explorer.teaching.tour import TOUR
from pages.components.registry import PAGES
from tests import run
from tests.browser.editor import SKEWED
from tests.browser.engines.chromium import Chromium
from tests.browser.engines.firefox import Firefox
from tests.browser.engines.tab import Gone, Tab
from tests.browser.engines.webkit import WebKit
from tests.browser.steps import ZERO, until
from tests.browser.watch import EXPECTED_ERRORS

# (engine, whether the system is dark). One order for all tests, so that each is started once.
LONG = pytest.mark.long
ENGINES = [
    pytest.param(("chromium", False), id="chromium", marks=LONG),
    pytest.param(("firefox", False), id="firefox"),
    pytest.param(("webkit", False), id="webkit"),
]
DARK = [
    pytest.param((engine, True), id=f"{engine}-dark", marks=LONG)
    for engine in ("chromium", "firefox", "webkit")
]
SCREEN, PHONE = (1280, 720), (390, 844)
FAULTS = "[data-testid=stException], [data-testid=stAlertContentError]"
TELLINGS = 3
# With something to see on them.
RUNS = {
    "live": f"live?run={RECORDED_RACE}",
    "compare": f"compare?runs={RECORDED_RACE}",
    "draw": f"draw?runs={RECORDED_RACE}",
}
HOME, *OTHERS = PAGES
ADDRESSES = {HOME: "", **{name: RUNS.get(name, name) for name in OTHERS}}
WITHOUT_A_PLOT = {"glossary", "recap", "notes_checked", "room", "host_notes"}


def in_every_engine(story: Callable[..., None], engines: Sequence[object] = ENGINES):
    """Have a story told in these engines, and the page watched for errors meanwhile.

    Where a browser dies or falls silent under it, it is told again from its start in a fresh one.
    """

    @wraps(story)
    def told(tab: Tab, **given: object) -> None:
        for left in reversed(range(TELLINGS)):
            try:
                tab.ready(*SCREEN)
                story(tab, **given)
                assert tab.strangers() == []
                assert unexpected(tab) == []
                return
            except Gone:
                tab.close()
                if not left:
                    raise

    return pytest.mark.parametrize("tab", engines, indirect=True)(told)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X display that nobody sees, for WebKitGTK, which has no headless mode."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb ended without a display"
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def start_browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, bool], Tab]:
    """Start a browser of an engine, in a light or a dark system."""

    def start(engine: str, dark: bool) -> Tab:
        if engine == "chromium":
            return Chromium(request.getfixturevalue("_profile").browser, dark=dark)
        if engine == "firefox":
            program = run.firefox() or pytest.skip(run.NO_FIREFOX)
            return Firefox(program, tmp_path_factory.mktemp("firefox"), dark=dark)
        programs = run.webkit() or pytest.skip(run.NO_WEBKIT)
        return WebKit(*programs, request.getfixturevalue("display"), dark=dark)

    return start


@pytest.fixture(scope="module")
def tab(request: pytest.FixtureRequest, start_browser: Callable[[str, bool], Tab]) -> Iterator[Tab]:
    """One page in a browser of an engine, for all tests of this module that name it."""
    page = start_browser(*request.param)
    yield page
    page.close()


def unexpected(tab: Tab) -> list[str]:
    """The errors that the page has logged since they were last looked at."""
    return [
        error
        for error in tab.errors()
        if not any(re.search(pattern, error) for pattern in EXPECTED_ERRORS)
    ]


def opened(tab: Tab, address: str) -> Tab:
    """Go to the address as a link does, and wait until all of the page is drawn."""
    tab.open(address)
    return _faultless(tab, address)


def loaded(tab: Tab, address: str) -> Tab:
    """Load the address, with a session of its own, and wait until all of the page is drawn."""
    tab.load(address)
    tab.wait_for("[data-testid=stMain] h1")
    tab.settle()
    return _faultless(tab, address)


def _faultless(tab: Tab, address: str) -> Tab:
    tab.drawn()
    assert tab.texts(FAULTS) == [], address
    return tab


def bar(label: str) -> str:
    return f'[role=slider][aria-label="{label}"]'


def slider(label: str) -> str:
    return f'.cee-live:has([aria-label="{label}, as a number"]) input[type=range]'


def value(tab: Tab, label: str) -> float:
    """Where a bar or slider stands."""
    return float(tab.attribute(bar(label), "aria-valuenow"))


def text_of(series: str) -> str:
    """The field with all values of some bars."""
    return f'.cee-series input[id$="-{series}"]'


def field(label: str) -> str:
    return f'input[aria-label="{label}"]'


def typed(tab: Tab, label: str) -> str:
    """What the field holds."""
    return tab.evaluate("(selector) => first(selector).value", field(label))


def quantities(tab: Tab) -> dict[str, str]:
    """Name of each number that stands in a cell of its own → the number."""
    return tab.evaluate(
        """() => Object.fromEntries(all(".cee-quantities dt").map((one) =>
            [one.textContent.trim(), one.parentElement.querySelector("dd").textContent.trim()]))"""
    )


def numbers(tab: Tab) -> list[str]:
    """The numbers beside the bars or the drawing, each with its unit."""
    return tab.texts(".cee-quantities dd")


def in_step(tab: Tab) -> bool:
    """Whether the server's numbers are those of the bars of p and q, digit for digit."""
    bars = {
        series: tab.evaluate(
            """(series) => all(`.cee-bar[aria-label^="${series} of "]`)
                .map((one) => Number(one.getAttribute("aria-valuenow")))""",
            series,
        )
        for series in ("p", "q")
    }
    quantities = compare(bars["p"], bars["q"], base=2).quantities()
    shown = dict(zip(tab.texts(".cee-quantities dt"), numbers(tab), strict=True))
    return shown == {name: measured(value, "bits") for name, value in quantities.items()}


def draws(tab: Tab) -> int:
    """How often the plots of the page have been drawn so far."""
    return tab.evaluate(
        "() => all('.cee-plot').reduce((sum, one) => sum + Number(one.dataset.draws), 0)"
    )


# ------------------------------------------------------------------------------ in every run


@in_every_engine
def test_pages_with_plots_draw_all_of_them(tab, app_url):
    # Loaded, while the others are gone to, and with several components of one kind.
    opened(tab, f"{app_url}/divergence")
    for name in [name for name in PAGES if name not in WITHOUT_A_PLOT]:
        opened(tab, f"{app_url}/{ADDRESSES[name]}")
        tab.wait_for(".cee-plot-canvas .main-svg")


@in_every_engine
def test_a_bar_follows_the_mouse_and_the_keys_and_the_page_follows_the_bar(tab, app_url):
    opened(tab, f"{app_url}/divergence?{SKEWED}")
    before = draws(tab)
    tab.drag(f"{bar('q of outcome 1')} .cee-track", (0.5, 0.9), (0.5, 0.6), (0.5, 0.3))
    dragged = value(tab, "q of outcome 1")
    assert dragged == pytest.approx(0.7, abs=0.02)
    tab.press("ArrowUp", "ArrowUp", "Shift+ArrowDown")
    pressed = value(tab, "q of outcome 1")
    assert pressed == pytest.approx(dragged + 0.019)
    until(lambda: in_step(tab), "the server's numbers are those of the bars")
    assert draws(tab) > before
    tab.until("(q) => new URLSearchParams(location.search).get('q').startsWith(q)", f"{pressed:g}")


@in_every_engine
def test_a_slider_and_the_point_of_its_plot_follow_the_mouse_and_the_keys(tab, app_url):
    opened(tab, f"{app_url}/binary?z=0")
    tab.focus(slider("Logit z"))
    tab.press("ArrowRight", "Shift+ArrowRight")
    assert typed(tab, "Logit z, as a number") == "0.11"
    until(lambda: quantities(tab)["σ(z), probability of y = 1"] == "0.527472", "σ follows")
    tab.drag(slider("Logit z"), (0.51, 0.5), (0.7, 0.5), (0.8, 0.5))
    assert float(typed(tab, "Logit z, as a number")) > 5
    tab.settle()
    point = tab.evaluate(
        """() => {
            const canvas = first(".cee-plot-canvas");
            canvas.scrollIntoView({ block: "center", behavior: "instant" });
            const { x, y, width, height } = [...canvas.querySelectorAll(".scatterlayer .point")]
                .at(-1).getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        }"""
    )
    tab.hold([point, (point[0] - 60, point[1]), (point[0] - 120, point[1])])
    tab.let_go()
    until(lambda: float(typed(tab, "Logit z, as a number").replace("−", "-")) < 3, "it follows")


@in_every_engine
def test_a_drawn_zero_is_recognised(tab, app_url):
    opened(tab, f"{app_url}/draw?runs={RECORDED_RACE}")
    tab.drag("[role=application]", *ZERO)
    until(lambda: numbers(tab)[0].startswith("0, q "), "a zero is recognised")
    tab.until("() => location.search.includes('ink=')")


# ------------------------------------------------------------------------------ with --all


@LONG
@pytest.mark.parametrize("dies", ["browser", "page"])
@partial(in_every_engine, engines=ENGINES[1:])
def test_a_story_is_told_again_where_its_browser_or_its_page_dies(tab, app_url, tmp_path, dies):
    opened(tab, f"{app_url}/glossary")
    died = tmp_path / "died"
    if not died.exists():
        died.touch()
        tab.close() if dies == "browser" else kill_pages()
    tab.wait_for("h1", "Glossary")
    tab.settle()


def kill_pages() -> None:
    """Kill the processes in which the engines draw pages, and leave those of their windows."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            if process.name() == "WebKitWebProcess" or process.cmdline()[-1:] == ["tab"]:
                process.kill()


@LONG
@partial(in_every_engine, engines=[*ENGINES, *DARK])
def test_every_page_loads_in_light_and_dark_on_a_screen_and_on_a_phone(tab, app_url, request):
    for name, address in ADDRESSES.items():
        tab.resize(*PHONE)
        loaded(tab, f"{app_url}/{address}")
        for size in (PHONE, SCREEN):
            tab.resize(*size)
            tab.drawn()
            assert tab.evaluate(_WIDTH) <= size[0], (name, size)
        assert unexpected(tab) == [], name
        assert (tab.evaluate(_BRIGHTNESS) < 128) == request.node.callspec.params["tab"][1]


_WIDTH = """
() => Math.max(...[document.documentElement, first(".stMain")].map((one) => one.scrollWidth))
"""
_BRIGHTNESS = """
() => {
    const [red, green, blue] = getComputedStyle(first(".stApp"))
        .backgroundColor.match(/[\\d.]+/g).map(Number);
    return (red + green + blue) / 3;
}
"""


@LONG
@in_every_engine
def test_two_distributions_are_typed_copied_swapped_and_walked(tab, app_url):
    loaded(tab, f"{app_url}/divergence?{SKEWED}")
    tab.fill(text_of("q"), "1/2 1/4 1/8 1/8")
    until(lambda: value(tab, "q of outcome 1") == 0.5, "the bar follows")
    until(lambda: in_step(tab), "the server's numbers are those of the bars")
    tab.fill(text_of("q"), "nonsense")
    tab.wait_for(".cee-message", "“nonsense” is not a number")
    tab.click("button", "Swap")
    assert value(tab, "p of outcome 1") == 0.5
    tab.click("button", "Walk q to p")
    until(lambda: value(tab, "q of outcome 1") == 0.5, "the bar follows")
    tab.click("button", "Copy p to q")
    until(lambda: in_step(tab) and numbers(tab)[2] == "0 bits", "nothing divides p and q")
    tab.click("button.cee-lock")
    tab.drag(f"{bar('p of outcome 1')} .cee-track", (0.5, 0.5), (0.5, 0.1))
    assert value(tab, "p of outcome 1") == 0.5, "a locked bar stays"


@LONG
@in_every_engine
def test_one_logit_saturates_and_its_race_plays(tab, app_url):
    loaded(tab, f"{app_url}/binary?z=0&steps=8")
    tab.click("button", "z = −10, y = 1")
    until(lambda: "11014.23 ×" in quantities(tab).values(), "the ratio of the lecture")
    until(lambda: quantities(tab)["d CE / dz"] == "−0.999955", "the gradient follows")
    tab.click("[role=radio], [role=tab], button", "Descend")
    tab.click("button", "Play")
    tab.wait_for("button", "Pause")
    until(lambda: typed(tab, "Step shown, as a number") == "8", "the race ends")
    tab.fill(field("Logit z, as a number"), "1/2")
    until(lambda: typed(tab, "Logit z, as a number") == "0.5", "a fraction is read")


@LONG
@in_every_engine
def test_logits_of_many_classes_move_by_key_mouse_and_text(tab, app_url):
    loaded(tab, f"{app_url}/multiclass?edit=logits&target=one+true+class&z=0,0&y=1")
    tab.focus(bar("z of class 1"))
    tab.press(*["ArrowDown"] * 10)
    until(lambda: quantities(tab)["Cross-entropy"] == "1.31326 nats", "the loss follows")
    tab.drag(f"{bar('z of class 2')} .cee-track", (0.5, 0.4), (0.5, 0.9))
    assert value(tab, "z of class 2") < -3
    tab.fill(text_of("z"), "0 745")
    until(lambda: quantities(tab)["Cross-entropy"] == "745 nats", "the loss follows")


@LONG
@in_every_engine
def test_a_race_on_digits_is_started_watched_and_compared(tab, app_url):
    loaded(tab, f"{app_url}/live?race=CE+against+MSE&dataset=digits")
    tab.click("[data-testid=stMain] button", "Train")
    tab.wait_for("strong", "Training")
    tab.wait_for(".cee-plot[data-draws] .main-svg")
    tab.click("[data-testid=stMain] button", "Stop")
    tab.wait_for("strong", "Stopped")
    tab.drawn()
    assert tab.count(".cee-race-grid canvas") == 20
    assert tab.texts(FAULTS) == []


@LONG
@in_every_engine
def test_a_plot_of_runs_is_zoomed_and_its_values_are_shown(tab, app_url):
    loaded(tab, f"{app_url}/compare?runs={RECORDED_RACE}")
    canvas = ".cee-plot-canvas"
    before = tab.evaluate("(which) => first(which)._fullLayout.xaxis.range", canvas)
    tab.drag(f"{canvas} .nsewdrag", (0.3, 0.5), (0.4, 0.5), (0.6, 0.5))
    tab.until(
        "(which, [low, high]) => first(which)._fullLayout.xaxis.range[0] > low", canvas, before
    )
    tab.click(".cee-comparison .cee-menu-button")
    tab.click("[role=menuitem]", "Values")
    tab.wait_for(".cee-plot-table td")


@LONG
@in_every_engine
def test_a_room_is_hosted_in_one_engine_and_followed_in_another(tab, start_browser, app_url):
    host, engine = tab, {"firefox": "webkit", "webkit": "firefox"}.get(tab.name, "firefox")
    with closing(start_browser(engine, True)) as phone:
        phone.ready(*PHONE)
        loaded(host, f"{app_url}/room")
        host.click("button", "Open a room")
        link = host.attribute(".cee-host-link a", "href")
        phone.load(str(link))
        phone.fill("input[autocomplete=nickname]", "Ada")
        phone.wait_for("p", "You are in.")
        host.click("button", "Ask")
        champion = '[aria-label="Probability of the champion"]'
        phone.drag(champion, (0.5, 0.5), (0.7, 0.5), (0.8, 0.5))
        phone.press("ArrowRight")
        share = phone.text(".cee-phone-share")
        assert 70 <= float(share.removesuffix(" %")) <= 90
        phone.click("button", "Commit")
        host.wait_for(".cee-host-forecasts", "1 of 1 have forecast")
        host.click("button", "Close the round")
        host.click("button", "Draw it")
        phone.wait_for(".cee-phone-scores dd", "bit")
        assert f"−log₂ {share}" in phone.text(".cee-phone-scores dt") or phone.count(
            ".cee-room-outcome b", "the club player"
        )
        host.until("() => all('.cee-host-plots .cee-plot[data-draws]').length === 3")

        opened(host, f"{app_url}/divergence?{SKEWED}")
        phone.wait_for(bar("q of outcome 1"))
        phone.settle()
        phone.wait_for(".cee-follow", "You follow the host.")
        host.drag(f"{bar('q of outcome 1')} .cee-track", (0.5, 0.9), (0.5, 0.6), (0.5, 0.4))
        dragged = value(host, "q of outcome 1")
        until(lambda: value(phone, "q of outcome 1") == dragged, "the phone paints it")
        phone.until("(q) => location.search.includes(`q=${q}`)", f"{dragged:g}")
        assert unexpected(phone) == []


@LONG
@in_every_engine
def test_the_keyboard_alone_draws_undoes_and_clears(tab, app_url):
    loaded(tab, f"{app_url}/draw?runs={RECORDED_RACE}&digit=1")
    tab.focus("[role=application]")
    tab.press(*["ArrowUp"] * 6, "Space", *["ArrowDown"] * 12, "Space")
    until(lambda: numbers(tab)[1].endswith(" nats"), "the stroke is answered")
    tab.press("Control+z")
    until(lambda: numbers(tab)[0] == "–", "undone")


@LONG
@in_every_engine
def test_the_tour_leads_from_stop_to_stop(tab, app_url):
    loaded(tab, f"{app_url}/")
    tab.click("[data-testid=stMain] a", "Start the tour")
    for stop, one in enumerate(TOUR, start=1):
        for words in (one.question, one.action, one.outcome):
            tab.wait_for(".st-key-tour-words p", words.replace("*", ""))
            tab.settle()
            tab.drawn()
            assert tab.texts(FAULTS) == []
            is_end = (stop, words) == (len(TOUR), one.outcome)
            tab.click(".st-key-tour-next :is(a, button)", "Finish" if is_end else "Next")
    tab.wait_gone(".st-key-tour-words p", TOUR[-1].outcome)
