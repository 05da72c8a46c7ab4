"""The race being set up: what stands in the form's fields, and the configs that it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from explorer.core.distributions import parse_vector
from explorer.jobs import launcher
from explorer.runs.config import TrainingConfig
from explorer.runs.race_presets import RACE_PRESETS, fit_to_digits

MOST_CURVES = 8
SHARED = ("dataset", "device", "batch_size", "epochs", "hidden_sizes")
OWN = ("loss", "optimizer", "learning_rate", "init", "output_relu", "name", "momentum", "seed")
_NUMBERS = {"learning_rate": "learning rate", "momentum": "momentum"}
_WHOLE_NUMBERS = {"batch_size": "batch size", "epochs": "number of epochs", "seed": "seed"}

_ids = count(1)


@dataclass
class Draft:
    """What stands in the form.

    Attributes:
        preset: Name of the preset that was loaded last, or "" for a recorded race's settings.
        curves: Number of each curve, never used again after its removal, in the order shown.
        fields: Content of every field by `key`.
        good: Last value of every field that could be used.
        number: Of this draft, which no other has.
    """

    preset: str
    curves: list[int] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    good: dict[str, Any] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_ids))


def widget_key(draft: Draft, place: str) -> str:
    """Return the key of the widget of a field of this draft.

    While a popover is closed the browser keeps what its widgets held, and sends it with the next
    press elsewhere: the values of another draft would undo what a link has set.
    """
    return f"{place} of {draft.number}"


def key(name: str, curve: int | None = None) -> str:
    """Return the key of a field: one that all curves share, or one of a single curve."""
    return f"race {name}" if curve is None else f"race {curve} {name}"


def from_preset(name: str) -> Draft:
    """Return the form filled with a preset, its length fitted to the images that it will get."""
    configs = RACE_PRESETS[name].configs
    if means_digits(configs[0].dataset):
        configs = fit_to_digits(configs)
    # An automatic label follows what is edited; a name from the preset would not.
    return from_configs(configs, preset=name, keep_names=False)


def is_as_loaded(draft: Draft) -> bool:
    """Tell whether the form still holds exactly the preset that was loaded last."""
    if draft.preset not in RACE_PRESETS:
        return False
    fresh = from_preset(draft.preset)
    return _content(draft) == _content(fresh)


def from_configs(
    configs: Sequence[TrainingConfig], *, preset: str = "", keep_names: bool = True
) -> Draft:
    """Return the form filled with the settings of a race."""
    draft = Draft(preset)
    for name in SHARED:
        draft.fields[key(name)] = _written(name, getattr(configs[0], name))
    for config in configs[:MOST_CURVES]:
        _append(draft, {name: _written(name, getattr(config, name)) for name in OWN})
        if not keep_names:
            draft.fields[key("name", draft.curves[-1])] = ""
    return draft


def add_curve(draft: Draft) -> None:
    """Add a copy of the last curve, to be changed."""
    last = draft.curves[-1]
    _append(draft, {name: draft.fields[key(name, last)] for name in OWN})
    draft.fields[key("name", draft.curves[-1])] = ""


def remove_curve(draft: Draft, curve: int) -> None:
    """Take a curve out of the form."""
    draft.curves.remove(curve)
    for name in OWN:
        draft.fields.pop(key(name, curve))


def fit_length(draft: Draft) -> None:
    """Fit batch size and epochs to the chosen images where they still are a preset's own."""
    lengths = (key("batch_size"), key("epochs"))
    plain = TrainingConfig()
    (digits,) = fit_to_digits([plain])
    known = [(str(config.batch_size), str(config.epochs)) for config in (plain, digits)]
    if tuple(draft.fields[name] for name in lengths) in known:
        wanted = known[means_digits(draft.fields[key("dataset")])]
        draft.fields.update(zip(lengths, wanted, strict=True))


def means_digits(dataset: str) -> bool:
    """Tell whether a choice of data means the embedded digits on this machine now."""
    return dataset == "digits" or (dataset == "auto" and not launcher.mnist_is_at_hand())


def read(draft: Draft) -> tuple[list[TrainingConfig], dict[str, str]]:
    """Read the form.

    Returns:
        The configs, and a plain sentence by key for each field that cannot be used; the configs
        hold its last good value.
    """
    errors: dict[str, str] = {}

    def value_of(name: str, curve: int | None) -> dict[str, Any]:
        place = key(name, curve)
        try:
            value = parse_field(name, draft.fields[place])
            TrainingConfig(**{name: value})
            draft.good[place] = value
        except ValueError as error:
            errors[place] = str(error)
        return {name: draft.good[place]} if place in draft.good else {}

    shared: dict[str, Any] = {}
    for name in SHARED:
        shared |= value_of(name, None)
    configs = []
    for curve in draft.curves:
        own: dict[str, Any] = {}
        for name in OWN:
            own |= value_of(name, curve)
        configs.append(TrainingConfig(**shared, **own))
    return configs, errors


def parse_field(name: str, content: Any) -> Any:
    """Turn the content of a field into the setting's value.

    Raises:
        ValueError: The text is not what the field needs; a plain sentence.
    """
    if name in _NUMBERS:
        return _one_number(content, _NUMBERS[name])
    if name in _WHOLE_NUMBERS:
        number = _one_number(content, _WHOLE_NUMBERS[name])
        return int(number) if number.is_integer() else number
    if name == "hidden_sizes":
        sizes = parse_vector(content).tolist() if content.strip() else []
        return tuple(int(size) if size.is_integer() else size for size in sizes)
    return content


def _one_number(text: str, label: str) -> float:
    if not text.strip():
        raise ValueError(f"The {label} is missing; write a number, such as 0.1.")
    numbers = parse_vector(text)
    if numbers.size != 1:
        raise ValueError(f"The {label} must be one number, such as 0.1; you wrote {numbers.size}.")
    return float(numbers[0])


def _content(draft: Draft) -> list[list[Any]]:
    """Return what stands in the fields, whatever the numbers of the curves."""
    curves = [[draft.fields[key(name, curve)] for name in OWN] for curve in draft.curves]
    return [[draft.fields[key(name)] for name in SHARED], *curves]


def _append(draft: Draft, content: Mapping[str, Any]) -> None:
    curve = next(_ids)
    draft.curves.append(curve)
    draft.fields |= {key(name, curve): value for name, value in content.items()}


def _written(name: str, value: Any) -> Any:
    if name == "hidden_sizes":
        return ", ".join(map(str, value))
    if name in _NUMBERS or name in _WHOLE_NUMBERS:
        return f"{value:.10g}"
    return value
