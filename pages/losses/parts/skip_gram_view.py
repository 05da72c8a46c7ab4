"""Skip-gram on a small vocabulary: full softmax, negative sampling, and a text's average."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer.core.skip_gram import (
    negative_sampling_gradients,
    negative_sampling_loss,
    noise_distribution,
    skip_gram_gradients,
    skip_gram_loss,
    window_average,
    window_pairs,
)
from explorer.figures import skip_gram as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.code_listings import (
    negative_sampling_listing,
    skip_gram_listing,
    window_listing,
)
from explorer.teaching.vocabularies import word_indices, written_text
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import option, places, text
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import (
    lasting_choice,
    lasting_class,
    lasting_classes,
    lasting_text,
)
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.losses.parts.code_listing import code_listing
from pages.losses.parts.vocabulary_editor import (
    LONGEST,
    EditedVocabulary,
    vocabulary_choice,
    vocabulary_editor,
)

_OBJECTIVES = ("full softmax", "negative sampling", "whole text")
_WINDOWS = ("1", "2", "3")
SKIP_GRAM = (
    *(places(name) for name in ("centre", "context", "negatives")),
    option("objective", _OBJECTIVES),
    text("text"),
    option("window", _WINDOWS),
)
"""What the address holds of the part, beside the vectors."""
_RATE = 0.5
_GOOD_TEXT = "skip-gram text good"
_FORMULAS = EXAMPLES["skip_gram_objectives"]


def skip_gram_view(left: DeltaGenerator, right: DeltaGenerator) -> dict[str, Any]:
    """Show the vocabulary and its losses; return the address's parameters."""
    with left:
        choices = st.container(horizontal=True, gap="small")
        with choices:
            vocabulary_choice()
        vocabulary = vocabulary_editor()
        names, u = vocabulary.names, vocabulary.outputs
        with choices:
            centre = lasting_class("Centre word", names, key="skip-gram centre", link="centre")
        with choices:
            context = lasting_class(
                "Its neighbour", names, key="skip-gram context", link="context", default=1
            )
    v = vocabulary.inputs[centre]
    with right:
        objective = lasting_choice(
            "Loss", _OBJECTIVES, key="skip-gram objective", link="objective", bare=True
        )
        link = vocabulary.state() | {
            "objective": objective,
            "centre": centre,
            "context": context,
        }
        if vocabulary.too_long:
            st.error(f"A vector is too long to compute with: use numbers up to {LONGEST:g}.")
            return link
        if objective == "negative sampling":
            negatives = lasting_classes(
                "Drawn as noise",
                names,
                key="skip-gram negatives",
                link="negatives",
                default=(0, 2),
            )
            link["negatives"] = negatives
            gradients = negative_sampling_gradients(u, v, context, negatives)
            loss = negative_sampling_loss(u, v, context, negatives)
            noise = "1 negative" if len(negatives) == 1 else f"{len(negatives)} negatives"
            quantities({f"Loss with {noise}": measured(loss, "nats")})
        else:
            gradients = skip_gram_gradients(u, v, context)
            if objective == "full softmax":
                loss = skip_gram_loss(u, v, context)
                quantities({"−u·v + logsumexp": measured(loss, "nats")})
        plot(
            figures.word_vectors(u, v, gradients, names, names[centre], context),
            key="word-vectors",
            alt=f"Vector of the centre word and output vectors of {len(names)} words in the plane, "
            "with an arrow against each gradient.",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                f"Take a step, learning rate {_RATE}",
                on_click=vocabulary.step,
                args=(centre, gradients, _RATE),
            )
            st.caption("Arrows: one step down the loss of this pair, learning rate 1.")
    if objective == "full softmax":
        _pair(vocabulary, centre, context)
    elif objective == "negative sampling":
        _negative_sampling(vocabulary, centre, context, negatives)
    else:
        link |= _text(vocabulary)
    st.markdown(
        "Every word has a vector $v$ as centre and a vector $u$ as neighbour. Three losses teach "
        "them:\n"
        r"- full softmax: $-\ln p(o \mid c) = -u_o^{\mathsf T} v_c + \ln \sum_w "
        r"e^{u_w^{\mathsf T} v_c}$"
        f"\n- negative sampling: ${_FORMULAS['negative_sampling']}$"
        f"\n- whole text of $T$ words, full softmax: ${_FORMULAS['window_average']}$"
    )
    return link


