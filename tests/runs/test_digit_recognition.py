"""Recognition without torch, held against torch and against what was recorded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.runs.config import TrainingConfig
from explorer.runs.digit_recognition import (
    DigitNetwork,
    image_like,
    network_of,
)
from explorer.runs.mnist_files import Images
from explorer.store.run_store import RunStore
from explorer.trainer.data import prepare
from explorer.trainer.loop import train
from explorer.trainer.model import NetworkStack
from tests.runs.sample_records import final_weights, make_info

SMALL = TrainingConfig(hidden_sizes=(12, 9), batch_size=100, epochs=1)
SEVEN = (((70, 60), (185, 60), (110, 205)),)


@pytest.mark.parametrize("hidden_sizes", [(), (12,), (20, 15, 10)])
@pytest.mark.parametrize("output_relu", [False, True])
def test_outputs_agree_with_the_network_that_is_trained(hidden_sizes, output_relu, images: Images):
    config = TrainingConfig(hidden_sizes=hidden_sizes, output_relu=output_relu)
    stack = NetworkStack([config], "cpu")
    data = prepare(images)
    network = DigitNetwork(config, stack.arrays(0), "mnist", data.pixel_mean, data.pixel_scale)
    expected = stack.forward(data.test_images[None])[-1][0]
    found = network.logits(images.test_images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-6, atol=1e-5)
    answer = network.answer(images.test_images[0])
    torch.testing.assert_close(
        torch.tensor(answer.q), torch.softmax(expected[0].double(), -1), rtol=0, atol=1e-6
    )
    loss = torch.nn.functional.cross_entropy(expected[:1].double(), torch.tensor([3]))
    assert answer.cross_entropy(3) == pytest.approx(loss.item(), abs=1e-5)
    assert answer.digit == int(expected[0].argmax())


def test_the_recorded_softmax_of_the_fixed_digits_comes_out_again(
    store: RunStore, images: Images
) -> None:
    data = prepare(images)
    race = [SMALL, replace(SMALL, loss="softmax_squared_error", output_relu=True)]
    run_id = store.runs.create(race)
    shown = data.digit_indices.numpy()
    info = make_info(
        digits=images.test_images[shown],
        digit_labels=images.test_labels[shown],
        pixel_mean=data.pixel_mean,
        pixel_scale=data.pixel_scale,
    )
    store.runs.set_info(run_id, info)
    store.records.append(run_id, train(race, data))
    records = store.records.read(run_id)
    digits = store.runs.get(run_id).info.digits
    for row, curve in zip(store.curves.list(), records.curves, strict=True):
        network = network_of(row, store.weights.get(row.run_id, row.curve))
        recorded = curve.snapshots["digits_softmax"].values[-1]
        for digit, q in zip(digits, recorded, strict=True):
            np.testing.assert_allclose(network.answer(digit).q, q, atol=1e-6)


def test_a_drawing_is_seen_and_scaled_like_the_images_that_were_trained_on(store: RunStore) -> None:
    run_id = store.runs.create([SMALL])
    store.runs.set_info(run_id, make_info(dataset="digits", pixel_mean=1.5, pixel_scale=2.5))
    store.records.append(run_id, [final_weights(0, 1, NetworkStack([SMALL], "cpu").arrays(0))])
    (row,) = store.curves.list([run_id])
    network = network_of(row, store.weights.get(row.run_id, row.curve))
    assert (network.pixel_mean, network.pixel_scale) == (1.5, 2.5)
    np.testing.assert_array_equal(network.image_of(SEVEN), image_like("digits", SEVEN))
    with pytest.raises(ValueError, match="not recorded what"):
        network_of(replace(row, environment=None), {})


def test_outputs_that_are_not_finite_are_no_answer() -> None:
    arrays = NetworkStack([SMALL], "cpu").arrays(0)
    arrays["4.bias"][:] = np.inf
    network = DigitNetwork(SMALL, arrays, "mnist", 30.0, 70.0)
    with pytest.raises(ValueError, match="finite"):
        network.answer(network.image_of(SEVEN))
