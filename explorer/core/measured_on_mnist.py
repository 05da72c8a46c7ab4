"""Results of races on real MNIST, as the pages quote them; tests repeat them where it is there.

Default network, 784-200-200-10, plain SGD, batches of 200, on a processor; other machines may
differ in the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Measured:
    """One curve.

    Attributes:
        first: Test cross-entropy of the untrained network in nats, on the first 1,000 test images.
        after_100_steps: Test accuracy on the same images; None for a curve that has diverged.
        final: Test accuracy after 10 epochs on all test images, likewise.
        diverged_at: First step that is not finite, or None.
    """

    first: float
    after_100_steps: float | None
    final: float | None
    diverged_at: int | None = None


NOTES_SETTING = Measured(3.692, 0.798, 0.956)
"""Cross-entropy, learning rate 0.01, Kaiming normal, seed 0."""

RACES: Mapping[str, tuple[Measured, ...]] = MappingProxyType(
    {
        "CE against MSE": (NOTES_SETTING, Measured(3.692, 0.559, 0.942)),
        "ReLU on the logits": (NOTES_SETTING, Measured(2.827, 0.590, 0.864)),
        "Kaiming against plain normal": (NOTES_SETTING, Measured(6112.0, 0.782, 0.704)),
        "Learning rates": (
            Measured(3.692, 0.346, 0.902),
            NOTES_SETTING,
            Measured(3.692, 0.912, 0.9785),
            Measured(3.692, None, None, diverged_at=18),
        ),
    }
)
"""By the race's name, in the order of its curves."""

RELU_FINALS: Mapping[float, tuple[float, ...]] = MappingProxyType(
    {
        0.01: (0.8636, 0.7669, 0.9559, 0.9450, 0.9557),
        0.1: (0.9766, 0.9773, 0.9771, 0.9730, 0.9751),
    }
)
"""Learning rate → final test accuracy with a ReLU on the logits, seeds 0 to 4."""

PLAIN_FINALS: Mapping[float, tuple[float, ...]] = MappingProxyType(
    {
        0.01: (0.9560, 0.9542, 0.9560, 0.9530, 0.9566),
        0.1: (0.9785, 0.9772, 0.9779, 0.9770, 0.9780),
    }
)
"""The same without it."""


def span(shares: Sequence[float], digits: int = 0) -> str:
    """Return the lowest and the highest share as prose has them, such as "77 to 96 %"."""
    low = percent(min(shares), digits).removesuffix(" %")
    return f"{low} to {percent(max(shares), digits)}"


def percent(share: float | None, digits: int = 0) -> str:
    """Return a measured share as prose has it, such as "95.6 %"; it must be one."""
    if share is None:
        raise ValueError("This curve has no such measurement.")
    return f"{100 * share:.{digits}f} %"
