"""The predictions of the lecture's two models, as tables to start from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.core.prediction_table import PredictionTable
from explorer.teaching.worked_examples import EXAMPLES

EXAMPLE_TABLES: Mapping[str, PredictionTable] = MappingProxyType(
    {
        "The lecture's tables": PredictionTable(
            EXAMPLES["why_not_mse"]["classes"],
            EXAMPLES["why_not_mse"]["model_1"],
            EXAMPLES["why_not_mse"]["model_2"],
        ),
        "Model 2 is surely wrong": PredictionTable(
            EXAMPLES["why_not_mse"]["classes"],
            EXAMPLES["why_not_mse"]["model_1"],
            (*EXAMPLES["why_not_mse"]["model_2"][:2], (0.001, 0.001, 0.998)),
        ),
    }
)
"""Tables to start from; the second differs from the first in one row, where model 2 is sure."""
