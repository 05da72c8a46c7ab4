"""Small pictures of what each page shows, drawn from the same numbers.

`python -m explorer.teaching.page_pictures` redraws the files in `pages/start/pictures`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from explorer.core.activations import softmax_jacobian
from explorer.core.descent import descend_binary
from explorer.core.information import binary_entropy, self_information
from explorer.core.losses import hinge, sigmoid_binary_cross_entropy, sigmoid_squared_error
from explorer.core.scoring import mean_forecast
from explorer.figures.palette import (
    CROSS_ENTROPY,
    DIVERGENCE,
    ENTROPY,
    HINGE,
    NEUTRAL,
    SQUARED_ERROR,
    P,
    Q,
)
from explorer.teaching.worked_examples import EXAMPLES

_WIDTH, _HEIGHT = 160, 76


def picture(page: str) -> str:
    """Return the picture of a page as SVG, readable on light and on dark ground.

    Args:
        page: Last part of the page's address, a key of `DRAWINGS`.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f"{DRAWINGS[page]()}</svg>\n"
    )


def _curve(
    x: np.ndarray, y: np.ndarray, colour: str, *, top: float, bottom: float = 0.0, dash: str = ""
) -> str:
    """Return a line over the whole width; what lies above `top` is left out."""
    across = (x - x[0]) / (x[-1] - x[0]) * (_WIDTH - 8) + 4
    down = (_HEIGHT - 6) - (y - bottom) / (top - bottom) * (_HEIGHT - 12)
    points = " ".join(
        f"{a:.1f},{b:.1f}" for a, b, value in zip(across, down, y, strict=True) if value <= top
    )
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"{dashed}/>'


def _bars(groups: Sequence[tuple[Sequence[float], str]]) -> str:
    """Return bars side by side, one colour for each series, the largest at full height."""
    most = max(max(values) for values, _ in groups)
    count = len(groups[0][0])
    step = (_WIDTH - 16) / count
    width = step * 0.8 / len(groups)
    parts = []
    for place, (values, colour) in enumerate(groups):
        for index, value in enumerate(values):
            height = max(1.0, value / most * (_HEIGHT - 12))
            x = 8 + index * step + place * (width + 1)
            parts.append(
                f'<rect x="{x:.1f}" y="{_HEIGHT - 6 - height:.1f}" width="{width:.1f}" '
                f'height="{height:.1f}" rx="1.5" fill="{colour}"/>'
            )
    return "".join(parts)


def _words(lines: Sequence[tuple[str, str]], size: int = 13) -> str:
    step = _HEIGHT / (len(lines) + 0.4)
    return "".join(
        f'<text x="8" y="{step * (number + 0.9):.1f}" font-size="{size}" fill="{colour}" '
        f'font-family="monospace">{text}</text>'
        for number, (text, colour) in enumerate(lines)
    )


def _surprise() -> str:
    p = np.geomspace(1 / 128, 1, 60)
    return _curve(p, self_information(np.minimum(p, 1.0)), P, top=7.0)


def _entropy() -> str:
    p = np.linspace(0, 1, 61)
    return _curve(p, binary_entropy(p), DIVERGENCE, top=1.05)


def _divergence() -> str:
    return _bars([(EXAMPLES["kl_is_asymmetric"]["p"], P), (EXAMPLES["fair_lottery"]["p"], Q)])


def _binary() -> str:
    z = np.linspace(-6, 6, 61)
    ones = np.ones_like(z)
    return (
        _curve(z, sigmoid_binary_cross_entropy(z, ones), CROSS_ENTROPY, top=4.2)
        + _curve(z, sigmoid_squared_error(z, ones), SQUARED_ERROR, top=4.2, dash="6 3")
        + _curve(z, hinge(z, ones), HINGE, top=4.2, dash="2 3")
    )


def _multiclass() -> str:
    jacobian = softmax_jacobian(np.array([1.2, 0.2, -0.6, 0.8, -0.2]))
    largest = np.abs(jacobian).max()
    cell_x, cell_y = (_WIDTH - 16) / 5, (_HEIGHT - 8) / 5
    return "".join(
        f'<rect x="{8 + column * cell_x:.1f}" y="{4 + row * cell_y:.1f}" '
        f'width="{cell_x - 2:.1f}" height="{cell_y - 2:.1f}" rx="2" '
        f'fill="{P if value > 0 else Q}" fill-opacity="{abs(value) / largest:.2f}"/>'
        for row, values in enumerate(jacobian)
        for column, value in enumerate(values)
    )


