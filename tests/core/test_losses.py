"""The registry: complete, callable, and able to put a target into each loss's own form."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core import losses
from explorer.core.losses import LOSSES

BINARY = [name for name, loss in LOSSES.items() if loss.kind == "binary"]
MULTICLASS = [name for name, loss in LOSSES.items() if loss.kind == "multiclass"]
BY_CLASS = [name for name in MULTICLASS if LOSSES[name].target_kind == "class_index"]


@pytest.mark.parametrize("name", LOSSES)
def test_an_entry_is_named_after_its_functions(name):
    loss = LOSSES[name]
    assert loss.value is getattr(losses, name)
    assert loss.gradient is getattr(losses, f"{name}_gradient")
    assert loss.label
    assert loss.formula.count("{") == loss.formula.count("}")


def test_labels_tell_the_losses_of_a_kind_apart():
    for names in (BINARY, MULTICLASS):
        assert len({LOSSES[name].label for name in names}) == len(names) >= 3


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("label", [0, 1])
def test_every_binary_loss_falls_in_the_direction_of_its_label(name, label):
    loss = LOSSES[name]
    target = loss.encode_target(label)
    assert np.sign(loss.gradient(0.3, target)) == (-1 if label else 1)


@pytest.mark.parametrize("name", MULTICLASS)
@pytest.mark.parametrize("target", [1, np.array([0.0, 1.0, 0.0])])
def test_every_multiclass_loss_takes_a_class_or_its_one_hot_row(name, target):
    loss = LOSSES[name]
    encoded = loss.encode_target(target, 3)
    assert loss.gradient([0.4, 0.1, -0.7], encoded)[1] < 0


@pytest.mark.parametrize("name", MULTICLASS)
def test_batches_of_targets_are_encoded_row_by_row(name):
    loss = LOSSES[name]
    rows = np.eye(3)[[2, 0]]
    assert (loss.encode_target([2, 0], 3) == loss.encode_target(rows, 3)).all()
    assert loss.value(np.zeros((2, 3)), loss.encode_target(rows)).shape == (2,)


@pytest.mark.parametrize("name", BY_CLASS)
def test_a_hinge_refuses_a_soft_target(name):
    with pytest.raises(ValueError, match="needs one true class"):
        LOSSES[name].encode_target([0.5, 0.5], 2)


def test_the_binary_hinge_refuses_a_soft_label_and_turns_labels_into_signs():
    loss = LOSSES["hinge"]
    assert loss.encode_target([0, 1]).tolist() == [-1, 1]
    with pytest.raises(ValueError, match="label 0 or 1"):
        loss.encode_target(0.5)
    assert LOSSES["sigmoid_squared_error"].encode_target(0.5) == 0.5


@pytest.mark.parametrize("name", MULTICLASS)
@pytest.mark.parametrize(
    ("target", "classes", "message"),
    [
        (3, 3, "0 to 2"),
        (1, None, "number of classes"),
        ([0.5, 0.5], 3, "target has 2 classes, the logits have 3"),
        ([0.5, 0.6], 2, "not 1"),
    ],
)
def test_targets_that_do_not_fit_are_refused(name, target, classes, message):
    with pytest.raises(ValueError, match=message):
        LOSSES[name].encode_target(target, classes)


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        LOSSES["mine"] = LOSSES["hinge"]
