"""Curves as a Python script that trains them again with plain PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.exchange import script_parts as parts
from explorer.exchange.errors import ExportRefused
from explorer.exchange.exported import ExportedCurve, file_stem
from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import LEARNING_RATE, diverged_at, last_step
from explorer.runs.records import Environment
from explorer.runs.run import FINISHED, CurveRow
from explorer.runs.series import NOTHING

_PACKAGES = {"digits": "scikit-learn", "mnist": "torchvision"}


def why_not(rows: Sequence[CurveRow]) -> str:
    """Say in a plain sentence why no script can repeat these curves, or return ""."""
    if any(row.config is None for row in rows):
        return "A curve made elsewhere cannot be repeated: its settings are not known."
    if any(row.environment is None for row in rows):
        return "A curve can be repeated once its training has begun: its data is not known before."
    for name, of in (("data set", lambda e: e.data_md5), ("device", lambda e: e.device_kind)):
        if len({of(row.environment) for row in rows}) > 1:
            return f"Choose curves of one {name}: a script trains on one."
    return ""


def export_script(curves: Sequence[ExportedCurve]) -> bytes:
    """Write a script of nn.Linear and torch.optim that gives the same curves.

    It needs torch, numpy and, by the data set, torchvision or scikit-learn. It writes its losses
    as a table that `imports` reads.

    Raises:
        ExportRefused: There is no curve, or one that cannot be repeated.
    """
    if reason := why_not([curve.row for curve in curves]) or (not curves and "Choose a curve."):
        raise ExportRefused(reason)
    configs, environment = _known(curves)
    stem = file_stem([curve.label for curve in curves])
    packages = f"torch=={environment.versions.get('torch', '').partition('+')[0]} numpy "
    what = f"{len(curves)} curves" if len(curves) > 1 else "a curve"
    used = {
        field: dict.fromkeys(getattr(config, field) for config in configs)
        for field in ("loss", "init", "optimizer")
    }
    draws_normal = any(parts.INITS[init].startswith("scaled") for init in used["init"])
    pieces = [
        parts.HEAD.format(
            what=what,
            packages=packages.replace("== ", " ") + _PACKAGES[environment.dataset],
            file=f"repeat-{stem}.py",
            imports=parts.DATA_IMPORTS[environment.dataset],
        ),
        f'TABLE = "repeat-{stem}.csv"\n',
        _device(environment.device_kind),
        f"THREADS = {environment.threads}\n",
        f"DATA_MD5 = {_literal(environment.data_md5)}\n",
        _settings(curves),
        parts.IMAGES[environment.dataset],
        parts.DATA,
        *(parts.LOSSES[loss] for loss in used["loss"]),
        _mapping("LOSSES", {loss: loss for loss in used["loss"]}),
        parts.SCALED_NORMAL if draws_normal else "",
        parts.PYTORCH_DEFAULT if "pytorch" in used["init"] else "",
        _mapping("INITS", {init: parts.INITS[init] for init in used["init"]}),
        parts.NETWORK,
        *(parts.OPTIMIZERS[optimizer] for optimizer in used["optimizer"]),
        _mapping("OPTIMIZERS", {optimizer: optimizer for optimizer in used["optimizer"]}),
        parts.TRAINING,
    ]
    return "".join(pieces).encode()


def _known(curves: Sequence[ExportedCurve]) -> tuple[list[TrainingConfig], Environment]:
    configs = [curve.row.config for curve in curves]
    environment = curves[0].row.environment
    assert environment is not None
    return [config for config in configs if config is not None], environment


def _device(device: str) -> str:
    if device == "cpu":
        return 'DEVICE = torch.device("cpu")\n'
    return (
        "# Batches are drawn on the device: on another one they are others, and so is the curve.\n"
        f"DEVICE = torch.device({_literal(device)})\n"
    )


def _settings(curves: Sequence[ExportedCurve]) -> str:
    lines = ["CURVES = [\n"]
    for curve in curves:
        lines.append("    {\n")
        lines += [
            f'        "{name}": {_literal(value)},\n' for name, value in _curve(curve).items()
        ]
        lines.append("    },\n")
    return "".join([*lines, "]\n"])


def _literal(value: object) -> str:
    """Return Python's text for a value, in double quotes where nothing in it needs others."""
    text = repr(value)
    plain = isinstance(value, str) and text[1:-1] == value and '"' not in value
    return f'"{value}"' if plain else text


def _curve(curve: ExportedCurve) -> Mapping[str, Any]:
    config, data = curve.row.config, curve.data
    assert config is not None
    ended_early = curve.row.status != FINISHED and diverged_at(data) is None
    rates = data.events.get(LEARNING_RATE, NOTHING)
    return {
        "label": curve.label,
        "loss": config.loss,
        "optimizer": config.optimizer,
        "learning_rate": config.learning_rate,
        "momentum": config.momentum,
        "batch_size": config.batch_size,
        "epochs": config.epochs,
        "hidden_sizes": list(config.hidden_sizes),
        "init": config.init,
        "output_relu": config.output_relu,
        "seed": config.seed,
        "learning_rate_changes": dict(
            zip(rates.steps.tolist(), rates.values.tolist(), strict=True)
        ),
        "stop_after": last_step(data) if ended_early else None,
    }


def _mapping(name: str, entries: Mapping[str, str]) -> str:
    lines = [f'    "{key}": {value},\n' for key, value in entries.items()]
    return "".join([f"\n\n{name} = {{\n", *lines, "}\n"])
