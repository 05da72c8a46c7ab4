"""Races as people run them: pressed, watched, steered, interrupted, reopened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from explorer.runs.config import TrainingConfig
from explorer.runs.run import ENDED
from explorer.store.run_store import RunStore
from tests.browser.server import Server
from tests.browser.steps import draws_at_rest, follow, settle, turn_to, until

RACE = [
    TrainingConfig(loss=loss, dataset="digits", epochs=4, batch_size=20)
    for loss in ("cross_entropy", "softmax_squared_error")
]


@pytest.fixture(scope="module")
def server(app: Server) -> Server:
    """The shared server: its races run on the embedded digits, in one warm training process."""
    return app


@pytest.fixture(scope="module")
def finished(server: Server) -> str:
    """A short race that the server's process trains when somebody first looks at it."""
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        return store.runs.create(RACE, "a short race")


@pytest.fixture(autouse=True)
def _no_race_left(server: Server) -> Iterator[None]:
    """Stop what a test leaves behind, so that the next does not queue after it."""
    yield
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        for run in store.runs.list():
            if run.status not in ENDED:
                store.requests.stop(run.id)


@pytest.fixture
def page(kept_page: Page) -> Page:
    return kept_page


def opened(page: Page, server: Server, link: str = "?race=CE+against+MSE") -> Page:
    follow(page, f"{server.url}/live{link}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    return page


def set_up(page: Page) -> None:
    """Unfold the settings of the race, if they are not."""
    button = page.get_by_test_id("stPopoverButton").filter(has_text="Set up")
    if button.get_attribute("aria-expanded") != "true":
        # While nobody waits the page starts Plotly, which keeps a busy machine for a while.
        button.click()
    # Streamlit loads the parts of a form when the first of them is shown.
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()


def write(page: Page, label: str, text: str, place: int = 0) -> None:
    """Fill a field of the form and wait until the server has taken it."""
    # A run of the script that is still under way would put the old text back.
    settle(page)
    set_up(page)
    field = page.get_by_label(label, exact=True).nth(place)
    field.fill(text)
    field.press("Enter")
    settle(page)


def train(page: Page, epochs: int = 40) -> None:
    told = page.get_by_text(re.compile(f"; {epochs} epochs?;"))

    def taken() -> bool:
        # The page is drawn anew when a race ends, and that may meet what is typed.
        write(page, "Epochs", str(epochs))
        return told.is_visible()

    until(taken, "the number of epochs is taken")
    page.get_by_role("button", name="Train", exact=True).click()


def status(page: Page, words: str) -> None:
    expect(page.locator("strong").filter(has_text=re.compile(words))).to_be_visible()


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Step of the race")


def step(page: Page) -> int:
    """The step that the stage shows."""
    return int(slider(page).input_value())


def number_of(page: Page, network: str) -> str:
    """What the stage says of a network."""
    return page.locator(".cee-race-nets button").filter(has_text=network).inner_text()


def test_a_race_runs_to_its_end_and_then_leaves_the_server_alone(server, page):
    opened(page, server)
    # Started while people read, it is why the first point follows the press.
    ready = until(server.workers)
    train(page, epochs=12)
    page.locator(".cee-race .cee-plot[data-draws]").wait_for()
    canvas = page.locator(".cee-race .cee-plot-canvas")
    canvas.evaluate("element => { element.seenAtTheStart = true; }")
    status(page, "Finished after step 864")
    expect(page.get_by_text("not MNIST. ").first).to_be_visible()
    expect(page.get_by_text("step 864 of 864, epoch 12.0; measured on all 360")).to_be_visible()
    accuracy = float(re.search(r"([\d.]+)%", number_of(page, "Cross-entropy"))[1])
    assert accuracy > 85
    assert server.workers() == ready
    assert canvas.evaluate("element => element.seenAtTheStart"), "the plot was mounted anew"
    settle(page)
    before = draws_at_rest(page)
    # Longer than a race that is watched goes without a look.
    page.wait_for_timeout(1500)
    assert draws_at_rest(page) == before


def test_curves_appear_without_a_socket_and_after_the_end_of_a_race_which_is_played_back(
    server, new_tab
):
    page = new_tab()
    refused: list[str] = []

    def refuse(socket: WebSocketRoute) -> None:
        refused.append(socket.url)
        socket.close()

    def late(route: Route) -> None:
        until(ended, "the race has ended")
        route.continue_()

    def ended() -> bool:
        with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
            return store.runs.list()[0].status in ENDED

    page.route("**/theatre.css", late)
    page.route_web_socket(re.compile("explorer-push"), refuse)
    opened(page, server)
    train(page, epochs=2)
    status(page, "Finished")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(1)
    # Played back is a race that was over at once, unless less motion is asked for.
    playing = page.locator(".cee-race-player[data-playing=true]")
    # So small that it is over within a second on the busiest machine.
    write(page, "Hidden layers", "")
    train(page, epochs=1)
    status(page, "Finished after step 72")
    expect(playing).to_be_visible()
    expect(page.get_by_text("too quick to watch")).to_be_visible()
    first = step(page)
    until(lambda: first < step(page) < 72, "the replay goes on")
    slider(page).press("End")
    expect(playing).to_be_hidden()
    assert step(page) == 72
    page.get_by_role("button", name="Play").click()
    expect(playing).to_be_visible()
    page.emulate_media(reduced_motion="reduce")
    train(page, epochs=2)
    status(page, "Finished after step 144")
    expect(playing).to_be_hidden()
    assert step(page) == 144
    # A longer one is watched by asking the page's script again and again.
    train(page, epochs=1000)
    status(page, "Training")
    before = step(page)
    until(lambda: step(page) > before, "the page asks the script")
    assert refused
    page.get_by_role("button", name="Stop", exact=True).click()
    status(page, "Stopped at step")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_hidden()


def test_any_moment_of_a_race_is_shown_by_hand_by_key_and_by_its_address(server, page, finished):
    opened(page, server, f"?run={finished}")
    status(page, "Finished after step 288")
    page.locator(".cee-plot[data-draws]").wait_for()
    settle(page)
    # The stage is fitted to the screen a frame after it is there, and its curves drawn again.
    drawn = draws_at_rest(page)
    end = number_of(page, "Cross-entropy")
    slider(page).press("Home")
    assert step(page) == 0
    start = number_of(page, "Cross-entropy")
    assert start != end
    for _ in range(2):
        slider(page).press("ArrowRight")
    # The measurements are those of the epochs' ends, and of every hundredth step.
    assert step(page) == 100
    until(lambda: "at=100" in page.evaluate("location.search"), "the address holds the step")
    shown = number_of(page, "Cross-entropy")
    assert draws_at_rest(page) == drawn, "no curve was drawn anew"
    cursor = "() => document.querySelector('.cee-race-cursor').getBoundingClientRect().left"
    before = page.evaluate(cursor)
    slider(page).press(" ")
    until(lambda: page.evaluate(cursor) > before, "the cursor moves")
    slider(page).press(" ")
    assert draws_at_rest(page) == drawn
    follow(page, f"{server.url}/live?run={finished}&at=100&show=Gradients")
    expect(page.get_by_role("tab", name="Gradients")).to_have_attribute("aria-selected", "true")
    until(lambda: step(page) == 100)
    page.reload()
    status(page, "Finished")
    until(lambda: step(page) == 100)
    assert number_of(page, "Cross-entropy") == shown
    page.get_by_role("button", name="One measurement back").click()
    assert step(page) == 72


def test_every_tab_shows_its_plot_and_a_cell_of_the_confusion_matrix_its_images(
    server, page, finished
):
    opened(page, server, f"?run={finished}")
    status(page, "Finished")
    for name, alt in (
        ("Loss", "Training loss by step"),
        ("Gradients", "Norm of the gradient by step"),
        ("Dead units", "Share of dead hidden units"),
        ("Test loss", "One loss of every network"),
    ):
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page.get_by_label(re.compile(alt))).to_be_visible()
    page.get_by_role("button", name="View").click()
    page.get_by_text("linear", exact=True).click()
    axis = "all => all[0]._fullLayout.yaxis.type"
    until(lambda: page.eval_on_selector_all(".cee-plot-canvas", axis) == "linear")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Confusion").click()
    expect(page.get_by_role("group", name=re.compile("Confusion matrix of Cross"))).to_be_visible()
    cell = page.get_by_role("button", name=re.compile("^true 0, said 0:"))
    images = int(re.search(r": (\d+)", cell.get_attribute("aria-label"))[1])
    cell.click()
    note = page.locator(".cee-race-images")
    expect(note).to_contain_text(f"{images} test images, as the network reads them at the end")
    assert page.locator(".cee-race-pictures canvas").count() == images
    slider(page).press("Home")
    expect(note).to_contain_text("at step 0; ")
    expect(note).to_contain_text("of them among the twenty above")
    page.get_by_role("button", name=re.compile("^Test digit 3")).first.click()
    expect(note).to_be_hidden()


