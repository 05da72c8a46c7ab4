"""The lecture's examples of one logit."""

from __future__ import annotations

import pytest

from explorer.core.loss_readings import binary_readings
from explorer.core.losses import sigmoid
from explorer.teaching.binary_presets import BINARY_PRESETS
from explorer.teaching.worked_examples import EXAMPLES


def of(source: str) -> list[tuple[float, int]]:
    found = BINARY_PRESETS.values()
    return [(preset.logit, preset.label) for preset in found if preset.source == source]


def test_a14_the_three_probabilities_have_the_printed_losses():
    for (z, y), p, printed in zip(
        of("binary_cross_entropy"),
        EXAMPLES["binary_cross_entropy"]["probabilities"],
        EXAMPLES["binary_cross_entropy"].references.values(),
        strict=True,
    ):
        assert sigmoid(z) == pytest.approx(p, rel=1e-15)
        assert printed.agrees(binary_readings(z, y)["sigmoid_binary_cross_entropy"].value)


def test_a20_the_saturated_logit_has_the_printed_derivatives():
    ((z, y),) = of("vanishing_gradient")
    readings, printed = binary_readings(z, y), EXAMPLES["vanishing_gradient"].references
    assert printed["squared error"].agrees(float(readings["sigmoid_squared_error"].gradient))
    assert printed["cross-entropy"].agrees(float(readings["sigmoid_binary_cross_entropy"].gradient))


def test_a21_the_pairs_have_the_printed_hinge():
    for (z, y), printed in zip(
        of("hinge_pairs"), EXAMPLES["hinge_pairs"].references.values(), strict=True
    ):
        assert printed.agrees(binary_readings(z, y)["hinge"].value)