def _three_forms() -> str:
    return _words([("softmax(z)", P), ("σ(z₁), σ(z₂), …", Q), ("σ(z)", DIVERGENCE)])


def _stability() -> str:
    return _words(
        [("log(softmax(z)) = −∞", Q), ("log_softmax(z)", NEUTRAL), ("        = −110", DIVERGENCE)],
        size=12,
    )


def _notes() -> str:
    return _words([("✗ −log 0.4 ≈ 0.02", Q), ("≈ KL, a distance", SQUARED_ERROR), ("✓ …", P)], 13)


def _race() -> str:
    steps = 60
    parts = []
    for loss, colour in (
        ("sigmoid_binary_cross_entropy", CROSS_ENTROPY),
        ("sigmoid_squared_error", SQUARED_ERROR),
    ):
        path = descend_binary(-3.0, 1, loss, 0.6, steps).probabilities
        parts.append(_curve(np.arange(steps + 1.0), path, colour, top=1.05))
    return "".join(parts)


def _sweep() -> str:
    rates = np.geomspace(0.05, 3.0, 6)
    losses = ("sigmoid_binary_cross_entropy", "sigmoid_squared_error", "hinge")
    cell_x, cell_y = (_WIDTH - 16) / len(rates), (_HEIGHT - 8) / len(losses)
    parts = []
    for row, loss in enumerate(losses):
        for column, rate in enumerate(rates):
            reached = descend_binary(-2.0, 1, loss, float(rate), 12).probabilities[-1]
            parts.append(
                f'<rect x="{8 + column * cell_x:.1f}" y="{4 + row * cell_y:.1f}" '
                f'width="{cell_x - 2:.1f}" height="{cell_y - 2:.1f}" rx="2" '
                f'fill="{P}" fill-opacity="{reached:.2f}"/>'
            )
    return "".join(parts)


def _comparison() -> str:
    parts = []
    for rate, colour, dash in ((0.15, P, ""), (0.6, Q, "8 4"), (2.4, DIVERGENCE, "2 4")):
        path = descend_binary(-2.0, 1, "sigmoid_binary_cross_entropy", rate, 40).probabilities
        parts.append(_curve(np.arange(41.0), path, colour, top=1.05, dash=dash))
    return "".join(parts)


def _drawing() -> str:
    seven = (
        f'<polyline points="14,16 46,14 28,62" fill="none" stroke="{NEUTRAL}" stroke-width="7" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    # The worked example of a confident answer, beside the hand's line.
    bars = _bars([((0.02, 0.05, 0.03, 0.02, 0.9, 0.04), Q)])
    return f'{seven}<g transform="translate(62,0) scale(0.6,1)">{bars}</g>'


def _room() -> str:
    forecasts = np.array([[0.9, 0.1], [0.7, 0.3], [0.5, 0.5], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    dots = "".join(
        f'<circle cx="{14 + place * 12}" cy="{_HEIGHT - 10 - q * 58:.1f}" r="4.5" fill="{Q}"/>'
        for place, q in enumerate(forecasts[:, 0])
    )
    mean = _bars([(mean_forecast(forecasts).tolist(), Q)])
    return f'{dots}<g transform="translate(86,0) scale(0.45,1)">{mean}</g>'


def _glossary() -> str:
    return _words([("entropy 熵", P), ("cross-entropy 交叉熵", CROSS_ENTROPY), ("…", NEUTRAL)])


def _take_home() -> str:
    parts = [("−log p", P), ("H(p)", ENTROPY), ("H(p,q)", CROSS_ENTROPY), ("q − p", Q)]
    return _words(parts, size=12)


def _host_notes() -> str:
    return _words([("0:00  predict", P), ("      try", NEUTRAL), ("1:30  say", Q)], size=12)


DRAWINGS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "self_information": _surprise,
        "entropy": _entropy,
        "divergence": _divergence,
        "binary": _binary,
        "multiclass": _multiclass,
        "three_forms": _three_forms,
        "stability": _stability,
        "notes_checked": _notes,
        "live": _race,
        "sweep": _sweep,
        "compare": _comparison,
        "draw": _drawing,
        "room": _room,
        "glossary": _glossary,
        "recap": _take_home,
        "host_notes": _host_notes,
    }
)
"""Address of a page → what draws the inside of its picture."""

FOLDER = Path(__file__).resolve().parents[2] / "pages" / "start" / "pictures"
"""Where the pictures are kept."""

if __name__ == "__main__":
    for address in DRAWINGS:
        (FOLDER / f"{address}.svg").write_text(picture(address), encoding="utf-8")
