"""Every worked example is at most two clicks from the first page, with the printed value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from explorer.teaching.exercise import listed
from explorer.teaching.exercises import EXERCISES
from explorer.teaching.glossary import GLOSSARY
from explorer.teaching.presets import PRESETS
from explorer.teaching.worked_examples import EXAMPLES, Printed
from pages.components.registry import PAGES
from tests.pages.page_steps import components, metrics, opened, visited
from tests.pages.test_losses_forms import number

NUMBER = re.compile(r"−?(?:\d[\d,]*\.?\d*(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|∞)")
Click = Callable[[AppTest], AppTest]


@dataclass(frozen=True)
class Route:
    """How a row is reached: a page in the navigation, and at most one click on it.

    Attributes:
        page: address of the page that the navigation opens.
        values: references of the row that are read there; all of them by default.
        click: the one click; None where the page opens with the row.
        said: words that the page then shows.
    """

    page: str
    values: tuple[str, ...] | None = None
    click: Click | None = None
    said: tuple[str, ...] = ()


@cache
def choose(key: str, option: str) -> Click:
    """Press one of a few buttons."""
    return lambda app: app.button_group(key=key).set_value(option).run()


@cache
def select(key: str, option: str) -> Click:
    """Take an entry of a menu."""
    return lambda app: app.menu_button(key=key).click(option).run()


@cache
def guess(note: str) -> Click:
    """Guess the verdict of a checked note, which shows it."""
    return lambda app: app.button(key=f"Wrong {note}").click().run()


@cache
def exercise(page: str, place: int) -> Click:
    """Press "Set the page" of an exercise, counted from 1."""
    return lambda app: visited(app, page, **EXERCISES[page][place - 1].parameters, via="task")


@cache
def see(term: str) -> Click:
    """Press "See it" of an entry of the glossary."""
    entry = GLOSSARY[term]
    return lambda app: visited(app, entry.page, **entry.parameters)


@cache
def preset(page: str, name: str) -> Click:
    """Take an entry of the menu inside the bar editor, which this session cannot click."""
    bars = PRESETS[name]
    q = {"q": listed(bars.q)} if bars.q else {}
    return lambda app: visited(app, page, p=listed(bars.p), **q, via="preset")


ROUTES: dict[str, tuple[Route, ...]] = {
    "table_tennis": (Route("self_information"),),
    "fair_die": (Route("self_information"),),
    "fair_lottery": (Route("entropy", click=preset("entropy", "Lottery")),),
    "lottery_with_favourite": (Route("entropy"),),
    "lottery_nearly_decided": (
        Route("entropy", click=preset("entropy", "Lottery, nearly decided")),
    ),
    "match_and_coin": (
        Route("entropy", ("match",), preset("entropy", "Table tennis")),
        Route("entropy", ("coin",), preset("entropy", "Fair coin")),
        Route("entropy", ("certain",), preset("entropy", "Certain outcome")),
    ),
    "match_in_nats": (
        Route("self_information", ("nats",), choose("self-information unit", "nats")),
        Route("self_information", ("dits",), choose("self-information unit", "dits")),
    ),
    "decomposition": (
        Route(
            "divergence",
            click=preset("divergence", "One-hot"),
            said=("H(p) 0 bits", "H(p,q) 2 bits", "D(p‖q) 2 bits"),
        ),
    ),
    "gibbs_inequality": (
        Route("divergence", click=choose("divergence view", "Gibbs"), said=(r"\ln x \le x - 1",)),
    ),
    "average_code_length": (
        Route(
            "divergence",
            click=choose("divergence view", "Codes"),
            said=("average under p", "Huffman for q"),
        ),
    ),
    "two_guesses": (
        Route("divergence", ("q1",), exercise("divergence", 2)),
        Route("multiclass", ("q1", "q2"), choose("multiclass show", "All losses")),
        Route("notes_checked", ("drop",), guess("loss_drops_compared")),
    ),
    "two_guesses_squared": (
        Route(
            "multiclass",
            ("sum, q1", "sum, q2", "mean, q1", "mean, q2"),
            choose("multiclass show", "All losses"),
        ),
        Route("notes_checked", ("drop of the root mean square",), guess("loss_drops_compared")),
    ),
    "one_hot_of_four": (Route("glossary", click=see("one-hot")),),
    "binary_cross_entropy": (
        Route("three_forms", click=select("forms example", "Three yes-or-no answers")),
        Route("binary", ("p = 0.9",), select("binary example", "p = 0.9, y = 1")),
        Route("binary", ("p = 0.5",), select("binary example", "p = 0.5, y = 1")),
        Route("binary", ("p = 0.1",), select("binary example", "p = 0.1, y = 1")),
        Route("three_forms", (), choose("forms form", "3 One node"), (r"raises $\ln p$",)),
    ),
    "sigmoid_as_softmax": (
        Route(
            "three_forms",
            click=select("forms example", "One node and a zero"),
            said=("softmax(z, 0)₁",),
        ),
    ),
    "three_forms": (
        Route("three_forms", said=("exactly one class", "any number of labels", "yes or no")),
    ),
    "softmax_batch": (Route("three_forms", click=choose("three forms part", "Index or one-hot")),),
    "sigmoid_batch": (
        Route(
            "three_forms",
            tuple(f"row 1, label {label}" for label in (1, 2, 3)),
            choose("forms form", "2 Sigmoids"),
        ),
        Route(
            "three_forms",
            tuple(f"row 2, label {label}" for label in (1, 2, 3)),
            select("forms example", "Row 2 under sigmoids"),
        ),
    ),
    "loss_gradients": (
        Route("multiclass", said=("q_i - p_i", r"q_i(\delta_{ij} - q_j)")),
        Route(
            "binary",
            click=choose("binary see", "With inputs"),
            said=(r"(\sigma(z) - y)\,x", "−0.360558, 0.721115, −1.44223"),
        ),
    ),
    "vanishing_gradient": (Route("binary", click=exercise("binary", 1)),),
    "hinge_pairs": tuple(
        Route("binary", (name,), select("binary example", f"Hinge, (y, h) = {name}"))
        for name in EXAMPLES["hinge_pairs"].names
    ),
    "why_not_mse": (Route("multiclass", click=choose("multiclass show", "Why not MSE?")),),
    "cross_entropy_is_nll": (
        Route(
            "stability",
            click=choose("stability part", "Random logits"),
            said=("[1, 784]", "[10, 784]"),
        ),
        Route(
            "three_forms",
            click=choose("three forms part", "Index or one-hot"),
            said=("F.nll_loss(F.log_softmax(", "`by_nll`"),
        ),
    ),
    "softmax_then_log": (
        Route("stability", ("exp overflows above", "the answer is lost at a gap of", "gap 100")),
        Route("stability", ("gap 110",), exercise("stability", 1)),
    ),
    "skip_gram": (
        Route(
            "three_forms",
            click=choose("three forms part", "Skip-gram"),
            said=("`by_vectors`", "`by_cross_entropy`"),
        ),
    ),
    "logsumexp_form": (
        Route("multiclass", click=select("multiclass example", "Three logits, true class second")),
    ),
    "gathered_batch_loss": (
        Route(
            "three_forms",
            click=choose("three forms part", "Index or one-hot"),
            said=("logits.gather(", "`by_gather`"),
        ),
    ),
    "mnist_practice": (
        Route("live", ("parameters",)),
        Route("multiclass", ("loss at chance",), exercise("multiclass", 3)),
    ),
    "practice_variations": (
        Route("live", said=("ReLU on logits", "Initial weights", "gradient norms", "Loss")),
    ),
    "mse_converges_slower": (Route("live", said=("meta-learning",)),),
    "framework_names": (
        Route(
            "three_forms",
            said=("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"),
        ),
        Route(
            "three_forms",
            click=choose("forms form", "2 Sigmoids"),
            said=("sigmoid_cross_entropy_with_logits",),
        ),
    ),
    "skip_gram_objectives": (
        Route(
            "three_forms",
            click=choose("three forms part", "Skip-gram"),
            said=(
                EXAMPLES["skip_gram_objectives"]["window_average"],
                EXAMPLES["skip_gram_objectives"]["negative_sampling"],
            ),
        ),
        Route("glossary", click=see("negative sampling"), said=("Drawn as noise",)),
        Route("glossary", click=see("skip-gram"), said=("Window-averaged objective",)),
    ),
}
READ = [(key, place) for key, routes in ROUTES.items() for place in range(len(routes))]


def text(app: AppTest) -> str:
    """All that the page shows outside its plots' canvases: texts, tables, numbers, labels."""
    pieces = [*(f"{name} {value}" for name, value in metrics(app).items())]
    for kind in ("title", "header", "subheader", "markdown", "caption", "info", "code"):
        pieces += [element.value for element in getattr(app, kind)]
    for table in app.table:
        pieces += [" ".join(table.value.columns), *table.value.astype(str).to_numpy().ravel()]
    for kind in ("selectbox", "checkbox", "text_input", "button_group", "multiselect"):
        pieces += [element.label for element in app.get(kind) if getattr(element, "label", "")]
    for plot in components(app, "plot").values():
        pieces += [str(trace.get("text", "")) for trace in plot["figure"]["data"]]
    # A symbol's colour stands around it.
    return re.sub(r"\\textcolor\{#\w{6}\}\{([^{}]*(?:\{[^{}]*\})?)\}", r"\1", "\n".join(pieces))


