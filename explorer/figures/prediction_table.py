"""Figure of two models' predictions: how strongly each row pulls under each loss."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from explorer.core.prediction_table import Judgement
from explorer.figures.build import axis, build
from explorer.figures.losses import STYLES, bars


def gradient_norms(models: Sequence[Judgement]) -> go.Figure:
    """Draw the norm of each row's gradient by the logits, cross-entropy beside squared error.

    Args:
        models: One judgement per model, all over the same rows.
    """
    labels = [
        [f"model {number}" for number, one in enumerate(models, 1) for _ in one.right],
        [f"row {row + 1}" for one in models for row in range(one.right.size)],
    ]
    series = {
        "softmax_cross_entropy": [norm for one in models for norm in one.cross_entropy_gradient],
        "softmax_squared_error": [norm for one in models for norm in one.squared_error_gradient],
    }
    return build(
        [bars(STYLES[name], labels, values) for name, values in series.items()],
        {
            "height": 300,
            "meta": {"least_height": 200},
            "barmode": "group",
            "xaxis": {"type": "multicategory", "automargin": True},
            "yaxis": axis("gradient norm, by the logits", rangemode="tozero"),
        },
    )
