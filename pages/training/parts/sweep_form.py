"""Set up a sweep: the values of each setting, what all cells share, and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.core.distributions import parse_vector
from explorer.figures.numbers import duration
from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.config import (
    DATASET_LABELS,
    DEVICE_LABELS,
    INIT_LABELS,
    LOSS_LABELS,
    OPTIMIZER_LABELS,
    ConfigError,
    TrainingConfig,
)
from explorer.runs.race_presets import fit_to_digits
from explorer.runs.sweep_grid import SweepGrid, bytes_per_curve, estimated_seconds, parse_seeds
from pages.components.address import address
from pages.components.address.parameters import option, places, staying, text
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import lasting_choice, lasting_classes, lasting_text
from pages.training.parts.race_form_state import means_digits, parse_field

_DATASETS = {label: key for key, label in DATASET_LABELS.items()}
_OPTIMIZERS = {label: key for key, label in OPTIMIZER_LABELS.items()}
_DEVICES = {label: key for key, label in DEVICE_LABELS.items()}
_TEXTS = ("rates", "seeds", "epochs", "batch_size", "hidden_sizes", "momentum")
FORM = staying(
    option("data", _DATASETS),
    option("opt", _OPTIMIZERS),
    option("device", _DEVICES),
    *(places(f"sweep_{name}") for name in ("loss", "init", "relu")),
    *map(text, _TEXTS),
)
"""What the address holds of the form, also while a sweep is shown."""
# Images of an epoch where nothing was downloaded or read yet.
_TRAIN_IMAGES = {True: 1_437, False: 60_000}
_RELU = {False: "no ReLU", True: "ReLU"}


def is_form_asked() -> bool:
    """Tell whether the address that was opened sets a field of the form."""
    return any(address.is_asked(one.name) for one in FORM)


def sweep_form() -> tuple[SweepGrid | None, dict[str, Any]]:
    """Show the fields; return the grid, None while one cannot be used, and what the address holds.

    Beside a field that cannot be used stands why.
    """
    wrong: list[str] = []
    losses = _several("Losses", LOSS_LABELS, "loss", (0, 1))
    left, right = st.columns(2)
    with left:
        rates = _text("Learning rates", "0.03, 0.1, 0.3", "rates", _rates, wrong)
    with right:
        seeds = _text(
            "Seeds", "0-2", "seeds", parse_seeds, wrong, "Whole numbers, or a range such as 0-4."
        )
    inits = _several("Initial weights", INIT_LABELS, "init", (0,))
    relus = _several("On the logits", _RELU, "relu", (0,))
    st.markdown("**All cells share**")
    first = st.columns(3)
    with first[0]:
        data = _one_of("Data", _DATASETS, "data", "data")
    with first[1]:
        optimizer = _one_of("Optimizer", _OPTIMIZERS, "optimizer", "opt")
    with first[2]:
        device = _one_of("Device", _DEVICES, "device", "device")
    usual = TrainingConfig()
    if means_digits(_DATASETS[data]):
        (usual,) = fit_to_digits([usual])
    shared: dict[str, Any] = {"dataset": _DATASETS[data]}
    columns = st.columns(4)
    for column, (name, label, default) in zip(
        columns,
        (
            ("epochs", "Epochs", str(usual.epochs)),
            ("batch_size", "Batch size", str(usual.batch_size)),
            ("hidden_sizes", "Hidden layers", "200, 200"),
            ("momentum", "Momentum", "0"),
        ),
        strict=True,
    ):
        with column:
            shared[name] = _text(label, default, name, _setting(name), wrong)
    shared |= {"optimizer": _OPTIMIZERS[optimizer], "device": _DEVICES[device]}
    link: dict[str, Any] = {"data": data, "opt": optimizer, "device": device}
    link |= {"sweep_loss": losses, "sweep_init": inits, "sweep_relu": relus}
    for name in _TEXTS:
        link[name] = st.session_state[f"sweep {name}"]
    if wrong:
        return None, link
    values = {
        "loss": tuple(list(LOSS_LABELS)[place] for place in losses),
        "learning_rate": rates,
        "init": tuple(list(INIT_LABELS)[place] for place in inits),
        "output_relu": tuple(list(_RELU)[place] for place in relus),
        "seed": seeds,
    }
    try:
        return SweepGrid(values, TrainingConfig(**shared)), link
    except ConfigError as error:
        st.error(escaped(str(error)))
        return None, link


def sweep_plan(grid: SweepGrid | None) -> str:
    """Return in a sentence how many cells, in how many runs, for how long, in how much memory.

    Raises:
        StoreUnavailable: The run store cannot be used.
        ConfigError: EXPLORER_MAX_WORKERS cannot be used.
    """
    if grid is None:
        return "A field under “Set up” cannot be used; it says why."
    rows = launcher.default_store().curves.list()
    size = grid.chunk_size(launcher.expected_memory_bytes(rows), launcher.max_workers())
    count = math.ceil(grid.num_cells / size)
    cells = "1 cell" if grid.num_cells == 1 else f"{grid.num_cells} cells"
    runs = "1 run" if count == 1 else f"{count} runs of up to {size} curves"
    images = _TRAIN_IMAGES[means_digits(grid.base.dataset)]
    known = sweep_scheduler.seconds_per_work(rows, grid.base)
    seconds = estimated_seconds(grid, grid.num_cells, images, known)
    if seconds is None:
        length = "how long is not known until the first training here has ended"
    else:
        length = f"about {duration(max(1.0, seconds))}, judging by earlier trainings"
    memory = size * bytes_per_curve(grid.base) / 2**20
    return f"{cells} in {runs}: {length}; about {memory:,.0f} MiB beside the images."


def _one_of(label: str, options: Mapping[str, str], name: str, link: str) -> str:
    return lasting_choice(label, list(options), key=f"sweep {name}", link=link, is_list=True)


def _several(
    label: str, labels: Mapping[Any, str], name: str, default: tuple[int, ...]
) -> tuple[int, ...]:
    return lasting_classes(
        label, list(labels.values()), key=f"sweep {name}", link=f"sweep_{name}", default=default
    )


def _text(
    label: str,
    default: str,
    name: str,
    parse: Callable[[str], Any],
    wrong: list[str],
    help: str | None = None,
) -> Any:
    """Show a field, and below it why its text cannot be used, if so."""
    text = lasting_text(label, default, key=f"sweep {name}", link=name, help=help)
    try:
        return parse(text)
    except ValueError as error:
        wrong.append(name)
        st.markdown(f":red[{escaped(str(error))}]")
        return None


def _setting(name: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        value = parse_field(name, text)
        TrainingConfig(**{name: value})
        return value

    return parse


def _rates(text: str) -> tuple[float, ...]:
    rates = tuple(parse_vector(text).tolist())
    for rate in rates:
        TrainingConfig(learning_rate=rate)
    return rates