def test_pause_holds_resume_goes_on_a_rate_can_change_and_stop_ends(server, page):
    opened(page, server)
    train(page, epochs=1000)
    status(page, "Training")
    page.get_by_role("button", name="Pause", exact=True).click()
    status(page, "Paused at step")
    said = page.locator("strong").filter(has_text="Paused at step").inner_text()
    held = int(re.sub(r"\D", "", said))
    until(lambda: step(page) == held, "the stage holds there too")
    settle(page)
    assert step(page) == held
    page.get_by_role("button", name="Learning rate", exact=True).click()
    rate = page.get_by_label("New learning rate")
    rate.fill("fast")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("“fast” is not a number")).to_be_visible()
    rate.fill("0.025")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("Learning rate 0.025 for all curves")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Resume", exact=True).click()
    status(page, "Training")
    expect(page.locator(".cee-race-nets button").last).to_contain_text("η = 0.025")
    assert step(page) > held
    page.get_by_role("button", name="Stop", exact=True).click()
    status(page, "Stopped at step")
    assert step(page) < 72_000


def test_a_diverging_curve_is_named_and_its_norm_is_compared_with_none(server, page):
    opened(page, server)
    write(page, "Learning rate", "1e6", place=0)
    train(page, epochs=2)
    status(page, "Finished after step 144")
    expect(page.locator(".cee-race-more").first).to_contain_text("diverged at step")
    assert not page.locator(".cee-race-ratio").inner_text().strip()


