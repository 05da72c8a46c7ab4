"""Curves as a Python script that trains them again with plain PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.exchange.errors import ExportRefused
from explorer.exchange.exported import ExportedCurve, file_stem, template
from explorer.runs.curve_data import LEARNING_RATE, diverged_at, last_step
from explorer.runs.run import FINISHED, CurveRow
from explorer.runs.series import NOTHING

_PACKAGES = {"digits": "scikit-learn", "mnist": "torchvision"}
_REPEATED = (
    "loss", "optimizer", "learning_rate", "momentum", "batch_size", "epochs", "init",
    "output_relu", "seed",
)  # fmt: skip


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
    environment = curves[0].row.environment
    assert environment is not None
    version = environment.versions.get("torch", "").partition("+")[0]
    settings = [_settings(curve) for curve in curves]
    script = template("script.py.jinja", literal=_literal).render(
        what=f"{len(curves)} curves" if len(curves) > 1 else "a curve",
        packages=f"torch=={version} numpy {_PACKAGES[environment.dataset]}".replace("== ", " "),
        stem=f"repeat-{file_stem([curve.label for curve in curves])}",
        environment=environment,
        curves=settings,
        losses=list(dict.fromkeys(one["loss"] for one in settings)),
        inits=list(dict.fromkeys(one["init"] for one in settings)),
        optimizers=list(dict.fromkeys(one["optimizer"] for one in settings)),
    )
    return script.encode()


def _literal(value: object) -> str:
    """Return Python's text for a value, in double quotes where nothing in it needs others."""
    text = repr(value)
    plain = isinstance(value, str) and text[1:-1] == value and '"' not in value
    return f'"{value}"' if plain else text


def _settings(curve: ExportedCurve) -> Mapping[str, Any]:
    config, data = curve.row.config, curve.data
    assert config is not None
    ended_early = curve.row.status != FINISHED and diverged_at(data) is None
    rates = data.events.get(LEARNING_RATE, NOTHING)
    return {
        "label": curve.label,
        **{name: getattr(config, name) for name in _REPEATED},
        "hidden_sizes": list(config.hidden_sizes),
        "learning_rate_changes": dict(
            zip(rates.steps.tolist(), rates.values.tolist(), strict=True)
        ),
        "stop_after": last_step(data) if ended_early else None,
    }
