"""The race of gradient descent on one classified example, under every loss."""

from __future__ import annotations

from explorer.core.descent import descend_multiclass
from explorer.core.distributions import FloatArray
from explorer.core.loss_readings import multiclass_readings
from explorer.figures import descent
from pages.losses.parts.classified_example import ClassifiedExample
from pages.losses.parts.descent_race import Picture, descent_race


def multiclass_race(example: ClassifiedExample, finite: FloatArray) -> None:
    """Show the race, and keep the example in the page's address.

    Args:
        finite: Its logits [C] without −∞.
    """
    p, true_class = example.target, example.true_class
    descent_race(
        "multiclass",
        lambda rate, steps: {
            name: descend_multiclass(finite, p, name, rate, steps)
            for name in multiclass_readings(finite, p)
        },
        (
            Picture(
                "multiclass-race",
                lambda race, step: (
                    descent.divergence_race(race, p, step)
                    if true_class is None
                    else descent.probability_race(race, true_class, step)
                ),
                "How close each descent is to the target",
            ),
            Picture("multiclass-losses", descent.loss_race, "Each loss against the step"),
        ),
        true_class=true_class,
        link=example.state() | {"show": "Descend"},
        obstacle=example.obstacle,
        beside=False,
    )