def test_p_and_q_of_a_digit_open_on_the_divergence_page_and_a_phone_shows_the_race_whole(
    server, page, finished
):
    opened(page, server, f"?run={finished}")
    status(page, "Finished")
    seven = page.get_by_role("button", name=re.compile("^Test digit 7, recognised as")).first
    seven.focus()
    page.keyboard.press("Enter")
    expect(seven).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("p and q of the chosen digit, a 7.")).to_be_visible()
    page.get_by_role("button", name="Show p and q of this digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cross-entropy and KL divergence")
    truth = page.get_by_role("slider", name="p of digit 7")
    expect(truth).to_have_attribute("aria-valuenow", "1")
    model = page.get_by_role("slider", name=re.compile("^q of digit"))
    shares = [float(one.get_attribute("aria-valuenow")) for one in model.all()]
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    turn_to(page, "Training", "Live MNIST race")
    status(page, "Finished")
    page.get_by_role("tab", name="Accuracy").click()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".cee-plot[data-draws]").last.wait_for()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        draws_at_rest(page)
        sideways = page.eval_on_selector_all(
            ".stMain, .cee-plot-canvas, .cee-race",
            "all => all.map(one => one.scrollWidth - one.clientWidth)",
        )
        assert max(sideways) <= 0
        edges = page.eval_on_selector_all(
            ".cee-plot, .cee-race button, .stMain table, .stMain button",
            "all => all.map(one => one.getBoundingClientRect().right)",
        )
        assert max(edges) <= 390
