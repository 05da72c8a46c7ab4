"""“Why not MSE?”: two models' predictions under accuracy, squared error and cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.prediction_table import Judgement, better_model, judge
from explorer.figures.losses import row_gradient_norms
from explorer.figures.numbers import written
from explorer.figures.symbols import coloured
from pages.components.address import address
from pages.components.plot.plot import plot
from pages.losses.parts.prediction_fields import prediction_fields, state_of


def why_not_mse(link: Mapping[str, str], beside: DeltaGenerator) -> None:
    """Show the table of predictions and what follows from it, and what does not.

    Args:
        link: What makes the page's address open this view.
        beside: Where the answer stands; the fields stand where one is now.
    """
    table = prediction_fields()
    address.keep({**link, **state_of(table)})
    judged = [judge(q, table.classes) for q in (table.model_1, table.model_2)]
    with beside:
        columns = st.columns(2, gap="small")
        for number, (column, one) in enumerate(zip(columns, judged, strict=True), 1):
            with column:
                st.markdown(f"**Model {number}**")
                _judgement(one)
        plot(
            row_gradient_norms(judged),
            key="gradient-norms-by-row",
            alt="Norm of the gradient by the logits, of cross-entropy and of squared error, for "
            f"each of {len(table.classes)} rows of both models.",
        )
        st.markdown(_what_the_means_say(*judged))
        st.markdown(coloured(_what_the_gradients_say(judged)))
        st.caption(
            r"Squared error here is $\sum_i (q_i - p_i)^2$, averaged over the rows, as in the "
            f"lecture; PyTorch's mse_loss averages over the {table.num_classes} classes too. A tie "
            "for the largest probability counts as wrong."
        )


def _judgement(one: Judgement) -> None:
    rows = range(1, len(one.right) + 1)
    st.table(
        {
            "Row": [*map(str, rows), "mean"],
            "Right": [*("yes" if right else "no" for right in one.right), _accuracy(one)],
            "Squares": _column(one.squared_error),
            "CE / nats": _column(one.cross_entropy, digits=7),
        },
        hide_index=True,
    )


def _column(values: np.ndarray, digits: int = 6) -> list[str]:
    """Return a value per row, and their mean with more digits."""
    mean = written(float(values.mean()), digits)
    return [*(written(value, 4) for value in values), f"**{mean}**"]


def _accuracy(one: Judgement) -> str:
    return f"**{one.right.sum()} of {one.right.size}**"


def _what_the_means_say(first: Judgement, second: Judgement) -> str:
    """Say which model each measure prefers, and whether that is a case against one of them."""
    by_accuracy = better_model(-first.accuracy, -second.accuracy)
    by_squares = better_model(first.mean_squared_error, second.mean_squared_error)
    by_entropy = better_model(first.mean_cross_entropy, second.mean_cross_entropy)
    said = (
        f"Accuracy prefers {_model(by_accuracy)}, mean squared error {_model(by_squares)}, "
        f"cross-entropy {_model(by_entropy)}. "
    )
    if by_squares == by_entropy:
        return said + (
            "**The two losses agree, so this table is no case against squared error.** What "
            "differs is how strongly each row pulls."
        )
    return said + (
        "**The two losses disagree.** Squared error is at most 2 for a row, however sure the "
        "wrong answer; cross-entropy has no such bound. Which ranking is right depends on what a "
        "sure mistake costs; what follows for learning is in the gradients."
    )


def _model(number: int) -> str:
    return f"model {number}" if number else "neither"


def _what_the_gradients_say(judged: list[Judgement]) -> str:
    """Name the row where cross-entropy pulls most, compared with squared error."""
    norms = {
        f"model {model}, row {row}": (float(entropy), float(squares))
        for model, one in enumerate(judged, 1)
        for row, (entropy, squares) in enumerate(
            zip(one.cross_entropy_gradient, one.squared_error_gradient, strict=True), 1
        )
        if entropy > 0
    }
    if not norms:
        return "Every row is certain and right: no loss pulls at all."
    where = max(norms, key=lambda name: norms[name][0] / (norms[name][1] or 1e-300))
    entropy, squares = norms[where]
    factor = f"{written(entropy / squares, 4)} times as strong" if squares else "all that is left"
    return (
        "The case against squared error lies here: by the logits, cross-entropy's gradient is $q "
        "- p$, and squared error's is the same difference sent through the softmax Jacobian, "
        f"which vanishes wherever $q$ is sure. In {where} cross-entropy pulls with "
        f"{written(entropy, 4)}, squared error with {written(squares, 4)}: cross-entropy is "
        f"{factor}. Make a row surely wrong, such as 0.001, 0.001, 0.998 with class 1 true, and "
        "compare."
    )
