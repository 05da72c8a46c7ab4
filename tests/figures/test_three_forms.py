"""Figures of the three forms, of the gather slip and of skip-gram."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from explorer.core.gather_slip import gathered_gradient, indexed_columns, indexed_columns_gradient
from explorer.core.losses import sigmoid, softmax
from explorer.core.skip_gram import skip_gram_gradients
from explorer.core.three_forms import three_forms
from explorer.figures import skip_gram
from explorer.figures import three_forms as figures
from tests.figures.checking import checked

LOGITS, NAMES = np.array([2.0, -1.0, 3.0]), ("a", "<b>", "a")
BATCH, TARGETS = np.array([[2.0, -1.0, 3.0], [1.0, 0.0, -0.5]]), np.array([2, 0])


def test_softmax_and_sigmoids_stand_side_by_side_with_the_true_labels_marked():
    labels = np.array([1.0, 0, 1])
    drawn = checked(figures.probabilities(three_forms(LOGITS, labels, 0), labels, NAMES)).data
    assert_allclose(drawn[0].y, softmax(LOGITS))
    assert_allclose(drawn[1].y, sigmoid(LOGITS))
    assert list(drawn[2].x) == ["1. a", "3. a"]
    assert "sum 1" in drawn[0].name
    assert list(drawn[0].x) == ["1. a", "2. &lt;b&gt;", "3. a"]


@pytest.mark.parametrize(("labels", "kinds"), [([0, 0, 1], 3), ([0, 0, 0], 2)])
def test_the_gradient_of_softmax_is_drawn_where_there_is_a_target(labels, kinds):
    forms = three_forms(LOGITS, labels, 1)
    drawn = checked(figures.form_gradients(forms, 1, NAMES)).data
    assert len(drawn) == kinds
    assert_allclose(drawn[-1].y, [0, forms.one_node.gradient, 0])
    assert_allclose(drawn[-2].y, forms.sigmoid.gradient)


def test_the_matrix_of_the_slip_frames_its_diagonal():
    figure = checked(figures.column_losses(BATCH, TARGETS))
    assert_allclose(figure.data[0].z, indexed_columns(BATCH, TARGETS))
    assert [(s.x0 + s.x1, s.y0 + s.y1) for s in figure.layout.shapes] == [(0, 0), (2, 2)]


def test_the_gradients_of_a_batch_are_drawn_row_by_row():
    meant, slipped = checked(figures.batch_gradients(BATCH, TARGETS, ("a", "b", "c"))).data
    assert_allclose(meant.y, gathered_gradient(BATCH, TARGETS).ravel())
    assert_allclose(slipped.y, indexed_columns_gradient(BATCH, TARGETS).ravel())
    assert meant.x[3] == "row 2, a"


def test_every_vector_starts_at_the_origin_and_its_arrow_goes_down_the_gradient():
    u, v = np.array([[0.1, 0.9], [1.9, 0.4], [-0.1, -1.1]]), np.array([1.0, 0.5])
    gradients = skip_gram_gradients(u, v, 1)
    figure = checked(skip_gram.word_vectors(u, v, gradients, ("cat", "sat", "mat"), "cat", 1))
    ends = [(trace.x[1], trace.y[1]) for trace in figure.data]
    assert ends == [tuple(v), *map(tuple, u.tolist())]
    assert all((trace.x[0], trace.y[0]) == (0, 0) for trace in figure.data)
    for arrow, start, gradient in zip(
        figure.layout.annotations, u, gradients.outputs, strict=False
    ):
        assert_allclose([arrow.ax, arrow.ay], start)
        assert_allclose([arrow.x, arrow.y], start - gradient)
    assert len(figure.layout.annotations) == 4


def test_vectors_at_rest_have_no_arrows_and_an_axis_all_the_same():
    u, v = np.zeros((2, 2)), np.zeros(2)
    gradients = skip_gram_gradients(u, v, 0)
    figure = checked(skip_gram.word_vectors(u, v, gradients, ("a", "b"), "a", 0))
    assert len(figure.layout.annotations) == 0
    assert figure.layout.xaxis.range[1] > 1


def test_scores_are_drawn_as_softmax_and_as_sigmoids():
    u, v = np.array([[0.1], [1.9], [-0.1]]), np.array([1.0])
    q, positive, mark = checked(
        skip_gram.neighbour_probabilities(u, v, ("cat", "sat", "mat"), 1)
    ).data
    assert_allclose(q.y, softmax(u[:, 0]))
    assert_allclose(positive.y, sigmoid(u[:, 0]))
    assert list(mark.x) == ["sat"]
