"""The figure of the rows' gradients."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest
from numpy.testing import assert_allclose

from explorer.core.prediction_table import judge
from explorer.figures.losses import row_gradient_norms
from explorer.teaching.prediction_tables import EXAMPLE_TABLES


@pytest.mark.parametrize("name", EXAMPLE_TABLES)
def test_every_row_of_both_models_has_a_bar_for_each_loss(name: str):
    table = EXAMPLE_TABLES[name]
    judged = [judge(q, table.classes) for q in (table.model_1, table.model_2)]
    figure = go.Figure(row_gradient_norms(judged).to_dict())
    entropy, squares = figure.data
    assert_allclose(entropy.y[3:], judged[1].cross_entropy_gradient)
    assert_allclose(squares.y[:3], judged[0].squared_error_gradient)
    for trace in figure.data:
        assert [tuple(level) for level in trace.x] == [
            ("model 1",) * 3 + ("model 2",) * 3,
            ("row 1", "row 2", "row 3") * 2,
        ]
