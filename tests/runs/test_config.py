from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.config import (
    DATASET_LABELS,
    DEVICE_LABELS,
    INIT_LABELS,
    LOSS_LABELS,
    MAX_CURVES,
    OPTIMIZER_LABELS,
    ConfigError,
    TrainingConfig,
    curve_labels,
    validate_race,
)
from explorer.runs.race_presets import RACE_PRESETS, fit_to_digits

configs = st.builds(
    TrainingConfig,
    loss=st.sampled_from(list(LOSS_LABELS)),
    optimizer=st.sampled_from(list(OPTIMIZER_LABELS)),
    learning_rate=st.floats(1e-8, 1e6),
    momentum=st.floats(0, 0.999),
    batch_size=st.integers(1, 10_000),
    epochs=st.integers(1, 1_000),
    hidden_sizes=st.lists(st.integers(1, 4096), max_size=6).map(tuple),
    init=st.sampled_from(list(INIT_LABELS)),
    output_relu=st.booleans(),
    seed=st.integers(0, 2**31 - 1),
    dataset=st.sampled_from(list(DATASET_LABELS)),
    device=st.sampled_from(list(DEVICE_LABELS)),
    name=st.text(max_size=80),
)


@given(configs)
def test_a_config_survives_json(config: TrainingConfig) -> None:
    assert TrainingConfig.from_json(config.to_json()) == config


def test_the_default_is_the_notes_network_without_a_relu_on_the_logits() -> None:
    config = TrainingConfig()
    assert config.layer_sizes == (784, 200, 200, 10)
    assert config.num_parameters == 199_210
    assert (config.optimizer, config.learning_rate, config.momentum) == ("sgd", 0.01, 0.0)
    assert (config.batch_size, config.epochs, config.output_relu) == (200, 10, False)


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TrainingConfig().seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": "mse"}, "loss must be one of"),
        ({"loss": ["cross_entropy"]}, "loss must be one of"),
        ({"learning_rate": 0}, "learning rate must be above 0"),
        ({"learning_rate": -1.0}, "learning rate must be above 0"),
        ({"learning_rate": math.nan}, "finite number"),
        ({"learning_rate": math.inf}, "finite number"),
        ({"learning_rate": "0.1"}, "finite number"),
        ({"learning_rate": True}, "finite number"),
        ({"momentum": 1.0}, "momentum must be at least 0 and below 1"),
        ({"batch_size": 0}, "batch size must be a whole number"),
        ({"batch_size": 2.5}, "batch size must be a whole number"),
        ({"epochs": 0}, "epochs must be a whole number"),
        ({"hidden_sizes": (0,)}, "hidden layer must be a whole number"),
        ({"hidden_sizes": (10,) * 7}, "At most 6 hidden layers"),
        ({"init": "ones"}, "initialisation must be one of"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"device": "tpu"}, "device must be one of"),
        ({"dataset": "cifar"}, "data set must be one of"),
        ({"output_relu": 1}, "true or false"),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"epoch": 3}, "no setting called 'epoch'"),
        ({"hidden_sizes": "200"}, "list of whole numbers"),
    ],
)
def test_a_setting_that_cannot_be_run_is_told_in_a_sentence(changes: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        TrainingConfig.from_dict(changes)


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"seed": NaN}'])
def test_text_that_holds_no_settings_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        TrainingConfig.from_json(text)


def test_configs_stack_when_they_differ_in_loss_rate_momentum_init_relu_and_seed() -> None:
    one = TrainingConfig()
    other = replace(
        one, loss="multiclass_hinge", learning_rate=1, momentum=0.9, init="normal",
        output_relu=True, seed=4, name="x",
    )  # fmt: skip
    assert one.stack_key == other.stack_key
    for field, value in {"batch_size": 10, "hidden_sizes": (5,), "optimizer": "adam"}.items():
        assert one.stack_key != replace(one, **{field: value}).stack_key


def test_curves_on_different_data_do_not_race() -> None:
    with pytest.raises(ConfigError, match="same data set"):
        validate_race([TrainingConfig(dataset="mnist"), TrainingConfig(dataset="digits")])
    with pytest.raises(ConfigError, match="same device"):
        validate_race([TrainingConfig(device="cpu"), TrainingConfig(device="cuda")])
    with pytest.raises(ConfigError, match="at least one curve"):
        validate_race([])
    with pytest.raises(ConfigError, match="At most"):
        validate_race([TrainingConfig()] * (MAX_CURVES + 1))


def test_labels_name_what_differs_and_never_repeat() -> None:
    one = TrainingConfig()
    assert curve_labels([one, replace(one, loss="raw_squared_error")]) == (
        "Cross-entropy",
        "MSE on raw outputs",
    )
    assert curve_labels([one, replace(one, learning_rate=0.5)]) == ("rate 0.01", "rate 0.5")
    assert curve_labels([one, one, one]) == (
        "Cross-entropy",
        "Cross-entropy (2)",
        "Cross-entropy (3)",
    )


@pytest.mark.parametrize("name", RACE_PRESETS)
def test_a_preset_is_one_stack_that_races_from_the_same_seed(name: str) -> None:
    preset = RACE_PRESETS[name]
    race = validate_race(preset.configs)
    assert len(race) >= 2
    assert len({(config.stack_key, config.seed) for config in race}) == 1
    assert len(set(curve_labels(race))) == len(race)
    assert preset.look_for.endswith(".")
    assert len(fit_to_digits(race)) == len(race)
