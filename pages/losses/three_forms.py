"""Cross-entropy in its three forms, as targets of two kinds, and as word2vec's objective."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import option, staying
from pages.components.bars.bar_editor import NAMES
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.losses.parts.batch_comparison import BATCH, gather_slip, index_or_one_hot
from pages.losses.parts.form_comparison import THREE_FORMS, form_comparison
from pages.losses.parts.skip_gram_view import SKIP_GRAM, skip_gram_view
from pages.losses.parts.vocabulary_editor import VECTORS

PARTS = {
    "Three forms": form_comparison,
    "Index or one-hot": index_or_one_hot,
    "Gather slip": gather_slip,
    "Skip-gram": skip_gram_view,
}

address.declare(
    option("part", PARTS),
    *staying(*THREE_FORMS, *BATCH, *VECTORS),
    *NAMES,
    *staying(*SKIP_GRAM),
)
page_head(
    "Three forms of cross-entropy",
    "One class, any labels, or yes and no: three losses of the same logits.",
    more="""The same logits mean different things: **exactly one class is true** (1, softmax), or
**any number of labels** (2, sigmoids), or a single **yes or no** (3, one node). Each form has its
own function in PyTorch and TensorFlow; choosing the wrong one raises no error. The code beside each
number gives that very number: copy it and see.""",
    terms=("softmax", "sigmoid", "one-hot", "multi-label", "skip-gram", "negative sampling"),
)
left, right = st.columns([5, 6], gap="medium")
with right:
    part = lasting_choice("Part", list(PARTS), key="three forms part", link="part", is_tabs=True)
address.keep({"part": part, **PARTS[part](left, right)})
