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
    assert {"A2", "A3", "A4", "A5", "A6", "A8", "A11", "A13", "B3", "B6"} <= {
        preset.source for preset in PRESETS.values()
    }


def test_presets_cannot_be_changed_by_a_page():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PRESETS["Lottery"].p = (1.0,)
    with pytest.raises(TypeError):
        PRESETS["Lottery"] = None