def _pair(vocabulary: EditedVocabulary, centre: int, context: int) -> None:
    names, u, v = vocabulary.names, vocabulary.outputs, vocabulary.inputs[centre]
    left, right = st.columns([4, 5], gap="large")
    with left:
        st.markdown(
            "This is softmax cross-entropy with the vocabulary as classes and the scores u·v as "
            f"logits: “{escaped(names[context])}” beside “{escaped(names[centre])}”."
        )
        plot(
            figures.neighbour_probabilities(u, v, names, context),
            key="neighbour-probabilities",
            alt=f"Softmax and sigmoid of the scores of {len(names)} words.",
        )
    with right:
        code_listing(skip_gram_listing(u, v, context), is_noted=True)


def _negative_sampling(
    vocabulary: EditedVocabulary, centre: int, context: int, negatives: tuple[int, ...]
) -> None:
    u, v = vocabulary.outputs, vocabulary.inputs[centre]
    left, right = st.columns([4, 5], gap="large")
    with left:
        st.markdown(
            "This is form 2 with the label 1 for the neighbour and 0 for each word of noise: no "
            "sum over the vocabulary. It is a different loss, and its lowest value is not that of "
            "the full softmax."
        )
        if context in negatives:
            st.caption("The neighbour is drawn as noise too: its terms pull against each other.")
    with right:
        listing = negative_sampling_listing(u, v, context, negatives)
        code_listing(listing, is_noted=True)


def _text(vocabulary: EditedVocabulary) -> dict[str, str]:
    left, right = st.columns([4, 5], gap="large")
    with left:
        text = lasting_text(
            "Text, of words of the vocabulary",
            written_text(vocabulary.names),
            key="skip-gram text",
            link="text",
            help="Spaces or commas between the words.",
        )
        words = _words(text, vocabulary.names)
        window = lasting_choice(
            "Window m, words to each side",
            _WINDOWS,
            key="skip-gram window",
            link="window",
        )
        link = {"text": text, "window": window}
        if words is None:
            return link
        u, inputs = vocabulary.outputs, vocabulary.inputs
        average = window_average(u, inputs, words, int(window))
        quantities(
            {
                "Window-averaged objective": measured(average, "nats") + " per word",
                "Pairs": str(len(window_pairs(words, int(window)))),
            }
        )
        _noise_table(vocabulary.names, words)
    with right:
        code_listing(window_listing(u, inputs, words.tolist(), int(window)))
    return link


def _words(text: str, names: tuple[str, ...]) -> NDArray[np.intp] | None:
    """Return the text's words, or the last good ones beside a message where it cannot be read."""
    try:
        words = word_indices(text, names)
    except ValueError as error:
        message = escaped(str(error))
    else:
        st.session_state[_GOOD_TEXT] = text
        return words
    try:
        words = word_indices(st.session_state.get(_GOOD_TEXT, ""), names)
    except ValueError:
        st.error(f"{message} Write the text in these words.")
        return None
    st.error(f"{message} The numbers are those of the last good text.")
    return words


def _noise_table(names: tuple[str, ...], words: NDArray[np.intp]) -> None:
    counts, noise = Counter(words.tolist()), noise_distribution(words, len(names))
    st.table(
        {
            "Word": [escaped(name) for name in names],
            "Count": [str(counts[word]) for word in range(len(names))],
            "Drawn as noise": [written(p, 4) for p in noise],
        },
        hide_index=True,
    )
    st.caption(
        "word2vec draws negatives from the counts to the power of ¾, which favours rare words a "
        "little. Here you choose them yourself."
    )
