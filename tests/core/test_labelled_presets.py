"""The examples of the three forms and the starting vocabularies."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.labelled_presets import LABELLED_PRESETS
from explorer.core.three_forms import three_forms
from explorer.core.vocabularies import VOCABULARIES
from explorer.core.worked_examples import EXAMPLES


@pytest.mark.parametrize("name", LABELLED_PRESETS)
def test_every_example_can_be_read_and_says_what_to_look_at(name):
    preset = LABELLED_PRESETS[name]
    labels = np.isin(np.arange(len(preset.logits)), preset.labels).astype(float)
    forms = three_forms(preset.logits, labels, preset.node)
    assert np.isfinite(forms.softmax.loss)
    assert len(preset.names) == len(preset.logits)
    assert preset.note.endswith(".")
    assert preset.source in EXAMPLES


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_vocabulary_has_two_vectors_for_each_word(name):
    vocabulary = VOCABULARIES[name]
    for coordinates in (*vocabulary.inputs, *vocabulary.outputs):
        assert len(coordinates) == len(vocabulary.words)


def test_the_first_vocabulary_has_the_scores_of_the_lecture():
    vocabulary = next(iter(VOCABULARIES.values()))
    centre = np.array(vocabulary.inputs)[:, 0]
    assert tuple(np.array(vocabulary.outputs).T @ centre) == EXAMPLES["A25"]["scores"]
