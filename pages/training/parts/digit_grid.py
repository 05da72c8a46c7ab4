"""The 20 fixed test digits as pictures with their softmax bars; one of them can be chosen."""

from __future__ import annotations

import base64

import numpy as np
import orjson
import streamlit as st
from numpy.typing import NDArray

from pages.components.frontend.frontend import component
from pages.components.payloads import place_in

_mount = component(__file__)


def digit_grid(
    digits: NDArray[np.uint8],
    truth: NDArray[np.int64],
    outputs: NDArray[np.float64] | None,
    *,
    key: str,
    label: str,
) -> int:
    """Show the digits and return the index of the chosen one.

    Args:
        digits: Pixels [n, 28, 28], 0 to 255.
        truth: True classes [n].
        outputs: Softmax outputs q [n, 10]; None before the first measurement, and rows that are
            not finite show no bars.
        key: Unique on the page.
        label: What the group shows, for those who do not see it.
    """
    state = st.session_state.get(key, {})
    chosen = place_in(len(truth), state.get("chosen"))
    payload = {
        "pixels": base64.b64encode(digits.tobytes()).decode(),
        "labels": truth,
        # NaN becomes null, which the script shows as "no output".
        "outputs": None if outputs is None else outputs,
        "truth_colour": 0,
        "model_colour": 1,
        "chosen": chosen,
        "label": label,
    }
    data = orjson.dumps(payload, option=orjson.OPT_SERIALIZE_NUMPY)
    _mount(key=key, data=data, on_chosen_change=lambda: None)
    return chosen
