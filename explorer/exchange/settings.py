"""The settings of curves in words, those that differ apart from those that all share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.figures.numbers import written
from explorer.runs.config import (
    DATASET_LABELS,
    INIT_LABELS,
    LOSS_FORMULAS,
    LOSS_LABELS,
    OPTIMIZER_LABELS,
    TrainingConfig,
)
from explorer.runs.run import CurveRow

UNKNOWN = "not known"


def settings_of(row: CurveRow) -> dict[str, str]:
    """Return a curve's settings, and what it ran on, by name, both in words."""
    found: dict[str, str] = {}
    if row.own_loss:
        found |= {"Loss": LOSS_LABELS[row.own_loss], "Formula": LOSS_FORMULAS[row.own_loss]}
    if row.config:
        found |= _of_config(row.config)
    if row.environment:
        device = f"{row.environment.device_name} ({row.environment.device})"
        versions = ", ".join(f"{name} {of}" for name, of in row.environment.versions.items())
        found |= {
            "Data": row.environment.dataset_description,
            "Device": device,
            "Threads": str(row.environment.threads),
            "Versions": versions,
            "Commit": row.environment.git_revision or UNKNOWN,
        }
    elif row.config:
        found["Data"] = DATASET_LABELS[row.config.dataset]
    found["Read from"] = row.origin or "trained in this app"
    return found


def _of_config(config: TrainingConfig) -> Mapping[str, str]:
    return {
        "Optimizer": OPTIMIZER_LABELS[config.optimizer],
        "Learning rate": written(config.learning_rate),
        "Momentum": written(config.momentum),
        "Batch size": f"{config.batch_size:,}",
        "Epochs": f"{config.epochs:,}",
        "Layers": "–".join(map(str, config.layer_sizes)),
        "Initialisation": INIT_LABELS[config.init],
        "ReLU on logits": "yes" if config.output_relu else "no",
        "Seed": str(config.seed),
    }


def split_settings(
    rows: Sequence[CurveRow], told: Sequence[Mapping[str, str]] = ()
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the settings that differ, each with a value per curve, and those that all share.

    A setting that is not known of some curves is shared if all the others share it. `told` is what
    files tell of the settings of each curve, if anything.
    """
    each = [settings_of(row) for row in rows]
    each = [own | dict(more) for own, more in zip(each, told or [{}] * len(each), strict=True)]
    names = list(dict.fromkeys(name for own in each for name in own))
    differing: dict[str, list[str]] = {}
    shared: dict[str, str] = {}
    for name in names:
        known = [own[name] for own in each if name in own]
        if len(set(known)) > 1:
            differing[name] = [own.get(name, UNKNOWN) for own in each]
        else:
            shared[name] = known[0]
    return differing, shared
