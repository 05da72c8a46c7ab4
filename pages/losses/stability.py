"""Three ways to one cross-entropy, and what each loses in numbers of limited precision."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import number, option, staying
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.losses.parts.random_logits import random_logits
from pages.losses.parts.two_logits import TWO_LOGITS, WAYS_IN_WORDS, two_logits

PARTS = ("Two logits", "Random logits")
FORMATS = ("float32", "float64", "bfloat16", "float16")

address.declare(
    option("part", PARTS),
    option("dtype", FORMATS),
    *staying(*TWO_LOGITS, number("seed", lambda seed: f"{seed:.0f}")),
)
page_head(
    "Numerical stability",
    "One formula, written three ways: raise the gap, and watch two of them lose the answer.",
    more=rf"""On paper $-\ln\bigl(e^{{z_y}} / \sum_j e^{{z_j}}\bigr)$ is one formula. In a
computer's numbers the exponential overflows, the probability underflows, and the logarithm of 0 is
$-\infty$: how the formula is written decides whether there is an answer at all.
{WAYS_IN_WORDS}""",
    terms=("logits", "softmax", "cross-entropy"),
)
left, right = st.columns([4, 7], gap="medium")
with left:
    part = lasting_choice("Logits", PARTS, key="stability part", link="part", bare=True)
with right:
    precision = lasting_choice("Format", FORMATS, key="stability dtype", link="dtype", bare=True)
show = two_logits if part == PARTS[0] else random_logits
address.keep({"part": part, "dtype": precision} | show(precision, left, right))
