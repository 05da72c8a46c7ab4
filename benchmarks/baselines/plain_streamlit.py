"""The divergence page as one would first write it: a slider per outcome, `st.plotly_chart`.

Same figures and numbers as `pages/information/divergence.py`, no component, no setting changed.
"""

from __future__ import annotations

import streamlit as st

from explorer.core.comparison import compare
from explorer.core.distributions import normalize
from explorer.figures import divergence as figures
from explorer.figures.numbers import written

P = (0.1, 0.1, 0.1, 0.7)
NAMES = [f"outcome {i}" for i in range(1, len(P) + 1)]

st.set_page_config(layout="wide")
st.title("Cross-entropy and KL divergence")
left, right = st.columns([5, 4], gap="large")
with left:
    weights = [
        st.slider(f"weight of {name} in q", 0.0, 1.0, 1 / len(P), step=0.01) for name in NAMES
    ]
    if not any(weights):
        st.error("All weights of q are 0, so there is nothing to normalise. Raise one of them.")
        st.stop()
    q = normalize(weights)
    st.write("q, normalised: " + ", ".join(written(value, 4) for value in q))

pair = compare(P, q)
with right:
    st.plotly_chart(figures.decomposition(pair))
    st.plotly_chart(figures.kl_terms_by_outcome(pair, NAMES))

quantities = {
    "H(p)": pair.entropy_p,
    "H(q)": pair.entropy_q,
    "H(p,q)": pair.cross_entropy,
    "D(p‖q)": pair.kl_pq,
    "D(q‖p)": pair.kl_qp,
    "Jensen–Shannon": pair.jensen_shannon,
}
for column, (name, value) in zip(st.columns(6), quantities.items(), strict=True):
    column.metric(name, f"{written(value)} bits")
