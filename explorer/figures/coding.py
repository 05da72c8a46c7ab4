"""Figures of the coding view: code trees, and average lengths of messages as events come in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from explorer.core.coding import (
    Fork,
    Leaf,
    Node,
    expected_code_length,
    huffman_tree,
    ideal_code_lengths,
    leaves,
)
from explorer.core.comparison import Comparison
from explorer.core.events import running_averages
from explorer.core.validation import FloatArray
from explorer.figures import plot
from explorer.figures.divergence import quantities_of
from explorer.figures.numbers import written
from explorer.figures.palette import (
    DASHES,
    INK,
    MEANINGS,
    NEUTRAL,
    P,
    Q,
    with_alpha,
)

_POINTS = 240


@dataclass(frozen=True)
class _Place:
    x: float
    depth: int
    node: Node
    word: str


def code_tree(p: FloatArray, names: Sequence[str], meaning: str) -> go.Figure:
    """Draw Huffman's code for p as a tree: left is 0, right is 1, a leaf is an outcome.

    Args:
        p: The distribution that the code is made for [n].
        names: n outcome names.
        meaning: Key of `MEANINGS`, "p" or "q", for which the distribution stands.
    """
    places: list[_Place] = []
    edges: list[tuple[_Place, _Place]] = []
    tree = huffman_tree(p)
    _lay_out(tree, 0, "", places, edges)
    labels = plot.distinct(names)
    # Names that would run into each other give way to their numbers.
    if is_numbered := len(labels) * max(map(len, labels)) > 32:
        labels = [str(number) for number in range(1, len(labels) + 1)]
    edge_x = [x for upper, lower in edges for x in (upper.x, lower.x, None)]
    edge_y = [y for upper, lower in edges for y in (-upper.depth, -lower.depth, None)]
    forks = [place for place in places if isinstance(place.node, Fork)]
    ends = list(leaves(tree))
    depth = max(len(word) for _, word in ends)
    traces: list[plot.Trace] = [
        plot.scatter(
            "branches",
            edge_x,
            edge_y,
            line={"color": NEUTRAL, "width": 1.5},
            hoverinfo="skip",
            **plot.UNTABLED,
        ),
        plot.scatter(
            "digits",
            [(upper.x + lower.x) / 2 for upper, lower in edges],
            [-(upper.depth + lower.depth) / 2 for upper, lower in edges],
            "text",
            text=[lower.word[-1] for _, lower in edges],
            textfont={"color": INK, "size": 13},
            hoverinfo="skip",
            **plot.UNTABLED,
        ),
        plot.scatter(
            "forks",
            [place.x for place in forks],
            [-place.depth for place in forks],
            "markers",
            marker={"size": 8, "color": NEUTRAL},
            customdata=[written(place.node.weight, 4) for place in forks],
            hovertemplate="probability below: %{customdata}<extra></extra>",
            **plot.UNTABLED,
        ),
        plot.scatter(
            f"code words for {meaning}",
            [float(place) for place in range(len(ends))],
            [-len(word) for _, word in ends],
            "markers+text",
            text=[f"{labels[leaf.outcome]}<br>{word or 'no digits'}" for leaf, word in ends],
            textposition="bottom center",
            textfont={"size": 11},
            cliponaxis=False,
            marker=plot.outlined(MEANINGS[meaning].main.light, 11),
            customdata=[
                [plot.distinct([names[leaf.outcome]])[0], word, written(leaf.weight, 6)]
                for leaf, word in ends
            ],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<br>probability %{customdata[2]}"
            "<extra></extra>",
        ),
    ]
    return plot.figure(
        traces,
        height=110 + 34 * depth,
        margin={"l": 12, "r": 12, "t": 26, "b": 8},
        showlegend=False,
        title={
            "text": f"Huffman's code for {meaning}" + (", by number" if is_numbered else ""),
            "font": {"size": 14},
            "x": 0,
            "xref": "paper",
            "y": 0.99,
            "yanchor": "top",
        },
        xaxis={"visible": False, "range": [-0.7, len(ends) - 0.3]},
        yaxis={"visible": False, "range": [-depth - 0.9, 0.3]},
    )


def average_lengths(
    pair: Comparison, events: np.ndarray, codes: Mapping[str, tuple[FloatArray, str, str]]
) -> go.Figure:
    """Draw the average length of the messages so far against the number of events.

    Each code's expectation is a thin level line. A code without a word for an event that came
    has an infinite average from there on: its line ends, with ∞ at the end.

    Args:
        pair: p, which the events come from, and q, in bits.
        events: Indices of outcomes [m], m ≥ 1.
        codes: Name → lengths in bits [n], colour, dash.
    """
    at = np.unique(np.geomspace(1, events.size, _POINTS).astype(np.int64))
    traces: list[plot.Trace] = []
    highest = 0.0
    for name, (lengths, colour, dash) in codes.items():
        averages = running_averages(events, lengths, at)
        expected = expected_code_length(pair.p, lengths)
        # The first few events may leave the picture at the top; the averages matter.
        late = [*averages[at >= min(10, events.size)], expected]
        highest = max([highest, *(one for one in late if math.isfinite(one))])
        traces.append(
            plot.scatter(
                name,
                at,
                np.where(np.isinf(averages), np.nan, averages),
                line={"color": colour, "dash": dash, "width": 2},
                hovertemplate=f"{name}: %{{y:.4f}} bits after %{{x:,}} events<extra></extra>",
            )
        )
        if math.isfinite(expected):
            traces.append(
                plot.scatter(
                    f"{name}, expectation",
                    [1, int(at[-1])],
                    [expected, expected],
                    line={"color": with_alpha(colour, 0.55), "width": 1, "dash": "dot"},
                    showlegend=False,
                    hovertemplate=f"{name}, expected {written(expected, 9)} bits<extra></extra>",
                )
            )
        ends = at[np.isinf(averages)][:1]
        if ends.size:
            traces.append(
                plot.scatter(
                    f"{name} = ∞",
                    ends,
                    [0],
                    "text",
                    text="∞",
                    textposition="top center",
                    textfont={"color": colour, "size": 18},
                    showlegend=False,
                    hovertemplate=f"{name}: no finite message from here on<extra></extra>",
                    **plot.UNTABLED,
                )
            )
    return plot.figure(
        traces,
        height=364,
        # Room at the right for half of the last tick's number.
        margin={"l": 46, "r": 24, "t": 24, "b": 40},
        xaxis=plot.axis("events", type="log", range=[0, math.log10(max(events.size, 2))]),
        yaxis=plot.axis("bits per event", range=[0, plot.steady_top(1.05 * highest, 1.0)]),
        least_height=236,
        quantities=quantities_of(pair),
    )


def codes_of(
    p: FloatArray, q: FloatArray, huffman_p: FloatArray, huffman_q: FloatArray
) -> dict[str, tuple[FloatArray, str, str]]:
    """Return the four codes that `average_lengths` draws, by name.

    Args:
        p: True distribution [n].
        q: Model distribution [n].
        huffman_p: Lengths of Huffman's code for p [n] in bits, inf where there is no word.
        huffman_q: The same for q.
    """
    return {
        "ideal for p": (ideal_code_lengths(p), P, DASHES[0]),
        "ideal for q": (ideal_code_lengths(q), Q, DASHES[0]),
        "Huffman for p": (huffman_p, P, DASHES[1]),
        "Huffman for q": (huffman_q, Q, DASHES[1]),
    }


def _lay_out(
    node: Node,
    depth: int,
    word: str,
    places: list[_Place],
    edges: list[tuple[_Place, _Place]],
) -> _Place:
    """Place the leaves side by side from the left and each fork above the middle of its own."""
    below: list[_Place] = []
    if isinstance(node, Fork):
        for digit, child in zip("01", node.children, strict=True):
            below.append(_lay_out(child, depth + 1, word + digit, places, edges))
        x = sum(place.x for place in below) / len(below)
    else:
        x = float(sum(isinstance(place.node, Leaf) for place in places))
    place = _Place(x, depth, node, word)
    places.append(place)
    edges.extend((place, lower) for lower in below)
    return place
