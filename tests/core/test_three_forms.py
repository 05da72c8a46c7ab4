"""The three forms on the same logits and labels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.distributions import one_hot
from explorer.core.loss_readings import log_probabilities
from explorer.core.three_forms import three_forms
from explorer.teaching.worked_examples import EXAMPLES
from tests.core.strategies import logit_vectors


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    logits = draw(logit_vectors())
    labels = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=logits.size, max_size=logits.size))
    return logits, np.array(labels), draw(st.integers(0, logits.size - 1))


@given(labelled())
def test_every_form_is_torchs_with_its_gradient(case):
    logits, labels, node = case
    forms = three_forms(logits, labels, node)
    z = torch.tensor(logits, requires_grad=True)
    y = torch.tensor(labels)
    by_label = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    by_label.sum().backward()
    # torch rounds 1 + exp(−|z|) and so loses the digits of a loss far below 1.
    assert_allclose(forms.sigmoid.losses, by_label.detach().numpy(), rtol=1e-12, atol=4e-15)
    assert_allclose(forms.sigmoid.gradient, z.grad.numpy(), rtol=1e-9, atol=1e-15)
    assert forms.sigmoid.total == pytest.approx(by_label.sum().item(), rel=1e-12)
    assert forms.sigmoid.mean == pytest.approx(by_label.mean().item(), rel=1e-12)
    assert forms.one_node.loss == pytest.approx(by_label[node].item(), rel=1e-12, abs=4e-15)
    assert forms.one_node.gradient == pytest.approx(z.grad[node].item(), rel=1e-9, abs=1e-15)
    z.grad = None
    if not labels.any():
        return
    loss = F.cross_entropy(z, y / y.sum())
    loss.backward()
    assert forms.softmax.loss == pytest.approx(loss.item(), rel=1e-12, abs=1e-14)
    assert_allclose(forms.softmax.gradient, z.grad.numpy(), rtol=1e-9, atol=1e-15)


@given(labelled())
def test_softmax_cross_entropy_is_entropy_plus_divergence(case):
    softmax = three_forms(*case).softmax
    if softmax.target is None:
        assert not case[1].any()
        assert softmax.gradient is None
        assert math.isnan(softmax.loss)
        assert softmax.unnormalised == 0
        return
    assert_allclose(
        softmax.loss, softmax.target_entropy + softmax.divergence, rtol=1e-9, atol=1e-12
    )
    assert_allclose(softmax.unnormalised, softmax.loss * case[1].sum(), rtol=1e-12)


def test_a_divergence_stays_finite_where_the_probability_underflows():
    softmax = three_forms([0.0, 2000.0], [1, 1], 0).softmax
    assert softmax.probabilities[0] == 0
    assert softmax.loss == pytest.approx(1000)
    assert softmax.divergence == pytest.approx(1000 - math.log(2))


def test_a17_a18_the_batch_of_the_lecture_row_by_row():
    sparse, by_label = EXAMPLES["softmax_batch"], EXAMPLES["sigmoid_batch"]
    for row, (logits, true) in enumerate(zip(sparse["logits"], sparse["classes"], strict=True), 1):
        forms = three_forms(logits, one_hot(true, 3), 0)
        assert sparse.references[f"row {row}"].agrees(forms.softmax.loss)
        for label, loss in enumerate(forms.sigmoid.losses, 1):
            assert by_label.references[f"row {row}, label {label}"].agrees(loss)


def test_a15_one_node_is_a_softmax_of_two():
    example = EXAMPLES["sigmoid_as_softmax"]
    node = three_forms([example["z"]], [1], 0).one_node
    assert example.references["σ(1.3)"].agrees(node.probability)
    assert example.references["softmax(1.3, 0)₁"].agrees(node.as_softmax)


@given(st.floats(-700, 700), st.integers(0, 1))
def test_one_node_is_a_softmax_of_two_at_any_logit(z, y):
    forms = three_forms([z, 0.0], [y, 1 - y], 0)
    assert forms.one_node.as_softmax == pytest.approx(forms.one_node.probability, rel=1e-12)
    assert forms.softmax.loss == pytest.approx(forms.one_node.loss, rel=1e-12)


def test_b7_two_true_labels_are_no_one_hot_target():
    example = EXAMPLES["two_hot_labels"]
    labels, q = np.array(example["labels"]), np.array(example["q"])
    softmax = three_forms(log_probabilities(q), labels, 0).softmax
    for name, value in (
        ("raw", softmax.unnormalised),
        ("H(p,q)", softmax.loss),
        ("H(p)", softmax.target_entropy),
        ("D(p‖q)", softmax.divergence),
        ("sum", labels.sum()),
    ):
        assert example.references[name].agrees(value), name
    sigmoid = three_forms(np.log(q / (1 - q)), labels, 0).sigmoid
    assert_allclose(sigmoid.probabilities, q)
    assert example.references["four labels"].agrees(sigmoid.total)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([1.0, 2.0], [0.5, 0.5], 0), "0 or 1"),
        (([1.0, 2.0], [1.0], 0), "one logit and one label"),
        (([[1.0, 2.0]], [[1.0, 0.0]], 0), "one logit and one label"),
        (([1.0, math.inf], [1.0, 0.0], 0), "finite"),
        (([1.0, 2.0], [1.0, 0.0], 2), "0 to 1"),
    ],
)
def test_what_is_no_example_is_refused_in_a_sentence(arguments, said):
    with pytest.raises(ValueError, match=said):
        three_forms(*arguments)