@cache
def shown_after(page: str, click: Click | None) -> str:
    """Open a page from the navigation, click once, and return the text that is there."""
    app = opened(page)
    if click:
        app = click(app)
    assert not app.exception
    assert not app.error
    return text(app)


def is_shown(printed: Printed, shown: str) -> bool:
    """Whether a number on the page, of six digits or so, is the printed one."""
    for match in NUMBER.findall(shown):
        value = number(match.replace(",", ""))
        if printed.agrees(value) or abs(value - printed.value) <= 5e-6 * abs(printed.value):
            return True
    return False


@pytest.fixture(scope="module", autouse=True)
def no_workers(tmp_path_factory) -> None:
    from explorer.jobs import launcher

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("store")
        patch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{folder}/runs.sqlite3")
        patch.setattr(launcher, "ensure_workers", lambda **_: 0)
        yield


def test_every_example_has_a_route_and_every_printed_value_a_place():
    assert list(ROUTES) == [
        key for key, example in EXAMPLES.items() if example.lesson.startswith("A")
    ]
    for key, routes in ROUTES.items():
        assert {route.page for route in routes} <= PAGES.keys()
        covered: set[str] = set()
        for route in routes:
            covered |= set(EXAMPLES[key].references if route.values is None else route.values)
        assert covered == EXAMPLES[key].references.keys(), key
        assert covered or any(route.said for route in routes), key


@pytest.mark.parametrize(("key", "place"), READ)
def test_an_example_is_two_clicks_away_and_shows_its_printed_values(key: str, place: int):
    route = ROUTES[key][place]
    shown, references = shown_after(route.page, route.click), EXAMPLES[key].references
    for quantity in references if route.values is None else route.values:
        assert is_shown(references[quantity], shown), quantity
    for words in route.said:
        assert words in shown
