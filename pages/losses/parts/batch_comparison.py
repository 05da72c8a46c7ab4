"""A batch of two examples: class index or one-hot target, and the slip of indexing columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.bars import Bars
from explorer.core.distributions import one_hot
from explorer.core.gather_slip import (
    class_shares,
    gathered_cross_entropy,
    indexed_columns_cross_entropy,
)
from explorer.core.information import entropy
from explorer.core.losses import softmax_cross_entropy, sparse_softmax_cross_entropy
from explorer.figures import three_forms as figures
from explorer.figures.numbers import measured, written
from explorer.figures.symbols import coloured
from explorer.teaching.code_listings import batch_listing, gather_listing
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import places, vector
from pages.components.bars.bar_editor import Series, bar_editor, state_of
from pages.components.inputs.lasting_inputs import lasting_class
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.losses.parts.code_listing import code_listing
from pages.losses.parts.form_comparison import framework_names

BATCH = (vector("z1"), vector("z2"), places("y1"), places("y2"))
"""What the address holds of the batch, beside the names."""
_LECTURE = EXAMPLES["softmax_batch"]
_SERIES = (Series("z1", "z, row 1", 8), Series("z2", "z, row 2", 7))

Batch = tuple[Bars, np.ndarray, np.ndarray]


def index_or_one_hot(left: DeltaGenerator, right: DeltaGenerator) -> dict[str, Any]:
    """Show that both kinds of target give the same loss; return the address's parameters."""
    with left:
        bars, logits, targets = _batch()
    sparse = sparse_softmax_cross_entropy(logits, targets)
    y = one_hot(targets, logits.shape[1])
    dense = softmax_cross_entropy(logits, y)
    with right:
        st.container(key="batch-losses").table(
            {
                "": [f"row {number}" for number in range(1, len(targets) + 1)] + ["mean"],
                "index, from 0": [str(int(one)) for one in targets] + [""],
                "one-hot": [" ".join(f"{value:g}" for value in row) for row in y] + [""],
                "sparse / nats": [*map(written, sparse), written(float(sparse.mean()))],
                "dense / nats": [*map(written, dense), written(float(dense.mean()))],
            },
            hide_index=True,
        )
        code_listing(batch_listing(logits, targets))
        st.markdown(
            coloured(
                r"""A one-hot target leaves one term of $-\sum_i p_i \ln q_i$: the true class's,
$-\ln q_y = -z_y + \ln\sum_j e^{z_j}$. An index says the same with one integer instead of C numbers;
a soft target needs the distribution. `F.cross_entropy` is `F.nll_loss` of `F.log_softmax`; both
average over the batch unless told otherwise, while TensorFlow's functions return one loss per
row."""
            )
        )
        framework_names(
            "tf.nn.softmax_cross_entropy_with_logits",
            "tf.nn.sparse_softmax_cross_entropy_with_logits",
        )
    return _link(bars, targets)


def gather_slip(left: DeltaGenerator, right: DeltaGenerator) -> dict[str, Any]:
    """Show what indexing columns does instead of gathering; return the address's parameters."""
    with left:
        bars, logits, targets = _batch()
    shares = class_shares(targets, logits.shape[1])
    lowest = float(entropy(shares, base=math.e))
    with right:
        quantities(
            {
                "Gathered": measured(gathered_cross_entropy(logits, targets), "nats"),
                "Columns indexed": measured(indexed_columns_cross_entropy(logits, targets), "nats"),
                "Lowest loss the slip can reach": measured(lowest, "nats"),
            }
        )
        first, second = st.columns(2, gap="small")
        with first:
            plot(
                figures.column_losses(logits, targets),
                key="column-losses",
                alt=f"Matrix of {len(targets)} by {len(targets)} losses; only its diagonal was "
                "meant.",
            )
        with second:
            plot(
                figures.batch_gradients(logits, targets, bars.names),
                key="batch-gradients",
                alt="Gradient of every logit of the batch, gathered and with columns indexed.",
            )
    words, code = st.columns(2, gap="large")
    with words:
        st.markdown(
            r"""`output[:, Y]` looks as if it picked the true logit of each row. It picks the
columns $Y$ of *every* row: a $B \times B$ matrix, of which only the framed diagonal was meant. The
mean over the whole matrix pulls each row towards the targets of all the others. Its lowest value is
the entropy of the batch's labels, reached by the same answer for every input: it trains to chance
and raises no error."""
        )
    with code:
        code_listing(gather_listing(logits, targets))
    return _link(bars, targets)


def _batch() -> Batch:
    """Show the editor of two rows of logits and their targets, which both parts share."""
    default = Bars(
        _LECTURE.names,
        {one.id: row for one, row in zip(_SERIES, _LECTURE["logits"], strict=True)},
        probabilities=False,
    )
    bars = bar_editor(
        "batch z",
        default,
        _SERIES,
        noun="class",
        most=8,
        low=-6.0,
        high=6.0,
        step=0.1,
    )
    columns = st.columns(len(_SERIES))
    targets = []
    for number, (column, true) in enumerate(zip(columns, _LECTURE["classes"], strict=True), 1):
        with column:
            targets.append(
                lasting_class(
                    f"True class of row {number}",
                    bars.names,
                    key=f"batch y{number}",
                    link=f"y{number}",
                    default=true,
                )
            )
    logits = np.array([bars.values[one.id] for one in _SERIES])
    return bars, logits, np.array(targets)


def _link(bars: Bars, targets: np.ndarray) -> dict[str, Any]:
    return state_of(bars) | {f"y{number}": int(one) for number, one in enumerate(targets, 1)}
