"""The divergence page in Dash with one server callback: `python dash_app.py PORT`.

Same figures and numbers as `pages/information/divergence.py` at first sight.
"""

from __future__ import annotations

import sys

from dash import ALL, Dash, Input, Output, dcc, html

from explorer.core.comparison import compare
from explorer.core.distributions import normalize
from explorer.figures import divergence as figures
from explorer.figures.numbers import written

P = (0.1, 0.1, 0.1, 0.7)
NAMES = [f"outcome {i}" for i in range(1, len(P) + 1)]

app = Dash("explorer-in-dash")


def _slider(index: int) -> html.Div:
    slider = dcc.Slider(
        0,
        1,
        0.01,
        value=1 / len(P),
        marks=None,
        id={"role": "weight", "index": index},
        # With the default, "mouseup", Dash would answer a drag only at its end, as Streamlit does.
        updatemode="drag",
    )
    return html.Div([html.Label(f"weight of {NAMES[index]} in q"), slider])


app.layout = html.Div(
    [
        html.H1("Cross-entropy and KL divergence"),
        html.Div(
            [
                html.Div(
                    [
                        *(_slider(index) for index in range(len(P))),
                        html.P(id="normalised"),
                    ]
                ),
                html.Div([dcc.Graph(id="decomposition"), dcc.Graph(id="terms")]),
            ],
            style={"display": "grid", "gridTemplateColumns": "5fr 4fr", "gap": "2rem"},
        ),
        html.Div(id="quantities", style={"display": "flex", "gap": "2rem"}),
    ],
    style={"fontFamily": "sans-serif", "margin": "2rem"},
)


@app.callback(
    Output("decomposition", "figure"),
    Output("terms", "figure"),
    Output("normalised", "children"),
    Output("quantities", "children"),
    Input({"role": "weight", "index": ALL}, "value"),
)
def redraw(weights: list[float]) -> tuple[object, ...]:
    """Answer one edit with both figures and the numbers."""
    q = normalize(weights)
    pair = compare(P, q)
    quantities = {
        "H(p)": pair.entropy_p,
        "H(q)": pair.entropy_q,
        "H(p,q)": pair.cross_entropy,
        "D(p‖q)": pair.kl_pq,
        "D(q‖p)": pair.kl_qp,
        "Jensen–Shannon": pair.jensen_shannon,
    }
    return (
        figures.decomposition(pair),
        figures.kl_terms_by_outcome(pair, NAMES),
        "q, normalised: " + ", ".join(written(value, 4) for value in q),
        [html.P([name, html.Br(), f"{written(v)} bits"]) for name, v in quantities.items()],
    )


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]), debug=False)
