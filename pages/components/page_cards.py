"""What the first page says of every other page, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

PAGES: Mapping[str, Sequence[tuple[str, str, str]]] = MappingProxyType(
    {
        "Information": [
            (
                "pages/information/self_information.py",
                "Self-information",
                "How surprising one event is, and how the surprise of a sequence adds up.",
            ),
            (
                "pages/information/entropy.py",
                "Entropy",
                "Drag the bars of a distribution and see how surprised one is on average.",
            ),
            (
                "pages/information/divergence.py",
                "KL and cross-entropy",
                "Move a model q towards the true p and watch the price of being wrong fall.",
            ),
        ],
        "Losses": [
            (
                "pages/losses/binary.py",
                "One logit",
                "Squared error, cross-entropy and hinge on one logit, and where gradients vanish.",
            ),
            (
                "pages/losses/multiclass.py",
                "Many classes",
                "Softmax, its Jacobian, and the gradient of each loss side by side.",
            ),
            (
                "pages/losses/three_forms.py",
                "Three forms",
                "Softmax, sigmoids or one node on the same logits, with the code of every number.",
            ),
            (
                "pages/losses/stability.py",
                "Numerical stability",
                "One formula spelled in three ways: where each loses its digits, or its answer.",
            ),
            (
                "pages/losses/notes_checked.py",
                "What the notes get wrong",
                "21 statements from lecture notes, each with what it implies and what is so "
                "instead.",
            ),
        ],
        "Training": [
            (
                "pages/training/live.py",
                "Live MNIST race",
                "Handwritten digits learnt live by cross-entropy and squared error, side by side.",
            ),
            (
                "pages/training/sweep.py",
                "Sweep",
                "Every combination of losses, learning rates and seeds, as a map of what matters.",
            ),
            (
                "pages/training/compare.py",
                "Compare runs",
                "Every curve that was trained, laid over others: losses, accuracy, settings.",
            ),
            (
                "pages/training/draw.py",
                "Draw a digit",
                "Draw with mouse or finger and see what two trained networks make of it.",
            ),
        ],
        "To look up": [
            (
                "pages/start/glossary.py",
                "Glossary",
                "The terms in English and Chinese, each with its formula and a place to see it.",
            ),
        ],
    }
)
"""Section → path, title and description of each of its pages."""
