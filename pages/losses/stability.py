"""Three ways to one cross-entropy, and what each loses in numbers of limited precision."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import number, option
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.terms import terms
from pages.losses.parts.random_logits import random_logits
from pages.losses.parts.two_logits import TWO_LOGITS, two_logits

PARTS = ("Two logits", "Random logits")
FORMATS = ("float32", "float64", "bfloat16", "float16")

address.declare(
    option("part", PARTS),
    option("dtype", FORMATS),
    *TWO_LOGITS,
    number("seed", lambda seed: f"{seed:.0f}"),
)
st.title("Numerical stability: softmax, then log, or log_softmax")
st.markdown(
    r"""On paper $-\ln\bigl(e^{z_y} / \sum_j e^{z_j}\bigr)$ is one formula. In a computer's numbers
the exponential overflows, the probability underflows, and the logarithm of 0 is $-\infty$: how the
formula is spelled decides whether there is an answer at all."""
)
terms("logits", "softmax", "cross-entropy")
left, right = st.columns([1, 2], gap="large")
with left:
    part = lasting_choice("Logits", PARTS, key="stability part", link="part")
with right:
    precision = lasting_choice("Format", FORMATS, key="stability dtype", link="dtype")

shown = two_logits(precision) if part == PARTS[0] else random_logits(precision)
address.keep({"part": part, "dtype": precision} | shown)
