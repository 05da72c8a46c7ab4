"""Entropy and cross-entropy as average lengths of messages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.core.coding import code_words, expected_code_length, ideal_code_lengths, word_lengths
from explorer.core.comparison import Comparison, compare
from explorer.core.events import draw_events
from explorer.figures import coding as figures
from explorer.figures.numbers import written
from pages.components.address import address
from pages.components.address.parameters import number, staying, whole
from pages.components.escaping import escaped
from pages.components.plot.plot import plot
from pages.components.slider.live_slider import live_slider

CODING = staying(whole("seed"), number("events", lambda events: f"{events:.0f}"))
"""What the address holds of the view, also while another one is shown."""
_SHOWN = 24
_SEED = "coding seed"


def messages_view(pair: Comparison, names: Sequence[str]) -> dict[str, int]:
    """Show messages about events from p, by codes for p and q; return the address of the view."""
    in_bits = compare(pair.p, pair.q, base=2.0)
    words = {"p": code_words(pair.p), "q": code_words(pair.q)}
    seed = _seed()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            count = int(
                live_slider(
                    "Events drawn from p",
                    key="coding events",
                    default=1000,
                    low=10,
                    high=10_000,
                    step=0.1,
                    logarithmic=True,
                    whole=True,
                    link="events",
                )
            )
        st.button(f"Draw again (seed {seed + 1})", on_click=_draw_again)
    events = draw_events(pair.p, count, seed)
    lengths = {name: word_lengths(code) for name, code in words.items()}
    plot(
        figures.average_lengths(
            in_bits, events, figures.codes_of(pair.p, pair.q, lengths["p"], lengths["q"])
        ),
        key="average-lengths",
        alt=f"Average bits per event of {count:,} events from p, approaching H(p) "
        f"{written(in_bits.entropy_p, 4)} and H(p,q) {written(in_bits.cross_entropy, 4)} bits.",
    )
    _message(events, names, words)
    return {"seed": seed, "events": count}


def codes_view(pair: Comparison, names: Sequence[str]) -> None:
    """Show the codes for p and for q: their trees, words and lengths."""
    words = {"p": code_words(pair.p), "q": code_words(pair.q)}
    for column, title, values in zip(
        st.columns(2, gap="small"), words, (pair.p, pair.q), strict=True
    ):
        with column:
            plot(
                figures.code_tree(values, names, title),
                key=f"code-tree-{title}",
                alt=f"Code tree for {title}: "
                + ", ".join(f"{n} {w}" for n, w in zip(names, words[title], strict=True) if w)
                + ".",
            )
    _table(pair, names, words)


def _table(
    pair: Comparison, names: Sequence[str], words: dict[str, tuple[str | None, ...]]
) -> None:
    columns: dict[str, list[str]] = {"Outcome": [escaped(name) for name in names]}
    averages = {"Outcome": "average under p"}
    ideal = {"p": pair.p, "q": pair.q}
    for name, values in ideal.items():
        bits = ideal_code_lengths(values)
        title, code = f"−log₂ {name}", f"Huffman for {name}"
        columns[title] = [written(value, 4) for value in bits]
        columns[code] = ["none" if word is None else word or "empty" for word in words[name]]
        averages[title] = written(expected_code_length(pair.p, bits), 4)
        averages[code] = written(expected_code_length(pair.p, word_lengths(words[name])), 4)
    st.table(
        {title: [*cells, averages[title]] for title, cells in columns.items()}, hide_index=True
    )
    with st.container():
        if any(word == "" for code in words.values() for word in code):
            st.caption("A certain outcome needs no message: its word is empty.")
        if any(word is None for code in words.values() for word in code):
            st.caption(
                "An outcome with probability 0 has no word. If it happens anyway, no message can "
                "report it, and the average is ∞."
            )


def _message(
    events: np.ndarray, names: Sequence[str], words: dict[str, tuple[str | None, ...]]
) -> None:
    first = events[:_SHOWN].tolist()
    lines = [f"The first {len(first)} events: " + ", ".join(escaped(names[i]) for i in first) + "."]
    for name, code in words.items():
        message = " ".join("?" if code[i] is None else code[i] or "·" for i in first)
        total = sum(len(code[i] or "") for i in first)
        missing = sum(code[i] is None for i in first)
        note = f", and {missing} that cannot be sent" if missing else ""
        lines.append(f"With Huffman's code for {name}, {total} bits{note}: `{message}`")
    st.markdown("  \n".join(lines))


def _seed() -> int:
    if (asked := address.take_or_warn("seed")) is not None:
        st.session_state[_SEED] = asked
    return st.session_state.setdefault(_SEED, 0)


def _draw_again() -> None:
    st.session_state[_SEED] = st.session_state.get(_SEED, 0) + 1
