"""Cross-entropy in its three forms, as targets of two kinds, and as word2vec's objective."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.inputs.kept_choice import kept_choice
from pages.components.terms import terms
from pages.losses.parts.batch_comparison import gather_slip, index_or_one_hot
from pages.losses.parts.form_comparison import form_comparison
from pages.losses.parts.skip_gram_view import skip_gram_view

PARTS = {
    "Three forms": form_comparison,
    "Index or one-hot": index_or_one_hot,
    "Gather slip": gather_slip,
    "Skip-gram": skip_gram_view,
}
# What any part keeps in the address; those of the parts not shown are left out.
PARAMETERS = (
    *(
        "z",
        "labels",
        "node",
        "form",
        "z1",
        "z2",
        "y1",
        "y2",
        "v1",
        "v2",
        "u1",
        "u2",
        "name",
        "lock",
    ),
    *("centre", "context", "negatives", "objective", "text", "window"),
)

st.title("Three forms of cross-entropy")
st.markdown(
    "The same logits mean different things: exactly one class is true, or any number of labels, "
    "or a single yes or no. Each form has its own function in PyTorch and TensorFlow; choosing the "
    "wrong one raises no error. The code beside each number gives that very number: copy it and "
    "see."
)
terms("softmax", "sigmoid", "one-hot", "multi-label", "skip-gram", "negative sampling")
part = kept_choice("Part", list(PARTS), key="three forms part", link="part")
address.keep({"part": part, **dict.fromkeys(PARAMETERS, ""), **PARTS[part]()})
