"""The presets are distributions and cover the examples of the notes."""

from __future__ import annotations

import dataclasses

import pytest

from explorer.core.distributions import validate_probabilities
from explorer.teaching.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_holds_distributions_over_the_outcomes_that_it_names(name):
    preset = PRESETS[name]
    assert len(validate_probabilities(preset.p, atol=1e-12)) == len(preset.names)
    if preset.q is not None:
        assert len(validate_probabilities(preset.q, atol=1e-12)) == len(preset.names)
    assert len(set(preset.names)) == len(preset.names)
    assert preset.note.endswith(".")
    assert 2 <= len(preset.names) <= 20


def test_every_example_distribution_of_the_notes_is_there():
    assert {
        "fair_die",
        "fair_lottery",
        "lottery_with_favourite",
        "lottery_nearly_decided",
        "match_and_coin",
        "decomposition",
        "two_guesses",
        "one_hot_of_four",
        "drop_is_not_gradient",
        "kl_is_asymmetric",
    } <= {preset.source for preset in PRESETS.values()}


def test_presets_cannot_be_changed_by_a_page():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PRESETS["Lottery"].p = (1.0,)
    with pytest.raises(TypeError):
        PRESETS["Lottery"] = None
