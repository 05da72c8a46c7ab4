"""Colours and dash patterns that figures, components and the theme share.

The colours are Okabe and Ito's colour-blind-safe set (Color Universal Design, 2008), darkened
where needed for contrast on white. They equal `theme.light.chartCategoricalColors` in
`.streamlit/config.toml`; the plot component replaces each by its partner of the same place in
the dark theme, so a figure names one colour and is readable on both grounds.
"""

from __future__ import annotations

P = "#0072b2"  # the true distribution p
Q = "#d55e00"  # the model q
DIVERGENCE = "#009e73"
ENTROPY = P
CROSS_ENTROPY = "#b8578f"
SQUARED_ERROR = "#b07a00"
HINGE = "#3a9bd6"
NEUTRAL = "#5f6b7a"
INK = "#1b2430"

CATEGORICAL = (
    P,
    Q,
    DIVERGENCE,
    CROSS_ENTROPY,
    SQUARED_ERROR,
    HINGE,
    "#6b5bb5",
    "#7a5230",
    NEUTRAL,
    INK,
)

CATEGORICAL_DARK = (
    "#4ba7e8", "#ff8a3d", "#2cc79a", "#e38fc0", "#e8b53a",
    "#8cd0f7", "#a99af0", "#c79a70", "#9aa7b8", "#e8edf4",
)  # fmt: skip
"""The partner of each colour on the dark ground, as in `theme.dark`."""

# Curves differ by dash as well as by colour, so that they stay apart in a grey print.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def with_alpha(colour: str, alpha: float) -> str:
    """Return `#rrggbb` as Plotly's `rgba(…)`, with `alpha` from 0 (clear) to 1 (solid)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
