"""Every page of the app, once: the navigation, the cards, the links and the README follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class Sight:
    """A control and the plot that follows it, which must be on screen together.

    Attributes:
        control: Key of the element that is moved.
        plot: Key of the plot.
        sticks: Whether the plot stays at the lower edge of a phone's screen.
    """

    control: str
    plot: str
    sticks: bool = True


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        path: Its file, as Streamlit names it.
        title: Its name in the navigation.
        summary: What it shows, in one sentence.
        picture: SVG file below `pages/` that stands for it, or "".
        sight: Its first control and the plot that follows; None where nothing on it is moved.
    """

    path: str
    title: str
    summary: str
    picture: str = ""
    sight: Sight | None = None

    @property
    def address(self) -> str:
        """Last part of the page's address, also of the page that opens at `/`."""
        return Path(self.path).stem


def _page(path: str, title: str, summary: str, sight: Sight | None = None) -> Page:
    picture = f"start/pictures/{Path(path).stem}.svg"
    return Page(f"pages/{path}.py", title, summary, picture, sight)


SECTIONS: Mapping[str, tuple[Page, ...]] = MappingProxyType(
    {
        "": (
            Page(
                "pages/start/home.py",
                "Start",
                "A model to drag, a race to watch, a 15-minute tour, and links to every page.",
            ),
            _page(
                "start/glossary",
                "Glossary",
                "The terms in English and Chinese, each with its formula and a place to see it.",
            ),
            _page(
                "start/recap",
                "Take home",
                "Five sentences to take home from the tour, and where to go on.",
            ),
        ),
        "Information": (
            _page(
                "information/self_information",
                "Self-information",
                "How surprising one event is, and how the surprise of a sequence adds up.",
                Sight("event p", "surprise-curve"),
            ),
            _page(
                "information/entropy",
                "Entropy",
                "Drag the bars of a distribution and see how surprised you are on average.",
                Sight("entropy", "entropy-by-outcome"),
            ),
            _page(
                "information/divergence",
                "KL and cross-entropy",
                "Move a model q towards the true p and watch the price of being wrong fall.",
                Sight("divergence", "decomposition"),
            ),
        ),
        "Losses": (
            _page(
                "losses/binary",
                "One logit",
                "Squared error, cross-entropy and hinge on one logit, and where gradients vanish.",
                Sight("binary z", "binary-losses"),
            ),
            _page(
                "losses/multiclass",
                "Many classes",
                "Softmax, its Jacobian, and the gradient of each loss side by side.",
                Sight("multiclass logits", "pulls"),
            ),
            _page(
                "losses/three_forms",
                "Three forms",
                "Softmax, sigmoids or one node on the same logits, with the code of each number.",
                Sight("forms z", "form-probabilities"),
            ),
            _page(
                "losses/stability",
                "Numerical stability",
                "One formula written in three ways: where each loses its digits, or its answer.",
                Sight("stability gap", "gap-errors"),
            ),
            _page(
                "losses/notes_checked",
                "What the notes get wrong",
                "21 statements from lecture notes: what each implies, and what is right instead.",
            ),
        ),
        "Training": (
            _page(
                "training/live",
                "Live MNIST race",
                "Handwritten digits learnt live by cross-entropy and squared error, side by side.",
                Sight("race-bar", "race theatre", sticks=False),
            ),
            _page(
                "training/sweep",
                "Sweep",
                "Every combination of losses, learning rates and seeds, as a map of what matters.",
                Sight("sweep quantity", "sweep-heat-map"),
            ),
            _page(
                "training/compare",
                "Compare runs",
                "Every curve that was trained, overlaid: losses, accuracy, settings.",
                Sight("compare table", "comparison", sticks=False),
            ),
            _page(
                "training/draw",
                "Draw a digit",
                "Draw with mouse or finger and see what two trained networks make of it.",
                Sight("digit canvas", "drawing-probabilities"),
            ),
        ),
        "Workshop": (
            _page(
                "workshop/room",
                "Room",
                "A whole hall follows the host's page, forecasts by phone, and is scored in bits.",
            ),
            _page(
                "workshop/host_notes",
                "Host's notes",
                "The tour for whoever gives it: what to ask, what to expect, and the minutes.",
            ),
        ),
    }
)
"""Section of the navigation → its pages; the first page opens at `/`."""

PAGES: Mapping[str, Page] = MappingProxyType(
    {page.address: page for pages in SECTIONS.values() for page in pages}
)
"""Address → page, in the order of the navigation."""
