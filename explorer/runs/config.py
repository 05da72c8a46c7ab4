"""What to train: one frozen, checked description per curve, to and from JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

LOSS_LABELS: Mapping[str, str] = {
    "cross_entropy": "Cross-entropy",
    "softmax_squared_error": "MSE on softmax",
    "raw_squared_error": "MSE on raw outputs",
    "multiclass_hinge": "Multiclass hinge",
}
LOSS_FORMULAS: Mapping[str, str] = {
    "cross_entropy": "−ln q[y], q = softmax(z)",
    "softmax_squared_error": "Σ (q − p)², q = softmax(z), p one-hot",
    "raw_squared_error": "Σ (z − p)², p one-hot",
    "multiclass_hinge": "max(0, 1 + max z[j] − z[y]) over j ≠ y",
}
OPTIMIZER_LABELS: Mapping[str, str] = {"sgd": "SGD", "adam": "Adam"}
INIT_LABELS: Mapping[str, str] = {
    "kaiming_normal": "Kaiming normal",
    "xavier_normal": "Xavier normal",
    "normal": "Plain normal, σ = 1",
    "pytorch": "PyTorch's default",
}
DATASET_LABELS: Mapping[str, str] = {
    "auto": "MNIST if at hand, else digits",
    "mnist": "MNIST (60,000 images)",
    "digits": "scikit-learn digits (1,797 images)",
}
DEVICE_LABELS: Mapping[str, str] = {
    "auto": "Automatic",
    "cuda": "NVIDIA GPU (cuda)",
    "mps": "Apple GPU (mps)",
    "cpu": "CPU",
}

NUM_CLASSES = 10
NUM_PIXELS = 28 * 28
MAX_CURVES = 16
LONGEST_NAME = 80

_CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "loss": ("loss", LOSS_LABELS),
    "optimizer": ("optimizer", OPTIMIZER_LABELS),
    "init": ("initialisation", INIT_LABELS),
    "dataset": ("data set", DATASET_LABELS),
    "device": ("device", DEVICE_LABELS),
}
_WHOLE_NUMBERS: Mapping[str, tuple[str, int, int]] = {
    "batch_size": ("batch size", 1, 10_000),
    "epochs": ("number of epochs", 1, 1_000),
    "seed": ("seed", 0, 2**31 - 1),
}
# Configs that agree in these are trained as one stacked tensor program.
_STACK_FIELDS = ("optimizer", "batch_size", "epochs", "hidden_sizes", "dataset", "device")


class ConfigError(ValueError):
    """A training configuration that cannot be run; its text is a plain sentence."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Everything that decides one training curve.

    The defaults are the notes' network, 784-200-200-10 with ReLU, Kaiming normal weights and
    zero biases, trained by plain SGD on batches of 200 images, without a ReLU on the logits.

    Attributes:
        loss: Key of LOSS_LABELS, the loss that is minimised.
        optimizer: Key of OPTIMIZER_LABELS. Adam uses β = (0.9, 0.999) and ε = 1e-8.
        learning_rate: Step size, above 0.
        momentum: Momentum of SGD in [0, 1), as torch.optim.SGD defines it; Adam ignores it.
        batch_size: Images per step; the last batch of an epoch may be smaller.
        epochs: Passes over the training images.
        hidden_sizes: Units of each hidden layer; empty gives softmax regression.
        init: Key of INIT_LABELS. Biases start at 0 except with "pytorch".
        output_relu: Whether a ReLU follows the last layer too, as in the notes' code.
        seed: Decides weights and batches; curves with the same seed share both.
        dataset: Key of DATASET_LABELS.
        device: Key of DEVICE_LABELS.
        name: Label of the curve; when empty `curve_labels` makes one.

    Raises:
        ConfigError: A plain sentence naming the first setting that cannot be run.
    """

    loss: str = "cross_entropy"
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    momentum: float = 0.0
    batch_size: int = 200
    epochs: int = 10
    hidden_sizes: tuple[int, ...] = (200, 200)
    init: str = "kaiming_normal"
    output_relu: bool = False
    seed: int = 0
    dataset: str = "auto"
    device: str = "auto"
    name: str = ""

    def __post_init__(self) -> None:
        for field, (label, choices) in _CHOICES.items():
            value = getattr(self, field)
            if not isinstance(value, str) or value not in choices:
                known = ", ".join(choices)
                raise ConfigError(f"The {label} must be one of {known}, not {value!r}.")
        for field, (label, low, high) in _WHOLE_NUMBERS.items():
            _check_whole(label, getattr(self, field), low, high)
        object.__setattr__(self, "hidden_sizes", tuple(self.hidden_sizes))
        if len(self.hidden_sizes) > 6:
            raise ConfigError("At most 6 hidden layers can be trained here.")
        for size in self.hidden_sizes:
            _check_whole("size of a hidden layer", size, 1, 4096)
        rate = _check_number("learning rate", self.learning_rate)
        if not 0 < rate <= 1e6:
            raise ConfigError(f"The learning rate must be above 0 and at most 1e6, not {rate:g}.")
        momentum = _check_number("momentum", self.momentum)
        if not 0 <= momentum < 1:
            raise ConfigError(f"The momentum must be at least 0 and below 1, not {momentum:g}.")
        for field, value in (("learning_rate", rate), ("momentum", momentum)):
            object.__setattr__(self, field, value)
        if not isinstance(self.output_relu, bool):
            raise ConfigError("Whether there is a ReLU on the logits must be true or false.")
        if not isinstance(self.name, str) or len(self.name) > LONGEST_NAME:
            raise ConfigError(f"A curve's name has at most {LONGEST_NAME} characters.")

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of every layer from the 784 pixels to the 10 classes."""
        return (NUM_PIXELS, *self.hidden_sizes, NUM_CLASSES)

    @property
    def num_parameters(self) -> int:
        """Number of weights and biases (199,210 by default)."""
        return sum((before + 1) * after for before, after in pairwise(self.layer_sizes))

    @property
    def stack_key(self) -> tuple[Any, ...]:
        """What configs must share to be trained as one stacked program."""
        return tuple(getattr(self, field) for field in _STACK_FIELDS)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return asdict(self) | {"hidden_sizes": list(self.hidden_sizes)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Build a config from JSON types; settings left out take their defaults.

        Raises:
            ConfigError: An unknown setting, or a value that cannot be run.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"There is no setting called {unknown[0]!r}.")
        sizes = values.get("hidden_sizes", ())
        if isinstance(sizes, str) or not isinstance(sizes, Iterable):
            raise ConfigError("The sizes of the hidden layers must be a list of whole numbers.")
        return cls(**values)

    def to_json(self) -> str:
        """Return the settings as one JSON object."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> TrainingConfig:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: The text is not a JSON object of settings that can be run.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ConfigError(f"These settings are not JSON: {error}.") from error
        if not isinstance(values, dict):
            raise ConfigError("The settings must be one JSON object.")
        return cls.from_dict(values)


def validate_race(configs: Sequence[TrainingConfig]) -> tuple[TrainingConfig, ...]:
    """Check that the curves can be drawn over one another.

    Args:
        configs: One per curve.

    Returns:
        The configs as a tuple.

    Raises:
        ConfigError: No curve, more than MAX_CURVES, or curves on different data or devices.
    """
    configs = tuple(configs)
    if not configs:
        raise ConfigError("Choose at least one curve to train.")
    if len(configs) > MAX_CURVES:
        raise ConfigError(f"At most {MAX_CURVES} curves can race at once, not {len(configs)}.")
    if len({config.dataset for config in configs}) > 1:
        raise ConfigError("All curves of a race must be trained on the same data set.")
    if len({config.device for config in configs}) > 1:
        raise ConfigError("All curves of a race must be trained on the same device.")
    return configs


def curve_labels(configs: Sequence[TrainingConfig]) -> tuple[str, ...]:
    """Name each curve: its own name, else its loss and whatever differs between the curves."""
    shown = {
        "loss": lambda c: LOSS_LABELS[c.loss],
        "output_relu": lambda c: "ReLU on logits" if c.output_relu else "no ReLU on logits",
        "init": lambda c: INIT_LABELS[c.init],
        "optimizer": lambda c: OPTIMIZER_LABELS[c.optimizer],
        "learning_rate": lambda c: f"rate {c.learning_rate:g}",
        "momentum": lambda c: f"momentum {c.momentum:g}",
        "batch_size": lambda c: f"batch {c.batch_size}",
        "hidden_sizes": lambda c: "–".join(map(str, c.layer_sizes)),
        "epochs": lambda c: f"{c.epochs} epochs",
        "seed": lambda c: f"seed {c.seed}",
    }
    differing = [f for f in shown if len({getattr(config, f) for config in configs}) > 1]
    labels: list[str] = []
    for config in configs:
        label = config.name or ", ".join(shown[f](config) for f in differing or ["loss"])
        same = sum(other == label or other.startswith(f"{label} (") for other in labels)
        labels.append(f"{label} ({same + 1})" if same else label)
    return tuple(labels)


def _check_number(label: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"The {label} must be a finite number, not {value!r}.")
    return float(value)


def _check_whole(label: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        known = f"a whole number from {low:,} to {high:,}"
        raise ConfigError(f"The {label} must be {known}, not {value!r}.")
