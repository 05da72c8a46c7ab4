"""The lecture's examples for the three forms."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.three_forms import three_forms
from explorer.teaching.labelled_presets import LABELLED_PRESETS
from explorer.teaching.worked_examples import EXAMPLES


@pytest.mark.parametrize("name", LABELLED_PRESETS)
def test_every_example_can_be_read_and_says_what_to_look_at(name):
    preset = LABELLED_PRESETS[name]
    labels = np.isin(np.arange(len(preset.logits)), preset.labels).astype(float)
    forms = three_forms(preset.logits, labels, preset.node)
    assert np.isfinite(forms.softmax.loss)
    assert len(preset.names) == len(preset.logits)
    assert preset.note.endswith(".")
    assert preset.source in EXAMPLES
